"""The annual financial statement of two drawn partnerships: every total, wherever it stands, by arithmetic."""

from __future__ import annotations

from typing import Any

import pytest
from drawn_ledger import FAR, ISLES, MAINLAND, Books, lines, parts
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.finance.statement import TABLES, statement_check
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.money import LEDGER_TABLES

NORTH, SOUTH = f"{ISLES}/north", f"{ISLES}/south"

#: A ledger with what real ones have: income, a line below nought, a hosted service each way, a reserve, and money that
#: is managed without its being delegated.
LEDGER = lines("""
    line_id | hscp     | scope      | partner | service     | group      | gross | income | host  | recurring     | fund
    care    | isles    | delegated  | council | SC.HC       | older      | 1000  | 100    |       | recurring     |
    back    | isles    | delegated  | council | SC.HC       | older      | -50   | 0      |       | recurring     |
    homes   | isles    | delegated  | council | SC.CH       | older      | 800   | 300    |       | recurring     |
    adapt   | isles    | housing    | council | HOUS.ADAPT  | all        | 60    | 0      |       |               |
    nurses  | isles    | delegated  | nhs     | COMM.DN     | all        | 700   | 0      |       | recurring     |
    drugs   | isles    | delegated  | nhs     | COMM.SUBST  | addiction  | 90    | 0      |       | non_recurring | ADP
    beds    | isles    | set_aside  | nhs     | HOSP.ACU.EM | all        | 2000  | 0      |       | recurring     |
    ours    | isles    | hosted_out | nhs     | PC.OOH      | all        | 400   | 40     | isles | recurring     |
    theirs  | isles    | hosted_in  | nhs     | COMM.PALL   | palliative | 120   | 0      | far   |               |
    kept    | isles    | reserve    | ijb     | RES.GEN     | all        | 30    | 0      |       |               |
    justice | isles    | managed    | council | SC.JUSTICE  | all        | 77    | 0      |       |               |
    use     | mainland | hosted_in  | nhs     | PC.OOH      | all        | 90    | 0      | isles |               |
""")
#: Of the 360 net that out-of-hours care costs, the mainland uses a quarter: 90. The rest is placed by halves.
PLACED = parts(f"""
    line   | basis | area              | pence
    care   | used  | {NORTH}           | 500
    care   | used  | {SOUTH}           | 400
    back   | used  | {NORTH}           | -50
    homes  | used  | {NORTH}           | 200
    homes  | used  | {ISLES}/OUT       | 300
    adapt  | used  | {ISLES}/UNALLOCATED | 60
    nurses | used  | {NORTH}           | 350
    nurses | used  | {SOUTH}           | 350
    drugs  | used  | {SOUTH}           | 90
    beds   | used  | {NORTH}           | 1200
    beds   | used  | {SOUTH}           | 800
    ours   | used  | {MAINLAND}/HOSTED | 90
    ours   | used  | {NORTH}           | 135
    ours   | used  | {SOUTH}           | 135
    theirs | used  | {ISLES}/UNALLOCATED | 120
    kept   | used  | {ISLES}/UNALLOCATED | 30
    justice | used | {NORTH}           | 77
    use    | used  | {MAINLAND}/UNALLOCATED | 90
""")
USE = """
    host  | user     | service | quantity
    isles | isles    | PC.OOH  | 300
    isles | mainland | PC.OOH  | 100
"""
#: Delegated by the council, by the board, housing, set-aside, hosted (ours less 90, theirs), reserve.
TOTAL = (900 - 50 + 500) + 60 + (700 + 90) + 2000 + (360 - 90) + 120 + 30


@pytest.fixture(scope="module")
def books() -> Books:
    return Books(LEDGER, PLACED, use=USE)


def rows(books: Books, table: str, level: int | None = None, whose: str = ISLES) -> list[tuple[Any, ...]]:
    where = f"and level = {level}" if level is not None else ""
    return books.ask(f"""select row_id, net_pence from financial_statement
        where table_id = '{table}' and hscp_code = '{whose}' {where} order by position""")  # fmt: skip


def test_who_pays_for_what(books: Books):
    assert rows(books, "resource") == [
        ("total", TOTAL),
        ("council", 900 - 50 + 500 + 60), ("council/delegated", 900 - 50 + 500), ("council/housing", 60),
        ("nhs", 700 + 90), ("nhs/delegated", 700 + 90),
        ("set_aside", 2000), ("set_aside/nhs", 2000),
        ("hosted", 120 + 360 - 90), ("hosted_in", 120), ("hosted_out", 360), ("hosted_for_others", -90),
        ("reserve", 30), ("reserve/ijb", 30),
    ]  # fmt: skip


def test_gross_and_income_stay_apart(books: Books):
    # Only net money is taken out for others: gross falls by 90 and all income stays with the host.
    gross = 1000 - 50 + 800 + 60 + 700 + 90 + 2000 + (400 - 90) + 120 + 30
    assert books.ask(f"""select gross_pence, income_pence, net_pence from financial_statement
        where hscp_code = '{ISLES}' and table_id = 'resource' and level = 0""") == [
        (gross, 100 + 300 + 40, gross - 440)]  # fmt: skip
    assert gross - 440 == TOTAL


def test_by_service_and_family(books: Books):
    assert rows(books, "service", 1) == [
        ("HOSP", 2000), ("PC", 270), ("COMM", 700 + 90 + 120), ("SC", 900 - 50 + 500), ("HOUS", 60), ("RES", 30),
    ]  # fmt: skip
    assert rows(books, "service", 2)[:4] == [("HOSP.ACU.EM", 2000), ("PC.OOH", 270), ("COMM.DN", 700),
                                             ("COMM.SUBST", 90)]  # fmt: skip
    assert sum(net for _, net in rows(books, "service", 2)) == TOTAL


def test_by_the_statutory_split(books: Books):
    assert rows(books, "split", 1) == [
        ("inpatient", 2000), ("other_health", 700 + 90 + 270 + 120), ("care_home", 500),
        ("other_social", 900 - 50 + 60), ("none", 30),
    ]  # fmt: skip


def test_by_locality_with_what_is_placed_in_none(books: Books):
    # What is managed without its being delegated, and what the mainland uses, is in no area here.
    north = 500 - 50 + 200 + 350 + 1200 + 135
    south = 400 + 350 + 90 + 800 + 135
    assert rows(books, "locality") == [
        ("total", TOTAL), (f"{ISLES}/OUT", 300), (f"{ISLES}/UNALLOCATED", 60 + 120 + 30), (NORTH, north),
        (SOUTH, south)]  # fmt: skip
    assert north + south + 300 + 210 == TOTAL
    assert books.ask("select distinct gross_pence, income_pence from financial_statement where table_id = 'locality'") \
        == [(None, None)]  # fmt: skip


def test_by_group_of_people_and_by_what_is_recurring_and_ring_fenced(books: Books):
    assert dict(rows(books, "care_group", 1)) == {
        "older": 850 + 500, "addiction": 90, "palliative": 120, "all": 60 + 700 + 2000 + 270 + 30,
    }  # fmt: skip
    assert rows(books, "recurring", 1) == [
        ("recurring", 850 + 500 + 700 + 2000 + 270), ("non_recurring", 90), ("NOT_STATED", 60 + 120 + 30)]  # fmt: skip
    assert rows(books, "ringfence", 1) == [("NOT_STATED", TOTAL - 90), ("ADP", 90)]


def test_what_stands_beside_and_is_in_no_total(books: Books):
    assert rows(books, "beside") == [("managed", 77), ("hosted_for_others", 90)]


def test_over_partnerships_a_hosted_service_is_counted_once(books: Books):
    # Out-of-hours care costs 360: the isles' own 270, and 90 in the mainland's ledger.
    assert rows(books, "service", 2, MAINLAND) == [("PC.OOH", 90)]
    assert books.one("""select sum(net_pence) from financial_statement
        where table_id = 'service' and row_id = 'PC.OOH'""") == 360  # fmt: skip
    assert books.one("select sum(counted_pence) from hosted_matrix where service_code = 'PC.OOH'") == 360


def test_every_total_is_the_same_to_the_penny_wherever_it_stands(books: Books):
    told = books.ask(f"select told_by, net_pence from statement_check where total = 'all' and hscp_code = '{ISLES}'")
    assert {net for _, net in told} == {TOTAL}
    assert {name for name, _ in told} == {
        *(f"financial_statement: {table}" for table in (*TABLES, "locality")),
        *(f"parts of financial_statement: {table}" for table in (*TABLES, "locality")),
        *(f"parts of parts of financial_statement: {table}" for table in ("resource", "service")),
        "money_flow", "statutory_split", "statutory_split: care groups", "programme_matrix",
        "locality_budget: locality",
    }  # fmt: skip
    assert books.ask("select * from statement_check where difference_pence is distinct from 0") == []
    kinds = {total.partition(":")[0] for (total,) in books.ask("select distinct total from statement_check")}
    assert kinds == {"all", "scope", "family", "split", "care group", "beside"}


MADE = ("money_flow", "statutory_split", "programme_matrix", "locality_budget", "hosted_matrix", "financial_statement")


@pytest.mark.parametrize("table", MADE)
@pytest.mark.parametrize("fault", ["a penny", "a row"])
def test_the_check_sees_a_penny_and_a_lost_row(books: Books, table: str, fault: str):
    pence = {"locality_budget": "used_pence", "hosted_matrix": "host_pence"}.get(table, "net_pence")
    whose = f"coalesce({'host_hscp' if table == 'hosted_matrix' else 'hscp_code'} = '{ISLES}', false)"
    first = "where breakdown = 'split' and lines > 0" if table == "statutory_split" else f"where {pence} <> 0"
    order = f"(select min(rowid) from spoiled {first} and {whose})"
    books.connection.execute(f"create or replace table spoiled as select * from {table}")
    if fault == "a penny":
        books.connection.execute(f"update spoiled set {pence} = {pence} + 1 where rowid = {order}")
    else:
        books.connection.execute(f"delete from spoiled where rowid = {order}")
    names = ("financial_statement", *MADE[:5])
    query = statement_check(*("spoiled" if name == table else name for name in names))
    assert books.ask(f"select * from ({query}) where difference_pence is distinct from 0") != []


def test_months_are_not_counted_a_second_time():
    year = lines("net\n 1200")
    month = lines("line_id | net\n month | 100", period_type="month")
    assert rows(Books(year + month), "resource", 0) == [("total", 1200)]


def test_where_nothing_tells_the_use_the_host_keeps_all():
    books = Books(
        lines("""
        scope      | service | net
        hosted_out | PC.OOH  | 360
    """)
    )
    assert rows(books, "resource", 0) == [("total", 360)]
    assert books.ask("select user_hscp, finding, counted_pence from hosted_matrix") == [
        ("NOT_TOLD", "use_not_told", 360)]  # fmt: skip


def test_every_table_gives_what_its_contract_promises(books: Books):
    types = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}
    for contract in LEDGER_TABLES:
        described = {name: kind for name, kind, *_ in books.ask(f"describe {contract.name}")}
        assert described == {column.name: types[column.type] for column in contract.columns}, contract.name
        keyed = ", ".join(contract.key)
        assert books.ask(f"select {keyed} from {contract.name} group by all having count(*) > 1") == []
        for column in contract.columns:
            if not column.empty:
                assert books.ask(f'select 1 from {contract.name} where "{column.name}" is null') == [], column.name
            if column.allowed:
                (found,) = books.ask(f'select list(distinct "{column.name}") from {contract.name}')
                assert set(found[0] or ()) - {None} <= set(column.allowed), column.name


# --- whatever a ledger holds ----------------------------------------------------------------------

SCOPES = ["delegated", "set_aside", "hosted_out", "hosted_in", "housing", "managed", "reserve"]
SERVICES = ["SC.HC", "SC.CH", "COMM.DN", "HOSP.ACU", "RES.GEN", "NOT_TOLD"]
LINES = st.lists(
    st.tuples(st.sampled_from([ISLES, MAINLAND]), st.sampled_from(["original", "outturn"]), st.sampled_from(SCOPES),
              st.sampled_from(["council", "nhs", "ijb"]), st.sampled_from(SERVICES),
              st.sampled_from(["all", "older", "carers"]), st.integers(-10**6, 10**9), st.integers(0, 10**6),
              st.integers(0, 100)),
    min_size=1, max_size=15,
)  # fmt: skip


def ledger_of(drawn: list[tuple[Any, ...]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines, and their parts: some per cent is another's where it is hosted for others, and the rest is halved."""
    found, placed = [], []
    for at, (hscp, version, scope, partner, service, group, gross, income, share) in enumerate(drawn):
        line, net = f"L{at}", gross - income
        found += lines(
            f"line_id | gross | income\n {line} | {gross} | {income}", hscp_code=hscp, version=version, scope=scope,
            partner=partner, service_code=service, care_group=group,
            host_hscp={"hosted_out": hscp, "hosted_in": FAR}.get(scope),
        )  # fmt: skip
        away = net * share // 100 if scope == "hosted_out" else 0
        other = ISLES if hscp == MAINLAND else MAINLAND
        half = (net - away) // 2
        for basis in ("used", "fair"):
            for area, pence in (
                (f"{other}/HOSTED", away),
                (f"{hscp}/north", half),
                (f"{hscp}/south", net - away - half),
            ):
                if scope == "hosted_out" or "HOSTED" not in area:
                    placed += parts(f"line | basis | area | pence\n {line} | {basis} | {area} | {pence}")
    return found, placed


def used(ledger: list[dict[str, Any]]) -> str:
    pairs = {(row["hscp_code"], row["service_code"]) for row in ledger if row["scope"] == "hosted_out"}
    told = [f"{host} | {user} | {service} | 1" for host, service in sorted(pairs) for user in (ISLES, MAINLAND)]
    return "\n".join(["host | user | service | quantity", *told])


def plain_total(ledger: list[dict[str, Any]], placed: list[dict[str, Any]], hscp: str, version: str) -> int:
    """The own resource by going through lines one by one."""
    total = 0
    for line in ledger:
        if (line["hscp_code"], line["version"]) == (hscp, version) and line["scope"] != "managed":
            total += line["net_pence"]
            total -= sum(part["amount_pence"] for part in placed if part["line_id"] == line["line_id"]
                         and part["basis"] == "used" and part["area_code"].endswith("/HOSTED"))  # fmt: skip
    return total


@settings(max_examples=15)
@given(LINES)
def test_of_any_ledger_every_total_agrees_and_is_the_plain_sum(drawn):
    ledger, placed = ledger_of(drawn)
    books = Books(ledger, placed, use=used(ledger))
    assert books.ask("select * from statement_check where difference_pence is distinct from 0") == []
    for hscp, version, net in books.ask("""select hscp_code, version, net_pence from financial_statement
            where table_id = 'resource' and level = 0"""):  # fmt: skip
        assert net == plain_total(ledger, placed, hscp, version)
    # In the whole, hosted services are what their hosts' ledgers say.
    hosts = sum(line["net_pence"] for line in ledger if line["scope"] == "hosted_out")
    assert books.one("select coalesce(sum(host_pence), 0) from hosted_matrix") == hosts
    assert books.one("select coalesce(sum(gross_pence - income_pence - net_pence), 0) from money_flow") == 0
    assert books.one("select coalesce(sum(net_pence), 0) from money_flow") == sum(line["net_pence"] for line in ledger)


@settings(max_examples=4)
@given(st.data(), LINES)
def test_the_order_of_lines_changes_nothing(data, drawn):
    ledger, placed = ledger_of(drawn)
    shuffled, parts_ = data.draw(st.permutations(ledger)), data.draw(st.permutations(placed))
    one, other = Books(ledger, placed, use=used(ledger)), Books(shuffled, parts_, use=used(ledger))
    for contract in LEDGER_TABLES:
        assert one.table(contract.name) == other.table(contract.name), contract.name
    assert set(CONTRACTS) >= {contract.name for contract in LEDGER_TABLES}
