"""Fuzz test of every parser for input from users, apps and hosts.

Mutates valid inputs and passes the results to every parser: YAML, front matter, whole books with the checks and all
their reports, the lock, the manifest, a signed manifest, Markdown and its HTML, redlines, plain texts, and the
arguments of `decide`. A parser may accept an input or raise an error of this package. Any other exception is a
failure, and so is more than SECONDS_ALLOWED of CPU time.

Prints the number of accepted and rejected inputs and the slowest run of each parser, and each failure with its input.
The exit code is 1 if there is a failure. The same seed yields the same inputs in the same order.

    python tooling/benchmarks/fuzz.py 300 --seed 7
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from inforce.acceptance import decide
from inforce.book.front_matter import parse_frontmatter
from inforce.book.importers.plain_text import convert
from inforce.book.importers.source_file import decoded
from inforce.book.read import parse_book, parse_lock
from inforce.book.tree import Entry, EntryKind
from inforce.book.yaml import parse_yaml
from inforce.checks import Book, Dismissals, examine
from inforce.checks.reports import to_github, to_gitlab, to_job_summary, to_json, to_sarif, to_text
from inforce.errors import InforceError, ShapeError
from inforce.fields import Fields, Source
from inforce.manifest import parse_manifest
from inforce.markdown import parse, plain_text, to_html
from inforce.redline import IN_NEW, IN_OLD, redline
from inforce.rendering.html import to_html as redline_html
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.signing import generate_key, sign, verify
from inforce.text import canonical

SECONDS_ALLOWED = 5.0
LARGEST = 200_000
NOW = datetime(2027, 1, 1, tzinfo=UTC)
SITE = "https://policies.shop.example/"

BOOK_YML = f"""\
publisher:
  name: Example Shop
  url: https://shop.example/
  contact: privacy@shop.example
site: {SITE}
timezone: Asia/Shanghai
languages: [en, zh-Hans]
notice_days:
  material: 30
"""
POLICY_YML = """\
title:
  en: Privacy
kind: privacy
binding_language: en
act: accept
audience: [eu, business]
reask_days: 365
"""
VERSION_YML = "published: 2026-12-01\neffective: 2027-03-01T00:00:00+08:00\nenforce: never\nchange: material # so\n"
DISMISSALS_YML = (
    "dismissals:\n  - rule: CLAIM-retention\n    path: privacy\n    evidence: five years\n"
    "    reason: >-\n      The law.\n"
)
TEXT = """\
# Privacy

*Effective date: 1 March 2027*

## What we keep {#keep}

We keep your name, your [address](https://shop.example/a "b") and 1,000.50 EUR for **24 months**, never longer.

1. one
2. two
   - three

| data | how long |
| --- | ---: |
| name | 12 months |

> A quote with `code` and <https://x.example/>.

### Contact

Write to <privacy@shop.example>, or look at [the terms](#keep).
"""
EDITION = f"---\nsummary:\n  - section: keep\n    text: We keep it for 24 months.\n---\n{TEXT}"
CHINESE = "# 隐私政策\n\n## 保存期限 {#keep}\n\n我们永久保存您的姓名。生效日期：2027年3月1日\n"
PLAIN = (
    "PRIVACY POLICY\r\n1)What we collect: name, address 2)Use it, and so on;  a. one b. two\n\n"
    "I. First\n   • item\n第一条 总则\n"
)
SAVED = (
    "<html><head><title>T</title></head><body><h1>Privacy</h1><p>We &amp; you<br><ul><li>one<li>two</ul></body></html>"
)
VERSION = """{"seq": 1, "version": "2026-01-15", "change": "material", "published_at": "2026-01-14T16:00:00Z",
 "effective_at": "2026-01-14T16:00:00Z", "digests": {"en": "sha256:DIGEST"}}""".replace("DIGEST", "0" * 64)
MANIFEST = """{"type": "policy-manifest", "spec": "1.0", "site": "SITE", "path": "policies.json", "serial": 1789884000,
 "issued_at": "2026-09-20T06:00:00Z", "expires_at": "2027-10-20T06:00:00Z", "poll_seconds": 86400, "policies": [
 {"id": "privacy", "act": "accept", "page": "privacy/", "languages": ["en"], "binding_language": "en", "latest": 1,
  "in_force": 1, "versions": [VERSION]}]}""".replace("SITE", SITE).replace("VERSION", VERSION)
QUESTION = """{"manifest": MANIFEST, "now": "2027-01-01T00:00:00Z", "audience": ["eu"], "languages": ["de", "en"],
 "subject": {"id": "u", "since": "2026-01-01T00:00:00Z", "linked": ["a"]}, "role": "client", "state": {"records": [
 {"policy": "privacy", "seq": 1, "act": "accepted", "at": "2026-02-01T00:00:00Z", "subject": "u"}],
 "seen": {"privacy": 1}, "deferred": {"privacy": {"seq": 1, "until": "2027-02-01T00:00:00Z"}},
 "last_serial": 5}}""".replace("MANIFEST", MANIFEST)
LOCK = """{"type": "policy-lock", "spec": "1.0", "policies": {"privacy": {"2026-01-15": {"seq": 1, "change": "material",
 "published": "2026-01-15T00:00:00Z", "effective": "2026-01-15T00:00:00Z", "enforce": "never",
 "digests": {"en": "sha256:DIGEST"}}}}}""".replace("DIGEST", "a" * 64)
KEY = generate_key()
# The inserted strings: characters with a special meaning, and values that break counters, clocks and parsers.
YAML_SIGNS = "---\n ...\n { } [ ] : # &a *a !!x |\n >-\n ' \" \\ \t % @ ` ? null true no"
MARKDOWN_SIGNS = (
    "``` ~~~ | |---| > 1. 999999999. * ** __ ![]( ]( < </p> <!-- --> {#a} {# &amp; &#0; &#x110000; [x]:y [^1] ~~"
)
NUMBERS = "1e999 -1 0x1F 2027-02-30 0000-00-00 9999-12-31 T24:00:00Z +99:99 ½ ٣ Ⅻ ㈠ 第十条 𝟙 \\u0000 \\ud800"
LETTERS = "我们 שלום กขค ﬀ ßẞ İı \ud7b0 \U000e0001 \U0010ffff \U0001f468\u200d\U0001f469"
UNSEEN = "\u200b \u202e \ufeff \ufffd \uffff \x1b[2J \x7f"
PLACES = "javascript:x //x mailto: http://[::1 https://u:p@x/ %ff .. ../../x con"
BLANKS = ["\0", "\x85", "\u2028", "\n\n", "\r\n", "\r", "    ", "- ", "> ", "=====\n"]
LONG = ["9" * 40, "1" * 5000, "a" * 300, "e\u0301" * 20]
TOKENS = [
    *(sign for signs in (YAML_SIGNS, MARKDOWN_SIGNS, NUMBERS, LETTERS, UNSEEN, PLACES) for sign in signs.split(" ")),
    *BLANKS,
    *LONG,
]
VALUES: list[Any] = [None, True, 0, -1, 1.5, 1e308, 10**40, "", "x", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
VALUES += ["\ud800", "en-", "../x", "javascript:x", [], {}, [[]], {"": 1}, ["eu", "eu"], {"seq": 1}]
RAW = [b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x80"]


class Reader(NamedTuple):
    """A parser under test: its name, valid inputs, and the function that parses an invalid one."""

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes], object]


def text_of(raw: bytes) -> str:
    """Decode `raw` as the store does: invalid UTF-8 is rejected before it reaches these parsers."""
    return raw.decode()


def listing(files: Mapping[str, bytes]) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of `files` as in a folder listing."""
    folders: dict[str, dict[str, Entry]] = {"policy_versions": {}}
    for path, content in files.items():
        folder = path.rpartition("/")[0]
        entry = Entry(path=path, kind=EntryKind.FILE, size=len(content), read=lambda content=content: content)
        folders.setdefault(folder, {})[path] = entry
        while "/" in folder:
            folder, inner = folder.rpartition("/")[0], folder
            folders.setdefault(folder, {})[inner] = Entry(path=inner, kind=EntryKind.FOLDER, size=0, read=bytes)
    return {folder: tuple(entries[path] for path in sorted(entries)) for folder, entries in folders.items()}


def good_book() -> dict[str, bytes]:
    """Return the files of a book of two versions in two languages."""
    folder = "policy_versions/privacy"
    files = {
        "policy_versions/book.yml": BOOK_YML,
        f"{folder}/policy.yml": POLICY_YML,
        f"{folder}/2026-01-15/version.yml": "published: 2026-01-15\nchange: material\n",
        f"{folder}/2026-01-15/en.md": TEXT.replace("24", "12"),
        f"{folder}/2027-03-01/version.yml": VERSION_YML,
        f"{folder}/2027-03-01/en.md": EDITION,
        f"{folder}/2027-03-01/zh-Hans.md": CHINESE,
    }
    return {path: text.encode() for path, text in files.items()}


def read_book_with(path: str) -> Callable[[bytes], object]:
    """Return a parser of a book in which the file `path` is the mutated one, with the checks and all reports."""

    def read(raw: bytes) -> object:
        reading = parse_book(listing({**good_book(), path: raw}))
        before = parse_book(listing(good_book()))
        base = Book(catalog=before.catalog, lock=before.lock)
        book = Book(catalog=reading.catalog, lock=reading.lock, faults=reading.faults, base=base)
        report = examine(book, NOW)
        return [form(report) for form in (to_text, to_json, to_github, to_job_summary, to_gitlab, to_sarif)]

    return read


def read_answers(raw: bytes) -> object:
    """Parse dismissals.yml."""
    data, lines = parse_yaml(text_of(raw), "dismissals.yml")
    return Dismissals.from_shape(Fields(data or {}), Source(path="dismissals.yml", lines=lines))


def read_markdown(raw: bytes) -> object:
    """Parse Markdown, and render it as HTML."""
    text = canonical(text_of(raw))
    return to_html(text), parse(text), plain_text(text)


def read_redline(raw: bytes) -> object:
    """Compare a text with a valid one and render every format; the redline must restore both texts exactly."""
    new = canonical(text_of(raw))
    comparison = redline(TEXT, new)
    sides = ["".join(run.text for run in comparison.runs if run.op in side) for side in (IN_OLD, IN_NEW)]
    if sides != [plain_text(TEXT), plain_text(new)]:
        raise AssertionError("the redline is not exact")
    return redline_html(comparison), to_markdown(comparison), to_sentences(comparison)


def read_question(raw: bytes) -> object:
    """Call `decide`."""
    try:
        question: Any = json.loads(raw)
    except (ValueError, RecursionError) as cause:
        raise ShapeError("", "no JSON") from cause
    return decide(question)


def readers() -> tuple[Reader, ...]:
    """Return every parser with its valid inputs."""
    yamls = tuple(text.encode() for text in (BOOK_YML, POLICY_YML, VERSION_YML, DISMISSALS_YML))
    texts = tuple(text.encode() for text in (TEXT, CHINESE, EDITION))
    manifest = MANIFEST.encode()
    books = good_book()
    return (
        Reader("YAML", yamls, lambda raw: parse_yaml(text_of(raw), "x.yml")),
        Reader("front matter", (EDITION.encode(),), lambda raw: parse_frontmatter(text_of(raw), "en.md")),
        Reader("dismissals.yml", (DISMISSALS_YML.encode(),), read_answers),
        *(Reader(f"book: {path.partition('/')[2]}", (raw,), read_book_with(path)) for path, raw in books.items()),
        Reader("lock.json", (LOCK.encode(),), lambda raw: parse_lock(text_of(raw), "lock.json")),
        Reader("book: lock.json", (LOCK.encode(),), read_book_with("policy_versions/lock.json")),
        Reader("manifest", (manifest,), lambda raw: parse_manifest(raw, site=SITE, limit=65536)),
        Reader("signed manifest", (sign(manifest, [KEY]),), lambda raw: verify(raw, [KEY.public], limit=65536)),
        Reader("Markdown", texts, read_markdown),
        Reader("redline", texts, read_redline),
        Reader("plain text", (PLAIN.encode(), SAVED.encode(), TEXT.encode()), lambda raw: convert(decoded(raw)[0])),
        Reader("decide", (QUESTION.encode(),), read_question),
    )


def spoilt(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Derive an invalid input from the valid `seeds` by a few mutations."""
    raw = chance.choice(seeds)
    # Invalid JSON is rejected at once, so half of the mutations keep valid JSON and change its values.
    mistakes = WRONG_VALUES if raw.startswith(b"{") and chance.random() < 0.5 else MISTAKES
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        raw = chance.choice(mistakes)(raw, seeds, chance)[:LARGEST]
    return raw


def _span(raw: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(raw))
    return start, min(len(raw), start + chance.choice((1, 2, 5, 20, 100)))


def _flip(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    start, stop = _span(raw, chance)
    return raw[:start] + bytes(byte ^ 1 << chance.randrange(8) for byte in raw[start:stop]) + raw[stop:]


def _cut(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    start, stop = _span(raw, chance)
    return raw[:start] + raw[stop:]


def _truncate(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _repeat(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    start, stop = _span(raw, chance)
    return raw[:stop] + raw[start:stop] * chance.choice((1, 2, 10, 300)) + raw[stop:]


def _insert(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    place = chance.randint(0, len(raw))
    token = chance.choice(RAW) if chance.random() < 0.1 else chance.choice(TOKENS).encode("utf-8", "surrogatepass")
    return raw[:place] + token * chance.choice((1, 1, 1, 3, 40, 4000)) + raw[place:]


def _splice(raw: bytes, seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    other = chance.choice(seeds)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def _swap_lines(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    one, other = (chance.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _replace_word(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    words = raw.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(TOKENS).encode("utf-8", "surrogatepass")
    return b" ".join(words)


def _other_value(raw: bytes, _seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Replace a value in a JSON text."""
    try:
        whole: Any = {"": json.loads(raw)}
    except (ValueError, RecursionError):
        return raw
    holder, place = whole, ""
    while isinstance(inner := holder[place], dict | list) and inner and chance.random() < 0.85:
        holder, place = inner, chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
    holder[place] = chance.choice(VALUES)
    return json.dumps(whole[""]).encode()


MISTAKES = (_flip, _cut, _truncate, _repeat, _insert, _insert, _splice, _swap_lines, _replace_word)
WRONG_VALUES = (_other_value,)


class Trial(NamedTuple):
    """The result of one input."""

    came: str
    seconds: float
    said: str = ""


def tried(reader: Reader, raw: bytes) -> Trial:
    """Pass `raw` to `reader`."""
    began = time.process_time()
    try:
        reader.read(raw)
        came, said = "read", ""
    except (InforceError, UnicodeDecodeError):
        came, said = "refused", ""
    except Exception:  # the exceptions under test
        came, said = "failed", traceback.format_exc(limit=-4)
    seconds = time.process_time() - began
    if came != "failed" and seconds > SECONDS_ALLOWED:
        came, said = "failed", f"took {seconds:.1f} s"
    return Trial(came, seconds, said)


def trials(until: float, chance: random.Random, chosen: tuple[Reader, ...]) -> Iterator[tuple[Reader, bytes, Trial]]:
    """Run all parsers in turn until the time limit."""
    for reader in itertools.cycle(chosen):
        if time.monotonic() > until:
            return
        raw = spoilt(reader.seeds, chance)
        yield reader, raw, tried(reader, raw)


def main() -> int:
    """Run, print the table, and return 1 if there was a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=60.0, help="the duration in seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only parsers whose name contains this")
    arguments = parser.parse_args()
    chosen = tuple(reader for reader in readers() if arguments.only in reader.name)
    for reader in chosen:
        for seed in reader.seeds:
            if (trial := tried(reader, seed)).came != "read":
                sys.exit(f"{reader.name} rejects valid input: {trial.said or trial.came}")
    counts: Counter[tuple[str, str]] = Counter()
    slowest: dict[str, float] = {}
    told: set[tuple[str, str]] = set()
    until = time.monotonic() + arguments.seconds
    for reader, raw, trial in trials(until, random.Random(arguments.seed), chosen):  # noqa: S311 # not a secret
        counts[reader.name, trial.came] += 1
        slowest[reader.name] = max(slowest.get(reader.name, 0.0), trial.seconds)
        last = trial.said.strip().rpartition("\n")[2][:80]
        if trial.came == "failed" and (reader.name, last) not in told:
            told.add((reader.name, last))
            print(f"{reader.name} failed on {raw[:2000]!r} ({len(raw)} bytes)\n{trial.said}", flush=True)
    print(f"{'reader':<40} {'read':>8} {'refused':>8} {'failed':>7} {'slowest':>10}")
    for reader in chosen:
        line = [counts[reader.name, came] for came in ("read", "refused", "failed")]
        print(f"{reader.name:<40} {line[0]:8,} {line[1]:8,} {line[2]:7,} {slowest.get(reader.name, 0) * 1000:7.0f} ms")
    failed = sum(count for (_, came), count in counts.items() if came == "failed")
    print(f"{sum(counts.values()):,} inputs, {failed} failed.")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
