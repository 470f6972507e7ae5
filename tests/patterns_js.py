"""Collect the regular expressions of JavaScript sources, and measure them on hostile inputs in one Node process."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from doubling import STEEPEST
from patterns import hostile_inputs

# After one of these characters or words, a slash starts a regular expression rather than a division.
_BEFORE = frozenset("(,=:[!&|?{};+-*%^~<>")
_WORDS = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "await", "yield"})
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<word>[\w$]+)|(?P<sign>.)",
    re.DOTALL,
)
_LITERAL = re.compile(r"/((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)")
# Expressions that are built at run time: a call of `RegExp`, and a program that returns examples.
EXAMPLES = {
    "RegExp(`^(${form})$`": "(() => { FORMS_OF_SOURCE; return Object.keys(FORMS).map((form) => `^(${form})$`); })()",
}
# Prints the expressions whose time grows faster than the length to the power of `steepest`, or that do not end.
PROGRAM = r"""
import { readFileSync } from "node:fs";
import vm from "node:vm";
const { cases, made, size, steepest } = JSON.parse(readFileSync(0, "utf-8"));
const search = (re, text, times = 1) => {
  for (; times > 0; times--) for (const _ of text.matchAll(re));
};
const text = ([start, pump, end], length) => start + pump.repeat(Math.max(1, length / pump.length | 0)) + end;
const isSuspicious = (re, small) => [1, 2, 3, 4, 5].every(() => {
  const start = performance.now();
  search(re, small);
  return performance.now() - start > 1;
});
const cpu = () => process.cpuUsage().user / 1000;
const exponent = (re, input) => {
  const small = text(input, size), start = cpu();
  let runs = 0;
  for (; cpu() - start < 100; runs += 4) search(re, small, 4);
  const middle = cpu();
  search(re, text(input, 4 * size), runs / 4);
  return Math.log((cpu() - middle) / (middle - start) * 4) / Math.log(4);
};
globalThis.firstSteep = ({ source, flags, inputs }) => {
  const re = new RegExp(source, flags.includes("g") ? flags : flags + "g");
  const isSteep = (input) => exponent(re, input) > steepest;
  return inputs.find((input) => isSuspicious(re, text(input, size)) && isSteep(input) && isSteep(input));
};
const firstSteepInTime = (one) => {
  globalThis.one = one;
  for (let attempt = 1; ; attempt++) {
    try {
      return vm.runInThisContext("firstSteep(one)", { timeout: 1000 * attempt ** 2 });
    } catch (error) {
      if (error.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      if (attempt > 1) return "no end";
    }
  }
};
const bad = (cases ?? []).map((one) => [one, firstSteepInTime(one)]).filter(([, input]) => input);
console.log(JSON.stringify(made ? eval(made) : bad.map(([{ place, source }, input]) => [place, source, input])));
"""


def literals(source: str) -> list[tuple[int, str, str]]:
    """Return the line, the expression and the flags of each expression in the JavaScript `source`."""
    results, at, before = [], 0, "("
    templates: list[int] = []  # the depths of braces at which the text of a template continues
    depth = 0
    while at < len(source):
        if source[at] == "`" or (source[at] == "}" and templates and templates[-1] == depth):
            if source[at] == "}":
                templates.pop()
            at = _end_of_template(source, at + 1)
            if source[at - 1] == "{":
                templates.append(depth)
                before = "("
            else:
                before = ")"
            continue
        is_expression = source[at] == "/" and source[at + 1] not in "/*" and (before in _BEFORE or before in _WORDS)
        if is_expression and (literal := _LITERAL.match(source, at)):
            results.append((source.count("\n", 0, at) + 1, literal[1], literal[2]))
            at, before = literal.end(), ")"
            continue
        token = _TOKEN.match(source, at)
        assert token
        at = token.end()
        if token.lastgroup != "skip":
            before = token[0] if token.lastgroup != "string" else ")"
            depth += (token[0] == "{") - (token[0] == "}")
    return results


def _end_of_template(source: str, at: int) -> int:
    """Return the index after the end of the text of a template at `at`, or after the `${` that interrupts it."""
    while source[at] != "`" and source[at : at + 2] != "${":
        at += 2 if source[at] == "\\" else 1
    return at + (2 if source[at] == "$" else 1)


def in_python(source: str, flags: str) -> re.Pattern[str]:
    """Return a Python expression similar to the JavaScript expression `source`, as a source of hostile inputs."""
    source = re.sub(r"\(\?<(?![=!])", "(?P<", source).replace("[^]", r"[\s\S]")
    source = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda match: re.escape(chr(int(match[1], 16))), source)
    source = re.sub(r"\\[pP]\{[^}]*\}", r"\\w", source)
    source = source.replace("[[", "[\\[")  # Python warns of a bracket in a class
    return re.compile(source, re.IGNORECASE if "i" in flags else re.NOFLAG)


def cases(files: list[Path]) -> list[dict[str, Any]]:
    """Return the expressions in `files` with hostile inputs."""
    results = []
    for file in files:
        source = file.read_text("utf-8")
        results += [(f"{file.name}:{line}", pattern, flags) for line, pattern, flags in literals(source)]
        for call in re.findall(r"RegExp\([^,)]*(?:\$\)`|\)`|)", source):
            example = next((program for start, program in EXAMPLES.items() if call.startswith(start[:14])), None)
            assert example, f"{file.name}: add an example of {call} to EXAMPLES"
            results += [(f"{file.name}: {call}", pattern, "") for pattern in _made(example, source)]
    return [
        {
            "place": place,
            "source": pattern,
            "flags": flags,
            "inputs": [
                [hostile_input.start, hostile_input.pump, hostile_input.end]
                for hostile_input in hostile_inputs(in_python(pattern, flags))
            ],
        }
        for place, pattern, flags in results
    ]


def _made(program: str, source: str) -> list[str]:
    forms = re.search(r"^const TAG = .*?^\};$", source, re.DOTALL | re.MULTILINE)
    return list(run({"made": program.replace("FORMS_OF_SOURCE", forms[0] if forms else "")}))


def run(questions: dict[str, Any]) -> Any:
    """Return the output of the program for `questions`."""
    ended = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(ended.stdout)


def superlinear(files: list[Path]) -> list[list[Any]]:
    """Return the place, the source and an input of each expression in `files` that takes more than linear time."""
    return list(run({"cases": cases(files), "size": 2048, "steepest": STEEPEST}))
