"""Syntax: the guarded parser and the logical lines of a text."""
