"""Tokenisation in every script, and words that a reader cannot distinguish."""

from __future__ import annotations

import pytest

from inforce.redline.figures import expressions
from inforce.redline.words import cut, keys_of


def row(sentence: str, *values: object) -> object:
    return pytest.param(*values, id=sentence)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        row("letters are words, white space between them one word", "We  keep it", ["We", "  ", "keep", " ", "it"]),
        row("signs stand alone", "(a); b.", ["(", "a", ")", ";", " ", "b", "."]),
        row("an apostrophe stays inside", "don’t can't", ["don’t", " ", "can't"]),
        row("a hyphen stays inside", "third-party", ["third-party"]),
        row("an amount is whole", "€1,200.50", ["€1,200.50"]),
        row("an amount with narrow spaces is whole", "1\u202f200\u202f000", ["1\u202f200\u202f000"]),
        row("a percentage is whole", "3.5%", ["3.5%"]),
        row("a date is whole", "2027-03-01", ["2027-03-01"]),
        row("a time is whole", "10:30", ["10:30"]),
        row("a version is whole", "v1.2.3", ["v1.2.3"]),
        row("a number in Eastern Arabic digits is whole", "١٢٫٥", ["١٢٫٥"]),
        row("a number keeps its letters", "1st 24h", ["1st", " ", "24h"]),
        row("the full stop after a number stands alone", "in 30.", ["in", " ", "30", "."]),
        row("an address is whole", "https://a.example/b?c=1.", ["https://a.example/b?c=1", "."]),
        row("a mail address is whole", "ask a.b@c.example,", ["ask", " ", "a.b@c.example", ","]),
        row("a host is whole", "shop.example.", ["shop.example", "."]),
        row("Han characters stand alone", "数据。", ["数", "据", "。"]),
        row("numbers in Han characters are whole", "三十天", ["三十", "天"]),
        row("kana stand alone, katakana together", "のアカウント", ["の", "アカウント"]),
        row("Thai is cut into clusters", "ข้อมูล", ["ข้", "อ", "มู", "ล"]),
        row("Khmer is cut into clusters", "ទិន្នន័យ", ["ទិ", "ន្ន", "ន័", "យ"]),
        row("Hangul is cut at spaces", "이용 약관", ["이용", " ", "약관"]),
        row("Devanagari keeps its marks", "डेटा नीति", ["डेटा", " ", "नीति"]),
        row("Arabic keeps its marks", "مُستخدِم", ["مُستخدِم"]),
        row("decomposed letters keep their marks", "cafe\u0301", ["cafe\u0301"]),
        row("a sign keeps what modifies it", "👍🏽!", ["👍🏽", "!"]),
        row("an invisible space does not split a word", "da\u200bta", ["da\u200bta"]),
        row("scripts part without a space", "GDPR数据", ["GDPR", "数", "据"]),
    ],
)
def test_words_are_tokenised(text: str, words: list[str]) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(
    ("first", "other"),
    [
        row("curly and straight apostrophes", "don't", "don’t"),
        row("curly and straight quotes", '"', "“"),
        row("guillemets", '"', "«"),
        row("dashes", "-", "–"),
        row("no-break and plain spaces", " ", "\u00a0"),
        row("one space and many", " ", "   "),
        row("composed and decomposed letters", "é", "e\u0301"),
        row("full and half width", "３０", "30"),
        row("a zero-width space inside", "data", "da\u200bta"),
        row("a soft hyphen inside", "data", "da\u00adta"),
        row("an ellipsis and three dots are the same sign", "…", "..."),
    ],
)
def test_indistinguishable_words_share_a_key(first: str, other: str) -> None:
    assert keys_of([first]) == keys_of([other])


@pytest.mark.parametrize(
    ("first", "other"),
    [
        row("upper and lower case, since defined terms are written upper case", "Personal", "personal"),
        row("ten squared and a hundred and two", "10²", "102"),
        row("a circled number and a number", "①", "1"),
        row("other numbers", "30", "31"),
        row("Latin and Cyrillic letters that look alike", "data", "dаta"),
    ],
)
def test_words_that_differ_have_different_keys(first: str, other: str) -> None:
    assert keys_of(cut(first)) != keys_of(cut(other))


@pytest.mark.parametrize(
    ("text", "kind", "expression"),
    [
        row("an ISO date", "from 2027-03-01 on", "date", "2027-03-01"),
        row("a date with a name", "by 1 March 2027.", "date", "1 March 2027"),
        row("a date in American order", "by March 1, 2027.", "date", "March 1, 2027"),
        row("a German date", "am 1. März 2027", "date", "1. März 2027"),
        row("a French date", "le 1er mars 2027", "date", "1er mars 2027"),
        row("a Spanish date", "el 1 de marzo de 2027", "date", "1 de marzo de 2027"),
        row("a date in dots", "am 01.03.2027", "date", "01.03.2027"),
        row("a Chinese date", "自2027年3月1日起", "date", "2027年3月1日"),
        row("a Korean date", "2027년 3월 1일부터", "date", "2027년 3월 1일"),
        row("an amount with a sign", "up to €1,200.50 a year", "amount", "€1,200.50"),
        row("an amount with a code", "up to 500 USD", "amount", "500 USD"),
        row("an amount in words", "pays 500 dollars", "amount", "500 dollars"),
        row("a percentage", "of 3.5 % at most", "percentage", "3.5 %"),
        row("a percentage in words", "of 3 per cent", "percentage", "3 per cent"),
        row("a period", "for 24 months", "period", "24 months"),
        row("a period in working days", "within 5 business days", "period", "5 business days"),
        row("a period in brackets", "within thirty (30) days", "period", "30) days"),
        row("a German period", "nach 30 Tagen", "period", "30 Tagen"),
        row("a Japanese period in Han characters", "三十日間保存", "period", "三十日間"),
        row("an Arabic period", "لمدة 30 يوما", "period", "30 يوما"),
        row("a Hindi period", "30 दिन तक", "period", "30 दिन"),
        row("a Thai period", "เป็นเวลา 30 วัน", "period", "30 วัน"),
        row("a Russian period", "в течение 30 дней", "period", "30 дней"),
        row("a bare number", "see section 7", "number", "7"),
        row("the number of a Chinese article", "见第三条", "number", "第三条"),
    ],
)
def test_numeric_expressions_are_recognised(text: str, kind: str, expression: str) -> None:
    assert [(match.kind, match.text) for match in expressions(text)] == [(kind, expression)]


def test_word_with_numeral_is_not_a_number() -> None:
    assert expressions("一般统一") == ()
