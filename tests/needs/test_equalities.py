"""Equalities: drawn counts by data zone in, shares with what is missing out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawn_assessment import FACTS, assessment
from drawn_needs import COUNTRY, ISLES, NORTH, SOUTH, Needs, own, values, zone

from locality_profiles.errors import DefinitionError
from locality_profiles.needs.characteristics import FILE, equalities
from locality_profiles.needs.equalities import MAKER, NOT_HERE, PERTURBED


def told(needs: Needs, characteristic: str, columns: str, area: str = NORTH) -> list[tuple[Any, ...]]:
    return needs.ask(f"""select {columns} from equality where characteristic = '{characteristic}'
        and area_code = '{area}' order by category_position""")  # fmt: skip


def test_counts_of_data_zones_are_added_up_and_set_against_the_country():
    # Limited a lot: 30 and three times 2 in the north; 5 in each of the other six zones. 220 in each of ten zones.
    assert told(Needs(MAKER, **FACTS), "disability", "category, people, share, country_share, year, status") == [
        ("limited_a_lot", 36, pytest.approx(36 / 880), pytest.approx(66 / 2200), 2022, "rounded"),
        ("limited_a_little", 80, pytest.approx(80 / 880), pytest.approx(200 / 2200), 2022, "rounded"),
        ("not_limited", 764, pytest.approx(764 / 880), pytest.approx(1934 / 2200), 2022, "rounded"),
    ]


def test_counts_of_the_census_say_that_they_are_changed_a_little():
    assert all(PERTURBED in note for (note,) in told(Needs(MAKER, **FACTS), "disability", "note"))
    assert not any(note and PERTURBED in note for (note,) in told(Needs(MAKER, **FACTS), "age", "note"))


def test_ages_and_sexes_are_of_the_latest_mid_year():
    older = [{**row, "year": 2023, "persons": 99} for row in FACTS["population"]]
    needs = Needs(MAKER, **{**FACTS, "population": FACTS["population"] + older})
    # Of each of four zones: 5 aged 3 and 10 aged 10 of either sex.
    assert told(needs, "age", "category, people, year")[:2] == [("0-4", 4 * 2 * 5, 2024), ("5-17", 4 * 2 * 10, 2024)]
    assert [share for (share,) in told(needs, "sex", "share")] == [0.5, 0.5]


def test_a_class_of_the_place_divides_everybody():
    classes = [{"block_type": "data_zone_2011", "block_code": zone(at), "year": 2024, "sex": "all",
                "scheme": "simd_2020v2_quintile", "category": str(1 + at % 2), "persons": 100, "status": "actual"}
               for at in range(1, 11)]  # fmt: skip
    needs = Needs(MAKER, population_class=classes)
    assert told(needs, "deprivation", "category, people, share, status") == [
        ("1", 200, 0.5, "actual"), ("2", 200, 0.5, "actual"), ("3", 0, 0.0, "true_zero"), ("4", 0, 0.0, "true_zero"),
        ("5", 0, 0.0, "true_zero")]  # fmt: skip


def test_an_area_of_which_a_data_zone_is_missing_has_no_number():
    short = [row for row in FACTS["local_count"] if row["block_code"] != zone(1)]
    needs = Needs(MAKER, **{**FACTS, "local_count": short})
    assert {row[:2] for row in told(needs, "disability", "people, status")} == {(None, "not_available")}
    assert all(note.startswith(NOT_HERE) for (note,) in told(needs, "disability", "note"))
    # The south is whole; the country is not, so there is nothing to set it against.
    assert told(needs, "disability", "people, country_share", SOUTH)[0] == (20, None)


@pytest.mark.parametrize(
    "characteristic", ["sexual_orientation", "gender_reassignment", "pregnancy", "marriage", "carers", "religion"]
)
def test_what_is_not_held_is_said_and_is_not_nought(characteristic):
    for people, share, status, note in told(Needs(MAKER, **FACTS), characteristic, "people, share, status, note"):
        assert (people, share, status) == (None, None, "not_available")
        assert note.endswith(".")


def test_all_that_the_law_protects_is_there():
    protected = {each.id for each in equalities().characteristics if each.protected}
    assert protected == {"age", "sex", "disability", "ethnicity", "religion", "sexual_orientation",
                         "gender_reassignment", "pregnancy", "marriage"}  # fmt: skip


# --- indicators by characteristic -----------------------------------------------------------------


def by_age(**people: tuple[int, int, int]) -> Needs:
    drawn = [
        row for area, cells in people.items() for band, number in zip(("65-74", "75-84", "85+"), cells, strict=True)
        for row in values(f"indicator_id | area | category | numerator | denominator\n"
                          f"ni16_falls | {area} | {band} | {number} | 100", breakdown="age")
    ]  # fmt: skip
    return Needs(MAKER, indicator=FACTS["indicator"], indicator_value=drawn)


def cells(needs: Needs, area: str) -> list[Any]:
    return [value for (value,) in needs.ask(
        f"select value from equality_value where area_code = '{area}' order by category")]  # fmt: skip


def test_classes_of_the_latest_period_are_told():
    needs = by_age(north=(10, 20, 30), south=(40, 50, 60))
    assert cells(needs, NORTH) == [100.0, 200.0, 300.0]
    assert needs.ask("select distinct characteristic, breakdown, status from equality_value") == [
        ("age", "age", "actual")]  # fmt: skip


def test_a_small_class_takes_another_with_it_in_its_area_and_in_the_other_areas():
    # Three in the north: hidden, with the 20 beside them; and both of them in the south.
    needs = by_age(north=(3, 20, 30), south=(40, 50, 60))
    assert cells(needs, NORTH) == [None, None, 300.0]
    assert cells(needs, SOUTH) == [None, None, 600.0]


def test_what_is_published_was_protected_by_its_publisher():
    published = [{**row, "method": "published"} for row in FACTS["indicator"]]
    few = values("indicator_id | area | category | numerator | denominator\n ni16_falls | north | 1 | 2 | 100",
                 breakdown="simd_quintile_own")  # fmt: skip
    needs = Needs(MAKER, indicator=published, indicator_value=few)
    assert needs.ask("select characteristic, value from equality_value") == [("deprivation", 20.0)]


def test_every_area_has_every_characteristic():
    of = {(row["area_code"], row["characteristic"]) for row in assessment()["equality"]}
    assert {area for area, _ in of} >= {NORTH, SOUTH, ISLES}
    assert COUNTRY not in {area for area, _ in of}
    assert len({name for _, name in of}) == len(equalities().characteristics)


# --- the declaration ------------------------------------------------------------------------------


def test_everything_wrong_with_characteristics_is_told_at_once(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    for right, wrong in (
        ('"5-17"', '"6-17"'), ('topic = "religion"', 'topic = "religion"\nscheme = "x"'),
        ('id = "marriage"', 'id = "age"'), ('sex = "sex"', 'sex = "gender"'), ("protected = true", 'protected = "yes"'),
        ("[characteristic.categories]\nlimited_a_lot", "[characteristic.other]\nlimited_a_lot"),
    ):  # fmt: skip
        assert right in text
        text = text.replace(right, wrong, 1)
    with pytest.raises(DefinitionError) as error:
        equalities(own(tmp_path, "equalities", text).own["equalities"])
    said = str(error.value)
    for expected in ("do not follow one another", "told in one way", "two characteristics 'age'",
                     "no characteristic 'gender'", "should be true or false", "does not know 'other'",
                     "categories go with a topic"):  # fmt: skip
        assert expected in said, said
