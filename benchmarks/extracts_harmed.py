"""Small cut-outs of supplied files, and what may befall them: each harm is drawn from a seed and told in words."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import math
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from benchmarks.extracts_plain import number, rows_of

Row = list[Any]


@dataclass
class Document:
    """A supplied file taken apart: rows of each sheet (``""`` where there is one), and what else it held."""

    suffix: str
    sheets: dict[str, list[Row]]
    header: dict[str, int]
    geometries: list[Any] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    types: Any = None
    text: bytes = b""

    def written(self) -> bytes:
        """The bytes of the file."""
        if self.suffix == ".xlsx":
            return _workbook(self.sheets)
        if self.suffix == ".parquet":
            return _parquet(self.sheets[""], self.types)
        if self.suffix in (".geojson", ".json"):
            names, *rows = self.sheets[""]
            features = [
                {"type": "Feature", "properties": dict(zip(names, row, strict=False)), "geometry": shape}
                for row, shape in zip(rows, self.geometries, strict=False)
            ]
            return json.dumps({**self.about, "features": features}).encode()
        if self.suffix == ".md":
            return self.text
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.sheets[""])
        content = text.getvalue().encode()
        return gzip.compress(content, mtime=0) if self.suffix == ".gz" else content


_CONTENT = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{}</Types>'
)
_SHEET = (
    '<Override PartName="/xl/worksheets/sheet{}.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
_RELATION = f'<Relationship Id="rId{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
#: Characters that XML cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _workbook(sheets: dict[str, list[Row]]) -> bytes:
    """A workbook of nothing but cells, written ten times as fast as by a library that knows of styles."""
    told = sheets or {"empty": []}
    numbers = range(1, len(told) + 1)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, told, strict=True)
    )
    parts = {
        "[Content_Types].xml": _CONTENT.format("".join(map(_SHEET.format, numbers))),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{_SPACE}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            "".join(_RELATION.format(number, "worksheet", f"worksheets/sheet{number}.xml") for number in numbers)
        ),
    }
    for at, rows in zip(numbers, told.values(), strict=True):
        parts[f"xl/worksheets/sheet{at}.xml"] = _sheet_of(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet_of(rows: list[Row]) -> str:
    letters = [_letters(place) for place in range(max(map(len, rows), default=0))]
    body = "".join(
        f'<row r="{at}">{"".join(_cell(cell, f"{letter}{at}") for letter, cell in zip(letters, row, strict=False))}'
        "</row>" for at, row in enumerate(rows, start=1)
    )  # fmt: skip
    return f'<?xml version="1.0"?><worksheet xmlns="{_SPACE}"><sheetData>{body}</sheetData></worksheet>'


def _letters(place: int) -> str:
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def _cell(cell: Any, at: str) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return f'<c r="{at}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float) and math.isfinite(cell):
        return f'<c r="{at}"><v>{cell!r}</v></c>'
    text = _UNWRITABLE.sub("", cell.isoformat().removesuffix("T00:00:00") if hasattr(cell, "isoformat") else str(cell))
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _parquet(rows: list[Row], types: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, *body = rows
    arrays = []
    for place in range(len(names)):
        values = [row[place] if place < len(row) else None for row in body]
        kind = types[place] if place < len(types) else None
        try:
            arrays.append(pa.array(values, kind))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            arrays.append(pa.array([None if value is None else str(value) for value in values], pa.string()))
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=[str(name) for name in names]), out)
    return out.getvalue()


#: Of a text file, so much is looked at: more rows than a cut-out has.
HEAD = 3_000_000


def head_of(path: Path, folder: Path, rows: int) -> Path:
    """The beginning of a file as a file of its own: what stands further down need not be read to cut rows out.

    A workbook is taken as it is.
    """
    suffix = path.suffix.lower()
    target = folder / f"head{suffix}"
    if suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            first = next(file.iter_batches(batch_size=rows), None)
            table = file.schema_arrow.empty_table() if first is None else pa.Table.from_batches([first])
        pq.write_table(table, target)
    elif suffix in (".geojson", ".json"):
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        if isinstance(told, dict) and isinstance(told.get("features"), list):
            told["features"] = told["features"][:rows]
        target.write_text(json.dumps(told), encoding="utf-8")
    elif suffix in (".csv", ".gz"):
        opener = gzip.open if suffix == ".gz" else open
        with opener(path, "rb") as file:
            content = file.read(HEAD)
        if len(content) == HEAD:
            content = content[: content.rindex(b"\n") + 1]
        target.write_bytes(gzip.compress(content, 1, mtime=0) if suffix == ".gz" else content)
    else:
        return path
    return target


def taken_apart(path: Path, header: dict[str, int], rows: int) -> Document:
    """The first ``rows`` rows below the header of each sheet of a file."""
    suffix = path.suffix.lower()
    if suffix == ".md":
        return Document(suffix, {}, {}, text=path.read_bytes())
    told = _rows_of_workbook(path) if suffix == ".xlsx" else rows_of(path)
    sheets = {name: body[: header.get(name, 0) + rows] for name, body in told.items()}
    made = Document(suffix, sheets, header)
    if suffix in (".geojson", ".json"):
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        made.geometries = [feature.get("geometry") for feature in told["features"]][:rows]
        made.about = {name: value for name, value in told.items() if name != "features"}
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        made.types = pq.read_schema(path).types
    return made


def first_rows(document: Document, rows: int) -> Document:
    """A document with the first ``rows`` rows of each sheet only."""
    sheets = {name: body[: document.header.get(name, 0) + rows] for name, body in document.sheets.items()}
    return replace(document, sheets=sheets, geometries=document.geometries[:rows])


def _rows_of_workbook(path: Path) -> dict[str, list[Row]]:
    """Rows of each sheet. The plain reader takes minutes for a large workbook, and only cuts it out here."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {
        name: [
            [int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell for cell in row]
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        ]
        for name in book.sheet_names
    }  # fmt: skip


# --- harms ----------------------------------------------------------------------------------------

Harm = Callable[[Document, random.Random], "Document | bytes"]
HARMS: dict[str, Harm] = {}


def harm(make: Harm) -> Harm:
    HARMS[make.__name__.replace("_", " ")] = make
    return make


def _sheet(document: Document, rng: random.Random) -> tuple[str, list[Row], int]:
    """A sheet, its rows and the place of its header."""
    names = [name for name in document.sheets if name in document.header] or list(document.sheets)
    name = rng.choice(names)
    return name, document.sheets[name], document.header.get(name, 1) - 1


def _body(rows: list[Row], header: int, rng: random.Random) -> int:
    return rng.randrange(header + 1, len(rows)) if len(rows) > header + 1 else header


def _width(rows: list[Row], header: int) -> int:
    return max(len([cell for cell in rows[header] if cell not in (None, "")]), 1)


def _numbers(rows: list[Row], header: int) -> list[tuple[int, int]]:
    return [
        (at, place) for at in range(header + 1, len(rows)) for place, cell in enumerate(rows[at])
        if number(cell) is not None
    ]  # fmt: skip


def _place(rows: list[Row], header: int, rng: random.Random) -> tuple[int, int] | None:
    """A cell of numbers, a column drawn first: a table of two hundred ages has other columns too."""
    for _ in range(20):
        at = _body(rows, header, rng)
        places = [place for place, cell in enumerate(rows[at]) if number(cell) is not None]
        if places:
            return at, rng.choice(places)
    return None


def _as(cell: Any, text: str) -> Any:
    """A new number in the form of the old one: a number where that was one."""
    if isinstance(cell, str) or (value := number(text)) != value or value is None:
        return text
    return int(value) if isinstance(cell, int) and value == int(value) else value


def _changed(change: Callable[[str, random.Random], Any]) -> Harm:
    def make(document: Document, rng: random.Random) -> Document:
        _, rows, header = _sheet(document, rng)
        if place := _place(rows, header, rng):
            at, column = place
            cell = rows[at][column]
            rows[at][column] = _as(cell, change(str(cell), rng))
        return document

    return make


def _digit(text: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    place = rng.choice(places)
    return text[:place] + str((int(text[place]) + rng.randrange(1, 10)) % 10) + text[place + 1 :]


def _comma(text: str, rng: random.Random) -> str:
    value = number(text) or 0.0
    return f"{value + 1000 if abs(value) < 1000 else value:,.0f}"


for _name, _change in {
    "change a digit": _digit,
    "add a digit": lambda text, rng: text + str(rng.randrange(10)),
    "turn the sign": lambda text, rng: text[1:] if text.startswith("-") else f"-{text}",
    "move the decimal point": lambda text, rng: f"{(number(text) or 1.0) / 10 + 0.05}",
    "write thousands with a comma": _comma,
    "write a decimal comma": lambda text, rng: f"{text},5",
    "write a word for a number": lambda text, rng: rng.choice(["many", "n/a", "#REF!", "see note", "c", "12 people"]),
    "leave a number out": lambda text, rng: "",
    "write NaN": lambda text, rng: rng.choice(["NaN", "nan", "inf", "-inf", "Infinity", "None", "NULL"]),
    "write a huge number": lambda text, rng: rng.choice(["1e300", "-1e300", "9" * 25, "1e19"]),
    "write a number otherwise": lambda text, rng: rng.choice([
        f"{text}%", f"£{text}", f" {text} ", f"({text})", f"0x{text}", f"{text}.0", f"+{text}", "1_000", "٣", "½",
        f"{text}*", "1e3"]),
}.items():  # fmt: skip
    HARMS[_name] = _changed(_change)


@harm
def drop_a_column(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    place = rng.randrange(_width(rows, header))
    for row in rows[header:]:
        del row[place : place + 1]
    if document.types:
        document.types = [kind for at, kind in enumerate(document.types) if at != place]
    return document


@harm
def double_a_column(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    place = rng.randrange(_width(rows, header))
    for row in rows[header:]:
        row.insert(place, row[place] if place < len(row) else None)
    if document.types:
        document.types = [*document.types[:place], document.types[place], *document.types[place:]]
    at = rng.randrange(header, len(rows))
    if at > header and place < len(rows[at]) and number(rows[at][place]) is not None and rng.random() < 0.5:
        rows[at][place] = _as(rows[at][place], _digit(str(rows[at][place]), rng))
    return document


@harm
def swap_two_headings(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    one, other = rng.randrange(_width(rows, header)), rng.randrange(_width(rows, header))
    rows[header][one], rows[header][other] = rows[header][other], rows[header][one]
    return document


@harm
def swap_two_columns(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    one, other = rng.randrange(_width(rows, header)), rng.randrange(_width(rows, header))
    for row in rows[header:]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]
    if document.types:
        types = list(document.types)
        types[one], types[other] = types[other], types[one]
        document.types = types
    return document


@harm
def rename_a_column(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    place = rng.randrange(_width(rows, header))
    old = str(rows[header][place] or "")
    rows[header][place] = rng.choice(
        [f"{old}s", old[:-1], "", old.upper(), f" {old} ", f"{old} (2)", "value", f"x{old}"]
    )
    return document


@harm
def drop_a_row(document: Document, rng: random.Random) -> Document:
    name, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    if at > header:
        del rows[at]
        if document.geometries:
            del document.geometries[at - 1]
    return document


@harm
def drop_some_rows(document: Document, rng: random.Random) -> Document:
    name, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    many = rng.randrange(1, 40)
    if at > header:
        del rows[at : at + many]
        if document.geometries:
            del document.geometries[at - 1 : at - 1 + many]
    return document


@harm
def double_a_row(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    if at > header:
        to = rng.choice([at, len(rows)])
        rows.insert(to, list(rows[at]))
        if document.geometries:
            document.geometries.insert(to - 1, document.geometries[at - 1])
    return document


@harm
def double_a_row_with_another_number(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    if at > header:
        row = list(rows[at])
        places = [place for place, cell in enumerate(row) if number(cell) is not None]
        if places:
            place = rng.choice(places)
            row[place] = _as(row[place], _digit(str(row[place]), rng))
        rows.insert(at, row)
        if document.geometries:
            document.geometries.insert(at - 1, document.geometries[at - 1])
    return document


@harm
def shuffle_the_rows(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    body = list(zip(rows[header + 1 :], document.geometries or rows[header + 1 :], strict=False))
    rng.shuffle(body)
    rows[header + 1 :] = [row for row, _ in body]
    if document.geometries:
        document.geometries = [shape for _, shape in body]
    return document


@harm
def a_second_header(document: Document, rng: random.Random) -> Document:
    _, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    rows.insert(at + 1, list(rows[header]))
    if document.geometries:
        document.geometries.insert(at, document.geometries[0])
    return document


@harm
def change_a_code(document: Document, rng: random.Random) -> Document:
    """A code is written that does not exist, or that of another row."""
    _, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    places = [place for place, cell in enumerate(rows[at]) if isinstance(cell, str) and number(cell) is None and cell]
    if places and at > header:
        place = rng.choice(places)
        cell = rows[at][place]
        other = rows[_body(rows, header, rng)]
        another = other[place] if place < len(other) else cell
        spoilt = [cell[:-1] + rng.choice("0123456789"), f"{cell}9", cell[:-1], "", "S01999999", "S12999999",
                  cell.lower(), another, f"{cell}\u202e", "=1+1", "\x00", "x" * 5000]  # fmt: skip
        rows[at][place] = rng.choice(spoilt[:-2] if document.suffix == ".xlsx" else spoilt)
    return document


@harm
def change_a_period(document: Document, rng: random.Random) -> Document:
    """A cell that looks like a year, a quarter or a day tells another one."""
    _, rows, header = _sheet(document, rng)
    at = _body(rows, header, rng)
    places = [
        place for place, cell in enumerate(rows[at])
        if str(cell)[:2] in ("19", "20") and str(cell)[:4].isdigit()
    ]  # fmt: skip
    if places and at > header:
        place = rng.choice(places)
        text = str(rows[at][place])
        years = [text.replace(text[:4], str(int(text[:4]) + by), 1) for by in (1, -1, 50)]
        rows[at][place] = _as(rows[at][place], rng.choice([*years, text[:3], f"{text}/{text}", "0", "20211332"]))
    return document


@harm
def change_a_total_row(document: Document, rng: random.Random) -> Document:
    """A row that says it holds a total gets another number."""
    _, rows, header = _sheet(document, rng)
    words = ("total", "all", "scotland", "s92000003", "all ages", "persons", "both")
    found = [
        at for at in range(header + 1, len(rows))
        if any(isinstance(cell, str) and cell.strip().casefold() in words for cell in rows[at])
    ]  # fmt: skip
    if found:
        at = rng.choice(found)
        places = [place for place, cell in enumerate(rows[at]) if number(cell) is not None]
        if places:
            place = rng.choice(places)
            rows[at][place] = _as(rows[at][place], str(int((number(rows[at][place]) or 0) + rng.randrange(1, 999))))
    return document


@harm
def lose_a_sheet(document: Document, rng: random.Random) -> Document:
    if len(document.sheets) > 1:
        del document.sheets[rng.choice(list(document.sheets))]
        return document
    name, rows, header = _sheet(document, rng)
    document.sheets[name] = rows[: header + 1]
    document.geometries = []
    return document


@harm
def rename_a_sheet(document: Document, rng: random.Random) -> Document:
    name = rng.choice(list(document.sheets))
    document.sheets = {(f"{old} (2)" if old == name and name else old): rows for old, rows in document.sheets.items()}
    document.header = {(f"{old} (2)" if old == name and name else old): at for old, at in document.header.items()}
    return document


@harm
def cut_the_file_short(document: Document, rng: random.Random) -> bytes:
    content = document.written()
    return content[: rng.randrange(len(content))]


@harm
def flip_bytes(document: Document, rng: random.Random) -> bytes:
    content = bytearray(document.written())
    for _ in range(rng.choice([1, 1, 2, 8, 50])):
        if content:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


@harm
def lose_some_bytes(document: Document, rng: random.Random) -> bytes:
    content = document.written()
    at = rng.randrange(max(len(content), 1))
    return content[:at] + content[at + rng.randrange(1, 200) :]


@harm
def nothing_in_it(document: Document, rng: random.Random) -> bytes:
    return rng.choice(
        [b"", b"\n", b"\xef\xbb\xbf", b" ", b"\x00" * 100, b"<html><body>404</body></html>", b"PK\x03\x04"]
    )


def _text(document: Document) -> str:
    return (
        document.text.decode("utf-8", "replace")
        if document.suffix == ".md"
        else document.written().decode("utf-8", "replace")
    )


def _of_text(change: Callable[[str, random.Random], bytes]) -> Harm:
    def make(document: Document, rng: random.Random) -> Document | bytes:
        if document.suffix not in (".csv", ".md"):
            return document
        return change(_text(document), rng)

    return make


for _name, _spell in {
    "write it in another encoding": lambda text, rng: text.encode(
        rng.choice(["utf-16", "cp1252", "utf-8-sig", "utf-16-le", "utf-32", "cp037"]), "replace"),
    "end lines otherwise": lambda text, rng: text.replace("\n", rng.choice(["\r\n", "\r", "\n\n", "\r\r\n"])).encode(),
    "divide cells otherwise": lambda text, rng: text.replace(",", rng.choice([";", "\t", "|", ", ", " , "])).encode(),
    "quote otherwise": lambda text, rng: rng.choice([
        text.replace('"', "'"), text.replace(",", '","'), text.replace(",", ',"', 1), text.replace("\n", '"\n', 3),
        "\n".join('"' + line.replace(",", '","') + '"' for line in text.splitlines())]).encode(),
}.items():  # fmt: skip
    HARMS[_name] = _of_text(_spell)


def harmed(document: Document, name: str, rng: random.Random) -> bytes:
    """The bytes of a file that a harm befell."""
    content = HARMS[name](
        copy.deepcopy(document) if document.suffix != ".md" else _harm_words(document, name, rng), rng
    )
    return content if isinstance(content, bytes) else content.written()


def _harm_words(document: Document, name: str, rng: random.Random) -> Document:
    """A line of a text file is dropped, doubled, moved or spoilt, whatever the harm; its bytes are harmed after."""
    lines = document.text.decode("utf-8").split("\n")
    at = rng.randrange(len(lines))
    change = rng.randrange(6)
    if change == 0:
        del lines[at]
    elif change == 1:
        lines.insert(at, lines[at])
    elif change == 2:
        rng.shuffle(lines)
    elif change == 3:
        lines[at] = lines[at].replace(":", "", 1)
    elif change == 4:
        lines[at] = f"{lines[at]}{rng.choice(['x', ': y', '9', ' <script>'])}"
    return Document(".md", {"": [[line] for line in lines]}, {"": 1}, text="\n".join(lines).encode())
