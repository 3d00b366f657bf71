"""The auditor: what an outsider could work out of a published release, from the published release alone.

It reads the open data as anybody can, with what earlier releases showed, and knows nothing of how cells were chosen.
For every hidden count it asks for the least and the most that it can be, over all counts that agree with everything
that is published, and sets the width of that against what the rules promise. Counts that nobody publishes, but that
follow by subtraction, are looked at as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse

from locality_profiles.disclosure.control import WHOLE, Flags, Numbers, Values, counted_by, with_earlier
from locality_profiles.disclosure.counted import Family, controlled_rows, families
from locality_profiles.disclosure.outsider import Inconsistent, Known, intervals
from locality_profiles.disclosure.register import Earlier
from locality_profiles.disclosure.rounded_rows import base_of
from locality_profiles.disclosure.rounding import widths
from locality_profiles.disclosure.rules import Money, Rule, Rules
from locality_profiles.disclosure.subtraction import by_subtraction
from locality_profiles.disclosure.sums import sums_of
from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.tables.relation import quoted
from locality_profiles.tables.store import connect

OPEN_DATA = "open-data"
RULES, RESULT = "disclosure.json", "disclosure-audit.json"
#: Intervals that fall short by less than this share are wide enough: rounding of computers.
SHORT = 1e-6
#: So many findings are told in a message; the file has all.
TOLD = 20
#: Times that the room of sums is doubled before figures are said to contradict one another.
DOUBLED = 20


@dataclass(frozen=True)
class Found:
    """One count that could be worked out too closely. It names a place and a period, and never says the count."""

    indicator_id: str
    area_type: str
    area_code: str
    period_end: str
    breakdown: str
    category: str
    width: float
    needed: float
    published: bool
    """False for a count that nobody publishes and that follows from what is published near it."""

    @property
    def place(self) -> tuple[str, ...]:
        """What count it is, without how closely it is known."""
        return (self.indicator_id, self.area_type, self.area_code, self.period_end, self.breakdown, self.category,
                str(self.published))  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """What came of an audit."""

    release: str
    controlled: int
    shown: int
    hidden: int
    implied: int
    """Counts that nobody publishes and that were looked at."""
    recoverable: tuple[Found, ...]
    by_indicator: Mapping[str, Mapping[str, float | None]]
    """Of each indicator: hidden counts, and the narrowest interval as far as it was looked for; None for no limit."""
    rounded: bool = False
    """Whether counts are rounded: then those that are shown are tried as well."""
    out_already: int = 0
    """Counts that earlier releases alone give away: nothing that is hidden now takes them back."""

    @property
    def passed(self) -> bool:
        return not self.recoverable

    def sentence(self) -> str:
        """What came of it, for people."""
        if not self.controlled:
            return "Nothing in this release is controlled: all of it was published before, by those who counted it."
        start = (f"{self.hidden:,} hidden counts of {self.controlled} indicators were tried against {self.shown:,} "
                 f"that are shown, and {self.implied:,} that nobody publishes: ")  # fmt: skip
        if self.rounded:
            start = f"{self.shown:,} rounded counts of {self.controlled} indicators were tried together: "
        end = f" Earlier releases alone give away {self.out_already:,}, as before." if self.out_already else ""
        if self.passed:
            return f"{start}{'no other' if end else 'none'} can be worked out more closely than the rules allow.{end}"
        return f"{start}{len(self.recoverable):,} can be worked out too closely.{end}"


def write_rules(folder: Path, rules: Rules, hidden: int, left_out: int) -> None:
    """Say in the open data by which rules a release was protected, and how many figures are not shown."""
    told = {"rules": asdict(rules), "hidden": hidden, "left_out": left_out}
    (folder / OPEN_DATA / RULES).write_text(json.dumps(told, indent=1), encoding="utf-8")


def write_audit(folder: Path, found: Audit) -> None:
    """Keep the result in the release; what could be worked out is counted there and not listed."""
    told = {**asdict(found), "recoverable": len(found.recoverable), "sentence": found.sentence()}
    (folder / OPEN_DATA / RESULT).write_text(json.dumps(told, indent=1), encoding="utf-8")


def raise_if_recoverable(found: Audit) -> None:
    """Stop a release of which an outsider could work out what it hides.

    Raises
    ------
    ReleaseError
        With the places; never with the counts.
    """
    if found.passed:
        return
    problems = [
        Problem(
            f"{told.indicator_id}, {told.area_type} {told.area_code}, to {told.period_end}"
            + (f", {told.breakdown} {told.category}" if told.breakdown != "all" else "")
            + f": within {told.width:.3g} of the truth, and {told.needed:.3g} are promised",
            "Raise the threshold or the protection in disclosure/rules.toml, or show fewer kinds of area.",
        )
        for told in found.recoverable[:TOLD]
    ]
    raise ReleaseError(f"{found.sentence()} Nothing was published; the last release stays current.", problems)


def published_rules(folder: Path) -> Rules | None:
    """The rules that a release says it was protected by; None where it controls nothing."""
    path = folder / OPEN_DATA / RULES
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["rules"]
    classes = {name: Rule(**rule) for name, rule in told["classes"].items()}
    return Rules(**{**told, "classes": classes, "amounts": tuple(told["amounts"]), "money": Money(**told["money"])})


def audit(folder: Path, earlier: Earlier | None = None, exact: bool = False, release: str = "") -> Audit:
    """Try everything that a published release hides.

    Parameters
    ----------
    folder
        The release: the folder with ``open-data``.
    earlier
        What other releases showed.
    exact
        Whether every interval is solved to its end; else one that is seen to be wide enough is left there.
    release
        Its id, where the folder does not bear it yet.
    """
    rules = published_rules(folder)
    name = release or folder.resolve().name
    if rules is None:
        return Audit(name, 0, 0, 0, 0, (), {})
    with connect() as connection:
        _lay_open_data(connection, folder / OPEN_DATA)
        counted = counted_by(connection, rules)
        classes = dict(connection.execute("select indicator_id, disclosure from indicator").fetchall())
        rows = controlled_rows(connection, list(counted))
        now = len(rows)
        as_shown = earlier.as_counted() if earlier and not rules.rounds else earlier
        rows, known = with_earlier(connection, rows, as_shown)
        told = rows["numerator"].notna() | (rows["status"] == "suppressed")
        now, known = int(told[:now].sum()), known[told.to_numpy()]
        rows = rows[told].assign(row=np.arange(int(told.sum()))).reset_index(drop=True)
        found = [
            _tried_rounded(family, rows, now, base_of(family, rows, counted, rules)) if rules.rounds
            else _tried(family, rows, counted, classes, rules, exact)
            for family in families(connection, rows, counted)
        ]  # fmt: skip
        given_away = {one for tried in found for one in tried.recoverable}
        before: set[Found] = set()
        if given_away and known.any() and not rules.rounds:
            # The same release if it showed nothing but what earlier ones did.
            rows_before = rows.assign(numerator=rows["numerator"].where(known))
            before = {one for family in families(connection, rows_before, counted)
                      for one in _tried(family, rows_before, counted, classes, rules, True).recoverable}  # fmt: skip
    places = {one.place for one in before}
    recoverable = sorted(
        (one for one in given_away if one.place not in places), key=lambda one: tuple(map(str, asdict(one).values()))
    )
    return Audit(
        name, len(counted), int(rows["numerator"].notna().sum()), int((rows["status"] == "suppressed").sum()),
        sum(tried.implied for tried in found), tuple(recoverable), _by_indicator(found), rules.rounds,
        len({one.place for one in given_away} & places),
    )  # fmt: skip


@dataclass(frozen=True)
class _Tried:
    """What came of one family."""

    recoverable: list[Found]
    implied: int
    widths: pd.DataFrame


@dataclass(frozen=True)
class _System:
    """Sums and what is known of their cells."""

    equations: sparse.csr_array
    lower: Values
    upper: Values

    def with_room(self, room: float) -> _System:
        """The same sums, each of which may be out by so much."""
        if not room:
            return self
        sums = self.equations.shape[0]
        rooms = np.full(sums, room)
        equations = sparse.csr_array(sparse.hstack([self.equations, sparse.eye_array(sums)], format="csr"))
        return _System(equations, np.concatenate([self.lower, -rooms]), np.concatenate([self.upper, rooms]))


def _lay_open_data(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Views of the open data as they are downloaded."""
    for name, file in (("indicator_value", "indicator-values.parquet"), ("membership", "membership.parquet"),
                       ("zone_class", "zone-classes.parquet")):  # fmt: skip
        connection.execute(f"create view {name} as select * from read_parquet('{quoted(folder / file)}')")
    connection.execute(
        f"create view indicator as select * from read_csv('{quoted(folder / 'indicators.csv')}', all_varchar = true, "
        "header = true)"
    )


def _tried(
    family: Family,
    rows: pd.DataFrame,
    counted: Mapping[str, Any],
    classes: Mapping[str, str],
    rules: Rules,
    exact: bool,
) -> _Tried:
    """One family: what is shown as it is, what is hidden unknown, and the interval of each unknown."""
    of_row = family.of_row
    row, among, cell = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool), of_row["cell"].to_numpy()
    shown = np.where(among, rows["denominator"].to_numpy()[row], rows["numerator"].to_numpy()[row])
    there = ~np.isnan(shown) & rows["numerator"].notna().to_numpy()[row]
    count = np.full(len(family), np.nan)
    count[cell[there]] = shown[there]
    width, below = np.zeros(len(family)), np.zeros(len(family))
    for position, (indicator, is_among) in enumerate(zip(rows["indicator_id"].to_numpy()[row], among, strict=True)):
        term = counted[indicator][int(is_among)]
        width[cell[position]] = max(width[cell[position]], rules.protection(classes[indicator], term.measures))
        below[cell[position]] = max(below[cell[position]], rules.below(classes[indicator], term.measures))
    sums = sums_of(family.dimensions, family.cells)
    helper = sums.helper
    hidden = np.concatenate([np.isnan(count), np.zeros(len(helper) - len(family), dtype=bool)])
    counts = np.concatenate([count, np.full(len(helper) - len(family), np.nan)])
    seen = count[~np.isnan(count)]
    # Noughts are shown, so what is hidden is 1 or more; but a share of somebody, where areas share a zone, may be less.
    shared = any((dimension.members.data != 1).any() for dimension in family.dimensions)
    least = 1.0 if len(seen) and not shared and (np.abs(seen - np.round(seen)) < WHOLE).all() else 0.0
    lower = np.where(hidden, least, np.where(helper, 0.0, np.nan_to_num(counts)))
    upper = np.where(np.isnan(counts), np.inf, np.nan_to_num(counts))
    wanted = np.flatnonzero(hidden)
    needed = width[wanted]
    system, known = _asked(_System(sums.equations, lower, upper), counts, wanted, None if exact else needed)
    wide = known.high - known.low
    bad = wanted[wide < needed * (1 - SHORT)]
    found = [_named(family, rows, at, float(wide[wanted == at][0]), float(width[at]), True) for at in bad]
    implied, more = _implied(family, rows, system, helper, float(below.max(initial=0)), float(width.max(initial=0)))
    first = of_row.drop_duplicates("cell").set_index("cell")["row"]
    widths = pd.DataFrame(
        {"indicator_id": rows["indicator_id"].to_numpy()[first.loc[wanted].to_numpy()], "width": wide}
    )
    return _Tried([*found, *more], implied, widths)


def _tried_rounded(family: Family, rows: pd.DataFrame, now: int, base: int) -> _Tried:
    """One family of rounded counts: each must leave open as many whole numbers as the base is.

    A count that is no multiple is as it was counted: from an earlier release it is known for good, and in this one it
    should not be.
    """
    of_row = family.of_row
    row, among, cell = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool), of_row["cell"].to_numpy()
    shown = np.where(among, rows["denominator"].to_numpy()[row], rows["numerator"].to_numpy()[row])
    there = ~np.isnan(shown) & rows["numerator"].notna().to_numpy()[row]
    whole = np.abs(shown / base - np.round(shown / base)) < SHORT
    sums = sums_of(family.dimensions, family.cells)
    count, exact, slipped = np.full(len(sums.cells), np.nan), np.zeros(len(sums.cells), bool), np.zeros(len(sums.cells))
    count[cell[there]] = shown[there]
    odd = there & ~whole
    count[cell[odd]] = shown[odd]
    exact[cell[odd]] = True
    slipped[cell[odd & (row < now)]] = 1
    width = widths(sums, count, base, exact)
    bad = np.flatnonzero(((width < (base - 1) * (1 - SHORT)) & ~exact) | (slipped > 0))
    found = []
    for at in bad.tolist():
        near = at if at < len(family) else _beside(sums.equations, at, len(family))
        if near is not None:
            found.append(_named(family, rows, near, float(width[at]), base - 1.0, at < len(family)))
    first = of_row.drop_duplicates("cell").set_index("cell")["row"]
    named = rows["indicator_id"].to_numpy()[first.loc[np.arange(len(family))].to_numpy()]
    told = pd.DataFrame({"indicator_id": named, "width": width[: len(family)]})
    return _Tried(found, int(sums.helper.sum()), told[~exact[: len(family)]])


def _beside(equations: sparse.csr_array, cell: int, published: int) -> int | None:
    """The first published count in a sum with a cell."""
    sums = np.flatnonzero(equations[:, [cell]].toarray().ravel())
    return next((int(c) for s in sums for c in equations[[s]].indices if c < published), None)


def _asked(system: _System, counts: Values, wanted: Numbers, enough: Values | None) -> tuple[_System, Known]:
    """The interval of each cell wanted, and the sums with as much room as published figures show that they have.

    Where figures were rounded, or come from several hands, parts do not make the whole: an outsider sees by how much,
    where everything is shown, and cannot trust other sums more than that.
    """
    room = _out_by(system.equations, counts)
    for _ in range(DOUBLED):
        roomy = system.with_room(room)
        try:
            return roomy, intervals(roomy.equations, roomy.lower, roomy.upper, wanted, enough)
        except Inconsistent:
            room = max(2 * room, 1.0)
    raise ReleaseError(
        "The published figures contradict one another, so nothing can be said of what could be worked out."
    )


def _out_by(equations: sparse.csr_array, counts: Values) -> float:
    """By how much the sums of shown counts are out; nought where all hold but for rounding of computers."""
    known = np.nan_to_num(counts)
    shown = sparse.csr_array(abs(equations)) @ np.isnan(counts).astype(float) == 0
    out_by = np.abs(equations @ known) * shown
    return float((out_by * (out_by > SHORT * (1 + abs(equations) @ np.abs(known)))).max(initial=0.0))


def _implied(
    family: Family, rows: pd.DataFrame, system: _System, helper: Flags, below: float, width: float
) -> tuple[int, list[Found]]:
    """Counts that nobody publishes and that subtraction gives away, small; told by the nearest count that is
    published."""
    if not helper.any() or not below:
        return 0, []
    equations = system.equations
    low, high = (bounds[: len(helper)] for bounds in by_subtraction(equations, system.lower, system.upper))
    away = np.flatnonzero(helper & (high - low < width * (1 - SHORT)) & (high < below) & (high > SHORT))
    found = []
    for at in away:
        near = _beside(equations, int(at), len(family))
        if near is not None:
            found.append(_named(family, rows, near, float(high[at] - low[at]), width, False))
    return int(helper.sum()), found


def _named(family: Family, rows: pd.DataFrame, cell: int, width: float, needed: float, published: bool) -> Found:
    first = family.of_row.loc[family.of_row["cell"] == cell, "row"].iloc[0]
    row = rows.iloc[int(first)]
    return Found(row["indicator_id"], row["area_type"], row["area_code"], f"{pd.Timestamp(row['period_end']):%Y-%m-%d}",
                 row["breakdown"], row["category"], width, needed, published)  # fmt: skip


def _by_indicator(found: list[_Tried]) -> dict[str, dict[str, float | None]]:
    widths = pd.concat([tried.widths for tried in found]) if found else pd.DataFrame({"indicator_id": [], "width": []})
    return {
        str(name): {"hidden": len(group), "narrowest": _or_none(float(group["width"].min()))}
        for name, group in widths.groupby("indicator_id", sort=True)
    }


def _or_none(width: float) -> float | None:
    return width if np.isfinite(width) else None


__all__ = ["Audit", "audit", "published_rules", "raise_if_recoverable", "write_audit", "write_rules"]
