"""Pages made once: out of the cache where they are, otherwise over all processors.

Keeps true: how many processes there are and what the cache holds changes no byte of the site. Writes into the cache
only; whoever calls enters what comes back into a site.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import islice

from inforce import address
from inforce.publication import Page, PageKind, Publication, Texts
from inforce.publication.change_summary import Steps
from inforce.publication.pages.current import outlines_of
from inforce.site import search
from inforce.site.build.cache import Cache, CacheEntry, key_of
from inforce.site.build.page_groups import BuildIndex, PageGroup, policy_names, shelves
from inforce.site.mkdocs.page_template import Shells, shell_path
from inforce.site.renderer import Renderer, fragment

_FEW = 48
# Pages of one shelf share texts and most of their blocks, so a shelf is best made by one process; but every process has
# to have something to do.
_SMALLEST_PART, _LARGEST_PART, _PARTS_EACH = 48, 256, 8
_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
_IN_SHELLS = (PageKind.VERSION, PageKind.SINCE, PageKind.REDLINE, PageKind.HISTORY)
Progress = Callable[[int, int], None]
Files = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything it takes to make the pages of a book: the `shells` they are set into, `made_by` what makes them.

    `shelves` are those of the publication, `memory` is what is known of them.
    """

    publication: Publication
    renderer: Renderer
    shells: Shells
    cache: Cache
    made_by: str
    memory: BuildIndex
    shelves: tuple[PageGroup, ...]

    @classmethod
    def of(
        cls,
        publication: Publication,
        renderer: Renderer,
        shells: Shells,
        cache: Cache,
        made_by: str,
        memory: BuildIndex | None = None,
    ) -> Work:
        """Put together what it takes to make the pages of `publication`; `memory` is what the last time left of it."""
        return cls(
            publication=publication,
            renderer=renderer,
            shells=shells,
            cache=cache,
            made_by=made_by,
            memory=memory or BuildIndex(cache),
            shelves=tuple(shelves(publication)),
        )

    def name(self, *parts: str) -> str:
        """Name what is made of the `parts`, and how it is made here."""
        return key_of(*parts, self.made_by, self.renderer.fingerprint)

    def keys(self, page: Page) -> Files:
        """Name the cache entry of each file of `page`, by its address."""
        base = self.name(page.fingerprint())
        keys = {page_file(page.address): key_of(base, self.shells.key(shell_of(page)))}
        keys |= {place: key_of(base, place) for place in self.renderer.files_of(page)}
        if page.kind is PageKind.VERSION and page.text:
            text = page.says["edition"]["file"]
            keys[text] = key_of("text", str(page.text.digest))
            keys[address.fragment_beside(text)] = key_of("fragment", str(page.text.digest), self.made_by)
        if page.kind in search.FOUND:
            keys[search.beside(page)] = key_of(base, "search")
        return keys

    def make(self, page: Page, texts: Texts, steps: Steps | None = None) -> Files:
        """Make the files of `page` that the cache does not hold; give the keys of all of them by address.

        A history is drawn of `steps`.
        """
        keys = self.keys(page)
        if all(map(self.cache.holds, keys.values())):
            return keys
        rendered = self.renderer.render(page, texts, steps)
        files = {page_file(page.address): self.shells.shell(shell_of(page)).fill(rendered).encode()}
        files |= dict(rendered.files)
        if page.kind is PageKind.VERSION and page.text:
            text = page.says["edition"]["file"]
            files[text] = page.text.text.encode()
            files[address.fragment_beside(text)] = fragment(page.text).encode()
        if page.kind in search.FOUND:
            files[search.beside(page)] = search.entries(page, rendered)
        for place, key in keys.items():
            if not self.cache.holds(key):
                self.cache.keep(key, files[place])
        return keys


def shell_of(page: Page) -> str:
    """Name the built file that `page` is set into: one of its own where it changes with time."""
    if page.kind in _IN_SHELLS:
        return shell_path(str(page.language), page.address.count("/")).replace(".md", ".html")
    return page_file(page.address)


def page_file(place: str) -> str:
    """Name the file of the page at the address `place`."""
    return f"{place}index.html"


@dataclass(frozen=True, slots=True)
class _Part:
    """Some pages to be made: places `start` to `stop` among those of the shelf `shelf`, or of the living pages (None).

    Neighbours share their texts, so they are made together.
    """

    shelf: int | None
    start: int
    stop: int


@dataclass(slots=True)
class _Task:
    """What there is to do: `shelves` that the cache does not know, `living` pages."""

    work: Work
    shelves: list[PageGroup]
    living: list[Page]
    texts: Texts = field(default_factory=Texts)

    def parts(self) -> Iterator[_Part]:
        """Divide everything into parts, each large enough to be worth a process of its own."""
        counts = dict(enumerate(map(self.count, self.shelves)))
        fair = (sum(counts.values()) + len(self.living)) // (_PARTS_EACH * _processors())
        size = max(_SMALLEST_PART, min(fair, _LARGEST_PART))
        for number, count in counts.items():
            yield from _divided(number, count, size)
        yield from _divided(None, len(self.living), _SMALLEST_PART)

    def count(self, shelf: PageGroup) -> int:
        """Count the pages on `shelf`."""
        publication, language = self.work.publication, shelf.language
        versions = sum(language in one.languages for one in shelf.policy.public(publication.now))
        pairs = publication.pairs(shelf.policy)
        return 2 * versions + sum(language in old.languages and language in new.languages for old, new in pairs)

    def make(self, part: _Part) -> Files:
        """Make the pages of `part`."""
        if part.shelf is None:
            pages: Iterable[Page] = self.living
        else:
            shelf = self.shelves[part.shelf]
            pages = self.work.publication.lasting_pages(shelf.policy, shelf.language)
        files: Files = {}
        for page in islice(pages, part.start, part.stop):
            files |= self.work.make(page, self.texts)
        return files


def make_pages(work: Work, progress: Progress) -> Files:
    """Make every page of `work` that the cache does not hold; give the keys of all files of pages by address.

    `progress` is told how many of how many pages have been seen to. Histories are made later, of what is made here.
    """
    files: Files = {}
    unknown: list[PageGroup] = []
    names: list[str] = []
    for shelf in work.shelves:
        name = work.name(shelf.name, *work.shells.keys_in(shelf.language))
        known = work.memory.recall(name)
        if known is None:
            unknown.append(shelf)
            names.append(name)
        else:
            files |= known
    living, missing = _living(work, files)
    made = _make(_Task(work, unknown, missing), progress)
    for number, name in enumerate(names):
        work.memory.remember(name, made.get(number, {}))
    for name, keys in living.items():
        work.memory.remember(name, keys)
    for some in made.values():
        files |= some
    return files


def _living(work: Work, files: Files) -> tuple[dict[str, Files], list[Page]]:
    """Add the keys of pages that change with time to `files`; give those to be remembered by name, and what is missing.

    What is known of a policy by name is not looked at page by page.
    """
    unknown: dict[str, Files] = {}
    missing: list[Page] = []
    publication, names = work.publication, policy_names(work.shelves)
    _look_for(work, publication.home(), files, missing)
    for policy in publication.policies:
        shells = [work.shells.key(page_file(one.address)) for one in outlines_of(policy, publication.now)]
        name = work.name("living", names[policy.id], *shells)
        known = work.memory.recall(name)
        if known is None:
            known = unknown[name] = {}
            for page in publication.living_pages_of(policy):
                _look_for(work, page, known, missing)
        files |= known
    return unknown, missing


def _look_for(work: Work, page: Page, files: Files, missing: list[Page]) -> None:
    """Add the keys of the files of `page` to `files`, and `page` to the `missing` ones if any file is not held."""
    keys = work.keys(page)
    files |= keys
    if not all(map(work.cache.holds, keys.values())):
        missing.append(page)


def _divided(shelf: int | None, count: int, size: int) -> Iterator[_Part]:
    for start in range(0, count, size):
        # A short rest is made with the part before it, whose texts it shares.
        if start and count - start < size // 2:
            return
        stop = start + size
        yield _Part(shelf, start, count if count - stop < size // 2 else stop)


def _processors() -> int:
    return os.cpu_count() or 1


def _make(task: _Task, progress: Progress) -> dict[int | None, Files]:
    parts = list(task.parts())
    total = sum(part.stop - part.start for part in parts)
    made: dict[int | None, Files] = {}
    done = 0
    for part, files in _made(task, parts, alone=total <= _FEW or not _can_fork()):
        made.setdefault(part.shelf, {}).update(files)
        done += part.stop - part.start
        progress(done, total)
    return made


def _made(task: _Task, parts: list[_Part], *, alone: bool) -> Iterator[tuple[_Part, Files]]:
    if alone:
        yield from ((part, task.make(part)) for part in parts)
        return
    task.work.renderer.get_ready()
    task.work.cache.newly_kept()
    gc.freeze()  # the book is shared with every process, which need not look through it for garbage
    _SHARED.append(task)
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(_processors(), context, initializer=_end_with_parent, initargs=(os.getpid(),)) as pool:
            # The longest work first would need a clock; parts are alike, so their order will do.
            futures = {pool.submit(_make_shared, part): part for part in parts}
            for future in as_completed(futures):
                files, kept = future.result()
                task.work.cache.learn(kept)
                yield futures.pop(future), files
    finally:
        gc.unfreeze()
        _SHARED.pop()


# What a forked process inherits, so that no book has to be sent to it.
_SHARED: list[_Task] = []


def _make_shared(part: _Part) -> tuple[Files, Mapping[str, CacheEntry]]:
    task = _SHARED[-1]
    files = task.make(part)
    return files, task.work.cache.newly_kept()


def _can_fork() -> bool:
    """Whether this process may be copied: only where that is safe, which it is not beside running threads."""
    return sys.platform == "linux" and _processors() > 1 and threading.active_count() == 1


def _end_with_parent(parent: int) -> None:
    """Let this process end when the one that forked it does, however that ends (Linux)."""
    ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
