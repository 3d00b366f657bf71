"""The present locality profiles beside ours: the same places, their definitions and words, and why the two differ.

For an analyst who must answer, before switching, why a number or a word has changed. The figures there are made by
this project's own engine from the definitions in ``present/``, so a difference is one of definition, period or
wording, and is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from locality_profiles.indicators.belonging import placed
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import Indicator, indicators
from locality_profiles.periods import period_label
from locality_profiles.profiles.present import wording
from locality_profiles.profiles.present.rows import SINCE, PresentRow, own_definitions, present_rows
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import COMPARISON, RECONCILIATION, TREND
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

OTHER_PERIOD = "There {present} is set beside Scotland's {country}; here only figures of one period are compared."
BY_CHANCE = "There '{words}' is by the plain numbers; the difference is within what chance allows (95 %)."
NOT_TOLD = "There '{words}' is by the plain numbers; here it is not compared: {reason}"
TIE = "There equal figures read 'lower'."
NO_TEST = "There the change is between two years, whatever chance allows; here the trend is tested."
FROM_NOUGHT = "There the first year is nought, of which no percentage can be told."
NOT_HERE = "No extract in this workspace gives this figure."


class Figure(NamedTuple):
    """One value of one area: its period and status beside it."""

    kind: str
    start: date
    end: date
    value: float
    status: str

    @property
    def period(self) -> str:
        return period_label(self.kind, self.start, self.end)


class Ours(NamedTuple):
    """What we say of the area's latest value: against the country, and its trend."""

    verdict: str | None
    reason: str | None
    country: float | None
    trend: str | None


Key = tuple[str, str, str, str]  # area type, area code, indicator, category
Shown = Mapping[str, Any]


def reconcile(tables: Mapping[str, Path], area_types: Sequence[str], area: tuple[str, str] | None = None) -> pa.Table:
    """Rows of ``reconciliation`` for every area of the given types, or for one.

    Parameters
    ----------
    tables : mapping of name to Parquet
        The curated tables of a release, with ``indicator_value``; ``comparison`` and ``trend`` may be missing.
    area_types : sequence of str
        Kinds of area to reconcile.
    area : tuple of type and code, optional
        Only this area.

    Returns
    -------
    pyarrow.Table
        One row per area and row of the present profiles; those without a figure say so.
    """
    rows, definitions = present_rows(), own_definitions()
    wanted = sorted({row.indicator for row in rows} | {row.made_by for row in rows})
    facts = {name: path for name, path in tables.items() if name not in _MADE}
    types = list(dict.fromkeys([*area_types, "country"]))
    # Figures that are made otherwise there: the same engine, other definitions.
    present = calculate(facts, types, definitions).values
    with connect() as connection:
        connection.register("present_value", present)
        connection.execute(f"create view ours_value as select * from {relation(tables['indicator_value'])}")
        for contract in (COMPARISON, TREND):
            source = tables.get(contract.name)
            if source is None:
                connection.register(contract.name, contract.schema.empty_table())
            else:
                connection.execute(f"create view {contract.name} as select * from {relation(source)}")
        figures = _figures(connection, wanted, types)
        ours = _ours(connection, wanted, types)
        areas = sorted({key[:2] for key in figures if key[0] in area_types}) if area is None else [area]
        country = next((key[1] for key in figures if key[0] == "country"), "")
    told = [_told(row, kind, code, figures, ours, country) for kind, code in areas for row in rows]
    if not told:
        return RECONCILIATION.schema.empty_table()
    return conform(RECONCILIATION, {name: [row[name] for row in told] for name in told[0]}, len(told))


#: Tables that a build makes from the facts: no facts themselves.
_MADE = {"indicator", "indicator_value", "comparison", "area_rank", "neighbour", "trend", "inequality", "profile",
         "profile_trend", "reconciliation"}  # fmt: skip


def _figures(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[str], types: Sequence[str]
) -> dict[Key, list[Figure]]:
    """Every value of every area by indicator and class, the latest first."""
    found: dict[Key, list[Figure]] = {}
    own = {name: indicator.breakdown or "all" for name, indicator in {**indicators(), **own_definitions()}.items()}
    connection.register("own", pa.table({"indicator_id": wanted, "breakdown": [own[name] for name in wanted]}))
    for kind, code, item, category, *rest in connection.execute(
        f"""select area_type, area_code, indicator_id, category, period_type, period_start, period_end, value, status
        from (select * from ours_value union all by name select * from present_value)
        join own using (indicator_id, breakdown)
        where value is not null and area_type in (select unnest(?)) and {placed("area_code")}
        order by period_end desc, period_start desc""",
        [list(types)],
    ).fetchall():
        found.setdefault((kind, code, item, category), []).append(Figure(*rest))
    return found


def _ours(connection: duckdb.DuckDBPyConnection, wanted: Sequence[str], types: Sequence[str]) -> dict[Key, Ours]:
    """Our verdicts: against the country, and on the trend."""
    rows = connection.execute(
        """select area_type, area_code, indicator_id, category, c.verdict, c.reason, c.comparator_value, t.verdict
        from (select * from comparison where comparator = 'country') c
        full join trend t using (area_type, area_code, indicator_id, category, breakdown)
        where indicator_id in (select unnest(?)) and area_type in (select unnest(?))""",
        [list(wanted), list(types)],
    ).fetchall()
    return {(kind, code, item, category): Ours(*rest) for kind, code, item, category, *rest in rows}


def _told(
    row: PresentRow, kind: str, code: str, figures: Mapping[Key, list[Figure]], ours: Mapping[Key, Ours], country: str
) -> dict[str, Any]:
    here = indicators()[row.indicator]
    run = figures.get((kind, code, row.made_by, row.category), [])
    there = run[0] if run else None
    beside = next(iter(figures.get(("country", country, row.made_by, row.category), [])), None)
    own = next(iter(figures.get((kind, code, row.indicator, row.category), [])), None)
    said = ours.get((kind, code, row.indicator, row.category), Ours(None, None, None, None))
    typed = row.country if row.country is not None else beside and beside.value
    words = wording.against_country(there and there.value, typed)
    earlier = _earlier(row, run)
    change = wording.change(earlier and earlier.value, there and there.value)
    return {
        "area_type": kind, "area_code": code, "position": row.position, "section": row.section, "label": row.label,
        "present_period": there and there.period, "present_value": there and there.value,
        "present_shown": there and _printed(row, there.value),
        "present_country_period": beside and beside.period,
        "present_country_shown": None if typed is None else _printed(row, typed), "present_words": words or None,
        "present_change": f"{change} since {earlier.period}" if earlier and change else None,
        "indicator_id": row.indicator, "category": row.category, "period": own and own.period,
        "value": own and own.value, "shown": own and _ours_printed(here, own.value),
        "country_shown": None if said.country is None else _ours_printed(here, said.country),
        "words": (said.verdict or "not_compared").replace("_", " ") if own else None,
        "trend": (said.trend or "cannot_be_calculated").replace("_", " ") if own else None,
        "same_figure": _same(row, there, own), "why": _why(row, there, beside, own, said, words, earlier) or None,
    }  # fmt: skip


def _earlier(row: PresentRow, run: Sequence[Figure]) -> Figure | None:
    """The figure from which the present profiles tell the change."""
    if row.since is None or len(run) < 2:
        return None
    years = SINCE[row.since]
    if years is None:
        return run[-1]
    return next((figure for figure in run if figure.end.year == run[0].end.year - years), None)


def _printed(row: PresentRow, value: float) -> str:
    return row.text.replace("{value}", wording.half_up(value, row.decimals)) + ("%" if row.type == "percentage" else "")


def _ours_printed(indicator: Indicator, value: float) -> str:
    return wording.half_up(value, indicator.decimals) + ("%" if indicator.unit.startswith("%") else "")


def _same(row: PresentRow, there: Figure | None, own: Figure | None) -> bool | None:
    if there is None or own is None:
        return None
    return wording.half_up(there.value, row.decimals) == wording.half_up(own.value, row.decimals)


def _why(
    row: PresentRow, there: Figure | None, beside: Figure | None, own: Figure | None, said: Ours, words: str,
    earlier: Figure | None,
) -> str:  # fmt: skip
    if there is None:
        return NOT_HERE
    reasons = [row.differs] if row.differs else []
    if beside and row.country is None and there.period != beside.period:
        reasons.append(OTHER_PERIOD.format(present=there.period, country=beside.period))
    elif words and said.verdict == "similar":
        tie = said.country is not None and own is not None and own.value == said.country
        reasons.append(TIE if tie else BY_CHANCE.format(words=words))
    elif words and own and said.verdict == "not_compared":
        reasons.append(NOT_TOLD.format(words=words, reason=said.reason or ""))
    if earlier is not None:
        reasons.append(FROM_NOUGHT if earlier.value == 0 else NO_TEST)
    return " ".join(reasons)
