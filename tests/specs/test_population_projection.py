"""Published projections: named areas and variants, every year and age, and figures that stand in two files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from ages import every_age, long_table
from pictures import cells, csv_file, curated, refusal, rows
from running import run
from small_country import country_at

from locality_profiles.errors import ExtractRefused
from locality_profiles.sources.population_projection import variant_of

DRAWN = """
Area         | Year | Projection     | Gender | 0 | 30 | 90
Ness Islands | 2021 | Principal      | F      | 7 | 60 | 8
Ness Islands | 2021 | Principal      | M      | 8 | 60 | 7
Ness Islands | 2022 | Principal      | F      | 6 | 60 | 9
Ness Islands | 2022 | Principal      | M      | 6 | 60 | 0
Ness Islands | 2021 | High migration | F      | 7 | 60 | 8
Ness Islands | 2021 | High migration | M      | 8 | 60 | 7
Ness Islands | 2022 | High migration | F      | 8 | 70 | 9
Ness Islands | 2022 | High migration | M      | 8 | 70 | 8
"""
PRINCIPAL = "\n".join(line for line in DRAWN.splitlines() if "High" not in line)
COUNCILS = """
Area         | Year | Projection | Gender | 0 | 30 | 90
Scotland     | 2021 | Principal  | F      | 9 | 80 | 9
Scotland     | 2021 | Principal  | M      | 9 | 80 | 9
Ness Islands | 2021 | Principal  | F      | 7 | 60 | 8
Ness Islands | 2021 | Principal  | M      | 8 | 60 | 7
Holm         | 2021 | Principal  | F      | 2 | 20 | 1
Holm         | 2021 | Principal  | M      | 1 | 20 | 2
"""


def extract(folder: Path, drawing: str = DRAWN, name: str = "projection.csv") -> Path:
    return csv_file(folder / name, long_table(drawing))


def people(path: Path) -> list[tuple[object, ...]]:
    """Kind, code and name of an area, variant, year, sex and people of all ages."""
    columns = ["block_type", "block_code", "place_name", "variant", "year", "sex"]
    added = curated(path).tables["population_projection"].group_by(columns).aggregate([("persons", "sum")])
    return rows(added, *columns, "persons_sum")


def test_a_variant_becomes_an_identifier_and_keeps_its_title(tmp_path: Path) -> None:
    table = curated(extract(tmp_path)).tables["population_projection"]
    assert set(rows(table, "variant", "variant_title")) == {
        ("principal", "Principal"), ("high_migration", "High migration")
    }  # fmt: skip
    assert variant_of("Zero-migration projection") == "zero_migration"


def test_every_area_variant_year_and_sex_is_there(tmp_path: Path) -> None:
    found = people(extract(tmp_path))
    assert len(found) == 2 * 2 * 2
    assert ("council_area", None, "Ness Islands", "high_migration", 2022, "male", 8 + 70 + 8) in found


def test_the_base_year_is_the_first_and_is_no_projection(tmp_path: Path) -> None:
    table = curated(extract(tmp_path)).tables["population_projection"]
    assert set(rows(table, "base_year", "year", "status")) == {
        (2021, 2021, "actual"), (2021, 2021, "true_zero"), (2021, 2022, "estimated")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kind", "code", "name"),
    [
        ("Ness Islands", "council_area", None, "Ness Islands"),
        ("Scotland", "country", None, "Scotland"),
        ("NHS Ness", "health_board", None, "NHS Ness"),
        ("Holm & Bay HSCP", "hscp", None, "Holm & Bay"),
        ("Holm and Bay Health and Social Care Partnership", "hscp", None, "Holm and Bay"),
        ("S37900001", "hscp", "S37900001", None),
    ],
)
def test_the_kind_of_an_area_is_told_by_its_name(
    tmp_path: Path, written: str, kind: str, code: str | None, name: str | None
) -> None:
    found = people(extract(tmp_path, DRAWN.replace("Ness Islands", written)))
    assert {row[:3] for row in found} == {(kind, code, name)}


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    plain = extract(tmp_path)
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    assert people(packed) == people(plain)


def test_a_file_claims_all_that_it_has_at_once(tmp_path: Path) -> None:
    assert curated(extract(tmp_path)).claims == (
        "population projections of Ness Islands: High migration from 2021, Principal from 2021",
    )
    assert curated(extract(tmp_path, COUNCILS, "b.csv")).claims == (
        "population projections of 3 areas from Holm to Scotland: Principal from 2021",
    )


def test_councils_that_do_not_add_up_to_the_country_are_noted(tmp_path: Path) -> None:
    assert curated(extract(tmp_path, COUNCILS)).notes == ()
    drawing = COUNCILS.replace("Holm         | 2021 | Principal  | F      | 2", "Holm  | 2021 | Principal  | F | 5")
    assert curated(extract(tmp_path, drawing)).notes == (
        "Principal: mid-2021, females: the 2 areas add up to 101, the row for Scotland says 98",
    )


def with_base(drawing: str, base: str) -> str:
    """The long table with a column of the base year's people; ``base`` is that of the first row."""
    header, *body = cells(long_table(drawing))
    first = {(row[0], row[2], row[3], row[4]): row[5] for row in reversed(body)}
    told = [first[row[0], row[2], row[3], row[4]] for row in body]
    lines = [[*header, "Base"], *([*row, people] for row, people in zip(body, [base, *told[1:]], strict=True))]
    return "\n".join(" | ".join(line) for line in lines)


def test_the_column_of_the_base_year_has_to_agree_with_it(tmp_path: Path) -> None:
    assert people(csv_file(tmp_path / "a.csv", with_base(PRINCIPAL, "7")))
    message = refusal(csv_file(tmp_path / "b.csv", with_base(PRINCIPAL, "9")))
    assert "row 2, column 'Base': the people of the base year 2021 are not those of 'Base'" in message


def test_an_age_a_year_or_a_sex_that_is_missing_is_refused(tmp_path: Path) -> None:
    lines = long_table(DRAWN).splitlines()
    message = refusal(csv_file(tmp_path / "a.csv", "\n".join([*lines[:5], *lines[6:]])))
    assert "lack an age" in message
    message = refusal(extract(tmp_path, DRAWN.replace("| 2022 | Principal      | M ", "| 2023 | Principal      | M ")))
    assert "Principal: 'Ness Islands' has no rows for males in 2022, females in 2023" in message
    more = DRAWN + "Holm | 2021 | Principal | F | 1 | 1 | 1\nHolm | 2021 | Principal | M | 1 | 1 | 1\n"
    message = refusal(extract(tmp_path, more))
    assert (
        "'Holm' has no rows for females in 2022, males in 2022; both sexes in every year from 2021 to 2022" in message
    )


def test_text_negative_people_and_a_row_that_stands_twice_are_refused(tmp_path: Path) -> None:
    assert "found 'many' where a number" in refusal(extract(tmp_path, DRAWN.replace("F      | 7", "F      | many")))
    assert "is negative ('-7')" in refusal(extract(tmp_path, DRAWN.replace("F      | 7", "F      | -7")))
    twice = long_table(DRAWN).splitlines()
    message = refusal(csv_file(tmp_path / "b.csv", "\n".join([*twice, twice[-1]])))
    assert "stands in more than one row" in message


def test_a_row_for_both_sexes_is_a_total_to_check(tmp_path: Path) -> None:
    everybody = PRINCIPAL + "\nNess Islands | 2021 | Principal | All | 15 | 120 | 15\n"
    everybody += "Ness Islands | 2022 | Principal | All | 12 | 120 | {}\n"
    drawing = everybody.replace("| Gender |", "| Sex |")
    assert {row[5] for row in people(extract(tmp_path, drawing.format(9)))} == {"female", "male"}
    assert "females and males do not add up to all" in refusal(extract(tmp_path, drawing.format(99), "b.csv"))


# --- together -------------------------------------------------------------------------------------------------------

SEXES = """
Year | DataZone  | DataZoneQF | Sex    | SexQF | AllAges | 0 | 30 | 90
2021 | S01900001 |            | Female | | 50 | 5 | 40 | 5
2021 | S01900001 |            | Male   | | 50 | 5 | 40 | 5
2021 | S01900002 |            | Female | | 25 | 2 | 20 | 3
2021 | S01900002 |            | Male   | | 25 | 3 | 20 | 2
2021 | S01900003 |            | Female | | 15 | 2 | 10 | 3
2021 | S01900003 |            | Male   | | 15 | 3 | 10 | 2
2021 | S01900004 |            | Female | | 10 | 0 | 10 | 0
2021 | S01900004 |            | Male   | | 10 | 0 | 10 | 0
"""


def country(folder: Path) -> Path:
    country_at(folder)
    raw = folder / "data" / "raw"
    csv_file(raw / "people2021.csv", every_age(SEXES))
    extract(raw, DRAWN, "variants.csv")
    return folder


def test_a_figure_that_stands_in_two_files_is_there_once_with_both(tmp_path: Path) -> None:
    folder = country(tmp_path)
    extract(folder / "data" / "raw", PRINCIPAL, "principal.csv")
    done = run(folder, doors=())
    assert done.ask("select variant, count(*), sum(persons), max(len(extract_id)) from population_projection "
                    "group by 1 order by 1") == [
        ("high_migration", 4 * 91, 75 + 75 + 87 + 86, 12), ("principal", 4 * 91, 75 + 75 + 75 + 66, 25)]  # fmt: skip
    assert done.ask("select block_type, block_code from population_projection group by all") == [
        ("council_area", "S12900001")
    ]
    # It comes as far as the areas: East and West have what the council is to have.
    assert done.ask("""select round(sum(persons)) from projection
        where area_type = 'locality' and variant = 'principal' and year = 2022""") == [(75 + 66,)]  # fmt: skip


def test_other_figures_of_the_same_projection_are_refused(tmp_path: Path) -> None:
    folder = country(tmp_path)
    extract(folder / "data" / "raw", PRINCIPAL.replace("| 6 | 60 | 9", "| 5 | 60 | 9"), "principal.csv")
    with pytest.raises(ExtractRefused) as refused:
        run(folder, doors=())
    assert "Principal of S12900001 from 2021: 1 figure(s) are other ones in" in str(refused.value)
    assert "the first at age 0 in 2022. Take the older of the two out" in str(refused.value)


def test_an_area_of_no_known_name_is_refused(tmp_path: Path) -> None:
    folder = country(tmp_path)
    extract(folder / "data" / "raw", PRINCIPAL.replace("Ness Islands", "Nowhere"), "principal.csv")
    with pytest.raises(Exception, match="'Nowhere' is the name of no council area here"):
        run(folder, doors=())
