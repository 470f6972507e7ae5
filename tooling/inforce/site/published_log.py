"""The line about the published log of a ledger: shown on all pages if docs/ledger/ contains one.

Not responsible for: publishing the log, which “inforce ledger publish docs/ledger” does, and verifying it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from markupsafe import Markup

from inforce.disk import read_regular
from inforce.errors import LayoutError, Place, ProofError
from inforce.language import Language
from inforce.ledger.log.checkpoint import Checkpoint, Note
from inforce.site.templating import environment

_CHECKPOINT: Final = "ledger/checkpoint"
_LARGEST: Final = 65_536


def published_size(docs: Path) -> int | None:
    """Return the number of entries of the log published in `docs`; None if there is none.

    Raise LayoutError if its checkpoint cannot be read.
    """
    file = docs / _CHECKPOINT
    if not file.is_file():
        return None
    try:
        return Checkpoint.parse(Note.parse(read_regular(file, _LARGEST)).text).size
    except ProofError as cause:
        fix = "publish the log again with “inforce ledger publish docs/ledger”"
        raise LayoutError(Place(path=f"docs/{_CHECKPOINT}"), str(cause), fix, rule="PATH-unexpected") from cause


def log_words(size: int, language: Language) -> dict[str, Markup]:
    """Return the words of the line about a log of `size` entries: `name`, `colon`, `checkpoint` and `how`."""
    words = environment(language).get_template("ledger.html").make_module({"size": size})
    return {name: Markup(getattr(words, name)) for name in ("name", "colon", "checkpoint", "how")}  # noqa: S704 - from templates
