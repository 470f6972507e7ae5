"""The files for browsers: size, digests, sources, types and documentation."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any

import deno
import pytest
import tree_sitter_kotlin
import tree_sitter_swift
from tree_sitter import Language, Parser

from inforce.site.build.assemble import browser_files

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "tooling" / "browser"
DOCUMENTATION = ROOT / "docs" / "apps" / "browser.md"
PAGE = DOCUMENTATION.read_text("utf-8")
FILES = dict(browser_files())
LISTED = json.loads(FILES["browser/files.json"])
LIMITS = {
    "decide.js": 3_072,
    "client.js": 7_740,
    "prompt.js": 14_560,
    "texts.js": 2_500,
    "choices.js": 4_096,
}  # bytes of the gzipped files
MESSAGES_LIMIT = 2_000


@pytest.mark.parametrize("name", LISTED["files"])
def test_file_size_is_within_the_limit(name: str) -> None:
    """Every page that uses the prompt loads these files."""
    assert len(gzip.compress(FILES[f"browser/{name}"], 9)) <= LIMITS.get(name, MESSAGES_LIMIT)


def test_documented_sizes_are_upper_bounds() -> None:
    sizes = dict(re.findall(r"^\| `(\w+\.js)` \| .* \| ≤ ([\d.]+) KB \|$", PAGE, re.MULTILINE))
    assert sizes.keys() == LIMITS.keys()
    for name, size in sizes.items():
        assert len(gzip.compress(FILES[f"browser/{name}"], 9)) <= float(size) * 1000


@pytest.mark.parametrize("name", LISTED["files"])
def test_file_matches_its_listed_digests(name: str) -> None:
    data, listed = FILES[f"browser/{name}"], LISTED["files"][name]
    assert listed["bytes"] == len(data)
    assert listed["sha256"] == sha256(data).hexdigest()
    assert listed["integrity"] == "sha384-" + base64.b64encode(sha384(data).digest()).decode()


@pytest.mark.parametrize("name", LISTED["files"])
def test_file_is_self_contained(name: str) -> None:
    """It loads nothing except its messages by name, and `choices.js` the prompt, so pinned files are complete."""
    text = FILES[f"browser/{name}"].decode()
    imported = re.findall(r"\bfrom\s*[\"']([^\"']*)|\bimport\s*[\"']", text)
    assert imported == (["./prompt.js"] if name == "choices.js" else [])
    assert len(re.findall(r"\bimport\(", text)) == (1 if name == "prompt.js" else 0)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"style", text
    )


def test_files_are_built_from_the_current_sources() -> None:
    """To update them: `npm ci && npm run build` in tooling/browser."""
    others = {"node_modules", "frameworks", "build.js"}
    sources = [path for path in SOURCES.rglob("*.js") if not others & set(path.relative_to(SOURCES).parts)]
    now = {path.relative_to(SOURCES).as_posix(): sha256(path.read_bytes()).hexdigest() for path in sources}
    assert LISTED["made_from"] == now


def test_npm_package_is_complete_and_has_no_dependencies() -> None:
    package = json.loads((SOURCES / "package.json").read_text("utf-8"))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'version = "{package["version"]}"' in project
    assert LISTED["version"] == package["version"]
    assert "dependencies" not in package
    for target in package["exports"].values():
        for path in [target] if isinstance(target, str) else target.values():
            assert list(SOURCES.glob(path.removeprefix("./"))), path


def test_build_lock_contains_no_registry_url() -> None:
    assert "resolved" not in (SOURCES / "package-lock.json").read_text("utf-8")


def catalogue(name: str) -> dict[str, str]:
    """Return the messages of a module without running it."""
    text = (SOURCES / name).read_text("utf-8")
    block = text[text.index("default {" if name.startswith("messages/") else "MESSAGES = {") :].partition("\n};")[0]
    return dict(re.findall(r'^  "?([\w-]+)"?: "(.*)",$', block, re.MULTILINE))


ENGLISH = catalogue("prompt.js")


def test_bundlers_find_every_translation() -> None:
    """They follow only literal paths; build.js replaces this module."""
    source = (SOURCES / "catalogues.js").read_text("utf-8")
    listed = re.findall(r'^  "?([\w-]+)"?: \(\) => import\("\./messages/([\w-]+)\.js"\),$', source, re.MULTILINE)
    names = sorted(path.stem for path in (SOURCES / "messages").iterdir())
    assert listed == [(name, name) for name in names]


def test_package_can_be_imported_on_a_server() -> None:
    """A server has no document; an app that renders there needs the tag only."""
    program = 'import("./prompt.js").then(({ MESSAGES }) => console.log(MESSAGES.later))'
    process = subprocess.run(["node", "-e", program], cwd=SOURCES, capture_output=True, text=True, check=False)
    assert (process.stdout, process.stderr) == ("Later\n", "")


def column(heading: str, row: str = r"^\| (`.*?`) \|") -> list[str]:
    """Return the names in the first column of the table under `heading`."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"`([^`]+)`", " ".join(re.findall(row, section, re.MULTILINE)))


def test_every_attribute_is_documented() -> None:
    source = (SOURCES / "prompt.js").read_text("utf-8")
    (listed,) = re.findall(r"observedAttributes = \[([^\]]*)\]", source)
    assert sorted(column("Attributes")) == sorted(re.findall(r'"([\w-]+)"', listed))


def test_every_message_is_documented_verbatim() -> None:
    section = PAGE.partition("\n## Messages\n")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", section, re.MULTILINE)) == ENGLISH


def test_every_custom_property_is_documented_and_exists() -> None:
    style = (SOURCES / "style.js").read_text("utf-8")
    assert set(column("How it looks")) == set(re.findall(r"var\((--policy-[\w-]+)", style))


def test_settings_are_documented() -> None:
    section = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", section, re.MULTILINE)) == catalogue("choices.js")
    assert not set(catalogue("choices.js")) & set(ENGLISH)
    source = (SOURCES / "choices.js").read_text("utf-8")
    parts = set(re.findall(r'(?:make\((?:.{1,30} : )?"[\w.]+", |(?:link|place)\()"([\w -]+)"', source)) | {"button"}
    documented = section.partition("The parts are")[2].partition(". In print")[0]
    assert set(re.findall(r"`([a-z-]+)`", documented)) == parts


def test_every_part_is_documented_and_exists() -> None:
    source = (SOURCES / "prompt.js").read_text("utf-8")
    parts_made = {
        part for parts in re.findall(r'(?:make\("[\w.]+", |link\()"([\w -]+)"', source) for part in parts.split()
    }
    parts_made |= {"button", "redline", "text", "inserted", "deleted"}  # named after messages
    documented = PAGE.partition("Parts, for")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", documented)) == parts_made


def test_every_event_and_reason_is_documented() -> None:
    types = (SOURCES / "client.d.ts").read_text("utf-8")
    assert set(re.findall(r'"(policy:\w+)"', types)) == set(re.findall(r"^\| `(policy:\w+)`", PAGE, re.MULTILINE))
    reasons = types.partition("type RefusalReason =")[2].partition(";")[0]
    assert set(column("Events", r"^\| (`[a-z-]+`) \|")) == set(re.findall(r'"([\w-]+)"', reasons))


def test_types_include_every_reason_in_the_sources() -> None:
    types = (SOURCES / "client.d.ts").read_text("utf-8").partition("type RefusalReason =")[2].partition(";")[0]
    source = "\n".join(
        path.read_text("utf-8") for path in SOURCES.glob("*.js") if path.name not in ("build.js", "decide.js")
    )
    used = re.findall(r'(?:must\([^\n]*, |reason(?: \?\?=|:) )"([a-z-]+)"', source)
    assert len(used) > 12
    assert [reason for reason in used if f'"{reason}"' not in types] == []


CODE = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
USE = """
import "@inforce-policies/browser";
import { createClient } from "@inforce-policies/browser/client";
import "@inforce-policies/browser/choices";
import { decide } from "@inforce-policies/browser/decide";
import { changes, text, type Changes } from "@inforce-policies/browser/texts";
import de from "@inforce-policies/browser/messages/de";

const subject = undefined as string | undefined;
const client = createClient({ subject, manifest: "/policies.json", keys: [{ kty: "OKP", crv: "Ed25519", x: "…" }] });
const id: string = client.act("terms", "declined", { language: "en" }).id;
const found: Promise<{ text: string }> = text(client, "terms", 1, "en");
const runs = async (): Promise<Changes["runs"]> => (await changes(client, "terms", 1, 2, null)).runs;
const prompt = document.querySelector("policy-prompt")!;
prompt.messages = { later: "Not now" };
prompt.options = { records: "/api/records", headers: { "x-token": id }, actor: { ref: "u_2", capacity: "guardian" } };
const claimed: Promise<void> = client.claim(client.subject);
client.act("terms", undefined, { surface: { template: "own/1", opened: false } });
client.forget();
prompt.addEventListener("policy:receipt", ({ detail }) => console.log(detail.surface.build, found, runs, de, claimed));
document.addEventListener("policy:decision", ({ detail }) => console.log(detail.policies[0].target_seq));
document.querySelector("policy-choices")!.options = { linked: [id] };
console.log(decide({ manifest: null, now: "2026-01-01T00:00:00Z", subject: { id: "u" } }).outcome);
// @ts-expect-error: an act is one of six words
client.act("terms", "agreed");
// @ts-expect-error: a client has to know its manifest
createClient({});
// @ts-expect-error: only claim() changes the subject
client.subject = "u";
// @ts-expect-error: what is due cannot be set
client.decision = undefined;
"""


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package."""
    root = tmp_path_factory.mktemp("types")
    shutil.copytree(
        SOURCES,
        root / "node_modules" / "@inforce-policies" / "browser",
        ignore=shutil.ignore_patterns("node_modules", "*.lock"),
    )
    options = {"lib": ["esnext", "dom", "dom.iterable"], "strict": True, "exactOptionalPropertyTypes": True}
    (root / "deno.json").write_text(json.dumps({"nodeModulesDir": "manual", "compilerOptions": options}), "utf-8")
    (root / "package.json").write_text(
        json.dumps({"type": "module", "dependencies": {"@inforce-policies/browser": "0.1.0"}}), "utf-8"
    )
    return root


def check(root: Path, *files: str) -> str:
    """Run the TypeScript compiler of Deno on `files`; return its errors."""
    environ = {**os.environ, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1", "DENO_DIR": str(root / "cache")}
    command = [deno.find_deno_bin(), "check", "--quiet", "--no-remote", *files]
    process = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    return "" if process.returncode == 0 else process.stdout + process.stderr


def test_types_accept_valid_and_reject_invalid_code(types: Path) -> None:
    (types / "use.ts").write_text(USE, "utf-8")
    assert check(types, "use.ts") == ""


@pytest.mark.parametrize(
    ("name", "grammar"), [("kotlin", tree_sitter_kotlin.language()), ("swift", tree_sitter_swift.language())]
)
def test_recipe_for_a_web_view_can_be_parsed(name: str, grammar: Any) -> None:
    (source,) = [code for language, code in CODE if language == name]
    tree = Parser(Language(grammar)).parse(source.encode())
    assert not tree.root_node.has_error


def test_scripts_in_the_documentation_can_be_parsed() -> None:
    scripts = [code for language, code in CODE if language == "js"]
    assert len(scripts) == 4
    for script in scripts:
        process = subprocess.run(
            ["node", "--check", "--input-type=module"], input=script, text=True, capture_output=True, check=False
        )
        assert process.returncode == 0, process.stderr
