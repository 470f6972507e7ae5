"""What an app trusts before it fetches anything: the address of the site and the keys.

Invariants: bytes become a manifest only if the site and the keys match, checked in the order of the specification.
Not responsible for: comparing a manifest with an earlier one (see `update_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from inforce.client.http import secure_site
from inforce.client.results import Reason, RefusedError
from inforce.errors import ManifestError, SignatureError, UnsupportedSpecError, quoted
from inforce.manifest import Manifest, parse_json
from inforce.manifest.words import MAIN_PATH, MANIFEST_PATH, signed_path
from inforce.signing import PublicKey, signers, verify
from inforce.text import Digest

_REASONS = {"type": Reason.NOT_A_MANIFEST, "site": Reason.WRONG_SITE, "path": Reason.WRONG_PATH}


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """A verified manifest as a file, to archive it.

    - `content`: the file as fetched, with its signatures if it is signed
    - `digest`: the SHA-256 of the manifest without signatures, as in the `manifest_digest` of a receipt
    - `serial`: its serial
    - `keys`: the trusted keys that signed it, as JWKs (RFC 7517); empty: the client has no keys, and it is not signed
    """

    content: bytes
    digest: Digest
    serial: int
    keys: tuple[Mapping[str, str], ...]

    @property
    def payload(self) -> bytes:
        """The manifest without signatures."""
        if not self.keys:
            return self.content
        document: dict[str, str] = parse_json(self.content)
        return document["payload"].encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The `site` whose manifest an app accepts, the `path` of the manifest, and the trusted `keys`.

    Without keys the app relies on the connection only. `base` is the address that serves the files of the site; empty:
    the address of the site.
    """

    site: str
    keys: tuple[PublicKey, ...] = ()
    path: str = MAIN_PATH
    base: str = ""

    def __post_init__(self) -> None:
        secure_site(self.site)
        secure_site(self.base or self.site)
        if not re.fullmatch(MANIFEST_PATH, self.path):
            message = f"expected the path of a manifest such as “manifests/shop.json”, got {quoted(self.path)}"
            raise ValueError(message)

    @classmethod
    def of(cls, site: str, keys: tuple[Mapping[str, Any], ...], path: str = MAIN_PATH, base: str = "") -> Self:
        """Trust the manifest at `path` of `site`, served at `base`, and the public JWKs `keys`.

        Raise ValueError or SignatureError if one of them is invalid.
        """
        return cls(site=site, keys=tuple(PublicKey.from_jwk(key) for key in keys), path=path, base=base)

    @property
    def address(self) -> str:
        """The address of the manifest: of the signed file if there are keys, otherwise of the plain one."""
        return (self.base or self.site) + (signed_path(self.path) if self.keys else self.path)

    def manifest(self, body: bytes, limit: int) -> tuple[Manifest, bytes]:
        """Parse the manifest in `body`, of at most `limit` bytes; also return the exact bytes it was parsed from.

        Raise RefusedError with the reason.
        """
        try:
            data = parse_json(body, limit=limit)
        except ManifestError as cause:
            raise RefusedError(Reason.NOT_JSON, str(cause)) from cause
        if not self.keys:
            return self._manifest(data), body
        try:
            payload = verify(body, self.keys)
            return self._manifest(parse_json(payload)), payload
        except SignatureError as cause:
            raise RefusedError(Reason.SIGNATURE, str(cause)) from cause
        except ManifestError as cause:
            raise RefusedError(Reason.NOT_JSON, str(cause)) from cause

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the trusted keys."""
        return tuple(key.kid for key in self.keys)

    def signers(self, body: bytes) -> tuple[str, ...]:
        """Return the ids of the trusted keys that signed `body`, a manifest that `manifest` accepted."""
        return tuple(kid for kid in signers(body) if kid in self.key_ids) if self.keys else ()

    def file(self, body: bytes, limit: int) -> ManifestFile:
        """Return the manifest in `body`, of at most `limit` bytes, as a file; raise RefusedError as `manifest` does."""
        manifest, payload = self.manifest(body, limit)
        signed = self.signers(body)
        return ManifestFile(
            content=body,
            digest=Digest.of(payload),
            serial=manifest.serial,
            keys=tuple(key.to_jwk() for key in self.keys if key.kid in signed),
        )

    def _manifest(self, data: object) -> Manifest:
        try:
            return Manifest.from_json(data, site=self.site, path=self.path)
        except UnsupportedSpecError as cause:
            raise RefusedError(Reason.UNSUPPORTED_SPEC, str(cause)) from cause
        except ManifestError as cause:
            raise RefusedError(_REASONS.get(cause.path, Reason.SCHEMA), str(cause)) from cause
