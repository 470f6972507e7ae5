"""`inforce freeze`: published versions are added to the lock, and existing entries never change."""

from __future__ import annotations

import json

import pytest

from book_builder import BookBuilder
from cli.conftest import NEW, OLD, Type, everything_in
from inforce.cli.runner import run
from inforce.text import Digest, canonical


def lock_of(book: BookBuilder) -> dict[str, dict[str, dict[str, object]]]:
    """Return the policies in the lock."""
    policies: dict[str, dict[str, dict[str, object]]] = json.loads(
        (book.root / "policy_versions/lock.json").read_text()
    )["policies"]
    return policies


def test_published_version_is_locked_and_shown(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("freeze", "--repo", book.root, "--at", "2026-06-01")
    assert ended.code == 0
    assert ended.out.startswith(f"privacy 2026-01-15: locked as number 1\n  en  {Digest.of(canonical(OLD))}\n")
    assert list(lock_of(book)["privacy"]) == ["2026-01-15"]


def test_announced_version_is_locked(inforce: Type, book: BookBuilder) -> None:
    inforce("freeze", "--repo", book.root, "--at", "2027-01-20")
    assert list(lock_of(book)["privacy"]) == ["2026-01-15", "2027-03-01"]


def test_single_version_can_be_locked(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("freeze", "privacy", "2026-01-15", "--repo", book.root, "--at", "2027-01-20")
    assert ended.code == 0
    assert list(lock_of(book)["privacy"]) == ["2026-01-15"]


def test_version_is_not_locked_before_an_earlier_one(inforce: Type, book: BookBuilder) -> None:
    before = everything_in(book.root)
    ended = inforce("freeze", "privacy", "2027-03-01", "--repo", book.root, "--at", "2027-01-20")
    assert ended.code == 2
    assert "lock it first with “inforce freeze privacy 2026-01-15”" in ended.err
    assert everything_in(book.root) == before


def test_lock_is_written_even_if_the_output_cannot_be(book: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("inforce.cli.freeze._show", fail)
    run(["freeze", "--repo", str(book.root), "--at", "2027-01-20"])
    assert list(lock_of(book)["privacy"]) == ["2026-01-15", "2027-03-01"]


def test_amendment_is_locked_with_the_next_number(inforce: Type, book: BookBuilder) -> None:
    inforce("freeze", "--repo", book.root, "--at", "2027-01-20")
    meta = {"published": "2027-02-01", "amends": "2026-01-15"}
    book.policy("privacy", act="acknowledge").version("2026-01-15.1", change="editorial", meta=meta)
    ended = inforce("freeze", "--repo", book.root, "--at", "2027-02-01")
    assert "privacy 2026-01-15.1: locked as number 3, an amendment of 2026-01-15\n" in ended.out
    assert lock_of(book)["privacy"]["2026-01-15.1"]["amends"] == "2026-01-15"


def test_cancellation_of_a_version_is_locked_for_its_amendments(inforce: Type, book: BookBuilder) -> None:
    meta = {"published": "2027-02-01", "effective": "2027-03-01", "amends": "2027-03-01"}
    book.policy("privacy", act="acknowledge").version("2027-03-01.1", change="editorial", meta=meta)
    inforce("freeze", "--repo", book.root, "--at", "2027-02-01")
    cancelled = "cancelled: {at: 2027-02-10, reason: postponed}\n"
    path = book.root / "policy_versions/privacy/2027-03-01/version.yml"
    path.write_text(path.read_text() + cancelled)
    ended = inforce("freeze", "--repo", book.root, "--at", "2027-02-10")
    assert ended.code == 0, ended.err
    assert lock_of(book)["privacy"]["2027-03-01.1"]["cancelled"] == lock_of(book)["privacy"]["2027-03-01"]["cancelled"]


def test_second_freeze_changes_nothing_and_reports_it(inforce: Type, book: BookBuilder) -> None:
    inforce("freeze", "--repo", book.root, "--at", "2027-01-20")
    before = everything_in(book.root)
    ended = inforce("freeze", "--repo", book.root, "--at", "2027-01-20")
    assert ended.code == 0
    assert "Nothing to lock" in ended.out
    assert everything_in(book.root) == before


def test_translation_and_cancellation_can_be_added(inforce: Type, book: BookBuilder) -> None:
    inforce("freeze", "--repo", book.root, "--at", "2027-01-20")
    meta = {"published": "2027-01-20", "effective": "2027-03-01", "cancelled": "{at: 2027-02-10, reason: postponed}"}
    book.policy("privacy").version("2027-03-01", meta=meta, en=NEW, de="# Datenschutz\n")
    ended = inforce("freeze", "--repo", book.root, "--at", "2027-02-10")
    entry = lock_of(book)["privacy"]["2027-03-01"]
    assert ended.code == 0, ended.out + ended.err
    assert "privacy 2027-03-01: locks what was added\n  de  sha256:" in ended.out
    assert "  cancelled: postponed\n" in ended.out
    assert "  en  " not in ended.out
    assert entry["cancelled"] == {"at": "2027-02-09T23:00:00Z", "reason": "postponed"}


def test_error_in_a_locked_text_is_reported(inforce: Type, book: BookBuilder) -> None:
    book.write("policy_versions/privacy/2026-01-15/en.md", f"{OLD}\n<b>bold</b>\n")
    ended = inforce("freeze", "--repo", book.root, "--at", "2026-06-01")
    assert ended.code == 0
    assert list(lock_of(book)["privacy"]) == ["2026-01-15"]
    assert "contain 1 error" in ended.err
    assert "  HTML-raw  policy_versions/privacy/2026-01-15/en.md:7\n" in ended.err


def test_no_note_is_printed_without_errors(inforce: Type, book: BookBuilder) -> None:
    assert inforce("freeze", "--repo", book.root, "--at", "2026-06-01").err == ""


CHANGES = [
    pytest.param("2026-01-15/en.md", OLD.replace("12", "36"), "LOCK-text", id="a locked text"),
    pytest.param(
        "2026-01-15/version.yml", "published: 2026-01-16\nchange: material\n", "LOCK-date", id="a locked date"
    ),
    pytest.param(
        "2026-01-15/version.yml", "published: 2026-01-15\nchange: notice\n", "LOCK-level", id="a locked level"
    ),
]


@pytest.mark.parametrize(("path", "content", "rule"), CHANGES)
def test_nothing_is_locked_if_a_locked_version_changed(
    inforce: Type, book: BookBuilder, path: str, content: str, rule: str
) -> None:
    inforce("freeze", "--repo", book.root, "--at", "2026-06-01")
    book.write(f"policy_versions/privacy/{path}", content)
    before = everything_in(book.root)
    ended = inforce("freeze", "--repo", book.root, "--at", "2027-04-01")
    assert ended.code == 3
    assert rule in ended.err
    assert f"policy_versions/privacy/{path}" in ended.err
    assert "Nothing was done" in ended.err
    assert everything_in(book.root) == before


REFUSED = [
    pytest.param(["privacy"], "give a version of privacy", id="a policy without a version"),
    pytest.param(["privcy", "2026-01-15"], "did you mean “privacy”?", id="an unknown policy"),
    pytest.param(["privacy", "2026-01-16"], "did you mean “2026-01-15”?", id="an unknown version"),
    pytest.param(["privacy", "2027-03-01"], "is not published until 2027-01-20", id="a version not yet published"),
    pytest.param(["privacy", "2028-01-01"], "is a draft: delete “draft: true” first", id="a draft"),
    pytest.param(["../x", "1"], "has no policy “../x”", id="a policy that is a path"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_version_that_cannot_be_locked_is_rejected(
    inforce: Type, book: BookBuilder, words: list[str], sentence: str
) -> None:
    book.policy("privacy").version("2028-01-01", meta={"published": "2026-01-01", "draft": "true"})
    before = everything_in(book.root)
    ended = inforce("freeze", *words, "--repo", book.root, "--at", "2026-06-01")
    assert ended.code == 2
    assert sentence in ended.err
    assert everything_in(book.root) == before
