"""Redlines for Word on the site: linked from each redline page if they can be created."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from inforce.publication import Page, Publication, Texts
from inforce.site import documents, renderer
from inforce.site.page_kinds import page_kinds
from inforce.site.renderer import Renderer
from word_reader import accepted, rejected

DOCUMENT = "privacy/changes/2026-01-01...2027-01-01/en.docx"


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    policy = BookBuilder(tmp_path).policy("privacy", act="acknowledge")
    policy.version("2026-01-01", en="# Privacy\n\nKept for 24 months.\n")
    policy.version("2027-01-01", en="# Privacy\n\nKept for 36 months.\n")
    return Publication(catalog=policy.book.read().require(), now=instant("2027-06-01"), kinds=page_kinds())


def redline_page(publication: Publication) -> Page:
    (policy,) = publication.policies
    return next(page for page in publication.lasting_pages(policy) if page.kind.name == "redline")


def test_redline_page_links_a_document_with_both_texts(publication: Publication) -> None:
    maker, page = Renderer(settings=publication.catalog.settings), redline_page(publication)

    rendered = maker.render(page, Texts())

    content = dict(rendered.files)[DOCUMENT]
    assert '<a href="en.docx" download>' in rendered.content
    assert (rejected(content), accepted(content)) == (
        ["Privacy", "Kept for 24 months."],
        ["Privacy", "Kept for 36 months."],
    )
    assert list(dict(maker.files_of(page))) == list(dict(rendered.files))


def test_tracked_changes_have_publisher_and_publication_date(publication: Publication) -> None:
    page = redline_page(publication)

    content = documents.word_document(page, "Example Shop", Texts().changes(*page.pairs[0]).redline)

    assert dict(Renderer(settings=publication.catalog.settings).render(page, Texts()).files)[DOCUMENT] == content
    assert page.context["new"]["published_at"] == instant("2027-01-01")


def test_without_the_library_no_document_is_created_or_linked(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "has_documents", lambda: False)
    maker, page = Renderer(settings=publication.catalog.settings), redline_page(publication)

    rendered = maker.render(page, Texts())

    assert "docx" not in rendered.content
    assert [name for name, _ in rendered.files] == list(dict(maker.files_of(page))) == [page.context["file"]]


def test_redline_page_shows_changed_sections_side_by_side(publication: Publication) -> None:
    rendered = Renderer(settings=publication.catalog.settings).render(redline_page(publication), Texts())

    assert '<table class="inforce-sides">' in rendered.content
