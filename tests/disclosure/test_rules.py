"""Rules of disclosure are read strictly: one that protects nothing by mistake would be seen too late."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_country import country_at

from locality_profiles import building
from locality_profiles.disclosure.rules import FILE, Rules, disclosure_rules
from locality_profiles.errors import DefinitionError
from locality_profiles.workspace import read_workspace

PACKAGE = FILE.read_text(encoding="utf-8")


def changed(*changes: tuple[str, str]) -> str:
    """The package's rules with some lines changed; the line must be there, or the test would prove nothing."""
    text = PACKAGE
    for old, new in changes:
        assert old in text, f"{old!r} is not in the rules"
        text = text.replace(old, new, 1)
    return text


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Rules]:
    def rules(text: str) -> Rules:
        (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
        return disclosure_rules(tmp_path / "rules.toml")

    return rules


def refusal(read: Callable[[str], Rules], text: str) -> list[str]:
    with pytest.raises(DefinitionError) as error:
        read(text)
    return [f"{problem.file}: {problem.what}. {problem.remedy}" for problem in error.value.problems]


def test_everything_wrong_is_named_at_once_with_line_and_remedy(read: Callable[[str], Rules]) -> None:
    text = """published = "perhaps"
method = "hide"
base = 1
totals = 100
treshold = 3
[class.open]
controlled = false
[class.health]
controlled = true
threshold = 0
amounts = 30
smallest_area = "parish"
protection = 0
[class.sensitive]
controlled = "yes"
[class.secret]
controlled = true
[amounts]
measures = ["BED_DAYS", 3]
[money]
providers = 3
largest = 1.5
two_largest = 0.8
"""
    said = refusal(read, text)

    for start, remedy in (
        ("rules.toml, line 1: 'published' is 'perhaps'", "It may be as_published, protect."),
        ("rules.toml, line 3: 'base' is below 2", "Write 5 or 10."),
        ("rules.toml, line 5: does not know 'treshold'", "Known here: published, method"),
        ("rules.toml: the class 'people' has no rule", "Add [class.people] with controlled = true or false."),
        ("rules.toml, line 10: [class.health] 'threshold' is missing or below 1", "Write threshold = 10."),
        ("rules.toml, line 12: [class.health] 'smallest_area' is 'parish'", "It may be"),
        ("rules.toml, line 13: [class.health] 'protection' is missing or below 1", "Write protection = 10."),
        ("rules.toml, line 15: [class.sensitive] 'controlled' should be true or false", "Write controlled = true."),
        ("rules.toml, line 16: there is no class 'secret'", "Classes: open, people, health, sensitive."),
        ("rules.toml, line 19: 'measures' should list texts only", "Write"),
        ("rules.toml, line 22: [money] 'largest' should be a share", "Write largest = 0.5, for one half."),
    ):
        assert [one for one in said if one.startswith(start) and remedy in one], start
    assert len(said) == 11


def test_a_class_without_a_rule_is_refused_and_not_taken_for_open(read: Callable[[str], Rules]) -> None:
    (said,) = refusal(read, changed(("[class.people]\ncontrolled = false\n", "")))

    assert "the class 'people' has no rule" in said


@pytest.mark.parametrize("key", ["threshold = 10", "amounts = 30", "protection = 10"])
@pytest.mark.parametrize("value", ["0", "-1", None])
def test_a_controlled_class_that_protects_nothing_is_refused(
    read: Callable[[str], Rules], key: str, value: str | None
) -> None:
    name = key.split(" ")[0]
    (said,) = refusal(read, changed((f"{key}\n", "" if value is None else f"{name} = {value}\n")))

    assert f"[class.health] '{name}' is missing or below 1, so nothing would be protected" in said


def test_a_class_that_is_not_known_is_refused_with_those_that_are(read: Callable[[str], Rules]) -> None:
    (said,) = refusal(read, changed(("[money]", "[class.secret]\ncontrolled = true\n[money]")))

    assert "there is no class 'secret'. Classes: open, people, health, sensitive." in said


@pytest.mark.parametrize(("inclusive", "hidden", "shown"), [("false", 9, 10), ("true", 10, 11)])
def test_inclusive_hides_a_count_of_exactly_the_threshold(
    read: Callable[[str], Rules], inclusive: str, hidden: int, shown: int
) -> None:
    rules = read(changed(("inclusive = false", f"inclusive = {inclusive}")))

    assert hidden < rules.below("health", ["STAYS"]) <= shown
    assert hidden + 20 < rules.below("health", ["BED_DAYS"]) <= shown + 20


def test_amounts_have_a_threshold_and_a_protection_of_their_own(read: Callable[[str], Rules]) -> None:
    rules = read(PACKAGE)

    assert (rules.below("health", ["STAYS"]), rules.protection("health", ["STAYS"])) == (10, 10)
    assert (rules.below("health", ["BED_DAYS"]), rules.protection("health", ["BED_DAYS"])) == (30, 30)
    fewer = read(changed(('"BED_DAYS", ', "")))
    assert (fewer.below("health", ["BED_DAYS"]), fewer.protection("health", ["BED_DAYS"])) == (10, 10)


@pytest.mark.parametrize(
    ("disclosure", "origin", "published", "controlled"),
    [
        ("health", "unpublished", "as_published", True),
        ("health", "published", "as_published", False),
        ("health", "published", "protect", True),
        ("people", "unpublished", "as_published", False),
        ("open", "unpublished", "protect", False),
        ("sensitive", "unpublished", "as_published", True),
    ],
)
def test_class_and_origin_say_together_what_is_controlled(
    read: Callable[[str], Rules], disclosure: str, origin: str, published: str, controlled: bool
) -> None:
    rules = read(changed(('published = "as_published"', f'published = "{published}"')))

    assert rules.controls(disclosure, origin) is controlled


def test_a_sensitive_class_shows_localities_and_nothing_smaller(read: Callable[[str], Rules]) -> None:
    rule = read(PACKAGE).classes["sensitive"]

    assert [kind for kind in ("data_zone_2011", "ward", "locality", "hscp", "country") if rule.shows(kind)] == [
        "locality", "hscp", "country",
    ]  # fmt: skip


def test_rules_of_a_workspace_take_the_place_of_the_packages_and_are_part_of_its_plan(tmp_path: Path) -> None:
    workspace = read_workspace(country_at(tmp_path / "country"))
    assert building._own_rules(workspace) is None
    plan = building.plan_of(workspace)

    own = workspace.folder / "disclosure" / "rules.toml"
    own.parent.mkdir()
    own.write_text(changed(("threshold = 10", "threshold = 5")), encoding="utf-8")
    stricter = building.plan_of(workspace)
    assert disclosure_rules(building._own_rules(workspace)).below("health", ["STAYS"]) == 5

    own.write_text(changed(("threshold = 10", "threshold = 7")), encoding="utf-8")
    assert len({plan, stricter, building.plan_of(workspace)}) == 3
    shutil.rmtree(own.parent)
    assert building.plan_of(workspace) == plan
