"""Names of folders and files in a book that are allowed on every system and in every URL."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from inforce.errors import LayoutError, Place, quoted
from inforce.language import Language, canonical_tag
from inforce.manifest.words import POLICY_ID

BOOK = "policy_versions"
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
# Paths of the site that are not policies.
_RESERVED = {
    *("assets", "browser", "conformance", "decisions", "docs", "javascripts", "manifests"),
    *("schema", "search", "stylesheets", "vendor"),
}


def policy_id(name: str) -> str:
    """Return `name` if it is a valid policy id: lower-case letters, digits and hyphens, safe in paths and URLs."""
    if not re.fullmatch(POLICY_ID, name):
        message = (
            f"expected a policy id of lower-case letters, digits and hyphens such as “privacy”, got {quoted(name)}"
        )
        raise ValueError(message)
    if name in _DEVICES:
        message = f"“{name}” cannot be a policy id: Windows reserves this name for a device"
        raise ValueError(message)
    if name in _RESERVED:
        message = f"“{name}” cannot be a policy id: the site uses this path"
        raise ValueError(message)
    return name


def edition_language(file_name: str, path: str) -> Language:
    """Return the language of an edition's `file_name` such as `zh-Hans.md`; LayoutError if the tag is not valid."""
    tag = file_name.removesuffix(".md")
    try:
        language = Language(tag)
    except ValueError as cause:
        raise LayoutError(Place(path=path), str(cause), _language_fix(tag), rule="META-language") from cause
    if tag in _DEVICES:
        problem, fix = "Windows reserves this name for a device", f"add the script, such as “{tag}-Latn.md”"
        raise LayoutError(Place(path=path), problem, fix, rule="META-language")
    return language


def collisions(names: Iterable[str], folder: str) -> list[LayoutError]:
    """Return an error for each pair of `names` in `folder` that differ only in case or Unicode normalisation."""
    first_names: dict[str, str] = {}
    faults = []
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in first_names:
            problem = f"{quoted(first_names[folded])} and {quoted(name)} are the same file on many systems"
            fault = LayoutError(Place(path=f"{folder}/{name}"), problem, "keep one of the two", rule="PATH-collision")
            faults.append(fault)
        first_names.setdefault(folded, name)
    return faults


def _language_fix(tag: str) -> str:
    try:
        return f"rename the file to “{canonical_tag(tag)}.md”"
    except ValueError:
        return "name the file after the language of its text, such as “en.md”"
