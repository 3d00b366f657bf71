"""Colours of a house style: how well they stand out from their ground, and the shades that do.

Contrast is that of WCAG 2.2: 1 for no difference, 21 for black on white. Text needs 4.5, graphics 3.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXT, GRAPHICS = 4.5, 3.0
#: Steps in which a colour is made darker or lighter until it will do.
STEPS = 50

#: Grounds of the pages: paper and ink in the light and in the dark.
PAPER, INK = "#ffffff", "#15211f"
DARK_PAPER, DARK_INK = "#111918", "#e7eeec"
#: How much of the main colour is in the ground of an area's own column, and in that of the footer.
OWN, TINT = 0.14, 0.05
DARK_OWN, DARK_TINT = 0.2, 0.07


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, each 0 to 255.

    >>> channels("#12436D")
    (18, 67, 109)
    """
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2: 0 for black, 1 for white."""
    parts = [part / 255 for part in channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How well one colour stands out from another.

    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another in it.

    >>> mixed("#ffffff", "#000000", 0.2)
    '#cccccc'
    """
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def standing_out(colour: str, ground: str, least: float) -> str:
    """The colour itself if it stands out well enough, else its nearest shade that does: darker on light, or lighter.

    >>> standing_out("#12436d", "#ffffff", 4.5), standing_out("#66ccff", "#ffffff", 4.5)
    ('#12436d', '#3d7a99')
    """
    towards = "#000000" if luminance(ground) > 0.18 else "#ffffff"
    shades = (mixed(colour, towards, step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if contrast(shade, ground) >= least)


def ground_of(paper: str, colour: str, share: float) -> str:
    """The paper with some of a colour in it, less where text in that colour could not be read on it."""
    shares = (share * step / 10 for step in range(10, -1, -1))
    grounds = (mixed(paper, colour, each) for each in shares)
    return next((ground for ground in grounds if contrast(colour, ground) >= TEXT), paper)


@dataclass(frozen=True)
class Colours:
    """The colours of a house style in the light and in the dark; print takes those of the light."""

    main: str
    """Links, borders and the labels of an area's own column."""
    on_main: str
    """Text on the main colour."""
    accent: str
    """The band at the head of every page and of every document."""
    dark_main: str
    dark_on_main: str
    dark_accent: str


def on(colour: str) -> str:
    """Ink or paper, whichever is read better on a colour."""
    return max((PAPER, DARK_PAPER), key=lambda text: contrast(text, colour))


def derived(main: str, accent: str = "", on_main: str = "") -> Colours:
    """All colours from the main one: lighter in the dark, and text on it that is read."""
    accent = accent or main
    dark = standing_out(main, DARK_PAPER, 7.0)
    return Colours(
        main, on_main or on(main), accent, dark, on(dark), standing_out(accent, DARK_PAPER, GRAPHICS)
    )  # fmt: skip


def stylesheet(colours: Colours) -> str:
    """The custom properties of the pages' stylesheet in these colours: for the light, the dark, and print."""
    light = _properties(colours.main, colours.on_main, colours.accent, PAPER, (OWN, TINT))
    dark = _properties(colours.dark_main, colours.dark_on_main, colours.dark_accent, DARK_PAPER, (DARK_OWN, DARK_TINT))
    return (
        f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n"
    )


def _properties(main: str, on_main: str, accent: str, paper: str, shares: tuple[float, float]) -> str:
    own, tint = (ground_of(paper, main, share) for share in shares)
    told = {"accent": main, "on-accent": on_main, "band": accent, "own": own, "tint": tint}
    return " ".join(f"--{name}: {colour};" for name, colour in told.items())
