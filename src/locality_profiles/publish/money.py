"""What pages say of money: used beside fair share for an area, and where a partnership's money goes.

Every table has its caveats beside it, not at the back: what it was divided by and of which years, what is placed on no
area, and why more used than fair is not 'over-funded'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.ledger.codes import services, words
from locality_profiles.numbers import DASH, MINUS
from locality_profiles.periods import period_label
from locality_profiles.publish.edition import capitalised
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.tables.curated import OUT
from locality_profiles.tables.money import UNALLOCATED
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

#: Of versions of one year, the one that says most of what was spent, and of what is planned.
SPENT, PLANNED = ("audited", "outturn", "forecast"), ("revised", "original")
GRADES = {1: "posted there", 2: "well known", 3: "a fair stand-in", 4: "a rough stand-in", 5: "hardly known"}
NEVER_OVERFUNDED = (
    "More used than fair share does not mean over-funded: need may be higher than the formula sees, care nearer or "
    "dearer, or people counted where their care home stands and not where they came from. Hospital care is counted "
    "where people live, wherever the hospital is."
)
RANGE = (
    "Only money that is placed on areas both ways is compared. The range is the least and the most that an area would "
    "get by other weightings of need, of all services together; ranges of single services therefore do not add up."
)


@dataclass(frozen=True)
class Money:
    """Sheets of each area; empty in a release without ledgers."""

    sheets: Mapping[AreaKey, tuple[Sheet, ...]] = field(default_factory=dict)

    def of(self, key: AreaKey) -> tuple[Sheet, ...]:
        return self.sheets.get(key, ())


def read_money(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], names: Mapping[AreaKey, str]
) -> Money:  # fmt: skip
    """Everything that pages say of money, for every area that money is placed on and every partnership."""
    if "area_resource" not in tables:
        return Money()
    for name in ("area_resource", "resource_share", "ledger_line", "driver"):
        connection.execute(f"create or replace temp view {name} as select * from {relation(tables[name])}")
    connection.execute(f"create or replace temp view allocation as select * from {relation(tables['allocation'])}")
    chosen = chosen_versions(connection)
    placed, not_placed = _placed_by(connection), _not_placed(connection)
    found: dict[AreaKey, list[Sheet]] = {}
    for (hscp, area_type, start, end, version, purpose), rows in _by_ledger(connection, chosen).items():
        told = _Told(period_label("financial_year", start, end), words()["version"][version], purpose)
        aside = _unplaced_words(not_placed.get((hscp, start, version), []), rows)
        compared = _compared(rows)
        for area, of_area in _by_area(rows).items():
            if _is_no_area(area):
                continue
            by = placed.get((area_type, area, start, version), {})
            found.setdefault((area_type, area), []).append(_of_area(of_area, told, by, aside, compared))
        key = ("hscp", hscp)
        found.setdefault(key, []).append(_of_partnership(rows, area_type, names, told, aside))
    return Money({key: tuple(sheets) for key, sheets in found.items()})


@dataclass(frozen=True)
class _Told:
    """Year and version of some money, and whether it is of what was spent or of what is planned."""

    year: str
    version: str
    purpose: str

    @property
    def words(self) -> str:
        return f"{self.version}, {self.year}"


Rows = Sequence[Mapping[str, Any]]


def chosen_versions(connection: duckdb.DuckDBPyConnection) -> str:
    """The name of a table of the year and version of each partnership that is shown as spent, and as planned."""

    def one(purpose: str, versions: tuple[str, ...]) -> str:
        order = " ".join(f"when '{version}' then {at}" for at, version in enumerate(versions))
        listed = ", ".join(f"'{version}'" for version in versions)
        return f"""
            select distinct on (hscp_code) hscp_code, period_start, version, '{purpose}' as purpose
            from area_resource where version in ({listed})
            order by hscp_code, period_start desc, case version {order} end"""

    connection.execute(f"""
        create or replace temp table chosen as
        (select * from ({one("planned", PLANNED)})) union all (select * from ({one("spent", SPENT)}))""")  # fmt: skip
    return "chosen"


def _by_ledger(
    connection: duckdb.DuckDBPyConnection, chosen: str
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:  # fmt: skip
    """Rows of ``area_resource`` by partnership, kind of area, year and version: those that are shown."""
    found = connection.execute(f"""
        select r.*, purpose from area_resource r join {chosen} using (hscp_code, period_start, version)
        order by purpose, hscp_code, area_type, area_code, "group" """)  # fmt: skip
    names = [column[0] for column in found.description or ()]
    ledgers: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for values in found.fetchall():
        row = dict(zip(names, values, strict=True))
        key = tuple(
            row[k] for k in ("hscp_code", "area_type", "period_start", "period_end", "version", "purpose")
        )  # fmt: skip
        ledgers.setdefault(key, []).append(row)
    return ledgers


def _by_area(rows: Rows) -> dict[str, list[Mapping[str, Any]]]:
    areas: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        areas.setdefault(row["area_code"], []).append(row)
    return areas


def _placed_by(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], dict[str, str]]:
    """What most of the money that each area used was divided by, by family of services, in words."""
    found = connection.execute("""
        with part as (
            select a.area_type, a.area_code, l.period_start, l.version,
                split_part(l.service_code, '.', 1) as family, a.method, a.driver_id, a.told_of,
                sum(abs(a.amount_pence)) as pence
            from allocation a join ledger_line l using (line_id) join chosen c
                on c.hscp_code = l.hscp_code and c.period_start = l.period_start and c.version = l.version
            where a.basis = 'used' and l.period_type = 'financial_year' group by all),
        most as (
            select * from part qualify row_number() over (
                partition by area_type, area_code, period_start, version, family
                order by pence desc, driver_id nulls first) = 1)
        select area_type, area_code, period_start, version, family, method, coalesce(d.title, most.driver_id), told_of
        from most left join (select distinct driver_id, title from driver) d using (driver_id)""")  # fmt: skip
    by: dict[tuple[Any, ...], dict[str, str]] = {}
    for area_type, area, start, version, family, method, title, told_of in found.fetchall():
        said = "Posted to the area" if method == "A" else f"{title} ({told_of})" if told_of else str(title or DASH)
        by.setdefault((area_type, area, start, version), {})[family] = said
    return by


def _not_placed(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], list[tuple[str, int]]]:
    """Money that is placed on no area, by why, the most first; by partnership, year and version."""
    found = connection.execute("""
        select l.hscp_code, l.period_start, l.version, a.reason, sum(a.amount_pence)
        from allocation a join ledger_line l using (line_id)
        where a.basis = 'used' and a.reason is not null and l.period_type = 'financial_year'
            and a.area_type = (select min(area_type) from allocation)
        group by all order by abs(sum(a.amount_pence)) desc, a.reason""")  # fmt: skip
    reasons: dict[tuple[Any, ...], list[tuple[str, int]]] = {}
    for hscp, start, version, reason, pence in found.fetchall():
        reasons.setdefault((hscp, start, version), []).append((reason, pence))
    return reasons


def _unplaced_words(reasons: Sequence[tuple[str, int]], rows: Rows) -> str:
    """How much of a partnership's money is on no area, with the largest reasons."""
    total = sum(row["used_pence"] for row in rows if row["group"] == "all")
    placed_nowhere = sum(pence for _, pence in reasons)
    if not reasons:
        return ""
    share = f", {100 * placed_nowhere / total:.0f}%" if total else ""
    why = "; ".join(f"{reason} ({pounds(pence)})" for reason, pence in reasons[:3])
    more = f"; and {len(reasons) - 3} further reasons" if len(reasons) > 3 else ""
    return f"{pounds(placed_nowhere)} of the partnership's {pounds(total)}{share}, is placed on no area: {why}{more}."


# --- sheets ---------------------------------------------------------------------------------------

_SHARE = (
    Column("Used", "£"), Column("Fair share of the same money", "£"), Column("Used less fair share", "£"),
    Column("Used less fair share", "%"), Column("Used per head", "£"), Column("Fair share per head", "£"),
    Column("Fair share of all money", "£"), Column("Its range", "£", words=True),
)  # fmt: skip
_PLACED = (Column("Used is mostly placed by, and how well that is known", words=True),)


def _of_area(rows: Rows, told: _Told, by: Mapping[str, str], aside: str, compared: frozenset[str]) -> Sheet:
    """An area's money, in all and by family of services; ``compared`` are families that are placed by use at all."""
    printed = [
        (family_title(row["group"]), (*share_cells(row, row["group"] in compared), *_placed(row, by, compared)),
         row["group"] == "all")
        for row in _in_order(rows)
    ]  # fmt: skip
    return Sheet(
        f"money-{told.purpose}", f"Money used beside fair share: {told.words}",
        f"What the area's people used, and what they would need by the partnership's rules: {told.words}",
        "Services", (*_SHARE, *_PLACED), tuple(printed), tuple(filter(None, (NEVER_OVERFUNDED, RANGE, aside))),
    )  # fmt: skip


def _placed(row: Mapping[str, Any], by: Mapping[str, str], compared: frozenset[str]) -> tuple[str]:
    if row["group"] == "all":
        return (capitalised(GRADES[row["grade"]]),)
    if row["group"] not in compared:
        return ("Placed on no area",)
    return (f"{by.get(row['group'], 'Nothing used here')}: {GRADES[row['grade']]}",)


def _compared(rows: Rows) -> frozenset[str]:
    """Families of services of which some money is placed on areas on both bases."""
    return frozenset(row["group"] for row in rows if row["compared_used_pence"] or row["compared_fair_pence"])


def _in_order(rows: Rows) -> list[Mapping[str, Any]]:
    families = [service.code for service in services().values() if not service.parent]
    place = {family: at for at, family in enumerate(families)}
    return sorted(rows, key=lambda row: (row["group"] == "all", place.get(row["group"], len(place)), row["group"]))


def _of_partnership(
    rows: Rows, area_type: str, names: Mapping[AreaKey, str], told: _Told, aside: str
) -> Sheet:  # fmt: skip
    """Areas of a partnership beside one another, with what lies in none and what is placed on none."""
    whole = sorted((row for row in rows if row["group"] == "all"),
                   key=lambda row: (_is_no_area(row["area_code"]), row["area_code"]))  # fmt: skip
    printed = [
        (area_title(row["area_code"], area_type, names), share_cells(row, bool(row["compared_used_pence"])), False)
        for row in whole
    ]
    sums = ("used_pence", "fair_pence", "compared_used_pence", "compared_fair_pence", "variance_pence")
    total: dict[str, Any] = {key: sum(row[key] for row in whole) for key in sums}
    people = sum(row["residents"] or 0 for row in whole)
    inside = [row for row in whole if row["residents"]]
    for basis in ("used", "fair"):
        spent = sum(row[f"compared_{basis}_pence"] for row in inside)
        total[f"{basis}_per_head"] = spent / people if people else None
    total |= {"variance_percent": None, "fair_low_pence": None}
    printed.append(("All", share_cells(total, compared=True), True))
    return Sheet(
        f"money-{told.purpose}-{area_type}", f"Money used beside fair share: {told.words}",
        f"Every area of the partnership, with what is placed on none: {told.words}", "Area", _SHARE, tuple(printed),
        tuple(filter(None, (NEVER_OVERFUNDED, RANGE, aside))),
    )  # fmt: skip


def _is_no_area(code: str) -> bool:
    """Whether a code stands for money of no area."""
    return code.endswith((f"/{UNALLOCATED}", f"/{OUT}", "/HOSTED"))


def family_title(group: str) -> str:
    if group == "all":
        return "All services"
    return services()[group].title if group in services() else "Service not told"


def area_title(code: str, area_type: str, names: Mapping[AreaKey, str]) -> str:
    """The name of an area, or what stands for money of none."""
    home, _, last = code.rpartition("/")
    if last == UNALLOCATED:
        return "Placed on no area"
    if last == OUT:
        return "People who live in none of these areas"
    if last == "HOSTED":
        return f"Run for {names.get(('hscp', home), home)}"
    return names.get((area_type, code), code)


def share_cells(row: Mapping[str, Any], compared: bool) -> tuple[str, ...]:
    """Used, the fair share of the same money, their difference, both by head, and the fair share of all with its range.

    What is placed on no area by use is not nought: where nothing is ``compared`` there is a dash.
    """
    low, percent = row.get("fair_low_pence"), row["variance_percent"]
    span = f"{pounds(low, '')} to {pounds(row['fair_high_pence'], '')}" if low is not None else DASH
    rounded = round(percent or 0, 1)
    sign = MINUS if rounded < 0 else "+" if rounded > 0 else ""
    like = (
        pounds(row["compared_fair_pence"], ""), signed(row["variance_pence"]),
        DASH if percent is None else f"{sign}{abs(percent):,.1f}%", pounds(row["used_per_head"], ""),
        pounds(row["fair_per_head"], ""),
    )  # fmt: skip
    used = pounds(row["used_pence"], "") if compared or row["used_pence"] else DASH
    return (used, *(like if compared else (DASH,) * 5), pounds(row["fair_pence"], ""), span)


def pounds(pence: float | None, mark: str = "£") -> str:
    """Whole pounds of an amount in pence, for print.

    >>> pounds(123456), pounds(-50_00, ""), pounds(None)
    ('£1,235', '−50', '–')
    """
    if pence is None:
        return DASH
    whole = int((abs(pence) + 50) // 100)
    return f"{MINUS if pence < 0 and whole else ''}{mark}{whole:,}"


def signed(pence: float) -> str:
    """The same with its sign, for a difference.

    >>> signed(250_00), signed(-1_00), signed(0)
    ('+250', '−1', '0')
    """
    return f"+{pounds(pence, '')}" if pence >= 50 else pounds(pence, "")
