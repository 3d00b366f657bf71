"""What is different between two releases, in words and as a table.

Causes come first: the program, declarations, extracts, and the facts in them that say something else. Then what
follows: values, comparisons, trends, ranks. Every change gets a severity by the rules of ``alerts.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from locality_profiles.needs import differences
from locality_profiles.needs.alerts import Alerts
from locality_profiles.periods import period_label
from locality_profiles.tables.changes import CHANGE_KINDS, RELEASE_CHANGE, SEVERITIES
from locality_profiles.tables.store import connect


@dataclass(frozen=True)
class Side:
    """A release as it is compared: its tables, and what else it was made from."""

    id: str
    tables: Mapping[str, Path]
    code: str
    declared: Mapping[str, str] = field(default_factory=dict)
    """Checksums of settings and declarations by name; empty where a release does not tell them."""


def changes_between(old: Side, new: Side, rules: Alerts) -> pa.Table:
    """Every change from one release to another, in the contract of ``release_change``.

    One row is one change; a value is known by indicator, area, period, breakdown and category. Numbers that differ by
    less than ``differences.TOLERANCE`` of their size are the same number and are counted, not told. Tables that both
    releases share are not read.
    """
    with connect() as connection:
        told: pa.Table = connection.sql(lay_changes(connection, old, new, rules)).to_arrow_table()
        return told.cast(RELEASE_CHANGE.schema)


def lay_changes(connection: duckdb.DuckDBPyConnection, old: Side, new: Side, rules: Alerts) -> str:
    """The same as SQL on a fresh connection: after a change of method all values of a country may differ."""
    apart = differences.lay_sides(connection, old.tables, new.tables)
    _lay_causes(connection, old, new)
    for query in differences.queries(apart, rules.thresholds):
        connection.execute(f"insert into change by name select * from ({query})")
    _lay_words(connection)
    return _told(old, rules)


def first_release() -> pa.Table:
    """The table of a release that there is none before."""
    return RELEASE_CHANGE.schema.empty_table()


def _lay_causes(connection: duckdb.DuckDBPyConnection, old: Side, new: Side) -> None:
    """The table ``change``, with what changed in program, declarations and extracts; and the files of extracts."""
    connection.execute(f"create temp table change as {differences.HEAD}")
    connection.execute(f"insert into change by name {differences.extracts()}")
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    if old.code != new.code:
        rows.append(("code_changed", None, old.code, new.code))
    if old.declared and new.declared:
        names = sorted(old.declared.keys() | new.declared.keys())
        told = [(name, old.declared.get(name), new.declared.get(name)) for name in names]
        rows += [("declaration_changed", *each) for each in told if each[1] != each[2]]
    if rows:
        connection.executemany(
            'insert into change (kind, what, before_words, after_words, "rows") values (?, ?, ?, ?, 1)', rows
        )
    connection.execute("""create temp table file_of as select extract_id, min(file) as file from
        (select extract_id, file from old.extract union all select extract_id, file from new.extract) group by 1""")


def _lay_words(connection: duckdb.DuckDBPyConnection) -> None:
    """What sentences are made of: names of areas, titles, forms of numbers, labels of periods, files by indicator."""
    connection.execute("""
        create temp table named as
        with area as (
            from (select *, 0 as age from new.area union all by name select *, 1 as age from old.area)
            qualify row_number() over (partition by area_type, area_code order by age) = 1)
        select a.area_type, a.area_code, a.area_name || ' (' || replace(a.area_type, '_', ' ') ||
            coalesce(' of ' || p.area_name, '') || ')' as label
        from area a left join area p on a.area_type in ('locality', 'neighbourhood', 'gp_cluster', 'ward')
            and p.area_type = 'hscp' and p.area_code = coalesce(if(a.parent_type = 'hscp', a.parent_code, null),
                split_part(a.area_code, '/', 1))""")
    connection.execute("""
        create temp table told_indicator as
        select *, unit like 'pence%' as pence, if(unit like 'pence%' or unit like '£%', '£', '') as sign,
            case when unit like 'pence%' or unit like '£%' then '' when unit like '\\%%' escape '\\' then '%'
                else ' ' || unit end as after_sign,
            '{:,.' || greatest(decimals, 0) || 'f}' as form
        from (select *, 0 as age from new.indicator union all by name select *, 1 as age from old.indicator)
        qualify row_number() over (partition by indicator_id order by age) = 1""")
    periods = connection.execute(
        "select distinct period_type, period_start, period_end from change where period_start is not null order by all"
    ).fetchall()
    labels = pa.table({
        "period_type": pa.array([kind for kind, _, _ in periods], pa.string()),
        "period_start": pa.array([start for _, start, _ in periods], pa.date32()),
        "period_end": pa.array([end for _, _, end in periods], pa.date32()),
        "label": pa.array([period_label(*period) for period in periods], pa.string()),
    })  # fmt: skip
    connection.register("period_words", labels)
    # A value comes from the changed extracts that its indicator is made from; where none is named in its definition
    # (a lookup moves areas, not figures), it may come from any of them.
    connection.execute("""
        create temp table files_of as
        with cause as (select what as title, extract_files as file from change
                where kind in ('extract_added', 'extract_removed', 'extract_replaced')),
            every as (select string_agg(file, '; ' order by file) as files from cause),
            source as (select indicator_id, string_agg(source, '; ') as source from
                (select indicator_id, source from new.indicator union all
                 select indicator_id, source from old.indicator) group by 1),
            own as (select indicator_id, string_agg(distinct file, '; ' order by file) as files
                from source join cause on exists (select 1 from (select unnest(string_split(title, '; ')) as one)
                    where contains(source, one)) group by 1)
        select indicator_id, coalesce(own.files, every.files) as files from source left join own using (indicator_id), every""")  # noqa: E501
    connection.execute("""
        create temp table facts_of as select extract_files as file, sum("rows") as facts from change
        where kind in ('fact_added', 'fact_removed', 'fact_revised') group by 1""")


#: How a figure is printed: in the indicator's decimals, or in more where those would print two figures alike.
_PRINTED = "i.sign || format(i.form, c.{0} / if(i.pence, 100, 1)) || i.after_sign"
_EXACT = "i.sign || format('{{:.12g}}', c.{0} / if(i.pence, 100, 1)) || i.after_sign"
_POUNDS = "if(c.{0} is null, 'nothing', '£' || format('{{:,.0f}}', c.{0} / 100))"


def _figure(column: str) -> str:
    alike = f"{_PRINTED.format('before')} is not distinct from {_PRINTED.format('after')}"
    return f"if({alike}, {_EXACT.format(column)}, {_PRINTED.format(column)})"


_PLACE = "coalesce(a.label, replace(c.area_type, '_', ' ') || coalesce(' ' || c.area_code, ''), 'no place')"
_OF = f"""coalesce(i.title, c.indicator_id)
    || if(coalesce(c.breakdown, 'all') = 'all', '', ', ' || replace(c.breakdown, '_', ' ') || ' ' || c.category)
    || ' of ' || {_PLACE} || coalesce(', ' || p.label, '')"""
_FACT = f"""replace(c.table_name, '_', ' ') || if(c.area_code is null, '', ' of ' || {_PLACE})
    || coalesce(', ' || p.label, '') || if(coalesce(c.what, '') = '', '', ' (' || c.what || ')')
    || coalesce(', in ' || c.extract_files, '')"""
_COUNT = "if(c.\"rows\" = 1, 'A row', format('{:,}', c.\"rows\") || ' rows')"
_STOOD = "if(c.before is null, '', ' It was ' || " + _PRINTED.format("before") + " || '.')"
_SAID = "replace(coalesce({}, 'not there'), '_', ' ')"
_NOW, _ONCE = _SAID.format("c.after_words"), _SAID.format("c.before_words")
_BESIDE = "replace(replace(c.comparator, 'hscp', 'partnership'), '_', ' ')"
_KEPT = "coalesce(f.facts, 0)"

#: The sentence of each kind of change, as SQL.
SENTENCES = {
    "code_changed": "'The program changed, from ' || c.before_words || ' to ' || c.after_words || "
    "': differences may come from methods and not from data.'",
    "declaration_changed": "c.what || case when c.before_words is null then ' was added.' "
    "when c.after_words is null then ' was taken out.' else ' was changed.' end",
    "extract_added": "c.extract_files || ' came: ' || c.what || ', ' || format('{:,.0f}', c.after) || ' rows.'",
    "extract_removed": "c.extract_files || ' went: ' || c.what || ', ' || format('{:,.0f}', c.before) || ' rows.'",
    "extract_replaced": "c.extract_files || ' holds other bytes: ' || format('{:,.0f}', c.before) || ' rows before, ' "
    f"|| format('{{:,.0f}}', c.after) || ' now. ' || if({_KEPT} = 0, 'No fact that the release keeps differs.', "
    f"{_KEPT} || ' fact(s) differ.')",
    "extract_renamed": "c.extract_files || ' is the same file as before under another name: ' || c.what || '.'",
    "fact_added": f"{_COUNT} || ' came: ' || {_FACT} || '.'",
    "fact_removed": f"{_COUNT} || ' went: ' || {_FACT} || '.'",
    "fact_revised": f"{_COUNT} || ' differ' || if(c.\"rows\" = 1, 's', '') || ': ' || {_FACT} || '.'",
    "area_added": f"if(c.area_code is null, {_COUNT} || ' came: ' || replace(c.area_type, '_', ' '), "
    f"{_PLACE} || ' came') || '.'",
    "area_removed": f"if(c.area_code is null, {_COUNT} || ' went: ' || replace(c.area_type, '_', ' '), "
    f"{_PLACE} || ' went') || '.'",
    "area_changed": f"if(c.area_code is null, {_COUNT} || ' differ: ' || replace(c.area_type, '_', ' '), "
    f"{_PLACE} || ' is told otherwise (' || c.what || ')' || if(c.before_words <> c.after_words, "
    "': it was called ' || c.before_words, '')) || '.'",
    "membership_changed": f"{_PLACE} || ' is made of other places: ' || c.what || '.'",
    "indicator_added": "coalesce(i.title, c.indicator_id) || ' is a new indicator.'",
    "indicator_removed": "coalesce(i.title, c.indicator_id) || ' is no indicator any more.'",
    "indicator_redefined": "coalesce(i.title, c.indicator_id) || ' is defined otherwise (' || c.what || ').'",
    "indicator_available": "coalesce(i.title, c.indicator_id) || ' has figures now.'",
    "indicator_unavailable": "coalesce(i.title, c.indicator_id) || ' has no figures any more: ' || c.what",
    "threshold_crossed": f"{_OF} || ' is ' || {_figure('after')} || ', and was ' || {_figure('before')} || "
    "': it passed ' || split_part(c.what, ': ', 2) || '.'",
    "became_worse": f"{_OF} || ' is now ' || {_NOW} || ' beside ' || {_BESIDE} || ', which is worse; it was ' || "
    f"{_ONCE} || '.'",
    "became_better": f"{_OF} || ' is now ' || {_NOW} || ' beside ' || {_BESIDE} || ', which is better; it was ' || "
    f"{_ONCE} || '.'",
    "comparison_changed": f"{_OF} || ' is now ' || {_NOW} || ' beside ' || {_BESIDE} || '; it was ' || {_ONCE} || '.'",
    "trend_turned": f"{_OF} || ': the trend reads ' || {_NOW} || coalesce(', which is ' || c.judgement, '') || "
    f"'; it read ' || {_ONCE} || '.'",
    "rank_moved": f"{_OF} || ' is at rank ' || format('{{:.0f}}', c.after) || ' ' || replace(c.comparator, 'hscp', "
    "'the partnership') || '; it was at ' || format('{:.0f}', c.before) || ', and chance allowed ' || c.before_words "
    "|| '.'",
    "period_new": f"{_OF} || ' is new: ' || {_PRINTED.format('after')} || '.'",
    "value_appeared": f"{_OF} || ' has a figure now: ' || {_PRINTED.format('after')} || '.'",
    "value_withdrawn": f"{_OF} || ' has no figure any more (' || {_NOW} || ').' || {_STOOD}",
    "value_revised": f"{_OF} || ' is ' || {_figure('after')} || '; it was ' || {_figure('before')} || '.'",
    "status_changed": f"{_OF} || ' is ' || {_NOW} || '; it was ' || {_ONCE} || '.'",
    "basis_changed": f"{_OF} || ' stands, with another basis (' || c.what || ').'",
    "value_noise": "format('{:,}', c.\"rows\") || ' value(s) of ' || coalesce(i.title, c.indicator_id) || ' differ by "
    "less than one part in a thousand million, which is no revision.'",
    "money_changed": f"'Money of ' || {_PLACE} || ', ' || p.label || ', ' || c.what || '. Net spending was ' || "
    f"{_POUNDS.format('before')} || ' and is ' || {_POUNDS.format('after')} || '.'",
    "warning_new": "'A check does not hold: ' || c.what",
    "warning_gone": "'No longer noticed: ' || c.what",
    "table_changed": "'Table ' || c.table_name || ': ' || c.what || '.'",
}  # fmt: skip


def _told(old: Side, rules: Alerts) -> str:
    """SQL of the finished table: with severity, sentence, and in order."""
    sentences = " ".join(f"when '{kind}' then {words}" for kind, words in SENTENCES.items())
    kinds = ", ".join(f"'{kind}'" for kind in CHANGE_KINDS)
    severities = ", ".join(f"'{severity}'" for severity in SEVERITIES)
    files = "case when c.indicator_id is not null then o.files else c.extract_files end"
    return f"""
        with told as (
            select c.* exclude (extract_files), {rules.severity_sql} as severity, {rules.rule_sql} as rule,
                c.after - c.before as difference, {files} as extract_files,
                coalesce(case c.kind {sentences} end, c.kind) as sentence, '{old.id}' as compared_with
            from change c left join told_indicator i using (indicator_id)
            left join named a on a.area_type = c.area_type and a.area_code = c.area_code
            left join period_words p on p.period_type = c.period_type and p.period_start = c.period_start
                and p.period_end = c.period_end
            left join files_of o on o.indicator_id = c.indicator_id
            left join facts_of f on f.file = c.extract_files and c.kind = 'extract_replaced')
        select row_number() over (order by list_position([{severities}], severity), list_position([{kinds}], kind),
                indicator_id nulls first, table_name, area_type, area_code, period_start, period_end, breakdown,
                category, comparator, what, extract_files) as change_no,
            {", ".join(f'"{column.name}"' for column in RELEASE_CHANGE.columns[1:])}
        from told order by change_no"""
