"""Books that lie in memory, for tests of rules: as quick as a dict, read by the same reader as a folder.

>>> book = PaperBook()                                                              # doctest: +SKIP
>>> book.policy("privacy").version("2026-01-15", en="# Privacy\\n\\nWe keep it.\\n")   # doctest: +SKIP
>>> rules(book.check("2026-02-01"))                                                 # doctest: +SKIP
['LOCK-missing']
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from book_builder import BookBuilder, instant
from inforce.book.read import Reading, parse_book
from inforce.book.tree import Entry, EntryKind
from inforce.book.yaml import parse_yaml
from inforce.checks import Book, CheckReport, Dismissals, Finding, examine
from inforce.fields import Fields, Source
from inforce.text import Digest

DISMISSALS = "policy_versions/dismissals.yml"


class PaperBook(BookBuilder):
    """A book whose files are `files`; None stands for a symbolic link."""

    def __init__(self, timezone: str = "UTC", languages: str = "en", extra: str = "") -> None:
        self.files: dict[str, bytes | None] = {}
        super().__init__(Path(), timezone, languages, extra)

    def write(self, path: str, content: str | bytes) -> Path:
        """Hold `content` as the file `path`."""
        self.files[path] = content.encode() if isinstance(content, str) else content
        return Path(path)

    def link(self, path: str) -> None:
        """Hold a symbolic link at `path`."""
        self.files[path] = None

    def remove(self, path: str) -> None:
        """Forget the file or folder `path`."""
        self.files = {name: content for name, content in self.files.items() if not _is_within(name, path)}

    def rename(self, old: str, new: str) -> None:
        """Call the file or folder `old` by the name `new`."""
        self.files = {
            new + name.removeprefix(old) if _is_within(name, old) else name: content
            for name, content in self.files.items()
        }

    def replace(self, path: str, old: str, new: str) -> None:
        """Write `new` instead of `old` in the file `path`, which has to hold it."""
        content = (self.files[path] or b"").decode()
        assert old in content
        self.write(path, content.replace(old, new))

    def copy(self) -> PaperBook:
        """Make a book of the same files."""
        other = copy.copy(self)
        other.files = dict(self.files)
        return other

    def read(self) -> Reading:
        """Read the book as the tools do."""
        return parse_book(_listing(self.files))

    def freeze(self, now: str) -> PaperBook:
        """Lock what is public at `now`, as the tools do."""
        reading = self.read()
        lock, catalog = reading.lock, reading.require()
        for policy, version in lock.unlocked(catalog, instant(now)):
            lock = lock.adding(policy, version)
        self.write("policy_versions/lock.json", json.dumps(lock.to_json()))
        return self

    def book(self, base: PaperBook | None = None, published: Iterable[str] = ()) -> Book:
        """Give what the checks see of it; `published` are locked texts that were found elsewhere."""
        reading = self.read()
        return Book(
            catalog=reading.catalog,
            lock=reading.lock,
            faults=reading.faults,
            base=base.book() if base else None,
            published={Digest.of(text): text for text in published},
            answers=self._answers(),
        )

    def examine(self, now: str, base: PaperBook | None = None, published: Iterable[str] = ()) -> CheckReport:
        """Examine the book at `now`."""
        return examine(self.book(base, published), instant(now))

    def check(self, now: str, base: PaperBook | None = None, published: Iterable[str] = ()) -> tuple[Finding, ...]:
        """List the findings at `now`."""
        return self.examine(now, base, published).findings

    def _answers(self) -> Dismissals:
        raw = self.files.get(DISMISSALS)
        if raw is None:
            return Dismissals()
        data, lines = parse_yaml(raw.decode(), DISMISSALS)
        return Dismissals.from_shape(Fields(data), Source(path=DISMISSALS, text=raw.decode(), lines=lines))


def rules(findings: Iterable[Finding]) -> list[str]:
    """Name the rules of `findings`, in their order."""
    return [finding.rule for finding in findings]


def of_rule(findings: Iterable[Finding], rule: str) -> list[Finding]:
    """Pick the findings of `rule`."""
    return [finding for finding in findings if finding.rule == rule]


def one_text(text: str | bytes, language: str = "en", **settings: str) -> PaperBook:
    """Make a book of one policy with one version, whose one edition is the file `text` in `language`."""
    book = PaperBook(languages=language, **settings)
    book.policy("privacy", binding=language).version("2026-01-15")
    book.remove("policy_versions/privacy/2026-01-15/en.md")
    book.write(f"policy_versions/privacy/2026-01-15/{language}.md", text)
    return book


def _is_within(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}/")


def _listing(files: Mapping[str, bytes | None]) -> dict[str, tuple[Entry, ...]]:
    folders: dict[str, dict[str, Entry]] = defaultdict(dict)
    for path, content in sorted(files.items()):
        kind = EntryKind.LINK if content is None else EntryKind.FILE
        folder = path.rpartition("/")[0]
        folders[folder][path] = Entry(path=path, kind=kind, size=len(content or b""), read=lambda c=content: c or b"")
        while "/" in folder:
            folder, inner = folder.rpartition("/")[0], folder
            folders[folder][inner] = Entry(path=inner, kind=EntryKind.FOLDER, size=0, read=bytes)
    return {folder: tuple(entries[path] for path in sorted(entries)) for folder, entries in folders.items()}
