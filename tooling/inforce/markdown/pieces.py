"""The source of a block's text: each piece of text with its source and the format marks around it.

Invariants: the pieces in order, with the marks around them, are the inline source; their joined texts are the plain
text. The parser does not report token positions, so a subclass of its state records them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from inforce.markdown.dialect import Dialect, make_parser
from inforce.markdown.document import SpanKind
from inforce.markdown.inline import FORMATS, LINE_BREAKS, UNNAMED_IMAGE, alternative_text

_DELIMITERS = ("*", "_")


@dataclass(eq=False, slots=True, kw_only=True)
class Wrap:
    """A format around pieces as written: `opening`, `inner`, `closing`; compared by identity.

    `kind` is None if the marks have no effect (an unsupported address). `automatic` is true for an address in angle
    brackets.
    """

    kind: SpanKind | None
    target: str = ""
    opening: str
    closing: str = ""
    inner: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePiece:
    """A piece of plain text, usually one character, its `source`, and its `wraps`, outermost first."""

    text: str
    source: str
    wraps: tuple[Wrap, ...] = ()
    image: bool = False


class _PlacingState(StateInline):
    """Records the parser position of each token in `Token.meta["at"]`."""

    pending_at = 0

    def append_pending(self, text: str) -> None:
        if not self.pending:
            self.pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - the parser's own name
        token = super().pushPending()
        token.meta["at"] = self.pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: int) -> Token:
        if self.pending:
            self.pushPending()
        before = self.tokens[-1] if self.tokens else None
        token = super().push(ttype, tag, nesting)  # type: ignore[arg-type]
        at = self.pos
        if before is not None and before.content in _DELIMITERS and int(before.meta["at"]) >= at:
            at = int(before.meta["at"]) + 1  # the parser pushes the marks of one run at its start
        token.meta["at"] = at
        return token


class _PlacingInline(ParserInline):
    """The inline parser with a state that records positions."""

    def parse(self, src: str, md: MarkdownIt, env: object, tokens: list[Token]) -> list[Token]:
        state = _PlacingState(src, md, env, tokens)  # type: ignore[arg-type]
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def make_placing_parser() -> Dialect:
    """Build a parser of the dialect that records the positions of inline tokens and does not join adjacent texts."""
    parser = make_parser()
    placing = _PlacingInline()
    placing.ruler, placing.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = placing
    parser.inline.ruler2.disable("fragments_join")
    parser.core.ruler.disable("text_join")
    return parser


def pieces_of(content: str, tokens: Sequence[Token]) -> tuple[SourcePiece, ...]:
    """Read the inline `tokens` of the source `content` as pieces."""
    return tuple(_Pieces(content, tokens).read())


class _Pieces:
    def __init__(self, content: str, tokens: Sequence[Token]) -> None:
        self.content = content
        self.tokens = tokens
        self.starts = self._starts()
        self.wraps: list[Wrap] = []
        self.inside: list[int] = []  # start of the inner source of each open wrap
        self.closed = Wrap(kind=None, opening="")
        self.lead = ""  # marks of a strong opening whose second half follows

    def _starts(self) -> list[int]:
        """Return the source position of each token, and finally the length of the source."""
        starts = [len(self.content)]  # in reverse order
        for place in range(len(self.tokens) - 1, -1, -1):
            token = self.tokens[place]
            at, following = int(token.meta["at"]), starts[-1]
            if token.type in {"link_close", "barred_close"} and token.markup == "autolink":
                at = following - 1
            elif token.markup == "autolink":
                pass
            elif token.type in {"link_open", "barred_open"}:
                at -= 1
            elif self._is_automatic_text(place):
                at += 1
            starts.append(at)
        return starts[::-1]

    def _is_automatic_text(self, place: int) -> bool:
        before = self.tokens[place - 1] if place else None
        return before is not None and before.markup == "autolink" and before.nesting == 1

    def read(self) -> Iterator[SourcePiece]:
        for place, token in enumerate(self.tokens):
            source = self.content[self.starts[place] : self.starts[place + 1]]
            if token.nesting == 1:
                self._open(place, token, self.lead + source)
            elif token.nesting == -1:
                self._close(place, source)
            elif token.type == "text" and not token.content:
                self._half_of_strong(place, source)
            else:
                yield from self._leaf(token, source)

    def _half_of_strong(self, place: int, source: str) -> None:
        """Store the mark that belongs to the strong format that opens next or has just closed."""
        before = self.tokens[place - 1] if place else None
        if before is not None and before.type == "strong_close":
            self.closed.closing += source
        else:
            self.lead += source

    def _close(self, place: int, source: str) -> None:
        self.closed = self.wraps.pop()
        self.closed.closing = source
        self.closed.inner = self.content[self.inside.pop() : self.starts[place]]

    def _open(self, place: int, token: Token, opening: str) -> None:
        self.lead = ""
        self.inside.append(self.starts[place + 1])
        kind = FORMATS.get(token.type.removesuffix("_open"))
        target = str(token.attrs.get("href", ""))
        wrap = Wrap(kind=kind, target=target, opening=opening, automatic=token.markup == "autolink")
        self.wraps.append(wrap)

    def _leaf(self, token: Token, source: str) -> Iterator[SourcePiece]:
        wraps = tuple(self.wraps)
        if token.type in LINE_BREAKS:
            yield SourcePiece(text=LINE_BREAKS[token.type], source=source, wraps=wraps)
        elif token.tag == "img":
            text = alternative_text(token.children or ()) or UNNAMED_IMAGE
            yield SourcePiece(text=text, source=source, wraps=wraps, image=True)
        elif token.type == "code_inline":
            yield from self._code(token, source)
        elif source.startswith(token.content):
            yield from (SourcePiece(text=sign, source=sign, wraps=wraps) for sign in token.content)
        else:
            yield SourcePiece(text=token.content, source=source, wraps=wraps)

    def _code(self, token: Token, source: str) -> Iterator[SourcePiece]:
        inner = source[len(token.markup) : len(source) - len(token.markup)]
        shift = (len(inner) - len(token.content)) // 2
        written = inner[shift : len(inner) - shift]
        opening, closing = token.markup + inner[:shift], inner[len(inner) - shift :] + token.markup
        wraps = (*self.wraps, Wrap(kind=SpanKind.CODE, opening=opening, inner=written, closing=closing))
        yield from (
            SourcePiece(text=sign, source=sign_source, wraps=wraps)
            for sign, sign_source in zip(token.content, written, strict=True)
        )
