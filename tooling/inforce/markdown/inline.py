"""The plain text of one leaf block and its formats, from its inline tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from inforce.markdown.document import Link, Span, SpanKind

# OBJECT REPLACEMENT CHARACTER: represents content that is not text.
UNNAMED_IMAGE = "\ufffc"
LINE_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
FORMATS = {"em": SpanKind.EMPHASIS, "strong": SpanKind.STRONG, "link": SpanKind.LINK}


@dataclass(slots=True)
class _Draft:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def set(self, start: int, kind: SpanKind, target: str = "") -> None:
        if start < self.length:
            self.spans.append(Span(start=start, stop=self.length, kind=kind, target=target))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """The `text` of a leaf block, its `spans` in order of their start, and its `links`."""

    text: str
    spans: tuple[Span, ...]
    links: tuple[Link, ...]


def read_inline(tokens: Sequence[Token], line: int) -> Inline:
    """Read the inline `tokens` of a block that starts on `line`."""
    if len(tokens) == 1 and tokens[0].type == "text":
        return Inline(text=tokens[0].content, spans=(), links=())
    draft = _Draft()
    opened: list[tuple[int, int, Token]] = []
    for token in tokens:
        start = draft.length
        if token.nesting == 1:
            opened.append((start, len(draft.parts), token))
        elif token.nesting == -1:
            _close(draft, *opened.pop(), line)
        elif token.type in LINE_BREAKS:
            draft.write(LINE_BREAKS[token.type])
            line += 1
        elif token.tag == "img":
            _image(draft, token, line)
        else:
            draft.write(token.content)
            if token.type == "code_inline":
                draft.set(start, SpanKind.CODE)
    spans = sorted(draft.spans, key=lambda span: (span.start, -span.stop))
    return Inline(text="".join(draft.parts), spans=tuple(spans), links=tuple(draft.links))


def alternative_text(tokens: Sequence[Token]) -> str:
    """Return the plain text of the inline `tokens` of an image description."""
    return "".join(
        alternative_text(token.children or ()) if token.tag == "img" else LINE_BREAKS.get(token.type, token.content)
        for token in tokens
    ).replace("\n", " ")


def _close(draft: _Draft, start: int, part: int, token: Token, line: int) -> None:
    kind = token.type.removesuffix("_open")
    target = str(token.attrs.get("href", ""))
    if kind in FORMATS:
        draft.set(start, FORMATS[kind], target)
    if token.tag == "a":
        text, title = "".join(draft.parts[part:]), str(token.attrs.get("title", ""))
        draft.links.append(Link(target=target, text=text, line=line, title=title, shown=kind == "link"))


def _image(draft: _Draft, token: Token, line: int) -> None:
    start, alt, target = draft.length, alternative_text(token.children or ()), str(token.attrs["src"])
    draft.write(alt or UNNAMED_IMAGE)
    shown = token.type == "image"
    if shown:
        draft.set(start, SpanKind.IMAGE, target)
    title = str(token.attrs.get("title", ""))
    draft.links.append(Link(target=target, text="", line=line, image=True, alt=alt, title=title, shown=shown))
