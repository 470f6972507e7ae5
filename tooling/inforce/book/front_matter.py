"""Front matter: the YAML between two `---` lines at the start of an edition, and the body below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from inforce.book.yaml import FRONT_MATTER_LONGEST, parse_yaml
from inforce.errors import FrontMatterError, Place
from inforce.fields import Source

_FENCE = "---"
# A line that equals the fence after `str.rstrip`, with its line end.
_END = re.compile(rf"^{_FENCE}[^\S\n]*(?:\n|\Z)", re.MULTILINE)
# Lines of only blanks and byte order marks before the text; the last line never matches.
_BLANK = re.compile(r"(?:\ufeff*[ \t]*\n)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The two parts of an edition's file; `body_line` is the number of the body's first line, from 1."""

    data: dict[str, Any]
    body: str
    body_line: int
    source: Source


def parse_frontmatter(text: str, path: str) -> FrontMatter:
    """Split the `text` of the file `path` into front matter and body; without front matter, all of `text` is the body.

    FrontMatterError if the front matter has no end, is longer than 16 KiB, or is not a mapping.
    """
    plain = text.removeprefix("\ufeff")
    if "\r" in plain:
        plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    if plain.partition("\n")[0].rstrip() != _FENCE:
        return _front_matter({}, {}, (plain, 0), path, text)
    start = plain.find("\n") + 1
    end = _END.search(plain, start) if start else None
    if end is None:
        fix = f"close it with a line “{_FENCE}” before the text"
        raise FrontMatterError(Place(path=path, line=1), "the front matter has no end", fix, rule="META-yaml")
    head = plain[start : end.start()]
    if len(head.encode(errors="replace")) > FRONT_MATTER_LONGEST:
        problem = f"the front matter is longer than {FRONT_MATTER_LONGEST // 1024} KiB"
        raise FrontMatterError(Place(path=path, line=1), problem, "shorten the summary", rule="META-yaml")
    data, places = parse_yaml(head, path, first_line=2)
    if not isinstance(data, dict | None):
        problem, fix = "the front matter has no fields", "write lines such as “summary: …”"
        raise FrontMatterError(Place(path=path, line=2), problem, fix, rule="META-yaml")
    # If the closing fence ends the file, the body is empty.
    body = (plain[end.end() :], head.count("\n") + 2)
    return _front_matter(data or {}, places, body, path, text)


def _front_matter(
    data: dict[str, Any], places: dict[str, int], rest: tuple[str, int], path: str, text: str
) -> FrontMatter:
    """Return the parts of an edition; `rest` is its body and the number of lines before it."""
    body, before = rest
    blank = _BLANK.match(body)
    skipped = blank.end() if blank else 0
    source = Source(path=path, text=text, lines=places)
    return FrontMatter(
        data=data, body=body[skipped:], body_line=before + body.count("\n", 0, skipped) + 1, source=source
    )
