"""A local policy site that answers each request as configured, valid or not.

>>> with Host() as host:                                          # doctest: +SKIP
...     host.at["/policies.json"] = answer(b"{}", status=200)
...     host.at["/policies.json"] = redirect("https://elsewhere.example/")

It sends no `Date`, so that no test depends on the current date. `asked` lists the requests received.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

Behaviour = Callable[["Exchange"], None]


@dataclass(slots=True)
class Host:
    """A server at `url`; `at` maps paths to behaviours, and every other path returns 404."""

    at: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    _server: _Server = field(init=False)

    @property
    def url(self) -> str:
        """The address of the site; it ends in a slash."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        host = self

        class Handler(Exchange):
            site = host

        self._server = _Server(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # with the default backlog of 5, the sixth simultaneous connection waits for a second


class Exchange(BaseHTTPRequestHandler):
    """A request to the host and the response."""

    site: Host
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.close_connection = True
        with contextlib.suppress(OSError):  # the client has closed the connection, as some tests require
            self.site.at.get(self.path, answer(b"nothing here", status=404))(self)

    do_HEAD = do_GET  # noqa: N815 - the standard library's own name

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and `headers`, and no default headers."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def slowly(self, data: bytes, pause: float) -> None:
        """Send `data` byte by byte with a `pause` in seconds before each, until the host closes."""
        for byte in data:
            if self.site.closing.wait(pause):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the standard library's own name
        """Log nothing."""


def answer(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Answer with `body`; in names of `headers` an underscore stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(exchange: Exchange) -> None:
        exchange.begin(status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **named})
        if exchange.command != "HEAD":
            exchange.wfile.write(body)

    return behave


def serving(make: Callable[[str], bytes], status: int = 200, **headers: str) -> Behaviour:
    """Answer with the result of `make` for the address of the site."""
    return lambda exchange: answer(make(exchange.site.url), status, **headers)(exchange)


def validated(body: bytes, etag: str) -> Behaviour:
    """Respond with `body` and its `etag`, or with 304 to a matching conditional request."""

    def behave(exchange: Exchange) -> None:
        known = exchange.headers.get("If-None-Match") == etag
        answer(b"" if known else body, status=304 if known else 200, ETag=etag)(exchange)

    return behave


def redirect(location: str, status: int = 302) -> Behaviour:
    """Redirect the client to `location`."""
    return answer(b"", status=status, Location=location)


def cut_short(exchange: Exchange) -> None:
    """Announce 1,000 bytes, send half of them, and close the connection."""
    exchange.begin(200, {"Content-Type": "application/json", "Content-Length": "1000"})
    exchange.wfile.write(b" " * 500)


def hang_up(exchange: Exchange) -> None:
    """Close the connection without an answer."""
    exchange.connection.shutdown(socket.SHUT_RDWR)


def silence(exchange: Exchange) -> None:
    """Accept the request and never answer."""
    exchange.site.closing.wait(30)


def drip_body(exchange: Exchange) -> None:
    """Send a body one byte at a time, so that the answer never ends."""
    exchange.begin(200, {"Content-Type": "application/json", "Content-Length": "60000"})
    exchange.slowly(b" " * 60_000, 0.02)


def drip_headers(exchange: Exchange) -> None:
    """Send headers one byte at a time."""
    exchange.slowly(b"HTTP/1.1 200 OK\r\nX-Patience: " + b"x" * 60_000, 0.02)


def garbage(exchange: Exchange) -> None:
    """Answer in an unknown protocol."""
    exchange.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")
