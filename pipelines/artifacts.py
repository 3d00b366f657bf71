"""What a run leaves in Prefect for a person to read: what was read, what failed, what was published."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Crashed, Failed

from locality_profiles.building import Made
from locality_profiles.curate.staging import StagedFile
from locality_profiles.errors import LocalityProfilesError
from locality_profiles.history import Run, Telling
from locality_profiles.publish import what_changed
from locality_profiles.publish.markdown import escaped
from locality_profiles.publish.releases import Release
from locality_profiles.tables.store import connect
from pipelines.plain import answers, is_plain


def _post(create: Callable[..., Any], **told: Any) -> None:
    """Leave an artifact. A build is not undone because nobody can be told of it."""
    if is_plain() or not answers(patience=2.0):
        return
    try:
        create(**told)
    except Exception as error:
        logging.getLogger("locality_profiles").info("Prefect could not be told of '%s': %s", told["key"], error)


def say_what_was_healed(sentences: Sequence[str]) -> None:
    """What was put right among the releases before the run began; nothing where all was well."""
    if sentences:
        lines = ["## Put right before this run", "", *(f"- {sentence}" for sentence in sentences)]
        _post(create_markdown_artifact, key="healed", markdown="\n".join(lines), description="What was put right.")


def say_what_was_read(files: Sequence[StagedFile]) -> None:
    """A table of the extracts: kind, rows, checksum, and whether the store had them already."""
    rows = [
        {
            "file": file.name,
            "kind": ", ".join(part.kind for part in file.parts) or "not known here",
            "rows": sum(part.rows for part in file.parts),
            "gives": "; ".join(claim for part in file.parts for claim in part.claims[:2]),
            "sha256": file.extract_id,
            "read": "found in the store" if file.reused else "read now",
        }
        for file in files
    ]
    _post(create_table_artifact, key="extracts-read", table=rows, description="Extracts that this run read.")


def say_what_failed(error: LocalityProfilesError) -> None:
    """The reason in plain words; the last good release stays current."""
    lines = [f"## {escaped(error.summary)}", "", "The release that was current stays current.", ""]
    lines += [f"- {escaped(problem.sentence())}" for problem in error.problems]
    _post(
        create_markdown_artifact, key="failed", markdown="\n".join(lines), description="Why this run published nothing."
    )


def say_nothing_changed(release: Release, stays: bool = False) -> None:
    """Why nothing was built; ``stays`` where somebody went back to this release and nothing has changed since."""
    why = " It was gone back to, and stays until something changes." if stays else ""
    _post(
        create_markdown_artifact,
        key="published",
        markdown=f"Nothing has changed since release **{release.id}**, which stays current.{why}",
        description="What this run published.",
    )


def say_what_changed(release: Release, words: Mapping[str, str]) -> None:
    """What is different from the release before, alerts first; ``words`` say why a change matters, by rule."""
    with connect() as connection:
        why_none = "" if release.about["compared_with"] else "There is no release before this one to compare it with."
        compared_with = str(release.about["compared_with"])
        report = what_changed.read_report(connection, release.tables["release_change"], compared_with, why_none, words)
    _post(
        create_markdown_artifact,
        key="what-changed",
        markdown=what_changed.markdown(report),
        description="What changed since the release before.",
    )


def say_what_was_published(release: Release, made: Made) -> None:
    """The release, its counts, and the warnings that its data-quality page prints."""
    results = pq.read_table(made.tables["check_result"])
    failed = results.filter(pc.invert(results["success"]))
    profiles = pq.read_table(made.tables["profile"], columns=["area_type", "area_code"])
    lines = [
        f"## Release {release.id} is current",
        "",
        f"- {profiles.group_by(['area_type', 'area_code']).aggregate([]).num_rows} profiles",
        f"- {len(release.about['files'])} files in {escaped(str(release.folder))}",
        f"- {results.num_rows} checks, {failed.num_rows} warning(s)",
        "",
        *(f"- {escaped(sentence)}" for sentence in failed["sentence"].to_pylist()),
    ]
    _post(create_markdown_artifact, key="published", markdown="\n".join(lines), description="What this run published.")


def say_what_was_fetched(telling: Telling) -> None:
    """What became of fetching."""
    lines = [
        f"## Extracts: {telling.outcome}",
        "",
        escaped(telling.why),
        "",
        *(f"- {escaped(s)}" for s in telling.todo),
    ]
    _post(create_markdown_artifact, key="fetched", markdown="\n".join(lines), description="What was fetched.")


#: How many of the last runs Prefect is set right about.
LOOKED_BACK = 20


def put_right(found: Sequence[Run], this: str) -> None:
    """Tell Prefect how earlier runs ended that it still takes to be running: its server, or they, had gone away."""
    ended = [run for run in found if run.orchestrated and run.orchestrated != this and run.ended][-LOOKED_BACK:]
    if is_plain() or not this or not ended or not answers(patience=2.0):
        return
    try:
        with get_client(sync_client=True) as client:
            for run in ended:
                _set_right(client, run)
    except Exception as error:
        logging.getLogger("locality_profiles").info("Prefect could not be told of earlier runs: %s", error)


def _set_right(client: Any, run: Run) -> None:
    try:
        state = client.read_flow_run(UUID(run.orchestrated)).state
    except ObjectNotFound:
        return  # a run that another server knew
    if state is not None and not state.is_final():
        make = Completed if run.well else Crashed if run.outcome == "ended without a word" else Failed
        told = make(message=f"By the workspace's own history: {run.outcome}. {run.why}".strip())
        client.set_flow_run_state(UUID(run.orchestrated), told, force=True)
