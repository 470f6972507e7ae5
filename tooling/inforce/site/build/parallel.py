"""Render the pages that are not in the cache, on all processors.

Invariants: the number of processes and the content of the cache do not affect the site.

Not responsible for: writing the site; this module writes only to the cache.
"""

from __future__ import annotations

import contextlib
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

from inforce.publication import Page, Publication, Texts
from inforce.publication.change_summary import Steps
from inforce.publication.pages import FileFormat
from inforce.site import search
from inforce.site.build.cache import Cache, CacheEntry, key_of
from inforce.site.build.page_groups import BuildIndex, PageGroup, policy_names, shelves
from inforce.site.mkdocs.page_template import Shells, shell_path
from inforce.site.processes import end_with_parent
from inforce.site.renderer import Renderer

_FEW = 48
# Pages of one shelf share texts and most of their blocks, so one process should render a whole shelf; the limit keeps
# all processes busy.
_SMALLEST_PART, _LARGEST_PART, _PARTS_EACH = 48, 256, 8
Progress = Callable[[int, int], object]
Files = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All inputs for rendering the pages of a book.

    They include the `shells` and `renderer_fingerprint`, the digest of the programs. `shelves` contains the shelves of
    the publication, and `memory` the keys of their files.
    """

    publication: Publication
    renderer: Renderer
    shells: Shells
    cache: Cache
    renderer_fingerprint: str
    memory: BuildIndex
    shelves: tuple[PageGroup, ...]

    @classmethod
    def of(
        cls,
        publication: Publication,
        renderer: Renderer,
        shells: Shells,
        cache: Cache,
        renderer_fingerprint: str,
        memory: BuildIndex | None = None,
    ) -> Work:
        """Create the inputs for the pages of `publication`; `memory` is the state of the previous build."""
        return cls(
            publication=publication,
            renderer=renderer,
            shells=shells,
            cache=cache,
            renderer_fingerprint=renderer_fingerprint,
            memory=memory or BuildIndex(cache),
            shelves=tuple(shelves(publication)),
        )

    def name(self, *parts: str) -> str:
        """Return the cache key for the inputs `parts` and the programs of this build."""
        return key_of(*parts, self.renderer_fingerprint, self.renderer.fingerprint)

    def keys(self, page: Page) -> Files:
        """Return the cache key of each file of `page` by path."""
        base = self.name(page.fingerprint())
        keys = {page_file(page.address): key_of(base, self.shells.key(shell_of(page)))}
        keys |= {place: self._file_key(base, place, page, form) for place, form in self.renderer.files_of(page)}
        if page.kind.is_indexed:
            keys[search.beside(page)] = key_of(base, "search")
        return keys

    def _file_key(self, base: str, place: str, page: Page, form: FileFormat) -> str:
        """Return the cache key of the companion file `place`; that of a text depends on the text alone."""
        if page.text and form is FileFormat.MARKDOWN:
            return key_of("text", str(page.text.digest))
        if page.text and form is FileFormat.FRAGMENT:
            return key_of("fragment", str(page.text.digest), self.renderer_fingerprint)
        return key_of(base, place)

    def make(self, page: Page, texts: Texts, steps: Steps | None = None) -> Files:
        """Render the files of `page` that are not in the cache; return the keys of all of them by path.

        A history is rendered from `steps`.
        """
        keys = self.keys(page)
        if all(map(self.cache.contains, keys.values())):
            return keys
        rendered = self.renderer.render(page, texts, steps)
        files = {page_file(page.address): self.shells.shell(shell_of(page)).fill(rendered).encode()}
        files |= dict(rendered.files)
        if page.kind.is_indexed:
            files[search.beside(page)] = search.entries(page, rendered)
        for place, key in keys.items():
            if not self.cache.contains(key):
                self.cache.put(key, files[place])
        return keys


def shell_of(page: Page) -> str:
    """Return the shell file of `page`; a page that changes with time has its own."""
    if not page.kind.has_own_shell:
        return shell_path(str(page.language), page.address.count("/")).replace(".md", ".html")
    return page_file(page.address)


def page_file(place: str) -> str:
    """Return the file name of the page at the path `place`."""
    return f"{place}index.html"


@dataclass(frozen=True, slots=True)
class _Part:
    """A chunk of pages to render: indexes `start` to `stop` of the shelf `shelf`, or of the living pages if it is None.

    Adjacent pages share their texts, so they are rendered together.
    """

    shelf: int | None
    start: int
    stop: int


@dataclass(slots=True)
class _Task:
    """The work to do: `shelves` that are not in the cache, and `living` pages."""

    work: Work
    shelves: list[PageGroup]
    living: list[Page]
    texts: Texts = field(default_factory=Texts)

    def parts(self) -> Iterator[_Part]:
        """Return the work in chunks that are large enough to justify a process."""
        counts = dict(enumerate(map(self.count, self.shelves)))
        fair = (sum(counts.values()) + len(self.living)) // (_PARTS_EACH * _processors())
        size = max(_SMALLEST_PART, min(fair, _LARGEST_PART))
        for number, count in counts.items():
            yield from _divided(number, count, size)
        yield from _divided(None, len(self.living), _SMALLEST_PART)

    def count(self, shelf: PageGroup) -> int:
        """Return the number of pages of `shelf`."""
        return sum(1 for _ in self.work.publication.lasting_outlines(shelf.policy, shelf.language))

    def make(self, part: _Part) -> Files:
        """Render the pages of `part`; return the keys of their files by path."""
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
    """Render every page of `work` that is not in the cache; return the keys of all page files by path.

    `progress` is called with the number of finished pages and the total. Histories are rendered later from the results.
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
    """Add the keys of pages that change with time to `files`; return those to store by name, and the missing pages.

    If `work.memory` has the files of a policy for the same inputs, its pages are not checked one by one.
    """
    unknown: dict[str, Files] = {}
    missing: list[Page] = []
    publication, names = work.publication, policy_names(work.shelves)
    for page in publication.book_pages():
        _look_for(work, page, files, missing)
    for policy in publication.policies:
        shells = [work.shells.key(page_file(outline.address)) for outline in publication.outlines_of(policy)]
        name = work.name("living", names[policy.id], *shells)
        known = work.memory.recall(name)
        if known is None:
            known = unknown[name] = {}
            for page in publication.living_pages_of(policy):
                _look_for(work, page, known, missing)
        files |= known
    return unknown, missing


def _look_for(work: Work, page: Page, files: Files, missing: list[Page]) -> None:
    """Add the keys of the files of `page` to `files`, and `page` to `missing` if any file is not in the cache."""
    keys = work.keys(page)
    files |= keys
    if not all(map(work.cache.contains, keys.values())):
        missing.append(page)


def _divided(shelf: int | None, count: int, size: int) -> Iterator[_Part]:
    for start in range(0, count, size):
        # A short remainder is added to the chunk before it, whose texts it shares.
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
    task.work.cache.drain()
    gc.freeze()  # the book is shared with all processes; freezing excludes it from their garbage collection
    _SHARED.append(task)
    try:
        context = multiprocessing.get_context("fork")
        with (
            ProcessPoolExecutor(_processors(), context, initializer=_begin, initargs=(os.getpid(),)) as pool,
            _killed(),
        ):
            # Chunks are of similar size, so scheduling order does not matter.
            futures = {pool.submit(_make_shared, part): part for part in parts}
            for future in as_completed(futures):
                files, kept = future.result()
                task.work.cache.merge(kept)
                yield futures.pop(future), files
    finally:
        gc.unfreeze()
        _SHARED.pop()


@contextlib.contextmanager
def _killed() -> Iterator[None]:
    """Kill the processes of the pool if the block is interrupted: the pool would wait for all of its work."""
    try:
        yield
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        raise


def _begin(parent: int) -> None:
    """Start a process of the pool, which ends with `parent` and ignores interrupts, which `parent` handles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent)


# Inherited by forked processes, so that the book is not sent to them.
_SHARED: list[_Task] = []


def _make_shared(part: _Part) -> tuple[Files, Mapping[str, CacheEntry]]:
    task = _SHARED[-1]
    files = task.make(part)
    return files, task.work.cache.drain()


def _can_fork() -> bool:
    """Return whether this process can be forked safely, that is, without running threads."""
    return sys.platform == "linux" and _processors() > 1 and threading.active_count() == 1
