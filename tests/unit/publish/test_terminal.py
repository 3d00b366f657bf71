"""A profile in the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from unit.publish import island

from locality_profiles.errors import UnknownArea
from locality_profiles.publish.terminal import plain_rows, profile_summary


def printed(tables: dict[str, Path], code: str, width: int = 120, kind: str = "locality", **options: Any) -> str:
    console = Console(width=width, file=StringIO())
    console.print(profile_summary(tables, kind, code, **options))
    return console.file.getvalue()


def test_the_area_stands_beside_its_partnership_board_and_country(tables: dict[str, Path]) -> None:
    lines = printed(tables, island.NORTH).splitlines()
    people = next(line for line in lines if line.strip().startswith("People "))

    assert people.split() == ["People", "mid-2024", "6,523", "14,776", "24,054", "719,937"]


def test_marks_are_printed_and_explained(tables: dict[str, Path]) -> None:
    text = printed(tables, island.NORTH)

    assert "[c] suppressed" in text
    assert "[p] provisional" in text


def test_classes_stand_under_their_indicator(tables: dict[str, Path]) -> None:
    lines = [line.strip() for line in printed(tables, island.NORTH).splitlines()]
    first = lines.index("People by deprivation quintile")

    assert lines[first + 1].startswith("1, most deprived")


def test_a_name_in_brackets_is_not_taken_for_markup(tmp_path: Path) -> None:
    areas = [(k, c, "[red]North[/red] Isles" if c == island.NORTH else name, p) for k, c, name, p in island.AREAS]
    tables = island.write(tmp_path, island.tables(areas, island.INDICATORS, island.SECTIONS))

    assert "[red]North[/red] Isles" in printed(tables, island.NORTH)


def test_eighty_columns_are_enough(tables: dict[str, Path]) -> None:
    text = printed(tables, island.NORTH, width=80)

    assert "719,937" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_long_names_of_areas_leave_room_for_the_indicator(tmp_path: Path) -> None:
    areas = [(kind, code, f"{name} and Clackmannanshire", part) for kind, code, name, part in island.AREAS]
    tables = island.write(tmp_path, island.tables(areas, island.INDICATORS, island.SECTIONS))
    lines = [line for line in printed(tables, island.NORTH, width=80).splitlines() if "mid-2024" in line]

    assert lines
    assert min(line.index("mid-2024") for line in lines) >= 24


def test_a_smaller_area_stands_beside_its_locality_instead_of_its_board(tmp_path: Path) -> None:
    lines = printed(island.wards(tmp_path), island.HARBOUR, width=80, kind="ward").splitlines()
    people = next(line for line in lines if line.strip().startswith("People "))

    assert people.split() == ["People", "mid-2024", "5,170", "6,523", "14,776", "719,937"]


def test_synthetic_figures_are_said_to_be_synthetic(tables: dict[str, Path]) -> None:
    assert "They describe no real place." in printed(tables, island.NORTH, synthetic=True)
    assert "synthetic" not in printed(tables, island.NORTH)


def test_one_indicator_can_be_asked_for(tables: dict[str, Path]) -> None:
    rows = plain_rows(tables, "locality", island.NORTH, indicator="population")

    assert [row["indicator_id"] for row in rows] == ["population"]


def test_plain_rows_hold_full_precision_beside_the_printed_text(tables: dict[str, Path]) -> None:
    rows = {row["indicator_id"]: row for row in json.loads(json.dumps(plain_rows(tables, "locality", island.WEST)))}
    own = rows["home_care_rate"]["values"][0]

    assert (own["role"], own["value"], own["status"], own["text"]) == ("this", 12.34, "estimated", "12.3 [e]")
    assert rows["population"]["period"]["label"] == "mid-2024"
    assert rows["ferry_waits"]["period"] is None


def test_an_unknown_area_is_refused_with_the_likeliest_one(tables: dict[str, Path]) -> None:
    with pytest.raises(UnknownArea, match="no profile of locality 'S37900001/wst'. Did you mean 'S37900001/west'"):
        plain_rows(tables, "locality", "S37900001/wst")


def test_a_kind_of_area_without_profiles_is_refused(tables: dict[str, Path]) -> None:
    with pytest.raises(UnknownArea, match="no profile of any council area"):
        plain_rows(tables, "council_area", "S12900001")


def test_the_module_is_imported_without_rich_duckdb_or_jinja() -> None:
    code = (
        "import sys, locality_profiles.publish.terminal, locality_profiles.publish.site, "
        "locality_profiles.publish.open_data; "
        "print([name for name in ('rich', 'duckdb', 'jinja2', 'pandas') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
