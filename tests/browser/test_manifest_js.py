"""The browser client accepts exactly the manifests that Python accepts: for any text, and for any single change."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from browser.app_host import policy, version
from browser.test_files_js import SOURCES
from inforce.errors import ManifestError
from inforce.manifest import parse_json, parse_manifest

SITE = "https://policies.shop.example/"
PATH = "policies.json"
READ_ALL = """
import { createInterface } from "node:readline";
import { decode, parse } from "./strict_json.js";
import { read } from "./manifest.js";
const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const text = Buffer.from(line, "base64");
  try {
    if (process.argv[2] == "json") answers.push(JSON.stringify(parse(decode(text))));
    else answers.push(read(decode(text), process.argv[3], process.argv[4]) && "fine");
  } catch { answers.push("refused"); }
}
process.stdout.write(answers.join("\\n"));
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sources, and a program that parses texts with them."""
    folder = tmp_path_factory.mktemp("reading")
    for source in [*SOURCES.glob("*.js"), SOURCES / "package.json"]:
        shutil.copy(source, folder)
    (folder / "read_all.js").write_text(READ_ALL, "utf-8")
    return folder


def answers(node: Path, texts: list[bytes], *arguments: str) -> list[str]:
    """Return the results of one Node.js process for all `texts`; “refused” for rejected ones."""
    lines = "\n".join(b64encode(text).decode() for text in texts)
    process = subprocess.run(
        ["node", "read_all.js", *arguments], cwd=node, input=lines, capture_output=True, text=True, check=True
    )
    return process.stdout.split("\n")


PIECES = [
    *(
        '{"a":1}',
        '{"a":1,"a":2}',
        '{"a":{"b":1},"b":1}',
        '{"a":1,"\\u0061":2}',
        "[1,2]",
        "[1,]",
        "0",
        "-0",
        "01",
        "1.0",
        "1e3",
        "-7",
    ),
    *(
        "9007199254740991",
        "9007199254740992",
        "-9007199254740992",
        "NaN",
        "Infinity",
        "null",
        "true",
        '"x"',
        '"\\ud800"',
    ),
    *(
        '"\\ud83d\\ude00"',
        '"\\ude00\\ud83d"',
        '"\\\\ud800"',
        '"\\"{[1.5"',
        '"a\tb"',
        "'x'",
        "/*x*/1",
        "[" * 16 + "]" * 16,
    ),
    *(
        "[" * 17 + "]" * 17,
        '"' + "[" * 40 + '"',
        '{"":1,"":2}',
        '{"__proto__":1}',
        '{"__proto__":1,"__proto__":2}',
        "\ufeff1",
        "",
        " 1 ",
    ),
    '{"constructor":1,"toString":[{"x":1},{"x":1}]}',
]


def texts() -> Iterator[bytes]:
    """Yield JSON texts: scalars, nested values, and texts with a changed byte."""
    chance = Random(20_261_120)  # noqa: S311 - reproducible texts
    yield from (piece.encode() for piece in PIECES)
    for _ in range(3_000):
        result, other = chance.choice(PIECES), chance.choice(PIECES)
        yield chance.choice([f"[{result},{other}]", f'{{"k":{result},"l":{other}}}', result + other]).encode()
        data = bytearray(f'{{"k":{result},"l":[{other}]}}'.encode())
        data[chance.randrange(len(data))] = chance.choice(b'{}[]",:\\0e.-u \xff\xc3')
        yield bytes(data)


def read_in_python(text: bytes) -> object:
    try:
        return parse_json(text)
    except ManifestError:
        return "refused"


def test_json_is_parsed_as_strictly_as_in_python(node: Path) -> None:
    inputs = [text for text in texts() if b"\n" not in text]
    results = [answer if answer == "refused" else json.loads(answer) for answer in answers(node, inputs, "json")]
    unlike = [(text, result) for text, result in zip(inputs, results, strict=True) if result != read_in_python(text)]
    assert unlike[:3] == []
    assert 500 < results.count("refused") < len(results) - 500


def manifest() -> dict[str, Any]:
    """Return a manifest with every field."""
    first = version(1, "old", "2026-01-01T00:00:00Z", enforce_at=None)
    dates = {"effective_at_new": "2026-02-01T00:00:00Z", "enforce_at": "2026-05-01T00:00:00Z"}
    second = version(2, {"en": "new", "zh-Hans": "新"}, "2026-03-01T00:00:00Z", **dates, same_as=[1])
    third = version(4, "amended", "2026-04-01T00:00:00Z", amends=2, act="accept", change="notice")
    more = {"latest": 2, "in_force": 2, "next_change_at": "2027-01-01T00:00:00Z", "reask_seconds": 9, "cancelled": [3]}
    more |= {"amendments": {"3": 1, "4": 2}}
    terms = policy(
        "terms", "accept", first, second, third, **more, audience=["buyers"], withdrawn_at="2090-01-01T00:00:00Z"
    )
    for term in terms["versions"]:
        del term["texts"]
    place = {"site": SITE, "path": PATH}
    head = {"type": "policy-manifest", "spec": "1.0", **place, "serial": 1_795_154_400, "poll_seconds": 60}
    return {**head, "issued_at": "2026-11-20T06:00:00Z", "expires_at": "2099-01-01T00:00:00Z", "policies": [terms]}


VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1,
        5,
        "",
        "x",
        "../x",
        "a/b/",
        "/x/",
        "en",
        "en_GB",
        "terms",
        "2026-02-30T00:00:00Z",
        "1.1",
        "2.0",
    ),
    *("2026-01-01", "accept", "editorial", "sha256:" + "0" * 64, "sha256:0", [], {}, [1], ["en"], [{}], {"en": "x"}),
    *(
        2,
        3,
        4,
        {"3": 1},
        {"4": 1},
        {"9": 5},
        {"5": 4},
        {"1": 2},
        {"2": 1},
        {"03": 1},
        {"3": "1"},
        {"3": 3},
        {"3": None},
    ),
    *({"3": 0}, {"3": 1, "9": 3}, {"1" * 16: 1}, {"3": 2**53}, {"__proto__": 1}, {"toString": 1}),
    *({"en": "sha256:" + "0" * 64}, {"e": "sha256:" + "0" * 64}, "https://else.example/", "2026-01-15.1", "v1"),
)
# Neither `decide.js` nor the prompt uses these fields; Python still validates them.
UNREAD = {"latest", "in_force", "next_change_at"}
# In `decide.js`, null is equivalent to absent.
LENIENT = [(name, None) for name in ("cancelled", "withdrawn_at", "published_at", "effective_at_new", "same_as")]


def changed() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield manifests with one field removed or changed: the field, the value and the manifest."""
    whole = manifest()
    places = [(), ("policies", 0), ("policies", 0, "versions", 0), ("policies", 0, "versions", 1)]
    places.append(("policies", 0, "versions", 2))
    for place in places:
        for name in _at(whole, place):
            for value in ("away", *VALUES):
                copy = deepcopy(whole)
                if value == "away":
                    del _at(copy, place)[name]
                else:
                    _at(copy, place)[name] = value
                yield name, value, copy
    for place in places[1:3]:
        copy = deepcopy(whole)
        _at(copy, place[:-1]).append(_at(copy, place))
        yield "twice", place, copy


def _at(data: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        data = data[step]
    return data


def taken_in_python(text: bytes) -> bool:
    try:
        parse_manifest(text, site=SITE, path=PATH)
    except ManifestError:
        return False
    return True


def test_manifest_with_one_change_is_accepted_or_rejected_as_in_python(node: Path) -> None:
    rows = [row for row in changed() if row[0] not in UNREAD and (row[0], row[1]) not in LENIENT]
    inputs = [json.dumps(document).encode() for _, _, document in rows]
    results = [answer == "fine" for answer in answers(node, inputs, "manifest", SITE, PATH)]
    unlike = [
        (name, value, result)
        for (name, value, _), text, result in zip(rows, inputs, results, strict=True)
        if result != taken_in_python(text)
    ]
    assert unlike == []
    assert 30 < results.count(True) < 200
