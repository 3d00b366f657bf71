"""How long a profile takes as a Word file and as a PDF: 40 tables of 90 cells and 25 charts, all made up.

``python -m benchmarks.documents`` prints the table; ``--write`` keeps it in ``benchmarks/results-documents.md``.
Pictures are drawn beforehand: every form shares them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.builds import REPOSITORY
from locality_profiles.numbers import print_value
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.document import Document, Part, Written
from locality_profiles.publish.sheets import Column, Sheet

RESULTS = REPOSITORY / "benchmarks" / "results-documents.md"
PARTS, TABLES, CHARTS = 10, 40, 25
COLUMNS, ROWS = 9, 10
TIMES = 10
MOST_WORD, MOST_PDF = 0.4, 0.5
WRITTEN = (Written("<p>An author's <em>own</em> words.</p><ul><li>One</li><li>Two</li></ul>", "Written by A. Person"),)

RUN = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
from benchmarks.documents import made_up
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.pdf import write_pdf
from locality_profiles.publish.theme import USUAL
from locality_profiles.publish.word import write_word

folder, write, times = Path(sys.argv[1]), {"word": write_word, "pdf": write_pdf}[sys.argv[2]], int(sys.argv[3])
about = Edition("Made up", True, "2026-03-01-ab12", date(2026, 3, 1), ("locality",), {})
taken = []
for number in range(times):
    document = made_up(number)
    begun = time.process_time()
    write(document, folder, folder / f"{number}.{sys.argv[2]}", about, USUAL)
    taken.append(time.process_time() - begun)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
size = (folder / f"0.{sys.argv[2]}").stat().st_size / 1000
print(json.dumps({"first": taken[0], "next": sum(taken[1:]) / (times - 1), "peak": peak, "size": size}))
"""


def made_up(number: int) -> Document:
    """One area's document; ``number`` makes its figures other than those of the next."""
    tables = iter([_sheet(i, number) for i in range(TABLES)])
    charts = iter([Chart(f"c{i}", "bars", f"Chart {i}", f"It says {i}.", {"value": i}) for i in range(CHARTS)])
    parts = []
    for part in range(PARTS):
        drawn = tuple(next(charts) for _ in range(CHARTS // PARTS + (part < CHARTS % PARTS)))
        sheets = tuple(next(tables) for _ in range(TABLES // PARTS))
        said, points = ("A sentence about what stands here. " * 6,) * 2, ("A point.",) * 3
        parts.append(Part(f"p{part}", f"Section {part}", 2, said, points, WRITTEN, drawn, sheets, ("Source: nobody.",)))
    facts = (("Release", "1"),)
    return Document(f"area-{number}", f"Area {number}", "Locality profile", ("Made up.",), facts, tuple(parts))


def _sheet(table: int, number: int) -> Sheet:
    columns = tuple(Column(f"{2015 + c}/{16 + c}", "per 1,000") for c in range(COLUMNS))
    rows = [
        (f"Measure {r} of something",
         tuple(print_value(table * r + c + number / 3, "actual", "", 1) for c in range(COLUMNS)), r == ROWS - 1)
        for r in range(ROWS)
    ]  # fmt: skip
    caption = f"What {table} was, by year"
    return Sheet(f"t{table}", f"Table {table}", caption, "Measure", columns, tuple(rows), ("A caveat.",))


def draw(folder: Path) -> None:
    """A picture for every chart, about as large as a real one."""
    import vl_convert

    for chart in made_up(0).charts():
        bars = "".join(
            f'<rect x="{20 + 10 * i}" y="{20 + i}" width="8" height="{180 - 2 * i}" fill="#12436D"/>'
            f'<text x="{20 + 10 * i}" y="230" font-size="8" font-family="Arial, sans-serif">{i}</text>'
            for i in range(55)
        )
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 240" width="600" height="240">{bars}</svg>'
        (folder / f"{chart.key()}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{chart.key()}.png").write_bytes(vl_convert.svg_to_png(svg, scale=1.5))


def measure(folder: Path, times: int = TIMES) -> dict[str, dict[str, float]]:
    """Seconds of one core, memory and size by form, each in a process of its own."""
    draw(folder)
    found = {}
    for form in ("word", "pdf"):
        command = [sys.executable, "-c", RUN, str(folder), form, str(times)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
        found[form] = json.loads(ran.stdout.splitlines()[-1])
    return found


def table(found: dict[str, dict[str, float]]) -> list[str]:
    """The results as Markdown."""
    rows = [
        f"| {title} | {told['first']:.2f} s | {told['next']:.2f} s | {most} s | {told['peak']:,.0f} MiB "
        f"| {told['size']:,.0f} kB |"
        for title, told, most in (("Word", found["word"], MOST_WORD), ("PDF/UA-1", found["pdf"], MOST_PDF))
    ]
    return [
        f"| {TABLES} tables of {ROWS * COLUMNS} cells, {CHARTS} charts | first | each of the next {TIMES - 1} | target "
        "| memory | size |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
    ]


def main(arguments: Sequence[str]) -> None:
    """Measure; keep the results if asked to."""
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch))
    today = date.today()  # noqa: DTZ011
    text = (
        "# Benchmark of documents\n\n"
        "Written by `python -m benchmarks.documents --write`; nothing here is edited by hand. Seconds are those of one "
        "core at work, whatever else the machine does.\n\n"
        f"Measured on {today.day} {today:%B %Y}, {os.cpu_count()} cores.\n\n" + "\n".join(table(found)) + "\n"
    )
    sys.stdout.write(text)
    if "--write" in arguments:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
