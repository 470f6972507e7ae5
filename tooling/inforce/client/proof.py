"""Verify the digest of every text and redline of a policy, starting from the manifest.

Invariants: a version is returned only if the manifest in use lists it, or if it is in the file whose digest that
manifest contains; so with keys a signature covers it. The only remedy for a mismatch is one forced refresh.
Not responsible for: fetching.
"""

from __future__ import annotations

from dataclasses import dataclass

from inforce.client.http import Request, Response, body_of
from inforce.client.limits import Limits
from inforce.client.results import Reason, RefusedError
from inforce.client.state import ClientState, KnownVersion
from inforce.client.update_rules import refuse_change
from inforce.errors import DigestMismatchError, ManifestError, UnknownVersionError
from inforce.manifest import ManifestPolicy, ManifestVersion, PolicyDigests, VersionDigests, digests_file
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDigests:
    """A request for the digests of a policy; `listed` is the policy in the manifest that proves them."""

    listed: ManifestPolicy
    digest: Digest
    memory: ClientState

    @classmethod
    def of(cls, memory: ClientState, listed: ManifestPolicy) -> WantedDigests:
        """Return the request for the digests of `listed`; raise RefusedError if the manifest has no digest of them."""
        if listed.versions_digest is None:
            detail = f"the manifest has no digest that proves other versions of {listed.id} than those it lists"
            raise RefusedError(Reason.UNPROVEN, detail)
        return cls(listed=listed, digest=listed.versions_digest, memory=memory)

    def request(self, site: str, limits: Limits) -> Request:
        """Return the HTTP request for the file at `site`."""
        return Request(url=site + digests_file(self.listed.id, self.digest), limit=limits.document)

    def received(self, response: Response, site: str) -> PolicyDigests:
        """Return the digests in `response`.

        Raise DigestMismatchError if the file does not have the digest in the manifest; RefusedError if it is of another
        kind or contradicts a version seen before.
        """
        policy = self.listed.id
        raw = body_of(response, f"the digests of {policy}")
        try:
            digests = PolicyDigests.from_bytes(raw, self.digest, site=site, policy=policy)
        except ManifestError as cause:
            raise RefusedError(Reason.SCHEMA, f"the digests of {policy}: {cause}") from cause
        for seq, known in self.memory.known.get(policy, {}).items():
            if seq in digests.versions:
                new = KnownVersion.of(digests.versions[seq].version, self.listed)
                refuse_change(f"{policy} {known.version}", known, new)
        return digests


def listed_policy(memory: ClientState, policy: str, seq: int) -> ManifestPolicy:
    """Return `policy` as the manifest in `memory` lists it.

    Raise RefusedError if there is no manifest yet; UnknownVersionError, with `seq`, if it does not list the policy.
    """
    if memory.manifest is None:
        raise RefusedError(Reason.UNPROVEN, "there is no manifest yet to verify a text")
    listed = memory.manifest.policy(policy)
    if listed is None:
        raise UnknownVersionError(policy, seq)
    return listed


def digests_of(digests: PolicyDigests, seq: int) -> VersionDigests:
    """Return the digests of the version `seq`; raise UnknownVersionError if it was never published."""
    version = digests.versions.get(seq)
    if version is None:
        raise UnknownVersionError(digests.policy, seq)
    return version


def shared_language(language: str, binding: str, *versions: ManifestVersion) -> str | None:
    """Return the first of `language`, `binding` and the languages of the first version that all `versions` have."""
    wishes = (language, binding, *versions[0].digests)
    return next((tag for tag in wishes if all(tag in version.digests for version in versions)), None)


def may_heal(problem: Exception) -> bool:
    """Return whether `problem` indicates that the site was republished after the manifest was fetched."""
    return isinstance(problem, DigestMismatchError) or (
        isinstance(problem, RefusedError) and problem.reason in (Reason.MISSING, Reason.UNPROVEN)
    )
