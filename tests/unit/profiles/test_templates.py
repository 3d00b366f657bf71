"""Templates are read strictly: everything that is wrong with a file is told at once, with its line and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.profiles.narrative.templates import CLAIMS, FILE, TURNS, sentence_templates
from locality_profiles.tables import words

PACKAGED = FILE.read_text(encoding="utf-8")


def own(folder: Path, *changes: tuple[str, str], more: str = "") -> Path:
    """The package's templates with some of their text changed, as a workspace's own."""
    text = PACKAGED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "templates.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        sentence_templates(path)
    return [problem.sentence() for problem in caught.value.problems]


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").splitlines().index(text) + 1


def test_the_package_has_a_template_for_every_case_of_every_claim() -> None:
    found = sentence_templates()
    assert {(claim, case) for claim, case, _ in found.by_case} == {
        (name, case) for name, claim in CLAIMS.items() for case in claim.cases
    }
    assert set(found.turns) == set(TURNS)
    assert set(CLAIMS) == set(words.CLAIMS) == set(TURNS.values())


def test_an_indicators_own_template_comes_before_that_of_all(tmp_path: Path) -> None:
    found = sentence_templates(own(tmp_path, more="""
[[template]]
id = "level_worse_income"
claim = "level"
case = "worse"
indicator = "income_deprived"
text = "In {area}, {value} of people were income deprived {when}, {comparisons}."
"""))  # fmt: skip
    assert found.of("level", "worse", "income_deprived").id == "level_worse_income"
    assert found.of("level", "worse", "crime").id == "level_worse"


def test_everything_wrong_is_told_at_once_with_lines_and_remedies(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        ('text = "{area} had {value} {when}."', 'text = "{aera} had {value} {when}."'),
        ('claim = "rank"\ncase = "two"', 'claim = "ranks"\ncase = "two"'),
        ('case = "unclear"\ntext = "{title}: no clear diff', 'case = "unclaer"\ntext = "{title}: no clear diff'),
        ("for this {kind}.", "for this {kind}"),
        ("most = 5", "most = 50"),
        ('"furthest",    #', '"farthest",    #'),
    )  # fmt: skip
    told = refused(path)
    line = line_of(path, 'text = "{aera} had {value} {when}."')
    assert (
        f"templates.toml, line {line}: 'population_alone' does not know the slot {{aera}}. Did you mean 'area'?" in told
    )
    assert any("'claim' is 'ranks'" in each and "did you mean 'rank'" in each.lower() for each in told)
    assert any("the claim 'inequality' has no case 'unclaer'. Did you mean 'unclear'?" in each for each in told)
    assert any("there is no template for the claim 'inequality' in the case 'unclear'" in each for each in told)
    assert any("there is no template for the claim 'rank' in the case 'two'" in each for each in told)
    assert any("it does not end with a full stop" in each for each in told)
    assert any("[choice] 'most' is 50" in each for each in told)
    assert any("does not know 'farthest'. Did you mean 'furthest'?" in each for each in told)
    assert all("line " in each for each in told)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('text = "{area} had {value} {when}."', 'text = "{area}  had {value}."', "has spaces that no sentence has"),
        ('text = "{area} had {value} {when}."', 'text = "{area had {value}."', "has a brace that is no slot's"),
        ('text = "{area} had {value} {when}."', 'text = "People live here."', "it says the same of every area"),
        ('text = "{area} had {value} {when}."', 'text = "{area} had {share}."', "does not know the slot {share}"),
        ('id = "rank_alike"', 'id = "rank_two"', "there are two templates 'rank_two'"),
        ('case = "alike"\ntext = "{title}: {value} {when}, the', 'case = "two"\ntext = "{title}: {value} {when}, the',
         "says what 'rank_two' says already"),
        ('case = "section"', 'case = "section"\nindicator = "crime"', "is about several indicators"),
        ('case = "worse"', 'case = "worse"\nindicator = "crimes"', "Did you mean 'crime'?"),
        ('case = "worse"', 'case = "worse"\ntone = "calm"', "does not know 'tone'"),
        ('comparators = ["country", "hscp"]', 'comparators = ["england"]', "does not know 'england'"),
        ('comparators = ["country", "hscp"]', 'comparators = []', "at least one"),
        ("named = 3 ", 'named = "three" ', "should be a whole number"),
        ('alone = ["no_figure", "larger_only"]', 'alone = ["silence"]', "does not know 'silence'"),
    ],
)  # fmt: skip
def test_each_thing_that_can_be_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert any(said in each for each in refused(own(tmp_path, (old, new))))
