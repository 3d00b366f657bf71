"""What starts runs, and what becomes of a start that finds nothing to do or another at work. No server is needed."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from datetime import date, datetime
from types import SimpleNamespace

import pytest
from small_country import country_at
from typer.testing import CliRunner

from locality_profiles import arriving, building, events, history, lateness, notifying
from locality_profiles.cli import app
from locality_profiles.errors import AnotherBuild, ExtractRefused, Problem, TransientError, WorkspaceError
from locality_profiles.events import teller, told_to_the_end
from locality_profiles.notices import Channel, Notices
from locality_profiles.workspace import read_workspace
from pipelines import nightly as flows
from pipelines import scheduling
from pipelines.plain import without_prefect


@pytest.fixture
def folder(tmp_path):
    return country_at(tmp_path / "w")


def one_night(answers):
    """In the place of a night: gives or raises the next of ``answers``, and says who started it."""
    began = []

    def night(_workspace, _force, _compat, by):
        began.append(by)
        answer = answers[len(began) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return night, began


def test_arrival_looks_and_builds_once(folder, monkeypatch):
    night, began = one_night([AnotherBuild("Another build is running."), "release"])
    monkeypatch.setattr(flows, "one_night", night)
    with without_prefect():
        found = [flows.arrival.fn(str(folder)) for _ in range(4)]
    assert [getattr(each, "name", each) for each in found] == ["Quiet", "Cancelled", "release", "Quiet"]
    assert began == ["files that arrived"] * 2, "what had no turn is tried again, what was built is not"


def test_a_deployment_that_finds_another_at_work_is_cancelled_and_a_person_is_told(folder, monkeypatch):
    busy = AnotherBuild("Another build is running.")
    night, began = one_night([busy, ExtractRefused("care.csv cannot be used."), busy])
    monkeypatch.setattr(flows, "one_night", night)
    monkeypatch.setattr(flows, "is_deployed", lambda: True)
    state = flows.nightly.fn(str(folder))
    assert (state.name, state.message) == ("Cancelled", "Another build is running.")
    state = flows.nightly.fn(str(folder))
    assert (state.name, state.message) == ("Failed", "care.csv cannot be used."), "in words, without a trace"
    monkeypatch.setattr(flows, "is_deployed", lambda: False)
    with pytest.raises(AnotherBuild):
        flows.nightly.fn(str(folder))
    assert began == ["a schedule", "a schedule", "hand"]


def test_watching_tells_of_each_build_and_goes_on_after_one_that_failed(folder, monkeypatch):
    told, looks = [], iter([True] * 5 + [False])
    refused = history.Run("a", outcome="refused", why="care.csv was refused.", todo=("care.csv: it is empty.",))
    nights = iter([([refused], ExtractRefused("care.csv was refused."))])
    monkeypatch.setattr(scheduling, "run_once", lambda _folder, by: next(nights))
    scheduling.watch(folder, 0, teller(told.append, as_json=False), lambda: next(looks))
    assert told == [
        "Looking at the extracts every 0 s. Stop with Ctrl+C.",
        "Two partnerships: build refused. care.csv was refused.\n  - care.csv: it is empty.",
    ]


def test_watching_tells_a_program_each_run_on_a_line_as_the_history_does(folder, monkeypatch):
    lines, looks = [], iter([True] * 3 + [False])
    refused = history.Run("a", outcome="refused", why="care.csv was refused.", todo=("care.csv: it is empty.",))
    monkeypatch.setattr(scheduling, "run_once", lambda _folder, by: ([refused], ExtractRefused("it was refused.")))
    tell = teller(lines.append, as_json=True)
    with told_to_the_end(tell):
        scheduling.watch(folder, 0, tell, lambda: next(looks))
    told = [json.loads(line) for line in lines]
    assert [each["event"] for each in told] == ["started", "refused", "ended"]
    assert all(datetime.fromisoformat(each["at"]).tzinfo for each in told)
    row = json.loads(json.dumps(refused.as_dict()))
    assert row.items() <= told[1].items()


def test_a_command_that_is_asked_to_end_says_so_last(tmp_path):
    """A process of its own, which is sent SIGTERM between two looks."""
    workspace = country_at(tmp_path / "w")
    command = [sys.executable, "-m", "locality_profiles", "schedule", "--watch", "--json", "--workspace", workspace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = json.loads(process.stdout.readline())
        process.terminate()
        rest = [json.loads(line) for line in process.stdout]
    assert (first["event"], first["every"]) == ("started", 60.0)
    assert [each["event"] for each in rest] == ["ended"]
    assert process.returncode == 143


@pytest.fixture
def once(folder, monkeypatch):
    """``schedule --once``, of which the night is given: its exit code and what it prints."""

    def of(found, error, *words):
        monkeypatch.setattr(scheduling, "run_once", lambda _folder, fetch: (found, error))
        return CliRunner().invoke(app, ["schedule", "--once", "--workspace", str(folder), *words])

    return of


def test_a_night_is_told_to_a_program_as_one_object(once):
    fetched = history.Run("f", "fetch", "cron", outcome="fetched")
    built = history.Run("b", "build", "cron", outcome="published", release="r2", warnings=0)
    other = history.Run("c", "build", "cron", outcome="no turn")
    hand = history.Run("d", "build", "hand", outcome="no turn")
    done = once([hand, built, other], None, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, json.loads(json.dumps(built.as_dict())))
    told = json.loads(once([fetched, built], None, "--json", "--fetch").stdout)
    assert (told["outcome"], told["release"], told["fetch"]["outcome"]) == ("published", "r2", "fetched")


def test_a_night_that_failed_is_told_with_its_error_as_every_command_tells_it(once):
    error = ExtractRefused("care.csv cannot be used.", [Problem("it is empty", file="care.csv")])
    done = once([history.Run("b", "build", "cron", outcome="refused", why="care.csv cannot be used.")], error, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["outcome"], told["why"]) == (1, "refused", "care.csv cannot be used.")
    assert json.loads(json.dumps(error.as_dict())).items() <= told.items()


def test_a_night_that_failed_before_it_was_written_down_is_told_too(once):
    done = once([], WorkspaceError("The store is of another."))
    assert str(done.exception) == "The store is of another."


def test_mail_is_written_only_of_what_happened(folder):
    workspace = SimpleNamespace(title="Ness")
    quiet = history.Run("a", outcome="nothing changed", release="r1")
    out = history.Run("b", outcome="published", release="r2", notes=("mail could not be told",))
    assert scheduling.mail_of(workspace, [quiet]) == ""
    assert scheduling.mail_of(workspace, [quiet, out]) == (
        "Ness: build published, release r2.\n  - mail could not be told"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "again"),
    [(TransientError("it changed"), True), (ConnectionError(), True), (BlockingIOError(), True),
     (ExtractRefused("bad"), False), (WorkspaceError("bad"), False), (ValueError(), False)],
)  # fmt: skip
def test_only_what_can_mend_is_tried_again(error, again):
    from pipelines.tasks import worth_retrying

    def result():
        raise error

    assert worth_retrying(None, None, SimpleNamespace(name="Failed", result=result)) is again
    assert not worth_retrying(None, None, SimpleNamespace(name="TimedOut", result=result))


def test_a_step_has_an_end():
    from pipelines.tasks import LONGEST_RUN, LONGEST_STEP, step

    assert step(building.plan_of, "plan").timeout_seconds == LONGEST_STEP < LONGEST_RUN == flows.nightly.timeout_seconds


def test_what_is_no_cron_line_is_refused_in_words():
    scheduling.refuse_bad_cron("0 3 * * *")
    with pytest.raises(WorkspaceError, match="'every night' is no cron line. Write minute, hour"):
        scheduling.refuse_bad_cron("every night")


def test_what_is_late_is_known_from_the_extracts_themselves(folder):
    workspace = read_workspace(folder)
    files = building.stage_all(workspace)
    channel = Channel("outbox", "folder", ("late_extract",), "data/out")
    told = notifying.late_extracts(with_notices(workspace, channel), files, date(2023, 7, 15))
    assert [(each.kind, each.until, each.due) for each in told] == [
        ("small_area_population", date(2021, 6, 30), date(2023, 6, 30)),
    ]  # fmt: skip
    assert notifying.late_extracts(with_notices(workspace, channel), files, date(2023, 7, 14)) == []
    never = with_notices(workspace, channel, never_late=("small_area_population",))
    assert notifying.late_extracts(never, files, date(2026, 1, 1)) == []
    assert notifying.late_extracts(workspace, files, date(2026, 1, 1)) == [], "nobody asks"


def with_notices(workspace, *channels, **more):
    from dataclasses import replace

    return replace(workspace, notices=Notices(channels, **more))


@pytest.mark.parametrize("module", [arriving, events, lateness, notifying, scheduling])
def test_examples_in_the_code_hold(module):
    assert doctest.testmod(module).failed == 0
