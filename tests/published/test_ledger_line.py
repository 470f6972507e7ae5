"""The line about the published log of a ledger: on every page of a site whose docs/ contains one."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import build_here, scaffold
from inforce.errors import LayoutError
from inforce.language import Language
from inforce.site.published_log import log_words, published_size
from ledger.test_static_log import MemoryLog

PAGES = {"index.html": "", "terms/2026-01-15/index.html": "../../", "terms/de/index.html": "../../"}


def test_line_is_on_all_pages_once_a_log_is_published(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path / "book", languages="en, de")
    book.policy("terms", kind="terms").version("2026-01-15", en="# Terms\n\nA.\n", de="# Bedingungen\n\nA.\n")
    scaffold(book)

    def pages() -> dict[str, str]:
        site = build_here(book.root, tmp_path / "site", tmp_path / "cache", "2026-07-01")
        return {page: " ".join((site / page).read_text("utf-8").split()) for page in PAGES}

    assert not any("inforce-ledger" in text for text in pages().values())
    log = MemoryLog(300)
    log.publish(book.root / "docs" / "ledger")
    for page, text in pages().items():
        assert f'<a href="{PAGES[page]}ledger/how-to-check.txt">' in text
        words = "Prüfpunkt über 300 Einträge" if "/de/" in page else "checkpoint of 300 entries"
        assert f'<a href="{PAGES[page]}ledger/checkpoint">{words}</a>' in text
    assert (tmp_path / "site" / "ledger" / "checkpoint").read_bytes() == log.note
    assert (tmp_path / "site" / "ledger" / "tile" / "0" / "001.p" / "44").is_file()


def test_words_are_those_of_the_number(tmp_path: Path) -> None:
    MemoryLog(1).publish(tmp_path / "ledger")
    assert published_size(tmp_path) == 1
    assert log_words(1, Language("en"))["checkpoint"] == "checkpoint of 1 entry"
    assert log_words(1_500, Language("de"))["checkpoint"] == "Prüfpunkt über 1.500 Einträge"


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "checkpoint").write_text("damaged\n")
    with pytest.raises(LayoutError, match="docs/ledger/checkpoint: expected a signed note"):
        published_size(tmp_path)
