"""How long one chart takes, by kind: compiled once and filled, against Vega-Lite compiled anew for each chart.

``python -m benchmarks.charts --write`` keeps the table in ``benchmarks/results-charts.md``. Both ways draw the same
rows in the same run, in turns, so that the ratio holds on a machine that others share.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from locality_profiles.publish.charts import draw
from locality_profiles.publish.charts.kinds import KINDS
from locality_profiles.publish.charts.look import LOOK
from tests.drawn_charts import DATA, chart, ranked

TIMES = 15
#: The largest that a page shows, beside the small ones that tests draw.
CHARTS = {**{kind: chart(kind) for kind in DATA}, "rank of 130": chart("rank", ranked(130))}


def anew(kind: str, vega: draw.Row) -> str:
    """The same rows, by the plain way: Vega-Lite to SVG."""
    import vl_convert

    rows = next(table["values"] for table in vega["data"] if table["name"] == "rows")
    svg: str = vl_convert.vegalite_to_svg({**KINDS[kind].template(LOOK), "data": {"name": "rows", "values": rows}})
    return svg


def milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def measured() -> list[tuple[str, float, float, float, int]]:
    """Kind; median ms of our SVG, of a PNG of it, and of the plain way; and the bytes of the SVG."""
    made = []
    for name, one in CHARTS.items():
        picture = KINDS[one.kind].picture(one.data, LOOK)
        assert picture is not None
        vega = draw.filled(draw.compiled(one.kind, LOOK, frozenset(row["part"] for row in picture.rows)), picture)
        bare = draw.bare_svg(one)
        draw.to_pngs([bare])
        ours, dots, plain = [], [], []
        for _ in range(TIMES):
            ours.append(milliseconds(lambda one=one: draw.with_dark(draw.bare_svg(one))))
            plain.append(milliseconds(lambda one=one, vega=vega: anew(one.kind, vega)))
            dots.append(milliseconds(lambda bare=bare: draw.to_pngs([bare])))
        size = len(draw.with_dark(bare).encode())
        made.append((name, statistics.median(ours), statistics.median(dots), statistics.median(plain), size))
    return made


def table() -> str:
    lines = [
        "| Chart | SVG, ms | PNG more, ms | Vega-Lite anew, ms | Times faster | SVG, kB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {ours:.0f} | {dots:.0f} | {plain:.0f} | {plain / ours:.1f} | {size / 1000:.1f} |"
        for name, ours, dots, plain, size in measured()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    told = table()
    sys.stdout.write(told + "\n")
    if "--write" in sys.argv:
        head = f"# Charts\n\nProcessor time, medians of {TIMES}. Made by `python -m benchmarks.charts --write`.\n\n"
        (Path(__file__).parent / "results-charts.md").write_text(head + told + "\n", encoding="utf-8")
