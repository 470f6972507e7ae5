"""The rules about misleading, invisible and wrongly encoded characters."""

from __future__ import annotations

import pytest

from inforce.checks.rules.mojibake import find_damage
from inforce.checks.rules.scripts import lookalikes
from paper_book import of_rule, one_text, rules

NOW = "2026-06-01"
EN = "policy_versions/privacy/2026-01-15/en.md"


def body(words: str) -> str:
    return f"# Privacy\n\n{words}\n"


@pytest.mark.parametrize(
    ("text", "rule", "line", "evidence"),
    [
        pytest.param("\ufeff# Privacy\n", "ENC-bom", 1, "U+FEFF", id="a byte order mark"),
        pytest.param("# Privacy\r\n\r\nWords.\r\n", "ENC-newline", 1, "U+000D", id="Windows line ends, once per file"),
        pytest.param("# Privacy\n\nWords\rmore.\n", "ENC-newline", 3, "U+000D", id="a carriage return alone"),
        pytest.param(body("A null\x00byte."), "ENC-control", 3, "null\x00byte.", id="a NUL byte"),
        pytest.param(body("Next\u2028line."), "ENC-control", 3, None, id="a line separator of a word processor"),
        pytest.param(body("\uf0b7 Item"), "ENC-private", 3, "\uf0b7", id="the bullet of a word processor"),
        pytest.param(body("Your pri\ufffdacy."), "ENC-lost", 3, "pri\ufffdacy.", id="a lost character"),
        pytest.param(body("informationļ¼Œemail"), "ENC-mojibake", 3, "informationļ¼Œemail", id="a damaged comma"),
        pytest.param(body("pass\u200bword"), "ENC-invisible", 3, "pass<U+200B>word", id="a zero-width space in a word"),
        pytest.param(
            body("pass\u200dword"), "ENC-invisible", 3, "pass<U+200D>word", id="a joiner between Latin letters"
        ),
        pytest.param(body("pass\ufeffword"), "ENC-invisible", 3, "pass<U+FEFF>word", id="a byte order mark inside"),
        pytest.param(body("pay \u202e001 euros"), "ENC-bidi", 3, "<U+202E>001", id="a right-to-left override"),
        pytest.param(body("call \u200e0800"), "ENC-bidi", 3, "<U+200E>0800", id="a direction mark in a Latin line"),
        pytest.param(body("your pаssword"), "ENC-script", 3, "pаssword", id="a Cyrillic letter in a Latin word"),
        pytest.param(body("our pοlicy"), "ENC-script", 3, "pοlicy", id="a Greek letter in a Latin word"),
        pytest.param(body("наша пoлитика"), "ENC-script", 3, "пoлитика", id="a Latin letter in a Cyrillic word"),
        pytest.param(body("one\n\ncafe\u0301"), "ENC-nfc", 5, "cafe\u0301", id="an accent stored apart"),
    ],
)
def test_suspicious_character_is_reported_once_with_its_line(
    text: str, rule: str, line: int, evidence: str | None
) -> None:
    findings = of_rule(one_text(text).check(NOW), rule)

    assert [(finding.place.path, finding.place.line) for finding in findings] == [(EN, line)]
    assert evidence in (None, findings[0].evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(body("Привет, мир. SMSка и APIшный код."), id="Cyrillic, and abbreviations with endings"),
        pytest.param(body("Ελληνικά και μ2, 5 μg, 3 kΩ."), id="Greek, and units"),
        pytest.param(body("می\u200cخواهیم"), id="Persian with its joiner"),
        pytest.param(body("क्\u200dष"), id="Hindi with its joiner"),
        pytest.param(body("👩\u200d💻 works"), id="an emoji made of two"),
        pytest.param(body("ภาษา\u200bไทย Django\u200b ไทย"), id="Thai with spaces of no width"),
        pytest.param(body("שלום\u200f (abc) עולם"), id="a direction mark in a Hebrew line"),
        pytest.param(
            body("«À la carte» „MENÜ“ SPÓŁKA Рік AMANHÃ” PÅ\u00a0É»"), id="letters that could be bytes, and are not"
        ),
        pytest.param(body("联通 小额 模式"), id="Chinese words that happen to be valid in another encoding"),
        pytest.param("# Privacy\n\nWords.\t\n", id="a tab"),
    ],
)
def test_ordinary_text_of_any_language_yields_no_finding(text: str) -> None:
    assert [rule for rule in rules(one_text(text).check(NOW)) if rule.startswith("ENC-")] == []


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        pytest.param("informationļ¼Œemail", "information，email", id="a full-width comma in windows-1257"),
        pytest.param("doesnâ€™t", "doesn’t", id="an apostrophe in windows-1252"),
        pytest.param("cafÃ©", "café", id="one letter in windows-1252"),
        pytest.param("15Â€", "15Â€", id="a sequence that makes no sense stays as it is"),
        pytest.param("РџСЂРёРІРµС‚", "Привет", id="Cyrillic in windows-1251"),
        pytest.param("à¤•à¤°à¤¾à¤°", "करार", id="Hindi in windows-1252"),
        pytest.param("Ø§Ù„Ø¹Ø¬Ø²ØŒ", "العجز،", id="Arabic with its comma in windows-1252"),
        pytest.param("È™i", "și", id="Romanian in windows-1252"),
        pytest.param("doesn‚Äôt", "doesn’t", id="an apostrophe in Mac Roman"),
        pytest.param("doesnΓÇÖt", "doesn’t", id="an apostrophe in code page 437"),
        pytest.param("doesn鈥檛", "doesn’t", id="an apostrophe in GBK"),
        pytest.param("â€œso\u201d, he saidâ€ ", "“so\u201d, he said” ", id="a quotation mark that lost its third byte"),
    ],
)
def test_mojibake_is_decoded(damaged: str, words: str) -> None:
    repaired = damaged
    for damage in reversed(find_damage(damaged)):
        repaired = repaired[: damage.start] + damage.repaired + repaired[damage.stop :]

    assert repaired == words


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        pytest.param("informationļ¼Œemail", "“information，email”", id="what it was is suggested"),
        pytest.param("price锟斤拷now", "Look up the words", id="damage without a known original"),
    ],
)
def test_fix_of_mojibake_contains_the_original_characters(words: str, fix: str) -> None:
    finding = of_rule(one_text(body(words)).check(NOW), "ENC-mojibake")[0]

    assert fix in finding.fix


def test_control_characters_in_mojibake_are_not_reported_separately() -> None:
    rule_ids = rules(one_text(body("he said â€\x9d so")).check(NOW))

    assert "ENC-mojibake" in rule_ids
    assert "ENC-control" not in rule_ids


def test_repeated_character_is_counted_and_reported_once() -> None:
    findings = of_rule(one_text(body("a\u200bb\n\na\u200bb c\u200bd")).check(NOW), "ENC-invisible")

    assert len(findings) == 1
    assert "(and 2 more times)" in findings[0].message


def test_line_numbers_include_the_front_matter() -> None:
    text = "---\r\ntranslates: sha256:" + "0" * 64 + "\r\n---\r\n\r\n# Privacy {#top}\r\n\r\nA\u200bB\r\n"

    finding = of_rule(one_text(text).check(NOW), "ENC-invisible")[0]

    assert (finding.place.line, finding.place.section) == (7, "top")


def test_metadata_is_checked_too() -> None:
    book = one_text(body("Words."))
    book.replace("policy_versions/privacy/policy.yml", "Privacy", "Pri\u200bvacy")

    assert [finding.place.line for finding in of_rule(book.check(NOW), "ENC-invisible")] == [2]


@pytest.mark.parametrize(
    ("word", "strangers"),
    [
        pytest.param("privacy", "", id="all Latin"),
        pytest.param("раypal", "ра", id="Cyrillic for Latin"),
        pytest.param("пoлитика", "o", id="Latin for Cyrillic"),
        pytest.param("Kодекс", "K", id="a Latin capital that begins a Cyrillic word"),
        pytest.param("SMSка", "", id="a Latin abbreviation with a Cyrillic ending"),
        pytest.param("Xка", "", id="one Latin letter with a Cyrillic ending"),
        pytest.param("kΩ", "", id="a Greek letter without a Latin look-alike"),
    ],
)
def test_only_confusable_letters_make_a_mixed_script_word(word: str, strangers: str) -> None:
    assert lookalikes(word) == strangers
