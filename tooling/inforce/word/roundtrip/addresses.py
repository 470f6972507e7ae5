"""Comparison of link addresses as written in a text and as saved by a word processor."""

from __future__ import annotations

from urllib.parse import unquote

from inforce.word.export.links import SAFE_SCHEMES, bookmark_name

HIDDEN = ""


def key_of(address: str) -> str:
    """Return a normalised key of `address`, as stored in a document."""
    scheme, separator, rest = address.partition("://")
    if separator and "/" not in rest and "?" not in rest and "#" not in rest:
        rest += "/"
    return unquote(f"{scheme.lower()}{separator}{rest}")


def key_of_target(target: str) -> str:
    """Return the same key for `target`, as written in a text; HIDDEN if documents do not link to it."""
    if target.startswith("#") and len(target) > 1:
        return key_of(f"#{bookmark_name(target[1:])}")
    return key_of(target) if target.lower().startswith(SAFE_SCHEMES) else HIDDEN
