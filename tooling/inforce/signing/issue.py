"""Issues: the two files a site publishes of one manifest, signed as its book promises.

Keeps true: a book that names keys is never published unsigned, and no issue has the serial of an earlier one.
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
    """The bytes of a manifest, such as `policies.json`, and of its signed form where it is signed.

    `path` is that of the manifest. ManifestError where one of the two is larger than clients accept.
    """

    plain: bytes
    signed: bytes | None
    path: str = MAIN_PATH

    def __post_init__(self) -> None:
        for path, raw in self.files.items():
            refuse_too_large(path, raw)

    @property
    def files(self) -> Mapping[str, bytes]:
        """The bytes of each form by its path below the site, the signed one first."""
        signed = {} if self.signed is None else {signed_path(self.path): self.signed}
        return {**signed, self.path: self.plain}


def issue(plain: bytes, named: Iterable[PublicKey], keys: Sequence[PrivateKey], path: str = MAIN_PATH) -> Issue:
    """Sign the manifest `plain`, to be published at `path`, with `keys` as a book promises that names `named`.

    A book that names none is published unsigned. SignatureError where a promised signature cannot be made, and where
    one of `keys` is named nowhere: apps would not know it.
    """
    kids = [key.kid for key in named]
    for key in keys:
        if key.public.kid not in kids:
            fix = "add its public part to “signing” in book.yml, or take the key away"
            raise SignatureError(f"the book does not name the key {quoted(key.public.kid)}: {fix}")
    if kids and not keys:
        fix = "set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY, or take “signing” out of book.yml"
        raise SignatureError(f"the book promises signed manifests, and there is no key to sign with: {fix}")
    return Issue(plain=plain, signed=sign(plain, keys) if keys else None, path=path)


def resign(plain: bytes, now: datetime, keys: Sequence[PrivateKey], path: str = MAIN_PATH) -> Issue:
    """Issue the manifest `plain`, published at `path`, again at `now`, signed with `keys`, without the book.

    Serial and dates are new, with what follows from them; nothing else changes. ManifestError where `plain` is none,
    or that of another path, or where the serial would not be higher; SignatureError without a key.
    """
    again = to_bytes(reissued(parse_manifest(plain, path=path), now))
    return Issue(plain=again, signed=sign(again, keys), path=path)
