"""How long a release's forms take: pages, workbooks, Word and PDF of every locality and partnership.

``python -m benchmarks.forms WORKSPACE`` writes the forms of a built workspace's current release again, from its stored
tables, into a folder that is thrown away: the site alone and then everything, each with no picture drawn before; and
everything once more with all pictures there, as after a change that touches no chart. ``--write`` keeps the table in
``benchmarks/results-forms.md``.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from locality_profiles.building import LOCAL_TIME
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.forms import write_forms
from locality_profiles.publish.releases import current_release
from locality_profiles.workspace import FORMS, Workspace, read_workspace

RESULTS = Path(__file__).parent / "results-forms.md"
KINDS = ("locality", "hscp", "country")


@dataclass
class Peak:
    """The most memory that this process and its children held at once, in MiB."""

    mib: float = 0.0


@contextmanager
def watched() -> Iterator[Peak]:
    """Look at memory twice a second while the block runs."""
    peak, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.wait(0.5):
            peak.mib = max(peak.mib, _held() / 2**20)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def _held() -> int:
    """Memory of this process and those that it started, in bytes."""
    page, own, held = os.sysconf("SC_PAGE_SIZE"), os.getpid(), 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if own in (int(folder.name), parent):
                    held += int((folder / "statm").read_text().split()[1]) * page
            except (OSError, IndexError):
                continue
    return held


def edition_of(workspace: Workspace, only: tuple[str, ...]) -> tuple[Edition, dict[str, Path]]:
    """The edition and tables of a workspace's current release, for areas that have documents."""
    release = current_release(workspace.published)
    assert release is not None, "build the workspace first"
    tables = {name: workspace.curated / name / path.name for name, path in release.public_tables.items()}
    profiled = tuple(kind for kind in workspace.profiled if kind in KINDS)
    return Edition(
        title=workspace.title, synthetic=workspace.synthetic, release_id=release.id, built=release.built,
        profiled=profiled, type_titles=workspace.type_titles(), forms=only,
    ), tables  # fmt: skip


def measured(workspace: Workspace, what: str, only: tuple[str, ...], pictures: Path) -> str:
    """One run, as a row of the table."""
    edition, tables = edition_of(workspace, only)
    with tempfile.TemporaryDirectory() as folder, watched() as peak:
        before, began = _processor(), time.perf_counter()
        files = write_forms(tables, Path(folder), edition, pictures, only)
        took, worked = time.perf_counter() - began, _processor() - before
        held = sum(path.stat().st_size for path in files if path.exists()) / 1e6
        largest = max((path.stat().st_size for path in files if path.suffix == ".html"), default=0) / 1e3
    documents = sum(path.suffix == ".docx" for path in files)
    return (f"| {what} | {len(files):,} | {documents} | {took:.0f} s | {worked:.0f} s | {peak.mib:,.0f} MiB "
            f"| {held:,.0f} MB | {largest:.0f} kB |")  # fmt: skip


def _processor() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    """Measure and print; keep the table where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    workspace = read_workspace(asked.workspace)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder)
        rows.append(measured(workspace, "site alone, no picture drawn before", ("site",), pictures))
        print(rows[-1], flush=True)  # noqa: T201
        shutil.rmtree(pictures)
        rows.append(measured(workspace, "site, workbooks, Word, PDF; no picture drawn before", FORMS, pictures))
        print(rows[-1], flush=True)  # noqa: T201
        rows.append(measured(workspace, "the same, all pictures there", FORMS, pictures))
        print(rows[-1], flush=True)  # noqa: T201
    day = datetime.now(LOCAL_TIME).date()
    head = [
        "# Forms", "", "Written by `python -m benchmarks.forms --write`; nothing here is edited by hand.", "",
        f"Workspace '{workspace.title}', {day.day} {day:%B %Y}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}.", "",
        "| what | files | documents | took | processor | memory | size | largest page |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    text = "\n".join([*head, *rows, ""])
    print(text)  # noqa: T201
    if asked.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
