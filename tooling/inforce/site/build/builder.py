"""Build a site and run MkDocs only if its part of the work is not cached: `python -m inforce.site.build`.

Invariants: the site is byte for byte equal to the result of `mkdocs build`; a folder with an earlier site is updated,
so that the time depends on the changes. Not responsible for: replacing a published site; the caller does that.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import sys
from pathlib import Path

from inforce.book.files import cache_folder
from inforce.clock import AT
from inforce.disk import system_refusal
from inforce.errors import InforceError, SetupError
from inforce.instant import format_instant
from inforce.publication import Publication
from inforce.site.book import publication_of, read_publication
from inforce.site.build.assemble import CACHE_BYTES
from inforce.site.build.cache import Cache, renderer_fingerprint
from inforce.site.build.incremental import collect_rarely, compose, warn, write_issued
from inforce.site.build.sync import PUBLIC_UMASK, settle
from inforce.site.mkdocs.prebuild import GENERATOR, Configuration, ScaffoldError

_ENVIRONMENT = 4


def main(words: list[str]) -> int:
    """Build the site with the arguments `words`; return exit code 0, or 1 or 4 after printing the reason on stdout like
    MkDocs.
    """
    parser = argparse.ArgumentParser(prog="inforce.site.build")
    parser.add_argument("module", help="the generator: mkdocs or properdocs")
    parser.add_argument("--config-file", type=Path, required=True)
    parser.add_argument("--site-dir", type=Path)
    parser.add_argument("--given", action="store_true", help="read folder and book from stdin (parent process)")
    arguments = parser.parse_args(words)
    os.umask(PUBLIC_UMASK)
    collect_rarely()
    where = cache_folder(arguments.config_file.resolve().parent)
    try:
        configuration = Configuration.read(arguments.config_file)
        cache = Cache(where)  # scanned while the parent process still reads the book
        site, publication = _given() if arguments.given else (arguments.site_dir, None)
        if not configuration.simple:
            rest = [arguments.module, "build", "--config-file", str(arguments.config_file), "--site-dir", str(site)]
            os.execv(sys.executable, [sys.executable, "-P", "-m", GENERATOR, *rest])  # noqa: S606 - the same process
        build(configuration, publication or _read(configuration), site, arguments.module, cache)
    except (EOFError, pickle.UnpicklingError):
        return 1  # the book was rejected, so no site is built
    except ScaffoldError as refusal:
        return refusal.code
    except InforceError as refusal:
        print(f"ERROR   -  {refusal}")
        return _ENVIRONMENT if isinstance(refusal, SetupError) else 1
    except OSError as problem:
        print(f"ERROR   -  {system_refusal(problem, f'the site or its cache {where}')}")
        return _ENVIRONMENT
    return 0


def _read(configuration: Configuration) -> Publication:
    return read_publication(configuration.path.resolve().parent, os.environ, configuration.at, warn)


def _given() -> tuple[Path, Publication]:
    """Return the folder and the book sent by the parent process, which is faster than reading thousands of texts
    again.
    """
    gc.disable()  # all objects of a book stay alive, so garbage collection finds nothing
    site, catalog, now, evidence = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    gc.freeze()
    gc.enable()
    os.environ[AT] = format_instant(now)  # for MkDocs, if it has to run
    return Path(site), publication_of(catalog, now, evidence)


def build(configuration: Configuration, publication: Publication, site: Path, module: str, cache: Cache) -> None:
    """Update the folder `site` to `publication`; `configuration` and `cache` are next to the book."""
    for last in (False, True):
        files = compose(configuration, publication, cache, renderer_fingerprint(), module, tell_progress)
        try:
            settle(site, files, cache)
            break
        except LookupError:  # another process emptied the cache just now
            if last:
                raise
            cache.refresh()
    write_issued(site, publication, files, keyless=bool(os.environ.get("INFORCE_SITE_KEYLESS")))
    cache.prune(CACHE_BYTES)


def tell_progress(finished: int, total: int) -> None:
    """Print how many of `total` pages are rendered; the caller can show it as a progress bar."""
    print(f"INFO    -  made {finished} of {total} pages", flush=True)
