"""Interface words in the languages of readers, from message catalogues that translators can edit.

Invariants: a message without a translation is shown in English, never as an empty text. Catalogues are gettext files in
`messages/`; the English text is the key.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from inforce.language import Language
from inforce.publication.files.pdf import WORDS, PaperWords
from inforce.rendering.labels import ENGLISH, Labels


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalogue for `language`, or for its closest parent language (RFC 4647, 3.4 lookup)."""
    tag = str(language)
    folder = resources.files("inforce.site") / "messages"
    while tag:
        file = folder / f"{tag}.po"
        if file.is_file():
            return _catalogue(file.read_bytes())
        tag = tag.rpartition("-")[0]
    return NullTranslations()


def _catalogue(raw: bytes) -> Translations:
    # Compiled on loading, so that there is no second file to keep in sync.
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(raw)))
    compiled.seek(0)
    return Translations(compiled)


@cache
def labels(language: Language) -> Labels:
    """Return the interface words of a redline in `language`; English where the catalogue has no translation."""
    catalogue = translations(language)
    return Labels(**{label.name: catalogue.gettext(getattr(ENGLISH, label.name)) for label in fields(Labels)})


@cache
def paper_words(language: Language) -> PaperWords:
    """Return the interface words of a paper in `language`; English where the catalogue has no translation."""
    catalogue = translations(language)
    return PaperWords(**{word.name: catalogue.gettext(getattr(WORDS, word.name)) for word in fields(PaperWords)})
