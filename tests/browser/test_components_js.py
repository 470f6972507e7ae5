"""The components for React and Vue: the documented examples, built by Vite, rendered by Node and used in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.app_host import STRICTEST, AppHost, policy, version
from browser.app_page import NOON
from browser.test_files_js import SOURCES, check

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.prefix) / "frameworks" / "node_modules"
APPS = ("react", "react18", "vue")
TYPES = {"js": "text/javascript", "css": "text/css"}


def examples(name: str) -> dict[str, str]:
    """Return the code of a documentation page by file; code without a file name has a number."""
    text = (ROOT / "docs" / "apps" / name).read_text("utf-8")
    kind = {"react.md": "tsx", "vue.md": "vue"}[name]
    found = {}
    for number, match in enumerate(re.finditer(rf"([^\n]*)\n\n```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)):
        path = re.findall(r"`((?:src|app)/[\w./]+)`", match[1])
        found[path[-1] if path else f"src/Example{number}.{kind}"] = match[2]
    return found


def install(folder: Path) -> None:
    """Copy the files that the packed package contains into `folder`."""
    package = folder / "@inforce-policies" / "browser"
    package.mkdir(parents=True)
    listed = json.loads((SOURCES / "package.json").read_text("utf-8"))["files"]
    for file in [file for pattern in ["package.json", *listed] for file in SOURCES.glob(pattern)]:
        (shutil.copytree if file.is_dir() else shutil.copyfile)(file, package / file.name)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Apps that have installed the package, React, Vue and Vite."""
    assert INSTALLED.is_dir(), "React, Vue and Vite are not installed: run “make test” once, which installs them"
    root = tmp_path_factory.mktemp("apps")
    shutil.copytree(Path(__file__).parent / "apps", root, dirs_exist_ok=True)
    install(root / "node_modules")
    for folder in INSTALLED.iterdir():
        (root / "node_modules" / folder.name).symlink_to(folder)
    options = {
        "lib": ["esnext", "dom", "dom.iterable"],
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "jsx": "react-jsx",
        "jsxImportSource": "react",
    }
    (root / "deno.json").write_text(json.dumps({"nodeModulesDir": "manual", "compilerOptions": options}), "utf-8")
    (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}), "utf-8")
    dependencies = {"@inforce-policies/browser": "*", "react": "*", "react-dom": "*", "vue": "*"}
    (root / "package.json").write_text(json.dumps({"type": "module", "dependencies": dependencies}), "utf-8")
    for name in ("react", "vue"):
        for path, code in examples(f"{name}.md").items():
            file = root / name / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(code.replace("https://policies.shop.example/", "/legal/"), "utf-8")
    return root


@pytest.fixture(scope="module")
def built(project: Path) -> dict[str, Any]:
    """The pages rendered by Node, by app, and the warnings."""
    process = subprocess.run(["node", "build.mjs"], cwd=project, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return json.loads((project / "built.json").read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture
def host(project: Path, built: dict[str, Any]) -> Iterator[AppHost]:
    """A site with terms that the user must accept, and all apps."""
    terms = policy(
        "terms", "accept", version(1, {"en": "# Terms\n\nBe kind.", "de": "# AGB\n\nSei nett."}, "2026-01-01T00:00:00Z")
    )
    with AppHost(policies=[terms]) as host:
        host.serve("/api/records", "[]")
        for name, page in built["pages"].items():
            csp = STRICTEST.replace("trusted-types 'none'", "trusted-types vue") if name == "vue" else STRICTEST
            host.serve(f"/{name}", page, **{"content-type": "text/html; charset=utf-8", "content-security-policy": csp})
            for file in (project / "dist" / name / "assets").iterdir():
                host.serve(f"/{name}/assets/{file.name}", file.read_bytes(), **{"content-type": TYPES[file.suffix[1:]]})
        yield host


def test_vite_builds_without_warnings(built: dict[str, Any]) -> None:
    assert built["warnings"] == []


@pytest.mark.parametrize("name", APPS)
def test_server_renders_the_element_without_content(built: dict[str, Any], name: str) -> None:
    """Without `manifest`, the element does nothing before the app has started."""
    (element,) = re.findall(r"<policy-prompt(.*?)</policy-prompt>", built["pages"][name])
    attributes, _, content = element.partition(">")
    assert dict(re.findall(r'([\w-]+)="([^"]*)"', attributes)) == {
        "app": "shop",
        "subject": "u_mia",
        "since": "2025-01-01T00:00:00Z",
        "records": "/api/records",
        "receipts": "/api/receipts",
    }
    assert re.sub(r"<!--.*?-->", "", content) == '<a slot="open" href="/logout">Sign out</a>'


@pytest.mark.parametrize("name", APPS)
def test_user_accepts_and_withdraws(page: Page, host: AppHost, name: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("log", "warning") else None)
    page.clock.install(time=NOON)
    page.goto(f"{host.url}{name}")
    prompt = page.locator("policy-prompt")
    prompt.locator("[part~=accept]").click()
    (receipt,) = host.got(1)
    assert (receipt["policy"], receipt["act"], receipt["subject"]) == ("terms", "accepted", "u_mia")
    expect(page.get_by_text("Terms of service: ok")).to_be_visible()
    expect(page.get_by_text("Own client: ok" + ("" if name == "vue" else " with 2 functions"))).to_be_visible()
    expect(prompt.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("policy-choices").get_by_text("You accepted")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    assert [receipt["act"] for receipt in host.got(2)] == ["accepted", "withdrawn"]
    expect(prompt.get_by_role("dialog")).to_be_visible()
    polls = host.asked.count(("GET", "/legal/policies.json"))
    assert polls == 1
    page.evaluate("unmount()")
    page.clock.fast_forward(4 * 86400_000)
    page.evaluate("new Promise((done) => navigator.locks.request('any', () => done()))")
    assert host.asked.count(("GET", "/legal/policies.json")) == polls
    assert said == ["answered: terms", "answered: terms"]


def test_bundle_loads_the_translation_of_the_user(page: Page, host: AppHost) -> None:
    page.add_init_script('Object.defineProperty(navigator, "languages", { value: ["de-AT"] })')
    page.clock.install(time=NOON)
    page.goto(f"{host.url}react")
    expect(page.locator("policy-prompt [part~=dialog]")).to_have_attribute("lang", "de")


def test_examples_and_types_are_strict(project: Path) -> None:
    for path, code in examples("vue.md").items():
        (script,) = re.findall(r"<script setup lang=\"ts\">\n(.*?)</script>", code, re.DOTALL)
        used = re.findall(r"^const (?:\{ ([\w, ]+) \}|(\w+)) =", script, re.MULTILINE)
        names = ", ".join(one or other for one, other in used)
        head = 'import { defineProps } from "vue";\n' if "defineProps" in script else ""
        (project / "vue" / f"{path}.ts").write_text(f"{head}{script}\nexport {{ {names} }};\n", "utf-8")
    files = [*project.glob("react/src/*.tsx"), *project.glob("react/app/*.tsx"), *project.glob("vue/src/*.ts")]
    assert len(files) == 9
    files += [project / "react/App.tsx", project / "react/types.tsx", project / "vue/types.ts"]
    assert check(project, *map(str, files)) == ""
