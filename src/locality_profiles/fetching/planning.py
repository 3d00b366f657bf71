"""What to ask for, worked out without a connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.fetching.catalogue import ALL, Ckan, Origin, suffix_of
from locality_profiles.fetching.deciding import Failure
from locality_profiles.geography.names import slug
from locality_profiles.meant import did_you_mean


@dataclass(frozen=True)
class Ask:
    """One file to ask for."""

    origin: Origin
    file: str
    """What it is called here: never what a server calls it."""
    address: str
    hosts: frozenset[str]
    """Hosts that it may come from."""
    suffix: str
    resource: str = ""
    version: str = ""
    """What the publisher says of its edition; as long as that stays the same, it is not asked for again."""


@dataclass(frozen=True)
class Choice:
    """What a workspace wants: to be downloaded, to be got by hand, and known but not wanted, with the reason."""

    download: tuple[Origin, ...]
    by_hand: tuple[Origin, ...]
    left: tuple[tuple[Origin, str], ...]


def choose(catalogue: Mapping[str, Origin], partnerships: Sequence[str] | None, names: Sequence[str] = ()) -> Choice:
    """What to get: the extracts that are named, or else all that tell of the workspace's partnerships.

    Raises
    ------
    WorkspaceError
        Naming each name that is not known, with the likeliest that is.
    """
    _refuse_unknown(catalogue, names)
    asked = [catalogue[name] for name in dict.fromkeys(names)] or list(catalogue.values())
    codes = None if partnerships is None else tuple(partnerships)
    # Where all that a workspace is about has a file of its own, the one for the whole country is not wanted as well.
    replaced = {} if names else {
        origin.stands_for: origin.name for origin in asked
        if origin.stands_for and codes is not None and set(codes) == {origin.partnership}
    }  # fmt: skip
    wanted, left = [], []
    for origin in asked:
        why = "" if names else why_not(origin, codes, replaced)
        if why:
            left.append((origin, why))
        else:
            wanted.append(origin)
    return Choice(
        tuple(origin for origin in wanted if origin.online), tuple(origin for origin in wanted if not origin.online),
        tuple(left),
    )  # fmt: skip


def why_not(origin: Origin, codes: tuple[str, ...] | None, replaced: Mapping[str, str]) -> str:
    """Why an extract is not wanted; empty where it is."""
    if origin.leave:
        return origin.leave
    if not origin.about(codes):
        return "it does not tell of this partnership" if origin.without else "it is about another partnership"
    if origin.stands_for and origin.name not in replaced.values():
        return f"'{origin.stands_for}' has it, with the rest of Scotland"
    if origin.name in replaced:
        return f"'{replaced[origin.name]}' has the part of this partnership"
    if origin.spare_for:
        return f"'{origin.spare_for}' is taken; name it to have it all the same"
    return "it is got only when it is named" if origin.only_if_named else ""


def _refuse_unknown(catalogue: Mapping[str, Origin], names: Iterable[str]) -> None:
    problems = []
    for name in names:
        if name not in catalogue:
            listed = "'locality-profiles fetch --list' names all that are."
            remedy = did_you_mean(name, catalogue, otherwise=listed, most=3)
            problems.append(Problem(f"no extract is known as '{name[:80]}'", remedy))
    if problems:
        raise WorkspaceError("The extracts that were named are not all known.", problems)


# --- CKAN -----------------------------------------------------------------------------------------


def package_address(ckan: Ckan) -> str:
    """Where a CKAN site tells of a dataset."""
    return f"{ckan.site.rstrip('/')}/api/3/action/package_show?id={quote(ckan.package)}"


def ask_plain(origin: Origin) -> Ask:
    """The file of a plain address."""
    suffix = suffix_of(origin.member or origin.address)
    return Ask(origin, origin.name + suffix, origin.address, frozenset(origin.hosts), suffix)


def asks_of_package(origin: Origin, answer: Any) -> list[Ask]:
    """The files that a CKAN site has for an extract, by its answer about the dataset.

    Raises
    ------
    Failure
        If the answer is not one of CKAN, or no resource fits.
    """
    assert origin.ckan, "only of an extract of a CKAN site"
    resources = _resources(answer)
    fitting = [each for each in resources if _fits(each, origin.ckan.resource)]
    if not fitting:
        names = "; ".join(str(each.get("name") or each.get("id"))[:60] for each in resources[:8])
        raise Failure(
            f"the dataset '{origin.ckan.package}' has no resource '{origin.ckan.resource}'; it has {names or 'none'}",
            f"See {origin.page or origin.ckan.site}, and put the new one into [fetch.{origin.name}] of profiles.toml.",
        )
    newest = sorted(enumerate(fitting), key=lambda pair: (_born(pair[1]), -pair[0]), reverse=True)
    several = origin.ckan.versions == ALL
    return [_ask_resource(origin, origin.ckan, each, several) for _, each in (newest if several else newest[:1])]


def _resources(answer: Any) -> list[dict[str, Any]]:
    result = answer.get("result") if isinstance(answer, dict) and answer.get("success") is True else None
    found = result.get("resources") if isinstance(result, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Failure("the site did not answer as a CKAN site does", "See whether the dataset is still there.")
    return found


def _fits(resource: Mapping[str, Any], wanted: str) -> bool:
    file = unquote(urlsplit(str(resource.get("url", ""))).path).rpartition("/")[2]
    texts = (str(resource.get("id", "")), str(resource.get("name", "")), file)
    return any(fnmatchcase(text.casefold(), wanted.casefold()) for text in texts)


def _born(resource: Mapping[str, Any]) -> str:
    """When a resource was made; a correction of an old one does not make it the latest."""
    return str(resource.get("created") or resource.get("last_modified") or "")


def _ask_resource(origin: Origin, ckan: Ckan, resource: Mapping[str, Any], several: bool) -> Ask:
    key, address = str(resource.get("id", "")), str(resource.get("url", ""))
    suffix = suffix_of(address) or suffix_of(f"x.{str(resource.get('format', '')).lower()}")
    if origin.member:
        suffix = suffix_of(origin.member)
    if ckan.dump:
        address, suffix = f"{ckan.site.rstrip('/')}/datastore/dump/{quote(key, safe='')}?bom=true", ".csv"
    if urlsplit(address).scheme not in ("http", "https") or not suffix:
        raise Failure(f"the resource '{key[:60]}' is no file that is read here", f"See {origin.page or ckan.site}.")
    own = f"-{slug(str(resource.get('name') or key))[:40]}-{slug(key)[:8]}" if several else ""
    said = (str(resource.get(part) or "") for part in ("last_modified", "hash"))
    host = urlsplit(ckan.site).netloc.lower()
    return Ask(origin, f"{origin.name}{own}{suffix}", address, frozenset({host, *origin.hosts}), suffix, key,
               " ".join(filter(None, said)))  # fmt: skip
