"""Pairs of zones of two editions become a conversion, with shares where the file has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

PAIRS = """
dz01_code | dz11_code
S01990001 | S01900001
S01990002 | S01900001
S01990002 | S01900002
"""

SHARES = """
DZ2011_Code | DZ2022_Code | Population share
S01900001   | S01980001   | 0.25
S01900001   | S01980002   | 0.75
S01900002   | S01980002   | 1
"""

COLUMNS = ("from_type", "from_code", "to_type", "to_code", "weight", "grade")


def pairs(path: Path, drawing: str = PAIRS) -> Path:
    return csv_file(path / "pairs.csv", drawing)


def test_pairs_become_rows_without_a_share(tmp_path: Path) -> None:
    read = curated(pairs(tmp_path))
    assert rows(read.tables["block_conversion"], *COLUMNS) == [
        ("data_zone_2001", "S01990001", "data_zone_2011", "S01900001", None, 5),
        ("data_zone_2001", "S01990002", "data_zone_2011", "S01900001", None, 5),
        ("data_zone_2001", "S01990002", "data_zone_2011", "S01900002", None, 5),
    ]
    assert read.claims == ("pairs of 2001 data zones and 2011 data zones",)


@pytest.mark.parametrize("header", [
    "DataZone2001 | DataZone2011", "DataZone2001Code | DataZone2011Code", "DZ2001_Code | DZ2011_Code",
    "data_zone_2001 | data_zone_2011", "2001 data zone code | 2011 data zone code", "from_dz01_code | to_dz11_code",
    "datazone_2001 | datazone_2011", "DZ01CD | DZ11CD",
])  # fmt: skip
def test_columns_are_known_by_any_usual_name(tmp_path: Path, header: str) -> None:
    table = curated(pairs(tmp_path, PAIRS.replace("dz01_code | dz11_code", header))).tables["block_conversion"]
    assert rows(table, *COLUMNS)[0][:4] == ("data_zone_2001", "S01990001", "data_zone_2011", "S01900001")


def test_pairs_may_stand_in_either_order(tmp_path: Path) -> None:
    turned = "\n".join(" | ".join(reversed(line.split(" | "))) for line in PAIRS.strip().splitlines())
    assert rows(curated(pairs(tmp_path, turned)).tables["block_conversion"], *COLUMNS) == rows(
        curated(pairs(tmp_path)).tables["block_conversion"], *COLUMNS
    )


def test_pairs_with_zones_of_2022_lead_to_those_of_2011(tmp_path: Path) -> None:
    drawing = "\n".join(line.rsplit("|", 1)[0] for line in SHARES.strip().splitlines())
    table = curated(pairs(tmp_path, drawing)).tables["block_conversion"]
    assert rows(table, *COLUMNS)[0] == ("data_zone_2022", "S01980001", "data_zone_2011", "S01900001", None, 5)


def test_shares_are_of_the_zones_whose_shares_add_up(tmp_path: Path) -> None:
    read = curated(pairs(tmp_path, SHARES))
    assert rows(read.tables["block_conversion"], *COLUMNS) == [
        ("data_zone_2011", "S01900001", "data_zone_2022", "S01980001", 0.25, 1),
        ("data_zone_2011", "S01900001", "data_zone_2022", "S01980002", 0.75, 1),
        ("data_zone_2011", "S01900002", "data_zone_2022", "S01980002", 1.0, 1),
    ]
    assert set(read.tables["block_conversion"]["method"].to_pylist()) == {"supplied"}
    assert read.claims == ("shares of 2011 data zones in 2022 data zones",)


def test_shares_of_the_other_column_are_told_from_the_sums(tmp_path: Path) -> None:
    other = SHARES.replace("| 0.25", "| 1").replace("| 0.75", "| 0.4").replace("S01980002   | 1", "S01980002   | 0.6")
    table = curated(pairs(tmp_path, other)).tables["block_conversion"]
    assert rows(table, *COLUMNS)[1:] == [
        ("data_zone_2022", "S01980002", "data_zone_2011", "S01900001", 0.4, 1),
        ("data_zone_2022", "S01980002", "data_zone_2011", "S01900002", 0.6, 1),
    ]


@pytest.mark.parametrize("name", ["weight", "Share", "proportion", "population_share", "pop_weight"])
def test_a_share_is_known_by_any_usual_name_and_may_be_a_percentage(tmp_path: Path, name: str) -> None:
    drawing = SHARES.replace("Population share", name).replace("0.25", "25%").replace("0.75", "75%")
    assert curated(pairs(tmp_path, drawing)).tables["block_conversion"]["weight"].to_pylist() == [0.25, 0.75, 1.0]


def test_shares_that_were_rounded_are_taken(tmp_path: Path) -> None:
    thirds = """
        dz01_code | dz11_code | share
        S01990001 | S01900001 | 0.33
        S01990001 | S01900002 | 0.33
        S01990001 | S01900003 | 0.33
    """
    assert len(curated(pairs(tmp_path, thirds)).tables["block_conversion"]) == 3


def test_shares_that_do_not_add_up_are_refused_with_the_zones(tmp_path: Path) -> None:
    message = refusal(pairs(tmp_path, SHARES.replace("| 0.75", "| 0.5")))
    assert "rows 2, 3, column 'Population share'" in message
    assert "the shares of a zone do not add up to 1: S01900001" in message


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("| 0.75", "| -0.75", "row 3, column 'Population share': the number is negative"),
    ("| 0.75", "| 75", "row 3, column 'Population share': the number is above 1 ('75')"),
    ("| 0.75", "| ", "row 3, column 'Population share': found '' where every row must have a number"),
    ("S01980001", "S01980002", "rows 2, 3, column 'DZ2022_Code': the same DZ2022_Code, DZ2011_Code stands in more"),
    ("S01980001", "E01980001", "row 2, column 'DZ2022_Code': found 'E01980001', expected a data zone code"),
    ("S01900002", "S01990002", "row 4, column 'DZ2011_Code': found codes of 2001 data zones (S01990002) among 2011"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in SHARES
    assert said in refusal(pairs(tmp_path, SHARES.replace(was, becomes, 1)))


@pytest.mark.parametrize(("change", "said"), [
    (("S0199", "S0190"), "hold codes of 2011 data zones; one column of 2011 zones and one of another edition"),
    (("S0190", "S0198"), "hold codes of 2001 data zones and 2022 data zones; one column of 2011 zones"),
])  # fmt: skip
def test_two_columns_of_which_not_one_is_of_2011_are_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert said in refusal(pairs(tmp_path, PAIRS.replace(*change)))


@pytest.mark.parametrize("column", ["Postcode", "InterZone"])
def test_directories_and_lookups_of_larger_areas_are_no_conversions(tmp_path: Path, column: str) -> None:
    from locality_profiles.sources import read_extract

    more = "\n".join(f"{line} | {column if n == 0 else 'x'}" for n, line in enumerate(PAIRS.strip().splitlines()))
    assert read_extract(pairs(tmp_path, more)) == []
