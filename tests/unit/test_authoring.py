"""Writing beside the numbers of a release, from a first file to a text that is accepted anew."""

from __future__ import annotations

import json
from datetime import date

import pytest
import running
from small_country import country_at
from typer.testing import CliRunner

from locality_profiles import authoring
from locality_profiles.building import plan_of
from locality_profiles.cli import app
from locality_profiles.errors import UnknownArea, WorkspaceError
from locality_profiles.publish.releases import current_release
from locality_profiles.showing import find_profile
from locality_profiles.workspace import Workspace, read_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = country_at(tmp_path_factory.mktemp("words") / "workspace")
    running.publish(folder, ("site",), ())
    return read_workspace(folder)


def first_area(workspace: Workspace) -> str:
    release = current_release(workspace.published)
    assert release is not None
    return ":".join(find_profile(release, None))


def test_from_a_first_file_to_a_text_that_is_accepted(workspace: Workspace) -> None:
    area, today = first_area(workspace), date(2026, 3, 1)
    assert authoring.list_words(workspace) == []
    path, made = authoring.start_words(workspace, area, "population", today)
    assert made
    assert path.parent.parent == workspace.folder / "words" / "locality"
    assert authoring.start_words(workspace, area, "population", today) == (path, False)
    path.write_text(path.read_text(encoding="utf-8") + "\nMany *older* people live here.\n", encoding="utf-8")
    (told,) = authoring.list_words(workspace)
    assert (told.section, told.new, told.moved) == ("population", True, ())

    before = plan_of(workspace)
    done, release = running.publish(workspace.folder, ("site",), ())
    assert plan_of(workspace) == before, "what was seen is no part of what a release is made from"
    page = next(p for p in (release.folder / "site" / "areas").glob("*.html")
                if "<p>Many <em>older</em> people live here.</p>" in p.read_text(encoding="utf-8"))  # fmt: skip
    assert "Numbers have moved" not in page.read_text(encoding="utf-8")
    assert authoring.list_words(workspace)[0].new is False
    assert authoring.accept_words(workspace) == []

    # As if the text had been written beside other numbers.
    seen = workspace.folder / "words" / "seen.json"
    memory = json.loads(seen.read_text(encoding="utf-8"))
    (key,) = memory
    now = memory[key]["figures"]["population"]["figure"]
    memory[key]["figures"]["population"]["figure"] = "99"
    seen.write_text(json.dumps(memory), encoding="utf-8")
    (told,) = authoring.list_words(workspace)
    assert len(told.moved) == 1
    assert told.moved[0].startswith("People: 99 (mid-")
    assert f"→ {now} (" in told.moved[0]
    done, release = running.publish(workspace.folder, ("site",), ())
    assert f"Numbers have moved since this was written.</strong> {told.moved[0]}" in (
        release.folder / "site" / "areas" / page.name
    ).read_text(encoding="utf-8")
    sentences = [
        row[0] for row in done.ask("select sentence from check_result where not success and severity = 'should'")
    ]
    assert any(told.moved[0] in sentence for sentence in sentences)

    assert [each.file for each in authoring.accept_words(workspace, area)] == [told.file]
    assert authoring.list_words(workspace)[0].moved == ()
    _, release = running.publish(workspace.folder, ("site",), ())
    assert "Numbers have moved" not in (release.folder / "site" / "areas" / page.name).read_text(encoding="utf-8")


def test_the_command_lists_starts_and_accepts(workspace: Workspace) -> None:
    def run(*words: str) -> str:
        found = CliRunner().invoke(app, ["words", *words, "--workspace", str(workspace.folder)])
        assert found.exit_code == 0, found.output
        return found.output

    area = first_area(workspace)
    assert str(workspace.folder / "words" / "locality") in run(area, "housing").replace("\n", "")
    assert "paragraph" in run()
    assert "words" in json.loads(run("--json"))
    assert "Beside no text have numbers moved." in run("--accept")


def test_an_area_or_section_that_is_none_is_told(workspace: Workspace) -> None:
    with pytest.raises(UnknownArea):
        authoring.start_words(workspace, "Nowhere at all", "health", date(2026, 3, 1))
    with pytest.raises(WorkspaceError, match="Did you mean 'health'"):
        authoring.start_words(workspace, first_area(workspace), "healht", date(2026, 3, 1))
