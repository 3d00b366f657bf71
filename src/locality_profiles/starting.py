"""Making a workspace: empty with a commented ``profiles.toml``, or filled with synthetic extracts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from locality_profiles.errors import WorkspaceError
from locality_profiles.workspace import DOORS, SETTINGS, packaged_expectations

SIZES = ("shetland", "scotland")

TEMPLATE = """\
# What to build. Paths are relative to this file.

[workspace]
title = "Our partnership"
synthetic = false            # true prints 'synthetic' on every page

[areas]
partnerships = "all"         # or codes: ["S37000026"]
profile = ["locality", "hscp"]   # kinds of area that get a page each

[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"          # outlines among the extracts (GeoJSON)
prefer_lookup = true         # a published lookup is followed where it names the same areas

[extracts]
folder = "data/raw"          # extracts are recognised by their content, whatever they are called
read = ["**/*"]
ignore = []

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


def make_workspace(folder: Path, *, sample: bool = False, size: str = "shetland") -> Started:
    """Make a workspace in a new or empty folder.

    Raises
    ------
    WorkspaceError
        If the folder holds anything already, or the size is not known.
    """
    if size not in SIZES:
        raise WorkspaceError(f"There is no sample of size '{size}'. Sizes: {', '.join(SIZES)}.")
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
        (folder / SETTINGS).write_text(TEMPLATE, encoding="utf-8")
    extracts = sum(1 for path in (folder / "data" / "raw").rglob("*") if path.is_file())
    return Started(folder.resolve(), extracts, sample)
