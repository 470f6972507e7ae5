"""Check the digests in manifests, and the redlines and since files that they prove."""

from __future__ import annotations

from collections.abc import Iterator

from inforce.checks import Finding
from inforce.errors import DigestMismatchError, ManifestError
from inforce.manifest import PolicyDigests, digests_file, parse_manifest
from inforce.text import Digest
from inforce.verification import rules
from inforce.verification.rules import found
from inforce.verification.site import Site, published

_FIX = "Build and publish the whole site again."


def named_digests(site: Site) -> dict[str, tuple[str, Digest]]:
    """Return, by address, the policy id and digest of each digests file that a manifest of `site` refers to."""
    return {
        digests_file(policy, digest): (policy, digest) for _, policy, digest in _policies(site) if digest is not None
    }


def proven_files(site: Site) -> dict[str, Digest]:
    """Return, by address, the digest of every redline and since file that the digests of `site` prove."""
    proven: dict[str, Digest] = {}
    for address, (policy, digest) in named_digests(site).items():
        digests = _digests(site, address, policy, digest)
        if isinstance(digests, PolicyDigests):
            proven |= _files(digests)
    return proven


def digest_findings(site: Site) -> Iterator[Finding]:
    """Yield findings: manifests without digests, digests that differ from the lock, and files that do not match."""
    for path, policy, digest in _policies(site):
        if digest is None:
            message = f"It names no digests of {policy}, so clients cannot prove versions that it does not list."
            yield found(rules.PROOF, path, message, _FIX)
    for address, (policy, digest) in named_digests(site).items():
        if site.body(address) is None:
            continue
        digests = _digests(site, address, policy, digest)
        if isinstance(digests, PolicyDigests):
            yield from _incomplete(site, address, digests)
        else:
            yield found(rules.PROOF, address, str(digests), _FIX)
    for address, expected in proven_files(site).items():
        body = site.body(address)
        if body is not None and Digest.of(body) != expected:
            message = f"Expected {expected}, as the manifest proves, got {Digest.of(body)}."
            yield found(rules.PROOF, address, message, _FIX)


def _policies(site: Site) -> Iterator[tuple[str, str, Digest | None]]:
    """Yield the path of each readable manifest, the id of each of its locked policies, and the digest of its digests
    file.
    """
    for path in site.manifests:
        try:
            manifest = parse_manifest(site.body(path) or b"")
        except ManifestError:
            continue
        known = (policy for policy in manifest.policies if policy.id in site.lock.entries)
        yield from ((path, policy.id, policy.versions_digest) for policy in known)


def _digests(site: Site, address: str, policy: str, digest: Digest) -> PolicyDigests | Exception:
    try:
        return PolicyDigests.from_bytes(site.body(address) or b"", digest, site=site.trust.site, policy=policy)
    except (DigestMismatchError, ManifestError) as problem:
        return problem


def _files(digests: PolicyDigests) -> dict[str, Digest]:
    files: dict[str, Digest] = {}
    for version in digests.versions.values():
        folder, label = digests.policy, version.version.version
        files |= {f"{folder}/{label}/since/{tag}.json": digest for tag, digest in version.since.items()}
        for old, redlines in version.redlines.items():
            files |= {f"{folder}/changes/{old}...{label}/{tag}.json": digest for tag, digest in redlines.items()}
    return files


def _incomplete(site: Site, address: str, digests: PolicyDigests) -> Iterator[Finding]:
    """Yield findings: locked texts that `digests` lack or contradict, and files of locked versions that they omit."""
    stated = {version.version.version: version.version.digests for version in digests.versions.values()}
    files, before = _files(digests), None
    for policy, label, entry in published(site.lock, site.now):
        if policy != digests.policy:
            continue
        for tag, locked in entry.digests.items():
            if stated.get(label, {}).get(str(tag)) != locked:
                yield found(rules.PROOF, address, f"It does not prove the locked text of {label} in {tag}.", _FIX)
            needed = [f"{policy}/{label}/since/{tag}.json"]
            if before and tag in before[1].digests:
                needed.append(f"{policy}/changes/{before[0]}...{label}/{tag}.json")
            for file in needed:
                if file not in files:
                    yield found(rules.PROOF, address, f"It has no digest of {file}.", _FIX)
        before = (label, entry)
