"""A folder kept up to date with its book: what has been read and made once is not read and made again.

Keeps true: after each time the folder holds the site that a build at that instant makes.
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
from inforce.site.build.cache import Cache, maker
from inforce.site.build.page_groups import BuildIndex
from inforce.site.build.parallel import Files, Progress, Work
from inforce.site.build.sync import add, drop, settle
from inforce.site.doc_links import links_in_cache, refuse_dead_links
from inforce.site.mkdocs.page_template import Shells
from inforce.site.mkdocs.prebuild import Configuration, scaffold
from inforce.site.renderer import Renderer

# Pages are trees and text, of which little is garbage in circles; looking for it as often as Python does costs a tenth.
_RARELY = (100_000, 20, 100)


def collect_rarely() -> None:
    """Let this process look for garbage less often than Python does by itself."""
    gc.set_threshold(*_RARELY)


class SiteBuilder:
    """Brings the folder `site` up to date with the book beside the `configuration` of MkDocs."""

    def __init__(self, configuration: Path, module: str, site: Path) -> None:
        """Take the generator `module`; nothing is made yet."""
        self._path, self._module, self._site = configuration, module, site
        self._root = configuration.resolve().parent
        self._cache = Cache(cache_folder(self._root))
        self._made_by = maker()
        self._memory = ParseCache()
        self._shelves = BuildIndex(self._cache)
        self._files: Files | None = None

    def make(self) -> int:
        """Bring the folder up to date, and give how many files had to change; errors as a build has them."""
        configuration = Configuration.read(self._path)
        publication = read_publication(self._root, os.environ, configuration.at, warn, memory=self._memory)
        self._shelves.begin()
        files = compose(
            configuration, publication, self._cache, self._made_by, self._module, _silent, memory=self._shelves
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
        write_issued(self._site, publication, files, keyless=True)  # nobody publishes what is served here
        return len(changed)


def compose(
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    made_by: str,
    module: str,
    progress: Progress,
    *,
    memory: BuildIndex | None = None,
) -> Files:
    """Make whatever the site of `publication` lacks in `cache`; return the keys of its files by address.

    `memory` is what the last time left of it. Each entry of the cache was compared with its seal; what was altered is
    made again.
    """
    assemble.check_manifest_size(publication, warn)

    def make() -> Files:
        return _composed(configuration, publication, cache, made_by, module, progress, memory)

    return assemble.make_genuine(make, cache)


def _composed(
    configuration: Configuration,
    publication: Publication,
    cache: Cache,
    made_by: str,
    module: str,
    progress: Progress,
    memory: BuildIndex | None,
) -> Files:
    if configuration.pdf:
        pdf.require()
    built = scaffold(configuration, publication, cache, made_by, module)
    settings = publication.catalog.settings
    renderer = Renderer(settings=settings, offline=configuration.offline, pdf=configuration.pdf)
    work = Work.of(publication, renderer, Shells(cache, built), cache, made_by, memory)
    files = assemble.composed(work, built, progress)
    # The composed site has the pages of docs/ as MkDocs built them, and all others in other words.
    pages = [place for place, key in built.items() if place.endswith(".html") and files.get(place) == key]
    there = files.keys() | assemble.issued_addresses(publication)
    base = urlsplit(configuration.site_url or settings.site).path or "/"
    docs = configuration.path.parent / "docs"
    refuse_dead_links(docs, base, pages, there, lambda page: links_in_cache(cache, files[page]))
    return files


def write_issued(site: Path, publication: Publication, files: Iterable[str], *, keyless: bool) -> None:
    """Write into `site` what says when it was issued; `files` and `keyless` are those of `output.write_manifest`."""
    assemble.write_files(site, publication)
    assemble.write_manifest(site, publication, files, os.environ, warn, keyless=keyless)


def warn(sentence: str) -> None:
    """Print `sentence` as a warning of the build."""
    print(f"WARNING -  {sentence}")


def _silent(_done: int, _total: int) -> None:
    """Say nothing."""
