"""Typed access to the fields of decoded data; errors contain the path of the invalid field.

Invariants: `Fields.close` rejects every unknown field and suggests the closest known one.
Not responsible for: decoding; the input is dicts, lists and scalars from a YAML or JSON parser.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from inforce.errors import Place, ShapeError, quoted

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class _Required:
    """The type of `REQUIRED`, the default of a required field."""


REQUIRED: Final = _Required()


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
        if name in self._data:
            return self._data[name]
        if isinstance(default, _Required):
            raise self.error(name, "is missing", self._spelt_otherwise(name))
        return default

    def text(self, name: str, default: str | _Required = REQUIRED) -> str:
        """Return the field `name` as text that is not blank."""
        value = self.value(name, default)
        if not isinstance(value, str):
            raise self.error(name, f"expected text, got {_kind(value)}")
        if name in self._data and not value.strip():
            raise self.error(name, "is empty", "enter a value, or delete the line")
        return value

    def integer(self, name: str, default: int | _Required = REQUIRED) -> int:
        """Return the field `name` as an integer; booleans are rejected."""
        value = self.value(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, f"expected a whole number, got {_kind(value)}")
        return value

    def parsed(self, name: str, parse: Callable[[str], T], default: T | _Required = REQUIRED) -> T:
        """Return the field `name` parsed with `parse`, whose ValueError becomes the message."""
        if name not in self._data and not isinstance(default, _Required):
            self._read.add(name)
            return default
        try:
            return parse(self.text(name))
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
        if not isinstance(value, list | tuple):
            raise self.error(name, f"expected a list, got {_kind(value)}", "put “- ” before each item")
        return tuple(value)

    def texts(
        self, name: str, parse: Callable[[str], T], default: tuple[T, ...] | _Required = REQUIRED
    ) -> tuple[T, ...]:
        """Return the field `name` as a tuple of texts, each parsed with `parse`."""
        if name not in self._data and not isinstance(default, _Required):
            self._read.add(name)
            return default
        members = {str(index): item for index, item in enumerate(self.items(name))}
        listed = Fields(members, "", self._error)
        try:
            return tuple(listed.parsed(index, parse) for index in members)
        except ShapeError as cause:
            path = f"{self.member(name)}[{cause.path}]"
            raise self._error(path, cause.problem, cause.fix) from cause

    def shape(self, name: str) -> Fields:
        """Return the field `name`, a mapping, as Fields."""
        return Fields(self.value(name), self.member(name), self._error)

    def shapes(self, name: str, default: tuple[object, ...] | _Required = REQUIRED) -> tuple[Fields, ...]:
        """Return the field `name`, a list of mappings, as a tuple of Fields."""
        path = self.member(name)
        return tuple(
            Fields(item, f"{path}[{index}]", self._error) for index, item in enumerate(self.items(name, default))
        )

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields in order, and mark them as read."""
        self._read.update(self._data)
        return tuple(self._data)

    def close(self) -> None:
        """Reject fields that were not read, and suggest the closest known one."""
        for name in self._data:
            if name not in self._read:
                raise self.error(str(name), "is not a known field here", self._known(str(name)))

    def _known(self, name: str) -> str:
        known = self._read | self._asked
        meant = did_you_mean(name, sorted(known - set(self._data))).strip(" –")
        return meant or f"delete it; known fields: {', '.join(sorted(known))}"

    def _spelt_otherwise(self, name: str) -> str:
        close = difflib.get_close_matches(name, [str(key) for key in self._data if key not in self._read], n=1)
        return f"is {quoted(close[0])} a misspelling of it?" if close else f"add “{name}: …”"


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
    """Parse `text` as `true` or `false`; ValueError otherwise, also for `yes` and `no`."""
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
