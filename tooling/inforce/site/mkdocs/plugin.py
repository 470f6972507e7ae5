"""The MkDocs plugin: reads the book, adds its pages, and writes permanent pages without MkDocs.

Invariants: permanent pages are filled into a shell after the build and do not pass through navigation, search or
Markdown; the plugin imports only `mkdocs.plugins`, `mkdocs.structure.files` and `mkdocs.config`, so that forks of
MkDocs 1.x can run it unchanged.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import escape
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel

from inforce import pdf
from inforce.address import SITEMAP
from inforce.book.git_environment import hidden_git_variables
from inforce.book.user_cache import CachePlace
from inforce.clock import Clock
from inforce.language import Language
from inforce.publication import Page, Publication
from inforce.publication.files.headers import CONTENT_SECURITY_POLICY
from inforce.signing import PrivateKey, private_keys
from inforce.site import search
from inforce.site.book import read_publication
from inforce.site.build import assemble
from inforce.site.build.cache import Cache, renderer_fingerprint
from inforce.site.build.parallel import Work
from inforce.site.build.sync import PUBLIC_UMASK, add
from inforce.site.doc_files import refuse_irregular
from inforce.site.doc_links import links_of, refuse_dead_links
from inforce.site.mkdocs import theme
from inforce.site.mkdocs.config import PluginConfig
from inforce.site.mkdocs.errors import logger, tell_progress, translated
from inforce.site.mkdocs.page_template import FOLDER, Rendered, Shells, gaps
from inforce.site.published_log import log_words, published_size
from inforce.site.renderer import Renderer, has_contents
from inforce.site.taken import refuse_taken

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig


@dataclass(kw_only=True)
class Handed:
    """Options of the command that runs MkDocs; they take precedence over those in mkdocs.yml.

    `at` is an instant or a date. With `unsigned`, a manifest without a key is left unsigned; with `scaffold`, another
    process fills the gaps of the pages. `progress` receives the numbers of finished and of all pages.
    """

    at: str | None = None
    offline: bool = False
    pdf: bool = False
    unsigned: bool = False
    scaffold: bool = False
    progress: Callable[[int, int], object] = tell_progress


class InforcePlugin(BasePlugin[PluginConfig]):
    """Publishes the book next to mkdocs.yml."""

    publication: Publication
    renderer: Renderer

    _keys: tuple[PrivateKey, ...]
    _cache_place: CachePlace
    handed = Handed()
    _serving = False
    _entries: int | None = None

    @classmethod
    def accept(cls, handed: Handed) -> None:
        """Use the options `handed` by the command that started this process."""
        cls.handed = handed
        os.environ["NO_MKDOCS_2_WARNING"] = "true"  # disables the banner of Material about other generators

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Record whether this is a preview or a build."""
        self._serving = command == "serve"
        os.umask(PUBLIC_UMASK)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the book and configure address, theme and navigation for it."""
        root = Path(config.config_file_path).parent
        with translated():
            self._keys = private_keys(os.environ)
            self.publication = self._read(root)
            if not self.handed.scaffold:
                assemble.check_manifest_size(self.publication, logger.warning)
            theme.refuse_other_theme(config)
            self._cache_place = CachePlace.of(root, os.environ)
        offline, with_pdf = self.config.offline or self.handed.offline, self.config.pdf or self.handed.pdf
        with translated():
            if with_pdf:
                pdf.require()
        self.renderer = Renderer(settings=self.publication.catalog.settings, offline=offline, pdf=with_pdf)
        config.site_url = config.site_url or self.publication.catalog.settings.site
        config.use_directory_urls = not offline
        if self.config.nav:
            config.nav = [*self._nav(), *(config.nav or [])] or None
        theme.prepare_theme(config)
        if offline:
            theme.drop_search(config)
        return config

    def _read(self, root: Path) -> Publication:
        clock = Clock.of(os.environ, option=self.handed.at, configured=self.config.at)
        # Only commands of inforce hide the variables that git sets for a hook.
        with hidden_git_variables(os.environ):
            return read_publication(
                root, clock, logger.warning, signing=bool(self._keys), history=not self.handed.scaffold
            )

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the pages that change with time, the shells for permanent pages, and our style sheets and scripts."""
        with translated():
            refuse_irregular(_documents_of(files, config.docs_dir), Path(config.config_file_path).parent)
            self._entries = published_size(Path(config.docs_dir))
            self._living = {f"{page.address}index.md": page for page in self.publication.living_pages()}
            there = [file for file in files if not file.inclusion.is_excluded()]
            refuse_taken(self.publication, ((file.src_uri, file.dest_uri) for file in there))
            self._documents = [file.dest_uri for file in there if file.is_documentation_page()]
            for path, page in self._living.items():
                inclusion = InclusionLevel.INCLUDED if _in_nav(page) else InclusionLevel.NOT_IN_NAV
                files.append(File.generated(config, path, content="", inclusion=inclusion))
        self._shells = assemble.shell_paths(self.publication)
        for path in self._shells:
            files.append(File.generated(config, path, content="", inclusion=InclusionLevel.NOT_IN_NAV))
        for name, content in assemble.assets():
            files.append(File.generated(config, name, content=content))
        return files

    def on_page_markdown(self, markdown: str, *, page: Any, config: MkDocsConfig, files: Files) -> str | None:
        """Return only placeholders for our pages.

        Exclude these pages from the search of MkDocs, since our own code adds their entries.
        """
        path = page.file.src_uri
        if path in self._shells:
            self._fill(page, gaps())
            page.meta["search"] = {"exclude": True}
        elif path in self._living:
            self._fill(page, gaps(contents=has_contents(self._living[path].text)))
            page.meta["search"] = {"exclude": True}
        return None

    def on_page_content(self, html: str, *, page: Any, config: MkDocsConfig, files: Files) -> str | None:
        """Return our HTML for our pages instead of the output of Python-Markdown."""
        rendered: Rendered | None = page.meta.get("inforce")
        return rendered.content if rendered else None

    def on_page_context(self, context: Any, *, page: Any, config: MkDocsConfig, nav: Any) -> Any:
        """Set the theme to the page's language and pass it the content around every page."""
        path = page.file.src_uri
        known = self._living[path].language if path in self._living else self._shells.get(path)
        language = known or self.publication.catalog.settings.languages[0]
        theme.speak(config, language)
        context["inforce"] = self._around(language, page.meta.get("inforce"))
        return context

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        """Pass the content around every page to the 404 page."""
        context["inforce"] = self._around(self.publication.catalog.settings.languages[0], None)
        return context

    def on_post_page(self, assemble: str, *, page: Any, config: MkDocsConfig) -> str:
        """Set the tag (BCP 47) of the language of the interface words instead of the name of Material's translation."""
        path = page.file.src_uri
        language = self._living[path].language if path in self._living else self._shells.get(path)
        return (
            re.sub(r'<html lang="[^"]*"', f'<html lang="{language.interface}"', assemble, count=1)
            if language
            else assemble
        )

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Fill the gaps of all pages and write every file that is not a page."""
        site = Path(config.site_dir)
        (site / f"{SITEMAP}.gz").unlink(missing_ok=True)  # the sitemap of MkDocs, which contains the date of the build
        if self.handed.scaffold:
            return
        with translated():
            self._fill_gaps(site)
            self._refuse_dead_links(site, Path(config.docs_dir), urlsplit(config.site_url or "").path or "/")

    def _fill_gaps(self, site: Path) -> None:
        cache = Cache(self._cache_place)
        ours = [path.removesuffix(".md") + ".html" for path in (*self._shells, *self._living)]
        there = [path for path in (*ours, search.INDEX) if (site / path).is_file()]
        built = {path: cache.keep_content((site / path).read_bytes()) for path in there}
        shells = Shells(cache, built)

        def make() -> dict[str, str]:
            work = Work.of(self.publication, self.renderer, shells, cache, renderer_fingerprint())
            return assemble.composed(work, built, self.handed.progress)

        files = assemble.make_genuine(make, cache)
        add(site, files, cache)
        shutil.rmtree(site / FOLDER, ignore_errors=True)
        assemble.write_files(site, self.publication)
        keyless = self._serving or self.handed.unsigned
        assemble.write_manifest(site, self.publication, files, self._keys, logger.warning, keyless=keyless)
        cache.prune(assemble.CACHE_BYTES)

    def _refuse_dead_links(self, site: Path, docs: Path, base: str) -> None:
        files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        refuse_dead_links(docs, base, self._documents, files, lambda page: links_of((site / page).read_bytes()))

    def on_serve(self, server: Any, *, config: MkDocsConfig, builder: Any) -> Any:
        """Watch the files of the book in addition to those of docs/."""
        server.watch(str(Path(config.config_file_path).parent / "policy_versions"))
        return server

    def _around(self, language: Language, rendered: Rendered | None) -> dict[str, object]:
        disclaimer = self.publication.catalog.settings.disclaimer
        return {
            "rendered": rendered,
            "language": str(language),
            "security_policy": CONTENT_SECURITY_POLICY,
            "disclaimer": disclaimer.get(language) or next(iter(disclaimer.values()), ""),
            "ledger": None if self._entries is None else log_words(self._entries, language),
        }

    def _fill(self, page: Any, rendered: Rendered) -> None:
        page.meta["inforce"] = rendered
        page.meta["title"] = escape(rendered.title)
        page.meta["hide"] = ["toc"] if not rendered.contents else []

    def _nav(self) -> list[dict[str, str]]:
        settings = self.publication.catalog.settings
        language = settings.languages[0]
        entries = [(policy.title(language), f"{policy.id}/index.md") for policy in self.publication.policies]
        # The theme writes titles into HTML without escaping; Markup is not escaped twice.
        return [{escape(title): path} for title, path in [(settings.publisher.name, "index.md"), *entries]]


def _documents_of(files: Files, docs: str) -> Iterator[tuple[str, Path]]:
    """Yield the path in `docs` and the file of each of `files` from this folder, but not those from the theme."""
    for file in files:
        if file.abs_src_path and (path := Path(file.abs_src_path)).is_relative_to(docs):
            yield file.src_uri, path


def _in_nav(page: Page) -> bool:
    """Return whether `page` is in the navigation, which lists some kinds of pages, in the binding language."""
    return page.kind.in_navigation and page.address.count("/") <= 1
