"""What the assessment page of an area says of priorities, risk, outcomes, frameworks and equalities.

Each function reads tables that a build made and checked, and gives sheets ready to print; nothing is worked out here.
What must be said of a table stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import DASH, print_value
from locality_profiles.periods import period_label
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.tables.needs.priorities import CRITERIA
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]
Printed = list[tuple[str, tuple[str, ...], bool]]
#: So many items are printed of a list of priorities, where the table of weights does not say how many.
USUAL_TOP = 10

QUESTIONS = (
    "An order of questions to ask, by weights that are declared here and that nobody has agreed: it decides nothing. "
    "An item that few criteria are known of can stand high or low by one of them alone; the last column says of how "
    "much there is evidence."
)
HOW_SURE = (
    "The range is of all sets of weights that were tried. An item that is always among the first stays there whoever "
    "weighs; one that comes and goes hangs on the weights."
)
CLASSES_OVERLAP = "One person may be in several groups: groups are not added up."
TOO_SMALL = "[c] is a number that is too small to be told, or one by which such a number could be found."
PROPOSED = (
    "Proposed by rule from the figures: people add what no figure shows, say who owns a risk, and close it. That a "
    "risk is not here does not mean that there is none."
)
NOT_A_SCORE = "Counts of indicators are no score: several may tell of one thing, and what is not measured is in none."
NEVER_REPORTED = "Four of the 23 were never reported nationally. An empty cell is not nought; the last column says why."
PEOPLE_NOT_TOLD = "What is not held is as much a finding as what is: groups that are not counted are easily overlooked."


def _rows(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], table: str, area: AreaKey, order: str,
    join: str = "",
) -> Rows:  # fmt: skip
    """Rows of one table of one area; none in a release that has no such table."""
    if table not in tables:
        return []
    query = f"select * from {relation(tables[table])} {join} where area_type = ? and area_code = ? order by {order}"
    return _fetched(connection, query, list(area))


def _fetched(connection: duckdb.DuckDBPyConnection, query: str, given: list[Any]) -> Rows:
    found = connection.execute(query, given)
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _definitions(tables: Mapping[str, Path]) -> str:
    """SQL that joins the title, unit and decimals of each row's indicator."""
    return f"""left join (select indicator_id, title as indicator, unit, decimals, section_order, item_order
        from {relation(tables["indicator"])}) using (indicator_id)"""


def _value(row: Mapping[str, Any], name: str = "value", status: str | None = None) -> str:
    """A value in the unit of its indicator."""
    if row["unit"] is None or row["decimals"] is None:
        return DASH
    return print_value(row[name], status or row["status"], str(row["unit"]), int(row["decimals"]))


def _period(row: Mapping[str, Any]) -> str:
    if row["period_start"] is None:
        return DASH
    return period_label(row["period_type"], row["period_start"], row["period_end"])


def _score(value: float | None) -> str:
    return DASH if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return DASH if value is None else f"{100 * value:,.1f}%"


def _name(area: AreaKey, names: Mapping[AreaKey, str]) -> str:
    return names.get(area, area[1])


# --- priorities -----------------------------------------------------------------------------------


def priority_sheets(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], area: AreaKey, names: Mapping[AreaKey, str]
) -> tuple[Sheet, ...]:  # fmt: skip
    """The matrix of priorities, how far its order hangs on the weights, and the weights."""
    if "priority" not in tables or "priority_weight" not in tables:
        return ()
    weights = _fetched(connection, f"select * from {relation(tables['priority_weight'])} order by position", [])
    top = int(weights[0]["top"]) if weights else USUAL_TOP
    rows = [row for row in _rows(connection, tables, "priority", area, "rank", _definitions(tables)) if row["rank"]]
    if not rows:
        return ()
    titles = {row["criterion"]: str(row["title"]) for row in weights}
    first = [row for row in rows if row["rank"] <= top]
    return (
        _matrix(first, titles, len(rows), _name(area, names)),
        _sensitivity(first, titles, weights),
        _weights(weights),
    )


def _matrix(rows: Rows, titles: Mapping[str, str], ranked: int, name: str) -> Sheet:
    columns = (Column("Score"), *(Column(titles.get(criterion, criterion)) for criterion in CRITERIA),
               Column("Evidence", "%"), Column("Why", words=True))  # fmt: skip
    printed = [
        (f"{row['rank']}. {row['indicator'] or row['indicator_id']}", (
            _score(row["score"]), *(_score(row[f"{criterion}_score"]) for criterion in CRITERIA),
            f"{100 * row['weight_of_evidence']:.0f}%", row["reason"]), False)
        for row in rows
    ]  # fmt: skip
    caption = (
        f"{name}: the first {len(rows)} of {ranked} that can be ranked. Each criterion from 0 (no reason) to 1 (the "
        "strongest)"
    )
    return Sheet("priorities", "What to look at first", caption, "Indicator", columns, tuple(printed), (QUESTIONS,))


def _sensitivity(rows: Rows, titles: Mapping[str, str], weights: Rows) -> Sheet:
    top = weights[0]["top"]
    columns = (Column("Place"), Column("Best"), Column("Poorest"), Column(f"Among the first {top}", "% of sets"),
               Column("Hangs most on", words=True), Column("Place without it"))  # fmt: skip
    printed = [
        (str(row["indicator"] or row["indicator_id"]), (
            str(row["rank"]), str(row["rank_highest"]), str(row["rank_lowest"]),
            f"{100 * row['in_top_ten_share']:.0f}%", titles.get(row["moved_by"], DASH),
            DASH if row["moved_to"] is None else str(row["moved_to"])), False)
        for row in rows
    ]  # fmt: skip
    tried = (
        f"{weights[0]['sets']} sets of weights, each weight between {weights[0]['lowest']:g} and "
        f"{weights[0]['highest']:g} times its own"
    )
    return Sheet("priorities-sensitivity", "How far the order hangs on the weights", tried, "Indicator", columns,
                 tuple(printed), (HOW_SURE,))  # fmt: skip


def _weights(weights: Rows) -> Sheet:
    printed: Printed = [(str(row["title"]), (_share(row["weight"]), str(row["how"])), False) for row in weights]
    return Sheet("priorities-weights", "The weights", "A workspace may declare its own", "Criterion",
                 (Column("Weight", "%"), Column("How it is scored", words=True)), tuple(printed))  # fmt: skip


# --- risk -----------------------------------------------------------------------------------------


def risk_sheets(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], area: AreaKey, names: Mapping[AreaKey, str]
) -> tuple[Sheet, ...]:  # fmt: skip
    """Groups at risk, and the register."""
    groups = _rows(connection, tables, "risk_group", area, "position")
    register = _rows(connection, tables, "risk_register", area, "position")
    found = (_profile(groups, _name(area, names)), _register(register, _name(area, names)))
    return tuple(sheet for sheet in found if sheet.rows)


def _profile(rows: Rows, name: str) -> Sheet:
    columns = (Column("People"), Column("Share", "%"), Column("Scotland", "%"), Column("Times Scotland's"),
               Column("Place in the partnership"), Column("Half live in"), Column("Period"),
               Column("Note", words=True))  # fmt: skip
    printed: Printed = [
        (str(row["title"]), (
            print_value(row["people"], row["status"], "people"), _share(row["share"]), _share(row["country_share"]),
            DASH if row["ratio"] is None else f"{row['ratio']:.1f}",
            _of(row["rank_in_partnership"], row["ranked"]),
            DASH if row["concentrated_in"] is None else f"{row['concentrated_in']} of {row['zones']} data zones",
            _period(row), row["note"] or ""), False)
        for row in rows
    ]  # fmt: skip
    return Sheet("risk-groups", "Who is most at risk", f"{name}: groups of people, with the latest figures", "Group",
                 columns, tuple(printed), (CLASSES_OVERLAP, TOO_SMALL))  # fmt: skip


def _of(place: int | None, among: int | None) -> str:
    return DASH if place is None else f"{place} of {among}"


def _register(rows: Rows, name: str) -> Sheet:
    columns = tuple(Column(title, words=True) for title in (
        "Impact", "Likelihood", "Evidence", "Action in hand", "Would be owned by"))  # fmt: skip
    printed: Printed = [
        (f"{row['position']}. {row['what']}", (
            row["impact"].capitalize(), _likelihood(row), row["evidence"],
            row["existing_actions"] or "None told", row["owner_role"]), False)
        for row in rows
    ]  # fmt: skip
    return Sheet("risk-register", "Risks to discuss", f"{name}: the gravest first", "Risk", columns, tuple(printed),
                 (PROPOSED,))  # fmt: skip


def _likelihood(row: Mapping[str, Any]) -> str:
    word = str(row["likelihood"]).capitalize()
    return word if row["likelihood_from"] == "none" else f"{word}, by {row['likelihood_from']}"


# --- outcomes and frameworks ----------------------------------------------------------------------

EVIDENCE = {
    "own": "Own", "partnership only": "Partnership only", "country only": "Scotland only", "none": "None",
}  # fmt: skip


def outcome_sheets(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], area: AreaKey, names: Mapping[AreaKey, str]
) -> tuple[Sheet, ...]:  # fmt: skip
    """The nine outcomes in short, and each with its indicators."""
    if "outcome_evidence" not in tables:
        return ()
    summary = _rows(connection, tables, "outcome_summary", area, "outcome")
    evidence = _rows(connection, tables, "outcome_evidence", area, "outcome, section_order, item_order",
                     _definitions(tables))  # fmt: skip
    # What there is no figure of stands in the summary, under what is not known.
    held = [told for told in evidence if told["evidence"] != "none"]
    each = [_outcome(row, [told for told in held if told["outcome"] == row["outcome"]]) for row in summary]
    found = (_outcomes(summary, _name(area, names)), *each)
    return tuple(sheet for sheet in found if sheet.rows)


def _outcomes(rows: Rows, name: str) -> Sheet:
    columns = (Column("Indicators"), Column("Of its own"), Column("Better than Scotland"), Column("Not different"),
               Column("Worse"), Column("Improving"), Column("Worsening"), Column("Not known", words=True))  # fmt: skip
    counts = ("indicators", "with_evidence", "better", "alike", "worse", "improving", "worsening")
    printed: Printed = [
        (f"{row['outcome']}. {row['outcome_title']}", (*(str(row[name]) for name in counts), row["gaps"] or ""), False)
        for row in rows
    ]  # fmt: skip
    caption = f"{name}: evidence for each, and what is missing"
    return Sheet("outcomes", "National health and wellbeing outcomes", caption, "Outcome", columns, tuple(printed),
                 (NOT_A_SCORE,))  # fmt: skip


def _outcome(about: Mapping[str, Any], rows: Rows) -> Sheet:
    columns = (Column("Figure"), Column("Period"), *(Column(title, words=True) for title in (
        "Evidence", "Against Scotland", "Against the partnership", "Trend", "Why not")))  # fmt: skip
    printed: Printed = [
        (str(row["indicator"]), (
            _value(row), _period(row), EVIDENCE[row["evidence"]], *(
                str(row[name] or DASH).capitalize()
                for name in ("judgement_country", "judgement_hscp", "trend_judgement")), row["why_none"] or ""), False)
        for row in rows
    ]  # fmt: skip
    return Sheet(f"outcome-{about['outcome']}", f"Outcome {about['outcome']}", str(about["outcome_title"]), "Indicator",
                 columns, tuple(printed))  # fmt: skip


FRAMEWORKS = {
    "NI": ("The 23 core integration indicators", (NEVER_REPORTED,)),
    "MSG": ("The six indicators of the Ministerial Strategic Group", ()),
}  # fmt: skip


# --- equalities -----------------------------------------------------------------------------------


def equality_sheets(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], area: AreaKey, names: Mapping[AreaKey, str]
) -> tuple[Sheet, ...]:  # fmt: skip
    """People by each characteristic that is held, and the characteristics that are not."""
    rows = _rows(connection, tables, "equality", area, "position, category_position")
    held = [row for row in rows if row["people"] is not None]
    columns = (Column("People"), Column("Share", "%"), Column("Scotland", "%"), Column("Year"))
    found = []
    for name in dict.fromkeys(row["characteristic"] for row in held):
        mine = [row for row in held if row["characteristic"] == name]
        title = str(mine[0]["characteristic_title"])
        notes = tuple(dict.fromkeys(row["note"] for row in mine if row["note"]))
        printed: Printed = [
            (str(row["category_title"]), (
                print_value(row["people"], row["status"], "people"), _share(row["share"]),
                _share(row["country_share"]), str(row["year"])), False)
            for row in mine
        ]  # fmt: skip
        found.append(Sheet(f"equality-{name}", title, f"{_name(area, names)}: people by {title[:1].lower()}{title[1:]}",
                           "Group", columns, tuple(printed), notes))  # fmt: skip
    return (*found, *_not_held(rows))


def _not_held(rows: Rows) -> tuple[Sheet, ...]:
    missing = [row for row in rows if row["people"] is None]
    told: Printed = [
        (title, (note,), False)
        for title, note in dict.fromkeys((str(row["characteristic_title"]), row["note"] or "") for row in missing)
    ]  # fmt: skip
    if not told:
        return ()
    title, caption = "What is not known of the people who live here", "No extract of this workspace gives it"
    why = (Column("Why", words=True),)
    return (Sheet("equality-missing", title, caption, "Characteristic", why, tuple(told), (PEOPLE_NOT_TOLD,)),)
