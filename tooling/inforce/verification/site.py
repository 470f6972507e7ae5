"""The fetched state of a site: the response at every requested address, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from inforce.address import (
    CONFORMANCE,
    DIGESTS_SCHEMA,
    FEED,
    MANIFEST,
    MANIFEST_SCHEMA,
    RECEIPT_SCHEMA,
    VERSIONS_SCHEMA,
)
from inforce.client.http import Response
from inforce.client.results import RefusedError
from inforce.client.state import ClientState
from inforce.client.trust import Trust
from inforce.errors import ManifestError
from inforce.instant import format_instant
from inforce.language import Language
from inforce.manifest import parse_json
from inforce.manifest.model import utc_instant
from inforce.manifest.words import signed_path
from inforce.policy.lock import Lock, LockEntry

Answers = Mapping[str, Response | RefusedError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site that `trust` refers to, as fetched at `now`, and what it is compared with.

    `answers` are by address relative to the site. `memory` is the state from earlier runs. `folder` contains the site;
    it is None if the answers came from a host, whose headers are checked. `additional` are the policies of each
    additional manifest by its path, and `memories` the states of those from earlier runs.
    """

    trust: Trust
    lock: Lock
    now: datetime
    answers: Answers
    memory: ClientState
    folder: Path | None = None
    additional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    memories: Mapping[str, ClientState] = field(default_factory=dict)

    @property
    def manifests(self) -> tuple[str, ...]:
        """The paths of all manifests, the main one first."""
        return (MANIFEST, *self.additional)

    def known(self, path: str) -> ClientState:
        """Return the state of the manifest at `path` from earlier runs."""
        return self.memory if path == MANIFEST else self.memories.get(path, ClientState())

    @property
    def over_http(self) -> bool:
        """Whether the answers came from a host."""
        return self.folder is None

    def issued_at(self, address: str) -> datetime | None:
        """Return the date of issue in the document at `address`; None if there is none."""
        try:
            return utc_instant(str((self.document(address) or {}).get("issued_at")))
        except ValueError:
            return None

    def body(self, address: str) -> bytes | None:
        """Return the body at `address`; None if the status was not 200."""
        answer = self.answers.get(address)
        return answer.body if isinstance(answer, Response) and answer.status == 200 else None

    def document(self, address: str) -> Mapping[str, Any] | None:
        """Return the JSON object at `address`; None if there is none."""
        try:
            data = parse_json(self.body(address) or b"")
        except ManifestError:
            return None
        return data if isinstance(data, dict) else None

    def responses(self) -> Iterator[tuple[str, Response]]:
        """Yield every address with status 200, and its response."""
        for address, answer in self.answers.items():
            if isinstance(answer, Response) and answer.status == 200:
                yield address, answer


def published(lock: Lock, now: datetime) -> Iterator[tuple[str, str, LockEntry]]:
    """Yield policy, label and entry of each version in `lock` published by `now`, by place."""
    for policy, entries in sorted(lock.entries.items()):
        for label, entry in sorted(entries.items(), key=lambda item: place_of(lock, policy, item[1])):
            if entry.published_at <= now:
                yield policy, label, entry


def amended_number(lock: Lock, policy: str, entry: LockEntry) -> int | None:
    """Return the number of the version of `policy` that `entry` amends; None if it is an original."""
    original = lock.entry(policy, entry.amends.text) if entry.amends else None
    return original.seq if original else None


def place_of(lock: Lock, policy: str, entry: LockEntry) -> tuple[int, int]:
    """Return the place of `entry` among the versions of `policy`."""
    return amended_number(lock, policy, entry) or entry.seq, entry.seq


def cancelled_by(lock: Lock, policy: str, entry: LockEntry, now: datetime) -> bool:
    """Return whether `entry` of `policy`, or the version that it amends, is cancelled at `now`."""
    original = lock.entry(policy, entry.amends.text) if entry.amends else None
    return any(each.cancelled is not None and each.cancelled.at <= now for each in (entry, original) if each)


def built_at(site: Site) -> datetime:
    """Return the instant at which `site` was built, read from its lists of versions or else from its manifest.

    The manifest can be issued again after the build. A date after `site.now`, or before the first publication, is
    replaced by `site.now`.
    """
    entries = list(published(site.lock, site.now))
    first = min((entry.published_at for _, _, entry in entries), default=site.now)
    policies = dict.fromkeys(policy for policy, _, _ in entries)
    for addresses in ([f"{policy}/versions.json" for policy in policies], [MANIFEST]):
        issued = [instant for address in addresses if (instant := site.issued_at(address))]
        if issued and first <= max(issued) <= site.now:
            return max(issued)
    return site.now


def manifest_addresses(paths: Iterable[str], *, signed: bool) -> list[str]:
    """Return the addresses of the manifests at `paths`, and of their signed forms if they are `signed`."""
    return [form for path in paths for form in ((path, signed_path(path)) if signed else (path,))]


def read_addresses(lock: Lock, now: datetime) -> list[str]:
    """Return the addresses to fetch in full besides the manifests: the lists of versions, and every text."""
    policies = dict.fromkeys(policy for policy, _, _ in published(lock, now))
    addresses = [f"{policy}/versions.json" for policy in policies]
    addresses += [
        f"{policy}/{label}/{language}.md" for policy, label, entry in published(lock, now) for language in entry.digests
    ]
    return addresses


def lasting_addresses(lock: Lock, now: datetime) -> list[str]:
    """Return the addresses that must exist beside those read in full: pages, which end in `/`, and files.

    They belong to every policy, version and step between neighbours, in every locked language.
    """
    addresses = [FEED, MANIFEST_SCHEMA, VERSIONS_SCHEMA, DIGESTS_SCHEMA, RECEIPT_SCHEMA, *CONFORMANCE]
    before: tuple[str, str, LockEntry] | None = None
    for policy, label, entry in published(lock, now):
        if before is None or before[0] != policy:
            addresses += [f"{policy}/", f"{policy}/history/", f"{policy}/feed.xml"]
        else:
            addresses += _step(policy, before[1], label, [tag for tag in entry.digests if tag in before[2].digests])
        addresses += [f"{policy}/{label}/", f"{policy}/{label}/since/"]
        for tag in entry.digests:
            addresses += [f"{policy}/{label}/{tag}.html", f"{policy}/{label}/since/{tag}.json"]
        before = (policy, label, entry)
    return addresses


def _step(policy: str, old: str, new: str, languages: Iterable[Language]) -> list[str]:
    step = f"{policy}/changes/{old}...{new}/"
    return [step, *(f"{step}{tag}.json" for tag in languages)]


def stated(lock: Lock, policy: str, label: str, entry: LockEntry) -> dict[str, Any]:
    """Return the locked version `label` of `policy` in the form of a manifest; empty fields are omitted."""
    instants = {
        "published_at": entry.published_at,
        "effective_at": entry.effective_at,
        "effective_at_new": entry.effective_at_new,
        "enforce_at": entry.enforce_at,
    }
    members: dict[str, Any] = {"seq": entry.seq, "version": label, "change": str(entry.change)}
    members |= {name: format_instant(instant) for name, instant in instants.items() if instant}
    if entry.never_enforced:
        members["enforce_at"] = None
    if (amends := amended_number(lock, policy, entry)) is not None:
        members["amends"] = amends
    return members
