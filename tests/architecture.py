"""The architecture rules, as functions from a source tree to messages about violations.

`FLOORS` and `DOORS` define the architecture: a new room or library needs an entry here. The rules only see Python
syntax: they do not detect a path passed as an argument or a module imported by a computed name.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

PACKAGE = "inforce"

FLOORS = {
    "": 0,  # inforce/__init__.py: the name and the version, nothing else
    "errors": 1,
    "escaping": 1,
    "disk": 2,
    "text": 2,
    "markdown": 2,
    "language": 2,
    "instant": 2,
    "fields": 2,
    "clock": 3,
    "policy": 3,
    "redline": 3,
    "address": 4,
    "changes": 4,
    "checks": 5,
    "manifest": 5,
    "rendering": 5,
    "word": 5,
    "pdf": 5,
    "screens": 5,
    "acceptance": 6,
    "book": 6,
    "signing": 6,
    "publication": 7,
    "client": 7,
    "review": 7,
    "ledger": 8,
    "ledger.log": 2,
    "site": 8,
    "verification": 9,
    "cli": 10,
    "__main__": 11,
}

DOORS = {
    "alembic": ("ledger.storage",),
    "asgiref": ("client.frameworks.django",),  # the part of Django that calls synchronous code
    "babel": ("language", "site"),
    "budoux": ("redline",),
    "cryptography": ("ledger",),
    "click": ("cli",),
    "diff_match_patch": ("redline",),
    "django": ("client.frameworks.django",),
    "docx": ("word",),
    "fastapi": ("client.frameworks.fastapi",),
    "filelock": ("disk",),
    "git": ("book",),
    "httpx2": ("client",),
    "icalendar": ("publication",),
    "jinja2": ("site",),
    "joserfc": ("signing",),
    "langcodes": ("language",),
    "markdown_it": ("markdown",),
    "mdit_py_plugins": ("markdown",),
    "markupsafe": ("site",),  # the strings of jinja2
    "mkdocs": ("site",),
    "nh3": ("site",),
    "playwright": ("screens",),
    "rapidfuzz": ("redline",),
    "rfc3161_client": ("ledger",),
    "rich": ("cli",),
    "sqlalchemy": ("ledger",),
    "starlette": ("client.frameworks.starlette", "client.frameworks.fastapi", "ledger.service"),
    "uvicorn": ("ledger.service",),
    "uvloop": ("ledger.service",),
    "watchdog": ("site",),
    "weasyprint": ("pdf",),
    "yaml": ("book",),
}

EDGES_OF_THE_WORLD = (
    "disk",
    "book",
    "signing",
    "site",
    "cli",
    "client",
    "review",
    "ledger",
    "verification",
    "__main__",
)
WORLD = {
    "disk": (
        *("os", "io.FileIO", "io.open", "io.open_code", "builtins.open", "codecs.open", "fileinput", "glob", "mmap"),
        *("bz2.open", "gzip.open", "lzma.open", "tarfile.open", "pathlib.Path", "pathlib.PosixPath", "shutil"),
        *("pathlib.WindowsPath", "pkgutil", "importlib.metadata", "importlib.resources", "sqlite3", "tempfile"),
    ),
    "clock": (
        *("time", "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today"),
        "datetime.datetime.utcnow",
    ),
    "chance": ("random", "secrets", "uuid.getnode", "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"),
    "network": ("http.client", "http.server", "select", "selectors", "socket", "socketserver", "ssl", "urllib.request"),
    "machine": (
        *("asyncio", "atexit", "concurrent", "ctypes", "fcntl", "getpass", "locale", "multiprocessing", "platform"),
        *("signal", "subprocess", "sys.argv", "sys.exit", "sys.stdin", "threading", "builtins.input", "webbrowser"),
    ),
    "reader": ("builtins.breakpoint", "builtins.print", "logging", "sys.stderr", "sys.stdout", "warnings"),
}
PART_OF_THE_WORLD = {name: part for part, names in WORLD.items() for name in names}
PATH_METHODS = frozenset(
    {"expanduser", "hardlink_to", "is_dir", "is_file", "is_symlink", "iterdir", "mkdir", "read_bytes", "read_text"}
    | {"rglob", "rmdir", "symlink_to", "unlink", "write_bytes", "write_text"}
)

SITE_FOR_CLI = (
    "site.build.builder.build_site",
    "site.build.options.BuildOptions",
    "site.messages.translations",  # the words of readers, for the message to users
    "site.serve.serve_site",
)
PAGES = "publication.pages"
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv")

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
NAMES_OF_NOTHING = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"})

MACHINE_PLACES = re.compile(r"(?<![\w.~:/-])/(?:home|Users|root|work|tmp)/\w+")
REGISTRIES = re.compile(
    r"--(?:extra-)?index-url|--default-inde[x]|--find-link[s]"
    r"|pypi\.org/simple|pythonhosted\.org|registry\.(?:npmjs\.org|yarnpkg\.com)|deb\.debian\.org"
)


class Import(NamedTuple):
    """A name imported by a module, dotted and absolute, and its line."""

    line: int
    name: str


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property needs a dict
class Module:
    """A Python file of the package; `name` is its dotted name below the package, "" for the package itself."""

    name: str
    path: Path
    source: str

    def __str__(self) -> str:
        return f"{PACKAGE}.{self.name}".rstrip(".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @property
    def room(self) -> str:
        """The longest name in `FLOORS` that is a prefix of this module's name, or the first part of the name."""
        parts = self.name.split(".")
        nested = ".".join(parts[:2])
        return nested if nested in FLOORS else parts[0]

    @property
    def package(self) -> list[str]:
        """The dotted name of the package that relative imports start from."""
        parts = str(self).split(".")
        return parts if self.path.name == "__init__.py" else parts[:-1]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, including those in functions and for type checking, and imports by literal name."""
        return tuple(imported for node in ast.walk(self.tree) for imported in self._imports_of(node))

    def _imports_of(self, node: ast.AST) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                yield from (Import(node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                origin = self._origin(node)
                yield from (Import(node.lineno, f"{origin}.{alias.name}") for alias in names)
            case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(called).split(".")[-1] in ("import_module", "__import__"):
                    yield Import(node.lineno, name)

    def _origin(self, node: ast.ImportFrom) -> str:
        above = self.package[: len(self.package) - node.level + 1] if node.level else []
        return ".".join([*above, *filter(None, [node.module])])

    @cached_property
    def origins(self) -> dict[str, str]:
        """The full name of each imported name: `{"dt": "datetime.datetime"}`."""
        resolved = {name: f"builtins.{name}" for name in dir(builtins)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                resolved |= {name.asname or name.name.split(".")[0]: _bound(name) for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                resolved |= {name.asname or name.name: f"{self._origin(node)}.{name.name}" for name in node.names}
        return resolved


def _bound(alias: ast.alias) -> str:
    """Return the full name that `import a.b` or `import a.b as c` binds."""
    return alias.name if alias.asname else alias.name.split(".")[0]


Modules = dict[str, Module]


def read_package(folder: Path) -> Modules:
    """Read every module of the package in `folder`, by dotted name."""
    resolved = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        resolved[name] = Module(name=name, path=path, source=path.read_text("utf-8"))
    return resolved


def imports_run_down(modules: Modules) -> Iterator[str]:
    """Yield every import inside the package that does not lead to a lower floor or the same room."""
    for module in modules.values():
        if module.room not in FLOORS:
            yield f"{module}: the room “{module.room}” stands on no floor of the plan"
            continue
        for line, target in _inside(module, modules):
            if fault := _fault(module.room, target.room):
                yield f"{module}:{line} imports {target}: {fault}"


def _fault(here: str, there: str) -> str:
    """Return why a module of the room `here` must not import one of the room `there`; "" if it may."""
    if here == there or there not in FLOORS or FLOORS[there] < FLOORS[here]:
        return ""
    if FLOORS[there] == FLOORS[here]:
        return "rooms on one floor are strangers"
    return f"floor {FLOORS[here]} must not know floor {FLOORS[there]}"


def _inside(module: Module, modules: Modules) -> Iterator[tuple[int, Module]]:
    """Yield the modules of the package that `module` imports, and the lines."""
    for line, name in module.imports:
        top, _, below = name.partition(".")
        if top == PACKAGE:
            target = next((at for at in _shorter(below) if at in modules), "")
            yield line, modules.get(target, Module(name=below, path=Path(), source=""))


def _shorter(name: str) -> Iterator[str]:
    """Yield `a.b.c`, then `a.b`, then `a`."""
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(len(parts), 0, -1))


def nothing_in_a_circle(modules: Modules) -> Iterator[str]:
    """Yield every import cycle, including cycles inside one room."""
    graph = {
        str(module): {str(target) for _, target in _inside(module, modules) if target is not module}
        for module in modules.values()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        yield "a circle: " + " → ".join(circle.args[1])


def edges_alone_touch_the_world(modules: Modules) -> Iterator[str]:
    """Yield every use of disk, clock, environment, network and randomness outside the rooms that may use them."""
    for module in modules.values():
        if module.room.split(".")[0] not in EDGES_OF_THE_WORLD:
            touched = {f"{module}:{line} touches the {what}" for line, what in _touches(module)}
            yield from sorted(touched)


def _touches(module: Module) -> Iterator[tuple[int, str]]:
    """Yield each use of a side effect in `module`, with its line."""
    for line, name in (*module.imports, *_uses(module)):
        for start in _shorter(name):
            if part := PART_OF_THE_WORLD.get(start):
                yield line, f"{part} through {start}"
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in PATH_METHODS:
                yield node.lineno, f"disk through .{attr}()"


def _uses(module: Module) -> Iterator[Import]:
    """Yield every name and attribute chain, resolved to what was imported."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            first, _, rest = ast.unparse(node).partition(".")
            if first in module.origins:
                yield Import(node.lineno, f"{module.origins[first]}.{rest}".rstrip("."))


def each_library_has_one_door(modules: Modules) -> Iterator[str]:
    """Yield every import of a library outside the rooms in `DOORS`, and of a library without an entry."""
    for module in modules.values():
        for line, name in module.imports:
            library = name.split(".")[0]
            doors = DOORS.get(library, ())
            if library == PACKAGE or library in sys.stdlib_module_names:
                continue
            if not any(f"{module.name}.".startswith(f"{door}.") for door in doors):
                yield f"{module}:{line} imports {library}, whose door is {' or '.join(doors) or 'not in the plan'}"


def cli_calls_the_site_through_one_function(modules: Modules) -> Iterator[str]:
    """Yield each import from `site` in `cli` except `SITE_FOR_CLI`, and each import of a library that bypasses it."""
    for module in modules.values():
        for line, name in module.imports:
            inside = name.removeprefix(f"{PACKAGE}.")
            if module.room == "cli" and _is_in(inside, ("site",)) and inside not in SITE_FOR_CLI:
                yield f"{module}:{line} imports {name}, expected {' or '.join(SITE_FOR_CLI)}"
            if _is_in(name, ("pickle", "marshal", "shelve")):
                yield f"{module}:{line} imports {name}: processes exchange JSON"
        if module.room in ("cli", "site") and {"re", "subprocess"} <= {name for _, name in module.imports}:
            yield f"{module} starts a process and imports re: output is read as JSON lines, not with patterns"


def environment_is_read_at_the_edge(modules: Modules) -> Iterator[str]:
    """Yield each use of environment variables outside `cli` and the plugin of MkDocs."""
    for module in modules.values():
        if module.room == "cli" or module.name == "site.mkdocs.plugin":
            continue
        used = {(line, name) for line, name in (*module.imports, *_uses(module)) if _is_in(name, ENVIRONMENT)}
        for line, name in sorted(used):
            yield f"{module}:{line} uses {name}: pass the value as a parameter, from cli or site.mkdocs.plugin"


def page_kinds_are_not_compared(modules: Modules) -> Iterator[str]:
    """Yield each comparison with a page kind outside `publication.pages`, and each import of a page kind's module."""
    kinds = {
        str(module)
        for module in modules.values()
        if _is_in(module.name, (PAGES,)) and re.search(r"^KIND\b", module.source, re.MULTILINE)
    }
    for module in modules.values():
        if _is_in(module.name, (PAGES,)):
            continue
        for line, name in module.imports:
            if _is_in(name, kinds):
                yield f"{module}:{line} imports {name}: read the fields of PageKind instead"
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.Compare, ast.Match)) and _names_page_kind(node):
                yield f"{module}:{node.lineno} compares the kind of a page: read a field of PageKind instead"


def _names_page_kind(node: ast.Compare | ast.Match) -> bool:
    """Return whether `node` compares `page.kind` or its name, or checks the class of its context."""
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.subject]
    return any(re.search(r"(?:\b(?:page|stub|outline)\.kind|\.kind\.name)$", ast.unparse(side)) for side in sides)


def _is_in(name: str, parents: Iterable[str]) -> bool:
    """Return whether the dotted `name` is one of `parents` or below one of them."""
    return any(f"{name}.".startswith(f"{parent}.") for parent in parents)


def class_names_are_unique(modules: Modules) -> Iterator[str]:
    """Yield each top-level class whose name another module uses for a class as well."""
    places: dict[str, list[str]] = {}
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(module))
    for name, resolved in sorted(places.items()):
        if len(resolved) > 1:
            yield f"{name}: defined in {' and '.join(resolved)}, expected in one module"


def the_plan_lists_the_rooms(modules: Modules) -> Iterator[str]:
    """Yield each room of `FLOORS` that has no module."""
    rooms = {module.room for module in modules.values()}
    for room in FLOORS:
        if room not in rooms and room != "__main__":
            yield f"{room}: the plan lists this room, and it has no module"


def everything_is_small(modules: Modules) -> Iterator[str]:
    """Yield modules and functions that are too long, share a name, or have no docstring."""
    for module in modules.values():
        if (lines := len(module.source.splitlines())) > LONGEST_MODULE:
            yield f"{module}: {lines} lines, expected {LONGEST_MODULE} at most"
        if words := NAMES_OF_NOTHING.intersection(re.split(r"[._]", module.name)):
            yield f"{module}: “{min(words)}” names nothing"
        if not ast.get_docstring(module.tree):
            yield f"{module}: no docstring says what it keeps true"
        yield from (f"{module}:{where}" for where in _long_functions(module.tree))


def _long_functions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.lineno} {node.name}: {lines} lines, expected {LONGEST_FUNCTION} at most"


def nothing_of_one_machine(files: Iterable[Path]) -> Iterator[str]:
    """Yield files that contain a path or a package index of a single machine."""
    for path in files:
        text = path.read_bytes()
        if b"\0" in text:
            continue
        for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
            for resolved in (*MACHINE_PLACES.finditer(line), *REGISTRIES.finditer(line)):
                yield f"{path}:{number} names {resolved[0]}, which holds on one machine only"
