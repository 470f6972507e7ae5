"""Properties of languages: one spelling each, and every spelling is a safe file name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inforce.language import Language, canonical_tag

SUBTAGS = (
    "en EN zh de iw in ji sh mo tl sgn cmn yue min nan i x a u t und art no nb sr ar az ku Latn latn Hans hant Arab "
    "cyrl US us br gb 419 001 DD YU SU 1996 1901 rozaj biske valencia oed klingon lojban ca gregory jp private abc q "
    "12 12345678 hepburn heploc"
)
tags = st.lists(st.sampled_from(SUBTAGS.split()), min_size=1, max_size=5).map("-".join)


def spelt(text: str) -> str:
    """Return the canonical spelling of `text`, or the message of the rejection."""
    try:
        return canonical_tag(text)
    except ValueError as refused:
        return str(refused)


@given(tags)
def test_canonical_spelling_is_idempotent(text: str) -> None:
    """The function is idempotent, and its result is a Language that is a safe file name."""
    tag = spelt(text)
    if not tag.startswith("expected "):
        assert canonical_tag(tag) == tag
        assert str(Language(tag)) == tag
        assert re.fullmatch(r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*", tag)


@given(tags)
def test_every_other_spelling_is_rejected(text: str) -> None:
    if spelt(text) == text:
        language = Language(text)
        assert language.direction in ("ltr", "rtl")
        assert language.own_name
    else:
        with pytest.raises(ValueError, match=r"^expected "):
            Language(text)


@given(st.text(st.characters()))
def test_any_text_is_a_language_or_rejected_with_a_reason(text: str) -> None:
    tag = spelt(text)
    assert tag.startswith("expected ") or str(Language(tag)) == tag
    assert tag.isprintable()
