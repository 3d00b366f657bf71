"""A new source inside a clone of the repository: its module, its spec and its suite, as CONTRIBUTING's recipe says.

What is written reads a plain table of counts by data zone and year into ``local_count``, and its spec passes. From
there one changes what the real file does otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path

from locality_profiles.errors import WorkspaceError
from locality_profiles.scaffolding.names import Made, check_name, like_another, write_new
from locality_profiles.sources import sources

#: A title stands in one line of the module.
LONGEST_TITLE = 70
SOURCES = Path("src") / "locality_profiles" / "sources"

MODULE = '''\
"""{title}."""

from __future__ import annotations

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="{name}",
    title={quoted},
    group="activity",  # the flow that reads it: places, population, activity, budget or deprivation
    publisher="Who publishes it",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/",
    frequency="every year",
    describes="What one row is about.",
    quirks=("What is odd about the real files, as somebody who met it would tell it.",),
)

#: The headings by which the file is recognised, whatever it is called: enough that no other extract has them all.
LAYOUTS = (Layout("CSV by data zone", ("DataZone", "Year", {column})),)


def curate(raw: RawTable) -> Curated:
    """One row per data zone and year."""
    cells = Cells(raw)
    zone = cells.codes("DataZone", "data_zone")
    kind, start, end = cells.periods("Year", "financial_year")
    value = cells.number({column}, minimum=0)
    cells.unique("DataZone", "Year")
    status = cells.status({column})
    cells.finish()  # everything that is wrong with the file is told at once
    rows = stage("local_count", {{
        "topic": SOURCE.kind, "category": "all", "sex": "all", "age_band": "all", "block_type": "data_zone_2011",
        "block_code": zone, "period_type": kind, "period_start": start, "period_end": end, "value": value,
        "status": status,
    }}, len(raw))  # fmt: skip
    return Curated({{"local_count": rows}}, claims(SOURCE.title.lower(), kind, start, end))
'''
SPEC = '''\
"""{title}: a table drawn in, a table out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

DRAWN = """
DataZone  | Year    | {heading}
S01900001 | 2021/22 | 12
S01900002 | 2021/22 | *
S01900001 | 2022/23 | 15
"""


def extract(folder: Path, drawing: str = DRAWN) -> Path:
    return csv_file(folder / "{name}.csv", drawing)


def test_a_count_is_kept_with_its_place_and_year(tmp_path: Path) -> None:
    table = curated(extract(tmp_path)).tables["local_count"]
    assert rows(table, "block_code", "period_start", "period_end", "value", "status") == [
        ("S01900001", date(2021, 4, 1), date(2022, 3, 31), 12, "actual"),
        ("S01900001", date(2022, 4, 1), date(2023, 3, 31), 15, "actual"),
        ("S01900002", date(2021, 4, 1), date(2022, 3, 31), None, "suppressed"),  # never nought
    ]


def test_each_year_is_claimed_once(tmp_path: Path) -> None:
    assert curated(extract(tmp_path)).claims == (
        {claims},
    )


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("S01900002 |", "S02900002 |", "column 'DataZone'"),
    ("| 2022/23", "| 2022/24", "column 'Year'"),
    ("| 15", "| -15", "column {heading_quoted}"),
    ("| 15", "| many", "column {heading_quoted}"),
    ("2022/23", "2021/22", "stands in more than one row"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert said in refusal(extract(tmp_path, DRAWN.replace(was, becomes)))
'''
SUITE = {
    "meta": {"table": "local_count", "about": "areas"},
    "expectations": [
        {
            "type": "expect_compound_columns_to_be_unique",
            "kwargs": {"column_list": ["block_type", "block_code", "topic", "category", "period_start"]},
            "severity": "critical",
            "meta": {
                "why": "A count that stands twice would be counted twice.",
                "remedy": "Find the two files that give it, and take one of them out of the extracts folder.",
            },
        },
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "value", "min_value": 0},
            "severity": "critical",
            "meta": {
                "why": "There is no count below nought.",
                "remedy": "Correct the cell at its source.",
            },
        },
    ],
}


def repository(start: Path) -> Path:
    """The clone of the repository that a folder lies in.

    Raises
    ------
    WorkspaceError
        If it lies in none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / SOURCES).is_dir() and (folder / "tests" / "specs").is_dir():
            return folder
    raise WorkspaceError(
        f"{start} is in no clone of the repository. A source is code: it is added inside a clone, and goes into the "
        "package from there. A file of which the columns can be mapped in profiles.toml needs none."
    )


def new_source(start: Path, name: str, title: str | None = None, column: str = "Count") -> Made:
    """Write a source's module, spec and suite into a clone of the repository.

    Raises
    ------
    WorkspaceError, NameTaken
        If there is no clone, the name cannot be one or is taken, or the column has no name that can be printed.
    """
    root = repository(start)
    there = {path.stem for path in (root / SOURCES).glob("*.py")} | set(sources())
    check_name(name, "a source", there, "Each kind of extract has one module.")
    if not column.strip() or any(sign in column for sign in '"\\|\n') or not column.isprintable():
        raise WorkspaceError(f"'{column[:40]}' cannot be the heading of a column here.")
    title = " ".join((title or name.replace("_", " ").capitalize()).split()).replace('"', "'").replace("\\", "/")
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise WorkspaceError(
            f"A title has up to {LONGEST_TITLE} characters. What more there is to say stands in 'describes'."
        )
    given = {
        "name": name, "title": title,
        "quoted": json.dumps(title, ensure_ascii=False),
        "column": json.dumps(column, ensure_ascii=False),
        "claims": ",\n        ".join(
            json.dumps(f"{title.lower()}, {year}", ensure_ascii=False) for year in ("2021/22", "2022/23")
        ),
        "heading": column, "heading_quoted": f"'{column}'",
    }  # fmt: skip
    files = write_new({
        root / SOURCES / f"{name}.py": MODULE.format(**given),
        root / "tests" / "specs" / f"test_{name}.py": SPEC.format(**given),
        root / "expectations" / "extract" / f"{name}.json":
            json.dumps({"name": name, **SUITE}, indent=2, ensure_ascii=False) + "\n",
    })  # fmt: skip
    return Made(
        files,
        (f"python -m pytest tests/specs/test_{name}.py   # it passes; draw in it what the real file has",
         f"write what the real file does otherwise into {SOURCES.as_posix()}/{name}.py, and its oddities into 'quirks'",
         f"draw a sound table in EXTRACT of tests/drawn_world.py, then python -m pytest tests/definitions -k {name}",
         "make docs, and a line in CHANGELOG.md"),
        like_another(name, there),
    )  # fmt: skip
