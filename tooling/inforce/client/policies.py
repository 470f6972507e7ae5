"""The two clients for apps: `Policies` for synchronous code, `AsyncPolicies` for asyncio.

Invariants: the answer of a host never causes an exception, except in calls that request a text; a caller with a cached
manifest never waits for the network, and a caller without one waits at most for the time limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Thread
from types import MappingProxyType
from typing import Any, Final

from inforce.acceptance import Decision, DeferralForm, RecordForm, Role, SubjectForm
from inforce.client.changes import Changes, compared
from inforce.client.forms import receipt_of_form
from inforce.client.parts import ClientParts
from inforce.client.proof import may_heal
from inforce.client.questions import Circumstances, instant_text
from inforce.client.receipts import (
    ReceiptProblem,
    ReceiptProblemError,
    parse_receipt,
    received,
    refuse_other_subject,
)
from inforce.client.results import RefreshReport, RefusedError
from inforce.client.texts import PolicyText
from inforce.client.transport import Steps, T, carried, carried_and_waited, fetch, fetch_and_wait
from inforce.errors import DigestMismatchError

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Policies(ClientParts):
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
        records: Iterable[RecordForm | Mapping[str, Any]],
        subject: str | SubjectForm | Mapping[str, Any],
        *,
        languages: Sequence[str] = (),
        audience: Sequence[str] = (),
        seen: Mapping[str, int] = _NONE,
        deferred: Mapping[str, DeferralForm | Mapping[str, Any]] = _NONE,
        role: Role = "server",
    ) -> Decision:
        """Return the decision: what the user owes now.

        If a poll is due, it runs in the background; this call waits for it only if there is no manifest yet. A host
        never causes an exception here. Instants are texts (RFC 3339) or datetimes with a zone.

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
        :raises ShapeError: if an id, instant, tag or number is invalid, except in a record, or if a datetime has no
            zone; `path` is its field in the question for `decide`
        """
        if self._is_due:
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

        The manifest proves their digest; after a mismatch the manifest is refreshed once. If the site has not compared
        the two versions, this process compares their verified texts.

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
        :raises SetupError: if this process must compare the texts, and the extra `changes` of the wheel is missing
        """
        found = self._proven(lambda: self._changes(policy, base_seq, target_seq, language))
        return found if isinstance(found, Changes) else compared(*found)

    def record(
        self, body: bytes, subject: str, *, linked: Iterable[str] = (), now: datetime | None = None
    ) -> dict[str, Any]:
        """Return the record to store for the receipt that a browser posted, with `received_at`.

        Its act, label and digest are those of a published version, whether the manifest still lists it or not. If the
        page knows a newer manifest than this process, the manifest is refreshed once.

            >>> record = policies.record(body, "u_8f3c")
            >>> record["act"], record["received_at"][:4]
            ('accepted', '2026')

        :param body: body of the request
        :param subject: reference of the signed-in user, which the receipt must contain
        :param linked: other references of the user, such as that of the session before signing in
        :param now: time of receipt; None: the time of `clock`
        :raises ReceiptProblemError: if the receipt must not be stored; its `status`, `headers` and `problem` are the
            response
        :raises ShapeError: if `now` has no zone
        """
        moment, receipt = self._moment(now), parse_receipt(body)
        refuse_other_subject(receipt, subject, linked)
        self.check_receipt(receipt)
        return received(receipt, instant_text(moment, "now"))

    def check_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Raise ReceiptProblemError unless the site published the version, label, text and act that `receipt` names.

        `record` does this too. A service that keeps receipts of many users calls it for one that it has parsed.

            >>> receipt = policies.record(body, "u_8f3c")
            >>> policies.check_receipt({**receipt, "act": "consented"})
            Traceback (most recent call last):
            inforce.client.receipts.ReceiptProblemError: act: terms 3 requires accept, got consented

        :param receipt: the result of `parse_receipt`
        :raises ReceiptProblemError: with the kind “unavailable” if the site does not answer or the page knows a newer
            manifest; otherwise the receipt contradicts what was published
        """
        try:
            problem = self._proven(lambda: self._contradiction(receipt))
        except (DigestMismatchError, RefusedError) as cause:
            raise ReceiptProblemError(ReceiptProblem.UNAVAILABLE, str(cause)) from cause
        if problem:
            raise problem

    def record_form(
        self, form: Mapping[str, Any], policy: str, subject: str, *, label: str = "", now: datetime | None = None
    ) -> dict[str, Any]:
        """Return the record to store for an answer that the user sent with an HTML form made from `forms`.

        It is checked like a receipt.

            >>> (form,) = policies.forms(policies.check([], "u_8f3c"))
            >>> sent = {**form.fields, form.answer_field: "accepted"}
            >>> policies.record_form(sent, "terms", "u_8f3c", label="I accept the terms")["act"]
            'accepted'

        :param form: the fields of the form, by name
        :param policy: id of the policy
        :param subject: reference of the user
        :param label: text of the checkbox or button
        :param now: time of receipt; None: the time of `clock`
        :raises ReceiptProblemError: if the answer must not be stored, for example because it is missing
        :raises ShapeError: if `now` has no zone
        """
        moment = self._moment(now)
        body = receipt_of_form(form, policy, subject, label, moment)
        return self.record(body, subject, now=moment)

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


class AsyncPolicies(ClientParts):
    """A client for asyncio, with the methods of `Policies`; one per process and site is enough.

    The methods that can wait are coroutines: add `await` to the examples of `refresh`, `check`, `record`,
    `record_form`, `check_receipt`, `text` and `changes`.

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
        records: Iterable[RecordForm | Mapping[str, Any]],
        subject: str | SubjectForm | Mapping[str, Any],
        *,
        languages: Sequence[str] = (),
        audience: Sequence[str] = (),
        seen: Mapping[str, int] = _NONE,
        deferred: Mapping[str, DeferralForm | Mapping[str, Any]] = _NONE,
        role: Role = "server",
    ) -> Decision:
        """Do the same as `Policies.check`."""
        if self._is_due:
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
        found = await self._proven(lambda: self._changes(policy, base_seq, target_seq, language))
        return found if isinstance(found, Changes) else await asyncio.to_thread(compared, *found)

    async def record(
        self, body: bytes, subject: str, *, linked: Iterable[str] = (), now: datetime | None = None
    ) -> dict[str, Any]:
        """Do the same as `Policies.record`."""
        moment, receipt = self._moment(now), parse_receipt(body)
        refuse_other_subject(receipt, subject, linked)
        await self.check_receipt(receipt)
        return received(receipt, instant_text(moment, "now"))

    async def check_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Do the same as `Policies.check_receipt`."""
        try:
            problem = await self._proven(lambda: self._contradiction(receipt))
        except (DigestMismatchError, RefusedError) as cause:
            raise ReceiptProblemError(ReceiptProblem.UNAVAILABLE, str(cause)) from cause
        if problem:
            raise problem

    async def record_form(
        self, form: Mapping[str, Any], policy: str, subject: str, *, label: str = "", now: datetime | None = None
    ) -> dict[str, Any]:
        """Do the same as `Policies.record_form`."""
        moment = self._moment(now)
        body = receipt_of_form(form, policy, subject, label, moment)
        return await self.record(body, subject, now=moment)

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


# `help` shows the whole text, which is written only once.
_WAITING = ("refresh", "check", "record", "record_form", "check_receipt", "text", "changes")
for _name in _WAITING:
    getattr(AsyncPolicies, _name).__doc__ = getattr(Policies, _name).__doc__
