"""The ground under the linked records: data zones, their practices and care homes, and how many come to live there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

NO_LOCALITY = "No Locality Information"
#: Where patients from elsewhere in these islands stand in place of a health board.
OUTSIDE = "S08200001"
ZONE_COLUMNS = ("datazone2011", "locality", "hscp2018", "hb2019", "ca2018", "simd_quintile", "weight")
#: Zones round one practice, practices in one cluster, and people for each care home.
_ZONES_OF_A_PRACTICE, _PRACTICES_IN_A_CLUSTER, _ZONES_OF_A_HOME = 7, 6, 7
_HOSPITALS_OF_A_BOARD = 3
#: Codes of hospitals hold two figures for the board; 99 is kept for records with a fault.
_MOST_BOARDS = 98


def made_up_zones(count: int, seed: int = 2026) -> pa.Table:
    """Data zones of a country that does not exist, in as many localities, partnerships and boards as would fit it.

    6,976 of them lie in 130 localities, 31 partnerships and 14 boards. The codes have the form of real ones and lie
    outside their ranges.
    """
    rng = np.random.default_rng([seed, 7])
    partnerships, boards = (max(1, round(count * share / 6976)) for share in (31, 14))
    localities = max(partnerships, round(count * 130 / 6976))
    place = np.arange(count)
    locality = place * localities // count
    partnership = locality * partnerships // localities
    board = partnership * boards // partnerships
    poverty = rng.normal(0, 0.8, localities)[locality] + rng.normal(0, 0.6, count)
    quintile = np.empty(count, dtype=np.int32)
    quintile[np.argsort(-poverty, kind="stable")] = 1 + place * 5 // count
    names = np.array([f"Locality {number:03d}" for number in range(1, localities + 1)])
    return pa.table({
        "datazone2011": [f"S019{number:05d}" for number in range(1, count + 1)],
        "locality": names[locality],
        "hscp2018": [f"S379{number:05d}" for number in partnership + 1],
        "hb2019": [f"S089{number:05d}" for number in board + 1],
        "ca2018": [f"S129{number:05d}" for number in partnership + 1],
        "simd_quintile": quintile,
        "weight": rng.normal(775, 150, count).clip(420, 1_380),
    })  # fmt: skip


def lay_out(connection: duckdb.DuckDBPyConnection, zones: pa.Table) -> None:
    """Write the tables that people are placed by: ``zone``, ``zone_draw``, ``home`` and ``hospital``.

    Zones are numbered by their code, so that the order of the rows that were given changes nothing.
    """
    zones = _checked(zones).sort_by("datazone2011")
    columns = {name: np.asarray(zones[name].to_pylist()) for name in ZONE_COLUMNS}
    partnership = _numbered(columns["hscp2018"])
    home, first, homes = _homes(partnership)
    practice = _within(partnership, _ZONES_OF_A_PRACTICE)
    cluster = _grouped(practice, partnership, _PRACTICES_IN_A_CLUSTER)
    other_practice = _neighbours(practice, partnership)
    board = _numbered(columns["hb2019"])
    keep, other = _alias(columns["weight"].astype(float))
    place = np.arange(1, len(partnership) + 1)
    _make(connection, "zone_draw", {"zone_no": place, "keep": keep, "other": other + 1})
    _make(connection, "home", home)
    _make(connection, "laid_out", {
        "zone_no": place, **{name: columns[name] for name in ZONE_COLUMNS[:5]},
        "quintile": columns["simd_quintile"].astype(np.int32), "board_no": board + 1,
        "lca": [f"{51 + number % 49}" for number in _numbered(columns["ca2018"])],
        "gpprac": 900_001 + practice, "cluster": [f"Synthetic cluster {number + 1}" for number in cluster],
        "other_gpprac": 900_001 + practice[other_practice],
        "other_cluster": [f"Synthetic cluster {number + 1}" for number in cluster[other_practice]],
        "first_home": first + 1, "homes": homes,
    })  # fmt: skip
    _as_lists_of_words(connection)


def hospitals(boards: int) -> tuple[str, ...]:
    """Codes of the hospitals, three for each board; no board has the letter Q."""
    return tuple(f"Q{board:02d}{n}H" for board in range(1, boards + 1) for n in range(1, _HOSPITALS_OF_A_BOARD + 1))


def community_hospital(code: str) -> str:
    """SQL of the community hospital of the board of a hospital: the last of its three."""
    return f"left({code}, 3) || '{_HOSPITALS_OF_A_BOARD}H'"


def _checked(zones: pa.Table) -> pa.Table:
    missing = [name for name in ZONE_COLUMNS if name not in zones.column_names]
    if missing:
        raise ValueError(f"the table of zones lacks the column(s) {', '.join(missing)}")
    if not zones.num_rows:
        raise ValueError("the table of zones is empty; people have to live somewhere")
    if len(set(zones["datazone2011"].to_pylist())) < zones.num_rows:
        raise ValueError("a data zone stands in the table of zones more than once")
    if not set(zones["simd_quintile"].to_pylist()) <= {1, 2, 3, 4, 5}:
        raise ValueError("a deprivation quintile is one of the whole numbers from 1 to 5")
    if min(zones["weight"].to_pylist()) < 0 or not sum(zones["weight"].to_pylist()) > 0:
        raise ValueError("the weights of zones are not below zero, and not all of them are zero")
    if len(set(zones["hb2019"].to_pylist())) > _MOST_BOARDS:
        raise ValueError(
            f"a country has at most {_MOST_BOARDS} boards: the codes of its hospitals have no room for more"
        )
    return zones.select(list(ZONE_COLUMNS))


def _numbered(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1]


def _within(group: np.ndarray, size: int) -> np.ndarray:
    """Neighbours of one group taken together, about ``size`` at a time; numbered from 0."""
    place = np.zeros(len(group), dtype=int)
    for number in np.unique(group):
        place[group == number] = np.arange((group == number).sum()) // size
    return _numbered(group * 1_000_000 + place)


def _neighbours(practice: np.ndarray, partnership: np.ndarray) -> np.ndarray:
    """For each zone the place of one that another practice of its partnership serves; its own where there is none."""
    place = np.arange(len(practice))
    for step in (-_ZONES_OF_A_PRACTICE, _ZONES_OF_A_PRACTICE):
        beside = np.clip(np.arange(len(practice)) + step, 0, len(practice) - 1)
        place = np.where(partnership[beside] == partnership, beside, place)
    return place


def _grouped(practice: np.ndarray, partnership: np.ndarray, size: int) -> np.ndarray:
    first = {number: int(practice[partnership == number].min()) for number in np.unique(partnership)}
    start = np.array([first[number] for number in partnership])
    return _numbered(partnership * 1_000_000 + (practice - start) // size)


def _homes(partnership: np.ndarray) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Care homes, and for each zone the number of the first home of its partnership and how many it has."""
    zone: list[int] = []
    first, homes = np.zeros(len(partnership), dtype=int), np.zeros(len(partnership), dtype=int)
    for number in np.unique(partnership):
        own = np.flatnonzero(partnership == number)
        places = own[::_ZONES_OF_A_HOME]
        first[own], homes[own] = len(zone), len(places)
        zone += list(places + 1)
    number = np.arange(len(zone))
    table = {
        "home_no": number + 1, "home_zone": zone,
        # No area is called ZZ; the inward part says in a few figures which home it is.
        "ch_postcode": [f"ZZ{1 + n // 200} {n // 20 % 10}{'ABDEFGHJLNPQRSTUWXYZ'[n % 20]}A" for n in number],
        "ch_provider": [("1", "2", "2", "2", "4", "2")[n % 6] for n in number],
        "ch_nursing": [int(n % 3 > 0) for n in number],
    }  # fmt: skip
    return table, first, homes


def _alias(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's tables: one even draw picks a zone by its weight with one look-up, however many zones there are."""
    count = len(weight)
    share = weight / weight.sum() * count
    keep, other = np.ones(count), np.arange(count)
    small, large = list(np.flatnonzero(share < 1)), list(np.flatnonzero(share >= 1))
    while small and large:
        low, high = small.pop(), large[-1]
        keep[low], other[low] = share[low], high
        share[high] -= 1 - share[low]
        if share[high] < 1:
            small.append(large.pop())
    return keep, other


def _make(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Any]) -> None:
    connection.register("given", pa.table(dict(columns)))
    connection.execute(f"create table {name} as select * from given")
    connection.unregister("given")


def _as_lists_of_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Codes as enumerations: a number in each row and the words once, from the first table to the written file."""
    extra = {"locality": NO_LOCALITY, "hb2019": OUTSIDE}
    names = ("datazone2011", "locality", "hscp2018", "ca2018", "hb2019", "cluster", "lca")
    for name in names:
        also = f" union select '{extra[name]}'" if name in extra else ""
        connection.execute(
            f"create type {name}_words as enum (select word from (select distinct {name} as word from laid_out{also}) "
            "order by word)"
        )
    typed = ", ".join(f"{name}::{name.removeprefix('other_')}_words as {name}" for name in (*names, "other_cluster"))
    connection.execute(f"create table zone as select * replace ({typed}) from laid_out order by zone_no")
    connection.execute(
        "create table board_words as select distinct board_no, hb2019 as code from zone order by board_no"
    )
    connection.execute("drop table laid_out")
