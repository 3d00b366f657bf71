"""Plain HTML pages from finished tables: a front page, a page for each area and area system, methods, data quality.

The pages need no script and no network, and read from a folder as well as from a server. Everything
that comes from data is escaped: by Jinja in the templates, and by ``cells`` where it writes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from locality_profiles.glossary import for_planners
from locality_profiles.numbers import legend, print_value, unit_label
from locality_profiles.publish import area_systems, cells, indicator_pages, quality, what_changed
from locality_profiles.publish.area_charts import charts_of
from locality_profiles.publish.area_systems import MANY, counted
from locality_profiles.publish.assessment import Assessment, Of, assessment_of, parts_of, see
from locality_profiles.publish.chart_sources import ChartSources, read_chart_sources
from locality_profiles.publish.charts.behind import table_behind
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.charts.draw import file_name, size_of
from locality_profiles.publish.charts.look import LOOK, NARROW
from locality_profiles.publish.comparing import write_compared
from locality_profiles.publish.declared import declared
from locality_profiles.publish.edition import (
    SYNTHETIC,
    Edition,
    capitalised,
    documents_of,
    file_stems,
    has_documents,
)
from locality_profiles.publish.finding import index_of, write_scripts
from locality_profiles.publish.locators import Locators
from locality_profiles.publish.money import Money, read_money
from locality_profiles.publish.money_chapter import chapters, sheet_links
from locality_profiles.publish.open_data import downloads
from locality_profiles.publish.place_tables import AreaSystems, read_systems
from locality_profiles.publish.printing import picture_shares, share_out
from locality_profiles.publish.reading import (
    FEW_PEERS,
    MOST_PEERS,
    AreaKey,
    Beside,
    Indicator,
    Profile,
    choose_headlines,
    figure_of,
    narrowed,
    read_indicators,
    read_names,
    read_profiles,
)
from locality_profiles.publish.sentences import summary
from locality_profiles.publish.services import Services, read_services, services_here
from locality_profiles.publish.sheets import Sheet
from locality_profiles.publish.standing import Standing, missing_view, read_standings
from locality_profiles.publish.system_maps import front_map, maps_of, read_layers
from locality_profiles.publish.theme import Theme
from locality_profiles.publish.voice import Voice, read_voice
from locality_profiles.publish.words import OfArea, Words, read_words

if TYPE_CHECKING:
    import duckdb
    import jinja2
    from markupsafe import Markup

__all__ = ["Edition", "write_site"]

HERE = Path(__file__).parent
#: The section of words that stand at the head of a page.
HEAD = "profile"
STYLESHEET = "profiles.css"
CHARTS = "charts"
#: A picture for wide pages, and one for narrow: words in it are of a size to read on either.
LOOKS = (LOOK, NARROW)


@dataclass(frozen=True)
class Site:
    """What all pages share."""

    about: Edition
    profiles: list[Profile]
    indicators: dict[str, Indicator]
    names: dict[AreaKey, str]
    stems: dict[AreaKey, str]
    headlines: list[Indicator]
    systems: AreaSystems
    maps: Mapping[str, Markup]
    """By area type, the map of an area system."""
    standings: Mapping[AreaKey, Standing] = field(default_factory=dict)
    money: Money = field(default_factory=Money)
    chapters: Mapping[str, tuple[Sheet, ...]] = field(default_factory=dict)
    """By partnership, the tables of its finance chapter."""
    words: Mapping[AreaKey, OfArea] = field(default_factory=dict)
    changes: what_changed.Report | None = None
    """What changed since the release before; None where nothing was compared or could have been."""
    voice: Voice = field(default_factory=Voice)
    services: Services = field(default_factory=Services)
    locators: Locators = field(default_factory=Locators)
    charts: Mapping[AreaKey, Mapping[str, Sequence[Chart]]] = field(default_factory=dict)
    """By area and section."""

    @cached_property
    def homes(self) -> dict[AreaKey, str]:
        """The code of each area's partnership."""
        return {profile.key: code for code, found in self.members.items() for profile in found}

    def full_name(self, key: AreaKey) -> str:
        """An area's name, with its partnership's where the release has several: many have an 'East'."""
        kind, code = key
        ending = code.rpartition("/")[2]
        name = self.names.get(key) or (capitalised(ending.replace("-", " ")) if ending != code else code)
        home = self.homes.get(key, code.partition("/")[0])
        if kind == "hscp" or len(self.members) < 2 or ("hscp", home) not in self.names:
            return name
        return f"{name}, {self.names['hscp', home]}"

    @cached_property
    def members(self) -> dict[str, list[Profile]]:
        """Areas by the code of their partnership, which has the empty code where an area has none."""
        found: dict[str, list[Profile]] = {}
        for profile in self.profiles:
            found.setdefault(partnership_of(profile), []).append(profile)
        return found

    @cached_property
    def _by_kind(self) -> dict[str, list[Profile]]:
        return {kind: list(found) for kind, found in groupby(self.profiles, lambda profile: profile.area_type)}

    def of_kind(self, kind: str) -> list[Profile]:
        return self._by_kind.get(kind, [])

    @cached_property
    def system_pages(self) -> list[str]:
        """Kinds of area that have a page of their own."""
        return area_systems.kinds_with_a_page(self)

    def system_page(self, kind: str) -> str:
        """The address of the page of a kind of area from the front page; empty where it has none."""
        return f"systems/{kind}.html" if kind in self.system_pages else ""

    def page(self, key: AreaKey) -> str:
        """The address of an area's page from the front page; empty where the area has none."""
        return f"areas/{quote(self.stems[key])}.html" if key in self.stems else ""

    def assessment(self, code: str) -> str:
        """The address of a partnership's needs assessment from the front page; empty where it has none."""
        return f"assessment/{quote(code)}.html" if code and ("hscp", code) in self.stems else ""

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
        membership, check_result and extract; where they are given, those of area systems too.
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
    read = read_site(tables, about)
    pictures = out / CHARTS
    read.draw(pictures)
    return write_pages(read, out)


def write_pages(read: Read, out: Path) -> list[Path]:
    """Every page of what was read; the pictures of its charts stand in ``out`` already, or will.

    Returns
    -------
    list of Path
        Every file written and every picture, the front page first.
    """
    site, tables, about = read.site, read.tables, read.site.about
    pages, brought = templates(site), _brought(about.theme, out)
    (out / "areas").mkdir(parents=True, exist_ok=True)
    (out / STYLESHEET).write_text(_stylesheet(about.theme, about.marking), encoding="utf-8")
    written = [
        _write(out / "index.html", pages.get_template("index.html"), front_page(site, tables)),
        _write(out / "methods.html", pages.get_template("methods.html"), methods_page(site)),
        _write(out / "data-quality.html", pages.get_template("data-quality.html"), {"report": read.report}),
    ]
    if site.changes:
        page = what_changed.page(site.changes, f"{about.open_data}/what-changed.csv" if about.open_data else "")
        written.append(_write(out / "what-changed.html", pages.get_template("what-changed.html"), page))
    if site.systems.told:
        written.append(_write(out / "areas.html", pages.get_template("areas.html"), area_systems.systems_page(site)))
    if site.system_pages:
        (out / "systems").mkdir(exist_ok=True)
    system = pages.get_template("area-system.html")
    for kind in site.system_pages:
        context = area_systems.system_page(kind, site) | {"areas": _headline_table(kind, site, anchors=True)}
        written.append(_write(out / "systems" / f"{kind}.html", system, context))
    written.append(_write(out / "indicators.html", pages.get_template("indicators.html"),
                          indicator_pages.list_page(site, read.values)))  # fmt: skip
    (out / "indicators").mkdir(exist_ok=True)
    template = pages.get_template("indicator.html")
    for found in read.indicators:
        written.append(_write(out / found.path, template, found.view))
    compared = _compared(read, out)
    written.append(_write(out / "compare.html", pages.get_template("compare.html"), compare_page(site)))
    area = pages.get_template("area.html")
    for profile in site.profiles:
        written.append(_write(out / "areas" / f"{site.stems[profile.key]}.html", area, area_page(profile, site)))
    shown = {home for profile in site.profiles if (home := partnership_of(profile))}
    for code, sheets in site.chapters.items():
        if code in shown:
            (out / "money").mkdir(exist_ok=True)
            page = {"name": site.names.get(("hscp", code), code), "href": site.page(("hscp", code)), "sheets": sheets,
                    "links": sheet_links(sheets)}  # fmt: skip
            written.append(_write(out / "money" / f"{code}.html", pages.get_template("money.html"), page))
    for document in read.assessments:
        (out / "assessment").mkdir(exist_ok=True)
        key = ("hscp", document.code)
        kind, parts = parts_of(about.profiled, [profile.key for profile in site.members.get(document.code, ())])
        divided = counted(len(parts), kind, about) if kind else ""
        document_page: dict[str, Any] = {
            "assessment": document,
            "href": site.page(key),
            "parts": divided,
            "documents": documents_of(assessment_stem(document.code, site), "hscp", about),
        }
        template = pages.get_template("assessment.html")
        written.append(_write(out / site.assessment(document.code), template, document_page))
    pictures = {out / CHARTS / name for name in read.pictures()}
    return [*written, out / STYLESHEET, *brought, *compared, *sorted(pictures)]


def _compared(read: Read, out: Path) -> list[Path]:
    """What search and comparison read: scripts, the index, and the figures of every area."""
    from locality_profiles.tables.store import connect

    with connect() as connection:
        figures, stems = write_compared(connection, read.tables, read.site, out)
    larger = [key for key in stems if key not in read.site.stems]
    return [*write_scripts(out, index_of(read.site, larger, stems)), *figures]


@dataclass(frozen=True)
class Read:
    """Everything that a release is told from, read once for pages and documents."""

    site: Site
    tables: Mapping[str, Path]
    report: Mapping[str, Any]
    assessments: tuple[Assessment, ...]
    values: indicator_pages.Read
    indicators: tuple[indicator_pages.IndicatorPage, ...]

    def charts(self) -> Iterator[Chart]:
        """Every chart of the pages; one that stands on several pages comes several times."""
        for charts in self.site.charts.values():
            for of_section in charts.values():
                yield from of_section
        yield from indicator_pages.pictures_of(self.indicators)

    def draw(self, folder: Path) -> None:
        """Draw what ``folder`` lacks of the pages' charts, each in a width for a desk and one for a telephone."""
        share_out(picture_shares(self.charts(), folder, LOOKS), folder)

    def pictures(self) -> list[str]:
        """Names of the files that stand for the charts."""
        return sorted({file_name(chart, look) for chart in self.charts() for look in LOOKS})


def read_site(tables: Mapping[str, Path], about: Edition) -> Read:
    """Read all that pages and documents tell of.

    Raises
    ------
    ContractBroken
        If a profile names an indicator or an area that has no declaration or name.
    """
    from locality_profiles.tables.store import connect

    with connect() as connection:
        site = _read_pages(connection, tables, about)
        report = quality.read_report(connection, tables)
        assessments = tuple(_assessments(connection, tables, site))
        values = indicator_pages.read_values(connection, tables, site)
    pages = tuple(indicator_pages.indicator_pages(site, values))
    return Read(site, tables, report, assessments, values, pages)


def _read_pages(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], about: Edition) -> Site:
    """What all pages share, with the charts of areas."""
    profiles = [
        narrowed(profile, MOST_PEERS if has_documents(profile.area_type, about) else FEW_PEERS)
        for profile in read_profiles(connection, tables, about.profiled)
    ]
    systems = read_systems(connection, tables, about)
    stems = file_stems(profile.key for profile in profiles)
    names = read_names(connection, tables)
    site = Site(
        about, profiles, read_indicators(connection, tables), names, stems, choose_headlines(profiles, about),
        systems, maps_of(tables, systems, about, stems), read_standings(connection, tables, about.profiled),
        read_money(connection, tables, names), chapters(connection, tables, names, about.money),
        read_words(connection, tables, about.profiled),
        _changes(connection, tables, about), read_voice(connection, tables, names),
        read_services(connection, tables), Locators(read_layers(tables)),
    )  # fmt: skip
    return replace(site, charts=_charts(site, read_chart_sources(connection, tables, about)))


def write_area(tables: Mapping[str, Path], out: Path, about: Edition, key: AreaKey) -> Path:
    """Write one area's page with its charts and what it wears into the folder ``out``, and return the page.

    Its links lead nowhere: the other pages are not written.
    """
    from locality_profiles.publish.charts.draw import draw
    from locality_profiles.tables.store import connect

    with connect() as connection:
        site = _read_pages(connection, tables, about)
    (out / "areas").mkdir(parents=True, exist_ok=True)
    (out / STYLESHEET).write_text(_stylesheet(about.theme, about.marking), encoding="utf-8")
    _brought(about.theme, out)
    charts = [chart for charts in site.charts.get(key, {}).values() for chart in charts]
    for look in LOOKS:
        draw(charts, out / CHARTS, look)
    profile = next(profile for profile in site.profiles if profile.key == key)
    page = templates(site).get_template("area.html")
    return _write(out / "areas" / f"{site.stems[key]}.html", page, area_page(profile, site))


def _charts(site: Site, sources: ChartSources) -> dict[AreaKey, dict[str, list[Chart]]]:
    """The charts of every area of a kind that has some, by section."""
    wanted = [kind for kind in site.about.profiled if has_charts(kind, site.about)]
    return {
        profile.key: charts_of(profile, site.standings.get(profile.key, Standing()), sources, site.about)
        for kind in wanted for profile in site.of_kind(kind)
    }  # fmt: skip


def has_charts(kind: str, about: Edition) -> bool:
    """Whether the pages of a kind of area have charts: those that are named; else those that have documents."""
    return kind in about.charts if about.charts is not None else has_documents(kind, about)


def assessment_stem(code: str, site: Site) -> str:
    """What the files of a partnership's needs assessment are called."""
    return f"{site.stems.get(('hscp', code), code)}-needs-assessment"


def _changes(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], about: Edition
) -> what_changed.Report | None:  # fmt: skip
    if "release_change" not in tables:
        return None
    return what_changed.read_report(
        connection, tables["release_change"], about.compared_with, about.why_not_compared, about.alert_words
    )


def _assessments(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], site: Site
) -> Iterator[Assessment]:  # fmt: skip
    """The needs assessment of every partnership that has a page."""
    see(connection, tables)
    pages = {profile.key: site.page(profile.key) for profile in site.profiles}
    for code in filter(site.assessment, site.members):
        kind, parts = parts_of(site.about.profiled, [profile.key for profile in site.members[code]])
        finance = f"money/{code}.html" if code in site.chapters else ""
        key = ("hscp", code)
        yield assessment_of(Of(connection, tables, code, kind, parts, site.names, pages, site.words, finance,
                               site.money.of(key), site.voice.of(key), site.changes is not None,
                               site.about.money))  # fmt: skip


def _brought(theme: Theme, out: Path) -> list[Path]:
    """The files that a house style brings to the pages."""
    if theme.logo is None:
        return []
    out.mkdir(parents=True, exist_ok=True)
    logo = out / theme.logo_file
    logo.write_bytes(theme.logo.read_bytes())
    return [logo]


def _stylesheet(theme: Theme, marking: str = "") -> str:
    """The stylesheet of every page, with what maps need, what the house style has of its own, and what paper bears."""
    from locality_profiles.publish.maps import MAP_CSS

    return (HERE / "assets" / STYLESHEET).read_text(encoding="utf-8") + MAP_CSS + theme.css() + _on_paper(marking)


def _on_paper(marking: str) -> str:
    """The marking at the head of every printed sheet: its first sentence, which has room there."""
    if not marking:
        return ""
    words = re.split(r"(?<=[.:!?])\s", marking, maxsplit=1)[0].rstrip(".:")
    words = "".join(letter if letter.isalnum() or letter in " ,;-()" else f"\\{ord(letter):06x}" for letter in words)
    return f'\n@page {{ @top-center {{ content: "{words}"; font: 700 9pt sans-serif; }} }}\n'


def templates(site: Site) -> jinja2.Environment:
    """The templates, with autoescape, and what every page may use."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    ways = [("index.html", "All areas"), ("indicators.html", "Indicators"), ("methods.html", "Methods"),
            ("data-quality.html", "Data quality")]  # fmt: skip
    ways.insert(1, ("compare.html", "Compare"))
    if site.systems.told:
        ways.insert(1, ("areas.html", "Area systems"))
    if site.changes:
        ways.append(("what-changed.html", "What changed"))
    environment.globals.update(
        about=site.about, theme=site.about.theme, synthetic=SYNTHETIC, stylesheet=STYLESHEET, legend=legend, ways=ways,
        picture=lambda chart, look=LOOK: f"{CHARTS}/{file_name(chart, look)}", size_of=size_of, narrow=NARROW,
        table_behind=table_behind,
        comparator_words=_comparator_words(site.about),
    )  # fmt: skip
    environment.filters.update(capitalised=capitalised, unit_label=unit_label, day=_day, thousands=_thousands)
    return environment


def _comparator_words(about: Edition) -> dict[str, str]:
    """Headings of the columns of 'How it compares'."""
    larger = {kind: f"Beside the {about.one(kind)}" for kind in ("hscp", "health_board", "country")}
    return larger | {"peers": "Beside the other PEERS of the partnership", "neighbours": "Beside the five most like it"}


def _write(path: Path, template: jinja2.Template, page: dict[str, Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(template.render(page))
    return path


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"


def _thousands(number: int) -> str:
    return f"{number:,}"


# --- the front page -------------------------------------------------------------------------------


def front_page(site: Site, tables: Mapping[str, Path]) -> dict[str, Any]:
    """Partnerships with their areas, a table of headline figures for kinds of few areas, and downloads.

    The first kind always has its table. Other kinds of more than ``MANY`` areas have theirs on a page of
    their own, and are counted here.
    """
    shown = [kind for number, kind in enumerate(site.about.profiled) if not number or len(site.of_kind(kind)) <= MANY]
    return {
        "counts": _counts(site),
        "groups": [_group(code, members, site) for code, members in _by_partnership(site.profiles, site.names)],
        "headlines": [table for kind in shown if (table := _headline_table(kind, site)) and site.headlines],
        "elsewhere": [
            (counted(len(site.of_kind(kind)), kind, site.about), site.system_page(kind))
            for kind in site.about.profiled
            if kind not in shown
        ],
        "map": front_map(tables, site),
        "mapped": site.about.several(next(iter(site.about.profiled), "")),
        "systems": bool(site.systems.told),
        "downloads": downloads(tables),
    }


def _counts(site: Site) -> str:
    kinds = [counted(len(found), kind, site.about) for kind in site.about.profiled if (found := site.of_kind(kind))]
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)


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
    kinds = [_kind(kind, list(found), code, site) for kind, found in groupby(others, lambda p: p.area_type)]
    return {
        "name": site.names.get(("hscp", code), "Other areas") if code else "Other areas",
        "href": site.page(("hscp", code)),
        "assessment": site.assessment(code),
        # Its own page may show a later year than its localities': on one list they must add up.
        "population": ", ".join(filter(None, _population_of(itself, others, site))),
        "listed": [kind for kind in kinds if kind["areas"]],
        "counted": [kind for kind in kinds if not kind["areas"]],
    }


def _kind(kind: str, found: list[Profile], code: str, site: Site) -> dict[str, Any]:
    """The areas of one kind in one partnership: listed, or counted where the release has too many of the kind."""
    crowded = kind != site.about.profiled[0] and len(site.of_kind(kind)) > MANY
    return {
        "kinds": capitalised(site.about.several(kind)),
        "areas": [] if crowded else [(p.name, site.page(p.key), site.population(p)[0]) for p in found],
        "counted": counted(len(found), kind, site.about),
        "href": _list_of(kind, code, site),
    }


def _list_of(kind: str, code: str, site: Site) -> str:
    """Where the areas of one kind and partnership are listed on the kind's own page."""
    href = site.system_page(kind)
    return f"{href}#{cells.anchor('in', code or 'none')}" if href else ""


def _population_of(itself: Profile | None, others: Sequence[Profile], site: Site) -> tuple[str, str]:
    if others and (found := site.population(others[0], "hscp"))[0]:
        return found
    return site.population(itself) if itself else ("", "")


#: Of more areas than ``VERY_MANY`` a table tells ``FEW`` headlines: with all, the page would weigh more than 400 kB.
VERY_MANY = 500
FEW = 2


def _headline_table(kind: str, site: Site, anchors: bool = False) -> dict[str, Any] | None:
    """The areas of one kind with their headline figures; with ``anchors`` each partnership can be linked to."""
    profiles = site.of_kind(kind)
    if not profiles:
        return None
    told = site.headlines[:FEW] if len(profiles) > VERY_MANY else site.headlines
    groups = []
    for code, members in _by_partnership(profiles, site.names):
        rows = [
            (profile.name, site.page(profile.key), cells.plain([_headline(profile, i) for i in told]))
            for profile in members
        ]
        groups.append((
            site.names.get(("hscp", code), "Other areas"), cells.anchor("in", code or "none") if anchors else "", rows,
        ))  # fmt: skip
    if kind == "hscp":  # a heading would stand over each row
        groups = [("", "", [row for _, _, rows in groups for row in rows])]
    elif len(groups) == 1:
        groups = [("", groups[0][1], groups[0][2])]
    return {
        "id": f"headlines-{kind.replace('_', '-')}",
        "kind": capitalised(site.about.one(kind)),
        "kinds": site.about.several(kind),
        "columns": [(i.title, i.unit_beside, _period(profiles, i), i.indicator_id) for i in told],
        "groups": groups,
    }


def _headline(profile: Profile, indicator: Indicator) -> tuple[tuple[float | None, str, str | None], Indicator]:
    return profile.cell(profile.row(indicator.indicator_id)), indicator


def _period(profiles: list[Profile], indicator: Indicator) -> str:
    rows = [row for profile in profiles if (row := profile.row(indicator.indicator_id))]
    labels = dict.fromkeys(row.period.label for row in rows if row.period and figure_of(row.cells[0]))
    return " or ".join(labels) if len(labels) < 3 else "period differs by area"


def compare_page(site: Site) -> dict[str, Any]:
    """Where areas are set side by side; without script, the tables in which they are anyhow."""
    tables = [
        (f"Headline figures of {site.about.several(kind)}", f"{site.system_page(kind)}#areas")
        for kind in site.about.profiled if site.system_page(kind) and site.of_kind(kind)
    ]  # fmt: skip
    return {"tables": tables, "marks": legend()}


# --- an area's page -------------------------------------------------------------------------------


def area_page(profile: Profile, site: Site) -> dict[str, Any]:
    """Everything that an area's page shows."""
    marks: set[str] = set()
    code = partnership_of(profile)
    near = site.members[code] if code else []
    siblings = [p for p in near if p.area_type == profile.area_type] if profile.area_type != "hscp" else []
    children = [p for p in near if p is not profile] if profile.key == ("hscp", code) else []
    parts = {kind: list(found) for kind, found in groupby(children, lambda p: p.area_type)}
    standing, words = site.standings.get(profile.key), site.words.get(profile.key, {})
    charts = site.charts.get(profile.key, {})
    sections = [
        cells.section_view(profile, section, site.about, site.names, marks, standing)
        | _missing(section.id, site)
        | {"words": words.get(section.id), "charts": charts.get(section.id, ())}
        for section in profile.sections
    ]
    held = {section.id for section in profile.sections}
    return {
        "profile": profile,
        "kind": site.about.one(profile.area_type),
        "kinds": site.about.several(profile.area_type),
        "system": site.system_page(profile.area_type),
        "partnership": (site.names[("hscp", code)], site.page(("hscp", code))) if code else None,
        # What sentences say in their sections is not said at the head as well.
        "summary": summary(profile, () if words else site.headlines, made_of(profile, site), site.about),
        "words": words.get(HEAD, Words()),
        "charts": charts.get(HEAD, ()),
        "columns": len(profile.columns),
        "headings": cells.headings(_column(column, site) for column in profile.columns),
        "sections": sections,
        "without": [
            {"title": title, **_missing(section, site)}
            for section, title in _titles(site).items()
            if section not in held
        ],
        "money": site.money.of(profile.key),
        "voice": site.voice.of(profile.key),
        "chapter": f"money/{code}.html" if code in site.chapters else "",
        "assessment": site.assessment(code),
        "overlaps": area_systems.overlaps_of(profile.key, site),
        "services": services_here(profile, site),
        "locator": site.locators.of(profile, site),
        "marks": legend(marks),
        "parts": [_parts(kind, found, code, site) for kind, found in parts.items()],
        "siblings": _siblings(profile, siblings, code, site) if len(siblings) > 1 else None,
        "compare": quote(site.stems[profile.key]),
        "documents": documents_of(site.stems[profile.key], profile.area_type, site.about),
        "csv": f"{site.about.open_data}/areas/{quote(site.stems[profile.key])}.csv" if site.about.open_data else "",
    }


def made_of(profile: Profile, site: Site) -> str:
    """'7 localities': the areas of the first kind of a partnership; empty for any other area."""
    code = partnership_of(profile)
    if profile.key != ("hscp", code):
        return ""
    children = groupby((p for p in site.members[code] if p is not profile), lambda p: p.area_type)
    return next((counted(len(list(found)), kind, site.about) for kind, found in children), "")


def _titles(site: Site) -> dict[str, str]:
    """Sections of the release, in order."""
    return {indicator.section: indicator.section_title for indicator in site.indicators.values()}


def _missing(section: str, site: Site) -> dict[str, Any]:
    """Indicators of a section that the release has no figure of, as links to the reasons."""
    found = missing_view(site.indicators, section)
    return {"missing": [(i.title, indicator_pages.address(i.indicator_id)) for i in found]}


def _parts(kind: str, found: list[Profile], code: str, site: Site) -> dict[str, Any]:
    """The areas of one kind of a partnership; a list of very many stands on the page of their kind."""
    listed = [] if len(found) > MANY else [(p.name, site.page(p.key), site.population(p)) for p in found]
    return {
        "kinds": site.about.several(kind), "areas": listed, "counted": counted(len(found), kind, site.about),
        "href": _list_of(kind, code, site),
    }  # fmt: skip


def _siblings(profile: Profile, found: list[Profile], code: str, site: Site) -> dict[str, Any]:
    listed = [] if len(found) > MANY else [(p.name, site.page(p.key), p is profile) for p in found]
    return {
        "areas": listed, "counted": counted(len(found), profile.area_type, site.about),
        "href": _list_of(profile.area_type, code, site),
    }  # fmt: skip


def _column(column: Beside, site: Site) -> dict[str, str]:
    itself = column.role == "this"
    return {
        "css": cells.COLUMN_CSS[column.role],
        "name": column.name,
        "tag": _tag(column.role, site.about.one(column.area_type)),
        "href": "" if itself else site.page((column.area_type, column.area_code)),
    }


def _tag(role: str, kind: str) -> str:
    """What stands over a column's name: what the area is to the one that the page is about."""
    words = {"this": f"This {kind}", "within": f"Its {kind}", "peer": "", "part": ""}
    return words.get(role, capitalised(kind))


# --- methods --------------------------------------------------------------------------------------


def methods_page(site: Site) -> dict[str, Any]:
    """Every indicator's declaration by section, the meaning of every mark, and the terms that planners meet."""
    sections = [
        {"title": title, "id": cells.anchor("section", section),
         "indicators": [declared(i, site.about) for i in of_section]}
        for (section, title), of_section in groupby(site.indicators.values(), lambda i: (i.section, i.section_title))
    ]  # fmt: skip
    return {"sections": sections, "marks": legend(), "terms": terms()}


def terms() -> list[dict[str, Any]]:
    """The words of the glossary that planners need, each with its place in the page; those to see are among them."""
    ids = {word.word: cells.anchor("term", word.word) for word in for_planners()}
    return [
        {"id": ids[word.word], "word": word.word, "also": word.also, "means": word.means,
         "see": [(one, ids[one]) for one in word.see if one in ids]}
        for word in for_planners()
    ]  # fmt: skip
