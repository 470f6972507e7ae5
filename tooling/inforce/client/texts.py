"""Texts: where they stand on the site, and the proof that they are the ones the manifest means.

Keeps true: no text comes out of here whose digest the manifest does not vouch for. Does not fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inforce.client.http import Request, Response, body_of
from inforce.client.limits import Limits
from inforce.client.results import Reason, RefusedError
from inforce.client.state import KnownVersion
from inforce.errors import DigestMismatchError, SetupError, UnknownVersionError
from inforce.text import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """The text of a version in one language: canonical Markdown, exactly as published."""

    policy: str
    seq: int
    version: str
    language: str
    digest: Digest
    markdown: str

    def html(self) -> str:
        """Show it as a bare HTML fragment, without script or style: the one the site has at `…/<language>.html`.

        It is made here, of the words that were proven, by the renderer that made the site's. SetupError
        where that renderer was not installed.
        """
        try:
            from inforce.markdown import to_html  # most back ends show no text, and do without its libraries
        except ModuleNotFoundError as missing:
            fix = "install the wheel of inforce with its extra “html”"
            message = f"to show a text as HTML needs {missing.name}, which is not here: {fix}"
            raise SetupError(message) from missing
        return to_html(self.markdown)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedText:
    """A text before it is fetched: which one, and the digest it has to have."""

    policy: str
    seq: int
    version: str
    language: str
    digest: Digest

    @classmethod
    def of(cls, policy: str, seq: int, version: KnownVersion, languages: Sequence[str]) -> WantedText:
        """Return the text of `version`, number `seq` of `policy`, in the first of `languages` it has, or any other.

        UnknownVersionError where it has no text.
        """
        found = next((tag for tag in (*languages, *version.digests) if tag in version.digests), None)
        if found is None:
            raise UnknownVersionError(policy, seq)
        return cls(
            policy=policy,
            seq=seq,
            version=version.version,
            language=found,
            digest=version.digests[found],
        )

    def request(self, site: str, limits: Limits) -> Request:
        """Ask `site` for it."""
        return Request(url=f"{site}{self.policy}/{self.version}/{self.language}.md", limit=limits.text)

    def received(self, response: Response) -> PolicyText:
        """Take the text out of `response`; DigestMismatchError where it is another one."""
        body = body_of(response, self._name)
        digest = Digest.of(body)
        if digest != self.digest:
            raise DigestMismatchError(self._name, self.digest, digest)
        try:
            markdown = body.decode()
        except UnicodeDecodeError as cause:
            raise RefusedError(Reason.SCHEMA, f"{self._name}: this is no text at byte {cause.start}") from cause
        return PolicyText(
            policy=self.policy,
            seq=self.seq,
            version=self.version,
            language=self.language,
            digest=digest,
            markdown=markdown,
        )

    @property
    def _name(self) -> str:
        return f"{self.policy} {self.version} in {self.language}"


class TextStore:
    """Texts that were proven already, by digest: a published text never changes."""

    def __init__(self, room: int = 32) -> None:
        """Make a shelf with `room` for that many texts."""
        self._room = room
        self._texts: dict[Digest, PolicyText] = {}

    def find(self, wanted: WantedText) -> PolicyText | None:
        """Find the text `wanted`; the same words may have been published as several versions."""
        found = self._texts.get(wanted.digest)
        return replace(found, policy=wanted.policy, seq=wanted.seq, version=wanted.version) if found else None

    def put(self, text: PolicyText) -> PolicyText:
        """Keep `text`, in place of the oldest where there is no room, and give it back."""
        while len(self._texts) >= self._room:
            self._texts.pop(next(iter(self._texts)), None)
        self._texts[text.digest] = text
        return text
