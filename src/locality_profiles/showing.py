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


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Rows as a table for the terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, header_style="bold")
    numeric = [all(isinstance(row[i], int | float) or row[i] is None for row in rows) for i in range(len(columns))]
    for column, right in zip(columns, numeric, strict=True):
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return table


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
