"""Read the fields of decoded JSON: each function returns a typed value or raises ShapeError with the path.

A reader takes an object and a field name.

Invariants: a bool is not an integer; 7.0 is the integer 7; no number above 2^53 - 1 is an integer (as in a browser);
null equals absent; unknown fields are ignored; a path is composed only for an error.
Not responsible for: the meaning of a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

from inforce.acceptance.instants import Instant, parse_instant
from inforce.errors import ShapeError

Data: TypeAlias = dict[str, Any]
"""A decoded JSON object."""

_LARGEST: Final = 2**53 - 1
_AN_INSTANT: Final = "an RFC 3339 instant such as 2027-03-01T00:00:00Z"

Value = TypeVar("Value")
Word = TypeVar("Word", bound=str)


def as_object(value: object) -> Data:
    """Return `value`; raise ShapeError if it is not an object."""
    return value if isinstance(value, dict) else _refuse("", "an object", value)


def an_object(data: Data, name: str) -> Data:
    """Return the object in the field `name` of `data`; empty if it is absent or null."""
    value = data.get(name)
    if value is None:
        return {}
    return value if isinstance(value, dict) else _refuse(name, "an object", value)


def a_text(data: Data, name: str) -> str:
    """Return the string in the field `name` of `data`."""
    value = data.get(name)
    return value if isinstance(value, str) else _refuse(name, "a string", value)


def a_word(data: Data, name: str, words: tuple[Word, ...]) -> Word:
    """Return the field `name` of `data`, which must be one of `words`."""
    value = data.get(name)
    if value not in words:
        _refuse(name, " or ".join(words), value)
    return cast(Word, value)


def a_bool(data: Data, name: str) -> bool:
    """Return the boolean in the field `name` of `data`."""
    value = data.get(name)
    return value if isinstance(value, bool) else _refuse(name, "true or false", value)


def a_number(data: Data, name: str) -> float:
    """Return the finite number in the field `name` of `data`."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        _refuse(name, "a number", value)
    return value


def an_integer(data: Data, name: str) -> int:
    """Return the integer in the field `name` of `data`."""
    value = data.get(name)
    integer = _integer(value)
    return _refuse(name, "an integer", value) if integer is None else integer


def a_seq(data: Data, name: str) -> int:
    """Return the version number in the field `name` of `data`: an integer from 1."""
    value = data.get(name)
    integer = _integer(value)
    if integer is None or integer < 1:
        _refuse(name, "the number of a version, from 1", value)
    return integer


def an_instant(data: Data, name: str) -> Instant:
    """Return the RFC 3339 instant in the field `name` of `data`."""
    value = data.get(name)
    instant = parse_instant(value) if isinstance(value, str) else None
    return _refuse(name, _AN_INSTANT, value) if instant is None else instant


def maybe_an_instant(data: Data, name: str) -> Instant | None:
    """Return the RFC 3339 instant in the field `name` of `data`; None if it is absent or null."""
    value = data.get(name)
    instant = parse_instant(value) if isinstance(value, str) else None
    return _refuse(name, _AN_INSTANT, value) if instant is None and value is not None else instant


def optional(data: Data, name: str, read: Callable[[Data, str], Value]) -> Value | None:
    """Return the field `name` of `data`, read with `read`; None if it is absent or null."""
    return None if data.get(name) is None else read(data, name)


def a_list(data: Data, name: str) -> list[Any]:
    """Return the list in the field `name` of `data`; empty if it is absent or null."""
    value = data.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else _refuse(name, "a list", value)


def texts(data: Data, name: str) -> list[str]:
    """Return the list of strings in the field `name` of `data`; empty if it is absent or null."""
    values: list[str] = a_list(data, name)
    for value in values:
        if not isinstance(value, str):
            _refuse(name, "strings", values)
    return values


def seqs(data: Data, name: str) -> list[int]:
    """Return the list of version numbers in the field `name` of `data`; empty if it is absent or null."""
    values = a_list(data, name)
    integers = [integer for integer in map(_integer, values) if integer is not None and integer > 0]
    return integers if len(integers) == len(values) else _refuse(name, "numbers of versions, from 1", values)


def objects(data: Data, name: str, read: Callable[[Data], Value]) -> list[Value]:
    """Apply `read` to every object of the list in the field `name` of `data`, and return the results."""
    values = data.get(name)
    if not isinstance(values, list):
        _refuse(name, "a list", values)
    parsed: list[Value] = []
    try:
        for value in values:
            parsed.append(read(as_object(value)))  # noqa: PERF401  # what is done so far counts up to the one at fault
    except ShapeError as wrong:
        raise _beneath(f"{name}[{len(parsed)}]", wrong) from None
    return parsed


def mapping(data: Data, name: str, read: Callable[[Data, str], Value]) -> dict[str, Value]:
    """Apply `read` to every field of the object `name` of `data`; empty if it is absent or null."""
    values = an_object(data, name)
    try:
        return {key: read(values, key) for key in values}
    except ShapeError as wrong:
        raise _beneath(name, wrong) from None


def inside(data: Data, name: str, read: Callable[[Data], Value]) -> Value:
    """Apply `read` to the object in the field `name` of `data`; an absent one is read as empty."""
    value = an_object(data, name)
    try:
        return read(value)
    except ShapeError as wrong:
        raise _beneath(name, wrong) from None


def _integer(value: object) -> int | None:
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and abs(value) <= _LARGEST else None


def _beneath(path: str, wrong: ShapeError) -> ShapeError:
    return ShapeError(f"{path}.{wrong.path}" if wrong.path else path, wrong.problem)


def _refuse(name: str, expected: str, got: object) -> NoReturn:
    raise ShapeError(name, f"expected {expected}, got {'nothing' if got is None else repr(got)[:60]}")
