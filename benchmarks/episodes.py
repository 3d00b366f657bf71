"""How long the cube of linked records takes, beside what others would do with the same files; how it grows.

``python -m benchmarks.episodes FOLDER --make`` writes a hundred million synthetic records (half an hour); without it,
``python -m benchmarks.episodes FOLDER`` measures them, and with ``--write`` keeps the table and the plot of growth in
``benchmarks/results-episodes.md`` and ``benchmarks/growth-episodes.svg``. Read the ratios before the seconds: each is
of one run, one after the other on the same files.

Beside it stand DuckDB as an analyst would write it for the same outputs (``episodes_plain``), DuckDB with fewer outputs
and every trick its writer knew (``episodes_bare``), and the same fewer outputs in Polars, pandas and R's data.table.
Polars is taken from the Python that ``POLARS_PYTHON`` names; what is not installed is left out and said so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.builds import REPOSITORY

RESULTS, PLOT = REPOSITORY / "benchmarks" / "results-episodes.md", REPOSITORY / "benchmarks" / "growth-episodes.svg"
#: People and years that are made; later years are these, moved on.
PEOPLE, MADE, YEARS = 5_350_000, (2015, 2016, 2017, 2018), tuple(range(2015, 2026))

OURS = """
import json, resource, sys, time
from pathlib import Path
from locality_profiles.curate.linked import linked_tables
from locality_profiles.curate.staging import stage_linked
from locality_profiles.episodes.engine import HERE
from locality_profiles.tables.store import Store

begun = time.monotonic()
store = Store(Path(sys.argv[2]))
store.folder.mkdir(parents=True, exist_ok=True)
reading = stage_linked({path: path.name for path in sorted(Path(sys.argv[1]).glob("source-*.parquet"))}, store, HERE)
files = [reading[path].result() for path in sorted(reading)]
tables = linked_tables(files, store, HERE)
print(json.dumps({
    "seconds": time.monotonic() - begun, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "cells": tables["activity_cube"].manifest["rows"], "reused": sum(file.reused for file in files),
}))
"""
ONE_MILLION = """
import sys
from pathlib import Path
from locality_profiles.sample.linked import made_up_zones, write_linked

write_linked(Path(sys.argv[1]), made_up_zones(698), int(sys.argv[2]), (2018,))
"""
GATE = """
import json, resource, sys, time
from pathlib import Path
from locality_profiles.curate.staging import stage_linked
from locality_profiles.episodes.engine import HERE
from locality_profiles.tables.expectations import Subject, check, great_expectations
from locality_profiles.tables.relation import relations
from locality_profiles.tables.store import Store

store = Store(Path(sys.argv[2]))
paths = sorted(Path(sys.argv[1]).glob("source-*.parquet"))
reading = stage_linked({path: path.name for path in paths}, store, HERE)
pieces = {"record": paths}
for path in paths:
    for part in reading[path].result().parts:
        for table, stored in part.tables.items():
            pieces.setdefault(table, []).append(stored.path)
views = {f"linked_episode__{name}": f"select * from {relations(of)}" for name, of in pieces.items()}
suite = Path(sys.argv[3])
great_expectations()
begun = time.monotonic()
subject = Subject(suite, "linked_episode", {name: f"linked_episode__{name}" for name in pieces})
run = check("extract", [subject], views, store.folder)
print(json.dumps({
    "seconds": time.monotonic() - begun, "checks": run.results.num_rows,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def short(year: int) -> str:
    return f"{year % 100:02d}{(year + 1) % 100:02d}"


def make(folder: Path) -> None:
    """Write four years of records, and seven more that are two of them moved on by whole years."""
    from locality_profiles.sample.linked import made_up_zones, write_linked

    write_linked(folder, made_up_zones(6_976), PEOPLE, MADE)
    for year in YEARS:
        like = year if year in MADE else 2017 + (year - 2017) % 2
        for path in sorted(folder.glob(f"source-episode-file-{short(like)}-*.parquet")) if like != year else ():
            # Community nursing and mental health have no files after 2020/21.
            if not path.stem.endswith(("-DN", "-CMH")):
                move_on(path, folder / path.name.replace(short(like), short(year)), like, year)


def move_on(path: Path, to: Path, like: int, year: int) -> None:
    """A file of another year: the same records, their days and the markers of their journeys moved on."""
    days = (date(year, 4, 1) - date(like, 4, 1)).days
    source = pq.ParquetFile(path)
    schema = source.schema_arrow
    repeating = [name for name in schema.names if name != "anon_chi"]
    with pq.ParquetWriter(to, schema, compression="zstd", use_dictionary=repeating, store_schema=False) as out:
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group)
            for place, field in enumerate(schema):
                column = rows[field.name]
                if pa.types.is_date32(field.type):
                    column = pc.add(column.cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())
                elif field.name == "cij_marker":
                    # Far from all others, so that no two journeys of one person share a marker.
                    column = pc.add(column, pa.scalar((year - like) * 100_000, pa.int32()))
                elif field.name == "year":
                    column = pa.repeat(short(year), rows.num_rows)
                rows = rows.set_column(place, field, column)
            out.write_table(rows)


# --- measuring ------------------------------------------------------------------------------------


def links(files: Sequence[Path], folder: Path) -> Path:
    """A folder of other names for some files."""
    folder.mkdir(parents=True)
    for path in files:
        (folder / path.name).symlink_to(path)
    return folder


def of_years(records: Path, years: Sequence[int]) -> list[Path]:
    return [path for year in years for path in sorted(records.glob(f"source-episode-file-{short(year)}-*.parquet"))]


def rows_in(files: Sequence[Path]) -> int:
    return sum(pq.read_metadata(path).num_rows for path in files)


def measured(*command: str | Path, **environment: str) -> dict[str, float]:
    """What a command says of itself, in the last line that it prints."""
    own = {**os.environ, "LOCALITY_PROFILES_MEMORY": "3GiB", **environment}
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, cwd=REPOSITORY,
                         env=own)  # fmt: skip
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def tools(scratch: Path) -> dict[str, tuple[str, ...]]:
    """Commands of what is installed, by name."""
    own, here = sys.executable, REPOSITORY / "benchmarks"
    found = {
        "ours": (own, "-c", OURS),
        "DuckDB by hand, the same outputs": (own, "-m", "benchmarks.episodes_plain"),
        "DuckDB, fewer outputs, every trick": (own, str(here / "episodes_bare.py")),
        "pandas, fewer outputs": (own, str(here / "episodes_pandas.py")),
    }
    if polars := os.environ.get("POLARS_PYTHON"):
        found["Polars streaming, fewer outputs"] = (polars, str(here / "episodes_polars.py"))
    if shutil.which("Rscript"):
        found["R data.table, fewer outputs, from CSV"] = ("Rscript", str(here / "episodes_datatable.R"))
    return found


def run(name: str, command: Sequence[str], folder: Path, out: Path) -> dict[str, float]:
    """Measure one tool on the files of a folder."""
    shutil.rmtree(out, ignore_errors=True)
    if command[0] == "Rscript":
        csv = out.with_name("csv")
        shutil.rmtree(csv, ignore_errors=True)
        subprocess.run([sys.executable, REPOSITORY / "benchmarks" / "episodes_csv.py", folder, csv], check=True)
        folder = csv
    found = measured(*command, folder, out, OMP_WAIT_POLICY="passive")
    sys.stderr.write(f"{name}: {found['seconds']:.1f} s, {found['peak_mib']:,.0f} MiB\n")
    return found


def measure(records: Path, scratch: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Everything, by size and tool."""
    # In a process of its own: what is started later would be taken to have used its memory.
    subprocess.run([sys.executable, "-c", ONE_MILLION, scratch / "one", str(PEOPLE // 10)], check=True)
    for path in (scratch / "one").glob("source-individual-*"):
        path.unlink()
    sizes = {
        "1": links(sorted((scratch / "one").glob("*.parquet")), scratch / "f1"),
        "10": links(of_years(records, (2018,)), scratch / "f10"),
        "30": links(of_years(records, (2017, 2018, 2019)), scratch / "f30"),
        "100": links(of_years(records, YEARS), scratch / "f100"),
    }
    every = tools(scratch)
    some = {name: every[name] for name in every if not name.startswith(("pandas", "R "))}
    chosen = {"1": every, "10": {n: c for n, c in every.items() if not n.startswith("R ")},
              "30": {"ours": every["ours"]}, "100": some}  # fmt: skip
    found: dict[str, dict[str, dict[str, float]]] = {}
    for size, folder in sizes.items():
        found[size] = {"files": {"rows": rows_in(sorted(folder.glob("*.parquet")))}}
        for name, command in chosen[size].items():
            try:
                found[size][name] = run(name, command, folder, scratch / ("store" if name == "ours" else "out"))
            except subprocess.CalledProcessError as failed:
                if name == "ours":
                    raise
                sys.stderr.write(
                    f"{name} failed and is left out: {failed.stderr[-400:] if failed.stderr else failed}\n"
                )
        shutil.rmtree(scratch / "out", ignore_errors=True)
    # The store still holds the largest cube.
    suite = REPOSITORY / "expectations" / "extract" / "linked_episode.json"
    found["100"]["gate"] = measured(sys.executable, "-c", GATE, sizes["100"], scratch / "store", suite)
    found["100"]["changed"] = changed(sizes["100"], scratch)
    return found


def changed(folder: Path, scratch: Path) -> dict[str, float]:
    """Ours again after one month of the acute records of one year in ten has changed."""
    path = folder / f"source-episode-file-{short(2019)}-01B.parquet"
    rows = pq.read_table(path.resolve())
    month = pc.and_(pc.greater_equal(rows["record_keydate2"], date(2019, 10, 1)),
                    pc.less(rows["record_keydate2"], date(2019, 11, 1)))  # fmt: skip
    first = pc.and_(month, pc.equal(pc.count(rows["year"]), rows.num_rows))
    keep = pc.invert(pc.and_(first, pc.equal(rows["gender"], 1)))
    path.unlink()
    pq.write_table(rows.filter(keep), path, compression="zstd", store_schema=False)
    del rows
    return measured(sys.executable, "-c", OURS, folder, scratch / "store")


# --- telling --------------------------------------------------------------------------------------


def slope(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> float:
    """Slope of seconds against rows, both as logarithms, by least squares."""
    import numpy as np

    rows = [np.log(of["files"]["rows"]) for of in found.values()]
    seconds = [np.log(of["ours"]["seconds"]) for of in found.values()]
    return float(np.polyfit(rows, seconds, 1)[0])


def tables(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """The results as Markdown."""
    lines = ["| millions of records | tool | wall | of ours | memory |", "| ---: | --- | ---: | ---: | ---: |"]
    for of in found.values():
        ours = of["ours"]["seconds"]
        for name, told in of.items():
            if name not in ("files", "gate", "changed"):
                lines.append(f"| {of['files']['rows'] / 1e6:,.1f} | {name} | {told['seconds']:,.1f} s "
                             f"| {told['seconds'] / ours:.2f} | {told['peak_mib']:,.0f} MiB |")  # fmt: skip
    largest = found["100"]
    ours = largest["ours"]["seconds"]
    beside = {name: ours / told["seconds"] for name, told in largest.items() if name.startswith(("DuckDB", "Polars"))}
    lines += [
        "", "| of 100 million records | measured | target |", "| --- | ---: | --- |",
        *(f"| ours, of {name} | {ratio:.2f} | {'1.5' if name.startswith('DuckDB') else '1'} |"
          for name, ratio in beside.items()),
        f"| memory, limit of DuckDB 3 GiB | {largest['ours']['peak_mib'] / 1024:.2f} GiB | 4 GiB |",
        f"| slope of growth from 1 to 100 million | {slope(found):.2f} | 1.05 |",
        f"| memory at 100 million, of that at 30 million "
        f"| {largest['ours']['peak_mib'] / found['30']['ours']['peak_mib']:.2f} | flat |",
        f"| one changed month among eleven years, of a full build | {largest['changed']['seconds'] / ours:.1%} | 5 % |",
        f"| Great Expectations' gate ({largest['gate']['checks']:.0f} checks), of the cube "
        f"| {largest['gate']['seconds'] / ours:.1%} | 30 % |",
    ]  # fmt: skip
    return lines


def plot(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Growth on logarithmic axes, as SVG: a point for each size and tool, ours joined by a line."""
    import math

    points = [(of["files"]["rows"], told["seconds"], name) for of in found.values() for name, told in of.items()
              if name not in ("files", "gate", "changed")]  # fmt: skip
    across = lambda rows: 60 + 140 * (math.log10(rows) - 6)  # noqa: E731
    up = lambda seconds: 300 - 100 * math.log10(seconds)  # noqa: E731
    ours = " ".join(f"{across(rows):.1f},{up(seconds):.1f}" for rows, seconds, name in points if name == "ours")
    dots = "".join(
        f'<circle cx="{across(rows):.1f}" cy="{up(seconds):.1f}" r="{4 if name == "ours" else 2.5}" '
        f'fill="{"#0b5351" if name == "ours" else "#8a8a8a"}"><title>{name}: {rows / 1e6:,.1f} million records, '
        f"{seconds:,.1f} s</title></circle>" for rows, seconds, name in points
    )  # fmt: skip
    ticks = "".join(
        f'<text x="{across(10**n):.0f}" y="330" text-anchor="middle">{10 ** (n - 6)}</text>' for n in (6, 7, 8)
    )
    ticks += "".join(f'<text x="50" y="{up(10**n) + 4:.0f}" text-anchor="end">{10**n}</text>' for n in (0, 1, 2))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="370" font-family="sans-serif" font-size="12" '
        f'role="img"><title>Seconds against millions of records, both logarithmic; slope of ours {slope(found):.2f}'
        f'</title><path d="M60 60V310H360" fill="none" stroke="#444"/><polyline points="{ours}" fill="none" '
        f'stroke="#0b5351" stroke-width="2"/>{dots}{ticks}<text x="210" y="355" text-anchor="middle">'
        "millions of records</text>"
        f'<text x="60" y="45">seconds; ours joined (slope {slope(found):.2f}), others grey</text></svg>\n'
    )


def main(arguments: Sequence[str]) -> None:
    """Make the records, or measure them; keep the results if asked to."""
    records = Path(arguments[0])
    if "--make" in arguments:
        make(records)
        return
    with tempfile.TemporaryDirectory(dir=records.parent) as scratch:
        found = measure(records, Path(scratch))
    sys.stderr.write(json.dumps(found) + "\n")
    today = date.today()  # noqa: DTZ011
    text = (
        "# Benchmark of the cube of linked records\n\n"
        "Written by `python -m benchmarks.episodes FOLDER --write`; nothing here is edited by hand.\n\n"
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores; synthetic records of {len(YEARS)} years.\n\n"
        + "\n".join(tables(found)) + "\n"
    )  # fmt: skip
    sys.stdout.write(text)
    if "--write" in arguments:
        RESULTS.write_text(text, encoding="utf-8")
        PLOT.write_text(plot(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
