"""What was said at the meetings of the sample: a text file each for two localities, a workbook for the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import save_workbook
from locality_profiles.sources._return_workbook import template_workbook
from locality_profiles.sources._returns import declared

#: Localities of the first partnership that keep a text file; the rest are in the workbook.
IN_NOTES = 2
FOLDER = "voice"

HEAD = """---
partnership: {partnership}
locality: {locality}
---

# What people say in {locality} (synthetic: nobody said this)
"""
FIRST = """
## Issue: Nobody can come home by bus after six
raised: 2021-06-08
heard at: community council
theme: transport
support: 23
indicators: in_rural_areas home_care_people
outcomes: 2 9

The last bus leaves the harbour at ten to six. People without a car stay away from
evening classes, and carers cannot visit after work.

## Issue: Long waits for home care
raised: 2021-09-14
heard at: carers' group
theme: social care
support: 9
indicators: home_care_people home_care_rate
outcomes: 2 6

## Priority: Care at home within a week
raised: 2021-10-05
answers: Long waits for home care
owner: locality manager
due: 2022-03-31
indicators: home_care_rate

## Action: A trial of an evening bus
raised: 2021-10-05
answers: Nobody can come home by bus after six
owner: transport officer
due: 2021-11-30
state: in progress

One evening a week, paid from the fund for community transport.
"""
SECOND = """
## Issue: Grass & brambles on the path to the surgery
raised: 2021-11-02
heard at: walk with the community nurse
theme: getting about
support: 4

## Action: Cut the path back
raised: 2021-12-07
answers: Grass & brambles on the path to the surgery
owner: estates officer
due: 2022-02-28
state: done
"""


def write_logs(raw: Path, country: Country) -> list[Path]:
    """Both text files and the workbook; returns the files."""
    first, second, *others = [locality for locality in country.localities if locality.partnership == 0]
    partnership = country.partnerships[0].name
    return [
        *(_notes(raw, partnership, locality.name, text) for locality, text in ((first, FIRST), (second, SECOND))),
        _workbook(raw, partnership, [locality.name for locality in others]),
    ]


def _notes(raw: Path, partnership: str, locality: str, text: str) -> Path:
    from locality_profiles.geography.names import slug

    path = raw / FOLDER / f"{slug(locality)}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD.format(partnership=partnership, locality=locality) + text, encoding="utf-8", newline="\n")
    return path


def _workbook(raw: Path, partnership: str, localities: list[str]) -> Path:
    form = declared("voice")
    book = template_workbook(form)
    told = {"issue": list(_issues(partnership, localities)), "priority": list(_priorities(partnership)),
            "action": list(_actions(partnership, localities))}  # fmt: skip
    for sheet in form.sheets:
        for row in told[sheet.id]:
            book[sheet.title].append([row.get(column.name) for column in sheet.columns])
    return save_workbook(raw / FOLDER / "voice_log.xlsx", book)


def _issues(partnership: str, localities: list[str]) -> Iterator[dict[str, Any]]:
    for number, locality in enumerate(localities, start=1):
        yield {"raised": f"2021-{4 + number:02d}-15", "partnership": partnership, "locality": locality,
               "id": f"lonely-{number}", "issue": "Older people see nobody for days", "support": 5 + number,
               "words": "Since the lunch club closed there is nowhere to go.", "heard_at": "lunch club",
               "theme": "loneliness", "state": "open", "indicators": "aged_65_plus", "outcomes": "2"}  # fmt: skip


def _priorities(partnership: str) -> Iterator[dict[str, Any]]:
    yield {"raised": "2021-11-23", "partnership": partnership, "locality": "all", "id": "company",
           "priority": "Company for older people", "state": "in_progress", "due": "2022-12-31",
           "owner": "integration joint board", "answers": "lonely-1; lonely-2", "outcomes": "2"}  # fmt: skip


def _actions(partnership: str, localities: list[str]) -> Iterator[dict[str, Any]]:
    yield {"raised": "2021-11-30", "partnership": partnership, "locality": localities[0], "id": "lunch-club",
           "action": "Open the lunch club again", "state": "open", "due": "2022-05-31",
           "owner": "third-sector interface", "answers": "lonely-1"}  # fmt: skip
