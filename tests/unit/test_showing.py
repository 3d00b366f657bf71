"""Finding a profile by what a person types, and tables in the terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from drawn import table

from locality_profiles.errors import UnknownArea
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.showing import as_table, find_profile


@pytest.fixture(scope="module")
def release(sample):
    return current_release(sample / "data" / "published")


def test_by_code_name_or_nothing(release):
    kind, code = find_profile(release, None)
    assert kind == "locality"
    assert find_profile(release, code) == (kind, code)
    assert find_profile(release, "fennaholm and SKOLTAY") == ("locality", "S37900001/fennaholm-and-skoltay")


def test_a_misspelt_name_is_answered_with_the_nearest(release):
    with pytest.raises(UnknownArea, match="Did you mean 'Fennaholm & Skoltay'"):
        find_profile(release, "Fennaholm and Skoltey")


def test_of_two_areas_of_one_name_the_kind_says_which(tmp_path):
    two = """
        area_type     | area_code       | area_name
        locality      | S37900001/ness  | Ness
        neighbourhood | S37900001/ness  | Ness
    """
    tables = {name: table(tmp_path, name, two) for name in ("area", "profile")}
    told = {"release_id": "drawn", "tables": {name: str(path) for name, path in tables.items()}}
    drawn = Release(tmp_path, told)
    for asked in ("Ness", "S37900001/ness"):
        with pytest.raises(UnknownArea, match="say which") as refused:
            find_profile(drawn, asked)
        assert "'neighbourhood:S37900001/ness'" in str(refused.value)
    for asked in ("neighbourhood:Ness", "neighbourhood: ness", "neighbourhood:S37900001/ness"):
        assert find_profile(drawn, asked) == ("neighbourhood", "S37900001/ness")


def test_a_name_written_exactly_needs_no_kind(tmp_path):
    two = """
        area_type     | area_code       | area_name
        locality      | S37900001/n-w   | Ness & Wick
        neighbourhood | S37900001/n-w   | Ness and Wick
    """
    tables = {name: table(tmp_path, name, two) for name in ("area", "profile")}
    told = {"release_id": "drawn", "tables": {name: str(path) for name, path in tables.items()}}
    assert find_profile(Release(tmp_path, told), "Ness & Wick")[0] == "locality"
    assert find_profile(Release(tmp_path, told), "Ness and Wick")[0] == "neighbourhood"


# --- tables in the terminal -----------------------------------------------------------------------

WIDE = ("indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "status")
CELLS = ("home_care_rate", "locality", "S37000098/north-isles", "2024-04-01", "2025-03-31", "all", "actual")


def shown(monkeypatch, width, columns, rows):
    from rich.console import Console

    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(width=width, file=StringIO())
    console.print(as_table(columns, rows))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_rows_that_fit_stand_in_columns(monkeypatch):
    head, _, row = shown(monkeypatch, 120, WIDE, [CELLS])
    assert head.split() == list(WIDE)
    assert row.split() == list(CELLS)


def test_rows_that_do_not_fit_stand_one_cell_below_the_other(monkeypatch):
    lines = shown(monkeypatch, 80, WIDE, [CELLS, CELLS])
    told = [line.split() for line in lines[2:]]
    one = [list(pair) for pair in zip(WIDE, CELLS, strict=True)]
    assert told == [*one, [], *one]


def test_codes_stay_whole_beside_sentences(monkeypatch):
    sentence = "One row is one indicator's value for one area, period and category."
    lines = shown(monkeypatch, 60, ("kind", "name", "what it is"), [("table", "indicator_value", sentence)])
    assert any(line.startswith("table  indicator_value  One") for line in lines)
    assert all(len(line) <= 60 for line in lines)


def test_an_empty_cell_and_no_rows(monkeypatch):
    assert shown(monkeypatch, 80, ("a", "b"), [(None, 1)])[-1].split() == ["1"]
    assert shown(monkeypatch, 80, ("a", "b"), [])[0].split() == ["a", "b"]
