"""Measures of activity, and what each may be added over."""

from __future__ import annotations

import pytest

from locality_profiles.episodes.measures import FORBIDDEN, MAY_BE_CALLED, OVER, measures
from locality_profiles.errors import DefinitionError


def test_every_class_is_used_and_every_measure_has_a_title_and_unit():
    assert {measure.kind for measure in measures().values()} == set(FORBIDDEN) == set(MAY_BE_CALLED)
    assert all(measure.title and measure.unit for measure in measures().values())


@pytest.mark.parametrize(
    ("code", "over", "said"),
    [
        ("N_PEOPLE", "time", "somebody who is there in two periods"),
        ("N_PEOPLE", "service", "somebody who uses two services"),
        ("N_RESIDENTS", "time", "two days would count the same ones twice"),
        ("WAIT_MED_DAYS", "place", "a median or percentage of a whole"),
        ("WAIT_MED_DAYS", "age", "a median or percentage of a whole"),
    ],
)
def test_a_sum_that_may_not_be_is_told_with_its_reason(code, over, said):
    why = measures()[code].why_not_over(over)
    assert why is not None
    assert said in why
    assert code in why


@pytest.mark.parametrize(
    ("code", "over"), [("BED_DAYS", what) for what in OVER] + [("N_RESIDENTS", "place"), ("N_PEOPLE", "age")]
)
def test_a_sum_that_may_be_needs_no_reason(code, over):
    assert measures()[code].why_not_over(over) is None


def test_a_sum_over_something_else_is_a_mistake():
    with pytest.raises(ValueError, match="not over 'weather'"):
        measures()["BED_DAYS"].why_not_over("weather")


def test_a_faulty_measure_is_refused_with_its_line(tmp_path):
    path = tmp_path / "measures.toml"
    path.write_text('[A]\ntitle = "A"\nclass = "flwo"\nunit = "days"\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match="did you mean|Did you mean") as refused:
        measures(path)
    assert "line 3" in str(refused.value)
