"""What each form of a release says of a locality, read back from the published files: for tests that compare forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import docx
import duckdb
import openpyxl
from tagged_pdf import TaggedPdf
from word_file import cells
from written_cells import figures_of

from locality_profiles.numbers import print_value

Told = dict[str, list[str]]
"""By the name of a row, the figures in it as they are printed, in the order of the columns."""


class Place(NamedTuple):
    """A published locality: the release's folder, the stem of its files and its code."""

    release: Path
    stem: str
    code: str


def localities(release: Path) -> list[Place]:
    """Every locality of a release, which all have documents."""
    rows = duckdb.sql(f"""
        select distinct area_code from '{release}/open-data/profile.parquet' where area_type = 'locality'
        order by 1""").fetchall()
    return [Place(release, re.sub(r"[^\w.-]+", "-", code), code) for (code,) in rows]


# --- what Parquet says ----------------------------------------------------------------------------


def told_by_parquet(place: Place) -> Told:
    """The figures of the profile, printed by the rule for values and marks."""
    open_data = place.release / "open-data"
    rows = duckdb.sql(f"""
        select i.title, p.category_title, i.unit, i.decimals, p.value, p.status
        from '{open_data}/profile.parquet' p
        join read_csv('{open_data}/indicators.csv', all_varchar = true) i on i.indicator_id = p.item
        where p.area_type = 'locality' and p.area_code = '{place.code}'
        order by p.item, p.category, p.beside_order""").fetchall()
    told: Told = defaultdict(list)
    for title, category, unit, decimals, value, status in rows:
        name = f"{title}: {category}" if category else title
        told[name].append(str(print_value(value, status, unit or "", int(decimals))))
    return dict(told)


# --- what the forms say ---------------------------------------------------------------------------

#: What a row's name says beside the name itself: its unit, the numbers of its notes, for whom it is known at all.
BESIDE_A_NAME = re.compile(r"( \[note [\d, ]+\])?(; known only for .*)?$")
SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    return SPACES.sub(" ", text.replace("\u00ad", "")).strip()


def told_by_page(place: Place, width: int) -> Told:
    """The tables of figures of the page, without what is heard and not seen."""
    del width
    told: Told = defaultdict(list)
    for cell in figures_of(place.release / "site" / "areas" / f"{place.stem}.html"):
        name = f"{cell.indicator}: {cell.category}" if cell.category else cell.indicator
        told[plain(name)].append(plain(re.sub(r"Known only for .*", "", cell.words)))
    return dict(told)


def _rows(header: list[str], body: list[list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Rows of a table of figures, which alone has a period and then only areas."""
    if header[:2] == ["Indicator", "Period"]:
        for row in body:
            yield plain(row[0]), [plain(cell) for cell in row[2:]]


def _whole(tables: Iterator[list[list[str]]], width: int) -> Told:
    """Rows of tables of figures; one that was too wide comes in pieces, which follow each other to its whole width."""
    told: Told = defaultdict(list)
    of_the_last: list[str] = []
    for header, *body in tables:
        header = [plain(cell) for cell in header]
        names = [plain(row[0]) for row in body]
        if header[:2] == ["Indicator", "Period"]:
            for name, figures in _rows(header, body):
                told[name] += figures
            of_the_last = names
        elif header[0] == "Indicator" and names == of_the_last and len(told[names[0]]) < width:
            for row in body:
                told[plain(row[0])] += [plain(cell) for cell in row[1:]]
        else:
            of_the_last = []
    return dict(told)


def told_by_word(place: Place, width: int) -> Told:
    word = docx.Document(str(place.release / "documents" / f"{place.stem}.docx"))
    return _whole((cells(table) for table in word.tables), width)


def told_by_pdf(place: Place, width: int) -> Told:
    return _whole(iter(TaggedPdf(place.release / "documents" / f"{place.stem}.pdf").tables()), width)


def told_by_workbook(place: Place, width: int) -> Told:
    """Numbers as their own formats show them, with the marks that stand at the end of the row."""
    del width
    book = openpyxl.load_workbook(place.release / "workbooks" / f"{place.stem}.xlsx")
    told: Told = {}
    for sheet in book:
        for table in sheet.tables.values():
            header, *body = [list(row) for row in sheet[table.ref]]
            names = [str(cell.value) for cell in header]
            if names[:2] != ["Indicator", "Period"]:
                continue
            last = len(names) - ("Marks" in names)
            for row in body:
                marks = dict(_marks_of(str(row[-1].value), names)) if "Marks" in names else {}
                told[plain(str(row[0].value))] = [_marked(row[at], marks.get(names[at], "")) for at in range(2, last)]
    return told


def _marks_of(told: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """'[e] every figure', '[rnd] North Isles (locality); [p] Scotland (country)': marks by column."""
    for part in re.split(r"; (?=\[)", told):
        mark, _, where = part.partition(" ")
        yield from ((name, mark) for name in names[2:] if where == "every figure" or name in where)


def _marked(cell: openpyxl.cell.Cell, mark: str) -> str:
    """A cell with its mark, as print has them: what is close to zero is its mark alone."""
    if not isinstance(cell.value, int | float):
        return plain(str(cell.value))
    return mark if mark == "[low]" else plain(f"{_shown(cell)} {mark}")


def _shown(cell: openpyxl.cell.Cell) -> str:
    """A cell as a spreadsheet shows it."""
    if not isinstance(cell.value, int | float):
        return str(cell.value)
    form = cell.number_format
    places = len(form.partition(".")[2].rstrip('"%')) if "." in form else 0
    size = f"{abs(cell.value):,.{places}f}" if cell.value else "0"
    if cell.value and form.startswith("£"):
        size = f"£{size}"
    elif cell.value and form.endswith('"%"'):
        size = f"{size}%"
    return f"−{size}" if cell.value < 0 else size


READERS = {"page": told_by_page, "Word": told_by_word, "PDF": told_by_pdf, "workbook": told_by_workbook}


# --- they agree -----------------------------------------------------------------------------------


def by_name(told: Told, names: list[str]) -> Told:
    """Rows by the name that Parquet gives them: a document's says the unit too."""
    found: Told = {}
    for row, figures in told.items():
        bare = BESIDE_A_NAME.sub("", row)
        name = bare if bare in names else next(
            (name for name in sorted(names, key=len, reverse=True) if bare.startswith(f"{name} (")), bare
        )  # fmt: skip
        found[name] = figures
    return found


def differences(place: Place) -> list[str]:
    """Every figure on which any form and the Parquet do not agree."""
    expected = {plain(name): figures for name, figures in told_by_parquet(place).items()}
    assert sum(len(figures) for figures in expected.values()) > 100, "there is enough to compare"
    width, found = max(map(len, expected.values())), []
    for form, reader in READERS.items():
        told = by_name(reader(place, width), list(expected))
        found += [f"{form} lacks the row '{name}'" for name in expected.keys() - told.keys()]
        found += [f"{form} has a row '{name}' that Parquet has not" for name in told.keys() - expected.keys()]
        found += [
            f"{form}, '{name}': {told[name]} where Parquet has {expected[name]}"
            for name in expected.keys() & told.keys() if told[name] != expected[name]
        ]  # fmt: skip
    return found
