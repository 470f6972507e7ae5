"""Comparisons as files for apps: the changes between two versions as runs of text without HTML."""

from __future__ import annotations

import json
from typing import Any

from inforce.changes import EditionChanges
from inforce.publication.pages import Page
from inforce.rendering.json import to_data
from inforce.rendering.labels import ENGLISH, Labels
from inforce.rendering.sentences import to_sentences

_SPEC = "1.0"
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def redline_document(page: Page, site: str, changes: list[EditionChanges], labels: Labels = ENGLISH) -> bytes:
    """Return the JSON file of the redline `page`, with a sentence per change in the words of `labels`."""
    facts, redline = page.context, changes[0]
    comparison = _one(facts["old"], facts["new"], facts["summary"], redline)
    sentences = list(to_sentences(redline.redline, labels))
    return _to_bytes({**_head("policy-changes", page, site), **comparison, "sentences": sentences})


def since_document(page: Page, site: str, changes: list[EditionChanges], _labels: Labels = ENGLISH) -> bytes:
    """Return the JSON file of the `page` with the changes since a version."""
    facts = page.context
    rows = list(zip(facts["targets"], changes, strict=True))
    towards = [(target, _one(facts["version"], target, target["summary"], change)) for target, change in rows]
    return _to_bytes(
        {
            **_head("policy-changes-since", page, site),
            "version": facts["version"]["label"],
            "in_force": [comparison for target, comparison in towards if target["in_force"]],
            "announced": [comparison for target, comparison in towards if not target["in_force"]],
        }
    )


def _head(kind: str, page: Page, site: str) -> dict[str, Any]:
    policy = page.context["policy"]["id"]
    return {"type": kind, "spec": _SPEC, "site": site, "policy": policy, "language": str(page.language)}


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
