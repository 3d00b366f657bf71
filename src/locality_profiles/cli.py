"""The command line: parse, call, turn errors into plain sentences and exit codes.

Exit codes: 0 fine; 1 data or a check failed; 2 called wrongly, or the workspace cannot be used; 3 the
world did not answer, and trying again may work. With ``--json`` the finer reason stands in ``error``.
Everything heavy is imported inside the command that needs it, so ``--help`` is quick.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from locality_profiles import __version__, completing
from locality_profiles.errors import LocalityProfilesError, WorkspaceError
from locality_profiles.hidden import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from locality_profiles.events import Tell
    from locality_profiles.publish.releases import Release
    from locality_profiles.querying import Described
    from locality_profiles.workspace import Workspace as WorkspaceSettings

app = typer.Typer(
    name="locality-profiles",
    help="Locality profiles for health and social care, from published extracts to published pages.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

areas_app = typer.Typer(
    help="Area systems: what is there, add one from a file, how well it fits.", no_args_is_help=True
)
app.add_typer(areas_app, name="areas")
new_app = typer.Typer(
    help="A first, whole file of something of your own: an indicator, a section, an area system, a source.",
    no_args_is_help=True,
)
app.add_typer(new_app, name="new")

Folder = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder that holds profiles.toml.", show_default="here")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program to read.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the full trace of an error.")]


class EngineName(StrEnum):
    """Where linked records are counted."""

    duckdb = "duckdb"
    spark = "spark"


class Compat(StrEnum):
    """Other profiles beside which ours can be set."""

    lp = "lp"


Beside = Annotated[
    Compat | None,
    typer.Option(
        "--compat",
        help="Set the present locality profiles (lp) beside ours: their figures and words, and why they differ.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"locality-profiles {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    sample: Annotated[bool, typer.Option("--sample", help="Fill it with synthetic extracts to run on.")] = False,
    size: Annotated[str, typer.Option(help="Size of the sample: shetland or scotland.")] = "shetland",
    partnership: Annotated[
        str | None, typer.Option(help="Health and social care partnership that it is for, by name or code.")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a workspace: profiles.toml, data/ and expectations/."""
    from locality_profiles.starting import make_workspace

    made = make_workspace(folder, sample=sample, size=size, partnership=partnership)
    whose = f" for {made.partnership}" if made.partnership else ""
    filled = f" with {made.files} synthetic extracts. They describe no real place." if made.synthetic else f"{whose}."
    follows = "build" if made.synthetic else "fetch"
    _say(
        {"workspace": str(made.folder), "files": made.files, "synthetic": made.synthetic,
         "partnership": made.partnership or None},
        f"Made {made.folder}{filled}\nNext: locality-profiles {follows} --workspace {folder}",
        as_json,
    )  # fmt: skip


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Extracts by name; without any, all that are wanted.")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--from", help="Copy from this folder instead: no network.")] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List the extracts that are known by name.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Get the extracts: over the network, or with --from out of a folder."""
    from locality_profiles.fetching.telling import fetch_and_tell, list_and_tell

    settings = _workspace(workspace)
    if only_list:
        _show(*list_and_tell(settings), as_json)
        return
    report = fetch_and_tell(settings, names or (), folder, lambda words: typer.echo(words, err=True))
    _say(report.as_dict(), report.text(), as_json)
    if not report.passed:
        raise typer.Exit(report.exit_code)


@app.command()
def check(
    workspace: Folder = Path(),
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as one page of HTML.")] = None,
    mail: Annotated[
        str | None, typer.Option("--mail", help="Write it as a plain mail into a file; - prints it.")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read and validate the extracts only: what is wrong, where, and what to do."""
    from locality_profiles import checking
    from locality_profiles.verdicts import forms

    settings = _workspace(workspace)
    report = checking.check_workspace(settings)
    night = checking.night_of(settings) if mail is not None else None
    wrote = forms.write(report, checking.theme_of(settings), night, html, mail)
    if mail == "-":
        _print(wrote.mail.rstrip("\n"))
    else:
        _show(report.as_dict(), [*forms.printed(report, wrote)] if not as_json else [], as_json)
    if not report.passed:
        raise typer.Exit(1)


@app.command("map")
def map_file(
    file: Annotated[Path, typer.Argument(help="A file in columns of its own, here or among the extracts.")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook (usual: the fullest).")] = None,
    kind: Annotated[
        str | None, typer.Option("--as", help="Kind of extract that it is (usual: the most alike).")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put it into profiles.toml, once you have accepted it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept it without being asked.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Propose how the columns of a file become those of a known extract, and say how sure that is."""
    from locality_profiles import mapping

    settings = _workspace(workspace)
    proposed = mapping.propose(settings, file, sheet, kind)
    if write and not proposed.known:
        if not yes and not as_json:
            _print("\n".join(mapping.told(proposed)))
            if not typer.confirm("\nPut these lines into profiles.toml?"):
                _print("Nothing was written.")
                return
        if yes or not as_json:  # nobody can be asked by a program: it says --yes
            proposed = mapping.write(settings, proposed, file)
    _say(proposed.as_dict(), "\n".join(mapping.told(proposed)), as_json)
    if proposed.still:
        raise typer.Exit(1)


@app.command()
def build(
    workspace: Folder = Path(),
    force: Annotated[bool, typer.Option("--force", help="Publish again even if nothing has changed.")] = False,
    compat: Beside = None,
    engine: Annotated[EngineName, typer.Option(help="Where linked records are counted.")] = EngineName.duckdb,
    master: Annotated[str, typer.Option(help="Spark's master, such as spark://host:7077 (usual: local[*]).")] = "",
    only: Annotated[str, typer.Option(help="Forms to write: site, workbooks, documents, with commas between.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not show on the terminal how far it is.")] = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run the nightly flow here and now: from extracts to a new current release."""
    from locality_profiles import building, progress
    from locality_profiles.history import write_unchanged
    from locality_profiles.workspace import forms_of

    settings = replace(_workspace(workspace), only=forms_of(only))
    also = compat.value if compat else ""
    for sentence in building.heal_workspace(settings):
        typer.echo(sentence, err=True)
    # Whether anything changed is known from checksums alone: no orchestrator is started to do nothing.
    plan = building.plan_of(settings, also)
    if not force and (release := building.up_to_date(settings, plan)) is not None:
        building.ensure_catalog(settings, release)
        write_unchanged(settings.folder, "hand", release.id)
        why = "Nothing has changed" if release.plan == plan else STAYS_BACK
        _say(_told(release, changed=False), f"{why}; release {release.id} stays current.\n"
             f"{release.folder / 'site' / 'index.html'}", as_json)  # fmt: skip
        return
    with progress.shown(settings.curated, quiet or as_json):
        release = _run_nightly(settings, force, also, (engine.value, master), debug)
    warnings = _warnings(release)
    lines = [
        f"Release {release.id} is current: {len(release.about['files'])} files, {warnings} warning(s).",
        str(settings.current / "site" / "index.html"),
    ]
    _say({**_told(release, changed=True), "warnings": warnings}, "\n".join(lines), as_json)


#: Why nothing is built after a rollback.
STAYS_BACK = (
    "This release was gone back to, and nothing has changed since the one that it took the place of was built "
    "('build --force' builds that again)"
)


def _run_nightly(
    settings: WorkspaceSettings, force: bool, compat: str, engine: tuple[str, str], debug: bool
) -> Release:
    from locality_profiles.publish.releases import current_release
    from locality_profiles.tables.expectations import great_expectations
    from pipelines.plain import GONE, answers, server_is_gone, without_prefect
    from pipelines.temporary_server import server_for_this_run, wait_for_server

    # An error reaches the user as a sentence, from main(); the orchestrator need not log its trace as well.
    for name in ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_INTERNAL_LEVEL"):
        os.environ.setdefault(name, "INFO" if debug else "CRITICAL")
    arguments, gone = (str(settings.folder), force, compat, *engine, ",".join(settings.only)), False
    with server_for_this_run() as process:
        # While the server comes up, the other core imports what the build will need.
        great_expectations()
        from pipelines.nightly import nightly

        try:
            wait_for_server(process)
            nightly(*arguments)
        except Exception as error:
            gone = server_is_gone(error)
            if not gone:
                raise
        finally:
            if not answers():
                _AT_ONCE.append(True)
    if gone:
        typer.echo(GONE, err=True)
        with without_prefect():
            nightly.fn(*arguments)
    release = current_release(settings.published)
    if release is None:
        raise WorkspaceError("The build ended without a release.")
    return release


def _told(release: Release, changed: bool) -> dict[str, Any]:
    return {"release": release.id, "folder": str(release.folder), "site": str(release.folder / "site" / "index.html"),
            "changed": changed}  # fmt: skip


def _warnings(release: Release) -> int:
    import duckdb

    from locality_profiles.tables.store import NO_DOWNLOADS

    path = str(release.tables["check_result"]).replace("'", "''")
    with duckdb.connect(
        config=dict(NO_DOWNLOADS)
    ) as connection:  # an answer on the shared connection would keep it from others
        query = f"select count(*) from read_parquet('{path}') where not success"
        return int(connection.execute(query).fetchall()[0][0])


@areas_app.command("list")
def areas_list(
    name: Annotated[str | None, typer.Argument(help="An area system, to list its areas with their codes.")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the area systems of the workspace, or the areas of one."""
    from locality_profiles import adding

    settings = _workspace(workspace)
    if name is None:
        systems = adding.list_systems(settings)
        _show([asdict(system) for system in systems], adding.told_of_list(systems), as_json)
    else:
        areas = adding.list_areas(settings, name)
        _show(areas, [adding.told_of_areas(areas)], as_json)


@areas_app.command("add")
def areas_add(
    name: Annotated[str, typer.Argument(help="What to call it: small letters, digits and underscores.")],
    file: Annotated[Path, typer.Option("--from", help="Outlines, or a table of data zones, postcodes or points.")],
    title: Annotated[str | None, typer.Option(help="One of its areas, for people: 'Community council'.")] = None,
    plural: Annotated[str | None, typer.Option(help="Several of them: 'Community councils'.")] = None,
    name_column: Annotated[str | None, typer.Option(help="Column of the areas' names.")] = None,
    code_column: Annotated[str | None, typer.Option(help="Column of the areas' own codes, if they have any.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file of outlines that has several.")] = None,
    crs: Annotated[str | None, typer.Option(help="Coordinate system, where the file does not say: EPSG:27700.")] = None,
    fit: Annotated[str | None, typer.Option(help="largest_overlap (usual), centroid, land or population.")] = None,
    block_column: Annotated[str | None, typer.Option(help="Column of data zones.")] = None,
    weight_column: Annotated[str | None, typer.Option(help="Column of each data zone's share in the area.")] = None,
    blocks: Annotated[str | None, typer.Option(help="Edition of the data zones: data_zone_2011 (usual) …")] = None,
    postcode_column: Annotated[str | None, typer.Option(help="Column of the points' postcodes.")] = None,
    x_column: Annotated[str | None, typer.Option(help="Column of the points' eastings or longitudes.")] = None,
    y_column: Annotated[str | None, typer.Option(help="Column of the points' northings or latitudes.")] = None,
    profile: Annotated[bool, typer.Option(help="Whether each of its areas gets a page.")] = True,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the area system of that name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the fit and change nothing.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Add an area system from a file: check it, show how well it fits, and put it into profiles.toml."""
    from locality_profiles import adding
    from locality_profiles.proposing import Said

    settings = _workspace(workspace)
    said = Said(title, plural, name_column, block_column, code_column, weight_column, postcode_column, x_column,
                y_column, layer, crs, fit, blocks)  # fmt: skip
    added = adding.add_system(settings, name, file, said, profile=profile, replacing=replace, dry_run=dry_run)
    _show(added.as_dict(), adding.told_of(added, settings), as_json)


@areas_app.command("fit")
def areas_fit(
    name: Annotated[str | None, typer.Argument(help="An area system; without it, all of them.")] = None,
    areas: Annotated[bool, typer.Option("--areas", help="Area by area as well.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how well area systems fit their data zones, and which nest in which."""
    from locality_profiles import adding

    reports = adding.fit_reports(_workspace(workspace), name)
    _show(reports.as_dict(), adding.told_of_fits(reports, areas=areas), as_json)


@new_app.command("indicator")
def new_indicator(
    name: Annotated[str, typer.Argument(help="Its id: small letters, digits and underscores.")],
    title: Annotated[str | None, typer.Option(help="What readers call it.")] = None,
    numerator: Annotated[
        str | None, typer.Option(help="What is counted: 'residents 75+', SC.AT:N_PEOPLE, 'count tenure/owned' …")
    ] = None,
    denominator: Annotated[str | None, typer.Option(help="Among whom: 'residents', 'residents 65+', none.")] = None,
    section: Annotated[str | None, typer.Option(help="Where it stands, by the section's id.")] = None,
    period: Annotated[str | None, typer.Option(help="Kind of period of what is counted: financial_year …")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for it.", show_default="the workspace")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write an indicator's definition, every key explained, and a test of what it means."""
    from locality_profiles.scaffolding import indicator

    asked = indicator.Asked(title, numerator, denominator, section, period, owner)
    made = indicator.new_indicator(_workspace(workspace), name, asked, _asking(as_json))
    _say(made.as_dict(), made.text(), as_json)


@new_app.command("section")
def new_section(
    name: Annotated[str, typer.Argument(help="Its id: small letters, digits and underscores.")],
    title: Annotated[str | None, typer.Option(help="As it stands above the section.")] = None,
    after: Annotated[str | None, typer.Option(help="The section that it follows.", show_default="the last")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write a section of your own, for indicators to stand in."""
    from locality_profiles.scaffolding import section

    made = section.new_section(_workspace(workspace), name, title, after)
    _say(made.as_dict(), made.text(), as_json)


@new_app.command("area")
def new_area(
    name: Annotated[str, typer.Argument(help="What to call the area system: small letters, digits, underscores.")],
    title: Annotated[str | None, typer.Option(help="One of its areas, for people: 'Pilot area'.")] = None,
    file: Annotated[Path | None, typer.Option("--from", help="Outlines, or a table, as for 'areas add'.")] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", help="An area and its data zones: 'Ness=S01…,S01…'. Again for each.")
    ] = None,
    point: Annotated[
        list[str] | None, typer.Option("--point", help="A point of a catchment: 'Ness=ZE1 0AA'. Again for each.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the lines and the fit, and change nothing.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Propose an area system from a file, data zones or postcodes, and put it into profiles.toml."""
    from locality_profiles import adding
    from locality_profiles.scaffolding import area as scaffold

    settings = _workspace(workspace)
    added = scaffold.new_area(settings, name, title, file, area or (), point or (), dry_run)
    _show(added.as_dict(), adding.told_of(added, settings), as_json)


@new_app.command("source")
def new_source(
    name: Annotated[str, typer.Argument(help="The kind of extract: small letters, digits and underscores.")],
    title: Annotated[str | None, typer.Option(help="What readers call the extract.")] = None,
    column: Annotated[str, typer.Option(help="Heading of its column of counts.")] = "Count",
    folder: Annotated[
        Path, typer.Option("--repository", help="A clone of the repository.", show_default="here")
    ] = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Inside a clone of the repository: write a source's module, its spec and its suite."""
    from locality_profiles.scaffolding import source

    made = source.new_source(folder, name, title, column)
    _say(made.as_dict(), made.text(), as_json)


def _asking(as_json: bool) -> Callable[[str, str], str] | None:
    """A way to put a question to the person at the terminal; None where nobody is there."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return lambda question, usual: str(typer.prompt(question, default=usual))


@app.command()
def show(
    area: Annotated[str | None, typer.Argument(help="Name or code of an area; without it, the first profile.")] = None,
    indicator: Annotated[str | None, typer.Option("--indicator", help="Only this indicator, by its id.")] = None,
    compat: Beside = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show a profile's summary table in the terminal, or all that is known of one indicator."""
    from locality_profiles.publish import terminal
    from locality_profiles.showing import find_profile

    release = _release(_workspace(workspace))
    area_type, area_code = find_profile(release, area)
    if compat:
        _reconciled(release, area_type, area_code, as_json)
        return
    if as_json:
        _print(
            json.dumps(
                terminal.plain_rows(release.tables, area_type, area_code, indicator=indicator), indent=1, default=str
            )
        )
    else:
        from rich.console import Console

        details = terminal.indicator_details(release.tables, area_type, area_code, indicator) if indicator else []
        Console().print(_summary(release, area_type, area_code, indicator))
        for part in details:
            Console().print(part, markup=False, highlight=False)


@app.command()
def preview(
    area: Annotated[str | None, typer.Argument(help="Name or code of an area; without it, the first profile.")] = None,
    section: Annotated[str | None, typer.Option("--section", help="Only this section, by its id.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser of this machine.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Write it again whenever a definition, section, note or the theme changes.")
    ] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write one area's page from the current release's tables into a temporary folder, and say where."""
    from locality_profiles import previewing
    from locality_profiles.showing import find_profile

    settings = _workspace(workspace)
    release = _release(settings)
    key = find_profile(release, area)
    if watch:
        opened = typer.launch if open_it else None
        with _until_stopped(as_json) as tell:
            previewing.watch(
                settings.folder, release, key, section, tell, first=lambda page: opened and opened(str(page))
            )
        return
    page = previewing.preview(settings, release, key, section)
    _say({"page": str(page), "release": release.id}, str(page), as_json)
    if open_it:
        typer.launch(str(page))


def _reconciled(release: Release, area_type: str, area_code: str, as_json: bool) -> None:
    """The present profiles' rows beside ours, for one area."""
    from locality_profiles.profiles.reconciliation import reconcile
    from locality_profiles.publish.terminal import reconciliation_table

    rows = reconcile(release.tables, [area_type], (area_type, area_code))
    if as_json:
        _print(json.dumps(rows.to_pylist(), indent=1, default=str))
    else:
        from rich.console import Console

        Console().print(reconciliation_table(rows, release.tables, bool(release.about["synthetic"])))


def _summary(release: Release, area_type: str, area_code: str, indicator: str | None) -> Any:
    from locality_profiles.publish.terminal import profile_summary

    synthetic = bool(release.about["synthetic"])
    return profile_summary(release.tables, area_type, area_code, synthetic=synthetic, indicator=indicator)


@app.command()
def words(
    area: Annotated[str | None, typer.Argument(help="Name or code of an area, as in 'show'.")] = None,
    section: Annotated[str | None, typer.Argument(help="A section, such as hospital; profile for the head.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Texts still hold: take them as true of the numbers of this release.")
    ] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List what authors wrote and where numbers have moved; or, with an area and a section, make a file to write in."""
    from datetime import datetime

    from locality_profiles import authoring, building

    settings = _workspace(workspace)
    if accept:
        accepted = authoring.accept_words(settings, area)
        text = "\n".join(told.words for told in accepted) or "Beside no text have numbers moved."
        again = "\nAccepted. 'locality-profiles build --force' takes the flags from the pages." if accepted else ""
        _say({"accepted": [authoring.as_dict(told) for told in accepted]}, text + again, as_json)
    elif area is None:
        found = authoring.list_words(settings)
        _say({"words": [authoring.as_dict(told) for told in found]}, authoring.told_of(found), as_json)
    elif section is None:
        raise WorkspaceError("Say the section as well: 'locality-profiles words AREA SECTION', such as hospital.")
    else:
        path, made = authoring.start_words(settings, area, section, datetime.now(building.LOCAL_TIME).date())
        _say({"file": str(path), "made": made}, f"{path}{'' if made else ' (it was there already)'}", as_json)


@app.command()
def query(
    sql: Annotated[str | None, typer.Argument(help="SQL for DuckDB; without it, the tables are listed.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List tables and macros, with what each is.")] = False,
    describe: Annotated[
        str | None, typer.Option("--describe", metavar="NAME", help="Tell a table's columns, or what a macro takes.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from a file.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORM", help="table, csv, json or parquet.", show_default="table")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write the answer into a file; its suffix says how.")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Ask the current release's tables in SQL, read-only."""
    from locality_profiles import querying

    settings = _workspace(workspace)
    _release(settings)
    chosen = querying.form_of(form, to, as_json)
    if describe is not None:
        _show_described(querying.described(settings.catalog, describe), as_json)
        return
    asked = querying.LIST if list_all else querying.sql_of(sql, file)
    if to is not None or chosen == "parquet":
        rows = querying.write_answer(settings.catalog, asked, to, chosen)
        _say({"file": str(to), "rows": rows}, f"Wrote {to}: {rows:,} row{'' if rows == 1 else 's'}.", as_json)
        return
    found = querying.answer(settings.catalog, asked)
    if chosen == "table":
        from rich.console import Console

        from locality_profiles.showing import as_table

        Console().print(as_table(found.columns, found.rows))
        if not found.rows:
            typer.echo("No row answers that.", err=True)
    else:
        typer.echo(found.as_json() if chosen == "json" else found.as_csv().rstrip("\n"))


def _show_described(found: Described, as_json: bool) -> None:
    """What a table or macro is, for people or for a program."""
    from rich.console import Console

    from locality_profiles.showing import as_table

    if as_json:
        _print(json.dumps(found.as_dict(), indent=1))
        return
    console = Console()
    console.print(f"{found.name} ({found.kind})\n{found.words}\n", markup=False, highlight=False)
    if found.columns:
        console.print(as_table(("name", "type", "what it is"), found.columns))
        console.print()
    console.print(f"Example: {found.example}", markup=False, highlight=False)


@app.command("what-if")
def what_if(
    shift: Annotated[str, typer.Argument(help="How much from which service to which: '5% from HOSP.ACU.EM to SC.HC'.")],
    partnership: Annotated[str | None, typer.Option(help="Whose money: name or code, where there are several.")] = None,
    version: Annotated[str, typer.Option(help="original, revised, forecast, outturn or audited.")] = "revised",
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what moving money from one service to another would do, area by area. Nothing is changed."""
    from locality_profiles.shifting import HEADINGS, what_if_of

    found = what_if_of(_workspace(workspace), shift, partnership, version)
    if as_json:
        _say(found.as_dict(), "", as_json=True)
        return
    from rich.console import Console

    from locality_profiles.showing import as_table

    console = Console()
    console.print(found.title, markup=False, highlight=False)
    console.print(as_table(HEADINGS, found.cells()))
    for caveat in found.caveats:
        console.print(caveat, markup=False, highlight=False)


@app.command()
def template(
    name: Annotated[
        str, typer.Argument(help="social-care (a council), third-sector, budget (a ledger) or voice (meetings).")
    ],
    out: Annotated[Path | None, typer.Option(help="Workbook to write.", show_default="NAME-return.xlsx here")] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="Folder whose release gives the list of localities.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the workbook if it is there.")] = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write a workbook for somebody to fill in; when it comes back, it is an extract like any other."""
    from locality_profiles.sending import write_template

    sent = write_template(name, out, _workspace(workspace) if workspace else None, force=force)
    places = f"with {sent.localities} localities" if sent.localities else "without a list of localities"
    _say(
        {"template": sent.name, "file": str(sent.file), "sheets": sent.sheets, "localities": sent.localities},
        f"Wrote {sent.file}: {sent.sheets} sheet{'s' if sent.sheets > 1 else ''} to fill in, {places}.\n"
        "Send it, and put what comes back among the extracts.",
        as_json,
    )


@app.command()
def diff(
    before: Annotated[
        str | None, typer.Argument(help="Id of a release.", show_default="the one before the current")
    ] = None,
    after: Annotated[str | None, typer.Argument(help="Id of another.", show_default="current")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say what changed from one release to another: in words, alerts first, then as a table."""
    from locality_profiles.differing import difference
    from locality_profiles.publish.what_changed import HEADINGS, cells

    found = difference(_workspace(workspace), before, after)
    if as_json:
        _say(found.as_dict(), "", as_json=True)
        return
    from locality_profiles.showing import as_table

    table = [as_table(HEADINGS, rows)] if (rows := cells(found.report)) else []
    _show(None, ["\n".join(found.lines()), "", *table], as_json=False)


@app.command("compare-with")
def compare_with(
    file: Annotated[Path, typer.Argument(help="A workbook or table of somebody else's figures.")],
    areas: Annotated[list[str] | None, typer.Argument(help="Only these areas, by name or code.")] = None,
    columns: Annotated[
        str, typer.Option(help="Columns by their headings, where they are not found: area=…,indicator=…,value=…")
    ] = "",
    named: Annotated[
        list[str] | None,
        typer.Option("--as", help="What a name there means: 'Their name=our_indicator'. Again for each."),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page of the differences.")] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="Write every row for a spreadsheet.")] = None,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Set the release beside a file that others made, row by row: what agrees, what does not, and why."""
    from locality_profiles.migrating import telling
    from locality_profiles.migrating.reading import told_columns
    from locality_profiles.migrating.reconciling import compare_with
    from locality_profiles.migrating.resolving import said_names

    settings = _workspace(workspace)
    told = told_columns(columns) if columns else {}
    found = compare_with(settings, _release(settings), file, areas or (), told, said_names(named or ()))
    if table is not None:
        telling.write_csv(found, table)
    if html is not None:
        telling.write_html(found, html)
    if as_json:
        _print(json.dumps(telling.as_dict(found), indent=1, default=str))
        return
    from locality_profiles.showing import as_table

    different = telling.cells(found.different()[: telling.SHOWN])
    shown: list[RenderableType] = ["", as_table(telling.HEADINGS, different)] if different else []
    written = [f"Wrote {path}" for path in (table, html) if path is not None]
    counts = as_table(("outcome", "rows", "what it means"), telling.counted(found))
    last = "\n".join([*telling.last_lines(found), *written])
    _show(None, ["\n".join(telling.lines(found)), "", counts, *shown, *([last] if last else [])], as_json=False)


@app.command()
def audit(
    release: Annotated[str | None, typer.Argument(help="Id of a release.", show_default="current")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Find every range to its end, which takes longer.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Try to work out what a published release hides, from what is published alone."""
    from locality_profiles import auditing

    found, problems = auditing.audited(_workspace(workspace), release, exact)
    if as_json:
        _say(auditing.as_dict(found, problems), "", as_json=True)
    else:
        from locality_profiles.showing import as_table

        table = [as_table(auditing.HEADINGS, rows)] if (rows := auditing.cells(found)) else []
        _show(None, [*table, "\n".join(auditing.lines(found, problems))], as_json=False)
    if problems or not found.passed:
        raise typer.Exit(1)


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(help="Id of the release to go back to.")],
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make an earlier release current again."""
    from locality_profiles import building

    settings = _workspace(workspace)
    with building.one_build(settings) as healed:
        for sentence in healed:
            typer.echo(sentence, err=True)
        back = building.go_back(settings, release)
    _say(_told(back, changed=True), f"Release {back.id} is current again. It stays until extracts, settings or the "
         "program change; 'build --force' builds anew before that.", as_json)  # fmt: skip


@app.command()
def serve(
    workspace: Folder = Path(),
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Serve the current site on this machine, for looking at it."""
    from locality_profiles.showing import serve_site

    settings = _workspace(workspace)
    _release(settings)
    address = f"http://127.0.0.1:{port}/"
    _say({"address": address}, f"{address}  (stop with Ctrl+C)", as_json)
    sys.stdout.flush()
    serve_site(settings.current / "site", port)


@app.command()
def schedule(
    workspace: Folder = Path(),
    at: Annotated[str, typer.Option(help="When, as a cron line (Europe/London).")] = "0 3 * * *",
    fetch_at: Annotated[str, typer.Option(help="When to fetch first: a cron line, such as '0 22 * * 6'.")] = "",
    arrivals: Annotated[bool, typer.Option("--arrivals", help="Build when new extracts lie still, as well.")] = False,
    once: Annotated[bool, typer.Option("--once", help="One night here and now without Prefect, for cron.")] = False,
    fetch: Annotated[bool, typer.Option("--fetch", help="With --once: fetch newer extracts first.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build when new extracts lie still, without Prefect.")] = False,
    every: Annotated[float, typer.Option(help="With --watch: seconds between two looks.")] = 60.0,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run at night by itself: build, publish if anything changed, write it down, tell whoever is to be told."""
    settings = _workspace(workspace)
    if once and watch:
        raise WorkspaceError("Say --once or --watch, not both.")
    from pipelines import scheduling

    if once:
        found, error = scheduling.run_once(settings.folder, fetch)
        if error is not None and not found:
            raise error
        if as_json:
            _say(scheduling.as_dict(found, error), "", as_json=True)
        elif text := scheduling.mail_of(settings, found):
            typer.echo(text, err=error is not None)
        if error is not None:
            raise typer.Exit(error.exit_code)
        return
    with _until_stopped(as_json) as tell:
        if watch:
            scheduling.watch(settings.folder, every, tell)
        else:
            scheduling.serve(settings.folder, at, fetch_at, arrivals, tell)


@app.command()
def history(
    number: Annotated[int, typer.Option("--last", help="How many runs, the newest first.")] = 20,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say what every run did: when, what started it, how it ended, which release, and why it failed."""
    from locality_profiles import history as kept

    found = kept.told_runs(_workspace(workspace).folder)[-max(number, 1) :]
    if as_json:
        _print(json.dumps([run.as_dict() for run in found], indent=1))
        return
    from locality_profiles.showing import as_table

    rows = [as_table(kept.HEADINGS, kept.cells(found))] if found else ["Nothing has been run here yet."]
    lines = kept.reasons(found)
    _show(None, [*rows, *(["", "\n".join(lines)] if lines else [])], as_json=False)


@app.command()
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a try-out every way.")] = False,
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say who is told of what, as the settings under notify have it, or try it out."""
    from locality_profiles import notifying

    settings = _workspace(workspace)
    if not test:
        told = [{"name": each.name, "by": each.by, "rules": list(each.rules)} for each in settings.notices.channels]
        words = "\n".join(f"{each['name']}: {', '.join(each['rules'])}" for each in told)
        _say({"notify": told}, words or "Nobody is told of anything. Add [[notify.to]] to profiles.toml.", as_json)
        return
    sent = notifying.tried_out(settings)
    lines = [f"{name}: {f'not sent, {why}' if why else 'sent'}" for name, why in sent]
    _say({"sent": [{"name": name, "why_not": why} for name, why in sent]}, "\n".join(lines), as_json)
    if any(why for _, why in sent):
        raise typer.Exit(3)


@app.command()
def doctor(as_json: AsJson = False, debug: Debug = False) -> None:
    """Say what is installed and what is missing."""
    from locality_profiles.showing import as_table, installed

    rows = installed()
    if as_json:
        _print(json.dumps([{"package": name, "version": version, "for": why} for name, version, why in rows], indent=1))
    else:
        from rich.console import Console

        Console().print(as_table(["package", "version", "for"], rows))


completing.attach(app)

# --- shared ---------------------------------------------------------------------------------------


def _workspace(folder: Path) -> WorkspaceSettings:
    from locality_profiles.workspace import read_workspace

    return read_workspace(folder)


def _release(settings: WorkspaceSettings) -> Release:
    from locality_profiles.errors import ReleaseError
    from locality_profiles.publish.releases import current_release

    release = current_release(settings.published)
    if release is None and settings.current.is_symlink():
        raise ReleaseError(
            f"The current release of {settings.folder} is not whole. 'locality-profiles build' mends it."
        )
    if release is None:
        raise ReleaseError(f"{settings.folder} has no release yet. Run 'locality-profiles build' first.")
    return release


def _say(facts: dict[str, Any], words: str, as_json: bool) -> None:
    _print(json.dumps(facts, indent=1, default=str) if as_json else words)


def _show(facts: Any, parts: Sequence[RenderableType], as_json: bool) -> None:
    """The facts as JSON, or for a person: lines of text as they are, and tables."""
    if as_json:
        _print(json.dumps(facts, indent=1, default=str))
        return
    from rich.console import Console

    for part in parts:
        if isinstance(part, str):
            _print(part)
        else:
            Console().print(part)


def _print(text: str) -> None:
    typer.echo(text)


@contextlib.contextmanager
def _until_stopped(as_json: bool) -> Iterator[Tell]:
    """A way to tell what happens in the block, which goes on until it is stopped; that it ended is told last."""
    from locality_profiles import events

    tell = events.teller(_print, as_json)
    with events.told_to_the_end(tell):
        yield tell


#: Filled where Prefect's server went away: its client would wait at the end, minutes long, to tell it of every event.
_AT_ONCE: list[bool] = []


def main() -> None:
    """Run the command line, and leave at once where nobody is there to be told of it."""
    try:
        _main()
    except SystemExit as end:
        if _AT_ONCE:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))
        raise


def _main() -> None:
    """Run the command line; an error that a user can mend ends in a sentence, not a trace."""
    atexit.register(_say_nothing_more)
    arguments = sys.argv[1:]
    try:
        _as_told(arguments)
    except LocalityProfilesError as error:
        if "--debug" in arguments:
            raise
        _fail(error, "--json" in arguments)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(130)
    except Exception as error:
        if "--debug" in arguments:
            raise
        from locality_profiles.machine import told_of_machine

        if (told := told_of_machine(error)) is not None:
            _fail(told, "--json" in arguments)
        said = visible(str(error)[:500])
        typer.echo(
            f"Something unexpected went wrong ({type(error).__name__}: {said}). This is a fault of locality-profiles, "
            "not of your data; nothing was published. Run the command again with --debug and report what it prints.",
            err=True,
        )
        sys.exit(1)


def _as_told(arguments: list[str]) -> None:
    """Run the command; for a program that reads JSON, a command that is called wrongly is told as JSON as well."""
    if "--json" not in arguments:
        app()
        return
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # The class of such errors is private to typer.
        said = getattr(error, "format_message", None)
        if said is None:
            raise
        typer.echo(json.dumps({"error": "usage", "summary": said(), "problems": []}))
        sys.exit(getattr(error, "exit_code", 2))
    # As without JSON: the end of a command is an exit, which leaves at once where a server went away.
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: LocalityProfilesError, as_json: bool) -> NoReturn:
    if as_json:  # on one line, so that it can follow events, which are told a line each
        typer.echo(json.dumps(error.as_dict(), default=str))
    else:
        typer.echo(str(error), err=True)
    sys.exit(error.exit_code)


def _say_nothing_more() -> None:
    """Keep the database's complaints about memory, when an error ends the program, from following our sentence."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
