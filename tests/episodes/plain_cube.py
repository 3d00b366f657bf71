"""The cube of linked records computed slowly and plainly, as a second opinion on the real one.

One function for each paragraph of what the cube holds. Nothing is shared with what it is compared with but
declarations: the layout of the files, and the two lists ``linked.toml`` and ``conditions.toml``.

Money is whole pence from the moment it is read; bed days and hours are whole hundredths until the cells are ready.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

from locality_profiles.sample.linked_columns import CONDITIONS, EPISODE, INDIVIDUAL, POUNDS

DECLARED = Path(__file__).parents[2] / "src" / "locality_profiles" / "episodes"
LINKED = tomllib.loads((DECLARED / "linked.toml").read_text(encoding="utf-8"))
GROUPS = tomllib.loads((DECLARED / "conditions.toml").read_text(encoding="utf-8"))
MEASURES = tomllib.loads((DECLARED / "measures.toml").read_text(encoding="utf-8"))

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
BED_DAYS = [f"{month}_beddays" for month in MONTHS]
MONTH_COSTS = [f"{month}_cost" for month in MONTHS]
HC_HOURS = [f"hc_hours_q{n}" for n in range(1, 5)]
HC_COSTS = [f"hc_cost_q{n}" for n in range(1, 5)]
DIAGNOSES = [f"diag{n}" for n in range(1, 7)]

KINDS = ("00B", "01B", "GLS", "02B", "04B", "AE2", "PIS", "NRS", "OoH", "DN", "CMH", "CH", "HC", "AT", "SDS", "DD",
         "HL1")  # fmt: skip
HOSPITAL = ("01B", "GLS", "02B", "04B")
MAY_BE_OPEN = ("04B", "CH", "HC", "AT", "SDS", "HL1", "DN")
GOES_ON = ("CH", "HC", "AT", "SDS", "HL1")
DENTAL_SITES = ("T113H", "S206H", "G106H")
EMERGENCY_TYPES = ("Acute-IP", "GLS-IP", "Psych-IP")

HEALTH_AND_SOCIAL_CARE = ("11A", "11B", "25A", "25D", "25E", "25F", "23C", "23D", "24A", "24B", "24C", "24D", "24E",
                          "24F", "27A", "44")  # fmt: skip
PATIENT_AND_FAMILY = ("61", "67", "51", "52", "71", "72", "73", "74")
CODE_9, NOT_A_DELAY = "9", "100"

#: A day that never comes: the end of what is still open.
NEVER = pd.Timestamp(9999, 12, 31).as_unit("ms")

#: What a row is counted under, and all that tells one cell from another.
ROW_KEYS = ["service_code", "block_type", "block_code", "age_band", "sex", "urgency", "delay_group", "provider_sector"]
KEYS = ["service_code", "measure_code", "period_type", "period_start", "block_type", "block_code", "age_band", "sex",
        "urgency", "delay_group", "provider_sector"]  # fmt: skip
HELD_IN_HUNDREDTHS = ("BED_DAYS", "HOURS")

READ = [
    "recid", "smrtype", "anon_chi", "record_keydate1", "record_keydate2", "gender", "age", "death_date",
    "datazone2011", "location", "commhosp", *DIAGNOSES, "op1a", "deathdiag1", "ipdc", "tadm", "cij_marker",
    "cij_start_date", "cij_pattype_code", "cij_admtype", "yearstay", *BED_DAYS, "cost_total_net", *MONTH_COSTS,
    "attendance_status", "ae_disdest", "primary_delay_reason", "secondary_delay_reason", "ch_provider",
    "hc_hours_annual", *HC_HOURS, *HC_COSTS, "hc_provider", "hc_reablement", "no_paid_items", "total_no_dn_contacts",
]  # fmt: skip


@dataclass(frozen=True)
class PlainCube:
    """The cells, and what became of the rows of each file."""

    cells: pd.DataFrame
    set_aside: pd.DataFrame
    totals: pd.DataFrame


def plain_cube(folder: Path, hospices: Iterable[str] = ()) -> PlainCube:
    """The cube of all linked files in a folder; ``hospices`` are codes of hospitals."""
    book = Book()
    found = [*episodes(folder, book, frozenset(hospices)), *individuals(folder, book)]
    parts = [compact(part) for part in found if len(part)]
    return PlainCube(whole_cube(parts), book.set_aside(), book.totals())


def episodes(folder: Path, book: Book, hospices: frozenset[str]) -> Iterator[pd.DataFrame]:
    """Cells of all episode files: records file by file, people year by year, stays over all files."""
    in_hospital: list[pd.DataFrame] = []
    deaths: list[pd.DataFrame] = []
    homes: list[pd.DataFrame] = []
    years: dict[int, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("source-episode-file-*.parquet")):
        years[year_of_file(path)].append(path)
    for year, paths in years.items():
        uses: list[pd.DataFrame] = []
        for path in paths:
            rows = with_keys(rows_that_count(path, book))
            yield from records(rows, year)
            uses.append(rows[PERSON_COLUMNS])
            in_hospital.append(rows.loc[rows["recid"].isin(HOSPITAL), STAY_COLUMNS])
            deaths.append(rows.loc[rows["recid"] == "NRS", DEATH_COLUMNS])
            homes.append(rows.loc[rows["recid"] == "CH", HOME_COLUMNS].assign(year=year))
        yield people(pd.concat(uses), year)
    if years:
        hospital = pd.concat(in_hospital)
        yield stays(hospital, set(years))
        yield last_six_months(pd.concat(deaths), hospital, pd.concat(homes), hospices)


def compact(part: pd.DataFrame) -> pd.DataFrame:
    """Cells whose keys are held as categories, since there are many cells with few different keys."""
    return part[[*KEYS, "value"]].astype(dict.fromkeys(KEYS, "category") | {"value": "float64"})


def whole_cube(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One row for each key whose value is not nought."""
    if not parts:
        return pd.DataFrame(columns=[*KEYS, "value"])
    cells = pd.DataFrame({key: union_categoricals([part[key] for part in parts]) for key in KEYS})
    cells["value"] = np.concatenate([part["value"] for part in parts])
    cells = cells.groupby(KEYS, observed=True, as_index=False)["value"].sum()
    in_hundredths = cells["measure_code"].isin(HELD_IN_HUNDREDTHS)
    cells["value"] = cells["value"].where(~in_hundredths, cells["value"] / 100)
    cells = cells[cells["value"] != 0].reset_index(drop=True)
    for key in KEYS:
        cells[key] = cells[key].cat.categories.take(cells[key].cat.codes)
    return cells


# --- Files -----------------------------------------------------------------------------------------------------------


def year_of_file(path: Path) -> int:
    """2021 for source-episode-file-2122-01B.parquet."""
    return 2000 + int(path.stem.split("-")[3][:2])


def first_day(year: int) -> date:
    return date(year, 4, 1)


def last_day(year: int) -> date:
    return date(year + 1, 3, 31)


def financial_year_of(day: date) -> int:
    return day.year - (day.month < 4)


def month_starts(year: int) -> list[date]:
    """April to March."""
    return [date(year + (month < 4), month, 1) for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]


def quarter_starts(year: int) -> list[date]:
    """That of April to June first."""
    return month_starts(year)[::3]


def read(path: Path, columns: Iterable[str], layout: dict[str, pa.DataType]) -> pd.DataFrame:
    """Some columns of a file; money in whole pence, days as days, nothing where there is nothing."""
    columns = list(columns)
    table = pq.read_table(path, columns=columns)
    kinds = {name: pa.float64() if layout[name] == POUNDS else layout[name] for name in columns}
    rows = pa.table({name: table[name].cast(kind) for name, kind in kinds.items()}).to_pandas(date_as_object=False)
    for name in columns:
        if layout[name] == POUNDS:
            rows[name] = rounded(rows[name] * 100)
    return rows


def rounded(amounts: pd.Series) -> pd.Series:
    """Whole numbers, halves away from nought; nothing counts as nought."""
    known = amounts.fillna(0.0)
    return (np.sign(known) * np.floor(known.abs() + 0.5)).astype("int64")


def first_that_applies(choices: dict[str, pd.Series], otherwise: str) -> pd.Categorical:
    """For each row the name of the first condition that holds."""
    held = [np.asarray(choice, dtype=bool) for choice in choices.values()]
    codes = np.select(held, list(range(len(held))), len(held))
    return pd.Categorical.from_codes(codes, categories=[*choices, otherwise])


def hundredths(amounts: pd.Series) -> pd.Series:
    return rounded(amounts * 100)


def whole_rows(path: Path, positions: Iterable[int]) -> pd.DataFrame:
    """Some rows of a file with every column of an episode file, by their position."""
    return read(path, EPISODE, EPISODE).loc[list(positions)]


class Book:
    """What became of the rows of each file."""

    def __init__(self) -> None:
        self._totals: list[dict[str, Any]] = []
        self._faults: list[dict[str, Any]] = []

    def enter(self, file: str, rows: pd.DataFrame, fault: pd.Series) -> None:
        """Note one file; rows without a fault are those that count."""
        named = {"before": fault.notna(), "counted": fault == "", "set_aside": fault != ""}
        line: dict[str, Any] = {"file": file}
        line |= {f"rows_{name}": int(which.sum()) for name, which in named.items()}
        for name, which in named.items():
            episodes = "yearstay" in rows
            line[f"bed_days_{name}"] = hundredths(rows.loc[which, "yearstay"]).sum() / 100 if episodes else 0.0
            line[f"cost_pence_{name}"] = int(rows.loc[which, "cost_total_net"].sum()) if episodes else 0
        self._totals.append(line)
        found = Counter(fault[fault != ""])
        self._faults += [{"file": file, "fault": name, "rows": count} for name, count in sorted(found.items())]

    def set_aside(self) -> pd.DataFrame:
        return pd.DataFrame(self._faults, columns=["file", "fault", "rows"])

    def totals(self) -> pd.DataFrame:
        names = [f"{what}_{which}" for what in ("rows", "bed_days", "cost_pence")
                 for which in ("before", "counted", "set_aside")]  # fmt: skip
        return pd.DataFrame(self._totals, columns=["file", *names])


# --- Rows that count -------------------------------------------------------------------------------------------------


def rows_that_count(path: Path, book: Book) -> pd.DataFrame:
    """The rows of an episode file without those that are set aside."""
    rows = read(path, READ, EPISODE)
    fault = row_by_row(rows, year_of_file(path))
    for name, find in (("exact_duplicate", exact_duplicates), ("delay_twice", delays_told_twice),
                       ("overlapping_stay", overlapping_stays)):  # fmt: skip
        left = rows[(fault == "") & rows["anon_chi"].notna()]
        fault.loc[find(left, path)] = name
    book.enter(path.name, rows, fault)
    return rows[fault == ""].reset_index(drop=True)


def row_by_row(rows: pd.DataFrame, year: int) -> pd.Series:
    """The first fault that each row has by itself; empty text for none."""
    recid, start, end = rows["recid"], rows["record_keydate1"], rows["record_keydate2"]
    checks = {
        "unknown_recid": ~recid.isin(KINDS),
        "unknown_smrtype": unknown_smrtype(rows),
        "unknown_sex": ~rows["gender"].isin([0, 1, 2, 9]),
        "impossible_age": (rows["age"] < 0) | (rows["age"] > 125),
        "no_start": start.isna(),
        "open_record": end.isna() & ~recid.isin(MAY_BE_OPEN),
        "discharge_before_admission": end < start,
        "date_of_another_year": date_of_another_year(rows, year),
        "bed_days_outside_year": bed_days_outside_year(rows),
        "cost_of_months": cost_of_months(rows),
        "negative_amount": negative_amount(rows),
        "cost_in_pence": cost_in_pence(rows),
        "unknown_delay_reason": unknown_delay_reason(rows),
    }
    return pd.Series(first_that_applies(checks, ""), index=rows.index).astype("object")


def unknown_smrtype(rows: pd.DataFrame) -> pd.Series:
    known = pd.Series(False, index=rows.index)
    for recid in KINDS:
        known |= (rows["recid"] == recid) & rows["smrtype"].isin(list(LINKED[recid]["types"]))
    return ~known


def date_of_another_year(rows: pd.DataFrame, year: int) -> pd.Series:
    first, last = pd.Timestamp(first_day(year)), pd.Timestamp(last_day(year))
    start, end = rows["record_keydate1"], rows["record_keydate2"]
    begins_after = start > last
    ends_outside = (end < first) | (end > last)
    of_one_year = ends_outside.where(end.notna(), begins_after)
    going_on = (end < first) | begins_after
    return going_on.where(rows["recid"].isin(GOES_ON), of_one_year)


def bed_days_outside_year(rows: pd.DataFrame) -> pd.Series:
    apart = (rows[BED_DAYS].sum(axis=1) - rows["yearstay"].fillna(0)).abs().round(6)
    return rows["recid"].isin([*HOSPITAL, "CH", "DD"]) & (apart > 0.01)


def cost_of_months(rows: pd.DataFrame) -> pd.Series:
    apart = (rows[MONTH_COSTS].sum(axis=1) - rows["cost_total_net"]).abs()
    return rows["recid"].isin([*HOSPITAL, "CH"]) & (apart > 10)


def negative_amount(rows: pd.DataFrame) -> pd.Series:
    amounts = ["cost_total_net", "yearstay", "hc_hours_annual", "no_paid_items", "total_no_dn_contacts"]
    return (rows[amounts] < 0).any(axis=1)


def cost_in_pence(rows: pd.DataFrame) -> pd.Series:
    most = rows["recid"].map({recid: LINKED[recid]["most_pounds"] for recid in KINDS}).astype(float)
    a_day = rows["recid"].map({recid: LINKED[recid].get("most_pounds_a_day", 0) for recid in KINDS}).astype(float)
    return rows["cost_total_net"] > 100 * (most + a_day * rows["yearstay"].fillna(0))


def unknown_delay_reason(rows: pd.DataFrame) -> pd.Series:
    known = [*HEALTH_AND_SOCIAL_CARE, *PATIENT_AND_FAMILY, CODE_9, NOT_A_DELAY]
    return (rows["recid"] == "DD") & ~delay_reason(rows).isin(known)


def delay_reason(rows: pd.DataFrame) -> pd.Series:
    """The first reason of a delay; 11A where there is none."""
    return rows["primary_delay_reason"].fillna("").replace("", "11A")


def exact_duplicates(rows: pd.DataFrame, path: Path) -> pd.Index:
    """All but the first of rows that are alike in every column; only rows that are alike in a few are compared."""
    alike = rows.duplicated(["anon_chi", "recid", "smrtype", "record_keydate1", "record_keydate2"], keep=False)
    if not alike.any():
        return rows.index[:0]
    compared = whole_rows(path, rows.index[alike])
    return compared.index[compared.duplicated(keep="first")]


def delays_told_twice(rows: pd.DataFrame, path: Path) -> pd.Index:
    """Delays of a person that begin on one day, but the one that ends last."""
    delays = rows[rows["recid"] == "DD"]
    twice = delays[delays.duplicated(["anon_chi", "record_keydate1"], keep=False)]
    if twice.empty:
        return twice.index
    others: list[int] = []
    for _, same in whole_rows(path, twice.index).groupby(["anon_chi", "record_keydate1"]):
        last = same[same["record_keydate2"] == same["record_keydate2"].max()]
        stays_in = last.sort_values(list(EPISODE)).index[0]
        others += [position for position in same.index if position != stays_in]
    return pd.Index(others)


def overlapping_stays(rows: pd.DataFrame, path: Path) -> pd.Index:
    """All episodes of stays that begin before an earlier stay of the person has ended."""
    del path
    episodes = rows[rows["recid"].isin(HOSPITAL) & rows["cij_marker"].notna()]
    episodes = episodes.assign(end=episodes["record_keydate2"].fillna(NEVER))
    whole = episodes.groupby(["anon_chi", "cij_marker"], as_index=False).agg(
        start=("record_keydate1", "min"), end=("end", "max")
    )
    overlapping = set()
    latest_end: dict[str, pd.Timestamp] = {}
    for stay in whole.sort_values(["anon_chi", "start", "cij_marker"]).itertuples():
        before = latest_end.get(stay.anon_chi)
        if before is not None and stay.start < before:
            overlapping.add((stay.anon_chi, stay.cij_marker))
        latest_end[stay.anon_chi] = stay.end if before is None else max(before, stay.end)
    whose = zip(episodes["anon_chi"], episodes["cij_marker"], strict=True)
    return episodes.index[[stay in overlapping for stay in whose]]


# --- Keys ------------------------------------------------------------------------------------------------------------


def with_keys(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with all that they are counted under but the period, and what else is asked of more than one measure."""
    rows = with_place_age_and_sex(rows)
    in_hospital = rows["recid"].isin(HOSPITAL)
    rows["emergency"] = in_hospital & ((rows["cij_pattype_code"] == 0) | (rows["cij_admtype"] == "18"))
    rows["urgency"] = first_that_applies({"emergency": rows["emergency"], "planned": in_hospital}, "all")
    rows["provider_sector"] = provider_sector(rows)
    rows["delay_group"] = delay_group(rows)
    rows["service_code"] = service(rows)
    rows["any_emergency"] = (
        rows["emergency"] & rows["smrtype"].isin(EMERGENCY_TYPES) & ~rows["location"].isin(DENTAL_SITES)
    )
    rows["fall"] = admission_after_a_fall(rows)
    rows["preventable"] = preventable_group(rows)
    rows["delay"] = delay_that_counts(rows)
    rows["used"] = uses_a_service(rows)
    return rows.astype(dict.fromkeys(ROW_KEYS, "category"))


def with_place_age_and_sex(rows: pd.DataFrame) -> pd.DataFrame:
    placed = rows["datazone2011"].notna() & (rows["datazone2011"] != "")
    age, gender = rows["age"], rows["gender"]
    bands = {"unknown": age.isna(), "0-17": age < 18, "18-44": age < 45, "45-64": age < 65, "65-74": age < 75,
             "75-84": age < 85}  # fmt: skip
    return rows.assign(
        block_type=first_that_applies({"data_zone_2011": placed}, "not_placed"),
        block_code=rows["datazone2011"].where(placed, "not_placed"),
        age_band=first_that_applies(bands, "85+"),
        sex=first_that_applies({"male": gender == 1, "female": gender == 2}, "unknown"),
    )


def provider_sector(rows: pd.DataFrame) -> np.ndarray:
    sectors = {"1": "la_nhs", "2": "private", "3": "other_la", "4": "third", "5": "other"}
    care_home, home_care = rows["recid"] == "CH", rows["recid"] == "HC"
    provider = rows["ch_provider"].where(care_home, rows["hc_provider"])
    return np.where(care_home | home_care, provider.map(sectors).fillna("unknown"), "all")


def delay_group(rows: pd.DataFrame) -> pd.Categorical:
    delay, reason = rows["recid"] == "DD", delay_reason(rows)
    code_9 = delay & (reason == CODE_9)
    groups = {
        "code_9_awi": code_9 & (rows["secondary_delay_reason"] == "51X"),
        "code_9_other": code_9,
        "health_social_care": delay & reason.isin(HEALTH_AND_SOCIAL_CARE),
        "patient_family": delay & reason.isin(PATIENT_AND_FAMILY),
    }
    return first_that_applies(groups, "all")


def service(rows: pd.DataFrame) -> pd.Categorical:
    """The service that each row is counted under."""
    recid, smrtype, acute = rows["recid"], rows["smrtype"], rows["recid"] == "01B"
    choices = {
        "HOSP.ACU.DC": acute & (rows["ipdc"] == "D"),
        "HOSP.ACU.EM": acute & rows["emergency"],
        "HOSP.ACU.EL": acute,
        "SC.HC.REABL": (recid == "HC") & (rows["hc_reablement"] == 1),
    }
    by_kind = {"00B": "HOSP.OP.NEW", "GLS": "HOSP.GLS", "04B": "HOSP.MH", "02B": "HOSP.MAT", "AE2": "HOSP.AE",
               "PIS": "PC.PRESC", "DN": "COMM.DN", "CMH": "COMM.CMH", "CH": "SC.CH.LONG", "DD": "FLOW.DD",
               "HL1": "HOUS.HL", "NRS": "EVT.DEATH"}  # fmt: skip
    choices |= {code: recid == kind for kind, code in by_kind.items()}
    by_type = {
        "PC.OOH.HOMEV": ["OOH-HomeV"], "PC.OOH.ADVICE": ["OOH-Advice"], "PC.OOH.DN": ["OOH-DN"],
        "PC.OOH.NHS24": ["OOH-NHS24"], "PC.OOH.PCC": ["OOH-PCC"],
        "PC.OOH.COVID": ["OOH-C19Ass", "OOH-C19Adv", "OOH-C19Oth"], "PC.OOH.OTHER": ["OOH-Other"],
        "SC.HC.PERS": ["HC-Per"], "SC.HC.NPERS": ["HC-Non-Per"], "SC.HC.OTHER": ["HC-Unknown"],
        "SC.AT.ALARM": ["AT-Alarm"], "SC.AT.TELE": ["AT-Tele"],
        **{f"SC.SDS.{n}": [f"SDS-{n}"] for n in range(1, 5)},
    }  # fmt: skip
    choices |= {code: smrtype.isin(types) for code, types in by_type.items()}
    return first_that_applies(choices, "no service")


def admission_after_a_fall(rows: pd.DataFrame) -> pd.Series:
    possible = (
        (rows["recid"] == "01B") & (rows["ipdc"] == "I") & rows["tadm"].isin(["33", "34", "35"])
        & rows["gender"].isin([1, 2])
    )  # fmt: skip
    falls = [belongs_to("falls", record) for record in codes_of(rows[possible])]
    return pd.Series(falls, index=rows.index[possible], dtype=bool).reindex(rows.index, fill_value=False)


def preventable_group(rows: pd.DataFrame) -> pd.Series:
    """The place in the list of the group of preventable conditions that an acute emergency belongs to."""
    possible = (rows["recid"] == "01B") & (rows["ipdc"] == "I") & rows["emergency"]
    groups = [first_preventable(record) for record in codes_of(rows[possible])]
    return pd.Series(groups, index=rows.index[possible], dtype=int).reindex(rows.index, fill_value=NOT_PREVENTABLE)


def delay_that_counts(rows: pd.DataFrame) -> pd.Series:
    """Delays of adults that last a day or more; a delay for reason 100 is none."""
    return (
        (rows["recid"] == "DD") & (rows["age"] >= 18) & (rows["record_keydate1"] != rows["record_keydate2"])
        & (delay_reason(rows) != NOT_A_DELAY)
    )  # fmt: skip


def uses_a_service(rows: pd.DataFrame) -> pd.Series:
    """Whether the row says that the person used its service: not somebody who stayed away, and no death."""
    recid = rows["recid"]
    of_its_kind = (recid != "NRS") & (recid != "00B") & (recid != "DD")
    return of_its_kind | ((recid == "00B") & (rows["attendance_status"] == 1)) | rows["delay"]


# --- Conditions ------------------------------------------------------------------------------------------------------

PREVENTABLE = [group for group, told in GROUPS.items() if told["of"] == "preventable"]
NOT_PREVENTABLE = len(PREVENTABLE)


def codes_of(rows: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """The six diagnoses and the main operation of each row; empty text where there is none."""
    return rows[[*DIAGNOSES, "op1a"]].fillna("").itertuples(index=False, name=None)


@cache
def belongs_to(group: str, record: tuple[str, ...]) -> bool:
    """Whether a record (six diagnoses, then the main operation) belongs to a group of conditions."""
    told, diagnoses, operation = GROUPS[group], record[:6], record[6]
    main, second = diagnoses[:2]
    listed = {key: tuple(told.get(key, [])) for key in ("main", "any", "main_with", "second", "not_operation")}
    found = (
        is_one_of(main, listed["main"])
        or any(is_one_of(diagnosis, listed["any"]) for diagnosis in diagnoses)
        or (is_one_of(main, listed["main_with"]) and is_one_of(second, listed["second"]))
    )
    return found and not is_one_of(operation, listed["not_operation"])


@cache
def is_one_of(code: str, listed: tuple[str, ...]) -> bool:
    """Whether a code, or what it begins with, is in a list of codes and ranges."""
    for item in listed:
        first, _, last = item.partition("-")
        if first <= code[: len(first)] <= (last or first):
            return True
    return False


@cache
def first_preventable(record: tuple[str, ...]) -> int:
    """The place in the list of the first group of preventable conditions that a record belongs to."""
    return next((n for n, group in enumerate(PREVENTABLE) if belongs_to(group, record)), NOT_PREVENTABLE)


# --- E: records ------------------------------------------------------------------------------------------------------


def records(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    """Cells of all kinds of record of one file."""
    for recid, of_kind in COUNTED.items():
        some = rows[rows["recid"] == recid]
        if len(some):
            yield from of_kind(some, year)


def added_up(rows: pd.DataFrame, measure: str, period: str, start: Any, value: Any = 1, **instead: str) -> pd.DataFrame:
    """Cells of one measure: rows, or a value of each, added up. Keys that are given take the place of the rows' own."""
    held = rows[ROW_KEYS].assign(period_start=start, value=value)
    summed = held.groupby([*ROW_KEYS, "period_start"], observed=True, as_index=False)["value"].sum()
    if isinstance(start, pd.Series):
        summed["period_start"] = summed["period_start"].dt.date
    return summed.assign(measure_code=measure, period_type=period, **instead)


def by_month_of(column: str, rows: pd.DataFrame, measure: str, value: Any = 1, **instead: str) -> pd.DataFrame:
    """Cells of one measure by the month of a day."""
    month = pd.Series(rows[column].to_numpy().astype("datetime64[M]").astype("datetime64[ms]"), index=rows.index)
    return added_up(rows, measure, "month", month, value, **instead)


def in_each(rows: pd.DataFrame, measure: str, columns: list[str], year: int, **instead: str) -> pd.DataFrame:
    """Cells of one measure whose value stands in a column for each month, or for each quarter."""
    money = measure == "COST_NET"
    amounts = pd.DataFrame({name: rows[name] if money else hundredths(rows[name]) for name in columns})
    held = pd.concat([rows[ROW_KEYS], amounts], axis=1)
    summed = held.groupby(ROW_KEYS, observed=True, as_index=False)[columns].sum()
    by_month = len(columns) == 12
    period, starts = ("month", month_starts(year)) if by_month else ("financial_quarter", quarter_starts(year))
    parts = []
    for name, start in zip(columns, starts, strict=True):
        some = summed[summed[name] != 0]
        parts.append(some[ROW_KEYS].assign(value=some[name], period_start=start))
    return pd.concat(parts).assign(measure_code=measure, period_type=period, **instead)


def within(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows that begin in the year."""
    first, last = pd.Timestamp(first_day(year)), pd.Timestamp(last_day(year))
    return rows[rows["record_keydate1"].between(first, last)]


def outpatients(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    status = rows["attendance_status"]
    yield by_month_of("record_keydate1", rows[status == 1], "N_ATTEND")
    yield by_month_of("record_keydate1", rows[status.isin([5, 8])], "N_DNA")
    yield by_month_of("record_keydate1", rows, "COST_NET", rows["cost_total_net"])


def hospital_episodes(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate2", rows[rows["record_keydate2"].notna()], "N_EPISODES")
    yield in_each(rows, "BED_DAYS", BED_DAYS, year)
    yield in_each(rows, "COST_NET", MONTH_COSTS, year)
    emergencies = rows[rows["any_emergency"]]
    yield in_each(emergencies, "BED_DAYS", BED_DAYS, year, service_code="HOSP.EM.ALL")
    yield in_each(emergencies, "COST_NET", MONTH_COSTS, year, service_code="HOSP.EM.ALL")
    instead = {"service_code": "HOSP.ACU.FALL", "urgency": "emergency"}
    yield by_month_of("record_keydate2", rows[rows["fall"]], "N_ADMIT", **instead)


def emergency_departments(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate1", rows, "N_ATTEND")
    yield by_month_of("record_keydate1", rows[rows["ae_disdest"].fillna("").str.startswith("04")], "N_ADMIT")
    yield by_month_of("record_keydate1", rows, "COST_NET", rows["cost_total_net"])


def out_of_hours(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate1", rows, "N_CONTACT")
    yield by_month_of("record_keydate1", rows, "COST_NET", rows["cost_total_net"])


def prescriptions(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield added_up(rows, "N_ITEMS", "financial_year", first_day(year), rows["no_paid_items"].fillna(0))
    yield added_up(rows, "COST_NET", "financial_year", first_day(year), rows["cost_total_net"])


def district_nursing(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate1", rows, "N_CONTACT", rows["total_no_dn_contacts"].fillna(0))
    yield by_month_of("record_keydate1", rows, "COST_NET", rows["cost_total_net"])


def community_mental_health(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate1", rows, "N_CONTACT")


def care_homes(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield in_each(rows, "BED_DAYS", BED_DAYS, year)
    yield in_each(rows, "COST_NET", MONTH_COSTS, year)
    yield by_month_of("record_keydate1", within(rows, year), "N_ADMIT")
    still_there = rows["record_keydate2"].fillna(NEVER) > pd.Timestamp(last_day(year))
    yield added_up(rows[still_there], "N_RESIDENTS", "snapshot", last_day(year))


def home_care(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield in_each(rows, "HOURS", HC_HOURS, year)
    yield in_each(rows, "COST_NET", HC_COSTS, year)


def packages(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield added_up(rows, "N_PACKAGES", "financial_year", first_day(year))


def delayed_discharges(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    delays = rows[rows["delay"]]
    yield in_each(delays, "BED_DAYS", BED_DAYS, year)
    yield added_up(delays, "N_DELAYS", "financial_year", first_day(year))


def homelessness(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    main = rows[rows["smrtype"] == "HL1-Main"]
    yield by_month_of("record_keydate1", within(main, year), "N_APPLIC")


def all_deaths(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    yield by_month_of("record_keydate1", rows, "N")


COUNTED: dict[str, Callable[[pd.DataFrame, int], Iterator[pd.DataFrame]]] = {
    "00B": outpatients, **dict.fromkeys(HOSPITAL, hospital_episodes), "AE2": emergency_departments,
    "OoH": out_of_hours, "PIS": prescriptions, "DN": district_nursing, "CMH": community_mental_health,
    "CH": care_homes, "HC": home_care, "AT": packages, "SDS": packages, "DD": delayed_discharges,
    "HL1": homelessness, "NRS": all_deaths,
}  # fmt: skip


# --- S: stays --------------------------------------------------------------------------------------------------------

PLACE_AGE_SEX = ["block_type", "block_code", "age_band", "sex"]
STAY_COLUMNS = [
    "anon_chi", "cij_marker", "cij_start_date", "recid", "smrtype", "location", "commhosp", "record_keydate1",
    "record_keydate2", "ipdc", "death_date", "datazone2011", "age", "gender", "emergency", "any_emergency", "fall",
    "preventable", *PLACE_AGE_SEX,
]  # fmt: skip


@dataclass(frozen=True)
class Stay:
    """One stay: its rows in the order in which they began. A day that is not known is NEVER."""

    person: str
    marker: int
    rows: list[Any]

    @cached_property
    def start(self) -> date:
        return min(row.cij_start_date for row in self.rows)

    @cached_property
    def end(self) -> date:
        return max(row.record_keydate2 for row in self.rows)

    @cached_property
    def last(self) -> Any:
        return max(self.rows, key=lambda row: (row.record_keydate2, row.datazone2011, row.age, row.gender))

    @property
    def died(self) -> bool:
        return min(row.death_date for row in self.rows) <= self.end

    @cached_property
    def acute(self) -> list[Any]:
        return [row for row in self.rows if row.recid == "01B"]

    @cached_property
    def acute_inpatient(self) -> list[Any]:
        return [row for row in self.acute if row.ipdc == "I"]


def all_stays(hospital: pd.DataFrame) -> list[Stay]:
    """Every stay of a person, from rows of all files."""
    rows = with_order(hospital[hospital["anon_chi"].notna() & hospital["cij_marker"].notna()])
    for name in ("cij_start_date", "record_keydate1", "record_keydate2", "death_date"):
        rows[name] = rows[name].fillna(NEVER).dt.date
    rows[["location", "ipdc", "commhosp"]] = rows[["location", "ipdc", "commhosp"]].fillna("")
    rows["planned"] = ~rows["emergency"]
    rows = rows.sort_values(["record_keydate1", "record_keydate2", "planned", "preventable"], kind="stable")
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in rows.itertuples(index=False):
        found[row.anon_chi, int(row.cij_marker)].append(row)
    return [Stay(person, marker, rows) for (person, marker), rows in found.items()]


def with_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that can be put in order: what is open ends last, what is not known is smallest, as is an unknown sex."""
    return rows.assign(
        record_keydate2=rows["record_keydate2"].fillna(NEVER),
        datazone2011=rows["datazone2011"].fillna(""),
        age=rows["age"].fillna(-1),
        gender=rows["gender"].replace(9, 0),
    )


def stays(hospital: pd.DataFrame, years: set[int]) -> pd.DataFrame:
    """Cells of stays in hospital: those that begin, and what follows when they end."""
    every = all_stays(hospital)
    counted: Counter[tuple[Any, ...]] = Counter()
    for stay in every:
        if financial_year_of(stay.start) in years:
            for code, urgency in services_of(stay):
                counted[stay_key(stay, code, "N_STAYS", stay.start, urgency)] += 1
    acute = [stay for stay in every if stay.acute]
    last_acute_day = hospital.loc[hospital["recid"] == "01B", "record_keydate2"].max()
    for stay, readmitted in discharges_alive(acute, last_acute_day):
        if stay.last.age >= 18:
            urgency = urgency_of(stay.acute[0])
            counted[stay_key(stay, "HOSP.ACU", "N_DISCHARGE_ALIVE", stay.end, urgency)] += 1
            counted[stay_key(stay, "HOSP.ACU", "N_READMIT_28", stay.end, urgency)] += readmitted
    return pd.DataFrame([(*key, value) for key, value in counted.items()], columns=[*KEYS, "value"])


def stay_key(stay: Stay, code: str, measure: str, day: date, urgency: str) -> tuple[Any, ...]:
    at = stay.last
    month = day.replace(day=1)
    return (code, measure, "month", month, at.block_type, at.block_code, at.age_band, at.sex, urgency, "all", "all")


def urgency_of(row: Any) -> str:
    return "emergency" if row.emergency else "planned"


def services_of(stay: Stay) -> Iterator[tuple[str, str]]:
    """The services that a stay is counted under, each with its urgency."""
    at_ward = [row for row in stay.rows if row.smrtype in EMERGENCY_TYPES and row.location not in DENTAL_SITES]
    if at_ward and at_ward[0].emergency:
        yield "HOSP.EM.ALL", "emergency"
    yield from acute_services_of(stay)
    for recid, code in (("GLS", "HOSP.GLS"), ("04B", "HOSP.MH"), ("02B", "HOSP.MAT")):
        of_kind = [row for row in stay.rows if row.recid == recid]
        if of_kind:
            yield code, urgency_of(of_kind[0])
    if any(row.fall for row in stay.rows):
        yield "HOSP.ACU.FALL", "emergency"


def acute_services_of(stay: Stay) -> Iterator[tuple[str, str]]:
    day_case = [row for row in stay.acute if row.ipdc == "D"]
    if not stay.acute_inpatient:
        if day_case:
            yield "HOSP.ACU.DC", urgency_of(day_case[0])
        return
    first = stay.acute_inpatient[0]
    yield "HOSP.ACU.EM" if first.emergency else "HOSP.ACU.EL", urgency_of(first)
    if first.preventable != NOT_PREVENTABLE:
        yield "HOSP.ACU.PPA", "emergency"
        yield f"HOSP.ACU.PPA.{PREVENTABLE[first.preventable].upper()}", "emergency"


def discharges_alive(acute: list[Stay], last_acute_day: date) -> Iterator[tuple[Stay, bool]]:
    """Stays whose person left alive and could be followed for 28 days, and whether an emergency came within them."""
    of_person: dict[str, list[Stay]] = defaultdict(list)
    for stay in acute:
        of_person[stay.person].append(stay)
    for own in of_person.values():
        own.sort(key=lambda stay: (stay.start, stay.end, stay.marker))
        for stay, following in zip(own, [*own[1:], None], strict=True):
            if stay.end == NEVER.date() or stay.died or pd.Timestamp(stay.end + timedelta(days=28)) > last_acute_day:
                continue
            soon = following is not None and 0 <= (following.start - stay.end).days <= 28
            yield stay, soon and following.acute[0].emergency


# --- P: people -------------------------------------------------------------------------------------------------------

PERSON_COLUMNS = [
    "anon_chi", "recid", "record_keydate2", "death_date", "datazone2011", "age", "gender", *PLACE_AGE_SEX,
    "service_code", "used", "any_emergency",
]  # fmt: skip


def people(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cells of people who used each service and each family of services in a year, each person once."""
    rows = rows[rows["anon_chi"].notna()]
    known = one_row_each(rows)
    whose = known.index.get_indexer(rows["anon_chi"])
    services = sorted(set(rows.loc[rows["used"], "service_code"]))
    users = {code: marked(whose[rows["used"] & (rows["service_code"] == code)], len(known)) for code in services}
    for family, belongs in FAMILIES.items():
        members = [users[code] for code in services if belongs(code)]
        if members:
            users[family] = np.any(members, axis=0)
    users["HOSP.EM.ALL"] = marked(whose[rows["any_emergency"]], len(known))
    still = there_on(rows, pd.Timestamp(last_day(year)))
    in_home, with_care = (marked(whose[still & (rows["recid"] == recid)], len(known)) for recid in ("CH", "HC"))
    users |= {"SC.CH.LAST_DAY": in_home, "SC.HC.LAST_DAY": with_care & ~in_home}
    counted = {code: known[who].groupby(PLACE_AGE_SEX, observed=True).size() for code, who in users.items()}
    everything = dict.fromkeys(("urgency", "delay_group", "provider_sector"), "all")
    return pd.concat(
        sizes.rename("value").reset_index().assign(service_code=code) for code, sizes in counted.items()
    ).assign(measure_code="N_PEOPLE", period_type="financial_year", period_start=first_day(year), **everything)


def there_on(rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Whether a record and its person go on beyond a day."""
    return (rows["record_keydate2"].fillna(NEVER) > day) & (rows["death_date"].fillna(NEVER) > day)


def marked(numbers: np.ndarray, many: int) -> np.ndarray:
    """For each of so many people, whether their number is among those given."""
    found = np.zeros(many, dtype=bool)
    found[numbers] = True
    return found


def one_row_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Place, sex and age of each person: those of the last row."""
    in_order = with_order(rows).sort_values(["record_keydate2", "datazone2011", "age", "gender"], kind="stable")
    return in_order.drop_duplicates("anon_chi", keep="last").set_index("anon_chi")[PLACE_AGE_SEX]


FAMILIES: dict[str, Callable[[str], bool]] = {
    "HOSP.ACU": lambda code: code.startswith("HOSP.ACU."),
    "HOSP": lambda code: code.startswith("HOSP.") and code not in ("HOSP.AE", "HOSP.OP.NEW"),
    "PC.OOH": lambda code: code.startswith("PC.OOH."),
    "SC.HC": lambda code: code.startswith("SC.HC."),
    "SC.AT": lambda code: code.startswith("SC.AT."),
    "SC.SDS": lambda code: code.startswith("SC.SDS."),
    "SC": lambda code: code.startswith("SC."),
    "ALL": lambda code: True,
}


# --- L: the last six months of life ----------------------------------------------------------------------------------

HOME_COLUMNS = ["anon_chi", "record_keydate1", "record_keydate2"]
DEATH_COLUMNS = ["anon_chi", "record_keydate1", "deathdiag1", *PLACE_AGE_SEX]
EXTERNAL_CAUSES = ("V01-V99", "W20-W99", "X00-X99", "Y00-Y84")
LAST_DAYS, COUNTED_AS = 183, 182.5


def last_six_months(
    deaths: pd.DataFrame, hospital: pd.DataFrame, homes: pd.DataFrame, hospices: frozenset[str]
) -> pd.DataFrame:
    """Cells of days of the last six months of life: all, those at home or in a homely setting, and by setting."""
    of_who_died = deaths["anon_chi"].dropna()
    in_hospital = spells(hospital[hospital["anon_chi"].isin(of_who_died)])
    in_homes = days_in_homes(homes[homes["anon_chi"].isin(of_who_died)])
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in deaths[deaths["anon_chi"].notna()].itertuples(index=False):
        cause = row.deathdiag1 if isinstance(row.deathdiag1, str) else ""
        if is_one_of(cause, EXTERNAL_CAUSES):
            continue
        died = row.record_keydate1.date()
        year = first_day(financial_year_of(died))
        key = ("financial_year", year, row.block_type, row.block_code, row.age_band, row.sex, "all", "all", "all")
        own = in_hospital.get(row.anon_chi, [])
        days = days_in_hospital(own, died)
        counted["EVT.DEATH", "DAYS_LAST_182", *key] += COUNTED_AS
        counted["EVT.DEATH", "DAYS_AT_HOME", *key] += COUNTED_AS - days
        for setting, spent in by_setting(own, in_homes.get(row.anon_chi, []), died, days, hospices).items():
            counted["EVT.DEATH", setting, *key] += spent
    return pd.DataFrame([(*key, value) for key, value in counted.items()], columns=[*KEYS, "value"])


def by_setting(
    own: list[Stay], homes: list[tuple[date, date]], died: date, days: float, hospices: frozenset[str]
) -> dict[str, float]:
    """Days by setting, told day by day: each of the 183 is looked for in every record."""
    window = {died - timedelta(days=back) for back in range(LAST_DAYS)}
    records = [row for stay in own for row in stay.rows]
    palliative = window & days_of((r.record_keydate1, r.record_keydate2) for r in records if r.location in hospices)
    community = window & days_of((r.record_keydate1, r.record_keydate2) for r in records if r.commhosp == "Y")
    away = window & days_of((stay.start, stay.end) for stay in own)
    at_a_home = (window & days_of(homes)) - away
    hospice = min(len(palliative), days)
    community_hospital = min(len(community - palliative), days - hospice)
    care_home = min(len(at_a_home), COUNTED_AS - days)
    return {
        "DAYS_HOSPICE": hospice, "DAYS_COMMUNITY_HOSPITAL": community_hospital,
        "DAYS_LARGE_HOSPITAL": days - hospice - community_hospital, "DAYS_CARE_HOME": care_home,
        "DAYS_COMMUNITY": COUNTED_AS - days - care_home,
    }  # fmt: skip


def days_of(spans: Iterable[tuple[date, date]]) -> set[date]:
    """All days of some spans, their first days left out; what is open ends when nobody who died lives any more."""
    return {
        begins + timedelta(days=n)
        for begins, ends in spans for n in range(1, (min(ends, date(2100, 1, 1)) - begins).days + 1)
    }  # fmt: skip


def days_in_homes(homes: pd.DataFrame) -> dict[str, list[tuple[date, date]]]:
    """Spells in care homes by person; a file tells of its own year only."""
    of_person: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in homes.itertuples(index=False):
        until = last_day(row.year)
        ends = until if pd.isna(row.record_keydate2) else min(row.record_keydate2.date(), until)
        of_person[row.anon_chi].append((row.record_keydate1.date(), ends))
    return of_person


def spells(hospital: pd.DataFrame) -> dict[str, list[Stay]]:
    """Stays by person, of those rows alone that keep somebody from home: no day cases, no maternity."""
    kept = ((hospital["recid"] == "01B") & (hospital["ipdc"] == "I")) | hospital["recid"].isin(["GLS", "04B"])
    of_person: dict[str, list[Stay]] = defaultdict(list)
    for stay in all_stays(hospital[kept]):
        of_person[stay.person].append(stay)
    return of_person


def days_in_hospital(own: list[Stay], died: date) -> float:
    """Days in hospital among the last 183, which count as 182.5."""
    begins = died - timedelta(days=LAST_DAYS)
    days = sum(max((min(stay.end, died) - max(stay.start, begins)).days, 0) for stay in own)
    return COUNTED_AS if days >= LAST_DAYS else float(days)


# --- I: the individual file ------------------------------------------------------------------------------------------


def individuals(folder: Path, book: Book) -> Iterator[pd.DataFrame]:
    """Cells of people and their long-term conditions, from the individual file of each year."""
    ages: dict[int, pd.Series] = {}
    for path in sorted(folder.glob("source-individual-file-*.parquet")):
        year = year_of_file(path)
        columns = ["anon_chi", "gender", "age", "datazone2011", "keep_population", *CONDITIONS]
        rows = read(path, columns, INDIVIDUAL)
        fault = faults_of_individuals(rows, ages.get(year - 1))
        book.enter(path.name, rows, fault)
        ages[year] = rows[rows["anon_chi"].notna()].groupby("anon_chi")["age"].max()
        yield from long_term_conditions(with_place_age_and_sex(rows[fault == ""]), year)


def faults_of_individuals(rows: pd.DataFrame, year_before: pd.Series | None) -> pd.Series:
    checks = {
        "unknown_sex": ~rows["gender"].isin([0, 1, 2, 9]),
        "impossible_age": (rows["age"] < 0) | (rows["age"] > 125),
    }
    if year_before is not None:
        checks["age_goes_backwards"] = rows["age"] < rows["anon_chi"].map(year_before).astype(float)
    return pd.Series(first_that_applies(checks, ""), index=rows.index).astype("object")


def long_term_conditions(rows: pd.DataFrame, year: int) -> Iterator[pd.DataFrame]:
    everything = dict.fromkeys(("urgency", "delay_group", "provider_sector"), "all")
    rows = rows.assign(service_code="POP.SLF", **everything)
    weight = rows["keep_population"].fillna(0)
    has = rows[list(CONDITIONS)] == 1
    held = {"N_PEOPLE": pd.Series(True, index=rows.index)}
    held |= {f"N_LTC_{name.upper()}": has[name] for name in CONDITIONS if f"N_LTC_{name.upper()}" in MEASURES}
    held |= {f"N_LTC{many}": has.sum(axis=1) >= many for many in range(1, 5)}
    for measure, who in held.items():
        yield added_up(rows[who], measure, "financial_year", first_day(year), weight[who])
