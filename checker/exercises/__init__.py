"""Labs, exercises and goals, and the grading of evidence."""
