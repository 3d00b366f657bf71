"""The register of care services: care homes for older people, other care homes, and other services of care."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._file_dates import UNDATED, day_in_name
from locality_profiles.sources._registers import known_words, refuse_words
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="care_service",
    title="Register of care services",
    group="places",
    publisher="Care Inspectorate (datastore)",
    licence="Open Government Licence v3.0",
    page="https://www.careinspectorate.com/index.php/publications-statistics/44-public/93-datastore",
    frequency="every month",
    describes="Number, name, postcode and kind of every registered care service that is active.",
    quirks=(
        "The file is in Windows-1252: names hold curly apostrophes and dashes of that encoding.",
        "The file says nowhere which day it describes; its name does (MDSF_data_30 June 2024: 30 June 2024).",
        "Services that are 'Inactive' or 'Cancelled' stay in the file; they are left out.",
        "Childminders are registered under their own names and where they live; they are left out. Columns about "
        "managers, providers, staff and complaints are not read.",
        "Registered places (Registered_Places, or TotalBeds) and grades of key questions (KQ_…, from 1 to 6) are kept "
        "in 'capacity' where the file has them. A grade is that of the last inspection, whose day is in "
        "Last_inspection_date or nowhere; of several grades the lowest is kept.",
        "A care home is told by CareService, and for whom it is by Subtype. Either word in another form is refused, "
        "for homes that are passed over look like a place without any.",
        "There is no data zone. It is found by the postcode.",
    ),
)

LAYOUTS = (
    Layout(
        "datastore (MDSF)",
        ("CSNumber", "CareService", "Subtype", "ServiceName", "Service_Postcode", "ServiceStatus"),
    ),
)

ACTIVE, ENDED = "Active", ("Inactive", "Cancelled")
CARE_HOME, OLDER_PEOPLE = "Care Home Service", "Older People"

SUPPORT, AT_HOME, HOUSING_SUPPORT = "Support Service", "Care at Home", "Housing Support Service"
#: Columns of places, the first that is there; of grades by key question; and of the day of the last inspection.
PLACES, GRADE, GRADED_ON = ("Registered_Places", "TotalBeds"), r"KQ_(?!.*date)\w+", "Last_inspection_date"

#: Services that are one person's, under that person's name.
OF_ONE_PERSON = r"(?i)child ?-?mind"
#: Words that look like those by which homes are counted.
LIKE_CARE_HOME, LIKE_OLDER = r"(?i)care ?-?home", r"(?i)older|elder"


def curate(raw: RawTable) -> Curated:
    """One row per active service, but for childminders."""
    every = Cells(raw)
    ended, of_one_person = _left_out(every)
    services = raw.where(~ended & ~of_one_person)
    cells = Cells(services)
    cells.problems.extend(every.problems)
    cells.unique("CSNumber")
    columns = {
        "service_type": _kinds(cells),
        "service_code": cells.text("CSNumber", pattern=r"CS\d{10}", what="a number like CS2000000000"),
        "service_name": cells.text("ServiceName"),
        "postcode": cells.text("Service_Postcode", empty=True),
    }
    told = _told(cells)
    cells.finish()
    day = day_in_name(raw.path)
    table = stage("service", {"as_at": day, **columns}, len(services))
    capacity = _capacity(columns, told, day, len(services))
    counts = {
        "services that are no longer active, left out": int(ended.sum()),
        "childminders, who work under their own names, left out": int((of_one_person & ~ended).sum()),
        "services without a postcode, which are in no area": table["postcode"].null_count,
    }
    notes = [f"{what}: {count:,}" for what, count in counts.items() if count]
    if day is None:
        notes.append("the file's name tells no day, so the day that it describes is not known")
    return Curated({"service": table, **capacity}, ("care services",), tuple(notes))


def _told(cells: Cells) -> dict[str, pa.ChunkedArray | pa.Array | None]:
    """Places, lowest grade and its day, and the service that each is of, where the file tells them."""
    raw = cells.raw
    places = next((name for name in PLACES if raw.find(name)), None)
    grades = [_grade(cells, name) for name in raw.columns.column_names if re.fullmatch(GRADE, name, re.IGNORECASE)]
    dated = raw.find(GRADED_ON)
    return {
        "available": cells.number(places, whole=True, unit="places") if places else None,
        "grade_quality": pc.min_element_wise(*grades) if grades else None,
        "grade_date": _day(raw.columns[dated]) if dated else None,
        "kind": cells.text("CareService", empty=True), "client": cells.text("Subtype", empty=True),
    }  # fmt: skip


def _grade(cells: Cells, column: str) -> pa.ChunkedArray:
    """Grades of one key question, written 4 or '4 - Good'; words without a number are none."""
    written = cells.text(column, empty=True)
    number = pc.struct_field(pc.extract_regex(written, r"^\s*(?P<grade>[1-6])(?:\D.*)?$"), "grade")
    cells.reject(
        column, pc.and_(pc.is_null(number), pc.fill_null(pc.match_substring_regex(written, r"^\s*\d"), False)),
        "the grade is not from 1 to 6", "Correct it at the source.",
    )  # fmt: skip
    return pc.cast(number, pa.int64())


def _day(written: pa.ChunkedArray) -> pa.ChunkedArray:
    """Days written 2024-06-30 or 30/06/2024; empty for what is neither."""
    days = [pc.strptime(written, format=form, unit="s", error_is_null=True) for form in ("%Y-%m-%d", "%d/%m/%Y")]
    return pc.cast(pc.coalesce(*days), pa.date32())


def _capacity(
    columns: dict[str, Any], told: dict[str, pa.ChunkedArray | pa.Array | None], day: date | None, count: int
) -> dict[str, pa.Table]:  # fmt: skip
    """One row per service of a kind that serves adults; nothing where the file tells neither places nor grades."""
    places, grade = told["available"], told["grade_quality"]
    if places is None and grade is None:
        return {}
    known = pc.is_valid(places) if places is not None else pa.repeat(False, count)
    table = stage("capacity", {
        "source": SOURCE.kind, "service_code": _services(columns["service_type"], told["kind"], told["client"]),
        "provider_code": columns["service_code"], "provider_name": columns["service_name"], "part": "all",
        "capacity_type": "places", "period_type": "snapshot", "period_start": day or UNDATED,
        "period_end": day or UNDATED, "block_type": "care_service", "block_code": columns["service_code"],
        "geo_role": "provider", "registered": places, "available": places, "grade_quality": grade,
        "grade_date": told["grade_date"],
        "status": pc.if_else(known, pc.if_else(pc.equal(places, 0.0), "true_zero", "actual"), "not_available")
        if places is not None else "not_available",
    }, count)  # fmt: skip
    return {"capacity": table.filter(pc.is_valid(table["service_code"]))}


def _services(home: Any, kind: Any, client: Any) -> pa.ChunkedArray | pa.Array:
    """Our service of each registered one; empty for those of children and all others that nothing here asks for."""
    of_home = pc.if_else(pc.equal(home, "care_home_older"), "SC.CH.LONG", "SC.CH")
    at_home = pc.and_(pc.equal(kind, SUPPORT), pc.fill_null(pc.equal(client, AT_HOME), False))
    none = pa.scalar(None, pa.string())
    other = pc.if_else(at_home, "SC.HC", pc.if_else(
        pc.equal(kind, HOUSING_SUPPORT), "HOUS.SUPP", pc.if_else(pc.equal(kind, SUPPORT), "SC.DAY", none)))  # fmt: skip
    return pc.if_else(pc.not_equal(home, "care_service"), of_home, other)


def _left_out(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Which services have ended, and which are one person's."""
    status = known_words(cells, "ServiceStatus", (ACTIVE, *ENDED), "ACTIVE or ENDED in sources/care_service.py")
    kind = cells.text("CareService", empty=True)  # an empty cell is reported of a service that is kept
    alone = pc.fill_null(pc.match_substring_regex(kind, OF_ONE_PERSON), False)
    return pc.is_in(status, pa.array(ENDED)).to_numpy(), alone.to_numpy()


def _kinds(cells: Cells) -> pa.ChunkedArray:
    """The kind of each service. The words by which homes are counted must be there, in the form that is known."""
    service = cells.text("CareService", what=f"a kind of service like {CARE_HOME}")
    client = cells.text("Subtype", empty=True)
    home = pc.equal(service, CARE_HOME)
    _one_form(cells, "CareService", service, LIKE_CARE_HOME, CARE_HOME, "CARE_HOME")
    _one_form(cells, "Subtype", pc.if_else(home, client, None), LIKE_OLDER, OLDER_PEOPLE, "OLDER_PEOPLE")
    cells.reject(
        "Subtype", pc.and_(home, pc.is_null(client)), f"the cell is empty; a care home's is one like {OLDER_PEOPLE}",
        "Fill it in at the source.",
    )  # fmt: skip
    of_home = pc.if_else(pc.equal(client, OLDER_PEOPLE), "care_home_older", "care_home_other")
    return pc.if_else(home, of_home, "care_service")


def _one_form(cells: Cells, column: str, words: pa.ChunkedArray, like: str, expected: str, constant: str) -> None:
    """Refuse words that look like the expected one, and a register in which it does not occur at all."""
    alike = pc.and_(pc.match_substring_regex(words, like), pc.not_equal(words, expected))
    refuse_words(cells, column, words, alike, expected, f"{constant} in sources/care_service.py")
    if not pc.any(pc.equal(words, expected)).as_py() and not pc.any(alike).as_py():
        cells.problem(
            f"no active service has '{expected}'; some were expected in a whole register",
            f"Get the whole register. If the publisher has another word for it, add that to {constant} in "
            "sources/care_service.py.",
            column=column,
        )  # fmt: skip
