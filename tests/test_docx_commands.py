"""`inforce docx` exports a text to Word and imports it into a draft, but never into a published version."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type, book, inforce
from test_word_roundtrip import DOCUMENT, came, part_text, replaced, run, went, with_parts

__all__ = ["book", "inforce"]  # fixtures

EN = "policy_versions/privacy/2028-01-01/en.md"


@pytest.fixture
def draft(book: BookBuilder, inforce: Type) -> Path:
    """The repository of the book with a draft of 2028 that has the text of the version of 2027."""
    words = ["--effective", "2028-01-01", "--change", "notice", "--published", "2027-12-01", "--from", "2027-03-01"]
    assert inforce("new", "privacy", *words, "--repo", book.root).code == 0
    return book.root


def exported(inforce: Type, root: Path, version: str = "2028-01-01") -> Path:
    file = root / f"{version}.docx"
    ended = inforce("docx", "export", "privacy", version, "--out", file, "--repo", root)
    assert ended.code == 0, ended.err
    return file


def edit(file: Path, words: str = "24 months", instead: str = went("24") + came("36") + run(" months")) -> None:
    """In the document `file`, replace `words` with the XML `instead`."""
    broken = f'</w:t></w:r>{instead}<w:r><w:t xml:space="preserve">'
    file.write_bytes(replaced(file.read_bytes(), (words, broken)))


def test_tracked_changes_are_imported_into_the_draft(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    before = (draft / EN).read_text()
    edit(file)

    ended = inforce("docx", "import", file, "--repo", draft)

    assert (ended.code, ended.err) == (0, "")
    assert (draft / EN).read_text() == before.replace("24 months", "36 months")
    assert f"Wrote {EN}. Changed:\n  Retention: 1 words added, 1 deleted\n" in ended.out


def test_import_of_an_unedited_document_writes_nothing(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    before = (draft / EN).stat().st_mtime_ns

    ended = inforce("docx", "import", file, "--repo", draft)

    assert (ended.code, ended.out) == (0, f"The document does not differ from {EN}.\n")
    assert (draft / EN).stat().st_mtime_ns == before


def test_import_keeps_line_endings_blanks_and_front_matter(inforce: Type, draft: Path) -> None:
    start = "\r\n# Privacy  \r\n\r\n\r\n## Retention {#retention}\r\n\r\n"
    body = f"{start}We keep your data\r\nfor 24 months.   \r\n\r\nNo more.  \r\n\r\n"
    head = "---\r\nsummary:\r\n  - text: New.\r\n---\r\n"
    (draft / EN).write_bytes((head + body).encode())
    file = exported(inforce, draft)
    edit(file, "No more.", run("No more") + came(" at all") + run("."))

    assert inforce("docx", "import", file, "--repo", draft).code == 0

    assert (draft / EN).read_bytes() == (head + body.replace("No more.  ", "No more at all.")).encode()


def test_import_into_published_version_fails_with_instructions(inforce: Type, book: BookBuilder) -> None:
    file = exported(inforce, book.root, "2027-03-01")
    edit(file)

    ended = inforce("docx", "import", file, "--repo", book.root)

    assert ended.code == 2
    assert "is not a draft" in ended.err
    assert "inforce new privacy" in ended.err


def test_import_into_locked_version_exits_as_changed_history(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft, "2027-03-01")
    inforce("freeze", "--repo", draft, "--at", "2027-06-01")
    locked = (draft / "policy_versions/privacy/2027-03-01/en.md").read_bytes()
    edit(file)

    ended = inforce("docx", "import", file, "--repo", draft)

    assert ended.code == 3
    assert "its text cannot be changed" in ended.err
    assert "add “--into 2028-01-01”" in ended.err
    assert (draft / "policy_versions/privacy/2027-03-01/en.md").read_bytes() == locked


def test_document_can_be_imported_into_a_draft_with_the_same_text(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft, "2027-03-01")
    edit(file)

    ended = inforce("docx", "import", file, "--into", "2028-01-01", "--repo", draft)

    assert ended.code == 0, ended.err
    assert "36 months" in (draft / EN).read_text()


def test_draft_changed_since_export_is_not_overwritten(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    (draft / EN).write_text((draft / EN).read_text().replace("24", "25"))
    edit(file)

    ended = inforce("docx", "import", file, "--repo", draft)

    assert ended.code == 2
    assert "is not the text that was exported: expected sha256:" in ended.err
    assert "25 months" in (draft / EN).read_text()


def test_untracked_edits_are_listed(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    file.write_bytes(replaced(file.read_bytes(), ("24 months", "48 months")))

    result = inforce("docx", "import", file, "--repo", draft)

    assert result.code == 1
    assert (
        "Changed without Track Changes: “We keep your data for 24 months.” "
        "was replaced with “We keep your data for 48 months.”" in (result.out)
    )
    assert "24 months" in (draft / EN).read_text()
    assert inforce("docx", "import", file, "--untracked", "--repo", draft).code == 0
    assert "48 months" in (draft / EN).read_text()


def test_one_rejected_place_rejects_the_whole_import(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    before = (draft / EN).read_bytes()
    edit(file, instead=came("36 ") + "<w:r><w:drawing/></w:r>" + run("24 months"))

    ended = inforce("docx", "import", file, "--repo", draft)

    assert ended.code == 1
    assert "Rejected: a picture or text box cannot be imported: “We keep your data for 36 24 months.”" in ended.out
    assert "Nothing was written." in ended.out
    assert (draft / EN).read_bytes() == before


def test_existing_document_is_not_overwritten(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)

    ended = inforce("docx", "export", "privacy", "2028-01-01", "--out", file, "--repo", draft)

    assert ended.code == 2
    assert "may contain changes" in ended.err


def test_default_file_name_contains_policy_version_and_language(
    inforce: Type, draft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    inforce("docx", "export", "privacy", "2028-01-01", "--repo", draft)

    assert (tmp_path / "privacy-2028-01-01-en.docx").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "nothing", "1"), "has no policy “nothing”"),
        (("export", "privacy", "1999-01-01"), "has no version “1999-01-01”"),
        (("export", "privacy", "2028-01-01", "--language", "de"), "has no text in “de”"),
        (("import", "not-there.docx"), "does not exist"),
    ],
)
def test_wrong_arguments_produce_one_clear_message(
    inforce: Type, draft: Path, words: tuple[str, ...], message: str
) -> None:
    ended = inforce("docx", *words, "--repo", draft)

    assert ended.code == 2
    assert message in ended.err


def test_document_of_unknown_policy_is_rejected(inforce: Type, draft: Path) -> None:
    file = exported(inforce, draft)
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        properties = archive.read("docProps/custom.xml").replace(b">privacy<", b">../../etc<")
    file.write_bytes(with_parts(file.read_bytes(), {"docProps/custom.xml": properties}))

    ended = inforce("docx", "import", file, "--repo", draft)

    assert ended.code == 2
    assert "has no policy “../../etc”" in ended.err


def test_document_of_a_draft_contains_its_text(inforce: Type, draft: Path) -> None:
    assert "We keep your data for 24 months." in part_text(exported(inforce, draft).read_bytes())
    assert DOCUMENT


def test_tracked_changes_are_imported_into_a_draft_amendment(inforce: Type, book: BookBuilder) -> None:
    usual = ["--repo", book.root, "--at", "2027-02-01"]
    assert inforce("new", "privacy", "--amend", *usual).code == 0
    file = exported(inforce, book.root, "2026-01-15.1")
    edit(file, "12 months", went("12") + came("13") + run(" months"))

    ended = inforce("docx", "import", file, "--repo", book.root)

    assert (ended.code, ended.err) == (0, "")
    assert "13 months" in (book.root / "policy_versions/privacy/2026-01-15.1/en.md").read_text()


def test_document_of_the_text_in_force_is_imported_into_an_amendment_of_it(inforce: Type, book: BookBuilder) -> None:
    file = exported(inforce, book.root, "2026-01-15")
    edit(file, "12 months", went("12") + came("13") + run(" months"))
    refused = inforce("docx", "import", file, "--repo", book.root)
    assert "“inforce new privacy --amend 2026-01-15” to correct this text" in refused.err

    inforce("new", "privacy", "--amend", "2026-01-15", "--repo", book.root, "--at", "2027-02-01")
    ended = inforce("docx", "import", file, "--into", "2026-01-15.1", "--repo", book.root)

    assert (ended.code, ended.err) == (0, "")
    assert "13 months" in (book.root / "policy_versions/privacy/2026-01-15.1/en.md").read_text()
