"""Services that one partnership runs for several: who runs them, who uses them, and that nothing is counted twice.

A hosted service stands in two ledgers: whole in its host's (``hosted_out``), and as a notional line in that of each
partnership that uses it (``hosted_in``). Over all partnerships together only one of the two may be counted: the host's
where its ledger is here, and the user's where it is not.
"""

from __future__ import annotations

from locality_profiles.finance.drivers import FISCAL
from locality_profiles.finance.resource import for_others, whole_years

#: Stands for a host or a user that nothing names.
NOT_TOLD = "NOT_TOLD"
_YEAR = "period_type, period_start, period_end, version"


def hosted_matrix(ledger: str, allocation: str, hosted_use: str) -> str:
    """SQL of ``hosted_matrix``: partnership by partnership, what the host and the user say of a hosted service.

    Parameters
    ----------
    ledger, allocation, hosted_use : str
        SQL of these tables by their contracts.

    Returns
    -------
    str
        One row for each host, user, service, year and version that anything tells of:

        - ``host_pence``: the user's part of what the host spends, by use (the host's own part in the row where host
          and user are one; all of it, with the user NOT_TOLD, where nothing tells the use);
        - ``user_pence``: the notional lines of the user's own ledger;
        - ``difference_pence``: the user's figure less the host's, where both tell one;
        - ``also_pence``: lines that the user counts as its own spending though they name another partnership as host;
        - ``counted_pence``: what counts when partnerships are added up, the host's figure if there is one. Its sum over
          services that are run by partnerships whose ledgers are here is what those ledgers say;
        - ``finding``: what is to be said of the pair, in one word.
    """
    pair = f"host_hscp, user_hscp, service_code, {_YEAR}"
    return f"""
        with line as ({whole_years(ledger)}),
            used as ({_use(hosted_use)}),
            kept as (select distinct hscp_code, {_YEAR} from line),
            run as (select distinct hscp_code as host_hscp, service_code, {_YEAR} from line where scope = 'hosted_out'),
            by_host as ({_by_host(allocation)}),
            by_user as ({_by_user()}),
            pair as (
                select {pair}, sum(host_pence)::bigint as host_pence, sum(user_pence)::bigint as user_pence,
                    sum(also_pence)::bigint as also_pence
                from (from by_host union all by name from by_user) group by all)
        select pair.*, used.quantity, used.unit, user_pence - host_pence as difference_pence,
            coalesce(host_pence, if(run.host_hscp is not null, 0, coalesce(user_pence, 0)))::bigint as counted_pence,
            {_FINDING} as finding
        from pair
        left join run using (host_hscp, service_code, {_YEAR})
        left join kept host on (host.hscp_code, host.period_start, host.version)
            = (pair.host_hscp, pair.period_start, pair.version)
        left join kept user on (user.hscp_code, user.period_start, user.version)
            = (pair.user_hscp, pair.period_start, pair.version)
        left join used on (used.host_hscp, used.user_hscp, used.service_code, used.year)
            = (pair.host_hscp, pair.user_hscp, pair.service_code, {FISCAL.format("pair.period_start")})"""


def counted_by_both(matrix: str) -> str:
    """SQL of the rows of ``hosted_matrix`` whose service both the host and the user count as their own spending."""
    return f"select * from ({matrix}) where finding = 'counted_by_both'"


_FINDING = f"""
    case when run.host_hscp is not null and (also_pence is not null
            or (pair.host_hscp = pair.user_hscp and user_pence is not null)) then 'counted_by_both'
        when pair.user_hscp = '{NOT_TOLD}' then 'use_not_told'
        when pair.host_hscp = pair.user_hscp then 'own'
        when pair.host_hscp = '{NOT_TOLD}' then 'host_not_told'
        when host.hscp_code is null then 'host_not_here'
        when run.host_hscp is null then 'host_does_not_tell'
        when user.hscp_code is null then 'user_not_here'
        when user_pence is null then 'user_does_not_tell'
        when host_pence is null then 'host_tells_no_use'
        when user_pence = host_pence then 'agrees' else 'differs' end"""


def _use(hosted_use: str) -> str:
    """SQL of the use of hosted services by partnership and year, as the host tells it."""
    return f"""
        select host_hscp, block_code as user_hscp, service_code, {FISCAL.format("period_start")} as year,
            sum(quantity) as quantity, min(unit) as unit
        from ({hosted_use}) where block_type = 'hscp' and quantity is not null group by all"""


def _by_host(allocation: str) -> str:
    """SQL of what hosts spend, by user: the parts of others, and what is left, the host's own if use is told."""
    return f"""
        select hscp_code as host_hscp, user_hscp, service_code, {_YEAR}, other.net_pence as host_pence
        from ({for_others(allocation)}) other join line using (line_id) where scope = 'hosted_out'
        union all
        select hscp_code, if(own.quantity > 0, hscp_code, '{NOT_TOLD}'), line.service_code, {_YEAR},
            line.net_pence - coalesce(taken.pence, 0)
        from line
        left join (
            select line_id, sum(net_pence)::bigint as pence from ({for_others(allocation)}) group by line_id) taken
            using (line_id)
        left join (
            select host_hscp, service_code, year, max(quantity) as quantity,
                bool_or(user_hscp = host_hscp) as host_uses_it
            from used group by all) own
            on (own.host_hscp, own.service_code, own.year)
                = (line.hscp_code, line.service_code, {FISCAL.format("line.period_start")})
        where scope = 'hosted_out' and (host_uses_it or not coalesce(own.quantity > 0, false))"""


def _by_user() -> str:
    """SQL of what users tell: notional lines, and lines of their own spending that name another partnership as host."""
    host = f"coalesce(host_hscp, '{NOT_TOLD}')"
    return f"""
        select {host} as host_hscp, hscp_code as user_hscp, service_code, {_YEAR},
            case when scope = 'hosted_in' then net_pence end as user_pence,
            case when scope <> 'hosted_in' then net_pence end as also_pence
        from line where scope = 'hosted_in' or (host_hscp is not null and host_hscp <> hscp_code)"""
