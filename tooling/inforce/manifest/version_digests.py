"""Reading the digests of everything published of a policy: the file that the manifest names by its own digest.

Invariants: `PolicyDigests.from_bytes` returns what the bytes with the expected digest say, or raises; a label in it can
be part of an address.
Not responsible for: fetching, and comparing with what was known before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from inforce.errors import DigestMismatchError, ManifestError, quoted
from inforce.fields import Fields, first_duplicate
from inforce.manifest.reading import ManifestVersion, refuse_foreign
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import DIGESTS_TYPE, LANGUAGE, VERSION_LABEL
from inforce.text import Digest

ByLanguage = Mapping[str, Digest]
_FILE = re.compile(r"([^/]+)/versions\.([0-9a-f]{64})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDigests:
    """The digests of the files of one version: its texts (in `version`), redlines and since files, by language.

    `redlines` are by the label of the older version.
    """

    version: ManifestVersion
    redlines: Mapping[str, ByLanguage]
    since: ByLanguage

    @classmethod
    def from_shape(cls, shape: Fields) -> Self:
        """Read a version out of `shape`."""
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
    """The digests of every file published of `policy`, by `seq` of the version."""

    policy: str
    versions: Mapping[int, VersionDigests]

    @classmethod
    def from_bytes(cls, raw: bytes, expected: Digest, *, site: str, policy: str) -> Self:
        """Read the digests of `policy` of `site` out of `raw`.

        DigestMismatchError where the digest of `raw` is not the `expected` one; ManifestError where the document is
        another one or lacks a field.
        """
        digest = Digest.of(raw)
        if digest != expected:
            raise DigestMismatchError(f"the digests of {policy}", expected, digest)
        shape = Fields(parse_json(raw), "", ManifestError)
        refuse_foreign(shape, DIGESTS_TYPE, site)
        if (found := shape.text("policy")) != policy:
            raise shape.refuse("policy", f"expected {quoted(policy)}, got {quoted(found)}")
        versions = [VersionDigests.from_shape(inner) for inner in shape.shapes("versions")]
        twice = first_duplicate([one.version.seq for one in versions])
        if twice is not None:
            raise shape.refuse("versions", f"has {quoted(str(twice))} twice")
        return cls(policy=policy, versions={one.version.seq: one for one in versions})


def _by_language(shape: Fields) -> ByLanguage:
    return {_full(shape, name, LANGUAGE): shape.parsed(name, Digest) for name in shape.names()}


def _full(shape: Fields, name: str, pattern: str) -> str:
    if not re.fullmatch(pattern, name):
        raise shape.refuse(name[:40], "is not of the form it has in an address")
    return name


def digests_file(policy_id: str, digest: Digest) -> str:
    """Return the address of the digests of everything published of a policy: a file named by its own `digest`."""
    return f"{policy_id}/versions.{digest.hex}.json"


def digests_named(address: str) -> tuple[str, Digest] | None:
    """Return the policy id and the digest in `address`; None where it is no address of `digests_file`."""
    found = _FILE.fullmatch(address) if "/versions." in address else None
    return (found[1], Digest(f"sha256:{found[2]}")) if found else None
