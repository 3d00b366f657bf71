"""What is installed is what was locked, from one index, by hash; its flaws and licences are looked at."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
INDEX = "https://pypi.org/simple"
FILES = "https://files.pythonhosted.org/packages/"


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(f"ci_{name}", str(ROOT / ".ci" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_every_locked_file_is_of_the_index_and_has_its_hash():
    packages = [one for one in LOCK["package"] if "editable" not in one["source"]]
    assert len(packages) > 100
    assert [one["name"] for one in LOCK["package"] if "editable" in one["source"]] == ["locality-profiles"]
    for one in packages:
        assert one["source"] == {"registry": INDEX}, one["name"]
        files = [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]
        assert files, one["name"]
        for file in files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), one["name"]
            assert file["url"].startswith(FILES), one["name"]


def test_the_installer_is_installed_by_hash():
    pinned = (ROOT / ".ci" / "uv.txt").read_text(encoding="utf-8")
    lines = [line for line in pinned.splitlines() if not line.startswith("#")]
    assert re.match(r"uv==\d+\.\d+\.\d+ ", lines[0])
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines[1:])
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--require-hashes -r .ci/uv.txt" in make
    assert all("--frozen" in line for line in make.splitlines() if "$(UV) sync" in line)


# --- flaws ----------------------------------------------------------------------------------------


def answer(fixes: list[str]) -> str:
    flaw = {
        "dependency": {"name": "thing", "version": "1"},
        "id": "GHSA-1",
        "aliases": ["CVE-1"],
        "fix_versions": fixes,
    }
    return json.dumps({"vulnerabilities": [flaw], "adverse_statuses": []})


def test_a_flaw_that_could_be_mended_fails_the_run():
    code, lines = script("audit").verdict(1, answer(["2"]), "", {}, [])
    assert code == 1
    assert "thing" in lines[0]
    assert "GHSA-1" in lines[0]
    assert "mended in 2" in lines[0]


def test_a_flaw_that_nobody_can_mend_is_said_and_passes():
    code, lines = script("audit").verdict(1, answer([]), "", {}, [])
    assert (code, "no version that mends it" in lines[0]) == (0, True)


def test_an_exception_lets_a_flaw_pass_by_any_of_its_names_and_says_why():
    code, lines = script("audit").verdict(1, answer(["2"]), "", {"CVE-1": "Only on Windows."}, [])
    assert (code, "Only on Windows." in lines[0]) == (0, True)


def test_a_service_out_of_reach_is_said_loudly_and_passes():
    code, lines = script("audit").verdict(2, "", "error: error sending request: dns error", {}, [])
    assert (code, "NO VULNERABILITY AUDIT" in lines[0]) == (0, True)


@pytest.mark.parametrize(("code", "out", "err"), [(2, "", "unexpected argument"), (2, answer([]), ""),
                                                  (1, '{"vulnerabilities": []}', "")])  # fmt: skip
def test_an_audit_that_fails_otherwise_fails_the_run(code: int, out: str, err: str):
    assert script("audit").verdict(code, out, err, {}, [])[0] == 1


def test_no_flaw_is_no_failure():
    assert script("audit").verdict(0, '{"vulnerabilities": []}', "", {}, [])[0] == 0


def test_an_exception_has_a_reason_and_an_end():
    audit, today = script("audit"), date(2026, 11, 27)
    whole = '[[exception]]\nid = "A"\npackage = "b"\nwhy = "So."\nuntil = 2026-12-31'
    assert audit.exceptions(whole, today) == ({"A": "So."}, [])
    assert audit.exceptions(whole, date(2027, 1, 1))[1] == ["exception A of b ended on 2026-12-31: look at it again"]
    assert audit.exceptions(whole.replace('why = "So."\n', ""), today)[1]
    assert audit.exceptions((ROOT / ".ci" / "audit-exceptions.toml").read_text(encoding="utf-8"), today)[1] == []


# --- licences -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "strong"),
    [("GPL-3.0-or-later", True), ("AGPL-3.0", True), ("GNU General Public License v2 (GPLv2)", True), ("MIT", False),
     ("LGPL-2.1", False), ("GNU Lesser General Public License v3 (LGPLv3)", False), ("MIT OR GPL-2.0", False),
     ("SSPL-1.0", True)],
)  # fmt: skip
def test_licences_that_bind_what_is_built_on_them_are_known(told: str, strong: bool):
    assert script("licences").is_strong(told) is strong


def test_nothing_that_the_package_needs_is_under_the_gpl_and_the_page_says_so():
    text, wrong = script("licences").page()
    assert wrong == []
    assert (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8") == text


def test_a_gpl_package_for_developers_is_named_apart_and_never_imported():
    assert "phstatsmethods" in script("licences").page()[0].rpartition("## ")[2]
    for path in (ROOT / "src").rglob("*.py"):
        assert "phstatsmethods" not in path.read_text(encoding="utf-8"), path


def test_a_gpl_package_that_came_in_would_be_said(monkeypatch: pytest.MonkeyPatch):
    licences = script("licences")
    monkeypatch.setitem(licences.READ, "rich", "GPL-3.0-only")
    assert licences.page()[1] == ["rich: GPL-3.0-only"]
