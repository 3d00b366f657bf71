"""Hostile names reach every kind of output as text and nothing else; bombs are refused before a reader sees them."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import hostile
import numpy as np
import pyarrow as pa
import pytest
import running
import samples
from markdown_it import MarkdownIt
from pyarrow import parquet

from locality_profiles.errors import LocalityProfilesError, WorkspaceError
from locality_profiles.hidden import HIDDEN
from locality_profiles.publish.markdown import escaped
from locality_profiles.publish.releases import Release
from locality_profiles.tables import limits
from locality_profiles.tables.seen import without_hidden_cells
from locality_profiles.workspace import SETTINGS, read_workspace

#: Elements and attributes of the package's own pages.
WORDS = """
    a abbr article b body br caption code dd desc details div dl dt em figcaption figure footer form g h1 h2 h3 h4 head
    header html i img label li link main meta nav ol p path picture pre script section select small source span strong
    summary svg table tbody td text th thead title tr tspan ul
"""
OWN_ELEMENTS = frozenset(WORDS.split())
#: What the hostile names hold too: these are the package's own only with these attributes.
OWN_ONLY_AS = {
    "script": {"src": r"(?:\.\./)?(?:search-index|search|sort|compare)\.js|compare/\w+\.js", "defer": ""},
    "img": {
        "src": r"(?:\.\./)?charts/[0-9a-f]{16}\.svg",
        "alt": r"(?s:.+)",
        "width": r"\d+",
        "height": r"\d+",
    },
    "b": {"aria-hidden": "true"},
}
OWN_ATTRIBUTE = re.compile(r"(?!on)[a-z][a-zA-Z-]*")
ADDRESS = re.compile(r"(?:\.\./)?(?:[\w%./~-]*)(?:#[\w.=-]+)?|https://[\w./?=&%#-]+|data:,")
ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Page(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its texts."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


# --- one build of hostile names -------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[running.Run, Release]:
    """The sample with hostile names in extracts, settings, notes and names of files, built to a release."""
    return running.publish(hostile.harmed(samples.copy_of(sample, tmp_path_factory.mktemp("hostile") / "workspace")))


def is_own(tag: str, attributes: dict[str, str | None]) -> bool:
    """Whether a page of the package's own may hold an element."""
    wanted = OWN_ONLY_AS.get(tag)
    if wanted is None:
        return tag in OWN_ELEMENTS and all(OWN_ATTRIBUTE.fullmatch(name) for name in attributes)
    return attributes.keys() == wanted.keys() and all(
        re.fullmatch(pattern, attributes[name] or "") for name, pattern in wanted.items()
    )


def texts_of(release: Release) -> Iterator[tuple[Path, str]]:
    for path in sorted(release.folder.rglob("*")):
        if path.suffix in (".html", ".csv", ".json", ".css", ".svg", ".md", ".geojson", ".txt"):
            yield path, path.read_text(encoding="utf-8-sig")


def test_pages_hold_names_as_text_and_no_element_or_attribute_of_theirs(built):
    _, release = built
    told: set[str] = set()
    pages = list(release.folder.rglob("*.html"))
    assert any("data-docs" in path.parts for path in pages)
    for path in pages:
        page = Page(path)
        assert not page.comments, path
        for tag, attributes in page.elements:
            assert is_own(tag, attributes), (path, tag, attributes)
            for name in ("href", "src", "action", "xlink:href"):
                assert ADDRESS.fullmatch(attributes.get(name) or ""), (path, tag, attributes)
            assert hostile.EVIL not in (attributes.get("href") or ""), path
            assert attributes.get("class") != "x", path
        told.update(name for name in hostile.SEEN for text in page.texts if name in text)
    assert told == {*hostile.SEEN}, "names that reached no page prove nothing"


def test_nothing_that_cannot_be_seen_is_in_any_output(built):
    done, release = built
    for path, text in texts_of(release):
        assert not HIDDEN.search(text), path
    for path in release.folder.rglob("*.parquet"):
        for column in parquet.read_table(path).columns:
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                assert not any(HIDDEN.search(text) for text in column.unique().to_pylist() if text), path
    notes = [row[0] for row in done.ask("select notes from extract where notes is not null")]
    assert any("characters that cannot be seen were taken out" in note and "U+202E" in note for note in notes)


def test_no_cell_of_a_spreadsheet_is_a_formula(built):
    _, release = built
    guarded = 0
    for path in release.folder.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    guarded += cell.startswith("'=")
                    if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                        float(cell)  # a number, or this test fails
    assert guarded


def test_json_is_json(built):
    _, release = built
    for path in [*release.folder.rglob("*.json"), *release.folder.rglob("*.geojson")]:
        json.loads(path.read_text(encoding="utf-8"))
    package = next(release.folder.rglob("datapackage.json"))
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        path = (package.parent / resource["path"]).resolve()
        assert path.is_file()
        assert path.is_relative_to(release.folder.resolve())


def test_files_stay_in_the_release_and_bear_plain_names(built):
    _, release = built
    for path in release.folder.rglob("*"):
        assert re.fullmatch(r"[\w.,~-]+", path.name), path
        assert path.resolve().is_relative_to(release.folder.resolve())


def test_the_terminal_gets_no_orders_and_no_markup(built, monkeypatch, capsys):
    from locality_profiles import cli

    done, _ = built
    where = ("--workspace", str(done.workspace.folder))
    ward = done.ask("select area_code from area where area_type = 'ward' and area_code in "
                    "(select area_code from profile) order by 1 limit 1")[0][0]  # fmt: skip
    for arguments in (
        ("show", ward), ("show", ward, "--indicator", "hostile_practices"),
        ("query", "select distinct area_name from area order by 1"), ("query", "select * from voice"), ("query",),
        ("areas", "list"), ("areas", "list", "ward"), ("areas", "fit"), ("show", "no such \x1b[2J place"), ("check",),
    ):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["locality-profiles", *arguments, *where])
        with pytest.raises(SystemExit):
            cli.main()
        printed = capsys.readouterr()
        said = printed.out + printed.err
        assert "unexpected" not in said, (arguments, said[-500:])
        assert said.strip(), arguments
        assert not HIDDEN.search(said), arguments


def test_templates_hold_names_as_text(tmp_path):
    from openpyxl import load_workbook

    from locality_profiles.sources._return_workbook import template_workbook
    from locality_profiles.sources._returns import PLACES, declared

    places = [(name, name, name) for name in hostile.SEEN]
    template_workbook(declared("voice"), places).save(tmp_path / "a.xlsx")
    page = load_workbook(tmp_path / "a.xlsx")[PLACES]
    assert [cell.value for cell in page["B"][1:]] == list(hostile.SEEN)
    assert {cell.data_type for row in page.iter_rows(min_row=2) for cell in row} == {"s"}


@pytest.mark.parametrize("name", [*hostile.SEEN, *hostile.UNSEEN, "- a", "1) a", "    code", "# a", "a\n\n# b", "+ a",
                                  "a@b.example", "~~a~~", "| a | b |"])  # fmt: skip
def test_markdown_makes_nothing_of_a_name(name):
    written = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table").render(f"- {escaped(name)}\n")
    assert set(re.findall(r"<(\w+)", written)) <= {"ul", "li"}, written
    assert not re.search(r"https?://|www\.\w", escaped(name))  # which some readers turn into links
    assert not HIDDEN.search(escaped(name))


# --- bombs ----------------------------------------------------------------------------------------

MOST_MEMORY = 1200  # MiB that reading all of them, one after the other, may take at most
SECONDS = 60

CHILD = """
import json, resource, sys
from pathlib import Path
from locality_profiles.errors import LocalityProfilesError
from locality_profiles.geography.outlines import read_outlines
from locality_profiles.sources import folding, read_extract
said = {}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for folder in sorted(Path(sys.argv[1]).iterdir()):
    for path in folder.iterdir():
        try:
            if folder.name.startswith("areas"):
                read_outlines(path, path.name, name_column="name")
            else:
                folding(path)
                read_extract(path, path.name)
            said[folder.name] = "it was read"
        except LocalityProfilesError as refused:
            said[folder.name] = str(refused)
print(json.dumps([said, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
"""


@pytest.fixture(scope="module")
def said_of_bombs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process of its own says of every bomb, in bounded time and memory; it may not die."""
    folder = tmp_path_factory.mktemp("bombs")
    for bomb in [bomb for bomb, _ in BOMBS]:
        (folder / bomb.__name__).mkdir()
        bomb(folder / bomb.__name__)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder)], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]
    said, more = json.loads(done.stdout)
    assert more < MOST_MEMORY
    assert not done.stderr
    return said


WORKBOOK_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://'
    'schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_of(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def workbook_of(path: Path, rows: str, texts: str = "<si><t>a</t></si>", **more: str | bytes) -> Path:
    """A workbook written by hand, as no spreadsheet would."""
    parts = {**WORKBOOK_PARTS, "xl/worksheets/sheet1.xml": sheet_of(rows),
             "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>", **more}  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
CELL = '<c r="{}"><v>1</v></c>'


def far_corner(folder: Path) -> Path:
    return workbook_of(
        folder / "a.xlsx", f'<row r="1">{CELL.format("A1")}</row><row r="9">{CELL.format("XFD1048576")}</row>'
    )


def far_without_a_place(folder: Path) -> Path:
    wide = "<c><v>1</v></c>" * 9000
    return workbook_of(folder / "a.xlsx", f'<row r="1">{wide}</row><row r="1048570"><c><v>1</v></c></row>')


def far_with_noughts(folder: Path) -> Path:
    return workbook_of(folder / "a.xlsx", f"<row>{CELL.format('XFD00000000001048576')}</row>")


def laughs(folder: Path) -> Path:
    texts = f'<!DOCTYPE sst [<!ENTITY l0 "ha">{LAUGHS}]><sst {MAIN}><si><t>&l11;</t></si></sst>'
    return workbook_of(folder / "a.xlsx", CELL.format("A1"), **{"xl/sharedStrings.xml": texts})


def unfolding(folder: Path) -> Path:
    return workbook_of(folder / "a.xlsx", CELL.format("A1"), **{"xl/big.xml": b"<" + b" " * (300 * 2**20)})


def squeezed(folder: Path) -> Path:
    return workbook_of(folder / "a.xlsx", CELL.format("A1"), **{"xl/big.xml": b"<" + b" " * (100 * 2**20)})


def long_text_in_every_cell(folder: Path) -> Path:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    return workbook_of(folder / "a.xlsx", rows, f"<si><t>{'long ' * 6000}</t></si>")


def many_files(folder: Path) -> Path:
    return workbook_of(folder / "a.xlsx", CELL.format("A1"), **{f"x{n}": "" for n in range(5000)})


def packed_without_end(folder: Path) -> Path:
    import gzip

    with gzip.open(folder / "a.csv.gz", "wb", compresslevel=1) as file:
        for _ in range(33):
            file.write(b"0," * (8 * 2**20))
    return folder / "a.csv.gz"


def parquet_of_a_thousand_million_rows(folder: Path) -> Path:
    one = pa.table({"a": pa.array(np.zeros(2**20, dtype=np.int8))})
    with parquet.ParquetWriter(folder / "a.parquet", one.schema) as file:
        for _ in range(100):
            file.write_table(one)
    return folder / "a.parquet"


def cell_without_end(folder: Path) -> Path:
    (folder / "a.csv").write_text('name,value\n"' + "north,1\n" * 200_000, encoding="utf-8")
    return folder / "a.csv"


def columns_without_end(folder: Path) -> Path:
    (folder / "a.csv").write_text("a," * 100_000 + "\n" + "1," * 100_000, encoding="utf-8")
    return folder / "a.csv"


def deep_json(folder: Path) -> Path:
    text = '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "A"}, "geometry": '
    inner = '{"type": "GeometryCollection", "geometries": [' * 200_000
    (folder / "a.geojson").write_text(text + inner + "]}" * 200_000 + "}]}", encoding="utf-8")
    return folder / "a.geojson"


def many_brackets(folder: Path) -> Path:
    (folder / "a.geojson").write_bytes(b'{"type": "FeatureCollection", "features": [' + b"[]," * 11_000_000 + b"[]]}")
    return folder / "a.geojson"


def areas_in_collections_without_end(folder: Path) -> Path:
    """GeoParquet in whose outline a reader would go down a million steps, and fall."""
    outline = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 1_000_000 + b"\x01\x01\x00\x00\x00" + bytes(16)
    geo = {"version": "1.0.0", "primary_column": "geometry",
           "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}}}  # fmt: skip
    table = pa.table({"name": ["North"], "geometry": pa.array([outline], pa.binary())})
    parquet.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), folder / "a.parquet")
    return folder / "a.parquet"


def areas_zipped_without_end(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("north.geojson", b" " * (40 * 2**20))
    return folder / "a.zip"


def areas_of_a_query_without_end(folder: Path) -> Path:
    """A GeoPackage whose layer is a query that gives rows for ever."""
    import geopandas
    import shapely

    path = folder / "a.gpkg"
    frame = geopandas.GeoDataFrame({"name": ["North"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:27700")
    frame.to_file(path, layer="whole")
    with sqlite3.connect(path) as database:
        database.execute("create view endless as with recursive n(i) as (select 1 union all select i + 1 from n) "
                         "select i as fid, geom, name from n, whole")  # fmt: skip
        database.execute("insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
                         "select 'endless', data_type, 'endless', srs_id from gpkg_contents")  # fmt: skip
        database.execute("insert into gpkg_geometry_columns select 'endless', column_name, geometry_type_name, srs_id, "
                         "z, m from gpkg_geometry_columns")  # fmt: skip
        database.execute("delete from gpkg_contents where table_name = 'whole'")
    database.close()
    return path


#: What is refused, and which words say why.
BOMBS = [
    (far_corner, limits.WORKBOOK_CELLS.what), (far_without_a_place, limits.WORKBOOK_CELLS.what),
    (far_with_noughts, limits.WORKBOOK_CELLS.what), (laughs, "declares entities"),
    (unfolding, limits.WORKBOOK.what), (squeezed, limits.RATIO.what),
    (long_text_in_every_cell, limits.WORKBOOK_TEXT.what), (many_files, limits.ENTRIES.what),
    (packed_without_end, limits.TEXT.what), (parquet_of_a_thousand_million_rows, limits.CELLS.what),
    (cell_without_end, limits.CELL.what), (columns_without_end, limits.COLUMNS.what),
    (deep_json, limits.JSON_DEPTH.what), (many_brackets, limits.JSON_BRACKETS.what),
    (areas_in_collections_without_end, "a collection of shapes"), (areas_zipped_without_end, limits.RATIO.what),
    (areas_of_a_query_without_end, "no layer of the file holds outlines"),
]  # fmt: skip


@pytest.mark.parametrize(("bomb", "words"), BOMBS, ids=[bomb.__name__ for bomb, _ in BOMBS])
def test_a_bomb_is_refused_in_plain_words(said_of_bombs, bomb, words):
    said = said_of_bombs[bomb.__name__]
    assert words in said
    assert said.startswith("a.")  # the file is named, and no folder of ours


def test_a_long_text_that_a_file_stores_once_is_refused(tmp_path):
    """A text of a mebibyte in every row: ten thousand times that, if it were written out."""
    column = pa.DictionaryArray.from_arrays(np.zeros(10_000, dtype=np.int32), ["x" * 2**20])
    with pytest.raises(LocalityProfilesError, match=limits.PARQUET.what):
        limits.check_unpacked(pa.table({"a": column}), "a.parquet")


# --- what cannot be seen in codes, declarations, links --------------------------------------------


@pytest.mark.parametrize("code", ["S0190\u200b0001", "\u202eS01900001", "S01900001\x00", "2\u2060020", "12\x1b.5"])
def test_a_code_or_number_with_a_hidden_character_is_refused(code):
    with pytest.raises(LocalityProfilesError, match="cannot be seen stands in a code or a number") as refused:
        without_hidden_cells(pa.table({"Zone": ["S01900002", code]}), np.array([2, 3]), "a.csv")
    assert "row 3, column 'Zone'" in str(refused.value)
    assert not HIDDEN.search(str(refused.value))


def test_a_name_loses_hidden_characters_and_it_is_said():
    table, notes = without_hidden_cells(pa.table({"Name": [*hostile.UNSEEN, "Òban"]}), np.arange(2, 7), "a.csv")
    assert table["Name"].to_pylist() == ["East end", "East side", "East[2J]0;evil bank", "East hill foot", "Òban"]
    assert "column 'Name', row 2, 3, 4, 5" in notes[0]


SETTINGS_BOMBS = [
    pytest.param("a = " + "[" * 50_000, "deep", id="deep lists"),
    pytest.param("a = " + "{a = " * 5_000, "deep", id="deep tables"),
    pytest.param("a" + ".a" * 100_000 + " = 1", "more than 32 parts", id="a long key"),
    pytest.param("a = " + "9" * 5_000, "too long", id="a long number"),
    pytest.param("a = 99999999999999999999", "larger number", id="a large number"),
    pytest.param("workspace = 3\nareas = [1]\nextracts = 'x'\nnames = 7", "should be a table", id="wrong types"),
    pytest.param("[workspace]\ntitle = 4\nsynthetic = 'yes'", "should be text", id="wrong types inside"),
    pytest.param('[workspace]\ntitle = "\\u202Eevil"', "U+202E", id="a hidden character"),
    pytest.param('[workspace]\ntitle = "a"\n[extracts]\nread = ["../*"]', "no pattern of files",
                 id="a pattern that leaves"),
    pytest.param('[workspace]\ntitle = "a"\n[extracts]\nread = ["/etc/*"]', "no pattern of files",
                 id="a path of the system"),
    pytest.param('[workspace]\ntitle = "a"\n[areas]\nsystem = [1, "a", []]', "should be a table",
                 id="systems of no kind"),
    pytest.param('[workspace]\ntitle = "a"\n[areas]\nprofile = [["locality"]]', "texts only", id="lists in a list"),
    pytest.param("[workspace]\ntitle = \"a\"\n[outcomes]\na = [1.5]", "whole numbers", id="parts of an outcome"),
    pytest.param("# " + "x" * (5 * 2**20), "larger than 4 MiB", id="a large file"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), SETTINGS_BOMBS)
def test_settings_that_mean_harm_are_refused_in_plain_words(tmp_path, text, words):
    (tmp_path / SETTINGS).write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError) as refused:
        read_workspace(tmp_path)
    assert words in str(refused.value)
    assert SETTINGS in str(refused.value)
    assert len(str(refused.value)) < 20_000


def workspace_of(folder: Path) -> Path:
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / SETTINGS).write_text('[workspace]\ntitle = "a"\n', encoding="utf-8")
    (folder / "data" / "raw" / "good.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("to", ["outside.csv", "nowhere.csv"])
def test_an_extract_that_is_a_link_out_of_its_folder_is_refused(tmp_path, to):
    (tmp_path / "outside.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    folder = workspace_of(tmp_path / "workspace")
    (folder / "data" / "raw" / "linked.csv").symlink_to(tmp_path / to)
    with pytest.raises(WorkspaceError, match="linked.csv: this is a link that leads out") as refused:
        read_workspace(folder).extract_files()
    assert str(tmp_path) not in str(refused.value)


def test_links_that_stay_and_a_folder_that_the_settings_name_are_read(tmp_path):
    folder = workspace_of(tmp_path / "workspace")
    (folder / "data" / "raw" / "same.csv").symlink_to("good.csv")
    assert [path.name for path in read_workspace(folder).extract_files()] == ["good.csv", "same.csv"]
    elsewhere = tmp_path / "elsewhere"
    (folder / "data" / "raw").rename(elsewhere)
    (folder / "data" / "raw").symlink_to(elsewhere)
    assert len(read_workspace(folder).extract_files()) == 2


@pytest.mark.parametrize("place", ["areas/a.csv", "words/locality/north/profile.md", "finance/rules.toml",
                                   "needs/a.toml", "indicators/a.toml", "expectations/extract/a.json"])  # fmt: skip
def test_a_declaration_that_is_a_link_out_of_the_workspace_is_refused(tmp_path, place):
    (tmp_path / "outside").write_text("secret", encoding="utf-8")
    path = workspace_of(tmp_path / "workspace") / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path / "outside")
    with pytest.raises(WorkspaceError, match="lead out of the workspace") as refused:
        read_workspace(tmp_path / "workspace")
    assert place in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_whose_name_cannot_be_printed_is_refused(tmp_path):
    folder = workspace_of(tmp_path / "workspace")
    (folder / "data" / "raw" / "beds\u202e\x1b[2J.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="‹U\\+202E›‹U\\+001B›") as refused:
        read_workspace(folder).extract_files()
    assert not HIDDEN.search(str(refused.value))


def test_the_guide_tells_every_limit():
    guide = (Path(__file__).resolve().parents[2] / "docs" / "how-to.md").read_text(encoding="utf-8")
    section = guide.partition("## What is refused, and why")[2].partition("\n## ")[0]
    for limit in limits.LIMITS:
        assert f"| {limit.what} | {limit.words} | {limit.why} |" in section
