"""Every parser of input from editors, apps and hosts accepts a mutated input or raises an error of this package."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from book_builder import instant
from inforce.acceptance import decide
from inforce.book.front_matter import parse_frontmatter
from inforce.book.importers.plain_text import convert
from inforce.book.importers.source_file import decoded
from inforce.book.lock_file import parse_lock
from inforce.book.read import parse_book
from inforce.book.yaml import parse_yaml
from inforce.checks import Book, Dismissals, examine
from inforce.checks.reports import to_github, to_gitlab, to_job_summary, to_json, to_sarif, to_text
from inforce.errors import InforceError
from inforce.fields import Fields, Source
from inforce.manifest import parse_manifest
from inforce.markdown import parse, plain_text, to_html
from inforce.redline import IN_NEW, IN_OLD, redline
from inforce.rendering.html import to_html as redline_html
from inforce.rendering.markdown import to_markdown
from inforce.rendering.sentences import to_sentences
from inforce.signing import generate_key, sign, verify
from inforce.text import canonical
from property.book_strategies import listing_of

NOW = instant("2027-01-01")
SITE = "https://policies.shop.example/"
KEY = generate_key()
TEXT = """\
# Privacy

*Effective date: 1 March 2027*

## What we keep {#keep}

We keep your [address](https://shop.example/a "b") and 1,000.50 EUR for **24 months**, never longer.

1. one
   - two

| data | how long |
| --- | ---: |
| name | 12 months |

> A quote with `code` and <https://x.example/>.
"""
FOLDER = "policy_versions/privacy"
BOOK = {
    "policy_versions/book.yml": (
        f"publisher:\n  name: Shop\n  url: https://shop.example/\n  contact: a@shop.example\nsite: {SITE}\n"
        "timezone: Asia/Shanghai\nlanguages: [en, zh-Hans]\nnotice_days:\n  material: 30\n"
    ),
    f"{FOLDER}/policy.yml": (
        "title:\n  en: Privacy\nkind: privacy\nbinding_language: en\nact: accept\naudience: [eu, business]\n"
    ),
    f"{FOLDER}/2026-01-15/version.yml": "published: 2026-01-15\nchange: material\n",
    f"{FOLDER}/2026-01-15/en.md": TEXT.replace("24", "12"),
    f"{FOLDER}/2027-03-01/version.yml": (
        "published: 2026-12-01\neffective: 2027-03-01T00:00:00+08:00\nenforce: never\nchange: material # so\n"
    ),
    f"{FOLDER}/2027-03-01/en.md": f"---\nsummary:\n  - section: keep\n    text: We keep it longer.\n---\n{TEXT}",
    f"{FOLDER}/2027-03-01/zh-Hans.md": "# 隐私政策\n\n## 保存期限 {#keep}\n\n我们永久保存您的姓名。\n",
    "policy_versions/lock.json": (
        '{"type": "policy-lock", "spec": "1.0", "policies": {"privacy": {"2026-01-15": {"seq": 1, "change": "material",'
        ' "published_at": "2026-01-15T00:00:00Z", "effective_at": "2026-01-15T00:00:00Z", "digests": {"en": "sha256:'
        f'{"a" * 64}"}}}}}}}}}}'
    ),
}
DISMISSALS = "dismissals:\n  - rule: CLAIM-retention\n    path: privacy\n    reason: >-\n      The law.\n"
PLAIN = "PRIVACY POLICY\r\n1)What we collect: name 2)Use it;  a. one b. two\n\nI. First\n   • item\n第一条 总则\n"
VERSION = {
    "seq": 1,
    "version": "2026-01-15",
    "change": "material",
    "digests": {"en": f"sha256:{'0' * 64}"},
    "published_at": "2026-01-14T16:00:00Z",
    "effective_at": "2026-01-14T16:00:00Z",
}
POLICY = {
    "id": "privacy",
    "act": "accept",
    "page": "privacy/",
    "languages": ["en"],
    "binding_language": "en",
    "latest": 1,
    "in_force": 1,
    "versions": [VERSION],
}
MANIFEST = {
    "type": "policy-manifest",
    "spec": "1.0",
    "site": SITE,
    "path": "policies.json",
    "serial": 1789884000,
    "issued_at": "2026-09-20T06:00:00Z",
    "expires_at": "2027-10-20T06:00:00Z",
    "poll_seconds": 86400,
    "policies": [POLICY],
}
RECORD = {"policy": "privacy", "seq": 1, "act": "accepted", "at": "2026-02-01T00:00:00Z", "subject": "u"}
QUESTION = {
    "manifest": MANIFEST,
    "now": "2027-01-01T00:00:00Z",
    "audience": ["eu"],
    "languages": ["de", "en"],
    "subject": {"id": "u", "since": "2026-01-01T00:00:00Z", "linked": ["a"]},
    "role": "client",
    "state": {
        "records": [RECORD],
        "seen": {"privacy": 1},
        "last_serial": 5,
        "deferred": {"privacy": {"seq": 1, "until": "2027-02-01T00:00:00Z"}},
    },
}

# Strings with a meaning in YAML, Markdown, HTML, URLs, numbers or dates, and characters that are unusual or invisible.
SIGNS = [
    "---",
    "...",
    "{",
    "}",
    "[",
    "]",
    ":",
    "#",
    "&a",
    "*a",
    "!!x",
    "|\n",
    ">-\n",
    "'",
    '"',
    "\\",
    "\t",
    "%",
    "@",
    "`",
    "null",
    "```",
    "~~~",
    "|---|",
    "1.",
    "999999999.",
    "**",
    "![](",
    "](",
    "<",
    "</p>",
    "<!--",
    "{#a}",
    "&amp;",
    "&#0;",
    "&#x110000;",
    "[x]:y",
    "[^1]",
    "1e999",
    "-1",
    "0x1F",
    "2027-02-30",
    "9999-12-31",
    "T24:00:00Z",
    "+99:99",
    "½",
    "٣",
    "Ⅻ",
    "第十条",
    "\\u0000",
    "\\ud800",
    "我们",
    "שלום",
    "ﬀ",
    "ßẞ",
    "\U000e0001",
    "\U0010ffff",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\uffff",
    "\x1b[2J",
    "javascript:x",
    "//x",
    "http://[::1",
    "../../x",
    "con",
    "\x00",
    "\x85",
    "\u2028",
    "\r",
    "é",
]
VALUES: list[Any] = [None, True, -1, 1.5, 10**40, "", "9999-12-31T23:59:59Z", "\ud800", "../x", [], {}, [[]], {"": 1}]
few = settings(max_examples=settings.default.max_examples // 5)  # a whole book and its reports take 0.1 s
pieces = st.sampled_from([sign.encode() for sign in SIGNS] + [b"\xff", b"\xed\xa0\x80", b"\n\n", b"    ", b"9" * 5000])


@st.composite
def mutated(draw: st.DrawFn, seed: bytes) -> bytes:
    """Derive an invalid input from the valid `seed` by a few mutations; half of those of JSON replace a value."""
    raw = seed
    for _ in range(draw(st.integers(1, 6))):
        if seed.startswith(b"{") and draw(st.booleans()):
            raw = draw(_other_value(raw))
            continue
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.sampled_from((0, 1, 5, 20, 100))))
        middle = draw(st.one_of(pieces, st.just(b""), st.just(raw[start:stop] * 40)))
        raw = raw[:start] + middle * draw(st.sampled_from((1, 1, 1, 40))) + raw[stop:]
    return raw[:100_000]


@st.composite
def _other_value(draw: st.DrawFn, raw: bytes) -> bytes:
    try:
        whole: Any = {"": json.loads(raw)}
    except (ValueError, RecursionError):
        return raw
    holder, place = whole, ""
    while isinstance(inner := holder[place], dict | list) and inner and draw(st.integers(0, 5)):
        holder, place = inner, draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
    holder[place] = draw(st.sampled_from(VALUES))
    return json.dumps(whole[""]).encode()


def book_with(path: str) -> Callable[[bytes], object]:
    """Return a parser of a book in which the file `path` is the mutated one, with the checks and all reports."""

    def read(raw: bytes) -> object:
        files = {name: text.encode() for name, text in BOOK.items()}
        before, after = (parse_book(listing_of(content)) for content in (files, {**files, path: raw}))
        base = Book(catalog=before.catalog, lock=before.lock)
        report = examine(Book(catalog=after.catalog, lock=after.lock, faults=after.faults, base=base), NOW)
        return [form(report) for form in (to_text, to_json, to_github, to_job_summary, to_gitlab, to_sarif)]

    return read


def dismissals(raw: bytes) -> object:
    data, lines = parse_yaml(raw.decode(), "dismissals.yml")
    return Dismissals.from_shape(Fields(data or {}), Source(path="dismissals.yml", lines=lines))


def markdown(raw: bytes) -> object:
    text = canonical(raw.decode())
    return to_html(text), parse(text), plain_text(text)


def comparison(raw: bytes) -> object:
    """Compare a text with a valid one and render every format; the redline must restore both texts exactly."""
    new = canonical(raw.decode())
    compared = redline(TEXT, new)
    sides = ["".join(run.text for run in compared.runs if run.op in side) for side in (IN_OLD, IN_NEW)]
    assert sides == [plain_text(TEXT), plain_text(new)]
    return redline_html(compared), to_markdown(compared), to_sentences(compared)


def question(raw: bytes) -> object:
    try:
        asked: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return decide(asked)


MANIFEST_BYTES = json.dumps(MANIFEST).encode()
PARSERS: dict[str, tuple[str | bytes, Callable[[bytes], object]]] = {
    "YAML": (BOOK["policy_versions/book.yml"], lambda raw: parse_yaml(raw.decode(), "x.yml")),
    "front matter": (BOOK[f"{FOLDER}/2027-03-01/en.md"], lambda raw: parse_frontmatter(raw.decode(), "en.md")),
    "dismissals": (DISMISSALS, dismissals),
    **{path: (text, book_with(path)) for path, text in BOOK.items()},
    "lock": (BOOK["policy_versions/lock.json"], lambda raw: parse_lock(raw.decode(), "lock.json")),
    "manifest": (MANIFEST_BYTES, lambda raw: parse_manifest(raw, site=SITE, limit=65_536)),
    "signed manifest": (sign(MANIFEST_BYTES, [KEY]), lambda raw: verify(raw, [KEY.public], limit=65_536)),
    "Markdown": (TEXT, markdown),
    "redline": (TEXT, comparison),
    "plain text": (PLAIN, lambda raw: convert(decoded(raw)[0])),
    "decide": (json.dumps(QUESTION), question),
}


@pytest.mark.parametrize("name", PARSERS)
def test_valid_input_is_accepted(name: str) -> None:
    seed, parser = PARSERS[name]
    assert parser(seed if isinstance(seed, bytes) else seed.encode()) is not None


@pytest.mark.parametrize("name", PARSERS)
@few
@given(data=st.data())
def test_mutated_input_is_accepted_or_refused(name: str, data: st.DataObject) -> None:
    seed, parser = PARSERS[name]
    raw = data.draw(mutated(seed if isinstance(seed, bytes) else seed.encode()))
    with suppress(InforceError, UnicodeDecodeError):  # a file that is not UTF-8 is refused before these parsers
        parser(raw)
