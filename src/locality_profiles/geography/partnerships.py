"""Finding a partnership by what a person calls it: its code, an older code, or its name as anybody writes it."""

from __future__ import annotations

from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.geography.names import NameBook, short_key
from locality_profiles.geography.register import Partnership, partnerships
from locality_profiles.geography.vintages import known_code_changes
from locality_profiles.meant import most_alike


def partnership_called(name: str) -> Partnership:
    """The partnership with a code or name.

    Raises
    ------
    WorkspaceError
        With those that it may be, or all that there are.

    >>> partnership_called("shetland").code, partnership_called("S37000015").name
    ('S37000026', 'Glasgow City')
    """
    known = {each.code: each for each in partnerships()}
    wanted = name.strip()
    code = (
        wanted.upper() if wanted.upper() in known else NameBook((p.code, p.name) for p in known.values()).code(wanted)
    )
    code = code or _code_today(wanted.upper())
    if code in known:
        return known[code]
    names = {each.name: each for each in known.values()}
    close = [names[name] for name in most_alike(wanted, names, most=3, key=short_key)]
    listed = close or list(known.values())
    told = "; ".join(f"{each.name} ({each.code})" for each in listed)
    raise WorkspaceError(
        f"There is no partnership '{wanted[:80]}'.",
        [Problem(f"{'it may be' if close else 'there are'} {told}", "Name one of them, or give its code.")],
    )


def _code_today(code: str) -> str:
    """The code that an older code of a partnership became; empty where it is none."""
    changes = known_code_changes().to_pylist()
    now = {row["old_code"]: row["new_code"] for row in changes if row["area_type"] == "hscp"}
    return now.get(code, "")
