"""The paragraph at the head of a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from unit.publish import island

from locality_profiles.periods import period_label
from locality_profiles.publish.reading import Period, choose_headlines, read_profiles
from locality_profiles.publish.sentences import on, summary
from locality_profiles.tables.store import connect


def told(tables: dict[str, Path], code: str, parts: str = "", **changes: Any) -> str:
    about = island.edition(**changes)
    with connect() as connection:
        profiles = read_profiles(connection, tables, about.profiled)
    profile = next(p for p in profiles if p.area_code == code)
    return " ".join(summary(profile, choose_headlines(profiles, about), parts, about))


def test_an_area_is_told_with_its_partnership_and_first_figures(tables: dict[str, Path]) -> None:
    words = told(tables, island.NORTH, headlines=("population", "aged_65_plus"))

    assert words.startswith(
        "North Isles is a locality of the Orsay Islands partnership. Its population was 6,523 in mid-2024."
    )
    assert (
        "Of its people, 16.3% were aged 65 and over, compared with 12.4% in the partnership and 12.6% in Alba Bheag."
        in words
    )


def test_a_partnership_is_told_with_its_parts(tables: dict[str, Path]) -> None:
    words = told(tables, island.ORSAY, "3 localities")

    assert words.startswith("Orsay Islands is a partnership in the area of NHS Orsay & Firth, made up of 3 localities.")


def test_a_figure_that_is_missing_has_no_sentence(tables: dict[str, Path]) -> None:
    words = told(tables, island.NORTH, headlines=("home_care_rate",))

    assert "home care" not in words
    assert words.endswith("There is a figure for it on 5 of 8 indicators; on 2 more, a larger area has one.")


def test_marks_are_said_in_words(tables: dict[str, Path]) -> None:
    words = told(tables, island.WEST, headlines=("home_care_rate",))

    assert "People receiving home care: 12.3 (estimated) per 1,000 people (2023/24)" in words
    assert "15.3 (provisional) in the partnership" in words
    assert "[" not in words.replace(island.HOSTILE, "")


def test_an_area_without_figures_is_told_so(tables: dict[str, Path]) -> None:
    assert told(tables, island.SKERRY) == (
        "Skerry is a locality of the Orsay Islands partnership. "
        "This release holds no figures for it; on 7 of 8 indicators, a larger area has one."
    )


def test_an_area_without_figures_anywhere_is_told_so(tmp_path: Path) -> None:
    nothing = [spec._replace(smallest_area=None) for spec in island.INDICATORS[-1:]]
    tables = island.write(tmp_path, island.tables(island.AREAS, nothing, island.SECTIONS))

    assert told(tables, island.SKERRY).endswith("This release holds no figures for it: the tables below say why.")


@pytest.mark.parametrize(
    ("kind", "start", "end", "words"),
    [
        ("mid_year", date(2024, 6, 30), date(2024, 6, 30), "in mid-2024"),
        ("financial_year", date(2023, 4, 1), date(2024, 3, 31), "in 2023/24"),
        ("snapshot", date(2024, 3, 3), date(2024, 3, 3), "on 3 March 2024"),
        ("years", date(2020, 1, 1), date(2022, 12, 31), "from 2020 to 2022"),
    ],
)
def test_a_period_stands_in_a_sentence(kind: str, start: date, end: date, words: str) -> None:
    assert on(Period(kind, start, end, period_label(kind, start, end))) == words
