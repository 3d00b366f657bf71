"""Characters that cannot be seen: controls, marks that turn the direction of text, and signs without width.

With them a name can look like another, a code can differ from itself, a terminal can be told to do things, and a page
can be read back to front. Nothing that is read from a file keeps one: texts lose them and it is said, codes and numbers
with one are refused, and an error shows them as ``‹U+202E›``.
"""

from __future__ import annotations

import re
import unicodedata

#: First and last of each range, with nothing that Gaelic, Polish, Urdu or Chinese is written with.
RANGES = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F),  # controls; a tab and the end of a line are none
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF),
)  # fmt: skip
#: Of these, what stands for a new line or page: a blank is left in its place.
BREAKS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)

_IN_A_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in RANGES)
HIDDEN = re.compile(f"[{_IN_A_CLASS}]")
#: What a system gives in place of bytes of a file's name that are no text.
NO_TEXT = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(f"[{''.join(map(chr, BREAKS))}]")


def without_hidden(text: str) -> str:
    r"""Text without characters that cannot be seen; an end of line is ``\n``.

    >>> without_hidden("North\u200b \u202eEast\x0bWest\x00")
    'North East West'
    """
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub("", _BREAK.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))


def visible(text: str) -> str:
    r"""Text for one line of a terminal or a log: what cannot be seen is shown by its number.

    >>> visible("East\u202e[0m\x1b[2J\nWest")
    'East‹U+202E›[0m‹U+001B›[2J West'
    """
    if text.isascii() and text.isprintable():
        return text
    text = re.sub(r"\s*[\r\n]+\s*", " ", text).replace("\t", " ")
    return NO_TEXT.sub("‹?›", HIDDEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text))


def unprintable_name(name: str) -> bool:
    r"""Whether the name of a file cannot be printed as it is.

    >>> unprintable_name("beds 2024.csv"), unprintable_name("beds\n2024.csv"), unprintable_name("beds\u202e.csv")
    (False, True, True)
    """
    return any(pattern.search(name) for pattern in (HIDDEN, NO_TEXT)) or any(sign in name for sign in "\t\r\n")


def names_of_hidden(text: str) -> list[str]:
    r"""What the hidden characters of a text are called, each once.

    >>> names_of_hidden("\u202eEast\x00")
    ['U+202E right-to-left override', 'U+0000 control']
    """
    return [
        f"U+{ord(sign):04X} {unicodedata.name(sign, 'control').lower()}"
        for sign in dict.fromkeys(HIDDEN.findall(text))
    ]  # fmt: skip
