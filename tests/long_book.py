"""A book with an imported history: a statement of 42 kB in 32 versions, and right-to-left terms.

The text is generated, so that it contains no third-party text: a seed chooses the subject, verb and condition of every
sentence. Each version changes, moves or adds a few sentences, as real versions do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from book_builder import GIT_ENV, BookBuilder
from built import scaffold
from inforce.cli.runner import run

# 32 versions and the announced one reach every limit that a page in a browser shows: the picture of the history, with
# 24 pixels per version, is wider than its column on a desk (a test checks it), and the book has more than the 48 pages
# from which it is rendered in parallel. 42 kB is the size for which the limit of a page is stated.
VERSIONS, BYTES, SEED = 32, 42_000, 20_261
DAYS_APART = 104
LAST = datetime(2026, 5, 29, tzinfo=UTC)
AT = "2026-12-01T00:00:00Z"
ANNOUNCED = "2031-03-01"
_WHO = ("We", "Our partners", "The service", "Our support team", "The platform", "Each processor", "Your employer")
_DOES = ("stores", "collects", "passes on", "deletes", "encrypts", "reviews", "corrects", "limits access to")
_WHAT = ("account data", "billing details", "device identifiers", "log files", "your messages", "usage statistics")
_WHEN = ("as long as the account is open", "for {} days", "within {} hours of a request", "where a law requires it")
_WHY = (
    "to operate the service",
    "to prevent abuse",
    "to answer questions",
    "to meet legal duties",
    "with your consent",
)
_PLACES = ("Collection", "Use", "Sharing", "Retention", "Security", "Cookies", "Transfers", "Rights", "Children")
_PLACES += ("Complaints", "Changes", "Contact", "Partners", "Research", "Advertising", "Devices")

ARABIC = """\
# شروط الاستخدام

نحتفظ ببيانات الحساب لمدة {months} شهرًا بعد إغلاقه، ثم نحذفها.

## ما يحق لك {{#rights}}

- أن تطلب نسخة من بياناتك في أي وقت
- أن تصحح ما كان غير صحيح منها
{more}
| الشريك | المهمة |
| --- | --- |
| Example Pay | استلام المدفوعات |
| Fictive Freight | {task} |

## كيف تتصل بنا {{#contact}}

راسلنا على [privacy@shop.example](mailto:privacy@shop.example) أو عبر خدمة العملاء.
"""


def statements() -> Iterator[str]:
    """Yield the `VERSIONS` of a statement of about `BYTES` bytes, oldest first."""
    chance = Random(SEED)  # noqa: S311 - texts for tests
    sections = [[_paragraph(chance) for _ in range(3)] for _ in _PLACES]
    while sum(len(text) for section in sections for text in section) < BYTES:
        chance.choice(sections).append(_paragraph(chance))
    for number in range(VERSIONS):
        yield _markdown(sections, number)
        for _ in range(3):
            section = chance.choice(sections)
            section[chance.randrange(len(section))] = _paragraph(chance)
        moving = chance.choice(sections)
        chance.choice(sections).append(moving.pop(0) if len(moving) > 1 else _paragraph(chance))


def _paragraph(chance: Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(2, 5)))


def _sentence(chance: Random) -> str:
    when = chance.choice(_WHEN).format(chance.randint(2, 90))
    return f"{chance.choice(_WHO)} {chance.choice(_DOES)} {chance.choice(_WHAT)} {when}, {chance.choice(_WHY)}."


def _markdown(sections: list[list[str]], number: int) -> str:
    parts = ["# Privacy Statement", f"This is edition {number + 1} of the statement."]
    for place, section in zip(_PLACES, sections, strict=True):
        first, *rest = section
        parts += [f"## {place} {{#{place.lower()}}}", first, "\n".join(f"- {item}" for item in rest[:3]), *rest[3:]]
    parts += ["| Partner | Task |\n| --- | --- |\n| Example Pay | payments |\n| Fictive Freight | delivery |"]
    return "\n\n".join(part for part in parts if part) + "\n"


def committed(folder: Path) -> Path:
    """Create a git repository in `folder` with one commit per version of the statement."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True, env={**os.environ, **GIT_ENV})
    stream = []
    for number, text in enumerate(statements()):
        when = int((LAST - timedelta(days=DAYS_APART * (VERSIONS - 1 - number))).timestamp())
        who = f"committer Edith Editor <edith@shop.example> {when} +0000"
        message, content = f"edition {number + 1}\n".encode(), text.encode()
        stream.append(f"commit refs/heads/main\n{who}\ndata {len(message)}\n".encode() + message)
        stream.append(f"M 100644 inline statement.md\ndata {len(content)}\n".encode() + content + b"\n")
    words = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(words, input=b"".join(stream), check=True, env={**os.environ, **GIT_ENV})
    return folder


def long_book(root: Path, source: Path) -> BookBuilder:
    """Create the book in `root`: the statement imported from `source`, with an announced version, and Arabic terms."""
    book = scaffold(BookBuilder(root, languages="en, ar", extra="compare_pairs: 1\n"))
    words = ["import", "git", str(source), "--file", "statement.md", "--policy", "privacy", "--kind", "privacy"]
    assert run([*words, "--repo", str(root)]) == 0
    newest = max((root / "policy_versions" / "privacy").glob("*/en.md")).read_text("utf-8")
    body = newest.rpartition("---\n")[2] if newest.startswith("---") else newest
    front = "---\nsummary:\n  - section: retention\n    text: We keep less.\n---\n"
    book.write(f"policy_versions/privacy/{ANNOUNCED}/en.md", front + body.replace("for 9", "for 8"))
    meta = f"published: 2026-11-01\neffective: {ANNOUNCED}\nchange: material\n"
    book.write(f"policy_versions/privacy/{ANNOUNCED}/version.yml", meta)
    _terms(book)
    return book


def arabic_book(root: Path) -> BookBuilder:
    """Create a book in `root` with one right-to-left policy and an announced version."""
    return _terms(scaffold(BookBuilder(root, languages="ar, en")))


def _terms(book: BookBuilder) -> BookBuilder:
    terms = book.policy("terms", binding="ar")
    title = book.root / "policy_versions" / "terms" / "policy.yml"
    title.write_text(title.read_text("utf-8").replace("ar: Terms", "ar: شروط الاستخدام"), "utf-8")
    for label, months, more, task in (
        ("2025-01-15", 12, "", "توصيل الطرود"),
        ("2026-02-01", 24, "- أن تنقلها إلى خدمة أخرى\n", "تسليم الطرود"),
        (ANNOUNCED, 36, "- أن تعترض على استخدامها\n", "تسليم الطرود"),
    ):
        arabic = ARABIC.format(months=months, more=more, task=task)
        published = "2026-11-01" if label == ANNOUNCED else label
        terms.version(label, meta={"published": published, "effective": label}, ar=arabic, en="# Terms\n\nKept.\n")
    return book
