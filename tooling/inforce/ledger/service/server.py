"""Run the service with uvicorn until SIGTERM or SIGINT.

Invariants: what is committed is answered before the process ends; the access log is off, because it would contain what
clients send in addresses.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

import uvicorn

from inforce.ledger.service.app import Service

_SECONDS_TO_END: Final = 10


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; 0 selects a free port. Raise OSError if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


async def run(service: Service, listening: socket.socket, on_start: Callable[[], None]) -> None:
    """Answer requests on `listening` until the process is told to end; call `on_start` when requests are answered."""
    config = uvicorn.Config(
        service,
        http="httptools",
        access_log=False,
        proxy_headers=False,  # nothing that a proxy says of a client is used
        server_header=False,
        log_level=logging.WARNING,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        on_start()
    await serving


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` in the fastest event loop of this system."""
    factory = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)
