"""Writing the site: shells filled, files written, and nothing of the scaffolding left."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from mkdocs.structure.files import Files

from inforce import address
from inforce.errors import LayoutError, ManifestError, Place
from inforce.language import Language
from inforce.manifest import Size, size_of
from inforce.publication import Publication
from inforce.signing import PublicKey, issue, private_keys
from inforce.site.cache import Cache, key_of, maker
from inforce.site.failure import logger
from inforce.site.histories import published_steps, write_histories
from inforce.site.lasting import Progress, Work, enter_lasting
from inforce.site.material import ASSET_FOLDER, ASSETS, SEARCH
from inforce.site.renderer import Renderer
from inforce.site.shell import FOLDER, SHELL_DEPTHS, Shell, shell_path

_CACHE_BYTES = 4_000_000_000


def assets() -> Iterator[tuple[str, str]]:
    """Give our style and scripts: where each belongs, and its text."""
    places = {f"{ASSET_FOLDER}/{name}": name for name in ASSETS} | {SEARCH: "search.js"}
    for place, name in places.items():
        yield place, (resources.files("inforce.site") / "assets" / name).read_text("utf-8")


def defer_search(site: Path) -> None:
    """Leave in the index that the theme loads with every page of `site` nothing but how to search.

    The texts stand beside it, for whoever begins to search (see assets/search.js).
    """
    index = site / "search" / "search_index.json"
    if index.is_file():
        whole = index.read_bytes()
        write(index.with_name("texts.json"), whole)
        write(index, json.dumps({**json.loads(whole), "docs": []}).encode())


def refuse_taken(files: Files, place: str) -> None:
    """Refuse the page of the book at the address `place` if a page of docs/ already has it."""
    path = f"{place}index.md"
    taken = files.get_file_from_path(path) or files.get_file_from_path(f"{path.removesuffix('/index.md')}.md")
    if taken is not None:
        problem = f"takes the address “/{place}”, which belongs to the book"
        raise LayoutError(Place(path=f"docs/{taken.src_uri}"), problem, "rename the page", rule="PATH-collision")


def write_lasting(site: Path, publication: Publication, renderer: Renderer, cache: Cache, progress: Progress) -> None:
    """Put every page that stays into `site`, in the shell of its language and depth; then drop the shells."""
    shells = {path: Shell.cut(_built(site, path).read_text("utf-8")) for path in shell_paths(publication)}
    work = Work(publication=publication, renderer=renderer, shells=shells, cache=cache, made_by=maker())
    enter_lasting(site, work, progress)
    write_histories(site, work)
    cache.prune(_CACHE_BYTES)
    shutil.rmtree(site / FOLDER, ignore_errors=True)


def shell_paths(publication: Publication) -> dict[str, Language]:
    """List the shells that `publication` needs: one per language and depth of folder, by its Markdown file."""
    languages = {
        language for policy in publication.policies for version in policy.versions for language in version.languages
    }
    return {shell_path(str(language), depth): language for language in sorted(languages) for depth in SHELL_DEPTHS}


def _built(site: Path, path: str) -> Path:
    """Find the page that was built of the Markdown file `path`."""
    return (site / path).with_suffix(".html")


def write_files(site: Path, publication: Publication, cache: Cache) -> None:
    """Write every file of `publication` that is not a page into `site`, beside the comparisons it tells of."""
    (site / f"{address.SITEMAP}.gz").unlink(missing_ok=True)  # MkDocs' own, which names the day of the build
    write(site / address.VECTORS, (resources.files("inforce.acceptance") / "vectors.json").read_bytes())
    made_by = maker()
    for file in publication.files(published_steps(site, publication)):
        if not file.made_of:
            write(site / file.address, file.make())
            continue
        key = key_of("file", file.made_of, made_by)
        if not cache.holds(key):
            cache.keep(key, file.make())
        cache.enter(key, site / file.address)


def write_manifest(site: Path, publication: Publication, environ: Mapping[str, str]) -> None:
    """Write the manifest into `site`, signed with the keys of `environ` where the book promises it.

    SignatureError where a promised signature cannot be made, ManifestError where it is larger than the book allows.
    Its time is the instant it was issued at: many hosts make their ETag of it.
    """
    settings = publication.catalog.settings
    plain = publication.manifest()
    budget = size_of(plain, settings.manifest_bytes)
    if budget.size is Size.TOO_LARGE:
        raise ManifestError("", budget.sentence)
    if budget.size is Size.LARGE:
        logger.warning(budget.sentence)
    named = [PublicKey.from_jwk(key.public, key.kid) for key in settings.signing]
    issued = issue(plain, named, private_keys(environ))
    for path, content in ((address.MANIFEST, issued.plain), (address.SIGNED_MANIFEST, issued.signed)):
        if content is not None:
            write(site / path, content)
            os.utime(site / path, (publication.now.timestamp(), publication.now.timestamp()))


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
