"""Tables made from ledgers: drawn lines in, rows out, by arithmetic that can be done by eye."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn_ledger import FAR, ISLES, MAINLAND, Books, lines, months, parts, unplaced
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.finance.candidates import Limits, candidate_limits
from locality_profiles.finance.deflators import Deflators, deflators
from locality_profiles.finance.hosted import counted_by_both
from locality_profiles.finance.parts import divided, scaled
from locality_profiles.finance.providers import contract_end
from locality_profiles.statistics.placing import divide

NORTH, SOUTH = f"{ISLES}/north", f"{ISLES}/south"
#: Prices rise by a tenth from 2022/23 to 2023/24 and to the year after: 100, 110, 121.
TENTH = Deflators("drawn", date(2025, 1, 1), True, 2024, {2022: 100_000, 2023: 110_000, 2024: 121_000})


def year(start: int, **more: Any) -> dict[str, Any]:
    return {"period_start": date(start, 4, 1), "period_end": date(start + 1, 3, 31), **more}


# --- where the money goes -------------------------------------------------------------------------


def test_the_flow_keeps_gross_income_and_net_apart():
    books = Books(
        lines("""
        scope     | service | subjective_code | gross | income
        delegated | SC.HC   | third_party     | 1000  | 0
        delegated | SC.HC   | third_party     | -30   | 0
        delegated | SC.HC   | income_charges  | 0     | 100
        managed   | SC.HC   | third_party     | 7     | 0
    """)
    )
    assert books.ask("""select scope, family, service_code, subjective_code, gross_pence, income_pence, net_pence, lines
        from money_flow order by scope, subjective_code""") == [
        ("delegated", "SC", "SC.HC", "income_charges", 0, 100, -100, 1),
        ("delegated", "SC", "SC.HC", "third_party", 1000 - 30, 0, 970, 2),
        ("managed", "SC", "SC.HC", "third_party", 7, 0, 7, 1),
    ]  # fmt: skip


# --- the statutory split --------------------------------------------------------------------------


def statutory(books: Books, part: str, breakdown: str = "split", series: str = "spent") -> list[tuple[Any, ...]]:
    return books.ask(f"""select year(period_start), version, net_pence, real_pence from statutory_split
        where part = '{part}' and breakdown = '{breakdown}' and series = '{series}' and report_start = '2024-04-01'
        order by 1""")  # fmt: skip


def test_six_years_in_cash_and_in_real_terms():
    picture = "split | care_group | net\n inpatient | all | 100\n carers | older | 50"
    ledger = [line for start in (2022, 2024) for line in lines(
        picture.replace("| 50", f"| {50 if start == 2024 else 0}"), version="audited", **year(start))]  # fmt: skip
    for at, line in enumerate(ledger):
        line["line_id"] = f"L{at}"
    books = Books(ledger, series=TENTH)
    # A pound of 2022/23 is 1.21 of 2024/25. Of 2023/24 there is no ledger, which is not nought.
    assert statutory(books, "inpatient") == [
        (2019, None, None, None), (2020, None, None, None), (2021, None, None, None), (2022, "audited", 100, 121),
        (2023, None, None, None), (2024, "audited", 100, 100)]  # fmt: skip
    # A part without a line, or with a line of nought, is nought where there is a ledger.
    assert statutory(books, "care_home")[3:] == [(2022, "audited", 0, 0), (2023, None, None, None),
                                                 (2024, "audited", 0, 0)]  # fmt: skip
    # Groups of people cut across: they add up to the same, and are not added to the five.
    assert [sum(row[2] for row in books.ask(f"""select 0, 0, net_pence from statutory_split where breakdown = '{by}'
        and report_start = '2024-04-01' and period_start = '2024-04-01'""")) for by in ("split", "care_group")] == [
        150, 150]  # fmt: skip


def test_the_best_version_of_each_year_is_told():
    versions = (("original", 1), ("revised", 2), ("forecast", 4), ("outturn", 8), ("audited", 16))
    ledger = [lines(f"line_id | net\n {version} | {net}", version=version)[0] for version, net in versions]
    books = Books(ledger, series=TENTH)
    assert statutory(books, "other_social")[-1] == (2024, "audited", 16, 16)
    assert statutory(books, "other_social", series="planned")[-1] == (2024, "revised", 2, 2)


def test_a_year_without_a_deflator_has_no_real_terms():
    books = Books(lines("net\n 5", version="audited", **year(2021)), series=TENTH)
    assert books.ask("""select distinct net_pence, real_pence, prices_of from statutory_split
        where part = 'other_social' and years_before = 0""") == [(5, None, "2024/25")]  # fmt: skip


AMOUNTS = st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), min_size=1, max_size=12)


def of_values(rows: list[tuple[Any, ...]], *names: str) -> str:
    told = ", ".join("(" + ", ".join("null" if v is None else str(v) for v in row) + ")" for row in rows)
    typed = ", ".join(f"{name}::bigint as {name}" for name in names)
    return f"select {typed} from (values {told}) as of({', '.join(names)})"


@given(AMOUNTS, st.integers(1, 200_000), st.integers(1, 200_000))
def test_scaled_parts_add_up_to_the_scaled_sum(amounts, times, over):
    rows = of_values(
        [(at, amount, times, over) for at, amount in enumerate(amounts)], "place", "amount", "times", "over"
    )
    found = [part for (part,) in duckdb.execute(
        f"select part from ({scaled(rows, '1', 'place')}) order by place").fetchall()]  # fmt: skip
    exact = [None if amount is None else Fraction(amount * times, over) for amount in amounts]
    assert [part is None for part in found] == [value is None for value in exact]
    told = [value for value in exact if value is not None]
    assert sum(part for part in found if part is not None) == (sum(told) + Fraction(1, 2)) // 1
    assert all(abs(part - value) <= 1 for part, value in zip(found, exact, strict=True) if value is not None)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_dividing_in_sql_is_dividing_by_largest_remainder(amount, weights):
    rows = of_values([(at, amount, weight) for at, weight in enumerate(weights)], "place", "amount", "weight")
    found = [part for (part,) in duckdb.execute(
        f"select part from ({divided(rows, '1', 'place')}) order by place").fetchall()]  # fmt: skip
    assert found == (divide([amount], weights)[0].tolist() if sum(weights) else [None] * len(weights))


# --- deflators and limits, read strictly ----------------------------------------------------------


def test_the_package_says_that_its_deflators_are_an_example():
    series = deflators()
    assert not series.official
    assert series.base_year in series.index
    assert min(series.index) <= series.base_year - 5


def refused(read: Any, folder: Path, words: str) -> str:
    path = folder / "own.toml"
    path.write_text(words, encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        read(path)
    return str(error.value)


def test_everything_wrong_with_deflators_is_told_at_once(tmp_path: Path):
    said = refused(deflators, tmp_path, """
        source = "HM Treasury"
        official = "yes"
        base_year = "2030/31"
        [index]
        "2021/22" = 90.0
        "2023/24" = -1
        "2024/25" = 100.1234
        "2025/27" = 100
        "2024/26" = 100
        "2026/27" = 101
    """)  # fmt: skip
    for expected in ("misses 'published'", "'official' should be true or false", "'base_year' 2030/31 has no index",
                     "2022/23 is missing", "'2023/24' should be a number above 0", "'2024/25' should be a number",
                     "'2025/27' is no financial year", "'2024/26' is no financial year", "line 7"):  # fmt: skip
        assert expected in said, said


def test_everything_wrong_with_limits_is_told_at_once(tmp_path: Path):
    said = refused(candidate_limits, tmp_path, "least_percent = 100\n[largest_programmes]\ncount = 0\n"
                   "[far_from_others]\npercent = 20\n[real_grouth]\npercent = 3\n")  # fmt: skip
    for expected in ("'least_percent' should be a percentage", "'count' should be above 0", "misses 'others'",
                     "Did you mean 'real_growth'?"):  # fmt: skip
        assert expected in said, said


def test_a_rule_that_is_left_out_finds_nothing(tmp_path: Path):
    path = tmp_path / "none.toml"
    path.write_text("least_percent = 0", encoding="utf-8")
    assert candidate_limits(path) == Limits(0.0, None, None, 1, None, None, False)
    assert Books(lines("net\n 5"), limits=candidate_limits(path)).table("marginal_candidate") == []


# --- budget beside outturn ------------------------------------------------------------------------


def monitor(books: Books, columns: str, where: str) -> list[tuple[Any, ...]]:
    return books.ask(f"select {columns} from budget_monitor where {where} order by month")


def test_a_budget_that_is_revised_in_the_course_of_the_year():
    # From June on the revised holds; original and revised of April and May are the original.
    ledger = months("""
        version  | service_code | 4  | 5  | 6  | 7
        original | SC.HC        | 10 | 10 | 10 | 10
        original | SC.CH        | 5  | 5  | 5  | 5
        revised  | SC.HC        |    |    | 12 | 12
        outturn  | SC.HC        | 11 | 9  | 13 |
        outturn  | SC.CH        | 5  |    | 6  |
    """)
    books = Books(ledger)
    assert monitor(books, "original_pence, revised_pence, budget_pence, outturn_pence, variance_pence",
                   "service_code = 'SC.HC' and month <= 4") == [
        (10, None, 10, 11, 1), (10, None, 10, 9, -1), (10, 12, 12, 13, 1), (10, 12, 12, None, None)]  # fmt: skip
    # A revision is of the whole budget: care homes have none of it from June. In May they spent nothing, and the
    # council's ledger of May is there; of July it is not.
    assert monitor(books, "budget_pence, outturn_pence", "service_code = 'SC.CH' and month <= 4") == [
        (5, 5), (5, 0), (0, 6), (0, None)]  # fmt: skip
    assert monitor(books, "budget_to_date_pence, outturn_to_date_pence, variance_to_date_pence, "
                   "round(variance_to_date_percent, 1)", "partner = 'all' and month <= 5") == [
        (15, 16, 1, round(100 / 15, 1)), (15 + 15, 16 + 9, -5, round(-500 / 30, 1)),
        (30 + 12, 25 + 19, 2, round(200 / 42, 1)), (42 + 12, None, None, None), (None, None, None, None)]  # fmt: skip


def test_a_month_without_figures_of_one_partner_empties_the_total_and_what_follows():
    books = Books(
        months("""
        version | partner | 4  | 5 | 6
        outturn | council | 10 | 10 | 10
        outturn | nhs     | 7  |    | 7
    """)
    )
    total = "partner = 'all' and month <= 3"
    assert monitor(books, "outturn_pence, outturn_to_date_pence", total) == [(17, 17), (None, None), (17, None)]
    council = "partner = 'council' and scope = 'all' and month <= 3"
    assert monitor(books, "outturn_to_date_pence", council) == [(10,), (20,), (30,)]


def test_what_the_year_is_expected_to_come_to():
    spent = " | ".join(["9"] * 3)
    names = " | ".join(str(n) for n in [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3])
    ten = " | ".join(["10"] * 12)
    books = Books(
        months(f"""
        version  | {names}
        original | {ten}
        forecast | {ten.replace("10", "11")}
        outturn  | {spent}{" | " * 9}
    """)
    )
    # Three months of 9 and nine of 11, against twelve of 10.
    assert monitor(books, "year_budget_pence, year_expected_pence, year_variance_pence, year_variance_percent",
                   "partner = 'all' and month = 1") == [(120, 27 + 99, 6, 5.0)]  # fmt: skip


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["original", "revised", "outturn", "forecast"]),
                          st.sampled_from(["council", "nhs"]), st.sampled_from(["SC.HC", "SC.CH"]),
                          st.integers(1, 12), st.integers(-100, 100)), min_size=1, max_size=25))  # fmt: skip
def test_months_told_by_going_through_them_one_by_one(drawn):
    ledger = [months(f"version | partner | service_code | {month}\n {version} | {partner} | {service} | {net}")[0]
              | {"line_id": f"M{at}"} for at, (version, partner, service, month, net) in enumerate(drawn)]  # fmt: skip
    books = Books(ledger)
    for partner, service, month, *found in books.ask("""
            select partner, service_code, month, original_pence, revised_pence, forecast_pence, outturn_pence,
                budget_pence, outturn_to_date_pence from budget_monitor where service_code <> 'all'"""):  # fmt: skip

        def plain(version: str, partner=partner, service=service, at=month) -> int | None:
            of = [line for line in ledger if line["version"] == version and line["partner"] == partner
                  and (line["period_start"].month - 4) % 12 + 1 == at]  # fmt: skip
            return sum(line["net_pence"] for line in of if line["service_code"] == service) if of else None

        told = {version: plain(version) for version in ("original", "revised", "forecast", "outturn")}
        budget = told["revised"] if told["revised"] is not None else told["original"]
        so_far = [plain("outturn", at=at) for at in range(1, month + 1)]
        assert found == [*told.values(), budget, None if None in so_far else sum(n for n in so_far if n is not None)]


# --- hosted services ------------------------------------------------------------------------------

HOSTED_USE = """
    host  | user     | service | quantity
    isles | isles    | PC.OOH  | 300
    isles | mainland | PC.OOH  | 60
    isles | far      | PC.OOH  | 40
"""


def matrix(books: Books) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    short = {ISLES: "isles", MAINLAND: "mainland", FAR: "far"}
    rows = books.ask("""select host_hscp, user_hscp, service_code, host_pence, user_pence, difference_pence,
        counted_pence, finding from hosted_matrix""")  # fmt: skip
    return {(short.get(host, host), short.get(user, user), service): tuple(rest) for host, user, service, *rest in rows}


def test_what_host_and_user_say_stands_side_by_side():
    ledger = lines("""
        line_id | hscp     | scope      | service   | net | host
        run     | isles    | hosted_out | PC.OOH    | 400 | isles
        used    | mainland | hosted_in  | PC.OOH    | 70  | isles
        gone    | mainland | hosted_in  | COMM.PALL | 25  | far
        lost    | mainland | hosted_in  | COMM.DN   | 3   | isles
        none    | mainland | hosted_in  | PC.DENT   | 9   |
    """)
    placed = parts(f"""
        line | basis | area              | pence
        run  | used  | {MAINLAND}/HOSTED | 60
        run  | used  | {FAR}/HOSTED      | 40
        run  | used  | {NORTH}           | 300
    """)
    assert matrix(Books(ledger, placed, use=HOSTED_USE)) == {
        ("isles", "isles", "PC.OOH"): (300, None, None, 300, "own"),
        ("isles", "mainland", "PC.OOH"): (60, 70, 10, 60, "differs"),
        ("isles", "far", "PC.OOH"): (40, None, None, 40, "user_not_here"),
        # The host's ledger is not here, so the user's figure is all there is.
        ("far", "mainland", "COMM.PALL"): (None, 25, None, 25, "host_not_here"),
        ("isles", "mainland", "COMM.DN"): (None, 3, None, 3, "host_does_not_tell"),
        ("NOT_TOLD", "mainland", "PC.DENT"): (None, 9, None, 9, "host_not_told"),
    }


def test_a_service_that_host_and_user_both_count_is_found():
    ledger = lines("""
        line_id | hscp     | scope      | service | net | host
        run     | isles    | hosted_out | PC.OOH  | 400 | isles
        twice   | mainland | delegated  | PC.OOH  | 60  | isles
        other   | mainland | delegated  | PC.DENT | 60  |
    """)
    books = Books(ledger, unplaced(ledger))
    assert books.ask(f"select user_hscp, also_pence, counted_pence from ({counted_by_both('hosted_matrix')})") == [
        (MAINLAND, 60, 0)]  # fmt: skip
    assert Books(ledger[:1]).ask(f"select * from ({counted_by_both('hosted_matrix')})") == []


# --- providers ------------------------------------------------------------------------------------


def test_providers_by_name_sector_and_what_is_a_grant():
    books = Books(
        lines("""
        sector  | provider               | service | subjective_code | gross | income | scope
        private | Acme  Care             | SC.HC   | third_party     | 100   | 10     |
        private | ACME CARE              | SC.CH   | third_party     | 50    | 0      |
        third   | Voluntary action isles | TS.INFO | transfer        | 30    | 0      |
        third   |                        | TS.FOOD | transfer        | 5     | 0      |
                | Nobody's               | SC.HC   | third_party     | 1     | 0      |
        third   | Hosted elsewhere       | TS.FOOD | transfer        | 9     | 0      | hosted_in
                |                        | SC.HC   | employees       | 500   | 0      |
    """)
    )
    assert books.ask("""select provider_sector, provider, gross_pence, net_pence, grant_pence, services, interface
        from provider_spend order by all""") == [
        ("NOT_TOLD", "Nobody's", 1, 1, 0, 1, False), ("private", "ACME CARE", 150, 140, 0, 2, False),
        ("third", "NOT_TOLD", 5, 5, 5, 1, False), ("third", "Voluntary action isles", 30, 30, 30, 1, True)]  # fmt: skip


def test_how_much_a_few_make():
    books = Books(
        lines("""
        sector  | provider | gross
        private | A        | 50
        private | B        | 30
        private | C        | 15
        private | D        | 5
        private | E        | -7
        private |          | 11
        third   | F        | 100
    """)
    )
    found = {
        row[0]: row[1:]
        for row in books.ask("""select provider_sector, providers, gross_pence, top_3_share,
        herfindahl, unnamed_pence, repaid_pence, low_number from provider_concentration where family = 'all'""")
    }
    squares = (50 * 50 + 30 * 30 + 15 * 15 + 5 * 5) / (100 * 100)
    assert found["private"] == (4, 100, 95 / 100, pytest.approx(squares), 11, 7, False)
    assert found["third"] == (1, 100, 1.0, 1.0, 0, 0, True)
    assert found["all"][:3] == (5, 200, (100 + 50 + 30) / 200)


SPENT = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(-50, 10**9)), min_size=1, max_size=12)


@settings(max_examples=15)
@given(SPENT)
def test_shares_by_adding_up_providers_one_by_one(drawn):
    picture = "\n".join(["provider | gross", *(f"{name} | {gross}" for name, gross in drawn)])
    totals = {name: sum(g for _, g in group) for name, group in
              itertools.groupby(sorted(drawn), key=lambda item: item[0])}  # fmt: skip
    paid = sorted((total for total in totals.values() if total > 0), reverse=True)
    whole = sum(paid)
    books = Books(lines(picture, provider_sector="third"))
    ((providers, gross, top, index, low),) = books.ask("""select providers, gross_pence, top_3_share, herfindahl,
        low_number from provider_concentration where provider_sector = 'all' and family = 'SC'""")  # fmt: skip
    assert (providers, gross, low) == (len(paid), whole, len(paid) < 3)
    assert top == (pytest.approx(sum(paid[:3]) / whole) if whole else None)
    assert index == (pytest.approx(float(sum(Fraction(n, whole) ** 2 for n in paid))) if whole else None)


def test_when_contracts_end():
    ledger = lines("""
        sector | provider | ends       | gross
        third  | A        | 2025-03-30 | 1
        third  | A        | 2025-03-31 | 2
        third  | A        | 2026-03-30 | 4
        third  | A        | 2026-03-31 | 8
        third  | A        |            | 16
    """)
    books = Books(ledger)
    # From the last day of the year, 31 March 2025.
    assert books.ask("select quarter_start, ends, gross_pence from contract_end order by contract_end") == [
        (date(2025, 1, 1), "ended", 1), (date(2025, 1, 1), "within_12_months", 2),
        (date(2026, 1, 1), "within_12_months", 4), (date(2026, 1, 1), "later", 8)]  # fmt: skip
    assert books.ask(f"""select ends, sum(gross_pence) from ({contract_end("ledger_line", date(2024, 3, 31))})
        group by 1 order by 1""") == [("later", 1 + 2 + 4 + 8 - 1), ("within_12_months", 1)]  # fmt: skip


# --- programmes and candidates --------------------------------------------------------------------

LIMITS = Limits(1.0, 1, 20.0, 2, 20.0, 5.0, True)


def test_the_matrix_adds_up_over_programmes_and_groups():
    books = Books(
        lines("""
        programme_code | care_group | gross | income
        05             | addiction  | 50    | 5
        05             | all        | 20    | 0
        22             | older      | 100   | 30
    """)
    )
    assert books.ask("select programme_code, care_group, net_pence from programme_matrix order by all") == [
        ("05", "addiction", 45), ("05", "all", 20), ("22", "older", 70)]  # fmt: skip


def candidates(books: Books, rule: str) -> list[tuple[Any, ...]]:
    return books.ask(f"""select hscp_code, code, area_code, value, reason from marginal_candidate where rule = '{rule}'
        order by all""")  # fmt: skip


def test_each_candidate_has_its_reason_in_words():
    now = lines("""
        line_id | hscp     | programme_code | net     | sector | provider | ends
        a       | isles    | 05             | 300_000 |        |          |
        b       | isles    | 22             | 700_000 | third  | A        | 2025-06-30
        c       | isles    | 90             | 999_999 |        |          |
        d       | mainland | 05             | 200_000 |        |          |
        e       | far      | 05             | 220_000 |        |          |
        tiny    | isles    | 12             | 10      |        |          |
    """)
    before = lines("line_id | programme_code | net\n was | 05 | 200_000", **year(2023))
    books = Books(
        now + before, limits=LIMITS, series=TENTH,
        residents=f"""select unnest(['{ISLES}', '{MAINLAND}', '{FAR}']) as hscp_code,
            date '2024-04-01' as period_start, 1000 as residents""",
        shares=f"""
            area  | service | used    | fair
            {NORTH} | SC.HC | 130_000 | 100_000
            {SOUTH} | SC.HC | 90_000  | 100_000
            {NORTH} | SC.CH | 900_000 | 100_000
            {ISLES}/UNALLOCATED | SC.CH | 50_000 | 0
        """,
    )  # fmt: skip
    # In 2023/24 and 2024/25, and in each of the two other partnerships.
    assert candidates(books, "largest_programme") == [
        (ISLES, "05", "", 1.0, "Mental health is programme 1 of 1 by size: £2,000 of £2,000 for care, net."),
        (ISLES, "22", "", 1.0, "Social care need is programme 1 of 3 by size: £7,000 of £10,000 for care, net."),
        (MAINLAND, "05", "", 1.0, "Mental health is programme 1 of 1 by size: £2,000 of £2,000 for care, net."),
        (FAR, "05", "", 1.0, "Mental health is programme 1 of 1 by size: £2,200 of £2,200 for care, net."),
    ]
    # £3 a head beside £2 and £2.20: the middle is £2.10. The others are within a fifth, or have it as their middle.
    ((hscp, code, _, value, reason),) = [row for row in candidates(books, "far_from_others") if row[0] == ISLES]
    assert (hscp, code, round(value, 6)) == (ISLES, "05", round(100 * 300 / 210 - 100, 6))
    assert reason.endswith("of 2 other partnerships is £2 (43 % more).")
    # 2,000 at prices of 2024/25 is 2,200.
    ((_, code, _, value, reason),) = candidates(books, "real_growth")
    assert (code, round(value, 6)) == ("05", round(100 * 3000 / 2200 - 100, 6))
    assert reason == (
        "Mental health grew by 36.4 % in real terms in a year, from £2,200 to £3,000 at prices of 2024/25."
    )
    # Of care homes some money is placed nowhere by use, and all of it by need: nothing can be said of them.
    ((_, code, area, value, reason),) = candidates(books, "far_from_fair")
    assert (code, area, round(value, 6)) == ("SC.HC", NORTH, 30)
    assert reason.startswith(f"Home care: {NORTH} uses £1,300, 30 % more than its fair share of £1,000.")
    ((_, code, _, value, reason),) = candidates(books, "contracts_end")
    assert (code, value) == ("SC.HC", 3)
    assert reason == "Home care: contracts of £7,000 end within 12 months, the first on 30 June 2025."
    # What is no care and what is too small is no candidate.
    assert books.one("select count(*) from marginal_candidate where code in ('90', '12')") == 0


# --- the budget sheet of a locality ---------------------------------------------------------------


def test_a_budget_sheet_says_what_is_committed_and_who_may_decide():
    ledger = lines("""
        line_id | scope     | service  | net  | recurring     | ends
        care    | delegated | SC.HC    | 1000 | recurring     | 2027-03-31
        grant   | delegated | SC.HC    | 100  | non_recurring | 2024-03-31
        beds    | set_aside | HOSP.ACU | 400  |               |
        office  | delegated | MGMT.GOV | 40   | recurring     |
        gone    | managed   | SC.HC    | 9    |               |
    """)
    placed = parts(f"""
        line   | basis | area                | pence
        care   | used  | {NORTH}             | 600
        care   | used  | {SOUTH}             | 400
        care   | fair  | {NORTH}             | 500
        care   | fair  | {SOUTH}             | 500
        grant  | used  | {NORTH}             | 100
        beds   | used  | {NORTH}             | 400
        office | used  | {NORTH}             | 30
        office | used  | {ISLES}/UNALLOCATED | 10
        gone   | used  | {NORTH}             | 9
    """)
    books = Books(ledger, placed, authorities={"SC": "Chief officer", "SC.HC": "Locality manager"})
    assert books.ask(f"""select service_code, used_pence, fair_pence, committed_pence, committed_until,
            recurring_pence, non_recurring_pence, may_authorise, not_devolved
        from locality_budget where area_code = '{NORTH}' order by service_code""") == [
        ("HOSP.ACU", 400, 0, 0, None, 0, 0, None, "set aside for large hospitals: the health board keeps the money"),
        ("MGMT.GOV", 30, 0, 0, None, 30, 0, None, "spent for everybody alike"),
        ("SC.HC", 700, 500, 600, date(2027, 3, 31), 600, 100, "Locality manager", None),
    ]  # fmt: skip
    assert books.ask("select used_pence, not_devolved from locality_budget where ends_with(area_code, 'UNALLOCATED')") \
        == [(10, "nothing places it on a locality")]  # fmt: skip
