"""A workspace's own indicators, and its own view of which outcomes an indicator evidences."""

from __future__ import annotations

from pathlib import Path

import pytest

from locality_profiles import building
from locality_profiles.checking import check_workspace
from locality_profiles.errors import DefinitionError, WorkspaceError
from locality_profiles.indicators.definition import FOLDER, indicators, with_own
from locality_profiles.workspace import read_workspace

SETTINGS = '[workspace]\ntitle = "Drawn"\n'


def workspace(folder: Path, more: str = ""):
    (folder / "profiles.toml").write_text(SETTINGS + more, encoding="utf-8")
    (folder / "data" / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "raw" / "note.txt").write_text("nothing that is known here\n", encoding="utf-8")
    return read_workspace(folder)


def own(folder: Path, name: str, of: str = "aged_65_plus", **changes: str) -> None:
    text = (FOLDER / f"{of}.toml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "indicators").mkdir(exist_ok=True)
    (folder / "indicators" / f"{name}.toml").write_text(text, encoding="utf-8")


def test_without_a_folder_there_are_the_packages_own(tmp_path):
    assert with_own(tmp_path / "indicators", {}) == indicators()


def test_a_new_definition_takes_its_place_among_the_others(tmp_path):
    own(
        tmp_path, "aged_70_plus", **{"from = 65": "from = 70", "65 and over": "70 and over", "order = 20": "order = 21"}
    )
    found = with_own(tmp_path / "indicators", {})
    assert set(found) - set(indicators()) == {"aged_70_plus"}
    assert list(found)[list(found).index("aged_65_plus") + 1] == "aged_70_plus"
    assert "aged_70_plus" not in indicators()


def test_a_definition_of_the_same_id_stands_in_for_the_packages(tmp_path):
    own(tmp_path, "aged_65_plus", **{"decimals = 1": "decimals = 0"})
    assert with_own(tmp_path / "indicators", {})["aged_65_plus"].decimals == 0
    assert indicators()["aged_65_plus"].decimals == 1


def test_outcomes_are_the_partnerships_to_say(tmp_path):
    settings = workspace(tmp_path, "[outcomes]\ncommunity_alarms = [7, 2]\n")
    found = with_own(settings.definitions, settings.outcomes)
    assert found["community_alarms"].outcomes == (7, 2)
    assert found["home_care_rate"].outcomes == indicators()["home_care_rate"].outcomes


def test_outcomes_of_nothing_and_outcomes_that_there_are_not_are_refused_together(tmp_path):
    with pytest.raises(DefinitionError) as refused:
        with_own(tmp_path, {"comunity_alarms": (2,), "home_care_rate": (2, 10)})
    message = str(refused.value)
    assert "there is no indicator 'comunity_alarms'. Did you mean 'community_alarms'?" in message
    assert "there is no national outcome 10 (of 'home_care_rate')" in message


@pytest.mark.parametrize("written", ['"2"', "2", "[2.5]", "[true]"])
def test_outcomes_are_a_list_of_whole_numbers(tmp_path, written):
    with pytest.raises(WorkspaceError, match="line 4: .*should be a list of whole numbers"):
        workspace(tmp_path, f"[outcomes]\nhome_care_rate = {written}\n")


def test_a_faulty_definition_is_told_with_the_extracts(tmp_path):
    settings = workspace(tmp_path)
    own(tmp_path, "aged_70_plus", **{"from = 65": 'from = "old"'})
    report = check_workspace(settings)
    assert not report.passed
    assert any("aged_70_plus.toml" in problem.sentence() for problem in report.problems)


def test_a_changed_definition_makes_another_release(tmp_path):
    settings = workspace(tmp_path)
    before = building.plan_of(settings)
    own(tmp_path, "aged_70_plus", **{"from = 65": "from = 70"})
    with_one = building.plan_of(settings)
    own(tmp_path, "aged_70_plus", **{"from = 65": "from = 71"})
    assert len({before, with_one, building.plan_of(settings)}) == 3
