"""The settings: every answer of the user, how to change it, and its receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from browser.app_host import AppHost, digest, policy, version
from browser.app_page import LISTEN, NOON, AppPage
from browser.watch import Watch, settled

PHONE, DESK = {"width": 320, "height": 640}, {"width": 1000, "height": 800}
OLD, PAST, SOON = "2025-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"
PUT = """([attributes, options, slot]) => {
  const made = document.createElement("policy-choices");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.options = options;
  const link = Object.assign(document.createElement("a"), { href: "/close", slot, textContent: "Close the account" });
  made.append(link);
  document.querySelector("main").append(made);
}"""


def receipt(name: str, seq: int, act: str, text: str) -> dict[str, Any]:
    """Return a stored receipt of the user for version `seq` with `text`."""
    version = {"version": f"2026-0{seq}", "language": "en", "digest": digest(text)}
    return {"id": f"r-{name}", "policy": name, "seq": seq, **version, "act": act, "at": PAST, "subject": "u_mia"}


@pytest.fixture
def app(page: Page) -> Iterator[AppPage]:
    """An app with a consent not given, accepted terms, and an older privacy policy that the user has read."""
    mail = "# Newsletter\n\nOnce a month.\n"
    terms = "# Terms of Use\n\nBe kind.\n"
    texts = [f"# Privacy Policy\n\nText {seq}.\n" for seq in (1, 2, 3)]
    news = policy("news", "consent", version(1, mail, OLD), reask_seconds=31_536_000)
    days = [(OLD, {}), (PAST, {"enforce_at": None}), (SOON, {"published_at": PAST})]
    privacy = [version(seq, texts[seq - 1], day, **more) for seq, (day, more) in enumerate(days, 1)]
    every = [news, policy("terms", "accept", version(1, terms, OLD)), policy("privacy", "acknowledge", *privacy)]
    with AppHost(policies=every) as host:
        host.instead["/app.js"] = (200, {"content-type": "text/javascript"}, b'import "/browser/choices.js";')
        opened = AppPage(page=page, host=host)
        page.clock.install(time=NOON)
        page.add_init_script(LISTEN)
        yield opened


RECORDS = [
    receipt("terms", 1, "accepted", "# Terms of Use\n\nBe kind.\n"),
    receipt("privacy", 1, "acknowledged", "# Privacy Policy\n\nText 1.\n"),
]


def show(app: AppPage, **attributes: str) -> None:
    own = {"manifest": app.host.site + "policies.json", "subject": "u_mia", "since": OLD, "receipts": "/receipts"}
    app.page.goto(app.host.url)
    app.page.evaluate(PUT, [own | attributes, {"records": RECORDS}, "end-terms"])


def choice(app: AppPage, name: str) -> Locator:
    return app.page.locator("policy-choices article").filter(has_text=name)


def test_every_answer_is_listed_with_its_text_and_receipt(app: AppPage, tmp_path: Path) -> None:
    show(app)
    news, terms, privacy = (choice(app, name) for name in ("Newsletter", "Terms of Use", "Privacy Policy"))
    expect(app.page.locator("policy-choices h2")).to_have_text("Your choices")
    expect(news).to_contain_text("Not answered yet")
    expect(terms).to_contain_text("You accepted · March 1, 2026Version 2026-01")
    expect(privacy).to_contain_text("You read it · March 1, 2026Version 2026-01In force now: 2026-02")
    expect(privacy).to_contain_text("A new version applies from March 1, 2027. What changes for you")
    links = "x => [...x.querySelectorAll('a')].map((y) => [y.textContent, y.href.slice(0, 60)])"
    base = app.host.site
    assert [link for link in privacy.evaluate(links) if link[0] != "Receipt"] == [
        ["What changes for you", f"{base}privacy/2026-01/since/"],
        ["The text you answered", f"{base}privacy/2026-01/"],
        ["The text in force", f"{base}privacy/"],
    ]
    assert terms.get_by_role("button").count() == 0
    expect(app.page.get_by_role("link", name="Close the account")).to_be_visible()
    with app.page.expect_download() as one:
        terms.get_by_role("link", name="Receipt").click()
    one.value.save_as(tmp_path / "one.json")
    assert one.value.suggested_filename == "receipt-terms-2026-01.json"
    assert json.loads((tmp_path / "one.json").read_text("utf-8")) == RECORDS[0]
    with app.page.expect_download() as every:
        app.page.get_by_role("link", name="Download all receipts").click()
    every.value.save_as(tmp_path / "all.json")
    assert json.loads((tmp_path / "all.json").read_text("utf-8")) == RECORDS
    privacy.get_by_role("button", name="I have read it").click()
    expect(privacy).to_contain_text("You read it · November 20, 2026Version 2026-02")
    assert privacy.get_by_role("button").count() == 0


def test_consent_is_withdrawn_in_as_few_clicks_as_it_is_given(app: AppPage) -> None:
    show(app)
    news = choice(app, "Newsletter")
    buttons = news.get_by_role("button")
    state = "all => all.map((x) => [x.textContent, x.ariaPressed])"
    expect(buttons).to_have_count(2)
    assert buttons.evaluate_all(state) == [["I agree", "false"], ["I do not agree", "false"]]
    looks = "x => ['backgroundColor', 'color', 'fontSize', 'fontWeight', 'width'].map((y) => getComputedStyle(x)[y])"
    assert buttons.first.evaluate(looks) == buttons.last.evaluate(looks)
    buttons.first.click()
    expect(news).to_contain_text(
        "You agreed · November 20, 2026Version 2026-01 · Your answer holds until November 20, 2027."
    )
    assert buttons.evaluate_all(state) == [["✓ Agreed", "true"], ["Withdraw", "false"]]
    assert app.page.evaluate("document.querySelector('policy-choices').shadowRoot.activeElement.id") == "news 0"
    buttons.first.click()
    buttons.last.click()
    expect(news).to_contain_text("You withdrew your agreement")
    assert buttons.evaluate_all(state) == [["I agree", "false"], ["✓ I do not agree", "true"]]
    given, withdrawn = app.host.got(2)
    assert [given["act"], withdrawn["act"]] == ["consented", "withdrawn"]
    surface = withdrawn["surface"]
    shown = {
        "answers": ["✓ Agreed", "Withdraw"],
        "base_seq": 1,
        "language": "en",
        "outcome": "ok",
        "policy": "news",
        "reason": "current",
        "state": "consented",
        "target_seq": 1,
        "template": "policy-choices/1",
        "text": digest("# Newsletter\n\nOnce a month.\n"),
        "title": "Newsletter",
    }
    screen = digest(json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    assert surface | {"build": None} == {
        "template": "policy-choices/1",
        "screen": screen,
        "label": "Withdraw",
        "language": "en",
        "outcome": "ok",
        "opened": False,
        "channel": "web",
        "build": None,
    }


LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light", "forced_colors": "none"},
    {"color_scheme": "dark", "forced_colors": "none"},
    {"color_scheme": "dark", "forced_colors": "active"},
]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_choices_are_accessible_in_each_colour_mode_and_width(app: AppPage, language: str) -> None:
    show(app, languages=language)
    expect(app.page.locator("policy-choices article")).to_have_count(3)
    expect(choice(app, "Privacy Policy")).to_have_count(1)
    app.page.evaluate(Axe().axe_script)
    violations = []
    for look in LOOKS:
        app.page.emulate_media(**look)
        for size in (DESK, PHONE):
            app.page.set_viewport_size(size)
            settled(app.page)
            reported = app.page.evaluate("axe.run({ resultTypes: ['violations'] }).then((x) => x.violations)")
            violations += [f"{look} {x['id']} {node['target']}" for x in reported for node in x["nodes"]]
    assert violations == []
    boxes = app.page.evaluate(
        """() => [...document.querySelector("policy-choices").shadowRoot.querySelectorAll("a, button")].map(x => {
          const { left, right, height } = x.getBoundingClientRect();
          return [x.textContent, left, right, Math.round(height)];
        })"""
    )
    assert [box for box in boxes if box[1] < 0 or box[2] > PHONE["width"] or box[3] < 44] == []
    direction = app.page.locator("policy-choices .list").evaluate("x => getComputedStyle(x).direction")
    assert direction == ("rtl" if language == "ar" else "ltr")
    app.page.emulate_media(media="print")
    expect(app.page.locator("policy-choices button").first).to_be_hidden()
    app.page.emulate_media(media="screen", forced_colors="none", color_scheme="light")


def test_version_that_applies_to_new_users_already_is_not_announced_to_them(app: AppPage) -> None:
    app.host.policies[2]["versions"][2]["effective_at_new"] = PAST
    show(app, since="2026-11-01T00:00:00Z")
    privacy = choice(app, "Privacy Policy")
    expect(privacy).to_contain_text("In force now: 2026-03")
    expect(privacy).not_to_contain_text("A new version applies")


def test_failures_are_shown(app: AppPage, watch: Watch) -> None:
    watch.expect("422", "503", "404")
    app.host.answers = [422, *[503] * 9]
    show(app)
    news = choice(app, "Newsletter")
    news.get_by_role("button", name="I agree").click()
    expect(news).to_contain_text("Your answer could not be saved. Please answer again.")
    expect(news).to_contain_text("Not answered yet")
    news.get_by_role("button", name="I agree").click()
    expect(news).to_contain_text("Not sent yet. It will be sent as soon as there is a connection.")
    app.host.answers = []
    app.page.evaluate("dispatchEvent(new Event('online'))")
    expect(news).not_to_contain_text("Not sent yet")
    app.page.evaluate("localStorage.clear()")
    app.host.instead["/legal/policies.json"] = (404, {}, b"")
    show(app)
    expect(app.page.locator("policy-choices")).to_contain_text("Your choices cannot be shown now.")
