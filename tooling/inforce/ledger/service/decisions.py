"""Answer what subjects owe: one at a time with the records that decide it, or those of a long list who owe an answer.

Invariants: both answer the same for the same subject; a long list is neither stored nor held in memory as objects, and
other requests are answered meanwhile.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from inforce.acceptance import Decision
from inforce.client import AsyncPolicies
from inforce.client.frameworks.records import addressed
from inforce.errors import ShapeError
from inforce.instant import parse_rfc3339
from inforce.ledger.due import AnswerGiven, DueGroups, is_due
from inforce.ledger.ledger import Ledger
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.requests import parse_body, parse_fields, reference
from inforce.ledger.service.responses import json_line

DUE_BYTES: Final = 64 * 1024 * 1024
_SLICE: Final = 200  # references that are looked up before other requests get a turn
_CACHED: Final = 10_000
_STATED: Final = ("id", "target_seq", "outcome", "reason", "deadline")
_FIELDS: Final = frozenset({"subject", "since", "audience"})


def counting(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those of `records` that count: a contradicted one never does, and a client does not know verdicts."""
    return [record for record in records if record["verdict"] != "contradicted"]


async def decided(
    ledger: Ledger, policies: AsyncPolicies, subject: str, since: object = None, **circumstances: Any
) -> tuple[Decision, Sequence[Mapping[str, Any]]]:
    """Return what `subject` owes now, and its records; raise ProblemError for circumstances that cannot be read."""
    records = addressed(await ledger.records(subject), subject)
    form = {"id": subject, **({} if since is None else {"since": since})}
    try:
        return await policies.check(counting(records), form, **circumstances), records
    except (ShapeError, TypeError) as wrong:
        raise ProblemError("malformed", str(wrong)) from None


class Asked(NamedTuple):
    """A line of a long list: the reference of a subject, when it joined, and its audience."""

    subject: str
    since: str | None
    joined: datetime | None
    audience: tuple[str, ...]

    @classmethod
    def parse(cls, line: bytes) -> Asked:
        """Return the reference or the object in `line`, JSON; raise ProblemError for anything else."""
        value = parse_body(line)
        fields = parse_fields({"subject": value} if isinstance(value, str) else value, _FIELDS)
        since, audience = fields.get("since"), fields.get("audience") or []
        if not isinstance(audience, list) or not all(isinstance(tag, str) for tag in audience):
            raise ProblemError("malformed", "audience: expected a list of texts")
        try:
            joined = None if since is None else parse_rfc3339(since)
        except (ValueError, TypeError) as wrong:
            raise ProblemError("malformed", f"since: {wrong}") from None
        return cls(reference(fields.get("subject"), "subject"), since, joined, tuple(audience))


class DueList:
    """The answers for a long list of subjects; a decision serves all subjects of a group.

    :param ledger: the ledger
    :param policies: the client of the policy site
    :param told: whether to list subjects who owe no answer, but must be told of a version, too
    """

    def __init__(self, ledger: Ledger, policies: AsyncPolicies, *, told: bool) -> None:
        self._ledger = ledger
        self._policies = policies
        self._told = told
        self._groups: DueGroups | None = None
        self._known: dict[Hashable, bytes] = {}
        self._until: datetime | None = None

    async def lines(self, body: bytes) -> AsyncIterator[bytes]:
        """Yield a line for each subject in `body` who owes something, and one for each line that cannot be read."""
        numbered = enumerate(io.BytesIO(body), 1)
        while some := list(islice(numbered, _SLICE)):
            yield b"".join([line async for line in self._answered(some)])
            await asyncio.sleep(0)

    async def _answered(self, numbered: Sequence[tuple[int, bytes]]) -> AsyncIterator[bytes]:
        self._renew()
        asked: list[Asked] = []
        for number, line in numbered:
            if not line.strip():
                continue
            try:
                asked.append(Asked.parse(line))
            except ProblemError as problem:
                yield json_line({"line": number, **problem.document}) + b"\n"
        given = self._ledger.answers.of([each.subject for each in asked])
        for each in asked:
            if due := await self._due(each, given.get(each.subject, ())):
                yield b'{"subject":' + json_line(each.subject) + b',"policies":' + due + b"}\n"

    async def _due(self, asked: Asked, given: Sequence[AnswerGiven]) -> bytes:
        """Return what is due from a subject as JSON; empty if nothing is."""
        group = self._groups.group(given, asked.joined, asked.audience) if self._groups else None
        if group is not None and group in self._known:
            return self._known[group]
        decision, _ = await decided(
            self._ledger, self._policies, asked.subject, asked.since, audience=list(asked.audience)
        )
        due = [
            {name: policy[name] for name in _STATED}
            for policy in decision["policies"]
            if is_due(policy["outcome"], told=self._told)
        ]
        found = json_line(due) if due else b""
        if group is not None:
            self._known[group] = found
            self._end_at(decision["next_at"])
        return found

    def _renew(self) -> None:
        """Forget the groups if the manifest is another one, if a decision may have changed, or if there are many."""
        manifest = self._policies.manifest
        is_other = manifest is None or self._groups is None or self._groups.serial != manifest.serial
        is_over = self._until is not None and self._until <= datetime.now(UTC)
        if is_other or is_over or len(self._known) >= _CACHED:
            self._groups = DueGroups(manifest) if manifest else None
            self._known.clear()
            self._until = None

    def _end_at(self, next_at: str | None) -> None:
        if next_at is not None:
            coming = parse_rfc3339(next_at)
            self._until = coming if self._until is None else min(self._until, coming)
