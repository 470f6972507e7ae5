"""Other generators for the same version pages, each configured for a large site according to its documentation.

Hugo gets a layout derived from one of our version pages, so that its pages have the same size. Material has the pages
excluded from navigation and search, which is its fastest configuration; Zensical has the same one. mike keeps one copy
of the documentation per version: adding a version builds the current texts and commits them beside the other copies.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HUGO_TOML = """\
baseURL = "https://policies.shop.example/"
title = "Policies"
disableKinds = ["taxonomy", "term", "RSS", "section"]
[markup.goldmark.parser.attribute]
title = true
"""
MKDOCS_YML = """\
site_name: Policies
site_url: https://policies.shop.example/
theme: {name: material, font: false}
plugins: []
nav: [Home: index.md]
not_in_nav: "*/**"
markdown_extensions: [attr_list, tables]
"""
_TEXT = re.compile(r'(<div class="inforce-text"[^>]*>).*(</div>\s*<section class="inforce-facts")', re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>")
NEEDS = ("mkdocs>=1.6.1,<2", "mkdocs-material>=9.8.1,<10", "mike>=2.1", "zensical", "matplotlib>=3.10")


def prepare_peers(folder: Path) -> Path:
    """Install the peers into a virtual environment in `folder` if necessary; return the folder of its programs."""
    programs = folder / "bin"
    if not (programs / "zensical").exists():
        subprocess.run([sys.executable, "-P", "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(programs / "python"), "-P", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*install, *NEEDS], check=True)
    return programs


def editions(book: Path) -> list[tuple[str, str]]:
    """Return the version pages of `book`: the path of each, such as `policy-000/2017-03-01/en`, and its Markdown."""
    found = []
    for path in sorted((book / "policy_versions").glob("*/*/*.md")):
        text = path.read_text("utf-8")
        body = text.split("\n---\n", 1)[1] if text.startswith("---\n") else text
        found.append((path.relative_to(book / "policy_versions").with_suffix("").as_posix(), body))
    return found


def hugo_site(root: Path, book: Path, page: str) -> None:
    """Create a Hugo site in `root` from the texts in `book`, with a layout derived from our version page `page`."""
    frame = _TITLE.sub("<title>{{ .Title }}</title>", page.replace("{{", ""))
    layout = _TEXT.sub(r"\1{{ .Content }}\2", frame)
    _write(root / "layouts/_default/single.html", layout)
    _write(root / "layouts/index.html", layout)
    _write(root / "hugo.toml", HUGO_TOML)
    _write(root / "config.toml", HUGO_TOML)  # for Hugo before 0.110
    for address, body in editions(book):
        _write(root / f"content/{address}.md", f"---\ntitle: {address}\n---\n{body}")


def docs_folder(root: Path, book: Path, *, configuration: str = MKDOCS_YML) -> None:
    """Create a site for MkDocs and Zensical in `root` from the texts in `book`."""
    _write(root / "mkdocs.yml", configuration)
    _write(root / "docs/index.md", "# Policies\n")
    for address, body in editions(book):
        _write(root / f"docs/{address}.md", body)


def mike_site(root: Path, book: Path, versions: int, programs: Path) -> None:
    """Create a repository in `root` whose published branch contains `versions` copies of the newest texts of `book`."""
    _write(root / "mkdocs.yml", MKDOCS_YML)
    _write(root / "docs/index.md", "# Policies\n")
    for policy in sorted((book / "policy_versions").glob("*/")):
        newest = max(path for path in policy.iterdir() if path.is_dir())
        for path in newest.glob("*.md"):
            text = path.read_text("utf-8")
            body = text.split("\n---\n", 1)[1] if text.startswith("---\n") else text
            _write(root / f"docs/{policy.name}/{path.name}", body)
    git = ["git", "-C", str(root), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "texts"], check=True)
    environ = mike_environment(programs)
    subprocess.run([str(programs / "mike"), "-q", "deploy", "v0"], cwd=root, env=environ, check=True)
    # Earlier versions are copies: git stores them once, and mike processes the same number of folders.
    tree = subprocess.run([*git, "ls-tree", "gh-pages"], check=True, capture_output=True, text=True).stdout
    first = next(line for line in tree.splitlines() if line.endswith("\tv0"))
    copies = [first.removesuffix("v0") + f"v{number}" for number in range(versions)]
    listed = [line for line in tree.splitlines() if not line.endswith("\tv0")] + copies
    made = subprocess.run(
        [*git, "mktree"], input="\n".join(listed) + "\n", check=True, capture_output=True, text=True
    ).stdout.strip()
    commit = subprocess.run(
        [*git, "commit-tree", "-p", "gh-pages", "-m", "versions", made], check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run([*git, "update-ref", "refs/heads/gh-pages", commit], check=True)


def mike_environment(programs: Path) -> dict[str, str]:
    """Return the environment in which mike finds the peers' MkDocs and a committer name."""
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _ADA.items()}
    return {**os.environ, **names, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


_ADA = {"NAME": "Ada", "EMAIL": "ada@example.org"}


def hugo() -> str | None:
    """Return the path of Hugo; None if it is not installed."""
    return shutil.which("hugo")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
