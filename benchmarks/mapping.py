"""How many columns ``map`` gets right in files as councils would write them: the sample's extracts, disguised.

``python -m benchmarks.mapping`` prints the tables; with ``--write`` they are also kept in
``benchmarks/results-mapping.md``. Each disguise keeps the figures of an extract of the sample and gives its columns
other headings, some of its words others, another order, titles above, and a column of remarks. A column is *right*
where ``map`` is sure and says which of ours it is, *wrong* where it is sure and says another, *open* where it leaves
the decision to the analyst. The headings were written down before they were tried. ``matching.toml`` was mended once,
after the first set had been tried; the second set was written after that and has been tried once. A column of another
layout that means the same (Area code for DataZone) counts as wrong.

Wide disguises are long extracts turned: what was a column of words (measures, ages, years) stands across the top, a
column for each word. They are counted apart. Each heading across is a column, and so is the one of ours that takes
their cells. Their headings too were written down before they were tried; those of published extracts are measured
where ``LOCALITY_PROFILES_EXTRACTS`` names a folder that has them.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.builds import REPOSITORY
from locality_profiles.mapping import look
from locality_profiles.matching import Fit, fits_of
from locality_profiles.sources import layouts
from locality_profiles.starting import make_workspace
from locality_profiles.tables.intake import header_key, load, recognise

RESULTS = REPOSITORY / "benchmarks" / "results-mapping.md"
MOST_ROWS = 3000


@dataclass(frozen=True)
class Disguise:
    """An extract of the sample, and what a council calls its columns and words. ``{}`` stands for an age."""

    name: str
    file: str
    kind: str
    called: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ages: str = ""
    titles: int = 0
    second: bool = False


SEXES = {"Male": "Men", "Female": "Women", "All": "Both"}
DISGUISES = (
    Disguise("deaths of a registrar", "vital_events/births_and_deaths.csv", "vital_event", {
        "data_zone": "DZ", "year": "Year of registration", "event": "Event type", "sex": "Gender",
        "age_band": "Age group", "count": "Number"},
        {"event": {"death": "Deaths", "birth": "Births"}, "sex": {"female": "F", "male": "M"}}, titles=2),
    Disguise("deaths, short", "vital_events/births_and_deaths.csv", "vital_event", {
        "data_zone": "Datazone code", "year": "Yr", "event": "Type", "sex": "M/F", "age_band": "Ages", "count": "No."},
        {"sex": {"female": "Female", "male": "Male"}}),
    Disguise("home care of a council", "social_care/data_homecare_locality.csv", "home_care", {
        "financial_quarter": "Quarter", "sending_location": "Council", "locality": "Area", "age_group": "Age band",
        "measure": "Measure", "value": "Total"},
        {"age_group": {"All Ages": "Everyone", "85+ years": "85 and over"}}, titles=1),
    Disguise("home care, tidy", "social_care/data_homecare_locality.csv", "home_care", {
        "financial_quarter": "FinQtr", "sending_location": "LocalAuthority", "locality": "LocalityName",
        "age_group": "AgeGroup", "measure": "Indicator", "value": "Value"}),
    Disguise("home care of councils", "social_care/data_homecare_hscp.csv", "home_care", {
        "time_period": "Period type", "financial_quarter": "Financial period", "sending_location": "Partnership",
        "age_group": "Age", "measure": "What is counted", "value": "Figure", "scotland_value": "Scotland figure"}),
    Disguise("self-directed support", "social_care/data_sds_trend.csv", "social_care_people", {
        "financial_year": "FY", "sending_location": "Council area", "option_type": "SDS option", "nclient": "Clients"}),
    Disguise("delayed discharges", "service_activity/delayed-discharge-beddays-council-area.csv", "delayed_discharge", {
        "MonthOfDelay": "Month", "CA": "LA code", "AgeGroup": "Age of patients", "ReasonForDelay": "Delay reason",
        "NumberOfDelayedBedDays": "Bed days delayed",
        "AverageDailyNumberOfDelayedBeds": "Average beds per day"}, titles=3),
    Disguise("weekly admissions", "service_activity/hospital_admissions_hscp_simd.csv", "hospital_admission", {
        "WeekEnding": "Week ended", "HSCP": "Partnership code", "SIMDQuintile": "Deprivation fifth",
        "AdmissionType": "Type of admission", "NumberAdmissions": "Admissions"}),
    Disguise("A&E", "service_activity/monthly_ae_waitingtimes.csv", "emergency_attendance", {
        "Month": "Calendar month", "HBT": "Health board", "TreatmentLocation": "Hospital code",
        "DepartmentType": "Type of department", "NumberOfAttendancesAggregate": "Attendances",
        "NumberMeetingTargetAggregate": "Seen within 4 hours"}),
    Disguise("beds", "service_activity/beds_by_nhs_board_of_treatment_and_specialty.csv", "hospital_beds", {
        "Quarter": "Qtr", "HB": "Board", "Location": "Hospital", "Specialty": "Specialty code",
        "SpecialtyName": "Specialty", "AllStaffedBeddays": "Staffed bed days",
        "TotalOccupiedBeddays": "Occupied bed days",
        "AverageAvailableStaffedBeds": "Mean staffed beds", "AverageOccupiedBeds": "Mean occupied beds",
        "PercentageOccupancy": "Occupancy %"}),
    Disguise("emergency sites", "service_activity/nhs_emergency_sites.csv", "emergency_site", {
        "HB": "Health Board", "TreatmentLocationName": "Site name", "TreatmentLocationCode": "Site code",
        "TreatmentLocationPostcode": "Post code", "CurrentDepartmentType": "Department type",
        "Status": "Open or closed"}),
    Disguise("hospitals", "service_activity/nhs_hospitals_xy.csv", "hospital", {
        "Location": "Hospital code", "LocationName": "Hospital name", "Postcode": "Post code", "HB": "Board code",
        "HSCP": "IJB code", "CA": "Council code", "DataZone": "Data zone", "XCoordinate": "Easting",
        "YCoordinate": "Northing"}),
    Disguise("unit costs", "costs/unit_costs.csv", "unit_price_table", {
        "year": "Financial year", "place": "Area code", "service_code": "Service", "unit": "Unit of activity",
        "price_basis": "Basis", "price": "Cost per unit"}),
    Disguise("needs weighting", "costs/needs_weighting_by_data_zone.csv", "needs_weight", {
        "data_zone": "Datazone", "year": "Fin Year", "programme": "Care programme", "population": "Pop",
        "age_sex_index": "Age-sex index", "morbidity_and_life_circumstances_index": "MLC index",
        "excess_cost_index": "Excess costs"}),
    Disguise("hospital costs", "costs/hospital_costs.csv", "hospital_cost", {
        "year": "FY", "hospital": "Site", "form": "Form", "line": "Line no", "specialty": "Specialty name",
        "bed_days": "Occupied bed days", "cases": "Discharges", "direct": "Direct cost", "allocated": "Allocated cost",
        "total": "Total cost"}),
    Disguise("centres of zones", "boundaries/SG_DataZone_Cent_2011.csv", "block_point", {
        "DataZone": "DZ code", "Name": "DZ name", "TotPop2011": "Population 2011", "Easting": "X", "Northing": "Y"}),
    Disguise("council tax", "population/dwellings_council_tax_dz2001.csv", "council_tax_dwelling", {
        "year": "Year", "zone": "Data zone 2001", "band": "Tax band", "measure": "Measure type", "value": "Dwellings"}),
    Disguise("populations of zones", "population/dz2011-pop-est_2017-2020.csv", "small_area_population", {
        "Year": "Mid-year", "DataZone": "Zone code", "Sex": "Gender", "AllAges": "All ages"},
        {"Sex": SEXES}, ages="Aged {}"),
    Disguise("populations of boards", "population/HBdemography.csv", "area_population", {
        "Year": "Mid year estimate", "HB": "Health board code", "Sex": "Sex of person", "AllAges": "Total"},
        {"Sex": SEXES}, ages="{} years"),
    Disguise("small users", "lookups/postcode_directory/SmallUser.csv", "postcode_directory", {
        "Postcode": "Pcode", "DateOfIntroduction": "Introduced", "DateOfDeletion": "Deleted",
        "GridReferenceEasting": "East", "GridReferenceNorthing": "North", "DataZone2011Code": "DZ 2011",
        "CensusPopulationCount2011": "Census population 2011"}),
    Disguise("urban and rural", "lookups/datazone2011_urban_rural_2020.csv", "urban_rural", {
        "DataZone": "2011 DZ", "UrbanRural2fold2020": "UR 2 fold 2020", "UrbanRural3fold2020": "UR 3 fold 2020",
        "UrbanRural6fold2020": "UR 6 fold 2020", "UrbanRural8fold2020": "UR 8 fold 2020"}),
    Disguise("localities", "lookups/datazone-to-locality-lookup.csv", "locality_lookup", {
        "DataZone": "DZ", "SubHSCP": "Locality code", "SubHSCPName": "Locality", "CA": "Council", "HSCP": "Partnership",
        "HB": "Board"}),
    Disguise("patients of practices", "gp_practice/patients_by_data_zone.csv", "patient_zone", {
        "PracticeCode": "Surgery code", "DataZone": "Patient data zone", "Patients": "Registered", "Date": "As at"}),
    Disguise("practices", "gp_practice/gp_practice_contactdetails_jan2022.csv", "gp_practice", {
        "PracticeCode": "GP code", "GPPracticeName": "Surgery", "Postcode": "Post code", "HB": "Health board code",
        "HSCP": "HSCP code", "DataZone": "DZ", "GPCluster": "Cluster name"}),
    Disguise("households", "population/../housing_census/household_estimates_council.csv", "household_estimate", {
        "Area": "Council area", "Year": "Mid-year", "Households": "No. of households",
        "Av_HH_size": "Mean household size"},
        titles=2),
    Disguise("deprivation", "deprivation/simd2020v2.csv", "deprivation", {
        "DataZone": "DZ 2011 code", "SIMD2020V2Rank": "SIMD rank", "SIMD2020V2CountryDecile": "SIMD decile",
        "SIMD2020V2CountryQuintile": "SIMD quintile"}),
    Disguise("registrations", "vital_events/births_and_deaths.csv", "vital_event", {
        "data_zone": "Home data zone", "year": "Calendar Year", "event": "Births or deaths", "sex": "Sex of the person",
        "age_band": "Age at event", "count": "Registrations"},
        {"event": {"death": "Death", "birth": "Birth"}}, titles=1, second=True),
    Disguise("care at home", "social_care/data_homecare_locality.csv", "home_care", {
        "financial_quarter": "Reporting quarter", "sending_location": "HSCP", "locality": "HSCP locality",
        "age_group": "Client age", "measure": "Type of figure", "value": "Amount"}, second=True),
    Disguise("SDS", "social_care/data_sds_trend.csv", "social_care_people", {
        "financial_year": "Year (April to March)", "sending_location": "Local authority name",
        "option_type": "Option chosen", "nclient": "No of people"}, titles=4, second=True),
    Disguise("delays", "service_activity/delayed-discharge-beddays-council-area.csv", "delayed_discharge", {
        "MonthOfDelay": "Census month", "CA": "Council", "AgeGroup": "Patient age group", "ReasonForDelay": "Reason",
        "NumberOfDelayedBedDays": "Days delayed", "AverageDailyNumberOfDelayedBeds": "Daily average"}, second=True),
    Disguise("admissions", "service_activity/hospital_admissions_hscp_simd.csv", "hospital_admission", {
        "WeekEnding": "W/E", "HSCP": "HSCP of residence", "SIMDQuintile": "SIMD",
        "AdmissionType": "Emergency or planned",
        "NumberAdmissions": "No. admitted"}, second=True),
    Disguise("weighted people", "costs/needs_weighting_by_data_zone.csv", "needs_weight", {
        "data_zone": "DataZone2011", "year": "Allocation year", "programme": "Programme of care",
        "population": "Residents", "age_sex_index": "Age/sex", "morbidity_and_life_circumstances_index": "MLC",
        "excess_cost_index": "Excess cost"}, second=True),
    Disguise("dwellings by band", "population/dwellings_council_tax_dz2001.csv", "council_tax_dwelling", {
        "year": "As at year", "zone": "DZ2001", "band": "Council tax band", "measure": "Count or ratio",
        "value": "No. dwellings"}, second=True),
    Disguise("list sizes", "gp_practice/gp_practice_listsizes_oct2021_jan2022.csv", "gp_list_size", {
        "Date": "List date", "PracticeCode": "Practice", "Sex": "Gender", "AllAges": "Total list",
        "Ages0to4": "0 to 4", "Ages5to14": "5 to 14", "Ages15to24": "15 to 24", "Ages25to44": "25 to 44",
        "Ages45to64": "45 to 64", "Ages65to74": "65 to 74", "Ages75to84": "75 to 84", "Ages85plus": "85 plus"},
        second=True),
)  # fmt: skip


@dataclass(frozen=True)
class Wide:
    """A long extract of the sample, or a published one (``real``), that a council has with one column across the top.

    ``across`` is that column of ours and ``headings`` what stands above each of its words; ``{}`` stands for the word
    itself where no other is told. ``into`` has the cells. At most the last ``most`` words stand across.
    """

    name: str
    file: str
    real: str
    kind: str
    called: Mapping[str, str]
    across: str
    into: str
    headings: Mapping[str, str] = field(default_factory=dict)
    heading: str = "{}"
    titles: int = 0
    most: int = 12


CARE = {"financial_quarter": "Quarter", "sending_location": "Council", "locality": "Area", "age_group": "Age band"}
PEOPLE = {"financial_year": "FY", "sending_location": "Council area"}
WIDE = (
    Wide("home care by measure", "social_care/data_homecare_locality.csv",
         "social_care/201920_202021_data_homecare_locality.csv", "home_care", CARE, "measure", "value", {
             "Number of People": "No. of people getting home care", "Number of Hours": "Total hrs",
             "Rate per 1,000 Population": "Rate per 1,000"}, titles=3),
    Wide("home care by age", "social_care/data_homecare_locality.csv",
         "social_care/201920_202021_data_homecare_locality.csv", "home_care",
         {**CARE, "measure": "Measure"} | {"age_group": ""}, "age_group", "value", {
             "All Ages": "Total", "0-17 years": "Under 18", "18-64 years": "18-64", "65-74 years": "65-74",
             "75-84 years": "75-84", "85+ years": "85 and over", "Unknown": "Not known"}, titles=1),
    Wide("home care by quarter", "social_care/data_homecare_locality.csv",
         "social_care/201920_202021_data_homecare_locality.csv", "home_care",
         {**CARE, "measure": "What is counted"} | {"financial_quarter": ""}, "financial_quarter", "value"),
    Wide("home care of councils by measure", "social_care/data_homecare_hscp.csv",
         "social_care/201920_202021_data_homecare_trend.csv", "home_care", {
             "time_period": "Period type", "financial_quarter": "Period", "sending_location": "Partnership",
             "age_group": "Age"}, "measure", "value", {
             "Number of People": "Clients", "Number of Hours": "Hours of care",
             "Rate per 1,000 Population": "Clients per 1,000 population"}),
    Wide("self-directed support by option", "social_care/data_sds_trend.csv",
         "social_care/201920_202021_data_sds_trend.csv", "social_care_people", PEOPLE, "option_type", "nclient", {
             "Any SDS": "Any option"}, "SDS {}", titles=2),
    Wide("self-directed support by year", "social_care/data_sds_trend.csv",
         "social_care/201920_202021_data_sds_trend.csv", "social_care_people",
         {"sending_location": "Local authority", "option_type": "Option"}, "financial_year", "nclient"),
    Wide("people supported by age", "", "social_care/202122_data_people_supported_services.csv", "social_care_people",
         {**PEOPLE, "service_group": "Service"}, "age_group", "nclient", {
             "All Ages": "All clients", "Unknown": "Age unknown"}, "Clients aged {}", titles=1),
    Wide("people supported by service", "", "social_care/202122_data_people_supported_services.csv",
         "social_care_people", {**PEOPLE, "age_group": "Ages"}, "service_group", "nclient", {
             "Community Alarms / Telecare": "Alarms and telecare"}),
    Wide("household estimates by year", "housing_census/household_estimates_council.csv",
         "housing_census/nrs_household_estimates_council.csv", "household_estimate", {"Area": "Council area"}, "Year",
         "Households", titles=2),
    Wide("households, a column a year", "housing_census/household_estimates_council.csv",
         "housing_census/nrs_household_estimates_council.csv", "household_estimate", {"Area": "LA"}, "Year",
         "Households", {}, "Households {}"),
    Wide("delays by age", "service_activity/delayed-discharge-beddays-council-area.csv",
         "service_activity/delayed-discharge-beddays-health-board.csv", "delayed_discharge", {
             "MonthOfDelay": "Month", "CA": "Council code", "HBT": "Board", "ReasonForDelay": "Reason for delay"},
         "AgeGroup", "NumberOfDelayedBedDays", {"18plus": "All adults 18+", "18-74": "18 to 74", "75plus": "75+"}),
    Wide("admissions by type", "service_activity/hospital_admissions_hscp_simd.csv",
         "service_activity/hospital_admissions_hscp_simd_20230706.csv", "hospital_admission", {
             "WeekEnding": "Week ending", "HSCP": "HSCP code", "SIMDQuintile": "SIMD quintile"}, "AdmissionType",
         "NumberAdmissions", {"All": "All admissions", "Emergency": "Emergencies", "Planned": "Planned admissions"}),
    Wide("dwellings by band, wide", "population/dwellings_council_tax_dz2001.csv",
         "housing_census/edinburgh_dz2001_dwellings-council-tax.csv", "council_tax_dwelling", {
             "year": "Year", "zone": "Data zone", "measure": "Measure"}, "band", "value", {}, "{}", titles=1),
    Wide("deaths by sex", "vital_events/births_and_deaths.csv", "", "vital_event", {
        "data_zone": "DZ", "year": "Year", "event": "Event", "age_band": "Age"}, "sex", "count",
         {"female": "Women", "male": "Men"}),
)  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """What came of one disguise."""

    disguise: Disguise | Wide
    columns: int
    right: int
    wrong: int
    rank: int
    seconds: float


def measure(folder: Path) -> list[Scored]:
    """Every disguise, looked at without being told what it is."""
    make_workspace(folder / "sample", sample=True)
    raw = folder / "sample" / "data" / "raw"
    return [_scored(disguise, raw, folder) for disguise in DISGUISES]


def measure_wide(folder: Path, raw: Path, files: Iterable[tuple[Wide, str]]) -> list[Scored]:
    """Every wide disguise whose extract is there."""
    return [_scored_wide(wide, raw / file, folder) for wide, file in files if file and (raw / file).is_file()]


def _scored_wide(wide: Wide, extract: Path, folder: Path) -> Scored:
    path, kept, words = turned(wide, extract, folder)
    begun = time.monotonic()
    looked = look(path, path.name)
    fits = fits_of(looked.columns)
    seconds = time.monotonic() - begun
    fit = next(fit for fit in fits if fit.kind == wide.kind)
    right, wrong = _judged(fit, kept, set())
    said = {each.theirs: each.word for each in fit.spread.columns if each.sure} if fit.spread else {}
    sets = fit.spread.sets if fit.spread else ""
    told = {heading: (sets, said[heading]) == (wide.across, word) for heading, word in words.items() if heading in said}
    right += sum(told.values())
    wrong += sum(not told.get(heading, False) for heading in said)
    if fit.spread and fit.spread.sure:  # the column that takes the cells
        right, wrong = right + (fit.spread.into == wide.into), wrong + (fit.spread.into != wide.into)
    rank = [each.kind for each in fits].index(wide.kind) + 1
    return Scored(wide, len(kept) + len(words) + 1, right, wrong, rank, seconds)


def turned(wide: Wide, extract: Path, folder: Path) -> tuple[Path, dict[str, str], dict[str, str]]:
    """The wide file, which of our columns each heading that was kept is, and which word each heading across says."""
    (found,) = recognise(extract, layouts())  # type: ignore[misc]
    table = load(found, extract).columns.to_pylist()
    kept = {ours: theirs for ours, theirs in wide.called.items() if theirs and ours in table[0]}
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for row in table:
        rows.setdefault(tuple(row[ours] for ours in kept), {})[row[wide.across]] = row[wide.into]
    known = list(dict.fromkeys(row[wide.across] for row in table))[-wide.most :]
    heading = {word: wide.headings.get(word, wide.heading.format(word)) for word in known}
    path = folder / f"{wide.name.replace(' ', '_').replace(',', '')}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([f"Table of {wide.name}"] for _ in range(wide.titles))
        writer.writerow([*kept.values(), *heading.values(), "Remarks"])
        for at, (place, cells) in enumerate(list(rows.items())[:MOST_ROWS]):
            writer.writerow([*place, *(cells.get(word, "") for word in known), "checked" if at % 3 else ""])
    return path, {theirs: ours for ours, theirs in kept.items()}, {heading[word]: word for word in known}


def _scored(disguise: Disguise, raw: Path, folder: Path) -> Scored:
    path, truth = disguised(disguise, raw, folder)
    begun = time.monotonic()
    looked = look(path, path.name)
    fits = fits_of(looked.columns)
    seconds = time.monotonic() - begun
    kinds = [fit.kind for fit in fits]
    # Columns are judged as of the kind that it is: which kind it is, is counted apart.
    fit = next(fit for fit in fits if fit.kind == disguise.kind)
    one = {theirs for theirs, ours in truth.items() if ours not in disguise.called}
    right, wrong = _judged(fit, truth, one)
    return Scored(disguise, len(truth) - len(one) + bool(one), right, wrong, kinds.index(disguise.kind) + 1, seconds)


def _judged(fit: Fit, truth: Mapping[str, str], one: set[str]) -> tuple[int, int]:
    """Columns that are right, and wrong; those for an age each are ``one``, right if all are."""
    sure = {match.theirs: match.ours for match in fit.matches if match.sure}
    good = {theirs: header_key(sure.get(theirs, "")) == header_key(ours) for theirs, ours in truth.items()}
    right = sum(good[theirs] for theirs in truth if theirs not in one) + (bool(one) and all(good[each] for each in one))
    bad = {theirs for theirs in sure if not good.get(theirs, False)}
    return right, len(bad - one) + bool(bad & one)


def disguised(disguise: Disguise, raw: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """The disguised file, and which of our columns each of its headings is."""
    (found,) = recognise(raw / disguise.file, layouts())  # type: ignore[misc]
    table = load(found, raw / disguise.file).columns.slice(0, MOST_ROWS).to_pydict()
    called = dict(disguise.called)
    if disguise.ages:
        ages = [name for name in table if name.startswith("Age") and name[3:].isdigit()]
        called |= {name: disguise.ages.format(name[3:]) for name in ages}
    order = list(called)
    np.random.default_rng(len(disguise.name)).shuffle(order)
    path = folder / f"{disguise.name.replace(' ', '_').replace(',', '').replace('&', 'and')}.csv"
    rows = len(table[order[0]])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([f"Table of {disguise.name}", *[""] * len(order)] for _ in range(disguise.titles))
        writer.writerow([*(called[name] for name in order), "Remarks"])
        words = [disguise.words.get(name, {}) for name in order]
        for at in range(rows):
            cells = [table[name][at] for name in order]
            writer.writerow(
                [*(w.get(cell, cell) for w, cell in zip(words, cells, strict=True)), "checked" if at % 3 else ""]
            )
    return path, {theirs: ours for ours, theirs in called.items()}


# --- telling --------------------------------------------------------------------------------------


def told(scores: list[Scored], wide: list[Scored], real: list[Scored]) -> str:
    """The tables: both sets together and apart, file by file, and the wide ones after them."""
    first, three = (sum(score.rank <= most for score in scores) for most in (1, 3))
    seconds = np.median([score.seconds for score in scores])
    day = datetime.now(ZoneInfo("Europe/London")).date()
    sets = {"both sets": scores, "first set": [s for s in scores if not s.disguise.second],
            "second set, tried once": [s for s in scores if s.disguise.second]}  # fmt: skip
    lines = [
        "# Benchmarks of mapping", "",
        "Written by `python -m benchmarks.mapping --write`; nothing here is edited by hand.", "",
        f"Measured on {day.day} {day:%B %Y}: extracts of the sample, disguised as councils write them. Columns for",
        "an age each are counted as one, or they would be most of what is counted.", "",
        "| | files | columns | right | wrong | left open |", "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(_line(name, part) for name, part in sets.items()), "",
        f"The right kind of extract came first in {first} of {len(scores)} files, and among the three that are named",
        f"in {three}. A file took {seconds:.1f} s (the middle one).", "",
        "| file | kind | came | columns | right | wrong | left open |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {s.disguise.name} | {s.disguise.kind} | {s.rank} | {s.columns} | {s.right} | {s.wrong} "
          f"| {s.columns - s.right - s.wrong} |" for s in scores), "",
        *_told_wide(wide, real),
    ]  # fmt: skip
    return "\n".join(lines)


def _told_wide(wide: list[Scored], real: list[Scored]) -> list[str]:
    sets = {"of the sample": wide, "of published extracts": real}
    lines = [
        "## Wide tables", "",
        "Long extracts turned, so that measures, ages, sexes, options or periods stand across the top. Each heading",
        "across is a column, and so is the one of ours that takes the cells.", "",
        "| | files | kind came first | columns | right | wrong | left open |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for name, scores in sets.items():
        if scores:
            _, _, files, columns, shares = _line(name, scores).split("|", 4)
            first = sum(score.rank == 1 for score in scores)
            lines.append(f"| {name} |{files}| {first} |{columns}|{shares}")
    lines += ["", "| file | from | kind | came | columns | right | wrong | left open |",
              "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    lines += [f"| {s.disguise.name} | {name.removeprefix('of ')} | {s.disguise.kind} | {s.rank} | {s.columns} "
              f"| {s.right} | {s.wrong} | {s.columns - s.right - s.wrong} |"
              for name, scores in sets.items() for s in scores]  # fmt: skip
    return [*lines, ""]


def _line(name: str, scores: list[Scored]) -> str:
    columns, right, wrong = (sum(getattr(score, what) for score in scores) for what in ("columns", "right", "wrong"))
    shares = " | ".join(f"{number / columns:.1%}" for number in (right, wrong, columns - right - wrong))
    return f"| {name} | {len(scores)} | {columns} | {shares} |"


def main() -> None:
    real = Path(os.environ.get("LOCALITY_PROFILES_EXTRACTS", REPOSITORY.parent / "shared" / "data"))
    with tempfile.TemporaryDirectory() as folder:
        scores = measure(Path(folder))
        raw = Path(folder) / "sample" / "data" / "raw"
        wide = measure_wide(Path(folder), raw, ((each, each.file) for each in WIDE))
        text = told(scores, wide, measure_wide(Path(folder), real, ((each, each.real) for each in WIDE)))
    sys.stdout.write(text)
    if "--write" in sys.argv:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
