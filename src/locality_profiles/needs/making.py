"""All tables of the needs assessment of one build, each found in the store if nothing that it follows from changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from locality_profiles.needs import demand, equalities, gaps, outcomes, population, priorities, risk, voice
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import Store, Stored, code_key, connect, key_of
from locality_profiles.tables.suites import empty_view

#: In order: each reads what those before it wrote.
MAKERS: tuple[Maker, ...] = (
    population.MAKER, demand.MAKER, gaps.MAKER, priorities.MAKER, risk.MAKER, outcomes.MAKER, equalities.MAKER,
    voice.MAKER,
)  # fmt: skip


#: What the tables of a maker must pass before others read them; gives those that took their place.
Door = Callable[[Mapping[str, Stored]], Mapping[str, Stored]]


def make_needs(
    facts: Mapping[str, Path], settings: Settings, store: Store, door: Door | None = None
) -> tuple[dict[str, Stored], list[str]]:
    """Every table of the assessment, and what a reader of the checks should know.

    ``facts`` are the curated tables, indicator values and tables of money by name. ``door`` takes what may not be told
    out of a table before others are made from it.

    Raises
    ------
    DefinitionError
        If the workspace's own declarations are wrong.
    """
    known = dict(facts)
    made: dict[str, Stored] = {}
    notes: list[str] = []
    for maker in MAKERS:
        stored, told = _made(maker, known, settings, store)
        stored = dict(door(stored)) if door else stored
        made |= stored
        known |= {name: table.path for name, table in stored.items()}
        notes += told
    return made, notes


def _made(
    maker: Maker, facts: Mapping[str, Path], settings: Settings, store: Store
) -> tuple[dict[str, Stored], list[str]]:  # fmt: skip
    inputs = [(name, facts[name].stem) for name in maker.reads if name in facts]
    own = [(name, settings.own[name].read_text(encoding="utf-8")) for name in maker.declared if name in settings.own]
    told = [settings.areas, settings.partnerships, sorted(settings.outcomes.items())]
    key = key_of("needs", maker.writes, inputs, own, told, code_key())
    found = {name: store.find(name, key) for name in maker.writes}
    if all(found.values()):
        stored = {name: table for name, table in found.items() if table}
        return stored, list(stored[maker.writes[0]].manifest["notes"])
    with connect() as connection:
        for name in maker.reads:
            query = f"select * from {relation(facts[name])}" if name in facts else empty_view(CONTRACTS[name])
            connection.execute(f"create view {name} as {query}")
        made = maker.make(connection, settings)
        about = {"notes": list(made.notes)}
        return {name: _write(store, name, key, connection, made, about) for name in maker.writes}, list(made.notes)


def _write(
    store: Store, name: str, key: str, connection: duckdb.DuckDBPyConnection, made: Told, about: Mapping[str, list[str]]
) -> Stored:  # fmt: skip
    """Write a table in the order of its key, so that the same facts give the same bytes."""
    content = made.tables[name]
    if isinstance(content, pa.Table):
        connection.register(f"made_{name}", content)
        content = f"select * from made_{name}"
    order = ", ".join(f'"{column}"' for column in CONTRACTS[name].key)
    return store.write_query(name, key, connection, f"select * from ({content}) order by {order}", dict(about))
