"""The present locality profiles beside ours: their figures and words reproduced, and each difference explained."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from drawn import empty, table

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.changes import change
from locality_profiles.indicators.compared import compare
from locality_profiles.indicators.definition import indicators
from locality_profiles.profiles.present.rows import own_definitions, present_rows
from locality_profiles.profiles.reconciliation import reconcile

TYPES = ["locality", "hscp", "country"]
MEMBERSHIP = """
    block_type     | block_code | area_type | area_code
    data_zone_2011 | z1         | locality  | isles/north
    data_zone_2011 | z2         | locality  | isles/south
    data_zone_2011 | z1         | hscp      | isles
    data_zone_2011 | z2         | hscp      | isles
    data_zone_2011 | z1         | country   | land
    data_zone_2011 | z2         | country   | land
    locality       | isles/north | locality | isles/north
    locality       | isles/south | locality | isles/south
    locality       | isles/north | hscp     | isles
    locality       | isles/south | hscp     | isles
    locality       | isles/north | country  | land
    locality       | isles/south | country  | land
    country        | land       | country   | land
"""
PEOPLE = """
    block_code | year | sex    | age | persons
    z1         | 2020 | all    | 30  | 150
    z1         | 2020 | female | 30  | 90
    z1         | 2020 | male   | 30  | 60
    z1         | 2020 | all    | 70  | 50
    z1         | 2020 | female | 70  | 35
    z1         | 2020 | male   | 70  | 15
    z2         | 2020 | all    | 30  | 225
    z2         | 2020 | female | 30  | 100
    z2         | 2020 | male   | 30  | 125
    z2         | 2020 | all    | 70  | 75
    z2         | 2020 | female | 70  | 50
    z2         | 2020 | male   | 70  | 25
"""
LIVES = """
    block_type | block_code  | value | lower | upper | period_start | period_end
    locality   | isles/north | 76.2  | 74.0  | 78.4  | 2017-01-01   | 2021-12-31
    country    | land        | 76.8  | 76.7  | 76.9  | 2019-01-01   | 2021-12-31
"""


@pytest.fixture
def isles(tmp_path: Path) -> dict[str, Path]:
    """A partnership of two localities: equally old, and one of them with a five-year life expectancy."""
    tables = empty(tmp_path, "population_class", "deprivation", "registration", "household", "unit_cost", "extract",
                   "local_count", "service", "activity")  # fmt: skip
    tables["membership"] = table(tmp_path, "membership", MEMBERSHIP)
    tables["population"] = table(tmp_path, "population", PEOPLE)
    tables["published_value"] = table(
        tmp_path, "published_value", LIVES, source="scotpho_profile", measure="Life expectancy, males",
        period_type="years", breakdown="all", category="all",
    )  # fmt: skip
    return tables


def told(tables: dict[str, Path], folder: Path, *wanted: str) -> dict[tuple[str, str], dict]:
    """Rows by area and label, from our indicators of those that are wanted."""
    found = {name: indicators()[name] for name in wanted}
    made = calculate(tables, TYPES, found).values
    compared = compare(tables, made, found, ["locality"])
    for name, content in (("indicator_value", made), ("comparison", compared.comparison),
                          ("trend", change(tables, made, found, TYPES))):  # fmt: skip
        tables[name] = folder / f"{name}.parquet"
        pa.parquet.write_table(content, tables[name])
    rows = reconcile(tables, ["locality"]).to_pylist()
    return {(row["area_code"], row["label"]): row for row in rows}


def test_every_row_of_the_summary_table_stands_there_in_order():
    rows = present_rows()
    summary = [row for row in rows if not row.section.endswith("chapter")]
    assert len(summary) == 26
    assert [row.section for row in summary] == sorted(
        (row.section for row in summary), key=list(dict.fromkeys(row.section for row in summary)).index
    )
    assert set(own_definitions()) == {row.made_by for row in rows} - set(indicators())


def test_every_indicator_of_the_present_profiles_is_marked_so():
    assert all("LP" in indicators()[row.indicator].frameworks for row in present_rows())


def test_what_is_equal_reads_lower_there_and_similar_here(isles, tmp_path):
    row = told(isles, tmp_path, "aged_65_plus")["isles/north", "Population over 65"]
    assert (row["present_shown"], row["present_country_shown"], row["present_words"]) == ("25.0%", "25.0%", "lower")
    assert (row["shown"], row["words"], row["same_figure"]) == ("25.0%", "similar", True)
    assert "There equal figures read 'lower'." in row["why"]


def test_five_years_are_set_against_three_there_and_not_compared_here(isles, tmp_path):
    row = told(isles, tmp_path, "life_expectancy_males")["isles/north", "Male life expectancy"]
    assert (row["present_period"], row["present_country_period"]) == ("2017 to 2021", "2019 to 2021")
    assert (row["present_words"], row["words"]) == ("lower", "not compared")
    assert row["country_shown"] is None
    assert "There 2017 to 2021 is set beside Scotland's 2019 to 2021" in row["why"]


def test_a_figure_that_is_made_otherwise_there_is_made_so(isles, tmp_path):
    row = told(isles, tmp_path, "sex_ratio")["isles/north", "Ratio male to female"]
    assert row["present_value"] == (90 + 35) / (60 + 15)
    assert row["present_shown"] == "1:1.67"
    assert row["value"] == 100 * (60 + 15) / (90 + 35)
    assert row["same_figure"] is False
    assert row["why"].startswith("There it is females for each male")


def test_a_row_without_data_says_so(isles, tmp_path):
    row = told(isles, tmp_path, "population")["isles/south", "Cancer registrations"]
    assert (row["present_shown"], row["shown"], row["same_figure"]) == (None, None, None)
    assert row["why"] == "No extract in this workspace gives this figure."


def test_one_area_alone_gives_its_own_rows(isles, tmp_path):
    told(isles, tmp_path, "population")
    rows = reconcile(isles, ["locality"], ("locality", "isles/south"))
    assert set(rows["area_code"].to_pylist()) == {"isles/south"}
    assert rows.num_rows == len(present_rows())


def test_a_faulty_row_is_refused_with_line_and_remedy(tmp_path):
    path = tmp_path / "rows.toml"
    path.write_text(
        '[[row]]\nsection = "S"\nlabel = "L"\ntype = "rate"\nindicator = "no_such"\ndecimals = 1\ntext = "x"\n'
        'since = "long_ago"\n', encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(DefinitionError) as refused:
        present_rows(path)
    message = str(refused.value)
    assert all(said in message for said in ("no definition 'no_such'", "where the number stands", "'since'", "line 5"))
