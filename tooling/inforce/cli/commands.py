"""The commands there are, and a click group that imports one when it is asked for.

Keeps true: `inforce --help` imports click and nothing else, so it answers at once. Does not hold any command itself.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from inforce import __version__

# In the order in which an editor meets them; the summary is the first line of the command's own help.
COMMANDS = {
    "init": "Begin a repository of policies that builds at once.",
    "new": "Draft the next version of a policy.",
    "check": "Say what is wrong with a book, and how to fix it.",
    "freeze": "Lock what has been published.",
    "status": "Show policies, versions and what changes next.",
    "diff": "Show what changed between two versions.",
    "pdf": "Write a version as a PDF.",
    "review": "Say what a pull request does, as Markdown for a comment.",
    "build": "Build the site.",
    "serve": "Show the site, and build it again when a text changes.",
    "manifest": "Print the manifest that apps poll.",
    "docx": "Send a text out to be edited in Word, and take it back.",
    "import": "Bring the past of a document along.",
    "keygen": "Make a key to sign manifests with.",
    "sign": "Sign a built site again, without a rebuild.",
    "verify": "Hold a built or live site against the lock.",
}
# Words that Python keeps for itself.
_MODULES = {"import": "import_"}

EPILOG = """\b
Exit codes:
  0  fine
  1  findings
  2  wrong use, or a book that cannot be read
  3  published history would change
  4  something outside the book is missing: git, a key, a right on a folder
"""


class CommandsOnDemand(click.Group):
    """A group whose commands, one per module of this package, are imported when they are wanted."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an empty value, as an unset variable of a script leaves it: it would count as an absent option."""
        for before, word in zip(["", *args], args, strict=False):
            if not word or (word.startswith("--") and word.endswith("=")):
                name = word or before
                where = f"the value of {name.rstrip('=')}" if name.startswith("-") else "an argument"
                ctx.fail(f"{where} is empty; give a value, or leave the option out")
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order in which an editor meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command `cmd_name`; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"inforce.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        if not isinstance(command, click.Command):
            message = f"{cmd_name}: expected a command, got {command!r}"
            raise TypeError(message)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with, and suggest one where there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from inforce.fields import did_you_mean

            ctx.fail(f"there is no command “{args[0]}”{did_you_mean(args[0], list(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write a line per command without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=CommandsOnDemand, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The repository with policy_versions/ in it, for any command.  [default: the current folder]",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def inforce(repo: Path) -> None:
    """Publish policies: which one is in force, what changed, and who accepted exactly what.

    \b
    Example:
      inforce init policies
      cd policies
      inforce check
      inforce build
    """
