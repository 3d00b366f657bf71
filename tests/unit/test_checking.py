"""``check`` says of every file what came of it and what to do, on a terminal, as a page and as a mail."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from drawn_check import BROKEN, NOTHING, OWN, TODAY, country
from rich.console import Console

from locality_profiles import mapping
from locality_profiles.checking import check_workspace
from locality_profiles.errors import Problem
from locality_profiles.publish.theme import USUAL
from locality_profiles.sources import sources
from locality_profiles.verdicts.mail import WIDTH, mail
from locality_profiles.verdicts.page import page
from locality_profiles.verdicts.report import Late, Night, Report, Verdict, grouped, needed
from locality_profiles.verdicts.terminal import parts
from locality_profiles.workspace import read_workspace


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A workspace with a file that is refused, one that is not known and one that is nothing."""
    place = country(tmp_path_factory.mktemp("mixed"), broken=BROKEN, own=OWN, nothing=NOTHING)
    return check_workspace(place, TODAY)


def of(report: Report, file: str) -> Verdict:
    return next(verdict for verdict in report.verdicts if verdict.file == file)


def terminal(report: Report, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    for part in parts(report):
        console.print(part, markup=False) if not isinstance(part, str) else console.out(part)
    return console.file.getvalue()  # type: ignore[attr-defined]


# --- verdicts -------------------------------------------------------------------------------------


def test_each_file_has_a_verdict_and_what_has_to_be_put_right_stands_first(mixed: Report) -> None:
    assert {verdict.file: verdict.said for verdict in mixed.verdicts} == {
        "broken.csv": "refused", "own.csv": "not known", "nothing.csv": "not known", "lookup.csv": "accepted",
        "people2021.csv": "accepted with warnings", "zones.geojson": "accepted with warnings",
        "localities.geojson": "accepted with warnings",
    }  # fmt: skip
    assert [verdict.file for verdict in mixed.in_order()][:1] == ["broken.csv"]
    assert not mixed.passed
    assert mixed.summary() == "7 files: 1 accepted, 3 accepted with warnings, 1 refused, 2 not known."
    assert mixed.first()[0].startswith("broken.csv was refused: row 3, column 'sex': found 'woman'")


def test_a_file_in_columns_of_its_own_is_told_what_it_looks_like_and_how_to_go_on(mixed: Report) -> None:
    assert of(mixed, "own.csv").near.startswith("looks like 'Births and deaths by data zone'")
    assert of(mixed, "own.csv").near.endswith("Try: locality-profiles map own.csv")
    assert of(mixed, "nothing.csv").near == ""


def test_a_file_that_lacks_a_column_says_which_and_that_it_may_be_mapped(tmp_path: Path) -> None:
    report = check_workspace(country(tmp_path, events=BROKEN.replace("age_band", "ages of them")), TODAY)
    assert "the column is missing" in of(report, "events.csv").problems[0].what
    assert "locality-profiles map events.csv" in "\n".join(report.first())


def test_problems_that_say_the_same_are_put_together_with_their_count() -> None:
    alike = [Problem("the cell is empty", "Fill it in.", "f.xlsx", sheet, "sex", (2, 3), 40) for sheet in "ABCDE"]
    (group,) = grouped(alike)
    assert group.count == 200
    assert group.place() == (
        "sheet A, rows 2, 3 and 38 more, column 'sex'; sheet B, rows 2, 3 and 38 more, column 'sex'; "
        "sheet C, rows 2, 3 and 38 more, column 'sex'; and 2 more places"
    )


def test_a_warning_of_the_first_door_is_one_of_its_files() -> None:
    warned = Verdict("a.csv", "accepted", warnings=(Problem("fewer rows than usual", "Look at it."),))
    assert warned.said == "accepted with warnings"
    assert Report((warned,), ()).passed
    assert Report((warned,), ()).as_dict()["files"][0]["verdict"] == "accepted"


# --- what is not there, and what is late ----------------------------------------------------------


def test_what_every_kind_of_extract_is_needed_for_is_said() -> None:
    assert set(needed()) == set(sources())
    assert {kind for need in needed().values() for kind in need.instead} <= set(sources())


def test_kinds_without_a_file_are_told_with_what_is_empty_and_where_they_are(mixed: Report) -> None:
    missing = {each.kind: each for each in mixed.missing}
    assert "data_zone_lookup" not in missing
    assert "locality_lookup" not in missing, "the outlines do as well"
    assert missing["home_care"].without == "people, hours and rates of home care"
    assert missing["home_care"].page.startswith("https://")
    assert [each.need for each in mixed.missing] == sorted(
        (e.need for e in mixed.missing), key=["must", "core", "more"].index
    )


def test_the_newest_period_of_a_kind_decides_and_synthetic_extracts_are_never_late(tmp_path: Path) -> None:
    place = country(tmp_path, events=BROKEN.replace("three", "3").replace("woman", "male"))
    assert check_workspace(place, TODAY).late == ()
    settings = place.folder / "profiles.toml"
    settings.write_text(settings.read_text().replace("synthetic = true\n", ""))
    real = read_workspace(place.folder)
    late = {each.kind: each for each in check_workspace(real, TODAY).late}
    assert (late["vital_event"].until, late["vital_event"].due) == (date(2021, 12, 31), date(2023, 12, 31))
    assert late["small_area_population"].until == date(2021, 6, 30), "people are counted by years"
    assert "vital_event" not in {each.kind for each in check_workspace(real, date(2024, 1, 14)).late}
    assert "vital_event" in {each.kind for each in check_workspace(real, date(2024, 1, 15)).late}


# --- forms ----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags, headings and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag in ("link", "script", "img", "iframe", "object"):
            self.outside.append(given.get("href") or given.get("src") or "inline")


def test_the_page_needs_no_other_file_and_holds_nothing_of_a_file_as_markup(mixed: Report) -> None:
    hostile = Verdict("<script>a</script>.csv", "refused", problems=(
        Problem("found '=cmd|' /C calc'!A0'", "Correct <b>it</b>.", column="<img src=x onerror=y>\u202e"),
    ))  # fmt: skip
    text = page(Report((*mixed.verdicts, hostile), mixed.problems, mixed.missing, title="A & B", day=TODAY), USUAL)
    found = Page(text)
    assert found.outside == ["data:,"]
    assert "img" not in found.tags
    assert found.tags.count("h1") == 1
    assert found.tags.count("main") == 1
    assert "<title>Check of the extracts – A &amp; B</title>" in text
    assert "‹U+202E›" in text
    assert "=cmd|" in text


def test_the_terminal_keeps_to_its_width_and_has_no_colour_where_there_is_none(
    mixed: Report, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "60")
    said = terminal(mixed, 60)
    assert "\x1b" not in said
    assert [line for line in said.splitlines() if len(line) > 60 and "https://" not in line] == []
    assert said.index("What to do first") < said.index("Files") < said.index("Not there")


def test_a_mail_has_its_subject_first_and_no_line_too_long_but_an_address(mixed: Report) -> None:
    night = Night("2026-11-26-ab", "2026-11-26", "/somewhere/index.html", 3, 12, ("Home care rose in the North.",))
    late = (Late("home_care", "Home care", date(2021, 3, 31), date(2023, 4, 30), "every year", "https://example.org"),)
    text = mail(Report(mixed.verdicts, mixed.problems, mixed.missing, late, "Nèss islands", TODAY), night)
    lines = text.split("\n")
    assert lines[0] == "Subject: 1 file(s) refused: N?ss islands"
    assert lines[1] == ""
    assert [line for line in lines if len(line) > WIDTH and " " in line.strip() and "https://" not in line] == []
    assert "release 2026-11-26-ab stays current" in " ".join(text.split())
    assert "ALERT: Home care rose in the North." in text
    assert "REFUSED: broken.csv" in text
    assert "Home care: the newest is of 31 March 2021." in text


def test_a_good_night_says_so_in_its_subject() -> None:
    report = Report((Verdict("a.csv", "accepted"),), (), title="Ness")
    assert mail(report).split("\n")[0] == "Subject: all is well: Ness"
    night = Night("r", "2026-11-26", "s", alerts=("It rose.",))
    assert mail(report, night).split("\n")[0] == "Subject: 1 alert(s): Ness"


def test_json_keeps_its_keys_and_has_more(mixed: Report) -> None:
    told = json.loads(json.dumps(mixed.as_dict(), default=str))
    assert {"passed", "files", "problems"} <= told.keys()
    assert {"file", "verdict", "gives", "notes", "problems"} <= told["files"][0].keys()
    assert {"missing", "late", "first", "summary", "counts"} <= told.keys()


def test_what_check_proposes_for_a_file_is_what_map_then_reads(tmp_path: Path) -> None:
    place = country(tmp_path, own=OWN)
    (command,) = re.findall(r"locality-profiles map (\S+)", of(check_workspace(place, TODAY), "own.csv").near)
    mapping.write(place, mapping.propose(place, Path(command)), Path(command))
    verdict = of(check_workspace(read_workspace(place.folder), TODAY), "own.csv")
    assert (verdict.said, verdict.mapping, verdict.gives) == ("accepted", "own", ("births and deaths, 2021",))
