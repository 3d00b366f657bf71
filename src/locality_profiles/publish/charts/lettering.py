"""How wide words are, so that what stands in a picture is wrapped or shortened and never cut.

A picture is drawn where no browser is, so widths are those of Arial and of its metric twins, in thousandths of the
size; letters that the table lacks count as wide ones do.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ELLIPSIS = "…"
_BOLD = 1.08
_WIDE, _OTHER = 1000, 620
_WIDTHS = {
    **dict.fromkeys("ijl'", 225),
    **dict.fromkeys(" !,./:;\\[]fIt|·", 280),
    **dict.fromkeys("()-r`", 333),
    **dict.fromkeys('"*', 390),
    **dict.fromkeys("Jcksvxyz", 500),
    **dict.fromkeys("0123456789abdeghnopqu£$?_#–FLTZ", 556),
    **dict.fromkeys("<>=+~−^", 584),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUwGOQ", 750),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("%W@—…", 1000),
}


@lru_cache(maxsize=65_536)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is, in the unit of its size.

    >>> round(width_of("Lerwick", 10))
    34
    """
    letters = unicodedata.normalize("NFD", text)
    thousandths = sum(_width(letter) for letter in letters if not unicodedata.combining(letter))
    return thousandths * size / 1000 * (_BOLD if bold else 1)


def _width(letter: str) -> int:
    return _WIDTHS.get(letter) or (_WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER)


def shortened(text: str, width: float, size: float, bold: bool = False) -> str:
    """The text, or as much of it as fits with an ellipsis after it.

    >>> shortened("Lerwick and Bressay", 60, 10)
    'Lerwick an…'
    """
    if width_of(text, size, bold) <= width:
        return text
    room = width - width_of(ELLIPSIS, size, bold)
    kept = text
    while kept and width_of(kept, size, bold) > room:
        kept = kept[:-1]
    return kept.rstrip(" ,-–") + ELLIPSIS


def wrapped(text: str, width: float, size: float, lines: int = 2, bold: bool = False) -> list[str]:
    """The text in at most so many lines, broken between words; the last is shortened if there is more.

    >>> wrapped("Lerwick and Bressay", 70, 10)
    ['Lerwick and', 'Bressay']
    """
    words, made = " ".join(text.split()).split(" "), list[str]()
    while words and len(made) < lines - 1:
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size, bold) <= width:
            line = f"{line} {words.pop(0)}"
        made.append(shortened(line, width, size, bold))
    return [*made, shortened(" ".join(words), width, size, bold)] if words else made
