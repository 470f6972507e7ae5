"""The list of commands, and a click group that imports a command when it is used.

Invariants: `inforce --help` imports only click, to start fast.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from inforce import __version__

# In the order of an editor's work; the summary is the first line of the command's help.
COMMANDS = {
    "init": "Create a repository of policies that builds without changes.",
    "new": "Draft the next version of a policy.",
    "check": "Check a book and show how to fix each error.",
    "freeze": "Lock published versions.",
    "status": "Show policies, versions and scheduled changes.",
    "diff": "Show the changes between two versions.",
    "pdf": "Write a version as a PDF.",
    "notice": "Write the message that tells users about a version.",
    "review": "Describe the changes of a pull request as Markdown for a comment.",
    "build": "Build the site.",
    "serve": "Serve the site, and rebuild it when a text changes.",
    "manifest": "Print the manifest that apps poll.",
    "docx": "Export a text to Word and import the changes.",
    "import": "Import the history of a document, or a text.",
    "keygen": "Create a key for signing manifests.",
    "sign": "Sign a built site again without rebuilding it.",
    "verify": "Check a built or live site against the repository.",
    "ledger": "Keep what users answered, and prove it.",
}
# Commands whose names are keywords of Python.
_MODULES = {"import": "import_"}

EPILOG = """\b
Exit codes:
  0  success
  1  findings
  2  wrong usage, or an unreadable book
  3  published history would change
  4  a problem outside the book: git, a key or a permission is missing
"""


class CommandsOnDemand(click.Group):
    """A group whose commands, one per module of this package, are imported on demand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reject an empty value, such as an unset shell variable; click would treat it as an absent option."""
        for before, word in zip(["", *args], args, strict=False):
            if before == "--at" or word == "--at=":
                continue  # the clock rejects it, with the same message as for an empty INFORCE_AT
            if not word or (word.startswith("--") and word.endswith("=")):
                name = word or before
                where = f"the value of {name.rstrip('=')}" if name.startswith("-") else "an argument"
                ctx.fail(f"{where} is empty; give a value, or omit the option")
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of an editor's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the command `cmd_name`; None if it does not exist."""
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
        """Return the command at the start of `args`; fail with a suggestion if it does not exist."""
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
    help="The repository that contains policy_versions/, for any command.  [default: the current folder]",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def inforce(repo: Path) -> None:
    """Publish versioned policies, show what changed, and record acceptance.

    \b
    Example:
      inforce init policies
      cd policies
      inforce check
      inforce build
    """
