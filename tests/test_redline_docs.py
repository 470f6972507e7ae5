"""The reference of redlines documents every field of their JSON, and its example runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inforce.redline import ChangeClass, ClauseState, NumberKind, Op, redline
from inforce.rendering.json import to_data

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "redline.md").read_text("utf-8")
OLD = "# T\n\n## A {#a}\n\nWe keep [data](/a) for 24 months.\n\n## B {#b}\n\nWe may sell it.\n"
NEW = "# T\n\n## A {#a}\n\nWe keep [data](/b) for 12 months.\n"


def members(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from members(value)
    elif isinstance(data, list):
        for item in data:
            yield from members(item)


def test_every_field_of_redline_json_is_documented() -> None:
    documented = set(members(to_data(redline(OLD, NEW))))

    assert {"runs", "op", "was", "value", "clauses", "state", "numbers", "words"} <= documented
    assert [name for name in sorted(documented) if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("words", [Op, ClauseState, NumberKind, ChangeClass])
def test_every_value_of_a_field_is_documented(words: Any) -> None:
    assert [str(word) for word in words if f"`{word}`" not in PAGE] == []


def test_python_example_runs() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

    exec(example, {})  # noqa: S102 - our own page
