"""A house style: what it may say, what it is refused for, and what becomes of it on the pages."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.publish import island
from unit.publish.page import Page

from locality_profiles.disclosure.linter import lint
from locality_profiles.errors import DefinitionError
from locality_profiles.publish import colours
from locality_profiles.publish.pictures import faults_of_picture
from locality_profiles.publish.site import write_site
from locality_profiles.publish.theme import USUAL, read_theme

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
WHOLE = """
name = "Orsay partnership"
licence = "Open Government Licence v3.0."
marking = "For the board only."
[logo]
file = "logo.svg"
alt = "A lighthouse"
[colours]
main = "#801650"
accent = "#f46a25"
[font]
site = ["Verdana", "sans-serif"]
[contact]
name = "Planning & co"
email = "planning@orsay.example"
telephone = "01632 960 001"
address = "1 Harbour Street, Orsay ZE2 9XX"
web = "https://orsay.example/"
"""


def workspace(folder: Path, told: str, **files: str) -> Path:
    theme = folder / "theme"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text(told, encoding="utf-8")
    for name, text in {"logo_svg": SVG.format('<rect width="9" height="9"/>'), **files}.items():
        (theme / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def test_a_workspace_without_a_style_has_the_usual_one(tmp_path: Path) -> None:
    assert read_theme(tmp_path) == USUAL
    assert USUAL.css() == ""


def test_files_of_a_style_without_its_declaration_are_said(tmp_path: Path) -> None:
    workspace(tmp_path, "")
    (tmp_path / "theme" / "theme.toml").unlink()

    with pytest.raises(DefinitionError, match=r"has no theme\.toml"):
        read_theme(tmp_path)


def test_everything_wrong_is_said_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    told = (
        'nmae = "Orsay"\n[logo]\nfile = "logo.png"\nalt = " "\n[colours]\nmain = "#66ccff"\n[contact]\nemail = "a b"\n'
    )

    with pytest.raises(DefinitionError) as refused:
        read_theme(workspace(tmp_path, told))

    said = [problem.sentence() for problem in refused.value.problems]
    assert said == [
        "theme/theme.toml, line 1: does not know 'nmae'. Did you mean 'name'?",
        next(each for each in said if each.startswith("theme/theme.toml, line 8: [contact] 'email' is 'a b'")),
        "theme/theme.toml, line 4: [logo] 'alt' is empty. Say in words what it shows.",
        "theme/theme.toml, line 3: logo.png is not in the folder theme. Put it there, or take the line out.",
        "theme/theme.toml, line 6: [colours] 'main' is #66ccff, which stands out from the white page by 1.8 to 1; "
        "text needs 4.5. #3d7a99, a darker shade of it, has 4.7 to 1.",
    ]


def test_the_pages_wear_the_style(tables: dict[str, Path], tmp_path: Path) -> None:
    theme = read_theme(workspace(tmp_path, WHOLE))
    write_site(tables, tmp_path / "site", island.edition(theme=theme))
    page = Page(tmp_path / "site" / "areas" / "S37900001-north-isles.html")
    style = (tmp_path / "site" / "profiles.css").read_text(encoding="utf-8")

    assert {"class": "logo", "src": "../logo.svg", "alt": "A lighthouse"} in page.all("img")
    assert (tmp_path / "site" / "logo.svg").is_file()
    assert {"href": "mailto:planning@orsay.example"} in page.all("a")
    assert {"href": "tel:01632960001"} in page.all("a")
    assert "Contact: Planning & co, planning@orsay.example, 01632 960 001, 1 Harbour Street" in page.words
    assert "--accent: #801650; --on-accent: #ffffff; --band: #f46a25;" in style
    assert 'body { font-family: "Verdana", sans-serif; }' in style


def test_how_to_reach_the_publisher_is_published_and_nobody_else(tables: dict[str, Path], tmp_path: Path) -> None:
    theme = read_theme(workspace(tmp_path, WHOLE))
    write_site(tables, tmp_path / "site", island.edition(theme=theme))

    assert lint(tmp_path / "site", contact=theme.contact.texts()) == []
    assert {one.kind for one in lint(tmp_path / "site")} == {"e-mail address", "telephone number", "postcode"}
    (tmp_path / "site" / "other.html").write_text("<p>a.planning@orsay.example</p>", encoding="utf-8")
    assert [one.file for one in lint(tmp_path / "site", contact=theme.contact.texts())] == ["other.html"]


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_whatever_the_main_colour_words_are_read_on_every_ground(number: int, mended: bool) -> None:
    main = f"#{number:06x}"
    if mended:
        main = colours.standing_out(main, colours.PAPER, colours.TEXT)
    if colours.contrast(main, colours.PAPER) < colours.TEXT:
        return
    made = colours.derived(main)

    assert colours.contrast(made.on_main, made.main) >= colours.TEXT
    assert colours.contrast(made.dark_on_main, made.dark_main) >= colours.TEXT
    for paper, ink, quiet, colour, share in (
        (colours.PAPER, colours.INK, "#4b5a57", made.main, colours.OWN),
        (colours.DARK_PAPER, colours.DARK_INK, "#a8b7b3", made.dark_main, colours.DARK_OWN),
    ):
        ground = colours.ground_of(paper, colour, share)
        assert min(colours.contrast(words, ground) for words in (ink, quiet, colour)) >= colours.TEXT


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>1</script>", "run, link or move: script"),
        ("<foreignObject/>", "run, link or move: foreignobject"),
        ('<rect onclick="1"/>', "runs something"),
        ('<image href="https://orsay.example/a.png"/>', "fetches something"),
        ('<rect fill="url(https://orsay.example/#a)"/>', "fetches something"),
        ('<rect fill="u\\72l(https://orsay.example/#a)"/>', "fetches something"),
        ("<style>@import 'a.css';</style>", "fetches something"),
        ("<rect>", "is not SVG that can be read"),
    ],
)
def test_a_drawing_that_runs_or_fetches_is_refused(tmp_path: Path, inside: str, said: str) -> None:
    (tmp_path / "logo.svg").write_text(SVG.format(inside), encoding="utf-8")

    assert any(said in what for what, _ in faults_of_picture(tmp_path / "logo.svg"))


def test_a_drawing_with_entities_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), encoding="utf-8")

    assert [what for what, _ in faults_of_picture(tmp_path / "logo.svg")] == [
        "declares a document type or a stylesheet"
    ]


def test_a_drawing_with_its_own_gradient_is_welcome(tmp_path: Path) -> None:
    good = '<defs><linearGradient id="a"/></defs><rect fill="url(#a)"/><use href="#b"/><g style="fill: url(\'#a\')"/>'
    (tmp_path / "logo.svg").write_text(SVG.format(good), encoding="utf-8")

    assert list(faults_of_picture(tmp_path / "logo.svg")) == []


def test_a_picture_is_a_picture_of_a_sensible_size(tmp_path: Path) -> None:
    def said(data: bytes) -> list[str]:
        (tmp_path / "logo.png").write_bytes(data)
        return [what for what, _ in faults_of_picture(tmp_path / "logo.png")]

    def png(wide: int, tall: int) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", wide, tall) + b"\x08\x06\0\0\0crc."

    assert said(png(300, 100)) == []
    assert said(png(30_000, 100)) == ["is 30,000 by 100 pixels"]
    assert said(b"GIF89a") == ["is no PNG picture"]
    assert said(png(3, 1) + b"0" * 600_000) == ["has 586 KiB, and every page would load it"]


def test_a_template_is_a_word_document_without_macros(tmp_path: Path) -> None:
    folder = workspace(tmp_path, 'template = "letter.docx"\n')
    with zipfile.ZipFile(folder / "theme" / "letter.docx", "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    assert read_theme(folder).template == folder / "theme" / "letter.docx"

    with zipfile.ZipFile(folder / "theme" / "letter.docx", "a") as packed:
        packed.writestr("word/vbaProject.bin", "")
        packed.writestr(
            "word/_rels/settings.xml.rels",
            '<Relationship Type="x/attachedTemplate" Target="https://orsay.example/a.dotx" TargetMode="External"/>',
        )
    with pytest.raises(DefinitionError) as refused:
        read_theme(folder)
    assert ["holds macros" in str(refused.value), "fetches a part" in str(refused.value)] == [True, True]


def test_a_picture_that_is_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.svg").write_text(SVG.format(""), encoding="utf-8")
    folder = workspace(tmp_path / "w", '[logo]\nfile = "other.svg"\nalt = "x"\n')
    (folder / "theme" / "other.svg").symlink_to(tmp_path / "elsewhere.svg")

    with pytest.raises(DefinitionError, match="leads out of the folder"):
        read_theme(folder)
