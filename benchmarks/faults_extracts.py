"""Ten thousand harmed extracts: none may end in a traceback, none may be read as something that it does not say.

Each file that a source knows, real where there are real ones and of the synthetic sample otherwise, is cut to a few
hundred rows in a temporary folder. A harm drawn from the seed befalls a cut-out, which is then staged as a build does.

A trial fails if anything but a ``LocalityProfilesError`` comes out (*traceback*); if what was read has another total
than the harmed file by a plain reader of its own, and no note says so (*silent*); or if a refusal does not say the file
and the place, which is the whole file only where it cannot be opened as a table at all (*placeless*).
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import random
import re
import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.extracts_harmed import HARMS, Document, first_rows, harmed, head_of, taken_apart
from benchmarks.extracts_plain import Grid, Row, Sum, grid_of, rows_of, sums_that_give
from benchmarks.faults_score import Score
from locality_profiles.curate.staging import StagedFile, refuse_double_claims, stage_file
from locality_profiles.errors import LocalityProfilesError, Problem
from locality_profiles.sources import folding, layouts, sources
from locality_profiles.starting import make_workspace
from locality_profiles.tables.intake import recognise
from locality_profiles.tables.store import Store, Stored

TRIALS, QUICK = 10_000, 200
#: Rows of a cut-out, the fewest that its reader accepts.
CUTS = (120, 400, 1500)
#: Cells of a usual cut-out.
USUAL = 5000
#: Rows of a cut-out of linked records.
LINKED = 2000
#: Numbers that tell what a row is about, or that the package works out again.
NO_AMOUNTS = {
    "year",
    "age",
    "row_no",
    "base_year",
    "decimals",
    "grade",
    "quality",
    "weight",
    "age_from",
    "age_to",
    "occupancy",
}
#: A smaller sum is equal to another by chance.
BY_CHANCE = 1000
#: How many cells of a column hold no value, and say why.
EMPTY = "empty cells of"
#: Two files that say the same thing are no harm to one of them.
TWICE = "hand the same in twice"
#: What may be said of a file as a whole, to the letter: it cannot be opened as a table, or says nothing at all. Every
#: other problem has to say a row, a column or a sheet.
OF_THE_WHOLE = tuple(map(re.compile, (
    r"the file is empty",
    r"the content is .+, the name promises .+",
    r"the file cannot be read as .+; it may be cut short or damaged",
    r"(?:an Excel 97 workbook|a zip archive|a gzip file|a kind of file that is not known here) cannot be read",
    r"the file is damaged, cut short, or a column holds what it should not",
    r"the JSON holds no features",
    r"the file holds no features",
    r"the workbook is empty: no sheet has a row that is filled in",
    r".+: [\d,]+ ?\w* may be read, and this is more",
)))  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """A cut-out that its reader accepts, what it was read as, and the sums of the file that this is."""

    name: str
    kind: str
    document: Document
    notes: tuple[str, ...]
    sums: dict[str, tuple[Sum, float]]
    names: dict[str, frozenset[str]]
    seconds: float
    grids: dict[str, Grid] = field(default_factory=dict)
    empty: dict[str, float] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How large it is."""
        return max(sum(len(row) for rows in self.document.sheets.values() for row in rows), 1)


@dataclass
class Trial:
    """What came of one harmed file."""

    cut: str
    harm: str
    seed: str
    ending: str
    told: str = ""
    failed: str = ""


def totals_of(staged: StagedFile, asked: Collection[str] | None = None) -> tuple[dict[str, float], tuple[str, ...]]:
    """Sums of every column of numbers of what was staged, altogether and by every column of few words.

    If some are ``asked`` for, no others need be taken.
    """
    totals: Counter[str] = Counter()
    notes: list[str] = []
    for part in staged.parts:
        notes += part.notes
        totals["read rows"] += part.rows
        for table, stored in part.tables.items():
            if table.startswith("_"):
                continue
            rows = pq.read_table(stored.path)
            totals[f"{table} rows"] += rows.num_rows
            for name in set(rows.column_names) - NO_AMOUNTS:
                values = rows[name]
                if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
                    continue
                if asked is not None and not any(each.startswith(f"{table}.{name}") for each in asked):
                    continue
                totals[f"{table}.{name}"] += pc.sum(values).as_py() or 0
                totals[f"{EMPTY} {table}.{name}"] += values.null_count
                if asked is not None and not any(each.startswith(f"{table}.{name} where ") for each in asked):
                    continue
                for by, code, kept in _slices(rows):
                    totals[f"{table}.{name} where {by} is {code}"] += pc.sum(values.filter(kept)).as_py() or 0
    return dict(totals), tuple(notes)


def _slices(rows: pa.Table) -> Iterator[tuple[str, str, pa.Array]]:
    for name in ("measure", "sex", "age_from", "basis", "topic", "line", "period_start", "breakdown", "category"):
        if name in rows.column_names:
            different = pc.unique(rows[name]).to_pylist()
            if 1 < len(different) <= 30:
                for code in different:
                    if code is not None:
                        yield name, str(code), pc.equal(rows[name], pa.scalar(code, rows[name].type))


def _staged(path: Path, name: str, folder: Path) -> StagedFile:
    shutil.rmtree(folder / "store", ignore_errors=True)
    return stage_file(path, name, Store(folder / "store"))


def cuts_of(raw: Path, folder: Path, most: float = 8.0) -> Iterator[Cut]:
    """A cut-out of every file below ``raw`` that a source knows."""
    for path in sorted(raw.rglob("*")):
        if path.is_file() and path.suffix.lower() in (".csv", ".xlsx", ".parquet", ".geojson", ".json", ".md", ".gz"):
            cut = _cut(path, folder, most)
            if cut is not None:
                yield cut


def _cut(path: Path, folder: Path, most: float) -> Cut | None:
    header: dict[str, int] = {}
    module = folding(path)
    head = head_of(path, folder, LINKED if module else CUTS[-1])
    if module:
        kind, header = module.source.kind, {"": 1}
    else:
        try:
            found = recognise(head, layouts(), path.name)
        except LocalityProfilesError:
            return None
        if not isinstance(found, list):
            return None
        kind, header = found[0].kind, {(one.sheet.name or ""): one.header_row + 1 for one in found}
    whole = taken_apart(head, header, LINKED if module else CUTS[-1])
    if whole.suffix == ".xlsx" and not sources()[kind].check_file:
        whole.sheets = {name: body for name, body in whole.sheets.items() if name in header}
    for rows in (LINKED,) if module else CUTS:
        document = first_rows(whole, rows)
        target = folder / f"cut{document.suffix}"
        target.write_bytes(document.written())
        begun = time.process_time()
        try:
            staged = _staged(target, path.name, folder)
        except LocalityProfilesError:
            continue
        seconds = time.process_time() - begun
        if not staged.parts or seconds > most:
            continue
        totals, notes = totals_of(staged)
        grids = _grids(target, header) if document.suffix != ".md" else {}
        names = {sheet: frozenset(grid.names) for sheet, grid in grids.items()}
        empty = {name: told for name, told in totals.items() if name.startswith(EMPTY)}
        sums = sums_that_give({name: told for name, told in totals.items() if name not in empty}, grids)
        cut = Cut(path.name, kind, document, notes, sums, names, seconds, grids, empty)
        return replace(cut, sums=_proven(cut, totals, folder))
    return None


def _proven(cut: Cut, amounts: Mapping[str, float], folder: Path) -> dict[str, tuple[Sum, float]]:
    """The sums that are still equal where rows are left out: the others were so by chance.

    Parts of a total say nothing where the total itself is known. Of a file that is not accepted without some rows,
    only large sums are taken: a small one is equal to some other by chance.
    """
    proven = False
    sums = {
        name: told for name, told in cut.sums.items()
        if " where " not in name or name.partition(" where ")[0] not in cut.sums
    }  # fmt: skip
    rng = random.Random(cut.name)
    for share in (0.9, 0.7, 0.5, 0.3):
        document = replace(cut.document, sheets={})
        for name, rows in cut.document.sheets.items():
            at = document.header.get(name, len(rows))
            kept = [rng.random() < share for _ in rows[at:]]
            document.sheets[name] = rows[:at] + list(itertools.compress(rows[at:], kept))
            document.geometries = list(itertools.compress(document.geometries, kept))
        if document.suffix == ".md" or not sums:
            break
        target = folder / f"proof{document.suffix}"
        target.write_bytes(document.written())
        try:
            totals, _ = totals_of(_staged(target, cut.name, folder), sums)
        except LocalityProfilesError:
            continue
        proven = True
        for name, _, _ in list(_differing(replace(cut, sums=sums), totals, rows_of(target))):
            del sums[name]
    if proven:
        return sums
    return {name: told for name, told in sums.items() if abs(amounts[name]) > BY_CHANCE}


def _grids(path: Path, header: dict[str, int]) -> dict[str, Grid]:
    return {name: grid_of(rows, at=header[name] - 1) for name, rows in rows_of(path).items() if name in header}


# --- a trial --------------------------------------------------------------------------------------


def tried(cut: Cut, harm: str, seed: str, folder: Path) -> Trial:
    """One harmed file, staged and judged. ``seed`` alone says what was done to it."""
    trial = Trial(cut.name, harm, seed, "")
    rng = random.Random(seed)
    target = folder / f"harmed{cut.document.suffix}"
    try:
        if harm == TWICE:
            return _handed_in_twice(cut, trial, rng, folder)
        target.write_bytes(harmed(cut.document, harm, rng))
        staged = _staged(target, cut.name, folder)
    except LocalityProfilesError as refused:
        trial.ending, trial.told = "refused", str(refused)
        if cut.name not in trial.told or not refused.problems:
            trial.failed = "placeless: the file is not named, or nothing is said of it"
        elif nowhere := [one.what for one in refused.problems if not _has_place(one)]:
            trial.failed = f"placeless: {nowhere[0]}"
        return trial
    except Exception as error:
        trial.ending, trial.failed = "traceback", f"traceback: {type(error).__name__}: {error}"[:300]
        trial.told = traceback.format_exc()
        return trial
    if not staged.parts:
        trial.ending = "set aside as no known extract"
        return trial
    trial.ending = "read"
    totals, notes = totals_of(staged, cut.sums)
    if not _says_more(cut.notes, notes):
        trial.failed = _silent(cut, totals, target)
    else:
        trial.ending = "read, with a note"
    return trial


def _has_place(problem: Problem) -> bool:
    """Whether a problem says its file, and a row, column or sheet there; or is one of those of a whole file."""
    inside = bool(problem.rows or problem.column or problem.sheet)
    return bool(problem.file) and (inside or any(told.fullmatch(problem.what) for told in OF_THE_WHOLE))


def _says_more(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether other notes are told than of the unharmed file; that of another encoding says nothing of figures."""
    told = ([note for note in notes if not note.startswith("read as ")] for notes in (before, after))
    return next(told) != next(told)


def _silent(cut: Cut, totals: dict[str, float], target: Path) -> str:
    """The first total that is not what the harmed file says, in words; empty if there is none."""
    try:
        sheets = rows_of(target)
    except Exception:
        return "silent: read although a plain reader cannot" if cut.document.suffix not in (".md",) else ""
    for name, expected, read in _differing(cut, totals, sheets):
        return f"silent: {name} is {read:,.6g}, the file says {expected:,.6g}"
    return ""


def _differing(
    cut: Cut, totals: dict[str, float], sheets: Mapping[str, Sequence[Row]]
) -> Iterator[tuple[str, float, float]]:
    """Each total that is not what the file says: its name, what the file says, and what was read."""
    grids: dict[str, Grid] = {}
    for name, (plain, factor) in cut.sums.items():
        if plain.sheet not in grids:
            grids[plain.sheet] = _like(cut.names[plain.sheet], plain.sheet, sheets)
        expected, read = plain.of(grids[plain.sheet], cut.names[plain.sheet]) * factor, totals.get(name, 0.0)
        if math.isclose(expected, read, rel_tol=1e-9, abs_tol=1e-6 * max(factor, 1)):
            continue
        # What is added up is rightly empty, and says so, where the file lacks a number that is a part of it.
        empty = f"{EMPTY} {name.partition(' where ')[0]}"
        emptier = totals.get(empty, 0) > cut.empty.get(empty, 0)
        if not (emptier and grids[plain.sheet].numbers < cut.grids[plain.sheet].numbers):
            yield name, expected, read


def _like(names: frozenset[str], sheet: str, sheets: Mapping[str, Sequence[Row]]) -> Grid:
    """The table of a sheet; where there is none of that name, of one that has nearly all of its headings."""
    expected = sorted(names)
    if sheet in sheets:
        return grid_of(sheets[sheet], expected=expected)
    grids = [grid_of(rows, expected=expected) for rows in sheets.values()]
    alike = [grid for grid in grids if len(names & set(grid.names)) > 0.8 * len(names)]
    return max(alike, key=lambda grid: len(names & set(grid.names)), default=Grid((), (), 0))


def _handed_in_twice(cut: Cut, trial: Trial, rng: random.Random, folder: Path) -> Trial:
    """The cut-out, and a copy of it with another number: one of the two has to go."""
    first, second = (folder / f"{which}{cut.document.suffix}" for which in ("first", "second"))
    first.write_bytes(cut.document.written())
    second.write_bytes(harmed(cut.document, "change a digit", rng))
    try:
        files = [_staged(path, f"{path.stem} {cut.name}", folder) for path in (first, second)]
        refuse_double_claims(files)
    except LocalityProfilesError as refused:
        trial.ending, trial.told = "refused", str(refused)
        if cut.name not in trial.told:
            trial.failed = "placeless: the file is not named"
        return trial
    if not (files[0].parts and files[1].parts):
        trial.ending = "set aside as no known extract"
        return trial
    trial.ending = "read"
    if all(part.claims for file in files for part in file.parts):
        shared = {claim for part in files[0].parts for claim in part.claims}
        shared &= {claim for part in files[1].parts for claim in part.claims}
        trial.failed = "silent: both files claim the same" if shared else ""
    elif all(part.rows and any(map(_rows_in, part.tables.values())) for file in files for part in file.parts):
        trial.failed = "silent: the two claim nothing"
    return trial


def _rows_in(stored: Stored) -> int:
    return int(pq.ParquetFile(stored.path).metadata.num_rows) if stored.path.is_file() else 1


# --- all of them ----------------------------------------------------------------------------------


def gathered(folder: Path) -> list[Cut]:
    """Cut-outs of the real files, if they are there, and of the sample's for kinds that have none."""
    sample = folder / "sample"
    make_workspace(sample, sample=True)
    real = Path(os.environ.get("LOCALITY_PROFILES_EXTRACTS", Path(__file__).resolve().parents[2] / "shared" / "data"))
    cuts = list(cuts_of(real, folder)) if real.is_dir() else []
    there = {(cut.kind, cut.document.suffix) for cut in cuts}
    return cuts + [
        cut for cut in cuts_of(sample / "data" / "raw", folder) if (cut.kind, cut.document.suffix) not in there
    ]


def trials(seed: int, many: int, folder: Path, cuts: Sequence[Cut]) -> Iterator[Trial]:
    """Trials drawn from the seed alone: every cut-out and harm comes up, large cut-outs less often."""
    rng = random.Random(seed)
    weights = [min(1.0, USUAL / cut.cells) for cut in cuts]
    names = [*HARMS, TWICE]
    for number in range(many):
        cut = cuts[number] if number < len(cuts) else rng.choices(cuts, weights)[0]
        harm = rng.choice(names)
        yield tried(cut, harm, f"{seed}/{number}", folder)


def run(seed: int, quick: bool) -> Score:
    """Ten thousand trials, or two hundred."""
    with tempfile.TemporaryDirectory(prefix="harmed-") as scratch:
        folder, begun = Path(scratch), time.perf_counter()
        cuts = gathered(folder)
        done = list(trials(seed, QUICK if quick else TRIALS, folder, cuts))
        seconds = time.perf_counter() - begun
    return Score("harmed extracts", len(done), sum(bool(one.failed) for one in done), _lines(seed, done, cuts, seconds))


def _lines(seed: int, done: Sequence[Trial], cuts: Sequence[Cut], seconds: float) -> tuple[str, ...]:
    endings = Counter(one.ending for one in done)
    failures = Counter(one.failed.partition(":")[0] for one in done if one.failed)
    kinds = {cut.kind for cut in cuts}
    summed = sum(bool(cut.sums) for cut in cuts)
    failing = [f"  - {one.cut}, {one.harm} (`{one.seed}`): {one.failed}" for one in done if one.failed]
    return (
        f"- {datetime.now().astimezone():%d %B %Y}, seed {seed}: {len(done):,} harmed files from {len(cuts)} "
        f"cut-outs of {len(kinds)} kinds, {len(HARMS) + 1} harms, {seconds:,.0f} s.",
        f"- Tracebacks {failures['traceback']}, silent changes {failures['silent']}, refusals without a place "
        f"{failures['placeless']}.",
        "- " + ", ".join(f"{ending} {count:,}" for ending, count in sorted(endings.items())) + ".",
        f"- Totals are compared with a plain reader's for {summed} of {len(cuts)} cut-outs.",
        *failing[:40],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Harm extracts and see what comes of them.")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--quick", action="store_true")
    told = parser.parse_args()
    score = run(told.seed, told.quick)
    print(f"{score.what}: {score.failed} of {score.tried:,} failed", *score.lines, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
