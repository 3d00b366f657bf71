"""From supplied text to typed columns, with every problem of a file found at once.

Publishers write more than numbers in a number's cell: ``*`` and ``c`` for suppressed, ``z`` for not
applicable, ``:`` for not available, thousands commas, percent signs. What a cell means is decided
here and nowhere else; a value and its status travel as two columns, and a cell without a value is
null, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.periods import parse_period
from locality_profiles.tables.intake import AMBIGUOUS, RawTable, header_key

STATUSES = (
    "actual", "estimated", "provisional", "rounded", "true_zero", "suppressed", "not_collected",
    "not_applicable", "not_available", "not_calculated",
)  # fmt: skip

#: What a cell says instead of a number, and the status that it stands for.
SYMBOLS = {
    "": "not_available", "na": "not_available", "n/a": "not_available", ":": "not_available",
    "..": "not_available", "x": "not_available", "null": "not_available", "none": "not_available",
    "nan": "not_available", "*": "suppressed", "c": "suppressed", "[c]": "suppressed", "#": "suppressed",
    "z": "not_applicable", "[z]": "not_applicable", "[x]": "not_available", ".": "not_applicable",
}  # fmt: skip

#: What a ``QF`` qualifier beside a number says. ``d`` marks a derived total, which is a real value.
QUALIFIERS = {
    "": "actual", "d": "actual", "c": "suppressed", "z": "not_applicable", ":": "not_available",
    "x": "not_available", "p": "provisional", "e": "estimated", "r": "actual", "b": "actual",
}  # fmt: skip

CODE_PATTERNS = {
    "data_zone": r"S01\d{6}", "intermediate_zone": r"S02\d{6}", "council_area": r"S12\d{6}",
    "hscp": r"S37\d{6}", "health_board": r"S08\d{6}", "country": r"S92\d{6}", "ward": r"S13\d{6}",
    "gp_practice": r"\d{5}",
}  # fmt: skip

NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?"
SHOWN_ROWS = 5
#: Stands in a sentence for some of the cells that it is about.
FOUND = "{found}"
#: From here on a float no longer tells one whole number from the next.
BEYOND_COUNTING = 2.0**53


class Cells:
    """Reads the columns of one ``RawTable``; collects problems; ``finish`` raises them together."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.problems: list[Problem] = []
        self._told: set[str] = set()

    # --- columns ----------------------------------------------------------------------------------

    def text(
        self,
        column: str,
        *,
        allowed: Sequence[str] | None = None,
        pattern: str | None = None,
        empty: bool = False,
        what: str | None = None,
    ) -> pa.ChunkedArray:
        """A column of text; ``allowed`` values or a ``pattern`` (full match) are enforced.

        An empty cell is a problem unless ``empty`` is true, when it is null.
        """
        self.raw.note_asked(column, "text", allowed or (), pattern or "", empty)
        values = self._supplied(column)
        blank = pc.equal(values, "")
        if not empty:
            self._report(
                column, blank, f"the cell is empty; {what or 'a value'} was expected", "Fill it in at the source."
            )
        bad = None
        if allowed is not None:
            listed = ", ".join(allowed[:12]) + (" …" if len(allowed) > 12 else "")
            bad, expected = pc.invert(pc.is_in(values, pa.array(list(allowed)))), f"one of {listed}"
        if pattern is not None:
            bad, expected = (
                pc.invert(pc.match_substring_regex(values, f"^(?:{pattern})$")),
                what or f"the form {pattern}",
            )
        if bad is not None:
            bad = pc.and_(bad, pc.invert(blank))
            self._report(column, bad, f"found {FOUND}, expected {expected}", "Correct it at the source.", values)
        return pc.if_else(blank, pa.scalar(None, pa.string()), values)

    def codes(self, column: str, area: str, *, empty: bool = False) -> pa.ChunkedArray:
        """Codes of areas of one kind (a key of ``CODE_PATTERNS``)."""
        example = CODE_PATTERNS[area].replace(r"\d{6}", "000000").replace(r"\d{5}", "00000")
        named = "partnership" if area == "hscp" else area.replace("_", " ")
        what = f"{'an' if named[0] in 'aeiou' else 'a'} {named} code like {example}"
        return self.text(column, pattern=CODE_PATTERNS[area], empty=empty, what=what)

    def number(
        self,
        column: str,
        *,
        minimum: float | None = 0,
        maximum: float | None = None,
        whole: bool = False,
        percent: bool = False,
        empty: bool = True,
        unit: str = "",
    ) -> pa.ChunkedArray:
        """A column of numbers (float64), null where the cell holds a symbol.

        ``percent`` reads ``8%`` as 0.08 (a cell without the sign is taken as a proportion already).
        Text that is neither a number nor a known symbol, and a number outside the limits, is a
        problem; so is a symbol or an empty cell where ``empty`` is false.
        """
        self.raw.note_asked(column, "number", empty=empty)
        supplied = self._supplied(column)
        if pc.all(pc.ascii_is_decimal(supplied)).as_py():  # plain digits, as nearly every column is
            values = pc.cast(supplied, pa.float64())
        else:
            values = self._parsed_numbers(column, supplied, percent, empty)
        if minimum is not None:
            low = pc.fill_null(pc.less(values, minimum), False)
            said = "is negative" if minimum == 0 else f"is below {minimum:,.15g}"
            self._report(
                column,
                low,
                f"the number {said} ({FOUND}); at least {minimum:,.15g} was expected",
                "Correct it at the source.",
                supplied,
            )
        if maximum is not None:
            high = pc.fill_null(pc.greater(values, maximum), False)
            self._report(
                column,
                high,
                f"the number is above {maximum:,.15g} ({FOUND})",
                "Correct it at the source.",
                supplied,
            )
        if whole:
            beyond = pc.fill_null(pc.greater_equal(pc.abs(values), BEYOND_COUNTING), False)
            self._report(
                column, beyond, f"the number is larger than any count ({FOUND})", "Correct it at the source.", supplied
            )
            broken = pc.fill_null(pc.not_equal(values, pc.floor(values)), False)
            self._report(
                column,
                broken,
                f"found {FOUND} where a whole number{unit and ' of ' + unit} was expected",
                "Correct it at the source.",
                supplied,
            )
        return values

    def status(self, column: str, qualifier: str | None = None, *, usual: str = "actual") -> pa.ChunkedArray:
        """The status of each value: what its cell and its ``QF`` column say.

        A zero is ``true_zero``; a number without qualifier is ``usual``.
        """
        supplied = pc.utf8_lower(self._supplied(column))
        statuses = pc.if_else(pc.match_substring_regex(supplied, r"^[0.]*0[0.]*%?$"), "true_zero", usual)
        for symbol, status in SYMBOLS.items():
            statuses = pc.if_else(pc.equal(supplied, symbol), status, statuses)
        spelling = self.raw.find(qualifier) if qualifier else None
        if spelling is not None:
            marks = pc.utf8_lower(self.raw.columns[spelling])
            unknown = pc.invert(pc.is_in(marks, pa.array(list(QUALIFIERS))))
            self._report(
                spelling,
                unknown,
                f"found the qualifier {FOUND}, expected one of "
                f"{', '.join(mark for mark in QUALIFIERS if mark)} or nothing",
                "Look the qualifier up in the publisher's notes and report it.",
                marks,
            )
            for mark, status in QUALIFIERS.items():
                if status != "actual":
                    statuses = pc.if_else(pc.equal(marks, mark), status, statuses)
        return statuses

    def periods(self, column: str, kind: str | None = None) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Period type, start and end (dates) of a column such as ``2020/21 Q3`` or ``202103``."""
        self.raw.note_asked(column, "period")
        supplied = self._supplied(column)
        encoded = supplied.combine_chunks().dictionary_encode()
        known = [parse_period(text) for text in encoded.dictionary.to_pylist()]
        known = [p if p is None or kind is None or p.kind == kind else None for p in known]
        wanted = f"a {kind.replace('_', ' ')}" if kind else "a period"
        missing = pa.array([period is None for period in known], pa.bool_()).take(encoded.indices)
        self._report(
            column,
            missing,
            f"found {FOUND} where {wanted} was expected",
            "Correct it at the source.",
            supplied,
        )
        pick = lambda values, of: pa.array(values, of).take(encoded.indices)  # noqa: E731
        return (
            pick([p and p.kind for p in known], pa.string()),
            pick([p and p.start for p in known], pa.date32()),
            pick([p and p.end for p in known], pa.date32()),
        )

    # --- checks -----------------------------------------------------------------------------------

    def unique(self, *columns: str) -> None:
        """Report every row whose key stands in more than one row."""
        table = pa.table({c: self._supplied(c) for c in columns})
        if not table.num_rows:
            return
        numbered = table.append_column("__row", pa.array(np.arange(table.num_rows)))
        grouped = numbered.group_by(list(columns)).aggregate([("__row", "count"), ("__row", "list")])
        repeated = grouped.filter(pc.greater(grouped["__row_count"], 1))
        if not repeated.num_rows:
            return
        at = np.zeros(table.num_rows, dtype=bool)
        at[pc.list_flatten(repeated["__row_list"]).to_numpy()] = True
        named = ", ".join(columns)
        self._report(
            columns[0],
            pa.array(at),
            f"the same {named} stands in more than one row; each was expected once",
            "Take the repeated rows out, or ask the publisher which is right.",
        )

    def agrees(self, code: str, column: str, what: str, remedy: str) -> None:
        """Report every row where a code stands beside another value than in most of its rows.

        A code has one name, a council lies in one partnership: the rows that say otherwise are the
        ones to look at. Where two values have as many rows, the one that comes later is reported.
        """
        codes, values = (self._supplied(name).combine_chunks().dictionary_encode() for name in (code, column))
        width = max(len(values.dictionary), 1)
        pair = codes.indices.to_numpy().astype(np.int64) * width + values.indices.to_numpy()
        pairs, of_row, rows = np.unique(pair, return_inverse=True, return_counts=True)
        of_code = pairs // width
        commonest_first = np.lexsort((pairs, -rows, of_code))
        usual = np.zeros(len(pairs), dtype=bool)
        usual[commonest_first[np.diff(of_code[commonest_first], prepend=-1) > 0]] = True
        odd = pa.array(~usual[of_row])
        filled = pc.and_(pc.not_equal(self._supplied(code), ""), pc.not_equal(self._supplied(column), ""))
        odd = pc.and_(filled, pa.chunked_array([odd]))
        self._report(column, odd, f"{FOUND} {what}", remedy, self._supplied(code))

    def reject(self, column: str, at: pa.Array | pa.ChunkedArray | np.ndarray, what: str, remedy: str) -> None:
        """Report the rows where ``at`` is true, for a check that only one source makes."""
        self._report(column, at if hasattr(at, "type") else pa.array(at), what, remedy)

    def same(self, total: pa.ChunkedArray, parts: pa.ChunkedArray, column: str, what: str) -> None:
        """Report rows where a supplied total is not the sum of its parts."""
        differs = pc.fill_null(pc.greater(pc.abs(pc.subtract(total, parts)), 0.5), False)
        self._report(column, differs, what, "A cell may have been changed by hand or lost; get the extract again.")

    def problem(
        self, what: str, remedy: str, *, column: str | None = None, rows: Sequence[int] = (), count: int = 1
    ) -> None:
        self.problems.append(
            Problem(what, remedy, self.raw.name, self.raw.sheet, column, tuple(rows[:SHOWN_ROWS]), count)
        )

    def finish(self) -> None:
        """Raise everything that was found.

        Raises
        ------
        ExtractRefused
            If there was any problem.
        """
        if self.problems:
            number = len(self.problems)
            raise ExtractRefused(
                f"{self.raw.name} was refused: {number} problem{'s' if number > 1 else ''}.", self.problems
            )

    # --- inside -----------------------------------------------------------------------------------

    def _supplied(self, column: str) -> pa.ChunkedArray:
        spelling = self.raw.find(column)
        if spelling is None:
            raise KeyError(f"layout '{self.raw.layout.name}' promised no column '{column}'")
        if header_key(column) in self.raw.ambiguous - self._told:
            self._told.add(header_key(column))
            self.problem(*AMBIGUOUS, column=spelling, rows=[self.raw.header_row])
        return self.raw.columns[spelling]

    def _parsed_numbers(self, column: str, supplied: pa.ChunkedArray, percent: bool, empty: bool) -> pa.ChunkedArray:
        """Numbers out of cells that also hold commas, signs, percentages, symbols or faults."""
        plain = pc.replace_substring(supplied, ",", "")
        if percent:
            plain = pc.utf8_rtrim(plain, "% ")
        numeric = pc.and_(
            pc.match_substring_regex(supplied, f"^{NUMBER}{'%?' if percent else ''}$"),
            pc.match_substring_regex(plain, r"\d"),
        )
        symbol = pc.is_in(pc.utf8_lower(supplied), pa.array(list(SYMBOLS)))
        bad = pc.and_(pc.invert(numeric), pc.invert(symbol))
        self._report(
            column, bad, f"found {FOUND} where a number was expected",
            "Correct it at the source, or use one of the symbols * c z : for a value that is not there."
            if empty else "Correct it at the source.",
            supplied,
        )  # fmt: skip
        if not empty:
            missing = pc.and_(pc.invert(numeric), symbol)
            self._report(
                column, missing, f"found {FOUND} where every row must have a number",
                "Get the extract again with this figure.", supplied,
            )  # fmt: skip
        values = pc.cast(pc.if_else(numeric, plain, pa.scalar(None, pa.string())), pa.float64())
        return pc.if_else(pc.ends_with(supplied, "%"), pc.divide(values, 100.0), values) if percent else values

    def _report(
        self,
        column: str,
        at: pa.Array | pa.ChunkedArray,
        what: str,
        remedy: str,
        found: pa.ChunkedArray | None = None,
    ) -> None:
        """Report the rows where ``at`` is true; ``FOUND`` in ``what`` becomes some of what ``found`` holds there."""
        mask = np.asarray(pc.fill_null(at, False).to_numpy(zero_copy_only=False), dtype=bool)
        if not mask.any():
            return
        for heading, here in self.raw.apart(column, mask):
            said = what if found is None else what.replace(FOUND, self._examples(found, here))
            rows = self.raw.numbers_of(here)
            self.problem(said, remedy, column=heading, rows=[int(row) for row in rows[:SHOWN_ROWS]], count=len(rows))

    def _examples(self, values: pa.ChunkedArray, at: np.ndarray) -> str:
        """Up to three offending values, shortened. Extracts are about areas, so they may be shown."""
        return ", ".join(f"'{text[:30]}'" for text in pc.unique(values.filter(pa.array(at))).to_pylist()[:3])
