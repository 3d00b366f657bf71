"""The steps of a build, each a plain function that takes and returns paths.

``pipelines/`` orders them, retries them and shows them in Prefect; nothing here knows that it does.
Every step finds its result in the store if nothing that it depends on has changed.
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
from locality_profiles.episodes.engine import Where
from locality_profiles.errors import ExtractRefused, WorkspaceError
from locality_profiles.needs.alerts import Alerts, alerts
from locality_profiles.needs.changed import Side, first_release, lay_changes
from locality_profiles.needs.settings import needs_settings
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.releases import (
    Release,
    aside,
    clear_old,
    current_release,
    finish,
    make_current,
    read_release,
    release_id,
    releases,
    verify,
)
from locality_profiles.sources import folding, sources
from locality_profiles.tables.changes import CHANGE_TABLES
from locality_profiles.tables.checksum import checksum_of, checksums_of
from locality_profiles.tables.curated import CHECK_RESULT, CONTRACTS, STAGED
from locality_profiles.tables.money import MONEY_SOURCE_TABLES, MONEY_TABLES
from locality_profiles.tables.needs import NEEDS_SOURCE_TABLES, NEEDS_TABLES
from locality_profiles.tables.relation import relation, relations
from locality_profiles.tables.store import (
    Store,
    beside,
    code_key,
    connect,
    key_of,
    lock,
    sha256_of,
    sweep,
    write_catalog,
)
from locality_profiles.tables.suites import empty_view
from locality_profiles.tables.words import WORD_TABLES
from locality_profiles.workspace import DOORS, SETTINGS, AreaSystem, Workspace

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


#: Places of a release for what a later version of the package writes.
PLACES = {
    "workbooks": "Workbooks of each area will stand here. Until then, open-data/areas has its figures as CSV.",
    "documents": "Documents of each area will stand here, to edit or print. Until then, print its page of the site.",
}  # fmt: skip


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


def store_of(workspace: Workspace) -> Store:
    return Store(workspace.curated)


@contextlib.contextmanager
def one_build(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace: one build at a time. What a killed build left half-made is cleared away."""
    workspace.curated.mkdir(parents=True, exist_ok=True)
    (workspace.published / "releases").mkdir(parents=True, exist_ok=True)
    with lock(workspace.curated / ".lock"):
        sweep(workspace.curated)
        sweep(workspace.published / "releases")
        yield


def plan_of(workspace: Workspace, compat: str = "") -> str:
    """Key of everything that a release depends on: settings, suites, code, and the bytes of each extract.

    ``compat`` names other profiles beside which ours are set (``lp``); empty for none.
    """
    own = [(path.name, sha256_of(path)) for system in workspace.systems for path in workspace.system_files(system)]
    files = workspace.extract_files()
    memory = checksums_of(store_of(workspace))
    extracts = sorted((_named(workspace, path), checksum_of(path, memory)) for path in files) + own
    suites = [(door, name, sha256_of(path)) for door in DOORS for name, path in sorted(workspace.suites(door).items())]
    more = [*_own_definitions(workspace), *_own_declarations(workspace), *([compat] if compat else [])]
    return key_of("plan", sha256_of(workspace.folder / SETTINGS), extracts, suites, code_key(), *more)


def _own_definitions(workspace: Workspace) -> list[tuple[str, str]]:
    """Names and checksums of the workspace's own definitions of indicators."""
    return [(path.name, sha256_of(path)) for path in sorted(workspace.definitions.glob("*.toml"))]


#: Folders of a workspace with declarations of its own, and paragraphs of its authors.
OWN_FOLDERS = (("finance", "*.toml"), ("needs", "*.toml"), ("words", "*.toml"), ("words", "**/*.md"))


def _own_declarations(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Folders, names and checksums of the workspace's own declarations of money and needs, and of its own words."""
    return [
        (folder, path.relative_to(workspace.folder).as_posix(), sha256_of(path))
        for folder, files in OWN_FOLDERS
        for path in sorted((workspace.folder / folder).glob(files))
    ]


def up_to_date(workspace: Workspace, plan: str) -> Release | None:
    """The current release, if it was made from exactly this plan."""
    release = current_release(workspace.published)
    return release if release is not None and release.plan == plan else None


# --- ingest ---------------------------------------------------------------------------------------


def stage_one(workspace: Workspace, path: Path) -> StagedFile:
    """Read one extract into the store."""
    return stage_file(path, _named(workspace, path), store_of(workspace), Where(*workspace.engine))


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
    linked = {path: _named(workspace, path) for path in paths if folding(path)}
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
    if (stored := store.find("_check", key)) and documents.is_file():
        run = CheckRun(pq.read_table(stored.path), json.loads(documents.read_text(encoding="utf-8")))
    else:
        run = check(door, subjects, views, workspace.curated)
        stored = store.write("_check", key, run.results, {"door": door})
        documents.write_text(json.dumps(run.documents, default=str), encoding="utf-8")
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
    from locality_profiles.indicators.changes import change
    from locality_profiles.indicators.compared import compare
    from locality_profiles.indicators.definition import with_own
    from locality_profiles.indicators.inequalities import inequality
    from locality_profiles.profiles.assemble import assemble

    store = store_of(workspace)
    inputs = sorted((name, path.stem) for name, path in made.tables.items())
    types = tuple(dict.fromkeys(
        [*workspace.profiled, *(s.name for s in workspace.systems), "council_area", "hscp", "health_board", "country"]
    ))  # fmt: skip
    own_words = [_own_definitions(workspace), sorted(workspace.outcomes.items())]
    key = key_of("profiles", inputs, types, workspace.profiled, made.partnerships, workspace.partnerships, own_words,
                 code_key())  # fmt: skip
    names = ("indicator", "indicator_value", "comparison", "area_rank", "neighbour", "trend", "inequality", "profile",
             "profile_trend")  # fmt: skip
    stored = {name: store.find(name, key) for name in names}
    if not all(stored.values()):

        def keep(**content: pa.Table) -> None:
            """Each table is written when it is made: together they would fill the memory of a small machine."""
            stored.update({name: store.write(name, key, table, {}) for name, table in content.items()})

        facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
        own = made.partnerships if workspace.partnerships is not None else None
        found = with_own(workspace.definitions, workspace.outcomes)
        calculated = calculate(facts, types, found, own)
        compared_types = tuple(dict.fromkeys([*workspace.profiled, "locality", "hscp"]))
        compared = compare(facts, calculated.values, found, compared_types)
        keep(comparison=compared.comparison, area_rank=compared.ranks, neighbour=compared.neighbours)
        del compared
        keep(trend=change(facts, calculated.values, found, types), inequality=inequality(calculated.values, found))
        words = {
            (indicator.id, category): title
            for indicator in found.values() for category, title in indicator.categories.items()
        }  # fmt: skip
        titles = {kind: workspace.title_of(kind)[0] for kind in types}
        profiles = assemble(facts, calculated.values, calculated.definitions, workspace.profiled, made.partnerships,
                            titles, words)  # fmt: skip
        keep(indicator=calculated.definitions, indicator_value=calculated.values, profile=profiles.profile,
             profile_trend=profiles.trend)  # fmt: skip
    return Made({**made.tables, **{name: s.path for name, s in stored.items() if s}}, made.notes, made.partnerships)


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


def make_needs(workspace: Workspace, made: Made) -> Made:
    """The tables of the needs assessment: projections, demand, gaps, priorities, outcomes and equalities.

    Raises
    ------
    DefinitionError
        If the workspace's own declarations of needs are wrong.
    """
    from locality_profiles.needs.making import make_needs as make

    facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
    tables, notes = make(facts, needs_settings(workspace, made.partnerships), store_of(workspace))
    paths = {name: stored.path for name, stored in tables.items()}
    return Made({**made.tables, **paths}, (*made.notes, *notes), made.partnerships)


def make_words(workspace: Workspace, made: Made) -> Made:
    """Sentences about every profiled area, and what authors wrote beside them.

    Raises
    ------
    DefinitionError
        If the workspace's own templates or paragraphs are wrong.
    """
    from locality_profiles.profiles.narrative.making import Settings
    from locality_profiles.profiles.narrative.making import make_words as make

    facts = {name: path for name, path in made.tables.items() if name[0] != "_"}
    titles = {kind: workspace.title_of(kind) for kind in _types_shown(workspace)}
    own = tuple(Path(name).stem for name, _ in _own_definitions(workspace))
    tables, notes = make(facts, Settings(workspace.folder, titles, own), store_of(workspace))
    paths = {name: stored.path for name, stored in tables.items()}
    return Made({**made.tables, **paths}, (*made.notes, *notes), made.partnerships)


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

    told = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    if told.get("release_id") != release.id or not workspace.catalog.is_file():
        tables = {name: path.resolve() for name, path in release.tables.items()}
        about = "Synthetic: made up." if workspace.synthetic else ""
        views = {"activity": view_of("activity", tables)} if "activity_cube" in tables else {}
        write_catalog(workspace.catalog, release.tables, about, views)
        with beside(note) as new:
            new.write_text(json.dumps({"release_id": release.id}), encoding="utf-8")
    return workspace.catalog


# --- publish --------------------------------------------------------------------------------------


def write_release(
    workspace: Workspace, made: Made, doors: Sequence[Checked], files: Sequence[StagedFile], plan: str
) -> Release:
    """Write the release aside, verify it, make it current; then clear away what is no longer needed."""
    from locality_profiles.publish.open_data import write_open_data
    from locality_profiles.publish.site import write_site
    from locality_profiles.tables.expectations import write_data_docs

    today = datetime.now(LOCAL_TIME).date()
    identity = release_id(_with_flags(plan, made), today)
    made, compared, why_not = tell_changes(workspace, made, plan)
    edition = Edition(
        title=workspace.title, synthetic=workspace.synthetic, release_id=identity, built=today,
        profiled=workspace.profiled,
        type_titles={kind: workspace.title_of(kind) for kind in _types_shown(workspace)},
        data_docs="data-docs/index.html", compared_with=compared, why_not_compared=why_not,
        alert_words=alert_rules(workspace).words(),
    )  # fmt: skip
    tables = {name: made.tables[name] for name in PUBLIC if name in made.tables}
    folder = aside(workspace.published, identity)
    pages = write_site(tables, folder / "site", edition)
    opened = write_open_data(tables, folder / "open-data", edition)
    places = [_place(folder / name, words) for name, words in PLACES.items()]
    documents = [document for door in doors for document in json.loads(door.documents.read_text(encoding="utf-8"))]
    docs = write_data_docs(documents, folder / "site" / "data-docs")
    finish(folder, {
        "release_id": identity, "plan": plan, "title": workspace.title, "synthetic": workspace.synthetic,
        "version": __version__, "code": code_key(), "declared": _declared(workspace), "compared_with": compared,
        "built": today, "partnerships": made.partnerships,
        "tables": {name: str(path.resolve()) for name, path in tables.items()},
    })  # fmt: skip
    verify(folder, [path.relative_to(folder).as_posix() for path in (*pages, *opened, *docs, *places)])
    release = make_current(workspace.published, folder, identity)
    ensure_catalog(workspace, release)
    _clear(workspace, made, doors, files)
    return release


# --- what changed ---------------------------------------------------------------------------------

FIRST = "This is the first release: there is none before it to compare it with."
GONE = "Release {} cannot be compared with: its tables are no longer in the store."


def tell_changes(workspace: Workspace, made: Made, plan: str) -> tuple[Made, str, str]:
    """The table of what changed since the release before, that release's id, and why nothing was compared if so.

    A release of the same plan would be this one again, so it is compared with the release that that one was compared
    with. What is written then depends on the plan and on what was published before, and not on when or how often.
    """
    store, before = store_of(workspace), release_before(workspace, plan)
    old = side_of(workspace, before) if before else None
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


def side_of(workspace: Workspace, release: Release) -> Side | None:
    """A release as it is compared; None where tables of it are gone."""
    tables = {name: _found(workspace, name, path) for name, path in release.tables.items()}
    if not all(path.exists() for path in tables.values()):
        return None
    return Side(release.id, tables, str(release.about.get("code", "")), release.about.get("declared", {}))


def _found(workspace: Workspace, name: str, path: Path) -> Path:
    """Where a table stands: where the release says, or in the store of a workspace that was moved since."""
    return path if path.exists() else workspace.curated / name / path.name


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


def _place(folder: Path, words: str) -> Path:
    """A folder of the release with a word on what it is for."""
    folder.mkdir()
    note = folder / "README.txt"
    note.write_text(f"{words}\n", encoding="utf-8")
    return note


def _types_shown(workspace: Workspace) -> list[str]:
    from locality_profiles.workspace import AREA_TITLES

    return list(dict.fromkeys([*AREA_TITLES, *workspace.profiled, *(s.name for s in workspace.systems)]))


def _clear(workspace: Workspace, made: Made, doors: Sequence[Checked], files: Sequence[StagedFile]) -> None:
    """Take away old releases, and tables that neither a kept release nor this build needs."""
    clear_old(workspace.published)
    needed = {path for release in releases(workspace.published) for path in release.tables.values()}
    needed |= set(made.tables.values()) | {door.results for door in doors}
    needed |= {stored.path for file in files for part in file.parts for stored in part.tables.values()}
    store_of(workspace).keep_only(needed)
