"""The lookup of 2011 data zones to every larger official area, in the two layouts it is published in."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="data_zone_lookup",
    title="2011 data zones and the larger areas that they lie in",
    group="places",
    publisher="Public Health Scotland (open data) or the Scottish Government",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/geography-codes-and-labels",
    frequency="when codes change, about once a year",
    describes="Code and name of every data zone's intermediate zone, council, partnership, health board and, in the "
    "Government's layout, ward.",
    quirks=(
        "The Government's file calls the partnership HIA (health integration authority). Its SPD columns are police "
        "divisions, whose names look like partnerships.",
        "The Government's file is in Windows-1252, with no-break spaces after names and curly apostrophes inside.",
        "Health boards are 'NHS Fife' in one layout and 'Fife' in the other; both become 'NHS Fife'.",
        "The open-data layout gives the country's code and not its name.",
        "One partnership, Clackmannanshire and Stirling, holds two councils; every other holds one.",
        "The Government's lookup also holds urban rural classes, of a later edition than 2020; they are not read.",
        "A ward need not be made of whole intermediate zones, so its parent is the council.",
        "Nor is a ward made of whole data zones, which were drawn to nest in council areas only. The Government links "
        "data zones to other areas by their population-weighted centres, 'to produce a best-fit match' "
        "(spatialdata.gov.scot, Data Zone Centroids): a ward here is a best fit, and its figures are estimates.",
    ),
)

#: Code and name column of each kind of area, small to large.
OPEN_DATA = {
    "data_zone_2011": ("DataZone", "DataZoneName"),
    "intermediate_zone_2011": ("IntZone", "IntZoneName"),
    "council_area": ("CA", "CAName"),
    "hscp": ("HSCP", "HSCPName"),
    "health_board": ("HB", "HBName"),
    "country": ("Country", "CountryName"),
}
GOVERNMENT = {
    "data_zone_2011": ("DZ2011_Code", "DZ2011_Name"),
    "intermediate_zone_2011": ("IZ2011_Code", "IZ2011_Name"),
    "ward": ("MMWard_Code", "MMWard_Name"),
    "council_area": ("LA_Code", "LA_Name"),
    "hscp": ("HIA_Code", "HIA_Name"),
    "health_board": ("HB_Code", "HB_Name"),
    "country": ("Country_Code", "Country_Name"),
}
#: Columns that a file of the layout may lack: multi-member wards, and the country's name.
OPTIONAL = {"CountryName", "Country_Name", "MMWard_Code", "MMWard_Name"}

#: Areas that data zones do not nest in: the lookup gives each zone to the one that holds its centre.
BEST_FIT = ("ward",)

#: An area of the first kind lies in one area of the second by law; elsewhere areas may cross.
NESTED = (("council_area", "hscp", "partnership"), ("hscp", "health_board", "health board"))

SCOTLAND = "S92000003"


def _layout(name: str, columns: dict[str, tuple[str, str]]) -> Layout:
    return Layout(name, tuple(column for pair in columns.values() for column in pair if column not in OPTIONAL))


LAYOUTS = (_layout("open-data CSV", OPEN_DATA), _layout("Scottish Government CSV", GOVERNMENT))


def curate(raw: RawTable) -> Curated:
    """One ``area`` row per area, and one ``membership`` row per data zone and larger area."""
    cells = Cells(raw)
    declared = OPEN_DATA if raw.layout.name == LAYOUTS[0].name else GOVERNMENT
    columns = {kind: pair for kind, pair in declared.items() if raw.find(pair[0])}
    codes = {kind: cells.codes(code, kind.removesuffix("_2011")) for kind, (code, _) in columns.items()}
    names = {kind: cells.text(name) if raw.find(name) else codes[kind] for kind, (code, name) in columns.items()}
    _check(cells, columns)
    cells.finish()
    names["health_board"] = _with_nhs(names["health_board"])
    names["country"] = pc.if_else(pc.equal(codes["country"], SCOTLAND), "Scotland", names["country"])
    areas = pa.concat_tables([_areas(kind, codes, names) for kind in columns])
    larger = [kind for kind in columns if kind != "data_zone_2011"]
    membership = pa.concat_tables([
        stage("membership", {
            "block_type": "data_zone_2011", "block_code": codes["data_zone_2011"], "area_type": kind,
            "area_code": codes[kind], "weight": 1.0, "method": "lookup_best_fit" if kind in BEST_FIT else "lookup",
            "grade": 3 if kind in BEST_FIT else 1, "estimated": kind in BEST_FIT,
        }, len(raw)) for kind in larger
    ])  # fmt: skip
    claims = ["2011 data zones and the larger areas that they lie in"]
    if "ward" in columns:
        claims.append("wards of 2011 data zones")
    return Curated({"area": areas, "membership": membership}, tuple(claims))


def _check(cells: Cells, columns: dict[str, tuple[str, str]]) -> None:
    """One row per zone, one name per code, and one larger area where the law says so."""
    cells.unique(columns["data_zone_2011"][0])
    for code, name in columns.values():
        if cells.raw.find(name):
            cells.agrees(
                code, name, "stands beside another name than in other rows; a code has one name",
                "Make the names alike, or correct the code.",
            )  # fmt: skip
    for inner, outer, named in NESTED:
        cells.agrees(
            columns[inner][0], columns[outer][0],
            f"lies in another {named} here than in other rows; it can lie in only one",
            "Correct these rows, or the others of the same code, at the source.",
        )  # fmt: skip


def _with_nhs(names: pa.ChunkedArray) -> pa.ChunkedArray:
    bare = pc.replace_substring_regex(names, r"^(?i:NHS)\s+", "")
    return pc.binary_join_element_wise("NHS", bare, " ")


def _areas(kind: str, codes: dict[str, pa.ChunkedArray], names: dict[str, pa.ChunkedArray]) -> pa.Table:
    """Areas of one kind; the parent is the next larger area in which every data zone of it lies."""
    kinds = list(codes)
    larger = [other for other in kinds[kinds.index(kind) + 1 :] if other != "ward"]
    rows = pa.table({"code": codes[kind], "name": names[kind], **{other: codes[other] for other in larger}})
    aims = [(other, how) for other in larger for how in ("min", "count_distinct")]
    areas = rows.group_by("code").aggregate([("name", "min"), *aims])
    parent_type: pa.Array = pa.nulls(len(areas), pa.string())
    parent_code = parent_type
    for other in larger:
        whole = pc.and_(pc.equal(areas[f"{other}_count_distinct"], 1), pc.is_null(parent_type))
        parent_type = pc.if_else(whole, other, parent_type)
        parent_code = pc.if_else(whole, areas[f"{other}_min"], parent_code)
    return stage("area", {
        "area_type": kind, "area_code": areas["code"], "area_name": areas["name_min"],
        "parent_type": parent_type, "parent_code": parent_code,
    }, len(areas))  # fmt: skip
