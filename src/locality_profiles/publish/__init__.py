"""What a planner reads, made from finished tables: pages, open data and a summary for the terminal.

``numbers`` turns a value and its status into text, ``reading`` takes the tables in by one query each,
``site``, ``open_data`` and ``terminal`` write. Nothing here calculates an indicator.
"""
