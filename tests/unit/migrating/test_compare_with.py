"""A release set beside somebody else's file: what agrees is found to agree, and each difference with its reason."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from drawn_comparison import flat, orsay_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import csv_file, workbook
from unit.publish import island

from locality_profiles.errors import ExtractRefused, UnknownArea, UnknownIndicator, WorkspaceError
from locality_profiles.indicators.definition import indicators
from locality_profiles.migrating import telling
from locality_profiles.migrating.reading import told_columns
from locality_profiles.migrating.reconciling import OUTCOMES, REASONS, Reconciled, compare_with
from locality_profiles.migrating.resolving import Names, known_names, period_of, said_names
from locality_profiles.numbers import is_pence
from locality_profiles.publish.releases import Release
from locality_profiles.workspace import Workspace

HEADS = ("area_type", "area_code", "indicator_id", "breakdown", "category", "period_type", "period_start", "period_end",
         "value", "status")  # fmt: skip


@pytest.fixture(scope="module")
def orsay(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Release]:
    return orsay_at(tmp_path_factory.mktemp("orsay"))


@pytest.fixture(scope="module")
def ours(orsay) -> list[dict[str, Any]]:
    """Our published values as the rows of a flat file, in the unit that is shown."""
    workspace, _ = orsay
    tables = workspace.curated
    values = pq.read_table(tables / "indicator_value" / "indicator_value.parquet").to_pylist()
    units = {row["indicator_id"]: row["unit"]
             for row in pq.read_table(tables / "indicator" / "indicator.parquet").to_pylist()}  # fmt: skip
    for row in values:
        if row["value"] is not None and is_pence(units[row["indicator_id"]]):
            row["value"] /= 100
    return [{head: row[head] for head in HEADS} for row in values]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def compared(orsay, path: Path, *areas: str, **more: Any) -> Reconciled:
    return compare_with(*orsay, path, areas, **more)


def outcomes(found: Reconciled) -> dict[str, int]:
    return {outcome: count for outcome, count in found.counts().items() if count}


def one(orsay, folder: Path, drawing: str, **more: Any) -> dict[str, Any]:
    """What came of the one row that a drawn file has, beside those that only we have."""
    found = compared(orsay, csv_file(folder / "theirs.csv", drawing), **more)
    (row,) = [row for row in found.rows if row["outcome"] != "only_here"]
    return dict(row)


# --- a release is itself --------------------------------------------------------------------------


def test_a_release_written_to_a_file_is_matched_row_by_row(orsay, ours, tmp_path):
    found = compared(orsay, write(tmp_path / "ours.csv", ours))
    withheld = sum(row["value"] is None for row in ours)
    assert outcomes(found) == {"matched": len(ours) - withheld, "neither": withheld}
    assert found.different() == []


PLANTED = {
    "other_unit": lambda value: value / 1000,
    "unexplained": lambda value: value * 1.37 + 11,
    "withheld_there": lambda _: "*",
    "not_understood": lambda value: f"about {value}",
}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_planted_difference_is_found_with_its_reason_and_no_other_row_is_touched(orsay, ours, tmp_path, data):
    # Another population says that the area or its denominators are others: that has tests of its own.
    may = [n for n, row in enumerate(ours) if row["value"] and row["indicator_id"] != "population"]
    at = data.draw(st.lists(st.sampled_from(may), min_size=1, max_size=6, unique=True))
    planted = {n: data.draw(st.sampled_from(sorted(PLANTED))) for n in at}
    rows = [dict(row) for row in ours]
    for n, reason in planted.items():
        rows[n]["value"] = PLANTED[reason](ours[n]["value"])
    found = compared(orsay, write(tmp_path / "theirs.csv", rows))
    told = {row["row"] - 2: row["outcome"] for row in found.rows if row["outcome"] not in ("matched", "neither")}
    assert told == planted


@pytest.mark.parametrize("decimals", [0, 1, 3])
def test_figures_rounded_to_any_decimals_are_matched(orsay, ours, tmp_path, decimals):
    rows = [{**row, "value": "" if row["value"] is None else f"{row['value']:.{decimals}f}"} for row in ours]
    found = compared(orsay, write(tmp_path / "theirs.csv", rows))
    assert set(outcomes(found)) <= {"matched", "neither"}


# --- reasons --------------------------------------------------------------------------------------


def test_a_figure_is_matched_at_the_rounding_there(orsay, tmp_path):
    """The partnership has 15.25 people in 1,000."""
    assert [one(orsay, tmp_path, flat(value))["outcome"] for value in ("15.25", "15.3", "15.2", "15")] == [
        "matched"
    ] * 4


def test_a_last_digit_that_is_off_by_one_is_a_matter_of_rounding(orsay, tmp_path):
    row = one(orsay, tmp_path, flat("15.4"))
    assert (row["outcome"], row["here"]) == ("rounding", 15.25)


def test_a_rate_per_ten_thousand_is_another_unit_and_says_how_many_times(orsay, tmp_path):
    row = one(orsay, tmp_path, flat("152.5"))
    assert (row["outcome"], row["why"]) == ("other_unit", "Theirs is ours times 10; ours is in: per 1,000 people.")


def test_the_figure_of_the_year_before_is_another_period(orsay, ours, tmp_path):
    """A file whose years are off by one gives 2023/24 the figure that ours has of 2022/23."""
    told = {row["period_start"].year: row["value"] for row in ours
            if (row["indicator_id"], row["area_code"]) == ("home_care_rate", island.ORSAY)}  # fmt: skip
    row = one(orsay, tmp_path, flat(f"{told[2022]:.2f}"))
    assert row["outcome"] == "other_period"
    assert row["why"] == "The figure there, given for 2023/24, is ours of 2022/23."


def test_a_period_that_overlaps_with_ours_is_another_period(orsay, tmp_path):
    row = one(orsay, tmp_path, flat("40.1", period="2021/22 to 2023/24 financial years; 3-year aggregates"))
    assert (row["outcome"], row["here"]) == ("other_period", 15.25)


def test_a_period_that_we_do_not_have_is_only_there(orsay, tmp_path):
    assert one(orsay, tmp_path, flat("15.3", period="2003/04"))["outcome"] == "only_there"


def test_an_area_with_other_people_is_made_of_other_places_where_larger_areas_agree(orsay, ours, tmp_path):
    people = {row["area_code"]: row["value"] for row in ours
              if row["indicator_id"] == "population" and row["period_start"].year == 2024}  # fmt: skip
    drawing = f"""
    area_code       | indicator_id   | period   | value
    {island.ORSAY}  | population     | mid-2024 | {people[island.ORSAY]:.0f}
    {island.WEST}   | population     | mid-2024 | {people[island.WEST] + 250:.0f}
    {island.WEST}   | home_care_rate | 2023/24  | 18.71
    """
    found = compared(orsay, csv_file(tmp_path / "theirs.csv", drawing))
    told = {(row["area_code"], row["indicator_id"]): row for row in found.rows if row["outcome"] != "only_here"}
    assert told[island.ORSAY, "population"]["outcome"] == "matched"
    assert told[island.WEST, "home_care_rate"]["outcome"] == "other_area"
    size = people[island.WEST]
    assert told[island.WEST, "population"]["why"] == f"There it has {size + 250:,.0f} people, here {size:,.0f}."


def test_where_larger_areas_differ_as_well_it_is_another_edition_of_the_estimates(orsay, ours, tmp_path):
    people = {row["area_code"]: row["value"] for row in ours
              if row["indicator_id"] == "population" and row["period_start"].year == 2024}  # fmt: skip
    drawing = "area_code | indicator_id | period | value\n" + "\n".join(
        f"{code} | population | mid-2024 | {people[code] * 1.013:.0f}" for code in (island.ORSAY, island.WEST)
    )
    found = compared(orsay, csv_file(tmp_path / "theirs.csv", drawing))
    assert {row["outcome"] for row in found.rows if row["outcome"] != "only_here"} == {"other_denominator"}


def test_another_denominator_in_the_file_is_told(orsay, tmp_path):
    drawing = """
    area_name     | area_type | indicator_id   | period  | value | denominator
    Orsay Islands | hscp      | home_care_rate | 2023/24 | 40.15 | 1,300
    """
    row = one(orsay, tmp_path, drawing)
    assert row["outcome"] == "other_denominator"
    assert row["why"] == "There it has 1,300 people, here 1,000. Another edition of the estimates."


def test_another_definition_of_the_present_profiles_is_told_in_their_words(ours, tmp_path):
    """Their ratio of the sexes counts females for each male; ours counts males for every 100 females."""
    names = Names({"sex_ratio": "Males for every 100 females"}, indicators(), {})
    assert "females for each male" in names.find("Ratio male to female").differs


def test_a_figure_that_we_hold_back_is_not_told(orsay, tmp_path):
    drawing = f"area_code | indicator_id | period | value\n{island.NORTH} | home_care_rate | 2023/24 | 17.3"
    row = one(orsay, tmp_path, drawing)
    assert (row["outcome"], row["here"], row["difference"]) == ("withheld_here", None, None)


def test_differences_come_in_order_of_size(orsay, ours, tmp_path):
    rows = [{**row, "value": row["value"] and row["value"] * (1.5 + n % 7)} for n, row in enumerate(ours)]
    shares = [row["share"] for row in compared(orsay, write(tmp_path / "theirs.csv", rows)).different()]
    assert shares == sorted(shares, reverse=True)


# --- what is not understood -----------------------------------------------------------------------


def test_a_name_that_is_nearly_ours_is_not_taken_for_it_and_the_way_to_say_so_is_told(orsay, tmp_path):
    row = one(orsay, tmp_path, flat("15.3", indicator="People who receive home care"))
    assert row["outcome"] == "not_understood"
    assert "say --as 'People who receive home care=home_care_rate'" in row["why"]


def test_of_two_that_a_name_may_mean_one_that_has_figures_is_taken():
    """'Deaths, all ages' is a title of ours and the name of a published value."""
    titles = {"deaths_all_ages_standardised": "Deaths all ages", "deaths_all_ages_published": "Deaths, published"}
    names = Names(titles, indicators(), {}, ["deaths_all_ages_published"])
    assert names.find("Deaths all ages").indicator == "deaths_all_ages_published"
    assert Names(titles, indicators(), {}).find("Deaths all ages").indicator == "deaths_all_ages_standardised"


def test_what_a_person_says_of_a_name_stands(orsay, tmp_path):
    said = said_names(["HC per 1,000=home_care_rate"])
    assert one(orsay, tmp_path, flat("15.3", indicator="HC per 1,000"), said=said)["outcome"] == "matched"


def test_an_area_that_is_not_there_gets_the_nearest_name(orsay, tmp_path):
    assert "Did you mean 'Orsay Islands'?" in one(orsay, tmp_path, flat("15", area="Orsey Islands"))["why"]


def test_two_rows_of_one_thing_ask_which_column_tells_them_apart(orsay, tmp_path):
    drawing = flat("15.3") + "\nOrsay Islands | HSCP | People receiving home care | 2023/24 | 9.9"
    found = compared(orsay, csv_file(tmp_path / "theirs.csv", drawing))
    assert found.counts()["not_understood"] == 2
    assert "--columns category=" in found.not_understood()[0][0]


@pytest.mark.parametrize(("said", "words"), [
    ("aria=Area", "Did you mean 'area'"), ("value", "does not understand"), ("area=", "does not understand"),
])  # fmt: skip
def test_a_column_that_is_told_wrongly_is_answered_with_those_that_may_be(said, words):
    with pytest.raises(WorkspaceError, match=words):
        told_columns(said)


def test_a_heading_that_is_not_there_is_named(orsay, tmp_path):
    path = csv_file(tmp_path / "theirs.csv", flat("15"))
    with pytest.raises(ExtractRefused, match="there is no column 'Rate'"):
        compared(orsay, path, columns={"value": "Rate"})


def test_a_file_without_areas_is_refused_with_what_it_begins_with(orsay, tmp_path):
    with pytest.raises(ExtractRefused, match="which area, when and how much"):
        compared(orsay, csv_file(tmp_path / "theirs.csv", "colour | size\nred | 3"))


def test_an_area_or_indicator_that_is_asked_for_must_be_there(orsay, tmp_path):
    path = csv_file(tmp_path / "theirs.csv", flat("15"))
    with pytest.raises(UnknownArea, match="no area 'Orsey'"):
        compared(orsay, path, "Orsey")
    with pytest.raises(UnknownIndicator, match="Did you mean 'home_care_rate'"):
        compared(orsay, path, said={"x": "home_care_rates"})
    with pytest.raises(WorkspaceError, match="--as does not understand"):
        said_names(["home care"])


# --- layouts --------------------------------------------------------------------------------------


def test_a_sheet_for_each_topic_is_read_by_its_name(orsay, tmp_path):
    """The data workbook of the present profiles: an index, and a sheet for each topic."""
    path = workbook(tmp_path / "Orsay - Locality Profile data.xlsx", Index="Sheet | Topic\nOne | People",
                    Population_Estimates="hscp_locality | year | value\nSkerry | 2024 | 99999")  # fmt: skip
    found = compared(orsay, path)
    assert found.left == ("Index",)
    told = [(row["sheet"], row["indicator_id"], row["area_code"]) for row in found.rows if row["row"]]
    assert told == [("Population_Estimates", "population", island.SKERRY)]


def test_areas_side_by_side_are_read_as_our_own_download_has_them(orsay, tmp_path):
    drawing = """
    section     | indicator_id   | indicator                  | period  | Orsay Islands (Partnership) | Orsay Islands (Partnership): status | notes
    Social care | home_care_rate | People receiving home care | 2023/24 | 15.3                        | provisional                         |
    """  # noqa: E501
    assert one(orsay, tmp_path, drawing)["outcome"] == "matched"


def test_a_class_is_known_by_its_words_too_and_a_topic_that_is_always_the_same_is_none(orsay, ours, tmp_path):
    told = {(row["indicator_id"], row["area_code"], row["category"]): row["value"] for row in ours}
    drawing = f"""
    area_code      | indicator_id  | category         | period   | value
    {island.ORSAY} | simd_quintile | 1, most deprived | mid-2024 | {told["simd_quintile", island.ORSAY, "1"]:.1f}
    {island.ORSAY} | age_bands     | 85 and over      | mid-2024 | {told["age_bands", island.ORSAY, "85+"]:.1f}
    {island.ORSAY} | aged_65_plus  | Older people     | mid-2024 | {told["aged_65_plus", island.ORSAY, "all"]:.1f}
    """
    found = compared(orsay, csv_file(tmp_path / "theirs.csv", drawing))
    assert [row["outcome"] for row in found.rows if row["outcome"] != "only_here"] == ["matched"] * 3


def test_measures_and_years_are_read_as_the_benchmarking_framework_has_them(orsay, tmp_path):
    drawing = "Local Authority | SW1 2022-23 | SW1 2023-24\nOrsay Islands | 20.1 | 21.2"
    found = compared(orsay, csv_file(tmp_path / "lgbf.csv", drawing))
    assert found.layout == "a table of measures and years"
    assert sum(row["outcome"] != "only_here" for row in found.rows) == 2


def test_every_name_that_is_declared_is_one_of_ours():
    assert {meant.indicator for meant in known_names().values()} <= set(indicators())


@pytest.mark.parametrize(("text", "label"), [
    ("2021", "2021"), ("2021/22", "2021/22"), ("mid-2021", "mid-2021"), ("2019-2021", "2019 to 2021"),
    ("2018/19 to 2020/21", "2018/19 to 2020/21"), ("20 March 2022", "20 March 2022"), ("March 2022", "March 2022"),
    ("2021/22 Q3", "2021/22 Q3"), ("2012 to 2014 calendar years; 3-year aggregates", "2012 to 2014"),
])  # fmt: skip
def test_periods_are_read_in_the_words_of_others_and_in_ours(text, label):
    assert period_of(text).label == label


@pytest.mark.parametrize("text", ["", "soon", "2021/23", "31 February 2021", "2021 to 2019"])
def test_what_is_no_period_is_none(text):
    assert period_of(text) is None


# --- in print -------------------------------------------------------------------------------------


def test_the_csv_has_every_row_and_no_formula(orsay, tmp_path):
    path = csv_file(tmp_path / "theirs.csv", flat("-15.3", indicator="=HYPERLINK(1)"))
    found = compared(orsay, path)
    telling.write_csv(found, tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(found.rows)
    assert [row["there"] for row in rows if row["there"]] == ["-15.3"]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_the_page_escapes_names_and_needs_nothing_beside_it(orsay, tmp_path):
    found = compared(orsay, csv_file(tmp_path / "theirs.csv", flat("44.4", indicator="<script>alert(1)</script>")))
    telling.write_html(found, tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "src=" not in page
    assert "&lt;script&gt;" in page


def test_every_outcome_is_in_the_json_even_if_no_row_has_it(orsay, tmp_path):
    told = telling.as_dict(compared(orsay, csv_file(tmp_path / "theirs.csv", flat("15.3"))))
    assert set(told["counts"]) == set(OUTCOMES)
    assert set(REASONS) < set(OUTCOMES)
    assert json.dumps(told, default=str)
