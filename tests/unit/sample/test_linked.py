"""The synthetic linked records: whole, the same every time, and made of nobody."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from locality_profiles.episodes.conditions import one_of
from locality_profiles.sample import linked
from locality_profiles.sample.linked import INDIVIDUAL_FILE, file_name, made_up_zones, write_linked
from locality_profiles.sample.linked_columns import EPISODE, INDIVIDUAL
from locality_profiles.sample.linked_draws import MONTHS, Dice
from locality_profiles.sample.linked_faults import FAULTY, faults_of
from locality_profiles.sample.linked_zones import NO_LOCALITY, ZONE_COLUMNS

PEOPLE, YEARS = 2_000, (2020, 2021)
ZONES = made_up_zones(120, seed=3)
YEAR_BEGINS = "make_date(2000 + left(year, 2)::integer, 4, 1)"
HOSPITAL = "recid in ('01B', 'GLS', '02B', '04B')"
BED_DAYS = " + ".join(f"{month}_beddays" for month in MONTHS)
COSTS = " + ".join(f"{month}_cost" for month in MONTHS)


class Written:
    """What was written, and questions to it."""

    def __init__(self, folder: Path, **options) -> None:
        self.folder = folder
        self.summary = write_linked(folder, options.pop("zones", ZONES), PEOPLE, YEARS, seed=5, **options)
        self.connection = duckdb.connect()
        files = {"episodes": "source-episode-file-*.parquet", "individuals": "source-individual-file-*.parquet"}
        for view, pattern in files.items():
            source = f"read_parquet('{folder / pattern}', filename = true)"
            self.connection.execute(f"create view {view} as select * from {source}")

    def ask(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()

    def one(self, query: str):
        ((value,),) = self.ask(query)
        return value

    def content(self) -> dict[str, pa.Table]:
        """The rows of each file, in their order."""
        return {name: pq.read_table(self.folder / name) for name in self.summary.files}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Written:
    return Written(tmp_path_factory.mktemp("linked"), threads=1)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Written:
    return Written(tmp_path_factory.mktemp("spoilt"), threads=1, faults=True)


def test_two_runs_are_equal_whatever_the_threads_the_slices_and_the_order_of_zones(written, tmp_path, monkeypatch):
    monkeypatch.setattr(linked, "SLICE", 1_100)
    again = Written(tmp_path, threads=2, zones=ZONES.take(list(range(ZONES.num_rows))[::-1]))
    there = written.content()
    for name, rows in again.content().items():
        assert rows.equals(there[name]), name
    assert again.summary.files == written.summary.files


def test_another_seed_makes_other_draws():
    one, other = (Dice(seed).draw("age") for seed in (1, 2))
    assert one != other


def test_draws_are_even_and_do_not_follow_from_each_other():
    dice = Dice(1)
    draws = f"{dice.draw('a')} a, {dice.draw('b')} b, {dice.draw('a', '1')} a1, {dice.draw('a', year=2021)} a21"
    found = duckdb.execute(
        "select avg(a), avg((a < 0.04 and b < 0.04)::integer) / 0.0016, corr(a, b), corr(a, a1), corr(a, a21) "
        f"from (select {draws} from range(100000) t(person))"
    ).fetchall()[0]
    assert found == (pytest.approx(0.5, abs=0.005), pytest.approx(1, abs=0.3), *[pytest.approx(0, abs=0.02)] * 3)


def test_files_have_the_columns_and_types_of_source(written):
    for name in written.summary.files:
        layout = INDIVIDUAL if "individual" in name else EPISODE
        schema = pq.read_schema(written.folder / name)
        assert dict(zip(schema.names, schema.types, strict=True)) == dict(layout), name


def test_there_is_a_file_of_each_kind_for_the_years_that_source_has(written):
    always = {"00B", "01B", "GLS", "02B", "04B", "AE2", "PIS", "OoH", "CH", "HC", "AT", "SDS", "DD", "HL1", "NRS"}
    wanted = {2020: always | {"DN", "CMH"}, 2021: always}
    names = {file_name(kind, year) for year, kinds in wanted.items() for kind in (*kinds, INDIVIDUAL_FILE)}
    assert {path.name for path in written.folder.iterdir()} == set(written.summary.files) == names
    assert "source-episode-file-2122-01B.parquet" in names
    assert written.summary.bytes == sum(path.stat().st_size for path in written.folder.iterdir())


def test_the_summary_counts_what_is_there(written):
    rows = {name: pq.read_metadata(written.folder / name).num_rows for name in written.summary.files}
    assert rows == written.summary.files
    assert dict(written.ask("select recid, count(*) from episodes group by 1")) == {
        kind: count for kind, count in written.summary.kinds.items() if kind != INDIVIDUAL_FILE and count
    }
    assert written.summary.faults == {}


def test_about_two_records_for_each_person_and_year(written):
    assert 1.6 < written.summary.episodes / written.summary.kinds[INDIVIDUAL_FILE] < 2.2


def test_each_record_is_in_the_file_of_its_year_and_kind(written):
    found = written.ask("select distinct year, recid, parse_filename(filename) from episodes")
    assert all(name == f"source-episode-file-{year}-{recid}.parquet" for year, recid, name in found)
    inside = f"between {YEAR_BEGINS} and {YEAR_BEGINS} + interval 1 year - interval 1 day"
    assert written.one(f"select count(*) from episodes where record_keydate2 not {inside}") == 0


def test_bed_days_and_costs_of_months_add_up_to_the_year(written):
    assert written.one(f"select count(*) from episodes where yearstay is distinct from ({BED_DAYS})") == 0
    assert written.one(f"select count(*) from episodes where {HOSPITAL} and yearstay is null") == 0
    assert written.one(f"select count(*) from episodes where apr_cost is not null and cost_total_net <> {COSTS}") == 0
    assert written.one("select count(*) from episodes where cost_total_net < 0 or yearstay < 0 or yearstay > stay") == 0


def test_the_last_day_in_bed_counts_and_the_first_does_not(written):
    within = f"record_keydate1 >= {YEAR_BEGINS}"
    days = "yearstay <> record_keydate2 - record_keydate1"
    assert written.one(f"select count(*) from episodes where {HOSPITAL} and {within} and {days}") == 0
    (row,) = written.ask(
        "select record_keydate1, record_keydate2, apr_beddays, may_beddays from episodes "
        f"where {HOSPITAL} and month(record_keydate1) = 4 and month(record_keydate2) = 5 and stay < 50 and {within} "
        "order by all limit 1"
    )
    start, end, april, may = row
    assert (april, may) == (30 - start.day, end.day)


def test_parts_of_a_stay_follow_each_other_also_over_the_years_end(written):
    parts = f"""
        select record_keydate2, lead(record_keydate1) over (partition by anon_chi, cij_marker order by record_keydate1)
            as following from episodes where {HOSPITAL}"""
    assert written.one(f"select count(*) from ({parts}) where following <> record_keydate2") == 0
    whole = f"""
        select count(distinct year) as years, count(*) as parts,
            count(distinct (cij_start_date, cij_end_date)) as dates,
            bool_or(record_keydate1 = cij_start_date) and bool_or(record_keydate2 = cij_end_date) as complete
        from episodes where {HOSPITAL} group by anon_chi, cij_marker"""
    assert written.one(f"select max(dates) from ({whole})") == 1
    assert written.one(f"select max(parts) from ({whole})") == 4
    assert written.one(f"select count(*) from ({whole}) where years = 2 and complete") > 0


def test_no_two_stays_of_a_person_overlap(written):
    dates = "cij_start_date as begins, cij_end_date as ends"
    stays = f"(select distinct anon_chi, cij_marker, {dates} from episodes where {HOSPITAL})"
    together = f"{stays} a join {stays} b on a.anon_chi = b.anon_chi and a.cij_marker < b.cij_marker"
    assert written.one(f"select count(*) from {together}") > 50
    assert written.one(f"select count(*) from {together} where a.ends >= b.begins") == 0


def test_nothing_happens_after_death_or_before_birth(written):
    last = "coalesce(record_keydate2, record_keydate1)"
    assert written.one(f"select count(*) from episodes where recid <> 'PIS' and {last} > death_date") == 0
    assert written.one("select count(*) from episodes where record_keydate1 < dob") == 0
    died = "select anon_chi, death_date from individuals where deceased"
    after = f"episodes join ({died}) d using (anon_chi) where recid <> 'PIS' and record_keydate1 > d.death_date"
    assert written.one(f"select count(*) from {after}") == 0
    deaths = written.one("select count(*) from episodes where recid = 'NRS'")
    assert written.one(f"select count(*) from ({died})") == deaths > 0


def test_a_delay_belongs_to_a_stay_and_has_a_reason(written):
    orphans = (
        "select count(*) from episodes d anti join (select * from episodes where recid <> 'DD' and cij_delay = 1) s "
        "on d.anon_chi = s.anon_chi and d.cij_marker = s.cij_marker and d.record_keydate1 >= s.cij_start_date "
        "and d.record_keydate2 = s.cij_end_date where d.recid = 'DD'"
    )
    assert written.one("select count(*) from episodes where recid = 'DD'") > 10
    assert written.one(orphans) == 0
    second = "secondary_delay_reason in ('51X', '24DX', '25X', '71X', '26X')"
    wrong = f"recid = 'DD' and (primary_delay_reason = '9') <> ({second})"
    assert written.one(f"select count(*) from episodes where {wrong}") == 0
    assert written.one("select min(age) from episodes where recid = 'DD'") >= 18


def test_a_person_has_one_zone_in_a_year_and_some_move(written):
    rows = " union all ".join(f"select year, anon_chi, datazone2011 from {of}" for of in ("episodes", "individuals"))
    zones = f"select count(distinct coalesce(datazone2011, '')) as zones from ({rows}) group by year, anon_chi"
    assert written.one(f"select max(zones) from ({zones})") == 1
    moved = written.one(
        "select avg((a.datazone2011 <> b.datazone2011)::integer) "
        "from individuals a join individuals b using (anon_chi) where a.year = '2021' and b.year = '2122'"
    )
    assert 0.02 < moved < 0.08


def test_who_enters_a_care_home_is_counted_where_the_home_stands(written):
    spread = (
        "select ch_postcode, count(distinct datazone2011) as zones, count(*) as residents from episodes "
        "where recid = 'CH' and datazone2011 is not null group by all"
    )
    assert written.one(f"select max(zones) from ({spread})") == 1
    assert written.one(f"select max(residents) from ({spread})") > 2
    assert written.one("select min(age) from episodes where recid = 'CH'") >= 64
    entered = (
        "select count(*) from episodes c join individuals earlier using (anon_chi) where earlier.year = '2021' "
        "and c.recid = 'CH' and c.year = '2122' and c.record_keydate1 >= '2021-04-01' "
        "and earlier.datazone2011 <> c.datazone2011"
    )
    assert written.one(entered) > 0


def test_poorer_places_need_more(written):
    found = written.ask(
        "select avg(cij_non_el), avg(health_net_cost) from individuals "
        "where simd2020v2_sc_quintile in (1, 5) group by simd2020v2_sc_quintile order by simd2020v2_sc_quintile"
    )
    (poor, poor_cost), (rich, rich_cost) = found
    assert poor > 1.3 * rich
    assert poor_cost > 1.1 * rich_cost


def test_individuals_are_the_sums_of_their_records(written):
    for column, test in {
        "ae_attendances": "recid = 'AE2'", "op_newcons_dnas": "recid = '00B' and attendance_status in (5, 8)",
        "acute_episodes": "recid = '01B'", "mh_episodes": "recid = '04B'", "sds_option_3": "smrtype = 'SDS-3'",
    }.items():  # fmt: skip
        assert written.one(f"select sum({column}) from individuals") == written.one(
            f"select count(*) from episodes where {test}"
        )
    paid = "recid in ('00B', '01B', 'GLS', '02B', '04B', 'AE2', 'PIS', 'OoH')"
    total = "select sum(health_net_cost) from individuals"
    assert written.one(total) == written.one(f"select sum(cost_total_net) from episodes where {paid}")
    assert written.one("select count(*) - count(distinct (year, anon_chi)) from individuals") == 0
    users = "select count(distinct (year, anon_chi)) from episodes where recid <> 'NRS'"
    assert written.one("select count(*) from individuals where nsu = 0") == written.one(users)


def test_people_without_an_address_and_from_elsewhere_have_no_zone(written):
    wrong = f"(datazone2011 is null) <> (locality = '{NO_LOCALITY}') or locality is null"
    assert written.one(f"select count(*) from episodes where {wrong}") == 0
    share = written.one("select avg((datazone2011 is null)::integer) from individuals")
    assert 0.001 < share < 0.02


def test_preventable_admissions_and_falls_are_those_of_the_declared_conditions(written):
    begins = "recid = '01B' and record_keydate1 = cij_start_date"
    preventable = f"{begins} and cij_pattype_code = 0 and {one_of('preventable')}"
    first = f"select anon_chi, cij_marker from episodes where {preventable}"
    flagged = f"select anon_chi, cij_marker from episodes where cij_ppa = 1 and {begins}"
    assert written.one(f"select count(*) from ({first} except {flagged})") == 0
    assert written.one(f"select count(*) from ({flagged} except {first})") == 0
    assert written.one(f"select count(*) from ({flagged})") > 20
    fallen = "regexp_matches(concat_ws(' ', diag1, diag2, diag3, diag4, diag5, diag6), 'W[01]')"
    assert written.one(f"select count(*) from episodes where {HOSPITAL} and (falls_adm = 1) <> {fallen}") == 0
    assert written.one("select count(*) from episodes where falls_adm = 1") > 10


def test_no_code_can_be_a_real_one(written):
    patterns = {
        "anon_chi": r"SYN\d{10}", "datazone2011": r"S019\d{5}", "hscp2018": r"S379\d{5}", "ca2018": r"S129\d{5}",
        "hb2019": r"S089\d{5}|S08200001", "hbtreatcode": r"S089\d{5}", "location": r"Q\d{3}H",
        "ch_postcode": r"ZZ\d+ \d[A-Z]A", "cluster": r"Synthetic cluster \d+", "hl1_application_ref": r"SYN-HL-.*",
    }  # fmt: skip
    for column, pattern in patterns.items():
        found = f"select count({column}), count(*) filter (not regexp_full_match({column}, '{pattern}')) from episodes"
        ((there, wrong),) = written.ask(found)
        assert there, column
        assert not wrong, column
    assert written.one("select min(gpprac) from episodes") > 900_000


def test_made_up_zones_have_the_size_that_was_asked_for():
    zones = made_up_zones(6_976, seed=1)
    assert zones.num_rows == 6_976
    distinct = {name: len(set(zones[name].to_pylist())) for name in ("hscp2018", "hb2019", "locality")}
    assert distinct == {"hscp2018": 31, "hb2019": 14, "locality": 130}
    assert set(ZONE_COLUMNS) == set(zones.column_names)
    assert set(zones["simd_quintile"].to_pylist()) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("zones", "people", "years", "words"),
    [
        (ZONES.drop_columns(["weight"]), 10, [2021], "lacks the column"),
        (ZONES.slice(0, 0), 10, [2021], "empty"),
        (pa.concat_tables([ZONES, ZONES]), 10, [2021], "more than once"),
        (ZONES, 0, [2021], "people are"),
        (ZONES, 10, [2021, 2023], "without gaps"),
        (ZONES, 10, [], "without gaps"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, zones, people, years, words):
    with pytest.raises(ValueError, match=words):
        write_linked(tmp_path, zones, people, years)


def test_a_year_that_fails_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(linked, "individuals_of", lambda dice, year: "select * from nowhere")
    with pytest.raises(duckdb.Error):
        write_linked(tmp_path, ZONES, 50, [2021], threads=2)
    assert list(tmp_path.iterdir()) == []


def test_each_fault_is_counted_and_can_be_found(written, spoilt):
    counts = dict(spoilt.summary.faults)
    few = {"delay_in_two_months", "bed_days_outside_year"}
    every = {name: FAULTY * (len(YEARS) - fault.later_only) for name, fault in faults_of(2021).items()}
    assert {name: count for name, count in counts.items() if name not in few} == {
        name: count for name, count in every.items() if name not in few
    }
    assert all(0 < counts[name] <= every[name] for name in few)
    added = sum(counts[name] for name, fault in faults_of(2021).items() if fault.added)
    assert spoilt.summary.rows == written.summary.rows + added
    rows = "* exclude (filename)"
    twice = "select anon_chi from episodes where recid = 'DD' group by anon_chi, cij_marker having count(*) > 1"
    years = "individuals a join individuals b using (anon_chi) where a.year < b.year"
    early = f"record_keydate1 < {YEAR_BEGINS}"
    found = {
        "exact_duplicate": f"(select {rows}, count(*) as n from episodes group by all having n > 1)",
        "overlapping_stay": "episodes where location like 'Q99__'",
        "discharge_before_admission": "episodes where record_keydate2 < record_keydate1",
        "open_record": f"episodes where {HOSPITAL} and record_keydate2 is null",
        "age_goes_backwards": f"{years} and a.age > b.age",
        "delay_in_two_months": f"({twice})",
        "bed_days_outside_year": f"episodes where yearstay <> {BED_DAYS}",
        "cost_in_pence": "episodes where recid = 'OoH' and cost_total_net > 5000",
        "unknown_recid": "episodes where recid = 'ZZ9'",
        "unknown_smrtype": "episodes where smrtype = 'Not a type'",
        "unknown_sex": "episodes where gender not in (0, 1, 2, 9)",
        "date_of_another_year": f"episodes where recid = '00B' and {early}",
    }
    assert {name: spoilt.one(f"select count(*) from {rows}") for name, rows in found.items()} == counts
    assert {name: written.one(f"select count(*) from {rows}") for name, rows in found.items()} == dict.fromkeys(
        found, 0
    )
