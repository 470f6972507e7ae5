"""The receipts that the browser posts match the published schema, and `parse_receipt` returns them unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from browser.app_host import AppHost, policy, version
from browser.app_page import AppPage
from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.client import parse_receipt

ERASURE = Path(__file__).parents[2] / "docs" / "apps" / "erasure.md"
ACTOR = {"ref": "u_guardian", "capacity": "guardian", "authority": "parental responsibility"}
LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def app(page: Page) -> Iterator[AppPage]:
    policies = [
        policy("terms", "accept", version(1, "# Terms\n\nOne.\n", LONG_AGO)),
        policy("privacy", "acknowledge", version(1, "# Privacy\n\nOne.\n", LONG_AGO)),
        policy("news", "consent", version(1, {"en": "# News\n\nOne.\n", "zh-Hans": "# 新闻\n\n一。\n"}, LONG_AGO)),
    ]
    with AppHost(policies=policies) as host:
        yield AppPage(page=page, host=host)


def test_every_receipt_of_the_browser_matches_the_schema_and_is_read_unchanged(app: AppPage) -> None:
    app.open(options={"actor": ACTOR, "languages": ["zh-Hans"]})
    app.button("I accept").click()
    app.host.got(1)
    app.page.evaluate(
        """() => {
          const { client } = document.querySelector("policy-prompt");
          client.act("privacy");
          for (const said of ["refused", "consented", "withdrawn"]) client.act("news", said);
          client.act("terms", "declined", { surface: { template: "settings/1", label: "Decline", opened: false } });
        }"""
    )

    sent = [{name: value for name, value in each.items() if name != "key"} for each in app.host.got(6)]

    acts = ["accepted", "acknowledged", "refused", "consented", "withdrawn", "declined"]
    assert [each["act"] for each in sent] == acts
    for each in sent:
        Draft202012Validator(dict(RECEIPT_SCHEMA)).validate(each)
        assert parse_receipt(json.dumps(each).encode()) == each
    filled = {*RECEIPT_SCHEMA["properties"]} - {"auth", "after"}
    assert filled <= sent[0].keys()
    assert {name for name, value in sent[0]["surface"].items() if value is not None} == {
        *RECEIPT_SCHEMA["properties"]["surface"]["properties"]
    }
    assert sent[1]["after"] == sent[0]["id"]


def test_erasure_as_documented_leaves_nothing_in_the_browser(app: AppPage) -> None:
    (code,) = re.findall(r"```js\n(.*?)```", ERASURE.read_text("utf-8"), re.DOTALL)
    app.open(subject=None)
    app.button("I accept").click()
    expect(app.dialog).to_be_visible()
    (reference,) = {each["subject"] for each in app.host.got(1)}
    stored = "() => JSON.stringify(localStorage)"
    assert reference in app.page.evaluate(stored)

    app.page.evaluate(f"async () => {{ window.fetch = async () => new Response(); {code} }}")

    assert reference not in app.page.evaluate(stored)
