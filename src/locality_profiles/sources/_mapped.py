"""Reading a file through a workspace's own mapping, and what can be wrong with a mapping besides its form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.meant import did_you_mean
from locality_profiles.periods import parse_period
from locality_profiles.sources import ReadExtract, SourceModule, folding, sources
from locality_profiles.sources._asked import asked_of
from locality_profiles.sources._ledger_persons import SHARE_OF_CHANCE, TEN_DIGITS, is_chi_number
from locality_profiles.tables.intake import Asked, Header, Layout, header_key
from locality_profiles.tables.own_columns import OwnColumns, in_their_words, tables_of

#: Containers whose tables can be told by headings.
TABLES = ("text", "workbook", "parquet")
#: Headings of columns about a person. A file with one has no place among the extracts, mapped or ignored.
PERSONS = (
    r"\b(chi|upi|dob|date of birth|birth date|forename|surname|first name|last name|full name|client name|"
    r"patient name|client id|patient id|person id|nhs number|national insurance)\b"
)


def mappable() -> dict[str, SourceModule]:
    """Kinds of extract that a mapping may make: tables that are read as a whole."""
    return {kind: module for kind, module in sources().items() if module.curate and layouts_of(module)}


def layouts_of(module: SourceModule) -> tuple[Layout, ...]:
    return tuple(layout for layout in module.layouts if set(layout.containers) & set(TABLES))


def layout_of(own: OwnColumns) -> Layout | None:
    """The layout that a mapping makes: the one that it names, or the first whose columns it gives; None if none."""
    module = mappable().get(own.kind)
    if module is None:
        return None
    known = layouts_of(module)
    if own.layout is not None:
        return next((layout for layout in known if layout.name == own.layout), None)
    given = Header(own.given)
    fits = [layout for layout in known if layout.fits(given)]
    if fits:  # as in recognising: the one that asks for most is the most particular
        return max(fits, key=lambda layout: len(layout.required) + len(layout.patterns))
    return min(known, key=lambda layout: len(layout.missing(given)))


def refuse_unfit(mappings: Sequence[OwnColumns]) -> None:
    """Refuse mappings to a kind, a layout or columns that there are not.

    Raises
    ------
    WorkspaceError
        With everything that is wrong, by line.
    """
    problems = [problem for own in mappings for problem in problems_of(own)]
    if problems:
        raise WorkspaceError("profiles.toml cannot be used.", problems)


def problems_of(own: OwnColumns) -> list[Problem]:
    """What is wrong with one mapping."""
    place = f"profiles.toml, line {own.line}" if own.line else "profiles.toml"
    if own.kind not in mappable():
        return [Problem(f"{own.heading} makes '{own.kind}', {_no_kind(own.kind)}", _nearest(own.kind, mappable()),
                        place)]  # fmt: skip
    known = layouts_of(mappable()[own.kind])
    layout = layout_of(own)
    if layout is None:
        names = [each.name for each in known]
        return [Problem(f"{own.heading} names the layout '{own.layout}', which {own.kind} does not have",
                        _nearest(str(own.layout), names), place)]  # fmt: skip
    return _problems_of_columns(own, layout, len(known), place)


def _no_kind(kind: str) -> str:
    if kind in sources():
        return "which is read as it is published and takes no mapping"
    return "which is no kind of extract"


def _nearest(wanted: str, known: Sequence[str] | dict[str, SourceModule]) -> str:
    return did_you_mean(wanted, known, otherwise=f"Known here: {', '.join(known)}.")


def _problems_of_columns(own: OwnColumns, layout: Layout, layouts: int, place: str) -> list[Problem]:
    given = Header(own.given)
    named = f" (layout: {layout.name})" if layouts > 1 else ""
    problems = [
        Problem(f"{own.heading} gives no column '{layout.spelt(lacking)}', without which there is no {own.kind}{named}",
                f'Map a heading to it, or say what it always is: constants = {{ "{layout.spelt(lacking)}" = "…" }}.',
                place)
        for lacking in layout.missing(given)
    ]  # fmt: skip
    known = list(columns_of(own.kind, layout))
    for ours in own.given:
        if not _is_column(ours, layout, known):
            problems.append(Problem(
                f"{own.heading} makes a column '{ours}', which {own.kind} does not have{named}",
                _nearest(ours, known), place,
            ))  # fmt: skip
    problems += [
        Problem(f"{own.heading} makes a column '{name}', which marks another layout than {layout.name}",
                "Ignore it, or name the layout that is meant.", place)
        for name in layout.without if header_key(name) in given.keys
    ]  # fmt: skip
    return problems + _problems_of_words(own, layout)


def _problems_of_words(own: OwnColumns, layout: Layout) -> list[Problem]:
    """Words that columns which are spread set, and that no reader of the kind would know."""
    if own.spread is None:
        return []
    asked = {header_key(name): told for name, told in asked_of(own.kind, layout.name).items()}
    place = f"profiles.toml, line {own.spread.line}" if own.spread.line else "profiles.toml"
    problems = []
    for heading, words in own.spread.columns.items():
        for ours, word in words.items():
            if remedy := _unknown(word, asked.get(header_key(ours), Asked())):
                what = f"[extracts.{own.name}.spread] sets {ours} = '{word}' for '{heading}', which {own.kind} has not"
                problems.append(Problem(what, remedy, place))
    return problems


def _unknown(word: str, asked: Asked) -> str:
    """What to do about a word of ours that a reader would refuse; empty where it would not."""
    if asked.allowed and word not in asked.allowed:
        return _nearest(word, asked.allowed)
    if asked.pattern and not re.fullmatch(asked.pattern, word):
        return f"It should have the form {asked.pattern}."
    if asked.kind == "period" and parse_period(word) is None:
        return "Write it as 2020/21, 2020/21 Q4, 2021, 202103 or 2021-03-31."
    return ""


def may_be_empty(own: OwnColumns, layout: Layout) -> bool:
    """Whether a cell of the column that takes those of several may be empty, as its reader says."""
    asked = {header_key(name): told for name, told in asked_of(own.kind, layout.name).items()}
    return own.spread is not None and asked.get(header_key(own.spread.into), Asked()).empty


def _is_column(ours: str, layout: Layout, known: Sequence[str]) -> bool:
    key = header_key(ours)
    return key in map(header_key, known) or any(re.fullmatch(pattern, key) for pattern in layout.patterns)


def columns_of(kind: str, layout: Layout) -> dict[str, bool]:
    """Our columns of a layout, and whether each must be there: those that its reader looks for need not."""
    must = dict.fromkeys([*layout.required, *map(layout.spelt, layout.patterns)], True)
    keys = set(map(header_key, must))
    more = {name: False for name in asked_of(kind, layout.name) if header_key(name) not in keys}
    return must | {name: False for name in more if not any(re.fullmatch(p, header_key(name)) for p in layout.patterns)}


def read_mapped(path: Path, name: str, own: OwnColumns) -> list[ReadExtract]:
    """The tables of a file as its mapping makes them, curated as any extract of the kind.

    Raises
    ------
    ExtractRefused
        With every problem of the file, by its own headings.
    """
    layout = layout_of(own)
    assert layout is not None, "mappings are checked before anything is read through one"
    if folding(path):
        raise ExtractRefused(f"{name} was refused.", [Problem(
            f"it holds linked records of persons, which {own.heading} cannot turn into anything else",
            f"Take the file out of {own.heading}: such files are read as they are.", name,
        )])  # fmt: skip
    curate = sources()[own.kind].curate
    assert curate is not None
    read: list[ReadExtract] = []
    problems: list[Problem] = []
    for raw in tables_of(own, layout, path, name, _refuse_persons, with_empty=may_be_empty(own, layout)):
        try:
            read.append(ReadExtract(own.kind, raw, curate(raw)))
        except ExtractRefused as refused:
            problems += in_their_words(own, raw, refused).problems
    if problems:
        raise ExtractRefused(f"{name} was refused: {len(problems)} problem(s).", problems)
    return read


def _refuse_persons(supplied: pa.Table, numbers: np.ndarray, name: str, sheet: str | None) -> None:
    """Refuse a table with a column about persons, by its heading or by CHI numbers in it; none of them is told.

    Raises
    ------
    ExtractRefused
        Naming each such column.
    """
    problems = [Problem(what, "Take the column out before the file is put among the extracts.", name, sheet, heading)
                for heading, what in persons_in(supplied).items()]  # fmt: skip
    if problems:
        raise ExtractRefused(f"{name} was refused: it holds something about persons.", problems)


def persons_in(supplied: pa.Table) -> dict[str, str]:
    """Headings of columns about persons, and what each seems to be."""
    found = {}
    for heading in supplied.column_names:
        if re.search(PERSONS, header_key(heading).replace("_", " ")):
            found[heading] = "the column is about persons"
            continue
        column = supplied[heading]
        if not pa.types.is_string(column.type):
            continue
        ten = pc.unique(column.filter(pc.match_substring_regex(column, f"^{TEN_DIGITS.pattern}$"))).to_pylist()
        if ten and sum(map(is_chi_number, ten)) > SHARE_OF_CHANCE * len(ten):
            found[heading] = "the column holds what look like CHI numbers (10 digits)"
    return found
