"""What returns tell of how much there is to give: places and hours, by who gives them. Not a source itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import stage
from locality_profiles.sources._activity_tables import recode
from locality_profiles.sources._return_rows import SheetRows, place_of, role_of

#: Sectors as returns write them, in our words.
SECTORS = {"council": "la_nhs", "private": "private", "other_council": "other_la", "third": "third", "other": "other"}
KEYS = ("service_code", "provider_code", "sector", "part", "block_type", "block_code", "place_name", "place_parent",
        "geo_role", "period_type", "period_start", "period_end")  # fmt: skip
EVERY = "all"


@dataclass(frozen=True)
class Told:
    """The columns of a sheet that tell a capacity. Of a sheet without a column of services, ``service`` is the one."""

    sheet: str
    amount: str
    type: str
    service: str = ""
    place: str = "locality"
    sector: str = ""
    provider: str = ""
    part: str = ""
    ends: str = ""
    last_day: bool = False
    registered: bool = False


def capacity_of(rows: SheetRows, kind: str, told: Told) -> dict[str, pa.Table]:
    """Rows of ``capacity``: a provider's places or hours added, with the last day of its funding.

    A sum that lacks a part has no value.
    """
    column = next(each for each in rows.sheet.columns if each.name == told.place)
    start, end = (rows.period[2] if told.last_day else rows.period[1]), rows.period[2]
    nothing = pa.nulls(len(rows), pa.string())
    table = pa.table({
        "service_code": _services(rows, told), "provider_code": _or_all(rows, told.provider),
        "sector": recode(rows.read[told.sector], SECTORS) if told.sector else nothing,
        "part": _or_all(rows, told.part), **place_of(rows, column), "geo_role": role_of(rows, column),
        "period_type": pa.repeat("snapshot", len(rows)) if told.last_day else rows.period[0],
        "period_start": start, "period_end": end, "amount": rows.read[told.amount],
        "ends": pc.cast(rows.read[told.ends], pa.date32()) if told.ends else pa.nulls(len(rows), pa.date32()),
        "held": pc.cast(pc.equal(rows.cells.status(told.amount), "suppressed"), pa.int64()),
    }).filter(pa.array(~rows.outside(column)))  # fmt: skip
    if not table.num_rows:
        return {}
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    added = table.group_by(list(KEYS)).aggregate([("amount", "sum", whole), ("ends", "max"), ("held", "max")])
    return {"capacity": _staged(added, kind, told)}


def _staged(added: pa.Table, kind: str, told: Told) -> pa.Table:
    amount = added["amount_sum"]
    known, held = pc.is_valid(amount), pc.equal(added["held_max"], 1)
    status = np.where(known.to_numpy(), np.where(pc.fill_null(amount, 1).to_numpy() == 0, "true_zero", "actual"),
                      np.where(held.to_numpy(), "suppressed", "not_available"))  # fmt: skip
    table = stage("capacity", {
        **{name: added[name] for name in KEYS}, "source": kind, "capacity_type": told.type,
        "registered": amount if told.registered else None, "available": amount, "funding_end": added["ends_max"],
        "provider_name": None, "status": status.tolist(),
    }, added.num_rows)  # fmt: skip
    return table.sort_by([(name, "ascending") for name in KEYS])


def _services(rows: SheetRows, told: Told) -> pa.Array | pa.ChunkedArray:
    if told.service:
        return pa.repeat(told.service, len(rows))
    column = rows.sheet.of("service")[0]
    return recode(rows.read[column.name], column.codes)


def _or_all(rows: SheetRows, name: str) -> pa.Array | pa.ChunkedArray:
    return pc.fill_null(rows.read[name], EVERY) if name else pa.repeat(EVERY, len(rows))
