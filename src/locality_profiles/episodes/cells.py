"""SQL of the cells of the cube that one file of linked records gives, and of the pieces that need other files.

``good`` is the file's records without those that are set aside. Passes over it are few and narrow, and their number
does not depend on how many areas or indicators there are: one for counts by day, one for what is told by month, one for
people, one for stays, one for hospitals.

Keys of a cell are one whole number in the larger queries, ``packed``; its parts become words when a cell is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from locality_profiles.episodes.linked import (
    AGE_BANDS,
    ALL_EMERGENCIES,
    BAND,
    BESIDE_CODES,
    DELAYS,
    EMERGENCY,
    FALL,
    FALLS,
    IN_A_STAY,
    IN_BED,
    IN_COMMUNITY_HOSPITAL,
    MONTHS,
    PLACE,
    QUARTERS,
    SECTORS,
    SEX,
    SEXES,
    URGENCIES,
    Kind,
    band_of,
    by_kind,
    condition,
    delay_number,
    listed,
    person_bits,
    preventable_number,
    sector_number,
    service_number,
    services,
    told,
    urgency_number,
)
from locality_profiles.episodes.measures import measures

#: Days of the last six months of life by setting: together they are all of them.
SETTING_DAYS = ("days_large_hospital", "days_community_hospital", "days_hospice", "days_care_home", "days_community")
#: People by where they live; made of the cube and of population estimates, when both are there.
BALANCE = ("n_people_home", "n_home_unsupported", "n_home_supported", "n_in_care_home", "n_in_hospital")
#: Measures of a cell. Bed days and hours are numbers with hundredths, cost is whole pence, all others whole numbers.
MEASURES = (
    "n_episodes", "n_stays", "n_attend", "n_dna", "n_admit", "n_contact", "n_items", "n_packages", "n_delays",
    "n_applic", "n", "n_residents", "n_people", "n_discharge_alive", "n_readmit_28", "bed_days", "hours", "cost_net",
    "days_last_182", "days_at_home", *SETTING_DAYS, *BALANCE,
    *(code.lower() for code in measures() if code.startswith("N_LTC")),
)  # fmt: skip
FRACTIONS = ("bed_days", "hours", "days_last_182", "days_at_home", *SETTING_DAYS, *BALANCE)
KEYS = ("service_code", "period_type", "period_start", "period_end", "block_type", "block_code", "age_band", "sex",
        "urgency", "delay_group", "provider_sector")  # fmt: skip

#: Numbers of periods in a packed key: twelve months, four quarters, the year, and its last day.
WHOLE_YEAR, LAST_DAY = 16, 17
_PERIODS, _SEXES, _GROUPS = 32, 4, 8
#: How far apart in a packed key lie the numbers of urgencies, and of services.
URGENCY_STEP = _GROUPS * _GROUPS * _GROUPS * _SEXES * _PERIODS
SERVICE_STEP = len(URGENCIES) * URGENCY_STEP

#: The end of what has none yet.
OPEN = "date '2079-06-06'"
_DAY_0 = "date '1900-01-01'"
SEX_AND_AGE = f"((coalesce(age, -1) + 1) * 4 + {SEX})"

#: Who somebody is by a record, as one number: place (the figures of its code), age and sex; and, in front of it, the
#: day on which the record ends. The largest is of the latest record; of two that end on one day, of the one with the
#: larger place, then age, then sex.
_WHO_BITS, SEX_AGE_BITS = 37, 10
_PLACE_NUMBER = "coalesce(try_cast(substring(datazone2011, 2) as integer), 0)"
WHO = f"(cast({_PLACE_NUMBER} as bigint) * {1 << SEX_AGE_BITS} + {SEX_AND_AGE})"


#: How an engine writes one word of a column that has a few: the column and its words give a function of the word.
Words = Callable[[str, Sequence[str]], Callable[[Any], str]]


def _quoted(word: object) -> str:
    return f"'{word}'"


def plain_words(column: str, words: Sequence[str]) -> Callable[[Any], str]:
    """Words as text, which every engine understands."""
    del column, words
    return _quoted


@dataclass(frozen=True)
class Year:
    """A financial year by the calendar year in which it begins."""

    begins: int

    @property
    def first(self) -> str:
        return f"date '{self.begins}-04-01'"

    @property
    def last(self) -> str:
        return f"date '{self.begins + 1}-03-31'"

    def has(self, day: str) -> str:
        """SQL: a day is in the year."""
        return f"{day} between {self.first} and {self.last}"

    @property
    def periods(self) -> dict[int, tuple[str, date, date]]:
        """Kind, first and last day of each period, by its number."""
        firsts = [date(self.begins + (n > 8), (n + 3) % 12 + 1, 1) for n in range(12)] + [date(self.begins + 1, 4, 1)]
        ends = [date.fromordinal(day.toordinal() - 1) for day in firsts[1:]]
        months = {n: ("month", firsts[n], ends[n]) for n in range(12)}
        quarters = {12 + q: ("financial_quarter", firsts[3 * q], ends[3 * q + 2]) for q in range(4)}
        whole = {WHOLE_YEAR: ("financial_year", firsts[0], ends[11]), LAST_DAY: ("snapshot", ends[11], ends[11])}
        return {**months, **quarters, **whole}

    def month_of(self, day: str) -> str:
        """SQL of the number of a day's month; a day outside the year is in the month next to it."""
        return (
            f"case when {day} < {self.first} then 0 when {day} is null or {day} > {self.last} then 11 "
            f"else (month({day}) + 8) % 12 end"
        )


def packed(chosen: Sequence[Kind], period: str) -> str:
    """SQL of the keys of a record's cell but its place, as one number."""
    return (
        f"cast(({service_number(chosen)}) * {SERVICE_STEP} + ({urgency_number(chosen)}) * {URGENCY_STEP} "
        f"+ ({sector_number(chosen)}) * {URGENCY_STEP // _GROUPS} "
        f"+ ({delay_number(chosen)}) * {_GROUPS * _SEXES * _PERIODS} + ({BAND}) * {_SEXES * _PERIODS} "
        f"+ ({SEX}) * {_PERIODS} + ({period}) as integer)"
    )


def of_service(service: str, urgency: str = "all") -> str:
    """SQL of a packed key that is a record's own but for its service and urgency."""
    number = services().index(service) * SERVICE_STEP + URGENCIES.index(urgency) * URGENCY_STEP
    return f"{number} + packed % {URGENCY_STEP}"


def whole(total: str) -> str:
    """SQL of a sum as a whole number."""
    return f"cast(round({total}) as bigint)"


def hundredths(total: str) -> str:
    """SQL of a sum of figures with two decimals, free of what adding binary fractions leaves."""
    return f"round({total}, 2)"


def pence(pounds: str) -> str:
    return f"cast(round({pounds} * 100) as bigint)"


# --- counts by day --------------------------------------------------------------------------------


def counted(chosen: Sequence[Kind], year: Year) -> str:
    """SQL of what is counted by the day of a record: every record falls into one cell."""
    period = by_kind({
        kind.recid: str(WHOLE_YEAR) if kind.period == "financial_year"
        else year.month_of("record_keydate1" if kind.date == "start" else "record_keydate2") for kind in chosen
    })  # fmt: skip
    figures = {"n_records": "count(*)"}
    for measure in dict.fromkeys(measure for kind in chosen for measure in kind.counts):
        figures[measure.lower()] = _figure(measure, [kind for kind in chosen if measure in kind.counts], chosen, year)
    columns = ", ".join(f"{sql} as {name}" for name, sql in figures.items())
    return f"select {PLACE} as place, {packed(chosen, period)} as packed, {columns} from good group by 1, 2"


def _figure(measure: str, of: Sequence[Kind], chosen: Sequence[Kind], year: Year) -> str:
    """SQL of one measure of a cell."""
    arms = {}
    for kind in of:
        count = kind.counts[measure]
        tests = [condition(count.where)] if count.where else []
        if kind.goes_on and kind.period == "month":
            tests.append(f"record_keydate1 between {year.first} and {year.last}")
        if kind.date == "end" and kind.may_be_open and kind.in_hospital:
            tests.append("record_keydate2 is not null")
        if kind.recid == "DD":
            tests.append(_A_DELAY)
        value = count.column or "1"
        arms[kind.recid] = f"case when {' and '.join(tests)} then {value} end" if tests else value
    value = by_kind(arms, "null") if len(of) == len(chosen) else _of_some(arms)
    if measure == "COST_NET":
        return pence(f"sum({value})")
    return whole(f"sum({value})") if any(k.counts[measure].column for k in of) else f"cast(sum({value}) as bigint)"


def _of_some(arms: Mapping[str, str]) -> str:
    """SQL of what only some kinds in a file have."""
    return "case recid " + " ".join(f"when '{recid}' then {sql}" for recid, sql in arms.items()) + " end"


#: Delays are of adults, last at least a night, and are not for reasons that are left out.
_A_DELAY = "(age >= 18 and record_keydate1 <> record_keydate2 and coalesce(primary_delay_reason, '') <> '100')"


# --- by month and by quarter ----------------------------------------------------------------------


def by_month(chosen: Sequence[Kind]) -> str:
    """SQL of bed days and cost by month, of the kinds that tell them, and of emergencies in all kinds of hospital.

    Each record gives a row for each month in which it has any, since most have one or two: that is quicker than adding
    twelve columns and taking the months apart afterwards.
    """
    of = [kind for kind in chosen if kind.months]
    told = [what for what in ("beddays", "cost") if any(what in kind.months for kind in of)]
    named = {"beddays": "bed_days", "cost": "cost_net"}
    columns = ", ".join(f"{month}_{what}" for what in told for month in MONTHS)
    of_month = ", ".join(
        "case m " + " ".join(f"when {n} then {month}_{what}" for n, month in enumerate(MONTHS)) + f" end as {what}"
        for what in told
    )
    numbers = ", ".join(f"({n})" for n in range(12))
    kept = [f"recid in {listed([kind.recid for kind in of])}"] if len(of) < len(chosen) else []
    kept += [f"(recid <> 'DD' or {_A_DELAY})"] if any(kind.recid == "DD" for kind in of) else []
    # Whether a record counts among all emergencies is one more thing to group by.
    in_all = f"case when {EMERGENCY} and {IN_A_STAY} then 1 else 0 end" if any(k.in_hospital for k in of) else "0"
    grouped = f"""
        select place, packed + m as packed, in_all, {", ".join(f"sum({what}) as {what}" for what in told)}
        from (
            select place, packed, in_all, m, {of_month}
            from (
                select {PLACE} as place, {packed(of, "0")} as packed, {in_all} as in_all, {columns} from good
                {f"where {' and '.join(kept)}" if kept else ""}) record
            cross join (values {numbers}) as numbered(m)) each
        where {" or ".join(f"{what} <> 0" for what in told)} group by 1, 2, 3"""
    sums = {"beddays": hundredths("sum(beddays)"), "cost": pence("sum(cost)")}
    figures = ", ".join(f"{sums[what]} as {named[what]}" for what in told)
    if in_all == "0":
        return f"select place, packed, {figures} from ({grouped}) told group by 1, 2"
    also = f"select place, {of_service(ALL_EMERGENCIES, 'emergency')} as packed, {', '.join(told)} from told"
    return f"""
        with told as ({grouped})
        select place, packed, {figures} from (
            select place, packed, {", ".join(told)} from told union all {also} where in_all = 1) both_of_them
        group by 1, 2"""


def by_quarter(chosen: Sequence[Kind]) -> str:
    """SQL of hours and cost by quarter."""
    of = [kind for kind in chosen if kind.quarters]
    sums = ", ".join(f"sum(hc_{what}_{q}) as {what}_{q}" for what in ("hours", "cost") for q in QUARTERS)
    hours = " ".join(f"when {n} then hours_{q}" for n, q in enumerate(QUARTERS))
    costs = " ".join(f"when {n} then cost_{q}" for n, q in enumerate(QUARTERS))
    where = f"where recid in {listed([kind.recid for kind in of])}" if len(of) < len(chosen) else ""
    return f"""
        with added as (
            select {PLACE} as place, {packed(of, "12")} as packed, {sums} from good {where} group by 1, 2)
        select place, packed + q as packed, {hundredths(f"case q {hours} end")} as hours,
            {pence(f"case q {costs} end")} as cost_net
        from added cross join (values (0), (1), (2), (3)) as numbered(q)
        where case q {hours} end <> 0 or case q {costs} end <> 0"""


def falls(chosen: Sequence[Kind], year: Year) -> str:
    """SQL of admissions after a fall: episodes, by the month of discharge (core indicator 16)."""
    acute = [kind for kind in chosen if kind.recid == "01B"]
    return f"""
        select place, {of_service(FALLS, "emergency")} as packed, count(*) as n_admit
        from (select {PLACE} as place, {packed(acute, year.month_of("record_keydate2"))} as packed
            from good where {FALL}) fallen
        group by 1, 2"""


def residents(chosen: Sequence[Kind], year: Year) -> str:
    """SQL of residents of care homes on the last day of the year."""
    homes = [kind for kind in chosen if kind.recid == "CH"]
    return f"""
        select {PLACE} as place, {packed(homes, str(LAST_DAY))} as packed, count(*) as n_residents
        from good where recid = 'CH' and (record_keydate2 is null or record_keydate2 > {year.last}) group by 1, 2"""


def latest_of(day: str) -> str:
    """SQL of who somebody is by a record that ends on a day, with the day in front."""
    return f"({_day(day)} * {1 << _WHO_BITS} + {WHO})"


def who_of(latest: str) -> str:
    """SQL of who somebody is, without the day."""
    return f"({latest} & {(1 << _WHO_BITS) - 1})"


def place_of(who: str) -> str:
    """SQL of the code of somebody's place; empty for none."""
    number = f"({who} >> {SEX_AGE_BITS}) & {(1 << (_WHO_BITS - SEX_AGE_BITS)) - 1}"
    return f"case when {number} = 0 then '' else 'S' || lpad(cast({number} as varchar), 8, '0') end"


def sex_age_of(who: str) -> str:
    """SQL of somebody's sex and age, as one number."""
    return f"cast({who} & {(1 << SEX_AGE_BITS) - 1} as integer)"


def plain_key(service: str, urgency: str, period: str, sex_age: str = "sex_age") -> str:
    """SQL of a packed key for somebody of whom only sex and age are told; service and urgency are SQL of numbers."""
    age = f"(cast(floor({sex_age} / 4) as integer) - 1)"
    return (
        f"cast(({service}) * {SERVICE_STEP} + ({urgency}) * {URGENCY_STEP} + ({band_of(age)}) * {_SEXES * _PERIODS} "
        f"+ ({sex_age} % 4) * {_PERIODS} + ({period}) as integer)"
    )


def in_words(
    cells: str, year: Year, counted_from: str, measures: Sequence[str], extract_id: str, words: Words = plain_words
) -> str:
    """SQL of cells (place, packed, measures) with keys as words, and the measures that they have.

    ``words`` says how an engine writes a word that is one of a few.
    """
    figures = ", ".join(f"cast({name} as {'double' if name in FRACTIONS else 'bigint'}) as {name}" for name in measures)
    part = {
        "service_code": (f"cast(floor(packed / {SERVICE_STEP}) as integer)", told()),
        "urgency": (_part(URGENCY_STEP, len(URGENCIES)), URGENCIES),
        "provider_sector": (_part(URGENCY_STEP // _GROUPS, _GROUPS), SECTORS),
        "delay_group": (_part(_GROUPS * _SEXES * _PERIODS, _GROUPS), DELAYS),
        "age_band": (_part(_SEXES * _PERIODS, _GROUPS), AGE_BANDS),
        "sex": (_part(_PERIODS, _SEXES), SEXES),
    }
    said = {name: _word(number, dict(enumerate(texts)), words(name, texts)) for name, (number, texts) in part.items()}
    period = f"packed % {_PERIODS}"
    kinds, starts, ends = ({n: of[i] for n, of in year.periods.items()} for i in range(3))
    kinds_of = ("month", "financial_quarter", "financial_year", "snapshot")
    said["period_type"] = _word(period, kinds, words("period_type", kinds_of))
    said["period_start"] = _word(period, starts, _date)
    said["period_end"] = _word(period, ends, _date)
    block = words("block_type", BLOCKS)
    said["block_type"] = f"case when place = '' then {block(BLOCKS[1])} else {block(BLOCKS[0])} end"
    said["block_code"] = f"case when place = '' then '{BLOCKS[1]}' else place end"
    keys = ", ".join(f"{said[name]} as {name}" for name in KEYS)
    origin = words("counted_from", ORIGINS)(counted_from)
    extract = words("extract_id", (extract_id,))(extract_id)
    return f"select {origin} as counted_from, {keys}, {figures}, {extract} as extract_id from ({cells}) cell"


#: Kinds of place of a cell, and what it was counted from.
BLOCKS, ORIGINS = ("data_zone_2011", "not_placed"), ("records", "people", "stays", "deaths", "individuals", "residents")


def _date(day: object) -> str:
    return f"date '{day}'"


def _part(step: int, size: int) -> str:
    return f"cast(floor(packed / {step}) as integer) % {size}"


def _word(number: str, words: Mapping[int, object], said: Callable[[Any], str]) -> str:
    if len(set(words.values())) == 1:
        return said(next(iter(words.values())))
    return f"case {number} " + " ".join(f"when {n} then {said(word)}" for n, word in words.items()) + " end"


# --- people ---------------------------------------------------------------------------------------


def users(chosen: Sequence[Kind], rows: str, year: Year) -> str:
    """SQL of who used which services by each record that is a use of one: person, who they are by it, and the bits."""
    bits = person_bits(chosen, year.last)
    return f"""
        select anon_chi, {latest_of(f"coalesce(record_keydate2, {OPEN})")} as latest, {bits} as bits
        from {rows} where anon_chi is not null"""


#: What two records have in common that may be one record twice.
TWIN = "hash(anon_chi, record_keydate1, record_keydate2, smrtype, cost_total_net)"


# --- stays ----------------------------------------------------------------------------------------


def _day(of: str) -> str:
    return f"date_diff('day', {_DAY_0}, {of})"


#: The order of a stay's records as one number, with room for 64 different things that the first of them tells.
_ORDER = f"(({_day('record_keydate1')} * 65536 + {_day(f'coalesce(record_keydate2, {OPEN})')}) * 64)"
_PLANNED = f"(case when {EMERGENCY} then 0 else 32 end)"
#: What of a stay's first record in each kind of hospital is told: urgency, and the preventable condition.
FIRSTS: Mapping[str, tuple[str, str]] = {
    "first_any": (IN_A_STAY, _PLANNED),
    "first_acute": (IN_BED, f"{_PLANNED} + case when {EMERGENCY} then {preventable_number()} else 31 end"),
    "first_smr01": ("recid = '01B'", _PLANNED),
    "first_gls": ("recid = 'GLS'", _PLANNED),
    "first_mh": ("recid = '04B'", _PLANNED),
    "first_mat": ("recid = '02B'", _PLANNED),
    "first_day_case": ("recid = '01B' and coalesce(ipdc, '') = 'D'", _PLANNED),
}
_BED = f"({IN_BED} or recid in ('GLS', '04B'))"


def stays(chosen: Sequence[Kind]) -> str:
    """SQL of the stays of a file, one row each: a person and a marker of their journey."""
    there = {kind.recid for kind in chosen}
    firsts = ", ".join(
        f"min(case when {test} then {_ORDER} + {told} end) as {name}" if _can_be(name, there)
        else f"cast(null as bigint) as {name}" for name, (test, told) in FIRSTS.items()
    )  # fmt: skip
    fall = f"max(case when {FALL} then 1 else 0 end)" if "01B" in there else "0"
    return f"""
        select anon_chi, cij_marker, min(cij_start_date) as start_day, min(record_keydate1) as first_day,
            max(coalesce(record_keydate2, {OPEN})) as last_day, max(death_date) as death_day,
            max({latest_of(f"coalesce(record_keydate2, {OPEN})")}) as latest, {firsts}, {fall} as fell,
            min(case when {_BED} then cij_start_date end) as bed_from,
            max(case when {_BED} then coalesce(record_keydate2, {OPEN}) end) as bed_to,
            max(case when recid = '01B' then coalesce(record_keydate2, {OPEN}) end) as smr01_to
        from good {BESIDE_CODES if "01B" in there else ""}
        where recid in {listed([kind.recid for kind in chosen if kind.in_hospital])}
            and anon_chi is not null and cij_marker is not null
        group by anon_chi, cij_marker"""


def _can_be(name: str, there: set[str]) -> bool:
    of = {"first_gls": {"GLS"}, "first_mh": {"04B"}, "first_mat": {"02B"}, "first_any": {"01B", "GLS", "04B"}}
    return bool(of.get(name, {"01B"}) & there)


OVERLAPPING = """
    select anon_chi, cij_marker from (
        select anon_chi, cij_marker, first_day, max(last_day) over (partition by anon_chi order by first_day, cij_marker
            rows between unbounded preceding and 1 preceding) as busy_until
        from stay where anon_chi in (select anon_chi from stay group by anon_chi having count(*) > 1)) following
    where first_day < busy_until"""


# --- deaths ---------------------------------------------------------------------------------------

#: Causes outside the body, and falls, which are not left out.
_EXTERNAL = (("V01", "V99"), ("W20", "W99"), ("X00", "X99"), ("Y00", "Y84"))


def deaths() -> str:
    """SQL of people who died, one row each, but for deaths from causes outside the body other than falls."""
    external = " or ".join(f"left(coalesce(deathdiag1, ''), 3) between '{a}' and '{b}'" for a, b in _EXTERNAL)
    return f"""
        select anon_chi, who, day from (
            select anon_chi, {WHO} as who, record_keydate1 as day, row_number() over (
                partition by anon_chi order by record_keydate1, {WHO} desc) as telling
            from good where recid = 'NRS' and anon_chi is not null and not ({external})) death
        where telling = 1"""


# --- where people were ----------------------------------------------------------------------------

#: Settings that a record tells of, by number. Whether a hospital is large or of the community is not told by every
#: extract, and then it is not known.
HOSPITAL_OF_ANY_SIZE, LARGE_HOSPITAL, COMMUNITY_HOSPITAL, CARE_HOME = range(4)


def settings(year: Year) -> str:
    """SQL of where people were and from when to when, one row a record in bed or in a care home.

    The first day does not count and the last does, so a record of one day has no days and no row. A record of a care
    home without an end tells of the file's own year only: the file of the next year tells whether it went on.
    """
    size = (
        f"case when {IN_COMMUNITY_HOSPITAL} then {COMMUNITY_HOSPITAL} "
        f"when coalesce(commhosp, '') = '' then {HOSPITAL_OF_ANY_SIZE} else {LARGE_HOSPITAL} end"
    )
    at_home = f"least(coalesce(record_keydate2, {year.last}), {year.last})"
    return f"""
        select * from (
            select anon_chi, case when recid = 'CH' then {CARE_HOME} else {size} end as setting,
                case when recid <> 'CH' then location end as location, record_keydate1 as from_day,
                case when recid = 'CH' then {at_home} else coalesce(record_keydate2, {OPEN}) end as to_day
            from good
            where anon_chi is not null and (recid = 'CH' or ({_BED} and cij_marker is not null))) record
        where from_day < to_day"""


# --- hospitals ------------------------------------------------------------------------------------


def flows(chosen: Sequence[Kind], year: Year, extract_id: str) -> str:
    """SQL of where residents of each place were treated: episodes, days and cost of the year by hospital, specialty."""
    of = [kind for kind in chosen if kind.in_hospital]
    _, first, last = year.periods[WHOLE_YEAR]
    service = _word("service", dict(enumerate(services())), _quoted)
    urgency = _word("urgent", dict(enumerate(URGENCIES)), _quoted)
    return f"""
        select 'financial_year' as period_type, cast('{first}' as date) as period_start,
            cast('{last}' as date) as period_end,
            case when place = '' then 'not_placed' else 'data_zone_2011' end as block_type,
            case when place = '' then 'not_placed' else place end as block_code, nullif(board, '') as health_board,
            nullif(hospital, '') as hospital, nullif(treating_board, '') as treating_board,
            case when board = '' or treating_board = '' then null else board = treating_board end as within_board,
            {service} as service_code, {urgency} as urgency, nullif(specialty, '') as specialty_code, n_episodes,
            bed_days, cost_net,
            '{extract_id}' as extract_id
        from (
            select {PLACE} as place, coalesce(hb2019, '') as board, coalesce(location, '') as hospital,
                coalesce(hbtreatcode, '') as treating_board, {service_number(of)} as service,
                {urgency_number(of)} as urgent, coalesce(spec, '') as specialty,
                count(*) as n_episodes, {hundredths("sum(yearstay)")} as bed_days,
                {pence("sum(cost_total_net)")} as cost_net
            from good where recid in {listed([kind.recid for kind in of])} group by 1, 2, 3, 4, 5, 6, 7) flow"""
