"""Changes: what differs between the version somebody knows and the one they are asked about.

Keeps true: what comes out of here is about the two texts that were meant, by digest; it is the site's account of them,
and only the texts themselves prove what they say. Does not fetch and does not compare texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inforce.client.exchange import Request, Response
from inforce.client.judging import refuse_change
from inforce.client.limits import Limits
from inforce.client.memory import KnownVersion, Memory
from inforce.client.refusal import Reason, RefusedError
from inforce.errors import DigestMismatchError, ManifestError, UnknownVersionError, quoted
from inforce.manifest import parse_json
from inforce.manifest.reading import refuse_foreign
from inforce.shape import Shape
from inforce.text import Digest

_CHANGES, _VERSIONS = "policy-changes-since", "policy-versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs from the version `base_seq` of a policy to `target_seq`, in one language.

    `summary` are the author's words (`text`, with the `section` they are about; none over several versions), `runs` the
    redline in reading order (`op`: equal, insert, delete, move_from, move_to, reformat, and `text`), `data` the whole
    statement of the site.
    """

    policy: str
    base_seq: int
    target_seq: int
    language: str
    summary: tuple[Mapping[str, Any], ...]
    runs: tuple[Mapping[str, Any], ...]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChanges:
    """Changes before they are fetched: between which versions, and the digests their texts have."""

    policy: str
    base_seq: int
    target_seq: int
    base: KnownVersion
    target: KnownVersion
    language: str

    @classmethod
    def of(cls, memory: Memory, policy: str, base_seq: int, target_seq: int, language: str) -> WantedChanges:
        """Look both versions of `policy` up, in `language` where both are there in it, otherwise in the binding one.

        UnknownVersionError where `memory` never heard of one, or where they share no language.
        """
        base, target = (memory.version(policy, seq) for seq in (base_seq, target_seq))
        if base is None or target is None:
            raise UnknownVersionError(policy, base_seq if base is None else target_seq)
        listed = memory.manifest.policy(policy) if memory.manifest else None
        wishes = (language, listed.binding_language if listed else language, *base.digests)
        found = next((tag for tag in wishes if tag in base.digests and tag in target.digests), None)
        if found is None:
            raise UnknownVersionError(policy, target_seq)
        return cls(policy=policy, base_seq=base_seq, target_seq=target_seq, base=base, target=target, language=found)

    def request(self, site: str, limits: Limits) -> Request:
        """Ask `site` for what changed since the older version."""
        address = f"{site}{self.policy}/{self.base.version}/since/{self.language}.json"
        return Request(url=address, limit=limits.document)

    def received(self, response: Response, site: str) -> Changes:
        """Take the changes out of `response`.

        RefusedError where it is something else or says nothing of the newer version, DigestMismatchError where it is
        about other texts.
        """
        try:
            shape = _document(response, _CHANGES, site, self.policy)
            steps = (*shape.shapes("in_force", ()), *shape.shapes("announced", ()))
            step = next((step for step in steps if step.shape("new").integer("seq") == self.target_seq), None)
            if step is None:
                raise RefusedError(Reason.MISSING, f"{self._name}: the site says nothing of this step")
            self._refuse_others(step)
            return self._read(step)
        except ManifestError as cause:
            raise RefusedError(Reason.SCHEMA, f"{self._name}: {cause}") from cause

    def _read(self, step: Shape) -> Changes:
        for run in step.shapes("runs"):
            run.text("op")
            run.value("text")
        return Changes(
            policy=self.policy,
            base_seq=self.base_seq,
            target_seq=self.target_seq,
            language=self.language,
            summary=step.items("summary", ()),
            runs=step.items("runs"),
            data={name: step.value(name) for name in step.names()},
        )

    def _refuse_others(self, step: Shape) -> None:
        for member, known in (("old", self.base), ("new", self.target)):
            digest, expected = step.shape(member).parsed("digest", Digest), known.digests[self.language]
            if digest != expected:
                raise DigestMismatchError(f"{self._name}, {member}", expected, digest)

    @property
    def _name(self) -> str:
        return f"{self.policy} from {self.base.version} to {self.target.version} in {self.language}"


def history_request(site: str, policy: str, limits: Limits) -> Request:
    """Ask `site` for every version of `policy`, because somebody knows one that the manifest lists no more."""
    return Request(url=f"{site}{policy}/versions.json", limit=limits.document)


def with_history(memory: Memory, response: Response, site: str, policy: str) -> Memory:
    """Add the versions of `policy` in `response` to what `memory` knows, for this one question.

    RefusedError where the list is something else, or contradicts what is known.
    """
    try:
        versions = _document(response, _VERSIONS, site, policy).shapes("versions")
        found = {version.integer("seq"): KnownVersion.from_shape(version) for version in versions}
    except ManifestError as cause:
        raise RefusedError(Reason.SCHEMA, f"the versions of {policy}: {cause}") from cause
    known = memory.known.get(policy, {})
    for seq in known.keys() & found.keys():
        refuse_change(f"{policy} {known[seq].version}", known[seq], found[seq])
    return replace(memory, known={**memory.known, policy: {**found, **known}})


def _document(response: Response, document_type: str, site: str, policy: str) -> Shape:
    if response.status != 200:
        raise RefusedError(Reason.STATUS, f"expected status 200, got {response.status}")
    shape = Shape(parse_json(response.body), "", ManifestError)
    refuse_foreign(shape, document_type, site)
    if shape.text("policy") != policy:
        raise shape.refuse("policy", f"expected {quoted(policy)}, got {quoted(shape.text('policy'))}")
    return shape
