"""Assemble the site: fill shells, write files and omit the scaffold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from inforce import address
from inforce.errors import ManifestError, SetupError
from inforce.language import Language
from inforce.manifest import Size, size_of
from inforce.manifest.words import signed_path
from inforce.publication import Publication
from inforce.publication.change_summary import Steps
from inforce.signing import PrivateKey, PublicKey, issue
from inforce.site import search
from inforce.site.build.cache import Cache, key_of
from inforce.site.build.parallel import Files, Progress, Work, make_pages
from inforce.site.build.sync import write
from inforce.site.histories import make_histories, published_steps
from inforce.site.mkdocs.page_template import FOLDER, SHELL_DEPTHS, shell_path
from inforce.site.mkdocs.theme import ASSET_FOLDER, ASSETS, SEARCH
from inforce.site.version_digests import make_version_digests, unknown_digests, versions_digests

_TRIES = 5
# The package and the name of each file of conformance vectors.
_VECTORS = {
    address.VECTORS: ("inforce.acceptance", "vectors.json"),
    address.ENVELOPE_VECTORS: ("inforce.signing", "vectors.json"),
    address.STATE_VECTORS: ("inforce.client", "state_vectors.json"),
    address.HISTORY_VECTORS: ("inforce.client", "history_vectors.json"),
}
CACHE_BYTES = 4_000_000_000


def assets() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each of our style sheets and scripts."""
    places = {f"{ASSET_FOLDER}/{name}": name for name in ASSETS} | {SEARCH: "search.js"}
    for place, name in places.items():
        yield place, (resources.files("inforce.site") / "assets" / name).read_text("utf-8")


def browser_files() -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of each browser file for apps, and of the list with their digests."""
    folder = resources.files("inforce.site") / "browser"
    for name in ("files.json", *json.loads((folder / "files.json").read_text("utf-8"))["files"]):
        yield f"{address.BROWSER}/{name}", folder.joinpath(*name.split("/")).read_bytes()


def composed(work: Work, built: Files, progress: Progress) -> Files:
    """Render every page of `work`; return the cache keys of all files of the site by path.

    `built` are the keys of the files that MkDocs built: shells are left out, and our entries are added to its search
    index. Files that contain the time of the build are not included (see `write_files`).
    """
    pages = make_pages(work, progress)
    search_entries = {
        place: pages.pop(place) for place in [place for place in pages if place.startswith(f"{search.INDEX}#")]
    }
    for key in (*built.values(), *search_entries.values()):
        work.cache.use(key)  # also the entries that are not files of the site
    theirs = {place: key for place, key in built.items() if not place.startswith(f"{FOLDER}/")}
    theirs.pop(address.SITEMAP, None)
    steps = published_steps(work, pages)
    files = theirs | pages | make_histories(work, steps) | _feed_files(work, steps) | make_version_digests(work, pages)
    if search.INDEX in files:
        whole = _index(work.cache, built[search.INDEX], [search_entries[place] for place in sorted(search_entries)])
        files |= {search.TEXTS: whole, search.INDEX: _index_without_texts(work.cache, whole)}
    return files


def make_genuine(make: Callable[[], Files], cache: Cache) -> Files:
    """Return the result of `make` after checking each of these entries in `cache` against its seal.

    Altered entries are removed, and `make` is called again.
    """
    for _ in range(_TRIES):
        try:
            files = make()
        except LookupError:  # `make` read a missing or altered entry; check all others too
            cache.reject_altered(cache.keys())
            continue
        if not cache.reject_altered(files.values()):
            return files
    message = f"{cache.folder} changes while it is used: set INFORCE_CACHE to a folder that no other program writes to"
    raise SetupError(message)


def _feed_files(work: Work, steps: Steps) -> Files:
    """Create the files that summarise the changes of the redlines; return their keys by path."""
    files: Files = {}
    for file in work.publication.feeds(steps):
        files[file.address] = key = key_of("file", file.key_parts, work.renderer_fingerprint)
        if not work.cache.contains(key):
            work.cache.put(key, file.make())
    return files


def _index(cache: Cache, built: str, entries: list[str]) -> str:
    """Return the key of the search index of `built` with the entries under the keys `entries`."""
    key = key_of("index", built, *entries)
    if not cache.contains(key):
        whole = [cache.require(one) for one in (built, *entries)]
        cache.put(key, search.merged(whole[0], whole[1:]))
    return key


def _index_without_texts(cache: Cache, whole: str) -> str:
    """Return the key of the index that the theme loads with every page: the search settings without entries.

    The entries are in a separate file, which is loaded when a reader starts a search (see assets/search.js).
    """
    key = key_of("index without texts", whole)
    if not cache.contains(key):
        cache.put(key, search.without_texts(cache.require(whole)))
    return key


def shell_paths(publication: Publication) -> dict[str, Language]:
    """Return the shells that `publication` needs, by Markdown file: one per language and folder depth."""
    languages = {
        language for policy in publication.policies for version in policy.versions for language in version.languages
    }
    return {shell_path(str(language), depth): language for language in sorted(languages) for depth in SHELL_DEPTHS}


def write_files(site: Path, publication: Publication) -> None:
    """Write the files of `publication` into `site` that every build writes."""
    for path, (package, name) in _VECTORS.items():
        write(site / path, (resources.files(package) / name).read_bytes())
    for path, content in browser_files():
        write(site / path, content)
    for file in publication.issued_files():
        write(site / file.address, file.make())


def issued_addresses(publication: Publication) -> frozenset[str]:
    """Return the paths of the files that `write_files` and `write_manifest` write."""
    issued = (file.address for file in publication.issued_files())
    manifests = (form for path in publication.manifest_paths for form in (path, signed_path(path)))
    return frozenset({*_VECTORS, *manifests, *issued, *(path for path, _ in browser_files())})


def check_manifest_size(publication: Publication, warn: Callable[[str], object]) -> None:
    """Check the size of each manifest before any page is rendered; call `warn` for one larger than recommended.

    Raise ManifestError if one is larger than the book or a client allows.
    """
    settings, digests = publication.catalog.settings, unknown_digests(publication)
    for path in publication.manifest_paths:
        raw = publication.manifest(digests, path)
        budget = size_of(raw, settings.manifest_bytes, signatures=len(settings.signing), path=path)
        if budget.size is Size.TOO_LARGE:
            raise ManifestError("", budget.sentence)
        if budget.size is Size.LARGE:
            warn(budget.sentence)


def write_manifest(
    site: Path,
    publication: Publication,
    files: Iterable[str],
    keys: Sequence[PrivateKey],
    warn: Callable[[str], object],
    *,
    keyless: bool = False,
) -> None:
    """Write each manifest into `site`, signed with `keys` if the book lists signing keys.

    `files` are the paths of the site's files, from which the digests in the manifest are taken. With `keyless`, for a
    site that is not published as it is, a manifest without a key is left unsigned. Raise SignatureError if a required
    signature cannot be made, and ManifestError if a signed manifest is larger than clients accept;
    `check_manifest_size` checks the limits of the book. The modification time of the files is the instant of issue,
    since many hosts compute the ETag from it.
    """
    settings = publication.catalog.settings
    digests = versions_digests(files)
    named = [PublicKey.from_jwk(key.public, key.kid) for key in settings.signing]
    if keyless and named and not keys:
        warn("no signing key is set, so the manifest is not signed; sign it with “inforce sign” before publication")
        named = []
    issues = [issue(publication.manifest(digests, path), named, keys, path) for path in publication.manifest_paths]
    for path, content in (file for issued in issues for file in issued.files.items()):
        write(site / path, content)
        os.utime(site / path, (publication.now.timestamp(), publication.now.timestamp()))
