"""A text or a redline as a PDF, with its name, interval and digest on every page.

    from inforce.pdf import Paper, to_pdf

    content = to_pdf(Paper(title="Privacy Policy 2026-01-15", body=html, …))

Invariants: with the same fonts, the same paper gives the same bytes, independent of clock, time zone, locale and
folder; nothing is fetched from the network or the disk; a missing glyph raises an error instead of printing a box in a
contract; the PDF is tagged for screen readers (PDF/UA-1, ISO 14289-1).

Needs the extra `inforce[pdf]`.
"""

from __future__ import annotations

from importlib.util import find_spec

from inforce.errors import SetupError
from inforce.pdf.paper import FactRow, Paper

__all__ = ["MEDIA_TYPE", "FactRow", "Paper", "require", "to_pdf"]

MEDIA_TYPE = "application/pdf"


def require() -> None:
    """Raise SetupError if the extra `inforce[pdf]` is not installed."""
    if find_spec("weasyprint") is None:
        message = "a PDF needs weasyprint, which is not installed; run: python -m pip install 'weasyprint>=70,<71'"
        raise SetupError(message)


def to_pdf(paper: Paper) -> bytes:
    """Return `paper` as an A4 PDF; raise SetupError if a library or a font is missing."""
    require()
    # Imported here because describing a paper does not need the extra.
    from inforce.pdf.drawing import draw

    return draw(paper)
