"""The receipt, version 1: the JSON object in which a client reports one act of a user. Its schema, and its reader.

Invariants: `read_receipt` accepts exactly what the schema accepts, because it is made from the schema; what it returns
has no other fields than those of the schema.
Not responsible for: decoding; whether the text was published; the user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Final, NamedTuple, get_args

from inforce.acceptance.types import ActOfRecord, Outcome
from inforce.errors import ShapeError, quoted
from inforce.fields import LARGEST_INTEGER
from inforce.manifest import words

RECEIPT_TYPE: Final = "policy-receipt"
RECEIPT_SPEC: Final = "1.0"

_Schema = dict[str, Any]
_Reader = Callable[[Any], Any]
_NAMES: Final[Mapping[type, str]] = {str: "string", int: "integer", bool: "boolean", dict: "object", NoneType: "null"}
_UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_LEAP_YEAR = r"([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)"
_DAY = (
    r"([1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    rf"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT = rf"{_DAY}T{_HOUR}:[0-5][0-9](\.[0-9]+)?(Z|[+-]{_HOUR})"
_LINE = r"[^\u0000-\u001f\u007f]"


def _text(description: str, pattern: str) -> _Schema:
    return {"type": "string", "pattern": f"^({pattern})$", "description": description}


def _word(description: str, *known: str) -> _Schema:
    return {"type": "string", "enum": list(known), "description": description}


def _number(description: str, least: int) -> _Schema:
    return {"type": "integer", "minimum": least, "maximum": LARGEST_INTEGER, "description": description}


def _object(description: str, required: Mapping[str, _Schema], optional: Mapping[str, _Schema]) -> _Schema:
    """Return the schema of an object; null is the same as the absence of an optional field."""
    nullable = {name: {**schema, "type": [schema["type"], "null"]} for name, schema in optional.items()}
    for schema in nullable.values():
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **nullable},
        "description": description,
    }


_LANGUAGE = _text("a language tag", words.LANGUAGE)
_DIGEST = _text("“sha256:” and 64 hexadecimal digits", words.DIGEST)
_RFC3339 = _text("an RFC 3339 instant such as 2027-03-01T00:00:00Z", _INSTANT)
_SHORT_TEXT = _text("a text of at most 256 characters in one line", f"{_LINE}{{0,256}}")
_REFERENCE = _text("a reference of 1 to 256 characters", f"{_LINE}{{1,256}}")
_ACTOR = _object(
    "who acted, for whom and by what right",
    {
        "ref": _REFERENCE,
        "capacity": _word("self, guardian, organisation or agent", "self", "guardian", "organisation", "agent"),
    },
    {"authority": _SHORT_TEXT},
)
_SURFACE = _object(
    "what the user saw",
    {},
    {
        "template": _SHORT_TEXT,
        "build": _text("the SRI string of a file", r"sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}"),
        "screen": _DIGEST,
        "label": _SHORT_TEXT,
        "language": _LANGUAGE,
        "outcome": _word("the outcome of a decision", *get_args(Outcome)),
        "opened": {"type": "boolean", "description": "true or false"},
        "channel": _word("web, ios, android, api, paper or import", "web", "ios", "android", "api", "paper", "import"),
    },
)
RECEIPT_SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One act of a user concerning one version of a policy, as a client reports it",
    **_object(
        "a receipt",
        {
            "type": _word("“policy-receipt”", RECEIPT_TYPE),
            "spec": _text("a specification such as “1.0”", r"1\.[0-9]{1,4}"),
            "id": _text("a UUID version 7 in lower case", _UUID7),
            "policy": _text("a policy id", words.POLICY_ID),
            "seq": _number("the number of a version, from 1", 1),
            "version": _text("a version label", words.VERSION_LABEL),
            "language": _LANGUAGE,
            "digest": _DIGEST,
            "act": _word("an act", *get_args(ActOfRecord)),
            "serial": _number("the serial of a manifest", 0),
            "subject": _REFERENCE,
            "at": _RFC3339,
        },
        {
            "base_seq": _number("the number of a version, from 0", 0),
            "manifest_digest": _DIGEST,
            "after": _REFERENCE,
            "device_at": _RFC3339,
            "surface": _SURFACE,
            "actor": _ACTOR,
            "auth": _word("none, session, mfa or email-link", "none", "session", "mfa", "email-link"),
        },
    ),
}


def read_receipt(value: object) -> dict[str, Any]:
    """Return the receipt in `value`, decoded JSON, without fields that the schema does not have.

    These are the fields that a server sets, and those of later specifications. Raise ShapeError, with the path of the
    field, for a value that does not match the schema.
    """
    receipt: dict[str, Any] = _RECEIPT(value)
    return receipt


class _ReceiptField(NamedTuple):
    """How a field is read: the types that it may have, and the condition for its value or the reader of its object."""

    schema: Mapping[str, Any]
    types: frozenset[type]
    fits: Callable[[Any], object]
    inner: _Reader | None


def _object_reader(schema: Mapping[str, Any], path: str) -> _Reader:
    """Return the function that reads the object `path` with `schema`; made once, as a service reads many receipts."""
    fields = {name: _field(field, _member(path, name)) for name, field in schema["properties"].items()}
    required: Sequence[str] = schema["required"]

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise _wrong(path, schema, value)
        for name in required:
            if name not in value:
                raise ShapeError(_member(path, name), "is missing")
        found = {}
        for name, (field, types, fits, inner) in fields.items():
            if name in value:
                given = value[name]
                if type(given) not in types or not (given is None or fits(given)):
                    raise _wrong(_member(path, name), field, given)
                found[name] = inner(given) if inner and given is not None else given
        return found

    return read


def _field(schema: Mapping[str, Any], path: str) -> _ReceiptField:
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    types = frozenset(type_ for type_, name in _NAMES.items() if name in names)
    inner = _object_reader(schema, path) if dict in types else None
    return _ReceiptField(schema, types, _condition(schema), inner)


def _wrong(path: str, schema: Mapping[str, Any], value: Any) -> ShapeError:
    name, expected = _NAMES.get(type(value)), schema["type"]
    of_type = name == expected or (not isinstance(expected, str) and name in expected)
    got = quoted(str(value)) if of_type else name or type(value).__name__
    return ShapeError(path, f"expected {schema['description']}, got {got}")


def _condition(schema: Mapping[str, Any]) -> Callable[[Any], object]:
    """Return the function that checks whether a value of the right type matches `schema`."""
    if "enum" in schema:
        return frozenset(schema["enum"]).__contains__
    if "pattern" in schema:
        return re.compile(schema["pattern"]).fullmatch
    if "minimum" in schema:
        least, most = schema["minimum"], schema["maximum"]
        return lambda value: least <= value <= most
    return lambda _: True


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_RECEIPT: Final = _object_reader(RECEIPT_SCHEMA, "")
