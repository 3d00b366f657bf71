"""Nothing leaves the machine: a build in a process of its own, in which every way out is watched and shut.

The watch sits where Python itself asks for a connection or an address (PEP 578), so no library gets past it. What goes
to the machine itself is let through: a build talks to the server that it starts.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pictures import csv_file
from small_country import LOOKUP, country_at

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "locality_profiles"
WATCH = """
import os, sys

LOG = os.environ["WATCHED_SOCKETS"]
HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


def watch(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1] if len(arguments) > 1 else None
        if not isinstance(address, tuple):
            return
        host = address[0]
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in HERE or str(host).startswith("127."):
        return
    with open(LOG, "a") as file:
        file.write(f"{event} {host} {os.getpid()} {sys.argv[:3]}\\n")
    raise OSError(f"this process may not speak to {host}")


sys.addaudithook(watch)
with open(LOG + ".began", "a") as file:
    file.write(f"{os.getpid()}\\n")
"""


def watched(tmp_path: Path, code: list[str], seconds: int = 1200) -> tuple[subprocess.CompletedProcess[str], str]:
    """A process and all that it starts, watched; and what they tried."""
    hook, log = tmp_path / "hook", tmp_path / "tried.txt"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    log.write_text("", encoding="utf-8")
    off = ("GX_ANALYTICS_ENABLED", "DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_API_URL")
    environment = {name: value for name, value in os.environ.items() if name not in off}
    paths = [str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment |= {"WATCHED_SOCKETS": str(log), "PYTHONPATH": os.pathsep.join(paths), "HOME": str(tmp_path)}
    environment |= {"PREFECT_HOME": str(tmp_path / "prefect")}
    done = subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, timeout=seconds, env=environment, check=False
    )
    assert (tmp_path / "tried.txt.began").is_file(), "nothing was watched"
    return done, log.read_text(encoding="utf-8")


def test_the_watch_sees_and_stops_who_tries(tmp_path: Path):
    code = "import socket, urllib.request as r; r.urlopen('http://example.org/')"
    done, tried = watched(tmp_path, ["-c", code])
    assert done.returncode != 0
    assert "socket.getaddrinfo example.org" in tried
    code = "import socket; socket.create_connection(('192.0.2.1', 80))"
    assert "192.0.2.1" in watched(tmp_path, ["-c", code])[1]


@pytest.mark.flow
def test_a_build_speaks_to_nobody(tmp_path: Path):
    """Every kind of extract is read, and a small country goes all the way to pages, workbooks and documents."""
    cli = ["-m", "locality_profiles"]
    country_at(tmp_path / "country")
    for command in (
        ["init", str(tmp_path / "w"), "--sample"],
        ["check", "--workspace", str(tmp_path / "w")],
        ["build", "--workspace", str(tmp_path / "country")],
    ):
        done, tried = watched(tmp_path, [*cli, *command])
        assert (done.returncode, tried) == (0, ""), done.stdout + done.stderr
    current = tmp_path / "country" / "data" / "published" / "current"
    assert {"documents", "open-data", "site", "workbooks"} <= {each.name for each in current.iterdir()}
    assert json.loads((current / "release.json").read_text(encoding="utf-8"))["synthetic"]
    # Prefect's server and every other process of the build was watched too.
    assert len((tmp_path / "tried.txt.began").read_text(encoding="utf-8").split()) > 2


def test_only_fetching_and_notes_to_people_know_how_to_speak_to_another_machine():
    """In the package; pipelines speak to Prefect's server on this machine."""
    ways = {
        "smtplib",
        "httpx",
        "httpcore",
        "requests",
        "aiohttp",
        "socket",
        "ssl",
        "ftplib",
        "urllib.request",
        "http.client",
    }
    speakers = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            )  # fmt: skip
            if any(name == way or name.startswith(f"{way}.") for name in named for way in ways):
                speakers.add(path.relative_to(PACKAGE).as_posix())
    assert speakers == {"fetching/transfer.py", "notifying.py"}


def test_fetch_speaks_to_the_hosts_of_its_catalogue_and_fetching_from_a_folder_to_nobody(tmp_path: Path):
    cli, ours = ["-m", "locality_profiles"], str(tmp_path / "w")
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    csv_file(mirror / "lookup.csv", LOOKUP)
    assert watched(tmp_path, [*cli, "init", ours, "--partnership", "Fife"])[0].returncode == 0
    for quiet in (["fetch", "--from", str(mirror)], ["fetch", "--list"]):
        done, tried = watched(tmp_path, [*cli, *quiet, "--workspace", ours])
        assert (done.returncode, tried) == (0, ""), done.stdout + done.stderr
    with (tmp_path / "w" / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write("[fetch]\ntries = 1\n")
    done, tried = watched(tmp_path, [*cli, "fetch", "urban-rural", "deprivation", "--workspace", ours])
    assert done.returncode == 3
    assert "There is no connection to www.opendata.nhs.scot" in done.stdout
    assert {line.split()[1] for line in tried.splitlines()} == {"www.opendata.nhs.scot"}


def test_nothing_that_reports_home_is_on_when_the_code_says_so():
    """Without anything in the environment: the settings are the code's own."""
    code = (
        "import os, pipelines.settings\n"
        "from locality_profiles.tables import expectations, store\n"
        "from prefect.settings import get_current_settings\n"
        "expectations.great_expectations()\n"
        "assert not get_current_settings().server.analytics_enabled\n"
        "assert os.environ['DO_NOT_TRACK'] == '1'\n"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'\n"
        "asked = store.connect().execute(\"select current_setting('autoinstall_known_extensions'), \"\n"
        "    \"current_setting('autoload_known_extensions')\").fetchone()\n"
        "assert asked == (False, False), asked\n"
        "print('silent')\n"
    )
    off = ("GX_ANALYTICS_ENABLED", "DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED")
    environment = {name: value for name, value in os.environ.items() if name not in off}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip() == "silent", done.stderr


def test_no_connection_of_the_code_downloads_extensions(tmp_path: Path):
    from locality_profiles.tables import store

    for connection in (store.connect(), store.open_catalog(_catalogue(tmp_path))):
        asked = "select current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
        assert connection.execute(asked).fetchone() == (False, False)
        connection.close()


def _catalogue(tmp_path: Path) -> Path:
    from locality_profiles.tables import store

    store.write_catalog(tmp_path / "catalog.duckdb", {}, "nothing")
    return tmp_path / "catalog.duckdb"
