"""What people say: a text file under headings, or a workbook; what each becomes, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from filled import Row, filled
from pictures import refusal

from locality_profiles.sources import ReadExtract, read_extract

NOTES = """---
partnership: Skarvoe Isles
locality: North Skarvoe
---

# What people say

## Issue: Buses stop at six

raised: 2021-06-08
heard at: community council
theme: transport
support: 23
indicators: home_care_people, aged_65_plus
outcomes: 2 9

Nobody can come home: the last bus
leaves at ten to six.

## Action: Ask for a bus
raised: 5 October 2021
answers: Buses stop at six
owner: transport officer
due: 30/11/2021
state: In progress
id: bus-1
"""
ISSUE: Row = {"raised": "2021-06-08", "partnership": "Skarvoe Isles", "locality": "North Skarvoe",
              "issue": "Buses stop at six", "state": "open", "support": 23}  # fmt: skip
ACTION: Row = {"raised": "2021-10-05", "partnership": "Skarvoe Isles", "locality": "North Skarvoe",
               "action": "Ask for a bus", "state": "open", "answers": "Buses stop at six"}  # fmt: skip


def notes(folder: Path, text: str = NOTES, encoding: str = "utf-8") -> Path:
    path = folder / "north.md"
    path.write_bytes(text.encode(encoding))
    return path


def entries(path: Path) -> list[dict]:
    return [row for read in read_extract(path) for row in told_by(read)]


def told_by(read: ReadExtract) -> list[dict]:
    """Its entries; a sheet that nobody filled in has none."""
    return read.curated.tables["voice"].to_pylist() if read.curated.tables else []


def test_a_text_file_becomes_entries_with_keys_words_and_the_line_where_each_stands(tmp_path):
    issue, action = entries(notes(tmp_path))
    assert {key: issue[key] for key in ("kind", "title", "raised", "support", "heard_at", "state", "row_no")} == {
        "kind": "issue", "title": "Buses stop at six", "raised": date(2021, 6, 8), "support": 23,
        "heard_at": "community council", "state": "open", "row_no": 8,
    }  # fmt: skip
    assert issue["words"] == "Nobody can come home: the last bus\nleaves at ten to six."
    assert (issue["indicators"], issue["outcomes"]) == ("home_care_people aged_65_plus", "2 9")
    assert (issue["place_name"], issue["place_parent"], issue["area_code"]) == ("North Skarvoe", "Skarvoe Isles", None)
    assert (action["raised"], action["due"], action["state"]) == (date(2021, 10, 5), date(2021, 11, 30), "in_progress")
    assert (action["answers"], action["owner_role"]) == ("Buses stop at six", "transport officer")


def test_an_id_is_the_writers_own_or_made_from_place_day_and_title(tmp_path):
    issue, action = entries(notes(tmp_path))
    assert issue["entry_id"] == "skarvoe-isles/north-skarvoe/2021-06-08/buses-stop-at-six"
    assert action["entry_id"] == "bus-1"
    again = entries(notes(tmp_path, NOTES.replace("state: In progress", "state: done") + "\nMore words.\n"))
    assert [entry["entry_id"] for entry in again] == [issue["entry_id"], action["entry_id"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_notepad_may_save_it_in_any_of_its_encodings_and_with_its_own_line_ends(tmp_path, encoding):
    told = entries(notes(tmp_path, NOTES.replace("six", "café").replace("\n", "\r\n"), encoding))
    assert told[0]["title"] == "Buses stop at café"


def test_without_dashes_round_the_head_and_with_bullets_before_keys_it_is_the_same(tmp_path):
    plain = NOTES.replace("---\n", "").replace("\nraised", "\n- raised").replace("\nsupport", "\n* Support")
    assert entries(notes(tmp_path, plain))[0]["support"] == 23


def test_words_that_look_like_a_key_stay_words_below_a_blank_line(tmp_path):
    told = entries(notes(tmp_path, NOTES.replace("Nobody can", "Note: nobody can")))
    assert told[0]["words"].startswith("Note: nobody can come home")


def test_a_workbook_becomes_the_same_entries(tmp_path):
    told = entries(filled(tmp_path / "log.xlsx", "voice", issue=[ISSUE], action=[ACTION]))
    assert [(row["kind"], row["title"], row["support"], row["state"]) for row in told] == [
        ("issue", "Buses stop at six", 23, "open"), ("action", "Ask for a bus", None, "open"),
    ]  # fmt: skip
    assert told[0]["entry_id"] == entries(notes(tmp_path))[0]["entry_id"]


def test_all_stands_for_the_whole_partnership(tmp_path):
    (entry,) = entries(filled(tmp_path / "log.xlsx", "voice", issue=[{**ISSUE, "locality": "all"}]))
    assert (entry["area_type"], entry["place_name"], entry["place_parent"]) == ("hscp", "Skarvoe Isles", None)


def test_hostile_text_is_kept_as_text(tmp_path):
    text = NOTES.replace(
        "Nobody can", "<script>alert('x')</script> =cmd|' {{ 7 * 7 }} \"; drop table area; -- nobody can"
    )
    assert "<script>alert('x')</script>" in entries(notes(tmp_path, text))[0]["words"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Issue: Buses", "## Isue: Buses", "the heading begins with 'Isue'"),
        ("raised: 2021-06-08", "raised: last summer", "'last summer' is no day"),
        ("raised: 2021-06-08", "raised: 1987-06-08", "before localities were"),
        ("raised: 2021-06-08\n", "", "the day is missing"),
        ("due: 30/11/2021", "due: 30/09/2021", "before it was raised"),
        ("due: 30/11/2021", "due: 31/11/2021", "is no day"),
        ("state: In progress", "state: in progres", "Did you mean 'in_progress'?"),
        ("support: 23", "support: many", "no number of people"),
        ("support: 23", "suport: 23", "Did you mean 'support'?"),
        ("support: 23", "support: 23\nsupport: 24", "'support' stands twice"),
        ("outcomes: 2 9", "outcomes: 2 10", "'10' is no national outcome"),
        ("answers: Buses stop at six\n", "", "the action answers nothing"),
        ("id: bus-1", "id: bus no 1", "letters, digits"),
        ("locality: North Skarvoe\n", "", "column 'locality': the column is missing"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path, old, new, said):
    assert old in NOTES
    told = refusal(notes(tmp_path, NOTES.replace(old, new, 1)))
    assert said in told
    assert "north.md" in told


def test_everything_wrong_is_told_at_once_with_rows(tmp_path):
    told = refusal(notes(tmp_path, NOTES.replace("2021-06-08", "soon").replace("In progress", "slow")))
    assert "row 8" in told
    assert "row 20" in told


def test_two_entries_of_one_id_are_refused(tmp_path):
    assert "as that of line or row 8 has" in refusal(notes(tmp_path, NOTES + NOTES[NOTES.index("## Issue") :]))


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("CHI 0101501237", "a CHI number"), ("at ZE1 0AA", "a postcode"), ("tell ann@example.org", "an e-mail address"),
        ("call 01595 000 000", "a telephone number"), ("call +44 1595 000000", "a telephone number"),
        ("born 3 May", "a date of birth"), ("on 3/5/1961", "a date of birth"),
        ("Mrs Tait said", "the name of a person"),
    ],
)  # fmt: skip
def test_nothing_about_a_person_is_let_in_and_nothing_of_it_is_repeated(tmp_path, written, what):
    told = refusal(notes(tmp_path, NOTES.replace("Nobody can", f"{written}: nobody can")))
    assert what in told
    assert "write roles" in told
    assert written not in told


def test_numbers_and_days_of_meetings_are_no_persons(tmp_path):
    innocent = "Since 12/03/2021 the 20 bus and the 2021/22 plan say 1,250 people, 30 of 100, at 18:45"
    assert entries(notes(tmp_path, NOTES.replace("Nobody can", f"{innocent}; nobody can")))


def test_another_markdown_file_among_the_extracts_is_left_alone(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# Extracts\n\nnote: put files here\n\n## From whom\n\nThe council.\n", "utf-8")
    assert read_extract(path) == []
