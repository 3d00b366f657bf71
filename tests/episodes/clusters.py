"""A standalone cluster of Spark: a real master and two real workers, all of them on this machine's loopback."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

HOME = Path(pyspark.__file__).parent
#: Java compiles little where nothing runs for long.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@contextlib.contextmanager
def standing(folder: Path, defaults: str) -> Iterator[Cluster]:
    """A cluster for the length of a block; ``defaults`` is what its ``spark-defaults.conf`` says besides."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        assert not os.environ.get("CI"), "Java is missing; .ci/run installs it"
        pytest.skip("there is no Java here (on Debian: apt install openjdk-17-jre-headless)")
    (folder / "spark-defaults.conf").write_text(f"spark.locality.wait 0\n{defaults}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "SPARK_HOME": HOME, "SPARK_CONF_DIR": folder, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m",
            "JAVA_TOOL_OPTIONS": JAVA,
        }.items():  # fmt: skip
            environment.setenv(name, str(value))
        own = Cluster(folder)
        try:
            own.start(workers=2)
            yield own
        finally:
            own.stop()


class Cluster:
    """A standalone master and its workers, each a process of its own, with a log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, workers: int) -> None:
        usual = ("--host", "127.0.0.1", "--webui-port", "0")
        told = self._start("master", "org.apache.spark.deploy.master.Master", *usual, "--port", "0",
                           until=r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")  # fmt: skip
        self.address = told[1]
        for number in range(workers):
            self._start(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", *usual, "--cores", "1",
                        "--memory", "1g", self.address, until="Successfully registered with master")  # fmt: skip

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _start(self, name: str, *words: str, until: str) -> re.Match[str]:
        own = {"SPARK_WORKER_DIR": str(self.folder / name), "SPARK_LOCAL_DIRS": str(self.folder / name)}
        with (self.folder / f"{name}.log").open("wb") as log:
            # A session of its own: with it, all that it started can be stopped.
            process = subprocess.Popen(
                [str(HOME / "bin" / "spark-class"), *words], stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **own}, start_new_session=True,
            )  # fmt: skip
        self._running.append(process)
        deadline = time.monotonic() + 180
        while not (told := re.search(until, self.log(name))):
            assert process.poll() is None, self.log(name)
            assert time.monotonic() < deadline, self.log(name)
            time.sleep(0.1)
        return told

    def stop(self) -> None:
        for process in reversed(self._running):
            os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
