"""Money placed on areas, to the penny: ledgers coded, lines divided, used beside fair, and what planners ask of it."""
