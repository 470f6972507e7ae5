"""Render pages to the content of a shell, with one template per kind of page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

from inforce.changes import EditionChanges
from inforce.errors import Place
from inforce.markdown import to_html
from inforce.policy import Edition
from inforce.policy.settings import Settings
from inforce.publication import Page, Texts
from inforce.publication.change_summary import Steps
from inforce.publication.pages import CompanionFile, FileFormat
from inforce.publication.pages.change_matrix import by_column, picture
from inforce.redline import Redline
from inforce.rendering import html as redline_html
from inforce.rendering import sentences, side_by_side
from inforce.rendering.labels import Labels
from inforce.site.documents import has_documents, pdf_document, word_document
from inforce.site.head import head_of
from inforce.site.links import Links
from inforce.site.messages import labels
from inforce.site.mkdocs.page_template import Rendered
from inforce.site.page_kinds import page_kinds
from inforce.site.sanitiser import passed
from inforce.site.templating import Words, environment

_CONTENTS_LEVELS = (2, 3)
CLAUSE_ANCHOR = "clause-"
_MAY_BE_HEADING = re.compile(r"^ {0,3}(?:#{2,3}[ \t]|-+[ \t]*$)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders pages of a book with `settings`; `offline` makes links work in local files, `pdf` adds PDFs."""

    settings: Settings
    offline: bool = False
    pdf: bool = False

    def render(self, page: Page, texts: Texts, steps: Steps | None = None) -> Rendered:
        """Return `page` rendered in its language; `texts` caches the texts it shows.

        The change matrix of a history is computed from `steps`, which returns the changes between two texts.
        """
        found = [texts.changes(old, new) for old, new in page.pairs] if steps is None else []
        words = Words(self.settings, page.language, Links(page=page.address, offline=self.offline))
        context = {
            **words.context(),
            **page.context,
            "language": page.language,
            "text": fragment(page.text) if page.text else None,
            "has_documents": has_documents(),
            **_picture(page, texts, steps),
            "has_pdf": self.pdf,
            "redlines": [
                _redline(changes.redline, labels(page.language), number) for number, changes in enumerate(found, 1)
            ],
        }
        module: Any = environment(page.language).get_template(f"{page.kind.name}.html").make_module(context)
        # Templates escape their output; titles and descriptions stay unescaped until the head is written.
        name, description = module.title.striptags(), module.description.striptags()
        return Rendered(
            title=name,
            head=head_of(page, self.settings, f"{name} – {self.settings.publisher.name}", description),
            content=str(module),
            contents=_contents(page.text, texts) if page.text else "",
            files=tuple(self._files(page, found)),
        )

    def get_ready(self) -> None:
        """Compile every template now, so that forked processes need not compile it."""
        for kind in page_kinds():
            environment(self.settings.languages[0]).get_template(f"{kind.name}.html")

    def files_of(self, page: Page) -> Iterator[tuple[str, FileFormat]]:
        """Yield the path and the format of each companion file of `page`."""
        left_out = {FileFormat.WORD: not has_documents(), FileFormat.PDF: not self.pdf}
        for file in page.kind.companions:
            if not left_out.get(file.format):
                yield file.address(page), file.format

    def _files(self, page: Page, changes: list[EditionChanges]) -> Iterator[tuple[str, bytes]]:
        created = {address for address, _ in self.files_of(page)}
        for file in page.kind.companions:
            if (address := file.address(page)) in created:
                yield address, self._file(file, page, changes)

    def _file(self, file: CompanionFile, page: Page, changes: list[EditionChanges]) -> bytes:
        match file.format:
            case FileFormat.MARKDOWN:
                return page.text.text.encode() if page.text else b""
            case FileFormat.FRAGMENT:
                return fragment(page.text).encode() if page.text else b""
            case FileFormat.WORD:
                return word_document(page, self.settings.publisher.name, changes[0].redline)
            case FileFormat.PDF:
                return pdf_document(page, self.settings, changes)
        return file.data(page, self.settings.site, changes, labels(page.language))

    @property
    def fingerprint(self) -> str:
        """Return the settings that, besides the data of pages, affect their content."""
        settings = self.settings
        return "\0".join(
            (settings.site, settings.publisher.name, settings.timezone.key, str(self.offline), str(self.pdf))
        )


def has_contents(text: Edition | None) -> bool:
    """Return whether the page of `text` can have a table of contents, without parsing the text."""
    return text is not None and _MAY_BE_HEADING.search(text.text) is not None


def fragment(edition: Edition) -> Markup:
    """Return the text of `edition` as HTML; raise BookError if the sanitiser would remove anything."""
    return _fragment(edition.text, edition.source.path)


@lru_cache(4)  # the page and the fragment for apps are rendered one after the other
def _fragment(text: str, path: str) -> Markup:
    # Markup is safe: the fragment comes from our renderer, which has HTML disabled, and has passed the sanitiser.
    return Markup(passed(to_html(text), Place(path=path)))  # noqa: S704


def _picture(page: Page, texts: Texts, steps: Steps | None) -> dict[str, Any]:
    if steps is None or not page.pairs:
        return {"sections": (), "by_version": ()}
    beginning = labels(page.language).beginning
    outline = [(clause.id, clause.heading or beginning) for clause in texts.document(page.pairs[-1][1]).clauses]
    columns = page.context["columns"][1:]
    taken = [steps(*pair, column["file"]) for pair, column in zip(page.pairs, columns, strict=True)]
    rows = picture(outline, taken)
    return {"sections": rows, "by_version": by_column(rows, len(taken) + 1)}


def _redline(redline: Redline, spoken: Labels, number: int) -> dict[str, Any]:
    # Only the first redline of a page gets clause ids, since ids must be unique.
    anchors = {"anchor": f"move-{number}-", "clauses": CLAUSE_ANCHOR if number == 1 else ""}
    return {
        # Markup is safe: our renderer escapes the words of both texts.
        "html": Markup(redline_html.to_html(redline, spoken, **anchors)),  # noqa: S704
        "sides": Markup(side_by_side.to_sides(redline, spoken)),  # noqa: S704 - as above
        "numbers": redline.numbers,
        "sentences": sentences.to_sentences(redline, spoken),
    }


def _contents(edition: Edition, texts: Texts) -> str:
    headings = [heading for heading in texts.document(edition).headings if heading.level in _CONTENTS_LEVELS]
    items = (f'<li><a href="#{escape(heading.id)}">{escape(heading.text)}</a></li>' for heading in headings)
    return f"<ul>{''.join(items)}</ul>" if headings else ""
