"""`inforce notice`: the message to users says what the site says, and contains nothing but text."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type
from inforce.language import Language
from inforce.language.interface import INTERFACE_LANGUAGES
from inforce.publication.files.notice import WORDS, user_notice
from inforce.site.messages import translations

EXPECTED = """\
Privacy: version 2027-03-01 is announced
Example Shop

material change: users are asked again
Applies from: March 1, 2027

What changed, in the publisher’s words:
- We keep your data for 24 months instead of 12.

Permanent page of this version:
https://policies.shop.example/privacy/2027-03-01/

What changed since version 2026-01-15:
https://policies.shop.example/privacy/changes/2026-01-15...2027-03-01/
"""


def written(inforce: Type, book: BookBuilder, *words: str, at: str = "2027-02-01") -> str:
    ended = inforce("notice", "privacy", *words, "--repo", book.root, "--at", at)
    assert ended.code == 0, ended.err
    return ended.out


def test_message_has_summary_dates_level_and_links(inforce: Type, book: BookBuilder) -> None:
    assert written(inforce, book, "2027-03-01") == EXPECTED
    in_force = written(inforce, book, "2027-03-01", at="2027-03-01")
    assert in_force.startswith("Privacy: version 2027-03-01 is in force\n")
    first = written(inforce, book, "2026-01-15")
    assert "changes/" not in first
    assert "publisher’s words" not in first


def test_json_contains_both_forms(inforce: Type, book: BookBuilder) -> None:
    message = json.loads(written(inforce, book, "2027-03-01", "--format", "json"))
    assert list(message) == ["subject", "text", "html"]
    assert message["text"] == EXPECTED
    assert message["subject"] == EXPECTED.splitlines()[0]
    assert message["html"] == written(inforce, book, "2027-03-01", "--format", "html")


def test_html_shows_what_an_author_writes_as_text(inforce: Type, book: BookBuilder) -> None:
    path = book.root / "policy_versions" / "privacy" / "2027-03-01" / "en.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("instead of 12", "<img src=x onerror=alert(1)> &amp; “more”"), "utf-8")
    html = written(inforce, book, "2027-03-01", "--format", "html")
    assert "&lt;img src=x onerror=alert(1)&gt; &amp;amp; “more”" in html
    assert not any(loaded in html for loaded in ("<img", "<script", "<link", "src=x>", "style"))


def test_wrong_version_or_language_is_answered_with_a_message(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("notice", "privacy", "2027-03-01", "--language", "de", "--repo", book.root)
    assert ended.code == 2
    assert "has no text in “de”" in ended.err
    ended = inforce("notice", "privacy", "2028-01-01", "--repo", book.root)
    assert ended.code == 2
    assert "2028-01-01" in ended.err


@pytest.mark.parametrize("tag", [tag for tag in INTERFACE_LANGUAGES if tag != "en"])
def test_words_of_the_message_are_translated(tag: str, book: BookBuilder) -> None:
    translate = translations(Language(tag)).gettext
    assert [word for word in WORDS if translate(word) == word] == []
    policy = book.read().require().policy("privacy")
    settings = book.read().require().settings
    version = policy.versions[-1]
    message = user_notice(
        settings, policy, version, Language("en"), version.effective_at - timedelta(days=1), translate
    )
    assert translate(WORDS[0]).format(title="Privacy", label="2027-03-01") == message.subject


def test_time_of_day_is_shown_unless_a_day_begins(inforce: Type, book: BookBuilder) -> None:
    path = book.root / "policy_versions" / "privacy" / "2027-03-01" / "version.yml"
    path.write_text(path.read_text("utf-8").replace("2027-03-01", "2027-03-01T15:30:00Z", 1), "utf-8")
    assert written(inforce, book, "2027-03-01").splitlines()[4] == "Applies from: March 1, 2027, 16:30 (Europe/Berlin)"


def test_folder_without_a_book_is_named(inforce: Type, tmp_path: Path) -> None:
    ended = inforce("notice", "privacy", "2027-03-01", "--repo", tmp_path)
    assert ended.code == 2
    assert ended.err
