"""How far a long command is: its steps, how long each took in this workspace before, and what is probably left.

Who does the work says ``watched(function, name)``; who wants to be told listens. Where nobody listens nothing is
wrapped. Times stand in ``data/curated/times.json`` and are part of no release.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "times.json"
#: Of each step so many times are remembered: one odd night does not spoil the estimate.
REMEMBERED = 5
#: What is done before the first step.
START = "starting"

Listener = Callable[[str, bool], None]
_listeners: list[Listener] = []


def watched(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, which says when it begins and ends if anybody listens just now."""
    if not _listeners:
        return function

    @functools.wraps(function)
    def told(*given: Any, **named: Any) -> Any:
        _tell(name, True)
        try:
            return function(*given, **named)
        finally:
            _tell(name, False)

    return told


def _tell(name: str, begins: bool) -> None:
    for listener in tuple(_listeners):
        listener(name, begins)


@contextlib.contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """In the block, the listener is told of each step that begins and ends, from whichever thread."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@dataclass
class Course:
    """The steps of one run, beside what is remembered of runs before it."""

    remembered: dict[str, list[float]] = field(default_factory=dict)
    walls: list[float] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    begun: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    started: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.started = self.clock()
        self.begun[START] = self.started

    def hear(self, name: str, begins: bool) -> None:
        """Note that a step begins or ends."""
        now = self.clock()
        with self._lock:
            if START in self.begun and START not in self.took:
                self.took[START] = now - self.started
            if begins:
                self.begun[name] = now
            else:
                self.took[name] = now - self.begun.get(name, now)

    def usual(self, name: str) -> float:
        """Seconds that a step takes as a rule; 0 where none is remembered."""
        return statistics.median(self.remembered[name]) if self.remembered.get(name) else 0.0

    @property
    def running(self) -> list[str]:
        with self._lock:
            return [name for name in self.begun if name not in self.took]

    def share(self) -> float | None:
        """How much of the work is done, from 0 to 1; None where nothing is remembered."""
        names = list(self.remembered)
        whole = sum(self.usual(name) for name in names)
        if not whole:
            return None
        now = self.clock()
        with self._lock:
            done = sum(
                self.usual(name) if name in self.took
                else min(self.usual(name), now - self.begun[name]) if name in self.begun else 0.0
                for name in names
            )  # fmt: skip
        return min(1.0, done / whole)

    def left(self) -> float | None:
        """Seconds that are probably left: steps run side by side, so the whole run's time is shared out."""
        share = self.share()
        return None if share is None or not self.walls else statistics.median(self.walls) * (1 - share)

    def to_remember(self) -> dict[str, Any]:
        """What the next run is told: the last few times of each step of this one, and of whole runs."""
        kept = {name: [*self.remembered.get(name, []), seconds][-REMEMBERED:] for name, seconds in self.took.items()}
        walls = [*self.walls, self.clock() - self.started][-REMEMBERED:]
        return {"steps": {name: [round(s, 2) for s in times] for name, times in kept.items()},
                "whole": [round(wall, 2) for wall in walls]}  # fmt: skip


def in_words(seconds: float | None) -> str:
    """What is left, as a person would say it.

    >>> in_words(130), in_words(40), in_words(3), in_words(None)
    ('about 2 min left', 'about 40 s left', 'a few seconds left', '')
    """
    if seconds is None:
        return ""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 90:
        return f"about {10 * max(1, round(seconds / 10))} s left"
    return f"about {round(seconds / 60)} min left"


def course_of(folder: Path) -> Course:
    """A run's course, with what the store of a workspace remembers; a memory that cannot be read is none."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        steps = {str(name): [float(s) for s in times] for name, times in told["steps"].items()}
        return Course(steps, [float(s) for s in told["whole"]])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Course()


def remember(folder: Path, course: Course) -> None:
    """Keep the times of a run that ended well. A build is not undone because they cannot be kept."""
    with contextlib.suppress(OSError):
        aside = folder / f".{FILE}-{os.getpid()}"
        aside.write_text(json.dumps(course.to_remember(), indent=1), encoding="utf-8")
        aside.replace(folder / FILE)


@contextlib.contextmanager
def shown(folder: Path, quiet: bool = False) -> Iterator[Course]:
    """In the block, show on the terminal what is being done and what is left; elsewhere, and if ``quiet``, nothing.

    What is shown goes to standard error and is wiped when the block ends: what a command says stays as it was.
    """
    course = course_of(folder)
    with heard_by(course.hear), _bar(course) if not quiet and sys.stderr.isatty() else contextlib.nullcontext():
        yield course
    remember(folder, course)


@contextlib.contextmanager
def _bar(course: Course) -> Iterator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
                   TextColumn("{task.fields[left]}"), console=Console(stderr=True), transient=True)  # fmt: skip
    task, ended = bar.add_task(START, total=None, left=""), threading.Event()

    def follow() -> None:
        while not ended.wait(0.25):
            share = course.share()
            bar.update(task, description=", ".join(course.running[:2]) or "finishing", left=in_words(course.left()),
                       total=None if share is None else 1.0, completed=share or 0.0)  # fmt: skip

    follower = threading.Thread(target=follow, daemon=True)
    with bar:
        follower.start()
        try:
            yield
        finally:
            ended.set()
            follower.join()
