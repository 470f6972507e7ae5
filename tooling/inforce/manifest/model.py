"""The one typed form of a manifest: `Manifest`, its policies and their versions, parsed from bytes.

Invariants: everything the schema rejects is rejected; a parsed `Manifest` has a supported specification and the
expected site, and its addresses stay below that site. Unknown fields are kept in `data` and otherwise ignored. Versions
are ordered by place: an amendment follows the version it amends. Fields with a default are optional, or unused by a
decision: `acceptance` sets only the others.
Not responsible for: fetching; verifying signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inforce.errors import ManifestError, UnsupportedSpecError, quoted
from inforce.fields import Fields, first_duplicate, matching, one_of
from inforce.instant import parse_rfc3339
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import (
    ACTS,
    CHANGES,
    INSTANT,
    LANGUAGE,
    MANIFEST_PATH,
    MANIFEST_TYPE,
    NUMBER,
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
    """A version as listed in a manifest; `never_enforced` represents `enforce_at: null`.

    `amends` is the number of the version it amends, `act` the act it requires; None: it amends no version, and requires
    the act of its policy.
    """

    seq: int
    version: str = ""
    change: str
    effective_at: datetime
    digests: Mapping[str, Digest]
    published_at: datetime | None = None
    effective_at_new: datetime | None = None
    enforce_at: datetime | None = None
    never_enforced: bool = False
    same_as: tuple[int, ...] = ()
    amends: int | None = None
    act: str | None = None

    @property
    def original(self) -> int:
        """The number of the version it amends; its own number if it amends none."""
        return self.amends or self.seq

    @property
    def place(self) -> tuple[int, int]:
        """The place in the order of versions: the number of its original, then its own number."""
        return self.amends or self.seq, self.seq

    def applies_at(self, joined: datetime) -> datetime:
        """Return the instant from which this version applies to a user who joined at `joined`."""
        if self.effective_at_new is not None and joined >= self.effective_at_new:
            return self.effective_at_new
        return self.effective_at

    @property
    def enforced_at(self) -> datetime | None:
        """When this version is enforced; None if it never is."""
        return None if self.never_enforced else self.enforce_at or self.effective_at

    @classmethod
    def from_shape(cls, shape: Fields) -> ManifestVersion:
        """Read a version from `shape`."""
        digests = shape.shape("digests")
        never = shape.value("enforce_at", "") is None
        version = cls(
            seq=shape.integer("seq", least=1),
            version=shape.parsed("version", matching(VERSION_LABEL, "a version label")),
            change=shape.parsed("change", one_of(CHANGES)),
            effective_at=shape.parsed("effective_at", utc_instant),
            published_at=shape.parsed("published_at", utc_instant, None),
            effective_at_new=shape.parsed("effective_at_new", utc_instant, None),
            enforce_at=None if never else shape.parsed("enforce_at", utc_instant, None),
            never_enforced=never,
            same_as=shape.counts("same_as", ()),
            amends=shape.integer("amends", None, least=1),
            act=shape.parsed("act", one_of(ACTS), None),
            digests={_language(digests, name): digests.parsed(name, Digest) for name in digests.names()},
        )
        if not version.digests:
            raise shape.error("digests", "lists no text")
        return version


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPolicy:
    """A policy as listed in a manifest; `versions` are those an app needs, not the whole history.

    `amendments` maps the number of an amendment, listed or not, to the number of the version it amends.
    """

    id: str
    act: str
    page: str = ""
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
    amendments: Mapping[int, int] = field(default_factory=dict)
    versions_digest: Digest | None = None

    @classmethod
    def from_shape(cls, shape: Fields) -> ManifestPolicy:
        """Read a policy from `shape`."""
        policy = cls(
            id=shape.parsed("id", matching(POLICY_ID, "a policy id")),
            act=shape.parsed("act", one_of(ACTS)),
            page=shape.parsed("page", matching(PAGE, "an address below the site")),
            languages=shape.texts("languages", matching(LANGUAGE, "a language tag")),
            binding_language=shape.parsed("binding_language", matching(LANGUAGE, "a language tag")),
            versions=by_place(ManifestVersion.from_shape(inner) for inner in shape.shapes("versions")),
            latest=shape.integer("latest", None, least=1),
            in_force=shape.integer("in_force", None, least=1),
            next_change_at=shape.parsed("next_change_at", utc_instant, None),
            audience=shape.texts("audience", str, ()),
            reask_seconds=shape.integer("reask_seconds", None, least=1),
            withdrawn_at=shape.parsed("withdrawn_at", utc_instant, None),
            cancelled=shape.counts("cancelled", ()),
            amendments=amendments(shape.shape("amendments", {})),
            versions_digest=shape.parsed("versions_digest", Digest, None),
        )
        if not policy.languages:
            raise shape.error("languages", "lists no language")
        _refuse_twice(shape, "versions", [version.seq for version in policy.versions])
        _refuse_wrong_amendments(shape, policy)
        return policy

    def version(self, seq: int) -> ManifestVersion | None:
        """Return the version with the number `seq`; None if it is not listed."""
        for version in self.versions:
            if version.seq == seq:
                return version
        return None

    def original(self, seq: int) -> int:
        """Return the number of the version that the version `seq`, listed or not, amends; `seq` if it amends none."""
        version = self.version(seq)
        return version.original if version else self.amendments.get(seq, seq)

    def act_of(self, version: ManifestVersion | None) -> str:
        """Return the act that `version` requires; for None, a version that is not listed, the act of the policy."""
        return (version.act if version else None) or self.act

    def knows(self, number: int) -> bool:
        """Return whether a listed version, cancellation or amendment has the number `number` or a higher one."""
        listed = (version.seq for version in self.versions)
        return number <= max((*listed, *self.cancelled, *self.amendments), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A parsed manifest; `data` is the whole document, unknown fields included."""

    spec: str
    site: str = ""
    path: str = ""
    serial: int
    issued_at: datetime
    expires_at: datetime
    poll_seconds: int = 0
    policies: tuple[ManifestPolicy, ...]
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, data: object, *, site: str | None = None, path: str | None = None) -> Manifest:
        """Parse a manifest from decoded JSON; raise ManifestError, with the name of the field, if it is invalid.

        With `site` and `path`, a manifest of any other site or path is rejected. Raise UnsupportedSpecError for another
        major specification version.
        """
        shape = Fields(data, "", ManifestError)
        refuse_foreign(shape, MANIFEST_TYPE, site)
        own = shape.parsed("path", matching(MANIFEST_PATH, "the path of a manifest such as “policies.json”"))
        if path is not None and own != path:
            problem = f"expected {quoted(path)}, got {quoted(own)}"
            raise shape.error("path", problem, "publish each manifest at its path")
        manifest = cls(
            spec=shape.text("spec"),
            site=shape.text("site"),
            path=own,
            serial=shape.integer("serial", least=0),
            issued_at=shape.parsed("issued_at", utc_instant),
            expires_at=shape.parsed("expires_at", utc_instant),
            poll_seconds=shape.integer("poll_seconds", least=1),
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
    spec = shape.parsed("spec", matching(SPEC_FORM, "a specification such as “1.0”"))
    if spec.split(".")[0] != SPEC.split(".")[0]:
        raise UnsupportedSpecError(spec, SPEC)
    own = shape.parsed("site", matching(SITE, "the absolute address of a site, ending in “/”"))
    if site is not None and own != site:
        raise shape.error(
            "site", f"expected {quoted(site, 200)}, got {quoted(own, 200)}", "check the address of the site"
        )


def utc_instant(text: str) -> datetime:
    """Parse `text` as a UTC instant with whole seconds, `2027-02-28T16:00:00Z`; ValueError for any other form."""
    if not re.fullmatch(INSTANT, text):
        message = f"expected an instant such as “2027-02-28T16:00:00Z”, got {quoted(text)}"
        raise ValueError(message)
    return parse_rfc3339(text)


def by_place(versions: Iterable[ManifestVersion]) -> tuple[ManifestVersion, ...]:
    """Return `versions` in the order of their places."""
    return tuple(sorted(versions, key=lambda version: version.place))


def amendments(shape: Fields) -> dict[int, int]:
    """Return the numbers of amendments in `shape`, each with the number of the version it amends."""
    for name in shape.names():
        if not re.fullmatch(NUMBER, name):
            raise shape.error(name[:40], "is not the number of a version")
    return {int(name): shape.integer(name, least=1) for name in shape.names()}


def _refuse_wrong_amendments(shape: Fields, policy: ManifestPolicy) -> None:
    """Reject amendments of a later version or of an amendment, and different statements about a listed version."""
    for version in policy.versions:
        if policy.amendments.get(version.seq, version.amends) != version.amends:
            raise shape.error("amendments", f"contradicts the listed version {version.seq}")
    listed = {version.seq: version.amends for version in policy.versions if version.amends}
    amended = {**policy.amendments, **listed}
    for number, original in amended.items():
        if original >= number or original in amended:
            field_name = "versions" if number in listed else "amendments"
            raise shape.error(
                field_name, f"{number} must amend an earlier version that is no amendment, not {original}"
            )


def _language(shape: Fields, name: str) -> str:
    if not re.fullmatch(LANGUAGE, name):
        raise shape.error(name[:40], "is not a language tag")
    return name


def _refuse_twice(shape: Fields, name: str, names: list[Any]) -> None:
    twice = first_duplicate(names)
    if twice is not None:
        raise shape.error(name, f"hold {quoted(str(twice))} twice")
