"""What an answer of a server means, and whether what came is what was wanted; without a connection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from locality_profiles.fetching.catalogue import Manners
from locality_profiles.tables.intake import header_key

#: Answers after which the same question may be asked again: too many questions, or trouble of the server's own.
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
MOVED = frozenset({301, 302, 303, 307, 308})
MIB = 2**20


class Failure(Exception):
    """One extract could not be had: why, what to do, and whether trying again later may help."""

    def __init__(self, what: str, remedy: str = "", again: bool = False) -> None:
        super().__init__(what)
        self.what, self.remedy, self.again = what, remedy, again


class Again(Exception):
    """The same question may be asked again, after so many seconds if the server said.

    ``deaf`` where there was no connection at all: nothing else need be asked of that host.
    """

    def __init__(self, what: str, after: str | None = None, deaf: bool = False) -> None:
        super().__init__(what)
        self.what, self.after, self.deaf = what, after, deaf


SAID = {
    401: "the server wants a password", 403: "the server does not let us", 404: "there is nothing at the address",
    410: "what was there has been taken away", 429: "the server says that we ask too much",
}  # fmt: skip


def words_of(status: int) -> str:
    """An answer's number in words."""
    trouble = "the server has trouble" if status >= 500 else "the server refused"
    return f"{SAID.get(status, trouble)} (answer {status})"


def seconds_to_wait(tried: int, after: str | None, now: datetime, manners: Manners) -> float | None:
    """How long to wait before the next try; None where the server asks for longer than we stay.

    >>> from datetime import UTC, datetime
    >>> noon, manners = datetime(2026, 11, 27, 12, tzinfo=UTC), Manners(first_wait_seconds=2, longest_wait_seconds=120)
    >>> [seconds_to_wait(tried, None, noon, manners) for tried in (1, 2, 3, 9)]
    [2, 4, 8, 120.0]
    >>> seconds_to_wait(1, "30", noon, manners), seconds_to_wait(1, "Fri, 27 Nov 2026 12:01:00 GMT", noon, manners)
    (30.0, 60.0)
    >>> seconds_to_wait(1, "3600", noon, manners) is None
    True
    """
    asked = _asked(after, now)
    if asked is not None and asked > manners.longest_wait_seconds:
        return None
    wait = manners.first_wait_seconds * 2 ** (tried - 1)
    return max(asked, 0.0) if asked is not None else min(wait, float(manners.longest_wait_seconds))


def _asked(after: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, written as such or as a day and time."""
    if after is None:
        return None
    if re.fullmatch(r"\d{1,9}", after.strip()):
        return float(after)
    try:
        then = parsedate_to_datetime(after)
    except (TypeError, ValueError):
        return None
    return (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds()


def moved_to(address: str, location: str | None, hosts: frozenset[str]) -> str:
    """Where a server sends us, if that is where we may go.

    Raises
    ------
    Failure
        If it is another host than was declared, or no longer encrypted.
    """
    target = urljoin(address, location or "")
    before, after = urlsplit(address), urlsplit(target)
    if not location or after.scheme not in ("http", "https"):
        raise Failure("the server sends us on, and does not say where", "See the page of the extract.")
    if after.netloc.lower() not in hosts | {before.netloc.lower()}:
        raise Failure(
            f"the server sends us to another host, {after.netloc[:80]}",
            f'If that is right, write hosts = ["{after.netloc[:80].lower()}"] into its entry under [fetch].',
        )
    if (before.scheme, after.scheme) == ("https", "http"):
        raise Failure("the server sends us from an encrypted address to one that is not", "Tell its publisher.")
    return target


def check_headers(headers: Mapping[str, str], suffix: str, most: float) -> None:
    """Refuse by what a server says of a file, before any of it is read.

    Raises
    ------
    Failure
        If it is a web page, or larger than may be taken.
    """
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise Failure(f"a web page came in place of a {suffix} file", PAGE)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large(int(length), most)


PAGE = "Open the address in a browser: it may have moved, or want you to agree to something."


def too_large(size: float, most: float) -> Failure:
    return Failure(
        f"it is larger than may be taken ({size / MIB:,.0f} MiB or more; {most / MIB:,.0f} MiB may)",
        "If it is right that it is so large, raise largest_mib or total_mib in [fetch] of profiles.toml.",
    )


def goes_on_at(status: int, headers: Mapping[str, str], have: int) -> bool:
    """Whether an answer is the rest of a file of which we have the first bytes, and not the whole of it again."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", headers.get("content-range", "").strip())
    if status == 206 and (found is None or int(found[1]) != have):
        raise Again("the server sent another part of the file than was asked for")
    return status == 206


#: The first bytes of files that are not text.
STARTS = {".xlsx": b"PK\x03\x04", ".xlsm": b"PK\x03\x04", ".parquet": b"PAR1", ".csv.gz": b"\x1f\x8b"}


def check_start(start: bytes, suffix: str) -> None:
    """Refuse a file that by its first bytes is not what its address promised.

    Raises
    ------
    Failure
        In words.
    """
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not start:
        raise Failure("an empty file came", "Try again later; if it stays so, tell its publisher.", again=True)
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        raise Failure(f"a web page came in place of a {suffix} file", PAGE)
    wanted = STARTS.get(suffix)
    if wanted and not start.startswith(wanted):
        raise Failure(f"what came is no {suffix} file", "See the page of the extract.")
    if suffix in (".json", ".geojson") and not text.startswith((b"{", b"[")):
        raise Failure(f"what came is no {suffix} file", "See the page of the extract.")
    if not wanted and (b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise Failure(f"what came is no {suffix} file", "See the page of the extract.")


def columns_changed(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Columns that came and went since the last time, as sentences.

    >>> columns_changed(["Year", "Sex", "Age0"], ["Year", "SEX", "Age 0"])
    ("column that came: 'Age 0'", "column that went: 'Age0'")
    """
    old, new = {header_key(name) for name in before}, {header_key(name) for name in after}
    came = [name for name in after if header_key(name) not in old] if before else []
    went = [name for name in before if header_key(name) not in new]
    return tuple(
        f"{'columns' if len(names) > 1 else 'column'} that {verb}: {_listed(names)}"
        for verb, names in (("came", came), ("went", went)) if names
    )  # fmt: skip


def _listed(names: Sequence[str], shown: int = 6) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(f"'{name[:60]}'" for name in names[:shown]) + more
