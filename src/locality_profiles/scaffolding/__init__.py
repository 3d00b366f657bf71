"""``locality-profiles new``: a first, whole and working file of each thing that a partnership may declare itself."""
