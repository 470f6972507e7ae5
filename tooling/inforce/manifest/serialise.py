"""Serialise a manifest, compare its size with the limits, and issue it again without a rebuild.

Invariants: a document has the same bytes on every machine.
Not responsible for: signing (see `signing`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from inforce.errors import ManifestError
from inforce.instant import format_instant
from inforce.manifest.model import Manifest, ManifestPolicy
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import MAIN_PATH

RECOMMENDED = 4096
REFUSED_ABOVE = 65_536  # clients accept at most this size, plain or signed
_SIGNATURE = 512  # upper bound of one signature with its header


class Size(StrEnum):
    """Result of comparing the size of a manifest with the limits."""

    FINE = "fine"
    LARGE = "large"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The size of a manifest: a build warns if `size` is `large` and fails if it is `too-large`."""

    size: Size
    length: int
    limit: int = REFUSED_ABOVE
    path: str = MAIN_PATH

    @property
    def sentence(self) -> str:
        """The length in bytes, the recommended maximum and the limit `manifest_bytes` in book.yml, as a sentence."""
        advice = f"every app polls it, so at most {RECOMMENDED:,} are recommended"
        allowed = f"“manifest_bytes” in book.yml allows {self.limit:,}, and clients accept {REFUSED_ABOVE:,}"
        smaller = "fewer announced versions or languages make it smaller"
        subset = (
            "with “manifests” in book.yml, an app polls only the policies it uses" if self.path == MAIN_PATH else ""
        )
        fix = "" if self.size is Size.FINE else "; ".join(filter(None, ["", smaller, subset]))
        return f"the manifest {self.path} has {self.length:,} bytes; {advice}; {allowed}{fix}"


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """Return `document` as compact JSON in UTF-8 with its fields in the given order and one newline at the end.

    The newline belongs to the payload of a signature. Raise ManifestError for anything a strict reader rejects:
    fractions, numbers beyond 2^53 - 1, more than 16 levels, lone surrogates.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        raw = f"{text}\n".encode()
    except (TypeError, ValueError) as cause:
        raise ManifestError("", f"cannot be written as JSON: {cause}") from cause
    parse_json(raw)
    return raw


def size_of(raw: bytes, limit: int = REFUSED_ABOVE, *, signatures: int = 0, path: str = MAIN_PATH) -> Budget:
    """Return the size of the plain manifest `raw` at `path`, compared with the limits.

    It is too large above `limit` bytes, and large above the recommended size.

    With `signatures`, the signed form, in which quotes are escaped, must also stay within what clients accept.
    """
    signed = len(json.dumps(raw.decode(), ensure_ascii=False).encode()) + _SIGNATURE * signatures if signatures else 0
    if len(raw) > limit:
        return Budget(size=Size.TOO_LARGE, length=len(raw), limit=limit, path=path)
    if signed > REFUSED_ABOVE:
        return Budget(size=Size.TOO_LARGE, length=signed, limit=limit, path=path)
    return Budget(size=Size.LARGE if len(raw) > RECOMMENDED else Size.FINE, length=len(raw), limit=limit, path=path)


def refuse_too_large(path: str, raw: bytes) -> None:
    """Raise ManifestError if the file `raw` at `path`, a plain or signed manifest, is larger than clients accept."""
    if len(raw) > REFUSED_ABOVE:
        raise ManifestError("", f"{path} has {len(raw):,} bytes, more than the {REFUSED_ABOVE:,} that clients accept")


def reissued(manifest: Manifest, now: datetime) -> dict[str, Any]:
    """Return `manifest` as issued at `now`: with a new serial, new dates and the fields that depend on them.

    The lifetime stays the same. `in_force` and `next_change_at` are recomputed, because both refer to `issued_at`.
    Raise ManifestError if the serial would not be higher than the previous one.
    """
    issued = now.replace(microsecond=0)
    serial = int(issued.timestamp())
    if serial <= manifest.serial:
        problem = f"expected a higher one than {manifest.serial}, got {serial}"
        raise ManifestError("serial", problem, "correct the clock, or try again in one second")
    try:
        expires = issued + (manifest.expires_at - manifest.issued_at)
    except OverflowError as cause:
        raise ManifestError("expires_at", "gives an expiry date after the year 9999") from cause
    dates = {"serial": serial, "issued_at": format_instant(issued), "expires_at": format_instant(expires)}
    document = {**manifest.data, **dates}
    pairs = zip(manifest.policies, manifest.data["policies"], strict=True)
    document["policies"] = [_policy_at(policy, data, issued) for policy, data in pairs]
    return document


def _policy_at(policy: ManifestPolicy, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    applying = [version.seq for version in policy.versions if version.effective_at <= now]
    starts: list[datetime] = []  # of the versions that come into force, the last place first
    for version in reversed(policy.versions):
        if not starts or version.effective_at < starts[-1]:
            starts.append(version.effective_at)
    coming = [start for start in starts if start > now]
    stated: dict[str, Any] = {}
    if applying:
        stated["in_force"] = applying[-1]  # versions are ordered by place
    if coming:
        stated["next_change_at"] = format_instant(min(coming))
    listed = {name: value for name, value in data.items() if name not in ("in_force", "next_change_at", "versions")}
    return {**listed, **stated, **{name: value for name, value in data.items() if name == "versions"}}
