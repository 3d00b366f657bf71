"""How every chart looks: one set of colours, sizes and marks, with a dark twin for each colour.

The colours are the Government Analysis Function's, and each mark stands out from its paper by 3 to 1 and each word by
4.5 to 1, light and dark; a test holds that. Colour is never alone: each role has its own shape, dash and weight.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib import metadata, resources
from typing import NamedTuple


class Pair(NamedTuple):
    """One colour on white paper, and what takes its place on a dark screen."""

    light: str
    dark: str


#: What is read, or tells one mark from another.
COLOURS: dict[str, Pair] = {
    "paper": Pair("#ffffff", "#111918"),
    "ink": Pair("#15211f", "#e7eeec"),
    "quiet": Pair("#4b5a57", "#a8b7b3"),
    "faint": Pair("#d5dcda", "#34433f"),
    "this": Pair("#12436d", "#7fbdf0"),
    "larger": Pair("#1f8a81", "#5cc9be"),
    "largest": Pair("#801650", "#f08fbf"),
    "peer": Pair("#7a8683", "#82918d"),
    "worse": Pair("#d9500b", "#ff9a63"),
    "women": Pair("#28a197", "#4fbfb5"),
}
#: What only carries: lines of a grid, and paper.
GROUND = frozenset({"paper", "faint"})
#: What words are printed in.
WORDS = ("ink", "quiet", "this")


class Mark(NamedTuple):
    """How one role is drawn, apart from its colour."""

    shape: str
    size: int
    dash: tuple[int, int]
    weight: float
    hollow: bool


MARKS: dict[str, Mark] = {
    "this": Mark("circle", 64, (1, 0), 2.75, False),
    "larger": Mark("diamond", 62, (7, 3), 2.0, True),
    "largest": Mark("square", 50, (2, 3), 2.0, True),
    "peer": Mark("circle", 16, (1, 0), 1.0, False),
    "class": Mark("circle", 64, (1, 0), 2.75, False),
    "better": Mark("circle", 90, (1, 0), 2.0, False),
    "worse": Mark("square", 84, (1, 0), 2.0, False),
    "similar": Mark("circle", 80, (1, 0), 2.0, True),
    "higher": Mark("triangle-up", 84, (1, 0), 2.0, False),
    "lower": Mark("triangle-down", 84, (1, 0), 2.0, False),
    "none": Mark("cross", 70, (1, 0), 1.5, True),
}
#: Verdicts have the colours of roles: a verdict is always this area's.
TINTS: dict[str, str] = {
    **{role: role for role in ("this", "larger", "largest", "peer", "worse")},
    "class": "this", "better": "this", "similar": "quiet", "higher": "largest", "lower": "largest", "none": "quiet",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Sizes and colours that charts are drawn in. Every picture is equally wide, so that words are one size."""

    width: int = 480
    """Of what is drawn; a picture has a margin on each side of it."""
    margin: int = 4
    text: int = 13
    small: int = 12
    font: str = "Arial, Liberation Sans, Helvetica, sans-serif"
    """Of one width of letters all: what a machine has of these breaks no line anew."""
    colours: dict[str, Pair] = field(default_factory=lambda: dict(COLOURS))

    def light(self, name: str) -> str:
        return self.colours[name].light

    @property
    def whole(self) -> int:
        """How wide a picture is, with its margins."""
        return self.width + 2 * self.margin

    @property
    def columns(self) -> int:
        """How many small multiples stand side by side."""
        return 1 if self.width < 400 else self.width // 230

    @cached_property
    def id(self) -> str:
        """Names the look in the key of a picture; another way of drawing is another look."""
        told = repr(sorted(asdict(self).items())) + _drawing()
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def _drawing() -> str:
    """The drawing itself, so that no picture of an older way of drawing is taken for one of ours."""
    told = hashlib.sha256(metadata.version("vl-convert-python").encode())
    room = resources.files("locality_profiles.publish.charts")
    for folder in (room, room / "kinds"):
        for module in sorted(folder.iterdir(), key=lambda path: path.name):
            if module.name.endswith(".py") and module.name != "describe.py":
                told.update(module.read_bytes())
    return told.hexdigest()


#: What documents and wide pages show.
LOOK = Look()
#: For a page's ``<source media="(max-width: 30em)">``: words stay of a size to read on a telephone.
NARROW = replace(LOOK, width=312)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in ((0.2126, red), (0.7152, green), (0.0722, blue))
    )
