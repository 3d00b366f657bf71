"""Notebooks run from clean, and are committed without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from running import EXAMPLES

NOTEBOOKS = sorted((EXAMPLES.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path):
    import nbformat

    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_there_is_a_notebook_for_each_of_an_analyst_s_five_questions():
    assert {path.stem for path in NOTEBOOKS} == {
        "query-the-release", "a-new-indicator", "a-new-area", "a-what-if-with-money",
        "what-changed-since-the-release-before",
    }  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_a_page_on_any_machine(path: Path):
    """A title first, a heading before what is done, short cells, and no path of the machine on which it was written."""
    import nbformat

    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].source.startswith("# ")
    assert sum(cell.source.startswith("## ") for cell in cells) >= 4
    for cell in cells:
        assert len(cell.source.splitlines()) <= 40
        assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users|mnt)/", cell.source), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_on_the_sample(path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("LOCALITY_PROFILES_WORKSPACE", str(sample))
    before = files_of(sample)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=None, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ()) if "data" in output]
    assert "<table" in shown[-1]["data"]["text/html"], "it ends with a table"
    assert files_of(sample) == before, "the workspace that it is given stays as it is"


def files_of(folder: Path) -> dict[Path, tuple[int, int]]:
    """Every file with its size and when it was changed."""
    return {path: (told.st_size, told.st_mtime_ns) for path in folder.rglob("*")
            if path.is_file() and (told := path.stat())}  # fmt: skip
