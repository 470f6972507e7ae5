"""A paper as an HTML document; everything is escaped except the body, which comes from our own renderers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from inforce import __version__
from inforce.instant import format_instant
from inforce.pdf.paper import FactRow, Paper
from inforce.pdf.style import STYLE

_COUNTERS = {"{page}": '<span class="page"></span>', "{pages}": '<span class="pages"></span>'}


def document_of(paper: Paper) -> str:
    """Return `paper` as a self-contained HTML document."""
    return "\n".join(_lines(paper))


def _lines(paper: Paper) -> Iterator[str]:
    page = paper.language.interface
    yield f'<!doctype html>\n<html lang="{page}" dir="{page.direction}">\n<head>'
    yield f'<meta charset="utf-8"><title>{escape(paper.title)}</title>'
    for name, content in _facts(paper).items():
        yield f'<meta name="{name}" content="{escape(content)}">'
    yield f"<style>{STYLE}</style>\n</head>\n<body>"
    # Running elements come first: they must be defined before the page starts.
    yield f'<div class="running">{" · ".join(map(_isolated, paper.running))}</div>'
    yield f'<div class="foot"><p>{_counted(paper.page_of)}</p>{"".join(map(_digest, paper.digests))}</div>'
    yield f'<div class="head"><p class="author">{escape(paper.author)}</p>'
    if paper.heading:
        yield f"<h1>{escape(paper.heading)}</h1>"
    yield f'<table class="facts">{"".join(map(_row, paper.rows))}</table></div>'
    text = "" if page == paper.language else f' lang="{paper.language}" dir="{paper.language.direction}"'
    yield f"<main{text}>\n{paper.body}\n</main>\n</body>\n</html>"


def _facts(paper: Paper) -> dict[str, str]:
    created = format_instant(paper.made)
    return {
        "author": paper.author,
        "description": " · ".join(paper.running),
        "generator": f"inforce {__version__}",
        "dcterms.created": created,
        "dcterms.modified": created,
    }


def _isolated(text: str) -> str:
    """Return `text` in a `bdi` element, so that the surrounding text does not change its direction."""
    return f"<bdi>{escape(text)}</bdi>"


def _row(row: FactRow) -> str:
    text = escape(row.text)
    shown = f'<a href="{escape(row.link)}" dir="ltr">{text}</a>' if row.link else _isolated(row.text)
    return f'<tr><th scope="row">{escape(row.name)}</th><td>{shown}</td></tr>'


def _digest(digest: str) -> str:
    return f'<p class="digest" dir="ltr">{escape(digest)}</p>'


def _counted(words: str) -> str:
    """Return `words` with the page counters filled in."""
    return "".join(_COUNTERS.get(piece, escape(piece)) for piece in re.split(r"(\{pages?\})", words))
