"""Parse the Markdown of an edition into blocks, clauses and links, plain text, or HTML.

The dialect is CommonMark with tables and heading ids (`## How long {#retention}`), raw HTML off.
`parse`, `plain_text` and `to_html` use the same tokens, so their visible content is the same.

The plain text is stable, because digests of redlines depend on it:

- every leaf block (paragraph, heading, code block, table cell, thematic break) is its text and one newline, in the
  order of the source; a thematic break, an empty cell and an empty list item are a newline alone;
- list bullets and numbers are not text: the renderer generates them from `Block.path`;
- a soft line break is a space, a hard one a newline inside its block; a code block keeps its own newlines;
- an image is its alternative text, or U+FFFC if it has none; a link is its text, an autolink its address;
- emphasis, links, code and images are spans over that text, never characters in it.

Not responsible for: reading files, following links, or checking the content of texts.
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
from inforce.markdown.limits import MOST_CELLS, MOST_HEADINGS, line_of_excess_cells, line_of_excess_headings
from inforce.markdown.reader import parse, plain_text, raw_html

__all__ = [
    "MOST_CELLS",
    "MOST_HEADINGS",
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
    "line_of_excess_headings",
    "parse",
    "plain_text",
    "raw_html",
    "to_html",
]
