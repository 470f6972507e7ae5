"""The prompt: its questions, its messages, and its limits on changes by an app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, expect

from browser.app_host import AppHost, digest, policy, step, version
from browser.app_page import AppPage
from browser.watch import Watch, settled

PAST, SOON = "2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"
DESK, PHONE = {"width": 1000, "height": 800}, {"width": 320, "height": 640}
OLD = "# Terms of Use\n\nYou may use the shop.\n"
NEW = "# Terms of Use\n\n## Accounts {#accounts}\n\nYou may use the shop, and not resell your account.\n"
RECORD = {"policy": "terms", "seq": 1, "act": "accepted", "at": "2026-01-02T00:00:00Z", "subject": "u_mia"}
KNOWN = {"records": [RECORD]}


def terms(host: AppHost, enforce: str | None, new: str | dict[str, str] = NEW) -> dict[str, Any]:
    """Return terms whose second version must be accepted by `enforce`, with the redline from the first."""
    first, second = version(1, OLD, "2026-01-01T00:00:00Z"), version(2, new, "2026-02-01T00:00:00Z", enforce_at=enforce)
    runs = [{"op": "equal", "text": "You may use the shop"}, {"op": "insert", "text": ", and not resell your account"}]
    points = [{"section": "accounts", "text": "Accounts may not be resold."}]
    clauses = [{"id": "accounts", "heading": "Accounts", "state": "added", "inserted": 5, "deleted": 0}]
    runs = [*runs, {"op": "equal", "text": "."}]
    step(host, "terms", first, second, summary=points, runs=runs, clauses=clauses)
    return policy("terms", "accept", first, second)


def privacy(**more: Any) -> dict[str, Any]:
    return policy("privacy", "acknowledge", version(2, "# Privacy\n\nWe keep orders.\n", PAST, enforce_at=None), **more)


def news() -> dict[str, Any]:
    return policy("news", "consent", version(3, "# Newsletter\n\nOnce a month.\n", PAST))


def cookies() -> dict[str, Any]:
    """Return a policy with the act `none` and an announced version."""
    old, new = version(1, "# Cookies\n\nFew.\n", PAST), version(2, "# Cookies\n\nFewer.\n", SOON, published_at=PAST)
    return policy("cookies", "none", old, new)


@pytest.fixture
def host() -> Iterator[AppHost]:
    with AppHost() as running:
        yield running


@pytest.fixture
def app(host: AppHost, page: Page) -> AppPage:
    return AppPage(page=page, host=host)


STATES: dict[str, dict[str, Any]] = {
    "a notice": {"options": {}},
    "a prompt": {"options": KNOWN},
    "a block": {"options": KNOWN, "inside": "Export your data"},
}


def state(app: AppPage, name: str, **attributes: Any) -> AppPage:
    """Bring the app into the state `name`, and wait until the prompt is complete."""
    host = app.host
    if name == "a notice":
        host.policies = [cookies()]
    elif name == "a prompt":
        host.policies = [terms(host, SOON), privacy(), news()]
    else:
        host.policies = [terms(host, PAST)]
    app.open(**STATES[name] | attributes)
    expect(app.bar if name == "a notice" else app.dialog).to_be_visible()
    if name != "a notice":
        app.page.wait_for_function(
            "() => !document.querySelector('policy-prompt').shadowRoot.querySelector('button:disabled')"
        )
        app.page.wait_for_function("() => document.querySelector('policy-prompt').shadowRoot.querySelector('details')")
    return app


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize("name", STATES)
def test_prompt_is_accessible_in_all_colour_modes_and_on_a_phone(app: AppPage, name: str) -> None:
    """WCAG 2.2, A and AA, as far as axe can check."""
    state(app, name)
    app.page.evaluate(Axe().axe_script)
    violations = []
    for look, media in LOOKS.items():
        app.page.emulate_media(**media)
        for size in (DESK, PHONE):
            app.page.set_viewport_size(size)
            settled(app.page)
            reported = app.page.evaluate("axe.run({ resultTypes: ['violations'] }).then((x) => x.violations)")
            violations += [
                f"{look} {size}: {receipt['id']} {node['target']}" for receipt in reported for node in receipt["nodes"]
            ]
    assert violations == []


@pytest.mark.parametrize("name", STATES)
def test_right_to_left_prompt_is_accessible(app: AppPage, name: str) -> None:
    state(app, name, languages="ar")
    app.page.evaluate(Axe().axe_script)
    app.page.set_viewport_size(PHONE)
    settled(app.page)
    assert app.page.evaluate("axe.run({ resultTypes: ['violations'] }).then((x) => x.violations)") == []
    shown = app.bar if name == "a notice" else app.dialog
    assert shown.evaluate("x => getComputedStyle(x).direction") == "rtl"
    assert shown.evaluate("x => x.lang") == "ar"


@pytest.mark.parametrize("name", STATES)
def test_prompt_fits_a_narrow_phone_with_buttons_large_enough_to_tap(app: AppPage, name: str) -> None:
    app.page.set_viewport_size(PHONE)
    state(app, name)
    boxes = app.page.evaluate(
        """() => {
          const { shadowRoot } = document.querySelector("policy-prompt");
          return [...shadowRoot.querySelectorAll("button, a, summary, dialog, section")].map((x) => {
            const { left, right, height } = x.getBoundingClientRect();
            return [x.localName, left, right, Math.round(height)];
          });
        }"""
    )
    assert [box for box in boxes if box[1] < 0 or box[2] > PHONE["width"]] == []
    assert [box for box in boxes if box[3] < 44] == []
    assert app.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_prompt_shows_the_summary_then_the_redline_then_the_text(app: AppPage) -> None:
    state(app, "a prompt")
    article = app.dialog.locator("article").first
    order = article.evaluate("x => [...x.querySelectorAll('h3, h4.version, .text, ul')].map((one) => one.textContent)")
    assert order == [
        "Terms of Use",
        "2026-02",
        "Accounts Accounts may not be resold.",
        "You may use the shopadded: , and not resell your account.",
        "AccountsYou may use the shop, and not resell your account.\n",
    ]
    assert article.locator("ins").text_content() == "added: , and not resell your account"
    expect(article).to_contain_text(
        "In force since February 1, 2026. It has changed since your answer of January 2, 2026. "
        "Please answer by March 1, 2027."
    )


def test_since_redline_is_shown_if_the_pair_has_none(app: AppPage) -> None:
    host = app.host
    host.policies = [terms(host, SOON)]
    ((status, headers, body),) = host.instead.values()
    document = json.loads(body)
    head = {name: document[name] for name in ("spec", "site", "policy", "language")}
    since = {"type": "policy-changes-since", **head, "version": "2026-01", "in_force": [document], "announced": []}
    host.instead = {"/legal/terms/2026-01/since/en.json": (status, headers, json.dumps(since).encode())}
    app.open(options=KNOWN)
    expect(app.dialog.locator("ins")).to_contain_text("not resell")


def test_redline_of_other_texts_is_not_shown(app: AppPage) -> None:
    host = app.host
    host.policies = [terms(host, SOON)]
    path, (status, headers, body) = next(iter(host.instead.items()))
    digest = host.policies[0]["versions"][0]["digests"]["en"]
    host.instead[path] = (status, headers, body.replace(digest.encode(), b"sha256:" + b"0" * 64))
    app.open(options=KNOWN)
    expect(app.button("I accept")).to_be_enabled()
    expect(app.dialog.locator("ins")).to_have_count(0)


def test_redline_starts_at_a_version_no_longer_in_the_manifest(app: AppPage) -> None:
    host = app.host
    host.policies = [terms(host, SOON)]
    host.policies[0]["versions"][0]["unlisted"] = True
    app.open(options=KNOWN)
    expect(app.dialog.locator("ins")).to_contain_text("not resell")


def test_contracts_are_asked_before_consents_which_can_be_deferred(app: AppPage) -> None:
    state(app, "a prompt")
    buttons = app.dialog.get_by_role("button")
    assert buttons.all_inner_texts() == ["I accept", "I do not accept", "I have read it", "Later"]
    expect(app.dialog.locator(".head")).to_have_text("Please answer.Two answers.")
    app.button("I accept").click()
    expect(app.dialog.locator("article")).to_have_count(1)
    app.button("I have read it").click()
    expect(app.dialog.locator(".head")).to_have_text(
        "It is your choice.One answer. You may agree or not, now or later."
    )
    assert buttons.all_inner_texts() == ["I agree", "I do not agree", "Later"]
    looks = "x => ['backgroundColor', 'color', 'fontSize', 'fontWeight', 'width'].map((y) => getComputedStyle(x)[y])"
    assert app.button("I agree").evaluate(looks) == app.button("I do not agree").evaluate(looks)
    app.button("I do not agree").click()
    expect(app.dialog).to_have_count(0)
    assert sorted((receipt["policy"], receipt["act"]) for receipt in app.host.got(3)) == [
        *(("news", "refused"), ("privacy", "acknowledged"), ("terms", "accepted"))
    ]
    app.stays_usable()


def test_block_is_asked_first_and_deferring_the_first_step_leads_to_the_second(app: AppPage) -> None:
    app.host.policies = [news(), privacy(), terms(app.host, PAST)]
    app.open(options=KNOWN)
    expect(app.dialog.locator("h3")).to_have_text(["Terms of Use", "Privacy"])
    expect(app.dialog.locator("h2")).to_have_text("Please answer to continue.")
    expect(app.button("Later")).to_have_count(0)
    app.button("I accept").click()
    expect(app.dialog.locator("h3")).to_have_text(["Privacy"])
    app.button("Later").click()
    expect(app.dialog.locator("h3")).to_have_text(["Newsletter"])
    app.button("Later").click()
    app.stays_usable()
    app.page.clock.fast_forward(86_400_000)
    expect(app.dialog.locator("h3")).to_have_text(["Privacy"])


def test_every_version_in_between_is_summarised_except_cancelled_ones(app: AppPage) -> None:
    """The cancelled version is the third; its successor was written as its change."""
    host = app.host
    labels = [(1, "2026-01-01"), (2, "2026-02-01"), (3, "2026-03-01"), (4, "2026-04-01")]
    all_ = [version(seq, f"# Terms\n\nText {seq}.\n", f"{day}T00:00:00Z", enforce_at=None) for seq, day in labels]
    for old, new in pairwise(all_):
        clauses = [{"id": "fees", "heading": "Fees", "state": "changed", "inserted": 1, "deleted": 1}]
        points = [{"section": "fees", "text": f"Point {new['seq']}."}] if new["seq"] != 2 else []
        step(host, "terms", old, new, summary=points, clauses=clauses)
    step(host, "terms", all_[0], all_[3])
    host.policies = [policy("terms", "accept", *all_, cancelled=[3])]
    app.open(options=KNOWN)
    expect(app.button("I accept")).to_be_enabled()
    summary = app.dialog.locator("h4.version, ul")
    assert summary.all_text_contents() == ["2026-04", "Fees Point 4.", "2026-02", "Fees "]
    expect(app.dialog.locator("h2")).to_have_text("One text changed. Please answer.")


def test_surface_describes_the_screen(app: AppPage) -> None:
    """The digest is that of a canonical document (RFC 8785), which the documentation describes."""
    app.host.policies = [terms(app.host, SOON)]
    app.open(options=KNOWN)
    expect(app.button("I accept")).to_be_enabled()
    app.dialog.locator("summary", has_text="The whole text").click()
    expect(app.dialog.locator("details[part=text]")).to_have_attribute("open", "")
    app.button("I accept").click()
    old, new = (item["digests"]["en"] for item in app.host.policies[0]["versions"])
    shown = {
        "answers": ["I accept", "I do not accept"],
        "base_seq": 1,
        "deadline": SOON,
        "language": "en",
        "outcome": "prompt",
        "policy": "terms",
        "reason": "reaccept",
        "since": old,
        "summary": [{"points": [{"heading": "Accounts", "text": "Accounts may not be resold."}], "version": "2026-02"}],
        "target_seq": 2,
        "template": "policy-prompt/1",
        "text": new,
        "title": "Terms of Use",
    }
    surface = app.host.got(1)[0]["surface"]
    assert {name: surface[name] for name in ("template", "label", "language", "outcome", "opened", "screen")} == {
        "template": "policy-prompt/1",
        "label": "I accept",
        "language": "en",
        "outcome": "prompt",
        "opened": True,
        "screen": digest(json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)),
    }


def test_two_prompts_share_one_dialog_and_the_block_comes_first(app: AppPage) -> None:
    """Each has a manifest of its own."""
    host = app.host
    host.policies = [privacy(), terms(host, PAST)]
    bare = json.loads(host.manifest())
    for path, listed in (("policies.json", "privacy"), ("manifests/shop.json", "terms")):
        policies = [item for item in bare["policies"] if item["id"] == listed]
        host.serve(f"/legal/{path}", host.manifest(path=path, policies=policies))
    app.open(options=KNOWN)
    expect(app.dialog.locator("h3")).to_have_text(["Privacy"])
    app.put(manifest=host.site + "manifests/shop.json", options=KNOWN)
    expect(app.dialog.locator("h3")).to_have_text(["Terms of Use"])
    app.button("I accept").click()
    expect(app.dialog.locator("h3")).to_have_text(["Privacy"])
    app.button("Later").click()
    expect(app.dialog).to_have_count(0)


def test_later_button_postpones_the_question_for_a_day(app: AppPage) -> None:
    app.host.policies = [terms(app.host, SOON)]
    app.open(options=KNOWN)
    app.button("Later").click()
    app.stays_usable()
    app.again(options=KNOWN)
    expect(app.bar).to_contain_text("You postponed this. Please answer by March 1, 2027.")
    app.page.clock.fast_forward(86_400_000)
    expect(app.dialog).to_be_visible()


@pytest.mark.parametrize("pressed", ["", "h3", "[part=reason]", "summary"])
def test_escape_means_later_if_later_is_available(app: AppPage, pressed: str) -> None:
    """Independent of the focused element."""
    state(app, "a prompt")
    if pressed:
        app.dialog.locator(pressed).first.click()
    app.page.keyboard.press("Escape")
    expect(app.dialog.locator("h3")).to_have_text(["Newsletter"])
    app.page.keyboard.press("Escape")
    app.stays_usable()


def test_prompt_causes_no_violation_of_the_strictest_security_policy(app: AppPage, watch: Watch) -> None:
    watch.expect("TrustedHTML", "require-trusted-types-for")
    listen = (
        "window.breaches = []; addEventListener('securitypolicyviolation', (x) => breaches.push(x.violatedDirective));"
    )
    app.host.policies = [terms(app.host, SOON)]
    app.open(options=KNOWN, languages="de", listen=listen)
    app.button("Ich akzeptiere").click()
    app.stays_usable()
    assert app.page.evaluate("breaches") == []
    with pytest.raises(Error, match="TrustedHTML"):
        app.page.evaluate("document.body.innerHTML = '<b>stopped</b>'")


def test_escape_does_not_close_a_block(app: AppPage) -> None:
    state(app, "a block", inside=None)
    expect(app.dialog.locator(".foot")).to_be_hidden()
    for _ in range(4):
        app.page.keyboard.press("Escape")
        expect(app.dialog).to_be_visible()
    app.page.mouse.click(5, 5)
    for _ in range(2):
        app.page.keyboard.press("Escape")
    expect(app.dialog).to_be_visible()
    assert app.page.evaluate("document.elementFromPoint(20, 20).localName") == "policy-prompt"
    assert app.dialog.evaluate("x => x.matches(':modal')")


def test_closed_dialog_reopens_while_it_blocks(app: AppPage) -> None:
    state(app, "a block")
    app.dialog.evaluate("x => x.close()")
    expect(app.dialog).to_be_visible()
    expect(app.page.locator("dialog:modal")).to_be_visible()


def test_required_functions_remain_available_while_blocked(app: AppPage) -> None:
    state(app, "a block")
    expect(app.button("Later")).to_have_count(0)
    expect(app.dialog.locator(".foot")).to_contain_text("Without an answer you can still use:")
    assert app.page.get_by_role("link", name="Export your data").bounding_box()["height"] >= 44
    app.host.instead["/export"] = (200, {"content-type": "text/html"}, b"<title>Export</title>Your data")
    app.page.get_by_role("link", name="Export your data").click()
    expect(app.page).to_have_title("Export")


def test_page_with_leave_open_is_not_blocked(app: AppPage) -> None:
    app.host.policies = [terms(app.host, PAST)]
    app.open(options=KNOWN, leave_open="")
    expect(app.bar).to_contain_text("It has changed since your answer of January 2, 2026.")
    app.stays_usable()
    app.button("Read").click()
    app.button("I accept").click()
    app.stays_usable()
    assert len(app.host.got(1)) == 1


def test_focus_moves_into_the_dialog_and_returns(app: AppPage) -> None:
    app.host.policies = [policy("terms", "accept", version(1, OLD, "2026-11-20T12:10:00Z", enforce_at=None))]
    app.open()
    app.settle()
    app.page.get_by_role("button", name="Buy").focus()
    app.page.clock.fast_forward(600_000)
    expect(app.dialog).to_be_visible()
    inside = "document.querySelector('policy-prompt').shadowRoot.activeElement?.textContent"
    assert app.page.evaluate(inside) == "Please answer."
    expect(app.button("I accept")).to_be_enabled()
    for _ in range(12):
        app.page.keyboard.press("Tab")
        assert app.page.evaluate("document.activeElement.localName") in ("policy-prompt", "body")
    app.button("I accept").click()
    expect(app.dialog).to_have_count(0)
    assert app.page.evaluate("document.activeElement.id") == "buy"


def test_notice_does_not_take_focus_and_is_announced_once(app: AppPage) -> None:
    app.host.policies = [cookies()]
    app.open()
    expect(app.bar).to_contain_text("Cookies A new version applies from March 1, 2027. 2026-01 2026-02")
    assert app.page.evaluate("document.activeElement.localName") == "body"
    app.button("OK").click()
    expect(app.bar).to_have_count(0)
    app.again()
    app.hears("decision", outcome="ok")
    app.stays_usable()


def test_notice_opens_the_text(app: AppPage) -> None:
    app.host.policies = [cookies()]
    app.open()
    app.button("Read").click()
    expect(app.dialog).to_contain_text("Fewer.")
    app.button("Close").click()
    app.stays_usable()
    expect(app.bar).to_have_count(0)


def test_notices_can_be_disabled_but_required_questions_cannot(app: AppPage) -> None:
    app.host.policies = [cookies()]
    app.open()
    app.button("No more notices").click()
    app.host.policies = [policy("other", "none", version(1, "# Other\n", PAST)), terms(app.host, None)]
    app.host.issued_at = "2026-11-20T06:00:01Z"
    app.ask_site()
    expect(app.dialog).to_contain_text("Terms of Use")
    app.button("I accept").click()
    app.stays_usable()
    expect(app.bar).to_have_count(0)


def test_app_that_cancels_the_decision_shows_its_own_screen(app: AppPage) -> None:
    app.host.policies = [terms(app.host, PAST)]
    app.open(listen="document.addEventListener('policy:decision', (event) => event.preventDefault());")
    app.hears("decision", outcome="block")
    app.stays_usable()


def test_unverified_text_is_not_shown_and_does_not_block_the_user(app: AppPage) -> None:
    app.host.policies = [terms(app.host, PAST)]
    app.host.serve("/legal/terms/2026-02/en.md", "# Terms of Use\n\nPay twice.\n")
    app.open(options=KNOWN)
    expect(app.dialog).to_contain_text("This text cannot be shown now.")
    expect(app.dialog).not_to_contain_text("twice")
    expect(app.button("I accept")).to_be_disabled()
    app.button("Later").click()
    app.stays_usable()


@pytest.mark.parametrize(
    ("languages", "words", "marked"),
    [
        pytest.param(
            "de-AT", "Ich akzeptiere", "In Ihrer Sprache nicht verfügbar: angezeigt auf Englisch.", id="German"
        ),
        pytest.param("zh-CN", "我接受", None, id="Chinese, as it is written in China"),
        pytest.param("pt", "I accept", "Not available in your language: shown in English.", id="no catalogue"),
        pytest.param("he", "I accept", "Not available in your language: shown in English.", id="from right to left"),
        pytest.param("en-GB", "I accept", None, id="English"),
    ],
)
def test_prompt_uses_the_users_language_and_tags_text_in_other_languages(
    app: AppPage, languages: str, words: str, marked: str | None
) -> None:
    texts = {"en": NEW, "zh-Hans": "# 使用条款\n\n您可以使用本店。\n"}
    app.host.policies = [policy("terms", "accept", version(2, texts, PAST, enforce_at=None))]
    app.open(languages=languages)
    expect(app.button(words)).to_be_enabled()
    if marked:
        expect(app.dialog).to_contain_text(marked)
    else:
        expect(app.dialog.locator("[part=fallback]")).to_have_count(0)
    interface = {"de-AT": "de", "zh-CN": "zh-Hans"}.get(languages, "en")
    assert app.dialog.evaluate("x => [x.lang, x.dir]") == [interface, "ltr"]
    language = "zh-Hans" if languages == "zh-CN" else "en"
    assert app.dialog.locator(".text").evaluate("x => [x.lang, x.dir]") == [language, "ltr"]
    app.button(words).click()
    assert app.host.got(1)[0]["language"] == language


EVIL = [
    pytest.param("<img src=x onerror=\"document.title='evil'\"><script>document.title='evil'</script>", id="HTML"),
    pytest.param("[press](javascript:document.title='evil')", id="a link"),
    pytest.param("\u202ereversed\u202c \u2066isolated", id="bidirectional marks"),
    pytest.param("x" * 1_000_000, id="a line of a megabyte"),
]


@pytest.mark.parametrize("words", EVIL)
def test_malicious_text_is_rendered_as_text(app: AppPage, words: str) -> None:
    first, second = version(1, OLD, PAST), version(2, f"# {words[:50]}\n\n{words}\n", PAST, enforce_at=None)
    step(app.host, "terms", first, second, summary=[{"section": None, "text": words[:900]}])
    app.host.policies = [policy("terms", "accept", first, second)]
    app.page.set_viewport_size(PHONE)
    app.open(options=KNOWN)
    expect(app.button("I accept")).to_be_enabled()
    article = app.dialog.locator("article")
    assert article.locator("p").last.text_content() == words + "\n"
    assert article.locator("img, script, style, a:not([part=page])").count() == 0
    assert app.page.title() == "Shop"
    assert app.dialog.evaluate("x => x.scrollWidth <= x.clientWidth")
    assert article.locator("p").last.evaluate("x => getComputedStyle(x).unicodeBidi") == "isolate"


def test_attribute_changes_restart_the_prompt_and_removal_stops_it(app: AppPage) -> None:
    app.host.policies = [terms(app.host, SOON)]
    app.open()
    app.button("I accept").click()
    app.stays_usable()
    app.page.evaluate("document.querySelector('policy-prompt').setAttribute('subject', 'u_noah')")
    expect(app.dialog).to_be_visible()
    app.page.evaluate("document.querySelector('policy-prompt').remove()")
    app.stays_usable()


def test_app_can_set_messages_and_colours(app: AppPage) -> None:
    app.host.policies = [terms(app.host, SOON)]
    app.host.serve(
        "/app.css",
        "policy-prompt { --policy-accent: rgb(0, 90, 60); } policy-prompt::part(title) { letter-spacing: 2px; }",
        **{"content-type": "text/css"},
    )
    app.open(options=KNOWN, messages={"ask": "House rules", "policy-terms": "Rules"})
    expect(app.dialog.get_by_role("heading", name="One text changed. House rules")).to_be_visible()
    assert app.button("I accept").evaluate("x => getComputedStyle(x).backgroundColor") == "rgb(0, 90, 60)"
    assert app.dialog.locator("h2").evaluate("x => getComputedStyle(x).letterSpacing") == "2px"


def test_animation_respects_reduced_motion(app: AppPage) -> None:
    app.page.emulate_media(reduced_motion="reduce")
    state(app, "a prompt")
    assert app.dialog.evaluate("x => getComputedStyle(x).animationName") == "none"
    app.page.emulate_media(reduced_motion="no-preference")
    assert app.dialog.evaluate("x => getComputedStyle(x).animationName") == "come"
