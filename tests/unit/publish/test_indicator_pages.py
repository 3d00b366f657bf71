"""Pages of indicators: order, what is held back, charts, map, change; and that thin data reads well."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.publish import island
from unit.publish.form import Form
from unit.publish.page import Page, Table

from locality_profiles.publish import indicator_pages
from locality_profiles.publish.charts.draw import file_name
from locality_profiles.publish.indicator_pages import address, funnel_limits, pictures_of, read_values
from locality_profiles.publish.place_tables import AreaSystems
from locality_profiles.publish.reading import read_indicators, read_names, read_profiles
from locality_profiles.publish.site import Site, write_site
from locality_profiles.tables.store import connect

LONG = "Comann Eilean nan Gàidheal agus Bailtean Beaga na h-Àirde an Iar-dheas"
HOME = ("hscp", "S37900001")
#: Name of each locality, its people, and how many of them fell.
FALLS = {"Ard": (4000, 60), LONG: (3000, 90), "Cul": (2000, 20), "Dun": (1000, 70), "Eas": (800, 8), "Fas": (500, 9)}
YEARS = {2022: 0.02, 2023: 0.025, 2024: 0.03}


def code(name: str) -> str:
    return f"{HOME[1]}/{name[:3].lower()}"


AREAS: list[island.Area] = [
    *island.AREAS[:2], (*HOME, "Orsay Islands", island.BOARD), ("hscp", "S37900002", "Firth", island.BOARD),
    *(("locality", code(name), name, HOME) for name in (*FALLS, "Gob", "Hib")),
]  # fmt: skip
SPECS = [
    island.Spec("falls", "Falls", "population", "crude_rate", 1000, "per 1,000 people", 1, "data_zone_2011",
                "a drawing"),
    island.Spec("people", "People", "population", "count", 1, "people", 0, "data_zone_2011", "a drawing"),
    island.Spec("held", "Held back", "population", "percentage", 100, "%", 1, "data_zone_2011", "a drawing"),
    island.Spec("one", "One only", "population", "percentage", 100, "%", 1, "data_zone_2011", "a drawing"),
    island.Spec("none", "Nowhere", "population", "count", 1, "waits", 0, None, "no extract"),
]  # fmt: skip


def value(item: str, kind: str, area: str, figure: float | None, year: int = 2024, **more: Any) -> dict[str, Any]:
    return {
        "indicator_id": item, "area_type": kind, "area_code": area, "period_type": "calendar_year",
        "period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "breakdown": "all", "category": "all",
        "value": figure, "method": "crude_rate", "per": 1000.0,
        "status": "actual" if figure is not None else "suppressed",
        "source_level": "data_zone_2011", "parts": 1, **more,
    }  # fmt: skip


def values() -> list[dict[str, Any]]:
    rows = []
    for name, (people, fell) in FALLS.items():
        rate = fell / people * 1000
        limits = {"numerator": float(fell), "denominator": float(people), "lower": rate * 0.8, "upper": rate * 1.3}
        rows.append(value("falls", "locality", code(name), rate, **limits))
        rows.append(value("people", "locality", code(name), float(people), method="count", per=1.0))
    rows += [value("falls", "locality", code(name), None, note="Fewer than five.") for name in ("Hib", "Gob")]
    rows.append(value("falls", "locality", code("Ard"), 99.0, 2025))  # one early area does not leave the others out
    for year, share in YEARS.items():
        rows.append(value("falls", *HOME, share * 1200, year))
        rows.append(value("falls", *island.COUNTRY, share * 1000, year, numerator=share * 1e5, denominator=1e5))
    rows += [value("held", "locality", code(name), None) for name in FALLS]
    rows.append(value("one", *HOME, 12.0))
    return rows


def compared(name: str, verdict: str, judgement: str | None) -> dict[str, Any]:
    return {
        "indicator_id": "falls", "area_type": "locality", "area_code": code(name), "period_type": "calendar_year",
        "period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "breakdown": "all", "category": "all",
        "comparator": "country", "comparator_code": island.COUNTRY[1], "verdict": verdict, "verdict_99_8": verdict,
        "judgement": judgement, "basis": "interval",
    }  # fmt: skip


def tables(folder: Path) -> dict[str, Path]:
    made = island.tables(AREAS, SPECS, {"population": "Population"})
    order = sorted(FALLS, key=lambda name: -FALLS[name][1] / FALLS[name][0])
    ranks = [
        {"indicator_id": "falls", "area_type": "locality", "area_code": code(name), "period_type": "calendar_year",
         "period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "breakdown": "all", "category": "all",
         "among": "country", "rank": n, "rank_lower": max(1, n - 1), "rank_upper": n + 1, "ranked": 6}
        for n, name in enumerate(order, start=1)
    ]  # fmt: skip
    layer = [
        {"area_type": "locality", "area_code": code(name), "area_name": name, "inset": False,
         "geometry": island.square(300_000 + 4000 * n, 900_000), "label_easting": 0.0, "label_northing": 0.0}
        for n, name in enumerate((*FALLS, "Gob", "Hib"))
    ]  # fmt: skip
    told = [compared("Dun", "higher", "worse"), compared("Eas", "lower", "better"), compared("Cul", "similar", None)]
    return island.write(folder, {
        **made, "indicator_value": values(), "comparison": told, "area_rank": ranks, "map_layer": layer,
    })  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return tables(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def release(drawn: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    write_site(drawn, folder / "site", island.edition(open_data=""))
    return folder


@pytest.fixture(scope="module")
def pages(release: Path) -> dict[str, Page]:
    site = release / "site"
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="module")
def made(drawn: dict[str, Path]) -> dict[str, indicator_pages.IndicatorPage]:
    about = island.edition(open_data="")
    with connect() as connection:
        profiles = read_profiles(connection, drawn, about.profiled, trends=False)
        site = Site(about, profiles, read_indicators(connection, drawn), read_names(connection, drawn),
                    {p.key: p.area_code.replace("/", "-") for p in profiles}, [], AreaSystems(), {})  # fmt: skip
        read = read_values(connection, drawn, site)
        return {page.indicator.indicator_id: page for page in indicator_pages.indicator_pages(site, read)}


def table(page: Page, caption: str) -> Table:
    return next(found for found in page.tables if caption in found.caption)


@pytest.mark.parametrize("name", ["indicators.html", *(address(spec.item) for spec in SPECS)])
class TestEveryPage(Form):
    pass


def test_areas_stand_from_high_to_low_and_what_is_held_back_last_by_name_without_a_rank(pages: dict[str, Page]) -> None:
    found = table(pages["indicators/falls.html"], "Falls: localities, 2024")
    assert [texts[0] for texts in found.texts()] == ["Locality", "Dun", LONG, "Fas", "Ard", "Cul", "Eas", "Gob", "Hib"]
    assert [texts[1].split()[0] for texts in found.texts()[1:7]] == ["1", "2", "3", "4", "5", "6"]
    for texts in found.texts()[7:]:
        assert texts[1] == "–no rank"
        assert texts[2] == "[c]suppressed"
        assert texts[3] == "–no limits"


def test_the_row_of_an_area_says_value_limits_and_how_it_stands_beside_the_country(pages: dict[str, Page]) -> None:
    found = table(pages["indicators/falls.html"], "Falls: localities, 2024")
    head, dun, *_ = found.texts()
    assert [text.split(" 1 the")[0] for text in head] == [
        "Locality", "Rank", "Value per 1,000 people", "95% limits", "Beside Alba Bheag", "Partnership",
    ]  # fmt: skip
    assert dun == ["Dun", "1 1 to 2", "70.0", "56.0 to 91.0", "Higher, worse", "Orsay Islands"]
    assert found.caption == "Falls: localities, 2024. Alba Bheag: 30.0"


def test_the_words_name_both_ends_the_country_and_what_is_missing(pages: dict[str, Page]) -> None:
    words = pages["indicators/falls.html"].words
    assert "Of 6 localities with a figure for 2024, the highest is Dun, Orsay Islands (70.0) and the lowest" in words
    assert "Alba Bheag has 30.0. 2 localities have no figure to show, held back: listed last, by name." in words


def test_one_early_area_does_not_leave_the_others_out(pages: dict[str, Page]) -> None:
    assert "2025" not in pages["indicators/falls.html"].text
    assert "99.0" not in pages["indicators/falls.html"].text


def test_charts_hold_the_figures_shown_and_never_what_is_held_back(made: dict[str, Any]) -> None:
    rank, funnel, change = made["falls"].charts
    assert [chart.kind for chart in (rank, funnel, change)] == ["rank", "funnel", "trends"]
    assert [bar["text"] for bar in rank.data["bars"]] == ["70.0", "30.0", "18.0", "15.0", "10.0", "10.0"]
    assert rank.data["country"] == {"name": "Alba Bheag", "value": 30.0, "text": "30.0"}
    for chart in (rank, funnel):
        assert "Gob" not in str(chart.data)
        assert "Hib" not in str(chart.data)


def test_the_funnel_says_who_is_outside_and_its_limits_close_in(made: dict[str, Any]) -> None:
    funnel = made["falls"].charts[1]
    outside = {point["name"].split(",")[0]: point["outside"] for point in funnel.data["points"]}
    # At 30 per 1,000, thirty of Dun's 1,000 and 120 of Ard's 4,000 would be as usual; they have 70 and 60.
    assert outside["Dun"] == 3
    assert outside["Ard"] == 3
    assert outside["Fas"] == 0
    widths = [limit["high2"] - limit["low2"] for limit in funnel.data["limits"]]
    assert widths == sorted(widths, reverse=True)
    assert all(
        limit["low3"] <= limit["low2"] < 30 < limit["high2"] <= limit["high3"] for limit in funnel.data["limits"]
    )


def test_limits_of_a_funnel_are_those_of_the_statistics() -> None:
    # Of 100 people at one half: 1.959964 and 3.090232 standard errors of 5 percentage points.
    assert funnel_limits("percentage", np.array([100.0]), 50.0, 100.0)[:, 0] == pytest.approx(
        [50 - 9.79982, 50 + 9.79982, 50 - 15.45116, 50 + 15.45116]
    )
    # 4.795 expected: ten events are on the upper limit, as tables of exact limits have it.
    assert funnel_limits("crude_rate", np.array([4795.0]), 1.0, 1000.0)[1, 0] * 4.795 == pytest.approx(10, rel=1e-4)


def test_change_shows_partnership_and_country_with_a_table_behind_it(
    made: dict[str, Any], pages: dict[str, Page]
) -> None:
    panels = made["falls"].charts[2].data["panels"]
    assert [[line["name"], line["role"]] for line in panels[0]["series"]] == [
        ["Orsay Islands", "this"], ["Alba Bheag", "larger"],
    ]  # fmt: skip
    assert [point["value"] for point in panels[0]["series"][1]["points"]] == [20.0, 25.0, 30.0]
    found = table(pages["indicators/falls.html"], "Falls by period")
    assert found.texts()[1] == ["2024", "36.0", "30.0"]


def test_every_chart_has_a_picture_with_words_on_its_page(made: dict[str, Any], pages: dict[str, Page]) -> None:
    charts = pictures_of(made.values())
    assert charts
    of_indicators = [page for name, page in pages.items() if name.startswith("indicators/")]
    shown = {image["src"]: image for page in of_indicators for image in page.all("img")}
    assert set(shown) == {f"../charts/{file_name(chart)}" for chart in charts}
    assert all(image["alt"] for image in shown.values())


def test_numbers_of_people_are_ranked_but_not_mapped(pages: dict[str, Page]) -> None:
    assert pages["indicators/falls.html"].all("svg")
    assert not pages["indicators/people.html"].all("svg")
    assert table(pages["indicators/people.html"], "People: localities").texts()[1][0] == "Ard"


def test_nothing_but_what_is_held_back_says_so_and_draws_nothing(made: dict[str, Any], pages: dict[str, Page]) -> None:
    page = pages["indicators/held.html"]
    assert made["held"].charts == ()
    assert "No figure of any locality is shown: 6 of 8 are held back, because it could say something" in page.words
    assert [texts[0] for texts in table(page, "Held back: localities").texts()[1:]] == sorted([*FALLS, "Gob", "Hib"])
    assert not page.all("svg")


def test_one_figure_alone_is_not_ranked_and_its_page_says_why(made: dict[str, Any], pages: dict[str, Page]) -> None:
    page = pages["indicators/one.html"]
    assert made["one"].charts == ()
    assert "Orsay Islands has 12.0% (2024)." in page.words
    assert "There are no two periods with a figure to tell a change from." in page.words


def test_an_indicator_without_figures_says_so_and_is_declared(pages: dict[str, Page]) -> None:
    page = pages["indicators/none.html"]
    assert "No area that is shown here has a figure of it in this release." in page.words
    assert "Smallest area None: this release holds no data for it." in page.words


def test_the_list_has_a_line_for_each_indicator(pages: dict[str, Page]) -> None:
    found = table(pages["indicators.html"], "Population: indicators")
    assert [texts[0].strip() for texts in found.texts()[1:]] == [
        "Falls per 1,000 people", "People", "Held back %", "One only %", "Nowhere waits",
    ]  # fmt: skip
    assert found.texts()[1][2:] == ["Data zone", "2024"]
    assert found.texts()[5][2:] == ["None: no data in this release", "None"]


def test_an_area_page_leads_to_the_pages_of_its_indicators(pages: dict[str, Page]) -> None:
    links = {a["href"] for a in pages["areas/S37900001-ard.html"].all("a")}
    assert "../indicators/falls.html" in links
    assert not any("methods.html#indicator" in link for link in links)


def test_classes_stand_in_columns_in_their_order(tmp_path: Path) -> None:
    island_tables = island.island(tmp_path / "tables")
    write_site(island_tables, tmp_path / "site", island.edition())
    found = table(Page(tmp_path / "site/indicators/age_bands.html"), "Age: localities")
    assert [text.strip() for text in found.texts()[0]] == ["Locality", "5 to 14 %", "45 to 64 %", "85 and over %"]


def test_a_page_of_a_whole_country_is_small(tmp_path: Path) -> None:
    write_site(island.country(tmp_path / "tables", indicators=4), tmp_path / "site", island.edition())
    assert max(path.stat().st_size for path in (tmp_path / "site/indicators").iterdir()) <= 400_000
