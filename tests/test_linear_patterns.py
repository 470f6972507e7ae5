"""Every regular expression of the package and of the browser sources takes linear time on hostile inputs.

The expressions are collected from the sources, and their inputs are generated from their syntax trees.
"""

from __future__ import annotations

import math
import re
import time
from pathlib import Path

import pytest

from doubling import STEEPEST, TooLongError, cpu_limit
from patterns import Expression, HostileInput, hostile_inputs, python_patterns
from patterns_js import literals, superlinear

TOOLING = Path(__file__).resolve().parents[1] / "tooling"
SCRIPTS = [
    *(file for file in sorted((TOOLING / "browser").rglob("*.js")) if "node_modules" not in file.parts),
    *sorted((TOOLING / "inforce" / "site" / "assets").glob("*.js")),
]
SIZE, FACTOR = 2048, 4
# Linear expressions rarely take longer for an input of `SIZE` characters; quadratic ones do.
SUSPICIOUS = 0.001
# Clocks of CPU time can have a resolution of 4 ms, so shorter times are not compared.
SHORTEST = 0.1
# Judging a linear expression never takes longer.
LIMIT = 1.0


def wall_seconds(expression: Expression, text: str) -> float:
    start = time.perf_counter()
    expression.run(text)
    return time.perf_counter() - start


def is_suspicious(expression: Expression, hostile: HostileInput) -> bool:
    """Return whether each of three comparisons looks superlinear; the wall clock is used for its resolution."""
    small = hostile.text(SIZE)
    if any(wall_seconds(expression, small) < SUSPICIOUS for _ in range(3)):
        return False
    large = hostile.text(FACTOR * SIZE)
    most = FACTOR**STEEPEST
    return all(wall_seconds(expression, large) > most * wall_seconds(expression, small) for _ in range(3))


def exponent(expression: Expression, hostile: HostileInput) -> float:
    """Return the exponent with which the CPU time grows from `SIZE` to `FACTOR` times `SIZE` characters."""
    small, large = hostile.text(SIZE), hostile.text(FACTOR * SIZE)
    start = time.process_time()
    runs = 0
    while time.process_time() - start < SHORTEST:
        expression.run(small)
        runs += 1
    middle = time.process_time()
    for _ in range(math.ceil(runs / FACTOR)):
        expression.run(large)
    ratio = (time.process_time() - middle) / math.ceil(runs / FACTOR) / ((middle - start) / runs)
    return math.log(max(ratio, 1), FACTOR)


def is_superlinear(expression: Expression, hostile: HostileInput) -> bool:
    """Return whether two measurements confirm that the time grows faster than the length to the power of 1.3."""
    try:
        with cpu_limit(LIMIT):
            return is_suspicious(expression, hostile) and all(
                exponent(expression, hostile) > STEEPEST for _ in range(2)
            )
    except TooLongError:
        return True


def superlinear_input(expression: Expression) -> HostileInput | None:
    return next((one for one in hostile_inputs(expression.pattern) if is_superlinear(expression, one)), None)


def test_every_expression_of_the_package_takes_linear_time() -> None:
    expressions = python_patterns("inforce")
    found = {(one.place, one.pattern.pattern): superlinear_input(one) for one in expressions}

    assert len(found) > 150
    assert {place: hostile for place, hostile in found.items() if hostile} == {}


def test_every_expression_of_the_browser_sources_takes_linear_time() -> None:
    assert superlinear(SCRIPTS) == []


@pytest.mark.parametrize(
    ("pattern", "function"),
    [
        pytest.param(r"(a+)+b", "match", id="exponential"),
        pytest.param(r"\s*\n", "search", id="quadratic"),
        pytest.param(r"x*[x ]*x*y", "match", id="cubic"),
    ],
)
def test_ambiguous_expression_is_found(pattern: str, function: str) -> None:
    assert superlinear_input(Expression("here", re.compile(pattern), frozenset({function})))


def test_ambiguous_expressions_of_javascript_are_found(tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text(
        'const x = `${y / 2} /no/`, z = a / b / c; // /no/\nz.replace(/\\s+$/, "/no/").match(/(a+)+b/i);\n'
    )

    assert literals(script.read_text()) == [(2, r"\s+$", ""), (2, "(a+)+b", "i")]
    assert [source for _, source, _ in superlinear([script])] == [r"\s+$", "(a+)+b"]
