"""The JSON Schemas (2020-12) of the documents apps read: the manifest and the two lists of a policy's versions.

Invariants: the documents from `build` match the schemas; `model` rejects invalid ones. Unknown fields are allowed,
because readers ignore them.
Not responsible for: the uniqueness of numbers and ids, and whether an amendment names an earlier original; JSON Schema
cannot express these rules, and the reader checks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inforce.manifest import words

_Schema = dict[str, Any]


def _text(pattern: str) -> _Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _list(item: _Schema, least: int = 0) -> _Schema:
    return {"type": "array", "items": item, "minItems": least}


def _object(required: Mapping[str, _Schema], optional: Mapping[str, _Schema]) -> _Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def _document(title: str, members: _Schema) -> _Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **members}


_COUNT: _Schema = {"type": "integer", "minimum": 1}
_INSTANT = _text(words.INSTANT)
_LANGUAGE = _text(words.LANGUAGE)
_ADDRESS = _text(words.ADDRESS)
_ACT: _Schema = {"enum": list(words.ACTS)}
# These schemas describe major version 1 of the specification; another major version has other schemas.
_SPEC = _text(r"1\.[0-9]{1,4}")


def _by_language(value: _Schema) -> _Schema:
    return {"type": "object", "propertyNames": _LANGUAGE, "additionalProperties": value, "minProperties": 1}


_VERSION_REQUIRED: Mapping[str, _Schema] = {
    "seq": _COUNT,
    "version": _text(words.VERSION_LABEL),
    "change": {"enum": list(words.CHANGES)},
    "effective_at": _INSTANT,
    "digests": _by_language(_text(words.DIGEST)),
}
_VERSION_OPTIONAL: Mapping[str, _Schema] = {
    "published_at": _INSTANT,
    "effective_at_new": _INSTANT,
    "enforce_at": {
        "description": "absent: from effective_at on; null: an older acceptance is honoured permanently",
        "anyOf": [_INSTANT, {"type": "null"}],
    },
    "same_as": _list(_COUNT),
    "amends": _COUNT,
    "act": _ACT,
}
_POLICY = _object(
    {
        "id": _text(words.POLICY_ID),
        "act": _ACT,
        "page": _text(words.PAGE),
        "languages": _list(_LANGUAGE, least=1),
        "binding_language": _LANGUAGE,
        "versions": _list(_object(_VERSION_REQUIRED, _VERSION_OPTIONAL)),
    },
    {
        "latest": _COUNT,
        "in_force": _COUNT,
        "next_change_at": _INSTANT,
        "audience": _list({"type": "string", "pattern": r"\S"}),
        "reask_seconds": _COUNT,
        "withdrawn_at": _INSTANT,
        "cancelled": _list(_COUNT),
        "amendments": {"type": "object", "propertyNames": _text(words.NUMBER), "additionalProperties": _COUNT},
        "versions_digest": _text(words.DIGEST),
    },
)
_SOURCE = _object(
    {"commit": _text("[0-9a-f]{7,64}"), "time": _INSTANT},
    {"subject": {"type": "string"}},
)

MANIFEST_SCHEMA = _document(
    "What apps poll: the policies of a site, and which of their versions apply when",
    _object(
        {
            "type": {"const": words.MANIFEST_TYPE},
            "spec": _SPEC,
            "site": _text(words.SITE),
            "path": _text(words.MANIFEST_PATH),
            "serial": {"type": "integer", "minimum": 0},
            "issued_at": _INSTANT,
            "expires_at": _INSTANT,
            "poll_seconds": _COUNT,
            "policies": _list(_POLICY),
        },
        {},
    ),
)
VERSIONS_SCHEMA = _document(
    "Every published version of one policy",
    _object(
        {
            "type": {"const": words.VERSIONS_TYPE},
            "spec": _SPEC,
            "site": _text(words.SITE),
            "policy": _text(words.POLICY_ID),
            "issued_at": _INSTANT,
            "versions": _list(
                _object(
                    {
                        **_VERSION_REQUIRED,
                        "state": {"enum": list(words.STATES)},
                        "page": _text(words.PAGE),
                        "texts": _by_language(_ADDRESS),
                    },
                    {**_VERSION_OPTIONAL, "changes": _text(words.PAGE), "source": _SOURCE},
                )
            ),
        },
        {},
    ),
)
DIGESTS_SCHEMA = _document(
    "The digest of every file published of one policy that apps read",
    _object(
        {
            "type": {"const": words.DIGESTS_TYPE},
            "spec": _SPEC,
            "site": _text(words.SITE),
            "policy": _text(words.POLICY_ID),
            "versions": _list(
                _object(
                    {**_VERSION_REQUIRED, "since": _by_language(_text(words.DIGEST))},
                    {
                        **_VERSION_OPTIONAL,
                        "cancelled_at": _INSTANT,
                        "redlines": {
                            "type": "object",
                            "propertyNames": _text(words.VERSION_LABEL),
                            "additionalProperties": _by_language(_text(words.DIGEST)),
                        },
                    },
                )
            ),
        },
        {},
    ),
)
# Schemas by the path below the site at which each is published.
SCHEMAS: Mapping[str, _Schema] = {
    "schema/policy-manifest-1.json": MANIFEST_SCHEMA,
    "schema/policy-versions-1.json": VERSIONS_SCHEMA,
    "schema/policy-version-digests-1.json": DIGESTS_SCHEMA,
}
