"""Judge receipts by what the site published: verified, unverified or contradicted; and settle what was unverified.

Invariants: a receipt is kept whatever its verdict; a site that does not answer never makes a receipt contradicted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from inforce.client import AsyncPolicies, ReceiptProblem, ReceiptProblemError
from inforce.errors import LedgerError
from inforce.ledger.ledger import Ledger

_FACTS: Final = ("policy", "seq", "version", "language", "digest", "act")
_CACHED: Final = 4_096
_PAGE: Final = 500
_SETTLE_SECONDS: Final = 60.0


class Verdict(NamedTuple):
    """A verdict about a receipt, and the reason.

    - `name`: “verified”, “unverified” or “contradicted”
    - `problem`: kind of the contradiction, “act-mismatch” or “digest-contradicts”; empty for another verdict
    - `detail`: why, a sentence for the developer of the app
    """

    name: str
    problem: str = ""
    detail: str = ""


class Verdicts:
    """The verdicts of one site.

    :param policies: the client of the policy site
    """

    def __init__(self, policies: AsyncPolicies) -> None:
        self.policies = policies
        self._verified: set[tuple[Any, ...]] = set()
        self._serial: int | None = None

    async def of(self, receipt: Mapping[str, Any]) -> Verdict:
        """Return the verdict about `receipt`; what was verified under the same manifest is not judged again."""
        manifest = self.policies.manifest
        facts = tuple(receipt[name] for name in _FACTS)
        if manifest and manifest.serial == self._serial and facts in self._verified:
            return Verdict("verified")
        verdict = await self._judged(receipt)
        if verdict.name == "verified" and self.policies.manifest:
            if self.policies.manifest.serial != self._serial or len(self._verified) >= _CACHED:
                self._verified.clear()
            self._serial = self.policies.manifest.serial
            self._verified.add(facts)
        return verdict

    async def _judged(self, receipt: Mapping[str, Any]) -> Verdict:
        try:
            await self.policies.check_receipt(receipt)
        except ReceiptProblemError as problem:
            if problem.kind is ReceiptProblem.UNAVAILABLE:
                return Verdict("unverified", detail=str(problem))
            return Verdict("contradicted", str(problem.kind), str(problem))
        return Verdict("verified")

    async def settle(self, ledger: Ledger) -> int:
        """Judge the unverified records of `ledger` again, append each new verdict, and return how many there were."""
        settled, after = 0, -1
        while page := await ledger.unverified(after, _PAGE):
            for record in page:
                if record.get("erased"):
                    continue  # what it said is unreadable
                verdict = await self.of(record)
                if verdict.name != "unverified":
                    await ledger.settle(record["n"], verdict.name)
                    settled += 1
            after = page[-1]["n"]
        return settled

    async def keep_settling(self, ledger: Ledger) -> None:
        """Poll the site, keep its manifests and settle what is unverified, until the task is cancelled."""
        while True:
            with contextlib.suppress(LedgerError):  # a database that fails is asked again
                await ledger.keep_manifest(self.policies.manifest_file)  # before a newer one replaces it
                await self.policies.refresh()
                await ledger.keep_manifest(self.policies.manifest_file)
                await self.settle(ledger)
                ledger.checkpoint()  # so that the last signed one, which “inforce ledger stamp” uses, is not old
            await asyncio.sleep(_SETTLE_SECONDS)
