"""`inforce ledger serve`: answer apps, and create the ledger if it does not exist."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from inforce.cli.ledger_options import keys_file, site_of, with_database, with_site
from inforce.client import AsyncPolicies, RefusedError
from inforce.client.discovery import published_site
from inforce.errors import SetupError
from inforce.ledger.keys import SCOPES, LedgerKeys
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.app import Service
from inforce.ledger.service.server import listening_socket, run, run_loop
from inforce.ledger.storage.database import LedgerPlace

_FIRST_CALLER: Final = "app"
_SECONDS_FOR_SITE: Final = 3


@click.command()
@with_database
@with_site
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="The port to listen on.")
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose pages may call the service; repeat it for each one.",
)
@click.option("--audience", default="", metavar="TEXT", help="An “aud” of tokens beside the name of the log.")
@click.option(
    "--rate",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="The requests per second that an app, or a user with a token, may send.  [default: no limit]",
)
@click.option("--no-log", is_flag=True, help="Write no line about each request to standard error.")
def serve(
    database: str,
    keys: Path | None,
    site: str,
    host: str,
    port: int,
    manifest_keys: tuple[Path, ...],
    origins: tuple[str, ...],
    audience: str,
    rate: int,
    no_log: bool,
) -> None:
    """Answer apps, and create the ledger if it does not exist.

    A new ledger prints one line “key: …” with a key for an app, which cannot be shown again. SIGTERM ends the process
    after what is committed has been answered.

    \b
    Example:
      inforce ledger serve --database ledger.db --site https://policies.shop.example/
    """
    address, trusted = site_of(site, manifest_keys)
    place = LedgerPlace.parse(database)
    secrets_file = keys_file(place, keys)
    secrets = _secrets(place, secrets_file)
    listening = _listen(host, port)
    signal.signal(signal.SIGTERM, _nothing)  # uvicorn handles the signal, and then raises it again
    state_file = _state_file(place, secrets_file)
    log = None if no_log else _log
    service = partial(Service, origins=origins, audience=audience, rate=rate, log=log, place=address)
    with contextlib.suppress(KeyboardInterrupt), listening:
        run_loop(_serve(place, secrets, address, listening, trusted, state_file, service))


async def _serve(
    place: LedgerPlace,
    secrets: LedgerKeys,
    address: str,
    listening: socket.socket,
    trusted: Sequence[dict[str, Any]],
    state_file: Path,
    service: Callable[[Ledger, AsyncPolicies], Service],
) -> None:
    async with Ledger.open(place, secrets, _published(address)) as ledger:
        if not ledger.app_keys.exist:
            click.echo(f"key: {ledger.app_keys.add(_FIRST_CALLER, SCOPES)}")
        policies = AsyncPolicies(address, site=ledger.site, keys=trusted, state_file=state_file)

        def announce() -> None:
            host, port = listening.getsockname()[:2]
            click.echo(f"The ledger of {ledger.site} answers at http://{host}:{port}/")
            _notify("READY=1")

        with contextlib.suppress(TimeoutError):  # the first receipts are verified if the site answers soon
            async with asyncio.timeout(_SECONDS_FOR_SITE):
                await policies.refresh()
        await run(service(ledger, policies), listening, announce)


def _published(address: str) -> str | None:
    """Return the site that `address` serves; None if a local copy does not answer now."""
    try:
        return published_site(address)
    except RefusedError:
        return None


def _secrets(place: LedgerPlace, path: Path) -> LedgerKeys:
    if path.exists() or place.exists:
        return LedgerKeys.read(path)
    secrets = LedgerKeys.generate()
    secrets.write(path)
    return secrets


def _state_file(place: LedgerPlace, secrets_file: Path) -> Path:
    """Return the file with the last manifest: beside the database, in systemd's state directory, or beside the keys.

    The keys may be in a folder that cannot be written.
    """
    if place.files:
        return place.files[0].with_name(f"{place.files[0].stem}-site.json")
    if folder := os.environ.get("STATE_DIRECTORY"):
        return Path(folder) / "ledger-site.json"
    return secrets_file.with_name(f"{secrets_file.stem.removesuffix('.keys')}-site.json")


def _notify(state: str) -> None:
    """Send `state` to systemd (sd_notify), if it started this process as a unit with Type=notify."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.connect(name.replace("@", "\0", 1) if name.startswith("@") else name)
        notified.sendall(state.encode())


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listening_socket(host, port)
    except OSError as cause:
        message = f"port {port} of {host} cannot be used: {cause.strerror}; choose another with --port"
        raise SetupError(message) from cause


def _log(line: str) -> None:
    """Write a line of the log; one that cannot be written prevents no answer."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr:
            sys.stderr.write(line + "\n")


def _nothing(*_: object) -> None:
    """Do nothing."""
