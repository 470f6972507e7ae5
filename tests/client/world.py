"""Manifests, clocks and clients for tests: a site with one policy and any serial."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from book_builder import instant
from inforce.acceptance import Decision
from inforce.client import AsyncPolicies, Limits, Policies, PolicyText, RefreshReport
from inforce.instant import format_instant
from inforce.manifest import to_bytes
from inforce.text import Digest

START = instant("2026-09-20T06:00:00Z")
TEXT = "# Terms\n\nWe keep our word.\n"
SUBJECT = {"id": "u1", "since": "2024-01-01T00:00:00Z"}


@dataclass(slots=True)
class Clock:
    """A clock that advances only when a test sets it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Advance the clock by `time`, given as arguments of `timedelta`."""
        self.now += timedelta(**time)


def document(site: str, issued: datetime = START, **members: Any) -> dict[str, Any]:
    """Return a manifest of `site` with one policy to accept, of which version 2 is in force."""
    digests = {"en": str(Digest.of(TEXT))}
    version = {"change": "material", "published_at": "2026-01-01T00:00:00Z", "effective_at": "2026-01-01T00:00:00Z"}
    versions = [{"seq": 2, "version": "2026-01-01", **version, "digests": digests}]
    policy = {
        "id": "terms",
        "act": "accept",
        "page": "terms/",
        "languages": ["en"],
        "binding_language": "en",
        "latest": 2,
        "in_force": 2,
        "versions": versions,
    }
    return {
        "type": "policy-manifest",
        "spec": "1.0",
        "site": site,
        "path": "policies.json",
        "serial": int(issued.timestamp()),
        "issued_at": format_instant(issued),
        "expires_at": format_instant(issued + timedelta(days=30)),
        "poll_seconds": 86_400,
        "policies": [policy],
        **members,
    }


def proven(site: str, *older: dict[str, Any], issued: datetime = START, **members: Any) -> tuple[dict[str, Any], bytes]:
    """Return the manifest of `site` with the digest of a file of digests, and that file.

    Its versions are version 2 and the `older` ones, described by the fields that differ from version 2.
    """
    stated = document(site, issued, **members)
    (policy,) = stated["policies"]
    (second,) = policy["versions"]
    rows = [{"since": {}, **second, **fields} for fields in (*older, {})]
    named = {"type": "policy-version-digests", "spec": "1.0", "site": site, "policy": "terms"}
    raw = to_bytes({**named, "versions": rows})
    policy["versions_digest"] = str(Digest.of(raw))
    return stated, raw


def digests_path(stated: dict[str, Any]) -> str:
    """Return the path of the file of digests in the manifest `stated`."""
    return f"/terms/versions.{stated['policies'][0]['versions_digest'].removeprefix('sha256:')}.json"


def manifest(site: str, issued: datetime = START, **members: Any) -> bytes:
    """Return the same manifest as bytes."""
    return to_bytes(document(site, issued, **members))


@dataclass(slots=True)
class Reader:
    """An app of either kind: a common interface to `Policies` and `AsyncPolicies`."""

    policies: Policies | AsyncPolicies
    reports: list[RefreshReport] = field(default_factory=list)

    def refresh(self, *, force: bool = False) -> RefreshReport | None:
        """Refresh and wait for it."""
        if isinstance(self.policies, Policies):
            return self.policies.refresh(force=force)
        return asyncio.run(self.policies.refresh(force=force))

    def check(self, records: Sequence[Any] = ()) -> Decision:
        """Return the decision about the test user, after background work has finished."""
        if isinstance(self.policies, Policies):
            return self.policies.check(records, SUBJECT)  # type: ignore[arg-type]  # plain data is what apps have
        return asyncio.run(self._check(self.policies, records))

    def text(self, seq: int = 2, language: str = "en", policy: str = "terms") -> PolicyText:
        """Fetch a text of `policy`, the only policy."""
        if isinstance(self.policies, Policies):
            return self.policies.text(policy, seq, language)
        return asyncio.run(self.policies.text(policy, seq, language))

    @property
    def serial(self) -> int | None:
        """The serial of the manifest in use."""
        return self.policies.manifest.serial if self.policies.manifest else None

    async def _check(self, policies: AsyncPolicies, records: Sequence[Any]) -> Decision:
        decision = await policies.check(records, SUBJECT)  # type: ignore[arg-type]  # plain data is what apps have
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:  # type: ignore[arg-type]  # there is one
            await asyncio.wait(tasks)
        return decision


NewReader = Callable[..., Reader]
# A busy test machine must not cause timeouts; only hosts that never answer need a short limit.
PATIENT, SHORT = Limits(), Limits(seconds=0.3)


def new_reader(kind: type[Policies | AsyncPolicies], address: str, clock: Clock, **options: Any) -> Reader:
    """Create an app of `kind` with a fixed random number."""
    reports: list[RefreshReport] = []
    settings = {"limits": PATIENT, "clock": clock, "chance": lambda: 0.5, "on_report": reports.append, **options}
    return Reader(kind(address, **settings), reports)
