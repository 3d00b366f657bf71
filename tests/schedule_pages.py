"""Commands of a page, read as the program reads them, without doing what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """Commands of a block, as words; what is set before a command or exported is no part of it."""
    found = []
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if words and words[0] != "export":
            found.append(words)
    return found


def refuse_unknown(words: list[str]) -> None:
    """Make sure that the program knows a command and every option of it."""
    from typer.main import get_command

    from locality_profiles.cli import app

    assert words[0] == "locality-profiles"
    command = get_command(app)
    context = command.make_context("locality-profiles", [], resilient_parsing=True)
    name, found, rest = command.resolve_command(context, words[1:])
    found.make_context(name, list(rest), parent=context)
