"""What every run of a workspace did: lines that are only ever added to a file, which no server has to keep.

A run writes a line when it begins and one when it ends. It holds a lock meanwhile, and the system lets go of a lock
when a process dies: whoever holds the lock next knows that a run without an end has ended without a word, and says so.
A line that was torn when the machine went down is passed over. A run is never undone because its history cannot be
written.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from locality_profiles.errors import AnotherBuild, DataError, LocalityProfilesError, TransientError
from locality_profiles.hidden import visible

#: Of a workspace.
FOLDER = Path("data") / "history"
RUNS = FOLDER / "runs.jsonl"
LOCAL_TIME = ZoneInfo("Europe/London")

#: Held while extracts are fetched; a build holds the lock of the store.
FETCHING = FOLDER / ".fetching"

#: How a run may end, and what that means.
OUTCOMES = {
    "published": "a new release is current",
    "nothing changed": "the release that was current is still what would be built",
    "fetched": "extracts were fetched",
    "refused": "an extract or a check stopped it; the release before stays",
    "try again": "the world did not answer, or files changed meanwhile; the next run goes on",
    "failed": "something else stopped it; the release before stays",
    "timed out": "it took longer than it may; the release before stays",
    "stopped": "somebody or the system stopped it; the release before stays",
    "no turn": "another run held the workspace",
    "ended without a word": "it was killed, or the machine went down; the release before stays",
    "running": "it has not ended yet",
}
WELL = ("published", "nothing changed", "fetched", "no turn", "running")

SILENT = "Its process was killed, or the machine went down. What it had made is found in the store by the next run."


@dataclass(frozen=True)
class Run:
    """One run, as far as it was told."""

    id: str
    what: str = "build"  # or fetch
    by: str = ""
    """What started it."""
    orchestrated: str = ""
    """Its id in Prefect, where it has one."""
    started: str = ""
    ended: str = ""
    outcome: str = "running"
    release: str = ""
    warnings: int | None = None
    why: str = ""
    todo: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        return self.outcome in WELL

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Telling:
    """What a run says of itself while it runs; it is written when the run ends."""

    id: str
    outcome: str = "nothing changed"
    release: str = ""
    warnings: int | None = None
    why: str = ""
    todo: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    silent: tuple[Run, ...] = ()
    """Runs before it that ended without a word."""

    def ended(self, outcome: str, release: str = "", warnings: int | None = None) -> None:
        self.outcome, self.release, self.warnings = outcome, release, warnings

    def failed(self, error: BaseException) -> None:
        """The outcome, the reason and what to do, by what was raised."""
        self.outcome = outcome_of(error)
        if isinstance(error, LocalityProfilesError):
            self.why = visible(error.summary)
            self.todo = [problem.sentence() for problem in error.problems]
        else:
            self.why = visible(f"{type(error).__name__}: {str(error)[:500]}".rstrip(": "))


def outcome_of(error: BaseException) -> str:
    """How a run ended that raised this."""
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (AnotherBuild, "no turn"), (DataError, "refused"), (TransientError, "try again"),
        (LocalityProfilesError, "failed"), (TimeoutError, "timed out"), (Exception, "failed"),
    )  # fmt: skip
    return next((outcome for kind, outcome in kinds if isinstance(error, kind)), "stopped")


@contextlib.contextmanager
def recorded(folder: Path, what: str, by: str, orchestrated: str = "") -> Iterator[Telling]:
    """Write down the run in the block, which holds the lock of its kind: how it began, and how it ended.

    Runs before it without an end are given theirs first.
    """
    silent = _end_silent(folder, what)
    telling = Telling(_new_id(), silent=silent)
    _add(folder, telling.id, "started", what=what, by=by, orchestrated=orchestrated, process=os.getpid(),
         machine=platform.node())  # fmt: skip
    try:
        yield telling
    except BaseException as error:
        telling.failed(error)
        raise
    finally:
        write_end(folder, telling)


def write_whole(folder: Path, what: str, by: str, telling: Telling, orchestrated: str = "") -> str:
    """A run that was over before it began, as one that found another at work: one line, so nobody finds it open."""
    _add(folder, telling.id, "whole", what=what, by=by, orchestrated=orchestrated, **_end_of(telling))
    return telling.id


def write_unchanged(folder: Path, by: str, release: str) -> str:
    """A run that saw from checksums alone that there is nothing to do."""
    return write_whole(folder, "build", by, Telling(_new_id(), "nothing changed", release))


def write_no_turn(folder: Path, by: str, error: LocalityProfilesError, orchestrated: str = "") -> str:
    """A run that found another at work."""
    telling = Telling(_new_id())
    telling.failed(error)
    return write_whole(folder, "build", by, telling, orchestrated)


def add_note(folder: Path, run: str, *sentences: str) -> None:
    """Something that is known only after the end of a run."""
    for sentence in sentences:
        _add(folder, run, "note", text=visible(sentence))


def write_end(folder: Path, telling: Telling) -> None:
    """How a run ended. Whoever is in ``recorded`` need not call it, unless the process ends there."""
    _add(folder, telling.id, "ended", **_end_of(telling))


def _end_of(telling: Telling) -> dict[str, Any]:
    return {
        "outcome": telling.outcome, "release": telling.release, "warnings": telling.warnings, "why": telling.why,
        "todo": telling.todo, "notes": telling.notes,
    }  # fmt: skip


def _end_silent(folder: Path, what: str) -> tuple[Run, ...]:
    """Write the end of runs of this kind that have none. Only for whoever holds their lock."""
    silent = tuple(run for run in runs(folder) if run.what == what and run.outcome == "running")
    for run in silent:
        write_end(folder, Telling(run.id, "ended without a word", why=SILENT))
    return tuple(replace(run, outcome="ended without a word", why=SILENT) for run in silent)


def runs(folder: Path) -> list[Run]:
    """Every run that was written down, the first first."""
    found: dict[str, Run] = {}
    for line in lines_of(folder / RUNS):
        run = found.get(str(line.get("run")), Run(str(line.get("run"))))
        found[run.id] = _with_line(run, line)
    return list(found.values())


def _with_line(run: Run, line: dict[str, Any]) -> Run:
    event, at = line.get("event"), str(line.get("at", ""))
    if event == "note":
        return replace(run, notes=(*run.notes, str(line.get("text", ""))))
    if event in ("started", "whole"):
        run = replace(run, what=str(line.get("what", "build")), by=str(line.get("by", "")), started=at,
                      orchestrated=str(line.get("orchestrated", "")))  # fmt: skip
    if event in ("ended", "whole"):
        run = replace(
            run, ended=at, outcome=str(line.get("outcome", "")), release=str(line.get("release", "")),
            warnings=line.get("warnings"), why=str(line.get("why", "")), todo=tuple(line.get("todo", ())),
            notes=(*run.notes, *line.get("notes", ())),
        )  # fmt: skip
    return run


def told_runs(folder: Path) -> list[Run]:
    """Every run as it is known now: one without an end is running only while its process lives.

    The lock would know better; but whoever tries it holds it for a moment, and a night that begins then has no turn.
    """
    alive = {str(line.get("run")): _lives(line) for line in lines_of(folder / RUNS) if line.get("event") == "started"}
    return [
        run if run.outcome != "running" or alive.get(run.id, True)
        else replace(run, outcome="ended without a word", why=SILENT)
        for run in runs(folder)
    ]  # fmt: skip


def _lives(line: dict[str, Any]) -> bool:
    """Whether the process of a run lives; yes where that cannot be known from this machine."""
    process = line.get("process")
    if os.name == "nt" or line.get("machine") != platform.node() or not isinstance(process, int):
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_over(process)


def _is_over(process: int) -> bool:
    """Whether a process has ended and only waits for somebody to ask how; only Linux tells."""
    with contextlib.suppress(OSError, IndexError):
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return told.rsplit(")", 1)[1].split()[0] in ("Z", "X")
    return False


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a file of JSON lines; torn ones are passed over."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                found.append(told)
    return found


def add_line(path: Path, line: dict[str, Any]) -> None:
    """Add a line in one write, after a line end if the file was torn; a full disk is told and stops nothing."""
    data = (json.dumps(line, ensure_ascii=False, default=str) + "\n").encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            if end := file.seek(0, os.SEEK_END):
                file.seek(end - 1)
                data = data if file.read(1) == b"\n" else b"\n" + data
            file.write(data)
            os.fsync(file.fileno())
    except OSError as error:
        logging.getLogger("locality_profiles").warning("The history could not be written (%s): %s", path.name, error)


def _add(folder: Path, run: str, event: str, **told: Any) -> None:
    add_line(folder / RUNS, {"at": now(), "run": run, "event": event, **told})


def now() -> str:
    return datetime.now(LOCAL_TIME).isoformat(timespec="seconds")


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


# --- for a person ---------------------------------------------------------------------------------

HEADINGS = ("began", "what", "took", "outcome", "release")


def cells(found: Sequence[Run]) -> list[tuple[Any, ...]]:
    """Runs as rows of a table, the newest first."""
    return [(began(run), f"{run.what}, by {run.by}", took(run), _outcome(run), run.release) for run in reversed(found)]


def _outcome(run: Run) -> str:
    """'published, 34 warnings'."""
    if not run.warnings:
        return run.outcome
    return f"{run.outcome}, {run.warnings} warning{'' if run.warnings == 1 else 's'}"


def began(run: Run) -> str:
    return run.started[:16].replace("T", " ")


def took(run: Run) -> str:
    """How long a run took, in words; empty where its end is not known."""
    if not run.ended or run.outcome == "ended without a word":
        return ""
    seconds = int((datetime.fromisoformat(run.ended) - datetime.fromisoformat(run.started)).total_seconds())
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def reasons(found: Sequence[Run]) -> list[str]:
    """Why runs did not end well and what was noticed, the newest first."""
    lines = []
    for run in reversed(found):
        told = [*([run.why] if run.why else []), *(f"  - {sentence}" for sentence in (*run.todo, *run.notes))]
        if told:
            lines += [f"{began(run)} {run.outcome}: {told[0].strip(' -')}", *told[1:]]
    return lines
