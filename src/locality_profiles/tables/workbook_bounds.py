"""A workbook looked over before its reader sees it: no entities, and no more room than its cells need.

A workbook is a zip archive of XML. Its reader takes the whole rectangle from A1 to the last filled cell, so one cell in
the far corner of a sheet of a kilobyte asks for 17 thousand million; and it takes a text anew for every cell that shows
it. A fault in that reader ends the program, so what it is given is counted here first, in the bytes of the archive.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np

from locality_profiles.tables.limits import WORKBOOK, WORKBOOK_CELLS, WORKBOOK_TEXT, check_archive, refused, too_much

AT_ONCE = 1 << 24
#: A cell's first bytes, in which it says where it is: '<c r="XFD1048576"'; and what may stand before it ends.
LONGEST_PLACE = 11


def check_workbook(path: Path, name: str) -> None:
    """Refuse a workbook that no spreadsheet writes, or that asks for more memory than tables need.

    Raises
    ------
    ExtractRefused
        Naming what there is too much of.
    """
    check_archive(path, name, WORKBOOK)
    area, cells, longest, texts = 0, 0, 0, b""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.is_dir():
                continue
            content = archive.read(part)
            if not _is_xml(content):
                continue
            if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise refused(name, "the workbook declares entities, or is written as no spreadsheet writes it",
                              "Open it in a spreadsheet and save it again as .xlsx.")  # fmt: skip
            if re.search(rb"<(?:\w+:)?sst\b", content[:4096]):
                texts, longest = content, _longest_text(content)
                continue
            rows, columns, filled = extent_of_sheet(content)
            area += rows * columns
            cells += filled
    if area > WORKBOOK_CELLS.most:
        raise too_much(
            name, WORKBOOK_CELLS, "Delete what stands far below or far right of the table, and save it again."
        )
    if cells * longest > WORKBOOK_TEXT.most and _size_of_texts(path, texts) > WORKBOOK_TEXT.most:
        raise too_much(name, WORKBOOK_TEXT, "Shorten the texts that stand in many cells.")


def _is_xml(content: bytes) -> bool:
    return content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[:64].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def extent_of_sheet(content: bytes) -> tuple[int, int, int]:
    """Last row, last column and number of the filled cells of a sheet's XML; all 0 for other XML.

    A cell that says not where it is stands right of the one before it, in the row that its row says or the next.
    """
    rows = columns = filled = placeless = 0
    for start in range(0, len(content), AT_ONCE):
        # The next bytes are looked at as well: a cell's place may stand across the border.
        piece = np.frombuffer(content[start : start + AT_ONCE + 256], dtype=np.uint8)
        found = _places(piece, min(AT_ONCE, len(content) - start))
        rows, columns = max(rows, found[0]), max(columns, found[1])
        filled += found[2]
        placeless += found[3]
    if placeless:
        starts = [int(each) for each in re.findall(rb'<(?:\w+:)?row\b[^>]*?\sr=["\'](\d{1,9})["\']', content)]
        counted = re.split(rb"<(?:\w+:)?row\b", content)
        widest = max(len(re.findall(rb"<(?:\w+:)?c[\s/>]", row)) for row in counted)
        rows = max([rows, len(counted) - 1 + max(starts, default=0)])
        columns += widest
        filled += placeless
    return rows, columns, filled


def _places(piece: np.ndarray, own: int) -> tuple[int, int, int, int]:
    """Last row, last column, filled cells, and cells that do not say where they are, of a piece of XML.

    Only what begins in the ``own`` first bytes is counted.
    """
    padded = np.concatenate([piece, np.zeros(LONGEST_PLACE + 4, dtype=np.uint8)])
    opened = 0
    for before_name in (ord("<"), ord(":")):
        begun = np.flatnonzero(piece[:own] == before_name)
        begun = begun[padded[begun + 1] == ord("c")]
        opened += int(_MAY_END_A_NAME[padded[begun + 2]].sum())
    at = np.flatnonzero(piece[: own + 2] == ord("="))
    at = at[(at >= 2) & (at - 2 < own)]
    at = at[(padded[at - 1] == ord("r")) & _IS_BLANK[padded[at - 2]]] + 1
    at = at[(padded[at] == 34) | (padded[at] == 39)] + 1
    letters, numbers = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    in_letters, going = np.ones(len(at), dtype=bool), np.ones(len(at), dtype=bool)
    for step in range(LONGEST_PLACE):
        sign = padded[at + step]
        upper = sign & 0xDF
        letter = going & in_letters & (upper >= 65) & (upper <= 90)
        digit = going & (sign >= 48) & (sign <= 57)
        in_letters &= letter
        going &= letter | digit
        letters = np.where(letter, np.minimum(letters * 26 + (upper.astype(np.int64) - 64), 1 << 40), letters)
        numbers = np.where(digit, np.minimum(numbers * 10 + (sign.astype(np.int64) - 48), 1 << 40), numbers)
    numbers[going] = 1 << 40  # longer than any place is: noughts before a number, or a fault
    cells = (letters > 0) & (numbers > 0)
    at, letters, numbers = at[cells], letters[cells], numbers[cells]
    ends = np.flatnonzero(piece == ord(">"))
    if len(ends) and len(at):  # a cell that is only formatted is '<c r="A1" s="4"/>', and takes no room
        end = np.searchsorted(ends, at)
        empty = (end < len(ends)) & (piece[ends[np.minimum(end, len(ends) - 1)] - 1] == ord("/"))
        letters, numbers = letters[~empty], numbers[~empty]
    placeless = max(0, opened - int(cells.sum()))
    if not len(letters):
        return 0, 0, 0, placeless
    return int(numbers.max()), int(letters.max()), len(letters), placeless


_IS_BLANK = np.zeros(256, dtype=bool)
_IS_BLANK[[32, 9, 10, 13]] = True
_MAY_END_A_NAME = _IS_BLANK.copy()
_MAY_END_A_NAME[[ord(">"), ord("/")]] = True


def _longest_text(texts: bytes) -> int:
    return max((len(each) for each in re.split(rb"<(?:\w+:)?si\b", texts)[1:]), default=0)


def _size_of_texts(path: Path, texts: bytes) -> int:
    """Bytes of all texts, each as often as a cell shows it; a number that could be that of a text is taken for one."""
    sizes = np.array([len(each) for each in re.split(rb"<(?:\w+:)?si\b", texts)[1:]], dtype=np.int64)
    size = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            content = b"" if part.is_dir() else archive.read(part)
            if _is_xml(content) and b"sheetData" in content:
                shown = np.array(re.findall(rb"<(?:\w+:)?v\b[^>]*>\s*(\d{1,9})\s*<", content), dtype="S9").astype(
                    np.int64
                )
                size += int(sizes[shown[shown < len(sizes)]].sum())
    return size
