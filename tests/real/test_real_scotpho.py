"""Facts about the real ScotPHO files, read a second time here with nothing but ``csv``."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from locality_profiles.sources import Curated, read_extract

pytestmark = pytest.mark.real

PROFILE = "indicators_scotpho/scotpho_data.csv"
FIFTHS = "indicators_scotpho/scotpho_deprivation_data_scotland_shetland.csv"
Reader = Callable[[str], tuple[Curated, list[dict[str, str]]]]


@pytest.fixture
def both(real_extracts: Path) -> Reader:
    """A file as the project reads it, and as it stands."""

    def read(name: str) -> tuple[Curated, list[dict[str, str]]]:
        (found,) = read_extract(real_extracts / name)
        with (real_extracts / name).open(encoding="utf-8", newline="") as file:
            return found.curated, list(csv.DictReader(file))

    return read


def number(text: str) -> float | None:
    return None if text in ("", "NA", "Inf") else float(text)


def values(table: Any, *key: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    columns = [table[name].to_pylist() for name in (*key, "numerator", "value", "lower", "upper")]
    rows = list(zip(*columns, strict=True))
    found = {row[: len(key)]: row[len(key) :] for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_profile_value_is_kept_with_its_count_and_limits(both: Reader) -> None:
    curated, supplied = both(PROFILE)
    expected = {}
    for row in supplied:
        figures = [
            number(row[c]) for c in ("numerator", "measure", "lower_confidence_interval", "upper_confidence_interval")
        ]
        expected[row["indicator"].strip(), row["area_code"]] = tuple(figures)
    assert values(curated.tables["published_value"], "measure", "block_code") == expected


def test_profiles_are_of_councils_and_every_period_is_understood(both: Reader) -> None:
    table = both(PROFILE)[0].tables["published_value"]
    assert set(table["block_type"].to_pylist()) == {"council_area"}
    kinds = Counter(table["period_type"].to_pylist())
    assert set(kinds) == {
        "years", "calendar_year", "financial_year", "school_year", "month", "snapshot", "mid_year",
    }  # fmt: skip
    assert table["period_start"].null_count == 0


def test_every_fifth_is_kept_and_every_total_once(both: Reader) -> None:
    curated, supplied = both(FIFTHS)
    kinds = {"sc_quin": "simd_quintile", "hb_quin": "simd_quintile_own", "ca_quin": "simd_quintile_own"}
    table = curated.tables["published_value"]
    of_fifths = table.filter([b in kinds.values() or b == "all" for b in table["breakdown"].to_pylist()])
    found = values(of_fifths, "measure", "block_code", "note", "breakdown", "category")
    expected = {}
    for row in supplied:
        total = row["quintile"] == "Total"
        code = None if row["code"] == "S00000001" else row["code"]
        words = f"{row['type_definition']}; {row['def_period']}"
        key = (row["indicator"], code, words, "all" if total else kinds[row["quint_type"]],
               "all" if total else row["quintile"][0])  # fmt: skip
        figures = tuple(number(row[c]) for c in ("numerator", "measure", "lowci", "upci"))
        assert expected.setdefault(key, figures) == figures  # totals under two kinds of fifths are the same
    assert found == expected


def test_the_island_board_mostly_lacks_fifths_of_the_country_and_has_all_of_its_own(both: Reader) -> None:
    table = both(FIFTHS)[0].tables["published_value"].to_pandas()
    board = table[table.block_type == "health_board"]
    own = board[board.breakdown == "simd_quintile_own"].groupby(["measure", "note"]).size()
    assert set(own) == {5}
    of_country = board[board.breakdown == "simd_quintile"].groupby(["measure", "note"]).size()
    assert (of_country < 5).mean() > 0.9


def test_indices_are_those_of_the_totals(both: Reader) -> None:
    curated, supplied = both(FIFTHS)
    table = curated.tables["published_value"].to_pandas()
    for name, column in (("sii_most_less_least", "sii"), ("rii_mean", "rii"), ("attributable_share", "par")):
        given = [number(row[column]) for row in supplied if row["quintile"] == "Total"]
        found = table[table.category == name].value
        assert Counter(found.dropna()) == Counter(value for value in given if value is not None)
        assert len(found) == len(given)
