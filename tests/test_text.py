"""The canonical form of a text, and its digest."""

from __future__ import annotations

import hashlib

import pytest

from inforce.text import Digest, canonical

WORDS = "# Privacy\n\nWe keep café data.\n"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(WORDS, id="unchanged"),
        pytest.param(WORDS.replace("\n", "\r\n"), id="with the line ends of Windows"),
        pytest.param(WORDS.replace("\n", "\r"), id="with the line ends of an old Mac"),
        pytest.param(WORDS.replace("é", "e\u0301"), id="with decomposed letters (NFD)"),
        pytest.param("\ufeff" + WORDS, id="with a byte order mark"),
        pytest.param("\ufeff\ufeff" + WORDS, id="with two byte order marks"),
        pytest.param("\n\ufeff\n" + WORDS, id="with a byte order mark on the second line"),
        pytest.param("  \n\t\n" + WORDS, id="with blank lines before the words"),
        pytest.param(WORDS + "\n \n\n", id="with blank lines after the words"),
        pytest.param(WORDS.rstrip(), id="without a last line end"),
        pytest.param(WORDS.replace("\n", " \t\n"), id="with blanks at the ends of lines"),
    ],
)
def test_same_words_have_the_same_digest(written: str) -> None:
    assert Digest.of(canonical(written)) == Digest.of(WORDS)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param("a b\n", "a  b\n", id="a blank between words"),
        pytest.param("  a\n", "a\n", id="the indentation of the first line"),
        pytest.param("a\n\nb\n", "a\nb\n", id="a blank line between paragraphs"),
        pytest.param("a\u00a0\n", "a\n", id="a no-break space at the end of a line"),
        pytest.param("ﬁne\n", "fine\n", id="a ligature (NFC keeps it, NFKC would not)"),
        pytest.param("a\ufeffb\n", "ab\n", id="a byte order mark among the words"),
        pytest.param("a\u200b\n", "a\n", id="a zero-width space"),
    ],
)
def test_different_texts_have_different_digests(first: str, other: str) -> None:
    assert canonical(first) != canonical(other)


@pytest.mark.parametrize("empty", ["", "\n", " \t\r\n", "\ufeff", "\ufeff\n\ufeff"], ids=ascii)
def test_text_without_words_is_empty(empty: str) -> None:
    assert canonical(empty) == ""


def test_half_a_million_spaces_inside_a_line_are_unchanged() -> None:
    long = "a" + " " * 500_000 + "b\n"
    assert canonical(long) == long


def test_digest_is_the_sha256_of_the_bytes() -> None:
    digest = Digest.of("Straße\n")
    assert digest.hex == hashlib.sha256("Straße\n".encode()).hexdigest()
    assert str(digest) == f"sha256:{digest.hex}"
    assert digest == Digest.of("Straße\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a" * 64, id="hex without its algorithm"),
        pytest.param("sha256:" + "A" * 64, id="upper-case hex"),
        pytest.param("sha256:" + "a" * 63, id="a digit too few"),
        pytest.param("sha256:" + "a" * 65, id="a digit too many"),
        pytest.param("sha256:" + "a" * 64 + "\n", id="a trailing line end"),
        pytest.param("sha512:" + "a" * 64, id="another algorithm"),
        pytest.param("sha256:" + "٣" * 64, id="digits of another script"),
    ],
)
def test_invalid_digest_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="expected “sha256:” and 64 lower-case hex digits, got “"):
        Digest(text)
