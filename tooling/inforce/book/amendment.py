"""Create drafts of amendments, which correct the text in force or an announced text.

Invariants: an amendment starts as a byte-for-byte copy of the text it replaces; the drafts of one run are complete
before the first of them appears; existing files are never changed.
Not responsible for: asking the editor (see `cli`), and checking the finished text (see `checks`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from inforce.book.corrections import OpenChange, apply_changes
from inforce.book.new_version import TRANSLATES, body_of, empty_summary, read_instant, write_draft, written_instant
from inforce.book.paths import BOOK
from inforce.book.write import to_edition
from inforce.checks.notice import earliest_effective
from inforce.errors import ShapeError
from inforce.instant import day_of, format_local
from inforce.language import Language
from inforce.policy import ChangeLevel, Edition, Label, Policy, PolicyState, Version
from inforce.policy.catalog import Catalog
from inforce.text import Digest, canonical

AMENDMENT_YML = """\
# The version whose text this one corrects. It replaces that text in its place in the order of versions.
amends: {amends}
# When this version is published. A date means the start of that day in {zone}.
published: {published}
# When it takes effect: together with an announced version, otherwise any time before the next version.
effective: {effective}
# notice: users are informed · editorial: users are not informed
change: {change}
# A draft is on no page and in no manifest. Delete this line when the text is final.
draft: true
"""
# The text of each language before and after a correction, without front matter.
Corrections = Mapping[Language, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an editor asks for: dates, change level and label of the amendment; None stands for the default."""

    published: str | None = None
    effective: str | None = None
    change: ChangeLevel = ChangeLevel.EDITORIAL
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """An amendment to be drafted.

    `base` is the version whose text it copies, and `state` the state of the `original`. `corrections` are the languages
    whose text changes in this run, and `remaining` the changes that do not apply to this text. `outdated` are the
    translations that still name the earlier binding text as their source.
    """

    folder: Path
    label: Label
    original: Version
    base: Version
    state: PolicyState
    change: ChangeLevel
    files: Mapping[str, str]
    corrections: Corrections = field(default_factory=dict)
    remaining: Mapping[Language, tuple[OpenChange, ...]] = field(default_factory=dict)
    outdated: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    """A policy to be amended in the book in `root`, at the instant `now`.

    `still_right` is called for each translation that matched the binding text before this run changed the latter.
    """

    root: Path
    catalog: Catalog
    policy: Policy
    now: datetime
    still_right: Callable[[Language], bool]

    def original(self, label: str | None) -> Version:
        """Return the version that an amendment of `label` (None for the one in force) amends; ShapeError if none."""
        policy, now = self.policy, self.now
        if policy.withdrawn and policy.withdrawn.at <= now:
            day = format_local(policy.withdrawn.at, self._zone)
            raise ShapeError("amend", f"is not possible: {policy.id} was withdrawn on {day}")
        current = policy.in_force(now)
        if label is None and current is None:
            fix = "give the label of an announced version, or edit the draft itself"
            raise ShapeError("amend", f"expected a version in force, and {policy.id} has none", fix)
        version = self.catalog.version(policy, label) if label else current
        assert version is not None  # noqa: S101 # for mypy: without a label there is a current version
        original = policy.original(version)
        state = self._state(original)
        if state in (PolicyState.IN_FORCE, PolicyState.ANNOUNCED):
            return original
        known = "the version in force and announced versions can be amended"
        fixes = {
            PolicyState.DRAFT: "it is not published yet: edit its text directly",
            PolicyState.CANCELLED: f"only {known}",
            PolicyState.SUPERSEDED: f"it no longer applies: only {known}",
        }
        words = "a draft" if state is PolicyState.DRAFT else state.value
        raise ShapeError("amend", f"is not possible: “{original.label}” is {words}", fixes[state])

    def announced(self) -> tuple[Version, ...]:
        """Return the announced versions that are not amendments themselves, oldest first."""
        return tuple(version for version in self.policy.announced(self.now) if version.amends is None)

    def newest_text(self, original: Version) -> Version:
        """Return the newest published version of `original` and its amendments that is not cancelled."""
        chain = (original, *self.policy.amendments(original))
        return [v for v in chain if v.is_public(self.now) and not v.is_cancelled(self.now)][-1]

    def corrections_of(self, label: str) -> Corrections:
        """Return the corrections that the amendment `label` makes; ShapeError if it is none or changes no text."""
        amendment = self.catalog.version(self.policy, label)
        if amendment.amends is None:
            raise ShapeError("apply", f"expected an amendment, got “{label}”, which is a version of its own")
        place = self.policy.place(amendment)
        chain = (self.policy.original(amendment), *self.policy.amendments(self.policy.original(amendment)))
        earlier = [v for v in chain if self.policy.place(v) < place and not (v.draft or v.is_cancelled(self.now))]
        pairs = {
            edition.language: (body_of(before), body_of(edition))
            for edition in amendment.editions
            if (before := earlier[-1].edition(edition.language)) and before.digest != edition.digest
        }
        if not pairs:
            fix = "correct its text first"
            raise ShapeError("apply", f"is not possible: “{label}” has the text of “{earlier[-1].label}”", fix)
        return pairs

    def plan(self, original: Version, wish: Wish, correct: Callable[[str, int], str]) -> Amendment:
        """Return an amendment of `original` whose binding text is the newest one after `correct`.

        `correct` is called with the body of the text and its first line in the file.
        """
        base = self.newest_text(original)
        language = self.policy.binding_language
        changed = {
            edition.language: correct(body_of(edition), edition.body_line)
            if edition.language == language
            else body_of(edition)
            for edition in base.editions
        }
        return self._planned(original, base, wish, changed, {})

    def plan_applied(self, original: Version, wish: Wish, corrections: Corrections) -> Amendment:
        """Return an amendment of `original` with `corrections` applied to its newest text where they fit."""
        base = self.newest_text(original)
        changed: dict[Language, str] = {}
        remaining: dict[Language, tuple[OpenChange, ...]] = {}
        for edition in base.editions:
            changed[edition.language] = body_of(edition)
            if pair := corrections.get(edition.language):
                changed[edition.language], rest = apply_changes(changed[edition.language], *pair)
                remaining |= {edition.language: rest} if rest else {}
        return self._planned(original, base, wish, changed, remaining)

    def _planned(
        self,
        original: Version,
        base: Version,
        wish: Wish,
        bodies: Mapping[Language, str],
        remaining: Mapping[Language, tuple[OpenChange, ...]],
    ) -> Amendment:
        label = self._label(original, wish)
        outdated: list[Language] = []
        files = {"version.yml": self._version_yml(original, base, wish)}
        for edition in base.editions:
            translates = self._source_of(edition, base, bodies, outdated)
            head = TRANSLATES.format(digest=translates) if translates else ""
            if edition.summary or edition.language == self.policy.binding_language:
                head += empty_summary(canonical(bodies[edition.language]))
            files[f"{edition.language}.md"] = to_edition(bodies[edition.language], head)
        return Amendment(
            folder=self.root / BOOK / self.policy.id / label.text,
            label=label,
            original=original,
            base=base,
            state=self._state(original),
            change=wish.change,
            files=files,
            corrections={e.language: (body_of(e), bodies[e.language]) for e in base.editions if _differs(e, bodies)},
            remaining=remaining,
            outdated=tuple(outdated),
        )

    def _source_of(
        self, edition: Edition, base: Version, bodies: Mapping[Language, str], outdated: list[Language]
    ) -> Digest | None:
        """Return the digest that `translates` of `edition` states; add the language to `outdated` if it is not new."""
        binding = base.edition(self.policy.binding_language)
        if edition.translates is None or binding is None or not _differs(binding, bodies):
            return edition.translates
        if edition.translates == binding.digest and self.still_right(edition.language):
            return Digest.of(canonical(bodies[binding.language]))
        outdated.append(edition.language)
        return edition.translates

    def _state(self, original: Version) -> PolicyState:
        """Return the state of `original`: in force as well if one of its amendments is."""
        current = self.policy.in_force(self.now)
        if current and self.policy.original(current) is original:
            return PolicyState.IN_FORCE
        return self.policy.state(original, self.now)

    def _label(self, original: Version, wish: Wish) -> Label:
        existing = {version.label for version in self.policy.versions}
        number = 1
        while not wish.label and Label(f"{original.label}.{number}") in existing:
            number += 1
        try:
            label = Label(wish.label or f"{original.label}.{number}")
        except ValueError as cause:
            raise ShapeError("label", str(cause)) from cause
        if label in existing:
            raise ShapeError("label", f"expected a new label, got “{label}”, which is a version of {self.policy.id}")
        return label

    def _version_yml(self, original: Version, base: Version, wish: Wish) -> str:
        zone = self._zone
        published_text = wish.published or day_of(self.now, zone).isoformat()
        published = read_instant("published", published_text, zone)
        if wish.change is ChangeLevel.MATERIAL:
            fix = "users must be asked about a material change: publish it as a version of its own, without --amend"
            raise ShapeError("change", "expected “editorial” or “notice” for an amendment, got “material”", fix)
        if published < original.published_at:
            day = format_local(original.published_at, zone)
            problem = f"is before {day}, when “{original.label}” was published ({published_text})"
            raise ShapeError("published", problem, f"choose {day} or a later date")
        promised = self.catalog.settings.notice_days.get(wish.change.value, 0)
        earliest = max(earliest_effective(published, promised, zone), base.effective_at)
        announced = published < original.effective_at
        day = format_local(original.effective_at, zone)
        if announced and earliest > original.effective_at:
            fix = f"choose “editorial” if that is correct, or cancel “{original.label}” and announce a new version"
            problem = (
                f"is too late: “{original.label}” takes effect on {day}, before {promised} days of notice are over"
            )
            raise ShapeError("published", problem, fix)
        effective_text = wish.effective or (
            published_text if earliest == published else written_instant(earliest, zone)
        )
        effective = read_instant("effective", effective_text, zone)
        if announced and effective != original.effective_at:
            problem = f"expected {day}, the date on which “{original.label}” takes effect, got “{effective_text}”"
            raise ShapeError("effective", problem)
        if effective < published:
            raise ShapeError("effective", f"is before “published” ({published_text})", "choose a later date")
        self._refuse_late(original, effective)
        return AMENDMENT_YML.format(
            amends=original.label, zone=zone.key, published=published_text, effective=effective_text, change=wish.change
        )

    def _refuse_late(self, original: Version, effective: datetime) -> None:
        following = next((v for v in self.announced() if self.policy.place(v) > self.policy.place(original)), None)
        if following and effective >= following.effective_at:
            day = format_local(following.effective_at, self._zone)
            problem = f"expected a date before {day}, when “{following.label}” takes effect"
            raise ShapeError("effective", problem, f"to correct that version, use “--amend {following.label}”")

    @property
    def _zone(self) -> ZoneInfo:
        return self.catalog.settings.timezone


def write_amendments(amendments: tuple[Amendment, ...]) -> None:
    """Write the drafts of `amendments`; none appears if one of them cannot be written."""
    with contextlib.ExitStack() as stack:
        for amendment in amendments:
            stack.enter_context(write_draft(amendment.folder, amendment.files))


def _differs(edition: Edition, bodies: Mapping[Language, str]) -> bool:
    return Digest.of(canonical(bodies[edition.language])) != edition.digest
