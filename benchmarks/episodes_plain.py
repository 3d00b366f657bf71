"""The cube of linked records as an analyst would write it who has an afternoon: direct SQL, one query for each output.

``python benchmarks/episodes_plain.py FOLDER OUT`` counts the episode files in FOLDER. It gives what the cube gives of
clean files: counts, bed days, cost, hours, falls, preventable admissions, stays, readmissions, last months of life, and
distinct people for each service and family. Nothing is checked, nobody is set aside, nothing is kept for the next run.
``episodes_bare.py`` is the other yardstick: fewer outputs, and every trick that its writer knew.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path

import duckdb

from locality_profiles.episodes.conditions import conditions, one_of

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
PERSON = """coalesce(datazone2011, '') as zone, gender, case when age is null then 'unknown' when age < 18 then '0-17'
    when age < 45 then '18-44' when age < 65 then '45-64' when age < 75 then '65-74' when age < 85 then '75-84'
    else '85+' end as band"""
EMERGENCY = "(cij_pattype_code = 0 or cij_admtype = '18')"
SERVICE = f"""case recid when '00B' then 'HOSP.OP.NEW' when 'GLS' then 'HOSP.GLS' when '02B' then 'HOSP.MAT'
    when '04B' then 'HOSP.MH' when 'AE2' then 'HOSP.AE' when 'PIS' then 'PC.PRESC' when 'NRS' then 'EVT.DEATH'
    when 'OoH' then 'PC.' || smrtype when 'DN' then 'COMM.DN' when 'CMH' then 'COMM.CMH' when 'CH' then 'SC.CH.LONG'
    when 'HC' then 'SC.HC.' || smrtype || coalesce(hc_reablement, 0) when 'AT' then 'SC.AT.' || smrtype
    when 'SDS' then 'SC.SDS.' || smrtype when 'DD' then 'FLOW.DD' when 'HL1' then 'HOUS.HL'
    when '01B' then case when ipdc = 'D' then 'HOSP.ACU.DC' when {EMERGENCY} then 'HOSP.ACU.EM' else 'HOSP.ACU.EL' end
    end"""
IN_A_STAY = "smrtype in ('Acute-IP', 'GLS-IP', 'Psych-IP') and location not in ('T113H', 'S206H', 'G106H')"  # dental
#: Families of services, by what their names begin with; stays in hospital are those but emergency departments.
FAMILIES = {
    **{name: f"service like '{name}%'" for name in ("HOSP.ACU", "PC.OOH", "SC.HC", "SC.AT", "SC.SDS", "SC")},
    "HOSP": "service like 'HOSP%' and service not in ('HOSP.AE', 'HOSP.OP.NEW')",
    "ALL": "true",
}


def queries() -> dict[str, str]:
    """SQL of each output, over the view ``episode``."""
    sums = ", ".join(f"sum({month}_{what}) as {month}_{what}" for what in ("beddays", "cost") for month in MONTHS)
    quarters = ", ".join(f"sum(hc_{what}_q{n}) as {what}_q{n}" for what in ("hours", "cost") for n in range(1, 5))
    long = " union all ".join(
        f"select year, service, zone, gender, band, urgency, sector, reason, '{month}' as month, "
        f"{month}_beddays as days, {month}_cost as cost from wide where {month}_beddays <> 0 or {month}_cost <> 0"
        for month in MONTHS
    )
    keys = f"""year, {SERVICE} as service, {PERSON}, case when recid in ('01B', 'GLS', '02B', '04B')
        then case when {EMERGENCY} then 'emergency' else 'planned' end end as urgency,
        case recid when 'CH' then ch_provider when 'HC' then hc_provider end as sector,
        case recid when 'DD' then case primary_delay_reason when '9' then 'code 9 ' || secondary_delay_reason
            else primary_delay_reason end end as reason"""
    used = f"""select year, {SERVICE} as service, {PERSON}, anon_chi from episode
        where recid <> 'NRS' and (recid <> '00B' or attendance_status = 1)"""
    stay = f"""select anon_chi, cij_marker, min(cij_start_date) as start_day, max(record_keydate2) as end_day,
            max(death_date) as died, arg_max(datazone2011, record_keydate2) as datazone2011,
            arg_max(gender, record_keydate2) as gender, arg_max(age, record_keydate2) as age,
            arg_min({EMERGENCY}, record_keydate1) as emergency, bool_or(recid = '01B') as smr01,
            bool_or({IN_A_STAY}) as in_a_stay, bool_or(recid = 'GLS') as gls, bool_or(recid = '04B') as mh,
            bool_or(recid = '02B') as mat, bool_or(recid = '01B' and ipdc = 'I') as inpatient,
            arg_min(case when recid = '01B' and ipdc = 'I' and {EMERGENCY} then preventable end, record_keydate1)
                as preventable
        from (select *, {one_of("preventable")} as preventable from episode where recid in ('01B', 'GLS', '02B', '04B'))
        group by all"""
    return {
        "events": f"""select {keys}, date_trunc('month', case when recid in ('01B', 'GLS', '02B', '04B', 'PIS', 'DD')
                then record_keydate2 else record_keydate1 end) as month, count(*) as n,
                count(*) filter (attendance_status = 1) as attended,
                count(*) filter (ae_disdest like '04%') as admitted,
                sum(cost_total_net) as cost, sum(no_paid_items) as items, sum(total_no_dn_contacts) as contacts
            from episode group by all""",
        "months": f"""with wide as materialized (select {keys}, {sums} from episode
                where recid in ('01B', 'GLS', '02B', '04B', 'CH', 'DD') group by all) {long}""",
        "emergencies": f"""with wide as materialized (select {keys.replace(SERVICE, "'HOSP.EM.ALL'")}, {sums}
                from episode where {IN_A_STAY} and {EMERGENCY} group by all) {long}""",
        "quarters": f"select {keys}, {quarters} from episode where recid = 'HC' group by all",
        "falls": f"""select year, {PERSON}, month(record_keydate2) as month, count(*) as n from episode
            where recid = '01B' and ipdc = 'I' and tadm in ('33', '34', '35') and {conditions()["falls"].sql()}
            group by all""",
        "people": f"select year, service, zone, gender, band, count(distinct anon_chi) as n from ({used}) group by all",
        **{f"people_{name}": f"""select year, zone, gender, band, count(distinct anon_chi) as n from ({used})
            where {test} group by all""" for name, test in FAMILIES.items()},
        "stay": stay,
        "stays": f"""select {PERSON}, date_trunc('month', start_day) as month, emergency, smr01, in_a_stay, gls, mh,
            mat, inpatient, preventable, count(*) as n from stay group by all""",
        "readmissions": f"""select {PERSON}, date_trunc('month', end_day) as month, emergency, count(*) as n,
                count(*) filter (next_emergency and next_start - end_day between 0 and 28) as readmitted
            from (select *, lead(start_day) over w as next_start, lead(emergency) over w as next_emergency
                from stay where smr01 window w as (partition by anon_chi order by start_day, end_day))
            where age >= 18 and (died is null or died > end_day) group by all""",
        "last_months": f"""select year, {PERSON}, count(*) as n, sum(least(182.5, days)) as days
            from (select d.year, d.anon_chi, any_value(d.datazone2011) as datazone2011, any_value(d.gender) as gender,
                    any_value(d.age) as age, sum(greatest(least(s.end_day, d.record_keydate1)
                        - greatest(s.start_day, d.record_keydate1 - 183), 0)) as days
                from episode d left join stay s on s.anon_chi = d.anon_chi and s.end_day >= d.record_keydate1 - 183
                    and s.start_day <= d.record_keydate1 where d.recid = 'NRS' group by all)
            group by all""",
    }  # fmt: skip


def plain(folder: Path, out: Path, memory_limit: str = "3GiB", threads: int = 2) -> None:
    """Write every output as a Parquet file in ``out``."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    options = {"memory_limit": memory_limit, "threads": threads, "temp_directory": str(out / "spill"),
               "preserve_insertion_order": "false"}  # fmt: skip
    with duckdb.connect(config=options) as connection:
        files = str(folder / "source-episode-file-*.parquet").replace("'", "''")
        connection.execute(f"create view episode as select * from read_parquet('{files}')")
        for name, query in queries().items():
            if name == "stay":
                connection.execute(f"create table stay as {query}")
            else:
                connection.execute(f"copy ({query}) to '{out / name}.parquet' (format parquet, compression zstd)")


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    begun = time.monotonic()
    plain(folder, out)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with duckdb.connect() as connection:
        ((cells,),) = connection.execute(
            f"select count(*) from read_parquet('{out}/*.parquet', union_by_name = true)"
        ).fetchall()
    sys.stdout.write(json.dumps({"seconds": round(seconds, 3), "peak_mib": round(peak, 1), "cells": cells}) + "\n")


if __name__ == "__main__":
    main()
