"""ScotPHO's ready-made values by fifths of deprivation, and the indices of inequality that it makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import mask, recode
from locality_profiles.sources._scotpho import claims, decimals, periods, places, reject_outside_limits, status_of
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="scotpho_deprivation",
    title="ScotPHO profiles: published values by fifths of deprivation",
    group="activity",
    publisher="Public Health Scotland (Scottish Public Health Observatory)",
    licence="Open Government Licence v3.0",
    page="https://scotland.shinyapps.io/ScotPHO_profiles_tool/",
    frequency="indicators are updated one by one through the year",
    describes="Rates and percentages with count, denominator and 95 % limits in fifths of the country and fifths of "
    "the place itself, and the slope index, relative index, attributable share and gaps made of them.",
    quirks=(
        "Fifths are of data zones by the index of their year: 'sc_quin' of the country, 'hb_quin' and 'ca_quin' of "
        "the board or council itself. An island board has nobody in some fifths of the country: those have no row.",
        "A 'Total' stands under each kind of fifths, the same every time. It becomes one row that is not divided; "
        "where they differ the file is refused.",
        "The slope index is most less least deprived, the other way round than in England: positive where the deprived "
        "have more. Its limits are of a line through five points (t, 3 degrees of freedom) and are very wide.",
        "'rii' is the slope over the overall value, with 0 for no inequality; England's is a ratio, with 1 for none. "
        "'rii_int' is half of it in per cent: by how much the most deprived end lies above the mean.",
        "Indices stand on every row of a group or on its 'Total' only; they are read from there. They need all five "
        "fifths; a relative gap needs the first and the last.",
        "The attributable share ('par') has no limits. ScotPHO's own download writes those of 'rii_int' beside it.",
        "Counts below 5 or 10 are left empty for some indicators, while the standardised rate and its limits stay: "
        "that is the publisher's rule. For percentages and crude rates the rule is to hide the value as well, and so "
        "it is done here should a file still show one.",
        "Counts, denominators and rates are means over the years put together; everything but the denominators is "
        "rounded to one decimal, relative indices and gaps too, which leaves them one or two digits.",
        "A standardised rate cannot be worked out from the count and denominator beside it.",
        "A relative gap is 'Inf' where the least deprived fifth has a rate of 0: it is read as not calculated.",
        "Some periods misspell their first year: '2003/05-2005/06' means 2003/04 to 2005/06.",
        "Tenths of the country ('sc_decile') were made with fifths in the wrong order and are left out.",
        "Patients per general practitioner is a ratio: its 'numerator' is not a number of people.",
    ),
)

#: The indices of a group, what they are called here, and their columns of value, lower and upper limit.
INDICES = {
    "sii_most_less_least": ("sii", "lowci_sii", "upci_sii"),
    "rii_mean": ("rii", "lowci_rii", "upci_rii"),
    "most_deprived_above_mean": ("rii_int", "lowci_rii_int", "upci_rii_int"),
    "attributable_share": ("par", None, None),
    "absolute_gap": ("abs_range", None, None),
    "relative_gap": ("rel_range", None, None),
}
FIFTHS = Layout(
    "deprivation data",
    (
        "code", "quintile", "quint_type", "numerator", "denominator", "measure", "lowci", "upci", "def_period",
        "indicator", "type_definition", "type_id", "supression",
        *(column for columns in INDICES.values() for column in columns if column),
    ),
)  # fmt: skip
LAYOUTS = (FIFTHS,)

#: What the fifths are of. Tenths are known and not read.
BREAKDOWNS = {
    "sc_quin": "simd_quintile", "hb_quin": "simd_quintile_own", "ca_quin": "simd_quintile_own",
    "hscp_quin": "simd_quintile_own",
}  # fmt: skip
TENTHS = "sc_decile"
#: An index of all fifths of one kind is not one of them.
OF_FIFTHS = "inequality_"
TOTAL = "Total"
CATEGORIES = {
    "1 - most deprived": "1", "1": "1", "2": "2", "3": "3", "4": "4", "5 - least deprived": "5", "5": "5",
    TOTAL: "all",
}  # fmt: skip
#: Kinds of figure that are hidden with their count: a percentage and a crude rate give the count away.
TELLING = ("%", "cr")
NOTHING = pa.scalar(None, pa.float64())


def curate(raw: RawTable) -> Curated:
    """One row per place, indicator, period and fifth, one undivided, and one for each index."""
    tenths = mask(pc.equal(raw.columns[raw.find("quint_type")], TENTHS))
    raw = _without_infinity(raw.where(~tenths))
    cells = Cells(raw)
    common = _common(cells)
    kind = recode(cells.text("quint_type", allowed=list(BREAKDOWNS)), BREAKDOWNS)
    category = recode(cells.text("quintile", allowed=list(CATEGORIES)), CATEGORIES)
    figures = _figures(cells)
    indices = {name: _index(cells, columns) for name, columns in INDICES.items()}
    cells.unique("code", "quint_type", "quintile", "indicator", "def_period")
    total = mask(pc.equal(category, "all"))
    once = _totals_once(cells, total)
    digits = decimals(cells, "measure", "lowci", "upci", *(c for group in INDICES.values() for c in group if c))
    cells.finish()

    undivided = {"breakdown": pc.if_else(pa.array(total), "all", kind), "category": category}
    rows = stage("published_value", common | undivided | figures, len(raw)).filter(pa.array(~total | once))
    of_fifths = pc.binary_join_element_wise(OF_FIFTHS, kind, "")
    made = [
        stage("published_value", common | {"breakdown": of_fifths, "category": name} | index, len(raw))
        for name, index in indices.items()
    ]
    table = pa.concat_tables([rows, *(index.filter(pa.array(total)) for index in made)])
    at = table.schema.get_field_index("decimals")
    printed = pc.if_else(pc.is_valid(table["value"]), pa.scalar(digits, pa.int64()), pa.scalar(None, pa.int64()))
    table = table.set_column(at, table.schema.field(at), printed)
    return Curated({"published_value": table}, claims("ScotPHO fifths", table), _notes(table, rows, int(tenths.sum())))


def _without_infinity(raw: RawTable) -> RawTable:
    """The table with an empty cell for an index that was divided by nought."""
    columns = raw.columns
    for at, name in enumerate(columns.column_names):
        if pa.types.is_string(columns.schema.types[at]):
            infinite = pc.is_in(columns[name], pa.array(["Inf", "-Inf"]))
            columns = columns.set_column(at, name, pc.if_else(infinite, "", columns[name]))
    return replace(raw, columns=columns)


def _common(cells: Cells) -> dict[str, Any]:
    """What all rows of a group share: where, when and of what."""
    place, when = places(cells, "code"), periods(cells, "def_period")
    unit = cells.text("type_definition", what="the kind of figure")
    return {
        "source": SOURCE.kind, "measure": cells.text("indicator", what="the name of an indicator"), **place,
        "period_type": when.kind, "period_start": when.start, "period_end": when.end,
        "note": pc.binary_join_element_wise(unit, cells.text("def_period"), "; "),
    }  # fmt: skip


def _figures(cells: Cells) -> dict[str, Any]:
    """Count, denominator, value and limits. A value that would give a hidden count away is hidden with it."""
    numerator, denominator = cells.number("numerator"), cells.number("denominator")
    value, lower, upper = (cells.number(column) for column in ("measure", "lowci", "upci"))
    reject_outside_limits(cells, "measure", value, lower, upper)
    status = status_of(value, numerator, cells.status("measure"))
    telling = pc.is_in(cells.text("type_id"), pa.array(list(TELLING)))
    hidden = pc.and_(
        pc.and_(telling, pc.equal(cells.text("supression", allowed=["Y", "N"]), "Y")), pc.is_null(numerator)
    )
    hide = lambda values: pc.if_else(hidden, NOTHING, values)  # noqa: E731
    return {
        "numerator": numerator, "denominator": denominator, "value": hide(value), "lower": hide(lower),
        "upper": hide(upper), "status": pc.if_else(hidden, "suppressed", status),
    }  # fmt: skip


def _index(cells: Cells, columns: tuple[str, str | None, str | None]) -> dict[str, Any]:
    value, lower, upper = (cells.number(c, minimum=None) if c else NOTHING for c in columns)
    known = pc.is_valid(value)
    status = pc.if_else(known, "actual", "not_calculated")
    if columns[1] and columns[2]:
        lower, upper = (pc.if_else(known, limit, NOTHING) for limit in (lower, upper))
        reject_outside_limits(cells, columns[0], value, lower, upper)
    return {"value": value, "lower": lower, "upper": upper, "status": status}


def _totals_once(cells: Cells, total: np.ndarray) -> np.ndarray:
    """The first total of each place, indicator and period; a second that differs from it is a problem."""
    key = ("code", "indicator", "def_period")
    said = pc.binary_join_element_wise(
        *(
            pc.fill_null(cells.text(c, empty=True), "")
            for c in ("numerator", "denominator", "measure", "lowci", "upci")
        ),
        "|",
    )
    of_group = pa.table({**{c: cells.text(c) for c in key}, "said": said, "row": np.arange(len(total))})
    first = (
        of_group.filter(pa.array(total)).group_by(list(key), use_threads=False).aggregate([("row", "min")])["row_min"]
    )
    once = np.zeros(len(total), dtype=bool)
    once[first.to_numpy()] = True
    distinct = of_group.filter(pa.array(total)).group_by([*key, "said"], use_threads=False).aggregate([("row", "min")])
    again = np.zeros(len(total), dtype=bool)
    again[distinct["row_min"].to_numpy()] = True
    cells.reject(
        "measure", again & ~once, "the total differs from the one under another kind of fifths",
        "A cell may have been changed by hand; get the extract again.",
    )  # fmt: skip
    return once


def _notes(table: pa.Table, rows: pa.Table, tenths: int) -> tuple[str, ...]:
    found = {
        "counts left out by the publisher beside a value": int(
            pc.sum(pc.and_(pc.is_null(rows["numerator"]), pc.is_valid(rows["value"]))).as_py() or 0
        ),
        "values hidden here because their count is": int(pc.sum(pc.equal(rows["status"], "suppressed")).as_py() or 0),
        "indices not calculated, because a fifth has nobody or the publisher gave none": int(
            pc.sum(pc.equal(table["status"], "not_calculated")).as_py() or 0
        ),
        "rows by tenths left out": tenths,
    }
    return tuple(f"{what}: {count:,}" for what, count in found.items() if count)
