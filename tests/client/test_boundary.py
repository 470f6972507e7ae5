"""A hostile response, history, redline or state file is rejected; no other exception reaches the app."""

from __future__ import annotations

import contextlib
import copy
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.host import Host, answer
from client.world import START, Clock, NewReader, document, manifest
from inforce.client import Outcome, Reason, RefusedError
from inforce.client.core import Core
from inforce.client.http import Response
from inforce.client.limits import Limits
from inforce.client.policies import Policies
from inforce.client.state import ClientState
from inforce.client.state_file import StateFile, _digest, _to_bytes
from inforce.client.transport import Steps, carried_and_waited
from inforce.client.trust import Trust
from inforce.errors import DigestMismatchError, SignatureError, UnknownVersionError
from inforce.manifest import to_bytes
from inforce.signing import generate_key, sign, verify
from inforce.text import Digest

SITE = "https://policies.shop.example/"
KEY = generate_key()
JWK = KEY.public.to_jwk()
DOCUMENTED = (RefusedError, UnknownVersionError, DigestMismatchError)
JSON = {"content-type": "application/json", "date": "Sun, 20 Sep 2026 06:00:00 GMT"}
ODD = st.sampled_from(
    [None, True, False, 0, -1, 2**53 - 1, "", "x", "\ud800", "../..", [], {}, [[]], {"": None}, ["x"]]
)
CLIENTS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def mutated(draw: st.DrawFn, data: Any) -> Any:
    """Replace, delete or duplicate a few values at any depth of `data`."""
    changed = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        inner = changed
        while isinstance(inner, dict | list) and inner:
            name = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            if not isinstance(inner[name], dict | list) or not inner[name] or draw(st.booleans()):
                inner[name] = copy.deepcopy(draw(ODD))
                break
            inner = inner[name]
    return changed


def body(data: Any) -> bytes:
    """Return `data` as JSON, with lone surrogates as escapes."""
    return json.dumps(data).encode()


def envelope(header: dict[str, Any]) -> bytes:
    """Return a signed manifest whose first signature has the protected `header`."""
    signed = json.loads(sign(manifest(SITE), [KEY]))
    protected = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    signed["signatures"].insert(0, {"protected": protected, "signature": "AA"})
    return body(signed)


def core(*, keys: bool = False) -> Core:
    """Return the rules of a client, with keys or without."""
    return Core(trust=Trust.of(SITE, (JWK,) if keys else ()), limits=Limits())


def processed(raw: bytes, *, keys: bool = False, headers: dict[str, str] = JSON) -> tuple[ClientState, Any]:
    """Pass `raw` to a client that has a good manifest."""
    good, _ = core().on_response(ClientState(), Response(status=200, headers=JSON, body=manifest(SITE)), START, 0.5)
    return core(keys=keys).on_response(good, Response(status=200, headers=headers, body=raw), START, 0.5)


@pytest.mark.parametrize("kid", [["x"], {"x": 1}, [], None, 7, True])
def test_signature_with_a_kid_that_is_not_a_string_is_ignored(kid: Any) -> None:
    """A list or an object cannot be a dictionary key; the signature is ignored like one of another key."""
    raw = envelope({"kid": kid})
    assert verify(raw, [KEY.public]) == manifest(SITE)
    with pytest.raises(SignatureError):
        verify(raw, [generate_key().public])


@CLIENTS
@given(mutated(json.loads(sign(manifest(SITE), [KEY]))), st.dictionaries(st.sampled_from(["kid", "alg", "typ"]), ODD))
def test_mutated_envelope_raises_no_exception(changed: Any, header: dict[str, Any]) -> None:
    """Every response yields a report and the time of the next request."""
    for raw in (body(changed), envelope(header)):
        memory, report = processed(raw, keys=True)
        assert memory.due_at is not None
        assert memory.due_at > START
        assert report.reason or report.outcome is not Outcome.KEPT


@CLIENTS
@given(mutated(document(SITE)), st.text())
def test_mutated_manifest_is_refused_or_yields_a_decision(changed: Any, date: str) -> None:
    """Every accepted manifest yields a decision."""
    memory, _ = processed(body(changed), headers={**JSON, "date": date, "etag": date})
    client = Policies(SITE, clock=Clock())
    client._session._memory = memory
    client.check([], {"id": "u"})
    assert ClientState.to_json(memory)


def test_exception_in_the_client_is_a_refusal_with_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception keeps the last good manifest, is reported, and the client waits."""

    def fail(*_: Any) -> Any:
        message = "unhashable"
        raise TypeError(message)

    good, _ = core().on_response(ClientState(), Response(status=200, headers=JSON, body=manifest(SITE)), START, 0.5)
    monkeypatch.setattr("inforce.client.core.accepted", fail)
    later = START + timedelta(days=2)
    memory, report = core().on_response(good, Response(status=200, headers=JSON, body=manifest(SITE)), later, 0.5)
    assert (report.outcome, report.reason) == (Outcome.KEPT, Reason.UNREADABLE)
    assert memory.manifest is good.manifest
    assert memory.failures == 1
    assert not memory.is_due(later)


HISTORY: dict[str, Any] = {
    "type": "policy-version-digests",
    "spec": "1.0",
    "site": SITE,
    "policy": "terms",
    "versions": [
        {
            "seq": 1,
            "version": "2025-01-01",
            "change": "material",
            "effective_at": "2025-01-01T00:00:00Z",
            "digests": {"en": "sha256:" + "0" * 64},
            "since": {"en": "sha256:" + "0" * 64},
        }
    ],
}
SINCE = {
    "type": "policy-changes-since",
    "spec": "1.0",
    "site": SITE,
    "policy": "terms",
    "in_force": [
        {
            "old": {"seq": 1, "digest": "sha256:" + "0" * 64},
            "new": {"seq": 2, "digest": document(SITE)["policies"][0]["versions"][0]["digests"]["en"]},
            "summary": [{"text": "x"}],
            "runs": [{"op": "equal", "text": "x"}],
        }
    ],
    "announced": [],
}


def naming(digests: bytes) -> tuple[ClientState, str]:
    """Return the state of a client whose manifest refers to the file `digests`, and the name of that file."""
    stated, digest = document(SITE), Digest.of(digests)
    stated["policies"][0]["versions_digest"] = str(digest)
    answer = Response(status=200, headers=JSON, body=to_bytes(stated))
    memory, _ = core().on_response(ClientState(), answer, START, 0.5)
    assert memory.manifest is not None
    return memory, f"versions.{digest.hex}.json"


@CLIENTS
@given(mutated(HISTORY), mutated(SINCE), st.binary())
def test_mutated_digests_redline_or_text_raise_documented_errors_only(history: Any, since: Any, text: bytes) -> None:
    """`text` and `changes` raise only documented exceptions, even if the digest matches."""
    redline = {"1": {"en": str(Digest.of(body(since)))}}
    versions = history.get("versions") if isinstance(history, dict) else None
    if isinstance(versions, list):
        second = document(SITE)["policies"][0]["versions"][0]
        versions.append({**second, "redlines": redline, "since": {}})
    digests = body(history)
    files = {naming(digests)[1]: digests, ".md": text, ".json": body(since)}

    def respond(request: Any, _limits: Limits) -> Response:
        content = next((data for end, data in files.items() if request.url.endswith(end)), b"")
        return Response(status=200, headers=JSON, body=content)

    client = Policies(SITE, clock=Clock())
    client._session._memory = naming(digests)[0]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("inforce.client.transport.fetch_and_wait", respond)
        for call in (lambda: client.text("terms", 1, "en"), lambda: client.changes("terms", 1, 2, "en")):
            with contextlib.suppress(*DOCUMENTED):
                call()


@pytest.mark.parametrize("label", ["../../admin", "1/2", "", "\ud800"])
def test_version_label_of_a_history_cannot_lead_outside_the_site(label: str) -> None:
    """A label becomes part of an address, so a history with an invalid label is rejected."""
    history = copy.deepcopy(HISTORY)
    history["versions"][0]["version"] = label
    client = Policies(SITE, clock=Clock())
    client._session._memory = naming(body(history))[0]
    requested: list[str] = []

    def respond(request: Any, _limits: Limits) -> Response:
        requested.append(request.url)
        return Response(status=200, headers=JSON, body=body(history))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("inforce.client.transport.fetch_and_wait", respond)
        with pytest.raises(RefusedError):
            client.text("terms", 1, "en")
    assert len(requested) == 1


def test_exception_while_processing_a_response_is_a_refusal() -> None:
    """Every exception raised while an answer is processed becomes a refusal."""

    def steps() -> Steps[None]:
        yield core().request(ClientState())
        message = "unhashable"
        raise TypeError(message)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("inforce.client.transport.fetch_and_wait", lambda *_: Response(status=200, headers={}))
        with pytest.raises(RefusedError, match="unhashable"):
            carried_and_waited(steps(), Limits())


@CLIENTS
@given(st.data())
def test_mutated_state_file_does_not_stop_the_client(tmp_path: Path, data: st.DataObject) -> None:
    """A client starts with any state file, even one with a matching digest."""
    good = json.loads(_to_bytes({"policies.json": processed(manifest(SITE))[0].to_json()}, SITE))
    changed = data.draw(mutated(good))
    if isinstance(changed, dict) and isinstance(changed.get("states"), dict) and data.draw(st.booleans()):
        changed["digest"] = str(_digest(changed["states"])) if "\\ud800" not in json.dumps(changed) else ""
    path = tmp_path / "state.json"
    path.write_bytes(body(changed))
    client = Policies(SITE, state_file=path, clock=Clock())
    if not client._session.is_due:
        client.check([], {"id": "u"})
    StateFile(path=path, site=SITE).write(processed(manifest(SITE))[0])


def test_hostile_envelope_is_reported_with_back_off(host: Host, reader: NewReader) -> None:
    """Over a real connection, with keys: the app continues and does not poll the host again immediately."""
    raw = envelope({"kid": ["x"]})
    host.at["/policies.jws.json"] = answer(raw)
    app = reader(keys=[JWK])
    report = app.refresh()
    assert report is not None
    assert report.outcome is Outcome.KEPT
    app.check()
    assert len(host.asked) == 1


def test_forced_refreshes_are_limited_to_one_per_minute(host: Host, reader: NewReader, clock: Clock) -> None:
    """Before the poll is due, a client polls only when forced, and at most once a minute."""
    host.at["/policies.json"] = answer(manifest(host.url))
    app = reader()
    assert app.refresh() is not None
    assert app.refresh(force=True) is None
    clock.pass_by(seconds=61)
    assert app.refresh() is None
    assert app.refresh(force=True) is not None
    assert app.refresh(force=True) is None


@pytest.mark.parametrize(
    ("days", "reason"), [(1, None), (1.1, Reason.ISSUED_IN_FUTURE), (27_000, Reason.ISSUED_IN_FUTURE)]
)
def test_manifest_ahead_of_device_and_host_time_does_not_block_a_later_one(
    host: Host, reader: NewReader, clock: Clock, days: float, reason: Reason | None
) -> None:
    """A manifest more than a day ahead of the device and of the host is rejected; the next good one is accepted."""
    app = reader()
    host_date = "Sun, 20 Sep 2026 06:00:00 GMT"
    host.at["/policies.json"] = answer(manifest(host.url, START + timedelta(days=days)), Date=host_date)
    report = app.refresh()
    assert report is not None
    assert report.reason is reason
    clock.pass_by(days=2)
    host.at["/policies.json"] = answer(manifest(host.url, clock.now))
    again = app.refresh()
    assert again is not None
    assert (again.outcome, again.reason) == (Outcome.UPDATED, None)


def test_device_with_a_slow_clock_accepts_a_manifest_confirmed_by_server_time(host: Host, reader: NewReader) -> None:
    """With the server time, a device with a slow clock accepts a good manifest."""
    host.at["/policies.json"] = answer(
        manifest(host.url, START + timedelta(days=3)), Date="Wed, 23 Sep 2026 06:00:00 GMT"
    )
    report = reader().refresh()
    assert report is not None
    assert report.reason is None
