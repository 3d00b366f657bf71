"""What ``new`` writes is whole: the strict reader takes it, its own test passes, and nothing is overwritten."""

from __future__ import annotations

import contextlib
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_country import country_at
from typer.testing import CliRunner

from locality_profiles.cli import app
from locality_profiles.errors import LocalityProfilesError, WorkspaceError
from locality_profiles.indicators.definition import OWN_SECTIONS, sections, with_own
from locality_profiles.scaffolding.area import new_area
from locality_profiles.scaffolding.indicator import Asked, counted, new_indicator
from locality_profiles.scaffolding.names import NAME, NameTaken, check_name
from locality_profiles.scaffolding.section import new_section
from locality_profiles.scaffolding.source import new_source
from locality_profiles.workspace import read_workspace

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def workspace(tmp_path):
    return read_workspace(country_at(tmp_path))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- indicators -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("numerator", "denominator", "method"), [
    (None, None, "percentage"),
    ("residents 80+", "residents 65+", "percentage"),
    ("residents 16-64 female", "residents female", "percentage"),
    ("residents", "none", "count"),
    ("SC.AT:N_PEOPLE", "residents 18+", "crude_rate"),
    ("FLOW.DD:BED_DAYS", "none", "count"),
    ("count tenure/owned", "count tenure/all", "percentage"),
    ("published scotpho_profile/Breast screening uptake", None, "published"),
])  # fmt: skip
def test_a_new_indicator_is_accepted_at_once_and_its_own_test_passes(workspace, numerator, denominator, method):
    made = new_indicator(workspace, "drawn_here", Asked(numerator=numerator, denominator=denominator))
    found = with_own(workspace.definitions, workspace.outcomes)["drawn_here"]
    assert found.method == method
    definition, test = made.files
    assert definition == workspace.definitions / "drawn_here.toml"
    runpy.run_path(str(test))["test_it_is_what_its_definition_says"]()


def test_its_test_fails_when_the_definition_is_changed_to_mean_something_else(workspace):
    """A test that cannot fail would say nothing: of people aged 80 and over it knows who is 79."""
    definition, test = new_indicator(workspace, "old", Asked(numerator="residents 80+")).files
    definition.write_text(definition.read_text(encoding="utf-8").replace("from = 80", "from = 79"), encoding="utf-8")
    with pytest.raises(AssertionError):
        runpy.run_path(str(test))["test_it_is_what_its_definition_says"]()


def test_every_key_that_a_definition_needs_stands_in_it_with_what_it_is_for(workspace):
    text = new_indicator(workspace, "old", Asked(title='People "80" and over')).files[0].read_text(encoding="utf-8")
    assert tomllib.loads(text)["title"] == 'People "80" and over'
    for key in ("section", "order", "definition", "method", "per", "unit", "direction", "disclosure", "owner"):
        line = next(line for line in text.splitlines() if line.startswith(f"{key} ="))
        assert "  # " in line


def test_a_person_at_a_terminal_is_asked_what_they_did_not_say(workspace):
    asked = []

    def ask(question: str, usual: str) -> str:
        asked.append(question)
        return {"What is it called?": "Alarms"}.get(question, usual)

    made = new_indicator(workspace, "alarms", Asked(numerator="SC.AT:N_PEOPLE"), ask)
    assert tomllib.loads(made.files[0].read_text(encoding="utf-8"))["title"] == "Alarms"
    assert len(asked) == 3


@pytest.mark.parametrize(("asked", "words"), [
    (Asked(section="housin"), "Did you mean 'housing'"),
    (Asked(numerator="SC.ATT:N_PEOPLE"), "no service 'SC.ATT'. Did you mean 'SC.AT'"),
    (Asked(numerator="SC.AT:N_PEPLE"), "no measure 'N_PEPLE'. Did you mean 'N_PEOPLE'"),
    (Asked(numerator="SC.AT:N_PEOPLE", period="year"), "no kind of period 'year'"),
    (Asked(numerator="many people"), "is not understood. Say residents"),
    (Asked(numerator="residents 64-16"), "write the younger first"),
    (Asked(numerator="residents 95+"), "90 and over are one"),
    (Asked(denominator="SC.AT:N_PEOPLE"), "cannot be among whom"),
    (Asked(numerator="published a/b", denominator="residents"), "has no denominator"),
])  # fmt: skip
def test_what_is_not_known_is_refused_with_what_is_and_nothing_is_written(workspace, asked, words):
    before = files_in(workspace.folder)
    with pytest.raises(WorkspaceError, match=words):
        new_indicator(workspace, "drawn_here", asked)
    assert files_in(workspace.folder) == before


def test_nothing_is_overwritten(workspace):
    new_indicator(workspace, "mine")
    (workspace.folder / "tests" / "test_other.py").write_text("# by hand\n", encoding="utf-8")
    before = files_in(workspace.folder)
    for name in ("mine", "population", "other"):
        with pytest.raises(NameTaken):
            new_indicator(workspace, name)
    assert files_in(workspace.folder) == before


def test_a_name_that_is_nearly_another_is_pointed_out(workspace):
    assert new_indicator(workspace, "aged_75_pluss").notes == (
        "Note: there is 'aged_75_plus' too; be sure that you mean another.",
    )


@pytest.mark.parametrize("name", ["../x", "a/b", "A", "9", "", "a-b", "con", "x.toml", "a" * 61, "é", "a\u202eb", ".."])
def test_a_name_that_a_file_cannot_bear_is_refused_with_one_that_would_do(name):
    with pytest.raises(WorkspaceError, match="Call it [a-z][a-z0-9_]*"):
        check_name(name, "an indicator")


@given(st.text(max_size=30))
def test_the_name_that_is_proposed_is_one(name):
    import re

    try:
        check_name(name, "a section")
    except WorkspaceError as error:
        found = re.search(r"Call it (\S+?)\.?$", str(error))
        assert found
        assert re.fullmatch(NAME, found[1])
    else:
        assert re.fullmatch(NAME, name)


@given(st.text(max_size=20))
def test_whatever_is_said_of_a_numerator_is_understood_or_refused_in_words(said):
    with contextlib.suppress(WorkspaceError):
        assert counted(said, None).what


# --- sections -------------------------------------------------------------------------------------


def test_a_new_section_stands_where_it_is_asked_for_and_takes_indicators(workspace):
    new_section(workspace, "island_life", "Island life", after="housing")
    known = sections(workspace.folder / OWN_SECTIONS)
    assert list(known)[list(known).index("housing") + 1] == "island_life"
    new_indicator(workspace, "mine", Asked(section="island_life"))
    found = with_own(workspace.definitions, workspace.outcomes)["mine"]
    assert (found.section, found.section_title) == ("island_life", "Island life")


def test_without_a_place_a_section_comes_last(workspace):
    new_section(workspace, "island_life")
    assert list(sections(workspace.folder / OWN_SECTIONS).values())[-1].title == "Island life"


@pytest.mark.parametrize("name", ["housing", "profile", "all"])
def test_a_section_that_is_there_or_means_something_else_is_refused(workspace, name):
    with pytest.raises(NameTaken):
        new_section(workspace, name)


def test_a_section_after_one_that_is_not_there_is_refused(workspace):
    with pytest.raises(WorkspaceError, match="Did you mean 'housing'"):
        new_section(workspace, "island_life", after="houses")
    assert not (workspace.folder / OWN_SECTIONS).exists()


# --- area systems ---------------------------------------------------------------------------------


def test_areas_of_data_zones_are_placed_and_put_into_the_settings(workspace):
    said = ("Ness & Wick=S01900001, S01900002", "Holm=S01900003")
    added = new_area(workspace, "pilot", title="Pilot area", areas=said)
    again = read_workspace(workspace.folder)
    assert [row["persons"] for row in added.fit.areas if row.get("area_name") != "OUT"][:2] == [150, 30]
    assert next(system for system in again.systems if system.name == "pilot") == added.system
    assert again.profiled[-1] == "pilot"


def test_a_dry_run_shows_the_fit_and_changes_nothing(workspace):
    before = (workspace.folder / "profiles.toml").read_bytes()
    assert new_area(workspace, "pilot", areas=("Ness=S01900001",), dry_run=True).dry_run
    assert (workspace.folder / "profiles.toml").read_bytes() == before


@pytest.mark.parametrize(("said", "words"), [
    ({}, "Say what it is made of"),
    ({"areas": ("Ness=S01900001",), "points": ("Ness=ZZ1 1ZZ",)}, "Say what it is made of"),
    ({"areas": ("Ness",)}, "is not understood"),
    ({"areas": ("Ness=S0190",)}, "no code of a data zone"),
    ({"areas": ("Ness=S01900001", "Ness=S01900002")}, "given twice"),
    ({"areas": ("Ness=S01999999",)}, "S01999999"),
    ({"points": ("Ness=somewhere",)}, "no postcode"),
])  # fmt: skip
def test_areas_that_cannot_be_used_are_refused_and_nothing_changes(workspace, said, words):
    before = (workspace.folder / "profiles.toml").read_bytes()
    with pytest.raises(LocalityProfilesError, match=words):
        new_area(workspace, "pilot", **said)
    assert (workspace.folder / "profiles.toml").read_bytes() == before


def test_a_name_that_a_system_has_already_is_refused(workspace):
    with pytest.raises(WorkspaceError, match="'locality' already"):
        new_area(workspace, "locality", areas=("Ness=S01900001",))


# --- sources --------------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path):
    """A folder that is laid out as the repository is, as far as a new source is concerned."""
    for folder in ("src/locality_profiles/sources", "tests/specs", "expectations/extract"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_a_new_source_reads_its_drawn_table_and_its_spec_passes(clone, monkeypatch):
    """In a program of its own, in which the module stands among the package's."""
    made = new_source(clone / "src", "sports_centre", "Visits to sports centres", "Visits")
    assert [path.relative_to(clone).as_posix() for path in made.files] == [
        "src/locality_profiles/sources/sports_centre.py", "tests/specs/test_sports_centre.py",
        "expectations/extract/sports_centre.json",
    ]  # fmt: skip
    program = (
        "import sys, locality_profiles.sources as s, pytest\n"
        f"s.__path__.append({str(made.files[0].parent)!r})\n"
        f"sys.path.insert(0, {str(REPOSITORY / 'tests')!r})\n"
        f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '--noconftest', {str(made.files[1])!r}]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=clone, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout


def test_a_new_source_is_formatted_and_clean_by_the_rules_of_the_house(clone):
    made = new_source(
        clone, "sports_centre", 'Visits to "sports" centres and pools, by data zone and financial year', "Visits"
    )
    files = [str(path) for path in made.files if path.suffix == ".py"]
    for arguments in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--config", str(REPOSITORY / "pyproject.toml"), "--no-cache",
             *files], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_source_outside_a_clone_or_of_a_name_that_is_taken_is_refused(clone, tmp_path_factory):
    with pytest.raises(WorkspaceError, match="is in no clone"):
        new_source(tmp_path_factory.mktemp("elsewhere"), "sports_centre")
    with pytest.raises(NameTaken):
        new_source(clone, "home_care")
    with pytest.raises(WorkspaceError, match="heading of a column"):
        new_source(clone, "sports_centre", column='a"b')


# --- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote_and_what_comes_next(workspace):
    done = CliRunner().invoke(app, ["new", "indicator", "mine", "--workspace", str(workspace.folder)])
    assert done.exit_code == 0
    assert done.output.count("Wrote ") == 2
    assert "locality-profiles check" in done.output


def test_the_command_tells_another_program_the_same(workspace):
    import json

    done = CliRunner().invoke(app, ["new", "section", "island_life", "--json", "--workspace", str(workspace.folder)])
    assert json.loads(done.output)["files"] == [str(workspace.folder / "sections" / "island_life.toml")]
