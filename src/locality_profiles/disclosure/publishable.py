"""The tables of the public edition: those of a build without what may not be published.

Only three things are taken out, at their root: rows of ``indicator_value`` (``control``; or their counts are rounded,
``rounded_rows``), demand that was counted from records, and whole tables that are for management only. All that follows
from them (comparisons, trends, profiles, sentences, needs) is made again from what is left, by the same functions, so
no page knows what was hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from locality_profiles.disclosure.control import LARGER, Controlled, control
from locality_profiles.disclosure.register import Earlier
from locality_profiles.disclosure.rounded_rows import round_all
from locality_profiles.disclosure.rules import Rules
from locality_profiles.indicators.counts import OF_COUNTRY, OF_PARTNERSHIP, OF_SETTLEMENT
from locality_profiles.tables.curated import CONTRACTS, INDICATOR_VALUE, LEFT_OUT
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.tables.suites import empty_view

#: Tables that are in no public edition: their cells are small, or they name what was agreed to stay inside.
INTERNAL = (
    "activity_cube", "quarantine", "hospital_flow", "concentration", "concentration_curve", "concentration_persistence",
)  # fmt: skip
HIDDEN = "Suppressed: it, or another that could be worked out from it, is too small to be told."
ROUNDED = (
    "Counts are rounded so that nobody can be told apart, and their sums still hold. Rates are made from rounded "
    "counts; those that need ages are given to two figures."
)
INSIDE = "Counted from records: told in the edition for management, and here for partnerships and larger areas only."
#: What is put in place of a row's figures where its counts are rounded.
FIGURES = ("value", "numerator", "lower", "upper", "lower_99_8", "upper_99_8")
KEY = INDICATOR_VALUE.key
#: Classes of zones by which indicators are divided.
SCHEMES = (OF_COUNTRY, OF_PARTNERSHIP, OF_SETTLEMENT)


def lay_views(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> None:
    """Views that ``control`` reads: of the tables, the class of each zone, and the residents of each area."""
    for name in ("indicator", "indicator_value", "membership", "population_class"):
        query = f"select * from {relation(tables[name])}" if name in tables else empty_view(CONTRACTS[name])
        connection.execute(f"create or replace temp view {name} as {query}")
    connection.execute(f"create or replace temp table zone_class as {zone_classes('population_class')}")
    connection.execute("""
        create or replace temp table area_residents as
        with zone as (select block_type, block_code, max(persons) as persons from population_class
            where sex = 'all' and year = (select max(year) from population_class) group by all)
        select area_type, area_code, sum(persons * weight) as people
        from zone join membership using (block_type, block_code) group by all""")  # fmt: skip


def zone_classes(source: str) -> str:
    """SQL of the class of each zone by scheme, as the latest population has it; from ``population_class``."""
    return f"""
        select distinct block_type, block_code, scheme, category from {source}
        where scheme in {SCHEMES} and sex = 'all' and year = (select max(year) from {source})
        order by scheme, block_code"""


def choose(tables: Mapping[str, Path], rules: Rules, earlier: Earlier | None) -> Controlled:
    """What of a build may not be published, given what earlier releases showed."""
    with connect() as connection:
        lay_views(connection, tables)
        return (round_all if rules.rounds else control)(connection, rules, earlier)


def held_back(controlled: Controlled) -> pa.Table:
    """Keys of the rows that are not published as they are, whether they are hidden, left out or rounded, and the
    figures of those that are rounded."""
    rows = controlled.rows
    figures = controlled.figures
    if figures is None:
        figures = pd.DataFrame(np.nan, index=rows.index, columns=[*FIGURES, "denominator"])
    what = pd.Series("", index=rows.index)
    moved = figures["denominator"].notna() & (figures["denominator"] != rows["denominator"])
    what[figures["numerator"].notna() | moved] = "rounded"
    what[controlled.left_out] = "left_out"
    what[controlled.hidden] = "hidden"
    kept = rows[list(KEY)].assign(what=what, **{name: figures[name] for name in (*FIGURES, "denominator")})[what != ""]
    schema = pa.schema([*(INDICATOR_VALUE.schema.field(name) for name in KEY), pa.field("what", pa.string()),
                        *(INDICATOR_VALUE.schema.field(name) for name in (*FIGURES, "denominator"))])  # fmt: skip
    return pa.Table.from_pandas(kept, schema=schema, preserve_index=False)


def publishable_values(values: Path, chosen: Path) -> str:
    """SQL of ``indicator_value`` for the public edition, in its order.

    A row of which counts are rounded is ``rounded``, true noughts too: who could tell them from what was rounded to
    nought would know that the others are not.
    """
    columns = []
    for name in INDICATOR_VALUE.schema.names:
        if name in FIGURES:  # of rows that are hidden or left out, what was chosen has none
            columns.append(f"if(h.what is null, v.{name}, h.{name}) as {name}")
        elif name == "denominator":  # residents are known; of a count among others, the others go too
            columns.append("case when h.what = 'rounded' then h.denominator when h.what is null or "
                           "i.counted_among is null then v.denominator end as denominator")  # fmt: skip
        elif name == "status":
            columns.append(
                "case h.what when 'hidden' then 'suppressed' when 'left_out' then 'not_available' "
                "when 'rounded' then if(h.value is null, v.status, 'rounded') else v.status end as status"
            )
        elif name == "note":
            columns.append(
                f"case h.what when 'hidden' then '{HIDDEN}' when 'left_out' then '{LEFT_OUT}' "
                f"when 'rounded' then concat_ws(' ', v.note, '{ROUNDED}') else v.note end as note"
            )
        else:
            columns.append(f"v.{name}")
    using = " and ".join(f"v.{name} is not distinct from h.{name}" for name in KEY)
    order = ", ".join(f"v.{name}" for name in dict.fromkeys((*INDICATOR_VALUE.sort, *KEY)))
    return f"""
        select {", ".join(columns)} from {relation(values)} v
        left join {relation(chosen)} h on {using} join indicator i on i.indicator_id = v.indicator_id
        order by {order}"""


def publishable_notes(notes: Path, profile: Path) -> str:
    """SQL of ``author_note`` for the public edition: what numbers have moved is not told where a section hides any."""
    order = ", ".join(CONTRACTS["author_note"].key)
    return f"""
        with hidden as (
            select distinct area_type, area_code, section from {relation(profile)} where status = 'suppressed')
        select n.* replace (
            if(h.section is null, n.moved_what, null) as moved_what,
            if(h.section is null, n.evidence, '{{}}') as evidence)
        from {relation(notes)} n left join hidden h using (area_type, area_code, section) order by {order}"""


def publishable_demand(demand: Path, measures: Path, totals: float) -> str:
    """SQL of ``demand`` for the public edition: from records, for large totals of larger areas only."""
    gone = f"""m.origin = 'unpublished' and not (d.area_type in {LARGER}
        and coalesce(d.base_quantity, 0) >= {totals})"""
    columns = [
        f"if({gone}, null, d.{name}) as {name}"
        if name in ("quantity", "lower", "upper", "base_quantity", "change_percent", "ratio", "rate_from")
        else f"if({gone} and d.quantity is not null, 'suppressed', d.status) as status" if name == "status"
        else f"if({gone} and d.quantity is not null, '{INSIDE}', d.note) as note" if name == "note"
        else f"d.{name}"
        for name in CONTRACTS["demand"].schema.names
    ]  # fmt: skip
    return f"select {', '.join(columns)} from {relation(demand)} d join {relation(measures)} m using (measure_id)"


def publishable_money(tables: Mapping[str, Path], rules: Rules, name: str) -> str:
    """SQL of a table of money by service (``resource_share``, ``locality_budget``) for the public edition.

    Money that was placed by counts of use says how those counts divide, in whatever year it was spent. Where a count
    of an area is small, the whole family of services is told in ``area_resource`` only, in which services are added;
    one service alone would follow by subtraction.
    """
    below = max(rule.amounts_below for rule in rules.classes.values())
    driver, allocation, line = (relation(tables[name]) for name in ("driver", "allocation", "ledger_line"))
    year = "year(period_start) || '/' || right(cast(year(period_end) as varchar), 2)"
    return f"""
        with small as (
            select distinct driver_id, told_by, hscp_code, area_type,
                if(period_type = 'financial_year', {year}, null) as told_of
            from {driver} where method in ('B', 'I') and value > 0 and value < {below}),
        of_small as (
            select distinct l.hscp_code, a.area_type, l.period_start, l.version,
                split_part(l.service_code, '.', 1) as family
            from {allocation} a join {line} l using (line_id)
            join small s on s.driver_id = a.driver_id and s.hscp_code = l.hscp_code and s.area_type = a.area_type
                and coalesce(s.told_of = a.told_of, true) and starts_with(l.service_code, s.told_by)
            where a.basis = 'used')
        select r.* from {relation(tables[name])} r
        anti join of_small o on o.hscp_code = r.hscp_code and o.area_type = r.area_type
            and o.period_start = r.period_start and o.version = r.version
            and o.family = split_part(r.service_code, '.', 1)"""


def publishable_beds(set_aside: Path) -> str:
    """SQL of ``set_aside`` for the public edition: days in beds are counted from records, and told of partnerships."""
    return f"select * from {relation(set_aside)} where area_type in {LARGER}"
