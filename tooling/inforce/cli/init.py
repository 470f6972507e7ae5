"""`inforce init`: create a repository of policies that builds without changes."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from inforce.book.init import create_repository
from inforce.cli.console import Screen


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--empty", is_flag=True, help="Omit the example policy.")
@click.option(
    "--wheel",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The wheel of inforce that the workflows install.  [default: the wheel of this program]",
)
def command(folder: Path, empty: bool, wheel: Path | None) -> None:
    """Create a repository of policies that builds without changes.

    Writes a book with an example policy, mkdocs.yml, workflows that check, review, publish and watch, and a README
    into the folder DIR, which must be new, or empty except for .git. The workflows install this program from its wheel
    in .inforce/, with a requirements file that contains the hashes of all dependencies.

    \b
    Example:
      inforce init policies
      inforce init policies --empty
    """
    paths = create_repository(folder, empty=empty, wheel=wheel)
    screen = Screen()
    screen.say(f"Wrote {len(paths)} files into {folder}:")
    for path in paths:
        screen.say(f"  {path}")
    screen.say()
    screen.say("Enter your details in policy_versions/book.yml, then run:")
    for line in (f"cd {shlex.quote(str(folder))}", "git init", "inforce check", "inforce serve"):
        screen.say(f"  {line}")
