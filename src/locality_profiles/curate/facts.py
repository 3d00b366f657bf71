"""Curated tables from staged ones: codes for names, totals where only parts came, contracts kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.curate.places import (
    BLOCK,
    System,
    lookup_places,
    own_partnerships,
    partnership_book,
    place_system,
    union,
)
from locality_profiles.curate.staging import StagedFile, staged_tables, union_of
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea
from locality_profiles.geography.names import NameBook, slug
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.geo import as_geoparquet
from locality_profiles.tables.store import (
    ROW_GROUP,
    Store,
    Stored,
    code_key,
    connect,
    keep_contract,
    key_of,
    sha256_of,
)
from locality_profiles.workspace import Workspace

#: Tables of facts, in the order in which they are made; population_class needs the three before it.
FACTS = (
    "population", "deprivation", "classification", "activity", "registration", "service", "household", "budget_line",
    "unit_cost",
)  # fmt: skip

#: Tables of which one row may come from several extracts.
MERGED = ("deprivation",)

#: The status of people added up. Only a sum of nothing but zeros is a true zero.
STATUS_OF_SUM = "coalesce(min(status) filter (status <> 'true_zero'), 'true_zero')"

#: Kinds of place whose codes must all be known; archived codes of boards and councils are only noted.
STRICT = (BLOCK,)


@dataclass(frozen=True)
class CuratedSet:
    """The curated tables of one build, and what a reader of the data-quality page should know."""

    tables: dict[str, Stored]
    notes: tuple[str, ...]
    partnerships: tuple[str, ...]

    def paths(self) -> dict[str, Path]:
        return {name: stored.path for name, stored in self.tables.items()}


def curate(workspace: Workspace, files: Sequence[StagedFile], store: Store) -> CuratedSet:
    """Make (or find) every curated table of a workspace.

    Raises
    ------
    ExtractRefused, UnknownArea, ContractBroken, WorkspaceError
        If a name or code cannot be placed, or a table does not keep its contract.
    """
    places_key = _places_key(workspace, files)
    with connect() as connection:
        lookup_places(connection, files)
        partnerships = own_partnerships(connection, workspace)
        tables, notes = _places(connection, workspace, files, store, places_key)
        connection.execute(f"create view area as select * from {tables['area'].relation}")
        for table in FACTS:
            stored, more = _fact(connection, workspace, files, store, table, places_key)
            tables[table] = stored
            notes += more
        for table in ("population", "deprivation", "classification", "service"):
            connection.execute(f"create view {table} as select * from {tables[table].relation}")
        tables["population_class"] = _population_class(connection, store, tables)
        tables["membership"] = _whole_membership(connection, store, tables, files, places_key)
    return CuratedSet(tables, tuple(notes), partnerships)


def _places_key(workspace: Workspace, files: Sequence[StagedFile]) -> str:
    staged = sorted(s.key for t in ("area", "membership", "boundary") for s in staged_tables(files, t))
    systems = [
        (s, sha256_of(workspace.extracts / s.file) if s.file and (workspace.extracts / s.file).is_file() else None)
        for s in workspace.systems
    ]
    return key_of("places", staged, systems, dict(workspace.names), code_key())


# --- places ---------------------------------------------------------------------------------------


def _places(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    files: Sequence[StagedFile],
    store: Store,
    key: str,
) -> tuple[dict[str, Stored], list[str]]:
    """Tables ``area``, ``block_membership`` (blocks in areas) and ``boundary``."""
    found = {name: store.find(name, key) for name in ("area", "_block_membership", "boundary")}
    if all(found.values()):
        return {name: stored for name, stored in found.items() if stored}, list(found["area"].manifest["notes"])  # type: ignore[union-attr]
    systems = [place_system(connection, system, workspace, files) for system in workspace.systems]
    notes = [note for system in systems for note in system.notes]
    connection.register("system_area", pa.concat_tables([s.areas for s in systems]) if systems else _none("area"))
    connection.register(
        "system_membership", pa.concat_tables([s.membership for s in systems]) if systems else _none("membership")
    )
    area_columns = ", ".join(column.name for column in CONTRACTS["area"].columns)
    areas = store.write_query("area", key, connection, (
        f"select {area_columns} from lookup_area where area_code is not null union all "
        f"select {area_columns} from system_area order by area_type, area_code"
    ), {"notes": notes})  # fmt: skip
    _keep(connection, store, areas)
    member_columns = ", ".join(column.name for column in CONTRACTS["membership"].columns)
    members = store.write_query("_block_membership", key, connection, (
        f"select {member_columns} from lookup_membership union all select {member_columns} from system_membership "
        "order by area_type, area_code, block_code"
    ), {})  # fmt: skip
    boundaries = store.write("boundary", key, _boundaries(connection, workspace, files, systems), {})
    return {"area": areas, "_block_membership": members, "boundary": boundaries}, notes


def _none(table: str) -> pa.Table:
    return CONTRACTS[table].schema.empty_table()


def _boundaries(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, files: Sequence[StagedFile], systems: Sequence[System]
) -> pa.Table:
    """Outlines with their areas' codes; those of areas that this workspace does not know are left out."""
    query = union(connection, files, "boundary")
    if not query:
        return as_geoparquet(_none("boundary"))
    book = partnership_book(connection, dict(workspace.names))
    parents = connection.execute(f"select distinct place_parent from ({query}) where area_code is null").fetchall()
    connection.register("parent_code", pa.table({
        "place_parent": pa.array([row[0] for row in parents], pa.string()),
        "code": pa.array([row[0] and book.code(row[0]) for row in parents], pa.string()),
    }))  # fmt: skip
    table = connection.sql(
        f"""select b.area_type, coalesce(b.area_code, a.area_code) as area_code, coalesce(b.area_name, b.place_name)
                as area_name, b.geometry, b.extract_id
            from ({query}) b
            left join parent_code p on p.place_parent is not distinct from b.place_parent
            left join system_area a on b.area_code is null and a.area_type = b.area_type
                and a.area_name = b.place_name and a.parent_code = p.code
            where coalesce(b.area_code, a.area_code) is not null order by 1, 2"""
    ).to_arrow_table()
    return as_geoparquet(table.cast(CONTRACTS["boundary"].schema))


def _whole_membership(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    tables: Mapping[str, Stored],
    files: Sequence[StagedFile],
    places_key: str,
) -> Stored:
    """Every block's areas: blocks, areas nested in areas, premises in areas, and each area in itself."""
    key = key_of("membership", places_key, tables["service"].key,
                 sorted(s.key for s in staged_tables(files, "membership")))  # fmt: skip
    if stored := store.find("membership", key):
        return stored
    connection.execute(f"create view block_membership as select * from {tables['_block_membership'].relation}")
    hospitals = union(connection, files, "membership", ["emergency_attendance"])
    boards = (
        f"select block_code, any_value(area_code) as board from ({hospitals}) "
        "where block_type = 'hospital' and area_type = 'health_board' group by 1"
        if hospitals else "select '' as block_code, '' as board where false"
    )  # fmt: skip
    stored = store.write_query("membership", key, connection, f"""
        with size as (select area_type, area_code, count(*) as blocks from block_membership group by all),
        nested as (
            select a.area_type as block_type, a.area_code as block_code, b.area_type, b.area_code
            from block_membership a join block_membership b using (block_type, block_code)
            join size s on s.area_type = a.area_type and s.area_code = a.area_code
            where a.area_type <> b.area_type and a.weight = 1 and b.weight = 1
            group by all having count(*) = any_value(s.blocks)),
        board as ({boards}),
        premises as (
            select s.service_type as block_type, s.service_code as block_code, m.area_type, m.area_code
            from service s join block_membership m on m.block_code = s.data_zone
            where s.service_type <> 'hospital' or m.area_type not in ('health_board', 'country')
               or s.service_code not in (select block_code from board)),
        reported as (
            select 'hospital' as block_type, block_code, m.area_type, m.area_code
            from board join (select block_code as code, area_type, area_code from nested
                             where block_type = 'health_board' and area_type = 'country' union all
                             select area_code, area_type, area_code from area where area_type = 'health_board') m
              on m.code = board.board)
        select * from (
            select block_type, block_code, area_type, area_code, weight, method, quality, vintage, extract_id
            from block_membership
            union all
            select area_type, area_code, area_type, area_code, 1, 'identity', null, vintage, extract_id from area
            union all select *, 1, 'nested', null, null, '' from nested
            union all select *, 1, 'premises', null, null, '' from premises
            union all select *, 1, 'reported', null, null, '' from reported)
        order by area_type, area_code, block_type, block_code""", {})  # fmt: skip
    _keep(connection, store, stored)
    return stored


# --- facts ----------------------------------------------------------------------------------------


def _fact(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    files: Sequence[StagedFile],
    store: Store,
    table: str,
    places_key: str,
) -> tuple[Stored, list[str]]:
    """One table of facts, from every extract that gives rows for it."""
    pieces = staged_tables(files, table)
    key = key_of(table, sorted(stored.key for stored in pieces), places_key)
    if stored := store.find(table, key):
        return stored, list(stored.manifest["notes"])
    contract = CONTRACTS[table]
    query = union(connection, files, table)
    if not query:
        return store.write(table, key, contract.schema.empty_table(), {"notes": []}), []
    connection.execute(f"create or replace temp view supplied as {query}")
    as_they_are = _complete(pieces) if table not in MERGED else []
    others = [piece.path for piece in pieces if piece not in as_they_are]
    connection.execute(f"create or replace temp view to_be_written as {union_of(table, others)}")
    notes: list[str] = []
    if any(column.name == "block_code" for column in contract.columns):
        _resolve_names(connection, workspace, files, table)
        notes = _check_codes(connection, files, table)
        rows = _coded_rows(contract, "to_be_written")
    else:
        rows = f"select {', '.join(_listed(contract))} from to_be_written"
    if table == "population":
        rows = f"{rows} {_totals_of_sexes(connection, _coded_rows(contract, 'supplied'))}"
    elif table == "deprivation":
        rows = _deprivation_rows(rows)
    order = ", ".join(f'"{column}"' for column in contract.sort)
    query = f"select * from ({rows}) order by {order}"
    stored = store.write_query(table, key, connection, query, {"notes": notes}, as_they_are)
    _keep(connection, store, stored)
    return stored, notes


def _keep(connection: duckdb.DuckDBPyConnection, store: Store, stored: Stored) -> None:
    """Check a written table against its contract; one that breaks it does not stay in the store."""
    try:
        keep_contract(connection, stored.relation, CONTRACTS[stored.table])
    except Exception:
        store.discard(stored)
        raise


def _listed(contract: TableContract) -> list[str]:
    return [f'"{column.name}"' for column in contract.columns]


def _complete(pieces: Sequence[Stored]) -> list[Stored]:
    """Large staged pieces in which every place came with a code: they need no work to be curated rows."""
    large = [piece for piece in pieces if piece.manifest["rows"] > ROW_GROUP]
    return [piece for piece in large if pq.read_schema(piece.path).equals(CONTRACTS[piece.table[1:]].schema)]


def _coded_rows(contract: TableContract, source: str) -> str:
    """The rows of a view, with the code for the name where a row came with a name."""
    named = ["n.code as block_code" if c.name == "block_code" else f's."{c.name}"' for c in contract.columns]
    # Two queries, for most rows are coded: joining millions of them to nothing would cost seconds.
    return f"""select {", ".join(_listed(contract))} from {source} where block_code is not null
        union all
        select {", ".join(named)} from (select * from {source} where block_code is null) s
        join name_code n on n.block_type = s.block_type and n.place_name = s.place_name
            and n.place_parent is not distinct from s.place_parent"""


def _totals_of_sexes(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """The total of both sexes where a publisher gave females and males only, as rows to add; or nothing."""
    years = connection.execute(
        "select distinct block_type, year from supplied group by all having not bool_or(sex = 'all') order by all"
    ).fetchall()
    if not years:
        return ""
    without_total = " or ".join(f"(block_type = '{block_type}' and year = {int(year)})" for block_type, year in years)
    return f"""union all
        select f.block_type, f.block_code, f.year, 'all' as sex, f.age, f.persons + m.persons as persons,
            if(f.status = 'true_zero', m.status, f.status) as status,
            if(f.extract_id = m.extract_id, f.extract_id,
                least(f.extract_id, m.extract_id) || ' ' || greatest(f.extract_id, m.extract_id)) as extract_id
        from (from ({rows}) where sex = 'female' and ({without_total})) f
        join (from ({rows}) where sex = 'male' and ({without_total})) m using (block_type, block_code, year, age)"""


def _deprivation_rows(rows: str) -> str:
    """Bring what several files say of one zone and domain (ranks, quintiles, counts) into one row."""
    return f"""select block_type, block_code, "index", domain, max(rank) as rank, max(decile) as decile,
            max(quintile) as quintile, max(deprived_people) as deprived_people, max(people) as people,
            coalesce(max(status) filter (status not in ('actual', 'true_zero')), max(status)) as status,
            string_agg(distinct extract_id, ' ' order by extract_id) as extract_id
        from ({rows}) group by all"""


def _resolve_names(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, files: Sequence[StagedFile], table: str
) -> None:
    """Make the table ``name_code``: the code that each name in the supplied rows means.

    Raises
    ------
    UnknownArea
        With every name that means no area, or more than one.
    """
    named = connection.execute(
        "select block_type, place_name, place_parent, any_value(extract_id) from supplied "
        "where block_code is null group by 1, 2, 3 order by 1, 3, 2"
    ).fetchall()
    finder = _CodeFinder(connection, dict(workspace.names))
    codes = [finder.code(block_type, name or "", parent) for block_type, name, parent, _ in named]
    files_by_id = {file.extract_id: file.name for file in files}
    problems = [
        Problem(
            f"'{name}'{f' in {parent}' if parent else ''} is the name of no {kind.replace('_', ' ')} here",
            'Say what it means in [names] of profiles.toml: "name in the extract" = "name in the lookup".',
            files_by_id.get(extract),
        )
        for (kind, name, parent, extract), code in zip(named, codes, strict=True)
        if code is None
    ]
    if problems:
        raise UnknownArea(f"{len(problems)} name(s) in the extracts mean no area.", problems)
    connection.register("name_code_rows", pa.table({
        "block_type": pa.array([row[0] for row in named], pa.string()),
        "place_name": pa.array([row[1] for row in named], pa.string()),
        "place_parent": pa.array([row[2] for row in named], pa.string()),
        "code": pa.array(codes, pa.string()),
    }))  # fmt: skip
    connection.execute("create or replace temp table name_code as select * from name_code_rows")


class _CodeFinder:
    """Finds the code that a name means, remembering the areas of each kind and partnership."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> None:
        self.connection, self.names = connection, names
        self.partnerships = partnership_book(connection, names)
        self.books: dict[tuple[str, str | None], tuple[NameBook, list[tuple[str, str]]]] = {}

    def code(self, block_type: str, name: str, parent: str | None) -> str | None:
        kind = "council_area" if block_type == "outside_partnership" else block_type
        hscp = self.partnerships.code(parent) if parent and kind != "council_area" else None
        if parent and kind != "council_area" and hscp is None:
            return None
        book, areas = self._book(kind, hscp)
        if (code := book.code(name)) is not None:
            return code
        if kind == "country" and len(areas) == 1:
            return areas[0][0]  # there is one country, whatever a publisher calls it
        if hscp and not areas:
            # A partnership whose areas this workspace does not draw: the code that they would have.
            return f"{hscp}/{slug(name)}"
        return None

    def _book(self, kind: str, hscp: str | None) -> tuple[NameBook, list[tuple[str, str]]]:
        if (kind, hscp) not in self.books:
            areas = _areas_of(self.connection, kind, hscp)
            self.books[kind, hscp] = NameBook(areas, self.names), areas
        return self.books[kind, hscp]


def _areas_of(connection: duckdb.DuckDBPyConnection, area_type: str, hscp: str | None) -> list[tuple[str, str]]:
    return connection.execute(
        "select area_code, area_name from area where area_type = ? and (? is null or parent_code = ?)",
        [area_type, hscp, hscp],
    ).fetchall()


def _check_codes(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile], table: str) -> list[str]:
    """Refuse unknown data-zone codes; note other codes that the lookup does not hold.

    Raises
    ------
    ExtractRefused
        Naming file, row and code of every unknown data zone.
    """
    unknown = connection.execute(
        "select block_type, extract_id, list(distinct block_code order by block_code), count(*) from supplied s "
        "where block_code is not null and block_type in (select area_type from area) and not exists "
        "(select 1 from area a where a.area_type = s.block_type and a.area_code = s.block_code) "
        "group by 1, 2 order by 1, 2"
    ).fetchall()
    by_id = {file.extract_id: file for file in files}
    problems, notes = [], []
    for block_type, extract, codes, count in unknown:
        listed = ", ".join(codes[:5]) + (f" and {len(codes) - 5:,} more" if len(codes) > 5 else "")
        kind = block_type.replace("_", " ")
        if block_type in STRICT:
            column, rows = _where_is(by_id[extract], codes)
            problems.append(Problem(
                f"unknown {kind} code {listed}; codes of the data-zone lookup were expected",
                "Check the code, or whether the file is of another vintage (2001 or 2022).",
                by_id[extract].name, column=column, rows=rows[:5], count=len(codes),
            ))  # fmt: skip
        else:
            notes.append(
                f"{by_id[extract].name}: {count:,} rows of {table} are about {kind} codes that the lookup does not "
                f"hold ({listed}); they are kept and not used"
            )
    if problems:
        raise ExtractRefused(f"{len(problems)} extract(s) hold unknown codes.", problems)
    return notes


def _where_is(file: StagedFile, codes: Sequence[str]) -> tuple[str | None, tuple[int, ...]]:
    """Column and rows of a supplied file that hold these codes; read again only to say so."""
    import pyarrow.compute as pc

    from locality_profiles.sources import layouts
    from locality_profiles.tables.intake import load, recognise

    for found in recognise(file.path, layouts(), file.name) or []:  # type: ignore[union-attr]
        raw = load(found, file.path, file.name)
        for name, column in zip(raw.columns.column_names, raw.columns.columns, strict=True):
            if pa.types.is_string(column.type):
                at = pc.is_in(column, pa.array(codes, pa.string())).to_numpy(zero_copy_only=False)
                if at.any():
                    return name, tuple(int(row) for row in raw.row_numbers[at])
    return None, ()


def _population_class(connection: duckdb.DuckDBPyConnection, store: Store, tables: Mapping[str, Stored]) -> Stored:
    """People beside the class of their data zone: the logic that shares by deprivation need, as a table."""
    key = key_of("population_class", *(tables[t].key for t in ("population", "deprivation", "classification")))
    if stored := store.find("population_class", key):
        return stored
    stored = store.write_query("population_class", key, connection, f"""
        with classes as (
            select block_type, block_code, scheme, category from classification
            union all
            select block_type, block_code, "index" || '_quintile', quintile::text from deprivation
            where domain = 'overall' and quintile is not null),
        people as (
            select block_type, block_code, year, sex, sum(persons)::bigint as persons,
                {STATUS_OF_SUM} as status,
                any_value(extract_id) as extract_id
            from population where block_type = '{BLOCK}' group by 1, 2, 3, 4)
        select p.block_type, p.block_code, p.year, p.sex, c.scheme, c.category, p.persons, p.status, p.extract_id
        from people p join classes c using (block_type, block_code)
        order by c.scheme, p.year, p.block_code, p.sex""", {})  # fmt: skip
    _keep(connection, store, stored)
    return stored
