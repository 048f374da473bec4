"""Labs, exercises and goals, and the result that evidence earns."""
