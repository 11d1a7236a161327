"""Limits of what is worked out."""

MOST = 1e12
"""The largest number, either side of zero, that may be given for a name."""
