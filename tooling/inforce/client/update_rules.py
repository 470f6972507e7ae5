"""Decide whether a new manifest may replace the last good one.

Invariants: the serial never decreases; one serial identifies the same bytes for everyone; a version once seen keeps its
label, its change level, its act, the version it amends, and its texts. A failed check leaves the state unchanged.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from inforce.client.results import Reason, RefusedError
from inforce.client.state import ClientState, Known, KnownVersion
from inforce.instant import format_instant
from inforce.manifest import Manifest
from inforce.text import Digest

_DAY = timedelta(days=1)
# A smaller difference is network latency and not a wrong clock.
_CLOCKS_AGREE = 60


def accepted(
    memory: ClientState,
    manifest: Manifest,
    payload: bytes,
    body: bytes,
    etag: str = "",
    signers: tuple[str, ...] = (),
) -> ClientState:
    """Return `memory` with `manifest`, parsed from `payload` and fetched as `body`; `signers` are its key ids.

    Raise RefusedError if its serial is lower than one seen (rollback), or the same with other bytes (equivocation), or
    if a version seen before has changed.
    """
    digest = Digest.of(payload)
    if manifest.serial < memory.last_serial:
        detail = f"expected a serial of at least {memory.last_serial}, got {manifest.serial}"
        raise RefusedError(Reason.ROLLBACK, detail)
    if manifest.serial == memory.last_serial and digest != memory.last_digest:
        detail = f"the serial {manifest.serial} stands for {memory.last_digest}, got {digest}"
        raise RefusedError(Reason.EQUIVOCATION, detail)
    return replace(
        memory,
        manifest=manifest,
        body=body,
        etag=etag,
        last_serial=manifest.serial,
        last_digest=digest,
        last_signers=signers,
        known=_grown(memory.known, manifest),
    )


def forget_untrusted(memory: ClientState, trusted: Collection[str]) -> ClientState:
    """Return `memory` without the data from manifests that were signed, but by none of the `trusted` key ids.

    A serial, a version or a server time that a stolen key introduced would otherwise block every later manifest,
    even after the key was replaced.
    """
    if not memory.last_signers or not trusted or set(memory.last_signers) & set(trusted):
        return memory
    return _nothing_learnt(memory)


def forget_future(memory: ClientState, host_time: datetime | None, now: datetime) -> ClientState:
    """Return `memory` without the values from manifests if its serial is over a day after `now` and `host_time`.

    `host_time` is the server time, if the host sent one. A manifest with such a serial would be rejected today. An
    earlier release, or a client with a wrong clock, may have saved it; it must not block every later manifest.
    """
    latest = max(now, host_time or now) + _DAY
    return _nothing_learnt(memory) if memory.last_serial > latest.timestamp() else memory


def _nothing_learnt(memory: ClientState) -> ClientState:
    return replace(
        memory,
        last_serial=-1,
        last_digest=None,
        last_signers=(),
        known={},
        last_server_time=None,
        clock_offset_seconds=0,
    )


def accepted_until_restart(memory: ClientState, manifest: Manifest, payload: bytes, body: bytes) -> ClientState:
    """Use `manifest` in this process without saving it or remembering its serial.

    This is for a manifest dated ahead of this machine's clock if the host sent no time: one of the two is wrong, and a
    saved serial from the future would block every later manifest. Raise RefusedError as `accepted` does.
    """
    new = accepted(memory, manifest, payload, body)
    return replace(new, last_serial=memory.last_serial, last_digest=memory.last_digest, lasting=memory)


def refuse_future(manifest: Manifest, host_time: datetime, now: datetime) -> None:
    """Raise RefusedError if `manifest` was issued more than a day after both `now` and the server time `host_time`.

    Its serial would block every later manifest.
    """
    latest = max(now, host_time) + _DAY
    if manifest.issued_at > latest:
        detail = f"issued at {format_instant(manifest.issued_at)}, expected {format_instant(latest)} at the latest"
        raise RefusedError(Reason.ISSUED_IN_FUTURE, detail)


def clocked(memory: ClientState, host_time: datetime | None, now: datetime) -> ClientState:
    """Return `memory` with the server time `host_time`, received when this machine's clock showed `now`.

    Accept a server time only between the manifest's issue date and the later of its expiry and the local clock, so that
    one answer of a host with a wrong clock does not affect every later answer.
    """
    if host_time is None or memory.manifest is None:
        return memory
    latest = max(memory.manifest.expires_at, now + _DAY)
    if not memory.manifest.issued_at - _DAY <= host_time <= latest:
        return memory
    offset = round((host_time - now).total_seconds())
    return replace(
        memory,
        last_server_time=max(host_time, memory.last_server_time or host_time),
        clock_offset_seconds=offset if abs(offset) > _CLOCKS_AGREE else 0,
    )


def _grown(known: Known, manifest: Manifest) -> Known:
    grown = {policy: dict(versions) for policy, versions in known.items()}
    for policy in manifest.policies:
        versions = grown.setdefault(policy.id, {})
        for version in policy.versions:
            new = KnownVersion.of(version, policy)
            if version.seq in versions:
                refuse_change(f"{policy.id} {version.version}", versions[version.seq], new)
            versions[version.seq] = new
    return grown


def refuse_change(name: str, old: KnownVersion, new: KnownVersion) -> None:
    """Raise RefusedError if `new` differs from `old`, the stored version `name`, except by added languages."""
    pairs: dict[str, tuple[object, object]] = {
        "label": (old.version, new.version),
        "level": (old.change, new.change),
        "amends": (old.amends, new.amends),
        "act": (old.act, new.act),
    }
    pairs |= {language: (digest, new.digests.get(language)) for language, digest in old.digests.items()}
    for what, (expected, got) in pairs.items():
        if expected != got:
            raise RefusedError(Reason.CHANGED_VERSION, f"{name}, {what}: expected {expected} as before, got {got}")
