"""Which data zones of one edition are which of another: pairs, or pairs with shares."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.vintages import USUAL, plural
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="data_zone_conversion",
    title="Data zones of one census and the zones of another that they became",
    group="places",
    publisher="Scottish Government and National Records of Scotland; the pairs also as drawn from the postcode "
    "directory by the humaniverse project",
    licence="Open Government Licence v3.0",
    page="https://www.gov.scot/publications/small-area-statistics-reference-materials/",
    frequency="once, with each new edition of data zones",
    describes="Pairs of 2011 data zones and zones of 2001 or 2022 that share land or people, some with the share.",
    quirks=(
        "A code tells its edition (S01000001 to S01006505 is 2001, to S01013481 is 2011, to S01020873 is 2022), so "
        "the columns may stand in either order.",
        "Pairs without shares say nothing of how much: of 6,505 zones of 2001, 4,100 are paired with one zone of 2011 "
        "and one is paired with 18. How a zone is then shared is worked out while curating.",
        "Shares belong to the column whose zones' shares add up to 1; they may be printed with so few decimals that "
        "they miss it by a hundredth.",
    ),
)

#: A column of codes, with the edition in its name: dz01_code, DZ2011_Code, DataZone2022, 2011 data zone code.
COLUMN = (
    r"(?:(?:from|to)[ _])?(?:dz|data[ _]?zone)[ _]?(?:20)?(?:{year})(?:[ _]?(?:code|cd))?"
    r"|(?:20)?(?:{year})[ _]?(?:dz|data[ _]?zone)(?:[ _]?(?:code|cd))?"
)
OF_2011, OF_OTHER = COLUMN.replace("{year}", "11"), COLUMN.replace("{year}", "01|22")
SHARE = r"weight|share|proportion|pop(?:ulation)?[ _]?(?:share|weight|proportion)"

LAYOUTS = (
    Layout(
        "pairs of zones",
        (),
        (OF_2011, OF_OTHER),
        # Postcode directories name every edition too, and lookups of the closest match name larger areas.
        without=("Postcode", "PC7", "PC8", "InterZone", "Council"),
        examples=("dz11_code", "dz01_code"),
    ),
)

#: Three shares printed as 0.33 miss 1 by a hundredth. Shares are scaled to 1 when they are used.
ROUNDING = 0.02


def curate(raw: RawTable) -> Curated:
    """One row per pair. Without shares the weight is null, and zones of 2011 are those converted to."""
    cells = Cells(raw)
    columns = [next(iter(raw.matching(f"({pattern})").values())) for pattern in (OF_OTHER, OF_2011)]
    codes = [cells.codes(column, "data_zone") for column in columns]
    kinds = [block_type_of(cells, column) for column in columns]
    cells.unique(*columns)
    if kinds.count(USUAL) != 1:
        both = " and ".join(plural(kind) for kind in dict.fromkeys(kinds))
        cells.problem(
            f"the columns '{columns[0]}' and '{columns[1]}' hold codes of {both}; one column of 2011 zones and one of "
            "another edition were expected",
            "Check the codes: those up to S01006505 are of 2001, those from S01013482 of 2022.",
        )
    shares = raw.matching(f"({SHARE})")
    weights, start = None, 1 if kinds[0] == USUAL else 0
    if shares:
        column = next(iter(shares.values()))
        weights = cells.number(column, maximum=1, percent=True, empty=False)
        start = _direction(cells, column, columns, weights, start)
    cells.finish()
    end = 1 - start
    table = stage("block_conversion", {
        "from_type": kinds[start], "from_code": codes[start], "to_type": kinds[end], "to_code": codes[end],
        "weight": weights, "method": "supplied", "grade": 5 if weights is None else 1,
    }, len(raw))  # fmt: skip
    what, between = ("pairs", "and") if weights is None else ("shares", "in")
    return Curated({"block_conversion": table}, (f"{what} of {plural(kinds[start])} {between} {plural(kinds[end])}",))


def _direction(cells: Cells, column: str, columns: list[str], weights: pa.ChunkedArray, usual: int) -> int:
    """Which of the two columns the shares are of: the one whose zones' shares add up to 1.

    Where neither's do, the zones that are out are named, of the column that has fewer of them.
    """
    shares = pc.fill_null(weights, np.nan).to_numpy()
    if np.isnan(shares).any():
        return usual  # reported
    out = []
    for name in columns:
        zones = cells.raw.columns[name].combine_chunks().dictionary_encode()
        of_row = zones.indices.to_numpy(zero_copy_only=False)
        added = np.bincount(of_row, shares, len(zones.dictionary))
        out.append((np.abs(added - 1) > ROUNDING)[of_row])
    start = usual if not out[usual].any() else int(np.argmin([rows.sum() for rows in out]))
    if out[start].any():
        zones = pc.unique(cells.raw.columns[columns[start]].filter(pa.array(out[start]))).to_pylist()
        listed = ", ".join(zones[:5]) + (f" and {len(zones) - 5:,} more" if len(zones) > 5 else "")
        cells.reject(
            column, out[start], f"the shares of a zone do not add up to 1: {listed}",
            "Get the extract again, whole; or scale the shares of these zones at the source.",
        )  # fmt: skip
    return start
