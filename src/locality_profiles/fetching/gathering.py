"""``locality-profiles fetch``: ask for what a workspace wants, look at what comes, and put it in its place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.fetching import planning
from locality_profiles.fetching.catalogue import Origin, catalogue_of
from locality_profiles.fetching.deciding import Failure, columns_changed
from locality_profiles.fetching.doubles import doubled
from locality_profiles.fetching.manifest import (
    Kept,
    contents_of,
    manifest_at,
    read_manifest,
    sha256_of,
    whole,
    write_manifest,
)
from locality_profiles.fetching.planning import Ask
from locality_profiles.fetching.report import Outcome, Report
from locality_profiles.fetching.transfer import Came, Network
from locality_profiles.links import leads_out
from locality_profiles.machine import SAID
from locality_profiles.tables.store import lock
from locality_profiles.workspace import FETCHED, SETTINGS, Workspace

LOCAL_TIME = ZoneInfo("Europe/London")


@dataclass
class Shelf:
    """The folder of fetched extracts and its manifest, held by one fetch at a time."""

    folder: Path
    kept: list[Kept]

    def of(self, name: str) -> list[Kept]:
        return [each for each in self.kept if each.name == name]

    def at(self, file: str) -> Kept | None:
        return next((each for each in self.kept if each.file == file), None)

    def put(self, fresh: Path, entry: Kept) -> None:
        """Put a file that was looked at in its place, and write it down; at every moment one of the two is whole."""
        fresh.replace(self.folder / entry.file)
        self.note(entry)

    def note(self, entry: Kept) -> None:
        self.kept = [each for each in self.kept if each.file != entry.file] + [entry]
        write_manifest(manifest_at(self.folder), self.kept)

    def drop_others(self, name: str, files: Iterable[str]) -> list[str]:
        """Take away files of an extract that others take the place of, unless somebody has changed them."""
        return [each.file for each in self.of(name) if each.file not in set(files) and self.drop(each)]

    def drop(self, entry: Kept) -> bool:
        """Take a file out of the manifest, and away unless somebody has changed it; whether it was taken away."""
        if entry not in self.kept:
            return False
        unchanged = whole(self.folder, entry)
        if unchanged:
            (self.folder / entry.file).unlink()
        self.kept = [other for other in self.kept if other != entry]
        write_manifest(manifest_at(self.folder), self.kept)
        return unchanged


@contextlib.contextmanager
def shelf_of(workspace: Workspace) -> Iterator[Shelf]:
    """The folder of fetched extracts, held for the length of a fetch.

    Raises
    ------
    WorkspaceError
        If another fetch holds it, it leads elsewhere, or its manifest cannot be read.
    """
    folder = workspace.extracts / FETCHED
    if leads_out(folder, workspace.extracts):
        raise WorkspaceError(f"{folder} is a link that leads out of the folder of extracts. Put a folder there.")
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder):
        for left in folder.glob(".new-*"):
            left.unlink()
        try:
            kept = read_manifest(manifest_at(folder))
        except Failure as failure:
            raise WorkspaceError(f"{failure.what[0].upper()}{failure.what[1:]}. {failure.remedy}") from None
        yield Shelf(folder, kept)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock(folder / ".lock"))
        except WorkspaceError:
            raise WorkspaceError("Another fetch is running in this workspace. Wait for it to end.") from None
        yield


def fetch_online(
    workspace: Workspace,
    names: Sequence[str] = (),
    network: Callable[[Any], Network] = Network,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Download what the workspace wants, or the extracts that are named; ``tell`` hears of each as it begins.

    What is there stays where a fetch fails, and every trouble is told in the report.

    Raises
    ------
    WorkspaceError
        If a name is not known, [fetch] is wrong, or another fetch is running.
    """
    catalogue, manners = catalogue_of(workspace)
    choice = planning.choose(catalogue, workspace.partnerships, names)
    report = Report(left=[(origin.name, why) for origin, why in choice.left], in_short=True)
    with shelf_of(workspace) as shelf, network(manners) as connection:
        answers: dict[str, Any] = {}
        for number, origin in enumerate(choice.download, start=1):
            tell(f"{number} of {len(choice.download)}: {origin.title}")
            report.outcomes += _fetched(origin, shelf, connection, answers)
        report.outcomes = _without_doubles(shelf, report)
        report.by_hand = [origin for origin in choice.by_hand if not _there(origin, catalogue, workspace)]
    report.notes += not_read(workspace)
    return report


def _without_doubles(shelf: Shelf, report: Report) -> list[Outcome]:
    """Take away earlier files that give what a new one gives, and say so beside it.

    Of two that came just now neither is taken away: whoever named both is told to choose.
    """
    fresh = {outcome.file.rpartition("/")[2] for outcome in report.outcomes if outcome.happened in ("new", "changed")}
    notes: dict[str, list[str]] = {}
    for new, old in doubled(shelf.folder, shelf.kept, fresh) if fresh else []:
        if old.file in fresh:
            said = f"{old.file} gives some of the same figures, and a build refuses two: take one of them away"
        elif not shelf.drop(old):
            continue
        else:
            said = f"took away {old.file}, which gave some of the same figures"
        notes.setdefault(new.file, []).append(said)
    return [
        replace(outcome, notes=(*outcome.notes, *notes.get(outcome.file.rpartition("/")[2], ())))
        for outcome in report.outcomes
    ]  # fmt: skip


def _there(origin: Origin, catalogue: Mapping[str, Origin], workspace: Workspace) -> bool:
    """Whether a file that somebody got by hand is among the extracts, under a name that it usually has."""
    whole_of_it = catalogue[origin.stands_for].files if origin.stands_for else ()
    patterns = (*origin.files, *whole_of_it)
    return any(path.is_file() for pattern in patterns for path in workspace.extracts.rglob(pattern))


def _fetched(origin: Origin, shelf: Shelf, connection: Network, answers: dict[str, Any]) -> list[Outcome]:
    """What came of one extract, file by file."""
    try:
        asks = _asks(origin, connection, answers)
    except Failure as failure:
        return [failed(origin, failure)]
    outcomes = []
    for ask in asks:
        try:
            outcomes.append(_one_file(ask, shelf, connection))
        except Failure as failure:
            outcomes.append(failed(origin, failure, ask.file))
        except OSError as error:
            outcomes.append(failed(origin, of_machine(error), ask.file))
    if all(outcome.happened != "failed" for outcome in outcomes):
        gone = shelf.drop_others(origin.name, [ask.file for ask in asks])
        if gone:
            note = f"took away {', '.join(gone)}, which this takes the place of"
            outcomes[0] = replace(outcomes[0], notes=(*outcomes[0].notes, note))
    return outcomes


def _asks(origin: Origin, connection: Network, answers: dict[str, Any]) -> list[Ask]:
    """What to ask for; a site is asked once for each of its datasets."""
    if origin.ckan is None:
        return [planning.ask_plain(origin)]
    address = planning.package_address(origin.ckan)
    if address not in answers:
        hosts = frozenset({urlsplit(origin.ckan.site).netloc.lower(), *origin.hosts})
        try:
            answers[address] = connection.tell(address, hosts)
        except Failure as failure:
            answers[address] = failure
    if isinstance(answers[address], Failure):
        raise answers[address]
    return planning.asks_of_package(origin, answers[address])


def _one_file(ask: Ask, shelf: Shelf, connection: Network) -> Outcome:
    before = shelf.at(ask.file)
    same = before if before and before.address == ask.address and whole(shelf.folder, before) else None
    if same and ask.version and (same.resource, same.version) == (ask.resource, ask.version):
        return _outcome(ask.origin, same, "same")
    came = connection.download(ask, shelf.folder, same.etag if same else "", same.last_modified if same else "")
    if came.path is None:
        assert same, "a server says 'unchanged' only of what it was told that we have"
        shelf.note(replace(same, version=ask.version))
        return _outcome(ask.origin, same, "same")
    return _put(ask, came, came.path, before, shelf)


def _put(ask: Ask, came: Came, fresh: Path, before: Kept | None, shelf: Shelf) -> Outcome:
    """Look at what came and put it in its place."""
    try:
        contents = contents_of(fresh, ask.file, ask.origin.kinds)
        entry = entry_of(ask.origin, ask.file, fresh, contents.kinds, contents.rows, contents.columns)
        entry = replace(entry, address=ask.address, etag=came.etag, last_modified=came.last_modified,
                        resource=ask.resource, version=ask.version)  # fmt: skip
        if before and before.sha256 == entry.sha256 and whole(shelf.folder, before):
            shelf.note(replace(entry, fetched=before.fetched))
            return _outcome(ask.origin, before, "same")
        notes = columns_changed(before.columns, entry.columns) if before else ()
        shelf.put(fresh, entry)
        return replace(_outcome(ask.origin, entry, "changed" if before else "new"), notes=notes)
    finally:
        fresh.unlink(missing_ok=True)


def entry_of(
    origin: Origin, file: str, path: Path, kinds: tuple[str, ...], rows: int, columns: tuple[str, ...]
) -> Kept:
    """The manifest's line on a file that lies aside at ``path``."""
    now = f"{datetime.now(LOCAL_TIME).replace(microsecond=0).isoformat()}[{LOCAL_TIME.key}]"
    return Kept(origin.name, file, origin.title, kinds or origin.kinds, origin.publisher, origin.licence, origin.page,
                "", now, sha256_of(path), path.stat().st_size, rows, columns)  # fmt: skip


def _outcome(origin: Origin, entry: Kept, happened: str) -> Outcome:
    return Outcome(origin.name, origin.title, happened, f"{FETCHED}/{entry.file}", entry.rows, entry.bytes)


def failed(origin: Origin, failure: Failure, file: str = "") -> Outcome:
    """What is told of an extract that could not be had."""
    remedy = failure.remedy
    if origin.online and not origin.checked and not failure.again:
        remedy = f"{remedy} Its address was written down without being tried; its page is {origin.page}.".strip()
    problem = Problem(failure.what, remedy, origin.name)
    return Outcome(origin.name, origin.title, "failed", file, problem=problem, again=failure.again)


def of_machine(error: OSError) -> Failure:
    """What the machine refuses, such as a full disk, in words."""
    what, remedy = SAID.get(error.errno or 0, (os.strerror(error.errno) if error.errno else str(error), ""))
    return Failure(f"{what[0].lower()}{what[1:]}", f"{remedy} What was there stays.".strip())


def not_read(workspace: Workspace) -> list[str]:
    """A sentence where ``profiles.toml`` would not read what was fetched."""
    folder = workspace.extracts / FETCHED
    if any(pattern in ("**/*", f"{FETCHED}/*", f"{FETCHED}/**/*") for pattern in workspace.read):
        return []
    wanted = {
        path for path in folder.glob("*") if path.is_file() and path.name[0] != "." and path != manifest_at(folder)
    }
    read = {path for pattern in workspace.read for path in workspace.extracts.glob(pattern)}
    if wanted <= read:
        return []
    return [f'[extracts] read in {SETTINGS} leaves out {len(wanted - read)} of the fetched files: add "{FETCHED}/*".']


def listed(workspace: Workspace) -> list[Mapping[str, str]]:
    """The catalogue as this workspace sees it: what each is, how it is got, and when it was."""
    catalogue, _ = catalogue_of(workspace)
    choice = planning.choose(catalogue, workspace.partnerships)
    left = {origin.name: why for origin, why in choice.left}
    folder = workspace.extracts / FETCHED
    got = {each.name: each.fetched[:10] for each in read_manifest(manifest_at(folder))}
    return [{
        "name": origin.name, "title": origin.title,
        "how": "CKAN" if origin.ckan else "address" if origin.address else "by hand",
        "got": got.get(origin.name, ""), "not_wanted": left.get(origin.name, ""), "page": origin.page,
    } for origin in catalogue.values()]  # fmt: skip
