"""Names that mean harm, put into an otherwise good workspace, each where a supplier or an author could write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

EVIL = "evil.example"
#: Texts in which every sign can be seen: declarations may hold them too.
SEEN = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", '" onmouseover="alert(1)" x="',
    f"=HYPERLINK(\"http://{EVIL}\",\"East\")", "+cmd|' /C calc'!A0", "-2+3+cmd|calc", "@SUM(1+1)*cmd",
    "'; drop table area; --", "../../../etc/passwd", "{{ 7 * 7 }}{% raw %}", "[red]East[/red] [/] [link=x]y[/link]",
    f"![p](http://{EVIL}/p.png) [a](javascript:alert(1)) https://{EVIL} www.{EVIL}", "<h1>East</h1><p class=x>",
    "</svg></title><a href=//evil>", "&lt;b&gt; &amp; <!-- East", "<li>East</li></ul><table><tr><td>",
)  # fmt: skip
#: And some that hold what cannot be seen.
UNSEEN = ("\u202eEast\u202c end", "Ea\u200bst\u2066 side", "East\x1b[2J\x1b]0;evil\x07 bank", "East\x9b hill\x0bfoot")


def harmed(folder: Path) -> Path:
    """A workspace of the sample with such names."""
    raw = folder / "data" / "raw"
    _column(raw / "lookups/DataZone2011lookup.csv", "MMWard_Name", by="MMWard_Code", names=(*SEEN[:6], *UNSEEN))
    _column(raw / "lookups/DataZone2011lookup.csv", "DZ2011_Name", by="DZ2011_Code", names=SEEN)
    _column(raw / "service_activity/nhs_hospitals_xy.csv", "LocationName", by="Location", names=(*SEEN, *UNSEEN))
    for month in ("oct2021", "jan2022"):
        practices = raw / f"gp_practice/gp_practice_contactdetails_{month}.csv"
        _column(practices, "GPPracticeName", by="PracticeCode", names=(*UNSEEN, *SEEN))
        _column(practices, "GPCluster", by="GPCluster", names=(SEEN[0], SEEN[3], SEEN[11], UNSEEN[0], *SEEN))
    _column(raw / "social_care/MDSF_data_31 December 2021.csv", "ServiceName", by="CSNumber", names=(*SEEN, *UNSEEN))
    log = raw / "voice" / "south-skarvoe.md"
    log.write_text(log.read_text(encoding="utf-8") + "".join(_entries()), encoding="utf-8")
    log.rename(log.with_name("=<b>[z](javascript:x)_'; drop.md"))
    (raw / "minutes <img src=x onerror=alert(1)>.csv").write_text("who,said\nchair,hello\n", encoding="utf-8")
    settings = folder / "profiles.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in zip(("Thornovoe Harbour", "Thornovoe Hill", "Bressaholm", "Kettlagarth", "Ossarvoe", "Vestraholm",
                         "Sandagarth", "Lundaskell"), SEEN, strict=False):  # fmt: skip
        assert f'name = "{old}"' in text
        text = text.replace(f'name = "{old}"', f"name = '''{new}'''")
    text = text.replace('title = "Neighbourhood"', f"title = '''{SEEN[0]}'''")
    text = text.replace('title = "Skarvoe Isles: synthetic locality profiles"', f"title = '''{SEEN[1]} {SEEN[12]}'''")
    settings.write_text(text, encoding="utf-8")
    _own_indicator(folder / "indicators")
    return folder


def _column(path: Path, column: str, *, by: str, names: tuple[str, ...]) -> None:
    """Give each value of ``by`` a name in ``column``, the same in all of its rows."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    rows = list(csv.reader(io.StringIO(text)))
    header = [cell.strip() for cell in rows[0]]
    at, key = header.index(column), header.index(by)
    supply, given = cycle(names), dict[str, str]()
    for row in rows[1:]:
        if len(row) > max(at, key) and row[key]:
            code = row[key]
            if code not in given:
                given[code] = next(supply) + (f" {len(given) // len(names)}" if len(given) >= len(names) else "")
            row[at] = given[code]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    path.write_text(written.getvalue(), encoding="utf-8")


def _entries() -> Iterator[str]:
    for number, text in enumerate((*SEEN, *UNSEEN), start=1):
        yield (f"\n## Issue: {text}\nid: h{number}\nraised: 2021-10-{number:02}\nheard at: {text}\ntheme: {text}\n"
               f"indicators: home_care_rate\n\n{text}\n\n{text} again\n")  # fmt: skip


def _own_indicator(folder: Path) -> None:
    import locality_profiles

    packaged = Path(locality_profiles.__file__).parent / "indicators" / "definitions" / "gp_practices.toml"
    text = packaged.read_text(encoding="utf-8")
    text = text.replace('title = "GP practices"', f"title = '''{SEEN[10]} {SEEN[0]}'''")
    text = text.replace('definition = """', f'definition = """{SEEN[12]} ').replace(
        'caveat = """', f'caveat = """{SEEN[6]} '
    )
    folder.mkdir(exist_ok=True)
    (folder / "hostile_practices.toml").write_text(text.replace("order = 110", "order = 111"), encoding="utf-8")
