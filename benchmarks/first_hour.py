"""The first hour on real extracts: the commands of docs/first-hour.md under 'Real Shetland', run and timed.

``python -m benchmarks.first_hour EXTRACTS --write`` runs them with the folder of extracts in the place of
``~/extracts`` and writes the times into the page. ``tests/real/test_first_hour.py`` runs the same block.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "first-hour.md"
HEADING = "Real Shetland"
#: What stands in the page for the folder of extracts.
PLACEHOLDER = "~/extracts"
TABLE = "| command | seconds |\n|---|---:|\n"


@dataclass(frozen=True)
class Ran:
    """One command that was run."""

    command: str
    seconds: float
    code: int
    said: str


def section(text: str) -> str:
    """What stands under the heading."""
    found = re.search(rf"^## (?:\d+\. )?{HEADING}.*?\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"the page has no heading '{HEADING}'"
    return found[1]


def commands(text: str) -> list[str]:
    """The commands of the first fenced block under the heading."""
    block = re.search(r"^```sh\n(.*?)^```", section(text), re.M | re.S)
    assert block, "there is no block of commands"
    return [line for line in block[1].splitlines() if line.strip() and not line.startswith("#")]


def commands_timed(text: str) -> list[str]:
    """The commands that the table of times is about."""
    return re.findall(r"^\| `(locality-profiles [^`]*)` \|", section(text), re.M)


def run(command: str, extracts: Path, folder: Path) -> Ran:
    """Run one command as a person would, in ``folder``."""
    words = shlex.split(command.replace(PLACEHOLDER, shlex.quote(str(extracts))))
    script = Path(sys.executable).with_name(words[0])
    start = time.perf_counter()
    done = subprocess.run([script, *words[1:]], cwd=folder, capture_output=True, text=True, check=False,
                          env={**os.environ, "CI": "1"})  # fmt: skip
    return Ran(command, time.perf_counter() - start, done.returncode, done.stdout + done.stderr)


def with_table(text: str, ran: Sequence[Ran]) -> str:
    """The page with these times."""
    rows = "".join(f"| `{each.command}` | {each.seconds:,.0f} |\n" for each in ran)
    total = f"| together | {sum(each.seconds for each in ran):,.0f} |\n"
    return re.sub(rf"{re.escape(TABLE)}(?:\|.*\n)*", lambda _: TABLE + rows + total, text)


def main(arguments: Sequence[str]) -> int:
    extracts = Path(next(word for word in arguments if not word.startswith("--"))).resolve()
    text = PAGE.read_text(encoding="utf-8")
    ran = []
    with tempfile.TemporaryDirectory() as folder:
        for command in commands(text):
            ran.append(run(command, extracts, Path(folder)))
            sys.stdout.write(f"{ran[-1].seconds:7.1f} s  {command}\n")
            if ran[-1].code:
                sys.stdout.write(ran[-1].said)
                return 1
    if "--write" in arguments:
        PAGE.write_text(with_table(text, ran), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
