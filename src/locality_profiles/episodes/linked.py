"""What each kind of linked record is and counts as: ``linked.toml``, read strictly, and the SQL that follows from it.

The SQL is of the few words that DuckDB and Spark share, over a table ``episode`` whose columns are those of
``COLUMNS``. Keys of a cell are packed into one whole number, since grouping by one number is several times quicker
than by seven texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.episodes.conditions import DIAGNOSES, OPERATION, Condition, conditions
from locality_profiles.episodes.measures import measures

FILE = Path(__file__).parent / "linked.toml"
HOSPICES = Path(__file__).parent / "hospices.toml"
MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
QUARTERS = ("q1", "q2", "q3", "q4")

#: Columns that are read, by the type that they are read as. Source's files have some as text in one year and as a
#: number in another; a column that a file lacks is empty.
COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("year", "recid", "smrtype", "anon_chi", "datazone2011", "hb2019", "location", "hbtreatcode"),
                    "varchar"),
    **dict.fromkeys(("record_keydate1", "record_keydate2", "death_date", "cij_start_date"), "date"),
    **dict.fromkeys(("gender", "age", "cij_marker", "cij_pattype_code", "attendance_status", "hc_reablement"),
                    "integer"),
    **dict.fromkeys(("spec", "ipdc", "tadm", "cij_admtype", "ae_disdest", "ae_attendcat", "refsource",
                     "primary_delay_reason", "secondary_delay_reason", "dd_responsible_lca", "ch_provider",
                     "ch_postcode", "hc_provider", "hl1_application_ref", "deathdiag1", "op1a",
                     "commhosp", *(f"diag{n}" for n in range(1, 7))),
                    "varchar"),
    **dict.fromkeys(("stay", "yearstay", "hc_hours_annual", "no_paid_items", "total_no_dn_contacts",
                     *(f"{month}_beddays" for month in MONTHS), *(f"hc_hours_{q}" for q in QUARTERS)), "double"),
    **dict.fromkeys(("cost_total_net", *(f"{month}_cost" for month in MONTHS), *(f"hc_cost_{q}" for q in QUARTERS)),
                    "decimal(12,2)"),
}  # fmt: skip
#: Without these nothing can be counted.
REQUIRED = ("year", "recid", "smrtype", "anon_chi", "record_keydate1", "record_keydate2", "gender", "age",
            "datazone2011", "cost_total_net")  # fmt: skip

HOSPITAL = ("01B", "GLS", "02B", "04B")
AGE_BANDS = ("0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown")
FROM_AGES = (0, 18, 45, 65, 75, 85)
SEXES = ("unknown", "male", "female")
URGENCIES = ("all", "emergency", "planned")
SECTORS = ("all", "la_nhs", "private", "other_la", "third", "other", "unknown")
DELAYS = ("all", "health_social_care", "patient_family", "code_9_awi", "code_9_other", "left_out", "unknown")
#: Reasons for a delay, by group. Where the reason is 9, the second one tells.
DELAY_REASONS = {
    "health_social_care": ("11A", "11B", "25A", "25D", "25E", "25F", "23C", "23D", "24A", "24B", "24C", "24D", "24E",
                           "24F", "27A", "44"),
    "patient_family": ("61", "67", "51", "52", "71", "72", "73", "74"),
    "left_out": ("100",),
}  # fmt: skip
CODE_9_AWI, CODE_9_OTHER = ("51X",), ("24DX", "24EX", "25X", "26X", "46X", "71X")
#: Dental hospitals, which the national indicators of emergency stays leave out.
DENTAL = ("T113H", "S206H", "G106H")
#: What counts as an emergency stay in the national indicators, whatever the kind of hospital.
STAY_TYPES = ("Acute-IP", "GLS-IP", "Psych-IP")
ALL_EMERGENCIES, FALLS, PREVENTABLE = "HOSP.EM.ALL", "HOSP.ACU.FALL", "HOSP.ACU.PPA"
#: People in a care home on the last day of the year, and people with home care then who are in none.
IN_HOME, WITH_HOME_CARE = "SC.CH.LAST_DAY", "SC.HC.LAST_DAY"
ON_LAST_DAY = {"CH": IN_HOME, "HC": WITH_HOME_CARE}


@dataclass(frozen=True)
class Count:
    """What a measure adds: rows, or a column, under conditions (column = values)."""

    column: str | None
    where: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    recid: str
    title: str
    types: Mapping[str, str]
    emergency: Mapping[str, str]
    date: str
    period: str
    counts: Mapping[str, Count]
    months: tuple[str, ...]
    quarters: tuple[str, ...]
    may_be_open: bool
    goes_on: bool
    sector: str | None
    reablement: str | None
    most: float
    most_a_day: float
    person: Mapping[str, Sequence[Any]] | None

    @property
    def services(self) -> tuple[str, ...]:
        more = (self.reablement,) if self.reablement else ()
        return tuple(dict.fromkeys([*self.types.values(), *self.emergency.values(), *more]))

    @property
    def in_hospital(self) -> bool:
        return self.recid in HOSPITAL


_KIND = {
    "title": Field(str, required=True, default=""),
    "types": Field(dict, required=True, default={}),
    "emergency": Field(dict, default={}),
    "date": Field(str, required=True, allowed=("start", "end"), default="start"),
    "period": Field(str, allowed=("month", "financial_year"), default="month"),
    "counts": Field(dict, default={}),
    "months": Field(list, default=[]),
    "quarters": Field(list, default=[]),
    "may_be_open": Field(bool, default=False),
    "goes_on": Field(bool, default=False),
    "sector": Field(str, allowed=tuple(COLUMNS), default=None),
    "reablement": Field(str, default=None),
    "most_pounds": Field(int, required=True, default=0),
    "most_pounds_a_day": Field(int, default=0),
    "person": Field(object, default={}),
}
_COUNT = {"sum": Field(str, allowed=tuple(COLUMNS), default=None), "where": Field(dict, default={})}


@cache
def kinds(path: Path = FILE) -> Mapping[str, Kind]:
    """Every kind of record, by ``recid``.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    found = {}
    for recid, table in declared.data.items():
        told = declared.read(table, _KIND, recid)
        found[recid] = Kind(
            recid, told["title"], told["types"], told["emergency"], told["date"], told["period"],
            _counts(declared, told["counts"], recid), tuple(told["months"]), tuple(told["quarters"]),
            told["may_be_open"], told["goes_on"], told["sector"], told["reablement"], float(told["most_pounds"]),
            float(told["most_pounds_a_day"]), None if told["person"] == "none" else told["person"],
        )  # fmt: skip
    declared.finish()
    return found


def _counts(declared: Declaration, told: Mapping[str, Any], recid: str) -> dict[str, Count]:
    found = {}
    for measure, table in told.items():
        if measure not in measures():
            declared.problem(f"'{measure}' is no measure", "Add it to measures.toml.", recid, "counts")
        read = declared.read(table, _COUNT, recid, "counts", measure)
        for column in read["where"]:
            if column not in COLUMNS:
                declared.problem(f"'{column}' is no column of the records", "See linked.py.", recid, "counts", measure)
        found[measure] = Count(read["sum"], read["where"])
    return found


@cache
def hospices(path: Path = HOSPICES) -> tuple[str, ...]:
    """Codes of hospitals that are hospices or palliative care units; a workspace may name its own instead.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, {"hospices": Field(list, required=True, default=[])})
    codes = list_of_text(declared, told["hospices"], "hospices")
    declared.finish()
    return codes


@cache
def services() -> tuple[str, ...]:
    """Every service that records are counted under, in order; its place is its number in a packed key."""
    listed = [service for kind in kinds().values() for service in kind.services]
    return tuple(dict.fromkeys([*listed, ALL_EMERGENCIES, FALLS]))


@cache
def told() -> tuple[str, ...]:
    """All services that a cell may be of; those of records stand first, so that numbers agree."""
    groups = [f"{PREVENTABLE}.{group.upper()}" for group in preventable_groups()]
    more = [*families(), PREVENTABLE, *groups, "HOSP.ACU", "POP.SLF"]
    return tuple(dict.fromkeys([*services(), *more]))


@cache
def leaves() -> tuple[str, ...]:
    """Services that people are counted under; the place of each is its bit."""
    used = [service for kind in kinds().values() if kind.person is not None for service in kind.services]
    return tuple(dict.fromkeys([*used, ALL_EMERGENCIES, *ON_LAST_DAY.values()]))


@cache
def families() -> Mapping[str, int]:
    """Services and their families, with the bits that make somebody one of their people."""
    bits = {leaf: 1 << place for place, leaf in enumerate(leaves())}
    stays = [leaf for leaf in bits if leaf.startswith("HOSP.") and leaf not in ("HOSP.AE", "HOSP.OP.NEW")]
    under = {name: [leaf for leaf in bits if leaf.startswith(f"{name}.")] for name in
             ("HOSP.ACU", "PC.OOH", "SC.HC", "SC.AT", "SC.SDS", "SC")}  # fmt: skip
    under |= {"HOSP": stays, "ALL": list(bits)}
    return bits | {name: sum(bits[leaf] for leaf in listed) for name, listed in under.items()}


# --- SQL ------------------------------------------------------------------------------------------


def listed(values: Sequence[Any]) -> str:
    """SQL of a list of values in brackets."""
    return "(" + ", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in values) + ")"


def condition(where: Mapping[str, Sequence[Any]]) -> str:
    """SQL of conditions as declared: each column has one of its values; a text with a star, anything that follows."""
    tests = []
    for column, values in where.items():
        starts = [v[:-1] for v in values if isinstance(v, str) and v.endswith("*")]
        whole = [v for v in values if not (isinstance(v, str) and v.endswith("*"))]
        parts = [f"left({column}, {len(start)}) = '{start}'" for start in starts]
        parts += [f"{column} in {listed(whole)}"] if whole else []
        tests.append(f"({' or '.join(parts)})")
    return " and ".join(tests) or "true"


EMERGENCY = "(cij_pattype_code = 0 or coalesce(cij_admtype, '') = '18')"
#: A code that is none, such as a blank, is no place.
PLACE = "case when datazone2011 like 'S________' then datazone2011 else '' end"
SEX = "case when gender in (1, 2) then gender else 0 end"


def band_of(age: str) -> str:
    """SQL of the number of an age's band; an age below 0, or none, is not known."""
    arms = " ".join(f"when {age} < {first} then {n}" for n, first in enumerate(FROM_AGES[1:]))
    return f"case when {age} is null or {age} < 0 then 6 {arms} else 5 end"


BAND = band_of("age")


def by_kind(arms: Mapping[str, str], default: str = "0") -> str:
    """SQL of what differs by kind of record; without a case where only one is meant."""
    if len(arms) < 2:
        return next(iter(arms.values()), default)
    told = " ".join(f"when '{recid}' then {sql}" for recid, sql in arms.items())
    return f"case recid {told} else {default} end"


def by_service(chosen: Sequence[Kind], told: Mapping[str, int]) -> str:
    """SQL of a whole number that follows from a record's service."""
    arms = {}
    for kind in chosen:
        usual = _by_type({name: str(told[service]) for name, service in kind.types.items()})
        if kind.emergency:
            urgent = {**kind.types, **kind.emergency}
            arms_urgent = _by_type({name: str(told[service]) for name, service in urgent.items()})
            usual = f"case when {EMERGENCY} then {arms_urgent} else {usual} end"
        if kind.reablement:
            usual = f"case when hc_reablement = 1 then {told[kind.reablement]} else {usual} end"
        arms[kind.recid] = usual
    return by_kind(arms)


def _by_type(arms: Mapping[str, str]) -> str:
    if len(set(arms.values())) == 1:
        return next(iter(arms.values()))
    return "case smrtype " + " ".join(f"when '{name}' then {sql}" for name, sql in arms.items()) + " end"


def service_number(chosen: Sequence[Kind]) -> str:
    """SQL of the number of a record's service."""
    return by_service(chosen, {service: number for number, service in enumerate(services())})


def person_bits(chosen: Sequence[Kind], last_day: str) -> str:
    """SQL of the bits of the services that somebody with this record uses; 0 for a record that is no use of one.

    ``last_day`` is SQL of the last day of the year.
    """
    bits = {leaf: 1 << place for place, leaf in enumerate(leaves())}
    used = [kind for kind in chosen if kind.person is not None]
    arms = {}
    for kind in used:
        bit = by_service([kind], bits)
        if kind.person:
            bit = f"case when {condition(kind.person)} then {bit} else 0 end"
        if kind.in_hospital:
            bit = f"({bit}) + case when {EMERGENCY} and {IN_A_STAY} then {bits[ALL_EMERGENCIES]} else 0 end"
        if kind.recid in ON_LAST_DAY:
            still = f"coalesce(record_keydate2 > {last_day}, true) and coalesce(death_date > {last_day}, true)"
            bit = f"({bit}) + case when {still} then {bits[ON_LAST_DAY[kind.recid]]} else 0 end"
        arms[kind.recid] = bit
    return f"cast({by_kind(arms)} as bigint)"


def urgency_number(chosen: Sequence[Kind]) -> str:
    """SQL of the number of a record's urgency: only stays in hospital have one."""
    return by_kind({k.recid: f"case when {EMERGENCY} then 1 else 2 end" if k.in_hospital else "0" for k in chosen})


def sector_number(chosen: Sequence[Kind]) -> str:
    """SQL of the number of the provider's sector: only care homes and home care have one."""
    tell = "case {0} when '1' then 1 when '2' then 2 when '3' then 3 when '4' then 4 when '5' then 5 else 6 end"
    return by_kind({k.recid: tell.format(k.sector) if k.sector else "0" for k in chosen})


REASON = (
    "case when coalesce(primary_delay_reason, '') = '9' then coalesce(secondary_delay_reason, '') "
    "when coalesce(primary_delay_reason, '') = '' then '11A' else primary_delay_reason end"
)


def delay_number(chosen: Sequence[Kind]) -> str:
    """SQL of the number of the group of reasons for a delay."""
    code_9 = (
        f"case when {REASON} in {listed(CODE_9_AWI)} then 3 when {REASON} in {listed(CODE_9_OTHER)} then 4 else 6 end"
    )
    groups = " ".join(f"when {REASON} in {listed(codes)} then {DELAYS.index(group)}"
                      for group, codes in DELAY_REASONS.items())  # fmt: skip
    told = f"case when coalesce(primary_delay_reason, '') = '9' then {code_9} {groups} else 6 end"
    return by_kind({k.recid: told if k.recid == "DD" else "0" for k in chosen})


def _preventable() -> list[Condition]:
    return [condition for condition in conditions().values() if condition.of == "preventable"]


def coded(rows: str) -> str:
    """SQL of the diagnoses in ``rows``: each code with the bits of the preventable conditions that it makes.

    ``main_bits`` are of conditions that it makes as the main diagnosis, ``with_bits`` of those that it makes as that
    beside a second one, ``any_bits`` of those that it makes in any place. A file has some thousand different codes and
    millions of records, so the lists are looked through once a code.
    """
    bits = {
        name: " + ".join(
            f"case when {getattr(c, of).found_in('code')} then {1 << n} else 0 end"
            for n, c in enumerate(_preventable()) if getattr(c, of).ranges
        ) or "0" for name, of in (("main_bits", "main"), ("with_bits", "main_with"), ("any_bits", "any"))
    }  # fmt: skip
    codes = " union ".join(f"select {column} as code from ({rows}) record" for column in DIAGNOSES)
    columns = ", ".join(f"{sql} as {name}" for name, sql in bits.items())
    return f"select code, {columns} from ({codes}) found where code is not null"


#: SQL that puts beside a record what ``coded`` tells of its diagnoses: of the main one as ``main``, of all in any place
#: as ``any_1`` and so on.
BESIDE_CODES = "left join coded main on main.code = diag1 " + " ".join(
    f"left join coded_anywhere any_{n} on any_{n}.code = {column}" for n, column in enumerate(DIAGNOSES, start=1)
)


@cache
def preventable_number() -> str:
    """SQL of the place, among the preventable conditions, of the first that an acute episode has; 31 for none.

    The record stands beside the codes of its diagnoses (``BESIDE_CODES``).
    """
    anywhere = " | ".join(f"coalesce(any_{n}.any_bits, 0)" for n in range(1, len(DIAGNOSES) + 1))
    arms = []
    for n, c in enumerate(_preventable()):
        tests = []
        if c.main.ranges:
            tests.append(f"main.main_bits & {1 << n} <> 0")
        if c.main_with.ranges:
            tests.append(f"(main.with_bits & {1 << n} <> 0 and {c.second.found_in(DIAGNOSES[1])})")
        if c.any.ranges:
            tests.append(f"({anywhere}) & {1 << n} <> 0")
        apart = f" and not coalesce({c.not_operation.found_in(OPERATION)}, false)" if c.not_operation.ranges else ""
        arms.append(f"when ({' or '.join(tests)}){apart} then {n}")
    none = f"(coalesce(main.main_bits, 0) | coalesce(main.with_bits, 0) | {anywhere}) = 0"
    return f"case when {none} then 31 {' '.join(arms)} else 31 end"


@cache
def preventable_groups() -> tuple[str, ...]:
    """The preventable conditions, in order."""
    return tuple(c.id for c in _preventable())


FALL = (
    "(recid = '01B' and coalesce(ipdc, '') = 'I' and tadm in ('33', '34', '35') and gender in (1, 2) "
    f"and {conditions()['falls'].sql()})"
)
IN_BED = "(recid = '01B' and coalesce(ipdc, '') = 'I')"
#: Extracts tell a community hospital by a letter or by a figure; nothing tells nothing.
IN_COMMUNITY_HOSPITAL = "(left(upper(coalesce(commhosp, '')), 1) in ('Y', '1'))"
IN_A_STAY = f"(smrtype in {listed(STAY_TYPES)} and coalesce(location, '') not in {listed(DENTAL)})"
