"""Finding a profile by what a person types."""

from __future__ import annotations

import pytest
from drawn import table

from locality_profiles.errors import UnknownArea
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.showing import QueryFailed, ask, find_profile


@pytest.fixture(scope="module")
def release(sample):
    return current_release(sample / "data" / "published")


def test_by_code_name_or_nothing(release):
    kind, code = find_profile(release, None)
    assert kind == "locality"
    assert find_profile(release, code) == (kind, code)
    assert find_profile(release, "fennaholm and SKOLTAY") == ("locality", "S37900001/fennaholm-and-skoltay")


def test_a_misspelt_name_is_answered_with_the_nearest(release):
    with pytest.raises(UnknownArea, match="Did you mean Fennaholm & Skoltay"):
        find_profile(release, "Fennaholm and Skoltey")


def test_a_name_that_two_areas_bear_is_answered_with_their_codes(tmp_path):
    two = """
        area_type     | area_code       | area_name
        locality      | S37900001/ness  | Ness
        neighbourhood | S37900001/ness  | Ness
    """
    tables = {name: table(tmp_path, name, two) for name in ("area", "profile")}
    told = {"release_id": "drawn", "tables": {name: str(path) for name, path in tables.items()}}
    with pytest.raises(UnknownArea, match="use the code") as refused:
        find_profile(Release(tmp_path, told), "Ness")
    assert "neighbourhood" in str(refused.value)


def test_without_a_query_the_tables_are_listed(sample):
    columns, rows = ask(sample / "data" / "curated" / "catalog.duckdb", None)
    assert columns == ["table", "what it holds"]
    assert {"area", "membership", "indicator_value", "profile"} <= {row[0] for row in rows}
    assert all(row[1].startswith("One row is") for row in rows)


@pytest.mark.parametrize("sql", ["drop view area", "create table x (a int)", "insert into area values (1)"])
def test_nothing_can_be_changed_by_a_query(sample, sql):
    with pytest.raises(QueryFailed):
        ask(sample / "data" / "curated" / "catalog.duckdb", sql)
