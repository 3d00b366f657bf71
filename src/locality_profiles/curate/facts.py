"""Curated tables from staged ones: codes for names, totals where only parts came, contracts kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.curate.balance import with_balance
from locality_profiles.curate.described import describe, editions
from locality_profiles.curate.ground import BLOCK, Ground, partnership_book, union
from locality_profiles.curate.linked import concentrations, linked_tables
from locality_profiles.curate.linking import block_shares, whole_membership
from locality_profiles.curate.places import lookup_places, own_partnerships, place_systems
from locality_profiles.curate.staging import StagedFile, staged_tables, union_of
from locality_profiles.curate.systems import System
from locality_profiles.curate.voice import voice_table
from locality_profiles.episodes.engine import Where
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea
from locality_profiles.geography.names import NameBook, slug
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS, MEMBERSHIP, OUT
from locality_profiles.tables.geo import as_geoparquet
from locality_profiles.tables.store import (
    ROW_GROUP,
    Store,
    Stored,
    code_key,
    connect,
    keep_contract,
    key_of,
)
from locality_profiles.workspace import Workspace

#: Tables of facts, in the order in which they are made; population_class needs the three before it.
FACTS = (
    "population", "deprivation", "classification", "activity", "registration", "service", "household", "budget_line",
    "unit_cost", "unit_price", "needs_weight", "hospital_cost", "hosted_use", "postcode", "patient_zone",
    "practice_cluster", "block_point", "local_count", "published_value", "capacity", "population_projection",
)  # fmt: skip

#: Tables of which one row may come from several extracts.
MERGED = ("deprivation", "service", "population_projection")

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
    with connect() as connection:
        ground = stand_on(connection, workspace, files)
        partnerships = own_partnerships(connection, workspace)
        tables, systems, notes = lay_out(ground, store)
        connection.execute(f"create view area as select * from {tables['area'].relation}")
        for table in FACTS:
            stored, more = _fact(connection, workspace, files, store, table, tables)
            tables[table] = stored
            notes += more
        finder = _CodeFinder(connection, dict(workspace.names))
        tables["voice"] = voice_table(connection, files, finder.code, store)
        _keep(connection, store, tables["voice"])
        for table in ("population", "deprivation", "classification", "service"):
            connection.execute(f"create view {table} as select * from {tables[table].relation}")
        tables["population_class"] = _population_class(connection, store, tables)
        tables["_block_share"] = block_shares(connection, ground, store, tables)
        tables["membership"] = whole_membership(connection, ground, store, tables, systems, files)
        _keep(connection, store, tables["membership"])
        tables.update(linked_tables(files, store, Where(*workspace.engine), workspace.hospices))
        tables.update(with_balance(connection, store, tables))
        tables.update(concentrations(connection, files, store, tables))
        described, more = describe(ground, store, tables, systems, partnerships)
        tables.update(described)
        tables.update({f"{piece.table}:{system.name}": piece for system in systems for piece in system.stored})
        notes += [*tables["_block_share"].manifest["notes"], *more]
    return CuratedSet(tables, tuple(notes), partnerships)


def stand_on(connection: duckdb.DuckDBPyConnection, workspace: Workspace, files: Sequence[StagedFile]) -> Ground:
    """The ground of a workspace, with the tables ``lookup_area`` and ``lookup_membership``."""
    lookup_places(connection, files)
    return Ground(connection, workspace, files)


def lay_out(ground: Ground, store: Store) -> tuple[dict[str, Stored], list[System], list[str]]:
    """Editions, area systems, and the tables that follow from them: area, blocks in areas, outlines."""
    tables = editions(ground, store)
    systems = place_systems(ground, store)
    tables.update(_places(ground, store, systems, tables))
    return tables, systems, [note for system in systems for note in system.notes]


# --- places ---------------------------------------------------------------------------------------


def _places(ground: Ground, store: Store, systems: Sequence[System], tables: Mapping[str, Stored]) -> dict[str, Stored]:
    """Tables ``area``, ``_block_membership`` (2011 zones in areas) and ``boundary``."""
    connection, files = ground.connection, ground.files
    staged = sorted(s.key for t in ("area", "membership", "boundary") for s in staged_tables(files, t))
    key = key_of("places", staged, [s.key for s in systems], tables["block_conversion"].key, code_key())
    found = {name: store.find(name, key) for name in ("area", "_block_membership", "boundary")}
    if all(found.values()):
        return {name: stored for name, stored in found.items() if stored}
    connection.register("system_area", pa.concat_tables([s.areas for s in systems]) if systems else _none("area"))
    connection.register(
        "system_membership", pa.concat_tables([s.membership for s in systems]) if systems else _none("membership")
    )
    area_columns = ", ".join(column.name for column in CONTRACTS["area"].columns)
    areas = store.write_query("area", key, connection, (
        f"select {area_columns} from lookup_area where area_code is not null union all "
        f"select {area_columns} from system_area union all {_areas_of_editions(tables)} "
        "order by area_type, area_code"
    ), {})  # fmt: skip
    _keep(connection, store, areas)
    columns = ", ".join(column.name for column in MEMBERSHIP.columns if column.name not in ("grade", "estimated"))
    # Lookups of before the grade was told are exact; a table in an area of which one block is estimated is so whole.
    block_membership = store.write_query("_block_membership", key, connection, (
        f"select {columns}, coalesce(grade, 1) as grade, bool_or(coalesce(estimated, false)) "
        "over (partition by block_type, area_type, area_code) as estimated from lookup_membership union all by name "
        f"select {columns}, grade, estimated from system_membership order by area_type, area_code, block_code"
    ), {})  # fmt: skip
    boundaries = store.write("boundary", key, _boundaries(ground, systems), {})
    return {"area": areas, "_block_membership": block_membership, "boundary": boundaries}


def _areas_of_editions(tables: Mapping[str, Stored]) -> str:
    """Zones of other editions as areas, so that figures about them have a place with a name."""
    columns = {column.name: "null" for column in CONTRACTS["area"].columns} | {
        "area_type": "from_type", "area_code": "from_code", "area_name": "from_code",
        "extract_id": "any_value(extract_id)",
    }  # fmt: skip
    chosen = ", ".join(f"{value} as {name}" for name, value in columns.items())
    return f"select {chosen} from {tables['block_conversion'].relation} group by from_type, from_code"


def _none(table: str) -> pa.Table:
    return CONTRACTS[table].schema.empty_table()


def _boundaries(ground: Ground, systems: Sequence[System]) -> pa.Table:
    """Outlines with their areas' codes; those of areas that this workspace does not know are left out."""
    own = [
        s.outlines.append_column("area_type", pa.array([s.name] * len(s.outlines), pa.string())) for s in systems
    ]  # fmt: skip
    ground.connection.register("own_outline", pa.concat_tables(own) if own else pa.table({
        "area_code": pa.array([], pa.string()), "geometry": pa.array([], pa.binary()),
        "area_type": pa.array([], pa.string()),
    }))  # fmt: skip
    query = union(ground.connection, ground.files, "boundary")
    supplied = (
        f"""select area_type, area_code, coalesce(area_name, place_name) as area_name, geometry, extract_id
            from ({query})
            where area_code is not null and area_type not in (select area_type from own_outline) union all"""
        if query else ""
    )  # fmt: skip
    table = ground.connection.sql(
        f"""{supplied}
            select o.area_type, o.area_code, a.area_name, o.geometry, a.extract_id
            from own_outline o join system_area a using (area_type, area_code) order by 1, 2"""
    ).to_arrow_table()
    return as_geoparquet(table.cast(CONTRACTS["boundary"].schema))


# --- facts ----------------------------------------------------------------------------------------


def _fact(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    files: Sequence[StagedFile],
    store: Store,
    table: str,
    tables: Mapping[str, Stored],
) -> tuple[Stored, list[str]]:
    """One table of facts, from every extract that gives rows for it.

    Its key holds what its rows depend on (the extracts, the lookup, and the codes that names mean) and
    not the area systems, so adding a system reads no fact again.
    """
    pieces = staged_tables(files, table)
    contract = CONTRACTS[table]
    query = union(connection, files, table)
    depends: list[object] = [table, sorted(stored.key for stored in pieces), code_key()]
    if not query:
        key = key_of(*depends)
        stored = store.find(table, key) or store.write(table, key, contract.schema.empty_table(), {"notes": []})
        return stored, []
    connection.execute(f"create or replace temp view supplied as {query}")
    if any(column.name == "block_code" for column in contract.columns):
        depends += [_lookup_key(files), tables["block_conversion"].key, tables["code_change"].key,
                    _resolve_names(connection, workspace, files, table)]  # fmt: skip
    if table == "service":
        depends.append(sorted(stored.key for stored in staged_tables(files, "postcode")))
    key = key_of(*depends)
    if found := store.find(table, key):
        return found, list(found.manifest["notes"])
    as_they_are = _complete(pieces) if table not in MERGED else []
    others = [piece.path for piece in pieces if piece not in as_they_are]
    connection.execute(f"create or replace temp view to_be_written as {union_of(table, others)}")
    notes: list[str] = []
    if any(column.name == "block_code" for column in contract.columns):
        notes = _check_codes(connection, files, table, tables)
        rows = _coded_rows(contract, "to_be_written")
    else:
        rows = f"select {', '.join(_listed(contract))} from to_be_written"
    if table == "population":
        rows = f"{rows} {_totals_of_sexes(connection, _coded_rows(contract, 'supplied'))}"
    elif table == "deprivation":
        rows = _deprivation_rows(rows)
    elif table == "population_projection":
        _refuse_two_projections(connection, rows, files)
        rows = _projections_once(rows)
    elif table == "service":
        rows = _placed_services(rows, staged_tables(files, "postcode"))
        notes = _services_without_zone(connection, rows)
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


def _projections_once(rows: str) -> str:
    """Each figure once, with all the files that give it: one area's principal may stand in two."""
    return f"""select * exclude (persons, status, variant_title, extract_id), any_value(persons) as persons,
            min(status) as status, min(variant_title) as variant_title,
            string_agg(distinct extract_id, ' ' order by extract_id) as extract_id
        from ({rows}) group by all"""


def _refuse_two_projections(
    connection: duckdb.DuckDBPyConnection, rows: str, files: Sequence[StagedFile]
) -> None:  # fmt: skip
    """Files may give the same projection, but not different figures of it.

    Raises
    ------
    ExtractRefused
        With each area and variant of which files say different things.
    """
    names = {file.extract_id: file.name for file in files}
    found = connection.execute(
        f"""select any_value(block_code), min(variant_title), base_year, min(year), min(age),
                list(distinct extracts[1]), list(distinct extracts[-1]), count(*)
            from (select * exclude (persons, status, extract_id), list(extract_id order by extract_id) as extracts
                  from ({rows}) group by all having count(distinct persons) > 1)
            group by block_type, block_code, base_year, variant order by 1, 2"""
    ).fetchall()
    if found:
        problems = [
            Problem(
                f"{title} of {code} from {base}: {count:,} figure(s) are other ones in {names[others[0]]}, the first "
                f"at age {age} in {year}",
                "Take the older of the two out of the extracts folder.", names[first[0]], count=count,
            )
            for code, title, base, year, age, first, others, count in found
        ]  # fmt: skip
        raise ExtractRefused(f"{len(found)} projection(s) are told differently by two extracts.", problems)


def _placed_services(rows: str, directory: Sequence[Stored]) -> str:
    """Every service once, by its latest row, in the data zone of its premises.

    Registers of emergency sites and of care services tell a postcode and no data zone. The postcode directory
    knows the zone; where it is not among the extracts, other premises of that postcode may; and a site without a
    known postcode stands where its hospital stands, for both have one code.
    """
    premises = "upper(replace(postcode, ' ', ''))"
    zones = f"select {premises} as premises, min(data_zone) as zone"
    return f"""
        with latest as (
            select *, {premises} as premises from ({rows}) qualify row_number() over (
                partition by service_type, service_code order by as_at desc nulls last, extract_id) = 1),
        listed as ({zones} from ({union_of("postcode", [piece.path for piece in directory])}) group by 1),
        beside as ({zones} from latest group by 1)
        select s.* exclude (premises)
            replace (coalesce(s.data_zone, listed.zone, beside.zone, hospital.data_zone) as data_zone)
        from latest s
        left join listed using (premises)
        left join beside using (premises)
        left join latest hospital on hospital.service_type = 'hospital' and hospital.service_code = s.service_code"""


def _services_without_zone(connection: duckdb.DuckDBPyConnection, rows: str) -> list[str]:
    """How many services of each kind are in no area: left unsaid, the count of them would only look low."""
    found = connection.execute(
        f"select service_type, count(*) from ({rows}) where data_zone is null group by 1 order by 1"
    ).fetchall()
    return [
        f"services of the kind {kind} without a data zone, by postcode or otherwise, which are in no area: {count:,}"
        for kind, count in found
    ]


def _resolve_names(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, files: Sequence[StagedFile], table: str
) -> list[tuple[str | None, ...]]:
    """Make the table ``name_code``: the code that each name in the supplied rows means. Also gives its rows.

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
    return [(*row[:3], code) for row, code in zip(named, codes, strict=True)]


def _lookup_key(files: Sequence[StagedFile]) -> list[str]:
    """Keys of what was staged from the data-zone lookup, against which codes are checked."""
    parts = [part for file in files for part in file.parts if part.kind == "data_zone_lookup"]
    return sorted(stored.key for part in parts for stored in part.tables.values())


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
        "select area_code, area_name from area where area_type = ? and (? is null or parent_code = ?) "
        f"and area_code <> '{OUT}' and not ends_with(area_code, '/{OUT}')",
        [area_type, hscp, hscp],
    ).fetchall()


def _check_codes(
    connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile], table: str, tables: Mapping[str, Stored]
) -> list[str]:
    """Refuse unknown data-zone codes; note other codes that the lookup does not hold.

    Raises
    ------
    ExtractRefused
        Naming file, row and code of every unknown data zone.
    """
    unknown = connection.execute(
        f"""with known as (
                select area_type, area_code from lookup_area where area_code is not null union
                select from_type, from_code from {tables["block_conversion"].relation} union
                select c.area_type, c.old_code from {tables["code_change"].relation} c
                join lookup_area a on a.area_type = c.area_type and a.area_code = c.new_code),
            checked as (select distinct area_type from known union select unnest(['data_zone_2001', 'data_zone_2022']))
            select block_type, extract_id, list(distinct block_code order by block_code), count(*) from supplied s
            where block_code is not null and block_type in (select area_type from checked) and not exists
                (select 1 from known a where a.area_type = s.block_type and a.area_code = s.block_code)
            group by 1, 2 order by 1, 2"""
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
            why = (
                "for which no conversion is among the extracts" if block_type.startswith("data_zone_")
                else "that the lookup does not hold"
            )  # fmt: skip
            notes.append(
                f"{by_id[extract].name}: {count:,} rows of {table} are about {kind} codes {why} ({listed}); "
                "they are kept and not used"
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


#: Shares of the country's data zones, from the most deprived, that are asked for by name.
MOST_DEPRIVED = (5, 10, 15, 20)


def _population_class(connection: duckdb.DuckDBPyConnection, store: Store, tables: Mapping[str, Stored]) -> Stored:
    """People beside the classes of their data zone: the logic that shares by deprivation need, as a table.

    Overall fifths are those that the publisher weighted by people. Fifths of one domain, and the most deprived
    shares, are told by rank: they hold so many of the zones, as the Government counts them.
    """
    key = key_of("population_class", *(tables[t].key for t in ("population", "deprivation", "classification")))
    if stored := store.find("population_class", key):
        return stored
    shares = " union all ".join(
        f"""select block_type, block_code, "index" || '_most_deprived_{share}' as scheme,
            if(rank <= {share} * zones / 100, 'yes', 'no') as category from ranked where domain = 'overall'"""
        for share in MOST_DEPRIVED
    )
    stored = store.write_query("population_class", key, connection, f"""
        with ranked as (
            select *, count(*) over (partition by block_type, "index", domain) as zones
            from deprivation where rank is not null),
        classes as (
            select block_type, block_code, scheme, category from classification
            union all
            select block_type, block_code, "index" || '_quintile', quintile::text from deprivation
            where domain = 'overall' and quintile is not null
            union all
            select block_type, block_code, "index" || '_' || domain || '_quintile',
                least(5, ceil(5 * rank / zones))::int::text from ranked where domain <> 'overall'
            union all {shares}),
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
