"""The records of an app in a ledger, in place of a table of its own.

Invariants: a ledger that does not answer delays few requests, and no user is blocked for that reason; a browser gets
the ledger's answer about its receipt, and never an answer about the key of the app; nothing here logs a user.
Not responsible for: who the user is, and for whom they may act.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock
from typing import Any, Final, NamedTuple
from weakref import finalize

import httpx2

from inforce.client.frameworks.records import Record
from inforce.client.frameworks.replies import RefusedRequestError, Reply
from inforce.client.http import secure_site
from inforce.client.problem import MEDIA_TYPE
from inforce.client.receipts import ReceiptProblem, ReceiptProblemError
from inforce.errors import HeldError, LedgerUnavailableError, ManifestError
from inforce.manifest import parse_json

_SECONDS: Final = 3.0
_SECONDS_TO_ERASE: Final = 30.0  # the ledger reads its files again
_PAUSE_SECONDS: Final = 10.0
_RECENT_SECONDS: Final = 30.0
_KNOWN_SECONDS: Final = 600.0
_MOST_KNOWN: Final = 10_000
_MOST_BYTES: Final = 8 * 1024 * 1024
_ABOUT_THE_RECEIPT: Final = (200, 201, 202, 400, 409, 410, 413, 422)

_log = logging.getLogger("inforce.client")


class _Known(NamedTuple):
    read_at: float
    records: list[Record]


class LedgerRecords:
    """The records of an app in a ledger; safe to share between threads.

    A request waits for the ledger three seconds at most. After one without an answer, one request in ten seconds asks
    again, and all others fail at once. The records of the last 10,000 users are remembered in memory.

    :param address: address of the ledger, such as `https://ledger.shop.example/`
    :param key: a key of this app with the scopes `write` and `read`, and `erase` for `forget`
    :raises ValueError: if `address` is neither https nor on this machine, or `key` is missing
    """

    def __init__(self, address: str, key: str) -> None:
        base = secure_site(address if address.endswith("/") else f"{address}/")
        if not (key and key.isascii() and key.isprintable()):
            message = "expected a key of the ledger, as “inforce ledger key add” prints it"
            raise ValueError(message)
        self._http = httpx2.Client(base_url=f"{base}v1/", headers={"Authorization": f"Bearer {key}"})
        finalize(self, self._http.close)
        self._silent_until: float | None = None  # None: it answers
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = Lock()

    def forward(self, receipt: Mapping[str, Any], owner: str) -> Reply:
        """Return the answer of the ledger to `receipt` of the user `owner`.

        :raises ReceiptProblemError: if the ledger does not answer; the browser sends the receipt again later
        """
        try:
            status, document = self._ask("receipts", receipt, _ABOUT_THE_RECEIPT)
        except LedgerUnavailableError as silent:
            raise ReceiptProblemError(ReceiptProblem.UNAVAILABLE, str(silent)) from silent
        self._drop(owner)
        return Reply(status, document, {"Content-Type": MEDIA_TYPE} if status >= 400 else {})

    def add(self, record: Record, owner: str) -> None:
        """Store `record` of the user `owner`, such as one that `Policies.record_form` returned.

        :raises RefusedRequestError: if the ledger refuses it; `reply` is its answer
        :raises ReceiptProblemError: if the ledger does not answer
        """
        reply = self.forward(record, owner)
        if reply.status >= 400:
            raise RefusedRequestError(reply)

    def current(self, owner: str) -> list[Record]:
        """Return the records of `owner` that the ledger has now; raise LedgerUnavailableError if it does not answer."""
        _, records = self._ask("subjects/records", {"subject": owner}, (200,))
        with self._lock:
            self._known[owner] = _Known(time.monotonic(), records)
            self._known.move_to_end(owner)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return list(records)

    def recent(self, owner: str) -> list[Record]:
        """Do the same as `current`, but do not ask again within 30 seconds."""
        known = self._remembered(owner, _RECENT_SECONDS)
        return self.current(owner) if known is None else known

    def records(self, owner: str) -> list[Record]:
        """Do the same as `current`; if the ledger does not answer, return those of the last ten minutes."""
        try:
            return self.current(owner)
        except LedgerUnavailableError:
            known = self._remembered(owner, _KNOWN_SECONDS)
            if known is None:
                raise
            return known

    def link(self, reference: str, owner: str) -> None:
        """Link `reference`, a visitor, with the user `owner`; raise LedgerUnavailableError if that must be repeated."""
        self._ask("links", {"subject": owner, "linked": reference}, (201,))
        self._drop(owner)

    def forget(self, owner: str) -> dict[str, Any]:
        """Erase the user `owner`, and return the certificate.

        :raises HeldError: if a legal hold protects the user
        :raises LedgerUnavailableError: if the ledger does not answer
        """
        body = {"subject": owner}
        status, document = self._ask("subjects/erase", body, (200, 202, 423), _SECONDS_TO_ERASE)
        if status == 423:
            raise HeldError(document["detail"])
        with self._lock:
            self._known.clear()  # linked references were erased too
        return dict(document)

    def _remembered(self, owner: str, seconds: float) -> list[Record] | None:
        with self._lock:
            known = self._known.get(owner)
        return list(known.records) if known and time.monotonic() - known.read_at < seconds else None

    def _drop(self, owner: str) -> None:
        with self._lock:
            self._known.pop(owner, None)

    def _ask(
        self, path: str, document: Mapping[str, Any], expected: Collection[int], seconds: float = _SECONDS
    ) -> tuple[int, Any]:
        """Return the status and the document that the ledger answers; raise LedgerUnavailableError for any other."""
        self._take_turn()
        try:
            status, body = self._post(path, document, seconds)
            answer = parse_json(body)
            if status not in expected:
                self._raise_unexpected(path, status, answer)
            _check(path, answer)
        except (httpx2.HTTPError, ManifestError, TimeoutError, ValueError) as cause:
            self._silent_until = time.monotonic() + _PAUSE_SECONDS
            message = f"the ledger at {self._http.base_url} does not answer: {cause or type(cause).__name__}"
            _log.warning(message)
            raise LedgerUnavailableError(message) from cause
        self._silent_until = None
        return status, answer

    def _take_turn(self) -> None:
        """Raise LedgerUnavailableError if the ledger did not answer and another request is to ask again."""
        with self._lock:
            if self._silent_until is None:
                return
            if time.monotonic() < self._silent_until:
                message = "the ledger did not answer a moment ago"
                raise LedgerUnavailableError(message)
            self._silent_until = time.monotonic() + _PAUSE_SECONDS

    def _post(self, path: str, document: Mapping[str, Any], seconds: float) -> tuple[int, bytes]:
        end = time.monotonic() + seconds
        body = bytearray()
        with self._http.stream("POST", path, json=document, timeout=seconds) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES or time.monotonic() > end:
                    message = f"more than {_MOST_BYTES:,} bytes, or {seconds:g} seconds"
                    raise TimeoutError(message)
        return response.status_code, bytes(body)

    @staticmethod
    def _raise_unexpected(path: str, status: int, answer: object) -> None:
        """Raise ValueError for an answer that is not about the request, such as one about the key."""
        problem = answer if isinstance(answer, dict) else {}
        message = f"POST /v1/{path}: status {status}, {problem.get('type')}: {problem.get('detail')}"
        raise ValueError(message)


def _check(path: str, answer: object) -> None:
    """Raise ValueError if `answer` does not have the shape that the ledger documents."""
    rows = answer if path == "subjects/records" else [answer]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = f"POST /v1/{path}: expected {'a list of records' if rows is answer else 'an object'}"
        raise ValueError(message)
    if rows is answer and not all(isinstance(row.get("act"), str) for row in rows):
        message = f"POST /v1/{path}: expected records with an act"
        raise ValueError(message)
