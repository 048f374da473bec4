"""The evidence of a verdict: snapshots, the recording between them, and functions that read both."""
