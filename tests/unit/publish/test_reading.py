"""The tables as pages need them."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.publish import island

from locality_profiles.errors import ContractBroken
from locality_profiles.publish.reading import Profile, choose_headlines, read_profiles
from locality_profiles.tables.store import connect


def read(tables: dict[str, Path], *profiled: str) -> list[Profile]:
    with connect() as connection:
        return read_profiles(connection, tables, profiled or ("locality", "hscp"))


def test_profiles_come_by_kind_and_then_by_name(tables: dict[str, Path]) -> None:
    assert [(p.area_type, p.name) for p in read(tables)] == [
        ("locality", island.HOSTILE),
        ("locality", "North Isles"),
        ("locality", "North Isles"),
        ("locality", "Skerry"),
        ("hscp", "Firth"),
        ("hscp", "Orsay Islands"),
    ]


def test_columns_stand_in_the_order_that_the_profile_gives(tables: dict[str, Path]) -> None:
    north = next(p for p in read(tables) if p.area_code == island.NORTH)

    assert [(c.role, c.name) for c in north.columns] == [
        ("this", "North Isles"),
        ("peer", island.HOSTILE),
        ("peer", "Skerry"),
        ("hscp", "Orsay Islands"),
        ("health_board", "NHS Orsay & Firth"),
        ("country", "Alba Bheag"),
    ]


def test_a_partnership_stands_beside_its_localities(tables: dict[str, Path]) -> None:
    orsay = next(p for p in read(tables) if p.area_code == island.ORSAY)

    assert [c.role for c in orsay.columns] == ["this", "part", "part", "part", "health_board", "country"]


def test_classes_are_ordered_as_people_count(tables: dict[str, Path]) -> None:
    rows = [row for row in read(tables)[0].rows() if row.indicator.indicator_id == "age_bands"]

    assert [row.category for row in rows] == ["5-14", "45-64", "85+"]


def test_a_missing_period_keeps_its_place_in_a_trend(tables: dict[str, Path]) -> None:
    trend = next(p for p in read(tables) if p.area_code == island.NORTH).sections[0].trends[0]

    assert [point and point[0].label for point in trend.points] == [
        "mid-2020",
        "mid-2021",
        None,
        "mid-2023",
        "mid-2024",
    ]


def test_an_item_without_a_declaration_is_refused(tmp_path: Path) -> None:
    rows = island.tables(island.AREAS, island.INDICATORS, island.SECTIONS)
    rows["indicator"] = rows["indicator"][1:]
    rows["area"] = [row for row in rows["area"] if row["area_type"] != "country"]

    with pytest.raises(ContractBroken) as refused:
        read(island.write(tmp_path, rows))

    assert "'indicator' lacks: population" in str(refused.value)
    assert "'area' lacks: country S92900001" in str(refused.value)


def test_headlines_take_turns_between_the_sections_that_have_figures(tables: dict[str, Path]) -> None:
    profiles = read(tables)

    chosen = [i.indicator_id for i in choose_headlines(profiles, island.edition(), most=3)]

    assert chosen == ["population", "aged_65_plus", "home_care_rate"]  # hospital has no figure for a locality


def test_headlines_are_those_of_the_edition(tables: dict[str, Path]) -> None:
    about = island.edition(headlines=("home_care_rate", "population", "unheard_of"))

    assert [i.indicator_id for i in choose_headlines(read(tables), about)] == ["home_care_rate", "population"]
