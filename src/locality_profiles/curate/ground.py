"""The ground on which area systems are placed: data zones, where they lie, who lives there.

Everything is read once from what was staged, when it is first asked for, and runs beside ``blocks``:
the 2011 data zones of the lookup, in order of code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.curate.staging import StagedFile, staged_tables, union_of
from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.geography.names import NameBook
from locality_profiles.geography.vintages import vintage_of
from locality_profiles.workspace import Workspace

BLOCK = "data_zone_2011"


def union(
    connection: duckdb.DuckDBPyConnection, files: Iterable[StagedFile], table: str, kinds: Sequence[str] = ()
) -> str:
    """A query over the staged pieces of one table, with ``extract_id``; empty where there are none."""
    wanted = [f for f in files if not kinds or any(part.kind in kinds for part in f.parts)]
    pieces = staged_tables(wanted, table)
    return union_of(table, [piece.path for piece in pieces]) if pieces else ""


@dataclass(frozen=True)
class PracticeZones:
    """How the patients of each practice are spread over data zones.

    ``practice`` and ``zone`` are positions in ``practices`` and in the ground's blocks (-1: in no
    data zone); one row per pair; ``patients`` are people. ``method`` and ``grade`` are each practice's.
    """

    practices: np.ndarray
    practice: np.ndarray
    zone: np.ndarray
    patients: np.ndarray
    method: np.ndarray
    grade: np.ndarray
    notes: tuple[str, ...] = ()


@dataclass
class Ground:
    """What placing needs to know of the data zones of the lookup."""

    connection: duckdb.DuckDBPyConnection
    workspace: Workspace
    files: Sequence[StagedFile]

    @cached_property
    def _zones(self) -> list[tuple[str, str, str]]:
        return self.connection.execute(
            f"""select h.block_code, h.area_code, b.area_code from lookup_membership h
                join lookup_membership b on b.block_type = h.block_type and b.block_code = h.block_code
                    and b.area_type = 'health_board'
                where h.area_type = 'hscp' and h.block_type = '{BLOCK}' order by 1"""
        ).fetchall()

    @cached_property
    def blocks(self) -> np.ndarray:
        """Codes of the data zones, in order."""
        return np.array([row[0] for row in self._zones], dtype=object)

    @cached_property
    def partnerships(self) -> np.ndarray:
        """The partnership of each data zone."""
        return np.array([row[1] for row in self._zones], dtype=object)

    @cached_property
    def boards(self) -> np.ndarray:
        """The health board of each data zone."""
        return np.array([row[2] for row in self._zones], dtype=object)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.blocks)}

    def positions(self, codes: Iterable[str | None]) -> np.ndarray:
        """Where data zones stand; -1 for codes that the lookup does not hold."""
        return np.array([self._position.get(code or "", -1) for code in codes], dtype=np.int64)

    def refuse_unknown(
        self, codes: Sequence[str], where: str, rows: Sequence[int] = (), column: str | None = None
    ) -> None:
        """Refuse codes that are no data zones of the lookup.

        Raises
        ------
        ExtractRefused
            Naming some of them, and their edition where it is another one.
        """
        found = self.positions(codes)
        at = np.flatnonzero(found < 0)
        if not len(at):
            return
        unknown = list(dict.fromkeys(str(codes[int(i)]) for i in at))
        others = sorted(set(vintage_of(unknown)) - {BLOCK, None, ""})
        edition = f" They look like zones of {', '.join(o.rsplit('_', 1)[1] for o in others)}." if others else ""
        listed = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else "")
        raise ExtractRefused(
            f"{where} names data zones that the data-zone lookup does not hold.",
            [Problem(f"unknown data-zone codes: {listed}",
                     f"Codes of 2011 zones were expected.{edition}", where, column=column,
                     rows=tuple(rows[int(i)] for i in at[:5]) if len(rows) else (), count=len(unknown))],
        )  # fmt: skip

    @cached_property
    def outlines(self) -> np.ndarray:
        """Outline of each data zone (EPSG:27700); None where the extracts have none."""
        import shapely

        shapes = np.full(len(self.blocks), None, dtype=object)
        query = union(self.connection, self.files, "boundary")
        if not query:
            return shapes
        rows = self.connection.execute(
            f"select area_code, geometry from ({query}) where area_type = '{BLOCK}' order by 1"
        ).fetchall()
        codes = [row[0] for row in rows]
        self.refuse_unknown(codes, "the data-zone boundaries")
        if rows:
            shapes[self.positions(codes)] = shapely.from_wkb([row[1] for row in rows])
        return shapes

    @cached_property
    def outlined(self) -> np.ndarray:
        """Positions of the data zones that have an outline.

        Raises
        ------
        WorkspaceError
            If none has.
        """
        found = np.flatnonzero([shape is not None for shape in self.outlines])
        if not len(found):
            raise WorkspaceError(
                "Areas are to be found from outlines, and no outline of data zones is among the extracts."
            )
        return found

    @cached_property
    def points(self) -> np.ndarray:
        """The point that stands for each zone's people: as published, else inside its outline; None without either."""
        import shapely

        points = np.full(len(self.blocks), None, dtype=object)
        has = np.flatnonzero([shape is not None for shape in self.outlines])
        if len(has):
            centres = shapely.centroid(self.outlines[has])
            inside = shapely.contains(self.outlines[has], centres)
            points[has] = np.where(inside, centres, shapely.point_on_surface(self.outlines[has]))
        query = union(self.connection, self.files, "block_point")
        if query:
            rows = self.connection.execute(
                f"select block_code, easting, northing from ({query}) where block_type = '{BLOCK}'"
            ).fetchall()
            at = self.positions([row[0] for row in rows])
            known = at >= 0
            points[at[known]] = shapely.points(
                np.array([row[1] for row in rows])[known], np.array([row[2] for row in rows])[known]
            )
        return points

    @cached_property
    def people(self) -> np.ndarray:
        """Residents of each zone at the latest mid-year that the extracts give; NaN where unknown."""
        return self._people[0]

    @cached_property
    def people_year(self) -> int | None:
        """The mid-year of ``people``."""
        return self._people[1]

    @cached_property
    def _people(self) -> tuple[np.ndarray, int | None]:
        people: np.ndarray = np.full(len(self.blocks), np.nan)
        query = union(self.connection, self.files, "population")
        rows = self.connection.execute(
            f"""with zones as (select block_code, year, sex, persons from ({query}) where block_type = '{BLOCK}'),
                latest as (select max(year) as year from zones),
                added as (select block_code, sex, sum(persons) as persons from zones
                          where year = (select year from latest) group by all)
                select block_code, coalesce(sum(persons) filter (sex = 'all'), sum(persons) filter (sex <> 'all')),
                    (select year from latest) from added group by 1"""
        ).fetchall() if query else []  # fmt: skip
        if not rows:
            return people, None
        at = self.positions([row[0] for row in rows])
        known = at >= 0
        people[at[known]] = np.array([float(row[1]) for row in rows])[known]
        return people, int(rows[0][2])

    @cached_property
    def postcodes(self) -> dict[str, tuple[float, float]]:
        """Easting and northing of each postcode that a directory or the services' own coordinates give."""
        places: dict[str, tuple[float, float]] = {}
        for table in ("service", "postcode"):
            if query := union(self.connection, self.files, table):
                places |= {
                    _plain(code): (east, north)
                    for code, east, north in self.connection.execute(
                        f"select postcode, easting, northing from ({query}) "
                        "where postcode is not null and easting is not null and northing is not null"
                    ).fetchall()
                }
        return places

    def postcode_parts(self) -> pa.Table | None:
        """Postcodes with their zone, point and people: the parts by which a zone is shared by where people live."""
        query = union(self.connection, self.files, "postcode")
        if not query:
            return None
        return self.connection.sql(
            f"select data_zone, easting, northing, persons from ({query}) "
            "where data_zone is not null and persons is not null"
        ).to_arrow_table()

    # --- practices --------------------------------------------------------------------------------

    @cached_property
    def practices(self) -> list[dict[str, Any]]:
        """Each practice of the latest directory: code, name, cluster, hscp, zone of its premises and postcode."""
        query = union(self.connection, self.files, "service")
        if not query:
            return []
        rows = self.connection.execute(
            f"""select service_code, service_name, cluster_name, hscp, data_zone, postcode, extract_id from ({query})
                where service_type = 'gp_practice'
                qualify row_number() over (partition by service_code order by as_at desc nulls last, extract_id) = 1
                order by 1"""
        ).fetchall()
        names = ("code", "name", "cluster", "hscp", "zone", "postcode", "extract_id")
        return [dict(zip(names, row, strict=True)) for row in rows]

    @cached_property
    def practice_zones(self) -> PracticeZones | None:
        """Where the patients of each practice live: counted where a count was supplied, else modelled, else premises.

        None where there is no directory of practices.
        """
        if not self.practices:
            return None
        codes = np.array([practice["code"] for practice in self.practices], dtype=object)
        premises = self.positions([practice["zone"] for practice in self.practices])
        lists = self._list_sizes(codes)
        parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        method = np.full(len(codes), "premises", dtype=object)
        counted, notes = self._counted_patients(codes)
        if counted is not None:
            parts.append(counted)
            method[np.unique(counted[0])] = "registered_patients"
        modelled = self._modelled_patients(premises, np.where(method == "premises", lists, np.nan))
        if modelled is not None:
            parts.append(modelled)
            method[np.unique(modelled[0])] = "registered_modelled"
        left = np.flatnonzero((method == "premises") & (premises >= 0))
        parts.append((left, premises[left], np.nan_to_num(lists[left], nan=1.0)))
        practice, zone, patients = (np.concatenate([part[i] for part in parts]) for i in range(3))
        order = np.lexsort((zone, practice))
        grades = {"registered_patients": 2, "registered_modelled": 4, "premises": 5}
        return PracticeZones(codes, practice[order], zone[order], patients[order], method,
                             np.array([grades[m] for m in method]), notes)  # fmt: skip

    def _list_sizes(self, codes: np.ndarray) -> np.ndarray:
        """Patients on each practice's latest list; NaN where there is none."""
        query = union(self.connection, self.files, "registration")
        sizes = dict(self.connection.execute(
            f"""select block_code, arg_max(persons, period_end) from ({query})
                where block_type = 'gp_practice' and sex = 'all' and age_band = 'all' and persons is not null
                group by 1"""
        ).fetchall()) if query else {}  # fmt: skip
        return np.array([float(sizes.get(code, np.nan)) for code in codes])

    def _counted_patients(
        self, codes: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray] | None, tuple[str, ...]]:
        """Practice, zone and patients of the latest count of each practice; and what is odd about it."""
        query = union(self.connection, self.files, "patient_zone")
        if not query:
            return None, ()
        rows = self.connection.execute(
            f"""select practice_code, block_code, patients from ({query})
                where patients > 0
                qualify dense_rank() over (partition by practice_code order by as_at desc) = 1 order by 1, 2"""
        ).fetchall()
        position = {code: number for number, code in enumerate(codes)}
        known = [row for row in rows if row[0] in position]
        strange = len({row[0] for row in rows}) - len({row[0] for row in known})
        said = f"patients by data zone are given for {strange:,} practices that the directory does not hold"
        notes = (said,) if strange else ()
        if not known:
            return None, notes
        return (
            np.array([position[row[0]] for row in known]), self.positions([row[1] for row in known]),
            np.array([float(row[2]) for row in known]),
        ), notes  # fmt: skip

    def _modelled_patients(
        self, premises: np.ndarray, lists: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """The fall-back: distance to practices, balanced to list sizes and residents, board by board.

        A practice has its contract with one board; without that border, uneven list inflation would be
        mended by moving patients across it.
        """
        import shapely

        from locality_profiles.geography.practices import modelled_patients

        located = np.array([point is not None for point in self.points])
        zones = np.flatnonzero(located & (np.nan_to_num(self.people) > 0))
        here = set(self.partnerships[zones])
        of_zone = np.array([z >= 0 and located[z] and self.partnerships[z] in here for z in premises], dtype=bool)
        at = np.flatnonzero(of_zone & (np.nan_to_num(lists) > 0))
        if not len(at) or not len(zones):
            return None
        points = self.points[premises[at]].copy()
        for number, index in enumerate(at):
            if place := self.postcodes.get(_plain(self.practices[index]["postcode"])):
                points[number] = shapely.Point(place)
        xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        zone_xy = np.column_stack([shapely.get_x(self.points[zones]), shapely.get_y(self.points[zones])])
        found = modelled_patients(
            lists[at], xy, self.people[zones], zone_xy,
            practice_group=self.boards[premises[at]], zone_group=self.boards[zones],
        )  # fmt: skip
        return at[found.practice], zones[found.zone], found.patients


def _plain(postcode: str | None) -> str:
    return (postcode or "").replace(" ", "").upper()


def partnership_book(connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> NameBook:
    """Partnership codes by partnership's code, its name, or the name of a council inside it."""
    rows = connection.execute(
        "select area_code, area_name from lookup_area where area_type = 'hscp' union all "
        "select area_code, area_code from lookup_area where area_type = 'hscp' union all "
        "select parent_code, unnest([area_name, area_code]) from lookup_area "
        "where area_type = 'council_area' and parent_type = 'hscp'"
    ).fetchall()
    return NameBook(rows, names)
