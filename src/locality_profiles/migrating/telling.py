"""What came of a comparison, for a terminal, a spreadsheet, a browser and another program."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from locality_profiles.migrating.reconciling import OUTCOMES, REASONS, Reconciled
from locality_profiles.profiles.present.wording import half_up

#: So many differences are shown in a terminal, and so many on the page; the CSV file has all rows.
SHOWN, ON_PAGE = 20, 2_000
HEADINGS = ("area", "indicator", "period", "there", "here", "difference", "what", "why")
CSV = ("outcome", "why", "area_type", "area_code", "area", "indicator_id", "indicator", "indicator_there", "category",
       "period", "period_there", "there", "here", "difference", "unit", "sheet", "row")  # fmt: skip


def lines(found: Reconciled) -> list[str]:
    """What the file was taken for, in sentences."""
    taken = ", ".join(f"{role} '{heading}'" for role, heading in found.columns.items())
    told = [
        f"{found.file} beside release {found.release} of {found.title} (the public edition).",
        f"Read as {found.layout}: {taken}.",
    ]
    if found.synthetic:
        told.append("The release is synthetic: it describes no real place.")
    if found.left:
        told.append(f"Not read, for no table in it says which area, when and how much: {', '.join(found.left)}.")
    return told


def counted(found: Reconciled) -> list[tuple[str, int, str]]:
    """Outcome, rows and what it means, without outcomes that no row has."""
    return [(outcome.replace("_", " "), count, OUTCOMES[outcome]) for outcome, count in found.counts().items() if count]


def cells(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Rows as they are printed."""
    return [
        [row["area"], _indicator(row), row["period"] or row["period_there"], row["there"], printed(row),
         _signed(row), row["outcome"].replace("_", " "), row["why"]]
        for row in rows
    ]  # fmt: skip


def _indicator(row: Mapping[str, Any]) -> str:
    category = row["category"]
    return f"{row['indicator']} ({category})" if category and category != "all" else str(row["indicator"])


def _places(row: Mapping[str, Any]) -> int:
    """Decimals for our figure: those that we print, or more where the file shows more."""
    there = str(row["there"]).strip().rstrip("%").partition(".")[2]
    return min(max(row["decimals"] or 0, len(there) if there.isdigit() else 0), 4)


def printed(row: Mapping[str, Any]) -> str:
    return "" if row["here"] is None else half_up(row["here"], _places(row))


def _signed(row: Mapping[str, Any]) -> str:
    """The difference with its sign; one that is rounded away has none."""
    if row["difference"] is None:
        return ""
    shown = half_up(row["difference"], _places(row))
    if not shown.strip("-0."):
        return shown.lstrip("-")
    return f"+{shown}" if row["difference"] > 0 else shown


def last_lines(found: Reconciled) -> list[str]:
    """What is left to say below the table: what was not understood, and where the rest is."""
    told = []
    different, unread = found.different(), found.not_understood()
    if len(different) > SHOWN:
        told.append(
            f"{len(different) - SHOWN:,} smaller differences are not shown: --csv FILE and --html FILE have all."
        )
    if unread:
        told.append("Not understood:")
        told += [f"  {count:,} row{'s' if count > 1 else ''}: {why}" for why, count in unread[:10]]
        if len(unread) > 10:
            told.append(f"  and {len(unread) - 10:,} more reasons, in the CSV file.")
    return told


def as_dict(found: Reconciled) -> dict[str, Any]:
    """The same for another program: every row."""
    return {
        "file": found.file, "read_as": found.layout, "columns": dict(found.columns), "release": found.release,
        "edition": "public", "counts": found.counts(), "sheets_not_read": list(found.left),
        "rows": [{key: row[key] for key in CSV} for row in found.rows],
    }  # fmt: skip


def write_csv(found: Reconciled, path: Path) -> None:
    """Every row, for a spreadsheet: no text begins like a formula."""
    from locality_profiles.publish.open_data import guarded

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(CSV)
        for row in found.rows:
            rows.writerow([guarded(cell) if isinstance(cell := row[key], str) and key != "there" else
                           _number_or_guarded(cell) for key in CSV])  # fmt: skip


def _number_or_guarded(cell: Any) -> Any:
    """What the file has in a cell: a number as it is, for a minus begins no formula; other text guarded."""
    from locality_profiles.publish.open_data import guarded

    if not isinstance(cell, str):
        return "" if cell is None else cell
    try:
        float(cell)
    except ValueError:
        return guarded(cell)
    return cell


def _with(rows: Sequence[Mapping[str, Any]], outcome: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["outcome"] == outcome]


def write_html(found: Reconciled, path: Path) -> None:
    """One page that needs nothing beside it: the counts, the differences in order of size, what was not understood."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    rows = [row for row in found.rows if row["outcome"] != "matched"]
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    page = environment.get_template("reconciled.html").render(
        found=found, lines=lines(found), counted=counted(found), headings=HEADINGS,
        different=cells(found.different()[:ON_PAGE]), number=len(found.different()), unread=found.not_understood(),
        others=[
            (outcome.replace("_", " "), OUTCOMES[outcome], len(_with(rows, outcome)),
             cells(_with(rows, outcome)[:ON_PAGE]))
            for outcome in OUTCOMES if outcome not in (*REASONS, "matched", "not_understood", "neither")
        ],
        on_page=ON_PAGE, style=(Path(__file__).parent / "reconciled.css").read_text(encoding="utf-8"),
    )  # fmt: skip
    path.write_text(page, encoding="utf-8")
