"""The declaration of an indicator in words: what is counted, among whom, how, by whom, and what it is part of."""

from __future__ import annotations

from typing import Any

from locality_profiles.indicators.definition import DISCLOSURE, OUTCOMES
from locality_profiles.numbers import unit_label
from locality_profiles.publish import cells
from locality_profiles.publish.edition import Edition, capitalised
from locality_profiles.publish.reading import Indicator

#: For the reader of a definition; the keys are the table's own.
DIRECTIONS = {
    "high_is_good": "Higher is better.",
    "low_is_good": "Lower is better.",
    "none": "Neither high nor low is judged.",
}


def declared(indicator: Indicator, about: Edition) -> dict[str, Any]:
    """The declaration in words, for the page of the indicator and for the methods page."""
    smallest = about.one(indicator.smallest_area) if indicator.smallest_area else ""
    return {
        "indicator": indicator,
        "id": cells.anchor("indicator", indicator.indicator_id),
        "href": f"indicators/{indicator.indicator_id}.html",
        "method": method_words(indicator),
        "unit": unit_label(indicator.unit),
        "direction": DIRECTIONS.get(indicator.direction, indicator.direction),
        "smallest": f"{capitalised(smallest)}." if smallest else "None: this release holds no data for it.",
        "counted": _counted(indicator),
        "frameworks": capitalised("; ".join(map(framework_words, (indicator.frameworks or "").split()))),
        "outcomes": [(number, OUTCOMES[int(number)]) for number in (indicator.outcomes or "").split()],
        "disclosure": f"{capitalised(DISCLOSURE[indicator.disclosure])}." if indicator.disclosure else "",
    }


#: Sets of indicators that an indicator may be part of, by the letters of its mark.
FRAMEWORK_WORDS = {
    "LP": "the present locality profiles", "NI": "core integration indicator", "MSG": "ministerial indicator",
}  # fmt: skip


def framework_words(mark: str) -> str:
    """What a mark of a framework stands for.

    >>> framework_words("NI14"), framework_words("LP")
    ('core integration indicator 14', 'the present locality profiles')
    """
    letters = mark.rstrip("0123456789")
    return f"{FRAMEWORK_WORDS[letters]} {mark.removeprefix(letters)}".strip()


def _counted(indicator: Indicator) -> str:
    """'Women aged 15 to 44, among …': what is counted, of whom, at what ages."""
    among = f", among {indicator.denominator}" if indicator.denominator else ""
    ages = f" ({indicator.ages})" if indicator.ages else ""
    return f"{capitalised(indicator.numerator)}{among}{ages}." if indicator.numerator else ""


def method_words(indicator: Indicator) -> str:
    """How the number is made, with its multiplier."""
    from locality_profiles.indicators.definition import METHODS

    words = METHODS.get(indicator.method, indicator.method.replace("_", " "))
    if indicator.method in ("crude_rate", "ratio"):
        words = words.replace("so many", f"{indicator.per:,g}")
    return f"{capitalised(words)}."
