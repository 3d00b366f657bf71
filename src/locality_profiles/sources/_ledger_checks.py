"""What must hold between the lines of a ledger: sums, versions, months, hosted services and control totals.

Each check gives the problems that it finds; none of them changes a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from locality_profiles.errors import Problem
from locality_profiles.periods import Period

#: A note that begins so says that an odd amount was looked at and is right.
CHECKED = "checked"
#: Factors by which an amount is off where pounds were taken for pence or for thousands.
FACTORS = {100: "pence", 1000: "thousands of pounds"}
#: How near to such a factor one line is before it is suspicious, and how near a sum of lines is.
NEAR_OF_LINE, NEAR_OF_TOTAL = 0.001, 0.25
#: Amounts below are too small for their ratio to say anything; in pence.
LARGE = 1_000_000
#: So many lines in common make a sum that tells the unit of a whole version.
ENOUGH_LINES = 3
MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One line of a ledger, as far as other lines can contradict it. Money is whole pence."""

    row: int
    partnership: str
    year: str
    version: str
    period: Period
    line_id: str
    scope: str | None
    service: str | None
    host: str | None
    has_code: bool
    note: str
    gross: int | None
    income: int | None
    net: int | None

    @property
    def annual(self) -> bool:
        return self.period.kind == "financial_year"

    @property
    def ledger(self) -> tuple[str, str, str]:
        return self.partnership, self.year, self.version

    @property
    def amount(self) -> int:
        """What counts: net, or gross where net is not known."""
        return self.net if self.net is not None else self.gross or 0


@dataclass(frozen=True)
class ControlTotal:
    """What the lines of one version of one partnership should add up to."""

    row: int
    partnership: str
    year: str
    version: str
    period: Period
    gross: int | None
    net: int | None
    lines: int | None


@dataclass(frozen=True)
class Place:
    """Where problems of a sheet are told to stand."""

    file: str
    sheet: str | None

    def problem(self, what: str, remedy: str, column: str, rows: Sequence[int]) -> Problem:
        return Problem(what, remedy, self.file, self.sheet, column, tuple(sorted(rows)[:5]), len(rows))


def pounds(pence: int) -> str:
    """An amount as a ledger prints it."""
    return f"{'-' if pence < 0 else ''}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def problems_of_lines(lines: Sequence[Line], place: Place) -> list[Problem]:
    """Everything that is wrong between and within the lines of one sheet."""
    checks = (_net, _money_told, _coded, _once, _months_and_year, _units, _hosts, _hosted_by_both)
    return [problem for check in checks for problem in check(lines, place)]


#: What lines are put together by.
Key = Callable[[Line], Hashable]


# --- one line ------------------------------------------------------------------------------------


def _net(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    off = [line for line in lines if None not in (line.gross, line.income, line.net)
           and (line.gross or 0) - (line.income or 0) != line.net]  # fmt: skip
    if off:
        first = off[0]
        shown = " - ".join(pounds(amount or 0) for amount in (first.gross, first.income))
        yield place.problem(
            f"gross less income is not net: {shown} is {pounds((first.gross or 0) - (first.income or 0))}, and net is "
            f"{pounds(first.net or 0)}",
            "Correct one of the three; income is written as it is received, without a sign.",
            "net", [line.row for line in off],
        )  # fmt: skip


def _money_told(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    if rows := [line.row for line in lines if line.gross is None and line.net is None]:
        yield place.problem("the line has neither gross nor net", "Write the amount; nought is written 0.", "net", rows)


def _coded(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    """A line whose service nothing could ever tell is no use to anybody."""
    rows = [line.row for line in lines if not line.has_code and not (line.service and line.scope)]
    if rows:
        yield place.problem(
            "the line has no service or no scope, and neither a cost centre nor an account by which they could be told",
            "Write service_code and scope, or the ledger's own code.", "service_code", rows,
        )  # fmt: skip


def _hosts(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    lost = [line.row for line in lines if line.scope == "hosted_in" and not line.host]
    if lost:
        yield place.problem("the line is run by another partnership, and no host is named",
                            "Write the code of the partnership that runs it.", "host_partnership", lost)  # fmt: skip
    own = [line.row for line in lines if line.scope == "hosted_in" and line.host == line.partnership]
    if own:
        yield place.problem("the line is hosted_in, and its host is the partnership itself",
                            "Its own hosted services are hosted_out.", "host_partnership", own)  # fmt: skip


# --- the lines of one version ----------------------------------------------------------------------


def _once(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for line in lines:
        seen[(*line.ledger, line.period, line.line_id)].append(line.row)
    rows = [row for several in seen.values() if len(several) > 1 for row in several]
    if rows:
        yield place.problem("the same line_id stands in more than one row of one version and period",
                            "Give each line a name of its own, or take the repeated rows out.", "line_id",
                            rows)  # fmt: skip


def _months_and_year(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    """A line given for the year and for all of its months, and a version given so, add up."""
    keys: dict[str, Key] = {"line": lambda line: (*line.ledger, line.line_id), "version": lambda line: line.ledger}
    for what, key in keys.items():
        off = list(_year_is_not_its_months(lines, key))
        if off:
            year, months = off[0]
            yield place.problem(
                f"the twelve months of a {what} add up to {pounds(_sum(months))}, and its year is {pounds(_sum(year))}"
                f" (rows {_rows(months)} and {_rows(year)})",
                "Amounts of a month are of that month alone, not from April on; correct one of them.",
                "net", [line.row for group, _ in off for line in group],
            )  # fmt: skip
            return  # a version is off where its lines are


def _year_is_not_its_months(lines: Sequence[Line], key: Key) -> Iterator[tuple[list[Line], list[Line]]]:
    for group in _grouped(lines, key).values():
        year, months = [line for line in group if line.annual], [line for line in group if not line.annual]
        whole = len({line.period for line in months}) == MONTHS
        if year and whole and _sum(year) != _sum(months):
            yield year, months


# --- pounds, pence and thousands -------------------------------------------------------------------


def _units(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    """A version, or a line of it, that is a hundred or a thousand times as much as in another version."""
    annual = [line for line in lines if line.annual]
    for group in _grouped(annual, lambda line: (line.partnership, line.year)).values():
        versions = _grouped(group, lambda line: line.version)
        for one, other in combinations(sorted(versions, key=str), 2):
            yield from _two_versions(versions[one], versions[other], place)


def _two_versions(one: Sequence[Line], other: Sequence[Line], place: Place) -> Iterator[Problem]:
    beside = {line.line_id: line for line in other}
    pairs = [(line, beside[line.line_id]) for line in one if line.line_id in beside]
    totals = [sum(abs(line.amount) for line in side) for side in zip(*pairs, strict=True)] if pairs else [0, 0]
    if len(pairs) >= ENOUGH_LINES and (unit := factor_between(totals[0], totals[1], NEAR_OF_TOTAL)):
        less, more = sorted((one, other), key=lambda side: sum(abs(line.amount) for line in side))
        yield place.problem(
            f"the same lines are about {unit:,} times as much in the version {more[0].version} "
            f"({pounds(max(totals))}) as in "
            f"{less[0].version} ({pounds(min(totals))}): one of them may be in {FACTORS[unit]}",
            "Give both in pounds and pence.", "net", [line.row for pair in pairs for line in pair],
        )  # fmt: skip
        return
    for line, twin in pairs:
        unit = factor_between(abs(line.amount), abs(twin.amount), NEAR_OF_LINE)
        if unit and not any(each.note.casefold().startswith(CHECKED) for each in (line, twin)):
            yield place.problem(
                f"the line '{line.line_id}' is {pounds(line.amount)} in the version {line.version} and "
                f"{pounds(twin.amount)} in {twin.version}, {unit:,} times as much or as little: one may be in "
                f"{FACTORS[unit]}",
                "Correct it; if both are right, begin the note of one with 'Checked'.", "net", [line.row, twin.row],
            )  # fmt: skip


def factor_between(one: int, other: int, near: float) -> int | None:
    """Whether one amount is about a hundred or a thousand times the other: which of the two."""
    less, more = sorted((one, other))
    if less <= 0 or more < LARGE:
        return None
    return next((factor for factor in FACTORS if abs(more / less / factor - 1) <= near), None)


# --- hosted services -------------------------------------------------------------------------------


def _hosted_by_both(lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    """A service that another partnership runs is counted there; as a delegated line of ours it would count twice."""
    for group in _grouped(lines, lambda line: line.ledger).values():
        ours = [line for line in group if line.host and line.scope not in ("hosted_in", "hosted_out", None)]
        theirs = {(line.service, line.host): line.row for line in group if line.scope == "hosted_in"}
        twice = [line for line in ours if (line.service, line.host) in theirs]
        if twice:
            other = theirs[twice[0].service, twice[0].host]
            yield place.problem(
                f"the service {twice[0].service} of the host {twice[0].host} is counted by both: as "
                f"{twice[0].scope} here "
                f"and as hosted_in in row {other}",
                "Keep the hosted_in line alone.", "host_partnership", [line.row for line in twice],
            )  # fmt: skip
        if alone := [line for line in ours if line not in twice]:
            yield place.problem(
                f"a host is named on a line that is {alone[0].scope}: the host counts the service in its own ledger",
                "Make it hosted_in, or take the host out.", "host_partnership", [line.row for line in alone],
            )  # fmt: skip
        run = {line.service for line in group if line.scope == "hosted_out" and line.service}
        both = [line for line in group if line.scope == "hosted_in" and line.service in run]
        if both:
            yield place.problem(
                f"the service {both[0].service} is both hosted_out and hosted_in of one partnership: it would "
                "count twice",
                "Who runs a service has it as hosted_out alone.", "scope", [line.row for line in both],
            )  # fmt: skip


# --- control totals --------------------------------------------------------------------------------


def problems_of_totals(totals: Iterable[ControlTotal], lines: Sequence[Line], place: Place) -> list[Problem]:
    """Totals to which their lines do not add up, each with both sums."""
    by_version = _grouped(lines, lambda line: line.ledger)
    found: list[Problem] = []
    for total in totals:
        mine = [line for line in by_version.get((total.partnership, total.year, total.version), [])
                if line.period == total.period]  # fmt: skip
        found += _one_total(total, mine, place)
    return found


def _one_total(total: ControlTotal, lines: Sequence[Line], place: Place) -> Iterator[Problem]:
    called = f"{total.partnership}, {total.version} {total.period.label}"
    if not lines:
        yield place.problem(f"there is no line of {called}, which has a total",
                            "Add the lines, or take the total out.", "total_net", [total.row])  # fmt: skip
        return
    if total.lines is not None and total.lines != len(lines):
        yield place.problem(f"{called} has {len(lines):,} lines and should have {total.lines:,}",
                            "A line may have been lost or repeated.", "lines", [total.row])  # fmt: skip
    for column, said, added in (
        ("total_net", total.net, _sum(lines)), ("total_gross", total.gross, sum(line.gross or 0 for line in lines)),
    ):  # fmt: skip
        if said is None or said == added:
            continue
        unit = factor_between(abs(said), abs(added), NEAR_OF_TOTAL)
        guess = f"; one of them may be in {FACTORS[unit]}" if unit else ""
        yield place.problem(
            f"the lines of {called} add up to {pounds(added)} and their total is {pounds(said)}, "
            f"{pounds(abs(said - added))} apart{guess}",
            "Correct the line that is wrong or lost, or the total.", column, [total.row],
        )  # fmt: skip


# --- groups ----------------------------------------------------------------------------------------


def _grouped(lines: Iterable[Line], key: Key) -> dict[Hashable, list[Line]]:
    found: dict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount for line in lines)


def _rows(lines: Sequence[Line]) -> str:
    return ", ".join(str(row) for row in sorted(line.row for line in lines)[:3]) + (" …" if len(lines) > 3 else "")
