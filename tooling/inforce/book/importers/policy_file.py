"""The policy.yml of an imported policy; missing values are inferred from names and titles."""

from __future__ import annotations

import re
from collections.abc import Iterable

from inforce.book.paths import policy_id as checked_id
from inforce.book.write import to_yaml
from inforce.errors import InforceError, ShapeError
from inforce.language import Language
from inforce.policy import Act, Kind
from inforce.policy.catalog import Catalog

_SIGNS = {
    Kind.PRIVACY: re.compile(r"privacy|privacidad|confidentialité|datenschutz|隐私"),
    Kind.COOKIES: re.compile(r"cookie"),
    Kind.TERMS: re.compile(r"\b(?:terms|tos|conditions|agb|eula)\b|条款"),
}
_ACTS = {Kind.TERMS: Act.ACCEPT}


class NothingToImportError(InforceError):
    """The source contains no text that could be imported."""


def known_id(policy_id: str) -> str:
    """Return `policy_id` if it is a valid policy id; ShapeError otherwise."""
    try:
        return checked_id(policy_id)
    except ValueError as cause:
        raise ShapeError("policy", str(cause)) from cause


def binding_language(catalog: Catalog, policy_id: str, wanted: Language | None) -> Language:
    """Return the language of the texts: the binding language of an existing policy, `wanted`, or the book's first."""
    policy = catalog.find(policy_id)
    listed = (policy.binding_language,) if policy else catalog.settings.languages
    if wanted is not None and wanted not in listed:
        fix = f"it is the binding language of “{policy_id}”" if policy else "add it to “languages” in book.yml"
        raise ShapeError("language", f"expected {' or '.join(map(str, listed))}, got “{wanted}”", fix)
    return wanted or listed[0]


def describe(
    policy_id: str, language: Language, titles: Iterable[str], file: str, *, kind: Kind | None, act: Act | None
) -> str:
    """Return policy.yml with the first non-empty title of `titles`, and with `kind` and `act` or inferred values."""
    title = next((candidate for candidate in titles if candidate.strip()), name_of(policy_id))
    guessed = kind or _kind(f"{policy_id} {file} {title}".lower())
    members = {
        "title": {str(language): title},
        "kind": str(guessed),
        "binding_language": str(language),
        "act": str(act or _ACTS.get(guessed, Act.ACKNOWLEDGE)),
    }
    return to_yaml(members)


def name_of(policy_id: str) -> str:
    """Return a title derived from `policy_id`: “Acceptable use” for `acceptable-use`."""
    return policy_id.replace("-", " ").capitalize()


def _kind(words: str) -> Kind:
    return next((kind for kind, signs in _SIGNS.items() if signs.search(words)), Kind.OTHER)
