"""One site and one folder of open data, written once and read by many tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.publish import island
from unit.publish.page import Page

from locality_profiles.publish.open_data import write_open_data
from locality_profiles.publish.site import write_site

pytest.register_assert_rewrite("unit.publish.form")


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return island.island(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def release(tables: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``site`` and ``open-data``, as a release has them."""
    folder = tmp_path_factory.mktemp("release")
    write_site(tables, folder / "site", island.edition())
    write_open_data(tables, folder / "open-data", island.edition())
    return folder


@pytest.fixture(scope="session")
def pages(release: Path) -> dict[str, Page]:
    """Every page of the site, by its path from the front page."""
    site = release / "site"
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="session")
def north(pages: dict[str, Page]) -> Page:
    """North Isles of Orsay: some figures, some suppressed, some known for larger areas only."""
    return pages["areas/S37900001-north-isles.html"]


@pytest.fixture(scope="session")
def west(pages: dict[str, Page]) -> Page:
    """The locality with the hostile name and most of the marks."""
    return pages["areas/S37900001-west.html"]


@pytest.fixture(scope="session")
def skerry(pages: dict[str, Page]) -> Page:
    """The locality without any figure."""
    return pages["areas/S37900001-skerry.html"]
