"""Typed reading of decoded data, member by member, with the path of whatever is wrong.

Invariants: nothing unread goes unnoticed: `Shape.close` names every unknown field, with a likely spelling.
Does not decode: it takes dicts, lists and scalars as YAML or JSON readers give them.
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
    """Stands where a member has no default."""


REQUIRED: Final = _Required()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the book as it was read: its path, its text, and the line on which each member stands."""

    path: str
    text: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    def place(self, member: str = "", section: str | None = None) -> Place:
        """Point at `member`, or at the nearest member around it whose line is known."""
        while member and member not in self.lines:
            member = member.rpartition("." if member.rfind(".") > member.rfind("[") else "[")[0]
        return Place(path=self.path, line=self.lines.get(member), section=section)


class Fields:
    """A mapping being read; `path` names it in messages."""

    def __init__(self, data: object, path: str = "", error: type[ShapeError] = ShapeError) -> None:
        """Take `data`, which has to be a mapping with string keys; refusals are raised as `error`."""
        self._path = path
        self._error = error
        if not isinstance(data, Mapping):
            raise error(path, f"expected members such as “name: value”, got {_kind(data)}")
        self._data: Mapping[str, Any] = data
        self._read: set[str] = set()
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        self._asked.add(name)
        return name in self._data

    def member(self, name: str) -> str:
        """Spell the full path of the member `name`."""
        return f"{self._path}.{name}" if self._path else name

    def refuse(self, name: str, problem: str, fix: str = "") -> ShapeError:
        """Make the error that says what is wrong with the member `name`."""
        return self._error(self.member(name), problem, fix)

    def value(self, name: str, default: object = REQUIRED) -> Any:
        """Take the member `name` as it is; `default` where it is absent."""
        self._read.add(name)
        if name in self._data:
            return self._data[name]
        if isinstance(default, _Required):
            raise self.refuse(name, "is missing", self._spelt_otherwise(name))
        return default

    def text(self, name: str, default: str | _Required = REQUIRED) -> str:
        """Take the member `name` as text that is not blank."""
        value = self.value(name, default)
        if not isinstance(value, str):
            raise self.refuse(name, f"expected text, got {_kind(value)}")
        if name in self._data and not value.strip():
            raise self.refuse(name, "is empty", "say something here, or take the line out")
        return value

    def integer(self, name: str, default: int | _Required = REQUIRED) -> int:
        """Take the member `name` as a whole number; a boolean is none."""
        value = self.value(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(name, f"expected a whole number, got {_kind(value)}")
        return value

    def parsed(self, name: str, parse: Callable[[str], T], default: T | _Required = REQUIRED) -> T:
        """Take the member `name` through `parse`, whose ValueError becomes the message."""
        if name not in self._data and not isinstance(default, _Required):
            self._read.add(name)
            return default
        try:
            return parse(self.text(name))
        except ValueError as cause:
            raise self.refuse(name, str(cause)) from cause

    def choice(self, name: str, words: type[E], default: E | _Required = REQUIRED) -> E:
        """Take the member `name` as one of `words`."""

        def parse(text: str) -> E:
            try:
                return words(text)
            except ValueError as cause:
                known = [str(word) for word in words]
                message = f"expected one of {', '.join(known)}, got {quoted(text)}{did_you_mean(text, known)}"
                raise ValueError(message) from cause

        return self.parsed(name, parse, default)

    def items(self, name: str, default: tuple[object, ...] | _Required = REQUIRED) -> tuple[Any, ...]:
        """Take the member `name` as a sequence."""
        value = self.value(name, default)
        if not isinstance(value, list | tuple):
            raise self.refuse(name, f"expected a list, got {_kind(value)}", "put “- ” before each item")
        return tuple(value)

    def texts(
        self, name: str, parse: Callable[[str], T], default: tuple[T, ...] | _Required = REQUIRED
    ) -> tuple[T, ...]:
        """Take the member `name` as a sequence of texts, each through `parse`."""
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
        """Take the member `name` as a mapping of its own."""
        return Fields(self.value(name), self.member(name), self._error)

    def shapes(self, name: str, default: tuple[object, ...] | _Required = REQUIRED) -> tuple[Fields, ...]:
        """Take the member `name` as a sequence of mappings."""
        path = self.member(name)
        return tuple(
            Fields(item, f"{path}[{index}]", self._error) for index, item in enumerate(self.items(name, default))
        )

    def names(self) -> tuple[str, ...]:
        """List the names of all members, in their order; they count as read."""
        self._read.update(self._data)
        return tuple(self._data)

    def close(self) -> None:
        """Reject fields that were not read, with the spelling that was probably meant."""
        for name in self._data:
            if name not in self._read:
                raise self.refuse(str(name), "is no known member here", self._known(str(name)))

    def _known(self, name: str) -> str:
        known = self._read | self._asked
        meant = did_you_mean(name, sorted(known - set(self._data))).strip(" –")
        return meant or f"take it out; what can stand here: {', '.join(sorted(known))}"

    def _spelt_otherwise(self, name: str) -> str:
        close = difflib.get_close_matches(name, [str(key) for key in self._data if key not in self._read], n=1)
        return f"is {quoted(close[0])} meant to be it?" if close else f"add “{name}: …”"


def first_duplicate(names: Iterable[T]) -> T | None:
    """Return the first of the hashable `names` that occurred before, in one pass; None if all differ."""
    seen: set[T] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def did_you_mean(word: str, known: list[str]) -> str:
    """Suggest the one of `known` that `word` resembles most; empty where none does."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" – did you mean “{close[0]}”?" if close else ""


def whole_number(text: str) -> int:
    """Read `text` as a whole number of at most nine decimal digits; ValueError for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        message = f"expected a whole number, got {quoted(text)}"
        raise ValueError(message)
    return int(text)


def number_within(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        number = whole_number(text)
        if not least <= number <= most:
            message = f"expected a whole number from {least} to {most}, got {quoted(text)}"
            raise ValueError(message)
        return number

    return parse


def truth(text: str) -> bool:
    """Read `text` as `true` or `false`; ValueError for anything else, `yes` and `no` included."""
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
        dict: "members",
        list: "a list",
    }
    return names.get(type(value), "nothing" if value is None else type(value).__name__)
