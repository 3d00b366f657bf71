"""Drawing and printing, shared out over the cores: every picture once, then every document in every form.

Work is cut into as many shares as there are processes, each with every n-th piece, so that large and small are mixed.
A share is written to a file and read by a process that knows nothing else; it ends when its share is done, whatever
becomes of the build that started it. Nothing is sent between processes but paths.
"""

from __future__ import annotations

import itertools
import math
import multiprocessing
import os
import pickle
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from locality_profiles.errors import LocalityProfilesError
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.charts.draw import draw
from locality_profiles.publish.charts.look import LOOK, Look
from locality_profiles.publish.document import Document
from locality_profiles.publish.edition import Edition

#: Fewer pieces than this are not worth a second process, which takes seconds to start.
WORTH_SHARING = 60
#: A document is as much work as so many pictures.
A_DOCUMENT = 20
#: Documents that one process prints.
MOST_DOCUMENTS = 32


class PrintingFailed(LocalityProfilesError):
    """A process that drew or printed a share ended before it was done."""


def processes_here() -> int:
    """How many processes share the work: as many as there are cores, or as LOCALITY_PROFILES_PROCESSES says."""
    told = os.environ.get("LOCALITY_PROFILES_PROCESSES", "")
    return max(1, int(told)) if told.isdigit() else max(1, min(8, os.cpu_count() or 1))


# --- pictures -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pictures:
    """Charts to be drawn into one folder, each in its look."""

    charts: tuple[tuple[Look, Chart], ...]
    folder: Path
    png: bool = False

    def __call__(self) -> None:
        for look, some in itertools.groupby(self.charts, key=lambda one: one[0]):
            draw((chart for _, chart in some), self.folder, look, self.png)


def picture_shares(charts: Iterable[Chart], folder: Path, looks: Iterable[Look], png: bool = False) -> list[Pictures]:
    """What ``folder`` lacks of charts in each look, each once however often it is shown, cut into shares."""
    endings = (".svg", ".png") if png else (".svg",)
    folder.mkdir(parents=True, exist_ok=True)
    charts = list(charts)
    missing = [
        (look, chart)
        for look in looks
        for key, chart in {chart.key(look.id): chart for chart in charts}.items()
        if not all(_kept(folder / f"{key}{ending}") for ending in endings)
    ]
    count = processes_here() if len(missing) >= WORTH_SHARING else 1
    return [Pictures(share, folder, png) for n in range(count) if (share := tuple(missing[n::count]))]


def _kept(picture: Path) -> bool:
    """Whether a picture was drawn before; if so it is known to be wanted still."""
    try:
        os.utime(picture)
    except FileNotFoundError:
        return False
    return True


#: A picture that no build has asked for in so many days is drawn again when one does.
REMEMBERED = timedelta(days=30)


def forget_pictures(folder: Path) -> None:
    """Take away pictures that no build has asked for in a month."""
    before = time.time() - REMEMBERED.total_seconds()
    for picture in folder.glob("*.*g"):
        if picture.stat().st_mtime < before:
            picture.unlink(missing_ok=True)


# --- documents ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Print:
    """One document in one or several forms."""

    document: Document
    forms: tuple[tuple[str, Path], ...]
    """Endings, and the folders in which the files are written."""

    @property
    def files(self) -> list[Path]:
        return [folder / f"{self.document.stem}{ending}" for ending, folder in self.forms]


@dataclass(frozen=True)
class Prints:
    """Documents to be printed by one process."""

    prints: tuple[Print, ...]
    pictures: Path
    about: Edition

    def __call__(self) -> None:
        for one in self.prints:
            for path in one.files:
                _write(one.document, path, self.pictures, self.about)


def _write(document: Document, path: Path, pictures: Path, about: Edition) -> None:
    theme = about.theme
    if path.suffix == ".xlsx":
        from locality_profiles.publish.workbook import write_workbook

        write_workbook(document, path, about, theme)
    elif path.suffix == ".docx":
        from locality_profiles.publish.word import write_word

        write_word(document, pictures, path, about, theme, LOOK.id)
    else:
        from locality_profiles.publish.pdf import write_pdf

        write_pdf(document, pictures, path, about, theme, LOOK.id)


def print_shares(prints: Sequence[Print], pictures: Path, about: Edition) -> list[Prints]:
    """Every document in its forms, cut into shares; one share where there is little to do.

    Typst keeps what it has set, so a process prints so many documents and no more: memory stays within bounds however
    many areas there are.
    """
    files = [path for one in prints for path in one.files]
    for folder in {path.parent for path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    if not prints:
        return []
    count = 1
    if A_DOCUMENT * len(files) >= WORTH_SHARING:
        count = max(processes_here(), math.ceil(len(prints) / MOST_DOCUMENTS))
    return [Prints(tuple(prints[n::count]), pictures, about) for n in range(min(count, len(prints)))]


@dataclass(frozen=True)
class Several:
    """Shares that one process does, one after another."""

    shares: tuple[Callable[[], Any], ...]

    def __call__(self) -> None:
        for share in self.shares:
            share()


def together(*groups: Sequence[Callable[[], Any]]) -> list[Callable[[], Any]]:
    """Shares of several groups; one share, where no group is worth sharing out."""
    shares = [share for group in groups for share in group]
    return [Several(tuple(shares))] if all(len(group) < 2 for group in groups) else shares


# --- shares ---------------------------------------------------------------------------------------


def share_out(shares: Sequence[Callable[[], Any]], folder: Path, meanwhile: Callable[[], None] | None = None) -> None:
    """Do every share in a process of its own, as many at once as there are cores; a single one here.

    Parameters
    ----------
    shares : sequence of callables
        Each can be pickled and needs nothing of the others.
    folder : Path
        Where shares are handed over; nothing stays there.
    meanwhile : callable, optional
        What is done here while they run.

    Raises
    ------
    PrintingFailed
        If a process ended before its share was done and could not say why; if it could, its own error.
    """
    from locality_profiles.tables.store import folder_for_scratch

    if len(shares) < 2:
        for work in (meanwhile, *shares):
            if work:
                work()
        return
    with folder_for_scratch(folder) as scratch:
        waiting = list(enumerate(shares))
        running: list[tuple[Any, Path]] = []
        done: list[tuple[Any, Path]] = []
        try:
            _top_up(running, waiting, scratch)
            if meanwhile:
                meanwhile()
            while running:
                wait([process.sentinel for process, _ in running])
                done += _ended(running)
                if any(process.exitcode for process, _ in done):
                    waiting.clear()
                _top_up(running, waiting, scratch)
        finally:
            for process, _ in running:
                process.join()
        for process, path in done:
            if process.exitcode:
                raise _error_of(process.exitcode, path)


def _top_up(running: list[tuple[Any, Path]], waiting: list[tuple[int, Callable[[], Any]]], scratch: Path) -> None:
    """Start what waits, as far as there are cores for it."""
    while waiting and len(running) < processes_here():
        number, share = waiting.pop(0)
        running.append(_start(share, scratch / str(number)))


def _ended(running: list[tuple[Any, Path]]) -> list[tuple[Any, Path]]:
    """Take the processes that have ended out of those that run."""
    ended = [one for one in running if not one[0].is_alive()]
    for one in ended:
        one[0].join()
        running.remove(one)
    return ended


def _start(share: Callable[[], Any], path: Path) -> tuple[Any, Path]:
    """A process for a share, which it reads from a file."""
    path.write_bytes(pickle.dumps(share))
    process = multiprocessing.get_context("spawn").Process(target=_do, args=(str(path),))
    process.start()
    return process, path


def _do(name: str) -> None:
    """The work of a started process: a share, and if it fails the error in a file beside it."""
    path = Path(name)
    try:
        pickle.loads(path.read_bytes())()
    except Exception as error:
        path.with_suffix(".failed").write_bytes(_packed(error))
        raise SystemExit(1) from None


def _packed(error: Exception) -> bytes:
    """The error itself, so that a full disk is told as one; or what it says, where it cannot be passed on."""
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
    return packed


def _error_of(code: int, path: Path) -> Exception:
    told = path.with_suffix(".failed")
    if told.exists():
        error: Exception = pickle.loads(told.read_bytes())
        return error
    return PrintingFailed(f"A process that drew charts and printed documents was ended from outside (code {code}). "
                          "Run the build again.")  # fmt: skip
