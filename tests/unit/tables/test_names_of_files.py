"""Names of files that any system can have, case-insensitive ones among them."""

from __future__ import annotations

import re

from running import EXAMPLES

#: Names that Windows keeps for devices, with any ending.
KEPT = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}


def paths() -> list[str]:
    root = EXAMPLES.parent
    rooms = ("src", "pipelines", "docs", "tests", "expectations", "notebooks", "examples", "benchmarks")
    return [path.relative_to(root).as_posix() for room in rooms for path in (root / room).rglob("*")
            if "__pycache__" not in path.parts and "data" not in path.parts]  # fmt: skip


def test_the_repository_can_be_had_on_any_system():
    for path in paths():
        for part in path.split("/"):
            assert part.split(".")[0].casefold() not in KEPT, path
            assert not re.search(r'[<>:"\\|?*]|[ .]$', part), path
        assert len(path) < 150, path


def test_no_two_files_differ_by_capitals_only():
    folded = [path.casefold() for path in paths()]
    assert len(folded) == len(set(folded))


def test_no_table_and_no_indicator_is_called_as_a_device():
    from locality_profiles.indicators.definition import indicators
    from locality_profiles.tables.curated import CONTRACTS

    assert not KEPT & {name.casefold() for name in (*CONTRACTS, *indicators())}


def test_files_of_a_release_can_be_had_on_any_system(sample):
    release = (sample / "data" / "published" / "current").resolve()
    found = [path.relative_to(release).as_posix() for path in release.rglob("*")]
    for path in found:
        for part in path.split("/"):
            assert part.split(".")[0].casefold() not in KEPT, path
            assert not re.search(r'[<>:"\\|?*]|[ .]$', part), path
        assert len(path) < 150, path
    assert len({path.casefold() for path in found}) == len(found)
