"""What one part of the fault suite came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """``what`` was tried ``tried`` times and failed ``failed`` times; ``lines`` say more, in Markdown."""

    what: str
    tried: int
    failed: int
    lines: tuple[str, ...]
