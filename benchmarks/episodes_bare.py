"""The yardstick of the cube of linked records: the same counts in SQL written by hand, and nothing else.

``python benchmarks/episodes_bare.py FOLDER OUT`` counts the episode files in FOLDER and prints a line of JSON. It needs
DuckDB only. It says what an analyst would who knows the files, and takes them to be clean: nothing is checked, nobody
is set aside, and potentially preventable stays, readmissions and the last six months of life are left out. It leans on
what holds of clean files and a general tool may not assume:

- a kind and a year are one file, named by them; a data zone is ``S01`` and six digits;
- an episode that began and ended in one month has all its bed days and cost there;
- whether a stay is an emergency is told by columns of the stay, alike in all its rows (it says so if they are not);
- a person is known by a 64-bit hash: of six million people, two share one in one country out of a million.

Each thread runs a query of its own, the longest first: two threads in one query would wait for each other. Files of
Parquet in OUT:

========  ===========================================================================================================
cells/    One row for each service, place, sex, age band, period and, where the kind has them, urgency, sector and
          reason for a delay; a column for each measure of the kind: cost in pence, bed days and hours as they are.
          Months and quarters without any are left out.
stays/    Stays in hospital, by service, urgency and the month in which they began.
people/   Distinct people: a column for each service and family. Few use community and social care, so it is counted
          apart, over those few.
========  ===========================================================================================================
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

MEASURES = ("n", "bed_days", "hours", "cost_net")
HOSPITAL = ("01B", "GLS", "02B", "04B")
MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
TWELVE = "unnest([4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3])"
#: Services that people are counted under; the place of each is its bit.
LEAVES = (
    "HOSP.OP.NEW", "HOSP.ACU.EM", "HOSP.ACU.EL", "HOSP.ACU.DC", "HOSP.GLS", "HOSP.MAT", "HOSP.MH", "HOSP.AE",
    "PC.PRESC", "PC.OOH.HOMEV", "PC.OOH.ADVICE", "PC.OOH.DN", "PC.OOH.NHS24", "PC.OOH.PCC", "PC.OOH.COVID",
    "PC.OOH.OTHER", "COMM.DN", "COMM.CMH", "SC.CH.LONG", "SC.HC.PERS", "SC.HC.NPERS", "SC.HC.OTHER", "SC.HC.REABL",
    "SC.AT.ALARM", "SC.AT.TELE", "SC.SDS.1", "SC.SDS.2", "SC.SDS.3", "SC.SDS.4", "FLOW.DD", "HOUS.HL", "HOSP.EM.ALL",
)  # fmt: skip
#: A text of few values is an enumeration: one byte as it is grouped, and written without looking each one up.
ENUMERATIONS = {
    "service": (*LEAVES, "HOSP.ACU.FALL", "EVT.DEATH"),
    "sex": ("unknown", "male", "female"),
    "band": ("0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown"),
    "urgency": ("emergency", "planned"),
    "sector": ("la_nhs", "private", "other_la", "third", "other", "unknown"),
    "delay": ("health_social_care", "patient_family", "code_9_awi", "code_9_other"),
}


def _one(kind: str, name: str) -> str:
    return f"'{name}'::{kind}"


def _case(kind: str, arms: Mapping[str, str], otherwise: str, of: str = "") -> str:
    """SQL of one of an enumeration: the first condition that holds, or the value that a column has."""
    told = " ".join(f"when {test} then {_one(kind, name)}" for test, name in arms.items())
    return f"case {of} {told} else {_one(kind, otherwise)} end"


# Keys, row by row. Text of a Parquet dictionary is grouped about as fast as a number.
AGES = {"age < 18": "0-17", "age < 45": "18-44", "age < 65": "45-64", "age < 75": "65-74", "age < 85": "75-84"}
SEX = _case("sex", {"1": "male", "2": "female"}, "unknown", "gender")
KEYS = (
    f"coalesce(nullif(datazone2011, ''), 'not_placed') as block_code, {SEX} as sex, "
    f"{_case('band', {'age is null': 'unknown', **AGES}, '85+')} as age_band"
)
BY = "block_code, sex, age_band"
EMERGENCY = "(cij_pattype_code = 0 or coalesce(cij_admtype, '') = '18')"
URGENCY = _case("urgency", {EMERGENCY: "emergency"}, "planned")
#: Rows of the national indicators of emergency stays: not maternity, not dental hospitals.
IN_A_STAY = (
    "(smrtype in ('Acute-IP', 'GLS-IP', 'Psych-IP') and coalesce(location, '') not in ('T113H', 'S206H', 'G106H'))"
)
SECTORS = {f"'{n}'": name for n, name in enumerate(ENUMERATIONS["sector"][:-1], start=1)}
DELAYED = (
    "age >= 18 and record_keydate1 <> record_keydate2 and primary_delay_reason is distinct from '100' "
    "and not (primary_delay_reason = '9' and secondary_delay_reason = '100')"
)
DELAY = _case(
    "delay",
    {
        "primary_delay_reason = '9' and secondary_delay_reason = '51X'": "code_9_awi",
        "primary_delay_reason = '9'": "code_9_other",
        "primary_delay_reason in ('61', '67', '51', '52', '71', '72', '73', '74')": "patient_family",
    },
    "health_social_care",
)
FALL = "ipdc = 'I' and tadm in ('33', '34', '35') and gender in (1, 2) and ({})".format(
    " or ".join(f"left(diag{n}, 3) between 'W00' and 'W19'" for n in range(1, 7))
)


def _services(told: Callable[[str], str]) -> dict[str, str]:
    """Kinds of record in the order of their text: SQL of the service that a record is counted under, however told."""

    def case(arms: Mapping[str, str], otherwise: str, of: str = "") -> str:
        named = " ".join(f"when {test} then {told(service)}" for test, service in arms.items())
        return f"case {of} {named} else {told(otherwise)} end"

    out_of_hours = {f"'OOH-{name}'": f"PC.OOH.{name.upper()}"
                    for name in ("HomeV", "Advice", "DN", "NHS24", "PCC", "Other")}  # fmt: skip
    home_care = {
        "hc_reablement = 1": "SC.HC.REABL", "smrtype = 'HC-Per'": "SC.HC.PERS", "smrtype = 'HC-Non-Per'": "SC.HC.NPERS",
    }  # fmt: skip
    return {
        "00B": told("HOSP.OP.NEW"),
        "01B": case({"ipdc = 'D'": "HOSP.ACU.DC", EMERGENCY: "HOSP.ACU.EM"}, "HOSP.ACU.EL"),
        "02B": told("HOSP.MAT"),
        "04B": told("HOSP.MH"),
        "AE2": told("HOSP.AE"),
        "AT": case({"'AT-Alarm'": "SC.AT.ALARM"}, "SC.AT.TELE", "smrtype"),
        "CH": told("SC.CH.LONG"),
        "CMH": told("COMM.CMH"),
        "DD": told("FLOW.DD"),
        "DN": told("COMM.DN"),
        "GLS": told("HOSP.GLS"),
        "HC": case(home_care, "SC.HC.OTHER"),
        "HL1": told("HOUS.HL"),
        "NRS": told("EVT.DEATH"),
        "OoH": case(out_of_hours, "PC.OOH.COVID", "smrtype"),
        "PIS": told("PC.PRESC"),
        "SDS": case({f"'SDS-{n}'": f"SC.SDS.{n}" for n in (1, 2, 3)}, "SC.SDS.4", "smrtype"),
    }


SERVICES = _services(lambda service: _one("service", service))

# One number for the order of a person's rows and, in its lowest 25 bits, who they are: the digits of the data zone (20,
# 0 for none), the sex (2), the age band (3).
WHO_BITS = 25
WHO = (
    "(coalesce(try_cast(substr(datazone2011, 4) as bigint), 0) * 32 "
    "+ case gender when 1 then 8 when 2 then 16 else 0 end "
    "+ case when age is null then 6 when age < 18 then 0 when age < 45 then 1 when age < 65 then 2 "
    "when age < 75 then 3 when age < 85 then 4 else 5 end)"
)
UNPACKED = (
    "case who >> 5 when 0 then 'not_placed' else 'S0' || (1000000 + (who >> 5)) end as block_code, "
    f"{_case('sex', {'1': 'male', '2': 'female'}, 'unknown', '(who >> 3) & 3')} as sex, "
    + _case("band", {str(n): band for n, band in enumerate(ENUMERATIONS["band"][:-1])}, "unknown", "who & 7")
    + " as age_band"
)
START = "(record_keydate1 - date '1970-01-01')"
#: Open is last.
END = "coalesce(record_keydate2 - date '1970-01-01', 65535)"
#: Types of record in the order of their text, where a kind has several.
TYPES = {
    "01B": ("Acute-DC", "Acute-IP", "Acute-Unknown"),
    "02B": ("Matern-DC", "Matern-HB", "Matern-IP", "Matern-Unknown"),
    "AT": ("AT-Alarm", "AT-Tele"),
    "DD": ("DD-CIJ", "DD-No CIJ"),
    "GLS": ("GLS-IP", "GLS-Unknown"),
    "HC": ("HC-Non-Per", "HC-Per", "HC-Unknown"),
    "HL1": ("HL1-Main", "HL1-Other"),
    "OoH": ("OOH-Advice", "OOH-C19Adv", "OOH-C19Ass", "OOH-C19Oth", "OOH-DN", "OOH-HomeV", "OOH-NHS24", "OOH-Other",
            "OOH-PCC"),
    "SDS": ("SDS-1", "SDS-2", "SDS-3", "SDS-4"),
}  # fmt: skip
FAMILIES = {
    "HOSP": [leaf for leaf in LEAVES if leaf.startswith("HOSP.") and leaf not in ("HOSP.AE", "HOSP.OP.NEW")],
    **{name: [leaf for leaf in LEAVES if leaf.startswith(f"{name}.")]
       for name in ("HOSP.ACU", "PC.OOH", "SC.HC", "SC.AT", "SC.SDS", "SC")},
    "ALL": list(LEAVES),
}  # fmt: skip
#: Services that stays are counted under, and which rows of a stay make it one.
STAYS = {
    "HOSP.EM.ALL": IN_A_STAY,
    "HOSP.ACU": "recid = '01B' and ipdc = 'I'",
    "HOSP.ACU.DC": "recid = '01B' and ipdc = 'D'",
    "HOSP.GLS": "recid = 'GLS'",
    "HOSP.MAT": "recid = '02B'",
    "HOSP.MH": "recid = '04B'",
}

Job = Callable[[duckdb.DuckDBPyConnection], None]
Files = Mapping[tuple[str, int], Path]


def bare(folder: Path, out: Path, memory_limit: str = "3GiB", threads: int = 2) -> None:
    """Count the episode files of a folder into files of Parquet, as this module says."""
    files = episode_files(folder)
    shutil.rmtree(out, ignore_errors=True)
    for name in ("cells", "stays", "people"):
        (out / name).mkdir(parents=True)
    spill = out / "spill"
    jobs = [job for year in sorted({year for _, year in files}) for job in _jobs_of_year(files, year, out)]
    jobs.sort(key=lambda told: -told[0])
    connection = duckdb.connect(config={
        "threads": 1, "memory_limit": memory_limit, "temp_directory": str(spill), "preserve_insertion_order": "false",
    })  # fmt: skip

    def run(job: Job) -> None:
        with connection.cursor() as own:
            job(own)

    try:
        for name, values in ENUMERATIONS.items():
            connection.execute(f"create type {name} as enum {values}")
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, [_stays(files, out), *(job for _, job in jobs)]))
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def episode_files(folder: Path) -> Files:
    """Files by kind of record and by the calendar year in which their financial year begins."""
    found = {}
    for path in sorted(folder.glob("source-episode-file-*.parquet")):
        year, recid = re.fullmatch(r"source-episode-file-(\d\d)\d\d-(\w+)\.parquet", path.name).groups()
        found[recid, 2000 + int(year)] = path
    return found


def _jobs_of_year(files: Files, year: int, out: Path) -> Iterator[tuple[int, Job]]:
    """What is to be done for a year, with the bytes that each reads."""
    own = {recid: path for (recid, of), path in files.items() if of == year}
    sizes = {recid: path.stat().st_size for recid, path in own.items()}
    yield sum(sizes.values()), _people(own, year, out)
    hospital = [recid for recid in HOSPITAL if recid in own]
    if hospital:
        yield sum(sizes[recid] for recid in hospital), _hospital([own[recid] for recid in hospital], year, out)
    for name, query in _cells(year).items():
        recid = name.partition("_")[0]
        if recid in own:
            yield sizes[recid], _copy(query.format(f"'{own[recid]}'"), out / "cells" / f"{year}-{name}.parquet")


def _copy(query: str, path: Path) -> Job:
    return lambda own: own.execute(f"copy ({query}) to '{path}' (format parquet)") and None


def _from(paths: Sequence[Path]) -> str:
    return "from read_parquet([" + ", ".join(f"'{path}'" for path in paths) + "])"


def _twelve(what: str) -> str:
    """SQL of a row for each of the twelve months, with its column."""
    return "unnest([" + ", ".join(f"{month}_{what}" for month in MONTHS) + "])"


def _first_of(year: int) -> str:
    """SQL of the first day of a month in a financial year."""
    return f"make_date(case when month < 4 then {year + 1} else {year} end, month, 1) as period"


def _cells(year: int) -> dict[str, str]:
    """SQL of the cells of each kind of record outside hospital; a pair of braces stands for its file."""
    first, last = f"date '{year}-04-01'", f"date '{year + 1}-03-31'"
    cost, pence = "sum(cast(cost_total_net * 100 as bigint)) as cost", "cast(cost as bigint) as cost_net"
    services = {recid: f"{service} as service_code" for recid, service in SERVICES.items()}

    def by_month(recid: str, sums: str, names: str, where: str = "true") -> str:
        return f"""
            select service_code, {BY}, {_first_of(year)}, {names}
            from (select {services[recid]}, {KEYS}, cast(month(record_keydate1) as utinyint) as month, {sums}
                  from {{}} where {where} group by all)"""

    def by_year(recid: str, sums: str, names: str) -> str:
        return f"""
            select service_code, {BY}, {first} as period, {names}
            from (select {services[recid]}, {KEYS}, {sums} from {{}} group by all)"""

    def sector(column: str) -> str:
        return f"{_case('sector', SECTORS, 'unknown', column)} as provider_sector"

    return {
        "00B": by_month(
            "00B", "count(case when attendance_status = 1 then 1 end) as n_attend, "
            f"count(case when attendance_status in (5, 8) then 1 end) as n_dna, {cost}", f"n_attend, n_dna, {pence}",
        ),
        "01B_falls": f"""
            select {_one("service", "HOSP.ACU.FALL")} as service_code, {BY}, {_one("urgency", "emergency")} as urgency,
                {_first_of(year)}, n_admit
            from (select {KEYS}, month(record_keydate2) as month, count(*) as n_admit
                  from {{}} where {FALL} group by all)""",
        "AE2": by_month(
            "AE2", f"count(*) as n_attend, count(case when left(ae_disdest, 2) = '04' then 1 end) as n_admit, {cost}",
            f"n_attend, n_admit, {pence}",
        ),
        "OoH": by_month("OoH", f"count(*) as n_contact, {cost}", f"n_contact, {pence}"),
        "PIS": by_year("PIS", f"sum(no_paid_items) as n_items, {cost}", f"n_items, {pence}"),
        "DN": by_month("DN", f"sum(total_no_dn_contacts) as n_contact, {cost}", f"n_contact, {pence}"),
        "CMH": by_month("CMH", "count(*) as n_contact", "n_contact"),
        "NRS": by_month("NRS", "count(*) as n", "n"),
        "HL1": by_month("HL1", "count(*) as n_applic", "n_applic",
                        f"smrtype = 'HL1-Main' and record_keydate1 between {first} and {last}"),
        "AT": by_year("AT", "count(*) as n_packages", "n_packages"),
        "SDS": by_year("SDS", "count(*) as n_packages", "n_packages"),
        "CH": f"""
            select {services["CH"]}, {BY}, provider_sector, {_first_of(year)}, sum(admitted) as n_admit,
                sum(days) as bed_days, cast(sum(cast(cost * 100 as bigint)) as bigint) as cost_net
            from (select *,
                    case when month = month(start) and start between {first} and {last} then 1 else 0 end as admitted
                  from (select {KEYS}, {sector("ch_provider")}, record_keydate1 as start, {TWELVE} as month,
                            {_twelve("beddays")} as days, {_twelve("cost")} as cost from {{}}))
            where days <> 0 or cost <> 0 or admitted = 1 group by all""",
        "CH_residents": f"""
            select {services["CH"]}, {KEYS}, {sector("ch_provider")}, {last} as period, count(*) as n_residents
            from {{}} where record_keydate2 is null or record_keydate2 > {last} group by all""",
        "HC": f"""
            select service_code, {BY}, provider_sector, period, sum(hours) as hours,
                cast(sum(cast(cost * 100 as bigint)) as bigint) as cost_net
            from (select {services["HC"]}, {KEYS}, {sector("hc_provider")},
                    unnest([hc_hours_q1, hc_hours_q2, hc_hours_q3, hc_hours_q4]) as hours,
                    unnest([hc_cost_q1, hc_cost_q2, hc_cost_q3, hc_cost_q4]) as cost,
                    unnest([{first}, date '{year}-07-01', date '{year}-10-01', date '{year + 1}-01-01']) as period
                  from {{}})
            where hours <> 0 or cost <> 0 group by all""",
        "DD": f"""
            select {services["DD"]}, {KEYS}, {DELAY} as delay_group, {first} as period, count(*) as n_delays
            from {{}} where {DELAYED} group by all""",
        "DD_days": f"""
            select {services["DD"]}, {BY}, delay_group, {_first_of(year)}, sum(days) as bed_days
            from (select {KEYS}, {DELAY} as delay_group, {TWELVE} as month, {_twelve("beddays")} as days
                  from {{}} where {DELAYED})
            where days <> 0 group by all""",
    }  # fmt: skip


def _hospital(files: Sequence[Path], year: int, out: Path) -> Job:
    """Episodes, bed days and cost of stays in hospital; from the same sums, the emergencies of all kinds together."""
    service = "case recid " + " ".join(f"when '{kind}' then {SERVICES[kind]}" for kind in HOSPITAL) + " end"
    keys = f"{service} as service_code, {KEYS}, {URGENCY} as urgency, {IN_A_STAY} as in_stay"
    one_month = (
        "(record_keydate2 is not null and month(record_keydate1) = month(record_keydate2) "
        "and year(record_keydate1) = year(record_keydate2))"
    )
    sums = f"""
        select service_code, {BY}, urgency, month, sum(n) as n_episodes, sum(days) as days, sum(pence) as pence,
            sum(days) filter (where in_stay) as stay_days, sum(pence) filter (where in_stay) as stay_pence
        from (
            select {keys}, cast(month(record_keydate2) as utinyint) as month, 1 as n, yearstay as days,
                cast(cost_total_net * 100 as double) as pence
            {_from(files)} where {one_month}
            union all
            select * exclude (days, cost, ended), case when month = ended then 1 else 0 end as n, days,
                cast(cost * 100 as double) as pence
            from (select {keys}, cast({TWELVE} as utinyint) as month, {_twelve("beddays")} as days,
                    {_twelve("cost")} as cost, month(record_keydate2) as ended
                  {_from(files)} where not {one_month})
            where days <> 0 or cost <> 0 or month = ended)
        group by all"""
    cells = f"""
        select service_code, {BY}, urgency, {_first_of(year)}, n_episodes, days as bed_days,
            cast(pence as bigint) as cost_net
        from hospital"""
    stays = f"""
        select {_one("service", "HOSP.EM.ALL")} as service_code, {BY}, {_one("urgency", "emergency")} as urgency,
            {_first_of(year)}, days as bed_days, cast(pence as bigint) as cost_net
        from (select {BY}, month, sum(stay_days) as days, sum(stay_pence) as pence
              from hospital where urgency = 'emergency' and stay_days is not null group by all)
        where days <> 0 or pence <> 0"""

    def job(own: duckdb.DuckDBPyConnection) -> None:
        own.execute(f"create temp table hospital as {sums}")
        _copy(cells, out / "cells" / f"{year}-hospital.parquet")(own)
        _copy(stays, out / "cells" / f"{year}-stays.parquet")(own)
        own.execute("drop table hospital")

    return job


def _people(own: Mapping[str, Path], year: int, out: Path) -> Job:
    """Distinct people of a year, each as their latest row says who they are."""
    bits = {leaf: 1 << place for place, leaf in enumerate(LEAVES)}
    services = _services(lambda service: str(bits.get(service, 0)))

    def rows(place: int, recid: str) -> str:
        types = TYPES.get(recid, ())
        told = " ".join(f"when '{smrtype}' then {place * 16 + n}" for n, smrtype in enumerate(types))
        kind = f"case smrtype {told} end" if types else f"{place * 16}"
        used = services[recid]
        if recid in ("01B", "04B", "GLS"):
            used += f" + case when {EMERGENCY} and {IN_A_STAY} then {bits['HOSP.EM.ALL']} else 0 end"
        counted = {"00B": "attendance_status = 1", "DD": DELAYED}.get(recid)
        if counted:
            used = f"case when {counted} then {used} else 0 end"
        return f"""
            select hash(anon_chi) as person, ({END} * 512 + {kind}) * {1 << WHO_BITS} + {WHO} as latest,
                cast({used} as bigint) as used
            from '{own[recid]}' where anon_chi is not null"""

    every = " union all ".join(rows(place, recid) for place, recid in enumerate(SERVICES) if recid in own)
    people = f"select max(latest) as latest, bit_or(used) as used from ({every}) group by person"

    def counts(wanted: Mapping[str, Sequence[str]]) -> str:
        masks = {name: sum(bits[leaf] for leaf in leaves) for name, leaves in wanted.items()}
        any_of = sum(bits[leaf] for leaf in set().union(*wanted.values()))
        columns = ", ".join(f'count(nullif(used & {mask}, 0)) as "{name}"' for name, mask in masks.items())
        return f"""
            select {UNPACKED}, date '{year}-04-01' as period, * exclude (who)
            from (select latest & {(1 << WHO_BITS) - 1} as who, {columns}
                  from people where used & {any_of} <> 0 group by who)"""

    wanted = {**{leaf: [leaf] for leaf in LEAVES}, **FAMILIES}
    care = {name: leaves for name, leaves in wanted.items() if name.startswith(("COMM", "SC", "FLOW", "HOUS"))}
    health = {name: leaves for name, leaves in wanted.items() if name not in care}

    def job(own: duckdb.DuckDBPyConnection) -> None:
        own.execute(f"create temp table people as {people}")
        _copy(counts(health), out / "people" / f"{year}-health.parquet")(own)
        _copy(counts(care), out / "people" / f"{year}-care.parquet")(own)
        own.execute("drop table people")

    return job


def _stays(files: Files, out: Path) -> Job:
    """Stays over all years, by the month in which they began.

    A stay has two bits for each service: it has a row of it, and that is no emergency, or is one.
    """
    hospital = [path for (recid, _), path in files.items() if recid in HOSPITAL]
    years = sorted({year for _, year in files})
    found = " + ".join(f"case when {test} then {1 << 2 * n} else 0 end" for n, test in enumerate(STAYS.values()))
    order = (
        f"(({END} * 65536 + {START}) * 4 "
        "+ case recid when '01B' then 0 when '02B' then 1 when '04B' then 2 else 3 end) "
        "* 65536 + coalesce(enum_code(cast(location as location)) + 1, 0)"
    )
    stays = f"""
        select cast(year(start) * 12 + month(start) - 1 as integer) as month, cast(who as integer) as who, found
        from (select min(cij_start_date) as start, arg_max({WHO}, {order}) as who,
                bit_or(cast(({found}) * case when {EMERGENCY} then 2 else 1 end as smallint)) as found
              {_from(hospital)} where anon_chi is not null and cij_marker is not null
              group by hash(anon_chi, cij_marker))
        where start between date '{years[0]}-04-01' and date '{years[-1] + 1}-03-31'"""
    both = " or ".join(f"found & {3 << 2 * n} = {3 << 2 * n}" for n in range(len(STAYS)))

    def count(place: int, service: str) -> str:
        planned, emergency = 1 << 2 * place, 2 << 2 * place
        where, named = f"found & {planned | emergency} <> 0", _one("service", service) if service in LEAVES else ""
        if service == "HOSP.EM.ALL":
            where = f"found & {emergency} <> 0"
        elif service == "HOSP.ACU":
            named = _case("service", {"emergency": "HOSP.ACU.EM"}, "HOSP.ACU.EL")
        elif service == "HOSP.ACU.DC":
            where += f" and found & {3 << 2 * (place - 1)} = 0"  # no inpatient row besides
        urgency = _case("urgency", {"emergency": "emergency"}, "planned")
        return f"""
            select {named} as service_code, {UNPACKED}, {urgency} as urgency,
                make_date(month // 12, month % 12 + 1, 1) as period, n_stays
            from (select who, month, found & {emergency} <> 0 as emergency, count(*) as n_stays from stays
                  where {where} group by all)"""

    def job(own: duckdb.DuckDBPyConnection) -> None:
        locations = f"select distinct location {_from(hospital)} where location is not null order by location"
        own.execute(f"create temp type location as enum ({locations})")
        own.execute(f"create temp table stays as {stays}")
        ((unclear,),) = own.execute(f"select count(*) from stays where {both}").fetchall()
        if unclear:
            sys.stderr.write(f"{unclear:,} stays are an emergency in one row and not in another\n")
        for place, service in enumerate(STAYS):
            _copy(count(place, service), out / "stays" / f"{service}.parquet")(own)

    return job


def totals(out: Path) -> tuple[int, dict[str, object]]:
    """Rows of cells, and what is the same whoever counted. Sums of all services leave out the one that overlaps."""
    with duckdb.connect() as connection:

        def fetch(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        connection.execute(f"create view cells as from read_parquet('{out}/cells/*.parquet', union_by_name = true)")
        measures = [name for name, *_ in fetch("describe cells") if name.startswith("n_") or name in MEASURES]
        added = ", ".join(f'coalesce(sum("{name}"), -1)' for name in measures)
        by_service = {
            service: {name: round(float(n), 2) for name, n in zip(measures, values, strict=True) if n >= 0}
            for service, *values in fetch(f"select service_code, {added} from cells group by all order by all")
        }
        stays = dict(fetch(
            f"select service_code, cast(sum(n_stays) as bigint) from '{out}/stays/*.parquet' group by all order by all"
        ))  # fmt: skip
        people = dict(fetch(
            f"select service, cast(sum(n) as bigint) from (unpivot (select * exclude ({BY}, period) "
            f"from read_parquet('{out}/people/*.parquet', union_by_name = true)) "
            "on columns(*) into name service value n) group by all having sum(n) > 0 order by all"
        ))  # fmt: skip
        ((rows,),) = fetch("select count(*) from cells")

    def over_all(measure: str) -> float:
        return round(sum(told.get(measure, 0) for name, told in by_service.items() if name != "HOSP.EM.ALL"), 2)

    return rows, {
        "bed_days": over_all("bed_days"), "cost_pence": over_all("cost_net"), "hours": over_all("hours"),
        "n_stays": sum(stays.values()), "n_people": sum(people.values()),
        "measures": by_service, "stays": stays, "people": people,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3, 4):
        sys.stderr.write("python benchmarks/episodes_bare.py FOLDER OUT [MEMORY_LIMIT [THREADS]]\n")
        return 2
    folder, out, *more = arguments
    begun = time.monotonic()
    bare(Path(folder), Path(out), *more[:1], *map(int, more[1:]))
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells, total = totals(Path(out))
    told = {"seconds": round(seconds, 3), "peak_mib": round(peak, 1), "cells": cells, "total": total}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
