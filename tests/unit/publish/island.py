"""Small finished tables that keep their contracts: an invented country with one odd partnership.

Orsay Islands has three localities, one of them with a hostile name and one without any data; the
partnership of Firth has a locality of the same name as one of Orsay's. ``wards`` adds council wards and
what is told of area systems; ``country`` makes as many areas and indicators as are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from locality_profiles.periods import Period, financial_year, mid_year
from locality_profiles.publish.edition import Edition
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS

HOSTILE = """<script>alert("x")</script> & 'Tràigh Mhòr' / O"Brien's >< Sgìre na h-Àirde"""
ORSAY, FIRTH = "S37900001", "S37900002"
WEST, SKERRY, NORTH, FIRTH_NORTH = f"{ORSAY}/west", f"{ORSAY}/skerry", f"{ORSAY}/north-isles", f"{FIRTH}/north-isles"
BOARD, COUNTRY = ("health_board", "S08900001"), ("country", "S92900001")

Area = tuple[str, str, str, tuple[str, str] | None]
#: Type, code, name, and type and code of the area that holds it.
AREAS: list[Area] = [
    (*COUNTRY, "Alba Bheag", None),
    (*BOARD, "NHS Orsay & Firth", COUNTRY),
    ("hscp", ORSAY, "Orsay Islands", BOARD),
    ("hscp", FIRTH, "Firth", BOARD),
    ("locality", NORTH, "North Isles", ("hscp", ORSAY)),
    ("locality", SKERRY, "Skerry", ("hscp", ORSAY)),
    ("locality", WEST, HOSTILE, ("hscp", ORSAY)),
    ("locality", FIRTH_NORTH, "North Isles", ("hscp", FIRTH)),
]
HARBOUR, MOOR = "S13900001", "S13900002"
#: The island again with council wards, one of them in two localities.
WARDED: list[Area] = [
    *AREAS,
    ("ward", HARBOUR, "Harbour", ("hscp", ORSAY)),
    ("ward", MOOR, "Moor <i>&</i> Shore", ("hscp", ORSAY)),
]
#: The locality that a ward lies in, wholly or for the most part.
WITHIN = {HARBOUR: NORTH}
TITLES = {
    "ward": ("Council ward", "Council wards"), "locality": ("Locality", "Localities"),
    "hscp": ("Partnership", "Partnerships"),
    "health_board": ("Health board", "Health boards"), "country": ("Country", "Countries"),
    "data_zone_2011": ("Data zone", "Data zones"),
}  # fmt: skip

QUINTILES = {"1": "1, most deprived", "2": "2", "3": "3", "4": "4", "5": "5, least deprived"}
BANDS = {"5-14": "5 to 14", "45-64": "45 to 64", "85+": "85 and over"}


class Spec(NamedTuple):
    """What differs between the invented indicators."""

    item: str
    title: str
    section: str
    method: str
    per: float
    unit: str
    decimals: int
    smallest_area: str | None
    source: str
    caveat: str | None = None
    categories: Mapping[str, str] = {}


NRS, SIMD, CARE = "Small-area population estimates", "Index of Multiple Deprivation", "Insights in Social Care"
INDICATORS = [
    Spec("population", "People", "population", "count", 1, "people", 0, "data_zone_2011", NRS),
    Spec("aged_65_plus", "People aged 65 and over", "population", "percentage", 100, "%", 1, "data_zone_2011", NRS,
         "Estimates for small areas drift between censuses."),
    Spec("age_bands", "Age", "population", "percentage", 100, "%", 1, "data_zone_2011", NRS, None, BANDS),
    Spec("simd_quintile", "People by deprivation quintile", "deprivation", "percentage", 100, "%", 1,
         "data_zone_2011", SIMD, None, QUINTILES),
    Spec("home_care_rate", "People receiving home care", "social_care", "crude_rate", 1000, "per 1,000 people", 1,
         "locality", CARE),
    Spec("home_care_cost", "Spending on home care", "social_care", "cost_per_unit", 1, "pence per person", 2,
         "locality", f"{CARE}; Local finance returns"),
    Spec("delayed_bed_days", "Bed days taken by delayed discharges", "hospital", "crude_rate", 1000,
         "bed days per 1,000 adults", 0, "hscp", "Delayed discharges <census>", "Counted where people live."),
    Spec("ferry_waits", "Waits for a lifeline ferry", "hospital", "count", 1, "waits", 0, None, "no extract"),
]  # fmt: skip
SECTIONS = {
    "population": "Population", "deprivation": "Deprivation and rurality", "social_care": "Social care",
    "hospital": "Hospital and community care",
}  # fmt: skip
BELOW = "Published for partnerships and larger areas only; it is never spread over localities."
NO_EXTRACT = "No extract of this release holds it."

#: Cells that differ from the drawn figures: (item, category, area) -> value, status, note
Figure = tuple[float | None, str, str | None]
SPECIAL: dict[tuple[str, str, str], Figure] = {
    ("home_care_rate", "all", NORTH): (None, "suppressed", "Fewer than five people."),
    ("home_care_rate", "all", WEST): (12.34, "estimated", "People counted in two localities are counted twice."),
    ("home_care_rate", "all", ORSAY): (15.25, "provisional", None),
    ("home_care_rate", "all", FIRTH): (10.0, "rounded", None),
    ("home_care_cost", "all", NORTH): (123456.0, "actual", None),
    ("home_care_cost", "all", WEST): (0.0, "true_zero", None),
    ("simd_quintile", "1", NORTH): (0.0, "true_zero", None),
    ("simd_quintile", "1", WEST): (0.01, "actual", None),
    ("simd_quintile", "2", WEST): (None, "not_applicable", None),
    ("simd_quintile", "3", WEST): (None, "actual", None),
}


#: Points of trends that cannot be compared with the one before: (item, area, position) -> reason.
BROKEN = {
    ("population", WEST, 2): "Its boundary moved: 1 data zone with 412 people came in.",
    ("home_care_rate", WEST, 1): "Made from figures of each locality before, and of each data zone since.",
}

TABLES = (
    "profile", "profile_trend", "indicator", "indicator_value", "area", "check_result", "extract", "membership",
)  # fmt: skip


def edition(synthetic: bool = True, **changes: Any) -> Edition:
    given: dict[str, Any] = {
        "title": "Orsay & Firth locality profiles", "synthetic": synthetic, "release_id": "2026-03-01-ab12",
        "built": date(2026, 3, 1), "profiled": ("locality", "hscp"), "type_titles": TITLES,
    }  # fmt: skip
    return Edition(**{**given, **changes})


def write(folder: Path, rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Path]:
    """Every table that publishing reads, as Parquet that keeps its contract; of these, tables not given are empty."""
    paths = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name in dict.fromkeys((*TABLES, *rows)):
        given = rows.get(name, [])
        columns = {key: [row.get(key) for row in given] for key in dict.fromkeys(k for row in given for k in row)}
        paths[name] = folder / f"{name}.parquet"
        pq.write_table(conform(CONTRACTS[name], columns, len(given)), paths[name])
    return paths


def island(folder: Path) -> dict[str, Path]:
    """The small tables of Orsay and Firth."""
    return write(folder, tables(AREAS, INDICATORS, SECTIONS))


def wards(folder: Path, **changes: list[dict[str, Any]]) -> dict[str, Path]:
    """The small tables of the island with its wards, and everything that is told of area systems."""
    made = tables(WARDED, INDICATORS, SECTIONS)
    members = [
        {"block_type": "data_zone_2011", "block_code": f"S0190000{n}", "area_type": kind, "area_code": code,
         "weight": 1.0, "method": "lookup", "grade": 1, "extract_id": "0" * 12}
        for n, ward in enumerate((HARBOUR, MOOR, f"{ORSAY}/OUT"), start=1)
        for kind, code in (("ward", ward), ("hscp", ORSAY))
    ]  # fmt: skip
    return write(folder, {**made, "membership": made["membership"] + members, **PLACES, **changes})


def tables(areas: list[Area], indicators: list[Spec], sections: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    profiled = [area for area in areas if area[0] in ("locality", "ward", "hscp")]
    return {
        "area": [
            {"area_type": kind, "area_code": code, "area_name": name, "parent_type": parent and parent[0],
             "parent_code": parent and parent[1], "extract_id": "0" * 12}
            for kind, code, name, parent in areas
        ],
        "indicator": [_declaration(spec, number, sections) for number, spec in enumerate(indicators, start=1)],
        "indicator_value": list(_values(areas, indicators)),
        "profile": [row for area in profiled for row in _profile(area, areas, indicators)],
        "profile_trend": [row for area in profiled for row in _trends(area, indicators)],
        "check_result": CHECKS,
        "extract": EXTRACTS,
        "membership": [
            {"block_type": "data_zone_2011", "block_code": f"S0190000{n}", "area_type": "locality", "area_code": NORTH,
             "weight": 1.0, "method": "largest_overlap", "quality": 0.8 if n == 1 else 1.0, "vintage": "2011",
             "extract_id": "0" * 12}
            for n in range(1, 4)
        ],
    }  # fmt: skip


def _declaration(spec: Spec, order: int, sections: Mapping[str, str]) -> dict[str, Any]:
    return {
        "indicator_id": spec.item, "title": spec.title, "section": spec.section,
        "section_title": sections[spec.section], "section_order": list(sections).index(spec.section) + 1,
        "item_order": order, "definition": f"{spec.title}: what is counted, among whom.", "method": spec.method,
        "per": float(spec.per), "unit": spec.unit, "decimals": spec.decimals, "direction": "none",
        "smallest_area": spec.smallest_area, "source": spec.source, "caveat": spec.caveat,
        "owner": "Orsay intelligence team", "reviewed": date(2026, 1, 5),
    }  # fmt: skip


def figure(spec: Spec, category: str, area: tuple[str, str], back: int = 0) -> Figure:
    """Value, status and note of one indicator for one area, ``back`` periods ago."""
    kind, code = area
    if (spec.item, category, code) in SPECIAL and not back:
        return SPECIAL[spec.item, category, code]
    if spec.smallest_area is None:
        return None, "not_available", NO_EXTRACT
    if spec.smallest_area == "hscp" and kind in ("locality", "ward"):
        return None, "not_available", BELOW
    if code == SKERRY:
        return None, "not_available", "The extract does not reach this locality."
    size = {"ward": 1, "locality": 1, "hscp": 4, "health_board": 7, "country": 230}[kind]
    seed = sum(map(ord, f"{spec.item}{category}{code}")) % 97
    value = 3120.0 * size + 41 * seed - 23 * back if spec.method == "count" else 11.0 + seed / 7 - back / 3
    return (value * 100 if spec.unit.startswith("pence") else value), "actual", None


def _period(spec: Spec, back: int = 0) -> dict[str, Any]:
    period: Period = mid_year(2024 - back) if spec.smallest_area == "data_zone_2011" else financial_year(2023 - back)
    return {"period_type": period.kind, "period_start": period.start, "period_end": period.end}


def beside(area: Area, areas: list[Area]) -> list[tuple[str, str, str]]:
    """Role, type and code of every column: this, its locality, peers or parts by name, partnership, board, country."""
    kind, code, _, parent = area
    home, beside_it = (("hscp", code), "locality") if kind == "hscp" else (parent, kind)
    near = sorted((a for a in areas if a[0] == beside_it and a[3] == home and a[1] != code), key=lambda a: a[2])
    columns = [("this", kind, code)] + [("within", "locality", WITHIN[code]) for _ in range(code in WITHIN)]
    columns += [("part" if kind == "hscp" else "peer", a[0], a[1]) for a in near]
    if kind in ("locality", "ward") and parent:
        columns.append(("hscp", *parent))
    return [*columns, ("health_board", *BOARD), ("country", *COUNTRY)]


def _profile(area: Area, areas: list[Area], indicators: list[Spec]) -> Iterable[dict[str, Any]]:
    columns = beside(area, areas)
    for spec in indicators:
        period = _period(spec) if spec.smallest_area else {}
        for category, title in (spec.categories or {"all": None}).items():
            for order, (role, kind, code) in enumerate(columns, start=1):
                value, status, note = figure(spec, category, (kind, code))
                yield {
                    "area_type": area[0], "area_code": area[1], "section": spec.section, "item": spec.item,
                    "category": category, "category_title": title, "role": role, "beside_type": kind,
                    "beside_code": code, "beside_order": order, **period, "value": value, "status": status,
                    "note": note, "numerator": None if value is None else value * 2,
                    "denominator": None if value is None else 2.0,
                }  # fmt: skip


def _trends(area: Area, indicators: list[Spec]) -> Iterable[dict[str, Any]]:
    for spec in indicators:
        if not spec.smallest_area or area[1] == SKERRY:
            continue
        of = area[3] if spec.smallest_area == "hscp" and area[0] in ("locality", "ward") and area[3] else area[:2]
        # The third period is missing and keeps its place.
        for category, position in product(spec.categories or ("all",), (1, 2, 4, 5)):
            value, status, note = figure(spec, category, of, position - 1)
            yield {
                "area_type": area[0], "area_code": area[1], "section": spec.section, "item": spec.item,
                "category": category, "of_type": of[0], "of_code": of[1], "position": position,
                **_period(spec, position - 1), "value": value, "status": status, "note": note,
                "broken": BROKEN.get((spec.item, area[1], position)),
            }  # fmt: skip


def _values(areas: list[Area], indicators: list[Spec]) -> Iterable[dict[str, Any]]:
    for spec in indicators:
        for kind, code, *_ in areas:
            for category in spec.categories or ("all",):
                value, status, note = figure(spec, category, (kind, code))
                yield {
                    "indicator_id": spec.item, "area_type": kind, "area_code": code, **_period(spec),
                    "breakdown": "class" if spec.categories else "all", "category": category, "value": value,
                    "method": spec.method, "per": float(spec.per), "status": status,
                    "source_level": spec.smallest_area or "none", "parts": 1, "note": note,
                }  # fmt: skip


def _check(
    door: str, suite: str, position: int, success: bool, severity: str = "should", **more: Any
) -> dict[str, Any]:
    return {
        "door": door, "suite": suite, "position": position, "subject": suite, "expectation": "expect_something",
        "severity": severity, "success": success, "sentence": f"Check {position} of {suite} holds.", **more,
    }  # fmt: skip


CHECKS = [
    _check("extract", "population", 1, True, "must"),
    _check("extract", "population", 2, False, sentence="The oldest age is 85, where 90 was expected <b>.",
           why="The extract of 2021 stopped at 90 & over.", remedy="Ask the publisher which ages were left out.",
           column="age", unexpected=1204),
    _check("curated", "membership", 1, True, "must"),
    _check("profile", "profile", 1, True),
    _check("profile", "profile", 2, False, sentence="Orsay Islands' population grew by 14% in a year.",
           remedy="Look at the data zones."),
]  # fmt: skip
EXTRACTS = [
    {"extract_id": "ab12ab12ab12", "kind": "population", "file": "population/orsay.csv", "layout": "open-data CSV",
     "title": "Population estimates by data zone", "publisher": "Records of Alba Bheag", "rows": 12_345, "bytes": 99,
     "licence": "Open Government Licence v3.0", "page": "https://example.org/population?a=1&b=2", "sha256": "ab12" * 16,
     "claims": "mid-year population 2015 to 2024", "notes": "Two blank rows under the table."},
    {"extract_id": "cd34cd34cd34", "kind": "home_care", "file": "care.xlsx", "sheet": "Table 1", "layout": "workbook",
     "title": "Home care by locality", "publisher": "Records of Alba Bheag", "rows": 60, "bytes": 99,
     "licence": "Open Government Licence v3.0", "page": "javascript:alert(1)", "sha256": "cd34" * 16,
     "claims": "home care 2023/24"},
]  # fmt: skip


def square(west: int, south: int, side: int = 4000) -> bytes:
    """An outline in British National Grid, as the map layer holds it."""
    import shapely

    return bytes(shapely.to_wkb(shapely.box(west, south, west + side, south + side)))


def _overlap(area: tuple[str, str], other: tuple[str, str], persons: float, *shares: float) -> list[dict[str, Any]]:
    """One pair of areas from either side, with the share of the first and of the other."""
    there = {"area_type": area[0], "area_code": area[1], "other_type": other[0], "other_code": other[1],
             "blocks": 1, "persons": persons, "share_of_area": shares[0], "share_of_other": shares[1]}  # fmt: skip
    back = {"area_type": other[0], "area_code": other[1], "other_type": area[0], "other_code": area[1],
            "blocks": 1, "persons": persons, "share_of_area": shares[1], "share_of_other": shares[0]}  # fmt: skip
    return [there, back]


def _fit(
    kind: str, code: str, persons: float, away: float | None, left_out: float | None, **more: Any
) -> dict[str, Any]:
    share = None if away is None or left_out is None else (away + left_out) / persons
    return {
        "area_type": kind, "area_code": code, "blocks": 3, "blocks_split": 0, "persons": persons,
        "persons_from_elsewhere": away, "persons_left_out": left_out, "share_misplaced": share,
        "below_minimum": False, **more,
    }  # fmt: skip


#: What is told of the island's area systems. Wards come from the data-zone lookup: nobody declared them.
PLACES: dict[str, list[dict[str, Any]]] = {
    "area_system": [{
        "area_type": "locality", "title": "Locality", "plural": "Localities", "origin": "boundaries",
        "method": "largest_overlap", "grade": 3, "areas": 4, "blocks": 12, "blocks_split": 1, "population_year": 2022,
        "persons": 12_000.0, "persons_covered": 11_400.0, "persons_misplaced": 240.0, "holes": 1, "overlaps": 0,
        "slivers": 3, "minimum_population": 500, "areas_below_minimum": 1,
    }],
    "area_fit": [
        _fit("locality", NORTH, 4000.0, 30.0, 10.0),
        _fit("locality", WEST, 3000.0, 150.0, 90.0, blocks_split=1, note="Two outlines of it overlap <b>."),
        _fit("locality", SKERRY, 400.0, None, None, below_minimum=True),
    ],
    "area_overlap": [
        *_overlap(("locality", NORTH), ("ward", HARBOUR), 3600.0, 0.9, 1.0),
        *_overlap(("locality", NORTH), ("ward", MOOR), 380.0, 0.095, 0.1),
        *_overlap(("locality", NORTH), ("ward", f"{ORSAY}/OUT"), 19.6, 0.0049, 0.5),
        *_overlap(("locality", WEST), ("ward", MOOR), 2600.0, 0.8667, 0.7),
        *_overlap(("locality", WEST), ("ward", f"{ORSAY}/OUT"), 400.0, 0.1333, 0.4),
        *_overlap(("locality", NORTH), ("hscp", ORSAY), 4000.0, 1.0, 0.5),
        *_overlap(("ward", HARBOUR), ("hscp", ORSAY), 3600.0, 1.0, 0.4),
        *_overlap(("ward", MOOR), ("hscp", ORSAY), 3000.0, 0.8, 0.4),
        *_overlap(("ward", MOOR), ("hscp", FIRTH), 750.0, 0.2, 0.1),
    ],
    "system_link": [
        {"child_type": "locality", "parent_type": "hscp", "relation": "nested", "areas": 4, "nested_areas": 4,
         "share_in_largest": 1.0},
        {"child_type": "ward", "parent_type": "locality", "relation": "partly_nested", "areas": 2, "nested_areas": 1,
         "share_in_largest": 0.912},
        {"child_type": "gp_cluster", "parent_type": "locality", "relation": "not_nested", "areas": 2,
         "nested_areas": 0},
    ],
    "boundary_change": [
        {"area_type": "locality", "block_type": "data_zone_2011", "block_code": f"S0190000{n}",
         "from_edition": "published lookup", "to_edition": "outlines", "from_area": NORTH, "to_area": WEST,
         "kind": "moved", "persons": 206.0, "note": "went from North Isles to <script>"}
        for n in (1, 2)
    ],
    "trend_break": [
        {"area_type": "locality", "area_code": WEST, "broken": date(2023, 4, 1), "reason": "Its boundary moved."},
    ],
    "code_change": [
        {"area_type": "hscp", "old_code": "S37900009", "new_code": FIRTH, "area_name": "Firth",
         "changed": date(2019, 4, 1), "kind": "recoded"},
    ],
    "locality_register": [
        {"partnership_code": ORSAY, "partnership": "Orsay Islands", "locality": "North Isles", "change": "same",
         "now": "North Isles", "area_code": NORTH, "found": True},
        {"partnership_code": ORSAY, "partnership": "Orsay Islands", "locality": "Eilean & Rubha", "change": "renamed",
         "now": "Rubha <Mòr>", "found": False},
        {"partnership_code": ORSAY, "partnership": "Orsay Islands", "locality": "The South", "change": "split",
         "now": "Skerry; West", "found": True},
        {"partnership_code": "S37900077", "partnership": "Elsewhere", "locality": "Far Away", "change": "same",
         "now": "Far Away", "found": False},
    ],
    "map_layer": [
        {"area_type": kind, "area_code": code, "area_name": name, "geometry": square(300_000 + 4000 * n, 900_000),
         "inset": False, "label_easting": 302_000.0 + 4000 * n, "label_northing": 902_000.0}
        for kind in ("locality", "ward")
        for n, (code, name) in enumerate((code, name) for of, code, name, _ in WARDED if of == kind)
    ],
}  # fmt: skip


def country(folder: Path, partnerships: int = 31, localities: int = 128, indicators: int = 30) -> dict[str, Path]:
    """Tables of a whole country, as large as asked for."""
    homes = [("hscp", f"S379{n:05}") for n in range(partnerships)]
    areas = AREAS[:2] + [(*home, f"Partnership {n:02}", BOARD) for n, home in enumerate(homes)]
    for n in range(localities):
        home = homes[n % partnerships]
        areas.append(("locality", f"{home[1]}/place-{n}", f"Place number {n} of Alba Bheag", home))
    models = [INDICATORS[n % len(INDICATORS)] for n in range(indicators)]
    specs = [
        model._replace(item=f"{model.item}_{n}", title=f"{model.title} {n}", categories={})
        for n, model in enumerate(models)
    ]
    specs.sort(key=lambda spec: list(SECTIONS).index(spec.section))
    return write(folder, tables(areas, specs, SECTIONS))
