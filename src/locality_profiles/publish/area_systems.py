"""Area systems for planners: what each was made from, how well it fits, how they nest, overlap and change.

The tables of places may all be missing: a page then leaves out what they would tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import print_people, print_share
from locality_profiles.publish import cells
from locality_profiles.publish.edition import Edition, capitalised
from locality_profiles.publish.place_tables import LEAST_SHARE, OF_THE_LOOKUP
from locality_profiles.publish.reading import AreaKey, Overlap
from locality_profiles.tables.curated import MEMBERSHIP_METHODS

if TYPE_CHECKING:
    from locality_profiles.publish.site import Site

#: A system with more areas than this tells overlaps on the areas' own pages, and of fit only what stands out.
MANY = 60
#: An area with this share of its people misplaced stands out.
STANDS_OUT = 0.05
#: Rows of a table of changes, and codes that one of them lists.
MOST_CHANGES, MOST_CODES = 200, 12
#: Zones, people or areas that lie whole in one other, up to what rounding hides.
ALL_OF_IT = 0.9995

#: What a system was made from; the keys are those of profiles.toml.
ORIGINS = {
    "boundaries": "outlines among the extracts",
    "lookup": "a published lookup among the extracts",
    "file": "a lookup of the workspace's own",
    "polygons": "outlines of the workspace's own",
    "blocks": "lists of data zones in profiles.toml",
    "points": "points, each with the places that it is nearest to",
    "union": "areas of another system, put together",
    "gp_clusters": "clusters of GP practices, by the practice list",
    "gp_practices": "the patients of each GP practice",
    OF_THE_LOOKUP: "the lookup of data zones",
}
GRADES = {
    1: ("exact or published", "Whole data zones, or a lookup that its publisher vouches for."),
    2: ("measured", "Shares of data zones that were measured, such as land."),
    3: ("best fit", "Each data zone goes whole to the area that holds most of it: some people are misplaced."),
    4: ("modelled", "Shares of data zones come from a model."),
    5: ("a stand-in", "Nothing better is to be had; read differences with care."),
}
RELATIONS = {"nested": "Nested", "partly_nested": "Partly nested", "not_nested": "Not nested"}
#: Places of a system's page: id, words, and the parts of which any must be there.
CONTENTS = (
    ("map", "Map", ("map",)),
    ("fit", "How well it fits", ("facts",)),
    ("areas", "List, with headline figures", ("areas",)),
    ("nesting", "What it nests in", ("links",)),
    ("overlaps", "How the same people divide over other areas", ("overlaps", "overlaps_elsewhere")),
    ("boundary-changes", "Boundary changes", ("changes", "breaks")),
    ("register", "The register of localities", ("register",)),
)
#: What became of a locality that stands no more.
CHANGES = {"split": "It was divided", "merged": "It was joined with others", "ended": "It ended"}


# --- words ----------------------------------------------------------------------------------------


def kinds_with_a_page(site: Site) -> list[str]:
    """Kinds of area that have a page of their own: those that are told of, and those too many to list elsewhere."""
    crowded = [kind for kind in site.about.profiled if len(site.of_kind(kind)) > MANY]
    return list(dict.fromkeys([*site.systems.told, *crowded]))


def counted(number: int, kind: str, about: Edition) -> str:
    """'1 locality', '128 localities'."""
    return f"{number:,} {about.one(kind) if number == 1 else about.several(kind)}"


def _several(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _zones(number: int) -> str:
    return _several(number, "data zone", "data zones")


def _of_all(part: float | None, whole: float | None) -> str:
    """A share in brackets, where it can be told."""
    return f" ({print_share(part / whole)})" if part is not None and whole else ""


def fit_words(fit: Mapping[str, Any] | None, minimum: int | None) -> list[str]:
    """How well one area is matched by its blocks, in sentences."""
    if not fit or not fit["blocks"]:
        return []
    split = fit["blocks_split"]
    shared = f", {split:,} of which lie{'s' if split == 1 else ''} in it only in part" if split else ""
    said = [f"It is made of {_zones(fit['blocks'])}{shared}."]
    if (fit["share_misplaced"] or 0) >= LEAST_SHARE:
        away, left_out = fit["persons_from_elsewhere"], fit["persons_left_out"]
        said.append(
            f"Data zones do not follow its outline everywhere: {print_people(away)} people are counted here who live "
            f"outside it, and {print_people(left_out)} who live inside it are counted elsewhere."
        )
    if fit["below_minimum"] and minimum:
        said.append(f"It has fewer than {minimum:,} people, so its rates move by chance.")
    if fit["note"]:
        said.append(fit["note"])
    return said


def nesting_words(link: Mapping[str, Any], about: Edition) -> str:
    """Which system nests in which, as a sentence."""
    child, parent = about.one(link["child_type"]), about.one(link["parent_type"])
    if link["relation"] == "nested":
        return f"Every {child} lies whole in one {parent}."
    share = link["share_in_largest"]
    rest = (
        f" {print_share(share)} of their people live in the {parent} that holds most of theirs."
        if share is not None
        else ""
    )
    if link["relation"] == "not_nested":
        return f"No {child} lies whole in one {parent}.{rest}"
    nested, lie = link["nested_areas"], "lies" if link["nested_areas"] == 1 else "lie"
    return f"{nested:,} of {counted(link['areas'], link['child_type'], about)} {lie} whole in one {parent}.{rest}"


def _facts(kind: str, site: Site) -> list[tuple[str, str]]:
    """What the fit report says of a whole system: terms and what they say."""
    told = site.systems.told[kind]
    split = told["blocks_split"]
    facts = [
        ("Made from", capitalised(_origin(told))),
        ("How data zones were placed", f"{capitalised(_method(told))}."),
        ("Grade", _grade_words(told["grade"])),
        ("Data zones", f"{told['blocks']:,}" + (f", {split:,} of them shared or partly in no area" if split else "")),
    ]
    if told["persons_covered"] is not None:
        facts.append((
            "People in its areas",
            f"{print_people(told['persons_covered'])} of {print_people(told['persons'])} people of the partnerships "
            f"that it touches{_of_all(told['persons_covered'], told['persons'])}, {site.systems.people_year}",
        ))  # fmt: skip
    if told["persons_misplaced"] is not None:
        facts.append((
            "People misplaced",
            f"{print_people(told['persons_misplaced'])}{_of_all(told['persons_misplaced'], told['persons_covered'])}: "
            "their data zone counts whole to one area, and the land where they live lies in another or in none",
        ))  # fmt: skip
    if told["holes"] is not None:
        facts.append(("Outlines", _meeting_words(told)))
    if told["areas_below_minimum"] is not None:
        few = told["areas_below_minimum"]
        who = f"{counted(few, kind, site.about)} {'has' if few == 1 else 'have'}" if few else "None has"
        facts.append(("Small areas", f"{who} fewer than {told['minimum_population']:,} people"))
    return facts


def _meeting_words(told: Mapping[str, Any]) -> str:
    """How the outlines of a system meet."""
    words = "No holes and no overlaps"
    if told["holes"] or told["overlaps"]:
        holes, pairs = _several(told["holes"], "hole", "holes"), _several(told["overlaps"] or 0, "pair", "pairs")
        words = f"{holes}, {pairs} of areas overlap"
    if slivers := told["slivers"]:
        words += f"; {_several(slivers, 'sliver', 'slivers')} too thin to count"
    return words


def _origin(told: Mapping[str, Any]) -> str:
    return ORIGINS.get(told["origin"], str(told["origin"]).replace("_", " "))


def _method(told: Mapping[str, Any]) -> str:
    return MEMBERSHIP_METHODS.get(told["method"], str(told["method"]).replace("_", " "))


def _grade_words(grade: int | None) -> str:
    if grade is None:
        return "Not graded"
    return f"{grade}, {GRADES[grade][0]}" if grade in GRADES else str(grade)


# --- the page of all systems ----------------------------------------------------------------------


def systems_page(site: Site) -> dict[str, Any]:
    """Every area system beside the others, and which nests in which."""
    about = site.about
    rows = []
    for kind in site.system_pages:
        told = site.systems.told.get(kind)
        if told is None:
            continue
        measured = told["persons_misplaced"] is not None
        rows.append({
            "name": capitalised(about.several(kind)), "href": site.system_page(kind), "areas": told["areas"],
            "origin": capitalised(_origin(told)), "method": capitalised(_method(told)),
            "grade": _grade_words(told["grade"]), "blocks": told["blocks"], "split": told["blocks_split"],
            "covered": print_people(told["persons_covered"]),
            "covered_share": _of_all(told["persons_covered"], told["persons"]).strip(" ()"),
            "misplaced": print_people(told["persons_misplaced"]) if measured else "",
            "misplaced_share": _of_all(told["persons_misplaced"], told["persons_covered"]).strip(" ()"),
            "small": "" if told["areas_below_minimum"] is None else f"{told['areas_below_minimum']:,}",
        })  # fmt: skip
    return {
        "systems": rows,
        "profiled": [capitalised(about.several(kind)) for kind in about.profiled if site.of_kind(kind)],
        "links": [_link(link, site) for link in _told_links(site)],
        "grades": [(number, words, meaning) for number, (words, meaning) in GRADES.items()],
        "year": site.systems.people_year,
    }


def _told_links(site: Site) -> list[dict[str, Any]]:
    """Links between systems that have a page, nested ones first, small kinds of area before large ones."""
    pages = site.system_pages
    links = [link for link in site.systems.links if {link["child_type"], link["parent_type"]} <= set(pages)]
    order = {relation: place for place, relation in enumerate(RELATIONS)}
    return sorted(links, key=lambda link: (order[link["relation"]], -link["areas"], link["child_type"]))


def _link(link: Mapping[str, Any], site: Site) -> dict[str, Any]:
    about = site.about
    return {
        "child": capitalised(about.several(link["child_type"])), "child_href": site.system_page(link["child_type"]),
        "parent": capitalised(about.several(link["parent_type"])), "parent_href": site.system_page(link["parent_type"]),
        "relation": RELATIONS[link["relation"]], "nested": link["nested_areas"], "areas": link["areas"],
        "share": print_share(link["share_in_largest"]), "words": nesting_words(link, about),
    }  # fmt: skip


# --- the page of one system -----------------------------------------------------------------------


def system_page(kind: str, site: Site) -> dict[str, Any]:
    """Everything that the page of one area system shows, but for its list of areas."""
    systems, about = site.systems, site.about
    told = systems.told.get(kind)
    profiled = site.of_kind(kind)
    number = told["areas"] if told else len(profiled)
    page = {
        "map": site.maps.get(kind),
        "areas": bool(profiled),
        "fit": _fit_table(kind, site),
        "facts": _facts(kind, site) if told else [],
        "links": [_link(link, site) for link in _told_links(site) if kind in (link["child_type"], link["parent_type"])],
        "overlaps": _overlap_tables(kind, site) if len(profiled) <= MANY else [],
        "overlaps_elsewhere": len(profiled) > MANY and any(systems.overlaps.get(profile.key) for profile in profiled),
        "changes": _changes(kind, site),
        "breaks": _breaks(kind, site),
        "register": _register(site) if kind == "locality" and systems.register else None,
    }
    return page | {
        "kind": capitalised(about.one(kind)),
        "kinds": about.several(kind),
        "number": counted(len(profiled) or number, kind, about),
        "lead": _lead(kind, number, site),
        "contents": [(id, words) for id, words, parts in CONTENTS if any(page[part] for part in parts)],
        "geojson": f"{about.open_data}/maps/{kind}.geojson" if about.open_data else "",
        "open_data": about.open_data,
        "year": systems.people_year,
    }


def _lead(kind: str, number: int, site: Site) -> str:
    """What the system is, in a sentence or two."""
    told = site.systems.told.get(kind)
    if not told:
        return f"{counted(number, kind, site.about)}, each with a profile."
    here = len(site.of_kind(kind))
    some = f" {here:,} of them {'has' if here == 1 else 'have'} a profile in this release." if 0 < here < number else ""
    said = f"{counted(number, kind, site.about)}, made from {_origin(told)}.{some}"
    if told["persons_covered"] is None or not told["persons"]:
        return said
    share = print_share(told["persons_covered"] / told["persons"])
    return f"{said} {capitalised(share)} of the people of the partnerships that they touch live in one of them."


def _fit_table(kind: str, site: Site) -> dict[str, Any] | None:
    """Fit area by area: all areas of a small system, of a large one those that stand out."""
    fits = [fit for (of, code), fit in site.systems.fits.items() if of == kind and _here(kind, code, site)]
    if not fits:
        return None
    shown, standing_out = fits, len(fits) > MANY
    if standing_out:
        shown = [fit for fit in fits if fit["below_minimum"] or (fit["share_misplaced"] or 0) >= STANDS_OUT]
        shown = sorted(shown, key=lambda fit: -(fit["share_misplaced"] or 0))[:MANY]
    ordered = sorted(shown, key=lambda fit: site.full_name((kind, fit["area_code"])).casefold())
    rows = [
        (site.full_name((kind, f["area_code"])), site.page((kind, f["area_code"])), cells.fit_cells(f)) for f in ordered
    ]
    return {
        "rows": rows, "standing_out": standing_out, "others": counted(len(fits) - len(rows), kind, site.about),
        "share": print_share(STANDS_OUT), "minimum": (site.systems.told.get(kind) or {}).get("minimum_population"),
    }  # fmt: skip


def _here(kind: str, code: str | None, site: Site) -> bool:
    """Whether an area is of a partnership of this release; where a kind has no profiles, all are."""
    return not site.of_kind(kind) or (kind, code) in site.stems or (code or "").partition("/")[0] in site.members


def _overlap_tables(kind: str, site: Site) -> list[dict[str, Any]]:
    """For each other kind of area, a table of how the people of every area divide over it."""
    tables = []
    for other in site.about.profiled:
        groups = [
            (p.name, site.page(p.key), cells.overlap_rows(rows, site.about, site.names, site.page))
            for p in site.of_kind(kind)
            if (rows := [row for row in _told_overlaps(p.key, site) if row.other_type == other])
        ]
        if groups:
            tables.append({
                "id": f"overlap-{cells.anchor(other, '').strip('-')}", "others": site.about.several(other),
                "other": site.about.one(other), "groups": groups,
            })  # fmt: skip
    return tables


def _changes(kind: str, site: Site) -> dict[str, Any] | None:
    """Blocks that editions of the system place differently, one row for all that went the same way."""
    found = [
        change
        for change in site.systems.changes
        if change["area_type"] == kind
        and (_here(kind, change["from_area"], site) or _here(kind, change["to_area"], site))
    ]
    if not found:
        return None
    groups = [
        (f"{capitalised(older)}, then {newer}", [_change(change, kind, site) for change in rows])
        for (older, newer), rows in groupby(found[:MOST_CHANGES], itemgetter("from_edition", "to_edition"))
    ]
    return {"groups": groups, "more": max(0, len(found) - MOST_CHANGES), "words": _moved_words(found)}


def _moved_words(changes: Sequence[Mapping[str, Any]]) -> str:
    """How much moved, in a sentence."""
    moved = [change for change in changes if change["kind"] != "renamed"]
    if not moved:
        return "Editions of these areas give some of them other names; no data zone moved."
    people = [change["persons"] for change in moved]
    with_people = f" with {print_people(sum(people))} people" if None not in people else ""
    zones = _zones(sum(change["blocks"] for change in moved))
    return f"Editions of these areas place {zones}{with_people} differently."


def _change(change: Mapping[str, Any], kind: str, site: Site) -> dict[str, Any]:
    codes = change["codes"]
    more = len(codes) - MOST_CODES
    return {
        "from": _side(kind, change["from_area"], site),
        "to": _side(kind, change["to_area"], site),
        "what": capitalised(change["note"] or change["kind"]),
        "blocks": f"{change['blocks']:,}",
        "codes": ", ".join(codes[:MOST_CODES]) + (f" and {more:,} more" if more > 0 else ""),
        "persons": print_people(change["persons"]),
    }


def _side(kind: str, code: str | None, site: Site) -> str:
    return site.full_name((kind, code)) if code else f"In no {site.about.one(kind)}"


def _breaks(kind: str, site: Site) -> list[tuple[str, str, Any, str]]:
    found = [row for row in site.systems.breaks if row["area_type"] == kind and _here(kind, row["area_code"], site)]
    return [
        (site.full_name((kind, row["area_code"])), site.page((kind, row["area_code"])), row["broken"], row["reason"])
        for row in found[:MOST_CHANGES]
    ]


def _register(site: Site) -> dict[str, Any]:
    """Localities that the register knows and the extracts lack, of the partnerships that this release is about."""
    from locality_profiles.geography.register import STANDING

    rows = [row for row in site.systems.register if row["partnership_code"] in site.members]
    standing = [row for row in rows if row["change"] in STANDING]
    return {
        "known": counted(len(standing), "locality", site.about),
        "partnerships": counted(len({row["partnership_code"] for row in rows}), "hscp", site.about),
        "missing": [
            (row["partnership"], row["now"] or row["locality"], row["locality"]) for row in standing if not row["found"]
        ],
        "earlier": [
            (row["partnership"], row["locality"], CHANGES[row["change"]], row["now"] or "")
            for row in rows
            if row["change"] not in STANDING
        ],
    }


# --- on an area's own page ------------------------------------------------------------------------


def overlaps_of(area: AreaKey, site: Site) -> dict[str, Any] | None:
    """How one area overlaps areas of other systems, and how well its blocks match it; None where nothing is told."""
    kind = area[0]
    told = site.systems.told.get(kind, {})
    words = fit_words(site.systems.fits.get(area), told.get("minimum_population"))
    groups = [
        (capitalised(site.about.several(other)), cells.overlap_rows(found, site.about, site.names, site.page))
        for other, found in groupby(_told_overlaps(area, site), lambda row: row.other_type)
    ]
    if not groups and not words:
        return None
    name, year = site.names[area], site.systems.people_year
    about_whom = f"Areas that lie only partly in {name}" if kind == "hscp" else f"{name} and the areas of other systems"
    return {
        "title": "How this area overlaps others" if groups else "What this area is made of",
        "caption": f"{about_whom}{f'; people are those of {year}' if year else ''}",
        "groups": [(kinds, "", rows) for kinds, rows in groups],
        "words": words,
        "fit": f"{site.system_page(kind)}#fit" if words and site.system_page(kind) else "",
    }


def _told_overlaps(area: AreaKey, site: Site) -> list[Overlap]:
    """The overlaps that say something: not the one partnership that holds an area, nor the parts of a partnership."""
    rows = site.systems.overlaps.get(area, [])
    if area[0] == "hscp":
        return [row for row in rows if row.share_of_other is not None and row.share_of_other < ALL_OF_IT]
    whole = sum(row.other_type == "hscp" for row in rows) == 1
    return [row for row in rows if not (whole and row.other_type == "hscp")]
