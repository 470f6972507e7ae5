"""Settings of a book: its publisher, address, time zone, languages and notice periods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from inforce.errors import quoted
from inforce.fields import Fields, Source, did_you_mean, first_duplicate, number_within
from inforce.instant import parse_zone
from inforce.language import Language

# The part of a manifest's path between `manifests/` and `.json`.
_MANIFEST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LEVELS = ("material", "notice", "editorial")
_DAY = 86_400
# JWK parameters (RFC 7518) of private keys.
_PRIVATE = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})
# Apps compare this address character by character, so only one spelling is valid: lower-case ASCII, no default parts.
_SITE = re.compile(
    r"(?:https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|http://(?:localhost|127\.0\.0\.1))(?::[1-9][0-9]{0,4})?"
    r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*"
)
_WEB = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#][^\s\\]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The publisher of the policies: name, web address and contact."""

    name: str
    url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key that apps may trust: `kid` is its JWK thumbprint (RFC 7638), `public` the JWK."""

    kid: str
    public: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The content of book.yml.

    `site` is an absolute https address ending in `/`. `notice_days` is the notice period of each change level in days.
    `manifest_bytes` is the size above which a build fails, since every app polls that file. `manifests` maps the name
    of each additional manifest to the ids of its policies. `compare_pairs` limits the number of redlines between all
    pairs of versions. `disclaimer` is shown on every page, by language.
    """

    publisher: Publisher
    site: str
    timezone: ZoneInfo
    languages: tuple[Language, ...]
    notice_days: Mapping[str, int] = field(default_factory=dict)
    poll_seconds: int = _DAY
    manifest_days: int = 30
    manifest_bytes: int = 65_536
    manifests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compare_pairs: int = 200
    signing: tuple[SigningKey, ...] = ()
    disclaimer: Mapping[Language, str] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source(path="book.yml"), compare=False)

    @classmethod
    def from_shape(cls, shape: Fields, source: Source) -> Settings:
        """Parse the settings from the `shape` of book.yml; raise ShapeError with the invalid field."""
        settings = cls(
            publisher=_publisher(shape.shape("publisher")),
            site=shape.parsed("site", site_address),
            timezone=shape.parsed("timezone", parse_zone),
            languages=shape.texts("languages", Language),
            notice_days=_notice_days(shape),
            poll_seconds=shape.parsed("poll_seconds", number_within(60, 30 * _DAY), _DAY),
            manifest_days=shape.parsed("manifest_days", number_within(1, 366), 30),
            manifest_bytes=shape.parsed("manifest_bytes", number_within(1024, 65_536), 65_536),
            manifests=_manifests(shape),
            compare_pairs=shape.parsed("compare_pairs", number_within(0, 100_000), 200),
            signing=_signing(shape),
            disclaimer=_by_language(shape, "disclaimer"),
            source=source,
        )
        shape.close()
        if not settings.languages:
            raise shape.error("languages", "lists no language", "list at least one, such as “[en]”")
        if len(set(settings.languages)) < len(settings.languages):
            raise shape.error("languages", "lists a language twice", "keep one of the two")
        return settings


def site_address(text: str) -> str:
    """Return `text` if it is an absolute https address ending in `/`, otherwise raise ValueError; http is allowed for
    loopback names.
    """
    if not _SITE.fullmatch(text):
        like = "an https address in lower-case ASCII that ends in “/”, such as “https://policies.example/”"
        message = f"expected {like}, got {quoted(text)}"
        raise ValueError(message)
    return text


def web_address(text: str) -> str:
    """Return `text` if it is an absolute web address without credentials and thus safe as a link, otherwise raise
    ValueError.
    """
    if not _WEB.fullmatch(text):
        message = f"expected a web address such as “https://shop.example/”, got {quoted(text)}"
        raise ValueError(message)
    return text


def _publisher(shape: Fields) -> Publisher:
    publisher = Publisher(name=shape.text("name"), url=shape.parsed("url", web_address), contact=shape.text("contact"))
    shape.close()
    return publisher


def _notice_days(shape: Fields) -> Mapping[str, int]:
    if "notice_days" not in shape:
        return {}
    inner = shape.shape("notice_days")
    for name in inner.names():
        if name not in _LEVELS:
            fix = did_you_mean(name, list(_LEVELS)).strip(" –") or f"there are: {', '.join(_LEVELS)}"
            raise inner.error(name, "is not a change level", fix)
    return {name: inner.parsed(name, number_within(0, 3650)) for name in inner.names()}


def manifest_name(name: str) -> str:
    """Return `name` if it is a valid name for an additional manifest, otherwise raise ValueError."""
    if not _MANIFEST_NAME.fullmatch(name):
        message = f"expected lower-case letters, digits and hyphens such as “shop”, got {quoted(name)}"
        raise ValueError(message)
    if name == "policies":
        message = "“policies” is the name of the main manifest"
        raise ValueError(message)
    return name


def _manifests(shape: Fields) -> Mapping[str, tuple[str, ...]]:
    if "manifests" not in shape:
        return {}
    inner = shape.shape("manifests")
    return {name: _policies_of(inner, name) for name in inner.names()}


def _policies_of(shape: Fields, name: str) -> tuple[str, ...]:
    try:
        manifest_name(name)
    except ValueError as cause:
        raise shape.error(name, f"cannot be the name of a manifest: {cause}", "give it another name") from cause
    policies = shape.texts(name, str)
    if not policies:
        raise shape.error(name, "lists no policy", "list the ids of policies, such as “[privacy, terms]”")
    twice = first_duplicate(policies)
    if twice is not None:
        raise shape.error(
            f"{name}[{len(policies) - 1 - policies[::-1].index(twice)}]",
            f"lists {quoted(twice)} twice",
            "keep one of the two",
        )
    return policies


def _by_language(shape: Fields, member: str) -> Mapping[Language, str]:
    if member not in shape:
        return {}
    inner = shape.shape(member)
    texts = {}
    for name in inner.names():
        try:
            texts[Language(name)] = inner.text(name)
        except ValueError as cause:
            raise inner.error(name, str(cause)) from cause
    return texts


def _signing(shape: Fields) -> tuple[SigningKey, ...]:
    keys: list[SigningKey] = []
    for inner in shape.shapes("signing", ()):
        key = SigningKey(kid=inner.text("kid"), public=_public_key(inner.shape("public")))
        inner.close()
        if any(key.kid == other.kid for other in keys):
            raise inner.error("kid", "lists the same key twice", "keep one of the two")
        keys.append(key)
    return tuple(keys)


def _public_key(shape: Fields) -> Mapping[str, str]:
    members = {name: shape.text(name) for name in shape.names()}
    for name in sorted(members.keys() & _PRIVATE):
        raise shape.error(
            name,
            "belongs to a private key",
            "remove it from git, create a new key pair with “inforce keygen”, and stop using this one",
        )
    return members
