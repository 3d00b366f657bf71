"""Bad input gets a clear error that names file, row, column and remedy; the last release stays current."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import running
import samples

from locality_profiles.errors import LocalityProfilesError
from locality_profiles.publish.releases import current_release

YEARS = "population/dz2011-pop-est_2017-2020.csv"
LOOKUP = "lookups/DataZone2011lookup.csv"
CARE = "social_care/data_homecare_locality.csv"


def edit(name: str, *changes: tuple[str, str], count: int = 1) -> Callable[[Path], None]:
    """Replace text in an extract; the text must be there, or the test would prove nothing."""

    def change(raw: Path) -> None:
        path = raw / name
        content = path.read_bytes()
        for old, new in changes:
            assert old.encode() in content, f"{old!r} is not in {name}"
            content = content.replace(old.encode(), new.encode(), count)
        path.write_bytes(content)

    return change


def repeat_row(raw: Path) -> None:
    path = raw / LOOKUP
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[5]]))


def cut_short(raw: Path) -> None:
    path = raw / CARE
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.6)].rsplit(b",", 2)[0])


def empty_file(raw: Path) -> None:
    (raw / CARE).write_bytes(b"")


def workbook_named_csv(raw: Path) -> None:
    shutil.move(raw / "population/sape-2021-males.xlsx", raw / "population/sape-2021-males.csv")


def one_more(raw: Path, old: bytes, new: bytes) -> None:
    content = (raw / YEARS).read_bytes()
    assert old in content
    (raw / YEARS).write_bytes(content.replace(old, new, 1))


def first_zone_cell(raw: Path, column: str) -> tuple[int, int, list[bytes]]:
    """Line, place in the line, and lines of the first single-zone value of a column."""
    lines = (raw / YEARS).read_bytes().splitlines(keepends=True)
    header = lines[0].decode("utf-8-sig").strip().split(",")
    number = next(n for n, line in enumerate(lines) if b"S0190" in line)
    return number, header.index(column), lines


def set_cell(column: str, value: str) -> Callable[[Path], None]:
    def change(raw: Path) -> None:
        number, at, lines = first_zone_cell(raw, column)
        cells = lines[number].rstrip(b"\r\n").split(b",")
        cells[at] = value.encode()
        lines[number] = b",".join(cells) + b"\n"
        (raw / YEARS).write_bytes(b"".join(lines))

    return change


def same_year_twice(raw: Path) -> None:
    shutil.copy(raw / YEARS, raw / "population" / "again.csv")


CASES = [
    pytest.param(edit(CARE, (",value", "")), ["data_homecare_locality.csv", "'value'", "missing"], id="missing column"),
    pytest.param(edit(CARE, (",value", ",amount"), ("age_group", "age_groups")),
                 ["'age_group'", "there is a column 'age_groups'", "Rename"], id="renamed column"),
    pytest.param(edit(YEARS, ("S01900007", "S01909999"), count=3), ["dz2011-pop-est", "S01909999"],
                 id="unknown data-zone code"),
    pytest.param(repeat_row, [LOOKUP, "rows", "'DZ2011_Code'", "more than one row"], id="duplicated key"),
    pytest.param(cut_short, [CARE, "row", "cut short"], id="truncated file"),
    pytest.param(empty_file, [CARE, "the file is empty", "Download it again"], id="empty file"),
    pytest.param(workbook_named_csv, ["sape-2021-males.csv", "an Excel workbook", "text file such as CSV"],
                 id="Excel file named .csv"),
    pytest.param(set_cell("Age30", "-4"), [YEARS, "row", "'Age30'", "negative"], id="negative population"),
    pytest.param(set_cell("AllAges", "99999"), [YEARS, "row", "'AllAges'", "99,999"],
                 id="total that does not reconcile"),
    pytest.param(set_cell("Age30", "many"), [YEARS, "row", "'Age30'", "'many'", "number was expected"],
                 id="text where a number should be"),
    pytest.param(same_year_twice, ["again.csv", "dz2011-pop-est_2017-2020.csv", "mid-2017", "one file"],
                 id="two files that claim one year"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "said"), CASES)
def test_it_is_refused_in_plain_words_and_the_release_stays(sample, tmp_path, harm, said):
    folder = samples.copy_of(sample, tmp_path / "workspace")
    before = current_release(folder / "data" / "published")
    harm(folder / "data" / "raw")
    with pytest.raises(LocalityProfilesError) as refused:
        running.publish(folder)
    message = str(refused.value)
    for phrase in said:
        assert phrase in message
    after = current_release(folder / "data" / "published")
    assert (after.id, after.about["files"]) == (before.id, before.about["files"])


def test_all_that_is_wrong_with_all_files_is_said_at_once(sample, tmp_path):
    folder = samples.copy_of(sample, tmp_path / "workspace")
    raw = folder / "data" / "raw"
    for harm in (repeat_row, empty_file, set_cell("Age30", "many"), set_cell("Age31", "-1")):
        harm(raw)
    with pytest.raises(LocalityProfilesError) as refused:
        running.publish(folder)
    message = str(refused.value)
    for phrase in (LOOKUP, CARE, "'Age30'", "'Age31'"):
        assert phrase in message


def test_a_failed_must_stops_the_build_and_the_release_stays(sample, tmp_path):
    """A population that is whole in itself but not the published one: only the sums can tell."""
    folder = samples.copy_of(sample, tmp_path / "workspace")
    before = current_release(folder / "data" / "published")
    boards = folder / "data" / "raw" / "population" / "HBdemography.csv"
    lines = boards.read_bytes().splitlines(keepends=True)
    header = lines[0].decode("utf-8-sig").strip().split(",")
    at, total = header.index("Age40"), header.index("AllAges")
    changed = 0
    for number, line in enumerate(lines):
        cells = line.rstrip(b"\r\n").split(b",")
        if b",2020," in line and cells[header.index("Sex")].strip(b'"') in (b"All", b"Female"):
            for place in (at, total):
                cells[place] = str(int(cells[place]) + 7).encode()
            lines[number] = b",".join(cells) + b"\n"
            changed += 1
    assert changed
    boards.write_bytes(b"".join(lines))
    with pytest.raises(LocalityProfilesError) as refused:
        running.publish(folder)
    assert "2020" in str(refused.value) or "publish" in str(refused.value)
    assert current_release(folder / "data" / "published").id == before.id


def test_a_file_that_is_no_extract_is_left_alone_and_named(sample, tmp_path):
    folder = samples.copy_of(sample, tmp_path / "workspace")
    (folder / "data" / "raw" / "minutes.csv").write_text("date,who,said\n2026-01-01,chair,hello\n", encoding="utf-8")
    done = running.run(folder)
    notes = [row[0] for row in done.ask("select sentence from check_result where expectation = 'note'")]
    assert any("minutes.csv" in note for note in notes)


def test_nothing_is_left_half_made_after_a_refusal(sample, tmp_path):
    folder = samples.copy_of(sample, tmp_path / "workspace")
    empty_file(folder / "data" / "raw")
    with pytest.raises(LocalityProfilesError):
        running.publish(folder)
    left = [p for p in (folder / "data").rglob(".*") if p.name not in {".lock"} and not p.is_dir()]
    assert left == []
    assert not list((folder / "data" / "published" / "releases").glob(".building-*"))
    assert os.path.islink(folder / "data" / "published" / "current")  # noqa: PTH114
