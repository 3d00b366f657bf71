"""What a command says that goes on until it is stopped: each event in words, or as one JSON object a line.

Both are told at once and of the same facts, so neither can know something that the other does not.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from locality_profiles import history


class Tell(Protocol):
    """Is told of an event: what it is, how people are told of it, and the same as facts."""

    def __call__(self, event: str, words: str, **facts: Any) -> None: ...


def teller(say: Callable[[str], None], as_json: bool) -> Tell:
    """A way to tell events, which prints with ``say``.

    >>> teller(print, as_json=False)("written", "page.html, in 0.4 s", page="page.html", seconds=0.4)
    page.html, in 0.4 s
    """

    def in_words(event: str, words: str, **facts: Any) -> None:
        if words:
            say(words)

    def as_line(event: str, words: str, **facts: Any) -> None:
        say(json.dumps({"at": history.now(), "event": event, **facts}, default=str))

    return as_line if as_json else in_words


@contextlib.contextmanager
def told_to_the_end(tell: Tell) -> Iterator[None]:
    """Tell that what is in the block has ended, whatever ended it; people see that themselves."""
    end_in_order()
    try:
        yield
    finally:
        tell("ended", "")


def end_in_order() -> None:
    """Asked to end (SIGTERM), end as on Ctrl+C: a run then writes down that it was stopped."""
    signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: Any) -> None:
    sys.exit(143)
