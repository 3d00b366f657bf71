"""Looking at a release from the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.errors import Problem, UnknownArea
from locality_profiles.meant import did_you_mean
from locality_profiles.publish.releases import Release

if TYPE_CHECKING:
    from rich.table import Table

#: Packages that a whole installation has, and what each is for.
PACKAGES = {
    "duckdb": "curated store and queries", "pyarrow": "Parquet", "pandas": "notebooks", "geopandas": "notebooks, maps",
    "shapely": "outlines", "great_expectations": "validation", "prefect": "scheduled runs", "jinja2": "pages",
    "python_calamine": "reading workbooks", "rich": "the terminal",
}  # fmt: skip


def find_profile(release: Release, wanted: str | None) -> tuple[str, str]:
    """Type and code of the one profiled area with this code or name; without one, of the first locality or other area.

    A kind may stand before it, as in ``neighbourhood:Lerwick and Bressay``: areas of two kinds may share a name.

    Raises
    ------
    UnknownArea
        If there is none, or more than one; the nearest names are given.
    """

    import duckdb

    from locality_profiles.geography.names import full_key, short_key

    profile, area = (str(release.tables[name]).replace("'", "''") for name in ("profile", "area"))
    rows = duckdb.execute(
        f"select distinct p.area_type, p.area_code, a.area_name from read_parquet('{profile}') p "
        f"join read_parquet('{area}') a using (area_type, area_code)"
    ).fetchall()
    rows.sort(key=lambda row: (row[0] != "locality", row[0] == "hscp", row))
    if wanted is None:
        return rows[0][0], rows[0][1]
    kind, _, rest = wanted.partition(":")
    if rest and kind in {row[0] for row in rows}:
        rows, wanted = [row for row in rows if row[0] == kind], rest.strip()
    for same in (
        [row for row in rows if row[1] == wanted],
        [row for row in rows if row[2] == wanted],
        [row for row in rows if full_key(row[2]) == full_key(wanted)],
        [row for row in rows if short_key(row[2]) == short_key(wanted)],
    ):
        if len(same) == 1:
            return same[0][0], same[0][1]
        if same:
            raise UnknownArea(
                f"'{wanted}' may be {len(same)} areas; say which.",
                [Problem(f"{name} ({kind.replace('_', ' ')}) is '{kind}:{code}'") for kind, code, name in same],
            )
    such_as = f"There are {len(rows)} profiles, such as {rows[0][2]}."
    hint = did_you_mean(wanted, [row[2] for row in rows], otherwise=such_as, most=3)
    raise UnknownArea(f"There is no profile of '{wanted}'. {hint}")


#: Between two columns of a table.
GAP = 2


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows as a table for the terminal; one below the other where words would be broken to stand in columns."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = Console().width
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    cells = [[column, *(row[i] for row in texts)] for i, column in enumerate(columns)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, GAP - 1, 0, 0), pad_edge=False, header_style="bold")
    if sum(_longest_word(column) + GAP for column in cells) > max(width, MOST_WORD):
        return _one_below_the_other(table, columns, texts)
    numeric = [all(isinstance(row[i], int | float) or row[i] is None for row in rows) for i in range(len(columns))]
    for column, right, whole in zip(columns, numeric, _whole(cells, width), strict=True):
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold", no_wrap=whole)
    for row in texts:
        table.add_row(*map(Text, row))
    return table


#: A longer word, such as an address, may be broken.
MOST_WORD = 24


def _longest_word(cells: Sequence[str]) -> int:
    return max(min(len(word), MOST_WORD) for cell in cells for word in (cell.split() or [""]))


def _one_below_the_other(table: Table, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Each row as lines of a column's name and its cell, with an empty line between rows."""
    from rich.text import Text

    table.add_column("column", style="dim")
    table.add_column("value", overflow="fold")
    for row in rows:
        for number, (column, cell) in enumerate(zip(columns, row, strict=True), 1):
            table.add_row(Text(column), Text(cell), end_section=number == len(columns))
    return table


def _whole(columns: Sequence[Sequence[str]], width: int) -> list[bool]:
    """Which columns hold single words and are not to be broken; none where the others would have less than half."""
    one_word = [not any(" " in cell for cell in column) for column in columns]
    taken = sum(max(map(len, column)) + GAP for column, one in zip(columns, one_word, strict=True) if one)
    return [one and taken <= width // 2 for one in one_word]


def installed() -> list[tuple[str, str, str]]:
    """Package, version (or 'missing') and purpose."""
    from importlib import metadata

    found = []
    for name, purpose in PACKAGES.items():
        try:
            version = metadata.version(name.replace("_", "-"))
        except metadata.PackageNotFoundError:
            version = "missing"
        found.append((name, version, purpose))
    return [*found, *_machine()]


def _machine() -> list[tuple[str, str, str]]:
    """What of the machine itself decides what can be done here."""
    import platform
    import tempfile
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        zone = "there" if ZoneInfo("Europe/London") else "missing"
    except ZoneInfoNotFoundError:
        zone = "missing"
    with tempfile.TemporaryDirectory() as folder:
        try:
            (Path(folder) / "link").symlink_to(folder, target_is_directory=True)
            links = "can be made"
        except OSError:
            links = "cannot be made"
    return [
        ("python", platform.python_version(), f"the program, on {platform.system()} {platform.machine()}"),
        ("Europe/London", zone, "times of builds and schedules"),
        ("links", links, "'current' without a copy of the release"),
    ]


def serve_site(folder: Path, port: int) -> None:
    """Serve a folder on this machine only, until stopped."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.serve_forever()
