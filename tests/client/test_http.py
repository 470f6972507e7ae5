"""Header values of a host are limited to valid ranges and never raise an exception."""

from __future__ import annotations

import asyncio
import errno
import ssl
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.host import Host, answer, serving
from client.world import START, Clock, NewReader, document, manifest
from inforce.client import Outcome, Reason
from inforce.client.http import LONGEST_RETRY_AFTER, Response, entity_tag, retry_after, server_time
from inforce.client.transport import _context
from inforce.manifest import to_bytes

HEADER = st.text(max_size=60) | st.from_regex(
    r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [-+A-Z0-9]{3,5}"
)


@given(date=HEADER, age=HEADER | st.integers(0, 10**12).map(str), retry=HEADER, tag=HEADER)
def test_any_headers_are_parsed_without_an_exception(date: str, age: str, retry: str, tag: str) -> None:
    response = Response(status=503, headers={"date": date, "age": age, "retry-after": retry, "etag": tag})

    host_time, delay = server_time(response), retry_after(response, START)

    assert host_time is None or isinstance(host_time - START, timedelta)
    assert delay is None or 0 <= delay <= LONGEST_RETRY_AFTER
    assert entity_tag(response).isascii()


@pytest.mark.parametrize(
    ("date", "age", "expected"),
    [
        ("Sun, 20 Sep 2026 06:00:00 GMT", "", START),
        ("Sun, 20 Sep 2026 05:50:00 GMT", "600", START),
        ("Sun, 20 Sep 2026 08:00:00 +0200", "", START),
        ("Sun, 20 Sep 2026 06:00:00 -0000", "", START),
        ("Sun, 20 Sep 2026 06:00:00 GMT", "minus one", START),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "999999999", None),
        ("yesterday", "", None),
    ],
)
def test_server_time_is_the_sum_of_date_and_age(date: str, age: str, expected: datetime | None) -> None:
    assert server_time(Response(status=200, headers={"date": date, "age": age})) == expected


@pytest.mark.parametrize(
    ("tag", "sent"),
    [
        ('"a-1"', True),
        ('W/"a"', True),
        ('""', True),
        ("a", False),
        ('"é"', False),
        ('"a b"', False),
        (f'"{"a" * 9999}"', False),
    ],
)
def test_only_a_valid_etag_is_sent_in_requests(
    host: Host, clock: Clock, reader: NewReader, tag: str, sent: bool
) -> None:
    host.at["/policies.json"] = serving(manifest, ETag=tag)
    app = reader()
    app.refresh()
    clock.pass_by(days=2)

    report = app.refresh()

    assert report is not None
    assert report.outcome is Outcome.UNCHANGED
    assert host.asked[-1][1].get("if-none-match") == (tag if sent else None)


class TestAMachineInTrouble:
    def test_lack_of_file_handles_is_a_refusal(
        self, host: Host, reader: NewReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = reader(snapshot=manifest(host.url))

        def exhausted(*_: object, **__: object) -> NoReturn:
            raise OSError(errno.EMFILE, "Too many open files")

        monkeypatch.setattr("inforce.client.transport._client", exhausted)
        report = app.refresh()

        assert report is not None
        assert (report.reason, "Too many open files" in report.detail) == (Reason.UNREACHABLE, True)
        assert app.serial == int(START.timestamp())

    @pytest.mark.parametrize("problem", [OSError(errno.EMFILE, "Too many open files"), RuntimeError("no thread left")])
    def test_lack_of_an_event_loop_is_a_refusal_without_a_wait(
        self, host: Host, clock: Clock, monkeypatch: pytest.MonkeyPatch, problem: Exception
    ) -> None:
        from inforce.client import Policies

        policies = Policies(host.url, snapshot=manifest(host.url), clock=clock)

        def exhausted(*_: object, **__: object) -> NoReturn:
            raise problem

        monkeypatch.setattr(asyncio, "run", exhausted)
        report = policies.refresh()

        assert report is not None
        assert report.reason is Reason.UNREACHABLE

    def test_certificates_that_cannot_be_loaded_are_a_refusal(
        self, reader: NewReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> NoReturn:
            raise ssl.SSLError("no certificates")

        _context.cache_clear()
        monkeypatch.setattr("httpx2.create_ssl_context", broken)
        app = reader(address="https://policies.shop.example/")

        assert app.check([])["reason"] == "no-manifest"
        assert app.reports[-1].reason is Reason.UNREACHABLE


EXTREMES: list[tuple[str, dict[str, Any]]] = [
    ("issued in year one", {"issued_at": "0001-01-01T00:00:00Z"}),
    ("expiring when calendars end", {"expires_at": "9999-12-31T23:59:59Z"}),
    ("the slowest pace", {"poll_seconds": 2**53 - 1}),
    ("the highest serial", {"serial": 2**53 - 1}),
]


@pytest.mark.parametrize("members", [pytest.param(members, id=name) for name, members in EXTREMES])
def test_extreme_values_raise_no_exception(
    host: Host, clock: Clock, reader: NewReader, members: dict[str, Any]
) -> None:
    extreme = {**document(host.url), **members}
    extreme["policies"][0] |= {"reask_seconds": 2**53 - 1, "act": "consent"}
    host.at["/policies.json"] = answer(to_bytes(extreme), Date="Sun, 20 Sep 2026 07:00:00 GMT")
    app = reader()
    record = {"policy": "terms", "seq": 2, "act": "consented", "at": "2026-02-01T00:00:00Z", "subject": "u1"}

    decision = app.check([record])

    assert decision["outcome"] in ("ok", "stale")
    clock.pass_by(days=50)
    assert app.refresh() is not None
