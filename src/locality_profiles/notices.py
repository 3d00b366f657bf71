"""Who is told of what: the table ``[notify]`` of ``profiles.toml``, read strictly.

Passwords and addresses that open a door are never written there: it names the environment variable that holds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text

#: What somebody may be told of, and when that happens.
RULES = {
    "failed_gate": "an extract was refused or a check that must hold does not: the release before stays",
    "failed": "a run stopped for another reason, or ended without a word",
    "late_extract": "a newer extract should be out by now",
    "big_change": "a release is out in which something changed that a rule calls an alert",
    "published": "a release is out",
}
#: Ways of telling, and the keys that each must have.
WAYS: dict[str, tuple[str, ...]] = {
    "folder": ("folder",), "smtp": ("host", "from", "to"), "webhook": (), "command": ("command",),
}  # fmt: skip
SECURITY = ("starttls", "tls", "none")
#: Days that an extract may be behind its usual day before it is called late.
GRACE = 14


@dataclass(frozen=True)
class Channel:
    """One way of telling somebody."""

    name: str
    by: str
    rules: tuple[str, ...]
    folder: str = ""
    host: str = ""
    port: int = 0
    security: str = "starttls"
    user: str = ""
    password_variable: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    address: str = ""
    address_variable: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notices:
    """Everybody who is told, and what counts as late."""

    channels: tuple[Channel, ...] = ()
    grace: int = GRACE
    never_late: tuple[str, ...] = ()
    """Kinds of extract that are never called late here."""


_TOP = {"late_after_days": Field(int, default=GRACE), "never_late": Field(list, default=[]),
        "to": Field(list, default=[])}  # fmt: skip
_TO = {
    "name": Field(str, default=""), "by": Field(str, required=True, allowed=tuple(WAYS), default=""),
    "rules": Field(list, default=list(RULES)), "folder": Field(str, default=""), "host": Field(str, default=""),
    "port": Field(int, default=0), "security": Field(str, allowed=SECURITY, default="starttls"),
    "user": Field(str, default=""), "password_variable": Field(str, pattern=r"[A-Z][A-Z0-9_]*", default=""),
    "from": Field(str, pattern=r"[^\s<>]+@[^\s<>]+", default=""), "to": Field(list, default=[]),
    "address": Field(str, pattern=r"https?://\S+", default=""),
    "address_variable": Field(str, pattern=r"[A-Z][A-Z0-9_]*", default=""), "command": Field(list, default=[]),
}  # fmt: skip


def read_notices(declared: Declaration, table: Mapping[str, Any]) -> Notices:
    """``[notify]``; what is wrong with it is added to the problems of the declaration."""
    told = declared.read(table, _TOP, "notify")
    if told["late_after_days"] < 0:
        declared.problem("[notify] late_after_days should be 0 or more", f"Write late_after_days = {GRACE}.",
                         "notify", "late_after_days")  # fmt: skip
    channels = [_channel(declared, each, str(at)) for at, each in enumerate(told["to"])]
    names = [channel.name for channel in channels]
    for at, name in enumerate(names):
        if name in names[:at]:
            declared.problem(f"two [[notify.to]] are called '{name}'", "Give each a name of its own.",
                             "notify", "to", str(at))  # fmt: skip
    never = list_of_text(declared, told["never_late"], "notify", "never_late")
    return Notices(tuple(channels), told["late_after_days"], never)


def _channel(declared: Declaration, table: Any, at: str) -> Channel:
    where = ("notify", "to", at)
    told = declared.read(table, _TO, *where)
    way = told["by"]
    for key in WAYS.get(way, ()):
        if not told[key]:
            declared.problem(f"[[notify.to]] by {way} misses '{key}'", f"Add {key} = {_shown(key)}.", *where)
    if way == "webhook" and bool(told["address"]) == bool(told["address_variable"]):
        declared.problem("[[notify.to]] by webhook needs address or address_variable, one of the two",
                         'Write address_variable = "PROFILES_WEBHOOK" and set that.', *where)  # fmt: skip
    if told["user"] and (told["security"] == "none" or not told["password_variable"]):
        declared.problem("[[notify.to]] names a user, whose password would go over an open line or is not named",
                         'Write security = "starttls" (or "tls") and password_variable = "PROFILES_MAIL_PASSWORD".',
                         *where, "user")  # fmt: skip
    rules = list_of_text(declared, told["rules"], *where, "rules")
    for rule in rules:
        if rule not in RULES:
            declared.problem(f"[[notify.to]] knows no rule '{rule}'", f"Known: {', '.join(RULES)}.", *where, "rules")
    to = list_of_text(declared, told["to"], *where, "to")
    for address in to:
        if not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", address):
            declared.problem(f"'{address}' is no address of mail", 'Write it as "name@example.org".', *where, "to")
    _check_folder(declared, told["folder"], where)
    command = list_of_text(declared, told["command"], *where, "command")
    return Channel(
        told["name"] or f"{way} {int(at) + 1}", way, rules, told["folder"], told["host"], told["port"],
        told["security"], told["user"], told["password_variable"], told["from"], to, told["address"],
        told["address_variable"], command,
    )  # fmt: skip


def _check_folder(declared: Declaration, folder: str, where: tuple[str, ...]) -> None:
    """A folder of messages lies in the workspace, and not where releases are."""
    parts = PurePath(folder).parts
    if PurePath(folder).is_absolute() or ".." in parts or parts[:2] in (("data", "published"), ("data", "raw")):
        declared.problem(f"[[notify.to]] folder is '{folder}', where messages may not lie",
                         'Write a folder of the workspace, such as "data/outbox".', *where, "folder")  # fmt: skip


def _shown(key: str) -> str:
    return {"to": '["name@example.org"]', "command": '["mail", "-s", "Profiles", "name@example.org"]',
            "from": '"profiles@example.org"', "host": '"mail.example.org"', "folder": '"data/outbox"'}[key]  # fmt: skip
