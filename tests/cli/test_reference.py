"""docs/reference/cli.md documents exactly the existing commands and options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from inforce.cli.commands import COMMANDS
from inforce.cli.commands import inforce as root

REFERENCE = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text("utf-8")
SECTIONS = {
    match[1]: match[2] for match in re.finditer(r"^## `inforce ([a-z ]+)`\n(.*?)(?=^## |\Z)", REFERENCE, re.M | re.S)
}


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield the commands below `group` recursively, each with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


TREE = dict(commands(root))


def options(command: click.Command) -> set[str]:
    """Return the long options of `command`."""
    names = (option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts)
    return {option for option in names if option.startswith("--")}


def test_commands_and_sections_correspond() -> None:
    assert list(SECTIONS) == list(TREE)


@pytest.mark.parametrize("name", TREE)
def test_documented_options_are_exactly_the_existing_ones(name: str) -> None:
    table = re.findall(r"^\| `(--[a-z-]+)", SECTIONS.get(name, ""), re.M)
    assert sorted(table) == sorted(options(TREE[name]))


@pytest.mark.parametrize("name", TREE)
def test_usage_line_contains_the_arguments(name: str) -> None:
    command = TREE[name]
    arguments = [
        parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    usage = " ".join(["inforce", name, *arguments])
    assert f"\n{usage}\n" in SECTIONS.get(name, "").replace(" [OPTIONS]", "")


@pytest.mark.parametrize("name", TREE)
def test_help_of_every_command_contains_an_example(name: str) -> None:
    help_text = cleandoc(TREE[name].help or "")
    assert re.search(rf"\x08\nExample:\n(?:  .*\n)*?  .*inforce {name}\b", help_text), help_text


@pytest.mark.parametrize("name", TREE)
def test_every_option_has_a_help_text(name: str) -> None:
    silent = [option.name for option in TREE[name].params if isinstance(option, click.Option) and not option.help]
    assert silent == []


@pytest.mark.parametrize("name", COMMANDS)
def test_command_list_shows_the_first_line_of_each_help(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ") == COMMANDS[name]


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4"])
def test_every_exit_code_is_documented(code: str) -> None:
    assert re.search(rf"^\| {code} \|", REFERENCE, re.M)
