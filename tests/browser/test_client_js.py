"""The client in the browser: rejections, stored state, and delivery of each receipt exactly once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.app_host import BROWSER, AppHost, digest, policy, step, version
from browser.app_page import AppPage
from browser.watch import Watch
from inforce.manifest.model import utc_instant
from inforce.signing import Algorithm, generate_key, sign

SERIAL = 1_795_154_400
KEY = generate_key()
OLD_PLATFORM_KEY = generate_key(Algorithm.ES256)
STRANGER = generate_key()


def terms(text: str = "# Terms\n\nBe kind.\n", **more: Any) -> dict[str, Any]:
    """Return terms whose acceptance is not yet required, so that no user is blocked."""
    return policy("terms", "accept", version(1, text, "2026-01-01T00:00:00Z", enforce_at=None, **more))


@pytest.fixture
def host() -> Iterator[AppHost]:
    with AppHost(policies=[terms()]) as running:
        yield running


@pytest.fixture
def app(host: AppHost, page: Page) -> AppPage:
    return AppPage(page=page, host=host)


def jws(host: AppHost, *keys: Any, **members: Any) -> str:
    return sign(host.manifest(**members), keys).decode()


def tampered(host: AppHost) -> str:
    return jws(host, KEY).replace("2099", "2098")


Break = Callable[[AppHost], None]
MANIFEST = "/legal/policies.json"


def said_as(body: Callable[[AppHost], bytes | str], status: int = 200, **headers: str) -> Break:
    return lambda host: host.serve(MANIFEST, body(host), status, **headers)


def with_member(text: str) -> Break:
    """Return a manifest with `text` inserted as an additional field."""
    return said_as(lambda host: host.manifest()[:-1].decode() + "," + text + "}")


REFUSED: dict[str, tuple[Break, str, str]] = {
    "of another path": (said_as(lambda host: host.manifest(path="manifests/shop.json")), "rejected", "wrong-path"),
    "of another site": (said_as(lambda host: host.manifest(site="https://else.example/")), "rejected", "wrong-site"),
    "another document": (said_as(lambda host: host.manifest(type="policy-versions")), "rejected", "not-a-manifest"),
    "of an unknown specification": (said_as(lambda host: host.manifest(spec="2.0")), "rejected", "unsupported-spec"),
    "with a policy that leads elsewhere": (
        said_as(lambda host: host.manifest().replace(b'"id": "terms"', b'"id": "../evil"')),
        "rejected",
        "schema",
    ),
    "whose serial is not the time of its issue": (
        said_as(lambda host: host.manifest(serial=host.serial + 1)),
        "rejected",
        "schema",
    ),
    "issued more than a day after both clocks": (
        said_as(lambda host: host.manifest(issued_at="2026-11-21T12:02:00Z", serial=SERIAL + 30 * 3600 + 120)),
        "rejected",
        "issued-in-future",
    ),
    "without a serial": (said_as(lambda host: host.manifest(serial=None)), "rejected", "schema"),
    "of a day that never was": (
        said_as(lambda host: host.manifest(issued_at="2026-02-30T00:00:00Z")),
        "rejected",
        "schema",
    ),
    "a page": (said_as(lambda _: "<h1>Sign in</h1>", **{"content-type": "text/html"}), "rejected", "content-type"),
    "cut off": (said_as(lambda host: host.manifest()[:-9]), "rejected", "not-json"),
    "no UTF-8": (said_as(lambda host: host.manifest().replace(b"terms", b"\xff")), "rejected", "not-json"),
    "with a byte order mark": (said_as(lambda host: b"\xef\xbb\xbf" + host.manifest()), "rejected", "not-json"),
    "with a member twice": (with_member(f'"serial":{SERIAL}'), "rejected", "not-json"),
    "with a fraction": (with_member('"x":1.0'), "rejected", "not-json"),
    "with half a surrogate pair": (with_member(r'"x":"\ud800"'), "rejected", "not-json"),
    "seventeen levels deep": (with_member('"x":' + "[" * 16 + "]" * 16), "rejected", "not-json"),
    "larger than 64 KiB": (with_member(f'"x":"{"y" * 65_536}"'), "rejected", "too-large"),
    "not there": (said_as(lambda _: "", 404), "error", "missing"),
    "from a busy host": (said_as(lambda _: "", 429, **{"retry-after": "120"}), "error", "busy"),
    "from a broken host": (said_as(lambda _: "", 500), "error", "status"),
}


def test_invalid_manifest_is_rejected_and_the_app_continues(
    app: AppPage, watch: Watch, subtests: pytest.Subtests
) -> None:
    """A page without stored state loads each manifest."""
    watch.expect("Failed to load resource")
    app.page.add_init_script("localStorage.clear()")
    load = app.open
    for name, (broken, event, reason) in REFUSED.items():
        with subtests.test(name):
            app.host.instead.clear()
            broken(app.host)
            load()
            app.hears(event, reason=reason)
            app.stays_usable()
            assert app.page.evaluate("document.querySelector('policy-prompt').client.decision.outcome") == "stale"
        load = app.again


def test_request_to_a_slow_host_times_out(app: AppPage) -> None:
    app.host.slow(MANIFEST, 3)
    app.open(options={"seconds": 0.3})
    app.hears("error", reason="timeout")
    app.stays_usable()


def test_request_aborted_by_leaving_the_page_is_not_a_site_failure(app: AppPage) -> None:
    """Otherwise the next page would poll the site only after a minute, or after hours with a stored manifest."""
    left = Event()

    def wait() -> tuple[int, dict[str, str], bytes]:
        left.wait(60)
        return 503, {}, b""

    app.host.instead[MANIFEST] = wait
    app.open()
    for _ in range(200):
        if ("GET", MANIFEST) in app.host.asked:
            break
        app.page.wait_for_timeout(50)
    del app.host.instead[MANIFEST]
    app.again()
    left.set()
    expect(app.dialog).to_be_visible()
    assert app.host.asked.count(("GET", MANIFEST)) == 2


def test_failure_after_returning_to_the_page_is_stored(app: AppPage, watch: Watch) -> None:
    """A browser can restore a page that was left, from its back/forward cache."""
    watch.expect("Failed to load resource")
    app.open()
    expect(app.dialog).to_be_visible()
    app.page.evaluate("() => { dispatchEvent(new Event('pagehide')); }")
    app.host.serve(MANIFEST, "", 500)
    app.ask_site()
    app.hears("error", reason="status")
    stored = app.page.evaluate("site => localStorage.getItem(`inforce/1/${site}policies.json`)", app.host.site)
    assert json.loads(stored)["failures"] == 1


def test_redirect_to_another_origin_is_rejected(app: AppPage) -> None:
    host = app.host
    with AppHost(policies=host.policies) as elsewhere:
        elsewhere.serve(MANIFEST, elsewhere.manifest(site=host.site), **{"access-control-allow-origin": "*"})
        host.instead[MANIFEST] = (302, {"location": elsewhere.url + "legal/policies.json"}, b"")
        host.instead["/"] = (
            200,
            {"content-type": "text/html"},
            host._file("/")[2],
        )  # the content security policy would block it first
        app.open()
        app.hears("rejected", reason="redirect")
    app.stays_usable()


def test_redirect_within_the_site_is_followed(app: AppPage) -> None:
    app.host.instead[MANIFEST] = (302, {"location": "/legal/moved.json"}, b"")
    app.host.serve("/legal/moved.json", app.host.manifest())
    app.open()
    expect(app.dialog).to_be_visible()


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        pytest.param(lambda host: jws(host, KEY), True, id="by the key that is known"),
        pytest.param(lambda host: jws(host, STRANGER, KEY), True, id="by a stranger too"),
        pytest.param(lambda host: jws(host, OLD_PLATFORM_KEY), True, id="with ES256"),
        pytest.param(lambda host: jws(host, STRANGER), False, id="by a stranger alone"),
        pytest.param(tampered, False, id="and changed after"),
        pytest.param(lambda host: host.manifest().decode(), False, id="not at all"),
        pytest.param(
            lambda host: jws(host, KEY, OLD_PLATFORM_KEY).replace('"signature":"', '"signature":"A', 1),
            False,
            id="twice, once wrongly",
        ),
    ],
)
def test_client_with_keys_accepts_only_signed_manifests(
    app: AppPage, body: Callable[[AppHost], str], fine: bool
) -> None:
    app.host.serve("/legal/policies.jws.json", body(app.host))
    keys = {"keys": [KEY.public.to_jwk(), OLD_PLATFORM_KEY.public.to_jwk()]}
    app.open(manifest=app.host.site + "policies.jws.json", keys=json.dumps(keys))
    if fine:
        expect(app.dialog).to_be_visible()
    else:
        app.hears("rejected", reason="signature")
        app.stays_usable()


def test_empty_set_of_keys_does_not_disable_verification(app: AppPage) -> None:
    """An empty set of keys is an error of the app, and must not disable verification."""
    app.open(keys='{"keys": []}')
    app.hears("rejected", reason="signature")


LATER: dict[str, tuple[Callable[[AppHost], dict[str, Any]], str, str]] = {
    "rolled back": (
        lambda host: {"serial": host.serial - 1, "issued_at": "2026-11-20T05:59:59Z"},
        "rollback",
        "rollback",
    ),
    "another of the same serial": (lambda _: {"poll_seconds": 9}, "rejected", "equivocation"),
    "with another text for a version": (
        lambda host: {
            "serial": host.serial + 1,
            "issued_at": "2026-11-20T06:00:01Z",
            "policies": replace(host, policies=[terms("# Terms\n\nPay.\n")]).bare(),
        },
        "rejected",
        "changed-version",
    ),
    "with another act of the policy": (
        lambda host: {
            "serial": host.serial + 1,
            "issued_at": "2026-11-20T06:00:01Z",
            "policies": [{**policy, "act": "acknowledge"} for policy in replace(host).bare()],
        },
        "rejected",
        "changed-version",
    ),
}


@pytest.mark.parametrize(("worse", "event", "reason"), LATER.values(), ids=LATER.keys())
def test_manifest_that_contradicts_an_earlier_one_is_rejected(
    app: AppPage, worse: Callable[[AppHost], dict[str, Any]], event: str, reason: str
) -> None:
    app.open()
    app.button("I accept").click()
    expect(app.dialog).to_have_count(0)
    app.host.serve(MANIFEST, app.host.manifest(**worse(app.host)))
    app.ask_site()
    app.hears(event, reason=reason)
    app.stays_usable()
    assert app.says()[-1][0] == event
    assert app.page.evaluate("document.querySelector('policy-prompt').client.manifest.serial") == SERIAL


def issued(instant: str) -> dict[str, Any]:
    """Return the fields of a manifest issued at `instant`."""
    return {"issued_at": instant, "serial": int(utc_instant(instant).timestamp())}


def serial_in_use(app: AppPage) -> int:
    return app.page.evaluate("document.querySelector('policy-prompt').client.manifest?.serial")


def test_manifest_ahead_of_device_and_host_time_does_not_block_a_later_one(app: AppPage) -> None:
    app.host.serve(MANIFEST, app.host.manifest(**issued("2099-01-01T00:00:00Z")))
    app.open()
    app.hears("rejected", reason="issued-in-future")
    del app.host.instead[MANIFEST]
    app.ask_site()
    expect(app.dialog).to_be_visible()
    assert serial_in_use(app) == SERIAL


def test_host_time_lets_a_device_with_a_slow_clock_accept_a_manifest(app: AppPage) -> None:
    app.open(at="2020-01-01T00:00:00Z")
    expect(app.dialog).to_be_visible()
    assert serial_in_use(app) == SERIAL


def test_without_host_time_a_manifest_ahead_of_the_device_is_used_only_by_this_page(app: AppPage) -> None:
    app.host.tells_time = False
    app.host.serve(MANIFEST, app.host.manifest(**issued("2098-01-01T00:00:00Z")))
    app.open()
    expect(app.dialog).to_be_visible()
    assert serial_in_use(app) == issued("2098-01-01T00:00:00Z")["serial"]
    assert app.page.evaluate("Object.values(localStorage).filter((x) => /serial|2098/.test(x))") == []
    app.page.clock.run_for(3_600_000)
    assert app.host.asked.count(("GET", MANIFEST)) == 1
    del app.host.instead[MANIFEST]
    app.again()
    expect(app.dialog).to_be_visible()
    assert serial_in_use(app) == SERIAL
    assert app.page.evaluate("Object.values(localStorage).filter((x) => x.includes('last_serial')).length") == 1


def test_page_with_a_manifest_ahead_of_the_device_accepts_an_earlier_one_later(app: AppPage) -> None:
    app.host.tells_time = False
    other_text = replace(app.host, policies=[terms("# Terms\n\nPay.\n")])
    app.host.serve(MANIFEST, app.host.manifest(**issued("2098-01-01T00:00:00Z"), policies=other_text.bare()))
    app.open()
    app.hears("decision", outcome="prompt")
    del app.host.instead[MANIFEST]
    app.page.clock.fast_forward(36 * 3600 * 1000)  # 1.5 times the interval
    wait_until(app, f"() => document.querySelector('policy-prompt').client.manifest.serial == {SERIAL}")


def test_state_signed_by_a_key_is_deleted_with_the_key(app: AppPage) -> None:
    """The old key signed a higher serial, other texts, and an expiry that makes a distant host time acceptable."""
    path, host = "/legal/policies.jws.json", app.host
    other_text = replace(host, policies=[terms("# Terms\n\nPay.\n")])
    hostile = host.manifest(**issued("2026-11-21T00:00:00Z"), policies=other_text.bare())
    host.serve(path, sign(hostile, [STRANGER]))
    address = {"manifest": host.site + "policies.jws.json"}
    now, host.issued_at = host.issued_at, "2098-01-01T00:00:00Z"
    app.open(**address, keys=json.dumps(STRANGER.public.to_jwk()))
    expect(app.dialog).to_be_visible()
    host.issued_at = now
    host.serve(path, jws(host, KEY))
    app.again(**address, keys=json.dumps(KEY.public.to_jwk()))
    app.hears("rejected", reason="signature")
    expect(app.dialog).to_be_visible()
    assert serial_in_use(app) == SERIAL


def wait_until(app: AppPage, condition: str) -> None:
    """Poll `condition` until it is true; Playwright's wait evaluates strings, which the page's policy blocks."""
    for _ in range(200):
        if app.page.evaluate(condition):
            return
        app.page.wait_for_timeout(50)
    pytest.fail(f"never true: {condition}")


@pytest.mark.parametrize("tells_time", [True, False])
def test_stored_serial_from_the_future_does_not_block_a_later_manifest(app: AppPage, tells_time: bool) -> None:
    """An earlier release, or a page with a wrong clock, may have stored it with other texts and a future time."""
    now, far = app.host.issued_at, issued("2098-01-01T00:00:00Z")
    other_text = replace(app.host, policies=[terms("# Terms\n\nPay.\n")])
    app.host.serve(MANIFEST, app.host.manifest(**far, policies=other_text.bare()))
    app.host.issued_at = "2098-01-01T00:00:00Z"
    app.open(at="2098-01-01T00:00:00Z")
    wait_until(app, "() => Object.values(localStorage).some((x) => x.includes('last_serial'))")
    del app.host.instead[MANIFEST]
    app.host.issued_at, app.host.tells_time = now, tells_time
    app.open()
    expect(app.dialog).to_be_visible()
    wait_until(app, f"() => document.querySelector('policy-prompt').client.manifest.serial == {SERIAL}")
    assert app.page.evaluate("Object.values(localStorage).filter((x) => /last_serial.:40/.test(x))") == []


def test_serial_is_kept_while_one_of_its_keys_is_trusted(app: AppPage) -> None:
    path, host = "/legal/policies.jws.json", app.host
    host.serve(path, jws(host, STRANGER, KEY, **issued("2026-11-21T00:00:00Z")))
    address = {"manifest": host.site + "policies.jws.json"}
    both = {"keys": [STRANGER.public.to_jwk(), KEY.public.to_jwk()]}
    app.open(**address, keys=json.dumps(both))
    expect(app.dialog).to_be_visible()
    host.serve(path, jws(host, KEY))
    app.again(**address, keys=json.dumps(KEY.public.to_jwk()))
    app.ask_site()
    app.hears("rollback", reason="rollback")


def test_expired_manifest_is_reported_and_asks_no_question(app: AppPage) -> None:
    app.host.expires_at = "2026-11-20T11:59:59Z"
    app.host.policies[0]["versions"][0].pop("enforce_at")  # it would block
    app.open()
    details = app.hears("decision", reason="expired")
    assert (details["outcome"], details["would_be"]) == ("stale", "block")
    app.stays_usable()


def test_pages_share_one_poll_per_interval(app: AppPage) -> None:
    app.open()
    expect(app.dialog).to_be_visible()
    for _ in range(3):
        app.again()
        expect(app.dialog).to_be_visible()
    assert app.host.asked.count(("GET", MANIFEST)) == 1
    app.page.clock.fast_forward(36 * 3600 * 1000)  # 1.5 times the interval
    app.page.wait_for_timeout(200)
    assert app.host.asked.count(("GET", MANIFEST)) == 2


def test_retry_after_header_is_respected(app: AppPage, watch: Watch) -> None:
    watch.expect("429")
    app.host.serve(MANIFEST, "", 429, **{"retry-after": "7200"})
    app.open()
    app.hears("error", reason="busy")
    app.page.evaluate("dispatchEvent(new Event('online'))")
    app.page.clock.fast_forward(7_100_000)
    app.page.wait_for_timeout(150)
    assert app.host.asked.count(("GET", MANIFEST)) == 1
    app.page.clock.fast_forward(4_000_000)
    app.page.wait_for_timeout(150)
    assert app.host.asked.count(("GET", MANIFEST)) == 2


def test_announced_version_applies_at_its_instant_without_a_new_manifest(app: AppPage) -> None:
    app.host.policies[0]["versions"].append(
        version(2, "# Terms\n\nBe very kind.\n", "2026-11-20T12:10:00Z", published_at="2026-12-20T12:10:00Z")
    )
    step(app.host, "terms", *app.host.policies[0]["versions"])
    app.open(options={"records": [yes(1)]})
    app.hears("decision", outcome="ok")
    app.stays_usable()
    app.page.clock.fast_forward(600_000)
    app.hears("decision", outcome="block")
    expect(app.dialog).to_be_visible()
    assert app.host.asked.count(("GET", MANIFEST)) == 1


def yes(seq: int) -> dict[str, Any]:
    """Return the records of the app's server: `u_mia` accepted the version `seq`."""
    return {"policy": "terms", "seq": seq, "act": "accepted", "at": "2026-02-01T00:00:00Z", "subject": "u_mia"}


def test_timer_longer_than_the_browser_allows_does_not_fire_immediately(app: AppPage) -> None:
    app.host.policies[0]["versions"].append(version(2, "# Terms\n\nBe very kind.\n", "2030-01-01T00:00:00Z"))
    app.open(options={"records": [yes(1)]})
    app.settle()
    app.page.evaluate(
        "() => { window.timers = 0; const own = setTimeout; window.setTimeout = (...x) => (++timers, own(...x)); }"
    )
    app.page.evaluate("document.querySelector('policy-prompt').client.flush()")
    app.page.clock.run_for(2000)
    assert app.page.evaluate("timers") < 5


COUNT = "window.timers = 0; const own = setTimeout; window.setTimeout = (...x) => (timers++, own(...x));"


def test_slow_site_causes_no_busy_loop(app: AppPage) -> None:
    app.host.slow(MANIFEST, 1)
    app.open(listen=COUNT)
    app.hears("decision", outcome="prompt")
    assert app.page.evaluate("timers") < 20


def test_receipt_identifies_exactly_the_accepted_text(app: AppPage) -> None:
    app.open()
    expect(app.dialog).to_be_visible()
    app.page.wait_for_load_state("networkidle")  # it reads its own file in the background
    app.button("I accept").click()
    receipt = app.hears("receipt", act="accepted")
    expect(app.dialog).to_have_count(0)
    (sent,) = app.host.got(1)
    assert receipt.pop("after") is None, "no record was known before"
    assert sent == receipt | {"key": receipt["id"]}
    assert (sent["policy"], sent["seq"], sent["version"], sent["language"]) == ("terms", 1, "2026-01", "en")
    assert sent["digest"] == app.host.policies[0]["versions"][0]["digests"]["en"]
    assert (sent["serial"], sent["base_seq"], sent["subject"]) == (SERIAL, None, "u_mia")
    assert sent["at"].startswith("2026-11-20T12:00")
    assert sent["manifest_digest"] == digest(app.host.manifest().decode())
    integrity = json.loads((BROWSER / "files.json").read_text("utf-8"))["files"]["prompt.js"]["integrity"]
    shown = {"template": "policy-prompt/1", "label": "I accept", "language": "en"}
    assert sent["surface"].items() >= {**shown, "build": integrity, "channel": "web"}.items()
    assert sent["id"][14] == "7"


def test_answer_in_two_tabs_sends_one_receipt(app: AppPage, context: BrowserContext) -> None:
    app.open()
    other = AppPage(page=context.new_page(), host=app.host).open()
    expect(app.dialog).to_be_visible()
    expect(other.dialog).to_be_visible()
    press = "async () => document.querySelector('policy-prompt').client.act('terms')"
    ids = [app.page.evaluate(press)["id"]]
    # Chromium sends what one process writes to localStorage to the other process after a moment.
    other.page.wait_for_function("id => JSON.stringify({ ...localStorage }).includes(id)", arg=ids[0])
    ids.append(other.page.evaluate(press)["id"])
    expect(app.dialog).to_have_count(0)
    expect(other.dialog).to_have_count(0)
    (sent,) = app.host.got(1)
    assert sent["id"] in ids
    # Both tabs now have the same state.
    assert [tab.page.evaluate(press)["id"] for tab in (app, other)] == [sent["id"]] * 2
    app.page.clock.fast_forward(3600_000)
    assert len(app.host.got(1)) == 1


def test_answer_given_in_another_tab_without_a_broadcast_ends_the_question(
    app: AppPage, context: BrowserContext
) -> None:
    deaf = "BroadcastChannel.prototype.postMessage = () => {};"
    app.open(listen=deaf)
    other = AppPage(page=context.new_page(), host=app.host).open(listen=deaf)
    expect(app.dialog).to_be_visible()
    expect(other.dialog).to_be_visible()
    press = "async () => document.querySelector('policy-prompt').client.act('terms')"
    details = other.page.evaluate(press)["id"]
    app.page.wait_for_function("id => Object.values(localStorage).some((text) => text.includes(id))", arg=details)
    expect(app.dialog).to_be_visible()
    assert app.page.evaluate(press)["id"] == details
    expect(app.dialog).to_have_count(0)


def test_offline_answer_is_sent_once_after_reconnecting(app: AppPage, context: BrowserContext, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    app.open()
    expect(app.dialog).to_be_visible()
    context.set_offline(True)
    app.button("I accept").click()
    expect(app.dialog).to_have_count(0)
    app.hears("error", reason="unreachable")
    assert app.host.received == []
    context.set_offline(False)
    assert [request["act"] for request in app.host.got(1)] == ["accepted"]
    app.page.clock.fast_forward(3600_000)
    assert len(app.host.got(1)) == 1


def test_offline_answer_survives_closing_the_page(app: AppPage, context: BrowserContext, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    app.open()
    expect(app.dialog).to_be_visible()
    context.set_offline(True)
    app.button("I accept").click()
    app.hears("error", reason="unreachable")
    app.page.close()
    context.set_offline(False)
    later = AppPage(page=context.new_page(), host=app.host).open()
    later.hears("decision", outcome="ok")
    assert len(app.host.got(1)) == 1


def test_receipt_is_retried_until_the_server_accepts_it(app: AppPage, watch: Watch) -> None:
    watch.expect("500")
    app.host.answers = [500, 500]
    app.open()
    app.button("I accept").click()
    for _ in range(3):
        app.page.wait_for_timeout(150)
        app.page.clock.fast_forward(5000)
    app.host.got(1)
    assert [request for request in app.host.asked if request[0] == "POST"] == [
        ("POST", "/receipts 500"),
        ("POST", "/receipts 500"),
        ("POST", "/receipts 201"),
    ]
    assert len(app.host.got(1)) == 1
    app.stays_usable()


def test_permanently_rejected_receipt_makes_the_client_ask_again(app: AppPage, watch: Watch) -> None:
    watch.expect("422")
    app.host.answers = [422]
    app.open()
    app.button("I accept").click()
    details = app.hears("rejected", reason="refused")
    assert details["receipt"]["policy"] == "terms"
    expect(app.dialog).to_contain_text("Your answer could not be saved.")
    app.button("I accept").click()
    expect(app.dialog).to_have_count(0)
    assert len(app.host.got(1)) == 1


def test_without_a_receipts_url_the_app_gets_an_event_and_nothing_is_pending(app: AppPage) -> None:
    app.open(receipts=None)
    app.button("I accept").click()
    app.hears("receipt", act="accepted")
    app.stays_usable()
    assert [request for request in app.host.asked if request[0] == "POST"] == []


def test_receipt_handled_by_the_app_is_not_sent(app: AppPage) -> None:
    app.open(listen="document.addEventListener('policy:receipt', (event) => event.preventDefault());")
    app.button("I accept").click()
    app.stays_usable()
    app.page.wait_for_timeout(150)
    assert app.host.received == []


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"


def test_without_storage_state_lasts_as_long_as_the_page(app: AppPage) -> None:
    app.open(listen=BLOCKED)
    app.button("I accept").click()
    expect(app.dialog).to_have_count(0)
    app.stays_usable()
    assert len(app.host.got(1)) == 1


def test_without_storage_tabs_still_share_answers(app: AppPage, context: BrowserContext) -> None:
    app.open(listen=BLOCKED)
    other = AppPage(page=context.new_page(), host=app.host).open(listen=BLOCKED)
    expect(other.dialog).to_be_visible()
    app.button("I accept").click()
    expect(other.dialog).to_have_count(0)
    assert len(app.host.got(1)) == 1


def test_damaged_storage_is_reset(app: AppPage) -> None:
    app.open()
    expect(app.dialog).to_be_visible()
    app.page.evaluate("for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{')")
    app.again()
    expect(app.dialog).to_be_visible()


DAMAGED: list[Any] = [7, None, {}, [None, 7, "junk", [], {}], [{"id": "x", "at": "garbage"}]]


def test_damaged_records_in_storage_are_ignored(app: AppPage, subtests: pytest.Subtests) -> None:
    """The user is asked as before, and the answer is stored and sent."""
    app.open()
    for records in DAMAGED:
        with subtests.test(repr(records)):
            app.host.received.clear()
            expect(app.dialog).to_be_visible()
            app.page.evaluate(
                """records => {
                  const { site } = document.querySelector("policy-prompt").client;
                  localStorage.setItem(`inforce/1/${site}  u_mia`, JSON.stringify({ records }));
                }""",
                records,
            )
            app.again()
            expect(app.dialog).to_be_visible()
            app.button("I accept").click()
            expect(app.dialog).to_have_count(0)
            assert [each["subject"] for each in app.host.got(1)] == ["u_mia"]
            app.page.evaluate("localStorage.clear()")
            app.again()


@pytest.mark.parametrize(
    "damage",
    [
        *({"last_serial": value, "due_at": 0} for value in ("x", {}, {"a": 1}, [[]], True, 1e300)),
        *({"due_at": value, "free_at": value} for value in (1e300, "9" * 300, "x", {}, [])),
        *({"checked_at": value, "due_at": 0} for value in ("x", {}, 1e300)),
        *({"failures": value, "due_at": 0} for value in ("x", {}, 1e300, -1e300)),
    ],
    ids=str,
)
def test_damaged_state_in_storage_does_not_stop_updates(app: AppPage, damage: dict[str, Any]) -> None:
    app.open()
    expect(app.dialog).to_be_visible()
    app.host.issued_at = "2026-11-20T07:00:00Z"
    app.page.evaluate(
        """damage => {
          const key = `inforce/1/${document.querySelector("policy-prompt").client.site}policies.json`;
          localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), ...damage }));
        }""",
        damage,
    )
    app.again()
    wait_until(app, f"() => document.querySelector('policy-prompt').client.manifest.serial == {app.host.serial}")


def test_manifest_lost_from_storage_is_saved_again_even_if_the_site_fails(app: AppPage, watch: Watch) -> None:
    """Otherwise the next page would have no manifest for hours, as after any failure."""
    watch.expect("Failed to load resource")
    app.open()
    expect(app.dialog).to_be_visible()
    app.host.serve(MANIFEST, b"", 500)
    app.page.evaluate("localStorage.clear(); document.querySelector('policy-prompt').client.refresh()")
    app.hears("error", reason="status")
    app.again()
    expect(app.dialog).to_be_visible()


def test_two_manifests_of_a_site_are_independent(app: AppPage) -> None:
    """The smaller manifest is older, which is not a rollback; texts and answers are shared."""
    path = "manifests/shop.json"
    app.host.serve(
        f"/legal/{path}", app.host.manifest(path=path, serial=app.host.serial - 1, issued_at="2026-11-20T05:59:59Z")
    )
    app.open()
    expect(app.dialog).to_be_visible()
    app.again(manifest=app.host.site + path)
    expect(app.dialog.get_by_text("Be kind.")).to_have_count(1)
    app.button("I accept").click()
    app.stays_usable()
    app.again()
    app.hears("decision", outcome="ok")
    assert app.page.evaluate("said.filter(([name]) => name == 'rollback' || name == 'rejected')") == []
    stored = app.page.evaluate("Object.keys(localStorage)")
    assert {f"inforce/1/{app.host.site}{name}" for name in ("policies.json", path)} < set(stored)


ADDRESSES = [
    ("/legal/policies.json", "/legal/", "policies.json"),
    ("/legal/policies.jws.json?v=1#x", "/legal/", "policies.json"),
    ("/policies.json", "/", "policies.json"),
    ("/legal/manifests/shop.json", "/legal/", "manifests/shop.json"),
    ("/legal/manifests/policies-eu.jws.json", "/legal/", "manifests/policies-eu.json"),
    ("/manifests/policies.json", "/manifests/", "policies.json"),
    ("/manifests/manifests/shop.json", "/manifests/", "manifests/shop.json"),
    ("/my-manifests/shop.json", "/my-manifests/", "shop.json"),
]


def test_site_and_path_of_a_manifest_follow_from_its_url(app: AppPage, watch: Watch) -> None:
    watch.expect("Failed to load resource")
    app.open()
    results = app.page.evaluate(
        """async (addresses) => {
          const { createClient } = await import("/browser/client.js"), found = [];
          for (const [address, , path] of addresses) {
            localStorage.clear();
            const keys = address.includes("jws") ? [] : undefined;
            const client = createClient({ manifest: address, keys, target: new EventTarget() });
            await client.start();
            client.stop();
            const stored = Object.keys(localStorage).includes(`inforce/1/${client.base}${path}`);
            found.push([address, client.base, stored]);
          }
          return found;
        }""",
        ADDRESSES,
    )
    assert results == [[address, app.host.url[:-1] + base, True] for address, base, _ in ADDRESSES]


def test_no_identifying_data_is_stored_or_sent_before_the_user_acts(app: AppPage) -> None:
    app.open(subject=None)
    expect(app.dialog).to_be_visible()
    stored = app.page.evaluate("Object.entries(localStorage)")
    assert [key for key, _ in stored] == [f"inforce/1/{app.host.site}policies.json"]
    assert "subject" not in stored[0][1]
    app.button("I accept").click()
    app.stays_usable()
    (sent,) = app.host.got(1)
    assert len(sent["subject"]) == 36
    app.again(subject=None)
    app.hears("decision", outcome="ok")


def test_unreadable_record_is_ignored_and_flagged(app: AppPage) -> None:
    app.open(
        options={"records": [{"policy": "terms", "seq": 1, "act": "accepted", "at": "yesterday", "subject": "u_mia"}]}
    )
    app.settle()
    decision = app.page.evaluate("document.querySelector('policy-prompt').client.decision")
    flags = {policy["id"]: policy["flags"] for policy in decision["policies"]}
    assert flags["terms"] == ["unreadable-record"]
    assert not [name for name, _ in app.says() if name == "error"]


def test_manifest_url_without_https_raises_an_error(app: AppPage) -> None:
    app.open()
    details = app.page.evaluate(
        """async () => {
          const { createClient } = await import("/browser/client.js");
          const manifest = "http://policies.example/policies.json";
          try { createClient({ manifest }); } catch (error) { return String(error); }
        }"""
    )
    assert details == "TypeError: no https: http://policies.example/policies.json"
