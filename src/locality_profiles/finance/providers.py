"""Who is paid: spending by sector and provider, how much of it a few make, and when contracts end.

Gross spending is what a provider is paid; income that the partnership has from elsewhere is not taken off it. Notional
lines for what another partnership runs (``hosted_in``) are left out, since its own ledger tells whom it pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from locality_profiles.finance.coding import text
from locality_profiles.finance.resource import FAMILY, LEDGER, SUMS, whole_years
from locality_profiles.tables.money import LOW_BELOW

#: A provider, or a sector, that a line does not tell.
NOT_TOLD = "NOT_TOLD"
#: All sectors, or all families of services, together.
ALL = "all"
#: How many of the largest providers a share is told of.
TOP = 3
#: Kind of spending that is a grant.
GRANT = "transfer"
#: What a line of a third-sector interface is called, where settings do not name the organisation.
INTERFACE_WORDS = r"third[- ]sector interface"


def provider_spend(ledger: str, interfaces: Sequence[str] = ()) -> str:
    """SQL of ``provider_spend``: what each provider is paid for each family of services.

    Parameters
    ----------
    ledger : str
        SQL of ``ledger_line``.
    interfaces
        Names of the organisations that are third-sector interfaces, as ledgers write them.

    Returns
    -------
    str
        One row for each partnership, year, version, sector, provider and family of services, of lines that tell a
        sector or a provider. One spelling stands for names that differ in capitals and spaces only. ``grant_pence``
        is the part paid as grants (transfer payments). ``interface`` marks a third-sector interface: one of those
        named, or one of whose lines says so.
    """
    named = ", ".join(text(" ".join(name.lower().split())) for name in interfaces) or "null"
    return f"""
        select {LEDGER}, provider_sector, provider, family, {SUMS},
            coalesce(sum(gross_pence) filter (where subjective_code = '{GRANT}'), 0)::bigint as grant_pence,
            count(distinct service_code) as services, count(*) as lines, bool_or(interface) as interface
        from (
            select *, coalesce(lower(provider) in ({named}), false)
                or bool_or(says_so) over (partition by {LEDGER}, lower(provider)) as interface
            from ({_paid(ledger)}))
        group by all"""


def provider_concentration(ledger: str) -> str:
    """SQL of ``provider_concentration``: how many providers share spending, and how much of it a few make.

    With gross spending s1 >= s2 >= ... on the n providers who were paid more than nought, and S their sum:
    ``top_3_share`` = (s1 + s2 + s3)/S, and the index of Herfindahl = (s1/S)² + (s2/S)² + ..., which is 1/n where all
    are paid alike and 1 where one is paid all. Providers are told apart within a partnership, year, version, sector
    and family of services; an organisation that is in two sectors counts in each.

    Parameters
    ----------
    ledger : str
        SQL of ``ledger_line``.

    Returns
    -------
    str
        One row for each partnership, year, version, sector (or ``all``) and family of services (or ``all``) with a line
        that tells a sector or a provider. ``unnamed_pence`` is spending whose provider is not told and is in no share,
        ``repaid_pence`` what providers gave back who were paid less than nought in all. Shares are empty where nobody
        was paid. ``low_number`` marks fewer than three providers: what such a row says must not be published.
    """
    group = f"{LEDGER}, provider_sector, family"
    return f"""
        with line as (
            select {LEDGER}, provider, unnest(['{ALL}', provider_sector]) as provider_sector, family, gross_pence
            from ({_paid(ledger)})),
        paid as (
            select {group}, provider, sum(gross_pence)::hugeint as pence
            from (select * replace (unnest(['{ALL}', family]) as family) from line) group by all),
        ranked as (
            select *, row_number() over (partition by {group}, provider <> '{NOT_TOLD}' order by pence desc) as place
            from paid)
        select {group}, count(*) filter (where {_SHARES}) as providers,
            coalesce(sum(pence) filter (where {_SHARES}), 0)::bigint as gross_pence,
            coalesce(sum(pence) filter (where {_SHARES} and place <= {TOP}), 0)::bigint as top_{TOP}_pence,
            top_{TOP}_pence / nullif(gross_pence, 0) as top_{TOP}_share,
            max(pence) filter (where {_SHARES}) / nullif(gross_pence, 0) as largest_share,
            sum(pence * pence) filter (where {_SHARES}) / nullif(gross_pence::hugeint * gross_pence, 0) as herfindahl,
            coalesce(sum(pence) filter (where provider = '{NOT_TOLD}'), 0)::bigint as unnamed_pence,
            coalesce(-sum(pence) filter (where provider <> '{NOT_TOLD}' and pence < 0), 0)::bigint as repaid_pence,
            providers < {LOW_BELOW} as low_number
        from ranked group by {group}"""


_SHARES = f"provider <> '{NOT_TOLD}' and pence > 0"


def contract_end(ledger: str, as_at: date | None = None) -> str:
    """SQL of ``contract_end``: contracts and grants by when they end.

    Parameters
    ----------
    ledger : str
        SQL of ``ledger_line``.
    as_at
        The day from which is counted how soon they end; the last day of each ledger's year unless it is given.

    Returns
    -------
    str
        One row for each partnership, year, version, sector, provider, service and last day of a contract, of lines that
        tell one. ``quarter_start`` is the first day of the financial quarter in which it ends. ``ends`` is ``ended``
        (before ``as_at``), ``within_12_months`` or ``later``.
    """
    day = f"date '{as_at.isoformat()}'" if as_at else "period_end"
    return f"""
        select {LEDGER}, provider_sector, provider, service_code, contract_end,
            date_trunc('quarter', contract_end)::date as quarter_start, as_at,
            case when contract_end < as_at then 'ended'
                when contract_end < as_at + interval 12 month then 'within_12_months' else 'later' end as ends, {SUMS},
            count(*) as lines
        from (select *, {day} as as_at from ({_paid(ledger, "contract_end is not null")}))
        group by all"""


def _paid(ledger: str, where: str = "provider is not null or provider_sector is not null") -> str:
    """SQL of lines that pay somebody, with sector, family, and one spelling of each provider's name."""
    name = "nullif(regexp_replace(trim(provider), '\\s+', ' ', 'g'), '')"
    return f"""
        select * replace (
                coalesce(min(provider) over (partition by hscp_code, lower(provider)), '{NOT_TOLD}') as provider,
                coalesce(provider_sector, '{NOT_TOLD}') as provider_sector),
            {FAMILY} as family,
            provider is not null and regexp_matches(lower(concat_ws(' ', provider, description, note)),
                '{INTERFACE_WORDS}') as says_so
        from (
            select * replace ({name} as provider) from ({whole_years(ledger)})
            where ({where}) and scope <> 'hosted_in')"""
