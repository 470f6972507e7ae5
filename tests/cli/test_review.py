"""`inforce review`: what a pull request does, in sections and sentences, as Markdown for a comment."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import NEW, OLD, Ending, Type

LATER = "2027-01-21"


@pytest.fixture
def merged(book: BookBuilder) -> BookBuilder:
    """The book as it is on the branch `main`."""
    book.commit("policies of 2027")
    return book


def reviewed(inforce: Type, book: BookBuilder) -> Ending:
    """Review what was changed since `main`."""
    return inforce("review", "--base", "main", "--repo", book.root, "--at", LATER)


def test_a_new_version_is_told_with_its_weight_its_notice_and_its_changes(inforce: Type, merged: BookBuilder) -> None:
    text = NEW.replace("24 months.", "36 months.").replace("24 months instead of 12", "36 months instead of 24")
    meta = {"published": "2027-06-01", "effective": "2027-07-01"}
    merged.policy("privacy", kind="privacy", act="acknowledge").version(
        "2027-07-01", change="notice", meta=meta, en=text
    )
    told = reviewed(inforce, merged)
    assert told.code == 0, told.err
    assert "### Privacy 2027-07-01: new\n" in told.out
    assert "- **notice**: users are told, and nothing is asked\n" in told.out
    assert "- published 2027-06-01, applies from 2027-07-01: 30 days of notice\n" in told.out
    assert (
        "**en**, against 2027-03-01:\n\n- The author says: We keep your data for 36 months instead of 24.\n" in told.out
    )
    assert "- Retention – “24” became “36”.\n" in told.out
    assert "<details><summary>Redline of privacy 2027-07-01, en</summary>" in told.out
    assert "~~24~~**36**" in told.out


def test_a_changed_version_is_held_against_what_it_was(inforce: Type, merged: BookBuilder) -> None:
    meta = {"published": "2027-01-20", "effective": "2027-04-01"}
    text = NEW.replace("24 months.", "18 months.")
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2027-03-01", meta=meta, en=text)
    told = reviewed(inforce, merged)
    assert "### Privacy 2027-03-01: changed\n\n- effective: 2027-03-01 → 2027-04-01\n" in told.out
    assert "**en**, against what 2027-03-01 said so far:" in told.out
    assert "“24” became “18”" in told.out
    assert "**This would change what has been published.**" in told.out


def test_a_new_translation_a_lost_text_and_a_lost_version_are_told(inforce: Type, merged: BookBuilder) -> None:
    merged.write("policy_versions/privacy/2027-03-01/de.md", "# Datenschutz\n\nKurz.\n")
    merged.policy("terms").version("2026-01-15", en="# Terms\n", de="# Bedingungen\n")
    merged.commit("terms")
    (merged.root / "policy_versions/terms/2026-01-15/de.md").unlink()
    for name in ("en.md", "version.yml"):
        (merged.root / "policy_versions/privacy/2026-01-15" / name).unlink()
    (merged.root / "policy_versions/privacy/2026-01-15").rmdir()
    merged.write("policy_versions/privacy/2027-03-01/fr.md", "# Vie privée\n")
    told = reviewed(inforce, merged)
    assert "**fr**: a text of 3 words, with nothing to hold it against." in told.out
    assert "**de**: the text is gone." in told.out
    assert "### Privacy 2026-01-15: gone" in told.out


def test_a_first_version_and_a_draft_are_told(inforce: Type, merged: BookBuilder) -> None:
    merged.policy("cookies", kind="cookies").version("2027-02-01", meta={"draft": "true"})
    told = reviewed(inforce, merged)
    assert "### Cookies 2027-02-01: new" in told.out
    assert "- a draft: on no page and in no manifest" in told.out
    assert "with nothing to hold it against" in told.out


def test_a_change_that_touches_no_policy_says_so(inforce: Type, merged: BookBuilder) -> None:
    merged.write("README.md", "Policies\n")
    told = reviewed(inforce, merged)
    assert "No policy changes.\n" in told.out
    assert "Nothing to mend.\n" in told.out


def test_a_branch_without_a_book_makes_every_version_new(inforce: Type, book: BookBuilder) -> None:
    book.git("init", "-q", "-b", "main")
    book.git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    told = reviewed(inforce, book)
    assert "### Privacy 2026-01-15: new" in told.out
    assert "### Privacy 2027-03-01: new" in told.out


def test_a_book_that_cannot_be_read_is_reviewed_by_its_errors(inforce: Type, merged: BookBuilder) -> None:
    merged.write("policy_versions/book.yml", "publisher: nobody\n")
    told = reviewed(inforce, merged)
    assert told.code == 0
    assert "- **error** policy\\_versions/book.yml:1: " in told.out


def test_words_of_a_book_make_no_markup_and_call_nobody(inforce: Type, merged: BookBuilder) -> None:
    text = OLD + "\nAsk @everyone, **now**, <img src=x> or mail a@b.example \x1b[2J.\n"
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2028-01-01", en=text)
    told = reviewed(inforce, merged)
    assert "@everyone" not in told.out
    assert "@<!-- -->everyone" in told.out
    assert "a@b.example" in told.out.replace("\\", "")
    assert "<img" not in told.out.replace("\\<", "")
    assert "\x1b" not in told.out


def test_a_review_fits_into_one_comment(inforce: Type, merged: BookBuilder) -> None:
    texts = {"en": "# Privacy\n\n" + "\n\n".join(f"Clause {number} of many words." for number in range(4000)) + "\n"}
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2028-01-01", **texts)
    told = reviewed(inforce, merged)
    assert len(told.out) < 65_536
    assert "too long for one comment" in told.out


def test_a_review_can_be_written_to_a_file(inforce: Type, merged: BookBuilder, tmp_path: Path) -> None:
    ended = inforce("review", "--base", "main", "--repo", merged.root, "--output", tmp_path / "review.md")
    assert ended.out == f"Wrote {tmp_path / 'review.md'}.\n"
    assert (tmp_path / "review.md").read_text("utf-8").startswith("## What this change does\n")


def test_a_base_that_is_not_there_ends_with_4(inforce: Type, merged: BookBuilder) -> None:
    ended = inforce("review", "--base", "origin/main", "--repo", merged.root)
    assert ended.code == 4
    assert "origin/main" in ended.err
