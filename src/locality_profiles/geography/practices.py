"""GP practices and places: where a practice's patients live, and who serves the people of a place.

A practice is not a place: its patients are spread over data zones, and a data zone's people over
practices. With ``n[p, z]`` the patients of practice p who live in zone z:

* ``w[p, z] = n[p, z] / sum over z of n[p, z]`` carries what is counted by practice to places
  (``practice_shares``; composed with a membership, to localities);
* ``v[z, p] = n[p, z] / sum over p of n[p, z]`` says by whom a place is served (``zone_shares``;
  for larger places ``inverted(compose(w, membership), list sizes)``);
* ``d = residents / registered patients`` turns registered patients into residents (``deflator``).

``n`` is counted where a board supplies it (grade 2). Where it is not to be had, ``modelled_patients``
estimates it from list sizes, residents and distance (grade 4), and where not even that is possible
``premises_shares`` takes all patients to live where the practice stands (grade 5).

Registered patients and residents are two different populations. Nothing here adds the one to the
other, and only ``deflator`` divides one by the other, in the open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from locality_profiles.geography.shares import OUTSIDE, Shares, by_parts, from_lookup, positions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: How good each way of knowing where patients live is: 2 measured, 4 modelled, 5 a stand-in.
GRADES = {"registered_patients": 2, "registered_modelled": 4, "premises": 5}

#: How fast the pull of a practice falls with distance, and the metres within which nearer is no better.
POWER, OFFSET = 4.0, 1_000.0

#: Below this share of both the practice's list and the zone's patients, a pair is left out.
LEAST = 0.005

#: Rounds of balancing that tell well enough which pairs matter.
FIRST_ROUNDS = 15


# --- from counted or modelled patients to shares --------------------------------------------------


def practice_shares(practice: ArrayLike, zone: ArrayLike, patients: ArrayLike) -> Shares:
    """Where the patients of each practice live: ``w[p, z] = n[p, z] / sum over z of n[p, z]``.

    Parameters
    ----------
    practice, zone : array_like of int, shape (n,)
        Positions. ``zone`` is ``OUTSIDE`` where patients live in no known zone; they stay visible.
    patients : array_like of float, shape (n,)
        Registered patients. A suppressed or missing count is an error: only the caller knows whether
        to leave it out or to fill it from the list size.

    Returns
    -------
    Shares
        ``block`` holds positions of practices, ``area`` those of zones. A practice without patients
        has no row.

    Raises
    ------
    ValueError
        If a count is missing, infinite or negative, or a position is impossible.

    Examples
    --------
    Practice 0 has 3,000 patients in zone 0 and 500 in zone 1; practice 1 has 2,500 in zone 1 and 100 elsewhere.

    >>> practice_shares([0, 0, 1, 1], [0, 1, 1, OUTSIDE], [3000, 500, 2500, 100]).weight.round(3).tolist()
    [0.857, 0.143, 0.038, 0.962]
    """
    return _shared_by_patients(practice, zone, patients)


def zone_shares(practice: ArrayLike, zone: ArrayLike, patients: ArrayLike, cluster: ArrayLike | None = None) -> Shares:
    """By whom the patients of each zone are served: ``v[z, p] = n[p, z] / sum over p of n[p, z]``.

    Parameters
    ----------
    practice, zone, patients : array_like, shape (n,)
        See ``practice_shares``. Patients of no known zone are left out: they belong to none.
    cluster : array_like of int, shape (practices,), optional
        Position of each practice's cluster, or ``OUTSIDE`` for a practice in none: then the shares
        are of clusters.

    Returns
    -------
    Shares
        ``block`` holds positions of zones, ``area`` those of practices or clusters. A zone without
        patients has no row.

    Notes
    -----
    The shares are of *registered* patients. Used on residents they say which practice or cluster a
    resident is probably registered with, as if those who are registered nowhere were like the rest.
    """
    zones = positions(zone, "zone", least=OUTSIDE)
    served = positions(practice, "practice", least=0)
    if cluster is not None:
        served = positions(cluster, "cluster", least=OUTSIDE)[served]
    known = zones != OUTSIDE
    return _shared_by_patients(zones[known], served[known], np.asarray(patients, dtype=np.float64)[known])


def _shared_by_patients(block: ArrayLike, area: ArrayLike, patients: ArrayLike) -> Shares:
    """Shares by patients; whoever has none of them has no row, for nothing is known."""
    blocks, areas = positions(block, "block", least=0), positions(area, "area", least=OUTSIDE)
    counts = np.asarray(patients, dtype=np.float64)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("a count of patients is missing, infinite or negative")
    some = counts > 0
    return by_parts(blocks[some], areas[some], counts[some], int(blocks.max(initial=-1)) + 1)


def premises_shares(practice_zone: ArrayLike) -> Shares:
    """All patients of a practice where its premises stand (grade 5: a stand-in).

    Parameters
    ----------
    practice_zone : array_like of int, shape (practices,)
        Position of the premises' zone, or ``OUTSIDE`` where it is not known.

    Returns
    -------
    Shares
        ``block`` holds positions of practices, ``area`` those of zones; weights are 1.

    Notes
    -----
    Says 'practices located here', not 'practices that serve here'. Branch surgeries are ignored.
    """
    zones = positions(practice_zone, "zone", least=OUTSIDE)
    return from_lookup(np.arange(len(zones)), zones)


def deflator(residents: ArrayLike, registered: ArrayLike) -> np.ndarray:
    """Residents for each registered patient, ``d = residents / registered``; below 1 where lists are inflated.

    A list times ``d`` speaks of residents. Lists hold people who have died, moved away or registered
    twice; residents include those who are registered nowhere or across a border.

    Parameters
    ----------
    residents, registered : array_like of float, shape (n,)
        People of the same places and the same ages. NaN where not known.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where either is not known or nobody is registered.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> deflator([5_347_600, 0, 10], [5_587_271, 5, 0]).round(3).tolist()
    [0.957, 0.0, nan]
    """
    people, patients = np.asarray(residents, dtype=np.float64), np.asarray(registered, dtype=np.float64)
    if (people < 0).any() or (patients < 0).any():
        raise ValueError("a count is negative")
    people, patients = np.broadcast_arrays(people, patients)
    return np.divide(people, patients, out=np.full(people.shape, np.nan), where=patients > 0)


# --- the fall-back --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelledPatients:
    """Patients of each practice in each zone, as a model has them: rows sorted by practice, then zone.

    Attributes
    ----------
    practice, zone : ndarray of int64, shape (n,)
        Positions; ``zone`` is ``OUTSIDE`` for a practice whose group has no residents.
    patients : ndarray of float64, shape (n,)
        Above 0, not whole numbers. Those of one practice add up to its list size.
    left_out : float
        Share of all patients who stood in pairs that were too small to keep, before the rest was
        balanced again.
    gap : float
        Share of all patients who would have to live in another zone for every zone to have exactly
        its share of the patients.
    rounds : int
        Rounds of balancing, in the group that took the most.
    """

    practice: np.ndarray
    zone: np.ndarray
    patients: np.ndarray
    left_out: float
    gap: float
    rounds: int


def modelled_patients(
    list_sizes: ArrayLike,
    practice_points: ArrayLike,
    residents: ArrayLike,
    zone_points: ArrayLike,
    power: float = POWER,
    offset: float = OFFSET,
    tolerance: float = 1e-4,
    max_iterations: int = 1_000,
    least: float = LEAST,
    practice_group: ArrayLike | None = None,
    zone_group: ArrayLike | None = None,
) -> ModelledPatients:
    """Where the patients of each practice probably live, from list sizes, residents and distance (grade 4).

    ``n[p, z]`` is in proportion to ``list[p] x residents[z] x (distance[p, z] + offset) ** -power``,
    balanced so that each practice has its list and each zone ``residents[z] x (all lists / all
    residents)`` patients.

    Parameters
    ----------
    list_sizes : array_like of float, shape (practices,)
        Registered patients. A practice with none has no row.
    practice_points : array_like of float, shape (practices, 2)
        Easting and northing of the premises, in metres.
    residents : array_like of float, shape (zones,)
        People who live in each zone. A zone with none has no row.
    zone_points : array_like of float, shape (zones, 2)
        Easting and northing of the point that stands for the zone's people, in metres.
    power, offset : float
        How fast the pull falls with distance, and the metres added to it: a practice at the door has
        no endless pull. Both above 0.
    tolerance : float
        Balancing stops once ``gap`` is no more than this.
    max_iterations : int
        Or after so many rounds. The lists are exact however early it stops; the zones are as near
        as ``gap`` says.
    least : float
        Pairs that are below this share of the list *and* of the zone's patients are left out, and
        the rest balanced again, so that a practice has some hundred zones and not thousands. The
        largest of each practice and of each zone stays. 0 keeps all, which is slow for a country.
    practice_group, zone_group : array_like, shapes (practices,) and (zones,), optional
        Labels between which nobody is registered; list inflation is then taken to be even within
        each group. Both or none. Patients of a group without residents are ``OUTSIDE``; zones of a
        group without practices have no row.

    Returns
    -------
    ModelledPatients

    Raises
    ------
    ValueError
        If a list, a number of residents or a point (of a practice or zone that has any people) is
        missing or impossible, or a setting is.

    Notes
    -----
    *Method.* A doubly constrained gravity model (Wilson 1967, A statistical theory of spatial
    distribution models, Transportation Research 1: 253-269), solved by iterative proportional fitting
    (Deming and Stephan 1940, Annals of Mathematical Statistics 11: 427-444): all practices are scaled
    to their lists, then all zones to theirs, and so on. With a positive pull between every pair this
    converges (Sinkhorn and Knopp 1967); once small pairs are left out an exact answer need not exist,
    which is why the rounds end with the lists, which are published, and the rest is told in ``gap``.

    *Why a power of distance.* Where travel is slow in one place and fast in another, time is distance
    times a constant of the practice and one of the zone. Raised to a power, such constants come out
    in front, where balancing absorbs them: town and country need no settings of their own (as far as
    distances are well above ``offset``). An exponential has no such grace.

    *Why these settings.* With 4 and 1,000 m, 55 % of Scotland's patients are with the practice nearest
    to their zone, and half of them within 1.4 km. In eastern England 56 % were with the nearest (Haynes,
    Lovett and Sünnenberg 2003, Environment and Planning A 35: 1733-1750). With 2 and 500 m, before
    small pairs are left out, 35 % would be, and one patient in ten would live more than 30 km away.

    *What it assumes.* All people are as likely to be registered, in a straight line, with no regard to
    age, roads, water, boards or the borders of a practice's area; list inflation is even. Where lists
    are inflated unevenly, the model moves patients across borders to make up for it, unless groups
    forbid it: without groups it gives some hundreds of Shetland's people to practices on the mainland.
    Make each health board a group (a practice has its contract with one), or at the very least each
    island board.
    """
    lists, people = _counts(list_sizes, "list size"), _counts(residents, "number of residents")
    practice_xy = _places(practice_points, lists, "practice")
    zone_xy = _places(zone_points, people, "zone")
    if not (power > 0 and offset > 0 and tolerance >= 0 and max_iterations >= 1 and 0 <= least < 1):
        raise ValueError("power and offset must be above 0, tolerance and least not below 0, and one round is needed")
    practices, zones = _groups(len(lists), len(people), practice_group, zone_group)
    parts = []
    for group in np.unique(practices[lists > 0]):
        at, of = np.flatnonzero((practices == group) & (lists > 0)), np.flatnonzero((zones == group) & (people > 0))
        if not len(of):
            parts.append(ModelledPatients(at, np.full(len(at), OUTSIDE), lists[at], 0.0, 0.0, 0))
            continue
        pull = _pull(practice_xy[at], zone_xy[of], power, offset) * lists[at, None] * people[of]
        wanted = people[of] * (lists[at].sum() / people[of].sum())
        found = _balanced(pull, lists[at], wanted, tolerance, max_iterations, least)
        parts.append(_at(found, at, of))
    return _together(parts)


def _counts(values: ArrayLike, what: str) -> np.ndarray:
    counts = np.asarray(values, dtype=np.float64)
    if (wrong := ~(np.isfinite(counts) & (counts >= 0))).any():
        raise ValueError(
            f"a {what} is missing, infinite or negative: {wrong.sum():,}, first at position {wrong.argmax()}"
        )
    return counts


def _places(points: ArrayLike, people: np.ndarray, what: str) -> np.ndarray:
    """Eastings and northings, which everything that has people must have."""
    places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(places) != len(people):
        raise ValueError(f"{len(places):,} points were given for {len(people):,} {what}s")
    if (lost := ~np.isfinite(places).all(axis=1) & (people > 0)).any():
        raise ValueError(f"a {what} with people has no point: {lost.sum():,}, first at position {lost.argmax()}")
    return places


def _groups(
    practices: int, zones: int, practice_group: ArrayLike | None, zone_group: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    if (practice_group is None) != (zone_group is None):
        raise ValueError("groups were given for one side only")
    if practice_group is None or zone_group is None:
        return np.zeros(practices), np.zeros(zones)
    return np.asarray(practice_group), np.asarray(zone_group)


def _pull(practices: np.ndarray, zones: np.ndarray, power: float, offset: float) -> np.ndarray:
    """``((distance + offset) / offset) ** -power``, shape (practices, zones): 1 at the door."""
    east = practices[:, :1] - zones[:, 0]
    pull = practices[:, 1:] - zones[:, 1]
    np.hypot(east, pull, out=pull)
    pull /= offset
    pull += 1.0
    return np.power(pull, -power, out=pull)


def _balanced(
    pull: np.ndarray, lists: np.ndarray, wanted: np.ndarray, tolerance: float, max_iterations: int, least: float
) -> ModelledPatients:
    """All pairs balanced roughly, small ones left out, the others balanced well."""
    rough = _roughly(pull, lists, wanted, min(FIRST_ROUNDS, max_iterations))
    kept = (rough >= least * lists[:, None]) | (rough >= least * wanted)
    kept |= (rough == rough.max(axis=1, keepdims=True)) | (rough == rough.max(axis=0))
    practice, zone = np.nonzero(kept & (rough > 0))
    patients, gap, rounds = _well(practice, zone, rough[practice, zone], lists, wanted, tolerance, max_iterations)
    return ModelledPatients(practice, zone, patients, 1 - rough[practice, zone].sum() / lists.sum(), gap, rounds)


def _roughly(pull: np.ndarray, lists: np.ndarray, wanted: np.ndarray, rounds: int) -> np.ndarray:
    """The whole table after some rounds, lists last; ``pull`` is overwritten."""
    scale = np.ones(len(wanted))
    for _ in range(rounds):
        scale = wanted / ((lists / (pull @ scale)) @ pull)
    pull *= scale
    pull *= (lists / pull.sum(axis=1))[:, None]
    return pull


def _well(
    practice: np.ndarray, zone: np.ndarray, patients: np.ndarray, lists: np.ndarray, wanted: np.ndarray,
    tolerance: float, max_iterations: int,
) -> tuple[np.ndarray, float, int]:  # fmt: skip
    """The pairs that were kept, balanced, lists last; with the gap and the rounds it took."""
    patients = patients * (lists / np.bincount(practice, patients, minlength=len(lists)))[practice]
    gap, rounds = np.inf, 0
    while True:
        held = np.bincount(zone, patients, minlength=len(wanted))
        gap = float(np.abs(held - wanted).sum() / 2 / wanted.sum())
        if gap <= tolerance or rounds == max_iterations:
            return patients, gap, rounds
        patients *= (wanted / held)[zone]
        patients *= (lists / np.bincount(practice, patients, minlength=len(lists)))[practice]
        rounds += 1


def _at(found: ModelledPatients, practices: np.ndarray, zones: np.ndarray) -> ModelledPatients:
    """One group's rows, by their positions among all practices and zones."""
    return ModelledPatients(
        practices[found.practice], zones[found.zone], found.patients, found.left_out, found.gap, found.rounds
    )


def _together(parts: list[ModelledPatients]) -> ModelledPatients:
    """All groups as one; shares are of all patients."""
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return ModelledPatients(nothing, nothing, np.zeros(0), 0.0, 0.0, 0)
    practice, zone, patients = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("practice", "zone", "patients")
    )
    order = np.lexsort((zone, practice))
    sizes = np.array([part.patients.sum() for part in parts])
    left_out, gap = (
        float(np.average([getattr(part, name) for part in parts], weights=sizes)) for name in ("left_out", "gap")
    )
    return ModelledPatients(
        practice[order], zone[order], patients[order], left_out, gap, max(part.rounds for part in parts)
    )
