"""A book in three languages with a version in each state, built once for tests of its pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import build, scaffold
from inforce.text import Digest, canonical

TERMS_YML = """\
title: {en: "Terms & </script>", de: Bedingungen, ar: الشروط}
kind: terms
binding_language: en
act: accept
"""
AT = "2027-02-01T00:00:00Z"
TEXT = {
    "en": "# Terms & <Conditions>\n\n## Use {#use}\n\nYou may use it for %s days.\n",
    "de": "# Bedingungen\n\n## Nutzung {#use}\n\nSie dürfen es %s Tage nutzen.\n",
    "ar": "# الشروط\n\n## الاستخدام {#use}\n\nيمكنك استخدامه لمدة %s يوماً.\n",
}


def texts(days: int, *languages: str, summary: bool = True, lags: bool = False) -> dict[str, str]:
    """Return a text that mentions `days`, in `languages`; if it `lags`, translations refer to another binding text."""
    origin = "A" if lags else canonical(TEXT["en"] % days)
    written = {}
    for language in languages:
        head = "summary:\n  - section: use\n    text: Other days.\n" if summary else ""
        head += f"translates: {Digest.of(origin)}\n" if language != "en" else ""
        written[language] = (f"---\n{head}---\n" if head else "") + TEXT[language] % days
    return written


@pytest.fixture(scope="session")
def reading_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 is superseded, 2 overtaken, 3 in force until 4 takes effect, 4 announced and 5 cancelled.

    Also a withdrawn policy, one whose newest text is not translated, and one that is not yet in force.
    """
    book = scaffold(BookBuilder(tmp_path_factory.mktemp("reading"), languages="en, de, ar"))
    metadata = {"published": "2027-01-10"}
    terms = book.policy("terms")
    book.write("policy_versions/terms/policy.yml", TERMS_YML)
    (
        terms.version(
            "1", meta={"published": "2026-01-01", "effective": "2026-01-01"}, **texts(10, "en", summary=False)
        )
        .version("2", meta={"published": "2026-05-01", "effective": "2026-09-01"}, **texts(20, "en", "de"))
        .version("3", meta={"published": "2026-06-01", "effective": "2026-07-01"}, **texts(30, "en", "de", "ar"))
        .version("4", meta={**metadata, "effective": "2027-03-01"}, **texts(40, "en", "de", "ar", lags=True))
        .version(
            "5",
            meta={**metadata, "effective": "2027-05-01", "cancelled": '{at: 2027-01-20, reason: "It was unpopular."}'},
            **texts(50, "en"),
        )
    )
    (
        book.policy("shop", extra='withdrawn: {at: 2027-01-15, reason: "The shop is closed."}\n').version(
            "1", meta={"published": "2026-01-01", "effective": "2026-01-01"}, **texts(60, "en", summary=False)
        )
    )
    book.policy("club").version("1", meta={**metadata, "effective": "2027-03-01"}, **texts(90, "en", summary=False))
    (
        book.policy("imprint")
        .version(
            "1", meta={"published": "2026-01-01", "effective": "2026-01-01"}, **texts(70, "en", "de", summary=False)
        )
        .version("2", meta={"published": "2026-02-01", "effective": "2026-02-01"}, **texts(80, "en"))
    )
    return book.root


@pytest.fixture(scope="session")
def reading_site(reading_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same book, built for 1 February 2027, when version 4 is announced for 1 March."""
    return build(reading_book, tmp_path_factory.mktemp("reading-site") / "site", AT)
