"""Hostile files for ``areas add``: put right where that is safe and said so, refused where not; nothing half done."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import running
import samples
import shapely
from pictures import csv_file, geojson

from locality_profiles import cli
from locality_profiles.starting import make_workspace
from locality_profiles.workspace import read_workspace

LONG = "Sgìre nan Eilean Siar agus Òban, Ùige is Àird a' Chaolais gu h-iomlan an-diugh"
NAMES = {"North/East & 'West'": (1, 10), '<b>Mid</b> "Isle"': (11, 20), LONG: (21, 30)}


# --- drawing --------------------------------------------------------------------------------------


class Map:
    """The data zones of the sample's island, to draw areas from."""

    def __init__(self, workspace: Path) -> None:
        file = workspace / "data" / "raw" / "boundaries" / "datazone2011_simplified.geojson"
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        self.zones = {f["properties"]["dz11_code"]: shapely.geometry.shape(f["geometry"]) for f in features}

    def area(self, first: int, last: int) -> Any:
        """The zones from one number to another as one outline."""
        return shapely.union_all([self.zones[f"S019{number:05}"] for number in range(first, last + 1)])


def outlines(path: Path, *areas: tuple[Any, Any], crs: str | None = None) -> Path:
    """Areas as GeoJSON: pairs of a name (or of all properties) and a shape."""
    drawn = [None if shape is None else shapely.geometry.mapping(shape) for _, shape in areas]
    told = [name if isinstance(name, dict) else {"Patch": name} for name, _ in areas]
    return geojson(path, *zip(told, drawn, strict=True), crs=crs)


def turned(shape: Any) -> Any:
    """Latitude before longitude."""
    return shapely.transform(shape, lambda coordinates: coordinates[:, ::-1])


def metres(shape: Any) -> Any:
    """The same on the British National Grid."""
    import pyproj

    to_grid = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    return shapely.transform(shape, to_grid.transform, interleaved=False)


def crossing(shape: Any) -> Any:
    """The largest part of an outline with two of its corners in the wrong order."""
    ring = list(max(shapely.get_parts(shape), key=shapely.area).exterior.coords)
    ring[5], ring[6] = ring[6], ring[5]
    crossed = shapely.Polygon(ring)
    assert not crossed.is_valid
    return crossed


def bow(shape: Any) -> Any:
    """A figure of eight across an area."""
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


def shapefile(path: Path, *areas: tuple[str, Any], without: str = "") -> Path:
    """Areas as a shapefile, in metres and without one of its parts."""
    import geopandas

    frame = geopandas.GeoDataFrame({"Patch": [name for name, _ in areas]}, geometry=[shape for _, shape in areas])
    frame.set_crs("EPSG:27700").to_file(path)
    path.with_suffix(without).unlink()
    return path


# --- running --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def island(tmp_path_factory) -> Path:
    """The sample, not built: what is refused, or only tried, leaves it as it is."""
    folder = tmp_path_factory.mktemp("island") / "workspace"
    make_workspace(folder, sample=True)
    return folder


@pytest.fixture(scope="module")
def drawn(island) -> Map:
    return Map(island)


@pytest.fixture
def command(monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """Run the command line here: exit code, and all that it printed."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["locality-profiles", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert "Something unexpected" not in printed.err
        return int(ended.value.code or 0), printed.out + printed.err

    return run


def settings_of(workspace: Path) -> tuple[bytes, bool]:
    return (workspace / "profiles.toml").read_bytes(), (workspace / "areas").exists()


# --- refused --------------------------------------------------------------------------------------

TABLE = """
    DataZone  | Patch
    S01900001 | North
    S01900002 | North
    S01900003 | South
"""
SHARED = """
    DataZone  | Patch | Share
    S01900001 | North | 1
    S01900002 | North | 0.75
    S01900002 | South | {share}
"""
POINTS = """
    Surgery | lon  | lat
    Ness    | -5.6 | 60.18
    Wick    | -5.4 | 60.2
"""

REFUSED_OUTLINES = [
    pytest.param(lambda p, m: outlines(p, ("North", bow(m.area(1, 10))), ("South", m.area(21, 30))), (),
                 ["row 1", "'North': the outline crosses itself", "more than 10%", "QGIS"], id="crosses itself badly"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), crs="EPSG:999999"), (),
                 ["coordinate system 'EPSG:999999' is not known", "--crs EPSG:27700"], id="unknown coordinates"),
    pytest.param(lambda p, m: outlines(p, ("North", shapely.box(5000, 50, 6000, 60))), (),
                 ["row 1", "eastings and northings, and the file says longitude and latitude", "--crs"],
                 id="coordinates of nowhere"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("Away", shapely.box(10, 50, 11, 51))), (),
                 ["row 2", "'Away'", "does not lie in Great Britain"], id="another country"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("Sea", shapely.box(-7.2, 60.1, -7.1, 60.2))), (),
                 ["'Sea' gets no data zone", "--fit land"], id="an area where nobody lives"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 12)), ("South", m.area(11, 30))), (),
                 ["'North' and 'South' share", "square kilometres", "Draw them apart"], id="outlines that overlap"),
    pytest.param(lambda p, m: outlines(p, ({"Patch": "North", "Code": "S13900001"}, m.area(1, 10)),
                                       ({"Patch": "North", "Code": "S13900002"}, m.area(11, 20))),
                 ("--code-column", "Code"),
                 ["of one partnership have one name", "North, North", "Give each its own name"],
                 id="one name and two codes"),
    pytest.param(lambda p, m: outlines(p, ("Ness & Wick", m.area(1, 10)), ("Ness and Wick", m.area(11, 20))), (),
                 ["'Ness & Wick' and 'Ness and Wick' are too alike", "'ness-and-wick'"], id="names too alike"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("", m.area(11, 20)), (None, m.area(21, 30))), (),
                 ["rows 2, 3", "column 'Patch'", "the area has no name", "Fill it in"], id="no name"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("South", None)), (),
                 ["row 2", "'South': the geometry is missing"], id="no outline"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("South", shapely.Point(-5.6, 60.2))), (),
                 ["row 2", "'South': found Point where a Polygon"], id="a point among outlines"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10))), ("--name-column", "Pach"),
                 ["column 'Pach'", "Did you mean 'Patch'?"], id="no such column"),
]  # fmt: skip

REFUSED_TABLES = [
    pytest.param(f"{TABLE}S01900003 | North", [], ["rows 4, 5", "column 'DataZone'", "more than one row"],
                 id="a block in two areas"),
    pytest.param(SHARED.format(share=0.5), [], ["rows 3, 4", "add up to more than 1: S01900002 (1.25)", "Correct"],
                 id="weights above one"),
    pytest.param(SHARED.format(share=25), [], ["row 4", "column 'Share'", "up to 1", "Divide percentages by 100"],
                 id="weights in per cent"),
    pytest.param(SHARED.format(share=-0.1), [], ["row 4", "column 'Share'", "negative"], id="a weight below nothing"),
    pytest.param(SHARED.format(share=""), [], ["row 4", "column 'Share'", "every row must have a number"],
                 id="a weight left out"),
    pytest.param(SHARED.format(share="half"), [], ["row 4", "column 'Share'", "'half'"], id="a weight in words"),
    pytest.param(f"{TABLE}S01990001 | South", [], ["row 5", "column 'DataZone'", "S01990001", "zones of 2001"],
                 id="a code of another edition"),
    pytest.param(TABLE.replace("S0190", "S0198"), [], ["zones of 2022", "no conversion", "Add the lookup between"],
                 id="all codes of another edition"),
    pytest.param(f"{TABLE}S01909999 | South", [], ["row 5", "unknown data-zone codes: S01909999"],
                 id="an unknown code"),
    pytest.param(f"{TABLE}S0190001 | South\nS12900001 | South", [],
                 ["rows 5, 6", "'S0190001', 'S12900001'", "a data zone code like S01000000"], id="no code at all"),
    pytest.param(f"{TABLE}S01900004 |", [], ["row 5", "column 'Patch'", "the cell is empty"], id="a name left out"),
    pytest.param(f"{TABLE}S01900004 | SOUTH", [], ["one code, S37900001/south", "South", "SOUTH"],
                 id="one name in two spellings"),
    pytest.param("Place | People\nNess | 4\nWick | 5", [], ["Its columns: 'Place', 'People'", "--block-column"],
                 id="a table of something else"),
]  # fmt: skip

REFUSED_POINTS = [
    pytest.param(POINTS.replace("-5.4", "10"), ["it cannot be told where they are", "--crs EPSG:27700"],
                 id="a point abroad"),
    pytest.param(POINTS.replace("Wick", "Ness"), ["rows 2, 3", "column 'Surgery'", "more than one row"],
                 id="two points of one name"),
    pytest.param(POINTS.replace("60.2", "north"), ["row 3", "column 'lat'", "'north'"], id="a coordinate in words"),
    pytest.param(POINTS.replace("-5.4", ""), ["row 3", "column 'lon'"], id="a coordinate left out"),
    pytest.param("Surgery | Postcode\nNess | ZZ9 9ZZ\nWick | ZZ9 9ZY",
                 ["row 2", "'Ness' has the postcode ZZ9 9ZZ", "row 3", "Give easting and northing"],
                 id="postcodes that nobody knows"),
    pytest.param(POINTS.replace("-5.4 | 60.2", "-5.6 | 60.18"), ["'Wick' gets no data zone"],
                 id="two points in one place"),
]  # fmt: skip

REFUSED_FILES = [
    pytest.param("patch.geojson", b"", ["the file is empty"], id="an empty file"),
    pytest.param("patch.geojson", b"hello, world\n1, 2\n", ["a text file", "promises a GeoJSON file"],
                 id="a wrong ending"),
    pytest.param("patch.geojson", b'{"type": "FeatureCollection", "feat', ["cut short or damaged"], id="a torn file"),
    pytest.param("patch.geojson", b'{"type": "FeatureCollection", "features": []}', ["no features"], id="no features"),
    pytest.param("patch.gpkg", b"SQLite format 3\x00 and then nothing", ["a GeoPackage", "cut short or damaged"],
                 id="a torn GeoPackage"),
    pytest.param("patch.zip", b"PK\x03\x04 and then nothing", ["a zip archive", "cut short or damaged"],
                 id="a torn zip"),
]  # fmt: skip


def refused(command, island, path, *options, name="patch"):
    """What ``areas add`` prints of a file that it refuses, leaving the workspace as it was."""
    before = settings_of(island)
    code, printed = command("areas", "add", name, "--from", path, "--workspace", island, *options)
    assert settings_of(island) == before
    assert code in (1, 2)
    assert f"'{name}' was not added, and nothing was changed." in printed
    assert str(path.parent) not in printed  # a file is called by its name
    return code, printed


@pytest.mark.parametrize(("draw", "options", "said"), REFUSED_OUTLINES)
def test_outlines_that_cannot_be_used(command, island, drawn, tmp_path, draw, options, said):
    options = options if "--name-column" in options else (*options, "--name-column", "Patch")
    _, printed = refused(command, island, draw(tmp_path / "patch.geojson", drawn), *options)
    for phrase in said:
        assert phrase in printed


@pytest.mark.parametrize(("drawing", "options", "said"), REFUSED_TABLES)
def test_tables_that_cannot_be_used(command, island, tmp_path, drawing, options, said):
    code, printed = refused(command, island, csv_file(tmp_path / "patch.csv", drawing), *options)
    assert code == 1
    for phrase in ("patch.csv", *said):
        assert phrase in printed


@pytest.mark.parametrize(("drawing", "said"), REFUSED_POINTS)
def test_points_that_cannot_be_used(command, island, tmp_path, drawing, said):
    code, printed = refused(command, island, csv_file(tmp_path / "patch.csv", drawing))
    assert code == 1
    for phrase in said:
        assert phrase in printed


@pytest.mark.parametrize(("name", "content", "said"), REFUSED_FILES)
def test_files_that_are_no_files_of_areas(command, island, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    code, printed = refused(command, island, path)
    assert code == 1
    for phrase in (name, *said):
        assert phrase in printed


def test_a_shapefile_without_its_table(command, island, drawn, tmp_path):
    path = shapefile(tmp_path / "patch.shp", ("North", metres(drawn.area(1, 10))), without=".dbf")
    _, printed = refused(command, island, path)
    assert "there is no patch.dbf beside this one" in printed


def test_a_fit_that_lacks_its_ground(command, island, drawn, tmp_path):
    folder = tmp_path / "workspace"
    shutil.copytree(island, folder, ignore=shutil.ignore_patterns("postcode_directory"))
    path = outlines(tmp_path / "patch.geojson", ("North", drawn.area(1, 10)), ("South", drawn.area(11, 30)))
    _, printed = refused(command, folder, path, "--fit", "population")
    assert "needs a postcode directory with people among the extracts. Add one, or use --fit land." in printed


def test_a_file_that_is_not_there(command, island, tmp_path):
    _, printed = refused(command, island, tmp_path / "patch.csv")
    assert "patch.csv: there is no such file" in printed


def test_everything_wrong_with_a_file_is_said_at_once(command, island, tmp_path):
    drawing = SHARED.format(share="half") + "S0190001 | South | 1\nS01900003 | | 1\n"
    _, printed = refused(command, island, csv_file(tmp_path / "patch.csv", drawing))
    for phrase in ("3 problems", "'half'", "'S0190001'", "column 'Patch'"):
        assert phrase in printed


def test_a_refusal_can_be_read_by_a_program(command, island, tmp_path):
    path = csv_file(tmp_path / "patch.csv", f"{TABLE}S01900003 | North")
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", island, "--json")
    told = json.loads(printed)
    assert (code, told["error"]) == (1, "extract_refused")
    assert [(p["file"], p["column"], p["rows"]) for p in told["problems"]] == [("patch.csv", "DataZone", [4, 5])]


# --- put right, and said --------------------------------------------------------------------------

PUT_RIGHT = [
    pytest.param(lambda p, m: outlines(p, ("North", crossing(m.area(1, 10))), ("South", m.area(27, 30))),
                 ["crossed or nested their own rings, mended: 1"], id="a small crossing"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 10)), ("South", m.area(27, 30)), crs="EPSG:27700"),
                 ["stated as EPSG:27700", "longitude and latitude, and were read as such"], id="degrees called metres"),
    pytest.param(lambda p, m: outlines(p, ("North", metres(m.area(1, 10))), ("South", metres(m.area(27, 30)))),
                 ["eastings and northings of the British National Grid, and were read as such"],
                 id="metres called degrees"),
    pytest.param(lambda p, m: outlines(p, ("North", turned(m.area(1, 10))), ("South", turned(m.area(27, 30)))),
                 ["latitude before longitude, and were read as such"], id="latitude before longitude"),
    pytest.param(lambda p, m: shapefile(p.with_suffix(".shp"), ("North", metres(m.area(1, 10))),
                                        ("South", metres(m.area(27, 30))), without=".prj"),
                 ["no coordinate system is stated", "British National Grid"], id="no coordinate system"),
    pytest.param(lambda p, m: outlines(p, ("North", m.area(1, 5)), ("South", m.area(27, 30)), ("North", m.area(6, 10))),
                 ["2 outlines of 'North' were put together"], id="one area in two rows"),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "said"), PUT_RIGHT)
def test_what_can_be_put_right_without_a_guess_is_and_said(command, island, drawn, tmp_path, draw, said):
    before = settings_of(island)
    path = draw(tmp_path / "patch.geojson", drawn)
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", island, "--dry-run", "--json")
    told = json.loads(printed)
    assert code == 0
    assert [row["area_name"] for row in told["areas"]] == ["North", "South"]
    assert [row["blocks"] for row in told["areas"]][1] == 4
    for phrase in said:
        assert phrase in " ".join(told["notes"])
    assert settings_of(island) == before


def test_weights_below_one_leave_the_rest_in_no_area(command, island, tmp_path):
    path = csv_file(tmp_path / "patch.csv", SHARED.format(share=0.125))
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", island, "--dry-run")
    assert code == 0
    assert "1 lie partly in none; they are counted under a code that ends in OUT" in printed
    assert "1 data zone lies across a line" in printed


def test_coordinates_of_points_tell_in_which_system_they_are(command, island, tmp_path):
    for name, swap in (("right", False), ("wrong", True)):
        drawing = POINTS.replace("lon ", "lat ").replace("| lat\n", "| lon\n") if swap else POINTS
        path = csv_file(tmp_path / f"{name}.csv", drawing)
        code, printed = command(
            "areas", "add", "catchment", "--from", path, "--workspace", island, "--dry-run", "--json"
        )
        assert code == 0
        assert sum(row["blocks"] for row in json.loads(printed)["areas"]) == 30


def test_a_small_area_is_added_and_pointed_out(command, island, tmp_path):
    settings = island / "profiles.toml"
    path = csv_file(tmp_path / "patch.csv", TABLE)
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", island, "--dry-run", "--json")
    assert code == 0
    assert json.loads(printed)["system"]["areas_below_minimum"] == 0
    assert "patch" not in settings.read_text(encoding="utf-8")


# --- names, all the way ---------------------------------------------------------------------------


def test_strange_names_reach_the_pages_whole(command, sample, tmp_path):
    """Slashes, ampersands, quotes, brackets, seventy characters and Gaelic: added, built, on pages of their own."""
    folder = samples.copy_of(sample, tmp_path / "workspace")
    drawn = Map(folder)
    path = outlines(tmp_path / "bits & pieces.geojson", *((name, drawn.area(*zones)) for name, zones in NAMES.items()))
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", folder, "--title", 'Patch "<&>"')
    assert code == 0
    assert "'patch' was added to profiles.toml" in printed
    assert (folder / "areas" / "bits & pieces.geojson").is_file()
    assert read_workspace(folder).systems[-1].title == 'Patch "<&>"'

    done, release = running.publish(folder, ("site",), ())
    rows = done.ask("select area_code, area_name from area where area_type = 'patch' and area_code not like '%OUT'")
    codes = dict(rows)
    assert sorted(codes.values()) == sorted(NAMES)
    assert all(code.startswith("S37900001/") and code.count("/") == 1 for code in codes)
    assert len(done.ask("select distinct area_code from profile where area_type = 'patch'")) == 3
    site = release.folder / "site"
    pages = {page: page.read_text(encoding="utf-8") for page in site.rglob("*.html") if "data-docs" not in page.parts}
    assert not any("<b>Mid</b>" in text for text in pages.values())
    for escaped in ("North/East &amp; &#39;West&#39;", "&lt;b&gt;Mid&lt;/b&gt; &#34;Isle&#34;"):
        assert any(f"<h1>{escaped}" in text or f">{escaped}<" in text for text in pages.values())

    code, printed = command("areas", "list", "--workspace", folder, "--json")
    listed = {row["name"]: row for row in json.loads(printed)}
    assert (listed["patch"]["built"], listed["patch"]["areas"], listed["patch"]["profiled"]) == (True, 3, True)
    code, printed = command("areas", "fit", "--workspace", folder)
    assert code == 0
    code, printed = command("areas", "list", "patch", "--workspace", folder)
    assert "S37900001/north-east-and-west" in printed.replace("\n", "")


def test_adding_twice_gives_the_same_settings(command, island, drawn, tmp_path):
    folder = tmp_path / "workspace"
    shutil.copytree(island, folder)
    path = outlines(tmp_path / "patch.geojson", ("North", drawn.area(1, 10)), ("South", drawn.area(11, 30)))
    command("areas", "add", "patch", "--from", path, "--workspace", folder)
    once = (folder / "profiles.toml").read_bytes()
    code, printed = command("areas", "add", "patch", "--from", path, "--workspace", folder, "--replace", "--json")
    assert code == 0
    assert json.loads(printed)["replaced"]
    assert (folder / "profiles.toml").read_bytes() == once
    assert [file.name for file in (folder / "areas").iterdir()] == ["patch.geojson"]
