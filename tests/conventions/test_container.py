"""The container files, as far as they can be checked without an engine: what is copied is there, versions are those of
the lock, nobody is root, nothing is open to others, no secret is written down."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import Any

import pytest
import yaml
from running import EXAMPLES

ROOT = EXAMPLES.parent
FOLDER = EXAMPLES / "container"
#: Keys of the compose specification that are used, by what they stand in; a key that is misspelt is none of them.
TOP = {"name", "services", "networks", "volumes"}
SERVICE = {
    "image", "build", "command", "user", "environment", "ports", "volumes", "tmpfs", "networks", "healthcheck",
    "depends_on", "restart", "read_only", "cap_drop", "security_opt", "pids_limit", "mem_limit", "cpus",
    "stop_grace_period",
}  # fmt: skip
HEALTH = {"test", "interval", "timeout", "retries", "start_period"}
BIND = {"type", "source", "target", "read_only"}
INSTRUCTIONS = {"FROM", "ENV", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


@pytest.fixture(scope="module")
def lock() -> dict[str, str]:
    """Version of every locked package."""
    told = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return {package["name"]: package.get("version", "") for package in told["package"]}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Instructions of the container file with what follows each, lines that go on put together."""
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines]


def told(wanted: str) -> list[str]:
    return [rest for name, rest in instructions() if name == wanted]


def test_every_instruction_is_one_and_lists_are_json():
    assert {name for name, _ in instructions()} <= INSTRUCTIONS
    for name in ("ENTRYPOINT", "CMD"):
        assert all(isinstance(json.loads(rest), list) for rest in told(name)), "a list, not a line for a shell"


def test_bases_are_named_by_version_and_the_python_is_one_that_the_package_runs_on():
    bases = [rest.split()[0] for rest in told("FROM")]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "what is compiled runs where it was compiled"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.fullmatch(r"docker\.io/library/python:(3\.\d+)\.\d+-slim-\w+", bases[0])
    assert version
    least, most = re.findall(r"3\.(\d+)", project["requires-python"])
    assert int(least) <= int(version[1].split(".")[1]) < int(most)


def test_what_is_copied_is_there():
    for rest in told("COPY"):
        words = [word for word in shlex.split(rest) if not word.startswith("--")]
        if "--from=" in rest:
            continue
        for source in words[:-1]:
            assert (ROOT / source).exists(), source
            assert not (ROOT / source).is_absolute() or ROOT in (ROOT / source).resolve().parents
    assert not [rest for rest in told("COPY") if rest.split()[0] in (".", "./")], "never the whole folder"


def test_what_the_package_needs_to_be_built_is_copied():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["force-include"],
        *(path.split("/")[0] for path in wheel["packages"]),
        project["project"]["readme"],
    }
    copied = {word for rest in told("COPY") for word in rest.split()}
    assert {*needed, "uv.lock", "prefect.yaml", *project["project"]["license-files"]} <= copied


def test_everything_is_installed_by_hash():
    runs = told("RUN")
    assert all("--require-hashes" in run for run in runs if "pip install" in run)
    assert all("--frozen" in run and "--no-dev" in run for run in runs if "uv sync" in run)
    assert not [run for run in runs if re.search(r"curl|wget|apt-get|http", run)]
    assert "--hash=sha256:" in (ROOT / ".ci" / "uv.txt").read_text(encoding="utf-8")


def test_nobody_is_root_and_secrets_are_in_no_layer():
    assert told("USER")[-1] == "10001:10001"
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    assert not re.search(r"(?i)\b(ARG|password|secret|token|key)\b\s*=", text)


def test_the_health_of_it_is_what_doctor_says():
    (health,) = told("HEALTHCHECK")
    assert json.loads(health[health.index("[") :])[:2] == ["locality-profiles", "doctor"]


def test_its_commands_are_commands_of_the_program(compose):
    from schedule_pages import refuse_unknown

    (entry,), (usual,) = told("ENTRYPOINT"), told("CMD")
    refuse_unknown([*json.loads(entry), *json.loads(usual)])
    command = [re.sub(r"\$\{\w+:-(.*?)\}", r"\1", word) for word in compose["services"]["worker"]["command"]]
    refuse_unknown(["locality-profiles", *command])


def test_versions_are_those_of_the_lock(compose, lock):
    version = lock["locality-profiles"]
    assert compose["services"]["worker"]["image"] == f"localhost/locality-profiles:{version}"
    assert f'image.version="{version}"' in " ".join(told("LABEL"))
    assert f"prefect:{lock['prefect']}-python3" in compose["services"]["server"]["image"]
    for text in ((FOLDER / name).read_text(encoding="utf-8") for name in ("Containerfile", "README.md")):
        assert set(re.findall(r"locality-profiles:(\d[\w.]*)", text)) <= {version}


def test_the_compose_file_uses_what_the_specification_knows(compose):
    assert {key for key in compose if not key.startswith("x-")} == TOP
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE, name
        assert set(service.get("healthcheck", {})) <= HEALTH
        assert set(service["networks"]) <= set(compose["networks"])
        for volume in service["volumes"]:
            if isinstance(volume, dict):
                assert set(volume) <= BIND
                assert volume["type"] == "bind"
            else:
                assert volume.split(":")[0] in compose["volumes"]
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in compose["services"][other]


def test_every_service_is_shut_as_far_as_it_can_be(compose):
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        user = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", service["user"])
        assert int(user.split(":")[0]) > 0
        assert service["pids_limit"] > 0
        assert ":" in service["image"].rsplit("/", 1)[1], "a version"
        assert not re.search(r":(latest|stable|edge|main)\b", service["image"])
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_only_the_worker_writes_into_the_workspace(compose):
    bound = {
        (name, volume["source"].split("}")[-1], volume.get("read_only", False))
        for name, service in compose["services"].items()
        for volume in service["volumes"]
        if isinstance(volume, dict)
    }
    assert bound == {("worker", "", False), ("site", "/data/published", True), ("site", "./site.conf", True)}
    assert (FOLDER / "site.conf").is_file()
    assert compose["networks"]["inside"] == {"internal": True}
    for service in compose["services"].values():
        assert "outside" in service["networks"] or not service.get("ports"), "an internal network shows no port"


def test_every_variable_is_explained_and_no_secret_is_written_down(compose):
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    example = dict(
        line.split("=", 1)
        for line in (FOLDER / "example.env").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert set(re.findall(r"\$\{(\w+)", text)) == set(example)
    assert not [name for name, value in example.items() if value and re.search("PASSWORD|WEBHOOK|PROXY", name)]
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert not (FOLDER / ".env").exists() or "/.env" in str(FOLDER)


def test_the_site_shows_the_current_release_alone():
    text = (FOLDER / "site.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    bare = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert all(line.endswith((";", "{", "}")) for line in bare)
    assert re.findall(r"root (\S+);", text) == ["/srv/published/current"]
    assert "autoindex off;" in bare
    assert "location ~ /\\. {" in bare
