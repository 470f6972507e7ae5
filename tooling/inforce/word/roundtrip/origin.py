"""The origin of a manuscript: the text and version it was made from, stored in the document's custom properties.

Invariants: the properties remain in the document when Word or LibreOffice saves it, since both keep custom properties
(ISO/IEC 29500-1, 22.3). Word displays them.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from inforce.errors import InforceError
from inforce.language import Language
from inforce.text import Digest
from inforce.word.export.markup import element, words
from inforce.word.export.package import HEAD

_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # format id of user-defined properties
_PREFIX = "inforce-"


class NoManuscriptError(InforceError):
    """A document does not state which text it was made from."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the document {problem}; make one with “inforce docx export” and edit that")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOrigin:
    """The text a manuscript was made from: its policy, version, language and digest."""

    policy: str
    version: str
    language: Language
    digest: Digest


def properties_part(origin: DocumentOrigin) -> str:
    """Return `origin` as custom properties."""
    members = {
        "policy": origin.policy,
        "version": origin.version,
        "language": str(origin.language),
        "digest": str(origin.digest),
    }
    rows = (
        element(
            "property",
            element("vt:lpwstr", words(text)),
            attributes={"fmtid": _FORMAT_ID, "pid": str(number), "name": f"{_PREFIX}{name}"},
        )
        for number, (name, text) in enumerate(members.items(), 2)
    )
    return HEAD + element("Properties", *rows, attributes={"xmlns": _PROPERTIES, "xmlns:vt": _TYPES})


def parse_origin(part: bytes | None) -> DocumentOrigin:
    """Parse custom properties; raise NoManuscriptError if they are not ours."""
    if part is None:
        raise NoManuscriptError("does not state which text it was made from")
    # Opening rejected documents with a DTD, so there are no entities to expand.
    fields = {
        (row.get("name") or "").removeprefix(_PREFIX): "".join(row.itertext())
        for row in ElementTree.fromstring(part)  # noqa: S314
        if (row.get("name") or "").startswith(_PREFIX)
    }
    try:
        return DocumentOrigin(
            policy=fields["policy"],
            version=fields["version"],
            language=Language(fields["language"]),
            digest=Digest(fields["digest"]),
        )
    except KeyError as cause:
        raise NoManuscriptError(f"lacks the property “{_PREFIX}{cause.args[0]}”") from cause
    except ValueError as cause:
        raise NoManuscriptError(f"has a property that cannot be read ({cause})") from cause
