"""The pictures of README and docs: all of them drawn by the script, none of them heavy, each of them told in words."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from browser.pictures import LARGEST, PAPERS, PICTURES, ROOT

NAMES = {picture.name for picture in PICTURES} | set(PAPERS)
SHOWN = re.compile(r"!\[([^\]]*)\]\([^)]*pictures/([\w-]+)\.png\)")


def test_every_picture_is_drawn_by_the_script_and_none_is_left_over() -> None:
    assert {file.name for file in (ROOT / "docs/pictures").iterdir()} == {f"{name}.png" for name in NAMES}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_picture_is_light(name: str) -> None:
    file = ROOT / "docs/pictures" / f"{name}.png"
    assert file.stat().st_size <= LARGEST
    with Image.open(file) as picture:
        assert picture.mode == "P"


@pytest.mark.parametrize("page", ["docs/tour.md", "README.md"])
def test_every_picture_is_told_in_words(page: str) -> None:
    told = {name: words for words, name in SHOWN.findall((ROOT / page).read_text("utf-8"))}
    assert told
    assert {name for name, words in told.items() if len(words) < 15} == set()
    assert set(told) <= NAMES if page == "README.md" else set(told) == NAMES
