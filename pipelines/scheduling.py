"""Serving the nightly deployment from one long-running process."""

from __future__ import annotations

from pathlib import Path

from pipelines.nightly import nightly

# isort: split
from prefect.schedules import Cron


def serve_nightly(folder: Path, at: str) -> None:
    """Serve 'nightly' until stopped: every night at ``at`` (a cron line, Europe/London), one at a time."""
    nightly.serve(
        name="nightly",
        parameters={"workspace_folder": str(folder)},
        schedule=Cron(at, timezone="Europe/London"),
        description="Read the extracts, build every profile, publish a release if anything changed.",
        global_limit=1,
    )
