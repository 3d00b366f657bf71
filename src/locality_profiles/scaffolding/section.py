"""A new section of profiles: one small file in the workspace's ``sections/``."""

from __future__ import annotations

import json

from locality_profiles.indicators.definition import NO_SECTION, OWN_SECTIONS, sections
from locality_profiles.scaffolding.names import Made, check_name, like_another, no_such, write_new
from locality_profiles.workspace import Workspace

TEXT = """\
# A section of your own. It stands on every form (page, workbook, Word, PDF) as soon as an indicator is in it:
# write section = "{name}" in a file of indicators/.

title = {title}        # as it stands above the section
{after}
"""
AFTER = "after = {after}          # the section that it follows; without this line it comes last"
LAST = '# after = "{example}"      # the section that it follows; without this line it comes last'


def new_section(workspace: Workspace, name: str, title: str | None = None, after: str | None = None) -> Made:
    """Write a section of a workspace's own.

    Raises
    ------
    WorkspaceError, NameTaken
        If the name cannot be one or is taken, or ``after`` is no section.
    """
    folder = workspace.folder / OWN_SECTIONS
    known = sections(folder)
    check_name(name, "a section", (*known, *NO_SECTION), f"Sections: {', '.join(known)}.")
    if after is not None and after not in known:
        raise no_such(after, known, "section")
    title = title or name.replace("_", " ").capitalize()
    line = AFTER.format(after=json.dumps(after)) if after else LAST.format(example=next(iter(known)))
    text = TEXT.format(name=name, title=json.dumps(title, ensure_ascii=False), after=line)
    files = write_new({folder / f"{name}.toml": text})
    return Made(
        files,
        (f"locality-profiles new indicator NAME --section {name} --workspace {workspace.folder}",),
        like_another(name, known),
    )
