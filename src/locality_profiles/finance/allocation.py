"""Every line of every ledger divided among areas, to the penny, by what was used and by what is fair.

Lines that are divided alike are divided together, as columns; nothing here goes through areas one by one. What no rule
or driver places is shown as unallocated, with the reason, and never spread unless a rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.finance.coding import NOT_TOLD
from locality_profiles.finance.drivers import FISCAL, Division, Drivers, fiscal
from locality_profiles.finance.rules import BY_RESIDENTS, Rule, Rules
from locality_profiles.ledger.codes import services
from locality_profiles.statistics.placing import Whole, divide
from locality_profiles.tables.money import ALLOCATION, UNALLOCATED

#: The last part of the code that stands for what a service that is run for others costs for one of them.
FOR_OTHERS = "HOSTED"
#: Rows that are gathered before they are written.
_AT_ONCE = 500_000
DIRECT_GRADE, NOT_PLACED_GRADE = 1, 5


@dataclass(frozen=True)
class Alike:
    """Lines that are divided alike: of one partnership, service, group of people, year, version and place."""

    hscp: str
    service: str
    scope: str
    partner: str
    care_group: str
    version: str
    period: tuple[str, object, object]
    year: int
    area_type: str | None
    area_code: str | None
    lines: Whole
    """Places of the lines in the ledger."""
    net: Whole


@dataclass(frozen=True)
class Part:
    """How some lines are divided on one basis among the areas of one kind."""

    areas: tuple[str, ...]
    pence: Whole
    """One row a line, one column an area."""
    method: str
    grade: int
    driver: str | None = None
    told_of: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Placing:
    """What lines are placed by: drivers, rules, and the use that each partnership makes of hosted services."""

    drivers: Drivers
    rules: Rules
    hosted: Mapping[tuple[str, str, int], Mapping[str, float]] = field(default_factory=dict)
    """Use by partnership, by host, service and year."""

    def rule_of(self, lines: Alike) -> Rule | None:
        if lines.service == NOT_TOLD:
            return None
        return self.rules.rule_of(lines.service, lines.scope, lines.partner, lines.care_group)

    def used(self, lines: Alike, rule: Rule | None, area_type: str) -> list[Part]:
        """Lines by what an area's people used: where they are posted, else by the first driver of use."""
        if lines.area_type == area_type and lines.area_code:
            return [Part((lines.area_code,), lines.net[:, None], "A", DIRECT_GRADE)]
        if lines.scope == "hosted_out":
            return self._hosted(lines, rule, rule.used if rule else (), area_type)
        return [self._by(rule, rule.used if rule else (), lines, lines.net, area_type)]

    def fair(self, lines: Alike, rule: Rule | None, area_type: str) -> list[Part]:
        """Lines by what an area's people would need."""
        if lines.scope == "hosted_out":
            return self._hosted(lines, rule, rule.fair if rule else (), area_type)
        return [self._by(rule, rule.fair if rule else (), lines, lines.net, area_type)]

    def weightings(self, lines: Alike, rule: Rule | None, area_type: str) -> dict[str, Part]:
        """The sum of lines by every weighting that is compared and has figures, by the driver's name."""
        if rule is None or not rule.fair or lines.scope == "hosted_out":
            return {}
        total = np.array([lines.net.sum()], dtype=np.int64)
        found = {}
        for name in rule.weightings:
            if division := self.drivers.of(name, lines.service, lines.hscp, area_type, lines.year):
                found[name] = _divided(division, total)
        return found

    def _by(self, rule: Rule | None, chain: Sequence[str], lines: Alike, net: Whole, area_type: str) -> Part:
        division = self.drivers.best(chain, lines.service, lines.hscp, area_type, lines.year)
        if division is not None:
            return _divided(division, net)
        if rule is not None and rule.unplaced == "spread_population":
            spread = self.drivers.of(BY_RESIDENTS, lines.service, lines.hscp, area_type, lines.year)
            if spread is not None:
                return _divided(spread, net)
        return Part((f"{lines.hscp}/{UNALLOCATED}",), net[:, None], "K", NOT_PLACED_GRADE,
                    reason=why_not(lines, rule, [self.rules.drivers[name].title for name in chain]))  # fmt: skip

    def _hosted(self, lines: Alike, rule: Rule | None, chain: Sequence[str], area_type: str) -> list[Part]:
        """A service run for others as well: the part of each by use, and the host's own part among its areas."""
        use = self.hosted.get((lines.hscp, lines.service, lines.year))
        if not use or not sum(use.values()) > 0:
            title = services()[lines.service].title if lines.service in services() else lines.service
            why = f"{title}: nothing tells how much of it each partnership used in {fiscal(lines.year)}"
            return [Part((f"{lines.hscp}/{UNALLOCATED}",), lines.net[:, None], "K", NOT_PLACED_GRADE, reason=why)]
        users = tuple(sorted(use))
        parts = divide(lines.net, np.rint(np.array([use[user] for user in users]) * 1_000_000).astype(np.int64))
        others = [at for at, user in enumerate(users) if user != lines.hscp]
        found = []
        if others:
            areas = tuple(f"{users[at]}/{FOR_OTHERS}" for at in others)
            found.append(Part(areas, parts[:, others], "H", 2, "hosted_use", fiscal(lines.year)))
        if lines.hscp in users:
            own = np.ascontiguousarray(parts[:, users.index(lines.hscp)])
            found.append(self._by(rule, chain, lines, own, area_type))
        return found


def _divided(division: Division, net: Whole) -> Part:
    driver = division.driver
    return Part(
        division.areas, divide(net, division.weights), driver.method, division.grade, driver.id, division.told_of
    )


def why_not(lines: Alike, rule: Rule | None, drivers: Sequence[str]) -> str:
    """Why lines are placed on no area; ``drivers`` are the titles of those that were tried."""
    if lines.service == NOT_TOLD:
        return "neither the line nor [finance] of profiles.toml tells its service"
    title = services()[lines.service].title if lines.service in services() else lines.service
    if rule is None:
        return f"{title}: no rule of allocation is for it ({lines.scope}, {lines.partner})"
    if not drivers:
        return f"{title}: {in_sentence(rule.rationale)} (rule {rule.id})"
    told = "; ".join(in_sentence(driver) for driver in drivers)
    return f"{title}: nothing here tells how to divide it (rule {rule.id} asks for: {told})"


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence, without a full stop."""
    return (title if title[1:2].isupper() else title[:1].lower() + title[1:]).rstrip(".")


# --- lines ----------------------------------------------------------------------------------------


def alike(connection: duckdb.DuckDBPyConnection, ledger: str) -> tuple[list[str], list[Alike]]:
    """The ids of a ledger's lines in order, and its lines by how they are divided.

    ``ledger`` is SQL of ``ledger_line``. The order is of ids, so that files and their order change nothing.
    """
    ids = [row[0] for row in connection.execute(f"select line_id from ({ledger}) order by line_id").fetchall()]
    groups = connection.execute(f"""
        select hscp_code, service_code, scope, partner, care_group, version, period_type, period_start, period_end,
            {FISCAL.format("period_start")} as year, area_type, area_code,
            list(place - 1 order by place) as lines, list(net_pence order by place) as net
        from (select *, row_number() over (order by line_id) as place from ({ledger}))
        group by all order by all""").fetchall()  # fmt: skip
    return ids, [_alike(row) for row in groups]


def _alike(row: tuple[Any, ...]) -> Alike:
    *words, kind, start, end, year, area_type, area_code, places, net = row
    hscp, service, scope, partner, care_group, version = words
    return Alike(hscp, service, scope, partner, care_group, version, (kind, start, end), year, area_type, area_code,
                 np.array(places, np.int64), np.array(net, np.int64))  # fmt: skip


def hosted_use(connection: duckdb.DuckDBPyConnection, table: str) -> dict[tuple[str, str, int], dict[str, float]]:
    """Use of hosted services by partnership, by host, service and year; ``table`` is SQL of ``hosted_use``."""
    found: dict[tuple[str, str, int], dict[str, float]] = {}
    for host, service, year, user, quantity in connection.execute(f"""
        select host_hscp, service_code, {FISCAL.format("period_start")}, block_code, sum(quantity)
        from ({table}) where block_type = 'hscp' and quantity is not null group by all""").fetchall():  # fmt: skip
        found.setdefault((host, service, year), {})[user] = quantity
    return found


# --- writing --------------------------------------------------------------------------------------


class _Rows:
    """Rows of ``allocation`` gathered as numbers of words, and written many at a time."""

    def __init__(self, path: Path, ids: Sequence[str]) -> None:
        self.path = path
        self._ids = pa.array(ids, pa.string())
        self._words: dict[str, dict[str | None, int]] = {name: {} for name in _WORDS}
        self._parts: dict[str, list[Whole]] = {name: [] for name in (*_WORDS, *_NUMBERS)}
        self._held = 0
        self._writer: pq.ParquetWriter | None = None
        # One lot is written while the next is calculated; never more than one waits.
        self._writing = ThreadPoolExecutor(max_workers=1)
        self._under_way: Future[None] | None = None

    def add(self, lines: Alike, part: Part, compared: bool, **told: str | None) -> None:
        """Add the parts of some lines in every area."""
        count, areas = part.pence.shape
        codes = [self._number("area_code", area) for area in part.areas]
        self._parts["line_id"].append(np.repeat(lines.lines, areas))
        self._parts["amount_pence"].append(part.pence.reshape(-1))
        self._parts["grade"].append(np.full(count * areas, part.grade, np.int64))
        self._parts["compared"].append(np.full(count * areas, compared, np.int64))
        self._parts["area_code"].append(np.tile(np.array(codes, np.int64), count))
        for name, word in told.items():
            self._parts[name].append(np.full(count * areas, self._number(name, word), np.int64))
        self._held += count * areas
        if self._held >= _AT_ONCE:
            self.flush()

    def _number(self, column: str, word: str | None) -> int:
        words = self._words[column]
        return words.setdefault(word, len(words))

    def flush(self) -> None:
        whole = {name: np.concatenate(parts) if parts else np.empty(0, np.int64) for name, parts in self._parts.items()}
        columns: dict[str, pa.Array] = {
            "line_id": pa.DictionaryArray.from_arrays(whole["line_id"].astype(np.int32), self._ids),
            "amount_pence": pa.array(whole["amount_pence"]), "grade": pa.array(whole["grade"]),
            "compared": pa.array(whole["compared"].astype(bool)),
            **{name: _as_words(whole[name], self._words[name]) for name in _WORDS},
        }  # fmt: skip
        # Words stay numbers of a list until they are in the file, where they are text like any other.
        table = pa.table({name: columns[name] for name in ALLOCATION.schema.names})
        if self._writer is None:
            # Amounts are all different: a list of them would be made in vain.
            listed = [name for name in table.schema.names if name in ("line_id", *_WORDS)]
            self._writer = pq.ParquetWriter(self.path, table.schema, compression="zstd", store_schema=False,
                                            use_dictionary=listed)  # fmt: skip
        self._wait()
        self._under_way = self._writing.submit(self._writer.write_table, table)
        for parts in self._parts.values():
            parts.clear()
        self._held = 0

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def close(self) -> None:
        self.flush()
        self._wait()
        self._writing.shutdown()
        assert self._writer is not None
        self._writer.close()


_NUMBERS = ("line_id", "amount_pence", "grade", "compared")
_WORDS = ("basis", "area_type", "area_code", "rule_id", "method", "driver_id", "told_of", "reason")


def _as_words(numbers: Whole, words: Mapping[Any, int]) -> pa.DictionaryArray:
    """Words by their numbers; the number of no word is null."""
    mask = numbers == words[None] if None in words else None
    listed = pa.array([word or "" for word in words], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32), mask=mask), listed)


def write_allocation(
    path: Path, ids: Sequence[str], groups: Sequence[Alike], placing: Placing, area_types: Sequence[str]
) -> pa.Table:
    """Write ``allocation`` to a Parquet file, and give what each weighting of need would give each area.

    Returns
    -------
    pa.Table
        One row for each group of lines (its place in ``groups``), kind of area, area and weighting: what the lines
        together would give it, in pence, by each weighting that is compared.
    """
    rows, weighted = _Rows(path, ids), _Weighted()
    for group, lines in enumerate(groups):
        rule = placing.rule_of(lines)
        for area_type in area_types:
            told = {"area_type": area_type, "rule_id": rule.id if rule else None}
            used, fair = placing.used(lines, rule, area_type), placing.fair(lines, rule, area_type)
            compared = all(part.method != "K" for part in (*used, *fair))
            for basis, parts in (("used", used), ("fair", fair)):
                for part in parts:
                    rows.add(lines, part, compared, basis=basis, method=part.method, driver_id=part.driver,
                             told_of=part.told_of, reason=part.reason, **told)  # fmt: skip
            for name, part in placing.weightings(lines, rule, area_type).items():
                weighted.add(group, area_type, name, part)
    rows.close()
    return weighted.table()


class _Weighted:
    """What groups of lines would get by each weighting, gathered as numbers."""

    def __init__(self) -> None:
        self._areas: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._parts: list[tuple[Whole, ...]] = []

    def add(self, group: int, area_type: str, name: str, part: Part) -> None:
        codes = [self._areas.setdefault(f"{area_type} {area}", len(self._areas)) for area in part.areas]
        count = len(codes)
        number = self._names.setdefault(name, len(self._names))
        self._parts.append((np.full(count, group), np.array(codes, np.int64), np.full(count, number), part.pence[0]))

    def table(self) -> pa.Table:
        columns = [np.concatenate(column) for column in zip(*self._parts, strict=True)] or [np.empty(0, np.int64)] * 4
        areas = [area.partition(" ") for area in self._areas]
        place = columns[1].astype(np.int32)
        return pa.table({
            "lines": pa.array(columns[0]),
            "area_type": pa.DictionaryArray.from_arrays(place, pa.array([kind for kind, _, _ in areas], pa.string())),
            "area_code": pa.DictionaryArray.from_arrays(place, pa.array([code for _, _, code in areas], pa.string())),
            "weighting": _as_words(columns[2], self._names), "amount_pence": pa.array(columns[3]),
        })  # fmt: skip


def unused_rules(rules: Rules, groups: Sequence[Alike]) -> Iterator[Rule]:
    """Rules that are for no line of any ledger."""
    seen = {(g.service, g.scope, g.partner, g.care_group) for g in groups if g.service != NOT_TOLD}
    for rule in rules.rules:
        if not any(rules.rule_of(*key) is rule for key in seen):
            yield rule
