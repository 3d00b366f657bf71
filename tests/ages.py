"""Population tables drawn with the few ages that matter, widened to every one that a publisher gives."""

from __future__ import annotations

from pictures import cells

LAST = 90


def every_age(drawing: str, name: str = "Age{}", last: str = "Age90plus") -> str:
    """A drawn table whose columns 0, 1, … 90 are ages, with all 91 of them named as the publisher does.

    An age that is not drawn has nobody; in a row whose drawn ages are all empty every age is empty.
    """
    header, *rows = cells(drawing)
    ages = {int(cell): at for at, cell in enumerate(header) if cell.isdigit()}
    first = min(ages.values())
    lines = [[*header[:first], *(name.format(age) for age in range(LAST)), last]]
    for row in rows:
        drawn = {age: row[at] for age, at in ages.items()}
        rest = "0" if any(drawn.values()) else ""
        lines.append([*row[:first], *(drawn.get(age, rest) for age in range(LAST + 1))])
    return "\n".join(" | ".join(line) for line in lines)


def long_table(drawing: str, *, last: str = "90") -> str:
    """A drawn wide table as a long one: the columns before the ages, then Age and Population."""
    header, *rows = cells(every_age(drawing, "{}", last))
    first = header.index("0")
    lines = [[*header[:first], "Age", "Population"]]
    lines += [[*row[:first], age, people] for row in rows
              for age, people in zip(header[first:], row[first:], strict=True)]  # fmt: skip
    return "\n".join(" | ".join(line) for line in lines)
