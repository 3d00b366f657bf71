"""A document with everything that a document can have, and pictures that stand in for its charts."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from pathlib import Path

from locality_profiles.numbers import Printed, print_value
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.document import Document, Part, Written
from locality_profiles.publish.edition import MARKING, Edition
from locality_profiles.publish.sheets import Column, Sheet

ABOUT = Edition("Orsay & Firth locality profiles", True, "2026-03-01-ab12", date(2026, 3, 1), ("locality",), {})
MANAGEMENT = Edition(ABOUT.title, False, ABOUT.release_id, ABOUT.built, ("locality",), {}, marking=MARKING)

AUTHORED = (
    "<p>People of <em>Øyrar</em> told us that <strong>buses</strong> matter: "
    '<a href="https://example.org/plan?a=1&amp;b=2">the plan</a>.</p>'
    "<ul><li>Early buses</li><li>Late buses<ol><li>Fridays</li><li>Saturdays</li></ol></li></ul>"
    "<blockquote><p>“We wait an hour.”</p></blockquote>"
    '<ol><li>First</li><li>Second</li></ol><p>Not <a href="javascript:x">a link</a>.</p>'
)


def sheet(name: str, columns: int, rows: int, **changes: object) -> Sheet:
    """A table of figures; its last row is a total."""
    given = {
        "id": name, "title": f"Table of {name}", "caption": f"What {name} were, by year", "first": "Area",
        "columns": tuple(Column(f"{2000 + i}/{i + 1:02}", "% of people") for i in range(columns)),
        "rows": tuple(
            (f"Locality {r}", tuple(_share(1000 * r + c + 0.25) for c in range(columns)), r == rows - 1)
            for r in range(rows)
        ),
    }  # fmt: skip
    return Sheet(**{**given, **changes})  # type: ignore[arg-type]


def _share(value: float) -> Printed:
    return print_value(value, "actual", "% of people", 1)


def chart(name: str) -> Chart:
    return Chart(name, "bars", f"Chart of {name}", f"{name} went up from 1 to 2 & stayed <there>.", {"panels": [name]})


MONEY = sheet("money", 13, 4)
SERVICES = Sheet(
    "services", "Services", "Services", "Service", (Column("Where", words=True), Column("Beds", "number")),
    (("Care <home> & more", ("By the pier, in the village that lies furthest north of all the villages", "[c]"), False),
     ("Hôpital \x0bKirkjubøur\u202e", ("=1+1", "−12"), False)),
    ("Counted on one day.", "Beds are those that are open."),
)  # fmt: skip
DOCUMENT = Document(
    "orsay", "Orsay & <Firth>: North Isles", "Locality profile", ("4,321 people lived here in 2025.",),
    (("Release", "2026-03-01-ab12"), ("Made from", "made-up extracts")),
    (
        Part("people", "People", 2, ("A paragraph with £5, 3–4 and −2.", "Another, of Zürich."), ("One", "Two"),
             charts=(chart("deaths"),), sheets=(sheet("people", 4, 3),), remarks=("Source: nobody.",)),
        Part("older", "Older people", 4, sheets=(SERVICES,),
             notes=(Written(AUTHORED, "Written by A. Person", "The figure moved."),)),
        Part("costs", "Costs", 2, charts=(chart("costs"), chart("births")), sheets=(MONEY, sheet("none", 2, 0))),
        Part("deep", "Deeper", 3, ("Something.",)),
        Part("deepest", "Deepest", 4, ("Something else.",)),
    ),
    (("[c]", "suppressed", "Held back."), ("–", "no figure", "Nothing is held.")),
)  # fmt: skip


def draw(document: Document, folder: Path, look: str = "") -> Path:
    """A picture of each chart, as SVG and as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for shown in document.charts():
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 220" width="600" height="220">'
            '<rect width="600" height="220" fill="#eef"/><rect x="40" y="80" width="90" height="120" fill="#12436D"/>'
            f'<text x="20" y="40" font-family="Arial, sans-serif" font-size="16">{shown.id}</text></svg>'
        )
        (folder / f"{shown.key(look)}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{shown.key(look)}.png").write_bytes(png(900, 330, zlib.crc32(shown.id.encode()) & 0xFF))
    return folder


def png(width: int, height: int, grey: int) -> bytes:
    """A picture of one shade."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([grey]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
