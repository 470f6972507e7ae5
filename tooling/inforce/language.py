"""Languages: canonical BCP 47 tags, the direction of their script, and their names for readers.

Invariants: a language has exactly one spelling. Not responsible for: choosing the best language for a user (see
`acceptance`).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from inforce.errors import quoted

# The right-to-left scripts in current use (Unicode bidi classes R and AL), by ISO 15924 code.
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}
)
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})


@dataclass(frozen=True, slots=True, order=True)
class Language:
    """A BCP 47 language tag (RFC 5646) in canonical spelling, such as `en`, `pt-BR` or `zh-Hans`."""

    tag: str

    def __post_init__(self) -> None:
        expected = canonical_tag(self.tag)
        if expected != self.tag:
            message = f"expected the spelling “{expected}”, got {quoted(self.tag)}"
            raise ValueError(message)

    def __str__(self) -> str:
        return self.tag

    @property
    def direction(self) -> str:
        """`rtl` if the script of the language is written from right to left, otherwise `ltr`."""
        return _direction(self.tag)

    @property
    def own_name(self) -> str:
        """The name of the language in that language: “Deutsch”, “简体中文”; the tag if no name is known."""
        return _own_name(self.tag)

    def format_day(self, day: date) -> str:
        """Format `day` as in running text of the language: `1 March 2027`; as `2027-03-01` if no format is known."""
        locale = _locale(self.tag)
        return format_date(day, format="long", locale=locale) if locale else day.isoformat()


def canonical_tag(text: str) -> str:
    """Return the canonical BCP 47 spelling of `text` (`pt-BR` for `pt-br`); ValueError if it is not a language tag."""
    # Twice, because the replacement of a retired subtag can itself have a replacement: sgn-DD, sgn-DE, gsg.
    return _respelt(_respelt(text))


@functools.lru_cache(maxsize=4096)
def _respelt(text: str) -> str:
    problem = f"expected a language tag (BCP 47) such as “en” or “zh-Hans”, got {quoted(text)}"
    if not text.isascii() or not text.replace("-", "").isalnum():
        raise ValueError(problem)
    try:
        valid = langcodes.tag_is_valid(text)
        tag = langcodes.standardize_tag(text, macro=False)
    except ValueError as cause:
        raise ValueError(problem) from cause
    if not valid or tag.partition("-")[0] in _NO_LANGUAGE:
        raise ValueError(problem)
    return tag


# Every page lists all languages of its policy, so their properties are cached.
@functools.lru_cache(maxsize=512)
def _direction(tag: str) -> str:
    script = langcodes.Language.get(tag).maximize().script
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


@functools.lru_cache(maxsize=512)
def _own_name(tag: str) -> str:
    locale = _locale(tag)
    if locale is None:
        return tag
    return locale.languages.get(tag.replace("-", "_")) or locale.get_display_name() or tag


@functools.lru_cache(maxsize=512)
def _locale(tag: str) -> Locale | None:
    return _plain_locale(tag) or _plain_locale(langcodes.Language.get(tag).maximize().to_tag())


def _plain_locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
