"""`inforce serve`: serve the site on this machine, and rebuild it when a text changes."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import click

from inforce.cli.repository import Workspace, with_instant, with_repository
from inforce.cli.site_process import Generator
from inforce.clock import AT
from inforce.errors import SetupError

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
    generator = Generator.of(repository, **({AT: at} if at else {}))
    _refuse_taken(port)
    running = generator.running("serve", "--port", str(port), piped=False)
    with contextlib.suppress(KeyboardInterrupt), running as server:
        ctx.exit(server.wait())


def _refuse_taken(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HOST, port))
        except OSError as cause:
            message = f"port {port} cannot be used: {cause.strerror}; choose another with --port"
            raise SetupError(message) from cause
