"""Collect the regular expressions of a package, and generate hostile inputs from the syntax tree of each of them.

An expression that is built at run time needs an example in `EXAMPLES`; without one, `python_patterns` raises an error.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_parser: Any = importlib.import_module("re._parser")

FUNCTIONS = frozenset({"compile", "match", "fullmatch", "search", "split", "findall", "finditer", "sub", "subn"})
ANCHORED = frozenset({"match", "fullmatch"})
# The source of each pattern built from local names, and of a list of example patterns, evaluated in its module.
EXAMPLES = {
    # The results are module constants.
    "'|'.join(alternatives).replace('\\\\w+…', '\\\\w++…').replace('…', '[^.;。；]{0,60}?')": "[]",
    "f\"(?:{'|'.join(sequences)})+\"": "[_tables('cp1252')[0]]",
    "f'\\\\S{{0,{limit}}}$'": "['\\\\S{0,40}$']",
    "f'\\\\S{{0,{limit}}}'": "['\\\\S{0,40}']",
    r"re.escape(f'.{target.name}.') + '(?:new|old)-[a-z0-9_]{8}\\.lock'": "['[.]a[.](?:new|old)-[a-z0-9_]{8}[.]lock']",
    r"'\\s+'.join(map(re.escape, old.split()))": r"['you\\s+data', 'a']",
    "schema['pattern']": "[field['pattern'] for part in (RECEIPT_SCHEMA, *RECEIPT_SCHEMA['properties'].values()) "
    "for field in part.get('properties', {}).values() if 'pattern' in field]",
    "ends[fence]": r"['^(?:---|\\.\\.\\.)[ \\t]*$', '^\\+\\+\\+[ \\t]*$']",
    "before + pattern_of(style).pattern": "["
    "before + pattern_of(style).pattern for style, before in "
    "[*_LISTS.items(), *((style, _BEFORE_HEADING.get(style, r'(?:^|(?<=\\s))')) for style in _HEADINGS)]]",
}
# Django modules cannot be imported without the settings of a project.
NEEDS_SETTINGS = ("inforce.client.frameworks.django.", "inforce.ledger.storage.migrations.")
# A repeat with a smaller limit has a bounded cost.
SMALL_LIMIT = 64
MAX_PUMPS = 4
MAX_INPUTS = 200
SUFFIXES = ("", "\x00", "\n\x00", " a")
REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
CHARACTERS = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY"})


@dataclass(frozen=True)
class HostileInput:
    """An input of any length: `start`, then `pump` repeated, then `end`."""

    start: str
    pump: str
    end: str

    def text(self, length: int) -> str:
        """Return the input of about `length` characters."""
        return self.start + self.pump * max(1, length // len(self.pump)) + self.end


@dataclass(frozen=True)
class Expression:
    """A regular expression, its place in the source, and the functions that are called with it."""

    place: str
    pattern: re.Pattern[str]
    functions: frozenset[str]

    def run(self, text: str) -> None:
        """Use the expression on `text` as the package does."""
        if "match" in self.functions:
            self.pattern.match(text)
        if "fullmatch" in self.functions:
            self.pattern.fullmatch(text)
        if not self.functions <= ANCHORED:
            for _ in self.pattern.finditer(text):
                pass


@dataclass
class _Alphabet:
    """The sets of characters that an expression distinguishes."""

    characters: dict[str, None] = field(default_factory=dict)

    def add(self, tree: Any) -> None:
        for name, value in tree:
            self._add_item(str(name), value)

    def _add_item(self, name: str, value: Any) -> None:
        if name in {"LITERAL", "NOT_LITERAL"}:
            self.characters[chr(value)] = None
        elif name == "RANGE":
            self.characters[chr(value[0])] = self.characters[chr(value[1])] = None
        elif name == "CATEGORY":
            self.characters.update(dict.fromkeys(" \ta0_"))
        elif name == "IN":
            for inner, detail in value:
                self._add_item(str(inner), detail)
        else:
            for tree in _children(name, value):
                self.add(tree)


def _children(name: str, value: Any) -> list[Any]:
    """Return the subtrees of an item of a syntax tree."""
    if name == "BRANCH":
        return list(value[1])
    if name in REPEATS:
        return [value[2]]
    if name == "SUBPATTERN":
        return [value[3]]
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [value[1]]
    if name == "ATOMIC_GROUP":
        return [value]
    if name == "GROUPREF_EXISTS":
        return [tree for tree in value[1:] if tree is not None]
    return []


class _Generator:
    """A generator of texts that an expression, or a part of its tree, matches."""

    def __init__(self, flags: int, alphabet: Iterable[str]) -> None:
        self.alphabet = [*dict.fromkeys([*alphabet, *"a0 \t\n-_.!<é"])]
        self._ignore_case = bool(flags & re.IGNORECASE)
        self._members: dict[str, list[str]] = {}

    def members(self, name: str, value: Any) -> list[str]:
        """Return the characters of the alphabet that one item of a tree matches."""
        key = f"{name}{value}"
        if key not in self._members:
            self._members[key] = [letter for letter in self.alphabet if _matches(name, value, letter)]
        return self._members[key]

    def samples(self, tree: Any, most: int = 3) -> list[str]:
        """Return up to `most` short texts that `tree` usually matches; assertions are ignored."""
        results = [""]
        for name, value in tree:
            endings = self._samples_of_item(str(name), value, most)
            results = [*dict.fromkeys(text + ending for text in results for ending in endings)][: most * 2]
        return results[:most]

    def _samples_of_item(self, name: str, value: Any, most: int) -> list[str]:
        if name in CHARACTERS:
            return self.members(name, value)[:most] or [""]
        if name in REPEATS:
            least = min(value[0], 8)
            inner = self.samples(value[2], most)
            return [text * max(least, 1) for text in inner] + ([""] if least == 0 else [])
        if name == "BRANCH":
            return [text for tree in value[1] for text in self.samples(tree, 1)][:most]
        if name == "ASSERT":
            return self.samples(value[1], most) if value[0] < 0 else [""]
        if name in {"SUBPATTERN", "ATOMIC_GROUP", "GROUPREF_EXISTS"}:
            return [text for tree in _children(name, value)[:1] for text in self.samples(tree, most)]
        return [""]


def _matches(name: str, value: Any, letter: str) -> bool:
    if name == "LITERAL":
        return value == ord(letter)
    if name == "NOT_LITERAL":
        return value != ord(letter)
    if name == "ANY":
        return letter != "\n"
    if name == "RANGE":
        return value[0] <= ord(letter) <= value[1]
    if name == "CATEGORY":
        kind = str(value).removeprefix("CATEGORY_")
        sign = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[kind.removeprefix("NOT_")]
        return bool(re.match(rf"\{sign.upper() if kind.startswith('NOT_') else sign}", letter))
    negated = bool(value) and str(value[0][0]) == "NEGATE"
    return negated != any(_matches(str(inner), detail, letter) for inner, detail in value[negated:])


def hostile_inputs(pattern: re.Pattern[str]) -> list[HostileInput]:
    """Return inputs on which an ambiguous `pattern` takes more than linear time."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    alphabet = _Alphabet()
    alphabet.add(tree)
    generator = _Generator(pattern.flags, alphabet.characters)
    results: dict[HostileInput, None] = {}
    repeats = list(_repeats(tree, [""], generator))
    letters = _letters_by_use([body for _, body in repeats], generator)
    for starts, body in repeats:
        pumps = [letter for letter in letters if _starts_with(body, letter, generator)][:MAX_PUMPS]
        pumps = [*dict.fromkeys([*generator.samples(body, MAX_PUMPS), *pumps])]
        for start in dict.fromkeys(starts):
            for pump in filter(None, pumps):
                for end in SUFFIXES:
                    results[HostileInput(start, pump, end)] = None
                results[HostileInput("", start + pump, "\x00")] = None
    whole = generator.samples(tree, 4)
    for text in filter(None, [*whole, *(start for starts, _ in repeats for start in starts)]):
        results[HostileInput("", text, "\x00")] = results[HostileInput("", text + " ", "")] = None
    for first in letters[:6]:
        for second in letters[:6]:
            results[HostileInput("", first + second, "\x00")] = None
    return list(results)[:: len(results) // MAX_INPUTS + 1]


def _repeats(tree: Any, starts: list[str], generator: _Generator) -> Iterator[tuple[list[str], Any]]:
    """Yield the body of each long repeat in `tree`, with texts that match what precedes it."""
    for name, value in tree:
        kind = str(name)
        if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and int(value[1]) > SMALL_LIMIT:
            yield starts, value[2]
        for child in _children(kind, value):
            yield from _repeats(child, starts, generator)
        endings = generator.samples([(name, value)], 3)
        starts = [*dict.fromkeys(start + ending for ending in endings for start in starts)][:4]


def _letters_by_use(bodies: list[Any], generator: _Generator) -> list[str]:
    """Return the alphabet, sorted by the number of `bodies` that can begin with each letter, highest first."""
    counts = {letter: sum(_starts_with(body, letter, generator) for body in bodies) for letter in generator.alphabet}
    return sorted(counts, key=lambda letter: -counts[letter])


def _starts_with(tree: Any, letter: str, generator: _Generator) -> bool:
    for name, value in tree:
        kind = str(name)
        if kind in CHARACTERS:
            return letter in generator.members(kind, value)
        if kind in {"ASSERT", "ASSERT_NOT", "AT"}:
            continue
        if any(_starts_with(child, letter, generator) for child in _children(kind, value)):
            return True
        if "REPEAT" not in kind or value[0]:
            return False
    return False


def python_patterns(package: str) -> list[Expression]:
    """Return every regular expression in `package`: module constants, and arguments of `re` in functions."""
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    uses: dict[int, set[str]] = {}
    places: dict[re.Pattern[str], str] = {}
    functions: dict[re.Pattern[str], set[str]] = {}
    constants: list[tuple[str, Any]] = []
    literals: dict[str, str] = {}
    for file in sorted(folder.rglob("*.py")):
        name = ".".join((package, *file.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")
        if name.endswith("__main__"):
            continue
        if name.startswith(NEEDS_SETTINGS):
            assert "import re\n" not in file.read_text("utf-8"), (
                f"{name}: expressions in a module that cannot be imported"
            )
            continue
        values = vars(importlib.import_module(name))
        results = [(f"{name}.{variable}", value) for variable, value in values.items() if any(_patterns_in(value))]
        source = file.read_text("utf-8")
        if not results and "re." not in source:
            continue
        constants += results
        nodes = [*ast.walk(ast.parse(source))]
        _add_uses(nodes, values, uses)
        literals |= {
            str(call.args[0].value): name for call, _ in _calls(nodes) if isinstance(call.args[0], ast.Constant)
        }
        for call, function in _calls(_in_functions(nodes)):
            for pattern in _evaluated(name, values, call):
                places.setdefault(pattern, f"{name}:{call.lineno}")
                functions.setdefault(pattern, set()).add("search" if function == "compile" else function)
    for place, value in constants:
        for pattern in _patterns_in(value):
            places.setdefault(pattern, place)
            functions.setdefault(pattern, set()).update(uses.get(id(value), {"search"}))
    missing = {
        literal: place
        for literal, place in literals.items()
        if literal not in {pattern_place.pattern for pattern_place in places}
    }
    assert not missing, f"not a constant of the module: {missing}"
    return [Expression(place, pattern, frozenset(functions[pattern])) for pattern, place in places.items()]


def _add_uses(nodes: list[ast.AST], values: dict[str, Any], uses: dict[int, set[str]]) -> None:
    """Add to `uses` the functions called on each pattern in `nodes`; "search" if the pattern is used otherwise."""
    called = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
            value = _value(node.value, values)
            if isinstance(value, re.Pattern):
                called.add(id(node.value))
                uses.setdefault(id(value), set()).add(node.attr)
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and id(node) not in called:
            value = _value(node, values)
            if isinstance(value, re.Pattern):
                uses.setdefault(id(value), set()).add("search")


def _value(node: ast.expr, space: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return space.get(node.id)
    return getattr(_value(node.value, space), node.attr, None) if isinstance(node, ast.Attribute) else None


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _patterns_in(inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from _patterns_in(inner)


def _in_functions(nodes: list[ast.AST]) -> list[ast.AST]:
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [*dict.fromkeys(inner for function in functions for inner in ast.walk(function))]


def _calls(nodes: list[ast.AST]) -> Iterator[tuple[ast.Call, str]]:
    """Yield the calls of `re` among `nodes`, with the name of the function called."""
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in FUNCTIONS:
            yield node, node.func.attr


def _evaluated(module: str, values: dict[str, Any], call: ast.Call) -> Iterator[re.Pattern[str]]:
    source = ast.unparse(call.args[0])
    if source == "pattern":  # a parameter: any text constant of the module may be its value
        examples = [value for name, value in values.items() if isinstance(value, str) and name.strip("_").isupper()]
    elif source in EXAMPLES:
        examples = eval(EXAMPLES[source], dict(values))  # noqa: S307 - an expression of this repository
    else:
        try:
            examples = [eval(source, dict(values))]  # noqa: S307
        except NameError as error:
            raise AssertionError(f"{module}:{call.lineno}: add an example of {source} to EXAMPLES ({error})") from None
    flags = re.NOFLAG
    for argument in [*call.args[1:], *(keyword.value for keyword in call.keywords)]:
        if (written := ast.unparse(argument)).startswith("re.") and "(" not in written:
            flags |= eval(written, dict(values))  # noqa: S307
    for example in examples:
        if isinstance(example, str):
            yield re.compile(example, flags)
        elif isinstance(example, re.Pattern):
            yield example
