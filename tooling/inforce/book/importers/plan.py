"""Map the commits of a document to versions, with labels and effective dates.

Invariants: labels and instants increase strictly; consecutive versions have different texts. Pure: no access to git.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from inforce.book.importers.source_file import ForeignText, read_foreign
from inforce.book.read import LARGEST
from inforce.instant import day_of, format_instant
from inforce.policy import ChangeLevel, Label, Origin

_SECOND = timedelta(seconds=1)
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """A commit that changed the document: its origin, and the file's bytes (None if the file was deleted)."""

    origin: Origin
    raw: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVersion:
    """A version to be written: published and effective at `instant` (UTC), with its canonical `text` and title."""

    label: Label
    instant: datetime
    change: ChangeLevel
    text: str
    title: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The versions of a history, oldest first, and remarks on the decisions made."""

    versions: tuple[PlannedVersion, ...]
    remarks: tuple[str, ...]


def plan_versions(steps: Iterable[DocumentState], zone: ZoneInfo, change: ChangeLevel = ChangeLevel.NOTICE) -> Plan:
    """Map `steps`, oldest first, to one version for each change of the text.

    The first version is material, each later one of level `change`. The label is the day in `zone`,
    `2024-04-17`, and `2024-04-17.1` for a second version of that day. A commit that is not later than the previous
    version is moved to one second after it. A text that is restored later becomes a version again.
    """
    remarks: list[str] = []
    versions: list[PlannedVersion] = []
    for step in steps:
        text = _text(step, remarks)
        if text is None or (versions and text.text == versions[-1].text):
            continue
        previous = versions[-1] if versions else None
        instant = _instant(step.origin, previous, remarks)
        label = _label(day_of(instant, zone), previous)
        level = change if previous else ChangeLevel.MATERIAL
        origin = replace(step.origin, subject=step.origin.subject[:_LONGEST_SUBJECT])
        version = PlannedVersion(
            label=label, instant=instant, change=level, text=text.text, title=text.title, origin=origin
        )
        versions.append(version)
    return Plan(versions=tuple(versions), remarks=tuple(remarks))


def _text(step: DocumentState, remarks: list[str]) -> ForeignText | None:
    if step.raw is None:
        remarks.append(
            f"{_named(step.origin)} deleted the file; the previous version remains in force until the next one."
        )
        return None
    text = read_foreign(step.raw)
    if not text.text:
        remarks.append(f"{_named(step.origin)} left the file empty; it was skipped.")
        return None
    if len(text.text.encode()) > LARGEST:
        remarks.append(
            f"{_named(step.origin)} contains more than {LARGEST:,} bytes, the limit for a text; it was skipped."
        )
        return None
    if text.code:
        remarks.append(f"{_named(step.origin)} is not UTF-8; it was read as {text.code}. Check its accented letters.")
    return text


def _instant(origin: Origin, previous: PlannedVersion | None, remarks: list[str]) -> datetime:
    if previous is None or origin.committed > previous.instant:
        return origin.committed
    instant = previous.instant + _SECOND
    remarks.append(
        f"{_named(origin)} is dated no later than the previous version; "
        f"the version applies from {format_instant(instant)}."
    )
    return instant


def _label(day: date, previous: PlannedVersion | None) -> Label:
    label = Label(day.isoformat())
    if previous is None or label > previous.label:
        return label
    last, _, number = previous.label.text.partition(".")
    return Label(f"{last}.{int(number or 0) + 1}")


def _named(origin: Origin) -> str:
    return f"Commit {origin.commit[:12]} ({format_instant(origin.committed)})"
