"""Pages that commands write for whoever works with the program: of ``check --html`` and of ``compare-with --html``."""

from __future__ import annotations

import pytest
import walking
from drawn_check import BROKEN, NOTHING, OWN, TODAY, country
from drawn_comparison import flat, orsay_at
from pictures import csv_file
from playwright.sync_api import Browser, Page
from walking import DESK, NARROW, PAPER, Walk

from locality_profiles.checking import check_workspace
from locality_profiles.migrating import telling
from locality_profiles.migrating.reconciling import compare_with
from locality_profiles.publish.theme import USUAL
from locality_profiles.verdicts.page import page

pytestmark = pytest.mark.browser

#: A name that cannot be broken at a space.
LONG = "people_who_receive_care_at_home_" * 4
PAGES = ["good.html", "problems.html", "compared.html", "agreed.html"]


@pytest.fixture(scope="module")
def written(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """All of them in a folder, made from drawn extracts and a drawn release without a build."""
    made, folder = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("written")
    bad = {
        "broken": BROKEN,
        "own": OWN,
        "nothing": NOTHING,
        LONG: BROKEN.replace("sex", "s"),
    }
    for name, extracts in (("good", {}), ("problems", bad)):
        report = check_workspace(country(made / name, **extracts), TODAY)
        assert report.passed == (not extracts)
        (folder / f"{name}.html").write_text(page(report, USUAL), encoding="utf-8")
    orsay = orsay_at(tmp_path_factory.mktemp("orsay"))
    agreed = [flat("15.3")]
    others = [flat("44.4"), flat("*"), flat("about 7"), flat("15.3", "Atlantis"), flat("15.3", indicator=LONG)]
    for name, drawn in (("agreed", agreed), ("compared", agreed + others)):
        heading = drawn[0].split("\n")[0]
        rows = [each.split("\n")[1] for each in drawn]
        found = compare_with(*orsay, csv_file(made / f"{name}_{LONG}.csv", "\n".join([heading, *rows])))
        telling.write_html(found, folder / f"{name}.html")
    return Walk(browser, folder)


def told(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


def opened(tab: Page) -> None:
    """All that a reader may unfold."""
    tab.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def test_axe_finds_nothing_in_light_dark_print_or_forced_colours(written: Walk) -> None:
    def check(tab: Page) -> list[str]:
        opened(tab)
        faults = []
        for look in walking.LOOKS:
            walking.look_like(tab, look)
            faults += [f"in {look}: {fault}" for fault in walking.axe(tab)]
        return faults

    told(written.finds(check, PAGES))
    told(written.finds(check, PAGES, size=NARROW))


def test_nothing_is_cut_from_a_phone_to_paper(written: Walk) -> None:
    def check(tab: Page) -> list[str]:
        opened(tab)
        faults = []
        for width in (NARROW["width"], 768, DESK["width"]):
            tab.set_viewport_size({"width": width, "height": NARROW["height"]})
            faults += [f"at {width} px {fault}" for fault in walking.cut_off(tab)]
        return faults

    def on_paper(tab: Page) -> list[str]:
        opened(tab)
        walking.look_like(tab, "print")
        return walking.cut_off(tab, paper=True)

    told(written.finds(check, PAGES, size=NARROW))
    told(written.finds(on_paper, PAGES, size=PAPER))


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(written: Walk) -> None:
    told(written.finds(walking.by_keyboard, PAGES))
    told(written.finds(walking.skipping, ["good.html", "problems.html"]))


def test_no_page_needs_a_script_and_nothing_moves(written: Walk) -> None:
    def check(tab: Page) -> list[str]:
        return [] if tab.locator("h1").count() == 1 and tab.locator("script").count() == 0 else ["it has a script"]

    told(written.finds(check, PAGES, script=False))
    told(written.finds(walking.moving, PAGES))
