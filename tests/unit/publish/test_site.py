"""The pages: what they say, and that anyone can read them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from unit.publish import island
from unit.publish.form import Form
from unit.publish.page import Page, Table

from locality_profiles.glossary import glossary
from locality_profiles.publish.edition import SYNTHETIC
from locality_profiles.publish.site import write_site

AREA_PAGES = [
    "areas/S37900001-north-isles.html", "areas/S37900001-skerry.html", "areas/S37900001-west.html",
    "areas/S37900001.html", "areas/S37900002-north-isles.html", "areas/S37900002.html",
]  # fmt: skip
ASSESSMENTS = ["assessment/S37900001.html", "assessment/S37900002.html"]
INDICATOR_PAGES = [f"indicators/{spec.item}.html" for spec in island.INDICATORS]
ALL_PAGES = [
    *AREA_PAGES, *ASSESSMENTS, *INDICATOR_PAGES, "compare.html", "data-quality.html", "index.html", "indicators.html",
    "methods.html",
]  # fmt: skip


def row(table: Table, start: str) -> list[str]:
    return next(texts for texts in table.texts() if texts[0].startswith(start))


def table(page: Page, caption: str) -> Table:
    return next(found for found in page.tables if caption in found.caption)


def test_the_site_has_a_page_for_every_profiled_area(pages: dict[str, Page]) -> None:
    assert sorted(pages) == sorted(ALL_PAGES)


def test_every_file_that_is_reported_was_written(tables: dict[str, Path], tmp_path: Path) -> None:
    written = write_site(tables, tmp_path, island.edition())

    assert written[0] == tmp_path / "index.html"
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_the_same_tables_give_the_same_bytes(tables: dict[str, Path], release: Path, tmp_path: Path) -> None:
    write_site(tables, tmp_path, island.edition())

    for path in tmp_path.rglob("*.html"):
        assert path.read_bytes() == (release / "site" / path.relative_to(tmp_path)).read_bytes()


def test_of_very_many_areas_a_table_tells_two_headlines(
    tables: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def widths(folder: Path) -> set[int]:
        write_site(tables, folder, island.edition())
        text = (folder / "index.html").read_text(encoding="utf-8")
        shown = text[text.index('id="headlines-locality"') :]
        return {row.count("<td") for row in re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL) if "scope=row" in row}

    assert widths(tmp_path / "few").isdisjoint({2})
    monkeypatch.setattr("locality_profiles.publish.site.VERY_MANY", 1)
    assert widths(tmp_path / "many") == {2}


# --- form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_PAGES)
class TestEveryPage(Form):
    pass


def test_the_stylesheet_asks_for_nothing_from_elsewhere(release: Path) -> None:
    style = (release / "site" / "profiles.css").read_text(encoding="utf-8")

    assert not re.search(r"url\(|@import|@font-face|https?:", style)
    assert "prefers-color-scheme: dark" in style
    assert "size: A4 landscape" in style


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("ink", "paper"), ("ink", "tint"), ("ink", "own"), ("quiet", "paper"), ("quiet", "tint"), ("quiet", "own"),
        ("accent", "paper"), ("accent", "tint"), ("accent", "own"), ("on-accent", "accent"), ("warn-ink", "warn-paper"),
    ],
)  # fmt: skip
def test_words_stand_out_from_their_ground(release: Path, theme: int, words: str, ground: str) -> None:
    style = (release / "site" / "profiles.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))

    lighter, darker = sorted((luminance(colours[words]), luminance(colours[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


# --- what is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_PAGES)
def test_every_page_of_synthetic_figures_says_so(pages: dict[str, Page], name: str) -> None:
    assert SYNTHETIC in pages[name].words


def test_no_page_of_real_figures_is_called_synthetic(tables: dict[str, Path], tmp_path: Path) -> None:
    for path in write_site(tables, tmp_path, island.edition(synthetic=False)):
        assert "synthetic" not in path.read_text(encoding="utf-8").lower() or path.suffix == ".css"


@pytest.mark.parametrize("name", ["index.html", "areas/S37900001-west.html", "areas/S37900001-north-isles.html"])
def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(pages: dict[str, Page], name: str) -> None:
    assert island.HOSTILE in pages[name].text
    assert "<script>" not in pages[name].path.read_text(encoding="utf-8")


def test_a_hostile_source_is_escaped_where_it_is_printed(north: Page) -> None:
    assert "Sources: Delayed discharges <census>." in north.words


def test_the_area_stands_first_and_then_the_areas_beside_it(north: Page) -> None:
    header = [" ".join(text.split()) for text in table(north, "Population: North Isles").texts()[0]]

    assert header == [
        "Indicator", "Period", "This locality North Isles", island.HOSTILE, "Skerry", "Partnership Orsay Islands",
        "Health board NHS Orsay & Firth", "Country Alba Bheag",
    ]  # fmt: skip


def test_classes_are_nested_under_their_indicator(north: Page) -> None:
    found = table(north, "Deprivation and rurality: North Isles")

    assert [" ".join(texts[0].split()) for texts in found.texts()[1:3]] == [
        "People by deprivation quintile %", "1, most deprivedmid-2024",
    ]  # fmt: skip
    assert found.rows[1][0][1]["scope"] == "rowgroup"


def test_suppressed_is_marked_spoken_and_explained(north: Page) -> None:
    cells = row(table(north, "Social care: North Isles"), "People receiving")

    assert cells[2] == "[c]suppressednote 1"
    assert "Fewer than five people." in north.words
    assert row(table(north, "A mark in place"), "[c]")[:2] == ["[c]", "suppressed"]


def test_no_status_is_printed_as_zero(west: Page, skerry: Page) -> None:
    cells = table(west, "Deprivation and rurality").texts()

    assert [texts[2] for texts in cells[2:5]] == ["[low]close to zero", "[z]not applicable", "–no figure"]
    for found in (f for f in skerry.tables if "profile" in f.css):
        own = [texts[2] for texts in found.texts()[1:] if len(texts) > 2]
        assert all(text.startswith("[x]not available") for text in own)


def test_a_true_zero_is_a_zero(north: Page) -> None:
    assert table(north, "Deprivation and rurality").texts()[2][2] == "0"


def test_an_item_that_goes_no_lower_says_so_and_shows_the_larger_figure(north: Page) -> None:
    cells = row(table(north, "Hospital and community care: North Isles"), "Bed days")

    assert cells[2] == "[x]not availablenote 1Known only for the partnership"
    assert cells[5] == "15"
    assert f"1{island.BELOW}" not in north.text
    assert island.BELOW in north.words


def test_a_suppressed_figure_is_not_said_to_be_known_only_elsewhere(north: Page) -> None:
    assert "Known only" not in row(table(north, "Social care: North Isles"), "People receiving")[2]


def test_a_note_that_a_whole_row_shares_stands_at_its_head(north: Page) -> None:
    cells = row(table(north, "Hospital and community care: North Isles"), "Waits for")

    assert cells[0].startswith("Waits for a lifeline ferrynote 2")
    assert cells[2:] == ["[x]not available"] * 6


def test_every_note_is_numbered_once_in_its_section(north: Page) -> None:
    notes = [a["id"] for a in north.all("li") if "note" in a.get("id", "")]

    assert [note for note in notes if "hospital" in note] == ["note-hospital-1", "note-hospital-2"]


def test_change_is_told_oldest_first_and_each_cell_carries_its_period(north: Page) -> None:
    found = table(north, "Population: up to five periods")

    assert found.texts()[0] == [
        "Indicator", "Area it is for", "Four before", "Three before", "Two before", "One before", "Latest",
    ]  # fmt: skip
    assert row(found, "People")[1:] == [
        "This locality", "mid-2020: 6,431", "mid-2021: 6,454", "\xa0–no figure", "mid-2023: 6,500", "mid-2024: 6,523",
    ]  # fmt: skip


def test_classes_are_nested_in_the_table_of_change_too(north: Page) -> None:
    found = table(north, "Deprivation and rurality: up to")

    assert [texts[0] for texts in found.texts()[1:4]] == ["People by deprivation quintile %", "1, most deprived", "2"]


def test_a_trend_of_a_larger_area_names_it(north: Page) -> None:
    assert row(table(north, "Hospital and community care: up to"), "Bed days")[1] == "Orsay Islands (partnership)"


def test_a_page_without_data_reads_well(skerry: Page) -> None:
    assert "Skerry is a locality of the Orsay Islands partnership. This release holds no figures for it" in skerry.words
    assert "How it has changed" not in skerry.words
    assert "The extract does not reach this locality." in skerry.words
    assert "None" not in skerry.words
    assert "nan" not in skerry.words.lower().split()


def test_two_localities_of_one_name_are_told_apart(pages: dict[str, Page]) -> None:
    titles = {pages[f"areas/S3790000{n}-north-isles.html"].title.split(" – ")[0] for n in (1, 2)}

    assert titles == {"North Isles, Orsay Islands", "North Isles, Firth"}


def test_the_front_page_lists_partnerships_with_their_areas(pages: dict[str, Page]) -> None:
    index = pages["index.html"]

    assert "Profiles of 4 localities and 2 partnerships." in index.words
    assert index.headings["h3"] == ["Firth", "Orsay Islands"]
    assert "North Isles 6,523 people" in index.words
    assert "Release 2026-03-01-ab12" in index.words
    assert "1 March 2026" in index.words


def test_the_front_page_has_headline_figures_for_every_locality(pages: dict[str, Page]) -> None:
    found = table(pages["index.html"], "Headline figures of localities")

    assert [" ".join(text.split()) for text in found.texts()[0][:3]] == [
        "Locality", "People mid-2024", "People aged 65 and over % mid-2024",
    ]  # fmt: skip
    assert row(found, "Skerry")[1] == "[x]not available"
    assert [texts[0] for texts in found.texts()[1:]] == [
        "Firth", "North Isles", "Orsay Islands", island.HOSTILE, "North Isles", "Skerry",
    ]  # fmt: skip


def test_the_methods_page_declares_every_indicator(pages: dict[str, Page]) -> None:
    methods = pages["methods.html"]

    assert {f"indicator-{spec.item.replace('_', '-')}" for spec in island.INDICATORS} <= methods.ids
    assert "Estimates for small areas drift between censuses." in methods.words
    assert "Numerator per 1,000 of denominator" in methods.words
    assert "None: this release holds no data for it." in methods.words


def test_the_methods_page_ends_with_the_terms_that_planners_meet(pages: dict[str, Page]) -> None:
    methods = pages["methods.html"]

    assert methods.headings["h2"][-1] == "What the terms mean"
    assert "directly standardised rate (DSR)" in methods.words
    assert {"term-data-zone", "term-set-aside", "term-gp-cluster"} <= methods.ids
    assert not {"term-workspace", "term-stage", "term-must"} & methods.ids
    seen = {link["href"] for link in methods.all("a") if link.get("href", "").startswith("#term")}
    assert {"#terms", "#term-quintile"} <= seen <= {f"#{found}" for found in methods.ids}


def test_every_term_is_told_in_the_words_of_the_glossary(pages: dict[str, Page]) -> None:
    terms = [word for word in glossary().values() if word.planner]

    assert len(pages["methods.html"].all("dt")) == len(terms)
    assert all(word.means in pages["methods.html"].words for word in terms)


def test_failed_checks_come_first_with_why_and_remedy(pages: dict[str, Page]) -> None:
    quality = pages["data-quality.html"]

    assert quality.headings["h2"][0] == "What did not hold"
    assert quality.headings["h3"] == [
        "The oldest age is 85, where 90 was expected <b>.", "Orsay Islands' population grew by 14% in a year.",
    ]  # fmt: skip
    assert "Why it matters The extract of 2021 stopped at 90 & over." in quality.words
    assert "What to do Ask the publisher which ages were left out." in quality.words
    assert row(table(quality, "Checks by door"), "population") == ["population", "2", "1", "1", "0"]


def test_extracts_are_listed_with_checksum_and_only_web_addresses_are_links(pages: dict[str, Page]) -> None:
    quality = pages["data-quality.html"]
    outside = [a["href"] for a in quality.all("a") if urlsplit(a["href"]).scheme]

    assert row(table(quality, "Extracts, with"), "Population estimates")[-1] == "ab12" * 16
    assert outside == ["https://example.org/population?a=1&b=2"]


def test_a_release_without_profiles_checks_or_extracts_still_has_its_pages(tmp_path: Path) -> None:
    tables = island.write(tmp_path / "tables", {})

    written = write_site(tables, tmp_path / "site", island.edition(open_data=""))

    words = {path.name: Page(path).words for path in written if path.suffix == ".html"}
    assert "This release holds no profiles." in words["index.html"]
    assert "No checks are recorded for this release." in words["data-quality.html"]


def test_a_release_without_open_data_links_to_none(tables: dict[str, Path], tmp_path: Path) -> None:
    for path in write_site(tables, tmp_path, island.edition(open_data="")):
        assert path.suffix == ".css" or not any(".csv" in a["href"] for a in Page(path).all("a"))
