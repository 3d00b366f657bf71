"""Links that lead out of a workspace: what lies in its folders is read, and nothing elsewhere by a side door."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

#: What to do about one.
REMEDY = "Put the file itself there in place of the link."


def leads_out(path: Path, *folders: Path) -> bool:
    """Whether a link on the way to ``path``, or ``path`` itself, leads out of every one of ``folders``.

    A path that reaches elsewhere without a link, as one written in the settings may, is not meant. A link that leads
    to nothing leads out.
    """
    straight = Path(os.path.normpath(path))
    try:
        reached = path.resolve(strict=path.is_symlink())
    except (OSError, RuntimeError):  # to nothing, or round in a circle
        return True
    return reached != straight and not any(reached.is_relative_to(folder.resolve()) for folder in folders)


def leading_out(paths: Iterable[Path], *folders: Path) -> list[Path]:
    """Those of some files that lie outside of the folders, through a link of their own or of a folder above them."""
    return [path for path in sorted(paths) if leads_out(path, *folders)]
