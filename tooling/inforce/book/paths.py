"""Names of folders and files in a book: which are allowed, on every system and in every address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from inforce.errors import LayoutError, Place, quoted
from inforce.language import Language, canonical_tag
from inforce.manifest.words import POLICY_ID

BOOK = "policy_versions"
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
# Addresses of the site that are not policies.
_RESERVED = {
    *("assets", "browser", "conformance", "decisions", "docs", "javascripts", "manifests"),
    *("schema", "search", "stylesheets", "vendor"),
}


def policy_id(name: str) -> str:
    """Check that `name` can be a policy id: lower-case letters, digits, hyphens; safe as folder and address."""
    if not re.fullmatch(POLICY_ID, name):
        message = (
            f"expected a policy id of lower-case letters, digits and hyphens such as “privacy”, got {quoted(name)}"
        )
        raise ValueError(message)
    if name in _DEVICES:
        message = f"“{name}” cannot be a policy id: Windows keeps this name for a device"
        raise ValueError(message)
    if name in _RESERVED:
        message = f"“{name}” cannot be a policy id: the site keeps this address for itself"
        raise ValueError(message)
    return name


def edition_language(file_name: str, path: str) -> Language:
    """Read the language out of an edition's `file_name` such as `zh-Hans.md`; LayoutError where it is no right tag."""
    tag = file_name.removesuffix(".md")
    try:
        language = Language(tag)
    except ValueError as cause:
        raise LayoutError(Place(path=path), str(cause), _language_fix(tag), rule="META-language") from cause
    if tag in _DEVICES:
        problem, fix = "Windows keeps this name for a device", f"add the script, such as “{tag}-Latn.md”"
        raise LayoutError(Place(path=path), problem, fix, rule="META-language")
    return language


def collisions(names: Iterable[str], folder: str) -> list[LayoutError]:
    """List pairs of `names` in `folder` that are one and the same on disks that ignore case or normalise Unicode."""
    seen: dict[str, str] = {}
    faults = []
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            problem = f"{quoted(seen[folded])} and {quoted(name)} are one file on many systems"
            fault = LayoutError(Place(path=f"{folder}/{name}"), problem, "keep one of the two", rule="PATH-collision")
            faults.append(fault)
        seen.setdefault(folded, name)
    return faults


def _language_fix(tag: str) -> str:
    try:
        return f"rename the file to “{canonical_tag(tag)}.md”"
    except ValueError:
        return "name the file after the language of its text, such as “en.md”"
