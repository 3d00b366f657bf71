"""What the shell is offered when the Tab key is pressed: areas, indicators, sections and releases of the workspace.

Answers come from the names of folders and from the index that every site is searched by, so that nothing heavy is
imported and no table is read. Where there is nothing to be read, nothing is offered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer
from typer.models import ParameterInfo

Offered = list[tuple[str, str]]


def areas(context: typer.Context, incomplete: str) -> Offered:
    """Areas with a page, by names that need no quotes."""
    from locality_profiles.geography.names import slug

    index = _index(context)
    kinds = index.get("kinds", [])
    return _fitting(
        ((slug(name), f"{name}, {kinds[kind]}")
         for name, kind, _, _, _, has_page in index.get("areas", []) if has_page),
        incomplete.casefold(),
    )  # fmt: skip


def indicators(context: typer.Context, incomplete: str) -> Offered:
    """Indicators of the current release, by id."""
    told = _index(context).get("indicators", [])
    return _fitting(((Path(address).stem, title) for title, _, address in told), incomplete)


def sections(context: typer.Context, incomplete: str) -> Offered:
    """Sections of an area's page."""
    import tomllib

    path = Path(__file__).parent / "indicators" / "sections.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return _fitting(((name, str(title)) for name, title in told.items()), incomplete)


def releases(context: typer.Context, incomplete: str) -> Offered:
    """Releases of the workspace, the newest first."""
    folder = _folder(context) / "data" / "published" / "releases"
    found = sorted((path.name for path in folder.glob("[0-9]*")), reverse=True) if folder.is_dir() else []
    return _fitting(((name, "release") for name in found), incomplete)


def systems(context: typer.Context, incomplete: str) -> Offered:
    """Area systems that ``profiles.toml`` declares."""
    import tomllib

    try:
        told = tomllib.loads((_folder(context) / "profiles.toml").read_text(encoding="utf-8"))
        declared = told["areas"]["system"]
        return _fitting(((str(one["name"]), str(one.get("title", ""))) for one in declared), incomplete)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


#: By the name of a parameter of a command, what it is completed with.
BY_NAME: dict[str, Callable[[typer.Context, str], Offered]] = {
    "area": areas, "indicator": indicators, "section": sections, "release": releases, "before": releases,
    "after": releases,
}  # fmt: skip
#: Of these commands, what ``name`` is.
NAMES = {"areas_list": systems, "areas_fit": systems}


def attach(app: typer.Typer) -> None:
    """Let every parameter of every command that is an area, indicator, section or release be completed."""
    for group in (app, *(each.typer_instance for each in app.registered_groups)):
        for command in group.registered_commands if group else ():
            for name, said in _parameters(command.callback):
                called = getattr(command.callback, "__name__", "")
                how = NAMES.get(called) if name == "name" else BY_NAME.get(name)
                if how is not None and said.autocompletion is None:
                    said.autocompletion = how


def _parameters(callback: Callable[..., Any] | None) -> Iterator[tuple[str, Any]]:
    """Names of a command's parameters, each with what typer is told of it."""
    if callback is None:
        return
    # What stands there as text is read once: what is changed in it then is what typer sees.
    callback.__annotations__ = get_type_hints(callback, include_extras=True)
    for name, kind in callback.__annotations__.items():
        for said in get_args(kind)[1:]:
            if isinstance(said, ParameterInfo):
                yield name, said


def _folder(context: typer.Context) -> Path:
    return Path(context.params.get("workspace") or ".")


def _index(context: typer.Context) -> dict[str, Any]:
    """What the site of the current release is searched by; nothing where there is none."""
    path = _folder(context) / "data" / "published" / "current" / "site" / "search-index.js"
    try:
        text = path.read_text(encoding="utf-8")
        told = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _fitting(found: Iterator[tuple[str, str]], incomplete: str) -> Offered:
    """What begins with what was typed, each once."""
    return list({name: words for name, words in found if name.startswith(incomplete)}.items())
