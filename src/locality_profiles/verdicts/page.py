"""A report as one page of HTML that needs no other file: the house style, light and dark, for paper too."""

from __future__ import annotations

from pathlib import Path

from locality_profiles import publish
from locality_profiles.hidden import visible
from locality_profiles.publish.theme import Theme
from locality_profiles.verdicts.report import NEEDS, Report, day, grouped
from locality_profiles.verdicts.terminal import gives

ASSETS, STYLE = Path(str(publish.__file__)).parent / "assets", "profiles.css"


def page(report: Report, theme: Theme) -> str:
    """The page as text. Whatever a file holds stands in it as text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters.update(day=day, seen=visible, gives=gives, grouped=grouped)
    style = (ASSETS / STYLE).read_text(encoding="utf-8") + theme.css()
    missing = {words: [each for each in report.missing if each.need == need] for need, words in NEEDS.items()}
    return environment.get_template("check.html").render(
        report=report, theme=theme, style=style, missing=missing, counts=report.counts(), first=report.first(),
    )  # fmt: skip
