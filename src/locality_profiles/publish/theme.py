"""A workspace's house style: ``theme/theme.toml`` and the logo, pictures and template that lie beside it.

Everything is asked for once, here: pages, documents and workbooks take what they can show of it. What cannot be read
by everyone is refused with a shade that can, and a picture that runs or fetches anything is refused altogether.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.links import REMEDY, leads_out
from locality_profiles.publish import colours as of_colours
from locality_profiles.publish.colours import (
    DARK_PAPER,
    GRAPHICS,
    PAPER,
    TEXT,
    Colours,
    contrast,
    derived,
    standing_out,
    stylesheet,
)
from locality_profiles.publish.pictures import faults_of_picture

FOLDER, FILE = "theme", "theme.toml"

COLOUR = r"#[0-9A-Fa-f]{6}"
#: A plain file of the folder itself.
PICTURE = r"[A-Za-z0-9_][A-Za-z0-9_-]*\.(png|svg)"
TEMPLATE = r"[A-Za-z0-9_][A-Za-z0-9_-]*\.docx"
FAMILY = r"[A-Za-z][A-Za-z0-9 -]{0,60}"
EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
TELEPHONE = r"[+(]?[0-9][0-9 ()-]{4,24}"
WEB = r"https://[^\s\"'<>\\]+"
GENERIC = ("serif", "sans-serif", "system-ui", "ui-sans-serif", "ui-serif")

MOST_TEMPLATE = 8 * 2**20


class Asked(NamedTuple):
    """One key of ``theme.toml``: what it is, and what it is for."""

    field: Field
    words: str


#: Every key, by table; the empty one is the file's own.
FIELDS: Mapping[str, Mapping[str, Asked]] = {
    "": {
        "name": Asked(Field(str, default=""), "The organisation's name, above the title of every page and on covers."),
        "licence": Asked(Field(str, default=""), "A sentence at the foot of every page and on covers."),
        "cover": Asked(Field(str, default=""), "A sentence for the covers of documents."),
        "marking": Asked(
            Field(str, default=""),
            "What stands at the head of every page of the edition for management, in place of the package's words.",
        ),
        "template": Asked(
            Field(str, pattern=TEMPLATE, default=""), "A Word document in the folder whose styles ours take."
        ),
    },
    "logo": {
        "file": Asked(Field(str, required=True, pattern=PICTURE, default=""), "A PNG or SVG file in the folder."),
        "alt": Asked(Field(str, required=True, default=""), "The logo in words, for whoever cannot see it."),
    },
    "picture": {
        "file": Asked(Field(str, required=True, pattern=PICTURE, default=""), "A PNG or SVG file for the covers."),
        "alt": Asked(Field(str, required=True, default=""), "The picture in words."),
    },
    "colours": {
        "main": Asked(
            Field(str, required=True, pattern=COLOUR, default=""),
            "Links, borders and labels: read as text on white, 4.5 to 1 or better.",
        ),
        "on_main": Asked(Field(str, pattern=COLOUR, default=""), "Text on the main colour; white or black else."),
        "accent": Asked(
            Field(str, pattern=COLOUR, default=""),
            "The band at the head of pages and covers: 3 to 1 or better on white; the main colour if not given.",
        ),
        "dark_main": Asked(Field(str, pattern=COLOUR, default=""), "The same on dark pages; lighter if not given."),
        "dark_on_main": Asked(Field(str, pattern=COLOUR, default=""), "Text on that."),
        "dark_accent": Asked(Field(str, pattern=COLOUR, default=""), "The band on dark pages."),
    },
    "font": {
        "site": Asked(Field(list, default=[]), "Families for the pages, the first that a reader has; none is fetched."),
        "documents": Asked(Field(list, default=[]), "Families for Word and workbooks; a PDF has those it brings."),
    },
    "contact": {
        "name": Asked(Field(str, default=""), "Whom to ask."),
        "email": Asked(Field(str, pattern=EMAIL, default=""), "An address of the team: it is published."),
        "telephone": Asked(Field(str, pattern=TELEPHONE, default=""), "A number of the team: it is published."),
        "address": Asked(Field(str, default=""), "Where to write to."),
        "web": Asked(Field(str, pattern=WEB, default=""), "An address that begins with https://."),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Contact:
    """Whom readers may ask; what is empty is not told."""

    name: str = ""
    email: str = ""
    telephone: str = ""
    address: str = ""
    web: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """What is told, in order, each with the address that it links to; empty where it links to none."""
        number = re.sub(r"[^+0-9]", "", self.telephone)
        told = [(self.name, ""), (self.email, f"mailto:{self.email}"), (self.telephone, f"tel:{number}"),
                (self.address, ""), (self.web, self.web)]  # fmt: skip
        return [(words, link) for words, link in told if words]

    def texts(self) -> tuple[str, ...]:
        """Every form in which the details stand in what is published: the linter of releases lets these pass."""
        return tuple(dict.fromkeys(text for told in self.lines() for text in told if text and text != self.name))


@dataclass(frozen=True)
class Theme:
    """A house style; the usual one is the package's own."""

    name: str = ""
    licence: str = ""
    cover: str = ""
    marking: str = ""
    template: Path | None = None
    logo: Path | None = None
    logo_alt: str = ""
    picture: Path | None = None
    picture_alt: str = ""
    colours: Colours | None = None
    site_fonts: tuple[str, ...] = ()
    document_fonts: tuple[str, ...] = ()
    contact: Contact = field(default_factory=Contact)

    @property
    def logo_file(self) -> str:
        """The name of the logo beside the front page; empty where there is none."""
        return f"logo{self.logo.suffix.lower()}" if self.logo else ""

    def css(self) -> str:
        """What the pages' stylesheet needs beside its own; nothing for the usual style."""
        parts = [stylesheet(self.colours)] if self.colours else []
        if self.site_fonts:
            families = ", ".join(name if name in GENERIC else f'"{name}"' for name in self.site_fonts)
            ends = "" if self.site_fonts[-1] in GENERIC else ", sans-serif"
            parts.append(f"body {{ font-family: {families}{ends}; }}\n")
        return "\n/* House style */\n" + "".join(parts) if parts else ""


#: The style of a workspace that declares none.
USUAL = Theme()


def read_theme(folder: Path) -> Theme:
    """The house style of the workspace in ``folder``; the usual one where it declares none.

    Raises
    ------
    DefinitionError
        With everything that is wrong, by line.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return USUAL
    if not (place / FILE).is_file():
        if not any(path.is_file() and not path.name.startswith(".") for path in place.iterdir()):
            return USUAL
        raise DefinitionError(
            f"The folder {FOLDER} has no {FILE}.",
            [
                Problem(
                    "its files say nothing by themselves", f"Write {FOLDER}/{FILE}, or take the folder away.", FOLDER
                )
            ],
        )
    declared = read_declaration(place / FILE, f"{FOLDER}/{FILE}")
    theme = _theme(declared, place)
    declared.finish()
    return theme


def _theme(declared: Declaration, place: Path) -> Theme:
    tables = {table: Field(dict, default={}) for table in FIELDS if table}
    top = declared.read(declared.data, {**{key: asked.field for key, asked in FIELDS[""].items()}, **tables})
    told = {table: _table(declared, table, top[table]) for table in tables}
    fonts = {key: _families(declared, told["font"][key] or [], key) for key in FIELDS["font"]}
    return Theme(
        top["name"], top["licence"], top["cover"], top["marking"], _template(declared, place, top["template"]),
        _picture(declared, place, told["logo"], "logo"), told["logo"]["alt"] or "",
        _picture(declared, place, told["picture"], "picture"), told["picture"]["alt"] or "",
        _colours(declared, told["colours"]), fonts["site"], fonts["documents"], Contact(**told["contact"]),
    )  # fmt: skip


def _table(declared: Declaration, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a table; nothing is missing from one that is not there."""
    if name not in declared.data:
        return {key: asked.field.default for key, asked in FIELDS[name].items()}
    return declared.read(given, {key: asked.field for key, asked in FIELDS[name].items()}, name)


def _families(declared: Declaration, given: list[Any], key: str) -> tuple[str, ...]:
    names = list_of_text(declared, given, "font", key)
    for name in names:
        if not re.fullmatch(FAMILY, name):
            declared.problem(f"'{name}' is no name of a font", "Write it in letters, such as Arial.", "font", key)
    return names


# --- colours --------------------------------------------------------------------------------------


def _colours(declared: Declaration, given: Mapping[str, str]) -> Colours | None:
    """All colours, those that are not given made from the main one; None where none is declared or one is no colour."""
    told = {key: value.lower() for key, value in given.items() if value and re.fullmatch(COLOUR, value)}
    if "main" not in told:
        return None
    made = derived(told["main"], told.get("accent", ""), told.get("on_main", ""))
    dark = told.get("dark_main", made.dark_main)
    whole = Colours(
        made.main, made.on_main, made.accent, dark, told.get("dark_on_main", of_colours.on(dark)),
        told.get("dark_accent", made.dark_accent),
    )  # fmt: skip
    for key, ground, where, least in (
        ("main", PAPER, "the white page", TEXT), ("on_main", whole.main, "the main colour", TEXT),
        ("accent", PAPER, "the white page", GRAPHICS), ("dark_main", DARK_PAPER, "the dark page", TEXT),
        ("dark_on_main", whole.dark_main, "the main colour of dark pages", TEXT),
        ("dark_accent", DARK_PAPER, "the dark page", GRAPHICS),
    ):  # fmt: skip
        if key in told:
            _check_contrast(declared, key, getattr(whole, key), (ground, where), least)
    return whole


def _check_contrast(declared: Declaration, key: str, colour: str, on: tuple[str, str], least: float) -> None:
    ground, where = on
    found = contrast(colour, ground)
    if found >= least:
        return
    shade = standing_out(colour, ground, least)
    kind = "darker" if of_colours.luminance(shade) < of_colours.luminance(colour) else "lighter"
    what = "text" if least == TEXT else "a band"
    # A ratio just below the least must not be printed as the least itself.
    declared.problem(
        f"[colours] '{key}' is {colour}, which stands out from {where} by {int(found * 100) / 100:g} to 1; "
        f"{what} needs {least:g}",
        f"{shade}, a {kind} shade of it, has {contrast(shade, ground):.1f} to 1.", "colours", key,
    )  # fmt: skip


# --- files ----------------------------------------------------------------------------------------


def _picture(declared: Declaration, place: Path, given: Mapping[str, str], table: str) -> Path | None:
    name = given["file"]
    if table in declared.data and given["file"] and not (given["alt"] or "").strip():
        declared.problem(f"[{table}] 'alt' is empty", "Say in words what it shows.", table, "alt")
    if not name or not re.fullmatch(PICTURE, name):
        return None
    path = _file(declared, place, name, table, "file")
    for what, remedy in faults_of_picture(path) if path else ():
        declared.problem(f"[{table}] {name} {what}", remedy, table, "file")
    return path


def _file(declared: Declaration, place: Path, name: str, *where: str) -> Path | None:
    """A file of the folder; None, and a problem, if it is not there or is a link that leads out."""
    path = place / name
    if leads_out(path, place):
        declared.problem(f"{name} is a link that leads out of the folder", REMEDY, *where)
    elif not path.is_file():
        declared.problem(f"{name} is not in the folder {FOLDER}", "Put it there, or take the line out.", *where)
    else:
        return path
    return None


def _template(declared: Declaration, place: Path, name: str) -> Path | None:
    if not name or not re.fullmatch(TEMPLATE, name):
        return None
    path = _file(declared, place, name, "template")
    for what in _faults_of_template(path) if path else ():
        declared.problem(f"{name} {what}", "Save it in Word as an ordinary document (.docx).", "template")
    return path


#: Relations of a Word document to files elsewhere that are fetched when it is opened.
_FETCHED = re.compile(
    rb'<Relationship\b(?=[^>]*TargetMode="External")(?=[^>]*/(?:attachedTemplate|image|oleObject|frame|subDocument)")'
)


def _faults_of_template(path: Path) -> Iterator[str]:
    if path.stat().st_size > MOST_TEMPLATE:
        yield f"is larger than {MOST_TEMPLATE // 2**20} MiB"
        return
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            if "word/document.xml" not in names:
                yield "is no Word document"
            if any("vbaproject" in name.lower() for name in names):
                yield "holds macros"
            relations = [name for name in names if name.endswith(".rels")]
            if any(_FETCHED.search(packed.read(name)) for name in relations):
                yield "fetches a part of it from elsewhere"
    except (zipfile.BadZipFile, OSError, RuntimeError):
        yield "cannot be read as a Word document"
