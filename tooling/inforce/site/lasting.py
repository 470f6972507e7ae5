"""Pages that stay, made once: out of the cache where they are, otherwise over all processors.

Keeps true: how many processes there are and what the cache holds changes no byte of the site.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from inforce import address
from inforce.markdown import to_html
from inforce.policy import Policy
from inforce.publication import Page, Publication, Texts
from inforce.site.cache import Cache, key_of
from inforce.site.renderer import Renderer
from inforce.site.shell import Shell, shell_path

_FEW = 48
_CHUNK = 24
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything it takes to make the lasting pages of a book: `shells` by path, `made_by` what makes them."""

    publication: Publication
    renderer: Renderer
    shells: Mapping[str, Shell]
    cache: Cache
    made_by: str

    def keys(self, page: Page) -> dict[str, str]:
        """Name the cache entry of each file of `page`, by its address."""
        shell = self.shell(page)
        base = key_of(page.fingerprint(), self.made_by, self.renderer.fingerprint)
        keys = {f"{page.address}index.html": key_of(base, shell.fingerprint)}
        return keys | {place: key_of(base, place) for place in self.renderer.files_of(page)}

    def make(self, page: Page, texts: Texts) -> None:
        """Render `page` and keep its files."""
        rendered = self.renderer.render(page, texts)
        files = {f"{page.address}index.html": self.shell(page).fill(rendered).encode(), **dict(rendered.files)}
        for place, key in self.keys(page).items():
            self.cache.keep(key, files[place])

    def shell(self, page: Page) -> Shell:
        """Find the shell that `page` is filled into."""
        return self.shells[shell_path(str(page.language), page.address.count("/"))]

    def missing(self, policy: Policy) -> list[int]:
        """List the places of the lasting pages of `policy` that are not all in the cache."""
        pages = enumerate(self.publication.lasting_pages(policy))
        return [place for place, page in pages if not all(map(self.cache.holds, self.keys(page).values()))]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some pages of one policy, by their places among its lasting pages; neighbours share their texts."""

    policy: str
    places: tuple[int, ...]


@dataclass(slots=True)
class _Shared:
    """What a forked process inherits, so that no book has to be sent to it, and what it keeps from chunk to chunk."""

    work: Work | None = None
    texts: Texts = field(default_factory=Texts)


_SHARED = _Shared()


def enter_lasting(site: Path, work: Work, progress: Progress) -> None:
    """Put every lasting page and fragment of `work` into `site`; `progress` is told how many of how many are made."""
    chunks = [chunk for policy in work.publication.policies for chunk in _chunks(policy.id, work.missing(policy))]
    _make(work, chunks, progress)
    for policy in work.publication.policies:
        for page in work.publication.lasting_pages(policy):
            for place, key in work.keys(page).items():
                work.cache.enter(key, site / place)
        _enter_fragments(site, work, policy)


def _chunks(policy: str, missing: list[int]) -> Iterator[_Chunk]:
    for start in range(0, len(missing), _CHUNK):
        yield _Chunk(policy, tuple(missing[start : start + _CHUNK]))


def _make(work: Work, chunks: list[_Chunk], progress: Progress) -> None:
    total = sum(len(chunk.places) for chunk in chunks)
    done = 0
    for count in _made(work, chunks, alone=total <= _FEW or not _can_fork()):
        done += count
        progress(done, total)
    work.cache.refresh()


def _made(work: Work, chunks: list[_Chunk], *, alone: bool) -> Iterable[int]:
    if alone:
        texts = Texts()
        yield from (_make_chunk(work, chunk, texts) for chunk in chunks)
        return
    _SHARED.work = work
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
            for future in as_completed([pool.submit(_make_shared, chunk) for chunk in chunks]):
                yield future.result()
    finally:
        _SHARED.work = None


def _can_fork() -> bool:
    """Whether this process may be copied: only where that is safe, which it is not beside running threads."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


def _make_shared(chunk: _Chunk) -> int:
    if _SHARED.work is None:
        message = "a process was started without its work"
        raise RuntimeError(message)
    return _make_chunk(_SHARED.work, chunk, _SHARED.texts)


def _make_chunk(work: Work, chunk: _Chunk, texts: Texts) -> int:
    wanted = set(chunk.places)
    for place, page in enumerate(work.publication.lasting_pages(work.publication.catalog.policy(chunk.policy))):
        if place in wanted:
            work.make(page, texts)
    return len(chunk.places)


def _enter_fragments(site: Path, work: Work, policy: Policy) -> None:
    for version in policy.public(work.publication.now):
        for edition in version.editions:
            key = key_of("fragment", str(edition.digest), work.made_by)
            if not work.cache.holds(key):
                work.cache.keep(key, to_html(edition.text).encode())
            work.cache.enter(key, site / address.fragment_file(policy, version, edition.language))
