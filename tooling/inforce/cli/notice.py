"""`inforce notice`: write the message that tells users about a version."""

from __future__ import annotations

import json
from pathlib import Path

import click

from inforce.cli.diff import edition_in
from inforce.cli.repository import Workspace, language_option, with_instant, with_repository
from inforce.language import Language
from inforce.publication.files.notice import user_notice
from inforce.site.messages import translations


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.argument("label", metavar="VERSION")
@click.option("--language", metavar="TAG", callback=language_option, help="The language.  [default: the binding one]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "json"]),
    default="text",
    show_default=True,
    help="The output format; JSON has subject, text and html.",
)
@with_repository
@with_instant
def command(policy_id: str, label: str, language: Language | None, form: str, repo: Path, at: str | None) -> None:
    """Write the message that tells users about a version.

    It has the author's summary, the dates, the level of the change, and links to the version and its changes. The HTML
    loads nothing. The first line of the text is the subject.

    \b
    Example:
      inforce notice privacy 2027-03-01
      inforce notice privacy 2027-03-01 --language de --format html
    """
    repository = Workspace(root=repo, at=at)
    reading = repository.read()
    catalog = reading.require()
    policy = catalog.policy(policy_id)
    version = catalog.version(policy, label)
    spoken = edition_in(policy, version, language or policy.binding_language).language
    translate = translations(spoken).gettext
    message = user_notice(catalog.settings, policy, version, spoken, repository.now(reading), translate)
    if form == "json":
        click.echo(json.dumps(message._asdict(), ensure_ascii=False, indent=2))
    else:
        click.echo(message.text if form == "text" else message.html, nl=False)
