"""The made-up country: boards, partnerships, councils, localities and the data zones in them.

Codes have the form of the real ones and lie outside their ranges (S019…, S129…, S379…). Two partners
of the four in the small country are drawn by hand for what they show: an island partnership whose
localities hold offshore islands, and one partnership of two councils.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import shapely

from locality_profiles.sample.land import Sea, cut_off, divide, even_sizes, on_the_grid
from locality_profiles.sample.names import invented_names, joined

Character = Literal["islands", "city", "mixed", "rural"]

COUNTRY_NAME = "Hethermark"
COUNTRY_CODE = "S92900001"
#: What tables of names call the row for the whole country. The label is part of the layout, by which a
#: reader knows the row; the country's own name stands in the data-zone lookup.
WHOLE_COUNTRY = "Scotland"

#: Localities of the islands, by their place in the plan below, in which something is odd on purpose.
MIDDLE, TOWN, SKERRIES, FAR_ISLES = 3, 4, 5, 6

#: Zones of a locality are grouped in intermediate zones of about so many.
ZONES_IN_INTERMEDIATE = 5.4
#: Wards have about so many zones, on the islands and elsewhere: a council has two or more.
ZONES_IN_WARD: Mapping[Character, float] = {"islands": 4.3, "city": 20, "mixed": 20, "rural": 20}
#: Wards are cut along lines that lean against those of localities, so that neither nests in the other.
LEAN = 0.6
#: Published outlines of localities are simpler than those of data zones; by so many degrees.
SIMPLIFICATION = 0.0014


@dataclass(frozen=True)
class LocalityPlan:
    name: str
    zones: int


@dataclass(frozen=True)
class CouncilPlan:
    """A council; ``also`` holds the names by which single publishers call it."""

    name: str
    localities: tuple[LocalityPlan, ...]
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def zones(self) -> int:
        return sum(locality.zones for locality in self.localities)


@dataclass(frozen=True)
class PartnershipPlan:
    name: str
    board: str
    councils: tuple[CouncilPlan, ...]
    character: Character
    outline_name: str = ""
    """The name in the boundary file, where it is another one."""

    @property
    def zones(self) -> int:
        return sum(council.zones for council in self.councils)


@dataclass(frozen=True)
class Board:
    code: str
    name: str


@dataclass(frozen=True)
class Partnership:
    code: str
    name: str
    board: int
    character: Character
    outline_name: str


@dataclass(frozen=True)
class Council:
    code: str
    name: str
    partnership: int
    also: Mapping[str, str]

    def name_in(self, publisher: str) -> str:
        return self.also.get(publisher, self.name)


@dataclass(frozen=True)
class Locality:
    name: str
    code: str
    council: int
    partnership: int


@dataclass(frozen=True)
class IntermediateZone:
    code: str
    name: str
    council: int


@dataclass(frozen=True)
class Ward:
    code: str
    name: str
    council: int


@dataclass(frozen=True)
class Neighbourhood:
    """The zones, by position, round one health centre or the outpost of one."""

    name: str
    centre: str
    zones: tuple[int, ...]


@dataclass(frozen=True)
class Country:
    """Every place, and for each data zone the position of the places that it belongs to."""

    name: str
    code: str
    boards: tuple[Board, ...]
    partnerships: tuple[Partnership, ...]
    councils: tuple[Council, ...]
    localities: tuple[Locality, ...]
    intermediate_zones: tuple[IntermediateZone, ...]
    wards: tuple[Ward, ...]
    neighbourhoods: tuple[Neighbourhood, ...]
    zone_code: np.ndarray
    zone_name: np.ndarray
    intermediate: np.ndarray
    ward: np.ndarray
    locality: np.ndarray
    council: np.ndarray
    partnership: np.ndarray
    board: np.ndarray
    zone_outlines: np.ndarray
    zone_centres: np.ndarray
    """Easting and northing of a point inside each zone, in whole metres."""
    locality_outlines: np.ndarray
    split_zone: int
    """A zone whose outline lies in two localities."""
    detached_zone: int
    """A zone that lies outside the outline of every locality."""

    @property
    def zones(self) -> int:
        return len(self.zone_code)


def add_up(values: np.ndarray, by: np.ndarray, count: int, axis: int = 0) -> np.ndarray:
    """Values of small places (along ``axis``) added by the larger ones, whose positions ``by`` gives."""
    places_first = np.moveaxis(values, axis, 0)
    total = np.zeros((count, *places_first.shape[1:]), dtype=values.dtype)
    np.add.at(total, np.asarray(by, dtype=np.int64), places_first)
    return np.moveaxis(total, 0, axis)


# --- plans ----------------------------------------------------------------------------------------

ISLANDS = PartnershipPlan(
    "Skarvoe Isles",
    "NHS Skarvoe",
    (
        CouncilPlan(
            "Skarvoe Isles",
            (
                LocalityPlan("North Skarvoe", 3),
                LocalityPlan("South Skarvoe", 4),
                LocalityPlan("West Skarvoe", 4),
                LocalityPlan("Mid Skarvoe", 5),
                LocalityPlan("Thornovoe & Bressaholm", 10),
                LocalityPlan("Outer Skerrings", 2),
                LocalityPlan("Fennaholm & Skoltay", 2),
            ),
            {"home_care": "Skarvoe"},
        ),
    ),
    "islands",
    outline_name="Skarvoe",
)

SMALL_COUNTRY = (
    ISLANDS,
    PartnershipPlan(
        "Claverdal and Strathwenda",
        "NHS Wendermuir",
        (
            CouncilPlan("Claverdal", (LocalityPlan("Claverdal", 24),), {"benchmarks": "Claverdalshire"}),
            CouncilPlan(
                "Strathwenda",
                (LocalityPlan("Strathwenda City with Lowmarch", 13), LocalityPlan("Upper Strathwenda", 9)),
            ),
        ),
        "mixed",
    ),
    PartnershipPlan(
        "City of Marlhaven",
        "NHS Wendermuir",
        (
            CouncilPlan(
                "City of Marlhaven",
                (LocalityPlan("East", 14), LocalityPlan("West", 12), LocalityPlan("Harbour/Old Town", 12)),
                {"benchmarks": "Marlhaven City"},
            ),
        ),
        "city",
    ),
    PartnershipPlan(
        "Dunmarla and Ewesholm",
        "NHS Ostrandra",
        (
            CouncilPlan(
                "Dunmarla and Ewesholm",
                (
                    LocalityPlan("East", 10),
                    LocalityPlan("Ewesholm & Tarnvale", 14),
                    LocalityPlan("St Orrala's and Lowholma", 12),
                ),
                {"benchmarks": "Dunmarla & Ewesholm"},
            ),
        ),
        "rural",
    ),
)

#: Neighbourhoods of the islands: name, health centre, and how many zones of which localities.
ISLAND_NEIGHBOURHOODS: tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...] = (
    ("Thornovoe Harbour", "Thornovoe Health Centre", (("Thornovoe & Bressaholm", 4),)),
    ("Thornovoe Hill", "Thornovoe Health Centre", (("Thornovoe & Bressaholm", 3),)),
    ("Bressaholm", "Bressaholm Surgery", (("Thornovoe & Bressaholm", 3),)),
    ("Kettlagarth", "Kettlagarth Health Centre", (("Mid Skarvoe", 3),)),
    # Serves people of two localities: neighbourhoods and localities are different cuts of one map.
    ("Ossarvoe", "Ossarvoe Health Centre", (("Mid Skarvoe", 2), ("West Skarvoe", 1))),
    ("Vestraholm", "Vestraholm Health Centre", (("West Skarvoe", 3),)),
    ("Sandagarth", "Sandagarth Medical Practice", (("South Skarvoe", 2),)),
    ("Lundaskell", "Sandagarth Medical Practice", (("South Skarvoe", 2),)),
    ("Norravoe", "Norravoe Health Centre", (("North Skarvoe", 3),)),
    ("Outer Skerrings", "Skerrings Health Centre", (("Outer Skerrings", 2),)),
    ("Fennaholm", "Fennaholm Health Centre", (("Fennaholm & Skoltay", 1),)),
    ("Skoltay", "Skoltay Surgery", (("Fennaholm & Skoltay", 1),)),
)

#: GP clusters of the islands and the health centres in each.
ISLAND_CLUSTERS: Mapping[str, tuple[str, ...]] = {
    "Skarvoe Town": ("Thornovoe Health Centre", "Bressaholm Surgery", "Sandagarth Medical Practice"),
    "Skarvoe Country & Isles": (
        "Kettlagarth Health Centre", "Ossarvoe Health Centre", "Vestraholm Health Centre", "Norravoe Health Centre",
        "Skerrings Health Centre", "Fennaholm Health Centre", "Skoltay Surgery",
    ),
}  # fmt: skip
#: The one that was in another cluster when the earlier directory of practices was made.
MOVED_PRACTICE, MOVED_FROM = "Sandagarth Medical Practice", "Skarvoe Country & Isles"

SCOTLAND_ZONES, SCOTLAND_PARTNERSHIPS, SCOTLAND_LOCALITIES, SCOTLAND_BOARDS = 6976, 31, 128, 14
CHARACTERS: tuple[Character, ...] = ("mixed", "city", "rural", "mixed")
COMPASS = ("North", "East", "South", "West")


def large_country(names: list[str], rng: np.random.Generator) -> tuple[PartnershipPlan, ...]:
    """A plan of Scotland's size: the islands, and thirty partnerships under drawn names."""
    draw = iter(names)
    others = SCOTLAND_PARTNERSHIPS - 1
    boards = [f"NHS {next(draw)}" for _ in range(SCOTLAND_BOARDS - 1)]
    weights = rng.uniform(0.4, 2.4, others)
    zones = _apportion(SCOTLAND_ZONES - ISLANDS.zones, weights)
    localities = _apportion(SCOTLAND_LOCALITIES - len(ISLANDS.councils[0].localities), np.sqrt(weights), at_least=2)
    plans = [ISLANDS]
    for number in range(others):
        board = boards[number * len(boards) // others]
        character = CHARACTERS[number % len(CHARACTERS)]
        plans.append(_drawn_partnership(number, board, character, int(zones[number]), int(localities[number]), draw))
    return tuple(plans)


def _drawn_partnership(
    number: int, board: str, character: Character, zones: int, localities: int, draw: Iterator[str]
) -> PartnershipPlan:
    first, second = next(draw), next(draw)
    titles = _locality_names(number, localities, draw)
    sizes = even_sizes(zones, localities)
    places = [LocalityPlan(title, size) for title, size in zip(titles, sizes, strict=True)]
    if number == 0:  # one partnership of two councils
        councils = (
            CouncilPlan(first, tuple(places[:1]), {"benchmarks": f"{first}shire"}),
            CouncilPlan(second, tuple(places[1:])),
        )
        return PartnershipPlan(joined(first, second, "and"), board, councils, character)
    if character == "city":
        name, also = f"City of {first}", {"benchmarks": f"{first} City"}
    elif number % 5 == 2:
        name, also = joined(first, second, "and"), {"benchmarks": joined(first, second, "&")}
    else:
        name, also = first, {}
    return PartnershipPlan(name, board, (CouncilPlan(name, tuple(places), also),), character)


def _locality_names(number: int, count: int, draw: Iterator[str]) -> list[str]:
    """Some partnerships name localities by the compass, so that a name alone tells no locality."""
    if number % 6 == 1 and count <= len(COMPASS):
        return list(COMPASS[:count])
    names = [next(draw) for _ in range(count)]
    if number % 3 == 2:
        names[0] = joined(names[0], next(draw), "&")
    return names


def _apportion(total: int, weights: np.ndarray, at_least: int = 1) -> np.ndarray:
    """A total in whole shares in proportion to weights, by largest remainder."""
    exact = weights / weights.sum() * (total - at_least * len(weights))
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: total - at_least * len(weights) - shares.sum()]] += 1
    return shares + at_least


# --- founding -------------------------------------------------------------------------------------


def found_country(size: str, seed: int) -> Country:
    """Lay out the country of a size: land, areas, codes and names."""
    rng = np.random.default_rng([seed, 1])
    names = list(invented_names(rng))
    plans = SMALL_COUNTRY if size == "shetland" else large_country(names[-400:], rng)
    plan_of = _PlanTable(plans)
    points, outlines, locality = _lay_out(plans, rng)
    intermediate = _intermediate_zones(points, locality, len(plan_of.locality))
    order = np.lexsort((np.arange(len(locality)), intermediate))
    locality, intermediate, outlines = locality[order], intermediate[order], outlines[order]
    council = plan_of.council_of_locality[locality]
    partnership = plan_of.partnership_of_council[council]
    zone_code = np.array([f"S019{number:05d}" for number in range(1, len(order) + 1)])
    titles = _intermediate_names(names, intermediate[-1] + 1)
    place_in = np.arange(len(order)) - np.searchsorted(intermediate, intermediate) + 1
    zone_name = np.array([f"{titles[i]} - {n:02d}" for i, n in zip(intermediate, place_in, strict=True)])
    split, detached = _odd_zones(locality, outlines)
    centres = on_the_grid(shapely.point_on_surface(outlines))
    wards, ward = _wards(plan_of, council, intermediate, titles, centres)
    return Country(
        name=COUNTRY_NAME,
        code=COUNTRY_CODE,
        boards=tuple(Board(f"S089{n:05d}", name) for n, name in enumerate(plan_of.board, 1)),
        partnerships=plan_of.partnerships(),
        councils=plan_of.councils(),
        localities=plan_of.localities(),
        intermediate_zones=tuple(
            IntermediateZone(f"S029{n:05d}", titles[n - 1], int(council[first]))
            for n, first in enumerate(np.searchsorted(intermediate, np.arange(len(titles))), 1)
        ),
        wards=wards,
        neighbourhoods=_neighbourhoods(plan_of.locality, locality),
        zone_code=zone_code,
        zone_name=zone_name,
        intermediate=intermediate,
        ward=ward,
        locality=locality,
        council=council,
        partnership=partnership,
        board=plan_of.board_of_partnership[partnership],
        zone_outlines=outlines,
        zone_centres=centres,
        locality_outlines=_locality_outlines(outlines, locality, len(plan_of.locality), split, detached),
        split_zone=split,
        detached_zone=detached,
    )


class _PlanTable:
    """The plans as lists by kind of place, with the position of each place's parent."""

    def __init__(self, plans: Sequence[PartnershipPlan]) -> None:
        self.plan = plans
        self.board = list(dict.fromkeys(plan.board for plan in plans))
        self.council = [council for plan in plans for council in plan.councils]
        self.locality = [locality for council in self.council for locality in council.localities]
        self.board_of_partnership = np.array([self.board.index(plan.board) for plan in plans])
        self.partnership_of_council = np.repeat(np.arange(len(plans)), [len(plan.councils) for plan in plans])
        self.council_of_locality = np.repeat(np.arange(len(self.council)), [len(c.localities) for c in self.council])

    def partnerships(self) -> tuple[Partnership, ...]:
        return tuple(
            Partnership(f"S379{n:05d}", plan.name, int(board), plan.character, plan.outline_name or plan.name)
            for n, (plan, board) in enumerate(zip(self.plan, self.board_of_partnership, strict=True), 1)
        )

    def councils(self) -> tuple[Council, ...]:
        return tuple(
            Council(f"S129{n:05d}", plan.name, int(partnership), plan.also)
            for n, (plan, partnership) in enumerate(zip(self.council, self.partnership_of_council, strict=True), 1)
        )

    def localities(self) -> tuple[Locality, ...]:
        return tuple(
            Locality(plan.name, f"S999{n:05d}", int(council), int(self.partnership_of_council[council]))
            for n, (plan, council) in enumerate(zip(self.locality, self.council_of_locality, strict=True), 1)
        )


def _lay_out(plans: Sequence[PartnershipPlan], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre, outline and locality of every zone: the islands in the north, the rest on one mainland."""
    mainland = sum(plan.zones for plan in plans[1:])
    radius = np.sqrt(mainland / np.pi)
    reach = 1.4 * radius + 10
    isles_at = 1.4 * radius + 8
    sea = Sea.around(reach, isles_at + 10, rng)
    isles = [locality.zones for council in plans[0].councils for locality in council.localities]
    locality = [_island_localities(sea, isles, isles_at, rng)]
    raised = sea.raise_island((0.0, 0.0), mainland, rng)
    points = sea.points[raised]
    partnership = divide(points, [plan.zones for plan in plans[1:]])
    on_mainland = np.zeros(mainland, dtype=int)
    before = len(isles)
    for number, plan in enumerate(plans[1:]):
        here = np.flatnonzero(partnership == number)
        council = divide(points[here], [c.zones for c in plan.councils])
        for position, of_plan in enumerate(plan.councils):
            inside = here[council == position]
            on_mainland[inside] = before + divide(points[inside], [place.zones for place in of_plan.localities])
            before += len(of_plan.localities)
    locality.append(on_mainland)
    return sea.points[sea.land], sea.outlines(rng), np.concatenate(locality)


def _island_localities(sea: Sea, sizes: Sequence[int], north: float, rng: np.random.Generator) -> np.ndarray:
    """Raise the isles: a main island in five localities, two skerries, and two islands of one locality.

    The localities lie where their names say: north, south, west, middle and, in the east, the town.
    """
    top, bottom, west, middle, town = sizes[:5]
    main = sea.raise_island((0.0, north), sum(sizes[:5]), rng)
    points = sea.points[main]
    by_latitude = np.argsort(points[:, 1], kind="stable")
    locality = np.empty(len(main), dtype=int)
    locality[by_latitude[len(main) - top :]], locality[by_latitude[:bottom]] = 0, 1
    band = by_latitude[bottom : len(main) - top]
    band = band[np.argsort(points[band, 0], kind="stable")]
    locality[band[:west]], locality[band[west : west + middle]], locality[band[west + middle :]] = 2, MIDDLE, TOWN
    assert len(band) == west + middle + town
    offshore = (((-7.0, 3.0), SKERRIES), ((-7.5, 0.0), SKERRIES), ((7.0, 3.0), FAR_ISLES), ((7.4, 6.0), FAR_ISLES))
    for (east, up), _ in offshore:
        sea.raise_island((east, north + up), 1, rng)
    return np.concatenate([locality, [number for _, number in offshore]])


def _intermediate_zones(points: np.ndarray, locality: np.ndarray, localities: int) -> np.ndarray:
    """Neighbouring zones of one locality in groups, numbered from the first locality on."""
    number = np.empty(len(locality), dtype=int)
    before = 0
    for position in range(localities):
        here = np.flatnonzero(locality == position)
        groups = max(1, round(len(here) / ZONES_IN_INTERMEDIATE))
        number[here] = before + divide(points[here], even_sizes(len(here), groups))
        before += groups
    return number


def _intermediate_names(names: Sequence[str], count: int) -> list[str]:
    """Drawn names, one with accents: bytes that are not ASCII are part of every real lookup."""
    titles = list(names[:count])
    titles[count // 2] = "Bràigh " + titles[count // 2]
    titles[-1] = "Sgòrr " + titles[-1]
    return titles


def _wards(
    plans: _PlanTable, council: np.ndarray, intermediate: np.ndarray, titles: Sequence[str], centres: np.ndarray
) -> tuple[tuple[Ward, ...], np.ndarray]:
    """Each council cut in wards of its own, which need not follow localities nor intermediate zones."""
    leaning = centres @ np.array([[np.cos(LEAN), -np.sin(LEAN)], [np.sin(LEAN), np.cos(LEAN)]])
    of_zone = np.empty(len(council), dtype=int)
    found: list[Ward] = []
    for number in range(len(plans.council)):
        here = np.flatnonzero(council == number)
        usual = ZONES_IN_WARD[plans.plan[int(plans.partnership_of_council[number])].character]
        parts = divide(leaning[here], even_sizes(len(here), max(2, round(len(here) / usual))))
        names: list[str] = []
        for part in range(parts.max() + 1):
            inside = here[parts == part]
            of_zone[inside] = len(found)
            names.append(_ward_name([titles[i] for i in intermediate[inside]], names))
            found.append(Ward(f"S139{len(found) + 1:05d}", names[-1], number))
    # The Government's lookup has curly apostrophes, in an encoding of its own.
    found[-1] = replace(found[-1], name=f"{found[-1].name}’s Quay")
    return tuple(found), of_zone


def _ward_name(titles: Sequence[str], taken: Sequence[str]) -> str:
    """The intermediate zone that most of a ward lies in; two of them, or a point of the compass, if that is taken."""
    commonest = sorted(set(titles), key=lambda title: (-titles.count(title), title))
    wanted = [*commonest, *(joined(commonest[0], other, "and") for other in commonest[1:])]
    wanted += [f"{point} {commonest[0]}" for point in COMPASS]
    return next(name for name in wanted if name not in taken)


def _odd_zones(locality: np.ndarray, outlines: np.ndarray) -> tuple[int, int]:
    """A town zone that touches the locality next to it, and the farther of the two islands of one locality."""
    next_door = shapely.union_all(outlines[locality == MIDDLE])
    in_town = np.flatnonzero(locality == TOWN)
    border = shapely.length(shapely.intersection(shapely.boundary(outlines[in_town]), shapely.boundary(next_door)))
    isles = np.flatnonzero(locality == FAR_ISLES)
    main = shapely.union_all(outlines[locality <= TOWN])
    return int(in_town[np.argmax(border)]), int(isles[np.argmax(shapely.distance(outlines[isles], main))])


def _locality_outlines(
    outlines: np.ndarray, locality: np.ndarray, localities: int, split: int, detached: int
) -> np.ndarray:
    """Outlines of localities as published: simplified, one zone cut in two, one island left out."""
    neighbour = shapely.union_all(outlines[locality == MIDDLE]).centroid
    larger, smaller = cut_off(outlines[split], neighbour, 0.33)
    pieces = np.append(outlines, smaller)
    pieces[split] = larger
    of = np.append(locality, MIDDLE)
    kept = np.arange(len(pieces)) != detached
    merged = np.array([shapely.coverage_union_all(pieces[kept & (of == n)]) for n in range(localities)])
    return shapely.coverage_simplify(merged, SIMPLIFICATION)


def _neighbourhoods(plans: Sequence[LocalityPlan], locality: np.ndarray) -> tuple[Neighbourhood, ...]:
    """Zones round each health centre of the islands, taken from each locality in turn."""
    position = {plan.name: number for number, plan in reversed(list(enumerate(plans)))}
    taken = dict.fromkeys(position, 0)
    found = []
    for name, centre, parts in ISLAND_NEIGHBOURHOODS:
        zones: list[int] = []
        for place, count in parts:
            here = np.flatnonzero(locality == position[place])
            zones.extend(here[taken[place] : taken[place] + count].tolist())
            taken[place] += count
        found.append(Neighbourhood(name, centre, tuple(zones)))
    return tuple(found)
