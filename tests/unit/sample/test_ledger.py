"""The ledgers of the sample hold what real ones do, and add up."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from locality_profiles.sample.country import found_country
from locality_profiles.sample.extracts.costs import write_hospital_costs, write_needs
from locality_profiles.sample.extracts.ledger import (
    BEFORE,
    COST_CENTRES,
    HOSTS,
    TRANSFERRED,
    UNKNOWN_CENTRES,
    YEAR,
    write_ledgers,
)
from locality_profiles.sample.people import settle
from locality_profiles.sources import read_extract

THIS_YEAR = f"year(period_start - interval 3 month) = {YEAR} and period_type = 'financial_year'"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Tables of the ledgers, by name; home is that of the first partnership."""
    country = found_country("shetland", 2026)
    people = settle(country, 2026)
    raw = tmp_path_factory.mktemp("ledgers")
    files = write_ledgers(raw, country, people, 2026)
    found: dict[str, Any] = {"country": country}
    for number, file in enumerate(files):
        for each in read_extract(file):
            for table, rows in each.curated.tables.items():
                found[f"{table}{number}"] = rows
    (needs,) = read_extract(write_needs(raw, country, people))
    (costs,) = read_extract(write_hospital_costs(raw, country, 2026))
    return found | {"needs": needs.curated.tables["needs_weight"], "costs": costs.curated.tables["hospital_cost"]}


def ask(read: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for name, table in read.items():
            if name != "country":
                connection.register(name, table)
        return connection.execute(query).fetchall()


def test_the_ledger_of_the_home_partnership_is_small_and_the_others_smaller(read: dict[str, Any]) -> None:
    sizes = [read[f"budget_line{number}"].num_rows for number in range(4)]
    assert 1_500 < sizes[0] <= 2_000
    assert all(size < 400 for size in sizes[1:])


def test_every_version_is_there_and_five_years_of_outturn_before(read: dict[str, Any]) -> None:
    assert ask(read, "select distinct version from budget_line0 order by all") == [
        ("forecast",), ("original",), ("outturn",), ("revised",),
    ]  # fmt: skip
    years = ask(read, f"select year(period_start), count(*) from budget_line0 where version = 'outturn' "
                f"and period_type = 'financial_year' and year(period_start) < {YEAR} group by 1")  # fmt: skip
    assert len(years) == BEFORE
    assert len({count for _, count in years}) == 1


def test_months_are_their_year_to_the_penny(read: dict[str, Any]) -> None:
    sums = "select period_type, sum(gross_pence), sum(income_pence), sum(net_pence) from budget_line0"
    for version in ("revised", "outturn"):
        year, months = ask(
            read, f"{sums} where version = '{version}' and period_start >= '{YEAR}-04-01' group by 1 order by 1"
        )
        assert (year[0], months[0]) == ("financial_year", "month")
        assert year[1:] == months[1:]


def test_what_one_partner_transfers_the_other_receives(read: dict[str, Any]) -> None:
    query = "select version, partner, net_pence from budget_line0 where note like 'Resource transfer%' and "
    found = {row[:2]: row[2] for row in ask(read, query + THIS_YEAR)}
    assert all(found[version, "nhs"] == -found[version, "council"] > 0 for version, _ in found)
    assert found["revised", "nhs"] == round(found["original", "nhs"] * TRANSFERRED)


def test_lines_are_negative_income_posted_to_localities_and_paid_to_providers(read: dict[str, Any]) -> None:
    (found,) = ask(read, """
        select count(*) filter (gross_pence < 0), count(*) filter (income_pence > 0 and gross_pence = 0),
            count(distinct place_name) filter (block_type = 'locality'), count(distinct provider),
            count(distinct contract_end), count(*) filter (scope = 'reserve'), count(*) filter (ringfence_code = 'PCIF')
        from budget_line0""")  # fmt: skip
    assert all(found)
    assert found[2] == 7


def test_some_cost_centres_are_posted_to_no_service(read: dict[str, Any]) -> None:
    bare = ask(read, "select distinct cost_centre from budget_line0 where service_code is null and scope is null")
    assert {centre for (centre,) in bare} == {*COST_CENTRES, *UNKNOWN_CENTRES}


@pytest.mark.parametrize("service", HOSTS)
def test_users_pay_for_a_hosted_service_by_their_use_and_the_host_for_all(read: dict[str, Any], service: str) -> None:
    host, users, _ = HOSTS[service]
    code = read["country"].partnerships[host].code
    use = dict(ask(read, f"select place_name, quantity from hosted_use{host} where service_code = '{service}'"))
    assert len(use) == len(users)
    of = f"service_code = '{service}' and version = 'original' and {THIS_YEAR}"
    ((whole,),) = ask(read, f"select net_pence from budget_line{host} where scope = 'hosted_out' and {of}")
    for user in set(users) - {host}:
        name = read["country"].partnerships[user].name
        ((part, run_by),) = ask(
            read, f"select net_pence, host_hscp from budget_line{user} where {of} and scope = 'hosted_in'"
        )
        assert run_by == code
        assert part == pytest.approx(whole * use[name] / sum(use.values()), abs=100)


def test_a_resident_weighs_one_on_average(read: dict[str, Any]) -> None:
    for programme, ratio in ask(
        read, "select programme, sum(weighted_population) / sum(population) from needs group by 1"
    ):
        assert ratio == pytest.approx(1, abs=0.06), programme


def test_a_hospital_costs_what_its_specialties_do(read: dict[str, Any]) -> None:
    off = ask(
        read,
        """select block_code from costs group by block_code, period_start
        having sum(direct_pence) filter (specialty_code = 'all')
            <> sum(direct_pence) filter (specialty_code <> 'all')""",
    )
    assert off == []
    assert {"A1", "AB", "120"} <= set(read["costs"]["specialty_code"].to_pylist())
