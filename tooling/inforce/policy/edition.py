"""An edition: a version in one language, with the author's summary of the changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from inforce.fields import Fields, Source
from inforce.language import Language
from inforce.text import Digest, canonical, is_canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPoint:
    """One change in plain words; `section` is the id of the clause, or empty for the whole text."""

    text: str
    section: str = ""

    @classmethod
    def from_shape(cls, shape: Fields) -> SummaryPoint:
        """Parse a point of the summary from `shape`."""
        point = cls(section=shape.text("section", ""), text=shape.text("text"))
        shape.close()
        return point


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version in one language.

    `text` is canonical Markdown and `digest` the digest of its UTF-8 bytes. `translates` is the digest of the binding
    text that a translation was made from. `body_line` is the line of the file on which the text begins, to map lines of
    the text to lines of the file.
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
        """Create an edition in `language` from the front matter `shape` and the Markdown `body` of `source`."""
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
        """The size of the published text in bytes."""
        return len(self.text.encode())

    def file_line(self, line: int) -> int:
        """Return the line of the file for `line` of the canonical text, both counted from 1."""
        return self.body_line + line - 1
