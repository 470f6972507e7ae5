"""What a client knows about its site, as one immutable value.

Invariants: all content was verified before it was stored; a saved state reads back equal.
Not responsible for: reading and writing files (see `state_file`); accepting a new manifest (see `update_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from inforce.client.backoff import after_forced
from inforce.fields import Fields, whole_number
from inforce.instant import format_instant
from inforce.manifest import Manifest, ManifestPolicy, ManifestVersion
from inforce.manifest.model import utc_instant
from inforce.manifest.words import LANGUAGE, VERSION_LABEL
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """The immutable parts of a version once seen: its label, its change level, its act and its texts.

    `amends` is the number of the version it amends; None if it is an original.
    """

    version: str
    change: str
    amends: int | None = None
    act: str
    digests: Mapping[str, Digest]

    @classmethod
    def of(cls, version: ManifestVersion, policy: ManifestPolicy) -> Self:
        """Return the immutable parts of `version` of `policy`.

        The act is stored even if it is that of the policy, which can change.
        """
        return cls(
            version=version.version,
            change=version.change,
            amends=version.amends,
            act=version.act or policy.act,
            digests=dict(version.digests),
        )

    @classmethod
    def from_shape(cls, shape: Fields) -> Self:
        """Read a stored version from `shape`."""
        digests = shape.shape("digests")
        return cls(
            version=_full(shape, "version", VERSION_LABEL, shape.text("version")),
            change=shape.text("change"),
            amends=shape.integer("amends", None),
            act=shape.text("act"),
            digests={_full(digests, name, LANGUAGE, name): digests.parsed(name, Digest) for name in digests.names()},
        )

    def to_json(self) -> dict[str, Any]:
        """Return this version as JSON data."""
        digests = {name: str(digest) for name, digest in self.digests.items()}
        amends = {"amends": self.amends} if self.amends else {}
        return {"version": self.version, "change": self.change, **amends, "act": self.act, "digests": digests}


Known = Mapping[str, Mapping[int, KnownVersion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientState:
    """The state of a client. `body` is the manifest as fetched, signatures included; empty if there is none.

    `last_serial` and `last_digest` identify the newest manifest ever accepted, `last_signers` the keys that signed it;
    `known` is every version ever seen, by policy and number. `last_server_time` is the latest time a host reported,
    `clock_offset_seconds` how far this machine's clock was behind it. `checked_at` and `due_at` are times of this
    machine's clock; `failures` counts consecutive failures. `lasting` is the state to save and to compare the next
    manifest with, while the manifest in use is for this process only; otherwise it is None and this state has both
    roles.
    """

    manifest: Manifest | None = None
    body: bytes = b""
    etag: str = ""
    last_serial: int = -1
    last_digest: Digest | None = None
    last_signers: tuple[str, ...] = ()
    known: Known = field(default_factory=dict)
    last_server_time: datetime | None = None
    clock_offset_seconds: int = 0
    checked_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    lasting: ClientState | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether to poll at `now`: the poll is due, or the clock of this machine was set back."""
        if self.checked_at is None or self.due_at is None:
            return True
        return now >= self.due_at or now < self.checked_at

    def may_be_forced(self, now: datetime) -> bool:
        """Return whether a forced refresh may poll at `now`, before the regular time."""
        if self.is_due(now) or self.checked_at is None:
            return True
        return now >= self.checked_at + after_forced(self.failures)

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON data without empty fields."""
        instants = {
            "last_server_time": self.last_server_time,
            "checked_at": self.checked_at,
            "due_at": self.due_at,
        }
        fields = {"manifest": self.body.decode(), "etag": self.etag, "last_digest": str(self.last_digest or "")}
        return {
            **{name: text for name, text in fields.items() if text},
            "last_serial": self.last_serial,
            **({"last_signers": list(self.last_signers)} if self.last_signers else {}),
            "known": {
                policy: {str(seq): version.to_json() for seq, version in versions.items()}
                for policy, versions in self.known.items()
            },
            "clock_offset_seconds": self.clock_offset_seconds,
            "failures": self.failures,
            **{name: format_instant(instant) for name, instant in instants.items() if instant},
        }

    @classmethod
    def from_shape(cls, shape: Fields) -> Self:
        """Read a state from `shape`, except the manifest itself, which must be verified again."""
        return cls(
            body=shape.text("manifest", "").encode(),
            etag=shape.text("etag", ""),
            last_serial=shape.integer("last_serial"),
            last_digest=shape.parsed("last_digest", Digest, None),
            last_signers=shape.texts("last_signers", str, ()),
            known=_known(shape.shape("known")),
            clock_offset_seconds=shape.integer("clock_offset_seconds"),
            failures=shape.integer("failures"),
            last_server_time=shape.parsed("last_server_time", utc_instant, None),
            checked_at=shape.parsed("checked_at", utc_instant, None),
            due_at=shape.parsed("due_at", utc_instant, None),
        )


def _full(shape: Fields, field: str, pattern: str, text: str) -> str:
    """Return `text`, which becomes part of an address, if it fully matches `pattern`."""
    if not re.fullmatch(pattern, text):
        raise shape.error(field[:40], "does not have the format required in a manifest")
    return text


def _known(shape: Fields) -> Known:
    policies = {name: shape.shape(name) for name in shape.names()}
    return {
        name: {whole_number(seq): KnownVersion.from_shape(inner.shape(seq)) for seq in inner.names()}
        for name, inner in policies.items()
    }
