"""The linter of published files: each kind broken once, what only looks so let pass, and a whole release read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.disclosure import linter
from locality_profiles.disclosure.linter import lint, read_passes
from locality_profiles.disclosure.looks import KINDS, looks_in
from locality_profiles.errors import Problem


def check_digit(nine: str) -> str | None:
    """The tenth digit, worked out as the data dictionary tells it: weights 10 to 2, modulus 11."""
    total = 0
    for place in range(9):
        total += int(nine[place]) * (10 - place)
    rest = (11 - total % 11) % 11
    return None if rest == 10 else str(rest)


def numbers(born: str, how_many: int) -> list[str]:
    """CHI numbers of nobody, with a day of birth."""
    found = [f"{born}{serial:03d}" for serial in range(100, 999)]
    return [nine + tenth for nine in found if (tenth := check_digit(nine))][:how_many]


CHI = numbers("310845", 1)[0]
EARLY = numbers("010150", 1)[0]

#: What each kind looks like in running text.
SPOKEN = {
    "CHI number": [CHI, EARLY, f"{CHI[:6]} {CHI[6:]}", f"{CHI[:6]}-{CHI[6:]}", f"number:{CHI}."],
    "postcode": ["ZE1 0AA", "EH12 9ZZ", "eh12 9zz", "EH129ZZ", "G1 1AA.", "W1A 1HQ", "ZE1&nbsp;0AA", "ZE1\u00a00AA"],
    "date of birth": ["born 01/02/1950", "Born on 1 February 1950", "DOB: 1950-02-01", "date of birth is 1.2.50",
                      "d.o.b. 1/2/50", "BORN 01/02/1950"],
    "e-mail address": ["a.person@example.org", "mailto:a_b@mail.example.org", "a.person&#64;example.org"],
    "telephone number": ["01595 496000", "(01595) 496000", "0131 496 0000", "020 7946 0000", "07700 900123",
                         "+44 7700 900123", "+44 (0)131 496 0000", "07700900123"],
    "National Insurance number": ["AB123456C", "AB 12 34 56 C"],
    "path": ["/home/somebody/profiles", "/tmp/build-1/x", "C:\\Users\\somebody\\x", "C:\\\\Data\\\\x", "file:///x",
             '"/var/lib/x"'],
}  # fmt: skip

HARMLESS = [
    "1,504,501,234 people", "£3108451234", "-3108451234", "0.3108451234", "S01000123", "a3108451234", "13108451234",
    "3108451234567", "the 1 2nd", "as 10 4th", "#a9b4bb", "people born in 1950", "@media print", "@type",
    "2021-04-01 12:00",
    "https://www.example.org/home/x", "../home/x", "</var>", "0000000000", "M0 0L10 20", "B1 data", "12:30", "EH12 9",
    "AB 12 34 56", "2011-2022 0.5", "1 to 5 GBP", "S37900001/fennaholm",
]  # fmt: skip


def kinds_of(found: list[linter.Finding]) -> set[str]:
    return {one.kind for one in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "release"
    made.mkdir()
    return made


def wrote(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


SAID = [(kind, text) for kind, texts in SPOKEN.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), SAID, ids=[text for _, text in SAID])
@pytest.mark.parametrize("name", ["page.html", "words.txt", "chart.svg"])
def test_each_kind_is_found_in_text(folder: Path, kind: str, text: str, name: str):
    wrote(folder, name, f"<p>first</p>\n<p>Somebody wrote {text}</p>\n")
    [found] = [one for one in lint(folder) if one.kind == kind]
    assert (found.file, found.rows) == (name, (2,))
    assert isinstance(found, Problem)
    assert KINDS[kind] in found.sentence()


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_so_is_let_pass(folder: Path, text: str):
    wrote(folder, "page.html", f"<p>There is {text}, as we know.</p>")
    wrote(folder, "table.csv", f'name,words\n1,"{text}"\n')
    assert lint(folder) == []


def test_no_problem_repeats_what_was_found(folder: Path):
    everything = [text for texts in SPOKEN.values() for text in texts]
    wrote(folder, "page.html", "\n".join(f"<p>{text}</p>" for text in everything))
    told = "\n".join(one.sentence() for one in lint(folder))
    assert kinds_of(lint(folder)) == set(SPOKEN)
    for text in everything:
        assert text not in told


@pytest.mark.parametrize(("kind", "text"), [(kind, texts[0]) for kind, texts in SPOKEN.items()])
def test_each_kind_is_found_in_a_column(folder: Path, kind: str, text: str):
    cells = ["nothing", text, None, f"so {text} is it", "nothing"]
    pq.write_table(pa.table({"n": range(5), "words": cells}), folder / "table.parquet")
    wrote(folder, "table.csv", "n,words\n" + "".join(f'{n},"{cell or ""}"\n' for n, cell in enumerate(cells)))
    found = [one for one in lint(folder) if one.kind == kind]
    assert [(one.file, one.column, one.rows, one.count) for one in found] == [
        ("table.csv", "words", (3, 5), 2), ("table.parquet", "words", (3, 5), 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["anon_chi", "CHI", "chi_number", "UPI", "upi_number", "social_care_id", "dob", "DateOfBirth",
             "Date of birth", "link_no", "LinkNo", "surname", "patient_id", "NHS number", "national_insurance_number"]
)  # fmt: skip
def test_columns_about_persons_are_refused_by_their_name(folder: Path, name: str):
    pq.write_table(pa.table({"n": pa.array([], pa.int64()), name: pa.array([], pa.string())}), folder / "a.parquet")
    wrote(folder, "b.csv", f"n,{name}\n")
    wrote(folder, "c.json", json.dumps([{"n": 1, name: 2}]))
    wrote(folder, "d.json", json.dumps({"schema": {"fields": [{"name": name, "type": "string"}]}}))
    wrote(folder, "e.html", f"<table><tr><th scope='col'><span>{name}</span></th></tr></table>")
    assert [(one.file, one.kind) for one in lint(folder)] == [
        (file, "column about persons") for file in ("a.parquet", "b.csv", "c.json", "d.json", "e.html")
    ]


def test_names_of_other_columns_pass(folder: Path):
    names = "area_name,chi_squared,machine,uplift,period,place_name,service_name,births,linked,numerator"
    wrote(folder, "a.csv", names + "\n")
    assert lint(folder) == []


# --- numbers of ten digits ------------------------------------------------------------------------


def test_amounts_of_ten_digits_are_not_chi_numbers(folder: Path):
    # One of a thousand amounts of ten digits fits by chance, as CHI does here.
    amounts = [1_504_500_000 + 7_919 * n for n in range(300)] + [int(CHI)]
    pq.write_table(pa.table({"budget_pence": amounts}), folder / "a.parquet")
    wrote(folder, "a.csv", "budget_pence\n" + "".join(f"{n}\n" for n in amounts))
    assert lint(folder) == []


def test_a_column_of_chi_numbers_is_refused_under_any_name(folder: Path):
    people = [int(number) for number in numbers("310845", 20)]
    pq.write_table(pa.table({"budget_pence": people}), folder / "a.parquet")
    wrote(folder, "a.csv", "budget_pence\n" + "".join(f"{n}\n" for n in people))
    assert [(one.file, one.kind, one.column) for one in lint(folder)] == [
        ("a.csv", "CHI number", "budget_pence"), ("a.parquet", "CHI number", "budget_pence"),
    ]  # fmt: skip


@pytest.mark.parametrize("of", [int, float])
def test_numbers_that_lost_their_first_0_are_known_by_being_many(folder: Path, of: type):
    people = [of(int(number)) for number in numbers("010150", 20)]
    pq.write_table(pa.table({"who": people}), folder / "a.parquet")
    assert [(one.kind, one.column) for one in lint(folder)] == [("CHI number", "who")]


def test_one_chi_number_among_counts_is_found(folder: Path):
    pq.write_table(pa.table({"people": [12, 13, int(CHI)]}), folder / "a.parquet")
    wrote(folder, "a.csv", f"people\n12\n13\n{CHI}\n")
    assert [(one.file, one.rows) for one in lint(folder)] == [("a.csv", (4,)), ("a.parquet", (4,))]


def test_a_first_0_is_no_amount(folder: Path):
    wrote(folder, "a.csv", f"budget_pence\n12\n{EARLY}\n")
    assert [(one.kind, one.rows) for one in lint(folder)] == [("CHI number", (3,))]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.integers(0, 10**10 - 1))
def test_ten_digits_are_found_exactly_where_day_and_check_digit_fit(number: int):
    """The slow plain oracle: the day looked up in a calendar, the digit worked out by hand."""
    from datetime import date

    ten = f"{number:010d}"
    try:
        date(2000 + int(ten[4:6]), int(ten[2:4]), int(ten[:2]))
        fits = check_digit(ten[:9]) == ten[9]
    except ValueError:
        fits = False
    assert any(look.kind == "CHI number" for look in looks_in(f"so {ten} is".encode())) is fits


# --- passes ---------------------------------------------------------------------------------------


def test_premises_may_give_their_postcode(folder: Path):
    wrote(folder, "open-data/services.csv", "service,postcode,words\nA,ZE1 0AA,\n")
    assert lint(folder) == []
    wrote(folder, "open-data/services.csv", "service,postcode,words\nA,ZE1 0AA,ZE1 0AA\n")
    assert [(one.kind, one.column) for one in lint(folder)] == [("postcode", "words")]
    wrote(folder, "open-data/services.csv", f"service,postcode,words\nA,{CHI},\n")
    assert [(one.kind, one.column) for one in lint(folder)] == [("CHI number", "postcode")]
    wrote(folder, "open-data/services.csv", "")
    wrote(folder, "open-data/people.csv", "service,postcode\nA,ZE1 0AA\n")
    assert [(one.kind, one.file) for one in lint(folder)] == [("postcode", "open-data/people.csv")]


@pytest.mark.parametrize(
    "text",
    [
        '[[allowed]]\nkind = "postcode"\nfiles = ["a"]\ncolumns = ["b"]',
        '[[allowed]]\nkind = "postcode"\nfiles = ["a"]\ncolumns = []\nwhy = "So."',
        '[[allowed]]\nkind = "shoe size"\nfiles = ["a"]\ncolumns = ["b"]\nwhy = "So."',
        '[[amounts]]\ncolumns = ["b"]',
    ],
)
def test_a_pass_says_what_where_and_why(text: str):
    with pytest.raises(ValueError, match="every"):
        read_passes(text)


# --- files ----------------------------------------------------------------------------------------


def test_a_find_where_two_pieces_meet_is_told_once(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(linter, "_PIECE", 4096)
    for before in range(4096 - 40, 4096 + 40):
        wrote(folder, "a.txt", "x\n" * (before // 2) + f" {CHI} \n" + "y\n" * 3000)
        [found] = lint(folder)
        assert (found.kind, found.rows, found.count) == ("CHI number", (before // 2 + 1,), 1)


def test_a_number_cut_by_a_piece_is_not_taken_for_a_shorter_one(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(linter, "_PIECE", 4096)
    for before in range(4096 - 600, 4096 + 40):
        wrote(folder, "a.txt", "x" * before + f" 9{CHI} " + "y" * 5000)
        assert lint(folder) == []


def test_a_file_of_exactly_one_piece_is_read_to_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(linter, "_PIECE", 4096)
    wrote(folder, "a.txt", "x" * (4096 - 11) + f" {CHI}")
    assert kinds_of(lint(folder)) == {"CHI number"}


def test_workbooks_are_looked_through(folder: Path):
    book = openpyxl.Workbook()
    book.active.append(["name", "amount"])
    book.active.append([f"so {CHI}", int(CHI)])
    book.active.append(["ZE1 0AA", 5])
    book.save(folder / "a.xlsx")
    assert kinds_of(lint(folder)) == {"CHI number", "postcode"}
    book = openpyxl.Workbook()
    for number in numbers("310845", 20):
        book.active.append([int(number)])
    book.save(folder / "a.xlsx")
    assert [(one.kind, one.column) for one in lint(folder)] == [("CHI number", "A")]
    book = openpyxl.Workbook()
    book.active.append([int(CHI)])
    book.save(folder / "a.xlsx")
    assert lint(folder) == []


def test_nested_columns_are_looked_through(folder: Path):
    table = pa.table({"deep": [[{"who": "nobody"}], [{"who": f"so {CHI}"}]]})
    pq.write_table(table, folder / "a.parquet")
    assert [(one.kind, one.column) for one in lint(folder)] == [("CHI number", "deep")]


def test_a_path_of_the_workspace_itself_is_found_wherever_it_is(tmp_path: Path):
    release = tmp_path / "odd-place" / "data" / "release"
    release.mkdir(parents=True)
    wrote(tmp_path / "odd-place", "profiles.toml", "")
    wrote(release, "a.json", json.dumps({"at": f"x{tmp_path / 'odd-place'}/data"}))
    assert kinds_of(lint(release)) == {"path"}


def test_what_cannot_be_looked_through_is_not_waved_through(folder: Path):
    wrote(folder, "a.duckdb", "")
    wrote(folder, "b.parquet", "no Parquet")
    wrote(folder, "c.xlsx", "no workbook")
    (folder / "d.csv").symlink_to(folder / "a.duckdb")
    assert [(one.file, one.kind) for one in lint(folder)] == [
        (name, "unread") for name in ("a.duckdb", "b.parquet", "c.xlsx", "d.csv")
    ]


def test_a_csv_that_breaks_half_way_is_still_refused(folder: Path):
    wrote(folder, "a.csv", f"a,b\n1,2\n1,2,3,4\n{CHI},1\n")
    assert kinds_of(lint(folder)) == {"CHI number"}


def test_names_of_files_are_looked_at(folder: Path):
    wrote(folder, f"areas/{CHI}.txt", "nothing")
    [found] = lint(folder)
    assert (found.kind, found.file) == ("CHI number", "areas/(a file .txt)")


def test_packed_text_is_looked_through(folder: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", f"<w:t>born 01/02/1950</w:t><w:t>{CHI}</w:t>")
    (folder / "a.docx").write_bytes(packed.getvalue())
    assert kinds_of(lint(folder)) == {"date of birth", "CHI number"}


# --- a release ------------------------------------------------------------------------------------


def current(sample: Path) -> Path:
    return (sample / "data" / "published" / "current").resolve()


def test_the_sample_tells_of_nobody(sample: Path):
    assert [one.sentence() for one in lint(current(sample)) if one.kind != "path"] == []


def test_each_kind_put_into_a_page_of_the_sample_is_found(sample: Path, folder: Path):
    page = next((current(sample) / "site").rglob("*.html"))
    before = page.read_text(encoding="utf-8")
    for kind, texts in SPOKEN.items():
        wrote(folder, page.name, before.replace("</body>", f"<p>{texts[0]}</p></body>"))
        assert {one.kind for one in lint(folder)} == {kind}
