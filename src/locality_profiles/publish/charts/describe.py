"""What a chart tells, in plain sentences made from its data: for whoever cannot see it.

Sentences say what is shown, its extremes, where this area stands, and what the first and the last figures are; never
why. What is missing is said. Printed figures are used where the data has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from locality_profiles.numbers import MINUS, print_value, unit_label
from locality_profiles.publish.charts.layers import NO_FIGURES

LONGEST = 600
_REST = "More is in the table."

Entry = Mapping[str, Any]


def describe(kind: str, data: Mapping[str, Any]) -> str:
    """The words that stand for a chart, at most 600 characters."""
    sentences = [" ".join(sentence.split()) for sentence in _SAID[kind](data)]
    return _fitted(sentences) or f"{NO_FIGURES}."


def _fitted(sentences: Sequence[str]) -> str:
    """As many sentences as have room, from the first; whoever reads them is told if there are more."""
    if len(" ".join(sentences)) <= LONGEST:
        return " ".join(sentences)
    told = ""
    for sentence in sentences:
        if len(told) + len(sentence) + len(_REST) + 2 > LONGEST:
            break
        told = f"{told} {sentence}".lstrip()
    # One sentence of very long names: its beginning, whole words.
    told = told or sentences[0][: LONGEST - len(_REST) - 3].rpartition(" ")[0] + "…"
    return f"{told} {_REST}"


# --- trends


def _trends(data: Mapping[str, Any]) -> Iterator[str]:
    panels = [panel for panel in data["panels"] if _held_series(panel)]
    if not panels:
        return
    if len(data["panels"]) > 1:
        names = {series["name"] for panel in panels for series in panel["series"] if series["role"] == "this"}
        yield f"{len(data['panels'])} trends{f' of {next(iter(names))}' if len(names) == 1 else ''}."
    for panel in panels:
        series = _held_series(panel)
        this = next((one for one in series if one["role"] == "this"), series[0])
        subject = panel["title"] if len(data["panels"]) > 1 else f"{_headed(panel)}: {this['name']}"
        yield _course(subject, this)
        if len(panels) == 1:
            yield from _turns(this, panel)
    missing = [panel["title"] for panel in data["panels"] if not _held_series(panel)]
    if missing:
        yield f"No figures: {_listed(missing)}."


def _held_series(panel: Entry) -> list[Entry]:
    return [series for series in panel["series"] if _figures(series)]


def _figures(series: Entry) -> list[Entry]:
    return [point for point in series["points"] if point and point["value"] is not None]


def _course(subject: str, series: Entry) -> str:
    """From the first figure to the last. Across a break no direction is told."""
    points = _figures(series)
    first, last = points[0], points[-1]
    missing = len(series["points"]) - len(points)
    gaps = f"; {missing} of {len(series['points'])} periods without a figure" if missing else ""
    if len(points) == 1:
        return f"{subject}: {_as_printed(first)} in {first['period']}, the only figure{gaps}."
    told = f"{subject}: {_as_printed(first)} in {first['period']}, {_as_printed(last)} in {last['period']}"
    broken = [str(point["period"]) for point in points[1:] if point.get("broken")]
    if broken:
        return f"{told}; not comparable across the break at {_listed(broken)}{gaps}."
    if _as_printed(first) == _as_printed(last):
        return f"{told}, the same as printed{gaps}."
    return f"{told}, {'higher' if last['value'] > first['value'] else 'lower'} than at first{gaps}."


def _turns(this: Entry, panel: Entry) -> Iterator[str]:
    points = _figures(this)
    if len(points) > 2:
        low, high = _extremes(points)
        yield f"Lowest {_as_printed(low)} in {low['period']}, highest {_as_printed(high)} in {high['period']}."
    for other in _held_series(panel):
        if other["role"] == "larger":
            last = _figures(other)[-1]
            yield f"{other['name']}: {_as_printed(last)} in {last['period']}."


# --- bars and classes


def _bars(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _compared(data["panels"], "bars")


def _classes(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _compared(data["panels"], "classes")


def _compared(panels: Sequence[Entry], within: str) -> Iterator[str]:
    for panel in panels:
        held = [entry for entry in panel[within] if entry["value"] is not None]
        if not held:
            if any(entry["value"] is not None for other in panels for entry in other[within]):
                yield f"{panel['title']}: no figures."
            continue
        this = [f"{entry['name']} {_as_printed(entry)}" for entry in held if entry.get("role") == "this"]
        low, high = _extremes(held)
        ends = f"highest {high['name']}, {_as_printed(high)}; lowest {low['name']}, {_as_printed(low)}"
        if len(held) == 1:
            ends = f"{held[0]['name']} {_as_printed(held[0])}" if not this else "no other figure"
        gaps = len(panel[within]) - len(held)
        unit = f", {unit_label(panel['unit'])}" if panel["unit"] else ""
        yield f"{panel['title']}{unit}: {'; '.join([*this, ends])}{f'; {gaps} without a figure' if gaps else ''}."


# --- many areas


def _rank(data: Mapping[str, Any]) -> Iterator[str]:
    held = [bar for bar in data["bars"] if bar["value"] is not None]
    if not held:
        return
    low, high = _extremes(held)

    def printed(entry: Entry) -> str:
        return str(entry.get("text") or print_value(entry["value"], "actual", data["unit"], data.get("decimals") or 0))

    for this in (bar for bar in held if bar["role"] == "this"):
        place = 1 + sum(bar["value"] > this["value"] for bar in held)
        yield f"{this['name']}: {printed(this)}, number {place} from the highest of {len(held)}."
    yield f"Highest {high['name']}, {printed(high)}; lowest {low['name']}, {printed(low)}."
    country = data.get("country")
    if country and country.get("value") is not None:
        yield f"{country['name']}: {printed(country)}."
    gaps = len(data["bars"]) - len(held)
    yield f"{len(data['bars'])} areas, {unit_label(data['unit'])}{f', {gaps} without a figure' if gaps else ''}."


_OUTSIDE = {0: "within the limits of chance", 2: "outside the inner limits", 3: "outside the outer limits"}


def _funnel(data: Mapping[str, Any]) -> Iterator[str]:
    held = [point for point in data["points"] if None not in (point["x"], point["y"])]
    if not held:
        return
    across = data["x_title"]

    def printed(point: Entry) -> str:
        return str(point.get("text") or _sensible(point["y"], data["unit"]))

    for this in (point for point in held if point["role"] == "this"):
        where = _OUTSIDE.get(this.get("outside") or 0, _OUTSIDE[0])
        yield f"{this['name']}: {printed(this)}, {where}, at {_sensible(this['x'], '')} ({across})."
    low, high = _extremes(held, "y")
    yield f"Highest {high['name']}, {printed(high)}; lowest {low['name']}, {printed(low)}."
    outer = sum((point.get("outside") or 0) == 3 for point in held)
    inner = sum((point.get("outside") or 0) == 2 for point in held)
    yield f"Of {len(held)} areas {outer or 'none'} outside the outer limits, {inner or 'none'} outside the inner only."
    if data.get("centre") is not None:
        yield f"The middle is {_sensible(data['centre'], data['unit'])} {unit_label(data['unit'])}."
    gaps = len(data["points"]) - len(held)
    if gaps:
        yield f"{gaps} without a figure."


# --- the rest


def _curve(data: Mapping[str, Any]) -> Iterator[str]:
    points = sorted((float(x), float(y)) for x, y in data["points"] if x is not None and y is not None)
    if len(points) < 2:
        return
    whole = 1.0 if max(map(max, points)) <= 1.000001 else 100.0
    yield f"{data['name']}: {data['y_title']} against {data['x_title']}."
    above, below = (any(sign * (y - x) > 0.005 * whole for x, y in points) for sign in (1, -1))
    how = "crosses" if above and below else "lies above" if above else "lies below" if below else "follows"
    yield f"The curve {how} the line of an even spread."
    half = _between(points, whole / 2)
    if half is not None:
        yield f"At 50% across it stands at {_sensible(100 * half / whole, '%')}; an even spread stands at 50%."
    index = data.get("index")
    if index is not None:
        yield f"Index {MINUS if index < 0 else ''}{abs(index):.2f}, where 0 is an even spread."


def _between(points: Sequence[tuple[float, float]], wanted: float) -> float | None:
    for (x, y), (next_x, next_y) in zip(points, points[1:], strict=False):
        if x <= wanted <= next_x and next_x > x:
            return y + (next_y - y) * (wanted - x) / (next_x - x)
    return None


_JUDGED = {
    "better": "better", "worse": "worse", "higher": "higher", "lower": "lower", "similar": "similar",
    "none": "not judged",
}  # fmt: skip


def _spine(data: Mapping[str, Any]) -> Iterator[str]:
    held = [row for row in data["rows"] if row.get("this") is not None]
    if not held:
        return
    names = data["names"]
    found = {verdict: [row for row in held if (row.get("verdict") or "none") == verdict] for verdict in _JUDGED}
    counts = [f"{len(rows)} {_JUDGED[verdict]}" for verdict, rows in found.items() if rows]
    yield f"{len(data['rows'])} indicators of {names['this']} against {names['country']}: {_listed(counts)}."
    gaps = len(data["rows"]) - len(held)
    if gaps:
        yield f"{gaps} {_have(gaps)} no figure."
    for verdict in ("worse", "better", "higher", "lower"):
        if found[verdict]:
            told = "; ".join(f"{row['title']}, {row['text']}" for row in found[verdict])
            yield f"{verdict.capitalize()}: {told}."


def _pyramid(data: Mapping[str, Any]) -> Iterator[str]:
    other = data.get("beside")
    groups = [
        {"name": f"{sex} {age}", "value": data[sex][at], "beside": other[sex][at] if other else None}
        for sex in ("men", "women") for at, age in enumerate(data["ages"])
    ]  # fmt: skip
    held = [group for group in groups if group["value"] is not None]
    if not held:
        return
    low, high = _extremes(held)

    def printed(share: float) -> str:
        return _sensible(share, data["unit"], 1)

    yield f"Men and women of {data['name']} by age, {unit_label(data['unit'])}."
    yield f"Largest group: {high['name']}, {printed(high['value'])}; smallest: {low['name']}, {printed(low['value'])}."
    both = [group for group in held if group["beside"] is not None]
    if both:
        more = sum(group["value"] > group["beside"] for group in both)
        less = sum(group["value"] < group["beside"] for group in both)
        far = max(both, key=lambda group: abs(group["value"] - group["beside"]))
        name = data["beside"]["name"]
        yield f"Of {len(both)} groups {more} are a larger share than in {name} and {less} a smaller one."
        yield f"Furthest apart: {far['name']}, {printed(far['value'])} against {printed(far['beside'])}."
    if len(held) < len(groups):
        yield f"{len(groups) - len(held)} groups without a figure."


_SAID = {
    "bars": _bars, "classes": _classes, "curve": _curve, "funnel": _funnel, "pyramid": _pyramid, "rank": _rank,
    "spine": _spine, "trends": _trends,
}  # fmt: skip


# --- words


def _extremes(entries: Iterable[Entry], by: str = "value") -> tuple[Entry, Entry]:
    held = list(entries)
    return min(held, key=lambda entry: entry[by]), max(held, key=lambda entry: entry[by])


def _as_printed(entry: Entry) -> str:
    return str(entry.get("text") or _sensible(entry["value"], ""))


def _sensible(value: float, unit: str, decimals: int | None = None) -> str:
    """A figure that has no printed form yet, to three digits or so."""
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return str(print_value(value if math.isfinite(value) else None, "actual", unit, decimals))


def _headed(panel: Entry) -> str:
    return f"{panel['title']}, {unit_label(panel['unit'])}" if panel["unit"] else str(panel["title"])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
