"""How long the statistics take on whole columns, beside the published Python port of the English methods.

``python -m benchmarks.statistics`` prints the table; with ``--write`` it is also kept in
``benchmarks/results-statistics.md``. Both are given the same columns in one run; read the ratio before the seconds.
``PHStatsMethods`` is a development dependency and an oracle only. The last table calculates every indicator for every
kind of area of the real Scotland workspace, and needs the real extracts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.builds import REPOSITORY, example, extracts
from locality_profiles.statistics.estimates import rate_estimate
from locality_profiles.statistics.life_tables import TWENTY_BANDS, life_expectancy
from locality_profiles.statistics.standardised import standardised_by_group

GROUPS, BANDS = 50_000, 20
TABLES = 7_000 * 2 * 10
ROWS = 10_000_000
#: The oracle works row by row, so the two are compared on a part; it takes no count of nought.
ROWS_BESIDE = 200_000

#: Run in a process of its own, so that its memory is what calculating takes: the tables are made before it starts.
CALCULATING = """
import json, resource, sys, time
from pathlib import Path
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import indicators

tables = {name: Path(path) for name, path in json.loads(sys.argv[1]).items()}
wall, processor = time.monotonic(), time.process_time()
made = calculate(tables, json.loads(sys.argv[2]))
found = made.definitions["unavailable"]
print(json.dumps({
    "wall": time.monotonic() - wall, "processor": time.process_time() - processor, "rows": made.values.num_rows,
    "indicators": len(indicators()), "with_figures": found.null_count,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


class Timed(NamedTuple):
    """What a function gave, and its seconds: the middle of several runs."""

    result: object
    seconds: float


def timed(function: Callable[[], object], times: int = 3) -> Timed:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        result = function()
        taken.append(time.perf_counter() - start)
    return Timed(result, sorted(taken)[times // 2])


def standardising(random: np.random.Generator) -> list[str]:
    """A million strata through directly standardised rates."""
    from PHStatsMethods import ph_dsr

    people = random.integers(200, 5_000, GROUPS * BANDS).astype(float)
    events = random.binomial(people.astype(int), 0.02).astype(float)
    weights = np.tile(random.integers(1_000, 8_000, BANDS).astype(float), GROUPS)
    groups = np.repeat(np.arange(GROUPS), BANDS)
    ours = timed(lambda: standardised_by_group(events, people, weights, groups, GROUPS))
    frame = pd.DataFrame({"group": groups, "events": events, "people": people, "weights": weights})
    theirs = timed(
        lambda: ph_dsr(frame, "events", "people", "weights", ["group"], metadata=False, euro_standard_pops=False), 1
    )
    largest = _largest_difference(ours.result, theirs.result, by="group")
    what = f"directly standardised rates with limits, {GROUPS:,} groups of {BANDS} age bands"
    return _row(what, ours.seconds, theirs.seconds, largest, "0.5 s")


def rating(random: np.random.Generator) -> list[str]:
    """Ten million crude rates with limits."""
    from PHStatsMethods import ph_rate

    people = random.integers(200, 50_000, ROWS).astype(float)
    events = 1 + random.poisson(people * 0.004).astype(float)
    all_rows = timed(lambda: rate_estimate(events, people))
    part = slice(0, ROWS_BESIDE)
    ours = timed(lambda: rate_estimate(events[part], people[part]))
    frame = pd.DataFrame({"events": events[part], "people": people[part]})
    theirs = timed(lambda: ph_rate(frame, "events", "people", metadata=False), 1)
    largest = _largest_difference(ours.result, theirs.result)
    what = f"crude rates with limits, the first {ROWS_BESIDE:,} of them"
    return [
        *_row(f"crude rates with limits, {ROWS:,} rows", all_rows.seconds, None, None, "5 s", "below"),
        *_row(what, ours.seconds, theirs.seconds, largest, ""),
    ]


def living(random: np.random.Generator) -> list[str]:
    """Life expectancy for 7,000 areas, both sexes, ten periods."""
    people = random.integers(500, 5_000, (TABLES, BANDS)).astype(float)
    risk = np.concatenate([[0.004], 0.00005 * np.exp(0.085 * np.array(TWENTY_BANDS[1:]))])
    deaths = random.binomial(people.astype(int), np.minimum(risk, 0.5)).astype(float)
    deaths[:, -1] += 1
    ours = timed(lambda: life_expectancy(deaths, people))
    return _row(f"life expectancy with limits, {TABLES:,} tables of {BANDS} bands", ours.seconds, None, None, "2 s")


#: The oracle's columns of a value and its limits.
COLUMNS = ("Value", "lower_95_ci", "upper_95_ci")


def _largest_difference(ours: object, theirs: object, by: str | None = None) -> float:
    """The largest relative difference of a value or limit."""
    frame = theirs.sort_values(by) if by else theirs  # type: ignore[attr-defined]
    largest = 0.0
    for part, name in zip(ours, COLUMNS, strict=True):  # type: ignore[call-overload]
        other = frame[name].to_numpy(dtype=float)
        at = np.isfinite(part) & np.isfinite(other) & (other != 0)
        if (np.isfinite(part) != np.isfinite(other)).any():
            raise RuntimeError(f"one of the two gives no {name} where the other does")
        largest = max(largest, float(np.max(np.abs(part[at] / other[at] - 1))))
    return largest


def _row(
    what: str, ours: float, theirs: float | None, largest: float | None, target: str, instead: str = "has none"
) -> list[str]:
    if theirs is None or largest is None:
        return [f"| {what} | {ours:.2f} s | {target} | {instead} | | |"]
    return [f"| {what} | {ours:.3f} s | {target} | {theirs:.1f} s | {theirs / ours:,.0f} times | {largest:.1g} |"]


def calculating(scratch: Path, real: Path) -> list[str]:
    """Every indicator for every kind of area and period of the real Scotland workspace."""
    from locality_profiles import building
    from locality_profiles.workspace import read_workspace

    os.environ["LOCALITY_PROFILES_EXTRACTS"] = str(real)
    example("scotland")(scratch / "scotland")
    workspace = read_workspace(scratch / "scotland")
    with building.one_build(workspace):
        files = building.stage_all(workspace)
        made = building.curate_tables(workspace, files, building.settle_extracts(workspace, files))
    facts = {name: str(path) for name, path in made.tables.items() if name[0] != "_"}
    types = [
        *workspace.profiled,
        *(s.name for s in workspace.systems),
        "council_area",
        "hscp",
        "health_board",
        "country",
    ]
    types = list(dict.fromkeys(types))
    ran = subprocess.run(
        [sys.executable, "-c", CALCULATING, json.dumps(facts), json.dumps(types)],
        capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    found = json.loads(ran.stdout.splitlines()[-1])
    return [
        "| every indicator, every kind of area, every period, real Scotland | wall | processor | memory | target |",
        "| --- | ---: | ---: | ---: | --- |",
        f"| {found['indicators']} indicators ({found['with_figures']} with figures), {len(types)} kinds of area: "
        f"{found['rows']:,} values | {found['wall']:.1f} s | {found['processor']:.1f} s | {found['memory']:,.0f} MiB "
        "| 60 s, 3 GiB |",
    ]


def report(scratch: Path, real: Path | None) -> str:
    """The tables, as Markdown."""
    random = np.random.default_rng(2026)
    lines = [
        "| method | ours, middle of three | target | PHStatsMethods, once | ratio | largest relative difference |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in (standardising, living, rating):
            lines += part(random)
    lines.append("")
    lines += calculating(scratch, real) if real else ["The real extracts are not here, so Scotland was not measured."]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Print the tables, and keep them if asked to."""
    with tempfile.TemporaryDirectory() as scratch:
        table = report(Path(scratch), extracts())
    today = date.today()  # noqa: DTZ011
    text = (
        "# Benchmarks of statistics and indicators\n\n"
        "Written by `python -m benchmarks.statistics --write`; nothing here is edited by hand.\n\n"
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores.\n\n{table}\n"
    )
    sys.stdout.write(text)
    if "--write" in arguments:
        (REPOSITORY / "benchmarks" / "results-statistics.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
