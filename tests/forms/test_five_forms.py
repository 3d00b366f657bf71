"""The same number stands in page, workbook, Word, PDF and Parquet: all five are read back from a published release.

What a form should say is worked out from the release's own Parquet alone, with nothing of what wrote the other four.
Every value of a locality is compared, beside every other area that its profile shows, and so is each one's mark.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from read_forms import differences, localities


@pytest.fixture(scope="module")
def published(sample: Path) -> Path:
    return (sample / "data" / "published" / "current").resolve()


def test_every_figure_of_every_locality_is_the_same_in_all_five_forms(published: Path) -> None:
    places = localities(published)
    assert places
    for place in places:
        assert differences(place) == []


def test_the_edition_for_management_agrees_with_itself_too(sample: Path) -> None:
    release = (sample / "data" / "management" / "current").resolve()
    assert differences(localities(release)[0]) == []


def test_a_figure_that_differs_in_any_form_is_found(published: Path, tmp_path: Path) -> None:
    """The check can fail: the Parquet of another release is not that of these pages."""
    place = localities(published)[0]
    open_data = tmp_path / "open-data"
    open_data.mkdir()
    for name in ("site", "documents", "workbooks"):
        (tmp_path / name).symlink_to(published / name)
    (open_data / "indicators.csv").write_bytes((published / "open-data" / "indicators.csv").read_bytes())
    duckdb.sql(f"""
        copy (select * replace (case when row_number() over (order by area_code <> '{place.code}', item, category,
            beside_order, value is null) = 1 then value + 1 else value end as value)
            from '{published}/open-data/profile.parquet') to '{open_data}/profile.parquet' (format parquet)""")

    found = differences(place._replace(release=tmp_path))

    assert {one.partition(",")[0] for one in found} == {"page", "Word", "PDF", "workbook"}
