"""Update a folder incrementally: unchanged files are neither read nor rendered again.

Invariants: after each update the folder contains the same site as a full build at that instant.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from urllib.parse import urlsplit

from inforce import pdf
from inforce.book.read import ParseCache
from inforce.publication import Publication
from inforce.site.book import publication_of, read_publication
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
    """Updates the folder of the `options` to the site of the book, each time `make` is called."""

    def __init__(self, options: BuildOptions, listener: Listener) -> None:
        """Store the options and the `listener`; nothing is built yet."""
        self._options, self._listener = options, listener
        self._cache = Cache(options.cache)
        self._renderer_fingerprint = renderer_fingerprint()
        self._memory = ParseCache()
        self._shelves = BuildIndex(self._cache)
        self._files: Files | None = None

    def make(self) -> int:
        """Update the folder and return the number of changed files; raise the errors of a build."""
        configuration = Configuration.of(self._options)
        publication = self._publication(configuration)
        assemble.check_manifest_size(publication, self._listener.warn)
        try:
            changed = self._place(self._compose(configuration, publication))
        except LookupError:  # another process has emptied the cache
            self._cache.refresh()
            self._files = None
            changed = self._place(self._compose(configuration, publication))
        site, files, keys = self._options.site, self._files or {}, self._options.keys
        assemble.write_files(site, publication)
        assemble.write_manifest(site, publication, files, keys, self._listener.warn, keyless=self._options.unsigned)
        return changed

    def prune(self) -> None:
        """Remove the entries of the cache that were not used for the longest time, if it is large."""
        self._cache.prune(assemble.CACHE_BYTES)

    def _publication(self, configuration: Configuration) -> Publication:
        options = self._options
        if options.catalog is not None and options.now is not None:
            return publication_of(options.catalog, options.now, options.evidence)
        signing = bool(options.keys)
        publication = read_publication(
            options.root, configuration.clock, self._listener.warn, signing=signing, memory=self._memory
        )
        if options.address is None:
            return publication
        settings = replace(publication.catalog.settings, site=options.address)
        return replace(publication, catalog=replace(publication.catalog, settings=settings))

    def _place(self, files: Files) -> int:
        """Link `files` into the folder and return the number of those that changed."""
        site = self._options.site
        site.mkdir(parents=True, exist_ok=True)
        if self._files is None:
            settle(site, files, self._cache)
            changed = files
        else:
            changed = {place: key for place, key in files.items() if self._files.get(place) != key}
            drop(site, self._files.keys() - files.keys())
            add(site, changed, self._cache)
        self._files = files
        return len(changed)

    def _compose(self, configuration: Configuration, publication: Publication) -> Files:
        """Render the files of `publication` that the cache lacks; return the keys of all its files by path.

        Each cache entry is checked against its seal; altered ones are rendered again.
        """
        self._shelves.begin()
        return assemble.make_genuine(lambda: self._composed(configuration, publication), self._cache)

    def _composed(self, configuration: Configuration, publication: Publication) -> Files:
        if configuration.pdf:
            pdf.require()
        cache, fingerprint = self._cache, self._renderer_fingerprint
        built = scaffold(self._options, configuration, publication, cache, fingerprint, self._listener)
        settings = publication.catalog.settings
        renderer = Renderer(settings=settings, offline=configuration.offline, pdf=configuration.pdf)
        work = Work.of(publication, renderer, Shells(cache, built), cache, fingerprint, self._shelves)
        files = assemble.composed(work, built, self._listener.progress)
        # Only the pages of docs/ are checked; all others have no handwritten links.
        pages = [place for place, key in built.items() if place.endswith(".html") and files.get(place) == key]
        there = files.keys() | assemble.issued_addresses(publication)
        base = urlsplit(configuration.site_url or settings.site).path or "/"
        docs = configuration.path.parent / "docs"
        refuse_dead_links(docs, base, pages, there, lambda page: links_in_cache(cache, files[page]))
        return files
