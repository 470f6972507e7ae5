"""Detect files of docs/ that would use a path of the book.

Invariants: no file of docs/ is published at or below the path of a policy, or in place of a file that the build writes.
Paths are compared case-insensitively, since many file systems and some hosts ignore case.
"""

from __future__ import annotations

from collections.abc import Iterable

from inforce import address
from inforce.errors import LayoutError, Place
from inforce.publication import Publication
from inforce.site.build.assemble import issued_addresses

_PLACES = (address.VECTORS, address.MANIFEST_SCHEMA, address.BROWSER, address.MANIFESTS)
_FOLDERS = frozenset(name.partition("/")[0] for name in _PLACES)


def refuse_taken(publication: Publication, files: Iterable[tuple[str, str]]) -> None:
    """Raise LayoutError for the first of `files` that uses a path of the book.

    `files` are paths in docs/ and in the site, such as (`faq.md`, `faq/index.html`).
    """
    policies = {policy.id for policy in publication.catalog}
    own = {place.casefold() for place in issued_addresses(publication)} | {address.FEED}
    own |= {f"{page.address}index.html".casefold() for page in publication.living_pages()}
    for source, place in files:
        folded = place.casefold()
        first, below, _ = folded.partition("/")
        name = first if below else first.removesuffix(".html")
        if name in policies or (below and name in _FOLDERS) or folded in own:
            shown = place.removesuffix("index.html")
            problem = f"takes the address “/{shown}”, which belongs to the book"
            fix = f"rename it; the book uses all addresses below {_names(sorted(policies | _FOLDERS))}"
            raise LayoutError(Place(path=f"docs/{source}"), problem, fix, rule="PATH-collision")


def _names(names: list[str]) -> str:
    return ", ".join(f"“/{name}/”" for name in names[:12]) + (" and others" if len(names) > 12 else "")
