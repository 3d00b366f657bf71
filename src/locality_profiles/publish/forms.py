"""One edition of a release in every form: pages, workbooks, Word and PDF, from one reading of the finished tables.

A chart is drawn once and stands in all of them. While pages are written here, documents are printed by other processes.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from locality_profiles.publish import printing
from locality_profiles.publish.area_document import Of, area_document
from locality_profiles.publish.area_systems import counted
from locality_profiles.publish.assessment import Assessment, parts_of
from locality_profiles.publish.assessment_document import assessment_document
from locality_profiles.publish.charts.look import LOOK
from locality_profiles.publish.document import Document
from locality_profiles.publish.edition import Edition, has_documents
from locality_profiles.publish.printing import Print
from locality_profiles.publish.reading import Profile
from locality_profiles.publish.sentences import summary
from locality_profiles.publish.site import (
    CHARTS,
    LOOKS,
    Read,
    Site,
    assessment_stem,
    made_of,
    read_site,
    write_pages,
)
from locality_profiles.publish.standing import Standing, missing_view

#: Folders of a release by form, and the endings of what stands in them.
WORKBOOKS, DOCUMENTS = "workbooks", "documents"
ENDINGS = {WORKBOOKS: (".xlsx",), DOCUMENTS: (".docx", ".pdf")}
NONE_HERE = "This release was built without {}: 'locality-profiles build' writes them again."
NO_AREAS = "No kind of area of this release has {}. [publish] documents in profiles.toml names those that have."


def write_forms(
    tables: Mapping[str, Path], folder: Path, about: Edition, pictures: Path, only: Collection[str]
) -> list[Path]:  # fmt: skip
    """Write pages, workbooks and documents of one edition into ``folder``.

    Parameters
    ----------
    tables : mapping of table name to path
        As for ``write_site``.
    folder : Path
        The release that is being made.
    pictures : Path
        A folder of charts that were drawn before; what it lacks is drawn and kept there.
    only : collection of str
        Forms that are wanted: ``site``, ``workbooks``, ``documents``.

    Returns
    -------
    list of Path
        Every file written.
    """
    read = read_site(tables, about)
    prints = list(_prints(read, folder, [form for form in ENDINGS if form in only]))
    if DOCUMENTS in only:
        charts = (chart for one in prints for chart in one.document.charts())
        printing.share_out(printing.picture_shares(charts, pictures, [LOOK], png=True), pictures)
    written: list[Path] = []

    def pages() -> None:
        if "site" in only:
            written.extend(write_pages(read, folder / "site"))

    drawn = printing.picture_shares(read.charts(), pictures, LOOKS) if "site" in only else []
    printing.share_out(
        printing.together(drawn, printing.print_shares(prints, pictures, about)), pictures, meanwhile=pages
    )
    if "site" in only:
        _bring(read, pictures, folder / "site" / CHARTS)
    written += [path for one in prints for path in one.files]
    return [*written, *(_empty(folder, form, form in only) for form in ENDINGS if not _any(folder / form))]


def _any(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _empty(folder: Path, form: str, wanted: bool) -> Path:
    """A note in a folder in which nothing stands, on why."""
    (folder / form).mkdir(parents=True, exist_ok=True)
    note = folder / form / "README.txt"
    note.write_text(f"{(NO_AREAS if wanted else NONE_HERE).format(form)}\n", encoding="utf-8")
    return note


def _bring(read: Read, pictures: Path, out: Path) -> None:
    """Copy the pictures of the pages beside them."""
    out.mkdir(parents=True, exist_ok=True)
    for name in read.pictures():
        shutil.copyfile(pictures / name, out / name)


# --- documents ------------------------------------------------------------------------------------


def _prints(read: Read, folder: Path, forms: Sequence[str]) -> Iterator[Print]:
    """Every document of the release with the forms that it is wanted in."""
    into = tuple((ending, folder / form) for form in forms for ending in ENDINGS[form])
    if not into:
        return
    for profile in read.site.profiles:
        if has_documents(profile.area_type, read.site.about):
            yield Print(document_of(profile, read.site), into)
    for assessment in read.assessments:
        yield Print(document_of_assessment(assessment, read.site), into)


def document_of(profile: Profile, site: Site) -> Document:
    """The profile of one area as a document."""
    words = site.words.get(profile.key, {})
    titles = {indicator.section: indicator.section_title for indicator in site.indicators.values()}
    missing = {title: [i.title for i in missing_view(site.indicators, section)] for section, title in titles.items()}
    return area_document(Of(
        profile, site.about, site.names, site.stems[profile.key], site.full_name(profile.key),
        site.standings.get(profile.key, Standing()), words,
        summary(profile, () if words else site.headlines, made_of(profile, site), site.about),
        site.charts.get(profile.key, {}), site.money.of(profile.key), site.voice.of(profile.key), missing,
    ))  # fmt: skip


def document_of_assessment(assessment: Assessment, site: Site) -> Document:
    """A partnership's needs assessment as a document."""
    members = [profile.key for profile in site.members.get(assessment.code, ())]
    kind, parts = parts_of(site.about.profiled, members)
    divided = counted(len(parts), kind, site.about) if kind else ""
    return assessment_document(assessment, site.about, assessment_stem(assessment.code, site), divided)
