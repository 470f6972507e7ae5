"""The core of the client: what to fetch, and how an answer changes the state. No clock, no disk, no network.

Invariants: checks run in the order of the specification; every refusal keeps the last good manifest and has a reason;
after every answer, good or bad, the time of the next poll is set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inforce.client.backoff import DEFAULT_POLL_SECONDS, after_answer, after_failure
from inforce.client.http import MISSING_STATUSES, Request, Response, entity_tag, retry_after, server_time
from inforce.client.limits import Limits
from inforce.client.results import Outcome, Reason, RefreshReport, RefusedError, refusing
from inforce.client.state import ClientState
from inforce.client.trust import Trust
from inforce.client.update_rules import accepted, accepted_until_restart, clocked, forget_future, refuse_future
from inforce.errors import quoted
from inforce.manifest import Manifest

_BUSY = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The rules of a client with the given trust and limits."""

    trust: Trust
    limits: Limits

    def request(self, memory: ClientState) -> Request:
        """Return the request for the manifest; with a cached copy it is conditional."""
        conditional = {"if-none-match": memory.etag} if memory.manifest and memory.etag else {}
        return Request(url=self.trust.address, limit=self.limits.manifest, headers=conditional)

    def on_response(
        self, memory: ClientState, response: Response, now: datetime, chance: float
    ) -> tuple[ClientState, RefreshReport]:
        """Return the new state and the report for `response`, received at `now`; `chance` in [0, 1) spreads the next
        poll.
        """
        try:
            with refusing("the answer"):
                taken = self._taken(memory, response, now)
                same = taken.manifest == memory.manifest
                clock = clocked(taken, server_time(response), now)
        except RefusedError as refusal:
            return self.refused(memory, refusal, now, chance)
        outcome = Outcome.UNCHANGED if same else Outcome.UPDATED
        wait = after_answer(_pace(taken), chance)
        return replace(clock, checked_at=now, due_at=now + wait, failures=0), RefreshReport(outcome=outcome, at=now)

    def refused(
        self, memory: ClientState, refusal: RefusedError, now: datetime, chance: float
    ) -> tuple[ClientState, RefreshReport]:
        """Return `memory` unchanged except for the time of the next poll, and a report of `refusal`."""
        failures = memory.failures + 1
        wait = after_failure(
            _pace(memory), failures, chance, has_copy=memory.manifest is not None, requested=refusal.retry_after
        )
        report = RefreshReport(outcome=Outcome.KEPT, at=now, reason=refusal.reason, detail=refusal.detail)
        return replace(memory, checked_at=now, due_at=now + wait, failures=failures), report

    @staticmethod
    def busy_until(answer: Response | RefusedError, now: datetime) -> datetime | None:
        """Return the time before which `answer` asks the client not to poll again; None if it does not."""
        if isinstance(answer, RefusedError) or answer.status not in _BUSY:
            return None
        wait = retry_after(answer, now)
        return now + timedelta(seconds=wait) if wait else None

    def load_bundled(self, memory: ClientState, body: bytes, now: datetime) -> ClientState:
        """Return `memory` with the manifest in `body`, a bundled snapshot, if it is newer than the known one.

        Without a server time, a snapshot dated after `now` is used in this process only.

        Raise RefusedError if this client would not accept the manifest from its site.
        """
        with refusing("the manifest that came with the app"):
            manifest, payload = self.trust.manifest(body, self.limits.manifest)
            if memory.manifest and manifest.serial <= memory.last_serial:
                return memory
            return self._accepted(memory, manifest, payload, body, None, now)

    def load_saved(self, memory: ClientState) -> ClientState:
        """Verify the manifest of a saved `memory` again.

        Raise RefusedError if this client would no longer accept it from its site.
        """
        if not memory.body:
            return memory
        with refusing("the saved manifest"):
            manifest, _ = self.trust.manifest(memory.body, self.limits.manifest)
            return replace(memory, manifest=manifest)

    def _taken(self, memory: ClientState, response: Response, now: datetime) -> ClientState:
        if response.status == 304:
            if memory.manifest is None or not memory.etag:
                raise RefusedError(Reason.UNEXPECTED_304, "the host answered 304, but there is no cached manifest")
            return memory
        if response.status != 200:
            raise _by_status(response, now)
        if response.media_type != "application/json":
            expected = f"expected application/json, got {quoted(response.media_type)}"
            detail = f"{expected}: this may be a web page instead of the manifest"
            raise RefusedError(Reason.CONTENT_TYPE, detail)
        manifest, payload = self.trust.manifest(response.body, self.limits.manifest)
        return self._accepted(memory, manifest, payload, response.body, response, now)

    def _accepted(
        self,
        memory: ClientState,
        manifest: Manifest,
        payload: bytes,
        body: bytes,
        response: Response | None,
        now: datetime,
    ) -> ClientState:
        """Return `memory` with `manifest`; `response` is the HTTP response it came in, None for a snapshot."""
        memory = memory.lasting or memory
        host_time = server_time(response) if response else None
        if response:
            memory = forget_future(memory, host_time, now)
        if host_time is None and manifest.issued_at > now:
            return accepted_until_restart(memory, manifest, payload, body)
        if host_time is not None:
            refuse_future(manifest, host_time, now)
        etag = entity_tag(response) if response else ""
        return accepted(memory, manifest, payload, body, etag, self.trust.signers(body))


def _by_status(response: Response, now: datetime) -> RefusedError:
    detail = f"expected status 200, got {response.status}"
    if response.status in _BUSY:
        return RefusedError(Reason.BUSY, detail, retry_after=retry_after(response, now))
    return RefusedError(Reason.MISSING if response.status in MISSING_STATUSES else Reason.STATUS, detail)


def _pace(memory: ClientState) -> int:
    return memory.manifest.poll_seconds if memory.manifest else DEFAULT_POLL_SECONDS
