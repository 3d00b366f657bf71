"""How long disclosure control takes, and what it costs: choosing what to hide, and auditing what is published.

``python -m benchmarks.disclosure WORKSPACE`` takes the current release of a built workspace and protects every count of
health and care in it as if nothing had been published before (``published = "protect"``): the hardest case there is.
Beside the solver's choice it sets the heuristic's, and the present practice of hiding the next smallest, with what the
auditor finds of each. ``--write`` keeps the table in ``benchmarks/results-disclosure.md``.
"""

from __future__ import annotations

import argparse
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from locality_profiles.building import LOCAL_TIME
from locality_profiles.disclosure import control as controlling
from locality_profiles.disclosure import pattern
from locality_profiles.disclosure.auditing import audit, write_rules
from locality_profiles.disclosure.publishable import choose, held_back, lay_views, publishable_values
from locality_profiles.disclosure.rules import disclosure_rules
from locality_profiles.publish.releases import current_release
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.workspace import read_workspace

WAYS: dict[str, Callable[..., pattern.Pattern]] = {
    "solver": pattern.hidden_pattern, "heuristic": pattern.heuristic, "hide the next smallest": pattern.simple,
}  # fmt: skip
RESULTS = Path(__file__).parent / "results-disclosure.md"


def measured(workspace: Path, scratch: Path, way: str) -> str:
    """A line of the table: one way of choosing, over one workspace."""
    release = current_release(read_workspace(workspace).published)
    if release is None:
        raise SystemExit(f"{workspace} has no release; build it first.")
    rules = replace(disclosure_rules(), as_published=False)
    chooser, controlling.hidden_pattern = controlling.hidden_pattern, WAYS[way]
    start = time.monotonic()
    chosen = choose(release.tables, rules, None)
    choosing = time.monotonic() - start
    controlling.hidden_pattern = chooser
    _lay_open_data(release.tables, chosen, rules, scratch)
    start = time.monotonic()
    found = audit(scratch)
    auditing = time.monotonic() - start
    counts = chosen.rows["numerator"].to_numpy()
    small = int(((counts > 0) & (counts < rules.classes["health"].below)).sum())
    lost = float(np.nansum(np.log1p(np.abs(counts[chosen.hidden]))) / np.nansum(np.log1p(np.abs(counts))))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = (workspace.name, way, found.controlled, f"{len(chosen.rows):,}", f"{small:,}", f"{chosen.hidden.sum():,}",
            f"{100 * lost:.1f} %", f"{len(found.recoverable):,}", f"{choosing:.0f} s", f"{auditing:.0f} s",
            f"{memory:,.0f} MiB")  # fmt: skip
    return f"| {' | '.join(map(str, told))} |"


def _lay_open_data(tables: dict[str, Path], chosen: controlling.Controlled, rules: object, scratch: Path) -> None:
    """The open data that the auditor reads, with everything else left away."""
    import pyarrow.parquet as pq

    folder = scratch / "open-data"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(held_back(chosen), scratch / "chosen.parquet")
    with connect() as connection:
        lay_views(connection, tables)
        query = publishable_values(tables["indicator_value"], scratch / "chosen.parquet")
        connection.execute(f"copy ({query}) to '{folder / 'indicator-values.parquet'}' (format parquet)")
        connection.execute(f"copy (select * from {relation(tables['indicator'])}) to '{folder / 'indicators.csv'}'")
        connection.execute(
            f"copy (select * from membership where block_type = 'data_zone_2011') to '{folder / 'membership.parquet'}'"
        )
        connection.execute(f"copy (select * from zone_class) to '{folder / 'zone-classes.parquet'}'")
    write_rules(scratch, rules, int(chosen.hidden.sum()), int(chosen.left_out.sum()))  # type: ignore[arg-type]


def main() -> None:
    """Measure the workspaces that are named, each way in turn."""
    import tempfile

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("workspace", type=Path, nargs="+")
    asked.add_argument("--way", choices=list(WAYS), action="append")
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    lines = [
        f"Measured on {datetime.now(LOCAL_TIME):%-d %B %Y}, {platform.machine()}, Python {platform.python_version()}.",
        "",
        "| Workspace | Way | Indicators | Rows | Small counts | Hidden | Information lost | Recoverable | Choosing | "
        "Auditing | Memory |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for workspace in told.workspace:
        for way in told.way or list(WAYS):
            with tempfile.TemporaryDirectory() as scratch:
                lines.append(measured(workspace, Path(scratch), way))
            print(lines[-1], flush=True)  # noqa: T201
    if told.write:
        RESULTS.write_text("# Disclosure control\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
