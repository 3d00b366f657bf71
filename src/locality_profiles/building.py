"""The steps of a build, each a plain function that takes and returns paths.

``pipelines/`` orders them, retries them and shows them in Prefect; nothing here knows that it does.
Every step finds its result in the store if nothing that it depends on has changed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles import __version__
from locality_profiles.curate.facts import CuratedSet, curate
from locality_profiles.curate.staging import (
    READERS,
    StagedFile,
    by_group,
    extract_table,
    refuse_double_claims,
    stage_file,
    stage_linked,
    union_of,
)
from locality_profiles.disclosure.linter import lint
from locality_profiles.disclosure.publishable import (
    INTERNAL,
    choose,
    held_back,
    lay_views,
    publishable_beds,
    publishable_demand,
    publishable_money,
    publishable_notes,
    publishable_values,
)
from locality_profiles.disclosure.register import FOLDER as REGISTER
from locality_profiles.disclosure.register import earlier_cells, enter, register_key
from locality_profiles.disclosure.rules import FOLDER as RULES_FOLDER
from locality_profiles.disclosure.rules import Rules, disclosure_rules
from locality_profiles.episodes.engine import Where
from locality_profiles.errors import ExtractRefused, Problem, ReleaseError, TransientError, WorkspaceError
from locality_profiles.needs.alerts import Alerts, alerts
from locality_profiles.needs.changed import Side, first_release, lay_changes
from locality_profiles.needs.making import Door
from locality_profiles.needs.settings import needs_settings
from locality_profiles.publish.edition import MARKING, Edition
from locality_profiles.publish.healing import heal
from locality_profiles.publish.releases import (
    Release,
    aside,
    current_release,
    finish,
    harm_of,
    make_current,
    point_current,
    read_release,
    release_id,
    releases,
    verify,
)
from locality_profiles.publish.retention import clear_old, roll_back, stays_back
from locality_profiles.publish.theme import read_theme
from locality_profiles.sources import folding, sources
from locality_profiles.sources._mapped import refuse_unfit
from locality_profiles.tables.changes import CHANGE_TABLES
from locality_profiles.tables.checksum import checksum_of, checksums_of
from locality_profiles.tables.curated import CHECK_RESULT, CONTRACTS, STAGED
from locality_profiles.tables.macros import macros
from locality_profiles.tables.money import MONEY_SOURCE_TABLES, MONEY_TABLES
from locality_profiles.tables.needs import NEEDS_SOURCE_TABLES, NEEDS_TABLES
from locality_profiles.tables.notes import read_note
from locality_profiles.tables.own_columns import OwnColumns
from locality_profiles.tables.relation import relation, relations
from locality_profiles.tables.store import (
    Store,
    Stored,
    beside,
    code_key,
    connect,
    is_whole,
    key_of,
    lock,
    open_catalog,
    sha256_of,
    sweep,
    write_catalog,
)
from locality_profiles.tables.suites import empty_view
from locality_profiles.tables.words import WORD_TABLES
from locality_profiles.workspace import DOORS, FORMS, SETTINGS, AreaSystem, Workspace

if TYPE_CHECKING:
    from locality_profiles.profiles.narrative.making import Settings as WordSettings

LOCAL_TIME = ZoneInfo("Europe/London")

#: Curated tables that a reader of the catalogue sees; the others are steps on the way.
PUBLIC = (
    "area", "membership", "population", "population_class", "deprivation", "classification", "activity", "registration",
    "service", "household", "boundary", "area_system", "area_fit", "area_overlap",
    "system_link", "block_conversion", "code_change", "boundary_change", "trend_break", "locality_register",
    "list_inflation", "map_layer", "practice_cluster", "local_count", "published_value", "activity_cube", "quarantine",
    "hospital_flow", "concentration", "concentration_curve", "concentration_persistence", "extract", "check_result",
    "indicator", "indicator_value", "comparison", "area_rank", "neighbour", "trend", "inequality", "profile",
    "profile_trend", "reconciliation", *(contract.name for contract in MONEY_SOURCE_TABLES),
    *(contract.name for contract in (*MONEY_TABLES, *NEEDS_SOURCE_TABLES, *NEEDS_TABLES, *WORD_TABLES, *CHANGE_TABLES)),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What came of one door: results in the ``check_result`` contract, and documents for Data Docs."""

    results: Path
    documents: Path


@dataclass(frozen=True)
class Made:
    """Everything that a release is written from."""

    tables: Mapping[str, Path]
    notes: tuple[str, ...]
    partnerships: tuple[str, ...]

    def with_tables(self, more: Mapping[str, Path]) -> Made:
        """The same with more tables, or others of a name."""
        return replace(self, tables={**self.tables, **more})


def store_of(workspace: Workspace) -> Store:
    return Store(workspace.curated)


@contextlib.contextmanager
def one_build(workspace: Workspace) -> Iterator[list[str]]:
    """Hold the workspace: one build at a time. Gives sentences on what was put right among the releases.

    What a killed build left half-made is cleared away; so is what this one leaves if it fails, or a full disk would
    stay full.
    """
    workspace.curated.mkdir(parents=True, exist_ok=True)
    (workspace.published / "releases").mkdir(parents=True, exist_ok=True)
    with lock(workspace.curated / ".lock"):
        _sweep(workspace)
        try:
            said = heal(workspace.published)
            _follow_public(workspace)
            yield said
        except BaseException:
            with contextlib.suppress(OSError):
                _sweep(workspace)
            raise


def _follow_public(workspace: Workspace) -> None:
    """Let the edition for management be that of the current public one; none where that has none."""
    tree, current = workspace.management, current_release(workspace.published)
    inside = tree / "releases" / current.id if current is not None else None
    if inside is not None and inside.is_dir() and not harm_of(inside):
        _point_nowhere(tree, only_folders=True)
        point_current(tree, inside)
    else:
        _point_nowhere(tree)


def _point_nowhere(tree: Path, only_folders: bool = False) -> None:
    """Take ``current`` away: a link, or the folder that copying a workspace made of it."""
    current = tree / "current"
    if current.is_dir() and not current.is_symlink():
        shutil.rmtree(current)
    elif not only_folders:
        current.unlink(missing_ok=True)


def heal_workspace(workspace: Workspace) -> list[str]:
    """Put right what a killed build left, if no other is running; sentences on what was done among the releases."""
    with one_build(workspace) as said:
        return said


def _sweep(workspace: Workspace) -> None:
    sweep(workspace.curated)
    sweep(workspace.published / "releases")
    sweep(workspace.published / REGISTER)
    sweep(workspace.management / "releases")


def plan_of(workspace: Workspace, compat: str = "") -> str:
    """Key of everything that a release depends on: settings, suites, code, and the bytes of each extract.

    ``compat`` names other profiles beside which ours are set (``lp``); empty for none.
    """
    read_theme(workspace.folder)  # what is wrong with it is said before anything is built
    memory = checksums_of(store_of(workspace))
    paths = workspace.extract_files()
    ensure_mappings(workspace, paths)
    files = [(_named(workspace, path), checksum_of(path, memory)) for path in paths]
    return _plan_from(workspace, files, compat)


def ensure_as_planned(workspace: Workspace, files: Sequence[StagedFile], plan: str, compat: str = "") -> None:
    """Make sure that what was built is what was planned: nothing that went in was changed meanwhile.

    An extract that was changed after it had been read is for the next build. One of linked records is read again by
    its checks, so it has to be as it was.

    Raises
    ------
    TransientError
        If extracts, settings, definitions or words were changed between the plan and the end of the build.
    """
    memory = checksums_of(store_of(workspace))
    again = [file for file in files if folding(file.path)]
    changed = [file.name for file in again if not file.path.is_file() or checksum_of(file.path, memory) != file.sha256]
    if changed or _plan_from(workspace, [(file.name, file.sha256) for file in files], compat) != plan:
        raise TransientError(
            "Extracts or settings were changed while the build ran. Nothing was published.",
            [Problem(f"{', '.join(changed) or 'what went in'}: is not what it was when the build began",
                     "When everything is in its place, run the build again; what was read is not read again.")],
        )  # fmt: skip


def _plan_from(workspace: Workspace, files: Sequence[tuple[str, str]], compat: str) -> str:
    """The plan for extracts of these names and checksums."""
    own = [(path.name, sha256_of(path)) for system in workspace.systems for path in workspace.system_files(system)]
    extracts = sorted(files) + own
    suites = [(door, name, sha256_of(path)) for door in DOORS for name, path in sorted(workspace.suites(door).items())]
    more = [*_own_definitions(workspace), *_own_declarations(workspace), *([compat] if compat else [])]
    if workspace.only != FORMS:
        more.append(("only", *workspace.only))
    return key_of("plan", sha256_of(workspace.folder / SETTINGS), extracts, suites, code_key(), *more)


def _own_definitions(workspace: Workspace) -> list[tuple[str, str]]:
    """Names and checksums of the workspace's own definitions of indicators."""
    return [(path.name, sha256_of(path)) for path in sorted(workspace.definitions.glob("*.toml"))]


#: Folders of a workspace with declarations of its own, and paragraphs of its authors.
OWN_FOLDERS = (("finance", "*.toml"), ("needs", "*.toml"), ("words", "*.toml"), ("words", "**/*.md"),
               ("disclosure", "*.toml"), ("sections", "*.toml"), ("theme", "[!.]*"))  # fmt: skip


def _own_declarations(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Folders, names and checksums of the workspace's own declarations of money and needs, its words and its style."""
    return [
        (folder, path.relative_to(workspace.folder).as_posix(), sha256_of(path))
        for folder, files in OWN_FOLDERS
        for path in sorted((workspace.folder / folder).glob(files))
        if path.is_file()
    ]


def up_to_date(workspace: Workspace, plan: str) -> Release | None:
    """The current release, if it is whole and was made from exactly this plan, or is to stay while this is the plan."""
    release = current_release(workspace.published)
    if release is None or harm_of(release.folder) or lacks(workspace, release):
        return None
    if release.about.get("management") and harm_of(workspace.management / "releases" / release.id):
        return None
    return release if release.plan == plan or stays_back(workspace.published, release, plan) else None


def lacks(workspace: Workspace, release: Release) -> list[str]:
    """Tables of a release that the store no longer has as they were."""
    return [
        f"its table '{name}' is no longer in the store as it was"
        for name, path in release.tables.items()
        if not is_whole(_found(workspace, name, path))
    ]


def go_back(workspace: Workspace, identity: str) -> Release:
    """Make an earlier release current again, with its site, its open data and its tables in the catalogue.

    Raises
    ------
    ReleaseError
        If there is no such release, or it is not whole; the current one then stays.
    """
    release = roll_back(workspace.published, identity, lambda release: lacks(workspace, release))
    _follow_public(workspace)
    ensure_catalog(workspace, release)
    return release


# --- ingest ---------------------------------------------------------------------------------------


def stage_one(workspace: Workspace, path: Path) -> StagedFile:
    """Read one extract into the store, through its mapping if it has one."""
    own = workspace.mapping_of(path)
    refuse_unfit([own] if own else [])
    return stage_file(path, _named(workspace, path), store_of(workspace), Where(*workspace.engine), own)


def ensure_mappings(workspace: Workspace, files: Sequence[Path]) -> None:
    """Make sure that every mapping fits a kind of extract, and that each names files that are read and are its own.

    Raises
    ------
    WorkspaceError
        With everything that is wrong.
    """
    refuse_unfit(workspace.mappings)
    problems: list[Problem] = []
    taken: dict[Path, OwnColumns] = {}
    for own in workspace.mappings:
        place = f"{SETTINGS}, line {own.line}"
        mine = workspace.mapped_files(own) & set(files)
        if not mine:
            named = ", ".join(f"'{pattern}'" for pattern in own.files)
            problems.append(Problem(
                f"{own.heading} names files that are not among the extracts: {named}",
                "Put them there, name them under [extracts] read, or correct files.", place,
            ))  # fmt: skip
        for path in sorted(mine & taken.keys()):
            problems.append(Problem(
                f"{_named(workspace, path)} is named by {taken[path].heading} and by {own.heading}",
                "Let each file be named by one of them.", place,
            ))  # fmt: skip
        taken |= dict.fromkeys(mine, own)
    if problems:
        raise WorkspaceError(f"{SETTINGS} cannot be used.", problems)


def _named(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.extracts).as_posix()


def stage_all(workspace: Workspace) -> list[StagedFile]:
    """Read every extract into the store, two at a time, the largest first; results in order of name.

    Raises
    ------
    ExtractRefused
        With the problems of every refused file, so that an analyst mends them in one go.
    """
    paths = workspace.extract_files()
    linked = {path: _named(workspace, path) for path in paths if folding(path) and not workspace.mapping_of(path)}
    with _collector_at_rest(), ThreadPoolExecutor(max_workers=READERS) as readers:
        largest_first = sorted(set(paths) - set(linked), key=lambda path: -path.stat().st_size)
        reading = {path: readers.submit(stage_one, workspace, path) for path in largest_first}
    reading |= stage_linked(linked, store_of(workspace), Where(*workspace.engine))
    files, refusals = [], []
    for path in paths:
        try:
            files.append(reading[path].result())
        except ExtractRefused as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        problems = [problem for refusal in refusals for problem in refusal.problems]
        raise ExtractRefused(f"{len(refusals)} extracts were refused.", problems)
    return files


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No search for garbage while workbooks are read: millions of cells, of which none refers to another.

    Python would look through all of them again and again, which takes a sixth of the time of reading.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle_extracts(workspace: Workspace, files: Sequence[StagedFile]) -> Path:
    """Refuse double claims and write the ``extract`` table.

    Raises
    ------
    WorkspaceError
        If no extract was recognised at all.
    """
    refuse_double_claims(files)
    if not any(file.parts for file in files):
        raise WorkspaceError(
            f"None of the {len(files)} file(s) in {workspace.extracts} is an extract that is known here. "
            "'locality-profiles check' says what each looks like."
        )
    table = extract_table(files)
    key = key_of("extract", table.to_pylist(), code_key())
    store = store_of(workspace)
    return (store.find("extract", key) or store.write("extract", key, table, {})).path


def unknown_files(files: Sequence[StagedFile]) -> list[str]:
    """Files that no source knows; they are listed and left alone."""
    return [file.name for file in files if not file.parts]


def check_extracts(workspace: Workspace, files: Sequence[StagedFile], group: str) -> Checked | None:
    """The first door: the suites of one group's kinds, on the rows as staged."""
    from locality_profiles.tables.expectations import Subject

    pieces: dict[tuple[str, str], list[Path]] = {}
    for file, part in by_group(files)[group]:
        for table, stored in part.tables.items():
            pieces.setdefault((part.kind, table), []).append(stored.path)
        if sources()[part.kind].fold:
            pieces.setdefault((part.kind, "record"), []).append(file.path)
    if not pieces:
        return None
    views = {f"{kind}__{table}": _view_of(kind, table, paths) for (kind, table), paths in pieces.items()}
    subjects = [
        Subject(suite, kind, {table: f"{kind}__{table}" for of, table in pieces if of == kind})
        for kind in dict.fromkeys(kind for kind, _ in pieces)
        if (suite := workspace.suites("extract").get(kind))
    ]
    return _check(workspace, "extract", group, subjects, views)


def _view_of(kind: str, table: str, paths: Sequence[Path]) -> str:
    """SQL of one table of a kind of extract: rows in a staged contract, pieces of linked records, or the records."""
    if table in STAGED:
        return union_of(table, paths)
    if table == "record":  # files have some columns as text in one year and as a number in another
        typed = [f"cast({name} as {of}) as {name}" for name, of in sources()[kind].record.items()]
        return f"select {', '.join(typed)} from {relations(paths)}"
    # A piece has only the columns that its records fill.
    contract = CONTRACTS.get({"cell": "activity_cube"}.get(table, table))
    whole = f"{empty_view(contract)} union all by name " if contract else ""
    return f"{whole}select * from {relations(paths)}"


def _curated_views(made: Made) -> dict[str, str]:
    """SQL of a view for each table that readers see."""
    return {name: f"select * from {relation(path)}" for name, path in made.tables.items() if name[0] != "_"}


def _check(workspace: Workspace, door: str, name: str, subjects: Sequence[Any], views: Mapping[str, str]) -> Checked:
    """Run suites, keep their results, then stop the build if a 'must' failed.

    Results are kept by what was checked and by which suites, so a door that has been passed with the
    same tables is not opened again.
    """
    from locality_profiles.tables.expectations import CheckRun, check, raise_if_broken

    suites = [(subject.subject, sha256_of(subject.suite)) for subject in subjects]
    key = key_of("check", door, name, suites, dict(views), code_key())
    store = store_of(workspace)
    documents = store.folder / "_check" / f"{key}.documents.json"
    if (stored := store.find("_check", key)) and (told := read_note(documents)) is not None:
        run = CheckRun(pq.read_table(stored.path), told)
    else:
        run = check(door, subjects, views, workspace.curated)
        stored = store.write("_check", key, run.results, {"door": door})
        with beside(documents) as note:
            note.write_text(json.dumps(run.documents, default=str), encoding="utf-8")
    raise_if_broken(run)
    return Checked(stored.path, documents)


# --- one area system on its own -------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """How well one area system fits: its row of ``area_system``, its rows of ``area_fit`` with names, and words."""

    system: dict[str, Any]
    areas: pa.Table
    notes: tuple[str, ...]
    sentences: tuple[str, ...]


def fit_of(workspace: Workspace, system: AreaSystem) -> Fit:
    """Place one area system on the workspace's extracts, without building anything else.

    The system need not be in ``profiles.toml`` yet. An extract that cannot be read is left out and
    noted: it may have nothing to do with places.

    Raises
    ------
    WorkspaceError, ExtractRefused, UnknownArea
        If the system cannot be placed, with every reason.
    """
    from locality_profiles.curate import described, places
    from locality_profiles.curate.facts import stand_on
    from locality_profiles.geography import fit

    files, refused = [], []
    with _collector_at_rest():
        for path in workspace.extract_files():
            try:
                files.append(stage_one(workspace, path))
            except ExtractRefused as refusal:
                refused.append(f"left out: {refusal.summary}")
    earlier = tuple(s for s in workspace.systems if s.name != system.name)
    with connect() as connection:
        ground = stand_on(connection, replace(workspace, systems=(*_needed(system, earlier), system)), files)
        described.editions(ground, store_of(workspace))
        placed = places.place_systems(ground, store_of(workspace))[-1]
        report = described.report_of(ground, system, placed)
        rows = described.area_rows(placed, report)
        names = dict(zip(placed.areas["area_code"].to_pylist(), placed.areas["area_name"].to_pylist(), strict=True))
        listed = [names[code] for code in rows["area_code"].to_pylist()]
        row = described.system_row(ground, system, placed, report).to_pylist()[0]
        sentences = fit.sentences(report, system.plural, listed)
    areas = rows.add_column(2, "area_name", pa.array(listed, pa.string()))
    return Fit(row, areas, (*placed.notes, *refused), tuple(sentences))


def _needed(system: AreaSystem, others: Sequence[AreaSystem]) -> tuple[AreaSystem, ...]:
    """The systems that a union is made of, in their order."""
    if system.of is None:
        return ()
    found = [other for other in others if other.name == system.of]
    return tuple(part for other in found for part in (*_needed(other, others), other))


# --- curated tables, indicators, profiles ---------------------------------------------------------


def curate_tables(workspace: Workspace, files: Sequence[StagedFile], extract: Path) -> Made:
    """Every curated table."""
    curated: CuratedSet = curate(workspace, files, store_of(workspace))
    return Made({**curated.paths(), "extract": extract}, curated.notes, curated.partnerships)


def check_curated(workspace: Workspace, made: Made) -> Checked:
    """The second door: keys, completeness and reconciliation of the curated tables."""
    from locality_profiles.tables.expectations import Subject

    views = _curated_views(made)
    subjects = [
        Subject(suite, suite.stem, {name: name for name in views})
        for suite in workspace.suites("curated").values()
        if suite.stem in views
    ]
    return _check(workspace, "curated", "tables", subjects, views)


def make_profiles(workspace: Workspace, made: Made) -> Made:
    """Indicator values and profiles, from the curated tables."""
    from locality_profiles.indicators.calculate import calculate
    from locality_profiles.indicators.definition import with_own

    store, types = store_of(workspace), types_of(workspace)
    key = _profiles_key(workspace, made)
    names = ("indicator", "indicator_value")
    stored = {name: store.find(name, key) for name in names}
    if not all(stored.values()):
        facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
        own = made.partnerships if workspace.partnerships is not None else None
        calculated = calculate(facts, types, with_own(workspace.definitions, workspace.outcomes), own)
        stored = {"indicator": store.write("indicator", key, calculated.definitions, {}),
                  "indicator_value": store.write("indicator_value", key, calculated.values, {})}  # fmt: skip
    return _follow(workspace, made.with_tables({name: table.path for name, table in stored.items() if table}))


def _follow(workspace: Workspace, made: Made) -> Made:
    """All that follows from indicator values alone: comparisons, ranks, trends, inequalities and profiles."""
    from locality_profiles.indicators.changes import change
    from locality_profiles.indicators.compared import compare
    from locality_profiles.indicators.definition import with_own
    from locality_profiles.indicators.inequalities import inequality
    from locality_profiles.profiles.assemble import assemble

    store, types = store_of(workspace), types_of(workspace)
    key = key_of("follows", _profiles_key(workspace, made), made.tables["indicator_value"].stem)
    names = ("comparison", "area_rank", "neighbour", "trend", "inequality", "profile", "profile_trend")
    stored = {name: store.find(name, key) for name in names}
    if not all(stored.values()):

        def keep(**content: pa.Table) -> None:
            """Each table is written when it is made: together they would fill the memory of a small machine."""
            stored.update({name: store.write(name, key, table, {}) for name, table in content.items()})

        facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
        values, definitions = (pq.read_table(made.tables[name]) for name in ("indicator_value", "indicator"))
        found = with_own(workspace.definitions, workspace.outcomes)
        compared_types = tuple(dict.fromkeys([*workspace.profiled, "locality", "hscp"]))
        compared = compare(facts, values, found, compared_types)
        keep(comparison=compared.comparison, area_rank=compared.ranks, neighbour=compared.neighbours)
        del compared
        keep(trend=change(facts, values, found, types), inequality=inequality(values, found))
        words = {
            (indicator.id, category): title
            for indicator in found.values() for category, title in indicator.categories.items()
        }  # fmt: skip
        titles = {kind: workspace.title_of(kind)[0] for kind in types}
        profiles = assemble(facts, values, definitions, workspace.profiled, made.partnerships, titles, words)
        keep(profile=profiles.profile, profile_trend=profiles.trend)
    return made.with_tables({name: table.path for name, table in stored.items() if table})


def types_of(workspace: Workspace) -> tuple[str, ...]:
    """Kinds of area that indicators are calculated for."""
    return tuple(dict.fromkeys(
        [*workspace.profiled, *(s.name for s in workspace.systems), "council_area", "hscp", "health_board", "country"]
    ))  # fmt: skip


#: Tables that are made from indicator values, and say nothing of what values depend on.
_MADE_LATER = frozenset(
    ("indicator", "indicator_value", "comparison", "area_rank", "neighbour", "trend", "inequality", "profile",
     "profile_trend", "reconciliation", "check_result", "release_change",
     *(contract.name for contract in (*MONEY_TABLES, *NEEDS_TABLES, *WORD_TABLES)))
)  # fmt: skip


def _profiles_key(workspace: Workspace, made: Made) -> str:
    """A key of all that indicator values depend on."""
    inputs = sorted((name, path.stem) for name, path in made.tables.items() if name not in _MADE_LATER)
    own_sections = [told for told in _own_declarations(workspace) if told[0] == "sections"]
    own_words = [_own_definitions(workspace), own_sections, sorted(workspace.outcomes.items())]
    return key_of("profiles", inputs, types_of(workspace), workspace.profiled, made.partnerships,
                  workspace.partnerships, own_words, code_key())  # fmt: skip


def make_money(workspace: Workspace, made: Made) -> Made:
    """Ledgers placed on areas, and all that is made from them; nothing where there is no ledger.

    Raises
    ------
    WorkspaceError, DefinitionError
        If ``[finance]`` of the settings or the workspace's own rules are wrong.
    """
    from locality_profiles.finance.making import make_money as make
    from locality_profiles.finance.settings import finance_settings

    facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
    tables, notes = make(facts, finance_settings(workspace), store_of(workspace))
    paths = {name: stored.path for name, stored in tables.items()}
    return Made({**made.tables, **paths}, (*made.notes, *notes), made.partnerships)


def make_needs(workspace: Workspace, made: Made, door: Door | None = None) -> Made:
    """The tables of the needs assessment: projections, demand, gaps, priorities, outcomes and equalities.

    ``door`` is what each table must pass before others are made from it; None for no such thing.

    Raises
    ------
    DefinitionError
        If the workspace's own declarations of needs are wrong.
    """
    from locality_profiles.needs.making import make_needs as make

    facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
    tables, notes = make(facts, needs_settings(workspace, made.partnerships), store_of(workspace), door)
    paths = {name: stored.path for name, stored in tables.items()}
    return Made({**made.tables, **paths}, (*made.notes, *notes), made.partnerships)


def make_words(workspace: Workspace, made: Made) -> Made:
    """Sentences about every profiled area, and what authors wrote beside them.

    Raises
    ------
    DefinitionError
        If the workspace's own templates or paragraphs are wrong.
    """
    from locality_profiles.profiles.narrative.making import make_words as make

    facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
    tables, notes = make(facts, _word_settings(workspace), store_of(workspace))
    paths = {name: stored.path for name, stored in tables.items()}
    return Made({**made.tables, **paths}, (*made.notes, *notes), made.partnerships)


def _word_settings(workspace: Workspace) -> WordSettings:
    from locality_profiles.profiles.narrative.making import Settings

    titles = workspace.type_titles()
    return Settings(workspace.folder, titles, tuple(Path(name).stem for name, _ in _own_definitions(workspace)))


def reconcile_profiles(workspace: Workspace, made: Made) -> Made:
    """The present locality profiles' figures and words beside ours, for every profiled area."""
    from locality_profiles.profiles.reconciliation import reconcile

    store = store_of(workspace)
    names = ("indicator_value", "comparison", "trend", "membership")
    key = key_of("reconciliation", [made.tables[name].stem for name in names], workspace.profiled, code_key())
    stored = store.find("reconciliation", key)
    if stored is None:
        facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
        stored = store.write("reconciliation", key, reconcile(facts, workspace.profiled), {})
    return Made({**made.tables, "reconciliation": stored.path}, made.notes, made.partnerships)


def check_profiles(workspace: Workspace, made: Made) -> Checked:
    """The third door: what is about to be printed."""
    from locality_profiles.tables.expectations import Subject

    views = _curated_views(made)
    made_later = (*MONEY_TABLES, *NEEDS_TABLES, *WORD_TABLES)
    later = {contract.name: "curated" for contract in made_later if contract.name in views}
    folders = {"indicator_value": "curated", "profile": "profile", "profile_trend": "profile", **later}
    subjects = [
        Subject(suite, name, {view: view for view in views})
        for name, folder in folders.items()
        if (suite := workspace.suites(folder).get(name))
    ]
    return _check(workspace, "profile", "profiles", subjects, views)


def keep_results(workspace: Workspace, made: Made, doors: Sequence[Checked], unknown: Sequence[str]) -> Made:
    """All results of all doors, and what was noticed on the way, as the table ``check_result``."""
    noticed = [*made.notes, *(f"{name}: not an extract that is known here; it was left alone" for name in unknown)]
    notes = pa.Table.from_pylist(
        [{
            "door": "curated", "suite": "noticed while curating", "position": position, "subject": "workspace",
            "expectation": "note", "severity": "should", "success": False, "sentence": note,
            "why": "A judgement was made, or something was left out, that a reader may want to know of.",
            "remedy": "See the how-to on extracts, or say in profiles.toml what is meant.",
        } for position, note in enumerate(noticed, start=1)],
        schema=CHECK_RESULT.schema,
    )  # fmt: skip
    table = pa.concat_tables([*(pq.read_table(door.results) for door in doors), notes])
    # Suites of different tables of one door may share a name; position is made to run through.
    table = table.sort_by([("door", "ascending"), ("suite", "ascending"), ("position", "ascending")])
    key = key_of("check_result", [door.results.stem for door in doors], noticed, code_key())
    store = store_of(workspace)
    stored = store.find("check_result", key) or store.write("check_result", key, table, {})
    return Made({**made.tables, "check_result": stored.path}, made.notes, made.partnerships)


def ensure_catalog(workspace: Workspace, release: Release) -> Path:
    """Let the catalogue stand over the tables of this release; do nothing if it does already.

    A build that was killed after its release became current leaves the old catalogue behind; the next
    one, which has nothing else to do, puts it right here.
    """
    note = workspace.curated / "catalog.json"
    from locality_profiles.indicators.counts import view_of

    # Its views name tables by their whole path, and its macros are those of this version.
    over = {"release_id": release.id, "folder": str(workspace.curated), "asks": key_of(*(m.create for m in macros()))}
    if read_note(note) != over or not _opens(workspace.catalog):
        tables = {name: _found(workspace, name, path).resolve() for name, path in release.tables.items()}
        about = "Synthetic: made up." if workspace.synthetic else ""
        views = {"activity": view_of("activity", tables)} if "activity_cube" in tables else {}
        write_catalog(workspace.catalog, tables, about, views)
        with beside(note) as new:
            new.write_text(json.dumps(over), encoding="utf-8")
    return workspace.catalog


def _opens(catalog: Path) -> bool:
    """Whether the catalogue is there and can be read."""
    try:
        with open_catalog(catalog) as connection:
            return bool(connection.execute("select count(*) from duckdb_views() where not internal").fetchall()[0][0])
    except duckdb.Error:
        return False


# --- publish --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Editions:
    """What each edition of a release is written from. ``differ`` tells whether the public one lacks anything."""

    management: Made
    public: Made
    differ: bool
    hidden: int = 0
    left_out: int = 0
    out_already: int = 0
    controlled: tuple[str, ...] = ()
    chosen: Path | None = None
    """Which rows were chosen, in the store."""
    rounded: bool = False


def hold_back(workspace: Workspace, made: Made, plan: str) -> Editions:
    """The tables of the public edition: without what may not be published, and all that follows made again from them.

    Raises
    ------
    DefinitionError
        If the workspace's own rules of disclosure are wrong.
    """
    rules = disclosure_rules(_own_rules(workspace))
    chosen = _chosen(workspace, made, plan, rules)
    about = chosen.manifest
    measures = made.tables.get("demand_measure")
    told = measures is None or "unpublished" not in pq.read_table(measures)["origin"].to_pylist()
    public = replace(made, tables={name: path for name, path in made.tables.items() if name not in INTERNAL})
    differ = bool(about["rows"]) or not told or len(public.tables) < len(made.tables)
    counts = (about["hidden"], about["left_out"], about["out_already"], tuple(about["controlled"]), chosen.path)
    if not differ:
        return Editions(made, made, False, *counts)
    store = store_of(workspace)
    if about["rows"]:
        public = _follow(workspace, public.with_tables({"indicator_value": _values_told(store, made, chosen)}))
    public = public.with_tables(_money_told(store, made, rules))
    # Demand is counted from records, which stay inside; so what is made reads them, and passes a door before others do.
    inside = public.with_tables({name: made.tables[name] for name in ("activity_cube",) if name in made.tables})
    needs = make_needs(workspace, inside, lambda tables: _demand_told(store, tables, rules))
    public = public.with_tables({name: path for name, path in needs.tables.items() if name not in INTERNAL})
    return Editions(made, _public_words(workspace, public), True, *counts, rounded=rules.rounds)


def _values_told(store: Store, made: Made, chosen: Stored) -> Path:
    """Indicator values as the public edition tells them."""
    values = made.tables["indicator_value"]
    key = key_of("publishable", chosen.key, values.stem, code_key())
    told = store.find("indicator_value", key)
    if told is None:
        with connect() as connection:
            lay_views(connection, made.tables)
            query = publishable_values(values, chosen.path)
            told = store.write_query("indicator_value", key, connection, query, {})
    return told.path


def _own_rules(workspace: Workspace) -> Path | None:
    path = workspace.folder / RULES_FOLDER / "rules.toml"
    return path if path.is_file() else None


def _chosen(workspace: Workspace, made: Made, plan: str, rules: Rules) -> Stored:
    """Keys of rows that are not published as they are, found in the store if nothing that bears on them changed."""
    store, register = store_of(workspace), workspace.published / REGISTER
    bearing = ("indicator", "indicator_value", "membership", "population_class")
    inputs = [(name, made.tables[name].stem) for name in bearing if name in made.tables]
    key = key_of("held_back", inputs, repr(rules), register_key(register, plan), code_key())
    if (found := store.find("_held_back", key)) is not None:
        return found
    controlled = choose(made.tables, rules, earlier_cells(register, plan))
    return store.write("_held_back", key, held_back(controlled), {
        "hidden": int(controlled.hidden.sum()), "left_out": int(controlled.left_out.sum()),
        "out_already": int(controlled.exposed.sum()),
        "controlled": sorted(controlled.rows["indicator_id"].unique().tolist()) if len(controlled.rows) else [],
    })  # fmt: skip


def _money_told(store: Store, made: Made, rules: Rules) -> dict[str, Path]:
    """Money by service, and days in beds, as the public edition tells them; nothing where there are none."""
    placed = ("driver", "allocation", "ledger_line")
    queries = {
        name: publishable_money(made.tables, rules, name)
        for name in ("resource_share", "locality_budget") if all(of in made.tables for of in (*placed, name))
    }  # fmt: skip
    if "set_aside" in made.tables:
        queries["set_aside"] = publishable_beds(made.tables["set_aside"])
    told = {}
    for name, query in queries.items():
        inputs = [made.tables[of].stem for of in (*placed, name) if of in made.tables]
        key = key_of("publishable", inputs, repr(rules), code_key())
        stored = store.find(name, key)
        if stored is None:
            with connect() as connection:
                order = ", ".join(f'"{column}"' for column in CONTRACTS[name].key)
                stored = store.write_query(name, key, connection, f"select * from ({query}) order by {order}", {})
        told[name] = stored.path
    return told


def _demand_told(store: Store, tables: Mapping[str, Stored], rules: Rules) -> Mapping[str, Stored]:
    """Demand as the public edition tells it, in place of what was counted."""
    if "demand" not in tables:
        return tables
    demand, measures = tables["demand"], tables["demand_measure"]
    key = key_of("publishable", demand.key, repr(rules), code_key())
    told = store.find("demand", key)
    if told is None:
        with connect() as connection:
            query = publishable_demand(demand.path, measures.path, rules.totals)
            order = ", ".join(CONTRACTS["demand"].key)
            told = store.write_query("demand", key, connection, f"select * from ({query}) order by {order}", {})
    return {**tables, "demand": told}


def _public_words(workspace: Workspace, public: Made) -> Made:
    """Sentences of the public edition; authors' paragraphs as they are, without figures beside which any is hidden."""
    from locality_profiles.profiles.narrative.making import make_sentences

    store = store_of(workspace)
    facts = {name: path for name, path in public.tables.items() if name[0] != "_"}
    public = public.with_tables({"sentence": make_sentences(facts, _word_settings(workspace), store).path})
    notes = public.tables.get("author_note")
    if notes is None:
        return public
    key = key_of("publishable", notes.stem, public.tables["profile"].stem, code_key())
    told = store.find("author_note", key)
    if told is None:
        with connect() as connection:
            query = publishable_notes(notes, public.tables["profile"])
            told = store.write_query("author_note", key, connection, query, {})
    return public.with_tables({"author_note": told.path})


def write_release(
    workspace: Workspace,
    made: Made,
    doors: Sequence[Checked],
    files: Sequence[StagedFile],
    plan: str,
    editions: Editions | None = None,
) -> Release:
    """Write both editions aside, verify and audit them, make them current; then clear away what is no longer needed.

    Where the public edition lacks nothing, there is no other. The edition for management stands in a tree of its own,
    which only its owner can read.

    Raises
    ------
    ReleaseError
        If the release is not whole, or if an outsider could work out what it hides. The current release stays.
    """
    editions = editions or hold_back(workspace, made, plan)
    today, theme = datetime.now(LOCAL_TIME).date(), read_theme(workspace.folder)
    identity = release_id(_with_flags(plan, made), today)
    management, compared, why_not = tell_changes(workspace, editions.management, plan)
    public = management
    if editions.differ:
        public, compared, why_not = tell_changes(workspace, editions.public, plan, public=True)
    editions = replace(editions, management=management, public=public)
    edition = Edition(
        title=workspace.title, synthetic=workspace.synthetic, release_id=identity, built=today,
        profiled=workspace.profiled,
        type_titles=workspace.type_titles(),
        data_docs="data-docs/index.html", compared_with=compared, why_not_compared=why_not,
        alert_words=alert_rules(workspace).words(), held_back=_held_back_words(editions),
        money=disclosure_rules(_own_rules(workspace)).money, charts=workspace.charts, documents=workspace.documents,
        forms=workspace.only, theme=theme,
    )  # fmt: skip
    about = {
        "release_id": identity, "plan": plan, "title": workspace.title, "synthetic": workspace.synthetic,
        "version": __version__, "code": code_key(), "declared": _declared(workspace), "compared_with": compared,
        "built": today, "partnerships": made.partnerships, "management": editions.differ,
        "tables": _stored_as(workspace, management), "public_tables": _stored_as(workspace, public),
    }  # fmt: skip
    folder = aside(workspace.published, identity)
    written = _write_edition(workspace, folder, public, edition, doors)
    _audit(workspace, folder, editions, plan, edition)
    finish(folder, {**about, "edition": "public"})
    verify(folder, [path.relative_to(folder).as_posix() for path in written])
    inside = replace(edition, marking=theme.marking or MARKING, held_back="")
    _write_management(workspace, editions, inside, doors, about)
    enter(workspace.published / REGISTER, plan, public.tables, editions.controlled, editions.rounded)
    release = make_current(workspace.published, folder, identity)
    ensure_catalog(workspace, release)
    _clear(workspace, editions, doors, files)
    return release


#: What every page of a public edition says that lacks anything.
HELD_BACK = "Small numbers are hidden, and others from which they could be worked out."
ROUNDED = "Counts are rounded so that nobody can be told apart; rates are made from rounded counts."


def _held_back_words(editions: Editions) -> str:
    if not editions.differ:
        return ""
    return ROUNDED if editions.rounded else HELD_BACK


def _stored_as(workspace: Workspace, made: Made) -> dict[str, str]:
    """The tables of an edition as their places in the store: a published note says no machine's path."""
    store = workspace.curated.resolve()
    return {name: made.tables[name].resolve().relative_to(store).as_posix() for name in PUBLIC if name in made.tables}


def _write_edition(
    workspace: Workspace, folder: Path, made: Made, edition: Edition, doors: Sequence[Checked]
) -> list[Path]:
    """Pages, workbooks, documents and open data of one edition; returns the files."""
    from locality_profiles.publish.forms import write_forms
    from locality_profiles.publish.open_data import write_open_data
    from locality_profiles.tables.expectations import write_data_docs

    tables = {name: made.tables[name] for name in PUBLIC if name in made.tables}
    pages = write_forms(tables, folder, edition, pictures_of(workspace), workspace.only)
    opened = write_open_data(tables, folder / "open-data", edition)
    documents = [document for door in doors for document in json.loads(door.documents.read_text(encoding="utf-8"))]
    docs = write_data_docs(documents, folder / "site" / "data-docs")
    return [*pages, *opened, *docs]


def pictures_of(workspace: Workspace) -> Path:
    """Where charts are kept that were drawn before: a chart of the same data is not drawn again."""
    return workspace.curated / "_pictures"


def _write_management(
    workspace: Workspace, editions: Editions, edition: Edition, doors: Sequence[Checked], about: Mapping[str, Any]
) -> None:
    """The edition for management, current before the public one is; none where the public one lacks nothing."""
    tree = workspace.management
    tree.mkdir(parents=True, exist_ok=True)
    tree.chmod(0o700)
    (tree / "releases").mkdir(exist_ok=True)
    if not editions.differ:
        _point_nowhere(tree)
        return
    folder = aside(tree, edition.release_id)
    written = _write_edition(workspace, folder, editions.management, edition, doors)
    finish(folder, {**about, "edition": "management"})
    verify(folder, [path.relative_to(folder).as_posix() for path in written])
    make_current(tree, folder, edition.release_id)


def _audit(workspace: Workspace, folder: Path, editions: Editions, plan: str, edition: Edition) -> None:
    """Let the auditor try the written release, and keep what came of it there.

    Raises
    ------
    ReleaseError
        If a file tells of a person, or anything that is hidden could be worked out too closely.
    """
    if problems := lint(folder, contact=edition.theme.contact.texts()):
        raise ReleaseError(
            "Files of the new release hold what may not be published; the last one stays current.", problems
        )
    if not editions.controlled:
        return
    # Half a second of imports, which asking a release or previewing a page can do without.
    from locality_profiles.disclosure.auditing import audit, raise_if_recoverable, write_audit, write_rules

    rules = disclosure_rules(_own_rules(workspace))
    write_rules(folder, rules, editions.hidden, editions.left_out)
    found = audit(folder, earlier_cells(workspace.published / REGISTER, plan), release=edition.release_id)
    write_audit(folder, found)
    raise_if_recoverable(found)


# --- what changed ---------------------------------------------------------------------------------

FIRST = "This is the first release: there is none before it to compare it with."
GONE = "Release {} cannot be compared with: its tables are no longer in the store."


def tell_changes(workspace: Workspace, made: Made, plan: str, public: bool = False) -> tuple[Made, str, str]:
    """The table of what changed since the release before, that release's id, and why nothing was compared if so.

    A ``public`` edition is compared with the public edition before it.

    A release of the same plan would be this one again, so it is compared with the release that that one was compared
    with. What is written then depends on the plan and on what was published before, and not on when or how often.
    """
    store, before = store_of(workspace), release_before(workspace, plan)
    old = side_of(workspace, before, public) if before else None
    if before is None or old is None:
        key = key_of("release_change", "first", code_key())
        stored = store.find("release_change", key) or store.write("release_change", key, first_release(), {})
        why_not = GONE.format(before.id) if before else FIRST
        return _with_changes(made, stored.path), "", why_not
    new = Side("", {name: made.tables[name] for name in PUBLIC if name in made.tables}, code_key(),
               _declared(workspace))  # fmt: skip
    rules = alert_rules(workspace)
    key = key_of("release_change", old.id, _stems(old), _stems(new), new.declared, repr(rules), code_key())
    found = store.find("release_change", key)
    if found is None:
        with connect() as connection:
            query = lay_changes(connection, old, new, rules)
            found = store.write_query("release_change", key, connection, query, {"compared_with": old.id})
    return _with_changes(made, found.path), old.id, ""


def _with_changes(made: Made, path: Path) -> Made:
    return Made({**made.tables, "release_change": path}, made.notes, made.partnerships)


def _stems(side: Side) -> list[tuple[str, str]]:
    return sorted((name, path.stem) for name, path in side.tables.items())


def alert_rules(workspace: Workspace) -> Alerts:
    """What is worth an alert: the workspace's own rules, or the package's.

    Raises
    ------
    DefinitionError
        If the workspace's own rules are wrong.
    """
    return alerts(needs_settings(workspace).own.get("alerts"))


def release_before(workspace: Workspace, plan: str) -> Release | None:
    """The release that one of this plan is compared with: the current one, unless that is of the same plan."""
    current = current_release(workspace.published)
    if current is None or current.plan != plan:
        return current
    return read_release(workspace.published / "releases" / (str(current.about.get("compared_with") or "none")))


def side_of(workspace: Workspace, release: Release, public: bool = False) -> Side | None:
    """A release, or its public edition, as it is compared; None where tables of it are gone."""
    named = release.public_tables if public else release.tables
    tables = {name: _found(workspace, name, path) for name, path in named.items()}
    if not all(path.exists() for path in tables.values()):
        return None
    return Side(release.id, tables, str(release.about.get("code", "")), release.about.get("declared", {}))


def _found(workspace: Workspace, name: str, path: Path) -> Path:
    """Where a table stands: in the workspace's own store, though the workspace may have been moved or copied since."""
    return workspace.curated / name / path.name


def _declared(workspace: Workspace) -> dict[str, str]:
    """Checksums of what people declared: settings, suites, definitions, areas, money, needs and words."""
    told = {SETTINGS: sha256_of(workspace.folder / SETTINGS)}
    told |= {f"expectations/{door}/{name}.json": sha256_of(path)
             for door in DOORS for name, path in workspace.suites(door).items()}  # fmt: skip
    told |= {f"indicators/{name}": checksum for name, checksum in _own_definitions(workspace)}
    told |= {name: checksum for _, name, checksum in _own_declarations(workspace)}
    files = (path for system in workspace.systems for path in workspace.system_files(system))
    return dict(sorted({**told, **{f"areas/{path.name}": sha256_of(path) for path in files}}.items()))


def _with_flags(plan: str, made: Made) -> str:
    """The plan, and where authors wrote anything, which of their texts are flagged.

    What a text was first seen with is no part of the plan, or every build would follow its own memory; but a release
    without a flag is another than the same with it.
    """
    notes = made.tables.get("author_note")
    return plan if notes is None or not pq.read_metadata(notes).num_rows else key_of("release", plan, notes.stem)


def _clear(workspace: Workspace, editions: Editions, doors: Sequence[Checked], files: Sequence[StagedFile]) -> None:
    """Take away old releases, and tables that neither a kept release nor this build needs."""
    from locality_profiles.publish.printing import forget_pictures

    clear_old(workspace.published, workspace.releases_kept)
    kept = releases(workspace.published)
    for path in (workspace.management / "releases").glob("*"):
        if path.name not in {release.id for release in kept}:
            shutil.rmtree(path, ignore_errors=True)
    needed = {
        _found(workspace, name, path)
        for release in kept for tables in (release.tables, release.public_tables) for name, path in tables.items()
    }  # fmt: skip
    needed |= {path for made in (editions.management, editions.public) for path in made.tables.values()}
    needed |= {door.results for door in doors} | ({editions.chosen} if editions.chosen else set())
    needed |= {stored.path for file in files for part in file.parts for stored in part.tables.values()}
    store_of(workspace).keep_only(needed)
    forget_pictures(pictures_of(workspace))
