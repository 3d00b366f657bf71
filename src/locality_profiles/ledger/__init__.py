"""What money is told by: services, scopes, partners, groups of people, kinds of spending and programmes.

Declared once in ``services.toml`` and ``codes.toml``; the template of a budget, its reader, the finance room and the
manual are made from them.
"""
