"""Settings of a book: who publishes it, where, in which zone and languages, and what is promised about notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from inforce.errors import SettingsError
from inforce.instant import parse_zone
from inforce.language import Language
from inforce.shape import Shape, Source, did_you_mean, whole_number

_LEVELS = ("material", "notice", "editorial")
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes the policies: a name, and where people reach them."""

    name: str
    url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key apps may trust: `kid` is its JWK thumbprint (RFC 7638), `public` the JWK itself."""

    kid: str
    public: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What book.yml says.

    `site` is an absolute https address ending in `/`. `notice_days` are days between publication and effect that each
    change level is promised. `compare_pairs` bounds how many redlines of all pairs are made. `disclaimer` is shown
    on every page, by language.
    """

    publisher: Publisher
    site: str
    timezone: ZoneInfo
    languages: tuple[Language, ...]
    notice_days: Mapping[str, int] = field(default_factory=dict)
    poll_seconds: int = _DAY
    manifest_days: int = 30
    compare_pairs: int = 200
    signing: tuple[SigningKey, ...] = ()
    disclaimer: Mapping[Language, str] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source(path="book.yml"), compare=False)

    @classmethod
    def from_shape(cls, shape: Shape, source: Source) -> Settings:
        """Read the settings out of book.yml's `shape`; SettingsError names the member that makes no sense."""
        settings = cls(
            publisher=_publisher(shape.shape("publisher")),
            site=shape.parsed("site", site_address),
            timezone=shape.parsed("timezone", parse_zone),
            languages=shape.texts("languages", Language),
            notice_days=_notice_days(shape),
            poll_seconds=shape.parsed("poll_seconds", _within(60, 30 * _DAY), _DAY),
            manifest_days=shape.parsed("manifest_days", _within(1, 366), 30),
            compare_pairs=shape.parsed("compare_pairs", _within(0, 100_000), 200),
            signing=_signing(shape),
            disclaimer=_by_language(shape, "disclaimer"),
            source=source,
        )
        shape.close()
        if not settings.languages:
            raise shape.refuse("languages", "names no language")
        if len(set(settings.languages)) < len(settings.languages):
            raise shape.refuse("languages", "names a language twice")
        return settings


def site_address(text: str) -> str:
    """Check that `text` is an absolute https address ending in `/`; http is allowed on a loopback name only."""
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"))
    plain = parts.hostname and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not (secure and plain and parts.path.endswith("/")) or re.search(r"\s", text):
        message = f"expected an https address ending in “/” such as “https://policies.example/”, got “{text}”"
        raise ValueError(message)
    return text


def _publisher(shape: Shape) -> Publisher:
    publisher = Publisher(name=shape.text("name"), url=shape.text("url"), contact=shape.text("contact"))
    shape.close()
    return publisher


def _notice_days(shape: Shape) -> Mapping[str, int]:
    if "notice_days" not in shape:
        return {}
    inner = shape.shape("notice_days")
    for name in inner.names():
        if name not in _LEVELS:
            raise inner.refuse(name, "is no change level", did_you_mean(name, list(_LEVELS)).strip(" –"))
    return {name: inner.parsed(name, _within(0, 3650)) for name in inner.names()}


def _by_language(shape: Shape, member: str) -> Mapping[Language, str]:
    if member not in shape:
        return {}
    inner = shape.shape(member)
    texts = {}
    for name in inner.names():
        try:
            texts[Language(name)] = inner.text(name)
        except ValueError as cause:
            raise inner.refuse(name, str(cause)) from cause
    return texts


def _signing(shape: Shape) -> tuple[SigningKey, ...]:
    keys = []
    for inner in shape.shapes("signing", ()):
        public = inner.shape("public")
        keys.append(SigningKey(kid=inner.text("kid"), public={name: public.text(name) for name in public.names()}))
        inner.close()
        if "d" in keys[-1].public:
            raise SettingsError(
                inner.member("public.d"), "is a private key", "take it out of git, make a new pair, and retire this one"
            )
    return tuple(keys)


def _within(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = whole_number(text)
        if not least <= number <= most:
            message = f"expected a whole number from {least} to {most}, got {number}"
            raise ValueError(message)
        return number

    return parse
