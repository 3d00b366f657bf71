"""What an indicator is: one TOML file in ``definitions/``, read strictly.

A definition is data with a closed vocabulary, so that a public-health analyst can review it. It
holds no SQL and no expression; where an indicator needs logic, the logic is a column of a curated
table with a test, and the definition refers to it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, read_declaration
from locality_profiles.episodes.measures import MAY_BE_CALLED, measures
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.meant import did_you_mean
from locality_profiles.periods import PERIOD_TYPES
from locality_profiles.statistics.standards import standard_population
from locality_profiles.tables.curated import CONTRACTS, LADDER

FOLDER = Path(__file__).parent / "definitions"

#: Definition word -> what it means for the reader. The arithmetic is in ``statistics``.
METHODS = {
    "count": "a count",
    "percentage": "numerator as a percentage of denominator",
    "crude_rate": "numerator per so many of denominator, not adjusted for age",
    "ratio": "one count per so many of another",
    "cost_per_unit": "spending divided by the units of service it bought",
    "directly_standardised_rate": "the rate that a standard population would have with this area's rate at each age",
    "indirectly_standardised_ratio": "events as a percentage of those expected at the country's rate at each age",
    "life_expectancy": "years that a newborn would live if death rates at each age stayed as they are (Chiang II)",
    "published": "a ready-made value, as its publisher gives it: never added, averaged or shared out",
}
#: Methods that need the ages of events and people.
BY_AGE = ("directly_standardised_rate", "indirectly_standardised_ratio", "life_expectancy")
#: How confidence limits are made, and the methods that may have them so. The first is what a method has by default.
INTERVALS = {
    "byar": ("Byar's limits of a count (exact below 10 events)", ("crude_rate", "ratio")),
    "wilson": ("Wilson's score limits of a proportion", ("percentage",)),
    "dobson": ("Dobson's limits, with Byar's", ("directly_standardised_rate",)),
    "byar_expected": ("Byar's limits of the events seen (exact below 10)", ("indirectly_standardised_ratio",)),
    "chiang": ("Chiang's variance, with Silcocks' for the last band", ("life_expectancy",)),
    "as_published": ("those that the publisher gives", ("published",)),
    "not_independent": (
        "none: days or hours of one person come together, so limits made for a count would be far too narrow",
        ("crude_rate", "count"),
    ),
    "complete_count": (
        "none: everybody was counted or estimated, so there is no sample and no chance event to allow for",
        ("count", "percentage", "crude_rate", "ratio", "cost_per_unit"),
    ),
}
USUAL_INTERVAL = {
    "count": "complete_count", "percentage": "wilson", "crude_rate": "byar", "ratio": "complete_count",
    "cost_per_unit": "complete_count", "directly_standardised_rate": "dobson",
    "indirectly_standardised_ratio": "byar_expected", "life_expectancy": "chiang", "published": "as_published",
}  # fmt: skip
STANDARDS = {"esp2013": "European Standard Population 2013"}
#: How sensitive the counts behind a value are; what may be printed of each is the disclosure room's to say.
DISCLOSURE = {
    "open": "counts of places, money or things, or values that their publisher has already protected",
    "people": "population estimates and census counts, which their publisher has protected",
    "health": "counts of people from health and care records",
    "sensitive": "health and care records of which even the topic is sensitive: causes of death, mental health, drugs",
}
#: Published sets of indicators, by the first letters of their marks.
FRAMEWORKS = {
    "LP": "the present locality profiles of Public Health Scotland",
    "NI": "the 23 core integration indicators",
    "MSG": "the six indicators of the Ministerial Strategic Group",
}
OUTCOMES = {
    1: "People look after and improve their own health and live in good health for longer",
    2: "People live independently, at home or in a homely setting, as far as they can",
    3: "People who use services have good experiences of them and their dignity is respected",
    4: "Services are centred on keeping or improving people's quality of life",
    5: "Services contribute to reducing health inequalities",
    6: "Unpaid carers are supported to look after their own health and wellbeing",
    7: "People who use services are safe from harm",
    8: "Staff feel engaged in their work and are supported to improve",
    9: "Resources are used effectively and efficiently",
}
#: Fifths by deprivation in which an indicator can be shown.
INEQUALITY = {
    "zones": "by the fifth of the data zone in which people live, and in town and country",
    "activity": "by the fifth that the extract gives with each figure",
    "published": "by the fifths in which its publisher gives it",
}
#: How figures of several blocks may be brought together (see activity-model additivity classes).
ADDITIVE = {
    "flow": "adds over places, ages and time",
    "stock": "adds over places and ages, never over time",
    "distinct": "people counted once per place: a sum over places is an estimate, a sum over time is refused",
    "once": "people with one place each in the period: adds over places and ages, never over time or services",
}
COVERAGE = {
    "every_block": "an area has a figure only if each of its blocks has one",
    "reported": "an area's figure is the sum of the blocks that report",
    "absent_is_zero": "a place without a row had no events, in the periods that the extract covers",
}
#: Which period of the denominator goes with a period of the numerator.
PAIRING = {
    "same": "the same period",
    "mid_year": "the mid-year estimate that falls in the numerator's financial or calendar year",
}
TABLES = ("population", "population_class", "deprivation", "activity", "registration", "household", "unit_cost",
          "local_count", "published_value", "service")  # fmt: skip

#: Whom a table counts: residents of places, or patients on lists. The two never share a rate.
COUNTED = {
    "population": "resident", "population_class": "resident", "deprivation": "resident", "household": "resident",
    "registration": "registered",
}  # fmt: skip
ROLES = {"residence": "resident", "registration": "registered"}


@dataclass(frozen=True)
class Term:
    """A numerator or a denominator: which rows of which table are added, and what they are for a reader."""

    what: str
    table: str
    column: str
    where: Mapping[str, Any]
    period: str | None
    additive: str
    coverage: str
    collect: str | None


@dataclass(frozen=True)
class AgeBand:
    """Ages from the first to the last, both inclusive; a last band has none."""

    name: str
    first: int
    last: int | None


@dataclass(frozen=True)
class Standardisation:
    """The age bands in which events and people are put side by side, and the standard that weighs them."""

    standard: str | None
    bands: tuple[AgeBand, ...]
    mode: str = "english"


@dataclass(frozen=True)
class Indicator:
    """One declared indicator."""

    id: str
    title: str
    section: str
    order: int
    definition: str
    method: str
    per: float
    unit: str
    decimals: int
    direction: str
    smallest_area: str
    caveat: str | None
    owner: str
    reviewed: date
    numerator: Term
    denominator: Term | None
    pairing: str
    carry_forward: int
    breakdown: str | None
    category_column: str | None
    categories: Mapping[str, str]
    compares_registered_with_resident: bool = False
    needs: str = ""
    outcomes: tuple[int, ...] = ()
    frameworks: tuple[str, ...] = ()
    disclosure: str = "health"
    interval: str = "complete_count"
    standardisation: Standardisation | None = None
    pooled_periods: int = 1
    inequality: str | None = None
    not_collected: str | None = None
    reference: str | None = None
    by_age: tuple[AgeBand, ...] = ()
    section_title: str = ""
    section_order: int = 0


@dataclass(frozen=True)
class Section:
    """A section of a profile."""

    id: str
    title: str
    order: int


_TERM = {
    "what": Field(str, required=True, default=""),
    "table": Field(str, required=True, default="", allowed=TABLES),
    "column": Field(str, required=True, default=""),
    "where": Field(dict, default={}),
    "period": Field(str, allowed=PERIOD_TYPES),
    "additive": Field(str, default="flow", allowed=tuple(ADDITIVE)),
    "coverage": Field(str, default="every_block", allowed=tuple(COVERAGE)),
    "collect": Field(str, allowed=("financial_year", "calendar_year")),
}
_INDICATOR = {
    "title": Field(str, required=True, default=""),
    "section": Field(str, required=True, default=""),
    "order": Field(int, required=True, default=0),
    "definition": Field(str, required=True, default=""),
    "method": Field(str, required=True, default="", allowed=tuple(METHODS)),
    "per": Field(float, default=1.0),
    "unit": Field(str, required=True, default=""),
    "decimals": Field(int, required=True, default=0),
    "direction": Field(str, required=True, default="none", allowed=("none", "high_is_good", "low_is_good")),
    "smallest_area": Field(str, required=True, default="", allowed=LADDER),
    "caveat": Field(str),
    "owner": Field(str, required=True, default=""),
    "reviewed": Field(date, required=True),
    "numerator": Field(dict, required=True, default={}),
    "denominator": Field(dict),
    "breakdown": Field(dict),
    "compares_registered_with_resident": Field(bool, default=False),
    "needs": Field(str, required=True, default=""),
    "outcomes": Field(list, default=[]),
    "frameworks": Field(list, default=[]),
    "disclosure": Field(str, required=True, default="health", allowed=tuple(DISCLOSURE)),
    "interval": Field(str, allowed=tuple(INTERVALS)),
    "standardisation": Field(dict),
    "pooled_periods": Field(int, default=1),
    "inequality": Field(str, allowed=tuple(INEQUALITY)),
    "not_collected": Field(str),
    "reference": Field(str),
    "by_age": Field(list, default=[]),
}
_STANDARDISATION = {
    "standard": Field(str, allowed=tuple(STANDARDS)),
    "bands": Field(object, required=True, default=[]),
    "mode": Field(str, default="english", allowed=("english", "scottish")),
}
#: Names for bands that many definitions use.
BANDS = {
    "five_year": ("0-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54",
                  "55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90+"),
    "life_table": ("0", "1-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54",
                   "55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90+"),
}  # fmt: skip
_PAIRED = {
    "pairing": Field(str, default="same", allowed=tuple(PAIRING)),
    "carry_forward_years": Field(int, default=0),
}
_BREAKDOWN = {
    "name": Field(str, required=True, default=""),
    "column": Field(str, required=True, default=""),
    "categories": Field(dict, required=True, default={}),
}


def read_indicator(path: Path, sections: Mapping[str, Section]) -> Indicator:
    """Read one definition.

    Raises
    ------
    DefinitionError
        With everything that is wrong, by line, and the likeliest remedy.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, _INDICATOR)
    if told["section"] and told["section"] not in sections:
        declared.problem(f"there is no section '{told['section']}'", f"Sections: {', '.join(sections)}.", "section")
    alone = told["method"] in ("count", "published")
    if told["method"] in METHODS and alone == (told["denominator"] is not None):
        wanted = "no [denominator]" if alone else "a [denominator]"
        declared.problem(f"the method '{told['method']}' needs {wanted}", "Change one of the two.", "method")
    _check_vocabulary(declared, told)
    breakdown = declared.read(told["breakdown"], _BREAKDOWN, "breakdown") if told["breakdown"] is not None else None
    column = str(breakdown["column"]) if breakdown else None
    numerator = _term(declared, told["numerator"], "numerator", {}, column)[0]
    _check_published(declared, told["method"], numerator)
    if told["inequality"] == "activity" and "simd_quintile" in numerator.where:
        declared.problem("[numerator] is given by fifths and chooses one of them as well",
                         "Take where.simd_quintile out: the total is taken where there are no fifths.",
                         "numerator", "where", "simd_quintile")  # fmt: skip
    standardisation, by_age = _standardisation(declared, told), _by_age(declared, told)
    denominator: Term | None = None
    paired: dict[str, Any] = {"pairing": "same", "carry_forward_years": 0}
    if told["denominator"] is not None:
        denominator, paired = _term(declared, told["denominator"], "denominator", _PAIRED, None)
        _check_counted(declared, numerator, denominator, told["compares_registered_with_resident"])
    declared.finish()
    return Indicator(
        path.stem, told["title"], told["section"], told["order"], " ".join(told["definition"].split()),
        told["method"], float(told["per"]), told["unit"], told["decimals"], told["direction"], told["smallest_area"],
        told["caveat"] and " ".join(told["caveat"].split()), told["owner"], told["reviewed"], numerator, denominator,
        paired["pairing"], paired["carry_forward_years"], str(breakdown["name"]) if breakdown else None, column,
        {str(k): str(v) for k, v in breakdown["categories"].items()} if breakdown else {},
        told["compares_registered_with_resident"], " ".join(told["needs"].split()),
        tuple(o for o in told["outcomes"] if _is_whole(o)), tuple(str(f) for f in told["frameworks"]),
        told["disclosure"], told["interval"] or USUAL_INTERVAL.get(told["method"], "complete_count"), standardisation,
        told["pooled_periods"], told["inequality"], told["not_collected"] and " ".join(told["not_collected"].split()),
        told["reference"], by_age, *_of_section(sections, told["section"]),
    )  # fmt: skip


def _of_section(known: Mapping[str, Section], name: str) -> tuple[str, int]:
    return known[name].title, known[name].order


def _check_vocabulary(declared: Declaration, told: Mapping[str, Any]) -> None:
    """Outcomes, frameworks, intervals and pooling, each of which another key may make impossible."""
    for outcome in told["outcomes"]:
        if not _is_whole(outcome) or outcome not in OUTCOMES:
            declared.problem(
                f"there is no national outcome {outcome!r}", "Write whole numbers from 1 to 9.", "outcomes"
            )
    for mark in told["frameworks"]:
        if not isinstance(mark, str) or not re.fullmatch("LP|NI([1-9]|1[0-9]|2[0-3])|MSG[1-6]", mark):
            declared.problem(
                f"there is no framework mark {mark!r}", "Write LP, NI1 to NI23 or MSG1 to MSG6.", "frameworks"
            )
    if (
        told["interval"]
        and told["method"] in METHODS
        and told["method"] not in INTERVALS.get(told["interval"], ("", ()))[1]
    ):
        may = [name for name, (_, methods) in INTERVALS.items() if told["method"] in methods]
        declared.problem(f"the method '{told['method']}' has no interval '{told['interval']}'",
                         f"It may be {', '.join(may)}.", "interval")  # fmt: skip
    if told["per"] <= 0:
        declared.problem("'per' is nought or less", "Write 1, 100, 1000 or 100000.", "per")
    if told["decimals"] < 0:
        declared.problem("'decimals' is less than 0", "Write 0 for whole numbers.", "decimals")
    fifths = told["inequality"]
    if fifths is not None and (fifths == "published") != (told["method"] == "published"):
        remedy = "Write published for published values, zones or activity for others."
        declared.problem(f"the method '{told['method']}' has no fifths of the kind '{fifths}'", remedy, "inequality")
    if told["pooled_periods"] < 1:
        declared.problem(
            "'pooled_periods' is less than 1", "Write 1 for single periods, 3 for three together.", "pooled_periods"
        )


def _is_whole(value: object) -> bool:
    """Whether a value is a whole number; true and false are not, though Python counts with them."""
    return isinstance(value, int) and not isinstance(value, bool)


def _standardisation(declared: Declaration, told: Mapping[str, Any]) -> Standardisation | None:
    """The age bands of a method that needs them; a ValueError of nobody: everything wrong is told."""
    by_age = told["method"] in BY_AGE
    if by_age != (told["standardisation"] is not None):
        wanted = "needs a [standardisation] with its age bands" if by_age else "has no [standardisation]"
        declared.problem(f"the method '{told['method']}' {wanted}", "Change one of the two.", "method")
    if told["standardisation"] is None:
        return None
    read = declared.read(told["standardisation"], _STANDARDISATION, "standardisation")
    listed = read["bands"] if isinstance(read["bands"], list) else ()
    names = BANDS.get(read["bands"], ()) if isinstance(read["bands"], str) else listed
    bands = age_bands(names)
    if bands:
        _check_bands(declared, told["method"], read["standard"], bands)
    else:
        declared.problem("[standardisation] the bands do not follow one another without a gap",
                         f'Write {" or ".join(BANDS)}, or a list such as ["0-64", "65-74", "75+"].',
                         "standardisation", "bands")  # fmt: skip
    if (told["method"] == "directly_standardised_rate") != (read["standard"] is not None):
        declared.problem(f"[standardisation] the method '{told['method']}' "
                         f"{'needs' if read['standard'] is None else 'has no'} standard population",
                         "Write standard = \"esp2013\" for a directly standardised rate, and none for others.",
                         "standardisation")  # fmt: skip
    return Standardisation(read["standard"], bands, read["mode"])


def _check_bands(declared: Declaration, method: str, standard: str | None, bands: Sequence[AgeBand]) -> None:
    """The bands begin and end where a method and its standard population can use them."""
    where = ("standardisation", "bands")
    if method == "life_expectancy" and (bands[0].first != 0 or bands[-1].last is not None):
        declared.problem("[standardisation] a life table begins at age 0 and ends with an open band",
                         'Write bands = "life_table".', *where)  # fmt: skip
    if standard is not None and method in BY_AGE:
        try:
            standard_population(bands)
        except ValueError as fault:
            declared.problem(f"[standardisation] {fault}", 'Write bands = "five_year", or end with "90+" or younger.',
                             *where)  # fmt: skip


def _by_age(declared: Declaration, told: Mapping[str, Any]) -> tuple[AgeBand, ...]:
    """The age bands in which a rate is given beside the one for all ages."""
    if not told["by_age"]:
        return ()
    if told["method"] in (*BY_AGE, "published", "cost_per_unit"):
        declared.problem(f"the method '{told['method']}' cannot be given by age", "Take 'by_age' out.", "by_age")
    bands = age_bands(told["by_age"])
    if not bands:
        declared.problem("the bands of 'by_age' do not follow one another without a gap",
                         'Write a list such as ["0-17", "18-64", "65+"].', "by_age")  # fmt: skip
    return bands


def age_bands(names: Sequence[object]) -> tuple[AgeBand, ...]:
    """Age bands that follow one another without a gap; none at all where they do not."""
    bands = tuple(band for name in names if (band := age_band(name)) is not None)
    follow = all(b.last is not None and c.first == b.last + 1 for b, c in zip(bands, bands[1:], strict=False))
    return bands if follow and len(bands) == len(names) else ()


def age_band(name: object) -> AgeBand | None:
    """'65-74', '90+' or '0' as an age band; None where it is none."""
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|(\+))?", name) if isinstance(name, str) else None
    if found is None:
        return None
    first = int(found[1])
    last = None if found[3] else int(found[2] or first)
    return None if last is not None and last < first else AgeBand(str(name), first, last)


def counted(term: Term) -> str | None:
    """Whom a term counts: 'resident' or 'registered'; None where neither is meant."""
    role = term.where.get("geo_role")
    return COUNTED.get(term.table) or (ROLES.get(role) if isinstance(role, str) else None)


def _check_published(declared: Declaration, method: str, numerator: Term) -> None:
    """A published value is found by its measure and by who published it."""
    if method not in METHODS or (method == "published") != (numerator.table == "published_value"):
        if method in METHODS and numerator.table:
            remedy = "Published values stand in published_value, and only they do."
            wrong = f"the method '{method}' does not go with the table '{numerator.table}'"
            declared.problem(wrong, remedy, "numerator", "table")
        return
    for column in ("measure", "source") if method == "published" else ():
        if column not in numerator.where:
            declared.problem(
                f"[numerator] does not say which {column} is meant", f'Add where.{column} = "…".', "numerator"
            )


def _check_counted(declared: Declaration, numerator: Term, denominator: Term, on_purpose: bool) -> None:
    """People on lists and people who live somewhere are different people: no rate mixes them unawares."""
    above, below = counted(numerator), counted(denominator)
    if above and below and above != below and not on_purpose:
        declared.problem(
            f"the numerator counts {above} people and the denominator {below} people; they are not the same people",
            "Use one kind in both, or write compares_registered_with_resident = true if that is the point.",
            "denominator", "table",
        )  # fmt: skip


def _term(
    declared: Declaration, table: Mapping[str, Any], name: str, more: Mapping[str, Field], category: str | None
) -> tuple[Term, dict[str, Any]]:
    told = declared.read(table, {**_TERM, **more}, name)
    contract = CONTRACTS.get(told["table"])
    if contract is not None:
        columns = {column.name: column for column in contract.columns}
        for key, column in [(("column",), told["column"]), *((("where", key), key) for key in told["where"])]:
            if column not in columns:
                declared.problem(f"[{name}] table '{told['table']}' has no column '{column}'",
                                 f"Columns: {', '.join(columns)}.", name, *key)  # fmt: skip
        if category and category not in columns:
            declared.problem(f"[breakdown] table '{told['table']}' has no column '{category}'",
                             f"Columns: {', '.join(columns)}.", "breakdown", "column")  # fmt: skip
    for column, value in told["where"].items():
        _check_condition(declared, name, column, value)
    if told["collect"] and told["additive"] != "flow":
        declared.problem(f"[{name}] a {told['additive']} measure is never added over time",
                         "Take 'collect' out, or say why it is a flow.", name, "collect")  # fmt: skip
    if told.get("carry_forward_years", 0) < 0:
        declared.problem(f"[{name}] 'carry_forward_years' is less than 0", "Write 0 for the same year only.",
                         name, "carry_forward_years")  # fmt: skip
    if told["table"] == "activity":
        _check_measure(declared, name, told)
    term = Term(" ".join(told["what"].split()), told["table"], told["column"], told["where"], told["period"],
                told["additive"], told["coverage"],
                told["collect"])  # fmt: skip
    return term, told


def _check_measure(declared: Declaration, term: str, told: Mapping[str, Any]) -> None:
    """A measure of activity is a known one, is called what it is, and is added over nothing that it may not be."""
    wanted = told["where"].get("measure_code")
    if wanted is None:
        declared.problem(f"[{term}] does not say which measure is meant", 'Add where.measure_code = "…".', term)
        return
    for code in wanted if isinstance(wanted, list) else [wanted]:
        measure = measures().get(code) if isinstance(code, str) else None
        if measure is None:
            remedy = did_you_mean(str(code), measures(), "They are listed in episodes/measures.toml.")
            declared.problem(f"[{term}] there is no measure '{code}'", remedy, term, "where", "measure_code")
            continue
        called = MAY_BE_CALLED[measure.kind]
        if told["additive"] not in called:
            reason = measure.why_not_over("time") or f"{measure.title} ({code}) is a {measure.kind}"
            remedy = f'Write additive = "{called[0]}".' if called else "Use a published value instead."
            declared.problem(f"[{term}] is called a {told['additive']}, but {reason}", remedy, term, "additive")
        several = isinstance(told["where"].get("service_code"), list)
        if several and (why := measure.why_not_over("service")):
            declared.problem(f"[{term}] {why}", "Choose one service, or the code of all of them together.",
                             term, "where", "service_code")  # fmt: skip


def _check_condition(declared: Declaration, term: str, column: str, value: Any) -> None:
    """A condition is a value, a list of values, a range {from, to}, or a list of ranges."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, dict):
            unknown = set(part) - {"from", "to"}
            if unknown or not part or not all(isinstance(v, int) for v in part.values()):
                declared.problem(f"[{term}] the range for '{column}' is not {{from = …, to = …}} in whole numbers",
                                 "Write { from = 65 } or { from = 16, to = 64 }.", term, "where", column)  # fmt: skip
        elif not isinstance(part, str | int):
            declared.problem(f"[{term}] '{column}' cannot be compared with {part!r}",
                             "Write a text, a whole number, a list or a range.", term, "where", column)  # fmt: skip


#: The folder of a workspace's own sections, beside that of its own indicators.
OWN_SECTIONS = "sections"
SECTION_NAME = r"[a-z][a-z0-9_]*"
#: Names that mean something else where a section may be named: the head of a profile, and everything.
NO_SECTION = ("profile", "all")
_SECTION = {"title": Field(str, required=True, default=""), "after": Field(str, pattern=SECTION_NAME)}


def sections(own: Path | None = None) -> dict[str, Section]:
    """Sections of a profile, in order: those of ``sections.toml``, with a workspace's own from the folder ``own``.

    A file of the name of one of the package's gives it another title or place.

    Raises
    ------
    DefinitionError
        With everything that is wrong in the files of the folder.
    """
    usual = _packaged_sections()
    return with_own_sections(usual, own) if own is not None and own.is_dir() else dict(usual)


@cache
def _packaged_sections() -> dict[str, Section]:
    told = tomllib.loads((Path(__file__).parent / "sections.toml").read_text(encoding="utf-8"))
    return {key: Section(key, title, order) for order, (key, title) in enumerate(told.items(), start=1)}


def with_own_sections(usual: Mapping[str, Section], folder: Path) -> dict[str, Section]:
    """The package's sections with those of a folder, each after the one that it names, or at the end.

    Raises
    ------
    DefinitionError
        With the problems of all files.
    """
    problems: list[Problem] = []
    own: dict[str, tuple[str, str | None]] = {}
    paths = sorted(folder.glob("*.toml"))
    for path in paths:
        try:
            own[path.stem] = _own_section(path, {*usual, *(other.stem for other in paths)})
        except DefinitionError as error:
            problems.extend(error.problems)
    order = [key for key in usual if own.get(key, ("", None))[1] is None]
    left = {key: after for key, (_, after) in own.items() if key not in order}
    while left and not problems:
        placed = [key for key, after in left.items() if after is None or after in order]
        if not placed:
            listed = ", ".join(left)
            what, remedy = (
                f"the sections {listed} each stand after another of them",
                "Let one stand after another section.",
            )
            problems.append(Problem(what, remedy, f"{OWN_SECTIONS}/{min(left)}.toml"))
            break
        # Of several after the same section the first by name comes first, so the last is put in first.
        for key in sorted(placed, reverse=True):
            after = left.pop(key)
            order.insert(len(order) if after is None else order.index(after) + 1, key)
    if problems:
        raise DefinitionError(f"{len(problems)} thing(s) are wrong in the sections of this workspace.", problems)
    titles = {
        **{key: section.title for key, section in usual.items()},
        **{key: title for key, (title, _) in own.items()},
    }
    return {key: Section(key, titles[key], number) for number, key in enumerate(order, start=1)}


def _own_section(path: Path, known: Iterable[str]) -> tuple[str, str | None]:
    """Title of one section of a workspace, and the section that it stands after."""
    declared = read_declaration(path, f"{OWN_SECTIONS}/{path.name}")
    told = declared.read(declared.data, _SECTION)
    if not re.fullmatch(SECTION_NAME, path.stem) or path.stem in NO_SECTION:
        declared.problem(f"'{path.stem}' cannot be the name of a section",
                         "Name the file with small letters, digits and underscores; not profile or all.")  # fmt: skip
    if "title" in declared.data and not str(told["title"]).strip():
        declared.problem("'title' is empty", 'Write title = "…", as it shall stand above the section.', "title")
    after = told["after"]
    if after == path.stem:
        declared.problem("the section stands after itself", "Name another in 'after', or leave it out.", "after")
    elif after is not None and after not in known:
        remedy = did_you_mean(after, known, f"Sections: {', '.join(sorted(known))}.")
        declared.problem(f"there is no section '{after}'", remedy, "after")
    declared.finish()
    return str(told["title"]).strip(), after


@cache
def indicators(folder: Path = FOLDER) -> dict[str, Indicator]:
    """Every indicator of the package, by id, in the order in which a profile shows them.

    Raises
    ------
    DefinitionError
        With the problems of all files.
    """
    return read_indicators(folder)


def with_own(folder: Path, outcomes: Mapping[str, Sequence[int]]) -> dict[str, Indicator]:
    """The package's indicators with a workspace's own: new ones, and ones that stand in for the package's of that id.

    Sections of its own, in the folder ``sections`` beside, give indicators their headings and their order.
    ``outcomes`` says which national outcomes an indicator evidences here, where a partnership sees it otherwise.

    Raises
    ------
    DefinitionError
        With the problems of all files, and of the outcomes.
    """
    known = sections(folder.parent / OWN_SECTIONS)
    found = {**indicators(), **read_indicators(folder, known)}
    problems = []
    for name, evidenced in outcomes.items():
        if name not in found:
            remedy = did_you_mean(name, found, otherwise="The methods page lists them all.")
            problems.append(Problem(f"[outcomes] there is no indicator '{name}'", remedy, "profiles.toml"))
        elif wrong := [str(outcome) for outcome in evidenced if outcome not in OUTCOMES]:
            problems.append(Problem(f"[outcomes] there is no national outcome {', '.join(wrong)} (of '{name}')",
                                    "Write whole numbers from 1 to 9.", "profiles.toml"))  # fmt: skip
        else:
            found[name] = replace(found[name], outcomes=tuple(evidenced))
    if problems:
        raise DefinitionError(f"{len(problems)} thing(s) are wrong with [outcomes].", problems)
    placed = (
        replace(i, section_title=known[i.section].title, section_order=known[i.section].order) for i in found.values()
    )
    return _in_order(placed)


def read_indicators(folder: Path, known: Mapping[str, Section] | None = None) -> dict[str, Indicator]:
    """The definitions of one folder, by id, in the order in which a profile shows them; none where there is no folder.

    Raises
    ------
    DefinitionError
        With the problems of all files.
    """
    known, found = known or sections(), []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_indicator(path, known))
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError(f"{len(problems)} thing(s) are wrong in the definitions of indicators.", problems)
    return _in_order(found)


def _in_order(found: Iterable[Indicator]) -> dict[str, Indicator]:
    ordered = sorted(found, key=lambda indicator: (indicator.section_order, indicator.order, indicator.id))
    return {indicator.id: indicator for indicator in ordered}
