"""Create the files that a site publishes for one manifest, signed with the keys of the book.

Invariants: a book that lists keys is never published unsigned; every issue has a new serial.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inforce.errors import SignatureError, quoted
from inforce.manifest import parse_manifest, refuse_too_large, reissued, to_bytes
from inforce.manifest.words import MAIN_PATH, signed_path
from inforce.signing.envelope import sign
from inforce.signing.keys import PrivateKey, PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The bytes of a manifest, such as `policies.json`, and of its signed form if there is one.

    `path` is the path of the manifest. Raise ManifestError if a form is larger than clients accept.
    """

    plain: bytes
    signed: bytes | None
    path: str = MAIN_PATH

    def __post_init__(self) -> None:
        for path, raw in self.files.items():
            refuse_too_large(path, raw)

    @property
    def files(self) -> Mapping[str, bytes]:
        """The bytes of each form by its path below the site, the signed form first."""
        signed = {} if self.signed is None else {signed_path(self.path): self.signed}
        return {**signed, self.path: self.plain}


def issue(plain: bytes, named: Iterable[PublicKey], keys: Sequence[PrivateKey], path: str = MAIN_PATH) -> Issue:
    """Sign the manifest `plain`, to be published at `path`, with `keys`; `named` are the keys that the book lists.

    Without `named` the manifest is published unsigned. Raise SignatureError if a listed key is missing, or if one of
    `keys` is not listed, because apps would not trust it.
    """
    kids = [key.kid for key in named]
    for key in keys:
        if key.public.kid not in kids:
            fix = "add its public part to “signing” in book.yml, or remove the key from the environment"
            raise SignatureError(f"book.yml does not list the key {quoted(key.public.kid)}: {fix}")
    if kids and not keys:
        fix = "set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY, or remove “signing” from book.yml"
        raise SignatureError(f"the book requires signed manifests, but no private key is set: {fix}")
    return Issue(plain=plain, signed=sign(plain, keys) if keys else None, path=path)


def resign(plain: bytes, now: datetime, keys: Sequence[PrivateKey], path: str = MAIN_PATH) -> Issue:
    """Issue the manifest `plain`, published at `path`, again at `now`, signed with `keys`; the book is not needed.

    Only the serial, the dates and the fields that depend on them change. Raise ManifestError if `plain` is not a
    manifest, has another path, or would not get a higher serial; SignatureError without a key.
    """
    again = to_bytes(reissued(parse_manifest(plain, path=path), now))
    return Issue(plain=again, signed=sign(again, keys), path=path)
