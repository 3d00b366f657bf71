"""Templates that a partnership sends out: written from their declarations, with the localities of a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from locality_profiles.errors import WorkspaceError
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.sources._return_workbook import Place, template_workbook
from locality_profiles.sources._returns import RETURNS, declared
from locality_profiles.tables.relation import relation
from locality_profiles.workspace import Workspace


@dataclass(frozen=True)
class Sent:
    """A template that was written."""

    name: str
    file: Path
    sheets: int
    localities: int


def write_template(name: str, out: Path | None, workspace: Workspace | None, *, force: bool = False) -> Sent:
    """Write the template of a return; without ``out``, into the present folder under the return's name.

    Raises
    ------
    WorkspaceError
        If there is no such template, or the file is there already.
    """
    if name not in RETURNS:
        raise WorkspaceError(f"There is no template '{name}'. There are: {', '.join(RETURNS)}.")
    path = out or Path(f"{name}-return.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise WorkspaceError(f"The template is an Excel workbook, and {path} does not end in .xlsx. Name it so.")
    if path.exists() and not force:
        raise WorkspaceError(f"{path} is there already. Name another file, or replace it with --force.")
    form = declared(name)
    places = localities_of(workspace) if workspace else []
    path.parent.mkdir(parents=True, exist_ok=True)
    template_workbook(form, places).save(path)
    return Sent(name, path.resolve(), len(form.sheets), len(places))


def localities_of(workspace: Workspace) -> list[Place]:
    """Partnership, name and code of each locality of the current release; none before the first."""
    release = current_release(workspace.published)
    return _localities(release, workspace.partnerships) if release else []


def _localities(release: Release, partnerships: tuple[str, ...] | None) -> list[Place]:
    import duckdb

    areas = relation(release.tables["area"])
    return duckdb.execute(
        f"""select coalesce(h.area_name, l.parent_code), l.area_name, l.area_code
            from {areas} l left join {areas} h on h.area_type = 'hscp' and h.area_code = l.parent_code
            where l.area_type = 'locality' and not ends_with(l.area_code, 'OUT')
              and (? is null or l.parent_code in (select unnest(?)))
            order by 1, 2""",
        [list(partnerships) if partnerships is not None else None, list(partnerships or [])],
    ).fetchall()
