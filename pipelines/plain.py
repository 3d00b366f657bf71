"""The flows without Prefect, where its server does not answer: the same steps in the same order, one at a time.

Prefect orders, retries and shows the steps of a build; it makes none of the numbers. What was made before its server
went away is in the store, so a build goes on where it was.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from locality_profiles.errors import LocalityProfilesError
from pipelines.temporary_server import NoServer

GONE = (
    "Prefect's server does not answer, so the build goes on without it: the same steps and the same release, but this "
    "run cannot be looked at in Prefect."
)

_plain: ContextVar[bool] = ContextVar("plain", default=False)


@contextlib.contextmanager
def without_prefect() -> Iterator[None]:
    """In the block, steps are plain calls and nothing is told to Prefect; call ``flow.fn``, not the flow."""
    before = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(before)


def is_plain() -> bool:
    """Whether steps are plain calls just now."""
    return _plain.get()


@dataclass(frozen=True)
class Ended:
    """What stands in a future's place for a step that has ended."""

    value: Any
    error: Exception | None = None

    def result(self) -> Any:
        """What the step gave, or what it raised."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True)
class PlainStep:
    """A step as a plain call, with the two ways of calling it that a task has."""

    function: Callable[..., Any]

    def __call__(self, *given: Any) -> Any:
        return self.function(*given)

    def submit(self, *given: Any, wait_for: Any = None) -> Ended:
        """Do it at once: whatever it would have to wait for has ended."""
        try:
            return Ended(self.function(*given))
        except Exception as error:
            return Ended(None, error)


def server_is_gone(error: BaseException) -> bool:
    """Whether a run failed because Prefect's server does not answer, and not because of what it does.

    Ask while the run's server is still the one that is named in the environment.
    """
    if isinstance(error, LocalityProfilesError):
        return False
    return isinstance(error, NoServer) or _speaks_of_http(error) or not answers()


def _speaks_of_http(error: BaseException | None) -> bool:
    """Whether the error is one of asking the server, or came from one."""
    import httpx

    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, httpx.TransportError | httpx.HTTPStatusError):
            return True
        error = error.__cause__ or error.__context__
    return False


def answers(patience: float = 5.0) -> bool:
    """Whether the server that is named in the environment answers; True where none is."""
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        return True  # named in Prefect's own settings: its errors tell
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/health", timeout=patience) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError, http.client.HTTPException):
        return False
