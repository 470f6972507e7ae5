"""The two clients for apps: `Policies` for synchronous code, `AsyncPolicies` for asyncio.

Invariants: the answer of a host never causes an exception, except in calls that request a text; a caller with a cached
manifest never waits for the network, and a caller without one waits at most for the time limit.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any, Final

from inforce.acceptance import Decision, DeferralForm, RecordForm, Role, SubjectForm, decide
from inforce.client.changes import Changes, WantedChanges
from inforce.client.core import Core
from inforce.client.limits import Limits
from inforce.client.problem import problem
from inforce.client.proof import WantedDigests, digests_of, listed_policy, may_heal
from inforce.client.questions import Circumstances, question
from inforce.client.results import RefreshReport, RefusedError
from inforce.client.session import Session
from inforce.client.state import ClientState, KnownVersion
from inforce.client.state_file import StateFile
from inforce.client.texts import PolicyText, TextStore, WantedText
from inforce.client.transport import Steps, T, carried, carried_and_waited, fetch, fetch_and_wait
from inforce.client.trust import Trust
from inforce.errors import DigestMismatchError
from inforce.manifest import Manifest, ManifestPolicy, PolicyDigests
from inforce.manifest.words import MAIN_PATH
from inforce.text import Digest

_CHANCE = random.SystemRandom().random
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _in_silence(report: RefreshReport) -> None:
    """Discard a report."""


class _Client:
    """The parts of both clients that do not wait."""

    def __init__(
        self,
        site: str,
        *,
        manifest: str = MAIN_PATH,
        keys: Iterable[Mapping[str, Any]] = (),
        state_file: Path | str | None = None,
        snapshot: bytes | None = None,
        limits: Limits | None = None,
        on_report: Callable[[RefreshReport], None] = _in_silence,
        clock: Callable[[], datetime] = _utc_now,
        chance: Callable[[], float] = _CHANCE,
    ) -> None:
        """Create a client of `site`, the absolute https address of a policy site.

        `manifest` is the path of the manifest to poll, relative to the site: `manifests/shop.json` lists some policies
        only. `keys` are public JWKs: with them the client accepts only manifests that one of them signed. `state_file`
        keeps the state across restarts and shares it between processes. `snapshot` is a manifest, as fetched, bundled
        with the app. `on_report` is called with the report of every refresh. Raise ValueError or SignatureError if
        `site`, `manifest` or a key is invalid.
        """
        self._limits = limits or Limits()
        trust = Trust.of(site, tuple(keys), manifest)
        core = Core(trust=trust, limits=self._limits)
        path, trusted = state_file and Path(state_file), trust.key_ids
        file = StateFile(path=path, site=site, trusted=trusted, manifest=manifest) if path else None
        self._session = Session(core, file, clock=clock, chance=chance, on_report=on_report)
        self._shelf = TextStore()
        self._digests: dict[str, tuple[Digest, PolicyDigests]] = {}
        self._running: set[object] = set()  # an event loop keeps only weak references to its tasks
        if snapshot:
            self._session.offer(snapshot)

    @property
    def manifest(self) -> Manifest | None:
        """The last good manifest; None if none was obtained yet."""
        return self._session.memory.manifest

    @property
    def report(self) -> RefreshReport | None:
        """The report of the last refresh in this process."""
        return self._session.report

    def problem(self, decision: Decision) -> dict[str, Any]:
        """Return the policies due by `decision` as a problem document (RFC 9457) for a 403 response."""
        return problem(decision, self.manifest, self._site)

    def _decide(
        self, records: Iterable[RecordForm], subject: str | SubjectForm, circumstances: Circumstances
    ) -> Decision:
        return decide(question(self._session.memory, self._session.now, records, subject, circumstances))

    def _text(self, policy: str, seq: int, language: str) -> Steps[PolicyText]:
        memory = self._session.memory
        # A version of a proven manifest stays proven after it, or its whole policy, has left the manifest.
        version = memory.known.get(policy, {}).get(seq) if memory.manifest else None
        if version is None:
            digests = yield from self._proven_digests(memory, listed_policy(memory, policy, seq))
            version = KnownVersion.of(digests_of(digests, seq).version)
        listed = memory.manifest.policy(policy) if memory.manifest else None
        wanted = WantedText.of(policy, seq, version, [language, *([listed.binding_language] if listed else [])])
        if cached := self._shelf.find(wanted):
            return cached
        return self._shelf.put(wanted.received((yield wanted.request(self._site, self._limits))))

    def _changes(self, policy: str, base_seq: int, target_seq: int, language: str) -> Steps[Changes]:
        memory = self._session.memory
        listed = listed_policy(memory, policy, base_seq)
        digests = yield from self._proven_digests(memory, listed)
        wanted = WantedChanges.of(listed, digests, base_seq, target_seq, language)
        return wanted.received((yield wanted.request(self._site, self._limits)), self._site)

    def _proven_digests(self, memory: ClientState, listed: ManifestPolicy) -> Steps[PolicyDigests]:
        """Return the digests that the manifest in `memory` proves for `listed`; fetch them once per manifest."""
        wanted = WantedDigests.of(memory, listed)
        digest, digests = self._digests.get(listed.id, (None, None))
        if digests is None or digest != wanted.digest:
            digests = wanted.received((yield wanted.request(self._site, self._limits)), self._site)
            self._digests[listed.id] = (wanted.digest, digests)
        return digests

    @property
    def _serial(self) -> int | None:
        return self.manifest.serial if self.manifest else None

    @property
    def _site(self) -> str:
        return self._session.core.trust.site


class Policies(_Client):
    """A client for synchronous code, safe to share between threads; one per process and site is enough."""

    def refresh(self, *, force: bool = False) -> RefreshReport | None:
        """Poll the site for a newer manifest and wait for the answer.

        Return None immediately if the poll is not due or another caller has a request in progress. With `force` it is
        due one minute after the last request, doubled by each failure up to an hour; use it for a receipt that names a
        newer manifest than this client has.
        """
        with self._session.turn(force=force) as request:
            if request is None:
                return None
            try:
                return self._session.take(fetch_and_wait(request, self._limits))
            except RefusedError as refusal:
                return self._session.take(refusal)

    def check(
        self,
        records: Iterable[RecordForm],
        subject: str | SubjectForm,
        *,
        languages: Sequence[str] = (),
        audience: Sequence[str] = (),
        seen: Mapping[str, int] = _NONE,
        deferred: Mapping[str, DeferralForm] = _NONE,
        role: Role = "server",
    ) -> Decision:
        """Return the decision: what `subject`, whose confirmed answers are `records`, owes now.

        If a poll is due, it runs in the background; this call waits for it only if there is no manifest yet.

        - `records`: the user's records as the app stores them; see “The record” in the documentation for apps.
        - `subject`: the user's id, or an object with `id`, `since` (when the user joined) and `linked` (other ids).
        - `languages`: tags of the languages that the user reads, best first.
        - `audience`: the tags that apply to the user; policies for other audiences do not concern them.
        - `seen`: by policy, the number of the newest version that was shown to the user.
        - `deferred`: by policy, the deferral of the user, as a decision permits it.
        - `role`: `client` if the app runs on the user's own device; then unconfirmed records count.

            >>> decision = policies.check(user.records, user.id, languages=["de", "en"])  # doctest: +SKIP
            >>> decision["outcome"]  # doctest: +SKIP
            'prompt'

        Raise ShapeError, with the path, if an argument cannot be read. A host never causes an exception here.
        """
        if self._session.is_due:
            if self.manifest is None:
                self.refresh()
            else:
                Thread(target=self.refresh, name="inforce-refresh", daemon=True).start()
        circumstances = Circumstances(languages, audience, seen, deferred, role)
        return self._decide(records, subject, circumstances)

    def text(self, policy: str, seq: int, language: str) -> PolicyText:
        """Fetch the text of the version `seq` of `policy` in `language`, or in the binding language if it is not
        available.

        The text is verified by the digest in the manifest; after a mismatch the manifest is refreshed once. Raise
        UnknownVersionError, DigestMismatchError, or RefusedError if the site does not answer.
        """
        return self._proven(lambda: self._text(policy, seq, language))

    def changes(self, policy: str, base_seq: int, target_seq: int, language: str) -> Changes:
        """Fetch the changes in `policy` from the version `base_seq` to `target_seq`, as a decision contains them.

        They are in `language`, or in the binding language if one of the two versions is not available in it. They are
        verified by a digest that the manifest proves; after a mismatch the manifest is refreshed once. Raise
        UnknownVersionError, DigestMismatchError, or RefusedError if the site does not answer.
        """
        return self._proven(lambda: self._changes(policy, base_seq, target_seq, language))

    def _proven(self, steps: Callable[[], Steps[T]]) -> T:
        """Return the result of `steps`; refresh the manifest once if the site seems to have been republished."""
        if self.manifest is None:
            self.refresh()
        serial = self._serial
        try:
            return carried_and_waited(steps(), self._limits)
        except (DigestMismatchError, RefusedError) as problem:
            if not may_heal(problem):
                raise
            self.refresh(force=True)
            if self._serial == serial:
                raise
        return carried_and_waited(steps(), self._limits)


class AsyncPolicies(_Client):
    """A client for asyncio; one per process and site is enough."""

    async def refresh(self, *, force: bool = False) -> RefreshReport | None:
        """Poll the site for a newer manifest and wait for the answer.

        Return None immediately if the poll is not due or another caller has a request in progress. With `force` it is
        due one minute after the last request, doubled by each failure up to an hour; use it for a receipt that names a
        newer manifest than this client has.
        """
        with self._session.turn(force=force) as request:
            if request is None:
                return None
            try:
                answer = await fetch(request, self._limits)
            except RefusedError as refusal:
                return await asyncio.to_thread(self._session.take, refusal)
            return await asyncio.to_thread(self._session.take, answer)

    async def check(
        self,
        records: Iterable[RecordForm],
        subject: str | SubjectForm,
        *,
        languages: Sequence[str] = (),
        audience: Sequence[str] = (),
        seen: Mapping[str, int] = _NONE,
        deferred: Mapping[str, DeferralForm] = _NONE,
        role: Role = "server",
    ) -> Decision:
        """Return the decision: what `subject`, whose confirmed answers are `records`, owes now.

        If a poll is due, it runs in the background; this call waits for it only if there is no manifest yet.

        - `records`: the user's records as the app stores them; see “The record” in the documentation for apps.
        - `subject`: the user's id, or an object with `id`, `since` (when the user joined) and `linked` (other ids).
        - `languages`: tags of the languages that the user reads, best first.
        - `audience`: the tags that apply to the user; policies for other audiences do not concern them.
        - `seen`: by policy, the number of the newest version that was shown to the user.
        - `deferred`: by policy, the deferral of the user, as a decision permits it.
        - `role`: `client` if the app runs on the user's own device; then unconfirmed records count.

            >>> decision = policies.check(user.records, user.id, languages=["de", "en"])  # doctest: +SKIP
            >>> decision["outcome"]  # doctest: +SKIP
            'prompt'

        Raise ShapeError, with the path, if an argument cannot be read. A host never causes an exception here.
        """
        if self._session.is_due:
            if self.manifest is None:
                await self.refresh()
            else:
                task = asyncio.create_task(self.refresh())
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        circumstances = Circumstances(languages, audience, seen, deferred, role)
        return self._decide(records, subject, circumstances)

    async def text(self, policy: str, seq: int, language: str) -> PolicyText:
        """Fetch the text of the version `seq` of `policy` in `language`, or in the binding language if it is not
        available.

        The text is verified by the digest in the manifest; after a mismatch the manifest is refreshed once. Raise
        UnknownVersionError, DigestMismatchError, or RefusedError if the site does not answer.
        """
        return await self._proven(lambda: self._text(policy, seq, language))

    async def changes(self, policy: str, base_seq: int, target_seq: int, language: str) -> Changes:
        """Fetch the changes in `policy` from the version `base_seq` to `target_seq`, as a decision contains them.

        They are in `language`, or in the binding language if one of the two versions is not available in it. They are
        verified by a digest that the manifest proves; after a mismatch the manifest is refreshed once. Raise
        UnknownVersionError, DigestMismatchError, or RefusedError if the site does not answer.
        """
        return await self._proven(lambda: self._changes(policy, base_seq, target_seq, language))

    async def _proven(self, steps: Callable[[], Steps[T]]) -> T:
        """Return the result of `steps`; refresh the manifest once if the site seems to have been republished."""
        if self.manifest is None:
            await self.refresh()
        serial = self._serial
        try:
            return await carried(steps(), self._limits)
        except (DigestMismatchError, RefusedError) as problem:
            if not may_heal(problem):
                raise
            await self.refresh(force=True)
            if self._serial == serial:
                raise
        return await carried(steps(), self._limits)
