"""What a run leaves in Prefect for a person to read: what was read, what failed, what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from locality_profiles.building import Made
from locality_profiles.curate.staging import StagedFile
from locality_profiles.errors import LocalityProfilesError
from locality_profiles.publish import what_changed
from locality_profiles.publish.releases import Release
from locality_profiles.tables.store import connect


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
    create_table_artifact(key="extracts-read", table=rows, description="Extracts that this run read.")


def say_what_failed(error: LocalityProfilesError) -> None:
    """The reason in plain words; the last good release stays current."""
    lines = [f"## {error.summary}", "", "The release that was current stays current.", ""]
    lines += [f"- {problem.sentence()}" for problem in error.problems]
    create_markdown_artifact(key="failed", markdown="\n".join(lines), description="Why this run published nothing.")


def say_nothing_changed(release: Release) -> None:
    create_markdown_artifact(
        key="published",
        markdown=f"Nothing has changed since release **{release.id}**, which stays current.",
        description="What this run published.",
    )


def say_what_changed(release: Release, words: Mapping[str, str]) -> None:
    """What is different from the release before, alerts first; ``words`` say why a change matters, by rule."""
    with connect() as connection:
        why_none = "" if release.about["compared_with"] else "There is no release before this one to compare it with."
        compared_with = str(release.about["compared_with"])
        report = what_changed.read_report(connection, release.tables["release_change"], compared_with, why_none, words)
    create_markdown_artifact(
        key="what-changed", markdown=what_changed.markdown(report), description="What changed since the release before."
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
        f"- {len(release.about['files'])} files in `{release.folder}`",
        f"- {results.num_rows} checks, {failed.num_rows} warning(s)",
        "",
        *(f"- {sentence}" for sentence in failed["sentence"].to_pylist()),
    ]
    create_markdown_artifact(key="published", markdown="\n".join(lines), description="What this run published.")
