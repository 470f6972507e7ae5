"""Languages: canonical spelling, direction of the script, and name in the language itself."""

from __future__ import annotations

from datetime import date

import pytest

from inforce.language import Language, canonical_tag


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        pytest.param("en", "en", id="a language alone"),
        pytest.param("EN", "en", id="the language is lower case"),
        pytest.param("pt-br", "pt-BR", id="the region is upper case"),
        pytest.param("zh-hans", "zh-Hans", id="the script is title case"),
        pytest.param("es-419", "es-419", id="a region can be a number"),
        pytest.param("iw", "he", id="a retired code becomes the one that replaced it"),
        pytest.param("eng", "en", id="the shortest code counts"),
        pytest.param("zh-yue", "yue", id="an extended language stands alone"),
        pytest.param("sgn-DD", "gsg", id="what replaces a retired subtag can be replaced itself"),
        pytest.param("sl-rozaj-biske", "sl-biske-rozaj", id="variants have an order"),
        pytest.param("de-1996", "de-1996", id="a spelling reform is a variant"),
    ],
)
def test_canonical_spelling_is_accepted(written: str, tag: str) -> None:
    assert canonical_tag(written) == tag
    assert str(Language(tag)) == tag


@pytest.mark.parametrize(
    ("written", "tag"), [("pt-br", "pt-BR"), ("iw", "he"), ("EN", "en"), ("zh-cmn-Hans", "zh-Hans")], ids=str
)
def test_other_spelling_is_rejected_with_the_canonical_one(written: str, tag: str) -> None:
    with pytest.raises(ValueError, match=f"expected the spelling “{tag}”, got “{written}”"):
        Language(written)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("README", id="a word"),
        pytest.param("de/../x", id="a path out of the folder"),
        pytest.param("..", id="the folder above"),
        pytest.param("de_DE", id="a locale of POSIX"),
        pytest.param("en--US", id="an empty subtag"),
        pytest.param("-en", id="a leading hyphen"),
        pytest.param("en-", id="a trailing hyphen"),
        pytest.param("en ", id="a trailing blank"),
        pytest.param("en\n", id="a trailing line end"),
        pytest.param("ｅｎ", id="full-width letters"),
        pytest.param("en\0", id="a NUL"),
        pytest.param("xx", id="a language that is not registered"),
        pytest.param("und", id="an undetermined language"),
        pytest.param("mul", id="many languages at once"),
    ],
)
def test_invalid_language_tag_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a language tag \(BCP 47\) such as “en” or “zh-Hans”, got “"):
        Language(text)


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en", "ltr"),
        ("zh-Hans", "ltr"),
        ("ar", "rtl"),
        ("he", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        pytest.param("yi", "rtl", id="Yiddish is written in Hebrew letters"),
        pytest.param("ku-Arab", "rtl", id="Kurdish in Arabic letters"),
        pytest.param("ku", "ltr", id="Kurdish in Latin letters"),
        pytest.param("ar-Latn", "ltr", id="Arabic in Latin letters"),
        pytest.param("sd-Deva", "ltr", id="Sindhi in Indian letters"),
        pytest.param("tlh", "ltr", id="a language without data"),
    ],
)
def test_script_determines_the_direction(tag: str, direction: str) -> None:
    assert Language(tag).direction == direction


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "Deutsch"),
        ("zh-Hans", "简体中文"),
        ("pt-BR", "português (Brasil)"),
        ("he", "עברית"),
        ("es-419", "español latinoamericano"),
        ("tlh", "tlh"),
    ],
)
def test_language_name_is_in_that_language(tag: str, name: str) -> None:
    assert Language(tag).own_name == name


@pytest.mark.parametrize(
    ("tag", "day"),
    [
        ("en", "March 1, 2027"),
        ("en-GB", "1 March 2027"),
        ("de", "1. März 2027"),
        ("zh-Hans", "2027年3月1日"),
        ("tlh", "2027-03-01"),
    ],
)
def test_date_is_formatted_as_is_usual_in_the_language(tag: str, day: str) -> None:
    assert Language(tag).format_day(date(2027, 3, 1)) == day


def test_languages_are_ordered_by_their_tags() -> None:
    tags = ["zh-Hans", "en", "pt-BR", "en-GB"]
    assert [str(language) for language in sorted(map(Language, tags))] == ["en", "en-GB", "pt-BR", "zh-Hans"]


@pytest.mark.parametrize(
    ("tag", "interface", "catalogue"),
    [
        pytest.param("fr", "fr", "fr", id="a language with interface words"),
        pytest.param("de-AT", "de-AT", "de", id="a region of it"),
        pytest.param("en-GB", "en-GB", "en", id="a region of the source language"),
        pytest.param("zh-CN", "zh-CN", "zh-Hans", id="a region whose usual script has a catalogue"),
        pytest.param("zh-TW", "en", "en", id="a region with another script"),
        pytest.param("he", "en", "en", id="a language without interface words"),
    ],
)
def test_language_without_interface_words_uses_english(tag: str, interface: str, catalogue: str) -> None:
    assert (str(Language(tag).interface), Language(tag).catalogue) == (interface, catalogue)


@pytest.mark.parametrize(
    ("tag", "day", "shown"),
    [
        pytest.param("fr", 1, "1er mars 2027", id="the first day in French is an ordinal"),
        pytest.param("fr", 11, "11 mars 2027", id="any other day is not"),
        pytest.param("es", 1, "1 de marzo de 2027", id="Spanish"),
        pytest.param("ja", 1, "2027年3月1日", id="Japanese"),
        pytest.param("ar", 1, "1 مارس 2027", id="Arabic"),
    ],
)
def test_date_is_written_as_in_running_text(tag: str, day: int, shown: str) -> None:
    assert Language(tag).format_day(date(2027, 3, day)) == shown


def test_numbers_lists_and_names_follow_the_language() -> None:
    french, japanese = Language("fr"), Language("ja")
    assert (french.format_number(12345), french.format_percent(5)) == ("12\u202f345", "5\u00a0%")
    assert (french.list_separator, japanese.list_separator) == (", ", "、")
    assert (Language("de").name_in(french), Language("zh-Hans").name_in(japanese)) == ("allemand", "簡体中国語")
    assert japanese.format_time_of_day(date(2027, 3, 1), "08:00 (UTC)") == "2027年3月1日 08:00 (UTC)"
