"""Declared measures, calculated for every area and period at once."""
