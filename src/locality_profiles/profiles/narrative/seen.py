"""The numbers that each paragraph was first seen with, so that a reader can be told when they have moved.

``words/seen.json`` is for people too, and is kept in the workspace beside the texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.profiles.narrative.authors import FOLDER, Paragraph
from locality_profiles.tables.store import beside

FILE = "seen.json"
#: By indicator (and class), what was printed and for when: {'title': …, 'figure': '10,250', 'period': '2020/21'}.
Figures = Mapping[str, Mapping[str, str]]
Seen = dict[str, dict[str, Any]]


def key_of(paragraph: Paragraph) -> str:
    return "|".join(paragraph.place)


def text_mark(text: str) -> str:
    """What tells one text from another; spaces at the ends of lines are no change."""
    plain = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def read_seen(workspace: Path) -> Seen:
    """What was seen before; nothing where there is no file.

    Raises
    ------
    DefinitionError
        If the file is not what was written.
    """
    path = workspace / FOLDER / FILE
    if not path.is_file():
        return {}
    try:
        seen = json.loads(path.read_text(encoding="utf-8"))
        good = all(isinstance(each["text"], str) and isinstance(each["figures"], dict) for each in seen.values())
    except (ValueError, TypeError, KeyError, AttributeError):
        good = False
    if not good:
        raise DefinitionError(
            f"{FOLDER}/{FILE} cannot be used.",
            [Problem("it is not as this program wrote it", "Bring back an earlier version, or take it away: texts are "
                     "then taken as written with the numbers of the next build.", f"{FOLDER}/{FILE}")],
        )  # fmt: skip
    return dict(seen)


def write_seen(workspace: Path, seen: Seen) -> None:
    """Write the file in one step; an empty one is taken away.

    Raises
    ------
    OSError
        If the workspace cannot be written to.
    """
    path = workspace / FOLDER / FILE
    if not seen:
        path.unlink(missing_ok=True)
        return
    with beside(path) as aside:
        text = json.dumps(dict(sorted(seen.items())), indent=1, ensure_ascii=False, sort_keys=True)
        aside.write_text(f"{text}\n", encoding="utf-8")


def remembered(paragraphs: Iterable[Paragraph], figures: Mapping[str, Figures], seen: Seen) -> Seen:
    """What is seen after a build: a text that is new, or was changed, with the numbers of now; others as they were."""
    now: Seen = {}
    for paragraph in paragraphs:
        key, mark = key_of(paragraph), text_mark(paragraph.text)
        before = seen.get(key)
        if before is not None and before["text"] == mark:
            now[key] = before
        else:
            now[key] = {"text": mark, "figures": {name: dict(told) for name, told in figures.get(key, {}).items()}}
    return now


def moved(before: Figures, now: Figures) -> list[str]:
    """What has changed, in words: 'Emergency admissions: 10,250 (2020/21) → 11,020 (2021/22)'.

    A figure for another period that prints the same has not moved, and an indicator that is new beside the text is none
    that it could speak of.
    """
    changes = []
    for name, was in before.items():
        told = now.get(name)
        if told is None or told["figure"] != was["figure"]:
            after = _told(told) if told else "not shown any more"
            changes.append(f"{was['title']}: {_told(was)} → {after}")
    return changes


def _told(figure: Mapping[str, str]) -> str:
    return f"{figure['figure']} ({figure['period']})" if figure["period"] else figure["figure"]
