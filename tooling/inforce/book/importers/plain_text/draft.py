"""Import a plain text as the draft of a version: Markdown with the same words, and remarks on possible damage.

Invariants: the version is a draft, since an editor must confirm its dates and correct damaged words. The remarks
include the findings of the checks; nothing is corrected automatically.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inforce.book.importers.plain_text import Conversion, convert, words
from inforce.book.importers.policy_file import NothingToImportError, binding_language, describe, known_id, name_of
from inforce.book.importers.source_file import decoded
from inforce.book.new_version import empty_summary, newest_label, version_stub
from inforce.book.paths import BOOK
from inforce.book.read import LARGEST, read_book, refuse_long_structure
from inforce.book.write import NewVersion, add_versions, readable_catalog, to_edition
from inforce.checks import CATALOGUE, Book, examine
from inforce.disk import how_to_fix, read_regular
from inforce.errors import LayoutError, Place, SetupError
from inforce.instant import day_of
from inforce.language import Language
from inforce.policy import Act, ChangeLevel, Kind, Label

_GROUPS = ("ENC", "TEXT")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions:
    """The options of an import; None means the default.

    `effective` and `published` are dates or instants (default: the day of the import), `label` is the version's label
    (default: the effective date). `kind`, `act` and `title` are written to policy.yml and are ignored if the policy
    exists; `title` is also added to a text without a title.
    """

    effective: str | None = None
    published: str | None = None
    label: str | None = None
    change: ChangeLevel = ChangeLevel.MATERIAL
    language: Language | None = None
    kind: Kind | None = None
    act: Act | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A remark for the editor on a place in the imported text."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedText:
    """The result of an import: the folder of the draft, its label, and remarks in the order of the text."""

    folder: Path
    label: Label
    remarks: tuple[Remark, ...]


def import_text(
    root: Path, file: Path, policy_id: str, *, now: datetime, options: TextOptions | None = None
) -> ImportedText:
    """Write the plain text `file` as the draft of a version of the new or existing `policy_id` into the book in `root`.

    InforceError with exit code 2, and nothing is written, if the file is missing, contains no words or more than
    1 MiB, if Markdown cannot preserve its words, or if the label is not after the newest label.
    """
    options = options or TextOptions()
    reading = read_book(root)
    catalog = readable_catalog(reading, known_id(policy_id))
    policy, zone = catalog.find(policy_id), catalog.settings.timezone
    language = binding_language(catalog, policy_id, options.language)
    source, code = _read(file)
    conversion = convert(source)
    published = options.published or day_of(now, zone).isoformat()
    effective = options.effective or published
    newest = newest_label(policy)
    stub = version_stub(
        policy, zone, effective=effective, published=published, change=options.change, label=options.label
    )
    body = _titled(conversion, options.title or (policy.title(language) if policy else name_of(policy_id)))
    edition = to_edition(body, empty_summary(body) if newest else "")
    added = NewVersion(label=stub.label, files={"version.yml": stub.version_yml, f"{language}.md": edition})
    policy_yml = None if policy else _policy_yml(policy_id, language, conversion, file, options)
    folder = add_versions(root, reading, policy_id, [added], policy_yml)
    path = f"{BOOK}/{policy_id}/{stub.label}/{language}.md"
    above = edition.count("\n") - conversion.text.count("\n")
    remarks = [*_of_file(path, conversion, code), *_of_source(path, conversion, above), *_of_checks(root, path, now)]
    ordered = sorted(remarks, key=lambda remark: remark.place.line or 0)
    return ImportedText(folder=folder / stub.label.text, label=stub.label, remarks=tuple(ordered))


def _read(file: Path) -> tuple[str, str]:
    """Return the text of `file`, and its encoding if it is not UTF-8."""
    try:
        raw = read_regular(file, LARGEST + 1)
    except FileNotFoundError as cause:
        raise LayoutError(Place(path=str(file)), "does not exist", "pass the path of the text file") from cause
    except OSError as cause:
        message = f"{file} cannot be read: {cause.strerror}; {how_to_fix(cause, 'pass the path of the text file')}"
        raise SetupError(message) from cause
    if len(raw) > LARGEST:
        problem = f"contains more than {LARGEST:,} bytes, the limit for a text"
        raise LayoutError(Place(path=str(file)), problem, "import it in parts", rule="PATH-size")
    text, code = decoded(raw)
    refuse_long_structure(text, str(file))
    if not words(text):
        message = f"{file} contains no words"
        raise NothingToImportError(message)
    return text, code


def _titled(conversion: Conversion, title: str) -> str:
    return conversion.text if conversion.title else f"# {title}\n\n{conversion.text}"


def _policy_yml(policy_id: str, language: Language, conversion: Conversion, file: Path, options: TextOptions) -> str:
    titles = (options.title or "", conversion.title)
    return describe(policy_id, language, titles, file.name, kind=options.kind, act=options.act)


def _of_file(path: str, conversion: Conversion, code: str) -> Iterator[Remark]:
    place = Place(path=path, line=1)
    if code:
        yield Remark(place=place, sentence=f"The file is not UTF-8; it was read as {code}. Check its accented letters.")
    if not conversion.title:
        yield Remark(place=place, sentence="The text has no title; one was added.")


def _of_source(path: str, conversion: Conversion, above: int) -> Iterator[Remark]:
    """Yield the damage found by the conversion; the converted text begins after `above` lines."""
    for suspicion in conversion.damage:
        yield Remark(place=Place(path=path, line=suspicion.line + above), sentence=suspicion.sentence)


def _of_checks(root: Path, path: str, now: datetime) -> Iterator[Remark]:
    """Yield the findings of the checks in the new text."""
    rules = [rule for rule in CATALOGUE.values() if rule.group in _GROUPS]
    try:
        reading = read_book(root)
    except (SetupError, OSError) as cause:  # the text is already imported, so do not fail
        yield Remark(place=Place(path=path), sentence=f"The checks did not run: {cause}. Run “inforce check”.")
        return
    for finding in examine(Book(catalog=reading.catalog, lock=reading.lock), now, rules).findings:
        if finding.place.path == path:
            yield Remark(place=finding.place, sentence=f"{finding.message} {finding.fix}".strip())
