"""The parts of both clients that do not wait for the network: construction, decisions, and what to fetch.

Invariants: every answer of a host is verified before it is returned.
Not responsible for: fetching, which `Policies` and `AsyncPolicies` do in their own ways.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inforce.acceptance import Decision, RecordForm, SubjectForm, decide
from inforce.client.changes import Changes, WantedChanges
from inforce.client.core import Core
from inforce.client.forms import PolicyForm, policy_forms
from inforce.client.limits import Limits
from inforce.client.problem import problem
from inforce.client.proof import WantedDigests, digests_of, listed_policy
from inforce.client.questions import Circumstances, instant_text, question
from inforce.client.receipts import ReceiptProblemError, unpublished
from inforce.client.results import RefreshReport
from inforce.client.session import Session
from inforce.client.state import ClientState, KnownVersion
from inforce.client.state_file import StateFile
from inforce.client.texts import PolicyText, TextStore, WantedText
from inforce.client.transport import Steps
from inforce.client.trust import ManifestFile, Trust
from inforce.manifest import Manifest, ManifestPolicy, PolicyDigests
from inforce.manifest.words import MAIN_PATH
from inforce.text import Digest

_CHANCE = random.SystemRandom().random


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _in_silence(report: RefreshReport) -> None:
    """Discard a report."""


class ClientParts:
    """The parts of both clients that do not wait."""

    def __init__(
        self,
        address: str,
        *,
        site: str | None = None,
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

        :param address: address of the policy site: https and ending in `/`; http only on localhost
        :param site: the site in the manifest, if its files are fetched from another address, such as a local server
            during development; None: `address`
        :param manifest: path of the manifest below `address`; `manifests/shop.json` lists some policies only
        :param keys: public keys as JWKs (RFC 7517); with them, only manifests signed by one of them are accepted
        :param state_file: file that keeps the state across restarts and shares it between processes; None: no file
        :param snapshot: a manifest bundled with the app, as fetched; it is used until a newer one is available
        :param limits: limits of each fetch; None: `Limits()`
        :param on_report: function that is called with the `RefreshReport` of every refresh; default: no function
        :param clock: for tests: function that returns the time, with its zone; default: the time of this machine
        :param chance: for tests: function that returns a random number in [0, 1)
        :raises ValueError: if `address`, `site` or `manifest` is invalid
        :raises SignatureError: if a key is invalid, private, or of an unsupported kind
        """
        self._limits = limits or Limits()
        trust = Trust.of(site or address, tuple(keys), manifest, address)
        core = Core(trust=trust, limits=self._limits)
        path, trusted = state_file and Path(state_file), trust.key_ids
        file = StateFile(path=path, site=address, trusted=trusted, manifest=manifest) if path else None
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
    def manifest_file(self) -> ManifestFile | None:
        """The last good manifest as a file, a `ManifestFile`, to archive it; None if none was obtained yet."""
        body = self._session.memory.body if self.manifest else b""
        return self._session.core.trust.file(body, self._limits.manifest) if body else None

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
        return problem(decision, self.manifest, self._address)

    def forms(self, decision: Decision) -> list[PolicyForm]:
        """Return what an HTML form needs to ask for each policy that is due in a decision.

            >>> (form,) = policies.forms(policies.check([], "u_8f3c"))
            >>> form.act, form.answer_field, form.fields["terms.seq"]
            ('accepted', 'terms.act', '2')

        :param decision: the result of `check`; policies with the outcome `prompt` or `block` are included
        """
        return policy_forms(decision, self._session.memory, self._address, self._session.now)

    def _decide(
        self,
        records: Iterable[RecordForm | Mapping[str, Any]],
        subject: str | SubjectForm | Mapping[str, Any],
        circumstances: Circumstances,
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
        return self._shelf.put(wanted.received((yield wanted.request(self._address, self._limits))))

    def _changes(
        self, policy: str, base_seq: int, target_seq: int, language: str
    ) -> Steps[Changes | tuple[PolicyText, PolicyText]]:
        """Return the changes that the site has published, or the two texts to compare if it has not."""
        memory = self._session.memory
        listed = listed_policy(memory, policy, base_seq)
        digests = yield from self._proven_digests(memory, listed)
        wanted = WantedChanges.of(listed, digests, base_seq, target_seq, language)
        published = wanted.received((yield wanted.request(self._address, self._limits)), self._site)
        if published:
            return published
        old = yield from self._text(policy, base_seq, wanted.language)
        return old, (yield from self._text(policy, target_seq, wanted.language))

    def _published(self, policy: str, seq: int, language: str) -> Steps[KnownVersion | None]:
        """Return the version `seq` of `policy`, with a text in `language` if it was published; None if it never was."""
        memory = self._session.memory
        listed = memory.manifest.policy(policy) if memory.manifest else None
        current = listed.version(seq) if listed else None
        if listed and current:
            return KnownVersion.of(current, listed)
        known = memory.known.get(policy, {}).get(seq) if memory.manifest else None
        if listed is None or (known and language in known.digests):
            return known
        digests = yield from self._proven_digests(memory, listed)
        published = digests.versions.get(seq)
        return KnownVersion.of(published.version, listed) if published else None

    def _contradiction(self, receipt: Mapping[str, Any]) -> Steps[ReceiptProblemError | None]:
        version = yield from self._published(receipt["policy"], receipt["seq"], receipt["language"])
        return unpublished(receipt, version, self.manifest)

    def _moment(self, now: datetime | None) -> datetime:
        """Return `now`, or the time of the clock; raise ShapeError if it has no zone."""
        moment = now or self._session.now
        instant_text(moment, "now")
        return moment

    def _proven_digests(self, memory: ClientState, listed: ManifestPolicy) -> Steps[PolicyDigests]:
        """Return the digests that the manifest in `memory` proves for `listed`; fetch them once per manifest."""
        wanted = WantedDigests.of(memory, listed)
        digest, digests = self._digests.get(listed.id, (None, None))
        if digests is None or digest != wanted.digest:
            digests = wanted.received((yield wanted.request(self._address, self._limits)), self._site)
            self._digests[listed.id] = (wanted.digest, digests)
        return digests

    @property
    def _is_due(self) -> bool:
        """Whether to poll now."""
        return self._session.is_due

    @property
    def _serial(self) -> int | None:
        return self.manifest.serial if self.manifest else None

    @property
    def _site(self) -> str:
        return self._session.core.trust.site

    @property
    def _address(self) -> str:
        return self._session.core.trust.base
