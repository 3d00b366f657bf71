"""Settings that must be in the environment before Prefect is imported: no telemetry, patience."""

from __future__ import annotations

import os

SETTINGS = {
    # No figure of a partnership, and no trace of a build, goes to anybody.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The server that a single build starts for itself may be slow on a busy machine (default: 20 s).
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "locality_profiles",
    # Without Prefect, what the package says goes to the terminal alone, and nobody is warned of that.
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def prepare_environment() -> None:
    """Set what is not set already; a user's own settings win."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


prepare_environment()
