"""`decide.js` is equivalent to `inforce.acceptance.decide`: on every vector, and on random questions."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from conformance.decision_vectors import REFUSALS, VECTORS, differences
from conformance.questions import instant, question, unreadable_record
from inforce import acceptance
from inforce.acceptance import decide
from inforce.acceptance.instants import parse_instant

BROWSER = Path(acceptance.__file__).parents[2] / "browser"
PUBLISHED = Path(acceptance.__file__).parents[1] / "site" / "browser"
QUESTIONS, INSTANTS_EACH, SEED = 50_000, 5, 20_260_701
LIMIT = 3_072  # bytes of the gzipped file

# Reads questions from standard input, one per line, and writes a decision for each, or null if it throws.
ANSWER_ALL = """
import { createInterface } from "node:readline";
import { decide } from "./decide.mjs";
const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  try { answers.push(JSON.stringify(decide(JSON.parse(line)))); } catch { answers.push("null"); }
}
process.stdout.write(answers.join("\\n"));
"""


@pytest.fixture(scope="module", params=[BROWSER, PUBLISHED], ids=["as written", "as published"])
def node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `decide.js` as a module, and a program that calls it."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(request.param / "decide.js", folder / "decide.mjs")
    (folder / "answer_all.mjs").write_text(ANSWER_ALL, "utf-8")
    return folder


def answers(node: Path, questions: Iterable[Any]) -> list[Any]:
    """Return the decisions of one Node.js process for all `questions`; None if it throws."""
    program = shutil.which("node")
    assert program, "these tests run decide.js in Node: install Node.js 20 or later, so that `node` is on PATH"
    process = subprocess.run(
        [program, "answer_all.mjs"],
        cwd=node,
        input="\n".join(json.dumps(each) for each in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in process.stdout.split("\n")]


def test_decide_js_passes_every_vector(node: Path) -> None:
    decisions = answers(node, [vector["input"] for vector in VECTORS])

    wrong = {v["id"]: differences(v, d) for v, d in zip(VECTORS, decisions, strict=True) if differences(v, d)}
    assert wrong == {}


def test_decide_js_rejects_every_invalid_question(node: Path) -> None:
    refusals = [refusal for refusal in REFUSALS if "typed" not in refusal]

    decisions = answers(node, [refusal["input"] for refusal in refusals])

    assert [refusal["id"] for refusal, decision in zip(refusals, decisions, strict=True) if decision] == []


@pytest.fixture(scope="module")
def decided() -> list[tuple[Any, Any]]:
    """Random questions, each with the decision of Python."""
    chance = Random(SEED)  # noqa: S311 - reproducible questions
    drawn = [question(chance) for _ in range(QUESTIONS // INSTANTS_EACH)]
    for each in drawn[::3]:
        each["state"]["records"].append(unreadable_record(chance))
    return [
        (questions, decide(questions))
        for each in drawn
        for questions in (each | {"now": instant(chance)} for _ in range(INSTANTS_EACH))
    ]


def test_decide_js_equals_python_in_every_field(node: Path, decided: list[tuple[Any, Any]]) -> None:
    decisions = answers(node, [questions for questions, _ in decided])

    unlike = [
        questions for (questions, expected), decision in zip(decided, decisions, strict=True) if decision != expected
    ]
    assert unlike[:1] == []


def test_next_at_of_decide_js_is_later_than_the_instant_of_the_decision(
    node: Path, decided: list[tuple[Any, Any]]
) -> None:
    """Called again at `next_at` and at the expiry, it never returns the same instant."""
    questions = [
        each | {"now": now, "clock_offset_seconds": 0}
        for each, decision in decided[:5_000]
        for now in (decision["next_at"], each["manifest"]["expires_at"])
        if now
    ]

    decisions = answers(node, questions)

    late = [(each["now"], decision["next_at"]) for each, decision in zip(questions, decisions, strict=True)]
    assert [pair for pair in late if pair[1] and (parse_instant(pair[1]) or 0) <= (parse_instant(pair[0]) or 0)] == []
    assert len([pair for pair in late if pair[1]]) > 1_000


def test_decide_js_is_small() -> None:
    """Every page that uses the prompt loads this file."""
    assert len(gzip.compress((BROWSER / "decide.js").read_bytes(), 9)) <= LIMIT


def block_of(types: str, name: str) -> str:
    """Return the body of the interface `name` in `types`; empty if it is no interface."""
    match = re.search(rf"export interface {name} {{\n(.*?)\n}}", types, re.DOTALL)
    return match[1] if match else ""


def test_types_of_decide_js_contain_every_field_and_value_of_the_python_types() -> None:
    types = (BROWSER / "decide.d.ts").read_text("utf-8")

    for name in sorted(set(acceptance.__all__) - {"check_record", "decide"}):
        form = getattr(acceptance, name)
        members = re.findall(r"^  (\w+)\??:", block_of(types, name), re.MULTILINE)
        assert sorted(members) == sorted(getattr(form, "__annotations__", {})), name
        assert [word for word in get_args(form) if f'"{word}"' not in types] == [], name
