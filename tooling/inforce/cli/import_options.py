"""The options that all import commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from inforce.cli.repository import language_option
from inforce.policy import Act, Kind

Function = TypeVar("Function", bound=Callable[..., Any])


def with_description(function: Function) -> Function:
    """Add the options for the parameters `policy_id`, `language`, `kind`, `act` and `title` to `function`."""
    options = (
        click.option("--policy", "policy_id", required=True, metavar="ID", help="The policy to create or extend."),
        click.option(
            "--language",
            metavar="TAG",
            callback=language_option,
            help="The language of the text.  [default: the book's first]",
        ),
        click.option(
            "--kind",
            type=click.Choice([str(kind) for kind in Kind]),
            callback=lambda _ctx, _parameter, value: Kind(value) if value else None,
            help="The kind of policy.  [default: inferred]",
        ),
        click.option(
            "--act",
            type=click.Choice([str(act) for act in Act]),
            callback=lambda _ctx, _parameter, value: Act(value) if value else None,
            help="The act that users perform.  [default: by kind]",
        ),
        click.option("--title", metavar="TITLE", help="The title.  [default: the heading of the text]"),
    )
    for option in reversed(options):
        function = option(function)
    return function
