"""Areas from a file of outlines, whatever its format and coordinates; and what a file seems to be.

``read_outlines`` reads the outlines of an area system that a workspace brings itself. They were drawn
by hand or exported in a hurry, so what can be put right without a guess is put right and said, and
everything else that is wrong is told at once. ``look_at_file`` guesses which columns of a file say what,
for the command that adds an area system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.geography.grid import MULTIPOLYGON, POLYGON, Checked, to_grid, to_grid_points
from locality_profiles.geography.names import slug
from locality_profiles.geography.outline_files import Layer, Supplied, layers_of
from locality_profiles.geography.vintages import plural, vintage_of
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.intake import Sheet, container_of, header_key, open_sheets, read_sheet

__all__ = [
    "Checked", "Look", "Outlines", "guess_name_column", "look_at_file", "read_outlines", "to_grid", "to_grid_points",
]  # fmt: skip

SHOWN_ROWS = 5
SHOWN_NAMES = 3


@dataclass(frozen=True)
class Outlines:
    """Areas by outline, each once, in the order of the file.

    ``shapes`` are valid polygons or multipolygons on the British National Grid. ``notes`` say in plain
    words what was put right.
    """

    names: np.ndarray
    codes: np.ndarray | None
    shapes: np.ndarray
    notes: tuple[str, ...]


def read_outlines(
    path: Path,
    name: str,
    *,
    name_column: str,
    code_column: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
) -> Outlines:
    """Areas of a GeoJSON, GeoPackage, shapefile (also zipped) or GeoParquet file.

    Outlines of one name become one area, unless their codes differ.

    Parameters
    ----------
    name
        What to call the file in messages.
    layer
        Which layer, where the file has several.
    crs
        Its coordinate system, where the file does not say or is wrong.

    Raises
    ------
    ExtractRefused
        With every problem of the file.
    """
    with layers_of(path, name) as layers:
        chosen = _chosen(layers, layer, name)
        columns = {"name": chosen.find(name_column), "code": chosen.find(code_column) if code_column else None}
        supplied = chosen.read([column for column in columns.values() if column])
    problems = [
        _no_such_column(wanted, chosen, name, key)
        for key, wanted in (("name", name_column), ("code", code_column)) if wanted and columns[key] is None
    ]  # fmt: skip
    rows = _Rows(name, supplied, columns["name"], columns["code"], problems)
    checked = to_grid(supplied.geometry, crs or supplied.crs)
    rows.tell(checked)
    rows.check_names()
    if problems:
        count = len(problems)
        raise ExtractRefused(f"{name} was refused: {count} problem{'s' if count > 1 else ''}.", problems)
    return rows.put_together(checked.shapes, (*supplied.notes, *_overruled(supplied.crs, crs), *checked.notes))


def tidy(texts: pa.Array) -> pa.Array:
    """Texts in composed Unicode (NFC), without blanks round them, and with single blanks inside."""
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_normalize(texts, "NFC"), r"[\s\pZ]+", " "))


def _chosen(layers: Sequence[Layer], wanted: str | None, name: str) -> Layer:
    names = [layer.name for layer in layers]
    listed = ", ".join(f"'{layer}'" for layer in names)
    if not layers:
        problem = Problem("no layer of the file holds outlines", "Export the outlines again.", file=name)
    elif wanted is None and len(layers) > 1:
        problem = Problem(f"the file has {len(layers)} layers ({listed}), and none is named",
                          f'Name one in profiles.toml, as in layer = "{names[0]}".', file=name)  # fmt: skip
    elif wanted is not None and wanted not in names:
        remedy = did_you_mean(wanted, names, key=header_key)
        problem = Problem(f"there is no layer '{wanted}'; there is {listed}", remedy, file=name)
    else:
        return layers[names.index(wanted) if wanted is not None else 0]
    raise ExtractRefused(f"{name} cannot be used.", [problem])


def _no_such_column(wanted: str, layer: Layer, name: str, key: str) -> Problem:
    there = ", ".join(f"'{column}'" for column in layer.columns) or "none at all"
    correct = f"Correct {key}_column in profiles.toml."
    remedy = did_you_mean(wanted, layer.columns, otherwise=correct, key=header_key)
    return Problem(f"there is no such column; there is {there}", remedy, file=name, column=wanted)


def _overruled(in_file: str | None, crs: str | None) -> tuple[str, ...]:
    """What to say where ``profiles.toml`` names another coordinate system than the file does."""
    if not crs or not in_file:
        return ()
    import pyproj

    try:
        same = pyproj.CRS.from_user_input(in_file) == pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        same = False
    return () if same else (f"profiles.toml names the coordinate system {crs}, where the file names another",)


class _Rows:
    """The rows of a layer, by number as people count them; problems are added to the list that was handed in."""

    def __init__(
        self, file: str, supplied: Supplied, name_column: str | None, code_column: str | None, problems: list[Problem]
    ) -> None:
        self.file, self.problems = file, problems
        self.name_column, self.code_column = name_column, code_column
        self.names = self._texts(supplied, name_column)
        self.codes = self._texts(supplied, code_column)
        if not len(supplied.geometry):
            problems.append(Problem("the file holds no outlines", "Export it again.", file=file))

    @staticmethod
    def _texts(supplied: Supplied, column: str | None) -> np.ndarray:
        if column is None:
            return np.full(len(supplied.geometry), "", dtype=object)
        return tidy(supplied.columns[column]).to_numpy(zero_copy_only=False).astype(object)

    def refuse(self, at: np.ndarray, what: str, remedy: str, column: str | None = None) -> None:
        """A problem of the rows of which ``at`` holds the positions."""
        self.problems.append(Problem(what, remedy, self.file, None, column, tuple(int(i) + 1 for i in at[:SHOWN_ROWS]),
                                     len(at)))  # fmt: skip

    def tell(self, checked: Checked) -> None:
        """The faults of the outlines, with the names of those concerned."""
        for fault in checked.faults:
            if fault.at is None:
                self.problems.append(Problem(fault.what, fault.remedy, file=self.file))
                continue
            at = np.flatnonzero(fault.at)
            named = [name for name in dict.fromkeys(self.names[at]) if name]
            more = f" and {len(named) - SHOWN_NAMES:,} more" if len(named) > SHOWN_NAMES else ""
            who = ", ".join(f"'{name}'" for name in named[:SHOWN_NAMES])
            self.refuse(at, f"{who}{more}: {fault.what}" if who else fault.what, fault.remedy)

    def check_names(self) -> None:
        """Every row has a name (and a code); no two names would have one address.

        Codes tell two areas of one name apart: whether they lie in one partnership, where that will not do,
        is not known here.
        """
        for texts, column, what in ((self.names, self.name_column, "name"), (self.codes, self.code_column, "code")):
            missing = np.flatnonzero(texts == "")
            if column and len(missing):
                fill = f"Fill it in{'' if what == 'name' else ', or leave code_column out'}."
                self.refuse(missing, f"the area has no {what}", fill, column)
        self._refuse_shared(self.codes, self.names, "areas have the code '{}' and are called {}",
                            "Give each its own code, or one name if they are one area.")  # fmt: skip
        by_slug: dict[str, list[str]] = {}
        for name in dict.fromkeys(self.names[self.names != ""]):
            by_slug.setdefault(slug(name), []).append(name)
        for alike in (names for names in by_slug.values() if len(names) > 1):
            listed = " and ".join(f"'{name}'" for name in alike)
            self.refuse(
                np.flatnonzero(np.isin(self.names, np.array(alike, dtype=object))),
                f"the names {listed} are too alike: each would be '{slug(alike[0])}' in codes and addresses",
                "Write them alike if they are one area; if not, give one another name.",
                self.name_column,
            )

    def _refuse_shared(self, texts: np.ndarray, others: np.ndarray, what: str, remedy: str) -> None:
        """Problems of rows with one text and several others beside it, such as one name and two codes."""
        beside: dict[str, dict[str, None]] = {}
        for text, other in zip(texts, others, strict=True):
            if text and other:
                beside.setdefault(text, {})[other] = None
        for text, different in beside.items():
            if len(different) > 1:
                listed = " and ".join(f"'{other}'" for other in different)
                self.refuse(np.flatnonzero(texts == text), f"{len(different)} {what.format(text, listed)}", remedy,
                            self.name_column if texts is self.names else self.code_column)  # fmt: skip

    def put_together(self, shapes: np.ndarray, notes: Iterable[str]) -> Outlines:
        """One area for each name (and code), in the order in which they come."""
        import shapely

        named = np.array([f"{name}\n{code}" for name, code in zip(self.names, self.codes, strict=True)])
        _, first, of, count = np.unique(named, return_index=True, return_inverse=True, return_counts=True)
        whole = shapes[first]
        several = np.flatnonzero(count > 1)
        for area in several:
            whole[area] = shapely.union_all(shapes[of == area])
        order = np.argsort(first)
        codes = self.codes[first][order] if self.code_column else None
        told = [f"{count[area]} outlines of '{self.names[first[area]]}' were put together" for area in several]
        if len(told) > SHOWN_ROWS:
            told = [*told[:SHOWN_ROWS], f"so were those of {len(told) - SHOWN_ROWS:,} more areas"]
        return Outlines(self.names[first][order], codes, whole[order], (*notes, *told))


# --- what a file seems to be ----------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """What a file seems to be, and which of its columns seem to say what.

    ``kind`` is polygons, table or unknown. ``layers`` are those of outlines, or the sheets of a workbook;
    ``layer`` is the one that was looked at. A column that is not sure is None. ``block_type`` is the edition
    of the data zones in ``block_column``. ``why`` explains each guess in a sentence.
    """

    kind: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    layers: tuple[str, ...] = ()
    layer: str | None = None
    name_column: str | None = None
    code_column: str | None = None
    block_column: str | None = None
    block_type: str | None = None
    why: tuple[str, ...] = field(default=())


DATA_ZONE = r"S01\d{6}"
OFFICIAL_CODE = r"[A-Z]\d{8}"
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? *\d[A-Z]{2}"
#: Texts that are no names: numbers, dates and codes.
NO_NAME = rf"(?:{OFFICIAL_CODE}|{POSTCODE}|[A-Za-z]{{0,3}}[-_ ]?[\d.,:/+-]+[A-Za-z]?|\{{?[0-9A-Fa-f-]{{16,}}\}}?)"
SAYS_NAME = r"name|label|title|locality|neighbourhood|area$|ward$|cluster$|ainm"
#: A column is taken for what nearly all of its cells are.
NEARLY_ALL = 0.9


def look_at_file(path: Path, name: str | None = None, *, called: str = "", layer: str | None = None) -> Look:
    """What a file is, and which columns of it name areas and blocks.

    Parameters
    ----------
    called
        The name of the area system that the file is for; a column of that name is its column of names.
    layer
        The layer or sheet to look at, where there are several.

    Raises
    ------
    ExtractRefused
        If there is no such file, or it is damaged.
    """
    name = name or path.name
    container = container_of(path) if path.is_file() and path.suffix.lower() not in (".shp", ".zip") else "outlines"
    if container in ("text", "workbook", "gzip"):
        return _look_at_table(path, name, called, layer)
    if container == "parquet" and not _is_geoparquet(path, name):
        return _look_at_table(path, name, called, layer)
    if container in ("empty", "old workbook"):
        open_sheets(path, name)  # refuses it, and says why
    return _look_at_outlines(path, name, called, layer)


def _is_geoparquet(path: Path, name: str) -> bool:
    import pyarrow.parquet as pq

    try:
        return b"geo" in (pq.read_schema(path).metadata or {})
    except pa.ArrowInvalid:
        open_sheets(path, name)  # refuses it, and says why
        raise


def _look_at_outlines(path: Path, name: str, called: str, layer: str | None) -> Look:
    import shapely

    with layers_of(path, name) as layers:
        names = tuple(found.name for found in layers)
        if not layers:
            return Look("unknown", why=("No layer of the file holds outlines.",))
        if layer is None and len(layers) > 1:
            return Look("polygons", layers=names, why=(f"The file has {len(layers)} layers: say which.",))
        chosen = _chosen(layers, layer, name)
        supplied = chosen.read(chosen.columns)
    kinds = sorted({shape.geom_type for shape in supplied.geometry if shape is not None})
    rows = len(supplied.geometry)
    if not np.isin(shapely.get_type_id(supplied.geometry), (POLYGON, MULTIPOLYGON)).any():
        why = f"The file holds {', '.join(kinds) or 'no shapes'} and no outlines of areas."
        return Look("unknown", chosen.columns, rows, names, chosen.name, why=(why,))
    sample = {column: supplied.columns[column].to_pylist() for column in chosen.columns}
    return _guessed("polygons", sample, rows, names, chosen.name, called,
                    [f"The file holds {_counted(rows, 'outline')}."])  # fmt: skip


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _look_at_table(path: Path, name: str, called: str, wanted: str | None) -> Look:
    sheets = [sheet for sheet in open_sheets(path, name) if any(any(row) for row in sheet.preview)]
    names = tuple(sheet.name for sheet in sheets if sheet.name)
    if wanted is not None and wanted in names:
        sheets = [sheet for sheet in sheets if sheet.name == wanted]
    if not sheets:
        return Look("unknown", why=("The file holds no table.",))
    sheet, header = _likeliest_table(sheets)
    table = read_sheet(sheet, header, name)[0]
    sample = {
        column: table[column].to_pylist() for column in table.column_names if not pa.types.is_binary(table[column].type)
    }
    where = f" in the sheet '{sheet.name}'" if len(names) > 1 else ""
    why = [f"The file is a table of {_counted(table.num_rows, 'row')}{where}."]
    return _guessed("table", sample, table.num_rows, names, sheet.name, called, why)


def _likeliest_table(sheets: Sequence[Sheet]) -> tuple[Sheet, int]:
    """The sheet and the row of its header: above the first row with a data zone, else the fullest row."""
    for sheet in sheets:
        for number, row in enumerate(sheet.preview):
            if number and any(re.fullmatch(DATA_ZONE, cell) for cell in row):
                return sheet, _fullest(sheet.preview[:number])
    return sheets[0], _fullest(sheets[0].preview)


def _fullest(rows: Sequence[Sequence[str]]) -> int:
    """The first of the rows with most filled cells."""
    filled = [sum(1 for cell in row if cell) for row in rows]
    return filled.index(max(filled))


def _guessed(
    kind: str, sample: Mapping[str, Sequence[str]], rows: int, layers: tuple[str, ...], layer: str | None, called: str,
    why: list[str],
) -> Look:  # fmt: skip
    """The columns that blocks, names and codes seem to stand in, and why."""
    columns = tuple(sample)
    blocks = next((column for column in columns if _share_like(sample[column], DATA_ZONE) >= NEARLY_ALL), None)
    block_type = None
    if blocks:
        editions, counts = np.unique(vintage_of(sample[blocks]).astype(str), return_counts=True)
        block_type = str(editions[np.argmax(counts)]) or None
        why.append(f"'{blocks}' holds codes of {plural(block_type) if block_type else 'data zones'}.")
    elif kind == "table":
        why.append("No column holds codes of data zones.")
    names, reason = guess_name_column(columns, sample, called=called, by_block=bool(blocks))
    why.append(reason)
    codes = None
    if kind == "polygons" and names:
        codes = _code_column(sample, names, blocks)
        if codes:
            why.append(f"'{codes}' holds an official code for each.")
    return Look(kind, columns, rows, layers, layer, names, codes, blocks, block_type, tuple(why))


def guess_name_column(
    columns: Sequence[str], sample: Mapping[str, Sequence[str]], *, called: str = "", by_block: bool = False
) -> tuple[str | None, str]:
    """The column that names areas, if one stands out, and a sentence that says why.

    ``sample`` holds the cells of each column; ``by_block`` says that each row is a block, so that the
    names of areas repeat; ``called`` is the name of the area system.
    """
    texts = {column: [cell for cell in sample[column] if cell] for column in columns}
    named = [column for column in columns if _holds_names(texts[column], len(sample[column]))]
    if (own := _called_like(called, named)) is not None:
        return own, f"'{own}' is called as the area system is."
    if not named:
        return None, "No column holds names."
    different = {column: len(set(texts[column])) for column in named}
    if by_block:
        # What differs from row to row names the block; what is the same in every row names no area of several.
        named = [column for column in named if 1 < different[column] <= len(texts[column]) / 2] or named
    else:
        named = [column for column in named if different[column] >= NEARLY_ALL * max(different.values())]
    if len(named) > 1:
        # A column that says by its heading that it holds names goes before others.
        named = [column for column in named if re.search(SAYS_NAME, header_key(column))] or named
    if len(named) > 1:
        listed = ", ".join(f"'{column}'" for column in named)
        return None, f"Several columns could name the areas ({listed}): say which."
    share = different[named[0]] / len(texts[named[0]])
    trait = "names that repeat" if share <= 0.5 else "a name for each" if share >= NEARLY_ALL else "names"
    return named[0], f"'{named[0]}' holds {trait}."


def _called_like(called: str, columns: Sequence[str]) -> str | None:
    """The one column whose heading is, or else holds, the name of the area system."""
    plain = {column: re.sub(r"[\W_]+", "", column.casefold()) for column in columns}
    wanted = re.sub(r"[\W_]+", "", called.casefold())
    for fits in (lambda heading: heading == wanted, lambda heading: wanted in heading):
        found = [column for column in columns if wanted and fits(plain[column])]
        if len(found) == 1:
            return found[0]
    return None


def _holds_names(texts: Sequence[str], rows: int) -> bool:
    """Whether the cells are words: filled nearly everywhere, with letters, and neither codes nor numbers."""
    return bool(
        rows
        and len(texts) >= NEARLY_ALL * rows
        and _share_like(texts, r".*[^\W\d_]{2}.*") >= NEARLY_ALL
        and _share_like(texts, NO_NAME) <= 1 - NEARLY_ALL
    )


def _share_like(texts: Sequence[str], pattern: str) -> float:
    """Share of the filled cells that match a pattern in full."""
    filled = [text for text in texts if text]
    different = {text: bool(re.fullmatch(pattern, text)) for text in set(filled)}
    return sum(different[text] for text in filled) / len(filled) if filled else 0.0


def _code_column(sample: Mapping[str, Sequence[str]], names: str, blocks: str | None) -> str | None:
    """The one column of official codes that goes with the names, code for name."""
    pairs = len(set(sample[names]))
    fitting = [
        column for column in sample
        if column != blocks and _share_like(sample[column], OFFICIAL_CODE) == 1
        and len(set(sample[column])) == len(set(zip(sample[column], sample[names], strict=True))) >= pairs
    ]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None
