"""Plain HTML pages from finished tables: a front page, a page for each area, methods, data quality.

The pages need no script and no network, and read from a folder as well as from a server. Everything
that comes from data is escaped: by Jinja in the templates, and by ``cells`` where it writes markup.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from locality_profiles.publish import cells, quality
from locality_profiles.publish.edition import SYNTHETIC, Edition, capitalised, file_stems
from locality_profiles.publish.numbers import legend, print_value, unit_label
from locality_profiles.publish.reading import (
    AreaKey,
    Indicator,
    Profile,
    choose_headlines,
    figure_of,
    read_indicators,
    read_names,
    read_profiles,
)
from locality_profiles.publish.sentences import summary

if TYPE_CHECKING:
    import jinja2

__all__ = ["Edition", "write_site"]

HERE = Path(__file__).parent
STYLESHEET = "profiles.css"
#: For the reader of a definition; the keys are the table's own.
DIRECTIONS = {
    "high_is_good": "Higher is better.",
    "low_is_good": "Lower is better.",
    "none": "Neither high nor low is judged.",
}


@dataclass(frozen=True)
class Site:
    """What all pages share."""

    about: Edition
    profiles: list[Profile]
    indicators: dict[str, Indicator]
    names: dict[AreaKey, str]
    stems: dict[AreaKey, str]
    headlines: list[Indicator]

    def page(self, key: AreaKey) -> str:
        """The address of an area's page from the front page; empty where the area has none."""
        return f"areas/{quote(self.stems[key])}.html" if key in self.stems else ""

    def population(self, profile: Profile, role: str = "this") -> tuple[str, str]:
        """The first headline in words, if it is a count, and its period: '3,120 people', 'mid-2021'.

        ``role`` asks for the column of a larger area on the same page, and so for the same period.
        """
        first = next((indicator for indicator in self.headlines if indicator.method == "count"), None)
        row = first and profile.row(first.indicator_id)
        if first is None or not row or not figure_of(cell := profile.cell(row, role)):
            return "", ""
        value, status, _ = cell
        words = f"{print_value(value, status, first.unit, first.decimals)} {first.unit}"
        return words, row.period.label if row.period else ""


def write_site(tables: Mapping[str, Path], out: Path, about: Edition) -> list[Path]:
    """Write the whole site into the folder ``out`` and return the files.

    Parameters
    ----------
    tables : mapping of table name to path
        Parquet files that keep the contracts of profile, profile_trend, indicator, area,
        membership, check_result and extract.
    out : Path
        Folder of the site; made if it is not there. What it holds already is left or overwritten.
    about : Edition
        Title, release and area types of this edition.

    Returns
    -------
    list of Path
        Every file written, the front page first.

    Raises
    ------
    ContractBroken
        If a profile names an indicator or an area that has no declaration or name.
    """
    from locality_profiles.tables.store import connect

    with connect() as connection:
        profiles = read_profiles(connection, tables, about.profiled)
        site = Site(
            about, profiles, read_indicators(connection, tables), read_names(connection, tables),
            file_stems(profile.key for profile in profiles), choose_headlines(profiles, about),
        )  # fmt: skip
        report = quality.read_report(connection, tables)
    pages = templates(about)
    (out / "areas").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "assets" / STYLESHEET, out / STYLESHEET)
    written = [
        _write(out / "index.html", pages.get_template("index.html"), front_page(site)),
        _write(out / "methods.html", pages.get_template("methods.html"), methods_page(site)),
        _write(out / "data-quality.html", pages.get_template("data-quality.html"), {"report": report}),
    ]
    area = pages.get_template("area.html")
    for profile in profiles:
        written.append(_write(out / "areas" / f"{site.stems[profile.key]}.html", area, area_page(profile, site)))
    return [*written, out / STYLESHEET]


def templates(about: Edition) -> jinja2.Environment:
    """The templates, with autoescape, and what every page may use."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals.update(about=about, synthetic=SYNTHETIC, stylesheet=STYLESHEET, legend=legend)
    environment.filters.update(capitalised=capitalised, unit_label=unit_label, day=_day, thousands=_thousands)
    return environment


def _write(path: Path, template: jinja2.Template, page: dict[str, Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(template.render(page))
    return path


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"


def _thousands(number: int) -> str:
    return f"{number:,}"


# --- the front page -------------------------------------------------------------------------------


def front_page(site: Site) -> dict[str, Any]:
    """Partnerships with their areas, and a table of headline figures for each kind of area."""
    return {
        "counts": _counts(site),
        "groups": [_group(code, members, site) for code, members in _by_partnership(site.profiles, site.names)],
        "headlines": [table for kind in site.about.profiled if (table := _headline_table(kind, site))],
    }


def _counts(site: Site) -> str:
    kinds = {kind: sum(p.area_type == kind for p in site.profiles) for kind in site.about.profiled}
    words = [_counted(number, kind, site.about) for kind, number in kinds.items() if number]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _counted(number: int, kind: str, about: Edition) -> str:
    return f"{number:,} {about.one(kind) if number == 1 else about.several(kind)}"


def partnership_of(profile: Profile) -> str:
    """The code of the partnership that an area is, or belongs to; empty for larger areas."""
    if profile.area_type == "hscp":
        return profile.area_code
    column = profile.beside("hscp")
    return column.area_code if column else ""


def _by_partnership(profiles: Iterable[Profile], names: Mapping[AreaKey, str]) -> list[tuple[str, list[Profile]]]:
    """Areas by partnership, partnerships by name; areas of none come last."""

    def order(profile: Profile) -> tuple[bool, str, str]:
        code = partnership_of(profile)
        return not code, names.get(("hscp", code), "").casefold(), code

    return [(code, list(members)) for (_, _, code), members in groupby(sorted(profiles, key=order), order)]


def _group(code: str, members: list[Profile], site: Site) -> dict[str, Any]:
    itself = next((profile for profile in members if profile.key == ("hscp", code)), None)
    others = [profile for profile in members if profile is not itself]
    return {
        "name": site.names.get(("hscp", code), "Other areas") if code else "Other areas",
        "href": site.page(("hscp", code)),
        # Its own page may show a later year than its localities': on one list they must add up.
        "population": ", ".join(filter(None, _population_of(itself, others, site))),
        "kinds": [
            (
                capitalised(site.about.several(kind)),
                [(p.name, site.page(p.key), site.population(p)[0]) for p in of_kind],
            )
            for kind, of_kind in ((kind, list(found)) for kind, found in groupby(others, lambda p: p.area_type))
        ],
    }


def _population_of(itself: Profile | None, others: Sequence[Profile], site: Site) -> tuple[str, str]:
    if others and (found := site.population(others[0], "hscp"))[0]:
        return found
    return site.population(itself) if itself else ("", "")


def _headline_table(kind: str, site: Site) -> dict[str, Any] | None:
    profiles = [profile for profile in site.profiles if profile.area_type == kind]
    if not profiles or not site.headlines:
        return None
    groups = []
    for code, members in _by_partnership(profiles, site.names):
        rows = [
            (profile.name, site.page(profile.key), cells.plain([_headline(profile, i) for i in site.headlines]))
            for profile in members
        ]
        groups.append((site.names.get(("hscp", code), "Other areas"), rows))
    if kind == "hscp" or len(groups) == 1:  # a heading would stand over one row, or over all
        groups = [("", [row for _, rows in groups for row in rows])]
    return {
        "id": f"headlines-{kind.replace('_', '-')}",
        "kind": capitalised(site.about.one(kind)),
        "kinds": site.about.several(kind),
        "columns": [(i.title, i.unit_beside, _period(profiles, i), i.indicator_id) for i in site.headlines],
        "groups": groups,
    }


def _headline(profile: Profile, indicator: Indicator) -> tuple[tuple[float | None, str, str | None], Indicator]:
    return profile.cell(profile.row(indicator.indicator_id)), indicator


def _period(profiles: list[Profile], indicator: Indicator) -> str:
    rows = [row for profile in profiles if (row := profile.row(indicator.indicator_id))]
    labels = dict.fromkeys(row.period.label for row in rows if row.period and figure_of(row.cells[0]))
    return " or ".join(labels) if len(labels) < 3 else "period differs by area"


# --- an area's page -------------------------------------------------------------------------------


def area_page(profile: Profile, site: Site) -> dict[str, Any]:
    """Everything that an area's page shows."""
    marks: set[str] = set()
    code = partnership_of(profile)
    children = [p for p in site.profiles if p is not profile and profile.key == ("hscp", partnership_of(p))]
    siblings = [p for p in site.profiles if p.area_type == profile.area_type and partnership_of(p) == code != ""]
    parts = {kind: list(found) for kind, found in groupby(children, lambda p: p.area_type)}
    made_of = next((_counted(len(found), kind, site.about) for kind, found in parts.items()), "")
    sections = [cells.section_view(profile, section, site.about, site.names, marks) for section in profile.sections]
    return {
        "profile": profile,
        "kind": site.about.one(profile.area_type),
        "kinds": site.about.several(profile.area_type),
        "partnership": (site.names[("hscp", code)], site.page(("hscp", code))) if code else None,
        "summary": summary(profile, site.headlines, made_of, site.about),
        "columns": [_column(column, profile, site) for column in profile.columns],
        "sections": sections,
        "marks": legend(marks),
        "parts": [
            (site.about.several(kind), [(p.name, site.page(p.key), site.population(p)) for p in found])
            for kind, found in parts.items()
        ],
        "siblings": [(p.name, site.page(p.key), p is profile) for p in siblings] if len(siblings) > 1 else [],
        "csv": f"{site.about.open_data}/areas/{quote(site.stems[profile.key])}.csv" if site.about.open_data else "",
    }


def _column(column: Any, profile: Profile, site: Site) -> dict[str, str]:
    itself = column.role == "this"
    return {
        "css": cells.COLUMN_CSS[column.role],
        "name": column.name,
        "tag": f"This {site.about.one(column.area_type)}" if itself else "" if column.role in ("peer", "part")
               else capitalised(site.about.one(column.area_type)),
        "href": "" if itself else site.page((column.area_type, column.area_code)),
    }  # fmt: skip


# --- methods --------------------------------------------------------------------------------------


def methods_page(site: Site) -> dict[str, Any]:
    """Every indicator's declaration by section, and the meaning of every mark."""
    sections = [
        {"title": title, "id": cells.anchor("section", section),
         "indicators": [_declared(i, site.about) for i in of_section]}
        for (section, title), of_section in groupby(site.indicators.values(), lambda i: (i.section, i.section_title))
    ]  # fmt: skip
    return {"sections": sections, "marks": legend()}


def _declared(indicator: Indicator, about: Edition) -> dict[str, Any]:
    smallest = about.one(indicator.smallest_area) if indicator.smallest_area else ""
    return {
        "indicator": indicator,
        "id": cells.anchor("indicator", indicator.indicator_id),
        "method": method_words(indicator),
        "unit": unit_label(indicator.unit),
        "direction": DIRECTIONS.get(indicator.direction, indicator.direction),
        "smallest": f"{capitalised(smallest)}." if smallest else "None: this release holds no data for it.",
    }


def method_words(indicator: Indicator) -> str:
    """How the number is made, with its multiplier."""
    from locality_profiles.indicators.definition import METHODS

    words = METHODS.get(indicator.method, indicator.method.replace("_", " "))
    if indicator.method in ("crude_rate", "ratio"):
        words = words.replace("so many", f"{indicator.per:,g}")
    return f"{capitalised(words)}."
