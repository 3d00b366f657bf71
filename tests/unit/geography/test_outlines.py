"""Areas from files of outlines in any format, and what a file seems to be."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from pictures import csv_file, geojson, square, workbook
from shapely import GeometryCollection, Point, area, box, symmetric_difference

from locality_profiles.errors import ExtractRefused
from locality_profiles.geography.outlines import guess_name_column, look_at_file, read_outlines

GRID = "urn:ogc:def:crs:EPSG::27700"
EAST, NORTH = 440_000, 1_140_000
NAMES = ("North Isle", "Haven", "Sound & Voe")


def field(x: float = 0, y: float = 0, side: float = 100) -> Any:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def frame(names: Any = NAMES, crs: Any = 27700, **columns: Any) -> gpd.GeoDataFrame:
    """Fields side by side, one for each name."""
    shapes = [field(200 * number) for number in range(len(names))]
    table = gpd.GeoDataFrame({"name": list(names), **columns}, geometry=shapes, crs=27700)
    return table.to_crs(crs)


def features(path: Path, *rows: tuple[Any, ...], crs: str | None = GRID) -> Path:
    """A GeoJSON file of (name, code, geometry), or of (name, geometry) where there are no codes."""
    shapes = [
        ({"name": name, **({"code": rest[0]} if len(rest) > 1 else {})}, rest[-1]) for name, *rest in rows
    ]  # fmt: skip
    return geojson(path, *shapes, crs=crs)


def plot(x: float = 0, side: float = 100) -> dict[str, Any]:
    return square(EAST + x, NORTH, side)


def read(path: Path, **said: Any) -> Any:
    return read_outlines(path, path.name, **{"name_column": "name", **said})


def refusal(path: Path, **said: Any) -> str:
    with pytest.raises(ExtractRefused) as refused:
        read(path, **said)
    return str(refused.value)


def zipped_shapefile(path: Path, table: gpd.GeoDataFrame, inside: str = "from our GIS team/") -> Path:
    table.to_file(path.parent / "areas.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(path.parent.glob("areas.*")):
            archive.write(part, f"{inside}{part.name.upper()}")
            part.unlink()
        archive.writestr("__MACOSX/._areas.shp", b"left by a Mac")
        archive.writestr("read me.txt", b"Areas as agreed in March.")
    return path


def saved(write: Callable[[gpd.GeoDataFrame, Path], Any]) -> Callable[[Path, gpd.GeoDataFrame], Path]:
    return lambda path, table: (write(table, path), path)[1]


FORMATS = {
    "areas.geojson": saved(lambda table, path: table.to_file(path, driver="GeoJSON")),
    "areas.gpkg": saved(lambda table, path: table.to_file(path)),
    "areas.shp": saved(lambda table, path: table.to_file(path)),
    "AREAS.ZIP": zipped_shapefile,
    "areas.parquet": saved(lambda table, path: table.to_parquet(path)),
}


# --- formats and coordinates ----------------------------------------------------------------------


@pytest.mark.parametrize("crs", [27700, 4326, 3857])
@pytest.mark.parametrize("file", FORMATS)
def test_every_format_in_any_coordinates_gives_the_same_areas(tmp_path, file, crs):
    path = FORMATS[file](tmp_path / file, frame(crs=crs))
    found = read(path)
    assert found.names.tolist() == list(NAMES)
    expected = np.array([field(200 * number) for number in range(3)])
    assert area(symmetric_difference(found.shapes, expected)).max() < 1  # there and back moves a corner by a millimetre
    assert (found.codes, found.notes) == (None, ())


@pytest.mark.parametrize("file", ["areas.gpkg", "areas.parquet"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_without_a_coordinate_system_is_read_as_its_coordinates_say(tmp_path, file):
    found = read(FORMATS[file](tmp_path / file, frame().set_crs(None, allow_override=True)))
    assert area(found.shapes) == pytest.approx(10_000)
    assert "no coordinate system is stated" in found.notes[0]


def test_a_shapefile_that_lost_its_projection_is_read_as_its_coordinates_say(tmp_path):
    path = FORMATS["areas.shp"](tmp_path / "areas.shp", frame(crs=4326))
    (tmp_path / "areas.prj").unlink()
    found = read(path)
    assert area(found.shapes) == pytest.approx(10_000, rel=1e-6)
    assert "the coordinates are longitude and latitude" in found.notes[0]


def test_metres_in_geojson_that_does_not_say_so_are_taken_as_metres(tmp_path):
    found = read(features(tmp_path / "areas.geojson", ("Haven", plot()), crs=None))
    assert found.shapes[0].bounds == field().bounds
    assert "the coordinates are eastings and northings" in found.notes[0]


def test_a_coordinate_system_can_be_named_where_the_file_names_a_wrong_one(tmp_path):
    wrong = frame(crs=32630).set_crs(3857, allow_override=True)
    path = FORMATS["areas.gpkg"](tmp_path / "areas.gpkg", wrong)
    assert "does not lie in Great Britain" in refusal(path)
    found = read(path, crs="EPSG:32630")
    assert area(found.shapes) == pytest.approx(10_000)
    assert found.notes == ("profiles.toml names the coordinate system EPSG:32630, where the file names another",)


def test_a_fault_of_an_outline_is_told_with_its_row_and_its_name(tmp_path):
    bowtie = {"type": "Polygon", "coordinates": [[[EAST, NORTH], [EAST + 9, NORTH + 9], [EAST + 9, NORTH],
                                                  [EAST, NORTH + 9], [EAST, NORTH]]]}  # fmt: skip
    point = {"type": "Point", "coordinates": [EAST, NORTH]}
    path = features(tmp_path / "a.geojson", ("Haven", plot()), ("Twisted", bowtie), ("Quay", point), ("Voe", None))
    message = refusal(path)
    assert "a.geojson was refused: 3 problems." in message
    assert "a.geojson, row 2: 'Twisted': the outline crosses itself, and mending it would change its area" in message
    assert "a.geojson, row 3: 'Quay': found Point where a Polygon or MultiPolygon was expected" in message
    assert "a.geojson, row 4: 'Voe': the geometry is missing" in message


# --- layers and columns ---------------------------------------------------------------------------


def two_layers(path: Path) -> Path:
    frame(["Haven"]).to_file(path, layer="wards")
    frame(["Voe", "Sound"]).to_file(path, layer="clusters", mode="a")
    return path


def test_of_several_layers_one_must_be_named(tmp_path):
    path = two_layers(tmp_path / "areas.gpkg")
    assert "the file has 2 layers ('wards', 'clusters'), and none is named" in refusal(path)
    assert read(path, layer="clusters").names.tolist() == ["Voe", "Sound"]


def test_a_layer_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    message = refusal(two_layers(tmp_path / "areas.gpkg"), layer="cluster")
    assert "there is no layer 'cluster'; there is 'wards', 'clusters'. Did you mean 'clusters'?" in message


def test_a_table_without_outlines_is_no_layer(tmp_path):
    path = tmp_path / "areas.gpkg"
    frame(["Haven"]).to_file(path, layer="areas")
    pyogrio.raw.write(path, None, [np.array(["x"], dtype=object)], ["note"], layer="notes", append=True, driver="GPKG")
    assert len(pyogrio.list_layers(path)) == 2
    assert read(path).names.tolist() == ["Haven"]


def test_a_wrong_column_is_refused_with_those_that_there_are(tmp_path):
    message = refusal(features(tmp_path / "a.geojson", ("Haven", "K1", plot())), name_column="nam", code_column="kode")
    assert "column 'nam': there is no such column; there is 'name', 'code'. Did you mean 'name'?" in message
    assert "column 'kode': there is no such column; there is 'name', 'code'. Did you mean 'code'?" in message


def test_a_column_is_found_whatever_its_capitals(tmp_path):
    assert read(features(tmp_path / "a.geojson", ("Haven", plot())), name_column=" NAME").names.tolist() == ["Haven"]


def test_numbers_may_be_names_and_codes(tmp_path):
    found = read(FORMATS["areas.gpkg"](tmp_path / "a.gpkg", frame([1, 2], nr=[7.0, 8.0])), code_column="nr")
    assert (found.names.tolist(), found.codes.tolist()) == (["1", "2"], ["7", "8"])


# --- names ----------------------------------------------------------------------------------------

HARD_NAMES = (
    "A/B", "Sound & Voe", "St Ninian's", "<b>Bold</b>", 'The "Ness"', "Dùn Èideann", "Sgìre a’ Chinn a Tuath",
    "The communities of the northern and the western isles and of their skerries, 1975",
)  # fmt: skip


@pytest.mark.parametrize("file", FORMATS)
def test_hard_names_survive_every_format(tmp_path, file):
    assert read(FORMATS[file](tmp_path / file, frame(HARD_NAMES))).names.tolist() == list(HARD_NAMES)


@pytest.mark.parametrize("encoding", ["UTF-8", "cp1252"])
def test_a_shapefile_that_lost_its_encoding_keeps_its_letters(tmp_path, encoding):
    path = tmp_path / "areas.shp"
    frame(["Dùn Èideann", "Haven"]).to_file(path, encoding=encoding)
    (tmp_path / "areas.cpg").unlink()
    assert read(path).names.tolist() == ["Dùn Èideann", "Haven"]


def test_blanks_are_tidied_and_letters_composed(tmp_path):
    path = features(tmp_path / "a.geojson", ("  North\u00a0 Isle\n", plot()), ("Du\u0300n", plot(200)))
    assert read(path).names.tolist() == ["North Isle", "D\u00f9n"]


def test_a_missing_name_is_refused_with_its_row(tmp_path):
    message = refusal(features(tmp_path / "a.geojson", ("Haven", plot()), (None, plot(200)), (" ", plot(400))))
    assert "rows 2, 3, column 'name': the area has no name. Fill it in." in message


def test_a_missing_code_is_refused_with_its_row(tmp_path):
    path = features(tmp_path / "a.geojson", ("Haven", "K1", plot()), ("Voe", None, plot(200)))
    assert "row 2, column 'code': the area has no code. Fill it in, or leave code_column out." in refusal(
        path, code_column="code"
    )
    assert read(path).codes is None


def test_names_that_would_have_one_address_are_refused_by_name(tmp_path):
    message = refusal(features(tmp_path / "a.geojson", ("A & B", plot()), ("A and B", plot(200)), ("C", plot(400))))
    assert "rows 1, 2, column 'name': the names 'A & B' and 'A and B' are too alike" in message
    assert "'a-and-b'" in message


# --- outlines of one name -------------------------------------------------------------------------


def test_outlines_of_one_name_become_one_area(tmp_path):
    path = features(tmp_path / "a.geojson", ("Haven", plot()), ("Voe", plot(500)), (" Haven ", plot(100)),
                    ("Haven", plot(900)))  # fmt: skip
    found = read(path)
    assert found.names.tolist() == ["Haven", "Voe"]
    assert area(found.shapes).tolist() == [3 * 100 * 100, 100 * 100]
    assert found.notes == ("3 outlines of 'Haven' were put together",)


def test_of_many_that_were_put_together_a_few_are_named(tmp_path):
    rows = [(f"Isle {letter}", plot(200 * n)) for n, letter in enumerate("ABCDEFGH" * 2)]
    assert read(features(tmp_path / "a.geojson", *rows)).notes[4:] == (
        "2 outlines of 'Isle E' were put together", "so were those of 3 more areas",
    )  # fmt: skip


def test_outlines_of_one_name_and_one_code_become_one_area(tmp_path):
    path = features(tmp_path / "a.geojson", ("Haven", "K1", plot()), ("Haven", "K1", plot(500)))
    found = read(path, code_column="code")
    assert (found.names.tolist(), found.codes.tolist()) == (["Haven"], ["K1"])


def test_codes_tell_two_areas_of_one_name_apart(tmp_path):
    path = features(tmp_path / "a.geojson", ("East", "K1", plot()), ("East", "K2", plot(500)))
    found = read(path, code_column="code")
    assert (found.names.tolist(), found.codes.tolist()) == (["East", "East"], ["K1", "K2"])


def test_two_areas_of_one_code_are_refused(tmp_path):
    path = features(tmp_path / "a.geojson", ("East", "K1", plot()), ("West", "K1", plot(500)))
    assert "rows 1, 2, column 'code': 2 areas have the code 'K1' and are called 'East' and 'West'" in refusal(
        path, code_column="code"
    )


# --- files that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("file", FORMATS)
def test_a_file_that_was_cut_short_is_one_plain_sentence(tmp_path, capfd, file, kept):
    path = FORMATS[file](tmp_path / file, frame())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    message = refusal(path)
    assert "cut short" in message
    assert "Traceback" not in message
    assert len(message.splitlines()) == 2
    assert capfd.readouterr().err == ""


def test_a_shapefile_whose_table_was_cut_short_is_refused(tmp_path):
    path = FORMATS["areas.shp"](tmp_path / "areas.shp", frame())
    table = tmp_path / "areas.dbf"
    table.write_bytes(table.read_bytes()[:-90])
    assert "cut short or damaged" in refusal(path)


@pytest.mark.parametrize("side", ["shx", "dbf"])
def test_a_shapefile_without_a_side_file_is_refused_by_its_name(tmp_path, side):
    path = FORMATS["areas.shp"](tmp_path / "areas.shp", frame())
    (tmp_path / f"areas.{side}").unlink()
    assert f"there is no areas.{side} beside this one" in refusal(path)


@pytest.mark.parametrize("side", ["areas.dbf", "areas.shx"])
def test_a_side_file_is_not_the_shapefile(tmp_path, side):
    FORMATS["areas.shp"](tmp_path / "areas.shp", frame())
    assert "Name " in refusal(tmp_path / side)
    assert ".shp" in refusal(tmp_path / side)


@pytest.mark.parametrize(
    ("file", "content", "phrase"),
    [
        ("areas.gpkg", b"", "the file is empty"),
        ("areas.csv", b"name,code\nHaven,1\n", "it is no file of outlines"),
        ("areas.vrt", b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", "it is no file of outlines"),
        ("areas.geojson", b'{"type": "Topology"}', "the JSON holds no features"),
        ("areas.geojson", b'{"type": "FeatureCollection", "features": []}', "the file holds no features"),
        ("areas.gpkg", b"SQLite format 3\x00" + bytes(900), "cannot be read as a GeoPackage"),
    ],
)
def test_what_is_no_file_of_outlines_is_refused(tmp_path, file, content, phrase):
    (tmp_path / file).write_bytes(content)
    assert phrase in refusal(tmp_path / file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "there is no such file" in refusal(tmp_path / "areas.gpkg")


def test_a_plain_parquet_table_is_refused(tmp_path):
    frame().drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    assert "says of no column that it holds outlines" in refusal(tmp_path / "a.parquet")


def test_a_layer_without_rows_is_refused(tmp_path):
    frame().iloc[:0].to_file(tmp_path / "a.gpkg", geometry_type="Polygon")
    assert "the file holds no outlines" in refusal(tmp_path / "a.gpkg")


@pytest.mark.parametrize("member", ["a.gpkg", "a.shp"])
def test_an_archive_of_something_else_is_refused(tmp_path, member):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, b"PK\x03\x04 an archive in an archive")
    assert f"a.zip, {member}: the content is not what '{Path(member).suffix}' promises" in refusal(tmp_path / "a.zip")


def test_an_archive_without_outlines_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("minutes.txt", b"As agreed in March.")
    assert "the archive holds no file of outlines" in refusal(tmp_path / "a.zip")


def test_nothing_of_an_archive_is_written_outside_its_own_folder(tmp_path):
    path = zipped_shapefile(tmp_path / "a.zip", frame(), inside="../../../")
    before = {file for file in tmp_path.parent.rglob("*") if "AREAS" in file.name.upper()}
    assert read(path).names.tolist() == list(NAMES)
    assert {file for file in tmp_path.parent.rglob("*") if "AREAS" in file.name.upper()} == before


@pytest.mark.parametrize("file", ["odd;name!.shp", "areas?#1.gpkg", "from.zip.folder/areas.gpkg"])
def test_a_path_is_never_taken_for_an_address(tmp_path, file):
    (tmp_path / "areas.gpkg").parent.mkdir(exist_ok=True)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    plain = tmp_path / f"plain{Path(file).suffix}"
    frame().to_file(plain)
    for part in tmp_path.glob("plain.*"):
        part.rename((tmp_path / file).with_name(Path(file).stem + part.suffix))
    assert read(tmp_path / file).names.tolist() == list(NAMES)


def test_nothing_is_said_on_stderr(tmp_path, capfd, recwarn):
    inside_out = gpd.GeoDataFrame({"name": ["Haven"]}, geometry=[GeometryCollection([field(), Point(EAST, NORTH)])],
                                  crs=27700)  # fmt: skip
    inside_out.to_file(tmp_path / "a.gpkg")
    capfd.readouterr()
    recwarn.clear()
    read(tmp_path / "a.gpkg")
    assert (capfd.readouterr().err, list(recwarn)) == ("", [])


# --- what a file seems to be ----------------------------------------------------------------------


def test_a_file_of_outlines_is_told_with_its_columns_of_names_and_codes(tmp_path):
    shapes = [({"objectid": n, "area_name": name, "partnership": "Outer Isles", "code": f"S9990000{n}"}, plot(200 * n))
              for n, name in enumerate(NAMES)]  # fmt: skip
    look = look_at_file(geojson(tmp_path / "a.geojson", *shapes, crs=GRID))
    assert (look.kind, look.rows, look.columns) == ("polygons", 3, ("objectid", "area_name", "partnership", "code"))
    assert (look.name_column, look.code_column, look.block_column) == ("area_name", "code", None)
    assert look.why == (
        "The file holds 3 outlines.", "'area_name' holds a name for each.", "'code' holds an official code for each.",
    )  # fmt: skip


@pytest.mark.parametrize("file", FORMATS)
def test_every_format_of_outlines_can_be_looked_at(tmp_path, file):
    look = look_at_file(FORMATS[file](tmp_path / file, frame()))
    assert (look.kind, look.rows, look.name_column) == ("polygons", 3, "name")


def test_layers_are_listed_where_there_are_several(tmp_path):
    path = two_layers(tmp_path / "a.gpkg")
    look = look_at_file(path)
    assert (look.kind, look.layers, look.columns) == ("polygons", ("wards", "clusters"), ())
    assert look_at_file(path, layer="clusters").rows == 2


def test_points_are_no_outlines(tmp_path):
    point = {"type": "Point", "coordinates": [EAST, NORTH]}
    look = look_at_file(features(tmp_path / "a.geojson", ("Quay", point), crs=GRID))
    assert (look.kind, look.why) == ("unknown", ("The file holds Point and no outlines of areas.",))


LOOKUP = """
    DataZone  | DataZoneName   | Neighbourhood | Council   | People
    S01900001 | North Isle - 1 | North         | Outer Isles | 800
    S01900002 | North Isle - 2 | North         | Outer Isles | 700
    S01900003 | Haven - 1      | South         | Outer Isles | 900
    S01900004 | Haven - 2      | South         | Outer Isles | 900
"""


@pytest.mark.parametrize("file", ["lookup.csv", "lookup.xlsx"])
def test_a_table_of_data_zones_is_told_with_its_columns_of_blocks_and_names(tmp_path, file):
    path = tmp_path / file
    if path.suffix == ".csv":
        csv_file(path, LOOKUP)
    else:
        workbook(path, Notes="About this file |\nMade in March |", Lookup=LOOKUP)
    look = look_at_file(path)
    assert (look.kind, look.rows) == ("table", 4)
    assert (look.block_column, look.block_type, look.name_column) == ("DataZone", "data_zone_2011", "Neighbourhood")
    assert look.why[1:] == (
        "'DataZone' holds codes of 2011 data zones.", "'Neighbourhood' holds names that repeat.",
    )  # fmt: skip


def test_a_header_below_title_rows_is_found(tmp_path):
    path = tmp_path / "lookup.csv"
    path.write_text(f"Neighbourhoods of the Outer Isles\n\n{csv_file(path, LOOKUP).read_text()}")
    look = look_at_file(path)
    assert (look.rows, look.block_column, look.name_column) == (4, "DataZone", "Neighbourhood")


def test_a_table_without_data_zones_is_still_a_table(tmp_path):
    look = look_at_file(csv_file(tmp_path / "a.csv", "Site | Postcode\nHaven Clinic | ZZ1 1AA\nVoe Clinic | ZZ1 1AB"))
    assert (look.kind, look.name_column, look.block_column) == ("table", "Site", None)
    assert "No column holds codes of data zones." in look.why


def test_what_is_damaged_is_refused_when_looked_at(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(ExtractRefused, match="cut short"):
        look_at_file(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("sample", "said", "column", "why"),
    [
        ({"a": ["North", "South"], "nr": ["1", "2"]}, {}, "a", "'a' holds a name for each."),
        ({"a": ["North", "South"], "b": ["Nord", "Sud"]}, {}, None, "Several columns could name the areas ('a', 'b')"),
        ({"a": ["North", "South"], "area_name": ["Nord", "Sud"]}, {}, "area_name", "holds a name for each"),
        ({"nr": ["1", "2"], "code": ["S12900001", "S12900002"]}, {}, None, "No column holds names."),
        ({"Council": ["Isles"] * 4, "Ward": ["N", "N", "S", "S"]}, {}, "Council", "'Council' holds names that repeat."),
        ({"Ward": ["Nor", "Nor", "Sou", "Sou"], "Town": ["Vo", "Vo", "Ha", "Ha"]}, {"by_block": True, "called": "ward"},
         "Ward", "is called as the area system is"),
        ({"MMWard_Name": ["Nor", "Nor"], "Town_Name": ["Vo", "Vo"]}, {"called": "ward"}, "MMWard_Name", "is called as"),
        ({"Zone": ["No 1", "No 2", "So 1", "So 2"], "Area": ["No", "No", "So", "So"], "All": ["Is"] * 4},
         {"by_block": True}, "Area", "'Area' holds names that repeat."),
        ({"a": ["North", ""], "b": ["Nord", "Sud"]}, {}, "b", "'b' holds a name for each."),
    ],
)  # fmt: skip
def test_the_column_of_names_is_guessed_only_where_one_stands_out(sample, said, column, why):
    found, reason = guess_name_column(tuple(sample), sample, **said)
    assert found == column
    assert why in reason
