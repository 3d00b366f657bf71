"""How a value has changed over time: runs of periods drawn in, change with its limits and a verdict out."""

from __future__ import annotations

from datetime import date
from math import hypot
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from drawn import table
from pictures import cells, rows

from locality_profiles.indicators import changes
from locality_profiles.indicators.changes import change
from locality_profiles.indicators.definition import Indicator, read_indicator, sections

#: Five years that rise by one a year, each within one of the truth.
RISING = """
    year | value | lower | upper
    2016 | 10    | 9     | 11
    2017 | 11    | 10    | 12
    2018 | 12    | 11    | 13
    2019 | 13    | 12    | 14
    2020 | 14    | 13    | 15
"""
FALLING = """
    year | value | lower | upper
    2016 | 14    | 13    | 15
    2017 | 13    | 12    | 14
    2018 | 12    | 11    | 13
    2019 | 11    | 10    | 12
    2020 | 10    | 9     | 11
"""
UNSURE = RISING.replace("| 9     | 11", "| 0     | 30").replace("| 13    | 15", "| 0     | 30")
DECLARED = """
title = "Drawn"
section = "population"
order = 1
definition = "Drawn for a test."
unit = "drawn"
decimals = 0
smallest_area = "data_zone_2011"
needs = "a drawing"
disclosure = "open"
owner = "tests"
reviewed = 2026-11-22
per = 100
"""
TERM = """
what = "what is counted"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
"""


class World:
    """A run of values of one locality, and what is said of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, Path] = {}
        self.said = {"method": "percentage", "direction": "none"}

    def declared(self, **said: str) -> World:
        self.said |= said
        return self

    def breaks(self, drawing: str) -> World:
        self.tables["trend_break"] = table(self.folder, "trend_break", drawing, reason="Redrawn.")
        return self

    def indicator(self, classes: str = "") -> dict[str, Indicator]:
        among = "" if self.said["method"] in ("count", "published") else f"[denominator]{TERM}"
        text = DECLARED + "".join(f'{key} = "{value}"\n' for key, value in self.said.items())
        path = self.folder / "drawn.toml"
        path.write_text(f"{text}[numerator]{TERM}{among}{classes}", encoding="utf-8")
        return {"drawn": read_indicator(path, sections())}

    def trends(self, drawing: str, *columns: str, classes: str = "", **given: Any) -> list[tuple[Any, ...]]:
        """Rows of ``trend`` for drawn values; a column ``year`` stands for calendar years."""
        assert columns, "without columns there would be no rows"
        usual = {"indicator_id": "drawn", "area_type": "locality", "area_code": "north", "period_type": "calendar_year",
                 "breakdown": "all", "category": "all", "method": "percentage", "per": 100.0, "parts": 1,
                 "source_level": "locality"}  # fmt: skip
        made = pq.read_table(table(self.folder, "indicator_value", _periods(drawing), **{**usual, **given}))
        return rows(change(self.tables, made, self.indicator(classes), ["locality"]), *columns)

    def told(self, drawing: str, *columns: str, **given: Any) -> Any:
        """The same for one run: one column, or a tuple of several."""
        (row,) = self.trends(drawing, *columns, **given)
        return row[0] if len(columns) == 1 else row


def _periods(drawing: str) -> str:
    header, *lines = cells(drawing)
    if "year" not in header:
        return drawing
    at = header.index("year")
    first = {"year": "period_start | period_end"}
    wide = [" | ".join(first.get(name, name) for name in header)]
    for line in lines:
        year = line[at]
        wide.append(" | ".join(f"{year}-01-01 | {year}-12-31" if n == at else cell for n, cell in enumerate(line)))
    return "\n".join(wide)


def without(drawing: str, *years: int) -> str:
    return "\n".join(line for line in drawing.splitlines() if not any(str(year) in line for year in years))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- change ---------------------------------------------------------------------------------------


def test_a_change_is_the_last_value_less_the_first_with_limits_from_both(world):
    lower, difference, upper = world.told(RISING, "change_lower", "change", "change_upper")
    assert difference == 14 - 10
    assert lower == pytest.approx(4 - hypot(14 - 13, 11 - 10))
    assert upper == pytest.approx(4 + hypot(15 - 14, 10 - 9))


def test_it_is_told_between_which_periods_and_values(world):
    assert world.told(RISING, "from_start", "from_end", "period_start", "period_end", "from_value", "value") == (
        date(2016, 1, 1), date(2016, 12, 31), date(2020, 1, 1), date(2020, 12, 31), 10.0, 14.0,
    )  # fmt: skip


@pytest.mark.parametrize(("first", "share"), [("10", 4 / 10), ("7", 7 / 7), ("-7", 21 / 7), ("0", None)])
def test_a_change_is_a_share_of_the_size_of_the_first_value_if_there_is_any(world, first, share):
    drawing = RISING.replace("2016 | 10    | 9     | 11", f"2016 | {first} | {int(first) - 1} | {int(first) + 1}")
    assert world.told(drawing, "change_share") == share


def test_only_the_last_five_periods_are_looked_at(world):
    older = "2014 | 90 | 89 | 91\n 2015 | 95 | 94 | 96"
    assert world.told(RISING + older, "points", "from_value", "verdict") == (5, 10.0, "increasing")


def test_the_order_of_rows_changes_nothing(world):
    header, *lines = RISING.strip().splitlines()
    turned = "\n".join([header, *reversed(lines)])
    assert world.told(turned, "change", "verdict") == world.told(RISING, "change", "verdict")


def test_a_period_without_a_figure_is_not_the_last(world):
    assert world.told(RISING + "2021 | | | ", "period_end", "points", "gaps") == (date(2020, 12, 31), 5, 0)


def test_two_periods_have_a_change_and_one_has_none(world):
    assert world.told(without(RISING, 2016, 2017, 2018), "points", "change") == (2, 1.0)
    assert world.trends(without(RISING, 2016, 2017, 2018, 2019), "points") == []


def test_values_without_limits_have_a_change_without_limits(world):
    drawing = "\n".join(line.rsplit("|", 2)[0] for line in RISING.strip().splitlines())
    assert world.told(drawing, "change", "change_lower", "verdict", "reason") == (
        4.0, None, "cannot_be_calculated", changes.NO_LIMITS,
    )  # fmt: skip


# --- verdict and judgement ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawing", "verdict"),
    [(RISING, "increasing"), (FALLING, "decreasing"), (UNSURE, "no_significant_change")],
)
def test_a_run_rises_or_falls_only_where_it_does_so_by_more_than_chance(world, drawing, verdict):
    told, reason = world.told(drawing, "verdict", "reason")
    assert (told, reason) == (verdict, None)


def test_the_statistic_is_shown_beside_the_verdict(world):
    """A line through years 1 to 5 with slope 1 and a standard error of 2/3.92 each: its square is 10 / (2/3.92)**2."""
    assert world.told(RISING, "chi_square") == pytest.approx(10 / (2 / 3.92) ** 2)
    assert world.told(UNSURE, "chi_square") < 9.55


def test_a_trend_that_one_year_makes_is_none(world):
    """Years that fall but for the last, which is far above them."""
    drawing = FALLING.replace("2020 | 10    | 9     | 11", "2020 | 40    | 39    | 41")
    assert world.told(drawing, "verdict") == "no_significant_change"


@pytest.mark.parametrize(
    ("direction", "of_rising", "of_falling"),
    [("high_is_good", "better", "worse"), ("low_is_good", "worse", "better"), ("none", None, None)],
)
def test_better_and_worse_are_said_only_where_it_is_declared_which_is_good(world, direction, of_rising, of_falling):
    world.declared(direction=direction)
    assert world.told(RISING, "judgement") == of_rising
    assert world.told(FALLING, "judgement") == of_falling
    assert world.told(UNSURE, "judgement") is None


# --- gaps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [without(RISING, 2018), RISING.replace("| 12    | 11    | 13", "|       |       |   ")])
def test_a_missing_period_is_a_gap_and_no_nought(world, gap):
    assert world.told(gap, "points", "gaps", "from_value", "change", "verdict", "reason", "chi_square") == (
        4, 1, 10.0, 4.0, "cannot_be_calculated", changes.GAP, None,
    )  # fmt: skip


def test_a_gap_keeps_its_place_among_the_five(world):
    """2015 would be the fifth figure, but it is the sixth period."""
    drawing = without(RISING, 2018) + "\n2015 | 50 | 49 | 51"
    assert world.told(drawing, "points", "gaps", "from_value") == (4, 1, 10.0)


def test_a_nought_that_was_found_is_no_gap(world):
    drawing = RISING.replace("2018 | 12    | 11    | 13", "2018 | 0     | 0     | 2")
    assert world.told(drawing, "points", "gaps", "reason") == (5, 0, None)


def test_fewer_than_five_periods_are_too_few_to_test(world):
    assert world.told(without(RISING, 2016), "points", "gaps", "verdict", "judgement", "reason") == (
        4, 0, "cannot_be_calculated", None, changes.TOO_FEW,
    )  # fmt: skip


# --- years put together ---------------------------------------------------------------------------


def pooled(years: int, last: int, number: int) -> str:
    """Runs of so many years together, one ending in each year up to the last; each is worth its last year's digits."""
    lines = ["period_start | period_end | value | lower | upper"]
    for end in range(last - number + 1, last + 1):
        value = end - 2000
        lines.append(f"{end - years + 1}-01-01 | {end}-12-31 | {value} | {value - 1} | {value + 1}")
    return "\n".join(lines)


def test_years_together_are_taken_so_far_apart_that_they_do_not_overlap(world):
    """Three years together that end in 2020, 2017, 2014, 2011 and 2008: those between share years with them."""
    assert world.told(pooled(3, 2020, 15), "points", "from_start", "from_end", "change", period_type="years") == (
        5, date(2006, 1, 1), date(2008, 12, 31), 20.0 - 8,
    )  # fmt: skip


def test_five_runs_that_overlap_are_not_five_points(world):
    assert world.told(pooled(3, 2020, 5), "points", "from_end", "change", "reason", period_type="years") == (
        2, date(2017, 12, 31), 20.0 - 17, changes.TOO_FEW,
    )  # fmt: skip


def test_a_missing_run_is_not_replaced_by_one_that_overlaps(world):
    drawing = "\n".join(line for line in pooled(3, 2020, 15).splitlines() if "2017-12-31" not in line)
    assert world.told(drawing, "points", "gaps", "change", "reason", period_type="years") == (
        4, 1, 20.0 - 8, changes.GAP,
    )  # fmt: skip


def test_five_years_together_are_not_mixed_with_three(world):
    drawing = pooled(5, 2020, 1) + "\n" + pooled(3, 2017, 8).partition("\n")[2]
    assert world.trends(drawing, "points", period_type="years") == []
    drawing = pooled(5, 2020, 6) + "\n" + pooled(3, 2017, 8).partition("\n")[2]
    assert world.told(drawing, "points", "from_start", period_type="years") == (2, date(2011, 1, 1))


def test_financial_and_mid_years_follow_one_another_too(world):
    financial = RISING.replace("year", "period_start | period_end")
    middle = financial
    for year in range(2016, 2021):
        financial = financial.replace(f"    {year} |", f"    {year}-04-01 | {year + 1}-03-31 |")
        middle = middle.replace(f"    {year} |", f"    {year}-06-30 | {year}-06-30 |")
    for kind, drawing in (("financial_year", financial), ("mid_year", middle)):
        assert world.told(drawing, "points", "change", "verdict", period_type=kind) == (5, 4.0, "increasing")


# --- months and quarters --------------------------------------------------------------------------

MONTHS = """
    period_start | period_end | value | lower | upper
    2020-11-01   | 2020-11-30 | 10    | 9     | 11
    2020-12-01   | 2020-12-31 | 11    | 10    | 12
    2021-01-01   | 2021-01-31 | 12    | 11    | 13
    2021-02-01   | 2021-02-28 | 13    | 12    | 14
    2021-03-01   | 2021-03-31 | 14    | 13    | 15
"""
QUARTERS = """
    period_start | period_end | value | lower | upper
    2020-04-01   | 2020-06-30 | 10    | 9     | 11
    2020-07-01   | 2020-09-30 | 11    | 10    | 12
    2020-10-01   | 2020-12-31 | 12    | 11    | 13
    2021-01-01   | 2021-03-31 | 13    | 12    | 14
    2021-04-01   | 2021-06-30 | 14    | 13    | 15
"""


@pytest.mark.parametrize(("kind", "drawing"), [("month", MONTHS), ("financial_quarter", QUARTERS)])
def test_months_and_quarters_have_seasons_and_are_not_tested(world, kind, drawing):
    assert world.told(drawing, "points", "change", "verdict", "chi_square", "reason", period_type=kind) == (
        5, 4.0, "cannot_be_calculated", None, changes.NOT_YEARLY,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "drawing"), [("month", MONTHS), ("financial_quarter", QUARTERS)])
def test_a_missing_month_or_quarter_is_a_gap(world, kind, drawing):
    less = "\n".join(line for line in drawing.splitlines() if "| 12    | 11    | 13" not in line)
    assert world.told(less, "points", "gaps", period_type=kind) == (4, 1)


# --- breaks ---------------------------------------------------------------------------------------

IN_2018 = """
    area_type | area_code | broken
    locality  | north     | 2018-01-01
"""


def test_nothing_is_tested_across_a_break_and_the_change_is_told_from_after_it(world):
    assert world.breaks(IN_2018).told(RISING, "points", "from_start", "change", "verdict", "reason") == (
        3, date(2018, 1, 1), 14.0 - 12, "cannot_be_calculated", changes.BROKEN,
    )  # fmt: skip


def test_a_break_in_a_gap_is_still_a_break(world):
    world.breaks(IN_2018.replace("2018-01-01", "2018-07-01"))
    assert world.told(without(RISING, 2018), "points", "from_start", "reason") == (2, date(2019, 1, 1), changes.BROKEN)


@pytest.mark.parametrize("broken", ["2016-01-01", "2021-01-01"])
def test_a_break_before_the_first_or_after_the_last_period_does_not_matter(world, broken):
    assert world.breaks(IN_2018.replace("2018-01-01", broken)).told(RISING, "points", "reason") == (5, None)


def test_a_break_before_the_last_period_leaves_no_change_to_tell(world):
    assert world.breaks(IN_2018.replace("2018", "2020")).trends(RISING, "points") == []


@pytest.mark.parametrize("other", ["locality  | south ", "ward      | north "])
def test_a_break_of_another_area_does_not_matter(world, other):
    assert world.breaks(IN_2018.replace("locality  | north ", other)).told(RISING, "points", "reason") == (5, None)


def test_sums_of_blocks_follow_one_lookup_and_do_not_break(world):
    told = world.breaks(IN_2018).told(RISING, "points", "reason", source_level="data_zone_2011")
    assert told == (5, None)


def test_estimates_made_from_other_places_than_before_break_a_run(world):
    header, *lines = RISING.strip().splitlines()
    levels = ["gp_practice", "gp_practice", *["data_zone_2011"] * 3]
    drawing = "\n".join([f"{header} | source_level", *(f"{a} | {b}" for a, b in zip(lines, levels, strict=True))])
    assert world.told(drawing, "points", "from_start", "reason", status="estimated") == (
        3, date(2018, 1, 1), changes.BROKEN,
    )  # fmt: skip


def from_places(drawing: str, *levels: str) -> str:
    header, *lines = drawing.strip().splitlines()
    return "\n".join([f"{header} | source_level", *(f"{a} | {b}" for a, b in zip(lines, levels, strict=True))])


def test_other_places_on_both_sides_of_a_gap_break_a_run_too(world):
    drawing = from_places(without(RISING, 2018), "gp_practice", "gp_practice", "data_zone_2011", "data_zone_2011")
    assert world.told(drawing, "points", "from_start", "reason", status="estimated") == (
        2, date(2019, 1, 1), changes.BROKEN,
    )  # fmt: skip


def test_complete_counts_of_one_place_are_comparable_whatever_they_were_added_from(world):
    drawing = from_places(RISING, "data_zone_2011", "data_zone_2011", *["council_area"] * 3)
    assert world.told(drawing, "points", "reason", status="actual") == (5, None)
    assert world.told(drawing, "points", "reason", status="rounded")[1] == changes.BROKEN


def test_a_year_within_which_boundaries_changed_goes_with_the_later_ones(world):
    told = world.breaks(IN_2018.replace("2018-01-01", "2018-07-01")).told(RISING, "points", "from_start", "reason")
    assert told == (3, date(2018, 1, 1), changes.BROKEN)


# --- what is not tested, and what is not told of at all -------------------------------------------


def test_a_count_goes_with_how_many_people_there_are(world):
    assert world.declared(method="count").told(RISING, "change", "verdict", "judgement", "reason") == (
        4.0, "cannot_be_calculated", None, changes.A_COUNT,
    )  # fmt: skip


def test_a_value_that_is_sure_to_the_last_digit_in_one_year_cannot_be_tested(world):
    drawing = RISING.replace("| 12    | 11    | 13", "| 12    | 12    | 12")
    assert world.told(drawing, "verdict", "reason") == ("cannot_be_calculated", changes.NO_LIMITS)


def test_every_reason_is_a_sentence_of_its_own():
    reasons = (changes.A_COUNT, changes.NO_LIMITS, changes.TOO_FEW, changes.GAP, changes.BROKEN, changes.NOT_YEARLY)
    assert len(set(reasons)) == 6
    assert all(reason[0].isupper() and reason.endswith(".") for reason in reasons)


def both(first: str, second: str, column: str, names: tuple[str, str]) -> str:
    """Two drawings under one header, each marked in a further column."""
    header = first.strip().splitlines()[0]
    lines = [f"{line} | {name}" for drawing, name in zip((first, second), names, strict=True)
             for line in drawing.strip().splitlines()[1:]]  # fmt: skip
    return "\n".join([f"{header} | {column}", *lines])


CLASSES = """
[breakdown]
name = "ages"
column = "age"
categories = { young = "Young", old = "Old" }
"""


def test_each_class_and_each_area_has_a_run_of_its_own(world):
    drawing = both(RISING, FALLING, "category", ("old", "young"))
    found = world.trends(drawing, "category", "verdict", classes=CLASSES, breakdown="ages")
    assert found == [("old", "increasing"), ("young", "decreasing")]
    found = world.trends(both(RISING, FALLING, "area_code", ("north", "south")), "area_code", "verdict")
    assert found == [("north", "increasing"), ("south", "decreasing")]


def test_values_by_fifth_of_deprivation_have_no_run_here(world):
    assert world.trends(both(RISING, FALLING, "breakdown", ("simd_2020v2_quintile", "all")), "verdict") == [
        ("decreasing",)
    ]


def test_only_areas_of_the_kinds_asked_for_and_none_that_lies_in_no_area_are_told_of(world):
    drawing = both(RISING, FALLING, "area_code", ("isles/OUT", "north"))
    assert world.trends(drawing, "area_code") == [("north",)]
    drawing = both(RISING, FALLING, "area_type", ("ward", "locality"))
    assert world.trends(drawing, "area_type") == [("locality",)]


def test_without_values_there_are_no_trends(world):
    assert world.trends("year | value | lower | upper", "verdict") == []
