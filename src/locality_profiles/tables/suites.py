"""Suites: what is expected of a table, as a JSON file that an analyst can edit.

A suite is in Great Expectations' own format, with these habits. ``meta.table`` names the table that
it is about, and an expectation may name another in its own ``meta``. Each expectation gives a reason
(``meta.why``) and a remedy (``meta.remedy``); one in SQL also says in ``description`` what is expected.
SQL is plain DuckDB, a text or a list of lines; a table stands in braces, ``{batch}`` being the
expectation's own. A brace that is meant is doubled, as in ``[0-9]{{6}}``.

``meta.about`` of a suite is ``areas`` where its tables are about places; ``meta.counted`` lists tables of another suite
of which the number of rows may be told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.limits import DECLARATION, check_size

SQL_TYPES = {"text": "varchar", "integer": "bigint", "number": "double", "date": "date", "geometry": "blob",
             "boolean": "boolean"}  # fmt: skip

#: A name in single braces.
TABLE_NAMED = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


@dataclass(frozen=True)
class Suite:
    """A suite file, read and looked over.

    ``about_areas`` says that its tables are about places, so that counts and codes may be shown; of the tables
    ``counted``, which hold no values of persons, counts but no codes.
    """

    name: str
    file: str
    about_areas: bool
    expectations: tuple[dict[str, Any], ...]
    counted: frozenset[str] = frozenset()

    @property
    def checked(self) -> list[str]:
        """The tables that its expectations are about, in order."""
        return list(dict.fromkeys(expectation["meta"]["table"] for expectation in self.expectations))

    @property
    def named(self) -> set[str]:
        """Those, and the tables that its queries compare them with."""
        queries = (expectation["kwargs"].get("unexpected_rows_query", "") for expectation in self.expectations)
        return {*self.checked, *(name for query in queries for name in TABLE_NAMED.findall(query))} - {"batch"}


def read_suite(path: Path) -> Suite:
    """Read a suite.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    file = f"{path.parent.name}/{path.name}"
    try:
        check_size(path, file, DECLARATION, "Divide it in several suites.")
        document = json.loads(path.read_text(encoding="utf-8"))
        meta, written = document.get("meta", {}), document["expectations"]
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise DefinitionError(
            f"The suite {file} cannot be read.",
            [Problem(f"it is no JSON object with 'expectations' ({error})", "Correct the file.", file)],
        ) from error
    problems, expectations = [], []
    for position, each in enumerate(written, start=1):
        kwargs, about = dict(each.get("kwargs", {})), {**meta, **each.get("meta", {}), "position": position}
        query = kwargs.get("unexpected_rows_query")
        if isinstance(query, list):
            kwargs["unexpected_rows_query"] = "\n".join(query)
        needed = {
            "type": each.get("type"), "meta.table": about.get("table"), "meta.why": about.get("why"),
            "meta.remedy": about.get("remedy"), "description": query is None or each.get("description"),
        }  # fmt: skip
        problems += [
            Problem(f"expectation {position} has no {key}", f"Add {key}.", file)
            for key, value in needed.items()
            if not value
        ]
        expectations.append({"severity": "critical", **each, "kwargs": kwargs, "meta": about})
    if problems:
        raise DefinitionError(f"The suite {file} is wrong in {len(problems)} place(s).", problems)
    counted = frozenset(meta.get("counted", ()))
    return Suite(path.stem, file, meta.get("about") == "areas", tuple(expectations), counted)


def written_for(expectation: Mapping[str, Any], views: Mapping[str, str]) -> str:
    """The expectation's SQL with views for the tables that it names."""
    own, query = expectation["meta"]["table"], expectation["kwargs"]["unexpected_rows_query"]
    return TABLE_NAMED.sub(lambda found: f'"{views[own if found[1] == "batch" else found[1]]}"', query)


def empty_view(contract: TableContract) -> str:
    """SQL for a view that has a table's columns and no rows."""
    columns = ", ".join(f'null::{SQL_TYPES[column.type]} as "{column.name}"' for column in contract.columns)
    return f"select {columns} where false"
