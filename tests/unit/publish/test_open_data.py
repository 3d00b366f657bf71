"""The same figures as data."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from unit.publish import island
from unit.publish.page import Page

from locality_profiles.errors import ContractBroken
from locality_profiles.numbers import SIGNS
from locality_profiles.publish.open_data import downloads, guarded, write_open_data
from locality_profiles.tables.curated import CONTRACTS


def wide(release: Path, stem: str) -> list[dict[str, str]]:
    with (release / "open-data" / "areas" / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def package(release: Path) -> dict[str, Any]:
    return dict(json.loads((release / "open-data" / "datapackage.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("stem", ["S37900001-north-isles", "S37900001-west", "S37900001-skerry", "S37900001"])
def test_a_spreadsheet_holds_the_figures_of_its_page(release: Path, stem: str) -> None:
    page = Page(release / "site" / "areas" / f"{stem}.html")
    printed = [
        texts[2:] for found in page.tables if "profile" in found.css for texts in found.texts()[1:] if len(texts) > 2
    ]
    rows = wide(release, stem)
    areas = [name.removesuffix(": status") for name in rows[0] if name.endswith(": status")]

    assert len(rows) == len(printed)
    for row, cells in zip(rows, printed, strict=True):
        for area, cell in zip(areas, cells, strict=True):
            if row[area] and not cell.startswith("[low]"):
                mark = SIGNS[row[f"{area}: status"]].mark
                assert float(row[area]) == float(cell.split("note")[0].split("[")[0].strip(" £%").replace(",", ""))
                assert mark in cell
            else:
                assert cell.startswith(("[", "–"))


def test_figures_are_numbers_and_a_missing_one_is_empty_with_its_status(release: Path) -> None:
    rows = {(row["indicator_id"], row["category"]): row for row in wide(release, "S37900001-north-isles")}

    assert rows["population", ""]["North Isles"] == "6523"
    assert rows["home_care_cost", ""]["North Isles"] == "1234.56"
    assert rows["home_care_cost", ""]["unit"] == "£ per person"
    assert (rows["home_care_rate", ""]["North Isles"], rows["home_care_rate", ""]["North Isles: status"]) == (
        "",
        "suppressed",
    )
    assert rows["simd_quintile", "1, most deprived"]["North Isles: status"] == "true_zero"
    assert "Fewer than five people." in rows["home_care_rate", ""]["notes"]


def test_excel_is_told_the_encoding(release: Path) -> None:
    content = (release / "open-data" / "areas" / "S37900001-west.csv").read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    assert "Tràigh Mhòr" in content.decode("utf-8")


def test_columns_of_areas_with_one_name_stay_apart(tmp_path: Path) -> None:
    areas = [(k, c, "Skerry" if k == "locality" else name, parent) for k, c, name, parent in island.AREAS]
    tables = island.write(tmp_path / "tables", island.tables(areas, island.INDICATORS, island.SECTIONS))

    write_open_data(tables, tmp_path / "open-data", island.edition())

    header = wide(tmp_path, "S37900001-west")[0]
    assert f"Skerry [{island.WEST}]" in header
    assert f"Skerry [{island.NORTH}]" in header


@pytest.mark.parametrize("text", ["=1+1", "+44", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_looks_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_names_and_notes_that_look_like_formulas_are_guarded_in_every_csv(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org")'
    areas = [(k, c, evil if c == island.NORTH else name, parent) for k, c, name, parent in island.AREAS]
    rows = island.tables(areas, island.INDICATORS, island.SECTIONS)
    rows["profile"][0]["note"] = "@note"
    rows["indicator"][0]["title"] = "+title"
    rows["indicator"][1]["definition"] = "\tdefinition"
    tables = island.write(tmp_path / "tables", rows)

    written = write_open_data(tables, tmp_path / "open-data", island.edition())

    seen = set()
    for path in (path for path in written if path.suffix == ".csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                risky = [cell for cell in line if cell[:1] in "=+-@\t\r" and cell and not _number(cell)]
                assert risky == [], path.name
                seen |= {cell for cell in line if cell.startswith("'")}
    assert {f"'{evil}", "'@note", "'+title", "'\tdefinition"} <= seen


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("table", "stem"),
    [("profile", "profile"), ("profile_trend", "profile-trend"), ("indicator_value", "indicator-values")],
)
def test_a_long_table_keeps_every_row_at_full_precision(
    tables: dict[str, Path], release: Path, table: str, stem: str
) -> None:
    columns = ", ".join(f'"{column.name}"' for column in CONTRACTS[table].columns)
    given = f"select {columns} from '{tables[table]}'"
    parquet = f"select {columns} from '{release / 'open-data' / stem}.parquet'"
    values = "select value from"

    assert ask(f"select count(*) from (({parquet}) except all ({given}))") == [(0,)]
    assert ask(f"select count(*) from (({given}) except all ({parquet}))") == [(0,)]
    assert ask(f"{values} '{release / 'open-data' / stem}.csv' order by all") == ask(f"{values} ({given}) order by all")


def ask(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def test_a_table_too_long_for_a_spreadsheet_is_published_for_analysis_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = island.write(tmp_path / "tables", island.tables(island.AREAS, island.INDICATORS, island.SECTIONS))
    rows = duckdb.sql(f"select count(*) from '{tables['profile']}'").fetchall()[0][0]

    # the header takes a row of the spreadsheet too
    for most, has_csv in ((rows + 1, True), (rows, False)):
        monkeypatch.setattr("locality_profiles.publish.open_data.MOST_ROWS", most)
        out = tmp_path / str(most) / "open-data"
        write_open_data(tables, out, island.edition())

        offered = {words: (sheet, analysis) for words, sheet, analysis in downloads(tables)}
        assert (out / "profile.csv").exists() is has_csv
        assert (out / "profile.parquet").exists()
        assert ("profile.csv" * has_csv, "profile.parquet") in offered.values()
        assert ("profile.csv" in {r["path"] for r in package(out.parent)["resources"]}) is has_csv


def test_parquet_is_compressed_with_zstd(release: Path) -> None:
    path = release / "open-data" / "profile.parquet"

    assert ask(f"select distinct compression from parquet_metadata('{path}')") == [("ZSTD",)]


def test_the_package_describes_every_file_that_was_written(release: Path) -> None:
    folder = release / "open-data"
    resources = {resource["path"]: resource for resource in package(release)["resources"]}

    assert set(resources) == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
        "datapackage.json"
    }
    assert len({resource["name"] for resource in resources.values()}) == len(resources)
    # DuckDB writes the same rows as other bytes each time; the release's note has the checksum of what was written.
    assert {"bytes", "hash"}.isdisjoint(resources.pop("catalogue.duckdb"))
    for path, resource in resources.items():
        content = (folder / path).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_package_gives_each_file_the_schema_of_its_columns(release: Path) -> None:
    for resource in package(release)["resources"]:
        if resource["format"] == "csv":
            with (release / "open-data" / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
                header = next(csv.reader(file))
            assert [field["name"] for field in resource["schema"]["fields"]] == header
    profile = next(r for r in package(release)["resources"] if r["name"] == "profile")
    assert profile["schema"]["primaryKey"] == list(CONTRACTS["profile"].key)
    assert {
        "name": "value",
        "type": "number",
        "description": CONTRACTS["profile"].column("value").description,
    } in profile["schema"]["fields"]


def test_the_package_names_sources_and_licences(release: Path) -> None:
    told = package(release)

    assert [licence["name"] for licence in told["licenses"]] == ["OGL-UK-3.0"]
    assert {"title": "Home care by locality, Records of Alba Bheag"} in told["sources"]  # its address is no web page
    assert told["description"].startswith("These figures are synthetic")
    assert told["version"] == "2026-03-01-ab12"


def test_a_suppressed_figure_left_in_a_table_stops_the_release(tmp_path: Path) -> None:
    rows = island.tables(island.AREAS, island.INDICATORS, island.SECTIONS)
    next(row for row in rows["profile"] if row["status"] == "suppressed")["numerator"] = 3.0
    tables = island.write(tmp_path / "tables", rows)

    with pytest.raises(ContractBroken, match="1 suppressed row") as refused:
        write_open_data(tables, tmp_path / "open-data", island.edition())

    assert "3.0" not in str(refused.value)
    assert not (tmp_path / "open-data" / "profile.parquet").exists()


#: What version 2 of the Data Package standard allows, as far as these packages use it.
PACKAGE_KEYS = {"$schema", "name", "title", "description", "version", "created", "sources", "licenses", "resources"}
RESOURCE_KEYS = {
    "name", "path", "description", "format", "mediatype", "encoding", "bytes", "hash", "schema",
}  # fmt: skip
FIELD_TYPES = {"string", "number", "integer", "boolean", "date"}
CONSTRAINTS = {"string": {"required", "enum"}, "boolean": {"required", "enum"}} | {
    kind: {"required", "enum", "minimum"} for kind in ("number", "integer", "date")
}


def package_problems(told: dict[str, Any]) -> list[str]:
    """Rules of the standard that a package breaks."""
    rules = {
        "it does not name its standard": told["$schema"].startswith("https://datapackage.org/profiles/2."),
        "it has keys of its own": set(told) <= PACKAGE_KEYS,
        "its name is no name": re.fullmatch(r"[a-z0-9._-]+", told["name"]),
        "its day is no time": re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["created"]),
        "it has no file": told["resources"],
        "a licence has neither name nor address": all("name" in one or "path" in one for one in told["licenses"]),
        "a source has no title": all(one["title"] for one in told["sources"]),
        "an address is none": all(
            one.get("path", "https://").startswith(("https://", "http://"))
            for one in (*told["licenses"], *told["sources"])
        ),
        "two files have one name": len({one["name"] for one in told["resources"]}) == len(told["resources"]),
    }
    found = [words for words, kept in rules.items() if not kept]
    return found + [f"{one['path']}: {words}" for one in told["resources"] for words in resource_problems(one)]


def resource_problems(told: dict[str, Any]) -> list[str]:
    parts = told["path"].split("/")
    fields = told.get("schema", {}).get("fields", [{"name": "", "type": "string"}])
    names = [field["name"] for field in fields]
    rules = {
        "it has keys of its own": set(told) <= RESOURCE_KEYS,
        "its name is no name": re.fullmatch(r"[a-z0-9._-]+", told["name"]),
        "its path leads out": not told["path"].startswith(("/", "~"))
        and ".." not in parts
        and "\\" not in told["path"],
        "its path and its format are not one": told["path"].endswith(f".{told['format']}"),
        "its media type is none": re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", told["mediatype"]),
        "its checksum is none": re.fullmatch(r"sha256:[0-9a-f]{64}", told.get("hash", "sha256:" + "0" * 64)),
        "two columns have one name": len(set(names)) == len(names),
        "a type is none": all(field["type"] in FIELD_TYPES for field in fields),
        "a constraint does not go with its type": all(
            set(field.get("constraints", {})) <= CONSTRAINTS.get(field["type"], set()) for field in fields
        ),
        "its key is no column": set(told.get("schema", {}).get("primaryKey", ())) <= set(names),
    }
    return [words for words, kept in rules.items() if not kept]


def test_the_package_keeps_the_rules_of_its_standard(release: Path) -> None:
    assert package_problems(package(release)) == []


@pytest.mark.parametrize("harm", [
    {"name": "Profile!"}, {"path": "../profile.csv"}, {"path": "/profile.csv"}, {"format": "xlsx"},
    {"hash": "sha256:1"},
    {"schema": {"fields": [{"name": "a", "type": "text"}]}},
    {"schema": {"fields": [{"name": "a", "type": "string"}] * 2}},
    {"schema": {"fields": [{"name": "a", "type": "string"}], "primaryKey": ["b"]}}, {"mine": 1},
])  # fmt: skip
def test_a_package_that_breaks_a_rule_is_found(release: Path, harm: dict[str, Any]) -> None:
    told = package(release)
    told["resources"][0].update(harm)

    assert package_problems(told) != []
