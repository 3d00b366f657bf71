"""What needs several files: people counted once, stays that go on elsewhere, readmissions, the last months of life.

Each is made for one financial year, from the pieces that have to do with that year, so that a changed file changes
few of them. Pieces hold records of persons: they stay in the workspace, and nothing of them is published but counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from locality_profiles.episodes import cells
from locality_profiles.episodes.cells import (
    CARE_HOME,
    COMMUNITY_HOSPITAL,
    LARGE_HOSPITAL,
    OPEN,
    SERVICE_STEP,
    SEX_AGE_BITS,
    WHOLE_YEAR,
    Year,
    in_words,
    place_of,
    plain_key,
    sex_age_of,
    users,
    who_of,
)
from locality_profiles.episodes.engine import Engine
from locality_profiles.episodes.linked import (
    ALL_EMERGENCIES,
    COLUMNS,
    FALLS,
    IN_HOME,
    PREVENTABLE,
    WITH_HOME_CARE,
    families,
    kinds,
    listed,
    preventable_groups,
    told,
)
from locality_profiles.episodes.stays import READMITTED_WITHIN, with_readmissions

STAY = {
    "anon_chi": "varchar", "cij_marker": "integer",
    **dict.fromkeys(("start_day", "first_day", "last_day", "death_day"), "date"),
    "latest": "bigint", **dict.fromkeys(cells.FIRSTS, "bigint"), "fell": "integer",
    **dict.fromkeys(("bed_from", "bed_to", "smr01_to"), "date"),
}  # fmt: skip
SETTING = {"anon_chi": "varchar", "setting": "integer", "location": "varchar",
           **dict.fromkeys(("from_day", "to_day"), "date")}  # fmt: skip
DEATH = {"anon_chi": "varchar", "who": "bigint", "day": "date"}
#: The last days of a life that are looked at, and the days on average in six months of which they are counted.
LAST_DAYS, SIX_MONTHS = 183, 182.5


def _number(service: str) -> int:
    return told().index(service)


# --- people ---------------------------------------------------------------------------------------


def write_people(engine: Engine, records: Sequence[tuple[Path, Path]], year: Year, extract_id: str, path: Path) -> None:
    """Write cells of the people who used each service, and each family of services, in a year: each counted once.

    A person has one place, sex and age in the year, those of the latest record, so that people add over places, ages
    and sexes. They do not add over services; each family of services is counted by itself.

    ``records`` are the files of the year, each with its table of records that were set aside.
    """
    bits = families()
    # Who is in a care home lives at no home in which care could support them.
    elsewhere = {WITH_HOME_CARE: f" and bits & {bits[IN_HOME]} = 0"}
    sums = ", ".join(
        f"sum(case when bits & {mask} <> 0{elsewhere.get(name, '')} then n end) as f{n}"
        for n, (name, mask) in enumerate(bits.items())
    )
    key = plain_key("0", "0", str(WHOLE_YEAR), sex_age_of("who"))
    # Ages of one band are counted together before anything is told by service: a third of the rows, and of the work.
    engine.keep("by_family", f"""
        select {place_of("home")} as place, packed, {sums}
        from (
            select who - who % {1 << SEX_AGE_BITS} as home, {key} as packed, bits, count(*) as n
            from (select {who_of("max(latest)")} as who, bit_or(bits) as bits
                  from ({_users(engine, records, year)}) used group by anon_chi) person
            where bits <> 0 group by 1, 2, 3) counted
        group by 1, 2""")  # fmt: skip
    figures = " ".join(f"when {n} then f{n}" for n in range(len(bits)))
    numbers = " ".join(f"when {n} then {_number(name)}" for n, name in enumerate(bits))
    rows = ", ".join(f"({n})" for n in range(len(bits)))
    engine.write(in_words(f"""
        select place, packed + (case f {numbers} end) * {SERVICE_STEP} as packed, case f {figures} end as n_people
        from by_family cross join (values {rows}) as numbered(f) where case f {figures} end > 0""",
        year, "people", ["n_people"], extract_id, engine.words), path)  # fmt: skip


def _users(engine: Engine, records: Sequence[tuple[Path, Path]], year: Year) -> str:
    """SQL of who used which services, by each record that counts."""
    parts = []
    for number, (file, aside) in enumerate(records):
        engine.see(f"file_{number}", [file], COLUMNS, "row_no")
        engine.see(f"aside_{number}", [aside], {"row_no": "bigint"})
        held = [row[0] for row in engine.rows(f"select distinct recid from file_{number}")]
        known = [kind for recid, kind in kinds().items() if recid in held]
        some = engine.rows(f"select count(*) from aside_{number}")[0][0]
        rows = f"file_{number}" + (f" anti join aside_{number} using (row_no)" if some else "")
        if known:
            parts.append(users(known, rows, year))
    return " union all ".join(parts)


# --- stays ----------------------------------------------------------------------------------------


def write_stays(engine: Engine, pieces: Sequence[Path], began: str, path: Path) -> None:
    """Put together stays, one row each, from the pieces of all files.

    ``began`` is SQL of when they did (``start_day``): in a year, or before the first year of which there are files.
    """
    engine.see("piece", pieces, STAY)
    engine.view("of_year", f"select * from piece where {began}")
    least = ", ".join(f"min({name}) as {name}" for name in ("start_day", "first_day", *cells.FIRSTS, "bed_from"))
    most = ", ".join(
        f"max({name}) as {name}" for name in ("last_day", "death_day", "latest", "fell", "bed_to", "smr01_to")
    )
    engine.write(f"""
        select anon_chi, cij_marker, {least}, {most} from of_year group by anon_chi, cij_marker""", path)  # fmt: skip


def write_stay_cells(engine: Engine, stays: Sequence[Path], year: Year, extract_id: str, path: Path) -> None:
    """Write cells of the stays that began in a year, by the month in which they did."""
    engine.see("stay", stays, STAY)
    urgency = {
        name: f"case when {name} is null then 0 when {name} % 64 < 32 then 1 else 2 end" for name in cells.FIRSTS
    }
    flags = ", ".join(f"{sql} as {name}" for name, sql in urgency.items())
    engine.keep("told", f"""
        select {who_of("latest")} as who, {year.month_of("start_day")} as month, {flags},
            case when first_acute % 64 < 31 then first_acute % 64 else 31 end as condition, fell, count(*) as n
        from stay group by all""")  # fmt: skip
    engine.keep("keyed", f"""
        select {place_of("who")} as place, {plain_key("0", "0", "month", sex_age_of("who"))} as packed,
            {", ".join(urgency)}, condition, fell, sum(n) as n
        from told group by all""")  # fmt: skip
    chosen = {
        ALL_EMERGENCIES: ("first_any = 1", "1"), "HOSP.ACU.EM": ("first_acute = 1", "1"),
        "HOSP.ACU.EL": ("first_acute = 2", "2"),
        "HOSP.ACU.DC": ("first_acute = 0 and first_day_case > 0", "first_day_case"),
        "HOSP.GLS": ("first_gls > 0", "first_gls"), "HOSP.MH": ("first_mh > 0", "first_mh"),
        "HOSP.MAT": ("first_mat > 0", "first_mat"), FALLS: ("fell = 1", "1"),
        PREVENTABLE: ("first_acute = 1 and condition < 31", "1"),
    }  # fmt: skip
    arms = [
        f"select place, packed + {_number(service) * SERVICE_STEP} + {urgent} * {cells.URGENCY_STEP} as packed, n "
        f"from keyed where {test}"
        for service, (test, urgent) in chosen.items()
    ]
    first = _number(f"{PREVENTABLE}.{preventable_groups()[0].upper()}")
    arms.append(
        f"select place, packed + ({first} + condition) * {SERVICE_STEP} + {cells.URGENCY_STEP} as packed, n "
        "from keyed where first_acute = 1 and condition < 31"
    )
    engine.write(in_words(
        f"select place, packed, sum(n) as n_stays from ({' union all '.join(arms)}) arm group by 1, 2",
        year, "stays", ["n_stays"], extract_id, engine.words), path)  # fmt: skip


def write_readmissions(
    engine: Engine, stays: Sequence[Path], year: Year, until: str, extract_id: str, path: Path
) -> None:
    """Write cells of discharges alive in a year, and of those that an emergency readmission followed.

    ``until`` is SQL of the last day that the acute records cover.
    """
    engine.see("stay", stays, STAY)
    soon = f"""
        select anon_chi as person, start_day, case when last_day < {OPEN} then last_day end as end_day,
            first_smr01 % 64 < 32 as emergency, coalesce(death_day <= last_day, false) as died,
            {who_of("latest")} as who
        from stay where first_smr01 is not null and last_day >= {year.first}
            and start_day <= {year.last} + {READMITTED_WITHIN}"""
    key = plain_key(str(_number("HOSP.ACU")), "case when emergency then 1 else 2 end", year.month_of("end_day"),
                    sex_age_of("who"))  # fmt: skip
    adult = f"{sex_age_of('who')} >= {(18 + 1) * 4}"
    engine.write(in_words(f"""
        select {place_of("who")} as place, {key} as packed, count(*) as n_discharge_alive,
            sum(case when readmitted then 1 else 0 end) as n_readmit_28
        from ({with_readmissions(soon, until)}) stay
        where discharged_alive and {adult} and end_day between {year.first} and {year.last} group by 1, 2""",
        year, "stays", ["n_discharge_alive", "n_readmit_28"], extract_id, engine.words), path)  # fmt: skip


# --- the last six months of life ------------------------------------------------------------------


def write_last_months(
    engine: Engine, deaths: Sequence[Path], stays: Sequence[Path], settings: Sequence[Path], year: Year,
    extract_id: str, path: Path, hospices: Sequence[str], with_homes: bool,
) -> None:  # fmt: skip
    """Write cells of days in the last six months of life of who died in a year: all, not in hospital, by setting.

    Days in hospital are those of whole journeys, as core indicator 15 has them. Of them, days of records of a hospice
    or a community hospital are told apart; the others are of a large hospital. Days in a care home are those of its
    records that are not days in hospital, and all others are of the community: a person's settings are 182.5 days.

    ``hospices`` are codes of hospitals. Where none are named, where no record tells the size of a hospital, or where
    there are no records of care homes (``with_homes``), what cannot be told is left empty: it is not nought.
    """
    engine.see("death", deaths, DEATH)
    engine.see("stay", stays, STAY)
    if settings:
        engine.see("setting", settings, SETTING)
    else:
        nothing = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in SETTING.items())
        engine.keep("setting", f"select {nothing} from death where false")
    begins = f"greatest(bed_from, day - {LAST_DAYS})"
    ends = "least(bed_to, day)"
    engine.keep("in_bed", f"""
        select anon_chi, least(sum(greatest(date_diff('day', {begins}, {ends}), 0)), {LAST_DAYS}) as days
        from death join stay using (anon_chi)
        where bed_from is not null and bed_from <= day and bed_to >= day - {LAST_DAYS}
        group by anon_chi""")  # fmt: skip
    engine.keep("in_setting", _days_of_layers(hospices))
    engine.keep("lived", _days_by_setting())
    sized = engine.rows(f"select count(*) from setting where setting in ({LARGE_HOSPITAL}, {COMMUNITY_HOSPITAL})")[0][0]
    told = {
        "days_at_home": True, "days_large_hospital": sized, "days_community_hospital": sized,
        "days_hospice": hospices, "days_care_home": with_homes, "days_community": with_homes,
    }  # fmt: skip
    measures = ["days_last_182", *(name for name, known in told.items() if known)]
    key = plain_key(str(_number("EVT.DEATH")), "0", str(WHOLE_YEAR), sex_age_of("who"))
    figures = ", ".join(f"sum({name}) as {name}" for name in measures)
    engine.write(in_words(f"""
        select {place_of("who")} as place, {key} as packed, {figures} from lived group by 1, 2""",
        year, "deaths", measures, extract_id, engine.words), path)  # fmt: skip


#: Days are counted once in each layer, so what a layer has more than the one before is what its last setting adds:
#: 2 without 1 are days in a community hospital, 4 without 3 days in a care home and in no hospital.
_HOSPICE, _COMMUNITY_HOSPITAL, _JOURNEY, _CARE_HOME = range(4)
_LAYERS = ((_HOSPICE, 1), (_HOSPICE, 2), (_COMMUNITY_HOSPITAL, 2), (_JOURNEY, 3), (_JOURNEY, 4), (_CARE_HOME, 4))


def _days_of_layers(hospices: Sequence[str]) -> str:
    """SQL of the days of each layer in the last months of each person who died, however its spells overlap."""
    in_hospice = f"setting < {CARE_HOME} and location in {listed(hospices)}" if hospices else "false"
    kind = (
        f"case when {in_hospice} then {_HOSPICE} when setting = {COMMUNITY_HOSPITAL} then {_COMMUNITY_HOSPITAL} "
        f"when setting = {CARE_HOME} then {_CARE_HOME} end"
    )
    layers = ", ".join(str(pair) for pair in _LAYERS)
    return f"""
        select anon_chi, layer, sum(greatest(date_diff('day', greatest(begins, reached), ends), 0)) as days
        from (
            select anon_chi, layer, begins, ends, coalesce(max(ends) over (partition by anon_chi, layer
                order by begins, ends rows between unbounded preceding and 1 preceding), begins) as reached
            from (
                select anon_chi, kind, greatest(from_day, day - {LAST_DAYS}) as begins, least(to_day, day) as ends
                from death join (
                    select anon_chi, {_JOURNEY} as kind, bed_from as from_day, bed_to as to_day
                    from stay where bed_from is not null
                    union all
                    select anon_chi, {kind} as kind, from_day, to_day from setting) spell using (anon_chi)
                where from_day < day and to_day > day - {LAST_DAYS}) inside
            join (values {layers}) as numbered(kind, layer) using (kind)) ordered
        group by anon_chi, layer"""


def _days_by_setting() -> str:
    """SQL of one row for each person who died: who they were, and days by setting.

    182.5 days stand for 183: the half day is taken from the community, or from what fills all of the others.
    """
    layer = {n: f"sum(case when layer = {n} then days else 0 end)" for n in range(1, 5)}
    away = f"case when in_bed.days >= {LAST_DAYS} then {SIX_MONTHS} else coalesce(in_bed.days, 0) end"
    return f"""
        select *, away - days_hospice - days_community_hospital as days_large_hospital,
            days_at_home - days_care_home as days_community
        from (
            select *, least(community_hospital, away - days_hospice) as days_community_hospital
            from (
                select who, away, {SIX_MONTHS} as days_last_182, {SIX_MONTHS} - away as days_at_home,
                    least(coalesce(hospice, 0), away) as days_hospice,
                    coalesce(community_hospital, 0) as community_hospital,
                    least(coalesce(care_home, 0), {SIX_MONTHS} - away) as days_care_home
                from (
                    select anon_chi, who, least({away}, {SIX_MONTHS}) as away
                    from death left join in_bed using (anon_chi)) person
                left join (
                    select anon_chi, {layer[1]} as hospice, {layer[2]} - {layer[1]} as community_hospital,
                        {layer[4]} - {layer[3]} as care_home
                    from in_setting group by anon_chi) spent using (anon_chi)) capped) whole"""


def about_stays(engine: Engine, path: Path) -> dict[str, object]:
    """What a table of stays has to do with: years in which acute stays ended, and the last with anybody in bed."""
    engine.see("stay", [path], STAY)
    fiscal = "year({0}) - case when month({0}) < 4 then 1 else 0 end"
    ended = engine.rows(f"select distinct {fiscal.format('smr01_to')} from stay where smr01_to < {OPEN}")
    ((latest,),) = engine.rows(f"select max({fiscal.format('bed_to')}) from stay")
    engine.forget()
    return {"ended": sorted(row[0] for row in ended), "latest_bed": latest or 0}
