"""Typed access to the fields of decoded JSON and YAML; errors contain the path of the invalid field.

Invariants: `Fields.close` rejects every unknown field and suggests the closest known one.
Not responsible for: decoding; the input is dicts, lists and scalars from a YAML or JSON parser.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from inforce.errors import Place, ShapeError, quoted

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)
W = TypeVar("W", bound=str)

LARGEST_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON reader represents exactly (RFC 8259, section 6)."""


class _Required:
    """The type of `REQUIRED`, the default of a required field."""


REQUIRED: Final = _Required()
_ABSENT: Final[Any] = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the book: its path, its text, and the line of each field."""

    path: str
    text: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def place(self, member: str = "", section: str | None = None) -> Place:
        """Return the place of `member`, or of the nearest enclosing field whose line is known."""
        while member and member not in self.lines:
            member = member.rpartition("." if member.rfind(".") > member.rfind("[") else "[")[0]
        return Place(path=self.path, line=self.lines.get(member), section=section)


class Fields:
    """A mapping being read; `path` is its path in messages."""

    __slots__ = ("_asked", "_data", "_error", "_path", "_read")

    def __init__(self, data: object, path: str = "", error: type[ShapeError] = ShapeError) -> None:
        """Wrap `data`, which must be a mapping with string keys; problems are raised as `error`."""
        self._path = path
        self._error = error
        if not isinstance(data, Mapping):
            raise error(path, f"expected fields such as “name: value”, got {_kind(data)}")
        self._data: Mapping[str, Any] = data
        self._read: set[str] = set()
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        self._asked.add(name)
        return name in self._data

    def member(self, name: str) -> str:
        """Return the full path of the field `name`."""
        return f"{self._path}.{name}" if self._path else name

    def error(self, name: str, problem: str, fix: str = "") -> ShapeError:
        """Return the error for a `problem` of the field `name`."""
        return self._error(self.member(name), problem, fix)

    def value(self, name: str, default: object = REQUIRED) -> Any:
        """Return the field `name`, or `default` if it is absent."""
        self._read.add(name)
        return self._data[name] if name in self._data else self._default(name, default)

    def text(self, name: str, default: T | _Required = REQUIRED) -> str | T:
        """Return the field `name` as text that is not blank."""
        value = self.value(name, _ABSENT)
        if value is _ABSENT:
            return self._default(name, default)
        if not isinstance(value, str):
            raise self.error(name, f"expected text, got {_kind(value)}")
        if not value.strip():
            raise self.error(name, "is empty", "enter a value, or delete the line")
        return value

    def integer(self, name: str, default: T | _Required = REQUIRED, *, least: int | None = None) -> int | T:
        """Return the field `name` as an integer from `least`; booleans are rejected."""
        value = self.value(name, _ABSENT)
        if value is _ABSENT:
            return self._default(name, default)
        number = value if type(value) is int else self._whole(value)
        if number is None or abs(number) > LARGEST_INTEGER:
            raise self.error(name, f"expected a whole number, got {_kind(value)}")
        if least is not None and number < least:
            raise self.error(name, f"expected a whole number from {least}, got {number}")
        return number

    def counts(self, name: str, default: tuple[int, ...] | _Required = REQUIRED) -> tuple[int, ...]:
        """Return the field `name` as a tuple of integers from 1."""
        if self.value(name, _ABSENT) is _ABSENT:
            return self._default(name, default)
        items = self.items(name)
        numbers = tuple(n for n in map(self._whole, items) if n is not None and 0 < n <= LARGEST_INTEGER)
        if len(numbers) != len(items):
            raise self.error(name, "expected a list of whole numbers from 1")
        return numbers

    def words(self, name: str, default: tuple[str, ...] | _Required = REQUIRED) -> tuple[str, ...]:
        """Return the field `name` as a tuple of any texts."""
        items = self.items(name, default)
        for item in items:
            if not isinstance(item, str):
                raise self.error(name, "expected a list of texts")
        return items

    def number(self, name: str, default: float | _Required = REQUIRED) -> float:
        """Return the field `name` as a finite number."""
        value = self.value(name, default)
        if type(value) not in (int, float) or not math.isfinite(value):
            raise self.error(name, f"expected a number, got {_kind(value)}")
        return float(value)

    def flag(self, name: str, default: T | _Required = REQUIRED) -> bool | T:
        """Return the field `name` as a boolean."""
        value = self.value(name, _ABSENT)
        if value is _ABSENT:
            return self._default(name, default)
        if not isinstance(value, bool):
            raise self.error(name, f"expected true or false, got {_kind(value)}")
        return value

    def parsed(self, name: str, parse: Callable[[str], T], default: D | _Required = REQUIRED) -> T | D:
        """Return the field `name` parsed with `parse`, whose ValueError becomes the message."""
        text = self.text(name, _ABSENT)
        if text is _ABSENT:
            return self._default(name, default)
        try:
            return parse(text)
        except ValueError as cause:
            raise self.error(name, str(cause)) from cause

    def choice(self, name: str, words: type[E], default: E | _Required = REQUIRED) -> E:
        """Return the field `name` as one of `words`."""

        def parse(text: str) -> E:
            try:
                return words(text)
            except ValueError as cause:
                known = [str(word) for word in words]
                message = f"expected one of {', '.join(known)}, got {quoted(text)}{did_you_mean(text, known)}"
                raise ValueError(message) from cause

        return self.parsed(name, parse, default)

    def items(self, name: str, default: tuple[object, ...] | _Required = REQUIRED) -> tuple[Any, ...]:
        """Return the field `name` as a tuple."""
        value = self.value(name, default)
        if not isinstance(value, (list, tuple)):
            raise self.error(name, f"expected a list, got {_kind(value)}", "put “- ” before each item")
        return tuple(value)

    def texts(
        self, name: str, parse: Callable[[str], T], default: tuple[T, ...] | _Required = REQUIRED
    ) -> tuple[T, ...]:
        """Return the field `name` as a tuple of texts, each parsed with `parse`."""
        if self.value(name, _ABSENT) is _ABSENT:
            return self._default(name, default)
        members = {str(index): item for index, item in enumerate(self.items(name))}
        listed = Fields(members, "", self._error)
        try:
            return tuple(listed.parsed(index, parse) for index in members)
        except ShapeError as cause:
            path = f"{self.member(name)}[{cause.path}]"
            raise self._error(path, cause.problem, cause.fix) from cause

    def mapping(self, name: str, default: Mapping[str, Any] | _Required = REQUIRED) -> Mapping[str, Any]:
        """Return the field `name`, a mapping, unchanged."""
        value = self.value(name, default)
        if not isinstance(value, dict):
            raise self.error(name, f"expected an object, got {_kind(value)}")
        return value

    def shape(self, name: str, default: object = REQUIRED) -> Fields:
        """Return the field `name`, a mapping, as Fields."""
        return type(self)(self.value(name, default), self.member(name), self._error)

    def shapes(self, name: str, default: tuple[object, ...] | _Required = REQUIRED) -> tuple[Fields, ...]:
        """Return the field `name`, a list of mappings, as a tuple of Fields."""
        path = self.member(name)
        return tuple(
            type(self)(item, f"{path}[{index}]", self._error) for index, item in enumerate(self.items(name, default))
        )

    def by_name(self, name: str, read: Callable[[Fields, str], T]) -> dict[str, T]:
        """Apply `read` to each field of the mapping `name`, and return the results; empty if it is absent."""
        if self.value(name, _ABSENT) is _ABSENT:
            return {}
        inner = self.shape(name)
        return {key: read(inner, key) for key in inner.names()}

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields in order, and mark them as read."""
        self._read.update(self._data)
        return tuple(self._data)

    def close(self) -> None:
        """Reject fields that were not read, and suggest the closest known one."""
        for name in self._data:
            if name not in self._read:
                raise self.error(str(name), "is not a known field here", self._known(str(name)))

    def _default(self, name: str, default: T | _Required) -> T:
        if isinstance(default, _Required):
            raise self.error(name, "is missing", self._spelt_otherwise(name))
        return default

    def _whole(self, value: object) -> int | None:
        return value if type(value) is int else None

    def _known(self, name: str) -> str:
        known = self._read | self._asked
        meant = did_you_mean(name, sorted(known - set(self._data))).strip(" –")
        return meant or f"delete it; known fields: {', '.join(sorted(known))}"

    def _spelt_otherwise(self, name: str) -> str:
        close = difflib.get_close_matches(name, [str(key) for key in self._data if key not in self._read], n=1)
        return f"is {quoted(close[0])} a misspelling of it?" if close else f"add “{name}: …”"


class LenientFields(Fields):
    """A JSON object being read as in a browser: null is an absent field, blank text is text, 7.0 is an integer."""

    __slots__ = ()

    def __init__(self, data: object, path: str = "", error: type[ShapeError] = ShapeError) -> None:
        """Wrap `data`, which must be an object; problems are raised as `error`."""
        if not isinstance(data, dict):
            raise error(path, f"expected an object, got {_kind(data)}")
        self._path, self._error, self._data = path, error, data

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def value(self, name: str, default: object = REQUIRED) -> Any:
        """Return the field `name`, or `default` if it is absent."""
        value = self._data.get(name)
        return self._default(name, default) if value is None else value

    def text(self, name: str, default: T | _Required = REQUIRED) -> str | T:
        """Return the field `name` as text."""
        value = self._data.get(name)
        if type(value) is str:
            return value
        if value is not None:
            raise self.error(name, f"expected text, got {_kind(value)}")
        return self._default(name, default)

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields in order."""
        return tuple(self._data)

    def _whole(self, value: object) -> int | None:
        return int(value) if type(value) is float and value.is_integer() else super()._whole(value)

    def _default(self, name: str, default: T | _Required) -> T:
        if default is REQUIRED:
            raise self.error(name, "is missing")
        return default  # type: ignore[return-value]  # the only value of its class was excluded


def first_duplicate(names: Iterable[T]) -> T | None:
    """Return the first of the hashable `names` that occurred before, in one pass; None if all differ."""
    previous: set[T] = set()
    for name in names:
        if name in previous:
            return name
        previous.add(name)
    return None


def did_you_mean(word: str, known: list[str]) -> str:
    """Return a suggestion with the closest match for `word` in `known`; empty if there is none."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" – did you mean “{close[0]}”?" if close else ""


def one_of(words: tuple[W, ...]) -> Callable[[str], W]:
    """Return a parser of texts that are one of `words`."""
    known: dict[str, W] = {word: word for word in words}

    def parse(text: str) -> W:
        word = known.get(text)
        if word is None:
            message = f"expected one of {', '.join(words)}, got {quoted(text)}"
            raise ValueError(message)
        return word

    return parse


def matching(pattern: str, expected: str) -> Callable[[str], str]:
    """Return a parser of texts that match the whole `pattern`; its message contains `expected`."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            message = f"expected {expected}, got {quoted(text)}"
            raise ValueError(message)
        return text

    return parse


def whole_number(text: str) -> int:
    """Parse `text` as an integer of at most nine decimal digits; ValueError otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        message = f"expected a whole number, got {quoted(text)}"
        raise ValueError(message)
    return int(text)


def number_within(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of integers from `least` to `most`."""

    def parse(text: str) -> int:
        number = whole_number(text)
        if not least <= number <= most:
            message = f"expected a whole number from {least} to {most}, got {quoted(text)}"
            raise ValueError(message)
        return number

    return parse


def truth(text: str) -> bool:
    """Parse `text` as `true` or `false`; ValueError otherwise, also for “yes” and “no”."""
    if text not in ("true", "false"):
        message = f"expected “true” or “false”, got {quoted(text)}"
        raise ValueError(message)
    return text == "true"


def _kind(value: object) -> str:
    names = {
        str: "text",
        int: "a number",
        float: "a fraction",
        bool: "true or false",
        dict: "fields",
        list: "a list",
    }
    return names.get(type(value), "nothing" if value is None else type(value).__name__)
