"""The same figures as data."""

from __future__ import annotations

import csv
import hashlib
import json
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
