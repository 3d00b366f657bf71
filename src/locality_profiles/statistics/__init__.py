"""Arithmetic on arrays: no files, no tables, no names of places."""
