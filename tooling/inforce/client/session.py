"""The session shared by both clients: the state in use, its file, and a lock so that one caller at a time polls.

Invariants: a caller with a cached manifest never blocks on another caller's refresh; the state in use was verified;
every refusal is reported.
Not responsible for: opening connections, which the clients do.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import Lock

from inforce.client.core import Core
from inforce.client.deadline import finish_within
from inforce.client.http import Request, Response
from inforce.client.questions import instant_text
from inforce.client.results import Outcome, Reason, RefreshReport, RefusedError
from inforce.client.state import ClientState
from inforce.client.state_file import StateFile


class Session:
    """The state of one site in one process, and the turns of its callers to poll."""

    def __init__(
        self,
        core: Core,
        file: StateFile | None,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        on_report: Callable[[RefreshReport], None],
    ) -> None:
        """Start with the state in `file`; `clock` returns the time, `chance` a random number in [0, 1)."""
        self.core = core
        self.report: RefreshReport | None = None
        self._file = file
        self._clock = clock
        self._chance = chance
        self._on_report = on_report
        self._memory = ClientState()
        self._busy_until: datetime | None = None
        self._turn, self._process = Lock(), os.getpid()
        with self._reporting():
            self._memory = self._found() or self._memory

    @property
    def memory(self) -> ClientState:
        """The current state."""
        return self._memory

    @property
    def now(self) -> datetime:
        """The time by the clock of this machine; ShapeError if `clock` returns a time without a zone."""
        now = self._clock()
        if now.utcoffset() is None:
            instant_text(now, "clock")
        return now

    def offer(self, snapshot: bytes) -> None:
        """Use the bundled manifest `snapshot` if it is newer than the known one."""
        with self._reporting():
            self._memory = self.core.load_bundled(self._memory, snapshot, self.now)

    @property
    def is_due(self) -> bool:
        """Return whether a poll is due and no other caller is polling."""
        return self._memory.is_due(self.now) and not self._turn_of_this_process().locked()

    @contextlib.contextmanager
    def turn(self, *, force: bool = False) -> Iterator[Request | None]:
        """Yield the request to send; None if it is not due or another caller has a request in progress.

        With `force`, the shorter back-off of forced requests applies; a `Retry-After` of the host applies in any case.
        """
        turn = self._turn_of_this_process()
        if not self._may_ask(force) or not turn.acquire(blocking=False):
            yield None
            return
        try:
            self._learn_from_others()
            yield self.core.request(self._memory) if self._may_ask(force) else None
        finally:
            turn.release()

    def _may_ask(self, force: bool) -> bool:
        if self._memory.is_due(self.now):
            return True
        busy = self._busy_until is not None and self.now < self._busy_until
        return force and not busy and self._memory.may_be_forced(self.now)

    def take(self, answer: Response | RefusedError) -> RefreshReport:
        """Apply the answer to a request to the state, save it, and return the report."""
        now, chance, before = self.now, self._chance(), self._memory
        self._busy_until = self.core.busy_until(answer, now)
        memory, report = self._processed(answer, now, chance)
        try:
            self._memory = self._saved(memory)
        except RefusedError as refusal:
            if refusal.reason is Reason.STATE_FILE:
                self._memory, report = memory, _unsaved(report, refusal)
            else:
                self._memory, report = self.core.refused(before, refusal, now, chance)
        self._tell(report)
        return report

    def _processed(
        self, answer: Response | RefusedError, now: datetime, chance: float
    ) -> tuple[ClientState, RefreshReport]:
        before = self._memory
        try:
            if isinstance(answer, RefusedError):
                raise answer
            process = partial(self.core.on_response, before, answer, now, chance)
            return finish_within(self.core.limits.seconds, "the manifest", process)
        except RefusedError as refusal:
            return self.core.refused(before, refusal, now, chance)

    def _saved(self, memory: ClientState) -> ClientState:
        if self._file is None or memory.lasting:
            return memory
        newest = self._file.write(memory)
        return memory if newest is memory else self._verified(newest)

    def _learn_from_others(self) -> None:
        """Use the state in the file if another process polled since, so that this process need not poll."""
        with contextlib.suppress(RefusedError):
            state = self._found()
            if state and state.last_serial >= self._memory.last_serial and not state.is_due(self.now):
                self._memory = state

    def _found(self) -> ClientState | None:
        stored = self._file.read() if self._file else None
        return self._verified(stored) if stored else None

    def _verified(self, state: ClientState) -> ClientState:
        try:
            return self.core.load_saved(state)
        except RefusedError as refusal:
            self._tell(RefreshReport(outcome=Outcome.KEPT, at=self.now, reason=refusal.reason, detail=refusal.detail))
            return replace(state, body=b"", etag="", due_at=None)

    def _turn_of_this_process(self) -> Lock:
        # A fork copies the lock but not the thread that would release it.
        if self._process != os.getpid():
            self._turn, self._process = Lock(), os.getpid()
        return self._turn

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except RefusedError as refusal:
            self._tell(RefreshReport(outcome=Outcome.KEPT, at=self.now, reason=refusal.reason, detail=refusal.detail))

    def _tell(self, report: RefreshReport) -> None:
        self.report = report
        self._on_report(report)


def _unsaved(report: RefreshReport, refusal: RefusedError) -> RefreshReport:
    """Return `report` with the fact that the state could not be saved."""
    if report.reason is None:
        return replace(report, reason=refusal.reason, detail=refusal.detail)
    return replace(report, detail=f"{report.detail}; {refusal.detail}")
