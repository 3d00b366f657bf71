"""What of a ledger is a partnership's own resource, so that nothing is counted twice between partnerships.

A partnership's own resource is what it intends to spend, or has spent, for its own people:

- what is delegated, delegated housing, what is set aside for large hospitals, and reserves: all of it;
- its part of what others run for it (``hosted_in``): all of the notional lines in its own ledger;
- what it runs for several partnerships (``hosted_out``): all of it, less what others use of it. That part stands in the
  ledgers of those who use it. Where nothing tells who uses it, all of it stays with the host, and the matrix of hosted
  services says so;
- what it manages without its being delegated (``managed``) is none of its resource, and is told beside it.

Only net money is taken out for others: income of a hosted service stays with its host, and gross spending falls by what
net spending does, so that gross less income is net on every line.

Every function here takes SQL of tables by their contracts (a query, or the name of a table) and gives SQL for all
partnerships, years and versions at once. Money is whole pence.
"""

from __future__ import annotations

from locality_profiles.finance.allocation import FOR_OTHERS

#: A ledger of one year and version.
LEDGER = "hscp_code, period_type, period_start, period_end, version"
#: The family of a service is the first part of its code.
FAMILY = "split_part(service_code, '.', 1)"
#: Gross, income and net, each added up: they are never mixed.
SUMS = ", ".join(f"sum({kind}_pence)::bigint as {kind}_pence" for kind in ("gross", "income", "net"))


def whole_years(ledger: str) -> str:
    """SQL of the lines of a ledger that are for whole years.

    Money told by month is looked at in ``budget_monitor``; here it would be counted a second time.
    """
    return f"select * from ({ledger}) where period_type = 'financial_year'"


def for_others(allocation: str) -> str:
    """SQL of what others use of lines that a partnership runs for several: ``line_id``, ``user_hscp``, ``net_pence``.

    It is the same however the host's own part is divided, so one kind of area tells it.
    """
    return f"""
        select line_id, regexp_replace(area_code, '/{FOR_OTHERS}$', '') as user_hscp, min(amount_pence) as net_pence
        from ({allocation})
        where basis = 'used' and ends_with(area_code, '/{FOR_OTHERS}')
        group by line_id, area_code"""


def own_lines(ledger: str, allocation: str) -> str:
    """SQL of the lines of each partnership's own resource, for whole years.

    Parameters
    ----------
    ledger, allocation : str
        SQL of ``ledger_line`` and ``allocation``.

    Returns
    -------
    str
        The columns of ``ledger_line``, and ``part``: ``line`` for a line as it stands, ``for_others`` for what others
        use of a line that is run for several, which is taken out (its pence are below nought).
    """
    return f"""
        with line as ({whole_years(ledger)}),
            other as (select line_id, sum(net_pence)::bigint as pence from ({for_others(allocation)}) group by line_id)
        select *, 'line' as part from line where scope <> 'managed'
        union all by name
        select line.* replace (-pence as gross_pence, 0::bigint as income_pence, -pence as net_pence),
            'for_others' as part
        from line join other using (line_id)
        where scope = 'hosted_out'"""
