"""The centres of data zones become one point each on the British National Grid."""

from __future__ import annotations

from pathlib import Path

from pictures import cells, csv_file, curated, geojson, refusal, rows

CENTRES = """
DataZone  | Name           | TotPop2011 | ResPop2011 | HHCnt2011 | Easting | Northing
S01900001 | North Isle - 1 | 812        | 800        | 370       | 300100  | 1100100
S01900002 | North Isle - 2 | 640        | 640        | 301       | 300250  | 1100900
"""


def centres(path: Path, drawing: str = CENTRES) -> Path:
    return csv_file(path / "centres.csv", drawing)


def test_each_data_zone_has_one_point(tmp_path: Path) -> None:
    read = curated(centres(tmp_path))
    assert rows(read.tables["block_point"], "block_type", "block_code", "easting", "northing") == [
        ("data_zone_2011", "S01900001", 300100.0, 1100100.0),
        ("data_zone_2011", "S01900002", 300250.0, 1100900.0),
    ]
    assert read.claims == ("centres of 2011 data zones",)


def test_codes_tell_the_edition(tmp_path: Path) -> None:
    read = curated(centres(tmp_path, CENTRES.replace("2011", "2022").replace("S0190", "S0198")))
    assert set(rows(read.tables["block_point"], "block_type")) == {("data_zone_2022",)}
    assert read.claims == ("centres of 2022 data zones",)


def test_zones_of_two_editions_in_one_file_are_refused(tmp_path: Path) -> None:
    message = refusal(centres(tmp_path, CENTRES.replace("S01900002", "S01980002")))
    assert "row 3, column 'DataZone': found codes of 2022 data zones (S01980002) among 2011 data zones" in message


def test_the_points_are_read_as_geojson_too_and_not_taken_for_outlines(tmp_path: Path) -> None:
    header, *zones = cells(CENTRES)
    features = [
        (dict(zip(header, zone, strict=True)), {"type": "Point", "coordinates": [-3.9, 59.8]}) for zone in zones
    ]
    read = curated(geojson(tmp_path / "centres.geojson", *features))
    assert ("S01900001", 300100.0) in rows(read.tables["block_point"], "block_code", "easting")


def test_a_zone_with_two_points_is_refused(tmp_path: Path) -> None:
    message = refusal(centres(tmp_path, CENTRES.replace("S01900002", "S01900001")))
    assert "rows 2, 3, column 'DataZone': the same DataZone stands in more than one row" in message


def test_degrees_are_refused(tmp_path: Path) -> None:
    message = refusal(centres(tmp_path, CENTRES.replace("300100 ", "-3.91").replace("1100100", "59.82")))
    assert "column 'Easting': the number is below 1,000 ('-3.91')" in message
    assert "column 'Northing': the number is below 500,000 ('59.82')" in message


def test_a_point_without_a_grid_reference_is_refused(tmp_path: Path) -> None:
    assert "column 'Easting': found '' where every row must have a number" in refusal(
        centres(tmp_path, CENTRES.replace("300250", ""))
    )
