"""The conformance vectors: `decide` agrees with them, and they cover every row and boundary of the tables."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

import pytest

from conformance.decision_vectors import DOCUMENT, REFUSALS, VECTORS, differences
from inforce.acceptance import Question, decide
from inforce.acceptance.decide import _rows_met
from inforce.acceptance.facts import PolicyFacts
from inforce.acceptance.question import Context
from inforce.acceptance.raw_manifest import manifest_for_decision
from inforce.errors import ShapeError
from inforce.fields import LenientFields

ROWS = {*(f"A{n}" for n in range(1, 6)), *(f"B{n}" for n in range(1, 16)), "Q1", "Q2", "Q3"}
ROW_OF_REASON = {"no-manifest": "A1", "unsupported-spec": "A2", "rollback": "A3", "expired": "A4"}
BOUNDARIES = {
    "expires_at",
    "next_at at the expiry",
    "withdrawn_at",
    "published_at",
    "published_at (first version)",
    "effective_at of a material version",
    "effective_at of a notice",
    "effective_at for a newcomer",
    "effective_at_new",
    "deadline of a contract",
    "deadline after a no",
    "deadline of an acknowledgement",
    "end of a deferral",
    "reask_seconds of a yes",
    "reask_seconds of a no",
}


def named(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=f"{vector['id']}: {vector['title']}") for vector in vectors]


def rows_of(question: Question) -> set[str]:
    """Return the rows of both tables that `question` matches."""
    decision = decide(question)
    if decision["outcome"] == "stale" and not decision["policies"]:
        return {ROW_OF_REASON[decision["reason"]]}
    manifest = manifest_for_decision(LenientFields(question["manifest"]))
    context = Context.from_shape(LenientFields(question)).not_before(manifest.issued_at)
    rows = {"A4" if decision["outcome"] == "stale" else "A5"}
    for policy in manifest.policies:
        rows.update(row.name for row in _rows_met(PolicyFacts.of(policy, manifest, context)))
    return rows


@pytest.mark.parametrize("vector", named(VECTORS))
def test_decide_and_the_tables_return_the_expected_decision(vector: dict[str, Any]) -> None:
    question = copy.deepcopy(vector["input"])

    decision = decide(question)

    assert differences(vector, decision) == []
    assert question == vector["input"], "decide changed the question"
    assert set(vector["rows"]) <= rows_of(question)


@pytest.mark.parametrize("refusal", named(REFUSALS))
def test_invalid_app_data_is_rejected_with_its_path(refusal: dict[str, Any]) -> None:
    with pytest.raises(ShapeError) as refused:
        decide(refusal["input"])

    assert refused.value.path == refusal["path"]


def test_every_row_of_the_tables_is_covered() -> None:
    shown = {row for vector in VECTORS for row in vector["rows"]}

    assert shown == ROWS


def test_every_boundary_is_covered_from_both_sides() -> None:
    sides = defaultdict(set)
    for vector in VECTORS:
        if "boundary" in vector:
            sides[vector["boundary"]["of"]].add(vector["boundary"]["side"])

    assert set(sides) == BOUNDARIES
    assert all({"before", "at"} <= side for side in sides.values())


def test_each_vector_has_its_own_id_and_title() -> None:
    everything = [*VECTORS, *REFUSALS]

    assert len({each["id"] for each in everything}) == len(everything)
    assert len({each["title"] for each in VECTORS}) == len(VECTORS)


def test_vector_file_describes_every_field() -> None:
    """Clients in other languages are written from this file alone."""
    explained = {"expect", "expect_policies", "rows", "boundary", "path", "typed"}

    assert (DOCUMENT["format"], DOCUMENT["spec"]) == (1, "1.0")
    assert [name for name in explained if name not in DOCUMENT["explanation"]] == []
    assert {name for vector in VECTORS for name in vector} == {"id", "title", "input"} | explained - {"path", "typed"}
    assert {name for refusal in REFUSALS for name in refusal} == {"id", "title", "input", "path", "typed"}
