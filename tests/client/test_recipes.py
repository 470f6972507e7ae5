"""Tests of the documented recipes, executed from the pages."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client.host import Host, answer, serving
from client.receipts import receipt
from client.world import digests_path, proven
from inforce.client.problem import problem
from inforce.manifest import to_bytes
from inforce.text import Digest

APPS = Path(__file__).parent.parent.parent / "docs" / "apps"
ACCEPTED = receipt()
OLD_TEXT = "# Terms\n\nWe kept our word.\n"
# Version 1 asked for another act than the policy does now.
OLD = ACCEPTED | {
    "id": "01a2225b-8cf6-76f5-acf2-8655b7060fe1",
    "seq": 1,
    "version": "2025-01-01",
    "act": "acknowledged",
    "digest": str(Digest.of(OLD_TEXT)),
}


JOINED = "2026-01-10T00:00:00Z"

Load = Callable[[str], types.ModuleType]


def recipe(page: str) -> str:
    """Return the first Python block of a page of the documentation."""
    return re.findall(r"```python\n(.*?)```", (APPS / page).read_text("utf-8"), re.DOTALL)[0]


@pytest.fixture
def load(host: Host, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load recipes as modules of an app whose policy site is `host`."""
    monkeypatch.setenv("POLICIES_SITE", host.url)
    host.at["/policies.json"] = serving(unexpiring)
    with_history(host)

    def loaded(page: str) -> types.ModuleType:
        module = types.ModuleType("shop_policies")
        exec(compile(recipe(page), page, "exec"), module.__dict__)  # noqa: S102 - trusted code of the documentation
        return module

    return loaded


def unexpiring(site: str) -> bytes:
    """Return a manifest that does not expire during the tests, because recipes read the clock."""
    return to_bytes(with_digests(site)[0])


def with_digests(site: str) -> tuple[dict[str, Any], bytes]:
    older = {"seq": 1, "version": "2025-01-01", "act": "acknowledge", "digests": {"en": OLD["digest"]}}
    return proven(site, older, expires_at="9998-01-01T00:00:00Z")


def with_history(host: Host) -> None:
    """Serve the digests that prove version 1, which the manifest no longer lists."""
    stated, digests = with_digests(host.url)
    host.at[digests_path(stated)] = answer(digests)
    host.at["/terms/2025-01-01/en.md"] = serving(lambda _: OLD_TEXT.encode())


class TestProblems:
    def test_problem_document_lists_only_due_policies_and_their_urls(self) -> None:
        decision: Any = {
            "outcome": "block",
            "policies": [
                {"id": "terms", "outcome": "block", "reason": "reaccept", "target_seq": 2, "base_seq": 1}
                | {"language": "en", "deadline": "2026-01-01T00:00:00Z"},
                {"id": "privacy", "outcome": "ok", "reason": "current", "target_seq": 1, "base_seq": 1}
                | {"language": "en", "deadline": None},
            ],
        }

        body = problem(decision, None, "https://policies.shop.example/")

        assert (body["status"], [policy["id"] for policy in body["policies"]]) == (403, ["terms"])
        assert body["policies"][0]["page"] == "https://policies.shop.example/"
        assert body["policies"][0]["deadline"] == "2026-01-01T00:00:00Z"
