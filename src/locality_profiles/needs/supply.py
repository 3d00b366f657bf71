"""What there is to give, declared and placed on areas: the latest that each source tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.finance.coding import text
from locality_profiles.tables.needs.demand import CAPACITY_TYPES

FILE = Path(__file__).parent / "capacity.toml"


@dataclass(frozen=True)
class Capacity:
    """One kind of capacity of one service, and what of demand asks for it."""

    service: str
    type: str
    title: str
    sources: tuple[str, ...]
    measure: str
    per: float
    target: float
    areas: tuple[str, ...]
    note: str


_CAPACITY = {
    "service": Field(str, required=True, pattern=r"[A-Z]+(\.[A-Z0-9_]+)*"),
    "type": Field(str, required=True, allowed=CAPACITY_TYPES), "title": Field(str, required=True),
    "sources": Field(list, required=True), "measure": Field(str, default=""), "per": Field(float, default=1.0),
    "target": Field(float, required=True), "areas": Field(list, default=[]), "note": Field(str, default=""),
}  # fmt: skip


def capacities(own: Path | None, measures: Sequence[str]) -> tuple[Capacity, ...]:
    """What a workspace, or the package, sets against demand.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, {"capacity": Field(list, required=True)})
    found = tuple(_capacity(declared, table, measures, str(at)) for at, table in enumerate(told["capacity"] or []))
    names = [(each.service, each.type) for each in found]
    for at, name in enumerate(names):
        if name in names[:at]:
            declared.problem(f"{name[1]} of {name[0]} stand twice", "Take one of them out.", "capacity", str(at))
    declared.finish()
    return found


def _capacity(declared: Declaration, table: Any, measures: Sequence[str], at: str) -> Capacity:
    where = ("capacity", at)
    told = declared.read(table, _CAPACITY, *where)
    if told["measure"] and told["measure"] not in measures:
        declared.problem(f"'{told['measure']}' is nothing that demand is told of",
                         f"Name one of {', '.join(measures)}.", *where, "measure")  # fmt: skip
    if told["per"] <= 0:
        declared.problem("'per' should be above 0", "Write how much of the measure one unit serves.", *where, "per")
    if told["target"] is not None and not 0 < told["target"] <= 1:
        declared.problem("'target' should be a share above 0, at most 1", "Write 0.95 for 95 %.", *where, "target")
    sources = list_of_text(declared, told["sources"] or [], *where, "sources")
    areas = list_of_text(declared, told["areas"], *where, "areas")
    return Capacity(told["service"] or "", told["type"] or "places", told["title"] or "", sources, told["measure"],
                    float(told["per"]), float(told["target"] or 1), areas, told["note"])  # fmt: skip


def of_service(code: str, service: str) -> str:
    """SQL of whether a code is a service or a part of it."""
    return f"({code} = {text(service)} or starts_with({code}, {text(service + '.')}))"


def supply() -> str:
    """SQL of every capacity that is known, each by area: from views ``capacity``, ``activity``, ``service``,
    ``membership`` and ``area``.

    One row for each provider, part, capacity and area that it stands in, wholly or in part (``weight``); the latest of
    each source and area. A board's beds are also of the partnership that is all of it.
    """
    return """
        with known as (
            select source, service_code, provider_code, provider_name, part, capacity_type, period_type, period_start,
                period_end, block_type, block_code, geo_role, available, grade_quality, funding_end, status
            from capacity
            union all by name
            select source, service_code, 'all' as provider_code, null as provider_name, 'all' as part,
                'wte' as capacity_type, period_type, period_start, period_end, block_type, block_code, geo_role,
                value as available, status
            from activity where measure_code = 'WTE' and geo_role = 'provider'),
        standing as (
            select k.* replace (
                    if(k.block_type = 'care_service', 'data_zone_2011', k.block_type) as block_type,
                    if(k.block_type = 'care_service', s.data_zone, k.block_code) as block_code)
            from known k left join (select service_code as number, any_value(data_zone) as data_zone from service
                where service_type like 'care_%' group by 1) s on s.number = k.block_code
            where source <> 'hospital_beds' or part = 'all'),
        alone as (
            select parent_code as board, any_value(area_code) as hscp from area
            where area_type = 'hscp' and parent_type = 'health_board' group by 1 having count(*) = 1),
        placed as (
            select s.*, m.area_type, m.area_code, m.weight from standing s
            join membership m using (block_type, block_code)
            where not ends_with(m.area_code, 'OUT')
                and (s.source <> 'hospital_beds' or (s.block_type = m.area_type and m.method = 'identity'))
            union all
            select s.*, 'hscp', hscp, 1.0 from standing s join alone on board = s.block_code
            where s.source = 'hospital_beds' and s.block_type = 'health_board'
            union all
            select s.*, block_type, block_code, 1.0 from standing s
            where s.source = 'hospital_beds' and s.block_type in ('health_board', 'country')
                and not exists (select 1 from membership m where m.block_type = s.block_type
                    and m.block_code = s.block_code and m.area_type = s.block_type))
        select * from placed
        qualify period_start = max(period_start) over (partition by source, service_code, capacity_type, area_type)"""
