"""Row by row: what somebody else's file says, what the public edition of a release says, and why the two differ.

Only published tables are looked at, so nothing is told that the public edition hides. A figure agrees if ours, rounded
as theirs is, is theirs. Where it does not, reasons are tried in the order of ``REASONS``, and one that nothing in the
two files supports is never given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.errors import ExtractRefused, ReleaseError, UnknownArea
from locality_profiles.indicators.definition import with_own
from locality_profiles.migrating.reading import Supplied, read_supplied
from locality_profiles.migrating.resolving import Meant, Names, Place, Places, period_between, period_of
from locality_profiles.numbers import is_pence, unit_label
from locality_profiles.periods import period_label
from locality_profiles.publish.releases import Release
from locality_profiles.tables.cells import SYMBOLS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.workspace import Workspace

#: What may come of a row, in the order in which they are told, and what each means.
OUTCOMES = {
    "matched": "the same figure, at the rounding there",
    "rounding": "the same but for the last digit: the two are rounded otherwise",
    "other_unit": "the same figure in another unit",
    "other_period": "the figure of another period",
    "other_definition": "a figure of the same name, made by another definition",
    "other_area": "the area is made of other places there",
    "other_denominator": "another denominator, or another edition of it",
    "unexplained": "different, and nothing in the two tells why",
    "withheld_there": "a figure here, suppressed or left out there",
    "withheld_here": "a figure there, held back in our public edition",
    "only_there": "only there: we have none of that area and period",
    "only_here": "only here: the file has none of that area and period",
    "neither": "a row without a figure in both",
    "not_understood": "a row of which the area, the indicator, the period or the figure is not understood",
}
#: Those in which two figures stand side by side and are not the same.
REASONS = ("rounding", "other_unit", "other_period", "other_definition", "other_area", "other_denominator",
           "unexplained")  # fmt: skip

#: By how much one unit may be another: per 1, 100, 1,000, 10,000 and 100,000, and pence in a pound.
TIMES = (10, 100, 1_000, 10_000, 100_000)
#: As many decimals mean a number as a computer holds it, which nobody rounded.
FULL = 9
#: How far from a period another is looked for whose figure is the one there, in days.
NEAR = 3 * 366
#: Kinds of area of which the boundary is official: they are made of other places only where a code says so.
OFFICIAL = ("council_area", "hscp", "health_board", "country")
#: Statuses in words that others use, and marks in a cell, for a figure that is not told.
WITHHELD = ("suppressed", "not_available", "not_collected", "not_calculated", "not_applicable")

#: A cell as a number, whatever signs stand round it.
_CLEAN = "regexp_replace(value, '[,£%\\s]', '', 'g')"
_BLANKS = tuple(dict.fromkeys((*SYMBOLS, "-", "–", "**", "suppressed")))


@dataclass(frozen=True)
class Reconciled:
    """What came of comparing: a row each, the largest differences first, and what the file was taken for."""

    file: str
    layout: str
    columns: Mapping[str, str]
    release: str
    title: str
    synthetic: bool
    rows: tuple[Mapping[str, Any], ...]
    left: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """How many rows came to what; nothing is left out."""
        found = dict.fromkeys(OUTCOMES, 0)
        for row in self.rows:
            found[str(row["outcome"])] += 1
        return found

    def different(self) -> list[Mapping[str, Any]]:
        """Rows with two figures that are not the same, the largest difference first."""
        return [row for row in self.rows if row["outcome"] in REASONS]

    def not_understood(self) -> list[tuple[str, int]]:
        """Why rows were not understood, and how many for each reason, the most frequent first."""
        found: dict[str, int] = {}
        for row in self.rows:
            if row["outcome"] == "not_understood":
                found[str(row["why"])] = found.get(str(row["why"]), 0) + 1
        return sorted(found.items(), key=lambda told: (-told[1], told[0]))


def compare_with(
    workspace: Workspace,
    release: Release,
    path: Path,
    wanted: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Reconciled:
    """Compare a file with the public edition of a release.

    Parameters
    ----------
    wanted
        Names or codes of areas; all that the file is about where none is named.
    columns
        Headings by role, where they are told; see ``reading.HEADINGS``.
    said
        Our indicators by the names that they have in the file, where somebody says so.

    Raises
    ------
    ExtractRefused
        If the file cannot be read, or says nothing that can be compared.
    ReleaseError
        If the tables of the release are gone.
    UnknownArea, UnknownIndicator
        If an area or indicator that is named is not in the release.
    """
    if not path.is_file():
        raise ExtractRefused(f"There is no file {path}.")
    tables = {name: workspace.curated / name / found.name for name, found in release.public_tables.items()}
    if not all(tables[name].exists() for name in ("area", "indicator", "indicator_value", "profile")):
        raise ReleaseError(f"Release {release.id} cannot be compared: its tables are no longer in the store.")
    with connect() as connection:
        for name in ("area", "indicator", "indicator_value", "profile", "code_change"):
            if name in tables:
                connection.execute(f"create view {name} as select * from {relation(tables[name])}")
        places = _places(connection, workspace, "code_change" in tables)
        definitions = with_own(workspace.definitions, workspace.outcomes)
        titles = dict(connection.execute("select indicator_id, title from indicator").fetchall())
        query = "select distinct indicator_id from indicator_value where value is not null"
        filled = [name for (name,) in connection.execute(query).fetchall()]
        names = Names(titles, definitions, said or {}, filled)
        chosen = [_wanted(places, text) for text in wanted]
        supplied = read_supplied(path, columns or {}, places.is_area)
        _theirs(connection, supplied, places, names, chosen)
        declared = {name: found.breakdown or "all" for name, found in definitions.items()}
        _ours(connection, {**_breakdowns(connection), **declared})
        rows = _reconciled(connection)
        title = workspace.title
    told = [_told(row, places) for row in rows]
    told.sort(key=_by_size)
    return Reconciled(path.name, supplied.layout, supplied.columns, release.id, title,
                      bool(release.about.get("synthetic")), tuple(told), supplied.left)  # fmt: skip


def _places(connection: duckdb.DuckDBPyConnection, workspace: Workspace, has_changes: bool) -> Places:
    areas = connection.execute("select area_type, area_code, area_name from area order by all").fetchall()
    profiled = connection.execute("select distinct area_type, area_code from profile order by all").fetchall()
    query = "select area_type, old_code, new_code, kind, note from code_change order by all"
    recoded = connection.execute(query).fetchall() if has_changes else []
    return Places(areas, profiled, recoded, workspace.type_titles(), workspace.names)


def _wanted(places: Places, text: str) -> tuple[str, str]:
    kind, sign, name = text.partition(":")
    found = places.find(name, None, kind) if sign else places.find(text, None, None)
    if found.area_type is None or found.area_code is None:
        raise UnknownArea(found.why)
    return found.area_type, found.area_code


# --- theirs ---------------------------------------------------------------------------------------


def _theirs(
    connection: duckdb.DuckDBPyConnection, supplied: Supplied, places: Places, names: Names,
    chosen: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """Table ``theirs``: each row of the file with what its texts mean here, or why they mean nothing."""
    connection.register("supplied", supplied.rows)
    connection.execute(
        "create temp table told as select row_number() over () as n, sheet, row, "
        + ", ".join(f"nullif(trim({role}), '') as {role}" for role in supplied.rows.column_names[2:])
        + " from supplied"
    )
    _register_places(connection, places)
    _register_names(connection, names)
    _register_periods(connection)
    connection.execute(
        f"""
        create temp table read as
        select t.*, a.area_type as a_kind, a.area_code as a_code, a.why as area_why, a.redrawn,
            i.indicator_id, i.meant_category, i.why as indicator_why, i.differs, p.kind as pk, p.start, p.finish,
            try_cast({_CLEAN} as double) as number,
            length(coalesce(regexp_extract({_CLEAN}, '^[^.eE]*\\.([0-9]+)$', 1), '')) as shown_decimals,
            length(regexp_replace({_CLEAN}, '[^0-9]', '', 'g')) as digits,
            value is null or lower({_CLEAN}) in {_BLANKS} or coalesce(status in {WITHHELD}, false) as blank
        from told t
        join meant_place a on a.area is not distinct from t.area and a.code is not distinct from t.area_code
            and a.kind is not distinct from t.area_type
        join meant_name i on i.name is not distinct from t.indicator
        join meant_period p on p.period is not distinct from t.period and p.first is not distinct from t.period_start
            and p.last is not distinct from t.period_end and p.said is not distinct from t.period_type"""
    )
    if chosen:
        connection.register(
            "chosen", pa.table({"a_kind": [kind for kind, _ in chosen], "a_code": [code for _, code in chosen]})
        )
        # A row of which the area is not understood may be about one that was asked for, and stays.
        connection.execute(
            "delete from read where a_code is not null "
            "and not exists (select 1 from chosen c where c.a_kind = read.a_kind and c.a_code = read.a_code)"
        )
    # A column of which every row says the same and which is no class of ours, such as a topic, tells nothing apart.
    connection.execute(
        """
        create temp table class_name as
        select indicator_id, lower(name) as name, min(class) as class from (
            select distinct indicator_id, category as name, category as class from indicator_value
            union all select distinct item, category_title, category from profile where category_title is not null)
        group by indicator_id, lower(name)"""
    )
    connection.execute(
        f"""
        create temp table theirs as
        select * exclude (shown_decimals, kinds),
            case when median(shown_decimals) filter (number is not null) over series > {FULL} then 15
                else max(shown_decimals) filter (shown_decimals <= {FULL}) over series end as decimals,
            count(distinct (number, blank)) over same as figures
        from (
            select r.*, coalesce(k.class, case when r.kinds > 1 then r.category end, r.meant_category) as class
            from (select *, count(distinct category) over (partition by sheet, indicator) as kinds from read) r
            left join class_name k on k.indicator_id = r.indicator_id and k.name = lower(r.category))
        window series as (partition by sheet, indicator),
            same as (partition by a_kind, a_code, indicator_id, coalesce(breakdown, ''), coalesce(class, ''), start,
                finish)"""
    )


def _register_places(connection: duckdb.DuckDBPyConnection, places: Places) -> None:
    keys = connection.execute("select distinct area, area_code, area_type from told").fetchall()
    places.prefer(str(name) for name, code, kind in keys if name and not code and not kind)
    found: list[Place] = [places.find(*key) for key in keys]
    connection.register("meant_place", pa.table({
        "area": _texts(key[0] for key in keys), "code": _texts(key[1] for key in keys),
        "kind": _texts(key[2] for key in keys), "area_type": _texts(place.area_type for place in found),
        "area_code": _texts(place.area_code for place in found), "why": _texts(place.why for place in found),
        "redrawn": _texts(place.redrawn for place in found),
    }))  # fmt: skip


def _register_names(connection: duckdb.DuckDBPyConnection, names: Names) -> None:
    keys = [key for (key,) in connection.execute("select distinct indicator from told").fetchall()]
    found: list[Meant] = [names.find(key) for key in keys]
    connection.register("meant_name", pa.table({
        "name": _texts(keys), "indicator_id": _texts(meant.indicator for meant in found),
        "meant_category": _texts(meant.category for meant in found), "why": _texts(meant.why for meant in found),
        "differs": _texts(meant.differs for meant in found),
    }))  # fmt: skip


def _register_periods(connection: duckdb.DuckDBPyConnection) -> None:
    query = "select distinct period, period_start, period_end, period_type from told"
    keys = connection.execute(query).fetchall()
    found = [
        period_between(start, end, kind or "") if start and end else period_of(period) if period else None
        for period, start, end, kind in keys
    ]
    connection.register("meant_period", pa.table({
        "period": _texts(key[0] for key in keys), "first": _texts(key[1] for key in keys),
        "last": _texts(key[2] for key in keys), "said": _texts(key[3] for key in keys),
        "kind": _texts(period and period.kind for period in found),
        "start": pa.array([period and period.start for period in found], pa.date32()),
        "finish": pa.array([period and period.end for period in found], pa.date32()),
    }))  # fmt: skip


def _texts(values: Any) -> pa.Array:
    return pa.array(list(values), pa.string())


# --- ours -----------------------------------------------------------------------------------------


def _breakdowns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The breakdown of which profiles show the classes, of indicators that have one: where no definition says it."""
    rows = connection.execute(
        """
        select indicator_id, breakdown from (select distinct indicator_id, breakdown, category from indicator_value) v
        join (select distinct item, category from profile where category <> 'all') p
          on p.item = v.indicator_id and p.category = v.category
        group by indicator_id, breakdown
        qualify row_number() over (partition by indicator_id order by count(*) desc, breakdown) = 1"""
    ).fetchall()
    return dict(rows)


def _ours(connection: duckdb.DuckDBPyConnection, main: Mapping[str, str]) -> None:
    """Table ``ours``: published values in the unit that is shown, with the breakdown that each indicator has."""
    units = connection.execute("select indicator_id, unit from indicator").fetchall()
    connection.register("shown", pa.table({
        "indicator_id": _texts(name for name, _ in units),
        "divided": pa.array([100.0 if is_pence(unit) else 1.0 for _, unit in units], pa.float64()),
        "unit": _texts(unit_label(unit) for _, unit in units),
        "main": _texts(main.get(name, "all") for name, _ in units),
    }))  # fmt: skip
    connection.execute(
        """
        create temp table ours as
        select v.indicator_id, v.area_type, v.area_code, v.breakdown, v.category, v.period_type, v.period_start,
            v.period_end, v.value / s.divided as value, v.numerator, v.denominator, v.status, v.note, i.title, s.unit,
            i.decimals, s.main
        from indicator_value v join indicator i using (indicator_id) join shown s using (indicator_id)
        semi join theirs t on t.a_kind = v.area_type and t.a_code = v.area_code"""
    )


#: What of ours may answer a row there: the same area, indicator and class.
_SAME_SERIES = """o.indicator_id = t.indicator_id and o.area_type = t.a_kind and o.area_code = t.a_code
    and case when t.breakdown is not null then o.breakdown = t.breakdown
        else o.breakdown in ('all', o.main) and (t.class is not null or o.category = 'all') end
    and o.category = coalesce(t.class, 'all')"""
#: The same days; or a day or month of ours in the year that the file names, which is how estimates are told.
_SAME_DAYS = """(o.period_start = t.start and o.period_end = t.finish)"""
_SAME_YEAR = """(t.pk = 'calendar_year' and o.period_type in ('mid_year', 'snapshot', 'census_week')
    and o.period_start >= t.start and o.period_end <= t.finish)"""
#: How far two figures may lie apart and still be the same, rounded as theirs is.
_HALF = "(0.5 * pow(10, -t.decimals) * (1 + 1e-9) + 1e-9 * abs(t.number))"

#: The two differ in the last digit that either shows. Counts do so by chance only where ours are rounded.
_LAST_DIGIT = """(case when least(t.decimals, t.our_decimals) > 0
        then abs(t.our_value - t.number) <= 1.5 * pow(10, -least(t.decimals, t.our_decimals)) * (1 + 1e-9)
            and abs(t.our_value - t.number) < 0.1 * abs(t.number)
        else t.our_status = 'rounded' and abs(t.our_value - t.number) <= 5 end)"""


def _reconciled(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every row of the file with ours and what came of it, and those that only we have."""
    connection.execute(
        f"""
        create temp table paired as
        select t.*, o.title, o.note, o.period_type as our_kind, o.period_start as our_start, o.period_end as our_end,
            o.unit as our_unit, o.breakdown as our_breakdown, o.category as our_category, o.value as our_value,
            o.numerator as our_numerator, o.denominator as our_denominator, o.status as our_status,
            o.decimals as our_decimals
        from theirs t left join ours o
          on {_SAME_SERIES} and t.figures = 1 and ({_SAME_DAYS} or {_SAME_YEAR})
        qualify row_number() over (partition by t.n order by {_SAME_DAYS} desc nulls last, o.breakdown = 'all' desc,
                                   o.period_end desc) = 1"""
    )
    _other_periods(connection)
    _moved(connection)
    scaled = " or ".join(
        f"abs(our_value * {times}.0 - number) <= {_HALF} or abs(our_value / {times}.0 - number) <= {_HALF}"
        for times in TIMES
    )
    connection.execute(
        f"""
        create temp table answered as
        select t.*, l.at_start as other_start, l.at_end as other_end, l.at_kind as other_kind, l.value as other_value,
            m.kind as moved, m.why as moved_why,
            case
                when t.area_why <> '' or t.indicator_why <> '' then 'not_understood'
                when t.blank and t.start is null then 'neither'
                when t.start is null or t.figures > 1
                    or (t.number is null and not t.blank) then 'not_understood'
                when t.blank and t.our_value is null then 'neither'
                when t.blank then 'withheld_there'
                when t.our_value is null and t.our_status = 'suppressed' then 'withheld_here'
                when t.our_value is null and l.n is not null then 'other_period'
                when t.our_value is null then 'only_there'
                when abs(t.our_value - t.number) <= {_HALF} then 'matched'
                when {_LAST_DIGIT} then 'rounding'
                when t.number <> 0 and t.digits >= 2 and ({scaled}) then 'other_unit'
                when l.n is not null then 'other_period'
                when t.differs <> '' then 'other_definition'
                when t.redrawn <> '' or m.kind = 'area' then 'other_area'
                when m.kind = 'edition' or (
                    try_cast(replace(t.denominator, ',', '') as double) is not null and t.our_denominator is not null
                    and abs(try_cast(replace(t.denominator, ',', '') as double) - t.our_denominator) > 0.5)
                    then 'other_denominator'
                else 'unexplained' end as outcome
        from paired t
        left join other_period l using (n)
        left join moved m on m.a_kind = t.a_kind and m.a_code = t.a_code"""
    )
    theirs = connection.sql("select * from answered order by n").to_arrow_table().to_pylist()
    return [*theirs, *_only_here(connection)]


def _other_periods(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``other_period``: ours of another period that is the figure there, or of one that overlaps with theirs.

    A figure of two digits or more is no chance; where we have none of the same period, ours that overlaps is shown.
    """
    connection.execute(
        f"""
        create temp table other_period as
        select t.n, o.period_start as at_start, o.period_end as at_end, o.period_type as at_kind, o.value
        from paired t join ours o on {_SAME_SERIES}
        where not t.blank and t.number is not null and t.figures = 1 and o.value is not null
          and not coalesce(o.period_start = t.our_start and o.period_end = t.our_end, false)
          and not coalesce(abs(t.our_value - t.number) <= {_HALF}, false)
          and coalesce(t.our_status, '') <> 'suppressed'
          and ((t.digits >= 2 and t.number <> 0 and abs(o.value - t.number) <= {_HALF}
                and abs(date_diff('day', o.period_end, t.finish)) <= {NEAR})
            or (t.our_value is null and o.period_start <= t.finish and o.period_end >= t.start))
        qualify row_number() over (partition by t.n order by abs(o.value - t.number) <= {_HALF} desc,
            abs(date_diff('day', o.period_end, t.finish)), o.period_end desc) = 1"""
    )


def _moved(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``moved``: areas whose people are not as many there as here, though the official area's are.

    People are compared where the file tells them: as a denominator, or as the population itself. Where larger areas
    differ as well, or are not told, it is another edition of the estimates and not another area.
    """
    connection.execute(
        """
        create temp table people as
        select a_kind, a_code, start, finish, people, our_people, abs(people - our_people) <= 0.5 as same from (
            select a_kind, a_code, start, finish, try_cast(replace(denominator, ',', '') as double) as people,
                our_denominator as our_people
            from paired where our_denominator is not null and denominator is not null
            union all
            select a_kind, a_code, start, finish, number, our_value from paired
            where indicator_id = 'population' and our_breakdown = 'all' and our_value is not null)
        where people is not null"""
    )
    connection.execute(
        f"""
        create temp table moved as
        with larger as (
            select start, finish, bool_and(same) as agrees from people where a_kind in {OFFICIAL} group by all)
        select p.a_kind, p.a_code,
            case when p.a_kind not in {OFFICIAL} and bool_or(coalesce(l.agrees, false)) then 'area' else 'edition' end
                as kind,
            format('There it has {{:,}} people, here {{:,}}.', cast(arg_max(p.people, p.finish) as bigint),
                   cast(arg_max(p.our_people, p.finish) as bigint)) as why
        from people p left join larger l using (start, finish)
        where not p.same group by p.a_kind, p.a_code"""
    )


def _only_here(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Ours that no row there answers, of areas that the file is about; of indicators that it lacks, the latest."""
    query = """
        with left_over as (
            select o.* from ours o
            anti join answered a on a.indicator_id = o.indicator_id and a.a_kind = o.area_type
              and a.a_code = o.area_code
              and a.our_breakdown = o.breakdown and a.our_category = o.category and a.our_start = o.period_start
              and a.our_end = o.period_end
            anti join answered p on p.indicator_id = o.indicator_id and p.a_kind = o.area_type
              and p.a_code = o.area_code
              and p.other_start = o.period_start and p.other_end = o.period_end
            where o.value is not null and (o.breakdown = o.main or o.breakdown in (select breakdown from answered)))
        select indicator_id, area_type as a_kind, area_code as a_code, title, unit as our_unit,
            breakdown as our_breakdown, category as our_category, value as our_value, status as our_status,
            decimals as our_decimals,
            period_type as our_kind,
            period_start as our_start, period_end as our_end, 'only_here' as outcome
        from left_over
        qualify indicator_id in (select indicator_id from answered where indicator_id is not null)
            or row_number() over (partition by indicator_id, area_type, area_code, breakdown, category
                                  order by period_end desc) = 1
        order by all"""
    return list(connection.sql(query).to_arrow_table().to_pylist())


# --- in words -------------------------------------------------------------------------------------


def _told(row: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """A row as it is told: who, what, when, both figures, what came of it and why."""
    get = row.get
    theirs, ours = get("number"), get("our_value")
    outcome = str(row["outcome"])
    if outcome in ("other_period",) and ours is None:
        ours = get("other_value")
    compared = outcome in REASONS or outcome == "matched"
    difference = ours - theirs if compared and ours is not None and theirs is not None else None
    area = places.name(str(get("a_kind")), str(get("a_code"))) if get("a_code") else get("area") or get("area_code")
    return {
        "outcome": outcome, "why": _why(row),
        "area": area or "",
        "area_type": get("a_kind") or "", "area_code": get("a_code") or "",
        "indicator_id": get("indicator_id") or "", "indicator": get("title") or get("indicator") or "",
        "indicator_there": get("indicator") or "", "category": get("our_category") or get("class") or "",
        "period": _period(row),
        "period_there": get("period") or _span(get("start"), get("finish")) if outcome != "only_here" else "",
        "there": get("value") or "" if outcome != "only_here" else "",
        "here": None if outcome == "withheld_here" else ours, "difference": difference,
        "share": _share(difference, theirs, ours), "unit": get("our_unit") or "",
        "decimals": get("our_decimals"), "sheet": get("sheet") or "", "row": get("row"),
    }  # fmt: skip


def _share(difference: float | None, theirs: float | None, ours: float | None) -> float | None:
    """The size of a difference: as a share of the larger of the two figures."""
    if difference is None or theirs is None or ours is None:
        return None
    largest = max(abs(theirs), abs(ours))
    return abs(difference) / largest if largest else 0.0


def _by_size(row: Mapping[str, Any]) -> tuple[Any, ...]:
    turn = list(OUTCOMES).index(row["outcome"])
    different = row["outcome"] in REASONS
    return (not different, -(row["share"] or 0.0) if different else turn, row["area"], row["indicator"], row["period"],
            row["row"] or 0)  # fmt: skip


def _period(row: Mapping[str, Any]) -> str:
    start, end = row.get("our_start"), row.get("our_end")
    if start is None and row.get("other_start") is not None:
        return period_label(str(row["other_kind"]), row["other_start"], row["other_end"])
    if start is None or end is None:
        return ""
    return period_label(str(row.get("our_kind") or "years"), start, end)


def _span(start: date | None, end: date | None) -> str:
    return "" if start is None or end is None else period_label("years", start, end)


def _why(row: Mapping[str, Any]) -> str:
    """The reason in a sentence, with what supports it."""
    outcome = row["outcome"]
    if outcome == "not_understood":
        return _why_not_understood(row)
    if outcome == "other_period":
        label = period_label(str(row["other_kind"]), row["other_start"], row["other_end"])
        theirs = row.get("period") or _span(row.get("start"), row.get("finish"))
        if abs(row["other_value"] - row["number"]) <= 0.5 * 10.0 ** -row["decimals"] + 1e-9 * abs(row["number"]):
            return f"The figure there, given for {theirs}, is ours of {label}."
        return f"There it is of {theirs}; ours is of {label}."
    if outcome == "other_unit":
        times = row["number"] / row["our_value"]
        return f"Theirs is ours {'times' if times > 1 else 'divided by'} {round(max(times, 1 / times)):,}; " \
               f"ours is in: {row['our_unit']}."  # fmt: skip
    if outcome == "other_definition":
        return str(row["differs"])
    if outcome == "other_area":
        return str(row["redrawn"] or row["moved_why"])
    if outcome == "other_denominator":
        if row.get("moved_why"):
            return f"{row['moved_why']} Another edition of the estimates."
        return f"There it is among {row['denominator']}, here among {row['our_denominator']:,.0f}."
    if outcome == "withheld_there":
        return f"There it is '{row.get('value') or row.get('status') or ''}'."
    if outcome == "only_there" and row.get("note"):
        return str(row["note"])
    if outcome == "unexplained" and _other_count(row):
        return f"There {row['numerator']} are counted, here {row['our_numerator']:,.0f}."
    return ""


def _other_count(row: Mapping[str, Any]) -> bool:
    try:
        theirs = float(str(row["numerator"]).replace(",", ""))
    except ValueError:
        return False
    return row.get("our_numerator") is not None and abs(theirs - row["our_numerator"]) > 0.5


def _why_not_understood(row: Mapping[str, Any]) -> str:
    if row["area_why"] or row["indicator_why"]:
        return str(row["indicator_why"] or row["area_why"])
    if row["start"] is None:
        return f"'{row['period'] or row['period_start'] or ''}' is no period that is known here."
    if row["figures"] > 1:
        return ("Several rows give this area, indicator and period another figure: say which column tells them apart "
                "(--columns category=…).")  # fmt: skip
    return f"'{row['value']}' is no number, and no mark for one that is left out."
