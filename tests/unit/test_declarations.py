"""A mistake in a declaration is told with the line that it stands in."""

from __future__ import annotations

import pytest

from locality_profiles.declarations import Field, line_numbers, read_declaration
from locality_profiles.errors import DefinitionError

NESTED = """[areas]
profile = ["a"]

[[areas.system]]
name = "one"
[[areas.system.area]]
name = "one's first"
[[areas.system.area]]
name = "one's second"
blocks = [
    "S01900001",
]

[[areas.system]]  # another
name = "two"
  [[ areas . system . area ]]
  name = "two's first"

[names]
"A = B" = "C"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("areas",), 1),
        (("areas", "profile"), 2),
        (("areas", "system", "0"), 4),
        (("areas", "system", "0", "area", "0", "name"), 7),
        (("areas", "system", "0", "area", "1"), 8),
        (("areas", "system", "0", "area", "1", "blocks"), 10),
        (("areas", "system", "1"), 14),
        (("areas", "system", "1", "name"), 15),
        (("areas", "system", "1", "area", "0"), 16),
        (("areas", "system", "1", "area", "0", "name"), 17),
        (("names", "A = B"), 20),
    ],
)
def test_tables_of_a_list_inside_a_list_are_numbered_within_their_own(path, line):
    assert line_numbers(NESTED)[path] == line


def test_a_table_of_a_list_is_called_as_its_header_is_written(tmp_path):
    path = tmp_path / "drawn.toml"
    path.write_text("[[areas.system]]\nnaem = 1\n[names]\na = 1\n", encoding="utf-8")
    declared = read_declaration(path)
    declared.read(declared.data["areas"]["system"][0], {"name": Field(str)}, "areas", "system", "0")
    declared.read(declared.data["names"], {"b": Field(str)}, "names")
    with pytest.raises(DefinitionError) as refused:
        declared.finish()
    assert "drawn.toml, line 2: [[areas.system]] does not know 'naem'. Did you mean 'name'?" in str(refused.value)
    assert "drawn.toml, line 4: [names] does not know 'a'." in str(refused.value)
