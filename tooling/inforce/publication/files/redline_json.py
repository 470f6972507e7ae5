"""Comparisons as files for apps: the changes between two versions as runs of text without HTML."""

from __future__ import annotations

import json
from typing import Any

from inforce.changes import EditionChanges
from inforce.publication.pages import Page, PageKind
from inforce.rendering.json import to_data
from inforce.rendering.labels import ENGLISH, Labels
from inforce.rendering.sentences import to_sentences

_SPEC = "1.0"
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def comparison_file(page: Page, site: str, found: list[EditionChanges], labels: Labels = ENGLISH) -> tuple[str, bytes]:
    """Return the path and the bytes of the JSON file of `page`, whose redlines are `found`.

    A file of a single redline also has a sentence per change in the words of `labels`.
    """
    says = page.context
    head = {"spec": _SPEC, "site": site, "policy": says["policy"]["id"], "language": str(page.language)}
    if page.kind is PageKind.REDLINE:
        made = _one(says["old"], says["new"], says["summary"], found[0])
        made["sentences"] = list(to_sentences(found[0].redline, labels))
        document = {"type": "policy-changes", **head, **made}
        return says["file"], _to_bytes(document)
    rows = list(zip(says["targets"], found, strict=True))
    towards = [(target, _one(says["version"], target, target["summary"], changes)) for target, changes in rows]
    document = {
        "type": "policy-changes-since",
        **head,
        "version": says["version"]["label"],
        "in_force": [made for target, made in towards if target["in_force"]],
        "announced": [made for target, made in towards if not target["in_force"]],
    }
    return says["file"], _to_bytes(document)


def _to_bytes(document: dict[str, Any]) -> bytes:
    """Return `document` in the same strict JSON form as a manifest.

    Unlike a manifest it is not parsed again as a check: it contains only integers and strings decoded from UTF-8.
    """
    return f"{_JSON.encode(document)}\n".encode()


def _one(
    old: dict[str, Any], new: dict[str, Any], summary: list[dict[str, Any]], found: EditionChanges
) -> dict[str, Any]:
    return {
        "old": {"seq": old["seq"], "version": old["label"], "digest": str(found.old.digest)},
        "new": {"seq": new["seq"], "version": new["label"], "digest": str(found.new.digest)},
        "summary": [{"section": point["section"], "text": point["text"]} for point in summary],
        **to_data(found.redline),
    }
