"""The package for Django, in a project with the settings of its documentation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import django_shop
from client.host import Host, hang_up, serving
from client.receipts import receipt
from client.test_recipes import OLD, unexpiring, with_history

RECEIPT = receipt(actor=None)
RECEIPTS, RECORDS = "/policies/receipts", "/policies/records"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return django_shop.project(tmp_path_factory.mktemp("django") / "shop.sqlite3")


@pytest.fixture
def shop(settings: dict[str, Any], host: Host) -> Iterator[Any]:
    """A client of Django for the shop, whose policy site is `host`."""
    from django.core.management import call_command
    from django.test import Client, override_settings

    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)
    policies = settings["INFORCE_POLICIES"] | {"SITE": host.url}
    with override_settings(INFORCE_POLICIES=policies):
        yield Client()
        call_command("flush", interactive=False, verbosity=0)


def signed_in(shop: Any, name: str = "mia") -> str:
    """Sign `name` in, and return the reference of the user."""
    return str(shop.get(f"/login/{name}").content.decode())


def post(shop: Any, body: Any, **more: Any) -> Any:
    data = body if isinstance(body, str) else json.dumps(body)
    return shop.post(RECEIPTS, data, **{"content_type": "application/json", **more})


def statuses(shop: Any, *bodies: Any) -> list[int]:
    return [post(shop, body).status_code for body in bodies]


def test_integration_needs_at_most_twelve_lines() -> None:
    examples = [*django_shop.PYTHON, *django_shop.HTML, "manage.py migrate"]
    assert len([line for text in examples for line in text.splitlines() if line.strip() not in ("", "}")]) <= 12


def test_user_is_blocked_until_the_terms_are_accepted(shop: Any) -> None:
    mine = RECEIPT | {"subject": signed_in(shop)}
    blocked, support = shop.get("/api/orders"), shop.get("/support")
    due = shop.get("/policies/due").json()

    assert (blocked.status_code, blocked["content-type"]) == (403, "application/problem+json")
    assert [policy["id"] for policy in blocked.json()["policies"]] == ["terms"]
    assert (support.status_code, due["outcome"]) == (200, "block")
    assert statuses(shop, mine, mine, mine | {"act": "declined"}) == [201, 200, 409]
    assert shop.get("/api/orders").status_code == 200
    (record,) = shop.get(RECORDS).json()
    assert record == mine | {"received_at": record["received_at"]}


def test_blocked_page_shows_the_prompt_in_its_place(shop: Any) -> None:
    signed_in(shop)
    page = shop.get("/", headers={"accept": "text/html,*/*;q=0.8"})

    assert (page.status_code, page["content-type"]) == (403, "text/html; charset=utf-8")
    assert 'data-due="/policies/due"' in page.content.decode()


@pytest.mark.usefixtures("shop")
def test_prompt_has_no_inline_script_and_the_nonce_of_the_request() -> None:
    from django.template import engines
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.session, request.csp_nonce = {}, "n0nce"
    html = engines["django"].from_string(django_shop.HTML[0]).render({}, request)

    assert html.startswith(
        '<script type="module" src="/policies/browser/page.js" nonce="n0nce"></script><policy-prompt '
    )
    assert 'subject="v_' in html
    assert 'receipts="/policies/receipts" records="/policies/records" data-header="x-csrftoken" data-token="' in html


def test_problem_is_answered_and_nothing_is_stored(shop: Any) -> None:
    mine = RECEIPT | {"subject": signed_in(shop)}
    changes = [{"id": 7}, {"subject": "user:0"}, {"pad": "x" * 16_384}, {"act": "consented"}, {"seq": 99}]
    changes += [{"seq": 99, "serial": 9_999_999_999}, {"actor": {"ref": "user:0", "capacity": "self"}}]

    assert statuses(shop, *(mine | change for change in changes)) == [400, 403, 413, 422, 422, 503, 403]
    assert post(shop, "{}", content_type="text/plain").status_code == 415
    assert shop.get(RECORDS).json() == []


def test_receipt_without_signing_in_is_rejected(shop: Any) -> None:
    assert (statuses(shop, RECEIPT), shop.get("/policies/due").status_code) == ([401], 401)


def test_receipt_without_csrf_token_is_rejected(shop: Any) -> None:
    shop.handler.enforce_csrf_checks = True
    signed_in(shop)

    assert statuses(shop, RECEIPT) == [403]


def test_receipts_of_a_visitor_belong_to_the_user_who_signs_in(shop: Any) -> None:
    from inforce.client.frameworks.django.models import PolicyRecord

    shop.get("/")
    visitor = shop.session["inforce_policies"]["visitor"]
    mine = RECEIPT | {"subject": visitor}
    first, before = statuses(shop, mine), shop.get(RECORDS).json()
    user = signed_in(shop)
    opened = shop.get("/api/orders").status_code
    late = statuses(shop, OLD | {"subject": visitor, "actor": None})
    subjects = {row["subject"] for row in shop.get(RECORDS).json()}

    assert (first, before[0]["subject"], opened, late) == ([201], visitor, 200, [201])
    assert (subjects, len(PolicyRecord.objects.records(user))) == ({user}, 2)
    signed_in(shop, "noah")
    assert statuses(shop, mine) == [403]


def test_admin_site_lists_records_that_cannot_be_changed(shop: Any) -> None:
    statuses(shop, RECEIPT | {"subject": signed_in(shop)})
    page = shop.get("/admin/inforce_policies/policyrecord/", {"policy": "terms", "act": "accepted"}).content.decode()

    assert ("2026-01-01" in page, "Add policy record" in page, "delete_selected" in page) == (True, False, False)


@pytest.mark.usefixtures("shop")
def test_gate_runs_under_asgi() -> None:
    from django.http import HttpResponse
    from django.test import RequestFactory

    from inforce.client.frameworks.django.middleware import policy_gate

    async def view(_: Any) -> HttpResponse:
        return HttpResponse(b"open")

    request = RequestFactory().get("/api/orders")
    assert asyncio.run(policy_gate(view)(request)).content == b"open"  # type: ignore[misc]


def test_app_serves_without_its_policy_site(shop: Any, host: Host) -> None:
    host.at["/policies.json"] = hang_up
    mine = RECEIPT | {"subject": signed_in(shop)}

    assert (shop.get("/api/orders").status_code, statuses(shop, mine)) == (200, [503])


def test_files_of_the_browser_client_are_served(shop: Any) -> None:
    files = [shop.get(f"/policies/browser/{name}") for name in ("page.js", "prompt.js", "messages/de.js", "absent.js")]

    assert [file.status_code for file in files] == [200, 200, 200, 404]
    assert shop.get("/policies/browser/page.js", headers={"if-none-match": files[0]["etag"]}).status_code == 304


@pytest.mark.usefixtures("shop")
def test_migrations_match_the_model() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "inforce_policies", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"INFORCE_POLICIES": {}}, ["E001"]),
        ({"INFORCE_POLICIES": {"SITE": "http://policies.shop.example/"}}, ["E001"]),
        ({"INFORCE_POLICIES": {"SITE": "https://policies.shop.example/", "OPENS": ["/"]}}, ["E001"]),
        ({"INFORCE_POLICIES": {"SITE": "https://policies.shop.example/", "SUBJECT_OF": "shop.absent"}}, ["E001"]),
        ({"ROOT_URLCONF": "inforce.client.frameworks.django.migrations"}, ["E002"]),
        ({"MIDDLEWARE": []}, ["W001"]),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_setting_is_reported(changes: dict[str, Any], ids: list[str]) -> None:
    from django.test import override_settings

    from inforce.client.frameworks.django.checks import check_settings

    with override_settings(**changes):
        assert [each.id.removeprefix("inforce_policies.") for each in check_settings()] == ids


@pytest.mark.usefixtures("shop")
def test_gate_above_authentication_is_reported(settings: dict[str, Any]) -> None:
    from django.test import override_settings

    from inforce.client.frameworks.django.checks import check_settings

    with override_settings(MIDDLEWARE=settings["MIDDLEWARE"][::-1]):
        assert [each.id for each in check_settings()] == ["inforce_policies.E003"]


def test_every_setting_is_documented() -> None:
    from inforce.client.frameworks.django.configuration import NAMES

    page = Path(django_shop.PAGE).read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []
