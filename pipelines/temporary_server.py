"""A Prefect server for one run, where no other is configured.

Prefect would start one itself, but only after importing the whole server into the client too, and it
would leave it running if the client were killed. This one is started first, comes up while the client
is still importing, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pipelines.settings  # noqa: F401  (before Prefect)

PATIENCE = 180.0


class NoServer(RuntimeError):
    """The server for this run did not come up."""


def configured() -> bool:
    """Whether the user's own settings name a Prefect server."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    home = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))
    with contextlib.suppress(OSError, tomllib.TOMLDecodeError):
        told = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
        active = os.environ.get("PREFECT_PROFILE", told.get("active", ""))
        return bool(told.get("profiles", {}).get(active, {}).get("PREFECT_API_URL"))
    return False


@contextlib.contextmanager
def server_for_this_run(whole: bool = False) -> Iterator[subprocess.Popen[bytes] | None]:
    """Let Prefect find a server: the user's own, or one that lives as long as the block.

    Work in the block goes on while the server comes up; call ``wait_for_server`` before the first
    flow. Runs are kept in Prefect's own database, so ``prefect server start`` shows them afterwards. A ``whole`` server
    starts what is scheduled, too, and shows it in a browser.
    """
    if configured():
        yield None
        return
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.temporary_server", str(port), *(["whole"] if whole else [])],
        stdin=subprocess.PIPE,  # closed when this process ends; the server then ends too
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    # Once this server has ended it will not come back: to ask it again and again would only hold the build up.
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "1")
    try:
        yield process
    finally:
        del os.environ["PREFECT_API_URL"]
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()


def wait_for_server(process: subprocess.Popen[bytes] | None = None, patience: float = PATIENCE) -> None:
    """Return when the server of this run, in ``process``, answers.

    Raises
    ------
    NoServer
        If it does not answer in time, or has ended.
    """
    address = os.environ.get("PREFECT_API_URL", "")
    if not address.startswith("http://127.0.0.1:"):
        return  # the user's own server: Prefect says what is wrong with it
    port = int(address.split(":")[2].split("/")[0])
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/api/health")
            if connection.getresponse().status == 200:
                return
        if process is not None and process.poll() is not None:
            raise NoServer("Prefect's server ended while it came up.")
        time.sleep(0.1)
    raise NoServer(f"Prefect's server did not come up in {patience:g} seconds. Run the command again.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    """End this process when the one that started it has gone, whatever became of it."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


def _serve(port: int, whole: bool = False) -> None:
    if not whole:
        os.environ.update({"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn

    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port,
                log_level="error", lifespan="on")  # fmt: skip


if __name__ == "__main__":
    _serve(int(sys.argv[1]), "whole" in sys.argv[2:])
