"""`inforce build`: build the site beside the old one, then replace the old one in one step.

Invariants: if the build fails, the old site is unchanged; a book that is unreadable or changes published history is
rejected before anything is built.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from inforce.address import MANIFEST
from inforce.book.files import new_folder
from inforce.book.git import History, open_history
from inforce.book.read import Reading
from inforce.book.user_cache import CachePlace
from inforce.cli.check_input import CHANGED_HISTORY, refuse_changed_history
from inforce.cli.console import Screen
from inforce.cli.progress import progress
from inforce.cli.repository import Workspace, refuse_wrong_clock, with_instant, with_repository
from inforce.cli.screens import add_screens, find_browser
from inforce.cli.site_folder import Contents, addresses_in, is_site, replaceable
from inforce.cli.termination import terminated_in_order
from inforce.errors import BookError, GeneratorError, InforceError, Place, SetupError, counted
from inforce.pdf import require
from inforce.policy.catalog import Catalog
from inforce.signing import PrivateKey, private_keys
from inforce.site.build.builder import build_site
from inforce.site.build.options import BuildOptions

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_LISTED = 20
_UNCHANGED = "The site was not built; the old site is unchanged."
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
@click.option("--screens", is_flag=True, help="Publish pictures of the prompt in each language; needs a Chromium.")
@click.option("--unsigned", is_flag=True, help="Build without the signing key; run “inforce sign” later.")
@click.option("--allow-removal", is_flag=True, help="Build even if published URLs would disappear.")
def command(
    repo: Path,
    at: str | None,
    site_dir: Path | None,
    offline: bool,
    pdf: bool,
    screens: bool,
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
    browser = find_browser() if screens else None
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog, now = reading.require(), repository.now(reading)
    target = replaceable(site_dir or repo / "site", repo)
    refuse_changed_history(repo, reading, now)
    keys = _keys(catalog, unsigned=unsigned)
    history = open_history(repo)
    refuse_wrong_clock(now, at, history.newest, signing=bool(keys and catalog.settings.signing))
    options = replace(
        options_of(repo, reading, history, now, target), keys=keys, offline=offline, pdf=pdf, unsigned=unsigned
    )
    with terminated_in_order(), new_folder(target, marker=MANIFEST, keep_previous=True) as fresh:
        old = addresses_in(target)
        build(replace(options, site=fresh), "Making", _UNCHANGED)
        _refuse_other(fresh)
        if browser:
            add_screens(fresh, catalog.settings, now, browser)
        contents = Contents.of(fresh)
        if not allow_removal:
            _refuse_removal(contents.missing(old))
    _tell(catalog, now, target, contents, time.monotonic() - began)
    for remark in history.remarks:
        Screen().say(f"Note: {remark}")


def options_of(root: Path, reading: Reading, history: History, now: datetime, site: Path) -> BuildOptions:
    """Return the options to build the book `reading` in `root`, with its git `history`, as of `now` in `site`."""
    catalog = reading.require()
    return BuildOptions(
        root=root,
        site=site,
        cache=CachePlace.of(root, os.environ),
        now=now,
        catalog=catalog,
        evidence=history.evidence(catalog),
    )


def _keys(catalog: Catalog, *, unsigned: bool) -> tuple[PrivateKey, ...]:
    """Return the signing keys; SetupError if there are none, although the book requires them, unless `unsigned`."""
    keys = private_keys(os.environ)
    if catalog.settings.signing and not keys and not unsigned:
        fix = "set INFORCE_SIGNING_KEY_FILE or INFORCE_SIGNING_KEY, or build with --unsigned and sign it elsewhere"
        raise SetupError(f"the book requires signed manifests, but no private key is set: {fix}")
    return keys


def build(options: BuildOptions, activity: str, otherwise: str, *, warnings: bool = True) -> None:
    """Build with the progress of `activity` and messages on stderr; without `warnings`, only after an error.

    After an error, print the sentence `otherwise` and exit with 1, or with 4 for an error of the system.
    """
    errors = Screen(errors=True)
    held: list[tuple[str, str]] = []

    def tell(level: str, text: str) -> None:
        for line in f"{level:<8}-  {text}".splitlines() if level else [text]:
            errors.say(line, style=_COLOURS.get(level, ""))

    def hold(level: str, text: str) -> None:
        held.append((level, text))

    try:
        with progress(activity, "pages") as report:
            build_site(options, progress=report, tell=tell if warnings else hold)
        return
    except GeneratorError as failure:
        code = failure.exit_code
    except InforceError as refusal:
        hold("ERROR", str(refusal))
        code = SetupError.exit_code if isinstance(refusal, SetupError) else 1
    for message in held:
        tell(*message)
    errors.say(otherwise)
    raise click.exceptions.Exit(code)


def _refuse_other(folder: Path) -> None:
    """Raise BookError if `folder` does not contain an inforce site."""
    if not is_site(folder):
        fix = "add “- inforce” under “plugins:”"
        problem = "does not use the plugin “inforce”, so the site would contain no policies"
        raise BookError(Place(path="mkdocs.yml"), problem, fix)


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
        f"{counted(len(vanished), 'address', 'addresses')} of the existing site would disappear:",
        *(f"  /{address}" for address in vanished[:_LISTED]),
        *more,
        _STAYS,
    ]


def _tell(catalog: Catalog, now: datetime, target: Path, contents: Contents, seconds: float) -> None:
    public = [len(policy.public(now)) for policy in catalog]
    screen = Screen()
    screen.say(
        f"Built {counted(len([number for number in public if number]), 'policy', 'policies')}, "
        f"{counted(sum(public), 'version')} and {counted(contents.pages, 'page')} "
        f"({contents.size / 1_000_000:.1f} MB) in {seconds:.1f} s."
    )
    screen.say(f"The site is in {target}; view it with “inforce serve”.")
