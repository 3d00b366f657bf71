"""What a table promises, how files become tables, and how tables are stored and checked."""
