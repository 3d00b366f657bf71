"""Every chart has a table behind it: one of the page, or one made from the chart."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.publish import island
from unit.publish.page import Page

from locality_profiles.publish.area_charts import charts_of
from locality_profiles.publish.chart_sources import read_chart_sources
from locality_profiles.publish.charts.behind import MOST_POINTS, table_behind
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.reading import read_profiles
from locality_profiles.publish.site import write_site
from locality_profiles.publish.standing import Standing
from locality_profiles.tables.store import connect


def chart(kind: str, data: dict[str, object], name: str = "c") -> Chart:
    return Chart(name, kind, "What it shows", "In words", data)


def rows(found: Chart) -> list[tuple[str, ...]]:
    sheet = table_behind(found)
    assert sheet is not None
    assert all(len(cells) == len(sheet.columns) for _, cells, _ in sheet.rows)
    return [(name, *map(str, cells)) for name, cells, _ in sheet.rows]


def test_a_pyramid_has_its_shares_and_those_beside_it() -> None:
    told = {"ages": ["0-9", "10-19"], "men": [5.04, None], "women": [4.0, 6.0], "name": "Skerry", "unit": "% of all",
            "beside": {"name": "Alba", "men": [5.5, 5.6], "women": [5.1, 5.2]}}  # fmt: skip

    assert rows(chart("pyramid", told)) == [
        ("0-9", "5.0%", "4.0%", "5.5%", "5.1%"), ("10-19", "–", "6.0%", "5.6%", "5.2%"),
    ]  # fmt: skip


def test_a_spine_has_its_values_and_verdicts() -> None:
    told = {"rows": [{"title": "Smokers", "period": "2020", "text": "12% [e]", "verdict": "worse"}],
            "names": {"this": "Skerry", "country": "Alba"}}  # fmt: skip

    assert rows(chart("spine", told)) == [("Smokers", "2020", "12% [e]", "Worse")]


def test_fifths_have_values_and_limits_and_a_hidden_one_its_mark() -> None:
    classes = [{"name": "1, most deprived", "value": 12.0, "lower": 10.0, "upper": 14.0, "text": "12%"},
               {"name": "2", "value": None, "lower": None, "upper": None, "text": "[c]"}]  # fmt: skip
    told = {"panels": [{"title": "Smokers", "unit": "%", "decimals": 0, "classes": classes}]}

    assert rows(chart("classes", told, "chart-lifestyle-fifths")) == [
        ("Smokers: 1, most deprived", "12%", "10%", "14%"), ("Smokers: 2", "[c]", "[z]", "[z]"),
    ]  # fmt: skip


def test_a_long_curve_has_a_table_that_can_be_read_with_both_its_ends() -> None:
    told = {"points": [[x, x / 2] for x in range(101)], "x_title": "% of people", "y_title": "% of cost"}

    found = rows(chart("curve", told))

    assert len(found) <= MOST_POINTS
    assert (found[0][0], found[-1]) == ("0%", ("100%", "50.0%"))


@pytest.mark.parametrize("kind", ["bars", "trends", "classes"])
def test_what_stands_in_a_table_of_the_page_is_not_told_twice(kind: str) -> None:
    assert table_behind(chart(kind, {"panels": []}, f"chart-x-{kind}")) is None


def test_every_chart_of_a_page_has_a_table_there(tmp_path: Path) -> None:
    tables, about = island.island(tmp_path / "tables"), island.edition()
    write_site(tables, tmp_path / "site", about)
    with connect() as connection:
        sources = read_chart_sources(connection, tables, about)
        profiles = read_profiles(connection, tables, about.profiled)
    found = 0
    for profile in profiles:
        name = profile.area_code.replace("/", "-")
        page = Page(tmp_path / "site" / "areas" / f"{name}.html")
        for charts in charts_of(profile, Standing(), sources, about).values():
            for one in charts:
                behind = table_behind(one)
                assert (behind.id if behind else one.sheet) in page.ids, one.id
                found += 1
    assert found > 5


def test_the_marking_stands_at_the_head_of_every_printed_sheet(tmp_path: Path) -> None:
    marking = 'Official-sensitive: "for" management only. Do not copy.'
    write_site(island.island(tmp_path / "tables"), tmp_path / "site", island.edition(marking=marking))

    style = (tmp_path / "site" / "profiles.css").read_text(encoding="utf-8")

    assert '@top-center { content: "Official-sensitive' in style
    assert '"for"' not in style.partition("@top-center")[2]
    assert "Do not copy" not in style
