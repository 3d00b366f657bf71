"""How long a workbook takes: 40 worksheets of 1,000 cells each, half of them figures with a mark.

``python -m benchmarks.workbooks`` prints the best of several runs and the size of the file. The first workbook of a
process takes a moment longer, to import what writes it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from locality_profiles.numbers import print_value
from locality_profiles.publish.document import Document, Part
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.workbook import write_workbook

SHEETS, ROWS, COLUMNS = 40, 100, 9
MOST_SECONDS = 1.4
RUNS = 5


def document() -> Document:
    """Made-up tables: each row has its name and nine figures."""
    columns = tuple(Column(str(2016 + at), "per 1,000") for at in range(COLUMNS))
    parts = []
    for number in range(SHEETS):
        rows = tuple(
            (f"Area {row}", tuple(
                print_value(1.7 * row + at + number, "estimated" if (row + at) % 2 else "actual", "per 1,000", 1)
                for at in range(COLUMNS)
            ), False) for row in range(ROWS)
        )  # fmt: skip
        made = Sheet(f"sheet-{number}", f"Made-up table {number}", "Made up", "Area", columns, rows, ("Made up.",))
        parts.append(Part(f"part-{number}", f"Part {number}", sheets=(made,)))
    return Document("made-up", "Made-up document", "Locality profile", (), (), tuple(parts))


def main() -> None:
    about = Edition("Made up", True, "made-up", date(2026, 1, 1), ("locality",), {})
    told, taken = document(), []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "made-up.xlsx"
        for _ in range(RUNS):
            begun = time.perf_counter()
            write_workbook(told, out, about)
            taken.append(time.perf_counter() - begun)
        size = out.stat().st_size
    cells = SHEETS * ROWS * (COLUMNS + 1)
    sys.stdout.write(
        f"{SHEETS} worksheets, {cells:,} cells: {min(taken):.2f} s (first {taken[0]:.2f} s), {size / 1024:,.0f} KiB\n"
    )
    sys.stdout.write(f"asked for: {MOST_SECONDS} s\n")


if __name__ == "__main__":
    main()
