"""What docs/schedule.md and examples/schedule say: every command is one, every file is what it is said to be, and a
workspace that was packed up is whole again elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
import yaml
from running import EXAMPLES, publish
from schedule_pages import blocks, commands, refuse_unknown
from small_country import country_at

from locality_profiles import history
from locality_profiles.publish.releases import current_release, harm_of
from locality_profiles.workspace import read_workspace

ROOT = EXAMPLES.parent
PAGE = ROOT / "docs" / "schedule.md"
FOLDER = EXAMPLES / "schedule"
#: Programs of others that the page names; that they are there is for the reader's machine.
OTHERS = {"sudo", "systemctl", "journalctl", "schtasks", "prefect", "tar", "cp", "podman"}
READ = [*blocks(PAGE, "sh"), *blocks(EXAMPLES / "container" / "README.md", "sh")]


def test_every_command_on_the_page_is_one():
    ours = 0
    for words in (words for text in READ for words in commands(text)):
        if words[0] == "locality-profiles":
            refuse_unknown(words)
            ours += 1
        else:
            assert words[0] in OTHERS, words
        if words[0] == "prefect":
            refuse_what_prefect_does_not_know(words)
    assert ours > 10


def refuse_what_prefect_does_not_know(words: list[str]) -> None:
    """The names of its commands; what a command's options are, its own help tells."""
    assert words[1:3] in (["server", "start"], ["work-pool", "create"], ["deploy", "--all"], ["worker", "start"])


@pytest.mark.parametrize("text", READ)
def test_every_block_is_a_shell_s(text):
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def test_every_declaration_on_the_page_is_read(tmp_path):
    (text,) = blocks(PAGE, "toml")
    folder = country_at(tmp_path / "w")
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    told = read_workspace(folder).notices
    assert [channel.by for channel in told.channels] == ["smtp", "webhook", "folder", "command"]


def test_every_outcome_and_every_file_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [outcome for outcome in history.OUTCOMES if outcome != "running" and outcome not in text] == []
    assert [path.name for path in FOLDER.iterdir() if f"examples/schedule/{path.name}" not in text] == []


def test_a_workspace_that_is_packed_up_is_whole_again_elsewhere(tmp_path):
    """The page's own commands, with another home."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    _, before = publish(country_at(home / "our-partnership"), ("site",), ())
    history.write_unchanged(home / "our-partnership", "hand", before.id)
    packing, unpacking = (text for text in READ if text.startswith("tar "))
    shell(packing, home)
    shutil.move(home / "profiles-backup.tar.gz", elsewhere)
    shell(unpacking.splitlines()[0], elsewhere)
    folder = elsewhere / "our-partnership"
    again = current_release(folder / "data" / "published")
    assert (again.id, harm_of(again.folder, deep=True)) == (before.id, [])
    assert not (folder / "data" / "curated").exists()
    _, after = publish(folder, ("site",), ())
    assert after.plan == before.plan, "the same extracts, settings and program"
    assert [run.release for run in history.runs(folder)] == [before.id]


def shell(text: str, home) -> None:
    subprocess.run(["sh", "-ec", text], cwd=home, env={**os.environ, "HOME": str(home)}, check=True)


# --- files to copy --------------------------------------------------------------------------------


def test_cron_runs_a_command_of_the_program():
    lines = (FOLDER / "crontab").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if re.match(r"[\d*]", line)]
    assert len(found) == 2
    days = []
    for line in found:
        minute, hour, *_, weekday, command = line.split(None, 5)
        assert (minute, hour) == ("0", "3")
        days.append(weekday)
        words = command[command.index('"$PROFILES"') :].replace('"$PROFILES"', "locality-profiles").split()
        refuse_unknown(words)
    assert sorted(days) == ["0", "1-6"], "every day once"


def units() -> dict[str, dict[str, list[str]]]:
    """Settings of the two units, by section and name."""
    found = {}
    for path in FOLDER.glob("locality-profiles@.*"):
        section = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                section = f"{path.suffix[1:]} {line.strip('[]')}"
            elif line and line[0] != "#":
                name, value = line.split("=", 1)
                found.setdefault(section, {}).setdefault(name, []).append(value)
    return found


def test_the_service_runs_a_command_of_the_program_and_may_write_into_its_workspace_alone():
    service = units()["service Service"]
    refuse_unknown(["locality-profiles", *service["ExecStart"][0].split()[1:]])
    assert service["ReadWritePaths"] == ["/srv/profiles/%i"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["NoNewPrivileges"] == ["yes"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["User"] != ["root"]
    assert service["TimeoutStartSec"] == ["8h"]
    assert units()["timer Timer"]["OnCalendar"] == ["*-*-* 03:00:00 Europe/London"]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    """Where systemd is there to say so; the program is one that this machine has."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        return
    for path in FOLDER.glob("locality-profiles@.*"):
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"))
        (tmp_path / path.name.replace("@", "@w")).write_text(text, encoding="utf-8")
    for name in ("locality-profiles@w.service", "locality-profiles@w.timer"):
        done = subprocess.run([verify, "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True)
        said = [line for line in done.stderr.splitlines() if "locality-profiles@w" in line]
        assert said == [], name


def test_the_task_of_windows_runs_a_command_of_the_program_one_at_a_time():
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    task = ET.parse(FOLDER / "windows-task.xml").getroot()
    words = task.findtext(".//t:Arguments", namespaces=space).replace('"', "").split()
    refuse_unknown(["locality-profiles", *words])
    assert task.findtext(".//t:MultipleInstancesPolicy", namespaces=space) == "IgnoreNew"
    assert task.findtext(".//t:ExecutionTimeLimit", namespaces=space) == "PT8H"
    assert task.findtext(".//t:RunLevel", namespaces=space) == "LeastPrivilege"


# --- deployments ----------------------------------------------------------------------------------


def test_deployments_name_flows_that_exist_and_take_what_they_are_given():
    from importlib import import_module

    told = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert [deployment["name"] for deployment in told["deployments"]] == ["nightly", "weekly", "arrival"]
    for deployment in told["deployments"]:
        path, name = deployment["entrypoint"].split(":")
        flow = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
        assert flow.name == deployment["name"]
        assert set(deployment["parameters"]) <= set(flow.parameters.properties)
        assert flow.timeout_seconds == 8 * 3600
        assert "concurrency_limit" not in deployment, "the lock of the workspace is the limit"
        assert all(schedule["timezone"] == "Europe/London" for schedule in deployment["schedules"])


def test_two_workspaces_can_stand_on_one_server(tmp_path):
    from pipelines.scheduling import deployments_of

    names = [
        (each.flow_name, each.name)
        for folder in (tmp_path / "a" / "our partnership", tmp_path / "b" / "our partnership")
        for each in deployments_of(folder, "0 3 * * *", "0 22 * * 6", arrivals=True)
    ]
    assert len(set(names)) == 6
    assert {flow for flow, _ in names} == {"nightly", "weekly", "arrival"}
