"""Properties of the checks: for any file content, findings have a place, and no check crashes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inforce.checks import CATALOGUE
from inforce.checks.printed_date import find_printed_date
from inforce.checks.rules.mojibake import find_damage
from inforce.checks.rules.numerals import number_words_in, numbers_in
from paper_book import one_text

NOW = "2026-06-01"
MARKDOWN = (
    "# ## - • 7)Use {#a} {{x}} [Company] TODO <br> <Acme> | --- ``` > \\ * _ <!-- [a](#b) ![](x) [a](javascript:b)"
)
WRONG = "\ufeff \x00 \u200b \u202e \ufffd \uf0b7 â€™ ļ¼Œ 锟斤拷 pаss e\u0301 \u2028 http://x.example/ 31.02.2027"
SPACES = ("\n", "\r\n", "\n\n", "  \n", "\t", "\r")
WORDS = (
    *("Effective date: 1 March 2027", "We will never sell it.", "永久保存", "24 months", "9" * 30 + "万"),
    *("word", "中文", "שלום", "Привет", "[email protected]"),
)
PIECES = (*MARKDOWN.split(" "), *WRONG.split(" "), *SPACES, *WORDS)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map(" ".join)


@given(texts)
def test_findings_have_a_line_within_the_file(text: str) -> None:
    """The place of a finding is an existing line; its severity is that of its rule."""
    raw = text.encode("utf-8", "surrogatepass")
    book = one_text(raw, extra="notice_days: {material: 30}\n")
    lines = {path: (content or b"").decode(errors="replace") for path, content in book.files.items()}

    for finding in book.check(NOW):
        assert finding.severity is CATALOGUE[finding.rule].severity
        if finding.place.line:
            assert 1 <= finding.place.line <= _count(lines[finding.place.path])


@given(texts, texts)
def test_checks_of_any_change_and_translation_raise_no_error(old: str, new: str) -> None:
    """Rules that compare two texts accept any two texts."""
    book = one_text("# A\n" + old, extra="notice_days: {material: 30}\n")
    privacy = book.policy("privacy")
    privacy.version("2026-03-01", change="editorial", en="# A\n" + new, de="# A\n" + old, zh_Hans="# A\n" + new)
    base = one_text("# A\n" + new).freeze(NOW)

    assert book.check(NOW, base) == book.check(NOW, base)


@given(texts)
def test_damaged_ranges_are_within_the_text_and_do_not_overlap(text: str) -> None:
    """Damaged ranges are in order and do not overlap."""
    end = 0
    for damage in find_damage(text):
        assert end <= damage.start < damage.stop <= len(text)
        end = damage.stop


@given(texts, st.sampled_from(["en", "de", "fr", "es", "zh", "ja", "sw"]))
def test_numbers_and_dates_in_any_text_can_be_parsed(text: str, language: str) -> None:
    """A number contains digits, and a date has a day."""
    assert all(any(character.isdigit() for character in number) for number in numbers_in(text))
    assert all(number.isdigit() for number in number_words_in(text, language))
    printed = find_printed_date(text)
    assert printed is None or (printed.days and printed.words in text)


def _count(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
