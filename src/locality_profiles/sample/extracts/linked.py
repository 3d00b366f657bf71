"""Linked care records of the home partnership, in files like Source's: one of episodes and one of people a year."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.sample.country import Country
from locality_profiles.sample.linked import write_linked
from locality_profiles.sample.people import People

#: Financial years by the calendar year in which they begin.
YEARS = (2020, 2021)


def write_records(raw: Path, country: Country, people: People, seed: int) -> list[Path]:
    """Write two years of records of as many people as live in the home partnership."""
    home = country.partnership == 0
    persons = people.persons[-1].sum(axis=(1, 2))[home]
    rank = np.argsort(np.argsort(-people.poverty[home], kind="stable"), kind="stable")
    zones = pa.table({
        "datazone2011": country.zone_code[home],
        "locality": [country.localities[n].name for n in country.locality[home]],
        "hscp2018": [country.partnerships[n].code for n in country.partnership[home]],
        "hb2019": [country.boards[n].code for n in country.board[home]],
        "ca2018": [country.councils[n].code for n in country.council[home]],
        "simd_quintile": (1 + rank * 5 // len(rank)).astype(np.int32),
        "weight": persons.astype(float),
    })  # fmt: skip
    folder = raw / "linked"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=raw) as aside:
        write_linked(Path(aside), zones, int(persons.sum()), YEARS, seed)
        return [_of_one_year(Path(aside), folder, year) for year in YEARS] + [
            _moved(path, folder / path.name) for path in sorted(Path(aside).glob("source-individual-*.parquet"))
        ]


def _of_one_year(aside: Path, folder: Path, year: int) -> Path:
    """All kinds of record of one year in one file, as Source gives them."""
    short = f"{year % 100:02d}{(year + 1) % 100:02d}"
    path = folder / f"source-episode-file-{short}.parquet"
    parts = [pq.read_table(part) for part in sorted(aside.glob(f"source-episode-file-{short}-*.parquet"))]
    pq.write_table(pa.concat_tables(parts), path, compression="zstd", store_schema=False)
    return path


def _moved(path: Path, to: Path) -> Path:
    return path.replace(to)
