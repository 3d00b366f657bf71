"""Locality profiles and strategic needs assessment for health and social care partnerships."""

__version__ = "0.1.0"
