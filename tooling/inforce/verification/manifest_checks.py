"""Check the manifests and the lists of versions against keys, lock, clock and earlier manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from inforce.address import MANIFEST
from inforce.checks import Finding
from inforce.client.limits import Limits
from inforce.client.results import RefusedError
from inforce.client.trust import Trust
from inforce.client.update_rules import accepted
from inforce.errors import ManifestError, SignatureError, quoted
from inforce.instant import format_instant
from inforce.manifest import Manifest, parse_manifest
from inforce.manifest.words import signed_path
from inforce.policy import ChangeLevel
from inforce.policy.lock import LockEntry
from inforce.signing import verify
from inforce.verification import rules
from inforce.verification.rules import found
from inforce.verification.site import Site, amended_number, built_at, cancelled_by, place_of, published, stated

_LABEL_CHARACTERS = 100  # the longest label of a version has fewer
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_MEMBERS = ("seq", "version", "change", "published_at", "effective_at", "effective_at_new", "enforce_at", "amends")


def manifest_findings(site: Site) -> Iterator[Finding]:
    """Yield the findings of each manifest of `site`: as a document, in time, and compared with the lock."""
    for path in site.manifests:
        yield from _manifest_findings(site, path)


def _manifest_findings(site: Site, path: str) -> Iterator[Finding]:
    plain = site.body(path)
    if plain is None:
        return
    try:
        manifest, payload = Trust(site=site.trust.site, path=path).manifest(plain, Limits().manifest)
    except RefusedError as refusal:
        yield found(rules.MANIFEST, path, refusal.detail, "Build and publish the site again.")
        return
    yield from _signature(site, path, payload)
    yield from _past(site, manifest, payload)
    yield from _dates(site, manifest)
    for policy in manifest.data["policies"]:
        yield from _against_lock(site, path, policy["id"], policy["versions"], policy["act"])
    yield from _left_out(site, manifest)


def history_findings(site: Site) -> Iterator[Finding]:
    """Yield findings for differences between the lists of versions of `site` and the lock."""
    for policy in dict.fromkeys(policy for policy, _, _ in published(site.lock, site.now)):
        address = f"{policy}/versions.json"
        document = site.document(address)
        if site.body(address) is None:
            continue
        versions = document.get("versions") if document else None
        if not isinstance(versions, list) or not all(isinstance(version, dict) for version in versions):
            yield found(rules.LOCK, address, "This is not a list of versions.", "Build and publish the site again.")
            continue
        yield from _against_lock(site, address, policy, versions, _act_of(site, policy))
        named = [version.get("version") for version in versions]
        for _, label, _ in (row for row in published(site.lock, site.now) if row[0] == policy):
            if label not in named:
                yield found(rules.LOCK, address, f"The locked version {label} is not in the list.")


def _act_of(site: Site, policy: str) -> str | None:
    """Return the act of `policy` in the main manifest; None if the manifest cannot be read or does not list it."""
    try:
        listed = parse_manifest(site.body(MANIFEST) or b"").policy(policy)
    except ManifestError:
        return None
    return listed.act if listed else None


def age_findings(site: Site) -> Iterator[Finding]:
    """Yield a finding for each version that was cancelled after `site` was built, so that the site still shows it."""
    built = built_at(site)
    for policy, label, entry in published(site.lock, site.now):
        if entry.cancelled and built < entry.cancelled.at <= site.now:
            message = (
                f"The site was built at {format_instant(built)}, and {policy} {label} was cancelled at "
                f"{format_instant(entry.cancelled.at)}."
            )
            yield found(rules.LOCK, f"{policy}/versions.json", message, "Build and publish the site again.")


def _signature(site: Site, path: str, payload: bytes) -> Iterator[Finding]:
    if not site.trust.keys:
        return
    address = signed_path(path)
    signed = site.body(address)
    if signed is None:
        return
    try:
        same = verify(signed, site.trust.keys) == payload
    except SignatureError as cause:
        yield found(rules.SIGNATURE, address, str(cause), "Sign the site: “inforce sign SITE”.")
        return
    if not same:
        message = f"The signed manifest differs from {path}."
        yield found(rules.SIGNATURE, address, message, "Sign the site again: “inforce sign SITE”.")
    for key in site.trust.keys:
        try:
            verify(signed, [key])
        except SignatureError:
            message = f"The key {quoted(key.kid)} has not signed; apps that know only this key reject the manifest."
            yield found(rules.KEY, address, message, "Sign with it as well until no app depends on it.")


def _past(site: Site, manifest: Manifest, payload: bytes) -> Iterator[Finding]:
    try:
        accepted(site.known(manifest.path), manifest, payload, payload)
    except RefusedError as refusal:
        yield found(rules.SERIAL, manifest.path, refusal.detail, "Find out who published an older or another manifest.")


def _dates(site: Site, manifest: Manifest) -> Iterator[Finding]:
    fix = "Build the site again, or sign it again with “inforce sign SITE”."
    if manifest.expires_at < site.now:
        yield found(rules.DATE, manifest.path, f"The manifest expired at {format_instant(manifest.expires_at)}.", fix)
    if manifest.issued_at > site.now + _CLOCKS_MAY_DIFFER:
        message = f"The manifest says it was issued at {format_instant(manifest.issued_at)}, which is in the future."
        yield found(rules.DATE, manifest.path, message, "Correct the clock of the build machine.")


def _left_out(site: Site, manifest: Manifest) -> Iterator[Finding]:
    """Yield findings for entries of the lock that the manifest, as of its own date, omits."""
    issued = manifest.issued_at
    listed = {policy["id"]: policy for policy in manifest.data["policies"]}
    chosen = site.additional.get(manifest.path)
    for policy in sorted(listed.keys() - set(chosen if chosen is not None else listed)):
        message = f"The policy {policy} is not listed in book.yml for this manifest."
        yield found(rules.LOCK, manifest.path, message, "Build and publish the site again.")
    for policy, entries in sorted(site.lock.entries.items()):
        if chosen is not None and policy not in chosen:
            continue
        public = {label: entry for label, entry in entries.items() if entry.published_at <= issued}
        if public and policy not in listed:
            message = f"The policy {policy} was published, but the manifest does not list it."
            yield found(rules.LOCK, manifest.path, message, "Build and publish the site again.")
        elif public:
            yield from _standing(site, manifest.path, policy, public, listed[policy], issued)


def _standing(
    site: Site, path: str, policy: str, public: Mapping[str, LockEntry], listed: Mapping[str, Any], issued: datetime
) -> Iterator[Finding]:
    """Compare the entry `listed` of `policy` in the manifest with its locked versions `public` at `issued`."""
    labels = [version["version"] for version in listed["versions"]]
    if not public.keys() >= set(labels):
        return  # a version that was never locked has its own finding, and shifts the numbers
    ordered = sorted(public.values(), key=lambda entry: place_of(site.lock, policy, entry))
    standing = [entry for entry in ordered if not cancelled_by(site.lock, policy, entry, issued)]
    current = next((entry for entry in reversed(standing) if entry.effective_at <= issued), None)
    expected = {"latest": ordered[-1].seq} | ({"in_force": current.seq} if current else {})
    for difference in _differences(expected, listed, ("latest", "in_force")):
        yield found(rules.LOCK, path, f"{policy}, {difference}.", "Build and publish the site again.")
    for difference in _wrong_amendments(site, policy, public, listed, issued):
        yield found(rules.LOCK, path, f"{policy}, “amendments”, {difference}.", "Build and publish the site again.")
    for label, entry in public.items():
        needed = entry is current or (entry.effective_at > issued and entry in standing)
        if needed and label not in labels:
            yield found(rules.LOCK, path, f"{policy} {label} is not in the manifest, and apps need it.")


def _wrong_amendments(
    site: Site, policy: str, public: Mapping[str, LockEntry], listed: Mapping[str, Any], issued: datetime
) -> Iterator[str]:
    """Yield the numbers for which the field `amendments` of the entry `listed` of `policy` differs from the lock."""
    locked = {str(entry.seq): amended_number(site.lock, policy, entry) for entry in public.values()}
    amended = {number: original for number, original in locked.items() if original}
    applying = [public[version["version"]] for version in listed["versions"]]
    material = [
        entry.seq for entry in applying if entry.change is ChangeLevel.MATERIAL and entry.effective_at <= issued
    ]
    needed = {number for number in amended if int(number) > min(material, default=0)}
    shown = listed.get("amendments", {})
    yield from _differences(amended, shown, tuple(sorted(needed | shown.keys(), key=int)))


def _against_lock(
    site: Site, address: str, policy: str, versions: list[dict[str, Any]], act: str | None
) -> Iterator[Finding]:
    """Compare `versions` in the document at `address` with the lock; `act` is that of `policy`, None if unknown."""
    for version in versions:
        label = str(version.get("version"))[:_LABEL_CHARACTERS]
        entry = site.lock.entry(policy, label)
        if entry is None:
            message = f"{policy} {label} was never locked."
            yield found(rules.UNLOCKED, address, message, "Run “inforce freeze” where it was published.")
            continue
        expected = stated(site.lock, policy, label, entry)
        for difference in _differences(expected, version, _MEMBERS):
            yield found(rules.LOCK, address, f"{policy} {label}, {difference}.")
        shown_act = version.get("act", act)
        if entry.act and shown_act and shown_act != entry.act:
            difference = f"“act”: expected {quoted(str(entry.act))}, got {quoted(str(shown_act), 80)}"
            yield found(rules.LOCK, address, f"{policy} {label}, {difference}.")
        locked = {str(language): str(digest) for language, digest in entry.digests.items()}
        digests = version.get("digests")
        shown = digests if isinstance(digests, dict) else {}
        for difference in _differences(locked, shown, tuple(locked)):
            yield found(rules.LOCK, address, f"{policy} {label}, {difference}.")
        for language in shown.keys() - locked.keys():
            yield found(rules.UNLOCKED, address, f"{policy} {label} in {language} was never locked.")


def _differences(expected: Mapping[str, Any], got: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        expected_value, other = (_shown(members, name) for members in (expected, got))
        if expected_value != other:
            yield f"“{name}”: expected {expected_value}, got {other}"


def _shown(members: Mapping[str, Any], name: str) -> str:
    if name not in members:
        return "nothing"
    return "never" if members[name] is None else quoted(str(members[name]), 80)
