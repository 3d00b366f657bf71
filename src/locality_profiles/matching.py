"""How alike a partnership's own columns and ours are: by what they are called, and by what stands in them.

Everything here is a score between 0 and 1 with its reasons; nothing is decided. What is not alike enough is left to
the person who knows the file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import parse_period
from locality_profiles.sources._asked import asked_of
from locality_profiles.sources._mapped import columns_of, layouts_of, mappable
from locality_profiles.tables.cells import NUMBER, SYMBOLS
from locality_profiles.tables.dates_as_written import DateForm
from locality_profiles.tables.intake import Asked, Layout, header_key

WORDS = Path(__file__).parent / "matching.toml"
#: From here on a column is written down; below, it stands as a line to be looked at.
SURE = 0.55
#: So much better than any other of our columns, or any other heading, it must be for that.
MARGIN = 0.06
#: How sure a column is that alone holds what one of ours alone asks for, whatever it is called.
ONLY_ONE = 0.75
#: Columns that are less alike than this are not named together.
LEAST = 0.2
#: From here on a word is taken to stand for one of ours.
SURE_WORD = 0.8
#: A heading that says a word less surely than this is no column of those that are spread.
SAYS_LITTLE = 0.5
#: Values of a column that are looked at; more say nothing new.
MOST_VALUES = 400
#: A column of more different words than this holds no classes.
MOST_CLASSES = 60
#: Forms of dates and periods that are tried, the British ones first.
FORMS = (
    "DD/MM/YYYY", "D/M/YYYY", "D/M/YY", "DD.MM.YYYY", "DD-MM-YYYY", "D MMMM YYYY", "D MMM YYYY", "D-MMM-YY",
    "MMMM YYYY", "MMM YYYY", "MMM-YY", "MMM YY", "MM/YYYY", "YYYY/MM", "YYYY-MM", "Qn YYYY/YY", "Qn YYYY-YY",
    "YYYY/YY-Qn", "YYYY-YY Qn", "YYYY/YYYY Qn", "Quarter n YYYY/YY", "Qtr n YYYY/YY", "YYYY/YY Quarter n",
    "YYYY/YYYY", "YYYY-YYYY", "YY/YY", "FY YYYY/YY", "FYYYYY/YY", "M/D/YYYY",
)  # fmt: skip
_NUMBER = re.compile(NUMBER)


# --- words ----------------------------------------------------------------------------------------


@cache
def _meanings() -> dict[str, str]:
    """The word that stands for each word that means the same."""
    groups = tomllib.loads(WORDS.read_text(encoding="utf-8"))["same"]
    return {word: group[0] for group in groups for word in group}


@cache
def _phrases() -> list[tuple[str, str]]:
    """Abbreviations of several words, the longest first."""
    told = tomllib.loads(WORDS.read_text(encoding="utf-8"))["short"]
    return sorted(told.items(), key=lambda pair: -len(pair[0]))


@lru_cache(maxsize=1 << 14)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a heading, each by the one that stands for it; words that say nothing are left out.

    >>> words_of("DataZoneCode"), words_of("No. of Clients (65+)")
    (('data', 'zone', 'code'), ('number', 'person', '65+'))
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text.replace("_", " "))
    parts = re.findall(r"[a-z]+|\d+\+?|%|£", text.casefold())
    spread = [word for part in parts for word in dict(_phrases()).get(part, part).split()]
    meant = [_meaning(word) for word in spread]
    return tuple(word for word in meant if word)


def _meaning(word: str) -> str:
    known = _meanings()
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in known:
            return "" if known[form] == "-" else known[form]
    return word.removesuffix("s") if len(word) > 3 else word


@lru_cache(maxsize=1 << 16)
def alike(theirs: str, ours: str) -> float:
    """How alike two headings are: 1 for the same, 0 for nothing in common.

    >>> alike("Data Zone", "data_zone"), alike("Gender", "sex"), round(alike("Remarks", "sex"), 1)
    (1.0, 1.0, 0.0)
    """
    if header_key(theirs) == header_key(ours):
        return 1.0
    return max(_alike(theirs, ours), *(0.97 * _alike(theirs, name) for name in _called_too().get(ours, ())), 0.0)


@cache
def _called_too() -> dict[str, list[str]]:
    """Other names of columns of ours, whose own says little."""
    told: dict[str, list[str]] = tomllib.loads(WORDS.read_text(encoding="utf-8"))["called"]
    return told


def _alike(theirs: str, ours: str) -> float:
    mine, yours = words_of(theirs), words_of(ours)
    if not mine or not yours:
        return 0.0
    joined = difflib.SequenceMatcher(None, "".join(mine), "".join(yours)).ratio()
    shared = sum(max(_same(a, b) for b in yours) for a in mine) + sum(max(_same(a, b) for a in mine) for b in yours)
    together = shared / (len(mine) + len(yours))
    numbers = [{word for word in words if word.isdigit()} for words in (mine, yours)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return 0.4 * together  # 2011 is not 2022, whatever else they share
    if together == 1:
        return 1.0 if len(mine) == len(yours) else 0.95
    return max(together, 0.9 * joined if joined > 0.75 else 0.0)


@lru_cache(maxsize=1 << 16)
def _same(a: str, b: str) -> float:
    """How alike two words are; letters in common count only where there are many."""
    if a == b:
        return 1.0
    if min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)):
        return 0.8
    ratio = difflib.SequenceMatcher(None, a, b).ratio() if min(len(a), len(b)) > 3 else 0.0
    return ratio if ratio > 0.8 else 0.0


#: Words of a heading that tell which ages it is about.
_AGE_WORDS = r"[a-z]+|\d+\+?|[-–<>+]"
#: Words and signs round the years of a band of ages.
_OF_BANDS = (
    r"\d+|aged?s?|years?|yrs?|old|people|group|band|and|or|to|over|under|plus|below|above|less|than|older|[^a-z]+"
)


def ages_of(word: str) -> tuple[int, int] | str | None:
    """First and last year of a band of ages, or ``all``; None where a word is no band.

    >>> ages_of("65 to 74 yrs"), ages_of("85 and over"), ages_of("Under 18"), ages_of("All Ages"), ages_of("0-17 years")
    ((65, 74), (85, 999), (0, 17), 'all', (0, 17))
    """
    plain = word.casefold()
    numbers = [int(number) for number in re.findall(r"\d{1,3}", plain)]
    rest = re.sub(_OF_BANDS, "", plain)
    if not numbers:
        return (
            "all"
            if re.fullmatch(r"(all|total|everyone|everybody|any)( ?ages?)?( groups?)?( combined)?", plain)
            else None
        )
    if rest or len(numbers) > 2:
        return None
    if len(numbers) == 2:
        return (numbers[0], numbers[1])
    if re.search(r"\+|over|plus|above|older", plain):
        return (numbers[0], 999)
    if re.search(r"under|below|less|<", plain):
        return (0, numbers[0] - 1)
    return (numbers[0], numbers[0])


def stands_for(word: str, allowed: Sequence[str]) -> tuple[str, float]:
    """Which of our words another most likely stands for, and how likely that is."""
    return _most(sorted(((_word_alike(word, ours), ours) for ours in allowed), key=lambda pair: -pair[0]))


def _most(scored: Sequence[tuple[float, str]]) -> tuple[str, float]:
    """The word with most, the first; not surely it where another has nearly as much."""
    if not scored:
        return "", 0.0
    if len(scored) > 1 and scored[0][0] < 1 and scored[0][0] - scored[1][0] < MARGIN:
        return scored[0][1], min(scored[0][0], SURE_WORD - 0.01)  # two are as likely: nobody can say
    return scored[0][1], scored[0][0]


@lru_cache(maxsize=1 << 15)
def _word_alike(word: str, ours: str) -> float:
    if word == ours:
        return 1.0
    ages = ages_of(word), ages_of(ours)
    if ages[0] is not None and ages[1] is not None:
        return 0.97 if ages[0] == ages[1] else 0.0
    if (ages[0] is None) != (ages[1] is None) and re.search(r"\d", word + ours):
        return 0.0
    return min(alike(word, ours), 0.98)


def says(heading: str, ours: str, asked: Asked) -> tuple[str, float]:
    """Which word of one of our columns a heading says, in our form, and how sure that is: ``2019-20`` says a year.

    >>> says("No. of clients", "measure", Asked("text", ("Number of People", "Number of Hours")))
    ('Number of People', 0.97)
    >>> says("Mid-year 2019", "Year", Asked("number")), says("Q4 2020/21", "quarter", Asked("period"))
    (('2019', 0.95), ('2020/21 Q4', 0.95))
    """
    if asked.allowed:
        return _most(sorted(((_said(heading, word), word) for word in asked.allowed), key=lambda pair: -pair[0]))
    if asked.pattern:
        return (heading, 0.95) if re.fullmatch(asked.pattern, heading) else ("", 0.0)
    if asked.kind == "period":
        period = heading if parse_period(heading) else _in_a_form(heading)
        return (period, 0.95) if period else ("", 0.0)
    years = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", heading)
    if not years or asked.kind != "number" or "year" not in words_of(ours) or re.findall(r"\d+", heading) != years[:1]:
        return "", 0.0
    beside = [word for word in words_of(heading) if word not in (years[0], "year", "mid")]
    return years[0], 0.85 if beside else 0.95


def _in_a_form(heading: str) -> str:
    """A period as readers understand it, by the first form in which it is written; empty if in none."""
    return next((read for form in FORMS if (read := DateForm.of(form).read(heading))), "")


def _said(heading: str, word: str) -> float:
    """How surely a heading, in which other words may stand too, says one of our words."""
    if (ages := ages_of(word)) is not None:
        said = " ".join(part for part in re.findall(_AGE_WORDS, heading.casefold())
                        if re.fullmatch(_OF_BANDS, part) or ages_of(part) == "all")  # fmt: skip
        return _word_alike(heading, word) or (0.9 if ages_of(said) == ages else 0.0)
    mine, yours = (_telling(words_of(text)) for text in (heading, word))
    if not mine or not yours:
        return 0.0
    found = sum(max(_same(a, b) for a in mine) >= 0.8 for b in yours)
    if found == len(yours):
        return 0.97 if len(mine) == len(yours) else 0.8 + 0.1 * len(yours) / len(mine)
    whole = all(max(_same(a, b) for b in yours) >= 0.8 for a in mine)
    return 0.85 if whole else 0.7 * found / len(yours)


def _telling(words: Sequence[str]) -> tuple[str, ...]:
    """The words without those that say of any figure that it is one, unless nothing else is said."""
    return tuple(word for word in words if word != "number") or tuple(words)


# --- columns --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a file: its heading, and what stands in it, each text once."""

    heading: str
    values: tuple[str, ...]
    numeric: float
    """The share of the values that are numbers, or signs in the place of one."""

    @staticmethod
    def of(heading: str, cells: pa.ChunkedArray) -> Column:
        found = pc.unique(cells.filter(pc.not_equal(cells, ""))).to_pylist()
        if len(found) > MOST_VALUES:
            found = [found[at] for at in np.linspace(0, len(found) - 1, MOST_VALUES).astype(int)]
        numbers = [bool(_NUMBER.fullmatch(v.removeprefix("£").removesuffix("%"))) and bool(re.search(r"\d", v))
                   or v.casefold() in SYMBOLS for v in found]  # fmt: skip
        return Column(heading, tuple(found), float(np.mean(numbers)) if found else 0.0)


@dataclass(frozen=True)
class Match:
    """One heading for one of our columns, how sure that is, and why."""

    theirs: str
    ours: str
    score: float
    why: str
    sure: bool
    must: bool


@dataclass(frozen=True)
class Said:
    """One heading that says a word of one of our columns, and how sure that is."""

    theirs: str
    word: str
    score: float
    sure: bool


@dataclass(frozen=True)
class Spreading:
    """Several columns of a file whose headings say what would stand in one of ours, and into which their cells go."""

    into: str
    sure: bool
    """Whether there is but one column of ours that ``into`` can be, or their headings tell which."""
    sets: str
    columns: tuple[Said, ...]

    @property
    def score(self) -> float:
        return float(np.mean([said.score for said in self.columns]))


@dataclass(frozen=True)
class Fit:
    """How well a file fits one layout of a kind of extract."""

    kind: str
    layout: Layout
    score: float
    matches: tuple[Match, ...]
    lacking: tuple[str, ...]
    """Columns that the layout requires and that no heading stands for."""
    must: tuple[str, ...] = ()
    """Columns that the layout requires."""
    spread: Spreading | None = None


def score(column: Column, ours: str, asked: Asked) -> tuple[float, str]:
    """How likely a column is one of ours, and why."""
    called = alike(column.heading, ours)
    holds, because = _holds(column, ours, asked)
    reasons = [_called(called, ours), because]
    why = "; ".join(reason for reason in reasons if reason)
    if holds == 0.0:
        return 0.2 * called, why
    if holds is None:  # what stands there says nothing
        return 0.9 * called, why
    strong = holds >= 0.9 and bool(asked.allowed or asked.pattern)
    joined = 0.65 * called + 0.35 * holds
    return (max(joined, 0.45 + 0.25 * called) if strong else joined), why


def _called(called: float, ours: str) -> str:
    if called >= 0.99:
        return "called the same"
    return f"called much like '{ours}'" if called >= 0.6 else f"called a little like '{ours}'" if called >= 0.35 else ""


def _holds(column: Column, ours: str, asked: Asked) -> tuple[float | None, str]:
    """How well the values fit what a reader asks; None where it asks nothing, or there are none."""
    if not column.values:
        return None, "the column is empty"
    if asked.pattern:
        share = _share(column, lambda cell: re.fullmatch(asked.pattern, cell) is not None)
        return (
            share if share >= 0.3 else 0.0
        ), f"{share:.0%} of its values have the form of such codes" if share else ""
    if asked.allowed:
        return _classes(column, asked)
    if asked.kind == "number":
        return (0.75, "holds numbers") if column.numeric >= 0.7 else (0.0, "holds words")
    if asked.kind == "period":
        form, share = dates_of(column)
        return (share, f"holds periods ({form or 'as we write them'})") if share >= 0.7 else (0.0, "holds no periods")
    if asked.kind == "text":
        return (0.6, "") if column.numeric < 0.5 else (0.15, "holds numbers")
    return None, ""


def _classes(column: Column, asked: Asked) -> tuple[float, str]:
    if len(column.values) > MOST_CLASSES:
        return 0.0, "holds too many different words"
    sure = [stands_for(cell, asked.allowed)[1] >= SURE_WORD for cell in column.values]
    share = float(np.mean(sure))
    return (
        share if share >= 0.25 else 0.0
    ), f"{share:.0%} of its words are like ours" if share else "holds other words"


def _share(column: Column, good: object) -> float:
    assert callable(good)
    return float(np.mean([good(cell) for cell in column.values]))


def dates_of(column: Column) -> tuple[str, float]:
    """The form in which a column's dates are written ('' if as readers understand), and the share that is."""
    known = _share(column, lambda cell: parse_period(cell) is not None)
    if known >= 0.95:
        return "", known
    shares = [
        (_share(column, lambda cell, form=form: DateForm.of(form).read(cell) is not None), form) for form in FORMS
    ]
    best = max(shares, key=lambda pair: pair[0])  # of several, the first: the British one
    return (best[1], best[0]) if best[0] > known else ("", known)


# --- layouts --------------------------------------------------------------------------------------


def fits_of(columns: Sequence[Column], kinds: Sequence[str] = ()) -> list[Fit]:
    """How well a file fits each kind of extract (its best layout), the best first."""
    fits = []
    for kind, module in mappable().items():
        if not kinds or kind in kinds:
            of_kind = [_fit(kind, layout, columns) for layout in layouts_of(module)]
            fits.append(max(of_kind, key=_tells_most))
    return sorted(fits, key=lambda fit: -fit.score)


def _tells_most(fit: Fit) -> float:
    """Of two layouts of a kind, the one that uses more columns of the file is the right one: the other drops them."""
    needed = set(fit.must)
    used = sum(match.sure or match.ours in needed for match in fit.matches if not re.search(r"\d", match.ours))
    used += sum(said.sure for said in fit.spread.columns) if fit.spread else 0
    return fit.score + 0.1 * used


def _fit(kind: str, layout: Layout, columns: Sequence[Column]) -> Fit:
    targets, numbered = _targets(kind, layout, columns)
    asked = {header_key(name): told for name, told in asked_of(kind, layout.name).items()}
    matches = _matches(columns, targets, asked, numbered)
    fit = _scored(kind, layout, columns, targets, matches)
    spread = _spreading(fit, columns, asked)
    if spread is None:
        return fit
    of_spread = {said.theirs for said in spread.columns}
    rest = [column for column in columns if column.heading not in of_spread]
    others = {name: must for name, must in targets.items() if name not in (spread.into, spread.sets)}
    wide = _scored(kind, layout, columns, targets, _matches(rest, others, asked, numbered), spread)
    return wide if wide.score > fit.score else fit


def _spreading(fit: Fit, columns: Sequence[Column], asked: Mapping[str, Asked]) -> Spreading | None:
    """Columns of numbers that are rows of ours, where a column that must be there is nowhere else."""
    sure = {match.theirs: match.ours for match in fit.matches if match.sure}
    numbers = {ours for ours in fit.must if asked.get(header_key(ours), Asked()).kind == "number"}
    spare = [each.heading for each in columns if each.numeric >= 0.7 and sure.get(each.heading, "") in (*numbers, "")]
    told = [(ours, _told_by(spare, ours, asked.get(header_key(ours), Asked()))) for ours in fit.lacking]
    sets, said = max(told, key=lambda each: sum(word.score for word in each[1] if word.sure), default=("", ()))
    # Into one that must be there, holds numbers, and is no other column of the file.
    taken = {ours for theirs, ours in sure.items() if theirs not in {each.theirs for each in said}}
    free = [ours for ours in fit.must if ours in numbers - taken - {sets}]
    if not said or not free:
        return None
    like = sorted(((max(alike(each.theirs, ours) for each in said), ours) for ours in free), key=lambda pair: -pair[0])
    told_which = len(free) == 1 or (like[0][0] >= 0.6 and like[0][0] - like[1][0] >= MARGIN)
    return Spreading(like[0][1], told_which, sets, said)


def _told_by(headings: Sequence[str], ours: str, asked: Asked) -> tuple[Said, ...]:
    """What headings say of one of our columns; nothing unless at least half do, two or more, each another word."""
    told = [(heading, *says(heading, ours, asked)) for heading in headings]
    words = Counter(word for _, word, score in told if score >= SURE_WORD)
    said = tuple(
        Said(heading, word, score, score >= SURE_WORD and words[word] == 1)
        for heading, word, score in told
        if score >= SAYS_LITTLE
    )
    sure = sum(each.sure for each in said)
    return said if sure >= 2 and 2 * sure >= len(headings) else ()


def _matches(
    columns: Sequence[Column], targets: Mapping[str, bool], asked: Mapping[str, Asked], numbered: Mapping[str, str]
) -> tuple[Match, ...]:
    """The columns of a file for ours, so that all together are most alike."""
    from scipy.optimize import linear_sum_assignment

    names = list(targets)
    told = [[_pair(column, ours, asked, numbered) for ours in names] for column in columns]
    grid = np.array([[pair[0] for pair in row] for row in told], dtype=float).reshape(len(columns), len(names))
    only = _only_ones(columns, names, asked)
    grid[only] = np.maximum(grid[only], ONLY_ONE)
    # What a layout requires comes before what it may have besides.
    weighted = grid + 0.1 * np.array([targets[name] for name in names], dtype=float) * (grid > 0)
    at, of = linear_sum_assignment(-weighted) if grid.size else ((), ())
    matches = []
    for row, col in zip(at, of, strict=True):
        value = float(grid[row, col])
        if value < LEAST:
            continue
        rival = max(np.delete(grid[row], col).max(initial=0.0), np.delete(grid[:, col], row).max(initial=0.0))
        sure = value >= SURE and (value - rival >= MARGIN or (value >= 0.9 and rival < value))
        why = told[row][col][1] + ("; no other column does" if only[row, col] else "")
        matches.append(Match(columns[row].heading, names[col], value, why, bool(sure), targets[names[col]]))
    return tuple(matches)


def _scored(
    kind: str, layout: Layout, columns: Sequence[Column], targets: Mapping[str, bool], matches: tuple[Match, ...],
    spread: Spreading | None = None,
) -> Fit:  # fmt: skip
    found = {match.ours for match in matches if match.sure}
    must = [name for name, needed in targets.items() if needed]
    gained = sum(match.score for match in matches if match.must)
    used = sum(match.sure for match in matches)
    if spread:
        found |= {spread.sets, *((spread.into,) if spread.sure else ())}
        gained += spread.score + (ONLY_ONE if spread.sure else SURE)
        used += sum(said.sure for said in spread.columns)
    score = 0.8 * gained / max(len(must), 1) + 0.2 * used / max(len(columns), 1)
    return Fit(kind, layout, score, matches, tuple(name for name in must if name not in found), tuple(must), spread)


def _pair(column: Column, ours: str, asked: Mapping[str, Asked], numbered: Mapping[str, str]) -> tuple[float, str]:
    if ours in numbered.values():
        return (0.95, "its number says so") if numbered.get(column.heading) == ours else (0.0, "")
    return score(column, ours, asked.get(header_key(ours), Asked()))


def _only_ones(columns: Sequence[Column], names: Sequence[str], asked: Mapping[str, Asked]) -> np.ndarray:
    """Where a column alone holds what one of ours alone asks for: such codes, or such words."""
    holds = np.zeros((len(columns), len(names)), dtype=bool)
    for col, ours in enumerate(names):
        wanted = asked.get(header_key(ours), Asked())
        if wanted.pattern or len(wanted.allowed) > 1:
            holds[:, col] = [(_holds(column, ours, wanted)[0] or 0.0) >= 0.9 for column in columns]
    return holds & (holds.sum(axis=0) == 1)[None, :] & (holds.sum(axis=1) == 1)[:, None]


def _targets(kind: str, layout: Layout, columns: Sequence[Column]) -> tuple[dict[str, bool], dict[str, str]]:
    """Our columns by name, and whether each must be there; and those for an age or a year, by the heading of each."""
    targets = dict(columns_of(kind, layout))
    numbered: dict[str, str] = {}
    for pattern, example in zip(layout.patterns, layout.examples, strict=False):
        of_file = {column.heading: name for column in columns if (name := _numbered(column.heading, pattern, example))}
        if of_file and len(set(of_file.values())) == len(of_file):
            targets.pop(example, None)
            first, *others = of_file.values()
            targets |= {first: True} | dict.fromkeys(others, False)
            numbered |= of_file
    marks = {header_key(name) for name in layout.without}
    return {name: must for name, must in targets.items() if header_key(name) not in marks}, numbered


def _numbered(heading: str, pattern: str, example: str) -> str:
    """One of our columns for a heading with a number in it, such as an age: 'Aged 17' is 'Age17'; '' if it is none."""
    number = re.findall(r"\d+", heading)
    if len(number) != 1 or len(re.findall(r"\d+", example)) != 1:
        return ""
    words = re.sub(r"\d+", "", heading)
    rest = [word for word in words_of(words) if word not in ("age", "year")]
    wanted = [word for word in words_of(re.sub(r"\d+", "", example)) if word not in ("age", "year")]
    name = re.sub(r"\d+", number[0], example)
    return name if rest == wanted and re.fullmatch(pattern, header_key(name)) else ""


def values_for(column: Column, asked: Asked) -> Mapping[str, tuple[str, float]]:
    """What each word of a column stands for, and how sure that is; words that are ours already are left out."""
    return {
        cell: stands_for(cell, asked.allowed) for cell in sorted(column.values)
        if asked.allowed and cell not in asked.allowed
    }  # fmt: skip
