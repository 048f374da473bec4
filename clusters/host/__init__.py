"""The local machine: files, processes, signals, progress."""
