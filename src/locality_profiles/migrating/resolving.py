"""What the texts of somebody else's file mean here: areas, indicators and periods, each text looked at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Field, read_declaration
from locality_profiles.errors import UnknownIndicator, WorkspaceError
from locality_profiles.geography.names import NameBook, full_key
from locality_profiles.indicators.definition import Indicator
from locality_profiles.meant import did_you_mean, most_alike
from locality_profiles.periods import Period, calendar_year, mid_year, month, parse_period, snapshot
from locality_profiles.profiles.present.rows import own_definitions, present_rows
from locality_profiles.sources._scotpho import read_period

#: Kinds of area as other publications call them, in the form in which names are compared.
KINDS = {
    "scotland": "country", "country": "country", "health board": "health_board", "nhs board": "health_board",
    "council area": "council_area", "council": "council_area", "local authority": "council_area",
    "hsc partnership": "hscp", "hscp": "hscp", "partnership": "hscp", "health and social care partnership": "hscp",
    "hsc locality": "locality", "locality": "locality", "hscp locality": "locality",
    "intermediate zone": "intermediate_zone_2011", "iz": "intermediate_zone_2011", "data zone": "data_zone_2011",
    "council ward": "ward", "ward": "ward", "gp cluster": "gp_cluster", "cluster": "gp_cluster",
}  # fmt: skip
#: Kinds of which no release has anything.
NEVER_HERE = ("alcohol drug partnership", "alcohol and drug partnership", "police division")
#: In which order kinds are tried for a name of which no kind is told.
USUAL_ORDER = ("locality", "hscp", "health_board", "country", "council_area")
#: How alike a name must be to ask after it: a file has thousands of other places and figures that are not here, and a
#: question after each that is merely alike would hide the slips of the pen.
SURE_OF_AREA, SURE_OF_INDICATOR = 0.8, 0.7
_CODE = re.compile(r"[A-Z]\d{8}(?:/.+)?")
_SCOTLAND = "S00000001"
#: Codes that ScotPHO numbers anew with every edition of localities: their names are looked at.
_MADE_UP = re.compile(r"S99\d{6}")


@dataclass(frozen=True)
class Place:
    """An area here, or why there is none; ``redrawn`` where the code there is that of an older boundary."""

    area_type: str | None = None
    area_code: str | None = None
    why: str = ""
    redrawn: str = ""


@dataclass(frozen=True)
class Meant:
    """An indicator here, or why there is none; ``differs`` says what is made otherwise there."""

    indicator: str | None = None
    category: str | None = None
    why: str = ""
    differs: str = ""


class Places:
    """The areas of a release, by code and by name."""

    def __init__(
        self,
        areas: Sequence[tuple[str, str, str]],
        profiled: Sequence[tuple[str, str]],
        recoded: Sequence[tuple[str, str, str, str, str | None]],
        titles: Mapping[str, tuple[str, str]],
        own_names: Mapping[str, str],
    ) -> None:
        """``areas`` gives type, code and name; ``recoded`` type, old code, new code, kind and note."""
        self._names = {(kind, code): name for kind, code, name in areas}
        self._kinds = {full_key(word): kind for kind, words in titles.items() for word in (kind, *words)} | KINDS
        self._by_code: dict[str, list[str]] = {}
        for kind, code, _ in areas:
            self._by_code.setdefault(code, []).append(kind)
        self._recoded = {old: (kind, new, how, note or "") for kind, old, new, how, note in recoded}
        self._books: dict[str, list[NameBook]] = {}
        own = set(profiled)
        by_kind: dict[str, list[tuple[str, str]]] = {}
        for kind, code, name in areas:
            by_kind.setdefault(kind, []).append((code, name))
        for kind, listed in by_kind.items():
            near = [(code, name) for code, name in listed if (kind, code) in own]
            self._books[kind] = [NameBook(near, own_names), NameBook(listed, own_names)]
        kinds = dict.fromkeys([*USUAL_ORDER, *(kind for kind, _ in profiled), *by_kind])
        self.order = tuple(kind for kind in kinds if kind in by_kind)

    def name(self, kind: str, code: str) -> str:
        return self._names.get((kind, code), code)

    def prefer(self, names: Iterable[str]) -> None:
        """Of names that areas of several kinds bear, take those of the kinds of which the file has most others."""
        found: dict[str, int] = {}
        for name in names:
            kinds = [kind for kind in self.order if self._named(name, kind)]
            if len(kinds) == 1:
                found[kinds[0]] = found.get(kinds[0], 0) + 1
        self.order = tuple(sorted(self.order, key=lambda kind: (-found.get(kind, 0), self.order.index(kind))))

    def is_area(self, text: str) -> bool:
        return self.find(text, None, None).area_code is not None

    def find(self, name: str | None, code: str | None, kind: str | None) -> Place:
        """The area that a name, a code and a kind mean."""
        name, code, kind = (text.strip() if text else "" for text in (name, code, kind))
        if full_key(kind) in NEVER_HERE:
            return Place(why=f"Areas of the kind '{kind}' have no figures here.")
        meant = self._kinds.get(full_key(kind)) if kind else None
        code = code or (name if _CODE.fullmatch(name) else "")
        if code == _SCOTLAND or (full_key(name) == "scotland" and not code):
            return self._country()
        if code and not _MADE_UP.fullmatch(code):
            if found := self._coded(code, meant):
                return found
            if not name or name == code:
                return Place(why=f"This release has no area with the code {code}.")
        return self._named(name, meant) or Place(why=self._unknown(name, kind, meant))

    def _country(self) -> Place:
        code = next((code for kind, code in self._names if kind == "country"), None)
        return Place("country", code) if code else Place(why="This release has no figures of Scotland.")

    def _coded(self, code: str, meant: str | None) -> Place | None:
        kinds = self._by_code.get(code, [])
        if kinds:
            chosen = meant if meant in kinds else min(kinds, key=self.order.index)
            return Place(chosen, code)
        if code in self._recoded:
            kind, new, how, note = self._recoded[code]
            if new in self._by_code:
                return Place(kind, new, redrawn=note or f"{code} became {new}." if how == "redrawn" else "")
        return None

    def _named(self, name: str, meant: str | None) -> Place | None:
        if not name:
            return None
        if meant is None and (found := re.fullmatch(r"(.+?) \(([^()]+)\)", name)) and full_key(found[2]) in self._kinds:
            name, meant = found[1], self._kinds[full_key(found[2])]
        for kind in [meant] if meant else self.order:
            for book in self._books.get(kind, []):
                if code := book.code(name):
                    return Place(kind, code)
        return None

    def _unknown(self, name: str, kind: str, meant: str | None) -> str:
        if not name:
            return "The row says no area."
        known = [self.name(*key) for key in self._names if meant in (None, key[0])]
        hint = did_you_mean(name, known, cutoff=SURE_OF_AREA)
        return f"This release has no {kind or 'area'} '{name}', or more than one. {hint}".rstrip()


class Names:
    """The indicators of a release, by whatever they are called elsewhere."""

    def __init__(
        self,
        titles: Mapping[str, str],
        definitions: Mapping[str, Indicator],
        said: Mapping[str, str],
        filled: Collection[str] | None = None,
    ) -> None:
        """``titles`` are those of the release by id; ``said`` is what a person says that a name means.

        Of two that a name may mean, one that is ``filled``, and has figures in the release, is taken.
        """
        self._filled = set(titles) if filled is None else set(filled)
        unknown = [indicator for indicator in said.values() if indicator not in titles]
        if unknown:
            hint = did_you_mean(unknown[0], titles, otherwise="The methods page lists them all.")
            raise UnknownIndicator(f"This release has no indicator '{unknown[0]}'. {hint}")
        self._titles = titles
        self._found: dict[str, Meant] = {}
        for indicator, title in titles.items():
            self._add(indicator, Meant(indicator))
            self._add(title, Meant(indicator))
        for indicator, definition in definitions.items():
            if definition.method == "published" and indicator in titles:
                self._add(str(definition.numerator.where.get("measure", "")), Meant(indicator))
        for row in present_rows():
            if row.indicator in titles:
                other = row.made_by != row.indicator or row.made_by in own_definitions()
                category = None if row.category == "all" else row.category
                differs = (row.differs or "It is made by another definition there.") if other else ""
                self._add(row.label, Meant(row.indicator, category, differs=differs))
        for name, meant in known_names().items():
            if meant.indicator in titles:
                self._add(name, meant)
        self._found |= {full_key(name): Meant(indicator) for name, indicator in said.items()}

    def _add(self, name: str, meant: Meant) -> None:
        if not name:
            return
        before = self._found.setdefault(full_key(name), meant)
        if before.indicator not in self._filled and meant.indicator in self._filled:
            self._found[full_key(name)] = meant

    def find(self, text: str | None) -> Meant:
        """The indicator that a text means."""
        if not text or not text.strip():
            return Meant(why="The row says no indicator.")
        if (found := self._found.get(full_key(text))) is not None:
            return found
        close = most_alike(full_key(text), self._found, cutoff=SURE_OF_INDICATOR)
        hint = ""
        if close:
            near = self._found[close[0]].indicator or ""
            hint = f" If '{self._titles[near]}' is meant, say --as '{text.strip()}={near}'."
        return Meant(why=f"No indicator here is called '{text.strip()}'.{hint}")


@cache
def known_names(path: Path = Path(__file__).parent / "known.toml") -> Mapping[str, Meant]:
    """What other publications call our indicators, from ``known.toml``, read strictly.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, {"name": Field(list, required=True, default=[])})
    fields = {"name": Field(str, required=True, default=""), "indicator": Field(str, required=True, default=""),
              "category": Field(str), "differs": Field(str, default="")}  # fmt: skip
    rows = [declared.read(table, fields, "name", str(at)) for at, table in enumerate(told["name"])]
    declared.finish()
    return {row["name"]: Meant(row["indicator"], row["category"], differs=row["differs"]) for row in rows}


def said_names(pairs: Iterable[str]) -> dict[str, str]:
    """What --as says: 'Their name=our_indicator', as indicators by name.

    Raises
    ------
    WorkspaceError
        If a text has no sign of equality with something on each side.
    """
    found = {}
    for pair in pairs:
        name, sign, indicator = pair.rpartition("=")
        if not sign or not name.strip() or not indicator.strip():
            raise WorkspaceError(f"--as does not understand '{pair}'. Write --as 'Their name=our_indicator'.")
        found[name.strip()] = indicator.strip()
    return found


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = "|".join(_MONTHS)


def period_of(text: str) -> Period | None:
    """The stretch of time that a text means, in the words of others and in ours; None where it means none.

    >>> period_of("mid-2021").label, period_of("2018/19 - 2020/21").label, period_of("2019-2021").label
    ('mid-2021', '2018/19 to 2020/21', '2019 to 2021')
    """
    said = re.sub(r"\s+", " ", text.replace("–", "-").strip().lower())
    if found := re.fullmatch(r"mid[- ]?(\d{4})(?: population.*)?", said):
        return mid_year(int(found[1]))
    if found := re.fullmatch(r"mid-(\d{4}) to mid-(\d{4})", said):
        return Period(mid_year(int(found[1])).start, mid_year(int(found[2])).end, "years")
    if found := re.fullmatch(r"(\d{4}) ?(?:to|-) ?(\d{4})", said):
        first, last = int(found[1]), int(found[2])
        return Period(date(first, 1, 1), date(last, 12, 31), "years") if last > first else None
    if found := re.fullmatch(r"(\d{4})/(\d{2}) ?(?:to|-) ?(\d{4})/(\d{2})", said):
        first, last = int(found[1]), int(found[3])
        whole = (first + 1) % 100 == int(found[2]) and (last + 1) % 100 == int(found[4]) and last > first
        return Period(date(first, 4, 1), date(last + 1, 3, 31), "years") if whole else None
    if found := re.fullmatch(rf"(\d{{1,2}}) ({_MONTH}) (\d{{4}})", said):
        return _day(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    if found := re.fullmatch(rf"({_MONTH}) (\d{{4}})", said):
        return month(int(found[2]), _MONTHS.index(found[1]) + 1)
    if re.fullmatch(r"\d{4}\.0", said):
        return calendar_year(int(said[:4]))
    return parse_period(said.upper()) or read_period(text)


def _day(year: int, number: int, day: int) -> Period | None:
    try:
        return snapshot(date(year, number, day))
    except ValueError:
        return None


def period_between(start: str, end: str, kind: str) -> Period | None:
    """A period by its first and last day; None where they are no days."""
    try:
        first, last = date.fromisoformat(start.strip()[:10]), date.fromisoformat(end.strip()[:10])
    except ValueError:
        return None
    return Period(first, last, kind.strip() or "years") if first <= last else None  # type: ignore[arg-type]
