"""Files in docs/ and the MkDocs configuration cannot publish or run anything outside the repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import copies
from book_builder import BookBuilder
from built import scaffold
from inforce.errors import BookError, LayoutError
from inforce.site.doc_files import refuse_irregular
from inforce.site.mkdocs.prebuild import Configuration

PLAIN = "site_name: x\ntheme: material\nplugins: [inforce]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "docs").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git/config").write_text("token")
    (root / "README.md").write_text("# Policies")
    (tmp_path / "secret").write_text("secret")
    return root


@pytest.mark.parametrize("target", ["../../secret", "../.git/config", "/etc/passwd", "chain"])
def test_link_to_a_file_outside_the_repository_is_refused(root: Path, target: str) -> None:
    (root / "docs/chain").symlink_to("../../secret")
    (root / "docs/page.md").symlink_to(target)
    with pytest.raises(LayoutError, match=r"docs/page\.md: this link leads out of the repository"):
        refuse_irregular([("page.md", root / "docs/page.md")], root)


def test_file_below_a_link_to_a_folder_outside_the_repository_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "docs/more").symlink_to(tmp_path)
    with pytest.raises(LayoutError, match="docs/more/secret: this link leads out of the repository"):
        refuse_irregular([("more/secret", root / "docs/more/secret")], root)


def test_files_and_links_inside_the_repository_are_accepted(root: Path, tmp_path: Path) -> None:
    (root / "docs/index.md").write_text("# Home")
    (root / "docs/about.md").symlink_to("../README.md")
    (tmp_path / "link").symlink_to(root)
    for base in (root, tmp_path / "link"):
        refuse_irregular([(name, base / "docs" / name) for name in ("index.md", "about.md")], base)


def test_pipe_is_refused(root: Path) -> None:
    os.mkfifo(root / "docs/page.md")
    with pytest.raises(LayoutError, match="expected a file, got something else"):
        refuse_irregular([("page.md", root / "docs/page.md")], root)


def build(book: BookBuilder, target: Path) -> str:
    """Build the book, and return the message of the build, which must fail."""
    command = [copies.inforce(), "build", "--repo", str(book.root), "--site-dir", str(target)]
    environment = {**os.environ, "INFORCE_CACHE": str(target.parent / "cache")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, target.exists()) == (1, False)
    return ended.stderr


def test_build_publishes_no_file_of_another_folder(tmp_path: Path) -> None:
    book = scaffold(BookBuilder(tmp_path / "repository"))
    book.policy("terms").version("2026-01-15")
    (tmp_path / "secret").write_text("secret")
    (book.root / "docs/secret.txt").symlink_to(tmp_path / "secret")
    assert "docs/secret.txt: this link leads out of the repository" in build(book, tmp_path / "site")


def test_build_reports_an_unusable_theme_and_template(tmp_path: Path) -> None:
    book = scaffold(BookBuilder(tmp_path / "repository"))
    book.policy("terms").version("2026-01-15")
    book.write("docs/faq.md", "---\ntemplate: nowhere.html\n---\n# Questions\n")
    message = build(book, tmp_path / "site")
    assert "There is no template “nowhere.html”: correct “template” at the top of the page named above" in message
    assert "faq.md" in message
    book.write("mkdocs.yml", "site_name: Policies\nplugins: [inforce]\n")
    assert "mkdocs.yml: expected the theme “material”, got “mkdocs”" in build(book, tmp_path / "site")


@pytest.mark.parametrize(
    "line",
    [
        "copyright: !!python/object/apply:os.system ['true']",
        "copyright: !!python/object/new:os.system ['true']",
        "copyright: !!python/object:os.system {}",
        "copyright: !!python/module:os",
        "extra:\n  - a: !<tag:yaml.org,2002:python/object/apply:os.system> ['true']",
        "? !!python/tuple [a]\n: b",
    ],
)
def test_tag_that_runs_code_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"{PLAIN}{line}\n")
    with pytest.raises(BookError, match=r"mkdocs\.yml:[45]: the tag “!!python/.*” would run code"):
        Configuration.read(tmp_path / "mkdocs.yml")


def test_tag_with_a_custom_handle_is_refused(tmp_path: Path) -> None:
    text = f"%TAG !e! tag:yaml.org,2002:python/object/\n---\n{PLAIN}copyright: !e!apply:os.system ['true']\n"
    (tmp_path / "mkdocs.yml").write_text(text)
    with pytest.raises(BookError, match="would run code"):
        Configuration.read(tmp_path / "mkdocs.yml")


@pytest.mark.parametrize("inherit", ["INHERIT: base.yml", "INHERIT: folder/more.yml", '"INHERIT": base.yml'])
def test_tag_in_an_inherited_configuration_is_refused(tmp_path: Path, inherit: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/more.yml").write_text("extra: {INHERIT: nowhere.yml}\nINHERIT: ../base.yml\n")
    (tmp_path / "base.yml").write_text("copyright: !!python/object/apply:os.system ['true']\n")
    (tmp_path / "mkdocs.yml").write_text(f"{inherit}\n{PLAIN}")
    with pytest.raises(BookError, match=r"base\.yml:1: the tag “!!python/object/apply:os.system” would run code"):
        Configuration.read(tmp_path / "mkdocs.yml")


@pytest.mark.parametrize(
    ("name", "problem"), [("nowhere.yml", "which is not a file"), ("mkdocs.yml", "which inherits this file")]
)
def test_inherited_configuration_must_be_another_file(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"{PLAIN}INHERIT: {name}\n")
    with pytest.raises(BookError, match=f"mkdocs.yml: inherits “{name}”, {problem}"):
        Configuration.read(tmp_path / "mkdocs.yml")


@pytest.mark.parametrize(
    "line",
    ["extra: !!python/name:material.extensions.emoji.twemoji", "site_url: !ENV SITE", "extra: {INHERIT: no.yml}"],
)
def test_other_tags_and_file_names_are_passed_to_mkdocs(tmp_path: Path, line: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"{PLAIN}{line}\n")
    assert Configuration.read(tmp_path / "mkdocs.yml").raw.endswith(f"{line}\n".encode())
