"""Counts rounded so that sums hold: hand-worked tables, the literature's, and what an outsider is left with."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import drawn
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from locality_profiles.disclosure.auditing import audit, write_rules
from locality_profiles.disclosure.control import Controlled
from locality_profiles.disclosure.outsider import intervals
from locality_profiles.disclosure.publishable import choose, held_back, lay_views, publishable_values, zone_classes
from locality_profiles.disclosure.register import Earlier, blocks_of, earlier_cells, enter
from locality_profiles.disclosure.rounded_rows import two_figures
from locality_profiles.disclosure.rounding import largest_shares, rounded, widths
from locality_profiles.disclosure.rules import Rules, disclosure_rules
from locality_profiles.disclosure.sums import Dimension, Sums, sums_of
from locality_profiles.tables.store import connect


def dimension(*members: str) -> Dimension:
    """Members drawn as parts: X for the whole of a part, h for half, a point for none."""
    share = {"X": 1.0, "h": 0.5, ".": 0.0}
    return Dimension("drawn", sparse.csr_array([[share[part] for part in member] for member in members]))


def divided(size: int) -> Dimension:
    """All, then each part."""
    return dimension("X" * size, *("." * i + "X" + "." * (size - i - 1) for i in range(size)))


def table(values: list) -> tuple[sparse.csr_array, np.ndarray]:
    """A table of any number of ways with all its totals, totals first, as equations and counts."""
    sums, counts = whole(values)
    return sums.equations, counts


def whole(values: list) -> tuple[Sums, np.ndarray]:
    """The same with what each cell is made of."""
    inner = np.array(values, dtype=float)
    dimensions = [divided(size) for size in inner.shape]
    cells = np.array(list(product(*(range(size + 1) for size in inner.shape))))
    counts = inner
    for axis in range(inner.ndim):
        counts = np.concatenate([counts.sum(axis=axis, keepdims=True), counts], axis=axis)
    return sums_of(dimensions, cells), counts.reshape(-1)


def published(sums: sparse.csr_array, counts: np.ndarray, base: int) -> np.ndarray:
    return rounded(sums, counts, base, np.zeros(len(counts), dtype=bool)).values


# Rounding.


def test_three_sevens_are_twenty_and_one_of_them_is_ten() -> None:
    sums, counts = table([7, 7, 7])
    found = rounded(sums, counts, 5, np.zeros(4, dtype=bool))
    assert found.values[0] == 20
    assert sorted(found.values[1:]) == [5, 5, 10]
    assert found.moved == 1 + 2 + 2 + 3


def test_multiples_and_noughts_stay() -> None:
    sums, counts = table([[0, 5, 4], [3, 0, 10]])
    found = published(sums, counts, 5).reshape(3, 4)
    assert (found[1, 1], found[1, 2], found[2, 2], found[2, 3]) == (0, 5, 0, 10)
    assert not (sums @ found.reshape(-1)).any()


def test_the_example_of_the_literature_needs_no_cell_moved_by_a_whole_base() -> None:
    # Investment by activity and region (Fischetti and Salazar-González 2000, figure 1), to base 5.
    #   20 50 10 |  80      20 50 10 |  80
    #    8 19 22 |  49  ->  10 20 20 |  50     or another that moves counts as far
    #   17 32 12 |  61      15 30 15 |  60
    #   45 101 44| 190      45 100 45| 190
    sums, counts = table([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
    found = rounded(sums, counts, 5, np.zeros(16, dtype=bool))
    assert found.values.reshape(4, 4).tolist() == [
        [190, 45, 100, 45], [80, 20, 50, 10], [50, 10, 20, 20], [60, 15, 30, 15],
    ]  # fmt: skip
    # 1 + 1 of the totals of columns, 1 + 1 of those of rows, and 2 1 2 2 2 3 inside
    assert found.moved == 1 + 1 + 1 + 1 + 2 + 1 + 2 + 2 + 2 + 3


def least_by_trial(sums: sparse.csr_array, counts: np.ndarray, base: int) -> float:
    """Every choice of a multiple next to each count."""
    ways = [sorted({np.floor(count / base) * base, np.ceil(count / base) * base}) for count in counts]
    tried = np.array(list(product(*ways)))
    holds = ~np.abs(sums @ tried.T).any(axis=0)
    return float(np.abs(tried[holds] - counts).sum(axis=1).min())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=6, max_size=6), st.sampled_from([3, 5, 10]))
def test_nothing_moves_less_than_the_least_of_all_choices(inner: list[int], base: int) -> None:
    sums, counts = table([inner[:3], inner[3:]])
    found = rounded(sums, counts, base, np.zeros(len(counts), dtype=bool))
    assert found.moved == pytest.approx(least_by_trial(sums, counts, base))


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)), st.sampled_from([2, 5, 10]),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_sums_hold_and_no_count_moves_by_a_whole_base(shape: tuple[int, int, int], base: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    sums, counts = table(random.poisson(random.gamma(1, 4, shape)).tolist())
    found, again = (rounded(sums, counts, base, np.zeros(len(counts), dtype=bool)) for _ in range(2))
    assert not found.loose.any()
    assert not (sums @ found.values).any()
    assert not (found.values % base).any()
    assert (found.values == again.values).all()
    assert (found.values[counts % base == 0] == counts[counts % base == 0]).all() or found.far.any()
    assert (np.abs(found.values - counts) < base)[~found.far].all()
    assert (np.abs(found.values - counts) < 2 * base).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.sampled_from([3, 5]), st.integers(0, 2**32 - 1))
def test_every_rounded_count_leaves_as_many_numbers_open_as_the_base(
    rows: int, columns: int, base: int, seed: int
) -> None:
    """Worked out by linear programs over all cells, which know nothing of why that should be so."""
    random = np.random.default_rng(seed)
    of_all, counts = whole(random.poisson(2, (rows, columns)).tolist())
    sums = of_all.equations
    shown = published(sums, counts, base)
    found = intervals(sums, np.maximum(shown - base + 1, 0), shown + base - 1, np.arange(len(shown)))
    assert (found.high - found.low >= base - 1 - 1e-6).all()
    assert (found.low <= counts + 1e-6).all()
    assert (found.high >= counts - 1e-6).all()
    assert (widths(of_all, shown, base) == base - 1).all()


def test_overlapping_systems_meet_in_helpers_that_are_free() -> None:
    # localities abc | d, wards ab | cd of parts 3 4 4 6
    sums = sums_of([dimension("XXXX", "XXX.", "...X", "XX..", "..XX")], np.arange(5)[:, None])
    counts = np.append([17.0, 11, 6, 7, 10], np.full(len(sums.cells) - 5, np.nan))
    found = rounded(sums.equations, counts, 5, sums.helper)
    whole, left, right, one, two = found.values[:5]
    assert (whole, two) == (15, 10)
    assert left + right == one + two == whole
    assert np.isnan(found.values[5:]).all()


def test_sums_that_did_not_hold_are_not_asked_to_and_shares_are_left_out() -> None:
    equations = sparse.csr_array([[1.0, -1, -1, 0], [0, 1, 0, -0.5]])
    found = rounded(equations, [20.0, 7, 7, 14], 5, np.zeros(4, dtype=bool))
    assert found.left_out == 2
    assert found.values.tolist() == [20, 5, 5, 15]


def test_what_an_earlier_release_showed_is_shown_again() -> None:
    one_sum, counts = sparse.csr_array((0, 2)), [7.0, 12.0]
    plain = rounded(one_sum, counts, 5, [False, False])
    again = rounded(sparse.csr_array([[0.0, 0.0]]), counts, 5, [False, False], earlier=[np.nan, np.nan])
    assert plain.values.tolist() == again.values.tolist() == [5, 10]
    sums, more = table([7, 12])
    kept = rounded(sums, more, 5, np.zeros(3, dtype=bool), earlier=[np.nan, 10, np.nan])
    assert kept.values.tolist() == [20, 10, 10]


def test_settled_values_stand_and_others_go_round_them() -> None:
    sums, counts = table([7, 7, 7])
    found = rounded(sums, counts, 5, np.zeros(4, dtype=bool), settled=[25, np.nan, np.nan, 5])
    assert found.values.tolist() == [25, 10, 10, 5]


def test_what_is_settled_against_all_sums_leaves_counts_loose() -> None:
    sums, counts = table([7, 7])
    found = rounded(sums, counts, 5, np.zeros(3, dtype=bool), settled=[40, np.nan, np.nan])
    assert found.loose.any()
    assert found.values[1:].tolist() == [5, 5]


def test_a_base_of_one_and_counts_below_nought_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 2 or more"):
        rounded(sparse.csr_array((0, 1)), [3.0], 1, [False])
    with pytest.raises(ValueError, match="below nought"):
        rounded(sparse.csr_array((0, 1)), [-3.0], 5, [False])


def test_counts_that_are_rounded_one_by_one_are_found_out() -> None:
    # Six counts of 4 shown as 0 beside their sum of 24 shown as 25: none can be nought, and none was hidden.
    sums, _ = whole([4] * 6)
    assert widths(sums, np.array([25.0, 0, 0, 0, 0, 0, 0]), 5)[1] == pytest.approx(3)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.integers(2, 4), st.booleans(), st.integers(0, 2**32 - 1))
def test_widths_are_those_of_two_programs_a_cell_however_counts_were_rounded(
    rows: int, columns: int, some_exact: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    sums, counts = whole(random.poisson(3, (rows, columns)).tolist())
    shown = 5 * (random.random(len(counts)) < 0.5) + 5 * np.floor(counts / 5)
    shown = np.where(counts % 5 == 0, counts, shown)
    exact = some_exact & (random.random(len(counts)) < 0.2)
    shown = np.where(exact, counts, shown)
    hidden = random.random(len(counts)) < 0.1
    least = np.where(hidden, 0, np.where(exact, shown, np.maximum(shown - 4, 0)))
    most = np.where(hidden, np.inf, np.where(exact, shown, shown + 4))
    asked = np.flatnonzero(~exact)
    truth = intervals(sums.equations, least, most, asked)
    found = widths(sums, np.where(hidden, np.nan, shown), 5, exact & ~hidden)[asked]
    assert found == pytest.approx(np.minimum(truth.high - truth.low, 4), abs=1e-5)


def test_a_share_of_a_part_is_as_wide_as_its_share() -> None:
    sums = sums_of([dimension("XX", "h.", "XX")], np.arange(2)[:, None])
    assert largest_shares(sums)[:2].tolist() == [1, 0.5]


def test_values_of_two_figures() -> None:
    assert two_figures(np.array([78.44, 0.0, 1250.0, -0.05678, np.nan])).tolist()[:4] == [78, 0, 1200, -0.057]


# Rows of indicator_value.

ZONES = {f"S0100000{i}": ("S37000001/north" if i < 4 else "S37000001/south") for i in range(1, 8)}
FALLS = '{"table": "activity", "column": "value", "sets": {"measure_code": ["FALLS"]}, "ages": [0, null], ' \
        '"adds_over_time": true}'  # fmt: skip
OF_FALLS = FALLS.replace('["FALLS"]', '["FALLS", "OTHER"]')
DEATHS = FALLS.replace("FALLS", "DEATHS")


def workspace(folder: Path, zone_counts: list[int], others: list[int], deaths: list[int]) -> dict[str, Path]:
    """A partnership of seven zones in two localities: falls by zone, their share of all accidents, deaths by age."""
    member = [("locality", place, zone) for zone, place in ZONES.items()]
    member += [("hscp", "S37000001", zone) for zone in ZONES] + [("data_zone_2011", zone, zone) for zone in ZONES]
    falls = dict(zip(ZONES, zone_counts, strict=True))
    both = {zone: falls[zone] + more for zone, more in zip(ZONES, others, strict=True)}
    dead = dict(zip(ZONES, deaths, strict=True))
    rows = []
    for kind, code in sorted({(kind, code) for kind, code, _ in member}):
        within = [zone for k, c, zone in member if (k, c) == (kind, code)]
        x, n, d = (sum(of[zone] for zone in within) for of in (falls, both, dead))
        people = 500 * len(within)
        rows += [
            ("falls", kind, code, x, None, x, None, "count", 1),
            ("falls_rate", kind, code, x, people, 1000 * x / people, 0.1, "crude_rate", 1000),
            ("falls_share", kind, code, x, n, 100 * x / n if n else None, 0.1, "percentage", 100),
            ("deaths_rate", kind, code, d, people, 123.456 * d, 0.1, "directly_standardised_rate", 100000),
        ]
    lines = ["indicator_id area_type area_code numerator denominator value lower method per status"]
    for name, kind, code, x, n, value, lower, method, per in rows:
        status = "not_available" if value is None else "true_zero" if x == 0 else "actual"
        told = [name, kind, code, x, n, value, lower if value is not None else None, method, per, status]
        lines.append(" | ".join("" if cell is None else str(cell) for cell in told))
    lines[0] = lines[0].replace(" ", " | ")
    tables = {
        "indicator_value": drawn.table(
            folder, "indicator_value", "\n".join(lines), period_type="calendar_year",
            period_start=[pd.Timestamp("2025-01-01").date()] * len(rows),
            period_end=[pd.Timestamp("2025-12-31").date()] * len(rows), breakdown="all", category="all",
            source_level="data_zone_2011", parts=[1] * len(rows)),
        "membership": drawn.table(
            folder, "membership", "\n".join(["area_type | area_code | block_code",
                                             *(" | ".join(line) for line in member)])),
        "population_class": drawn.empty(folder, "population_class")["population_class"],
    }  # fmt: skip
    told = pd.DataFrame({
        "indicator_id": ["falls", "falls_rate", "falls_share", "deaths_rate"], "disclosure": "health",
        "origin": "unpublished", "counted": [FALLS, FALLS, FALLS, DEATHS],
        "counted_among": [None, None, OF_FALLS, None],
    })  # fmt: skip
    told.to_parquet(folder / "indicator.parquet")
    return {**tables, "indicator": folder / "indicator.parquet"}


def rounding() -> Rules:
    return replace(disclosure_rules(), rounds=True)


def released(
    folder: Path, tables: dict[str, Path], rules: Rules, earlier: Earlier | None = None
) -> tuple[pd.DataFrame, Controlled]:
    """The open data of a public edition, in ``folder/open-data``, and what was chosen."""
    chosen = choose(tables, rules, earlier)
    pq.write_table(held_back(chosen), folder / "chosen.parquet")
    out = folder / "open-data"
    out.mkdir(exist_ok=True)
    with connect() as connection:
        lay_views(connection, tables)
        values = connection.execute(publishable_values(tables["indicator_value"], folder / "chosen.parquet")).df()
        for name, query in (("membership", "from membership"), ("zone-classes", zone_classes("population_class"))):
            connection.execute(f"copy ({query}) to '{out / name}.parquet' (format parquet)")
    values.to_parquet(out / "indicator-values.parquet")
    pd.read_parquet(tables["indicator"]).to_csv(out / "indicators.csv", index=False)
    write_rules(folder, rules, 0, 0)
    return values, chosen


COUNTS = ([1, 2, 4, 6, 3, 0, 2], [3, 9, 1, 8, 2, 6, 3], [2, 0, 1, 12, 3, 4, 9])


def of(values: pd.DataFrame, indicator: str, kind: str) -> pd.DataFrame:
    return values[(values["indicator_id"] == indicator) & (values["area_type"] == kind)].set_index("area_code")


def test_rounded_rows_keep_their_sums_and_are_made_from_rounded_counts(tmp_path: Path) -> None:
    values, _ = released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    zones, places, whole = (of(values, "falls", kind) for kind in ("data_zone_2011", "locality", "hscp"))
    assert zones["numerator"].sum() == places["numerator"].sum() == whole["numerator"].sum()
    assert not (zones["numerator"] % 5).any()
    assert (np.abs(zones["numerator"].to_numpy() - COUNTS[0]) < 5).all()
    assert (zones["value"] == zones["numerator"]).all()
    rate = of(values, "falls_rate", "locality")
    assert (rate["numerator"] == places["numerator"]).all()
    assert rate["value"].to_numpy() == pytest.approx(1000 * rate["numerator"] / rate["denominator"])
    assert rate["denominator"].to_numpy().tolist() == [1500, 2000]
    share = of(values, "falls_share", "locality")
    assert not (share["denominator"] % 5).any()
    assert (share["denominator"] >= share["numerator"]).all()
    assert share["value"].to_numpy() == pytest.approx(100 * share["numerator"] / share["denominator"])
    assert (share["lower"] <= share["value"]).all()


def test_a_true_nought_looks_like_a_rounded_one(tmp_path: Path) -> None:
    values, _ = released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    zones = of(values, "falls", "data_zone_2011")
    assert set(zones["status"]) == {"rounded"}
    assert zones["note"].str.contains("rounded").all()


def test_a_standardised_rate_of_few_deaths_is_hidden_and_others_have_two_figures(tmp_path: Path) -> None:
    values, _ = released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    rates = pd.concat([of(values, "deaths_rate", kind) for kind in ("data_zone_2011", "locality", "hscp")])
    few = rates.loc[["S01000001", "S01000002", "S01000003", "S01000005", "S01000006", "S01000007", "S37000001/north"]]
    assert few["value"].isna().all()
    assert few["numerator"].isna().all()
    assert set(few["status"]) == {"suppressed"}
    south = rates.loc["S37000001/south"]
    # 28 deaths, which become 25 or 30: the rate goes with them
    assert south["value"] == two_figures(np.array([123.456 * south["numerator"]]))[0]
    assert np.isnan(south["lower"])


def test_the_audit_finds_every_rounded_count_wide_enough(tmp_path: Path) -> None:
    released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    found = audit(tmp_path)
    assert found.passed, found.recoverable
    assert found.rounded
    assert "rounded counts" in found.sentence()


def test_the_audit_finds_a_count_that_was_not_rounded(tmp_path: Path) -> None:
    values, _ = released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    at = (values["indicator_id"] == "falls") & (values["area_code"] == "S01000004")
    values.loc[at, "numerator"] = 6.0
    values.to_parquet(tmp_path / "open-data" / "indicator-values.parquet")
    told = {(one.indicator_id, one.area_code) for one in audit(tmp_path).recoverable}
    assert any(code == "S01000004" for _, code in told)


def test_the_audit_finds_counts_that_were_rounded_one_by_one(tmp_path: Path) -> None:
    values, _ = released(tmp_path, workspace(tmp_path, [4, 4, 4, 4, 4, 4, 4], *COUNTS[1:]), rounding())
    falls = values["indicator_id"].str.startswith("falls")
    values.loc[falls & (values["area_type"] == "data_zone_2011"), "numerator"] = 0.0
    values.loc[falls & (values["area_code"] == "S37000001"), "numerator"] = 30.0
    values.loc[falls & (values["area_code"] == "S37000001/north"), "numerator"] = 10.0
    values.loc[falls & (values["area_code"] == "S37000001/south"), "numerator"] = 20.0
    values.to_parquet(tmp_path / "open-data" / "indicator-values.parquet")
    assert not audit(tmp_path).passed


def test_a_second_release_rounds_the_same_count_to_the_same(tmp_path: Path) -> None:
    tables = workspace(tmp_path, *COUNTS)
    first, _ = released(tmp_path, tables, rounding())
    with connect() as connection:
        lay_views(connection, tables)
        places = blocks_of(connection)
    named = places[["area_type", "area_code", "blocks"]].drop_duplicates()
    told = first[first["numerator"].notna()].merge(pd.read_parquet(tables["indicator"]), on="indicator_id")
    columns = ["indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "category",
               "source_level", "numerator", "denominator", "counted", "counted_among"]  # fmt: skip
    earlier = Earlier(told[columns].merge(named, on=["area_type", "area_code"], how="left"),
                      places[["blocks", "block_code", "weight"]].drop_duplicates())  # fmt: skip
    # One zone's count moved: all others have what they had.
    (tmp_path / "b").mkdir()
    second, _ = released(tmp_path / "b", workspace(tmp_path / "b", [1, 2, 4, 16, 3, 0, 2], *COUNTS[1:]), rounding(),
                         earlier)  # fmt: skip
    was, now = (of(values, "falls", "data_zone_2011")["numerator"].drop("S01000004") for values in (first, second))
    assert (was == now).all()
    assert audit(tmp_path / "b", earlier).passed


def test_amounts_are_rounded_to_as_much_more_as_their_threshold_is() -> None:
    rules = rounding()
    assert rules.base_of(["FALLS"]) == 5
    assert rules.base_of(["BED_DAYS"]) == 5 * 3


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=7, max_size=7), st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_whatever_is_counted_the_audit_passes(
    tmp_path_factory: pytest.TempPathFactory, falls: list[int], others: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    values, chosen = released(folder, workspace(folder, falls, others, COUNTS[2]), rounding())
    assert audit(folder).passed
    assert chosen.how["loose"] == 0
    shown = values[values["numerator"].notna()]
    assert not (shown["numerator"] % 5).any()
    assert (shown["value"].isna() == shown["status"].isin(["suppressed", "not_available"])).all()


def test_rules_of_a_release_say_that_it_rounds(tmp_path: Path) -> None:
    released(tmp_path, workspace(tmp_path, *COUNTS), rounding())
    told = json.loads((tmp_path / "open-data" / "disclosure.json").read_text(encoding="utf-8"))
    assert told["rules"] == json.loads(json.dumps(asdict(rounding())))
    assert told["rules"]["rounds"]


def test_hiding_is_as_it_was(tmp_path: Path) -> None:
    values, chosen = released(tmp_path, workspace(tmp_path, *COUNTS), disclosure_rules())
    assert chosen.figures is None
    assert "rounded" not in set(values["status"])
    assert of(values, "falls", "hscp")["numerator"].tolist() == [18]


def test_what_was_rounded_in_an_earlier_release_is_not_known_when_counts_are_hidden_again(tmp_path: Path) -> None:
    # A count of 5 was shown as 5, which it need not have been: it stays hidden.
    tables = workspace(tmp_path, [5, 20, 20, 20, 20, 20, 20], [9] * 7, [20] * 7)
    values, _ = released(tmp_path, tables, rounding())
    values.to_parquet(tmp_path / "rounded.parquet")
    told = {**tables, "indicator_value": tmp_path / "rounded.parquet"}
    for way, seen in ((True, False), (False, True)):
        register = tmp_path / f"register-{way}"
        enter(register, "first", told, ["falls"], rounded=way)
        earlier = earlier_cells(register, "second")
        assert earlier is not None
        hidden, _ = released(tmp_path, tables, disclosure_rules(), earlier)
        shown = of(hidden, "falls", "data_zone_2011")["numerator"]
        assert bool(np.isnan(shown["S01000001"])) is not seen
