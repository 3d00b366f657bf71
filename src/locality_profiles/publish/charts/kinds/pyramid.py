"""The population pyramid: men to the left, women to the right, and another area beside as outlined steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locality_profiles.numbers import unit_label
from locality_profiles.publish.charts.axes import axis
from locality_profiles.publish.charts.layers import Picture, Row, layer, measured, place, plain, whole
from locality_profiles.publish.charts.lettering import shortened, width_of
from locality_profiles.publish.charts.look import Look

STEP = 16


def template(look: Look) -> Row:
    share, top, foot = measured("value"), place("py"), {"field": "py2"}
    return whole(
        look,
        plain("grid", look.light("faint"), 1, share, top, y2=foot),
        *(
            layer(sex, {"type": "rect", "fill": look.light(colour)}, x=share, x2={"field": "nought"}, y=top, y2=foot)
            for sex, colour in (("men", "this"), ("women", "women"))
        ),
        plain("nought", look.light("paper"), 2, share, top, y2=foot),
        # Paper under ink: the steps are seen on a bar and off it.
        layer("beside", {"type": "line", "color": look.light("paper"), "strokeWidth": 4}, x=share, y=top,
              detail={"field": "side"}, order={"field": "step"}),
        layer("beside", {"type": "line", "color": look.light("ink"), "strokeWidth": 1.75}, x=share, y=top,
              detail={"field": "side"}, order={"field": "step"}),
        plain("key beside", look.light("ink"), 1.75, place("px"), top, x2={"field": "px2"}),
    )  # fmt: skip


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    ages, beside = data["ages"], data.get("beside")
    men, women = list(data["men"]), list(data["women"])
    if not any(share is not None for share in (*men, *women)):
        return None
    made = Picture(look, cell_height=STEP * len(ages), bottom=38, top=42)
    made.divide(1, max(width_of(age, look.small) for age in ages) + 8, 8)
    every = [*men, *women, *(beside["men"] + beside["women"] if beside else ())]
    half = axis(every, data["unit"], 3, from_nought=True)
    for side, shares, other in ((-1, men, "men"), (1, women, "women")):
        _side(made, side, other, shares, half.high)
        if beside:
            _outline(made, side, beside[other])
        for tick, text in zip(half.ticks, half.texts, strict=True):
            made.add(0, "grid", value=side * tick, py=0, py2=made.cell_height)
            if tick or side > 0:
                x = (1 + side * tick / half.high) / 2 * made.cell_width
                x = min(x, made.cell_width + made.right - width_of(text, look.small) / 2)
                made.word(0, x, made.cell_height + 15, text, tone="quiet", align="center")
    made.add(0, "nought", value=0, py=0, py2=made.cell_height)
    for count, age in enumerate(reversed(ages)):
        made.word(0, -8, (count + 1) * STEP - 4, age, align="right")
    _heads(made, data)
    return made


def _side(made: Picture, side: int, part: str, shares: list[float | None], high: float) -> None:
    for count, share in enumerate(reversed(shares)):
        top = count * STEP + 1
        if share is None:
            x = made.cell_width / 2 + side * 8
            made.word(0, x, top + STEP - 5, "no figure", tone="quiet", align="left" if side > 0 else "right", size=10)
        else:
            made.add(0, part, value=side * share, nought=0, py=top, py2=top + STEP - 2)


def _outline(made: Picture, side: int, shares: list[float | None]) -> None:
    """Steps from the oldest to the youngest; a missing share leaves a gap."""
    run = 0
    for count, share in enumerate(reversed(shares)):
        if share is None:
            run += 1
            continue
        for end in (0, 1):
            where = {"py": (count + end) * STEP, "step": 2 * count + end, "side": f"{side} {run}"}
            made.add(0, "beside", value=side * share, **where)


def _heads(made: Picture, data: Mapping[str, Any]) -> None:
    """Who is shown, in words: men and women above their halves, and what the outline is."""
    look, middle = made.look, made.cell_width / 2
    made.word(0, middle - 10, -8, "Men", align="right", bold=True, size=look.text)
    made.word(0, middle + 10, -8, "Women", bold=True, size=look.text)
    made.word(0, -made.left, -8, "Age", tone="quiet")
    unit, foot = unit_label(data["unit"]), made.cell_height + 32
    made.word(0, made.cell_width + made.right, foot, unit, tone="quiet", align="right")
    name = shortened(f"Bars: {data['name']}", look.width * 0.55, look.small, bold=True)
    made.word(0, -made.left, -28, name, bold=True)
    if data.get("beside"):
        x = width_of(name, look.small, bold=True) + 16 - made.left
        made.add(0, "key beside", px=x, px2=x + 22, py=-32)
        made.word(0, x + 28, -28, shortened(f"Line: {data['beside']['name']}", made.cell_width - x - 28, look.small))
