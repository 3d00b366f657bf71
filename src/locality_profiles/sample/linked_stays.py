"""Stays in hospital: continuous journeys of one to four episodes, and the delays at their end.

Source keeps an episode in the file of the year in which it ends. A stay over 31 March therefore has its later episodes
in the later file, with the same marker and the same first and last day; days before the year of the file are in
``stay`` and not in ``yearstay`` or a month. No stay lasts longer than 180 days.
"""

from __future__ import annotations

from locality_profiles.episodes.conditions import conditions
from locality_profiles.episodes.conditions import one_of as any_condition_of
from locality_profiles.sample.linked_draws import (
    MONTHS,
    Dice,
    along,
    by_quintile,
    day,
    first_day,
    how_many,
    last_day,
    lasting,
    month_costs,
    month_days,
    one_of,
    running_days,
    whole,
    year_of,
)
from locality_profiles.sample.linked_people import Years, person_columns
from locality_profiles.sample.linked_zones import community_hospital, hospitals

#: A stay that crosses the year's end began within so many days of it; hence two years of admissions are enough.
LONGEST = 180
#: Stays a year by age, before need: acute, and emergencies among them.
_ACUTE = ((0, 0.16), (5, 0.055), (18, 0.08), (40, 0.13), (60, 0.24), (70, 0.38), (80, 0.58), (90, 0.75))
_EMERGENCY = ((0, 0.85), (18, 0.6), (45, 0.45), (65, 0.5), (80, 0.72), (95, 0.9))
_MATERNITY = ((16, 0.0), (22, 0.06), (30, 0.11), (36, 0.07), (44, 0.0))
_READMITTED, _TERMINAL, _TRANSFERRED, _GERIATRIC, _DELAYED = 0.11, 0.5, 0.3, 0.3, 0.3
#: Share of stays of several parts of which the last is in the community hospital of the board.
_NEARER_HOME = 0.4
#: Acute stays of one person in one year at most; by how much the numbers of a stay's parts lie apart, and where
#: those of readmissions begin. All numbers stay below 1,024.
_MOST, _PARTS_APART, _AGAIN = 40, 128, 512

_CHILD = (("J069", 4), ("J219", 5), ("K529", 3), ("R56", 2), ("J459", 2), ("S525", 3), ("R104", 4), "H669", "B349",
          "K021", "N10", "E101")  # fmt: skip
_ADULT = (("R074", 6), ("R104", 6), ("K358", 2), ("T391", 3), ("F102", 3), ("L031", 3), ("N390", 2), ("J459", 2),
          ("G409", 2), ("S826", 2), "I209", "E110", "K254", "N730", "E86", "D509", "J189", "K529", "N12", "J039",
          "K047", "I10", "A09", "I269", "K802")  # fmt: skip
_OLD = (("J181", 6), ("J441", 6), ("I500", 5), ("N390", 5), ("S720", 6), ("S010", 3), ("I639", 4), ("R55", 3),
        ("I214", 3), ("J690", 2), ("L031", 2), ("A419", 3), "I209", "E86", "D509", "E119", "K259", "I10", "R02",
        "N12", "K529", "E43", "C349", "G409", "J22")  # fmt: skip
_PLANNED = (("H251", 5), ("K409", 3), ("M171", 3), ("M161", 3), ("C509", 2), ("C189", 2), ("N40", 2), ("K802", 2),
            ("D125", 3), ("K210", 2), ("Z511", 4), "I839", "K029", "N920", "D509")  # fmt: skip
_MIND = (("F329", 4), ("F200", 4), ("F319", 2), ("F102", 2), ("F009", 2), "F603")
_BIRTH = (("O80", 5), ("O82", 3), ("O702", 2), "O342", "O480")
_OTHER = (("I10", 4), ("E119", 3), ("I489", 3), ("J449", 3), ("N183", 2), ("Z867", 4), ("F03", 2), ("I259", 3),
          ("W190", 1), ("R02", 1), ("B968", 2))  # fmt: skip
_FALLS = (("W010", 2), ("W069", 2), ("W109", 2), ("W180", 2), ("W199", 4))
_REASONS = (("25D", 6), ("24C", 3), ("11A", 5), ("11B", 2), ("25A", 2), ("23C", 2), ("24A", 2), "24D", "25E", "27A",
            "44", "61", "67", "51", "71", "73", "74", ("9", 8))  # fmt: skip
_SECONDARY = (("51X", 5), "24DX", "25X", "71X", "26X")


def _stay(dice: Dice, of: str) -> str:
    """SQL of a draw for a stay."""
    return dice.draw(of, "n", "admitted_in")


def _part(dice: Dice, of: str) -> str:
    """SQL of a draw for one part of a stay."""
    return dice.draw(of, f"n + part * {_PARTS_APART}", "admitted_in")


def stays_of(dice: Dice, told: Years, year: int) -> str:
    """SQL of the stays that last into the year or begin in it, one row each.

    Two stays of one person cannot overlap: one that would begin before an earlier one has ended is left out. This looks
    at what was drawn and not at what was kept, so that it comes out alike in both years' files of a stay that crosses.
    """
    listed = ", ".join(f"'{code}'" for code in hospitals(told.boards))
    boards = max(told.boards, 1)
    return f"""
        select *, (admitted_in - 2000) * 100 + nth_of_year as cij_marker,
            [{listed}][treated_by * 3 - {whole(_stay(dice, "hospital"), 3)}] as location,
            emergency and days >= 10 and start_age >= 18
                and {_stay(dice, "delayed")} < {_DELAYED} as delayed,
            days >= 18 and start_age >= 65 and kind <> 'P' and {_stay(dice, "geriatric")} < {_GERIATRIC}
                as geriatric,
            case when geriatric then 2
                when days < 3 or kind = 'M' or {_stay(dice, "moved on")} >= {_TRANSFERRED} then 1
                else least(2 + {whole(_stay(dice, "parts"), "2.4")}, days) end::integer as parts
        from (
            select *,
                row_number() over (partition by person, admitted_in order by start_day, end_day, n) as nth_of_year,
                max(end_day) over (partition by person order by start_day, end_day, n
                    rows between unbounded preceding and 1 preceding) as busy_until,
                case when {_stay(dice, "elsewhere")} < 0.05 then 1 + {whole(_stay(dice, "board"), boards)}
                    else board_no end as treated_by,
                end_day - start_day as days
            from ({_drawn(dice, year)}))
        where (busy_until is null or start_day > busy_until) and end_day >= {day(first_day(year))}"""


def _drawn(dice: Dice, year: int) -> str:
    """Stays as drawn, with readmissions soon after some emergencies, cut short by death."""
    again = f"n + {_AGAIN} * again"
    return f"""
        select * exclude (drawn_days, first_end), least(start_day + drawn_days, dies) as end_day
        from (
            select * exclude (n, start_day, drawn_days, again, readmitted), {again} as n,
                case when again = 1 then first_end + 1 + {whole(_stay(dice, "soon"), 27)}
                    else start_day end as start_day,
                case when again = 1 then {lasting(_stay(dice, "days again"), 9, LONGEST)}
                    else drawn_days end as drawn_days
            from (
                select *, start_day + drawn_days as first_end,
                    unnest(case when readmitted then [0, 1] else [0] end) as again
                from ({_timed(dice, year)})))
        where start_day between dob and dies and {year_of("start_day")} = admitted_in"""


def _timed(dice: Dice, year: int) -> str:
    """When each stay begins, of what kind it is and how long it lasts; a last stay ends with the person's death."""
    age = "start_age"
    chance = _stay(dice, "days")
    length = (
        f"case when kind = 'T' then last_days when day_case then 0 "
        f"when kind = 'P' then {lasting(chance, 42, LONGEST)} when kind = 'M' then {lasting(chance, 1.6, 10)} "
        f"when not emergency then 1 + {lasting(chance, 2.6, 60)} "
        f"when {_stay(dice, 'short')} < 0.3 then 0 "
        f"else 1 + {lasting(chance, f'3 + greatest({age} - 40, 0) * 0.16', LONGEST - 1)} end"
    )
    return f"""
        select *, {length} as drawn_days,
            emergency and kind = 'A' and {_stay(dice, "readmitted")} < {_READMITTED} as readmitted
        from (
            select * exclude (acute, psychiatric, maternal, i), i as n,
                case when i < acute then 'A' when i < acute + psychiatric then 'P'
                    when i < acute + psychiatric + maternal then 'M' else 'T' end as kind,
                case when i < acute + psychiatric + maternal
                    then make_date(admitted_in, 4, 1) + {whole(dice.draw("start", "i", "admitted_in"), 365)}
                    else dies - last_days end as start_day,
                case when i >= acute then i <> acute + psychiatric or maternal = 0
                    else {dice.draw("urgent", "i", "admitted_in")} < {along(age, _EMERGENCY)} end as emergency,
                i < acute and not emergency and {dice.draw("one day", "i", "admitted_in")} < 0.74 as day_case
            from (select *, unnest(range(acute + psychiatric + maternal + terminal)::integer[]) as i
                from ({_counted(dice, year)})))"""


def _counted(dice: Dice, year: int) -> str:
    """How many stays of each kind a person has who is admitted in the year or in the one before."""
    age = "start_age"
    acute = how_many(dice.draw("acute", year="admitted_in"), f"({along(age, _ACUTE)}) * need", _MOST)
    mind = how_many(dice.draw("psychiatric", year="admitted_in"), "0.0045 * need * need_of_mind", 3)
    return f"""
        select *, {acute} as acute, case when start_age < 16 then 0 else {mind} end as psychiatric,
            (gender = 2 and {dice.draw("maternal", year="admitted_in")} < {along(age, _MATERNITY)})::integer
                as maternal,
            (dies - last_days >= dob and {year_of("(dies - last_days)")} = admitted_in
                and {dice.draw("terminal")} < {_TERMINAL})::integer as terminal
        from (
            select person, gender, dob, dies, need, board_no, lca, admitted_in,
                (make_date(admitted_in, 4, 1) - dob) / 365.25 as start_age,
                {by_quintile("first_quintile", (1.3, 1.1, 0.95, 0.85, 0.8))} as need_of_mind,
                {lasting(dice.draw("last days"), 11, 60)} as last_days
            from person cross join (values ({year - 1}), ({year})) as admitted(admitted_in))
        where start_age > -1"""


def episodes_of(dice: Dice, year: int) -> str:
    """SQL of the episodes that end in the year, with diagnoses, bed days and costs.

    The parts of a stay follow each other: one begins on the day on which the one before ends. A long acute stay of an
    old person may end in geriatric long stay, a psychiatric one begins on an acute ward if it has several parts. Some
    end in the board's community hospital, which is the last of its three.
    """
    causes = _causes(dice)
    inside = f"record_keydate2 between {day(first_day(year))} and {day(last_day(year))}"
    return f"""
        select *, {month_days()}, cost_total_net as cost_total_net_inc_dnas,
            {month_costs(year, "cost_total_net::double", "record_keydate2")},
            {conditions()["falls"].sql()}::integer as falls_adm
        from (
            select *, ({_cost(dice)})::decimal(12,2) as cost_total_net,
                (record_keydate2 - record_keydate1)::double as stay
            from (
                select *, {running_days(year, "record_keydate1", "record_keydate2")},
                    max(case when part = 0 and emergency and recid = '01B' and {any_condition_of("preventable")} then 1
                        else 0 end) over (partition by person, cij_marker) as cij_ppa
                from (select *, {causes}, part = 0 or record_keydate1 < {day(first_day(year))} as first_in_file
                    from ({_parts(dice)}))))
        where {inside}"""


def _parts(dice: Dice) -> str:
    acute = "when day_case then 'Acute-DC' else 'Acute-IP' end"
    return f"""
        select * replace (case when nearer then {community_hospital("location")} else location end as location),
            case when nearer or location = {community_hospital("location")} then 'Y' else 'N' end as commhosp,
            case recid when '04B' then 'Psych-IP' when 'GLS' then 'GLS-IP'
                when '02B' then case when record_keydate1 = record_keydate2 then 'Matern-DC' else 'Matern-IP' end
                else case {acute} end as smrtype,
            case when day_case then 'D' else 'I' end as ipdc,
            case when part > 0 then '18' else cij_admtype end as tadm,
            case when part < parts - 1 then '12' when end_day = dies then '40' else '10' end as disch
        from (
            select *, case when kind = 'P' and (parts = 1 or part > 0) then '04B' when kind = 'M' then '02B'
                    when geriatric and part > 0 then 'GLS' else '01B' end as recid,
                start_day + (days * part // parts)::integer as record_keydate1,
                start_day + (days * (part + 1) // parts)::integer as record_keydate2,
                start_day as cij_start_date, end_day as cij_end_date,
                case when kind = 'M' then 2 when emergency then 0 else 1 end as cij_pattype_code,
                case when kind = 'M' then 'Maternity' when emergency then 'Non-Elective' else 'Elective' end
                    as cij_pattype,
                case when day_case then 'D' else 'I' end as cij_ipdc,
                case when kind = 'M' then '42' when emergency then {one_of(_stay(dice, "urgency"), "33", "35", "36")}
                    else {one_of(_stay(dice, "urgency"), "10", "11", "11")} end as cij_admtype,
                delayed::integer as cij_delay,
                part = parts - 1 and part > 0 and kind = 'A' and {_stay(dice, "nearer home")} < {_NEARER_HOME}
                    as nearer
            from (select *, unnest(range(parts)::integer[]) as part from stay))"""


def _causes(dice: Dice) -> str:
    """Main and further diagnoses, operation and specialty; an injury of an old person is mostly a fall."""
    draw = _part(dice, "cause")
    second = _part(dice, "second cause")
    more = "".join(
        f", case when start_age > 40 and {_part(dice, f'cause {n}')} < {0.5 - 0.08 * n:.2f} "
        f"then {one_of(_part(dice, f'which cause {n}'), *_OTHER)} else '' end as diag{n}"
        for n in range(3, 7)
    )
    return f"""case when recid = '04B' then {one_of(draw, *_MIND)} when kind = 'M' then {one_of(draw, *_BIRTH)}
            when not emergency then {one_of(draw, *_PLANNED)} when start_age < 16 then {one_of(draw, *_CHILD)}
            when start_age < 60 then {one_of(draw, *_ADULT)} else {one_of(draw, *_OLD)} end as diag1,
        case when left(diag1, 1) = 'S' and {second} < case when start_age >= 65 then 0.9 else 0.5 end
                then {one_of(_part(dice, "which fall"), *_FALLS)}
            when {second} < 0.5 then {one_of(_part(dice, "which second"), *_OTHER)}
            else '' end as diag2
        {more},
        case when emergency then ''
            else {one_of(_part(dice, "operation"), "C751", "W401", "W371", "J183", "H221", "G451")} end as op1a,
        case recid when '04B' then 'G1' when '02B' then 'F3' when 'GLS' then 'AB'
            else {one_of(_part(dice, "specialty"), ("A1", 4), ("AB", 3), ("C1", 3), "C8", "C7", "A2", "D3")} end
            as spec"""


def _cost(dice: Dice) -> str:
    """Pounds: something for coming, more for each day; what a day costs differs by the kind of ward."""
    daily = "case recid when '01B' then 640 when 'GLS' then 390 when '04B' then 470 else 820 end"
    spread = f"(0.7 + 0.6 * {_part(dice, 'cost')})"
    coming = "case when emergency then 420 when recid = '01B' then 1350 else 700 end"
    return f"round({spread} * ({coming} + days_12 * {daily}), 2)"


def delays_of(dice: Dice, year: int) -> str:
    """SQL of delays that end in the year: from the day somebody was ready to leave to the day they left."""
    draw = _stay(dice, "reason")
    ready = f"start_day + floor(days * (0.45 + 0.45 * {_stay(dice, 'ready')}))::integer"
    return f"""
        select *, {month_days()}
        from (
            select *, {running_days(year, "record_keydate1", "record_keydate2")}
            from (
                select person, n, cij_marker, cij_start_date, cij_end_date, location, treated_by, dd_responsible_lca,
                    record_keydate1, record_keydate2, (record_keydate2 - record_keydate1)::double as stay,
                    'DD-CIJ' as smrtype, primary_delay_reason, 1 as cij_delay,
                    case when primary_delay_reason = '9' then {one_of(_stay(dice, "code 9"), *_SECONDARY)}
                        else '' end as secondary_delay_reason
                from (select *, lca as dd_responsible_lca, start_day as cij_start_date, end_day as cij_end_date,
                        {ready} as record_keydate1, end_day as record_keydate2,
                        {one_of(draw, *_REASONS)} as primary_delay_reason
                    from stay where delayed)))
        where record_keydate2 between {day(first_day(year))} and {day(last_day(year))}"""


#: Columns of the written files that come from the episodes, in addition to those about the person.
EPISODE_COLUMNS = (
    "smrtype", "record_keydate1", "record_keydate2", "location", "commhosp", "spec",
    *(f"diag{n}" for n in range(1, 7)), "op1a", "ipdc", "tadm", "disch", "cij_marker", "cij_start_date", "cij_end_date",
    "cij_pattype_code", "cij_pattype", "cij_ipdc", "cij_admtype", "cij_ppa", "cij_delay", "stay", "yearstay",
    "cost_total_net", "cost_total_net_inc_dnas", "falls_adm",
    *(f"{month}_{what}" for what in ("beddays", "cost") for month in MONTHS),
)  # fmt: skip
DELAY_COLUMNS = (
    "smrtype", "record_keydate1", "record_keydate2", "location", "cij_marker", "cij_start_date", "cij_end_date",
    "cij_delay", "stay", "yearstay", "dd_responsible_lca", "primary_delay_reason", "secondary_delay_reason",
    *(f"{month}_beddays" for month in MONTHS),
)  # fmt: skip


def kept(query: str, columns: tuple[str, ...], *also: str) -> str:
    """SQL of the columns that are written, and what orders and adds up the rows."""
    return f"select person, {', '.join([*also, *columns])} from ({query})"


def admissions(table: str, where: str, columns: tuple[str, ...]) -> str:
    """SQL of rows of episodes or delays as they are written, in order of person and day."""
    return f"""
        select {person_columns()}, {", ".join(f"e.{name}" for name in columns)}, board_words.code as hbtreatcode
        from {table} e join person p using (person) join board_words on board_words.board_no = e.treated_by
        where {where} order by person, record_keydate1, record_keydate2, cij_marker"""
