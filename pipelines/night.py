"""One run of a workspace, whatever started it: under its lock, written down, told to whoever is to be told.

The lock of the workspace is what lets only one build run at a time, not a limit of Prefect's. It holds for every
deployment, for cron and for a terminal alike; the system lets go of it when a process dies, so that nothing stays
taken; and a run that is under way does not end because a server cannot be asked whether it may go on.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from locality_profiles import building, history, notifying
from locality_profiles.errors import AnotherBuild, LocalityProfilesError, TransientError, WorkspaceError
from locality_profiles.history import Telling
from locality_profiles.lateness import Late
from locality_profiles.machine import told_of_machine
from locality_profiles.publish.releases import Release
from locality_profiles.tables.store import lock
from locality_profiles.workspace import Workspace
from pipelines import artifacts
from pipelines.build import build_workspace
from pipelines.ingest import read_extracts
from pipelines.plain import is_plain, server_is_gone, without_prefect
from pipelines.publish import publish_workspace
from pipelines.tasks import LONGEST_RUN, step

if TYPE_CHECKING:
    from locality_profiles.fetching.report import Report

#: Seconds that a run has beyond the longest, to end by itself.
GRACE = 300.0
TIMED_OUT = "timed out"
HANGS = "A step did not come back, which nothing could interrupt; its process ended itself. Is a disk on the network?"
WENT_ON = "Prefect's server went away in the middle of this run, which went on without it."


def one_night(workspace: Workspace, force: bool, compat: str, by: str) -> str:
    """From extracts to a current release; its id. If nothing has changed, nothing is done.

    Raises
    ------
    AnotherBuild
        If another run holds the workspace.
    LocalityProfilesError
        If anything is wrong; the current release stays as it is.
    """
    late: list[Late] = []
    telling = Telling("")
    orchestrated = run_in_prefect()
    try:
        with (
            building.one_build(workspace) as healed,
            history.recorded(workspace.folder, "build", by, orchestrated) as telling,
        ):
            telling.notes += healed
            artifacts.say_what_was_healed([*healed, *(silent_words(run) for run in telling.silent)])
            artifacts.put_right(history.runs(workspace.folder), orchestrated)
            with _no_longer_than(LONGEST_RUN, workspace, telling):
                return _carried_through(workspace, force, compat, telling, late)
    except AnotherBuild as error:
        history.write_no_turn(workspace.folder, by, error, orchestrated)
        raise
    finally:
        if telling.id:
            for sentence in notifying.told_of_run(workspace, telling.id, telling.silent, late):
                logging.getLogger("locality_profiles").warning(sentence)


@contextlib.contextmanager
def _no_longer_than(seconds: float, workspace: Workspace, telling: Telling) -> Iterator[None]:
    """End the process if the block takes longer than that and ``GRACE``, so that it holds nothing on the next night.

    Prefect's limits come first, where there is Prefect; but none of them can interrupt a call that never comes back.
    """
    timer = threading.Timer(seconds + GRACE, _end_now, (workspace, telling))
    timer.daemon = True
    timer.start()
    over = time.monotonic() + seconds
    try:
        yield
    except TimeoutError:
        if time.monotonic() < over:
            timer.cancel()
        raise  # the limit of Prefect: whatever hangs still has the grace, and would keep the process
    except BaseException:
        timer.cancel()
        raise
    timer.cancel()


def _end_now(workspace: Workspace, telling: Telling) -> None:
    """Write down why, tell whoever is to be told, and go: what is half made is healed as after any death."""
    try:
        if telling.outcome != TIMED_OUT:
            telling.ended(TIMED_OUT)
            telling.why = HANGS
            history.write_end(workspace.folder, telling)
            for sentence in notifying.told_of_run(workspace, telling.id, telling.silent):
                logging.getLogger("locality_profiles").warning(sentence)
        logging.getLogger("locality_profiles").error(HANGS)
        for child in multiprocessing.active_children():
            child.kill()
    finally:
        os._exit(TransientError.exit_code)


def silent_words(run: history.Run) -> str:
    """A run that was found without an end, in a sentence."""
    return f"The run that began on {run.started[:16].replace('T', ' at ')} ended without a word."


def _carried_through(workspace: Workspace, force: bool, compat: str, telling: Telling, late: list[Late]) -> str:
    """The night, and if Prefect's server goes away in it, the rest of it without Prefect."""
    try:
        with _impatient():
            return _night(workspace, force, compat, telling, late)
    except Exception as error:
        if is_plain() or not server_is_gone(error):
            raise
        telling.notes.append(WENT_ON)
        logging.getLogger("locality_profiles").warning(WENT_ON)
    with without_prefect():
        return _night(workspace, force, compat, telling, late)


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Ask Prefect's server again once and not for minutes: readers wait for the night, which can do without it."""
    if is_plain():
        yield
        return
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}):
        yield


def _night(workspace: Workspace, force: bool, compat: str, telling: Telling, late: list[Late]) -> str:
    plan = building.plan_of(workspace, compat)
    release = None if force else building.up_to_date(workspace, plan)
    if release is not None:
        building.ensure_catalog(workspace, release)
        artifacts.say_nothing_changed(release, stays=release.plan != plan)
        telling.ended("nothing changed", release.id)
        late += _late_now(workspace, None)
        return release.id
    with _told_in_words():
        read = read_extracts(workspace)
        late += _late_now(workspace, read.files)
        built = build_workspace(workspace, read, compat)
        building.ensure_as_planned(workspace, read.files, plan, compat)
        release = publish_workspace(workspace, read, built, plan)
    telling.ended("published", release.id, warnings_of(release))
    return release.id


@contextlib.contextmanager
def _told_in_words() -> Iterator[None]:
    """Leave the reason of a failure in Prefect; the machine's troubles become sentences."""
    try:
        yield
    except LocalityProfilesError as error:
        artifacts.say_what_failed(error)
        raise
    except Exception as error:
        if (told := told_of_machine(error)) is None:
            raise
        artifacts.say_what_failed(told)
        raise told from error


def _late_now(workspace: Workspace, files: Any) -> list[Late]:
    """Extracts that are late. On a night without a build, what was read before is found in the store."""
    if not any("late_extract" in channel.rules for channel in workspace.notices.channels):
        return []
    today = datetime.now(building.LOCAL_TIME).date()
    try:
        return notifying.late_extracts(workspace, files or building.stage_all(workspace), today)
    except Exception as error:  # to know what is late is not worth a night
        logging.getLogger("locality_profiles").warning("Whether extracts are late is not known: %s", error)
        return []


def warnings_of(release: Release) -> int:
    """How many checks of a release were not met that only warn."""
    import pyarrow.parquet as pq

    return int(pq.read_table(release.tables["check_result"], columns=["success"])["success"].to_pylist().count(False))


def fetch_first(workspace: Workspace, by: str) -> None:
    """Fetch what may have come out since, written down as a run of its own.

    What cannot be fetched is told, and the night goes on with the extracts that are here.
    """
    (workspace.folder / history.FOLDER).mkdir(parents=True, exist_ok=True)
    telling = Telling("")
    with contextlib.suppress(LocalityProfilesError, OSError), lock(workspace.folder / history.FETCHING):
        try:
            with history.recorded(workspace.folder, "fetch", by, run_in_prefect()) as telling:
                report = step(_fetch, "fetch extracts")(workspace)
                telling.ended("fetched")
                if not report.passed:
                    kind = TransientError if report.may_pass else WorkspaceError
                    telling.failed(kind("Not everything could be fetched.", report.troubles))
        finally:
            artifacts.say_what_was_fetched(telling)
            if telling.id:
                notifying.told_of_run(workspace, telling.id, telling.silent)


def _fetch(workspace: Workspace) -> Report:
    """Fetching asks the network, so nothing of it is imported before it is asked for."""
    from locality_profiles.fetching import gathering

    return gathering.fetch_online(workspace)


def run_in_prefect() -> str:
    """The id of the run in Prefect, if it is one."""
    if is_plain():
        return ""
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return str(context.flow_run.id) if context and context.flow_run else ""


def is_deployed() -> bool:
    """Whether a deployment started this run, and not a person at a terminal."""
    if is_plain():
        return False
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.deployment_id)
