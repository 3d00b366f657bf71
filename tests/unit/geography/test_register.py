"""The register of partnerships and localities: read strictly, and set beside the localities of a workspace."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from pictures import cells, rows

from locality_profiles.errors import DefinitionError
from locality_profiles.geography.names import full_key
from locality_profiles.geography.register import (
    COLUMNS,
    match,
    missing_sentences,
    partnerships,
    read_register,
    register,
)
from locality_profiles.tables.curated import LOCALITY_REGISTER

NESS = "S37900001 | Ness | S08900001"
HOLM = "S37900002 | Holm & Bay | S08900001"
DRAWN = f"""
{NESS} | North & Hill     | same    | North and Hill |           |
{NESS} | West             | renamed | Westside       | Old West  |
{NESS} | Middle           | split   | North and Hill; Westside | |
{HOLM} | Holm 1           | merged  | Holm           |           |
{HOLM} | Holm 2           | merged  | Holm           |           |
{HOLM} | Holm             | added   | Holm           |           |
{HOLM} | Bay: inner       | split   |                | Inner Bay | The new names are not known.
{HOLM} | Rock             | ended   |                |           |
"""


def written(drawing: str) -> str:
    """A drawn register as its file has it."""
    lines = [[*COLUMNS], *([*row, *[""] * (len(COLUMNS) - len(row))] for row in cells(drawing))]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)


def drawn(drawing: str = DRAWN) -> Any:
    return read_register(written(drawing))


def matched(*areas: tuple[str, str], drawing: str = DRAWN) -> pa.Table:
    """The drawn register beside areas given as (partnership's last digit, name)."""
    return match(drawn(drawing), [(f"S3790000{n}", f"S3790000{n}/{full_key(name)}", name) for n, name in areas])


def found(table: pa.Table) -> dict[str, tuple[str | None, bool]]:
    return {name: (code and code.split("/")[1], there) for name, code, there in rows(
        table, "locality", "area_code", "found")}  # fmt: skip


# --- the register of the project ------------------------------------------------------------------


def test_it_knows_31_partnerships_and_the_128_localities_of_their_plans():
    assert len(partnerships()) == 31
    assert sum(row.change != "added" for row in register()) == 128


def test_every_partnership_has_had_at_least_two_localities():
    set_out = Counter(row.partnership_code for row in register() if row.change != "added")
    assert min(set_out.values()) >= 2
    assert set(set_out) == {partnership.code for partnership in partnerships()}


def test_every_partnership_still_has_two_where_the_names_of_todays_are_known():
    unnamed = {row.partnership_code for row in register() if row.change == "split" and not row.now}
    today = Counter(row.partnership_code for row in register() if row.stands)
    assert {p.name for p in partnerships() if today[p.code] < 2} == {
        p.name for p in partnerships() if p.code in unnamed
    }


def test_the_seven_localities_of_shetland_are_the_same_seven():
    shetland = [row for row in register() if row.partnership == "Shetland Islands"]
    assert {row.change for row in shetland} == {"same"}
    assert {full_key(row.locality) for row in shetland} == {
        "north isles", "whalsay and skerries", "north mainland", "west mainland", "central mainland",
        "lerwick and bressay", "south mainland",
    }  # fmt: skip


def test_within_a_partnership_no_name_means_two_of_todays_localities():
    for partnership in partnerships():
        today = [row for row in register() if row.partnership_code == partnership.code and row.stands]
        names = Counter(key for row in today for key in {full_key(n) for n in (row.locality, *row.now, *row.also)})
        assert [name for name, times in names.items() if times > 1] == []


def test_no_note_is_without_a_full_stop_or_names_a_place_on_one_machine():
    for note in (row.note for row in register() if row.note):
        assert re.fullmatch(r"[A-Z][^/]*\.", note), note


# --- reading --------------------------------------------------------------------------------------


def test_a_sound_register_is_read_in_its_order():
    assert [row.locality for row in drawn()][:3] == ["North & Hill", "West", "Middle"]
    assert drawn()[2].now == ("North and Hill", "Westside")
    assert drawn()[1].also == ("Old West",)


def refused(drawing: str) -> str:
    with pytest.raises(DefinitionError) as error:
        drawn(drawing)
    return str(error.value)


def test_other_columns_are_refused():
    with pytest.raises(DefinitionError, match="the columns are locality, change; expected partnership_code"):
        read_register("locality,change\nNorth,same\n")


def test_an_empty_file_is_refused():
    with pytest.raises(DefinitionError, match="the columns are missing"):
        read_register("")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{NESS} | North | same", "row 2, column 'now': 0 of today's localities are named; one was expected"),
        (f"{NESS} | North | ended | North", "the locality ended and 1 of today's localities are named"),
        (f"{NESS} | North | split | East", "two or more were expected, or none and a note that says why"),
        (f"{NESS} | North | split", "two or more were expected"),
        (f"{NESS} | North | moved | North", "found 'moved', expected one of same, renamed"),
        (f"{NESS} | | same | North", "row 2, column 'locality': the name is empty"),
        ("S12900001 | Ness | S08900001 | North | same | North", "found 'S12900001' where a code like S37000000"),
        ("S37900001 | Ness | | North | same | North", "column 'health_board_code': found '' where a code like S08"),
    ],
)
def test_a_wrong_cell_is_refused(row, said):
    assert said in refused(row)


def test_a_cell_too_many_is_refused():
    with pytest.raises(DefinitionError, match="row 2: the row has 9 cells; 8 were expected"):
        read_register(",".join(COLUMNS) + "\nS37900001,Ness,S08900001,Hill, Far,same,Hill,,\n")


def test_a_locality_that_stands_twice_is_refused():
    said = refused(f"{NESS} | North & Hill | same | North\n{NESS} | north and hill | renamed | Hill")
    assert "row 3, column 'locality': 'north and hill' stands in row 2 too" in said


def test_a_partnership_of_two_names_is_refused():
    said = refused(f"{NESS} | A | same | A\nS37900001 | Nesses | S08900001 | B | same | B")
    assert "S37900001 is Nesses of S08900001 here, and Ness of S08900001 in row 2" in said


def test_a_change_into_what_is_not_there_is_refused():
    assert "no locality of S37900001 is called 'East' today" in refused(f"{NESS} | A | split | A; East")


def test_a_merger_of_one_is_refused():
    assert "only one locality was merged into 'A'" in refused(f"{NESS} | A | same | A\n{NESS} | B | merged | A")


def test_two_of_todays_localities_of_one_name_are_refused():
    assert "'A' is what 2 rows are called today" in refused(f"{NESS} | A | same | A\n{NESS} | B | renamed | A")


def test_everything_wrong_is_told_at_once_in_the_order_of_the_rows():
    said = refused(f"{NESS} | A | split | East; Far\nS1 | Ness | S08900001 | | same | A\n{NESS} | A | moved | A")
    places = [int(number) for number in re.findall(r"row (\d)[,:]", said)]
    assert places == sorted(places)
    assert len(places) == 6


# --- beside the extracts --------------------------------------------------------------------------


def test_it_is_found_under_todays_name_whatever_the_spelling():
    assert found(matched((1, "NORTH & HILL")))["North & Hill"] == ("north and hill", True)


def test_it_is_found_under_the_registers_name_or_another_in_use():
    assert found(matched((1, "West")))["West"] == ("west", True)
    assert found(matched((1, "Old West")))["West"] == ("old west", True)


def test_it_is_found_only_in_its_own_partnership():
    elsewhere = matched((2, "West"))
    assert ("S37900001", "West", None, False) in rows(elsewhere, "partnership_code", "locality", "area_code", "found")
    assert ("S37900002", "West", "added") in rows(elsewhere, "partnership_code", "locality", "change")


def test_what_an_extract_lacks_has_no_code():
    assert found(matched((1, "North & Hill")))["West"] == (None, False)


def test_a_divided_locality_is_found_where_all_that_it_became_is_there():
    assert found(matched((1, "North & Hill"), (1, "Westside")))["Middle"] == (None, True)
    assert found(matched((1, "North & Hill")))["Middle"] == (None, False)


def test_a_divided_locality_that_an_old_extract_still_holds_has_its_code():
    assert found(matched((1, "Middle")))["Middle"] == ("middle", True)
    assert found(matched((2, "Inner Bay")))["Bay: inner"] == ("inner bay", True)


def test_merged_localities_share_the_code_of_the_one_they_make():
    table = found(matched((2, "Holm")))
    assert table["Holm 1"] == table["Holm 2"] == table["Holm"] == ("holm", True)


def test_a_locality_that_ended_is_not_found():
    assert found(matched((2, "Holm")))["Rock"] == (None, False)


def test_areas_that_the_register_does_not_know_are_added():
    table = matched((1, "Far Side"))
    (added,) = [row for row in table.to_pylist() if row["locality"] == "Far Side"]
    assert added == {
        "partnership_code": "S37900001", "partnership": "Ness", "locality": "Far Side", "change": "added",
        "now": "Far Side", "area_code": "S37900001/far side", "found": True,
    }  # fmt: skip


def test_an_area_of_an_old_name_beside_one_of_todays_stands_beside_it():
    table = matched((1, "Westside"), (1, "West"))
    assert found(table)["West"] == ("westside", True)
    assert found(table)["West (in the extracts)"] == ("west", True)


def test_a_partnership_that_the_register_does_not_know_is_named_by_the_workspace_or_by_its_code():
    area = ("S37900009", "S37900009/far", "Far")
    named = match(drawn(), [area], {"S37900009": "Outer Rocks", "S37900001": "Not this"}).to_pylist()
    assert {row["partnership"] for row in named} == {"Ness", "Holm & Bay", "Outer Rocks"}
    assert match(drawn(), [area]).to_pylist()[-1]["partnership"] == "S37900009"


def test_the_table_keeps_its_contract_and_the_order_of_areas_decides_nothing():
    areas = [(1, "Westside"), (1, "North & Hill"), (2, "Holm"), (2, "Quay")]
    table = matched(*areas)
    assert table.schema == LOCALITY_REGISTER.schema
    assert table.equals(matched(*reversed(areas)))
    assert len(set(rows(table, "partnership_code", "locality"))) == table.num_rows


def test_areas_may_come_as_a_table():
    areas = pa.table({
        "partnership_code": ["S37900001"], "area_code": ["S37900001/w"], "area_name": ["Westside"], "more": [1]
    })  # fmt: skip
    assert found(match(drawn(), areas))["West"] == ("w", True)


def test_no_register_and_no_areas_make_an_empty_table():
    assert match([], []).num_rows == 0


# --- what the extracts lack -----------------------------------------------------------------------

WHOLE = ((1, "North and Hill"), (1, "Westside"), (2, "Holm"))


def test_nothing_is_said_where_nothing_lacks():
    assert missing_sentences(matched(*WHOLE)) == []


def test_a_lacking_locality_is_named_with_its_partnership_by_todays_name():
    assert missing_sentences(matched((1, "North and Hill"))) == [
        "The extracts lack 1 locality that the register knows: Westside (Ness)."
    ]


def test_nothing_is_said_of_partnerships_that_the_workspace_does_not_draw():
    assert missing_sentences(matched((2, "Holm"))) == []


def test_a_workspace_of_the_whole_country_is_told_of_whole_partnerships():
    codes = ["S37900001", "S37900002"]
    assert missing_sentences(matched((2, "Holm")), codes) == [
        "The extracts lack 2 localities that the register knows: both of Ness."
    ]


def test_an_extract_of_before_a_change_is_told():
    (lack, before) = missing_sentences(matched((1, "North and Hill"), (1, "Westside"), (2, "Holm 1"), (2, "Holm 2")))
    assert lack == "The extracts lack 1 locality that the register knows: Holm (Holm & Bay)."
    assert before == (
        "The extracts hold 2 localities as they were before a change that the register knows: "
        "Holm 1 (Holm & Bay); Holm 2 (Holm & Bay)."
    )


def test_a_locality_whose_successors_nobody_names_lacks_nothing():
    said = missing_sentences(matched((2, "Holm"), (2, "Inner Bay")))
    assert said == [
        "The extracts hold 1 locality as it was before a change that the register knows: Bay: inner (Holm & Bay)."
    ]
