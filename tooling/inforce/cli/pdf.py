"""`inforce pdf`: write a version of a policy as a PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from inforce.address import version_page
from inforce.book.files import write_file
from inforce.cli.console import Screen
from inforce.cli.diff import edition_in
from inforce.cli.repository import Workspace, language_option, with_instant, with_repository
from inforce.language import Language
from inforce.markdown import to_html
from inforce.pdf import Paper, to_pdf
from inforce.policy import Edition, Policy, PolicyState, Version
from inforce.policy.settings import Settings
from inforce.publication.files.pdf import PaperMaker
from inforce.publication.pages.context import edition_facts, policy_facts, standing, version_facts


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.argument("label", metavar="[VERSION]", required=False)
@click.option("--language", metavar="TAG", callback=language_option, help="The language.  [default: the binding one]")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    required=True,
    help="The output file.",
)
@with_repository
@with_instant
def command(
    policy_id: str, label: str | None, language: Language | None, output: Path, repo: Path, at: str | None
) -> None:
    """Write a version as a PDF.

    Writes the version VERSION of POLICY, by default the newest one, including drafts. Each page shows the title, the
    dates and the digest. For a redline, use “inforce diff --format pdf”.

    \b
    Example:
      inforce pdf privacy --output privacy.pdf
      inforce pdf privacy 2026-01-15 --language de --output datenschutz.pdf
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog = reading.require()
    policy = catalog.policy(policy_id)
    if not policy.versions:
        raise click.UsageError(f"{policy.id} has no version yet, so there is nothing to print")
    version = catalog.version(policy, label) if label else policy.versions[-1]
    edition = edition_in(policy, version, language or policy.binding_language)
    write_file(output, to_pdf(_paper(catalog.settings, policy, version, edition, repository.now(reading))))
    Screen().say(f"Wrote {output}.")


def _paper(settings: Settings, policy: Policy, version: Version, edition: Edition, now: datetime) -> Paper:
    language = edition.language
    state = standing(policy, version, now, policy.interval(version, now))
    if policy.state(version, now) is PolicyState.DRAFT:
        state["state"] = PolicyState.DRAFT.value
    content = {
        "policy": policy_facts(policy, language),
        "version": version_facts(policy, version, language),
        "standing": state,
        "cancelled": version.cancelled.reason if version.cancelled else None,
        "edition": edition_facts(policy, version, edition),
    }
    maker = PaperMaker(settings=settings, language=language)
    return maker.version(version_page(policy, version, language), content, to_html(edition.text))
