"""People registered with each GP practice, by sex and age band."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import snapshot
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources.gp_practice import practice_codes
from locality_profiles.tables.cells import SYMBOLS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="gp_list_size",
    title="GP practice list sizes by sex and age band",
    group="population",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/gp-practice-contact-details-and-list-sizes",
    frequency="every quarter, for its first day",
    describes="Patients on each practice's list on one day, all and by sex, all ages and in eight bands.",
    quirks=(
        "The column for the youngest is 'Ages0to4' but its qualifier 'Ages0To4QF'.",
        "A practice whose sexes are suppressed ('c') still has a row for 'All', where the total is given and the "
        "bands are not.",
        "The date is a number, 20240401. One file may hold one quarter or several.",
    ),
)

#: The publisher's columns and the store's bands.
BANDS = {
    "Ages0to4": "0-4", "Ages5to14": "5-14", "Ages15to24": "15-24", "Ages25to44": "25-44",
    "Ages45to64": "45-64", "Ages65to74": "65-74", "Ages75to84": "75-84", "Ages85plus": "85+",
}  # fmt: skip
SEXES = ("All", "Female", "Male")
WITHOUT_VALUE = sorted(set(SYMBOLS.values()))

LAYOUTS = (Layout("open-data CSV", ("Date", "PracticeCode", "Sex", "AllAges", *BANDS)),)


def curate(raw: RawTable) -> Curated:
    """One row per practice, day, sex and age band; null and 'suppressed' where the publisher says 'c'."""
    cells = Cells(raw)
    cells.unique("Date", "PracticeCode", "Sex")
    codes = practice_codes(cells, "PracticeCode")
    sexes = cells.text("Sex", allowed=SEXES)
    kind, start, end = cells.periods("Date", "snapshot")
    counted = {column: _patients(cells, column) for column in ("AllAges", *BANDS)}
    _check_bands(cells, counted)
    _check_sexes(cells, counted)
    hscp = cells.codes("HSCP", "hscp", empty=True) if raw.find("HSCP") else None
    cells.finish()

    each = {
        "block_type": "gp_practice", "block_code": codes, "period_type": kind, "period_start": start,
        "period_end": end, "sex": pc.utf8_lower(sexes),
    }  # fmt: skip
    table = pa.concat_tables(
        stage("registration", {**each, "age_band": BANDS.get(column, "all"), "persons": persons, "status": status},
              len(raw))
        for column, (persons, status) in counted.items()
    )  # fmt: skip
    claims = tuple(f"GP list sizes, {snapshot(day).label}" for day in sorted(set(start.to_pylist())))
    tables = {"registration": table}
    if hscp is not None:
        tables["membership"] = _partnerships(codes, end, hscp)
    return Curated(tables, claims)


def _partnerships(codes: pa.ChunkedArray, day: pa.ChunkedArray, hscp: pa.ChunkedArray) -> pa.Table:
    """The partnership that the latest list of each practice names: all that is known of one that has closed."""
    rows = pa.table({"practice": codes, "day": day, "hscp": hscp}).drop_null().sort_by([("day", "ascending")])
    latest = rows.group_by("practice", use_threads=False).aggregate([("hscp", "last")])
    return stage("membership", {
        "block_type": "gp_practice", "block_code": latest["practice"], "area_type": "hscp",
        "area_code": latest["hscp_last"], "weight": 1.0, "method": "reported", "grade": 1, "estimated": False,
    }, len(latest))  # fmt: skip


def _patients(cells: Cells, column: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Patients and status; a number beside a qualifier that says there is none does not count."""
    status = cells.status(column, f"{column}QF")
    absent = pc.is_in(status, pa.array(WITHOUT_VALUE))
    numbers = cells.number(column, whole=True, unit="patients")
    return pc.if_else(absent, pa.scalar(None, pa.float64()), numbers), status


def _check_bands(cells: Cells, counted: dict[str, tuple[pa.ChunkedArray, pa.ChunkedArray]]) -> None:
    """The bands add up to all ages, where none is suppressed (null makes the sum null)."""
    bands = [counted[column][0] for column in BANDS]
    added = bands[0]
    for band in bands[1:]:
        added = pc.add(added, band)
    cells.same(counted["AllAges"][0], added, "AllAges", "the age bands add up to another number than all ages")


def _check_sexes(cells: Cells, counted: dict[str, tuple[pa.ChunkedArray, pa.ChunkedArray]]) -> None:
    """Every practice and day has three rows, of which females and males are all there are."""
    columns = cells.raw.columns
    date, code, sex = (columns[cells.raw.find(name)] for name in ("Date", "PracticeCode", "Sex"))
    practice_and_day = pc.binary_join_element_wise(date, code, " ").combine_chunks().dictionary_encode()
    group = practice_and_day.indices.to_numpy()
    rows = cells.raw.row_numbers
    lacking = np.bincount(group)[group] < len(SEXES)
    if lacking.any():
        cells.problem(
            "a practice has no row for each of All, Female and Male", "Get the extract again.",
            column="Sex", rows=[int(row) for row in rows[lacking][:5]], count=int(lacking.sum()),
        )  # fmt: skip
    is_all = pc.equal(sex, "All").to_numpy()
    sign = np.where(is_all, 1, -1)
    for column, (persons, _) in counted.items():
        # A suppressed cell is NaN here, and so is the difference: nothing is concluded from it.
        apart = np.abs(np.bincount(group, sign * persons.to_numpy())[group]) > 0.5
        apart &= is_all & ~lacking
        if apart.any():
            cells.problem(
                "females and males do not add up to all", "Get the extract again.",
                column=column, rows=[int(row) for row in rows[apart][:5]], count=int(apart.sum()),
            )  # fmt: skip
