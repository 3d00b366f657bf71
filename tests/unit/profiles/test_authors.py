"""Paragraphs of authors: where they stand, what they may not hold, and what is said when their numbers have moved."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import drawn_words
import pyarrow.parquet as pq
import pytest
from drawn_words import EAST, NORTH, compared, figure, homes, indicator

from locality_profiles.errors import DefinitionError
from locality_profiles.profiles.narrative.authors import LONGEST, Places, read_paragraphs, start
from locality_profiles.profiles.narrative.making import Settings, make_words
from locality_profiles.tables.store import Store

PLACES = Places(
    (("locality", "S37900001/north", "North Isles"), ("locality", "S37900002/north", "North Isles"),
     ("locality", "S37900001/west", "West & Skerries"), ("hscp", "S37900001", "The Isles")),
    ("profile", "population", "health", "hospital"),
)  # fmt: skip
WEST = "words/locality/west-and-skerries/hospital.md"


def write(folder: Path, text: str, name: str = WEST) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read_paragraphs(folder, PLACES)
    return [problem.sentence() for problem in caught.value.problems]


def test_a_paragraph_is_found_by_name_or_by_code_with_its_settings(tmp_path: Path) -> None:
    write(tmp_path, '---\nauthor = "Planning team"\ndate = 2026-03-01\nreplace = true\n---\nThe ferry *is* late.\n')
    write(tmp_path, "Two doctors.", "words/locality/S37900002-north/health.md")
    write(tmp_path, "What this folder is.", "words/README.md")
    first, second = read_paragraphs(tmp_path, PLACES)[0]
    assert first.place == ("locality", "S37900001/west", "hospital")
    assert (first.author, first.written, first.replaces) == ("Planning team", date(2026, 3, 1), True)
    assert first.text == "The ferry *is* late."
    assert second.place == ("locality", "S37900002/north", "health")
    assert (second.author, second.written, second.replaces) == (None, None, False)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("words/hospital.md", "its place does not say what it is about. Put it at words/KIND/AREA/SECTION.md"),
        (
            "words/localities/west/hospital.md",
            "there are no profiles of the kind 'localities'. Did you mean 'locality'?",
        ),
        ("words/locality/west-and-skerry/hospital.md", "Did you mean 'west-and-skerries'?"),
        (
            "words/locality/north-isles/hospital.md",
            "may be 2 areas. Name the folder by code: S37900001-north, S37900002",
        ),
        ("words/locality/west-and-skerries/hospitals.md", "no section 'hospitals'. Did you mean 'hospital'?"),
    ],
)
def test_a_place_that_is_none_is_refused_with_the_nearest(tmp_path: Path, name: str, said: str) -> None:
    (told,) = refused(write(tmp_path, "Words.", name))
    assert said in told
    assert name in told


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Patient 0101501234 was seen.", "a CHI number"), ("Patient 010150 1234 was seen.", "a CHI number"),
        ("Number 943 476 5919.", "an NHS number"), ("She lives at ZE1 0AA.", "a postcode"),
        ("lives at ze1 0aa", "a postcode"), ("Born on 3 March.", "a date of birth"), ("DOB unknown", "a date of birth"),
        ("Seen 03/04/1950.", "a date of birth"), ("Seen 1950-04-03.", "a date of birth"),
        ("Write to someone@example.org.", "an e-mail address"), ("Ring 01595 000 000.", "a telephone number"),
        ("Ring +44 1595 000000.", "a telephone number"), ("QQ 12 34 56 C", "a National Insurance number"),
    ],
)  # fmt: skip
def test_what_could_tell_who_somebody_is_is_refused_and_not_repeated(tmp_path: Path, line: str, what: str) -> None:
    told = refused(write(tmp_path, f"A first line.\n\n{line}"))
    assert any(f"{WEST}, line 3: there seems to be {what}" in each for each in told)
    digits = "".join(filter(str.isdigit, line))
    assert not any(len(digits) > 3 and digits in each.replace(" ", "") for each in told)


@pytest.mark.parametrize(
    "line",
    [
        "There were 10,250 admissions in 2020/21, 1,234,567 in all.", "From 2017/18 to 2020/21 it rose by 12.5%.",
        "Since 1 April 2004 the A9 2nd junction is open.", "Babies born in the area went up.",
        "£1,234,567,890 was spent.",
        "Phase 2 of 3 at ward 12B; see table 4.", "S37000026 is the code.", "If a < b and 5 > 3, then so.",
    ],
)  # fmt: skip
def test_ordinary_words_and_numbers_are_not_refused(tmp_path: Path, line: str) -> None:
    (paragraph,) = read_paragraphs(write(tmp_path, line), PLACES)[0]
    assert paragraph.text == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A <b>bold</b> word.", "line 1: there is HTML in it"), ("<!-- hidden -->", "line 1: there is HTML in it"),
        ("# Mine", "line 1: there is a heading in it"), ("Mine\n====", "line 2: there is a heading in it"),
        ("![x](y.png)", "line 1: there is a picture in it"), ("a\u202eb", "line 1: there are characters in it"),
        ("x" * (LONGEST + 1), "8,001 characters; a paragraph has 8,000 at most"),
        ("---\nauthor = 3\n---\nx", "line 2: 'author' should be text in quotes"),
        ("---\nautor = \"x\"\n---\nx", "line 2: does not know 'autor'. Did you mean 'author'?"),
        ("---\nreplace = yes\n---\nx", "its settings are not TOML"),
        ("---\nauthor = \"x\"\n", "its settings do not end"),
        ("---\nauthor = \"a@example.org\"\n---\nx", "an e-mail address in its settings"),
        ("---\nreplace = true\n---\nx\n<i>y</i>", "line 5: there is HTML in it"),
    ],
)  # fmt: skip
def test_what_a_paragraph_may_not_hold(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in each for each in refused(write(tmp_path, text)))


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "Ring 01595 000000.\n<b>", "words/locality/S37900001-west/healht.md")
    write(tmp_path, "Same place.", "words/locality/S37900001-west/hospital.md")
    write(tmp_path, "Same place again.")
    assert len(refused(tmp_path)) == 4


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "")
    (tmp_path / WEST).write_bytes("Tràigh".encode("latin-1"))
    assert refused(tmp_path) == [f"{WEST}: it is not UTF-8. Save it as UTF-8."]


def test_a_file_that_was_only_started_is_left_out_with_a_note(tmp_path: Path) -> None:
    path, made = start(tmp_path, "locality", "west-and-skerries", "hospital", date(2026, 3, 1))
    assert made
    assert path == tmp_path / WEST
    assert read_paragraphs(tmp_path, PLACES) == ([], [f"{WEST}: nothing is written there yet; it was left out"])
    path.write_text("Mine.", encoding="utf-8")
    assert start(tmp_path, "locality", "west-and-skerries", "hospital", date(2026, 3, 1)) == (path, False)
    assert path.read_text(encoding="utf-8") == "Mine."


# --- beside their numbers ---


class Workspace:
    """A workspace of drawn figures, built as often as is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.builds = folder, 0

    def write(self, text: str, section: str = "health", area: str = "S37900001-north") -> None:
        write(self.folder, text, f"words/locality/{area}/{section}.md")

    def build(self, falls: float | None, burns: float = 3.0) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
        self.builds += 1
        values = {"falls": falls, "burns": burns}
        profile = [row for code in (NORTH, EAST) for item, value in values.items()
                   for row in (figure(item, code, value), *homes(item, code))]  # fmt: skip
        told = [compared("falls", NORTH, "country", falls, 1.0, "higher", judgement="worse")] if falls else []
        drawn = drawn_words.tables(
            indicator=[indicator("falls"), indicator("burns", 2)], profile=profile, comparison=told
        )
        facts = drawn_words.write(self.folder / f"facts{self.builds}", drawn)
        unique = {name: path.rename(path.with_name(f"{name}-{self.builds}.parquet")) for name, path in facts.items()}
        made, notes = make_words(unique, Settings(self.folder, drawn_words.TITLES), Store(self.folder / "store"))
        return {name: pq.read_table(stored.path).to_pylist() for name, stored in made.items()}, notes

    def seen(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "words" / "seen.json").read_text(encoding="utf-8")))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_a_paragraph_is_kept_and_flagged_once_its_numbers_have_moved(workspace: Workspace) -> None:
    workspace.write("Falls are many.")
    made, notes = workspace.build(12.0)
    (note,) = made["author_note"]
    assert (note["moved"], note["moved_what"], notes) == (False, None, [])
    assert workspace.seen()[f"locality|{NORTH}|health"]["figures"]["falls"] == {
        "title": "Falls", "figure": "12.0", "period": "mid-2021",
    }  # fmt: skip
    made, notes = workspace.build(13.0)
    (note,) = made["author_note"]
    assert note["text"] == "Falls are many."
    assert note["moved"]
    assert note["moved_what"] == "Falls: 12.0 (mid-2021) → 13.0 (mid-2021)"
    assert notes == [
        "words/locality/S37900001-north/health.md: numbers have moved since it was written: " + note["moved_what"]
    ]
    assert workspace.build(12.0)[0]["author_note"][0]["moved"] is False  # and back again
    assert workspace.build(None)[0]["author_note"][0]["moved_what"] == "Falls: 12.0 (mid-2021) → [x] (mid-2021)"


def test_a_new_text_is_taken_as_written_with_the_numbers_of_its_first_build(workspace: Workspace) -> None:
    workspace.write("Falls are many.")
    workspace.build(12.0)
    workspace.write("Falls are more.")
    assert workspace.build(13.0)[0]["author_note"][0]["moved"] is False
    workspace.write("Falls are more.  \n\n")  # spaces at the end are no new text
    assert workspace.build(14.0)[0]["author_note"][0]["moved"] is True


def test_numbers_of_other_areas_and_what_prints_alike_move_nothing(workspace: Workspace) -> None:
    workspace.write("Falls are many.")
    workspace.build(12.0)
    assert workspace.build(12.004)[0]["author_note"][0]["moved"] is False


def test_an_author_may_stand_in_place_of_the_sentences_of_a_section(workspace: Workspace) -> None:
    assert len(workspace.build(12.0)[0]["sentence"]) == 1
    workspace.write("---\nreplace = true\n---\nAll that is to be said.")
    made, _ = workspace.build(12.0)
    assert made["sentence"] == []
    assert made["author_note"][0]["replaces"]


def test_a_text_that_is_taken_away_is_forgotten(workspace: Workspace) -> None:
    workspace.write("Falls are many.")
    workspace.build(12.0)
    (workspace.folder / "words/locality/S37900001-north/health.md").unlink()
    assert workspace.build(12.0)[0]["author_note"] == []
    assert not (workspace.folder / "words" / "seen.json").exists()


def test_a_workspace_that_cannot_be_written_to_is_built_and_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("locality_profiles.profiles.narrative.making.write_seen", full)
    workspace.write("Falls are many.")
    made, notes = workspace.build(12.0)
    assert len(made["author_note"]) == 1
    assert notes == ["words/seen.json: it could not be written (Read-only file system), so the next build cannot tell "
                     "whether numbers beside a new text have moved"]  # fmt: skip


def test_a_memory_that_was_spoiled_is_refused(workspace: Workspace) -> None:
    workspace.write("Falls are many.")
    (workspace.folder / "words" / "seen.json").write_text('{"x": 1}', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"seen\.json cannot be used"):
        workspace.build(12.0)


def test_the_same_facts_give_the_same_bytes(workspace: Workspace) -> None:
    first = workspace.build(12.0)[0]
    assert workspace.build(12.0)[0] == first


def test_templates_of_the_workspaces_own_are_used(workspace: Workspace) -> None:
    packaged = Path(drawn_words.__file__).parent.parent / "src/locality_profiles/profiles/narrative/templates.toml"
    text = packaged.read_text(encoding="utf-8").replace(
        'case = "worse"\ntext = "{title}: {value} {when}',
        'case = "worse"\ntext = "In {area}, {title} stood at {value} {when}',
    )
    (workspace.folder / "words").mkdir()
    (workspace.folder / "words" / "templates.toml").write_text(text, encoding="utf-8")
    assert workspace.build(12.0)[0]["sentence"][0]["text"].startswith(
        "In North, Falls stood at 12.0 per 1,000 people in"
    )
