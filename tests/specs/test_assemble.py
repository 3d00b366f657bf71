"""What stands beside an area's numbers: areas, values and breaks drawn in, columns and points out.

The isles have two localities, North (zones 1 and 2) and South (zone 3), and wards that need not follow
them; the mainland is another partnership.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import table
from pictures import rows

from locality_profiles.profiles.assemble import MOST_PEERS, Profiles, assemble

AREAS = """
    area_type    | area_code  | area_name | parent_type | parent_code
    locality     | isles/n    | North     | hscp        | isles
    locality     | isles/s    | South     | hscp        | isles
    locality     | isles/OUT  | Elsewhere | hscp        | isles
    ward         | w1         | Harbour   |             |
    ward         | w2         | Moor      |             |
    hscp         | isles      | Isles     |             |
    hscp         | main       | Mainland  |             |
    health_board | board      | NHS Isles |             |
    country      | land       | Alba      |             |
"""
WHOLE = """
    block_type | block_code | area_type    | area_code
    locality   | isles/n    | hscp         | isles
    locality   | isles/s    | hscp         | isles
    locality   | isles/n    | health_board | board
    locality   | isles/s    | health_board | board
    locality   | isles/n    | country      | land
    locality   | isles/s    | country      | land
    ward       | w1         | hscp         | isles
    ward       | w2         | hscp         | isles
    hscp       | isles      | hscp         | isles
    hscp       | isles      | health_board | board
    hscp       | isles      | country      | land
"""
OVERLAP = """
    area_type | area_code | other_type | other_code | blocks | persons | share_of_area
    ward      | w1        | locality   | isles/n    | 2      | 90      | 0.9
    ward      | w1        | locality   | isles/s    | 1      | 10      | 0.1
    ward      | w2        | locality   | isles/s    | 1      | 50      | 1.0
"""
VALUES = """
    area_type | area_code | period_start | period_end | value | source_level
    locality  | isles/n   | 2021-06-30   | 2021-06-30 | 100   | data_zone_2011
    locality  | isles/n   | 2022-06-30   | 2022-06-30 | 110   | data_zone_2011
    locality  | isles/n   | 2023-06-30   | 2023-06-30 | 120   | data_zone_2011
"""


#: The same, published for the locality itself.
PUBLISHED = VALUES.replace("data_zone_2011", "locality")


class World:
    """Drawn tables, changed one at a time, and the profiles that they give."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = {"area": table(folder, "area", AREAS), "membership": table(folder, "membership", WHOLE)}
        self.values(VALUES)

    def draw(self, name: str, drawing: str) -> World:
        self.tables[name] = table(self.folder, name, drawing)
        return self

    def values(self, drawing: str) -> World:
        given = {"indicator_id": "people", "period_type": "mid_year", "breakdown": "all", "category": "all",
                 "method": "count", "per": 1.0, "parts": 1}  # fmt: skip
        self.value = pq.read_table(table(self.folder, "indicator_value", drawing, **given))
        return self

    def profiles(self, *profiled: str, partnerships: tuple[str, ...] = ("isles",)) -> Profiles:
        definition = pa.table({
            "section": ["population"], "indicator_id": ["people"], "smallest_area": ["data_zone_2011"],
            "unavailable": pa.nulls(1, pa.string()),
        })  # fmt: skip
        titles = {"locality": "Locality", "gp_practice": "GP practice"}
        return assemble(self.tables, self.value, definition, profiled, partnerships, titles, {})

    def columns(self, code: str, *profiled: str, **given: Any) -> list[tuple[str, str]]:
        """Role and code of each column of an area's profile, in order."""
        found = rows(self.profiles(*profiled, **given).profile, "area_code", "beside_order", "role", "beside_code")
        return [(role, beside) for area, _, role, beside in found if area == code]

    def breaks(self, *profiled: str) -> dict[int, str | None]:
        """Why the point of each year of North's trend cannot be compared with the one before it."""
        trend = self.profiles(*(profiled or ("locality",))).trend
        found = rows(trend, "area_code", "period_end", "broken")
        return {end.year: broken for code, end, broken in found if code == "isles/n"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- columns --------------------------------------------------------------------------------------


def test_a_locality_stands_beside_its_peers_and_then_the_larger_areas(world):
    assert world.columns("isles/n", "locality") == [
        ("this", "isles/n"), ("peer", "isles/s"), ("hscp", "isles"), ("health_board", "board"), ("country", "land"),
    ]  # fmt: skip


def test_a_partnership_stands_beside_its_localities(world):
    assert world.columns("isles", "locality", "hscp")[:3] == [
        ("this", "isles"),
        ("part", "isles/n"),
        ("part", "isles/s"),
    ]


def test_a_country_and_a_board_stand_alone_or_beside_what_holds_them(world):
    world.draw("membership", WHOLE + "health_board | board | country | land")
    world.draw("area_overlap", OVERLAP + """
        country      | land  | hscp | isles | 3 | 100 | 0.1
        country      | land  | hscp | main  | 9 | 900 | 0.9
        health_board | board | hscp | isles | 3 | 100 | 1.0
    """)  # fmt: skip
    assert world.columns("land", "country", "hscp") == [("this", "land")]
    assert world.columns("board", "health_board", "hscp") == [("this", "board"), ("country", "land")]


def test_a_country_that_holds_none_of_the_partnerships_has_no_profile(world):
    profile = world.profiles("country", "hscp", partnerships=("main",)).profile
    assert "land" not in profile["area_code"].to_pylist()


def test_what_lies_in_no_area_has_no_profile_and_is_nobodys_peer_or_part(world):
    world.draw("membership", WHOLE + "locality | isles/OUT | hscp | isles")
    world.draw("area", AREAS + "locality | OUT | Nowhere | hscp | isles")

    profile = world.profiles("locality", "hscp").profile

    assert not {code for code in profile["area_code"].to_pylist() if "OUT" in code}
    assert not {code for code in profile["beside_code"].to_pylist() if "OUT" in code}


def many_wards(world: World, number: int) -> World:
    codes = [f"x{n:02}" for n in range(number)]
    world.draw("area", AREAS + "\n".join(f"ward | {code} | Ward {code} | | " for code in codes))
    return world.draw("membership", WHOLE + "\n".join(f"ward | {code} | hscp | isles" for code in codes))


def test_a_few_areas_of_a_kind_are_shown_beside_each_other(world):
    many_wards(world, MOST_PEERS - 2)  # the two that were there make up the number

    assert sum(role == "peer" for role, _ in world.columns("w1", "ward")) == MOST_PEERS - 1


def test_many_areas_of_a_kind_are_not(world):
    many_wards(world, MOST_PEERS - 1)

    assert [role for role, _ in world.columns("w1", "ward")] == ["this", "hscp", "health_board", "country"]


# --- the locality that holds a smaller area -------------------------------------------------------


def test_a_ward_stands_beside_the_locality_where_most_of_its_people_live(world):
    world.draw("area_overlap", OVERLAP)

    assert world.columns("w1", "ward")[:3] == [("this", "w1"), ("within", "isles/n"), ("peer", "w2")]


def test_without_overlaps_no_locality_is_named(world):
    assert "within" not in dict(world.columns("w1", "ward"))


def test_people_decide_and_not_blocks(world):
    world.draw("area_overlap", """
        area_type | area_code | other_type | other_code | blocks | persons | share_of_area
        ward      | w1        | locality   | isles/n    | 9      | 40      | 0.4
        ward      | w1        | locality   | isles/s    | 1      | 60      | 0.6
    """)  # fmt: skip
    assert ("within", "isles/s") in world.columns("w1", "ward")


def test_of_two_equal_halves_the_one_with_more_blocks_is_taken_and_then_the_first_code(world):
    halves = """
        area_type | area_code | other_type | other_code | blocks | share_of_area
        ward      | w1        | locality   | isles/n    | 1      | 0.5
        ward      | w1        | locality   | isles/s    | 3      | 0.5
        ward      | w2        | locality   | isles/s    | 2      | 0.5
        ward      | w2        | locality   | isles/n    | 2      | 0.5
    """
    world.draw("area_overlap", halves)

    assert ("within", "isles/s") in world.columns("w1", "ward")
    assert ("within", "isles/n") in world.columns("w2", "ward")


def test_a_ward_that_no_locality_holds_half_of_stands_beside_none(world):
    world.draw("area_overlap", """
        area_type | area_code | other_type | other_code | blocks | share_of_area
        ward      | w1        | locality   | isles/n    | 4      | 0.4
        ward      | w1        | locality   | isles/OUT  | 6      | 0.6
    """)  # fmt: skip
    assert "within" not in dict(world.columns("w1", "ward"))


def test_where_nobody_was_counted_blocks_decide(world):
    world.draw("area_overlap", """
        area_type | area_code | other_type | other_code | blocks
        ward      | w1        | locality   | isles/n    | 1
        ward      | w1        | locality   | isles/s    | 2
    """)  # fmt: skip
    assert ("within", "isles/s") in world.columns("w1", "ward")


def test_a_workspaces_own_kind_of_area_is_below_the_locality_too(world):
    world.draw("area", AREAS + "village | v1 | Ham | | ")
    world.draw("membership", WHOLE + "village | v1 | hscp | isles")
    world.draw("area_overlap", OVERLAP + "village | v1 | locality | isles/s | 1 | 9 | 1.0")

    assert world.columns("v1", "village")[:2] == [("this", "v1"), ("within", "isles/s")]


def test_a_locality_and_a_partnership_are_within_no_locality(world):
    world.draw("area_overlap", OVERLAP + """
        hscp      | isles     | locality   | isles/n    | 3      | 140     | 0.9
        locality  | isles/n   | locality   | isles/s    | 1      | 1       | 0.9
    """)  # fmt: skip
    for code in ("isles", "isles/n"):
        assert "within" not in dict(world.columns(code, "locality", "hscp"))


# --- areas that straddle partnerships -------------------------------------------------------------

STRADDLING = """
    area_type    | area_code | other_type | other_code | blocks | persons | share_of_area
    gp_cluster   | c1        | hscp       | isles      | 3      | 70      | 0.7
    gp_cluster   | c1        | hscp       | main       | 4      | 30      | 0.3
"""


def test_a_cluster_in_two_partnerships_counts_to_the_one_with_most_of_its_people(world):
    world.draw("area", AREAS + "gp_cluster | c1 | Coast | | ").draw("area_overlap", STRADDLING)

    assert ("hscp", "isles") in world.columns("c1", "gp_cluster", partnerships=("isles", "main"))
    assert world.columns("c1", "gp_cluster", partnerships=("main",)) == []


def test_its_board_and_country_are_then_those_of_the_partnership(world):
    world.draw("area", AREAS + "gp_cluster | c1 | Coast | | ").draw("area_overlap", STRADDLING)

    assert world.columns("c1", "gp_cluster") == [
        ("this", "c1"), ("hscp", "isles"), ("health_board", "board"), ("country", "land"),
    ]  # fmt: skip


def test_a_whole_partnership_is_taken_before_a_share(world):
    world.draw("area_overlap", OVERLAP + "ward | w1 | hscp | main | 1 | 90 | 0.9")

    assert ("hscp", "isles") in world.columns("w1", "ward", partnerships=("isles", "main"))


def test_a_cluster_that_nothing_places_gets_no_profile(world):
    world.draw("area", AREAS + "gp_cluster | c1 | Coast | | ")

    assert world.columns("c1", "gp_cluster") == []


# --- words ----------------------------------------------------------------------------------------


def test_a_figure_that_only_the_locality_has_is_lent_by_it(world):
    world.draw("area_overlap", OVERLAP)

    profile = world.profiles("ward").profile
    shown = {row for row in rows(profile, "area_code", "role", "value") if row[0] == "w1"}

    assert {("w1", "this", None), ("w1", "within", 120.0)} <= shown
    assert set(world.profiles("ward").trend["of_code"].to_pylist()) == {"isles/n"}


# --- breaks ---------------------------------------------------------------------------------------


def test_a_trend_without_breaks_is_comparable_throughout(world):
    assert world.breaks() == {2021: None, 2022: None, 2023: None}


def test_a_break_is_told_at_the_first_point_after_it(world):
    world.values(PUBLISHED).draw("trend_break", """
        area_type | area_code | broken     | reason
        locality  | isles/n   | 2022-04-01 | Two villages came from South.
        locality  | isles/s   | 2023-04-01 | Nobody came.
    """)  # fmt: skip
    assert world.breaks() == {2021: None, 2022: "Two villages came from South.", 2023: None}


@pytest.mark.parametrize(("broken", "marked"), [("2021-06-30", None), ("2021-07-01", 2022), ("2022-06-30", 2022)])
def test_a_break_lies_after_the_end_of_one_period_and_no_later_than_the_end_of_the_next(world, broken, marked):
    world.values(PUBLISHED).draw("trend_break", f"""
        area_type | area_code | broken   | reason
        locality  | isles/n   | {broken} | Redrawn.
    """)  # fmt: skip
    assert [year for year, reason in world.breaks().items() if reason] == ([marked] if marked else [])


def test_a_break_in_a_gap_is_told_at_the_next_figure(world):
    world.values("\n".join(line for line in PUBLISHED.splitlines() if "2022" not in line))
    world.draw("trend_break", """
        area_type | area_code | broken     | reason
        locality  | isles/n   | 2022-01-01 | Redrawn.
    """)  # fmt: skip
    assert world.breaks() == {2021: None, 2022: None, 2023: "Redrawn."}


def test_two_breaks_between_two_points_are_both_told_in_order_of_time(world):
    world.values(PUBLISHED).draw("trend_break", """
        area_type | area_code | broken     | reason
        locality  | isles/n   | 2022-05-01 | A later change.
        locality  | isles/n   | 2022-04-01 | Zones moved.
        locality  | isles/n   | 2022-06-01 | Zones moved.
    """)  # fmt: skip
    assert world.breaks()[2022] == "Zones moved. A later change."


def test_sums_of_blocks_follow_one_lookup_and_do_not_break(world):
    world.draw("trend_break", """
        area_type | area_code | broken     | reason
        locality  | isles/n   | 2022-04-01 | Two villages came from South.
    """)  # fmt: skip
    assert world.breaks() == {2021: None, 2022: None, 2023: None}


#: The last point is made from other building blocks than those before.
STATUSES = """
    area_type | area_code | period_start | period_end | value | source_level   | status
    locality  | isles/n   | 2021-06-30   | 2021-06-30 | 100   | data_zone_2011 | actual
    locality  | isles/n   | 2022-06-30   | 2022-06-30 | 110   | data_zone_2011 | actual
    locality  | isles/n   | 2023-06-30   | 2023-06-30 | 120   | gp_practice    | {}
"""


def test_counts_of_one_place_are_comparable_whatever_they_were_added_from(world):
    world.values(STATUSES.format("actual"))
    assert world.breaks() == {2021: None, 2022: None, 2023: None}


def test_estimates_made_from_other_places_than_before_break_a_trend(world):
    world.values(STATUSES.format("estimated"))

    assert world.breaks() == {
        2021: None,
        2022: None,
        2023: "Made from figures of each data zone before, and of each GP practice since.",
    }


def test_a_trend_of_a_larger_area_breaks_where_that_area_did(world):
    world.values(PUBLISHED).draw("area_overlap", OVERLAP).draw("trend_break", """
        area_type | area_code | broken     | reason
        ward      | w1        | 2022-04-01 | The ward moved.
        locality  | isles/n   | 2023-04-01 | The locality moved.
    """)  # fmt: skip
    trend = world.profiles("ward").trend

    assert [row for row in rows(trend, "area_code", "period_end", "broken") if row[2]] == [
        ("w1", date(2023, 6, 30), "The locality moved.")
    ]
