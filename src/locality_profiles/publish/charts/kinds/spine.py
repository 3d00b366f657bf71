"""The spine: each indicator on the range of all areas of this kind, with the country's value in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from locality_profiles.publish.charts.layers import Picture, Row, layer, measured, place, plain, shapes, whole
from locality_profiles.publish.charts.lettering import shortened, width_of, wrapped
from locality_profiles.publish.charts.look import MARKS, Look

STEP = 46
VERDICTS = {
    "better": "Better", "worse": "Worse", "similar": "Similar", "higher": "Higher", "lower": "Lower",
    "none": "Not judged",
}  # fmt: skip


def template(look: Look) -> Row:
    at, y = measured("at"), place("py")
    box = {"type": "rect", "fill": look.light("faint"), "stroke": look.light("peer"), "strokeWidth": 1}
    return whole(
        look,
        plain("between", look.light("faint"), 1, place("px"), y, x2={"field": "px2"}),
        plain("range", look.light("peer"), 1.5, at, y, x2={"field": "end"}),
        plain("cap", look.light("peer"), 1.5, at, y, y2={"field": "py2"}),
        layer("half", box, x=at, x2={"field": "end"}, y=y, y2={"field": "py2"}),
        plain("country", look.light("ink"), 2, at, y, y2={"field": "py2"}),
        plain("interval", look.light("paper"), 5, at, y, x2={"field": "end"}),
        plain("interval", look.light("ink"), 2, at, y, x2={"field": "end"}),
        shapes("place", look, at, y),
        layer("key half", box, x=place("px"), x2={"field": "px2"}, y=y, y2={"field": "py2"}),
        plain("key country", look.light("ink"), 2, place("px"), y, y2={"field": "py2"}),
    )


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    rows = data["rows"]
    if not any(row.get("this") is not None for row in rows):
        return None
    made = Picture(look, top=6, bottom=6, cell_height=STEP * len(rows))
    wide = max((width_of(str(row["text"]), look.text, bold=True) for row in rows), default=0)
    titles = look.width * 0.38
    made.divide(1, titles + min(wide, look.width * 0.2) + 22, 10)
    for count, row in enumerate(rows):
        _row(made, row, count * STEP, titles)
    _key(made, data["names"], rows)
    return made


def _row(made: Picture, row: Mapping[str, Any], top: float, titles: float) -> None:
    look, middle = made.look, top + STEP / 2
    made.add(0, "between", px=-made.left, px2=made.cell_width + made.right, py=top + STEP)
    lines = wrapped(row["title"], titles, look.small, 2)
    period = str(row.get("period") or "")
    y = middle + 4 - (len(lines) - 1 + bool(period)) * 7
    for line in lines:
        made.word(0, -made.left, y, line)
        y += 14
    made.word(0, -made.left, y, shortened(period, titles, 11), tone="quiet", size=11)
    text = shortened(str(row["text"]), made.left - titles - 16, look.text, bold=True)
    made.word(0, -14, middle + 5, text, align="right", bold=True, size=look.text)
    if row.get("low") is not None and row.get("high") is not None:
        made.add(0, "range", at=_on(row["low"]), end=_on(row["high"]), py=middle)
        for end in ("low", "high"):
            made.add(0, "cap", at=_on(row[end]), py=middle - 5, py2=middle + 5)
    if row.get("q1") is not None and row.get("q3") is not None:
        made.add(0, "half", at=_on(row["q1"]), end=_on(row["q3"]), py=middle - 9, py2=middle + 9)
    # Each row states both ends of the scale, which is 0 to 100 in all.
    made.add(0, "country", at=0, py=0, py2=0)
    made.add(0, "country", at=100, py=0, py2=0)
    if row.get("country") is not None:
        made.add(0, "country", at=_on(row["country"]), py=top + 4, py2=top + STEP - 4)
    if row.get("partnership") is not None:
        made.add(0, "place", at=_on(row["partnership"]), py=middle, role="larger", size=MARKS["larger"].size)
    _this(made, row, middle)


def _this(made: Picture, row: Mapping[str, Any], middle: float) -> None:
    if row.get("this") is None:
        made.word(
            0, made.cell_width / 2, middle + 20, "no figure to place", tone="quiet", align="center", size=11, halo=True
        )
        return
    if row.get("lower") is not None and row.get("upper") is not None:
        made.add(0, "interval", at=_on(row["lower"]), end=_on(row["upper"]), py=middle)
    verdict = row.get("verdict") if row.get("verdict") in VERDICTS else "none"
    made.add(0, "place", at=_on(row["this"]), py=middle, role=verdict, size=MARKS[str(verdict)].size)


def _on(position: float) -> float:
    """A place on the scale; what lies beyond its ends stands at its end."""
    return min(max(position, 0), 100)


def _key(made: Picture, names: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """The verdicts that occur, the partnership's mark, and what the box and the line are."""
    held = {str(row.get("verdict") or "none") for row in rows if row.get("this") is not None}
    entries = [(verdict, words, False) for verdict, words in VERDICTS.items() if verdict in held]
    entries = [(verdict, f"{names['this']}: {words.lower()}" if not count else words, lined)
               for count, (verdict, words, lined) in enumerate(entries)]  # fmt: skip
    if any(row.get("partnership") is not None for row in rows):
        entries.append(("larger", names["partnership"], False))
    made.key(entries)
    among = str(names.get("among") or "")
    lines = [
        ("country", f"{names['country']}"),
        ("half", f"Line: all of {among}; box: the middle half" if among else "Line: all areas; box: the middle half"),
    ]
    placed, x, y = [], 0.0, 0.0
    for sign, words in lines:
        wide = 24 + width_of(words, made.look.small)
        if x and x + wide > made.look.width:
            x, y = 0.0, y + 19
        placed.append((sign, shortened(words, made.look.width - 24, made.look.small), x, y))
        x += wide + 18
    more = y + 19
    for row in made.rows:  # what stands in the key already makes room
        if row["part"].startswith("key") or (row["part"] == "word" and row["py"] < 0):
            row["py"] -= more
    made.head += more
    for sign, text, at, down in placed:
        px, py = at - made.left, down - made.top - more + 10
        if sign == "country":
            made.add(0, "key country", px=px + 6, py=py - 12, py2=py + 3)
        else:
            made.add(0, "key half", px=px, px2=px + 18, py=py - 10, py2=py + 1)
        made.word(0, px + (18 if sign == "country" else 24), py, text)
