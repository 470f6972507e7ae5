"""The pages for app developers document every field, option, reason and rule."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import inforce.client
from inforce.acceptance import Decision, DeferralForm, PolicyDecision, RecordForm, SubjectForm
from inforce.acceptance import Outcome as DecisionOutcome
from inforce.acceptance.receipt import RECEIPT_SCHEMA
from inforce.client import AsyncPolicies, Limits, Policies, Reason
from inforce.manifest import DIGESTS_SCHEMA, MANIFEST_SCHEMA, VERSIONS_SCHEMA, parse_json, parse_manifest
from inforce.manifest.strict_json import DEEPEST
from inforce.manifest.words import ACTS, CHANGES, STATES
from inforce.verification import RULES

DOCS = Path(__file__).parent.parent.parent / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def members(schema: Any) -> set[str]:
    """Return the names of all fields in a schema."""
    if isinstance(schema, dict):
        named = set(schema.get("properties", {}))
        return named.union(*(members(value) for value in schema.values()))
    return set().union(*(members(value) for value in schema)) if isinstance(schema, list) else set()


@pytest.mark.parametrize("name", sorted(members(MANIFEST_SCHEMA) | members(VERSIONS_SCHEMA) | members(DIGESTS_SCHEMA)))
def test_every_field_is_documented(name: str) -> None:
    assert f"`{name}`" in page("apps/manifest.md")


@pytest.mark.parametrize("name", sorted(members(dict(RECEIPT_SCHEMA))))
def test_every_field_of_a_receipt_is_documented(name: str) -> None:
    assert f"`{name}`" in page("apps/client.md").partition("## Receipts")[2].partition("## Requests")[0]


@pytest.mark.parametrize("word", [*ACTS, *CHANGES, *STATES])
def test_every_value_of_an_enumerated_field_is_documented(word: str) -> None:
    assert f"`{word}`" in page("apps/manifest.md")


def test_example_is_a_valid_manifest() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", page("apps/manifest.md"), re.DOTALL)

    assert parse_manifest(example.encode()).policies[0].in_force == 2
    assert parse_json(b"[" * DEEPEST + b"]" * DEEPEST)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented(reason: Reason) -> None:
    """The page and `help(Reason)` describe it in the same words."""
    (text,) = re.findall(rf"^- `{reason}`: (.+)$", inspect.getdoc(Reason) or "", re.MULTILINE)
    assert f"| `{reason}` | {text} |" in page("apps/client.md")


ERRORS = [name for name in inforce.client.__all__ if name.endswith("Error")]
FORMS = (RecordForm, SubjectForm, DeferralForm, Decision, PolicyDecision)
FIELDS = sorted({field for form in FORMS for field in form.__annotations__})


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_documented(name: str) -> None:
    assert f"| `{name}` |" in page("apps/client.md")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_question_and_a_decision_is_documented(field: str) -> None:
    assert f"`{field}`" in page("reference/decision.md")


@pytest.mark.parametrize("option", inspect.signature(Policies).parameters)
def test_every_argument_is_documented(option: str) -> None:
    assert f"`{option}`" in page("apps/client.md")


@pytest.mark.parametrize("name", [*inspect.signature(Policies.check).parameters][1:])
def test_every_argument_of_a_check_is_documented(name: str) -> None:
    assert f"`{name}`" in page("apps/client.md")


def test_both_clients_check_with_the_same_arguments() -> None:
    assert inspect.signature(Policies.check) == inspect.signature(AsyncPolicies.check)


@pytest.mark.parametrize("outcome", DecisionOutcome.__args__)  # type: ignore[attr-defined]  # a Literal has them
def test_every_outcome_is_documented(outcome: str) -> None:
    assert f"| `{outcome}` |" in page("apps/client.md")


def test_documented_limits_match_the_code() -> None:
    (matches,) = re.findall(r"`Limits\((.*?)\)`", page("apps/client.md"))
    written = dict(part.split("=") for part in matches.split(", "))

    assert {name: json.loads(value) for name, value in written.items()} == {
        name: getattr(Limits(), name) for name in Limits.__slots__
    }


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_a_live_site_is_documented(rule: str) -> None:
    assert f"| `{rule}` |" in page("operators/verifying.md")


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "apps").glob("*.md")))
def test_every_page_is_linked_and_every_link_works(name: str) -> None:
    first = page("apps/index.md")
    links = re.findall(r"\]\(([^)#]+)", page(f"apps/{name}"))

    assert name == "index.md" or f"({name})" in first
    assert [link for link in links if not (DOCS / "apps" / link).exists()] == []


def test_first_example_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", page("apps/client.md"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}

    exec(example.replace("https://policies.shop.example/", "http://127.0.0.1:9/"), namespace)  # noqa: S102 - trusted code

    assert (namespace["decision"]["outcome"], namespace["decision"]["reason"]) == ("stale", "no-manifest")
