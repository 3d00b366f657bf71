"""The real Shetland set beside what it was made from, and beside its own open data."""

from __future__ import annotations

from pathlib import Path

import pytest
import running

from locality_profiles.migrating.reconciling import Reconciled, compare_with
from locality_profiles.publish.releases import current_release

pytestmark = pytest.mark.real


def compared(shetland: running.Run, path: Path) -> Reconciled:
    release = current_release(shetland.workspace.published)
    assert release
    return compare_with(shetland.workspace, release, path)


def test_every_figure_of_a_scotpho_download_that_we_show_is_the_same(
    shetland: running.Run, real_extracts: Path
) -> None:  # fmt: skip
    found = compared(shetland, real_extracts / "indicators_scotpho" / "scotpho_data.csv")
    assert found.different() == []
    assert found.counts()["matched"] > 1_400
    assert found.counts()["withheld_here"] == 0


def test_the_cost_of_home_care_is_that_of_the_benchmarking_framework(
    shetland: running.Run, real_extracts: Path
) -> None:  # fmt: skip
    for name in ("lgbf_new_bnch_data.xlsx", "lgbf_data_jan22.parquet"):
        found = compared(shetland, real_extracts / "costs" / name)
        assert found.different() == []
        assert found.counts()["matched"] > 300


def test_the_open_data_are_matched_row_by_row(shetland: running.Run) -> None:
    release = current_release(shetland.workspace.published)
    assert release
    counts = compared(shetland, release.folder / "open-data" / "indicator-values.csv").counts()
    assert {outcome for outcome, count in counts.items() if count} == {"matched", "neither"}
