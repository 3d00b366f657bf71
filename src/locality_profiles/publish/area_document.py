"""The profile of one area as a document: what its page tells, in the page's order, as tables that stand on their own.

Where the page nests classes under an indicator, and puts limits under a value, a table here has a row and a column for
each, so that it can be read aloud, sorted and copied. The numbers are the page's: both print the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from locality_profiles.numbers import DASH, SIGNS, Printed, legend, print_value
from locality_profiles.publish.cells import anchor, only_larger
from locality_profiles.publish.charts.behind import table_behind
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.document import Document, Part, Written
from locality_profiles.publish.edition import SYNTHETIC, Edition, capitalised
from locality_profiles.publish.reading import AreaKey, Beside, Cell, Indicator, Profile, Row, Section, Trend
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.standing import (
    AGE,
    COMPARATORS,
    SCHEMES,
    SETTLEMENT,
    WORDS,
    Standing,
    Verdict,
    change_words,
    class_title,
    rank_words,
)
from locality_profiles.publish.words import Note, OfArea, Words

NOTHING = SIGNS["not_available"].mark
NOT_COMPARED = SIGNS["not_applicable"].mark
CHANCE = (
    "Higher and lower mean by more than chance would make, where there are confidence limits, or as printed, where "
    "everybody was counted."
)
GAP = (
    "The gap is the most less the least deprived; the slope index is the difference along the whole scale, least less "
    "most deprived."
)
LIMITS = (Column("Lower 95% limit"), Column("Upper 95% limit"))


@dataclass(frozen=True)
class Of:
    """One area of a release, and everything that its document says."""

    profile: Profile
    about: Edition
    names: Mapping[AreaKey, str]
    stem: str
    title: str
    """The area's name, with its partnership's where there are several."""
    standing: Standing = field(default_factory=Standing)
    words: OfArea = field(default_factory=dict)
    summary: Sequence[str] = ()
    charts: Mapping[str, Sequence[Chart]] = field(default_factory=dict)
    money: Sequence[Sheet] = ()
    voice: Sequence[Sheet] = ()
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By section title: indicators that the release has no figure of."""


def area_document(of: Of) -> Document:
    """The document of one area."""
    marks: set[str] = set()
    head = of.words.get("profile", Words())
    parts = [
        Part("at-a-glance", "At a glance", notes=written(head.notes), charts=tuple(of.charts.get("profile", ())),
             sheets=_behind(of, "profile")),
        *(part for section in of.profile.sections for part in _section(of, section, marks)),
        Part("budget", "Budget and spending", sheets=tuple(of.money), remarks=("From the partnership's ledger.",)),
        Part("voice", "What people here say", sheets=tuple(of.voice),
             remarks=("From the logs of locality meetings.",)),
        _without(of),
    ]  # fmt: skip
    return Document(
        of.stem, of.title, f"{capitalised(of.about.one(of.profile.area_type))} profile",
        (*of.summary, *head.sentences), facts(of.about), tuple(part for part in parts if _says_anything(part)),
        tuple(legend(marks)),
    )  # fmt: skip


def _behind(of: Of, section: str) -> tuple[Sheet, ...]:
    """The tables behind those charts whose numbers no other table has."""
    return tuple(sheet for chart in of.charts.get(section, ()) if (sheet := table_behind(chart)))


def facts(about: Edition) -> tuple[tuple[str, str], ...]:
    """What a cover says of the release."""
    told = [("Release", about.release_id), ("Made on", f"{about.built.day} {about.built:%B %Y}"),
            ("From", about.title)]  # fmt: skip
    if about.synthetic:
        told.append(("Not real", SYNTHETIC))
    if about.held_back:
        told.append(("Left out", about.held_back))
    return tuple(told)


def written(notes: Sequence[Note]) -> tuple[Written, ...]:
    """What authors wrote, for a document."""
    return tuple(Written(str(note.markup), note.byline, note.moved) for note in notes)


def _says_anything(part: Part) -> bool:
    return bool(part.paragraphs or part.points or part.notes or part.charts or part.sheets)


def _without(of: Of) -> Part:
    points = tuple(f"{title}: {'; '.join(items)}." for title, items in of.missing.items() if items)
    about = ("The methods page says of each why, and what it would take.",)
    return Part("without", "Not available in this release", paragraphs=about if points else (), points=points)


# --- a section ------------------------------------------------------------------------------------


def _section(of: Of, section: Section, marks: set[str]) -> Iterator[Part]:
    """A section of the profile, and under it what compares, divides and follows its figures."""
    words, key = of.words.get(section.id, Words()), anchor("section", section.id)
    notes = _Notes(of, marks)
    main = _main(of, section, key, notes)
    sources = (f"Sources: {'; '.join(section.sources)}.",) if section.sources else ()
    yield Part(key, section.title, points=tuple(words.sentences), notes=written(words.notes),
               charts=tuple(of.charts.get(section.id, ())), sheets=(main, *_behind(of, section.id)),
               remarks=(*notes.listed(), *sources))  # fmt: skip
    rest = (
        ("compared", "How it compares", _compared(of, section, key, marks)),
        ("ages", "By age", _classes(of, section, key, AGE, marks)),
        ("settlement", "Town and country", _classes(of, section, key, SETTLEMENT, marks)),
        ("inequality", "Inequality", _unequal(of, section, key)),
    )
    for name, title, sheet in rest:
        if sheet:
            yield Part(f"{key}-{name}", title, 3, sheets=(sheet,))
    notes = _Notes(of, marks)
    if changes := tuple(_changes(of, section, key, notes)):
        yield Part(f"{key}-change", "How it has changed", 3, sheets=changes, remarks=notes.listed())


class _Notes:
    """The notes of one part, numbered as they are met; and the marks that were printed."""

    def __init__(self, of: Of, marks: set[str]) -> None:
        self.of, self.marks = of, marks
        self.numbers: dict[str, int] = {}

    def figure(self, cell: Cell, indicator: Indicator) -> Printed:
        return figure(cell, indicator, self.marks)

    def beside(self, name: str, notes: Sequence[str | None]) -> str:
        """A row's name with the numbers of its notes: 'Deaths [note 1]'."""
        numbers = sorted({self.numbers.setdefault(note, len(self.numbers) + 1) for note in notes if note})
        return f"{name} [note {', '.join(map(str, numbers))}]" if numbers else name

    def listed(self) -> tuple[str, ...]:
        return tuple(f"Note {number}: {note}" for note, number in self.numbers.items())


def figure(cell: Cell, indicator: Indicator, marks: set[str]) -> Printed:
    """A cell as it is printed; its mark joins those that the document explains."""
    printed = print_value(cell[0], cell[1], indicator.unit, indicator.decimals)
    if " " in printed or printed.number is None or printed.startswith("["):
        marks.add(printed.rpartition(" ")[2])
    if printed == "0":
        marks.add("0")
    return printed


def _main(of: Of, section: Section, key: str, notes: _Notes) -> Sheet:
    """Every indicator and class of a section beside the other areas: one row each."""
    columns = [Column("Period", words=True)]
    columns += [Column(column.name, _tag(column, of.about)) for column in of.profile.columns]
    rows = []
    for row in section.rows:
        only = only_larger(row, of.profile, of.about)
        name = notes.beside(_with_unit(row.title, row.indicator), [note for _, _, note in row.cells])
        rows.append((f"{name}; {only[0].lower()}{only[1:]}" if only else name, (
            row.period.label if row.period else NOTHING,
            *(notes.figure(cell, row.indicator) for cell in row.cells),
        ), False))  # fmt: skip
    return Sheet(f"{key}-figures", section.title, f"{section.title}: {of.profile.name} and the areas beside it",
                 "Indicator", tuple(columns), tuple(rows))  # fmt: skip


def _with_unit(title: str, indicator: Indicator) -> str:
    """'People aged 65 and over (%)': a row's name, which says its unit unless the title is the unit."""
    return f"{title} ({indicator.unit_beside})" if indicator.unit_beside else title


def _known(limits: Sequence[tuple[float | None, ...]]) -> bool:
    """Whether any row of a table has limits; columns of them that would all be empty are left out."""
    return any(limit is not None for of_row in limits for limit in of_row)


def _tag(column: Beside, about: Edition) -> str:
    """What the area of a column is to the one that the document is about."""
    kind = about.one(column.area_type)
    words = {"this": f"this {kind}", "within": f"its {kind}", "peer": kind, "part": kind}
    return words.get(column.role, kind)


def _compared(of: Of, section: Section, key: str, marks: set[str]) -> Sheet | None:
    """Each figure with its limits beside those of larger and like areas, and its rank."""
    own = [(row, of.standing.compared.get((row.indicator.indicator_id, row.category))) for row in section.rows]
    told = [(row, compared) for row, compared in own if compared]
    if not told:
        return None
    used = [c for c in COMPARATORS if any(c in compared.verdicts for _, compared in told)]
    ranked = any(compared.rank for _, compared in told)
    limited = _known([(compared.lower, compared.upper) for _, compared in told])
    columns = [Column(of.profile.name), *(LIMITS if limited else ())]
    columns += [Column(_comparator(comparator, of), words=True) for comparator in used]
    if ranked:
        columns.append(Column("Rank, 1 the highest", "ranks that chance allows", words=True))
    rows = []
    for row, compared in told:
        cells: list[str] = [figure((compared.value, compared.status, None), row.indicator, marks)]
        cells += [_limit(limit, row.indicator) for limit in (compared.lower, compared.upper) if limited]
        cells += [_verdict(compared.verdicts.get(comparator), row) for comparator in used]
        if ranked:
            cells.append(rank_words(compared.rank) if compared.rank else NOT_COMPARED)
        rows.append((_with_unit(row.title, row.indicator), tuple(cells), False))
    caption = f"{section.title}: {of.profile.name} beside others, for the same period"
    return Sheet(f"{key}-compared-figures", "How it compares", caption, "Indicator", tuple(columns), tuple(rows),
                 (CHANCE,))  # fmt: skip


def _comparator(comparator: str, of: Of) -> str:
    if comparator in ("peers", "neighbours"):
        peers = of.about.several(of.profile.area_type)
        return f"Other {peers} of the partnership" if comparator == "peers" else "The five areas most like it"
    column = of.profile.beside(comparator)
    return column.name if column else capitalised(of.about.one(comparator))


def _verdict(found: Verdict | None, row: Row) -> str:
    """'Higher, worse: 19.6%': what the comparison found, and with what."""
    if found is None:
        return NOT_COMPARED
    words = WORDS[found.verdict] + (f", {found.judgement}" if found.judgement else "")
    return f"{words}: {_limit(found.value, row.indicator)}" if words else _limit(found.value, row.indicator)


def _limit(value: float | None, indicator: Indicator) -> str:
    """A confidence limit, or another number that has no status of its own."""
    if value is None:
        return NOT_COMPARED
    return print_value(value, "actual", indicator.unit, indicator.decimals)


def _classes(of: Of, section: Section, key: str, breakdown: str, marks: set[str]) -> Sheet | None:
    """One row for each indicator and age band, or for town and country."""
    found = [(i, of.standing.classes.get((breakdown, i.indicator_id), [])) for i in section.indicators]
    told = [
        (indicator, one)
        for indicator, classes in found
        if sum(one.value is not None for one in classes) > 1
        for one in classes
    ]
    if not told:
        return None
    limited = _known([(one.lower, one.upper) for _, one in told])
    rows = []
    for indicator, one in told:
        title = _with_unit(f"{indicator.title}: {class_title(one.category, breakdown)}", indicator)
        value = figure((one.value, one.status, None), indicator, marks)
        limits = [_limit(limit, indicator) for limit in (one.lower, one.upper) if limited]
        rows.append((title, (one.period, value, *limits), False))
    title = "By age" if breakdown == AGE else "Town and country"
    columns = (Column("Period", words=True), Column(of.profile.name), *(LIMITS if limited else ()))
    return Sheet(f"{key}-{breakdown.replace('_', '-')}", title, f"{section.title}: {of.profile.name}, {title.lower()}",
                 "Indicator and class", columns, tuple(rows))  # fmt: skip


def _unequal(of: Of, section: Section, key: str) -> Sheet | None:
    """From the most to the least deprived fifth."""
    rows = []
    for indicator in section.indicators:
        if (row := of.standing.unequal.get(indicator.indicator_id)) is None:
            continue
        numbers = (row.most, row.least, row.gap, row.gap_lower, row.gap_upper, row.sii, row.sii_lower, row.sii_upper)
        share = NOT_COMPARED if row.share is None else Printed(f"{row.share:.0f}%", round(row.share), "%")
        cells = (SCHEMES[row.scheme], *(_limit(number, indicator) for number in numbers), share)
        rows.append((_with_unit(indicator.title, indicator), cells, False))
    if not rows:
        return None
    columns = (
        Column("Fifths", words=True), Column("Most deprived"), Column("Least deprived"),
        Column("Gap"), *(Column(limit.title, "of the gap") for limit in LIMITS), Column("Slope index"),
        *(Column(limit.title, "of the slope index") for limit in LIMITS),
        Column("Would go if all were as the least deprived"),
    )  # fmt: skip
    return Sheet(f"{key}-unequal", "Inequality", f"{section.title}: {of.profile.name}, by deprivation", "Indicator",
                 columns, tuple(rows), (GAP,))  # fmt: skip


# --- how it has changed ---------------------------------------------------------------------------


def _changes(of: Of, section: Section, key: str, notes: _Notes) -> Iterator[Sheet]:
    """A table for every run of periods that indicators share, so that a period stands once, over its column."""
    numbered: dict[tuple[str, ...], list[Trend]] = {}
    for trend in section.trends:
        periods = tuple(point.period.label for point in trend.points if point)
        if periods:
            numbered.setdefault(_run(periods, numbered), []).append(trend)
    for number, (periods, trends) in enumerate(sorted(numbered.items(), key=lambda one: one[0]), start=1):
        verdicts = [_trend_verdict(of, trend) for trend in trends]
        columns = [Column("Area", words=True), *map(Column, periods)]
        if any(verdicts):
            columns.append(Column("Recent trend", words=True))
        rows = []
        for trend, verdict in zip(trends, verdicts, strict=True):
            cells = [_area(of, trend), *_points(trend, periods, notes)]
            said = [note for point in trend.points if point for note in (point.cell[2], point.broken)]
            if any(verdicts):
                cells.append(verdict or NOT_COMPARED)
            rows.append((notes.beside(_with_unit(_title(trend), trend.indicator), said), tuple(cells), False))
        when = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        yield Sheet(f"{key}-change-{number}", f"How it has changed, {when}",
                    f"{section.title}: {of.profile.name}, {when}", "Indicator", tuple(columns),
                    tuple(rows))  # fmt: skip


def _run(periods: tuple[str, ...], known: Mapping[tuple[str, ...], list[Trend]]) -> tuple[str, ...]:
    """The run of periods of a table that has all of these in their order, if there is one; else these."""
    for run in known:
        if [period for period in run if period in periods] == list(periods):
            return run
    return periods


def _points(trend: Trend, periods: Sequence[str], notes: _Notes) -> Iterator[str]:
    """The figures of a trend under the periods of its table; what it has none for is a gap."""
    points = {point.period.label: point for point in trend.points if point}
    for period in periods:
        point = points.get(period)
        if point is None:
            notes.marks.add(DASH)
            yield DASH
            continue
        printed = notes.figure(point.cell, trend.indicator)
        if point.broken:
            notes.marks.add("[b]")
            printed = Printed(f"{printed} [b]", printed.number, printed.unit, printed.decimals)
        yield printed


def _title(trend: Trend) -> str:
    title = trend.indicator.title
    if trend.category == "all":
        return title
    return f"{title}: {trend.category_title or trend.category}"


def _area(of: Of, trend: Trend) -> str:
    key = (trend.of_type, trend.of_code)
    return of.profile.name if key == of.profile.key else of.names.get(key, trend.of_code)


def _trend_verdict(of: Of, trend: Trend) -> str:
    if (trend.of_type, trend.of_code) != of.profile.key:
        return ""
    return change_words(of.standing, trend.indicator.indicator_id, trend.category)
