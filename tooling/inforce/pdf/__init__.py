"""Paper: a text or a redline as a PDF, with what it is, when it applies and its digest on every page.

    from inforce.pdf import Paper, to_pdf

    content = to_pdf(Paper(title="Privacy Policy 2026-01-15", body=html, …))

Keeps true: the same paper gives the same bytes, whatever the clock, time zone, locale or folder, on machines with the
same fonts; nothing is fetched, from the network or the disk; a letter that no font here can draw stops the work rather
than print a box in a contract. Tagged for screen readers (PDF/UA-1, ISO 14289-1). Does not know what a policy is.
Needs the extra `inforce[pdf]`.
"""

from __future__ import annotations

from importlib.util import find_spec

from inforce.errors import SetupError
from inforce.pdf.paper import FactRow, Paper

__all__ = ["MEDIA_TYPE", "FactRow", "Paper", "require", "to_pdf"]

MEDIA_TYPE = "application/pdf"


def require() -> None:
    """Raise SetupError where the extra that draws is not installed."""
    if find_spec("weasyprint") is None:
        message = "a PDF needs weasyprint, which is not here; python -m pip install 'weasyprint>=70,<71'"
        raise SetupError(message)


def to_pdf(paper: Paper) -> bytes:
    """Draw `paper`, A4; SetupError where a library or a font for it is missing."""
    require()
    # Only here: the extra is wanted by who draws, not by who describes a paper.
    from inforce.pdf.drawing import draw

    return draw(paper)
