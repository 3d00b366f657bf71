"""The paragraph at the head of an area's page: a few sentences that stay right where values are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from locality_profiles.numbers import figure_and_mark
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.reading import LARGER, Indicator, Period, Profile, Row, figure_of

#: Indicators that have a sentence of their own. The others read 'Title: value, compared with …'.
_OWN_WORDS = {
    "population": "Its population was {value}{when}",
    "aged_65_plus": "Of its people, {value} were aged 65 and over",
    "aged_85_plus": "Of its people, {value} were aged 85 and over",
    "income_deprived": "Of its people, {value} were counted as income deprived{when}",
}


def summary(profile: Profile, headlines: Iterable[Indicator], parts: str, about: Edition) -> list[str]:
    """What the area is, its first headline figures, and how much is known about it.

    ``parts`` says what a larger area is made of ('7 localities'); empty for others.
    """
    sentences = [_opening(profile, parts, about)]
    for indicator in list(headlines)[:4]:
        row = profile.row(indicator.indicator_id)
        if row and figure_of(row.cells[0]):
            sentences.append(_figure(profile, row, about))
    sentences.append(_coverage(profile))
    return sentences


def _opening(profile: Profile, parts: str, about: Edition) -> str:
    kind = about.one(profile.area_type)
    article = "an" if kind[:1] in "aeio" else "a"
    partnership, board = profile.beside("hscp"), profile.beside("health_board")
    if partnership and partnership[1:3] != profile.key:
        within = profile.beside("within")
        most = f" Most or all of it lies in the {about.one(within.area_type)} {within.name}." if within else ""
        return f"{profile.name} is {article} {kind} of the {partnership.name} {about.one('hscp')}.{most}"
    where = f" in the area of {board.name}" if board and board[1:3] != profile.key else ""
    made_of = f", made up of {parts}" if parts else ""
    return f"{profile.name} is {article} {kind}{where}{made_of}."


def _figure(profile: Profile, row: Row, about: Edition) -> str:
    indicator = row.indicator
    value = _words(row.cells[0], indicator)
    when = f" {on(row.period)}" if row.period else ""
    own = _OWN_WORDS.get(indicator.indicator_id)
    text = own.format(value=value, when=when) if own else f"{row.title}: {value} {_unit(indicator)}".rstrip()
    if not own and row.period:
        text += f" ({row.period.label})"
    if indicator.method == "count":  # a larger area's count is larger, which tells nothing
        return f"{text}."
    others = [
        f"{_words(profile.cell(row, role), indicator)} in {name}"
        for role, name in (("hscp", f"the {about.one('hscp')}"), ("country", _name(profile, "country")))
        if figure_of(profile.cell(row, role))
    ]
    return f"{text}, compared with {' and '.join(others)}." if others else f"{text}."


def _words(cell: tuple[float | None, str, str | None], indicator: Indicator) -> str:
    """A value in running text: its mark is said, not shown."""
    figure, sign = figure_and_mark(cell[0], cell[1], indicator.unit, indicator.decimals)
    if not figure:
        return sign.words
    return f"{figure} ({sign.words})" if sign.mark else figure


def _unit(indicator: Indicator) -> str:
    """What the unit adds to a printed value, which has its % or £ already."""
    return re.sub(r"^(%|£|pence\b|per cent\b|percentage\b)\s*", "", indicator.unit)


def _name(profile: Profile, role: str) -> str:
    column = profile.beside(role)
    return column.name if column else ""


def _coverage(profile: Profile) -> str:
    """How many indicators have a figure for the area itself, and for larger ones only."""
    every = {row.indicator.indicator_id for row in profile.rows()}
    own = {row.indicator.indicator_id for row in profile.rows() if figure_of(row.cells[0])}
    beside = [number for number, column in enumerate(profile.columns) if column.role in LARGER]
    known = {row.indicator.indicator_id for row in profile.rows() if any(figure_of(row.cells[n]) for n in beside)}
    larger = known - own
    if not every:
        return "This release holds no figures for it."
    if own == every:
        return "Every indicator of this release has a figure for it."
    beyond = f"{len(larger)} more" if own else f"{len(larger)} of {len(every)} indicators"
    elsewhere = f"; on {beyond}, a larger area has one" if larger else ""
    if own:
        return f"There is a figure for it on {len(own)} of {len(every)} indicators{elsewhere}."
    return f"This release holds no figures for it{elsewhere or ': the tables below say why'}."


def on(period: Period) -> str:
    """A period as an adverb: 'in mid-2021', 'on 3 March 2021', 'from 1 Jan 2019 to 31 Dec 2021'."""
    if period.label[:1].isdigit() and " to " in period.label:
        return f"from {period.label}"
    return f"on {period.label}" if period.start == period.end and period.kind != "mid_year" else f"in {period.label}"
