"""docs/reference/cli.md says every command and option there is, and none that there is not."""

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
    found[1]: found[2] for found in re.finditer(r"^## `inforce ([a-z ]+)`\n(.*?)(?=^## |\Z)", REFERENCE, re.M | re.S)
}


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Walk the tree of commands below `group`, each with the words that name it."""
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
    """List the long options of `command`."""
    found = (option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts)
    return {option for option in found if option.startswith("--")}


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert list(SECTIONS) == list(TREE)


@pytest.mark.parametrize("name", TREE)
def test_every_option_of_a_command_is_documented_and_no_other(name: str) -> None:
    table = re.findall(r"^\| `(--[a-z-]+)", SECTIONS.get(name, ""), re.M)
    assert sorted(table) == sorted(options(TREE[name]))


@pytest.mark.parametrize("name", TREE)
def test_a_usage_line_names_the_arguments_of_a_command(name: str) -> None:
    command = TREE[name]
    arguments = [
        parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    usage = " ".join(["inforce", name, *arguments])
    assert f"\n{usage}\n" in SECTIONS.get(name, "").replace(" [OPTIONS]", "")


@pytest.mark.parametrize("name", TREE)
def test_the_help_of_a_command_has_an_example_of_it(name: str) -> None:
    help_text = cleandoc(TREE[name].help or "")
    assert re.search(rf"\x08\nExample:\n(?:  .*\n)*?  .*inforce {name}\b", help_text), help_text


@pytest.mark.parametrize("name", TREE)
def test_every_option_says_what_it_does(name: str) -> None:
    silent = [option.name for option in TREE[name].params if isinstance(option, click.Option) and not option.help]
    assert silent == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_command_itself_says(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ") == COMMANDS[name]


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4"])
def test_every_exit_code_is_documented(code: str) -> None:
    assert re.search(rf"^\| {code} \|", REFERENCE, re.M)
