"""A document as a tagged PDF (PDF/UA-1), set by Typst from data: no text of a document is ever read as markup.

Typst refuses to make a PDF/UA without alternative text, a title, a language or an order of headings, so what it makes
has them. Fonts are the theme's where the machine has it, else a sans serif of the machine's, else Typst's own serif.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.publish.document import Document
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.on_paper import PAGE_WIDTH, Laid, Table, laid_out, pictures_of
from locality_profiles.publish.theme import Theme

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).parent / "typst" / "profile.typ"
#: In this order, as far as the machine has them; the last comes with Typst, so there is always one.
FONTS = ("Arial", "Liberation Sans", "Helvetica", "DejaVu Sans", "Libertinus Serif")
#: What may not be in any font at hand: all but Latin, Greek and Cyrillic, and the signs of print.
#: Of headings and rules, where the house style has no colour of its own.
MAIN = "#12436D"
UNCOMMON = re.compile("[^\n\x20-\u052f\u1e00-\u22ff\u25a0-\u25ff]")
LOGOS = {".svg": "svg", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}
CSS_PIXELS_PER_CM = 96 / 2.54
TALLEST = 19.0


def write_pdf(document: Document, pictures: Path, out: Path, about: Edition, theme: Theme, look: str = "") -> None:
    """Write one document; the same document gives the same bytes on the same machine."""
    out.write_bytes(pdf_of(laid_out(document, about, theme, look), pictures, about.built, theme))


def pdf_of(laid: Laid, pictures: Path, built: date, theme: Theme) -> bytes:
    """The bytes of the PDF; a letter that no font at hand has is shown by its number."""
    import typst

    told = json.dumps(_data(laid, pictures, built, theme), ensure_ascii=False)
    try:
        return _compiled(told, built)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise ReleaseError(f"'{laid.title}' cannot be set as a PDF.", [Problem(str(error))]) from error
    return _compiled(UNCOMMON.sub(lambda found: f"‹U+{ord(found[0]):04X}›", told), built)


def _compiled(told: str, built: date) -> bytes:
    midnight = datetime(built.year, built.month, built.day, tzinfo=UTC)
    made = _compiler().compile(
        format="pdf", pdf_standards="ua-1", timestamp=midnight, sys_inputs={"document": told}
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise ReleaseError("Typst made no PDF.")
    return made


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts()


@cache
def _compiler() -> typst.Compiler:
    import typst

    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts())


def _data(laid: Laid, pictures: Path, built: date, theme: Theme) -> dict[str, Any]:
    """All that the template shows."""
    drawn = {name: path.read_text(encoding="utf-8") for name, path in pictures_of(laid, pictures, ".svg").items()}
    has = set(_fonts().families())
    return {
        **asdict(laid), "blocks": [_block(block) for block in laid.blocks], "pictures": drawn,
        "widths": {name: _width(svg) for name, svg in drawn.items()}, "logo": _logo(theme),
        "colour": theme.colours.main if theme.colours else MAIN,
        "year": built.year, "month": built.month, "day": built.day,
        "fonts": [font for font in dict.fromkeys((*theme.document_fonts, *FONTS)) if font in has],
    }  # fmt: skip


def _block(block: Any) -> dict[str, Any]:
    return {**asdict(block), "told": block.told} if isinstance(block, Table) else asdict(block)


def _width(svg: str) -> float:
    """Centimetres: as wide as it was drawn, if the page is wide and tall enough."""
    found = re.search(r'<svg[^>]*?\bviewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', svg)
    found = found or re.search(r'<svg[^>]*?\bwidth="([\d.]+)[^>]*?\bheight="([\d.]+)', svg)
    if found is None:
        return PAGE_WIDTH
    width, height = (float(size) / CSS_PIXELS_PER_CM for size in found.groups())
    return min(width, PAGE_WIDTH, TALLEST * width / height if height else PAGE_WIDTH)


def _logo(theme: Theme) -> dict[str, Any] | None:
    if theme.logo is None or theme.logo.suffix.lower() not in LOGOS:
        return None
    kind = LOGOS[theme.logo.suffix.lower()]
    data = theme.logo.read_text(encoding="utf-8") if kind == "svg" else list(theme.logo.read_bytes())
    return {"data": data, "format": kind, "alt": theme.logo_alt}
