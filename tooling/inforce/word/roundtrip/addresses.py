"""Addresses of links compared: as a text writes them, and as a word processor gives them back."""

from __future__ import annotations

from urllib.parse import unquote

from inforce.word.export.links import SAFE_SCHEMES, bookmark_name

HIDDEN = ""


def key_of(address: str) -> str:
    """Make of `address`, as a document holds it, what stays the same however it is spelt."""
    scheme, separator, rest = address.partition("://")
    if separator and "/" not in rest and "?" not in rest and "#" not in rest:
        rest += "/"
    return unquote(f"{scheme.lower()}{separator}{rest}")


def key_of_target(target: str) -> str:
    """Make the same of `target`, as a text holds it; HIDDEN for one that documents do not lead to."""
    if target.startswith("#") and len(target) > 1:
        return key_of(f"#{bookmark_name(target[1:])}")
    return key_of(target) if target.lower().startswith(SAFE_SCHEMES) else HIDDEN
