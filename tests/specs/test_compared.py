"""What each area is set against, and what may be said of it: values drawn in, verdicts out.

The isles are a partnership of three localities, North, South and East; the mainland is another, of two. Both lie in
one board and one country.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import hypot
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from drawn import table
from pictures import rows

from locality_profiles.indicators import compared, neighbours
from locality_profiles.indicators.belonging import LARGER, homes
from locality_profiles.indicators.compared import Compared, compare
from locality_profiles.indicators.definition import Indicator, read_indicator, sections
from locality_profiles.indicators.neighbours import Likeness, Neighbourhood
from locality_profiles.statistics.estimates import proportion_estimate, rate_estimate
from locality_profiles.tables.curated import AREA_OVERLAP

WHOLE = """
    block_type | block_code | area_type    | area_code
    locality   | isles/n    | hscp         | isles
    locality   | isles/s    | hscp         | isles
    locality   | isles/e    | hscp         | isles
    locality   | main/a     | hscp         | main
    locality   | main/b     | hscp         | main
    locality   | isles/n    | health_board | board
    locality   | isles/n    | country      | land
    hscp       | isles      | hscp         | isles
    hscp       | isles      | health_board | board
    hscp       | main       | health_board | board
    hscp       | isles      | country      | land
    hscp       | main       | country      | land
"""
#: Shares of people, in per cent: North's interval runs from 9 to 16.
SHARES = """
    area_type    | area_code | value | lower | upper | lower_99_8 | upper_99_8
    locality     | isles/n   | 12    | 9     | 16    | 8          | 18
    hscp         | isles     | 10    | 8     | 11    | 7          | 12
    health_board | board     | 17    | 16.5  | 17.5  | 16         | 18
    country      | land      | 7     | 6.9   | 7.1   | 6.8        | 7.2
"""
#: The same with the counts: 10 of 100 in North, 40 of 400 in the other two together, 3 of 10 on the mainland.
COUNTS = """
    area_type | area_code | numerator | denominator | value | lower | upper
    locality  | isles/n   | 10        | 100         | 10    | 5.5   | 17.4
    locality  | isles/s   | 30        | 100         | 30    | 21.9  | 39.6
    locality  | isles/e   | 10        | 300         | 3.3   | 1.8   | 6.0
    locality  | main/a    | 1         | 5           | 20    | 3.6   | 62.4
    locality  | main/b    | 2         | 5           | 40    | 11.8  | 76.9
"""
DECLARED = """
title = "Drawn"
section = "population"
order = 1
definition = "Drawn for a test."
unit = "drawn"
smallest_area = "data_zone_2011"
needs = "a drawing"
disclosure = "open"
owner = "tests"
reviewed = 2026-11-22
"""
TERM = """
what = "what is counted"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
"""
OF_OTHERS = """
what = "what a publisher counts"
table = "published_value"
column = "value"
where.source = "drawn"
where.measure = "Drawn"
"""
SOLE = ("count", "published")


class World:
    """Drawn tables and one indicator, changed one at a time, and what is said of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = {"membership": table(folder, "membership", WHOLE)}
        self.said = {"method": "percentage", "per": "100", "decimals": "1", "direction": "none"}
        self.values(SHARES)

    def draw(self, name: str, drawing: str) -> World:
        self.tables[name] = table(self.folder, name, drawing)
        return self

    def values(self, drawing: str, **given: Any) -> World:
        usual = {"indicator_id": "drawn", "period_type": "calendar_year", "period_start": date(2020, 1, 1),
                 "period_end": date(2020, 12, 31), "breakdown": "all", "category": "all", "method": "percentage",
                 "per": 100.0, "parts": 1, "source_level": "data_zone_2011"}  # fmt: skip
        self.value = pq.read_table(table(self.folder, "indicator_value", drawing, **{**usual, **given}))
        return self

    def declared(self, **said: str) -> World:
        self.said |= said
        return self

    def indicators(self, *names: str, breakdown: str = "") -> dict[str, Indicator]:
        keys = "".join(
            f"{key} = {value}\n" if key in ("per", "decimals") else f'{key} = "{value}"\n'
            for key, value in self.said.items()
        )
        among = "" if self.said["method"] in SOLE else f"[denominator]{TERM}"
        ages = '[standardisation]\nstandard = "esp2013"\nbands = "five_year"\n'
        ages = ages if self.said["method"] == "directly_standardised_rate" else ""
        found = {}
        for name in names or ("drawn",):
            path = self.folder / f"{name}.toml"
            term = OF_OTHERS if self.said["method"] == "published" else TERM
            path.write_text(DECLARED + keys + ages + f"[numerator]{term}" + among + breakdown, encoding="utf-8")
            found[name] = read_indicator(path, sections())
        return found

    def compared(self, *area_types: str, found: Mapping[str, Indicator] | None = None) -> Compared:
        return compare(self.tables, self.value, found or self.indicators(), area_types or ("locality",))

    def told(self, *columns: str, of: str = "isles/n", **given: Any) -> dict[str, Any]:
        """What is said of an area, by comparator: one column, or a tuple of several."""
        found = rows(self.compared(**given).comparison, "area_code", "comparator", *columns)
        mine = [row[1:] for row in found if row[0] == of]
        assert len({row[0] for row in mine}) == len(mine)
        return {comparator: row[0] if len(columns) == 1 else tuple(row) for comparator, *row in mine}

    def beside(self, *columns: str, **given: Any) -> dict[str, Any]:
        """The same for the larger areas only."""
        return {kind: told for kind, told in self.told(*columns, **given).items() if kind in LARGER}

    def ranks(self, *columns: str, among: str = "country", **given: Any) -> list[tuple[Any, ...]]:
        found = rows(self.compared(**given).ranks, "among", "area_code", *columns)
        return [row[1:] for row in found if row[0] == among]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- verdicts by interval -------------------------------------------------------------------------


def test_a_value_is_similar_where_its_interval_holds_the_other_and_else_higher_or_lower(world):
    assert world.beside("verdict") == {"hscp": "similar", "health_board": "lower", "country": "higher"}


def test_an_interval_that_just_touches_the_other_value_is_similar(world):
    world.values(SHARES.replace("| 7     | 6.9", "| 9     | 8.9").replace("| 17    | 16.5", "| 16    | 15.5"))
    assert world.beside("verdict") == {"hscp": "similar", "health_board": "similar", "country": "similar"}


def test_the_others_own_interval_decides_nothing(world):
    world.values(SHARES.replace("| 7     | 6.9   | 7.1", "| 7     | 0     | 99"))
    assert world.told("verdict")["country"] == "higher"


def test_a_wider_interval_is_surer_and_finds_fewer_differences(world):
    assert world.beside("verdict", "verdict_99_8") == {
        "hscp": ("similar", "similar"), "health_board": ("lower", "similar"), "country": ("higher", "higher"),
    }  # fmt: skip


def test_without_a_wider_interval_nothing_is_said_by_it(world):
    world.values("\n".join(line.rsplit("|", 2)[0] for line in SHARES.strip().splitlines()))
    assert world.told("verdict", "verdict_99_8")["country"] == ("higher", "not_compared")


@pytest.mark.parametrize(
    ("direction", "of_board", "of_country"),
    [("high_is_good", "worse", "better"), ("low_is_good", "better", "worse"), ("none", None, None)],
)
def test_better_and_worse_are_said_only_where_it_is_declared_which_is_good(world, direction, of_board, of_country):
    world.declared(direction=direction)
    assert world.beside("judgement") == {"hscp": None, "health_board": of_board, "country": of_country}


def test_a_difference_has_limits_made_from_those_of_both(world):
    difference, lower, upper = world.told("difference", "difference_lower", "difference_upper")["hscp"]
    assert difference == 12 - 10
    assert lower == pytest.approx(2 - hypot(12 - 9, 11 - 10))
    assert upper == pytest.approx(2 + hypot(16 - 12, 10 - 8))


def test_a_difference_from_a_value_without_limits_has_none(world):
    world.values(SHARES.replace("| 10    | 8     | 11", "| 10    |       |   "))
    assert world.told("verdict", "difference", "difference_lower", "difference_upper")["hscp"] == (
        "similar", 2.0, None, None,
    )  # fmt: skip


def test_a_comparison_by_interval_says_so(world):
    assert world.told("basis", "reason", "comparator_code", "comparator_value")["hscp"] == (
        "interval", None, "isles", 10.0,
    )  # fmt: skip


# --- like with like -------------------------------------------------------------------------------

TWO_YEARS = """
    area_type | area_code | period_start | period_end | value | lower | upper
    locality  | isles/n   | 2019-01-01   | 2019-12-31 | 50    | 45    | 55
    locality  | isles/n   | 2020-01-01   | 2020-12-31 | 12    | 9     | 16
    hscp      | isles     | 2019-01-01   | 2019-12-31 | 50    | 48    | 52
    hscp      | isles     | 2020-01-01   | 2020-12-31 | 20    | 18    | 22
    hscp      | isles     | 2021-01-01   | 2021-12-31 | 12    | 10    | 14
"""


def test_an_areas_latest_value_is_set_against_exactly_the_same_period(world):
    world.values(TWO_YEARS)
    assert world.told("value", "comparator_value", "verdict")["hscp"] == (12.0, 20.0, "lower")


def test_a_later_period_without_a_figure_is_not_the_latest(world):
    world.values(TWO_YEARS + "locality | isles/n | 2021-01-01 | 2021-12-31 | | | ")
    assert world.told("value", "comparator_value")["hscp"] == (12.0, 20.0)


@pytest.mark.parametrize(
    ("start", "end", "same"),
    [("2016-01-01", "2020-12-31", True), ("2018-01-01", "2020-12-31", False), ("2016-01-01", "2018-12-31", False)],
)
def test_five_years_together_are_never_set_against_three(world, start, end, same):
    world.values(f"""
    area_type | area_code | period_start | period_end | value | lower | upper | numerator | denominator
    locality  | isles/n   | 2016-01-01   | 2020-12-31 | 12    | 9     | 16    | 12        | 100
    locality  | isles/s   | {start}      | {end}      | 20    | 18    | 22    | 40        | 200
    locality  | isles/e   | {start}      | {end}      | 20    | 18    | 22    | 60        | 300
    hscp      | isles     | {start}      | {end}      | 20    | 18    | 22    |           |
    """, period_type="years")  # fmt: skip
    told = world.told("verdict", "comparator_value", "difference", "reason")
    for comparator, reason in (("hscp", compared.NO_FIGURE), ("peers", compared.SOME_MISSING)):
        assert told[comparator] == (("lower", 20.0, -8.0, None) if same else ("not_compared", None, None, reason))


CLASSES = """
    area_type | area_code | category | value | lower | upper
    locality  | isles/n   | young    | 12    | 9     | 16
    locality  | isles/n   | old      |       |       |
    hscp      | isles     | young    | 20    | 18    | 22
    hscp      | isles     | old      | 5     | 4     | 6
"""
BREAKDOWN = """
[breakdown]
name = "ages"
column = "age"
categories = { young = "Young", old = "Old" }
"""


def test_a_class_is_set_against_the_same_class(world):
    world.values(CLASSES, breakdown="ages")
    found = world.compared(found=world.indicators(breakdown=BREAKDOWN)).comparison
    assert [
        row[1:]
        for row in rows(found, "comparator", "category", "value", "comparator_value", "verdict", "reason")
        if row[0] == "hscp"
    ] == [("old", None, 5.0, "not_compared", compared.NO_FIGURE), ("young", 12.0, 20.0, "lower", None)]


def test_values_by_fifth_of_deprivation_are_not_compared_here(world):
    world.values(CLASSES.replace("young", "1").replace("old", "2"), breakdown="simd_2020v2_quintile")
    assert world.compared().comparison.num_rows == 0


# --- peers ----------------------------------------------------------------------------------------


def test_peers_are_the_partnerships_other_localities_added_from_counts(world):
    told = world.values(COUNTS).told("comparator_code", "comparator_value", "verdict")["peers"]
    assert told == ("isles", 100 * (30 + 10) / (100 + 300), "similar")  # not the mean of 30% and 3.3%


def test_each_locality_has_peers_of_its_own(world):
    world.values(COUNTS)
    assert world.told("comparator_value", of="isles/s")["peers"] == pytest.approx(100 * (10 + 10) / (100 + 300))
    assert world.told("comparator_value", of="main/a")["peers"] == pytest.approx(100 * 2 / 5)


def test_peers_together_have_the_limits_of_their_counts(world):
    lower, upper = world.values(COUNTS).told("difference_lower", "difference_upper")["peers"]
    _, low, high = (100 * part[0] for part in proportion_estimate([40], [400]))
    assert lower == pytest.approx(0 - hypot(10 - 5.5, high - 10))
    assert upper == pytest.approx(0 + hypot(17.4 - 10, 10 - low))


def test_rates_of_peers_have_the_limits_of_a_rate(world):
    world.declared(method="crude_rate", per="1000")
    world.values(COUNTS.replace("| 10    | 5.5   | 17.4", "| 100 | 48 | 184"), per=1000.0)
    told = world.told("comparator_value", "difference_lower", "difference_upper")["peers"]
    value, low, high = (part[0] for part in rate_estimate([40], [400], 1000))
    assert told == pytest.approx((100, 0 - hypot(100 - 48, high - 100), 0 + hypot(184 - 100, 100 - low)))
    assert value == 100


def test_peers_of_whom_one_has_no_figure_are_not_compared_with(world):
    without = "\n".join(line for line in COUNTS.splitlines() if "isles/e" not in line)
    for drawing in (without, without + "\n locality | isles/e | | 300 | | | "):
        told = world.values(drawing).told("verdict", "comparator_value", "reason")["peers"]
        assert told == ("not_compared", None, compared.SOME_MISSING)


def test_values_that_cannot_be_added_have_no_peers_to_compare_with(world):
    world.declared(method="directly_standardised_rate", per="100000").values(COUNTS)
    assert world.told("verdict", "reason")["peers"] == ("not_compared", compared.NOT_ADDED)


def test_a_locality_alone_in_its_partnership_has_no_peers(world):
    world.draw("membership", "\n".join(line for line in WHOLE.splitlines() if "main/b" not in line))
    assert "peers" not in world.values(COUNTS).told("verdict", of="main/a")


def test_a_partnership_has_no_peers(world):
    found = rows(world.compared("locality", "hscp").comparison, "area_code", "comparator")
    assert [comparator for code, comparator in found if code == "isles"] == ["country", "health_board"]


# --- statistical neighbours -----------------------------------------------------------------------


@pytest.fixture
def alike(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two neighbours each, by the age of people: North's are Ayton and East."""
    monkeypatch.setattr(
        neighbours, "neighbourhood", lambda: Neighbourhood((Likeness("age", "all", 1.0, "a test"),), 2, 100)
    )
    drawn = [f"{line} | drawn" for line in COUNTS.strip().splitlines()[1:]]
    ages = zip(("isles/n", "isles/s", "isles/e", "main/a", "main/b"), (40, 60, 43, 41, 55), strict=True)
    world.values("\n".join([
        "area_type | area_code | numerator | denominator | value | lower | upper | indicator_id",
        *drawn, *(f"locality | {code} | 1 | 1 | {age} | | | age" for code, age in ages),
    ]))  # fmt: skip
    return world


def test_neighbours_are_those_most_alike_wherever_they_lie_and_added_from_counts(alike):
    found = alike.compared(found=alike.indicators("drawn", "age"))
    assert [row[1:] for row in rows(found.neighbours, "area_code", "position", "neighbour_code")
            if row[0] == "isles/n"] == [(1, "main/a"), (2, "isles/e")]  # fmt: skip
    told = rows(found.comparison, "indicator_id", "area_code", "comparator", "comparator_code", "comparator_value")
    (value,) = [row[4] for row in told if row[:4] == ("drawn", "isles/n", "neighbours", "")]
    assert value == pytest.approx(100 * (1 + 10) / (5 + 300))


def test_a_neighbour_without_a_figure_is_told_of(alike):
    alike.value = alike.value.filter((pc.field("indicator_id") != "drawn") | (pc.field("area_code") != "main/a"))
    found = rows(alike.compared(found=alike.indicators("drawn", "age")).comparison,
                 "indicator_id", "area_code", "comparator", "verdict", "reason")  # fmt: skip
    assert ("drawn", "isles/n", "neighbours", "not_compared", compared.SOME_MISSING) in found


# --- not compared ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "drawing", "reason"),
    [
        ({"method": "count", "per": "1"}, SHARES, compared.A_COUNT),
        ({"method": "crude_rate", "interval": "not_independent"}, SHARES, compared.NO_LIMITS),
        ({"method": "crude_rate"}, SHARES.replace("| 12    | 9     | 16", "| 12    |       |   "), compared.NO_LIMITS),
        ({"method": "published"}, SHARES.replace("| 12    | 9     | 16", "| 12    |       |   "),
         compared.NOT_PUBLISHED_LIMITS),
        ({}, "\n".join(line for line in SHARES.splitlines() if "hscp" not in line), compared.NO_FIGURE),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why_and_tells_no_difference(world, said, drawing, reason):
    world.declared(direction="high_is_good", **said).values(drawing)
    told = world.told("verdict", "verdict_99_8", "judgement", "basis", "difference", "difference_lower", "reason")
    assert told["hscp"] == ("not_compared", "not_compared", None, "none", None, None, reason)


def test_every_reason_is_a_sentence():
    reasons = (compared.A_COUNT, compared.NO_LIMITS, compared.NOT_PUBLISHED_LIMITS, compared.NO_FIGURE,
               compared.NOT_ADDED, compared.SOME_MISSING)  # fmt: skip
    assert len(set(reasons)) == 6
    assert all(reason[0].isupper() and reason.endswith(".") for reason in reasons)


# --- complete counts ------------------------------------------------------------------------------

EVERYBODY = """
    area_type    | area_code | value
    locality     | isles/n   | 12.44
    hscp         | isles     | 12.36
    health_board | board     | 12.46
    country      | land      | 12.35
"""


@pytest.mark.parametrize(
    ("decimals", "of_partnership", "of_board", "of_country"),
    [("1", "similar", "lower", "similar"), ("2", "higher", "lower", "higher"), ("0", "similar", "similar", "similar")],
)
def test_complete_counts_are_compared_as_printed(world, decimals, of_partnership, of_board, of_country):
    world.declared(interval="complete_count", decimals=decimals).values(EVERYBODY)
    assert world.beside("verdict") == {"hscp": of_partnership, "health_board": of_board, "country": of_country}


@pytest.mark.parametrize(("own", "other"), [("12.46", "12.54"), ("12.54", "12.46")])
def test_what_is_printed_alike_is_similar_on_whichever_side_of_it_both_lie(world, own, other):
    drawing = EVERYBODY.replace("12.44", own).replace("12.36", other)
    assert world.declared(interval="complete_count").values(drawing).told("verdict")["hscp"] == "similar"


def test_a_complete_count_is_as_sure_as_can_be_and_has_no_limits(world):
    world.declared(interval="complete_count", direction="low_is_good").values(EVERYBODY)
    told = world.told("verdict", "verdict_99_8", "judgement", "basis", "difference_lower", "reason")
    assert told["health_board"] == ("lower", "lower", "better", "complete_count", None, None)


def test_limits_that_happen_to_be_there_do_not_make_a_complete_count_a_sample(world):
    world.declared(interval="complete_count")
    assert world.told("verdict", "basis", "difference_lower")["hscp"] == ("higher", "complete_count", None)


def test_complete_counts_of_peers_are_added_and_compared_as_printed(world):
    world.declared(interval="complete_count").values(COUNTS)
    assert world.told("comparator_value", "verdict", "basis")["peers"] == (10.0, "similar", "complete_count")


# --- ranks ----------------------------------------------------------------------------------------


def test_one_is_the_highest_and_equals_share_the_smaller_number(world):
    world.values(COUNTS.replace("| 40    | 11.8  | 76.9", "| 20    | 3.6   | 62.4"))
    assert world.ranks("rank", "ranked") == [
        ("isles/e", 5, 5), ("isles/n", 4, 5), ("isles/s", 1, 5), ("main/a", 2, 5), ("main/b", 2, 5),
    ]  # fmt: skip


def test_a_rank_is_only_as_sure_as_its_interval(world):
    """South (22 to 40) is surely above North (5 to 17) and East (2 to 6); Ayton (4 to 62) may be anywhere."""
    world.values(COUNTS)
    assert [row[:3] for row in world.ranks("rank_lower", "rank_upper")] == [
        ("isles/e", 3, 5),  # surely below South and Buxton only
        ("isles/n", 2, 5),  # surely below South only
        ("isles/s", 1, 3),  # Ayton and Buxton may be above
        ("main/a", 1, 5),
        ("main/b", 1, 4),  # surely above East only
    ]


def test_a_rank_without_limits_claims_no_sureness(world):
    world.declared(interval="complete_count").values(EVERYBODY + "locality | isles/s | 13")
    assert world.ranks("rank", "rank_lower", "rank_upper") == [("isles/n", 2, None, None), ("isles/s", 1, None, None)]


def test_ranks_are_told_among_a_partnerships_own_too(world):
    world.values(COUNTS)
    assert world.ranks("rank", "ranked", among="hscp") == [
        ("isles/e", 3, 3), ("isles/n", 2, 3), ("isles/s", 1, 3), ("main/a", 2, 2), ("main/b", 1, 2),
    ]  # fmt: skip


def test_fifths_need_five_areas(world):
    world.values(COUNTS)
    assert world.ranks("fifth") == [("isles/e", 5), ("isles/n", 4), ("isles/s", 2), ("main/a", 3), ("main/b", 1)]
    assert {fifth for _, fifth in world.ranks("fifth", among="hscp")} == {None}


def test_one_area_alone_is_not_ranked(world):
    assert world.ranks("rank") == []


def test_values_of_another_period_are_not_ranked_among(world):
    world.values("""
    area_type | area_code | period_start | period_end | value
    locality  | isles/n   | 2020-01-01   | 2020-12-31 | 12
    locality  | isles/s   | 2020-01-01   | 2020-12-31 | 11
    locality  | isles/e   | 2019-01-01   | 2019-12-31 | 99
    """)  # fmt: skip
    assert world.ranks("rank", "ranked") == [("isles/n", 1, 2), ("isles/s", 2, 2)]


def test_counts_are_not_ranked(world):
    assert world.declared(method="count", per="1").values(COUNTS).ranks("rank") == []


# --- what lies in no area -------------------------------------------------------------------------


def test_what_lies_in_no_area_is_not_compared_nor_ranked_nor_anybodys_peer(world):
    out = "    locality  | {}   | 90        | 100         | 90    | 80    | 95\n"
    world.draw("membership", WHOLE + "locality | isles/OUT | hscp | isles\n locality | OUT | hscp | isles")
    world.values(COUNTS + out.format("isles/OUT") + out.format("OUT"))
    found = world.compared()
    assert not any("OUT" in code for code in found.comparison["area_code"].to_pylist())
    assert not any("OUT" in code for code in found.ranks["area_code"].to_pylist())
    assert set(found.ranks["ranked"].to_pylist()) == {5, 3, 2}
    assert world.told("comparator_value")["peers"] == 100 * (30 + 10) / (100 + 300)


# --- where an area belongs ------------------------------------------------------------------------


def belongs(world: World, *area_types: str) -> set[tuple[str, str, str]]:
    """Area, kind of larger area, and the one that it counts to."""
    with duckdb.connect() as connection:
        connection.register("membership", pq.read_table(world.tables["membership"]))
        overlap = world.tables.get("area_overlap")
        connection.register("area_overlap", pq.read_table(overlap) if overlap else AREA_OVERLAP.schema.empty_table())
        homes(connection, area_types)
        return set(connection.execute("select area_code, in_type, in_code from home").fetchall())


def of(found: set[tuple[str, str, str]], code: str) -> list[tuple[str, str]]:
    return sorted(row[1:] for row in found if row[0] == code)


def test_an_area_belongs_where_it_lies_whole(world):
    assert of(belongs(world, "locality"), "isles/n") == [
        ("country", "land"), ("health_board", "board"), ("hscp", "isles"),
    ]  # fmt: skip


def test_where_nothing_tells_its_board_and_country_those_of_its_partnership_are_taken(world):
    assert of(belongs(world, "locality"), "main/a") == [
        ("country", "land"), ("health_board", "board"), ("hscp", "main"),
    ]  # fmt: skip


STRADDLING = """
    area_type  | area_code | other_type | other_code | blocks | persons | share_of_area
    gp_cluster | c1        | hscp       | isles      | 1      | 70      | 0.7
    gp_cluster | c1        | hscp       | main       | 4      | 30      | 0.3
    gp_cluster | c2        | hscp       | isles      | 1      |         |
    gp_cluster | c2        | hscp       | main       | 2      |         |
    gp_cluster | c3        | hscp       | main/OUT   | 8      | 90      | 0.9
    gp_cluster | c3        | hscp       | isles      | 1      | 10      | 0.1
"""


def test_another_belongs_where_most_of_its_people_live_and_without_people_most_of_its_blocks(world):
    found = belongs(world.draw("area_overlap", STRADDLING), "gp_cluster")
    assert of(found, "c1") == [("country", "land"), ("health_board", "board"), ("hscp", "isles")]
    assert ("hscp", "main") in of(found, "c2")


def test_no_area_belongs_to_what_lies_in_no_area(world):
    assert ("hscp", "isles") in of(belongs(world.draw("area_overlap", STRADDLING), "gp_cluster"), "c3")


def test_part_of_an_area_is_not_the_whole_of_it(world):
    world.draw("membership", """
    block_type | block_code | area_type | area_code | weight
    hscp       | isles      | country   | land      | 1
    ward       | w1         | hscp      | isles     | 0.5
    ward       | w1         | hscp      | main      | 0.5
    ward       | w2         | hscp      | isles     | 1
    """)  # fmt: skip
    found = belongs(world, "ward")
    assert of(found, "w1") == []
    assert of(found, "w2") == [("country", "land"), ("hscp", "isles")]


def test_what_holds_most_of_a_locality_does_not_outdo_what_holds_it_whole(world):
    world.draw("area_overlap", STRADDLING + "locality | isles/n | hscp | main | 9 | 99 | 0.99")
    assert ("hscp", "isles") in of(belongs(world, "locality"), "isles/n")
