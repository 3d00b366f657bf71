"""Which kinds of extract are behind: the newest day that the staged files are about, and when a newer one was due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from locality_profiles.curate.staging import StagedFile
from locality_profiles.lateness import Late, Newest, late
from locality_profiles.notices import Notices
from locality_profiles.sources import sources

#: Columns that say when a row's time ends. People and households are counted by years, for the end of June.
ENDS = {"period_end": "period_end", "year": "make_date(year, 6, 30)"}


def late_kinds(files: Iterable[StagedFile], notices: Notices, today: date) -> list[Late]:
    """Kinds of extract of which a newer one should be here, but for those of which none is awaited."""
    newest = []
    for kind, until in newest_days(files, today).items():
        if kind not in notices.never_late:
            source = sources()[kind].source
            newest.append(Newest(kind, source.title, source.frequency, until))
    return late(newest, today, notices.grace)


def newest_days(files: Iterable[StagedFile], today: date) -> dict[str, date]:
    """The last day, not after today, that each kind of extract is about; budgets and projections look ahead."""
    paths: dict[str, list[Path]] = {}
    for file in files:
        for part in file.parts:
            paths.setdefault(part.kind, []).extend(stored.path for stored in part.tables.values())
    found = {kind: newest_day(tables, today) for kind, tables in paths.items()}
    return {kind: day for kind, day in found.items() if day is not None}


def newest_day(tables: Sequence[Path], today: date) -> date | None:
    """The last day, not after today, that rows of these tables are about; None where none says when."""
    import duckdb
    import pyarrow.parquet as pq

    from locality_profiles.tables.relation import relation

    found = []
    for path in tables:
        names = pq.read_schema(path).names if path.is_file() else []
        end = next((sql for name, sql in ENDS.items() if name in names), None)
        if end is not None:
            with duckdb.connect() as connection:
                query = f"select max({end}) from {relation(path)} where {end} <= ?"
                found.append(connection.execute(query, [today]).fetchall()[0][0])
    return max((day for day in found if day is not None), default=None)
