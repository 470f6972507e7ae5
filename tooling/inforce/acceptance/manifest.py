"""The parts of a manifest that a decision needs: its issue date, its policies and their versions.

Invariants: a value of this module is complete and typed; otherwise ShapeError is raised.
Not responsible for: signatures, sizes, the address of the site and the JSON schema, which a client checks earlier;
anything about a subject.
"""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from inforce.acceptance.instants import Instant
from inforce.acceptance.members import (
    Data,
    a_seq,
    a_text,
    an_instant,
    an_integer,
    an_object,
    maybe_an_instant,
    objects,
    optional,
    seqs,
    texts,
)


class VersionEntry(NamedTuple):
    """One listed version. `enforce_at` None means that it is never enforced."""

    seq: int
    change: str
    effective_at: Instant
    effective_at_new: Instant | None
    enforce_at: Instant | None
    published_at: Instant | None
    same_as: list[int]
    digests: Data

    @classmethod
    def from_data(cls, data: Data) -> VersionEntry:
        """Read `data`, an item of `versions`."""
        return cls(
            a_seq(data, "seq"),
            a_text(data, "change"),
            an_instant(data, "effective_at"),
            maybe_an_instant(data, "effective_at_new"),
            maybe_an_instant(data, "enforce_at" if "enforce_at" in data else "effective_at"),
            maybe_an_instant(data, "published_at"),
            seqs(data, "same_as"),
            an_object(data, "digests"),
        )

    def applies_at(self, joined: Instant) -> Instant:
        """Return the instant from which this version applies to a user who joined at `joined`."""
        if self.effective_at_new is not None and joined >= self.effective_at_new:
            return self.effective_at_new
        return self.effective_at


class PolicyEntry(NamedTuple):
    """One listed policy with its versions in ascending order. An empty `audience` means all users."""

    id: str
    act: str
    versions: list[VersionEntry]
    languages: tuple[str, ...]
    binding_language: str | None
    audience: list[str]
    cancelled: list[int]
    reask_seconds: int | None
    withdrawn_at: Instant | None

    @classmethod
    def from_data(cls, data: Data) -> PolicyEntry:
        """Read `data`, an item of `policies`."""
        return cls(
            a_text(data, "id"),
            a_text(data, "act"),
            sorted(objects(data, "versions", VersionEntry.from_data), key=attrgetter("seq")),
            tuple(texts(data, "languages")),
            optional(data, "binding_language", a_text),
            texts(data, "audience"),
            seqs(data, "cancelled"),
            optional(data, "reask_seconds", an_integer),
            maybe_an_instant(data, "withdrawn_at"),
        )

    def knows(self, number: int) -> bool:
        """Return whether a listed version or cancellation has the number `number` or a higher one."""
        highest = self.versions[-1].seq if self.versions else 0
        return number <= highest or number <= max(self.cancelled, default=0)

    def version(self, seq: int) -> VersionEntry | None:
        """Return the version with the number `seq`; None if it is not listed."""
        return next((version for version in self.versions if version.seq == seq), None)


class DecisionManifest(NamedTuple):
    """The fields of the manifest itself, and its policies."""

    serial: int
    issued_at: Instant
    expires_at: Instant
    policies: list[PolicyEntry]

    @classmethod
    def from_data(cls, data: Data) -> DecisionManifest:
        """Read `data`, a manifest of major specification version 1."""
        return cls(
            an_integer(data, "serial"),
            an_instant(data, "issued_at"),
            an_instant(data, "expires_at"),
            objects(data, "policies", PolicyEntry.from_data),
        )
