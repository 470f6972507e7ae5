"""Hostile input is processed in linear time: each case is measured at one size and at four times that size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from book_builder import instant
from doubling import assert_linear
from inforce.book.lock_file import parse_lock
from inforce.book.yaml import parse_yaml
from inforce.checks.context import CheckContext
from inforce.checks.rules.change import unmentioned_change
from inforce.manifest import parse_manifest
from inforce.manifest.strict_json import parse_json
from inforce.markdown import parse, to_html
from inforce.markdown.source import read_source
from inforce.redline import redline
from inforce.word.roundtrip import parse_manuscript, take_back
from inforce.word.roundtrip.values import Story
from paper_book import PaperBook
from test_word_roundtrip import TEXT, came, edited

Make = Callable[[int], str]


def distinct_then_one_twice(count: int) -> str:
    """Return a JSON object whose last field is the only duplicate."""
    return "{" + "".join(f'"{number}":1,' for number in range(count)) + f'"{count - 1}":1}}'


JSON: dict[str, Make] = {
    "duplicate fields": distinct_then_one_twice,
    "unfinished string of escaped quotes": lambda count: '"' + r"\"" * count + "\\",
    "open brackets": lambda count: "[" * count,
    "long number": lambda count: "9" * count,
    "long list": lambda count: "[" + "1," * count + "1]",
    "blanks": lambda count: " " * count,
}
YAML: dict[str, Make] = {
    "duplicate fields": lambda count: "".join(f"a{number}: 1\n" for number in range(count)) + f"a{count - 1}: 1\n",
    "open brackets": lambda count: "[" * count,
    "hyphens": lambda count: "- " * count,
    "question marks": lambda count: "? " * count,
    "long list": lambda count: "- a\n" * count,
    "unfinished quotation": lambda count: "a: '" + "''" * count,
    "comments": lambda count: "#\n" * count,
}
MARKDOWN: dict[str, Make] = {
    "references to one definition": lambda count: "[a] " * count + "\n\n[a]: https://a.example/\n",
    "definitions": lambda count: "".join(f"[a{number}]: https://a.example/\n" for number in range(count)),
    "closing marks": lambda count: "a* " * count,
    "opening marks": lambda count: "*a **b _c __d " * (count // 4),
    "open brackets": lambda count: "[" * count,
    "headings": lambda count: "".join(f"## H {number}\n\n" for number in range(count // 2)),
    "equal headings": lambda count: "## H\n\n" * (count // 2),
    "lines of one paragraph": lambda count: "word\n" * count,
    "quotes": lambda count: "> a\n\n" * (count // 2),
    "lists in lists": lambda count: "".join("  " * depth + "- a\n" for depth in range(40)) * (count // 160),
}


@pytest.mark.parametrize("name", ["references to one definition", "closing marks"])
def test_source_of_a_long_paragraph_is_read_in_linear_time(name: str) -> None:
    assert_linear(read_source, MARKDOWN[name], 15_000)


@pytest.mark.parametrize("make", MARKDOWN.values(), ids=MARKDOWN)
@pytest.mark.parametrize("work", [parse, to_html, read_source])
def test_markdown_is_parsed_in_linear_time(work: Callable[[str], object], make: Make) -> None:
    assert_linear(work, make, 4_000)


def test_long_moved_part_is_compared_in_linear_time() -> None:
    def halves(count: int) -> tuple[str, str]:
        parts = [f"## H {number}\n\n" for number in range(count)]
        return "".join(parts), "".join(parts[count // 2 :] + parts[: count // 2])

    assert_linear(lambda texts: redline(*texts), halves, 2_000)


def test_summary_of_many_changed_sections_is_checked_in_linear_time() -> None:
    find = unmentioned_change.find
    assert find

    def context(count: int) -> CheckContext:
        book = PaperBook()
        policy = book.policy("privacy").version("2026-01-15", en="# Privacy\n\nWe keep your name.\n")
        sections = "".join(f"## H {number}\n\n" for number in range(count))
        head = "---\nsummary:\n  - {section: h-1, text: T.}\n---\n"
        policy.version("2026-03-01", en=f"{head}# Privacy\n\nWe keep your name.\n\n{sections}", change="material")
        catalog = book.book().catalog
        assert catalog
        prepared = CheckContext(book.book(), catalog, instant("2026-06-01"))
        assert list(find(prepared))  # the texts are compared here, outside the measured time
        return prepared

    assert_linear(lambda prepared: list(find(prepared)), context, 1_000)


@pytest.mark.parametrize("make", JSON.values(), ids=JSON)
def test_manifest_is_parsed_in_linear_time(make: Make) -> None:
    assert_linear(lambda text: parse_json(text.encode()), make, 10_000)
    assert_linear(lambda text: parse_manifest(text.encode()), make, 10_000)


@pytest.mark.parametrize("make", JSON.values(), ids=JSON)
def test_lock_is_parsed_in_linear_time(make: Make) -> None:
    assert_linear(lambda text: parse_lock(text, "lock.json"), make, 10_000)


@pytest.mark.parametrize("make", YAML.values(), ids=YAML)
def test_yaml_is_parsed_in_linear_time(make: Make) -> None:
    # YAML files are limited to 64 KiB.
    assert_linear(lambda text: parse_yaml(text, "version.yml"), make, 2_000)


def test_long_tracked_insertion_is_imported_in_linear_time() -> None:
    def story(words: int) -> Story:
        return parse_manuscript(edited("24 months", came("lorem ipsum " * (words // 2)))).story

    assert_linear(lambda returned: take_back(TEXT, returned), story, 1_000)


def test_long_run_of_inserted_blanks_is_imported_in_linear_time() -> None:
    def story(words: int) -> Story:
        return parse_manuscript(edited("24 months", came("a" + "\u2003" * words + "b"))).story

    assert_linear(lambda returned: take_back(TEXT, returned), story, 2_000)
