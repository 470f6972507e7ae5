"""The core of a client: what to fetch, and what an answer does to what is known. No clock, no disk, no network.

Keeps true: the order of checks the specification gives; every refusal keeps the last good manifest and says why; after
every answer, good or bad, it is known when to ask again.
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
    """A client's rules, given whom it trusts and what a fetch may cost."""

    trust: Trust
    limits: Limits

    def request(self, memory: ClientState) -> Request:
        """Ask for the manifest; with a last good copy, only for a newer one."""
        conditional = {"if-none-match": memory.etag} if memory.manifest and memory.etag else {}
        return Request(url=self.trust.address, limit=self.limits.manifest, headers=conditional)

    def answered(
        self, memory: ClientState, response: Response, now: datetime, chance: float
    ) -> tuple[ClientState, RefreshReport]:
        """Take `response`, which arrived at `now`, into `memory`; `chance`, from 0 up to 1, spreads what comes next."""
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
        """Keep what `memory` holds for the reason `refusal` gives, and ask again later."""
        failures = memory.failures + 1
        wait = after_failure(
            _pace(memory), failures, chance, has_copy=memory.manifest is not None, asked=refusal.retry_after
        )
        report = RefreshReport(outcome=Outcome.KEPT, at=now, reason=refusal.reason, detail=refusal.detail)
        return replace(memory, checked_at=now, due_at=now + wait, failures=failures), report

    @staticmethod
    def busy_until(answer: Response | RefusedError, now: datetime) -> datetime | None:
        """Return until when a busy host asked in `answer` not to be asked again."""
        if isinstance(answer, RefusedError) or answer.status not in _BUSY:
            return None
        wait = retry_after(answer, now)
        return now + timedelta(seconds=wait) if wait else None

    def offered(self, memory: ClientState, body: bytes, now: datetime) -> ClientState:
        """Take the manifest in `body`, which came with the app, where it is newer than what `memory` holds.

        No host tells the time, so one dated after `now` is used in this process alone.

        RefusedError where it is none that this client would take from its site.
        """
        with refusing("the manifest that came with the app"):
            manifest, payload = self.trust.manifest(body, self.limits.manifest)
            if memory.manifest and manifest.serial <= memory.last_serial:
                return memory
            return self._judged(memory, manifest, payload, body, None, now)

    def recalled(self, memory: ClientState) -> ClientState:
        """Verify again the manifest that `memory` was written down with.

        RefusedError where it is no longer one that this client would take from its site.
        """
        if not memory.body:
            return memory
        with refusing("the saved manifest"):
            manifest, _ = self.trust.manifest(memory.body, self.limits.manifest)
            return replace(memory, manifest=manifest)

    def _taken(self, memory: ClientState, response: Response, now: datetime) -> ClientState:
        if response.status == 304:
            if memory.manifest is None or not memory.etag:
                raise RefusedError(Reason.UNEXPECTED_304, "the host says nothing changed, and there is no copy yet")
            return memory
        if response.status != 200:
            raise _by_status(response, now)
        if response.media_type != "application/json":
            detail = (
                f"expected application/json, got {quoted(response.media_type)}: this may be a page, not the manifest"
            )
            raise RefusedError(Reason.CONTENT_TYPE, detail)
        manifest, payload = self.trust.manifest(response.body, self.limits.manifest)
        return self._judged(memory, manifest, payload, response.body, response, now)

    def _judged(
        self,
        memory: ClientState,
        manifest: Manifest,
        payload: bytes,
        body: bytes,
        response: Response | None,
        now: datetime,
    ) -> ClientState:
        """Take `manifest` into `memory`; `response` is the host's answer that brought it, None for a snapshot."""
        memory = memory.lasting or memory
        told = server_time(response) if response else None
        if response:
            memory = forget_future(memory, told, now)
        if told is None and manifest.issued_at > now:
            return accepted_until_restart(memory, manifest, payload, body)
        if told is not None:
            refuse_future(manifest, told, now)
        etag = entity_tag(response) if response else ""
        return accepted(memory, manifest, payload, body, etag, self.trust.signers(body))


def _by_status(response: Response, now: datetime) -> RefusedError:
    detail = f"expected status 200, got {response.status}"
    if response.status in _BUSY:
        return RefusedError(Reason.BUSY, detail, retry_after=retry_after(response, now))
    return RefusedError(Reason.MISSING if response.status in MISSING_STATUSES else Reason.STATUS, detail)


def _pace(memory: ClientState) -> int:
    return memory.manifest.poll_seconds if memory.manifest else DEFAULT_POLL_SECONDS
