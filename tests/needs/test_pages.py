"""What the assessment page says: the drawn assessment's tables in, printed rows and caveats out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn_assessment import FACTS, assessment
from drawn_needs import ISLES, NORTH, SOUTH

from locality_profiles.publish import needs_pages
from locality_profiles.publish.needs_pages import (
    equality_sheets,
    outcome_sheets,
    priority_sheets,
    risk_sheets,
)
from locality_profiles.publish.sheets import Sheet
from locality_profiles.tables.curated import CONTRACTS

AREA = ("locality", NORTH)
NAMES = {AREA: "North", ("locality", SOUTH): "South", ("hscp", ISLES): "Isles"}
READERS = (priority_sheets, risk_sheets, outcome_sheets, equality_sheets)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("tables")
    for name, found in {**assessment(), "indicator": FACTS["indicator"]}.items():
        pq.write_table(pa.Table.from_pylist(found, schema=CONTRACTS[name].schema), folder / f"{name}.parquet")
    return {path.stem: path for path in folder.glob("*.parquet")}


def sheets(reader, tables, area=AREA) -> dict[str, Sheet]:
    with duckdb.connect() as connection:
        return {sheet.id: sheet for sheet in reader(connection, tables, area, NAMES)}


def row(sheet: Sheet, name: str) -> tuple[str, ...]:
    (found,) = [cells for title, cells, _ in sheet.rows if name in title]
    return found


@pytest.mark.parametrize("reader", READERS)
def test_every_row_has_a_cell_for_each_column_and_every_sheet_an_id(reader, tables):
    with duckdb.connect() as connection:
        found = reader(connection, tables, AREA, NAMES)
    assert found
    assert len({sheet.id for sheet in found}) == len(found)
    for sheet in found:
        assert sheet.rows
        assert {len(cells) for _, cells, _ in sheet.rows} == {len(sheet.columns)}
        assert all(isinstance(cell, str) for _, cells, _ in sheet.rows for cell in cells)
        assert all(caveat.endswith(".") for caveat in sheet.caveats)


@pytest.mark.parametrize("reader", READERS)
def test_a_release_without_these_tables_has_no_sheets(reader):
    assert sheets(reader, {}) == {}


def test_the_matrix_shows_every_criterion_with_its_weight_and_how_sure_the_place_is(tables):
    found = sheets(priority_sheets, tables)
    falls = row(found["priorities"], "1. Ni16 falls")
    # Score, level, trend, inequality, people, cost, projected, evidence: weights 3, 2 and 2 of 11 are known.
    assert falls[1:8] == ("0.52", "1.00", "–", "0.80", "–", "–", "64%")
    assert float(falls[0]) == pytest.approx((3 * 0.524 + 2 * 1 + 2 * 0.8) / 7, abs=0.005)
    assert row(found["priorities-sensitivity"], "falls")[:4] == ("1", "1", "1", "100%")
    assert row(found["priorities-weights"], "Level")[0] == f"{100 * 3 / 11:.1f}%"
    assert needs_pages.QUESTIONS in found["priorities"].caveats


def test_a_small_number_is_a_mark_and_has_no_share(tables):
    profile = sheets(risk_sheets, tables)["risk-groups"]
    assert row(profile, "dementia")[:6] == ("[c]", "–", "–", "–", "–", "–")
    assert row(profile, "85 and over")[:6] == ("60", "6.0%", "3.0%", "2.0", "1 of 2", "1 of 4 data zones")


def test_a_register_reads_at_a_glance(tables):
    register = sheets(risk_sheets, tables)["risk-register"]
    assert row(register, "falls")[:2] == ("High", "Rising, by trend")
    assert row(register, "falls")[3:] == ("N2", "Lead for unscheduled care")


def test_outcomes_say_what_is_not_known(tables):
    found = sheets(outcome_sheets, tables)
    assert row(found["outcomes"], "7.") == ("2", "1", "0", "0", "1", "0", "1", "1 of 2 known for the partnership only.")
    why = "Its figures are told for the partnership and not for this area."
    assert row(found["outcome-7"], "Crime")[2:] == ("Partnership only", "–", "–", "–", why)


def test_what_is_not_held_of_people_is_a_table_of_its_own(tables):
    found = sheets(equality_sheets, tables)
    assert row(found["equality-disability"], "Limited a lot")[1] == f"{100 * 36 / 880:.1f}%"
    assert "Sexual orientation" in [title for title, _, _ in found["equality-missing"].rows]
