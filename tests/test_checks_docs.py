"""Every rule has a page and every page a rule; bad examples yield the finding and good examples do not."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from inforce.checks import CATALOGUE
from paper_book import PaperBook, rules

PAGES = Path(__file__).parents[1] / "docs" / "checks"
NOW = "2026-06-01"
BOOK = "policy_versions"
FIRST = "# Privacy\n\n## What we keep {#keep}\n\nWe keep your name and your address for 24 months.\n"
SUMMARY = "---\nsummary:\n  - section: keep\n    text: We now keep your data for 36 months.\n---\n"
FENCE = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`(?:, (?P<when>[^:\n]+))?:\n\n)?^```(?P<kind>\w*)\n(?P<content>.*?)^```$", re.M | re.S
)
MARKED = re.compile(r"<(?:U\+(?P<character>[0-9A-F]{4,6})|0x(?P<byte>[0-9A-F]{2}))>")
PARTS = ("What it looks for", "Why it matters", "Bad", "Good", "How to fix it")
HEADING = re.compile(rf"^## ({'|'.join(PARTS)})$", re.M)
KEY = re.compile(r"^(?=[a-z_]+:)", re.M)


def page(rule: str) -> str:
    return (PAGES / f"{rule}.md").read_text("utf-8")


def section(rule: str, heading: str) -> str:
    parts = HEADING.split(page(rule))
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(heading, "")


def characters(text: str) -> bytes:
    """Return an example with its marked characters and bytes inserted."""
    raw = b""
    end = 0
    for mark in MARKED.finditer(text):
        raw += text[end : mark.start()].encode()
        raw += chr(int(mark["character"], 16)).encode() if mark["character"] else bytes([int(mark["byte"], 16)])
        end = mark.end()
    return raw + text[end:].encode()


def merged(known: bytes | None, lines: str) -> str:
    """Return the YAML file with the fields of an example replaced."""
    shown = {member.partition(":")[0] for member in KEY.split(lines)}
    remaining = [member for member in KEY.split((known or b"").decode()) if member.partition(":")[0] not in shown]
    return "".join(remaining) + lines


def ground() -> PaperBook:
    book = PaperBook()
    book.policy("privacy", act="acknowledge", kind="privacy").version("2026-01-15", en=FIRST)
    return book


def write(book: PaperBook, path: str, content: str) -> None:
    """Write a file of an example and the files it requires."""
    policy, _, rest = path.partition("/")
    label = rest.partition("/")[0]
    if rest and f"{BOOK}/{policy}/policy.yml" not in book.files:
        book.policy(policy)
    if rest.count("/") == 1 and f"{BOOK}/{policy}/{label}/version.yml" not in book.files:
        book.policy(policy).version(label, en=SUMMARY + FIRST.replace("24", "36"))
    if path.endswith(".yml") and content.strip():
        book.write(f"{BOOK}/{path}", merged(book.files.get(f"{BOOK}/{path}"), content))
    else:
        book.write(f"{BOOK}/{path}", characters(content))


def run(book: PaperBook, command: str) -> None:
    """Apply a command of an example to the files."""
    name, *words = shlex.split(command)
    if name == "rm":
        book.remove(words[-1])
    elif name == "mv":
        book.rename(*words)
    elif name == "ln":
        book.link(words[-1])
    elif name == "truncate":
        book.write(words[-1], bytes(int(words[1].removesuffix("M")) << 20))
    else:
        raise AssertionError(f"an example uses “{name}”")


def found(rule: str, heading: str) -> list[str]:
    """Return the rules of the findings in the example under `heading` on the page of `rule`."""
    book, base = ground(), None
    shown = list(FENCE.finditer(section(rule, heading)))
    assert shown, "an example shows something"
    for state in ("as published", "on the main branch"):
        files = [one for one in shown if state in (one["when"] or "")]
        for file in files:
            write(book, file["path"], file["content"])
        if files and state == "as published":
            book.freeze(NOW)
        elif files:
            base = book.copy()
    for shown_file in shown:
        if shown_file["kind"] == "sh":
            for command in shown_file["content"].splitlines():
                run(book, command)
        elif not shown_file["when"]:
            write(book, shown_file["path"], shown_file["content"])
    return rules(book.check(NOW, base))


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} - {"index"} == set(CATALOGUE)


def test_index_lists_every_rule_with_severity_and_title() -> None:
    rows = re.findall(r"^\| \[([\w-]+)\]\(([\w-]+)\.md\) \| (\w+) \| (.+) \|$", page("index"), re.M)

    assert rows == [(rule.id, rule.id, str(rule.severity), rule.title) for rule in sorted_by_group()]


def sorted_by_group() -> list[object]:
    groups = re.findall(r"^## ([A-Z]+):", page("index"), re.M)
    return sorted(CATALOGUE.values(), key=lambda rule: groups.index(rule.group))


@pytest.mark.parametrize("rule", CATALOGUE)
def test_page_begins_with_the_rule_and_has_all_parts(rule: str) -> None:
    severity = str(CATALOGUE[rule].severity).capitalize()

    assert page(rule).startswith(f"# {rule}\n\n**{severity}.** {CATALOGUE[rule].title}\n")
    assert tuple(HEADING.findall(page(rule))) == PARTS
    assert all(section(rule, part).strip() for part in PARTS)


@pytest.mark.parametrize("rule", CATALOGUE)
def test_bad_example_yields_the_finding(rule: str) -> None:
    assert rule in found(rule, "Bad")


@pytest.mark.parametrize("rule", CATALOGUE)
def test_good_example_does_not_yield_the_finding(rule: str) -> None:
    reported = found(rule, "Good")

    assert rule not in reported
    assert [shown_file for shown_file in reported if CATALOGUE[shown_file].history] == []
