"""What an author wrote, from the HTML of the pages to blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.publish.author_text import Block, Run, blocks_of
from locality_profiles.publish.words import rendered


def shape(blocks: list[Block]) -> list[object]:
    """Blocks as nested lists: a paragraph as its text."""
    return ["".join(r.text for r in b.runs) if b.kind == "paragraph" else [b.kind, *shape(b.blocks)] for b in blocks]


def test_paragraphs_lists_and_quotations_keep_their_order_and_depth() -> None:
    html = "<p>A</p><ul><li>B<ul><li>C</li></ul></li><li><p>D</p><p>E</p></li></ul><blockquote><p>F</p></blockquote>"
    assert shape(blocks_of(html)) == [
        "A", ["bullets", ["item", "B", ["bullets", ["item", "C"]]], ["item", "D", "E"]], ["quote", "F"],
    ]  # fmt: skip


def test_runs_are_bold_or_italic_or_both() -> None:
    assert blocks_of("<p>a <em>b <strong>c</strong></em>\n d</p>")[0].runs == [
        Run("a "), Run("b ", italic=True), Run("c", bold=True, italic=True), Run(" d"),
    ]  # fmt: skip


def test_only_links_to_the_web_or_by_mail_are_links() -> None:
    html = '<p><a href="https://a.example">a</a><a href="JavaScript:x">b</a><a href="file:///c">c</a><a>d</a></p>'
    assert [run.link for run in blocks_of(html)[0].runs] == ["https://a.example", "", "", ""]


def test_what_is_never_closed_or_never_opened_is_still_its_text() -> None:
    assert shape(blocks_of("<p>A</li></ul><strong>B<ul><li>C")) == ["A", "B", ["bullets", ["item", "C"]]]


@given(st.text(max_size=80))
def test_no_letter_of_an_author_is_lost(text: str) -> None:
    """Whatever was typed is on paper, but for white space."""

    def words(blocks: list[Block]) -> str:
        return "".join("".join(r.text for r in b.runs) + words(b.blocks) for b in blocks)

    html = str(rendered(text.replace("\x00", "")))
    from html.parser import HTMLParser

    found: list[str] = []
    reader = HTMLParser(convert_charrefs=True)
    reader.handle_data = found.append  # type: ignore[method-assign]
    reader.feed(html)
    reader.close()
    assert "".join(words(blocks_of(html)).split()) == "".join("".join(found).split())
