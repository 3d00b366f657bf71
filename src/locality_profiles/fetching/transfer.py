"""Downloading: the only part of the package that opens a connection to another machine.

Files arrive aside, are gone on with where a connection broke, and are put in place by whoever asked, once they were
looked at. Proxies and certificates are the machine's own (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from locality_profiles import __version__
from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.fetching.catalogue import Manners
from locality_profiles.fetching.deciding import (
    AGAIN,
    MIB,
    MOVED,
    Again,
    Failure,
    check_headers,
    check_start,
    goes_on_at,
    moved_to,
    seconds_to_wait,
    too_large,
    words_of,
)
from locality_profiles.fetching.planning import Ask

#: So often may a server send us on.
MOST_MOVES = 5
#: What a site tells of a dataset is no longer than this.
LARGEST_ANSWER = 16 * MIB
PIECE = 2**16

Result = TypeVar("Result")


@dataclass(frozen=True)
class Came:
    """What came of asking for a file: where it lies aside, or that the one we have is still right."""

    path: Path | None
    etag: str = ""
    last_modified: str = ""
    size: int = 0


@dataclass
class Network:
    """A connection to the world with manners: one request at a time, with gaps, and within limits."""

    manners: Manners
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    taken: int = 0
    _last: dict[str, float] = field(default_factory=dict)
    _deaf: dict[str, Failure] = field(default_factory=dict)
    """Hosts to which there was no connection however often it was tried: the others of them are not tried."""

    def __enter__(self) -> Network:
        limits = httpx.Timeout(self.manners.silence_seconds, connect=self.manners.connect_seconds)
        try:
            self._client = httpx.Client(timeout=limits, headers={
                "User-Agent": f"locality-profiles/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity",
            })  # fmt: skip
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise WorkspaceError(
                "The settings of this machine for the network cannot be used.",
                [Problem(_first_line(error), "Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE.")],
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    # --- with patience ----------------------------------------------------------------------------

    def _patiently(self, address: str, ask: Callable[[], Result]) -> Result:
        """Ask until there is an answer or patience ends.

        Raises
        ------
        Failure
            If it ends.
        """
        host = urlsplit(address).netloc.lower()
        if host in self._deaf:
            raise self._deaf[host]
        tried = 0
        while True:
            tried += 1
            try:
                return ask()
            except Again as trouble:
                if tried >= self.manners.tries:
                    times = f"{tried} times" if tried > 1 else "once"
                    failure = Failure(f"{trouble.what}; it was tried {times}", LATER, again=True)
                    if trouble.deaf:
                        self._deaf[host] = failure
                    raise failure from None
                wait = seconds_to_wait(tried, trouble.after, self.now(), self.manners)
                if wait is None:
                    raise Failure(f"{trouble.what}, and asks us to stay away until {_said(trouble.after)}", LATER,
                                  again=True) from None  # fmt: skip
                self.sleep(wait)

    @contextlib.contextmanager
    def _answer(self, address: str, hosts: frozenset[str], headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer of wherever an address leads, with moves followed as far as they may be."""
        for _ in range(MOST_MOVES + 1):
            self._keep_distance(urlsplit(address).netloc.lower())
            with _troubles(address), self._client.stream("GET", address, headers=headers) as response:
                if response.status_code in MOVED:
                    address = moved_to(address, response.headers.get("location"), hosts)
                    continue
                if response.status_code in AGAIN:
                    raise Again(words_of(response.status_code), response.headers.get("retry-after"))
                if response.status_code not in (200, 206, 304, 416):
                    raise Failure(words_of(response.status_code), MOVED_AWAY)
                yield response
                return
        raise Failure(f"the server sent us on more than {MOST_MOVES} times", MOVED_AWAY)

    def _keep_distance(self, host: str) -> None:
        """Leave a gap between two requests to one host."""
        if (last := self._last.get(host)) is not None:
            wait = last + self.manners.gap_seconds - self.clock()
            if wait > 0:
                self.sleep(wait)
        self._last[host] = self.clock()

    # --- what is asked ----------------------------------------------------------------------------

    def tell(self, address: str, hosts: frozenset[str]) -> Any:
        """A short answer in JSON.

        Raises
        ------
        Failure
            If there is none.
        """

        def ask() -> Any:
            content = bytearray()
            with self._answer(address, hosts, {}) as response:
                for piece in response.iter_raw():
                    content += piece
                    if len(content) > LARGEST_ANSWER:
                        raise too_large(len(content), LARGEST_ANSWER)
                packed = response.headers.get("content-encoding", "")
            try:
                return json.loads(unpacked(bytes(content), LARGEST_ANSWER) if packed else bytes(content))
            except (ValueError, RecursionError):
                raise Failure("the site did not answer as a CKAN site does", MOVED_AWAY) from None

        return self._patiently(address, ask)

    def download(self, ask: Ask, folder: Path, etag: str = "", last_modified: str = "") -> Came:
        """A file, laid aside in ``folder``; ``etag`` and ``last_modified`` are those of the one that is there.

        Raises
        ------
        Failure
            If it cannot be had; what came so far stays for the next time if it can be gone on with.
        """
        part = folder / f".{ask.file}.part"
        until = self.clock() + self.manners.file_seconds
        came = self._patiently(ask.address, lambda: self._one_try(ask, part, etag, last_modified, until))
        if came.path is None:
            return came
        fresh = folder / f".new-{ask.file}"
        try:
            self._unwrap(ask, part, fresh, _note(part).get("packed", ""))
            with fresh.open("rb") as file:
                check_start(file.read(4096), ask.suffix)
        except BaseException:
            _forget(part)
            fresh.unlink(missing_ok=True)
            raise
        _forget(part)
        return Came(fresh, came.etag, came.last_modified, fresh.stat().st_size)

    def _one_try(self, ask: Ask, part: Path, etag: str, last_modified: str, until: float) -> Came:
        note = _note(part)
        have = part.stat().st_size if part.is_file() and note.get("address") == ask.address else 0
        headers = {}
        if have and note.get("mark"):
            headers = {"Range": f"bytes={have}-", "If-Range": note["mark"]}
        elif etag or last_modified:
            headers = {"If-None-Match": etag} if etag else {"If-Modified-Since": last_modified}
        with self._answer(ask.address, ask.hosts, headers) as response:
            if response.status_code == 304:
                if not (etag or last_modified) or "Range" in headers:
                    raise Failure("the server says 'unchanged' of a file that we do not have", "Tell its publisher.")
                return Came(None, etag, last_modified)
            if response.status_code == 416:
                _forget(part)
                raise Again("the server has no more of the file than we have")
            check_headers(response.headers, ".zip" if ask.origin.member else ask.suffix, self._most())
            start = have if goes_on_at(response.status_code, response.headers, have) else 0
            self._write(response, ask, part, start, until)
        return Came(part, response.headers.get("etag", ""), response.headers.get("last-modified", ""))

    def _most(self) -> float:
        """So many bytes may the next file have."""
        return min(self.manners.largest_mib * MIB, self.manners.total_mib * MIB - self.taken)

    def _write(self, response: httpx.Response, ask: Ask, part: Path, start: int, until: float) -> None:
        """Write what comes behind the first ``start`` bytes of a part.

        Raises
        ------
        Again
            If the connection ended before the file did.
        Failure
            If the file is larger than may be, or takes longer.
        """
        length = response.headers.get("content-length", "")
        whole = start + int(length) if length.isdigit() else None
        _write_note(part, {"address": ask.address, "mark": _mark(response.headers),
                           "packed": response.headers.get("content-encoding", "")})  # fmt: skip
        most, size = self._most(), start
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            for piece in response.iter_raw():
                size += len(piece)
                if size > most:
                    _forget(part)
                    raise too_large(size, most)
                file.write(piece)
                file.flush()  # a run that is killed loses nothing of it
                if self.clock() > until:
                    raise Failure(f"it took longer than {self.manners.file_seconds:,.0f} seconds",
                                  "What came is kept, and gone on with next time. Or raise file_seconds in [fetch].",
                                  again=True)  # fmt: skip
            os.fsync(file.fileno())
        if whole is not None and size < whole:
            raise Again(f"the connection ended after {size:,} of {whole:,} bytes")
        self.taken += size

    def _unwrap(self, ask: Ask, part: Path, fresh: Path, packed: str) -> None:
        """What was sent, as the file that it is: unpacked where the server packed it, or out of a zip archive."""
        most = self.manners.largest_mib * MIB
        if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Failure(
                f"the server packed it in a way that is not known here ({packed[:40]})", "Tell its publisher."
            )
        if packed and packed != "identity":
            with part.open("rb") as source, fresh.open("wb") as target:
                _unpack(source, target, most)
        else:
            part.replace(fresh)
        if ask.origin.member:
            _take_member(fresh, ask.origin.member, most)


LATER = "What was there stays. Fetch again later; what has come so far is gone on with."
OWN_CERTIFICATES = "If your office has certificates of its own, name the file that holds them in SSL_CERT_FILE."
MOVED_AWAY = "See the page of the extract, and put the new address into [fetch] of profiles.toml."


@contextlib.contextmanager
def _troubles(address: str) -> Iterator[None]:
    """What goes wrong on the way, in our words."""
    try:
        yield
    except httpx.ConnectTimeout:
        raise Again(f"there is no connection to {urlsplit(address).hostname} (it took too long)", deaf=True) from None
    except httpx.TimeoutException:
        raise Again("the server said nothing for too long") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise Failure("the address is none", MOVED_AWAY) from None
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error):
            raise Failure("the server's certificate is none that this machine trusts", OWN_CERTIFICATES) from None
        host = urlsplit(address).hostname
        raise Again(f"there is no connection to {host} ({_first_line(error)})", deaf=True) from None
    except httpx.ProxyError as error:
        raise Again(f"the proxy let nothing through ({_first_line(error)})", deaf=True) from None
    except httpx.TransportError as error:
        raise Again(f"the connection broke ({_first_line(error) or type(error).__name__})") from None


def _first_line(error: Exception) -> str:
    return re.sub(r"^\[Errno -?\d+\] ", "", (str(error).splitlines() or [""])[0][:120])


def _said(after: str | None) -> str:
    return f"{int(after):,} seconds from now" if after and after.strip().isdigit() else str(after)[:40]


def _mark(headers: Mapping[str, str]) -> str:
    """By what a server knows that the rest of a file is of the same file; empty where it cannot say for sure."""
    etag = headers.get("etag", "")
    return headers.get("last-modified", "") if etag.startswith("W/") or not etag else etag


# --- beside a part --------------------------------------------------------------------------------


def _beside(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _note(part: Path) -> dict[str, str]:
    """What was noted of a part when it began; nothing where that cannot be read."""
    try:
        told = json.loads(_beside(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def _write_note(part: Path, told: Mapping[str, str]) -> None:
    _beside(part).write_text(json.dumps(dict(told)), encoding="utf-8")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


# --- unpacking, within bounds ---------------------------------------------------------------------


def _unpack(source: Any, target: Any, most: float) -> None:
    """Unpack gzip or deflate piece by piece; a few kilobytes can unfold to many gigabytes."""
    size = 0
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)
    try:
        while piece := source.read(PIECE):
            while piece:
                done = unpacker.decompress(piece, PIECE)
                piece = unpacker.unconsumed_tail
                size += len(done)
                if size > most:
                    raise too_large(size, most)
                target.write(done)
    except zlib.error:
        raise Failure("what the server packed cannot be unpacked", LATER, again=True) from None
    if not unpacker.eof:
        raise Failure("what the server packed ends too early", LATER, again=True)


def unpacked(content: bytes, most: float) -> bytes:
    """The same in memory."""
    import io

    target = io.BytesIO()
    _unpack(io.BytesIO(content), target, most)
    return target.getvalue()


def _take_member(archive: Path, member: str, most: float) -> None:
    """Put the wanted file of a zip archive in the archive's place; the archive's own names name nothing here."""
    aside = archive.with_name(f"{archive.name}.part")
    try:
        with zipfile.ZipFile(archive) as opened:
            fitting = [each for each in opened.infolist()
                       if fnmatchcase(each.filename.rpartition("/")[2].casefold(), member.casefold())]  # fmt: skip
            if len(fitting) != 1:
                raise Failure(f"the archive holds {len(fitting) or 'no'} file(s) called '{member}'",
                              "Name one of its files with member.")  # fmt: skip
            size = 0
            with opened.open(fitting[0]) as source, aside.open("wb") as target:
                while piece := source.read(PIECE):
                    size += len(piece)
                    if size > most:
                        raise too_large(size, most)
                    target.write(piece)
        aside.replace(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Failure("what came is no zip archive that can be opened", "See the page of the extract.") from None
    finally:
        aside.unlink(missing_ok=True)
