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
    facts = page.context
    head = {"spec": _SPEC, "site": site, "policy": facts["policy"]["id"], "language": str(page.language)}
    if page.kind is PageKind.REDLINE:
        comparison = _one(facts["old"], facts["new"], facts["summary"], found[0])
        comparison["sentences"] = list(to_sentences(found[0].redline, labels))
        document = {"type": "policy-changes", **head, **comparison}
        return facts["file"], _to_bytes(document)
    rows = list(zip(facts["targets"], found, strict=True))
    towards = [(target, _one(facts["version"], target, target["summary"], changes)) for target, changes in rows]
    document = {
        "type": "policy-changes-since",
        **head,
        "version": facts["version"]["label"],
        "in_force": [comparison for target, comparison in towards if target["in_force"]],
        "announced": [comparison for target, comparison in towards if not target["in_force"]],
    }
    return facts["file"], _to_bytes(document)


def _to_bytes(document: dict[str, Any]) -> bytes:
    """Return `document` in the same strict JSON form as a manifest.

    Unlike a manifest it is not parsed again as a check: it contains only integers and strings decoded from UTF-8.
    """
    return f"{_JSON.encode(document)}\n".encode()


def _one(
    old: dict[str, Any], new: dict[str, Any], summary: list[dict[str, Any]], changes: EditionChanges
) -> dict[str, Any]:
    return {
        "old": {"seq": old["seq"], "version": old["label"], "digest": str(changes.old.digest)},
        "new": {"seq": new["seq"], "version": new["label"], "digest": str(changes.new.digest)},
        "summary": [{"section": point["section"], "text": point["text"]} for point in summary],
        **to_data(changes.redline),
    }
