"""When money that is paid to providers may be told: not where one of them, or who knows what it is paid itself, could
work out what another is paid.

A sum may be shown if enough providers share it (``providers`` of ``[money]`` in ``rules.toml``), if none has more than
the share ``largest`` of it, and no two more than ``two_largest`` (minimum frequency and dominance, as in Hundepool and
others 2012, Statistical Disclosure Control, chapter 4.2). Where sums are parts of a total that is shown, taking those
that are shown from it leaves all hidden ones together; so more are hidden, the smallest first, until what is left may
be shown as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from locality_profiles.disclosure.rules import Money

#: The limits of the package's own rules of disclosure.
USUAL = Money(providers=3, largest=0.5, two_largest=0.8)

#: What each provider is paid.
Payments = Mapping[str, float]
Key = TypeVar("Key", bound=Hashable)


def may_show(payments: Payments, limits: Money) -> bool:
    """Whether the sum of some payments may be told; who is paid nought or less shares in nothing.

    >>> limits = Money(providers=3, largest=0.5, two_largest=0.8)
    >>> may_show({"a": 40, "b": 35, "c": 25}, limits), may_show({"a": 60, "b": 20, "c": 20}, limits)
    (True, False)
    """
    paid = sorted((pence for pence in payments.values() if pence > 0), reverse=True)
    total = sum(paid)
    return (
        len(paid) >= max(limits.providers, 1)
        and paid[0] <= limits.largest * total
        and sum(paid[:2]) <= limits.two_largest * total
    )


def shown(groups: Mapping[Key, Payments], limits: Money, of_total: bool) -> set[Key]:
    """The groups of payments of which the sum is shown.

    Parameters
    ----------
    groups
        What each provider is paid, by group. One provider may be in several.
    limits
    of_total
        Whether the groups add up to a total that is shown if it may be.

    Returns
    -------
    set

    Examples
    --------
    Two providers of one group would be found by subtraction; the smaller of the others goes with them:

    >>> limits = Money(providers=3, largest=0.5, two_largest=0.8)
    >>> groups = {"home care": dict(a=10, b=10), "meals": dict(c=9, d=9, e=9), "day care": dict(f=50, g=50, h=50)}
    >>> sorted(shown(groups, limits, of_total=True)), sorted(shown(groups, limits, of_total=False))
    (['day care'], ['day care', 'meals'])
    """
    told = [name for name, payments in groups.items() if may_show(payments, limits)]
    hidden = [name for name in groups if name not in told]
    if not of_total or not hidden or not may_show(together(groups.values()), limits):
        return set(told)
    told.sort(key=lambda name: (sum(groups[name].values()), str(name)), reverse=True)
    while told and not may_show(together(groups[name] for name in hidden), limits):
        hidden.append(told.pop())
    return set(told)


def together(groups: Iterable[Payments]) -> Payments:
    """Payments of several groups by provider."""
    total: dict[str, float] = {}
    for payments in groups:
        for provider, pence in payments.items():
            total[provider] = total.get(provider, 0) + pence
    return total


def words(limits: Money) -> str:
    """The rule, for people.

    >>> words(Money(providers=3, largest=0.5, two_largest=0.8))
    'Money is shown where at least 3 providers share it, none has more than 50% of it and no two more than 80%.'
    """
    return (f"Money is shown where at least {limits.providers} providers share it, none has more than "
            f"{limits.largest:.0%} of it and no two more than {limits.two_largest:.0%}.")  # fmt: skip


__all__ = ["Money", "Payments", "may_show", "shown", "together", "words"]
