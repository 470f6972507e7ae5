"""Properties of the canonical text: the same words have the same bytes, and no word is changed."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from inforce.text import Digest, canonical

anything = st.text(st.characters(codec="utf-8"))
# Frequent artefacts of editors, checkouts and copying, close together.
leftovers = st.text(st.sampled_from("aé\u0301 \t\r\n\ufeff\u00a0\u200b#=\u0338"))


@given(anything | leftovers)
def test_canonical_form_is_idempotent(text: str) -> None:
    """A second application changes nothing."""
    assert canonical(canonical(text)) == canonical(text)


@given(anything | leftovers)
def test_canonical_text_is_nfc_with_lf_no_trailing_blanks_and_one_newline_at_the_end(text: str) -> None:
    form = canonical(text)
    assert unicodedata.is_normalized("NFC", form)
    assert "\r" not in form
    assert not re.search(r"[ \t]\n", form)
    assert form == "" or re.fullmatch(r"(?s)[^\n\ufeff].*(?<!\n)\n|[^\n\ufeff]\n", form)


@given(anything | leftovers)
def test_canonical_form_keeps_all_words(text: str) -> None:
    """All non-blank characters remain in the same order."""

    def words(of: str) -> list[str]:
        return unicodedata.normalize("NFC", of).lstrip(" \t\r\n\ufeff").split()

    assert words(canonical(text)) == words(text)


@given(
    st.lists(anything.map(lambda line: re.sub(r"[\r\n\ufeff]", "", line))),
    st.data(),
)
def test_digest_does_not_depend_on_line_endings_and_trailing_blanks(lines: list[str], data: st.DataObject) -> None:
    """Line ends, normalisation, trailing blanks, a byte order mark and final newlines do not affect the digest."""
    plain = "\n".join(lines)
    apart = data.draw(st.booleans())
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    trailing = data.draw(st.sampled_from(["", " ", "\t", "  \t "]))
    before = data.draw(st.sampled_from(["", "\ufeff", "\ufeff\n\n", "\n \n"]))
    after = data.draw(st.sampled_from(["", "\n", "\r\n \r\n"]))

    saved = (
        before + end.join(unicodedata.normalize("NFD" if apart else "NFC", line) + trailing for line in lines) + after
    )

    assert Digest.of(canonical(saved)) == Digest.of(canonical(plain))


@given(st.binary())
def test_digest_survives_the_round_trip(raw: bytes) -> None:
    digest = Digest.of(raw)
    assert Digest(str(digest)) == digest
