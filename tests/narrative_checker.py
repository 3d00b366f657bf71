"""Whether a sentence is true: its words and numbers read back and set against the release, the slow plain way.

Nothing of the engine that wrote it is used. Every word of a sentence must be understood: each pattern matches from the
first letter to the full stop, and what it finds is worked out again from ``indicator_value`` and the tables beside it.
A verdict of 'higher' follows from limits and values here, not from the word that the release has for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations
from typing import Any, NamedTuple

from locality_profiles.periods import period_label

Ask = Callable[[str], list[tuple[Any, ...]]]
NUMBERS = {word: n for n, word in enumerate(
    ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))}  # fmt: skip
ORDINALS = {word: n for n, word in enumerate(
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), start=1)}  # fmt: skip
MARKS = {"estimated": "estimated", "provisional": "provisional", "rounded": "rounded"}
HALF = Decimal("0.5")


class Declared(NamedTuple):
    item: str
    title: str
    section: str
    unit: str
    decimals: int
    direction: str


class Value(NamedTuple):
    kind: str
    start: date
    end: date
    value: float | None
    lower: float | None
    upper: float | None
    status: str


class Wrong(Exception):
    """What a sentence says that is not so."""


def must(true: bool, what: str) -> None:
    if not true:
        raise Wrong(what)


# --- how things are printed, again ----------------------------------------------------------------


def printed(value: float, unit: str, decimals: int) -> str:
    number = Decimal(str(value)) / (100 if unit.startswith("pence") else 1)
    near = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if near == 0:
        if value:
            return "close to zero"
        return "0%" if unit.startswith(("%", "percentage", "per cent")) else "0"
    text = f"{abs(near):,}"
    text = f"£{text}" if unit.startswith(("pence", "£")) else f"{text}%" if percentage(unit) else text
    return f"−{text}" if near < 0 else text


def percentage(unit: str) -> bool:
    return unit.startswith(("%", "percentage", "per cent"))


def whole(value: float, status: str, of: Declared) -> str:
    """A value with its unit and its mark."""
    text = printed(value, of.unit, of.decimals)
    words = of.unit
    for start in ("pence", "£", "%", "percentage", "per cent"):
        words = words.removeprefix(start)
    words = words.strip()
    if words and text != "close to zero":
        if "=" in words:
            text += f" ({words})"
        else:
            text += f" {singular(words)}" if text == "1" else f" {words}"
    if status in MARKS:
        text += f" ({MARKS[status]})"
    comma = bool(re.search(r",\D", of.unit)) and of.unit in text
    return f"{text}," if comma else text


def singular(words: str) -> str:
    head, per, rest = words.partition(" per ")
    if words.startswith("per "):
        return words
    head = {"people": "person", "bed days": "bed day"}.get(head, head.removesuffix("s"))
    return head + per + rest


def bracketed(value: float, status: str, of: Declared) -> str:
    text = printed(value, of.unit, of.decimals)
    return f"{text}, {MARKS[status]}" if status in MARKS else text


def when(kind: str, start: date, end: date) -> str:
    label = period_label(kind, start, end)
    if " to " in label:
        return f"from {label}"
    return f"on {label}" if kind == "snapshot" or (start == end and kind != "mid_year") else f"in {label}"


def number(word: str) -> int:
    return NUMBERS[word] if word in NUMBERS else int(word.replace(",", ""))


def place(word: str) -> int:
    return ORDINALS[word] if word in ORDINALS else int(re.sub(r"\D", "", word))


def changed(before: float, after: float, of: Declared) -> str:
    """What stands in brackets after two values."""
    word = "rise" if after > before else "fall"
    if percentage(of.unit):
        step = Decimal(1).scaleb(-of.decimals)
        size = abs(
            Decimal(str(after)).quantize(step, ROUND_HALF_UP) - Decimal(str(before)).quantize(step, ROUND_HALF_UP)
        )
        text = str(size).removesuffix(".0")
        return f"a {word} of {text} percentage point{'' if text == '1' else 's'}"
    share = Decimal(str(abs(after - before) / abs(before) * 100))
    text = f"{share.quantize(Decimal(1) if share >= Decimal('9.95') else Decimal('0.1'), ROUND_HALF_UP):,}"
    text = text.removesuffix(".0") + "%"
    vowel = re.match(r"8|11(?!\d)|18(?!\d)", text.replace(",", "x"))
    return f"a{'n' if vowel else ''} {text} {word}"


def distance(gap: Decimal, of: Declared) -> str:
    """A gap with its unit, where that is points or a plain noun."""
    if percentage(of.unit):
        text = f"{gap:,}".removesuffix(".0")
        return f"{text} percentage point{'' if text == '1' else 's'}"
    text = f"£{gap:,}" if of.unit.startswith(("£", "pence")) else f"{gap:,}"
    noun = re.fullmatch("[a-z ]+", of.unit) and "per" not in of.unit.split() and "pence" not in of.unit
    return f"{text} {singular(of.unit) if text == '1' else of.unit}" if noun else text


# --- the release ----------------------------------------------------------------------------------


class Release:
    """What the release says of all areas of one kind, in dictionaries."""

    def __init__(self, ask: Ask, kind: str) -> None:
        self.kind = kind
        self.names = {
            (k, c): " ".join(n.split()) for k, c, n in ask("select area_type, area_code, area_name from area")
        }
        self.hscps = len({code for (k, code) in self.names if k == "hscp" and not code.endswith("OUT")})
        rows = ask(
            "select indicator_id, title, section, unit, decimals, direction from indicator where unavailable is null"
        )
        self.by_id = {row[0]: Declared(*row) for row in rows}
        self.by_title = {of.title: of for of in self.by_id.values()}
        self.codes: set[str] = {
            code for (code,) in ask(f"select distinct area_code from profile where area_type = '{kind}'")
        }
        self.values: dict[tuple[str, str], list[Value]] = defaultdict(list)
        self.at: dict[tuple[str, date, date], dict[str, Value]] = defaultdict(dict)
        self.read_values(ask)
        self.compared: dict[str, dict[str, dict[str, tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(dict))
        self.homes: dict[str, dict[str, str]] = defaultdict(dict)
        self.read_comparisons(ask)
        self.together: dict[str, set[str]] = defaultdict(set)
        for code in self.codes:
            self.together[self.homes[code].get("hscp", "")].add(code)
        self.larger = self.read_larger(ask)
        self.trends = {(row[0], row[1]): row[2:] for row in ask(f"""
            select area_code, indicator_id, verdict, from_value, from_start, from_end, value, period_type, period_start,
                period_end, change_lower, change_upper from trend
            where area_type = '{kind}' and breakdown = 'all' and category = 'all'""")}  # fmt: skip
        self.unequal: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        for code, item, *rest in ask(f"""
            select area_code, indicator_id, scheme, period_type, period_start, period_end, most_deprived,
                least_deprived, absolute_gap_lower, absolute_gap_upper from inequality where area_type = '{kind}'"""):
            self.unequal[code, item].append(tuple(rest))
        self.classes: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        for code, item, *rest in ask(f"""
            select area_code, item, coalesce(category_title, category), value, status, period_type, period_start,
                period_end
            from profile where area_type = '{kind}' and role = 'this' and category <> 'all'"""):
            self.classes[code, item].append(tuple(rest))
        # Indicators that an area's profile has no figure of, and whether one was held back.
        self.untold: dict[str, dict[str, bool]] = defaultdict(dict)
        for code, item, held in ask(f"""
            select area_code, item, bool_or(status = 'suppressed') from profile
            where area_type = '{kind}' and role = 'this' group by all having count(value) = 0"""):
            self.untold[code][item] = held

    def read_values(self, ask: Ask) -> None:
        """Values of whole indicators in periods that are some area's latest, and those that are told by class."""
        for code, item, *rest in ask(f"""
            with own as (select * from indicator_value where area_type = '{self.kind}' and breakdown = 'all'
                and category = 'all'),
            latest as (select distinct indicator_id, period_start, period_end from own where value is not null
                qualify (period_end, period_start) = max((period_end, period_start)) over (
                    partition by indicator_id, area_code))
            select area_code, indicator_id, period_type, period_start, period_end, value, lower, upper, status
            from own semi join latest using (indicator_id, period_start, period_end) where value is not null"""):
            found = Value(*rest)
            self.values[code, item].append(found)
            self.at[item, found.start, found.end][code] = found

    def read_comparisons(self, ask: Ask) -> None:
        for code, item, comparator, other, basis, verdict, value in ask(f"""
            select area_code, indicator_id, comparator, comparator_code, basis, verdict, comparator_value
            from comparison where area_type = '{self.kind}' and comparator in ('country', 'hscp') and breakdown = 'all'
              and category = 'all'"""):
            self.homes[code][comparator] = other
            if basis != "none":
                self.compared[code][item][comparator] = (other, basis, verdict, value)

    def read_larger(self, ask: Ask) -> dict[str, dict[str, list[Value]]]:
        """Values of whole indicators of partnerships and the country."""
        found: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        for code, item, *rest in ask("""
            select area_code, indicator_id, period_type, period_start, period_end, value, lower, upper, status
            from indicator_value where area_type in ('hscp', 'country') and breakdown = 'all' and category = 'all'
              and value is not null"""):
            found[code][item].append(Value(*rest))
        return found

    def own(self, code: str, of: Declared) -> Value:
        """The area's latest value of a whole indicator."""
        found = self.values.get((code, of.item))
        must(bool(found), f"there is no value of {of.title}")
        return max(found or [], key=lambda value: (value.end, value.start))

    def beside(self, code: str, of: Declared, comparator: str) -> float:
        """The comparator's value for the same period."""
        own = self.own(code, of)
        same = [
            v for v in self.larger[self.homes[code][comparator]][of.item] if (v.start, v.end) == (own.start, own.end)
        ]
        must(len(same) == 1, f"there is no value of {comparator} for the period")
        return float(same[0].value or 0)

    def verdict(self, code: str, of: Declared, comparator: str) -> str:
        """'higher', 'lower', 'similar' or 'same', from values and limits; '' where they are not compared."""
        if comparator not in self.compared[code][of.item]:
            return ""
        _, basis, told, _ = self.compared[code][of.item][comparator]
        own, other = self.own(code, of), self.beside(code, of, comparator)
        if basis == "complete_count":
            step = Decimal(1).scaleb(-of.decimals)
            mine, theirs = (near(v, step) for v in (own.value or 0, other))
            found = "higher" if mine > theirs else "lower" if mine < theirs else "same"
        else:
            assert own.lower is not None
            assert own.upper is not None
            found = "higher" if own.lower > other else "lower" if own.upper < other else "similar"
        must({"same": "similar"}.get(found, found) == told, "the release's verdict does not follow from its values")
        return found

    def judged(self, of: Declared, verdict: str) -> str:
        if verdict not in ("higher", "lower") or of.direction == "none":
            return ""
        return "better" if (verdict == "higher") == (of.direction == "high_is_good") else "worse"

    def peers(self, code: str) -> set[str]:
        """Areas of its kind in its partnership; of a partnership, all of them."""
        if self.kind == "hscp":
            return {c for (k, c) in self.names if k == "hscp"}
        return self.together[self.homes[code].get("hscp", "")]


def near(value: float, step: Decimal) -> Decimal:
    """As comparisons of complete counts print: half up."""
    return (Decimal(str(value)) / step + HALF).to_integral_value("ROUND_FLOOR")


# --- what sentences say ---------------------------------------------------------------------------


class Checker:
    """Reads sentences of one kind of area. ``titles`` names kinds: one, several."""

    def __init__(self, release: Release, one: str, several: str, named: int = 3) -> None:
        self.release, self.one, self.several, self.named = release, one, several, named
        #: Titles of a section, the longest first: one may begin with another.
        self.titles: dict[str, list[str]] = defaultdict(list)
        for of in sorted(release.by_id.values(), key=lambda of: -len(of.title)):
            self.titles[of.section].append(of.title)

    def wrong(self, code: str, section: str, text: str) -> str:
        """What is wrong with a sentence; empty where it is true."""
        try:
            self.grammar(text)
            self.check(code, section, text)
        except Wrong as fault:
            return f"{text} — {fault}"
        except (KeyError, ValueError, IndexError, ArithmeticError) as fault:
            return f"{text} — cannot be followed ({fault!r})"
        return ""

    @staticmethod
    def grammar(text: str) -> None:
        must(text.endswith(".") and not text.endswith(".."), "it does not end with one full stop")
        must("  " not in text and not re.search(r" [,.;:]|[{}]|\(\)|,,|,\.", text), "it is badly spaced, or has a gap")
        must(not re.search(r"\ba (?:8|11\b|18\b)", text), "it has 'a' where 'an' belongs")
        must(not re.search(r"\ban (?!8|11|18)\d", text), "it has 'an' where 'a' belongs")
        must(not text[0].islower(), "it does not begin with a capital")
        plain = re.sub("‘[^’]*’", "", text).rsplit(": ", 1)[-1]  # titles may say what they like
        must(not re.search(r"(?i)\b(?:because of|due to|caused?|leads? to|results? in|owing to)\b", plain),
             "it claims a cause")  # fmt: skip

    def check(self, code: str, section: str, text: str) -> None:
        for pattern, reader in self.WHOLE:
            if found := re.fullmatch(pattern, text):
                return reader(self, code, section, found)
        title = next((t for t in self.titles[section] if text.startswith(f"{t}: ")), None)
        must(title is not None, "it is about no indicator of its section")
        assert title is not None
        of, rest = self.release.by_title[title], text[len(title) + 2 :]
        for pattern, told in self.ABOUT:
            if found := re.fullmatch(pattern, rest):
                return told(self, code, of, found)
        return self.told(code, of, rest)

    # A sentence about nothing but one value begins with it.

    def told(self, code: str, of: Declared, rest: str) -> None:
        own = self.release.own(code, of)
        said = f"{whole(own.value or 0, own.status, of)} {when(own.kind, own.start, own.end)}, "
        must(rest.startswith(said), f"its value and period are '{said}'")
        for pattern, reader in self.BESIDE:
            if found := re.fullmatch(pattern, rest[len(said) :]):
                return reader(self, code, of, found)
        raise Wrong("what follows the value is not understood")

    def level(self, code: str, of: Declared, found: re.Match[str]) -> None:
        words = {
            "higher": "higher than in",
            "lower": "lower than in",
            "similar": "similar to",
            "same": "the same as in",
        }
        names = {c: f"{self.name(code, c)} ({printed(self.release.beside(code, of, c), of.unit, of.decimals)})"
                 for c in self.release.compared[code][of.item]}  # fmt: skip
        told: list[str] = []
        for group in found["groups"].split(", but "):
            part = re.fullmatch(
                r"(higher than in|lower than in|similar to|the same as in) (.+?)(?:, which is (better|worse))?",
                                group)  # fmt: skip
            must(part is not None, f"'{group}' is not understood")
            assert part is not None
            both = [order for n in (1, 2) for order in permutations(names, n)
                    if part[2] == " and ".join(names[c] for c in order)]  # fmt: skip
            must(bool(both), f"'{part[2]}' is not what it is compared with, or not its value: {names}")
            for comparator in both[0]:
                verdict = self.release.verdict(code, of, comparator)
                must(
                    bool(verdict) and words[verdict] == part[1],
                    f"it is {verdict or 'not compared'} beside {comparator}",
                )
                must((part[3] or "") == self.release.judged(of, verdict), f"it is {self.release.judged(of, verdict)!r}")
                told.append(comparator)
        must(sorted(told) == sorted(names), f"it is silent about {set(names) - set(told)}")

    def name(self, code: str, comparator: str) -> str:
        return self.release.names[comparator, self.release.homes[code][comparator]]

    def ranked(self, code: str, of: Declared) -> tuple[int, int, int, int]:
        """Rank from the highest, how many share it, how many have a value, and how many areas there are."""
        own = self.release.own(code, of)
        peers = self.release.peers(code)
        at = self.release.at[of.item, own.start, own.end]
        values = [v.value or 0 for c, v in at.items() if c in peers]
        above = sum(value > (own.value or 0) for value in values)
        return above + 1, values.count(own.value or 0), len(values), len(peers)

    def chance(self, code: str, of: Declared) -> tuple[int, int]:
        """The smallest and the largest rank that limits allow."""
        own, peers = self.release.own(code, of), self.release.peers(code)
        at = [v for c, v in self.release.at[of.item, own.start, own.end].items() if c in peers]
        low, high = own.lower, own.upper
        if low is None or high is None or any(v.lower is None or v.upper is None for v in at):
            rank = self.ranked(code, of)[0]
            return rank, rank
        return 1 + sum((v.lower or 0) > high for v in at), len(at) - sum((v.upper or 0) < low for v in at)

    def home(self, code: str) -> str:
        return self.name(code, "country" if self.release.kind == "hscp" else "hscp")

    def rank(self, code: str, of: Declared, found: re.Match[str]) -> None:
        rank, alike, ranked, areas = self.ranked(code, of)
        must(bool(found["jointly"]) == (alike > 1), f"{alike} share the place")
        at = place(found["ordinal"]) if found["ordinal"] else 1
        true = rank if found["end"] == "highest" else ranked - rank - alike + 2
        must(at == true, f"its place from the {found['end']} is {true}")
        few = "" if ranked == areas else " that have a figure"
        must(found["of"] == f"{self.several} of {self.home(code)}{few}", "it is not among those")
        must(number(found["ranked"]) == ranked, f"{ranked} were ranked")
        low, high = self.chance(code, of)
        if found["low"]:
            must((place(found["low"]), place(found["high"])) == (low, high), f"chance allows {low} to {high}")
            must(high - low > 1, "the words are for more than two places")
        elif found["one"]:
            must((place(found["one"]), place(found["other"])) == (low, high), f"chance allows {low} to {high}")
            must(high - low == 1, "the words are for two places")
        else:
            must(low == high, f"chance allows {low} to {high}")

    def two(self, code: str, of: Declared, found: re.Match[str]) -> None:
        rank, alike, ranked, _ = self.ranked(code, of)
        must(ranked == 2, f"{ranked} were ranked")
        true = "the same as" if alike == 2 else "higher than" if rank == 1 else "lower than"
        must(found["than"] == true, f"it is {true}")
        must(found["of"] == f"{self.one} of {self.home(code)}", "it is not one of those")
        low, high = self.chance(code, of)
        must(bool(found["either"]) == (low != high), f"chance allows {low} to {high}")

    def alike(self, code: str, of: Declared, found: re.Match[str]) -> None:
        _, alike, ranked, areas = self.ranked(code, of)
        few = "" if ranked == areas else " that have a figure"
        must(alike == ranked == number(found["ranked"]), f"{alike} of {ranked} are the same")
        must(found["of"] == f"{self.several} of {self.home(code)}{few}", "it is not one of those")

    # --- over time ---

    def trend(self, code: str, of: Declared, found: re.Match[str]) -> None:
        own = self.release.own(code, of)
        verdict, before, start, end, after, kind, *period, low, high = self.release.trends[code, of.item]
        must((after, *period) == (own.value, own.start, own.end), "the trend is not of the value shown")
        said = f"{whole(own.value or 0, own.status, of)} {when(own.kind, own.start, own.end)}"
        must(found["now"] == said, f"its value and period are '{said}'")
        if found["before"]:
            said = f"{printed(before, of.unit, of.decimals)} {when(kind, start, end)}"
            must(found["before"] == said, f"before it was '{said}'")
        if found["change"]:
            must(found["change"] == changed(before, after, of), f"the change is {changed(before, after, of)}")
        word = found["word"]
        if word in ("rising", "falling"):
            must(verdict == {"rising": "increasing", "falling": "decreasing"}[word], f"the trend is {verdict}")
            must((found["judged"] or "") == self.release.judged(of, "higher" if word == "rising" else "lower"),
                 "it is not judged so")  # fmt: skip
        elif word == "no clear trend":
            must(verdict == "no_significant_change", f"the trend is {verdict}")
        elif word == "no clear change":
            must(low is not None and low <= 0 <= high, f"the change is from {low} to {high}")
        else:
            must(bool(found["change"]), "it does not say how much has changed")
            must(low is None or not low <= 0 <= high, "the change is within chance")

    def steady(self, code: str, section: str, found: re.Match[str]) -> None:
        tested = [verdict for (c, item), (verdict, *_) in self.release.trends.items()
                  if c == code and self.section(item) == section and verdict != "cannot_be_calculated"]  # fmt: skip
        must(len(tested) == number(found["n"]), f"{len(tested)} were tested")
        must(set(tested) == {"no_significant_change"}, "some trend is clear")

    # --- within the area ---

    def inequality(self, code: str, of: Declared, found: re.Match[str]) -> None:
        whose = {"simd_2020v2_quintile_hscp": "the partnership", "simd_quintile_own": "the area itself"}
        for scheme, kind, start, end, most, least, low, high in self.release.unequal[code, of.item]:
            if found["of"] != whose.get(scheme, "the country") or found["when"] != when(kind, start, end):
                continue
            must(None not in (most, least, low, high), "there is no such gap")
            must(found["most"] == printed(most, of.unit, of.decimals), "the most deprived fifth has another value")
            must(found["least"] == printed(least, of.unit, of.decimals), "the least deprived fifth has another value")
            if found["than"]:
                must(low > 0 or high < 0, "the gap is within chance")
                must(found["than"] == ("higher" if most > least else "lower"), "it is the other way round")
                step = Decimal(1).scaleb(-of.decimals)
                gap = abs(Decimal(str(most)).quantize(step, ROUND_HALF_UP)
                          - Decimal(str(least)).quantize(step, ROUND_HALF_UP))  # fmt: skip
                must(found["gap"] == distance(gap, of), f"the gap is {distance(gap, of)}")
            else:
                must(low <= 0 <= high, "the gap is more than chance would make")
            return
        raise Wrong("there are no such fifths")

    def extremes(self, code: str, of: Declared, found: re.Match[str]) -> None:
        rows = self.release.classes[code, of.item]
        must(len(rows) > 1 and all(row[1] is not None for row in rows), "not every class has a value")
        must(found["when"] == when(*rows[0][3:]), "it is for another period")
        for group, pick in (("largest", max), ("smallest", min)):
            best = pick(value for _, value, *_ in rows)
            titles = [title for title, value, *_ in rows if value == best]
            status = next(row[2] for row in rows if row[1] == best)
            must(bool(found[f"{group}_joint"]) == (len(titles) > 1), f"{len(titles)} are {group}")
            must(sorted(re.findall("‘([^’]*)’", found[group])) == sorted(titles), f"the {group} is {titles}")
            must(re.sub("‘[^’]*’(?:, | and |)", "", found[group]) == f" ({bracketed(best, status, of)})",
                 f"the {group} is {bracketed(best, status, of)}")  # fmt: skip

    def every_class(self, code: str, of: Declared, found: re.Match[str]) -> None:
        rows = self.release.classes[code, of.item]
        must({row[1] for row in rows} == {rows[0][1]} and len(rows) == number(found["n"]), "the classes differ")
        must(found["value"] == whole(rows[0][1], rows[0][2], of), "the value is another")
        must(found["when"] == when(*rows[0][3:]), "it is for another period")

    # --- sentences about several indicators ---

    def section(self, item: str) -> str:
        return self.release.by_id[item].section if item in self.release.by_id else ""

    def population(self, code: str, _: str, found: re.Match[str]) -> None:
        of = self.release.by_id["population"]
        own = self.release.own(code, of)
        must(found["area"] == self.release.names[self.release.kind, code], "it is another area")
        must(found["value"] == f"{whole(own.value or 0, own.status, of)} {when(own.kind, own.start, own.end)}",
             "its people are others")  # fmt: skip
        if not found["whole"]:
            return
        comparator = "country" if self.release.kind == "hscp" else "hscp"
        must(found["whole"] == self.name(code, comparator), "it is part of another area")
        total = self.release.beside(code, of, comparator)
        people = re.match(r"[\d,]+", found["people"])
        must(people is not None and people[0] == printed(total, of.unit, of.decimals), f"there are {total} people")
        share = 100 * (own.value or 0) / total
        text = f"{Decimal(str(share)).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
        must(found["share"] in (text, "100%" if share > 99.9999 else text, "under 0.1%" if share < 0.05 else text,
                                "over 99.9%" if 99.95 <= share < 100 else text), f"its share is {share}")  # fmt: skip
        if found["parts"]:
            must(abs(100 / int(found["parts"]) - share) <= share / 20, f"its share is {share}")
            must(int(found["parts"]) == round(100 / share), f"its share is {share}")

    def summary(self, code: str, section: str, found: re.Match[str]) -> None:
        must(found["country"] == self.name(code, "country"), "it is judged beside another area")
        must((section == "profile") == (found["where"] == "of this profile"), "it is of another section")
        counts = {"worse": 0, "better": 0, "similar": 0}
        for item, others in list(self.release.compared[code].items()):
            of = self.release.by_id.get(item)
            if of is None or of.direction == "none" or "country" not in others:
                continue
            if section in (of.section, "profile"):
                counts[self.release.judged(of, self.release.verdict(code, of, "country")) or "similar"] += 1
        total = sum(counts.values())
        must(number(found["n"]) == total, f"{total} can be judged")
        if found["all"]:
            must(counts[found["all_are"]] == total, f"they are {counts}")
            must((found["all"] == "both") == (total == 2), f"there are {total}")
            return
        parts = re.findall(r"(\w+) (is|are) (worse|better|similar)", found["parts"])
        must(
            {word: number(n) for n, _, word in parts} == {word: n for word, n in counts.items() if n},
            f"they are {counts}",
        )
        must(all((number(n) == 1) == (verb == "is") for n, verb, _ in parts), "number and verb do not agree")
        plain = ", ".join(f"{n} {verb} {word}" for n, verb, word in parts)
        must(found["parts"] == " and ".join(plain.rsplit(", ", 1)), "the list is not one")

    def silent(self, code: str, section: str, held_back: bool, larger: bool | None) -> list[str]:
        """Titles of indicators of a section that the area has no figure of."""
        homes = set(self.release.homes[code].values())
        found = []
        for item, held in self.release.untold[code].items():
            of = self.release.by_id[item]
            must((code, item) not in self.release.values, "a figure of an indicator is there after all")
            known = any(self.release.larger[home][item] for home in homes)
            if of.section == section and held == held_back and larger in (None, known):
                found.append(of.title)
        return found

    def untold(self, code: str, section: str, found: re.Match[str]) -> None:
        named = re.findall("‘(.+?)’(?=,| and |$)", found["titles"])
        more = re.search(r"(\w+) more$", found["titles"])
        larger = (
            True
            if "larger" in found.groupdict() and found["larger"]
            else None
            if "held" in found.groupdict()
            else False
        )
        titles = self.silent(code, section, "held" in found.groupdict(), larger)
        must(set(named) <= set(titles), f"only these have none: {titles}")
        must(len(named) + (number(more[1]) if more else 0) == len(titles), f"{len(titles)} have none: {titles}")
        must(len(named) == min(len(titles), self.named), "others are named")
        must((len(titles) == 1) == bool(found["single"]), "one and several are mixed up")
        said = [*(f"‘{title}’" for title in named), *([more[0]] if more else [])]
        must(found["titles"] == " and ".join(", ".join(said).rsplit(", ", 1)) or any(", " in name for name in named),
             "the list is not one")  # fmt: skip
        if "area" in found.groupdict():
            must(found["area"] == self.release.names[self.release.kind, code], "it is another area")
        if "kind" in found.groupdict():
            must(found["kind"] == self.one, "it is another kind of area")

    _CHANCE = (r"(?:; chance allows any place from (?P<low>\w+) to (?P<high>\w+), counted from the highest"
               r"|; chance allows (?P<one>\w+) or (?P<other>\w+) place, counted from the highest)?")  # fmt: skip
    BESIDE = (
        (r"(?P<than>higher than|lower than|the same as) in the other (?P<of>.+?)"
         r"(?P<either>, though chance allows either order)?\.", two),
        (r"(?P<groups>(?:higher than in|lower than in|similar to|the same as in) .+)\.", level),
        (r"(?P<jointly>jointly )?the (?:(?P<ordinal>\w+) )?(?P<end>highest|lowest) of the (?P<ranked>[\w,]+) "
         rf"(?P<of>.+?){_CHANCE}\.", rank),
        (r"the same in each of the (?P<ranked>[\w,]+) (?P<of>.+)\.", alike),
    )  # fmt: skip
    ABOUT = (
        (r"(?:(?P<word>rising|falling|no clear trend|no clear change); )?(?P<now>.+?)"
         r"(?:, against (?P<before>.+?)(?: \((?P<change>an? [^()]+)\))?)"
         r"(?:, which is (?P<judged>better|worse))?\.", trend),
        (r"(?P<word>rising|falling); (?P<now>.+?)(?P<before>)(?P<change>)"
         r"(?:, which is (?P<judged>better|worse))?\.", trend),
        (r"(?P<than>higher|lower) in the most deprived fifth of (?P<of>.+?) \((?P<most>[^()]+)\) "
         r"than in the least deprived \((?P<least>[^()]+)\) (?P<when>.+?), a gap of (?P<gap>.+)\.", inequality),
        (r"no clear difference between the most deprived fifth of (?P<of>.+?) \((?P<most>[^()]+)\) "
         r"and the least deprived \((?P<least>[^()]+)\) (?P<when>.+?)(?P<than>)\.", inequality),
        (r"the largest figure is (?P<largest_joint>jointly )?for (?P<largest>.+) and the smallest "
         r"(?P<smallest_joint>jointly )?for (?P<smallest>.+), (?P<when>(?:in|on|from) .+)\.", extremes),
        (r"(?P<value>.+) in each of the (?P<n>\w+) classes, (?P<when>.+)\.", every_class),
    )  # fmt: skip
    WHOLE = (
        (r"(?P<area>.+?) had (?P<value>.+?)(?:: (?P<share>\S+|under 0\.1%|over 99\.9%) of the people of (?P<whole>.+) "
         r"\((?P<people>[^()]+)\)(?:, about 1 in (?P<parts>\d+))?)?\.", population),
        (r"Of the (?P<n>[\w,]+) indicators (?P<where>here|of this profile) that can be judged beside (?P<country>.+?), "
         r"(?:(?P<all>all|both) are (?P<all_are>worse|better|similar)|(?P<parts>(?:\w+ (?:is|are) .+)))\.", summary),
        (r"None of the (?P<n>\w+) indicators here whose trend can be tested shows a clear one\.", steady),
        (r"(?:(?P<single>The figure of )|The figures of )(?P<titles>‘.+) (?P<held>(?(single)is|are)) held back, "
         r"because (?:(?(single)it|they)) could say something about a person\.", untold),
        (r"(?:(?P<single>There is no figure of )|There are no figures of )(?P<titles>‘.+) for (?P<area>.+)\.", untold),
        (r"(?P<titles>‘.+) (?:(?P<single>is)|are) known for (?P<larger>larger) areas only, not for this (?P<kind>.+)\.",
         untold),
    )  # fmt: skip


Sentence = tuple[str, str, str]  # area code, section, text


def faults(ask: Ask, titles: Callable[[str], tuple[str, str]]) -> Iterator[str]:
    """What is wrong with any sentence of a release."""
    for (kind,) in ask("select distinct area_type from sentence order by 1"):
        checker = checker_of(ask, kind, titles)
        yield from wrong_of(checker, ask(f"select area_code, section, text from sentence where area_type = '{kind}'"))


def checker_of(ask: Ask, kind: str, titles: Callable[[str], tuple[str, str]]) -> Checker:
    def inside(title: str) -> str:
        return title if title[1:2].isupper() else title[0].lower() + title[1:]

    one, several = titles(kind)
    return Checker(Release(ask, kind), inside(one), inside(several))


def wrong_of(checker: Checker, sentences: Iterable[Sentence]) -> Iterator[str]:
    for code, section, text in sentences:
        if fault := checker.wrong(code, section, text):
            yield fault
