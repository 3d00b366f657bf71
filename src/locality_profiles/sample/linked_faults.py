"""Faults that are put into linked records on request, so that a check can be seen to find each of them.

A fault is either one more row, a changed copy of a good one, or a good row that is changed where it stands. Each kind
of fault takes people of its own, in the first slice, a few in each year's file. Where a small file has not enough rows
that can bear the fault, fewer are made; the summary says how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from locality_profiles.sample.linked_draws import MONTHS, day, first_day, month_ends

#: Rows of each fault in each year's file.
FAULTY = 3


@dataclass(frozen=True)
class Fault:
    """One kind of fault: in which file, on which rows, and what it makes of their columns."""

    kind: str
    where: str
    changes: Mapping[str, str] = field(default_factory=dict)
    added: bool = False
    """Whether it is a further row; otherwise a row is changed where it stands."""
    later_only: bool = False
    """Whether it needs a year before."""


def faults_of(year: int) -> dict[str, Fault]:
    """Every fault, by name, as it looks in one year's files."""
    begins = day(first_day(year))
    first_month = day(month_ends(year)[0])
    hundredfold = {name: f"{name} * 100" for name in ("cost_total_net", "cost_total_net_inc_dnas")}
    return {
        "exact_duplicate": Fault("AE2", "true", added=True),
        # A second record of the same days in another hospital, which no journey links to the first.
        "overlapping_stay": Fault(
            "01B", f"stay between 3 and 30 and record_keydate1 >= {begins}",
            {"location": "'Q99' || right(location, 2)", "record_keydate1": "record_keydate1 + 1",
             "cij_start_date": "record_keydate1 + 1", "cij_end_date": "record_keydate2",
             "cij_marker": "cij_marker + 50", "stay": "stay - 1", "yearstay": "yearstay - 1",
             **_one_day_less()}, added=True),
        "discharge_before_admission": Fault(
            "01B", f"record_keydate1 = record_keydate2 and record_keydate1 > {begins} + 7",
            {"record_keydate2": "record_keydate1 - 2"}),
        "open_record": Fault("01B", "stay = 1", {"record_keydate2": "null", "cij_end_date": "null"}),
        "age_goes_backwards": Fault("individual", "age >= 30", {"age": "age - 5"}, later_only=True),
        "delay_in_two_months": Fault(
            "DD", f"month(record_keydate1) <> month(record_keydate2) and record_keydate1 >= {begins}",
            {"record_keydate2": "last_day(record_keydate1)", **_first_month_only()}, added=True),
        # The only March of the file is the one at its end; these stays were in bed in the one before it.
        "bed_days_outside_year": Fault(
            "01B", f"record_keydate1 < {begins} and record_keydate2 between {begins} and {first_month} + 90",
            {"mar_beddays": f"({begins} - record_keydate1)::double"}),
        "cost_in_pence": Fault("OoH", "true", {**hundredfold, **{f"{m}_cost": f"{m}_cost * 100" for m in MONTHS}}),
        "unknown_recid": Fault("AE2", "true", {"recid": "'ZZ9'"}),
        "unknown_smrtype": Fault("AE2", "true", {"smrtype": "'Not a type'"}),
        "unknown_sex": Fault("AE2", "true", {"gender": "7"}),
        "date_of_another_year": Fault(
            "00B", "true", {f"record_keydate{n}": f"(record_keydate{n} - interval 3 years)::date" for n in (1, 2)}),
    }  # fmt: skip


def spoil(
    connection: duckdb.DuckDBPyConnection, kind: str, table: pa.Table, year: int, first: bool
) -> tuple[pa.Table, dict[str, int]]:
    """Put the faults of one kind of file into a table of its rows; how many rows have each."""
    own = {
        name: fault
        for name, fault in faults_of(year).items()
        if fault.kind == kind and not (first and fault.later_only)
    }
    if not own:
        return table, {}
    connection.register("good", table)
    connection.execute(
        "create temp table rows as select row_number() over () as row_no, null::varchar as fault, * from good"
    )
    put_in = {}
    for name, fault in own.items():
        # A row bears one fault only, and no copy is made of one that does: each can then be found by itself.
        # A person bears one fault as well, since a check compares the rows of one person.
        connection.execute(
            f"create or replace temp table chosen as select row_no from rows where fault is null and ({fault.where}) "
            "and anon_chi not in (select anon_chi from rows where fault is not null) "
            "qualify row_number() over (partition by anon_chi order by row_no) = 1 "
            f"order by row_no limit {FAULTY}"
        )
        changes = ", ".join(f"{to} as {column}" for column, to in fault.changes.items())
        replaced = f"select * replace ('{name}' as fault{', ' if changes else ''}{changes}) from rows"
        where = "where row_no in (from chosen)"
        connection.execute(f"create or replace temp table faulty as {replaced} {where}")
        marked = f"update rows set fault = 'copied' {where}" if fault.added else f"delete from rows {where}"
        connection.execute(marked)
        connection.execute("insert into rows from faulty")
        ((put_in[name],),) = connection.execute("select count(*) from faulty").fetchall()
    spoilt = connection.sql(
        "select * exclude (row_no, fault) from rows order by row_no, fault = 'copied' desc nulls first"
    )
    return spoilt.to_arrow_table().cast(table.schema), put_in


def _one_day_less() -> dict[str, str]:
    """Bed days by month of a stay that begins a day later: its first day in bed goes."""
    earlier = {month: " + ".join(f"{before}_beddays" for before in MONTHS[:n]) or "0" for n, month in enumerate(MONTHS)}
    return {f"{month}_beddays": f"{month}_beddays - (({earlier[month]}) = 0 and {month}_beddays > 0)::integer"
            for month in MONTHS}  # fmt: skip


def _first_month_only() -> dict[str, str]:
    """Bed days of a record that ends with the month in which it began."""
    months = {(n + 3) % 12 + 1: month for n, month in enumerate(MONTHS)}
    first = " ".join(f"when {number} then {month}_beddays" for number, month in months.items())
    return {
        **{f"{month}_beddays": f"case when month(record_keydate1) = {number} then {month}_beddays else 0 end"
           for number, month in months.items()},
        "yearstay": f"case month(record_keydate1) {first} end",
        "stay": "(last_day(record_keydate1) - record_keydate1)::double",
    }  # fmt: skip
