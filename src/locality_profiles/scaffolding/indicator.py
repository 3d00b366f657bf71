"""A new indicator of a workspace's own: its definition with every key explained, and a test of what it means.

What is counted and among whom is said in short: ``residents 75+``, ``SC.AT:N_PEOPLE``, ``count tenure/owned``,
``published scotpho_profile/Breast screening uptake``. From that follow table, columns, method and the drawn tables of
the test; whatever is guessed stands in the file to be changed.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from locality_profiles.building import LOCAL_TIME
from locality_profiles.episodes.measures import MAY_BE_CALLED, measures
from locality_profiles.errors import WorkspaceError
from locality_profiles.indicators.definition import (
    ADDITIVE,
    COVERAGE,
    DISCLOSURE,
    METHODS,
    OWN_SECTIONS,
    USUAL_INTERVAL,
    indicators,
    read_indicator,
    sections,
    with_own,
)
from locality_profiles.ledger.codes import services
from locality_profiles.periods import PERIOD_TYPES
from locality_profiles.scaffolding.names import Made, check_name, like_another, no_such, write_new
from locality_profiles.workspace import Workspace

TESTS = "tests"
HOW = ("residents, residents 75+, residents 16-64 female, a service and a measure such as SC.AT:N_PEOPLE, "
       "count TOPIC/CATEGORY, or published SOURCE/MEASURE")  # fmt: skip
#: The zones of the drawn tables: two of one locality, one of another.
NORTH, SOUTH = ("z1", "z2"), ("z3",)


@dataclass(frozen=True)
class Asked:
    """What somebody says of a new indicator; None where nothing was said."""

    title: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    section: str | None = None
    period: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Counted:
    """A numerator or denominator as it is said in short: its table, its rows, and how it is drawn in a test."""

    what: str
    table: str
    column: str
    where: Mapping[str, str]
    additive: str
    coverage: str = "every_block"
    period: str | None = None
    ages: tuple[int, int | None] | None = None
    sex: str = "all"
    published: bool = field(default=False)


def new_indicator(
    workspace: Workspace, name: str, asked: Asked | None = None, ask: Callable[[str, str], str] | None = None
) -> Made:
    """Write a definition and its test into a workspace. The strict reader has accepted the one before it is written.

    ``ask`` puts a question with a usual answer to a person; without it what was not said is guessed.

    Raises
    ------
    WorkspaceError, NameTaken
        If the name cannot be one or is taken, or something that is said is not known.
    """
    asked = asked or Asked()
    own = with_own(workspace.definitions, workspace.outcomes)
    _check(name, own.keys())
    question = ask or (lambda _, usual: usual)
    title = asked.title or question("What is it called?", name.replace("_", " ").capitalize())
    above = counted(asked.numerator or question(f"What is counted ({HOW})?", "residents 75+"), asked.period)
    usual = "none" if above.published else "residents"
    said = asked.denominator or question("Among whom (residents, residents 65+, …, or none)?", usual)
    below = None if said.strip().lower() == "none" else counted(said, None)
    if above.published and below is not None:
        raise WorkspaceError("A published value has no denominator here: it is shown as its publisher gives it. "
                             "Leave --denominator out.")  # fmt: skip
    if below is not None and below.table not in ("population", "local_count"):
        raise WorkspaceError(f"'{said}' cannot be among whom: say residents, count TOPIC/all, or none.")
    known = sections(workspace.folder / OWN_SECTIONS)
    section = asked.section or question(f"In which section ({', '.join(known)})?", "population")
    if section not in known:
        raise no_such(section, known, "section")
    order = max((i.order for i in own.values() if i.section == section), default=0) + 10
    text = definition(title, section, order, above, below, asked.owner or workspace.title)
    _accepted(workspace, name, text)
    test = test_of(name, title, above, below)
    files = write_new({
        workspace.definitions / f"{name}.toml": text, workspace.folder / TESTS / f"test_{name}.py": test,
    })  # fmt: skip
    where = f"--workspace {workspace.folder}"
    return Made(
        files,
        (f"python -m pytest {workspace.folder / TESTS}   # what it means, on drawn tables",
         f"locality-profiles check {where}   # the definition is read with the extracts",
         f"locality-profiles build {where}, then locality-profiles show AREA --indicator {name} {where}"),
        like_another(name, own.keys()),
    )  # fmt: skip


def _check(name: str, own: Mapping[str, object] | object) -> None:
    packaged = Path(__file__).parents[1] / "indicators" / "definitions"
    why = ""
    if name in indicators():
        why = (f"It is the package's own. A file of that name in indicators/ would stand in for it: to want that, copy "
               f"{packaged / name}.toml there and change the copy.")  # fmt: skip
    check_name(name, "an indicator", tuple(own), why)  # type: ignore[arg-type]


def _accepted(workspace: Workspace, name: str, text: str) -> None:
    """Let the strict reader read the text as it will be.

    Raises
    ------
    DefinitionError
        With everything that is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        read_indicator(path, sections(workspace.folder / OWN_SECTIONS))


# --- what is said in short ------------------------------------------------------------------------


def counted(said: str, period: str | None) -> Counted:
    """What a numerator or denominator is that is said in short.

    Raises
    ------
    WorkspaceError
        If it is not understood, or names a service, a measure or a period that there is not.

    >>> counted("residents 75+", None).what, counted("SC.AT:N_PEOPLE", None).additive
    ('residents aged 75 and over', 'distinct')
    """
    said = " ".join(said.split())
    if period is not None and period not in PERIOD_TYPES:
        raise no_such(period, PERIOD_TYPES, "kind of period")
    if found := re.fullmatch(r"residents(?: (\d{1,3})(?:-(\d{1,3})|(\+)))?(?: (female|male))?", said):
        return _residents(*found.groups())
    if found := re.fullmatch(r"count ([a-z0-9_]+)/([a-z0-9_]+)", said):
        topic, category = found.groups()
        what = f"everybody asked about {topic}" if category == "all" else f"{category} ({topic})".replace("_", " ")
        where = {"topic": topic, "category": category, "sex": "all", "age_band": "all"}
        return Counted(what.replace("_", " "), "local_count", "value", where, "stock", period=period)
    if found := re.fullmatch(r"published ([a-z0-9_]+)/(.+)", said):
        where = {"source": found[1], "measure": found[2]}
        return Counted(found[2], "published_value", "value", where, "flow", published=True)
    if found := re.fullmatch(r"([A-Z][A-Z0-9.]*):([A-Z0-9_]+)", said):
        return _activity(found[1], found[2], period)
    raise WorkspaceError(f"'{said[:80]}' is not understood. Say {HOW}.")


def _residents(first: str | None, last: str | None, open_end: str | None, sex: str | None) -> Counted:
    people = {"female": "women and girls", "male": "men and boys", None: "residents"}[sex]
    if first is None:
        return Counted(
            f"{people} of all ages", "population", "persons", {"sex": sex or "all"}, "stock", sex=sex or "all"
        )
    low, high = int(first), int(last) if last else None
    if high is not None and high < low:
        raise WorkspaceError(f"Ages from {low} to {high} are none: write the younger first.")
    if low > 90 or (high is not None and high > 89):
        raise WorkspaceError("Ages are told up to 89; 90 and over are one. Write 90+ for them.")
    ages = f"{low} and over" if open_end else f"{low} to {high}"
    return Counted(f"{people} aged {ages}", "population", "persons", {"sex": sex or "all"}, "stock", ages=(low, high),
                   sex=sex or "all")  # fmt: skip


def service_titles() -> dict[str, str]:
    """Services by code: those of ledgers, and those that only activity is told of, as the package's indicators are."""
    terms = (term for i in indicators().values() for term in (i.numerator, i.denominator) if term is not None)
    listed = (term.where.get("service_code") for term in terms)
    codes = [code for found in listed for code in (found if isinstance(found, list) else [found]) if code]
    return {**{code: code for code in codes}, **{code: found.title.lower() for code, found in services().items()}}


def _activity(service: str, measure: str, period: str | None) -> Counted:
    titles = service_titles()
    if service not in titles:
        raise no_such(service, titles, "service")
    if measure not in measures():
        raise no_such(measure, measures(), "measure")
    called = MAY_BE_CALLED[measures()[measure].kind]
    if not called:
        raise WorkspaceError(
            f"{measures()[measure].title} ({measure}) cannot be added up. Use a published value instead."
        )
    what = f"{measures()[measure].title.lower().removesuffix(', each once')}: {titles[service]}"
    where = {"service_code": service, "measure_code": measure, "geo_role": "residence", "age_band": "all", "sex": "all"}
    return Counted(what, "activity", "value", where, called[0], "reported", period or "financial_year")


# --- the definition -------------------------------------------------------------------------------


def definition(title: str, section: str, order: int, above: Counted, below: Counted | None, owner: str) -> str:
    """The text of a definition, every key with what it is for."""
    method = _method(above, below)
    per = {"percentage": 100, "crude_rate": 1000}.get(method, 1)
    unit = {"percentage": "%", "crude_rate": f"per 1,000 {_among(below)}", "published": "as published"}.get(
        method, "people"
    )
    small = (
        "data_zone_2011"
        if above.table in ("population", "local_count")
        else "council_area"
        if above.published
        else "locality"
    )
    quoted = lambda text: json.dumps(text, ensure_ascii=False)  # noqa: E731
    sentence = _sentence(above, below, method)
    head = f"""\
# {title}: a first definition, to be changed. Every key is checked when it is read; what is wrong is told with its line.
# 'locality-profiles check' reads it, and the test beside it (tests/) says what it means.

title = {quoted(title)}
section = {quoted(section)}              # where it stands; 'locality-profiles new section' makes another
order = {order}                          # its place in the section: small numbers first
definition = {quoted(sentence)}          # one or two sentences for readers
method = {quoted(method)}                # {_choices(METHODS)}
per = {per}                              # the value is per so many of the denominator: 1, 100, 1000 or 100000
unit = {quoted(unit)}                    # as it is printed under the title
decimals = {0 if method == "count" else 1}
direction = "none"                       # high_is_good or low_is_good: only then is a difference called better or worse
smallest_area = {quoted(small)}          # no figure is given for smaller areas
needs = "Say which extract it is made from."     # told where a workspace has no such data
disclosure = {quoted(_class(above))}     # {_choices(DISCLOSURE)}
owner = {quoted(owner)}                  # who answers for it
reviewed = {datetime.now(LOCAL_TIME).date().isoformat()}
# interval = {quoted(USUAL_INTERVAL[method])}         # how its confidence limits are made; this is the usual one
# caveat = "What a reader must know before arguing from it."
# outcomes = [2, 4]                      # national health and wellbeing outcomes that it is evidence for
# pooled_periods = 3                     # years put together, where one has few events
# inequality = "zones"                   # by fifths of deprivation too
"""
    return f"{_even(head)}\n{_term('numerator', above)}{_term('denominator', below, above) if below else ''}"


def _even(head: str) -> str:
    """Comments after values begin two blanks behind them, not wherever the template has them."""
    return re.sub(r"(?m)^(.*?\S) {3,}(# .*)$", r"\1  \2", head)


def _choices(words: Mapping[str, object]) -> str:
    return ", ".join(words)


def _method(above: Counted, below: Counted | None) -> str:
    if above.published:
        return "published"
    if below is None:
        return "count"
    return "percentage" if above.table == below.table else "crude_rate"


def _among(below: Counted | None) -> str:
    if below is None or below.what == "residents of all ages":
        return "people"
    return below.what.replace("residents", "people")


def _sentence(above: Counted, below: Counted | None, method: str) -> str:
    first = above.what[0].upper() + above.what[1:]
    if below is None:
        return f"{first}."
    return (
        f"{first}, as a percentage of {below.what}."
        if method == "percentage"
        else f"{first}, for every 1,000 {_among(below)}."
    )


def _class(above: Counted) -> str:
    return {"population": "people", "local_count": "people", "published_value": "open"}.get(above.table, "health")


def _term(name: str, of: Counted, above: Counted | None = None) -> str:
    lines = [f"\n[{name}]", f"what = {json.dumps(of.what, ensure_ascii=False)}  # for readers", f'table = "{of.table}"',
             f'column = "{of.column}"  # the column that is added']  # fmt: skip
    lines += [f"where.{column} = {json.dumps(value, ensure_ascii=False)}" for column, value in of.where.items()]
    if of.ages:
        low, high = of.ages
        lines.append(f"where.age = {{ from = {low}{'' if high is None else f', to = {high}'} }}")
    if of.published:
        return "\n".join(lines) + "\n"
    if of.period:
        lines.append(f'period = "{of.period}"  # {_choices(dict.fromkeys(PERIOD_TYPES))}')
    lines.append(f'additive = "{of.additive}"  # {_choices(ADDITIVE)}')
    if of.coverage != "every_block":
        lines.append(f'coverage = "{of.coverage}"  # {_choices(COVERAGE)}')
    if above is not None and above.table == "activity" and of.table == "population":
        lines += ['pairing = "mid_year"  # the estimate of 30 June in the period',
                  "carry_forward_years = 1  # or of the year before, marked as an estimate"]  # fmt: skip
    return "\n".join(lines) + "\n"


# --- the test -------------------------------------------------------------------------------------


def test_of(name: str, title: str, above: Counted, below: Counted | None) -> str:
    """The text of a test: tables drawn in, arithmetic out."""
    drawn = _drawings(above, below)
    method = _method(above, below)
    tables = "\n".join(f'{table.upper()} = """\n{_aligned(rows)}\n"""' for table, rows in drawn.items())
    given = ", ".join(f"{table}={table.upper()}" for table in drawn)
    up, down = _sums(drawn, above), _sums(drawn, below) if below else None
    lines = []
    for area, _ in (("north", NORTH), ("south", SOUTH)):
        number = f"({up[area]})" if "+" in up[area] and down else up[area]
        expected = number
        if down is not None:
            times = 100 if method == "percentage" else 1000
            expected = (
                f"{times} * {number} / ({down[area]})" if "+" in down[area] else f"{times} * {number} / {down[area]}"
            )
        lines.append(f'        "{area}": {expected},')
    if above.published:
        lines = ['        "isles": 12.5,']
    body = "\n".join(lines)
    return f'''"""{title}: what it means. Tables drawn in, arithmetic out; run with: python -m pytest tests

Draw what you are unsure of: an empty cell has no value, and block_code z1, z2 and z3 are places that you make up.
"""

from pathlib import Path

import pytest

from locality_profiles.trying import values_of

DEFINITION = Path(__file__).parent.parent / "indicators" / "{name}.toml"

{tables}


def test_it_is_what_its_definition_says():
    assert values_of(DEFINITION, {given}) == pytest.approx({{
{body}
    }})
'''


Drawn = dict[str, list[list[str]]]


def _drawings(above: Counted, below: Counted | None) -> Drawn:
    if above.published:
        return {
            "membership": [["block_type", "block_code", "area_type", "area_code"], ["hscp", "isles", "hscp", "isles"]],
            "published_value": [
                ["source", "measure", "block_type", "block_code", "period_type", "period_start", "period_end",
                 "breakdown", "category", "value"],
                [above.where["source"], above.where["measure"], "hscp", "isles", "calendar_year", "2021-01-01",
                 "2021-12-31", "all", "all", "12.5"],
            ],
        }  # fmt: skip
    drawn: Drawn = {"membership": [["block_code", "area_type", "area_code"],
                                   *([zone, "locality", "north"] for zone in NORTH),
                                   *([zone, "locality", "south"] for zone in SOUTH)]}  # fmt: skip
    tables = [of for of in (above, below) if of is not None]
    if any(of.table == "population" for of in tables):
        ages = sorted({age for of in tables if of.table == "population" for age in _ages(of)})
        sexes = sorted({of.sex for of in tables if of.table == "population"})
        drawn["population"] = [["block_code", "year", "sex", "age", "persons"], *(
            [zone, "2021", sex, str(age), str(_PEOPLE[zone] // (1 + n) * (2 if sex == "all" else 1))]
            for zone in (*NORTH, *SOUTH) for sex in sexes for n, age in enumerate(ages)
        )]  # fmt: skip
    for of in tables:
        if of.table == "activity":
            drawn["activity"] = [
                ["block_code", "service_code", "measure_code", "period_type", "period_start", "period_end", "value"],
                *([zone, of.where["service_code"], of.where["measure_code"], *_days(of.period), value]
                  for zone, value in _EVENTS.items()),
            ]  # fmt: skip
        if of.table == "local_count":
            heads = ["block_code", "topic", "category", "period_type", "period_start", "period_end", "value"]
            rows = drawn.setdefault("local_count", [heads])
            rows += [
                [zone, of.where["topic"], of.where["category"], *_days(of.period or "snapshot"),
                 value if of is above else str(_PEOPLE[zone])]
                for zone, value in _EVENTS.items()
            ]  # fmt: skip
    return drawn


_PEOPLE = {"z1": 120, "z2": 60, "z3": 60}
_EVENTS = {"z1": "6", "z2": "3", "z3": "2"}
_DAYS = {
    "financial_year": ("2021-04-01", "2022-03-31"), "calendar_year": ("2021-01-01", "2021-12-31"),
    "financial_quarter": ("2021-04-01", "2021-06-30"), "calendar_quarter": ("2021-04-01", "2021-06-30"),
    "month": ("2021-06-01", "2021-06-30"), "week": ("2021-06-07", "2021-06-13"),
    "mid_year": ("2021-06-30", "2021-06-30"),
    "census_week": ("2021-04-01", "2022-03-31"), "snapshot": ("2021-06-30", "2021-06-30"),
    "school_year": ("2021-08-01", "2022-07-31"), "years": ("2020-01-01", "2021-12-31"),
}  # fmt: skip


def _days(period: str | None) -> tuple[str, str, str]:
    kind = period or "financial_year"
    return (kind, *_DAYS[kind])


def _ages(of: Counted) -> set[int]:
    """Ages to draw: one inside, and one just outside at each end."""
    if of.ages is None:
        return {30}
    low, high = of.ages
    return {low, *([low - 1] if low else []), *([high, high + 1] if high is not None else [])}


def _sums(drawn: Drawn, of: Counted) -> dict[str, str]:
    """The sum for each area, spelt out cell by cell."""
    if of.published:
        return {"north": "", "south": ""}
    heads, *rows = drawn[of.table]
    at = {heading: number for number, heading in enumerate(heads)}
    value = at["persons" if of.table == "population" else "value"]

    def counts(row: list[str]) -> bool:
        if of.table == "population":
            low, high = of.ages or (0, None)
            return row[at["sex"]] == of.sex and low <= int(row[at["age"]]) <= (high if high is not None else 999)
        return of.table != "local_count" or row[at["category"]] == of.where["category"]

    return {
        area: " + ".join(row[value] for row in rows if row[at["block_code"]] in zones and counts(row))
        for area, zones in (("north", NORTH), ("south", SOUTH))
    }


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join("    " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows)  # fmt: skip
