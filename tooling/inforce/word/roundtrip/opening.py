"""Safe opening of untrusted files: the unpacked size is limited, and nothing is executed or fetched.

Invariants: any bytes result in a document that can be traversed or in an error with one sentence. python-docx expands
no entities and reads no external files; documents with a document type declaration, which Word never writes, are
rejected.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from itertools import islice

from docx import Document
from docx.document import Document as Opened
from docx.opc.exceptions import OpcError
from docx.oxml.document import CT_Body
from docx.oxml.ns import qn

from inforce.errors import InforceError

LARGEST = 32 * 1024 * 1024
_MOST_PARTS = 2000
# A file of 32 MiB can contain 3 million empty paragraphs, which took minutes to import.
MOST_PARAGRAPHS, MOST_ELEMENTS = 30_000, 500_000
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK"
_CUSTOM = "custom-properties"
_MACRO_SIGNS = ("vbaproject", "vbadata", "activex", "oleobject", "embeddings/")


class UnreadableWordError(InforceError):
    """A file is not a Word document that can be read safely."""

    def __init__(self, problem: str, fix: str = "save it in Word as “Word document (.docx)”") -> None:
        super().__init__(f"the file {problem}; {fix}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A python-docx document, and its custom properties as bytes, if any."""

    document: Opened
    properties: bytes | None


def opened(content: bytes) -> OpenedFile:
    """Open the bytes `content` of a .docx file; raise UnreadableWordError if that is unsafe or impossible."""
    _refuse_wrong_type(content)
    _refuse_bombs(content)
    try:
        document = Document(io.BytesIO(content))
        body = document.element.body
        document.part.styles, document.part.package.parts  # noqa: B018 - raises an error for missing parts
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError, RecursionError) as cause:
        # lxml raises SyntaxError for syntax errors; python-docx raises KeyError for a missing part.
        raise UnreadableWordError(f"is damaged: {_said(cause)}") from cause
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as cause:
        raise UnreadableWordError(f"cannot be unpacked: {_said(cause)}") from cause
    if body is None:
        raise UnreadableWordError("contains no text")
    _refuse_long(body)
    return OpenedFile(document=document, properties=_properties(document))


def _refuse_wrong_type(content: bytes) -> None:
    if content.startswith(_COMPOUND):
        raise UnreadableWordError(
            "is an old .doc file or password-protected", "remove the password, or save it as .docx"
        )
    if not content.startswith(_ZIP):
        raise UnreadableWordError("is not a Word document")


def _refuse_bombs(content: bytes) -> None:
    """Reject files that are too large unpacked, have a document type declaration, or contain executable content."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_PARTS or sum(member.file_size for member in members) > LARGEST:
                problem = f"unpacks to more than {LARGEST // 1024 // 1024} MiB or {_MOST_PARTS:,} parts"
                raise UnreadableWordError(problem, "remove its pictures and attachments")
            for member in members:
                _refuse_member(member.filename, archive.read(member))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as cause:
        raise UnreadableWordError(f"cannot be unpacked: {_said(cause)}") from cause


def _refuse_member(name: str, data: bytes) -> None:
    if any(sign in name.lower() for sign in _MACRO_SIGNS):
        raise UnreadableWordError(
            f"contains macros or embedded programs (“{name[:80]}”)", "save it without them, as .docx"
        )
    if name.endswith((".xml", ".rels")) and _has_document_type(data):
        raise UnreadableWordError(f"contains a document type declaration in “{name[:80]}”, which Word never writes")


def _refuse_long(body: CT_Body) -> None:
    for tag, what, most in ((qn("w:p"), "paragraphs", MOST_PARAGRAPHS), (None, "XML elements", MOST_ELEMENTS)):
        if next(islice(body.iter(tag), most, None), None) is not None:
            fix = "delete empty paragraphs, or split the policy into several"
            raise UnreadableWordError(f"contains more than {most:,} {what}", fix)


def _has_document_type(data: bytes) -> bool:
    # In all encodings that lxml detects automatically, a letter is one byte, or two or four with zero bytes.
    return b"<!DOCTYPE" in data.replace(b"\0", b"") or b"<!ENTITY" in data.replace(b"\0", b"")


def _properties(document: Opened) -> bytes | None:
    for relation in document.part.package.rels.values():
        if relation.reltype.endswith(_CUSTOM) and not relation.is_external:
            blob: bytes = relation.target_part.blob
            return blob
    return None


def _said(cause: BaseException) -> str:
    return " ".join(str(cause).split())[:200] or type(cause).__name__
