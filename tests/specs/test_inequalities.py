"""How unequal a value is across fifths by deprivation: values by fifth drawn in, gaps and indices out.

Fifth 1 is the most deprived and 5 the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import hypot, sqrt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from drawn import table
from pictures import cells, rows

from locality_profiles.indicators.definition import Indicator, read_indicator, sections
from locality_profiles.indicators.inequalities import MISSING_FIFTH, NO_LIMITS, inequality

#: The deprived have more: 5 less with each fifth, as many people in each, all values within 2 of the truth.
MORE = """
    category | value | lower | upper | denominator
    1        | 30    | 28    | 32    | 100
    2        | 25    | 23    | 27    | 100
    3        | 20    | 18    | 22    | 100
    4        | 15    | 13    | 17    | 100
    5        | 10    | 8     | 12    | 100
"""
LESS = """
    category | value | lower | upper | denominator
    1        | 10    | 8     | 12    | 100
    2        | 15    | 13    | 17    | 100
    3        | 20    | 18    | 22    | 100
    4        | 25    | 23    | 27    | 100
    5        | 30    | 28    | 32    | 100
"""
SAME = "\n".join(
    ["category | value | lower | upper | denominator", *(f"{n} | 20 | 18 | 22 | 100" for n in range(1, 6))]
)
COUNTRYS, OWN = "simd_2020v2_quintile", "simd_2020v2_quintile_hscp"
DECLARED = """
title = "Drawn"
section = "population"
order = 1
definition = "Drawn for a test."
method = "percentage"
per = 100
unit = "drawn"
decimals = 0
smallest_area = "data_zone_2011"
needs = "a drawing"
disclosure = "open"
owner = "tests"
reviewed = 2026-11-22
"""
TERM = """
what = "what is counted"
table = "population_class"
column = "persons"
where.sex = "all"
additive = "stock"
"""


class World:
    """Values by fifth of one area, and how unequal they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.direction = "none"

    def declared(self, direction: str) -> World:
        self.direction = direction
        return self

    def indicator(self, classes: str = "") -> dict[str, Indicator]:
        path = self.folder / "drawn.toml"
        path.write_text(
            f'{DECLARED}direction = "{self.direction}"\n[numerator]{TERM}[denominator]{TERM}{classes}', encoding="utf-8"
        )
        return {"drawn": read_indicator(path, sections())}

    def found(self, drawing: str, *columns: str, classes: str = "", **given: Any) -> list[tuple[Any, ...]]:
        assert columns, "without columns there would be no rows"
        usual = {"indicator_id": "drawn", "area_type": "hscp", "area_code": "isles", "period_type": "calendar_year",
                 "period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31), "breakdown": COUNTRYS,
                 "method": "percentage", "per": 100.0, "parts": 1, "source_level": "data_zone_2011"}  # fmt: skip
        made = pq.read_table(table(self.folder, "indicator_value", drawing, **{**usual, **given}))
        return rows(inequality(made, self.indicator(classes)), *columns)

    def told(self, drawing: str, *columns: str, **given: Any) -> Any:
        """What is said of one area, period and scheme: one column, or a tuple of several."""
        (row,) = self.found(drawing, *columns, **given)
        return row[0] if len(columns) == 1 else row


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def without(drawing: str, *fifths: int) -> str:
    header, *lines = drawing.strip().splitlines()
    return "\n".join([header, *(line for line in lines if int(line.split("|")[0]) not in fifths)])


# --- gaps -----------------------------------------------------------------------------------------


def test_the_absolute_gap_is_the_most_less_the_least_deprived_with_limits_from_both(world):
    most, least, gap = world.told(MORE, "most_deprived", "least_deprived", "absolute_gap")
    assert (most, least, gap) == (30, 10, 30 - 10)
    lower, upper = world.told(MORE, "absolute_gap_lower", "absolute_gap_upper")
    assert lower == pytest.approx(20 - hypot(30 - 28, 12 - 10))
    assert upper == pytest.approx(20 + hypot(32 - 30, 10 - 8))


def test_a_gap_is_negative_where_the_deprived_have_less_whether_that_is_good_or_not(world):
    for direction in ("none", "high_is_good", "low_is_good"):
        assert world.declared(direction).told(LESS, "absolute_gap") == 10 - 30


def test_the_relative_gap_is_the_most_over_the_least_deprived(world):
    assert world.told(MORE, "relative_gap") == 30 / 10
    assert world.told(LESS, "relative_gap") == 10 / 30
    assert world.told(SAME, "relative_gap") == 1


def test_nothing_is_so_many_times_nought(world):
    drawing = MORE.replace("5        | 10    | 8 ", "5        | 0     | 0 ")
    assert world.told(drawing, "absolute_gap", "relative_gap") == (30.0, None)


def test_a_value_below_nought_has_a_gap_and_no_ratio(world):
    drawing = MORE.replace("5        | 10    | 8     | 12", "5        | -10   | -12   | -8")
    assert world.told(drawing, "absolute_gap", "relative_gap") == (30 + 10, None)


# --- slope and relative indices -------------------------------------------------------------------


def line(values: Sequence[float], people: Sequence[float]) -> tuple[float, float]:
    """Slope and mean of the straight line through fifths, each at the middle of its people, weighted by people."""
    share = [n / sum(people) for n in people]
    middle = [sum(share[:k]) + share[k] / 2 for k in range(len(share))]
    mean = sum(s * y for s, y in zip(share, values, strict=True))
    above = sum(s * (x - 0.5) * y for s, x, y in zip(share, middle, values, strict=True))
    return above / sum(s * (x - 0.5) ** 2 for s, x in zip(share, middle, strict=True)), mean


def test_the_slope_index_is_negative_where_the_deprived_have_more(world):
    assert world.told(MORE, "sii") == pytest.approx(-25)  # 5 less with each fifth, over five fifths
    assert world.told(LESS, "sii") == pytest.approx(25)
    assert world.told(SAME, "sii") == pytest.approx(0)


@pytest.mark.parametrize(
    ("direction", "of_more", "of_less"), [("low_is_good", 25, -25), ("high_is_good", -25, 25), ("none", None, None)]
)
def test_turned_so_that_positive_is_worse_for_the_deprived_it_needs_to_know_which_is_good(
    world, direction, of_more, of_less
):
    world.declared(direction)
    for drawing, expected in ((MORE, of_more), (LESS, of_less)):
        gap = world.told(drawing, "sii_gap")
        assert gap == (None if expected is None else pytest.approx(expected))


def test_the_slope_counts_people_and_not_fifths(world):
    people = [50, 100, 150, 200, 500]
    drawing = MORE
    for fifth, number in enumerate(people, start=1):
        drawing = "\n".join(
            text.rsplit("|", 1)[0] + f"| {number}" if text.strip().startswith(f"{fifth} ") else text
            for text in drawing.splitlines()
        )
    slope, mean = line([30, 25, 20, 15, 10], people)
    assert world.told(drawing, "sii") == pytest.approx(slope)
    assert world.told(drawing, "rii_mean") == pytest.approx(-slope / mean)
    assert world.told(drawing, "attributable_share") == pytest.approx(100 * (1 - 10 / mean))
    assert slope != pytest.approx(-25)


def test_the_two_relative_indices_stand_in_columns_of_their_own_and_differ(world):
    """The line runs from 20 + 25/2 at the most deprived end to 20 - 25/2 at the least."""
    assert world.told(MORE, "rii_km", "rii_mean") == pytest.approx(((20 - 12.5) / (20 + 12.5), 25 / 20))
    assert world.told(LESS, "rii_km", "rii_mean") == pytest.approx(((20 + 12.5) / (20 - 12.5), -25 / 20))
    assert world.told(SAME, "rii_km", "rii_mean") == pytest.approx((1, 0))


def test_a_line_that_starts_below_nought_has_no_ratio_of_its_ends(world):
    values = [1, 2, 3, 30, 60]
    drawing = "\n".join(
        ["category | value | lower | upper | denominator",
         *(f"{n} | {value} | {value} | {value} | 100" for n, value in enumerate(values, start=1))]
    )  # fmt: skip
    slope, mean = line(values, [1] * 5)
    assert mean - slope / 2 < 0
    assert world.told(drawing, "rii_km", "sii", "status") == (None, pytest.approx(slope), "actual")


def test_the_limits_of_the_slope_come_from_those_of_the_fifths(world):
    """With as many people in each, the slope is the sum of -1, -1/2, 0, 1/2 and 1 times the values."""
    lower, upper = world.told(MORE, "sii_lower", "sii_upper")
    half = 2 * sqrt(1 + 1 / 4 + 0 + 1 / 4 + 1)
    assert (lower, upper) == pytest.approx((-25 - half, -25 + half))


def test_the_limits_of_the_relative_index_hold_it(world):
    lower, value, upper = world.told(MORE, "rii_km_lower", "rii_km", "rii_km_upper")
    assert 0 < lower < value < upper < 1


def test_the_attributable_share_is_what_would_go_if_all_fared_as_the_least_deprived(world):
    assert world.told(MORE, "attributable_share") == pytest.approx(100 * (1 - 10 / 20))
    assert world.told(LESS, "attributable_share") == pytest.approx(100 * (1 - 30 / 20))
    assert world.told(SAME, "attributable_share") == pytest.approx(0)


# --- people of each fifth -------------------------------------------------------------------------


@pytest.mark.parametrize("known", [(), (1, 2, 3, 4)])
def test_where_a_publisher_does_not_give_the_people_of_every_fifth_they_count_alike(world, known):
    drawing = "\n".join(
        text if text.strip()[:1] not in "12345" or int(text.strip()[:1]) in known else text.rsplit("|", 1)[0] + "| "
        for text in MORE.replace("| 27    | 100", "| 27    | 900").strip().splitlines()
    )
    assert world.told(drawing, "sii", "attributable_share") == pytest.approx((-25, 50))


# --- what is missing ------------------------------------------------------------------------------


def test_without_one_of_the_fifths_there_is_no_index_and_the_gap_stays(world):
    told = world.told(without(MORE, 3), "fifths", "absolute_gap", "sii", "rii_km", "rii_mean", "attributable_share")
    assert told == (4, 20.0, None, None, None, None)
    assert world.told(without(MORE, 3), "status", "reason") == ("not_calculated", MISSING_FIFTH.format(missing=1))


@pytest.mark.parametrize("fifth", [1, 5])
def test_without_the_most_or_the_least_deprived_there_is_no_gap_either(world, fifth):
    told = world.told(without(MORE, fifth), "absolute_gap", "relative_gap", "sii", "status")
    assert told == (None, None, None, "not_calculated")


def test_a_fifth_without_a_value_is_missing_though_people_live_there(world):
    drawing = MORE.replace("2        | 25    | 23    | 27", "2        |       |       |   ")
    assert world.told(drawing, "fifths", "sii", "status") == (4, None, "not_calculated")


def test_how_many_are_missing_is_told(world):
    drawing = without(MORE, 2, 3, 4)
    assert world.told(drawing, "fifths", "reason") == (2, MISSING_FIFTH.format(missing=3))
    assert "Nobody lives in 3 of the five fifths here" in MISSING_FIFTH.format(missing=3)
    assert "use the partnership's own fifths" in MISSING_FIFTH


def test_values_without_limits_have_indices_without_limits_and_say_so(world):
    drawing = "\n".join(
        " | ".join(row[:2] + row[4:]) for row in cells(MORE)
    )  # fmt: skip
    told = world.told(drawing, "sii", "sii_lower", "rii_km_lower", "absolute_gap", "absolute_gap_lower", "status")
    assert told == (pytest.approx(-25), None, None, 20.0, None, "actual")
    assert world.told(drawing, "reason") == NO_LIMITS


# --- which values ---------------------------------------------------------------------------------


def marked(column: str, drawings: dict[str, str]) -> str:
    """Drawings under one header, each marked in a further column."""
    header = cells(next(iter(drawings.values())))[0]
    lines = [row + [mark] for mark, drawing in drawings.items() for row in cells(drawing)[1:]]
    return "\n".join(" | ".join(row) for row in [[*header, column], *lines])


WHOLE = "category | value | lower | upper | denominator\nall | 21 | 20 | 22 | 500"


def test_the_value_of_the_whole_area_stands_beside(world):
    assert world.told(marked("breakdown", {COUNTRYS: MORE, "all": WHOLE}), "overall", "sii") == (
        21.0,
        pytest.approx(-25),
    )
    assert world.told(MORE, "overall") is None


def test_the_countrys_fifths_and_the_partnerships_own_are_told_apart(world):
    found = world.found(marked("breakdown", {COUNTRYS: MORE, OWN: LESS}), "scheme", "absolute_gap")
    assert found == [(COUNTRYS, 20.0), (OWN, -20.0)]


def test_fifths_as_a_publisher_makes_them_are_schemes_of_their_own(world):
    found = world.found(marked("breakdown", {"simd_quintile": MORE, "simd_quintile_own": LESS}), "scheme", "sii")
    assert found == [("simd_quintile", pytest.approx(-25)), ("simd_quintile_own", pytest.approx(25))]


def test_other_classes_have_no_inequality_by_deprivation(world):
    assert world.found(marked("breakdown", {"age": MORE, "all": WHOLE}), "sii") == []


def test_people_by_fifth_are_not_unequal_by_fifth(world):
    classes = f'[breakdown]\nname = "{COUNTRYS}"\ncolumn = "category"\ncategories = {{ "1" = "Most deprived" }}\n'
    assert world.found(MORE, "sii", classes=classes) == []


def test_each_area_and_each_period_is_told_of_by_itself(world):
    found = world.found(marked("area_code", {"isles": MORE, "main": LESS}), "area_code", "sii")
    assert found == [("isles", pytest.approx(-25)), ("main", pytest.approx(25))]
    found = world.found(marked("period_start", {"2018-01-01": MORE, "2020-01-01": LESS}), "period_start", "sii")
    assert found == [(date(2018, 1, 1), pytest.approx(-25)), (date(2020, 1, 1), pytest.approx(25))]


def test_the_order_of_rows_changes_nothing(world):
    header, *lines = MORE.strip().splitlines()
    turned = "\n".join([header, *reversed(lines)])
    columns = ("sii", "rii_km", "absolute_gap", "attributable_share")
    assert world.told(turned, *columns) == world.told(MORE, *columns)


def test_without_values_by_fifth_there_is_nothing_to_tell(world):
    assert world.found(WHOLE, "sii", breakdown="all") == []
