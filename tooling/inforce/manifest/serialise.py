"""Writing a manifest: its bytes, its size against the budget, and its next issue without a rebuild.

Keeps true: one document has one form in bytes, on every machine. Does not sign (see `signing`).
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
from inforce.manifest.reading import Manifest, ManifestPolicy
from inforce.manifest.strict_json import parse_json
from inforce.manifest.words import MAIN_PATH

RECOMMENDED = 4096
REFUSED_ABOVE = 65_536  # what clients accept, plain or signed
_SIGNATURE = 512  # more than one signature with its header takes


class Size(StrEnum):
    """What the size of a manifest means for a build."""

    FINE = "fine"
    LARGE = "large"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How large a manifest is: a build warns where `size` is `large`, and stops where it is `too-large`."""

    size: Size
    length: int
    limit: int = REFUSED_ABOVE
    path: str = MAIN_PATH

    @property
    def sentence(self) -> str:
        """Says the length in bytes beside what is recommended and what `manifest_bytes` in book.yml allows."""
        kept = f"every app polls it, so at most {RECOMMENDED:,} are recommended"
        allowed = f"“manifest_bytes” in book.yml allows {self.limit:,}, and clients accept {REFUSED_ABOVE:,}"
        fix = "" if self.size is Size.FINE else "; fewer announced versions or languages make it smaller"
        return f"the manifest {self.path} has {self.length:,} bytes; {kept}; {allowed}{fix}"


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """Write `document` as compact JSON in UTF-8, members in their own order, with one newline at the end.

    The newline belongs to the payload of a signature. ManifestError for what a strict reader would refuse: fractions,
    numbers beyond 2^53 - 1, more than sixteen levels, text that is none.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        raw = f"{text}\n".encode()
    except (TypeError, ValueError) as cause:
        raise ManifestError("", f"cannot be written as JSON: {cause}") from cause
    parse_json(raw)
    return raw


def size_of(raw: bytes, limit: int = REFUSED_ABOVE, *, signatures: int = 0, path: str = MAIN_PATH) -> Budget:
    """Judge the bytes `raw` of the plain manifest at `path`.

    It is too large above `limit` bytes, and large above what is recommended.

    With `signatures`, its signed form has to stay within what clients accept as well: there, quotes are escaped.
    """
    signed = len(json.dumps(raw.decode(), ensure_ascii=False).encode()) + _SIGNATURE * signatures if signatures else 0
    if len(raw) > limit:
        return Budget(size=Size.TOO_LARGE, length=len(raw), limit=limit, path=path)
    if signed > REFUSED_ABOVE:
        return Budget(size=Size.TOO_LARGE, length=signed, limit=limit, path=path)
    return Budget(size=Size.LARGE if len(raw) > RECOMMENDED else Size.FINE, length=len(raw), limit=limit, path=path)


def refuse_too_large(path: str, raw: bytes) -> None:
    """Refuse the file `raw` at `path`, a manifest in plain or signed form, where no client accepts so many bytes."""
    if len(raw) > REFUSED_ABOVE:
        raise ManifestError("", f"{path} has {len(raw):,} bytes, more than the {REFUSED_ABOVE:,} that clients accept")


def reissued(manifest: Manifest, now: datetime) -> dict[str, Any]:
    """Write `manifest` as issued at `now`: serial and dates are new, and what follows from the date alone.

    The lifetime stays as long as it was. `in_force` and `next_change_at` are stated anew, because both are said of
    `issued_at`. ManifestError where the serial would not be higher than the one it replaces.
    """
    issued = now.replace(microsecond=0)
    serial = int(issued.timestamp())
    if serial <= manifest.serial:
        problem = f"expected a higher one than {manifest.serial}, got {serial}"
        raise ManifestError("serial", problem, "set the clock right, or wait a second")
    try:
        expires = issued + (manifest.expires_at - manifest.issued_at)
    except OverflowError as cause:
        raise ManifestError("expires_at", "leaves a lifetime beyond all calendars") from cause
    dates = {"serial": serial, "issued_at": format_instant(issued), "expires_at": format_instant(expires)}
    document = {**manifest.data, **dates}
    pairs = zip(manifest.policies, manifest.data["policies"], strict=True)
    document["policies"] = [_policy_at(policy, data, issued) for policy, data in pairs]
    return document


def _policy_at(policy: ManifestPolicy, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    applying = [version.seq for version in policy.versions if version.effective_at <= now]
    coming = [version.effective_at for version in policy.versions if version.effective_at > now]
    stated: dict[str, Any] = {}
    if applying:
        stated["in_force"] = max(applying)
    if coming:
        stated["next_change_at"] = format_instant(min(coming))
    kept = {name: value for name, value in data.items() if name not in ("in_force", "next_change_at", "versions")}
    return {**kept, **stated, **{name: value for name, value in data.items() if name == "versions"}}
