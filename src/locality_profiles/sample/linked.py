"""Linked care records of people who do not exist, in files like those of Public Health Scotland's Source linkage files.

Benchmarks and tests read them where no real record may be. They are written slice by slice of the people: memory holds
a few slices, never the country, and the disk holds nothing but the files. The same arguments give the same rows in the
same order, whatever the number of threads.

What a reader of the real files must know holds here too:

- A record stands in the file of the year in which it ends. One that began before 1 April has its earlier days in
  ``stay`` and not in ``yearstay`` or a month; the last day in bed counts, the first does not. Care that goes on over
  the year's end (care homes, home care, alarms, self-directed support) stands in the file of each year, and has no end
  until it ends.
- The latest address holds for the whole of a year's file. Who lives in a care home is counted where the home stands,
  from the year of admission on. Each person is in one data zone in one year's file.
- Prescriptions are one row for each person and year, dated 31 March, even where the person died before.
- Some people have no known address, or come from elsewhere: no data zone, and 'No Locality Information'.
- District nursing and community mental health have no files after 2020/21; other kinds begin when Source has them.

``linked_draws`` is chance, ``linked_zones`` the ground, ``linked_people`` the people, ``linked_stays``,
``linked_contacts`` and ``linked_individuals`` the records, ``linked_columns`` their layout, ``linked_faults`` the
errors that are put in on request.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.sample.linked_columns import EPISODE, INDIVIDUAL
from locality_profiles.sample.linked_contacts import KINDS
from locality_profiles.sample.linked_draws import Dice
from locality_profiles.sample.linked_faults import spoil
from locality_profiles.sample.linked_individuals import individuals_of
from locality_profiles.sample.linked_people import Years, people_of, person_columns
from locality_profiles.sample.linked_stays import (
    DELAY_COLUMNS,
    EPISODE_COLUMNS,
    admissions,
    delays_of,
    episodes_of,
    kept,
    stays_of,
)
from locality_profiles.sample.linked_zones import lay_out, made_up_zones
from locality_profiles.tables.store import ROW_GROUP, beside, connect

__all__ = ["INDIVIDUAL_FILE", "LinkedSummary", "made_up_zones", "write_linked"]

#: People in a slice. The files do not depend on it: a person's rows follow from the person alone.
SLICE = 61_440
INDIVIDUAL_FILE = "individual"
#: Stays in hospital, and delays: the first financial year of each.
_HOSPITAL = ("01B", "GLS", "02B", "04B")
_DELAYS_SINCE = 2016
#: As many digits as an identifier has room for.
_MOST_PEOPLE = 10**10 - 1


@dataclass(frozen=True)
class LinkedSummary:
    """What was written."""

    folder: Path
    seed: int
    people: int
    years: tuple[int, ...]
    files: Mapping[str, int]
    """Rows by file."""
    kinds: Mapping[str, int]
    """Rows by kind of record, in all years."""
    faults: Mapping[str, int]
    """Rows with each fault that was put in."""
    bytes: int

    @property
    def rows(self) -> int:
        return sum(self.files.values())

    @property
    def episodes(self) -> int:
        """Rows of all kinds but the individual file."""
        return self.rows - self.kinds[INDIVIDUAL_FILE]


def write_linked(
    folder: Path,
    zones: pa.Table,
    people: int,
    years: Sequence[int],
    seed: int = 2026,
    memory_limit: str = "1GiB",
    threads: int = 2,
    faults: bool = False,
) -> LinkedSummary:
    """Write linked records: one file for each kind and year, and one of individuals for each year.

    Parameters
    ----------
    folder
        Where the files go; ones of the same names are replaced, a year at a time, when that year's are whole.
    zones
        One row for each data zone: ``datazone2011``, ``locality``, ``hscp2018``, ``hb2019``, ``ca2018``,
        ``simd_quintile`` (1 to 5, 1 the most deprived) and ``weight``, by which people live there.
    people
        How many people appear in the first year or are born in later ones.
    years
        Financial years by the calendar year in which they begin, without gaps: 2021 is 2021/22.
    seed
        Any whole number from 0; another one gives other people.
    memory_limit
        For DuckDB, as it writes sizes. Slices on their way to the files come to some hundred megabytes besides.
    threads
        Slices that are worked on at the same time.
    faults
        Whether to put in rows that a check should find, and to say how many; see ``linked_faults``.

    Raises
    ------
    ValueError
        If there are no people or years, the years have gaps, or the zones are no such table.
    """
    years = tuple(years)
    if not years or list(years) != list(range(years[0], years[0] + len(years))):
        raise ValueError("years are calendar years in order and without gaps, such as 2020, 2021")
    if not 1 <= people <= _MOST_PEOPLE:
        raise ValueError(f"people are a whole number from 1 to {_MOST_PEOPLE:,}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Each thread works on a slice of its own with one connection, so DuckDB itself needs one. A slice fits in memory:
    # with nowhere to spill, a limit that is too low says so instead of filling the disk.
    connection = connect(threads=1, memory_limit=memory_limit, temp_directory="")
    try:
        lay_out(connection, zones)
        ((boards,),) = connection.execute("select count(*) from board_words").fetchall()
        maker = _Maker(connection, Dice(seed), Years(years, zones.num_rows, boards), people, max(threads, 1), faults)
        files: dict[str, int] = {}
        kinds: Counter[str] = Counter()
        for year in years:
            for kind, (name, rows) in maker.write_year(folder, year).items():
                files[name] = rows
                kinds[kind] += rows
    finally:
        connection.close()
    size = sum((folder / name).stat().st_size for name in files)
    return LinkedSummary(folder, seed, people, years, files, dict(kinds), dict(maker.faults), size)


def short(year: int) -> str:
    """A financial year as Source's files are named: 2122 for 2021/22."""
    return f"{year % 100:02d}{(year + 1) % 100:02d}"


def file_name(kind: str, year: int) -> str:
    episode = kind != INDIVIDUAL_FILE
    return (
        f"source-episode-file-{short(year)}-{kind}.parquet"
        if episode
        else f"source-individual-file-{short(year)}.parquet"
    )


@dataclass
class _Maker:
    connection: duckdb.DuckDBPyConnection
    dice: Dice
    told: Years
    people: int
    threads: int
    with_faults: bool
    faults: Counter[str] = field(default_factory=Counter)

    def write_year(self, folder: Path, year: int) -> dict[str, tuple[str, int]]:
        """Write one year's files; the name and rows of each, by kind."""
        with contextlib.ExitStack() as open_files:
            writers: dict[str, _Writer] = {}
            for number, tables in enumerate(self._slices(year)):
                for kind, table in tables.items():
                    if number == 0:
                        aside = open_files.enter_context(beside(folder / file_name(kind, year)))
                        writers[kind] = open_files.enter_context(_Writer(aside, kind, year))
                        if self.with_faults:
                            table = self._spoilt(kind, table, year)
                    writers[kind].add(table)
            for writer in writers.values():
                writer.flush()
        return {kind: (file_name(kind, year), writer.rows) for kind, writer in writers.items()}

    def _slices(self, year: int) -> Iterator[dict[str, pa.Table]]:
        """The tables of each slice, in order. Only a few are made ahead of the one that is being written."""
        starts = range(1, self.people + 1, SLICE)
        if self.threads == 1:
            yield from (self._slice(year, start) for start in starts)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            ahead: deque[Future[dict[str, pa.Table]]] = deque()
            for start in starts:
                ahead.append(pool.submit(self._slice, year, start))
                if len(ahead) > self.threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _slice(self, year: int, start: int) -> dict[str, pa.Table]:
        stop = min(start + SLICE, self.people + 1)
        dice, told = self.dice, self.told
        steps = {
            "person": people_of(dice, told, year, start, stop),
            "stay": stays_of(dice, told, year),
            "episode": kept(episodes_of(dice, year), EPISODE_COLUMNS, "recid", "treated_by", "first_in_file"),
            "delay": kept(delays_of(dice, year), DELAY_COLUMNS, "treated_by"),
        }
        for recid, kind in KINDS.items():
            none = "" if kind.in_year(year) else " limit 0"
            steps[f"kind_{recid}"] = kept(kind.query(dice, told, year), kind.all_columns, "n") + none
        # A cursor has temporary tables of its own, which go with it.
        with contextlib.closing(self.connection.cursor()) as own:
            for name, query in steps.items():
                own.execute(f"create temp table {name} as {query}")
            rows = self._rows(year).items()
            return {kind: own.sql(query).to_arrow_table() for kind, query in rows}

    def _rows(self, year: int) -> dict[str, str]:
        """SQL of the rows of each file of the year, in order."""
        queries = {recid: admissions("episode", f"recid = '{recid}'", EPISODE_COLUMNS) for recid in _HOSPITAL}
        if year >= _DELAYS_SINCE:
            queries["DD"] = admissions("delay", "true", DELAY_COLUMNS)
        for recid, kind in KINDS.items():
            if kind.in_year(year):
                queries[recid] = (
                    f"select {person_columns()}, {', '.join(f'e.{name}' for name in kind.all_columns)} "
                    f"from kind_{recid} e join person p using (person) order by person, record_keydate1, n"
                )
        return {**queries, INDIVIDUAL_FILE: individuals_of(self.dice, year)}

    def _spoilt(self, kind: str, table: pa.Table, year: int) -> pa.Table:
        with contextlib.closing(self.connection.cursor()) as own:
            whole, put_in = spoil(own, kind, _whole(table, kind, year), year, first=year == self.told.years[0])
        self.faults.update(put_in)
        return whole


def _whole(made: pa.Table, kind: str, year: int) -> pa.Table:
    """The table with all columns of its file, in order: those that it does not fill are empty."""
    layout = INDIVIDUAL if kind == INDIVIDUAL_FILE else EPISODE
    rows = made.num_rows
    constants = {"year": short(year), "recid": kind}
    columns: dict[str, pa.Array] = {}
    for name, wanted in layout.items():
        if name in made.column_names:
            column = made[name]
            columns[name] = column if pa.types.is_dictionary(column.type) else column.cast(wanted)
        elif name in constants:
            columns[name] = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), rows), [constants[name]])
        else:
            columns[name] = pa.nulls(rows, wanted)
    return pa.table(columns)


class _Writer:
    """One Parquet file that is written as rows come.

    Small slices wait until they fill a row group; empty columns join them only then, since they would take more room
    than the others.
    """

    def __init__(self, path: Path, kind: str, year: int) -> None:
        self.path, self.kind, self.year = path, kind, year
        self.rows = 0
        self._waiting: list[pa.Table] = []
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, table: pa.Table) -> None:
        if self._waiting and table.column_names != self._waiting[0].column_names:
            self.flush()  # a slice with faults has all columns, the others have theirs
        self._waiting.append(table)
        self.rows += table.num_rows
        if sum(part.num_rows for part in self._waiting) >= ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        if not self._waiting:
            return
        whole = _whole(pa.concat_tables(self._waiting), self.kind, self.year)
        self._waiting = []
        if self._file is None:
            # Identifiers hardly repeat in a row group, so a dictionary of them would be made in vain.
            repeating = [name for name in whole.column_names if name != "anon_chi"]
            # Without Arrow's own schema, text is text to a reader, however it was held when it was written.
            self._file = pq.ParquetWriter(
                self.path, whole.schema, compression="zstd", use_dictionary=repeating, store_schema=False,
                store_decimal_as_integer=True,
            )  # fmt: skip
        self._file.write_table(whole, row_group_size=2 * ROW_GROUP)
