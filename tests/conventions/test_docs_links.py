"""Links of the documents, and of the site that is made of them, lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import EXAMPLES

from locality_profiles.docs_site.links import documents, faults, faults_of_site
from locality_profiles.docs_site.writing import write_docs

ROOT = EXAMPLES.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    write_docs(ROOT, folder)
    return folder


def test_every_link_of_the_documents_leads_somewhere_and_every_site_is_listed():
    assert [problem.sentence() for problem in faults(ROOT)] == []


def test_every_document_is_on_the_site():
    there = {path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]}
    assert there <= set(documents(ROOT))


def test_every_link_of_the_site_leads_to_a_file_and_an_element(site: Path):
    assert faults_of_site(site) == []


def test_the_site_stands_alone_and_asks_no_network(site: Path):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text
        assert '<link rel="stylesheet" href="http' not in text
        assert text.count("<h1") == 1, page
        assert '<main id="main"' in text
        assert "tabindex" in text


def test_what_is_searched_for_is_where_the_index_says(site: Path):
    import json

    packed = (site / "search-index.js").read_text(encoding="utf-8")
    index = json.loads(packed.removeprefix("window.docsIndex = ").removesuffix(";\n"))
    for _, _, href, _ in index:
        path, _, anchor = href.partition("#")
        assert (site / path).is_file()
        assert not anchor or f'id="{anchor}"' in (site / path).read_text(encoding="utf-8")


def drawn(root: Path, text: str) -> Path:
    """A repository of one how-to beside copies of what the contents name."""
    from locality_profiles.docs_site.contents import chapters

    for chapter in chapters(ROOT):
        for page in chapter.pages:
            (root / page).parent.mkdir(parents=True, exist_ok=True)
            (root / page).write_text("# Page\n\n## Part\n", encoding="utf-8")
    (root / "docs" / "how-to.md").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("money.md", None),
        ("money.md#part", None),
        ("money.md#parts", "has no such heading"),
        ("nowhere.md", "is not there"),
        ("../src/nowhere.py", "is not there"),
        ("https://www.gov.scot/a", None),
        ("https://www.gov.scott/a", "is not listed"),
        ("https://", "is no address"),
        ("mailto:somebody@orsay.example", None),
    ],
)
def test_a_link_is_found_out_wherever_it_leads(tmp_path: Path, link: str, said: str | None):
    root = drawn(tmp_path, f"# How to\n\nSee [it]({link}).\n")
    found = [problem.sentence() for problem in faults(root)]
    if said is None:
        assert found == []
    else:
        assert len(found) == 1
        assert said in found[0]
        assert "docs/how-to.md" in found[0]


def test_a_page_that_nobody_put_in_the_contents_stands_among_the_how_tos(tmp_path: Path):
    from locality_profiles.docs_site.contents import chapters

    root = drawn(tmp_path, "# How to\n")
    (root / "docs" / "new.md").write_text("# New\n", encoding="utf-8")
    found = {chapter.title: chapter.pages for chapter in chapters(root)}
    assert "docs/new.md" in found["How to"]


def test_markup_of_a_document_is_words_and_tables_and_code_can_be_reached_by_key():
    from locality_profiles.docs_site.reading import read_document

    read = read_document("a.md", "# A\n\n<script>x</script>\n\n| b |\n|---|\n| c |\n\n```sh\nd < e\n```\n\n## A\n")
    assert "<script>" not in read.html
    assert '<th scope="col">b</th>' in read.html
    assert 'aria-label="Table 1: A" tabindex="0"' in read.html
    assert "<code>d &lt; e" in read.html
    assert [heading.anchor for heading in read.headings] == ["a", "a-1"]
