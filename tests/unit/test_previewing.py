"""Looking at one area's page while working."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
import running
from small_country import country_at
from unit.publish import island
from unit.publish.page import Page

from locality_profiles import authoring
from locality_profiles.events import teller
from locality_profiles.previewing import UnknownSection, preview, watch
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.publish.site import write_site
from locality_profiles.scaffolding.indicator import Asked, new_indicator
from locality_profiles.scaffolding.section import new_section
from locality_profiles.showing import find_profile
from locality_profiles.workspace import read_workspace

KEY = ("locality", "S37900001/north-isles")
SETTINGS = '[workspace]\ntitle = "Orsay & Firth locality profiles"\nsynthetic = true\n'


@pytest.fixture
def folder(tmp_path):
    """A workspace whose release has the small tables of Orsay and Firth."""
    (tmp_path / "profiles.toml").write_text(SETTINGS, encoding="utf-8")
    for name, path in island.island(tmp_path / "drawn").items():
        (tmp_path / "data" / "curated" / name).mkdir(parents=True)
        shutil.move(path, tmp_path / "data" / "curated" / name / path.name)
    return tmp_path


@pytest.fixture
def tables(folder):
    return {path.stem: path for path in (folder / "data" / "curated").glob("*/*.parquet")}


def preview_at(folder):
    """Temporary folders stand in this one, but those whose place is said: pictures are drawn in folders beside them."""
    made = tempfile.mkdtemp
    return lambda prefix, dir=None: str(folder / prefix) if dir is None else made(prefix=prefix, dir=dir)


@pytest.fixture
def seen(folder, tables, monkeypatch):
    """A preview of an area, or of a section of it; what it writes goes away with the test."""
    monkeypatch.setattr("tempfile.mkdtemp", preview_at(folder))
    stored = {name: str(path) for name, path in tables.items()}
    about = {"release_id": "drawn", "built": "2026-03-01", "public_tables": stored, "tables": stored}

    def of(section: str | None = None) -> Page:
        shutil.rmtree(folder / "locality-profiles-preview-", ignore_errors=True)
        return Page(preview(read_workspace(folder), Release(folder, about), KEY, section))

    return of


def profiles(page):
    return [found.texts() for found in page.tables if "profile" in found.css.split()]


def test_a_preview_shows_what_the_site_shows(seen, tables, tmp_path):
    write_site(tables, tmp_path / "site", island.edition())
    whole = Page(tmp_path / "site" / "areas" / "S37900001-north-isles.html")
    page = seen()

    assert profiles(page) == profiles(whole)
    assert page.headings["h1"] == whole.headings["h1"]
    assert (page.path.parents[1] / "profiles.css").is_file()


def test_a_preview_writes_no_other_page(seen):
    page = seen()

    assert list(page.path.parents[1].rglob("*.html")) == [page.path]


def test_the_pictures_of_a_preview_are_there(seen):
    page = seen()

    assert all((page.path.parent / picture["src"]).is_file() for picture in page.all("img"))


def test_a_preview_of_a_section_has_that_section_alone(seen):
    whole = profiles(seen())
    part = profiles(seen(next(iter(island.SECTIONS))))

    assert len(part) == 1 < len(whole)
    assert part[0] in whole


def test_a_section_that_is_not_there_is_answered_with_those_that_are(seen):
    with pytest.raises(UnknownSection, match=rf"no section 'lifestile'\. It has: .*{next(iter(island.SECTIONS))}"):
        seen("lifestile")


def test_a_preview_has_wide_and_narrow_pictures(seen):
    page = seen()
    narrow = [source["srcset"].split(" ")[0] for source in page.all("source")]

    assert narrow
    assert all((page.path.parent / address).is_file() for address in narrow)


# --- watching --------------------------------------------------------------------------------------


@pytest.fixture
def watching(folder, tables, tmp_path, monkeypatch):
    """Watch a preview while a test edits; gives what was said and the page after each edit."""
    monkeypatch.setattr("tempfile.mkdtemp", preview_at(tmp_path))
    stored = {name: str(path) for name, path in tables.items()}
    about = {"release_id": "drawn", "built": "2026-03-01", "public_tables": stored, "tables": stored}

    def of(*edits, as_json=False) -> tuple[list[str], list[str]]:
        said: list[str] = []
        pages: list[str] = []

        def looks():
            yield None
            for edit in edits:
                edit()
                yield None
                pages.append(next((tmp_path / "locality-profiles-preview-").rglob("areas/*.html")).read_text("utf-8"))
                yield None  # nothing changed meanwhile

        watch(folder, Release(folder, about), KEY, None, teller(said.append, as_json), looks=looks())
        return said, pages

    return of


def put(path: Path, text: str):
    path.parent.mkdir(exist_ok=True)
    return lambda: path.write_text(text, encoding="utf-8")


def test_a_page_is_written_again_when_the_theme_changes_and_says_so_once(watching, folder):
    said, pages = watching(put(folder / "theme" / "theme.toml", 'name = "Orsay partnership"\n'))

    assert len(said) == 2
    assert "loads itself again" in said[0]
    assert said[1].startswith("theme/theme.toml changed: written again in ")
    assert "Orsay partnership" in pages[0]


def test_an_error_is_said_and_the_page_stays_until_the_file_is_mended(watching, folder):
    section = folder / "sections" / "population.toml"
    said, pages = watching(put(section, "titel = 1\n"), put(section, 'title = "The people of Orsay"\n'))

    assert "Did you mean 'title'?" in said[1]
    assert "The page stays as it was. Mend it and save; this goes on." in said[1]
    assert "The people of Orsay" not in pages[0]
    assert said[2].startswith("sections/population.toml changed")
    assert "The people of Orsay" in pages[1]


def test_a_program_is_told_of_each_page_and_each_error_on_a_line(watching, folder):
    section = folder / "sections" / "population.toml"
    edits = put(section, "titel = 1\n"), put(section, 'title = "The people of Orsay"\n')
    told = [json.loads(line) for line in watching(*edits, as_json=True)[0]]

    assert [each["event"] for each in told] == ["written", "refused", "written"]
    assert [each["changed"] for each in told] == [[], ["sections/population.toml"], ["sections/population.toml"]]
    assert len({each["page"] for each in told}) == 1, "the page stays where it is"
    assert told[1]["error"] == "definition"
    assert "Did you mean 'title'?" in json.dumps(told[1]["problems"])
    assert all(each["release"] == "drawn" and each["seconds"] >= 0 for each in told if each["event"] == "written")


def test_only_a_page_that_is_watched_loads_itself_again(watching, seen, folder):
    _, pages = watching(put(folder / "theme" / "theme.toml", 'name = "Orsay"\n'))

    assert "location.reload()" in pages[0]
    assert "window.turn !== 2" in pages[0]
    assert "location.reload()" not in seen().path.read_text(encoding="utf-8")


def test_a_preview_wears_the_house_style_as_it_is_now(seen, folder: Path):
    (folder / "theme").mkdir()
    (folder / "theme" / "theme.toml").write_text('name = "Orsay partnership"\n', encoding="utf-8")

    assert "Orsay partnership" in seen().words


# --- definitions and notes that were changed since the release ---------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small country of two partnerships, built, with nothing of its own yet."""
    folder = country_at(tmp_path_factory.mktemp("country"))
    running.publish(folder, ("site",), ())
    return folder


def test_a_definition_that_is_new_since_the_release_has_its_figures_in_a_preview(built, tmp_path):
    """West has two zones; of its 150 people 15 are aged 90, so 10 in 100 are 80 or over."""
    workspace = read_workspace(built)
    new_section(workspace, "island_life", "Island life", after="population")
    asked = Asked("Older islanders", "residents 80+", "residents", "island_life")
    new_indicator(workspace, "older_islanders", asked)
    release = current_release(workspace.published)
    key = find_profile(release, "West")
    page = Page(preview(workspace, release, key, None, tmp_path))

    assert "Island life" in page.words
    assert "Older islanders" in page.words
    assert "10.0%" in page.words
    assert "not controlled for disclosure: Older islanders" in page.words


def test_a_definition_that_is_gone_since_leaves_the_page_and_nothing_is_made_anew(built, tmp_path):
    workspace = read_workspace(built)
    for path in (*(built / "indicators").glob("*.toml"), *(built / "sections").glob("*.toml")):
        path.unlink()
    release = current_release(workspace.published)
    page = Page(preview(workspace, release, find_profile(release, "West"), None, tmp_path))

    assert "Older islanders" not in page.words
    assert "not controlled for disclosure" not in page.words


def test_a_note_of_an_author_is_read_as_it_stands_and_nothing_is_remembered(built, tmp_path):
    workspace = read_workspace(built)
    release = current_release(workspace.published)
    path, _ = authoring.start_words(workspace, "West", "population", date(2026, 3, 1))
    path.write_text(path.read_text(encoding="utf-8") + "\nThe ferry brings people back.\n", encoding="utf-8")
    page = Page(preview(workspace, release, find_profile(release, "West"), None, tmp_path))

    assert "The ferry brings people back." in page.words
    assert not list((built / "words").glob("*.json"))
