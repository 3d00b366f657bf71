"""What may leave the building, and the auditor who tries to undo it.

``sums`` ties counts together, ``pattern`` chooses what to hide, ``outsider`` finds what could be worked out. Rules,
tables and releases know of those three; those three know of arrays only.
"""
