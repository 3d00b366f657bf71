"""How long builds take, and how much memory: whole processes, and our own work step by step.

``make bench`` prints the table; ``python -m benchmarks.builds --write`` also keeps it in ``benchmarks/results.md``.
Real workspaces are measured where ``LOCALITY_PROFILES_EXTRACTS`` names a folder of extracts (or ``../shared/data``
holds them). No test is timed: machines differ and are shared, so read ratios before seconds.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "locality_profiles"]
STEPS = (
    "plan_of", "stage_all", "settle_extracts", "check_extracts", "curate_tables", "check_curated", "make_profiles",
    "make_money", "make_needs", "make_words",
    "check_profiles", "keep_results", "write_release",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One process: wall seconds, processor seconds, and the largest memory of it or one of its children."""

    wall: float
    processor: float
    memory: float  # MiB


def measure(command: Sequence[str], environment: dict[str, str]) -> Measured:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it fails; a time of a failure would mean nothing.
    """
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output.decode()}")
    return Measured(time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def own_work(folder: Path) -> dict[str, tuple[float, float]]:
    """Wall and processor seconds of each step of a cold build, in this process, without an orchestrator."""
    from locality_profiles import building
    from locality_profiles.curate.staging import GROUPS
    from locality_profiles.tables.expectations import great_expectations
    from locality_profiles.workspace import read_workspace

    great_expectations()
    taken = dict.fromkeys(STEPS, (0.0, 0.0))

    def timed(step: str, *given: object) -> object:
        start, processor = time.monotonic(), time.process_time()
        result = getattr(building, step)(*given)
        wall, cpu = taken[step]
        taken[step] = wall + time.monotonic() - start, cpu + time.process_time() - processor
        return result

    workspace = read_workspace(folder)
    with building.one_build(workspace):
        plan = timed("plan_of", workspace)
        files = timed("stage_all", workspace)
        extract = timed("settle_extracts", workspace, files)
        doors = [door for group in GROUPS if (door := timed("check_extracts", workspace, files, group))]
        made = timed("curate_tables", workspace, files, extract)
        doors.append(timed("check_curated", workspace, made))
        made = timed("make_profiles", workspace, made)
        made = timed("make_money", workspace, made)
        made = timed("make_needs", workspace, made)
        made = timed("make_words", workspace, made)
        doors.append(timed("check_profiles", workspace, made))
        made = timed("keep_results", workspace, made, doors, building.unknown_files(files))
        timed("write_release", workspace, made, doors, files, plan)
    return taken


def cold(make: Callable[[Path], None], folder: Path, environment: dict[str, str]) -> tuple[Measured, Measured]:
    """A build of a workspace with nothing built, then a second one with nothing changed."""
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
    build = [*COMMAND, "build", "--workspace", str(folder)]
    return measure(build, environment), measure(build, environment)


def example(name: str) -> Callable[[Path], None]:
    return lambda folder: (
        folder.mkdir(parents=True),
        shutil.copy(REPOSITORY / "examples" / name / "profiles.toml", folder),
    )[0]


def sample(size: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        subprocess.run([*COMMAND, "init", str(folder), "--sample", "--size", size], check=True, capture_output=True)

    return make


def extracts() -> Path | None:
    folder = Path(os.environ.get("LOCALITY_PROFILES_EXTRACTS", REPOSITORY.parent / "shared" / "data"))
    return folder if folder.is_dir() else None


def report(scratch: Path) -> str:
    """The table, as Markdown."""
    environment = {**os.environ, "PREFECT_HOME": str(scratch / "prefect")}
    if (real := extracts()) is not None:
        environment["LOCALITY_PROFILES_EXTRACTS"] = os.environ["LOCALITY_PROFILES_EXTRACTS"] = str(real)
    # Prefect's own database is made once per machine, not once per build.
    cold(sample("shetland"), scratch / "warm", environment)
    cases = [("synthetic island partnership", sample("shetland"), "")]
    if real is not None:
        cases.append(("real Shetland", example("shetland"), "25 s"))
        cases.append(("real Scotland, six kinds of area, 1,955 profiles", example("scotland"), "90 s, 2 GiB"))
    cases.append(("synthetic country of Scotland's size", sample("scotland"), "90 s, 2 GiB"))
    lines = [
        "| build | cold, wall | target | processor | memory | second build | share of the first (target 15%) |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for title, make, target in cases:
        first, second = cold(make, scratch / title.replace(" ", "-"), environment)
        lines.append(
            f"| {title} | {first.wall:.1f} s | {target} | {first.processor:.1f} s | {first.memory:,.0f} MiB "
            f"| {second.wall:.2f} s | {100 * second.wall / first.wall:.1f}% |"
        )
    lines += ["", *_commands(scratch, environment), "", *_steps(scratch, real)]
    return "\n".join(lines)


def _commands(scratch: Path, environment: dict[str, str]) -> list[str]:
    folder = str(scratch / "warm")
    commands = {
        "--help": ([*COMMAND, "--help"], "0.5 s"),
        "show": ([*COMMAND, "show", "--workspace", folder], "1.5 s"),
        "query": ([*COMMAND, "query", "select count(*) from population", "--workspace", folder], "1.5 s"),
    }
    lines = ["| command | wall, middle of five | target |", "| --- | ---: | --- |"]
    for name, (command, target) in commands.items():
        walls = sorted(measure(command, environment).wall for _ in range(5))
        lines.append(f"| {name} | {walls[2]:.2f} s | {target} |")
    return lines


def _steps(scratch: Path, real: Path | None) -> list[str]:
    """Our own work for Shetland, step by step, each in a process of its own; the middle of three runs."""
    if real is None:
        return ["The real extracts are not here, so Shetland's own work was not measured."]
    runs = []
    for number in range(3):
        folder = scratch / f"steps-{number}"
        example("shetland")(folder)
        code = (
            "import json; from pathlib import Path; from benchmarks.builds import own_work; "
            f"print(json.dumps(own_work(Path({str(folder)!r}))))"
        )
        output = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=REPOSITORY
        )
        runs.append(json.loads(output.stdout.splitlines()[-1]))
    runs.sort(key=lambda run: sum(wall for wall, _ in run.values()))
    middle = runs[1]
    lines = ["| real Shetland, our own work, one step after another | wall | processor |", "| --- | ---: | ---: |"]
    lines += [f"| {step.replace('_', ' ')} | {wall:.2f} s | {cpu:.2f} s |" for step, (wall, cpu) in middle.items()]
    total = [sum(pair[i] for pair in middle.values()) for i in (0, 1)]
    lines.append(f"| **all** (target 8 s) | **{total[0]:.2f} s** | **{total[1]:.2f} s** |")
    return lines


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        table = report(Path(scratch))
    about = f"Measured on {date.today():%-d %B %Y}, {os.cpu_count()} cores, Python {platform.python_version()}."  # noqa: DTZ011
    sys.stdout.write(f"{about}\n\n{table}\n")
    if "--write" in sys.argv:
        note = "# Benchmarks\n\nWritten by `python -m benchmarks.builds --write`; nothing here is edited by hand.\n"
        (REPOSITORY / "benchmarks" / "results.md").write_text(f"{note}\n{about}\n\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
