"""From pages as values to what fills a shell: one template per kind of page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from inforce import address
from inforce.errors import Place
from inforce.markdown import to_html
from inforce.policy import ChangeLevel, Edition, State
from inforce.publication import (
    ComparePage,
    HistoryPage,
    HomePage,
    Page,
    PolicyPage,
    Publication,
    RedlinePage,
    SincePage,
    VersionPage,
)
from inforce.rendering import html as redline_html
from inforce.rendering import sentences
from inforce.site.head import head_of
from inforce.site.links import Links
from inforce.site.sanitiser import passed
from inforce.site.shell import Rendered
from inforce.site.templating import Words, environment

_TEMPLATES: dict[type, str] = {
    HomePage: "home.html",
    PolicyPage: "policy.html",
    VersionPage: "version.html",
    RedlinePage: "redline.html",
    SincePage: "since.html",
    HistoryPage: "history.html",
    ComparePage: "compare.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders the pages of `publication`; `offline` makes links work from a disk."""

    publication: Publication
    offline: bool = False

    def render(self, page: Page) -> Rendered:
        """Render `page` in its language."""
        settings = self.publication.catalog.settings
        env = environment(page.language)
        words = Words(settings, page.language, Links(page=page.address, offline=self.offline))
        context = {
            **words.context(),
            **self._shown(page),
            "page": page,
            "address": address,
            "publication": self.publication,
            "settings": settings,
            "State": State,
            "ChangeLevel": ChangeLevel,
        }
        template = env.get_template(_TEMPLATES[type(page)])
        module = template.make_module(context)
        title = str(module.title).strip()  # type: ignore[attr-defined]
        description = str(module.description).strip()  # type: ignore[attr-defined]
        return Rendered(
            title=title,
            head=head_of(page, title, self.publication, description),
            content=str(module),
            contents=self._contents(page),
        )

    def _shown(self, page: Page) -> dict[str, Any]:
        """Make what the template of `page` shows besides the page itself."""
        if isinstance(page, PolicyPage | VersionPage):
            return {"text": self._text(page.edition) if page.edition else None}
        if isinstance(page, RedlinePage):
            return {"redline": self._redline(page.editions)}
        if isinstance(page, SincePage):
            return {"redlines": self._since(page)}
        return {}

    def _text(self, edition: Edition) -> Markup:
        # Markup: the fragment comes from the one renderer, with HTML off, and has passed the sanitiser.
        return Markup(passed(to_html(edition.text), Place(path=edition.source.path)))  # noqa: S704

    def _redline(self, editions: tuple[Edition, Edition]) -> dict[str, Any]:
        old, new = editions
        found = self.publication.texts.redline(old, new)
        return {
            "value": found,
            "summary": new.summary,
            # Markup: written by our own renderer, which escapes every word of both texts.
            "html": Markup(redline_html.to_html(found)),  # noqa: S704
            "sentences": sentences.to_sentences(found),
        }

    def _since(self, page: SincePage) -> list[dict[str, Any]]:
        start = page.version.edition(page.language)
        targets = [page.current] if page.current and page.current.seq > page.version.seq else []
        rows = []
        for target in [*targets, *(version for version in page.announced if version.seq > page.version.seq)]:
            edition = target.edition(page.language)
            if start and edition:
                rows.append({"version": target, **self._redline((start, edition))})
        return rows

    def _contents(self, page: Page) -> str:
        if not isinstance(page, PolicyPage | VersionPage) or page.edition is None:
            return ""
        headings = [h for h in self.publication.texts.document(page.edition).headings if 1 < h.level < 4]
        items = (f'<li><a href="#{escape(h.id)}">{escape(h.text)}</a></li>' for h in headings)
        return f"<ul>{''.join(items)}</ul>" if headings else ""
