"""Templates are written by name, never over another file, and with the localities of a release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from locality_profiles.cli import app
from locality_profiles.errors import WorkspaceError
from locality_profiles.sending import write_template

RUNNER = CliRunner()


def test_the_command_writes_the_workbook_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["template", "third-sector", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["sheets"], told["localities"]) == (1, 0)
    assert load_workbook(tmp_path / "third-sector-return.xlsx").sheetnames[0] == "Read me"


def test_a_file_that_is_there_is_not_written_over_but_by_force(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(b"kept")
    with pytest.raises(
        WorkspaceError, match=r"form\.xlsx is there already\. Name another file, or replace it with --f"
    ):
        write_template("social-care", path, None)
    assert path.read_bytes() == b"kept"
    assert write_template("social-care", path, None, force=True).sheets == 11


def test_a_template_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as refused:
        write_template("housing", tmp_path / "form.xlsx", None)
    told = "There is no template 'housing'. There are: social-care, third-sector, budget, voice."
    assert str(refused.value).startswith(told)
    assert refused.value.exit_code == 2


def test_a_template_is_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"does not end in \.xlsx"):
        write_template("social-care", tmp_path / "form.csv", None)


def test_the_localities_of_the_current_release_are_in_it(sample: Path, tmp_path: Path) -> None:
    from locality_profiles.workspace import read_workspace

    workspace = read_workspace(sample)
    sent = write_template("social-care", tmp_path / "form.xlsx", workspace)
    page = load_workbook(tmp_path / "form.xlsx")["Localities"]
    listed = [tuple(cell.value for cell in row) for row in page.iter_rows(min_row=2)]
    assert len(listed) == sent.localities == 7
    assert {code.split("/")[0] for _, _, code in listed} == set(workspace.partnerships or ())


def test_the_sample_has_figures_of_every_indicator_that_waits_for_a_return(sample: Path) -> None:
    from locality_profiles.indicators.definition import indicators
    from locality_profiles.querying import ask
    from locality_profiles.workspace import read_workspace

    waiting = {name for name, each in indicators().items() if "(template " in each.needs}
    assert len(waiting) >= 15
    _, rows = ask(read_workspace(sample).catalog, "select distinct indicator_id from indicator_value "
                  "where area_type = 'locality' and value is not null")  # fmt: skip
    assert waiting - {row[0] for row in rows} == set()
