"""Drafts of the next version, and new repositories of policies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from inforce.book.init import create_repository
from inforce.book.new_version import Draft, draft_version
from inforce.book.read import read_book
from inforce.errors import InforceError, SetupError
from inforce.language import Language
from inforce.policy import ChangeLevel, Version

NOW = instant("2027-01-20T12:00:00Z")
TEXT = "# Terms\n\nWe keep it.  \nTwo years.\n\n## How long {#long}\n\nTwo years.\n"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    book = BookBuilder(tmp_path, timezone="Asia/Shanghai", languages="en, de")
    book.policy("terms").version("2026-01-15", en=TEXT)
    return book


def draft(book: BookBuilder, policy: str = "terms", **words: Any) -> Draft:
    given: dict[str, Any] = {"effective": "2027-03-01", "change": ChangeLevel.NOTICE, "now": NOW}
    return draft_version(book.root, policy, **(given | words))


def drafted(book: BookBuilder, label: str = "2027-03-01") -> Version:
    return book.read().require().policy("terms").version(label) or pytest.fail("there is no such version")


def contents(root: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_draft_has_the_text_of_the_newest_version_and_the_given_dates(book: BookBuilder) -> None:
    new_draft = draft(book)

    version = drafted(book)
    assert new_draft.folder == book.root / "policy_versions/terms/2027-03-01"
    assert (new_draft.label.text, new_draft.languages) == ("2027-03-01", (Language("en"),))
    assert new_draft.copied == book.read().require().policy("terms").versions[0]
    assert version.editions[0].text == drafted(book, "2026-01-15").editions[0].text
    assert version.editions[0].summary == ()
    assert version.draft
    assert version.change is ChangeLevel.NOTICE
    assert version.published_at == instant("2027-01-20", "Asia/Shanghai")
    assert version.effective_at == instant("2027-03-01", "Asia/Shanghai")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(TEXT.encode(), id="plain text"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="line ends of another system"),
        pytest.param(b"---\n\n# Terms\n\nA rule above, and none at the end", id="a text that begins with a rule"),
        pytest.param("# Cafe\u0301\u2028\x0bx\x85y\n".encode(), id="signs that some take for line ends"),
    ],
)
def test_text_is_copied_byte_for_byte(book: BookBuilder, body: bytes) -> None:
    book.write("policy_versions/terms/2026-01-15/en.md", b"---\nsummary:\n - text: All is new.\n---\n\n" + body)

    new_draft = draft(book)

    assert (new_draft.folder / "en.md").read_bytes().endswith(b"---\n\n" + body)
    assert drafted(book).editions[0].digest == drafted(book, "2026-01-15").editions[0].digest


def test_version_yml_has_comments_and_an_empty_summary(book: BookBuilder) -> None:
    new_draft = draft(book)
    metadata, text = ((new_draft.folder / name).read_text() for name in ("version.yml", "en.md"))

    assert metadata.splitlines()[0] == (
        "# When this version is published. A date means the start of that day in Asia/Shanghai."
    )
    book.write("policy_versions/terms/2027-03-01/version.yml", metadata.replace("\n#e", "\ne"))
    book.write("policy_versions/terms/2027-03-01/en.md", uncommented(text))

    version = drafted(book)
    assert version.effective_at_new == version.published_at
    assert version.enforce_at == version.effective_at
    assert [point.section for point in version.editions[0].summary] == ["long"]


def uncommented(text: str) -> str:
    return "\n".join(line.removeprefix("#") if line.startswith(("#s", "#  ")) else line for line in text.split("\n"))


def test_instant_is_written_as_given(book: BookBuilder) -> None:
    draft(book, effective="2027-02-28T20:00:00+02:00", published="2027-02-01")

    version = drafted(book)
    assert version.effective_at == instant("2027-02-28T18:00:00Z")
    assert version.published_at == instant("2027-02-01", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("newest", "proposed"),
    [
        pytest.param("2027-03-01", "2027-03-01.1", id="a second version of a day gets a further number"),
        pytest.param("2027-03-01.9", "2027-03-01.10", id="a later one gets the next number"),
        pytest.param("2027-02-28.4", "2027-03-01", id="the number of another day does not matter"),
        pytest.param("1.10", "2027-03-01", id="a date follows a small number"),
    ],
)
def test_effective_date_is_the_default_label(book: BookBuilder, newest: str, proposed: str) -> None:
    book.policy("terms").version(newest, meta={"published": "2026-02-01"})

    assert draft(book).label.text == proposed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param({"policy": "term"}, "did you mean “terms”?", id="an unknown policy, with the likely one"),
        pytest.param(
            {"effective": "2026-01-10", "published": "2026-01-01"},
            "label: expected a label after “2026-01-15”, the newest version, got “2026-01-10”",
            id="a date before the newest version",
        ),
        pytest.param({"label": "2026-1-15"}, "expected a label after “2026-01-15”", id="a label of the same number"),
        pytest.param({"label": "draft"}, "expected digits joined by", id="an invalid label"),
        pytest.param({"label": "../../x"}, "expected digits joined by", id="a label that is a path"),
        pytest.param({"effective": "2027-02-30"}, "effective", id="a day that does not exist"),
        pytest.param({"effective": "next month"}, "effective: expected a date", id="no date"),
        pytest.param({"published": "soon"}, "published: expected a date", id="no date of publication"),
        pytest.param({"effective": "2027-01-19"}, "is before “published”", id="effective before publication"),
        pytest.param({"languages": [Language("fr")]}, "expected one of en, got “fr”", id="a language without text"),
    ],
)
def test_invalid_draft_is_rejected_and_nothing_is_written(
    book: BookBuilder, words: Mapping[str, Any], message: str
) -> None:
    before = contents(book.root)

    with pytest.raises(InforceError) as refused:
        draft(book, **words)

    assert message in str(refused.value)
    assert refused.value.exit_code == 2
    assert contents(book.root) == before


@pytest.mark.parametrize("there", ["notes/keep.md", "version.yml", "en.md", ".kept"])
def test_existing_folder_is_never_overwritten(book: BookBuilder, there: str) -> None:
    book.write(f"policy_versions/terms/2027-03-01/{there}", "mine")
    before = contents(book.root)

    with pytest.raises(InforceError, match="policy_versions/terms/2027-03-01"):
        draft(book)

    assert contents(book.root) == before


def test_existing_link_is_never_followed(book: BookBuilder) -> None:
    (book.root / "policy_versions/terms/2027-03-01").symlink_to(book.root / "policy_versions/terms/2026-01-15")

    with pytest.raises(InforceError, match="symbolic link"):
        draft(book)


def test_faults_in_other_policies_are_ignored(book: BookBuilder) -> None:
    book.write("policy_versions/cookies/policy.yml", "title: [")

    assert draft(book).label.text == "2027-03-01"


def test_faults_of_the_policy_are_reported(book: BookBuilder) -> None:
    book.write("policy_versions/terms/policy.yml", "title: [")

    with pytest.raises(InforceError, match=r"policy_versions/terms/policy\.yml:2: this is not valid YAML"):
        draft(book)


def test_book_without_settings_is_rejected_with_its_faults(book: BookBuilder) -> None:
    book.write("policy_versions/book.yml", "timezone: Mars")

    with pytest.raises(InforceError, match=r"policy_versions/book\.yml:1"):
        draft(book)


def test_translations_are_copied_with_the_digest_of_their_source(book: BookBuilder) -> None:
    digest = drafted(book, "2026-01-15").editions[0].digest
    german = f"---\ntranslates: {digest}\nsummary:\n  - text: Alles ist neu.\n---\n\n# Bedingungen\n"
    book.write("policy_versions/terms/2026-01-15/de.md", german)
    book.write("policy_versions/terms/2026-01-15/fr.md", "# Conditions\n")

    new_draft = draft(book, languages=[Language("de")])

    german_edition = drafted(book).edition(Language("de")) or pytest.fail("the translation is missing")
    assert new_draft.languages == (Language("de"), Language("en"))
    assert german_edition.translates == digest
    assert german_edition.text == "# Bedingungen\n"
    assert german_edition.summary == ()


def test_translation_without_front_matter_is_copied(book: BookBuilder) -> None:
    book.write("policy_versions/terms/2026-01-15/de.md", "# Bedingungen\n")

    new_draft = draft(book)

    assert (new_draft.folder / "de.md").read_text() == "# Bedingungen\n"


def test_draft_is_not_copied_from_a_cancelled_version(book: BookBuilder) -> None:
    cancelled = {"effective": "2027-02-15", "cancelled": "{at: 2027-01-10, reason: withdrawn}"}
    book.policy("terms").version("2027-01-05", meta=cancelled, en="# Terms\n\nNever applied.\n")

    new_draft = draft(book)

    assert new_draft.copied
    assert new_draft.copied.label.text == "2026-01-15"
    assert "Never applied" not in (new_draft.folder / "en.md").read_text()


def test_first_version_of_a_policy_begins_with_its_title(book: BookBuilder) -> None:
    book.policy("cookies")

    new_draft = draft(book, "cookies")

    assert new_draft.copied is None
    assert (new_draft.folder / "en.md").read_text() == "# Cookies\n"
    assert book.read().faults == ()


def test_new_repository_contains_a_policy_in_force(tmp_path: Path) -> None:
    written = create_repository(tmp_path / "new" / "policies")

    root = tmp_path / "new" / "policies"
    privacy = read_book(root).require().policy("privacy")
    assert privacy.in_force(instant("2026-06-01")) == privacy.versions[0]
    assert not (root / "policy_versions/lock.json").exists()
    assert set(written) == contents(root).keys()
    assert set(written) >= {
        ".github/actions/inforce/action.yml",
        ".github/actions/inforce/comment.py",
        ".github/CODEOWNERS",
        ".github/pull_request_template.md",
        ".github/workflows/check.yml",
        ".github/workflows/comment.yml",
        ".github/workflows/correct-text.yml",
        ".github/workflows/lock.yml",
        ".github/workflows/new-version.yml",
        ".github/workflows/publish.yml",
        ".github/workflows/watch.yml",
        ".gitignore",
        ".inforce/inforce-0.1.0-py3-none-any.whl",
        ".inforce/requirements.txt",
        "README.md",
        "docs/.gitkeep",
        "mkdocs.yml",
        "policy_versions/book.yml",
    }


def test_empty_repository_has_no_policy(tmp_path: Path) -> None:
    written = create_repository(tmp_path, empty=True)

    assert read_book(tmp_path).require().policies == ()
    assert not any("privacy/" in path for path in written)


def test_repository_is_created_in_an_empty_git_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    inode = tmp_path.stat().st_ino

    create_repository(tmp_path)

    assert (tmp_path / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert tmp_path.stat().st_ino == inode
    assert read_book(tmp_path).faults == ()


def test_folder_that_is_not_empty_is_rejected_and_unchanged(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(InforceError, match=r"is not empty: “letter\.txt” is in it") as refused:
        create_repository(tmp_path)
    with pytest.raises(InforceError, match="is not a folder"):
        create_repository(tmp_path / "letter.txt")

    assert refused.value.exit_code == 2
    assert contents(tmp_path) == {"letter.txt": b"mine"}


@pytest.mark.parametrize("there", [False, True], ids=["a new folder", "an empty folder"])
def test_disk_error_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    root = tmp_path / "policies"
    if there:
        root.mkdir()
    rename = Path.rename

    def fail_late(self: Path, target: Path) -> Path:
        if target.name == "policy_versions":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_late)

    with pytest.raises(SetupError, match="No space left on device"):
        create_repository(root)

    assert root.exists() is there
    assert contents(tmp_path) == {}
