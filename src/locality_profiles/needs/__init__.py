"""What places will need, what they have, and what matters first: made from the same tables as the profiles."""
