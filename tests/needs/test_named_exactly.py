"""An edited extract of the sample: exactly the edited facts are named, and every value that follows, and no other."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import running

from locality_profiles.building import PUBLIC
from locality_profiles.needs.alerts import alerts
from locality_profiles.needs.changed import Side, changes_between
from locality_profiles.publish.releases import current_release

VALUES = {"period_new", "value_appeared", "value_withdrawn", "value_revised", "status_changed", "basis_changed"}
KEY = ("indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "category")
RAW = Path("data") / "raw"
CARE = "social_care/data_homecare_locality.csv"
SCOTPHO = "indicators_scotpho/scotpho_data.csv"
SIMD = "deprivation/simd2020v2.csv"
PEOPLE = "population/dz2011-pop-est_2017-2020.csv"
OLD = "Upper Strathwenda"
WEST = "2020/21 Q4,Skarvoe,West Skarvoe"
NEEDS = "costs/needs_weighting_by_data_zone.csv"


def edit(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Write an extract again with its lines changed."""
    path = folder / RAW / name
    path.write_text("".join(change(path.read_text("utf-8").splitlines(keepends=True))), "utf-8")


def replacing(start: str, old: str, new: str) -> Callable[[list[str]], list[str]]:
    """The lines with ``old`` replaced in the one that begins so."""

    def change(lines: list[str]) -> list[str]:
        (number,) = [number for number, line in enumerate(lines) if line.startswith(start)]
        assert old in lines[number]
        lines[number] = lines[number].replace(old, new, 1)
        return lines

    return change


def side(release_id: str, tables: Mapping[str, Path]) -> Side:
    """What is compared here: all but the results of checks, which are not made in these builds."""
    return Side(release_id, {name: path for name, path in tables.items() if name in PUBLIC and name != "check_result"},
                "the same code")  # fmt: skip


def compared(sample: Path, folder: Path, *edits: Callable[[Path], None]) -> tuple[list[dict[str, Any]], Side, Side]:
    """The rows of changes that a copy of the sample has once it is edited and built again; and both sides."""
    shutil.copytree(sample, folder, symlinks=True)
    for change in edits:
        change(folder)
    before = current_release(folder / "data" / "published")
    old, new = side(before.id, before.tables), side("new", running.run(folder, doors=()).made.tables)
    return changes_between(old, new, alerts()).to_pylist(), old, new


def plainly_different(old: Side, new: Side) -> set[tuple[Any, ...]]:
    """Keys of values that differ, found with dictionaries and loops."""
    sides = [
        {tuple(row[name] for name in KEY): row for row in pq.read_table(each.tables["indicator_value"]).to_pylist()}
        for each in (old, new)
    ]
    return {
        key
        for key in sides[0].keys() | sides[1].keys()
        if not same(sides[0].get(key), sides[1].get(key))
    }  # fmt: skip


def same(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    if one is None or other is None:
        return False
    return all(
        math.isclose(one[name], other[name], rel_tol=1e-9, abs_tol=0.0)
        if isinstance(one[name], float) and isinstance(other[name], float)
        else one[name] == other[name]
        for name in one
    )


def named_values(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in KEY) for row in rows if row["kind"] in VALUES]


def named_facts(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (row["kind"], row["table_name"], row["area_code"], row["period_start"], row["what"], row["extract_files"])
        for row in rows
        if row["kind"].startswith("fact_")
    }


@pytest.fixture(scope="module")
def edited(sample, tmp_path_factory) -> tuple[list[dict[str, Any]], Side, Side]:
    """Five edits of one cell or row each, and one file that is only written in another order."""

    def one_person_more(folder: Path) -> None:
        rows = tuple(f"2019,{place},{sex}," for place in ("S01900007,", "S92900001,d") for sex in ("All,d", "Female,"))
        edit(folder, PEOPLE, lambda lines: [with_one_more(line) if line.startswith(rows) else line for line in lines])

    return compared(
        sample, tmp_path_factory.mktemp("edited") / "w",
        lambda folder: edit(folder, CARE, replacing(f"{WEST},All Ages,Number of People", ",75", ",80")),
        lambda folder: edit(folder, SCOTPHO, lambda lines: [
            line.replace(",994,", ",1004,") if line.startswith("S37900001") and "Deaths all ages" in line else line
            for line in lines if not line.startswith("S08900001") or "Deaths all ages" not in line
        ]),
        lambda folder: edit(folder, SIMD, replacing("S01900001,", ",87,6,3,", ",86,6,3,")),
        one_person_more,
        lambda folder: edit(folder, NEEDS, lambda lines: [lines[0], *sorted(lines[1:], reverse=True), "\n"]),
    )  # fmt: skip


def with_one_more(line: str) -> str:
    """A line of the population file with one person more of age 42, and in all."""
    cells = line.rstrip("\n").split(",")
    for column in (5, 6 + 42):
        cells[column] = str(int(cells[column]) + 1)
    return ",".join(cells) + "\n"


def test_the_edited_facts_are_named_and_no_other(edited):
    rows, _, _ = edited
    published = "measure Deaths all ages"
    assert named_facts(rows) == {
        ("fact_revised", "activity", "S37900001/west-skarvoe", date(2021, 1, 1),
         "source home_care, service SC.HC, measure N_PEOPLE, geo role residence, revised: value", CARE),
        ("fact_revised", "published_value", "S37900001", date(2019, 1, 1),
         f"source scotpho_profile, {published}, revised: value", SCOTPHO),
        ("fact_removed", "published_value", "S08900001", date(2019, 1, 1), f"source scotpho_profile, {published}",
         SCOTPHO),
        ("fact_revised", "deprivation", "S01900001", None, "index simd_2020v2, domain overall, revised: rank", SIMD),
        ("fact_revised", "population", "S01900007", date(2019, 6, 30), "age 42, revised: persons", PEOPLE),
        ("fact_revised", "population", "S01900007", date(2019, 6, 30), "sex female, age 42, revised: persons", PEOPLE),
    }  # fmt: skip


def test_the_values_named_are_those_that_a_plain_comparison_finds(edited):
    rows, old, new = edited
    named = named_values(rows)
    assert len(named) == len(set(named))
    assert set(named) == plainly_different(old, new)
    assert len(named) > 20


def test_every_extract_with_other_bytes_is_named_and_the_one_in_another_order_says_the_same(edited):
    rows, _, _ = edited
    said = {row["extract_files"]: row["sentence"] for row in rows if row["table_name"] == "extract"}
    assert set(said) == {CARE, SCOTPHO, SIMD, PEOPLE, NEEDS}
    assert said[NEEDS].endswith("No fact that the release keeps differs.")
    assert said[PEOPLE].endswith("2 fact(s) differ.")


def test_a_value_says_which_of_the_changed_extracts_it_comes_from(edited):
    rows, _, _ = edited
    by_indicator = {row["indicator_id"]: row["extract_files"] for row in rows if row["kind"] in VALUES}
    assert by_indicator["population_female"] == PEOPLE
    assert by_indicator["home_care_people"] == CARE


def test_causes_come_before_what_follows_and_nothing_is_told_twice(edited):
    rows, _, _ = edited
    assert [row["change_no"] for row in rows] == list(range(1, len(rows) + 1))
    kinds = [row["kind"] for row in rows if row["severity"] == "note"]
    assert kinds.index("extract_replaced") < kinds.index("fact_revised") < kinds.index("value_revised")
    told = [json.dumps({**row, "change_no": 0}, default=str, sort_keys=True) for row in rows]
    assert len(told) == len(set(told))
    assert not {"code_changed", "declaration_changed", "area_added", "membership_changed"} & {r["kind"] for r in rows}


def test_the_same_extracts_again_change_nothing(sample, tmp_path):
    rows, _, _ = compared(sample, tmp_path / "w")
    assert rows == []


def test_a_new_period_and_a_locality_of_another_name_are_told_as_such(sample, tmp_path):
    def new_quarter(folder: Path) -> None:
        edit(folder, CARE, lambda lines: lines + [
            line.replace("2020/21 Q4", "2021/22 Q1") for line in lines if line.startswith("2020/21 Q4")
        ])  # fmt: skip

    def other_name(folder: Path) -> None:
        # Names of localities are looked up as they are written; the returns still use the old one.
        for path in (folder / RAW).rglob("*"):
            if path.suffix in {".csv", ".geojson"} and OLD.encode() in (content := path.read_bytes()):
                path.write_bytes(content.replace(OLD.encode(), b"Over Strathwenda"))
        settings = folder / "profiles.toml"
        told = settings.read_text("utf-8").replace("[names]\n", f'[names]\n"{OLD}" = "Over Strathwenda"\n')
        settings.write_text(told, "utf-8")

    rows, old, new = compared(sample, tmp_path / "w", other_name, new_quarter)
    areas = {(row["kind"], row["area_code"]) for row in rows if row["kind"] in ("area_added", "area_removed")}
    assert areas == {
        ("area_added", "S37900002/over-strathwenda"), ("area_removed", "S37900002/upper-strathwenda"),
    }  # fmt: skip
    assert set(named_values(rows)) == plainly_different(old, new)
    quarter = [row for row in rows if row["kind"] == "period_new"]
    assert {row["period_start"] for row in quarter} == {date(2021, 4, 1)}
    assert {row["area_code"] for row in quarter} >= {"S37900001/west-skarvoe"}
    assert {row["area_code"] for row in rows if row["kind"] == "membership_changed"} == set()
