"""What planners see of area systems: their pages, fit and overlaps, breaks in trends, crowded kinds of area."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from unit.publish import island
from unit.publish.form import Form
from unit.publish.page import Page, Table

from locality_profiles.numbers import print_share
from locality_profiles.publish import area_systems
from locality_profiles.publish.open_data import write_open_data
from locality_profiles.publish.place_tables import MOST_OVERLAPS, read_overlaps
from locality_profiles.publish.site import write_site
from locality_profiles.tables.store import connect

PROFILED = ("locality", "ward", "hscp")
HARBOUR_PAGE, MOOR_PAGE = f"areas/{island.HARBOUR}.html", f"areas/{island.MOOR}.html"
NORTH_PAGE, WEST_PAGE = "areas/S37900001-north-isles.html", "areas/S37900001-west.html"
NEW_PAGES = ["areas.html", "systems/hscp.html", "systems/locality.html", "systems/ward.html"]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The island with its wards and everything that is told of area systems."""
    folder = tmp_path_factory.mktemp("warded")
    tables = island.wards(folder / "tables")
    about = island.edition(profiled=PROFILED)
    write_site(tables, folder / "site", about)
    write_open_data(tables, folder / "open-data", about)
    return folder


@pytest.fixture(scope="module")
def pages(release: Path) -> dict[str, Page]:
    site = release / "site"
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


def table(page: Page, caption: str) -> Table:
    return next(found for found in page.tables if caption in found.caption)


def row(found: Table, start: str) -> list[str]:
    return next(texts for texts in found.texts() if texts[0].startswith(start))


@pytest.mark.parametrize("name", [*NEW_PAGES, "index.html", HARBOUR_PAGE, MOOR_PAGE, NORTH_PAGE, WEST_PAGE])
class TestEveryPage(Form):
    pass


def test_every_told_or_profiled_kind_of_area_has_a_page(pages: dict[str, Page]) -> None:
    assert [name for name in pages if not name.startswith(("areas/", "assessment/", "indicators/"))] == [
        "areas.html", "compare.html", "data-quality.html", "index.html", "indicators.html", "methods.html",
        "systems/hscp.html", "systems/locality.html", "systems/ward.html",
    ]  # fmt: skip


def test_every_page_leads_to_the_area_systems(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        up = "../" * name.count("/")
        assert f"{up}areas.html" in [a["href"] for a in page.all("a")], name


# --- all systems ----------------------------------------------------------------------------------


def test_each_system_says_what_it_was_made_from_and_how_well_it_fits(pages: dict[str, Page]) -> None:
    found = table(pages["areas.html"], "Area systems of this release")

    assert [" ".join(text.split()) for text in row(found, "Localities")] == [
        "Localities", "4", "Outlines among the extracts", "Most of the block's land lies there", "3, best fit",
        "12 1 split", "11,400 95.0%", "240 2.1%", "1",
    ]  # fmt: skip


def test_a_kind_of_the_data_zone_lookup_is_told_from_its_memberships(pages: dict[str, Page]) -> None:
    cells = [" ".join(text.split()) for text in row(table(pages["areas.html"], "Area systems"), "Council wards")]

    assert cells[1:6] == [
        "2", "The lookup of data zones", "A published lookup or the workspace's own list says so",
        "1, exact or published", "2",
    ]  # fmt: skip
    assert cells[6:] == ["–not measured"] * 3


def test_nesting_is_told_in_words_and_as_a_table_nested_pairs_first(pages: dict[str, Page]) -> None:
    page = pages["areas.html"]

    assert "Every locality lies whole in one partnership." in page.words
    assert (
        "1 of 2 council wards lies whole in one locality. 91.2% of their people live in the locality that holds most "
        "of theirs." in page.words
    )
    assert [texts[0] for texts in table(page, "Pairs of area systems").texts()[1:]] == ["Localities", "Council wards"]


def test_a_pair_with_a_system_that_has_no_page_is_left_out(pages: dict[str, Page]) -> None:
    assert "gp cluster" not in pages["areas.html"].words.lower()


# --- one system -----------------------------------------------------------------------------------


def test_a_systems_page_says_how_well_it_fits_as_a_whole_and_area_by_area(pages: dict[str, Page]) -> None:
    page = pages["systems/locality.html"]
    found = table(page, "Fit, area by area")

    assert "11,400 of 12,000 people of the partnerships that it touches (95.0%), mid-2022" in page.words
    assert "1 locality has fewer than 500 people" in page.words
    assert "1 hole, 0 pairs of areas overlap; 3 slivers too thin to count" in page.words
    assert row(found, "North Isles")[1:7] == ["3", "0", "4,000", "30", "10", "1.0%"]
    assert row(found, "Skerry")[4:] == ["–not known or no meaning here"] * 3 + ["Below the minimum."]
    assert row(found, island.HOSTILE)[-1] == "Two outlines of it overlap <b>."


def test_a_systems_page_has_a_map_of_who_is_misplaced_that_says_so_in_words(pages: dict[str, Page]) -> None:
    page = pages["systems/locality.html"]

    assert len([a for a in page.all("svg") if a.get("role") == "img"]) == 1
    assert "Localities by the share of their people who are misplaced" in page.text
    assert "../../open-data/maps/locality.geojson" in [a["href"] for a in page.all("a")]


def test_where_nobody_is_misplaced_the_map_shows_the_areas_alone(pages: dict[str, Page]) -> None:
    assert "A map of 2 areas: Harbour, Moor <i>&</i> Shore." in pages["systems/ward.html"].text


def test_a_systems_page_lists_its_areas_with_headline_figures(pages: dict[str, Page]) -> None:
    found = table(pages["systems/ward.html"], "Headline figures of council wards")

    assert [texts[0] for texts in found.texts()[1:]] == ["Harbour", "Moor <i>&</i> Shore"]


def test_a_small_systems_page_has_the_overlaps_of_every_area(pages: dict[str, Page]) -> None:
    found = table(pages["systems/ward.html"], "Council wards and localities")

    assert [[texts[0], *texts[1:]] for texts in found.texts()[1:]] == [
        ["Harbour"], ["North Isles", "3,600", "100%", "90.0%"],
        ["Moor <i>&</i> Shore"], [island.HOSTILE, "2,600", "70.0%", "86.7%"], ["North Isles", "380", "10.0%", "9.5%"],
    ]  # fmt: skip


def test_boundary_changes_are_told_with_the_zones_that_moved(pages: dict[str, Page]) -> None:
    page = pages["systems/locality.html"]
    found = table(page, "two editions place differently")

    assert found.texts()[1] == ["Published lookup, then outlines"]
    assert found.texts()[2] == [
        "North Isles, Orsay Islands", f"{island.HOSTILE}, Orsay Islands", "Went from North Isles to <script>", "412",
        "2", "S01900001, S01900002",
    ]  # fmt: skip
    assert "Editions of these areas place 2 data zones with 412 people differently." in page.words
    assert row(table(page, "Where trends break"), island.HOSTILE)[1:] == ["1 April 2023", "Its boundary moved."]


def test_a_change_that_only_renames_moves_no_zone(tmp_path: Path) -> None:
    renamed = {"area_type": "locality", "block_type": "data_zone_2011", "block_code": "S01900001",
               "from_edition": "outlines", "to_edition": "lookup", "from_area": f"{island.ORSAY}/old-north",
               "to_area": island.NORTH, "kind": "renamed", "persons": None, "note": None}  # fmt: skip

    write_site(island.wards(tmp_path / "tables", boundary_change=[renamed]), tmp_path / "site", island.edition())

    page = Page(tmp_path / "site" / "systems" / "locality.html")
    assert "Editions of these areas give some of them other names; no data zone moved." in page.words
    assert table(page, "two editions place").texts()[2][:3] == [
        "Old north, Orsay Islands", "North Isles, Orsay Islands", "Renamed",
    ]  # fmt: skip


def test_a_release_of_one_partnership_tells_only_of_its_own_areas(tmp_path: Path) -> None:
    rows = island.PLACES["area_fit"]
    elsewhere = {**rows[0], "area_code": "S37900077/far-away"}
    moved = {**island.PLACES["boundary_change"][0], "from_area": "S37900077/far-away", "to_area": "S37900077/farther"}
    drawn = {**island.PLACES["map_layer"][0], "area_code": "S37900077/far-away", "area_name": "Far Away"}
    tables = island.wards(tmp_path / "tables", area_fit=[*rows, elsewhere], boundary_change=[moved],
                          map_layer=[*island.PLACES["map_layer"], drawn])  # fmt: skip

    write_site(tables, tmp_path / "site", island.edition(profiled=PROFILED))

    assert "far" not in Page(tmp_path / "site" / "systems" / "locality.html").words.lower().split()


def test_localities_that_the_extracts_lack_are_named_for_the_partnerships_of_the_release(
    pages: dict[str, Page],
) -> None:
    page = pages["systems/locality.html"]

    assert "The register knows 2 localities of 1 partnership that stand today; " in page.words
    assert "the extracts of this release lack 1 of them." in page.words
    assert table(page, "register knows and the extracts lack").texts()[1:] == [
        ["Orsay Islands", "Rubha <Mòr>", "Eilean & Rubha"]
    ]
    assert table(page, "stand no more").texts()[1:] == [
        ["Orsay Islands", "The South", "It was divided", "Skerry; West"]
    ]
    assert "Far Away" not in page.text


def test_only_localities_have_a_register(pages: dict[str, Page]) -> None:
    assert "register" not in pages["systems/ward.html"].ids


# --- on an area's own page ------------------------------------------------------------------------


def test_an_area_tells_how_it_overlaps_the_areas_of_other_systems(pages: dict[str, Page]) -> None:
    found = table(pages[WEST_PAGE], "and the areas of other systems; people are those of mid-2022")

    assert found.texts()[1:] == [
        ["Council wards"], ["Moor <i>&</i> Shore", "2,600", "86.7%", "70.0%"],
        ["In no council ward", "400", "13.3%", "–not known or no meaning here"],
    ]  # fmt: skip


def test_what_is_hardly_shared_by_either_is_not_told(pages: dict[str, Page]) -> None:
    names = [texts[0] for texts in table(pages[NORTH_PAGE], "areas of other systems").texts()[2:]]

    assert names == ["Harbour", "Moor <i>&</i> Shore"]  # 0.5% of North Isles lie in no ward


def test_the_one_partnership_that_holds_an_area_is_no_overlap_but_two_are(pages: dict[str, Page]) -> None:
    kinds = [texts[0] for texts in table(pages[HARBOUR_PAGE], "areas of other systems").texts() if len(texts) == 1]
    straddling = table(pages[MOOR_PAGE], "areas of other systems").texts()

    assert kinds == ["Localities"]
    assert straddling[-3:] == [["Partnerships"], ["Orsay Islands", "3,000", "80.0%", "40.0%"],
                               ["Firth", "750", "20.0%", "10.0%"]]  # fmt: skip


def test_a_partnership_tells_only_areas_that_straddle_its_border(pages: dict[str, Page]) -> None:
    found = table(pages["areas/S37900001.html"], "Areas that lie only partly in Orsay Islands")

    assert [texts[0] for texts in found.texts()[1:]] == ["Council wards", "Moor <i>&</i> Shore"]


def test_an_area_says_how_well_its_data_zones_match_it(pages: dict[str, Page]) -> None:
    assert (
        "It is made of 3 data zones, 1 of which lies in it only in part. Data zones do not follow its outline "
        "everywhere: 150 people are counted here who live outside it, and 90 who live inside it are counted elsewhere. "
        "Two outlines of it overlap <b>." in pages[WEST_PAGE].words
    )
    assert "It has fewer than 500 people, so its rates move by chance." in pages["areas/S37900001-skerry.html"].words


def test_a_smaller_area_stands_beside_the_locality_that_holds_it(pages: dict[str, Page]) -> None:
    page = pages[HARBOUR_PAGE]
    header = [" ".join(text.split()) for text in table(page, "Population: Harbour").texts()[0]]

    assert header[2:5] == ["This council ward Harbour", "Its locality North Isles", "Moor <i>&</i> Shore"]
    assert "Most or all of it lies in the locality North Isles." in page.words


def test_a_name_in_data_does_nothing_on_any_page(pages: dict[str, Page]) -> None:
    for page in pages.values():
        markup = page.path.read_text(encoding="utf-8")
        assert "<script>" not in markup
        assert "Moor <i>" not in markup
        assert "<Mòr>" not in markup


# --- breaks in trends -----------------------------------------------------------------------------


def test_a_point_that_cannot_be_compared_is_marked_and_a_note_says_why(pages: dict[str, Page]) -> None:
    page = pages[WEST_PAGE]
    cells = row(table(page, "Population: up to five periods"), "People")

    assert [cell.split(":")[0] for cell in cells if "[b]break in the seriesnote" in cell] == ["mid-2023"]
    assert "Its boundary moved: 1 data zone with 412 people came in." in page.words
    assert row(table(page, "A mark in place"), "[b]")[1] == "break in the series"


def test_a_break_stands_beside_the_mark_of_a_status(pages: dict[str, Page]) -> None:
    cells = row(table(pages[WEST_PAGE], "Social care: up to five"), "People receiving home care")

    assert re.fullmatch(r"2023/24: 12\.3 \[e\]estimatednote \d \[b\]break in the seriesnote \d", cells[-1])


def test_a_page_without_a_break_does_not_explain_the_mark(pages: dict[str, Page]) -> None:
    assert "[b]" not in pages[NORTH_PAGE].text


# --- overlaps, read -------------------------------------------------------------------------------


def overlaps(folder: Path, rows: list[dict], *profiled: str) -> list[tuple]:
    tables = island.write(folder, {"area_overlap": rows})
    with connect() as connection:
        found = read_overlaps(connection, tables, profiled or PROFILED)
    return [tuple(row) for row in found.get(("locality", "a"), [])]


def pair(other: str, persons: float | None, share: float | None, other_share: float | None = 0.5) -> dict:
    return {"area_type": "locality", "area_code": "a", "other_type": "ward", "other_code": other, "blocks": 1,
            "persons": persons, "share_of_area": share, "share_of_other": other_share}  # fmt: skip


def test_a_dozen_are_named_and_the_rest_counted_together(tmp_path: Path) -> None:
    found = overlaps(tmp_path, [pair(f"w{n:02}", 100.0 - n, 0.05) for n in range(MOST_OVERLAPS + 3)])

    assert [row[1] for row in found[:MOST_OVERLAPS]] == [f"w{n:02}" for n in range(MOST_OVERLAPS)]
    assert found[MOST_OVERLAPS:] == [("ward", None, 88.0 + 87.0 + 86.0, pytest.approx(0.15), None, 3)]


def test_what_lies_in_no_area_is_always_named_and_stands_last(tmp_path: Path) -> None:
    crowd = [pair(f"w{n:02}", 100.0 - n, 0.05) for n in range(MOST_OVERLAPS)]

    found = overlaps(tmp_path, [*crowd, pair("p1/OUT", 2.0, 0.01), pair("p2/OUT", 3.0, 0.02)])

    assert found[-2:] == [
        ("ward", "OUT", 5.0, pytest.approx(0.03), None, 1),
        ("ward", None, 89.0, pytest.approx(0.05), None, 1),
    ]


def test_a_small_share_of_one_side_that_is_a_large_one_of_the_other_is_told(tmp_path: Path) -> None:
    found = overlaps(tmp_path, [pair("mostly-here", 5.0, 0.004, 0.9), pair("hardly", 5.0, 0.004, 0.004)])

    assert [row[1] for row in found] == ["mostly-here"]


def test_an_overlap_without_people_is_told_without_figures(tmp_path: Path) -> None:
    assert overlaps(tmp_path, [pair("w1", None, None, None)]) == [("ward", "w1", None, None, None, 1)]


def test_kinds_of_area_that_are_not_profiled_are_left_out(tmp_path: Path) -> None:
    assert overlaps(tmp_path, [pair("w1", 5.0, 0.5)], "locality", "hscp") == []


def test_shares_are_printed_so_that_all_and_nothing_mean_it() -> None:
    assert [print_share(share) for share in (1.0, 1 - 1e-12, 0.9999, 0.5, 0.0001, 0.0, None)] == [
        "100%", "100%", "over 99.9%", "50.0%", "under 0.1%", "0%", "–",
    ]  # fmt: skip


# --- a crowded country ----------------------------------------------------------------------------


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Page]:
    """The same island where one ward is many."""
    monkeypatch.setattr(area_systems, "MANY", 1)
    monkeypatch.setattr("locality_profiles.publish.site.MANY", 1)
    write_site(island.wards(tmp_path / "tables"), tmp_path / "site", island.edition(profiled=PROFILED))
    site = tmp_path / "site"
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


def test_the_front_page_counts_areas_of_a_crowded_kind_and_links_to_their_list(crowded: dict[str, Page]) -> None:
    index = crowded["index.html"]

    assert "2 council wards of Orsay Islands" in index.words
    assert "systems/ward.html#in-s37900001" in [a["href"] for a in index.all("a")]
    assert "in-s37900001" in crowded["systems/ward.html"].ids
    assert not any("Headline figures of council wards" in found.caption for found in index.tables)


def test_the_first_kind_keeps_its_list_and_its_headline_figures(crowded: dict[str, Page]) -> None:
    index = crowded["index.html"]

    assert "Skerry" in index.words
    assert any("Headline figures of localities" in found.caption for found in index.tables)


def test_an_area_of_a_crowded_kind_links_to_the_list_instead_of_listing_all(crowded: dict[str, Page]) -> None:
    links = [a["href"] for a in crowded[HARBOUR_PAGE].all("a")]

    assert "../systems/ward.html#in-s37900001" in links
    assert "../systems/ward.html#in-s37900001" in [a["href"] for a in crowded["areas/S37900001.html"].all("a")]


def test_a_large_system_shows_only_areas_whose_fit_stands_out(crowded: dict[str, Page]) -> None:
    page = crowded["systems/locality.html"]

    assert [texts[0] for texts in table(page, "Fit, area by area").texts()[1:]] == [f"{island.HOSTILE}, Orsay Islands"]
    assert "There are 2 localities besides." in page.words


def test_a_large_system_leaves_overlaps_to_the_areas_pages(crowded: dict[str, Page]) -> None:
    page = crowded["systems/locality.html"]

    assert not any("Localities and" in found.caption for found in page.tables)
    assert "../../open-data/area-overlap.csv" in [a["href"] for a in page.all("a")]


def test_a_crowded_kind_has_its_list_even_where_nothing_is_told_of_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area_systems, "MANY", 3)
    monkeypatch.setattr("locality_profiles.publish.site.MANY", 3)

    write_site(island.island(tmp_path / "tables"), tmp_path / "site", island.edition(profiled=("hscp", "locality")))

    page = Page(tmp_path / "site" / "systems" / "locality.html")
    assert any("Headline figures of localities" in found.caption for found in page.tables)
    assert not (tmp_path / "site" / "areas.html").exists()


# --- what a release lacks -------------------------------------------------------------------------


@pytest.mark.parametrize("missing", sorted(island.PLACES))
def test_a_release_without_one_of_the_tables_still_has_its_pages(tmp_path: Path, missing: str) -> None:
    tables = island.wards(tmp_path / "tables")
    del tables[missing]

    written = write_site(tables, tmp_path / "site", island.edition(profiled=PROFILED, open_data=""))

    for path in written:
        assert path.suffix == ".css" or Page(path).errors == []
    assert (tmp_path / "site" / "areas.html").exists() == (missing != "area_system")


def test_tables_of_places_that_are_there_but_empty_are_as_good_as_none(tmp_path: Path) -> None:
    tables = island.wards(tmp_path / "tables", **{name: [] for name in island.PLACES})

    written = write_site(tables, tmp_path / "site", island.edition(profiled=PROFILED))

    assert all(path.suffix == ".css" or Page(path).errors == [] for path in written)


def test_an_area_system_of_which_nothing_was_measured_has_no_figures_of_fit(tmp_path: Path) -> None:
    bare = {"area_type": "locality", "title": "Locality", "plural": "Localities", "origin": "blocks",
            "method": "lookup", "grade": 1, "areas": 4, "blocks": 12, "blocks_split": 0,
            "minimum_population": 500}  # fmt: skip

    write_site(island.wards(tmp_path / "tables", area_system=[bare], area_fit=[]), tmp_path / "site",
               island.edition(profiled=PROFILED))  # fmt: skip

    page = Page(tmp_path / "site" / "systems" / "locality.html")
    assert "4 localities, made from lists of data zones in profiles.toml." in page.words
    assert "misplaced" not in page.words
    assert "None" not in page.words


def test_the_front_page_has_a_map_of_its_first_kind_and_says_where_else_its_links_are(pages: dict[str, Page]) -> None:
    page = pages["index.html"]
    places = {link["href"] for link in page.all("a") if link.get("tabindex") == "-1"}

    assert places == {name for name in pages if name.startswith("areas/") and "isles" in name or "skerry" in name
                      or name == WEST_PAGE}  # fmt: skip
    assert places <= {link["href"] for link in page.all("a") if "tabindex" not in link}
    assert "the list of areas has the same links" in page.words
