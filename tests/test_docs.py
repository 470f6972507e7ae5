"""The documentation is up to date: its commands are run, and all fields of the book are documented."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from inforce.cli.runner import run
from inforce.policy import Edition, Policy, Version
from inforce.policy.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
NOT_IN_FILES = {"source", "titles", "versions", "id", "label", "editions", "seq", "never_enforced"}


def sessions() -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return the pages that show commands, each with its commands and their expected output."""
    sessions_found = []
    for page in sorted(DOCS.rglob("*.md")):
        steps: list[tuple[str, list[str]]] = []
        for block in CONSOLE.findall(page.read_text("utf-8")):
            for line in block.splitlines():
                if line.startswith("$ "):
                    steps.append((line[2:], []))
                elif steps and line.strip():
                    steps[-1][1].append(line)
        if steps:
            sessions_found.append((page.relative_to(DOCS).as_posix(), steps))
    return sessions_found


@pytest.mark.parametrize(("page", "steps"), [pytest.param(*session, id=session[0]) for session in sessions()])
def test_commands_of_a_page_print_the_documented_output(
    page: str,
    steps: list[tuple[str, list[str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The commands of a page run in order in an empty folder; the output must contain the documented lines."""
    folder = tmp_path
    for command, shown in steps:
        words = shlex.split(command)
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        assert words[0] == "inforce", f"{page}: {command}"
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = run(words[1:])
        output = capfd.readouterr()
        assert code == 0, f"{page}: {command}\n{output.out}{output.err}"
        for line in shown:
            assert line in output.out, f"{page}: {command}\n{output.out}"


def members(kind: type) -> set[str]:
    return {field.name for field in fields(kind)} - NOT_IN_FILES


@pytest.mark.parametrize(
    ("kind", "also"),
    [
        (Settings, {"publisher"}),
        (Policy, {"title", "reask_days"}),
        (Version, {"published", "origin"}),
        (Edition, {"translates"}),
    ],
)
def test_every_field_of_the_book_is_documented(kind: type, also: set[str]) -> None:
    text = (DOCS / "reference" / "book.md").read_text("utf-8")
    from_the_lock = {"numbers", "acts", "original_seq"}
    known = (members(kind) | also) - {"reask_seconds", "language", "text", "body_line", "digest"} - from_the_lock
    in_yaml = {name.replace("_at", "") for name in known}  # YAML uses the short forms of the four instants
    assert [name for name in sorted(in_yaml) if f"`{name}`" not in text] == []


def test_links_between_pages_of_the_documentation_are_valid() -> None:
    broken = []
    for page in DOCS.rglob("*.md"):
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", text)
        broken += [f"{page.relative_to(DOCS)} → {target}" for target in targets if not (page.parent / target).is_file()]
    assert broken == []
