"""From curated facts to indicator values: one set-based query per indicator, for every area and period.

For each indicator the query (1) adds the wanted rows of a table to one figure per block, period and
category, (2) adds blocks to areas through ``membership``, (3) where figures were published at several
levels, takes for each area the level nearest to its own that covers it whole, (4) pairs numerator and
denominator at the level where the value is shown. Rates are never added; that is why every area's own
counts come first. The arithmetic on the two columns is ``statistics.rates``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.indicators.definition import Indicator, Term, indicators, sections
from locality_profiles.periods import period_label
from locality_profiles.statistics.rates import count, crude_rate
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import INDICATOR, INDICATOR_VALUE, LADDER
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

#: How much a status weakens a sum: the worst part decides. From 10 on there is no value.
SEVERITY = {
    "actual": 0, "true_zero": 0, "rounded": 1, "provisional": 2, "estimated": 3, "not_applicable": 10,
    "not_collected": 11, "not_available": 12, "not_calculated": 13, "suppressed": 14,
}  # fmt: skip
ESTIMATED, NO_VALUE = SEVERITY["estimated"], 10

#: Sub-periods that make a whole year, by kind; a year that lacks one is not shown.
IN_A_YEAR = {"month": 12, "financial_quarter": 4, "calendar_quarter": 4, "week": 52}

#: Where a table has no period columns, the period that its rows are for: kind, first and last day.
_PERIODS = {
    "population": ("'mid_year'", "make_date(year, 6, 30)", "make_date(year, 6, 30)"),
    "population_class": ("'mid_year'", "make_date(year, 6, 30)", "make_date(year, 6, 30)"),
    "deprivation": (
        "'calendar_year'",
        "make_date(regexp_extract(\"index\", '(\\d{4})', 1)::int, 1, 1)",
        "make_date(regexp_extract(\"index\", '(\\d{4})', 1)::int, 12, 31)",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Calculated:
    """Indicator values, and the definitions with what this build's extracts allow."""

    values: pa.Table
    definitions: pa.Table


def calculate(
    tables: Mapping[str, Path],
    area_types: Sequence[str],
    definitions: Mapping[str, Indicator] | None = None,
    partnerships: Sequence[str] | None = None,
) -> Calculated:
    """Every indicator for every area of the given types.

    ``tables`` names the Parquet files of the curated tables; ``definitions`` are the package's own
    unless others are given. With ``partnerships``, areas smaller than a council are left out unless they
    reach into one of those; larger ones are all there, to compare with. One row of the result is one
    indicator, area, period and category (contract ``indicator_value``).
    """
    found = definitions if definitions is not None else indicators()
    # One thread adds up in one order, so that the last digits are the same every time; two are no quicker here.
    with connect(threads=1) as connection:
        for name, path in tables.items():
            connection.execute(f"create view {name} as select * from {relation(path)}")
        _prepare(connection, area_types, partnerships)
        parts, used = [], {}
        counts = _Counts(connection)
        for indicator in found.values():
            rows = connection.sql(_paired(indicator, counts)).to_arrow_table()
            used[indicator.id] = counts.extracts(indicator) if rows.num_rows else ()
            parts.append(_values(indicator, rows))
        values = pa.concat_tables(parts).sort_by([(column, "ascending") for column in INDICATOR_VALUE.sort])
        return Calculated(values, _definitions(connection, values, used, list(found.values())))


def level_of(area_type: str) -> float:
    """Place of an area type on the ladder; a workspace's own type stands just below localities."""
    return float(LADDER.index(area_type)) if area_type in LADDER else LADDER.index("locality") - 0.5


def _prepare(
    connection: duckdb.DuckDBPyConnection, area_types: Sequence[str], partnerships: Sequence[str] | None = None
) -> None:
    types = [row[0] for row in connection.execute("select distinct block_type from membership").fetchall()]
    every = sorted({*types, *area_types, *LADDER})
    connection.register("level_rows", pa.table({"area_type": every, "level": [level_of(name) for name in every]}))
    connection.execute("create temp table level as select * from level_rows")
    connection.register("severity_rows", pa.table({"status": list(SEVERITY), "severity": list(SEVERITY.values())}))
    connection.execute("create temp table severity as select * from severity_rows")
    connection.execute(
        # One block that is shared or placed by best fit makes an estimate of all that its area has from such blocks.
        "create temp table link as select m.block_type, m.block_code, m.area_type, m.area_code, m.weight, "
        "b.level as block_level, a.level as area_level, bool_or(coalesce(m.estimated, false) or m.weight < 1) "
        "over (partition by m.block_type, m.area_type, m.area_code) as approximate, "
        "m.method = 'registered_modelled' and coalesce(m.estimated, false) as modelled "
        "from membership m join level b on b.area_type = m.block_type "
        "join level a on a.area_type = m.area_type where m.area_type in (select unnest(?))",
        [list(area_types)],
    )
    if partnerships is not None:
        connection.execute(
            """delete from link where area_level < ? and (area_type, area_code) not in (
                    select (m.area_type, m.area_code)
                    from membership m join membership own using (block_type, block_code)
                    where own.area_type = 'hscp' and own.area_code in (select unnest(?)) and m.weight > 0)""",
            [level_of("council_area"), list(partnerships)],
        )
    connection.execute(
        "create temp table whole as select block_type, area_type, area_code, count(*) as blocks from link group by all"
    )


# --- the query ------------------------------------------------------------------------------------


class _Counts:
    """Counts by block and by area, each made once: most indicators are set against the same people."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.made: dict[str, str] = {}

    def by_area(self, term: Term, indicator: Indicator, category: str | None) -> str:
        """The table of a term's counts, one row per area, period and category."""
        blocks = self._table(*_block_counts(term, category))
        return self._table(*_area_counts(blocks, term, indicator, category))

    def extracts(self, indicator: Indicator) -> tuple[str, ...]:
        """Extracts from which an indicator's rows came."""
        terms = [term for term in (indicator.numerator, indicator.denominator) if term is not None]
        tables = [self._table(*_extracts_used(term)) for term in terms]
        query = " union ".join(f"select unnest(string_split(extract_id, ' ')) as id from {table}" for table in tables)
        return tuple(row[0] for row in self.connection.execute(f"{query} order by id").fetchall())

    def _table(self, query: str, parameters: list[Any]) -> str:
        """A table of what a query gives, made when it is first asked for."""
        known_by = repr((query, parameters))
        if known_by not in self.made:
            name = f"count_{len(self.made)}"
            self.connection.execute(f"create temp table {name} as {query}", parameters)
            self.made[known_by] = name
        return self.made[known_by]


def _paired(indicator: Indicator, counts: _Counts) -> str:
    """SQL for one indicator's numerators and denominators."""
    numerator = counts.by_area(indicator.numerator, indicator, indicator.category_column)
    if indicator.denominator is None:
        return (
            "select *, null::double as denominator, 0 as d_severity, null::date as d_end, false as d_modelled "
            f"from {numerator}"
        )
    denominator = counts.by_area(indicator.denominator, indicator, None)
    if indicator.pairing == "same":
        on, tie = "d.period_end = n.period_end and d.period_start = n.period_start", ""
    else:
        # The mid-year that falls in the numerator's financial year, or in its calendar year.
        year = (
            "case when n.period_type in ('calendar_year', 'calendar_quarter', 'mid_year') then year(n.period_end) "
            "else year(n.period_end) - (month(n.period_end) < 4)::int end"
        )
        on = f"year(d.period_end) between ({year}) - {int(indicator.carry_forward)} and ({year})"
        tie = ("qualify row_number() over (partition by n.area_type, n.area_code, n.period_start, n.period_end, "
               "n.category order by d.period_end desc) = 1")  # fmt: skip
    return f"""select n.*, d.numerator as denominator,
            coalesce(d.severity, {SEVERITY["not_available"]}) as d_severity, d.period_end as d_end,
            coalesce(d.modelled, false) as d_modelled
        from {numerator} n
        left join {denominator} d on d.area_type = n.area_type and d.area_code = n.area_code and {on} {tie}"""


def _block_counts(term: Term, category: str | None) -> tuple[str, list[Any]]:
    """SQL for a term's counts, one row per block, period and category; and its parameters."""
    kind, start, end = _PERIODS.get(term.table, ("period_type", "period_start", "period_end"))
    conditions, parameters = _conditions(term)
    if term.period:
        conditions.append(f"{kind} = ?")
        parameters.append(term.period)
    chosen = f'"{category}"' if category else "'all'"
    return (
        f"""select block_type, block_code, {kind} as period_type, {start} as period_start, {end} as period_end,
            {chosen} as category, sum("{term.column}")::double as figure, max(severity) as severity
        from "{term.table}" join severity using (status) where {" and ".join(conditions) or "true"} group by all""",
        parameters,
    )


def _area_counts(blocks: str, term: Term, indicator: Indicator, category: str | None) -> tuple[str, list[Any]]:
    """SQL for a term's counts, one row per area, period and category, from those by block; and its parameters."""
    collected, source = (f"{_collected(blocks, term.collect)},", "in_year") if term.collect else ("", blocks)
    # One figure in an area's sum that was itself estimated, or people counted once per part, makes an estimate.
    estimated = (
        f"when count(distinct block_code) > 1 then greatest(max(severity), {ESTIMATED})"
        if term.additive == "distinct"
        else ""
    )
    complete = "parts = blocks" if term.coverage == "every_block" else "true"
    parameters: list[Any] = [level_of(indicator.smallest_area)]
    chosen_level = f"""with {collected} in_area as (
            select area_type, area_code, block_type, any_value(block_level) as block_level, period_type, period_start,
                period_end, category, sum(figure * weight) as numerator,
                case when max(severity) >= {NO_VALUE} then max(severity)
                    when bool_or(approximate) then greatest(max(severity), {ESTIMATED}) {estimated}
                    else max(severity) end as severity,
                count(distinct block_code) as category_parts, bool_or(approximate) as approximate,
                bool_or(modelled) as modelled
            from {source} join link using (block_type, block_code)
            where block_level <= area_level and area_level >= ?
            group by all),
        covered as (
            select *, sum(category_parts) over of_all as parts from in_area
            window of_all as (partition by area_type, area_code, block_type, period_start, period_end)),
        at_level as (
            select c.* from covered c join whole using (block_type, area_type, area_code)
            where {complete}
            qualify block_level = first_value(block_level) over (
                partition by area_type, area_code, period_start, period_end order by approximate, block_level desc))"""
    if not category:
        return f"{chosen_level} select * exclude (category_parts, approximate) from at_level", parameters
    # A class in which an area has nobody is a true zero, provided that all its blocks were classed.
    parameters.append(list(indicator.categories))
    return (
        f"""{chosen_level}
            select s.area_type, s.area_code, s.block_type, s.block_level, s.period_type, s.period_start, s.period_end,
                s.category, coalesce(l.numerator, 0) as numerator, coalesce(l.severity, 0) as severity, s.parts,
                coalesce(l.modelled, false) as modelled
            from (select distinct area_type, area_code, block_type, block_level, period_type, period_start, period_end,
                    parts, unnest(?) as category from at_level) s
            left join at_level l on l.area_type = s.area_type and l.area_code = s.area_code
                and l.block_type = s.block_type and l.period_start = s.period_start and l.period_end = s.period_end
                and l.category = s.category""",
        parameters,
    )


def _collected(blocks: str, into: str) -> str:
    """Add a flow over the parts of a year; a year of which the extract lacks a part is left out.

    Whether a part is there is asked of the whole extract: a small place with no row in some week had
    nothing to report (or too little to be published), while a week that nobody has is missing.
    """
    first = "year(period_end) - (month(period_end) < 4)::int" if into == "financial_year" else "year(period_end)"
    start, end = (
        ("make_date(p.y, 4, 1)", "make_date(p.y + 1, 3, 31)")
        if into == "financial_year" else ("make_date(p.y, 1, 1)", "make_date(p.y, 12, 31)")
    )  # fmt: skip
    needed = "case " + " ".join(f"when period_type = '{k}' then {n}" for k, n in IN_A_YEAR.items()) + " else 1 end"
    return f"""part_of_year as (select *, {first} as y from {blocks}),
        whole_year as (
            select y, period_type as part_type from part_of_year
            group by y, period_type having count(distinct period_start) >= any_value({needed})),
        in_year as (
            select block_type, block_code, '{into}' as period_type, {start} as period_start, {end} as period_end,
                category, sum(figure) as figure, max(severity) as severity
            from part_of_year p join whole_year w on w.y = p.y and w.part_type = p.period_type group by all)"""


def _conditions(term: Term) -> tuple[list[str], list[Any]]:
    """SQL for everything that a term wants of its rows, and the parameters."""
    parameters: list[Any] = []
    return [_condition(column, value, parameters) for column, value in term.where.items()], parameters


def _condition(column: str, value: Any, parameters: list[Any]) -> str:
    """SQL for one entry of ``where``; values are bound, never pasted in."""
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return "(" + " or ".join(_condition(column, part, parameters) for part in value) + ")"
    if isinstance(value, dict):
        tests = []
        for bound, sign in (("from", ">="), ("to", "<=")):
            if bound in value:
                tests.append(f'"{column}" {sign} ?')
                parameters.append(value[bound])
        return "(" + " and ".join(tests) + ")"
    if isinstance(value, list):
        parameters.append(value)
        return f'"{column}" in (select unnest(?))'
    parameters.append(value)
    return f'"{column}" = ?'


def _extracts_used(term: Term) -> tuple[str, list[Any]]:
    """SQL for the extracts from which a term's rows came, several together where a row came from several."""
    conditions, parameters = _conditions(term)
    return f'select distinct extract_id from "{term.table}" where {" and ".join(conditions) or "true"}', parameters


# --- the arithmetic -------------------------------------------------------------------------------


def _values(indicator: Indicator, rows: pa.Table) -> pa.Table:
    """Value, status and note of each row, from its numerator and denominator."""
    numerator = _floats(rows, "numerator")
    denominator = _floats(rows, "denominator")
    severity = np.maximum(rows["severity"].to_numpy(), rows["d_severity"].to_numpy())
    carried, notes = _notes(indicator, rows)
    circular = _circular(indicator, rows)
    severity = np.where(circular, np.maximum(severity, SEVERITY["not_calculated"]), severity)
    notes = [CIRCULAR if of_model else note for note, of_model in zip(notes, circular, strict=True)]
    severity = np.where(carried & (severity < NO_VALUE), np.maximum(severity, ESTIMATED), severity)
    known = severity < NO_VALUE
    if indicator.denominator is None:
        value = count(np.where(known, numerator, np.nan))
    else:
        value = crude_rate(np.where(known, numerator, np.nan), denominator, indicator.per)
    names = {number: status for status, number in reversed(SEVERITY.items())}
    status = [names[int(number)] for number in severity]
    status = ["true_zero" if s == "actual" and n == 0 else s for s, n in zip(status, numerator, strict=True)]
    missing = np.isnan(value)
    status = [("not_available" if gone and s in {"actual", "true_zero", "rounded", "estimated", "provisional"} else s)
              for s, gone in zip(status, missing, strict=True)]  # fmt: skip
    return conform(INDICATOR_VALUE, {
        "indicator_id": indicator.id, "area_type": rows["area_type"], "area_code": rows["area_code"],
        "period_type": rows["period_type"], "period_start": rows["period_start"], "period_end": rows["period_end"],
        "breakdown": indicator.breakdown or "all", "category": rows["category"],
        "numerator": _nullable(np.where(known, numerator, np.nan)), "denominator": _nullable(denominator),
        "value": _nullable(value), "method": indicator.method, "per": indicator.per, "status": status,
        "source_level": rows["block_type"], "parts": rows["parts"].cast(pa.int64()), "note": notes,
    }, rows.num_rows)  # fmt: skip


#: Why lists cannot be set beside residents where patients were placed by a model that follows residents.
CIRCULAR = (
    "Not calculated here: where patients live was modelled from where residents live, so the two would agree by "
    "construction. A count of patients by practice and data zone is needed."
)


def _circular(indicator: Indicator, rows: pa.Table) -> np.ndarray:
    """Rows in which registered people, modelled from residents, would be compared with residents."""
    if not indicator.compares_registered_with_resident:
        return np.zeros(rows.num_rows, dtype=bool)
    sides = [np.asarray(rows[side].to_numpy(zero_copy_only=False), dtype=bool) for side in ("modelled", "d_modelled")]
    return sides[0] | sides[1]


def _floats(rows: pa.Table, column: str) -> np.ndarray:
    return np.asarray(rows[column].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _nullable(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _notes(indicator: Indicator, rows: pa.Table) -> tuple[np.ndarray, list[str | None]]:
    """Whether an older denominator had to serve, and what to know about each value."""
    ends, denominator_ends = rows["period_end"].to_pylist(), rows["d_end"].to_pylist()
    kinds, parts, levels = rows["period_type"].to_pylist(), rows["parts"].to_pylist(), rows["block_type"].to_pylist()
    carried = np.zeros(rows.num_rows, dtype=bool)
    notes: list[str | None] = []
    memo: dict[Any, str | None] = {}
    for index, (end, d_end, kind) in enumerate(zip(ends, denominator_ends, kinds, strict=True)):
        if indicator.denominator and indicator.pairing == "mid_year" and d_end:
            calendar = kind in ("calendar_year", "calendar_quarter", "mid_year")
            wanted = end.year if calendar else end.year - (end.month < 4)
            carried[index] = d_end.year < wanted
        several = indicator.numerator.additive == "distinct" and parts[index] > 1
        key = (d_end if carried[index] else None, (levels[index], parts[index]) if several else None)
        if key not in memo:
            said = []
            if carried[index]:
                said.append(
                    f"Set against the population of {period_label('mid_year', d_end, d_end)}, the latest there is."
                )
            if several:
                said.append(f"Added from {parts[index]} places ({levels[index].replace('_', ' ')}); "
                            "a person known in two is counted twice.")  # fmt: skip
            memo[key] = " ".join(said) or None
        notes.append(memo[key])
    return carried, notes


def _definitions(
    connection: duckdb.DuckDBPyConnection,
    values: pa.Table,
    used: Mapping[str, tuple[str, ...]],
    found: Sequence[Indicator],
) -> pa.Table:
    """The definitions as a table, with the smallest area and the sources that this build has."""
    connection.register("made", values)
    smallest = dict(
        connection.execute(
            "select indicator_id, arg_min(area_type, level) from made join level using (area_type) "
            "where value is not null group by 1"
        ).fetchall()
    )
    titles = {
        extract: f"{title} ({publisher})"
        for extract, title, publisher in connection.execute(
            "select extract_id, title, publisher from extract"
        ).fetchall()
    }
    known = sections()
    return conform(INDICATOR, {
        "indicator_id": [i.id for i in found], "title": [i.title for i in found], "section": [i.section for i in found],
        "section_title": [known[i.section].title for i in found],
        "section_order": [known[i.section].order for i in found], "item_order": [i.order for i in found],
        "definition": [i.definition for i in found], "method": [i.method for i in found], "per": [i.per for i in found],
        "unit": [i.unit for i in found], "decimals": [i.decimals for i in found],
        "direction": [i.direction for i in found], "smallest_area": [smallest.get(i.id) for i in found],
        "source": ["; ".join(sorted({titles.get(e, e) for e in used[i.id]})) or "no extract in this workspace"
                   for i in found],
        "caveat": [i.caveat for i in found], "owner": [i.owner for i in found], "reviewed": [i.reviewed for i in found],
    }, len(found))  # fmt: skip
