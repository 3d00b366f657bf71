"""What is told of two releases: small tables drawn for each side, and the changes that must be told of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.needs.alerts import Alerts, alerts
from locality_profiles.needs.changed import Side, changes_between, first_release
from locality_profiles.publish.what_changed import lines, markdown, read_report
from locality_profiles.tables.changes import CHANGE_KINDS, RELEASE_CHANGE
from locality_profiles.tables.curated import CONTRACTS, LEFT_OUT
from locality_profiles.tables.store import connect, keep_contract
from locality_profiles.tables.suites import empty_view

AREA = """select 'locality' as area_type, 'S37900001/east' as area_code, 'East <b>*' as area_name,
    'hscp' as parent_type, 'S37900001' as parent_code union all by name
    select 'hscp' as area_type, 'S37900001' as area_code, 'First' as area_name"""
INDICATOR = """select 'homes' as indicator_id, 'Homes' as title, 'care' as section, 'people' as unit, 0 as decimals,
    'NI14 LP' as frameworks, 'Care homes' as source"""
EXTRACT = """select 'aaaa' as extract_id, 'homes' as kind, 'homes.csv' as file, 'Care homes' as title,
    'aaaa' as sha256, 10 as "rows" """


def value(number: float | None, year: int = 2020, status: str = "actual", place: str = "S37900001", **more: Any) -> str:
    """One row of ``indicator_value`` of the indicator drawn above."""
    columns = {
        "indicator_id": "'homes'", "area_type": "'hscp'", "area_code": f"'{place}'", "period_type": "'financial_year'",
        "period_start": f"date '{year}-04-01'", "period_end": f"date '{year + 1}-03-31'", "breakdown": "'all'",
        "category": "'all'", "value": "null" if number is None else repr(number), "status": f"'{status}'",
        **{name: repr(told) for name, told in more.items()},
    }  # fmt: skip
    return "select " + ", ".join(f'{told} as "{name}"' for name, told in columns.items())


def rows(*queries: str) -> str:
    return " union all by name ".join(queries)


def drawn(folder: Path, release: str, tables: Mapping[str, str], code: str = "c") -> Side:
    """A side of which the tables are drawn in SQL; columns that are not given are empty."""
    (folder / release).mkdir()
    paths = {}
    with duckdb.connect() as connection:
        for name, query in {"area": AREA, "indicator": INDICATOR, "extract": EXTRACT, **tables}.items():
            paths[name] = folder / release / f"{name}.parquet"
            whole = f"{empty_view(CONTRACTS[name])} union all by name {query}"
            connection.execute(f"copy ({whole}) to '{paths[name]}' (format parquet)")
    return Side(release, paths, code)


def told(folder: Path, old: Mapping[str, str], new: Mapping[str, str], rules: Alerts | None = None,
         **code: str) -> list[dict[str, Any]]:  # fmt: skip
    """The changes between two drawn sides, which keep their contract."""
    table = changes_between(drawn(folder, "old", old), drawn(folder, "new", new, **code), rules or alerts())
    with connect() as connection:
        connection.register("told", table)
        keep_contract(connection, "told", RELEASE_CHANGE)
    return table.to_pylist()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (value(10.0), value(12.0), "value_revised"),
        (value(10.0), value(10.0 * (1 + 1e-8)), "value_revised"),
        (value(10.0), value(10.0 * (1 + 1e-12)), "value_noise"),
        (value(10.0), rows(value(10.0), value(11.0, 2021)), "period_new"),
        (rows(value(10.0), value(9.0, 2019, place="S37900002")), rows(value(10.0), value(9.0, 2019, place="S37900002"),
                                                                     value(8.0, 2019)), "value_appeared"),
        (value(None, status="not_available"), value(0.0, status="true_zero"), "value_appeared"),
        (rows(value(10.0), value(9.0, 2019)), value(10.0), "value_withdrawn"),
        (value(10.0), value(None, status="not_available"), "value_withdrawn"),
        (value(10.0, status="provisional"), value(10.0), "status_changed"),
        (value(None, status="not_available"), value(None, status="suppressed"), "status_changed"),
        (value(10.0, numerator=20.0), value(10.0, numerator=40.0), "basis_changed"),
    ],
)  # fmt: skip
def test_what_may_become_of_a_value(tmp_path, before, after, kind):
    found = told(tmp_path, {"indicator_value": before}, {"indicator_value": after})
    assert [row["kind"] for row in found] == [kind]


def test_a_value_that_is_held_back_now_is_not_told_from_the_release_before(tmp_path):
    (row,) = told(tmp_path, {"indicator_value": value(3.0)}, {"indicator_value": value(None, status="suppressed")})
    assert (row["kind"], row["before"], row["difference"]) == ("value_withdrawn", None, None)
    assert "3" not in row["sentence"].replace("S37900001", "")


def test_a_value_that_is_left_out_now_is_not_told_from_the_release_before(tmp_path):
    after = value(None, status="not_available", note=LEFT_OUT)
    (row,) = told(tmp_path, {"indicator_value": value(3.0)}, {"indicator_value": after})
    assert (row["kind"], row["before"], row["difference"]) == ("value_withdrawn", None, None)
    assert "3" not in row["sentence"].replace("S37900001", "")


def test_a_revision_is_a_sentence_with_names_and_units_and_shows_more_digits_where_print_would_hide_it(tmp_path):
    (row,) = told(tmp_path, {"indicator_value": value(1234.2)}, {"indicator_value": value(1234.4)})
    assert row["sentence"] == "Homes of First (hscp), 2020/21 is 1234.4 people; it was 1234.2 people."
    assert row["difference"] == pytest.approx(0.2)


def test_an_extract_saved_again_changes_its_bytes_and_no_fact(tmp_path):
    fact = "select 'hscp' as block_type, 'S37900001' as block_code, 2020 as year, 'all' as sex, 1 as age, 5 as persons"
    again = {"extract": EXTRACT.replace("aaaa", "bbbb")}
    found = told(
        tmp_path,
        {"population": f"{fact}, 'aaaa' as extract_id"},
        {**again, "population": f"{fact}, 'bbbb' as extract_id"},
    )
    assert [row["kind"] for row in found] == ["extract_replaced"]
    assert found[0]["sentence"] == (
        "homes.csv holds other bytes: 10 rows before, 10 now. No fact that the release keeps differs."
    )


def test_the_same_bytes_under_another_name_are_one_change(tmp_path):
    found = told(tmp_path, {}, {"extract": EXTRACT.replace("homes.csv", "homes-2.csv")})
    assert [(row["kind"], row["extract_files"]) for row in found] == [("extract_renamed", "homes-2.csv")]


def test_a_fact_is_named_by_its_place_and_class_and_never_by_its_figure(tmp_path):
    fact = """select 'hscp' as block_type, 'S37900001' as block_code, 2020 as year, 'female' as sex, 42 as age,
        {} as persons, 'aaaa' as extract_id"""
    (row,) = told(tmp_path, {"population": fact.format(777)}, {"population": fact.format(888)})
    assert (row["kind"], row["area_code"], row["what"]) == (
        "fact_revised", "S37900001", "sex female, age 42, revised: persons",
    )  # fmt: skip
    assert (row["before"], row["after"]) == (None, None)
    assert "777" not in str(row)
    assert "888" not in str(row)


def test_many_facts_are_counted_by_period_and_linked_records_always(tmp_path):
    fact = """select 'hscp' as block_type, 'S37900001' as block_code, year, 'all' as sex, age, {} as persons,
        'aaaa' as extract_id from range(0, 91) a(age), range(2018, 2022) y(year)"""
    cube = "select 'hscp' as block_type, 'S37900001' as block_code, {} as n_people, 'aaaa' as extract_id"
    found = told(
        tmp_path, {"population": fact.format(1), "activity_cube": cube.format(1)},
        {"population": fact.format(2), "activity_cube": cube.format(2)},
    )  # fmt: skip
    people = [row for row in found if row["table_name"] == "population"]
    assert [(row["rows"], row["area_code"]) for row in people] == [(91, None)] * 4
    (cell,) = [row for row in found if row["table_name"] == "activity_cube"]
    assert (cell["rows"], cell["area_code"], cell["what"]) == (1, None, None)


def comparison(verdict: str, judgement: str | None) -> str:
    judged = f"'{judgement}'" if judgement else "null"
    return f"""select 'homes' as indicator_id, 'locality' as area_type, 'S37900001/east' as area_code,
        'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end,
        'all' as breakdown, 'all' as category, 'country' as comparator, 'S92900001' as comparator_code,
        '{verdict}' as verdict, {judged} as judgement"""


@pytest.mark.parametrize(
    ("before", "after", "kind", "severity"),
    [
        (("similar", None), ("higher", "worse"), "became_worse", "alert"),
        (("higher", "worse"), ("lower", "better"), "became_better", "note"),
        (("higher", "worse"), ("similar", None), "comparison_changed", "note"),
        (("not_compared", None), ("higher", "worse"), "comparison_changed", "note"),
    ],
)
def test_what_became_better_or_worse_than_others(tmp_path, before, after, kind, severity):
    (row,) = told(tmp_path, {"comparison": comparison(*before)}, {"comparison": comparison(*after)})
    assert (row["kind"], row["severity"]) == (kind, severity)


def test_a_trend_that_turned_and_a_rank_outside_what_chance_allowed(tmp_path):
    trend = """select 'homes' as indicator_id, 'locality' as area_type, 'S37900001/east' as area_code,
        'all' as breakdown, 'all' as category, 'financial_year' as period_type, date '2020-04-01' as period_start,
        date '2021-03-31' as period_end, '{}' as verdict, '{}' as judgement"""
    rank = """select 'homes' as indicator_id, 'locality' as area_type, '{}' as area_code, 'all' as breakdown,
        'all' as category, 'hscp' as among, {} as "rank", 1 as rank_lower, 4 as rank_upper"""
    found = told(
        tmp_path, {"trend": trend.format("decreasing", "better"),
                   "area_rank": rows(rank.format("S37900001/east", 2), rank.format("S37900001/west", 2))},
        {"trend": trend.format("increasing", "worse"),
         "area_rank": rows(rank.format("S37900001/east", 5), rank.format("S37900001/west", 4))},
    )  # fmt: skip
    assert [(row["kind"], row["area_code"], row["severity"]) for row in found] == [
        ("trend_turned", "S37900001/east", "alert"), ("rank_moved", "S37900001/east", "note"),
    ]  # fmt: skip


def test_a_latest_value_that_passes_a_threshold_by_revision_or_by_a_new_year(tmp_path):
    own = tmp_path / "alerts.toml"
    own.write_text("""
[[threshold]]
id = "many"
indicator = "homes"
value = 100
words = "Many."

[[rule]]
id = "passed"
severity = "alert"
kinds = ["threshold_crossed"]
words = "Passed."
""")
    found = told(
        tmp_path, {"indicator_value": value(90.0)}, {"indicator_value": rows(value(90.0), value(100.0, 2021))},
        alerts(own),
    )  # fmt: skip
    assert [(row["kind"], row["severity"]) for row in found] == [
        ("threshold_crossed", "alert"),
        ("period_new", "quiet"),
    ]
    assert found[0]["sentence"] == "Homes of First (hscp), 2021/22 is 100 people, and was 90 people: it passed 100."


def test_a_changed_program_is_told_first_so_that_method_is_not_taken_for_data(tmp_path):
    found = told(tmp_path, {"indicator_value": value(10.0)}, {"indicator_value": value(12.0)}, code="d")
    assert [row["kind"] for row in found] == ["code_changed", "value_revised"]
    assert found[0]["severity"] == "alert"


def test_areas_their_members_and_definitions(tmp_path):
    member = """select 'data_zone_2011' as block_type, 'S0190000' || n as block_code, 'locality' as area_type,
        'S37900001/east' as area_code, 1.0 as weight from range({}) b(n)"""
    found = told(
        tmp_path, {"membership": member.format("1, 5")},
        {"membership": member.format("2, 7"), "area": AREA.replace("'First'", "'Second'"),
         "indicator": INDICATOR.replace("0 as decimals", "1 as decimals")},
    )  # fmt: skip
    assert [(row["kind"], row["what"]) for row in found] == [
        ("membership_changed", "2 came, 1 went, 0 with another share or method"), ("area_changed", "area name"),
        ("indicator_redefined", "decimals"),
    ]  # fmt: skip


def test_money_is_told_by_partnership_and_year(tmp_path):
    line = """select '{}' as line_id, 'S37900001' as hscp_code, 'financial_year' as period_type,
        date '2020-04-01' as period_start, date '2021-03-31' as period_end, 'original' as version, {} as net_pence"""
    found = told(
        tmp_path, {"ledger_line": rows(line.format("L1", 10000), line.format("L2", 500))},
        {"ledger_line": rows(line.format("L1", 10000), line.format("L2", 700), line.format("L3", 300))},
    )  # fmt: skip
    assert [(row["kind"], row["before"], row["after"], row["rows"]) for row in found] == [
        ("money_changed", 10500.0, 11000.0, 2)
    ]
    assert "2 lines before, 3 now" in found[0]["sentence"]


def test_every_kind_of_change_has_a_sentence():
    from locality_profiles.needs.changed import SENTENCES

    assert list(SENTENCES) == sorted(SENTENCES, key=list(CHANGE_KINDS).index)
    assert set(SENTENCES) == set(CHANGE_KINDS)


def test_names_from_data_are_text_in_what_a_night_posts(tmp_path):
    table = changes_between(
        drawn(tmp_path, "old", {"comparison": comparison("similar", None)}),
        drawn(tmp_path, "new", {"comparison": comparison("higher", "worse")}), alerts(),
    )  # fmt: skip
    with connect() as connection:
        connection.register("told", table)
        report = read_report(connection, "told", "old", words=alerts().words())
    assert report.summary == "1 change since release old: 1 alert, no note, and 0 that no rule asks to tell."
    posted = markdown(report)
    assert "East &lt;b&gt;\\*" in posted
    assert "<b>" not in posted
    assert lines(report)[2] == "Alert: Worse than those compared with, and was not before (1)"


def test_a_first_release_has_an_empty_table_that_keeps_its_contract():
    assert first_release().schema == RELEASE_CHANGE.schema
    assert first_release().num_rows == 0


def test_the_first_rule_that_fits_decides_and_what_none_fits_is_quiet(tmp_path):
    own = tmp_path / "alerts.toml"
    own.write_text("""
[[rule]]
id = "core"
severity = "alert"
kinds = ["value_revised"]
frameworks = ["NI"]
least_percent = 10
words = "Core."

[[rule]]
id = "any"
severity = "note"
kinds = ["value_revised"]
least = 0.5
words = "Any."
""")
    severities = []
    for number, after in enumerate((12.0, 10.6, 10.4)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (row,) = told(folder, {"indicator_value": value(10.0)}, {"indicator_value": value(after)}, alerts(own))
        severities.append((row["severity"], row["rule"]))
    assert severities == [("alert", "core"), ("note", "any"), ("quiet", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nid = "a"\nseverity = "loud"\nwords = "x"', "'severity' is 'loud'"),
        ('[[rule]]\nid = "a"\nseverity = "alert"\nkinds = ["value_revisd"]\nwords = "x"', "mean 'value_revised'?"),
        ('[[rule]]\nid = "a"\nseverity = "alert"\nwords = "x"\nleast = 0', "'least' should be above 0"),
        ('[[rule]]\nid = "a"\nseverity = "alert"\nwords = "x"\nareaz = ["hscp"]', "Did you mean 'areas'?"),
        ('[[threshold]]\nid = "a"\nvalue = 1\nwords = "x"', "misses 'indicator'"),
        ('[[rule]]\nid = "a"\nseverity = "alert"\nwords = "x"\n[[rule]]\nid = "a"\nseverity = "note"\nwords = "y"',
         "have the id 'a'"),
        ('[[rule]]\nid = "a"\nseverity = "note"\nwords = "x"\nframeworks = ["NI|.*"]', "is no mark of a framework"),
    ],
)  # fmt: skip
def test_rules_are_read_strictly(tmp_path, text, said):
    own = tmp_path / "alerts.toml"
    own.write_text(text)
    with pytest.raises(DefinitionError) as refused:
        alerts(own)
    assert said in str(refused.value)
    assert "line" in str(refused.value)
