"""The open data as one database file: from a folder, from a read-only copy, from a web host."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from running import rows_of
from unit.publish import island, web

from locality_profiles.disclosure.linter import lint
from locality_profiles.publish.catalogue import NAME, Held, write_catalogue
from locality_profiles.publish.edition import MARKING, SYNTHETIC
from locality_profiles.publish.open_data import LONG, write_open_data
from locality_profiles.tables.macros import macros
from locality_profiles.tables.store import NO_DOWNLOADS

STEMS = {long.table: long.stem for long in LONG}
CHI = "0101010011"
AREA_ROW = "'locality' area_type, 'S1' area_code, 'A' area_name, 'hscp' parent_type, 'S2' parent_code"


def opened(address: str | Path, connection: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that has attached the file as its documentation says, and downloads nothing."""
    connection = connection or duckdb.connect(config=dict(NO_DOWNLOADS))
    connection.execute(f"attach '{address}' as profiles (read_only)")
    connection.execute("use profiles")
    return connection


@pytest.fixture
def catalogue(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(release / "open-data" / NAME) as connection:
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return connection.execute(query).fetchall()


def test_it_holds_every_row_of_every_published_table(release: Path, catalogue: duckdb.DuckDBPyConnection) -> None:
    files = {path.stem: path for path in (release / "open-data").glob("*.parquet")}
    by_stem = {stem: table for table, stem in STEMS.items()}

    assert files
    for stem, path in files.items():
        table, there = by_stem.get(stem, stem.replace("-", "_")), f"read_parquet('{path}')"
        columns = ", ".join(f'"{name}"' for name, *_ in ask(catalogue, f"describe from {there}"))
        for one, other in ((table, there), (there, table)):
            differ = f"select count(*) from (select {columns} from {one} except all select {columns} from {other})"
            assert ask(catalogue, differ) == [(0,)], table


def test_tables_and_columns_say_what_they_are(catalogue: duckdb.DuckDBPyConnection) -> None:
    ((words,),) = ask(catalogue, "select comment from duckdb_tables() where table_name = 'indicator_value'")
    assert words.endswith("The same as indicator-values.")
    silent = """select table_name, column_name from duckdb_columns() join duckdb_tables() using (table_oid)
        where not duckdb_tables.internal and duckdb_columns.comment is null
        and table_name in ('indicator_value', 'area', 'indicator', 'profile')"""
    assert ask(catalogue, silent.replace("select table_name", "select duckdb_columns.table_name").replace(
        "and table_name", "and duckdb_columns.table_name")) == []  # fmt: skip


def test_what_is_often_asked_is_ready_to_be_asked(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert ask(catalogue, "select area_code from find_area('NORTH isles') order by all") == [
        (island.NORTH,), (island.FIRTH_NORTH,)
    ]  # fmt: skip
    assert ask(catalogue, "select indicator_id from find_indicator('home care') order by all") == [
        ("home_care_cost",), ("home_care_rate",)
    ]  # fmt: skip
    trend = ask(catalogue, f"select value from trend_of('population', '{island.NORTH}')")
    assert trend == ask(catalogue, f"""select value from indicator_value where indicator_id = 'population'
        and area_code = '{island.NORTH}' order by period_end""")  # fmt: skip
    compared = ask(catalogue, "select area_name, value from compare_areas('population', 'locality')")
    assert len(compared) == len(set(compared)) >= 2
    values = [value for _, value in compared if value is not None]
    assert values == sorted(values, reverse=True)


def test_a_hidden_figure_has_no_number_here_either(catalogue: duckdb.DuckDBPyConnection) -> None:
    for table in ("profile", "indicator_value", "named_value", "latest_value"):
        assert ask(catalogue, f"select count(*) from {table} where status = 'suppressed' and value is not null") == [
            (0,)
        ]


def test_a_copy_in_another_folder_that_nobody_may_write_to_opens_as_well(release: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    copy = folder / "renamed.duckdb"
    shutil.copyfile(release / "open-data" / NAME, copy)
    copy.chmod(0o444)
    folder.chmod(0o555)
    try:
        with opened(copy) as connection:
            assert ask(connection, "select count(*) > 0 from latest_value") == [(True,)]
        assert [path.name for path in folder.iterdir()] == ["renamed.duckdb"], "nothing is written beside it"
    finally:
        folder.chmod(0o755)


def test_it_names_no_path_and_no_other_file(release: Path, catalogue: duckdb.DuckDBPyConnection) -> None:
    content = (release / "open-data" / NAME).read_bytes()
    assert str(release).encode() not in content
    assert b".parquet'" not in content
    told = "select sql from duckdb_views() where not internal union all "
    told += "select macro_definition from duckdb_functions() where not internal"
    assert not [sql for (sql,) in ask(catalogue, told) if re.search(r"read_|scan_|\.parquet|\.csv|/\w", sql or "")]


def test_it_is_attached_over_the_web(release: Path) -> None:
    folder, question = release / "open-data", "from compare_areas('population', 'locality')"
    with web.host(folder) as (address, asked), duckdb.connect(config=dict(NO_DOWNLOADS)) as connection:
        connection.register_filesystem(web.Web(address))
        opened(f"web://{NAME}", connection)
        over_web = ask(connection, question)
        assert ask(connection, "select round(rate_low(20, 100, 100), 2)") == [(12.21,)]

    with opened(folder / NAME) as local:
        assert over_web == ask(local, question)
    assert asked


def test_a_question_over_the_web_fetches_a_few_pieces_of_a_large_file(tmp_path: Path) -> None:
    rows = "select range as code, hash(range) as value from range(1_000_000)"
    path = write_catalogue(tmp_path / NAME, [Held("place", rows, "Made up")], "Made up.")
    with web.host(tmp_path) as (address, asked), duckdb.connect(config=dict(NO_DOWNLOADS)) as connection:
        connection.register_filesystem(web.Web(address))
        opened(f"web://{NAME}", connection)
        assert ask(connection, "select count(value) from place where code = 777777") == [(1,)]

    assert sum(size for *_, size in asked) < path.stat().st_size / 4


def test_parquet_is_read_over_the_web_as_well(release: Path) -> None:
    path = release / "open-data" / "indicator-values.parquet"
    with web.host(path.parent) as (address, asked), duckdb.connect(config=dict(NO_DOWNLOADS)) as connection:
        connection.register_filesystem(web.Web(address))
        found = ask(connection, f"select count(*), sum(value) from read_parquet('web://{path.name}')")

    assert found == duckdb.sql(f"select count(*), sum(value) from '{path}'").fetchall()
    assert {verb for verb, *_ in asked} == {"GET"}


def test_it_says_which_release_it_is(release: Path, tmp_path: Path, tables: dict[str, Path]) -> None:
    with opened(release / "open-data" / NAME) as connection:
        ((words,),) = ask(connection, "from about")
    assert words == f"{SYNTHETIC} Orsay & Firth locality profiles, release 2026-03-01-ab12."

    write_open_data(tables, tmp_path / "open-data", island.edition(synthetic=False, marking=MARKING))
    with opened(tmp_path / "open-data" / NAME) as connection:
        ((words,),) = ask(connection, "from about")
    assert words.startswith(MARKING)


def test_writing_it_again_gives_the_same_tables(release: Path, tables: dict[str, Path], tmp_path: Path) -> None:
    write_open_data(tables, tmp_path / "open-data", island.edition())
    write_open_data(tables, tmp_path / "open-data", island.edition())  # one that is there is replaced

    again = tmp_path / "open-data" / NAME
    assert rows_of(again) == rows_of(release / "open-data" / NAME)

    connection = duckdb.connect(str(again))
    connection.execute("update area set area_name = 'Elsewhere' where area_name = 'Skerry'")
    connection.close()
    assert rows_of(again) != rows_of(release / "open-data" / NAME)


def test_only_questions_that_can_be_asked_are_there(tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / NAME, [Held("area", f"select {AREA_ROW}", "Areas' names")], "It's a test.")
    with opened(path) as connection:
        found = {name for (name,) in ask(connection, "select function_name from duckdb_functions() where not internal")}
    assert found == {macro.name for macro in macros() if set(macro.needs) <= {"area"}}
    assert "find_area" in found
    assert "blocks_of" not in found


def test_versions_of_duckdb_from_one_and_two_on_read_it(release: Path) -> None:
    with opened(release / "open-data" / NAME) as connection:
        ((tags,),) = ask(connection, "select tags::varchar from duckdb_databases() where database_name = 'profiles'")
    assert "v1.2" in tags


@pytest.mark.parametrize("held", [
    Held("place", f"select '{CHI}' as code", "Areas"),
    Held("place", "select '1' as forename", "Areas"),
    Held("place", "select 1 as code", f"Areas, says {CHI}"),
])  # fmt: skip
def test_the_linter_of_releases_looks_through_it(tmp_path: Path, held: Held) -> None:
    write_catalogue(tmp_path / NAME, [held], "")

    assert [one.file for one in lint(tmp_path)] == [NAME]


def test_the_linter_lets_a_harmless_one_pass(release: Path, tmp_path: Path) -> None:
    shutil.copyfile(release / "open-data" / NAME, tmp_path / NAME)

    assert lint(tmp_path) == []
