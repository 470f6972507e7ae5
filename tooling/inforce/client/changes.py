"""Fetch and verify the differences between the version a user knows and the version they are asked about.

Invariants: a redline is returned only if its file has the digest that the manifest proves, and if it is about the two
requested texts.
Not responsible for: fetching.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inforce.client.http import Request, Response, body_of
from inforce.client.limits import Limits
from inforce.client.proof import digests_of, shared_language
from inforce.client.results import Reason, RefusedError
from inforce.client.texts import PolicyText
from inforce.errors import DigestMismatchError, ManifestError, SetupError, UnknownVersionError, quoted
from inforce.fields import Fields
from inforce.manifest import ManifestPolicy, ManifestVersion, PolicyDigests, parse_json
from inforce.manifest.model import refuse_foreign
from inforce.text import Digest

_REDLINE, _SINCE = "policy-changes", "policy-changes-since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The differences between the versions `base_seq` and `target_seq` of a policy, in one language.

    - `policy`: id of the policy
    - `base_seq`: number of the older version
    - `target_seq`: number of the newer version
    - `language`: tag of the language of both texts
    - `summary`: points of the author's summary: `text`, and the `section` it refers to; empty across several versions
    - `runs`: the redline in reading order: `op` (a value of `inforce.redline.Op`) and `text`
    - `data`: the whole JSON object from the site
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
    """A request for changes: the two versions, the `path` of the file and the digest it must have.

    `between` is True if the file is the redline between the two versions, and False if it has all redlines since the
    older one.
    """

    policy: str
    base: ManifestVersion
    target: ManifestVersion
    language: str
    path: str
    between: bool
    digest: Digest

    @classmethod
    def of(
        cls, listed: ManifestPolicy, digests: PolicyDigests, base_seq: int, target_seq: int, language: str
    ) -> WantedChanges:
        """Return the request for the redline between two versions of `listed`, in `language` or the binding language.

        It is the redline between the two versions if it exists, otherwise the one since the older version. Raise
        UnknownVersionError if `digests` lacks one of them or they share no language.
        """
        old, new = (digests_of(digests, seq) for seq in (base_seq, target_seq))
        base, target = old.version, new.version
        shared = shared_language(language, listed.binding_language, base, target)
        if shared is None:
            raise UnknownVersionError(listed.id, target_seq)
        between = new.redlines.get(base.version, {}).get(shared)
        digest = between or old.since.get(shared)
        if digest is None:
            raise RefusedError(Reason.UNPROVEN, f"no digest proves the changes in {listed.id} since {base.version}")
        path = f"changes/{base.version}...{target.version}" if between else f"{base.version}/since"
        return cls(
            policy=listed.id,
            base=base,
            target=target,
            language=shared,
            path=f"{listed.id}/{path}/{shared}.json",
            between=between is not None,
            digest=digest,
        )

    def request(self, site: str, limits: Limits) -> Request:
        """Return the HTTP request for the file at `site`."""
        return Request(url=site + self.path, limit=limits.document)

    def received(self, response: Response, site: str) -> Changes | None:
        """Return the changes in `response`; None if the site has compared the older version with others only.

        Raise DigestMismatchError if the file is not the one the manifest proves, or is about other texts; RefusedError
        if it is of another kind.
        """
        body = body_of(response, self._name)
        digest = Digest.of(body)
        if digest != self.digest:
            raise DigestMismatchError(self._name, self.digest, digest)
        try:
            step = self._step(Fields(parse_json(body), "", ManifestError), site)
            if step is None:
                return None
            self._refuse_others(step)
            return self._read(step)
        except ManifestError as cause:
            raise RefusedError(Reason.SCHEMA, f"{self._name}: {cause}") from cause

    def _step(self, shape: Fields, site: str) -> Fields | None:
        refuse_foreign(shape, _REDLINE if self.between else _SINCE, site)
        if shape.text("policy") != self.policy:
            raise shape.error("policy", f"expected {quoted(self.policy)}, got {quoted(shape.text('policy'))}")
        if self.between:
            return shape
        steps = (*shape.shapes("in_force", ()), *shape.shapes("announced", ()))
        return next((step for step in steps if step.shape("new").integer("seq") == self.target.seq), None)

    def _read(self, step: Fields) -> Changes:
        for run in step.shapes("runs"):
            run.text("op")
            run.value("text")
        return Changes(
            policy=self.policy,
            base_seq=self.base.seq,
            target_seq=self.target.seq,
            language=self.language,
            summary=step.items("summary", ()),
            runs=step.items("runs"),
            data={name: step.value(name) for name in step.names()},
        )

    def _refuse_others(self, step: Fields) -> None:
        for member, known in (("old", self.base), ("new", self.target)):
            digest, expected = step.shape(member).parsed("digest", Digest), known.digests[self.language]
            if digest != expected:
                raise DigestMismatchError(f"{self._name}, {member}", expected, digest)

    @property
    def _name(self) -> str:
        return f"{self.policy} from {self.base.version} to {self.target.version} in {self.language}"


def compared(old: PolicyText, new: PolicyText) -> Changes:
    """Return the changes between two verified texts in one language, compared in this process as the site does it.

    Raise SetupError if the libraries for this are not installed, the extra `changes` of the wheel.
    """
    try:
        # Imported here, because most back ends compare no texts and do not install these libraries.
        from inforce.redline import redline
        from inforce.rendering.json import to_data
    except ModuleNotFoundError as missing:
        fix = "install the wheel of inforce with its extra “changes”"
        message = f"comparing texts that the site has not compared needs {missing.name}, which is not installed: {fix}"
        raise SetupError(message) from missing
    ends = {
        name: {"seq": text.seq, "version": text.version, "digest": str(text.digest)}
        for name, text in (("old", old), ("new", new))
    }
    data = {**ends, "summary": [], **to_data(redline(old.markdown, new.markdown))}
    return Changes(
        policy=old.policy,
        base_seq=old.seq,
        target_seq=new.seq,
        language=old.language,
        summary=(),
        runs=tuple(data["runs"]),
        data=data,
    )
