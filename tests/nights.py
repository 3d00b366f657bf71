"""A scheduled night as processes: Prefect's server, a proxy before it, a runner that serves a workspace's deployments.

A build waits at a named place while a file is there, so that what is killed is killed in the middle of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from locality_profiles import history

HOOK = """
import importlib.abc, importlib.util, os, pathlib, sys, time

NIGHT = pathlib.Path(os.environ["NIGHT"])


class WhenImported(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "locality_profiles.building":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (run(module), hold(module))[0]
        return spec


def hold(module):
    made = module.curate_tables

    def curate_tables(*given):
        (NIGHT / "reached").touch()
        while (NIGHT / "hold").exists():
            time.sleep(0.05)
        return made(*given)

    module.curate_tables = curate_tables


sys.meta_path.insert(0, WhenImported())
"""


def until(what: Callable[[], Any], seconds: float = 900.0) -> Any:
    """Wait for a state, not for a time; the time only ends a test that would wait for ever."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Proxy:
    """What stands between the runner and the server: cut, nothing passes and what was open is closed."""

    def __init__(self, to: int) -> None:
        self.to, self.whole, self.open = to, True, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole = False
        for end in self.open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.whole = True

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                if not self.whole:
                    raise OSError
                far = socket.create_connection(("127.0.0.1", self.to), timeout=10)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            self.open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


class Night:
    """The processes round one workspace."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.folder, self.workspace = folder, workspace
        self.port = free_port()
        self.proxy = Proxy(self.port)
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
        path = os.pathsep.join(filter(None, [str(folder / "hook"), os.environ.get("PYTHONPATH")]))
        self.environment = {
            **os.environ, "NIGHT": str(folder), "PYTHONPATH": path, "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{self.proxy.port}/api", "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_LOGGING_LEVEL": "WARNING",
        }  # fmt: skip
        self.server: subprocess.Popen | None = None
        self.runner: subprocess.Popen | None = None

    def start_server(self) -> None:
        command = [sys.executable, "-m", "pipelines.temporary_server", str(self.port), "whole"]
        environment = {name: value for name, value in self.environment.items() if name != "PREFECT_API_URL"}
        log = (self.folder / "server.log").open("ab")
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        until(self.answers)

    def answers(self) -> bool:
        import httpx

        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/api/health", timeout=2).status_code == 200
        return False

    def start_runner(self) -> None:
        """The command that a person starts, in a group of its own."""
        at = "0 3 1 1 *"
        command = [
            sys.executable,
            "-m",
            "locality_profiles",
            "schedule",
            "--workspace",
            str(self.workspace),
            "--at",
            at,
        ]
        log = (self.folder / "runner.log").open("ab")
        self.runner = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment, start_new_session=True)
        until(self.deployment)

    def client(self) -> Any:
        """A client of the server that does not go through the proxy."""
        from prefect.client.orchestration import SyncPrefectClient

        return SyncPrefectClient(f"http://127.0.0.1:{self.port}/api")

    def deployment(self) -> Any:
        from pipelines.scheduling import name_of

        with contextlib.suppress(Exception), self.client() as client:
            return client.read_deployment_by_name(f"nightly/{name_of(self.workspace)}")
        return None

    def begin(self) -> UUID:
        """Have the runner begin a run, as its schedule would; the run's id in Prefect."""
        (self.folder / "reached").unlink(missing_ok=True)
        with self.client() as client:
            return client.create_flow_run_from_deployment(self.deployment().id, parameters={"only": "site"}).id

    def state_of(self, run: UUID) -> str:
        with self.client() as client:
            return str(client.read_flow_run(run).state.type.value)

    def ends_as(self, run: UUID, *states: str) -> str:
        return until(lambda: (state := self.state_of(run)) in states and state)

    def hold(self) -> None:
        (self.folder / "hold").touch()

    def let_go(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)

    def reaches_the_middle(self) -> None:
        until((self.folder / "reached").exists)

    def outcomes(self) -> list[str]:
        """As the workspace's own history tells, without any server."""
        return [run.outcome for run in history.told_runs(self.workspace)]

    def kill_server(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server.wait()

    def kill_runner(self) -> None:
        """The runner and the run that it started, as when the machine goes down."""
        runs = [line.get("process") for line in history.lines_of(self.workspace / history.RUNS)]
        if self.runner is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.runner.pid, signal.SIGKILL)
            self.runner.wait()
        for process in filter(None, runs[-1:] if runs else []):
            with contextlib.suppress(ProcessLookupError):
                if process != os.getpid():
                    os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        self.let_go()
        self.kill_runner()
        self.kill_server()
        self.proxy.listener.close()
