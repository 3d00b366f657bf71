"""The server, the worker and the network are killed in the middle of a scheduled night.

Each time the release that can be read is whole, the history says what happened, and the next night heals.
"""

from __future__ import annotations

import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from nights import Night, until
from small_country import country_at

from locality_profiles import building, history
from locality_profiles.errors import TransientError
from locality_profiles.fetching import gathering
from locality_profiles.fetching.report import Report
from locality_profiles.publish.releases import current_release, harm_of
from locality_profiles.workspace import read_workspace
from pipelines import scheduling

pytestmark = pytest.mark.flow
ROOT = Path(__file__).resolve().parents[2]

SETTINGS = '\n[publish]\ncharts = []\ndocuments = []\n\n[[notify.to]]\nby = "folder"\nfolder = "data/outbox"\n'


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    workspace = country_at(folder / "w")
    with (workspace / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    night = Night(folder, workspace)
    try:
        night.start_server()
        night.start_runner()
        yield night
    finally:
        night.end()


def something_new(night: Night, title: str) -> None:
    """What goes in is another thing, so there is something to build."""
    path = night.workspace / "profiles.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(f'title = "{title}"' if n == 2 else line for n, line in enumerate(lines)) + "\n", "utf-8")


def release_of(night: Night) -> str:
    """The current release, of which every byte is as it was written."""
    release = current_release(night.workspace / "data" / "published")
    assert harm_of(release.folder, deep=True) == []
    return release.id


def test_when_the_server_is_killed_the_night_goes_on_and_the_next_tells_prefect(night):
    night.hold()
    first = night.begin()
    night.reaches_the_middle()
    night.kill_server()
    night.let_go()
    until(lambda: night.outcomes() == ["published"])
    before = release_of(night)
    night.kill_runner()  # it may take minutes to see that nobody answers
    night.start_server()
    assert night.state_of(first) == "RUNNING", "Prefect does not know better"
    night.start_runner()
    second = night.begin()
    night.ends_as(second, "COMPLETED")
    assert night.outcomes() == ["published", "nothing changed"]
    assert release_of(night) == before
    assert night.state_of(first) == "COMPLETED", "by the workspace's own history"


def test_when_the_worker_is_killed_the_release_stays_and_the_next_night_builds(night):
    before, known = release_of(night), len(night.outcomes())
    something_new(night, "Killed in the night")
    night.hold()
    killed = night.begin()
    night.reaches_the_middle()
    night.kill_runner()
    assert release_of(night) == before
    until(lambda: night.outcomes()[known:] == ["ended without a word"])  # known before anything runs again
    night.let_go()
    night.start_runner()
    following = night.begin()
    night.ends_as(following, "COMPLETED")
    assert night.outcomes()[known:] == ["ended without a word", "published"]
    assert release_of(night) != before
    assert night.state_of(killed) == "CRASHED"
    told = [path.read_text(encoding="utf-8") for path in (night.workspace / "data" / "outbox").glob("*.eml")]
    assert sum("ended without a word" in mail for mail in told) >= 1


def test_when_the_network_is_cut_the_night_goes_on_and_the_runner_comes_back(night):
    known = len(night.outcomes())
    something_new(night, "Cut off in the night")
    night.hold()
    night.begin()
    night.reaches_the_middle()
    night.proxy.cut()
    night.let_go()
    until(lambda: night.outcomes()[known:] == ["published"])
    whole = release_of(night)
    night.proxy.mend()
    following = night.begin()
    night.ends_as(following, "COMPLETED")
    assert night.outcomes()[known:][:2] == ["published", "nothing changed"]
    assert release_of(night) == whole


def test_two_runs_of_one_workspace_are_not_at_work_at_once(night):
    """A run that finds the workspace held is cancelled, and nothing is taken when the first has gone."""
    something_new(night, "Two at once")
    known = len(night.outcomes())
    night.hold()
    first = night.begin()
    night.reaches_the_middle()
    found, error = scheduling.run_once(night.workspace)
    assert [run.outcome for run in found if run.by == "cron"] == ["no turn"]
    assert "Another build is running" in str(error)
    night.let_go()
    night.ends_as(first, "COMPLETED")
    assert sorted(night.outcomes()[known:]) == ["no turn", "published"]


# --- fetching, over a network that dies -----------------------------------------------------------


class Dead(socketserver.BaseRequestHandler):
    """Takes a call and hangs up."""

    def handle(self) -> None:
        self.request.recv(10)


def only(monkeypatch, name: str) -> None:
    """Fetching asks for one extract: the package's own lie on other machines, and a test speaks to none."""
    online = gathering.fetch_online
    monkeypatch.setattr(gathering, "fetch_online", lambda workspace: online(workspace, (name,)))


def test_a_network_that_dies_while_fetching_costs_no_night(tmp_path, monkeypatch):
    folder = country_at(tmp_path / "w")
    with socketserver.TCPServer(("127.0.0.1", 0), Dead) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
            file.write(f"""{SETTINGS}
[fetch]
tries = 1
gap_seconds = 0
[fetch.people]
kinds = ["small_area_population"]
licence = "none: made up"
address = "http://127.0.0.1:{server.server_address[1]}/people.csv"
""")
        only(monkeypatch, "people")
        found, error = scheduling.run_once(folder, fetch=True)
        server.shutdown()
    assert error is None
    assert [(run.what, run.outcome) for run in found] == [("fetch", "try again"), ("build", "published")]
    assert "connection" in found[0].todo[0]
    assert "Not everything could be fetched" in scheduling.mail_of(SimpleNamespace(title="Ness"), found)
    monkeypatch.setattr(gathering, "fetch_online", lambda workspace: Report())
    found, _ = scheduling.run_once(folder, fetch=True)
    assert [(run.what, run.outcome) for run in found] == [("fetch", "fetched"), ("build", "nothing changed")]


def test_a_run_that_is_stopped_in_the_middle_leaves_what_was_there(tmp_path, monkeypatch):
    folder = country_at(tmp_path / "w")

    def stopped(*_given):
        raise SystemExit(143)

    monkeypatch.setattr("locality_profiles.building.curate_tables", stopped)
    with pytest.raises(SystemExit):
        scheduling.run_once(folder)
    assert [each.outcome for each in history.runs(folder)] == ["stopped"]
    assert current_release(folder / "data" / "published") is None


HANGING = """
import sys, time
from pathlib import Path
from locality_profiles.workspace import read_workspace
from pipelines import night
from pipelines.plain import without_prefect

night.LONGEST_RUN, night.GRACE = 1.0, 0.5
night._night = lambda *_: time.sleep(3600)
with without_prefect():
    night.one_night(read_workspace(Path(sys.argv[1])), False, "", "cron")
"""


def test_a_night_that_hangs_in_one_call_ends_itself_says_so_and_holds_nothing(tmp_path):
    folder = country_at(tmp_path / "w")
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    ended = subprocess.run([sys.executable, "-c", HANGING, str(folder)], cwd=ROOT, timeout=300, check=False)
    assert ended.returncode == TransientError.exit_code
    (run,) = history.runs(folder)
    assert (run.outcome, run.well) == ("timed out", False)
    assert "did not come back" in run.why
    (told,) = (folder / "data" / "outbox").glob("*.eml")
    assert "took longer than it may" in told.read_text(encoding="utf-8")
    with building.one_build(read_workspace(folder)) as healed:
        assert healed is not None, "nothing is held"
