"""Languages: canonical BCP 47 tags, the direction of their script, and their names and formats for readers.

Invariants: a language has exactly one spelling. Not responsible for: choosing the best language for a user (see
`acceptance`).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_datetime_format
from babel.numbers import format_decimal, format_percent

from inforce.errors import quoted
from inforce.language.interface import INTERFACE_LANGUAGES

# The right-to-left scripts in current use (Unicode bidi classes R and AL), by ISO 15924 code.
_RIGHT_TO_LEFT = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}
)
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})
_ENGLISH = Locale("en")


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
        shown: str = format_date(day, format="long", locale=locale) if locale else day.isoformat()
        # CLDR has no ordinal for the first day of a month, which French requires.
        return f"1er{shown[1:]}" if day.day == 1 and self.tag.partition("-")[0] == "fr" else shown

    def format_time_of_day(self, day: date, time: str) -> str:
        """Format `day` like `format_day`, followed by `time`: `1 March 2027, 08:00 (UTC)`."""
        pattern = str(get_datetime_format("medium", _locale(self.tag) or _ENGLISH))
        return pattern.replace("{1}", self.format_day(day)).replace("{0}", time)

    def format_number(self, number: int) -> str:
        """Format `number` with the separators of the language."""
        return format_decimal(number, locale=_locale(self.tag) or _ENGLISH)

    def format_percent(self, percent: int) -> str:
        """Format `percent` as in running text of the language: `5%`, `5 %`."""
        return format_percent(percent / 100, locale=_locale(self.tag) or _ENGLISH)

    @property
    def list_separator(self) -> str:
        """The text between the items of a list: `, ` in English, `、` in Japanese."""
        start: str = (_locale(self.tag) or _ENGLISH).list_patterns["standard"]["start"]
        return start.removeprefix("{0}").removesuffix("{1}")

    @property
    def interface(self) -> Language:
        """The language of the interface words on its pages: the language itself, or English if it has no words.

        A language without words of its own, such as `de-AT`, uses those of its closest parent in the same script
        (RFC 4647, 3.4), or those of its usual script, such as `zh-Hans` for `zh-CN`.
        """
        return self if _catalogue(self.tag) else Language("en")

    @property
    def catalogue(self) -> str:
        """The tag of the interface words on its pages."""
        return _catalogue(self.tag) or "en"

    def name_in(self, other: Language) -> str:
        """Return the name of the language in the language `other`: “German” in English; `own_name` if unknown."""
        names = (_locale(other.tag) or _ENGLISH).languages
        return names.get(self.tag.replace("-", "_")) or self.own_name


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
def _catalogue(tag: str) -> str | None:
    """Return the tag of the interface words for `tag`."""
    full = langcodes.Language.get(tag).maximize()
    parts = tag.split("-")
    closest = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    for candidate in (*closest, f"{full.language}-{full.script}"):
        if candidate in INTERFACE_LANGUAGES and langcodes.Language.get(candidate).maximize().script == full.script:
            return candidate
    return None


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
