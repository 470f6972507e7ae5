"""Build a site: the one function that the command line calls for it.

>>> build_site(BuildOptions(root=root, site=folder, cache=cache, now=now))  # doctest: +SKIP

Invariants: the site is byte for byte equal to the result of `mkdocs build`, which runs only if its part of the work is
not cached; a folder with an earlier site is updated, so that the time depends on the changes.
Not responsible for: replacing a published site; the caller does that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inforce.disk import system_refusal
from inforce.errors import SetupError
from inforce.publication import Publication
from inforce.site.book import publication_of, read_publication
from inforce.site.build.assemble import CACHE_BYTES
from inforce.site.build.cache import Cache, renderer_fingerprint
from inforce.site.build.incremental import collect_rarely, compose, write_issued
from inforce.site.build.options import BuildOptions, Listener, ignore
from inforce.site.build.sync import PUBLIC_UMASK, settle
from inforce.site.mkdocs.generator import run_generator
from inforce.site.mkdocs.prebuild import Configuration, request_of


def build_site(
    options: BuildOptions,
    *,
    progress: Callable[[int, int], object] = ignore,
    tell: Callable[[str, str], object] = ignore,
) -> None:
    """Update the folder `options.site`, which exists, to the site of the book.

    `progress` receives the numbers of finished and of all pages, `tell` the level and the text of each message; both
    are silent by default. Raise InforceError if the site cannot be built, GeneratorError after telling the reason.
    """
    listener = Listener(progress=progress, tell=tell)
    collect_rarely()
    try:
        with _public_files():
            configuration = Configuration.of(options)
            if configuration.simple:
                _update(options, configuration, listener)
            else:
                run_generator(request_of(options, str(options.site)), listener.tell, listener.progress)
    except OSError as problem:
        raise SetupError(system_refusal(problem, f"the site or its cache {options.cache.folder}")) from problem


def _update(options: BuildOptions, configuration: Configuration, listener: Listener) -> None:
    cache = Cache(options.cache)
    publication = _publication(options, configuration, listener)
    for last in (False, True):
        files = compose(options, configuration, publication, cache, renderer_fingerprint(), listener)
        try:
            settle(options.site, files, cache)
            break
        except LookupError:  # another process emptied the cache just now
            if last:
                raise
            cache.refresh()
    write_issued(options, publication, files, listener)
    cache.prune(CACHE_BYTES)


def _publication(options: BuildOptions, configuration: Configuration, listener: Listener) -> Publication:
    if options.catalog is not None and options.now is not None:
        return publication_of(options.catalog, options.now, options.evidence)
    return read_publication(options.root, configuration.clock, listener.warn, signing=bool(options.keys))


@contextmanager
def _public_files() -> Iterator[None]:
    """Make new files readable by a web server while the block runs."""
    before = os.umask(PUBLIC_UMASK)
    try:
        yield
    finally:
        os.umask(before)
