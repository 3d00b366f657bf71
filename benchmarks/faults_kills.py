"""Builds that are killed, or refused by the machine, at moments drawn from a seed, over a small workspace.

Each build is the program's own ``build`` in a process group of its own, to which the system's KILL is sent: nothing
of it can tidy up. All kills happen on one workspace, one after another, so each build finds what those before it left.
After each the current release is read file by file against the checksums of its note, and the catalogue is asked;
a build that comes to its end is compared, table by table, with one that was never disturbed. Nothing is ever cleaned
by hand. Between whole builds the extracts change, so that there is always something to build.

So that 200 kills take minutes and not hours, processes are forked from one that has read the program already, and share
one Prefect server; every tenth is started from nothing, as a person does, with a server of its own.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.builds import REPOSITORY
from benchmarks.faults_score import Score
from locality_profiles.publish.releases import current_release
from locality_profiles.workspace import DOORS, packaged_expectations

#: Kills, and rounds in which the machine refuses something; with ``quick`` as many as in brackets.
KILLS, REFUSALS = (200, 10), (24, 3)
#: Extracts that take turns: more than releases are kept, so the tables of one are gone when it comes round again.
VARIANTS, KEPT = 4, 2
#: What processes have read before they are forked.
READ_BEFORE = [
    "locality_profiles.cli", "locality_profiles.building", "pipelines.nightly", "pipelines.temporary_server",
    "great_expectations", "great_expectations.expectations.core", "locality_profiles.curate.facts",
    "locality_profiles.indicators.calculate", "locality_profiles.profiles.assemble",
    "locality_profiles.publish.site", "locality_profiles.publish.open_data", "locality_profiles.needs.making",
    "locality_profiles.finance.making", "locality_profiles.profiles.narrative.making",
]  # fmt: skip
#: Linux: the form in which capabilities are told, and those that set aside what a folder's rights say.
CAPABILITIES, OVERRIDES = 0x20080522, 0b110


@dataclass
class Tally:
    """What was found, round by round."""

    kills: int = 0
    kills_while_publishing: int = 0
    whole_builds: int = 0
    refusals: int = 0
    torn: list[str] = field(default_factory=list)
    unhealed: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Everything that should not be."""
        return [*self.torn, *self.unhealed, *self.unsaid]


@dataclass(frozen=True)
class Ended:
    """How a build ended; ``code`` is None for one that was killed."""

    code: int | None
    said: str


# --- one build --------------------------------------------------------------------------------------


def _build(folder: str, said: str, harm: Callable[[], None] | None) -> None:
    """The program's build, in a process group of its own."""
    os.setsid()
    told = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(told, 1)
    os.dup2(told, 2)
    sys.argv = ["locality-profiles", "build", "--workspace", folder]
    if harm is not None:
        harm()
    from locality_profiles.cli import main

    main()


def run_build(
    folder: Path, kill_after: float | None = None, harm: Callable[[], None] | None = None, from_nothing: bool = False
) -> Ended:
    """Build; kill the whole process group after so many seconds, if the build has not ended by then."""
    said = folder.parent / f"{folder.name}.said"
    if from_nothing:
        return _run_from_nothing(folder, kill_after)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(READ_BEFORE)
    process = context.Process(target=_build, args=(str(folder), str(said), harm))
    process.start()
    process.join(STUCK if kill_after is None else kill_after)
    if process.exitcode is None:
        _kill_group(process.pid)
        process.join()
        return Ended(None, "It came to a stop." if kill_after is None else "")
    return Ended(process.exitcode, said.read_text(encoding="utf-8", errors="replace"))


def _run_from_nothing(folder: Path, kill_after: float | None) -> Ended:
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "locality_profiles", "build", "--workspace", str(folder)], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        _kill_group(process.pid)
        process.communicate()
        return Ended(None, "")
    return Ended(process.returncode, said)


def _kill_group(leader: int | None) -> None:
    if leader is not None:
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
        with suppress(ProcessLookupError):  # a process that had not yet a group of its own
            os.kill(leader, signal.SIGKILL)


@contextmanager
def one_server(home: Path) -> Iterator[None]:
    """One Prefect server for all builds that are forked."""
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    from pipelines.temporary_server import server_for_this_run, wait_for_server

    with server_for_this_run() as process:
        wait_for_server(process)
        yield


# --- the workspace ----------------------------------------------------------------------------------


def make_workspace(folder: Path) -> Path:
    """The small country of the tests: two partnerships, four data zones, every step of a build.

    Every suite of checks is there with its first check only: what is tried here is not what they find.
    """
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from small_country import country_at

    country_at(folder)
    settings = folder / "profiles.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"[releases]\nkeep = {KEPT}\n", encoding="utf-8")
    for door in DOORS:
        (folder / "expectations" / door).mkdir(parents=True, exist_ok=True)
        for path in (packaged_expectations() / door).glob("*.json"):
            suite = json.loads(path.read_text(encoding="utf-8"))
            suite["expectations"] = suite["expectations"][:1]
            (folder / "expectations" / door / path.name).write_text(json.dumps(suite), encoding="utf-8")
    return folder


def change_extracts(folder: Path, variant: int) -> None:
    """Put so many more people of age 0 into the first data zone; the file is put in place whole."""
    path = folder / "data" / "raw" / "people2021.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    named, cells = header.split(","), first.split(",")
    for column, people in (("AllAges", 100), ("Age0", 10)):
        cells[named.index(column)] = str(people + variant)
    new = path.with_name(".people2021.csv.new")
    new.write_text("\n".join([header, ",".join(cells), *rest, ""]), encoding="utf-8")
    new.replace(path)


def tables_of(folder: Path) -> dict[str, str]:
    """Checksums of the tables of the current release, but of what changed: that depends on what was before."""
    release = current_release(folder / "data/published")
    if release is None:
        return {}
    both = {**release.tables, **{f"public {name}": path for name, path in release.public_tables.items()}}
    return {name: sha256_of_table(path) for name, path in both.items() if not name.endswith("release_change")}


def sha256_of_table(path: Path) -> str:
    """One checksum of a table, which may be a folder of files."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


# --- what is looked at ------------------------------------------------------------------------------


def harm_in_release(folder: Path) -> list[str]:
    """What is not whole of the current release, by this module's own reading of its note."""
    current = folder / "data" / "published" / "current"
    if not current.is_symlink():
        return []  # none before the first
    try:
        told = json.loads((current / "release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"the note of the current release: {error}"]
    harm = []
    for name, file in told["files"].items():
        path = current / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            harm.append(f"{name} is not as the note says")
    return harm


def harm_in_catalogue(folder: Path, views: int = 4) -> list[str]:
    """What of the catalogue cannot be read: it opens, and some of its views, or all, can be counted."""
    catalogue = folder / "data" / "curated" / "catalog.duckdb"
    if not catalogue.is_file():
        # Before the first release there is none; a build that was killed just then has left a release without one.
        return []
    try:
        with duckdb.connect(str(catalogue), read_only=True) as connection:
            query = "select view_name from duckdb_views() where not internal order by view_name"
            names = [name for (name,) in connection.execute(query).fetchall()]
            for name in ["area", "indicator_value", *names[:: max(1, len(names) // views)]]:
                connection.execute(f"select count(*) from {name}").fetchall()
            (areas,) = connection.execute("select count(*) from area").fetchall()[0]
            return [] if areas > 0 else ["the catalogue has no areas"]
    except duckdb.Error as error:
        return [f"the catalogue: {str(error).splitlines()[0]}"]


def left_overs(folder: Path) -> list[str]:
    """What a build should not leave: folders half made, files under another name."""
    data = folder / "data"
    return [path.relative_to(folder).as_posix() for path in [*data.glob("**/.building-*"), *data.glob("**/.*.*.*")]] + [
        path.name for path in (data / "published").glob(".current-*")
    ]


# --- rounds -----------------------------------------------------------------------------------------


@dataclass
class Rounds:
    """One workspace that is never let alone."""

    folder: Path
    undisturbed: list[dict[str, str]]
    taken: float
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    variant: int = 0
    had_release: bool = False

    def look(self, when: str) -> None:
        """After whatever was done, the current release is whole and can be asked."""
        harm = [*harm_in_release(self.folder), *harm_in_catalogue(self.folder)]
        current = self.folder / "data" / "published" / "current"
        if self.had_release and not current.exists():
            harm.append("the current release is lost")
        self.had_release = self.had_release or current.exists()
        self.tally.torn += [f"{when}: {what}" for what in harm]

    def kill_once(self) -> None:
        """One build with a moment at which it is killed; if it ends before that, it is looked at as a whole one."""
        number = self.tally.kills + 1
        from_nothing = number % 10 == 0
        span = self.taken + (STARTED_FROM_NOTHING if from_nothing else 0)
        begun = time.monotonic()
        ended = run_build(self.folder, kill_after=self.chance.uniform(0.05, span), from_nothing=from_nothing)
        if ended.code is not None and not from_nothing:
            # Other programs share the machine: moments are drawn over what a build takes just now.
            self.taken = 0.5 * self.taken + 0.5 * max(time.monotonic() - begun, SHORTEST)
        if ended.code is None:
            self.tally.kills += 1
            self.tally.kills_while_publishing += any((self.folder / "data/published/releases").glob(".building-*"))
            self.look(f"kill {number}")
        else:
            self.whole(ended)

    def whole(self, ended: Ended | None = None) -> None:
        """A build that comes to its end heals what those before it left; then the extracts change."""
        ended = ended or run_build(self.folder)
        when = f"the build after kill {self.tally.kills}"
        self.tally.whole_builds += 1
        if ended.code != 0:
            self.tally.unhealed.append(f"{when} ended with {ended.code}: {ended.said.strip()[:300]}")
        else:
            self.look(when)
            made, right = tables_of(self.folder), self.undisturbed[self.variant]
            other = sorted(name for name in right.keys() | made.keys() if made.get(name) != right.get(name))
            if other:
                self.tally.unhealed.append(f"{when}: other tables than undisturbed: {', '.join(other[:5])}")
            self.tally.unhealed += [f"{when} left {name}" for name in left_overs(self.folder)[:3]]
        self.variant = (self.variant + 1) % VARIANTS
        change_extracts(self.folder, self.variant)

    def refuse_once(self, what: str, harm: Callable[[], None] | None, words: tuple[str, ...]) -> None:
        """One build to which the machine refuses something: it says so plainly, or gets by, and the next one heals."""
        ended = run_build(self.folder, harm=harm)
        self.tally.refusals += 1
        self.look(what)
        if "Traceback" in ended.said or "Something unexpected" in ended.said or ended.code not in (0, 2):
            self.tally.unsaid.append(f"{what} ended with {ended.code}: {ended.said.strip()[-300:]}")
        elif ended.code and not any(word in ended.said for word in words):
            self.tally.unsaid.append(f"{what} was not told: {ended.said.strip()[-300:]}")


#: Seconds over which moments are drawn at least: a build that goes on from what there is still publishes.
SHORTEST = 6.0
#: Seconds after which a build that nobody kills is taken to have come to a stop.
STUCK = 300.0
#: Seconds that a start from nothing takes before the build begins; kills are drawn over them as well.
STARTED_FROM_NOTHING = 8.0


@dataclass(frozen=True)
class FilesUpTo:
    """No file may become larger than this: what a full disk does, at whatever file comes first."""

    size: int

    def __call__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))


def give_up_rights() -> None:
    """Give up root's right to write where the folder's own rights say no; others never had it.

    The process stays its owner's: a Python that stands in root's own folder can still be read.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    held = (ctypes.c_uint32 * 6)()  # twice: effective, permitted, inheritable
    if libc.capget(header, held):
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        held[place] &= ~OVERRIDES & 0xFFFFFFFF
    if libc.capset(header, held):
        raise OSError(ctypes.get_errno(), "capset")


@contextmanager
def closed(folder: Path, name: str) -> Iterator[None]:
    """One folder of a workspace, with what is in it, that can be read and not written."""
    shut = [folder / name, *(path for path in (folder / name).rglob("*") if path.is_dir() and not path.is_symlink())]
    for path in shut:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in shut:
            with suppress(FileNotFoundError):
                path.chmod(0o755)


def refuse(rounds: Rounds, times: int) -> None:
    """Full disks and closed folders in turn, each time with changed extracts; a whole build after every third."""
    folders = ("data/curated", "data/published", "data/published/releases")
    for number in range(times):
        if number % 3 < 2:
            size = int(2 ** rounds.chance.uniform(9, 18.2))
            rounds.refuse_once(f"files up to {size:,} bytes", FilesUpTo(size), ("disk is full",))
        else:
            name = folders[number // 3 % len(folders)]
            with closed(rounds.folder, name):
                rounds.refuse_once(f"{name} closed", give_up_rights, ("may not be read or written",))
            rounds.whole()


# --- the part ---------------------------------------------------------------------------------------


def run(seed: int, quick: bool) -> Score:
    """Kill, refuse, look; what came of it."""
    kills, refusals = (of[quick] for of in (KILLS, REFUSALS))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        Path(scratch).chmod(0o755)
        with one_server(Path(scratch) / "prefect"):
            undisturbed, taken = builds_undisturbed(Path(scratch) / "undisturbed")
            rounds = Rounds(make_workspace(Path(scratch) / "w"), undisturbed, taken, random.Random(seed))
            change_extracts(rounds.folder, 0)
            while rounds.tally.kills < kills:
                rounds.kill_once()
            rounds.whole()
            refuse(rounds, refusals)
            rounds.whole()
    return _score(rounds.tally, taken, time.monotonic() - begun)


def builds_undisturbed(folder: Path) -> tuple[list[dict[str, str]], float]:
    """The tables of each variant of the extracts, built in peace, and the seconds that the last one took."""
    make_workspace(folder)
    found, taken = [], 0.0
    for variant in range(VARIANTS):
        change_extracts(folder, variant)
        begun = time.monotonic()
        ended = run_build(folder)
        taken = time.monotonic() - begun
        if ended.code != 0:
            raise RuntimeError(f"A build that nobody disturbed ended with {ended.code}: {ended.said}")
        found.append(tables_of(folder))
    shutil.rmtree(folder)
    return found, taken


def _score(tally: Tally, taken: float, seconds: float) -> Score:
    lines: list[Any] = [
        f"- {tally.kills} kills over builds of {taken:.1f} s, {tally.kills_while_publishing} of them while a release "
        "was being written",
        f"- {tally.refusals} builds refused by the machine: limits on the size of files, closed folders",
        f"- {tally.whole_builds} builds ran to their end on what those had left, and gave the undisturbed tables",
        f"- torn or lost releases: {len(tally.torn)}; repairs by hand: {len(tally.unhealed)}; "
        f"refusals without a plain sentence: {len(tally.unsaid)}",
        *(f"- FAILED {failure}" for failure in tally.failures[:20]),
        f"- took {seconds / 60:.0f} minutes",
    ]
    return Score("kills and refusals of the machine", tally.kills + tally.refusals, len(tally.failures), tuple(lines))
