"""How an area stands: its limits, what it is compared with, its rank, its trend, and its inequality, for its page.

Everything is told in words, so that it reads the same in print, in colour and aloud. Nothing is worked out here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from locality_profiles.numbers import print_value
from locality_profiles.periods import period_label
from locality_profiles.publish.reading import AreaKey, Indicator
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

#: Comparators in the order of their columns, and the headings of those that are no single area.
COMPARATORS = ("hscp", "health_board", "country", "peers", "neighbours")
WORDS = {"higher": "Higher", "lower": "Lower", "similar": "Similar", "not_compared": ""}
TREND_WORDS = {
    "increasing": "Rising", "decreasing": "Falling", "no_significant_change": "No clear change",
    "cannot_be_calculated": "",
}  # fmt: skip
SCHEMES = {
    "simd_2020v2_quintile": "Fifths of the country",
    "simd_2020v2_quintile_hscp": "Fifths of the partnership",
    "simd_quintile": "Fifths of the country, as published",
    "simd_quintile_own": "Fifths of the area itself, as published",
}
#: Where a partnership's own fifths are told, those of the country add little; so the order in which one is chosen.
PREFERRED = ("simd_2020v2_quintile_hscp", "simd_quintile_own", "simd_2020v2_quintile", "simd_quintile")

Key = tuple[str, str]  # indicator and category


class Verdict(NamedTuple):
    """What a comparison found, and the value that it was with."""

    verdict: str
    judgement: str | None
    value: float | None


@dataclass
class Compared:
    """One row of 'How it compares': the value with its limits, verdicts by comparator, and the rank."""

    value: float
    lower: float | None
    upper: float | None
    status: str
    verdicts: dict[str, Verdict]
    rank: tuple[int, int | None, int | None, int] | None = None


class Change(NamedTuple):
    """The verdict on a trend, and the change with its limits."""

    verdict: str
    judgement: str | None
    reason: str | None


class Unequal(NamedTuple):
    """One row of 'Inequality': the two ends of the fifths, the gap, and the slope."""

    scheme: str
    most: float
    least: float
    gap: float
    gap_lower: float | None
    gap_upper: float | None
    sii: float | None
    sii_lower: float | None
    sii_upper: float | None
    share: float | None


class OfClass(NamedTuple):
    """The value of one age band or of town or country, with its limits and its period."""

    category: str
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    period: str


@dataclass
class Standing:
    """How one area stands, by indicator and category."""

    compared: dict[Key, Compared] = field(default_factory=dict)
    changes: dict[Key, Change] = field(default_factory=dict)
    unequal: dict[str, Unequal] = field(default_factory=dict)
    #: By breakdown and indicator.
    classes: dict[Key, list[OfClass]] = field(default_factory=dict)


def read_standings(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> dict[AreaKey, Standing]:
    """How every profiled area stands; empty where a release has no such tables."""
    found: dict[AreaKey, Standing] = {}
    if "comparison" in tables:
        for area, key, row in _comparisons(connection, tables, profiled):
            found.setdefault(area, Standing()).compared[key] = row
    if "trend" in tables:
        for kind, code, item, category, *told in _rows(connection, _TREND, tables, "trend", profiled):
            found.setdefault((kind, code), Standing()).changes[item, category] = Change(*told)
    if "inequality" in tables:
        for kind, code, item, *told in _rows(connection, _INEQUALITY, tables, "inequality", profiled):
            found.setdefault((kind, code), Standing()).unequal.setdefault(item, Unequal(*told))
    for kind, code, breakdown, item, category, value, lower, upper, status, *period in _rows(
        connection, _CLASSES, tables, "indicator_value", profiled
    ):
        of = found.setdefault((kind, code), Standing()).classes.setdefault((breakdown, item), [])
        of.append(OfClass(category, value, lower, upper, status, period_label(*period)))
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, tables: Mapping[str, Path], table: str, profiled: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    found = connection.execute(query.format(table=relation(tables[table])), [list(profiled)])
    while rows := found.fetchmany(4096):
        yield from rows


#: Breakdowns that are told in tables of their own, and what each is called.
AGE, SETTLEMENT = "age", "urban_rural_2fold_2020"
SETTLEMENTS = {"1": "Town", "2": "Country"}

# Classes of the latest period: age bands from the youngest, town before country.
_CLASSES = f"""
    select area_type, area_code, breakdown, indicator_id, category, value, lower, upper, status, period_type,
        period_start, period_end
    from {{table}} where breakdown in ('{AGE}', '{SETTLEMENT}') and category <> 'unknown'
        and area_type in (select unnest(?))
    qualify (period_end, period_start) = max((period_end, period_start)) filter (value is not null) over (
        partition by area_type, area_code, breakdown, indicator_id)
    order by area_type, area_code, breakdown, indicator_id, try_cast(regexp_extract(category, '^[0-9]+') as int)"""

_TREND = """
    select area_type, area_code, indicator_id, category, verdict, judgement, reason from {table}
    where area_type in (select unnest(?))"""

# The latest period of the scheme that says most of the place: its own fifths before the country's.
_INEQUALITY = f"""
    select area_type, area_code, indicator_id, scheme, most_deprived, least_deprived, absolute_gap, absolute_gap_lower,
        absolute_gap_upper, sii, sii_lower, sii_upper, attributable_share
    from {{table}} where area_type in (select unnest(?)) and most_deprived is not null and least_deprived is not null
    order by area_type, area_code, indicator_id, period_end desc, list_position({list(PREFERRED)}, scheme)"""


def _comparisons(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> Iterator[tuple[AreaKey, Key, Compared]]:
    """One row per area, indicator and category that was compared with anything."""
    query = f"""
        with told as (
            select area_type, area_code, indicator_id, category, breakdown, period_start, period_end,
                list(comparator) as comparators, list(verdict) as verdicts, list(judgement) as judgements,
                list(comparator_value) as others
            from {relation(tables["comparison"])}
            where verdict <> 'not_compared' and area_type in (select unnest(?)) group by all)
        select t.area_type, t.area_code, t.indicator_id, t.category, t.comparators, t.verdicts, t.judgements, t.others,
            v.value, v.lower, v.upper, v.status, r.rank, r.rank_lower, r.rank_upper, r.ranked
        from told t
        join {relation(tables["indicator_value"])} v
            using (area_type, area_code, indicator_id, category, breakdown, period_start, period_end)
        left join (select * from {relation(tables["area_rank"])} where among = 'country') r
            using (area_type, area_code, indicator_id, category, breakdown, period_start, period_end)
        order by t.area_type, t.area_code"""
    found = connection.execute(query, [list(profiled)])
    while rows := found.fetchmany(4096):
        for kind, code, item, category, comparators, verdicts, judgements, others, *rest in rows:
            told = {c: Verdict(*v) for c, *v in zip(comparators, verdicts, judgements, others, strict=True)}
            value, lower, upper, status, rank, low, high, ranked = rest
            place = None if rank is None else (rank, low, high, ranked)
            yield (kind, code), (item, category), Compared(value, lower, upper, status, told, place)


# --- for the template -----------------------------------------------------------------------------


def compared_view(rows: Sequence[Any], standing: Standing, peers: str) -> dict[str, Any] | None:
    """The table 'How it compares' of one section: headings, and a row for each indicator and class compared."""
    own = [(row, standing.compared.get((row.indicator.indicator_id, row.category))) for row in rows]
    told = [(row, compared) for row, compared in own if compared]
    if not told:
        return None
    used = [c for c in COMPARATORS if any(c in compared.verdicts for _, compared in told)]
    ranked = any(compared.rank for _, compared in told)
    return {
        "comparators": used, "peers": peers, "ranked": ranked,
        "rows": [
            {
                "title": row.title,
                "value": _value(compared.value, row.indicator, compared.status),
                "limits": _span(compared.lower, compared.upper, row.indicator),
                "verdicts": [_verdict(compared.verdicts.get(c), row.indicator) for c in used],
                "rank": rank_words(compared.rank) if compared.rank else "",
            }
            for row, compared in told
        ],
    }  # fmt: skip


def _verdict(found: Verdict | None, indicator: Indicator) -> dict[str, str]:
    if found is None:
        return {"words": "", "css": "none", "value": ""}
    words = WORDS[found.verdict] + (f", {found.judgement}" if found.judgement else "")
    return {"words": words, "css": found.judgement or found.verdict, "value": _value(found.value, indicator)}


def _value(value: float | None, indicator: Indicator, status: str = "actual") -> str:
    return print_value(value, status, indicator.unit, indicator.decimals)


def _span(lower: float | None, upper: float | None, indicator: Indicator) -> str:
    if lower is None or upper is None:
        return ""
    return f"{_value(lower, indicator)} to {_value(upper, indicator)}"


def rank_words(rank: tuple[int, int | None, int | None, int]) -> str:
    """'3 of 31 (1 to 8)': the rank, and those that chance allows."""
    place, low, high, among = rank
    allowed = f" ({low} to {high})" if low is not None and high is not None and low != high else ""
    return f"{place} of {among:,}{allowed}"


def change_words(standing: Standing, indicator: str, category: str) -> str:
    """'Rising, worse': the verdict on a trend; empty where none was reached."""
    found = standing.changes.get((indicator, category))
    if found is None or not TREND_WORDS[found.verdict]:
        return ""
    return TREND_WORDS[found.verdict] + (f", {found.judgement}" if found.judgement else "")


def unequal_view(indicators: Sequence[Indicator], standing: Standing) -> list[dict[str, str]]:
    """The rows of the table 'Inequality' of one section."""
    return [
        {
            "title": indicator.title, "unit": indicator.unit_beside, "scheme": SCHEMES[row.scheme],
            "most": _value(row.most, indicator), "least": _value(row.least, indicator),
            "gap": _signed(row.gap, indicator), "gap_limits": _span(row.gap_lower, row.gap_upper, indicator),
            "sii": "" if row.sii is None else _signed(row.sii, indicator),
            "sii_limits": _span(row.sii_lower, row.sii_upper, indicator),
            "share": "" if row.share is None else f"{row.share:.0f}%",
        }
        for indicator in indicators if (row := standing.unequal.get(indicator.indicator_id))
    ]  # fmt: skip


def classes_view(indicators: Sequence[Indicator], standing: Standing, breakdown: str) -> list[dict[str, Any]]:
    """The tables 'By age' or 'Town and country' of one section: indicators of the same classes stand in one table.

    A place that is all town, or all country, has nothing to compare.
    """
    tables: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for indicator in indicators:
        found = standing.classes.get((breakdown, indicator.indicator_id), [])
        if len([of for of in found if of.value is not None]) < 2:
            continue
        tables.setdefault(tuple(class_title(of.category, breakdown) for of in found), []).append({
            "title": indicator.title, "unit": indicator.unit_beside, "period": found[0].period,
            "cells": [
                {"value": _value(of.value, indicator, of.status), "limits": _span(of.lower, of.upper, indicator)}
                for of in found
            ],
        })  # fmt: skip
    return [{"classes": classes, "rows": rows} for classes, rows in tables.items()]


def class_title(category: str, breakdown: str) -> str:
    """'65 to 74', '90 and over', 'Town': a class for people."""
    if breakdown == SETTLEMENT:
        return SETTLEMENTS[category]
    return category.replace("-", " to ").replace("+", " and over")


def _signed(value: float, indicator: Indicator) -> str:
    return f"+{_value(value, indicator)}" if value > 0 else _value(value, indicator)


def missing_view(indicators: Mapping[str, Indicator], section: str) -> list[Indicator]:
    """Indicators of a section of which the release has no figure."""
    return [indicator for indicator in indicators.values() if indicator.section == section and indicator.unavailable]
