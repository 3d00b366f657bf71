"""The store: a table as one file or as several, and keys that are repeated."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from locality_profiles.errors import ContractBroken
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS, POPULATION
from locality_profiles.tables.store import Store, Stored, connect, keep_contract, sweep, write_catalog


def people(code: str, *ages: int) -> pa.Table:
    return conform(POPULATION, {
        "block_type": "data_zone_2011", "block_code": code, "year": 2021, "sex": "all", "age": list(ages),
        "persons": 7, "status": "actual", "extract_id": "abc",
    }, len(ages))  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def united(store: Store, written: pa.Table, *as_they_are: pa.Table) -> Stored:
    pieces = [store.write("_population", f"piece{number}", table, {}) for number, table in enumerate(as_they_are)]
    with connect() as connection:
        connection.register("written", written)
        return store.write_query("population", "key", connection, "from written", {}, pieces)


def codes(stored: Stored) -> list[str]:
    with connect() as connection:
        return [
            code for (code,) in connection.execute(f"select block_code from {stored.relation} order by 1").fetchall()
        ]


def test_a_table_of_several_files_is_read_as_one(store):
    stored = united(store, people("S01900001", 0, 1), people("S01900002", 0), people("S01900003", 0))
    assert codes(stored) == ["S01900001", "S01900001", "S01900002", "S01900003"]
    assert stored.manifest["rows"] == 4
    assert store.find("population", "key") == stored


def test_the_catalogue_shows_a_table_of_several_files(store, tmp_path):
    stored = united(store, people("S01900001", 0), people("S01900002", 0))
    write_catalog(tmp_path / "catalog.duckdb", {"population": stored.path})
    with connect() as connection:
        connection.execute(f"attach '{tmp_path / 'catalog.duckdb'}' as made (read_only)")
        assert connection.execute("select count(*) from made.population").fetchone() == (2,)


def test_versions_of_duckdb_from_one_and_two_on_read_the_catalogue(store, tmp_path):
    stored = united(store, people("S01900001", 0), people("S01900002", 0))
    write_catalog(tmp_path / "catalog.duckdb", {"population": stored.path})
    with connect() as connection:
        connection.execute(f"attach '{tmp_path / 'catalog.duckdb'}' as made (read_only)")
        ((tags,),) = connection.execute(
            "select tags::varchar from duckdb_databases() where database_name = 'made'"
        ).fetchall()
    assert "v1.2" in tags


def test_a_table_keeps_the_files_that_it_was_given_when_their_own_names_go(store):
    stored = united(store, people("S01900001", 0), people("S01900002", 0))
    assert store.keep_only([stored.path]) == 1
    assert codes(stored) == ["S01900001", "S01900002"]


def test_a_table_of_several_files_is_taken_away_whole(store, tmp_path):
    united(store, people("S01900001", 0), people("S01900002", 0))
    store.keep_only([])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_whose_manifest_was_lost_is_written_anew(store):
    stored = united(store, people("S01900001", 0), people("S01900002", 0))
    stored.path.with_suffix(".json").unlink()
    assert store.find("population", "key") is None
    assert codes(united(store, people("S01900004", 0), people("S01900002", 0))) == ["S01900002", "S01900004"]


def test_what_a_killed_build_left_of_a_folder_is_swept_away(store, tmp_path):
    (tmp_path / "population" / ".building-abc").mkdir(parents=True)
    (tmp_path / "population" / ".building-abc" / "rows.parquet").write_bytes(b"PAR1")
    sweep(tmp_path)
    assert not (tmp_path / "population" / ".building-abc").exists()


def test_a_query_that_fails_leaves_nothing_behind(store, tmp_path):
    piece = store.write("_population", "piece", people("S01900001", 0), {})
    with connect() as connection, pytest.raises(Exception, match="no_such_table"):
        store.write_query("population", "key", connection, "from no_such_table", {}, [piece])
    assert list((tmp_path / "population").iterdir()) == []


def test_a_key_that_stands_in_two_files_is_found(store):
    stored = united(store, people("S01900001", 0, 1), people("S01900001", 1))
    with connect() as connection, pytest.raises(ContractBroken, match=r"1 value\(s\) stand in 2 rows"):
        keep_contract(connection, stored.relation, POPULATION)


@pytest.mark.parametrize("ages", [(0, 1, 90), (0, 127), (3, 130, 257)])
def test_no_key_is_called_repeated_where_only_its_number_looks_alike(ages):
    with connect() as connection:
        connection.register("rows", people("S01900001", *ages))
        keep_contract(connection, "rows", POPULATION)


def test_a_key_without_a_number_is_found_repeated_too():
    contract = CONTRACTS["boundary"]
    twice = conform(contract, {"area_type": "ward", "area_code": ["a", "a", "b"], "geometry": b"", "extract_id": ""}, 3)
    with connect() as connection:
        connection.register("rows", twice)
        with pytest.raises(ContractBroken, match=r"1 value\(s\) stand in 2 rows"):
            keep_contract(connection, "rows", contract)


def test_outlines_are_stored_as_geoparquet(store: Store) -> None:
    import geopandas
    import shapely

    from locality_profiles.tables.geo import as_geoparquet

    outline = shapely.to_wkb(shapely.box(400_000, 1_100_000, 401_000, 1_101_000))
    stored = store.write("boundary", "key", as_geoparquet(pa.table({"name": ["Isle"], "geometry": [outline]})), {})
    read = geopandas.read_parquet(stored.path)
    assert read.crs == "EPSG:27700"
    assert read.area.tolist() == [1_000_000]
