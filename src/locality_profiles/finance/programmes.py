"""Spending by programme of care and group of people, and where it would be worth asking whether to move it.

Programme budgeting and marginal analysis: show what each programme has, and ask of some whether the last pound would do
more good elsewhere. What is worth asking about is found by declared rules (``candidates.toml``), each with its reason
in words; there is no score, since reasons of different kinds do not add up.
"""

from __future__ import annotations

from dataclasses import dataclass

from locality_profiles.finance.allocation import FOR_OTHERS
from locality_profiles.finance.candidates import Limits
from locality_profiles.finance.coding import text
from locality_profiles.finance.deflators import Deflators, deflators_sql
from locality_profiles.finance.drivers import FISCAL
from locality_profiles.finance.resource import LEDGER, SUMS, own_lines
from locality_profiles.ledger.codes import PROGRAMME_NOT_TOLD, services, words
from locality_profiles.tables.curated import OUT
from locality_profiles.tables.money import UNALLOCATED

#: Programmes that are no care: nothing is to be asked of them by these rules.
NO_CARE = ("90", PROGRAMME_NOT_TOLD)


def programme_matrix(ledger: str, allocation: str) -> str:
    """SQL of ``programme_matrix``: the own resource by programme of care and group of people.

    Parameters
    ----------
    ledger, allocation : str
        SQL of ``ledger_line`` and ``allocation``.

    Returns
    -------
    str
        One row for each partnership, year, version, programme and group of people of which there is a line. Over both,
        net adds up to the partnership's own resource (see ``resource``).
    """
    return f"""
        select {LEDGER}, programme_code, care_group, {SUMS}, count(*) filter (where part = 'line') as lines
        from ({own_lines(ledger, allocation)})
        group by all"""


@dataclass(frozen=True)
class Compared:
    """SQL of what candidates are found from."""

    matrix: str
    """``programme_matrix``."""
    shares: str
    """``resource_share``."""
    contracts: str
    """``contract_end``."""
    residents: str
    """Residents of partnerships: ``hscp_code``, ``period_start`` (of the financial year) and ``residents``."""


def marginal_candidate(of: Compared, limits: Limits, series: Deflators) -> str:
    """SQL of ``marginal_candidate``: programmes and services worth looking at, each with one reason.

    Parameters
    ----------
    of
        The tables that are looked at.
    limits
        The declared rules.
    series
        What a pound of each year is worth, for growth in real terms.

    Returns
    -------
    str
        One row for each partnership, year, version, candidate (``kind`` programme or service, ``code``), ``rule`` and
        area (``area_type`` and ``area_code``, empty text for the whole partnership). ``net_pence`` is what the
        candidate has, ``value`` what the rule looked at and ``limit_value`` from where on it speaks, both in the unit
        that ``reason`` says in words. Of no rule that lacks its figures (no other partnerships, no year before, no
        deflator, no residents) is there a row: nothing is said, which is not that all is well.
    """
    found = [
        _largest(of, limits.largest) if limits.largest is not None else "",
        _far_from_others(of, limits) if limits.from_others is not None else "",
        _real_growth(of, limits.growth, series) if limits.growth is not None else "",
        _far_from_fair(of, limits.from_fair) if limits.from_fair is not None else "",
        _contracts_end(of) if limits.contracts else "",
    ]
    rules = " union all by name ".join(query for query in found if query) or f"({_no_candidate(of)})"
    return f"""
        with programme as ({_programmes(of.matrix)}), service as ({_services(of.shares)}), found as ({rules})
        select {LEDGER}, kind, code, rule, area_type, area_code, net_pence, value, limit_value, reason
        from found
        join (select {LEDGER}, sum(net_pence) as whole from ({of.matrix}) group by all) using ({LEDGER})
        where abs(net_pence) * 100 >= {limits.least_percent} * abs(whole)"""


def _no_candidate(of: Compared) -> str:
    return f"""
        select {LEDGER}, '' as kind, '' as code, '' as rule, '' as area_type, '' as area_code, net_pence, 0.0 as value,
            0.0 as limit_value, '' as reason
        from ({of.matrix}) where false"""


def _programmes(matrix: str) -> str:
    """SQL of what each programme of care has, with its title."""
    titles = ", ".join(f"({text(code)}, {text(title)})" for code, title in words()["programme"].items())
    no_care = ", ".join(map(text, NO_CARE))
    return f"""
        select {LEDGER}, 'programme' as kind, programme_code as code, coalesce(title, programme_code) as title,
            sum(net_pence)::bigint as net_pence
        from ({matrix})
        left join (select * from (values {titles}) as told(programme_code, title)) using (programme_code)
        where programme_code not in ({no_care}) group by all"""


def _services(shares: str) -> str:
    """SQL of what each service has in each area, used and fair, so far as the two can be compared.

    A service of which something is placed on no area by either basis is left out: what an area would need of it would
    stand beside a part of what it uses.
    """
    of = f"{LEDGER}, service_code, area_type"
    return f"""
        select {LEDGER}, 'service' as kind, service_code as code, coalesce(title, service_code) as title, area_type,
            area_code, used_pence, fair_pence, net_pence
        from (
            select *, sum(used_pence) over (partition by {of})::bigint as net_pence,
                bool_or(ends_with(area_code, '/{UNALLOCATED}') and (used_pence <> 0 or fair_pence <> 0))
                    over (partition by {of}) as incomplete
            from (
                select {of}, area_code, sum(used_pence)::bigint as used_pence, sum(fair_pence)::bigint as fair_pence
                from ({shares})
                where not ends_with(area_code, '/{FOR_OTHERS}') and scope <> 'managed' group by all))
        left join ({_service_titles()}) using (service_code)
        where not incomplete and not regexp_matches(area_code, '/({UNALLOCATED}|{OUT})$')"""


def _service_titles() -> str:
    rows = ", ".join(f"({text(service.code)}, {text(service.title)})" for service in services().values())
    return f"select * from (values {rows}) as told(service_code, title)"


#: SQL of pence as words: £12,345 or £1.23 million.
_POUNDS = """if(abs({0}) >= 100000000, format('£{{:,.2f}} million', {0} / 100000000.0),
    format('£{{:,.0f}}', {0} / 100.0))"""


def _pounds(pence: str) -> str:
    return _POUNDS.format(pence)


def _candidate(rule: str, value: str, limit: float, reason: str, area: str = "''") -> str:
    """SQL of the columns that every rule gives."""
    kind = "''" if area == "''" else "area_type"
    return f"""{LEDGER}, kind, code, '{rule}' as rule, {kind} as area_type, {area} as area_code, net_pence,
        ({value})::double as value, {limit}::double as limit_value, {reason} as reason"""


def _largest(of: Compared, count: int | None) -> str:
    reason = f"""format('{{}} is programme {{}} of {{}} by size: {{}} of {{}} for care, net.', title, place::varchar,
        programmes::varchar, {_pounds("net_pence")}, {_pounds("whole")})"""
    return f"""
        select {_candidate("largest_programme", "place", float(count or 0), reason)}
        from (
            select *, rank() over (partition by {LEDGER} order by net_pence desc) as place,
                count(*) over (partition by {LEDGER}) as programmes,
                sum(net_pence) over (partition by {LEDGER}) as whole
            from programme)
        where place <= {count}"""


def _far_from_others(of: Compared, limits: Limits) -> str:
    reason = f"""format('{{}} has {{}} net for each resident; the middle of {{}} other partnerships is {{}} '
        || '({{:.0f}} % {{}}).', title, {_pounds("per_head")}, others::varchar, {_pounds("middle")}, abs(apart),
        if(apart > 0, 'more', 'less'))"""
    return f"""
        select {_candidate("far_from_others", "apart", limits.from_others or 0.0, reason)}
        from (
            select *, 100.0 * per_head / nullif(middle, 0) - 100 as apart
            from (
                select mine.*, median(other.per_head) as middle, count(*) as others
                from ({_per_head(of)}) mine
                join ({_per_head(of)}) other
                    on other.hscp_code <> mine.hscp_code and other.code = mine.code and other.version = mine.version
                        and other.period_start = mine.period_start
                group by all))
        where others >= {limits.others} and abs(apart) >= {limits.from_others}"""


def _per_head(of: Compared) -> str:
    return f"""
        select programme.*, net_pence / residents as per_head
        from programme join ({of.residents}) heads using (hscp_code, period_start) where residents > 0"""


def _real_growth(of: Compared, percent: float | None, series: Deflators) -> str:
    reason = f"""format('{{}} grew by {{:.1f}} % in real terms in a year, from {{}} to {{}} '
        || 'at prices of {series.base_label}.', title, growth, {_pounds("before")}, {_pounds("now")})"""
    real = f"""
        select programme.*, net_pence * times / over as now
        from programme join ({deflators_sql(series)}) prices on prices.year = {FISCAL.format("period_start")}"""
    return f"""
        select {_candidate("real_growth", "growth", percent or 0.0, reason)}
        from (
            select this.*, past.now as before, 100.0 * this.now / past.now - 100 as growth
            from ({real}) this
            join ({real}) past on past.hscp_code = this.hscp_code and past.code = this.code
                and past.version = this.version and past.period_start = this.period_start - interval 1 year
            where past.now > 0)
        where growth >= {percent}"""


def _far_from_fair(of: Compared, percent: float | None) -> str:
    reason = f"""format('{{}}: {{}} uses {{}}, {{:.0f}} % {{}} than its fair share of {{}}. Need may be other than the '
        || 'formula sees.', title, area_code, {_pounds("used_pence")}, abs(apart), if(apart > 0, 'more', 'less'),
        {_pounds("fair_pence")})"""
    return f"""
        select {_candidate("far_from_fair", "apart", percent or 0.0, reason, "area_code")}
        from (select *, 100.0 * used_pence / fair_pence - 100 as apart from service where fair_pence > 0)
        where abs(apart) >= {percent}"""


def _contracts_end(of: Compared) -> str:
    reason = f"""format('{{}}: contracts of {{}} end within 12 months, the first on {{}}.', title,
        {_pounds("net_pence")}, strftime(first_end, '%-d %B %Y'))"""
    return f"""
        select {_candidate("contracts_end", "ends_in", 12.0, reason)}
        from (
            select {LEDGER}, 'service' as kind, service_code as code, coalesce(title, service_code) as title,
                sum(gross_pence)::bigint as net_pence, min(contract_end) as first_end,
                datediff('month', min(as_at), min(contract_end)) as ends_in
            from ({of.contracts})
            left join ({_service_titles()}) using (service_code)
            where ends = 'within_12_months' group by all)"""
