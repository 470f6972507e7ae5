"""The file: an Office Open XML package around a body.

Invariants: the same redline produces the same bytes, independent of clock and machine. python-docx creates the parts
common to all files once; this module only adds words, numbers and links.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.styles import Styles
from docx.text.font import Font

from inforce.instant import format_instant
from inforce.word.export.markup import element, words

NAMESPACES = {
    "xmlns:w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "xmlns:r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
_CORE = {
    "xmlns:cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:dcterms": "http://purl.org/dc/terms/",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MARGINS = {"w:top": "1440", "w:right": "1440", "w:bottom": "1440", "w:left": "1440"}
_MARGINS |= {"w:header": "720", "w:footer": "720", "w:gutter": "0"}
_CUSTOM = "docProps/custom.xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_SOME_LANGUAGE = "x-some-language"  # placeholder in the styles for the language of a file
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can represent
# Compression level of zlib. Shared content is compressed once; level 4 increases the size of the rest by 6 % compared
# with level 6 and halves the time.
_DENSE, _QUICK = 9, 4
_LEVELS = range(1, 7)
_NEEDED = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Quote", "Table Grid"}
_NEEDED |= {f"Heading {level}" for level in _LEVELS}
_RELATED = "word/_rels/document.xml.rels"
# Parts that differ between files.
_OWN = ("word/document.xml", _RELATED, "word/numbering.xml", "docProps/core.xml")
# Unused parts of python-docx's template.
_UNUSED = ("stylesWithEffects", "thumbnail", "customXml")


def package(
    parts: Mapping[str, str], relationships: str, language: str, *, properties: str = "", tracked: bool = False
) -> bytes:
    """Return a file with its own `parts` (name to XML) and document `relationships` in addition to the shared ones.

    `properties` is the custom properties part, if any; if `tracked`, Track Changes is on.
    """
    shared = _shared(language, properties=bool(properties), tracked=tracked)
    own = {name: shared.members[name] for name in _OWN} | {name: xml.encode() for name, xml in parts.items()}
    related = own[_RELATED].decode()
    own[_RELATED] = related.replace("</Relationships>", f"{relationships}</Relationships>").encode()
    if properties:
        own[_CUSTOM] = properties.encode()
    target = io.BytesIO(shared.archive)
    _append(target, own, _QUICK)
    return target.getvalue()


class _Shared(NamedTuple):
    """The shared content of files: all members, and an archive of the members that no file overrides."""

    members: Mapping[str, bytes]
    archive: bytes


@lru_cache(64)
def _shared(language: str, *, properties: bool, tracked: bool) -> _Shared:
    """Return the shared content of files in `language`, optionally with custom `properties` or Track Changes on."""
    members = dict(_base(language))
    if properties:
        members |= _with_properties(members)
    if tracked:
        settings = members["word/settings.xml"]
        members["word/settings.xml"] = settings.replace(
            b"<w:defaultTabStop", b"<w:trackRevisions/><w:defaultTabStop", 1
        )
    target = io.BytesIO()
    _append(target, {name: content for name, content in members.items() if name not in _OWN}, _DENSE)
    return _Shared(members, target.getvalue())


def _append(target: io.BytesIO, members: Mapping[str, bytes], level: int) -> None:
    """Append `members` to the archive in `target`, or create it; existing members stay compressed as they are."""
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.create_system = 0  # not the operating system of the build machine
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, level)


def _with_properties(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the two parts that change when custom properties are added: content types and relationships."""
    override = element("Override", attributes={"PartName": f"/{_CUSTOM}", "ContentType": _CUSTOM_TYPE})
    relation = element("Relationship", attributes={"Id": "custom", "Type": _CUSTOM_RELATION, "Target": _CUSTOM})
    types, related = members["[Content_Types].xml"].decode(), members["_rels/.rels"].decode()
    return {
        "[Content_Types].xml": types.replace("</Types>", f"{override}</Types>").encode(),
        "_rels/.rels": related.replace("</Relationships>", f"{relation}</Relationships>").encode(),
    }


def document_part(body: str) -> str:
    """Return the main part around `body`: A4 with the margins of an ordinary letter."""
    page = element(
        "w:sectPr",
        element("w:pgSz", attributes={"w:w": "11906", "w:h": "16838"}),
        element("w:pgMar", attributes=_MARGINS),
    )
    return HEAD + element("w:document", element("w:body", body, page), attributes=NAMESPACES)


def core_part(title: str, author: str, date: datetime, language: str) -> str:
    """Return the core properties of the file (ECMA-376-2, 11)."""
    day = {"xsi:type": "dcterms:W3CDTF"}
    return HEAD + element(
        "cp:coreProperties",
        element("dc:title", words(title)),
        element("dc:creator", words(author)),
        element("cp:lastModifiedBy", words(author)),
        element("dcterms:created", format_instant(date), attributes=day),
        element("dcterms:modified", format_instant(date), attributes=day),
        element("dc:language", words(language)),
        attributes=_CORE,
    )


def _base(language: str) -> Mapping[str, bytes]:
    """Create the content shared by all files in `language`: styles, settings, theme, and the list of parts."""
    named = quoteattr(language).encode()
    return {name: content.replace(f'"{_SOME_LANGUAGE}"'.encode(), named) for name, content in _made().items()}


@cache
def _made() -> Mapping[str, bytes]:
    """Create the content shared by files in all languages, once, because python-docx is slow."""
    document = Document()
    _style(document.styles)
    for relations in (document.part.package.rels, document.part.rels):
        for name, relation in list(relations.items()):
            if any(word in relation.target_ref for word in _UNUSED):
                del relations[name]
    saved = io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _style(styles: Styles) -> None:
    for style in list(styles):
        if style.name not in _NEEDED:
            style.delete()
    for level in _LEVELS:
        # The template's headings are blue, which means “inserted” in a redline.
        styles[f"Heading {level}"].font.color.rgb = RGBColor(0, 0, 0)
    _new(styles, "Hyperlink", WD_STYLE_TYPE.CHARACTER).underline = True
    code = _new(styles, "Code", WD_STYLE_TYPE.PARAGRAPH)
    code.name, code.size = "Courier New", Pt(9)
    _new(styles, "Table Heading", WD_STYLE_TYPE.PARAGRAPH).bold = True
    for written in styles.element.iter(qn("w:lang")):
        for kind in ("w:val", "w:eastAsia", "w:bidi"):
            written.set(qn(kind), _SOME_LANGUAGE)


def _new(styles: Styles, name: str, kind: WD_STYLE_TYPE) -> Font:
    font: Font = styles.add_style(name, kind).font  # type: ignore[no-untyped-call]  # it has no annotations
    return font
