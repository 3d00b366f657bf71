"""A report in the forms that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from locality_profiles.verdicts.mail import mail as as_mail
from locality_profiles.verdicts.page import page
from locality_profiles.verdicts.report import Night, Report
from locality_profiles.verdicts.terminal import parts

if TYPE_CHECKING:
    from rich.console import RenderableType

    from locality_profiles.publish.theme import Theme


@dataclass(frozen=True)
class Wrote:
    """Files that were written, and the mail if one was asked for."""

    files: tuple[Path, ...]
    mail: str = ""


def write(report: Report, theme: Theme, night: Night | None, html: Path | None, mail: str | None) -> Wrote:
    """Write the report as a page and as a mail, where each is asked for; ``-`` for a mail that is only printed."""
    files = []
    if html is not None:
        html.write_text(page(report, theme), encoding="utf-8")
        files.append(html)
    text = as_mail(report, night) if mail is not None else ""
    if mail not in (None, "-"):
        Path(str(mail)).write_text(text, encoding="utf-8")
        files.append(Path(str(mail)))
    return Wrote(tuple(files), text)


def printed(report: Report, wrote: Wrote) -> Iterator[RenderableType]:
    """The report for a terminal, and which files were written."""
    yield from parts(report)
    for file in wrote.files:
        yield f"\nWrote {file}"
