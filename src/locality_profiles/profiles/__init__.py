"""What a reader is told about an area: its numbers beside those of the areas round it."""
