"""What people say at the meetings of localities: a workbook of 'template voice', or a text file for each locality."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.geography.names import slug
from locality_profiles.meant import did_you_mean
from locality_profiles.sources import Curated, ReadExtract, Source, stage
from locality_profiles.sources._ledger_persons import BORN, SOMEBODY
from locality_profiles.sources._return_rows import LOCALITY_CODE, PERSON_VALUES, raise_persons, without_example
from locality_profiles.sources._return_rows import check_file as check_return_file
from locality_profiles.sources._returns import declared
from locality_profiles.tables.intake import HEADING, TEXT, Layout, RawTable, Recognised, header_key
from locality_profiles.tables.needs.voice import VOICE_KINDS, VOICE_STATES

FORM = declared("voice")
SOURCE = Source(
    kind="voice_log",
    title="Log of what people say: issues, priorities and actions of localities",
    group="activity",
    publisher="a locality planning group, or its community workers",
    licence="as agreed with the locality planning group; published as it is written",
    page="https://www.gov.scot/publications/localities-guidance/",
    frequency="after every meeting",
    describes="Issues that people raise, priorities that localities agree, and actions that answer them.",
    quirks=(
        "The layouts are our own: 'locality-profiles template voice' writes the workbook, and docs/how-to.md shows the "
        "text file that can be written in Notepad instead, one for each locality.",
        "An entry keeps its id in every build: its writer gives one, or it is made from locality, day and title. An "
        "entry whose title is changed is then another one.",
        "Words are kept and printed as they were written. A CHI number, a date of birth, a postcode, an e-mail "
        "address, a telephone number, or a name after Mr, Mrs, Miss, Ms or Mx is refused; other names cannot be told "
        "from words, so the template asks for roles.",
        "Support is how many people said so, if somebody counted. It is no survey, and is never divided by anything.",
    ),
)
NOTES = Layout("text file under headings", (HEADING, "partnership", "locality"), containers=("markdown",))
LAYOUTS = (NOTES, *FORM.layouts)

KEYS = ("partnership", "locality", "id", "raised", "heard_at", "theme", "support", "state", "due", "owner", "answers",
        "indicators", "outcomes")  # fmt: skip
#: Localities were set up from then on: an earlier day is a slip of the pen.
FIRST_DAY, LAST_DAY = date(2014, 4, 1), date(2099, 12, 31)
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
#: What words of people must not hold besides; days of meetings may be told in words.
PERSONS = {
    **PERSON_VALUES, "a date of birth": BORN, "an e-mail address": r"\S+@\S+\.\w", "the name of a person": SOMEBODY,
    "a telephone number": r"(?:^|[^\d.])(?:\+44[ -]?|0)\d(?:[ -]?\d){8,9}(?!\d)",
}  # fmt: skip
_TAKE_OUT = "Take it out: write roles, and nothing about a person."
#: Longest words of a title; an id takes fewer.
MOST_OF_TITLE, MOST_OF_ID = 200, 60


@dataclass
class Entry:
    """One entry as it was written, by key, with its line or row."""

    kind: str
    title: str
    words: str
    row: int
    told: dict[str, str]
    raised: date | None = None
    due: date | None = None
    entry_id: str = ""
    state: str = "open"
    support: int | None = None
    problems: list[Problem] = field(default_factory=list)


def curate(raw: RawTable) -> Curated:
    """The entries of one text file or sheet, in the staged contract of ``voice``.

    Raises
    ------
    ExtractRefused
        With everything that is wrong; or only with what is about persons, if anything is.
    """
    _refuse_persons(raw)
    entries = list(_of_notes(raw) if raw.layout == NOTES else _of_sheet(raw))
    for entry in entries:
        _check(raw, entry)
    problems = [problem for entry in entries for problem in entry.problems] + _repeated(raw, entries)
    if problems:
        raise ExtractRefused(f"{raw.name} was refused: {len(problems)} problem(s).", problems)
    if not entries:
        return Curated({}, (), ())
    return Curated({"voice": _staged(entries)}, tuple(f"voice entry {entry.entry_id}" for entry in entries))


def check_file(path: Path, name: str, sheets: Sequence[Recognised], read: Sequence[ReadExtract]) -> list[Problem]:
    """What only a whole workbook shows."""
    return [] if sheets and sheets[0].layout == NOTES else check_return_file(FORM, path, name, sheets, read)


def _refuse_persons(raw: RawTable) -> None:
    """Refuse a file in which a cell looks like something about a person. The error shows where, and never what."""
    problems = []
    for column in raw.columns.column_names:
        written = raw.columns[column].to_pylist()
        days = header_key(column) in ("raised", "due")
        for what, pattern in PERSONS.items():
            rows = [] if days else [
                int(row) for row, text in zip(raw.row_numbers, written, strict=True) if re.search(pattern, text)
            ]  # fmt: skip
            if rows:
                problems.append(Problem(f"the text looks like {what}", _TAKE_OUT, raw.name, raw.sheet, column,
                                        tuple(rows[:5]), len(rows)))  # fmt: skip
    raise_persons(raw, problems)


# --- as it was written ----------------------------------------------------------------------------


def _of_notes(raw: RawTable) -> Iterator[Entry]:
    """Entries of a text file: a heading says the kind and the title, keys stand right below it, then words."""
    for row, line in zip(raw.columns.to_pylist(), raw.row_numbers, strict=True):
        kind, _, title = row.pop(HEADING).partition(":")
        words = row.pop(TEXT)
        entry = Entry(kind.strip().casefold(), title.strip(), words.strip(), int(line), row)
        if entry.kind not in VOICE_KINDS:
            _wrong(raw, entry, f"the heading begins with '{kind.strip()[:40]}'",
                   "Begin it with Issue:, Priority: or Action:, then the entry in a few words.")  # fmt: skip
        for key, value in row.items():
            if value and key not in KEYS:
                remedy = did_you_mean(key, KEYS, otherwise=f"Known here: {', '.join(KEYS)}.")
                _wrong(raw, entry, f"'{key}' is no key of an entry", remedy)
            elif "\n" in value:
                _wrong(raw, entry, f"'{key}' stands twice", "Leave one.", key)
        yield entry


def _of_sheet(raw: RawTable) -> Iterator[Entry]:
    sheet = FORM.sheet(raw.layout)
    filled, problems = without_example(raw, sheet)
    if problems:
        raise ExtractRefused(f"{raw.name} was refused.", problems)
    spelt = {column.name: filled.find(column.name) for column in sheet.columns}
    for row, number in zip(filled.columns.to_pylist(), filled.row_numbers, strict=True):
        told = {name: row[spelling] if spelling else "" for name, spelling in spelt.items()}
        yield Entry(sheet.id, told.pop(sheet.id), told.pop("words", ""), int(number), told)


# --- checking -------------------------------------------------------------------------------------


def _wrong(raw: RawTable, entry: Entry, what: str, remedy: str, column: str | None = None) -> None:
    entry.problems.append(Problem(what, remedy, raw.name, raw.sheet, column, (entry.row,)))


def _check(raw: RawTable, entry: Entry) -> None:
    told = entry.told
    for key in ("partnership", "locality"):
        if not told.get(key):
            _wrong(raw, entry, f"'{key}' is missing", f"Write {key}: … at the head of the file, or in the row.", key)
    if not 0 < len(entry.title) <= MOST_OF_TITLE:
        _wrong(raw, entry, f"the title has {len(entry.title)} letters; 1 to {MOST_OF_TITLE} were expected",
               "Say it in a few words; the rest goes below.")  # fmt: skip
    _check_days(raw, entry)
    _check_state_and_support(raw, entry)
    if entry.kind == "action" and not told.get("answers"):
        _wrong(raw, entry, "the action answers nothing", "Write answers: the id or title of an issue or a priority.",
               "answers")  # fmt: skip
    for number in re.split(r"[\s,;]+", told.get("outcomes", "").strip()):
        if number and not re.fullmatch("[1-9]", number):
            _wrong(raw, entry, f"'{number[:20]}' is no national outcome", "Write numbers from 1 to 9.", "outcomes")
    entry.entry_id = told.get("id") or _made_id(entry)
    if not re.fullmatch(r"[\w./-]{1,200}", entry.entry_id):
        _wrong(raw, entry, "the id holds other signs than letters, digits and . / -", "Write it as buses-1.", "id")


def _check_days(raw: RawTable, entry: Entry) -> None:
    for key in ("raised", "due"):
        written = entry.told.get(key, "")
        day = _day(written)
        if written and day is None:
            _wrong(raw, entry, f"'{written[:30]}' is no day", "Write it as 2026-03-31.", key)
        elif day and not FIRST_DAY <= day <= LAST_DAY:
            _wrong(raw, entry, f"{day} is before localities were or far from now", "Mend the year.", key)
        setattr(entry, key, day)
    if not entry.told.get("raised"):
        _wrong(raw, entry, "the day is missing on which it was raised", "Write raised: 2026-03-31.", "raised")
    if entry.raised and entry.due and entry.due < entry.raised:
        _wrong(raw, entry, f"it is due on {entry.due}, before it was raised on {entry.raised}", "Mend one of the days.",
               "due")  # fmt: skip


def _day(written: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 — a day of the calendar has no zone
        except ValueError:
            continue
    return None


def _check_state_and_support(raw: RawTable, entry: Entry) -> None:
    state = "_".join(entry.told.get("state", "").casefold().split()) or "open"
    if state not in VOICE_STATES:
        remedy = did_you_mean(state, VOICE_STATES, f"It may be {', '.join(VOICE_STATES)}.")
        _wrong(raw, entry, f"the state is '{state[:30]}'", remedy, "state")
    entry.state = state
    support = entry.told.get("support", "").strip()
    if support and not re.fullmatch(r"[1-9]\d{0,5}", support):
        _wrong(raw, entry, "support is no number of people", "Write a whole number above 0, or leave it out.",
               "support")  # fmt: skip
    elif support:
        entry.support = int(support)


def _made_id(entry: Entry) -> str:
    """Of the place, the day and the title, so that the same entry has the same id in every build."""
    place = entry.told.get("locality", "")
    partnership = entry.told.get("partnership", "")
    where = place if re.match(LOCALITY_CODE, place) else f"{slug(partnership)}/{slug(place)}"
    return f"{where}/{entry.raised}/{slug(entry.title)[:MOST_OF_ID]}"


def _repeated(raw: RawTable, entries: Sequence[Entry]) -> list[Problem]:
    first: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        earlier = first.setdefault(entry.entry_id, entry)
        if earlier is not entry:
            problems.append(Problem(
                f"the entry has the id '{entry.entry_id}', as that of line or row {earlier.row} has",
                "Give one of them another id, or take it out if it stands twice.", raw.name, raw.sheet, "id",
                (entry.row,),
            ))  # fmt: skip
    return problems


# --- staged ---------------------------------------------------------------------------------------


def _staged(entries: Sequence[Entry]) -> pa.Table:
    def told(key: str) -> list[str | None]:
        return [entry.told.get(key, "").strip() or None for entry in entries]

    def listed(key: str, between: str = r"[\s,;]+") -> list[str | None]:
        return [" ".join(filter(None, re.split(between, text))) if text else None for text in told(key)]

    places = [place or "" for place in told("locality")]
    whole = [place.casefold() == "all" for place in places]
    coded = [bool(re.match(LOCALITY_CODE, place)) for place in places]
    partnerships = told("partnership")
    return stage("voice", {
        "entry_id": [entry.entry_id for entry in entries],
        "area_type": ["hscp" if each else "locality" for each in whole],
        "area_code": [place if code else None for place, code in zip(places, coded, strict=True)],
        "place_name": [None if code else partnership if each else place for place, code, each, partnership in
                       zip(places, coded, whole, partnerships, strict=True)],
        "place_parent": [None if code or each else partnership for code, each, partnership in
                         zip(coded, whole, partnerships, strict=True)],
        "kind": [entry.kind for entry in entries], "title": [entry.title for entry in entries],
        "words": [entry.words or None for entry in entries],
        "raised": pa.array([entry.raised for entry in entries], pa.date32()),
        "heard_at": told("heard_at"), "theme": told("theme"),
        "support": pa.array([entry.support for entry in entries], pa.int64()),
        "state": [entry.state for entry in entries],
        "due": pa.array([entry.due for entry in entries], pa.date32()), "owner_role": told("owner"),
        # As written: ids or titles, told apart when every entry of the workspace is known.
        "answers": told("answers"), "indicators": listed("indicators"), "outcomes": listed("outcomes"),
        "row_no": [entry.row for entry in entries],
    }, len(entries))  # fmt: skip
