"""Render a paper with WeasyPrint; the only module that imports it."""

from __future__ import annotations

from inforce.errors import SetupError, quoted
from inforce.pdf.markup import document_of
from inforce.pdf.paper import Paper

try:
    from weasyprint import HTML  # type: ignore[import-untyped]  # it has no annotations
    from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
except OSError as _missing:
    # WeasyPrint loads these system libraries on import; no Python package contains them.
    raise SetupError(
        f"a PDF needs Pango, which cannot be loaded ({_missing}).\n"
        "  Install it: on Debian and Ubuntu, apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    ) from _missing

_MOST_LETTERS = 12


def draw(paper: Paper) -> bytes:
    """Return `paper` as an accessible PDF (PDF/UA-1)."""
    # No scheme is allowed, so nothing is fetched: an image is shown as its alternative text.
    html = HTML(string=document_of(paper), url_fetcher=URLFetcher(allowed_protocols=()))
    drawn = html.render(pdf_variant="pdf/ua-1")
    content: bytes = drawn.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=paper.identifier())
    letters = sorted({code for font in drawn.fonts.values() for code in font.missing})
    if letters:
        raise SetupError(_without(letters, paper))
    return content


def _without(letters: list[int], paper: Paper) -> str:
    shown = quoted("".join(map(chr, letters[:_MOST_LETTERS])))
    return (
        f"no font here can draw {shown} ({len(letters)} letters) of “{paper.title}” in “{paper.language}”.\n"
        "  Install one that can: on Debian and Ubuntu, fonts-noto-cjk for Chinese, Japanese and Korean, "
        "fonts-noto-core for most other scripts"
    )
