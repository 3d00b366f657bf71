"""Build: from staged extracts to profiles, through three doors."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.tasks import WORKERS, step

# isort: split
from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from locality_profiles import building
from locality_profiles.building import Checked, Made
from locality_profiles.workspace import Workspace, read_workspace
from pipelines.ingest import Read, let_through, open_first_door, read_extracts


@dataclass(frozen=True)
class Built:
    """Everything that a release is written from, and what let it through."""

    made: Made
    doors: tuple[Checked, ...]


@flow(name="build", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), validate_parameters=False)
def build(workspace_folder: str, compat: str = "") -> Built:
    """Ingest, curate, calculate and assemble; nothing is published."""
    workspace = read_workspace(workspace_folder)
    with building.one_build(workspace):
        return build_workspace(workspace, read_extracts(workspace), compat)


def build_workspace(workspace: Workspace, read: Read, compat: str = "") -> Built:
    """Curate while the first door checks, calculate while the second does; nothing passes a failed door.

    With ``compat`` ("lp") the present locality profiles' figures are set beside ours as well.
    """
    curating = step(building.curate_tables, "curate").submit(workspace, read.files, read.extract)
    first = open_first_door(workspace, read)
    made, doors = curating.result(), let_through(first)
    calculating = step(building.make_profiles, "indicators and profiles").submit(workspace, made)
    second = step(building.check_curated, "check curated tables").submit(workspace, made)
    doors.append(second.result())
    made = calculating.result()
    made = step(building.make_money, "place money on areas")(workspace, made)
    made = step(building.make_needs, "assess needs")(workspace, made)
    made = step(building.make_words, "write sentences")(workspace, made)
    doors.append(step(building.check_profiles, "check profiles")(workspace, made))
    if compat:
        made = step(building.reconcile_profiles, "reconcile with the present profiles")(workspace, made)
    unknown = building.unknown_files(read.files)
    return Built(step(building.keep_results, "keep check results")(workspace, made, doors, unknown), tuple(doors))
