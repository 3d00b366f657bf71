"""The declarations as a table: what each indicator is, in words, and what this build has of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.indicators.counts import Counts, terms_of
from locality_profiles.indicators.definition import (
    INTERVALS,
    STANDARDS,
    Indicator,
    Term,
    age_band,
)
from locality_profiles.indicators.ready_made import has_published
from locality_profiles.sources import sources
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import INDICATOR

_PERIOD_WORDS = {
    "mid_year": "30 June of a year", "calendar_year": "calendar year", "financial_year": "financial year",
    "financial_quarter": "quarter", "calendar_quarter": "quarter", "month": "month", "week": "week",
    "census_week": "week of the census", "snapshot": "day", "school_year": "school year",
}  # fmt: skip


def definitions_table(
    connection: duckdb.DuckDBPyConnection,
    values: pa.Table,
    used: Mapping[str, Sequence[str]],
    unavailable: Mapping[str, str | None],
    found: Sequence[Indicator],
) -> pa.Table:
    """Rows of ``indicator``: the definitions, with the smallest area and the sources that this build has."""
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
    unpublished = {extract for extract, kind in connection.execute("select extract_id, kind from extract").fetchall()
                   if kind in sources() and not sources()[kind].source.published}  # fmt: skip
    own = {
        "origin": [_origin(used[i.id], unpublished) for i in found],
        "smallest_area": [smallest.get(i.id) for i in found],
        "unavailable": [unavailable.get(i.id) for i in found],
        "source": ["; ".join(sorted({titles.get(e, e) for e in used[i.id]})) or "no extract in this workspace"
                   for i in found],
    }  # fmt: skip
    return conform(INDICATOR, described(found) | own, len(found))


def _origin(used: Sequence[str], unpublished: set[str]) -> str:
    """Whether all that an indicator is made from was published already."""
    if not used:
        return "none"
    return "unpublished" if unpublished.intersection(used) else "published"


def described(found: Sequence[Indicator]) -> dict[str, list[Any]]:
    """What the declarations alone say, column by column."""
    return {
        "indicator_id": [i.id for i in found], "title": [i.title for i in found], "section": [i.section for i in found],
        "section_title": [i.section_title for i in found],
        "section_order": [i.section_order for i in found], "item_order": [i.order for i in found],
        "definition": [i.definition for i in found], "numerator": [i.numerator.what for i in found],
        "denominator": [i.denominator.what if i.denominator else None for i in found], "ages": [ages(i) for i in found],
        "method": [i.method for i in found], "standardisation": [standardisation(i) for i in found],
        "periods": [periods(i) for i in found], "interval": [INTERVALS[i.interval][0] for i in found],
        "per": [i.per for i in found], "unit": [i.unit for i in found], "decimals": [i.decimals for i in found],
        "direction": [i.direction for i in found],
        "outcomes": [" ".join(str(outcome) for outcome in i.outcomes) or None for i in found],
        "frameworks": [" ".join(i.frameworks) or None for i in found], "disclosure": [i.disclosure for i in found],
        "counted": [counted(i) for i in found], "counted_among": [counted_among(i) for i in found],
        "caveat": [i.caveat for i in found], "owner": [i.owner for i in found], "reviewed": [i.reviewed for i in found],
    }  # fmt: skip


#: Tables of denominators of which every figure is published, whatever is made from it.
_OPEN_DENOMINATORS = ("population", "population_class", "deprivation", "household", "registration", "service")


def counted(indicator: Indicator) -> str | None:
    """What a numerator counts, as JSON that a program can compare with others'; None for ready-made values."""
    if indicator.method == "published":
        return None
    bands = indicator.standardisation.bands if indicator.standardisation else ()
    return _counted(indicator.numerator, (bands[0].first, bands[-1].last) if bands else None)


def counted_among(indicator: Indicator) -> str | None:
    """The same of a denominator that counts events or people served."""
    term = indicator.denominator
    return None if term is None or term.table in _OPEN_DENOMINATORS else _counted(term, None)


def _counted(term: Term, within: tuple[int, int | None] | None) -> str:
    """A term's rows as sets of values by column; ages apart, since they are told as bands and as numbers."""
    sets: dict[str, list[str] | str] = {}
    first, last = 0, None
    for column, value in term.where.items():
        band = age_band(value) if column == "age_band" else None
        if column == "age":
            first, last = (value.get("from", 0), value.get("to")) if isinstance(value, dict) else (value, value)
        elif band is not None:
            first, last = band.first, band.last
        elif column != "age_band" or value != "all":
            listed = value if isinstance(value, list) else [value]
            sets[column] = "*" if "all" in listed else sorted(str(part) for part in listed)
    if within is not None:
        ends = [end for end in (last, within[1]) if end is not None]
        first, last = max(first, within[0]), min(ends) if ends else None
    told = {"table": term.table, "column": term.column, "sets": sets, "ages": [first, last],
            "adds_over_time": term.additive == "flow"}  # fmt: skip
    return json.dumps(told, sort_keys=True)


def ages(indicator: Indicator) -> str | None:
    """Ages of the people counted, for people; None where that is not declared.

    >>> from locality_profiles.indicators.definition import indicators
    >>> ages(indicators()["aged_65_plus"])
    '65 and over'
    """
    if indicator.standardisation is not None:
        bands = indicator.standardisation.bands
        return _age_words(bands[0].first, bands[-1].last)
    for column in ("age", "age_band"):
        wanted = indicator.numerator.where.get(column)
        if isinstance(wanted, dict):
            return _age_words(wanted.get("from", 0), wanted.get("to"))
        if isinstance(wanted, str) and wanted != "all":
            return wanted.replace("-", " to ").replace("+", " and over")
    return "all ages" if indicator.numerator.where.get("age_band") == "all" or _of_everybody(indicator) else None


def _of_everybody(indicator: Indicator) -> bool:
    return indicator.numerator.table in ("population", "population_class") and "age" not in indicator.numerator.where


def _age_words(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} and over" if first else "all ages"
    return f"under {last + 1}" if not first else f"{first} to {last}"


def standardisation(indicator: Indicator) -> str | None:
    """How ages were made alike, for people; None where they were not."""
    how = indicator.standardisation
    if how is None or indicator.method == "life_expectancy":
        return None
    ages_of = f"{len(how.bands)} age bands from {how.bands[0].name} to {how.bands[-1].name}"
    if how.standard is None:
        return f"indirect, by the whole country's rate in {ages_of}"
    return f"direct, {STANDARDS[how.standard]}, {ages_of}"


def periods(indicator: Indicator) -> str:
    """What one period is and how many are put together, for people."""
    term = indicator.numerator
    kind = term.collect or term.period or _usual_period(term)
    word = _PERIOD_WORDS.get(kind, "period of the extract")
    if indicator.method == "published":
        return "as published"
    if indicator.pooled_periods > 1:
        return f"{indicator.pooled_periods} {word}s together: their events and their people are added"
    return f"one {word}" if word != "30 June of a year" else word


def _usual_period(term: Term) -> str:
    return {"population": "mid_year", "population_class": "mid_year", "service": "snapshot"}.get(term.table, "")


def why_not(connection: duckdb.DuckDBPyConnection, counts: Counts, indicator: Indicator) -> str:
    """Why a build has no value of an indicator: one or two sentences, the last saying what it would take."""
    if indicator.not_collected:
        return indicator.not_collected
    if indicator.method == "published":
        if has_published(connection, indicator):
            return "Not available, because its values are published for none of the areas of this workspace."
        return _lacking(indicator.numerator.what, indicator)
    for term in terms_of(indicator):
        if not counts.has_rows(term):
            return _lacking(term.what, indicator)
    if indicator.denominator is None:
        return "Not available, because the extracts do not cover any area of this workspace whole."
    return (
        f"Not available, because the extracts give {indicator.numerator.what} and {indicator.denominator.what} "
        "for no period and area together."
    )


def _lacking(what: str, indicator: Indicator) -> str:
    return f"Not available, because no extract in this workspace gives {what}. Needs: {indicator.needs}"
