"""What makes a record one that cannot be counted: each fault by name, in words, and as SQL.

A record has the first fault that applies. It is set aside with its reason, never silently dropped: rows, bed days and
cost before are those counted and those set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locality_profiles.episodes.linked import (
    CODE_9_AWI,
    CODE_9_OTHER,
    DELAY_REASONS,
    MONTHS,
    REASON,
    Kind,
    by_kind,
    kinds,
    listed,
)


@dataclass(frozen=True)
class Fault:
    """One fault: its name, what is wrong in words, and what to do."""

    id: str
    wrong: str
    remedy: str


FAULTS = tuple(
    Fault(*words)
    for words in (
        ("unknown_recid", "the kind of record (recid) is in no list",
         "Ask the supplier what it is; a new kind is declared in linked.toml."),
        ("unknown_smrtype", "the type of record (smrtype) is in no list of its kind",
         "Ask the supplier what it is; a new type is declared in linked.toml."),
        ("unknown_sex", "gender is not 0, 1, 2 or 9", "Ask the supplier for the column's codes."),
        ("impossible_age", "the age is below 0 or above 125", "Ask the supplier to mend the date of birth."),
        ("no_start", "there is no first day", "Ask the supplier for the date."),
        ("open_record", "there is no last day, and this kind of record stands in the file of the year in which it ends",
         "Ask the supplier for the date, or wait for the file in which the record ends."),
        ("discharge_before_admission", "the last day is before the first", "Ask the supplier to mend the dates."),
        ("date_of_another_year", "the record does not belong to the file's year",
         "Check that rows of two years were not put together."),
        ("bed_days_outside_year", "bed days by month do not add up to those of the year",
         "Ask the supplier: days of another year may stand in a month of this one."),
        ("cost_of_months", "costs by month do not add up to the record's cost", "Ask the supplier to mend the costs."),
        ("negative_amount", "a cost, or a number of days, hours, items or contacts is below nought",
         "Ask the supplier; a correction should replace the record that it corrects."),
        ("cost_in_pence", "the cost is far above what one such record can cost: pence may stand where pounds should",
         "Ask the supplier for the unit of the cost."),
        ("unknown_delay_reason", "the reason for the delay is in no list",
         "Ask the supplier what it is; a new reason is declared in linked.py."),
        ("exact_duplicate", "the record stands there twice, alike in every column that is read",
         "Nothing, if the supplier confirms that it is one record: it is counted once."),
        ("delay_twice", "the same delay stands there again, with an earlier end",
         "Nothing, if each month has a row of its own for one delay: the longest is counted."),
        ("overlapping_stay", "the stay begins before an earlier stay of the same person has ended",
         "Ask the supplier which of the two is right; the one that began first is counted."),
        ("age_goes_backwards", "the person is younger than in the file of the year before",
         "Ask the supplier to mend the date of birth."),
    )
)  # fmt: skip
NAMES = tuple(fault.id for fault in FAULTS)

_REASONS = tuple(code for codes in DELAY_REASONS.values() for code in codes)
_AMOUNTS_OF = {
    "PIS": ("cost_total_net", "no_paid_items"), "DN": ("cost_total_net", "total_no_dn_contacts"),
    "HC": ("cost_total_net", "hc_hours_annual"),
}  # fmt: skip


def fault_number(chosen: Sequence[Kind], strange: bool, first_day: str, last_day: str) -> str:
    """SQL of the place in ``NAMES`` of a record's first fault by itself; null for a record without one.

    Parameters
    ----------
    chosen
        Kinds that the file holds.
    strange
        Whether it holds records of no known kind as well.
    first_day, last_day
        SQL of the first and last day of the file's year.
    """
    of = {kind.recid: kind for kind in chosen}
    tests = {
        "unknown_recid": f"recid is null or recid not in {listed(tuple(kinds()))}" if strange else "",
        "unknown_smrtype": _for(
            chosen, {r: f"coalesce(smrtype, '') not in {listed(tuple(k.types))}" for r, k in of.items()}
        ),
        "unknown_sex": "gender is null or gender not in (0, 1, 2, 9)",
        "impossible_age": "age < 0 or age > 125",
        "no_start": "record_keydate1 is null",
        "open_record": _for(chosen, {r: "record_keydate2 is null" for r, k in of.items() if not k.may_be_open}),
        "discharge_before_admission": "record_keydate2 < record_keydate1",
        "date_of_another_year": _for(chosen, {r: _another_year(k, first_day, last_day) for r, k in of.items()}),
        "bed_days_outside_year": _for(chosen, {
            r: f"abs({_sum('beddays')} - coalesce(yearstay, 0)) > 0.01" for r, k in of.items() if "beddays" in k.months
        }),
        "cost_of_months": _for(chosen, {
            r: f"abs({_sum('cost')} - coalesce(cost_total_net, 0)) > 0.10" for r, k in of.items() if "cost" in k.months
        }),
        "negative_amount": _for(chosen, {r: _negative(k) for r, k in of.items()}),
        "cost_in_pence": _for(chosen, {r: _dear(k) for r, k in of.items()}),
        "unknown_delay_reason": _for(chosen, {r: _no_reason() for r in of if r == "DD"}),
    }  # fmt: skip
    arms = " ".join(f"when {test} then {NAMES.index(name)}" for name, test in tests.items() if test)
    return f"case {arms} end"


def _for(chosen: Sequence[Kind], tests: dict[str, str]) -> str:
    """SQL of a test that only some kinds have to pass."""
    if not tests:
        return ""
    if len(tests) == len(chosen):
        same = set(tests.values())
        return same.pop() if len(same) == 1 else by_kind(tests, "false")
    return by_kind(tests, "false") if len(chosen) > 1 and len(tests) > 1 else " or ".join(
        f"(recid = '{recid}' and ({test}))" for recid, test in tests.items()
    )  # fmt: skip


def _another_year(kind: Kind, first_day: str, last_day: str) -> str:
    if kind.goes_on:
        return f"record_keydate2 < {first_day} or record_keydate1 > {last_day}"
    return (
        f"record_keydate2 < {first_day} or record_keydate2 > {last_day} "
        f"or (record_keydate2 is null and record_keydate1 > {last_day})"
    )


def _sum(what: str) -> str:
    return "(" + " + ".join(f"coalesce({month}_{what}, 0)" for month in MONTHS) + ")"


def _negative(kind: Kind) -> str:
    amounts = _AMOUNTS_OF.get(kind.recid, ("cost_total_net", "yearstay") if kind.months else ("cost_total_net",))
    return " or ".join(f"{amount} < 0" for amount in amounts)


def _dear(kind: Kind) -> str:
    by_day = f" + {kind.most_a_day:.0f} * coalesce(yearstay, 0)" if kind.most_a_day else ""
    return f"cost_total_net > {kind.most:.0f}{by_day}"


def _no_reason() -> str:
    return (
        f"(case when coalesce(primary_delay_reason, '') = '9' then {REASON} not in {listed(CODE_9_AWI + CODE_9_OTHER)} "
        f"else {REASON} not in {listed(_REASONS)} end)"
    )
