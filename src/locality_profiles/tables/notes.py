"""Notes beside tables and releases, in JSON, read by whoever must not fall over one that is torn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_note(path: Path) -> Any | None:
    """What a note says; None where there is none, or where it was cut off or overwritten.

    A note is only ever a memory of what was made: without it, the thing is made again.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
