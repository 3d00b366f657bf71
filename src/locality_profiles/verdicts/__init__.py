"""What ``locality-profiles check`` found, and its forms: for a terminal, as a page, as a mail.

``report`` holds the facts; ``terminal``, ``page`` and ``mail`` put them before a person who can do something about
them. Nothing here reads an extract.
"""
