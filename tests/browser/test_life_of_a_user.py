"""The life of a user: what the page shows, what is recorded and what the server decides, in one test per situation.

The docstrings are the first column of the table in docs/apps/situations.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.app_host import AppHost, policy, step, version
from browser.app_page import NOON, AppPage
from browser.watch import Watch
from inforce.acceptance import decide
from inforce.signing import generate_key, sign

JOINED = "2026-01-01T00:00:00Z"
FIRST = version(1, "# Terms of Use\n\nBe kind.\n", JOINED)
OLDER = 1_795_068_000  # the serial of 19 November at 6:00
ACCEPTED = {"policy": "terms", "seq": 1, "act": "accepted", "at": "2026-01-02T00:00:00Z", "subject": "u_mia"}
KNOWN: dict[str, Any] = {"options": {"records": [ACCEPTED]}, "since": JOINED}
NEW = "# Terms of Use\n\nBe kind and fair.\n"


def second(effective: str = "2026-11-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    """Return the second version of the terms, published on 15 October."""
    return version(2, NEW, effective, **{"published_at": "2026-10-15T00:00:00Z", "enforce_at": effective} | more)


ANNOUNCED = second("2026-12-01T00:00:00Z")


def terms(*versions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return policy("terms", "accept", *versions, **more)


def news(**more: Any) -> dict[str, Any]:
    return policy("news", "consent", version(1, "# Newsletter\n\nOnce a month.\n", JOINED), **more)


@dataclass(frozen=True, kw_only=True)
class Life(AppPage):
    """The page of an app, and the decision of its server."""

    def accept(self) -> dict[str, Any]:
        """Accept the terms in the dialog, and return the receipt that the server received."""
        before = len(self.host.received)
        self.button("I accept").click()
        expect(self.dialog).to_have_count(0)
        return self.host.got(before + 1)[-1]

    def server(self, at: str, *records: dict[str, Any], **subject: Any) -> tuple[str, str]:
        """Return outcome and reason of the terms on the server at `at`; by default with the receipts received."""
        who = {"id": "u_mia", "since": JOINED} | subject
        state = {"records": list(records) or self.host.received}
        question = {"manifest": json.loads(self.host.manifest()), "now": at, "role": "server", "subject": who}
        decided = next(entry for entry in decide(question | {"state": state})["policies"] if entry["id"] == "terms")
        return decided["outcome"], decided["reason"]

    def at(self, instant: str) -> None:
        """Advance the clock of the page to `instant`, running its timers."""
        self.page.clock.run_for(1)
        self.page.clock.fast_forward(self._until(instant))

    def _until(self, instant: str) -> int:
        return int(self.page.evaluate("(instant) => Date.parse(instant) - Date.now()", instant))


@pytest.fixture
def host() -> Iterator[AppHost]:
    with AppHost(policies=[terms(FIRST, second())]) as running:
        step(running, "terms", FIRST, second())
        yield running


@pytest.fixture
def life(host: AppHost, page: Page) -> Life:
    return Life(page=page, host=host)


def test_new_user_must_accept_before_the_app_continues(life: Life) -> None:
    """A new user."""
    life.open(since=None)
    expect(life.dialog).to_be_visible()
    expect(life.button("Later")).to_have_count(0)
    assert life.server(NOON) == ("block", "first-time")
    receipt = life.accept()
    assert (receipt["seq"], receipt["act"], receipt["version"]) == (2, "accepted", "2026-02")
    assert life.server(NOON) == ("ok", "current")


def test_user_who_accepted_in_a_form_is_not_asked_again(life: Life) -> None:
    """Accepted in the sign-up form."""
    form = ACCEPTED | {"seq": 2, "at": "2026-11-20T11:59:00Z", "surface": {"channel": "web"}}
    life.open(options={"records": [form]}, since="2026-11-20T11:59:00Z")
    life.settle()
    life.stays_usable()
    assert life.server(NOON, form, since="2026-11-20T11:59:00Z") == ("ok", "current")


def test_editorial_change_asks_nothing(life: Life) -> None:
    """An editorial change."""
    life.host.policies = [terms(FIRST, second(change="editorial"))]
    life.open(**KNOWN)
    life.settle()
    expect(life.bar).to_have_count(0)
    life.stays_usable()
    assert life.server(NOON, ACCEPTED) == ("ok", "current")


def test_change_at_the_level_of_a_notice_is_told_once(life: Life) -> None:
    """A change of the level *notice*."""
    life.host.policies = [terms(FIRST, second(change="notice"))]
    life.open(**KNOWN)
    expect(life.bar).to_contain_text("This has changed.")
    life.button("OK").click()
    expect(life.bar).to_have_count(0)
    life.again(**KNOWN)
    life.settle()
    expect(life.bar).to_have_count(0)
    assert life.host.received == []


def test_material_change_is_shown_from_the_users_own_version(life: Life) -> None:
    """A material change."""
    life.open(**KNOWN)
    expect(life.dialog.locator("ins")).to_contain_text("Be kind and fair.")
    assert life.server(NOON, ACCEPTED) == ("block", "reaccept")
    assert life.accept()["base_seq"] == 1
    assert life.server(NOON, ACCEPTED, *life.host.received) == ("ok", "current")


def test_announcement_that_was_dismissed_is_not_shown_again(life: Life) -> None:
    """A version is announced, and the user dismisses the notice."""
    life.host.policies = [terms(FIRST, ANNOUNCED)]
    life.open(**KNOWN)
    expect(life.bar).to_contain_text("A new version applies from")
    life.button("OK").click()
    life.again(**KNOWN)
    life.settle()
    expect(life.bar).to_have_count(0)
    assert life.server(NOON, ACCEPTED) == ("notice", "upcoming")


def test_version_accepted_before_it_applies_is_not_asked_when_it_applies(life: Life) -> None:
    """The announced version is accepted early."""
    life.host.policies = [terms(FIRST, ANNOUNCED)]
    life.open(**KNOWN)
    life.settle()
    life.page.evaluate("document.querySelector('policy-prompt').client.act('terms')")
    (receipt,) = life.host.got(1)
    assert (receipt["seq"], receipt["act"]) == (2, "accepted")
    life.at("2026-12-01T00:00:01Z")
    life.stays_usable()
    assert life.server("2026-12-01T00:00:00Z", ACCEPTED, receipt) == ("ok", "current")


def test_device_without_a_connection_asks_at_the_instant_of_the_change(life: Life, watch: Watch) -> None:
    """A device is offline when a version applies."""
    watch.expect("Failed to load resource")
    life.host.policies = [terms(FIRST, ANNOUNCED)]
    life.open(**KNOWN)
    expect(life.bar).to_be_visible()
    life.page.context.set_offline(True)
    life.at("2026-12-01T00:00:01Z")
    expect(life.dialog).to_be_visible()


def test_period_of_grace_ends_at_its_last_second(life: Life) -> None:
    """A period of grace."""
    life.host.policies = [terms(FIRST, second(enforce_at="2026-11-20T12:05:00Z"))]
    life.open(**KNOWN)
    expect(life.button("Later")).to_be_visible()
    life.at("2026-11-20T12:04:59Z")
    expect(life.button("Later")).to_be_visible()
    assert life.server("2026-11-20T12:04:59Z", ACCEPTED) == ("prompt", "reaccept")
    life.at("2026-11-20T12:05:00Z")
    expect(life.button("Later")).to_have_count(0)
    assert life.server("2026-11-20T12:05:00Z", ACCEPTED) == ("block", "reaccept")


def test_newcomer_has_no_period_of_grace(life: Life) -> None:
    """A user joins during a period of grace."""
    life.host.policies = [terms(FIRST, second(enforce_at="2026-12-20T00:00:00Z"))]
    life.open(since="2026-11-20T11:00:00Z")
    expect(life.dialog).to_be_visible()
    expect(life.button("Later")).to_have_count(0)
    assert life.server(NOON, {**ACCEPTED, "policy": "other"}, since="2026-11-20T11:00:00Z") == ("block", "first-time")


def test_cancelled_version_leaves_the_earlier_acceptance_valid(life: Life) -> None:
    """A version is cancelled after an early acceptance."""
    cancelled = ANNOUNCED | {"cancelled_at": "2026-11-19T00:00:00Z"}
    life.host.policies = [terms(FIRST, unlisted(cancelled), cancelled=[2])]
    early = ACCEPTED | {"seq": 2, "at": "2026-11-10T00:00:00Z"}
    life.open(options={"records": [ACCEPTED, early]}, since=JOINED)
    life.settle()
    life.stays_usable()
    assert life.server("2026-12-02T00:00:00Z", ACCEPTED, early) == ("ok", "current")


def unlisted(version: dict[str, Any]) -> dict[str, Any]:
    """Return `version` as a manifest shows one that was cancelled: by its number only."""
    return version | {"unlisted": True}


def test_withdrawn_policy_asks_nothing(life: Life) -> None:
    """A policy is withdrawn."""
    life.host.policies = [terms(FIRST, second(), withdrawn_at="2026-11-19T00:00:00Z")]
    life.open(since=None)
    life.settle()
    life.stays_usable()
    assert life.server(NOON) == ("ok", "policy-withdrawn")


def test_contract_comes_first_and_the_consent_is_a_second_step(life: Life) -> None:
    """A contract and a consent are due."""
    life.host.policies = [news(), terms(FIRST, second())]
    life.open(**KNOWN)
    expect(life.button("I accept")).to_be_visible()
    expect(life.button("I agree")).to_have_count(0)
    life.button("I accept").click()
    expect(life.button("I agree")).to_be_enabled()
    life.button("Later").click()
    expect(life.dialog).to_have_count(0)
    assert [receipt["policy"] for receipt in life.host.got(1)] == ["terms"]


def test_text_is_shown_in_the_language_of_the_user_and_recorded_so(life: Life) -> None:
    """A text in several languages."""
    both = version(2, {"en": NEW, "de": "# Nutzungsbedingungen\n\nSeien Sie nett.\n"}, JOINED)
    life.host.policies = [terms(both)]
    life.open(since=None, languages="de-AT")
    expect(life.dialog.get_by_role("heading", name="Nutzungsbedingungen")).to_be_visible()
    life.page.locator("policy-prompt").get_by_role("button").first.click()
    (receipt,) = life.host.got(1)
    assert (receipt["language"], receipt["digest"]) == ("de", both["digests"]["de"])
    assert receipt["surface"]["language"] == "de"


def test_answer_in_one_tab_closes_the_question_in_the_other(life: Life, context: BrowserContext) -> None:
    """Two tabs."""
    life.open(**KNOWN)
    expect(life.dialog).to_be_visible()
    other = Life(page=context.new_page(), host=life.host).open(**KNOWN)
    expect(other.dialog).to_be_visible()
    life.accept()
    expect(other.dialog).to_have_count(0)
    assert len(life.host.got(1)) == 1
    other.page.close()


def test_answer_on_another_device_arrives_with_the_records_of_the_server(life: Life) -> None:
    """Two devices."""
    elsewhere = ACCEPTED | {"seq": 2, "at": "2026-11-20T10:00:00Z", "received_at": "2026-11-20T10:00:01Z", "n": 7}
    life.host.serve("/api/records", json.dumps([ACCEPTED, elsewhere]))
    life.open(since=JOINED, records="/api/records")
    life.settle()
    life.stays_usable()
    assert life.server(NOON, ACCEPTED, elsewhere) == ("ok", "current")


def test_device_whose_clock_is_behind_records_no_time_before_the_manifest(life: Life) -> None:
    """The clock of the device is behind."""
    life.open(at="2026-11-10T00:00:00Z", **KNOWN)
    receipt = life.accept()
    assert receipt["at"] >= life.host.issued_at
    assert receipt["device_at"].startswith("2026-11-10T00:00")
    assert life.server(NOON, ACCEPTED, receipt) == ("ok", "current")


def test_device_whose_clock_is_ahead_records_the_time_of_the_host(life: Life) -> None:
    """The clock of the device is ahead."""
    life.open(at="2027-11-20T00:00:00Z", **KNOWN)
    receipt = life.accept()
    assert receipt["at"].startswith("2026-11-20T06:00")
    assert receipt["device_at"].startswith("2027-11-20T00:00")
    assert life.server(NOON, ACCEPTED, receipt) == ("ok", "current")


def test_expired_manifest_asks_nothing(life: Life) -> None:
    """The manifest has expired."""
    life.host.expires_at = "2026-11-20T07:00:00Z"
    life.open(**KNOWN)
    assert life.hears("decision", outcome="stale", reason="expired")["would_be"] == "block"
    life.stays_usable()


def test_older_manifest_is_not_used(life: Life) -> None:
    """The site serves an older manifest."""
    life.open(**KNOWN)
    expect(life.dialog).to_be_visible()
    life.host.serve("/legal/policies.json", life.host.manifest(issued_at="2026-11-19T06:00:00Z", serial=OLDER))
    life.ask_site()
    life.hears("rollback")
    expect(life.dialog).to_be_visible()


def test_key_that_replaces_another_is_accepted(life: Life) -> None:
    """A signing key is replaced."""
    old, new = generate_key(), generate_key()
    address = {"manifest": life.host.site + "policies.jws.json"}
    for signer, trusted in ((old, [old]), (old, [old, new]), (new, [old, new]), (new, [new])):
        life.host.serve("/legal/policies.jws.json", sign(life.host.manifest(), [signer]).decode())
        keys = json.dumps({"keys": [key.public.to_jwk() for key in trusted]})
        (life.open if signer is old and trusted == [old] else life.again)(**KNOWN, **address, keys=keys)
        expect(life.button("I accept")).to_be_enabled()
        life.ask_site()
        assert {name for name, _ in life.says()} == {"decision"}


def test_site_whose_texts_are_missing_blocks_no_user(life: Life, watch: Watch) -> None:
    """The site has the manifest, but not the texts."""
    watch.expect("Failed to load resource")
    life.host.serve("/legal/terms/2026-02/en.md", "", 404)
    life.open(**KNOWN)
    expect(life.button("I accept")).to_be_disabled()
    life.button("Later").click()
    life.stays_usable()


def test_receipt_is_sent_later_if_the_server_is_down(life: Life, watch: Watch) -> None:
    """The app's server fails."""
    watch.expect("Failed to load resource")
    life.host.answers = [500, 500]
    life.open(**KNOWN)
    life.button("I accept").click()
    expect(life.dialog).to_have_count(0)
    life.hears("error", reason="status")
    life.page.clock.run_for(20_000)
    (receipt,) = life.host.got(1)
    assert receipt["key"] == receipt["id"]


def test_busy_site_changes_nothing_for_a_user_who_answered(life: Life, watch: Watch) -> None:
    """The site is busy (503)."""
    watch.expect("Failed to load resource")
    life.open(**KNOWN)
    life.accept()
    life.host.serve("/legal/policies.json", "", 503, **{"retry-after": "3600"})
    life.ask_site()
    life.hears("error", reason="busy")
    life.again(**KNOWN)
    life.settle()
    life.stays_usable()


def test_browser_that_stores_nothing_still_records_the_answer(life: Life) -> None:
    """The browser stores nothing."""
    blocked = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"
    )
    life.open(listen=blocked, **KNOWN)
    assert life.accept()["seq"] == 2
    life.stays_usable()


def test_answer_before_signing_up_becomes_that_of_the_new_user(life: Life, watch: Watch) -> None:
    """An answer before signing up."""
    watch.expect("Failed to load resource")
    life.host.answers = [401]
    life.open(subject=None, since=None, receipts="/receipts")
    life.button("I accept").click()
    expect(life.dialog).to_have_count(0)
    anonymous = life.page.evaluate("document.querySelector('policy-prompt').client.subject")
    life.page.evaluate("document.querySelector('policy-prompt').client.claim('u_new')")
    life.again(subject="u_new", since=NOON)
    (receipt,) = life.host.got(1)
    assert (receipt["subject"], anonymous != "u_new") == ("u_new", True)
    life.settle()
    life.stays_usable()
    assert life.server(NOON, receipt, id="u_new", since=NOON) == ("ok", "current")


def test_consent_that_was_withdrawn_is_not_asked_for_at_once(life: Life) -> None:
    """A consent is withdrawn."""
    agreed = {"policy": "news", "seq": 1, "act": "consented", "at": "2026-11-01T00:00:00Z", "subject": "u_mia"}
    life.host.policies = [news()]
    life.open(options={"records": [agreed]}, since=JOINED)
    life.settle()
    life.page.evaluate("document.querySelector('policy-prompt').client.act('news', 'withdrawn')")
    (receipt,) = life.host.got(1)
    assert (receipt["act"], receipt["policy"]) == ("withdrawn", "news")
    last = life.page.evaluate("document.querySelector('policy-prompt').client.decision.policies[0]")
    assert (last["outcome"], last["reason"]) == ("ok", "refused")
    life.stays_usable()


def test_device_forgets_a_user_who_deletes_the_account(life: Life) -> None:
    """The user deletes the account."""
    life.open(**KNOWN)
    life.accept()
    kept = "Object.entries(localStorage).filter((entry) => entry.join().includes('u_mia')).length"
    assert life.page.evaluate(kept) > 0
    life.page.evaluate("document.querySelector('policy-prompt').client.forget()")
    assert life.page.evaluate(kept) == 0
    life.again(since=None)
    expect(life.dialog).to_be_visible()


@pytest.mark.parametrize("capacity", ["guardian", "organisation"])
def test_receipt_states_who_answered_for_the_user(life: Life, capacity: str) -> None:
    """A guardian or an organisation answers."""
    actor = {"ref": "p_7", "capacity": capacity, "authority": "parent" if capacity == "guardian" else "director"}
    life.open(options={"records": [ACCEPTED], "actor": actor}, since=JOINED)
    receipt = life.accept()
    assert (receipt["actor"], receipt["subject"]) == (actor, "u_mia")
    assert life.server(NOON, ACCEPTED, receipt) == ("ok", "current")


def test_brands_of_one_publisher_ask_one_after_the_other(life: Life) -> None:
    """Several brands, each with its site."""
    club = AppHost(policies=[policy("club", "accept", version(1, "# Club Rules\n\nBe there.\n", JOINED))])
    club.__dict__["url"] = f"{life.host.url}club/"  # the second brand is on the same host
    for path, content in (("policies.json", club.manifest()), ("club/2026-01/en.md", b"# Club Rules\n\nBe there.\n")):
        life.host.serve(f"/club/legal/{path}", content)
    life.open(**KNOWN)
    life.put(manifest=f"{club.site}policies.json", since=None)
    for policy_id in ("terms", "club"):
        expect(life.dialog).to_have_count(1)
        life.button("I accept").click()
        assert life.host.got(1).pop()["policy"] == policy_id
    expect(life.dialog).to_have_count(0)


def test_correction_of_an_accepted_version_asks_nothing(life: Life) -> None:
    """A correction of the accepted version."""
    corrected = version(
        3, NEW, "2026-11-10T00:00:00Z", amends=2, change="editorial", published_at="2026-11-10T00:00:00Z"
    )
    life.host.policies = [terms(FIRST, second(), corrected, amendments={"3": 2})]
    accepted = ACCEPTED | {"seq": 2, "at": "2026-11-05T00:00:00Z"}
    life.open(options={"records": [accepted]}, since=JOINED)
    life.settle()
    life.stays_usable()
    assert life.server(NOON, accepted) == ("ok", "current")


def test_documented_situations_are_those_of_the_tests() -> None:
    text = (Path(__file__).parents[2] / "docs/apps/situations.md").read_text("utf-8")
    documented = re.findall(r"^\| ([A-Z][^|]*) \|", text, re.MULTILINE)[1:]
    tested = [value.__doc__ for name, value in globals().items() if name.startswith("test_") and value.__doc__]
    assert [f"{situation.replace('*', '')}." for situation in documented] == [
        str(doc).replace("*", "") for doc in tested
    ]
