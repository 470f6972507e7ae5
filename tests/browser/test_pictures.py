"""The pictures of README and docs: all created by the script, small, and with alternative text."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from browser.pictures import LARGEST, PAPERS, PICTURES, ROOT

NAMES = {picture.name for picture in PICTURES} | set(PAPERS)
SHOWN = re.compile(r"!\[([^\]]*)\]\([^)]*pictures/([\w-]+)\.png\)")


def test_picture_files_match_those_the_script_creates() -> None:
    plots = {"scale.svg"}  # created by the benchmark
    assert {file.name for file in (ROOT / "docs/pictures").iterdir()} == {f"{name}.png" for name in NAMES} | plots


@pytest.mark.parametrize("name", sorted(NAMES))
def test_picture_is_within_the_size_limit(name: str) -> None:
    file = ROOT / "docs/pictures" / f"{name}.png"
    assert file.stat().st_size <= LARGEST
    with Image.open(file) as picture:
        assert picture.mode == "P"


def test_every_picture_is_used_with_an_alternative_text() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = [text for page in pages for text in SHOWN.findall(page.read_text("utf-8"))]
    assert {name for _, name in shown} == NAMES
    assert [name for words, name in shown if len(words) < 15] == []
