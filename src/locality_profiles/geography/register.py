"""The register of partnerships and of the localities that each set out in its plan.

``register.csv`` holds the 128 localities of the 2016 overview of strategic plans and what became of
each, as far as published outlines, lookups and their change notes tell. It is reference data of the
project, so that a build can say which localities are missing from an extract. Nothing is dated that a
source does not date, and what could not be decided says so in ``note``.

What became of a locality (``change``):

==========  ==================================================================================
same        it stands today under its name, give or take spelling, word order, the partnership's
            name in front, or a list of its places behind
renamed     it stands today under another name
added       it was set out since, or is missing from the overview
split       it was shared among others; ``now`` names them, or is empty where no source does
merged      it was joined with others; ``now`` names the one they make
ended       nothing stands in its place
==========  ==================================================================================

Every locality that stands today has one row that is same, renamed or added; the rest are history.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pyarrow as pa

from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.geography.names import NameBook, full_key
from locality_profiles.tables.cells import CODE_PATTERNS
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import LOCALITY_REGISTER

FILE = "register.csv"
COLUMNS = (
    "partnership_code", "partnership", "health_board_code", "locality", "change", "now", "also", "note",
)  # fmt: skip
CHANGES = LOCALITY_REGISTER.column("change").allowed

#: Changes after which a locality stands today.
STANDING = ("same", "renamed", "added")


@dataclass(frozen=True)
class Partnership:
    """One health and social care partnership."""

    code: str
    name: str
    health_board_code: str


@dataclass(frozen=True)
class RegisteredLocality:
    """One locality of the register. ``also`` holds other names in use for it, which serve to find it."""

    partnership_code: str
    partnership: str
    health_board_code: str
    locality: str
    change: str
    now: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    note: str = ""

    @property
    def stands(self) -> bool:
        """Whether it is one of today's localities."""
        return self.change in STANDING


# --- reading --------------------------------------------------------------------------------------


@cache
def register() -> tuple[RegisteredLocality, ...]:
    """The register that comes with the package, by partnership and in the order of its plan."""
    return read_register(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))


@cache
def partnerships() -> tuple[Partnership, ...]:
    """The partnerships of the register, by code."""
    rows = register()
    found = {(row.partnership_code, row.partnership, row.health_board_code) for row in rows}
    return tuple(Partnership(*each) for each in sorted(found))


def read_register(text: str, name: str = FILE) -> tuple[RegisteredLocality, ...]:
    """A register as text.

    Raises
    ------
    DefinitionError
        With everything that is wrong, by row as a spreadsheet counts them.
    """
    records = list(csv.reader(io.StringIO(text)))
    header = tuple(records[0]) if records else ()
    if header != COLUMNS:
        raise DefinitionError(f"{name} cannot be used.", [Problem(
            f"the columns are {', '.join(header) or 'missing'}; expected {', '.join(COLUMNS)}",
            "Give it these columns, in this order.", name, rows=(1,),
        )])  # fmt: skip
    problems: list[Problem] = []
    rows: dict[int, RegisteredLocality] = {}
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(COLUMNS):
            problems.append(Problem(
                f"the row has {len(record)} cells; {len(COLUMNS)} were expected",
                "Put quotes round a cell that holds a comma.", name, rows=(number,),
            ))  # fmt: skip
        else:
            code, partnership, board, locality, change, now, also, note = (cell.strip() for cell in record)
            rows[number] = RegisteredLocality(
                code, partnership, board, locality, change, _names(now), _names(also), note
            )
    for column, number, what, remedy in (*_cells_wrong(rows), *_rows_apart(rows), *_links_wrong(rows)):
        problems.append(Problem(what, remedy, name, column=column, rows=(number,)))
    if problems:
        raise DefinitionError(f"{name} cannot be used.", sorted(problems, key=lambda problem: problem.rows))
    return tuple(rows.values())


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split(";") if name.strip())


#: Column, row, what is wrong, what to do.
_Fault = tuple[str, int, str, str]


def _cells_wrong(rows: Mapping[int, RegisteredLocality]) -> Iterator[_Fault]:
    """What can be seen in one row by itself."""
    for number, row in rows.items():
        for column, pattern, example in (
            ("partnership_code", CODE_PATTERNS["hscp"], "S37000000"),
            ("health_board_code", CODE_PATTERNS["health_board"], "S08000000"),
        ):
            found = getattr(row, column)
            if not re.fullmatch(pattern, found):
                yield column, number, f"found '{found}' where a code like {example} was expected", "Correct the code."
        for column in ("partnership", "locality"):
            if not getattr(row, column):
                yield column, number, "the name is empty", "Give the name."
        if row.change not in CHANGES:
            remedy = "Say what became of the locality."
            yield "change", number, f"found '{row.change}', expected one of {', '.join(CHANGES)}", remedy
        elif wrong := _wrong_number_of_names(row):
            yield "now", number, wrong, "Separate names by ; and name today's localities only."


def _wrong_number_of_names(row: RegisteredLocality) -> str:
    count = len(row.now)
    if row.change == "ended":
        return f"the locality ended and {count} of today's localities are named; none was expected" if count else ""
    if row.change == "split":
        unnamed = count == 0 and bool(row.note)
        return "" if count > 1 or unnamed else (
            f"the locality was split and {count} of today's are named; two or more were expected, "
            "or none and a note that says why"
        )  # fmt: skip
    return "" if count == 1 else f"{count} of today's localities are named; one was expected"


def _rows_apart(rows: Mapping[int, RegisteredLocality]) -> Iterator[_Fault]:
    """Rows that say one thing twice, or two things of one partnership."""
    seen: dict[tuple[str, str], int] = {}
    names: dict[str, tuple[int, str, str]] = {}
    for number, row in rows.items():
        first = seen.setdefault((row.partnership_code, full_key(row.locality)), number)
        if first != number:
            yield "locality", number, f"'{row.locality}' stands in row {first} too", "Keep one of the rows."
        known, *about = names.setdefault(row.partnership_code, (number, row.partnership, row.health_board_code))
        if about != [row.partnership, row.health_board_code]:
            yield (
                "partnership", number,
                f"{row.partnership_code} is {row.partnership} of {row.health_board_code} here, and {about[0]} of "
                f"{about[1]} in row {known}", "Give each partnership one name and one health board.",
            )  # fmt: skip


def _links_wrong(rows: Mapping[int, RegisteredLocality]) -> Iterator[_Fault]:
    """Names of today's localities that no row stands for, or more than one."""
    today: dict[str, Counter[str]] = defaultdict(Counter)
    joined: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows.values():
        if row.stands:
            today[row.partnership_code].update(row.now)
        elif row.change == "merged":
            joined[row.partnership_code].update(row.now)
    for number, row in rows.items():
        for name in row.now:
            times = today[row.partnership_code][name]
            if row.stands and times > 1:
                yield "now", number, f"'{name}' is what {times} rows are called today", "Name each locality once."
            elif row.change in ("split", "merged") and not times:
                remedy = "Add a row for it: same, renamed or added."
                yield "now", number, f"no locality of {row.partnership_code} is called '{name}' today", remedy
            if row.change == "merged" and joined[row.partnership_code][name] < 2:
                yield "now", number, f"only one locality was merged into '{name}'", "Call it renamed, or split."


# --- beside the extracts --------------------------------------------------------------------------


def match(
    rows: Iterable[RegisteredLocality],
    areas: Iterable[tuple[str, str, str]] | pa.Table,
    partnership_names: Mapping[str, str] | None = None,
) -> pa.Table:
    """The register beside the localities of a workspace, as table ``locality_register``.

    Parameters
    ----------
    rows
        The register, or some of it.
    areas
        (partnership code, area code, area name) of each locality of the workspace, or a table with
        columns ``partnership_code``, ``area_code`` and ``area_name``.
    partnership_names
        Names of partnerships that the register does not know, such as a sample's; else their codes serve.

    Notes
    -----
    Names are compared inside a partnership, as ``NameBook`` does. A locality that stands today is looked
    for under today's name, then under the register's and others in use. One that was split or merged is
    found where the extracts still hold it, or else hold all that it became; it has an area code of its
    own only in the first case, or where it became one. Localities of the extracts that no row speaks of
    are added, as ``added``; one whose name a row has that was found elsewhere says where it is from.
    """
    areas = _triples(areas)
    books: dict[str, NameBook] = {}
    for partnership in {partnership for partnership, _, _ in areas}:
        books[partnership] = NameBook((code, name) for of, code, name in areas if of == partnership)
    nobody = NameBook(())
    rows = tuple(rows)
    found = [_found(row, books.get(row.partnership_code, nobody)) for row in rows]
    known = {code for codes in found for code in codes}
    names = {**(partnership_names or {}), **{row.partnership_code: row.partnership for row in rows}}
    matched = [
        (row.partnership_code, row.partnership, row.locality, row.change, "; ".join(row.now) or None,
         codes[0] if len(codes) == 1 else None, bool(codes))
        for row, codes in zip(rows, found, strict=True)
    ]  # fmt: skip
    taken = {(row.partnership_code, row.locality) for row in rows}
    matched += [
        (partnership, names.get(partnership, partnership),
         f"{name} (in the extracts)" if (partnership, name) in taken else name, "added", name, code, True)
        for partnership, code, name in areas
        if code not in known
    ]  # fmt: skip
    matched.sort(key=lambda row: (row[0], row[2]))
    columns = zip(*matched, strict=True) if matched else [()] * len(LOCALITY_REGISTER.columns)
    named = zip(LOCALITY_REGISTER.schema.names, map(list, columns), strict=True)
    return conform(LOCALITY_REGISTER, dict(named), len(matched))


def _triples(areas: Iterable[tuple[str, str, str]] | pa.Table) -> list[tuple[str, str, str]]:
    if isinstance(areas, pa.Table):
        columns = (areas[name].to_pylist() for name in ("partnership_code", "area_code", "area_name"))
        return list(zip(*columns, strict=True))
    return list(areas)


def _found(row: RegisteredLocality, book: NameBook) -> tuple[str, ...]:
    """Codes of the areas that a row speaks of: one that it is, or all that it became; none if any lacks."""
    own = (row.locality, *row.also)
    wanted = (*row.now, *own) if row.stands else own
    for name in wanted:
        if code := book.code(name):
            return (code,)
    if row.stands:
        return ()
    parts = [book.code(name) for name in row.now]
    return tuple(dict.fromkeys(code for code in parts if code)) if all(parts) else ()


def missing_sentences(table: pa.Table, partnerships: Collection[str] | None = None) -> list[str]:
    """What the extracts lack of the register, for the data-quality page; nothing where nothing lacks.

    Parameters
    ----------
    table
        As ``match`` gives it.
    partnerships
        Codes of the partnerships to speak of; those that have any locality in the workspace if not
        given, since a workspace that never meant to draw a partnership's localities lacks none.
    """
    rows = table.to_pylist()
    of = {row["partnership_code"] for row in rows if row["found"]} if partnerships is None else set(partnerships)
    rows = [row for row in rows if row["partnership_code"] in of]
    missing = [row for row in rows if row["change"] in STANDING and not row["found"]]
    said = []
    if missing:
        whole = _without_any(rows)
        named = [f"{row['now']} ({row['partnership']})" for row in missing if row["partnership_code"] not in whole]
        named += [f"{'both' if count == 2 else f'all {count}'} of {name}" for name, count in whole.values()]
        said.append(f"The extracts lack {_localities(len(missing))} that the register knows: {'; '.join(named)}.")
    if earlier := _as_before(rows):
        named = [f"{row['locality']} ({row['partnership']})" for row in earlier]
        were = "it was" if len(earlier) == 1 else "they were"
        said.append(
            f"The extracts hold {_localities(len(earlier))} as {were} before a change that the register knows: "
            f"{'; '.join(named)}."
        )
    return said


def _localities(count: int) -> str:
    return "1 locality" if count == 1 else f"{count:,} localities"


def _without_any(rows: Sequence[dict[str, object]]) -> dict[object, tuple[object, int]]:
    """Name and number of today's localities of partnerships of which the extracts hold none."""
    some = {row["partnership_code"] for row in rows if row["found"]}
    number = Counter(
        (row["partnership_code"], row["partnership"])
        for row in rows
        if row["change"] in STANDING and row["partnership_code"] not in some
    )
    return {code: (name, count) for (code, name), count in number.items()}


def _as_before(rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Localities that the extracts hold under boundaries that stand no more.

    Where several were merged into one, they share its code if the extracts hold the one; else each has its own.
    """
    today = {row["area_code"] for row in rows if row["change"] in STANDING and row["found"]}
    return [row for row in rows if row["change"] not in STANDING and row["area_code"] and row["area_code"] not in today]
