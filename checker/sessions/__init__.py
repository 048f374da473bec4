"""Exercises on a cluster: start, check, hint, reset, and the stored state between processes."""
