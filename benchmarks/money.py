"""How long it takes to place a large ledger on areas, and a what-if; how much memory.

``python -m benchmarks.money`` prints a table; ``--write`` keeps it in ``benchmarks/results-money.md``. Fifty
thousand lines of one partnership on 128 localities, by all eleven methods, each fair share beside other weightings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.builds import REPOSITORY

RESULTS = REPOSITORY / "benchmarks" / "results-money.md"
LINES, LOCALITIES, ZONES_EACH = 50_000, 128, 12
#: Seconds and memory that a large ledger may take.
MOST_SECONDS, MOST_MIB = 10, 1024

RUN = """
import json, resource, sys, time
from pathlib import Path
from locality_profiles.finance.making import PLACED, make_money
from locality_profiles.finance.settings import Settings
from locality_profiles.tables.store import Store

facts = {path.stem: path for path in Path(sys.argv[1]).glob("*.parquet")}
store = Store(Path(sys.argv[2]))
begun, at = time.monotonic(), time.time()
made, _ = make_money(facts, Settings(), store)
seconds = time.monotonic() - begun
print(json.dumps({
    "seconds": seconds, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "parts": made["allocation"].manifest["rows"] if "rows" in made["allocation"].manifest else 0,
    "placed": max(made[name].path.stat().st_mtime for name in PLACED) - at,
    "tables": {name: str(stored.path) for name, stored in made.items()},
}))
"""


def write_facts(folder: Path, lines: int, localities: int) -> None:
    """A partnership with so many localities and lines of its ledger; all of it made up, and the same each time."""
    from locality_profiles.finance.making import FROM
    from locality_profiles.ledger.codes import services
    from locality_profiles.tables.curated import CONTRACTS
    from locality_profiles.tables.store import connect
    from locality_profiles.tables.suites import empty_view

    own = "S37900001"
    leaves = [code for code in services() if "." in code and not code.startswith(("RES", "MGMT"))]
    year = "'financial_year' as period_type, date '2024-04-01' as period_start, date '2025-03-31' as period_end"
    zones = f"range({localities * ZONES_EACH}) z(i)"
    zone, locality = "'S01' || lpad(i::text, 6, '0')", f"'{own}/l' || lpad((i // {ZONES_EACH})::text, 3, '0')"
    told = "'actual' as status, 'made' as extract_id"
    kinds = ", ".join(f"'{kind}'" for kind in (
        "home_care_hours", "care_home_days_65_plus", "ni13_emergency_bed_days", "msg3_attendances_of_residents",
        "out_of_hours_contacts", "prescription_items", "community_alarms", "gp_registrations"))  # fmt: skip
    queries = {
        "area": f"""
            select 'hscp' as area_type, '{own}' as area_code, 'Own' as area_name, null as parent_type,
                null as parent_code, 'made' as extract_id
            union all select distinct 'locality', {locality}, 'L', 'hscp', '{own}', 'made' from {zones}""",
        "membership": f"""
            select 'data_zone_2011' as block_type, {zone} as block_code, 'hscp' as area_type, '{own}' as area_code,
                1.0 as weight, 'lookup' as method, 'made' as extract_id from {zones}
            union all select 'data_zone_2011', {zone}, 'locality', {locality}, 1.0, 'lookup', 'made' from {zones}
            union all select distinct 'locality', {locality}, 'locality', {locality}, 1.0, 'lookup', 'made' from {zones}
            union all select distinct 'locality', {locality}, 'hscp', '{own}', 1.0, 'lookup', 'made' from {zones}""",
        "population": f"""
            select 'data_zone_2011' as block_type, {zone} as block_code, 2024 as year, sex, age,
                3 + (hash(i, age, sex) % 9)::bigint as persons, {told}
            from {zones} cross join (values ('female'), ('male')) s(sex) cross join range(91) a(age)""",
        "deprivation": f"""
            select 'data_zone_2011' as block_type, {zone} as block_code, 'simd_2020v2' as "index",
                'overall' as domain, 1 + i % 5 as quintile, {told} from {zones}""",
        "needs_weight": f"""
            select 'data_zone_2011' as block_type, {zone} as block_code, {year}, 'all' as programme, 700 as population,
                500 + (hash(i) % 500)::double as weighted_population, {told} from {zones}""",
        "indicator_value": f"""
            select indicator_id, area_type, area_code, {year}, 'all' as breakdown, 'all' as category,
                case when area_type = 'locality' then 1000 + (hash(area_code, indicator_id) % 9000)::double
                    else 1e7 end as numerator, 'count' as method, 1.0 as per, 'actual' as status
            from (select unnest([{kinds}]) as indicator_id)
            cross join (select distinct 'locality' as area_type, {locality} as area_code from {zones}
                        union all select 'hscp', '{own}')""",
        "activity_cube": f"""
            select 'records' as counted_from, service as service_code, 'month' as period_type,
                make_date(2024 + m // 9, (m + 3) % 12 + 1, 1) as period_start,
                last_day(make_date(2024 + m // 9, (m + 3) % 12 + 1, 1)) as period_end, 'data_zone_2011' as block_type,
                {zone} as block_code, band as age_band, sex, 'all' as urgency, 'all' as delay_group,
                'all' as provider_sector, 1 as n_records, (hash(i, service, m, band) % 900000)::bigint as cost_net,
                (hash(i, service) % 90)::double as bed_days, 'made' as extract_id
            from {zones} cross join range(12) months(m) cross join (select unnest({leaves[:12]}) as service)
            cross join (values ('18-44'), ('75-84')) b(band) cross join (values ('female'), ('male')) s(sex)""",
        "activity": f"""
            select distinct 'locality' as block_type, {locality} as block_code, {year}, service as service_code,
                'WTE' as measure_code, 5 + (hash(i // {ZONES_EACH}, service) % 20)::double as value, {told}
            from {zones} cross join (select unnest({leaves}) as service)""",
        "hosted_use": f"""
            select '{own}' as host_hscp, 'hscp' as block_type, code as block_code, {year}, service as service_code,
                100.0 * n as quantity, 'contacts' as unit, {told}
            from (values ('{own}', 3), ('S37900002', 1)) u(code, n) cross join (select unnest({leaves}) as service)""",
        "budget_line": f"""
            select 'L' || lpad(i::text, 6, '0') as line_id,
                if(i % 20 = 0, 'locality', 'hscp') as block_type,
                if(i % 20 = 0, '{own}/l' || lpad((i % {localities})::text, 3, '0'), '{own}') as block_code, {year},
                (['original', 'revised', 'outturn'])[1 + i % 3] as version,
                case when i % 41 = 0 then 'hosted_out' when i % 17 = 0 then 'set_aside' else 'delegated' end as scope,
                (['council', 'nhs', 'ijb'])[1 + (i // 3) % 3] as partner,
                if(i % 97 = 0, null, ({[*services()]})[1 + (i * 7) % {len(services())}]) as service_code,
                if(i % 97 = 0, '4100', null) as cost_centre,
                (['all', 'older', 'mental_health'])[1 + i % 3] as care_group,
                'made up' as description, (hash(i) % 40000000)::bigint - 2000000 as gross_pence,
                (hash(i, 1) % 100000)::bigint as income_pence, gross_pence - income_pence as net_pence, {told}
            from range({lines}) l(i)""",
    }  # fmt: skip
    with connect() as connection:
        for name in FROM:
            connection.execute(f"""
                copy ({empty_view(CONTRACTS[name])} union all by name
                      select * from ({queries.get(name, empty_view(CONTRACTS[name]))}))
                to '{folder / name}.parquet' (format parquet)""")  # fmt: skip


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """Seconds and memory by what was done."""
    facts = folder / "facts"
    facts.mkdir()
    write_facts(facts, LINES, LOCALITIES)
    found = {}
    store = folder / "store"
    store.mkdir()
    command = [sys.executable, "-c", RUN, str(facts), str(store)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    found["place"] = json.loads(ran.stdout.splitlines()[-1])
    return found


def table(found: dict[str, dict[str, float]]) -> list[str]:
    """The results as Markdown."""
    place = found["place"]
    return [
        "| of 50,000 lines on 128 localities | measured | target |", "| --- | ---: | --- |",
        f"| every line placed, used and fair, with ranges | {place['placed']:.1f} s | {MOST_SECONDS} s |",
        f"| the same with every table made from ledgers | {place['seconds']:.1f} s | |",
        f"| memory | {place['peak_mib']:,.0f} MiB | {MOST_MIB:,} MiB |",
        f"| parts written | {place['parts'] / 1e6:.1f} million | |",
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Measure; keep the results if asked to."""
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch))
    today = date.today()  # noqa: DTZ011
    text = (
        "# Benchmark of money on areas\n\n"
        "Written by `python -m benchmarks.money --write`; nothing here is edited by hand.\n\n"
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores.\n\n" + "\n".join(table(found)) + "\n"
    )
    sys.stdout.write(text)
    if "--write" in arguments:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
