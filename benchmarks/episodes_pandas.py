"""The same counts as ``episodes_bare``, with pandas: what a good user of pandas would write.

``python benchmarks/episodes_pandas.py FOLDER OUT`` counts the episode files in FOLDER and prints a line of JSON. Each
file is read once, with the columns that are needed: texts of few values as categories, straight from the dictionaries
of Parquet, and costs as whole pence. It takes the files to be clean and leans on the same as ``episodes_bare``, but
knows people by their identifiers; the files of Parquet in OUT have the same rows and columns.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

HOSPITAL = ("01B", "GLS", "02B", "04B")
MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
BEDDAYS, COSTS = [f"{month}_beddays" for month in MONTHS], [f"{month}_cost" for month in MONTHS]
#: Services that people are counted under; the place of each is its bit.
LEAVES = (
    "HOSP.OP.NEW", "HOSP.ACU.EM", "HOSP.ACU.EL", "HOSP.ACU.DC", "HOSP.GLS", "HOSP.MAT", "HOSP.MH", "HOSP.AE",
    "PC.PRESC", "PC.OOH.HOMEV", "PC.OOH.ADVICE", "PC.OOH.DN", "PC.OOH.NHS24", "PC.OOH.PCC", "PC.OOH.COVID",
    "PC.OOH.OTHER", "COMM.DN", "COMM.CMH", "SC.CH.LONG", "SC.HC.PERS", "SC.HC.NPERS", "SC.HC.OTHER", "SC.HC.REABL",
    "SC.AT.ALARM", "SC.AT.TELE", "SC.SDS.1", "SC.SDS.2", "SC.SDS.3", "SC.SDS.4", "FLOW.DD", "HOUS.HL", "HOSP.EM.ALL",
)  # fmt: skip
BITS = {leaf: 1 << place for place, leaf in enumerate(LEAVES)}
FAMILIES = {
    "HOSP": [leaf for leaf in LEAVES if leaf.startswith("HOSP.") and leaf not in ("HOSP.AE", "HOSP.OP.NEW")],
    **{name: [leaf for leaf in LEAVES if leaf.startswith(f"{name}.")]
       for name in ("HOSP.ACU", "PC.OOH", "SC.HC", "SC.AT", "SC.SDS", "SC")},
    "ALL": list(LEAVES),
}  # fmt: skip
SERVICES = (*LEAVES, "HOSP.ACU.FALL", "EVT.DEATH")
NUMBER = {service: place for place, service in enumerate(SERVICES)}
SEXES = ("unknown", "male", "female")
BANDS = ("0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown")
SECTORS = ("la_nhs", "private", "other_la", "third", "other", "unknown")
URGENCIES = ("emergency", "planned")
DELAYS = ("health_social_care", "patient_family", "code_9_awi", "code_9_other")
PATIENT_FAMILY = ("61", "67", "51", "52", "71", "72", "73", "74")
BY = ["block_code", "sex", "age_band"]
#: Kinds of record in the order of their text.
KINDS = (
    "00B", "01B", "02B", "04B", "AE2", "AT", "CH", "CMH", "DD", "DN", "GLS", "HC", "HL1", "NRS", "OoH", "PIS", "SDS",
)  # fmt: skip
#: Services of the kinds that have one, and of the types of those that have several.
SERVICE_OF = {
    "00B": "HOSP.OP.NEW", "02B": "HOSP.MAT", "04B": "HOSP.MH", "AE2": "HOSP.AE", "CH": "SC.CH.LONG", "CMH": "COMM.CMH",
    "DD": "FLOW.DD", "DN": "COMM.DN", "GLS": "HOSP.GLS", "HL1": "HOUS.HL", "NRS": "EVT.DEATH", "PIS": "PC.PRESC",
}  # fmt: skip
SERVICE_OF_TYPE = {
    "AT-Alarm": "SC.AT.ALARM", "AT-Tele": "SC.AT.TELE", "HC-Per": "SC.HC.PERS", "HC-Non-Per": "SC.HC.NPERS",
    "HC-Unknown": "SC.HC.OTHER", **{f"SDS-{n}": f"SC.SDS.{n}" for n in range(1, 5)},
    **{f"OOH-{name}": f"PC.OOH.{name.upper()}" for name in ("HomeV", "Advice", "DN", "NHS24", "PCC", "Other")},
    **dict.fromkeys(("OOH-C19Ass", "OOH-C19Adv", "OOH-C19Oth"), "PC.OOH.COVID"),
}  # fmt: skip
_STAY = ("location", "ipdc", "cij_marker", "cij_start_date", "cij_pattype_code", "cij_admtype", "yearstay",
         "cost_total_net", *BEDDAYS, *COSTS)  # fmt: skip
#: Columns that are read of each kind, besides those of all.
COLUMNS = {
    **dict.fromkeys(HOSPITAL, _STAY), "01B": (*_STAY, "tadm", *(f"diag{n}" for n in range(1, 7))),
    "00B": ("attendance_status", "cost_total_net"), "AE2": ("ae_disdest", "cost_total_net"),
    "OoH": ("cost_total_net",), "PIS": ("no_paid_items", "cost_total_net"),
    "DN": ("total_no_dn_contacts", "cost_total_net"), "CH": ("ch_provider", *BEDDAYS, *COSTS),
    "HC": ("hc_provider", "hc_reablement", *(f"hc_{what}_q{n}" for what in ("hours", "cost") for n in range(1, 5))),
    "DD": ("primary_delay_reason", "secondary_delay_reason", *BEDDAYS),
}  # fmt: skip
_OF_ALL = ("smrtype", "anon_chi", "record_keydate1", "record_keydate2", "gender", "age", "datazone2011")

Files = Mapping[tuple[str, int], Path]
Cells = Iterator[tuple[str, pd.DataFrame]]


def with_pandas(folder: Path, out: Path) -> None:
    """Count the episode files of a folder into files of Parquet, as this module says."""
    files = episode_files(folder)
    shutil.rmtree(out, ignore_errors=True)
    for name in ("cells", "stays", "people"):
        (out / name).mkdir(parents=True)
    years = sorted({year for _, year in files})
    in_hospital: list[pd.DataFrame] = []
    for year in years:
        used: list[pd.DataFrame] = []
        emergencies: list[pd.DataFrame] = []
        for recid in KINDS:
            if (recid, year) not in files:
                continue
            rows = read(files[recid, year], recid)
            for name, cells in _cells(rows, recid, year, emergencies):
                _write(cells, out / "cells" / f"{year}-{name}.parquet")
            used.append(_used(rows, recid))
            if recid in HOSPITAL:
                in_hospital.append(_of_stays(rows, recid))
        _write(_emergencies(pd.concat(emergencies, ignore_index=True), year), out / "cells" / f"{year}-stays.parquet")
        _write(_people(used, year), out / "people" / f"{year}.parquet")
    for service, counted in _stays(in_hospital, years):
        _write(counted, out / "stays" / f"{service}.parquet")


def episode_files(folder: Path) -> Files:
    """Files by kind of record and by the calendar year in which their financial year begins."""
    found = {}
    for path in sorted(folder.glob("source-episode-file-*.parquet")):
        year, recid = re.fullmatch(r"source-episode-file-(\d\d)\d\d-(\w+)\.parquet", path.name).groups()
        found[recid, 2000 + int(year)] = path
    return found


def read(path: Path, recid: str) -> pd.DataFrame:
    """The rows of a file, with the keys of their cells."""
    schema = pq.read_schema(path)
    columns = list(dict.fromkeys([*_OF_ALL, *COLUMNS.get(recid, ())]))
    texts = [name for name in columns if pa.types.is_string(schema.field(name).type) and name != "anon_chi"]
    table = pq.read_table(path, columns=columns, read_dictionary=texts)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, pc.cast(pc.multiply(table[place], 100), pa.int64()))
    rows = table.to_pandas(date_as_object=False)
    zone = rows["datazone2011"]
    if "" in zone.cat.categories:
        zone = zone.cat.remove_categories("")
    rows["block_code"] = zone.cat.add_categories("not_placed").fillna("not_placed")
    gender = rows["gender"].to_numpy()
    rows["sex"] = pd.Categorical.from_codes(np.where(gender == 1, 1, np.where(gender == 2, 2, 0)), SEXES)
    age = rows["age"].to_numpy()
    band = np.where(np.isnan(age), 6, np.searchsorted([18, 45, 65, 75, 85], age, side="right"))
    rows["age_band"] = pd.Categorical.from_codes(band, BANDS)
    rows["service_code"] = pd.Categorical.from_codes(_service(rows, recid), SERVICES)
    return rows


def _service(rows: pd.DataFrame, recid: str) -> np.ndarray:
    """The number of each record's service."""
    if recid == "01B":
        stay = np.where(_emergency(rows), NUMBER["HOSP.ACU.EM"], NUMBER["HOSP.ACU.EL"])
        return np.where(rows["ipdc"] == "D", NUMBER["HOSP.ACU.DC"], stay)
    if recid in SERVICE_OF:
        return np.full(len(rows), NUMBER[SERVICE_OF[recid]])
    types = rows["smrtype"]
    numbers = np.array([NUMBER[SERVICE_OF_TYPE[name]] for name in types.cat.categories])[types.cat.codes]
    return np.where(rows["hc_reablement"] == 1, NUMBER["SC.HC.REABL"], numbers) if recid == "HC" else numbers


def _emergency(rows: pd.DataFrame) -> np.ndarray:
    return ((rows["cij_pattype_code"] == 0) | (rows["cij_admtype"] == "18")).to_numpy()


def _in_a_stay(rows: pd.DataFrame) -> np.ndarray:
    """Rows of the national indicators of emergency stays: not maternity, not dental hospitals."""
    kind = rows["smrtype"].isin(["Acute-IP", "GLS-IP", "Psych-IP"])
    return (kind & ~rows["location"].isin(["T113H", "S206H", "G106H"])).to_numpy()


def _delayed(rows: pd.DataFrame) -> pd.Series:
    primary, secondary = rows["primary_delay_reason"], rows["secondary_delay_reason"]
    left_out = (primary == "100") | ((primary == "9") & (secondary == "100"))
    return (rows["age"] >= 18) & (rows["record_keydate1"] != rows["record_keydate2"]) & ~left_out


def _write(cells: pd.DataFrame, path: Path) -> None:
    cells.to_parquet(path, index=False, compression="snappy")


def _added(rows: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    return rows.groupby(list(keys), observed=True, sort=False)[list(sums)].sum().reset_index()


def _dated(cells: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cells with the first day of their month, in a financial year, for its number."""
    days = np.array([np.datetime64(f"{year + (month < 4)}-{month:02d}-01", "s") for month in range(1, 13)])
    month = cells.pop("month").to_numpy().astype("int64")
    return cells.assign(period=pd.Series(days[month - 1]).astype("date32[pyarrow]"))


def _on(cells: pd.DataFrame, day: str) -> pd.DataFrame:
    return cells.assign(period=pd.Series(np.full(len(cells), np.datetime64(day, "s"))).astype("date32[pyarrow]"))


def _months(
    rows: pd.DataFrame, keys: Sequence[str], ended: np.ndarray | None = None, cost: bool = True
) -> pd.DataFrame:
    """A row for each of the twelve months in which there is anything."""
    parts = []
    for place, month in enumerate(MONTHS):
        number = (place + 3) % 12 + 1
        days = rows[f"{month}_beddays"].to_numpy()
        pence = rows[f"{month}_cost"].to_numpy() if cost else np.zeros(len(rows), "int64")
        one = (ended == number) if ended is not None else np.zeros(len(rows), bool)
        there = (days != 0) | (pence != 0) | one
        parts.append(rows.loc[there, list(keys)].assign(
            month=number, n=one[there].astype("int64"), bed_days=days[there], cost_net=pence[there],
        ))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _sector(rows: pd.DataFrame, column: str) -> pd.Categorical:
    provider = rows[column]
    codes = [int(name) - 1 if name in ("1", "2", "3", "4", "5") else 5 for name in provider.cat.categories]
    return pd.Categorical.from_codes(np.array([*codes, 5])[provider.cat.codes], SECTORS)


#: What is counted of each kind in months or in its year: new columns, from the rows.
SIMPLE = {
    "00B": lambda rows: {"n_attend": rows["attendance_status"] == 1, "n_dna": rows["attendance_status"].isin([5, 8]),
                         "cost_net": rows["cost_total_net"]},
    "AE2": lambda rows: {"n_attend": 1, "n_admit": _starts(rows["ae_disdest"], "04"),
                         "cost_net": rows["cost_total_net"]},
    "OoH": lambda rows: {"n_contact": 1, "cost_net": rows["cost_total_net"]},
    "PIS": lambda rows: {"n_items": rows["no_paid_items"], "cost_net": rows["cost_total_net"]},
    "DN": lambda rows: {"n_contact": rows["total_no_dn_contacts"], "cost_net": rows["cost_total_net"]},
    "CMH": lambda rows: {"n_contact": 1},
    "NRS": lambda rows: {"n": 1},
    "HL1": lambda rows: {"n_applic": 1},
    "AT": lambda rows: {"n_packages": 1},
    "SDS": lambda rows: {"n_packages": 1},
}  # fmt: skip
OF_THE_YEAR = ("PIS", "AT", "SDS")


def _starts(texts: pd.Series, start: str) -> pd.Series:
    return texts.isin([name for name in texts.cat.categories if name.startswith(start)])


def _cells(rows: pd.DataFrame, recid: str, year: int, emergencies: list[pd.DataFrame]) -> Cells:
    """The cells of a file; sums of emergency stays are added to those of other kinds of hospital."""
    if recid in HOSPITAL:
        yield from _hospital(rows, recid, year, emergencies)
    elif recid == "CH":
        yield from _care_homes(rows, year)
    elif recid == "HC":
        yield recid, _home_care(rows, year)
    elif recid == "DD":
        yield from _delays(rows, year)
    else:
        if recid == "HL1":
            began = rows["record_keydate1"].between(f"{year}-04-01", f"{year + 1}-03-31")
            rows = rows[(rows["smrtype"] == "HL1-Main") & began]
        counted = SIMPLE[recid](rows)
        keys = ["service_code", *BY]
        cells = rows[keys].assign(**counted)
        if recid in OF_THE_YEAR:
            yield recid, _on(_added(cells, keys, list(counted)), f"{year}-04-01")
        else:
            cells["month"] = rows["record_keydate1"].dt.month
            yield recid, _dated(_added(cells, [*keys, "month"], list(counted)), year)


def _hospital(rows: pd.DataFrame, recid: str, year: int, emergencies: list[pd.DataFrame]) -> Cells:
    keys = ["service_code", *BY, "urgency", "in_stay"]
    rows["emergency"] = _emergency(rows)
    rows["urgency"] = pd.Categorical.from_codes(np.where(rows["emergency"], 0, 1), URGENCIES)
    rows["in_stay"] = _in_a_stay(rows)
    start, end = rows["record_keydate1"], rows["record_keydate2"]
    ended = end.dt.month.to_numpy()
    one_month = ((start.dt.month == ended) & (start.dt.year == end.dt.year)).to_numpy()
    within = rows.loc[one_month, keys].assign(
        month=ended[one_month].astype("int64"), n=1, bed_days=rows.loc[one_month, "yearstay"],
        cost_net=rows.loc[one_month, "cost_total_net"],
    )  # fmt: skip
    longer = _months(rows[~one_month], keys, ended[~one_month])
    sums = _added(pd.concat([within, longer], ignore_index=True), [*keys, "month"], ["n", "bed_days", "cost_net"])
    emergencies.append(sums[sums["in_stay"] & (sums["urgency"] == "emergency")])
    cells = _added(sums, ["service_code", *BY, "urgency", "month"], ["n", "bed_days", "cost_net"])
    yield recid, _dated(cells.rename(columns={"n": "n_episodes"}), year)
    if recid == "01B":
        injured = np.zeros(len(rows), bool)
        for n in range(1, 7):
            codes = rows[f"diag{n}"]
            injured |= codes.isin([code for code in codes.cat.categories if "W00" <= code[:3] <= "W19"]).to_numpy()
        admitted = (rows["ipdc"] == "I") & rows["tadm"].isin(["33", "34", "35"]) & rows["gender"].isin([1, 2])
        fallen = rows.loc[admitted & injured, BY].assign(month=ended[(admitted & injured).to_numpy()], n_admit=1)
        falls = _added(fallen, [*BY, "month"], ["n_admit"])
        yield "01B_falls", _dated(falls, year).assign(service_code="HOSP.ACU.FALL", urgency="emergency")


def _emergencies(sums: pd.DataFrame, year: int) -> pd.DataFrame:
    sums["block_code"] = sums["block_code"].astype("category")
    cells = _added(sums, [*BY, "month"], ["bed_days", "cost_net"])
    cells = cells[(cells["bed_days"] != 0) | (cells["cost_net"] != 0)].reset_index(drop=True)
    return _dated(cells, year).assign(service_code="HOSP.EM.ALL", urgency="emergency")


def _care_homes(rows: pd.DataFrame, year: int) -> Cells:
    first, last = pd.Timestamp(year, 4, 1), pd.Timestamp(year + 1, 3, 31)
    rows["provider_sector"] = _sector(rows, "ch_provider")
    keys = ["service_code", *BY, "provider_sector"]
    start = rows["record_keydate1"]
    admitted = np.where(start.between(first, last), start.dt.month, 0)
    cells = _added(_months(rows, keys, admitted), [*keys, "month"], ["n", "bed_days", "cost_net"])
    yield "CH", _dated(cells.rename(columns={"n": "n_admit"}), year)
    end = rows["record_keydate2"]
    there = rows.loc[end.isna() | (end > last), keys].assign(n_residents=1)
    yield "CH_residents", _on(_added(there, keys, ["n_residents"]), f"{year + 1}-03-31")


def _home_care(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    rows["provider_sector"] = _sector(rows, "hc_provider")
    keys = ["service_code", *BY, "provider_sector"]
    parts = []
    for n, month in enumerate((4, 7, 10, 1), start=1):
        hours, pence = rows[f"hc_hours_q{n}"], rows[f"hc_cost_q{n}"]
        there = (hours != 0) | (pence != 0)
        parts.append(rows.loc[there, keys].assign(month=month, hours=hours[there], cost_net=pence[there]))
    return _dated(_added(pd.concat(parts, ignore_index=True), [*keys, "month"], ["hours", "cost_net"]), year)


def _delays(rows: pd.DataFrame, year: int) -> Cells:
    rows = rows[_delayed(rows)].copy()
    primary, secondary = rows["primary_delay_reason"], rows["secondary_delay_reason"]
    code_9 = np.where(secondary == "51X", 2, 3)
    group = np.where(primary == "9", code_9, np.where(primary.isin(PATIENT_FAMILY), 1, 0))
    rows["delay_group"] = pd.Categorical.from_codes(group, DELAYS)
    keys = ["service_code", *BY, "delay_group"]
    yield "DD", _on(_added(rows[keys].assign(n_delays=1), keys, ["n_delays"]), f"{year}-04-01")
    yield "DD_days", _dated(_added(_months(rows, keys, cost=False), [*keys, "month"], ["bed_days"]), year)


# --- people and stays -----------------------------------------------------------------------------


def _who(rows: pd.DataFrame) -> np.ndarray:
    """Who somebody is in 25 bits: the digits of the data zone (20, 0 for none), the sex (2), the age band (3)."""
    zone = rows["datazone2011"]
    digits = np.array([*(int(name[3:]) if name else 0 for name in zone.cat.categories), 0], "int64")
    sex, band = (rows[name].cat.codes.to_numpy("int64") for name in ("sex", "age_band"))
    return digits[zone.cat.codes] * 32 + sex * 8 + band


def _days(dates: pd.Series) -> np.ndarray:
    """Days since 1970, and 65535 for none: open is last."""
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), 65535, days.astype("int64"))


def _used(rows: pd.DataFrame, recid: str) -> pd.DataFrame:
    """Rows of people: which services somebody used, and a number for the order of rows and who it is."""
    used = np.array([*BITS.values(), 0, 0], "int64")[rows["service_code"].cat.codes]
    if recid in ("01B", "04B", "GLS"):
        used = used + np.where(_emergency(rows) & _in_a_stay(rows), BITS["HOSP.EM.ALL"], 0)
    elif recid == "00B":
        used = np.where(rows["attendance_status"] == 1, used, 0)
    elif recid == "DD":
        used = np.where(_delayed(rows), used, 0)
    types = rows["smrtype"]
    rank = np.argsort(np.argsort(np.array(types.cat.categories, dtype="U")))[types.cat.codes]
    order = _days(rows["record_keydate2"]) * 512 + KINDS.index(recid) * 16 + rank
    told = pd.DataFrame({"anon_chi": rows["anon_chi"], "latest": order << 25 | _who(rows), "used": used})
    return told[told["anon_chi"].notna()]


def _people(used: Sequence[pd.DataFrame], year: int) -> pd.DataFrame:
    """Distinct people of a year, each as their latest row says who they are."""
    rows = pd.concat(used, ignore_index=True)
    person, known = pd.factorize(rows["anon_chi"])
    latest, bits = np.zeros(len(known), "int64"), np.zeros(len(known), "int64")
    np.maximum.at(latest, person, rows["latest"].to_numpy())
    np.bitwise_or.at(bits, person, rows["used"].to_numpy())
    people = pd.DataFrame({"who": latest & (1 << 25) - 1, "used": bits})
    sets = people[people["used"] != 0].groupby(["who", "used"], sort=False).size().reset_index(name="n")
    place, who = pd.factorize(sets["who"].to_numpy())
    mask, n = sets["used"].to_numpy(), sets["n"].to_numpy()
    wanted = {**{leaf: [leaf] for leaf in LEAVES}, **FAMILIES}
    counts = {}
    for name, leaves in wanted.items():
        there = (mask & sum(BITS[leaf] for leaf in leaves)) != 0
        counts[name] = np.bincount(place[there], n[there], len(who)).astype("int64")
    return _on(pd.DataFrame({**_unpacked(who), **counts}), f"{year}-04-01")


def _unpacked(who: np.ndarray) -> dict[str, object]:
    zone = pd.Categorical(who >> 5)
    names = [f"S01{digits:06d}" if digits else "not_placed" for digits in zone.categories]
    return {
        "block_code": zone.rename_categories(names),
        "sex": pd.Categorical.from_codes(who >> 3 & 3, SEXES),
        "age_band": pd.Categorical.from_codes(who & 7, BANDS),
    }


#: Services that stays are counted under. A stay has two bits for each: it has such a row, no emergency or one.
STAYS = ("HOSP.EM.ALL", "HOSP.ACU", "HOSP.ACU.DC", "HOSP.GLS", "HOSP.MAT", "HOSP.MH")


def _of_stays(rows: pd.DataFrame, recid: str) -> pd.DataFrame:
    """What is needed of each row to make stays of them."""
    tests = {
        "HOSP.EM.ALL": rows["in_stay"].to_numpy(), "HOSP.ACU": (rows["ipdc"] == "I").to_numpy() & (recid == "01B"),
        "HOSP.ACU.DC": (rows["ipdc"] == "D").to_numpy() & (recid == "01B"),
        **{name: np.full(len(rows), recid == kind)
           for name, kind in zip(STAYS[3:], ("GLS", "02B", "04B"), strict=True)},
    }  # fmt: skip
    found = sum(tests[service].astype("int16") << 2 * place for place, service in enumerate(STAYS))
    told = pd.DataFrame({
        "anon_chi": rows["anon_chi"], "cij_marker": rows["cij_marker"], "start": rows["cij_start_date"],
        "order": (_days(rows["record_keydate2"]) * 65536 + _days(rows["record_keydate1"])) * 4
        + sorted(HOSPITAL).index(recid),
        "location": rows["location"], "who": _who(rows).astype("int32"),
        "found": np.where(rows["emergency"], found * 2, found).astype("int16"),
    })  # fmt: skip
    return told[told["anon_chi"].notna() & told["cij_marker"].notna()]


def _stays(parts: Sequence[pd.DataFrame], years: Sequence[int]) -> Cells:
    """Stays over all years, by service and the month of their start."""
    rows = pd.concat([part.drop(columns="location") for part in parts], ignore_index=True)
    places = union_categoricals([part["location"] for part in parts], sort_categories=True)
    order = rows["order"].to_numpy() * 65536 + places.codes + 1
    person, _ = pd.factorize(rows["anon_chi"])
    stay, known = pd.factorize(person.astype("int64") << 32 | rows["cij_marker"].to_numpy().astype("int64"))
    found = np.zeros(len(known), "int16")
    np.bitwise_or.at(found, stay, rows["found"].to_numpy())
    last = pd.Series(order).groupby(stay).idxmax().to_numpy()
    start = rows["start"].groupby(stay).min()
    stays = pd.DataFrame({"who": rows["who"].to_numpy()[last], "start": start.to_numpy(), "found": found})
    stays = stays[stays["start"].between(f"{years[0]}-04-01", f"{years[-1] + 1}-03-31")]
    if any(((stays["found"] & 3 << 2 * place) == 3 << 2 * place).any() for place in range(len(STAYS))):
        raise ValueError("a stay is an emergency in one row and not in another: these are no clean files")
    stays["period"] = stays.pop("start").to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    for place, service in enumerate(STAYS):
        planned, emergency = 1 << 2 * place, 2 << 2 * place
        where = (stays["found"] & (emergency if service == "HOSP.EM.ALL" else planned | emergency)) != 0
        if service == "HOSP.ACU.DC":
            where &= (stays["found"] & 3 << 2 * (place - 1)) == 0  # no inpatient row besides
        chosen = stays[where]
        told = chosen[["who", "period"]].assign(planned=(chosen["found"] & emergency) == 0)
        counts = told.groupby(["who", "period", "planned"], sort=False).size().reset_index(name="n_stays")
        named = np.where(counts["planned"], "HOSP.ACU.EL", "HOSP.ACU.EM") if service == "HOSP.ACU" else service
        yield service, pd.DataFrame({
            "service_code": pd.Categorical(named) if service == "HOSP.ACU" else named,
            **_unpacked(counts["who"].to_numpy()),
            "urgency": pd.Categorical.from_codes(counts["planned"].to_numpy().astype("int8"), URGENCIES),
            "period": counts["period"].astype("date32[pyarrow]"), "n_stays": counts["n_stays"],
        })  # fmt: skip


# --- what is told ---------------------------------------------------------------------------------


def totals(out: Path) -> tuple[int, dict[str, object]]:
    """Rows of cells, and what is the same whoever counted. Sums of all services leave out the one that overlaps."""
    rows = 0
    measures: dict[str, dict[str, float]] = {}
    for path in sorted((out / "cells").glob("*.parquet")):
        cells = pd.read_parquet(path)
        rows += len(cells)
        names = [name for name in cells if name.startswith("n_") or name in ("n", "bed_days", "hours", "cost_net")]
        for service, told in cells.groupby(cells["service_code"].astype(str))[names].sum().to_dict("index").items():
            kept = measures.setdefault(service, {})
            for name in names:
                kept[name] = round(kept.get(name, 0.0) + float(told[name]), 2)
    by_service: dict[str, int] = {}
    for path in sorted((out / "stays").glob("*.parquet")):
        stays = pd.read_parquet(path, columns=["service_code", "n_stays"])
        added = stays.groupby(stays["service_code"].astype(str))["n_stays"].sum()
        by_service |= {service: int(n) for service, n in added.items()}
    people = sum(pd.read_parquet(path).drop(columns=[*BY, "period"]).sum()
                 for path in sorted((out / "people").glob("*.parquet")))  # fmt: skip
    people_by = {service: int(people[service]) for service in sorted(people.index) if people[service]}

    def over_all(measure: str) -> float:
        return round(sum(told.get(measure, 0) for name, told in measures.items() if name != "HOSP.EM.ALL"), 2)

    return rows, {
        "bed_days": over_all("bed_days"), "cost_pence": over_all("cost_net"), "hours": over_all("hours"),
        "n_stays": sum(by_service.values()), "n_people": sum(people_by.values()),
        "measures": dict(sorted(measures.items())), "stays": by_service, "people": people_by,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("python benchmarks/episodes_pandas.py FOLDER OUT\n")
        return 2
    folder, out = map(Path, arguments)
    begun = time.monotonic()
    with_pandas(folder, out)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells, total = totals(out)
    told = {"seconds": round(seconds, 3), "peak_mib": round(peak, 1), "cells": cells, "total": total}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
