"""The catalogue of extracts that are known by name: the package's, and a workspace's own in ``profiles.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import WorkspaceError
from locality_profiles.meant import did_you_mean
from locality_profiles.sources import sources
from locality_profiles.workspace import SETTINGS, Workspace

FILE = Path(__file__).with_name("catalogue.toml")
NAME = r"[a-z][a-z0-9-]{0,59}"
PARTNERSHIP = r"S37\d{6}"
#: What a fetched file may be: endings that an extract can have, and how an address may be written.
SUFFIXES = (".csv.gz", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".geojson", ".json", ".parquet")
ADDRESS = r"https?://[^\s/?#@]+(?:[/?#]\S*)?"
HOST = r"[a-z0-9.-]+(?::\d+)?"
ONE, ALL = "latest", "all"


@dataclass(frozen=True)
class Ckan:
    """A resource of a dataset of a CKAN site."""

    site: str
    package: str
    resource: str
    """Its id, or the name of its file or its title, where * stands for anything."""
    versions: str = ONE
    """Of several that fit: the latest, or all."""
    dump: bool = False
    """The datastore's table as CSV, in place of the file as it was uploaded."""


@dataclass(frozen=True)
class Origin:
    """One extract that is known by name, and where it comes from."""

    name: str
    title: str
    kinds: tuple[str, ...] = ()
    publisher: str = ""
    licence: str = ""
    page: str = ""
    files: tuple[str, ...] = ()
    take: str = ONE
    partnership: str = ""
    without: tuple[str, ...] = ()
    stands_for: str = ""
    spare_for: str = ""
    leave: str = ""
    only_if_named: bool = False
    ckan: Ckan | None = None
    address: str = ""
    member: str = ""
    hosts: tuple[str, ...] = ()
    by_hand: str = ""
    checked: bool = False
    note: str = ""

    @property
    def online(self) -> bool:
        """Whether a program can get it."""
        return bool(self.ckan or self.address)

    def about(self, partnerships: tuple[str, ...] | None) -> bool:
        """Whether it tells of any of the partnerships; None is all of Scotland."""
        if self.partnership:
            return partnerships is not None and self.partnership in partnerships
        return partnerships is None or not set(partnerships) <= set(self.without)


_TEXT, _YES = Field(str, default=""), Field(bool, default=False)
_KEYS: dict[str, Field] = {
    "title": _TEXT, "kinds": Field(list, default=[]), "publisher": _TEXT,
    "licence": Field(str, default="Not stated"), "page": Field(str, default="", pattern=ADDRESS),
    "files": Field(list, default=[]), "take": Field(str, default=ONE, allowed=(ONE, ALL)),
    "partnership": Field(str, default="", pattern=PARTNERSHIP), "without": Field(list, default=[]),
    "stands_for": _TEXT, "spare_for": _TEXT, "leave": _TEXT, "only_if_named": _YES,
    "ckan": Field(dict), "address": Field(str, default="", pattern=ADDRESS), "member": _TEXT,
    "hosts": Field(list, default=[]), "by_hand": _TEXT, "checked": _YES, "note": _TEXT,
}  # fmt: skip
_OURS = {
    **_KEYS, "name": Field(str, required=True, default="", pattern=NAME),
    "title": Field(str, required=True, default=""),
    "kinds": Field(list, required=True, default=[]), "publisher": Field(str, required=True, default=""),
    "licence": Field(str, required=True, default=""), "page": Field(str, required=True, default="", pattern=ADDRESS),
    "files": Field(list, required=True, default=[]),
}  # fmt: skip
_CKAN = {
    "site": Field(str, required=True, default="", pattern=r"https?://[^\s/?#@]+"),
    "package": Field(str, required=True, default="", pattern=r"[\w.-]+"),
    "resource": Field(str, required=True, default=""),
    "versions": Field(str, default=ONE, allowed=(ONE, ALL)), "dump": Field(bool, default=False),
}  # fmt: skip


@dataclass(frozen=True)
class Manners:
    """How the network is used: how long to wait, how often to ask, how much to take."""

    gap_seconds: float = 1.0
    """Between two requests to one host."""
    tries: int = 4
    first_wait_seconds: float = 2.0
    """Before the second try; doubled before each one after."""
    longest_wait_seconds: float = 120.0
    """A server that asks for a longer one is left alone until the next fetch."""
    connect_seconds: float = 15.0
    silence_seconds: float = 60.0
    """So long may a server say nothing."""
    file_seconds: float = 1800.0
    """So long may one file take."""
    largest_mib: float = 512.0
    total_mib: float = 2048.0


_MANNERS = {
    name: Field(int if isinstance(value, int) else float, default=value) for name, value in vars(Manners()).items()
}


@cache
def packaged() -> dict[str, Origin]:
    """The catalogue that comes with the package, by name.

    Raises
    ------
    DefinitionError
        With everything that is wrong, by line.
    """
    return read_catalogue(FILE)


def read_catalogue(path: Path) -> dict[str, Origin]:
    """A catalogue in a file of its own, a list of [[extract]]."""
    declared = read_declaration(path)
    top = declared.read(declared.data, {"extract": Field(list, required=True, default=[])})
    found: dict[str, Origin] = {}
    for number, table in enumerate(top["extract"]):
        where = ("extract", str(number))
        told = declared.read(table, _OURS, *where)
        if told["name"] in found:
            declared.problem(f"two extracts are called '{told['name']}'", "Give each its own name.", *where, "name")
        found[told["name"]] = _origin(declared, told["name"], told, where)
    _check_links(declared, found, found, lambda name: ("extract", str(list(found).index(name))))
    declared.finish()
    return found


def catalogue_of(workspace: Workspace) -> tuple[dict[str, Origin], Manners]:
    """The package's catalogue with the workspace's own entries, and the manners that it sets.

    Raises
    ------
    WorkspaceError
        With everything that is wrong in [fetch] of ``profiles.toml``, by line.
    """
    declared = read_declaration(workspace.folder / SETTINGS, SETTINGS, WorkspaceError)
    table = declared.data.get("fetch", {})
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    manners = Manners(**declared.read(plain, _MANNERS, "fetch"))
    for key, value in vars(manners).items():
        if value < (1 if key == "tries" else 0):
            declared.problem(f"[fetch] '{key}' is {value}", "It should be more.", "fetch", key)
    own: dict[str, Origin] = {}
    for name, entry in table.items():
        if isinstance(entry, dict):
            own[name] = _own(declared, name, entry)
    known = {**packaged(), **own}
    _check_links(declared, own, known, lambda name: ("fetch", name))
    declared.finish(WorkspaceError)
    return known, manners


def _own(declared: Declaration, name: str, entry: Mapping[str, Any]) -> Origin:
    where = ("fetch", name)
    if not re.fullmatch(NAME, name):
        declared.problem(f"[fetch] has '{name}', which is no name of an extract",
                         "Write small letters, digits and hyphens, such as [fetch.day-care].", *where)  # fmt: skip
    told = declared.read(entry, _KEYS, *where)
    return _origin(declared, name, {**told, "title": told["title"] or name}, where)


def _origin(declared: Declaration, name: str, told: Mapping[str, Any], where: tuple[str, ...]) -> Origin:
    lists = {key: list_of_text(declared, told[key], *where, key) for key in ("kinds", "files", "without", "hosts")}
    for key, pattern, like in (("without", PARTNERSHIP, "S37000026"), ("hosts", HOST, "files.example.org")):
        for each in lists[key]:
            if not re.fullmatch(pattern, each):
                declared.problem(f"'{key}' of '{name}' has '{each}'", f"Write it like {like}.", *where, key)
    for each in lists["files"]:
        if "/" in each or "\\" in each:
            declared.problem(f"'files' of '{name}' has '{each}'", "Write names of files without folders.",
                             *where, "files")  # fmt: skip
    _check_kinds(declared, name, lists["kinds"], where)
    ckan = None
    if told["ckan"] is not None:
        ckan = Ckan(**declared.read(told["ckan"], _CKAN, *where, "ckan"))
    ways = [key for key in ("ckan", "address", "by_hand") if told[key]]
    if len(ways) != 1:
        said = " and ".join(f"'{way}'" for way in ways) or "no way to get it"
        declared.problem(f"'{name}' has {said}", "Give one of ckan, address and by_hand.", *where)
    if told["address"] and not suffix_of(told["member"] or told["address"]):
        declared.problem(f"the address of '{name}' ends in no kind of file that is read here",
                         f"It should end in {', '.join(SUFFIXES)}; of a zip archive, name the member.",
                         *where, "address")  # fmt: skip
    rest: dict[str, Any] = {key: told[key] for key in _KEYS if key not in {*lists, "ckan"}}
    return Origin(name=name, ckan=ckan, **(rest | lists))


def _check_kinds(declared: Declaration, name: str, kinds: Iterable[str], where: tuple[str, ...]) -> None:
    for kind in kinds:
        if kind not in sources():
            remedy = did_you_mean(kind, sources(), otherwise=f"Known here: {', '.join(sources())}.")
            declared.problem(f"'{name}' is of the kind '{kind}', which no source reads", remedy, *where, "kinds")


def _check_links(declared: Declaration, asked: Mapping[str, Origin], known: Mapping[str, Origin], where: Any) -> None:
    for origin in asked.values():
        for key in ("stands_for", "spare_for"):
            other = getattr(origin, key)
            if other and other not in known:
                declared.problem(f"'{key}' of '{origin.name}' names '{other}', which is not known",
                                 "Name another extract of the catalogue.", *where(origin.name), key)  # fmt: skip


def suffix_of(address: str) -> str:
    """The ending of the file that an address or a name is about; empty where it is none that is read here.

    >>> suffix_of("https://example.org/download?id=7%2FPeople.CSV"), suffix_of("projections.csv.gz"), suffix_of("a.exe")
    ('.csv', '.csv.gz', '')
    """
    parts = urlsplit(address)
    for part in (parts.path, parts.query):
        name = PurePosixPath(unquote(part)).name.lower()
        if found := next((suffix for suffix in SUFFIXES if name.endswith(suffix)), ""):
            return found
    return ""
