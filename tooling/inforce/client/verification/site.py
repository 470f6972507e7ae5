"""A site as it was found: what it answered at every address that was asked, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inforce.address import MANIFEST, SIGNED_MANIFEST
from inforce.catalog import Lock, LockEntry
from inforce.client.exchange import Response
from inforce.client.memory import Memory
from inforce.client.refusal import RefusedError
from inforce.client.trust import Trust
from inforce.errors import ManifestError
from inforce.instant import format_instant
from inforce.manifest import parse_json

Answers = Mapping[str, Response | RefusedError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What was found at `now` of the site that `trust` names, and what it is held against.

    `answers` are by address relative to the site. `memory` is what was known of it before. `over_http` says whether the
    answers came from a host, whose headers matter.
    """

    trust: Trust
    lock: Lock
    now: datetime
    answers: Answers
    memory: Memory
    over_http: bool

    def body(self, address: str) -> bytes | None:
        """Return what stands at `address`; None where it did not answer with 200."""
        answer = self.answers.get(address)
        return answer.body if isinstance(answer, Response) and answer.status == 200 else None

    def document(self, address: str) -> Mapping[str, Any] | None:
        """Decode the JSON object at `address`; None where there is none."""
        try:
            data = parse_json(self.body(address) or b"")
        except ManifestError:
            return None
        return data if isinstance(data, dict) else None

    def responses(self) -> Iterator[tuple[str, Response]]:
        """Go through all addresses that answered with 200, and the answers."""
        for address, answer in self.answers.items():
            if isinstance(answer, Response) and answer.status == 200:
                yield address, answer


def published(lock: Lock, now: datetime) -> Iterator[tuple[str, str, LockEntry]]:
    """Go through what `lock` says was published by `now`: policy, label and entry, oldest first."""
    for policy, entries in sorted(lock.entries.items()):
        for label, entry in sorted(entries.items(), key=lambda item: item[1].seq):
            if entry.published <= now:
                yield policy, label, entry


def read_addresses(lock: Lock, now: datetime, *, signed: bool) -> list[str]:
    """List what has to be read to verify a site: the manifest, the lists of versions, and every text."""
    addresses = [MANIFEST, *([SIGNED_MANIFEST] if signed else [])]
    policies = dict.fromkeys(policy for policy, _, _ in published(lock, now))
    addresses += [f"{policy}/versions.json" for policy in policies]
    addresses += [
        f"{policy}/{label}/{language}.md" for policy, label, entry in published(lock, now) for language in entry.digests
    ]
    return addresses


def page_addresses(lock: Lock, now: datetime) -> list[str]:
    """List the pages that may never vanish: of every policy, version and step between neighbours."""
    addresses: list[str] = []
    before: tuple[str, str] = ("", "")
    for policy, label, _ in published(lock, now):
        if before[0] != policy:
            addresses += [f"{policy}/", f"{policy}/history/"]
        else:
            addresses.append(f"{policy}/changes/{before[1]}...{label}/")
        addresses += [f"{policy}/{label}/", f"{policy}/{label}/since/"]
        before = (policy, label)
    return addresses


def stated(label: str, entry: LockEntry) -> dict[str, Any]:
    """Write what was locked as `label` in the words of a manifest; members that say nothing are left out."""
    instants = {
        "notify_at": entry.published,
        "effective_at": entry.effective,
        "effective_at_new": entry.effective_new,
        "enforce_at": entry.enforce,
    }
    members: dict[str, Any] = {"seq": entry.seq, "version": label, "change": str(entry.change)}
    members |= {name: format_instant(instant) for name, instant in instants.items() if instant}
    if entry.never_enforced:
        members["enforce_at"] = None
    return members
