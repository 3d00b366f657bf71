"""The split of spending that a performance report must give, for a year and the five before it.

Public Bodies (Joint Working) (Content of Performance Reports) (Scotland) Regulations 2014 (SSI 2014/326), regulation 4:
what was spent on inpatient health care, other health care, care homes and adult placement, support for unpaid carers,
other social care, and groups of people with like needs, for the reporting year and the five before it. The first five
divide the money between them; groups of people cut across all of it, and are a breakdown of their own that is never
added to the five.
"""

from __future__ import annotations

from locality_profiles.finance.coding import text
from locality_profiles.finance.deflators import Deflators, deflators_sql
from locality_profiles.finance.drivers import FISCAL
from locality_profiles.finance.parts import scaled
from locality_profiles.finance.resource import SUMS, own_lines

#: Years before the reporting year that a report gives as well.
YEARS_BEFORE = 5
#: Versions by what they tell, best first.
SERIES = {"spent": ("audited", "outturn"), "planned": ("revised", "original")}
#: The five parts that divide the money, and what is outside them.
PARTS = ("inpatient", "other_health", "care_home", "carers", "other_social", "none")


def statutory_split(ledger: str, allocation: str, series: Deflators) -> str:
    """SQL of ``statutory_split``: the own resource by part, for every reporting year and the five before it.

    Parameters
    ----------
    ledger, allocation : str
        SQL of ``ledger_line`` and ``allocation``.
    series
        What a pound of each year is worth.

    Returns
    -------
    str
        One row for each partnership, ``series`` (``spent``: the audited ledger of each year, else its outturn;
        ``planned``: the revised, else the original), reporting year (``report_start``) with such a ledger, year of its
        six, ``breakdown`` (``split`` or ``care_group``) and ``part``. Within a breakdown, parts add up to the
        partnership's own resource of the year (see ``resource``). A part of which a year's ledger has no line is 0; all
        figures of a year without a ledger are empty, and ``version`` is. ``real_pence`` is ``net_pence`` at the prices
        of the base year, rounded so that the parts of each breakdown add up to the same; it is empty where the series
        of deflators does not tell the year.
    """
    prices = text(series.base_label)
    rows = f"""
        select six.*, net_pence as amount, times, over from ({_six_years(ledger, allocation)}) six
        left join ({deflators_sql(series)}) prices on prices.year = {FISCAL.format("period_start")}"""
    of = "hscp_code, series, report_start, period_start, breakdown"
    return f"""
        select hscp_code, series, report_start, 'financial_year' as period_type, period_start,
            (period_start + interval 1 year - interval 1 day)::date as period_end, years_before, version, breakdown,
            part, gross_pence, income_pence, net_pence, real_pence, {prices} as prices_of,
            {str(series.official).lower()} as official_prices, lines
        from (select * exclude (part), part as real_pence, name as part from ({scaled(rows, of, "name")}))"""


def _six_years(ledger: str, allocation: str) -> str:
    """SQL of every part of every reporting year and the years before it, with their cash; empty without a ledger."""
    best = " ".join(
        f"when version = '{version}' then {place}"
        for versions in SERIES.values()
        for place, version in enumerate(versions)
    )
    told = " ".join(f"when version in ({', '.join(map(text, versions))}) then '{name}'"
                    for name, versions in SERIES.items())  # fmt: skip
    parts = ", ".join(f"('split', {text(part)})" for part in PARTS)
    return f"""
        with line as (select *, case {told} end as series from ({own_lines(ledger, allocation)})
                where version <> 'forecast'),
            chosen as (
                select distinct hscp_code, series, period_start, version from line
                qualify row_number() over (partition by hscp_code, series, period_start
                    order by case {best} end) = 1),
            cash as (
                select hscp_code, series, period_start, breakdown, name, {SUMS},
                    count(*) filter (where part = 'line') as lines
                from (
                    select hscp_code, series, period_start, unnest([
                        struct_pack(breakdown := 'split', name := split),
                        struct_pack(breakdown := 'care_group', name := care_group)], recursive := true),
                        part, gross_pence, income_pence, net_pence
                    from line join chosen using (hscp_code, series, period_start, version))
                group by all),
            -- Parts that stand in each report: the declared five and none, and every group of people of any year.
            named as (
                select hscp_code, series, breakdown, name
                from chosen cross join (values {parts}) as part(breakdown, name)
                union
                select distinct hscp_code, series, breakdown, name from cash),
            asked as (
                select hscp_code, series, period_start as report_start, years_before,
                    (period_start - to_years(years_before))::date as period_start
                from chosen cross join (select unnest(range({YEARS_BEFORE + 1}))::integer as years_before))
        select asked.hscp_code, asked.series, report_start, period_start, years_before::bigint as years_before,
            chosen.version, named.breakdown, named.name,
            if(chosen.version is null, null, coalesce(gross_pence, 0)) as gross_pence,
            if(chosen.version is null, null, coalesce(income_pence, 0)) as income_pence,
            if(chosen.version is null, null, coalesce(net_pence, 0)) as net_pence,
            if(chosen.version is null, null, coalesce(lines, 0)) as lines
        from asked
        join named using (hscp_code, series)
        left join chosen using (hscp_code, series, period_start)
        left join cash using (hscp_code, series, period_start, breakdown, name)"""
