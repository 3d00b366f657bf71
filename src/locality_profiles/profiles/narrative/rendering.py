"""From what was gathered to words: which case a claim is, what its slots hold, and the values that it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from locality_profiles.numbers import print_share
from locality_profiles.profiles.narrative import grammar
from locality_profiles.profiles.narrative.gathering import WHOLE, Row
from locality_profiles.profiles.narrative.templates import SLOT, Template, Templates

Titles = Mapping[str, tuple[str, str]]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Claimed:
    """One claim of one area: its case, its slots, the values that it was made from, and what these are."""

    claim: str
    case: str
    slots: Mapping[str, str]
    evidence: Sequence[Entry]
    status: str = "actual"
    indicator: str | None = None


@dataclass(frozen=True)
class Writer:
    """Makes claims of rows. ``titles`` names kinds of area for people, one and several."""

    templates: Templates
    titles: Titles

    def claimed(self, turn: str, row: Row) -> Claimed | None:
        """What a row of a turn claims; None where it can be seen only before it is printed."""
        return _CLAIMS[turn](self, row)

    def sentence(self, claimed: Claimed) -> tuple[Template, str]:
        """The template of a claim, and the sentence that it gives."""
        template = self.templates.of(claimed.claim, claimed.case, claimed.indicator)
        return template, grammar.finished(SLOT.sub(lambda slot: claimed.slots[slot[1]], template.text))

    def one(self, kind: str) -> str:
        return grammar.in_sentence(self.titles.get(kind, (kind.replace("_", " "),) * 2)[0])

    def several(self, kind: str) -> str:
        return grammar.in_sentence(self.titles.get(kind, (kind.replace("_", " "),) * 2)[1])


# --- parts of evidence ----------------------------------------------------------------------------


def _entry(table: str, row: Row, values: Mapping[str, Any], **more: Any) -> Entry:
    """One row of a table: its name, its key, and the values that were used."""
    key = {"area_type": row["area_type"], "area_code": row["area_code"], **more}
    return {"table": table, "key": key, "values": dict(values)}


def _own(row: Row, category: str = "all") -> Entry:
    """The area's own figure, as its profile shows it."""
    return _entry("profile", row, {"value": row["value"], "status": row["status"]}, item=row["indicator_id"],
                  category=category, beside_type=row["area_type"], beside_code=row["area_code"])  # fmt: skip


def _when(row: Row) -> str:
    return grammar.period_words(row["period_type"], row["period_start"], row["period_end"])


def _said(value: float, row: Row, status: str = "actual") -> str:
    """A value in its indicator's unit, for comparison: without the words of the unit."""
    return grammar.in_brackets(value, status, row["unit"], row["decimals"])


def _told(row: Row) -> dict[str, str]:
    """Slots of a claim about one figure of one indicator."""
    value = grammar.with_unit(row["value"], row["status"], row["unit"], row["decimals"])
    # A unit with a comma in it needs one at its end.
    return {
        "title": row["title"], "area": row["area_name"], "when": _when(row),
        "value": f"{value}," if grammar.has_comma(row["unit"]) and row["unit"] in value else value,
    }  # fmt: skip


# --- claims ---------------------------------------------------------------------------------------


def _population(_: Writer, row: Row) -> Claimed:
    evidence = [_own(row)]
    if row["whole_value"] is None:
        return Claimed("population", "alone", _told(row), evidence, row["status"], row["indicator_id"])
    share = row["value"] / row["whole_value"]
    about = grammar.one_in(100 * share)
    slots = {
        **_told(row), "share": print_share(share), "whole": _whole(row),
        "whole_value": _said(row["whole_value"], row, row["whole_status"]),
        "one_in": f", about {about}" if about else "",
    }  # fmt: skip
    beside = {"beside_type": row["whole_type"], "beside_code": row["whole_code"]}
    values = {"value": row["whole_value"], "status": row["whole_status"]}
    evidence.append(_entry("profile", row, values, item=row["indicator_id"], category="all", **beside))
    return Claimed("population", "share", slots, evidence, row["status"], row["indicator_id"])


def _whole(row: Row) -> str:
    """The name of the larger area whose part this is."""
    return str(row["country_name"] if row["whole_type"] == "country" else row["hscp_name"])


def _summary(_: Writer, row: Row) -> Claimed:
    found = {word: list(row[word] or ()) for word in ("worse", "better", "similar")}
    number = sum(map(len, found.values()))
    parts = [(len(ids), word) for word, ids in found.items() if ids]
    if len(parts) == 1:
        verdicts = f"{'both' if number == 2 else 'all'} are {parts[0][1]}"
    else:
        said = [f"{grammar.number_words(n)} {'is' if n == 1 else 'are'} {word}" for n, word in parts]
        verdicts = grammar.listed(said)
    slots = {
        "number": grammar.number_words(number), "verdicts": verdicts, "area": row["area_name"],
        "country": _comparator_name(row, row["comparator"]),
    }  # fmt: skip
    evidence = [_entry("comparison", row, {"indicator_id": ids, "judgement": None if word == "similar" else word},
                       comparator=row["comparator"], comparator_code=row["comparator_code"], category="all")
                for word, ids in found.items() if ids]  # fmt: skip
    return Claimed("summary", "profile" if row["section"] == WHOLE else "section", slots, evidence)


def _comparator_name(row: Row, comparator: str) -> str:
    if comparator == "country":
        return str(row["country_name"])
    return str(row["hscp_name"]) if comparator == "hscp" else "the health board"


#: How a verdict stands before names, by whether chance was allowed for or everybody was counted.
_BESIDE = {
    ("higher", "interval"): "higher than in", ("lower", "interval"): "lower than in",
    ("similar", "interval"): "similar to",
    ("higher", "complete_count"): "higher than in", ("lower", "complete_count"): "lower than in",
    ("similar", "complete_count"): "the same as in",
}  # fmt: skip


def _level(_: Writer, row: Row) -> Claimed:
    others = row["others"]
    evidence = [_own(row), *(
        _entry("comparison", row, {name: each[name] for name in ("verdict", "judgement", "basis")}
               | {"comparator_value": each["value"]}, indicator_id=row["indicator_id"], category="all",
               comparator=each["comparator"], comparator_code=each["comparator_code"])
        for each in others)]  # fmt: skip
    case = others[0]["judgement"] or "unjudged"
    slots = _told(row) | {"comparisons": _comparisons(row, others)}
    return Claimed("level", case, slots, evidence, row["status"], row["indicator_id"])


def _comparisons(row: Row, others: Sequence[Mapping[str, Any]]) -> str:
    """'higher than in A (1.2), which is worse, but similar to B (3.4)': those of one verdict together."""
    groups: list[tuple[str, str | None, list[str]]] = []
    for each in others:
        words, judgement = _BESIDE[each["verdict"], each["basis"]], each["judgement"]
        name = f"{_comparator_name(row, each['comparator'])} ({_said(each['value'], row)})"
        if groups and groups[-1][:2] == (words, judgement):
            groups[-1][2].append(name)
        else:
            groups.append((words, judgement, [name]))
    parts = [f"{words} {grammar.listed(names)}{f', which is {judgement}' if judgement else ''}"
             for words, judgement, names in groups]  # fmt: skip
    return ", but ".join(parts)


def _rank(writer: Writer, row: Row) -> Claimed:
    own, ranked, alike = row["rank"], row["ranked"], row["alike"]
    whole = row["country_name"] if row["among"] == "country" else row["hscp_name"]
    kinds = writer.several(row["area_type"])
    few = "" if ranked == row["areas"] else " that have a figure"
    slots = _told(row) | {
        "among": f"the {grammar.number_words(ranked)} {kinds} of {whole}{few}", "kind": writer.one(row["area_type"]),
        "whole": whole, "place": grammar.place(own, ranked, alike), "chance": _chance(row),
        "than": "the same as" if alike > 1 else "higher than" if own == 1 else "lower than",
    }  # fmt: skip
    case = "two" if ranked == 2 else "alike" if alike == ranked else "place"
    evidence = [_own(row), _entry("area_rank", row, {name: row[name] for name in (
        "rank", "rank_lower", "rank_upper", "ranked")} | {"alike": alike}, indicator_id=row["indicator_id"],
        category="all", among=row["among"])]  # fmt: skip
    return Claimed("rank", case, slots, evidence, row["status"], row["indicator_id"])


def _chance(row: Row) -> str:
    """The places that chance allows, where it allows another."""
    low, high = row["rank_lower"], row["rank_upper"]
    if low is None or high is None or low == high:
        return ""
    if row["ranked"] == 2:
        return ", though chance allows either order"
    places = f"any place from {grammar.ordinal(low)} to {grammar.ordinal(high)}"
    if high - low == 1:
        places = f"{grammar.ordinal(low)} or {grammar.ordinal(high)} place"
    return f"; chance allows {places}, counted from the highest"


_DIRECTION = {"increasing": "rising", "decreasing": "falling"}


def _from(row: Row) -> dict[str, str]:
    return {
        "from_value": _said(row["from_value"], row),
        "from_when": grammar.period_words(row["period_type"], row["from_start"], row["from_end"]),
    }  # fmt: skip


def _trend(_: Writer, row: Row) -> Claimed:
    verdict = row["verdict"]
    if verdict == "no_significant_change" and row["tested"] > 1:
        evidence = [_entry("trend", row, {"verdict": verdict, "indicator_id": list(row["all_ids"])}, category="all")]
        slots = {"number": grammar.number_words(row["tested"]), "area": row["area_name"]}
        return Claimed("trend", "steady_several", slots, evidence)
    evidence = [_own(row), _trend_entry(row, "verdict", "judgement")]
    slots = _told(row) | _from(row)
    if verdict == "no_significant_change":
        return Claimed("trend", "steady_one", slots, evidence, row["status"], row["indicator_id"])
    change = grammar.change_words(row["from_value"], row["value"], row["unit"], row["decimals"])
    one_way = (row["value"] > row["from_value"]) == (verdict == "increasing")
    slots |= {
        "direction": _DIRECTION[verdict], "change": change,
        "judged": f", which is {row['judgement']}" if row["judgement"] else "",
    }  # fmt: skip
    case = "bare" if not one_way else "change" if change else "no_share"
    return Claimed("trend", case, slots, evidence, row["status"], row["indicator_id"])


def _trend_entry(row: Row, *names: str) -> Entry:
    values = {name: row[name] for name in ("from_value", "value", *names)}
    return _entry("trend", row, values, indicator_id=row["indicator_id"], category="all")


def _change(_: Writer, row: Row) -> Claimed | None:
    low, high = row["change_lower"], row["change_upper"]
    slots = _told(row) | _from(row)
    evidence = [_own(row), _trend_entry(row, "change_lower", "change_upper")]
    if low is not None and high is not None and low <= 0 <= high:
        return Claimed("change", "unclear", slots, evidence, row["status"], row["indicator_id"])
    slots["change"] = grammar.change_words(row["from_value"], row["value"], row["unit"], row["decimals"])
    if not slots["change"]:
        return None
    return Claimed("change", "moved", slots, evidence, row["status"], row["indicator_id"])


#: Whose people are divided into fifths.
_FIFTHS = {
    "simd_2020v2_quintile": "the country", "simd_quintile": "the country",
    "simd_2020v2_quintile_hscp": "the partnership", "simd_quintile_own": "the area itself",
}  # fmt: skip


def _inequality(_: Writer, row: Row) -> Claimed:
    most, least, gap = row["most_deprived"], row["least_deprived"], row["absolute_gap"]
    size = grammar.gap_words(most, least, row["unit"], row["decimals"])
    slots = {
        "title": row["title"], "area": row["area_name"], "when": _when(row), "most": _said(most, row),
        "least": _said(least, row), "fifths": _FIFTHS[row["scheme"]], "direction": "higher" if gap > 0 else "lower",
        "gap": size,
    }  # fmt: skip
    values = {name: row[name] for name in (
        "most_deprived", "least_deprived", "absolute_gap", "absolute_gap_lower", "absolute_gap_upper")}  # fmt: skip
    evidence = [_entry("inequality", row, values, indicator_id=row["indicator_id"], scheme=row["scheme"],
                       period_start=str(row["period_start"]), period_end=str(row["period_end"]))]  # fmt: skip
    return Claimed("inequality", "apart" if row["clear"] else "unclear", slots, evidence, row["of_status"],
                   row["indicator_id"])  # fmt: skip


def _classes(_: Writer, row: Row) -> Claimed:
    found = row["of_class"]
    values = {"categories": {each["category"]: each["value"] for each in found}}
    evidence = [_entry("profile", row, values, item=row["indicator_id"], beside_type=row["area_type"],
                       beside_code=row["area_code"])]  # fmt: skip
    slots = {
        "title": row["title"], "area": row["area_name"], "when": _when(row), "number": grammar.number_words(len(found)),
        "value": grammar.with_unit(found[0]["value"], found[0]["status"], row["unit"], row["decimals"]),
        "largest": _extreme(row, row["most"]), "smallest": _extreme(row, row["least"]),
    }  # fmt: skip
    case = "alike" if row["most"] == row["least"] else "apart"
    return Claimed("classes", case, slots, evidence, found[0]["status"], row["indicator_id"])


def _extreme(row: Row, value: float) -> str:
    """'for ‘Remote rural areas’ (45.1%)', or 'jointly for ‘1’ and ‘2’ (0%)'."""
    found = [each for each in row["of_class"] if each["value"] == value]
    titles = grammar.listed([grammar.quoted(each["title"]) for each in found])
    return f"{'jointly ' if len(found) > 1 else ''}for {titles} ({_said(value, row, found[0]['status'])})"


def _untold(claim: str) -> Callable[[Writer, Row], Claimed]:
    def claimed(writer: Writer, row: Row) -> Claimed:
        ids, titles, statuses = row["ids"], row["titles"], row["statuses"]
        slots = {
            "titles": grammar.listed_to([grammar.quoted(title) for title in titles], writer.templates.named),
            "number": grammar.number_words(len(ids)), "area": row["area_name"], "kind": writer.one(row["area_type"]),
        }  # fmt: skip
        values = {"value": None, "statuses": dict(zip(ids, statuses, strict=True))}
        evidence = [_entry("profile", row, values, beside_type=row["area_type"], beside_code=row["area_code"])]
        status = "suppressed" if claim == "suppressed" else max(statuses)
        return Claimed(claim, "one" if len(ids) == 1 else "several", slots, evidence, status)

    return claimed


_CLAIMS: Mapping[str, Callable[[Writer, Row], Claimed | None]] = {
    "population": _population, "summary": _summary, "worst": _level, "best": _level, "furthest": _level,
    "rank": _rank, "trend": _trend, "change": _change, "inequality": _inequality, "classes": _classes,
    "suppressed": _untold("suppressed"), "no_figure": _untold("no_figure"), "larger_only": _untold("larger_only"),
}  # fmt: skip
