"""What can be searched for, and what is told of each area where areas are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from unit.publish.page import Page

from locality_profiles.publish.finding import as_script


def told(path: Path) -> Any:
    """The value that a script of data leaves behind."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text[text.index("=") + 1 :].strip().rstrip(";"))


def figures(release: Path, stem: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """By title and class, the figures of an area: figure, period, limits."""
    folder = release / "site" / "compare"
    shared = told(folder / "_rows.js")
    text = (folder / f"{stem}.js").read_text(encoding="utf-8")
    called, cells = re.fullmatch(r'profilesArea\("(.*?)",(.*)\);\n', text).groups()
    assert called == stem
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row, figure, period, *limits in json.loads(cells):
        of = shared["rows"][row]
        found.setdefault((of[1], of[2]), []).append(
            (figure, shared["periods"][period][0] if period >= 0 else "–no period", *limits)
        )
    return found


def test_every_area_and_indicator_can_be_searched_for(release: Path, pages: dict[str, Page]) -> None:
    index = told(release / "site" / "search-index.js")

    shown = {f"areas/{stem}.html" for *_, stem, has_page in index["areas"] if has_page}
    assert shown == {name for name in pages if name.startswith("areas/")}
    assert {address for _, _, address in index["indicators"]} == {
        name for name in pages if name.startswith("indicators/")
    }


def test_an_area_is_in_the_index_with_kind_and_partnership(release: Path) -> None:
    index = told(release / "site" / "search-index.js")
    name, kind, home, code, stem, has_page = next(a for a in index["areas"] if a[4] == "S37900002-north-isles")

    assert (name, index["kinds"][kind], index["homes"][home]) == ("North Isles", "Locality", "Firth")
    assert (code, has_page) == ("S37900002/north-isles", 1)


def test_every_area_of_the_index_has_figures_to_compare(release: Path) -> None:
    folder = release / "site" / "compare"
    stems = {stem for *_, stem, _ in told(release / "site" / "search-index.js")["areas"]}

    assert {path.stem for path in folder.glob("*.js")} == {*stems, "_rows"}
    assert max(path.stat().st_size for path in folder.glob("*.js")) <= 40_960


def test_the_figures_are_those_of_the_areas_own_page(release: Path, north: Page) -> None:
    rows = [texts for table in north.tables if "profile" in table.css.split() for texts in table.texts()[1:]]
    shown = {texts[0]: texts for texts in rows if len(texts) > 2}
    found = {title: cells for (title, of), cells in figures(release, "S37900001-north-isles").items() if not of}
    titles = {first: max(filter(first.startswith, found), key=len, default="") for first in shown}
    told = [(found[title][0], shown[first]) for first, title in titles.items() if title]

    assert told
    for (figure, period, *_), texts in told:
        assert texts[2].strip().startswith(figure.split(" ")[0])
        assert texts[1].strip() == period


def test_a_larger_area_without_a_page_can_be_compared_with(release: Path) -> None:
    index = told(release / "site" / "search-index.js")
    larger = [(index["kinds"][kind], stem) for _, kind, _, _, stem, has_page in index["areas"] if not has_page]

    assert larger
    assert all(figures(release, stem) for _, stem in larger)


def test_rows_stand_in_the_order_of_a_profile(release: Path) -> None:
    shared = told(release / "site" / "compare" / "_rows.js")
    sections = [shared["rows"][row][0] for row in shared["order"]]

    assert sorted(shared["order"]) == list(range(len(shared["rows"])))
    assert sections == sorted(sections)


def test_an_areas_page_leads_to_the_comparison_with_itself_chosen(north: Page) -> None:
    assert {"href": "../compare.html#a=S37900001-north-isles"} in north.all("a")


def test_without_script_the_page_says_what_it_needs_and_where_else_to_look(pages: dict[str, Page]) -> None:
    page = pages["compare.html"]

    assert "needs script" in page.words
    assert {"href": "index.html#headlines-title"} in page.all("a")
    assert page.all("form") == [{"id": "choose", "class": "choose", "hidden": ""}]


def test_a_hostile_name_stays_data() -> None:
    script = as_script("x", ["</script><b>", "\u2028", 'a"b'])

    assert "\u2028" not in script
    assert json.loads(script.removeprefix("window.x = ").rstrip(";\n")) == ["</script><b>", "\u2028", 'a"b']


def test_scripts_write_text_and_never_markup() -> None:
    import locality_profiles.publish.finding as finding

    for name in finding.SCRIPTS:
        text = (Path(finding.__file__).parent / "assets" / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp", text)
