"""What every function of ``statistics`` keeps to: no files, no printing, no loop over areas, and a docstring."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from locality_profiles import statistics
from locality_profiles.statistics.intervals import Estimate
from locality_profiles.statistics.life_tables import TWENTY_BANDS
from locality_profiles.statistics.standards import Weight

FOLDER = Path(statistics.__file__).parent
MODULES = [importlib.import_module(f"{statistics.__name__}.{found.name}") for found in pkgutil.iter_modules([FOLDER])]


def public(module: ModuleType) -> list[Callable[..., Any]]:
    return [
        function for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]  # fmt: skip


FUNCTIONS = {function.__name__: function for module in MODULES for function in public(module)}

# --- inputs for so many areas ---------------------------------------------------------------------


def column(size: int, low: float = 10, high: float = 90) -> np.ndarray:
    return np.linspace(low, high, size)


def grid(size: int, width: int, low: float = 10, high: float = 90) -> np.ndarray:
    return np.linspace(low, high, size * width).reshape(size, width)


def estimate(size: int) -> Estimate:
    return Estimate(column(size), column(size) - 3, column(size) + 4)


def ones(size: int) -> np.ndarray:
    return np.zeros(size, dtype=np.int64)


def scores(size: int) -> np.ndarray:
    return grid(size, 15, 0, 1).reshape(size, 5, 3)


def deaths(size: int) -> np.ndarray:
    return grid(size, 20, 5, 80)


def cohorts(size: int) -> np.ndarray:
    return np.linspace(0, 50, size * 182).reshape(size, 2, 91)


def long(size: int) -> dict[str, np.ndarray]:
    return {"events": column(4 * size), "people": column(4 * size, 900, 999), "standard": np.tile([1.0, 2, 3, 4], size),
            "groups": np.repeat(np.arange(size), 4)}  # fmt: skip


#: A call of each function that has something to do for every area.
CALLS: dict[str, Callable[[int], Any]] = {
    "absolute_gap": lambda n: FUNCTIONS["absolute_gap"](estimate(n), estimate(n)),
    "against_reference": lambda n: FUNCTIONS["against_reference"](column(n), column(n) - 1, column(n) + 1),
    "attributable_share": lambda n: FUNCTIONS["attributable_share"](grid(n, 5), grid(n, 5)),
    "byars_limits": lambda n: FUNCTIONS["byars_limits"](column(n)),
    "checked_confidence": lambda n: FUNCTIONS["checked_confidence"](0.95),
    "cohort_change_ratios": lambda n: FUNCTIONS["cohort_change_ratios"](
        cohorts(n), cohorts(n), [ones(n), np.arange(n)]
    ),
    "control_limits_of_proportion": lambda n: FUNCTIONS["control_limits_of_proportion"](0.3, column(n)),
    "control_limits_of_rate": lambda n: FUNCTIONS["control_limits_of_rate"](300.0, column(n, 900, 999)),
    "count": lambda n: FUNCTIONS["count"](column(n)),
    "count_limits": lambda n: FUNCTIONS["count_limits"](np.arange(n) % 20),
    "crude_rate": lambda n: FUNCTIONS["crude_rate"](column(n), column(n)),
    "difference_of_estimates": lambda n: FUNCTIONS["difference_of_estimates"](estimate(n), estimate(n)),
    "demand_by_year": lambda n: FUNCTIONS["demand_by_year"](grid(n, 91), np.ones((n, 3, 91))),
    "directly_standardised_rate": lambda n: FUNCTIONS["directly_standardised_rate"](
        grid(n, 4), grid(n, 4, 900, 999), [1, 2, 3, 4]
    ),
    "exact_poisson_limits": lambda n: FUNCTIONS["exact_poisson_limits"](column(n)),
    "divide": lambda n: FUNCTIONS["divide"](np.arange(n) * 100, np.arange(n) + 1),
    "expected_events": lambda n: FUNCTIONS["expected_events"](grid(n, 4), grid(n, 4), grid(n, 4)),
    "fit_to_margins": lambda n: FUNCTIONS["fit_to_margins"](column(n), [ones(n)], [[column(n).sum() * 2]]),
    "grouped_people": lambda n: FUNCTIONS["grouped_people"](cohorts(n), ones(n)),
    "grouped_sum": lambda n: FUNCTIONS["grouped_sum"](column(n), ones(n), 1),
    "healthy_life_expectancy": lambda n: FUNCTIONS["healthy_life_expectancy"](
        deaths(n), grid(n, 20, 900, 999), grid(n, 20, 0.1, 0.5), grid(n, 20)
    ),
    "indirectly_standardised_rate": lambda n: FUNCTIONS["indirectly_standardised_rate"](
        grid(n, 4), grid(n, 4, 900, 999), grid(n, 4), grid(n, 4, 900, 999)
    ),
    "indirectly_standardised_ratio": lambda n: FUNCTIONS["indirectly_standardised_ratio"](
        grid(n, 4), grid(n, 4, 900, 999), grid(n, 4), grid(n, 4, 900, 999)
    ),
    "intervals_apart": lambda n: FUNCTIONS["intervals_apart"](estimate(n), estimate(n)),
    "known_groups": lambda n: FUNCTIONS["known_groups"](ones(n), 1, n),
    "known_counts": lambda n: FUNCTIONS["known_counts"](column(n), "events"),
    "life_expectancy": lambda n: FUNCTIONS["life_expectancy"](deaths(n), grid(n, 20, 900, 999)),
    "life_expectancy_by_age": lambda n: FUNCTIONS["life_expectancy_by_age"](deaths(n), grid(n, 20, 900, 999)),
    "life_table": lambda n: FUNCTIONS["life_table"](deaths(n), grid(n, 20, 900, 999), TWENTY_BANDS),
    "mean_estimate": lambda n: FUNCTIONS["mean_estimate"](column(n), np.arange(n) // 2, n // 2),
    "moved_on": lambda n: FUNCTIONS["moved_on"](
        cohorts(n), FUNCTIONS["cohort_change_ratios"](cohorts(n), cohorts(n), [ones(n)])
    ),
    "nearest_neighbours": lambda n: FUNCTIONS["nearest_neighbours"](grid(n, 3), 5),
    "p_chart": lambda n: FUNCTIONS["p_chart"](grid(n, 12), grid(n, 12, 100, 200)),
    "parts_of_whole": lambda n: FUNCTIONS["parts_of_whole"](
        grid(n, 3), grid(n // 2, 3), np.arange(n) // 2, np.ones(n // 2)
    ),
    "people_behind_rate": lambda n: FUNCTIONS["people_behind_rate"](column(n), column(n)),
    "percentage_change": lambda n: FUNCTIONS["percentage_change"](column(n), column(n)),
    "projection_error": lambda n: FUNCTIONS["projection_error"](column(n), column(n), ones(n), 1),
    "proportion_estimate": lambda n: FUNCTIONS["proportion_estimate"](column(n), column(n, 100, 200)),
    "proportion_funnel": lambda n: FUNCTIONS["proportion_funnel"](column(n), 0.3),
    "proportion_significance": lambda n: FUNCTIONS["proportion_significance"](column(n), column(n, 100, 200)),
    "quantile_of": lambda n: FUNCTIONS["quantile_of"](column(n), ones(n), 5),
    "rank_from_highest": lambda n: FUNCTIONS["rank_from_highest"](column(n), ones(n)),
    "rank_interval": lambda n: FUNCTIONS["rank_interval"](column(n) - 1, column(n) + 1, ones(n)),
    "rank_within": lambda n: FUNCTIONS["rank_within"](column(n), ones(n)),
    "rate_estimate": lambda n: FUNCTIONS["rate_estimate"](column(n), column(n)),
    "rate_funnel": lambda n: FUNCTIONS["rate_funnel"](column(n), 100.0),
    "rate_funnel_at": lambda n: FUNCTIONS["rate_funnel_at"](column(n, 900, 999), 100.0),
    "rate_significance": lambda n: FUNCTIONS["rate_significance"](column(n), column(n, 900, 999), 20.0),
    "ratio_funnel": lambda n: FUNCTIONS["ratio_funnel"](column(n)),
    "ratio_of_estimates": lambda n: FUNCTIONS["ratio_of_estimates"](estimate(n), estimate(n)),
    "ratio_significance": lambda n: FUNCTIONS["ratio_significance"](column(n), column(n)),
    "rates_of_bands": lambda n: FUNCTIONS["rates_of_bands"](grid(n, 3), grid(n, 9), np.repeat([0, 1, 2], 3)),
    "ratio_to_expected": lambda n: FUNCTIONS["ratio_to_expected"](column(n), column(n)),
    "reaching": lambda n: FUNCTIONS["reaching"](cohorts(n)),
    "recent_trend": lambda n: FUNCTIONS["recent_trend"](grid(n, 5), grid(n, 5) - 1, grid(n, 5) + 1),
    "recent_trend_of_proportions": lambda n: FUNCTIONS["recent_trend_of_proportions"](grid(n, 5), grid(n, 5, 100, 200)),
    "relative_gap": lambda n: FUNCTIONS["relative_gap"](estimate(n), estimate(n)),
    "relative_ranks": lambda n: FUNCTIONS["relative_ranks"](grid(n, 5)),
    "remaining_share": lambda n: FUNCTIONS["remaining_share"](1.0, column(n)),
    "run_chart": lambda n: FUNCTIONS["run_chart"](grid(n, 12)),
    "scottish_slope_index": lambda n: FUNCTIONS["scottish_slope_index"](grid(n, 5), grid(n, 5), column(n)),
    "shift_along_ages": lambda n: FUNCTIONS["shift_along_ages"](0.3, n),
    "simple_growth": lambda n: FUNCTIONS["simple_growth"](grid(n, 7), grid(n, 7), grid(n, 7)),
    "slope_index": lambda n: FUNCTIONS["slope_index"](grid(n, 5), grid(n, 5), grid(n, 5) - 1, grid(n, 5) + 1),
    "standard_population": lambda n: FUNCTIONS["standard_population"]([Weight(0, 64, 0), Weight(65, None, 0)]),
    "standardised_by_group": lambda n: FUNCTIONS["standardised_by_group"](**long(n), number=n),
    "standardised_repeat_events": lambda n: FUNCTIONS["standardised_repeat_events"](
        long(n)["events"],
        np.ones(4 * n),
        long(n)["people"],
        long(n)["standard"],
        long(n)["groups"],
        np.tile([0, 1, 2, 3], n),
        n,
    ),
    "two_levels": lambda n: FUNCTIONS["two_levels"](
        column(n), column(n) - 1, column(n) + 1, column(n) - 2, column(n) + 2
    ),
    "u_chart": lambda n: FUNCTIONS["u_chart"](grid(n, 12), grid(n, 12, 900, 999)),
    "whole_weights": lambda n: FUNCTIONS["whole_weights"](column(n)),
    "wilson_limits": lambda n: FUNCTIONS["wilson_limits"](column(n), column(n, 100, 200)),
    "with_room": lambda n: FUNCTIONS["with_room"](cohorts(n), ones(n), np.ones((1, 2, 91))),
    "worse_for_deprived": lambda n: FUNCTIONS["worse_for_deprived"](column(n), np.ones(n, dtype=bool)),
    "saturating_score": lambda n: FUNCTIONS["saturating_score"](column(n), 4.0),
    "sensitivity": lambda n: FUNCTIONS["sensitivity"](scores(n), [3, 2, 1], 0.5, 16, 10),
    "places": lambda n: FUNCTIONS["places"](grid(n, 5)),
    "weight_sets": lambda n: FUNCTIONS["weight_sets"]([3, 2, 1], 0.5, n),
    "weighted_score": lambda n: FUNCTIONS["weighted_score"](scores(n), [3, 2, 1]),
    "xmr_chart": lambda n: FUNCTIONS["xmr_chart"](grid(n, 12)),
    "z_value": lambda n: FUNCTIONS["z_value"](0.95),
}


def lines_run(call: Callable[[int], Any], areas: int) -> int:
    """How many lines of ``statistics`` run in a call for so many areas."""
    seen = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal seen
        if Path(frame.f_code.co_filename).parent != FOLDER:
            return None
        seen += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(areas)
    finally:
        sys.settrace(before)
    return seen


def test_every_public_function_is_tried_here():
    assert set(CALLS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_no_function_loops_over_areas(name):
    few, many = lines_run(CALLS[name], 40), lines_run(CALLS[name], 400)
    assert few > 0
    assert many == few, f"{name} runs {many - few} more lines for 360 more areas"


def test_the_check_for_loops_sees_one():
    code = compile(
        "def looping(n):\n    total = 0\n    for i in range(n):\n        total += i\n", str(FOLDER / "x.py"), "exec"
    )
    made: dict[str, Any] = {}
    exec(code, made)
    assert lines_run(made["looping"], 400) > lines_run(made["looping"], 40)


FORBIDDEN = {"open", "print", "input", "exec", "eval"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_nothing_is_read_printed_or_imported_that_could(module):
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not called & FORBIDDEN
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        )
    }  # fmt: skip
    assert imported <= {"__future__", "typing", "collections", "numpy", "scipy", "locality_profiles"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_public_function_says_what_it_does(name):
    told = inspect.getdoc(FUNCTIONS[name]) or ""
    assert told.splitlines()[0].strip().endswith((".", ":")) or len(told.splitlines()) > 1
    assert len(told) > 40
