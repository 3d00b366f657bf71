"""Making a workspace: empty with a commented ``profiles.toml``, or filled with synthetic extracts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from locality_profiles.errors import WorkspaceError
from locality_profiles.geography.partnerships import partnership_called
from locality_profiles.geography.register import Partnership
from locality_profiles.workspace import DOORS, SETTINGS, packaged_expectations

SIZES = ("shetland", "scotland")

#: What a new workspace says of its areas: any that come, or one partnership.
ALL_OF_THEM = """\
partnerships = "all"         # or codes: ["S37000026"]
profile = ["locality", "hscp"]   # kinds of area that get a page each
"""
ONE_OF_THEM = """\
partnerships = ["{code}"]
# Kinds of area that get a page each.
profile = ["locality", "hscp", "gp_cluster", "ward", "intermediate_zone_2011"]
"""
CLUSTERS = """
[[areas.system]]
name = "gp_cluster"
title = "GP cluster"
plural = "GP clusters"
from = "gp_clusters"         # the clusters that the list of practices names
"""

TEMPLATE = """\
# What to build. Paths are relative to this file.

[workspace]
title = "{title}"
synthetic = false            # true prints 'synthetic' on every page

[areas]
{areas}
[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"          # outlines among the extracts (GeoJSON)
prefer_lookup = true         # a published lookup is followed where it names the same areas
{systems}
[extracts]
folder = "data/raw"          # extracts are recognised by their content, whatever they are called
read = ["**/*"]
ignore = []
# A file in columns of its own is read through [extracts.NAME], and [extracts.NAME.spread] where measures, ages or years
# stand across its top: 'locality-profiles map FILE' proposes the lines.

[names]
# A name in an extract = the name in the data-zone lookup, where the two differ:
# "Shetland" = "Shetland Islands"

[outcomes]
# National outcomes that an indicator evidences here, where you see it otherwise than its definition:
# community_alarms = [2, 7]

[linked]
# Codes of hospitals that are hospices or palliative care units, for linked records of the last six months of life:
# hospices = ["Q901V", "Q902K"]
"""


SUITES = """\
# What is checked here

The package's own suites are in `{package}`.
To change one, copy it here, into the folder of its door (`extract/`, `curated/` or `profile/`), and edit the copy: it
stands in for the package's suite of that name. A suite that is not here is the package's, and gets better with it.

`severity` *critical* stops a build; anything else is a warning on the data-quality page. Write `why` and `remedy` for
the person who will be woken.
"""


@dataclass(frozen=True)
class Started:
    """A workspace that was made."""

    folder: Path
    files: int
    synthetic: bool
    partnership: str = ""
    """The name of the one that it is for, if it is for one."""


def make_workspace(
    folder: Path, *, sample: bool = False, size: str = "shetland", partnership: str | None = None
) -> Started:
    """Make a workspace in a new or empty folder; `partnership` is a name or code of the one that it is for.

    Raises
    ------
    WorkspaceError
        If the folder holds anything already, or the size or partnership is not known.
    """
    if size not in SIZES:
        raise WorkspaceError(f"There is no sample of size '{size}'. Sizes: {', '.join(SIZES)}.")
    if sample and partnership:
        raise WorkspaceError("The sample is of no real partnership. Give --sample or --partnership, not both.")
    ours = partnership_called(partnership) if partnership else None
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(f"{folder} is there already and is not empty. Name a new folder.")
    for part in ("raw", "curated", "published"):
        (folder / "data" / part).mkdir(parents=True)
    for door in DOORS:
        (folder / "expectations" / door).mkdir(parents=True)
    (folder / "expectations" / "README.md").write_text(SUITES.format(package=packaged_expectations()), encoding="utf-8")
    if sample:
        from locality_profiles.sample import write_sample

        write_sample(folder, size)
    else:
        (folder / SETTINGS).write_text(settings_for(ours), encoding="utf-8")
    extracts = sum(1 for path in (folder / "data" / "raw").rglob("*") if path.is_file())
    return Started(folder.resolve(), extracts, sample, ours.name if ours else "")


def settings_for(ours: Partnership | None) -> str:
    """The settings of a new workspace: of one partnership, ready to build, or of any."""
    if ours is None:
        return TEMPLATE.format(title="Our partnership", areas=ALL_OF_THEM, systems="")
    areas = ONE_OF_THEM.format(code=ours.code)
    return TEMPLATE.format(title=ours.name, areas=areas, systems=CLUSTERS)
