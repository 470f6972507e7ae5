"""Editions: a version in one language, and what its author says has changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from inforce.fields import Fields, Source
from inforce.language import Language
from inforce.text import Digest, canonical, is_canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPoint:
    """One thing that changed, in plain words; `section` is the id of the clause, empty for the whole text."""

    text: str
    section: str = ""

    @classmethod
    def from_shape(cls, shape: Fields) -> SummaryPoint:
        """Read a point of a summary out of `shape`."""
        point = cls(section=shape.text("section", ""), text=shape.text("text"))
        shape.close()
        return point


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version in one language.

    `text` is canonical Markdown and `digest` the digest of its UTF-8 bytes. `translates` names the binding text a
    translation was made from. `body_line` is the line of the file on which the text begins, to translate lines of the
    text into lines of the file.
    """

    language: Language
    text: str
    summary: tuple[SummaryPoint, ...] = ()
    translates: Digest | None = None
    source: Source = field(default_factory=lambda: Source(path=""), compare=False)
    body_line: int = field(default=1, compare=False)
    digest: Digest = field(init=False)

    def __post_init__(self) -> None:
        if not is_canonical(self.text):
            message = f"the text of {self.source.path or self.language} is not canonical"
            raise ValueError(message)
        if not self.text:
            message = "the text is empty"
            raise ValueError(message)
        object.__setattr__(self, "digest", Digest.of(self.text))

    @classmethod
    def from_shape(cls, language: Language, shape: Fields, body: str, source: Source, body_line: int) -> Edition:
        """Make an edition in `language` of front matter `shape` and the Markdown `body` of `source`."""
        summary = tuple(SummaryPoint.from_shape(point) for point in shape.shapes("summary", ()))
        translates = shape.parsed("translates", Digest, None) if "translates" in shape else None
        shape.close()
        return cls(
            language=language,
            text=canonical(body),
            summary=summary,
            translates=translates,
            source=source,
            body_line=body_line,
        )

    @property
    def size(self) -> int:
        """How many bytes the published text has."""
        return len(self.text.encode())

    def file_line(self, line: int) -> int:
        """Translate `line` of the canonical text (from 1) into a line of the file."""
        return self.body_line + line - 1
