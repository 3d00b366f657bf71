"""Ledgers with every line coded: what is left empty on a line is told by the workspace's settings, or by nothing."""

from __future__ import annotations

from collections.abc import Sequence

from locality_profiles.finance.settings import TOLD, LedgerCode
from locality_profiles.ledger.codes import PROGRAMME_NOT_TOLD, services

#: A service or kind of spending that neither the line nor the settings tell.
NOT_TOLD = "NOT_TOLD"
#: SQL that is true of a line of a ledger; spending that other publishers report has none of these.
OF_A_LEDGER = "(scope is not null or cost_centre is not null or account_code is not null)"


def text(word: str) -> str:
    """SQL of a text."""
    return "'" + word.replace("'", "''") + "'"


def coded(budget_line: str, area: str, codes: Sequence[LedgerCode]) -> str:
    """SQL of ``ledger_line``: the lines of ledgers, coded, each with its partnership.

    Lines that other publishers report (no scope, and none of a ledger's own codes) are no ledger and are left out, as
    are lines without a figure.

    Parameters
    ----------
    budget_line, area : str
        SQL of these tables, with the columns of their contracts.
    codes
        What the ledger's own codes mean, in order: the first that fits decides, column by column.
    """
    said = {column: _told_by(codes, column) for column in TOLD.values()}
    service = f"coalesce(l.service_code, {said['service_code']}, '{NOT_TOLD}')"
    whose = "coalesce(a.parent_code, l.block_code)"
    return f"""
        select line_id, hscp_code, area_type, area_code, period_type, period_start, period_end, version, scope, partner,
            service_code, care_group, coalesce(given_programme, s.programme, '{PROGRAMME_NOT_TOLD}') as programme_code,
            subjective_code, coalesce(s.split, 'none') as split, description, cost_centre, account_code, lfr_line,
            sfr_form, sfr_line, host_hscp, recurring, ringfence_code, provider, provider_sector, contract_end, note,
            gross_pence, income_pence, net_pence, coded_by, extract_id
        from (
            select l.line_id, {whose} as hscp_code,
                case when l.block_type <> 'hscp' then l.block_type end as area_type,
                case when l.block_type <> 'hscp' then l.block_code end as area_code,
                l.period_type, l.period_start, l.period_end, l.version,
                coalesce(l.scope, {said["scope"]}, 'delegated') as scope, l.partner, {service} as service_code,
                case when l.care_group = 'all' then coalesce({said["care_group"]}, 'all') else l.care_group end
                    as care_group,
                coalesce(l.programme_code, {said["programme_code"]}) as given_programme,
                coalesce(l.subjective_code, {said["subjective_code"]}, '{NOT_TOLD}') as subjective_code,
                l.description, l.cost_centre, l.account_code, l.lfr_line, l.sfr_form, l.sfr_line, l.host_hscp,
                l.recurring, l.ringfence_code, l.provider, l.provider_sector, l.contract_end, l.note,
                coalesce(l.gross_pence, l.net_pence + coalesce(l.income_pence, 0)) as gross_pence,
                coalesce(l.income_pence, l.gross_pence - l.net_pence, 0) as income_pence,
                coalesce(l.net_pence, l.gross_pence - coalesce(l.income_pence, 0)) as net_pence,
                case when l.service_code is not null then 'line'
                    when {said["service_code"]} is not null then 'settings' else 'nothing' end as coded_by,
                l.extract_id
            from {budget_line} l
            left join {area} a
                on a.area_type = l.block_type and a.area_code = l.block_code and a.parent_type = 'hscp'
            where {OF_A_LEDGER}
                and coalesce(l.net_pence, l.gross_pence) is not null
                and (l.block_type = 'hscp' or a.parent_code is not null)) line
        left join ({_services()}) s using (service_code)"""


def _services() -> str:
    rows = ", ".join(f"({text(s.code)}, {text(s.split)}, {text(s.programme)})" for s in services().values())
    return f"select * from (values {rows}) as told(service_code, split, programme)"


def _told_by(codes: Sequence[LedgerCode], column: str) -> str:
    """SQL of what the settings say of a column; null where they say nothing."""
    arms = [f"when {_fits(code)} then {text(code.told[column])}" for code in codes if column in code.told]
    return f"case {' '.join(arms)} end" if arms else "cast(null as varchar)"


def _fits(code: LedgerCode) -> str:
    tests = []
    for column, pattern in (("cost_centre", code.cost_centre), ("account_code", code.account)):
        if pattern.endswith("*"):
            tests.append(f"starts_with(coalesce(l.{column}, ''), {text(pattern[:-1])})")
        elif pattern:
            tests.append(f"l.{column} = {text(pattern)}")
    return " and ".join(tests)
