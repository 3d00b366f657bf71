"""Every difference between the tables of two releases, as SQL: one query for each sort of difference.

Schema ``old`` holds the tables of the release before, ``new`` those of this one. Of each table that differs, ``gone``
and ``came`` hold the rows that only one side has, compared without the extract that they were read from: an extract
that was saved again with the same figures changes no fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from locality_profiles.needs.alerts import Threshold
from locality_profiles.tables.changes import RELEASE_CHANGE
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS, LEFT_OUT, LINKED_TABLES, SOURCE_TABLES
from locality_profiles.tables.relation import quoted, relation, relations
from locality_profiles.tables.suites import SQL_TYPES, empty_view

#: Two numbers that differ by less than this share of the larger are the same number, added up in another order.
TOLERANCE = 1e-9
#: Facts and areas of one table and extract are named one by one up to so many; more are counted by period.
LISTED = 200
#: Tables of linked records may hold cells of one person: their changed rows are counted and never named.
COUNTED = frozenset(contract.name for contract in LINKED_TABLES)
#: Facts as extracts tell them.
FACTS = tuple(
    contract.name for contract in (*SOURCE_TABLES, *LINKED_TABLES) if contract.name not in ("area", "membership")
)
#: What profiles print is made of the values, and is not compared again.
REPEATED = frozenset({"profile", "profile_trend", "release_change"})
NAMED = frozenset(
    {*FACTS, "area", "membership", "indicator", "indicator_value", "comparison", "area_rank", "trend", "extract",
     "check_result", "ledger_line", *REPEATED}
)  # fmt: skip
#: Columns of an indicator that follow from the extracts and not from its definition.
FOLLOWING = ("smallest_area", "unavailable", "source")

#: What each query gives; a column that it does not name is empty.
_LATER = ("change_no", "severity", "rule", "difference", "sentence", "compared_with")
COLUMNS = tuple(column for column in RELEASE_CHANGE.columns if column.name not in _LATER)
HEAD = "select {} where false".format(
    ", ".join(f'null::{SQL_TYPES[column.type]} as "{column.name}"' for column in COLUMNS)
)


#: Tables that sentences are made from, whatever differs.
_ALWAYS = ("area", "indicator", "extract")


def lay_sides(connection: duckdb.DuckDBPyConnection, old: Mapping[str, Path], new: Mapping[str, Path]) -> list[str]:
    """Both schemas, and what is ``gone`` and ``came`` of every table that may differ; returns the names of those.

    Whether a row stands on the other side is decided by 64 bits of all that it says: of ten million rows that changed,
    the chance that one is overlooked is below one in a hundred thousand.
    """
    differing = [name for name in CONTRACTS if name not in REPEATED and old.get(name) != new.get(name)]
    for side, tables in (("old", old), ("new", new)):
        _lay_side(connection, side, tables, {*_ALWAYS, *differing})
    for name in differing:
        apart = _apart(name, CONTRACTS[name], old.get(name), new.get(name))
        for word, query in zip(("gone", "came"), apart, strict=True):
            connection.execute(f"create temp table {word}_{name} as {query}")
    return differing


def _lay_side(
    connection: duckdb.DuckDBPyConnection, side: str, tables: Mapping[str, Path], wanted: set[str]
) -> None:  # fmt: skip
    """A view of every table that is wanted, empty where the release has none, with the columns of today."""
    connection.execute(f"create schema {side}")
    for name in sorted(wanted):
        contract = CONTRACTS[name]
        query = empty_view(contract)
        if name in tables:
            columns = ", ".join(f'"{column.name}"' for column in contract.columns)
            query = f"select {columns} from ({query} union all by name select * from {relation(tables[name])})"
        connection.execute(f"create view {side}.{name} as {query}")


def _apart(name: str, contract: TableContract, old: Path | None, new: Path | None) -> tuple[str, str]:
    """SQL of the rows that only the old side has, and of those that only the new side has."""
    sides = [f"select * from {side}.{name}" for side in ("old", "new")]
    if old and new and old.is_dir() and new.is_dir():  # parts of one name are the same rows: the store names them so
        sides = [_parts(contract, ours, theirs) for ours, theirs in ((old, new), (new, old))]
    said = ", ".join(f'"{column}"' for column in _said(contract))
    marked = [f"select *, hash({said}) as mark from ({side})" for side in sides]
    return (
        f"select * exclude (mark) from ({marked[0]}) anti join (select mark from ({marked[1]})) using (mark)",
        f"select * exclude (mark) from ({marked[1]}) anti join (select mark from ({marked[0]})) using (mark)",
    )


def _parts(contract: TableContract, ours: Path, theirs: Path) -> str:
    known = {path.name for path in theirs.glob("*.parquet")} - {"rows.parquet"}
    left = [path for path in sorted(ours.glob("*.parquet")) if path.name not in known]
    if not left:
        return empty_view(contract)
    columns = ", ".join(f'"{column.name}"' for column in contract.columns)
    return f"select {columns} from ({empty_view(contract)} union all by name select * from {relations(left)})"


def _said(contract: TableContract) -> list[str]:
    """Columns in which a row says something: all but where it was read."""
    return [column.name for column in contract.columns if column.name != "extract_id"]


def _pairs(contract: TableContract, key: Iterable[str] = ()) -> str:
    """SQL joining what is gone (``o``) to what came (``n``) by the table's key, or by the columns given."""
    on = " and ".join(f'o."{column}" is not distinct from n."{column}"' for column in key or contract.key)
    return f"(select *, true as held from gone_{contract.name}) o full join " \
           f"(select *, true as held from came_{contract.name}) n on {on}"  # fmt: skip


def _either(columns: Iterable[str]) -> str:
    return ", ".join(f'coalesce(n."{column}", o."{column}") as "{column}"' for column in columns)


def _which(columns: Iterable[str]) -> str:
    """SQL listing the columns that differ; numbers that only counting in another order tells apart do not."""
    tests = ", ".join(f"case when {_differs(column)} then '{column}' end" for column in columns)
    return f"array_to_string(list_filter([{tests}], lambda name: name is not null), ', ')"


def _differs(column: str, number: bool = False) -> str:
    old, new = f'o."{column}"', f'n."{column}"'
    if not number:
        return f"{old} is distinct from {new}"
    near = f"abs({new} - {old}) <= {TOLERANCE} * greatest(abs({new}), abs({old}))"
    return f"({old} is distinct from {new} and not coalesce({near}, false))"


# --- causes ---------------------------------------------------------------------------------------


def extracts() -> str:
    """Files that came, went, or hold other bytes; also the temporary table of causes is made from it."""
    side = """select file, any_value(sha256) as sha256, sum("rows")::bigint as "rows",
        string_agg(distinct title, '; ' order by title) as title from {}.extract group by file"""
    return f"""
        with o as ({side.format("old")}), n as ({side.format("new")}),
        pairs as (
            select coalesce(n.file, o.file) as file, coalesce(n.title, o.title) as title, o.file as was, n.file as is_,
                o.sha256 as before_words, n.sha256 as after_words, o."rows" as before, n."rows" as after
            from o full join n on o.file = n.file where o.sha256 is distinct from n.sha256),
        lone as (select *, row_number() over (partition by coalesce(after_words, before_words), is_ is null
            order by file) as turn from pairs where was is null or is_ is null),
        moved as (select a.file as file, b.file as earlier from lone a join lone b
            on a.after_words = b.before_words and a.turn = b.turn)
        select case when m.file is not null then 'extract_renamed' when was is null then 'extract_added'
                when is_ is null then 'extract_removed' else 'extract_replaced' end as kind,
            'extract' as table_name, coalesce(m.earlier || '; ', '') || p.title as what, before::double as before,
            after::double as after, before_words, after_words, 1::bigint as "rows", p.file as extract_files
        from pairs p left join moved m on m.file = p.file
        where p.file not in (select earlier from moved)"""


def facts(name: str, listed: int = LISTED) -> str:
    """Facts that came, went or were revised: named by place, period and class, or counted where they are many.

    A fact's figure is not told, here or anywhere in the list: only what it is about.
    """
    contract = CONTRACTS[name]
    columns = {column.name for column in contract.columns}
    kinds = (("block_type", "block_code"), ("area_type", "area_code"))
    place = next((list(kind) for kind in kinds if columns.issuperset(kind)), [])
    period = [column for column in ("period_type", "period_start", "period_end") if column in columns]
    rest = [column for column in contract.key if column not in (*place, *period, "year")]
    words = [f"case when k.\"{c}\"::varchar <> 'all' then '{_spoken(c)} ' || k.\"{c}\" end" for c in rest]
    when = ", ".join(f'k."{column}"' for column in period) or "null::varchar, null::date, null::date"
    if "year" in columns and not period:
        when = "'mid_year', make_date(k.year::integer, 6, 30), make_date(k.year::integer, 6, 30)"
    origin = "coalesce(n.extract_id, o.extract_id)" if "extract_id" in columns else "null::varchar"
    key = ", ".join(f'k."{column}"' for column in place) or "null::varchar, null::varchar"
    changed = [column for column in _said(contract) if column not in contract.key]
    told = [*dict.fromkeys((*contract.key, *period, *place))]
    one_by_one = "false" if name in COUNTED else f"many <= {listed}"
    return f"""
        with k as (
            select case when o.held is null then 'fact_added' when n.held is null then 'fact_removed'
                else 'fact_revised' end as kind, {_either(told)}, {_which(changed)} as changed,
                {origin} as origin
            from {_pairs(contract)}),
        row_of(kind, area_type, area_code, period_type, period_start, period_end, what, extract_files, many) as (
            select kind, {key}, {when}, concat_ws(', ', {", ".join(words) or "null"},
                case when kind = 'fact_revised' then 'revised: ' || replace(changed, '_', ' ') end),
                f.file, count(*) over (partition by kind, f.file)
            from k left join file_of f on f.extract_id = k.origin)
        select kind, '{name}' as table_name, area_type, area_code, period_type, period_start, period_end, what,
            1::bigint as "rows", extract_files from row_of where {one_by_one}
        union all by name
        select kind, '{name}' as table_name, period_type, period_start, period_end, extract_files,
            count(*)::bigint as "rows",
            case when {"false" if name in COUNTED else "count(area_code) > 0"}
                then 'in ' || count(distinct (area_type, area_code)) || ' place(s)' end as what
        from row_of where not ({one_by_one}) group by all"""


def _spoken(column: str) -> str:
    return column.removesuffix("_code").replace("_", " ")


def areas() -> str:
    """Areas that came, went, or are told otherwise; counted where they are many of a kind."""
    contract = CONTRACTS["area"]
    changed = [column for column in _said(contract) if column not in contract.key]
    return f"""
        with k as (
            select case when o.held is null then 'area_added' when n.held is null then 'area_removed'
                else 'area_changed' end as kind, {_either(contract.key)}, {_which(changed)} as changed,
                o.area_name as before_words, n.area_name as after_words from {_pairs(contract)}),
        of_kind as (select *, count(*) over (partition by kind, area_type) as many from k)
        select kind, 'area' as table_name, area_type, area_code, replace(changed, '_', ' ') as what, before_words,
            after_words, 1::bigint as "rows" from of_kind where many <= {LISTED}
        union all by name
        select kind, 'area' as table_name, area_type, count(*)::bigint as "rows" from of_kind where many > {LISTED}
        group by kind, area_type"""


def memberships() -> str:
    """Areas that are made of other blocks than before; not those that came or went themselves.

    A partnership of which a locality has another code is made of the same land: blocks that are areas of their own and
    came or went are told as such, and not again of all that holds them. Data zones always count.
    """
    contract = CONTRACTS["membership"]
    return f"""
        with lone as (
            select area_type as block_type, area_code as block_code from old.area anti join new.area
                using (area_type, area_code)
            union all
            select area_type, area_code from new.area anti join old.area using (area_type, area_code)),
        k as (select {_either(contract.key)}, o.held is null as came, n.held is null as gone
            from {_pairs(contract)}
            where coalesce(n.block_type, o.block_type) like 'data_zone%'
                or (coalesce(n.block_type, o.block_type), coalesce(n.block_code, o.block_code)) not in (from lone)),
        of_area as (
            select area_type, area_code, count(*)::bigint as "rows", count(*) filter (came) as came,
                count(*) filter (gone) as gone from k group by all),
        both_sides as (select * from of_area semi join old.area using (area_type, area_code)
            semi join new.area using (area_type, area_code)),
        of_kind as (select *, count(*) over (partition by area_type) as many from both_sides)
        select 'membership_changed' as kind, 'membership' as table_name, area_type, area_code, "rows",
            came || ' came, ' || gone || ' went, ' || ("rows" - came - gone) || ' with another share or method' as what
        from of_kind where many <= {LISTED}
        union all by name
        select 'membership_changed' as kind, 'membership' as table_name, area_type, sum("rows")::bigint as "rows",
            count(*) || ' areas' as what from of_kind where many > {LISTED} group by area_type"""


def indicators() -> list[str]:
    """Indicators that came or went, are defined otherwise, or have figures now, or have none any more."""
    contract = CONTRACTS["indicator"]
    defined = [column for column in _said(contract) if column not in (*FOLLOWING, *contract.key)]
    pairs = _pairs(contract)
    return [
        f"""select case when o.held is null then 'indicator_added' when n.held is null then 'indicator_removed'
                else 'indicator_redefined' end as kind, 'indicator' as table_name, {_either(contract.key)},
                case when o.held and n.held then replace({_which(defined)}, '_', ' ') end as what,
                1::bigint as "rows" from {pairs}
            where o.held is null or n.held is null or {" or ".join(map(_differs, defined))}""",
        f"""select case when n.unavailable is null then 'indicator_available' else 'indicator_unavailable' end as kind,
                'indicator' as table_name, {_either(contract.key)}, n.unavailable as what, 1::bigint as "rows"
            from {pairs} where o.held and n.held and (o.unavailable is null) <> (n.unavailable is null)""",
    ]


# --- consequences ---------------------------------------------------------------------------------

_VALUE_KEY = ("indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "category")
_BASIS_NUMBERS = ("numerator", "denominator", "lower", "upper", "lower_99_8", "upper_99_8", "confidence", "per")
_BASIS_WORDS = ("lookup_version", "method", "source_level", "parts", "note", "period_type")


def values() -> str:
    """Values that came, went, were revised, or mean something else, for each indicator, area, period and class."""
    contract = CONTRACTS["indicator_value"]
    basis = [*(_differs(column, number=True) for column in _BASIS_NUMBERS), *map(_differs, _BASIS_WORDS)]
    which = ", ".join(
        f"case when {test} then '{column}' end"
        for test, column in zip(basis, (*_BASIS_NUMBERS, *_BASIS_WORDS), strict=True)
    )
    return f"""
        with period as (select distinct indicator_id, period_start, period_end, true as known from old.indicator_value),
        pair as (
            select {_either(_VALUE_KEY)}, coalesce(n.period_type, o.period_type) as period_type,
                o.value as before, n.value as after, o.status as before_words, n.status as after_words,
                o.held is null as fresh, {_differs("value", number=True)} as differs,
                n.status is not distinct from 'suppressed' or n.note is not distinct from '{LEFT_OUT}' as held_back,
                array_to_string(list_filter([{which}], lambda name: name is not null), ', ') as basis
            from {_pairs(contract, _VALUE_KEY)}),
        told as (
            select pair.*, case
                when before is null and after is not null and fresh and known is null then 'period_new'
                when before is null and after is not null then 'value_appeared'
                when before is not null and after is null then 'value_withdrawn'
                when differs then 'value_revised'
                when before_words is distinct from after_words then 'status_changed'
                when basis <> '' then 'basis_changed' else 'value_noise' end as kind
            from pair left join period using (indicator_id, period_start, period_end))
        select kind, 'indicator_value' as table_name, indicator_id, area_type, area_code, period_type, period_start,
            period_end, breakdown, category, nullif(replace(basis, '_', ' '), '') as what,
            -- What is held back now is not told from an earlier release either.
            case when not held_back then before end as before, after, before_words,
            after_words, 1::bigint as "rows"
        from told where kind <> 'value_noise'
        union all by name
        select kind, 'indicator_value' as table_name, indicator_id, count(*)::bigint as "rows" from told
        where kind = 'value_noise' group by kind, indicator_id"""


def comparisons() -> str:
    """Areas that are better or worse than others now, and were not; and verdicts that read otherwise."""
    contract = CONTRACTS["comparison"]
    key = ("indicator_id", "area_type", "area_code", "breakdown", "category", "comparator", "comparator_code")
    return f"""
        with pair as (
            select {_either((*key, "period_type", "period_start", "period_end"))},
                coalesce(o.verdict, 'not_compared') as v0, coalesce(n.verdict, 'not_compared') as v1,
                o.judgement as j0, n.judgement as j1 from {_pairs(contract, key)})
        select case when v0 <> 'not_compared' and j1 = 'worse' and j0 is distinct from j1 then 'became_worse'
                when v0 <> 'not_compared' and j1 = 'better' and j0 is distinct from j1 then 'became_better'
                else 'comparison_changed' end as kind, 'comparison' as table_name, * exclude (v0, v1, j0, j1,
            comparator_code), nullif(comparator_code, '') as what, v0 as before_words, v1 as after_words,
            j1 as judgement, 1::bigint as "rows"
        from pair where v0 <> v1 or j0 is distinct from j1"""


def trends() -> str:
    """Trends of which the test says something else than before."""
    contract = CONTRACTS["trend"]
    return f"""
        with pair as (
            select {_either((*contract.key, "period_type", "period_start", "period_end"))},
                coalesce(o.verdict, 'cannot_be_calculated') as before_words,
                coalesce(n.verdict, 'cannot_be_calculated') as after_words, n.judgement from {_pairs(contract)})
        select 'trend_turned' as kind, 'trend' as table_name, *, 1::bigint as "rows" from pair
        where before_words <> after_words"""


def ranks() -> str:
    """Areas whose rank is now outside what chance allowed before."""
    contract = CONTRACTS["area_rank"]
    return f"""
        select 'rank_moved' as kind, 'area_rank' as table_name,
            {
        _either(column for column in (*contract.key, "period_type", "period_start", "period_end") if column != "among")
    },
            'among ' || n.among as comparator, o."rank"::double as before, n."rank"::double as after,
            o.rank_lower || ' to ' || o.rank_upper as before_words, 1::bigint as "rows"
        from {_pairs(contract)}
        where o.held and n.held and n."rank" not between o.rank_lower and o.rank_upper"""


def thresholds(declared: Iterable[Threshold]) -> list[str]:
    """Areas whose latest value is on the other side of a declared number."""
    return [_threshold(threshold) for threshold in declared]


def _threshold(declared: Threshold) -> str:
    areas = f" and area_type in ({', '.join(repr(area) for area in declared.areas)})" if declared.areas else ""
    latest = f"""select * from {{}}.indicator_value
        where indicator_id = '{quoted(declared.indicator)}' and breakdown = 'all' and category = 'all'
            and value is not null{areas}
        qualify row_number() over (partition by area_type, area_code order by period_end desc, period_start desc) = 1"""
    return f"""
        select 'threshold_crossed' as kind, 'indicator_value' as table_name, n.indicator_id, n.area_type, n.area_code,
            n.period_type, n.period_start, n.period_end, 'all' as breakdown, 'all' as category,
            '{declared.id}: {declared.value:g}' as what, o.value as before, n.value as after,
            if(o.value < {declared.value!r}, 'below', 'not below') as before_words,
            if(n.value < {declared.value!r}, 'below', 'not below') as after_words, 1::bigint as "rows"
        from ({latest.format("old")}) o join ({latest.format("new")}) n using (area_type, area_code)
        where (o.value < {declared.value!r}) <> (n.value < {declared.value!r})"""


def money() -> str:
    """Lines and net spending of each partnership's ledger, by year and version, where a line differs."""
    totals = """select hscp_code, period_type, period_start, period_end, version, count(*) as lines,
        sum(net_pence)::double as net from {}.ledger_line semi join touched
        using (hscp_code, period_start, period_end, version) group by all"""
    key = "hscp_code, period_start, period_end, version"
    return f"""
        with touched as (select {key}, count(*) as changed from
                (select distinct line_id, {key} from gone_ledger_line union
                 select distinct line_id, {key} from came_ledger_line) group by all),
            o as ({totals.format("old")}), n as ({totals.format("new")})
        select 'money_changed' as kind, 'ledger_line' as table_name, 'hscp' as area_type, hscp_code as area_code,
            coalesce(n.period_type, o.period_type) as period_type, period_start, period_end,
            version || ': ' || coalesce(o.lines, 0) || ' lines before, ' || coalesce(n.lines, 0) || ' now' as what,
            o.net as before, n.net as after, changed::bigint as "rows"
        from touched left join o using ({key}) left join n using ({key})"""


def warnings() -> str:
    """Checks that do not hold now and held, or were not made, before; and the other way round.

    What is noticed while curating is known by its sentence, a check by what it is about: numbers in it may change.
    """
    failing = """select door, suite, subject, expectation, "column", coalesce(why, '') as why,
        if(expectation = 'note', sentence, '') as noticed, min(sentence) as sentence from {}.check_result
        where not success group by all"""
    same = " and ".join(f'o."{c}" is not distinct from n."{c}"' for c in
                        ("door", "suite", "subject", "expectation", "column", "why", "noticed"))  # fmt: skip
    return f"""
        select if(o.door is null, 'warning_new', 'warning_gone') as kind, 'check_result' as table_name,
            coalesce(n.sentence, o.sentence) as what, 1::bigint as "rows"
        from ({failing.format("old")}) o full join ({failing.format("new")}) n on {same}
        where o.door is null or n.door is null"""


def other_table(name: str) -> str:
    """How many rows of a table came, went and differ by more than noise, by its key."""
    contract = CONTRACTS[name]
    numbers = {column.name for column in contract.columns if column.type == "number"}
    differs = " or ".join(_differs(column, column in numbers) for column in _said(contract))
    defined = [column for column in _said(contract) if column not in (*FOLLOWING, *contract.key)]
    # Of the indicators only what follows from extracts is left: the rest is told one by one.
    only = f"and o.held and n.held and not ({' or '.join(map(_differs, defined))})" if name == "indicator" else ""
    return f"""
        with k as (select o.held is null as came, n.held is null as gone from {_pairs(contract)}
                where ({differs}) {only}),
            counted as (select count(*) as many, count(*) filter (came) as came, count(*) filter (gone) as gone from k)
        select 'table_changed' as kind, '{name}' as table_name, many::bigint as "rows",
            came || ' row(s) came, ' || gone || ' went, ' || (many - came - gone) || ' differ' as what
        from counted where many > 0"""


def queries(differing: Iterable[str], declared: Iterable[Threshold]) -> list[str]:
    """Every query that can find something, given the tables that may differ."""
    apart = set(differing)
    found = [facts(name) for name in FACTS if name in apart]
    for name, made in (
        ("area", [areas()]), ("membership", [memberships()]), ("indicator", [*indicators(), other_table("indicator")]),
        ("indicator_value", [values(), *thresholds(declared)]), ("comparison", [comparisons()]), ("trend", [trends()]),
        ("area_rank", [ranks()]), ("ledger_line", [money()]), ("check_result", [warnings()]),
    ):  # fmt: skip
        found += made if name in apart else []
    return found + [other_table(name) for name in CONTRACTS if name in apart and name not in NAMED]
