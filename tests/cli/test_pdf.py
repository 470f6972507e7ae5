"""`inforce pdf`, `inforce diff --format pdf` and `inforce build --pdf`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from book_builder import BookBuilder
from cli.conftest import Type
from inforce import pdf


def told(file: Path) -> str:
    """Return the words of the PDF `file`, independent of line breaks."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(file).pages)


def test_pdf_contains_the_text_and_its_metadata(inforce: Type, book: BookBuilder, tmp_path: Path) -> None:
    file = tmp_path / "privacy.pdf"
    ended = inforce("pdf", "privacy", "2026-01-15", "--output", file, "--repo", book.root, "--at", "2027-02-01")
    assert (ended.code, ended.out) == (0, f"Wrote {file}.\n"), ended.err
    words = told(file)
    assert "Version 2026-01-15 (number 1)" in words
    assert "Applies from January 15, 2026 until March 1, 2027" in words
    assert "Language English (binding)" in words
    assert "We keep your data for 12 months." in words
    assert "Page 1 of 1" in words


def test_newest_version_is_exported_by_default_and_drafts_are_labelled(
    inforce: Type, book: BookBuilder, tmp_path: Path
) -> None:
    words = ["--effective", "2028-01-01", "--change", "notice", "--published", "2027-12-01", "--repo", book.root]
    inforce("new", "privacy", *words)
    ended = inforce("pdf", "privacy", "--output", tmp_path / "a.pdf", "--repo", book.root, "--at", "2027-05-01")
    assert ended.code == 0, ended.err
    assert "Applies draft, not published; planned to apply from January 1, 2028" in told(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        pytest.param({}, "from March 1, 2027", id="announced"),
        pytest.param(
            {"cancelled": "{at: 2027-02-01, reason: Not needed.}"},
            "never: it was cancelled. Not needed.",
            id="cancelled",
        ),
        pytest.param(
            {"effective": "2027-07-01"}, "never: it was replaced before it applied", id="overtaken by the next one"
        ),
        pytest.param(
            {"effective": "2027-03-01T10:30:00Z"}, "from March 1, 2027, 11:30 (Europe/Berlin)", id="at an hour"
        ),
    ],
)
def test_pdf_states_when_the_version_applies(
    inforce: Type, book: BookBuilder, tmp_path: Path, member: dict[str, str], sentence: str
) -> None:
    meta = {"published": "2027-01-20", "effective": "2027-03-01", **member}
    policy = book.policy("terms")
    policy.version("2027-03-01", meta=meta)
    if sentence.startswith("never: it was replaced"):
        policy.version("2027-06-01", meta={"published": "2027-01-20", "effective": "2027-06-01"})
    words = ["terms", "2027-03-01", "--output", tmp_path / "a.pdf", "--repo", book.root, "--at", "2027-02-15"]
    ended = inforce("pdf", *words)
    assert ended.code == 0, ended.err
    assert f"Applies {sentence} Published" in told(tmp_path / "a.pdf")


def test_redline_pdf_labels_changes_in_words_and_has_both_digests(
    inforce: Type, book: BookBuilder, tmp_path: Path
) -> None:
    file = tmp_path / "redline.pdf"
    ended = inforce("diff", "privacy", "--format", "pdf", "--output", file, "--repo", book.root)
    assert ended.code == 0, ended.err
    words = told(file)
    assert "We keep your data for 24 months instead of 12." in words
    assert "deleted: 12 added: 24 months" in words
    for label in ("2026-01-15", "2027-03-01"):
        digest = book.read().require().version(book.read().require().policy("privacy"), label).editions[0].digest
        assert f"{label} {digest}" in words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["privcy"], "did you mean “privacy”?", id="an unknown policy"),
        pytest.param(["privacy", "2026-01-16"], "did you mean “2026-01-15”?", id="an unknown version"),
        pytest.param(["cookies"], "has no version yet", id="a policy without versions"),
        pytest.param(
            ["privacy", "--language", "fr"], "has no text in “fr”; available languages: en", id="a missing language"
        ),
    ],
)
def test_invalid_arguments_are_rejected(
    inforce: Type, book: BookBuilder, tmp_path: Path, words: list[str], sentence: str
) -> None:
    book.policy("cookies")
    ended = inforce("pdf", *words, "--output", tmp_path / "a.pdf", "--repo", book.root)
    assert ended.code == 2
    assert sentence in ended.err
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["pdf", "privacy", "--output", "a.pdf"], id="a version"),
        pytest.param(["diff", "privacy", "--format", "pdf", "--output", "a.pdf"], id="a redline"),
        pytest.param(["build", "--pdf"], id="a site"),
    ],
)
def test_missing_pdf_extra_prints_one_message_and_writes_nothing(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    monkeypatch.chdir(tmp_path)
    ended = inforce(*words, "--repo", book.root)
    assert ended.code == 4
    assert ended.err == (
        "inforce: a PDF needs weasyprint, which is not installed; run: python -m pip install 'weasyprint>=70,<71'\n"
    )
    assert not (tmp_path / "a.pdf").exists()
    assert not (book.root / "site").exists()


OPTION = "plugins:\n  - inforce:\n      pdf: true\n"


@pytest.mark.parametrize(
    ("words", "plugins", "has_pdfs"),
    [
        pytest.param([], "plugins: [inforce]\n", False, id="not requested"),
        pytest.param(["--pdf"], "plugins: [inforce]\n", True, id="requested by option"),
        pytest.param([], OPTION, True, id="requested in mkdocs.yml"),
    ],
)
def test_site_contains_and_links_pdfs_only_with_the_option(
    inforce: Type, book: BookBuilder, words: list[str], plugins: str, has_pdfs: bool
) -> None:
    book.write("mkdocs.yml", f"site_name: Policies\ntheme: {{name: material}}\n{plugins}")
    (book.root / "docs").mkdir()
    ended = inforce("build", "--repo", book.root, "--at", "2027-05-01", *words)
    assert ended.code == 0, ended.err
    site = book.root / "site"
    pages = ("privacy/2026-01-15", "privacy/2027-03-01", "privacy/changes/2026-01-15...2027-03-01")
    assert {'href="en.pdf"' in (site / page / "index.html").read_text("utf-8") for page in pages} == {has_pdfs}
    files = {file.relative_to(site).as_posix() for file in site.rglob("*.pdf")}
    assert files == ({f"{page}/en.pdf" for page in pages} if has_pdfs else set())
    assert all("We keep your data for" in told(site / file) for file in files)
    rules = (site / "_headers").read_text("utf-8")
    assert "/privacy/:version/:language.pdf\n  Cache-Control: max-age=3600\n  Content-Type: application/pdf\n" in rules
    assert "/privacy/changes/:pair/:language.pdf\n" in rules
