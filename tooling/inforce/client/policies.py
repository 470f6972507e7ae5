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
        """Create a client; nothing is fetched until a method is called.

        :param site: address of the policy site: https and ending in `/`; http only on localhost
        :param manifest: path of the manifest below `site`; `manifests/shop.json` lists some policies only
        :param keys: public keys as JWKs (RFC 7517); with them, only manifests signed by one of them are accepted
        :param state_file: file that keeps the state across restarts and shares it between processes; None: no file
        :param snapshot: a manifest bundled with the app, as fetched; it is used until a newer one is available
        :param limits: limits of each fetch; None: `Limits()`
        :param on_report: function that is called with the `RefreshReport` of every refresh; default: no function
        :param clock: for tests: function that returns the time, with its zone; default: the time of this machine
        :param chance: for tests: function that returns a random number in [0, 1)
        :raises ValueError: if `site` or `manifest` is invalid
        :raises SignatureError: if a key is invalid, private, or of an unsupported kind
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
        """The last good manifest, a `Manifest`; None if none was obtained yet."""
        return self._session.memory.manifest

    @property
    def report(self) -> RefreshReport | None:
        """The report of the last refresh in this process; None if there was none."""
        return self._session.report

    def problem(self, decision: Decision) -> dict[str, Any]:
        """Return the policies that a decision asks for as a problem document (RFC 9457) for a 403 response.

            >>> policies.problem(policies.check([], "u_8f3c"))["title"]
            'Policies must be accepted first'

        :param decision: the result of `check`; policies with the outcome `prompt` or `block` are included
        """
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
            proving = listed_policy(memory, policy, seq)
            digests = yield from self._proven_digests(memory, proving)
            version = KnownVersion.of(digests_of(digests, seq).version, proving)
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
    """A client for synchronous code, safe to share between threads; one per process and site is enough.

    >>> policies = Policies("https://policies.shop.example/")
    >>> policies.check([], "u_8f3c")["outcome"]
    'block'
    """

    def refresh(self, *, force: bool = False) -> RefreshReport | None:
        """Return the report of a poll for a newer manifest; None at once if no poll is due or another caller polls.

        A host never causes an exception here; the report has the reason. `check` polls when a poll is due.

            >>> print(policies.refresh())
            updated

        :param force: if True, a poll is due one minute after the last request, doubled by each failure up to an hour;
            use it for a receipt with the serial of a newer manifest
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
        """Return the decision: what the user owes now.

        If a poll is due, it runs in the background; this call waits for it only if there is no manifest yet. A host
        never causes an exception here.

            >>> decision = policies.check([], "u_8f3c", languages=["de-AT", "en"])
            >>> [(policy["id"], policy["reason"], policy["language"]) for policy in decision["policies"]]
            [('terms', 'first-time', 'de')]

        :param records: the user's records as the app stores them (dicts like `RecordForm`), in any order
        :param subject: id of the user, or a dict like `SubjectForm` with `id`, `since` and `linked`
        :param languages: language tags (BCP 47) that the user reads, best first (RFC 4647, section 3.4)
        :param audience: tags that apply to the user; a policy for other audiences does not concern them
        :param seen: by policy id, the `seq` of the newest version that was shown to the user
        :param deferred: by policy id, the user's deferral (a dict like `DeferralForm`), if a decision permitted it
        :param role: `server`, or `client` on the user's own device, where unconfirmed records count too
        :raises ShapeError: if an id, instant, tag or number is invalid, except in a record; `path` is its field in the
            question for `decide`
        """
        if self._session.is_due:
            if self.manifest is None:
                self.refresh()
            else:
                Thread(target=self.refresh, name="inforce-refresh", daemon=True).start()
        circumstances = Circumstances(languages, audience, seen, deferred, role)
        return self._decide(records, subject, circumstances)

    def text(self, policy: str, seq: int, language: str) -> PolicyText:
        """Return the verified text of a version, from the cache or the site.

        The manifest proves its digest; after a mismatch the manifest is refreshed once.

            >>> text = policies.text("terms", 2, "de")
            >>> text.version, text.language
            ('2', 'de')

        :param policy: id of the policy
        :param seq: number of the version, from 1, as in a decision
        :param language: tag of the language; if the version lacks it, the text is in the binding language
        :raises UnknownVersionError: if there is no such policy or version
        :raises DigestMismatchError: if the site has another text than the published one
        :raises RefusedError: if the site does not answer as expected, or there is no manifest; `reason` is the cause
        """
        return self._proven(lambda: self._text(policy, seq, language))

    def changes(self, policy: str, base_seq: int, target_seq: int, language: str) -> Changes:
        """Return the verified changes between two versions, from the site.

        The manifest proves their digest; after a mismatch the manifest is refreshed once.

            >>> changes = policies.changes("terms", 2, 3, "en")
            >>> [point["text"] for point in changes.summary]
            ['We keep it for a month only.']

        :param policy: id of the policy
        :param base_seq: number of the older version, as in a decision
        :param target_seq: number of the newer version, as in a decision
        :param language: tag of the language; if one version lacks it, the changes are in the binding language
        :raises UnknownVersionError: if there is no such policy or version, or the versions share no language
        :raises DigestMismatchError: if the site has other changes than the published ones
        :raises RefusedError: if the site does not answer as expected, or there is no manifest; `reason` is the cause
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
    """A client for asyncio, with the methods of `Policies`; one per process and site is enough.

    The methods that can wait are coroutines: add `await` to the examples of `check`, `text`, `changes` and `refresh`.

        >>> async def outcome(user: str) -> str:
        ...     policies = AsyncPolicies("https://policies.shop.example/")
        ...     return (await policies.check([], user))["outcome"]
        >>> asyncio.run(outcome("u_8f3c"))
        'block'
    """

    async def refresh(self, *, force: bool = False) -> RefreshReport | None:
        """Do the same as `Policies.refresh`."""
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
        """Do the same as `Policies.check`."""
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
        """Do the same as `Policies.text`."""
        return await self._proven(lambda: self._text(policy, seq, language))

    async def changes(self, policy: str, base_seq: int, target_seq: int, language: str) -> Changes:
        """Do the same as `Policies.changes`."""
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


for _name in ("refresh", "check", "text", "changes"):  # `help` shows the whole text, which is written only once
    getattr(AsyncPolicies, _name).__doc__ = getattr(Policies, _name).__doc__
