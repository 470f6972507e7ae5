"""`inforce diff`: the changes in the terminal, as Markdown, as a page and as JSON."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import Type


def test_newest_version_is_compared_with_its_predecessor(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("diff", "privacy", "--repo", book.root)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Privacy: 2026-01-15 → 2027-03-01\n  The author says: We keep your data for 24 months")
    assert "[-12" in ended.out
    assert "{+24" in ended.out
    assert "Words: 1 added, 1 deleted." in ended.out


def test_draft_can_be_compared(inforce: Type, book: BookBuilder) -> None:
    words = ["--effective", "2028-01-01", "--change", "notice", "--published", "2027-12-01", "--from", "2027-03-01"]
    inforce("new", "privacy", *words, "--repo", book.root)
    ended = inforce("diff", "privacy", "--repo", book.root)
    assert ended.out.startswith("Privacy: 2027-03-01 → 2028-01-01\n")
    assert "No word differs." in ended.out


def test_any_two_versions_can_be_compared(inforce: Type, book: BookBuilder) -> None:
    book.policy("privacy").version("2028-01-01", en="# Privacy\n\nNothing is kept.\n")
    first = inforce("diff", "privacy", "2026-01-15", "2027-03-01", "--repo", book.root)
    to_newest = inforce("diff", "privacy", "2026-01-15", "--repo", book.root)
    assert first.out.startswith("Privacy: 2026-01-15 → 2027-03-01\n")
    assert to_newest.out.startswith("Privacy: 2026-01-15 → 2028-01-01\n")


def test_changes_are_marked_by_more_than_colour(
    inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = inforce("diff", "privacy", "--repo", book.root).out
    assert "\x1b[" in coloured
    assert "[-12" in coloured
    assert "{+24" in coloured


def test_markdown_marks_are_readable_as_plain_text(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("diff", "privacy", "--repo", book.root, "--format", "markdown")
    assert ended.out.startswith("### Privacy: 2026-01-15 → 2027-03-01\n\n- The author says: We keep")
    assert "~~12~~" in ended.out
    assert "**24**" in ended.out


def test_html_page_is_self_contained_and_has_no_script(inforce: Type, book: BookBuilder, tmp_path: Path) -> None:
    ended = inforce("diff", "privacy", "--repo", book.root, "--format", "html", "--output", tmp_path / "redline.html")
    page = (tmp_path / "redline.html").read_text("utf-8")
    assert ended.out == f"Wrote {tmp_path / 'redline.html'}.\n"
    assert page.startswith('<!doctype html>\n<html lang="en" dir="ltr">')
    assert "<ins>" in page
    assert "<del>" in page
    assert "<script" not in page
    assert "http" not in page


def test_author_markup_is_rendered_as_text(inforce: Type, book: BookBuilder) -> None:
    text = "---\nsummary:\n  - text: <script>alert(1)</script>\n---\n# Privacy\n\nA < B.\n"
    book.policy("privacy").version("2028-01-01", en=text)
    page = inforce("diff", "privacy", "--repo", book.root, "--format", "html").out
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_json_contains_both_texts(inforce: Type, book: BookBuilder) -> None:
    data = json.loads(inforce("diff", "privacy", "--repo", book.root, "--format", "json").out)
    old = "".join(run["text"] for run in data["runs"] if run["op"] in ("equal", "reformat", "delete", "move_from"))
    new = "".join(run["text"] for run in data["runs"] if run["op"] in ("equal", "reformat", "insert", "move_to"))
    assert (data["policy"], data["old"], data["new"], data["language"]) == ("privacy", "2026-01-15", "2027-03-01", "en")
    assert "We keep your data for 12 months." in old
    assert "We keep your data for 24 months." in new
    assert data["summary"] == ["We keep your data for 24 months instead of 12."]


def test_docx_contains_tracked_changes(inforce: Type, book: BookBuilder, tmp_path: Path) -> None:
    ended = inforce("diff", "privacy", "--repo", book.root, "--format", "docx", "--output", tmp_path / "redline.docx")
    with zipfile.ZipFile(tmp_path / "redline.docx") as document:
        body = document.read("word/document.xml").decode()
    assert ended.code == 0, ended.err
    assert "<w:ins " in body
    assert "<w:del " in body
    assert 'w:author="Example Shop"' in body


def test_terminal_control_characters_are_escaped(inforce: Type, book: BookBuilder) -> None:
    book.policy("privacy").version("2028-01-01", en="# Privacy\n\nWe \x1b[2J keep.\n")
    assert "\x1b" not in inforce("diff", "privacy", "--repo", book.root).out


def test_language_can_be_selected(inforce: Type, book: BookBuilder) -> None:
    for label in ("2026-01-15", "2027-03-01"):
        book.write(f"policy_versions/privacy/{label}/de.md", f"# Datenschutz\n\nStand {label}.\n")
    ended = inforce("diff", "privacy", "--language", "de", "--repo", book.root)
    assert "Stand" in ended.out


REFUSED = [
    pytest.param(["privcy"], "did you mean “privacy”?", id="an unknown policy"),
    pytest.param(["privacy", "2026-01-16"], "did you mean “2026-01-15”?", id="an unknown version"),
    pytest.param(["terms"], "is the first version of terms", id="a policy with one version"),
    pytest.param(["cookies"], "has no version yet", id="a policy without versions"),
    pytest.param(
        ["privacy", "--language", "fr"], "has no text in “fr”; available languages: en", id="a missing language"
    ),
    pytest.param(["privacy", "--language", "de/../x"], "got “de/../x”", id="a language that is a path"),
    pytest.param(["privacy", "--output", "x"], "choose another --format", id="terminal output to a file"),
    pytest.param(["privacy", "--format", "docx"], "choose a file with --output", id="Word to the terminal"),
    pytest.param(["privacy", "--format", "pdf"], "choose a file with --output", id="a PDF to the terminal"),
    pytest.param(["privacy", "--format", "odt"], "'odt' is not one of", id="an unknown format"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_invalid_comparison_is_rejected(inforce: Type, book: BookBuilder, words: list[str], sentence: str) -> None:
    book.policy("terms").version("2026-01-15")
    book.policy("cookies")
    ended = inforce("diff", *words, "--repo", book.root)
    assert ended.code == 2
    assert sentence in ended.err
