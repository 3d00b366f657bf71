"""The cube of linked records, from the pieces of all files: ``activity_cube``, ``quarantine``, ``hospital_flow``.

What a file gives by itself stands in the store already. Here is made what needs several files, each for one financial
year and named by the pieces that it is made of, so that one changed file makes little anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from locality_profiles.curate.staging import READERS, StagedFile, staged_tables
from locality_profiles.episodes import cube, individuals, together
from locality_profiles.episodes.cells import WHOLE_YEAR, Year
from locality_profiles.episodes.concentration import concentration, curve, persistence
from locality_profiles.episodes.engine import Engine, Where
from locality_profiles.episodes.linked import hospices
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relations
from locality_profiles.tables.store import Store, Stored, code_key, folder_for_scratch, key_of

#: Pieces that files of linked records may give.
PIECES = (*cube.PIECES, "individual_piece")


#: Points of a curve of concentration, besides nought.
POINTS = 50


@dataclass
class _Making:
    """Tables that are made on one engine, if the store has none of the same pieces yet."""

    store: Store
    engine: Engine
    scratch: Path
    kept: list[Stored] = field(default_factory=list)
    """Tables on the way, which the next build finds again where their pieces have not changed."""

    def find(self, name: str, key: str) -> Stored | None:
        """A table of the store, if it was made before."""
        if found := self.store.find(name, key):
            self.kept.append(found)
        return found

    def adopt(
        self, name: str, key: str, path: Path, about: Mapping[str, object], *, private: bool = False
    ) -> Stored:  # fmt: skip
        """Take a finished table into the store."""
        made = self.store.adopt(name, key, path, about, private=private)
        self.kept.append(made)
        return made

    def table(
        self, name: str, of: Sequence[object], make: Callable[[Path], None], *, private: bool = False, **about: object
    ) -> Stored:
        """The table that follows from ``of``, made by ``make`` at a path if it is not there."""
        key = key_of(name, of, code_key())
        if found := self.find(name, key):
            return found
        path = self.scratch / f"{name}.parquet"
        make(path)
        self.engine.forget()
        return self.adopt(name, key, path, about, private=private)


def has_linked(files: Iterable[StagedFile]) -> bool:
    """Whether any file holds linked records."""
    return any(piece in part.tables for file in files for part in file.parts for piece in ("cell", "individual_piece"))


def linked_tables(
    files: Sequence[StagedFile], store: Store, where: Where, of_hospices: Sequence[str] | None = None
) -> dict[str, Stored]:
    """Every table that linked records give; none where there are no such files.

    Besides the public ones, tables of stays and of who was set aside, whose names begin with an underscore.
    ``of_hospices`` are codes of hospitals that are hospices; those of the package unless told.
    """
    if not has_linked(files):
        return {}
    pieces = {name: staged_tables(files, name) for name in PIECES}
    paths = {part.tables["cell"].key: file.path for file in files for part in file.parts if "cell" in part.tables}
    steps = (
        partial(_people, pieces=pieces, paths=paths),
        partial(_journeys, pieces=pieces, of_hospices=hospices() if of_hospices is None else of_hospices),
        partial(_of_individuals, pieces=pieces["individual_piece"]),
    )  # fmt: skip
    # People and journeys have nothing to do with each other: each is made on a processor of its own.
    at_once = READERS if where.name == "duckdb" else 1
    with ThreadPoolExecutor(max_workers=at_once) as workers:
        making = [workers.submit(_on_own_engine, store, replace(where, among=at_once), step) for step in steps]
    made = [future.result() for future in making]
    cells = [*pieces["cell"], *(cell for found, _, _ in made for cell in found)]
    aside = [*pieces["set_aside"], *(piece for _, found, _ in made for piece in found)]
    tables = {"activity_cube": cells, "quarantine": aside, "hospital_flow": pieces["hospital_flow"]}
    gathered = {
        name: store.find(name, key) or store.gather(name, key, [_shape(store, name), *parts], {})
        for name, parts in tables.items() if parts
        for key in [key_of(name, [part.key for part in parts], code_key())]
    }  # fmt: skip
    # What was made on the way is a part of the build: without it the next would make every year anew.
    return gathered | {f"{stored.table}:{stored.key}": stored for _, _, kept in made for stored in kept}


def _shape(store: Store, name: str) -> Stored:
    """A table without rows that has every column of its contract, since no file has every measure."""
    key = key_of("shape", name, code_key())
    return store.find(f"_{name}_shape", key) or store.write(
        f"_{name}_shape", key, CONTRACTS[name].schema.empty_table(), {}
    )


#: Cells, and tables of what was set aside.
_Found = tuple[list[Stored], list[Stored]]
#: The same, and every table on the way.
_Made = tuple[list[Stored], list[Stored], list[Stored]]


def _on_own_engine(store: Store, where: Where, step: Callable[[_Making], _Found]) -> _Made:
    with folder_for_scratch(store.folder) as scratch, where.engine(scratch) as engine:
        making = _Making(store, engine, scratch)
        return (*step(making), making.kept)


def _people(making: _Making, pieces: Mapping[str, list[Stored]], paths: Mapping[str, Path]) -> _Found:
    """Cells of people, for every year of which there are episode files.

    ``paths`` are the files themselves, by the key of their cells: people are counted from all of a year's.
    """
    cells = []
    aside = {piece.manifest["extract_id"]: piece for piece in pieces["set_aside"]}
    for begins in sorted({piece.manifest["year"] for piece in pieces["cell"]}):
        of = _of_year(pieces["cell"], begins)
        records = [(paths[piece.key], aside[piece.manifest["extract_id"]].path) for piece in of]
        write = partial(together.write_people, making.engine, records, Year(begins), _origin(of))
        cells.append(making.table("_people_cell", [piece.key for piece in of], write))
    return cells, []


def _journeys(making: _Making, pieces: Mapping[str, list[Stored]], of_hospices: Sequence[str]) -> _Found:
    """Cells of stays, readmissions and last months, for every year of which there are episode files."""
    years = sorted({piece.manifest["year"] for piece in pieces["cell"]})
    if not years:
        return [], []
    stays = _stays(making, pieces["stay_piece"], years)
    until = max((day for piece in pieces["total"] if (day := _acute_until(piece))), default=None)
    cells = []
    engine = making.engine
    for begins in years:
        year = Year(begins)
        if own := stays.get(begins):
            write = partial(together.write_stay_cells, engine, [own.path], year, _origin([own]))
            cells.append(making.table("_stay_cell", [own.key], write))
        if until and (near := _stays_near(stays, begins)):
            # How far the records go matters only to the last discharges.
            known = min(until, f"{begins + 1}-05-31")
            write = partial(together.write_readmissions, engine, _paths(near), year, f"date '{known}'", _origin(near))
            cells.append(making.table("_readmission_cell", [begins, known, [s.key for s in near]], write))
        deaths = _of_year(pieces["death_piece"], begins)
        during = [s for began, s in sorted(stays.items()) if began <= begins and s.manifest["latest_bed"] >= begins - 1]
        # Without any stay nothing tells who was in hospital, and nobody can be said to have been at home.
        if deaths and during:
            settings = [p for p in pieces["setting_piece"] if _tells_of_last_months(p, begins)]
            of = [*deaths, *during, *settings]
            homes = any("CH" in piece.manifest["held"] for piece in _of_year(settings, begins))
            write = partial(
                together.write_last_months, engine, _paths(deaths), _paths(during), _paths(settings), year,
                _origin(of), hospices=of_hospices, with_homes=homes,
            )  # fmt: skip
            depends = [begins, [piece.key for piece in of], list(of_hospices), homes]
            cells.append(making.table("_last_months_cell", depends, write))
    return cells, []


def _tells_of_last_months(piece: Stored, begins: int) -> bool:
    """Whether a piece tells where people were in the last months before a death in a year."""
    lasts = piece.manifest["lasts"]
    return bool(lasts) and lasts[0] <= begins and lasts[1] >= begins - 1


def _stays_near(stays: Mapping[int, Stored], begins: int) -> list[Stored]:
    """Stays that may have ended in a year, or soon after."""
    return [
        stored for began, stored in sorted(stays.items())
        if began in (begins, begins + 1) or (began < begins and begins in stored.manifest["ended"])
    ]  # fmt: skip


def _stays(making: _Making, pieces: Sequence[Stored], years: Sequence[int]) -> dict[int, Stored]:
    """Stays by the financial year in which they began; all from before the first file stand with the year before."""
    found = {}
    for begins in (years[0] - 1, *years):
        earlier = begins < years[0]
        of = [p for p in pieces if any(y < years[0] if earlier else y == begins for y in p.manifest["began"])]
        if not of:
            continue
        began = f"start_day < {Year(years[0]).first}" if earlier else Year(begins).has("start_day")
        key = key_of("_stay", began, [piece.key for piece in of], code_key())
        stored = making.find("_stay", key)
        if stored is None:
            path = making.scratch / "_stay.parquet"
            together.write_stays(making.engine, _paths(of), began, path)
            making.engine.forget()
            about = {**together.about_stays(making.engine, path), "extract_id": _origin(of)}
            stored = making.adopt("_stay", key, path, about, private=True)
        found[begins] = stored
    return found


def _of_individuals(making: _Making, pieces: Sequence[Stored]) -> _Found:
    """Cells of individuals, and who was set aside for being younger than in the year before."""
    cells, aside = [], []
    for begins in sorted({piece.manifest["year"] for piece in pieces}):
        own, before = _of_year(pieces, begins), _of_year(pieces, begins - 1)
        key = _individuals_key(pieces, begins)
        found = [making.find(name, key) for name in ("_individual_cell", "_younger")]
        if not all(found):
            individuals.write_year(
                making.engine, _paths(own), _paths(before), Year(begins), _origin(own), making.scratch
            )
            found = [
                making.adopt("_individual_cell", key, making.scratch / "cell.parquet", {}),
                making.adopt("_younger", key, making.scratch / "set_aside.parquet", {}),
            ]
        cells.append(found[0])
        aside.append(found[1])
    return [c for c in cells if c], [a for a in aside if a]


def _individuals_key(pieces: Sequence[Stored], begins: int) -> str:
    """The key of what the individuals of a year give, who are compared with those of the year before."""
    years = ([piece.key for piece in _of_year(pieces, year)] for year in (begins, begins - 1))
    return key_of("_individual_cell", *years, code_key())


def concentrations(
    connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile], store: Store, tables: Mapping[str, Stored]
) -> dict[str, Stored]:
    """How much of the cost falls on how few, by area and year: ``concentration`` and ``concentration_curve``.

    Where the year after is there as well, ``concentration_persistence`` tells what became of those few.

    People have one zone each, so areas that zones lie in whole; nobody can be divided among areas that share a zone.
    """
    pieces = staged_tables(files, "individual_piece")
    if not pieces:
        return {}
    parts: dict[str, list[Stored]] = {"concentration": [], "concentration_curve": [], "concentration_persistence": []}
    membership = tables["membership"]
    years = {begins: _individuals_of(pieces, begins, store) for begins in {piece.manifest["year"] for piece in pieces}}
    for begins, year in sorted(years.items()):
        people = _people_of_areas(year.rows, year.younger.relation, membership.relation)
        for name, query in (("concentration", concentration(people)), ("concentration_curve", curve(people, POINTS))):
            key = key_of(name, year.keys, year.younger.key, membership.key, code_key())
            found = store.find(f"_{name}", key)
            if found is None:
                query = f"select {year.period}, *, '{_origin(year.pieces)}' as extract_id from ({query})"
                found = store.write_query(f"_{name}", key, connection, query, {})
            parts[name].append(found)
        if following := years.get(begins + 1):
            parts["concentration_persistence"].append(_persistence(connection, store, year, following, membership))
    gathered = {
        name: store.find(name, key) or store.gather(name, key, pieces, {})
        for name, pieces in parts.items() if pieces for key in [key_of(name, [piece.key for piece in pieces])]
    }  # fmt: skip
    return gathered | {f"{piece.table}:{piece.key}": piece for pieces in parts.values() for piece in pieces}


@dataclass(frozen=True)
class _Individuals:
    """The individuals of one financial year, and who of them is set aside for being younger than the year before."""

    begins: int
    pieces: Sequence[Stored]
    younger: Stored

    @property
    def keys(self) -> list[str]:
        return [piece.key for piece in self.pieces]

    @property
    def rows(self) -> str:
        return relations(_paths(self.pieces))

    @property
    def days(self) -> tuple[str, str]:
        """SQL of the first and the last day of the year."""
        _, first, last = Year(self.begins).periods[WHOLE_YEAR]
        return f"date '{first}'", f"date '{last}'"

    @property
    def period(self) -> str:
        """SQL of the columns that name the year."""
        kind = Year(self.begins).periods[WHOLE_YEAR][0]
        return "'{}' as period_type, {} as period_start, {} as period_end".format(kind, *self.days)


def _individuals_of(pieces: Sequence[Stored], begins: int, store: Store) -> _Individuals:
    younger = store.find("_younger", _individuals_key(pieces, begins))
    assert younger, "linked_tables was not asked before"
    return _Individuals(begins, _of_year(pieces, begins), younger)


def _persistence(
    connection: duckdb.DuckDBPyConnection, store: Store, year: _Individuals, following: _Individuals, membership: Stored
) -> Stored:
    """What became, in the following year, of those who made half of the cost of a year, by area."""
    name = "concentration_persistence"
    of = [part for each in (year, following) for part in (*each.keys, each.younger.key)]
    key = key_of(name, of, membership.key, code_key())
    if found := store.find(f"_{name}", key):
        return found
    before = _people_of_both(year, following, membership.relation)
    after = _people_of_both(following, year, membership.relation)
    next_year = "{} as next_period_start, {} as next_period_end".format(*following.days)
    query = f"""
        select {year.period}, {next_year}, *, '{_origin([*year.pieces, *following.pieces])}' as extract_id
        from ({persistence(before, after)})"""
    return store.write_query(f"_{name}", key, connection, query, {})


def _people_of_both(year: _Individuals, other: _Individuals, membership: str) -> str:
    """SQL of the people of a year, in areas that the records cover in both years.

    Whoever is set aside in either year is left out of both: a number that two persons bear tells of neither, and would
    look like somebody who left. Nor has anybody left an area that the other year's records do not cover.
    """
    return f"""
        select * from ({_people_of_areas(year.rows, year.younger.relation, membership)})
        semi join ({_covered_areas(other.rows, membership)}) using (area_type, area_code)
        anti join (
            select anon_chi as person from {other.rows}
            where row_no in (select row_no from {other.younger.relation})) using (person)"""


def _covered_areas(pieces: str, membership: str) -> str:
    """SQL of areas that the records cover.

    An extract of one partnership has a few people elsewhere: a partnership is covered where more than half of its data
    zones have somebody, and an area where all of its partnerships are.
    """
    return f"""
        with zone as (select * from {membership} where block_type = 'data_zone_2011'),
        seen as (select distinct place as block_code from {pieces}),
        covered as (
            select area_code from zone left join seen using (block_code)
            where area_type = 'hscp' group by area_code having 2 * count(seen.block_code) > count(*))
        select a.area_type, a.area_code
        from zone a join zone h on h.block_code = a.block_code and h.area_type = 'hscp'
        group by all having bool_and(h.area_code in (from covered)) and min(a.weight) = 1"""


def _people_of_areas(pieces: str, younger: str, membership: str) -> str:
    """SQL of people beside each area that they live in, of areas that the records cover."""
    return f"""
        with zone as (select * from {membership} where block_type = 'data_zone_2011'),
        inside as ({_covered_areas(pieces, membership)})
        select m.area_type, m.area_code, p.anon_chi as person, p.cost_pence, p.weight, p.died
        from {pieces} p join zone m on m.block_code = p.place join inside using (area_type, area_code)
        where p.row_no not in (select row_no from {younger})
            and m.area_type not in (select area_type from zone where weight < 1)"""


def _of_year(pieces: Sequence[Stored], begins: int) -> list[Stored]:
    return [piece for piece in pieces if piece.manifest["year"] == begins]


def _paths(pieces: Sequence[Stored]) -> list[Path]:
    return [piece.path for piece in pieces]


def _origin(pieces: Sequence[Stored]) -> str:
    """The extracts that pieces come from, with spaces between."""
    return " ".join(sorted({name for piece in pieces for name in piece.manifest["extract_id"].split()}))


def _acute_until(total: Stored) -> str | None:
    """The last day of the acute records of one file, as text."""
    (row,) = pq.read_table(total.path, columns=["smr01_until"]).to_pylist()
    return str(row["smr01_until"]) if row["smr01_until"] else None
