"""``locality-profiles fetch --from FOLDER``: extracts out of a folder that somebody filled, without a network.

The folder may be one that a fetch of another machine wrote, with its manifest, or any folder of files. Files are told
by the names that the catalogue knows, else by their columns. Only what the workspace wants is copied, and what is left
is told with the reason.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.fetching import planning
from locality_profiles.fetching.catalogue import ALL, SUFFIXES, Origin, catalogue_of
from locality_profiles.fetching.deciding import Failure, columns_changed
from locality_profiles.fetching.doubles import claims_of
from locality_profiles.fetching.gathering import Shelf, entry_of, failed, not_read, of_machine, shelf_of
from locality_profiles.fetching.manifest import FILE_NAME, Kept, contents_of, manifest_at, read_manifest, sha256_of
from locality_profiles.fetching.report import Outcome, Report
from locality_profiles.sources import layouts, sources
from locality_profiles.tables.intake import NearMiss, recognise
from locality_profiles.workspace import FETCHED, Workspace


@dataclass(frozen=True)
class Found:
    """A file of the mirror that is an extract, and which."""

    path: Path
    place: str
    """Where it is in the mirror."""
    origin: Origin
    rank: int = 0
    """Which of the extract's usual names it has; the first is preferred."""
    told: Kept | None = None
    """What the mirror's manifest says of it."""

    @property
    def age(self) -> tuple[str, int]:
        """By which the later of two is told: a day or month in the name, else when it was written."""
        return date_in(self.path.name), self.path.stat().st_mtime_ns


def date_in(name: str) -> str:
    """The latest day, month or year in a file's name, so that later ones sort behind earlier ones; empty without.

    >>> date_in("DataZone2011lookup_2024-12-16.csv"), date_in("simd2020v2_22062020.csv"), date_in("ae_202303.csv")
    ('20241216', '20200622', '202303')
    """
    found = [year + month + day for year, month, day in re.findall(r"(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", name)]
    found += [year + month + day for day, month, year in re.findall(r"(?<!\d)([0-3]\d)([01]\d)(20\d\d)(?!\d)", name)]
    found = found or [year + month for year, month in re.findall(r"(?<!\d)(20\d\d)-?([01]\d)(?!\d)", name)]
    return max(found, default="")


def fetch_mirror(
    workspace: Workspace, folder: Path, names: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None
) -> Report:
    """Copy what the workspace wants out of a folder.

    Raises
    ------
    WorkspaceError
        If there is no such folder, it is the workspace's own, or a name is not known.
    """
    if not folder.is_dir():
        raise WorkspaceError(f"There is no folder at {folder}. Name the folder that holds the extracts.")
    if folder.resolve().is_relative_to(workspace.folder) or workspace.extracts.is_relative_to(folder.resolve()):
        raise WorkspaceError(f"{folder} is part of this workspace, or holds it. Name the folder of another machine.")
    catalogue, _ = catalogue_of(workspace)
    planning.choose(catalogue, workspace.partnerships, names)  # refuses names that are not known
    report = Report()
    tell(f"looking through {folder}")
    found = files_of_mirror(folder, catalogue, report)
    taken = sift(found, workspace.partnerships, names, report)
    taken = without_doubles(taken, report)
    with shelf_of(workspace) as shelf:
        for number, each in enumerate(taken, start=1):
            tell(f"{number} of {len(taken)}: {each.origin.title}")
            report.outcomes.append(_copied(each, shelf, _name_here(each, taken)))
        fine = {outcome.name for outcome in report.outcomes} - {outcome.name for outcome in report.failed}
        for name in sorted(fine):
            shelf.drop_others(name, [_name_here(each, taken) for each in taken if each.origin.name == name])
    if not found:
        report.problems.append(Problem("no file of the folder is an extract that is known here",
                                       "'locality-profiles fetch --list' names those that are."))  # fmt: skip
    report.outcomes.sort(key=lambda outcome: outcome.name)
    report.notes += not_read(workspace)
    return report


# --- what is there --------------------------------------------------------------------------------


def files_of_mirror(folder: Path, catalogue: Mapping[str, Origin], report: Report) -> list[Found]:
    """The extracts of a mirror; other files go to the report with the reason."""
    for at in (folder, folder / FETCHED, folder / "data" / "raw" / FETCHED):
        try:
            told = read_manifest(manifest_at(at))
        except Failure:
            report.notes.append(
                f"{at.name}/{manifest_at(at).name} is no manifest of a fetch; its files are told by name."
            )
            continue
        if told:
            return _of_manifest(at, told, catalogue, report)
    found = []
    for path in _walked(folder, report):
        place = path.relative_to(folder).as_posix()
        known = by_name(path.name, catalogue) or _by_columns(path, place)
        if known is None:
            report.left.append((place, "no source here reads it"))
        else:
            found.append(Found(path, place, *known))
    return found


def _walked(folder: Path, report: Report) -> list[Path]:
    """Files with endings of extracts, links aside, in order of name."""
    paths = []
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(at, name)
            if path.is_symlink():
                report.left.append((path.relative_to(folder).as_posix(), "it is a link"))
            elif not name.startswith(".") and path.is_file() and name.lower().endswith(SUFFIXES):
                paths.append(path)
    return paths


def _of_manifest(folder: Path, told: Iterable[Kept], catalogue: Mapping[str, Origin], report: Report) -> list[Found]:
    """Files as a manifest lists them; one that is not as it says is a problem."""
    found = []
    for each in told:
        origin = catalogue.get(each.name) or Origin(
            each.name, each.title, each.kinds, each.publisher, each.licence, each.page, files=(each.file,),
            by_hand="It came out of a mirror.",
        )  # fmt: skip
        path = folder / each.file
        if path.is_symlink() or not path.is_file():
            report.problems.append(Problem("the manifest lists it, and it is not there", "Copy the mirror again.",
                                           each.file))  # fmt: skip
        elif path.stat().st_size != each.bytes or sha256_of(path) != each.sha256:
            report.problems.append(Problem("it is not the file that its manifest lists: it was cut or changed",
                                           "Copy the mirror again.", each.file))  # fmt: skip
        else:
            found.append(Found(path, each.file, origin, told=each))
    return found


def by_name(file: str, catalogue: Mapping[str, Origin]) -> tuple[Origin, int] | None:
    """The extract that usually has such a name, and which of its names it is; the longest name decides."""
    fits = [
        (len(pattern), origin, rank) for origin in catalogue.values() for rank, pattern in enumerate(origin.files)
        if fnmatchcase(file.casefold(), pattern.casefold())
    ]  # fmt: skip
    longest = max(fits, key=lambda fit: fit[0], default=None)
    return (longest[1], longest[2]) if longest else None


def _by_columns(path: Path, place: str) -> tuple[Origin, int] | None:
    """An extract that is told by its columns alone."""
    try:
        found = recognise(path, layouts(), place)
    except ExtractRefused:
        return None
    if found is None or isinstance(found, NearMiss):
        return None
    kinds = tuple(dict.fromkeys(sheet.kind for sheet in found))
    source = sources()[kinds[0]].source
    name = kinds[0].replace("_", "-")
    return Origin(f"{name}-unnamed", source.title, kinds, source.publisher, source.licence, source.page,
                  take=ALL, by_hand="It came out of a mirror."), 0  # fmt: skip


# --- what is wanted -------------------------------------------------------------------------------


def sift(
    found: Sequence[Found], partnerships: Collection[str] | None, names: Sequence[str], report: Report
) -> list[Found]:
    """Those of the files that are wanted; the others go to the report with the reason."""
    codes = None if partnerships is None else tuple(partnerships)
    there = {each.origin.name for each in found}
    replaced = {
        each.origin.stands_for: each.origin.name for each in found
        if each.origin.stands_for and codes is not None and set(codes) == {each.origin.partnership}
    }  # fmt: skip
    by_origin: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        origin = each.origin
        if origin.spare_for not in there or origin.only_if_named:
            origin = replace(origin, spare_for="", only_if_named=False)
        if names:
            why = "" if origin.name in names else "it was not named"
        else:
            why = planning.why_not(origin, codes, replaced)
        if why:
            report.left.append((each.place, why))
        else:
            by_origin[origin.name].append(each)
    taken = []
    for several in by_origin.values():
        best = several if several[0].origin.take == ALL or several[0].told else [
            max(several, key=lambda each: (-each.rank, each.age))
        ]  # fmt: skip
        taken += best
        for each in several:
            if each not in best:
                which = "later" if each.rank == best[0].rank else "preferred"
                report.left.append((each.place, f"{best[0].place} is the same extract, and {which}"))
    return taken


def without_doubles(taken: Sequence[Found], report: Report) -> list[Found]:
    """The files without those that give what a later one gives: a build takes each figure from one file.

    Only kinds that more than one file has are read.
    """
    of_kind: dict[str, list[Found]] = defaultdict(list)
    for each in taken:
        for kind in each.told.kinds if each.told else each.origin.kinds:
            of_kind[kind].append(each)
    doubtful = {each.place: each for several in of_kind.values() if len(several) > 1 for each in several}
    given: dict[str, Found] = {}
    out: set[str] = set()
    # Later ones first, and of equals the one that the catalogue knows.
    order = sorted(doubtful.values(), key=lambda each: (each.age, bool(each.origin.files), each.place), reverse=True)
    for each in order:
        claims = claims_of(each.path, each.place)
        first = next((given[claim] for claim in claims if claim in given), None)
        if first is None:
            given |= dict.fromkeys(claims, each)
        else:
            out.add(each.place)
            report.left.append((each.place, f"{first.place} gives the same, and is the later of the two"))
    return [each for each in taken if each.place not in out]


# --- copying --------------------------------------------------------------------------------------


def _name_here(found: Found, taken: Sequence[Found]) -> str:
    """What a file is called here: its own name, with the extract's before it where two have the same."""
    name = found.path.name
    twins = [each for each in taken if each.path.name.casefold() == name.casefold()]
    if len(twins) > 1 or not re.fullmatch(FILE_NAME, name):
        return f"{found.origin.name}-{twins.index(found) + 1}{''.join(found.path.suffixes[-2:])[-9:]}"
    return name


def _copied(found: Found, shelf: Shelf, file: str) -> Outcome:
    fresh = shelf.folder / f".new-{file}"
    try:
        shutil.copyfile(found.path, fresh)
        entry = _entry(found, file, fresh)
        before = shelf.at(file)
        if before and before.sha256 == entry.sha256 and (shelf.folder / file).is_file():
            shelf.put(fresh, replace(entry, fetched=before.fetched))
            return Outcome(entry.name, entry.title, "same", f"{FETCHED}/{file}", entry.rows, entry.bytes)
        notes = columns_changed(before.columns if before else (), entry.columns)
        shelf.put(fresh, entry)
        happened = "changed" if before else "new"
        return Outcome(entry.name, entry.title, happened, f"{FETCHED}/{file}", entry.rows, entry.bytes, notes)
    except Failure as failure:
        return failed(found.origin, failure, file)
    except OSError as error:
        return failed(found.origin, of_machine(error), file)
    finally:
        fresh.unlink(missing_ok=True)


def _entry(found: Found, file: str, fresh: Path) -> Kept:
    """The manifest's line: the mirror's own where it has one, or what the file shows."""
    if found.told:
        if sha256_of(fresh) != found.told.sha256:
            raise Failure("it changed while it was copied", "Fetch again.", again=True)
        return replace(found.told, file=file, by="mirror")
    contents = contents_of(fresh, file, found.origin.kinds)
    made = entry_of(found.origin, file, fresh, contents.kinds, contents.rows, contents.columns)
    return replace(made, address=found.place, by="mirror")
