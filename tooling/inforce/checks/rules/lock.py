"""LOCK: compare published versions with the lock and with the base branch of the change.

Every finding here, except the note and LOCK-unreadable, means that published history would change, so the command ends
with exit code 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from inforce.checks.context import CheckContext, Locked
from inforce.checks.finding import Finding, Severity
from inforce.checks.lock_numbers import number_problems
from inforce.checks.rule import Rule, on_reading, rule
from inforce.checks.rules.wording import Description, describe
from inforce.errors import Place
from inforce.instant import format_local, is_start_of_day
from inforce.policy import Policy, Version
from inforce.policy.lock import LockEntry
from inforce.text import Digest

_INSTANTS = ("published_at", "effective_at", "effective_at_new", "enforce_at")
_MOST_BETWEEN_ZONES = timedelta(hours=26)

lock_unreadable = on_reading("LOCK-unreadable", "The lock file cannot be read.")


@rule("LOCK-text", Severity.ERROR, "A locked text was changed.", history=True)
def text_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report locked editions whose digest differs, with the changed words if the published text is known."""
    for locked in ctx.locked:
        for language, digest in sorted(locked.entry.digests.items()):
            edition = locked.version.edition(language)
            if edition and edition.digest != digest:
                description = _described_change(ctx, ctx.known_text(digest), edition.text)
                yield text_changed.finding(
                    Place(
                        path=edition.source.path, line=edition.file_line(description.line) if description.line else None
                    ),
                    f"This text of “{locked.version.label}” is published and locked, but has changed"
                    f"{description.clause}.",
                    evidence=description.evidence or f"{edition.digest} instead of {digest}",
                    fix=_new_version_fix(ctx, locked.policy, edition.source.path),
                )


@rule("LOCK-date", Severity.ERROR, "A date of a locked version was changed.", history=True)
def date_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changed instants of locked versions; a changed time zone is one finding, about book.yml."""
    moved: list[str] = []
    for locked in ctx.locked:
        entry = LockEntry.of(locked.version)
        if _moved_by_zone(ctx, locked.entry, entry):
            moved.append(f"“{locked.version.label}” of {locked.policy.id}")
            continue
        was, now = _instants(locked.entry, ctx.zone), _instants(entry, ctx.zone)
        for field in was:
            if was[field] != now[field]:
                yield _field_changed(date_changed, ctx, locked, field, was[field], now[field])
    if moved:
        yield _zone_changed(date_changed, ctx, moved)


@rule("LOCK-level", Severity.ERROR, "The change level of a locked version was changed.", history=True)
def level_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changed levels of locked versions."""
    for locked in ctx.locked:
        if locked.entry.change is not locked.version.change:
            yield _field_changed(
                level_changed, ctx, locked, "change", str(locked.entry.change), str(locked.version.change)
            )


@rule("LOCK-amends", Severity.ERROR, "The amended version or the act of a locked version was changed.", history=True)
def terms_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changes of `amends` in locked versions, and of `act` where the lock records it."""
    for locked in ctx.locked:
        entry, version = locked.entry, locked.version
        if entry.amends != version.amends:
            was, now = (str(label) if label else "not given" for label in (entry.amends, version.amends))
            yield _field_changed(terms_changed, ctx, locked, "amends", was, now)
        if entry.act and version.act and entry.act is not version.act:
            yield _field_changed(terms_changed, ctx, locked, "act", str(entry.act), str(version.act))


@rule("LOCK-draft", Severity.ERROR, "A locked version was turned into a draft.", history=True)
def became_draft(ctx: CheckContext) -> Iterator[Finding]:
    """Report locked versions that are drafts and would disappear from the site."""
    for locked in ctx.locked:
        if locked.version.draft:
            yield _field_changed(became_draft, ctx, locked, "draft", "published", "a draft")


@rule("LOCK-cancelled", Severity.ERROR, "A cancellation was changed, removed or made too late.", history=True)
def cancellation_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changed cancellations of locked versions, and those added after the effective date."""
    for locked in ctx.locked:
        was, now = locked.entry.cancelled, locked.version.cancelled
        if was and was != now:
            before, after = (f"cancelled at {format_local(was.at, ctx.zone)}", "a different value")
            yield _field_changed(cancellation_changed, ctx, locked, "cancelled", before, after)
        elif now and not was and locked.entry.effective_at <= ctx.now:
            since = format_local(locked.entry.effective_at, ctx.zone)
            yield _field_changed(cancellation_changed, ctx, locked, "cancelled", f"in force since {since}", "cancelled")


@rule("LOCK-edition", Severity.ERROR, "A locked text was removed.", history=True)
def edition_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report locked editions whose file is missing."""
    for locked in ctx.locked:
        for language in sorted(locked.entry.digests):
            path = ctx.path(locked.policy.id, str(locked.version.label), f"{language}.md")
            if locked.version.edition(language) is None and not ctx.is_unread(path):
                yield edition_missing.finding(
                    Place(path=path),
                    f"The text of “{locked.version.label}” in “{language}” is published and locked, but is missing.",
                    evidence=str(locked.entry.digests[language]),
                    fix=_restore_fix(ctx, path),
                )


@rule("LOCK-version", Severity.ERROR, "A locked version was removed or renamed.", history=True)
def version_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report missing locked versions; suggest a version with the same texts, which was probably renamed."""
    for policy in ctx.catalog:
        existing = {version.label.text for version in policy.versions}
        for label, entry in ctx.lock.entries.get(policy.id, {}).items():
            path = ctx.path(policy.id, label)
            if label not in existing and not ctx.is_unread(path):
                new_name = _renamed_to(ctx, policy, entry)
                what = f"was renamed to “{new_name}”" if new_name else "is missing"
                yield version_missing.finding(
                    Place(path=path),
                    f"“{label}” of {policy.id} is published and locked, but {what}.",
                    evidence=label,
                    fix=f"Rename the folder back: “git mv {ctx.path(policy.id, new_name)} {path}”."
                    if new_name
                    else _restore_fix(ctx, path),
                )


@rule("LOCK-policy", Severity.ERROR, "A locked policy was removed or renamed.", history=True)
def policy_missing(ctx: CheckContext) -> Iterator[Finding]:
    """Report missing locked policies."""
    existing = {policy.id for policy in ctx.catalog}
    for policy_id, entries in ctx.lock.entries.items():
        path = ctx.path(policy_id)
        if entries and policy_id not in existing and not ctx.is_unread(path):
            yield policy_missing.finding(
                Place(path=path),
                f"The policy “{policy_id}” is published and locked, but is missing.",
                evidence=policy_id,
                fix=f"{_restore_fix(ctx, path)} To end a policy, add “withdrawn” to its policy.yml.",
            )


@rule("LOCK-seq", Severity.ERROR, "The sequence number of a locked version would change.", history=True)
def seq_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report numbers of locked versions that changed or are not unique, and new versions that would come before."""
    for problem in number_problems(ctx):
        yield seq_changed.finding(problem.place, problem.message, evidence=problem.evidence, fix=problem.fix)


@rule("LOCK-missing", Severity.NOTE, "A published version is not completely in the lock yet.")
def not_locked(ctx: CheckContext) -> Iterator[Finding]:
    """Report public versions that are not in the lock in all languages, in one note per policy."""
    waiting: dict[str, list[Version]] = {}
    for policy, version in ctx.lock.unlocked(ctx.catalog, ctx.now):
        waiting.setdefault(policy.id, []).append(version)
    for versions in waiting.values():
        labels = ", ".join(f"“{version.label}”" for version in versions[:3]) + (", …" if len(versions) > 3 else "")
        what = f"The published version {labels} is" if len(versions) == 1 else f"{len(versions)} published versions are"
        yield not_locked.finding(
            versions[0].source.place(),
            f"{what} not completely in the lock yet, so changes of the text would go unnoticed.",
            evidence=labels,
            fix="Run “inforce freeze” once the change is merged.",
        )


@rule("LOCK-entry", Severity.ERROR, "An entry of lock.json was changed or removed.", history=True)
def entry_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report entries of the base branch's lock that were changed or removed."""
    base = ctx.book.base
    for policy_id, entries in (base.lock.entries if base else {}).items():
        for label, was in entries.items():
            if problem := _entry_problem(was, ctx.lock.entry(policy_id, label), ctx.zone):
                path = ctx.path("lock.json")
                yield entry_changed.finding(
                    Place(path=path),
                    f"The entry of “{label}” of {policy_id} {problem}.",
                    evidence=f"{policy_id} {label}",
                    fix=f"{_restore_fix(ctx, path)} Then run “inforce freeze”, which only adds.",
                )


@rule("LOCK-base", Severity.ERROR, "A version that is public on the base branch was changed or removed.", history=True)
def public_version_changed(ctx: CheckContext) -> Iterator[Finding]:
    """Report changed versions that are public on the base branch but not locked there in all languages."""
    base = ctx.book.base
    if base is None or base.catalog is None:
        return
    moved: list[str] = []
    for policy in base.catalog:
        existing = ctx.catalog.find(policy.id)
        current_versions = {version.label.text: version for version in existing.versions} if existing else {}
        for was in policy.public(ctx.now):
            path = ctx.path(policy.id, was.label.text)
            if base.lock.entry(policy.id, was.label.text) is None and not ctx.is_unread(path):
                now = current_versions.get(was.label.text)
                if now and _moved_by_zone(ctx, LockEntry.of(was), LockEntry.of(now)):
                    moved.append(f"“{was.label}” of {policy.id}")
                if problem := _version_problem(policy, was, now, ctx):
                    yield _public_changed(ctx, was, policy, problem, _new_version_fix(ctx, policy, path))
                elif now and now.seq != was.seq:
                    problem = f"would become number {now.seq} instead of {was.seq}"
                    fix = "Write a later “published” into the new version, or run “inforce freeze” on main first."
                    yield _public_changed(ctx, was, policy, problem, fix)
    if moved:
        yield _zone_changed(public_version_changed, ctx, moved)


def _public_changed(ctx: CheckContext, version: Version, policy: Policy, problem: str, fix: str) -> Finding:
    return public_version_changed.finding(
        Place(path=ctx.path(policy.id, version.label.text)),
        f"“{version.label}” of {policy.id} is public on {ctx.book.base_ref}, but {problem}.",
        evidence=version.label.text,
        fix=fix,
    )


def _zone_changed(rule: Rule, ctx: CheckContext, moved: list[str]) -> Finding:
    others = f" and {len(moved) - 1} more" if len(moved) > 1 else ""
    return rule.finding(
        ctx.catalog.settings.source.place("timezone"),
        f"The time zone was changed to “{ctx.zone.key}”, which moves the published dates of {moved[0]}{others}.",
        evidence=ctx.zone.key,
        fix="Restore “timezone” in book.yml: the instants of published versions must not change.",
    )


def _moved_by_zone(ctx: CheckContext, was: LockEntry, now: LockEntry) -> bool:
    """Return whether `was` and `now` differ only because the time zone of the book changed.

    If the base is readable, its time zone is compared. Otherwise each changed instant must have been moved to the start
    of a day, by at most 26 hours, the largest difference between two zones.
    """
    base = ctx.book.base.catalog if ctx.book.base else None
    if base is not None:
        zone = base.settings.timezone
        moved = _instants(was, zone) != _instants(now, zone)
        return moved and zone != ctx.zone and _instants(was, zone) == _instants(now, ctx.zone)
    pairs = [(getattr(was, name), getattr(now, name)) for name in _INSTANTS]
    changed = [(locked, other) for locked, other in pairs if locked != other]
    return (
        was.never_enforced == now.never_enforced
        and bool(changed)
        and all(
            published
            and other
            and is_start_of_day(other, ctx.zone)
            and not is_start_of_day(published, ctx.zone)
            and abs(published - other) <= _MOST_BETWEEN_ZONES
            for published, other in changed
        )
    )


def _field_changed(rule: Rule, ctx: CheckContext, locked: Locked, field: str, was: str, now: str) -> Finding:
    source = locked.version.source
    return rule.finding(
        source.place(field),
        f"“{field}” of “{locked.version.label}” was published as “{was}” and is now “{now}”.",
        evidence=now,
        fix=_new_version_fix(ctx, locked.policy, source.path),
    )


def _instants(entry: LockEntry, zone: ZoneInfo) -> dict[str, str]:
    instants = {
        "published": entry.published_at,
        "effective": entry.effective_at,
        "effective_new": entry.effective_at_new,
        "enforce": entry.enforce_at,
    }
    written = {name: format_local(instant, zone) if instant else "not given" for name, instant in instants.items()}
    return written | {"enforce": "never"} if entry.never_enforced else written


def _renamed_to(ctx: CheckContext, policy: Policy, entry: LockEntry) -> str:
    wanted: set[Digest] = set(entry.digests.values())
    for version in policy.versions:
        unlocked = ctx.lock.entry(policy.id, version.label.text) is None
        if unlocked and wanted <= {edition.digest for edition in version.editions}:
            return version.label.text
    return ""


def _entry_problem(was: LockEntry, now: LockEntry | None, zone: ZoneInfo) -> str:
    if now is None:
        return "was removed from the lock"
    if gone := [str(tag) for tag in was.digests if now.digests.get(tag) != was.digests[tag]]:
        return f"has a different digest for “{gone[0]}”"
    if was.cancelled and was.cancelled != now.cancelled:
        return "has a different cancellation"
    if was.seq != now.seq:
        return "has a different “seq”"
    fields = _differing_fields(was, now, zone)
    return f"has a different “{fields[0]}”" if fields else ""


def _version_problem(policy: Policy, was: Version, now: Version | None, ctx: CheckContext) -> str:
    if now is None:
        return "is missing"
    if now.draft:
        return "is now a draft"
    for edition in was.editions:
        current = now.edition(edition.language)
        if current is None:
            return f"has lost its text in “{edition.language}”"
        if current.digest != edition.digest:
            description = _described_change(ctx, edition.text, current.text)
            return f"its text in “{edition.language}” has changed{description.clause}"
    if was.cancelled and was.cancelled != now.cancelled:
        return "has a different cancellation"
    if now.cancelled and not was.cancelled and was.effective_at <= ctx.now:
        return "was cancelled although it had already taken effect"
    if _moved_by_zone(ctx, LockEntry.of(was), LockEntry.of(now)):
        return ""
    # A change of “act” in policy.yml is reported by META-act.
    before, after = LockEntry.of(was, was.act or policy.act), LockEntry.of(now, now.act or policy.act)
    fields = _differing_fields(before, after, ctx.zone)
    return f"has a different “{fields[0]}”" if fields else ""


def _differing_fields(was: LockEntry, now: LockEntry, zone: ZoneInfo) -> list[str]:
    before, after = _instants(was, zone), _instants(now, zone)
    names = [name for name in before if before[name] != after[name]]
    names += ["change"] * (was.change is not now.change) + ["amends"] * (was.amends != now.amends)
    return names + ["act"] * (was.act is not None and was.act is not now.act)


def _described_change(ctx: CheckContext, was: str | None, now: str) -> Description:
    if was is None:
        return Description(clause="")
    description = describe(ctx.redline(was, now))
    return Description(clause=f": {description.clause}", evidence=description.evidence, line=description.line)


def _restore_fix(ctx: CheckContext, path: str) -> str:
    return f"Restore it with “git checkout {ctx.book.base_ref} -- {path}”."


def _new_version_fix(ctx: CheckContext, policy: Policy, path: str) -> str:
    new = f"inforce new {policy.id} --effective DATE --change LEVEL"
    return f"{_restore_fix(ctx, path)} Write the change into a new version: “{new}”."


RULES = (
    lock_unreadable,
    text_changed,
    date_changed,
    level_changed,
    terms_changed,
    became_draft,
    cancellation_changed,
    edition_missing,
    version_missing,
    policy_missing,
    seq_changed,
    not_locked,
    entry_changed,
    public_version_changed,
)
