"""The catalogues of interface words: completeness, typography, plural forms, and the files made from them."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from babel import Locale
from babel.messages import Catalog, Message

from inforce.language import Language
from inforce.language.interface import INTERFACE_LANGUAGES

ROOT = Path(__file__).parents[1]
QUOTES = {"ar": "«»", "de": "„“", "es": "«»", "fr": "«»", "ja": "「」", "zh-Hans": "“”"}
CONTROLLED = re.compile(r"[\x00-\x1f<>&]")
# French sets a no-break space before these signs, and inside guillemets.
FRENCH = re.compile(r"(?<![\u00a0\u202f])[;!?»]|(?<!\u00a0):|«(?!\u00a0)|[ ][;:!?»]")


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "tooling" / "catalogues.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


SCRIPT = _script()
TEMPLATE: Catalog = SCRIPT.template()
ENGLISH = {(element, name): text for element in SCRIPT.ELEMENTS for name, text in SCRIPT.english_words(element).items()}
TAGS: list[str] = SCRIPT.languages()
WORDS: dict[str, list[Message]] = {
    tag: [message for message in SCRIPT.catalogue(SCRIPT.CATALOGUES / f"{tag}.po") if message.id] for tag in TAGS
}


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"%\(\w+\)s|\{\w+(?=[,}])", text))


def _english(message: Message) -> str:
    context, identifier = _key(message)
    return ENGLISH[context, identifier] if context else identifier


def test_seven_languages_have_interface_words() -> None:
    assert {"ar", "de", "en", "es", "fr", "ja", "zh-Hans"} <= set(INTERFACE_LANGUAGES)
    assert sorted([*TAGS, "en"]) == list(INTERFACE_LANGUAGES)
    assert [str(Language(tag)) for tag in TAGS] == TAGS


@pytest.mark.parametrize("tag", TAGS)
def test_catalogue_has_exactly_the_words_of_site_and_elements(tag: str) -> None:
    """If it fails: run `make catalogues` and translate the new messages."""
    assert [_key(message) for message in WORDS[tag]] == [_key(message) for message in TEMPLATE if message.id]
    stale = [
        _key(message)
        for message in WORDS[tag]
        if " ".join(message.auto_comments) != (ENGLISH[_key(message)] if message.context else "")
    ]
    assert stale == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_translation_is_complete_and_keeps_placeholders(tag: str) -> None:
    wrong = [
        _key(message)
        for message in WORDS[tag]
        for text in _strings(message)
        if message.fuzzy or not text or _placeholders(text) != _placeholders(_english(message))
    ]
    assert wrong == []


@pytest.mark.parametrize("tag", TAGS)
def test_translation_contains_no_markup_and_no_typewriter_quotes(tag: str) -> None:
    texts = [text for message in WORDS[tag] for text in _strings(message)]
    assert [text for text in texts if CONTROLLED.search(text) or re.search(r"[\"'`]|\.\.\.", text)] == []


@pytest.mark.parametrize("tag", TAGS)
def test_translation_uses_the_quotation_marks_of_its_language(tag: str) -> None:
    quoted = [message for message in WORDS[tag] if "“" in _english(message)]
    signs = {sign for message in quoted for sign in re.findall(r"[“”„‟«»「」『』]", _strings(message)[0])}
    assert len(quoted) > 5
    assert signs == set(QUOTES[tag])


def test_french_signs_have_no_break_spaces() -> None:
    texts = [text for message in WORDS["fr"] for text in _strings(message)]
    assert [text for text in texts if FRENCH.search(text)] == []


@pytest.mark.parametrize("tag", TAGS)
def test_plural_forms_are_those_of_cldr(tag: str) -> None:
    catalogue = SCRIPT.catalogue(SCRIPT.CATALOGUES / f"{tag}.po")
    expected = Catalog(locale=tag.replace("-", "_"))
    assert (catalogue.num_plurals, catalogue.plural_expr) == (expected.num_plurals, expected.plural_expr)
    plurals = [message for message in WORDS[tag] if message.pluralizable]
    assert {len(_strings(message)) for message in plurals} == {expected.num_plurals}


@pytest.mark.parametrize("tag", TAGS)
def test_plural_forms_in_words_of_elements_cover_every_number(tag: str) -> None:
    """ICU MessageFormat: exact numbers and the plural categories of CLDR, of which `other` is always required."""
    rule = Locale.parse(tag, sep="-").plural_form
    counted = [message for message in WORDS[tag] if ", plural, " in _english(message)]
    for message in counted:
        forms = re.findall(r"(=\d+|\w+) \{", str(message.string))
        missing = {rule(number) for number in range(1, 100) if f"={number}" not in forms} - set(forms)
        assert missing == set(), message.id
        assert set(forms) - {"=1", "=2"} <= {*rule.tags, "other"}, message.id
        assert forms[-1] == "other", message.id
    assert len(counted) > 1


def test_arabic_has_six_plural_forms() -> None:
    (sections,) = [message for message in WORDS["ar"] if _key(message) == (None, "%(num)s section")]
    assert len(set(_strings(sections))) == 6


def test_version_label_after_arabic_words_is_isolated() -> None:
    """UAX #9: after Arabic letters, 2026-01-15 would be shown as 15-01-2026 unless it is isolated."""
    named = re.compile(r"(.?)(?:%\((?:label|old|new)\)s|\{(?:label|old|new|amended)\})(.?)")
    around = [match.groups() for message in WORDS["ar"] for match in named.finditer(_strings(message)[0])]
    assert len(around) > 10
    assert set(around) == {("\u2068", "\u2069")}


def test_files_made_from_the_catalogues_are_current() -> None:
    """If it fails: run `make catalogues`, and build the files for browsers."""
    for path, text in SCRIPT.made().items():
        assert path.read_text("utf-8") == text, path
    modules = {path.stem for path in (SCRIPT.BROWSER / "messages").iterdir()}
    assert modules == set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_catalogue_file_has_the_form_that_the_script_writes(tag: str) -> None:
    path = SCRIPT.CATALOGUES / f"{tag}.po"
    assert path.read_bytes() == SCRIPT.written(SCRIPT.updated(SCRIPT.catalogue(path), tag), tag)


def test_changed_english_words_make_their_translation_outdated() -> None:
    changed = SCRIPT.catalogue(SCRIPT.CATALOGUES / "de.po")
    changed.get("accept", "prompt").auto_comments = ["Other words"]
    assert SCRIPT.updated(changed, "de").get("accept", "prompt").fuzzy
    assert not SCRIPT.updated(changed, "de").get("decline", "prompt").fuzzy


def test_new_language_starts_with_all_messages_untranslated() -> None:
    new = SCRIPT.updated(Catalog(), "pt-BR")
    assert [_key(message) for message in new if message.id] == [_key(message) for message in TEMPLATE if message.id]
    assert {text for message in new if message.id for text in _strings(message)} == {""}
