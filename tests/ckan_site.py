"""A real HTTP server on this machine that behaves as a CKAN site does, and misbehaves when it is told to."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Served:
    """A file as the site holds it."""

    content: bytes
    etag: str = ""
    last_modified: str = ""
    content_type: str = "text/csv"
    ranges: bool = True


@dataclass
class Site:
    """What the site holds, how it will misbehave, and what it was asked."""

    files: dict[str, Served] = field(default_factory=dict)
    packages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What goes wrong with the next questions for a path, one each: see ``_Handler.misbehave``."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def resource(self, package: str, key: str, name: str, content: bytes, **told: Any) -> str:
        """Put a resource into a dataset; gives its path."""
        path = f"/dataset/{package}/resource/{key}/download/{name}"
        self.files[path] = Served(content, etag=f'"{key}-1"')
        self.files[f"/datastore/dump/{key}"] = Served(b"\xef\xbb\xbf" + content)
        self.packages.setdefault(package, []).append({
            "id": key, "name": told.pop("title", name), "url": self.address + path, "format": "CSV",
            "created": "2026-01-01T00:00:00", "last_modified": "2026-01-02T00:00:00", "hash": "", **told,
        })  # fmt: skip
        return path


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        parts = urlsplit(self.path)  # whole where we are asked as a proxy
        self.site.asked.append((parts.path, {key.lower(): value for key, value in self.headers.items()}))
        faults = self.site.faults[parts.path]
        with suppress(BrokenPipeError, ConnectionResetError):
            if faults and self.misbehave(faults.pop(0), parts.path):
                return
            if parts.path == "/api/3/action/package_show":
                self.tell_package(parse_qs(parts.query)["id"][0])
            elif parts.path in self.site.files:
                self.serve(self.site.files[parts.path])
            else:
                self.answer(404, b"not here")

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def tell_package(self, name: str) -> None:
        found = self.site.packages.get(name)
        told = {"success": found is not None, "result": {"name": name, "resources": found}}
        self.answer(200 if found is not None else 404, json.dumps(told).encode(), Content_Type="application/json")

    def serve(self, file: Served) -> None:
        headers = {"Content_Type": file.content_type}
        if file.etag:
            headers["ETag"] = file.etag
        if file.last_modified:
            headers["Last_Modified"] = file.last_modified
        same = self.headers.get("If-None-Match") == file.etag if file.etag else (
            bool(file.last_modified) and self.headers.get("If-Modified-Since") == file.last_modified
        )  # fmt: skip
        wanted = self.headers.get("Range", "")
        if same and not wanted:
            self.answer(304, b"", **headers)
        elif wanted and file.ranges and self.headers.get("If-Range") in (file.etag, file.last_modified):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(file.content):
                self.answer(416, b"")
                return
            headers["Content_Range"] = f"bytes {start}-{len(file.content) - 1}/{len(file.content)}"
            self.answer(206, file.content[start:], **headers)
        else:
            self.answer(200, file.content, **headers)

    def misbehave(self, fault: str, path: str) -> bool:
        """Do what a fault says; False where the answer goes on as usual."""
        kind, _, detail = fault.partition(":")
        content = self.site.files[path].content if path in self.site.files else b""
        if kind == "status":
            status, _, after = detail.partition(",")
            self.answer(int(status), b"no", **({"Retry_After": after} if after else {}))
        elif kind == "cut":  # half of what was promised, then silence for good
            self.send_response(200)
            self.send_header("ETag", self.site.files[path].etag)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif kind == "dead":
            self.close_connection = True
        elif kind == "slow":
            time.sleep(float(detail))
            return False
        elif kind == "drip":
            self.send_response(200)
            self.send_header("ETag", self.site.files[path].etag)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(float(detail))
        elif kind == "page":
            self.answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>", Content_Type=detail or "text/html")
        elif kind == "move":
            self.answer(302, b"", Location=detail)
        elif kind == "vast":
            self.send_response(200)
            self.send_header("Content-Length", str(10 * 2**30))
            self.end_headers()
            self.close_connection = True
        elif kind == "bomb":
            self.answer(200, gzip.compress(bytes(int(detail))), Content_Encoding="gzip", Content_Type="text/csv")
        elif kind == "packed":
            self.answer(200, gzip.compress(content), Content_Encoding="gzip", Content_Type="text/csv")
        else:
            raise ValueError(fault)
        return True


class _Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: those who ask go away in the middle, which is what is tested."""


@contextmanager
def running_site() -> Iterator[Site]:
    """A site on a free port of this machine, for as long as it is wanted."""
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    server = _Quiet(("127.0.0.1", 0), handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
