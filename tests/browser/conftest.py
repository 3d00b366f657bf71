"""The sample's sites, and a browser in them.

``LOCALITY_PROFILES_SITE`` names the folder of another site to walk, such as a workspace's
``data/published/current/site``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import walking
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file of tests. It ends with the file: tests of other rooms run event loops of their own."""
    with sync_playwright() as playwright:
        started = walking.start(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    """The public site of the sample."""
    if named := os.environ.get("LOCALITY_PROFILES_SITE"):
        return Path(named)
    return request.getfixturevalue("sample") / "data" / "published" / "current" / "site"


@pytest.fixture(scope="session")
def management_site(request: pytest.FixtureRequest) -> Path:
    """The site of the sample for those who may see what is hidden from others."""
    if named := os.environ.get("LOCALITY_PROFILES_SITE"):
        return Path(named)
    return request.getfixturevalue("sample") / "data" / "management" / "current" / "site"


@pytest.fixture(scope="module")
def walk(browser: Browser, site: Path) -> walking.Walk:
    """The browser in the public site."""
    return walking.Walk(browser, site)


@pytest.fixture(scope="module")
def managers_walk(browser: Browser, management_site: Path) -> walking.Walk:
    """The browser in the management edition."""
    return walking.Walk(browser, management_site)
