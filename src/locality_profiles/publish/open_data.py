"""The same figures as data: Parquet and CSV, a spreadsheet for each area, one file of all tables for DuckDB, and a
package that describes them.

The long tables are written by DuckDB; each area's spreadsheet holds what its page shows. A text that
a spreadsheet would take for a formula gets an apostrophe before it, in CSV only.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from locality_profiles.errors import ContractBroken, Problem
from locality_profiles.numbers import shown_number, unit_label
from locality_profiles.publish.catalogue import NAME, Held, write_catalogue
from locality_profiles.publish.edition import SYNTHETIC, Edition, file_stems
from locality_profiles.publish.reading import LARGER, Beside, Profile, read_keys, read_profiles
from locality_profiles.publish.system_maps import write_layers
from locality_profiles.tables.contract import Column, TableContract
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb


class Long(NamedTuple):
    """A table that is published whole: its file name, whether as Parquet too, and what it holds."""

    table: str
    stem: str
    parquet: bool
    words: str


#: Those that a release does not have are left out.
LONG = (
    Long("profile", "profile", True, "Every number of every profile"),
    Long("profile_trend", "profile-trend", True, "Every point of every trend"),
    Long("indicator_value", "indicator-values", True, "Every indicator for every area and period"),
    Long("comparison", "comparisons", True, "Each area's latest values set against others"),
    Long("area_rank", "ranks", True, "Ranks of the latest values, with their uncertainty"),
    Long("neighbour", "neighbours", False, "Each area's statistical neighbours"),
    Long("trend", "trends", True, "Change and recent trend of every indicator"),
    Long("inequality", "inequalities", True, "Gaps and slopes across fifths by deprivation"),
    Long("reconciliation", "reconciliation-lp", False, "The present locality profiles beside these"),
    Long("indicator", "indicators", False, "The indicators and their definitions"),
    Long("area", "areas", False, "The areas and their codes"),
    Long("area_system", "area-systems", False, "The area systems, and how well each fits"),
    Long("area_fit", "area-fit", False, "How well each area is matched by its data zones"),
    Long("area_overlap", "area-overlap", True, "How areas of different systems overlap"),
    Long("system_link", "system-links", False, "Which area system nests in which"),
    Long("boundary_change", "boundary-changes", False, "Data zones that moved between areas"),
    Long("trend_break", "trend-breaks", False, "Where trends break, and why"),
    Long("code_change", "code-changes", False, "Codes of areas that changed"),
    Long("block_conversion", "block-conversion", True, "Shares to convert figures between editions of data zones"),
    Long("locality_register", "locality-register", False, "The localities of every partnership"),
    Long(
        "area_resource", "money-by-area", True, "Money that areas used beside their fair share, by family of services"
    ),
    Long("resource_share", "money-by-service", True, "The same by service, scope and group of people"),
    Long("allocation_rule", "rules-of-allocation", False, "The rules by which money was placed on areas"),
    Long("list_inflation", "list-inflation", True, "People on GP lists beside residents"),
    Long("sentence", "sentences", True, "Every sentence of every profile, with the values that it was made from"),
    Long("author_note", "author-notes", False, "What authors wrote, and whether numbers have moved since"),
    Long("voice", "voice", False, "What people say: issues, priorities and actions of localities"),
    Long("voice_figure", "voice-figures", False, "Figures of the indicators that they name"),
    Long("release_change", "what-changed", True, "What changed since the release before"),
)
#: A spreadsheet has so many rows, of which one is the header. A longer table is published as Parquet only.
MOST_ROWS = 1_048_576
#: A text that begins so may be taken for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Frictionless names of our column types.
FIELD_TYPES = {
    "text": "string", "integer": "integer", "number": "number", "date": "date", "boolean": "boolean",
    "geometry": "string",
}  # fmt: skip
LICENCES = {
    f"Open Government Licence v{version}.0": (
        f"OGL-UK-{version}.0", f"https://www.nationalarchives.gov.uk/doc/open-government-licence/version/{version}/",
    )
    for version in (2, 3)
}  # fmt: skip
WIDE_COLUMNS = (
    Column("section", "text", "Section of the profile."),
    Column("indicator_id", "text", "The indicator; indicators.csv defines it."),
    Column("indicator", "text", "Name of the indicator."),
    Column("category", "text", "Class of the indicator; empty for all.", empty=True),
    Column("unit", "text", "Unit of the figures of the row."),
    Column("period", "text", "Period of the figures of the row; empty where there is none.", empty=True),
)


def write_open_data(tables: Mapping[str, Path], out: Path, about: Edition) -> list[Path]:
    """Write the open data of a release into the folder ``out`` and return the files.

    The long tables at full precision, as Parquet, and as CSV where a spreadsheet can hold them;
    ``indicators.csv`` and ``areas.csv``; ``areas/<code>.csv``, one for each profiled area, with the
    figures of its page (UTF-8 with a byte-order mark, for Excel); ``catalogue.duckdb``, which has every table in one
    file; and ``datapackage.json``.

    Raises
    ------
    ContractBroken
        If a suppressed figure is still in the tables, or a profile names what has no name.
    """
    from locality_profiles.tables.store import connect

    (out / "areas").mkdir(parents=True, exist_ok=True)
    resources = []
    with connect() as connection:
        _refuse_unsuppressed(connection, tables)
        for long in _published(tables):
            contract = CONTRACTS[long.table]
            for suffix in _suffixes(long, tables):
                path = out / f"{long.stem}.{suffix}"
                _copy(connection, relation(tables[long.table]), contract, path)
                resources.append(_resource(path, out, contract.columns, contract.description, contract.key))
        layers = [*write_layers(tables, out), *_write_blocks(connection, tables, out)]
        resources += [_plain_resource(path, out, words) for path, words in layers]
        resources.append(_write_catalogue(tables, layers, out, about))
        stems = file_stems(read_keys(connection, tables, about.profiled))
        for kind in about.profiled:  # a country's profiles are not to be in memory together
            for profile in read_profiles(connection, tables, (kind,), trends=False):
                path = out / "areas" / f"{stems[profile.key]}.csv"
                columns = wide_columns(profile, about)
                with path.open("w", encoding="utf-8-sig", newline="") as file:
                    csv.writer(file).writerows(wide_rows(profile, columns))
                resources.append(_resource(path, out, columns, f"The figures of the page of {profile.name}."))
        sources = _sources(connection, tables)
    package = out / "datapackage.json"
    package.write_text(_one_line_each(_package(about, resources, sources)), encoding="utf-8")
    return [*(out / resource["path"] for resource in resources), package]


def _write_blocks(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], out: Path
) -> Iterator[tuple[Path, str]]:
    """Which data zones make up which areas, and the classes that they are in: what every sum over places follows from.

    Shares that were found by counting patients are left out: they say how many patients live where.
    """
    from locality_profiles.disclosure.publishable import zone_classes
    from locality_profiles.tables.suites import empty_view

    for stem, words, query in (
        ("membership", "Which data zones make up which areas", f"""
            select block_type, block_code, area_type, area_code, weight, method, vintage
            from {relation(tables["membership"])}
            where block_type = 'data_zone_2011' and method <> 'registered_patients'
            order by area_type, area_code, block_code"""),
        ("zone-classes", "The fifth by deprivation that each data zone is in, and whether it is town or country",
         zone_classes(relation(tables["population_class"]) if "population_class" in tables
                      else f"({empty_view(CONTRACTS['population_class'])})")),
    ):  # fmt: skip
        path = out / f"{stem}.parquet"
        to = str(path).replace("'", "''")
        connection.execute(f"copy ({query}) to '{to}' (format parquet, compression zstd)")
        yield path, words


def _write_catalogue(
    tables: Mapping[str, Path], layers: Sequence[tuple[Path, str]], out: Path, about: Edition
) -> dict[str, Any]:
    """Every table of the open data in one file, and its place in the package.

    The package says neither its size nor its checksum: DuckDB writes the same rows as other bytes each time. The
    release's own note has both.
    """
    held = [_held(long, tables[long.table], out) for long in _published(tables)]
    for path, words in layers:
        name = path.stem.replace("-", "_")
        if path.suffix == ".parquet" and name not in {table.name for table in held}:
            contract = CONTRACTS[name].columns if name in CONTRACTS else ()
            columns = tuple(column for column in contract if column.name in _columns_of(path))
            held.append(Held(name, f"from {relation(path)}", f"{words}. The same as {path.name}.", columns))
    first = f"{SYNTHETIC} " if about.synthetic else ""
    marked = f"{about.marking} " if about.marking else ""
    told = f"{marked}{first}{about.title}, release {about.release_id}."
    write_catalogue(out / NAME, held, told)
    words = "Every table of these files in one, for DuckDB: attach it from a folder or from its address."
    return {"path": NAME, "description": words, "format": "duckdb", "mediatype": "application/octet-stream"}


def _held(long: Long, path: Path, out: Path) -> Held:
    """A long table as the catalogue has it: as it was written as Parquet, and in the same order where it was not."""
    contract = CONTRACTS[long.table]
    words = f"One row is {contract.grain}. {contract.description} The same as {long.stem}."
    if long.parquet:
        return Held(long.table, f"from {relation(out / f'{long.stem}.parquet')}", words, contract.columns)
    chosen = ", ".join(f'"{column.name}"' for column in contract.columns)
    order = ", ".join(f'"{name}"' for name in dict.fromkeys((*contract.sort, *contract.key)))
    return Held(long.table, f"select {chosen} from {relation(path)} order by {order}", words, contract.columns)


def _columns_of(path: Path) -> set[str]:
    import pyarrow.parquet as pq

    return set(pq.read_schema(path).names)


def downloads(tables: Mapping[str, Path]) -> list[tuple[str, str, str]]:
    """What each long table holds, its file for a spreadsheet and its file for analysis (empty where there is none)."""
    found = []
    for long in _published(tables):
        files = {suffix: f"{long.stem}.{suffix}" for suffix in _suffixes(long, tables)}
        found.append((long.words, files.get("csv", ""), files.get("parquet", "")))
    maps = [("Outlines of every area system, for maps", "", "map-layer.parquet")] if "map_layer" in tables else []
    return found + maps


def _suffixes(long: Long, tables: Mapping[str, Path]) -> tuple[str, ...]:
    """Parquet for analysis, and CSV for a spreadsheet where one can hold the table."""
    if not long.parquet:
        return ("csv",)
    import pyarrow.parquet as pq

    path = tables[long.table]
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    fits = sum(pq.read_metadata(file).num_rows for file in files) < MOST_ROWS
    return ("parquet", "csv") if fits else ("parquet",)


def _published(tables: Mapping[str, Path]) -> list[Long]:
    return [long for long in LONG if long.table in tables]


def _refuse_unsuppressed(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> None:
    """The last gate: a figure that is held back may not leave in another column."""
    problems = []
    for table, columns in (
        ("profile", ("value", "numerator")),
        ("profile_trend", ("value",)),
        ("indicator_value", ("value", "numerator", "lower", "upper")),
    ):
        left = " or ".join(f"{column} is not null" for column in columns)
        query = f"select count(*) from {relation(tables[table])} where status = 'suppressed' and ({left})"
        ((count,),) = connection.execute(query).fetchall()
        if count:
            problems.append(Problem(f"{count:,} suppressed row(s) of '{table}' still hold {' or '.join(columns)}"))
    if problems:
        raise ContractBroken("The open data cannot be published: suppressed figures are still in the tables.", problems)


def _copy(connection: duckdb.DuckDBPyConnection, source: str, contract: TableContract, path: Path) -> None:
    """Write a table in its contract's order and columns."""
    guard = path.suffix == ".csv"
    chosen = ", ".join(_guarded_column(column) if guard else f'"{column.name}"' for column in contract.columns)
    order = ", ".join(f'"{name}"' for name in dict.fromkeys((*contract.sort, *contract.key)))
    form = "format csv, header true" if guard else "format parquet, compression zstd"
    to = str(path).replace("'", "''")
    connection.execute(f"copy (select {chosen} from {source} t order by {order}) to '{to}' ({form})")


def _guarded_column(column: Column) -> str:
    name = f't."{column.name}"'
    if column.type != "text" or column.allowed:
        return f'{name} as "{column.name}"'
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA)
    return f"case when substr({name}, 1, 1) in ({starts}) then '''' || {name} else {name} end as \"{column.name}\""


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("North Isles")
    ("'=1+1", 'North Isles')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


# --- one area's spreadsheet -----------------------------------------------------------------------


def wide_columns(profile: Profile, about: Edition) -> tuple[Column, ...]:
    """A figure and its status for each column of the page, between the row's names and its notes."""
    pairs = [
        column
        for heading in _headings(profile.columns, about)
        for column in (
            Column(heading, "number", "Figure as its page shows it; empty where the status says why.", empty=True),
            Column(f"{heading}: status", "text", "What the figure is, or why there is none."),
        )
    ]
    notes = Column("notes", "text", "What to know about figures of the row.", empty=True)
    return (*WIDE_COLUMNS, *pairs, notes)


def _headings(columns: Sequence[Beside], about: Edition) -> list[str]:
    """A heading for each column: the area's name, with its kind where it is larger, its code where names repeat."""
    names = [c.name if c.role not in LARGER else f"{c.name} ({about.one(c.area_type)})" for c in columns]
    repeated = Counter(names)
    return [
        f"{name} [{column.area_code}]" if repeated[name] > 1 else name
        for name, column in zip(names, columns, strict=True)
    ]


def wide_rows(profile: Profile, columns: Sequence[Column]) -> Iterator[list[Any]]:
    """The header and one row for each row of the page."""
    yield [guarded(column.name) for column in columns]
    for section in profile.sections:
        for row in section.rows:
            indicator = row.indicator
            line: list[Any] = [
                guarded(section.title), guarded(indicator.indicator_id), guarded(indicator.title),
                guarded(row.category_title or ("" if row.category == "all" else row.category)),
                guarded(unit_label(indicator.unit)), guarded(row.period.label if row.period else ""),
            ]  # fmt: skip
            for value, status, _ in row.cells:
                line += [shown_number(value, status, indicator.unit, indicator.decimals), status]
            notes = dict.fromkeys(note for _, _, note in row.cells if note)
            yield [*line, guarded(" ".join(notes))]


# --- the package ----------------------------------------------------------------------------------


def _sources(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> list[tuple[str, str, str, str]]:
    query = f"select distinct title, publisher, page, licence from {relation(tables['extract'])} order by all"
    return connection.execute(query).fetchall()


def _package(
    about: Edition, resources: list[dict[str, Any]], sources: list[tuple[str, str, str, str]]
) -> dict[str, Any]:
    words = "Figures of the locality profiles, as published."
    package: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": _slug(about.title) or "locality-profiles",
        "title": about.title,
        "description": f"{SYNTHETIC} {words}" if about.synthetic else words,
        "version": about.release_id,
        "created": f"{about.built:%Y-%m-%d}T00:00:00Z",
        "sources": [
            {"title": f"{title}, {publisher}"} | ({"path": page} if page.startswith(("https://", "http://")) else {})
            for title, publisher, page, _ in sources
        ],
        "licenses": [_licence(name) for name in sorted({licence for *_, licence in sources})],
        "resources": _with_names(resources),
    }
    return {key: value for key, value in package.items() if value not in ([], "")}


def _one_line_each(package: dict[str, Any]) -> str:
    """The package as JSON, each of its files on a line: there may be thousands."""
    rest = json.dumps(
        {key: value for key, value in package.items() if key != "resources"}, indent=1, ensure_ascii=False
    )
    files = ",\n  ".join(json.dumps(resource, ensure_ascii=False) for resource in package["resources"])
    return f'{rest.removesuffix("}").rstrip()},\n "resources": [\n  {files}\n ]\n}}\n'


def _licence(title: str) -> dict[str, str]:
    if title in LICENCES:
        name, path = LICENCES[title]
        return {"name": name, "title": title, "path": path}
    return {"name": _slug(title) or "other", "title": title}


#: Suffix, then format and media type.
MEDIA = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".geojson": "application/geo+json",
}  # fmt: skip


def _plain_resource(path: Path, out: Path, description: str) -> dict[str, Any]:
    """A file as the package names it, without its columns."""
    from locality_profiles.tables.store import sha256_of

    return {
        "path": path.relative_to(out).as_posix(),
        "description": description,
        "format": path.suffix[1:],
        "mediatype": MEDIA[path.suffix],
        **({} if path.suffix == ".parquet" else {"encoding": "utf-8"}),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }


def _resource(
    path: Path, out: Path, columns: Sequence[Column], description: str, key: Sequence[str] = ()
) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in columns]}
    if key:
        schema["primaryKey"] = list(key)
    return _plain_resource(path, out, description) | {"schema": schema}


@lru_cache(maxsize=4096)
def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.empty else {"required": True}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    field: dict[str, Any] = {
        "name": guarded(column.name),
        "type": FIELD_TYPES[column.type],
        "description": column.description,
    }
    return field | ({"constraints": constraints} if constraints else {})


def _with_names(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A name for each file that no other has, in the letters that the standard allows."""
    taken: Counter[str] = Counter()
    named = []
    for resource in resources:
        path = resource["path"]
        name = _slug(path.removesuffix(".csv").replace("/", "-").replace(".parquet", "-parquet"))
        taken[name] += 1
        named.append({"name": name if taken[name] == 1 else f"{name}-{taken[name]}", **resource})
    return named


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-.")
