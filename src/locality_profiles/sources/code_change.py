"""Official codes of boards, partnerships and councils that were archived, and those enacted in their place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.names import full_key
from locality_profiles.geography.vintages import known_code_changes
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="code_change",
    title="Codes of boards, partnerships and councils, with the days on which they began and ended",
    group="places",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/geography-codes-and-labels",
    frequency="when codes change",
    describes="Every code with its name, the day on which it was enacted and the day on which it was archived.",
    quirks=(
        "The day of archiving is the old code's last and the day of enacting the new one's first: 1 and 2 February "
        "2018, 31 March and 1 April 2019.",
        "No column says which code replaced which. It is the one of the same name that was enacted next.",
        "Nor does one say why. An official code changes only where a boundary does, so a change that the project's own "
        "list does not know is taken to have moved one.",
        "The file of councils also holds partnerships and boards, each in columns of its own, and repeats its rows.",
    ),
)

#: First letters of the columns of each kind of area, and what several of them are called.
KINDS = {"health_board": ("HB", "health boards"), "hscp": ("HSCP", "partnerships"), "council_area": ("CA", "councils")}


def _columns(prefix: str) -> tuple[str, str, str, str]:
    """Code, name, first day and last day."""
    return prefix, f"{prefix}Name", f"{prefix}DateEnacted", f"{prefix}DateArchived"


LAYOUTS = tuple(
    Layout(f"codes of {plural}", _columns(prefix), without=("DataZone", "IntZone")) for prefix, plural in KINDS.values()
)

UNEXPLAINED = "The list of codes does not say what moved; an official code changes only where a boundary does."


def curate(raw: RawTable) -> Curated:
    """One row per archived code that another of the same name followed."""
    cells = Cells(raw)
    kinds = [kind for kind, (prefix, _) in KINDS.items() if all(map(raw.find, _columns(prefix)))]
    listed = {kind: _codes(cells, kind) for kind in kinds}
    cells.finish()
    changes, notes = [], []
    for kind, codes in listed.items():
        found, ended = _successions(kind, codes)
        changes += found
        if ended:
            notes.append(f"{KINDS[kind][1]} that ended without another of the same name: {', '.join(ended)}")
    columns = {name: [change[name] for change in changes] for name in (changes[0] if changes else ())}
    table = stage("code_change", columns, len(changes))
    return Curated({"code_change": table}, tuple(f"codes of {KINDS[kind][1]}" for kind in kinds), tuple(notes))


def _codes(cells: Cells, kind: str) -> list[dict[str, Any]]:
    """Each code of one kind once, with its name and days; every way in which rows disagree is reported."""
    code, name, enacted, archived = _columns(KINDS[kind][0])
    columns = {
        "code": cells.codes(code, kind), "name": cells.text(name, what="the area's name"),
        "first": _day(cells, enacted, empty=False), "last": _day(cells, archived, empty=True),
    }  # fmt: skip
    remedy = "Correct these rows at the source."
    for column, what in ((name, "name"), (enacted, "first day"), (archived, "last day")):
        cells.agrees(code, column, f"stands beside another {what} than in other rows", remedy)
    cells.reject(
        archived, pc.less(columns["last"], columns["first"]), "the code was archived before it was enacted",
        "Look the days up in the register of codes.",
    )  # fmt: skip
    once = pa.table(columns).group_by(list(columns)).aggregate([]).sort_by("code")
    times = pc.value_counts(once["code"])
    twice = times.field("values").filter(pc.greater(times.field("counts"), 1))
    if len(twice) and not cells.problems:
        both = pc.is_in(columns["code"], twice)
        cells.reject(archived, both, "the code has a last day in one row and none in another", remedy)
    return list(once.to_pylist())


def _day(cells: Cells, column: str, *, empty: bool) -> pa.ChunkedArray:
    text = cells.text(column, pattern=r"\d{4}-?\d{2}-?\d{2}", empty=empty, what="a day such as 20190401")
    plain = pc.replace_substring(text, "-", "")
    days = pc.cast(pc.strptime(plain, "%Y%m%d", "s", error_is_null=True), pa.date32())
    formed = pc.match_substring_regex(plain, r"^\d{8}$")
    # A day that there is not, such as 31 November, may be read as one of the next month.
    same = pc.equal(pc.strftime(days, "%Y%m%d"), plain)
    wrong = pc.and_(pc.fill_null(formed, False), pc.invert(pc.fill_null(same, False)))
    cells.reject(column, wrong, "there is no such day", "Look the day up in the register of codes.")
    return days


def _successions(kind: str, codes: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """The changes of one kind of area, and archived codes that nothing followed. There are a few dozen codes."""
    known = {(row["old_code"], row["new_code"]): row for row in known_code_changes().to_pylist()}
    changes, ended = [], []
    for old in codes:
        if old["last"] is None:
            continue
        followers = [new for new in codes if _follows(new, old)]
        if not followers:
            ended.append(f"{old['code']} {old['name']}")
            continue
        new = min(followers, key=lambda code: (code["first"], code["code"]))
        explained = known.get((old["code"], new["code"]), {"kind": "redrawn", "note": UNEXPLAINED})
        changes.append({
            "area_type": kind, "old_code": old["code"], "new_code": new["code"], "area_name": new["name"],
            "changed": new["first"], "kind": explained["kind"], "note": explained["note"],
        })  # fmt: skip
    return changes, ended


def _follows(new: dict[str, Any], old: dict[str, Any]) -> bool:
    first: date = new["first"]
    return new["code"] != old["code"] and first >= old["last"] and full_key(new["name"]) == full_key(old["name"])
