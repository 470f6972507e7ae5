"""`inforce import`: the history of a document, with progress."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type, everything_in


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> BookBuilder:
    """A repository with eight states of one document, which imports only read."""
    builder = BookBuilder(tmp_path_factory.mktemp("past"))
    for month in range(1, 9):
        builder.write("terms.md", f"# Terms\n\nWe answer within {month} days.\n")
        builder.commit(f"state {month}", when=f"2025-0{month}-01T00:00:00Z")
    return builder


def test_each_committed_state_becomes_a_version(inforce: Type, book: BookBuilder, past: BookBuilder) -> None:
    ended = inforce("import", "git", past.root, "--file", "terms.md", "--policy", "terms", "--repo", book.root)
    assert ended.code == 0, ended.err
    assert "Imported 8 versions, 2025-01-01 to 2025-08-01, into policy_versions/terms.\n" in ended.out
    assert "in force since 2025-08-01" in inforce("status", "--repo", book.root, "--at", "2026-01-01").out


def test_progress_without_a_terminal_is_a_few_lines(inforce: Type, book: BookBuilder, past: BookBuilder) -> None:
    ended = inforce("import", "git", past.root, "--file", "terms.md", "--policy", "terms", "--repo", book.root)
    assert ended.err.splitlines() == [f"Reading commits: {count} of 8" for count in (2, 4, 6, 8)]


def test_progress_in_a_terminal_is_a_temporary_bar(
    inforce: Type, book: BookBuilder, past: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    ended = inforce("import", "git", past.root, "--file", "terms.md", "--policy", "terms", "--repo", book.root)
    assert "Reading commits: " not in ended.err
    assert "8/8" in ended.err
    assert "Imported 8 versions" in ended.out


def test_options_apply_to_the_policy_and_its_versions(inforce: Type, book: BookBuilder, past: BookBuilder) -> None:
    wishes = ["--change", "editorial", "--kind", "other", "--act", "none", "--title", "Answers", "--language", "en"]
    words = ["--file", "terms.md", "--policy", "answers", "--ref", "main~6", "--repo", book.root]
    assert inforce("import", "git", past.root, *words, *wishes).code == 0
    policy = book.read().require().policy("answers")
    assert [str(version.change) for version in policy.versions] == ["material", "editorial"]
    assert (str(policy.kind), str(policy.act), policy.title(policy.binding_language)) == ("other", "none", "Answers")


REFUSED = [
    pytest.param(["--file", "term.md", "--policy", "terms"], 2, "did you mean “terms.md”?", id="a misspelt path"),
    pytest.param(["--file", "terms.md", "--policy", "../x"], 2, "got “../x”", id="a policy that is a path"),
    pytest.param(
        ["--file", "terms.md", "--policy", "con"], 2, "“con” cannot be a policy id", id="a reserved name of Windows"
    ),
    pytest.param(["--file", "terms.md", "--policy", "Terms"], 2, "got “Terms”", id="a policy in capitals"),
    pytest.param(["--file", "terms.md", "--policy", "t", "--language", "de/../x"], 2, "de/../x", id="no language"),
    pytest.param(["--file", "terms.md", "--policy", "t", "--ref", "nowhere"], 4, "nowhere", id="an unknown branch"),
]


@pytest.mark.parametrize(("words", "code", "sentence"), REFUSED)
def test_failed_import_leaves_the_book_unchanged(
    inforce: Type, book: BookBuilder, past: BookBuilder, words: list[str], code: int, sentence: str
) -> None:
    before = everything_in(book.root)
    ended = inforce("import", "git", past.root, *words, "--repo", book.root)
    assert ended.code == code
    assert sentence in ended.err
    assert everything_in(book.root) == before


def test_missing_repository_exits_with_4(inforce: Type, book: BookBuilder, tmp_path: Path) -> None:
    words = ["--file", "a.md", "--policy", "a", "--repo", book.root]
    ended = inforce("import", "git", tmp_path / "nowhere", *words)
    assert ended.code == 4
    assert "there is no repository" in ended.err


PLAIN = """\
Shop Privacy Policy

1. What we collect
We collect your informationï¼Œemail and password.
1)Name
2)Address

2. Contact
Write to [email protected] at any time.
"""


def test_imported_plain_text_becomes_a_draft_and_damage_is_reported(
    inforce: Type, book: BookBuilder, tmp_path: Path
) -> None:
    (tmp_path / "privacy.txt").write_text(PLAIN, "utf-8")
    words = ["--policy", "shop-privacy", "--effective", "2027-05-01", "--published", "2027-04-01", "--repo", book.root]
    ended = inforce("import", "text", tmp_path / "privacy.txt", *words)
    (edition,) = book.read().require().policy("shop-privacy").versions[0].editions
    assert ended.code == 0, ended.err
    assert ended.out.startswith(
        "Imported version 2027-05-01 as a draft into policy_versions/shop-privacy/2027-05-01.\n"
        "Note: policy_versions/shop-privacy/2027-05-01/en.md:"
    )
    assert "[email protected]" in ended.out
    assert edition.text.startswith("# Shop Privacy Policy\n")
    assert "draft, from 2027-05-01" in inforce("status", "--repo", book.root).out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "does not exist", id="a missing file"),
        pytest.param(b" \n", "contains no words", id="a file without words"),
        pytest.param(b"x " * 600_000, "more than 1,048,576 bytes", id="an oversized file"),
    ],
)
def test_failed_text_import_leaves_the_book_unchanged(
    inforce: Type, book: BookBuilder, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    before = everything_in(book.root)
    ended = inforce("import", "text", tmp_path / "a.txt", "--policy", "a", "--repo", book.root)
    assert ended.code == 2
    assert sentence in ended.err
    assert everything_in(book.root) == before
