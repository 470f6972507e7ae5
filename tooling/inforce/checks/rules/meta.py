"""META: check version.yml, policy.yml, book.yml and the front matter of texts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import Rule, on_reading, rule
from inforce.errors import Place
from inforce.fields import did_you_mean
from inforce.instant import day_of, format_local
from inforce.policy import Label, Policy, Version

file_missing = on_reading("META-file", "A required file is missing.")
invalid_yaml = on_reading("META-yaml", "A YAML file has a syntax error or uses a feature that is not allowed.")
invalid_field = on_reading("META-field", "A field is missing, unknown or has an invalid value.")
invalid_label = on_reading(
    "META-label", "The name of a version's folder is not a valid label, or two labels are equal."
)
invalid_language_tag = on_reading("META-language", "The file name of a text is not a correctly spelt language tag.")
binding_text_missing = on_reading("META-binding", "A version has no text in the binding language.")
not_amendable = on_reading("META-amends", "A version amends a version that it cannot amend.")
unused_dismissal = Rule(
    id="META-dismissal", severity=Severity.NOTE, title="A dismissal in dismissals.yml no longer matches any question."
)


@rule("META-order", Severity.ERROR, "The order of two versions by label differs from their order by date.")
def order_differs(ctx: CheckContext) -> Iterator[Finding]:
    """Report open versions whose order by label differs from their order by `published`.

    Labels are compared among the versions that amend none, and among those that amend the same version.
    """
    still_open = {(policy.id, version.seq) for policy, version in ctx.open_versions}
    for policy in ctx.catalog:
        for earlier, later in _successive_labels(policy):
            fixable = still_open & {(policy.id, earlier.seq), (policy.id, later.seq)}
            if later.published_at < earlier.published_at and fixable:
                yield order_differs.finding(
                    later.source.place("published"),
                    f"By its label, “{later.label}” comes after “{earlier.label}”, but “published” is earlier.",
                    evidence=format_local(later.published_at, ctx.zone),
                    fix="Correct “published”, or rename the folder of the version that is not published yet.",
                )


@rule("META-date", Severity.NOTE, "A label looks like a date but differs from the dates of the version.")
def label_date_differs(ctx: CheckContext) -> Iterator[Finding]:
    """Report labels that are dates but not the publication or effective date of the version."""
    for _, version in ctx.open_versions:
        day = _day_in(version)
        days = {day_of(instant, ctx.zone) for instant in (version.published_at, version.effective_at)}
        if day and day not in days:
            yield label_date_differs.finding(
                version.source.place("effective"),
                f"“{version.label}” is a date, but the version takes effect on "
                f"{format_local(version.effective_at, ctx.zone)}.",
                evidence=version.label.text,
                fix="Rename the folder before the version is published, or leave it: only the order of labels counts.",
            )


@rule("META-summary", Severity.ERROR, "A version after the first has no summary of its changes.")
def summary_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report open versions whose binding text has no summary, except the first version and drafts."""
    for policy, version in ctx.open_versions:
        edition = version.edition(policy.binding_language)
        if edition and policy.predecessor(version) and not version.draft and not edition.summary:
            yield summary_missing.finding(
                Place(path=edition.source.path, line=1),
                f"“{version.label}” has no summary of the changes since the previous version.",
                fix="Write “summary:” into the front matter: the id of each changed section with a plain sentence.",
            )


@rule(
    "META-clause",
    Severity.ERROR,
    "A summary refers to a clause that exists neither in this text nor in the previous one.",
)
def summary_clause_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report clauses that a summary refers to but that do not exist."""
    for text in ctx.texts:
        if not any(point.section for point in text.edition.summary):
            continue
        known = {clause.id for clause in text.document.clauses}
        if text.predecessor:
            known |= {clause.id for clause in ctx.document(text.predecessor).clauses}
        for index, point in enumerate(text.edition.summary):
            if point.section and point.section not in known:
                hint = did_you_mean(point.section, sorted(known)).strip(" –")
                yield summary_clause_missing.finding(
                    text.edition.source.place(f"summary[{index}].section"),
                    f"The summary refers to the clause “{point.section}”, which does not exist.",
                    evidence=point.section,
                    fix=hint[:1].upper() + hint[1:] or "Enter the id given in “{#…}” after the heading.",
                )


def _successive_labels(policy: Policy) -> Iterator[tuple[Version, Version]]:
    originals = sorted((version for version in policy.versions if version.amends is None), key=_label)
    yield from itertools.pairwise(originals)
    for _, chain in itertools.groupby(policy.versions, key=policy.original):
        yield from itertools.pairwise(sorted(chain, key=_label))


def _label(version: Version) -> Label:
    return version.label


def _day_in(version: Version) -> date | None:
    numbers = version.label.numbers
    if len(numbers) != 3 or numbers[0] < 1900:
        return None
    try:
        return date(*numbers[:3])
    except ValueError:
        return None


RULES = (
    file_missing,
    invalid_yaml,
    invalid_field,
    invalid_label,
    invalid_language_tag,
    binding_text_missing,
    not_amendable,
    order_differs,
    label_date_differs,
    summary_missing,
    summary_clause_missing,
    unused_dismissal,
)
