"""The synthetic workspace: made of nothing real, the same every time, and whole."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from python_calamine import CalamineWorkbook

from locality_profiles.sample import SampleSummary, write_sample
from locality_profiles.sample.country import ISLANDS, SMALL_COUNTRY, found_country
from locality_profiles.sample.extracts.care import to_five
from locality_profiles.sample.land import cut_off, divide, on_the_grid
from locality_profiles.sample.names import HEADS, TAILS
from locality_profiles.sample.people import settle
from locality_profiles.sample.services import bands, weighted_share
from locality_profiles.sources import folding, read_extract
from locality_profiles.workspace import read_workspace

KINDS = {
    "area_population", "block_point", "boundary", "budget_return", "care_service", "census_table",
    "council_benchmark", "council_tax_dwelling", "data_zone_conversion", "data_zone_lookup", "delayed_discharge",
    "deprivation", "emergency_attendance", "emergency_site", "gp_list_size", "gp_practice", "home_care", "hospital",
    "hospital_admission", "hospital_beds", "hospital_cost", "household_estimate", "linked_episode", "linked_individual",
    "locality_lookup", "needs_weight", "patient_zone", "population_projection", "postcode_directory",
    "scotpho_deprivation", "scotpho_profile",
    "small_area_population", "social_care_people", "social_care_return", "third_sector_return", "unit_price_table",
    "urban_rural", "vital_event", "voice_log",
}  # fmt: skip
LOOKUP = "lookups/DataZone2011lookup.csv"
DIRECTORY = "gp_practice/gp_practice_contactdetails_jan2022.csv"
EARLIER_DIRECTORY = "gp_practice/gp_practice_contactdetails_oct2021.csv"
PATIENTS = "gp_practice/patients_by_data_zone.csv"
POSTCODES = "lookups/postcode_directory/SmallUser.csv"
SITES = "service_activity/nhs_emergency_sites.csv"
REGISTER = "social_care/MDSF_data_31 December 2021.csv"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def raw(sample: SampleSummary) -> Path:
    return sample.folder / "data" / "raw"


def rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding=encoding).splitlines()))


def everything_written(raw: Path) -> str:
    """All text of all files, workbooks included."""
    texts = [path.read_bytes().decode("cp1252", errors="replace") for path in raw.rglob("*.[cgt]*")]
    for path in raw.rglob("*.xlsx"):
        book = CalamineWorkbook.from_path(path)
        texts += [str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    return "\n".join(texts)


# --- the whole ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(sample: SampleSummary, tmp_path: Path) -> None:
    again = write_sample(tmp_path)
    assert again.files == sample.files
    assert [f for f in again.files if (tmp_path / f).read_bytes() != (sample.folder / f).read_bytes()] == []


def test_another_seed_gives_other_people_in_a_country_of_the_same_shape(sample: SampleSummary, tmp_path: Path) -> None:
    other = write_sample(tmp_path, seed=7)
    assert other.people != sample.people
    assert (other.data_zones, other.localities) == (sample.data_zones, sample.localities)


def test_the_small_country_has_the_promised_shape(sample: SampleSummary) -> None:
    assert (sample.partnerships, sample.localities, sample.data_zones) == (4, 16, 150)
    assert (sample.neighbourhoods, sample.clusters, sample.wards) == (12, 11, 15)
    assert len(ISLANDS.councils[0].localities) == 7


def test_the_large_country_has_the_shape_of_scotland() -> None:
    country = found_country("scotland", 2026)
    shape = (country.boards, country.partnerships, country.councils, country.localities)
    assert [len(places) for places in shape] == [14, 31, 32, 128]
    assert country.zones == 6_976
    assert 340 <= len(country.wards) <= 370
    assert len({(ward.council, ward.name) for ward in country.wards}) == len(country.wards)


def test_the_islands_have_about_23_000_people_older_than_the_city_s() -> None:
    country = found_country("shetland", 2026)
    people = settle(country, 2026)
    islands, city = (country.partnership == number for number in (0, 2))
    assert people.aged(2016, 0)[islands].sum() == pytest.approx(23_000, abs=30)
    older = people.aged(2021, 65) / people.aged(2021, 0)
    assert older[islands].mean() > older[city].mean()


def test_an_unknown_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shetland or scotland"):
        write_sample(tmp_path, size="wales")


def test_the_workspace_is_read_and_says_that_it_is_synthetic(sample: SampleSummary, raw: Path) -> None:
    workspace = read_workspace(sample.folder)
    assert workspace.synthetic
    assert "synthetic" in workspace.title
    assert workspace.profiled == ("locality", "hscp", "neighbourhood", "gp_cluster", "ward")
    assert [(system.name, system.origin) for system in workspace.systems] == [
        ("locality", "boundaries"), ("neighbourhood", "points"), ("gp_cluster", "gp_clusters"),
    ]  # fmt: skip
    assert (raw / "README.txt").read_text(encoding="utf-8").startswith("SYNTHETIC DATA")


def test_every_extract_is_recognised_and_accepted(sample: SampleSummary) -> None:
    workspace = read_workspace(sample.folder)
    kinds = {
        path.name: {linked.source.kind} if (linked := folding(path)) else {read.kind for read in read_extract(path)}
        for path in workspace.extract_files()
    }
    assert [name for name, found in kinds.items() if not found] == []
    assert set().union(*kinds.values()) == KINDS


# --- nothing real ---------------------------------------------------------------------------------


def test_every_code_lies_outside_the_real_ranges(raw: Path) -> None:
    codes = set(re.findall(r"\bS\d{8}\b", everything_written(raw))) - {"S00000001"}  # what ScotPHO calls any country
    assert len(codes) > 200
    assert [code for code in codes if not re.fullmatch(r"S(?:01|02|08|12|13|32|37|92|99)9\d{5}", code)] == []


def test_practices_and_hospitals_have_codes_of_the_ninth_series(raw: Path) -> None:
    practices = {row["PracticeCode"] for row in rows(raw / DIRECTORY)}
    hospitals = {row["TreatmentLocation"] for row in rows(raw / "service_activity" / "monthly_ae_waitingtimes.csv")}
    assert all(re.fullmatch(r"90\d{3}", code) for code in practices)
    assert all(re.fullmatch(r"Y9\d\dH", code) for code in hospitals)


def test_care_services_have_numbers_of_a_year_that_never_comes(raw: Path) -> None:
    assert all(re.fullmatch(r"CS9900\d{6}", row["CSNumber"]) for row in rows(raw / REGISTER, "cp1252"))


def test_telephone_numbers_are_those_kept_for_fiction(raw: Path) -> None:
    numbers = [row["TelephoneNumber"] for row in rows(raw / DIRECTORY)]
    assert all(number.startswith("01632   960   ") for number in numbers)


@pytest.mark.real
def test_no_place_has_the_name_of_a_real_one(real_extracts: Path) -> None:
    lookup = rows(real_extracts / "lookups" / "DataZone2011lookup_2024-12-16.csv", "cp1252")
    real = {word.casefold() for row in lookup for name, text in row.items() if name.endswith("_Name")
            for word in re.findall(r"[^\W\d_]{4,}", text)}  # fmt: skip
    names = [plan.name for plan in SMALL_COUNTRY] + [place.name for plan in SMALL_COUNTRY
             for council in plan.councils for place in (council, *council.localities)]  # fmt: skip
    named = {word.casefold() for name in names for word in re.findall(r"[^\W\d_]{4,}", name)}
    plain = {"city", "east", "harbour", "isles", "north", "outer", "south", "town", "upper", "west", "with"}
    assert (named - plain) & real == set()
    assert {(head + tail).casefold() for head in HEADS for tail in TAILS} & real == set()


def test_postcodes_are_in_areas_that_no_country_uses(raw: Path) -> None:
    places = [DIRECTORY, POSTCODES, "lookups/postcode_directory/LargeUser.csv", "service_activity/nhs_hospitals_xy.csv"]
    written = {row["Postcode"] for place in places for row in rows(raw / place)}
    assert len(written) > 900
    assert [postcode for postcode in written if postcode[:2] not in ("ZQ", "ZV")] == []


def test_premises_without_a_data_zone_have_a_postcode_of_the_directory(raw: Path) -> None:
    directory = {row["Postcode"]: row["DateOfDeletion"]
                 for name in (POSTCODES, "lookups/postcode_directory/LargeUser.csv")
                 for row in rows(raw / name)}  # fmt: skip
    homes = [row["Service_Postcode"] for row in rows(raw / REGISTER, "cp1252")]
    open_sites = [row["TreatmentLocationPostcode"] for row in rows(raw / SITES) if row["Status"] == "Open"]
    assert {directory[postcode] for postcode in homes} == {""}
    # One site has a postcode that is no longer used: it is found by its hospital only.
    assert [directory[postcode] != "" for postcode in open_sites] == [True, False, False, False]


# --- figures add up -------------------------------------------------------------------------------


def test_zones_add_up_to_boards_and_to_the_country(raw: Path) -> None:
    board_of = {row["DZ2011_Code"]: row["HB_Code"] for row in rows(raw / LOOKUP, "cp1252")}
    added: dict[tuple[str, str], int] = {}
    for row in rows(raw / "population" / "dz2011-pop-est_2017-2020.csv"):
        for place in [board_of[row["DataZone"]], "S92900001"] if row["DataZone"] in board_of else []:
            if row["Sex"] == "All":
                added[row["Year"], place] = added.get((row["Year"], place), 0) + int(row["AllAges"])
    published = {
        (row["Year"], row["HB"]): int(row["AllAges"])
        for row in rows(raw / "population" / "HBdemography.csv")
        if row["Sex"] == "All" and row["Year"] in ("2017", "2018", "2019", "2020")
    }
    assert added == published


def test_the_latest_workbooks_add_up_to_the_boards(raw: Path) -> None:
    added = {}
    for plural, sex in (("males", "Male"), ("females", "Female")):
        book = CalamineWorkbook.from_path(raw / "population" / f"sape-2021-{plural}.xlsx")
        table = book.get_sheet_by_name(f"Population_{sex.lower()}_2021").to_python()
        header = table[2].index("Total population")
        added[sex] = sum(int(row[header]) for row in table[3:])
    published = {
        row["Sex"]: int(row["AllAges"])
        for row in rows(raw / "population" / "HBdemography.csv")
        if row["HB"] == "S92900001" and row["Year"] == "2021" and row["Sex"] != "All"
    }
    assert added == published


def test_practice_lists_equal_the_contact_details(raw: Path) -> None:
    sizes = {row["PracticeCode"]: row["PracticeListSize"]
             for row in rows(raw / DIRECTORY)}  # fmt: skip
    lists = {row["PracticeCode"]: row["AllAges"]
             for row in rows(raw / "gp_practice" / "gp_practice_listsizes_oct2021_jan2022.csv")
             if row["Sex"] == "All" and row["Date"] == "20220101"}  # fmt: skip
    assert lists == sizes


def test_patients_by_data_zone_add_up_to_the_lists_of_the_islands_practices(sample: SampleSummary, raw: Path) -> None:
    added: dict[str, int] = {}
    for row in rows(raw / PATIENTS):
        number = 2 if row["Patients"] == "*" else int(row["Patients"])
        added[row["PracticeCode"]] = added.get(row["PracticeCode"], 0) + number
    sizes = {row["PracticeCode"]: int(row["PracticeListSize"])
             for row in rows(raw / DIRECTORY) if row["HSCP"] == "S37900001"}  # fmt: skip
    assert added.keys() == sizes.keys()
    assert all(abs(added[code] - size) <= 8 for code, size in sizes.items())


def test_every_islands_practice_has_patients_elsewhere_too(raw: Path) -> None:
    counted = rows(raw / PATIENTS)
    practices = {row["PracticeCode"] for row in counted}
    assert {row["PracticeCode"] for row in counted if row["DataZone"] == "OUT"} == practices
    assert {row["Patients"] for row in counted} & {"*"}
    premises = {row["DataZone"]: row["PracticeCode"] for row in rows(raw / DIRECTORY)}
    away = {
        row["PracticeCode"] for row in counted if premises.get(row["DataZone"], "") not in ("", row["PracticeCode"])
    }
    assert away == practices


def test_residents_by_postcode_add_up_to_those_of_the_zone(raw: Path) -> None:
    added: dict[str, int] = {}
    for row in rows(raw / POSTCODES):
        added[row["DataZone2011Code"]] = added.get(row["DataZone2011Code"], 0) + int(row["CensusPopulationCount2011"])
    published = {row["DataZone"]: int(row["TotPop2011"])
                 for row in rows(raw / "boundaries" / "SG_DataZone_Cent_2011.csv")}  # fmt: skip
    assert added == published


def test_shares_of_earlier_zones_add_up_to_one_and_their_dwellings_to_about_two_people_each(raw: Path) -> None:
    shares: dict[str, float] = {}
    for row in rows(raw / "lookups" / "dz2001_to_dz2011.csv"):
        shares[row["DZ2001_Code"]] = shares.get(row["DZ2001_Code"], 0) + float(row["weight"])
    assert len(shares) == 24
    assert list(shares.values()) == pytest.approx([1.0] * len(shares))
    dwellings = [row for row in rows(raw / "population" / "dwellings_council_tax_dz2001.csv")
                 if row["measure"] == "Count" and row["year"] == "2011"]  # fmt: skip
    assert {row["zone"] for row in dwellings} == set(shares)
    assert 23_000 / sum(int(row["value"]) for row in dwellings) == pytest.approx(2.05, abs=0.1)


def test_home_care_is_rounded_to_five(raw: Path) -> None:
    published = [row["value"] for row in rows(raw / "social_care" / "data_homecare_locality.csv")
                 if row["measure"] != "Rate per 1,000 Population"]  # fmt: skip
    assert all(int(value) % 5 == 0 for value in published)
    assert to_five(np.array([0, 2, 3, 7, 8])).tolist() == [0, 0, 5, 5, 10]


def test_home_care_rates_come_from_unrounded_counts(raw: Path) -> None:
    """Half a rounding step either way: the rate and the rounded count may differ by no more."""
    residents: dict[str, int] = {}
    lookup = rows(raw / "lookups" / "datazone-to-locality-lookup.csv")
    locality_of = {row["DataZone"]: row["SubHSCPName"] for row in lookup if row["HSCP"] != "S37900002"}
    for row in rows(raw / "population" / "dz2011-pop-est_2017-2020.csv"):
        if row["Year"] == "2020" and row["Sex"] == "All" and row["DataZone"] in locality_of:
            name = locality_of[row["DataZone"]]
            residents[name] = residents.get(name, 0) + int(row["AllAges"])
    latest = {(row["locality"], row["measure"]): float(row["value"])
              for row in rows(raw / "social_care" / "data_homecare_locality.csv")
              if row["financial_quarter"] == "2020/21 Q4" and row["age_group"] == "All Ages"}  # fmt: skip
    once = [name for name in residents if name != "East"]  # the name of two localities
    assert len(once) >= 3
    for name in once:
        people, rate = latest[name, "Number of People"], latest[name, "Rate per 1,000 Population"]
        assert abs(people - rate * residents[name] / 1000) <= 2.5 + 0.05 * residents[name] / 1000


def test_home_care_rises_with_age(raw: Path) -> None:
    rates = [
        float(row["value"])
        for row in rows(raw / "social_care" / "data_homecare_hscp.csv")
        if (row["sending_location"], row["financial_quarter"]) == ("Scotland (Estimated)", "2020/21 Q4")
        and row["measure"].startswith("Rate")
        and row["age_group"] not in ("All Ages", "Unknown")
    ]
    assert rates == sorted(rates)
    assert rates[-1] > 100


# --- geography ------------------------------------------------------------------------------------


def test_outlines_of_zones_fit_without_gap_or_overlap(raw: Path) -> None:
    features = json.loads((raw / "boundaries" / "datazone2011_simplified.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    outlines = shapely.get_parts([shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features])
    assert len(outlines) == 150
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    assert 15 <= np.median(shapely.get_num_coordinates(outlines)) <= 40


def test_localities_hold_their_zones_but_for_the_two_odd_ones() -> None:
    country = found_country("shetland", 2026)
    own = country.locality_outlines[country.locality]
    share = shapely.area(shapely.intersection(country.zone_outlines, own)) / shapely.area(country.zone_outlines)
    odd = {country.split_zone, country.detached_zone}
    assert np.flatnonzero(share < 0.9).tolist() == sorted(odd)
    assert 0.5 < share[country.split_zone] < 0.8
    assert share[country.detached_zone] == 0


def test_the_detached_zone_lies_nearest_to_its_own_locality() -> None:
    country = found_country("shetland", 2026)
    zone = country.detached_zone
    distance = shapely.distance(country.zone_outlines[zone], country.locality_outlines)
    assert np.argmin(distance) == country.locality[zone]
    assert distance.min() > 0


def test_one_name_means_two_localities(raw: Path) -> None:
    features = json.loads((raw / "boundaries" / "hsc_locality.geojson").read_text(encoding="utf-8"))["features"]
    holders = {f["properties"]["hscp2019name"] for f in features if f["properties"]["area_name"] == "East"}
    assert len(holders) == 2


def test_a_neighbourhood_may_lie_in_two_localities() -> None:
    country = found_country("shetland", 2026)
    spread = [len(set(country.locality[list(place.zones)])) for place in country.neighbourhoods]
    assert max(spread) == 2
    placed = [zone for place in country.neighbourhoods for zone in place.zones]
    assert sorted(placed) == np.flatnonzero(country.partnership == 0).tolist()


def test_wards_nest_in_councils_and_neither_in_localities_nor_the_other_way(sample: SampleSummary) -> None:
    country = found_country("shetland", 2026)
    assert [country.wards[w].council for w in country.ward] == country.council.tolist()
    islands = country.partnership == 0
    pairs = set(zip(country.ward[islands], country.locality[islands], strict=True))
    wards, localities = ({pair[side] for pair in pairs} for side in (0, 1))
    assert len(wards) == len(localities) == 7
    assert len(pairs) > 7


def test_the_centre_of_a_zone_lies_in_it() -> None:
    country = found_country("shetland", 2026)
    again = on_the_grid(shapely.point_on_surface(country.zone_outlines))
    assert (country.zone_centres == again).all()
    assert 100_000 < country.zone_centres[:, 0].min() < country.zone_centres[:, 1].min() < 1_300_000


def test_one_practice_moved_to_another_cluster_between_the_editions(raw: Path) -> None:
    before, after = (
        {row["GPPracticeName"]: row["GPCluster"] for row in rows(raw / name)} for name in (EARLIER_DIRECTORY, DIRECTORY)
    )
    assert {name: (before[name], after[name]) for name in after if before[name] != after[name]} == {
        "Sandagarth Medical Practice": ("Skarvoe Country & Isles", "Skarvoe Town"),
    }
    assert [name for name in after.values() if name.endswith("Undefined")] == ["Ostrandra Undefined"]


def test_a_split_postcode_has_a_part_in_either_council(raw: Path) -> None:
    parts = [row for row in rows(raw / POSTCODES) if row["SplitIndicator"] == "Y"]
    assert [row["Postcode"][-1] for row in parts] == ["A", "B"]
    assert len({row["CouncilArea2019Code"] for row in parts}) == 2


def test_divide_makes_parts_of_the_sizes_asked_for() -> None:
    points = np.random.default_rng(1).random((60, 2))
    assert np.bincount(divide(points, [10, 25, 5, 20])).tolist() == [10, 25, 5, 20]


def test_cut_off_leaves_two_pieces_and_no_new_corner() -> None:
    circle = shapely.Point(0, 0).buffer(1, quad_segs=6)
    large, small = cut_off(circle, shapely.Point(5, 0), 0.33)
    assert large.area + small.area == pytest.approx(circle.area)
    assert small.centroid.x > large.centroid.x
    corners = {tuple(corner) for corner in shapely.get_coordinates(circle)}
    assert {tuple(corner) for corner in shapely.get_coordinates([large, small])} <= corners


# --- quirks ---------------------------------------------------------------------------------------


def test_the_lookup_is_windows_1252_with_no_break_spaces_and_curly_apostrophes(raw: Path) -> None:
    content = (raw / LOOKUP).read_bytes()
    assert b"\xa0," in content
    assert b"\x92s Quay" in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


def test_the_register_of_care_services_is_windows_1252_and_holds_what_is_left_out(raw: Path) -> None:
    register = rows(raw / REGISTER, "cp1252")
    assert b"Piper\x92s Rest" in (raw / REGISTER).read_bytes()
    assert {row["ServiceStatus"] for row in register} == {"Active", "Inactive", "Cancelled"}
    assert any(row["CareService"] == "Child Minding" for row in register)
    assert [row["Status"] for row in rows(raw / SITES)].count("Closed") == 1


def test_every_locality_has_a_care_home_for_older_people(raw: Path) -> None:
    homes = [row for row in rows(raw / REGISTER, "cp1252")
             if (row["Subtype"], row["ServiceStatus"]) == ("Older People", "Active")]  # fmt: skip
    zone_of = {row["Postcode"]: row["DataZone2011Code"] for row in rows(raw / POSTCODES)}
    country = found_country("shetland", 2026)
    locality_of = dict(zip(country.zone_code, country.locality, strict=True))
    assert len({locality_of[zone_of[row["Service_Postcode"]]] for row in homes}) == len(country.localities)


def test_the_locality_lookup_leaves_partnerships_out_and_errs(raw: Path) -> None:
    true = {row["DZ2011_Code"]: row["HIA_Code"] for row in rows(raw / LOOKUP, "cp1252")}
    told = {row["DataZone"]: row["HSCP"] for row in rows(raw / "lookups" / "datazone-to-locality-lookup.csv")}
    assert "S37900001" not in told.values()
    assert {true[zone] for zone, code in told.items() if code != true[zone]} == {"S37900004"}


def test_one_sheet_saved_as_csv_has_titles_thousands_commas_and_a_footer(raw: Path) -> None:
    lines = (raw / "population" / "sape-2016-persons_Table 1a Persons.csv").read_text(encoding="cp1252").splitlines()
    assert lines[0].startswith("Table 1a: Synthetic population")
    assert re.match(r',SCOTLAND,,"\d{3},\d{3}"', lines[4])
    assert lines[-1].startswith("© Nobody")


def test_small_practices_are_suppressed_with_a_qualifier(raw: Path) -> None:
    lists = rows(raw / "gp_practice" / "gp_practice_listsizes_oct2021_jan2022.csv")
    hidden = [row for row in lists if row["Ages0To4QF"] == "c"]
    assert hidden
    assert {row["Ages0to4"] for row in hidden} == {""}
    assert all(row["AllAges"] for row in hidden if row["Sex"] == "All")


def test_indicators_hold_percent_signs_and_suppressed_cells(raw: Path) -> None:
    cells = [row["Attendance"] for row in rows(raw / "deprivation" / "SIMD2020v2_indicators.csv")]
    assert "*" in cells
    assert all(cell == "*" or re.fullmatch(r"\d+%", cell) for cell in cells)


# --- arithmetic -----------------------------------------------------------------------------------


def test_fifths_hold_a_fifth_of_the_people_not_of_the_zones() -> None:
    rank, people = np.array([1, 2, 3, 4]), np.array([40, 20, 20, 20])
    share = weighted_share(rank, people, np.zeros(4, dtype=int))
    assert share.tolist() == [0.4, 0.6, 0.8, 1.0]
    assert bands(share, 5).tolist() == [2, 3, 4, 5]


def test_shares_start_afresh_in_every_group() -> None:
    share = weighted_share(np.array([2, 1, 4, 3]), np.array([10, 30, 5, 5]), np.array([0, 0, 1, 1]))
    assert share.tolist() == [1.0, 0.75, 1.0, 0.5]
