"""The rules that compare translations with the binding text."""

from __future__ import annotations

import pytest

from inforce.checks import Finding, Severity
from inforce.checks.rules.numerals import number_words_in, numbers_in
from inforce.text import Digest
from paper_book import PaperBook, of_rule

NOW = "2026-06-01"
EN = "# Privacy\n\n## Keeping {#keeping}\n\nWe keep it for 24 months, or seven days.\n"
DE = "# Datenschutz\n\n## Speichern {#keeping}\n\nWir speichern es 24 Monate oder 7 Tage.\n"


def bilingual(en: str = EN, other: str = DE, language: str = "de", languages: str = "en, de, zh-Hans") -> PaperBook:
    book = PaperBook(languages=languages)
    book.policy("privacy").version("2026-01-15", **{"en": en, language: other})
    return book


def found(book: PaperBook, rule: str) -> list[Finding]:
    return of_rule(book.check(NOW), rule)


def translates(text: str) -> str:
    return f"---\ntranslates: {Digest.of(text)}\n---\n"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        pytest.param(EN, "", id="made from the binding text"),
        pytest.param(EN.replace("24", "12"), "a text that is not in this book", id="made from an unknown text"),
    ],
)
def test_outdated_translation_is_reported(origin: str, expected: str) -> None:
    findings = found(bilingual(other=translates(origin) + DE), "LANG-outdated")

    assert len(findings) == bool(expected)
    assert all(expected in finding.message and str(Digest.of(EN)) in finding.fix for finding in findings)


def test_outdated_binding_text_is_identified_by_its_version() -> None:
    book = bilingual()
    book.policy("privacy").version("2026-03-01", en=EN.replace("24", "36"), de=translates(EN) + DE)

    finding = found(book, "LANG-outdated")[0]

    assert "a text of “2026-01-15”" in finding.message
    assert finding.place.line == 2


def test_translation_without_the_digest_of_its_source_is_reported() -> None:
    assert [note.severity for note in found(bilingual(), "LANG-origin")] == [Severity.NOTE]
    assert found(bilingual(other=translates(EN) + DE), "LANG-origin") == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(DE, "", id="the same sections"),
        pytest.param("# Datenschutz\n", "lacks the clause “keeping”", id="a missing section"),
        pytest.param(DE + "\n## Rechte {#rights}\n\nJa.\n", "has the clause “rights”", id="an additional section"),
        pytest.param(
            DE.replace("## Speichern", "### Speichern"), "on different levels", id="the same sections on other levels"
        ),
        pytest.param(DE + "\n## Rechte\n\nJa.\n", "has 3 headings, the binding text 2", id="a heading without an id"),
    ],
)
def test_translation_with_different_sections_is_reported(other: str, expected: str) -> None:
    findings = found(bilingual(other=other), "LANG-clauses")

    assert len(findings) == bool(expected)
    assert all(expected in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("en", "other", "language", "evidence"),
    [
        pytest.param("for 24 months", "24 Monate", "de", [], id="equal numbers"),
        pytest.param("for 24 months", "12 Monate", "de", ["24, 12"], id="change its number"),
        pytest.param("within seven days", "binnen 7 Tagen", "de", [], id="a word and figures"),
        pytest.param("1 March 2027", "2027年3月1日", "zh-Hans", [], id="a date in two calendars' spelling"),
        pytest.param("30 days", "三十天", "zh-Hans", [], id="a Chinese number"),
        pytest.param("10,000 euros", "1万欧元", "zh-Hans", [], id="a Chinese myriad"),
        pytest.param("2.5 % of 1,000", "2,5 % von 1.000", "de", [], id="separators of another language"),
        pytest.param("30 days", "14天", "zh-Hans", ["30, 14"], id="another number in Chinese"),
        pytest.param("3 copies", "nakala tatu", "sw", [], id="small numbers of a language whose words are unknown"),
        pytest.param("30 copies", "nakala", "sw", ["30"], id="large numbers of any language"),
    ],
)
def test_numbers_are_compared_section_by_section(en: str, other: str, language: str, evidence: list[str]) -> None:
    book = bilingual(f"# A\n\n## B {{#b}}\n\n{en}\n", f"# C\n\n## D {{#b}}\n\n{other}\n", language)

    findings = found(book, "LANG-numbers")

    assert [finding.evidence for finding in findings] == evidence
    assert all((finding.place.section, finding.severity) == ("b", Severity.QUESTION) for finding in findings)


@pytest.mark.parametrize(
    ("en", "de", "evidence"),
    [
        pytest.param(
            "[a](https://x.example/en/help)", "[b](https://x.example/de/help)", [], id="a page in each language"
        ),
        pytest.param("[a](https://en.x.example/)", "[b](https://de.x.example/)", [], id="a host in each language"),
        pytest.param("[a](#keeping)", "[b](#keeping)", [], id="a section"),
        pytest.param(
            "[a](https://x.example/1)",
            "[b](https://x.example/2)",
            ["https://x.example/1, https://x.example/2"],
            id="another page",
        ),
        pytest.param("<a@x.example>", "a at x.example", ["mailto:a@x.example"], id="an address that is no link"),
    ],
)
def test_translation_with_different_links_is_reported(en: str, de: str, evidence: list[str]) -> None:
    assert [
        reported.evidence for reported in found(bilingual(f"{EN}\n{en}\n", f"{DE}\n{de}\n"), "LANG-links")
    ] == evidence


def test_missing_translations_are_noted_for_versions_in_force_or_later() -> None:
    book = bilingual()
    book.policy("privacy").version("2026-03-01", en=EN).version("2026-05-01", en=EN, de=DE, zh_Hans="# 隐私\n")

    assert found(book, "LANG-missing") == []
    assert [note.evidence for note in of_rule(book.check("2026-04-01"), "LANG-missing")] == ["de, zh-Hans"]


def test_missing_translation_of_a_locked_version_is_noted() -> None:
    assert [note.evidence for note in found(bilingual().freeze(NOW), "LANG-missing")] == ["zh-Hans"]


def test_language_missing_in_the_settings_yields_a_question() -> None:
    assert [reported.evidence for reported in found(bilingual(languages="en"), "LANG-unlisted")] == ["de"]
    assert found(bilingual(), "LANG-unlisted") == []


def test_missing_title_in_a_language_of_the_newest_version_is_reported() -> None:
    book = bilingual()
    assert [note.evidence for note in found(book, "LANG-title")] == ["de"]

    book.replace("policy_versions/privacy/policy.yml", "  en: Privacy", "  en: Privacy\n  de: Datenschutz")
    assert found(book, "LANG-title") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("10,000 and 10.000 and 10 000", {"10000"}, id="separators"),
        pytest.param("1,234.56 and 1.234,56", {"1234.56"}, id="separators and fractions"),
        pytest.param("１０ and ١٠", {"10"}, id="digits of other scripts"),
        pytest.param("1.5万 and 15000", {"15000"}, id="myriads"),
        pytest.param("2.50 and 2,50", {"2.50"}, id="prices"),
        pytest.param("007 and 3.0", {"7", "3"}, id="insignificant zeros"),
    ],
)
def test_numbers_are_recognised_in_any_format(text: str, numbers: set[str]) -> None:
    assert set(numbers_in(text)) == numbers


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        pytest.param("seven days or twenty-four months", "en", {"7", "20", "4", "24"}, id="English"),
        pytest.param("sieben Tage im März", "de", {"7", "3"}, id="German"),
        pytest.param("dix-sept jours", "fr", {"17"}, id="French"),
        pytest.param("treinta días", "es", {"30"}, id="Spanish"),
        pytest.param("三十天，一百二十，二〇二七年", "zh", {"30", "120", "2027"}, id="Chinese"),
        pytest.param("seven", "sw", set(), id="a language whose words are unknown"),
    ],
)
def test_number_words_are_recognised(text: str, language: str, numbers: set[str]) -> None:
    assert number_words_in(text, language) == numbers


@pytest.mark.parametrize(
    ("language", "noted"),
    [
        pytest.param("pt", True, id="a language without interface words"),
        pytest.param("zh-Hant", True, id="another script of a language with interface words"),
        pytest.param("fr", False, id="a language with interface words"),
        pytest.param("de-AT", False, id="a region of one"),
    ],
)
def test_language_without_interface_words_is_noted_once(language: str, noted: bool) -> None:
    book = bilingual(language=language, languages=f"en, {language}")
    book.policy("privacy").version("2026-03-01", **{"en": EN, language: DE})
    findings = found(book, "LANG-interface")
    assert [(finding.severity, finding.evidence) for finding in findings] == [(Severity.NOTE, language)] * noted
    assert all(finding.place.path == f"policy_versions/privacy/2026-03-01/{language}.md" for finding in findings)
