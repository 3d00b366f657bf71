"""Plain English round numbers and names: articles, plurals, order, lists, shares, and how a value is said.

Pure functions from values to words; nothing here knows of areas or tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from locality_profiles.numbers import MINUS, SIGNS, figure_and_mark, is_money, is_percentage, rounded, unit_label
from locality_profiles.periods import period_label

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
)  # fmt: skip

#: Words that begin with a vowel's letter and a consonant's sound, or the other way round.
_AS_CONSONANT = re.compile(r"(?i)(?:one|once|uni(?!n|m)|us(?:e|u)|eu|ut(?:e|i)|ubiq)")
_AS_VOWEL = re.compile(r"(?i)(?:hour|honest|honour|heir)")
#: Letters whose names begin with a vowel's sound, for words that are spelt out: 'an NHS board', 'a GP'.
_SPELT_AS_VOWEL = "AEFHILMNORSX"


def article(words: str) -> str:
    """'a' or 'an' by the sound of what follows.

    >>> [article(words) for words in ("8%", "11,000", "18", "180", "80–89", "800", "1,800", "110", "hour", "unit")]
    ['an', 'an', 'an', 'a', 'an', 'an', 'a', 'a', 'an', 'a']
    """
    first = re.search(r"[^\W_].*", words)
    said = first[0] if first else ""
    if said[:1].isdigit():
        return _before_number(said)
    word = re.match(r"[\w]+", said)
    if word and word[0].isupper() and (len(word[0]) > 1 or said[1:2] in ("", "-", " ")):
        return "an" if word[0][0] in _SPELT_AS_VOWEL else "a"
    if _AS_VOWEL.match(said):
        return "an"
    return "an" if said[:1].lower() in ("a", "e", "i", "o", "u") and not _AS_CONSONANT.match(said) else "a"


def _before_number(said: str) -> str:
    """A number's first spoken word is its first group of digits: eight, eleven, eighteen and eighty … take 'an'."""
    whole = re.match(r"\d[\d,]*", said)
    digits = (whole[0] if whole else "").rstrip(",").split(",")
    group = digits[0]
    if len(digits) == 1 and len(group) > 3:  # a year or a code, read in pairs or in groups of three
        group = group[: len(group) % 3 or 3] if len(group) != 4 else group[:2]
    return "an" if group.startswith("8") or group in ("11", "18") else "a"


def with_article(words: str) -> str:
    """'an 8% rise', 'a one-off'."""
    return f"{article(words)} {words}"


def number_words(number: int) -> str:
    """A whole number in running text: in words up to nine, in figures from 10.

    >>> number_words(0), number_words(9), number_words(10), number_words(1200)
    ('no', 'nine', '10', '1,200')
    """
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


def counted(number: int, one: str, several: str) -> str:
    """'no localities', 'one locality', '12 localities'."""
    return f"{number_words(number)} {one if number == 1 else several}"


def ordinal(number: int) -> str:
    """'first' … 'ninth', then '10th', '11th', '21st', '112th'.

    >>> [ordinal(number) for number in (1, 3, 9, 10, 11, 21, 22, 23, 112)]
    ['first', 'third', 'ninth', '10th', '11th', '21st', '22nd', '23rd', '112th']
    """
    if number < len(ORDINALS):
        return ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def listed(words: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'; where a part has an 'and' or a comma of its own, semicolons keep them apart.

    >>> listed(["A", "B", "C"]), listed(["Beds", "Rest, and care", "C"])
    ('A, B and C', 'Beds; Rest, and care; and C')
    """
    if len(words) < 3:
        return " and ".join(words)
    if any("," in re.sub("‘[^’]*’", "", word) for word in words):
        return "; ".join([*words[:-1], f"and {words[-1]}"])
    return f"{', '.join(words[:-1])} and {words[-1]}"


def listed_to(words: Sequence[str], most: int) -> str:
    """A list that names so many at most and counts the rest: 'A, B and 3 more'."""
    if len(words) <= most:
        return listed(words)
    return listed([*words[:most], f"{number_words(len(words) - most)} more"])


def quoted(title: str) -> str:
    """A title as it stands inside a sentence, so that a long one does not run into it."""
    return f"‘{title}’"


def sentence_case(words: str) -> str:
    """The same words at the start of a sentence; only the first letter changes."""
    return words[:1].upper() + words[1:]


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence; initials keep their capitals.

    >>> in_sentence("Council ward"), in_sentence("GP practice")
    ('council ward', 'GP practice')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def place(rank: int, ranked: int, alike: int) -> str:
    """Where a value stands, from the nearer end: 'the highest', 'jointly the second lowest'.

    ``rank`` counts from the highest; ``alike`` is how many share it.

    >>> place(1, 7, 1), place(2, 7, 2), place(7, 7, 1), place(3, 4, 1)
    ('the highest', 'jointly the second highest', 'the lowest', 'the second lowest')
    """
    from_below = ranked - (rank + alike - 1) + 1
    end, at = ("highest", rank) if rank <= from_below else ("lowest", from_below)
    return f"{'jointly ' if alike > 1 else ''}the {f'{ordinal(at)} ' if at > 1 else ''}{end}"


def period_words(kind: str, start: date, end: date) -> str:
    """A period as an adverb: 'in mid-2021', 'on 3 March 2021', 'from 2017/18 to 2020/21'."""
    label = period_label(kind, start, end)
    if " to " in label:
        return f"from {label}"
    return f"on {label}" if start == end and kind != "mid_year" else f"in {label}"


def figure(value: float, unit: str, decimals: int) -> str:
    """A value without the words of its unit: '12.3%', '£1,235', '0%', 'close to zero'.

    >>> figure(12.34, "%", 1), figure(0, "%", 1), figure(0.001, "%", 1), figure(123456, "pence per person", 0)
    ('12.3%', '0%', 'close to zero', '£1,235')
    """
    shown, sign = figure_and_mark(value, "actual", unit, decimals)
    if not shown:
        return sign.words
    return "0%" if shown == "0" and is_percentage(unit) else shown


def mark(status: str) -> str:
    """What a reader must know of a figure, in words: 'estimated', 'rounded'; empty where it is as it was counted."""
    return SIGNS[status].words if SIGNS[status].mark else ""


def in_brackets(value: float, status: str, unit: str, decimals: int) -> str:
    """A value as it stands in brackets: '12.3%, estimated'."""
    return ", ".join(filter(None, [figure(value, unit, decimals), mark(status)]))


def with_unit(value: float, status: str, unit: str, decimals: int) -> str:
    """A value with its unit, and its mark in words: '12.3% (estimated)', '£23.45 per hour', '104 (Scotland = 100)'.

    >>> with_unit(1, "actual", "places", 0), with_unit(1.0, "rounded", "hours per 1,000 people", 0)
    ('1 place', '1 hour per 1,000 people (rounded)')
    """
    shown, said = figure(value, unit, decimals), mark(status)
    return f"{_with_words(shown, unit)} ({said})" if said else _with_words(shown, unit)


def _with_words(shown: str, unit: str) -> str:
    rest = re.sub(r"^(%|£|per cent\b|percentage\b)\s*", "", unit_label(unit))
    if not rest or not re.match(rf"[\d£{MINUS}]", shown):
        return shown
    if "=" in rest:
        return f"{shown} ({rest})"
    return f"{shown} {one_of(rest) if shown == '1' else rest}"


def has_comma(unit: str) -> bool:
    """Whether a unit has a comma that is no number's: 'per 100,000 people, age standardised'."""
    return re.search(r",(?!\d)", unit) is not None


#: Units whose plural is not made with an s.
_ONE = {"people": "person", "children": "child", "journeys": "journey", "bed days": "bed day"}


def one_of(unit: str) -> str:
    """The singular of a unit's first words; what is after 'per' stays.

    >>> one_of("people"), one_of("bed days per 1,000 adults"), one_of("per 1,000 people"), one_of("deaths")
    ('person', 'bed day per 1,000 adults', 'per 1,000 people', 'death')
    """
    noun, per, rest = unit.partition(" per ") if not unit.startswith("per ") else ("", "", unit)
    if noun in _ONE:
        noun = _ONE[noun]
    elif noun.endswith("s") and not noun.endswith("ss"):
        noun = noun[:-1]
    return f"{noun}{per}{rest}"


def one_in(percent: float) -> str:
    """'1 in 8', where a percentage is within a twentieth of one; empty where it is not, or is none of 1 in 2 to 20.

    >>> one_in(12.4), one_in(10.0), one_in(17.9), one_in(0.4), one_in(60)
    ('1 in 8', '1 in 10', '', '', '')
    """
    if not 5 <= percent <= 50:
        return ""
    parts = round(100 / percent)
    return f"1 in {parts}" if abs(100 / parts - percent) <= percent / 20 else ""


def change_words(before: float, after: float, unit: str, decimals: int) -> str:
    """How a value changed: 'an 8% fall', 'a rise of 3.1 percentage points'; empty where no share can be told.

    A difference between two percentages is one of points, never a percentage of a percentage, and is taken between
    the figures as they are printed, so that a reader finds it in the sentence.

    >>> change_words(50, 46, "per 1,000 people", 1), change_words(12, 15.1, "%", 1), change_words(0, 3, "places", 0)
    ('an 8% fall', 'a rise of 3.1 percentage points', '')
    """
    word = "rise" if after > before else "fall"
    if is_percentage(unit):
        size = points_between(before, after, unit, decimals)
        return f"{with_article(word)} of {size}" if size else ""
    if not rounded(before, unit, decimals) or after == before:  # of hardly anything no share is told
        return ""
    share = abs(after - before) / abs(before) * 100
    return with_article(f"{percent_words(share)} {word}") if share >= 0.05 else ""


def difference(one: float, other: float, unit: str, decimals: int) -> Decimal:
    """The distance between two values as they are printed."""
    return abs(rounded(one, unit, decimals) - rounded(other, unit, decimals))


def points_between(one: float, other: float, unit: str, decimals: int) -> str:
    """'3.1 percentage points', '1 percentage point'; empty where both print alike."""
    size = difference(one, other, unit, decimals)
    shown = f"{size:,f}".removesuffix(".0")
    return f"{shown} percentage {'point' if shown == '1' else 'points'}" if size else ""


def gap_words(one: float, other: float, unit: str, decimals: int) -> str:
    """The distance between two values in words: points between percentages, else the unit where it is a plain one.

    >>> gap_words(17.1, 7.3, "%", 1), gap_words(76.9, 73.6, "years", 1), gap_words(9, 4, "per 1,000 people", 1)
    ('9.8 percentage points', '3.3 years', '5.0')
    """
    if is_percentage(unit):
        return points_between(one, other, unit, decimals) or "less than can be printed"
    size = difference(one, other, unit, decimals)
    shown = f"{'£' if is_money(unit) else ''}{size:,f}"
    plain = re.fullmatch(r"(?!per )[a-z ]+", unit) and " per " not in unit
    return f"{shown} {one_of(unit) if shown == '1' else unit}" if plain and not is_money(unit) else shown


def percent_words(share: float) -> str:
    """A percentage in running text: one decimal below 10, none from 10.

    >>> percent_words(8.04), percent_words(8.25), percent_words(12.6), percent_words(1234)
    ('8%', '8.3%', '13%', '1,234%')
    """
    shown = _round(share, 1 if share < 9.95 else 0)
    return f"{shown.removesuffix('.0')}%"


def _round(number: float, decimals: int) -> str:
    """Half up, as a person rounds, with commas."""
    return f"{Decimal(str(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def finished(text: str) -> str:
    """A sentence: spaces single, no comma before another stop, first letter large.

    >>> finished("a rate, standardised, .")
    'A rate, standardised.'
    """
    return sentence_case(re.sub(r"\s*(?:,\s*)+([.,;:])", r"\1", re.sub(r"\s+", " ", text)).strip())
