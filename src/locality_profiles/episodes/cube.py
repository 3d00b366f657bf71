"""From files of linked records to the cube: what one file gives, and what files give together.

A file gives cells that nothing can change any more, and pieces of what needs other files: stays that go on in another
kind of hospital or another year, and people who are to be counted once. Each is a Parquet file of its own, so a changed
file touches only what it is part of.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.episodes import cells
from locality_profiles.episodes.cells import Year
from locality_profiles.episodes.conditions import DIAGNOSES
from locality_profiles.episodes.engine import Engine
from locality_profiles.episodes.faults import FAULTS, NAMES, fault_number
from locality_profiles.episodes.linked import COLUMNS, EMERGENCY, HOSPITAL, Kind, coded, kinds, listed
from locality_profiles.errors import ExtractRefused, Problem

#: What is made of one file, each a Parquet file of this name.
PIECES = ("cell", "stay_piece", "setting_piece", "death_piece", "hospital_flow", "set_aside", "total")
#: A kind of record that is longer is not told: it may be somebody's number that slipped into the column.
LONGEST_RECID = 3


@dataclass(frozen=True)
class FileRead:
    """What one file of records held."""

    year: Year
    kinds: tuple[str, ...]
    rows: int
    aside: dict[str, int]
    """Records set aside, by fault."""
    began: tuple[int, ...] = ()
    """Financial years in which the stays began of which the file holds a part."""
    lasts: tuple[int, ...] = ()
    """First and last financial year of days in bed or in a care home that the file tells of; none for no such days."""

    def about(self, piece: str) -> dict[str, Any]:
        """What to note beside a piece."""
        return {"stay_piece": {"began": self.began}, "setting_piece": {"lasts": self.lasts}}.get(piece, {})

    def claims(self) -> tuple[str, ...]:
        """What the file says that no other may say as well."""
        year = f"{self.year.begins}/{(self.year.begins + 1) % 100:02d}"
        return tuple(f"linked records {kind}, {year}" for kind in self.kinds)

    def notes(self) -> tuple[str, ...]:
        """What was set aside, in words."""
        words = {fault.id: fault for fault in FAULTS}
        return tuple(
            f"{n:,} record(s) set aside: {words[fault].wrong}. {words[fault].remedy}" for fault, n in self.aside.items()
        )


def read_file(engine: Engine, path: Path, name: str, folder: Path, extract_id: str) -> FileRead:
    """Read one file of records, once, into its pieces.

    Parameters
    ----------
    engine
        Where it is computed.
    path, name
        The file, and what to call it in messages.
    folder
        Where the pieces go: one Parquet file for each of ``PIECES`` that the file has.
    extract_id
        The file's own id, which its cells bear.

    Raises
    ------
    ExtractRefused
        If the file cannot be read to its end, or is not of one financial year.
    """
    with to_its_end(engine, name):
        engine.see("episode", [path], COLUMNS, "row_no")
        return _read(engine, name, folder, extract_id)


@contextlib.contextmanager
def to_its_end(engine: Engine, name: str) -> Iterator[None]:
    """Refuse a file that cannot be read to its end, and let go of what was kept of it.

    What the engine says of it is not passed on, for it may quote a record.
    """
    try:
        yield
    except Exception as fault:
        if not engine.is_of_the_file(fault):
            raise
        raise ExtractRefused(
            f"{name} was refused: it cannot be read to its end.",
            [Problem("the file is damaged, cut short, or a column holds what it should not", "Get it again.", name)],
        ) from None
    finally:
        engine.forget()


def _read(engine: Engine, name: str, folder: Path, extract_id: str) -> FileRead:
    held = engine.rows("select year, recid, count(*) from episode group by year, recid")
    year = year_of(held, name)
    known = [kind for recid, kind in kinds().items() if any(row[1] == recid for row in held)]
    strange = any(row[1] not in kinds() for row in held)
    _judge(engine, known, strange, year)
    _good(engine)
    _set_aside_twins(engine)
    _set_aside_repeated_delays(engine, known)
    _set_aside_overlaps(engine, known)
    _write_stays(engine, known, year, folder, extract_id)
    lasts = _write_settings(engine, known, year, folder)
    _write_deaths(engine, known, folder)
    _write_cells(engine, known, year, folder, extract_id)
    _write_aside(engine, known, folder, extract_id)
    faults = engine.rows("select fault, count(*) from aside group by fault")
    aside = {NAMES[fault]: n for fault, n in sorted(faults)}
    began: tuple[int, ...] = ()
    if any(kind.in_hospital for kind in known):
        years = engine.rows(f"select distinct {_FISCAL.format('start_day')} from stay")
        began = tuple(sorted(row[0] for row in years if row[0] is not None))
    return FileRead(year, tuple(kind.recid for kind in known), sum(row[2] for row in held), aside, began, lasts)


def year_of(held: Sequence[tuple[str, str, int]], name: str) -> Year:
    """The one financial year that a file is of."""
    told = sorted({str(row[0]) for row in held})
    if not told:
        raise ExtractRefused(f"{name} was refused: it has no rows.",
                             [Problem("the file is empty", "Take it out, or get it again.", name)])  # fmt: skip
    match = re.fullmatch(r"(\d\d)(\d\d)", told[0])
    if len(told) > 1 or not match or (int(match[1]) + 1) % 100 != int(match[2]):
        # What has not the form of a year may be somebody's number that slipped into the column.
        found = ", ".join([*dict.fromkeys(y if re.fullmatch(r"\d{1,4}", y) else "what is no year" for y in told)][:4])
        raise ExtractRefused(
            f"{name} was refused: it is not of one financial year.",
            [Problem(f"the column 'year' holds {found}, where one year such as 2122 was expected",
                     "Give each financial year a file of its own.", name, column="year")],
        )  # fmt: skip
    return Year(2000 + int(match[1]))


# --- setting aside --------------------------------------------------------------------------------


def _judge(engine: Engine, known: Sequence[Kind], strange: bool, year: Year) -> None:
    """Set aside records that are wrong by themselves, and keep the totals of all: ``judged`` by fault."""
    fault = fault_number(known, strange, year.first, year.last)
    engine.keep("judged", f"""
        select fault, count(*) as n, {cells.hundredths("sum(yearstay)")} as bed_days,
            {cells.pence("sum(cost_total_net)")} as cost_net
        from (select {fault} as fault, yearstay, cost_total_net from episode) record group by fault""")  # fmt: skip
    wrong = engine.rows("select count(*) from judged where fault is not null")[0][0]
    engine.keep("aside", f"select row_no, recid, {fault} as fault from episode "
                f"where {f'({fault}) is not null' if wrong else 'false'}")  # fmt: skip


def _good(engine: Engine) -> None:
    """Show the records that are not set aside so far."""
    some = engine.rows("select count(*) from aside")[0][0]
    engine.view("good", "select * from episode" + (" anti join aside using (row_no)" if some else ""))


def _add_aside(engine: Engine, fault: str, rows: str) -> bool:
    """Set further records aside, if there are any; ``rows`` is SQL of row numbers and kinds."""
    engine.keep("more", rows)
    if not engine.rows("select count(*) from more")[0][0]:
        return False
    engine.keep("aside", f"select * from aside union all select row_no, recid, {NAMES.index(fault)} as fault from more")
    _good(engine)
    return True


def _set_aside_twins(engine: Engine) -> None:
    """Set aside records that stand there twice."""
    # Records that share a few things may be twins; hardly any do, and only those are compared in everything.
    engine.keep("likely_twin", f"""
        select twin from (select {cells.TWIN} as twin from good where anon_chi is not null) record
        group by twin having count(*) > 1""")  # fmt: skip
    if not engine.rows("select count(*) from likely_twin")[0][0]:
        return
    columns = ", ".join(COLUMNS)
    _add_aside(engine, "exact_duplicate", f"""
        select row_no, recid from (
            select row_no, recid, row_number() over (partition by {columns} order by row_no) as copy
            from good where {cells.TWIN} in (select twin from likely_twin)) record
        where copy > 1""")  # fmt: skip


def _set_aside_repeated_delays(engine: Engine, known: Sequence[Kind]) -> None:
    if not any(kind.recid == "DD" for kind in known):
        return
    columns = ", ".join(name for name in COLUMNS if name not in ("anon_chi", "record_keydate1", "record_keydate2"))
    _add_aside(engine, "delay_twice", f"""
        select row_no, recid from (
            select row_no, recid, row_number() over (partition by anon_chi, record_keydate1
                order by record_keydate2 desc, {columns}) as telling
            from good where recid = 'DD' and anon_chi is not null) record
        where telling > 1""")  # fmt: skip


def _set_aside_overlaps(engine: Engine, known: Sequence[Kind]) -> None:
    """Look at the stays, and set aside those that begin before an earlier one of the same person has ended."""
    if not any(kind.in_hospital for kind in known):
        return
    diagnoses = ", ".join(DIAGNOSES)
    engine.keep("coded", coded(f"select {diagnoses} from good where recid = '01B' and {EMERGENCY}"))
    engine.keep("coded_anywhere", "select code, any_bits from coded where any_bits <> 0")
    engine.keep("stay", cells.stays(known))
    engine.keep("overlapping", cells.OVERLAPPING)
    if _add_aside(engine, "overlapping_stay", f"""
        select row_no, recid from good semi join overlapping using (anon_chi, cij_marker)
        where recid in {listed(HOSPITAL)}"""):  # fmt: skip
        engine.keep("stay", "select * from stay anti join overlapping using (anon_chi, cij_marker)")


# --- writing --------------------------------------------------------------------------------------


def _write_stays(engine: Engine, known: Sequence[Kind], year: Year, folder: Path, extract_id: str) -> None:
    if any(kind.in_hospital for kind in known):
        engine.write("select * from stay", folder / "stay_piece.parquet")
        engine.write(cells.flows(known, year, extract_id), folder / "hospital_flow.parquet")


_FISCAL = "year({0}) - case when month({0}) < 4 then 1 else 0 end"


def _write_settings(engine: Engine, known: Sequence[Kind], year: Year, folder: Path) -> tuple[int, ...]:
    """Write where people were; the first and last financial year of it."""
    if not any(kind.in_hospital or kind.recid == "CH" for kind in known):
        return ()
    path = folder / "setting_piece.parquet"
    engine.write(cells.settings(year), path)
    engine.see("written", [path], {"from_day": "date", "to_day": "date"})
    ((first, last),) = engine.rows(f"select min({_FISCAL.format('from_day')}), max({_FISCAL.format('to_day')}) "
                                   "from written")  # fmt: skip
    return () if first is None else (first, last)


def _write_deaths(engine: Engine, known: Sequence[Kind], folder: Path) -> None:
    """Who died, but for deaths from causes outside the body, of which the last months tell nothing of care."""
    if any(kind.recid == "NRS" for kind in known):
        engine.write(cells.deaths(), folder / "death_piece.parquet")


def _write_cells(engine: Engine, known: Sequence[Kind], year: Year, folder: Path, extract_id: str) -> None:
    queries = [cells.counted(known, year)]
    if any(kind.months for kind in known):
        queries.append(cells.by_month(known))
    if any(kind.quarters for kind in known):
        queries.append(cells.by_quarter(known))
    if any(kind.recid == "01B" for kind in known):
        queries.append(cells.falls(known, year))
    if any(kind.recid == "CH" for kind in known):
        queries.append(cells.residents(known, year))
    for number, query in enumerate(queries):
        engine.keep(f"part_{number}", query)
    told = _measures_of(queries)
    together = " union all by name ".join(f"select * from part_{number}" for number in range(len(queries)))
    if len(queries) > 1:
        sums = ", ".join(f"sum({name}) as {name}" for name in told)
        together = f"select place, packed, {sums} from ({together}) part group by place, packed"
    engine.write(cells.in_words(together, year, "records", told, extract_id, engine.words), folder / "cell.parquet")


def _measures_of(queries: Sequence[str]) -> list[str]:
    """Measures that queries of cells give, by the names of their columns."""
    return [name for name in ("n_records", *cells.MEASURES) if any(re.search(rf"\bas {name}\b", q) for q in queries)]


def _write_aside(engine: Engine, known: Sequence[Kind], folder: Path, extract_id: str) -> None:
    words = " ".join(f"when {n} then '{name}'" for n, name in enumerate(NAMES))
    engine.write(f"""
        select '{extract_id}' as extract_id, aside.row_no,
            case when length(aside.recid) <= {LONGEST_RECID} then aside.recid end as recid,
            case aside.fault {words} end as fault,
            {cells.hundredths("coalesce(yearstay, 0)")} as bed_days,
            {cells.pence("coalesce(cost_total_net, 0)")} as cost_net
        from aside join episode using (row_no) order by row_no""", folder / "set_aside.parquet")  # fmt: skip
    aside = engine.rows("select count(*) from aside")[0][0]
    judged = (
        "select sum(n) as n, coalesce(sum(bed_days), 0) as bed_days, coalesce(sum(cost_net), 0) as cost_net from judged"
    )
    days, cost = cells.hundredths("sum(yearstay)"), cells.pence("sum(cost_total_net)")
    left = f"select count(*) as n, coalesce({days}, 0) as bed_days, coalesce({cost}, 0) as cost_net from good"
    good = left if aside else judged
    acute = any(kind.recid == "01B" for kind in known)
    until = "(select max(record_keydate2) from good where recid = '01B')" if acute else "cast(null as date)"
    engine.write(f"""
        select '{extract_id}' as extract_id,
            cast(judged.n as bigint) as rows_before, cast(good.n as bigint) as rows_counted,
            cast(judged.bed_days as double) as bed_days_before, cast(good.bed_days as double) as bed_days_counted,
            cast(judged.cost_net as bigint) as cost_before, cast(good.cost_net as bigint) as cost_counted,
            {until} as smr01_until
        from ({judged}) judged cross join ({good}) good""", folder / "total.parquet")  # fmt: skip
