"""`inforce build`: build the site beside the old one, then replace the old one in one step.

Invariants: if the build fails, the old site is unchanged; a book that is unreadable or changes published history is
rejected before it is passed to the site generator.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from inforce.address import MANIFEST
from inforce.book.files import new_folder
from inforce.book.git import open_history
from inforce.cli.check_input import CHANGED_HISTORY, refuse_changed_history
from inforce.cli.console import Screen
from inforce.cli.progress import Report, progress
from inforce.cli.repository import Workspace, refuse_wrong_clock, with_instant, with_repository
from inforce.cli.site_folder import Contents, addresses_in, is_site, replaceable
from inforce.cli.site_process import CONFIGURATION, Generator, counted, ending, hand_over, worth_telling
from inforce.errors import BookError, InforceError, Place, SetupError
from inforce.pdf import require
from inforce.policy.catalog import Catalog

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_KILLED = 4
_LISTED = 20
_STAYS = (
    "Nothing was built: published pages must stay. Withdraw a policy or cancel a version in the book instead; their "
    "pages stay. For a different date, use another “--site-dir”; “--allow-removal” builds anyway."
)


@click.command()
@with_repository
@with_instant
@click.option(
    "--site-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The output folder; an old site in it is replaced.  [default: site/ in the repository]",
)
@click.option("--offline", is_flag=True, help="Write links that work without a web server.")
@click.option(
    "--pdf", is_flag=True, help="Write a PDF of every version and redline; each takes a second the first time."
)
@click.option("--unsigned", is_flag=True, help="Build without the signing key; run “inforce sign” later.")
@click.option("--allow-removal", is_flag=True, help="Build even if published URLs would disappear.")
def command(
    repo: Path,
    at: str | None,
    site_dir: Path | None,
    offline: bool,
    pdf: bool,
    unsigned: bool,
    allow_removal: bool,
) -> None:
    """Build the site.

    \b
    Example:
      inforce build
      inforce build --at 2027-03-01 --site-dir preview
    """
    began = time.monotonic()
    if pdf:
        require()
    repository = Workspace(root=repo, at=at)
    chosen = {"INFORCE_SITE_OFFLINE": offline, "INFORCE_PDF": pdf, "INFORCE_SITE_KEYLESS": unsigned}
    # The generator starts in parallel with reading the book, then waits for the book on its stdin.
    with _generator(repository, chosen).running("build", "--given", piped=True) as process:
        reading = repository.read()
        catalog, now = reading.require(), repository.now(reading)
        target = replaceable(site_dir or repo / "site", repo)
        refuse_changed_history(repo, reading, now)
        if not unsigned:
            _refuse_unsigned(catalog)
        history = open_history(repo)
        refuse_wrong_clock(now, at, history.newest, signing=catalog.settings.is_signed(os.environ))
        with new_folder(target, known_by=MANIFEST, keep_previous=True) as fresh:
            # The generator must have ended before the folder is moved, even after an error.
            with ending(process), progress("Making", "pages") as report:
                hand_over(process, (str(fresh), catalog, now, history.evidence(catalog)))
                remarks, old = history.remarks, addresses_in(target)
                _follow(process, report)
            _refuse_other(fresh)
            contents = Contents.of(fresh)
            if not allow_removal:
                _refuse_removal(contents.missing(old))
    _tell(catalog, now, target, contents, time.monotonic() - began)
    for remark in remarks:
        Screen().say(f"Note: {remark}")


def _generator(repository: Workspace, chosen: Mapping[str, bool]) -> Generator:
    """Return the generator for `repository` with the options `chosen`.

    If the book is unreadable too, its error is raised instead of the generator's.
    """
    try:
        return Generator.of(repository, **{name: "1" for name, is_chosen in chosen.items() if is_chosen})
    except InforceError:
        repository.read().require()
        raise


def _refuse_unsigned(catalog: Catalog) -> None:
    """Raise SetupError if the book requires signatures and no key is set."""
    if not catalog.settings.signing:
        return
    # Imported here, since unsigned books do not need the signing libraries.
    from inforce.signing import private_keys

    if not private_keys(os.environ):
        fix = "set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY, or build with --unsigned and sign it elsewhere"
        raise SetupError(f"the book requires signed manifests, but no private key is set: {fix}")


def _follow(process: subprocess.Popen[str], report: Report) -> None:
    """Wait for the generator's `process`; print its warnings and errors and pass on its exit code."""
    errors = Screen(errors=True)
    for line in worth_telling(counted(process.stdout or (), report)):
        errors.say(line, style=_COLOURS.get(line.partition(" ")[0], ""))
    code = process.wait()
    if code:
        errors.say("The site was not built; the old site is unchanged.")
        raise click.exceptions.Exit(code if code > 0 else _KILLED)


def _refuse_other(folder: Path) -> None:
    """Raise BookError if `folder` does not contain a site of inforce."""
    if not is_site(folder):
        fix = "add “- inforce” under “plugins:”"
        problem = "does not use the plugin “inforce”, so the site would contain no policies"
        raise BookError(Place(path=CONFIGURATION), problem, fix)


def _refuse_removal(vanished: list[str]) -> None:
    """Exit with code 3 and list the published paths that have `vanished`, if any."""
    if vanished:
        errors = Screen(errors=True)
        for line in removal_told(vanished):
            errors.say(line)
        raise click.exceptions.Exit(CHANGED_HISTORY)


def removal_told(vanished: list[str]) -> list[str]:
    """Return lines that list the first `vanished` paths and how to proceed."""
    more = [f"  … and {len(vanished) - _LISTED:,} more"] if len(vanished) > _LISTED else []
    return [
        f"{_count(len(vanished), 'address', 'addresses')} of the existing site would disappear:",
        *(f"  /{address}" for address in vanished[:_LISTED]),
        *more,
        _STAYS,
    ]


def _tell(catalog: Catalog, now: datetime, target: Path, contents: Contents, seconds: float) -> None:
    public = [len(policy.public(now)) for policy in catalog]
    screen = Screen()
    screen.say(
        f"Built {_count(len([number for number in public if number]), 'policy', 'policies')}, "
        f"{_count(sum(public), 'version')} and {_count(contents.pages, 'page')} "
        f"({contents.size / 1_000_000:.1f} MB) in {seconds:.1f} s."
    )
    screen.say(f"The site is in {target}; view it with “inforce serve”.")


def _count(number: int, singular: str, many: str = "") -> str:
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"
