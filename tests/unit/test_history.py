"""What every run did is written down once, survives a torn line, and tells of a run that was killed."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys

import pytest

from locality_profiles import history
from locality_profiles.errors import AnotherBuild, ExtractRefused, Problem, TransientError


def one_run(folder, outcome="published", release="2026-11-27-abc"):
    with history.recorded(folder, "build", "hand") as telling:
        telling.ended(outcome, release, 2)
    return telling.id


def test_a_run_has_a_beginning_and_an_end(tmp_path):
    identity = one_run(tmp_path)
    (run,) = history.runs(tmp_path)
    assert (run.id, run.what, run.by, run.outcome, run.release, run.warnings) == (
        identity, "build", "hand", "published", "2026-11-27-abc", 2,
    )  # fmt: skip
    assert run.started <= run.ended
    assert run.started[-6:] in ("+00:00", "+01:00"), "by the clock of Europe/London, with its difference from UTC"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (ExtractRefused("care.csv was refused.", [Problem("it is empty", "Supply it again.", "care.csv")]), "refused"),
        (TransientError("Files changed."), "try again"),
        (TimeoutError("8 hours"), "timed out"),
        (RuntimeError("a fault"), "failed"),
        (KeyboardInterrupt(), "stopped"),
        (SystemExit(143), "stopped"),
    ],
)
def test_a_run_that_fails_says_why_and_what_to_do(tmp_path, raised, outcome):
    with pytest.raises(type(raised)), history.recorded(tmp_path, "build", "hand"):
        raise raised
    (run,) = history.runs(tmp_path)
    assert run.outcome == outcome
    assert outcome in history.OUTCOMES
    assert not run.well
    if outcome == "refused":
        assert (run.why, run.todo) == ("care.csv was refused.", ("care.csv: it is empty. Supply it again.",))


def test_the_next_run_writes_the_end_of_one_that_was_killed(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from locality_profiles import history\n"
        "with history.recorded(Path(sys.argv[1]), 'build', 'a schedule'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert [run.outcome for run in history.runs(tmp_path)] == ["running"]
    assert [run.outcome for run in history.told_runs(tmp_path)] == ["ended without a word"], "its process is gone"
    with history.recorded(tmp_path, "build", "hand") as telling:
        assert [run.by for run in telling.silent] == ["a schedule"]
        assert [run.outcome for run in history.told_runs(tmp_path)] == ["ended without a word", "running"]
    assert [run.outcome for run in history.runs(tmp_path)] == ["ended without a word", "nothing changed"]
    assert one_run(tmp_path)
    assert [run.outcome for run in history.runs(tmp_path)].count("ended without a word") == 1, "said once"


def test_a_torn_line_loses_itself_alone(tmp_path):
    first = one_run(tmp_path)
    path = tmp_path / history.RUNS
    whole = path.read_bytes()
    for cut in range(1, 40):
        path.write_bytes(whole + b'{"at": "2026-11-27T03:00:00+00:00", "run": "x", "event"'[:cut])
        second = one_run(tmp_path)
        assert [run.id for run in history.runs(tmp_path)] == [first, second]


def test_lines_are_only_ever_added(tmp_path):
    one_run(tmp_path)
    before = (tmp_path / history.RUNS).read_bytes()
    one_run(tmp_path)
    history.write_unchanged(tmp_path, "hand", "r")
    assert (tmp_path / history.RUNS).read_bytes().startswith(before)


def _many(folder):
    for _ in range(50):
        history.write_unchanged(folder, "hand", "r")


def test_several_processes_write_whole_lines(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_many, args=(tmp_path,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = (tmp_path / history.RUNS).read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 150


def test_a_history_that_cannot_be_written_stops_nothing(tmp_path, caplog):
    (tmp_path / "data").write_text("a file where a folder should be")
    assert one_run(tmp_path)
    assert "The history could not be written" in caplog.text
    assert history.runs(tmp_path) == []


def test_a_run_that_finds_another_at_work_is_one_line(tmp_path):
    with history.recorded(tmp_path, "build", "a schedule"):
        history.write_no_turn(tmp_path, "hand", AnotherBuild("Another build is running."))
        assert [run.outcome for run in history.told_runs(tmp_path)] == ["running", "no turn"]


def test_notes_come_after_the_end(tmp_path):
    identity = one_run(tmp_path)
    history.add_note(tmp_path, identity, "mail could not be told")
    assert history.runs(tmp_path)[0].notes == ("mail could not be told",)


def test_a_person_reads_the_newest_first_with_reasons(tmp_path):
    one_run(tmp_path)
    with pytest.raises(ExtractRefused), history.recorded(tmp_path, "build", "a schedule"):
        raise ExtractRefused("2 extracts were refused.", [Problem("it is empty", "Supply it again.", "care.csv")])
    found = history.told_runs(tmp_path)
    assert [row[3] for row in history.cells(found)] == ["refused", "published, 2 warnings"]
    assert history.reasons(found)[0].endswith("refused: 2 extracts were refused.")
    assert history.reasons(found)[1] == "  - care.csv: it is empty. Supply it again."
