"""Make the files of an evidence pack from its material, and the zip that contains them.

Invariants: pure: the same material gives the same bytes, with the same fonts for PDFs.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any, Final

from inforce.acceptance import decide
from inforce.client import PolicyText
from inforce.client.frameworks.records import addressed
from inforce.errors import SetupError
from inforce.instant import parse_rfc3339
from inforce.language import Language, canonical_tag
from inforce.ledger.entries import ANSWERS
from inforce.ledger.evidence.material import Material, PackWording
from inforce.ledger.evidence.readme import declaration, readme
from inforce.ledger.log.proof import LogProof
from inforce.ledger.log.tree import leaf_hash
from inforce.ledger.record import commitment
from inforce.manifest import Manifest, parse_json
from inforce.markdown import to_html
from inforce.pdf import FactRow, Paper, to_pdf
from inforce.redline import redline
from inforce.rendering.html import to_html as redline_html

_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first one that a zip can contain
_FIRST: Final = ("README.txt", "README.pdf")
_ENGLISH: Final = Language("en")


def to_zip(files: Mapping[str, bytes]) -> bytes:
    """Return `files` as a zip: the README first, no compression, and no time of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda each: (each not in _FIRST, each)):
            member = zipfile.ZipInfo(name, _TIME)
            member.create_system = 3  # so that the permissions are read
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name])
    return buffer.getvalue()


def pack_files(material: Material, wording: PackWording) -> dict[str, bytes]:
    """Return the files of the pack by name."""
    decision = decided(material)
    files = {**_log_files(material), **_text_files(material), **material.screens, **material.stamps}
    files |= _history_files(material, decision)
    papers, missing = _papers(material)
    files |= {**papers, "verify.py": wording.program}
    rows = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    files["digests.txt"] = "".join(rows).encode()
    files["declaration.txt"] = declaration(wording.declaration, material, files["digests.txt"]).encode()
    names, missing = list(files), [*material.missing, *missing]  # the README does not list itself
    text = readme(wording.readme, material, names, decision, missing)
    try:
        files["README.pdf"] = to_pdf(_paper(material, "Evidence", to_html(text), _ENGLISH))
    except SetupError as cause:
        text = readme(wording.readme, material, names, decision, [*missing, f"README.pdf: {_line(cause)}"])
    files["README.txt"] = text.encode()
    return files


def decided(material: Material) -> dict[str, Any]:
    """Return the decision about the policy before and after the record, at its time; empty without a manifest.

    Records of other policies are not used.
    """
    if material.manifest is None:
        return {}
    record = material.record
    question = {
        "manifest": Manifest.from_json(parse_json(material.manifest.payload)),
        "now": record["received_at"],
        "subject": {"id": record["subject"]},
        "languages": [record["language"]],
        "role": "server",
    }
    earlier = [each for each in _answers(material) if each["n"] < material.disclosure.n]
    own = [each for each in _answers(material) if each["n"] == material.disclosure.n]
    known = {name: value for name, value in question.items() if name != "manifest"}
    result: dict[str, Any] = {"question": {**known, "manifest": str(material.manifest.digest)}}
    for name, records in (("before", earlier), ("after", [*earlier, *own])):
        counting = [each for each in addressed(records, record["subject"]) if each["verdict"] != "contradicted"]
        decision = decide({**question, "state": {"records": counting}})  # type: ignore[typeddict-item]
        result[name] = next((dict(each) for each in decision["policies"] if each["id"] == record["policy"]), None)
    return result


def _answers(material: Material) -> Iterator[Mapping[str, Any]]:
    return (each for each in material.history if each["kind"] in ANSWERS)


def _log_files(material: Material) -> Mapping[str, bytes]:
    disclosure = material.disclosure
    commit = commitment(disclosure.salt, disclosure.record)
    return {
        "record.json": disclosure.record,
        "salt.txt": f"{disclosure.salt.hex()}\n".encode(),
        "commitment.txt": f"sha256-{commit.hex()}\n".encode(),
        "entry.json": disclosure.entry,
        "leaf.txt": f"{leaf_hash(disclosure.entry).hex()}\n".encode(),
        "record.tlog-proof": material.proof,
        "checkpoint": LogProof.parse(material.proof).note.to_bytes(),
        "verifier-key.txt": f"{material.verifier}\n".encode(),
    }


def _text_files(material: Material) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    if material.manifest:
        keys = json.dumps(list(map(dict, material.manifest.keys)), sort_keys=True, separators=(",", ":"))
        files |= {"manifest.json": material.manifest.content, "manifest-keys.json": f"{keys}\n".encode()}
    if material.versions is not None:
        files["versions.json"] = material.versions
    for name, text in _texts(material).items():
        files[f"{name}.md"] = text.markdown.encode()
        files[f"{name}.html"] = _page(text.policy, text.language, to_html(text.markdown))
    if material.changes is not None:
        files["redline.json"] = _json(material.changes)
    if marked := _redline(material):
        files["redline.html"] = _page("Redline", material.record["language"], marked)
    if material.summaries:
        files["summaries.json"] = _json(material.summaries)
    return files


def _texts(material: Material) -> Mapping[str, PolicyText]:
    texts = {"shown": material.shown, "binding": material.binding, "base": material.base}
    return {name: text for name, text in texts.items() if text is not None}


def _redline(material: Material) -> str:
    if material.base is None or material.shown is None:
        return ""
    return redline_html(redline(material.base.markdown, material.shown.markdown)) or "<p>There are no differences.</p>"


def _history_files(material: Material, decision: Mapping[str, Any]) -> Mapping[str, bytes]:
    others = [each for each in material.history if each["kind"] not in ANSWERS]
    files = {"answers.json": _json(list(_answers(material))), "notices.json": _json(others)}
    return {**files, "decision.json": _json(decision)} if decision else files


def _papers(material: Material) -> tuple[dict[str, bytes], list[str]]:
    """Return the PDFs of the texts and of the redline, and why one is missing."""
    bodies = {name: (text.language, to_html(text.markdown)) for name, text in _texts(material).items()}
    if marked := _redline(material):
        bodies["redline"] = material.record["language"], marked
    papers, missing = {}, []
    for name, (language, body) in bodies.items():
        try:
            papers[f"{name}.pdf"] = to_pdf(_paper(material, name, body, _language(language)))
        except SetupError as cause:
            missing.append(f"{name}.pdf: {_line(cause)}")
    return papers, missing


def _paper(material: Material, name: str, body: str, language: Language) -> Paper:
    record = material.record
    title = f"{record['policy']} {record['version']}"
    rows = [("Record", record["id"]), ("Received", record["received_at"]), ("File", f"{name}.pdf")]
    return Paper(
        title=f"{name} – {title}",
        author=material.site,
        language=language,
        made=parse_rfc3339(record["received_at"]),
        rows=tuple(FactRow(name=label, text=text) for label, text in rows),
        running=(title, record["id"]),
        digests=(record["digest"],),
        body=body,
    )


def _language(tag: str) -> Language:
    try:
        return Language(canonical_tag(tag))
    except ValueError:
        return _ENGLISH


def _page(title: str, language: str, body: str) -> bytes:
    head = f'<!doctype html>\n<html lang="{escape(language)}">\n<meta charset="utf-8">\n<title>{escape(title)}</title>'
    return f"{head}\n{body}\n".encode()


def _json(value: Mapping[str, Any] | Sequence[Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()


def _line(cause: Exception) -> str:
    return str(cause).partition("\n")[0]
