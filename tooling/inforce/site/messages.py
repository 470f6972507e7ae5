"""Interface words in the languages of readers, from message catalogues that translators can edit.

Invariants: a message without a translation is shown in English, never as an empty text. Catalogues are gettext files in
`messages/`; the English text is the key. They also contain the words of the browser elements, which are not used here.
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
from inforce.rendering.labels import ENGLISH, TRANSLATED, Labels


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalogue for `language`; without translations if it is English or has no catalogue."""
    file = resources.files("inforce.site") / "messages" / f"{language.catalogue}.po"
    return _catalogue(file.read_bytes()) if file.is_file() else NullTranslations()


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
    words = {name: catalogue.gettext(getattr(ENGLISH, name)) for name in TRANSLATED}
    spoken = language.interface
    tongue = "" if spoken == language else f' lang="{spoken}" dir="{spoken.direction}"'
    return Labels(**words, separator=spoken.list_separator, tongue=tongue)


@cache
def paper_words(language: Language) -> PaperWords:
    """Return the interface words of a paper in `language`; English where the catalogue has no translation."""
    catalogue = translations(language)
    return PaperWords(**{word.name: catalogue.gettext(getattr(WORDS, word.name)) for word in fields(PaperWords)})
