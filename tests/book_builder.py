"""Build books for tests.

>>> book = BookBuilder(tmp_path)                                            # doctest: +SKIP
>>> book.policy("privacy").version("2026-01-15", en="# Privacy\n\nWe keep it.\n")   # doctest: +SKIP
>>> book.read().require().policy("privacy").latest(instant("2026-02-01"))   # doctest: +SKIP

Every file is a real file and can be damaged afterwards: `book.write("policy_versions/privacy/policy.yml", "…")`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from inforce.book.read import Reading, read_book
from inforce.instant import parse_instant

BOOK_YML = """\
publisher:
  name: Example Shop
  url: https://shop.example/
  contact: privacy@shop.example
site: https://policies.shop.example/
timezone: {timezone}
languages: [{languages}]
"""

POLICY_YML = """\
title:
{titles}
kind: {kind}
binding_language: {binding}
act: {act}
"""

GIT_ENV = {
    "GIT_AUTHOR_NAME": "Edith Editor",
    "GIT_AUTHOR_EMAIL": "edith@shop.example",
    "GIT_COMMITTER_NAME": "Edith Editor",
    "GIT_COMMITTER_EMAIL": "edith@shop.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def instant(text: str, zone: str = "UTC") -> datetime:
    """Return the instant `text`; a date means the start of that day in `zone`."""
    return parse_instant(text, ZoneInfo(zone))


class BookBuilder:
    """A repository with a book in `root`, built file by file."""

    def __init__(self, root: Path, timezone: str = "UTC", languages: str = "en", extra: str = "") -> None:
        self.root = root
        text = BOOK_YML.format(timezone=timezone, languages=languages)
        self.write("policy_versions/book.yml", text + extra)

    def write(self, path: str, content: str | bytes) -> Path:
        """Write `content` to the file `path` of the repository."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def policy(
        self, policy_id: str, *, binding: str = "en", act: str = "accept", kind: str = "terms", extra: str = ""
    ) -> PolicyBuilder:
        """Add the policy `policy_id`."""
        titles = f"  {binding}: {policy_id.replace('-', ' ').capitalize()}"
        text = POLICY_YML.format(titles=titles, kind=kind, binding=binding, act=act)
        self.write(f"policy_versions/{policy_id}/policy.yml", text + extra)
        return PolicyBuilder(self, policy_id)

    def read(self) -> Reading:
        """Read the book as the program does."""
        return read_book(self.root)

    def git(self, *words: str, when: str = "2026-01-01T00:00:00Z") -> str:
        """Run git in the repository with the date `when`, and return its output."""
        env = {**os.environ, **GIT_ENV, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        process = subprocess.run(["git", *words], cwd=self.root, env=env, capture_output=True, text=True, check=True)
        return process.stdout

    def commit(self, message: str, when: str = "2026-01-01T00:00:00Z") -> str:
        """Commit everything with the date `when`, creating the repository if necessary, and return the commit id."""
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, when=when)
        return self.git("rev-parse", "HEAD").strip()


class PolicyBuilder:
    """A policy of a book, built version by version."""

    def __init__(self, book: BookBuilder, policy_id: str) -> None:
        self.book = book
        self.id = policy_id

    def version(
        self, label: str, *, change: str = "material", meta: Mapping[str, str] | None = None, **editions: str
    ) -> PolicyBuilder:
        """Add the version `label` with a text per language (`zh_Hans` for `zh-Hans`); `meta` overrides version.yml."""
        published = label if len(label) == 10 else "2026-01-15"
        members = {"published": published, "change": change, **(meta or {})}
        folder = f"policy_versions/{self.id}/{label}"
        self.book.write(f"{folder}/version.yml", "".join(f"{name}: {value}\n" for name, value in members.items()))
        for language, text in (editions or {"en": f"# {self.id.capitalize()}\n\nWords of {label}.\n"}).items():
            self.book.write(f"{folder}/{language.replace('_', '-')}.md", text)
        return self
