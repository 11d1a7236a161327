"""Measurements that the documentation quotes, and what they are fitted to."""
