"""Statistical neighbours: values of areas drawn in, the areas most like each of them out."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pictures import cells, rows

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.definition import indicators
from locality_profiles.indicators.neighbours import Likeness, Neighbourhood, neighbourhood, neighbours_of

AGE, RURAL = Likeness("age", "all", 1.0, "a test"), Likeness("rural", "all", 1.0, "a test")

#: Five places by the age of their people.
PLACES = """
    area_code | indicator_id | value
    ayton     | age          | 40
    buxton    | age          | 41
    corby     | age          | 44
    durham    | age          | 50
    elgin     | age          | 60
"""
#: Three more by two things, of which one runs in tens and the other in thousands.
TWO_THINGS = """
    area_code | indicator_id | value
    ayton     | age          | 40
    ayton     | rural        | 1000
    buxton    | age          | 41
    buxton    | rural        | 3000
    corby     | age          | 50
    corby     | rural        | 1100
"""


def alike(
    drawing: str,
    *variables: Likeness,
    neighbours: int = 2,
    most_areas: int = 100,
    area_types: Iterable[str] = ("ward",),
) -> pa.Table:
    """Neighbours of the areas of some kinds from a drawn table of their latest values."""
    header, *lines = cells(drawing)
    columns = {"area_type": "ward", "category": "all"}
    drawn = [{**columns, **dict(zip(header, line, strict=True))} for line in lines]
    own = pa.Table.from_pylist([{**row, "value": float(row["value"]) if row["value"] else None} for row in drawn])
    how = Neighbourhood(variables or (AGE,), neighbours, most_areas)
    with duckdb.connect() as connection:
        connection.register("own", own)
        return neighbours_of(connection, list(area_types), how)


def of(found: pa.Table, code: str) -> list[str]:
    """The neighbours of one area, nearest first."""
    return [neighbour for area, _, neighbour in rows(found, "area_code", "position", "neighbour_code") if area == code]


# --- who is alike ---------------------------------------------------------------------------------


def test_the_nearest_by_value_stand_first():
    found = alike(PLACES)
    assert of(found, "ayton") == ["buxton", "corby"]
    assert of(found, "corby") == ["buxton", "ayton"]
    assert of(found, "elgin") == ["durham", "corby"]


def test_likeness_need_not_be_returned():
    found = alike(PLACES, neighbours=1)
    assert of(found, "elgin") == ["durham"]
    assert of(found, "durham") == ["corby"]


def test_a_distance_is_told_in_standard_deviations():
    drawing = "\n".join(PLACES.strip().splitlines()[:4])  # 40, 41 and 44
    mean = (40 + 41 + 44) / 3
    spread = sqrt(((40 - mean) ** 2 + (41 - mean) ** 2 + (44 - mean) ** 2) / 3)
    found = rows(alike(drawing), "area_code", "neighbour_code", "distance")
    assert {row[:2]: row[2] for row in found}["ayton", "corby"] == pytest.approx((44 - 40) / spread)


def test_what_runs_in_thousands_counts_no_more_than_what_runs_in_tens():
    """By thousands alone Ayton is nearest to Corby. By both, Buxton's one year of age weighs less than Corby's ten."""
    assert of(alike(TWO_THINGS, RURAL), "ayton") == ["corby", "buxton"]
    assert of(alike(TWO_THINGS, AGE, RURAL), "corby") == ["ayton", "buxton"]
    distance = {
        row[:2]: row[2] for row in rows(alike(TWO_THINGS, AGE, RURAL), "area_code", "neighbour_code", "distance")
    }
    ages, miles = ((40, 41, 50), (1000, 3000, 1100))
    parts = [
        ((values[0] - values[1]) ** 2) / (sum((v - sum(values) / 3) ** 2 for v in values) / 3)
        for values in (ages, miles)
    ]
    assert distance["ayton", "buxton"] == pytest.approx(sqrt(sum(parts) / 2))


def test_a_heavier_variable_counts_more():
    heavy = Likeness("rural", "all", 9.0, "a test")
    assert of(alike(TWO_THINGS, Likeness("age", "all", 9.0, ""), RURAL), "ayton")[0] == "buxton"
    assert of(alike(TWO_THINGS, AGE, heavy), "ayton")[0] == "corby"


def test_more_variables_do_not_make_areas_less_alike():
    once = alike(PLACES, AGE)
    twice = alike(PLACES, AGE, AGE)
    assert rows(twice, "area_code", "neighbour_code") == rows(once, "area_code", "neighbour_code")
    assert twice["distance"].to_pylist() == pytest.approx(once["distance"].to_pylist())


def test_one_class_of_an_indicator_may_be_what_counts():
    drawing = """
    area_code | indicator_id | category | value
    ayton     | access       | 1        | 10
    buxton    | access       | 1        | 90
    corby     | access       | 1        | 12
    ayton     | access       | 2        | 5
    buxton    | access       | 2        | 5
    corby     | access       | 2        | 80
    """
    assert of(alike(drawing, Likeness("access", "1", 1.0, "")), "ayton") == ["corby", "buxton"]
    assert of(alike(drawing, Likeness("access", "2", 1.0, "")), "ayton") == ["buxton", "corby"]


def test_what_is_the_same_everywhere_tells_nothing():
    same = "\n".join(f"{code} | rural | 7" for code in ("ayton", "buxton", "corby", "durham", "elgin"))
    found = alike(f"{PLACES}\n{same}", AGE, RURAL)
    assert rows(found, "area_code", "neighbour_code") == rows(alike(PLACES), "area_code", "neighbour_code")


def test_equally_near_areas_stand_in_the_order_of_their_codes():
    drawing = """
    area_code | indicator_id | value
    ayton     | age          | 42
    corby     | age          | 43
    buxton    | age          | 41
    """
    assert of(alike(drawing), "ayton") == ["buxton", "corby"]


# --- who has neighbours ---------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["", "elgin | rural |"])
def test_an_area_that_lacks_one_variable_has_no_neighbours_and_is_nobodys(missing):
    other = "\n".join(f"{code} | rural | {n}" for n, code in enumerate(("ayton", "buxton", "corby", "durham")))
    found = alike(f"{PLACES}\n{other}\n{missing}", AGE, RURAL, neighbours=4)
    assert of(found, "elgin") == []
    assert "elgin" not in found["neighbour_code"].to_pylist()
    assert len(of(found, "ayton")) == 3


def test_where_there_are_fewer_areas_than_neighbours_asked_for_all_of_them_are_taken():
    found = alike(PLACES, neighbours=9)
    assert sorted(of(found, "ayton")) == ["buxton", "corby", "durham", "elgin"]
    assert [row[1] for row in rows(found, "area_code", "position") if row[0] == "ayton"] == [1, 2, 3, 4]


def test_no_area_is_its_own_neighbour():
    found = alike(PLACES, neighbours=9)
    assert not [row for row in rows(found, "area_code", "neighbour_code") if row[0] == row[1]]


def test_an_area_alone_has_none():
    assert alike("area_code | indicator_id | value\nayton | age | 40").num_rows == 0


@pytest.mark.parametrize(("most", "found"), [(5, 10), (4, 0)])
def test_a_kind_of_area_with_more_areas_than_declared_gets_none(most, found):
    assert alike(PLACES, most_areas=most).num_rows == found


def test_only_areas_of_one_kind_are_alike():
    drawing = """
    area_type | area_code | indicator_id | value
    ward      | ayton     | age          | 40
    ward      | buxton    | age          | 60
    locality  | corby     | age          | 40
    locality  | durham    | age          | 41
    hscp      | elgin     | age          | 40
    hscp      | fife      | age          | 40
    """
    found = alike(drawing, area_types=("ward", "locality", "ward"))
    assert rows(found, "area_type", "area_code", "neighbour_code") == [
        ("locality", "corby", "durham"), ("locality", "durham", "corby"), ("ward", "ayton", "buxton"),
        ("ward", "buxton", "ayton"),
    ]  # fmt: skip


def test_without_values_there_are_no_neighbours():
    assert alike(PLACES, Likeness("unheard_of", "all", 1.0, "")).num_rows == 0


# --- the declaration ------------------------------------------------------------------------------

DECLARED = """
neighbours = 3
most_areas = 50

[[variables]]
indicator = "age"
why = "Older people need more."

[[variables]]
indicator = "access"
category = "1"
weight = 2
why = "Distance matters."
"""


def declared(folder: Path, text: str) -> Path:
    path = folder / "neighbours.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(DefinitionError) as error:
        neighbourhood(declared(folder, text))
    return str(error.value)


def test_a_declaration_names_variables_each_for_a_reason(tmp_path):
    assert neighbourhood(declared(tmp_path, DECLARED)) == Neighbourhood(
        (Likeness("age", "all", 1.0, "Older people need more."), Likeness("access", "1", 2.0, "Distance matters.")),
        3, 50,
    )  # fmt: skip


def test_the_projects_own_declaration_names_indicators_and_classes_that_there_are():
    known = indicators()
    variables = neighbourhood().variables
    assert len(variables) >= 4
    for variable in variables:
        indicator = known[variable.indicator]
        assert variable.category in (indicator.categories or {"all": ""})
        assert variable.weight > 0


@pytest.mark.parametrize(
    ("was", "written", "said"),
    [
        (
            "neighbours = 3",
            "neighbours = 0",
            "line 2: 'neighbours' is less than 1. Write how many neighbours each area",
        ),
        ("neighbours = 3", 'neighbours = "3"', "line 2: 'neighbours' should be a whole number. Write neighbours = 1."),
        ("neighbours = 3", "nieghbours = 3", "line 2: does not know 'nieghbours'. Did you mean 'neighbours'?"),
        ("neighbours = 3", "", "misses 'neighbours'. Add neighbours = 1."),
        ("most_areas = 50", "most_areas = 5.5", "line 3: 'most_areas' should be a whole number"),
        ("most_areas = 50", "", "misses 'most_areas'. Add most_areas = 1."),
        ('indicator = "age"', 'indicater = "age"', "does not know 'indicater'. Did you mean 'indicator'?"),
        ('indicator = "age"', "", "misses 'indicator'"),
        ('why = "Distance matters."', "", "misses 'why'"),
        ("weight = 2", 'weight = "2"', "'weight' should be a number. Write weight = 1.0."),
        ('category = "1"', "category = 1", "'category' should be text in quotes"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(tmp_path, was, written, said):
    assert was in DECLARED
    message = refused(tmp_path, DECLARED.replace(was, written, 1))
    assert "neighbours.toml" in message
    assert said in message


def test_without_variables_there_is_nothing_to_be_alike_by(tmp_path):
    text = DECLARED.partition("[[variables]]")[0]
    assert "misses 'variables'" in refused(tmp_path, text)
    assert "line 5: there are no variables. Name at least one indicator" in refused(tmp_path, text + "variables = []")


def test_a_variable_that_is_no_table_is_refused(tmp_path):
    text = DECLARED.partition("[[variables]]")[0] + 'variables = ["age"]'
    assert "should be a table" in refused(tmp_path, text)


def test_everything_wrong_is_said_at_once(tmp_path):
    text = DECLARED.replace("neighbours = 3", "neighbours = 0").replace("weight = 2", 'weigth = "2"')
    message = refused(tmp_path, text.replace('why = "Distance matters."', ""))
    assert all(said in message for said in ("less than 1", "Did you mean 'weight'?", "misses 'why'"))


def test_a_file_that_is_missing_or_no_toml_is_told_by_name(tmp_path):
    with pytest.raises(DefinitionError, match=r"There is no neighbours\.toml"):
        neighbourhood(tmp_path / "neighbours.toml")
    assert "this is not TOML" in refused(tmp_path, "neighbours = three")


def test_a_mistake_in_one_of_the_variables_names_its_line(tmp_path):
    path = tmp_path / "neighbours.toml"
    path.write_text(
        'neighbours = 2\nmost_areas = 10\n\n[[variables]]\nindicator = "a"\nwhy = "x"\n\n'
        '[[variables]]\nindicator = "b"\nwhy = "y"\nweight = -1.0\nwieght = 2.0\n', encoding="utf-8",
    )  # fmt: skip
    with pytest.raises(DefinitionError) as refused:
        neighbourhood(path)
    message = str(refused.value)
    assert "line 11: a weight is less than 0" in message
    assert "line 12: [[variables]] does not know 'wieght'. Did you mean 'weight'?" in message
