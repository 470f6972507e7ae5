"""A book whose text in force and announced text were both corrected, built once for tests of its pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import build, scaffold
from inforce.text import Digest, canonical

AT = "2027-02-10T00:00:00Z"
TERMS_YML = "title: {en: Terms, ar: الشروط}\nkind: terms\nbinding_language: en\nact: accept\n"
ENGLISH = """\
# Terms

## Use {{#use}}

You can use our {word} at home.

## Payment {{#pay}}

You pay within {days} days.
"""
ARABIC = """\
# الشروط

## الاستخدام {{#use}}

يمكنك استخدام خدمتنا.

## الدفع {{#pay}}

تدفع خلال {days} يوماً.
"""


def texts(word: str, days: int, summary: str) -> dict[str, str]:
    """Return the terms in two languages; `word` is only in the English text."""
    english = ENGLISH.format(word=word, days=days)
    head = f"summary:\n  - section: use\n    text: {summary}\n"
    translates = f"translates: {Digest.of(canonical(english))}\n"
    return {
        "en": f"---\n{head}---\n{english}",
        "ar": f"---\n{head}{translates}---\n{ARABIC.format(days=days)}",
    }


@pytest.fixture(scope="session")
def amended_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 was corrected by 1.1, which is in force, and the announced version 2 by 2.1."""
    book = scaffold(BookBuilder(tmp_path_factory.mktemp("amended"), languages="en, ar"))
    terms = book.policy("terms")
    book.write("policy_versions/terms/policy.yml", TERMS_YML)
    dates = {"effective": "2027-03-01"}
    terms.version("0", meta={"published": "2025-01-01"}, **texts("sevrice", 7, "The first terms."))
    terms.version("1", meta={"published": "2026-01-01"}, **texts("sevrice", 14, "You have 14 days to pay."))
    terms.version("2", meta={"published": "2027-01-20", **dates}, **texts("sevrice", 30, "You have 30 days to pay."))
    for label, days, more in (("1.1", 14, {}), ("2.1", 30, dates)):
        meta = {"published": "2027-02-01", "amends": label[0], **more}
        terms.version(label, change="editorial", meta=meta, **texts("service", days, "The spelling of “service”."))
    book.commit("terms", when="2027-02-01T12:00:00Z")
    return book.root


@pytest.fixture(scope="session")
def amended_site(amended_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same book, built for 10 February 2027."""
    return build(amended_book, tmp_path_factory.mktemp("amended-site") / "site", AT)
