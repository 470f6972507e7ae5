"""`inforce init` and `inforce new`."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type, everything_in


def test_new_repository_is_valid(inforce: Type, tmp_path: Path) -> None:
    ended = inforce("init", tmp_path / "policies")
    assert ended.code == 0
    assert "  policy_versions/book.yml\n" in ended.out
    assert f"  cd {tmp_path / 'policies'}\n" in ended.out
    assert "privacy" in inforce("status", "--repo", tmp_path / "policies").out


def test_printed_next_steps_quote_the_folder_name(inforce: Type, tmp_path: Path) -> None:
    folder = tmp_path / "our $policies' book"
    assert f"  cd {shlex.quote(str(folder))}\n" in inforce("init", folder).out


def test_new_repository_can_omit_the_example(inforce: Type, tmp_path: Path) -> None:
    assert inforce("init", tmp_path / "policies", "--empty").code == 0
    assert "There is no policy yet" in inforce("status", "--repo", tmp_path / "policies").out


def test_folder_with_content_is_unchanged(inforce: Type, book: BookBuilder) -> None:
    before = everything_in(book.root)
    ended = inforce("init", book.root)
    assert ended.code == 2
    assert "is not empty" in ended.err
    assert everything_in(book.root) == before


def test_draft_is_a_copy_of_the_newest_version(inforce: Type, book: BookBuilder) -> None:
    ended = inforce(
        "new", "privacy", "--effective", "2027-09-01", "--change", "notice", "--repo", book.root, "--at", "2027-05-01"
    )
    folder = book.root / "policy_versions/privacy/2027-09-01"
    assert ended.code == 0
    assert ended.out.startswith(
        "Drafted version 2027-09-01, with the text of 2027-03-01 (in force):\n"
        "  policy_versions/privacy/2027-09-01/version.yml\n"
        "  policy_versions/privacy/2027-09-01/en.md\n"
    )
    assert "published: 2027-05-01\neffective: 2027-09-01" in "\n".join(
        line for line in (folder / "version.yml").read_text().splitlines() if not line.startswith("#")
    )
    assert (folder / "en.md").read_text().endswith("We keep your data for 24 months.\n")
    assert "draft, from 2027-09-01" in inforce("status", "--repo", book.root).out


def test_draft_has_the_given_dates_label_and_languages(inforce: Type, book: BookBuilder) -> None:
    book.write("policy_versions/privacy/2027-03-01/fr.md", "# Vie privée\n")
    book.write("policy_versions/privacy/2027-03-01/de.md", "# Datenschutz\n")
    words = ["--effective", "2027-09-01", "--published", "2027-07-01", "--label", "2027.5", "--language", "de"]
    ended = inforce("new", "privacy", "--change", "material", *words, "--repo", book.root, "--at", "2027-05-01")
    folder = book.root / "policy_versions/privacy/2027.5"
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in folder.iterdir()) == ["de.md", "en.md", "version.yml"]
    assert "published: 2027-07-01" in (folder / "version.yml").read_text()


REFUSED = [
    pytest.param(["privcy"], "did you mean “privacy”?", id="an unknown policy"),
    pytest.param(
        ["privacy", "--effective", "2027-02-30"],
        "expected an existing date, got “2027-02-30”",
        id="a date that does not exist",
    ),
    pytest.param(["privacy", "--change", "materiel"], "'materiel' is not one of", id="an unknown level"),
    pytest.param(["privacy", "--language", "zz-ZZZZZ"], "expected a language tag (BCP 47)", id="no language"),
    pytest.param(["privacy", "--language", "fr"], "expected one of en, got “fr”", id="a language the policy lacks"),
    pytest.param(["privacy", "--label", "2026"], "expected a label after “2027-03-01”", id="a label before the newest"),
    pytest.param(["privacy", "--label", "../x"], "got “../x”", id="a label that is a path"),
    pytest.param(["../privacy"], "has no policy “../privacy”", id="a policy that is a path"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_invalid_draft_leaves_the_book_unchanged(
    inforce: Type, book: BookBuilder, words: list[str], sentence: str
) -> None:
    before = everything_in(book.root)
    usual = ["--effective", "2027-09-01", "--change", "notice", "--published", "2027-01-01", "--repo", str(book.root)]
    ended = inforce("new", *usual, *words)
    assert ended.code == 2
    assert sentence in ended.err
    assert everything_in(book.root) == before


def test_draft_requires_a_date_and_a_level(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("new", "privacy", "--repo", book.root)
    assert ended.code == 2
    assert "Missing option '--effective'" in ended.err
