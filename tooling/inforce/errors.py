"""Every exception inforce raises on purpose, and the sentence each one says.

Constructors take objects and write the message: what is wrong, where, what was expected and found, and how to fix it.
A wrong book is not an exception: checks yield findings. These are for what cannot be read or must not be done.
"""

from __future__ import annotations

from dataclasses import dataclass


def printable(text: str) -> str:
    """Escape the characters of `text` that do not print: line ends, control characters, direction marks."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def quoted(text: str, longest: int = 60) -> str:
    """Put `text` into quotation marks for a message: printable, and cut after `longest` characters."""
    return f"“{printable(text[:longest])}{'…' if len(text) > longest else ''}”"


def sentence(subject: str, problem: str) -> str:
    """Say of `subject` what its `problem` is: a predicate such as “is missing”, or what was expected and found."""
    return f"{subject}{': ' if problem.startswith('expected ') else ' '}{problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the book: a path relative to its root, and where known a line (from 1) and a section id."""

    path: str
    line: int | None = None
    section: str | None = None

    def __str__(self) -> str:
        path = printable(self.path)
        return f"{path}:{self.line}" if self.line else path


class InforceError(Exception):
    """Anything inforce refuses, with a message meant for the person who can fix it."""

    exit_code = 2


class BookError(InforceError):
    """The book cannot be read at `place`: `problem` says why, `fix` how to put it right.

    `rule` is the id of the check under which the same thing is reported.
    """

    def __init__(self, place: Place, problem: str, fix: str = "", *, rule: str = "META-field") -> None:
        self.place = place
        self.problem = problem
        self.fix = fix
        self.rule = rule
        super().__init__(f"{place}: {problem}" + (f"\n  {fix}" if fix else ""))


class FrontMatterError(BookError):
    """YAML of the book breaks a rule of strict reading."""


class LayoutError(BookError):
    """A folder or file of the book has a name or a kind that the layout does not allow."""


class CatalogError(BookError):
    """Policies and versions are each readable and yet make no catalogue together."""


class LockError(BookError):
    """lock.json cannot be read, or something published would change."""


class PublishedHistoryError(LockError):
    """Going on would change what has been published."""

    exit_code = 3


class ClockError(InforceError):
    """The instant to work at cannot be read; `source` is the option, variable or setting with the wrong value."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        super().__init__(sentence(source, problem))


class ShapeError(InforceError):
    """Decoded data has another shape than expected; `path` names the member, such as `policies[0].act`.

    `problem` is a predicate of that member (“is missing”) or begins with “expected”.
    """

    def __init__(self, path: str, problem: str, fix: str = "") -> None:
        self.path = path
        self.problem = problem
        self.fix = fix
        subject = printable(path[:200]) or "the document"
        super().__init__(sentence(subject, problem) + (f" ({fix})" if fix else ""))


class SettingsError(ShapeError):
    """A setting of the book makes no sense."""


class ManifestError(ShapeError):
    """A manifest cannot be understood."""


class UnsupportedSpecError(ManifestError):
    """A manifest is of a major specification this program does not know."""

    def __init__(self, spec: str, known: str) -> None:
        super().__init__("spec", f"expected major version {known.split('.')[0]}, got “{spec}”", "update inforce")


class SignatureError(InforceError):
    """A signature is missing, wrong, or made with an unknown key."""

    exit_code = 1


class ReceiptError(InforceError):
    """A receipt cannot be accepted."""


class DigestMismatchError(ReceiptError):
    """A text or receipt carries another digest than the one published."""

    def __init__(self, what: str, expected: object, got: object) -> None:
        self.expected = expected
        self.got = got
        super().__init__(f"{what}: expected {expected}, got {got}")


class UnknownVersionError(ReceiptError):
    """A version was named that this book never published."""

    def __init__(self, policy: str, version: object) -> None:
        super().__init__(f"{policy} has no published version “{version}”")


class HistoryError(InforceError):
    """Git is missing, or its answer cannot be used."""

    exit_code = 4


class SetupError(InforceError):
    """Something outside the book is missing: a program, a key, a permission."""

    exit_code = 4
