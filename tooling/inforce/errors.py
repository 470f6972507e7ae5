"""The exceptions of inforce and their messages.

Constructors take objects and format the message: what is wrong, where, expected and actual value, and how to fix it.
Problems in a readable book are findings of the checks, not exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def printable(text: str) -> str:
    """Return `text` with non-printable characters escaped: line ends, control characters, direction marks."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def quoted(text: str, longest: int = 60) -> str:
    """Return `text` in quotation marks for a message: printable, and truncated after `longest` characters."""
    return f"“{printable(text[:longest])}{'…' if len(text) > longest else ''}”"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return `number` and `noun`, in the plural if necessary: “1 error”, “2,000 errors”."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join `words`, of which there is at least one, as in “a, b and c”."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(subject: str, problem: str) -> str:
    """Return the sentence “`subject` `problem`”; `problem` is a predicate such as “is missing”, or “expected …”."""
    return f"{subject}{': ' if problem.startswith('expected ') else ' '}{problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the book: a path relative to its root and, if known, a line (from 1) and a section id."""

    path: str
    line: int | None = None
    section: str | None = None

    def __str__(self) -> str:
        path = printable(self.path)
        return f"{path}:{self.line}" if self.line else path


class InforceError(Exception):
    """The base class; the message is for the person who can fix the problem.

    :param message: what is wrong, where, and how to fix it
    """

    exit_code = 2

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class BookError(InforceError):
    """The book is invalid at `place`: `problem` states the reason, `fix` how to correct it.

    `rule` is the id of the check that reports the same problem.
    """

    def __init__(self, place: Place, problem: str, fix: str = "", *, rule: str = "META-field") -> None:
        self.place = place
        self.problem = problem
        self.fix = fix
        self.rule = rule
        super().__init__(f"{place}: {problem}" + (f"\n  {fix}" if fix else ""))


class FrontMatterError(BookError):
    """YAML of the book violates a rule of the strict parser."""


class LayoutError(BookError):
    """A folder or file of the book has a name or type that the layout does not allow."""


class CatalogError(BookError):
    """Policies and versions are each valid but inconsistent with each other."""


class LockError(BookError):
    """lock.json is unreadable, or a published version would change."""


class PublishedHistoryError(LockError):
    """The operation would change published history."""

    exit_code = 3


class ClockError(InforceError):
    """The current instant is invalid; `source` is the option, variable or setting with the invalid value."""

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        super().__init__(sentence(source, problem))


class ShapeError(InforceError):
    """Decoded data does not have the expected shape.

    :param path: the field, such as `policies[0].act`
    :param problem: a predicate of that field (“is missing”), or a text that begins with “expected”
    :param fix: how to fix it, if known
    """

    def __init__(self, path: str, problem: str, fix: str = "") -> None:
        self.path = path
        self.problem = problem
        self.fix = fix
        subject = printable(path[:200]) or "the document"
        super().__init__(sentence(subject, problem) + (f" ({fix})" if fix else ""))


class SettingsError(ShapeError):
    """A setting of the book is invalid."""


class ManifestError(ShapeError):
    """A manifest is invalid."""


class UnsupportedSpecError(ManifestError):
    """A manifest has an unsupported major version of the specification."""

    def __init__(self, spec: str, known: str) -> None:
        super().__init__("spec", f"expected major version {known.split('.')[0]}, got “{spec}”", "update inforce")


class SignatureError(InforceError):
    """A signature is missing or invalid, or its key is unknown.

    :param message: what is wrong, and how to fix it
    """

    exit_code = 1


class ReceiptError(InforceError):
    """A receipt is invalid.

    :param message: what is wrong, and how to fix it
    """


class ProofError(InforceError):
    """A proof, checkpoint or entry of a log is malformed, or does not show what it should."""


class LedgerError(InforceError):
    """A ledger cannot be used: its keys, its database or its log do not fit together."""

    exit_code = 4


class LedgerUnavailableError(LedgerError):
    """The ledger cannot store or read now; nothing was stored, and the same request may succeed later."""


class LedgerInUseError(LedgerError):
    """Another process writes the ledger, which only one may do at a time."""


class HeldError(LedgerError):
    """A legal hold prevents the erasure of a subject."""


class DigestMismatchError(ReceiptError):
    """The digest of a text or receipt differs from the published one.

    :param what: the text
    :param expected: the published digest
    :param got: the digest of the text
    """

    def __init__(self, what: str, expected: object, got: object) -> None:
        self.expected = expected
        self.got = got
        super().__init__(f"{what}: expected {expected}, got {got}")


class UnknownVersionError(ReceiptError):
    """A version is not among the published versions of the book.

    :param policy: id of the policy
    :param version: number or label of the version
    """

    def __init__(self, policy: str, version: object) -> None:
        super().__init__(f"{policy} has no published version “{version}”")


class HistoryError(InforceError):
    """Git is missing, or its output is unusable."""

    exit_code = 4


class GeneratorError(InforceError):
    """The site generator, MkDocs or ProperDocs, failed and has reported the reason; `code` is its exit code."""

    def __init__(self, generator: str, code: int) -> None:
        # A negative code means that a signal ended the process.
        self.exit_code = code if code > 0 else 4
        super().__init__(f"{generator} failed with the exit code {code}")


class SetupError(InforceError):
    """Something outside the book is missing: a program, a key, a permission.

    :param message: what is wrong, and how to fix it
    """

    exit_code = 4
