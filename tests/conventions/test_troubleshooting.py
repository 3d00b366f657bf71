"""The page of errors is held against the program: each entry is printed by it, and what is likely has an entry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from running import EXAMPLES

ROOT = EXAMPLES.parent
SOURCE = ROOT / "src" / "locality_profiles"
PAGE = ROOT / "docs" / "troubleshooting.md"
#: Rooms whose errors a user meets first; each summary that is raised there has an entry.
FIRST_MET = (
    "building", "checking", "cli", "declarations", "differing", "previewing", "sending", "shifting", "showing",
    "starting", "workspace", "auditing", "curate/facts", "curate/places", "curate/staging", "disclosure/auditing",
    "publish/releases", "publish/retention", "publish/terminal", "tables/expectations", "tables/store",
)  # fmt: skip
GAP = "…"


def texts_of(node: ast.expr, names: dict[str, str]) -> Iterator[str]:
    """What an expression may print, with … for what is put in; nothing where it has no words of its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
    elif isinstance(node, ast.Name) and node.id in names:
        yield names[node.id]


def raised(path: Path) -> Iterator[str]:
    """First words of every error that a module raises or returns, and other sentences that it prints."""
    tree = parsed(path)
    names = {
        target.id: "".join(texts_of(node.value, {}))
        for node in tree.body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise | ast.Return):
            made = node.exc if isinstance(node, ast.Raise) else node.value
            if isinstance(made, ast.Call) and made.args and is_ours(made.func):
                yield from texts_of(made.args[0], names)


def is_ours(called: ast.expr) -> bool:
    return isinstance(called, ast.Name) and (called.id in kinds() or called.id == "error")


@dataclass(frozen=True)
class Kind:
    """A class of error: what it is a kind of, and its code and exit code where it says them itself."""

    parents: tuple[str, ...]
    says: dict[str, object]


@cache
def kinds() -> dict[str, dict[str, object]]:
    """Every class of error that a user can meet, with its code and its exit code."""
    classes = {
        node.name: Kind(
            tuple(base.id for base in node.bases if isinstance(base, ast.Name)),
            {
                each.targets[0].id: each.value.value
                for each in node.body
                if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
                and isinstance(each.value, ast.Constant)
            },
        )
        for path in sorted(SOURCE.rglob("*.py"))
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
    }  # fmt: skip

    def told(name: str) -> dict[str, object] | None:
        if name == "LocalityProfilesError":
            return classes[name].says
        above = [told(parent) for parent in classes[name].parents if parent in classes] if name in classes else []
        found = next((one for one in above if one is not None), None)
        return None if found is None else {**found, **classes[name].says}

    return {name: found for name in classes if (found := told(name)) is not None}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def entries() -> list[str]:
    return re.findall(r"^### `(.+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def fits(entry: str, message: str) -> bool:
    """Whether an entry is of a message: its fixed words are those of the message, from the beginning."""
    pattern = "".join(".*" if part == GAP else re.escape(part) for part in re.split(f"({GAP})", entry))
    return re.match(pattern, " ".join(message.split()), re.DOTALL) is not None


def messages() -> list[str]:
    from locality_profiles.machine import SAID
    from pipelines.plain import GONE

    told = [message for path in sorted(SOURCE.rglob("*.py")) for message in raised(path)]
    unexpected = f"Something unexpected went wrong ({GAP}"
    assert "Something unexpected went wrong (" in (SOURCE / "cli.py").read_text(encoding="utf-8")
    return [*told, *(what for what, _ in SAID.values()), GONE, unexpected]


def test_every_entry_is_of_a_message_that_the_program_prints():
    known = messages()
    assert [entry for entry in entries() if not any(fits(entry, message) for message in known)] == []


@pytest.mark.parametrize("room", FIRST_MET)
def test_every_error_that_is_met_first_has_an_entry(room: str):
    known = [entry for entry in entries() if entry.strip(GAP + " .") != "There is no" or room == "declarations"]
    lacking = [
        message
        for message in raised(SOURCE / f"{room}.py")
        if re.sub(rf"[{GAP}\W]", "", message) and not any(fits(entry, message) for entry in known)
    ]
    assert lacking == [], f"Write an entry '### `…`' for each of these in {PAGE.name}: what it means, what to do."


def test_every_kind_of_error_stands_with_its_exit_code():
    text = PAGE.read_text(encoding="utf-8")
    for name, kind in kinds().items():
        row = f"| `{kind['code']}` | {kind['exit_code']} |"
        assert row in text, f"{PAGE.name} has no row '{row} … |' for {name}: what it means."


def test_the_page_names_no_kind_of_error_that_there_is_not():
    told = set(re.findall(r"^\| `(\w+)` \| \d+ \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert told - {kind["code"] for kind in kinds().values()} == {"usage"}


def test_entries_are_told_once_and_each_says_what_to_do():
    assert len(entries()) == len(set(entries()))
    parts = re.split(r"^### `.+`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [entry for entry, part in zip(entries(), parts[1:], strict=True) if len(part.split()) < 5] == []
