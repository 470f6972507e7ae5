"""Languages: BCP 47 tags in their one right spelling, their script's direction, and their names for readers.

Keeps true: one language has one spelling. Does not translate and does not match a user's wishes (see `acceptance`).
"""

from __future__ import annotations

from dataclasses import dataclass

import langcodes
from babel import Locale, UnknownLocaleError


@dataclass(frozen=True, slots=True, order=True)
class Language:
    """A BCP 47 language tag (RFC 5646) in canonical spelling, such as `en`, `pt-BR` or `zh-Hans`."""

    tag: str

    def __post_init__(self) -> None:
        expected = canonical_tag(self.tag)
        if expected != self.tag:
            message = f"expected the spelling “{expected}”, got “{self.tag}”"
            raise ValueError(message)

    def __str__(self) -> str:
        return self.tag

    @property
    def direction(self) -> str:
        """`rtl` for languages written from right to left, otherwise `ltr`."""
        locale = _locale(self.tag)
        return locale.text_direction if locale else "ltr"

    @property
    def own_name(self) -> str:
        """What its readers call the language: `Deutsch`, `简体中文`; the tag where nobody knows."""
        locale = _plain_locale(self.tag) or _locale(self.tag)
        return (locale.get_display_name() if locale else None) or self.tag


def canonical_tag(text: str) -> str:
    """Spell `text` as BCP 47 wants it (`pt-br` becomes `pt-BR`); ValueError where it is no language tag."""
    problem = f"“{text[:60]}” is no language tag (BCP 47); expected one such as “en” or “zh-Hans”"
    if not text.isascii() or not text.replace("-", "").isalnum():
        raise ValueError(problem)
    try:
        valid = langcodes.tag_is_valid(text)
        tag = langcodes.standardize_tag(text, macro=False)
    except ValueError as cause:
        raise ValueError(problem) from cause
    if not valid:
        raise ValueError(problem)
    return tag


def _locale(tag: str) -> Locale | None:
    return _plain_locale(langcodes.Language.get(tag).maximize().to_tag())


def _plain_locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
