"""Populations to come: published projections of councils, partnerships and boards, and ours of smaller areas."""

from __future__ import annotations

from locality_profiles.tables.columns import BLOCK, EXTRACT_ID, STATUS
from locality_profiles.tables.contract import Column, TableContract

#: Bands in which projections are told, and those that make up ``all``.
AGE_BANDS = {
    "0-17": (0, 17),
    "18-44": (18, 44),
    "45-64": (45, 64),
    "65-74": (65, 74),
    "75-84": (75, 84),
    "85+": (85, 90),
}
METHODS = {
    "fitted": "cohorts of each data zone moved on a year at a time, and fitted to the published projection, which a place that it was published for has as it is",
    "simple": "every age band of a place grows as in its partnership, as the present profiles have it",
}
#: What a range was made from, in the words of a page.
RANGES = {
    "past_errors": "four in five past projections of places of this size fell within",
    "past_errors_and_variants": "four in five past projections of places of this size fell within, and the published "
    "variants are spread as far",
    "variants": "from the lowest to the highest published variant",
    "none": "no range is told",
}

_VARIANT = (
    Column("base_year", "integer", "The mid-year that the published projection starts from.", minimum=1900),
    Column("variant", "text", "Variant, as an identifier: principal, high_migration, …"),
)
_AREA = (
    Column("area_type", "text", "Kind of area."),
    Column("area_code", "text", "Code of the area."),
    Column("variant", "text", "Published variant that it follows: principal, high_migration, …"),
    Column("method", "text", "; ".join(f"{name}: {words}" for name, words in METHODS.items()) + ".", allowed=tuple(METHODS)),
    Column("base_year", "integer", "The mid-year that the published projection starts from."),
    Column("year", "integer", "30 June of this year. The first year is that of the latest estimates, or the base year where that is later, fitted as the others are: change is told from it, so that both ends are of one projection."),
)  # fmt: skip
_RANGE = (
    Column("persons", "number", "Projected residents, not rounded.", "people", minimum=0),
    Column("lower", "number", "Lower end of the range; empty where there is none.", "people", empty=True, minimum=0),
    Column("upper", "number", "Upper end of the range; empty where there is none.", "people", empty=True, minimum=0),
    Column("range_from", "text", "; ".join(f"{name}: {words}" for name, words in RANGES.items()) + ".", allowed=tuple(RANGES)),
)  # fmt: skip
_BAND = "all, or one of " + ", ".join(AGE_BANDS) + "."

POPULATION_PROJECTION = TableContract(
    "population_projection", "one place, published variant, mid-year, sex and single year of age",
    ("block_type", "block_code", "base_year", "variant", "year", "sex", "age"),
    (
        *BLOCK, *_VARIANT,
        Column("variant_title", "text", "Variant, as its publisher calls it."),
        Column("year", "integer", "The projection is for 30 June of this year; the base year is the first.", minimum=1900),
        Column("sex", "text", "female or male; there is no total.", allowed=("female", "male")),
        Column("age", "integer", "Age last birthday; 90 stands for 90 and over.", "years", minimum=0),
        Column("persons", "integer", "Projected residents; in the base year, estimated ones.", "people", minimum=0),
        STATUS, EXTRACT_ID,
    ),
    ("block_type", "block_code", "base_year", "variant", "year", "sex", "age"),
    "Published projections as they are. Where several files give the same figure it is there once.",
)  # fmt: skip

PROJECTION = TableContract(
    "projection", "one area, variant, method, mid-year, sex and single year of age",
    ("area_type", "area_code", "variant", "method", "year", "sex", "age"),
    (
        *_AREA,
        Column("sex", "text", "female or male; add them for everybody.", allowed=("female", "male")),
        Column("age", "integer", "Age last birthday; 90 stands for 90 and over.", "years", minimum=0),
        *_RANGE[:3], STATUS,
    ),
    ("area_type", "area_code", "variant", "year", "sex", "age"),
    "Population to come of areas of the first profiled kind and of partnerships, councils, boards and the country. Over the areas that share a partnership it adds up to the published projection at every age. A range is that of the age band.",
)  # fmt: skip

PROJECTION_BAND = TableContract(
    "projection_band", "one area, variant, method, mid-year, sex and age band",
    ("area_type", "area_code", "variant", "method", "year", "sex", "age_band"),
    (
        *_AREA,
        Column("sex", "text", "all, female or male: never add all to the others.", allowed=("all", "female", "male")),
        Column("age_band", "text", _BAND, allowed=("all", *AGE_BANDS)),
        *_RANGE, STATUS,
    ),
    ("area_type", "area_code", "variant", "method", "year", "sex", "age_band"),
    "Population to come of every profiled area by age band, with the range that the words of range_from tell of. Ranges do not add up.",
)  # fmt: skip

PROJECTION_BACKTEST = TableContract(
    "projection_backtest", "one area, base year, horizon, method and age band of past years",
    ("parent_type", "area_type", "area_code", "base_year", "horizon", "method", "age_band"),
    (
        Column("parent_type", "text", "Kind of the larger area whose people, as they came to be, stand for a published projection."),
        Column("parent_code", "text", "Code of the larger area."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("base_year", "integer", "The last mid-year whose estimates were used."),
        Column("horizon", "integer", "Years from there to the year that is compared.", "years", minimum=1),
        Column("method", "text", "fitted or simple.", allowed=("fitted", "simple")),
        Column("age_band", "text", _BAND, allowed=("all", *AGE_BANDS)),
        Column("persons_projected", "number", "People projected.", "people", minimum=0),
        Column("persons_actual", "number", "People estimated when the year had come.", "people", minimum=0),
        Column("error_percent", "number", "Projected less actual, as a percentage of actual; empty where there was nobody.", empty=True),
    ),
    ("parent_type", "area_type", "horizon", "method", "age_band", "base_year", "area_code"),
    "How projections would have done: made for every past year from what was known then, beside what came. It tests how people are shared among the areas of a larger one, whose own people are taken as known.",
)  # fmt: skip

PROJECTION_ACCURACY = TableContract(
    "projection_accuracy", "one method, horizon and age band of one back-test",
    ("told_by", "parent_type", "area_type", "method", "horizon", "age_band"),
    (
        Column("told_by", "text", "workspace: from the estimates here (projection_backtest); declared: measured before, on the estimates that the declaration names.", allowed=("workspace", "declared")),
        Column("parent_type", "text", "Kind of the larger areas."),
        Column("area_type", "text", "Kind of the areas."),
        Column("method", "text", "fitted or simple.", allowed=("fitted", "simple")),
        Column("horizon", "integer", "Years ahead.", "years", minimum=1),
        Column("age_band", "text", _BAND, allowed=("all", *AGE_BANDS)),
        Column("projections", "integer", "How many projections were compared.", minimum=1),
        Column("mean_percent", "number", "Mean absolute error.", "%", minimum=0),
        Column("median_percent", "number", "Median absolute error: half of the projections were nearer.", "%", minimum=0),
        Column("bias_percent", "number", "Mean error: above 0 where projections were too high."),
    ),
    ("told_by", "area_type", "method", "horizon", "age_band"),
    "How far off each method was on average.",
)  # fmt: skip

POPULATION_SOURCE_TABLES: tuple[TableContract, ...] = (POPULATION_PROJECTION,)
POPULATION_TABLES: tuple[TableContract, ...] = (PROJECTION, PROJECTION_BAND, PROJECTION_BACKTEST, PROJECTION_ACCURACY)
