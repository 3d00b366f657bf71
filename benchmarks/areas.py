"""How long area systems take: all of Scotland's data zones in five systems, one more system, and ``areas add``.

``make bench`` prints the table; ``python -m benchmarks.areas --write`` also keeps it in
``benchmarks/results-areas.md``. It needs the real extracts (``LOCALITY_PROFILES_EXTRACTS``, or ``../shared/data``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.builds import COMMAND, REPOSITORY, example, extracts, measure

#: Run in a process of its own, so that its memory is what placing takes: extracts are read before it starts.
PLACING = """
import json, resource, sys, time
from locality_profiles import building
from locality_profiles.curate import facts, linking
from locality_profiles.tables.store import connect
from locality_profiles.workspace import read_workspace

workspace = read_workspace(sys.argv[1])
store = building.store_of(workspace)
files = building.stage_all(workspace)
wall, processor = time.monotonic(), time.process_time()
with connect() as connection:
    ground = facts.stand_on(connection, workspace, files)
    tables, systems, _ = facts.lay_out(ground, store)
    members = tables["_block_membership"].relation
    kinds = connection.execute(f"select count(distinct area_type) from {members}").fetchall()
    rows = tables["_block_membership"].manifest["rows"]
print(json.dumps({
    "wall": time.monotonic() - wall, "processor": time.process_time() - processor, "rows": rows, "kinds": kinds[0][0],
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
ANOTHER = """
[[areas.system]]
name = "north_and_south"
title = "Half of Shetland"
plural = "Halves of Shetland"
from = "union"
of = "neighbourhood"
[[areas.system.area]]
name = "North"
of = ["Unst", "Yell and Fetlar", "Hillswick and Northmavine", "Brae and Mossbank", "Whalsay and Skerries"]
[[areas.system.area]]
name = "South"
of = [
    "Levenwick and the south", "Lerwick and Bressay", "Scalloway and Burra", "Bixter and Aith", "Walls and Sandness",
]
"""
FACTS = ("population", "deprivation", "activity", "registration", "household", "budget_line", "population_class")


def placing(folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Seconds and memory of placing every system of a workspace whose extracts have been read."""
    ran = subprocess.run(
        [sys.executable, "-c", PLACING, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def facts_of(folder: Path) -> dict[str, set[str]]:
    """Names of the fact tables' files, which are made of their content."""
    curated = folder / "data" / "curated"
    return {table: {path.name for path in (curated / table).glob("*.parquet")} for table in FACTS}


def report(scratch: Path, real: Path) -> str:
    """The table, as Markdown."""
    environment = {**os.environ, "PREFECT_HOME": str(scratch / "prefect"), "LOCALITY_PROFILES_EXTRACTS": str(real)}
    os.environ["LOCALITY_PROFILES_EXTRACTS"] = str(real)
    folder = scratch / "scotland"
    example("scotland")(folder)
    placing(folder, environment)  # reads the extracts
    for kept in (folder / "data" / "curated").glob("_system_*"):
        _empty(kept)
    for table in ("area", "_block_membership", "boundary"):
        _empty(folder / "data" / "curated" / table)
    found = placing(folder, environment)
    lines = [
        "| all of Scotland's 6,976 data zones | wall | processor | memory | target |",
        "| --- | ---: | ---: | ---: | --- |",
        f"| placed in localities (outlines and lookup), GP clusters (modelled patients), neighbourhoods, and wards, "
        f"intermediate zones, councils, partnerships, boards of the lookup: {int(found['rows']):,} memberships in "
        f"{int(found['kinds'])} systems | {found['wall']:.1f} s | {found['processor']:.1f} s "
        f"| {found['memory']:,.0f} MiB | 20 s, 1.5 GiB |",
    ]
    build = [*COMMAND, "build", "--workspace", str(folder)]
    first = measure(build, environment)
    before = facts_of(folder)
    with (folder / "profiles.toml").open("a", encoding="utf-8") as settings:
        settings.write(ANOTHER)
    again = measure(build, environment)
    same = sum(before[table] == facts_of(folder)[table] for table in FACTS)
    pages = len(list((folder / "data" / "published" / "current" / "site" / "areas").glob("*.html")))
    lines += [
        f"| the whole build: {pages:,} profiles of six kinds of area | {first.wall:.1f} s | {first.processor:.1f} s "
        f"| {first.memory:,.0f} MiB | |",
        f"| the build after one more system ({same} of {len(FACTS)} tables of facts as they were) | {again.wall:.1f} s "
        f"| {again.processor:.1f} s | {again.memory:,.0f} MiB | no fact read again |",
    ]
    zones = real / "boundaries" / "intzone2011_simplified_scotland.geojson"
    adding = [*COMMAND, "areas", "add", "my_zones", "--from", str(zones), "--title", "Zone", "--plural", "Zones",
              "--name-column", "iz11_code", "--workspace", str(folder), "--dry-run"]  # fmt: skip
    start = time.monotonic()
    ran = subprocess.run(adding, env=environment, capture_output=True, text=True)
    taken = time.monotonic() - start
    if ran.returncode:
        raise RuntimeError(ran.stderr + ran.stdout)
    lines.append(f"| areas add, 1,279 outlines, extracts read before | {taken:.1f} s | | | 60 s |")
    return "\n".join(lines)


def _empty(folder: Path) -> None:
    for path in folder.glob("*"):
        path.unlink()


def main(arguments: Sequence[str]) -> None:
    """Print the table, and keep it if asked to."""
    real = extracts()
    if real is None:
        sys.stdout.write("There are no real extracts here; name them in LOCALITY_PROFILES_EXTRACTS.\n")
        return
    with tempfile.TemporaryDirectory() as scratch:
        table = report(Path(scratch), real)
    today = date.today()  # noqa: DTZ011
    text = (
        "# Benchmarks of area systems\n\n"
        "Written by `python -m benchmarks.areas --write`; nothing here is edited by hand.\n\n"
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores.\n\n{table}\n"
    )
    sys.stdout.write(text)
    if "--write" in arguments:
        (REPOSITORY / "benchmarks" / "results-areas.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
