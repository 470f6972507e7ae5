"""Members of decoded JSON, read one by one: each comes out with its type, or ShapeError names it.

A reader takes an object and the name of one of its members. Kept true: a bool is never an integer, 7.0 is the integer 7
and nothing beyond 2^53 - 1 is one (both as in a browser), null is the same as absent, members nobody asks for are
ignored, and no path is written unless something is refused. Not done here: what a value means.
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
    """Return `value`, which must be an object."""
    return value if isinstance(value, dict) else _refuse("", "an object", value)


def an_object(data: Data, name: str) -> Data:
    """Return the member `name` of `data`, an object; empty where it is absent or null."""
    value = data.get(name)
    if value is None:
        return {}
    return value if isinstance(value, dict) else _refuse(name, "an object", value)


def a_text(data: Data, name: str) -> str:
    """Return the member `name` of `data`, which must be a string."""
    value = data.get(name)
    return value if isinstance(value, str) else _refuse(name, "a string", value)


def a_word(data: Data, name: str, words: tuple[Word, ...]) -> Word:
    """Return the member `name` of `data`, which must be one of `words`."""
    value = data.get(name)
    if value not in words:
        _refuse(name, " or ".join(words), value)
    return cast(Word, value)


def a_bool(data: Data, name: str) -> bool:
    """Return the member `name` of `data`, which must be true or false."""
    value = data.get(name)
    return value if isinstance(value, bool) else _refuse(name, "true or false", value)


def a_number(data: Data, name: str) -> float:
    """Return the member `name` of `data`, which must be a finite number."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        _refuse(name, "a number", value)
    return value


def an_integer(data: Data, name: str) -> int:
    """Return the member `name` of `data`, which must be an integer."""
    value = data.get(name)
    integer = _integer(value)
    return _refuse(name, "an integer", value) if integer is None else integer


def a_seq(data: Data, name: str) -> int:
    """Return the member `name` of `data`, which must be the number of a version: an integer from 1."""
    value = data.get(name)
    integer = _integer(value)
    if integer is None or integer < 1:
        _refuse(name, "the number of a version, from 1", value)
    return integer


def an_instant(data: Data, name: str) -> Instant:
    """Return the instant that the member `name` of `data` writes after RFC 3339."""
    value = data.get(name)
    instant = parse_instant(value) if isinstance(value, str) else None
    return _refuse(name, _AN_INSTANT, value) if instant is None else instant


def maybe_an_instant(data: Data, name: str) -> Instant | None:
    """Return the instant that the member `name` of `data` writes after RFC 3339; None where it is absent or null."""
    value = data.get(name)
    instant = parse_instant(value) if isinstance(value, str) else None
    return _refuse(name, _AN_INSTANT, value) if instant is None and value is not None else instant


def optional(data: Data, name: str, read: Callable[[Data, str], Value]) -> Value | None:
    """Return the member `name` of `data` by way of `read`, or None where it is absent or null."""
    return None if data.get(name) is None else read(data, name)


def a_list(data: Data, name: str) -> list[Any]:
    """Return the member `name` of `data`, a list; empty where it is absent or null."""
    value = data.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else _refuse(name, "a list", value)


def texts(data: Data, name: str) -> list[str]:
    """Return the member `name` of `data`, a list of strings; empty where it is absent or null."""
    values: list[str] = a_list(data, name)
    for value in values:
        if not isinstance(value, str):
            _refuse(name, "strings", values)
    return values


def seqs(data: Data, name: str) -> list[int]:
    """Return the member `name` of `data`, a list of numbers of versions; empty where it is absent or null."""
    values = a_list(data, name)
    integers = [integer for integer in map(_integer, values) if integer is not None and integer > 0]
    return integers if len(integers) == len(values) else _refuse(name, "numbers of versions, from 1", values)


def objects(data: Data, name: str, read: Callable[[Data], Value]) -> list[Value]:
    """Return what `read` makes of every object in the member `name` of `data`, which must be a list."""
    values = data.get(name)
    if not isinstance(values, list):
        _refuse(name, "a list", values)
    done: list[Value] = []
    try:
        for value in values:
            done.append(read(as_object(value)))  # noqa: PERF401  # what is done so far counts up to the one at fault
    except ShapeError as wrong:
        raise _beneath(f"{name}[{len(done)}]", wrong) from None
    return done


def mapping(data: Data, name: str, read: Callable[[Data, str], Value]) -> dict[str, Value]:
    """Return what `read` makes of every member of the object `name` of `data`; empty where it is absent or null."""
    values = an_object(data, name)
    try:
        return {key: read(values, key) for key in values}
    except ShapeError as wrong:
        raise _beneath(name, wrong) from None


def inside(data: Data, name: str, read: Callable[[Data], Value]) -> Value:
    """Return what `read` makes of the object that is the member `name` of `data`; an absent one is read as empty."""
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
