"""This machine: files, processes, signals, progress."""
