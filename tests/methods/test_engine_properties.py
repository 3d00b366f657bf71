"""What must hold of the engine for any areas at all: nothing is lost, and nothing is counted twice.

Random places are drawn: blocks with people, an area system that shares them, and zones of another
edition. The whole engine runs on them, not only its arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from drawn import empty, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locality_profiles.geography.shares import OUTSIDE, Shares, complete, compose
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import indicators

FACTS = ("population_class", "deprivation", "activity", "registration", "household", "unit_cost", "extract")
POPULATION = {"population": indicators()["population"]}
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Places:
    """People of each block, and the parts of each block (area and size) that make its shares."""

    people: list[int]
    parts: list[list[tuple[int, int]]]

    @property
    def shares(self) -> Shares:
        rows = [
            (block, area, size / sum(s for _, s in parts))
            for block, parts in enumerate(self.parts) for area, size in parts
        ]  # fmt: skip
        block, area, weight = zip(*rows, strict=True)
        return complete(block, area, weight)


@st.composite
def places(draw: st.DrawFn) -> Places:
    blocks = draw(st.integers(1, 6))
    part = st.tuples(st.integers(OUTSIDE, 3), st.integers(1, 9))
    people = draw(st.lists(st.integers(0, 5_000), min_size=blocks, max_size=blocks))
    parts = draw(st.lists(st.lists(part, min_size=1, max_size=4), min_size=blocks, max_size=blocks))
    return Places(people, parts)


def people_by_area(shares: Shares, people: list[int], kind: str = "data_zone_2011") -> dict[str, float]:
    """What the engine says lives in each area, and in none."""
    with TemporaryDirectory() as folder:
        where = Path(folder)
        tables = empty(where, *FACTS)
        lines = "".join(
            f"{kind} | b{b} | neighbourhood | {'OUT' if a == OUTSIDE else f'a{a}'} | {float(w)!r}\n"
            for b, a, w in zip(shares.block, shares.area, shares.weight, strict=True)
        )
        tables["membership"] = table(
            where, "membership", f"block_type | block_code | area_type | area_code | weight\n{lines}"
        )
        rows = "".join(f"{kind} | b{block} | 2021 | 40 | {count}\n" for block, count in enumerate(people))
        tables["population"] = table(where, "population", f"block_type | block_code | year | age | persons\n{rows}")
        found = calculate(tables, ["neighbourhood"], POPULATION).values
        return dict(zip(found["area_code"].to_pylist(), found["value"].to_pylist(), strict=True))


@FEW
@given(places())
def test_the_areas_and_what_is_in_none_add_up_to_the_whole(drawn):
    assert sum(people_by_area(drawn.shares, drawn.people).values()) == pytest.approx(sum(drawn.people))


@FEW
@given(places(), st.integers(0, 3))
def test_the_two_halves_of_an_area_add_up_to_it(drawn, halved):
    whole = people_by_area(drawn.shares, drawn.people)
    # Every second block of the area goes to a new one.
    split = drawn.shares
    area = split.area.copy()
    area[(area == halved) & (split.block % 2 == 1)] = 9
    parts = people_by_area(Shares(split.block, area, split.weight), drawn.people)
    assert parts.get(f"a{halved}", 0) + parts.get("a9", 0) == pytest.approx(whole.get(f"a{halved}", 0))


@FEW
@given(places(), st.data())
def test_people_of_another_edition_are_all_there_after_conversion(drawn, data):
    # Zones of 2022 are shared among the blocks; through those they come into areas.
    blocks = len(drawn.people)
    part = st.tuples(st.integers(0, blocks - 1), st.integers(1, 9))
    zones = data.draw(st.lists(st.lists(part, min_size=1, max_size=3), min_size=1, max_size=5))
    people = data.draw(st.lists(st.integers(0, 5_000), min_size=len(zones), max_size=len(zones)))
    converted = compose(Places(people, zones).shares, drawn.shares)
    assert sum(people_by_area(converted, people, "data_zone_2022").values()) == pytest.approx(sum(people))
