"""Opening a supplied file, finding the table in it, and refusing what cannot be read whole."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from pictures import geojson, square, workbook
from pyarrow import parquet

from locality_profiles.errors import ExtractRefused
from locality_profiles.tables import limits
from locality_profiles.tables.intake import (
    Layout,
    NearMiss,
    RawTable,
    container_of,
    header_key,
    load,
    open_sheets,
    recognise,
)

CLASSES = Layout("classes", ("Zone", "Class", "People"))
BY_YEAR = Layout("classes by year", ("Zone", "Class", "People"), (r"year \d{4}",), examples=("Year 2020",))
OUTLINES = Layout("outlines", ("code", "name"), containers=("json",))
LAYOUTS = {"classes": (CLASSES, BY_YEAR), "outlines": (OUTLINES,)}


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path) -> RawTable:
    found = recognise(path, LAYOUTS)
    assert isinstance(found, list)
    return load(found[0], path)


def refusal(path: Path) -> str:
    with pytest.raises(ExtractRefused) as refused:
        read(path)
    return str(refused.value)


def column(raw: RawTable, name: str) -> list[str]:
    return raw.columns[name].to_pylist()


# --- what a file is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "container"),
    [
        (b"", "empty"),
        (b"Zone,Class\n", "text"),
        (b"\xef\xbb\xbfZone,Class\n", "text"),
        (b"\xff\xfeZ\x00o\x00", "text"),
        (b'\xef\xbb\xbf \n{"type": 1}', "json"),
        (b"[1]", "json"),
        (b"PAR1....", "parquet"),
        (gzip.compress(b"Zone", mtime=0), "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old workbook"),
        (b"PK\x03\x04 cut short", "workbook"),
        (b"\x7fELF\x00\x00", "unknown"),
    ],
)
def test_first_bytes_tell_what_a_file_is(tmp_path: Path, content: bytes, container: str) -> None:
    assert container_of(written(tmp_path / "any.name", content)) == container


def test_a_zip_archive_is_a_workbook_only_if_it_holds_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert container_of(tmp_path / "a.zip") == "zip"
    assert container_of(workbook(tmp_path / "a.xlsx", Data="Zone")) == "workbook"


@pytest.mark.parametrize(
    ("name", "content", "phrase"),
    [
        ("gone.csv", None, "there is no such file"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"PAR1....", "the content is a Parquet file, the name promises a text file such as CSV"),
        ("a.geojson", b"Zone,Class\n", "the content is a text file such as CSV, the name promises a GeoJSON file"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "an Excel 97 workbook cannot be read. Save it as .xlsx or .csv."),
        ("a.pdf", b"%PDF-1.7", "the name promises CSV, Excel, Parquet or GeoJSON"),
        ("a.xlsx", b"PK\x03\x04 cut short", "cannot be read as an Excel workbook; it may be cut short or damaged"),
        ("a.parquet", b"PAR1....", "cannot be read as a Parquet file; it may be cut short or damaged"),
        ("a.csv.gz", gzip.compress(b"Zone,Class,People\n" * 99, mtime=0)[:40], "cannot be read as a gzip file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{"ty', "cannot be read as a GeoJSON file"),
        ("a.geojson", b'{"type": "Topology"}', "the JSON holds no features"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "the file holds no features"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes | None, phrase: str) -> None:
    path = tmp_path / name
    if content is not None:
        written(path, content)
    with pytest.raises(ExtractRefused) as refused:
        open_sheets(path)
    assert phrase in str(refused.value)
    assert name in str(refused.value)


def test_a_workbook_named_csv_is_refused(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", Data="Zone | Class | People\n Z1 | 1 | 5").rename(tmp_path / "a.csv")
    message = refusal(tmp_path / "a.csv")
    assert "the content is an Excel workbook, the name promises a text file such as CSV" in message
    assert "Save it again in the format that its name says, or rename it." in message


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ("read as UTF-16",)),
        ("cp1252", ("read as Windows-1252",)),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, notes: tuple[str, ...]) -> None:
    text = "Zone,Class,People\nBo’quay\xa0,1,5\n"
    raw = read(written(tmp_path / "a.csv", text.encode(encoding)))
    assert column(raw, "Zone") == ["Bo’quay"]
    assert raw.notes == notes


def test_a_compressed_file_reads_as_the_plain_one(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv.gz", gzip.compress(b"Zone,Class,People\nZ1,1,5\n", mtime=0)))
    assert column(raw, "People") == ["5"]


def test_tabs_may_stand_between_the_cells(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.txt", "Zone\tClass\tPeople\nZ1\t1\t1,500\n"))
    assert column(raw, "People") == ["1,500"]


def test_every_cell_stays_the_text_that_was_supplied(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", 'Zone,Class,People\n007,1.50,"1,500"\nNA,,*\n'))
    assert raw.columns.to_pylist() == [
        {"Zone": "007", "Class": "1.50", "People": "1,500"},
        {"Zone": "NA", "Class": "", "People": "*"},
    ]


def test_titles_above_the_table_are_its_preamble_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", "Classes of zones\nCounted in,2020\n\nZone,Class,People\nZ1,1,5\nZ2,1,6\n"))
    assert raw.preamble == ("Classes of zones", "Counted in 2020")
    assert raw.header_row == 4
    assert raw.row_numbers.tolist() == [5, 6]


def test_notes_and_blank_rows_are_not_data(tmp_path: Path) -> None:
    text = "Zone,Class,People\nZ1,1,5\n,,\n\nZ2,1,6\n\nCopyright Crown 2020\nSource: drawn,,\n"
    raw = read(written(tmp_path / "a.csv", text))
    assert column(raw, "Zone") == ["Z1", "Z2"]
    assert raw.row_numbers.tolist() == [2, 5]
    assert set(raw.footnotes) == {"Copyright Crown 2020", "Source: drawn"}


def test_a_row_of_another_width_is_refused_with_its_number(tmp_path: Path) -> None:
    message = refusal(written(tmp_path / "a.csv", "Title\n\nZone,Class,People\nZ1,1,5\nZ2,1\nZ3,1,6,9\n"))
    assert "rows 5, 6: the table has 3 columns but 2 row(s) have 2, 4; the file may be cut short" in message


def test_a_file_cut_in_the_middle_of_a_row_is_refused(tmp_path: Path) -> None:
    assert "row 3: the table has 3 columns" in refusal(written(tmp_path / "a.csv", "Zone,Class,People\nZ1,1,5\nZ2,1"))


def test_a_file_cut_in_the_first_cell_of_a_row_is_refused(tmp_path: Path) -> None:
    text = "Zone,Class,People\nS01900001,1,5\nS019"
    assert "row 3: the table has 3 columns but 1 row(s) have 1" in refusal(written(tmp_path / "a.csv", text))


def test_a_last_line_of_words_is_a_footnote_even_without_a_line_end(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", "Zone,Class,People\nS01900001,1,5\nSource: drawn"))
    assert raw.footnotes == ("Source: drawn",)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    message = refusal(written(tmp_path / "a.csv", "Zone,Class,People\n"))
    assert "the table has a header but no rows" in message


def test_a_line_break_inside_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", 'Zone,Class,People\n"North\nIsle",1,5\n'))
    assert column(raw, "Zone") == ["North\nIsle"]


# --- headers --------------------------------------------------------------------------------------


def test_headers_are_compared_without_marks_blanks_and_case() -> None:
    assert header_key("\ufeff Data\xa0 Zone ") == header_key("data zone")


def test_a_column_is_found_by_any_spelling_and_by_pattern(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", "ZONE,class,People ,Year 2020,Year 2021\nZ1,1,5,7,8\n"))
    assert raw.find("zone") == "ZONE"
    assert raw.find("region") is None
    assert raw.matching(r"year (\d{4})") == {"2020": "Year 2020", "2021": "Year 2021"}


def test_a_repeated_header_is_marked_and_the_first_one_is_meant(tmp_path: Path) -> None:
    raw = read(written(tmp_path / "a.csv", "Zone,Class,People,,People,Note,Note\nZ1,1,5,x,5,a,b\n"))
    assert raw.columns.column_names == ["Zone", "Class", "People", "(column 4)", "People (2)", "Note", "Note (2)"]
    assert column(raw, str(raw.find("People"))) == ["5"]
    assert column(raw, str(raw.find("Note"))) == ["a"]


def test_a_column_that_stands_twice_and_does_not_say_the_same_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractRefused, match=r"a\.csv, row 1, column 'People': the column stands more than once"):
        read(written(tmp_path / "a.csv", "Zone,Class,People,People\nZ1,1,5,6\n"))


def test_a_last_line_that_begins_as_another_row_does_is_no_footnote(tmp_path: Path) -> None:
    text = "Zone,Class,People\nFirst Zone,1,5\nSecond Zone,1,5\n"
    with pytest.raises(ExtractRefused, match=r"a\.csv, row 4: .* the file may be cut short"):
        read(written(tmp_path / "a.csv", f"{text}Fir"))


def test_a_last_line_in_which_a_second_cell_was_begun_is_no_footnote(tmp_path: Path) -> None:
    with pytest.raises(ExtractRefused, match=r"a\.csv, row 3: .* the file may be cut short"):
        read(written(tmp_path / "a.csv", "Zone,Class,People\nFirst,1,5\nSecond,"))


def test_what_is_left_of_a_row_between_two_others_is_no_note(tmp_path: Path) -> None:
    with pytest.raises(ExtractRefused, match=r"a\.csv, row 3: .* 1 row\(s\) have 2"):
        read(written(tmp_path / "a.csv", "Zone,Class,People\nZ1,1,5\nZ2,\nZ3,1,6\n"))


def test_a_last_line_that_may_be_cut_short_is_told(tmp_path: Path) -> None:
    text = "Zone,Class,People\nFirst Zone,1,5\n"
    cut = read(written(tmp_path / "a.csv", f"{text}Thir"))
    assert cut.notes == ("the last line is one text without an end, read as a note: the file may be cut short",)
    assert read(written(tmp_path / "b.csv", f"{text}Source: made up\n")).notes == ()


# --- recognising ----------------------------------------------------------------------------------


def test_the_layout_that_asks_for_most_is_chosen(tmp_path: Path) -> None:
    found = recognise(written(tmp_path / "a.csv", "Zone,Class,People,Year 2020\nZ1,1,5,7\n"), LAYOUTS)
    assert isinstance(found, list)
    assert [one.layout for one in found] == [BY_YEAR]


def test_a_layout_is_not_chosen_where_a_column_marks_another(tmp_path: Path) -> None:
    layouts = {"classes": (Layout("classes", ("Zone", "Class", "People"), without=("Region",)),)}
    assert recognise(written(tmp_path / "a.csv", "Zone,Class,People,Region\n1,1,1,1\n"), layouts) is None
    assert recognise(written(tmp_path / "b.csv", "Zone,Class,Region\n1,1,1\n"), layouts) is None


def test_an_unknown_file_is_nothing(tmp_path: Path) -> None:
    assert recognise(written(tmp_path / "a.csv", "Date,Weather\n1,rain\n"), LAYOUTS) is None


def test_a_renamed_column_gives_a_near_miss_that_names_it(tmp_path: Path) -> None:
    missed = recognise(written(tmp_path / "a.csv", "Zone,Clas,People\nZ1,1,5\n"), LAYOUTS)
    assert isinstance(missed, NearMiss)
    (problem,) = missed.problems("a.csv")
    assert problem.sentence() == (
        "a.csv, row 1, column 'Class': the column is missing; there is a column 'Clas' (layout: classes). "
        "Rename 'Clas' back to 'Class', or get the extract again."
    )


def test_a_column_that_is_gone_gives_a_near_miss_without_a_guess(tmp_path: Path) -> None:
    missed = recognise(written(tmp_path / "a.csv", "Zone,People\nZ1,5\n"), LAYOUTS)
    assert isinstance(missed, NearMiss)
    assert "the column is missing (layout: classes). Get the extract again" in missed.problems("a.csv")[0].sentence()


def test_a_missing_pattern_is_spelt_as_a_header(tmp_path: Path) -> None:
    missed = recognise(written(tmp_path / "a.csv", "Zone,Class,People,Years2020\nZ1,1,5,7\n"), {"c": (BY_YEAR,)})
    assert isinstance(missed, NearMiss)
    assert "column 'Year 2020': the column is missing; there is a column 'Years2020'" in (
        missed.problems("a.csv")[0].sentence()
    )


# --- workbooks, Parquet, GeoJSON ------------------------------------------------------------------


def test_the_table_is_found_on_the_second_sheet_below_a_title(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "a.xlsx",
        Notes="About these figures",
        Data="Classes of zones\nZone | Class | People\nZ1 | 1 | 5\nZ2 | 1.5 | *\nSource: drawn",
    )
    raw = read(book)
    assert (raw.sheet, raw.header_row, raw.row_numbers.tolist()) == ("Data", 2, [3, 4])
    assert raw.columns.to_pylist() == [
        {"Zone": "Z1", "Class": "1", "People": "5"},
        {"Zone": "Z2", "Class": "1.5", "People": "*"},
    ]
    assert raw.footnotes == ("Source: drawn",)


def test_every_sheet_that_fits_is_found(tmp_path: Path) -> None:
    table = "Zone | Class | People\nZ1 | 1 | 5"
    found = recognise(workbook(tmp_path / "a.xlsx", One=table, Notes="-", Two=table), LAYOUTS)
    assert isinstance(found, list)
    assert [one.sheet.name for one in found] == ["One", "Two"]


def test_parquet_reads_as_text_and_nothing_is_empty(tmp_path: Path) -> None:
    table = pa.table({"Zone": ["Z1", None], "Class": [1, 2], "People": [1.5, None]})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").columns.to_pylist() == [
        {"Zone": "Z1", "Class": "1", "People": "1.5"},
        {"Zone": "", "Class": "2", "People": ""},
    ]


def test_features_become_rows_with_their_outline(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        ({"code": "A", "name": " North\xa0", "size": 2.0, "note": None}, square(0, 0)),
        ({"code": "B", "name": "South", "size": 2.5}, square(1, 0)),
    )
    raw = read(path)
    assert raw.columns.select(["code", "name", "size", "note"]).to_pylist() == [
        {"code": "A", "name": "North", "size": "2", "note": ""},
        {"code": "B", "name": "South", "size": "2.5", "note": ""},
    ]
    assert [shapely.from_wkb(wkb).bounds for wkb in column(raw, "geometry")] == [(0, 0, 1, 1), (1, 0, 2, 1)]
    assert raw.crs == "OGC:CRS84"


def test_a_file_says_its_coordinate_system(tmp_path: Path) -> None:
    name = "urn:ogc:def:crs:EPSG::27700"
    assert read(geojson(tmp_path / "a.geojson", ({"code": "A", "name": "N"}, square(0, 0)), crs=name)).crs == name


def test_one_unreadable_geometry_costs_no_other(tmp_path: Path) -> None:
    open_ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}
    path = geojson(
        tmp_path / "a.geojson",
        ({"code": "A", "name": "N"}, square(0, 0)),
        ({"code": "B", "name": "S"}, None),
        ({"code": "C", "name": "W"}, open_ring),
    )
    assert [wkb is not None for wkb in column(read(path), "geometry")] == [True, False, False]


def test_a_property_may_be_called_geometry(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", ({"code": "A", "name": "N", "geometry": "square"}, square(0, 0)))
    assert column(read(path), "geometry (2)") == ["square"]


def test_a_packed_file_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT", replace(limits.TEXT, most=2**20))
    path = written(tmp_path / "a.csv.gz", gzip.compress(b"0" * (2**20 + 1), mtime=0))
    with pytest.raises(ExtractRefused, match="unpacked: 1 MiB may be read, and this is more. Unpack it, and divide it"):
        open_sheets(path)
