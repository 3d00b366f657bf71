"""Services of an area: those of its data zones, by kind, on its outline; and the small map of where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from unit.publish import island
from unit.publish.page import Page, Table

from locality_profiles.publish.services import IN_THE_MIDDLE, title_of
from locality_profiles.publish.site import write_site

ZONES = {"S01900001": island.NORTH, "S01900002": island.NORTH, "S01900003": island.WEST}


def member(zone: str, kind: str, code: str, weight: float = 1.0) -> dict[str, Any]:
    return {
        "block_type": "data_zone_2011", "block_code": zone, "area_type": kind, "area_code": code, "weight": weight,
        "method": "lookup", "grade": 1, "extract_id": "0" * 12,
    }  # fmt: skip


def service(
    kind: str, number: int, name: str, zone: str | None, place: tuple[float, float] | None = None
) -> dict[str, Any]:
    easting, northing = place or (None, None)
    return {
        "service_type": kind, "service_code": f"{number}", "service_name": name, "postcode": None, "data_zone": zone,
        "easting": easting, "northing": northing, "extract_id": "0" * 12,
    }  # fmt: skip


MEMBERS = [
    *(member(zone, "locality", code) for zone, code in ZONES.items()),
    *(member(zone, "hscp", island.ORSAY) for zone in ZONES),
    member("S01900003", "locality", island.NORTH, 0.2),  # a split zone belongs where most of it is
]
SERVICES = [
    service("gp_practice", 1, "Ness <Practice>", "S01900001"),
    service("gp_practice", 2, "Sound Practice", "S01900002"),
    service("hospital", 3, "Voe Hospital", "S01900003", (305_000.0, 902_000.0)),
    service("boat_doctor", 4, "The Boat", "S01900003", (306_000.0, 903_000.0)),
    service("hospital", 5, "Hospital elsewhere", None, (302_000.0, 902_000.0)),
]
OUTLINES = [("hscp", island.ORSAY, 300_000, 12_000), ("hscp", island.FIRTH, 330_000, 8000),
            ("locality", island.NORTH, 300_000, 4000), ("locality", island.WEST, 304_000, 4000)]  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    folder = tmp_path_factory.mktemp("services")
    layer = [
        {"area_type": kind, "area_code": code, "area_name": code, "geometry": island.square(west, 900_000, side),
         "inset": False, "label_easting": 0.0, "label_northing": 0.0}
        for kind, code, west, side in OUTLINES
    ]  # fmt: skip
    zone = {"area_type": "data_zone_2011", "area_code": "S01900001", "area_name": "x", "extract_id": "0" * 12,
            "geometry": bytes(shapely.to_wkb(shapely.box(301_000, 901_000, 302_000, 902_000)))}  # fmt: skip
    tables = island.write(folder / "tables", {
        **island.tables(island.AREAS, island.INDICATORS, island.SECTIONS), "membership": MEMBERS, "service": SERVICES,
        "map_layer": layer, "boundary": [zone],
    })  # fmt: skip
    written = write_site(tables, folder / "site", island.edition())
    return {path.name: Page(path) for path in written if path.parent.name == "areas"}


@pytest.fixture(scope="module")
def north(pages: dict[str, Page]) -> Page:
    return pages["S37900001-north-isles.html"]


def table(page: Page, caption: str) -> Table:
    return next(found for found in page.tables if caption in found.caption)


def shape_titles(page: Page) -> str:
    return Path(page.path).read_text(encoding="utf-8")


def test_an_area_lists_the_services_of_its_data_zones_by_kind(pages: dict[str, Page], north: Page) -> None:
    assert table(north, "Services with an address").texts()[1:] == [
        ["GP practices", "2", "Ness <Practice>; Sound Practice"],
    ]
    home = table(pages["S37900001.html"], "Services with an address")
    assert [texts[:2] for texts in home.texts()[1:]] == [
        ["GP practices", "2"],
        ["Hospitals", "1"],
        ["Boat doctor", "1"],
    ]
    assert "elsewhere" not in home.texts()[2][2]


def test_a_service_without_a_place_is_drawn_in_its_data_zone_or_only_counted(north: Page) -> None:
    key = table(north, "Services on the map")
    assert key.texts()[1][1:] == ["GP practices (1 not on the map)", "2"]
    assert IN_THE_MIDDLE in north.words
    source = shape_titles(north)
    assert "<title>GP practices: Ness &lt;Practice&gt;</title>" in source
    assert "<title>GP practices: Sound Practice</title>" not in source


def test_a_partnership_has_the_lines_of_its_localities(pages: dict[str, Page]) -> None:
    assert "Heavy lines are the borders between localities." in shape_titles(pages["S37900001.html"])
    assert "Heavy lines" not in shape_titles(pages["S37900001-west.html"])


def test_an_area_without_services_has_no_such_part(pages: dict[str, Page]) -> None:
    assert "Services here" not in pages["S37900001-skerry.html"].words


def test_a_small_map_says_where_an_area_lies(pages: dict[str, Page], north: Page) -> None:
    assert "Where North Isles is" in shape_titles(north)
    assert "North Isles" in north.headings["h1"][0]
    assert "is dark among 2 areas." in shape_titles(north)
    assert "Where Skerry is" not in shape_titles(pages["S37900001-skerry.html"])  # it has no outline
    assert "is dark among 2 areas." in shape_titles(pages["S37900001.html"])


def test_a_kind_of_service_without_a_title_is_called_by_its_own_name() -> None:
    assert title_of("minor_injury_unit") == "Minor injury units"
    assert title_of("boat_doctor") == "Boat doctor"
