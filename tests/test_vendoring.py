"""A repository contains its own copy of inforce; no page or command installs it from a package index."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from inforce.book.vendoring import REQUIREMENTS, vendored
from inforce.errors import SetupError

ROOT = Path(__file__).parents[1]
WHEEL = ".inforce/inforce-0.1.0-py3-none-any.whl"
NAMES = r"(?:@inforce-policies/browser|inforce)"
INSTALLERS = r"(?:pip3?|pipx|uvx?|poetry|pdm|rye|hatch|conda|mamba|npm|npx|pnpm|yarn|bunx?|jsr|easy_install)"
# The name of the package as a complete argument of an install command, not as part of a path.
COMMAND = re.compile(
    rf"\b{INSTALLERS}\b[^\n`;|&#]*?\s(?:install|i|add|get|run|tool|exec|dlx|download|wheel|create|x)\s"
    rf"[^\n`;|&#]*?(?<![\w./@-])[\"']?{NAMES}(?![\w./-])"
    rf"|\b(?:uvx|npx|bunx|pnpx)\s+(?:-\S+\s+)*[\"']?{NAMES}(?![\w./-])"
)
NETWORKS = re.compile(rf"(?:npm:|jsr:|esm\.(?:sh|run)|unpkg\.com|jsdelivr\.net|skypack\.dev|jspm\S*)[^\s\"']*{NAMES}")
HINT = re.compile(r"install\W{1,3}inforce\[")
GROUPED = re.compile(r"additional_dependencies:.*(?:inforce|\.\[)")


def index_installs(text: str) -> list[str]:
    """Return the commands in `text` that install the package by name from an index."""
    patterns = (COMMAND, NETWORKS, HINT, GROUPED)
    return [match[0] for pattern in patterns for match in pattern.finditer(text)]


def committed() -> list[Path]:
    """Return the files of this project that can contain commands, except those with the tests."""
    kinds = {".md", ".yml", ".yaml", ".py", ".js", ".ts", ".json", ".toml", ".html", ".sh", ".txt", ""}
    folders = ("docs", "tooling", ".github", ".ci", "policy_versions")
    skipped = {"node_modules", "__pycache__", "conformance"}
    found = [file for folder in folders for file in (ROOT / folder).rglob("*") if not skipped & set(file.parts)]
    found += [file for file in ROOT.iterdir() if file.name != ".git"]
    return [file for file in found if file.is_file() and file.suffix in kinds]


@pytest.fixture(scope="module")
def own() -> dict[str, bytes]:
    return vendored()


@pytest.fixture(scope="module")
def installed(own: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which pip has installed the wheel, with access to the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    for path, data in own.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    venv.create(folder / "venv", with_pip=False)
    target = next((folder / "venv").glob("lib/python*/site-packages"))
    pip = [sys.executable, "-P", "-m", "pip", "--quiet", "--python", str(folder / "venv/bin/python"), "install"]
    own_line = re.search(r"^\./.*\\\n.*\n", (folder / REQUIREMENTS).read_text(), re.MULTILINE)
    assert own_line
    (folder / "own.txt").write_text(own_line[0])
    words = ["--no-index", "--no-deps", "--require-hashes", "-r", "own.txt"]
    subprocess.run([*pip, *words], cwd=folder, check=True)
    libraries = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    # Must precede the path of an editable installation, which a .pth file in that folder would add.
    (target / "libraries.pth").write_text(f"{libraries}\n")
    return folder


def init(installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(installed / "venv/bin/inforce"), "init", str(folder)]
    return subprocess.run(command, cwd=installed, capture_output=True, text=True, check=False)


def test_no_page_installs_the_package_from_an_index() -> None:
    files = committed()
    found = {str(file): index_installs(file.read_text("utf-8", "replace")) for file in files}
    assert {file: installs for file, installs in found.items() if installs} == {}
    assert {"README.md", "action.yml", "publish.yml", "browser.md", "runner.py"} <= {file.name for file in files}


@pytest.mark.parametrize(
    "text",
    [
        "pip install inforce",
        'python -m pip install --quiet "inforce[site]"',
        "pip install -U 'inforce==1.0'",
        "pipx install inforce",
        "pipx run inforce check",
        "uv add inforce",
        "uv tool install inforce",
        "uvx inforce check",
        "poetry add inforce",
        "npm install inforce",
        "npm i @inforce-policies/browser",
        "npx inforce",
        "yarn add inforce",
        "pnpm add @inforce-policies/browser",
        "bun add inforce",
        "deno add npm:inforce",
        "deno add npm:@inforce-policies/browser",
        "https://esm.sh/inforce",
        "https://unpkg.com/inforce/prompt.js",
        "https://cdn.jsdelivr.net/npm/inforce@1/prompt.js",
        "install inforce[pdf]",
        'additional_dependencies: [".[site]"]',
    ],
)
def test_install_from_an_index_is_detected(text: str) -> None:
    assert index_installs(f"Run `{text}` first.\n") != []


@pytest.mark.parametrize(
    "text",
    [
        "python -m pip install --require-hashes -r .inforce/requirements.txt",
        "python -m pip install --no-deps vendor/inforce-0.1.0-py3-none-any.whl",
        "python -m pip install 'weasyprint>=70,<71'",
    ],
)
def test_install_from_a_file_is_not_reported(text: str) -> None:
    assert index_installs(text) == []


def test_browser_package_cannot_be_published() -> None:
    package = json.loads((ROOT / "tooling/browser/package.json").read_text("utf-8"))
    assert package["name"].startswith("@")
    assert package["private"] is True


def test_every_requirement_has_a_hash_and_no_index(own: dict[str, bytes]) -> None:
    text = own[REQUIREMENTS].decode()
    assert hashlib.sha256(own[WHEEL]).hexdigest() in text
    entries = re.split(r"\n(?=[a-z0-9.])", text)[1:]
    assert len(entries) > 30
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    assert {"mkdocs", "python-docx", "httpx2"} <= set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def test_wheel_builds_are_reproducible(own: dict[str, bytes]) -> None:
    assert vendored() == own


def test_installed_wheel_is_reproduced(own: dict[str, bytes], installed: Path, tmp_path: Path) -> None:
    ended = init(installed, tmp_path / "policies")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "policies" / WHEEL).read_bytes() == own[WHEEL]
    assert (tmp_path / "policies" / REQUIREMENTS).read_bytes() == own[REQUIREMENTS]


def test_git_does_not_ignore_the_wheel(installed: Path, tmp_path: Path) -> None:
    init(installed, tmp_path / "policies")
    subprocess.run(["git", "init", "-q", str(tmp_path / "policies")], check=True)
    command = ["git", "-C", str(tmp_path / "policies"), "check-ignore", WHEEL, REQUIREMENTS]
    assert subprocess.run(command, capture_output=True, check=False).stdout == b""


@pytest.mark.parametrize("change", ["altered", "missing"])
def test_modified_installation_is_rejected(installed: Path, tmp_path: Path, change: str) -> None:
    file = next((installed / "venv").glob("lib/python*/site-packages/inforce/py.typed"))
    before = file.read_bytes()
    try:
        file.unlink()
        if change == "altered":
            file.write_bytes(before + b"# not ours\n")
        ended = init(installed, tmp_path / "policies")
    finally:
        file.write_bytes(before)
    assert ended.returncode == 4
    assert "inforce/py.typed" in ended.stderr
    assert not (tmp_path / "policies").exists()


def test_wheel_can_be_passed_as_an_argument(own: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / Path(WHEEL).name).write_bytes(own[WHEEL])
    assert vendored(tmp_path / Path(WHEEL).name) == own


def test_invalid_wheel_is_rejected(own: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / Path(WHEEL).name
    added = io.BytesIO(own[WHEEL])
    with zipfile.ZipFile(added, "a") as archive:
        archive.writestr("inforce/added.py", "")
    for data, problem in ((b"", "is not a wheel"), (added.getvalue(), r"added\.py does not match RECORD")):
        file.write_bytes(data)
        with pytest.raises(SetupError, match=problem):
            vendored(file)
    other = tmp_path / "other-1.0-py3-none-any.whl"
    shutil.copyfile(file, other)
    other.write_bytes(own[WHEEL])
    with pytest.raises(SetupError, match="is not a wheel of inforce"):
        vendored(other)
