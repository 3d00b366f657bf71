"""The command line: parse, call, turn errors into plain sentences and exit codes.

Exit codes: 0 fine; 1 data or a check failed; 2 called wrongly, or the workspace cannot be used; 3 the
world did not answer, and trying again may work. With ``--json`` the finer reason stands in ``error``.
Everything heavy is imported inside the command that needs it, so ``--help`` is quick.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from locality_profiles import __version__
from locality_profiles.errors import LocalityProfilesError, WorkspaceError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from locality_profiles.publish.releases import Release
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
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a workspace: profiles.toml, data/ and expectations/."""
    from locality_profiles.starting import make_workspace

    made = make_workspace(folder, sample=sample, size=size)
    _say(
        {"workspace": str(made.folder), "files": made.files, "synthetic": made.synthetic},
        f"Made {made.folder}"
        + (f" with {made.files} synthetic extracts. They describe no real place." if made.synthetic else ".")
        + f"\nNext: locality-profiles build --workspace {folder}",
        as_json,
    )


@app.command()
def check(workspace: Folder = Path(), as_json: AsJson = False, debug: Debug = False) -> None:
    """Read and validate the extracts only: what is wrong, where, and what to do."""
    from locality_profiles.checking import check_workspace

    report = check_workspace(_workspace(workspace))
    _say(report.as_dict(), report.text(), as_json)
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def build(
    workspace: Folder = Path(),
    force: Annotated[bool, typer.Option("--force", help="Publish again even if nothing has changed.")] = False,
    compat: Beside = None,
    engine: Annotated[EngineName, typer.Option(help="Where linked records are counted.")] = EngineName.duckdb,
    master: Annotated[str, typer.Option(help="Spark's master, such as spark://host:7077 (usual: local[*]).")] = "",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run the nightly flow here and now: from extracts to a new current release."""
    from locality_profiles import building

    settings = _workspace(workspace)
    also = compat.value if compat else ""
    # Whether anything changed is known from checksums alone: no orchestrator is started to do nothing.
    if not force and (release := building.up_to_date(settings, building.plan_of(settings, also))) is not None:
        building.ensure_catalog(settings, release)
        _say(_told(release, changed=False), f"Nothing has changed; release {release.id} stays current.\n"
             f"{release.folder / 'site' / 'index.html'}", as_json)  # fmt: skip
        return
    release = _run_nightly(settings, force, also, (engine.value, master), debug)
    warnings = _warnings(release)
    lines = [
        f"Release {release.id} is current: {len(release.about['files'])} files, {warnings} warning(s).",
        str(settings.current / "site" / "index.html"),
    ]
    _say({**_told(release, changed=True), "warnings": warnings}, "\n".join(lines), as_json)


def _run_nightly(
    settings: WorkspaceSettings, force: bool, compat: str, engine: tuple[str, str], debug: bool
) -> Release:
    from locality_profiles.publish.releases import current_release
    from locality_profiles.tables.expectations import great_expectations
    from pipelines.temporary_server import server_for_this_run, wait_for_server

    # An error reaches the user as a sentence, from main(); the orchestrator need not log its trace as well.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if debug else "CRITICAL")
    with server_for_this_run():
        # While the server comes up, the other core imports what the build will need.
        great_expectations()
        from pipelines.nightly import nightly

        wait_for_server()
        nightly(str(settings.folder), force, compat, *engine)
    release = current_release(settings.published)
    if release is None:
        raise WorkspaceError("The build ended without a release.")
    return release


def _told(release: Release, changed: bool) -> dict[str, Any]:
    return {"release": release.id, "folder": str(release.folder), "site": str(release.folder / "site" / "index.html"),
            "changed": changed}  # fmt: skip


def _warnings(release: Release) -> int:
    import duckdb

    path = str(release.tables["check_result"]).replace("'", "''")
    with duckdb.connect() as connection:  # an answer on the shared connection would keep it from others
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
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Ask the current release's tables in SQL, read-only."""
    from locality_profiles.showing import ask

    settings = _workspace(workspace)
    _release(settings)
    columns, rows = ask(settings.catalog, sql)
    if as_json:
        _print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=1, default=str))
    else:
        from locality_profiles.showing import as_table

        from rich.console import Console  # isort: skip

        Console().print(as_table(columns, rows))


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
    console.print(found.title)
    console.print(as_table(HEADINGS, found.cells()))
    for caveat in found.caveats:
        console.print(caveat)


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


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(help="Id of the release to go back to.")],
    workspace: Folder = Path(),
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make an earlier release current again."""
    from locality_profiles import building
    from locality_profiles.publish.releases import roll_back

    settings = _workspace(workspace)
    with building.one_build(settings):
        back = roll_back(settings.published, release)
        building.ensure_catalog(settings, back)
    _say(_told(back, changed=True), f"Release {back.id} is current again.", as_json)


@app.command()
def serve(
    workspace: Folder = Path(),
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
    debug: Debug = False,
) -> None:
    """Serve the current site on this machine, for looking at it."""
    from locality_profiles.showing import serve_site

    settings = _workspace(workspace)
    _release(settings)
    _print(f"http://127.0.0.1:{port}/  (stop with Ctrl+C)")
    serve_site(settings.current / "site", port)


@app.command()
def schedule(
    workspace: Folder = Path(),
    at: Annotated[str, typer.Option(help="When, as a cron line (Europe/London).")] = "0 3 * * *",
    debug: Debug = False,
) -> None:
    """Serve the nightly deployment from here: build every night, publish if anything changed."""
    settings = _workspace(workspace)
    from pipelines.scheduling import serve_nightly

    serve_nightly(settings.folder, at)


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


# --- shared ---------------------------------------------------------------------------------------


def _workspace(folder: Path) -> WorkspaceSettings:
    from locality_profiles.workspace import read_workspace

    return read_workspace(folder)


def _release(settings: WorkspaceSettings) -> Release:
    from locality_profiles.errors import ReleaseError
    from locality_profiles.publish.releases import current_release

    release = current_release(settings.published)
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


def main() -> None:
    """Run the command line; an error that a user can mend ends in a sentence, not a trace."""
    atexit.register(_say_nothing_more)
    arguments = sys.argv[1:]
    try:
        app()
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
        typer.echo(
            f"Something unexpected went wrong ({type(error).__name__}: {error}). This is a fault of locality-profiles, "
            "not of your data; nothing was published. Run the command again with --debug and report what it prints.",
            err=True,
        )
        sys.exit(1)


def _fail(error: LocalityProfilesError, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps(error.as_dict(), indent=1, default=str))
    else:
        typer.echo(str(error), err=True)
    sys.exit(error.exit_code)


def _say_nothing_more() -> None:
    """Keep the database's complaints about memory, when an error ends the program, from following our sentence."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
