"""Answer `POST /v1/receipts`: one receipt, or up to 1,000 with a result each.

Invariants: a well-formed receipt is kept whatever its verdict; a status in the 200s means that it is durable; a result
of one receipt never depends on another one, except for two with the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from inforce.acceptance.receipt import read_receipt
from inforce.errors import ShapeError
from inforce.ledger.ledger import Added, Caller, Ledger
from inforce.ledger.service.callers import STATED, own_subject
from inforce.ledger.service.problems import ProblemError
from inforce.ledger.service.requests import BATCH_RECEIPTS, SINGLE_BYTES, parse_body
from inforce.ledger.service.verdicts import Verdict, Verdicts

_SLICE: Final = 50  # receipts that are read before other requests get a turn


class Result(NamedTuple):
    """The result for one receipt: the status and the document."""

    status: int
    document: dict[str, Any]


async def add_body(ledger: Ledger, verdicts: Verdicts, body: bytes, caller: Caller) -> Result:
    """Keep the receipt or receipts in `body` for `caller`, and return the answer.

    Raise ProblemError for a body that is neither a receipt nor a list of receipts.
    """
    value = parse_body(body)
    if isinstance(value, list):
        return Result(200, {"results": [result.document for result in await _add_all(ledger, verdicts, value, caller)]})
    if len(body) > SINGLE_BYTES:
        raise ProblemError("too-large", f"expected a receipt of at most {SINGLE_BYTES:,} bytes")
    receipt = _read(value, caller)
    verdict = await verdicts.of(receipt)
    (added,) = await _added(ledger, [receipt], caller, [verdict])
    result = _result(added, verdict)
    if isinstance(result, ProblemError):
        raise result
    return result


async def _add_all(ledger: Ledger, verdicts: Verdicts, values: Sequence[object], caller: Caller) -> list[Result]:
    if not 1 <= len(values) <= BATCH_RECEIPTS:
        raise ProblemError("malformed", f"expected 1 to {BATCH_RECEIPTS:,} receipts, got {len(values):,}")
    results: list[Result | None] = []
    receipts: list[dict[str, Any]] = []
    judged: list[Verdict] = []
    for number, value in enumerate(values):
        if number % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
        try:
            receipt = _read(value, caller)
        except ProblemError as problem:
            results.append(_refused(problem, value))
            continue
        receipts.append(receipt)
        judged.append(await verdicts.of(receipt))
        results.append(None)
    added = iter(zip(await _added(ledger, receipts, caller, judged), judged, strict=True))
    return [_listed(*next(added)) if result is None else result for result in results]


async def _added(
    ledger: Ledger, receipts: Sequence[Mapping[str, Any]], caller: Caller, verdicts: Sequence[Verdict]
) -> list[Added]:
    added = await ledger.add(receipts, caller.name, [each.name for each in verdicts])
    if not caller.token:
        return added
    return [
        await _compared(ledger, receipt, caller, verdict) if result.state == "conflict" else result
        for result, receipt, verdict in zip(added, receipts, verdicts, strict=True)
    ]


async def _compared(ledger: Ledger, receipt: Mapping[str, Any], caller: Caller, verdict: Verdict) -> Added:
    """Return the result for a receipt whose id is kept, without comparing what a token of that moment stated."""
    kept = await ledger.receipt(receipt["id"], caller.name) or {}
    sent = {name: value for name, value in receipt.items() if name not in STATED}
    stated = {name: kept[name] for name in STATED if name in kept}
    (added,) = await ledger.add([{**sent, **stated}], caller.name, [verdict.name])
    return added


def _read(value: object, caller: Caller) -> dict[str, Any]:
    if caller.token and isinstance(value, Mapping):
        value = {**{name: value[name] for name in value if name not in STATED}, **caller.token.stated}
    try:
        receipt = read_receipt(value)
    except ShapeError as wrong:
        raise ProblemError("malformed", str(wrong)) from None
    own_subject(caller, receipt["subject"])
    return receipt


def _listed(added: Added, verdict: Verdict) -> Result:
    """Return the result in a list, where a problem has its status as a field."""
    result = _result(added, verdict)
    if isinstance(result, ProblemError):
        return Result(result.status, {**result.document, "id": added.id})
    return Result(result.status, {**result.document, "status": result.status})


def _refused(problem: ProblemError, value: object) -> Result:
    known = value.get("id") if isinstance(value, Mapping) else None
    return Result(problem.status, {**problem.document, **({"id": known} if isinstance(known, str) else {})})


def _result(added: Added, verdict: Verdict) -> Result | ProblemError:
    if added.state == "conflict":
        return ProblemError("id-conflict", "a receipt with this id and other content is kept")
    if added.state == "erased":
        return ProblemError("erased", "this receipt was erased; do not send it again")
    if added.verdict == "contradicted":
        kind, detail = verdict.problem or "digest-contradicts", verdict.detail or "contradicted when it was received"
        return ProblemError(kind, detail, kept=True, n=added.n)
    document = {"id": added.id, "n": added.n, "received_at": added.received_at, "verdict": added.verdict}
    if added.verdict == "unverified":
        return Result(202, document)
    return Result(201 if added.state == "created" else 200, document)
