"""Doing an exercise on a cluster: start, check, hint, reset, and what is stored of it."""
