"""From curated facts to the two counts of an indicator, for every area and period at once, in SQL.

For each term the query (1) adds the wanted rows of a table to one figure per block, period, category and age
band, (2) adds blocks to areas through ``membership``, (3) where figures were published at several levels, takes
for each area the level nearest to its own that covers it whole, (4) pairs numerator and denominator at the level
where the value is shown, and (5) puts years together where the declaration says so, by adding events and
person-years. Rates are never added; that is why every area's own counts come first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.episodes.linked import FROM_AGES
from locality_profiles.episodes.long import AGE_SCHEME, as_activity, column_of
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.indicators.definition import AgeBand, Indicator, Term
from locality_profiles.tables.curated import LADDER
from locality_profiles.tables.relation import relation

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
    "service": (
        "'snapshot'",
        "coalesce(as_at, (select max(as_at) from service))",
        "coalesce(as_at, (select max(as_at) from service))",
    ),
}  # fmt: skip

#: Columns that divide a table's figures and hold totals ('all') beside the parts.
DIVIDED_BY = {
    "population": ("sex",),
    "population_class": ("sex",),
    "activity": ("age_band", "sex", "simd_quintile", "urgency", "delay_group", "care_group", "provider_sector"),
    "local_count": ("category", "age_band", "sex"),
    "registration": ("age_band", "sex"),
    "household": ("category",),
}

#: So many rows of the cube fit in a corner of the memory that a build has.
HELD_IN_MEMORY = 2_000_000

#: Columns in which linked records have parts and no totals.
_WITHOUT_TOTALS = ("age_band", "sex", "urgency", "delay_group", "provider_sector")

#: The band of rows whose age is not known or crosses the bands of the standard.
UNPLACED = -1


@dataclass(frozen=True)
class Division:
    """How figures are divided: by a column of the numerator's table, by a class of the block, by age.

    ``column`` is a column of the table, ``scheme`` a scheme of block classes. Where both are given, the numerator
    has the class beside each figure, and the denominator takes it from the block.
    """

    column: str | None = None
    scheme: str | None = None
    bands: tuple[AgeBand, ...] = ()

    @property
    def of_numerator(self) -> Division:
        return Division(self.column, None if self.column else self.scheme, self.bands)

    @property
    def of_denominator(self) -> Division:
        """Within classes of its own, an indicator's denominator is the whole; within fifths, the same fifth."""
        return Division(None, self.scheme, self.bands)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the scheme; of the fifths that an extract gives where there is none."""
        return CLASSES[self.scheme] if self.scheme else FIFTHS if self.column == "simd_quintile" else ()


WHOLE = Division()
FIFTHS = ("1", "2", "3", "4", "5")
#: Fifths by deprivation: of the country's people, and of the people of each partnership.
OF_COUNTRY, OF_PARTNERSHIP = "simd_2020v2_quintile", "simd_2020v2_quintile_hscp"
#: Town (1) and country (2).
OF_SETTLEMENT = "urban_rural_2fold_2020"
#: The classes of each scheme by which indicators are divided.
CLASSES = {OF_COUNTRY: FIFTHS, OF_PARTNERSHIP: FIFTHS, OF_SETTLEMENT: ("1", "2")}


def level_of(area_type: str) -> float:
    """Place of an area type on the ladder; a workspace's own type stands just below localities."""
    return float(LADDER.index(area_type)) if area_type in LADDER else LADDER.index("locality") - 0.5


def prepare(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Path],
    area_types: Sequence[str],
    partnerships: Sequence[str] | None = None,
) -> None:
    """Views of the curated tables, and the tables ``level``, ``severity``, ``link`` and ``whole``."""
    for name, path in tables.items():
        connection.execute(f"create view {name} as select * from {relation(path)}")
    if "activity_cube" in tables:
        _cover(connection, relation(tables["activity_cube"]))
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
        "m.method = 'registered_modelled' and coalesce(m.estimated, false) as modelled, "
        # An earlier code is the same place once more.
        "coalesce(m.method = 'recoded', false) as earlier "
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
        """create temp table whole as
        select block_type, area_type, area_code, count(*) filter (not earlier) as blocks from link group by all"""
    )


def view_of(name: str, tables: Mapping[str, Path]) -> str:
    """SQL of a table as a reader sees it: linked records stand among other activity, one measure a row."""
    query = f"select * from {relation(tables[name])}"
    if name == "activity" and "activity_cube" in tables:
        return f"{query} union all by name {as_activity(relation(tables['activity_cube']))}"
    return query


def _cover(connection: duckdb.DuckDBPyConnection, cube: str) -> None:
    """Make what linked records cover: the view ``covered_cube``, and the tables ``cube_place`` and ``cube_period``.

    In a zone that they cover in a financial year, and in a period that has ended, nobody without a row is nobody. An
    extract of one partnership holds a few records of people elsewhere, which say nothing
    about elsewhere: a partnership is covered where more than half of its zones have a record. Months after the last
    with any record are still to come.
    """
    year = "year(period_start) - (month(period_start) < 4)::int"
    connection.execute(f"""
        create temp table cube_place as
        with seen as (
            select distinct block_code, {year} as y from {cube}
            where counted_from in ('records', 'people', 'individuals') and block_type = 'data_zone_2011'),
        zone as (select block_code, area_code from membership
                 where area_type = 'hscp' and block_type = 'data_zone_2011' and weight = 1),
        covered as (
            select area_code, y from zone cross join (select distinct y from seen)
            left join seen using (block_code, y)
            group by all having 2 * count(seen.block_code) > count(*))
        select 'data_zone_2011' as block_type, block_code, y from zone join covered using (area_code)""")
    connection.execute(f"""
        create temp table cube_period as
        with known as (
            select {year} as y, max(period_end) as until from {cube}
            where counted_from = 'records' and period_type = 'month' group by 1),
        month as (select y, until, make_date(y, 4, 1) + to_months(n::int) as first
                  from known cross join range(12) as counted(n)),
        every as (
            select y, until, 'month' as period_type, first::date as period_start, last_day(first::date) as period_end
            from month
            union all
            select y, until, 'financial_quarter', first::date, last_day((first + to_months(2))::date)
            from month where month(first) in (1, 4, 7, 10)
            union all
            select y, until, 'financial_year', make_date(y, 4, 1), make_date(y + 1, 3, 31) from known
            union all
            select y, until, 'snapshot', make_date(y + 1, 3, 31), make_date(y + 1, 3, 31) from known)
        select y, period_type, period_start, period_end from every where period_end <= until""")
    # A partnership's cube is held in memory; a country's is read where it lies, measure by measure.
    ((rows,),) = connection.execute(f"select count(*) from {cube}").fetchall()
    held = "temp table" if rows <= HELD_IN_MEMORY else "view"
    connection.execute(f"""
        create {held} covered_cube as select c.* from {cube} c
        where (c.block_code, {year.replace("period_start", "c.period_start")}) in (
                select (block_code, y) from cube_place)
            and (c.period_type, c.period_start) in (select (period_type, period_start) from cube_period)""")


class Counts:
    """Counts by block and by area, each made once: most indicators are set against the same people."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.made: dict[str, str] = {}
        there = connection.execute(
            "select 1 from information_schema.tables where table_name = 'covered_cube'"
        ).fetchall()
        self.linked = bool(there)

    def paired(self, indicator: Indicator, division: Division = WHOLE) -> str:
        """SQL for one indicator's numerators and denominators, one row per area, period, category and band."""
        numerator = self._by_area(indicator.numerator, indicator, division.of_numerator)
        if indicator.denominator is None:
            query = (
                "select *, null::double as denominator, 0 as d_severity, null::date as served, false as d_modelled "
                f"from {numerator}"
            )
        else:
            own = division.of_denominator
            query = _with_denominator(numerator, self._by_area(indicator.denominator, indicator, own), indicator, own)
        return _pooled(query, indicator.pooled_periods) if indicator.pooled_periods > 1 else query

    def extracts(self, indicator: Indicator) -> tuple[str, ...]:
        """Extracts from which an indicator's rows came."""
        tables = [self._table(*_extracts_used(term, self.linked)) for term in terms_of(indicator)]
        query = " union ".join(f"select unnest(string_split(extract_id, ' ')) as id from {table}" for table in tables)
        return tuple(row[0] for row in self.connection.execute(f"{query} order by id").fetchall())

    def has_rows(self, term: Term) -> bool:
        """Whether any extract gives figures for a term."""
        used = self._table(*_extracts_used(term, self.linked))
        found = self.connection.execute(f"select 1 from {used} limit 1").fetchall()
        return bool(found)

    def _by_area(self, term: Term, indicator: Indicator, division: Division) -> str:
        blocks = self._table(*_block_counts(term, division, self._of_linked(term)))
        refuse_totals_beside_parts(self, term, indicator, division)
        classes = division.classes or (tuple(indicator.categories) if division.column else ())
        return self._table(*_area_counts(blocks, term, indicator, division, classes))

    def _of_linked(self, term: Term) -> bool:
        """Whether any of a term's rows come from linked records."""
        cube = _cube_rows(term) if self.linked else ""
        if not cube:
            return False
        conditions, parameters = _conditions(term)
        if term.period:
            conditions.append("t.period_type = ?")
            parameters.append(term.period)
        query = f"select 1 from ({cube}) t where {' and '.join(conditions)} limit 1"
        return bool(self.connection.execute(query, parameters).fetchall())

    def _table(self, query: str, parameters: list[Any]) -> str:
        """A table of what a query gives, made when it is first asked for."""
        known_by = repr((query, parameters))
        if known_by not in self.made:
            name = f"count_{len(self.made)}"
            self.connection.execute(f"create temp table {name} as {query}", parameters)
            self.made[known_by] = name
        return self.made[known_by]


def terms_of(indicator: Indicator) -> list[Term]:
    """The numerator, and the denominator where there is one."""
    return [term for term in (indicator.numerator, indicator.denominator) if term is not None]


def refuse_totals_beside_parts(counts: Counts, term: Term, indicator: Indicator, division: Division) -> None:
    """Refuse a term that would add a total to its own parts: everybody would be counted twice.

    Raises
    ------
    DefinitionError
        If the rows that a term chooses hold 'all' beside parts in a column that the declaration leaves open.
    """
    asked = {*term.where, division.column, *(("age_band",) if division.bands else ())}
    open_columns = [column for column in DIVIDED_BY.get(term.table, ()) if column not in asked]
    if not open_columns:
        return
    conditions, parameters = _conditions(term)
    tests = ", ".join(f"bool_or(\"{c}\" = 'all') and bool_or(\"{c}\" <> 'all')" for c in open_columns)
    found = counts.connection.execute(
        f'select {tests} from "{term.table}" t where {" and ".join(conditions) or "true"}', parameters
    ).fetchall()[0]
    problems = [
        Problem(
            f"the rows chosen by '{term.what}' hold totals beside their parts in '{column}', which would be added",
            f"Write where.{column} = \"all\" for the total, or the parts that are meant.",
            f"{indicator.id}.toml",
        )
        for column, both in zip(open_columns, found, strict=True) if both
    ]  # fmt: skip
    if problems:
        raise DefinitionError(f"The definition of '{indicator.title}' would count figures twice.", problems)


# --- the parts of the query -----------------------------------------------------------------------


def _with_denominator(numerator: str, denominator: str, indicator: Indicator, division: Division) -> str:
    """SQL that puts the denominator of the same area, period, class and band beside each numerator.

    ``served`` is the day of an older mid-year that had to serve; empty where it is the right one.
    """
    served = "null::date"
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
               "n.category, n.band order by d.period_end desc) = 1")  # fmt: skip
        served = f"case when year(d.period_end) < ({year}) then d.period_end end"
    same = "d.area_type = n.area_type and d.area_code = n.area_code and d.band = n.band"
    if division.scheme:
        same += " and d.category = n.category"
    return f"""select n.*, d.numerator as denominator,
            coalesce(d.severity, {SEVERITY["not_available"]}) as d_severity, {served} as served,
            coalesce(d.modelled, false) as d_modelled
        from {numerator} n left join {denominator} d on {same} and {on} {tie}"""


def _pooled(query: str, periods: int) -> str:
    """SQL that puts so many yearly periods together, each named by its true first and last day.

    Events are added, and so are the people of every year: person-years. A run that lacks a year is left out.
    """
    return f"""with yearly as (
            select * from ({query}) where period_type in ('calendar_year', 'financial_year', 'mid_year')),
        pooled as (
            select * exclude (period_type, period_start, numerator, denominator, severity, d_severity, served,
                modelled, d_modelled, together, parts), 'years' as period_type, first_start as period_start, parts,
                added as numerator, among as denominator, worst as severity, d_worst as d_severity,
                any_served as served, any_modelled as modelled, any_d_modelled as d_modelled
            from (
                select *, count(*) over run as together, min(period_start) over run as first_start,
                    sum(numerator) over run as added, sum(denominator) over run as among,
                    max(severity) over run as worst, max(d_severity) over run as d_worst,
                    max(served) over run as any_served, bool_or(modelled) over run as any_modelled,
                    bool_or(d_modelled) over run as any_d_modelled
                from yearly where band <> {UNPLACED}
                window run as (partition by area_type, area_code, category, band, period_type order by period_start
                               rows between {periods - 1} preceding and current row))
            where together = {periods} and datediff('month', first_start, period_start) = {12 * (periods - 1)}),
        -- Events of no known age may stand in one year of a run only; the whole run has them then.
        strays as (
            select u.* replace ('years' as period_type, p.period_start as period_start, p.period_end as period_end)
            from yearly u join (
                select distinct area_type, area_code, category, period_start, period_end from pooled) p
            on p.area_type = u.area_type and p.area_code = u.area_code and p.category = u.category
                and u.period_start >= p.period_start and u.period_end <= p.period_end
            where u.band = {UNPLACED})
        select * from pooled union all by name select * from strays"""


def _block_counts(term: Term, division: Division, linked: bool = False) -> tuple[str, list[Any]]:
    """SQL for a term's counts, one row per block, period, category and band; and its parameters.

    ``linked`` says that linked records tell of the term, so that a place they cover without a row is nought.
    """
    kind, start, end = _PERIODS.get(term.table, ("period_type", "period_start", "period_end"))
    own_age = division.bands and "age_band" not in _columns_of(term)
    conditions, parameters = _conditions(term, () if own_age or not division.bands else ("age_band",))
    if term.period:
        conditions.append(f"{kind} = ?")
        parameters.append(term.period)
    band = "0::tinyint"
    if division.bands:
        first, last = ("age", "age") if own_age else (_FIRST_AGE, _LAST_AGE)
        band = _band_of(division.bands, first, last)
        if not own_age:
            conditions.append("t.age_band <> 'all'")
        conditions.append(f"{band} is not null")
    chosen = f'"{division.column}"' if division.column else "c.category" if division.scheme else "'all'"
    classed = ""
    if division.scheme:
        classed = "join block_class c using (block_type, block_code)"
        conditions.append("c.scheme = ?")
        parameters.append(division.scheme)
    elif division.column == "simd_quintile":
        conditions.append("t.simd_quintile <> 'all'")
    table = _rows_of(term, linked) if term.table != "service" else _SERVICES
    rows = f"""select block_type, block_code, {kind} as period_type, {start} as period_start, {end} as period_end,
            {chosen} as category, {band} as band, sum({_figure(term)})::double as figure, max(severity) as severity
        from {table} join severity using (status) {classed}
        where {" and ".join(conditions) or "true"} group by all"""
    return (rows if not linked else _with_nobody(rows, term, division)), parameters


def _with_nobody(rows: str, term: Term, division: Division) -> str:
    """SQL of a term's counts, with noughts where linked records cover a place and period and have nobody there."""
    services, measures = (_listed(term.where[column]) for column in ("service_code", "measure_code"))
    told_of = ", ".join(f"'{service}'" for service in services)
    figured = " or ".join(f"{column} is not null" for measure in measures if (column := column_of(measure)))
    # What is left of population estimates stands there for every place that is covered: no row is no figure there.
    # Noughts of another kind of period than the one that is asked for would be figures of their own.
    of_period = f"and period_type = '{term.period}'" if term.period else ""
    category, classed = "'all'", ""
    if division.scheme:
        category = "c.category"
        classed = f"""join block_class c on c.block_type = p.block_type and c.block_code = p.block_code
                and c.scheme = '{division.scheme}'"""
    return f"""with told as ({rows}),
        covered as (
            select distinct period_type, year(period_start) - (month(period_start) < 4)::int as y from covered_cube
            where service_code in ({told_of}) and ({figured}) and counted_from <> 'residents' {of_period}),
        nobody as (
            select p.block_type, p.block_code, t.period_type, t.period_start, t.period_end, {category} as category,
                0::tinyint as band, 0::double as figure, 0 as severity
            from cube_place p join cube_period t using (y) join covered using (period_type, y) {classed})
        select block_type, block_code, period_type, period_start, period_end, category, band, sum(figure) as figure,
            max(severity) as severity
        from (select * from told union all by name select * from nobody) group by all"""


def _listed(value: Any) -> list[str]:
    """A value of a condition as a list of texts."""
    return [str(each) for each in (value if isinstance(value, list) else [value])]


#: Services as blocks: each stands in the data zone of its premises, and counts as one.
_SERVICES = """(select 'data_zone_2011' as block_type, data_zone as block_code, 'actual' as status, service.*
    from service where data_zone is not null) t"""


def _rows_of(term: Term, linked: bool) -> str:
    """SQL of the rows among which a term's are: linked records stand beside other activity."""
    cube = _cube_rows(term) if linked else ""
    more = f" union all by name ({cube})" if cube else ""
    return f'(select s.* from "{term.table}" s{more}) t'


def _cube_rows(term: Term) -> str:
    """SQL of the rows of the cube, as activity, for the measures that a term is of; empty where it is of none."""
    of = [measure for measure in _listed(term.where.get("measure_code", [])) if column_of(measure)]
    return as_activity("covered_cube", of) if term.table == "activity" and "service_code" in term.where and of else ""


def _figure(term: Term) -> str:
    return "1" if term.table == "service" else f't."{term.column}"'


def _columns_of(term: Term) -> tuple[str, ...]:
    return ("age_band",) if term.table in ("activity", "local_count", "registration") else ()


_FIRST_AGE = "try_cast(regexp_extract(age_band, '^(\\d+)', 1) as int)"
_LAST_AGE = (
    "case when age_band like '%+' then 999 else coalesce(try_cast(regexp_extract(age_band, '-(\\d+)$', 1) as int), "
    f"{_FIRST_AGE}) end"
)


def _band_of(bands: Sequence[AgeBand], first: str, last: str) -> str:
    """SQL for the number of the band that holds an age, or ages from first to last.

    Ages outside all bands give null (they are not asked for); ages that are not known, or that lie in two
    bands, give UNPLACED.
    """
    inside = " ".join(
        f"when {first} >= {band.first} and {last} <= {999 if band.last is None else band.last} then {number}"
        for number, band in enumerate(bands)
    )
    top = 999 if bands[-1].last is None else bands[-1].last
    return f"(case {inside} when {last} < {bands[0].first} or {first} > {top} then null else {UNPLACED} end)::tinyint"


def _area_counts(
    blocks: str, term: Term, indicator: Indicator, division: Division, classes: Sequence[str]
) -> tuple[str, list[Any]]:
    """SQL for a term's counts, one row per area, period, category and band, from those by block.

    A block has one row per period, category and band, and lies once in an area, so counting rows counts blocks.
    """
    collected, source = (f"{_collected(blocks, term.collect)},", "in_year") if term.collect else ("", blocks)
    # One figure in an area's sum that was itself estimated, or people counted once per part, makes an estimate.
    estimated = f"when count(*) > 1 then greatest(max(severity), {ESTIMATED})" if term.additive == "distinct" else ""
    # A block has one class of a scheme, so the classes' blocks add up; one block may have every category and band.
    parts = "(sum(most) over of_all)::bigint" if _classes_divide_blocks(term, division) else "max(most) over of_all"
    complete = "parts = blocks" if term.coverage == "every_block" else "true"
    smallest, largest = _levels(indicator, division)
    parameters: list[Any] = [smallest, largest]
    chosen_level = f"""with {collected} in_area as (
            select area_type, area_code, block_type, any_value(block_level) as block_level, period_type, period_start,
                period_end, category, band, sum(figure * weight) as numerator,
                case when max(severity) >= {NO_VALUE} then max(severity)
                    when bool_or(approximate) then greatest(max(severity), {ESTIMATED}) {estimated}
                    else max(severity) end as severity,
                count(*) as category_parts, bool_or(approximate) as approximate,
                bool_or(modelled) as modelled
            from {source} join link using (block_type, block_code)
            where block_level <= area_level and area_level between ? and ?
            group by all),
        widest as (
            select *, if(row_number() over of_class = 1, max(category_parts) over
                (partition by area_type, area_code, block_type, period_start, period_end, category), 0) as most
            from in_area
            window of_class as (partition by area_type, area_code, block_type, period_start, period_end, category
                                order by band)),
        covered as (
            select *, {parts} as parts from widest
            window of_all as (partition by area_type, area_code, block_type, period_start, period_end)),
        at_level as (
            select c.* exclude (most) from covered c join whole using (block_type, area_type, area_code)
            where {complete}
            qualify block_level = first_value(block_level) over (
                partition by area_type, area_code, period_start, period_end order by approximate, block_level desc))"""
    if not (classes or division.bands or term.coverage == "absent_is_zero"):
        return f"{chosen_level} select * exclude (category_parts, approximate) from at_level", parameters
    # A class or band in which an area has nobody is a true zero, provided that all its blocks were covered.
    spine = _spine(source, term, classes or ("all",), len(division.bands), parameters, (smallest, largest))
    unplaced = f"union all by name select * exclude (category_parts, approximate) from at_level where band = {UNPLACED}"
    return (
        f"""{chosen_level} {spine}
            select s.area_type, s.area_code, s.block_type, s.block_level, s.period_type, s.period_start, s.period_end,
                s.category, s.band, coalesce(l.numerator, 0) as numerator, coalesce(l.severity, 0) as severity,
                s.parts, coalesce(l.modelled, false) as modelled
            from spine s
            left join at_level l on l.area_type = s.area_type and l.area_code = s.area_code
                and l.block_type = s.block_type and l.period_start = s.period_start and l.period_end = s.period_end
                and l.category = s.category and l.band = s.band {unplaced if division.bands else ""}""",
        parameters,
    )


def _levels(indicator: Indicator, division: Division) -> tuple[float, float]:
    """The smallest and the largest area that figures are made for.

    A place smaller than a locality has too few people in a fifth to say anything by; a partnership's own fifths
    mean nothing in an area that holds several partnerships.
    """
    smallest = level_of(indicator.smallest_area)
    if division.scheme:
        smallest = max(smallest, LADDER.index("locality") - 0.5)
    return smallest, float(LADDER.index("hscp") if division.scheme == OF_PARTNERSHIP else len(LADDER))


def _classes_divide_blocks(term: Term, division: Division) -> bool:
    return bool(division.scheme) or (division.column == "category" and term.table == "population_class")


def _spine(
    source: str, term: Term, classes: Sequence[str], bands: int, parameters: list[Any], levels: tuple[float, float]
) -> str:
    """SQL of every class and band of every area and period that an extract covers."""
    parameters.append(list(classes))
    divided = f"cross join (select unnest(?) as category) cross join (select unnest(range({max(bands, 1)})) as band)"
    if term.coverage != "absent_is_zero":
        return f""", spine as (
            select * from (select distinct area_type, area_code, block_type, block_level, period_type, period_start,
                period_end, parts from at_level) {divided})"""
    # The extract covers a period if any place has a row in it; every place of its kind then has a figure. An area that
    # has rows of one kind of place takes that kind; one without any takes the largest.
    parameters.extend(levels)
    return f""", told as (
            select distinct area_type, area_code, period_start, period_end, block_type as told_of from at_level),
        spine as (
            select * exclude (told_of) from (
                select area_type, area_code, block_type, any_value(block_level) as block_level, period_type,
                    period_start, period_end, count(*) as parts, category, band
            from link join (select distinct block_type, period_type, period_start, period_end from {source})
                using (block_type) {divided}
            where block_level <= area_level and area_level between ? and ?
            group by all)
            left join told using (area_type, area_code, period_start, period_end)
            where told_of is null or told_of = block_type
            qualify block_level = max(block_level) over (
                partition by area_type, area_code, period_start, period_end))"""


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
                category, band, sum(figure) as figure, max(severity) as severity
            from part_of_year p join whole_year w on w.y = p.y and w.part_type = p.period_type group by all)"""


def _conditions(term: Term, leave_out: Sequence[str] = ()) -> tuple[list[str], list[Any]]:
    """SQL for everything that a term wants of its rows, and the parameters."""
    parameters: list[Any] = []
    conditions = []
    for column, value in term.where.items():
        if column in leave_out:
            continue
        told = _condition(column, value, parameters)
        parts = _of_parts(column, value) if term.table == "activity" else ""
        conditions.append(f"({told} or ({parts}))" if parts else told)
    return conditions, parameters


def _of_parts(column: str, value: Any) -> str:
    """SQL that is true for rows without totals that are parts of the total that is wanted; empty if there are none.

    Linked records have bands of age, sexes, urgencies and sectors, and nothing for all of them: who asks for all, or
    for 18+, is given all rows, or those of the bands within.
    """
    if column not in _WITHOUT_TOTALS or not isinstance(value, str):
        return ""
    parts = f"t.age_scheme = '{AGE_SCHEME}'"
    if value == "all":
        return parts
    match = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", value) if column == "age_band" else None
    if not match:
        return ""
    top = int(match[2]) if match[2] else 999
    inside = f"{_FIRST_AGE} >= {match[1]} and {_LAST_AGE} <= {top}"
    # A band that begins or ends inside one of theirs cannot be made of them.
    whole = {int(match[1]), top + 1} <= {*FROM_AGES, 1000}
    return f"{parts} and {inside}" if whole else ""


def _condition(column: str, value: Any, parameters: list[Any]) -> str:
    """SQL for one entry of ``where``; values are bound, never pasted in."""
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return "(" + " or ".join(_condition(column, part, parameters) for part in value) + ")"
    if isinstance(value, dict):
        tests = []
        for bound, sign in (("from", ">="), ("to", "<=")):
            if bound in value:
                tests.append(f't."{column}" {sign} ?')
                parameters.append(value[bound])
        return "(" + " and ".join(tests) + ")"
    if isinstance(value, list):
        parameters.append(value)
        return f't."{column}" in (select unnest(?))'
    parameters.append(value)
    return f't."{column}" = ?'


def _extracts_used(term: Term, linked: bool = False) -> tuple[str, list[Any]]:
    """SQL for the extracts from which a term's rows came, several together where a row came from several."""
    conditions, parameters = _conditions(term)
    rows = _rows_of(term, linked)
    return f"select distinct extract_id from {rows} where {' and '.join(conditions) or 'true'}", parameters
