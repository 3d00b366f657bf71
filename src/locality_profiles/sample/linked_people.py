"""The people of the linked files, as they are in one year: who is alive, how old, where, and how much they need.

A person is a number. All about them follows from it by draws that do not depend on the year, so every year's file
tells one story: the same birthday, the same day of death, the same home until they move.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from locality_profiles.sample.linked_draws import (
    Dice,
    along,
    by_quintile,
    day,
    first_day,
    last_day,
    whole,
    year_of,
)
from locality_profiles.sample.linked_zones import NO_LOCALITY, OUTSIDE

#: Share of people up to each age when the first year begins.
_AGES = ((0, 0), (0.19, 18), (0.34, 30), (0.53, 45), (0.74, 60), (0.865, 70), (0.955, 80), (0.992, 90), (0.9992, 97),
         (1, 103))  # fmt: skip
#: Deaths by age, as Gompertz found them: the risk at birth, and by how much it grows in a year.
_MORTALITY, _AGEING = 3.2e-5, 0.094
_DYING, _NEEDING = (1.4, 1.17, 1.0, 0.87, 0.72), (1.42, 1.18, 1.0, 0.86, 0.72)
#: Share of people born in each later year, moving in a year, without a known address, and from elsewhere.
_BORN, _MOVING, _NOWHERE, _ELSEWHERE = 0.01, 0.04, 0.004, 0.0025
#: Of those who die old: how many end in a care home, and had home care or an alarm before; for how many days.
_HOME, _CARED_FOR, _ALARMED = (0.4, 730), (0.55, 900), (0.5, 1400)
#: People who have needed care all their lives.
_LIFELONG = 0.004


@dataclass(frozen=True)
class Years:
    """Which financial years are written, and how many zones there are to live in."""

    years: tuple[int, ...]
    zones: int
    boards: int

    @property
    def begins(self) -> date:
        return first_day(self.years[0])


def people_of(dice: Dice, told: Years, year: int, start: int, stop: int) -> str:
    """SQL of the people from number ``start`` up to but not ``stop`` who live for at least a day of the year.

    A resident of a care home has the home's zone from the year of admission on, as in Source, where the latest
    address holds for the whole of a year's file.
    """
    return f"""
        select person, 'SYN' || lpad(person::varchar, 10, '0') as anon_chi, gender, dob,
            greatest(date_sub('year', dob, date '{year}-09-30'), 0)::integer as age,
            dies <= {day(last_day(year))} as deceased,
            case when dies <= {day(last_day(year))} then dies end as death_date, dies,
            case when not placed then null when {dice.draw("practice")} < 0.08 then zone.other_gpprac
                else zone.gpprac end::integer as gpprac,
            case when not placed then null when {dice.draw("practice")} < 0.08 then zone.other_cluster
                else zone.cluster end as cluster,
            case when placed then zone.datazone2011 end as datazone2011,
            case when placed then zone.locality else '{NO_LOCALITY}' end as locality,
            case when placed then zone.hscp2018 end as hscp2018, case when placed then zone.ca2018 end as ca2018,
            case when placed then zone.hb2019 when elsewhere then '{OUTSIDE}' end as hb2019,
            case when placed then zone.quintile end::integer as simd2020v2_sc_quintile,
            placed, elsewhere, zone.board_no, zone.hb2019 as own_board, zone.lca, need, first_quintile, home_day,
            told.ch_postcode, told.ch_provider, told.ch_nursing, care_day, care_ends, alarm_day
        from (
            select told.*, home.ch_postcode, home.ch_provider, home.ch_nursing,
                case when home_day <= {day(last_day(year))} then home.home_zone
                    when moved_chance < zone_draw.keep then zone_draw.zone_no else zone_draw.other end as lives_in
            from ({_where(dice, told, year, start, stop)}) told
            join zone_draw on zone_draw.zone_no = moved_to
            left join home using (home_no)
        ) told join zone on zone.zone_no = lives_in
        where dob <= {day(last_day(year))} and dies >= {day(first_day(year))}"""


def _where(dice: Dice, told: Years, year: int, start: int, stop: int) -> str:
    """People with the draw that decides where they live: that of the last year in which they moved.

    Who lives in a care home moves no more, so that a later year's file cannot contradict an earlier one.
    """
    at_home = f"coalesce({year_of('home_day')}, 9999)"
    arms = [f"when {dice.draw('moves', year=k)} < {_MOVING} and {k} <= {at_home} then {k}"
            for k in range(year, told.years[0], -1)]  # fmt: skip
    moved = f"case {' '.join(arms)} else 0 end" if arms else "0"
    chance = dice.draw("zone", year="moved_in")
    return f"""
        select *, {chance} * {told.zones} - floor({chance} * {told.zones}) as moved_chance,
            1 + {whole(chance, told.zones)} as moved_to
        from (select *, {moved} as moved_in from ({_lives(dice, told, start, stop)}))"""


def _lives(dice: Dice, told: Years, start: int, stop: int) -> str:
    """Each person's life: the day they die, and the care they have before, counted back from it."""
    home, home_days = _HOME
    back = f"dies - 30 + floor({home_days} * ln(1 - {dice.draw('home days')}))::integer"
    care, care_days = _CARED_FOR
    alarm, alarm_days = _ALARMED
    return f"""
        select *,
            case when lifelong then dob + 6575
                when {dice.draw("cared for")} < {care} and years_at_death >= 68
                then greatest(care_ends + floor({care_days} * ln(1 - {dice.draw("care days")}))::integer, dob + 23742)
                end as care_day,
            case when {dice.draw("alarmed")} < {alarm} and years_at_death >= 70
                then greatest(care_ends + floor({alarm_days} * ln(1 - {dice.draw("alarm days")}))::integer, dob + 23742)
                end as alarm_day
        from (
            select *, coalesce(home_day, dies) as care_ends,
                case when home_day is not null
                    then first_home + {whole(dice.draw("which home"), "homes")} end as home_no
            from (
                select *,
                    case when {dice.draw("home")} < {home} and years_at_death >= 70
                        then greatest({back}, dob + 23742) end as home_day
                from (
                    select *, dob + floor(years_at_death * 365.25)::integer as dies
                    from ({_born(dice, told, start, stop)}))))"""


def _born(dice: Dice, told: Years, start: int, stop: int) -> str:
    """Birth, sex, first home and length of life.

    The age at death follows from Gompertz's law for somebody who has lived so long already, in closed form: one draw
    settles it for all years. Most people are there when the first year begins, some are born in later ones.
    """
    later = len(told.years) - 1
    risk = f"({_MORTALITY} * {by_quintile('zone.quintile', _DYING)} * case when gender = 1 then 1.2 else 0.85 end)"
    lived = f"exp({_AGEING} * greatest(first_age, 0))"
    first = dice.draw("zone", year=0)
    return f"""
        select person, gender, dob, first_age, lifelong, placed, elsewhere,
            zone.quintile as first_quintile, zone.first_home, zone.homes,
            {by_quintile("zone.quintile", _NEEDING)} * (0.1 - 0.9 * ln(1 - {dice.draw("frail")})) as need,
            ln({lived} - ln(1 - {dice.draw("death")}) * {_AGEING} / {risk}) / {_AGEING} as years_at_death
        from (
            select *, {day(told.begins)} - ceil(first_age * 365.25)::integer as dob,
                case when {dice.draw("sex")} < 0.512 - 0.0035 * greatest(first_age - 55, 0) then 1 else 2 end as gender,
                {dice.draw("lifelong")} < {_LIFELONG} as lifelong,
                {dice.draw("placed")} >= {_NOWHERE + _ELSEWHERE} as placed,
                {dice.draw("placed")} < {_ELSEWHERE} as elsewhere,
                {first} * {told.zones} - floor({first} * {told.zones}) as first_chance,
                1 + {whole(first, told.zones)} as first_zone
            from (
                select person, case when {dice.draw("newborn")} < {_BORN * later} then -{dice.draw("born")} * {later}
                    else {along(dice.draw("age"), _AGES)} end as first_age
                from range({start}, {stop}) as counted(person))) born
        join zone_draw on zone_draw.zone_no = first_zone
        join zone on zone.zone_no = case when first_chance < keep then zone_draw.zone_no else other end"""


def person_columns() -> str:
    """SQL of the columns about the person that every row of the files has."""
    names = ("anon_chi", "gender", "dob", "age", "deceased", "death_date", "gpprac", "cluster", "datazone2011",
             "locality", "hscp2018", "ca2018", "hb2019", "simd2020v2_sc_quintile")  # fmt: skip
    return ", ".join(f"p.{name}" for name in names)
