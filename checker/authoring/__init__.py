"""For authors of labs: verify an exercise, and begin a new one."""
