"""`inforce sign`: issue and sign the manifests of a built site again, without rebuilding it.

Invariants: only the dates of the manifests, values derived from them, and the signatures change; all manifests and
their signed forms are replaced, or none; all manifests of an issue have the same serial.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from pathlib import Path

import click

from inforce.address import MANIFEST, MANIFESTS
from inforce.book.files import writing
from inforce.book.git import open_history
from inforce.cli.console import Screen
from inforce.cli.repository import instant_of, refuse_wrong_clock, with_instant
from inforce.disk import read_regular, replace_files
from inforce.errors import SetupError, SignatureError
from inforce.instant import format_instant, parse_zone
from inforce.manifest.words import signed_path
from inforce.signing import private_keys, resign, signers


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@with_instant
def command(site: Path, at: str | None) -> None:
    """Sign a built site again without rebuilding it.

    Issues policies.json in the folder SITE again and writes policies.jws.json beside it, and does the same for each
    manifest in manifests/. The key is read from INFORCE_SIGNING_KEY_FILE, the path of a private JWK, or from
    INFORCE_SIGNING_KEY, which contains the JWK.

    \b
    Example:
      INFORCE_SIGNING_KEY_FILE=~/inforce-key.json inforce sign site
    """
    now = instant_of(at, parse_zone("UTC"))
    keys = private_keys(os.environ)
    if not keys:
        message = "no private key is set: set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY"
        raise SetupError(message)
    manifest = site / MANIFEST
    if not manifest.is_file():
        raise click.BadParameter(f"{site} contains no inforce site (there is no {MANIFEST} in it)", param_hint="SITE")
    refuse_wrong_clock(now, at, open_history(site).newest, signing=True)
    paths = [MANIFEST, *_additional(site)]
    issues = [resign(read_regular(site / path), now, keys, path) for path in paths]
    kids = {key.public.kid for key in keys}
    notes = [note for path in paths for note in (*_absent(site / signed_path(path), kids), *_packed(site, path))]
    # The files have the time of issue, since many hosts derive the ETag from the modification time.
    with writing(site):
        contents = {site / path: raw for issue in issues for path, raw in issue.files.items()}
        replace_files(contents, mode=0o644, modified=now.timestamp())
    names = ", ".join(key.public.kid for key in keys)
    for path in paths:
        Screen().say(f"Signed {site / path} as issued at {format_instant(now)}, with {names}.")
    for note in notes:
        Screen(errors=True).say(f"Note: {note}")


def _additional(site: Path) -> list[str]:
    """Return the paths of the additional manifests in `site`."""
    files = sorted((site / MANIFESTS).glob("*.json"))
    return [f"{MANIFESTS}/{file.name}" for file in files if not file.name.endswith(".jws.json")]


def _absent(signed: Path, kids: Set[str]) -> Iterator[str]:
    """Yield a note for each key that signed the previous issue and is not among `kids`."""
    try:
        before = signers(read_regular(signed)) if signed.is_file() else ()
    except SignatureError:
        return
    for kid in before:
        if kid not in kids:
            yield f"the key {kid} signed only the previous issue; apps that trust only that key keep the old one."


def _packed(site: Path, path: str) -> Iterator[str]:
    """Yield a note for each compressed copy of the previous issue of the manifest at `path`."""
    for name in (path, signed_path(path)):
        for packed in sorted(site.glob(f"{name}.*")):
            yield f"{packed.name} still contains the previous issue; compress it again, or hosts may serve it."
