"""``locality-profiles areas``: which area systems there are, how well each fits, and one more from a file.

Adding goes in four steps: look at the file, place the system against the workspace without building,
see how it fits, and only then copy the file and amend ``profiles.toml``. Until the last step nothing
changes, so a system that is refused leaves the workspace as it was.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles import amending, building
from locality_profiles.errors import LocalityProfilesError, UnknownArea, WorkspaceError
from locality_profiles.proposing import Said, check_name, option, propose
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.tables.curated import OUT
from locality_profiles.tables.store import beside, sha256_of
from locality_profiles.workspace import SETTINGS, AreaSystem, Workspace, files_of, read_workspace

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

#: Where the files of a workspace's own area systems lie.
FOLDER = "areas"

#: Areas that are shown of a new system; of a larger one, those that fit worst.
SHOWN = 60


@dataclass(frozen=True)
class Fitted:
    """How well one area system fits: as in the tables ``area_system`` and ``area_fit``, and in words."""

    system: dict[str, Any]
    areas: tuple[dict[str, Any], ...]
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Added:
    """An area system that was added, or would be."""

    system: AreaSystem
    taken: dict[str, str]
    why: tuple[str, ...]
    fit: Fitted
    profiled: bool
    replaced: bool
    dry_run: bool
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "added": not self.dry_run, "replaced": self.replaced, "profiled": self.profiled,
            "settings": amending.as_table(self.system), "taken": self.taken, "seen": self.why,
            **self.fit.as_dict(), "notes": (*self.fit.notes, *self.notes),
        }  # fmt: skip


# --- adding ---------------------------------------------------------------------------------------


def add_system(
    workspace: Workspace,
    name: str,
    path: Path,
    said: Said | None = None,
    *,
    profile: bool = True,
    replacing: bool = False,
    dry_run: bool = False,
) -> Added:
    """Add an area system from a file, if it can be placed.

    Parameters
    ----------
    profile
        Whether each of its areas gets a page.
    replacing
        Whether a system of that name may be replaced; what is not said anew of it stays.

    Raises
    ------
    WorkspaceError
        If the name is taken or cannot be one, or something is said that does not go with the file.
    ExtractRefused, UnknownArea
        If the file cannot be used, with everything that is wrong with it.
    """
    check_name(name)
    old = _system(workspace, name)
    if old and not replacing:
        raise WorkspaceError(
            f"There is an area system '{name}' already, from {old.file or old.origin}. "
            "Give this one another name, or say --replace."
        )
    path = path.resolve()
    said = said or Said()
    if old:
        said = replace(said, title=said.title or old.title, plural=said.plural or old.plural)
    with _as_the_command_says_it(f"'{name}' was not added, and nothing was changed.", path):
        proposed = propose(name, path, said)
        system = replace(proposed.system, minimum_population=old.minimum_population) if old else proposed.system
        fit = _placed(workspace, system)
    system = replace(system, file=_place_for(workspace, name, path))
    profiled = profile and name not in workspace.profiled
    kinds = (*workspace.profiled, name) if profiled else None
    notes = _notes(workspace, old, system, path)
    added = Added(system, proposed.taken, proposed.why, fit, profiled or name in workspace.profiled, old is not None,
                  dry_run, notes)  # fmt: skip
    amended = amending.with_system(_settings(workspace).read_bytes().decode("utf-8"), system, kinds)
    if not dry_run:
        _put_in(workspace, system, path, amended)
    return added


def add_declared(workspace: Workspace, system: AreaSystem, *, dry_run: bool = False) -> Added:
    """Add an area system that needs no file, as its areas say themselves what they are made of, if it can be placed.

    Raises
    ------
    WorkspaceError
        If there is one of its name.
    UnknownArea
        If an area names a data zone or postcode that is not known.
    """
    if _system(workspace, system.name):
        raise WorkspaceError(f"There is an area system '{system.name}' already. Give this one another name.")
    fit = _placed(workspace, system)
    amended = amending.with_system(_settings(workspace).read_bytes().decode("utf-8"), system,
                                   (*workspace.profiled, system.name))  # fmt: skip
    if not dry_run:
        _put_in(workspace, system, None, amended)
    return Added(system, {}, (), fit, True, False, dry_run)


def _system(workspace: Workspace, name: str) -> AreaSystem | None:
    return next((system for system in workspace.systems if system.name == name), None)


@contextmanager
def _as_the_command_says_it(first: str, path: Path) -> Iterator[None]:
    """Errors that begin with ``first``, call the file by its name, and speak of options instead of settings."""

    def put(text: str) -> str:
        return _as_options(text.replace(str(path), path.name))

    try:
        yield
    except LocalityProfilesError as error:
        problems = [
            replace(
                problem, what=put(problem.what), remedy=put(problem.remedy), file=problem.file and put(problem.file)
            )
            for problem in error.problems
        ]
        raise type(error)(f"{first} {put(error.summary)}", problems) from error


def _as_options(remedy: str) -> str:
    """A remedy for somebody who is typing options.

    >>> _as_options('Name it in profiles.toml, as in crs = "EPSG:27700", or correct name_column in profiles.toml.')
    'Name it with --crs EPSG:27700, or correct --name-column.'
    """
    keys = "|".join(field.name for field in fields(Said))
    remedy = re.sub(rf'\b({keys}) = "([^"]*)"', lambda found: f"{option(found[1])} {found[2]}", remedy)
    remedy = re.sub(rf"\b({keys})(?= in {re.escape(SETTINGS)})", lambda found: option(found[1]), remedy)
    return re.sub(rf",? in {re.escape(SETTINGS)}(?:, as in)?(?= --)", " with", remedy).replace(f" in {SETTINGS}", "")


def _placed(workspace: Workspace, system: AreaSystem) -> Fitted:
    """How a system fits, and that the unions made of it still can be made."""
    others = [other for other in workspace.systems if other.name != system.name]
    at = next((n for n, other in enumerate(workspace.systems) if other.name == system.name), len(others))
    trial = replace(workspace, systems=(*others[:at], system, *others[at:]))
    with building.one_build(workspace):
        fit = _fitted(trial, system)
        for union in others:
            if union.of == system.name:
                building.fit_of(trial, union)
    return fit


def _fitted(workspace: Workspace, system: AreaSystem) -> Fitted:
    fit = building.fit_of(workspace, system)
    return Fitted(dict(fit.system), tuple(fit.areas.to_pylist()), fit.sentences, fit.notes)


# --- the file and profiles.toml -------------------------------------------------------------------


def _place_for(workspace: Workspace, name: str, path: Path) -> str:
    """What ``profiles.toml`` will call the file: by its own name, unless another file lies there under it."""
    used = [(system.file, system.name == name) for system in workspace.systems]
    candidates = chain([path.name], (f"{name}-{number or ''}{path.name}" for number in count()))
    for file in (f"{FOLDER}/{candidate}" for candidate in candidates):
        target = workspace.folder / file
        mine = (file, True) in used and (file, False) not in used
        if not target.exists() or mine or path == target.resolve() or _same(path, target):
            return file
    raise AssertionError("there is always another number")


def _same(path: Path, other: Path) -> bool:
    """Whether two files, with those that belong to them, hold the same."""
    if not other.is_file():
        return False
    mine, others = ([(file.name[len(p.stem) :], sha256_of(file)) for file in files_of(p)] for p in (path, other))
    return mine == others


def _settings(workspace: Workspace) -> Path:
    return (workspace.folder / SETTINGS).resolve()


def _put_in(workspace: Workspace, system: AreaSystem, path: Path | None, text: str) -> None:
    """Copy the file and amend ``profiles.toml``, which is read as it will be before it takes the old one's place."""
    settings = _settings(workspace)
    with tempfile.TemporaryDirectory(dir=settings.parent, prefix=".adding-") as aside:
        amended = Path(aside) / SETTINGS
        amended.write_bytes(text.encode("utf-8"))
        shutil.copymode(settings, amended)
        if _system(read_workspace(aside), system.name) != system:
            raise WorkspaceError(
                f"{SETTINGS} would not say of '{system.name}' what was asked, so it was left as it is. "
                f"Add this to it yourself:\n\n{amending.as_lines(system)}"
            )
        if path is not None:
            _copy(path, workspace.folder / str(system.file))
        amended.replace(settings)


def _copy(path: Path, target: Path) -> None:
    """Copy a file, with those that belong to it, each whole or not at all; those of an older edition go."""
    if path == target.resolve():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    copies = {target.with_name(target.stem + file.name[len(path.stem) :]): file for file in files_of(path)}
    for left in {*files_of(target)} - {*copies}:
        left.unlink()
    for copy, file in copies.items():
        with beside(copy) as aside:
            shutil.copyfile(file, aside)


def _notes(workspace: Workspace, old: AreaSystem | None, system: AreaSystem, path: Path) -> tuple[str, ...]:
    notes = []
    if path.is_relative_to(workspace.extracts) and path in workspace.extract_files():
        notes.append(f"{path.name} lies among the extracts too: add it to 'ignore' under [extracts].")
    if old and old.file and old.file != system.file:
        notes.append(f"{old.file} is no longer used.")
    return tuple(notes)


# --- listing and fit ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One area system of a workspace; figures are None where it is not built yet."""

    name: str
    title: str
    origin: str
    file: str | None
    profiled: bool
    built: bool
    areas: int | None = None
    persons: float | None = None
    persons_covered: float | None = None
    blocks_split: int | None = None
    grade: int | None = None


def list_systems(workspace: Workspace) -> list[Listed]:
    """The area systems of ``profiles.toml``, with their figures in the current release."""
    release = current_release(workspace.published)
    rows = {row["area_type"]: row for row in _rows(release, "area_system")}
    figures = ("areas", "persons", "persons_covered", "blocks_split", "grade")
    return [
        Listed(system.name, system.title, system.origin, system.file, system.name in workspace.profiled,
               system.name in rows, **{name: rows.get(system.name, {}).get(name) for name in figures})
        for system in workspace.systems
    ]  # fmt: skip


def list_areas(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """Code, name and people of every area of one system, as the current release has it, else as placed now."""
    system = _known(workspace, name)
    release = current_release(workspace.published)
    fits = [row for row in _rows(release, "area_fit") if row["area_type"] == name]
    names = {row["area_code"]: row["area_name"] for row in _rows(release, "area") if row["area_type"] == name}
    if not fits:
        with building.one_build(workspace):
            fits = list(_fitted(workspace, system).areas)
    return [
        {"area_code": row["area_code"], "area_name": row.get("area_name") or names[row["area_code"]],
         "persons": row["persons"]}
        for row in fits if not row["area_code"].endswith(f"/{OUT}")
    ]  # fmt: skip


@dataclass(frozen=True)
class FitReports:
    """The fit of one or of all area systems, and which of them nest in which."""

    fits: tuple[Fitted, ...]
    nesting: tuple[str, ...]
    release: str | None
    """Id of the release that the figures are from; None where they were worked out now."""

    def as_dict(self) -> dict[str, Any]:
        return {"release": self.release, "systems": [fit.as_dict() for fit in self.fits], "nesting": self.nesting}


def fit_reports(workspace: Workspace, name: str | None = None) -> FitReports:
    """How well area systems fit: from the current release if nothing has changed since, else placed now.

    One system that is named is placed in any case, for the words; what was placed before is found in the store.
    """
    release = building.up_to_date(workspace, building.plan_of(workspace))
    if name is None and release is not None and "area_system" in release.tables:
        fits = tuple(_released(release))
    else:
        systems = workspace.systems if name is None else (_known(workspace, name),)
        with building.one_build(workspace):
            fits = tuple(_fitted(workspace, system) for system in systems)
    nesting = tuple(_nesting(workspace, _rows(release, "system_link"), name))
    return FitReports(fits, nesting, release.id if release else None)


def _known(workspace: Workspace, name: str) -> AreaSystem:
    system = _system(workspace, name)
    if system is None:
        known = ", ".join(system.name for system in workspace.systems) or "none yet"
        raise UnknownArea(f"{SETTINGS} has no area system '{name}'. It has {known}.")
    return system


def _released(release: Release) -> Iterable[Fitted]:
    names = {(row["area_type"], row["area_code"]): row["area_name"] for row in _rows(release, "area")}
    fits = _rows(release, "area_fit")
    for system in _rows(release, "area_system"):
        kind = system["area_type"]
        rows = [{**row, "area_name": names[kind, row["area_code"]]} for row in fits if row["area_type"] == kind]
        yield Fitted(system, tuple(rows))


def _rows(release: Release | None, table: str) -> list[dict[str, Any]]:
    """The rows of a table of a release; none where there is no release or it is older than the table."""
    import pyarrow.parquet as pq

    if release is None or table not in release.tables:
        return []
    return list(pq.read_table(release.tables[table]).to_pylist())


def _nesting(workspace: Workspace, links: Sequence[dict[str, Any]], name: str | None) -> Iterator[str]:
    """Which system nests in which, in words: of the declared systems, or of all that have to do with one."""
    declared = {system.name for system in workspace.systems}
    links = [link for link in links if link["parent_type"] != "country"]  # everything lies in the country
    for child in dict.fromkeys(link["child_type"] for link in links):
        of_child = [link for link in links if link["child_type"] == child]
        if name not in (None, child):
            of_child = [link for link in of_child if link["parent_type"] == name]
        elif name is None and child not in declared:
            continue
        several = workspace.title_of(child)[1]
        if nested := [workspace.title_of(link["parent_type"])[1] for link in of_child if link["relation"] == "nested"]:
            yield f"{several} nest in {' and '.join(filter(None, [', '.join(nested[:-1]), nested[-1]]))}."
        for link in of_child:
            if link["relation"] != "nested" and (name or link["parent_type"] in declared):
                yield _crossing(link, several, workspace.title_of(link["parent_type"])[0])


def _crossing(link: dict[str, Any], smaller: str, larger: str) -> str:
    share = link["share_in_largest"]
    held = f"; {share:.0%} of their people live in the one that holds most of theirs" if share is not None else ""
    whole = f"{link['nested_areas']:,}" if link["nested_areas"] else "None"
    return f"{whole} of {link['areas']:,} {smaller} lie in one {larger} whole{held}."


# --- for the terminal -----------------------------------------------------------------------------


def told_of(added: Added, workspace: Workspace) -> list[RenderableType]:
    """What to print of a system that was added: what was taken, how it fits, and what ``profiles.toml`` now says."""
    system = added.system
    shown: list[RenderableType] = []
    if added.taken:
        said = [f'  {option(key)} "{value}"' for key, value in added.taken.items()]
        shown.append("\n".join([*added.why, "Taken from the file; each option says otherwise:", *said, ""]))
    shown += [*told_of_fit(added.fit, areas=True, most=SHOWN), *(f"Note: {note}" for note in added.notes), ""]
    page = f" Each gets a page: '{system.name}' is in profile." if added.profiled else " They get no pages."
    if added.dry_run:
        shown.append(f"Nothing was changed. Without --dry-run this goes into {SETTINGS}:")
    else:
        done = "replaced in" if added.replaced else "added to"
        shown.append(f"'{system.name}' was {done} {SETTINGS}.{page}")
    shown.append(f"\n{amending.as_lines(system)}")
    if not added.dry_run:
        shown.append(f"Next: locality-profiles build --workspace {workspace.folder}")
    return shown


def told_of_fit(fit: Fitted, *, areas: bool, most: int | None = None) -> list[RenderableType]:
    """The fit report of one system: sentences, area by area if asked for (``most`` of them, the worst), notes."""
    shown: list[RenderableType] = ["\n".join(fit.sentences)] if fit.sentences else []
    if areas:
        rows = fit.areas
        if most is not None and len(rows) > most:
            rows = tuple(sorted(rows, key=lambda row: -(row["share_misplaced"] or 0))[:most])
        columns = ("area", "people", "data zones", "split", "from elsewhere", "left out", "note")
        shown.append(_table(columns, [
            (row["area_name"], row["persons"], row["blocks"], row["blocks_split"], row["persons_from_elsewhere"],
             row["persons_left_out"], row["note"] or "") for row in rows
        ]))  # fmt: skip
        if len(rows) < len(fit.areas):
            shown.append(f"The {len(rows)} that fit worst of {len(fit.areas):,}; 'areas fit --areas' shows all.")
    return [*shown, *(f"Note: {note}" for note in fit.notes)]


def told_of_fits(reports: FitReports, *, areas: bool) -> list[RenderableType]:
    """Fit reports: all systems in one table, the words of each, and which nest in which."""
    columns = ("system", "areas", "people", "in none", "split", "misplaced", "small", "grade")
    shown: list[RenderableType] = [_table(columns, [
        (row["plural"], row["areas"], row["persons_covered"], _outside(row), row["blocks_split"],
         row["persons_misplaced"], row["areas_below_minimum"], row["grade"])
        for row in (fit.system for fit in reports.fits)
    ])]  # fmt: skip
    for fit in reports.fits:
        shown += told_of_fit(fit, areas=areas)
    return [*shown, *reports.nesting]


def _outside(row: dict[str, Any]) -> float | None:
    """People of the partnerships that a system touches who live in none of its areas."""
    if row["persons"] is None or row["persons_covered"] is None:
        return None
    return float(row["persons"] - row["persons_covered"])


def told_of_list(systems: Sequence[Listed]) -> list[RenderableType]:
    """The area systems of a workspace as a table."""
    if not systems:
        return ["There is no area system here yet. 'locality-profiles areas add NAME --from FILE' adds one."]
    columns = ("name", "title", "from", "areas", "people", "split", "grade", "pages")
    shown: list[RenderableType] = [_table(columns, [
        (system.name, system.title, Path(system.file).name if system.file else system.origin, system.areas,
         system.persons_covered, system.blocks_split, system.grade, "yes" if system.profiled else "no")
        for system in systems
    ])]  # fmt: skip
    if waiting := [system.name for system in systems if not system.built]:
        shown.append(f"Not built yet: {', '.join(waiting)}. 'locality-profiles areas fit' shows how they would fit.")
    return shown


def told_of_areas(areas: Sequence[dict[str, Any]]) -> Table:
    """The areas of one system as a table."""
    return _table(("code", "area", "people"), [(row["area_code"], row["area_name"], row["persons"]) for row in areas])


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows for the terminal: names as they are, numbers to the right; no column that would be empty."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    filled = [n for n in range(len(columns)) if n == 0 or any(row[n] not in (None, "") for row in rows)]
    columns, rows = [columns[n] for n in filled], [[row[n] for n in filled] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        right = any(isinstance(row[number], int | float) for row in rows)
        table.add_column(Text(column), justify="right" if right else "left", overflow="fold",
                         no_wrap=right or column == "name")  # fmt: skip
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    return table


def _shown(cell: Any) -> str:
    if cell is None or cell != cell:
        return "–"
    return f"{round(cell):,}" if isinstance(cell, int | float) else str(cell)
