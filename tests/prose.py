"""The prose of the project: docstrings, comments, messages, test names and pages, each with its place.

`python tests/prose.py --sample 150 --seed 1` prints a random sample for review; the same seed returns the same sample
of the same files.
"""

from __future__ import annotations

import argparse
import ast
import io
import random
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
# Policy texts and the licence are not prose of the project; locks and built files are generated.
SKIPPED = ("policy_versions/", "tests/fixtures/", "tooling/locks/", "LICENSE", "tests/test_wording.py")
GENERATED = re.compile(r"/browser/[^/]+\.(?:js|css)$|package-lock\.json$")
PAGES = {".md"}
SETTINGS = {".yml", ".yaml", ".toml", ""}
SCRIPTS = {".js", ".mjs", ".ts", ".tsx", ".jsx", ".css", ".sh", ".kt", ".swift"}
COMMENT = re.compile(r"/\*\*?(.*?)\*/|(?<![:\"'`])//(.*?)$|^\s*#(.*?)$", re.DOTALL | re.MULTILINE)
TEMPLATE = re.compile(r"\{#-?(.*?)-?#\}|\b_\(\s*\"((?:[^\"\\\\]|\\\\.)*)\"", re.DOTALL)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.!?:;”])\s+(?=[A-Z“`*\[])")
# A string with a space and a lower-case word is a message rather than a key or a pattern.
MESSAGE = re.compile(r"^[^\\^$|<>{]*[A-Za-z]{2,} [a-z]{2,}")


class Passage(NamedTuple):
    """A piece of prose: its place, kind and text."""

    path: str
    line: int
    kind: str
    text: str


def passages() -> Iterator[Passage]:
    """Yield every passage of the project in the order of its files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for path in sorted(filter(None, listed.stdout.split("\0"))):
        file = ROOT / path
        if path.startswith(SKIPPED) or not file.is_file() or (GENERATED.search(f"/{path}") and "inforce" in path):
            continue
        if file.suffix == ".py":
            yield from in_python(path, file.read_text("utf-8"))
        elif file.suffix in PAGES:
            yield from in_page(path, file.read_text("utf-8"))
        elif file.suffix in SETTINGS:
            yield from in_settings(path, file.read_text("utf-8"))
        elif file.suffix == ".html":
            yield from in_template(path, file.read_text("utf-8"))
        elif file.suffix in SCRIPTS:
            yield from in_script(path, file.read_text("utf-8"))


def in_python(path: str, source: str) -> Iterator[Passage]:
    """Yield the docstrings, comments, messages and test names of Python `source`."""
    tree = ast.parse(source)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node)
            if text:
                docstrings.add(node.body[0].lineno)
                yield Passage(path, node.body[0].lineno, "docstring", text)
            name = getattr(node, "name", "")
            if name.startswith("test_"):
                yield Passage(path, node.lineno, "test name", name.replace("_", " "))  # type: ignore[union-attr]
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno not in docstrings
        if is_text and MESSAGE.search(node.value):
            yield Passage(path, node.lineno, "message", node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(("# noqa", "# type:")):
            yield Passage(path, token.start[0], "comment", token.string.lstrip("# "))


def in_page(path: str, source: str) -> Iterator[Passage]:
    """Yield the paragraphs of a page or a template, without blocks of code."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    line = 1
    for block in re.split(r"(\n\s*\n)", FENCE.sub(blank, source)):
        if block.strip():
            yield Passage(path, line + len(block) - len(block.lstrip("\n")), "page", block.strip())
        line += block.count("\n")


def in_settings(path: str, source: str) -> Iterator[Passage]:
    """Yield the comments and other lines of settings, workflows and the Makefile."""
    for line, text in enumerate(source.splitlines(), 1):
        before, hash_sign, comment = text.partition("#")
        if before.strip():
            yield Passage(path, line, "setting", before.strip())
        if hash_sign and comment.strip():
            yield Passage(path, line, "comment", comment.strip())


def in_template(path: str, source: str) -> Iterator[Passage]:
    """Yield the comments of a template and its translatable sentences."""
    for match in TEMPLATE.finditer(source):
        text = next(filter(None, match.groups()), "")
        yield Passage(
            path, source.count("\n", 0, match.start()) + 1, "comment" if match[1] else "message", text.strip()
        )


def in_script(path: str, source: str) -> Iterator[Passage]:
    """Yield the comments of a script or style sheet."""
    for match in COMMENT.finditer(source):
        text = re.sub(r"^\s*\*\s?", "", next(filter(None, match.groups()), ""), flags=re.MULTILINE)
        if text.strip():
            yield Passage(path, source.count("\n", 0, match.start()) + 1, "comment", text.strip())


def sentences() -> Iterator[Passage]:
    """Yield the sentences with at least three words, each with the place of its passage.

    Settings and strings in tests are omitted, since most of them are not sentences.
    """
    for passage in passages():
        if passage.kind == "setting" or (passage.kind == "message" and passage.path.startswith("tests/")):
            continue
        for text in SENTENCE_END.split(passage.text):
            if len(re.findall(r"[A-Za-z]{2,}", text)) > 2:
                yield passage._replace(text=" ".join(text.split()))


def main() -> None:
    """Print a random sample of sentences, with their places."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=150, help="how many sentences")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same sample")
    arguments = parser.parse_args()
    every = list(sentences())
    for number, passage in enumerate(random.Random(arguments.seed).sample(every, arguments.sample), 1):  # noqa: S311
        print(f"{number:3} {passage.path}:{passage.line} ({passage.kind})\n    {passage.text}")


if __name__ == "__main__":
    main()
