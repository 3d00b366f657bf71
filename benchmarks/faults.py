"""The fault and fuzz suite: kills and a machine that refuses, mutated extracts, and the auditor of what is hidden.

``python -m benchmarks.faults`` runs all three from one seed and prints what came of it; ``--quick`` does a few of each,
``--only kills`` (or extracts, auditor) one of them, ``--seed N`` draws others. ``--write`` keeps what was run in
``benchmarks/results-faults.json`` and writes the table anew, ``benchmarks/results-faults.md``. It ends with 1 if
anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from importlib import import_module
from multiprocessing import get_context

from benchmarks.builds import REPOSITORY
from benchmarks.faults_score import Score

RESULTS = REPOSITORY / "benchmarks" / "results-faults.md"
#: What the page is made from: the last run of each part.
KEPT = RESULTS.with_suffix(".json")
SEED = 20261127
PARTS = ("kills", "extracts", "auditor")


def scores(parts: Sequence[str], seed: int, quick: bool, together: bool = False) -> list[Score]:
    """What each part came to; ``together`` runs them side by side, each in a process of its own."""
    if not together:
        return [score(part, seed, quick) for part in parts]
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as processes:
        return list(processes.map(score, parts, [seed] * len(parts), [quick] * len(parts)))


def score(part: str, seed: int, quick: bool) -> Score:
    """What one part came to; one that breaks down has failed, and does not keep the others from being run."""
    try:
        found: Score = import_module(f"benchmarks.faults_{part}").run(seed, quick)
    except Exception as error:  # whatever it is, it is a failure of that part
        told = str(error).splitlines()[0] if str(error) else ""
        return Score(part, 1, 1, (f"- FAILED to run: {type(error).__name__}: {told}",))
    return found


@dataclass(frozen=True)
class Run:
    """One part as it was run last: when, from which seed, and what it came to."""

    day: str
    seed: int
    quick: bool
    score: Score


def read_runs() -> dict[str, Run]:
    """What was kept of earlier runs, by part."""
    if not KEPT.is_file():
        return {}
    told = json.loads(KEPT.read_text(encoding="utf-8"))
    return {
        part: Run(
            run["day"], run["seed"], run["quick"], Score(**{**run["score"], "lines": tuple(run["score"]["lines"])})
        )
        for part, run in told.items()
    }


def report(runs: dict[str, Run]) -> str:
    """The scores as a page in Markdown."""
    from locality_profiles import __version__

    found = [runs[part] for part in PARTS if part in runs]
    tried, failed = sum(run.score.tried for run in found), sum(run.score.failed for run in found)
    lines = [
        "# Faults", "",
        "Written by `python -m benchmarks.faults --write`; nothing here is edited by hand.", "",
        f"Version {__version__}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}.", "",
        "| what | tried | failed | day | seed |", "| --- | ---: | ---: | --- | ---: |",
        *(f"| {run.score.what}{' (a few)' if run.quick else ''} | {run.score.tried:,} | {run.score.failed:,} | "
          f"{run.day} | {run.seed} |" for run in found),
        f"| **together** | {tried:,} | {failed:,} | | |", "",
    ]  # fmt: skip
    for run in found:
        lines += [f"## {run.score.what[:1].upper()}{run.score.what[1:]}", "", *run.score.lines, ""]
    held = 100 * (tried - failed) / tried if tried else 0.0
    lines += [f"Score: {tried - failed:,} of {tried:,} held ({held:.2f} %).", ""]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run, print, keep if asked to; 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--quick", action="store_true", help="a few of each")
    parser.add_argument("--only", choices=PARTS, help="one part only")
    parser.add_argument("--together", action="store_true", help="all parts side by side, where there are cores for it")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.relative_to(REPOSITORY)}")
    told = parser.parse_args(arguments)
    parts = [told.only] if told.only else PARTS
    found = scores(parts, told.seed, told.quick, told.together)
    today = date.today()  # noqa: DTZ011
    day = f"{today.day} {today:%B %Y}"
    runs = {part: Run(day, told.seed, told.quick, one) for part, one in zip(parts, found, strict=True)}
    sys.stdout.write(report(runs))
    if told.write:
        runs = {**read_runs(), **runs}
        KEPT.write_text(json.dumps({part: asdict(run) for part, run in runs.items()}, indent=1), encoding="utf-8")
        RESULTS.write_text(report(runs), encoding="utf-8")
    return 1 if any(score.failed for score in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
