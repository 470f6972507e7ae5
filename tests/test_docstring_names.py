"""Every name that the docstring of a function puts in backticks exists, so that no docstring describes old code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tooling" / "inforce"
QUOTED = re.compile(r"(?<!`)`([A-Za-z_]\w*)`(?!`)")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def names_in(tree: ast.Module) -> Iterator[str]:
    """Yield every identifier of `tree`, and every word in its strings except in docstrings."""
    docstrings = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and node.body}
    ignored = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and id(node) in docstrings}
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                yield from name.split(".")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in ignored:
            yield from re.findall(r"\w+", node.value)


def shared_names(trees: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield the names that any docstring may use: modules, functions, classes, declared fields and literal values."""
    for path, tree in trees.items():
        yield from re.findall(r"\w+", path)
        for node in ast.walk(tree):
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                yield node.name
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
                yield from (value.value for value in ast.walk(node.slice) if isinstance(value, ast.Constant))


def unknown_names(sources: Mapping[str, str]) -> list[str]:
    """Return the place and the name of each unknown name in the docstrings of `sources`, by path."""
    trees = {path: ast.parse(source) for path, source in sources.items()}
    shared = set(shared_names(trees))
    return [
        f"{path}:{node.lineno} {node.name}: `{name}`"
        for path, tree in trees.items()
        for known in [shared.union(names_in(tree))]
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS)
        for name in QUOTED.findall(ast.get_docstring(node) or "")
        if name not in known
    ]


def test_docstrings_contain_existing_names_only() -> None:
    sources = {str(path.relative_to(PACKAGE)): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    assert unknown_names(sources) == []


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        pytest.param("def f(new):\n    '''Return `old`.'''", ["a.py:1 f: `old`"], id="a renamed parameter"),
        pytest.param("class C:\n    def f(self):\n        '''Set `x`.'''", ["a.py:2 f: `x`"], id="a removed field"),
        pytest.param("'''`old`'''\ndef f():\n    '''Return `old`.'''", ["a.py:2 f: `old`"], id="another docstring"),
        pytest.param("def f(new):\n    '''Return `new`, see `other` and ``x``.'''", [], id="known names"),
    ],
)
def test_unknown_name_is_reported(source: str, unknown: list[str]) -> None:
    assert unknown_names({"a.py": source, "other.py": ""}) == unknown
