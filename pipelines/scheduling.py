"""Four ways to run a workspace when nobody sits at it: served to Prefect, once for cron, on arrival, by a worker.

A worker runs what ``prefect.yaml`` declares; the rest is here.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pipelines.settings  # noqa: F401  (before Prefect)
from locality_profiles import arriving, history
from locality_profiles.errors import LocalityProfilesError, WorkspaceError
from locality_profiles.events import Tell, end_in_order
from locality_profiles.history import Run
from locality_profiles.workspace import Workspace, read_workspace
from pipelines.plain import answers, without_prefect

#: How often the runner asks a server again that does not answer, twice as long apart each time. It is to wait out half
#: an hour, because when it gives up it takes the build that it started with it.
PATIENT = "8"
#: As a deployment of Prefect: every look is a run there.
EVERY_IN_PREFECT = timedelta(minutes=5)
SILENT = "Prefect's server has not answered for long."
ABOUT = {
    "nightly": "Read the extracts, build every profile, publish a release if anything changed.",
    "weekly": "Fetch newer extracts, then build and publish as on any night.",
    "arrival": "Look at the extracts; build when new ones lie still.",
}


def serve(folder: Path, at: str, fetch_at: str, arrivals: bool, tell: Tell) -> None:
    """Serve the deployments of a workspace to Prefect until stopped.

    Where no server of Prefect's is named, one is started that ends with this process.
    """
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", PATIENT)  # before Prefect is imported
    with _server(tell, [line for line in (at, fetch_at) if line]):
        deployments = deployments_of(folder, at, fetch_at, arrivals)
        names = [f"{each.flow_name}/{each.name}" for each in deployments]
        tell("started", f"Serving {', '.join(names)}. Stop with Ctrl+C.", deployments=names)
        while not _served(deployments):
            tell("waiting", f"{SILENT} What was served waits until it does.", why=SILENT)
            while not answers():
                time.sleep(10.0)


def _served(deployments: list[Any]) -> bool:
    """Serve until stopped; False where the runner gave up because the server went away.

    A run that was due while nothing served it begins when something does again.
    """
    from prefect import serve as serve_all

    try:
        serve_all(*deployments, limit=1, pause_on_shutdown=False, print_starting_message=False)
    except Exception:
        if answers():
            raise
        return False
    return True


def _server(tell: Tell, crons: list[str]) -> AbstractContextManager[Any]:
    from contextlib import contextmanager

    from pipelines.temporary_server import server_for_this_run, wait_for_server

    @contextmanager
    def up() -> Any:
        with server_for_this_run(whole=True) as process:
            for line in crons:  # Prefect is imported when it can find its server, and not before
                refuse_bad_cron(line)
            wait_for_server(process)
            if process is not None:
                address = os.environ["PREFECT_API_URL"].removesuffix("/api")
                tell("server", f"Runs can be looked at on {address}", address=address)
            yield

    return up()


def deployments_of(folder: Path, at: str, fetch_at: str = "", arrivals: bool = False) -> list[Any]:
    """The deployments of a workspace, each named by it, so that two workspaces can stand on one server."""
    from prefect.deployments.runner import EntrypointType
    from prefect.schedules import Cron, Interval

    from pipelines import nightly as flows

    wanted = [("nightly", Cron(at, timezone="Europe/London"))] if at else []
    wanted += [("weekly", Cron(fetch_at, timezone="Europe/London"))] if fetch_at else []
    wanted += [("arrival", Interval(EVERY_IN_PREFECT))] if arrivals else []
    return [
        getattr(flows, name).to_deployment(
            name=name_of(folder), parameters={"workspace_folder": str(folder)}, schedule=schedule,
            description=ABOUT[name], entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for name, schedule in wanted
    ]  # fmt: skip


def name_of(folder: Path) -> str:
    """A name of a workspace that no other folder has.

    >>> name_of(Path("/srv/our partnership"))
    'our-partnership-a3ba'
    """
    slug = re.sub(r"[^A-Za-z0-9]+", "-", folder.name).strip("-") or "workspace"
    return f"{slug}-{hashlib.sha256(str(folder).encode()).hexdigest()[:4]}"


def refuse_bad_cron(line: str) -> None:
    """Make sure that a cron line is one.

    Raises
    ------
    WorkspaceError
        If it is not.
    """
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=line, timezone="Europe/London")
    except ValueError:
        raise WorkspaceError(
            f"'{line}' is no cron line. Write minute, hour, day, month and weekday, such as \"0 3 * * *\"."
        ) from None


# --- without a server -----------------------------------------------------------------------------


def run_once(folder: Path, fetch: bool = False, by: str = "cron") -> tuple[list[Run], LocalityProfilesError | None]:
    """One night here and now, without Prefect: what was written into the history, and the error if it failed."""
    from pipelines.nightly import nightly, weekly

    end_in_order()
    known = {run.id for run in history.runs(folder)}
    error = None
    with without_prefect():
        try:
            weekly.fn(str(folder), by) if fetch else nightly.fn(str(folder), started_by=by)
        except LocalityProfilesError as failure:
            error = failure
    return [run for run in history.runs(folder) if run.id not in known], error


def as_dict(found: list[Run], error: LocalityProfilesError | None, by: str = "cron") -> dict[str, Any]:
    """The outcome of a night as a row of the history, with the fetch before it where there was one, and the error as
    every command tells it.

    Of builds that others began meanwhile none comes before our own: one that does held the workspace before the night.
    """
    ours = [run.as_dict() for run in found if run.by == by]
    fetched = next((run for run in ours if run["what"] == "fetch"), None)
    built = next((run for run in ours if run["what"] == "build"), {})
    return built | ({"fetch": fetched} if fetched else {}) | (error.as_dict() if error else {})


def mail_of(workspace: Workspace, found: list[Run]) -> str:
    """What cron is to mail: nothing after a night on which nothing happened, else what did and what to do."""
    lines = []
    for run in found:
        if run.outcome == "nothing changed" and not run.notes:
            continue
        told = f"{workspace.title}: {run.what} {run.outcome}"
        lines.append(f"{told}, release {run.release}." if run.outcome == "published" else f"{told}. {run.why}".strip())
        lines += [f"  - {sentence}" for sentence in (*run.todo, *run.notes)]
    return "\n".join(lines)


def watch(folder: Path, every: float, tell: Tell, goes_on: Callable[[], bool] = lambda: True) -> None:
    """Look at the extracts again and again; build when new ones lie still. A build that fails is told, and waits for
    something to change."""
    tell("started", f"Looking at the extracts every {every:g} s. Stop with Ctrl+C.", workspace=folder, every=every)
    while goes_on():
        workspace = read_workspace(folder)
        if arriving.look(workspace):
            found, error = run_once(folder, by="files that arrived")
            if any(run.outcome == "no turn" for run in found):
                arriving.try_again(workspace)
            for run in found:
                words = mail_of(workspace, [run]) or f"{workspace.title}: nothing changed."
                tell(run.outcome, words, **run.as_dict())
            if error is not None and not found:
                tell("failed", str(error), **error.as_dict())
        time.sleep(every)
