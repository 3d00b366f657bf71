"""ScotPHO's fifths become one value for each, one for the whole, and one for each index of inequality."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

HEADER = (
    "code|quintile|quint_type|numerator|denominator|measure|lowci|upci|sii|lowci_sii|upci_sii|rii|lowci_rii|upci_rii|"
    "rii_int|lowci_rii_int|upci_rii_int|par|abs_range|rel_range|def_period|indicator|type_id|supression|type_definition"
)
INDICES = "24|10|38|0.8|0.3|1.3|40|16.7|63.3|33.3|20|2"
NONE = "|||||||||||"
LAST = "2017 to 2021 calendar years; 5-year aggregates|Smokers|%|N|Percentage"
FIFTHS = {
    "1 - most deprived": "40|100|40|30.9|49.8", "2": "35|100|35|26.4|44.7", "3": "30|100|30|21.9|39.6",
    "4": "25|100|25|17.5|34.3", "5 - least deprived": "20|100|20|13.3|28.9", "Total": "150|500|30|26.1|34.2",
}  # fmt: skip


def group(
    kind: str = "ca_quin", code: str = "S12900001", indices: str = INDICES, *, without: tuple[str, ...] = ()
) -> str:
    """Six rows of one group: the indices stand on the total, as in some groups, and on no other."""
    return "\n".join(
        f"{code}|{fifth}|{kind}|{figures}|{indices if fifth == 'Total' else NONE}|{LAST}"
        for fifth, figures in FIFTHS.items()
        if fifth not in without
    )


def drawn(*groups: str) -> str:
    return "\n".join((HEADER, *(groups or (group(),))))


def table(tmp_path: Path, drawing: str) -> Any:
    return curated(csv_file(tmp_path / "fifths.csv", drawing)).tables["published_value"]


def of(tmp_path: Path, drawing: str, breakdown: str, *columns: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in rows(table(tmp_path, drawing), "breakdown", *columns) if row[0] == breakdown]


# --- fifths and the whole -------------------------------------------------------------------------


def test_every_fifth_has_its_count_denominator_value_and_limits(tmp_path: Path) -> None:
    columns = ("category", "numerator", "denominator", "value", "lower", "upper")
    found = of(tmp_path, drawn(), "simd_quintile_own", *columns)
    assert found[0] == ("1", 40.0, 100.0, 40.0, 30.9, 49.8)
    assert [row[0] for row in found] == ["1", "2", "3", "4", "5"]


def test_the_total_is_the_value_that_is_not_divided(tmp_path: Path) -> None:
    assert of(tmp_path, drawn(), "all", "category", "value") == [("all", 30.0)]


@pytest.mark.parametrize(
    ("supplied", "breakdown"),
    [("sc_quin", "simd_quintile"), ("ca_quin", "simd_quintile_own"), ("hb_quin", "simd_quintile_own"),
     ("hscp_quin", "simd_quintile_own")],
)  # fmt: skip
def test_fifths_are_of_the_country_or_of_the_place_itself(tmp_path: Path, supplied: str, breakdown: str) -> None:
    assert len(of(tmp_path, drawn(group(supplied)), breakdown, "category")) == 5


def test_a_total_that_stands_under_both_kinds_of_fifths_is_one_row(tmp_path: Path) -> None:
    both = drawn(group("ca_quin"), group("sc_quin", indices=NONE))
    assert len(of(tmp_path, both, "all", "value")) == 1


def test_totals_that_differ_are_refused(tmp_path: Path) -> None:
    other = group("sc_quin").replace("150|500|30|26.1|34.2", "151|500|30.2|26.3|34.4")
    message = refusal(csv_file(tmp_path / "fifths.csv", drawn(group("ca_quin"), other)))
    assert "row 13, column 'measure': the total differs from the one under another kind of fifths" in message


def test_a_fifth_in_which_nobody_lives_has_no_row(tmp_path: Path) -> None:
    island = drawn(group("sc_quin", indices=NONE, without=("1 - most deprived",)))
    assert [row[0] for row in of(tmp_path, island, "simd_quintile", "category")] == ["2", "3", "4", "5"]


def test_scotland_is_named_for_its_code_is_made_up(tmp_path: Path) -> None:
    found = table(tmp_path, drawn(group("sc_quin", code="S00000001")))
    assert set(rows(found, "block_type", "block_code", "place_name")) == {("country", None, "Scotland")}


def test_tenths_are_left_out_and_counted(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "fifths.csv", drawn(group(), group("sc_decile"))))
    assert read.tables["published_value"].num_rows == 12
    assert "rows by tenths left out: 6" in read.notes


# --- indices --------------------------------------------------------------------------------------


def test_indices_are_read_from_the_total_with_their_limits(tmp_path: Path) -> None:
    assert of(tmp_path, drawn(), "inequality_simd_quintile_own", "category", "value", "lower", "upper") == [
        ("absolute_gap", 20.0, None, None),
        ("attributable_share", 33.3, None, None),
        ("most_deprived_above_mean", 40.0, 16.7, 63.3),
        ("relative_gap", 2.0, None, None),
        ("rii_mean", 0.8, 0.3, 1.3),
        ("sii_most_less_least", 24.0, 10.0, 38.0),
    ]


def test_a_slope_may_run_the_other_way(tmp_path: Path) -> None:
    drawing = drawn(group(indices="-24|-38|-10|-0.8|-1.3|-0.3|-40|-63.3|-16.7|-33.3|-20|0.5"))
    found = of(tmp_path, drawing, "inequality_simd_quintile_own", "category", "value")
    assert ("sii_most_less_least", -24.0) in found


def test_an_index_that_was_not_calculated_says_so(tmp_path: Path) -> None:
    found = of(tmp_path, drawn(group(indices=NONE)), "inequality_simd_quintile_own", "value", "status")
    assert found == [(None, "not_calculated")] * 6


def test_a_gap_over_nought_is_not_calculated(tmp_path: Path) -> None:
    infinite = drawn(group(indices=INDICES[:-1] + "Inf"))
    found = of(tmp_path, infinite, "inequality_simd_quintile_own", "category", "value", "status")
    assert ("relative_gap", None, "not_calculated") in found


def test_an_index_is_not_among_the_fifths(tmp_path: Path) -> None:
    found = table(tmp_path, drawn())
    assert {breakdown for (breakdown,) in rows(found, "breakdown")} == {
        "all", "simd_quintile_own", "inequality_simd_quintile_own",
    }  # fmt: skip


# --- what is hidden -------------------------------------------------------------------------------


def hidden(kind: str, unit: str) -> str:
    """The most deprived fifth without its count."""
    first = group().splitlines()[0].replace("|40|100|", "||100|").replace("%|N|Percentage", f"{kind}|Y|{unit}")
    return drawn(first)


def test_a_percentage_whose_count_is_hidden_is_hidden_too(tmp_path: Path) -> None:
    columns = ("numerator", "value", "lower", "upper", "decimals", "status")
    found = of(tmp_path, hidden("%", "Percentage"), "simd_quintile_own", *columns)
    assert found == [(None, None, None, None, None, "suppressed")]


def test_a_standardised_rate_stands_though_its_count_is_hidden(tmp_path: Path) -> None:
    rate = hidden("sr", "Age-sex standardised rate per 100,000")
    assert of(tmp_path, rate, "simd_quintile_own", "numerator", "value", "status") == [(None, 40.0, "actual")]


# --- refusals -------------------------------------------------------------------------------------


def test_unknown_fifths_and_rows_that_stand_twice_are_refused_together(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "fifths.csv", drawn(group(), group(), group("xx_quin", code="S12900002"))))
    assert "column 'quint_type': found 'xx_quin', expected one of sc_quin" in message
    assert "the same code, quint_type, quintile, indicator, def_period stands in more than one row" in message


def test_an_index_outside_its_limits_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "fifths.csv", drawn(group(indices=INDICES.replace("24|10|38", "24|38|10")))))
    assert "column 'sii': the value lies outside its own confidence limits" in message
