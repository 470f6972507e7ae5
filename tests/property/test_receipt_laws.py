"""Laws of the receipt: its reader and its published schema accept the same receipts."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validators

from client.receipts import receipt
from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.client import ReceiptProblemError, parse_receipt
from inforce.errors import ManifestError
from inforce.instant import parse_rfc3339
from inforce.manifest import parse_json


def pattern(_validator: object, expression: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """Match `expression` as in ECMA-262, where `$` does not match before a line end."""
    if isinstance(instance, str) and not re.fullmatch(expression, instance):
        yield ValidationError(f"{instance!r} does not match")


VALIDATOR = validators.extend(Draft202012Validator, {"pattern": pattern})(dict(RECEIPT_SCHEMA))
EXAMPLE = receipt(auth="session")
PLACES = [
    *((name,) for name in EXAMPLE),
    *((name, inner) for name in ("surface", "actor") for inner in EXAMPLE[name]),
    *(("received_at",), ("unknown",), ("surface", "unknown"), ("actor", "unknown")),
]
VALUES = st.one_of(
    st.none() | st.booleans() | st.integers(-2, 2) | st.integers() | st.text(max_size=3),
    st.sampled_from(["terms", "terms\n", "en", "1.0", "1.7", "2.0", "2-3.4", "accepted", "guardian", "web", "block"]),
    st.sampled_from([EXAMPLE["id"], EXAMPLE["id"].upper(), EXAMPLE["digest"], EXAMPLE["surface"]["build"], [], {}]),
    st.sampled_from(
        ["x" * 256, "x" * 257, "2027-02-29T00:00:00Z", "2028-02-29T00:00:00.5+23:59", "1900-02-29T00:00:00Z"]
    ),
    st.sampled_from([2**53 - 1, 2**53, EXAMPLE["surface"], EXAMPLE["actor"]]),
)


def is_strict(document: object) -> bool:
    """Return whether `document` is strict JSON; the schema does not describe the numbers in dropped fields."""
    try:
        parse_json(json.dumps(document).encode())
    except ManifestError:
        return False
    return True


def is_read(document: object) -> bool:
    try:
        parse_receipt(json.dumps(document).encode())
    except ReceiptProblemError:
        return False
    return True


def test_schema_is_valid_and_closed_under_reading() -> None:
    Draft202012Validator.check_schema(dict(RECEIPT_SCHEMA))
    assert is_read(EXAMPLE)
    assert VALIDATOR.is_valid(EXAMPLE)
    assert parse_receipt(json.dumps(EXAMPLE).encode()) == EXAMPLE


@given(place=st.sampled_from(PLACES), value=VALUES, drop=st.booleans())
@example(place=("at",), value="2028-02-29T24:00:00Z", drop=False)
def test_reader_and_schema_agree_on_every_change(place: tuple[str, ...], value: object, drop: bool) -> None:
    document: Any = copy.deepcopy(EXAMPLE)
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    if drop:
        inner.pop(place[-1], None)
    else:
        inner[place[-1]] = value

    assert is_read(document) == (VALIDATOR.is_valid(document) and is_strict(document))


@given(
    value=st.recursive(
        VALUES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2)
    )
)
def test_invalid_document_is_rejected_with_a_problem(value: object) -> None:
    assert not is_read(value)


@given(
    at=st.datetimes(datetime(1000, 1, 3), datetime(9998, 12, 30)),  # noqa: DTZ001 - the zone is added
    offset=st.integers(-23 * 60, 23 * 60),
)
def test_every_instant_is_accepted_and_means_the_same(at: datetime, offset: int) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(minutes=offset)), microsecond=at.microsecond // 1000 * 1000)
    text = moment.isoformat()

    assert VALIDATOR.is_valid(EXAMPLE | {"at": text})
    assert parse_rfc3339(parse_receipt(json.dumps(EXAMPLE | {"at": text}).encode())["at"]) == moment.astimezone(UTC)


@given(
    text=st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
        fullmatch=True,
    )
)
def test_schema_and_clock_agree_on_which_instants_exist(text: str) -> None:
    try:
        parse_rfc3339(text)
    except ValueError:
        exists = False
    else:
        exists = True
    assert VALIDATOR.is_valid(EXAMPLE | {"at": text}) is exists
