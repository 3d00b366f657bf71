"""Records of care, one row an episode: what groups them, before they become counts.

Rules only: codes that make a group of conditions, episodes that make a stay, stays that follow one another. They are
SQL for DuckDB, so that millions of rows are read once.
"""
