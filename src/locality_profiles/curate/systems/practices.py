"""Areas from GP practices: clusters, or the people of each practice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from locality_profiles.curate.ground import Ground
from locality_profiles.curate.systems.placed import Found, same, touched_only, usual_method
from locality_profiles.errors import WorkspaceError
from locality_profiles.geography import shares as sharing
from locality_profiles.geography.names import full_key, slug
from locality_profiles.geography.shares import OUTSIDE
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import MEMBERSHIP
from locality_profiles.workspace import AreaSystem

#: What is known of where patients live, best first.
WORDS = {
    "registered_patients": "counted",
    "registered_modelled": "modelled from distance, list sizes and residents",
    "premises": "taken to live where the practice stands",
}


def from_practices(ground: Ground, system: AreaSystem) -> Found:
    """Clusters (or single practices): residents by where registered patients live.

    A zone is shared among clusters as its registered patients are: that is where its residents are
    taken to be cared for. The practices themselves belong to their cluster whole; ``practice_rows``
    gives those memberships.
    """
    spread = ground.practice_zones
    if spread is None:
        raise WorkspaceError(
            f"The area system '{system.name}' is made of GP practices, "
            "and no directory of practices is among the extracts."
        )
    codes, names, of_practice = _clusters(ground, single=system.origin == "gp_practices")
    area = of_practice[spread.practice]
    inside = (spread.zone >= 0) & (spread.patients > 0)
    shares = sharing.by_parts(spread.zone[inside], area[inside], spread.patients[inside], len(ground.blocks))
    shares = touched_only(shares)
    used = of_practice >= 0
    grade = spread.grade[used].max() if used.any() else 5
    methods = spread.method[used]
    words = [(int((methods == name).sum()), said) for name, said in WORDS.items()]
    told = "; ".join(f"{count:,} practices {said}" for count, said in words if count)
    note = f"{system.plural}: where patients live is {told} (grade {grade} at worst)"
    method = same(usual_method(methods), len(shares.block))
    return Found(names, shares, method, extract_of_practices(ground), codes=codes, notes=(note,))


def extract_of_practices(ground: Ground) -> str:
    """The extract of the practice directory."""
    return str(ground.practices[0]["extract_id"]) if ground.practices else ""


def _clusters(ground: Ground, *, single: bool) -> tuple[list[str], list[str], np.ndarray]:
    """Codes and names of clusters (or practices), and the position of each practice's own.

    Practices of one board whose cluster bears one name are one cluster, even across partnerships; one
    name in two boards is two clusters. A practice without a cluster has the position -1.
    """
    if single:
        rows = ground.practices
        return [p["code"] for p in rows], [p["name"] for p in rows], np.arange(len(rows), dtype=np.int64)
    board_of = dict(zip(ground.partnerships, ground.boards, strict=True))
    own = ground.workspace.partnerships
    groups: dict[tuple[str, str], list[int]] = {}
    for number, practice in enumerate(ground.practices):
        if practice["cluster"]:
            name = " ".join(practice["cluster"].split())
            groups.setdefault((board_of.get(practice["hscp"], ""), full_key(name)), []).append(number)
    found = []
    for members in groups.values():
        partnerships = {ground.practices[i]["hscp"] for i in members}
        if own is not None and not partnerships & set(own):
            continue  # of a partnership that this workspace does not draw
        name = " ".join(ground.practices[members[0]]["cluster"].split())
        code = f"{next(iter(partnerships))}/{slug(name)}" if len(partnerships) == 1 else slug(name)
        found.append((code, name, members))
    found.sort()
    of_practice = np.full(len(ground.practices), OUTSIDE, dtype=np.int64)
    for position, (_, _, members) in enumerate(found):
        of_practice[members] = position
    return [code for code, _, _ in found], [name for _, name, _ in found], of_practice


def practice_rows(ground: Ground, system: AreaSystem) -> pa.Table:
    """Memberships of practices in clusters: exact, for a practice belongs to one cluster."""
    if not system.origin.startswith("gp_") or not ground.practices:
        return MEMBERSHIP.schema.empty_table()
    codes, _, of_practice = _clusters(ground, single=system.origin == "gp_practices")
    member = np.flatnonzero(of_practice >= 0)
    return conform(MEMBERSHIP, {
        "block_type": "gp_practice", "block_code": [ground.practices[i]["code"] for i in member],
        "area_type": system.name, "area_code": [codes[of_practice[i]] for i in member], "weight": 1.0,
        "method": "lookup", "grade": 1, "estimated": False, "extract_id": extract_of_practices(ground),
    }, len(member))  # fmt: skip
