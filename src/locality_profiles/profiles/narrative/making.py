"""The tables of words of one build: sentences for every profiled area, and paragraphs of its authors."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.numbers import print_value
from locality_profiles.periods import period_label
from locality_profiles.profiles.narrative.authors import FOLDER, Paragraph, Places, read_paragraphs
from locality_profiles.profiles.narrative.gathering import POPULATION, READS, WHOLE, offered, prepare
from locality_profiles.profiles.narrative.rendering import Claimed, Titles, Writer
from locality_profiles.profiles.narrative.seen import (
    FILE,
    Figures,
    Seen,
    moved,
    read_seen,
    remembered,
    write_seen,
)
from locality_profiles.profiles.narrative.seen import (
    key_of as place_key,
)
from locality_profiles.profiles.narrative.templates import Templates, sentence_templates
from locality_profiles.tables.contract import TableContract, conform
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import Store, Stored, code_key, connect, key_of
from locality_profiles.tables.suites import empty_view
from locality_profiles.tables.words import AUTHOR_NOTE, SENTENCE

Place = tuple[str, str, str]  # area type, area code, section
#: Sentences that are turned into a table at a time.
TOGETHER = 20_000
TEMPLATES = "templates.toml"


@dataclass(frozen=True)
class Settings:
    """What makes words: the workspace's folder, and names of kinds of area for people (one, several)."""

    folder: Path
    titles: Titles
    own_indicators: tuple[str, ...] = ()
    """Indicators of the workspace's own, which a template of its own may be for."""

    @property
    def own_templates(self) -> Path | None:
        """The workspace's own templates, where it has any."""
        path = self.folder / FOLDER / TEMPLATES
        return path if path.is_file() else None


def make_words(facts: Mapping[str, Path], settings: Settings, store: Store) -> tuple[dict[str, Stored], list[str]]:
    """The tables ``sentence`` and ``author_note``, and what a reader of the checks should know.

    ``facts`` are the tables of a build by name. What each paragraph was first seen with is kept in the workspace; where
    that cannot be written, the build goes on and says so.

    Raises
    ------
    DefinitionError
        If the workspace's own templates, paragraphs or memory are wrong.
    """
    with connect() as connection:
        sentence, paragraphs, notes = _sentences(connection, facts, settings, store)
        connection.execute(f"create view sentence as select * from {sentence.relation}")
        figures = noted_figures(connection, paragraphs)
    seen, more = _see(settings.folder, paragraphs, figures)
    rows = list(_noted(paragraphs, figures, seen))
    key = key_of("author_note", rows, code_key())
    note = store.find("author_note", key) or _write(store, AUTHOR_NOTE, key, _table(AUTHOR_NOTE, rows))
    flagged = [f"{paragraph.file}: numbers have moved since it was written: {row['moved_what']}"
               for paragraph, row in zip(paragraphs, rows, strict=True) if row["moved"]]  # fmt: skip
    return {"sentence": sentence, "author_note": note}, [*notes, *more, *flagged]


def make_sentences(facts: Mapping[str, Path], settings: Settings, store: Store) -> Stored:
    """The table ``sentence`` alone, for an edition of which authors remember nothing."""
    with connect() as connection:
        return _sentences(connection, facts, settings, store)[0]


def notes_now(facts: Mapping[str, Path], folder: Path) -> pa.Table:
    """The table ``author_note`` of the paragraphs as they stand, for a look at them: nothing is remembered.

    Raises
    ------
    DefinitionError
        If a paragraph or the workspace's memory is wrong.
    """
    with connect() as connection:
        for name in (*READS, "sentence"):
            query = f"select * from {relation(facts[name])}" if name in facts else empty_view(CONTRACTS[name])
            connection.execute(f"create or replace view {name} as {query}")
        paragraphs, _ = read_paragraphs(folder, places_of(connection))
        figures = noted_figures(connection, paragraphs)
    return _table(AUTHOR_NOTE, list(_noted(paragraphs, figures, remembered(paragraphs, figures, read_seen(folder)))))


def _sentences(
    connection: duckdb.DuckDBPyConnection, facts: Mapping[str, Path], settings: Settings, store: Store
) -> tuple[Stored, list[Paragraph], list[str]]:
    """Sentences of all areas, the paragraphs of authors in place of some, and notes on these; lays views of the
    facts."""
    inputs = [(name, facts[name].stem) for name in READS if name in facts]
    own = settings.own_templates
    for name in READS:
        query = f"select * from {relation(facts[name])}" if name in facts else empty_view(CONTRACTS[name])
        connection.execute(f"create view {name} as {query}")
    paragraphs, notes = read_paragraphs(settings.folder, places_of(connection))
    replaced = sorted(paragraph.place for paragraph in paragraphs if paragraph.replaces)
    told = [own.read_text(encoding="utf-8") if own else "", sorted(settings.titles.items()), replaced]
    key = key_of("sentence", inputs, told, code_key())
    sentence = store.find("sentence", key)
    if sentence is None:
        templates = sentence_templates(own, settings.own_indicators)
        sentence = _write(store, SENTENCE, key, write_sentences(connection, templates, settings.titles, replaced))
    return sentence, list(paragraphs), list(notes)


def _write(store: Store, contract: TableContract, key: str, content: pa.Table) -> Stored:
    """A table in the order of its key, so that the same facts give the same bytes."""
    return store.write(contract.name, key, content.sort_by([(name, "ascending") for name in contract.key]), {})


def _table(contract: TableContract, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    columns = {name: [row[name] for row in rows] for name in contract.schema.names}
    return conform(contract, columns, len(rows))


# --- sentences ------------------------------------------------------------------------------------


def write_sentences(
    connection: duckdb.DuckDBPyConnection, templates: Templates, titles: Titles, replaced: Collection[Place] = ()
) -> pa.Table:
    """The table ``sentence`` for all profiled areas, from views of the tables that it is made from.

    ``replaced`` are sections of which an author tells all; they get no sentences.
    """
    prepare(connection, templates.comparators)
    batches: list[pa.RecordBatch] = []
    rows: list[tuple[Any, ...]] = []
    for row in _rows(connection, Writer(templates, titles), frozenset(replaced)):
        rows.append(row)
        if len(rows) == TOGETHER:
            batches.append(_batch(rows))
            rows = []
    return pa.Table.from_batches([*batches, _batch(rows)], SENTENCE.schema)


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else [()] * len(SENTENCE.schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SENTENCE.schema, strict=True)]
    return pa.record_batch(arrays, schema=SENTENCE.schema)


def _rows(
    connection: duckdb.DuckDBPyConnection, writer: Writer, replaced: Collection[Place]
) -> Iterator[tuple[Any, ...]]:
    """Turn by turn, what each section still has room for; no indicator is told twice in one section."""
    told: dict[Place, int] = defaultdict(int)
    indicators: set[tuple[Place, str]] = set()
    for turn in writer.templates.turns:
        room = 1 if turn in writer.templates.alone else writer.templates.most
        served: set[Place] = set()
        for row in offered(connection, turn):
            place = (row["area_type"], row["area_code"], row["section"])
            if place in served or place in replaced or told[place] >= room:
                continue
            if (indicator := row.get("indicator_id")) and (place, indicator) in indicators:
                continue
            claimed = writer.claimed(turn, row)
            if claimed is None:
                continue
            served.add(place)
            told[place] += 1
            if claimed.indicator is not None:
                indicators.add((place, claimed.indicator))
            yield _row(place, told[place], writer, claimed)


def _row(place: Place, position: int, writer: Writer, claimed: Claimed) -> tuple[Any, ...]:
    template, text = writer.sentence(claimed)
    evidence = json.dumps(claimed.evidence, ensure_ascii=False, separators=(",", ":"), default=str)
    return (*place, position, template.id, claimed.claim, claimed.indicator, text, evidence, claimed.status)


# --- authors' words -------------------------------------------------------------------------------


def places_of(connection: duckdb.DuckDBPyConnection) -> Places:
    """Where a paragraph may stand, from views of ``profile``, ``area`` and ``indicator``."""
    areas = connection.execute(
        "select area_type, area_code, area_name from (select distinct area_type, area_code from profile) "
        "join area using (area_type, area_code) order by all"
    ).fetchall()
    sections = connection.execute(
        "select section from indicator group by section order by min(section_order), section"
    ).fetchall()
    return Places(tuple(areas), (WHOLE, *(section for (section,) in sections)))


def noted_figures(connection: duckdb.DuckDBPyConnection, paragraphs: Sequence[Paragraph]) -> dict[str, Figures]:
    """The figures of each paragraph's section, as its page prints them, from views of tables of a build.

    What stands at the head of a page is about the whole profile: its figures are the population and its sentences.
    """
    found: dict[str, Figures] = {}
    for paragraph in paragraphs:
        kind, code, section = paragraph.place
        which = f"item = '{POPULATION}'" if section == WHOLE else "p.section = $3"
        rows = connection.execute(
            f"""select item, category, title, category_title, value, status, unit, decimals, period_type, period_start,
                period_end
            from profile p join indicator i on i.indicator_id = p.item
            where p.area_type = $1 and p.area_code = $2 and p.role = 'this' and {which}
            order by section_order, item_order, item, category""",
            [kind, code, *([] if section == WHOLE else [section])],
        ).fetchall()
        figures = dict(_figure(row) for row in rows)
        if section == WHOLE:
            texts = connection.execute(
                "select text from sentence where area_type = ? and area_code = ? and section = ? order by position",
                [kind, code, WHOLE],
            ).fetchall()
            for position, (text,) in enumerate(texts, start=1):
                figures[f"sentence {position}"] = {"title": "At the head", "figure": text, "period": ""}
        found[place_key(paragraph)] = figures
    return found


def _figure(row: Sequence[Any]) -> tuple[str, dict[str, str]]:
    item, category, title, of_class, value, status, unit, decimals, kind, start, end = row
    name = item if category == "all" else f"{item}: {category}"
    return name, {
        "title": title if category == "all" else f"{title}, {of_class or category}",
        "figure": print_value(value, status, unit, decimals),
        "period": "" if start is None else period_label(kind, start, end),
    }


def _see(
    folder: Path, paragraphs: Sequence[Paragraph], figures: Mapping[str, Figures]
) -> tuple[Seen, list[str]]:  # fmt: skip
    """What each paragraph was first seen with, remembered for the next build; and a note where it cannot be."""
    before = read_seen(folder)
    now = remembered(paragraphs, figures, before)
    if now == before:
        return now, []
    try:
        write_seen(folder, now)
    except OSError as error:
        return now, [f"{FOLDER}/{FILE}: it could not be written ({error.strerror}), so the next build cannot tell "
                     "whether numbers beside a new text have moved"]  # fmt: skip
    return now, []


def _noted(
    paragraphs: Sequence[Paragraph], figures: Mapping[str, Figures], seen: Seen
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Rows of ``author_note``."""
    for paragraph in paragraphs:
        key = place_key(paragraph)
        changes = moved(seen[key]["figures"], figures[key])
        kind, code, section = paragraph.place
        yield {
            "area_type": kind, "area_code": code, "section": section, "position": 1, "text": paragraph.text,
            "author": paragraph.author, "written": paragraph.written, "replaces": paragraph.replaces,
            "moved": bool(changes), "moved_what": "; ".join(changes) or None,
            "evidence": json.dumps(figures[key], ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        }  # fmt: skip
