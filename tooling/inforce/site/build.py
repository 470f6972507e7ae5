"""The site made without MkDocs wherever its part of the work is done: `python -m inforce.site.build`.

Keeps true: the site is byte for byte what `mkdocs build` makes of the same book. A folder that holds an earlier site is
brought up to date, so that time goes into what changed. Does not replace a site that is published; its caller does.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from inforce import pdf
from inforce.errors import InforceError
from inforce.site import output
from inforce.site.book import read_publication
from inforce.site.cache import Cache, maker
from inforce.site.lasting import Work
from inforce.site.renderer import Renderer
from inforce.site.scaffold import Configuration, ScaffoldError, scaffold
from inforce.site.shell import Shells
from inforce.site.tree import settle
from inforce.store.files import cache_folder


def main(words: list[str]) -> int:
    """Build the site as `words` say; the exit code is 0, or 1 with the reason on stdout, as MkDocs tells it."""
    parser = argparse.ArgumentParser(prog="inforce.site.build")
    parser.add_argument("module", help="the generator: mkdocs or properdocs")
    parser.add_argument("--config-file", type=Path, required=True)
    parser.add_argument("--site-dir", type=Path, required=True)
    asked = parser.parse_args(words)
    configuration = Configuration.read(asked.config_file)
    if not configuration.simple:
        rest = ["--config-file", str(asked.config_file), "--site-dir", str(asked.site_dir)]
        os.execv(sys.executable, [sys.executable, "-m", asked.module, "build", *rest])  # noqa: S606 - the same process
    try:
        build(configuration, asked.site_dir, asked.module)
    except ScaffoldError as refusal:
        return refusal.code
    except InforceError as refusal:
        print(f"ERROR   -  {refusal}")
        return 1
    return 0


def build(configuration: Configuration, site: Path, module: str) -> None:
    """Bring the folder `site` to what the book beside `configuration` publishes."""
    if configuration.pdf:
        pdf.require()
    root = configuration.path.resolve().parent
    publication = read_publication(root, os.environ.get("INFORCE_AT") or configuration.at)
    cache, made_by = Cache(cache_folder(root)), maker()
    built = scaffold(configuration, publication, cache, made_by, module)
    settings = publication.catalog.settings
    renderer = Renderer(settings=settings, offline=configuration.offline, pdf=configuration.pdf)
    shells = Shells(cache, built)
    work = Work(publication=publication, renderer=renderer, shells=shells, cache=cache, made_by=made_by)
    files = output.composed(work, built, tell_progress)
    settle(site, files, cache)
    output.write_files(site, publication, files)
    keyless = bool(os.environ.get("INFORCE_SITE_KEYLESS"))
    output.write_manifest(site, publication, os.environ, _warn, keyless=keyless)
    cache.prune(output.CACHE_BYTES)


def tell_progress(done: int, total: int) -> None:
    """Say how many of `total` pages are made; whoever runs the build may show it as a bar."""
    print(f"INFO    -  made {done} of {total} pages", flush=True)


def _warn(sentence: str) -> None:
    print(f"WARNING -  {sentence}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
