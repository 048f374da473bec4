"""What a verdict rests on: snapshots, the recording between them, and what can be read from both."""
