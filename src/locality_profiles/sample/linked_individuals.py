"""The individual file: one row for each person of a year, added up from the same rows that the episode files hold."""

from __future__ import annotations

from locality_profiles.sample.linked_contacts import KINDS
from locality_profiles.sample.linked_draws import Dice, day, first_day
from locality_profiles.sample.linked_people import person_columns

#: The age from which each long-term condition comes, and how many of the oldest have it.
_CONDITIONS = {
    "arth": (25, 0.3), "asthma": (4, 0.09), "atrialfib": (45, 0.22), "cancer": (25, 0.24), "cvd": (45, 0.16),
    "liver": (25, 0.03), "copd": (40, 0.16), "dementia": (62, 0.17), "diabetes": (20, 0.17), "epilepsy": (5, 0.03),
    "chd": (40, 0.26), "hefailure": (50, 0.15), "ms": (25, 0.005), "parkinsons": (55, 0.03), "refailure": (40, 0.14),
    "congen": (0, 0.02), "bloodbfo": (20, 0.06), "endomet": (20, 0.12), "digestive": (15, 0.2),
}  # fmt: skip

#: What is added up for each person: the table, and what each new column is.
_TOTALS: dict[str, dict[str, str]] = {
    "episode": {
        **{f"cij_{name}": f"count(*) filter (first_in_file{test})" for name, test in (
            ("total", ""), ("el", " and cij_pattype_code = 1"), ("non_el", " and cij_pattype_code = 0"),
            ("mat", " and cij_pattype_code = 2"), ("delay", " and cij_delay = 1"))},
        "preventable_admissions": "count(*) filter (first_in_file and cij_ppa = 1)",
        "preventable_beddays": "sum(yearstay) filter (cij_ppa = 1)",
    },
    "delay": {
        f"dd_{name}_{what}": f"{total} filter (primary_delay_reason {test} '9')"
        for name, test in (("noncode9", "<>"), ("code9", "="))
        for what, total in (("episodes", "count(*)"), ("beddays", "sum(yearstay)"))
    },
    "kind_00B": {
        "op_newcons_attendances": "count(*) filter (attendance_status = 1)", "op_cost_attend": "sum(cost_total_net)",
        "op_newcons_dnas": "count(*) filter (attendance_status <> 1)",
        "op_cost_dnas": "sum(cost_total_net_inc_dnas) filter (attendance_status <> 1)",
    },
    "kind_AE2": {"ae_attendances": "count(*)", "ae_cost": "sum(cost_total_net)"},
    "kind_PIS": {"pis_paid_items": "sum(no_paid_items)", "pis_cost": "sum(cost_total_net)"},
    "kind_OoH": {
        "ooh_cases": "count(*)", "ooh_cost": "sum(cost_total_net)",
        **{f"ooh_{name.lower()}": f"count(*) filter (smrtype = 'OOH-{name}')"
           for name in ("HomeV", "Advice", "DN", "NHS24", "PCC", "Other")},
    },
    "kind_DN": {
        "dn_episodes": "count(*)", "dn_contacts": "sum(total_no_dn_contacts)", "dn_cost": "sum(cost_total_net)",
    },
    "kind_CMH": {"cmh_contacts": "count(*)"},
    # What a care home costs is told only of people of 65 and over.
    "kind_CH": {"ch_cis_episodes": "count(*)", "ch_beddays": "sum(yearstay)", "ch_cost": "sum(cost_total_net)"},
    "kind_HC": {
        "hc_episodes": "count(*)", "hc_total_hours": "sum(hc_hours_annual)", "hc_total_cost": "sum(cost_total_net)",
        **{f"hc_{name}_{what}": f"{total} filter ({test})"
           for name, test in (("personal", "smrtype = 'HC-Per'"), ("non_personal", "smrtype = 'HC-Non-Per'"),
                              ("reablement", "hc_reablement = 1"))
           for what, total in (("episodes", "count(*)"), ("hours", "sum(hc_hours_annual)"))},
    },
    "kind_AT": {f"at_{name}": f"count(*) filter (smrtype = '{code}')"
                for name, code in (("alarms", "AT-Alarm"), ("telecare", "AT-Tele"))},
    "kind_SDS": {f"sds_option_{n}": f"count(*) filter (smrtype = 'SDS-{n}')" for n in range(1, 5)},
    "kind_HL1": {"hl1_in_fy": "count(*)"},
}  # fmt: skip


def _hospital_totals() -> dict[str, str]:
    """Episodes, bed days and cost of each kind of stay in hospital."""
    totals = {}
    for group, recid in (("acute", "01B"), ("gls", "GLS"), ("mh", "04B"), ("mat", "02B")):
        tests = {group: "true", f"{group}_inpatient": "ipdc = 'I'"}
        if group == "acute":
            tests |= {
                "acute_el_inpatient": "ipdc = 'I' and cij_pattype_code = 1",
                "acute_non_el_inpatient": "ipdc = 'I' and cij_pattype_code = 0", "acute_daycase": "ipdc = 'D'",
            }  # fmt: skip
        if group == "mat":
            tests = {group: "true", "mat_inpatient": "smrtype = 'Matern-IP'", "mat_daycase": "smrtype = 'Matern-DC'"}
        for name, test in tests.items():
            condition = f"filter (recid = '{recid}' and {test})"
            totals[f"{name}_episodes"] = f"count(*) {condition}"
            totals[f"{name}_cost"] = f"sum(cost_total_net) {condition}"
            if name.endswith("inpatient"):
                totals[f"{name}_beddays"] = f"sum(yearstay) {condition}"
    return totals


def totals() -> dict[str, dict[str, str]]:
    """What is added up, by table."""
    return {**_TOTALS, "episode": {**_TOTALS["episode"], **_hospital_totals()}}


#: Costs that make the health total.
_HEALTH = ("acute_cost", "gls_cost", "mh_cost", "mat_cost", "op_cost_attend", "ae_cost", "pis_cost", "ooh_cost")
#: Costs whose largest names the service-use cohort.
_COSTS = {
    "Psychiatry": "mh_cost", "Maternity": "mat_cost", "Geriatric": "gls_cost",
    "Elective Inpatient": "acute_el_inpatient_cost", "Daycase": "acute_daycase_cost",
    "Emergency": "acute_non_el_inpatient_cost", "Prescribing": "pis_cost", "Outpatients": "op_cost_attend",
    "Unscheduled Care": "ae_cost + ooh_cost",
}  # fmt: skip


def individuals_of(dice: Dice, year: int) -> str:
    """SQL of the individual file of a year; people without any activity are non-service-users."""
    names = [name for of in totals().values() for name in of]
    filled = ", ".join(_filled(name) for name in names)
    conditions = ", ".join(
        f"({dice.draw(name)} < greatest(age - {start - 0.5}, 0) * lean * {most / (90 - start)!r})::integer as {name}"
        for name, (start, most) in _CONDITIONS.items()
    )
    many = " + ".join(_CONDITIONS)
    return f"""
        select *,
            -- Non-service-users are thinned, as Source thins them to the size of the estimated population.
            case when nsu = 0 then 1 when elsewhere or death_date < {day(first_day(year))} + 91 then 0
                else ({dice.draw("kept", year=year)} < 0.94)::integer end as keep_population,
            {_cohorts()},
            least(99, floor(100 * (1 - exp(-0.02 * need * (1 + greatest(age - 30, 0) / 9.0)))))::integer
                as sparra_start_fy
        from (
            select *, {many} as held, greatest({", ".join(_COSTS.values())}) as largest,
                ({" + ".join(_HEALTH)})::decimal(12,2) as health_net_cost,
                ({" + ".join(_HEALTH)} + op_cost_dnas)::decimal(12,2) as health_net_cost_inc_dnas
            from (
                select person, p.need, p.elsewhere, {person_columns()}, {conditions}, {filled},
                    ({_anything()})::integer as nsu
                from (select *, 0.5 + 0.5 * need as lean from person) p {_joined()}))
        order by person"""


def _filled(name: str) -> str:
    if "cost" in name:
        return f"coalesce({name}, 0)::decimal(12,2) as {name}"
    if name.endswith(("beddays", "hours", "items", "contacts")) and name != "cmh_contacts":
        return f"coalesce({name}, 0)::double as {name}"
    return f"coalesce({name}, 0)::integer as {name}"


def _joined() -> str:
    joins = []
    for table, columns in totals().items():
        added = ", ".join(f"{total} as {name}" for name, total in columns.items())
        joins.append(f"left join (select person, {added} from {table} group by 1) of_{table} using (person)")
    return " ".join(joins)


def _anything() -> str:
    """SQL: the person stands in none of the episode files. A death alone is no use of services."""
    return " and ".join(f"of_{table}.person is null" for table in totals())


def _cohorts() -> str:
    """SQL of the two cohorts: what people have (the first that fits), and where most money went."""
    more = {
        "Daycase": "case when acute_daycase_episodes <= 3 then 'Limited Daycases' else 'Routine Daycase' end",
        "Emergency": "case when cij_non_el <= 1 then 'Single Emergency' else 'Multiple Emergency' end",
    }
    named = {**{name: f"'{name}'" for name in _COSTS}, **more}
    arms = " ".join(f"when {cost} = largest then {named[name]}" for name, cost in _COSTS.items())
    return f"""
        case when largest = 0 then 'Unassigned' {arms} end as service_use_cohort,
        case when deceased then 'End of Life'
            when ch_cis_episodes > 0 and age >= 80 or dementia = 1 and age >= 75 then 'Frailty'
            when held >= 4 then 'High Complex Conditions'
            when mat_episodes > 0 or age < 1 then 'Maternity and Healthy Newborns'
            when mh_episodes > 0 then 'Mental Health'
            when liver = 1 and age < 65 then 'Substance Misuse'
            when held between 2 and 3 then 'Medium Complex Conditions'
            when held = 1 then 'Low Complex Conditions'
            when age < 18 and acute_cost > 500 then 'Child Major Conditions'
            when age >= 18 and acute_cost > 500 then 'Adult Major Conditions'
            else 'Healthy and Low User' end as demographic_cohort"""


assert set(totals()) == {"episode", "delay", *(f"kind_{recid}" for recid in KINDS if recid != "NRS")}
