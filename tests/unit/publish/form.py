"""What every page of a site must keep to, whatever it tells. Test modules say of which pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from unit.publish.page import Page


class Form:
    def test_closes_every_tag_that_it_opens(self, pages: dict[str, Page], name: str) -> None:
        assert pages[name].errors == []

    def test_has_one_h1_a_title_and_a_language(self, pages: dict[str, Page], name: str) -> None:
        page = pages[name]

        assert len(page.headings["h1"]) == 1
        assert page.title.endswith("Orsay & Firth locality profiles")
        assert page.all("html") == [{"lang": "en-GB"}]

    def test_has_landmarks_and_a_skip_link_to_the_main_one(self, pages: dict[str, Page], name: str) -> None:
        page = pages[name]

        assert [len(page.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}
        assert page.all("main")[0]["id"] == "main"
        assert {"Site", "Breadcrumb"} <= {nav.get("aria-label") for nav in page.all("nav")}

    def test_has_no_id_twice_and_names_every_region(self, pages: dict[str, Page], name: str) -> None:
        page = pages[name]
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]

        assert len(ids) == len(set(ids))
        named = (a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a)
        assert {name for names in named for name in names.split()} <= page.ids

    def test_gives_every_table_a_caption_and_every_row_as_many_cells_as_the_header(
        self, pages: dict[str, Page], name: str
    ) -> None:
        for found in pages[name].tables:
            assert found.caption.strip()
            assert {found.width(cells) for cells in found.rows} == {len(found.rows[0])}

    def test_says_which_cells_are_headings_and_of_what(self, pages: dict[str, Page], name: str) -> None:
        for found in pages[name].tables:
            headings = [attributes.get("scope") for cells in found.rows for tag, attributes, _ in cells if tag == "th"]
            assert set(headings) <= {"col", "row", "rowgroup"}
            # The key of a map begins with a swatch, which only the eye needs.
            assert "key" in found.css or all(cells[0][0] == "th" for cells in found.rows)

    def test_lets_a_keyboard_scroll_wide_tables(self, pages: dict[str, Page], name: str) -> None:
        regions = [a for a in pages[name].all("div") if a.get("class") == "scroll"]

        assert all(a["tabindex"] == "0" and a["role"] == "region" and a["aria-labelledby"] for a in regions)

    def test_loads_nothing_but_its_own_stylesheet_scripts_and_charts(self, pages: dict[str, Page], name: str) -> None:
        page = pages[name]

        assert not {"iframe", "object", "embed", "style"} & {tag for tag, _ in page.tags}
        # Nothing waits for a script, none is written into the page, and each lies beside it.
        for script in page.all("script"):
            assert set(script) == {"src", "defer"}
            assert (page.path.parent / script["src"]).is_file()
        charts = f"{'../' * name.count('/')}charts/"
        assert all(a["src"].startswith(charts) and a["alt"] and ":" not in a["src"] for a in page.all("img"))
        assert not any(attribute.startswith("on") or attribute == "style" for _, a in page.tags for attribute in a)
        assert [a["href"] for a in page.all("link")] == ["data:,", f"{'../' * name.count('/')}profiles.css"]

    def test_has_no_cell_that_is_empty(self, pages: dict[str, Page], name: str) -> None:
        tables = [found for found in pages[name].tables if "key" not in found.css]
        assert all(text.strip() for found in tables for cells in found.texts() for text in cells)

    def test_links_only_to_what_is_there(self, pages: dict[str, Page], release: Path, name: str) -> None:
        page = pages[name]
        for address in (a["href"] for a in page.all("a") if urlsplit(a["href"]).scheme == ""):
            parts = urlsplit(address)
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            assert target.is_file(), address
            assert target.is_relative_to(release.resolve()), address
            if parts.fragment and target.name != "compare.html":  # there it says what is chosen
                assert parts.fragment in Page(target).ids, address
