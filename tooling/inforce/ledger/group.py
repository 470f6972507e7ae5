"""What one turn of the writer adds, and for whom.

Invariants: numbers are dense; a reference has one subject in a group, and an id one record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from inforce.ledger.entries import Randomness, leaf_of
from inforce.ledger.growth import Growth
from inforce.ledger.sealing import SubjectKey


class Added(NamedTuple):
    """The result of adding a receipt.

    - `state`: `created`, `same` (kept before), `conflict` (the id has other content) or `erased`
    - `n`, `received_at`, `verdict`: of the kept record; -1 and empty if there is none
    """

    id: str
    state: str
    n: int = -1
    received_at: str = ""
    verdict: str = ""


class KnownSubject(NamedTuple):
    """A subject that was not erased."""

    sid: int
    key: SubjectKey


@dataclass(slots=True, eq=False)
class Addition:
    """Receipts to add for one caller, and the future of the results."""

    receipts: Sequence[Mapping[str, Any]]
    caller: str
    verdicts: Sequence[str]
    done: asyncio.Future[Any]


@dataclass(slots=True, eq=False)
class Turn:
    """A function that has the writer for itself, and the future of its result."""

    work: Callable[[], Any]
    done: asyncio.Future[Any]


@dataclass(slots=True)
class Commits:
    """The commits of this process: how many, the entries in them, and the seconds until they were durable."""

    count: int = 0
    entries: int = 0
    seconds: float = 0.0


class Waiting(NamedTuple):
    """The receipts that wait for a verdict: how many, and the seconds that the oldest has waited."""

    number: int
    oldest: float


@dataclass(slots=True)
class TurnGroup:
    """What one commit adds; `names` has the pseudonym of each reference in it."""

    growth: Growth
    received: tuple[int, str]
    random: Iterator[Randomness]
    names: Mapping[str, bytes]
    rows: list[dict[str, Any]] = field(default_factory=list)
    new_subjects: dict[bytes, KnownSubject] = field(default_factory=dict)
    ids: dict[tuple[str, str], tuple[Mapping[str, Any], Added]] = field(default_factory=dict)

    def append(self, row: dict[str, Any]) -> int:
        """Add `row` with the next number, and return the number."""
        row["n"] = n = self.growth.size
        self.growth.append(leaf_of(row))
        self.rows.append(row)
        return n


class LogDraft(NamedTuple):
    """A record to append once.

    - `reference`: the subject whose key seals it
    - `identity`: what distinguishes it from other records of this subject; a second one with the same is not appended
    - `row`: function that returns its row without number, from its id, its subject, random bytes, and the time
    """

    reference: str
    identity: str
    row: Callable[[str, KnownSubject, Randomness, tuple[int, str]], dict[str, Any]]


class Appended(NamedTuple):
    """The number of an appended record, and whether it is new."""

    n: int
    is_new: bool
