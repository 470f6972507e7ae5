"""The numbers of the versions in the lock, and what is wrong with them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inforce.checks.context import CheckContext, Locked
from inforce.errors import Place
from inforce.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberProblem:
    """The parts of a finding about a number."""

    place: Place
    message: str
    evidence: str
    fix: str


def number_problems(ctx: CheckContext) -> Iterator[NumberProblem]:
    """Yield the first problem of each policy with the numbers of its locked versions.

    Numbers come from the lock, where two branches can use the same one. An unlocked version gets a number after all
    locked ones, so its label must be higher than theirs.
    """
    locked = {policy_id: list(rows) for policy_id, rows in itertools.groupby(ctx.locked, key=lambda row: row.policy.id)}
    for policy in ctx.catalog:
        if not ctx.is_unread(ctx.path(policy.id)):
            problems = itertools.chain(
                _shared_or_missing(ctx, policy), _different(ctx, locked.get(policy.id, [])), _too_low(ctx, policy)
            )
            yield from itertools.islice(problems, 1)


def _shared_or_missing(ctx: CheckContext, policy: Policy) -> Iterator[NumberProblem]:
    """Yield each number that two entries of the lock share, and the first missing number."""
    numbers, path = ctx.lock.numbers(policy.id), ctx.path("lock.json")
    main = ctx.book.base_ref if ctx.book.base else "main"
    labels: dict[int, str] = {}
    for label, seq in numbers.items():
        if seq in labels:
            yield NumberProblem(
                place=Place(path=path),
                message=f"“{labels[seq]}” and “{label}” of {policy.id} both have the number {seq}: two branches locked "
                "a version each.",
                evidence=f"{policy.id} {seq}",
                fix=f"After the merge, keep lock.json of the main branch: “git checkout {main} -- {path}”. Then run "
                "“inforce freeze”, which locks the other version with the next number.",
            )
        labels.setdefault(seq, label)
    missing = next((seq for seq in range(1, len(labels) + 1) if seq not in labels), None)
    if missing is not None:
        yield NumberProblem(
            place=Place(path=path),
            message=f"No version of {policy.id} in the lock has the number {missing}, but a version has a higher one.",
            evidence=f"{policy.id} {missing}",
            fix=_restore(ctx),
        )


def _different(ctx: CheckContext, rows: Iterable[Locked]) -> Iterator[NumberProblem]:
    for locked in rows:
        was, now = locked.entry.seq, locked.version.seq
        if was != now:
            yield NumberProblem(
                place=locked.version.source.place(),
                message=f"“{locked.version.label}” was published as number {was} and would become number {now}.",
                evidence=str(locked.version.label),
                fix=_restore(ctx),
            )


def _too_low(ctx: CheckContext, policy: Policy) -> Iterator[NumberProblem]:
    """Yield each unlocked version whose label is lower than that of a locked one."""
    numbers = ctx.lock.numbers(policy.id)
    originals = [version for version in policy.versions if version.amends is None]
    last = max((version.label for version in originals if version.label.text in numbers), default=None)
    for version in originals:
        if last and version.label.text not in numbers and version.label < last:
            yield NumberProblem(
                place=version.source.place(),
                message=f"“{version.label}” would become number {version.seq}, after the locked version “{last}”, "
                "although its label is lower.",
                evidence=str(version.label),
                fix=f"Give “{version.label}” a label higher than that of every published version. To correct a "
                f"published text, use “inforce new {policy.id} --amend”.",
            )


def _restore(ctx: CheckContext) -> str:
    return f"Restore it with “git checkout {ctx.book.base_ref} -- {ctx.path('lock.json')}”."
