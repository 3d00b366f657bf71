"""From supplied files to curated tables: stage each file, find every place, join codes to names.

Sources say what one file becomes; here the files of a workspace come together. Each judgement that
needs more than one file (which code a name means, which locality a data zone is in, which total is
the sum of which parts) has its one address in this room.
"""
