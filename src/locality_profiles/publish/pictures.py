"""Pictures that a house style brings: what is wrong with one, before it stands on every page.

A PNG is a PNG of a sensible size. An SVG neither runs nor fetches anything, and has no entities that grow.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 512 * 2**10
MOST_PIXELS = 4000
PNG = b"\x89PNG\r\n\x1a\n"

#: Elements that run, move or bring in what is not drawn here.
_BANNED = frozenset(
    [
        "script",
        "foreignobject",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "handler",
        "listener",
        "animate",
        "animatemotion",
        "animatetransform",
        "animatecolor",
        "set",
        "discard",
        "a",
    ]
)
_URL = re.compile(r"url\(\s*['\"]?\s*(?!['\"#\s])|image-set\(|src\(|@import|javascript:", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*")
_WITHIN = re.compile(r"#[\w:.-]+")

Fault = tuple[str, str]


def faults_of_picture(path: Path) -> Iterator[Fault]:
    """What is wrong with a picture, each with what to do."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        yield (
            f"has {size / 2**10:,.0f} KiB, and every page would load it",
            f"Make it {MOST_BYTES // 2**10} KiB or less.",
        )
        return
    data = path.read_bytes()
    yield from _faults_of_svg(data) if path.suffix.lower() == ".svg" else _faults_of_png(data)


def _faults_of_png(data: bytes) -> Iterator[Fault]:
    if not data.startswith(PNG) or len(data) < 33 or data[12:16] != b"IHDR":
        yield "is no PNG picture", "Save it as PNG, or name the file by what it is."
        return
    wide, tall = struct.unpack(">II", data[16:24])
    if not 0 < wide <= MOST_PIXELS or not 0 < tall <= MOST_PIXELS:
        yield f"is {wide:,} by {tall:,} pixels", f"Make it no larger than {MOST_PIXELS:,} either way."


def _faults_of_svg(data: bytes) -> Iterator[Fault]:
    from xml.etree import ElementTree

    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data, re.IGNORECASE) or b"<?xml-stylesheet" in data.lower():
        yield "declares a document type or a stylesheet", "Export it as plain SVG, without either."
        return
    try:
        root = ElementTree.fromstring(data.decode("utf-8-sig"))
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError):
        yield "is not SVG that can be read", "Export it anew, as plain SVG in UTF-8."
        return
    if _plain(root.tag) != "svg":
        yield "is not SVG", "Export it anew, as plain SVG."
    if not root.get("viewBox") and not (root.get("width") and root.get("height")):
        yield "has no size", "Give its svg element a viewBox."
    bad = sorted({_plain(each.tag) for each in root.iter()} & _BANNED)
    if bad:
        yield f"has parts that run, link or move: {', '.join(bad)}", "Export it as plain SVG, without them."
    if any(_plain(name).startswith("on") for each in root.iter() for name in each.keys()):  # noqa: SIM118
        yield "runs something when it is shown or touched", "Take the attributes that begin with 'on' out."
    if any(map(_fetches, _texts(root))):
        yield "fetches something from elsewhere", "Put everything into the file itself."


def _plain(name: object) -> str:
    """A name without its namespace, in small letters."""
    return str(name).rpartition("}")[2].lower()


def _texts(root: object) -> Iterator[tuple[str, str]]:
    """Every attribute with its name, and the text of every style."""
    for each in root.iter():  # type: ignore[attr-defined]
        yield from ((_plain(name), value) for name, value in each.items())
        if _plain(each.tag) == "style":
            yield "style", "".join(each.itertext())


def _fetches(told: tuple[str, str]) -> bool:
    name, value = told
    # A letter may be written as an escape: then what is said is not looked into, but refused.
    if "\\" in value:
        return True
    if name in ("href", "src"):
        return not (_WITHIN.fullmatch(value.strip()) or _EMBEDDED.fullmatch(value.strip()))
    return bool(_URL.search(value))
