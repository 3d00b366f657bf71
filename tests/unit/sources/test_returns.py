"""Declarations of returns: read strictly, with line and remedy, and true of the template that is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from locality_profiles.episodes.measures import measures
from locality_profiles.errors import DefinitionError
from locality_profiles.sources._return_workbook import HEADING_ROW, template_workbook
from locality_profiles.sources._returns import RETURNS, declared, read_return

DECLARED = """\
title = "A return"
read_me = ["Counts only."]

[list.kind]
a = "Kind A"
b = "Kind B"

[[sheet]]
id = "help"
title = "Help"
about = "Help in a quarter."

[[sheet.column]]
name = "quarter"
type = "quarter"
example = "2025/26 Q1"
write = "The quarter."

[[sheet.column]]
name = "partnership"
type = "partnership"
example = "Ours"
write = "The partnership."

[[sheet.column]]
name = "locality"
type = "locality"
geo_role = "residence"
example = "North"
write = "Where they live."

[[sheet.column]]
name = "kind"
type = "service"
list = "kind"
services = { a = "X.A", b = "X.B" }
example = "a"
write = "The kind."

[[sheet.column]]
name = "n_people"
type = "count"
example = "4"
write = "People."
becomes = [{ measure = "N_PEOPLE" }]
"""


def message(folder: Path, was: str, written: str) -> str:
    assert was in DECLARED
    path = folder / "help.toml"
    path.write_text(DECLARED.replace(was, written), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_return(path, "help", "help_return")
    return str(refused.value)


def line_of(text: str) -> int:
    return DECLARED.splitlines().index(text) + 1


def test_a_declaration_becomes_sheets_columns_and_measures(tmp_path: Path) -> None:
    path = tmp_path / "help.toml"
    path.write_text(DECLARED, encoding="utf-8")
    (sheet,) = read_return(path, "help", "help_return").sheets
    assert sheet.layout.required == ("quarter", "partnership", "locality", "kind", "n_people")
    assert [(each.measure, each.adds) for each in sheet.columns[-1].becomes] == [("N_PEOPLE", "distinct")]
    assert sheet.of("service")[0].codes == {"a": "X.A", "b": "X.B"}


@pytest.mark.parametrize(("was", "written", "line", "phrases"), [
    ('type = "count"', 'type = "counts"', 'type = "count"', ("'type' is 'counts'", "Did you mean 'count'?")),
    ('list = "kind"', 'list = "kinds"', 'list = "kind"', ("has the list 'kinds', which is not there", "lists: kind.")),
    (', b = "X.B" }', " }", 'services = { a = "X.A", b = "X.B" }', ("do not hold the same values", "one code")),
    ('example = "a"', 'example = "z"', 'example = "a"', ("the example of 'kind' is not in its list", "one of a, b")),
    ('"N_PEOPLE"', '"N_PEOPEL"', 'becomes = [{ measure = "N_PEOPLE" }]', ("'measure' is 'N_PEOPEL'", "N_PEOPLE")),
    ('becomes = [', 'waits = "no"\n#', "[[sheet.column]]", ("is counted and becomes nothing", "each does")),
    ('title = "Help"', 'title = "Help/1"', 'title = "Help"', ("cannot be the name of a sheet", "31 letters")),
    ('about =', 'abuot =', 'about = "Help in a quarter."', ("does not know 'abuot'", "Did you mean 'about'?")),
    ('geo_role = "residence"\n', "", "[[sheet.column]]", ("must say what ties figures to its place", "geo_role =")),
    ('write = "The kind."', 'write = "The kind."\nfills = "sort"', "[[sheet.column]]",
     ("'kind' fills 'sort', which the table 'activity' has not",)),
    ('[list.kind]', 'ledger = ["scopes"]\n[list.kind]', "[[sheet.column]]", ("which no ledger has", "scope")),
    ('"N_PEOPLE" }', '"N_PEOPLE", place = "home" }', 'becomes = [{ measure = "N_PEOPLE" }]',
     ("becomes a figure of no place", "locality")),
])  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_remedy(
    tmp_path: Path, was: str, written: str, line: str, phrases: tuple[str, ...]
) -> None:
    told = message(tmp_path, was, written)
    assert "help.toml, line " in told
    if line != "[[sheet.column]]":
        assert f"help.toml, line {line_of(line)}: " in told
    assert all(phrase in told for phrase in phrases)


def test_two_sheets_with_the_same_headings_could_not_be_told_apart(tmp_path: Path) -> None:
    sheet = DECLARED[DECLARED.index("[[sheet]]") :]
    told = message(tmp_path, sheet, sheet + "\n" + sheet.replace('"Help"', '"Help again"'))
    assert "the sheets 'Help' and 'Help again' have the same required columns" in told


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = message(tmp_path, 'type = "count"', 'type = "counts"\nunti = "people"')
    assert "'counts'" in told
    assert "'unti'" in told


@pytest.mark.parametrize("name", RETURNS)
def test_a_template_has_the_headings_and_the_words_of_its_declaration(name: str) -> None:
    form = declared(name)
    book = template_workbook(form)
    assert book.sheetnames == ["Read me", *(sheet.title for sheet in form.sheets), "Localities", "Codes"]
    for sheet in form.sheets:
        page = book[sheet.title]
        assert [cell.value for cell in page[HEADING_ROW]] == [column.name for column in sheet.columns]
        assert page["A2"].value == sheet.about
        assert str(page["A5"].value).startswith("Example: ")
    first = " ".join(str(cell.value) for row in book["Read me"] for cell in row)
    assert "no chi number" in first.lower()
    if name != "voice":  # a log of words: nothing in it is rounded or held back
        assert all(phrase in first for phrase in (" only", "never read as 0", "round"))


@pytest.mark.parametrize("name", RETURNS)
def test_every_column_says_what_to_write_in_a_sentence(name: str) -> None:
    for sheet in declared(name).sheets:
        for column in sheet.columns:
            assert column.write.endswith("."), column.name
            assert column.counted == bool(column.becomes or (column.counted and column.fills))
            assert {each.measure for each in column.becomes} <= set(measures())
