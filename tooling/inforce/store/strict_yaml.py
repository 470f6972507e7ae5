"""YAML read strictly: every scalar stays the text it is, and whatever could surprise an editor is refused.

Keeps true: no types are guessed (`1.10` stays 1.10, `no` stays no); duplicate keys, aliases, anchors, tags, several
documents, deep nesting and long files are errors with their line. Does not write YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from inforce.errors import FrontMatterError, Place

DEEPEST = 12
LONGEST = 64 * 1024
# libyaml gives the same events about eight times faster; the Python parser stands in where it is not built in.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER_LONGEST = 16 * 1024


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read, and the path of its next member."""

    path: str
    value: dict[str, Any] | list[Any]
    key: str | None = None

    def next_path(self) -> str:
        if isinstance(self.value, list):
            return f"{self.path}[{len(self.value)}]"
        return f"{self.path}.{self.key}" if self.path else str(self.key)

    def take(self, value: object) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[str(self.key)] = value
            self.key = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


@dataclass(slots=True)
class _Reading:
    """A YAML document on its way from events to data."""

    path: str
    first_line: int
    lines: dict[str, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Any = None
    documents: int = 0

    def fault(self, event: yaml.Event, problem: str, mend: str) -> FrontMatterError:
        place = Place(path=self.path, line=self.line(event))
        return FrontMatterError(place, problem, mend, rule="META-yaml")

    def line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def read(self, event: yaml.Event) -> None:
        self.refuse_surprises(event)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.add(self.stack.pop().value)

    def refuse_surprises(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.fault(event, "a second YAML document begins here", "take the “---” line out")
        if isinstance(event, yaml.AliasEvent):
            raise self.fault(event, f"“*{event.anchor}” is an alias", "write the value out")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise self.fault(event, f"“&{event.anchor}” is an anchor", "write the value out where it is needed")
        if tag := getattr(event, "tag", None):
            raise self.fault(event, f"“{tag}” is a tag", "take it out: every value is read as plain text")

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self.stack) >= DEEPEST:
            raise self.fault(event, f"nested more than {DEEPEST} levels deep", "flatten it")
        if self.stack and self.stack[-1].wants_key:
            raise self.fault(event, "a list or mapping is used as a name", "put a plain word before the colon")
        path = self.stack[-1].next_path() if self.stack else ""
        self.note(path, event)
        self.stack.append(_Open(path, {} if isinstance(event, yaml.MappingStartEvent) else []))

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if self.stack and self.stack[-1].wants_key:
            self.name(event)
            return
        if self.stack:
            self.note(self.stack[-1].next_path(), event)
        empty = event.value == "" and event.style is None
        self.add(None if empty and not self.stack else event.value)

    def name(self, event: yaml.ScalarEvent) -> None:
        top = self.stack[-1]
        if event.value in top.value:
            raise self.fault(event, f"“{event.value}” stands here twice", "keep one of the two")
        top.key = event.value
        self.lines[top.next_path()] = self.line(event)

    def note(self, path: str, event: yaml.Event) -> None:
        self.lines.setdefault(path, self.line(event))

    def add(self, value: object) -> None:
        if self.stack:
            self.stack[-1].take(value)
        else:
            self.root = value


def parse_yaml(text: str, path: str, first_line: int = 1) -> tuple[Any, dict[str, int]]:
    """Read the YAML `text` of the file `path`, whose first line is the file's line `first_line`.

    Returns the data (dicts, lists and strings; None for an empty document) and the line of each member by its path such
    as `summary[0].text`. FrontMatterError for everything the book does not allow.
    """
    reading = _Reading(path, first_line)
    if len(text) > LONGEST:
        problem = f"is longer than {LONGEST // 1024} KiB"
        raise FrontMatterError(Place(path=path, line=first_line), problem, "shorten it", rule="META-yaml")
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reading.read(event)
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        place = Place(path=path, line=first_line + (mark.line if mark else 0))
        problem = f"this is no YAML: {cause.problem or cause.context}"
        raise FrontMatterError(place, problem, "check the indentation and the quotes", rule="META-yaml") from cause
    except yaml.YAMLError as cause:
        problem = f"this is no YAML: {str(cause).splitlines()[0]}"
        place = Place(path=path, line=first_line)
        raise FrontMatterError(place, problem, "take the character out", rule="META-yaml") from cause
    return reading.root, reading.lines
