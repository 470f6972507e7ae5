"""`inforce serve`: serve the site on this machine, and rebuild it when a text changes."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import click

from inforce.book.user_cache import CachePlace
from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.cli.termination import terminated_in_order
from inforce.clock import Clock
from inforce.errors import SetupError
from inforce.signing import private_keys
from inforce.site.build.options import BuildOptions
from inforce.site.serve import serve_site

_HOST = "127.0.0.1"


@click.command()
@with_repository
@with_instant
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.pass_context
def command(ctx: click.Context, repo: Path, at: str | None, port: int) -> None:
    """Serve the site, and rebuild it when a text changes.

    The site is at http://127.0.0.1:8000/ and is accessible from this machine only. Stop it with Ctrl-C.

    \b
    Example:
      inforce serve
      inforce serve --port 8001 --at 2027-03-01
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    reading.require()
    repository.now(reading)
    cache = CachePlace.of(repo, os.environ)
    options = BuildOptions(
        root=repo,
        site=cache.folder / f"served-{port}",
        cache=cache,
        clock=Clock.of(os.environ, option=at),
        keys=private_keys(os.environ),
    )
    _refuse_taken(port)
    with contextlib.suppress(KeyboardInterrupt), terminated_in_order():
        ctx.exit(serve_site(options, port))


def _refuse_taken(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HOST, port))
        except OSError as cause:
            message = f"port {port} cannot be used: {cause.strerror}; choose another with --port"
            raise SetupError(message) from cause
