"""Places: what their names mean, and how small ones make large ones."""
