"""Texts: their addresses on the site, and the verification of their digests.

Invariants: a text is returned only if its digest is the one in the manifest.
Not responsible for: fetching.
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
    """The text of a version in one language, exactly as published.

    - `policy`: id of the policy
    - `seq`: number of the version, from 1
    - `version`: label of the version
    - `act`: the act that the version requires: `accept`, `acknowledge`, `consent` or `none`
    - `language`: tag of the language of the text; record it with the answer
    - `digest`: the SHA-256 of the text, as `sha256:` and 64 hexadecimal digits; record it with the answer
    - `markdown`: the canonical Markdown
    """

    policy: str
    seq: int
    version: str
    act: str
    language: str
    digest: Digest
    markdown: str

    def html(self) -> str:
        """Return the text as an HTML fragment without script or style, equal to the one at `…/<language>.html`.

        It is rendered locally from the verified text, with the renderer of the site.

            >>> policies.text("terms", 2, "en").html()
            '<h1 id="terms">Terms</h1>\\n<p>We keep it a year.</p>\\n'

        :raises SetupError: if that renderer is not installed, the extra `html` of the wheel
        """
        try:
            # Imported here, because most back ends show no text and do not install its libraries.
            from inforce.markdown import to_html
        except ModuleNotFoundError as missing:
            fix = "install the wheel of inforce with its extra “html”"
            message = f"rendering a text as HTML needs {missing.name}, which is not installed: {fix}"
            raise SetupError(message) from missing
        return to_html(self.markdown)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedText:
    """A request for a text: which text, and the digest it must have."""

    policy: str
    seq: int
    version: str
    act: str
    language: str
    digest: Digest

    @classmethod
    def of(cls, policy: str, seq: int, version: KnownVersion, languages: Sequence[str]) -> WantedText:
        """Return the request for `version`, number `seq` of `policy`, in the first of `languages` it has, or any other.

        Raise UnknownVersionError if it has no text.
        """
        chosen = next((tag for tag in (*languages, *version.digests) if tag in version.digests), None)
        if chosen is None:
            raise UnknownVersionError(policy, seq)
        return cls(
            policy=policy,
            seq=seq,
            version=version.version,
            act=version.act,
            language=chosen,
            digest=version.digests[chosen],
        )

    def request(self, site: str, limits: Limits) -> Request:
        """Return the HTTP request for the file at `site`."""
        return Request(url=f"{site}{self.policy}/{self.version}/{self.language}.md", limit=limits.text)

    def received(self, response: Response) -> PolicyText:
        """Return the text in `response`; raise DigestMismatchError if it is another text."""
        body = body_of(response, self._name)
        digest = Digest.of(body)
        if digest != self.digest:
            raise DigestMismatchError(self._name, self.digest, digest)
        try:
            markdown = body.decode()
        except UnicodeDecodeError as cause:
            raise RefusedError(Reason.SCHEMA, f"{self._name}: this is not UTF-8 text at byte {cause.start}") from cause
        return PolicyText(
            policy=self.policy,
            seq=self.seq,
            version=self.version,
            act=self.act,
            language=self.language,
            digest=digest,
            markdown=markdown,
        )

    @property
    def _name(self) -> str:
        return f"{self.policy} {self.version} in {self.language}"


class TextStore:
    """Cache of verified texts by digest; published texts never change."""

    def __init__(self, room: int = 32) -> None:
        """Create a cache for `room` texts."""
        self._room = room
        self._texts: dict[Digest, PolicyText] = {}

    def find(self, wanted: WantedText) -> PolicyText | None:
        """Return the text `wanted` if it is cached; several versions can have the same text."""
        cached = self._texts.get(wanted.digest)
        if cached is None:
            return None
        return replace(cached, policy=wanted.policy, seq=wanted.seq, version=wanted.version, act=wanted.act)

    def put(self, text: PolicyText) -> PolicyText:
        """Add `text`, evicting the oldest if the cache is full, and return it."""
        while len(self._texts) >= self._room:
            self._texts.pop(next(iter(self._texts)), None)
        self._texts[text.digest] = text
        return text
