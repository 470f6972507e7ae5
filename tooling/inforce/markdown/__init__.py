"""Read the Markdown of an edition: its blocks, clauses and links as values, its text as read, its HTML.

The dialect is CommonMark with tables and heading ids (`## How long {#retention}`), raw HTML off. What a reader
sees is the same in all three answers: `parse`, `plain_text` and `to_html` read the same tokens.

The text as read, kept stable because digests of redlines depend on it:

- every leaf block (paragraph, heading, code block, table cell, rule) is its text and one newline, in the order of
  the source; a rule, an empty cell and an empty list item are a newline alone;
- list bullets and numbers are not text: they are made by whoever shows the list, and stand in `Block.path`;
- a soft line break is a space, a hard one a newline inside its block; a code block keeps its own newlines;
- an image is its alternative text, or U+FFFC where it has none; a link is its text, an autolink its address;
- emphasis, links, code and images are spans over that text, never characters in it.

Nothing here touches a disk, follows a link, or judges what it reads.
"""

from __future__ import annotations

from inforce.markdown.document import (
    Block,
    BlockKind,
    Clause,
    Container,
    ContainerKind,
    Document,
    Heading,
    Link,
    RawHtml,
    Span,
    SpanKind,
)
from inforce.markdown.fragment import to_html
from inforce.markdown.reader import parse, plain_text, raw_html
from inforce.markdown.tables import MOST_CELLS, line_of_excess_cells

__all__ = [
    "MOST_CELLS",
    "Block",
    "BlockKind",
    "Clause",
    "Container",
    "ContainerKind",
    "Document",
    "Heading",
    "Link",
    "RawHtml",
    "Span",
    "SpanKind",
    "line_of_excess_cells",
    "parse",
    "plain_text",
    "raw_html",
    "to_html",
]
