"""`inforce diff`: show the changes between two versions of a policy."""

from __future__ import annotations

from pathlib import Path

import click

from inforce.book.files import write_file
from inforce.cli.comparison import Comparison
from inforce.cli.console import Screen
from inforce.cli.repository import Workspace, language_option, with_repository
from inforce.language import Language
from inforce.policy import Edition, Policy, Version
from inforce.policy.catalog import Catalog

_FORMS = ("terminal", "markdown", "html", "json", "docx", "pdf")

_FILES = {"docx": "a Word document", "pdf": "a PDF"}


@click.command()
@click.argument("policy_id", metavar="POLICY")
@click.argument("old", metavar="[OLD]", required=False)
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--language", metavar="TAG", callback=language_option, help="The language.  [default: the binding one]")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="terminal",
    show_default=True,
    help="The output format.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the redline to FILE instead of printing it.",
)
@with_repository
def command(
    policy_id: str,
    old: str | None,
    new: str | None,
    language: Language | None,
    form: str,
    output: Path | None,
    repo: Path,
) -> None:
    """Show the changes between two versions.

    Compares the version OLD of POLICY with NEW; by default the newest version, including drafts, with the one before it
    that is no draft.

    \b
    Example:
      inforce diff privacy
      inforce diff privacy 2026-01-15 2027-03-01 --format html --output redline.html
    """
    comparison = _compared(Workspace(root=repo).read().require(), policy_id, (old, new), language)
    if form == "terminal" and output is None:
        comparison.show(Screen())
        return
    if form == "terminal":
        raise click.UsageError("the format “terminal” cannot be written to a file; choose another --format")
    if form in _FILES and output is None:
        raise click.UsageError(f"{_FILES[form]} cannot be printed; choose a file with --output")
    content = getattr(comparison, form)()
    if output is None:
        click.echo(content, nl=False)
    else:
        write_file(output, content)
        Screen().say(f"Wrote {output}.")


def _compared(
    catalog: Catalog, policy_id: str, labels: tuple[str | None, str | None], language: Language | None
) -> Comparison:
    policy = catalog.policy(policy_id)
    old, new = _pair(catalog, policy, labels)
    chosen = language or policy.binding_language
    editions = (edition_in(policy, old, chosen), edition_in(policy, new, chosen))
    return Comparison(policy=policy, old=old, new=new, language=chosen, editions=editions, settings=catalog.settings)


def _pair(catalog: Catalog, policy: Policy, labels: tuple[str | None, str | None]) -> tuple[Version, Version]:
    """Return the old and the new version; by default the newest version and its predecessor."""
    old, new = labels
    if not policy.versions:
        raise click.UsageError(f"{policy.id} has no version yet, so there is nothing to compare")
    later = catalog.version(policy, new) if new else policy.versions[-1]
    earlier = catalog.version(policy, old) if old else policy.predecessor(later)
    if earlier is None:
        raise click.UsageError(f"{later.label} is the first version of {policy.id}, so there is nothing to compare")
    return earlier, later


def edition_in(policy: Policy, version: Version, language: Language) -> Edition:
    """Return the edition of `version` in `language`; UsageError if there is none."""
    edition = version.edition(language)
    if edition is None:
        available = ", ".join(map(str, version.languages))
        raise click.UsageError(
            f"{policy.id} {version.label} has no text in “{language}”; available languages: {available}"
        )
    return edition
