"""Reading ``[extracts.NAME]`` of ``profiles.toml``: how files of a partnership's own become a known kind of extract.

Whether there are such a kind, such a layout and such columns is asked where they are known (``sources._mapped``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text
from locality_profiles.meant import most_alike
from locality_profiles.tables.dates_as_written import DateForm
from locality_profiles.tables.intake import header_key
from locality_profiles.tables.own_columns import UNITS, OwnColumns, Spread

#: Keys of [extracts] itself, which are no mapping's name.
OF_ALL = ("folder", "read", "ignore")
NAME = r"[a-z][a-z0-9_]*"
FIELDS = {
    "files": Field(list, required=True, default=[]), "as": Field(str, required=True, default=""),
    "layout": Field(str), "sheet": Field(str), "header_row": Field(int),
    "columns": Field(dict, required=True, default={}), "ignore": Field(list, default=[]),
    "constants": Field(dict, default={}), "values": Field(dict, default={}), "units": Field(dict, default={}),
    "dates": Field(dict, default={}), "leave_out": Field(dict, default={}), "spread": Field(dict),
}  # fmt: skip
SPREAD = {"into": Field(str, required=True, default=""), "columns": Field(dict, required=True, default={})}


def own_columns(declared: Declaration, table: Mapping[str, Any]) -> tuple[OwnColumns, ...]:
    """Every mapping of [extracts]; what is wrong is noted with its line."""
    tables = table.items() if isinstance(table, dict) else ()
    return tuple(
        _mapping(declared, name, told) for name, told in tables if name not in OF_ALL and isinstance(told, dict)
    )


def without_mappings(table: Any) -> Any:
    """[extracts] without its mappings: a table in it is one, under whatever name."""
    if not isinstance(table, dict):
        return table
    return {key: value for key, value in table.items() if key in OF_ALL or not isinstance(value, dict)}


def _mapping(declared: Declaration, name: str, table: Mapping[str, Any]) -> OwnColumns:
    where = ("extracts", name)
    if not re.fullmatch(NAME, name):
        declared.problem(f"[extracts] has a mapping called '{name}'",
                         "Call it by small letters, digits and underscores, as in home_care.", *where)  # fmt: skip
    told = declared.read(table, FIELDS, *where)
    files, ignore = (list_of_text(declared, told[key], *where, key) for key in ("files", "ignore"))
    _check_files(declared, files, where)
    texts = {key: _texts(declared, told[key], *where, key) for key in ("columns", "constants", "units", "dates")}
    values = {
        column: _texts(declared, words, *where, "values", column)
        for column, words in _tables(declared, told["values"], *where, "values").items()
    }
    leave_out = {
        heading: list_of_text(declared, words, *where, "leave_out", heading)
        for heading, words in _lists(declared, told["leave_out"], *where, "leave_out").items()
    }
    row = told["header_row"]
    if row is not None and row < 1:
        declared.problem(f"[extracts.{name}] 'header_row' is {row}", "Rows are counted from 1, as a spreadsheet does.",
                         *where, "header_row")  # fmt: skip
    own = OwnColumns(
        name, files, told["as"], told["layout"], told["sheet"], row, texts["columns"], ignore, texts["constants"],
        values, texts["units"], texts["dates"], leave_out, _spread(declared, told["spread"], *where, "spread"),
        declared.lines.get(where),
    )  # fmt: skip
    _check_ours(declared, own, where)
    _check_theirs(declared, own, where)
    return own


def _spread(declared: Declaration, table: Mapping[str, Any] | None, *where: str) -> Spread | None:
    """The columns that are rows of ours, and what each sets."""
    if table is None:
        return None
    told = declared.read(table, SPREAD, *where)
    form = 'a table of our columns and words, as in "Total hrs" = { measure = "Number of Hours" }'
    tables = _of(declared, told["columns"], lambda value: isinstance(value, dict), form, *where, "columns")
    columns = {
        heading: _texts(declared, words, *where, "columns", heading) for heading, words in tables.items()
    }  # fmt: skip
    if not told["columns"] and "columns" in table:
        declared.problem(f"[{'.'.join(where)}] spreads no column", f"Write {form.partition('as in ')[2]}.",
                         *where, "columns")  # fmt: skip
    _check_sets(declared, columns, where)
    return Spread(told["into"], columns, declared.lines.get(where))


def _check_sets(declared: Declaration, columns: Mapping[str, Mapping[str, str]], where: tuple[str, ...]) -> None:
    """Each heading sets the same of our columns, and no two the same words: their rows could not be told apart."""
    place = f"[{'.'.join(where)}]"
    usual = next((words for words in columns.values() if words), {})
    first: dict[tuple[tuple[str, str], ...], str] = {}
    for heading, words in columns.items():
        key = tuple(sorted(words.items()))
        if not words:
            declared.problem(f"{place} sets nothing for '{heading}'", 'Write { measure = "Number of Hours" }.',
                             *where, "columns", heading)  # fmt: skip
        elif words.keys() != usual.keys():
            told, others = (", ".join(each) for each in (words, usual))
            declared.problem(f"{place} sets {told} for '{heading}', and {others} for another",
                             f"Set the same of our columns for each{_may_be_one(words, usual)}.",
                             *where, "columns", heading)  # fmt: skip
        elif (same := first.setdefault(key, heading)) != heading:
            declared.problem(f"{place} sets the same for '{heading}' as for '{same}'",
                             "Say in which of our words the two differ.", *where, "columns", heading)  # fmt: skip


def _may_be_one(some: Mapping[str, str], others: Mapping[str, str]) -> str:
    """Names that are spelt nearly alike, of which one is wrong: which, is not known here."""
    spare = [name for name in others if name not in some]
    odd = [name for name in some if name not in others]
    near = [(name, close) for name in odd for close in most_alike(name, spare)]
    return "".join(f"; '{name}' and '{close}' may be one" for name, close in near)


def _check_files(declared: Declaration, files: Sequence[str], where: tuple[str, ...]) -> None:
    for pattern in files:
        path = Path(pattern)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            declared.problem(f"[{'.'.join(where)}] files has '{pattern}', which is no pattern of files in the folder",
                             'Write it as "home care *.xlsx".', *where, "files")  # fmt: skip
    if not files:
        declared.problem(f"[{'.'.join(where)}] files names no file", 'Write files = ["home care *.xlsx"].', *where)


def _check_ours(declared: Declaration, own: OwnColumns, where: tuple[str, ...]) -> None:
    """Each of our columns comes from one place, and what is said of a column is said of one that is given."""
    given = own.given
    for twice in sorted({ours for ours in given if given.count(ours) > 1}):
        declared.problem(f"{own.heading} gives '{twice}' more than once",
                         "Give it from one column, by spread, or as a constant.", *where, "columns")  # fmt: skip
    for key, told in (("values", own.values), ("units", own.units), ("dates", own.dates)):
        for ours in told:
            if own.spread and ours in own.spread.sets:
                declared.problem(f"{own.heading} says something of '{ours}' under {key}, which spread sets",
                                 "Write the word that is meant under spread: it is taken as it stands there.",
                                 *where, key, ours)  # fmt: skip
            elif ours not in own.filled:
                declared.problem(f"{own.heading} says something of '{ours}' under {key}, to which no column is mapped",
                                 f"The columns that are mapped: {', '.join(own.filled)}.",
                                 *where, key, ours)  # fmt: skip
    for ours, unit in own.units.items():
        if unit not in UNITS:
            known = "; ".join(f"{name} ({does})" for name, (_, does) in UNITS.items())
            declared.problem(f"{own.heading} has the unit '{unit}' of '{ours}'", f"Known: {known}.",
                             *where, "units", ours)  # fmt: skip
    for ours, written in own.dates.items():
        try:
            DateForm.of(written)
        except ValueError as fault:
            declared.problem(f"{own.heading} says that '{ours}' is written '{written}', which is no form: {fault}",
                             'Write it as "DD/MM/YYYY", "MMM YYYY", "Qn YYYY/YY" or "YYYY-YYYY".',
                             *where, "dates", ours)  # fmt: skip


def _check_theirs(declared: Declaration, own: OwnColumns, where: tuple[str, ...]) -> None:
    """A heading, or a word of a column, is told once: capitals and blanks make no difference."""
    ignored = [heading for heading in own.ignore if heading != "*"]
    for heading in _repeated([*own.columns, *(own.spread.columns if own.spread else ()), *ignored]):
        declared.problem(f"{own.heading} names the heading '{heading}' more than once",
                         "Map it or ignore it, once; capitals make no difference.", *where, "columns")  # fmt: skip
    for ours, words in own.values.items():
        for word in _repeated(list(words)):
            declared.problem(f"{own.heading} says twice what '{word}' stands for in '{ours}'",
                             "Say it once; capitals make no difference.", *where, "values", ours)  # fmt: skip


def _repeated(texts: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    for text in texts:
        seen[header_key(text)] = seen.get(header_key(text), 0) + 1
    return [text for n, text in enumerate(texts)
            if seen[header_key(text)] > 1 and header_key(text) not in map(header_key, texts[:n])]  # fmt: skip


# --- tables of a closed form ----------------------------------------------------------------------


def _texts(declared: Declaration, table: Mapping[str, Any], *where: str) -> dict[str, str]:
    return _of(declared, table, lambda value: isinstance(value, str), "text in quotes", *where)


def _tables(declared: Declaration, table: Mapping[str, Any], *where: str) -> dict[str, dict[str, Any]]:
    form = f'a table of words, as in [{".".join(where)}.age_group] and below it "Everybody" = "All Ages"'
    return _of(declared, table, lambda value: isinstance(value, dict), form, *where)


def _lists(declared: Declaration, table: Mapping[str, Any], *where: str) -> dict[str, list[Any]]:
    form = 'a list of words, as in "Area" = ["Total"]'
    return _of(declared, table, lambda value: isinstance(value, list), form, *where)


def _of(
    declared: Declaration, table: Mapping[str, Any], good: Callable[[Any], bool], form: str, *where: str
) -> dict[str, Any]:
    for key, value in table.items():
        if not good(value):
            declared.problem(f"[{'.'.join(where)}] '{key}' should be {form}", "Write it so.", *where, key)
    return {str(key): value for key, value in table.items() if good(value)}
