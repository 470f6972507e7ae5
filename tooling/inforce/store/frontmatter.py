"""Front matter: the YAML between two `---` lines at the head of an edition, and the body under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inforce.errors import FrontMatterError, Place
from inforce.shape import Source
from inforce.store.strict_yaml import FRONT_MATTER_LONGEST, parse_yaml

_FENCE = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """An edition's file in its two parts; `body_line` is the line (from 1) on which the first words stand."""

    data: dict[str, Any]
    body: str
    body_line: int
    source: Source


def parse_frontmatter(text: str, path: str) -> FrontMatter:
    """Split the `text` of the file `path` into front matter and body; without front matter all of it is body.

    FrontMatterError where the front matter has no end, is longer than 16 KiB, or holds no mapping.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].rstrip() != _FENCE:
        return _made({}, {}, lines, 0, path, text)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        mend = f"close it with a line “{_FENCE}” before the text begins"
        raise FrontMatterError(Place(path=path, line=1), "the front matter has no end", mend, rule="META-yaml")
    head = "".join(f"{line}\n" for line in lines[1:end])
    if len(head.encode(errors="replace")) > FRONT_MATTER_LONGEST:
        problem = f"the front matter is longer than {FRONT_MATTER_LONGEST // 1024} KiB"
        raise FrontMatterError(Place(path=path, line=1), problem, "shorten the summary", rule="META-yaml")
    data, places = parse_yaml(head, path, first_line=2)
    if not isinstance(data, dict | None):
        problem, mend = "the front matter has no members", "write lines such as “summary: …”"
        raise FrontMatterError(Place(path=path, line=2), problem, mend, rule="META-yaml")
    return _made(data or {}, places, lines, end + 1, path, text)


def _made(
    data: dict[str, Any], places: dict[str, int], lines: list[str], start: int, path: str, text: str
) -> FrontMatter:
    while start < len(lines) - 1 and not lines[start].rstrip(" \t").lstrip("\ufeff"):
        start += 1
    source = Source(path=path, text=text, lines=places)
    return FrontMatter(data=data, body="\n".join(lines[start:]), body_line=start + 1, source=source)
