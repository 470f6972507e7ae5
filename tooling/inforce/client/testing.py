"""Clients for the tests of apps: policies and versions as the test states them, a fixed clock, and no network.

Invariants: apart from fetching, the code is that of `Policies` and `AsyncPolicies`; the time changes only when the test
sets `now`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inforce.acceptance.receipt import RECEIPT_SPEC, RECEIPT_TYPE
from inforce.client.changes import Changes
from inforce.client.forms import ANSWERS, uuid7
from inforce.client.http import Request, Response
from inforce.client.parts import ClientParts
from inforce.client.policies import AsyncPolicies, Policies
from inforce.client.results import RefreshReport
from inforce.client.texts import PolicyText
from inforce.client.transport import Steps, T
from inforce.errors import UnknownVersionError
from inforce.instant import format_instant
from inforce.manifest import to_bytes
from inforce.manifest.words import MAIN_PATH, MANIFEST_TYPE, SPEC
from inforce.text import Digest

SITE: Final = "https://policies.shop.example/"
START: Final = datetime(2027, 3, 1, tzinfo=UTC)
_JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeVersion:
    """A version of a policy for tests.

    - `text`: the Markdown in English, or a dict of texts by language tag, the binding one first
    - `effective_at`: when it takes effect; None: a day before the client was created
    - `change`: `material`, `notice` or `editorial`
    - `published_at`: when it was announced; None: at `effective_at`, or now if that is later
    - `effective_at_new`: when it takes effect for new users; None: at `effective_at`
    - `enforce_at`: from when a missing acceptance blocks; None: from `effective_at`
    """

    text: str | Mapping[str, str] = "# Terms\n\nWe keep our word.\n"
    effective_at: datetime | None = None
    change: str = "material"
    published_at: datetime | None = None
    effective_at_new: datetime | None = None
    enforce_at: datetime | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language tag."""
        return {"en": self.text} if isinstance(self.text, str) else dict(self.text)


class _FakeParts(ClientParts):
    """The parts of both clients for tests."""

    def __init__(
        self,
        policies: Mapping[str, Sequence[FakeVersion]] | None,
        *,
        acts: Mapping[str, str] | None = None,
        now: datetime = START,
        on_report: Callable[[RefreshReport], None] = lambda _: None,
    ) -> None:
        """Create a client of a site that has published `policies`.

        :param policies: versions by policy id, in the order of their numbers; None: the site has never answered
        :param acts: act by policy id: “accept” (the default), “acknowledge”, “consent” or “none”
        :param now: the time; set the attribute `now` to change it
        :param on_report: function that is called with the `RefreshReport` of every refresh; default: no function
        """
        self.now = now
        self._created = now
        self._acts = dict(acts or {})
        self._policies = {policy: list(versions) for policy, versions in (policies or {}).items()}
        super().__init__(SITE, clock=lambda: self.now, on_report=on_report)
        if policies is not None:
            self._take()

    def publish(self, policy: str, version: FakeVersion) -> int:
        """Publish a further version of a policy, and return its number; the client has the new manifest at once.

        :param policy: id of the policy; an unknown one is added
        :param version: the version; `effective_at` None means now
        """
        effective = version.effective_at or self.now
        published = version.published_at or min(effective, self.now)
        version = replace(version, effective_at=effective, published_at=published)
        self._policies.setdefault(policy, []).append(version)
        self._take()
        return len(self._policies[policy])

    def receipt(self, policy: str, subject: str, *, act: str | None = None, seq: int | None = None) -> bytes:
        """Return the body of a receipt, as `<policy-prompt>` posts it.

        :param policy: id of the policy
        :param subject: reference of the user
        :param act: the answer; None: the one that the policy asks for
        :param seq: number of the version; None: the newest
        :raises UnknownVersionError: if there is no such policy or version
        """
        listed = self.manifest.policy(policy) if self.manifest else None
        version = listed.version(seq or len(self._policies[policy])) if listed else None
        if self.manifest is None or listed is None or version is None:
            raise UnknownVersionError(policy, seq or "newest")
        at = format_instant(self.now)
        receipt = {
            "type": RECEIPT_TYPE,
            "spec": RECEIPT_SPEC,
            "id": uuid7(self.now),
            "policy": policy,
            "seq": version.seq,
            "version": version.version,
            "language": listed.binding_language,
            "digest": str(version.digests[listed.binding_language]),
            "act": act or ANSWERS.get(listed.act_of(version), "acknowledged"),
            "base_seq": None,
            "serial": self.manifest.serial,
            "subject": subject,
            "at": at,
            "device_at": at,
            "surface": {"template": "policy-prompt/1", "channel": "web"},
        }
        return json.dumps(receipt).encode()

    def _take(self) -> RefreshReport:
        """Use the manifest of the current policies, and return the report."""
        serial = max(int(self.now.timestamp()) - 86_400, (self._serial or 0) + 1)
        issued = format_instant(datetime.fromtimestamp(serial, UTC))
        document = {
            "type": MANIFEST_TYPE,
            "spec": SPEC,
            "site": SITE,
            "path": MAIN_PATH,
            "serial": serial,
            "issued_at": issued,
            "expires_at": "9998-01-01T00:00:00Z",
            "poll_seconds": 86_400,
            "policies": [self._listed(policy) for policy in self._policies],
        }
        return self._session.take(Response(status=200, headers=_JSON, body=to_bytes(document)))

    def _listed(self, policy: str) -> dict[str, Any]:
        versions = self._policies[policy]
        languages = list(dict.fromkeys(tag for version in versions for tag in version.texts))
        return {
            "id": policy,
            "act": self._acts.get(policy, "accept"),
            "page": f"{policy}/",
            "languages": languages,
            "binding_language": languages[0],
            "latest": len(versions),
            "versions": [self._version(version, number) for number, version in enumerate(versions, 1)],
        }

    def _version(self, version: FakeVersion, number: int) -> dict[str, Any]:
        effective = version.effective_at or self._created - timedelta(days=1)
        dates = {
            "published_at": version.published_at or min(effective, self._created),
            "effective_at": effective,
            "effective_at_new": version.effective_at_new,
            "enforce_at": version.enforce_at,
        }
        return {
            "seq": number,
            "version": str(number),
            "change": version.change,
            **{name: format_instant(moment) for name, moment in dates.items() if moment},
            "digests": {tag: str(Digest.of(text)) for tag, text in version.texts.items()},
        }

    @property
    def _is_due(self) -> bool:
        return False

    def _changes(
        self, policy: str, base_seq: int, target_seq: int, language: str
    ) -> Steps[Changes | tuple[PolicyText, PolicyText]]:
        """Return the two texts to compare, in one language: a fake site has compared nothing."""
        new = yield from self._text(policy, target_seq, language)
        old = yield from self._text(policy, base_seq, new.language)
        return old, (yield from self._text(policy, target_seq, old.language))

    def _answered(self, steps: Steps[T]) -> T:
        """Answer the requests of `steps` with the texts, and return its result."""
        try:
            request = next(steps)
            while True:
                request = steps.send(self._response(request))
        except StopIteration as done:  # a generator returns its value this way
            result: T = done.value
            return result

    def _response(self, request: Request) -> Response:
        policy, number, file = request.url.removeprefix(SITE).split("/")
        version = self._policies[policy][int(number) - 1]
        return Response(status=200, headers={}, body=version.texts[file.removesuffix(".md")].encode())


class FakePolicies(_FakeParts, Policies):
    """`Policies` for tests: no network, and a clock that the test sets.

    `changes` has no summary, and needs the extra `changes` of the wheel.

    >>> policies = FakePolicies({"terms": [FakeVersion()]})
    >>> policies.check([], "u_8f3c")["outcome"]
    'block'
    >>> record = policies.record(policies.receipt("terms", "u_8f3c"), "u_8f3c")
    >>> policies.check([record], "u_8f3c")["outcome"]
    'ok'
    """

    def refresh(self, *, force: bool = False) -> RefreshReport | None:  # noqa: ARG002 - the signature of `Policies`
        """Return the last report: the manifest is always current.

        :param force: has no effect
        """
        return self.report

    def _proven(self, steps: Callable[[], Steps[T]]) -> T:
        return self._answered(steps())


class FakeAsyncPolicies(_FakeParts, AsyncPolicies):
    """`AsyncPolicies` for tests, like `FakePolicies`."""

    async def refresh(self, *, force: bool = False) -> RefreshReport | None:  # noqa: ARG002 - the signature of the base
        """Return the last report: the manifest is always current.

        :param force: has no effect
        """
        return self.report

    async def _proven(self, steps: Callable[[], Steps[T]]) -> T:
        return self._answered(steps())
