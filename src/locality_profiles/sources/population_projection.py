"""Published projections of the population of councils, partnerships, boards and the country."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources import _population_tables as tables
from locality_profiles.sources._population_tables import COUNTRY_NAME, IN_WORDS, LAST_AGE, SEXES, Columns, People
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="population_projection",
    title="Population projections by sex and single year of age, councils and Scotland, principal and variants",
    group="population",
    publisher="National Records of Scotland",
    licence="Open Government Licence v3.0",
    page="https://www.nrscotland.gov.uk/publications/population-projections-for-scottish-areas-2022-based/",
    frequency="every two to four years",
    describes="People of each sex and single year of age (90 and over together) in each area and year to come, for the "
    "principal projection and its variants.",
    quirks=(
        "Areas are named without codes; Scotland stands among the councils.",
        "A column 'Base' repeats the people of the base year, which is the first, in every year.",
        "Files overlap: the principal projection of a council may stand in a file of all councils and in one of all "
        "its variants.",
    ),
)

LAYOUTS = tuple(
    Layout(f"long table of councils by {sex.lower()}", ("Area", "Year", "Projection", sex, "Age", "Population"))
    for sex in ("Gender", "Sex")
)

#: By how an area is written: its kind, and what of the text is its name. A council's name says nothing else.
KINDS = (
    (re.compile(rf"({COUNTRY_NAME})", re.IGNORECASE), "country"),
    (re.compile(r"(NHS .+)", re.IGNORECASE), "health_board"),
    (re.compile(r"(.+?)(?: (?:HSCP|Health (?:and|&) Social Care(?: Partnership)?))", re.IGNORECASE), "hscp"),
)
CODED = tuple((re.compile(CODE_PATTERNS[kind]), kind) for kind in ("council_area", "hscp", "health_board", "country"))


def curate(raw: RawTable) -> Curated:
    """One row per area, variant, year, sex and age."""
    cells = Cells(raw)
    sex = "Gender" if "Gender" in raw.layout.required else "Sex"
    columns = Columns("Area", "Population", sex, "Year", "Age")
    for name in ("Area", "Projection"):
        cells.text(name, what="the name of an area" if name == "Area" else "the name of a variant")
    titles = raw.columns[raw.find("Projection")].combine_chunks()
    pieces, notes, claimed = [], [], []
    for title in sorted(pc.unique(titles).to_pylist()):
        part = Cells(raw.where(pc.equal(titles, title).to_numpy(zero_copy_only=False)))
        people = tables.read_people(part, columns)
        _check_years(part, people, title)
        tables.check_sexes(part, people, sex)
        _check_base(part, people)
        cells.problems += part.problems
        if not part.problems:
            people = people.where(people.sexes > 0)  # a row for both sexes was checked, and is no figure of its own
            pieces.append(_staged(people, title))
            notes += _differences(people, title)
            claimed.append(f"{title} from {people.years.min()}")
    cells.finish()
    areas = sorted(pc.unique(raw.columns[raw.find("Area")]).to_pylist())
    listed = areas[0] if len(areas) == 1 else f"{len(areas):,} areas from {areas[0]} to {areas[-1]}"
    # One claim for the whole file: parts of it may stand in another one, and are then compared figure by figure.
    claim = f"population projections of {listed}: {', '.join(claimed)}"
    return Curated({"population_projection": pa.concat_tables(pieces)}, (claim,), tuple(notes))


def variant_of(title: str) -> str:
    """The identifier of a variant: ``High fertility`` is ``high_fertility``."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower().removesuffix("projection").strip()).strip("_")


def _check_years(cells: Cells, people: People, title: str) -> None:
    """Every area has females and males of every year from the first to the last."""
    known = people.where((people.years > 0) & (people.sexes > 0))
    if not len(known):
        return
    years = np.arange(known.years.min(), known.years.max() + 1)
    whole = {(year, sex) for year in years.tolist() for sex in (1, 2)}
    have: dict[str, set[tuple[int, int]]] = {}
    for place, year, sex in zip(known.places.to_pylist(), known.years.tolist(), known.sexes.tolist(), strict=True):
        have.setdefault(place, set()).add((year, sex))
    for name, found in have.items():
        if missing := sorted(whole - found):
            listed = ", ".join(f"{IN_WORDS[sex]} in {year}" for year, sex in missing[:4]) + " …" * (len(missing) > 4)
            cells.problem(
                f"{title}: '{name}' has no rows for {listed}; both sexes in every year from {years[0]} to {years[-1]} "
                "were expected",
                "Rows may have been lost; get the extract again.", column="Year", count=len(missing),
            )  # fmt: skip


def _check_base(cells: Cells, people: People) -> None:
    """The column of the base year's people, where there is one, says in that year what the population says."""
    if cells.raw.find("Base") is None or not len(people):
        return
    base = cells.number("Base", whole=True, empty=False, unit="people").to_numpy()
    persons = Cells(cells.raw).number("Population").to_numpy()  # what is wrong with it was reported
    year = cells.raw.columns[cells.raw.find("Year")]
    first = pc.equal(year, str(people.years.min())).to_numpy() & ~np.isnan(base) & ~np.isnan(persons)
    cells.reject(
        "Base", first & (base != persons), f"the people of the base year {people.years.min()} are not those of 'Base'",
        "The first year may have been taken out; get the extract again, with its base year.",
    )  # fmt: skip


def _differences(people: People, title: str) -> list[str]:
    """Where the councils do not add up to the country, in one sentence for each variant."""
    country = pc.equal(pc.utf8_lower(people.places), COUNTRY_NAME).to_numpy(zero_copy_only=False)
    parts, whole = people.where(~country), people.where(country)
    if not len(whole) or not len(parts):
        return []
    found = tables.differences(parts, whole, "areas")
    if not found:
        return []
    return [f"{title}: {found[0]}{f' ({len(found)} years and sexes differ)' * (len(found) > 1)}"]


def _staged(people: People, title: str) -> pa.Table:
    rows, ages = people.persons.shape
    names = people.places.dictionary_encode()
    told = [_told(name) for name in names.dictionary.to_pylist()]
    each = np.repeat(np.arange(rows), ages)
    of = pa.array(names.indices.to_numpy()[each])
    persons = people.persons.astype(np.int64).ravel()
    years, base = people.years[each], int(people.years.min())
    supplied = np.where(persons == 0, "true_zero", "actual")
    return stage("population_projection", {
        "block_type": pa.array([kind for kind, _, _ in told]).take(of),
        "block_code": pa.array([code for _, code, _ in told], pa.string()).take(of),
        "place_name": pa.array([name for _, _, name in told], pa.string()).take(of),
        "base_year": base, "variant": variant_of(title), "variant_title": title, "year": years,
        "sex": pa.array(SEXES).take(pa.array(people.sexes[each])), "age": np.tile(np.arange(LAST_AGE + 1), rows),
        "persons": persons, "status": np.where(years == base, supplied, "estimated"),
    }, rows * ages)  # fmt: skip


def _told(area: str) -> tuple[str, str | None, str | None]:
    """Kind, code and name of an area as it is written."""
    for pattern, kind in CODED:
        if pattern.fullmatch(area):
            return kind, area, None
    for pattern, kind in KINDS:
        if found := pattern.fullmatch(area):
            return kind, None, found[1]
    return "council_area", None, area
