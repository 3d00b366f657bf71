"""The same counts as ``episodes_bare``, with Polars' streaming engine: what a good user of Polars would write.

``python benchmarks/episodes_polars.py FOLDER OUT`` counts the episode files in FOLDER and prints a line of JSON. It
needs Polars 2.1 or later and nothing else; it is no dependency of this package, so give it an environment of its own::

    python3 -m venv polars && polars/bin/pip install polars
    polars/bin/python benchmarks/episodes_polars.py FOLDER OUT

It takes the files to be clean and leans on the same as ``episodes_bare``, 64-bit hashes of people included; the files
of Parquet in OUT have the same rows and columns. Polars takes what memory there is: nothing bounds it here.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from polars import col

MEASURES = ("n", "bed_days", "hours", "cost_net")
HOSPITAL = ("01B", "GLS", "02B", "04B")
MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
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
SERVICE = pl.Enum([*LEAVES, "HOSP.ACU.FALL", "EVT.DEATH"])
SEX = pl.Enum(["unknown", "male", "female"])
BAND = pl.Enum(["0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown"])
URGENCY = pl.Enum(["emergency", "planned"])
SECTOR = pl.Enum(["la_nhs", "private", "other_la", "third", "other", "unknown"])
DELAY = pl.Enum(["health_social_care", "patient_family", "code_9_awi", "code_9_other"])

Arms = Sequence[tuple[pl.Expr, object]]
Files = Mapping[tuple[str, int], Path]


def case(arms: Arms, otherwise: object, of: pl.DataType | type = pl.Int64) -> pl.Expr:
    """The first of some conditions that holds."""
    chosen = pl.when(False).then(pl.lit(otherwise, dtype=of))
    for test, value in arms:
        chosen = chosen.when(test).then(pl.lit(value, dtype=of))
    return chosen.otherwise(pl.lit(otherwise, dtype=of))


def pence(cost: pl.Expr) -> pl.Expr:
    return (cost * 100).cast(pl.Int64)


# Keys, row by row.
AGE, GENDER = col("age"), col("gender")
AGES = [(AGE.is_null(), 6), (AGE < 18, 0), (AGE < 45, 1), (AGE < 65, 2), (AGE < 75, 3), (AGE < 85, 4)]
BY = ("block_code", "sex", "age_band")
KEYS = (
    pl.when(col("datazone2011") != "").then("datazone2011").otherwise(pl.lit("not_placed")).alias("block_code"),
    case([(GENDER == 1, "male"), (GENDER == 2, "female")], "unknown", SEX).alias("sex"),
    case([(test, BAND.categories[place]) for test, place in AGES], "85+", BAND).alias("age_band"),
)
EMERGENCY = ((col("cij_pattype_code") == 0).fill_null(False)) | ((col("cij_admtype") == "18").fill_null(False))
#: Rows of the national indicators of emergency stays: not maternity, not dental hospitals.
IN_A_STAY = col("smrtype").is_in(["Acute-IP", "GLS-IP", "Psych-IP"]) & ~col("location").fill_null("").is_in(
    ["T113H", "S206H", "G106H"]
)
ONE_MONTH = col("record_keydate1").dt.truncate("1mo") == col("record_keydate2").dt.truncate("1mo")
PRIMARY, SECONDARY = col("primary_delay_reason").fill_null(""), col("secondary_delay_reason").fill_null("")
DELAYED = (
    (AGE >= 18) & (col("record_keydate1") != col("record_keydate2")) & (PRIMARY != "100")
    & ~((PRIMARY == "9") & (SECONDARY == "100"))
)  # fmt: skip
DELAY_GROUP = case(
    [
        ((PRIMARY == "9") & (SECONDARY == "51X"), "code_9_awi"),
        (PRIMARY == "9", "code_9_other"),
        (PRIMARY.is_in(["61", "67", "51", "52", "71", "72", "73", "74"]), "patient_family"),
    ],
    "health_social_care", DELAY,
).alias("delay_group")  # fmt: skip
FALL = (
    (col("ipdc") == "I") & col("tadm").is_in(["33", "34", "35"]) & GENDER.is_in([1, 2])
    & pl.any_horizontal(col(f"diag{n}").str.slice(0, 3).is_between(pl.lit("W00"), pl.lit("W19")) for n in range(1, 7))
)  # fmt: skip

# One number for the order of a person's rows and, in its lowest 25 bits, who they are: the digits of the data zone (20,
# 0 for none), the sex (2), the age band (3).
WHO_BITS = 25
WHO = (
    col("datazone2011").str.slice(3).cast(pl.Int64, strict=False).fill_null(0) * 32
    + case([(GENDER == 1, 8), (GENDER == 2, 16)], 0)
    + case(AGES, 5)
)  # fmt: skip
START = col("record_keydate1").cast(pl.Int32).cast(pl.Int64)
#: Open is last.
END = col("record_keydate2").cast(pl.Int32).cast(pl.Int64).fill_null(65535)
#: Types of record in the order of their text, where a kind has several.
TYPES = {
    "01B": ("Acute-DC", "Acute-IP", "Acute-Unknown"),
    "02B": ("Matern-DC", "Matern-HB", "Matern-IP", "Matern-Unknown"),
    "AT": ("AT-Alarm", "AT-Tele"),
    "DD": ("DD-CIJ", "DD-No CIJ"),
    "GLS": ("GLS-IP", "GLS-Unknown"),
    "HC": ("HC-Non-Per", "HC-Per", "HC-Unknown"),
    "HL1": ("HL1-Main", "HL1-Other"),
    "OoH": ("OOH-Advice", "OOH-C19Adv", "OOH-C19Ass", "OOH-C19Oth", "OOH-DN", "OOH-HomeV", "OOH-NHS24", "OOH-Other",
            "OOH-PCC"),
    "SDS": ("SDS-1", "SDS-2", "SDS-3", "SDS-4"),
}  # fmt: skip


def services(told: Mapping[str, object], of: pl.DataType | type) -> dict[str, pl.Expr]:
    """Kinds of record in the order of their text: the service that a record is counted under, however told."""

    def one(service: str) -> pl.Expr:
        return pl.lit(told.get(service, 0), dtype=of)

    def each(arms: Sequence[tuple[pl.Expr, str]], otherwise: str) -> pl.Expr:
        return case([(test, told[service]) for test, service in arms], told[otherwise], of)

    smrtype = col("smrtype")
    return {
        "00B": one("HOSP.OP.NEW"),
        "01B": each([(col("ipdc") == "D", "HOSP.ACU.DC"), (EMERGENCY, "HOSP.ACU.EM")], "HOSP.ACU.EL"),
        "02B": one("HOSP.MAT"),
        "04B": one("HOSP.MH"),
        "AE2": one("HOSP.AE"),
        "AT": each([(smrtype == "AT-Alarm", "SC.AT.ALARM")], "SC.AT.TELE"),
        "CH": one("SC.CH.LONG"),
        "CMH": one("COMM.CMH"),
        "DD": one("FLOW.DD"),
        "DN": one("COMM.DN"),
        "GLS": one("HOSP.GLS"),
        "HC": each(
            [(col("hc_reablement") == 1, "SC.HC.REABL"), (smrtype == "HC-Per", "SC.HC.PERS"),
             (smrtype == "HC-Non-Per", "SC.HC.NPERS")], "SC.HC.OTHER",
        ),
        "HL1": one("HOUS.HL"),
        "NRS": one("EVT.DEATH"),
        "OoH": each(
            [(smrtype == f"OOH-{name}", f"PC.OOH.{name.upper()}")
             for name in ("HomeV", "Advice", "DN", "NHS24", "PCC", "Other")], "PC.OOH.COVID",
        ),
        "PIS": one("PC.PRESC"),
        "SDS": each([(smrtype == f"SDS-{n}", f"SC.SDS.{n}") for n in (1, 2, 3)], "SC.SDS.4"),
    }  # fmt: skip


SERVICES = {recid: told.alias("service_code")
            for recid, told in services({name: name for name in SERVICE.categories}, SERVICE).items()}  # fmt: skip


def with_polars(folder: Path, out: Path) -> None:
    """Count the episode files of a folder into files of Parquet, as this module says."""
    files = episode_files(folder)
    shutil.rmtree(out, ignore_errors=True)
    for name in ("cells", "stays", "people"):
        (out / name).mkdir(parents=True)
    for year in sorted({year for _, year in files}):
        own = {recid: path for (recid, of), path in files.items() if of == year}
        for name, cells in _cells(own, year):
            _write(cells, out / "cells" / f"{year}-{name}.parquet")
        _write(_people(own, year), out / "people" / f"{year}.parquet")
    for service, stays in _stays(files):
        _write(stays, out / "stays" / f"{service}.parquet")


def episode_files(folder: Path) -> Files:
    """Files by kind of record and by the calendar year in which their financial year begins."""
    found = {}
    for path in sorted(folder.glob("source-episode-file-*.parquet")):
        year, recid = re.fullmatch(r"source-episode-file-(\d\d)\d\d-(\w+)\.parquet", path.name).groups()
        found[recid, 2000 + int(year)] = path
    return found


def _write(rows: pl.LazyFrame, path: Path) -> None:
    rows.sink_parquet(path, compression="snappy", maintain_order=False, engine="streaming")


def _month(year: int) -> pl.Expr:
    """The first day of a month in a financial year."""
    return pl.date(pl.when(col("month") < 4).then(year + 1).otherwise(year), col("month"), 1).alias("period")


def _twelve(rows: pl.LazyFrame, **columns: str) -> pl.LazyFrame:
    """A row for each of the twelve months, with its columns."""
    whole = rows.collect(engine="streaming").lazy()
    kept = [name for name in rows.collect_schema().names() if not name.endswith(tuple(columns.values()))]
    return pl.concat(
        whole.select(
            *kept, pl.lit((n + 3) % 12 + 1, dtype=pl.Int8).alias("month"),
            *(col(f"{month}_{what}").alias(name) for name, what in columns.items()),
        )
        for n, month in enumerate(MONTHS)
    )  # fmt: skip


def _cells(own: Mapping[str, Path], year: int) -> Iterator[tuple[str, pl.LazyFrame]]:
    """The cells of each kind of record."""
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    cost = pence(col("cost_total_net")).sum().alias("cost_net")
    count = pl.len().cast(pl.Int64)
    began = col("record_keydate1")

    def rows(recid: str) -> pl.LazyFrame:
        return pl.scan_parquet(own[recid]).with_columns(*KEYS, SERVICES[recid])

    def by_month(recid: str, *sums: pl.Expr, where: pl.Expr | None = None) -> pl.LazyFrame:
        chosen = rows(recid) if where is None else rows(recid).filter(where)
        month = began.dt.month().alias("month")
        return chosen.group_by("service_code", *BY, month).agg(*sums).with_columns(_month(year)).drop("month")

    def by_year(recid: str, *sums: pl.Expr) -> pl.LazyFrame:
        return rows(recid).group_by("service_code", *BY).agg(*sums).with_columns(pl.lit(first).alias("period"))

    def sector(column: str) -> pl.Expr:
        arms = [(col(column) == str(n), name) for n, name in enumerate(SECTOR.categories[:-1], start=1)]
        return case(arms, "unknown", SECTOR).alias("provider_sector")

    simple: dict[str, Callable[[], pl.LazyFrame]] = {
        "00B": lambda: by_month(
            "00B", (col("attendance_status") == 1).sum().alias("n_attend"),
            col("attendance_status").is_in([5, 8]).sum().alias("n_dna"), cost,
        ),
        "AE2": lambda: by_month(
            "AE2", count.alias("n_attend"), col("ae_disdest").str.starts_with("04").sum().alias("n_admit"), cost
        ),
        "OoH": lambda: by_month("OoH", count.alias("n_contact"), cost),
        "PIS": lambda: by_year("PIS", col("no_paid_items").sum().alias("n_items"), cost),
        "DN": lambda: by_month("DN", col("total_no_dn_contacts").sum().alias("n_contact"), cost),
        "CMH": lambda: by_month("CMH", count.alias("n_contact")),
        "NRS": lambda: by_month("NRS", count.alias("n")),
        "HL1": lambda: by_month("HL1", count.alias("n_applic"),
                                where=(col("smrtype") == "HL1-Main") & began.is_between(first, last)),
        "AT": lambda: by_year("AT", count.alias("n_packages")),
        "SDS": lambda: by_year("SDS", count.alias("n_packages")),
    }  # fmt: skip
    for recid, cells in simple.items():
        if recid in own:
            yield recid, cells()
    if "01B" in own:
        month = col("record_keydate2").dt.month().alias("month")
        falls = pl.scan_parquet(own["01B"]).filter(FALL).group_by(*KEYS, month)
        yield "01B_falls", falls.agg(count.alias("n_admit")).select(
            pl.lit("HOSP.ACU.FALL", dtype=SERVICE).alias("service_code"), *BY,
            pl.lit("emergency", dtype=URGENCY).alias("urgency"), _month(year), "n_admit",
        )  # fmt: skip
    if "CH" in own:
        homes = rows("CH").with_columns(sector("ch_provider"))
        columns = [f"{month}_{what}" for month in MONTHS for what in ("beddays", "cost")]
        months = _twelve(
            homes.select("service_code", *BY, "provider_sector", began, *columns), bed_days="beddays", cost="cost"
        )
        admitted = (col("month") == began.dt.month()) & began.is_between(first, last)
        yield "CH", (
            months.with_columns(admitted.cast(pl.Int64).alias("n_admit"))
            .filter((col("bed_days") != 0) | (col("cost") != 0) | (col("n_admit") == 1))
            .group_by("service_code", *BY, "provider_sector", "month")
            .agg(col("n_admit").sum(), col("bed_days").sum(), pence(col("cost")).sum().alias("cost_net"))
            .with_columns(_month(year)).drop("month")
        )  # fmt: skip
        there = col("record_keydate2").is_null() | (col("record_keydate2") > last)
        there_then = homes.filter(there).group_by("service_code", *BY, "provider_sector")
        yield "CH_residents", there_then.agg(count.alias("n_residents")).with_columns(pl.lit(last).alias("period"))
    if "HC" in own:
        quarters = [first, date(year, 7, 1), date(year, 10, 1), date(year + 1, 1, 1)]
        care = rows("HC").with_columns(sector("hc_provider"))
        each = pl.concat(
            care.select("service_code", *BY, "provider_sector", pl.lit(quarter).alias("period"),
                        col(f"hc_hours_q{n}").alias("hours"), col(f"hc_cost_q{n}").alias("cost"))
            for n, quarter in enumerate(quarters, start=1)
        )  # fmt: skip
        paid = each.filter((col("hours") != 0) | (col("cost") != 0))
        yield (
            "HC",
            paid.group_by("service_code", *BY, "provider_sector", "period").agg(
                col("hours").sum(), pence(col("cost")).sum().alias("cost_net")
            ),
        )
    if "DD" in own:
        delays = rows("DD").filter(DELAYED).with_columns(DELAY_GROUP)
        grouped = delays.group_by("service_code", *BY, "delay_group").agg(count.alias("n_delays"))
        yield "DD", grouped.with_columns(pl.lit(first).alias("period"))
        columns = [f"{month}_beddays" for month in MONTHS]
        months = _twelve(delays.select("service_code", *BY, "delay_group", *columns), bed_days="beddays")
        yield "DD_days", (
            months.filter(col("bed_days") != 0).group_by("service_code", *BY, "delay_group", "month")
            .agg(col("bed_days").sum()).with_columns(_month(year)).drop("month")
        )  # fmt: skip
    yield from _hospital([recid for recid in HOSPITAL if recid in own], own, year)


def _hospital(kinds: Sequence[str], own: Mapping[str, Path], year: int) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Episodes, bed days and cost of stays in hospital; from the same sums, the emergencies of all kinds together."""
    keys = ("service_code", *BY, "urgency")
    rows = pl.concat(
        pl.scan_parquet(own[recid]).with_columns(
            *KEYS, SERVICES[recid], case([(EMERGENCY, "emergency")], "planned", URGENCY).alias("urgency"),
            IN_A_STAY.alias("in_stay"), ONE_MONTH.fill_null(False).alias("one_month"),
            col("record_keydate2").dt.month().alias("ended"),
        )
        for recid in kinds
    )  # fmt: skip
    within = rows.filter("one_month").select(
        *keys, "in_stay", col("ended").alias("month"), pl.lit(1, dtype=pl.Int64).alias("n"),
        col("yearstay").alias("days"), pence(col("cost_total_net")).alias("pence"),
    )  # fmt: skip
    columns = [f"{month}_{what}" for month in MONTHS for what in ("beddays", "cost")]
    longer = _twelve(
        rows.filter(~col("one_month")).select(*keys, "in_stay", "ended", *columns), days="beddays", cost="cost"
    )
    ended = (col("month") == col("ended")).fill_null(False)
    longer = longer.filter((col("days") != 0) | (col("cost") != 0) | ended).select(
        *keys, "in_stay", "month", ended.cast(pl.Int64).alias("n"), "days", pence(col("cost")).alias("pence")
    )
    sums = (
        pl.concat([within, longer]).group_by(*keys, "month").agg(
            col("n").sum().alias("n_episodes"), col("days").sum().alias("bed_days"),
            col("pence").sum().alias("cost_net"),
            *(pl.when("in_stay").then(what).otherwise(0).sum().alias(f"stay_{what}") for what in ("days", "pence")),
        )
        .collect(engine="streaming").lazy()
    )  # fmt: skip
    yield "hospital", sums.with_columns(_month(year)).drop("month", "stay_days", "stay_pence")
    emergencies = sums.filter(col("urgency") == "emergency").group_by(*BY, "month").agg(
        col("stay_days").sum().alias("bed_days"), col("stay_pence").sum().alias("cost_net")
    )  # fmt: skip
    yield "stays", emergencies.filter((col("bed_days") != 0) | (col("cost_net") != 0)).select(
        pl.lit("HOSP.EM.ALL", dtype=SERVICE).alias("service_code"), *BY,
        pl.lit("emergency", dtype=URGENCY).alias("urgency"), _month(year), "bed_days", "cost_net",
    )  # fmt: skip


def _unpacked() -> list[pl.Expr]:
    zone = col("who") // 32
    code = pl.format("S0{}", zone + 1_000_000)
    return [
        pl.when(zone == 0).then(pl.lit("not_placed")).otherwise(code).alias("block_code"),
        (col("who") // 8 % 4).cat.to(SEX).alias("sex"),
        (col("who") % 8).cat.to(BAND).alias("age_band"),
    ]


def _people(own: Mapping[str, Path], year: int) -> pl.LazyFrame:
    """Distinct people of a year, each as their latest row says who they are."""
    used_by = services(BITS, pl.Int64)

    def rows(place: int, recid: str) -> pl.LazyFrame:
        types = TYPES.get(recid, ())
        kind = case([(col("smrtype") == smrtype, place * 16 + n) for n, smrtype in enumerate(types)], place * 16)
        used = used_by[recid]
        if recid in ("01B", "04B", "GLS"):
            used = used + case([(EMERGENCY & IN_A_STAY, BITS["HOSP.EM.ALL"])], 0)
        counted = {"00B": col("attendance_status") == 1, "DD": DELAYED}.get(recid)
        if counted is not None:
            used = pl.when(counted).then(used).otherwise(0)
        return (
            pl.scan_parquet(own[recid]).filter(col("anon_chi").is_not_null()).select(
                col("anon_chi").hash().alias("person"),
                ((END * 512 + kind) * (1 << WHO_BITS) + WHO).alias("latest"),
                used.alias("used"),
            )
        )  # fmt: skip

    wanted = {**{leaf: [leaf] for leaf in LEAVES}, **FAMILIES}
    masks = {name: sum(BITS[leaf] for leaf in leaves) for name, leaves in wanted.items()}
    return (
        pl.concat(rows(place, recid) for place, recid in enumerate(SERVICES) if recid in own)
        .group_by("person").agg(col("latest").max(), col("used").bitwise_or())
        .filter(col("used") != 0)
        .group_by((col("latest") & (1 << WHO_BITS) - 1).alias("who"))
        .agg(((col("used") & mask) != 0).sum().alias(name) for name, mask in masks.items())
        .select(*_unpacked(), pl.lit(date(year, 4, 1)).alias("period"), *wanted)
    )  # fmt: skip


def _stays(files: Files) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Stays over all years, by service and the month of their start.

    A stay has two bits for each service: it has a row of it, and that is no emergency, or is one.
    """
    years = sorted({year for _, year in files})
    counted = {
        "HOSP.EM.ALL": lambda recid: IN_A_STAY,
        "HOSP.ACU": lambda recid: (col("ipdc") == "I").fill_null(False) if recid == "01B" else pl.lit(False),
        "HOSP.ACU.DC": lambda recid: (col("ipdc") == "D").fill_null(False) if recid == "01B" else pl.lit(False),
        **{service: lambda recid, kind=kind: pl.lit(recid == kind)
           for service, kind in (("HOSP.GLS", "GLS"), ("HOSP.MAT", "02B"), ("HOSP.MH", "04B"))},
    }  # fmt: skip
    hospital = [(recid, path) for (recid, _), path in files.items() if recid in HOSPITAL]
    locations = pl.concat(pl.scan_parquet(path).select("location") for _, path in hospital).unique()
    known = pl.Enum(locations.drop_nulls().collect(engine="streaming")["location"].sort())

    def rows(recid: str, path: Path) -> pl.LazyFrame:
        found = pl.sum_horizontal(
            case([(test(recid), 1 << 2 * n)], 0) for n, test in enumerate(counted.values())
        ) * case([(EMERGENCY, 2)], 1)  # fmt: skip
        location = (col("location").cast(known).to_physical().cast(pl.Int64) + 1).fill_null(0)
        kind = sorted(HOSPITAL).index(recid)
        return (
            pl.scan_parquet(path).filter(col("anon_chi").is_not_null() & col("cij_marker").is_not_null()).select(
                col("anon_chi").hash().alias("person"), "cij_marker", col("cij_start_date").alias("start"),
                (((END * 65536 + START) * 4 + kind) * 65536 + location).alias("order"),
                WHO.cast(pl.Int32).alias("who"), found.cast(pl.Int16).alias("found"),
            )
        )  # fmt: skip

    stays = (
        pl.concat(rows(recid, path) for recid, path in hospital)
        .group_by("person", "cij_marker")
        .agg(col("start").min(), col("who").max_by("order"), col("found").bitwise_or())
        .filter(col("start").is_between(date(years[0], 4, 1), date(years[-1] + 1, 3, 31)))
        .select(col("start").dt.truncate("1mo").alias("period"), col("who").cast(pl.Int64), "found")
        .collect(engine="streaming").lazy()
    )  # fmt: skip
    both = pl.any_horizontal((col("found") & 3 << 2 * n) == 3 << 2 * n for n in range(len(counted)))
    if stays.select(both.any()).collect().item():
        raise ValueError("a stay is an emergency in one row and not in another: these are no clean files")
    for place, service in enumerate(counted):
        planned, emergency = 1 << 2 * place, 2 << 2 * place
        where, named = (col("found") & (planned | emergency)) != 0, pl.lit(service)
        if service == "HOSP.EM.ALL":
            where = (col("found") & emergency) != 0
        elif service == "HOSP.ACU":
            named = pl.when(col("urgency") == "emergency").then(pl.lit("HOSP.ACU.EM")).otherwise(pl.lit("HOSP.ACU.EL"))
        elif service == "HOSP.ACU.DC":
            where &= (col("found") & (3 << 2 * (place - 1))) == 0  # no inpatient row besides
        urgency = case([((col("found") & emergency) != 0, "emergency")], "planned", URGENCY).alias("urgency")
        counts = stays.filter(where).group_by("who", "period", urgency).agg(pl.len().cast(pl.Int64).alias("n_stays"))
        yield service, counts.select(named.alias("service_code"), *_unpacked(), "urgency", "period", "n_stays")


def totals(out: Path) -> tuple[int, dict[str, object]]:
    """Rows of cells, and what is the same whoever counted. Sums of all services leave out the one that overlaps."""
    rows = 0
    measures: dict[str, dict[str, float]] = {}
    for path in sorted((out / "cells").glob("*.parquet")):
        cells = pl.read_parquet(path)
        rows += cells.height
        names = [name for name in cells.columns if name.startswith("n_") or name in MEASURES]
        for told in cells.group_by(col("service_code").cast(pl.String)).agg(col(names).sum()).iter_rows(named=True):
            kept = measures.setdefault(told["service_code"], {})
            for name in names:
                kept[name] = round(kept.get(name, 0.0) + float(told[name]), 2)
    stays = pl.concat(pl.scan_parquet(path) for path in sorted((out / "stays").glob("*.parquet")))
    added = stays.group_by("service_code").agg(col("n_stays").sum()).sort("service_code")
    by_service = dict(added.collect().iter_rows())
    people = pl.concat(pl.scan_parquet(path) for path in sorted((out / "people").glob("*.parquet")))
    told_people = people.drop(*BY, "period").sum().collect().row(0, named=True)
    people_by = {service: told_people[service] for service in sorted(told_people) if told_people[service]}

    def over_all(measure: str) -> float:
        return round(sum(told.get(measure, 0) for name, told in measures.items() if name != "HOSP.EM.ALL"), 2)

    return rows, {
        "bed_days": over_all("bed_days"), "cost_pence": over_all("cost_net"), "hours": over_all("hours"),
        "n_stays": sum(by_service.values()), "n_people": sum(people_by.values()),
        "measures": dict(sorted(measures.items())), "stays": by_service, "people": people_by,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("python benchmarks/episodes_polars.py FOLDER OUT\n")
        return 2
    folder, out = map(Path, arguments)
    begun = time.monotonic()
    with_polars(folder, out)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells, total = totals(out)
    told = {"seconds": round(seconds, 3), "peak_mib": round(peak, 1), "cells": cells, "total": total}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
