"""Linked care records drawn in a test, in files like Source's. Nobody in them exists: every number begins with SYN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.curate.linked import linked_tables
from locality_profiles.curate.staging import StagedFile, StagedPart, stage_file
from locality_profiles.episodes.engine import HERE
from locality_profiles.sample.linked_columns import EPISODE, INDIVIDUAL
from locality_profiles.sample.linked_draws import MONTHS
from locality_profiles.sources import sources
from locality_profiles.tables.curated import ACTIVITY_CUBE
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import Store, Stored
from locality_profiles.tables.suites import empty_view

Record = Mapping[str, Any]

#: What a record need not say.
USUAL: Record = {"year": "2122", "gender": 2, "age": 70, "datazone2011": "S01900001", "hb2019": "S08900001"}


# --- records of the financial year 2021/22, all sound unless changed --------------------------------


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _in_bed(first: str, last: str | None, of: int, a_day: int = 0) -> dict[str, Any]:
    """Days by month and cost of them: the last day counts and the first does not; of one financial year."""
    until = _day(last) or date(of + 1, 3, 31)
    begins = date.fromisoformat(first)
    days = [begins + timedelta(n) for n in range(1, (until - begins).days + 1)]
    within = [day for day in days if date(of, 4, 1) <= day <= date(of + 1, 3, 31)]
    by_month = {MONTHS[n]: sum(day.month == (n + 3) % 12 + 1 for day in within) for n in range(12)}
    told: dict[str, Any] = {f"{month}_beddays": float(n) for month, n in by_month.items()}
    told |= {"yearstay": float(len(within)), "stay": float(len(days))}
    if a_day:
        told |= {f"{month}_cost": n * a_day for month, n in by_month.items()}
        told["cost_total_net"] = len(within) * a_day
    return told


def attendance(person: str | None, day: str | None = "2021-06-10", **more: Any) -> Record:
    """An attendance at an emergency department, for 150 pounds."""
    return {
        **USUAL, "recid": "AE2", "smrtype": "A & E", "anon_chi": person, "record_keydate1": _day(day),
        "record_keydate2": _day(day), "cost_total_net": 150, "location": "Q900A", **more,
    }  # fmt: skip


def stay(
    person: str | None, first: str, last: str | None, *, marker: int | None = 1, of: int = 2021, a_day: int = 1000,
    recid: str = "01B", **more: Any,
) -> Record:  # fmt: skip
    """An emergency stay of one record in an acute hospital (``04B``: of mental health), for 1,000 pounds a day."""
    acute = recid == "01B"
    return {
        **USUAL, "recid": recid, "smrtype": "Acute-IP" if acute else "Psych-IP", "anon_chi": person,
        "record_keydate1": _day(first), "record_keydate2": _day(last), "cij_marker": marker,
        "cij_start_date": _day(first), "cij_pattype_code": 0, "ipdc": "I" if acute else None, "location": "Q900H",
        "hbtreatcode": "S08900001", **_in_bed(first, last, of, a_day), **more,
    }  # fmt: skip


def delay(person: str | None, first: str, last: str, **more: Any) -> Record:
    """A delayed discharge, for want of an assessment."""
    return {
        **USUAL, "recid": "DD", "smrtype": "DD-CIJ", "anon_chi": person, "record_keydate1": _day(first),
        "record_keydate2": _day(last), "primary_delay_reason": "11A", **_in_bed(first, last, 2021), **more,
    }  # fmt: skip


def care_home(person: str | None, first: str, last: str | None = None, **more: Any) -> Record:
    """A stay in a private care home, for 100 pounds a day."""
    return {
        **USUAL, "recid": "CH", "smrtype": "Care-Home", "anon_chi": person, "record_keydate1": _day(first),
        "record_keydate2": _day(last), "ch_provider": "2", **_in_bed(first, last, 2021, 100), **more,
    }  # fmt: skip


def individual(person: str, cost: int = 2000, **more: Any) -> Record:
    """A row of the individual file: a resident, without long-term conditions."""
    return {**USUAL, "anon_chi": person, "keep_population": 1, "health_net_cost": cost, **more}


# --- files ----------------------------------------------------------------------------------------


def episode_file(path: Path, *records: Record) -> Path:
    """Write records in the columns of Source's episode files."""
    return _written(path, records, EPISODE)


def individual_file(path: Path, *people: Record) -> Path:
    """Write people in the columns of Source's individual files."""
    return _written(path, people, INDIVIDUAL)


def _written(path: Path, rows: Iterable[Record], columns: Mapping[str, pa.DataType]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exact = [
        {name: Decimal(str(value)) if pa.types.is_decimal(columns[name]) and value is not None else value
         for name, value in row.items()}
        for row in rows
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(exact, schema=pa.schema(list(columns.items()))), path)
    return path


def changed(path: Path, **columns: Any) -> Path:
    """Write a file again with other columns: SQL by name, None for one that is to go."""
    dropped = ", ".join(f'"{name}"' for name, sql in columns.items() if sql is None)
    told = {name: sql for name, sql in columns.items() if sql is not None}
    there = pq.read_schema(path).names
    replaced = ", ".join(f"{sql} as {name}" for name, sql in told.items() if name in there)
    added = "".join(f", {sql} as {name}" for name, sql in told.items() if name not in there)
    chosen = f"*{f' exclude ({dropped})' if dropped else ''}{f' replace ({replaced})' if replaced else ''}{added}"
    table = duckdb.sql(f"select {chosen} from {relation(path)}").to_arrow_table()
    pq.write_table(table, path)
    return path


# --- reading --------------------------------------------------------------------------------------


def staged(path: Path, store: Store | None = None) -> StagedFile:
    """The file as staged, in a store beside it unless another is given."""
    return stage_file(path, path.name, store or Store(path.parent / "store"), HERE)


def part_of(path: Path) -> StagedPart:
    (part,) = staged(path).parts
    return part


def rows(table: Stored, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of some columns of a stored table, in order."""
    return ask(f"select {', '.join(columns)} from t order by all", t=table)


def ask(query: str, **tables: Stored) -> list[tuple[Any, ...]]:
    """Rows of a query on stored tables. Cells have every column of the cube."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            query_of = f"select * from {table.relation}"
            if table.table in ("_cell", "activity_cube"):
                query_of = f"{empty_view(ACTIVITY_CUBE)} union all by name {query_of}"
            connection.execute(f"create view {name} as {query_of}")
        return connection.execute(query).fetchall()


def figure(table: Stored, service: str, measure: str, where: str = "true") -> float:
    """One measure of one service, over all cells of a table that ``where`` chooses."""
    ((total,),) = ask(
        f"select coalesce(sum({measure}), 0) from t where service_code = '{service}' and {where}", t=table
    )
    return total


def cells_of(table: Stored) -> list[tuple[Any, ...]]:
    """All cells, but for which file they are of."""
    return ask("select * exclude (extract_id) from t order by all", t=table)


def together(store: Store, *paths: Path) -> dict[str, Stored]:
    """The tables that several files give."""
    return linked_tables([staged(path, store) for path in paths], store, HERE)


def in_store(store: Store) -> set[str]:
    """Every file of the store."""
    return {path.relative_to(store.folder).as_posix() for path in store.folder.rglob("*") if path.is_file()}


def persons_told(folder: Path) -> list[str]:
    """Files below a folder, but for pieces that are private, in which a made-up person's number stands."""
    private = {f"_{name}" for module in sources().values() for name in module.private} | {"_stay"}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not private & set(path.relative_to(folder).parts):
            text = (
                str(pq.read_table(path).to_pylist())
                if path.suffix == ".parquet"
                else path.read_bytes().decode("latin-1")
            )
            found += [path.relative_to(folder).as_posix()] if "SYN" in text else []
    return found
