"""How far off projections of population are, by method, and how long they take.

``python -m benchmarks.projections FOLDER`` prints tables, FOLDER being that of the published extracts; ``--write``
keeps them in ``benchmarks/results-projections.md``; ``--declare`` writes the errors that ranges are made from, in
``needs/projection_error.toml``. The back-test is of councils within health boards, which stand for localities within a
partnership: no estimates of localities go back so far.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.builds import REPOSITORY
from locality_profiles.needs.backtest import laid_out, made_up
from locality_profiles.needs.cohorts import BANDS, BLOCK, by_band, past_of, years_to_come
from locality_profiles.needs.projection_error import FILE, USUAL_SIZE
from locality_profiles.statistics.projections import grouped_people, projection_error
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

RESULTS = REPOSITORY / "benchmarks" / "results-projections.md"
MOST_SECONDS, MOST_MIB = 15, 1024
SHARE = 0.8
#: Kinds of area whose errors of one year tell how errors fall with size.
SMALL = ("locality", "ward", "intermediate_zone_2011")
#: Classes of size, of equally many cases, that a law is drawn through.
CLASSES = 4
MEASURED_ON = "National Records of Scotland's mid-year estimates of council areas within health boards, 1998 to 2018"

RUN = """
import json, resource, sys, time
from pathlib import Path
from locality_profiles.needs.population import MAKER
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

with connect() as connection:
    for name, path in json.loads(sys.argv[1]).items():
        connection.execute(f"create view {name} as select * from {relation(Path(path))}").fetchall()
    begun = time.monotonic()
    made = MAKER.make(connection, Settings(tuple(sys.argv[3].split(","))))
    seconds = time.monotonic() - begun
    rows = {}
    for name, content in made.tables.items():
        if not isinstance(content, str):
            connection.register(f"made_{name}", content)
            content = f"from made_{name}"
        path = Path(sys.argv[2]) / f"{name}.parquet"
        connection.execute(f"copy ({content}) to '{path}' (format parquet)").fetchall()
        rows[name] = connection.execute(f"select count(*) from read_parquet('{path}')").fetchall()[0][0]
    written = time.monotonic() - begun
print(json.dumps({"seconds": seconds, "written": written, "rows": rows,
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def curated(extracts: Path, folder: Path) -> dict[str, str]:
    """The curated tables of the example of Scotland that projections are made from."""
    import shutil

    from locality_profiles import building
    from locality_profiles.needs.population import MAKER
    from locality_profiles.workspace import read_workspace

    os.environ["LOCALITY_PROFILES_EXTRACTS"] = str(extracts)
    shutil.copy(REPOSITORY / "examples" / "scotland" / "profiles.toml", folder / "profiles.toml")
    workspace = read_workspace(folder)
    with building.one_build(workspace):
        files = building.stage_all(workspace)
        made = building.curate_tables(workspace, files, building.settle_extracts(workspace, files))
    return {name: str(made.tables[name]) for name in MAKER.reads}


def measure(facts: Mapping[str, str], folder: Path, kinds: str) -> dict[str, Any]:
    """Seconds, memory and rows of one run, whose tables are left in the folder."""
    folder.mkdir()
    command = [sys.executable, "-c", RUN, json.dumps(facts), str(folder), kinds]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def furthest_from_published(facts: Mapping[str, str], folder: Path) -> float:
    """The largest difference of localities, added up, from the published councils, at any age in any year."""
    with duckdb.connect() as connection:
        return float(connection.execute(
            f"""with ours as (select year, sex, age, sum(persons) as persons
                    from read_parquet('{folder / "projection.parquet"}')
                    where area_type = 'locality' and variant = 'principal' group by all),
                published as (select year, sex, age, sum(persons) as persons
                    from read_parquet('{facts["population_projection"]}')
                    where block_type = 'council_area' and variant = 'principal' group by all)
                select max(abs(ours.persons - published.persons)) from ours join published using (year, sex, age)"""
        ).fetchall()[0][0])  # fmt: skip


# --- the laws of the range ------------------------------------------------------------------------------------------


Cases = tuple[np.ndarray, np.ndarray, np.ndarray]


def of_councils(backtest: Path) -> dict[str, Cases]:
    """By band: projected and actual people, and years ahead, of councils."""
    found = {}
    with duckdb.connect() as connection:
        for band in BANDS:
            rows = connection.execute(
                f"""select persons_projected, persons_actual, horizon from read_parquet('{backtest}')
                    where method = 'fitted' and area_type = 'council_area' and age_band = ?""",
                [band],
            ).fetchnumpy()
            found[band] = rows["persons_projected"], rows["persons_actual"], rows["horizon"].astype(float)
    return found


def of_small_areas(facts: Mapping[str, str]) -> dict[str, Cases]:
    """The same of localities, wards and intermediate zones within partnerships, from one year to the next."""
    with connect() as connection:
        for name, path in facts.items():
            connection.execute(f"create view {name} as select * from {relation(Path(path))}").fetchall()
        past = past_of(connection, BLOCK)
        assert past is not None, "the extracts have estimates of data zones"
        pieces = []
        for kind in SMALL:
            places = laid_out(connection, past, BLOCK, kind, "hscp")
            assert places is not None, f"the example of Scotland has areas of the kind {kind}"
            wholes = [grouped_people(people, places.parent) for people in places.past.people[-2:]]
            known = places.past.until(past.years[-2])
            *_, projected = years_to_come(known, places.parent, places.between, wholes)
            pieces.append(
                [by_band(made_up(places.members, people))[:, 0] for people in (projected, places.past.people[-1])]
            )
    projected, actual = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return {band: (projected[:, at], np.maximum(actual[:, at], 0.5), np.ones(len(actual)))
            for at, band in enumerate(BANDS)}  # fmt: skip


def law(councils: Cases, small: Cases) -> tuple[float, float, float]:
    """Half of the range at 10,000 people after a year, and how it grows with years and with size.

    With years as councils tell it, with size as places of every size tell it of one year; at last so wide that the
    share of small places is within.
    """
    half, size, years, weight = _half_widths(*councils)
    _, by_years, _ = _line(half, weight, np.log(years), size)
    first = years == 1
    more, of_size, _, of_weight = _half_widths(*small)
    _, by_size, _ = _line(np.append(half[first], more), np.append(weight[first], of_weight),
                          np.append(size[first], of_size), np.zeros(first.sum() + len(more)))  # fmt: skip
    projected, actual, _ = small
    away = np.sort(np.abs(np.log(actual / projected)) / (projected / USUAL_SIZE) ** by_size)
    return float(away[int(np.ceil(SHARE * len(away))) - 1]), by_years, by_size


def _half_widths(projected: np.ndarray, actual: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, ...]:
    """Logarithms of half widths by horizon and class of size, with size, years and number of cases."""
    edges = np.quantile(projected, np.linspace(0, 1, CLASSES + 1)[1:-1])
    horizons, at = np.unique(years, return_inverse=True)
    group, number = at * CLASSES + np.searchsorted(edges, projected), len(horizons) * CLASSES
    error = projection_error(projected, actual, group, number, SHARE)
    size = np.bincount(group, np.log(projected / USUAL_SIZE), number) / error.cases
    return np.log(np.log(error.upper / error.lower) / 2), size, np.repeat(horizons, CLASSES), error.cases


def _line(told: np.ndarray, cases: np.ndarray, *by: np.ndarray) -> tuple[float, ...]:
    """Least squares, each group by how many cases it has."""
    known, weight = np.column_stack([np.ones(len(told)), *by]), np.sqrt(cases)
    return tuple(float(part) for part in np.linalg.lstsq(known * weight[:, None], told * weight, rcond=None)[0])


def coverage(
    cases: Mapping[str, Cases], found: Mapping[str, tuple[float, float, float]]
) -> dict[tuple[str, int], float]:
    """How many past projections lay within the range, by band and horizon."""
    told = {}
    for band, (at_10000, by_years, by_size) in found.items():
        projected, actual, years = cases[band]
        half = at_10000 * years**by_years * (projected / USUAL_SIZE) ** by_size
        within = np.abs(np.log(actual / projected)) <= half * (1 + 1e-9)
        told |= {(band, int(ahead)): float(within[years == ahead].mean()) for ahead in np.unique(years)}
    return told


def declaration(
    found: Mapping[str, tuple[float, float, float]], accuracy: Sequence[Sequence[Any]], smallest: int
) -> str:
    """``needs/projection_error.toml``: errors only, no figure of any place."""
    lines = [
        "# How far off projections of places are, by how many people they have and how many years they look ahead.",
        "# Written by `python -m benchmarks.projections FOLDER --declare`; a workspace's own file takes its place.",
        "# Errors are those of sharing a larger place's people among the areas in it, when the larger place's own",
        "# people are known. How they grow with years was measured on councils; how they fall with size on localities,",
        "# wards and intermediate zones too, from one year to the next. Below `smallest` nothing was measured.",
        "", f'measured_on = "{MEASURED_ON}"', 'parent_type = "health_board"', 'area_type = "council_area"',
        "", "# So many past projections lay within the range.", f"share = {SHARE}",
        "", "# People of the smallest place that was measured.", f"smallest = {smallest}", "",
        "# Half of the range, as a logarithm: at_10000 x years ^ by_years x (people of the band / 10,000) ^ by_size.",
    ]  # fmt: skip
    for band, law in found.items():
        lines += ["", f'[band."{band}"]']
        lines += [f"{name} = {value:.6f}" for name, value in zip(("at_10000", "by_years", "by_size"), law, strict=True)]
    names = ("method", "horizon", "age_band", "projections", "mean_percent", "median_percent", "bias_percent")
    lines += ["", "# What either method came to."]
    for row in accuracy:
        told = [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value:.4f}" if isinstance(value, float)
                else f"{name} = {value}" for name, value in zip(names, row, strict=True)]  # fmt: skip
        lines += ["", "[[measured]]", *told]
    return "\n".join(lines) + "\n"


def accuracies(folder: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            f"""select method, horizon, age_band, projections, mean_percent, median_percent, bias_percent
                from read_parquet('{folder / "projection_accuracy.parquet"}')
                where told_by = 'workspace' and area_type = 'council_area'
                order by horizon, list_position({list(BANDS)}, age_band), method"""
        ).fetchall()


# --- in words -------------------------------------------------------------------------------------------------------


def speed_table(localities: Mapping[str, Any], everything: Mapping[str, Any], furthest: float) -> list[str]:
    """Time, memory and exactness, as Markdown."""
    return [
        "| Scotland, from estimates of 2020 and 2021 to 2041 | measured | target |", "| --- | ---: | --- |",
        f"| localities and larger areas, ranges, back-test | {localities['seconds']:.1f} s | {MOST_SECONDS} s |",
        f"| the same, written | {localities['written']:.1f} s | |",
        f"| memory | {localities['peak_mib']:,.0f} MiB | {MOST_MIB:,} MiB |",
        f"| with neighbourhoods, clusters, wards and intermediate zones | {everything['seconds']:.1f} s | |",
        f"| memory | {everything['peak_mib']:,.0f} MiB | {MOST_MIB:,} MiB |",
        f"| rows by single year of age | {localities['rows']['projection']:,} | |",
        f"| localities added up, furthest from published at any age and year | {furthest:.1e} people | 1e-6 |",
    ]  # fmt: skip


def accuracy_table(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Errors of both methods side by side, as Markdown."""
    lines = ["| years ahead | ages | projections | fitted: mean | median | simple: mean | median |",
             "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    of = {(method, horizon, band): rest for method, horizon, band, *rest in rows}
    for horizon in sorted({row[1] for row in rows}):
        for band in BANDS:
            (cases, mean, median, _), (_, simple, middle, _) = of["fitted", horizon, band], of["simple", horizon, band]
            lines.append(f"| {horizon} | {band} | {cases:,} | {mean:.2f} % | {median:.2f} % "
                         f"| {simple:.2f} % | {middle:.2f} % |")  # fmt: skip
    return lines


def coverage_table(small: Mapping[tuple[str, int], float], councils: Mapping[tuple[str, int], float]) -> list[str]:
    """How many lay within the range, as Markdown."""
    columns = [("small areas, 1 year", small, 1)]
    columns += [(f"councils, {ahead}", councils, ahead) for ahead in sorted({ahead for _, ahead in councils})]
    lines = [f"| ages | {' | '.join(name for name, *_ in columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    for band in BANDS:
        lines.append(f"| {band} | {' | '.join(f'{100 * of[band, ahead]:.0f} %' for _, of, ahead in columns)} |")
    return lines


def main(arguments: Sequence[str]) -> None:
    """Measure; keep the results, and declare the errors, if asked to."""
    folders = [argument for argument in arguments if not argument.startswith("--")]
    if len(folders) != 1:
        sys.exit("Say which folder holds the published extracts: python -m benchmarks.projections FOLDER")
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "workspace"
        workspace.mkdir()
        facts = curated(Path(folders[0]).resolve(), workspace)
        first, whole = Path(scratch) / "localities", Path(scratch) / "everything"
        localities = measure(facts, first, "locality")
        everything = measure(facts, whole, "locality,hscp,neighbourhood,gp_cluster,ward,intermediate_zone_2011")
        furthest, accuracy = furthest_from_published(facts, first), accuracies(first)
        councils, small = of_councils(first / "projection_backtest.parquet"), of_small_areas(facts)
    found = {band: law(councils[band], small[band]) for band in BANDS}
    smallest = int(small["all"][0].min())
    today = date.today()  # noqa: DTZ011
    text = "\n".join([
        "# Benchmark of projections of population", "",
        "Written by `python -m benchmarks.projections FOLDER --write`; nothing here is edited by hand.", "",
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores.", "",
        *speed_table(localities, everything, furthest), "",
        "## How far off", "",
        f"{MEASURED_ON}: every base year, the boards' own people taken as known.",
        "Absolute errors, each place alike.", "",
        *accuracy_table(accuracy), "",
        "## How many lay within the range", "",
        f"{100 * SHARE:.0f} % of small areas should; councils are larger than what ranges are made for.", "",
        *coverage_table(coverage(small, found), coverage(councils, found)), "",
    ])  # fmt: skip
    sys.stdout.write(text)
    if "--write" in arguments:
        RESULTS.write_text(text, encoding="utf-8")
    if "--declare" in arguments:
        FILE.write_text(declaration(found, accuracy, smallest), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
