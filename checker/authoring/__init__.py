"""For authors of labs: create a new exercise, and verify a lab."""
