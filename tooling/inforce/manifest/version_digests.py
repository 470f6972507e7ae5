"""Parse the file with the digests of all published files of a policy, which the manifest identifies by its digest.

Invariants: `PolicyDigests.from_bytes` returns values only if the bytes have the expected digest; every label is valid
as part of an address.
Not responsible for: fetching; comparing with earlier digests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from inforce.errors import DigestMismatchError, ManifestError, quoted
from inforce.fields import Fields, first_duplicate
from inforce.manifest.model import ManifestVersion, refuse_foreign
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import DIGESTS_TYPE, LANGUAGE, VERSION_LABEL
from inforce.text import Digest

ByLanguage = Mapping[str, Digest]
_FILE = re.compile(r"([^/]+)/versions\.([0-9a-f]{64})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDigests:
    """The digests of the files of one version, by language: its texts (in `version`), redlines and since files.

    `redlines` are by the label of the older version.
    """

    version: ManifestVersion
    redlines: Mapping[str, ByLanguage]
    since: ByLanguage

    @classmethod
    def from_shape(cls, shape: Fields) -> Self:
        """Read a version from `shape`."""
        redlines = shape.shape("redlines") if "redlines" in shape else None
        return cls(
            version=ManifestVersion.from_shape(shape),
            redlines={
                _full(redlines, label, VERSION_LABEL): _by_language(redlines.shape(label)) for label in redlines.names()
            }
            if redlines
            else {},
            since=_by_language(shape.shape("since")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDigests:
    """The digests of all published files of `policy`, by `seq` of the version."""

    policy: str
    versions: Mapping[int, VersionDigests]

    @classmethod
    def from_bytes(cls, raw: bytes, expected: Digest, *, site: str, policy: str) -> Self:
        """Parse the digests of `policy` of `site` from `raw`.

        Raise DigestMismatchError if the digest of `raw` is not `expected`; ManifestError if the document is of another
        kind or lacks a field.
        """
        digest = Digest.of(raw)
        if digest != expected:
            raise DigestMismatchError(f"the digests of {policy}", expected, digest)
        shape = Fields(parse_json(raw), "", ManifestError)
        refuse_foreign(shape, DIGESTS_TYPE, site)
        if (actual := shape.text("policy")) != policy:
            raise shape.error("policy", f"expected {quoted(policy)}, got {quoted(actual)}")
        versions = [VersionDigests.from_shape(inner) for inner in shape.shapes("versions")]
        twice = first_duplicate([version.version.seq for version in versions])
        if twice is not None:
            raise shape.error("versions", f"has {quoted(str(twice))} twice")
        return cls(policy=policy, versions={version.version.seq: version for version in versions})


def _by_language(shape: Fields) -> ByLanguage:
    return {_full(shape, name, LANGUAGE): shape.parsed(name, Digest) for name in shape.names()}


def _full(shape: Fields, name: str, pattern: str) -> str:
    if not re.fullmatch(pattern, name):
        raise shape.error(name[:40], "does not have the format required in an address")
    return name


def digests_file(policy_id: str, digest: Digest) -> str:
    """Return the address of the file with the digests of a policy's published files; it contains `digest`."""
    return f"{policy_id}/versions.{digest.hex}.json"


def digests_named(address: str) -> tuple[str, Digest] | None:
    """Return the policy id and the digest in `address`; None if `digests_file` cannot return this address."""
    match = _FILE.fullmatch(address) if "/versions." in address else None
    return (match[1], Digest(f"sha256:{match[2]}")) if match else None
