"""What is not a stay in hospital: visits, prescriptions, care, deaths. One query for each kind, of one row each.

Contacts are counted and dated by draws of one year. Care goes with the life of the person: its first and last day are
the same in every year's file, and the last is empty while it goes on at the end of the year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from locality_profiles.sample.linked_draws import (
    MONTHS,
    Dice,
    along,
    by_quintile,
    day,
    day_costs,
    first_day,
    how_many,
    last_day,
    lasting,
    month_costs,
    month_days,
    month_ends,
    one_of,
    running_days,
    whole,
)
from locality_profiles.sample.linked_people import Years
from locality_profiles.sample.linked_zones import hospitals

_QUINTILE = "first_quintile"
_ONE_DAY = ("smrtype", "record_keydate1", "record_keydate2", "cost_total_net", "cost_total_net_inc_dnas")
_CARE = ("smrtype", "record_keydate1", "record_keydate2", "sc_send_lca")


@dataclass(frozen=True)
class Kind:
    """One kind of record: its query, the columns it fills, and the financial years for which Source has it."""

    query: Callable[[Dice, Years, int], str]
    columns: tuple[str, ...]
    first: int = 2011
    last: int = 9999
    months: tuple[str, ...] = ()
    """What the query has by month."""

    def in_year(self, year: int) -> bool:
        return self.first <= year <= self.last

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.columns, *(f"{month}_{what}" for what in self.months for month in MONTHS))


def _events(dice: Dice, of: str, year: int, mean: str, most: int, columns: str) -> str:
    """SQL of contacts spread over the year, while the person is alive.

    Each has a share of the year to itself, so a person has no two on one day: rows that are alike are then known to be
    one row twice.
    """
    count = how_many(dice.draw(of, year=year), f"greatest({mean}, 1e-9)", most)
    begins, ends = "n * 365 // times", "(n + 1) * 365 // times"
    within = whole(dice.draw(f"{of} day", "n", year), f"({ends} - {begins})")
    return f"""
        select *, record_keydate1 as record_keydate2, {columns}
        from (
            select *, ({day(first_day(year))} + ({begins})::integer + {within}) as record_keydate1
            from (select *, unnest(range(times)::integer[]) as n from (select *, {count} as times from person)))
        where record_keydate1 between dob and dies"""


def _on_the_day(query: str) -> str:
    costs = day_costs("cost_total_net", "record_keydate1")
    return f"select *, {costs} from (select *, cost_total_net as cost_total_net_inc_dnas from ({query}))"


def outpatients(dice: Dice, told: Years, year: int) -> str:
    mean = f"({along('age', ((0, 0.21), (10, 0.15), (30, 0.23), (60, 0.4), (80, 0.53)))}) * (0.6 + 0.4 * need)"
    missed = f"{by_quintile(_QUINTILE, (0.15, 0.11, 0.085, 0.065, 0.05))}"
    status = dice.draw("kept", "n", year)
    query = _events(dice, "outpatient", year, mean, 12, f"""
        'Outpatient' as smrtype, case when {status} < {missed} then 8 when {status} < {missed} + 0.02 then 5 else 1 end
            as attendance_status,
        {_hospital(dice, told, "outpatient place", year)},
        {one_of(dice.draw("outpatient specialty", "n", year), "A1", "C1", "C7", "C8", "F2", "A7", "D3")} as spec,
        (110 + 160 * {dice.draw("outpatient cost", "n", year)})::decimal(12,2) as cost_total_net_inc_dnas,
        case when attendance_status = 1 then cost_total_net_inc_dnas else 0 end::decimal(12,2)
            as cost_total_net""")  # fmt: skip
    return f"select *, {day_costs('cost_total_net', 'record_keydate1')} from ({query})"


def emergencies(dice: Dice, told: Years, year: int) -> str:
    """Attendances at an emergency department; most emergencies that are admitted came through its door."""
    mean = f"({along('age', ((0, 0.42), (6, 0.22), (20, 0.26), (40, 0.17), (65, 0.15), (85, 0.25)))}) * need"
    cost = f"(95 + 130 * {dice.draw('attendance cost', 'n', year)})::decimal(12,2) as cost_total_net"
    alone = _events(dice, "attendance", year, mean, 20, f"""
        'A & E' as smrtype, {_hospital(dice, told, "attendance place", year)}, {cost}, '01' as ae_disdest,
        {one_of(dice.draw("referred", "n", year), ("01", 7), "02", "02", "05")} as refsource,
        {one_of(dice.draw("attendance", "n", year), ("01", 15), "02")} as ae_attendcat""")  # fmt: skip
    columns = ("person, record_keydate1, record_keydate2, smrtype, location, hbtreatcode, cost_total_net, ae_disdest, "
               "refsource, ae_attendcat")  # fmt: skip
    admitted = f"""
        select person, start_day as record_keydate1, start_day as record_keydate2, 'A & E' as smrtype, location,
            board_words.code as hbtreatcode, {cost}, '04' as ae_disdest,
            {one_of(dice.draw("referred", "n", year), ("01", 6), ("02", 4))} as refsource, '01' as ae_attendcat
        from stay join board_words on board_words.board_no = treated_by
        where emergency and kind <> 'P' and admitted_in = {year}
            and {dice.draw("through the door", "n", year)} < 0.62"""
    query = f"select {columns}, n from ({alone}) union all select {columns}, 1000 as n from ({admitted})"
    return _on_the_day(query)


def prescriptions(dice: Dice, told: Years, year: int) -> str:
    """One row for each person who was prescribed anything, dated 31 March even where the person died before."""
    del told
    taking = along("age", ((0, 0.5), (10, 0.38), (25, 0.5), (45, 0.66), (65, 0.88), (80, 0.96)))
    items = along("age", ((0, 3), (20, 5), (45, 13), (65, 28), (80, 48)))
    return f"""
        select *, (no_paid_items * (6 + 9 * {dice.draw("price", year=year)}))::decimal(12,2) as cost_total_net,
            cost_total_net as cost_total_net_inc_dnas
        from (select person, 0 as n, 'PIS' as smrtype, {day(last_day(year))} as record_keydate1,
                {day(last_day(year))} as record_keydate2,
                1 + {lasting(dice.draw("items", year=year), f"({items}) * (0.5 + 0.5 * need)", 400)}::double
                    as no_paid_items
            from person where {dice.draw("prescribed", year=year)} < ({taking}) and not elsewhere)"""


def out_of_hours(dice: Dice, told: Years, year: int) -> str:
    del told
    mean = f"({along('age', ((0, 0.42), (6, 0.16), (20, 0.12), (65, 0.17), (80, 0.42), (95, 0.85)))}) * need"
    query = _events(dice, "out of hours", year, mean, 25, f"""
        {one_of(dice.draw("consulted", "n", year), ("OOH-PCC", 8), ("OOH-HomeV", 4), ("OOH-Advice", 5), "OOH-DN",
                ("OOH-NHS24", 2), "OOH-Other")} as smrtype,
        (60 + 70 * {dice.draw("consultation cost", "n", year)})::decimal(12,2) as cost_total_net""")  # fmt: skip
    return _on_the_day(query)


def deaths(dice: Dice, told: Years, year: int) -> str:
    del told
    causes = (("I219", 4), ("C349", 4), ("F03", 4), ("J449", 3), ("I639", 3), ("C189", 2), ("G309", 2), ("K703", 1),
              ("X420", 1), ("W199", 1), ("J189", 2), ("C509", 1))  # fmt: skip
    return f"""
        select person, 0 as n, 'NRS Deaths' as smrtype, death_date as record_keydate1, death_date as record_keydate2,
            {one_of(dice.draw("died of", year=year), *causes)} as deathdiag1
        from person where deceased"""


def district_nursing(dice: Dice, told: Years, year: int) -> str:
    del told
    mean = f"({along('age', ((0, 0.002), (50, 0.008), (65, 0.04), (80, 0.17), (95, 0.4)))}) * need"
    query = _events(dice, "nursing", year, mean, 4, f"""
        'DN' as smrtype, (1 + {lasting(dice.draw("nursing contacts", "n", year), 14, 250)})::double
            as total_no_dn_contacts,
        (total_no_dn_contacts * 41)::decimal(12,2) as cost_total_net""")  # fmt: skip
    return _on_the_day(query)


def community_mental_health(dice: Dice, told: Years, year: int) -> str:
    del told
    mean = f"case when age < 18 then 0.02 else 0.06 end * need * {by_quintile(_QUINTILE, (1.3, 1.1, 1, 0.9, 0.8))}"
    return _events(dice, "mental health contact", year, mean, 30, "'Comm-MH' as smrtype")


def homelessness(dice: Dice, told: Years, year: int) -> str:
    del told
    poorer = by_quintile(_QUINTILE, (2.1, 1.2, 0.8, 0.5, 0.3))
    chance = f"case when age between 16 and 64 then 0.011 else 0.0006 end * {poorer}"
    found = f"record_keydate1 + 20 + {lasting(dice.draw('housed', year=year), 150, 500)}"
    return f"""
        select *, case when found <= least(dies, {day(last_day(year))}) then found end as record_keydate2
        from (
            select *, {found} as found
            from (
                select person, dies, 0 as n, lca as hl1_sending_lca,
                    {day(first_day(year))} + {whole(dice.draw("applied", year=year), 365)} as record_keydate1,
                    case when {dice.draw("main", year=year)} < 0.75 then 'HL1-Main' else 'HL1-Other' end as smrtype,
                    'SYN-HL-' || {year} || '-' || person as hl1_application_ref
                from person where placed and {dice.draw("homeless", year=year)} < {chance}))
        where record_keydate1 <= dies"""


def _care(query: str, year: int) -> str:
    """SQL of care that goes on for some part of the year; ``until`` becomes the last day if that has come."""
    return f"""
        select *, case when until <= {day(last_day(year))} then until end as record_keydate2, lca as sc_send_lca
        from ({query}) where record_keydate1 <= {day(last_day(year))} and until >= {day(first_day(year))}"""


def care_homes(dice: Dice, told: Years, year: int) -> str:
    """Stays in a care home, until death."""
    del dice, told
    query = _care("""
        select person, 0 as n, 'Care-Home' as smrtype, home_day as record_keydate1, dies as until, lca, ch_postcode,
            ch_provider, ch_nursing
        from person where home_day is not null""", year)  # fmt: skip
    return f"""
        select *, {month_days()}, cost_total_net as cost_total_net_inc_dnas,
            {month_costs(year, "cost_total_net::double", "until")}
        from (
            select *, (days_12 * case when ch_nursing = 1 then 132 else 114 end)::decimal(12,2) as cost_total_net,
                (record_keydate2 - record_keydate1)::double as stay
            from (select *, {running_days(year, "record_keydate1", "until")} from ({query})))"""


def home_care(dice: Dice, told: Years, year: int) -> str:
    """Personal care, some other care beside it, and some weeks of reablement before; hours by quarter."""
    del told
    weekly = f"(3 + 12 * need * {dice.draw('weekly hours', 'n')})"
    begins = [first_day(year), *(end + timedelta(days=1) for end in month_ends(year)[2:11:3])]
    ends = month_ends(year)[2::3]
    hours = ", ".join(
        f"round({weekly} / 7 * greatest(least(until, {day(end)}) - greatest(record_keydate1, {day(begin)}) + 1, 0), 1) "
        f"as hc_hours_q{n}"
        for n, (begin, end) in enumerate(zip(begins, ends, strict=True), 1)
    )
    costs = ", ".join(f"(hc_hours_q{n} * 23)::decimal(12,2) as hc_cost_q{n}" for n in range(1, 5))
    whole_year = " + ".join(f"hc_hours_q{n}" for n in range(1, 5))
    months = ", ".join(
        f"(hc_cost_q{n // 3 + 1} * {n % 3 + 1} / 3)::decimal(12,2) "
        f"- (hc_cost_q{n // 3 + 1} * {n % 3} / 3)::decimal(12,2) "
        f"as {month}_cost"
        for n, month in enumerate(MONTHS)
    )
    query = _care(f"""
        select *, {one_of(dice.draw("home care by", "n"), ("1", 5), ("2", 4), "4")} as hc_provider
        from (
            select person, lca, need, unnest([0, 1, 2]) as n,
                case n when 2 then greatest(care_day - 42, dob) else care_day end as record_keydate1,
                case n when 2 then least(care_day - 1, dies) else care_ends end as until,
                case n when 1 then 'HC-Non-Per' else 'HC-Per' end as smrtype, (n = 2)::integer as hc_reablement
            from person where care_day < care_ends and placed)
        where n = 0 or {dice.draw("also", "n")} < case n when 1 then 0.35 else 0.4 end""", year)  # fmt: skip
    return f"""
        select *, {months}
        from (
            select *, (hc_cost_q1 + hc_cost_q2 + hc_cost_q3 + hc_cost_q4)::decimal(12,2) as cost_total_net,
                cost_total_net as cost_total_net_inc_dnas, round({whole_year}, 1) as hc_hours_annual
            from (select *, {costs} from (select *, {hours} from ({query}))))"""


def telecare(dice: Dice, told: Years, year: int) -> str:
    del told
    return _care(f"""
        select person, n, lca, alarm_day as record_keydate1, care_ends as until,
            case n when 0 then 'AT-Alarm' else 'AT-Tele' end as smrtype
        from (select *, unnest([0, 1]) as n from person where alarm_day < care_ends and placed)
        where n = 0 or {dice.draw("telecare too")} < 0.3""", year)  # fmt: skip


def self_directed(dice: Dice, told: Years, year: int) -> str:
    del told
    return _care(f"""
        select person, 0 as n, lca, care_day as record_keydate1, care_ends as until,
            {one_of(dice.draw("option"), ("SDS-3", 14), ("SDS-1", 3), ("SDS-2", 2), "SDS-4")} as smrtype
        from person where care_day < care_ends and placed and {dice.draw("directed")} < 0.8""", year)  # fmt: skip


def _hospital(dice: Dice, told: Years, of: str, year: int) -> str:
    """SQL of a hospital of the person's own board, or of any if they have none, and of its board."""
    listed = ", ".join(f"'{code}'" for code in hospitals(told.boards))
    chance = dice.draw(of, "n", year)
    return f"[{listed}][board_no * 3 - {whole(chance, 3)}] as location, own_board as hbtreatcode"


KINDS: Mapping[str, Kind] = {
    "00B": Kind(outpatients, (*_ONE_DAY, "attendance_status", "location", "hbtreatcode", "spec"), months=("cost",)),
    "AE2": Kind(emergencies, (*_ONE_DAY, "location", "hbtreatcode", "refsource", "ae_attendcat", "ae_disdest"),
                months=("cost",)),
    "PIS": Kind(prescriptions, (*_ONE_DAY, "no_paid_items")),
    "OoH": Kind(out_of_hours, _ONE_DAY, months=("cost",)),
    "DN": Kind(district_nursing, (*_ONE_DAY, "total_no_dn_contacts"), 2015, 2020, months=("cost",)),
    "CMH": Kind(community_mental_health, ("smrtype", "record_keydate1", "record_keydate2"), 2016, 2020),
    "CH": Kind(care_homes, (*_CARE, "cost_total_net", "cost_total_net_inc_dnas", "stay", "yearstay", "ch_postcode",
                            "ch_provider", "ch_nursing"), 2017, months=("beddays", "cost")),
    "HC": Kind(home_care, (*_CARE, "cost_total_net", "cost_total_net_inc_dnas", "hc_hours_annual",
                           *(f"hc_{what}_q{n}" for what in ("hours", "cost") for n in range(1, 5)),
                           "hc_provider", "hc_reablement"), 2017, months=("cost",)),
    "AT": Kind(telecare, _CARE, 2017),
    "SDS": Kind(self_directed, _CARE, 2017),
    "HL1": Kind(homelessness, ("smrtype", "record_keydate1", "record_keydate2", "hl1_application_ref",
                               "hl1_sending_lca"), 2016),
    "NRS": Kind(deaths, ("smrtype", "record_keydate1", "record_keydate2", "deathdiag1")),
}  # fmt: skip
