"""Shares and modelled patients on the real zones, practices and localities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from locality_profiles.geography.membership import place_blocks
from locality_profiles.geography.practices import ModelledPatients, modelled_patients, practice_shares, zone_shares
from locality_profiles.geography.shares import (
    OUTSIDE,
    best_fit,
    by_land,
    compose,
    inside_only,
    settled,
    split_blocks,
    totals,
)
from locality_profiles.sources import read_extract

pytestmark = pytest.mark.real

SHETLAND = "S08000026"
ISLAND_BOARDS = ("S08000025", "S08000026", "S08000028")
WHOLE_LISTS = 5_991_571


@dataclass(frozen=True)
class Scotland:
    """Zones and practices as arrays."""

    zone: np.ndarray
    outline: np.ndarray
    board: np.ndarray
    residents: np.ndarray
    practice_list: np.ndarray
    practice_zone: np.ndarray
    practice_board: np.ndarray

    @property
    def point(self) -> np.ndarray:
        return shapely.get_coordinates(shapely.point_on_surface(self.outline))

    def modelled(self, practice_group: Any = None, zone_group: Any = None, **settings: float) -> ModelledPatients:
        return modelled_patients(
            self.practice_list, self.point[self.practice_zone], self.residents, self.point,
            practice_group=practice_group, zone_group=zone_group, **settings,
        )  # fmt: skip

    def across(self, found: ModelledPatients) -> tuple[float, float]:
        """Patients of Shetland's practices who live elsewhere, and the other way round."""
        here, there = self.practice_board[found.practice] == SHETLAND, self.board[found.zone] == SHETLAND
        return float(found.patients[here & ~there].sum()), float(found.patients[~here & there].sum())


@pytest.fixture(scope="module")
def scotland(real_extracts: Path) -> Scotland:
    def table(name: str, kind: str) -> Any:
        (read,) = read_extract(real_extracts / name)
        return read.curated.tables[kind].to_pandas()

    outlines = table("boundaries/datazone2011_simplified_scotland.geojson", "boundary").sort_values("area_code")
    zones = outlines["area_code"].to_numpy()
    people = table("population/population20_dz11_humaniverse.csv", "population").query("sex == 'all'")
    members = table("lookups/dz2011_codes_and_labels_21042020.csv", "membership").query("area_type == 'health_board'")
    practices = table("gp_practice/gp_practice_contactdetails_apr2024.csv", "service").sort_values("service_code")
    lists = table("gp_practice/gp_practice_listsizes_oct2023_jan2024_apr2024.csv", "registration").query(
        "block_type == 'gp_practice' and sex == 'all' and age_band == 'all'"
    )
    latest = lists.sort_values("period_end").groupby("block_code")["persons"].last()
    return Scotland(
        zones,
        shapely.from_wkb(outlines["geometry"].to_numpy()),
        members.set_index("block_code")["area_code"].loc[zones].to_numpy(),
        people.groupby("block_code")["persons"].sum().loc[zones].to_numpy(dtype=float),
        latest.loc[practices["service_code"]].to_numpy(dtype=float),
        np.searchsorted(zones, practices["data_zone"].to_numpy()),
        practices["health_board"].to_numpy(),
    )


@pytest.fixture(scope="module")
def localities(real_extracts: Path) -> np.ndarray:
    (read,) = read_extract(real_extracts / "boundaries/hsc_locality_scotpho_scotland.geojson")
    return shapely.from_wkb(read.curated.tables["boundary"]["geometry"].to_numpy())


# --- shares ---------------------------------------------------------------------------------------


def test_every_zone_is_shared_among_localities_and_nobody_is_lost(scotland, localities):
    shares = by_land(scotland.outline, localities)
    assert len(np.unique(shares.block)) == 6_976
    assert totals(shares, scotland.residents, len(localities)).sum() == pytest.approx(5_466_000)


def test_strips_of_simplified_coast_are_the_drawings_and_not_the_zones(scotland, localities):
    """Localities cover all of Scotland, yet 1 zone in 16 seems to lie partly or wholly beyond them."""
    shares = by_land(scotland.outline, localities)
    at_the_coast = np.unique(shares.block[shares.area == OUTSIDE])
    assert len(at_the_coast) == 432
    mended = inside_only(shares)
    # A zone of Lerwick and one of Troon, both on the sea, touch no locality at all.
    assert scotland.zone[mended.block[mended.area == OUTSIDE]].tolist() == ["S01012396", "S01012567"]
    assert [len(split_blocks(each)) for each in (shares, mended, settled(mended))] == [1_212, 807, 285]


def test_best_fit_by_land_places_zones_as_largest_overlap_does(scotland, localities):
    nobody = np.zeros(len(scotland.zone)), np.zeros(len(localities))
    placed = place_blocks(scotland.outline, nobody[0], localities, nobody[1])
    fitted = best_fit(inside_only(by_land(scotland.outline, localities)))
    known = fitted.area != OUTSIDE
    assert (fitted.area[known] == placed.area[fitted.block[known]]).all()


# --- modelled patients ----------------------------------------------------------------------------


def test_modelled_lists_are_exact_and_zones_are_near(scotland):
    assert scotland.practice_list.sum() == WHOLE_LISTS
    found = scotland.modelled(scotland.practice_board, scotland.board)
    assert np.bincount(found.practice, found.patients) == pytest.approx(scotland.practice_list)
    assert found.gap < 0.001
    assert found.left_out < 0.05
    assert 60_000 < len(found.patients) < 100_000  # about 90 zones a practice, not 6,976
    assert set(np.flatnonzero(scotland.residents == 0)) == set(range(6_976)) - set(found.zone.tolist())


def test_without_groups_the_sea_is_crossed(scotland):
    """List inflation is 0 % in Shetland and 10 % in Scotland: evened out, it takes islanders to the mainland."""
    leaving, coming = scotland.across(scotland.modelled())
    assert leaving < 1
    assert 700 < coming < 900
    shallow_leaving, shallow_coming = scotland.across(scotland.modelled(power=2, offset=500))
    assert shallow_leaving < 1
    assert 1_900 < shallow_coming < 2_100


def test_with_groups_nobody_crosses_the_sea(scotland):
    isles = [np.where(np.isin(b, ISLAND_BOARDS), b, "") for b in (scotland.practice_board, scotland.board)]
    for groups in (isles, [scotland.practice_board, scotland.board]):
        found = scotland.modelled(*groups)
        assert scotland.across(found) == (0, 0)
        at_home = scotland.practice_board[found.practice] == SHETLAND
        assert found.patients[at_home].sum() == pytest.approx(22_869)


def test_about_as_many_are_with_the_nearest_practice_as_registers_say(scotland):
    """56 % in eastern England (Haynes and others 2003)."""
    found = scotland.modelled(scotland.practice_board, scotland.board)
    practices, zones = scotland.point[scotland.practice_zone], scotland.point
    distance = np.hypot(*(practices[found.practice] - zones[found.zone]).T)
    nearest = shapely.STRtree(shapely.points(practices)).query_nearest(
        shapely.points(zones), return_distance=True, all_matches=False
    )[1]
    with_nearest = distance <= nearest[found.zone] + 1e-6
    assert 0.5 < found.patients[with_nearest].sum() / WHOLE_LISTS < 0.6


def test_practices_reach_localities_with_all_their_patients(scotland, localities):
    found = scotland.modelled(scotland.practice_board, scotland.board)
    placed = compose(
        practice_shares(found.practice, found.zone, found.patients),
        best_fit(inside_only(by_land(scotland.outline, localities))),
    )
    assert totals(placed, scotland.practice_list, len(localities)).sum() == pytest.approx(WHOLE_LISTS)
    served = zone_shares(found.practice, found.zone, found.patients)
    assert len(np.unique(served.block)) == 6_973  # all zones but the three where nobody lives
