"""Every sentence of the sample is true, by a checker that works each out again; and the checker notices what is not."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import narrative_checker
import pytest
from narrative_checker import Ask, Checker, Sentence

from locality_profiles.tables.store import open_catalog
from locality_profiles.workspace import read_workspace

#: Words of which each is the untrue other.
OPPOSITES = (
    ("higher", "lower"), ("highest", "lowest"), ("better", "worse"), ("rising", "falling"), ("rise", "fall"),
    ("largest", "smallest"), ("most deprived", "least deprived"), ("similar to", "higher than in"),
    ("the same as in", "lower than in"), ("jointly the", "the"), ("no clear change", "rising"),
    ("no clear trend", "falling"), ("percentage points", "percent"), ("all are", "both are"), ("both are", "all are"),
    ("no clear difference between", "higher in"), ("in mid-", "in "), (" that have a figure", ""),
    ("more", "fewer"), ("are known for larger", "is known for larger"),
)  # fmt: skip
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@pytest.fixture(scope="module")
def release(sample: Path) -> Iterator[tuple[Ask, dict[str, Checker]]]:
    titles = read_workspace(sample).title_of
    with open_catalog(sample / "data" / "curated" / "catalog.duckdb") as catalog:

        def ask(sql: str) -> list[tuple]:
            return catalog.execute(sql).fetchall()

        kinds = [kind for (kind,) in ask("select distinct area_type from sentence order by 1")]
        yield ask, {kind: narrative_checker.checker_of(ask, kind, titles) for kind in kinds}


def sentences(ask: Ask, kind: str) -> list[Sentence]:
    return ask(f"select area_code, section, text from sentence where area_type = '{kind}' order by all")


def test_every_sentence_is_true(release: tuple[Ask, dict[str, Checker]]) -> None:
    ask, checkers = release
    told = [fault for kind, checker in checkers.items()
            for fault in narrative_checker.wrong_of(checker, sentences(ask, kind))]  # fmt: skip
    assert told == []


def test_every_profiled_area_has_sentences_and_no_section_too_many(release: tuple[Ask, dict[str, Checker]]) -> None:
    ask, _ = release
    assert ask("select area_code from (select distinct area_type, area_code from profile) anti join sentence "
               "using (area_type, area_code)") == []  # fmt: skip
    ((most,),) = ask("select max(position) from sentence")
    assert most == 5
    assert ask("""select area_code, section, indicator_id from sentence where indicator_id is not null
                  group by area_type, area_code, section, indicator_id having count(*) > 1""") == []  # fmt: skip


def untrue(text: str) -> Iterator[str]:
    """The sentence with one of its claims made another."""
    for one, other in OPPOSITES:
        for old, new in ((one, other), (other, one)):
            if old and old in text:
                yield text.replace(old, new, 1)
    for row in (NUMBERS, ORDINALS):
        for at, word in enumerate(row):
            if re.search(rf"\b{word}\b", text):
                yield re.sub(rf"\b{word}\b", row[at - 1], text, count=1)
    for digit in re.finditer(r"\d", text):
        at = digit.start()
        yield text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


def test_a_sentence_that_is_tampered_with_is_noticed(release: tuple[Ask, dict[str, Checker]]) -> None:
    ask, checkers = release
    missed, tried, kept = [], 0, defaultdict(int)
    for kind, checker in checkers.items():
        for code, section, template, text in ask(
            f"select area_code, section, template_id, text from sentence where area_type = '{kind}' order by all"
        ):
            kept[kind, template] += 1
            if kept[kind, template] > 6:  # of each kind of sentence and area half a dozen
                continue
            for other in untrue(text):
                if other == text:
                    continue
                tried += 1
                if not checker.wrong(code, section, other):
                    missed.append(f"{text} -> {other}")
    assert tried > 3_000
    assert missed == []


def test_a_sentence_of_one_area_is_not_true_of_another(release: tuple[Ask, dict[str, Checker]]) -> None:
    ask, checkers = release
    told = sentences(ask, "locality")
    codes = sorted({code for code, _, _ in told})
    of_one = [(section, text) for code, section, text in told if code == codes[0] and "(" in text]
    caught = [bool(checkers["locality"].wrong(codes[1], section, text)) for section, text in of_one]
    assert len(of_one) > 8
    assert all(caught)


def test_evidence_names_the_values_of_the_tables_that_they_are_in(release: tuple[Ask, dict[str, Checker]]) -> None:
    """Each entry is looked up by its key: what the table holds there is what the sentence was made from."""
    ask, _ = release
    looked = 0
    for (evidence,) in ask("select evidence from sentence where claim in ('level', 'rank', 'change', 'population')"):
        for entry in json.loads(evidence):
            named = {**entry["key"], **({} if entry["table"] in ("profile",) else {"breakdown": "all"})}
            wanted = [name for name in entry["values"] if name != "alike"]
            where = " and ".join(f"{column} = $${value}$$" for column, value in named.items())
            found = ask(f"select {', '.join(wanted)} from {entry['table']} where {where}")
            assert found == [tuple(entry["values"][name] for name in wanted)], entry
            looked += 1
    assert looked > 500


def test_an_untrue_release_is_noticed_too() -> None:
    """The checker looks at the release and not at the word that the release has for a comparison."""
    with duckdb.connect() as connection:
        connection.execute("""
            create table area as select 'locality' as area_type, 'S37900001/north' as area_code, 'North' as area_name
                union all select 'country', 'S92900001', 'Alba';
            create table indicator as select 'rate' as indicator_id, 'Rate' as title, 'health' as section,
                'per 1,000 people' as unit, 1 as decimals, 'low_is_good' as direction, null as unavailable;
            create table profile as select 'locality' as area_type, 'S37900001/north' as area_code, 'rate' as item,
                'all' as category, null as category_title, 'this' as role, 5.0 as value, 'actual' as status,
                'mid_year' as period_type, date '2021-06-30' as period_start, date '2021-06-30' as period_end;
            create table indicator_value as select 'rate' as indicator_id, kind as area_type, code as area_code,
                'all' as breakdown, 'all' as category, 'mid_year' as period_type, date '2021-06-30' as period_start,
                date '2021-06-30' as period_end, value, value - 1 as lower, value + 1 as upper, 'actual' as status
                from (values ('locality', 'S37900001/north', 5.0), ('country', 'S92900001', 4.5)) v(kind, code, value);
            create table comparison as select 'rate' as indicator_id, 'locality' as area_type,
                'S37900001/north' as area_code, 'country' as comparator, 'S92900001' as comparator_code,
                'interval' as basis, 'higher' as verdict, 4.5 as comparator_value, 'all' as breakdown,
                'all' as category;
            create table trend as select '' as area_code, '' as indicator_id, '' as verdict, 0 as from_value,
                date '2021-01-01' as from_start, date '2021-01-01' as from_end, 0 as value, '' as period_type,
                date '2021-01-01' as period_start, date '2021-01-01' as period_end, 0 as change_lower,
                0 as change_upper, '' as area_type, 'all' as breakdown, 'all' as category where false;
            create table inequality as select '' as area_code, '' as indicator_id, '' as scheme, '' as period_type,
                date '2021-01-01' as period_start, date '2021-01-01' as period_end, 0 as most_deprived,
                0 as least_deprived, 0 as absolute_gap_lower, 0 as absolute_gap_upper, '' as area_type where false;
        """)
        checker = narrative_checker.checker_of(lambda sql: connection.execute(sql).fetchall(), "locality",
                                               lambda kind: ("Locality", "Localities"))  # fmt: skip
        told = "Rate: 5.0 per 1,000 people in mid-2021, higher than in Alba (4.5), which is worse."
        assert "verdict does not follow from its values" in checker.wrong("S37900001/north", "health", told)
