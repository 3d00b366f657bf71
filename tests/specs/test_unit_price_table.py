"""Prices of units: to the part of a penny, by place, service, unit and basis."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

PRICES = """
year    | place     | service_code | unit       | price_basis | price
2025/26 | S92900001 | SC.HC        | hour       | gross       | 24.50
2025/26 | S37900001 | PC.PRESC     | item       | net         | 11.2345
2025/26 | Y901H     | HOSP.ACU     | bed_day    | direct      | 1,410
"""


def test_a_price_is_kept_in_pence_with_its_decimals_for_a_place_of_any_kind(tmp_path: Path) -> None:
    found = curated(csv_file(tmp_path / "prices.csv", PRICES))
    assert rows(found.tables["unit_price"], "block_type", "block_code", "unit", "price_basis", "pence") == [
        ("country", "S92900001", "hour", "gross", 2450.0), ("hospital", "Y901H", "bed_day", "direct", 141_000.0),
        ("hscp", "S37900001", "item", "net", 1123.45),
    ]  # fmt: skip
    assert found.claims == ("unit costs, 2025/26",)


@pytest.mark.parametrize(("was", "written", "phrase"), [
    ("SC.HC ", "SC.HV ", "'SC.HV' is no service. Did you mean 'SC.HC'?"), ("hour", "hours", "expected one of bed_day"),
    ("gross ", "list ", "expected one of net, gross, full"), ("24.50", "-1", "the number is negative"),
    ("24.50", "c", "every row must have a number"), ("S92900001", "Scotland", "expected a code such as"),
    ("| price\n", "| price (£000)\n", "the heading says that prices are in thousands"),
    ("2025/26 | S92900001", "2025 | S92900001", "where a financial year was expected"),
    ("S37900001 | PC.PRESC     | item       | net  ", "S92900001 | SC.HC | hour | gross ", "in more than one row"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in PRICES
    assert phrase in refusal(csv_file(tmp_path / "prices.csv", PRICES.replace(was, written)))
