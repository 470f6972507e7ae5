"""Update a folder incrementally: unchanged files are neither read nor rendered again.

Invariants: after each update the folder contains the same site as a full build at that instant.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from inforce import pdf
from inforce.book.read import ParseCache
from inforce.publication import Publication
from inforce.site.book import read_publication
from inforce.site.build import assemble
from inforce.site.build.cache import Cache, renderer_fingerprint
from inforce.site.build.options import BuildOptions, Listener
from inforce.site.build.page_groups import BuildIndex
from inforce.site.build.parallel import Files, Work
from inforce.site.build.sync import add, drop, settle
from inforce.site.doc_links import links_in_cache, refuse_dead_links
from inforce.site.mkdocs.page_template import Shells
from inforce.site.mkdocs.prebuild import Configuration, scaffold
from inforce.site.renderer import Renderer

# Rendering creates few reference cycles; the default GC thresholds cost 10 % of build time.
_RARELY = (100_000, 20, 100)


def collect_rarely() -> None:
    """Raise the garbage collection thresholds of this process."""
    gc.set_threshold(*_RARELY)


class SiteBuilder:
    """Updates the folder of the `options` from the book; its site is a preview, so it can be unsigned."""

    def __init__(self, options: BuildOptions, listener: Listener) -> None:
        """Report to `listener`; this builds nothing."""
        self._options, self._listener = replace(options, unsigned=True), listener
        self._cache = Cache(options.cache)
        self._renderer_fingerprint = renderer_fingerprint()
        self._memory = ParseCache()
        self._shelves = BuildIndex(self._cache)
        self._files: Files | None = None

    def make(self) -> int:
        """Update the folder and return the number of changed files; raise the errors of a build."""
        options = self._options
        configuration = Configuration.of(options)
        publication = read_publication(
            options.root,
            configuration.clock,
            self._listener.warn,
            signing=bool(options.keys),
            memory=self._memory,
        )
        self._shelves.begin()
        files = compose(
            options,
            configuration,
            publication,
            self._cache,
            self._renderer_fingerprint,
            self._listener,
            memory=self._shelves,
        )
        options.site.mkdir(parents=True, exist_ok=True)
        if self._files is None:
            settle(options.site, files, self._cache)
            changed = files
        else:
            changed = {place: key for place, key in files.items() if self._files.get(place) != key}
            drop(options.site, self._files.keys() - files.keys())
            add(options.site, changed, self._cache)
        self._files = files
        write_issued(options, publication, files, self._listener)
        return len(changed)


def compose(
    options: BuildOptions,
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    listener: Listener,
    *,
    memory: BuildIndex | None = None,
) -> Files:
    """Render the files of `publication` that `cache` lacks; return the keys of all its files by path.

    `memory` is the state of the previous call. Each cache entry is checked against its seal; altered ones are rendered
    again.
    """
    assemble.check_manifest_size(publication, listener.warn)

    def make() -> Files:
        return _composed(options, configuration, publication, cache, renderer_fingerprint, listener, memory)

    return assemble.make_genuine(make, cache)


def _composed(
    options: BuildOptions,
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    listener: Listener,
    memory: BuildIndex | None,
) -> Files:
    if configuration.pdf:
        pdf.require()
    built = scaffold(options, configuration, publication, cache, renderer_fingerprint, listener)
    settings = publication.catalog.settings
    renderer = Renderer(settings=settings, offline=configuration.offline, pdf=configuration.pdf)
    work = Work.of(publication, renderer, Shells(cache, built), cache, renderer_fingerprint, memory)
    files = assemble.composed(work, built, listener.progress)
    # Only the pages of docs/ are checked; all others have no handwritten links.
    pages = [place for place, key in built.items() if place.endswith(".html") and files.get(place) == key]
    there = files.keys() | assemble.issued_addresses(publication)
    base = urlsplit(configuration.site_url or settings.site).path or "/"
    docs = configuration.path.parent / "docs"
    refuse_dead_links(docs, base, pages, there, lambda page: links_in_cache(cache, files[page]))
    return files


def write_issued(options: BuildOptions, publication: Publication, files: Iterable[str], listener: Listener) -> None:
    """Write the files with the time of the build into the folder of `options`; `files` are the paths of all others."""
    assemble.write_files(options.site, publication)
    assemble.write_manifest(options.site, publication, files, options.keys, listener.warn, keyless=options.unsigned)
