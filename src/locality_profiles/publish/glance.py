"""A partnership and its parts at a glance, and its core and ministerial indicators side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import DASH, print_people, print_value
from locality_profiles.periods import period_label
from locality_profiles.publish.needs_pages import FRAMEWORKS
from locality_profiles.publish.population_sheets import PRINCIPAL, change
from locality_profiles.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from locality_profiles.publish.assessment import Of

READ_ON = "Each figure stands with its range, its source and what must be said of it in the chapter that it is from."


def at_a_glance(of: Of) -> Sheet | None:
    """One row for each area: people, how many more or fewer, what stands out first; None where nothing is known."""
    people = {_key(row): row for row in of.rows(_PEOPLE, PRINCIPAL)}
    first = {_key(row): row for row in of.rows(_FIRST)}
    worse = {_key(row): row["worse"] for row in of.rows(_WORSE)}
    grave = {_key(row): row["grave"] for row in of.rows(_GRAVE)}
    heard = {_key(row): row["heard"] for row in of.rows(_HEARD)}
    known = (people, first, worse, grave, heard)
    if not any(known):
        return None
    span = next(iter(people.values()), {})
    to = f"to {span['last']}" if span else ""
    columns = (
        Column("People", f"in {span['first']}" if span else ""), Column("Change", to), Column("Aged 75 and over", to),
        Column("Worse than Scotland", "indicators"), Column("Grave risks"), Column("Issues people raised", "open"),
        Column("First to look at", words=True),
    )  # fmt: skip
    printed = []
    for key in of.keys:
        row, top = people.get(key, {}), first.get(key, {})
        printed.append((of.name(key), (
            print_people(row.get("persons")), change(row.get("persons"), row.get("persons_then")),
            change(row.get("old"), row.get("old_then")), print_people(worse.get(key)), print_people(grave.get(key)),
            print_people(heard.get(key)), top.get("titles") or DASH), key == of.key))  # fmt: skip
    return Sheet(
        "glance", "At a glance", f"{of.name(of.key)} and its parts", "Area", columns, tuple(printed), (READ_ON,)
    )


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return row["area_type"], row["area_code"]


_PEOPLE = """
    with mine as (
        select p.* from projection_band p join place using (area_type, area_code)
        where method = 'fitted' and variant = ? and sex = 'all' and age_band in ('all', '75-84', '85+')),
    ends as (select min(year) as first, max(year) as last from mine)
    select area_type, area_code, any_value(first) as first, any_value(last) as last,
        sum(persons) filter (where age_band = 'all' and year = first) as persons,
        sum(persons) filter (where age_band = 'all' and year = last) as persons_then,
        sum(persons) filter (where age_band <> 'all' and year = first) as old,
        sum(persons) filter (where age_band <> 'all' and year = last) as old_then
    from mine cross join ends group by area_type, area_code"""
_FIRST = """
    select area_type, area_code, string_agg(i.title, '; ' order by p.rank) as titles
    from priority p join place using (area_type, area_code) join indicator i using (indicator_id)
    where p.rank <= 3 group by area_type, area_code"""
_WORSE = """
    select area_type, area_code, count(distinct indicator_id) filter (where judgement = 'worse') as worse
    from comparison join place using (area_type, area_code)
    where comparator = 'country' and breakdown = 'all' and verdict <> 'not_compared' group by area_type, area_code"""
_GRAVE = """
    select area_type, area_code, count(*) filter (where impact = 'high') as grave
    from risk_register join place using (area_type, area_code) group by area_type, area_code"""
_HEARD = """
    select area_type, area_code, count(*) as heard
    from voice join place using (area_type, area_code) where kind = 'issue' and state in ('open', 'in_progress')
    group by area_type, area_code"""


def framework_tables(of: Of) -> tuple[Sheet, ...]:
    """The core and the ministerial indicators: the partnership, each part and the country side by side."""
    rows = of.rows("""
        select f.*, i.unit, i.decimals, i.section_order, i.item_order
        from framework_value f join place using (area_type, area_code) left join indicator i using (indicator_id)
        order by framework, number, i.section_order nulls last, i.item_order, f.indicator_id""")
    columns = (*(Column(of.name(key)) for key in of.keys), Column("Scotland"), Column("Period"),
               Column("Why not", words=True))  # fmt: skip
    found = []
    for framework, (title, caveats) in FRAMEWORKS.items():
        by: dict[tuple[int, str, str], dict[tuple[str, str], dict[str, Any]]] = {}
        for row in rows:
            if row["framework"] == framework:
                by.setdefault((row["number"], row["indicator_id"] or "", row["title"]), {})[_key(row)] = row
        printed = tuple(
            (f"{framework} {number}. {name}", (
                *(_cell(areas.get(key)) for key in of.keys), _country(areas.get(of.key)), _when(areas.get(of.key)),
                (areas.get(of.key) or {}).get("why") or ""), False)
            for (number, _, name), areas in by.items()
        )  # fmt: skip
        if printed:
            found.append(Sheet(f"framework-{framework.lower()}", title, f"{title}: the latest figures of each area",
                               "Indicator", columns, printed, caveats))  # fmt: skip
    return tuple(found)


def _cell(row: dict[str, Any] | None) -> str:
    return DASH if row is None else print_value(row["value"], row["status"], row["unit"] or "", row["decimals"] or 0)


def _country(row: dict[str, Any] | None) -> str:
    if row is None or row["country_value"] is None:
        return DASH
    return print_value(row["country_value"], "actual", row["unit"] or "", row["decimals"] or 0)


def _when(row: dict[str, Any] | None) -> str:
    if row is None or row["period_start"] is None:
        return DASH
    return period_label(row["period_type"], row["period_start"], row["period_end"])
