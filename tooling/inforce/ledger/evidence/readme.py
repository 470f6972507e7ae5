"""The README of an evidence pack, and the draft of a custodian's declaration.

Their wording is in readme.txt and declaration.txt beside this module. The README is Markdown that reads as plain text;
the PDF is rendered from it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from inforce.ledger.evidence.material import Material

_WIDTH: Final = 100
_INDENT = re.compile(r"(?:- |[0-9]\. )?")
_FILES: Final = {
    "record": "the record: what the app reported about this answer, and what the ledger added when it arrived",
    "salt": "32 random bytes that were added to the record before it was hashed, so that it cannot be guessed",
    "commitment": "SHA-256 of the salt followed by the record",
    "entry": "the entry of the public log for this record; it contains the commitment and no personal data",
    "leaf": "SHA-256 of a zero byte followed by the entry",
    "record.tlog-proof": "the hashes that lead from the leaf to the root of the log",
    "checkpoint": "the signed state of the log: its name, its number of entries, its root",
    "verifier-key": "the public key that verifies the signature of the checkpoint",
    "shown": "the text that was shown, exactly as it was published (md), as a web page and as a PDF",
    "binding": "the same version in the language that prevails",
    "base": "the version that the user knew before, where the redline starts",
    "redline": "the differences between base.md and shown.md, as data, as a web page and as a PDF",
    "summaries": "the author’s summary of each version after base.md, the newest first",
    "manifest": "the list of the policies in force at that moment, as it was published",
    "manifest-keys": "the public keys that signed the manifest",
    "versions": "all versions of the policy; the manifest contains the SHA-256 of this file",
    "answers": "all answers of this user to this policy, as the ledger has them now",
    "notices": "all notices to this user about this policy",
    "decision": "what was required of this user before and after this answer, computed from the other files",
    "screens": "the list of the pictures of the screen, with their digests",
    "digests": "the SHA-256 of each file, for `sha256sum -c digests.txt`",
    "declaration": "a draft of a custodian’s declaration, with blanks",
    "verify": "the five checks below as a program",
}
_KINDS: Final = {
    "tsr": "a timestamp of the checkpoint by an independent authority (RFC 3161)",
    "tsq": "the request for that timestamp",
    "png": "a picture of what users saw",
}
_REASONS: Final = {
    "first-time": "the user had not answered a version that applied",
    "reaccept": "the user had answered an earlier version only",
    "declined": "the user had declined",
    "refused": "the user had refused consent",
    "expired": "the earlier answer was too old",
    "current": "nothing more was required",
    "changed": "a version was in force of which the user had not been told",
    "upcoming": "a version was announced",
    "not-yet-effective": "no version was in force yet",
    "policy-withdrawn": "the policy had been withdrawn",
    "not-applicable": "the policy did not concern the user",
}


def readme(
    template: str, material: Material, files: Collection[str], decision: Mapping[str, Any], missing: Sequence[str]
) -> str:
    """Return the README, Markdown, of a pack with `files`; `template` is the content of readme.txt."""
    text = template.format(
        site=material.site,
        facts=_listed(f"{name}: {value}" for name, value in _facts(material, decision).items() if value),
        files=_listed(f"{names}: {meaning}" for names, meaning in _described(files)),
        missing=_listed(missing or ["Nothing."]),
        outside=_listed(_outside(material)),
    )
    return _wrapped(text)


def declaration(template: str, material: Material, digests: bytes) -> str:
    """Return the draft of a custodian's declaration (FRE 902(13) and (14)).

    :param template: the content of declaration.txt
    :param material: the material of the pack
    :param digests: the content of digests.txt
    """
    text = template.format(
        origin=material.checkpoint.origin,
        id=material.record["id"],
        n=material.disclosure.n,
        received_at=material.record["received_at"],
        record=sha256(material.disclosure.record).hexdigest(),
        digests=sha256(digests).hexdigest(),
    )
    return _wrapped(text)


def _wrapped(text: str) -> str:
    """Return `text` with lines of at most `_WIDTH` characters, except for longer words."""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = "" if line.startswith("#") else _INDENT.match(line)[0]  # type: ignore[index]  # it matches every line
        after = " " * len(indent)
        lines += textwrap.wrap(
            line, _WIDTH, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


def _described(files: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of `files`, those with the same content together, and what they contain."""
    together: dict[str, list[str]] = {}
    for name in sorted(files):
        meaning = _FILES.get(name) or _KINDS.get(name.rpartition(".")[2]) or _FILES[name.partition(".")[0]]
        together.setdefault(meaning, []).append(name)
    return ((", ".join(names), meaning) for meaning, names in together.items())


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _quoted(value: object) -> str:
    """Return `value` as a code span, whose signs have no other meaning."""
    return "`" + str(value).replace("`", "'") + "`"


def _facts(material: Material, decision: Mapping[str, Any]) -> dict[str, str]:
    record = material.record
    surface, actor = record.get("surface") or {}, record.get("actor") or {}
    return {
        "Policy": f"{_quoted(record['policy'])}, version {_quoted(record['version'])} (number {record['seq']})",
        "Answer": _quoted(record["act"]),
        "User": f"{_quoted(record['subject'])}, a reference chosen by the app {_quoted(record['caller'])}",
        "Who acted": f"{_quoted(actor['ref'])} as {_quoted(actor['capacity'])}" if actor else "",
        "Received by the ledger": f"{record['received_at']} (UTC), as entry number {material.disclosure.n}",
        "Time stated by the device": _quoted(record.get("device_at") or record["at"]),
        "Language shown": _quoted(record["language"]),
        "Label of the button": _quoted(surface["label"]) if surface.get("label") else "",
        "SHA-256 of the text": _quoted(record["digest"]),
        "Verdict when it arrived": _verdict(record["verdict"]),
        "Before the answer": _decided(decision.get("before")),
        "After the answer": _decided(decision.get("after")),
    }


def _verdict(name: str) -> str:
    meaning = {
        "verified": "the site had published this text",
        "unverified": "the site did not answer at that moment",
        "contradicted": "the site had not published this text or required another act; the record does not count",
    }
    return f"{_quoted(name)}: {meaning[name]}"


def _decided(decision: Mapping[str, Any] | None) -> str:
    if decision is None:
        return ""
    reason = decision["reason"]
    return f"{_quoted(decision['outcome'])}, because of {_quoted(reason)}" + (
        f": {_REASONS[reason]}" if reason in _REASONS else ""
    )


def _outside(material: Material) -> Iterator[str]:
    """Yield what to compare with copies of other people."""
    yield f"the key of the log, {_quoted(material.verifier)}, with the one that the operator publishes"
    if material.manifest and material.manifest.keys:
        keys = ", ".join(_quoted(key["x"]) for key in material.manifest.keys)
        yield f"the keys of the manifest, {keys}, with those that the apps of the publisher contain"
    yield (
        f"the checkpoint of {material.checkpoint.size} entries, with one that others have kept: a later log extends "
        "it, which its hash tiles show (C2SP tlog-tiles)"
    )
    if "checkpoint.tsr" in material.stamps:
        command = "openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile CA.pem"
        yield f"the timestamp, with {_quoted(command)}, where CA.pem is the certificate of the authority"
