"""Update a folder incrementally: unchanged files are neither read nor rendered again.

Invariants: after each update the folder contains the same site as a full build at that instant.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from inforce import pdf
from inforce.book.files import cache_folder
from inforce.book.read import ParseCache
from inforce.publication import Publication
from inforce.site.book import read_publication
from inforce.site.build import assemble
from inforce.site.build.cache import Cache, renderer_fingerprint
from inforce.site.build.page_groups import BuildIndex
from inforce.site.build.parallel import Files, Progress, Work
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
    """Updates the folder `site` from the book next to the MkDocs `configuration`."""

    def __init__(self, configuration: Path, module: str, site: Path) -> None:
        """Set the generator `module`; this builds nothing."""
        self._path, self._module, self._site = configuration, module, site
        self._root = configuration.resolve().parent
        self._cache = Cache(cache_folder(self._root))
        self._renderer_fingerprint = renderer_fingerprint()
        self._memory = ParseCache()
        self._shelves = BuildIndex(self._cache)
        self._files: Files | None = None

    def make(self) -> int:
        """Update the folder and return the number of changed files; raise the errors of a build."""
        configuration = Configuration.read(self._path)
        publication = read_publication(self._root, os.environ, configuration.at, warn, memory=self._memory)
        self._shelves.begin()
        files = compose(
            configuration,
            publication,
            self._cache,
            self._renderer_fingerprint,
            self._module,
            _silent,
            memory=self._shelves,
        )
        self._site.mkdir(parents=True, exist_ok=True)
        if self._files is None:
            settle(self._site, files, self._cache)
            changed = files
        else:
            changed = {place: key for place, key in files.items() if self._files.get(place) != key}
            drop(self._site, self._files.keys() - files.keys())
            add(self._site, changed, self._cache)
        self._files = files
        write_issued(self._site, publication, files, keyless=True)  # a preview is never published
        return len(changed)


def compose(
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    module: str,
    progress: Progress,
    *,
    memory: BuildIndex | None = None,
) -> Files:
    """Render the files of `publication` that `cache` lacks; return the keys of all its files by path.

    `memory` is the state of the previous call. Each cache entry is checked against its seal; altered ones are rendered
    again.
    """
    assemble.check_manifest_size(publication, warn)

    def make() -> Files:
        return _composed(configuration, publication, cache, renderer_fingerprint, module, progress, memory)

    return assemble.make_genuine(make, cache)


def _composed(
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    renderer_fingerprint: str,
    module: str,
    progress: Progress,
    memory: BuildIndex | None,
) -> Files:
    if configuration.pdf:
        pdf.require()
    built = scaffold(configuration, publication, cache, renderer_fingerprint, module)
    settings = publication.catalog.settings
    renderer = Renderer(settings=settings, offline=configuration.offline, pdf=configuration.pdf)
    work = Work.of(publication, renderer, Shells(cache, built), cache, renderer_fingerprint, memory)
    files = assemble.composed(work, built, progress)
    # Only the pages of docs/ are checked; all others have no handwritten links.
    pages = [place for place, key in built.items() if place.endswith(".html") and files.get(place) == key]
    there = files.keys() | assemble.issued_addresses(publication)
    base = urlsplit(configuration.site_url or settings.site).path or "/"
    docs = configuration.path.parent / "docs"
    refuse_dead_links(docs, base, pages, there, lambda page: links_in_cache(cache, files[page]))
    return files


def write_issued(site: Path, publication: Publication, files: Iterable[str], *, keyless: bool) -> None:
    """Write the files with the time of the build into `site`; `files` and `keyless` are as for
    `assemble.write_manifest`.
    """
    assemble.write_files(site, publication)
    assemble.write_manifest(site, publication, files, os.environ, warn, keyless=keyless)


def warn(sentence: str) -> None:
    """Print `sentence` as a warning of the build."""
    print(f"WARNING -  {sentence}")


def _silent(_done: int, _total: int) -> None:
    """Do nothing."""
