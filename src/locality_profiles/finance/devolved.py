"""A budget sheet for each locality: what it has of each service, what of it is committed, and who may decide."""

from __future__ import annotations

from collections.abc import Mapping

from locality_profiles.finance.allocation import FOR_OTHERS
from locality_profiles.finance.coding import text
from locality_profiles.finance.resource import LEDGER, whole_years
from locality_profiles.ledger.codes import services
from locality_profiles.tables.curated import OUT
from locality_profiles.tables.money import UNALLOCATED

#: Scopes that no locality decides on, and why.
NOT_ITS_OWN = {
    "reserve": "a reserve of the whole partnership",
    "set_aside": "set aside for large hospitals: the health board keeps the money",
    "hosted_in": "run by another partnership",
    "hosted_out": "run for several partnerships",
}


def locality_budget(ledger: str, allocation: str, authorities: Mapping[str, str] | None = None) -> str:
    """SQL of ``locality_budget``: used and fair by area, scope and service, with what is committed and recurring.

    Parameters
    ----------
    ledger, allocation : str
        SQL of ``ledger_line`` and ``allocation``.
    authorities
        Who may authorise spending, by service: it holds for all parts of a service that have none of their own.

    Returns
    -------
    str
        One row for each partnership, kind of area, area, year, version, scope and service. Money is net and, but for
        ``fair_pence``, by what the area's people used. Over areas, ``used_pence`` adds up to the partnership's own
        resource, and so does ``fair_pence``; what others use of hosted services and what is managed but not delegated
        is left out. ``committed_pence`` is of lines under a contract or grant that had not ended when the year began;
        the last of them runs until ``committed_until``. ``not_devolved`` says why no locality decides; it is empty
        where one may.
    """
    of_used = "filter (where basis = 'used'{})"
    pence = "coalesce(sum(amount_pence) {}, 0)::bigint as {}"
    sums = ", ".join((
        pence.format(of_used.format(""), "used_pence"),
        pence.format("filter (where basis = 'fair')", "fair_pence"),
        pence.format(of_used.format(" and contract_end >= period_start"), "committed_pence"),
        pence.format(of_used.format(" and recurring = 'recurring'"), "recurring_pence"),
        pence.format(of_used.format(" and recurring = 'non_recurring'"), "non_recurring_pence"),
    ))  # fmt: skip
    return f"""
        select hscp_code, area_type, area_code, period_type, period_start, period_end, version, scope, service_code,
            used_pence, fair_pence, committed_pence, committed_until, recurring_pence, non_recurring_pence,
            {_authority(authorities or {})} as may_authorise, {_why_not()} as not_devolved
        from (
            select {LEDGER}, part.area_type, part.area_code, scope, service_code, {sums},
                max(contract_end) filter (where basis = 'used' and contract_end >= period_start) as committed_until
            from ({allocation}) part join ({whole_years(ledger)}) line using (line_id)
            where scope <> 'managed' and not ends_with(part.area_code, '/{FOR_OTHERS}')
            group by all)"""


def _authority(authorities: Mapping[str, str]) -> str:
    """SQL of who may authorise; the longest code that a service is a part of decides."""
    arms = [
        f"when service_code = {text(code)} or starts_with(service_code, {text(code + '.')}) then {text(who)}"
        for code, who in sorted(authorities.items(), key=lambda item: (-len(item[0]), item[0]))
    ]
    return f"case {' '.join(arms)} end" if arms else "null::varchar"


def _why_not() -> str:
    overhead = ", ".join(text(service.code) for service in services().values() if service.overhead)
    scopes = " ".join(f"when scope = '{scope}' then {text(why)}" for scope, why in NOT_ITS_OWN.items())
    return f"""case when ends_with(area_code, '/{UNALLOCATED}') then 'nothing places it on a locality'
        when ends_with(area_code, '/{OUT}') then 'used by people who live in no locality' {scopes}
        when service_code in ({overhead}) then 'spent for everybody alike' end"""
