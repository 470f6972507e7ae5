"""Hostile input is processed in linear time: each case is measured at one size and at four times that size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doubling import assert_linear
from inforce.book.read import parse_lock
from inforce.book.yaml import parse_yaml
from inforce.manifest import parse_manifest
from inforce.manifest.strict_json import parse_json
from inforce.word.roundtrip import parse_manuscript, take_back
from inforce.word.roundtrip.values import Story
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
