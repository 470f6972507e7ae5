"""Making a manifest out of a catalogue: what apps have to know now, and every version for those who ask.

Keeps true: nothing that is not public at the given instant shows in either document, and a reader of the manifest
decides as one who knew the whole history would. Does not sign and does not write files.
"""

from __future__ import annotations

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
    """Return the ids of the policies in each manifest by its path; None is every policy."""
    return {MAIN_PATH: None, **{manifest_file(name): policies for name, policies in settings.manifests.items()}}


def manifest(
    catalog: Catalog,
    now: datetime,
    versions_digests: Mapping[str, Digest] = _NO_DIGESTS,
    *,
    path: str = MAIN_PATH,
) -> dict[str, Any]:
    """State the policies of `catalog` in the manifest at `path` as apps need to know them at `now`.

    Policies of which nothing is published are left out: a draft is in no manifest. Instants have whole seconds.
    `versions_digests` are by policy id the digests of what `digests_document` returns; without one, clients can prove
    the listed versions only.
    """
    chosen = _policies_by_path(catalog.settings)[path]
    policies = [policy for policy in catalog if chosen is None or policy.id in chosen]
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
    """State every version of `policy` that is public at `now`, oldest first, with addresses relative to the site.

    `evidence` says by label which commit brought each version; a version without it shows what it was imported from,
    or nothing.
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
    """State every version of `policy` that is public at `now`, oldest first, with the digests of its files.

    `files` are by `seq` the fields `redlines` and `since`. Only the choice of public versions depends on `now`, so
    two builds that publish the same files return the same.
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
    """Choose the versions of `policy` that apps need at `now`, oldest first.

    The one in force, every announced one, every material one whose grace still runs, and the floors: the newest that
    asks, the newest that tells, and the newest whose grace is over; beside them the few that say an earlier text again
    and are needed for that. No other version can change an answer.
    """
    standing = [version for version in policy.public(now) if not version.is_cancelled(now)]
    applying = [version for version in standing if version.effective <= now]
    needed = {version.seq for version in standing if version.effective > now}
    needed.update(version.seq for version in _floors(applying, now))
    needed.update(version.seq for version in applying[-1:])
    needed.update(version.seq for version in _repeats(policy, applying, now, oldest=min(needed, default=0)))
    return tuple(version for version in standing if version.seq in needed)


def same_as(policy: Policy, version: Version, now: datetime) -> tuple[int, ...]:
    """List earlier numbers of `policy` whose binding text is that of `version`: who accepted those owes nothing."""
    digest = _binding_digest(policy, version)
    earlier = [other for other in policy.public(now) if other.seq < version.seq]
    return tuple(other.seq for other in earlier if digest and _binding_digest(policy, other) == digest)


def _binding_digest(policy: Policy, version: Version) -> Digest | None:
    edition = version.edition(policy.binding_language)
    return edition.digest if edition else None


def _floors(applying: list[Version], now: datetime) -> Iterator[Version]:
    material = [version for version in applying if version.change is ChangeLevel.MATERIAL]
    told = [version for version in applying if version.change is not ChangeLevel.EDITORIAL]
    enforced = [v for v in material if not v.never_enforced and (v.enforce or v.effective) <= now]
    yield from (version for version in material if version.enforce and version.enforce > now)
    yield from (*material[-1:], *told[-1:], *enforced[-1:])


def _repeats(policy: Policy, applying: list[Version], now: datetime, oldest: int) -> Iterator[Version]:
    """List those of `applying` that lift an old record above a floor, or one of a cancelled version above nothing."""
    cancelled = {version.seq for version in policy.public(now) if version.is_cancelled(now)}
    for version in applying:
        repeated = same_as(policy, version, now)
        if repeated and (version.seq > oldest or not cancelled.isdisjoint(repeated)):
            yield version


def _policy(policy: Policy, now: datetime, versions_digest: Digest | None) -> dict[str, Any]:
    latest, current = policy.latest(now), policy.in_force(now)
    shown = current or latest
    cancelled = [version.seq for version in policy.public(now) if version.is_cancelled(now)]
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
        "latest": latest and latest.seq,
        "in_force": current and current.seq,
        "next_change_at": _instant(policy.next_change(now)),
        "versions_digest": versions_digest and str(versions_digest),
    }
    said = {name: value for name, value in members.items() if value}
    return {**said, "versions": [_version(policy, version, now) for version in listed(policy, now)]}


def _version(policy: Policy, version: Version, now: datetime) -> dict[str, Any]:
    members: dict[str, Any] = {
        "seq": version.seq,
        "version": version.label.text,
        "change": str(version.change),
        "published_at": format_instant(version.published),
        "effective_at": format_instant(version.effective),
    }
    if version.effective_new:
        members["effective_at_new"] = format_instant(version.effective_new)
    if version.never_enforced or version.enforce:
        members["enforce_at"] = _instant(version.enforce)
    if same := same_as(policy, version, now):
        members["same_as"] = list(same)
    members["digests"] = {str(e.language): str(e.digest) for e in sorted(version.editions, key=lambda e: e.language)}
    return members


def _whereabouts(policy: Policy, version: Version, now: datetime, evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    earlier = [other for other in policy.public(now) if other.seq < version.seq]
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
