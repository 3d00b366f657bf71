"""A workspace: ``profiles.toml`` and the folders round it.

::

    my-partnership/
        profiles.toml       what to build
        data/raw            extracts as supplied
        data/curated        tables made from them, and catalog.duckdb
        data/published      releases; 'current' is the one to read
        expectations/       plausibility suites of this workspace's own, in place of the package's
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from locality_profiles import links
from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.hidden import unprintable_name
from locality_profiles.links import leading_out, leads_out
from locality_profiles.mapped import own_columns, without_mappings
from locality_profiles.notices import Notices, read_notices
from locality_profiles.tables.own_columns import OwnColumns

SETTINGS = "profiles.toml"
DOORS = ("extract", "curated", "profile")
SYSTEM_NAME = r"[a-z][a-z0-9_]*"

#: What an area system may be made from, and which keys of [[areas.system]] each needs.
ORIGINS: dict[str, tuple[str, ...]] = {
    "boundaries": (),  # outlines among the extracts
    "lookup": (),  # a published lookup among the extracts
    "file": ("file", "block_column", "name_column"),  # a lookup of the workspace's own, block -> area
    "polygons": ("file", "name_column"),  # outlines of the workspace's own
    "blocks": ("area",),  # lists of block codes
    "points": (),  # the nearest of some points or postcodes; in [[areas.system.area]] or in a file
    "union": ("of", "area"),  # areas of another system, put together
    "gp_clusters": (),  # clusters of GP practices, by the practice list
    "gp_practices": (),  # the people of each GP practice
}

#: How blocks are placed in outlines that do not follow them.
FITS = {
    "largest_overlap": "each block goes to the area that holds most of its land",
    "centroid": "each block goes to the area that holds its population-weighted centre",
    "land": "each block is shared by area of land",
    "population": "each block is shared by where its people live, postcode by postcode",
}

BLOCK_TYPES = ("data_zone_2001", "data_zone_2011", "data_zone_2022")
BLOCK_CODE = r"S01\d{6}"
HOSPITAL_CODE = r"[A-Z]\d{3}[A-Z]"

#: The files that make up one shapefile.
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".shp.xml")

#: Areas with fewer residents are pointed out, unless the system sets its own.
MINIMUM_POPULATION = 500

#: Releases that are kept, unless [releases] keep says otherwise.
RELEASES_KEPT = 10

#: Area types that every workspace has, and their names for people (one, several).
AREA_TITLES: dict[str, tuple[str, str]] = {
    "locality": ("Locality", "Localities"),
    "council_area": ("Council area", "Council areas"),
    "hscp": ("Partnership", "Partnerships"),
    "health_board": ("Health board", "Health boards"),
    "country": ("Country", "Countries"),
    "ward": ("Council ward", "Council wards"),
    "intermediate_zone_2011": ("Intermediate zone", "Intermediate zones"),
    "data_zone_2011": ("Data zone", "Data zones"),
    "data_zone_2001": ("Data zone of 2001", "Data zones of 2001"),
    "data_zone_2022": ("Data zone of 2022", "Data zones of 2022"),
    "gp_cluster": ("GP cluster", "GP clusters"),
    "gp_practice": ("GP practice", "GP practices"),
    "hospital": ("Hospital", "Hospitals"),
}


@dataclass(frozen=True)
class DeclaredArea:
    """One area as ``profiles.toml`` lists it: its name and what it is made of."""

    name: str
    blocks: tuple[str, ...] = ()
    """Codes of data zones (``from = "blocks"``)."""
    of: tuple[str, ...] = ()
    """Names or codes of areas of another system (``from = "union"``)."""
    postcode: str | None = None
    """Where the point of a catchment is (``from = "points"``), or else:"""
    easting: float | None = None
    northing: float | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class AreaSystem:
    """One way of dividing places up, such as localities or neighbourhoods: a [[areas.system]]."""

    name: str
    title: str
    plural: str
    origin: str  # a key of ORIGINS
    file: str | None = None
    """Its own file: looked for in the workspace, then in the folder of extracts."""
    block_type: str = "data_zone_2011"
    block_column: str | None = None
    name_column: str | None = None
    code_column: str | None = None
    weight_column: str | None = None
    postcode_column: str | None = None
    x_column: str | None = None
    y_column: str | None = None
    layer: str | None = None
    crs: str | None = None
    """The coordinate system of its file, where the file does not say or is wrong."""
    fit: str = "largest_overlap"  # a key of FITS
    prefer_lookup: bool = False
    of: str | None = None
    """The system that a union is made of."""
    services: str | None = None
    """Catchments of these services (gp_practice, hospital), for ``from = "points"``."""
    partnerships: tuple[str, ...] = ()
    """Where catchments of points stop: codes of partnerships; empty for wherever there are points."""
    minimum_population: int = MINIMUM_POPULATION
    areas: tuple[DeclaredArea, ...] = ()


#: What a release may be written as. Its open data are always written.
FORMS = ("site", "workbooks", "documents")

#: Where `fetch` puts extracts, within the folder of extracts, and its list of them, which is no extract.
FETCHED = "fetched"
MANIFEST = "manifest.json"


def forms_of(named: str) -> tuple[str, ...]:
    """Forms by name, with commas between; all of them where none is named.

    Raises
    ------
    WorkspaceError
        If a name is no form's.

    >>> forms_of("workbooks, site"), forms_of("")
    (('site', 'workbooks'), ('site', 'workbooks', 'documents'))
    """
    wanted = [name.strip() for name in named.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in FORMS]
    if unknown:
        raise WorkspaceError(f"'{unknown[0]}' is no form of a release. Known: {', '.join(FORMS)}; "
                             "open data are always written.")  # fmt: skip
    return tuple(form for form in FORMS if form in wanted) or FORMS


@dataclass(frozen=True)
class Workspace:
    """What ``profiles.toml`` says, with every path made absolute."""

    folder: Path
    title: str
    synthetic: bool
    partnerships: tuple[str, ...] | None
    """Codes of the partnerships that get profiles; None for all."""
    profiled: tuple[str, ...]
    """Area types that get a profile each, in the order of the index."""
    systems: tuple[AreaSystem, ...]
    extracts: Path
    read: tuple[str, ...]
    ignore: tuple[str, ...]
    names: Mapping[str, str]
    outcomes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """National outcomes that an indicator evidences here, where that is not what its definition says."""
    hospices: tuple[str, ...] | None = None
    """Codes of hospitals that are hospices or palliative care units; None for the package's list."""
    releases_kept: int = RELEASES_KEPT
    """How many releases are kept, the newest first; the current one always is."""
    documents: tuple[str, ...] | None = None
    """Area types that get workbooks and documents; None for the first that is profiled, and larger ones."""
    charts: tuple[str, ...] | None = None
    """Area types whose pages have charts; None for those that have documents."""
    mappings: tuple[OwnColumns, ...] = ()
    """How files of a partnership's own become known kinds of extract: [extracts.NAME]."""
    only: tuple[str, ...] = FORMS
    """Forms that are written. A build's own choice."""
    engine: tuple[str, str] = ("duckdb", "")
    """Where linked records are counted: duckdb or spark, and the address of Spark's master. A build's own choice."""
    notices: Notices = field(default_factory=Notices)
    """Who is told of what happens to its runs."""

    @property
    def definitions(self) -> Path:
        """The folder of the workspace's own indicators, which need not be there."""
        return self.folder / "indicators"

    @property
    def curated(self) -> Path:
        return self.folder / "data" / "curated"

    @property
    def published(self) -> Path:
        return self.folder / "data" / "published"

    @property
    def management(self) -> Path:
        """The tree of editions that are for management only; nobody but its owner can read it."""
        return self.folder / "data" / "management"

    def system_file(self, system: AreaSystem) -> Path | None:
        """The file of an area system: in the workspace, else among the extracts; None if it names none."""
        if not system.file:
            return None
        inside = self.folder / system.file
        path = inside if inside.is_file() else self.extracts / system.file
        if leads_out(path, self.folder, self.extracts):
            raise WorkspaceError(f"{system.file} is a link that leads out of the workspace. {links.REMEDY}")
        return path.resolve()

    def system_files(self, system: AreaSystem) -> list[Path]:
        """The file of an area system with those that belong to it, as far as they are there."""
        path = self.system_file(system)
        return files_of(path) if path and path.is_file() else []

    @property
    def catalog(self) -> Path:
        return self.curated / "catalog.duckdb"

    @property
    def current(self) -> Path:
        """The release to read."""
        return self.published / "current"

    def suites(self, door: str) -> dict[str, Path]:
        """Suites of a door by name: the package's own, each replaced by the workspace's of that name."""
        folders = (packaged_expectations(), self.folder / "expectations")
        return {path.stem: path for folder in folders for path in sorted((folder / door).glob("*.json"))}

    def title_of(self, area_type: str) -> tuple[str, str]:
        """Singular and plural name of an area type."""
        for system in self.systems:
            if system.name == area_type:
                return system.title, system.plural
        return AREA_TITLES.get(area_type, (area_type, area_type))

    def type_titles(self) -> dict[str, tuple[str, str]]:
        """Singular and plural names of every area type that pages may name."""
        kinds = dict.fromkeys([*AREA_TITLES, *self.profiled, *(system.name for system in self.systems)])
        return {kind: self.title_of(kind) for kind in kinds}

    def extract_files(self) -> list[Path]:
        """Files to read: those that ``read`` names and ``ignore`` does not, in order of name.

        Raises
        ------
        WorkspaceError
            If the folder is not there, a pattern of ``read`` matches nothing, or a file is a link that leads out of it
            or has a name that cannot be printed.
        """
        if not self.extracts.is_dir():
            raise WorkspaceError(
                f"There is no folder of extracts at {self.extracts}. Put the extracts there, or name another folder "
                f"in [extracts] of {SETTINGS}."
            )
        found: set[Path] = set()
        unmatched = []
        for pattern in self.read:
            matched = [path for path in self.extracts.glob(pattern) if path.is_file() or path.is_symlink()]
            if not matched:
                unmatched.append(pattern)
            found.update(matched)
        if unmatched:
            listed = ", ".join(f"'{pattern}'" for pattern in unmatched)
            raise WorkspaceError(
                f"[extracts] read names files that are not in {self.extracts}: {listed}. "
                "Put them there, or take the line out."
            )
        ignored = {path for pattern in self.ignore for path in self.extracts.glob(pattern)}
        own = {self.extracts / FETCHED / MANIFEST}
        hidden = {path for path in found if any(p.startswith(".") for p in path.relative_to(self.extracts).parts)}
        return self._whole_files(found - ignored - hidden - own)

    def mapping_of(self, path: Path) -> OwnColumns | None:
        """The mapping through which a file is read; None if it is laid out as published."""
        return next((own for own in self.mappings if path in self.mapped_files(own)), None)

    def mapped_files(self, own: OwnColumns) -> set[Path]:
        """The files in the folder of extracts that a mapping names."""
        return {path for pattern in own.files for path in self.extracts.glob(pattern)}

    def _whole_files(self, found: set[Path]) -> list[Path]:
        """Those of the files found that may be read, in order of name."""
        what = "this is a link that leads out of the folder of extracts"
        out = [path.relative_to(self.extracts).as_posix() for path in leading_out(found, self.extracts)]
        unprintable = [name for path in found if unprintable_name(name := path.relative_to(self.extracts).as_posix())]
        problems = [Problem(what, links.REMEDY, name) for name in out]
        problems += [Problem("the file's name holds characters that cannot be seen", "Rename it.", name)
                     for name in sorted(unprintable)]  # fmt: skip
        if problems:
            raise WorkspaceError(f"{len(problems)} of the extracts cannot be read.", problems)
        return sorted(path for path in found if path.is_file())


def files_of(path: Path) -> list[Path]:
    """The files that one file of areas is made of: several for a shapefile."""
    if path.suffix.lower() != ".shp":
        return [path]
    return sorted(
        file for file in path.parent.iterdir()
        if file.name.startswith(f"{path.stem}.") and file.name[len(path.stem) :].lower() in SHAPEFILE
    )  # fmt: skip


def packaged_expectations() -> Path:
    """The suites that come with the package: inside an installed wheel, or at the repository's top."""
    inside = Path(__file__).parent / "expectations"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "expectations"


def read_workspace(folder: Path | str) -> Workspace:
    """Read ``profiles.toml`` of a folder.

    Raises
    ------
    WorkspaceError
        With everything that is wrong, by line.
    """
    folder = Path(folder).resolve()
    if not (folder / SETTINGS).is_file():
        raise WorkspaceError(
            f"{folder} is not a workspace: it has no {SETTINGS}. "
            "Make one with 'locality-profiles init DIR --sample', or name yours with --workspace."
        )
    declared = read_declaration(folder / SETTINGS, SETTINGS, WorkspaceError)
    _refuse_links_out(folder)
    top = declared.read(declared.data, {
        "workspace": Field(dict, required=True, default={}), "areas": Field(dict, default={}),
        "extracts": Field(dict, default={}), "names": Field(dict, default={}), "outcomes": Field(dict, default={}),
        "finance": Field(dict, default={}), "linked": Field(dict, default={}), "releases": Field(dict, default={}),
        "publish": Field(dict, default={}), "fetch": Field(dict, default={}), "notify": Field(dict, default={}),
    })  # fmt: skip
    about = declared.read(top["workspace"], {
        "title": Field(str, required=True, default=""), "synthetic": Field(bool, default=False),
    }, "workspace")  # fmt: skip
    areas = declared.read(top["areas"], {
        "partnerships": Field(object, default="all"), "profile": Field(list, default=["locality", "hscp"]),
        "system": Field(list, default=[]),
    }, "areas")  # fmt: skip
    extracts = declared.read(without_mappings(top["extracts"]), {
        "folder": Field(str, default="data/raw"), "read": Field(list, default=["**/*"]),
        "ignore": Field(list, default=[]),
    }, "extracts")  # fmt: skip
    systems = tuple(_system(declared, table, str(i)) for i, table in enumerate(areas["system"]))
    profiled = list_of_text(declared, areas["profile"], "areas", "profile")
    known = {*AREA_TITLES, *(system.name for system in systems)}
    for name in profiled:
        if name not in known:
            declared.problem(f"[areas] profile names '{name}', which is no kind of area here",
                             f"Known: {', '.join(sorted(known))}.", "areas", "profile")  # fmt: skip
    _check_systems(declared, systems)
    partnerships = _partnerships(declared, areas["partnerships"])
    outcomes = _outcomes(declared, top["outcomes"])
    of_hospices = _hospices(declared, top["linked"])
    kept = _kept(declared, top["releases"])
    forms = _forms(declared, top["publish"], profiled)
    notices = read_notices(declared, top["notify"])
    folder_of_extracts = _expanded(declared, extracts["folder"])
    patterns = {key: list_of_text(declared, extracts[key], "extracts", key) for key in ("read", "ignore")}
    _check_patterns(declared, patterns)
    mappings = own_columns(declared, top["extracts"])
    declared.finish(WorkspaceError)
    return Workspace(
        folder, about["title"], about["synthetic"], partnerships, profiled, systems,
        (folder / folder_of_extracts).resolve(),
        patterns["read"], patterns["ignore"],
        {str(key): str(value) for key, value in top["names"].items()}, outcomes, of_hospices, kept, *forms, mappings,
        notices=notices,
    )  # fmt: skip


#: Folders with declarations and words of a workspace's own.
OWN_FOLDERS = ("areas", "disclosure", "expectations", "finance", "indicators", "needs", "theme", "words")


def _forms(
    declared: Declaration, table: Mapping[str, Any], profiled: Sequence[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Kinds of area that get documents, and kinds whose pages have charts; None where nothing is said."""
    told = declared.read(table, {key: Field(list, default=None) for key in ("documents", "charts")}, "publish")
    found = []
    for key, listed in told.items():
        kinds = None if listed is None else list_of_text(declared, listed, "publish", key)
        for kind in kinds or ():
            if kind not in profiled:
                declared.problem(f"[publish] {key} names '{kind}', which gets no profile here",
                                 f"Profiled: {', '.join(profiled)}.", "publish", key)  # fmt: skip
        found.append(kinds)
    return found[0], found[1]


def _refuse_links_out(folder: Path) -> None:
    """What a workspace declares lies in it: a link in one of its own folders leads nowhere else."""
    own = [path for name in OWN_FOLDERS for path in (folder / name, *(folder / name).rglob("*")) if path.is_symlink()]
    if out := leading_out(own, folder):
        raise WorkspaceError(
            "Links lead out of the workspace.",
            [Problem("it leads to another folder", links.REMEDY, path.relative_to(folder).as_posix())
             for path in out],
        )  # fmt: skip


def _outcomes(declared: Declaration, table: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Outcomes by indicator; whether there are such indicators and outcomes is asked where they are known."""
    found = {}
    for name, listed in table.items():
        if isinstance(listed, list) and all(type(outcome) is int for outcome in listed):
            found[str(name)] = tuple(listed)
        else:
            declared.problem(f"[outcomes] '{name}' should be a list of whole numbers", f"Write {name} = [2, 4].",
                             "outcomes", str(name))  # fmt: skip
    return found


def _check_patterns(declared: Declaration, patterns: Mapping[str, tuple[str, ...]]) -> None:
    """Patterns name files of the folder of extracts, and of no other."""
    for key, listed in patterns.items():
        for pattern in listed:
            path = Path(pattern)
            if not path.parts or path.is_absolute() or ".." in path.parts or re.search(r"[^/]\*\*|\*\*[^/]", pattern):
                declared.problem(f"[extracts] {key} has '{pattern}', which is no pattern of files in the folder",
                                 'Write it as "population/*.csv" or "**/*.xlsx".', "extracts", key)  # fmt: skip


def _hospices(declared: Declaration, table: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Codes of hospitals that count as hospices here; None where nothing is said."""
    told = declared.read(table, {"hospices": Field(list, default=None)}, "linked")["hospices"]
    if told is None:
        return None
    codes = list_of_text(declared, told, "linked", "hospices")
    for code in codes:
        if not re.fullmatch(HOSPITAL_CODE, code):
            declared.problem(f"[linked] hospices names '{code}', which is not written as the code of a hospital",
                             'Write a letter, three figures and a letter, such as "Q901V".',
                             "linked", "hospices")  # fmt: skip
    return codes


def _kept(declared: Declaration, table: Mapping[str, Any]) -> int:
    """How many releases are kept."""
    keep = declared.read(table, {"keep": Field(int, default=RELEASES_KEPT)}, "releases")["keep"]
    if keep < 1:
        declared.problem("[releases] keep should be 1 or more: the current release always stays",
                         f"Write keep = {RELEASES_KEPT}.", "releases", "keep")  # fmt: skip
    return int(keep)


def _partnerships(declared: Declaration, value: Any) -> tuple[str, ...] | None:
    if value == "all":
        return None
    if isinstance(value, list) and value and all(isinstance(v, str) and re.fullmatch(r"S37\d{6}", v) for v in value):
        return tuple(value)
    declared.problem("[areas] 'partnerships' should be \"all\" or a list of partnership codes",
                     'Write partnerships = "all" or ["S37000026"].', "areas", "partnerships")  # fmt: skip
    return None


def _expanded(declared: Declaration, folder: str) -> str:
    """The extracts folder with environment variables filled in."""
    expanded = os.path.expandvars(folder)
    if unset := re.findall(r"\$\{?(\w+)\}?", expanded):
        declared.problem(
            f"[extracts] folder needs the environment variable {', '.join(unset)}, which is not set",
            f"Set it, for example: export {unset[0]}=/where/the/extracts/are.", "extracts", "folder",
        )  # fmt: skip
    return expanded


def _system(declared: Declaration, table: Any, index: str) -> AreaSystem:
    where = ("areas", "system", index)
    told = declared.read(table, _SYSTEM, *where)
    areas = tuple(
        _declared_area(declared, area, (*where, "area", str(number))) for number, area in enumerate(told["area"])
    )
    name = told["name"]
    for key in ORIGINS.get(told["from"], ()):
        if not (areas if key == "area" else told[key]):
            line = "an [[areas.system.area]] for each area" if key == "area" else f'{key} = "…"'
            kind = told["from"]
            declared.problem(f"the area system '{name}' comes from {kind} but misses '{key}'", f"Add {line}.", *where)
    if told["from"] == "points" and not (areas or told["services"] or told["file"]):
        remedy = 'Add [[areas.system.area]], a file, or services = "gp_practice".'
        declared.problem(f"the area system '{name}' has no points", remedy, *where)
    _check_areas(declared, name, told["from"], areas, where)
    partnerships = list_of_text(declared, told["partnerships"], *where, "partnerships")
    return AreaSystem(
        name, told["title"], told["plural"], told["from"], told["file"], told["blocks"], told["block_column"],
        told["name_column"], told["code_column"], told["weight_column"], told["postcode_column"], told["x_column"],
        told["y_column"], told["layer"], told["crs"], told["fit"], told["prefer_lookup"], told["of"], told["services"],
        partnerships, told["minimum_population"], areas,
    )  # fmt: skip


_SYSTEM = {
    "name": Field(str, required=True, default="", pattern=SYSTEM_NAME),
    "title": Field(str, required=True, default=""), "plural": Field(str, required=True, default=""),
    "from": Field(str, required=True, default="", allowed=tuple(ORIGINS)),
    "file": Field(str), "blocks": Field(str, default="data_zone_2011", allowed=BLOCK_TYPES),
    "block_column": Field(str), "name_column": Field(str), "code_column": Field(str), "weight_column": Field(str),
    "postcode_column": Field(str), "x_column": Field(str), "y_column": Field(str), "layer": Field(str),
    "crs": Field(str), "fit": Field(str, default="largest_overlap", allowed=tuple(FITS)),
    "prefer_lookup": Field(bool, default=False), "of": Field(str),
    "services": Field(str, allowed=("gp_practice", "hospital")), "partnerships": Field(list, default=[]),
    "minimum_population": Field(int, default=MINIMUM_POPULATION), "area": Field(list, default=[]),
}  # fmt: skip

_AREA = {
    "name": Field(str, required=True, default=""), "blocks": Field(list, default=[]), "of": Field(list, default=[]),
    "postcode": Field(str), "easting": Field(float), "northing": Field(float), "longitude": Field(float),
    "latitude": Field(float),
}  # fmt: skip


def _declared_area(declared: Declaration, table: Any, where: tuple[str, ...]) -> DeclaredArea:
    told = declared.read(table, _AREA, *where)
    blocks, of = (list_of_text(declared, told[key], *where, key) for key in ("blocks", "of"))
    return DeclaredArea(told["name"], blocks, of, told["postcode"], told["easting"], told["northing"],
                        told["longitude"], told["latitude"])  # fmt: skip


def _check_systems(declared: Declaration, systems: tuple[AreaSystem, ...]) -> None:
    """Each system has a name of its own, and a union is made of one that stands above it."""
    for number, system in enumerate(systems):
        where = ("areas", "system", str(number))
        earlier = [other.name for other in systems[:number]]
        if system.name and system.name in earlier:
            declared.problem(f"two area systems are called '{system.name}'", "Give each its own name.", *where, "name")
        if system.of and system.of in {other.name for other in systems[number:]}:
            declared.problem(f"the area system '{system.name}' is made of '{system.of}', which does not stand above it",
                             f"Put the [[areas.system]] of '{system.of}' before it.", *where, "of")  # fmt: skip
        elif system.of and system.of not in (*earlier, *AREA_TITLES):
            declared.problem(f"the area system '{system.name}' is made of '{system.of}', which is no kind of area here",
                             f"Known: {', '.join([*earlier, *AREA_TITLES])}.", *where, "of")  # fmt: skip


def _check_areas(
    declared: Declaration, system: str, origin: str, areas: tuple[DeclaredArea, ...], where: tuple[str, ...]
) -> None:
    """Each listed area has what its origin asks for, a name of its own, and blocks that no other has."""
    needed = {"blocks": "blocks", "union": "of"}.get(origin)
    for number, area in enumerate(areas):
        at = (*where, "area", str(number))
        called = f"the area '{area.name}'" if area.name else f"area number {number + 1}"
        if needed and not getattr(area, needed):
            declared.problem(f"{called} of '{system}' lists nothing", f'Add {needed} = ["…"].', *at)
        located = (
            area.postcode or None not in (area.easting, area.northing) or None not in (area.longitude, area.latitude)
        )
        if origin == "points" and not located:
            declared.problem(f"the point '{area.name}' of '{system}' has no place",
                             "Add postcode, or easting and northing, or longitude and latitude.", *at)  # fmt: skip
        if area.name and area.name in {other.name for other in areas[:number]}:
            declared.problem(f"two areas of '{system}' are called '{area.name}'", "Give each its own name.", *at)
        for part in ("blocks", "of"):
            taken = {code: other.name for other in areas[:number] for code in getattr(other, part)}
            for code in getattr(area, part):
                if code in taken:
                    declared.problem(f"'{code}' is in two areas of '{system}': '{taken[code]}' and '{area.name}'",
                                     "Take it out of one.", *at, part)  # fmt: skip
            for code in sorted({code for code in getattr(area, part) if getattr(area, part).count(code) > 1}):
                declared.problem(f"'{code}' stands more than once in {called} of '{system}'", "Once is enough.",
                                 *at, part)  # fmt: skip
        for code in area.blocks:
            if not re.fullmatch(BLOCK_CODE, code):
                declared.problem(f"'{code}' in {called} of '{system}' is no code of a data zone",
                                 "A code like S01000000 was expected.", *at, "blocks")  # fmt: skip
