"""Books in memory for tests of rules, read by the same code as a folder.

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
    """A book with the files `files`; None represents a symbolic link."""

    def __init__(self, timezone: str = "UTC", languages: str = "en", extra: str = "") -> None:
        self.files: dict[str, bytes | None] = {}
        super().__init__(Path(), timezone, languages, extra)

    def write(self, path: str, content: str | bytes) -> Path:
        """Add `content` as the file `path`."""
        self.files[path] = content.encode() if isinstance(content, str) else content
        return Path(path)

    def link(self, path: str) -> None:
        """Add a symbolic link at `path`."""
        self.files[path] = None

    def remove(self, path: str) -> None:
        """Remove the file or folder `path`."""
        self.files = {name: content for name, content in self.files.items() if not _is_within(name, path)}

    def rename(self, old: str, new: str) -> None:
        """Rename the file or folder `old` to `new`."""
        self.files = {
            new + name.removeprefix(old) if _is_within(name, old) else name: content
            for name, content in self.files.items()
        }

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace `old` with `new` in the file `path`, which must contain it."""
        content = (self.files[path] or b"").decode()
        assert old in content
        self.write(path, content.replace(old, new))

    def copy(self) -> PaperBook:
        """Return a book with the same files."""
        other = copy.copy(self)
        other.files = dict(self.files)
        return other

    def read(self) -> Reading:
        """Return the book as the tools read it."""
        return parse_book(_listing(self.files))

    def freeze(self, now: str) -> PaperBook:
        """Lock the versions that are public at `now`, as the tools do."""
        reading = self.read()
        lock, catalog = reading.lock, reading.require()
        for policy, version in lock.unlocked(catalog, instant(now)):
            lock = lock.adding(policy, version)
        self.write("policy_versions/lock.json", json.dumps(lock.to_json()))
        return self

    def book(self, base: PaperBook | None = None, published: Iterable[str] = ()) -> Book:
        """Return the input of the checks; `published` are locked texts that were found elsewhere."""
        reading = self.read()
        return Book(
            catalog=reading.catalog,
            lock=reading.lock,
            faults=reading.faults,
            base=base.book() if base else None,
            published={Digest.of(text): text for text in published},
            dismissals=self._dismissals(),
        )

    def examine(self, now: str, base: PaperBook | None = None, published: Iterable[str] = ()) -> CheckReport:
        """Run the checks at `now`."""
        return examine(self.book(base, published), instant(now))

    def check(self, now: str, base: PaperBook | None = None, published: Iterable[str] = ()) -> tuple[Finding, ...]:
        """Return the findings at `now`."""
        return self.examine(now, base, published).findings

    def _dismissals(self) -> Dismissals:
        raw = self.files.get(DISMISSALS)
        if raw is None:
            return Dismissals()
        data, lines = parse_yaml(raw.decode(), DISMISSALS)
        return Dismissals.from_shape(Fields(data), Source(path=DISMISSALS, text=raw.decode(), lines=lines))


def rules(findings: Iterable[Finding]) -> list[str]:
    """Return the rules of `findings`, in order."""
    return [finding.rule for finding in findings]


def of_rule(findings: Iterable[Finding], rule: str) -> list[Finding]:
    """Return the findings of `rule`."""
    return [finding for finding in findings if finding.rule == rule]


def one_text(text: str | bytes, language: str = "en", **settings: str) -> PaperBook:
    """Return a book with one policy and one version, whose only edition is the file `text` in `language`."""
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
