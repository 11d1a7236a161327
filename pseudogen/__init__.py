"""Reads training scripts and writes pseudocode and explanations."""
