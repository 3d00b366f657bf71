"""Every sentence about the real Shetland and the real Scotland is true, by a checker that works each out again."""

from __future__ import annotations

import narrative_checker
import pytest
from running import Run

pytestmark = pytest.mark.real


def faults(run: Run) -> list[str]:
    return list(narrative_checker.faults(run.ask, run.workspace.title_of))


def told(run: Run) -> dict[str, int]:
    return dict(run.ask("select claim, count(*) from sentence group by all"))


def test_every_sentence_about_shetland_is_true(shetland: Run) -> None:
    assert faults(shetland) == []
    assert sum(told(shetland).values()) > 500
    assert {"population", "summary", "level", "rank", "trend", "change", "inequality", "classes"} <= set(told(shetland))


def test_every_sentence_about_scotland_is_true(scotland: Run) -> None:
    assert faults(scotland) == []
    assert sum(told(scotland).values()) > 30_000


def test_every_area_of_scotland_is_told(scotland: Run) -> None:
    ((areas, untold),) = scotland.ask("""
        select count(*), count(*) filter (n is null) from (select distinct area_type, area_code from profile)
        left join (select area_type, area_code, count(*) as n from sentence group by all)
        using (area_type, area_code)""")
    assert areas > 1_900
    assert untold == 0
