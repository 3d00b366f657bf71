"""Groups of conditions: read strictly, found in records exactly."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.episodes.conditions import conditions, one_of
from locality_profiles.errors import DefinitionError

CODES = st.builds(
    "{}{:02d}{}".format, st.sampled_from("AEGHIJKLNRWX"), st.integers(0, 99), st.sampled_from("0123456789")
)


def test_there_are_nineteen_groups_of_preventable_admissions_and_falls():
    groups = [condition.of for condition in conditions().values()]
    assert groups.count("preventable") == 19
    assert "falls" in conditions()


def plainly(condition, record: dict[str, str]) -> bool:
    """The same, code by code."""

    def holds(code: str, codes) -> bool:
        return any(first <= code[: len(first)] <= last for first, last in codes.ranges)

    diagnoses = [record[f"diag{n}"] for n in range(1, 7)]
    found = (
        holds(diagnoses[0], condition.main)
        or any(holds(code, condition.any) for code in diagnoses)
        or (holds(diagnoses[0], condition.main_with) and holds(diagnoses[1], condition.second))
    )
    return found and not holds(record["op1a"], condition.not_operation)


@given(st.lists(CODES, min_size=6, max_size=6), CODES)
def test_sql_finds_what_a_plain_reading_of_the_codes_finds(codes, operation):
    record = {f"diag{n}": code for n, code in enumerate(codes, start=1)} | {"op1a": operation}
    columns = ", ".join(f"'{code}' as {name}" for name, code in record.items())
    wanted = list(conditions().values())
    asked = ", ".join(condition.sql() for condition in wanted)
    found = duckdb.execute(f"select {asked}, {one_of('preventable')} from (select {columns})").fetchall()[0]
    expected = [plainly(condition, record) for condition in wanted]
    assert list(found[:-1]) == expected
    assert found[-1] == any(e for e, c in zip(expected, wanted, strict=True) if c.of == "preventable")


def test_a_record_without_codes_belongs_to_no_group():
    columns = ", ".join(f"null::text as {name}" for name in (*(f"diag{n}" for n in range(1, 7)), "op1a"))
    asked = ", ".join(condition.sql() for condition in conditions().values())
    assert not any(duckdb.execute(f"select {asked} from (select {columns})").fetchall()[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[a]\ntitle = "A"\nof = ""\nmain = ["W19-W00"]', "'W19-W00' is no code or range of codes"),
        ('[a]\ntitle = "A"\nof = ""\nmain = ["W0-W19"]', "'W0-W19' is no code or range of codes"),
        ('[a]\ntitle = "A"\nof = ""\nmain = ["^W[00-19]"]', "is no code or range of codes"),
        ('[a]\ntitle = "A"\nof = ""', "[a] has no codes"),
        ('[a]\ntitle = "A"\nof = ""\nmain_with = ["J20"]', "'main_with' and 'second' go together"),
        ('[a]\ntitle = "A"\nof = ""\nmian = ["J20"]\nany = ["J20"]', "Did you mean 'main'?"),
    ],
)
def test_a_faulty_group_is_refused_with_line_and_remedy(tmp_path: Path, text, said):
    path = tmp_path / "conditions.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        conditions(path)
    assert said in str(refused.value)
    assert "line" in str(refused.value)
