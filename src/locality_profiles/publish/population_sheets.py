"""Tables of populations to come: how many, at which ages, within which range, and how far off such projections were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import print_people
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.tables.needs.population import AGE_BANDS, RANGES

if TYPE_CHECKING:
    from locality_profiles.publish.assessment import Of

PRINCIPAL = "principal"
#: Years ahead that a page shows, with the first and the last of the projection.
STEPS = (5, 10)
NOT_A_FORECAST = (
    "A projection says what would come if recent births, deaths and moves went on; it is no forecast. Houses that are "
    "planned, employers that come or go and new roads are not in it."
)
ADDS_UP = (
    "Localities are fitted to the published projection of the partnership: at every age and in every year they add up "
    "to it, so the first year here may differ a little from the latest estimates."
)
SIMPLE = (
    "The simple method, by which every age group of a locality grows as the partnership's does, is that of the present "
    "locality profiles."
)
TESTED = (
    "Each method was used on past years with what was known then, and set against what came. The larger area's own "
    "people were taken as known, so this tells how well people are shared among the smaller, and not how good a "
    "published projection was."
)
Rows = Sequence[Mapping[str, Any]]


def population_sheets(of: Of) -> tuple[Sheet, ...]:
    """Everything that an assessment shows of a partnership's people to come; nothing where there is no projection."""
    years = _years(of)
    if not years:
        return ()
    made = (*_totals(of, years), *_ages(of, years), *_variants(of, years), *_accuracy(of))
    return tuple(sheet for sheet in made if sheet.rows)


def _years(of: Of) -> list[int]:
    """The first projected year, five and ten years on, and the last."""
    found = of.rows(
        """select min(year) as first, max(year) as last from projection_band
        where (area_type, area_code) = ('hscp', ?) and method = 'fitted' and variant = ?""",
        of.code,
        PRINCIPAL,
    )
    first, last = found[0]["first"], found[0]["last"]
    if first is None:
        return []
    return sorted({first, last, *(first + step for step in STEPS if first + step < last)})


def change(now: float | None, then: float | None) -> str:
    """A change in per cent, with its sign; a dash where there is nothing to change from.

    >>> change(200, 250), change(200, 150), change(200, 200.01), change(0, 5)
    ('+25.0%', '−25.0%', '0.0%', '–')
    """
    if not now or then is None:
        return "–"
    rounded = round(100 * (then / now - 1), 1)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded):,.1f}%"


def between(lower: float | None, upper: float | None) -> str:
    return "–" if lower is None or upper is None else f"{print_people(lower)} to {print_people(upper)}"


_BANDED = """select p.*, place_order from projection_band p join place using (area_type, area_code)
    where variant = ? and sex = 'all' and list_contains(?, year) order by place_order, year"""


def _totals(of: Of, years: list[int]) -> Iterator[Sheet]:
    rows = of.rows(_BANDED.replace("order by", "and age_band = 'all' order by"), PRINCIPAL, years)
    by: dict[tuple[str, str], dict[tuple[str, int], dict[str, Any]]] = {}
    for row in rows:
        by.setdefault((row["area_type"], row["area_code"]), {})[row["method"], row["year"]] = row
    last = years[-1]
    printed = []
    for key, found in by.items():
        fitted = {year: found.get(("fitted", year), {}) for year in years}
        people = {year: fitted[year].get("persons") for year in years}
        end, simple = fitted[last], found.get(("simple", last), {})
        printed.append(
            (
                of.name(key),
                (
                    *(print_people(people[year]) for year in years),
                    change(people[years[0]], people[last]),
                    between(end.get("lower"), end.get("upper")),
                    change(people[years[0]], simple.get("persons")),
                ),
                key == of.key,
            )
        )
    ranges = sorted({row["range_from"] for row in rows if row["method"] == "fitted"} - {"none"})
    told = tuple(f"The range: {RANGES[kind]}." for kind in ranges)
    columns = (
        *(Column(str(year), "people") for year in years),
        Column(f"Change to {last}"),
        Column(f"Range in {last}", "people", words=True),
        Column("Change by the simple method"),
    )
    yield Sheet(
        "people-to-come",
        "People to come",
        f"Projected residents at 30 June, {years[0]} to {last}",
        "Area",
        columns,
        tuple(printed),
        (ADDS_UP, *told, SIMPLE, NOT_A_FORECAST),
    )


def _ages(of: Of, years: list[int]) -> Iterator[Sheet]:
    """Each age group now, ten years on and at the end, for every area."""
    shown = sorted({years[0], years[min(2, len(years) - 1)], years[-1]})
    rows = of.rows(_BANDED.replace("order by", "and method = 'fitted' order by"), PRINCIPAL, shown)
    people = {(row["area_type"], row["area_code"], row["age_band"], row["year"]): row["persons"] for row in rows}
    areas = list(dict.fromkeys((row["area_type"], row["area_code"]) for row in rows))
    columns = tuple(Column(_band(band), "change") for band in AGE_BANDS)
    for year in shown[1:]:
        printed = [
            (
                of.name(key),
                tuple(change(people.get((*key, band, shown[0])), people.get((*key, band, year))) for band in AGE_BANDS),
                key == of.key,
            )
            for key in areas
        ]
        yield Sheet(
            f"ages-to-{year}",
            f"Ages to come: change from {shown[0]} to {year}",
            f"Change in residents by age, {shown[0]} to {year}",
            "Area",
            columns,
            tuple(printed),
        )
    last = shown[-1]
    printed = [
        (of.name(key), tuple(print_people(people.get((*key, band, last))) for band in AGE_BANDS), key == of.key)
        for key in areas
    ]
    yield Sheet(
        f"ages-in-{last}",
        f"Ages in {last}",
        f"Projected residents by age at 30 June {last}",
        "Area",
        tuple(Column(_band(band), "people") for band in AGE_BANDS),
        tuple(printed),
    )


def _band(band: str) -> str:
    return f"{band[:-1]} and over" if band.endswith("+") else band.replace("-", " to ")


def _variants(of: Of, years: list[int]) -> Iterator[Sheet]:
    """What other variants of the published projection would give the partnership."""
    rows = of.rows(
        """
        with title as (select variant, any_value(variant_title) as title from population_projection group by variant)
        select variant, coalesce(title, variant) as title, year, persons
        from projection_band left join title using (variant)
        where (area_type, area_code) = ('hscp', ?) and method = 'fitted' and sex = 'all' and age_band = 'all'
            and list_contains(?, year) order by variant <> ?, title, year""",
        of.code,
        years,
        PRINCIPAL,
    )
    by: dict[str, dict[int, float]] = {}
    for row in rows:
        by.setdefault(row["title"], {})[row["year"]] = row["persons"]
    if len(by) < 2:
        return
    printed = tuple(
        (
            title,
            (*(print_people(people.get(year)) for year in years), change(people.get(years[0]), people.get(years[-1]))),
            False,
        )
        for title, people in by.items()
    )
    columns = (*(Column(str(year), "people") for year in years), Column(f"Change to {years[-1]}"))
    yield Sheet(
        "variants",
        "If more people were born, died or moved",
        "Published variants, for the whole partnership",
        "Variant",
        columns,
        printed,
    )


def _accuracy(of: Of) -> Iterator[Sheet]:
    """How far off both methods were on past years."""
    rows = of.rows("""
        from (
            select told_by, parent_type, area_type, horizon, age_band, sum(projections) as projections,
                max(mean_percent) filter (where method = 'fitted') as fitted,
                max(mean_percent) filter (where method = 'simple') as simple
            from projection_accuracy where age_band in ('all', '65-74', '75-84', '85+') group by all)
        order by told_by desc, area_type, horizon, age_band <> 'all', age_band""")
    printed = tuple(
        (
            f"{row['horizon']} year{'' if row['horizon'] == 1 else 's'} ahead, "
            f"{'all ages' if row['age_band'] == 'all' else _band(row['age_band'])}",
            (
                "estimates of this release"
                if row["told_by"] == "workspace"
                else "councils inside their boards, 1998 to 2018",
                *("–" if row[method] is None else f"{row[method]:.1f}%" for method in ("fitted", "simple")),
            ),
            False,
        )
        for row in rows
    )
    columns = (Column("Tested on", words=True), Column("Fitted", "mean error"), Column("Simple method", "mean error"))
    yield Sheet(
        "accuracy",
        "How far off such projections were",
        "Mean absolute error of projections of past years",
        "What",
        columns,
        printed,
        (TESTED,),
    )
