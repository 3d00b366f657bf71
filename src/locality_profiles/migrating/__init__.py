"""Setting a release beside a file that others made: which figures agree, which do not, and why."""
