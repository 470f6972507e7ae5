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
from inforce.site.build.incremental import SiteBuilder, collect_rarely
from inforce.site.build.options import BuildOptions, Listener, ignore
from inforce.site.build.sync import PUBLIC_UMASK
from inforce.site.mkdocs.generator import run_generator
from inforce.site.mkdocs.prebuild import Configuration, request_of


def build_site(
    options: BuildOptions,
    *,
    progress: Callable[[int, int], object] = ignore,
    tell: Callable[[str, str], object] = ignore,
) -> None:
    """Update the folder `options.site` to the site of the book.

    `progress` receives the numbers of finished and of all pages, `tell` the level and the text of each message; by
    default nothing is reported. Raise InforceError if the site cannot be built, GeneratorError after its reason was
    reported.
    """
    listener = Listener(progress=progress, tell=tell)
    collect_rarely()
    try:
        with _public_files():
            configuration = Configuration.of(options)
            if configuration.simple:
                builder = SiteBuilder(options, listener)
                builder.make()
                builder.prune()
            else:
                run_generator(request_of(options, str(options.site)), listener.tell, listener.progress)
    except OSError as problem:
        raise SetupError(system_refusal(problem, f"the site or its cache {options.cache.folder}")) from problem


@contextmanager
def _public_files() -> Iterator[None]:
    """Set the umask so that a web server can read new files, and restore it after the block."""
    before = os.umask(PUBLIC_UMASK)
    try:
        yield
    finally:
        os.umask(before)
