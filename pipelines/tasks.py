"""How a step becomes a task: its name, its retries, no cache of Prefect's own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pipelines.settings  # noqa: F401  (before Prefect)

# isort: split
from prefect import task
from prefect.cache_policies import NO_CACHE

from locality_profiles.errors import TransientError
from locality_profiles.progress import watched
from pipelines.plain import PlainStep, is_plain

#: Tasks that run side by side; more would only make two cores and one disk wait for each other.
WORKERS = 2
RETRIES = 3
RETRY_DELAYS = [5.0, 30.0, 120.0]
#: Seconds that a step and a run may take. A first build of all Scotland from linked records takes hours; no night is
#: longer than this. A step ends between two of its calls; one that hangs within a call ends with the run's process.
LONGEST_STEP = 4 * 3600.0
LONGEST_RUN = 8 * 3600.0


def _worth_saying(record: logging.LogRecord) -> bool:
    """Not, of every step of every night, that a limit cannot interrupt a call: ``night`` sees to that."""
    return "Timeouts in worker threads" not in record.msg


logging.getLogger("prefect.task_runs").addFilter(_worth_saying)


def worth_retrying(_task: Any, _run: Any, state: Any) -> bool:
    """Retry only what trying again could mend: the world did not answer, or a file was locked."""
    if state.name == "TimedOut":
        return False  # it would only take as long again
    try:
        state.result()
    except (TransientError, BlockingIOError, InterruptedError, TimeoutError, ConnectionError):
        return True
    except Exception:
        return False
    return False


def step(function: Callable[..., Any], name: str) -> Any:
    """Wrap a plain function as a task, at the call; without Prefect it stays what it is."""
    function = watched(function, name)
    if is_plain():
        return PlainStep(function)
    return task(
        function,
        name=name,
        retries=RETRIES,
        retry_delay_seconds=RETRY_DELAYS,
        retry_condition_fn=worth_retrying,
        cache_policy=NO_CACHE,
        persist_result=False,
        timeout_seconds=LONGEST_STEP,
        log_prints=False,
    )
