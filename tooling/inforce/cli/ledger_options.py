"""The options that the commands of `inforce ledger` share: where the ledger and its keys are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from inforce.client.http import secure_site
from inforce.errors import LedgerError, SignatureError
from inforce.ledger.app_keys import AppKeys
from inforce.ledger.keys import LedgerKeys
from inforce.ledger.ledger import Ledger
from inforce.ledger.storage.database import Database, LedgerPlace
from inforce.signing import PublicKey

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_CREDENTIAL: Final = "ledger-keys"


def with_database(function: F) -> F:
    """Add the options `--database` and `--keys`."""
    keys = click.option(
        "--keys",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The file with the secrets of the ledger.  [default: beside the database; in $CREDENTIALS_DIRECTORY]",
    )
    database = click.option(
        "--database",
        required=True,
        metavar="URL",
        help="A file, sqlite:///FILE, or postgresql://USER@HOST/NAME.",
    )
    return database(keys(function))


def with_site(function: F) -> F:
    """Add the options `--site` and `--manifest-key`, from which `site_of` makes the arguments of a client."""
    site = click.option("--site", required=True, metavar="ADDRESS", help="The policy site, or a local copy of it.")
    trusted = click.option(
        "--manifest-key",
        "manifest_keys",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="A public key (JWK) that signs the manifest; repeat it for each key.",
    )
    return site(trusted(function))


def site_of(site: str, manifest_keys: Sequence[Path]) -> tuple[str, list[dict[str, str]]]:
    """Return the address of the policy site and the public keys that it trusts; raise BadParameter for a wrong one."""
    return site_address(site), [public_key(path, "--manifest-key").to_jwk() for path in manifest_keys]


def site_address(site: str) -> str:
    """Return `site` as an address that ends in “/”; raise BadParameter unless it is https or on this machine."""
    try:
        return secure_site(site if site.endswith("/") else site + "/")
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--site") from None


def keys_file(place: LedgerPlace, keys: Path | None) -> Path:
    """Return the file with the secrets of the ledger at `place`; raise LedgerError while a rotation is incomplete."""
    path = keys_path(place, keys)
    if new_keys(path).exists():
        raise LedgerError(
            f"{new_keys(path)} exists, since a rotation was interrupted: run “inforce ledger rewrap” again"
        )
    return path


def new_keys(path: Path) -> Path:
    """Return the path of the new secrets during a rotation of those in the file `path`."""
    return path.with_name(f"{path.name}.new")


def keys_path(place: LedgerPlace, keys: Path | None) -> Path:
    """Return the path of the file with the secrets of the ledger at `place`."""
    if keys:
        return keys
    if folder := os.environ.get("CREDENTIALS_DIRECTORY"):
        return Path(folder) / _CREDENTIAL
    if place.files is None:
        raise LedgerError("a ledger in PostgreSQL needs --keys FILE, a file that is not in the database")
    return place.files[0].with_suffix(".keys.json")


def public_key(path: Path, option: str) -> PublicKey:
    """Return the public key (JWK) in the file `path`, the value of `option`."""
    try:
        jwk = json.loads(path.read_bytes())
        if isinstance(jwk, dict):
            return PublicKey.from_jwk(jwk)
        problem = f"got {type(jwk).__name__}"
    except (ValueError, SignatureError) as cause:
        problem = str(cause)
    raise click.BadParameter(f"{path}: expected a public key as a JWK (RFC 7517): {problem}", param_hint=option)


def existing_place(database: str) -> LedgerPlace:
    """Return the place of a ledger that exists."""
    place = LedgerPlace.parse(database)
    if not place.exists:
        raise LedgerError(f"there is no ledger in {database}: “inforce ledger serve” creates one")
    return place


def existing(database: str, keys: Path | None) -> tuple[LedgerPlace, LedgerKeys]:
    """Return the place and the secrets of a ledger that exists."""
    place = existing_place(database)
    return place, LedgerKeys.read(keys_file(place, keys))


def with_ledger(database: str, keys: Path | None, work: Callable[[Ledger], Coroutine[Any, Any, T]]) -> T:
    """Return the result of `work` with the ledger, which no other process may write meanwhile."""
    place, secrets = existing(database, keys)

    async def run() -> T:
        async with Ledger.open(place, secrets) as ledger:
            return await work(ledger)

    return asyncio.run(run())


def with_app_keys(database: str, work: Callable[[AppKeys], T]) -> T:
    """Return the result of `work` with the keys of apps, while another process may write the ledger."""
    return with_open_database(database, lambda opened: work(AppKeys(opened)))


def with_open_database(database: str, work: Callable[[Database], T]) -> T:
    """Return the result of `work` with the database, while another process may write the log."""
    with contextlib.closing(Database(existing_place(database), writes=False)) as opened:
        return work(opened)
