"""Parse a manifest from bytes into typed values and reject everything the schema rejects.

Invariants: a `Manifest` has a supported specification and the expected site, and its addresses stay below that site.
Unknown fields are kept in `data` and otherwise ignored.
Not responsible for: fetching; verifying signatures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inforce.errors import ManifestError, UnsupportedSpecError, quoted
from inforce.fields import Fields, first_duplicate
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import (
    ACTS,
    CHANGES,
    INSTANT,
    LANGUAGE,
    MANIFEST_PATH,
    MANIFEST_TYPE,
    PAGE,
    POLICY_ID,
    SITE,
    SPEC,
    SPEC_FORM,
    VERSION_LABEL,
)
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestVersion:
    """A version as listed in a manifest; `never_enforced` represents `enforce_at: null`."""

    seq: int
    version: str
    change: str
    effective_at: datetime
    digests: Mapping[str, Digest]
    published_at: datetime | None = None
    effective_at_new: datetime | None = None
    enforce_at: datetime | None = None
    never_enforced: bool = False
    same_as: tuple[int, ...] = ()

    @classmethod
    def from_shape(cls, shape: Fields) -> ManifestVersion:
        """Read a version from `shape`."""
        digests = shape.shape("digests")
        never = "enforce_at" in shape and shape.value("enforce_at") is None
        version = cls(
            seq=_count(shape, "seq"),
            version=shape.parsed("version", _matching(VERSION_LABEL, "a version label")),
            change=shape.parsed("change", _one_of(CHANGES)),
            effective_at=shape.parsed("effective_at", utc_instant),
            published_at=_optional(shape, "published_at"),
            effective_at_new=_optional(shape, "effective_at_new"),
            enforce_at=None if never else _optional(shape, "enforce_at"),
            never_enforced=never,
            same_as=_counts(shape, "same_as"),
            digests={_language(digests, name): digests.parsed(name, Digest) for name in digests.names()},
        )
        if not version.digests:
            raise shape.error("digests", "lists no text")
        return version


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPolicy:
    """A policy as listed in a manifest; `versions` are those an app needs, not the whole history."""

    id: str
    act: str
    page: str
    languages: tuple[str, ...]
    binding_language: str
    versions: tuple[ManifestVersion, ...]
    latest: int | None = None
    in_force: int | None = None
    next_change_at: datetime | None = None
    audience: tuple[str, ...] = ()
    reask_seconds: int | None = None
    withdrawn_at: datetime | None = None
    cancelled: tuple[int, ...] = ()
    versions_digest: Digest | None = None

    @classmethod
    def from_shape(cls, shape: Fields) -> ManifestPolicy:
        """Read a policy from `shape`."""
        policy = cls(
            id=shape.parsed("id", _matching(POLICY_ID, "a policy id")),
            act=shape.parsed("act", _one_of(ACTS)),
            page=shape.parsed("page", _matching(PAGE, "an address below the site")),
            languages=shape.texts("languages", _matching(LANGUAGE, "a language tag")),
            binding_language=shape.parsed("binding_language", _matching(LANGUAGE, "a language tag")),
            versions=tuple(ManifestVersion.from_shape(inner) for inner in shape.shapes("versions")),
            latest=_count(shape, "latest") if "latest" in shape else None,
            in_force=_count(shape, "in_force") if "in_force" in shape else None,
            next_change_at=_optional(shape, "next_change_at"),
            audience=shape.texts("audience", str, ()),
            reask_seconds=_count(shape, "reask_seconds") if "reask_seconds" in shape else None,
            withdrawn_at=_optional(shape, "withdrawn_at"),
            cancelled=_counts(shape, "cancelled"),
            versions_digest=shape.parsed("versions_digest", Digest, None),
        )
        if not policy.languages:
            raise shape.error("languages", "lists no language")
        _refuse_twice(shape, "versions", [version.seq for version in policy.versions])
        return policy

    def version(self, seq: int) -> ManifestVersion | None:
        """Return the version with the number `seq`; None if it is not listed."""
        return next((version for version in self.versions if version.seq == seq), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A parsed manifest; `data` is the whole document, unknown fields included."""

    spec: str
    site: str
    path: str
    serial: int
    issued_at: datetime
    expires_at: datetime
    poll_seconds: int
    policies: tuple[ManifestPolicy, ...]
    data: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_json(cls, data: object, *, site: str | None = None, path: str | None = None) -> Manifest:
        """Parse a manifest from decoded JSON; raise ManifestError, with the name of the field, if it is invalid.

        With `site` and `path`, a manifest of any other site or path is rejected. Raise UnsupportedSpecError for another
        major specification version.
        """
        shape = Fields(data, "", ManifestError)
        refuse_foreign(shape, MANIFEST_TYPE, site)
        own = shape.parsed("path", _matching(MANIFEST_PATH, "the path of a manifest such as “policies.json”"))
        if path is not None and own != path:
            problem = f"expected {quoted(path)}, got {quoted(own)}"
            raise shape.error("path", problem, "publish each manifest at its path")
        manifest = cls(
            spec=shape.text("spec"),
            site=shape.text("site"),
            path=own,
            serial=_count(shape, "serial", least=0),
            issued_at=shape.parsed("issued_at", utc_instant),
            expires_at=shape.parsed("expires_at", utc_instant),
            poll_seconds=_count(shape, "poll_seconds"),
            policies=tuple(ManifestPolicy.from_shape(inner) for inner in shape.shapes("policies")),
            data={name: shape.value(name) for name in shape.names()},
        )
        _refuse_twice(shape, "policies", [policy.id for policy in manifest.policies])
        if manifest.serial != (seconds := int(manifest.issued_at.timestamp())):
            raise shape.error("serial", f"expected {seconds}, the seconds of issued_at, got {manifest.serial}")
        return manifest

    def policy(self, policy_id: str) -> ManifestPolicy | None:
        """Return the policy `policy_id`; None if it is not listed."""
        return next((policy for policy in self.policies if policy.id == policy_id), None)


def parse_manifest(
    raw: bytes, *, site: str | None = None, path: str | None = None, limit: int | None = None
) -> Manifest:
    """Parse the bytes `raw` of a manifest of at most `limit` bytes; it must have `site` and `path` if they are given.

    Raise ManifestError with the name of the invalid field; UnsupportedSpecError for an unknown major specification
    version.
    """
    return Manifest.from_json(parse_json(raw, limit=limit), site=site, path=path)


def refuse_foreign(shape: Fields, document_type: str, site: str | None) -> None:
    """Reject a document that is not a `document_type` of a known specification or, if `site` is given, of that site."""
    if (actual := shape.text("type")) != document_type:
        raise shape.error("type", f"expected “{document_type}”, got {quoted(actual)}")
    spec = shape.parsed("spec", _matching(SPEC_FORM, "a specification such as “1.0”"))
    if spec.split(".")[0] != SPEC.split(".")[0]:
        raise UnsupportedSpecError(spec, SPEC)
    own = shape.parsed("site", _matching(SITE, "the absolute address of a site, ending in “/”"))
    if site is not None and own != site:
        raise shape.error(
            "site", f"expected {quoted(site, 200)}, got {quoted(own, 200)}", "check the address of the site"
        )


def utc_instant(text: str) -> datetime:
    """Parse `text` as a UTC instant with whole seconds, `2027-02-28T16:00:00Z`; ValueError for any other form."""
    if not re.fullmatch(INSTANT, text):
        message = f"expected an instant such as “2027-02-28T16:00:00Z”, got {quoted(text)}"
        raise ValueError(message)
    return datetime.fromisoformat(text).astimezone(UTC)


def _optional(shape: Fields, name: str) -> datetime | None:
    return shape.parsed(name, utc_instant) if name in shape else None


def _count(shape: Fields, name: str, least: int = 1) -> int:
    number = shape.integer(name)
    if number < least:
        raise shape.error(name, f"expected a whole number from {least}, got {number}")
    return number


def _counts(shape: Fields, name: str) -> tuple[int, ...]:
    numbers = shape.items(name, ())
    if not all(type(number) is int and number > 0 for number in numbers):
        raise shape.error(name, "expected a list of whole numbers from 1")
    return numbers


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            message = f"expected {what}, got {quoted(text)}"
            raise ValueError(message)
        return text

    return parse


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            message = f"expected one of {', '.join(words)}, got {quoted(text)}"
            raise ValueError(message)
        return text

    return parse


def _language(shape: Fields, name: str) -> str:
    if not re.fullmatch(LANGUAGE, name):
        raise shape.error(name[:40], "is not a language tag")
    return name


def _refuse_twice(shape: Fields, name: str, names: list[Any]) -> None:
    twice = first_duplicate(names)
    if twice is not None:
        raise shape.error(name, f"hold {quoted(str(twice))} twice")
