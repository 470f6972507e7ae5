"""The input of the checks: a book with its files, dismissals and history.

Invariants: git is used only for texts of the lock or a base branch; without git, changes of published texts are still
found, but without a comparison of the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from inforce.book.git import History, open_history
from inforce.book.paths import BOOK
from inforce.book.read import LARGEST, Reading, parse_book
from inforce.book.yaml import parse_yaml
from inforce.checks import CATALOGUE, Book, Dismissals, examine
from inforce.cli.console import Screen
from inforce.cli.findings import show
from inforce.disk import read_regular
from inforce.errors import (
    BookError,
    CatalogError,
    FrontMatterError,
    LayoutError,
    Place,
    ShapeError,
    SignatureError,
    quoted,
    sentence,
)
from inforce.fields import Fields, Source
from inforce.policy.catalog import Catalog
from inforce.policy.lock import Lock
from inforce.text import Digest

CHANGED_HISTORY = 3
_DISMISSALS = f"{BOOK}/dismissals.yml"
_DOCS = "docs"


def book_of(root: Path, reading: Reading, base: str | None = None) -> Book:
    """Return the book in `root`, read as `reading`, with the book of the commit `base` for comparison.

    The comparison uses the merge base, so that later merges into `base` do not appear as changes of this branch.
    HistoryError if the commit is not in this clone.
    """
    history = open_history(root)
    dismissals, faults = _dismissals(root)
    compared = _base(history, base) if base else None
    return Book(
        catalog=reading.catalog,
        lock=reading.lock,
        faults=(*reading.faults, *_unusable_keys(reading.catalog), *faults),
        base=compared,
        base_ref=base or "HEAD",
        published=history.texts_of(_lost(reading.catalog, reading.lock)),
        dismissals=dismissals,
        pages=_pages(root),
    )


def refuse_changed_history(root: Path, reading: Reading, now: datetime) -> None:
    """Exit with code 3 and the findings if the book in `root` at `now` changes published history."""
    rules = tuple(rule for rule in CATALOGUE.values() if rule.history)
    report = examine(book_of(root, reading), now, rules)
    if report.changes_history:
        screen = Screen(errors=True)
        show(screen, report)
        screen.say("Nothing was done: published history would change.")
        raise click.exceptions.Exit(CHANGED_HISTORY)


def _unusable_keys(catalog: Catalog | None) -> Iterator[BookError]:
    """Yield an error for each key in book.yml that cannot verify a signature."""
    listed = catalog.settings.signing if catalog else ()
    if not listed:
        return
    from inforce.signing import PublicKey  # unsigned books do not need the signing libraries

    for index, key in enumerate(listed):
        try:
            PublicKey.from_jwk(key.public, key.kid)
        except SignatureError as cause:
            problem = f"“signing[{index}]”, the key {quoted(key.kid)}, cannot be used: {cause}"
            fix = "copy the entry that “inforce keygen” printed, or create a new key pair with it"
            yield CatalogError(Place(path=f"{BOOK}/book.yml"), problem, fix, rule="META-field")


def _base(history: History, ref: str) -> Book | None:
    """Return the book of the commit `ref`; None if it has none."""
    listing = history.listing(history.merge_base(ref) or ref)
    if not listing:
        return None
    reading = parse_book(listing)
    return Book(catalog=reading.catalog, lock=reading.lock, faults=reading.faults)


def _pages(root: Path) -> frozenset[str]:
    """Return the first path segments of the site's own pages in `docs/`."""
    folder = root / _DOCS
    files = folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ()
    return frozenset(file.name.removesuffix(".md") for file in files if not file.name.startswith("."))


def _lost(catalog: Catalog | None, lock: Lock) -> Iterator[Digest]:
    """Yield the digests of locked texts that were changed in the book."""
    for policy_id, entries in lock.entries.items():
        policy = catalog.find(policy_id) if catalog else None
        for label, entry in entries.items():
            version = policy.version(label) if policy else None
            for language, digest in entry.digests.items():
                edition = version.edition(language) if version else None
                if edition and edition.digest != digest:
                    yield digest


def _dismissals(root: Path) -> tuple[Dismissals, tuple[BookError, ...]]:
    """Return the dismissals, and a fault if they cannot be read."""
    file = root / _DISMISSALS
    if fault := _unfit(file):
        return Dismissals(), (fault,)
    # Links and special files are reported with the rest of the book.
    if file.is_symlink() or not file.is_file():
        return Dismissals(), ()
    source = Source(path=_DISMISSALS)
    try:
        data, lines = parse_yaml(read_regular(file).decode().removeprefix("\ufeff"), _DISMISSALS)
        source = Source(path=_DISMISSALS, lines=lines)
        return Dismissals.from_shape(Fields(data or {}), source), ()
    except UnicodeDecodeError as cause:
        fault = FrontMatterError(Place(path=_DISMISSALS), f"is not UTF-8 at byte {cause.start}", rule="ENC-utf8")
    except FrontMatterError as cause:
        fault = cause
    except ShapeError as cause:
        fault = CatalogError(source.place(cause.path), sentence(f"“{cause.path}”", cause.problem), cause.fix)
    return Dismissals(), (fault,)


def _unfit(file: Path) -> BookError | None:
    """Return an error if `file` is a folder or too long."""
    place = Place(path=_DISMISSALS)
    if file.is_symlink():
        return None
    if file.is_dir():
        return LayoutError(place, "is not expected here", "put a file of this name there", rule="PATH-unexpected")
    if file.is_file() and (size := file.stat().st_size) > LARGEST:
        problem = f"is {size:,} bytes long, more than the {LARGEST:,} such a file may have"
        return LayoutError(place, problem, "split its content", rule="PATH-size")
    return None
