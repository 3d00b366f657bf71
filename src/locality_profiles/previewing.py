"""One area's page, or one section of it, from the tables of the current release: to look at while working.

The pages are written as a release's are, from the few rows of the tables that are about the area; the house style and
the settings are read anew. Nothing is published.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from locality_profiles.errors import LocalityProfilesError
from locality_profiles.events import Tell
from locality_profiles.meant import did_you_mean
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.releases import Release
from locality_profiles.publish.theme import read_theme
from locality_profiles.tables.store import key_of, sha256_of
from locality_profiles.workspace import SETTINGS, Workspace, read_workspace

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from locality_profiles.indicators.definition import Indicator

#: Tables that are told of the area alone.
OF_THE_AREA = ("profile", "profile_trend", "comparison", "trend", "inequality", "sentence", "author_note")
#: Of these, what names the indicator, for a preview of one section.
OF_THE_SECTION = {"profile": "item", "profile_trend": "item", "comparison": "indicator_id", "trend": "indicator_id",
                  "inequality": "indicator_id"}  # fmt: skip
#: Tables with rows of an indicator, and the column that names it: what a changed definition gives is not theirs.
CHANGED_WITH = {"indicator": "indicator_id", "indicator_value": "indicator_id", **OF_THE_SECTION,
                "area_rank": "indicator_id"}  # fmt: skip
#: Tables of what stands on other pages only.
LEFT_OUT = ("release_change",)
#: What is not asked for with a section: services are a section of their own, and places take a while to read.
BESIDE_SECTIONS = ("service", "map_layer")


class UnknownSection(LocalityProfilesError):
    """A section that the area's page does not have."""

    code = "unknown_section"


def preview(
    workspace: Workspace, release: Release, key: tuple[str, str], section: str | None = None, into: Path | None = None,
    turn: int = 0,
) -> Path:  # fmt: skip
    """Write an area's page, or one section of it, into a folder, and return the page.

    Definitions, sections and notes are as they stand now. What a changed definition gives was not controlled for
    disclosure, and the page says so: it is for whoever works on it.

    Parameters
    ----------
    into
        The folder; a new temporary one where none is named.
    turn
        Where pages are written again and again: the number of this one, which a page that is open looks out for.

    Raises
    ------
    UnknownSection
        If the page has no such section; those that it has are named.
    DefinitionError
        If a definition, a section or a note is wrong.
    """
    from locality_profiles.publish.site import write_area
    from locality_profiles.tables.store import connect

    theme = read_theme(workspace.folder)
    folder = into or Path(tempfile.mkdtemp(prefix="locality-profiles-preview-"))
    tables = {name: workspace.curated / name / path.name for name, path in release.public_tables.items()}
    drawn = folder / "tables"
    shutil.rmtree(drawn, ignore_errors=True)
    drawn.mkdir(parents=True)
    now = as_declared_now(workspace, release, tables, folder / "made")
    tables |= now.tables
    with connect() as connection:
        if section:
            _check_section(connection, tables["profile"], key, section)
        told = dict(_narrowed(connection, tables, key, section, drawn / "narrow"))
    marking = f"{NOT_CONTROLLED} {', '.join(now.changed)}." if now.changed else ""
    edition = Edition(
        title=workspace.title, synthetic=workspace.synthetic, release_id=release.id, built=release.built,
        profiled=(key[0],), type_titles=workspace.type_titles(), open_data="", theme=theme, marking=marking,
    )  # fmt: skip
    page = write_area(told, folder / "site", edition, key)
    if turn:
        _reloading(page, folder / "site" / STAMP, turn)
    return page


#: The head of a page on which figures stand that a definition gives which was changed since the release.
NOT_CONTROLLED = "For whoever works on it: these figures are made anew and were not controlled for disclosure:"
#: The file beside the front page that says which page is the newest.
STAMP = "turn.js"
RELOADING = """<script>
(() => {
  const ask = () => {
    const asked = document.createElement("script");
    asked.src = "../%(stamp)s?" + Date.now();
    asked.onload = () => { asked.remove(); if (window.turn !== %(turn)d) location.reload(); };
    asked.onerror = () => asked.remove();
    document.head.append(asked);
  };
  setInterval(ask, 1000);
})();
</script>
</head>"""


def _reloading(page: Path, stamp: Path, turn: int) -> None:
    """Let the page look every second whether there is a newer one, and load itself again. Only a preview does that."""
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</head>", RELOADING % {"stamp": STAMP, "turn": turn}, 1), encoding="utf-8")
    stamp.write_text(f"window.turn = {turn};\n", encoding="utf-8")


# --- what was declared since ------------------------------------------------------------------------


class Now(NamedTuple):
    """Tables in place of the release's, and the titles of indicators of which the figures were made anew."""

    tables: dict[str, Path]
    changed: tuple[str, ...]


def as_declared_now(workspace: Workspace, release: Release, tables: Mapping[str, Path], folder: Path) -> Now:
    """The tables that follow from definitions, sections and notes as they stand, where they were changed since.

    Figures are made of changed definitions alone. Comparisons, trends and all that follows from values stay as the
    release has them, without what it says of a changed definition.
    """
    from locality_profiles.indicators.definition import OWN_SECTIONS, with_own

    before = {name: str(sha) for name, sha in release.about.get("declared", {}).items()}
    files = {f"{part}/{path.name}": path for part in ("indicators", OWN_SECTIONS)
             for path in (workspace.folder / part).glob("*.toml")}  # fmt: skip
    after = {name: sha256_of(path) for name, path in files.items()}
    old = {name: sha for name, sha in before.items() if name.startswith(("indicators/", f"{OWN_SECTIONS}/"))}
    made: dict[str, Path] = {}
    changed: list[str] = []
    if after != old:
        found = with_own(workspace.definitions, workspace.outcomes)
        # What the same definitions gave before is found again: a note or the theme may have changed alone.
        at = folder / key_of(sorted(after.items()), sha256_of(workspace.folder / SETTINGS))
        differing = {name for name in {*after, *old} if after.get(name) != old.get(name)}
        ids = sorted(Path(name).stem for name in differing if name.startswith("indicators/"))
        made = {path.stem: path for path in at.glob("*.parquet")} or _made_anew(
            workspace, release, tables, found, ids, at
        )
        changed = [found[name].title for name in ids if name in found]
    if {"sentence", "author_note"} <= tables.keys():
        made = {**made, **_notes(workspace, {**tables, **made}, folder)}
    return Now(made, tuple(changed))


def _made_anew(
    workspace: Workspace, release: Release, tables: Mapping[str, Path], found: Mapping[str, Indicator],
    ids: Sequence[str], folder: Path,
) -> dict[str, Path]:  # fmt: skip
    """The tables with what changed definitions give; of all others the titles and places of their sections alone."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from locality_profiles import building  # a second of imports, which a page alone can do without
    from locality_profiles.indicators.calculate import calculate
    from locality_profiles.profiles.assemble import assemble

    stored = {name: workspace.curated / name / path.name for name, path in release.tables.items()}
    subset = {name: found[name] for name in ids if name in found}
    kinds = building.types_of(workspace)
    partnerships = [str(code) for code in release.about.get("partnerships", ())]
    # Figures of other definitions stay; those that the changed ones had go.
    made: dict[str, pa.Table] = {}
    for name, column in CHANGED_WITH.items():
        if name in tables and name != "indicator":
            made[name] = _without(pq.read_table(tables[name]), column, ids)
    own = partnerships if workspace.partnerships is not None else None
    indicators = _without(pq.read_table(tables["indicator"]), "indicator_id", ids)
    if subset:
        calculated = calculate(stored, kinds, subset, own)
        words = {(i.id, category): title for i in subset.values() for category, title in i.categories.items()}
        titles = {kind: workspace.title_of(kind)[0] for kind in kinds}
        profiles = assemble(stored, calculated.values, calculated.definitions, workspace.profiled, partnerships, titles,
                            words)  # fmt: skip
        for name, more in (("indicator_value", calculated.values), ("profile", profiles.profile),
                           ("profile_trend", profiles.trend)):  # fmt: skip
            made[name] = pa.concat_tables([made[name], more.cast(made[name].schema)])
        indicators = pa.concat_tables([indicators, calculated.definitions.cast(indicators.schema)])
    sections = {i.section: (i.section_title, i.section_order) for i in found.values()}
    placed = [
        found[name].section if name in found else section
        for name, section in zip(*(indicators[c].to_pylist() for c in ("indicator_id", "section")), strict=True)
    ]
    for name, values in (
        ("section", placed),
        ("section_title", [sections.get(s, (s, 0))[0] for s in placed]),
        ("section_order", [sections.get(s, (s, 0))[1] for s in placed]),
    ):
        at = indicators.schema.get_field_index(name)
        indicators = indicators.set_column(
            at, indicators.schema.field(at), pa.array(values, indicators.schema.field(at).type)
        )
    made["indicator"] = indicators.take(
        pc.sort_indices(indicators, [("section_order", "ascending"), ("item_order", "ascending")])
    )
    paths = {}
    folder.mkdir(parents=True)
    for name, table in made.items():
        paths[name] = folder / f"{name}.parquet"
        pq.write_table(table, paths[name])
    return paths


def _without(table: pa.Table, column: str, ids: Sequence[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.invert(pc.is_in(table[column], pa.array(list(ids), pa.string())))) if ids else table


def _notes(workspace: Workspace, tables: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """What authors wrote, as it stands now; nothing is remembered of it."""
    import pyarrow.parquet as pq

    if not (workspace.folder / "words").is_dir() and not pq.read_metadata(tables["author_note"]).num_rows:
        return {}
    from locality_profiles.profiles.narrative.making import notes_now

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "author_note.parquet"
    pq.write_table(notes_now(tables, workspace.folder), path)
    return {"author_note": path}


# --- watching --------------------------------------------------------------------------------------

#: What is looked at: files by their place in the workspace.
WATCHED = ("profiles.toml", "indicators/*.toml", "sections/*.toml", "words/*.toml", "words/**/*.md", "theme/*")
#: Seconds between two looks.
PAUSE = 0.4


def watched(folder: Path) -> dict[str, tuple[int, int]]:
    """When each file that a page depends on was changed last, and its size."""
    found = {}
    for pattern in WATCHED:
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):  # a file that an editor is about to put in its place
                told = path.stat()
                found[path.relative_to(folder).as_posix()] = (told.st_mtime_ns, told.st_size)
    return found


def watch(
    folder: Path,
    release: Release,
    key: tuple[str, str],
    section: str | None,
    tell: Tell,
    first: Callable[[Path], object] = lambda _: None,
    looks: Iterable[object] | None = None,
) -> None:
    """Write a preview, and again whenever a file that it depends on changes, until stopped.

    What is wrong with a file is said, and the page stays as it was until the file is mended.

    Parameters
    ----------
    first
        Called with the page once it is there.
    looks
        One for each look at the files; without end, a pause apart, where none are given.
    """
    into = Path(tempfile.mkdtemp(prefix="locality-profiles-preview-"))
    page: Path | None = None
    seen: dict[str, tuple[int, int]] | None = None
    turn = 0
    for _ in looks if looks is not None else _paused():
        now = watched(folder)
        if now == seen:
            continue
        before = seen or {}
        names = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
        again, seen = seen is not None, now
        began = time.perf_counter()
        try:
            written = preview(read_workspace(folder), release, key, section, into, turn + 1)
        except LocalityProfilesError as error:
            stays = "The page stays as it was." if page else "No page yet."
            words = f"{error}\n{stays} Mend it and save; this goes on."
            tell("refused", words, page=page, changed=names if again else [], **error.as_dict())
            continue
        turn += 1
        took = round(time.perf_counter() - began, 1)
        words = f"{_listed(names)} changed: written again in {took} s."
        if page is None:
            words = (f"{written}\nWritten in {took} s. It is written again when a file changes, and loads itself again "
                     "(stop with Ctrl+C).")  # fmt: skip
        tell("written", words, page=written, release=release.id, changed=names if again else [], seconds=took)
        if page is None:
            first(written)
        page = written


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _paused() -> Iterator[None]:
    while True:
        yield None
        time.sleep(PAUSE)


def _check_section(connection: duckdb.DuckDBPyConnection, profile: Path, key: tuple[str, str], section: str) -> None:
    from locality_profiles.tables.relation import relation

    query = f"select distinct section from {relation(profile)} where area_type = ? and area_code = ? order by 1"
    known = [name for (name,) in connection.execute(query, list(key)).fetchall()]
    if section not in known:
        hint = did_you_mean(section, known, f"It has: {', '.join(known)}.")
        raise UnknownSection(f"The page has no section '{section}'. {hint}")


def _narrowed(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Path],
    key: tuple[str, str],
    section: str | None,
    folder: Path,
) -> Iterator[tuple[str, Path]]:
    """The tables that the page needs: those of the area as its rows alone, the others as they are."""
    from locality_profiles.tables.relation import relation

    folder.mkdir(parents=True)
    for name, path in tables.items():
        if name in LEFT_OUT or (section and name in BESIDE_SECTIONS):
            continue
        if name not in OF_THE_AREA:
            yield name, path
            continue
        condition, values = "area_type = $kind and area_code = $code", {"kind": key[0], "code": key[1]}
        if section and name in OF_THE_SECTION:
            condition += (
                f" and {OF_THE_SECTION[name]} in (select indicator_id from {relation(tables['indicator'])} "
                "where section = $section)"
            )
            values["section"] = section
        small = folder / f"{name}.parquet"
        where = str(small).replace("'", "''")
        connection.execute(
            f"copy (select * from {relation(path)} where {condition}) to '{where}' (format parquet)", values
        )
        yield name, small
