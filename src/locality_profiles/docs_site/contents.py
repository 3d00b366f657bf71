"""Which documents there are, in what order, and what each is called on the site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from locality_profiles.declarations import Field, list_of_text, read_declaration

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Chapter:
    """Some pages that are read for the same reason."""

    title: str
    about: str
    pages: tuple[str, ...]


def chapters(root: Path) -> tuple[Chapter, ...]:
    """The chapters with all their pages, as paths of the repository; every page of ``docs`` stands in one.

    Raises
    ------
    DefinitionError
        If ``contents.toml`` is wrong, or names a page that is not there.
    """
    declared = read_declaration(HERE / "contents.toml", "docs_site/contents.toml")
    fields = {"title": Field(str, True), "about": Field(str, True), "pages": Field(list, True),
              "rest": Field(bool, default=False), "generated": Field(bool, default=False)}  # fmt: skip
    tables = declared.read(declared.data, {"chapter": Field(list, True)})["chapter"] or []
    read = [declared.read(table, fields, "chapter", str(number)) for number, table in enumerate(tables)]
    named = [list_of_text(declared, table["pages"] or [], "chapter", str(number), "pages")
             for number, table in enumerate(read)]  # fmt: skip
    for number, pages in enumerate(named):
        for page in pages:
            if not (root / page).is_file():
                declared.problem(f"there is no page {page}", "Write it, or take it out.", "chapter", str(number))
    declared.finish()
    known = {page for pages in named for page in pages}
    rest = _others(root, "docs/*.md", known)
    generated = _others(root, "docs/reference/*.md", known)
    return tuple(
        Chapter(table["title"], table["about"],
                (*pages, *(rest if table["rest"] else ()), *(generated if table["generated"] else ())))
        for table, pages in zip(read, named, strict=True)
    )  # fmt: skip


def _others(root: Path, pattern: str, known: set[str]) -> tuple[str, ...]:
    found = (path.relative_to(root).as_posix() for path in sorted(root.glob(pattern)))
    return tuple(page for page in found if page not in known)


def address(page: str) -> str:
    """Where a page stands on the site, from its front: what is in ``docs`` stands at the top.

    >>> address("docs/reference/tables.md"), address("README.md"), address("examples/README.md")
    ('reference/tables.html', 'readme.html', 'examples/readme.html')
    """
    return PurePosixPath(page.removeprefix("docs/").lower()).with_suffix(".html").as_posix()
