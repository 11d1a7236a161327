"""Calls as what they do: tables of the functions and methods, one per library."""
