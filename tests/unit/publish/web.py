"""A static web host on this machine alone, and how DuckDB reads from it where it has no extension for the web.

The host answers requests for a part of a file, as static hosts do, and says which it was asked for. ``Web`` stands in
for DuckDB's own reading over HTTP, which has to be downloaded: it asks for the same parts in Python.
"""

from __future__ import annotations

import functools
import http.server
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem


class Handler(http.server.SimpleHTTPRequestHandler):
    asked: list[tuple[str, str, int]]

    def __init__(self, *given: Any, asked: list[tuple[str, str, int]], **named: Any) -> None:
        self.asked = asked
        super().__init__(*given, **named)

    def log_message(self, *given: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        content = Path(self.translate_path(self.path)).read_bytes()
        first, last = (int(part[1]), min(int(part[2]), len(content) - 1)) if part else (0, len(content) - 1)
        self.send_response(206 if part else 200)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(content[first : last + 1])
        self.asked.append((self.command, self.path, last - first + 1))


@contextmanager
def host(folder: Path) -> Iterator[tuple[str, list[tuple[str, str, int]]]]:
    """The address of a host of this folder, and every request for content that it got: verb, path and bytes."""
    asked: list[tuple[str, str, int]] = []
    handler = functools.partial(Handler, directory=str(folder), asked=asked)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


class Part(AbstractBufferedFile):
    def _fetch_range(self, start: int, end: int) -> bytes:
        asked = urllib.request.Request(self.fs.address(self.path), headers={"Range": f"bytes={start}-{end - 1}"})
        with urllib.request.urlopen(asked) as answer:
            return bytes(answer.read())


class Web(AbstractFileSystem):
    """Files of one host, whose names begin with ``web://``."""

    protocol = "web"
    cachable = False

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def address(self, path: str) -> str:
        return f"{self.base}/{self._strip_protocol(path)}"

    def info(self, path: str, **named: Any) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(urllib.request.Request(self.address(path), method="HEAD")) as answer:
                return {"name": path, "size": int(answer.headers["Content-Length"]), "type": "file"}
        except urllib.error.HTTPError:
            raise FileNotFoundError(path) from None

    def exists(self, path: str, **named: Any) -> bool:
        try:
            return bool(self.info(path))
        except FileNotFoundError:
            return False

    def modified(self, path: str) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)  # nothing changes while a test runs

    def glob(self, path: str, **named: Any) -> list[str]:
        return [path]

    def _open(self, path: str, mode: str = "rb", block_size: int | None = None, **named: Any) -> Part:
        return Part(self, path, mode, 1 << 16, cache_type="readahead", size=self.info(path)["size"])
