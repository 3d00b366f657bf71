"""What people say, in a workspace: places by code, answers by id, figures beside; and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from drawn_needs import Needs, indicators, values

from locality_profiles.curate.staging import stage_file
from locality_profiles.curate.voice import voice_table
from locality_profiles.errors import ExtractRefused
from locality_profiles.geography.names import NameBook
from locality_profiles.needs import voice
from locality_profiles.tables.store import Store, keep_contract

PLACES = [("S37900001/north", "North"), ("S37900001/south", "South Isles")]
ISSUE = "## Issue: Buses stop\nraised: 2021-06-08\nid: bus\n"
HEAD = "partnership: First\nlocality: {}\n\n"


def gathered(folder: Path, **texts: str) -> list[dict]:
    """The table that text files become in a country of two localities; files are named by their keywords."""
    (folder / "raw").mkdir()
    store = Store(folder)
    files = []
    for name, text in texts.items():
        path = folder / "raw" / f"{name}.md"
        path.write_text(text, "utf-8")
        files.append(stage_file(path, path.name, store))
    book = NameBook(PLACES)

    def code_of(kind: str, name: str, parent: str | None) -> str | None:
        return "S37900001" if kind == "hscp" and name == "First" else book.code(name)

    with duckdb.connect() as connection:
        areas = ", ".join(f"('locality', '{code}', '{name}')" for code, name in PLACES)
        connection.execute(f"create table area as from (values {areas}, ('hscp', 'S37900001', 'First')) "
                           "a(area_type, area_code, area_name)")  # fmt: skip
        stored = voice_table(connection, files, code_of, store)
        keep_contract(connection, stored.relation, voice_contract())
        return connection.sql(f"from {stored.relation}").to_arrow_table().to_pylist()


def voice_contract():
    from locality_profiles.tables.needs.voice import VOICE

    return VOICE


def action(answers: str) -> str:
    return f"\n## Action: Ask\nraised: 2021-07-01\nid: ask\nanswers: {answers}\n"


@pytest.mark.parametrize("answers", ["bus", "Buses stop", "buses STOP", "bus; Buses stop"])
def test_places_get_codes_and_answers_ids_by_id_or_title(tmp_path, answers):
    rows = gathered(tmp_path, north=HEAD.format("north") + ISSUE + action(answers))
    assert [(row["entry_id"], row["area_code"], row["answers"]) for row in rows] == [
        ("ask", "S37900001/north", "bus"), ("bus", "S37900001/north", None),
    ]  # fmt: skip


def test_an_id_answers_over_files_and_a_title_only_in_its_own_place(tmp_path):
    rows = gathered(tmp_path, north=HEAD.format("North") + ISSUE, all=HEAD.format("all") + action("bus"))
    assert [(row["area_type"], row["area_code"], row["answers"]) for row in rows] == [
        ("hscp", "S37900001", "bus"), ("locality", "S37900001/north", None),
    ]  # fmt: skip
    (tmp_path / "more").mkdir()
    with pytest.raises(ExtractRefused, match="Did you mean 'Buses stop'"):
        gathered(tmp_path / "more", north=HEAD.format("North") + ISSUE, all=HEAD.format("all") + action("Buses stop"))


def test_unknown_places_and_answers_to_nothing_are_told_all_at_once_with_file_and_row(tmp_path):
    with pytest.raises(ExtractRefused) as refused:
        gathered(tmp_path, isles=HEAD.format("Sauth Isles") + ISSUE, north=HEAD.format("North") + action("bos"))
    told = str(refused.value)
    assert "isles.md, row 4: 'Sauth Isles' in First is no locality here. Did you mean 'South Isles'?" in told
    assert "north.md, row 5: it answers 'bos', which is no entry. Did you mean 'bus'?" in told


def test_the_same_log_gives_the_same_ids_in_every_build(tmp_path):
    text = HEAD.format("North") + ISSUE.replace("id: bus\n", "")
    first = gathered(tmp_path, north=text)
    (tmp_path / "again").mkdir()
    assert gathered(tmp_path / "again", north=text) == first
    assert first[0]["entry_id"] == "first/north/2021-06-08/buses-stop"


INDICATORS = indicators("""
    indicator_id | section  | ages | outcomes | frameworks | direction   | disclosure
    falls        | hospital | -    | -        | -          | low_is_good | health
    homes        | care     | -    | -        | -          | none        | open
""")
SAID = {"entry_id": "bus", "area_type": "locality", "area_code": "S37900001/north", "kind": "issue", "title": "Buses",
        "raised": date(2021, 6, 8), "state": "open", "row_no": 4, "extract_id": "aaaa"}  # fmt: skip


def figures(named: str) -> list[dict]:
    drawn = values("""
        indicator_id | area  | numerator | denominator
        falls        | north | 60        | 200
        falls        | south | 10        | 200
    """)
    made = Needs(voice.MAKER, voice=[{**SAID, "indicators": named}], indicator=INDICATORS, indicator_value=drawn,
                 extract=[{"extract_id": "aaaa", "file": "north.md", "kind": "voice_log"}])  # fmt: skip
    return made.made["voice_figure"].to_pylist()


def test_beside_an_entry_stands_the_latest_figure_of_its_own_area_and_a_reason_where_there_is_none():
    found = figures("homes falls")
    assert [(row["position"], row["indicator_id"], row["status"]) for row in found] == [
        (1, "homes", "not_available"), (2, "falls", "actual"),
    ]  # fmt: skip
    assert found[0]["value"] is None
    assert found[1]["value"] == pytest.approx(
        values("""
        indicator_id | area  | numerator | denominator
        falls        | north | 60        | 200
    """)[0]["value"]
    )


def test_an_unknown_indicator_is_refused_by_file_and_row_with_the_nearest():
    with pytest.raises(ExtractRefused) as refused:
        figures("fals")
    assert "north.md, row 4, column 'indicators': 'fals' is the id of no indicator. Did you mean 'falls'?" in str(
        refused.value
    )
