"""From commits to versions: which ones a document's history gives, how they are called, and when they applied.

Keeps true: labels and instants rise strictly, so that no version applies before or together with the one before it; two
versions in a row never have the same text. Pure: it knows commits as values and no git.
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
    """A commit that changed the document: where it came from, and the file's bytes; None where it was removed."""

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
    """The versions a history gives, oldest first, and what had to be decided on the way, in sentences."""

    versions: tuple[PlannedVersion, ...]
    remarks: tuple[str, ...]


def plan_versions(steps: Iterable[DocumentState], zone: ZoneInfo, change: ChangeLevel = ChangeLevel.NOTICE) -> Plan:
    """Map `steps`, oldest first, to one version for each change of the text.

    The first version is material, each later one of level `change`. A version is called after its day in `zone`,
    `2024-04-17`, and a further one of that day `2024-04-17.1`. Commits whose clocks stood still or went backwards are
    moved to one second after the version before. A text that returns is a version again.
    """
    remarks: list[str] = []
    versions: list[PlannedVersion] = []
    for step in steps:
        found = _text(step, remarks)
        if found is None or (versions and found.text == versions[-1].text):
            continue
        previous = versions[-1] if versions else None
        instant = _instant(step.origin, previous, remarks)
        label = _label(day_of(instant, zone), previous)
        level = change if previous else ChangeLevel.MATERIAL
        origin = replace(step.origin, subject=step.origin.subject[:_LONGEST_SUBJECT])
        version = PlannedVersion(
            label=label, instant=instant, change=level, text=found.text, title=found.title, origin=origin
        )
        versions.append(version)
    return Plan(versions=tuple(versions), remarks=tuple(remarks))


def _text(step: DocumentState, remarks: list[str]) -> ForeignText | None:
    if step.raw is None:
        remarks.append(f"{_named(step.origin)} removed the file; the version before it stands until the next one.")
        return None
    found = read_foreign(step.raw)
    if not found.text:
        remarks.append(f"{_named(step.origin)} left no words in the file; it is passed over.")
        return None
    if len(found.text.encode()) > LARGEST:
        remarks.append(
            f"{_named(step.origin)} holds more than {LARGEST:,} bytes, too many for a text; it is passed over."
        )
        return None
    if found.code:
        remarks.append(f"{_named(step.origin)} holds no UTF-8; it was read as {found.code}. Look at its accents.")
    return found


def _instant(origin: Origin, previous: PlannedVersion | None, remarks: list[str]) -> datetime:
    if previous is None or origin.committed > previous.instant:
        return origin.committed
    instant = previous.instant + _SECOND
    remarks.append(
        f"{_named(origin)} was not made after the version before it, says its clock; "
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
