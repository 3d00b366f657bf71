"""Getting extracts: over the network, or from a folder that another machine filled.

What is known by name stands in ``catalogue.toml`` and is read strictly (``catalogue``). What to ask for is planned and
what came is judged without a connection (``planning``, ``deciding``); only ``transfer`` opens one, and no other part of
the package does.
"""
