"""The extracts of the sample, each laid out as its publisher does, with the oddities of the real ones."""

from __future__ import annotations

from pathlib import Path

from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts import (
    activity,
    beds,
    care,
    costs,
    deprivation,
    earlier_zones,
    events,
    ledger,
    linked,
    places,
    population,
    postcodes,
    practices,
    projections,
    returns,
    scotpho,
    sites,
    voice,
)
from locality_profiles.sample.people import People
from locality_profiles.sample.services import Services


def write_extracts(
    raw: Path, country: Country, people: People, services: Services, seed: int, records: bool = True
) -> list[Path]:
    """Write every extract below ``raw``; returns the files. ``records`` says whether to write linked records too."""
    earlier = earlier_zones.earlier_zones(country, people)
    return [
        places.write_data_zone_lookup(raw, country),
        places.write_locality_lookup(raw, country),
        places.write_centres(raw, country, people),
        places.write_data_zone_outlines(raw, country),
        places.write_locality_outlines(raw, country),
        places.write_urban_rural(raw, country, people),
        places.write_hospitals(raw, country, services.hospitals),
        sites.write_emergency_sites(raw, country, services.hospitals),
        sites.write_care_services(raw, country, people, seed),
        *population.write_latest_mid_year(raw, country, people),
        population.write_earlier_mid_years(raw, country, people),
        population.write_first_mid_year(raw, country, people),
        population.write_boards(raw, country, people),
        population.write_councils(raw, country, people),
        projections.write_projections(raw, country, people),
        deprivation.write_index(raw, country, people),
        deprivation.write_indicators(raw, country, people),
        *postcodes.write_directory(raw, country, people, services.practices, services.hospitals, seed),
        earlier_zones.write_conversion(raw, country, earlier),
        earlier_zones.write_dwellings(raw, earlier, seed),
        *practices.write_contact_details(raw, country, services.practices),
        practices.write_patients_by_zone(raw, country, services.practices, services.patient_zones),
        practices.write_list_sizes(raw, country, services.practices),
        care.write_home_care_by_locality(raw, country, services.home_care),
        care.write_home_care_by_council(raw, country, services.home_care),
        care.write_households(raw, country, services),
        care.write_benchmarks(raw, country, services.benchmarks),
        activity.write_delayed_discharges(raw, country, services),
        activity.write_attendances(raw, country, services.hospitals),
        beds.write_beds(raw, country, people, services.hospitals, seed),
        activity.write_admissions(raw, country, services),
        events.write_events(raw, country, people, seed),
        *events.write_census(raw, country, people, seed),
        *(linked.write_records(raw, country, people, seed) if records else []),
        events.write_options(raw, country, people, seed),
        scotpho.write_profiles(raw, country, people, seed),
        scotpho.write_fifths(raw, country, people, seed),
        returns.write_social_care(raw, country, people, seed),
        returns.write_third_sector(raw, country, people, seed),
        *ledger.write_ledgers(raw, country, people, seed),
        costs.write_needs(raw, country, people),
        costs.write_hospital_costs(raw, country, seed),
        costs.write_prices(raw, country),
        *voice.write_logs(raw, country),
    ]
