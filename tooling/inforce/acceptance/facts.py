"""Facts about one policy, one subject and one instant, as the decision table needs them.

Invariants: every fact is derived once, under the name that the table uses.
Not responsible for: the conclusion.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from inforce.acceptance.question import Context
from inforce.acceptance.record_history import RecordHistory
from inforce.acceptance.timeline import Timeline
from inforce.instant import after
from inforce.manifest import Manifest, ManifestPolicy, ManifestVersion


class PolicyFacts(NamedTuple):
    """The facts at the instant `at`. `act` is the act of the version in force, or else of the policy.

    `untold` are the versions of which the subject has not been told: the last one in force that is more than editorial,
    and the announced ones; `news` are the announced ones among them. `settled` means that the last material version in
    force, if any, has an affirmative answer. `deadline`, `deferred_until` and `outdated_at`, when the answer expires,
    are None if none exists or none applies.
    """

    policy: ManifestPolicy
    act: str
    context: Context
    at: datetime
    timeline: Timeline
    answers: RecordHistory
    untold: list[ManifestVersion]
    news: list[ManifestVersion]
    settled: bool
    deadline: datetime | None
    deferred_until: datetime | None
    outdated_at: datetime | None

    @classmethod
    def of(cls, policy: ManifestPolicy, manifest: Manifest, context: Context) -> PolicyFacts:
        """Compute the facts about `policy` of `manifest` in `context`."""
        timeline = Timeline.of(policy, context.subject.since, context.now)
        answers = RecordHistory.of(policy, timeline, context, manifest.serial)
        target, act = timeline.target, policy.act_of(timeline.target)
        seen, have = context.state.seen.get(policy.id, 0), answers.have
        news = [each for each in timeline.announced() if each.seq > seen and each.place > have]
        floor = timeline.notice_floor
        untold = [floor, *news] if floor and floor.seq > seen and floor.place > have else news
        deferral = context.state.deferred.get(policy.id)
        is_deferred = deferral and target and policy.original(deferral.seq) == target.original
        return cls(
            policy,
            act,
            context,
            context.now,
            timeline,
            answers,
            untold,
            news,
            have[0] >= timeline.floor,
            None if act == "none" else timeline.deadline(have[0]),
            deferral.until if deferral and is_deferred else None,
            _outdated_at(policy, act, timeline, answers),
        )

    def outside(self) -> bool:
        """Return whether the policy is for another audience than the subject's."""
        audience = self.policy.audience
        return bool(audience) and set(audience).isdisjoint(self.context.audience)

    def withdrawn(self) -> bool:
        """Return whether the policy has been withdrawn."""
        return self.policy.withdrawn_at is not None and self.policy.withdrawn_at <= self.at

    def nothing_in_force(self) -> bool:
        """Return whether no version applies to the subject yet."""
        return not self.timeline.in_force

    def refused(self) -> bool:
        """Return whether consent to the newest material version in force, or to a later one, is refused."""
        return _refused(self.act, self.timeline, self.answers)

    def declined(self) -> bool:
        """Return whether the newest material version of a contract in force, or a later one, is declined."""
        return self.act == "accept" and self.answers.no >= self.timeline.floor

    def overdue(self) -> bool:
        """Return whether the deadline has passed; False without a deadline."""
        return self.deadline is not None and self.deadline <= self.at

    def put_off(self) -> bool:
        """Return whether a deferral of the version in force is still running."""
        return self.deferred_until is not None and self.deferred_until > self.at

    def outdated(self) -> bool:
        """Return whether the answer has expired."""
        return self.outdated_at is not None and self.outdated_at <= self.at

    def next_at(self) -> datetime | None:
        """Return the next instant, in a later second than `at`, at which the facts can change without new data."""
        points = [self.deadline, self.deferred_until, self.outdated_at, self.policy.withdrawn_at]
        points += [*self.timeline.turning_points(), *self.answers.turns]
        coming = [instant for instant in points if instant is not None and instant > self.at]
        return max(min(coming), self.context.soon) if coming else None


def _refused(act: str, timeline: Timeline, answers: RecordHistory) -> bool:
    return act == "consent" and answers.no >= timeline.floor


def _outdated_at(policy: ManifestPolicy, act: str, timeline: Timeline, answers: RecordHistory) -> datetime | None:
    """Return when the answer to `policy` expires; None if it never does."""
    seconds = policy.reask_seconds
    if seconds is None or act == "none" or not timeline.in_force:
        return None
    have = answers.have[0]
    if have >= timeline.floor:
        return after(answers.have_at, seconds) if have else None
    return after(answers.no_at, seconds) if _refused(act, timeline, answers) else None
