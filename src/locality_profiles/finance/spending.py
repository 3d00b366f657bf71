"""Where the money goes: from gross spending through income to net, by scope, service and kind of spending."""

from __future__ import annotations

from locality_profiles.finance.resource import FAMILY, LEDGER, SUMS, whole_years


def money_flow(ledger: str) -> str:
    """SQL of ``money_flow``: gross, income and net of whole years by scope, partner, service and kind of spending.

    Parameters
    ----------
    ledger : str
        SQL of ``ledger_line``.

    Returns
    -------
    str
        One row for each partnership, year, version, scope, partner, service and kind of spending of which there is a
        line; what there is no line of has no row, and is not nought. All scopes are told, each by itself: what is
        managed but not delegated, and what is run for other partnerships, are part of the ledger and not of the
        partnership's own resource (see ``resource``).
    """
    return f"""
        select {LEDGER}, scope, partner, {FAMILY} as family, service_code, subjective_code, {SUMS}, count(*) as lines
        from ({whole_years(ledger)})
        group by all"""
