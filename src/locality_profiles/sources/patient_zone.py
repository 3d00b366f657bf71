"""Registered patients by practice and data zone: the best ground for sharing practices among places."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.vintages import vintage_of
from locality_profiles.periods import snapshot
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._file_dates import UNDATED, day_in_name
from locality_profiles.sources.gp_practice import practice_codes
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable, header_key

SOURCE = Source(
    kind="patient_zone",
    title="Registered patients by GP practice and data zone",
    group="places",
    publisher="The health board, or its Local Intelligence Support Team",
    published=False,
    licence="As agreed with whoever supplied it; counts of patients are not open data",
    page="https://publichealthscotland.scot/services/local-intelligence-support-team-list",
    frequency="on request",
    describes="How many of each practice's patients live in each 2011 data zone, on one day or several.",
    quirks=(
        "Nobody publishes it, so there is no published layout: a table with a column for the practice, one for the "
        "data zone and one for the patients is read, in a few plain spellings; a column for the date may be there.",
        "An empty data zone, 'OUT', 'Unknown' or the like counts patients who live in no Scottish data zone, or nobody "
        "knows where. They stay visible as living outside.",
        "Only counts are accepted. A list with a row for each person is refused, whatever else is in it, and no cell "
        "of it is shown.",
        "Small counts may be withheld with *, c or #. Such a count is empty here, never zero.",
    ),
)

#: Spellings of each column, as header keys (small letters, single blanks).
PRACTICE = r"(?:gp[ _]?)?prac(?:tice)?[ _]?(?:code|no|number)?"
ZONE = r"(?:data[ _]?zone|dz)[ _]?(?:20)?(?:01|11|22)?[ _]?(?:code)?"
PATIENTS = (
    r"(?:number[ _]?of[ _]?|no[ _]?of[ _]?|registered[ _]?|num[ _]?)?(?:patients|registrations)|n|count|persons|people|"
    r"list[ _]?size"
)
DATE = r"date|as[ _]?at|extract[ _]?date|snapshot[ _]?date|census[ _]?date"
#: Columns that only a list of persons has.
PERSON = (
    r"(?:anon(?:ymised)?[ _]?)?(?:chi|upi|nhs)(?:[ _]?(?:no|number))?|patient[ _]?(?:id|identifier|key|name)|"
    r"(?:fore|first|sur|last)[ _]?name|dob|date[ _]?of[ _]?birth|address.*"
)
#: Ten digits in a row, the form of a CHI number: no code of a place or practice has it.
CHI = r"^\d{10}$"

LAYOUTS = (
    Layout(
        "counts by practice and data zone",
        (),
        (PRACTICE, ZONE),
        # Tables of practices, which have one row for each and the zone of its premises.
        without=("GPPracticeName", "GPCluster", "PracticeName", "TelephoneNumber", "PracticeType", "PracticeListSize"),
        examples=("PracticeCode", "DataZone"),
    ),
)

#: Words for a data zone that is none.
NOWHERE = r"(?i)^(?:|out|outside.*|unknown|not known|n/?a|none|no data ?zone|missing|other|england|wales|rest of uk)$"


def curate(raw: RawTable) -> Curated:
    """One ``patient_zone`` row per practice, data zone and day; all that is outside is one row."""
    practice, zone, patients = _columns(raw)
    day = _spelt(raw, DATE)
    cells = Cells(raw)
    codes = practice_codes(cells, practice)
    outside = pc.match_substring_regex(raw.columns[zone], NOWHERE)
    zones = _zones(cells, zone, outside)
    counted = cells.number(patients, whole=True, unit="patients")
    status = cells.status(patients)
    days = cells.periods(day, "snapshot")[1] if day else _day_of_file(raw)
    cells.finish()
    rows = pa.table({
        "practice_code": codes, "block_type": pc.if_else(outside, "outside", "data_zone_2011"), "block_code": zones,
        "as_at": days, "patients": counted, "status": status,
    })  # fmt: skip
    _refuse_repeated(cells, rows, practice, zone)
    supplied = len(rows)
    rows = _outside_added(rows)
    labels = pc.unique(pc.binary_join_element_wise(rows["practice_code"], rows["as_at"].cast(pa.string()), "|"))
    pairs = sorted(label.split("|") for label in labels.to_pylist())
    claims = tuple(f"patients of practice {code} by data zone, {_said(text)}" for code, text in pairs)
    table = stage("patient_zone", {name: rows[name] for name in rows.column_names}, len(rows))
    return Curated({"patient_zone": table}, claims, tuple(_notes(rows, supplied - len(rows))))


def _spelt(raw: RawTable, pattern: str) -> str | None:
    """The file's first column whose header has one of the spellings."""
    return next((name for name in raw.columns.column_names if re.fullmatch(pattern, header_key(name))), None)


def _columns(raw: RawTable) -> tuple[str, str, str]:
    """The columns of the practice, the data zone and the patients.

    A list of persons is refused here, before any of its cells could be shown in a message.

    Raises
    ------
    ExtractRefused
        If a column is about single persons or holds CHI numbers, or if no column counts.
    """
    practice, zone, patients = (_spelt(raw, pattern) or "" for pattern in (PRACTICE, ZONE, PATIENTS))
    cells = Cells(raw)
    remedy = (
        "Take the file out of the extracts folder. Ask for a table that counts patients by practice and data zone "
        "(PracticeCode, DataZone, Patients)."
    )
    for name in raw.columns.column_names:
        if re.fullmatch(PERSON, header_key(name)):
            cells.problem("the column is about single persons; only counts are accepted", remedy, column=name)
        elif name != patients and _share_of_chi(raw.columns[name]) > (0 if name in (practice, zone) else 0.5):
            what = "the column holds numbers of ten digits, as CHI numbers are; only counts are accepted"
            cells.problem(what, remedy, column=name)
    if not patients:
        what = "no column counts the patients, so a row seems to be a person; only counts are accepted"
        cells.problem(what, remedy, column="Patients")
    cells.finish()
    return practice, zone, patients


def _share_of_chi(column: pa.ChunkedArray) -> float:
    if not pa.types.is_string(column.type):
        return 0.0
    return float(pc.mean(pc.match_substring_regex(column, CHI)).as_py())


def _zones(cells: Cells, zone: str, outside: pa.ChunkedArray) -> pa.ChunkedArray:
    """Data zones, with OUT for what is in none."""
    supplied = cells.raw.columns[zone]
    wrong = pc.invert(pc.or_(outside, pc.match_substring_regex(supplied, r"^S01\d{6}$")))
    cells.reject(
        zone, wrong, "found text that is no data zone code like S01000000, nor a word such as OUT or Unknown",
        "Correct it at the source, or write OUT for patients who live in no Scottish data zone.",
    )  # fmt: skip
    strange = ~np.isin(vintage_of(supplied), ["data_zone_2011", ""])
    cells.reject(
        zone, strange, "the data zones are of another edition; those of 2011 were expected",
        "Ask for the counts by 2011 data zone.",
    )  # fmt: skip
    return pc.if_else(outside, "OUT", supplied)


def _day_of_file(raw: RawTable) -> pa.Array:
    return pa.repeat(pa.scalar(day_in_name(raw.path) or UNDATED, pa.date32()), len(raw))


def _refuse_repeated(cells: Cells, rows: pa.Table, practice: str, zone: str) -> None:
    """Refuse a table that says twice how many patients of a practice live in a zone.

    Raises
    ------
    ExtractRefused
        Where all repeated rows count one patient or none, saying that it is a list of persons.
    """
    # By the word that was supplied: patients outside may stand in a row of OUT and another of Unknown, in none twice.
    key = pc.binary_join_element_wise(
        rows["practice_code"], pc.utf8_lower(cells.raw.columns[zone]), rows["as_at"].cast(pa.string()), "|"
    ).combine_chunks().dictionary_encode()  # fmt: skip
    at = key.indices.to_numpy()
    repeated = np.bincount(at)[at] > 1
    if not repeated.any():
        return
    counts = rows["patients"].filter(pa.array(repeated))
    if pc.all(pc.fill_null(pc.less_equal(counts, 1), False)).as_py():
        what = (
            f"the same {practice} and {zone} stand in several rows that count one patient each, so a row seems to be "
            "a person; only counts are accepted"
        )
        remedy = "Ask for a table that counts them: one row for each practice and data zone."
    else:
        what = f"the same {practice} and {zone} stand in more than one row; each was expected once"
        remedy = "Add the rows up over the other columns (age, sex, …), leaving out rows that are totals already."
    cells.reject(practice, repeated, what, remedy)
    cells.finish()


def _outside_added(rows: pa.Table) -> pa.Table:
    """All who live outside as one row for each practice and day; not known where a part of it is not."""
    outside = pc.equal(rows["block_type"], "outside")
    inside, out = rows.filter(pc.invert(outside)), rows.filter(outside)
    if not len(out):
        return inside
    keys = ["practice_code", "block_type", "block_code", "as_at"]
    for name, at in (("empty", pc.is_null(out["patients"])), ("hidden", pc.equal(out["status"], "suppressed"))):
        out = out.append_column(name, at)
    added = out.group_by(keys, use_threads=False).aggregate([("patients", "sum"), ("empty", "any"), ("hidden", "any")])
    told = pc.if_else(pc.equal(added["patients_sum"], 0), "true_zero", "actual")
    untold = pc.if_else(added["hidden_any"], "suppressed", "not_available")
    added = added.append_column("status", pc.if_else(added["empty_any"], untold, told))
    patients = pc.if_else(added["empty_any"], pa.scalar(None, pa.float64()), added["patients_sum"])
    added = added.append_column("patients", patients).select(inside.column_names)
    return pa.concat_tables([inside, added.cast(inside.schema)])


def _said(day: str) -> str:
    return "day unknown" if day == str(UNDATED) else snapshot(date.fromisoformat(day)).label


def _notes(rows: pa.Table, added: int) -> list[str]:
    notes = [f"rows of patients outside that are added to another: {added:,}"] if added else []
    hidden = pc.sum(pc.equal(rows["status"], "suppressed")).as_py()
    if hidden:
        notes.append(f"counts that are withheld: {hidden:,}")
    if pc.any(pc.equal(rows["as_at"], pa.scalar(UNDATED))).as_py():
        notes.append("neither a column nor the file's name tells the day of the count")
    return notes
