"""Budget beside forecast beside outturn, month by month, of each month alone and to date."""

from __future__ import annotations

from locality_profiles.finance.drivers import FISCAL

#: Stands for all partners, scopes or services together.
ALL = "all"
_VERSIONS = ("original", "revised", "forecast", "outturn")
_WHAT = "hscp_code, partner, scope, service_code"


def budget_monitor(ledger: str) -> str:
    """SQL of ``budget_monitor``: net money of each month by partner, scope and service, and in all.

    Lines of months count, which hold the amounts of that month alone. Whether a month has figures is told by partner,
    since a council's ledger and a board's arrive apart: where a partner has lines of a version in a month, a service
    without one had nothing (0); where it has none, every figure of that version and month is empty, and so is every
    figure to date from then on. A month without figures is not nought.

    A budget may be revised in the course of the year: a month in which a partner has revised lines goes by these, for
    all services; the other months go by the original.

    Parameters
    ----------
    ledger : str
        SQL of ``ledger_line``.

    Returns
    -------
    str
        One row for each partnership, month of each financial year with any monthly line, partner, scope and service;
        and rows of totals, where ``service_code`` is ``all`` (of a partner and scope), ``scope`` too (of a partner),
        or ``partner`` too (of the partnership). A total is empty where any of its parts is.
        ``variance_pence`` is outturn less budget: above 0 is overspent. ``expected`` is the year's outturn where it is
        there, else the forecast, month by month; the year's figures are empty unless all twelve months have one.
    """
    months = ", ".join(f"{version}_pence" for version in _VERSIONS)
    to_date = ", ".join(
        f"case when count({name}_pence) over so_far = month then sum({name}_pence) over so_far end::bigint "
        f"as {name}_to_date_pence"
        for name in ("original", "budget", "forecast", "outturn")
    )
    year = ", ".join(
        f"case when count({name}_pence) over year = 12 then sum({name}_pence) over year end::bigint "
        f"as year_{name}_pence"
        for name in ("budget", "expected")
    )
    return f"""
        select {_WHAT}, 'month' as period_type, period_start,
            (period_start + interval 1 month - interval 1 day)::date as period_end, year_start, month,
            {months}, budget_pence, {_variance("outturn", "budget", "variance")}, original_to_date_pence,
            budget_to_date_pence, forecast_to_date_pence, outturn_to_date_pence,
            {_variance("outturn_to_date", "budget_to_date", "variance_to_date")}, year_budget_pence,
            year_expected_pence, {_variance("year_expected", "year_budget", "year_variance")}
        from (
            select *, {to_date}, {year}
            from (
                select *, coalesce(revised_pence, original_pence) as budget_pence,
                    coalesce(outturn_pence, forecast_pence) as expected_pence
                from ({_with_totals(ledger)}))
            window year as (partition by {_WHAT}, year_start),
                so_far as (partition by {_WHAT}, year_start order by month))"""


def _variance(what: str, beside: str, name: str) -> str:
    """SQL of a difference in pence and as a percentage of what it is compared with; empty where that is nought."""
    return f"""({what}_pence - {beside}_pence)::bigint as {name}_pence,
        100.0 * ({what}_pence - {beside}_pence) / nullif(abs({beside}_pence), 0) as {name}_percent"""


def _grid(ledger: str) -> str:
    """SQL of every service of a year in each month, with each version's pence; empty where it has no figures."""
    present = ", ".join(
        f"if(told.{version}, coalesce(sums.{version}_pence, 0), null)::bigint as {version}_pence"
        for version in _VERSIONS
    )
    sums = ", ".join(f"sum(net_pence) filter (where version = '{version}') as {version}_pence" for version in _VERSIONS)
    told = ", ".join(f"bool_or(version = '{version}') as {version}" for version in _VERSIONS)
    return f"""
        with line as (
            select {_WHAT}, period_start, make_date({FISCAL.format("period_start")}::integer, 4, 1) as year_start,
                version, net_pence
            from ({ledger}) where period_type = 'month' and version <> 'audited'),
        told as (select hscp_code, partner, period_start, {told} from line group by all),
        sums as (select {_WHAT}, period_start, {sums} from line group by all)
        select {_WHAT}, year_start, month, period_start, {present}
        from (
            select {_WHAT}, year_start, month, (year_start + to_months((month - 1)::integer))::date as period_start
            from (select distinct {_WHAT}, year_start from line)
            cross join (select unnest(range(1, 13)) as month))
        left join told using (hscp_code, partner, period_start)
        left join sums using ({_WHAT}, period_start)"""


def _with_totals(ledger: str) -> str:
    """SQL of the grid with its totals; a total is empty where any part of it is."""
    sums = ", ".join(
        f"if(count({version}_pence) = count(*), sum({version}_pence), null)::bigint as {version}_pence"
        for version in _VERSIONS
    )
    return f"""
        select hscp_code, coalesce(partner, '{ALL}') as partner, coalesce(scope, '{ALL}') as scope,
            coalesce(service_code, '{ALL}') as service_code, year_start, month, period_start, {sums}
        from ({_grid(ledger)})
        group by grouping sets (
            (hscp_code, year_start, month, period_start, partner, scope, service_code),
            (hscp_code, year_start, month, period_start, partner, scope),
            (hscp_code, year_start, month, period_start, partner),
            (hscp_code, year_start, month, period_start))"""
