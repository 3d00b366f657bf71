"""What the data say now beside what people say: the latest figure of every indicator that an entry names."""

from __future__ import annotations

import duckdb

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.meant import did_you_mean
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.relation import quoted

#: SQL of the indicators that entries name, one a row.
_NAMED = """
    select v.entry_id, v.area_type, v.area_code, v.row_no, v.extract_id, unnest(string_split(v.indicators, ' '))
        as indicator_id, unnest(range(1, len(string_split(v.indicators, ' ')) + 1)) as position
    from voice v where v.indicators is not null"""


def make_figures(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """The table ``voice_figure``.

    Raises
    ------
    ExtractRefused
        With every indicator that is not known, by file and row, and the nearest that is.
    """
    _refuse_unknown(connection)
    return Told({"voice_figure": f"""
        with latest as (
            select * from indicator_value where breakdown = 'all' and category = 'all'
            qualify row_number() over (partition by indicator_id, area_type, area_code
                order by period_end desc, period_start desc) = 1)
        select n.entry_id, n.position, n.indicator_id, n.area_type, n.area_code, l.period_type, l.period_start,
            l.period_end, l.value, coalesce(l.status, 'not_available') as status
        from ({_NAMED}) n left join latest l using (indicator_id, area_type, area_code)"""})  # fmt: skip


def _refuse_unknown(connection: duckdb.DuckDBPyConnection) -> None:
    known = [name for (name,) in connection.execute("select indicator_id from indicator order by 1").fetchall()]
    listed = ", ".join(f"'{quoted(name)}'" for name in known) or "''"
    rows = connection.execute(
        f"""select n.indicator_id, any_value(e.file), n.row_no from ({_NAMED}) n
            left join extract e using (extract_id) where n.indicator_id not in ({listed})
            group by n.indicator_id, n.extract_id, n.row_no order by 2, 3, 1"""
    ).fetchall()
    problems = []
    for name, file, row in rows:
        hint = did_you_mean(name, known, otherwise="docs/reference/indicators.md lists them.")
        problems.append(Problem(f"'{name[:60]}' is the id of no indicator", hint, file, None, "indicators", (row,)))
    if problems:
        raise ExtractRefused(f"Logs of what people say name {len(problems)} unknown indicator(s).", problems)


MAKER = Maker(("voice", "indicator", "indicator_value", "extract"), ("voice_figure",), make_figures)
