"""META: check version.yml, policy.yml, book.yml and the front matter of texts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime

from inforce.checks.context import CheckContext
from inforce.checks.finding import Finding, Severity
from inforce.checks.rule import Rule, on_reading, rule
from inforce.errors import Place
from inforce.fields import did_you_mean
from inforce.instant import day_of, format_local
from inforce.policy import Act, ChangeLevel, Label, Policy, Version

# The acts for which a user is asked and may refuse.
_ASKING = (Act.ACCEPT, Act.CONSENT)

file_missing = on_reading("META-file", "A required file is missing.")
invalid_yaml = on_reading("META-yaml", "A YAML file has a syntax error or uses a feature that is not allowed.")
invalid_field = on_reading("META-field", "A field is missing, unknown or has an invalid value.")
invalid_label = on_reading(
    "META-label", "The name of a version's folder is not a valid label, or two labels are equal."
)
invalid_language_tag = on_reading("META-language", "The file name of a text is not a correctly spelt language tag.")
binding_text_missing = on_reading("META-binding", "A version has no text in the binding language.")
unused_dismissal = Rule(
    id="META-dismissal", severity=Severity.NOTE, title="A dismissal in dismissals.yml no longer matches any question."
)


@rule("META-amends", Severity.ERROR, "A version amends a version that it cannot amend.")
def not_amendable(ctx: CheckContext) -> Iterator[Finding]:
    """Report open amendments that are published after the amended version was cancelled or the policy withdrawn.

    Other problems with `amends` are found when the policy is read.
    """
    for policy, version in ctx.open_versions:
        if version.amends is None:
            continue
        cancelled, withdrawn = policy.original(version).cancelled, policy.withdrawn
        if cancelled and cancelled.at <= version.published_at:
            problem = f"amends “{version.amends}”, which is cancelled"
        elif withdrawn and withdrawn.at <= version.published_at:
            problem = f"amends “{version.amends}” of {policy.id}, which is withdrawn"
        else:
            continue
        yield not_amendable.finding(
            version.source.place("amends"),
            f"“{version.label}” {problem}.",
            evidence=str(version.amends),
            fix="Delete this version, or write the change into a new version.",
        )


@rule("META-act", Severity.ERROR, "Users must act differently, but no material version asks them.")
def act_without_material_version(ctx: CheckContext) -> Iterator[Finding]:
    """Report changes of the required act to “accept” or “consent” in versions that are not material, and in policy.yml.

    An open version is compared with the previous one by place that is neither a draft nor cancelled, policy.yml with
    that of the base branch.
    """
    for policy, version in ctx.open_versions:
        act, previous = policy.act_of(version), _previous(policy, version)
        before = policy.act_of(previous) if previous else act
        if act in _ASKING and act is not before and previous and version.change is not ChangeLevel.MATERIAL:
            yield act_without_material_version.finding(
                version.source.place("act" if version.act else "change"),
                f"“{version.label}” requires “{act}” and “{previous.label}” requires “{before}”, but the change level "
                f"is “{version.change}”, so users are not asked.",
                evidence=str(act),
                fix=f"Write “act: {before}” into version.yml, or publish a material version.",
            )
    for policy in ctx.catalog:
        was = ctx.book.base.catalog.find(policy.id) if ctx.book.base and ctx.book.base.catalog else None
        if was and _asks_no_user(was, policy, ctx.now):
            yield act_without_material_version.finding(
                policy.source.place("act"),
                f"“act” of {policy.id} was “{was.act}” and is now “{policy.act}”, but no new material version asks "
                "users.",
                evidence=str(policy.act),
                fix=f"Restore “act: {was.act}”, and write “act: {policy.act}” into version.yml of the new material "
                "version.",
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


def _previous(policy: Policy, version: Version) -> Version | None:
    """Return the version before `version` by place that is neither a draft nor cancelled, or None."""
    place = policy.place(version)
    earlier = (other for other in reversed(policy.versions) if policy.place(other) < place)
    return next((other for other in earlier if not other.draft and other.cancelled is None), None)


def _asks_no_user(was: Policy, policy: Policy, now: datetime) -> bool:
    """Return whether `policy` requires an act that `was` did not, but no new material version requires it."""
    if policy.act is was.act or policy.act not in _ASKING or not was.public(now):
        return False
    material = [v for v in policy.versions if v.change is ChangeLevel.MATERIAL and not v.draft]
    if not material or policy.act_of(material[-1]) is not policy.act:
        return True
    before = was.version(material[-1].label.text)
    return before is not None and before.is_public(now) and was.act_of(before) is not policy.act


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
    act_without_material_version,
    order_differs,
    label_date_differs,
    summary_missing,
    summary_clause_missing,
    unused_dismissal,
)
