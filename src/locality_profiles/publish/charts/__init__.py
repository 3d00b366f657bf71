"""Charts: what one shows, as data; the words that stand for it; and its picture, drawn once for every form."""
