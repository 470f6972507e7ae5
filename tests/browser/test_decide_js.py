"""`decide.js` is equivalent to `inforce.acceptance.decide`: on every vector, and on random questions."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from conformance.decision_vectors import REFUSALS, VECTORS, differences
from conformance.questions import instant, question, unreadable_record
from inforce import acceptance
from inforce.acceptance import decide
from inforce.acceptance.raw_manifest import manifest_for_decision
from inforce.errors import ShapeError
from inforce.fields import LenientFields
from inforce.instant import parse_rfc3339
from inforce.manifest import Manifest, ManifestPolicy, ManifestVersion
from inforce.manifest.words import ACTS, CHANGES

BROWSER = Path(acceptance.__file__).parents[2] / "browser"
PUBLISHED = Path(acceptance.__file__).parents[1] / "site" / "browser"
QUESTIONS, INSTANTS_EACH, SEED = 50_000, 5, 20_260_701
LIMIT = 3_072  # bytes of the gzipped file

# Reads questions from standard input, one per line, each with the instants of its decisions (none: its own). Writes a
# line with a question that the two forms of the file decide differently, or null, and a line per decision: null if it
# throws. The form as written, which only differs in its names and spaces, decides each question at its first instant.
# Writing the same few instants repeatedly would take most of the time, so each is written once.
ANSWER_ALL = """
import { createInterface } from "node:readline";
import { decide as written } from "./written.mjs";
import { decide as published } from "./published.mjs";
const write = Date.prototype.toJSON, known = new Map();
Date.prototype.toJSON = function () {
  const at = this.getTime();
  return known.get(at) ?? known.set(at, write.call(this)).get(at);
};
const answer = (decide, question) => {
  try { return JSON.stringify(decide(question)); } catch { return "null"; }
};
const answers = [];
let unlike = "null";
for await (const line of createInterface({ input: process.stdin })) {
  const [question, instants] = JSON.parse(line);
  const all = instants.length ? instants.map((now) => ({ ...question, now })) : [question];
  const decisions = all.map((asked) => answer(published, asked));
  if (answer(written, all[0]) !== decisions[0]) unlike = JSON.stringify(all[0]);
  answers.push(...decisions);
}
process.stdout.write([unlike, ...answers].join("\\n"));
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `decide.js` as a module, as written and as published, and a program that runs both."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(BROWSER / "decide.js", folder / "written.mjs")
    shutil.copy(PUBLISHED / "decide.js", folder / "published.mjs")
    (folder / "answer_all.mjs").write_text(ANSWER_ALL, "utf-8")
    return folder


def answers(node: Path, questions: Iterable[Any], instants: Iterable[Sequence[str]] = repeat(())) -> list[Any]:
    """Return the decision on each question at each of its instants; None if `decide.js` throws.

    Assert that the written and the published file return the same decision at each question's first instant.
    """
    program = shutil.which("node")
    assert program, "these tests run decide.js in Node: install Node.js 20 or later, so that `node` is on PATH"
    process = subprocess.run(
        [program, "answer_all.mjs"],
        cwd=node,
        input="\n".join(json.dumps(each) for each in zip(questions, instants, strict=False)),
        capture_output=True,
        text=True,
        check=True,
    )
    unlike, *decisions = (json.loads(line) for line in process.stdout.split("\n"))
    assert unlike is None, "decided differently as written and as published"
    return decisions


def test_decide_js_passes_every_vector(node: Path) -> None:
    decisions = answers(node, [vector["input"] for vector in VECTORS])

    wrong = {v["id"]: differences(v, d) for v, d in zip(VECTORS, decisions, strict=True) if differences(v, d)}
    assert wrong == {}


def test_decide_js_rejects_every_invalid_question(node: Path) -> None:
    refusals = [refusal for refusal in REFUSALS if "typed" not in refusal]

    decisions = answers(node, [refusal["input"] for refusal in refusals])

    assert [refusal["id"] for refusal, decision in zip(refusals, decisions, strict=True) if decision] == []


@pytest.fixture(scope="module")
def drawn() -> list[tuple[Any, list[str]]]:
    """Random questions, each with the instants of its decisions."""
    chance = Random(SEED)  # noqa: S311 - reproducible questions
    questions = [question(chance) for _ in range(QUESTIONS // INSTANTS_EACH)]
    for each in questions[::3]:
        each["state"]["records"].append(unreadable_record(chance))
    for each in questions[::50]:
        each["state"]["deferred"] = {"terms": {"seq": chance.choice([0, -1, 1.5, None, 7]), "until": instant(chance)}}
    return [(each, [instant(chance) for _ in range(INSTANTS_EACH)]) for each in questions]


@pytest.fixture(scope="module")
def decided(drawn: list[tuple[Any, list[str]]]) -> list[tuple[Any, Any]]:
    """The same questions, one per instant, each with Python's decision; None if Python rejects the question.

    The manifest of a question is read once for all its instants, which takes most of the time of a decision.
    """
    answered = []
    for each, instants in drawn:
        manifest = manifest_for_decision(LenientFields(each["manifest"]))
        for now in instants:
            asked = each | {"now": now}
            answered.append((asked, decision_on(asked | {"manifest": manifest})))
    return answered


def decision_on(question: Any) -> Any:
    """Return Python's decision; None if it rejects the question."""
    try:
        return decide(question)
    except ShapeError:
        return None


def test_decide_js_returns_the_same_fields_as_python(
    node: Path, drawn: list[tuple[Any, list[str]]], decided: list[tuple[Any, Any]]
) -> None:
    decisions = answers(node, [each for each, _ in drawn], [instants for _, instants in drawn])

    unlike = [
        questions for (questions, expected), decision in zip(decided, decisions, strict=True) if decision != expected
    ]
    assert unlike[:1] == []
    assert len(decisions) == QUESTIONS
    assert 0 < decisions.count(None) < QUESTIONS // 50


def test_next_at_in_decide_js_is_later_than_the_instant_of_the_decision(
    node: Path, decided: list[tuple[Any, Any]]
) -> None:
    """Called again at `next_at` and at the expiry, it never returns the same instant."""
    questions = [
        each | {"now": now, "clock_offset_seconds": 0}
        for each, decision in decided[:5_000]
        if decision
        for now in (decision["next_at"], each["manifest"]["expires_at"])
        if now
    ]

    decisions = answers(node, questions)

    late = [(each["now"], decision["next_at"]) for each, decision in zip(questions, decisions, strict=True)]
    assert [pair for pair in late if pair[1] and parse_rfc3339(pair[1]) <= parse_rfc3339(pair[0])] == []
    assert len([pair for pair in late if pair[1]]) > 1_000


def test_decide_js_is_within_its_size_limit() -> None:
    """Every page that uses the prompt loads this file."""
    assert len(gzip.compress((PUBLISHED / "decide.js").read_bytes(), 9)) <= LIMIT


def block_of(types: str, name: str) -> str:
    """Return the body of the interface `name` in `types`; empty if it is no interface."""
    match = re.search(rf"export interface {name} {{\n(.*?)\n}}", types, re.DOTALL)
    return match[1] if match else ""


def test_decide_js_types_contain_every_field_and_value_of_the_python_types() -> None:
    types = (BROWSER / "decide.d.ts").read_text("utf-8")

    for name in sorted(set(acceptance.__all__) - {"check_record", "decide"}):
        form = getattr(acceptance, name)
        members = re.findall(r"^  (\w+)\??:", block_of(types, name), re.MULTILINE)
        assert sorted(members) == sorted(getattr(form, "__annotations__", {})), name
        assert [word for word in get_args(form) if f'"{word}"' not in types] == [], name
    for name, kind in (("ManifestForm", Manifest), ("PolicyForm", ManifestPolicy), ("VersionForm", ManifestVersion)):
        members = re.findall(r"^  (\w+)\??:", block_of(types, name), re.MULTILINE)
        assert members, name
        assert set(members) <= {field.name for field in fields(kind)}, name
    assert [word for word in (*ACTS, *CHANGES) if f'"{word}"' not in types] == []
