"""What somebody may have meant who wrote a word that is not known: those most alike, and the question after them.

Every message asks in the same words, and takes the same likeness for a slip of the pen. Who asks for more likeness says
why, beside its number.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

#: How alike two words must be, from 0 to 1: a letter or two apart, and not merely of the same length.
CUTOFF = 0.6


def did_you_mean(
    wanted: str, known: Iterable[str], then: str = "", *, otherwise: str = "", most: int = 1, cutoff: float = CUTOFF,
    key: Callable[[str], str] = str,
) -> str:  # fmt: skip
    """The question after what is most alike, or else ``otherwise``; and what follows ``then`` in any case.

    >>> did_you_mean("titel", ["title", "owner"], otherwise="Known here: title, owner.")
    "Did you mean 'title'?"
    >>> did_you_mean("colour", ["title", "owner"], otherwise="Known here: title, owner.")
    'Known here: title, owner.'
    >>> did_you_mean("clustes", ["clusters", "plasters"], "There are 2.", most=3)
    "Did you mean 'clusters' or 'plasters'? There are 2."
    """
    close = most_alike(wanted, known, most=most, cutoff=cutoff, key=key)
    return f"{question_after(close) or otherwise} {then}".strip()


def question_after(close: Iterable[str]) -> str:
    """The question after these; nothing where there are none."""
    quoted = " or ".join(f"'{one}'" for one in close)
    return f"Did you mean {quoted}?" if quoted else ""


def most_alike(
    wanted: str, known: Iterable[str], *, most: int = 1, cutoff: float = CUTOFF, key: Callable[[str], str] = str
) -> list[str]:
    """Of what is known the most alike, the likeliest first, compared by what ``key`` makes of each.

    >>> most_alike("data zone", ["DataZone", "Year"], key=lambda text: text.lower().replace(" ", ""))
    ['DataZone']
    """
    by_key = {key(one): one for one in known}
    return [by_key[close] for close in difflib.get_close_matches(key(wanted), by_key, n=most, cutoff=cutoff)]
