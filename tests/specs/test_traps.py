"""Sixteen traps found in the code of the present locality profiles: the wrong answer that each gave, and ours.

Each test draws the smallest case, shows what the trap makes of it (as arithmetic here, never code of theirs), and
what this project makes of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from drawn import empty, table
from pictures import csv_file, rows

from locality_profiles.episodes.conditions import conditions
from locality_profiles.episodes.stays import with_readmissions
from locality_profiles.errors import DefinitionError, ExtractRefused
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.compared import compare
from locality_profiles.indicators.definition import Indicator, indicators, read_indicator, sections
from locality_profiles.profiles.assemble import assemble
from locality_profiles.sources import read_extract

TWO_PARTNERSHIPS = """
    block_code | area_type    | area_code
    z1         | locality     | east/central
    z2         | locality     | west/central
    z1         | hscp         | east
    z2         | hscp         | west
    z1         | council_area | shire
    z2         | council_area | shire
    z1         | country      | land
    z2         | country      | land
"""
PEOPLE = """
    block_code | year | age | persons
    z1         | 2020 | 30  | 300
    z1         | 2020 | 70  | 100
    z2         | 2020 | 30  | 400
    z2         | 2020 | 70  | 200
"""
AREAS = """
    area_type    | area_code    | area_name
    locality     | east/central | Central
    locality     | west/central | Central
    hscp         | east         | Shire
    hscp         | west         | West
    council_area | shire        | Shire
    country      | land         | Land
"""
HEAD = """
title = "Drawn"
section = "hospital"
order = 1
definition = "Drawn for a test."
unit = "per 1,000 people"
decimals = 1
direction = "low_is_good"
needs = "a drawing"
disclosure = "health"
owner = "tests"
reviewed = 2026-11-26
method = "crude_rate"
per = 1000
smallest_area = "locality"
"""
NUMERATOR = """
[numerator]
what = "admissions"
table = "activity"
column = "value"
where.service_code = "HOSP"
where.measure_code = "N_ADMIT"
period = "financial_year"
coverage = "absent_is_zero"
"""
DENOMINATOR = """
[denominator]
what = "residents"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
pairing = "mid_year"
"""
YEAR = {"service_code": "HOSP", "measure_code": "N_ADMIT", "period_type": "financial_year"}
DAYS = "2020-04-01 | 2021-03-31"


@pytest.fixture
def shire(tmp_path: Path) -> dict[str, Path]:
    """Two partnerships, each with a locality called Central; one of them shares its name with a council."""
    tables = empty(tmp_path, "population_class", "deprivation", "registration", "household", "unit_cost", "extract",
                   "local_count", "published_value", "service")  # fmt: skip
    tables["membership"] = table(tmp_path, "membership", TWO_PARTNERSHIPS)
    tables["population"] = table(tmp_path, "population", PEOPLE)
    tables["area"] = table(tmp_path, "area", AREAS)
    return tables


def belonging(tables: dict[str, Path], folder: Path, more: str = "") -> None:
    """Let each locality lie in its partnership and in the country, as a build finds out from their zones."""
    zones = ("block_type | " + TWO_PARTNERSHIPS.strip()).replace("\n    z", "\n    data_zone_2011 | z")
    larger = [f"locality | {half}/central | {kind} | {code}" for half in ("east", "west")
              for kind, code in (("hscp", half), ("country", "land"))]  # fmt: skip
    tables["membership"] = table(folder, "membership", "\n".join([zones, *larger, more]))


def admissions(folder: Path, drawing: str) -> Path:
    lines = [line.strip() for line in drawing.strip().splitlines()]
    dated = [f"{lines[0]} | period_start | period_end", *(f"{line} | {DAYS}" for line in lines[1:])]
    return table(folder, "activity", "\n".join(dated), **YEAR)


def define(folder: Path, *more: str, head: str = HEAD) -> dict[str, Indicator]:
    path = folder / "drawn.toml"
    path.write_text(head + "".join(more), encoding="utf-8")
    return {"drawn": read_indicator(path, sections())}


def values(tables: dict[str, Path], definitions: dict[str, Indicator], *columns: str) -> list[tuple]:
    made = calculate(tables, ["locality", "hscp", "council_area", "country"], definitions).values
    return rows(made, "area_type", "area_code", *columns)


def test_01_rows_that_hold_all_beside_their_parts_are_not_added_up(shire, tmp_path):
    shire["activity"] = admissions(tmp_path, """
        block_code | simd_quintile | value
        z1         | all           | 40
        z1         | 1             | 30
        z1         | 5             | 10
    """)  # fmt: skip
    trap = 40 + 30 + 10  # every admission twice
    with pytest.raises(DefinitionError, match="simd_quintile"):
        calculate(shire, ["locality"], define(tmp_path, NUMERATOR, DENOMINATOR))
    total = define(tmp_path, NUMERATOR + 'where.simd_quintile = "all"\n', DENOMINATOR)
    found = [row[2] for row in values(shire, total, "numerator") if row[1] == "east/central"]
    assert found == [40]
    assert found != [trap]


def test_02_falls_are_the_codes_w00_to_w19_and_no_others():
    codes = ["W00", "W05", "W10", "W19", "W20", "W90", "W99", "X00", "W188"]
    trap = [code for code in codes if re.match("^W[00-19]", code)]
    assert trap == ["W00", "W05", "W10", "W19", "W90", "W99", "W188"]  # one character out of 0, 1 and 9
    assert found_in(codes, "falls") == ["W00", "W05", "W10", "W19", "W188"]


def test_03_an_operation_takes_an_admission_out_of_the_preventable_ones():
    # The main operation, not the main diagnosis, says that somebody came for surgery; and 'K01 to K50' is fifty codes.
    wrong_place, two_values = "I50", ("K01", "K50")
    assert wrong_place not in two_values  # so the exclusion never took anybody out
    operations = ["", "K01", "K25", "K50", "K51", "K56", "L01"]
    left = [op for op in operations if matches("heart_failure", diag1="I500", op1a=op)]
    assert left == ["", "K51", "L01"]
    assert not matches("cellulitis", diag1="L031", op1a="S06")
    assert matches("copd", diag1="J200", diag2="J441")
    assert not matches("copd", diag1="J200")


def matches(group: str, **codes: str) -> bool:
    columns = {**{f"diag{n}": "" for n in range(1, 7)}, "op1a": "", **codes}
    made = ", ".join(f"'{code}' as {name}" for name, code in columns.items())
    found = duckdb.execute(f"select {conditions()[group].sql()} from (select {made})").fetchall()[0]
    return bool(found and found[0])


def found_in(codes: list[str], group: str) -> list[str]:
    return [code for code in codes if matches(group, diag1="S720", diag2=code)]


STAYS = """
    select * from (values
        ('a', date '2020-05-01', date '2020-05-05', true, false),
        ('a', date '2020-05-20', date '2020-05-22', true, true),   -- readmitted after 15 days, and died
        ('b', date '2020-06-01', date '2020-06-02', false, false), -- planned
        ('b', date '2020-06-25', date '2020-06-26', false, false), -- comes back as planned: no readmission
        ('c', date '2021-03-20', date '2021-03-25', true, false),  -- the extract ends before 28 days are over
        ('d', date '2020-07-01', date '2020-07-03', true, false),
        ('d', date '2020-08-01', date '2020-08-03', true, false)   -- after 29 days
    ) of(person, start_day, end_day, emergency, died)"""


def test_04_only_who_left_alive_and_was_followed_for_long_enough_can_be_readmitted():
    trap_below = 7  # every discharge, that of a death and the one not yet followed too
    query = with_readmissions(STAYS, "date '2021-03-31'")
    below, above = duckdb.execute(
        f"select count(*) filter (discharged_alive), count(*) filter (readmitted) from ({query})"
    ).fetchall()[0]
    assert above == 1
    assert below == 7 - 1 - 1  # less a death and the last stay, which nobody could have come back from yet
    assert below != trap_below


def test_05_an_age_that_is_not_known_stays_in_the_total_and_is_told(shire, tmp_path):
    shire["activity"] = admissions(tmp_path, """
        block_code | age_band | value
        z1         | 0-64     | 6
        z1         | 65+      | 10
        z1         | unknown  | 4
        z1         | all      | 20
    """)  # fmt: skip
    by_age = define(tmp_path, NUMERATOR + 'where.age_band = "all"\n', DENOMINATOR,
                    head=HEAD + 'by_age = ["0-64", "65+"]\n')  # fmt: skip
    found = {
        (breakdown, category): (value, status)
        for _, area, breakdown, category, value, status in
        values(shire, by_age, "breakdown", "category", "value", "status") if area == "east/central"
    }  # fmt: skip
    assert found == {
        ("all", "all"): (1000 * 20 / 400, "actual"),
        ("age", "0-64"): (1000 * 6 / 300, "actual"),
        ("age", "65+"): (1000 * 10 / 100, "actual"),
        ("age", "unknown"): (None, "not_calculated"),  # there: gone from the chart, without a word
    }


def test_06_two_localities_of_one_name_are_two(shire, tmp_path):
    shire["activity"] = admissions(tmp_path, """
        block_code | value
        z1         | 8
        z2         | 30
    """)  # fmt: skip
    trap = 1000 * (8 + 30) / (400 + 600)  # joined by the name 'Central'
    found = {code: value for kind, code, value in values(shire, define(tmp_path, NUMERATOR, DENOMINATOR), "value")
             if kind == "locality"}  # fmt: skip
    assert found == {"east/central": 20.0, "west/central": 50.0}
    assert trap not in found.values()


def test_07_a_partnership_that_shares_its_name_with_a_council_keeps_its_own_figures(shire, tmp_path):
    shire["activity"] = admissions(tmp_path, """
        block_code | value
        z1         | 8
        z2         | 30
    """)  # fmt: skip
    found = {
        (kind, code): value for kind, code, value in values(shire, define(tmp_path, NUMERATOR, DENOMINATOR), "value")
    }
    assert found["hscp", "east"] == 20.0  # 'Shire', the partnership
    assert found["council_area", "shire"] == 38.0  # 'Shire', the council: there a row of either


def test_08_a_period_that_is_missing_is_a_gap_and_nothing_is_found_by_its_place(shire, tmp_path):
    shire["activity"] = table(tmp_path, "activity", """
        block_code | value | status     | period_start | period_end
        z2         | 30    | actual     | 2020-04-01   | 2021-03-31
        z1         |       | suppressed | 2020-04-01   | 2021-03-31
        z1         | 8     | actual     | 2019-04-01   | 2020-03-31
    """, **YEAR)  # fmt: skip
    shire["population"] = table(tmp_path, "population", PEOPLE + PEOPLE.split("persons")[1].replace("2020", "2019"))
    found = {
        (code, start.year): (value, status)
        for kind, code, start, value, status in
        values(shire, define(tmp_path, NUMERATOR, DENOMINATOR), "period_start", "value", "status")
        if kind == "locality"
    }  # fmt: skip
    assert found == {
        ("east/central", 2019): (20.0, "actual"), ("east/central", 2020): (None, "suppressed"),
        ("west/central", 2019): (0.0, "true_zero"), ("west/central", 2020): (50.0, "actual"),
    }  # fmt: skip


def test_09_a_locality_without_a_figure_stops_no_other(shire, tmp_path):
    shire["activity"] = table(tmp_path, "activity", """
        block_type | block_code   | value | period_start | period_end
        locality   | west/central | 30    | 2020-04-01   | 2021-03-31
    """, **YEAR)  # fmt: skip
    belonging(shire, tmp_path, "locality | west/central | locality | west/central")
    reported = define(tmp_path, NUMERATOR.replace("absent_is_zero", "reported"), DENOMINATOR)
    made = calculate(shire, ["locality", "hscp", "country"], reported)
    titles = {"locality": "Locality", "hscp": "Partnership", "country": "Country"}
    profiles = assemble(shire, made.values, made.definitions, ["locality"], ["east", "west"], titles, {})
    shown = {(code, value, status) for code, role, value, status in
             rows(profiles.profile, "area_code", "role", "value", "status") if role == "this"}  # fmt: skip
    assert shown == {("east/central", None, "not_available"), ("west/central", 50.0, "actual")}


def test_10_the_partnership_of_a_page_is_that_of_its_area_whatever_came_before(shire, tmp_path):
    shire["activity"] = admissions(tmp_path, """
        block_code | value
        z1         | 8
        z2         | 30
    """)  # fmt: skip
    belonging(shire, tmp_path)
    made = calculate(shire, ["locality", "hscp", "country"], define(tmp_path, NUMERATOR, DENOMINATOR))
    titles = {"locality": "Locality", "hscp": "Partnership", "country": "Country"}
    profiles = assemble(shire, made.values, made.definitions, ["locality"], ["east", "west"], titles, {})
    beside = {(code, other) for code, role, other in rows(profiles.profile, "area_code", "role", "beside_code")
              if role == "hscp"}  # fmt: skip
    assert beside == {("east/central", "east"), ("west/central", "west")}


def test_11_a_class_is_shown_only_where_the_data_have_it_and_under_its_own_year():
    domains = [i for i in indicators().values() if i.id.startswith("people_by_") and i.breakdown]
    schemes = {i.numerator.where["scheme"] for i in domains}
    assert len(domains) == len(schemes) >= 9  # each is of a scheme of its own; there 'General' had no data
    for indicator in domains:
        assert indicator.breakdown == indicator.numerator.where["scheme"]
        if "simd" in str(indicator.breakdown):
            assert "2020" in indicator.breakdown  # there a sheet of SIMD 2020 was called 2022


@pytest.mark.parametrize(
    ("indicator", "among"),
    [
        ("ni14_readmissions", {"table": "activity", "measure_code": "N_DISCHARGE_ALIVE"}),
        ("delayed_bed_days_65_plus", {"table": "population", "age": {"from": 65}}),
        ("ni16_falls", {"table": "population", "age": {"from": 65}}),
    ],
)
def test_12_each_rate_is_among_those_whom_it_can_happen_to(indicator, among):
    below = indicators()[indicator].denominator  # a later version there set all three against everybody
    assert below is not None
    assert {"table": below.table, **{key: below.where.get(key) for key in among if key != "table"}} == among


def test_13_a_kind_of_department_that_was_relabelled_is_refused_not_lost(tmp_path):
    drawing = """
    HB        | TreatmentLocationName | TreatmentLocationCode | TreatmentLocationPostcode|CurrentDepartmentType|Status
    S08000099 | Ness                  | Z999H                 | ZZ1 1ZZ                   | Major trauma      | Open
    """
    with pytest.raises(ExtractRefused, match="Major trauma"):
        read_extract(csv_file(tmp_path / "sites.csv", drawing))


def test_14_reasons_for_delay_are_kept_apart_and_rows_are_not_people():
    groups = {
        i.numerator.where["delay_group"]: i.id for i in indicators().values()
        if i.numerator.where.get("service_code") == "FLOW.DD" and i.numerator.where.get("delay_group") != "all"
    }  # fmt: skip
    assert {"health_social_care", "patient_family", "code_9_awi"} <= set(groups)
    of_delays = [i for i in indicators().values() if i.numerator.where.get("service_code") == "FLOW.DD"]
    assert {i.numerator.where["measure_code"] for i in of_delays} == {"BED_DAYS"}  # no count of rows is called people


def test_15_conditions_known_from_hospital_only_say_so():
    of_file = [i for i in indicators().values() if i.numerator.where.get("service_code") == "POP.SLF"]
    assert len(of_file) >= 19
    for indicator in of_file:
        assert "hospital records" in indicator.definition
        assert "not from general practice" in (indicator.caveat or "")
        assert indicator.interval == "wilson"


def test_16_a_locality_that_is_called_like_a_council_is_compared_by_its_kind_and_code(shire, tmp_path):
    shire["area"] = table(tmp_path, "area", AREAS.replace("east/central | Central", "east/central | Shire"))
    shire["activity"] = admissions(tmp_path, """
        block_code | value
        z1         | 8
        z2         | 30
    """)  # fmt: skip
    belonging(shire, tmp_path)
    found = define(tmp_path, NUMERATOR, DENOMINATOR)
    made = calculate(shire, ["locality", "hscp", "council_area", "country"], found).values
    compared = compare(shire, made, found, ["locality"]).comparison
    against = {
        (comparator, code, other) for area, comparator, code, other in
        rows(compared, "area_code", "comparator", "comparator_code", "comparator_value") if area == "east/central"
    }  # fmt: skip
    assert ("hscp", "east", 20.0) in against
    assert not {code for _, code, _ in against} & {"shire"}
