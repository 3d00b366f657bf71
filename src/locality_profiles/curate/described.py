"""What the places themselves have to tell: editions, fit, overlap, change, and outlines to draw.

Each table is made from the placed systems and from people, and is found in the store if those are the
same as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from locality_profiles.curate import overlaps, vintages
from locality_profiles.curate.ground import BLOCK, Ground, union
from locality_profiles.curate.staging import staged_tables
from locality_profiles.curate.systems import System
from locality_profiles.geography import drawing, fit, register
from locality_profiles.geography.shares import OUTSIDE, Shares
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import (
    AREA_FIT,
    AREA_SYSTEM,
    BLOCK_CONVERSION,
    CONTRACTS,
    LADDER,
    MAP_LAYER,
    OUT,
)
from locality_profiles.tables.geo import as_geoparquet
from locality_profiles.tables.store import Store, Stored, code_key, keep_contract, key_of
from locality_profiles.workspace import AreaSystem

#: Kinds of area of the data-zone lookup that overlap pages and maps show beside the declared systems.
OF_THE_LOOKUP = ("intermediate_zone_2011", "ward", "council_area", "hscp", "health_board", "country")


# --- before anything is placed --------------------------------------------------------------------


def editions(ground: Ground, store: Store) -> dict[str, Stored]:
    """Tables ``block_conversion`` and ``code_change``.

    Leaves the table ``zone_conversion`` in the connection, for area systems of other editions.
    """
    staged = {t: sorted(s.key for s in staged_tables(ground.files, t)) for t in ("block_conversion", "code_change")}
    people = sorted(s.key for t in ("population", "boundary") for s in staged_tables(ground.files, t))
    key = key_of("block_conversion", staged["block_conversion"], people, code_key())
    conversions = store.find("block_conversion", key)
    if conversions is None:
        made = _conversions(ground) if staged["block_conversion"] else BLOCK_CONVERSION.schema.empty_table()
        conversions = store.write("block_conversion", key, made, {})
        _keep(ground, conversions)
    key = key_of("code_change", staged["code_change"], code_key())
    changes = store.find("code_change", key)
    if changes is None:
        supplied = union(ground.connection, ground.files, "code_change")
        changes = store.write("code_change", key, vintages.code_changes(ground.connection, supplied or None), {})
        _keep(ground, changes)
    ground.connection.execute(
        f"create or replace table zone_conversion as select * from {conversions.relation} where to_type = '{BLOCK}'"
    )
    return {"block_conversion": conversions, "code_change": changes}


def _keep(ground: Ground, stored: Stored) -> None:
    keep_contract(ground.connection, stored.relation, CONTRACTS[stored.table])


def _conversions(ground: Ground) -> pa.Table:
    return vintages.conversions(
        ground.connection, union(ground.connection, ground.files, "block_conversion"), _edition_outlines(ground),
        union(ground.connection, ground.files, "population") or None, land_first=False,
    )  # fmt: skip


def _edition_outlines(ground: Ground) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Codes and outlines of the zones of each edition that the extracts draw."""
    import shapely

    query = union(ground.connection, ground.files, "boundary")
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for kind in ("data_zone_2001", "data_zone_2011", "data_zone_2022") if query else ():
        rows = ground.connection.execute(
            f"select area_code, geometry from ({query}) where area_type = '{kind}' order by 1"
        ).fetchall()
        if rows:
            found[kind] = np.array([row[0] for row in rows]), shapely.from_wkb([row[1] for row in rows])
    return found


def _zone_people(ground: Ground) -> pa.Table:
    return pa.table({
        "block_code": pa.array(ground.blocks, pa.string()),
        "persons": pa.array(ground.people, pa.float64(), from_pandas=True),
    })  # fmt: skip


# --- after everything is placed -------------------------------------------------------------------


def describe(
    ground: Ground, store: Store, tables: Mapping[str, Stored], systems: Sequence[System], partnerships: Sequence[str]
) -> tuple[dict[str, Stored], list[str]]:
    """The tables of ``tables.curated.PLACE_TABLES``, and what the data-quality page should say of them."""
    made = _Describing(ground, store, tables, systems, partnerships)
    stored = {
        "area_overlap": made.table("area_overlap", made.overlaps),
        "system_link": made.table("system_link", made.links),
        "area_system": made.table("area_system", made.system_fit),
        "area_fit": made.table("area_fit", made.area_fit),
        "boundary_change": made.table("boundary_change", made.boundary_changes),
    }
    stored["trend_break"] = made.table("trend_break", made.trend_breaks)
    stored["locality_register"] = made.table("locality_register", made.register)
    stored["list_inflation"] = made.table("list_inflation", made.inflation)
    stored["map_layer"] = made.table("map_layer", made.map_layer)
    notes = made.table("_place_note", made.notes)
    return {**stored, "_place_note": notes}, pq.read_table(notes.path)["note"].to_pylist()


class _Describing:
    """The makers of each table, with what they share made once and only when one of them has to be made."""

    def __init__(
        self, ground: Ground, store: Store, tables: Mapping[str, Stored], systems: Sequence[System],
        partnerships: Sequence[str],
    ) -> None:  # fmt: skip
        self.ground, self.store, self.systems, self.partnerships = ground, store, list(systems), tuple(partnerships)
        self.stored = dict(tables)
        self.connection = ground.connection
        population = sorted(s.key for s in staged_tables(ground.files, "population"))
        made_of = [tables[t].key for t in ("area", "_block_membership", "membership", "boundary", "code_change")]
        placed = [system.key for system in systems]
        figures = [tables["registration"].key, tables["population"].key]
        self.key = key_of("described", made_of, population, figures, placed, ground.workspace.systems,
                          self.partnerships, code_key())  # fmt: skip
        self._ready = False
        self._said: list[str] = []
        self._reports: dict[str, fit.FitReport] = {}
        self._outlines: dict[str, tuple[np.ndarray, np.ndarray]] | None = None

    def table(self, name: str, make: Callable[[], pa.Table]) -> Stored:
        """A table from the store, or made and put there."""
        stored = self.store.find(name, self.key)
        if stored is None:
            self._prepare()
            self._said.clear()
            content = make()
            content = as_geoparquet(content) if name == "map_layer" else content
            stored = self.store.write(name, self.key, content, {"notes": self._said})
            if name in CONTRACTS:
                _keep(self.ground, stored)
        self.stored[name] = stored
        return stored

    def _prepare(self) -> None:
        if self._ready:
            return
        self._ready = True
        run = self.connection.execute
        run(f"create or replace view block_membership as select * from {self.stored['_block_membership'].relation}")
        run(f"create or replace view membership as select * from {self.stored['membership'].relation}")
        self.connection.register("zone_people", _zone_people(self.ground))

    @property
    def kinds(self) -> list[str]:
        """Area systems that are compared and drawn: declared ones, and those of the lookup; small to large."""
        of_lookup = {row[0] for row in self.connection.execute(
            "select distinct area_type from lookup_membership where block_type = ?", [BLOCK]
        ).fetchall()}  # fmt: skip
        shown = [kind for kind in OF_THE_LOOKUP if kind in of_lookup]
        found = {*(system.name for system in self.systems), *shown}
        rank = {kind: LADDER.index(kind) if kind in LADDER else LADDER.index("locality") - 0.5 for kind in found}
        return sorted(found, key=lambda kind: (rank[kind], kind))

    PEOPLE = "select block_code, persons from zone_people where persons is not null"
    MEMBERS = f"select * from block_membership where block_type = '{BLOCK}'"

    PRACTICES = (
        "select block_code, area_type, area_code, weight, method, grade from membership "
        "where block_type = 'gp_practice'"
    )

    def overlaps(self) -> pa.Table:
        return overlaps.area_overlaps(self.connection, self.MEMBERS, self.PEOPLE, self.kinds)

    def links(self) -> pa.Table:
        return overlaps.system_links(self.connection, self.MEMBERS, self.PEOPLE, self.kinds)

    # --- fit --------------------------------------------------------------------------------------

    def system_fit(self) -> pa.Table:
        return pa.concat_tables([
            system_row(self.ground, declared, system, self._report(declared, system))
            for declared, system in zip(self.ground.workspace.systems, self.systems, strict=True)
        ] or [AREA_SYSTEM.schema.empty_table()])  # fmt: skip

    def area_fit(self) -> pa.Table:
        return pa.concat_tables([
            area_rows(system, self._report(declared, system))
            for declared, system in zip(self.ground.workspace.systems, self.systems, strict=True)
        ] or [AREA_FIT.schema.empty_table()])  # fmt: skip

    def _report(self, declared: AreaSystem, system: System) -> fit.FitReport:
        if system.name not in self._reports:
            self._reports[system.name] = report_of(self.ground, declared, system)
        return self._reports[system.name]

    # --- change -----------------------------------------------------------------------------------

    def boundary_changes(self) -> pa.Table:
        found = [CONTRACTS["boundary_change"].schema.empty_table()]
        for system in self.systems:
            names = list(dict.fromkeys(system.editions["edition"].to_pylist()))
            if len(names) > 1:
                self.connection.register("edition_rows", system.editions)
                queries = {
                    name: f"select block_code, area_code, area_name from edition_rows where edition = '{name}'"
                    for name in names
                }
                people = f"select * from {self.stored['population'].relation}"
                found.append(vintages.boundary_changes(self.connection, system.name, queries, people))
        return pa.concat_tables(found)

    def trend_breaks(self) -> pa.Table:
        return vintages.trend_breaks(
            self.connection, f"select * from {self.stored['code_change'].relation}",
            areas=f"select area_type, area_code from {self.stored['area'].relation}",
        )  # fmt: skip

    # --- register, lists, maps --------------------------------------------------------------------

    def register(self) -> pa.Table:
        rows = self.connection.execute(
            f"select parent_code, area_code, area_name from {self.stored['area'].relation} "
            "where area_type = 'locality' and parent_code is not null and not ends_with(area_code, ?)", [f"/{OUT}"]
        ).fetchall()  # fmt: skip
        names = dict(self.connection.execute(
            f"select area_code, area_name from {self.stored['area'].relation} where area_type = 'hscp'"
        ).fetchall())  # fmt: skip
        return register.match([row for row in register.register() if row.partnership_code in names], rows, names)

    def inflation(self) -> pa.Table:
        people = f"select * from {self.stored['population'].relation} where block_type = '{BLOCK}'"
        made = overlaps.inflation(
            self.connection, f"(select * from {self.stored['registration'].relation})", self._drawn(self.PRACTICES),
            f"({people})", self._drawn(self.MEMBERS),
        )  # fmt: skip
        # Where patients were modelled from residents, setting the two side by side would find what was put in.
        self.connection.register("inflation_rows", made)
        kept = self.connection.sql(
            """select * replace (if((area_type, area_code) in (
                    select (area_type, area_code) from membership where method = 'registered_modelled' and estimated
                ), null, deflator) as deflator) from inflation_rows"""
        ).to_arrow_table()
        return kept.cast(made.schema)

    def _drawn(self, memberships: str) -> str:
        """Memberships in areas that reach into the partnerships of this workspace."""
        own = ", ".join(f"'{code}'" for code in self.partnerships)
        return f"""(select * from ({memberships}) where (area_type, area_code) in (
            select (m.area_type, m.area_code)
            from block_membership m join block_membership home using (block_type, block_code)
            where home.area_type = 'hscp' and home.area_code in ({own})))"""

    def map_layer(self) -> pa.Table:
        import shapely

        outlines = self._outlines_of_systems()
        drawn = drawing.map_layer({kind: shapes for kind, (_, shapes) in outlines.items()})
        named = self.connection.execute(
            f"select area_type, area_code, area_name from {self.stored['area'].relation}"
        ).fetchall()
        names = {(kind, code): name for kind, code, name in named}
        parts = [MAP_LAYER.schema.empty_table()]
        for kind, (codes, _) in outlines.items():
            shapes = drawn[kind].shapes
            labels = drawing.label_points(shapes)
            parts.append(conform(MAP_LAYER, {
                "area_type": kind, "area_code": list(codes), "area_name": [names.get((kind, c), c) for c in codes],
                "geometry": list(shapely.to_wkb(shapes)), "inset": drawing.inset_flags(shapes),
                "label_easting": labels[:, 0], "label_northing": labels[:, 1],
            }, len(codes)))  # fmt: skip
            if drawn[kind].note:
                self._said.append(f"map of {self.ground.workspace.title_of(kind)[1].lower()}: {drawn[kind].note}")
        return pa.concat_tables(parts)

    def _outlines_of_systems(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Codes and outlines of every system: put together from its blocks where it is made of whole ones.

        Published outlines of localities and councils are simplified more than those of data zones, and leave
        islands out.
        """
        import shapely

        found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        own = {system.name: system.outlines for system in self.systems if len(system.outlines)}
        for kind in self.kinds:
            if kind in own and not self._of_whole_zones(kind):
                codes = np.array(own[kind]["area_code"].to_pylist())
                found[kind] = codes, shapely.from_wkb(own[kind]["geometry"].to_pylist())
                continue
            codes, shapes = self._put_together(kind)
            if len(codes):
                found[kind] = codes, shapes
        return found

    def _of_whole_zones(self, kind: str) -> bool:
        """Whether every zone of a system is whole in one area, and has an outline."""
        rows = self.connection.execute(
            f"select block_code, weight from ({self.MEMBERS}) "
            f"where area_type = ? and not ends_with(area_code, '{OUT}')",
            [kind],
        ).fetchall()
        at = self.ground.positions([row[0] for row in rows])
        return all(weight == 1 for _, weight in rows) and all(self.ground.outlines[p] is not None for p in at)

    def _put_together(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Areas as the union of the zones of which they hold most."""
        rows = self.connection.execute(
            f"""select block_code, area_code from ({self.MEMBERS})
                where area_type = ? and not ends_with(area_code, '{OUT}')
                qualify row_number() over (partition by block_code order by weight desc, area_code) = 1 order by 1""",
            [kind],
        ).fetchall()
        at = self.ground.positions([row[0] for row in rows])
        has = np.array([i for i, p in enumerate(at) if p >= 0 and self.ground.outlines[p] is not None], dtype=np.int64)
        if not len(has):
            return np.array([]), np.array([])
        codes, area = np.unique(np.array([rows[i][1] for i in has]), return_inverse=True)
        return codes, drawing.outlines_of_blocks(self.ground.outlines[at[has]], area, len(codes))

    # --- what a reader should know ----------------------------------------------------------------

    def notes(self) -> pa.Table:
        said = list(self.stored["map_layer"].manifest["notes"])
        if any(system.name == "locality" for system in self.systems):
            matched = pq.read_table(self.stored["locality_register"].path)
            said += register.missing_sentences(matched, self.partnerships)
        areas = f"(select * from {self.stored['area'].relation})"
        said += overlaps.checked_parents(self.connection, self.MEMBERS, areas, self.kinds).notes
        said += overlaps.unplaced_lists(
            self.connection, f"(select * from {self.stored['registration'].relation})", f"({self.PRACTICES})"
        )
        return pa.table({"note": pa.array(said, pa.string())})


def report_of(ground: Ground, declared: AreaSystem, system: System) -> fit.FitReport:
    """The fit report of one placed system, on the blocks of the partnerships that it touches."""
    import shapely

    rows = system.membership.filter(pc.equal(system.membership["block_type"], BLOCK))
    codes = _own_areas(system)["area_code"].to_pylist()
    position = {code: number for number, code in enumerate(codes)}
    area = np.array([position.get(code, OUTSIDE) for code in rows["area_code"].to_pylist()], dtype=np.int64)
    block = ground.positions(rows["block_code"].to_pylist())
    touched = np.unique(ground.partnerships[block[area != OUTSIDE]].astype(str))
    here = np.flatnonzero(np.isin(ground.partnerships.astype(str), touched))
    place = np.full(len(ground.blocks), -1)
    place[here] = np.arange(len(here))
    order = np.lexsort((area, place[block]))
    shares = Shares(place[block][order], area[order], rows["weight"].to_numpy()[order])
    measured = None
    if len(system.measured):
        at = place[ground.positions(system.measured["block_code"].to_pylist())]
        of = np.array([position[code] for code in system.measured["area_code"].to_pylist()], dtype=np.int64)
        share = system.measured["share"].to_numpy()
        # Where a lookup told, the zone is in its area: what simplified outlines measure there is their own fault.
        told = pc.equal(rows["method"], "lookup").to_numpy(zero_copy_only=False) & (area != OUTSIDE)
        by_outline = (at >= 0) & ~np.isin(at, place[block[told]])
        measured = (
            np.concatenate([at[by_outline], place[block[told]]]), np.concatenate([of[by_outline], area[told]]),
            np.concatenate([share[by_outline], np.ones(told.sum())]),
        )  # fmt: skip
    outlines = None
    if len(system.outlines):
        wkb = dict(zip(*(system.outlines[c].to_pylist() for c in ("area_code", "geometry")), strict=True))
        outlines = shapely.from_wkb([wkb[code] for code in codes])
    return fit.fit_report(
        shares, ground.people[here], len(codes), measured=measured, outlines=outlines,
        block_outlines=ground.outlines[here] if outlines is not None else None,
        minimum_population=declared.minimum_population,
    )  # fmt: skip


def _own_areas(system: System) -> pa.Table:
    """The areas of a system, without what is left over."""
    return system.areas.filter(pc.invert(pc.ends_with(system.areas["area_code"], f"/{OUT}")))


def system_row(ground: Ground, declared: AreaSystem, system: System, report: fit.FitReport) -> pa.Table:
    """One row of ``area_system``."""
    placed = system.membership.filter(pc.invert(pc.ends_with(system.membership["area_code"], f"/{OUT}")))
    counts = placed["method"].value_counts().to_pylist()
    method = max(counts, key=lambda count: (count["counts"], count["values"]))["values"] if counts else "lookup"
    figures = {
        name: [_known(getattr(report, name))]
        for name in ("areas", "blocks", "blocks_split", "persons", "persons_covered", "persons_misplaced", "holes",
                     "overlaps", "slivers", "minimum_population", "areas_below_minimum")
    }  # fmt: skip
    return conform(AREA_SYSTEM, {
        "area_type": [system.name], "title": [declared.title], "plural": [declared.plural], "origin": [declared.origin],
        "method": [method], "grade": [int(pc.max(placed["grade"]).as_py() or 1)],
        "population_year": pa.array([ground.people_year], pa.int64()), **figures,
    }, 1)  # fmt: skip


def _known(value: float | int | None) -> float | int | None:
    return None if value is None or np.isnan(value) else value


def area_rows(system: System, report: fit.FitReport) -> pa.Table:
    """Rows of ``area_fit``, in the order of the system's areas."""
    areas = _own_areas(system)
    columns = {
        "blocks": report.area_blocks, "blocks_split": report.area_blocks_split, "persons": report.area_persons,
        "persons_from_elsewhere": report.area_persons_from_elsewhere,
        "persons_left_out": report.area_persons_left_out, "share_misplaced": report.area_share_misplaced,
    }  # fmt: skip
    return conform(AREA_FIT, {
        "area_type": system.name, "area_code": areas["area_code"],
        **{name: pa.array(values, from_pandas=True) for name, values in columns.items()},
        "below_minimum": pa.array(list(report.area_below_minimum), pa.bool_()),
        "note": pa.array(list(report.area_note), pa.string()),
    }, len(areas))  # fmt: skip
