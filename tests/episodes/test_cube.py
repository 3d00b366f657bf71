"""The cube against a plain computation that shares no code with it, on three million records of a synthetic country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from episodes.clusters import standing
from episodes.cubes import (
    OF_HOSPICES,
    ask,
    cube_of,
    differences,
    figures,
    of_any_file,
    one_file_a_year,
    plain_figures,
)
from episodes.plain_cube import PlainCube, plain_cube

from locality_profiles.episodes.cells import BALANCE, MEASURES
from locality_profiles.episodes.engine import Where, engine
from locality_profiles.episodes.linked import kinds
from locality_profiles.sample.linked import LinkedSummary, made_up_zones, write_linked
from locality_profiles.tables.curated import ACTIVITY_CUBE
from locality_profiles.tables.store import Store, Stored

#: With their three years, three million records of episodes.
PEOPLE, YEARS, ZONES = 525_000, (2019, 2020, 2021), 350
#: Of a cluster for so many: it makes code of queries, as it does by itself, and has room for each half of a year.
FOR_MANY_ROWS = "spark.executor.memory 900m\nspark.sql.adaptive.enabled false\n"


@dataclass(frozen=True)
class Country:
    """What was written, the cube of it, and the plain cube."""

    folder: Path
    written: LinkedSummary
    tables: Mapping[str, Stored]
    plain: PlainCube


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    folder = tmp_path_factory.mktemp("records")
    written = write_linked(folder, made_up_zones(ZONES), PEOPLE, YEARS, faults=True)
    tables = cube_of(folder, Store(tmp_path_factory.mktemp("store")))
    return Country(folder, written, tables, plain_cube(folder, OF_HOSPICES))


def test_there_are_three_million_records(country: Country) -> None:
    assert country.written.episodes >= 3_000_000


def test_every_figure_is_that_of_the_plain_computation(country: Country) -> None:
    wrong = differences(figures(country.tables["activity_cube"]), plain_figures(country.plain.cells))
    assert wrong.empty, wrong.head(20).to_string()


def test_on_a_cluster_every_figure_is_that_of_the_plain_computation(
    country: Country, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Spark has the records in one file a year: what it takes for each step matters more than how many rows there are.

    The other tables that readers see are set beside those of DuckDB, as is how many records a cell counts.
    """
    folder = tmp_path_factory.mktemp("years")
    one_file_a_year(country.folder, folder, row_group_size=100_000)
    with (
        standing(tmp_path_factory.mktemp("cluster"), FOR_MANY_ROWS) as cluster,
        engine("spark", tmp_path_factory.mktemp("spark"), master=cluster.address),
    ):
        tables = cube_of(folder, Store(tmp_path_factory.mktemp("store")), Where("spark", cluster.address))
        both_worked = ["Asked to launch executor" in cluster.log(f"worker-{number}") for number in (0, 1)]
    wrong = differences(figures(tables["activity_cube"]), plain_figures(country.plain.cells))
    assert wrong.empty, wrong.head(20).to_string()
    assert of_any_file(tables["hospital_flow"]) == of_any_file(country.tables["hospital_flow"])
    assert of_any_file(tables["quarantine"]) == of_any_file(country.tables["quarantine"])
    counted = [figures(of["activity_cube"], ["n_records"]) for of in (tables, country.tables)]
    assert differences(*counted).empty
    assert both_worked == [True, True]


def test_every_measure_of_the_cube_was_compared(country: Country) -> None:
    compared = set(figures(country.tables["activity_cube"])["measure_code"].unique().to_pylist())
    # The balance of care is made where there are population estimates as well; see test_balance.py.
    assert compared == {name.upper() for name in MEASURES if name not in BALANCE}
    kinds_seen = set(country.written.kinds) - {"individual"}
    assert kinds_seen == set(kinds())


def test_records_are_set_aside_for_the_same_reasons(country: Country) -> None:
    ours = ask(
        "select fault, count(*) as n from q group by fault order by fault", q=country.tables["quarantine"]
    ).set_index("fault").n  # fmt: skip
    plain = country.plain.set_aside.groupby("fault")["rows"].sum()
    pd.testing.assert_series_equal(ours, plain, check_names=False, check_dtype=False)


def test_records_before_are_those_counted_and_those_set_aside(country: Country) -> None:
    counted = ask("select sum(n_records) as n from cube", cube=country.tables["activity_cube"]).n.item()
    episodes = "recid <> 'individual'"
    aside = ask(f"select count(*) as n from q where {episodes}", q=country.tables["quarantine"]).n.item()
    assert counted + aside == country.written.episodes


def test_the_contract_has_every_measure_and_nothing_else() -> None:
    keys = {"counted_from", "period_end", "extract_id", "n_records", *ACTIVITY_CUBE.key}
    assert {column.name for column in ACTIVITY_CUBE.columns} - keys == set(MEASURES)


def test_no_identifier_of_a_person_is_in_a_table_that_readers_see(country: Country) -> None:
    for stored in country.tables.values():
        names = set(ask("select * from t limit 0", t=stored).columns)
        assert not names & {"anon_chi", "person", "dob", "postcode"}


def test_people_are_not_the_sum_of_services(country: Country) -> None:
    people = ask("""
        select service_code, sum(n_people)::bigint as n from cube where n_people is not null
            and period_start = date '2020-04-01' group by all""", cube=country.tables["activity_cube"])  # fmt: skip
    by = people.set_index("service_code").n
    assert by["HOSP.ACU"] < by["HOSP.ACU.EM"] + by["HOSP.ACU.EL"] + by["HOSP.ACU.DC"]
    assert max(by["HOSP.ACU.EM"], by["HOSP.ACU.EL"], by["HOSP.ACU.DC"]) <= by["HOSP.ACU"] <= by["HOSP"] <= by["ALL"]


def test_a_changed_file_gives_what_a_full_rebuild_gives(tmp_path: Path) -> None:
    folder, store = tmp_path / "records", Store(tmp_path / "store")
    write_linked(folder, made_up_zones(20), 2_000, (2019, 2020), seed=5)
    cube_of(folder, store)
    changed = folder / "source-episode-file-1920-01B.parquet"
    rows = pd.read_parquet(changed)
    rows[rows.anon_chi != rows.anon_chi.iloc[0]].to_parquet(changed, index=False)
    before = {path for path in store.folder.rglob("*.parquet") if path.is_file()}
    after = cube_of(folder, store)
    new = {path.parent.name for path in store.folder.rglob("*.parquet") if path.is_file()} - {"activity_cube"}
    made = [path for path in store.folder.rglob("*.parquet") if path.is_file() and path not in before]
    anew = cube_of(folder, Store(tmp_path / "anew"))
    assert differences(figures(after["activity_cube"]), figures(anew["activity_cube"])).empty
    # One file of records, the people of its year, stays of that year, and what follows a discharge.
    assert len([path for path in made if path.parent.name == "_cell"]) == 1
    assert len([path for path in made if path.parent.name == "_people_cell"]) == 1
    assert "_individual_cell" in new
    assert not [path for path in made if path.parent.name == "_individual_cell"]
