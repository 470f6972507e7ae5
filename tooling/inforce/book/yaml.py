"""Strict YAML: every scalar is a string, and constructs that could surprise an editor are rejected.

Invariants: no types are inferred (`1.10` stays 1.10, `no` stays no). Duplicate keys, aliases, anchors, merge keys,
tags, directives, multiple documents, invisible characters, deep nesting and long files are errors.
Not responsible for: writing YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from inforce.errors import FrontMatterError, Place, quoted

DEEPEST = 12
# The path of each field contains the keys of its parents.
LONGEST_KEY = 200
LONGEST = 64 * 1024
# libyaml is about eight times faster; the Python parser is the fallback.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER_LONGEST = 16 * 1024
_PYTHON = "tag:yaml.org,2002:python/"
# Control characters, line ends of YAML (U+0085, U+2028, U+2029), byte order marks, surrogates, noncharacters.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# The fix for an error of the YAML library, by a part of its message.
_FIXES = {
    "mapping values": "put a value that contains “: ” into quotation marks",
    "start any token": "indent with spaces, not tabs; quote a value that begins with a punctuation mark",
    "end of stream": "close the quotation mark",
    "expected ':'": "put a colon and a space after the key",
    "expected ',' or": "close the bracket, or put a comma between the items",
}
_DEFAULT_FIX = "check the indentation, the colons and the quotation marks"


@dataclass(slots=True)
class _OpenCollection:
    """A mapping or list that is being read, and the path of its next item."""

    path: str
    value: dict[str, Any] | list[Any]
    key: str | None = None

    def next_path(self) -> str:
        if isinstance(self.value, list):
            return f"{self.path}[{len(self.value)}]"
        return f"{self.path}.{self.key}" if self.path else str(self.key)

    def append(self, value: object) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[str(self.key)] = value
            self.key = None

    @property
    def expects_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


@dataclass(slots=True)
class _DocumentBuilder:
    """Builds the data of a YAML document from parser events."""

    path: str
    first_line: int
    lines: dict[str, int] = field(default_factory=dict)
    stack: list[_OpenCollection] = field(default_factory=list)
    root: Any = None
    documents: int = 0

    def fault(self, event: yaml.Event, problem: str, fix: str) -> FrontMatterError:
        place = Place(path=self.path, line=self.line(event))
        return FrontMatterError(place, problem, fix, rule="META-yaml")

    def line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def add_event(self, event: yaml.Event) -> None:
        # Fast path: most events are plain scalars, of which a large book has 100,000.
        if type(event) is yaml.ScalarEvent and not event.anchor and not event.tag:
            self.scalar(event)
            return
        self.refuse_special_syntax(event)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.add(self.stack.pop().value)

    def refuse_special_syntax(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if event.version or event.tags:
                raise self.fault(event, "YAML directives are not allowed", "delete the “%” line")
            if self.documents > 1:
                raise self.fault(event, "a second YAML document begins here", "delete the “---” line")
        if isinstance(event, yaml.AliasEvent):
            raise self.fault(event, f"{quoted(f'*{event.anchor}')} is an alias", "write the value out")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            problem = f"{quoted(f'&{event.anchor}')} is an anchor"
            raise self.fault(event, problem, "write the value out where it is needed")
        if tag := getattr(event, "tag", None):
            raise self.fault(event, f"{quoted(tag)} is a tag", "delete it: every value is read as plain text")

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self.stack) >= DEEPEST:
            raise self.fault(event, f"nested more than {DEEPEST} levels deep", "flatten it")
        if self.stack and self.stack[-1].expects_key:
            raise self.fault(event, "a list or mapping is used as a key", "put a plain word before the colon")
        path = self.stack[-1].next_path() if self.stack else ""
        self.note_line(path, event)
        self.stack.append(_OpenCollection(path, {} if isinstance(event, yaml.MappingStartEvent) else []))

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if match := _INVISIBLE.search(event.value):
            raise self.fault(event, *_invisible(match))
        if self.stack and self.stack[-1].expects_key:
            self.start_key(event)
            return
        self.note_line(self.stack[-1].next_path() if self.stack else "", event)
        empty = event.value == "" and not event.style
        self.add(None if empty and not self.stack else event.value)

    def start_key(self, event: yaml.ScalarEvent) -> None:
        top = self.stack[-1]
        if not event.value:
            raise self.fault(event, "a value has no key", "put a plain word before the colon")
        if len(event.value) > LONGEST_KEY:
            raise self.fault(event, f"a key has more than {LONGEST_KEY} characters", "shorten it")
        if event.value == "<<" and not event.style:
            raise self.fault(event, "“<<” is a merge key", "write the fields out")
        if event.value in top.value:
            raise self.fault(event, f"{quoted(event.value)} occurs twice", "keep one of the two")
        top.key = event.value
        self.lines[top.next_path()] = self.line(event)

    def note_line(self, path: str, event: yaml.Event) -> None:
        self.lines.setdefault(path, self.line(event))

    def add(self, value: object) -> None:
        if self.stack:
            self.stack[-1].append(value)
        else:
            self.root = value


def parse_yaml(text: str, path: str, first_line: int = 1) -> tuple[Any, dict[str, int]]:
    """Parse the YAML `text` of the file `path`, whose first line is line `first_line` of the file.

    Returns the data (dicts, lists and strings; None for an empty document) and the line of each field by its path such
    as `summary[0].text`. FrontMatterError for any construct that a book must not contain.
    """
    builder = _DocumentBuilder(path, first_line)
    if len(text) > LONGEST:
        problem = f"is longer than {LONGEST // 1024} KiB"
        raise FrontMatterError(Place(path=path, line=first_line), problem, "shorten it", rule="META-yaml")
    if match := _INVISIBLE.search(text):
        line = first_line + len(re.findall(r"\r\n?|\n", text[: match.start()]))
        raise FrontMatterError(Place(path=path, line=line), *_invisible(match), rule="META-yaml")
    loader = _LOADER(text)
    try:
        while event := loader.get_event():
            builder.add_event(event)
    except yaml.MarkedYAMLError as cause:
        raise _syntax_error(cause, path, first_line) from cause
    finally:
        loader.dispose()
    return builder.root, builder.lines


def inherited_configuration(text: str, path: str) -> str | None:
    """Return the file that the MkDocs configuration `text` of the file `path` inherits; None if there is none.

    MkDocs loads its configuration with a loader that creates Python objects. FrontMatterError for a tag that would run
    code. `!!python/name:`, which many themes need, only names an installed object. Other errors are left to MkDocs.
    """
    loader = _LOADER(text)
    inherited, depth, name = None, 0, None
    try:
        while event := loader.get_event():
            tag = getattr(event, "tag", None) or ""
            if tag.startswith(_PYTHON) and not tag.startswith(f"{_PYTHON}name:"):
                place = Place(path=path, line=event.start_mark.line + 1)
                problem = f"the tag {quoted(f'!!python/{tag.removeprefix(_PYTHON)}', 80)} would run code"
                raise FrontMatterError(place, problem, "delete the tag and write the value out", rule="META-yaml")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth == 1:
                value = event.value if isinstance(event, yaml.ScalarEvent) else None
                inherited = value if name == "INHERIT" and value else inherited
                name = value
    except yaml.YAMLError:
        return inherited
    finally:
        loader.dispose()
    return inherited


def _invisible(match: re.Match[str]) -> tuple[str, str]:
    return f"this line contains an invisible character (U+{ord(match[0]):04X})", "delete it"


def _syntax_error(cause: yaml.MarkedYAMLError, path: str, first_line: int) -> FrontMatterError:
    # For an unterminated construct, report where it begins.
    unfinished = (cause.context or "").startswith("while scanning")
    mark = (unfinished and cause.context_mark) or cause.problem_mark or cause.context_mark
    message = cause.problem or cause.context or ""
    fix = next((fix for piece, fix in _FIXES.items() if piece in message), _DEFAULT_FIX)
    place = Place(path=path, line=first_line + (mark.line if mark else 0))
    return FrontMatterError(place, f"this is not valid YAML: {message}", fix, rule="META-yaml")
