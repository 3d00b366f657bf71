"""The hospital set-aside: beds that each population occupied in the integration scheme's specialties, and their cost.

Occupied bed days of residents in emergencies, wherever the hospital is, as a mean of up to three years; each at the
direct cost of a day in its hospital and specialty. Method I of the allocation methods; statutory guidance on hospital
budgets (Scottish Government, 2015). An average cost is not what a bed less would save: the variable share is told
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from locality_profiles.finance.coding import text
from locality_profiles.finance.drivers import FISCAL, ZONE

YEARS = 3
DAYS_A_YEAR = 365
ALL = "all"


def set_aside(specialties: Sequence[str], target_occupancy: float) -> str:
    """SQL of the table ``set_aside``, from ``hospital_flow``, ``hospital_cost``, ``activity_cube`` and ``zone_part``.

    Parameters
    ----------
    specialties
        Codes of the specialties in scope.
    target_occupancy : per cent
        Share of a bed's days that are meant to be used; beds are days/(365 x share).

    Returns
    -------
    str
        SQL with one row for each partnership, area of it (the partnership itself among them), year and specialty, and
        one for all of them together. Days are a mean of the years in ``years``; money is whole pence, null where no
        hospital's cost of the specialty is known.
    """
    listed = ", ".join(text(code) for code in specialties)
    year = FISCAL.format("period_start")
    beds = f"/ ({DAYS_A_YEAR} * {target_occupancy / 100})"
    return f"""
        with told as (
            select block_code as zone, {year} as year, coalesce(hospital, '') as hospital, specialty_code,
                coalesce(within_board, true) as own, sum(bed_days) as days
            from hospital_flow
            where block_type = '{ZONE}' and urgency = 'emergency' and specialty_code in ({listed}) and bed_days > 0
            group by all),
        place as (
            select zone, hscp_code, area_type, area_code, weight from zone_part
            union all select zone, hscp_code, 'hscp', hscp_code, sum(weight) from zone_part
                where area_type = (select min(area_type) from zone_part) group by zone, hscp_code),
        used as (
            select hscp_code, area_type, area_code, year, hospital, specialty_code, sum(days * weight) as days,
                sum(if(own, 0, days) * weight) as outwith
            from told join place using (zone) group by all),
        span as (
            select y.year, count(e.year) as years, min(e.year) as first
            from (select distinct year from told) y
            join (select distinct year from told) e on e.year between y.year - {YEARS - 1} and y.year group by y.year),
        mean as (
            select hscp_code, area_type, area_code, span.year, span.first, span.years, hospital, specialty_code,
                sum(days) / span.years as days, sum(outwith) / span.years as outwith
            from span join used on used.year between span.first and span.year
            group by hscp_code, area_type, area_code, span.year, span.first, span.years, hospital, specialty_code),
        {_prices()},
        priced as (
            select m.*, coalesce(own.direct, every.direct) as direct,
                coalesce(own.full_cost, every.full_cost) as full_cost,
                coalesce(own.variable_share, every.variable_share) as variable_share,
                if(own.direct is not null, days, 0) as days_at_own_price
            from mean m
            left join price own on own.hospital = m.hospital and own.specialty_code = m.specialty_code
            left join every on every.specialty_code = m.specialty_code),
        cell as (
            select hscp_code, area_type, area_code, year, first, years, specialty_code, sum(days) as bed_days,
                sum(outwith) as outwith_days, sum(days_at_own_price) as days_at_own_price,
                if(count(direct) = count(*), round(sum(days * direct))::bigint, null) as direct_pence,
                if(count(full_cost) = count(*), round(sum(days * full_cost))::bigint, null) as full_pence,
                if(count(direct * variable_share) = count(*), round(sum(days * direct * variable_share))::bigint, null)
                    as variable_pence
            from priced group by all),
        both_of_them as (
            select * from cell
            union all
            select hscp_code, area_type, area_code, year, first, years, '{ALL}', sum(bed_days), sum(outwith_days),
                sum(days_at_own_price), {_if_all("direct_pence")}, {_if_all("full_pence")}, {_if_all("variable_pence")}
            from cell group by all),
        delayed as (
            select hscp_code, area_type, area_code, {year} as year, sum(bed_days * weight) as days
            from activity_cube join place on zone = block_code
            where counted_from = 'records' and service_code = 'FLOW.DD' and period_type = 'month'
                and block_type = '{ZONE}' and bed_days is not null group by all),
        delayed_mean as (
            select d.hscp_code, d.area_type, d.area_code, span.year, sum(d.days) / span.years as days
            from span join delayed d on d.year between span.first and span.year
            group by d.hscp_code, d.area_type, d.area_code, span.year, span.years),
        whole as (select specialty_code, sum(bed_days) as days from hospital_cost_year where bed_days is not null
            group by all)
        select b.hscp_code, b.area_type, b.area_code, 'financial_year' as period_type,
            make_date(b.year, 4, 1) as period_start, make_date(b.year + 1, 3, 31) as period_end, b.specialty_code,
            b.years, make_date(b.first, 4, 1) as first_day, b.bed_days, b.outwith_days,
            100 * b.bed_days / nullif(w.days, 0) as percent_of_hospitals, b.direct_pence, b.full_pence,
            b.variable_pence, b.direct_pence - b.variable_pence as fixed_pence,
            b.direct_pence / nullif(b.bed_days, 0) as direct_per_day, b.bed_days {beds} as beds,
            100 * b.days_at_own_price / nullif(b.bed_days, 0) as percent_at_own_price,
            case when b.specialty_code = '{ALL}' then d.days end as delayed_days
        from both_of_them b left join whole w using (specialty_code)
        left join delayed_mean d using (hscp_code, area_type, area_code, year)"""


def _if_all(column: str) -> str:
    """SQL of a sum that is known only where each of its parts is."""
    return f"if(count({column}) = count(*), sum({column})::bigint, null)"


def _prices() -> str:
    """SQL of what a day costs by hospital and specialty, and over all hospitals: of the latest year that is told.

    A specialty that a hospital's table does not have is priced as in all hospitals together.
    """
    return """
        hospital_cost_year as (
            select block_code as hospital, specialty_code, bed_days, direct_pence, full_pence, variable_share
            from hospital_cost
            where patient_type = 'inpatient' and bed_days > 0 and block_type = 'hospital'
            qualify period_start = max(period_start) over (partition by block_code, specialty_code)),
        price as (
            select hospital, specialty_code, direct_pence / bed_days as direct, full_pence / bed_days as full_cost,
                variable_share
            from hospital_cost_year),
        every as (
            select specialty_code, sum(direct_pence) / sum(bed_days) as direct,
                if(count(full_pence) = count(*), sum(full_pence) / sum(bed_days), null) as full_cost,
                if(count(variable_share) = count(*), sum(direct_pence * variable_share) / nullif(sum(direct_pence), 0),
                    null) as variable_share
            from hospital_cost_year group by all)"""
