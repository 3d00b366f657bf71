"""The published outlines, read as an analyst's own file in whatever format and coordinates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from locality_profiles.geography.outlines import Outlines, look_at_file, read_outlines

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def localities(real_extracts: Path) -> Path:
    return real_extracts / "boundaries" / "hsc_locality_scotpho_scotland.geojson"


def read(path: Path) -> Outlines:
    return read_outlines(path, path.name, name_column="area_name", code_column="code")


def test_every_locality_is_read_and_none_needs_mending(localities: Path) -> None:
    found = read(localities)
    assert len(found.names) == 130
    assert shapely.is_valid(found.shapes).all()
    assert found.notes == ()


@pytest.mark.parametrize(
    ("file", "crs"), [("a.gpkg", 27700), ("a.gpkg", 3857), ("a.shp", 32630), ("a.parquet", 4258), ("a.parquet", 27700)]
)
def test_the_same_localities_come_back_from_every_format(localities: Path, tmp_path: Path, file: str, crs: int) -> None:
    import geopandas as gpd

    supplied = gpd.read_file(localities).drop(columns="hscp2019name").to_crs(crs)
    path = tmp_path / file
    if path.suffix == ".parquet":
        supplied.to_parquet(path)
    else:
        supplied.to_file(path)
    expected, found = read(localities), read(path)
    assert found.names.tolist() == expected.names.tolist()
    assert found.codes is not None
    assert found.codes.tolist() == expected.codes.tolist()
    # A locality has up to ten thousand square kilometres.
    assert np.abs(shapely.area(found.shapes) - shapely.area(expected.shapes)).max() < 1


def test_partnerships_are_put_together_from_their_localities(localities: Path) -> None:
    found = read_outlines(localities, localities.name, name_column="hscp2019name")
    assert len(found.names) == 31
    assert shapely.area(found.shapes).sum() == pytest.approx(shapely.area(read(localities).shapes).sum(), rel=1e-3)


def test_every_published_file_of_boundaries_is_told_for_what_it_is(real_extracts: Path) -> None:
    looks = {path.name: look_at_file(path) for path in (real_extracts / "boundaries").iterdir()}
    points = looks.pop("points_scotland_hospitals24.json")
    assert points.kind == "unknown"
    assert {look.kind for look in looks.values()} == {"polygons"}
    assert all(look.name_column and (look.code_column or look.block_column) for look in looks.values())


@pytest.mark.parametrize(
    ("file", "block", "name"),
    [
        ("datazone-to-locality-lookup.csv", "DataZone", "SubHSCPName"),
        ("dz2011_codes_and_labels_21042020.csv", "DataZone", None),  # several levels are named: none stands out
        ("scap_datazone_to_subcouncil_geography_lookup.xlsx", "Datazone 2011 Code", None),
    ],
)
def test_published_lookups_are_told_with_their_blocks(real_extracts: Path, file: str, block: str, name: str) -> None:
    look = look_at_file(real_extracts / "lookups" / file)
    assert (look.kind, look.block_column, look.name_column) == ("table", block, name)
