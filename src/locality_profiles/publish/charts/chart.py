"""What one chart shows, before it is drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Chart:
    """One chart of a page or document: a kind, the data that the kind takes, and the words that stand for it."""

    id: str
    """Within its page."""
    kind: str
    title: str
    """What it shows, where and when: stands above it in every form."""
    alt: str
    """What it tells, from its data: for whoever cannot see it."""
    data: Mapping[str, Any] = field(default_factory=dict)
    sheet: str = ""
    """The table that has its numbers; empty where they are in the table that follows it."""

    def key(self, look: str = "") -> str:
        """Names its picture: the same data drawn in the same look is the same file."""
        told = json.dumps([self.kind, self.data, look], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]
