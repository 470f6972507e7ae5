"""Build a manifest from a catalogue: the versions that apps need now, and the full list of versions.

Invariants: neither document contains anything that is not public at the given instant; a decision based on the manifest
equals a decision based on the full history. Versions are listed by place: an amendment follows the version it amends.
Not responsible for: signing; writing files.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from inforce.address import manifest_file, policy_page, redline_page, text_file, version_page
from inforce.instant import format_instant
from inforce.manifest.words import DIGESTS_TYPE, MAIN_PATH, MANIFEST_TYPE, SPEC, VERSIONS_TYPE
from inforce.policy import ChangeLevel, Policy, Version
from inforce.policy.catalog import Catalog
from inforce.policy.evidence import Evidence
from inforce.policy.settings import Settings
from inforce.text import Digest

_NO_DIGESTS: Mapping[str, Digest] = MappingProxyType({})


def manifest_paths(settings: Settings) -> tuple[str, ...]:
    """Return the path of each manifest of a book, the main one first."""
    return tuple(_policies_by_path(settings))


def _policies_by_path(settings: Settings) -> dict[str, tuple[str, ...] | None]:
    """Return the ids of the policies in each manifest by its path; None means all policies."""
    return {MAIN_PATH: None, **{manifest_file(name): policies for name, policies in settings.manifests.items()}}


def manifest(
    catalog: Catalog,
    now: datetime,
    versions_digests: Mapping[str, Digest] = _NO_DIGESTS,
    *,
    path: str = MAIN_PATH,
) -> dict[str, Any]:
    """Return the manifest at `path` with the policies of `catalog` at `now`.

    Policies without a published version are omitted, so no manifest contains a draft. Instants have whole seconds.
    `versions_digests` are, by policy id, the digests of what `digests_document` returns; without them, clients can
    verify the listed versions only.
    """
    chosen = _policies_by_path(catalog.settings)[path]
    policies = catalog.policies
    if chosen is not None:  # policies without `order` appear as listed in book.yml
        policies = tuple(sorted(map(catalog.policy, chosen), key=lambda policy: policy.position))
    issued = now.replace(microsecond=0)
    expires = issued + timedelta(days=catalog.settings.manifest_days)
    return {
        "type": MANIFEST_TYPE,
        "spec": SPEC,
        "site": catalog.settings.site,
        "path": path,
        "serial": int(issued.timestamp()),
        "issued_at": format_instant(issued),
        "expires_at": format_instant(expires),
        "poll_seconds": catalog.settings.poll_seconds,
        "policies": [
            _policy(policy, issued, versions_digests.get(policy.id)) for policy in policies if policy.public(issued)
        ],
    }


def versions_document(
    catalog: Catalog, policy: Policy, now: datetime, evidence: Mapping[str, Evidence]
) -> dict[str, Any]:
    """Return all versions of `policy` that are public at `now`, by place, with addresses relative to the site.

    `evidence` is, by label, the commit that added each version; a version without it has the source it was imported
    from, or none.
    """
    issued = now.replace(microsecond=0)
    return {
        "type": VERSIONS_TYPE,
        "spec": SPEC,
        "site": catalog.settings.site,
        "policy": policy.id,
        "issued_at": format_instant(issued),
        "versions": [
            {**_version(policy, version, issued), **_whereabouts(policy, version, issued, evidence)}
            for version in policy.public(issued)
        ],
    }


def digests_document(
    catalog: Catalog, policy: Policy, now: datetime, files: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return all versions of `policy` that are public at `now`, by place, with the digests of their files.

    `files` are, by `seq`, the fields `redlines` and `since`. Only the selection of public versions depends on `now`, so
    two builds that publish the same files return the same document.
    """
    return {
        "type": DIGESTS_TYPE,
        "spec": SPEC,
        "site": catalog.settings.site,
        "policy": policy.id,
        "versions": [
            {**_version(policy, version, now), **_cancellation(version, now), **files[version.seq]}
            for version in policy.public(now)
        ],
    }


def _cancellation(version: Version, now: datetime) -> dict[str, str]:
    known = version.cancelled if version.is_cancelled(now) else None
    return {"cancelled_at": format_instant(known.at)} if known else {}


def listed(policy: Policy, now: datetime) -> tuple[Version, ...]:
    """Return the versions of `policy` that apps need at `now`, by place.

    These are the version in force, every announced version, every material version whose grace period still runs, and
    the floors: the newest version that requires an answer, the newest of which users are notified, and the newest whose
    grace period is over. The few versions that repeat an earlier text and are needed for it are included, and so are
    later versions than these floors with another act than the policy, and the version that a listed amendment amends.
    No other version can change an outcome.
    """
    standing = [version for version in policy.public(now) if not version.is_cancelled(now)]
    applying = [version for version in standing if version.effective_at <= now]
    needed = {policy.place(version) for version in standing if version.effective_at > now}
    needed.update(policy.place(version) for version in _floors(applying, now))
    needed.update(policy.place(version) for version in applying[-1:])
    needed.update(policy.place(version) for version in _other_acts(policy, applying, needed))
    oldest = min(needed, default=(0, 0))
    needed.update(policy.place(version) for version in _repeats(policy, applying, now, oldest))
    needed.update([(original, original) for original, _ in needed])
    return tuple(version for version in standing if policy.place(version) in needed)


def amendments(policy: Policy, now: datetime) -> dict[int, int]:
    """Return the number of the amended version by the number of each public amendment that needs it for its place.

    A record for an amendment with a lower number than all listed material versions is below every floor in any case.
    """
    material = [version for version in listed(policy, now) if version.change is ChangeLevel.MATERIAL]
    lowest = min((version.seq for version in material if version.effective_at <= now), default=0)
    return {
        version.seq: version.original_seq
        for version in sorted(policy.public(now), key=lambda version: version.seq)
        if version.amends and version.seq > lowest
    }


def same_as(policy: Policy, version: Version, now: datetime) -> tuple[int, ...]:
    """Return the numbers of the versions of a lower place with the binding text of `version`, in ascending order.

    Accepting one of them suffices.
    """
    digest = _binding_digest(policy, version)
    if digest is None:
        return ()
    earlier = itertools.takewhile(lambda other: other.seq != version.seq, policy.public(now))
    return tuple(sorted(other.seq for other in earlier if _binding_digest(policy, other) == digest))


def _binding_digest(policy: Policy, version: Version) -> Digest | None:
    edition = version.edition(policy.binding_language)
    return edition.digest if edition else None


def _floors(applying: list[Version], now: datetime) -> Iterator[Version]:
    material = [version for version in applying if version.change is ChangeLevel.MATERIAL]
    significant = [version for version in applying if version.change is not ChangeLevel.EDITORIAL]
    enforced = [v for v in material if not v.never_enforced and (v.enforce_at or v.effective_at) <= now]
    yield from (version for version in material if version.enforce_at and version.enforce_at > now)
    yield from (*material[-1:], *significant[-1:], *enforced[-1:])


def _other_acts(policy: Policy, applying: list[Version], needed: set[tuple[int, int]]) -> Iterator[Version]:
    """Yield the versions above the first needed material one in `applying` that do not require the act of `policy`."""
    floors = [version for version in applying if version.change is ChangeLevel.MATERIAL]
    lowest = min((place for place in map(policy.place, floors) if place in needed), default=(0, 0))
    for version in applying:
        if policy.place(version) > lowest and policy.act_of(version) is not policy.act:
            yield version


def _repeats(policy: Policy, applying: list[Version], now: datetime, oldest: tuple[int, int]) -> Iterator[Version]:
    """Yield the versions in `applying` that lift an old record above a floor, or one of a cancelled version above 0."""
    cancelled = {version.seq for version in policy.public(now) if version.is_cancelled(now)}
    for version in applying:
        repeated = same_as(policy, version, now)
        if repeated and (policy.place(version) > oldest or not cancelled.isdisjoint(repeated)):
            yield version


def _policy(policy: Policy, now: datetime, versions_digest: Digest | None) -> dict[str, Any]:
    latest, current = policy.latest(now), policy.in_force(now)
    shown = current or latest
    cancelled = sorted(version.seq for version in policy.public(now) if version.is_cancelled(now))
    members = {
        "id": policy.id,
        "act": str(policy.act),
        "page": policy_page(policy, policy.binding_language),
        "languages": sorted(str(language) for language in shown.languages) if shown else [],
        "binding_language": str(policy.binding_language),
        "audience": list(policy.audience),
        "reask_seconds": policy.reask_seconds,
        "withdrawn_at": policy.withdrawn and format_instant(policy.withdrawn.at),
        "cancelled": cancelled,
        "amendments": {str(number): original for number, original in amendments(policy, now).items()},
        "latest": latest and latest.seq,
        "in_force": current and current.seq,
        "next_change_at": _instant(policy.next_change(now)),
        "versions_digest": versions_digest and str(versions_digest),
    }
    present = {name: value for name, value in members.items() if value}
    return {**present, "versions": [_version(policy, version, now) for version in listed(policy, now)]}


def _version(policy: Policy, version: Version, now: datetime) -> dict[str, Any]:
    members: dict[str, Any] = {
        "seq": version.seq,
        "version": version.label.text,
        "change": str(version.change),
        "published_at": format_instant(version.published_at),
        "effective_at": format_instant(version.effective_at),
    }
    if version.effective_at_new:
        members["effective_at_new"] = format_instant(version.effective_at_new)
    if version.never_enforced or version.enforce_at:
        members["enforce_at"] = _instant(version.enforce_at)
    if same := same_as(policy, version, now):
        members["same_as"] = list(same)
    if version.amends:
        members["amends"] = version.original_seq
    if (act := policy.act_of(version)) is not policy.act:
        members["act"] = str(act)
    members["digests"] = {str(e.language): str(e.digest) for e in sorted(version.editions, key=lambda e: e.language)}
    return members


def _whereabouts(policy: Policy, version: Version, now: datetime, evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    earlier = list(itertools.takewhile(lambda other: other.seq != version.seq, policy.public(now)))
    members: dict[str, Any] = {
        "state": str(policy.state(version, now)),
        "page": version_page(policy, version, policy.binding_language),
        "texts": {str(language): text_file(policy, version, language) for language in sorted(version.languages)},
    }
    if earlier:
        members["changes"] = redline_page(policy, earlier[-1], version, policy.binding_language)
    if source := evidence.get(version.label.text) or _imported(version):
        members["source"] = {"commit": source.commit, "time": format_instant(source.committed)}
        if source.subject:
            members["source"]["subject"] = source.subject
    return members


def _imported(version: Version) -> Evidence | None:
    if origin := version.origin:
        return Evidence(commit=origin.commit, committed=origin.committed, subject=origin.subject)
    return None


def _instant(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None
