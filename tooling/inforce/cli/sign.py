"""`inforce sign`: the manifest of a built site issued and signed again, without a rebuild.

Keeps true: nothing but the manifest's dates, what follows from them, and its signatures changes; the manifest and its
signed form are replaced both or neither.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from pathlib import Path

import click

from inforce.address import MANIFEST, SIGNED_MANIFEST
from inforce.cli.repository import instant_of, with_instant
from inforce.cli.screen import Screen
from inforce.disk import read_regular, replace_files
from inforce.errors import EnvironmentProblemError, SignatureError
from inforce.instant import format_instant, parse_zone
from inforce.signing import private_keys, resign, signers
from inforce.store.files import writing


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@with_instant
def command(site: Path, at: str | None) -> None:
    """Sign a built site again, without a rebuild.

    Issues policies.json in the folder SITE anew and writes policies.jws.json beside it. The key comes from
    INFORCE_SIGNING_KEY_FILE, the path of a private JWK, or from INFORCE_SIGNING_KEY, which holds one.

    \b
    Example:
      INFORCE_SIGNING_KEY_FILE=~/inforce-key.json inforce sign site
    """
    now = instant_of(at, parse_zone("UTC"))
    keys = private_keys(os.environ)
    if not keys:
        message = "there is no key to sign with: set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY"
        raise EnvironmentProblemError(message)
    manifest = site / MANIFEST
    if not manifest.is_file():
        raise click.BadParameter(f"{site} holds no site of inforce (there is no {MANIFEST} in it)", param_hint="SITE")
    issue = resign(read_regular(manifest), now, keys)
    notes = [*_absent(site / SIGNED_MANIFEST, {key.public.kid for key in keys}), *_packed(site)]
    # Dated as it was issued, since many hosts make the ETag of the date.
    with writing(site):
        contents = {site / SIGNED_MANIFEST: issue.signed or b"", manifest: issue.plain}
        replace_files(contents, mode=0o644, modified=now.timestamp())
    names = ", ".join(key.public.kid for key in keys)
    Screen().say(f"Signed {manifest} as issued at {format_instant(now)}, with {names}.")
    for note in notes:
        Screen(errors=True).say(f"Note: {note}")


def _absent(signed: Path, kids: Set[str]) -> Iterator[str]:
    """Say which keys vouched for the issue that is replaced, and do not for the new one."""
    try:
        before = signers(read_regular(signed)) if signed.is_file() else ()
    except SignatureError:
        return
    for kid in before:
        if kid not in kids:
            yield f"the key {kid} signed the last issue and not this one; apps that know no other keep their old copy."


def _packed(site: Path) -> Iterator[str]:
    """Say which files hold the issue that is replaced, packed, for a host to send in place of the new one."""
    for name in (MANIFEST, SIGNED_MANIFEST):
        for packed in sorted(site.glob(f"{name}.*")):
            yield f"{packed.name} still holds the last issue; pack it again, or some hosts go on sending it."
