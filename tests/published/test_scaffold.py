"""The scaffold built by MkDocs is reused only if none of its inputs has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder
from built import build_here, scaffold
from inforce.site.mkdocs import prebuild
from inforce.site.mkdocs.generator import GeneratorRequest, run_generator
from inforce.site.mkdocs.prebuild import Configuration

SIMPLE = "site_name: Policies\ntheme: {name: material}\nplugins: [search, inforce]\n"
FOLLOWED = [
    pytest.param(SIMPLE, id="the initial configuration of a repository"),
    pytest.param(f"{SIMPLE}markdown_extensions: [admonition, {{toc: {{permalink: false}}}}]\n", id="known extensions"),
    pytest.param(SIMPLE.replace("[search, inforce]", "{search: {}, inforce: {at: 2026-01-01}}"), id="options"),
    pytest.param(SIMPLE.replace("{name: material}", "material"), id="a theme by its name alone"),
]
NOT_FOLLOWED = [
    pytest.param(f"{SIMPLE}hooks: [hook.py]\n", id="hooks"),
    pytest.param(f"{SIMPLE}INHERIT: base.yml\n", id="a configuration it inherits"),
    pytest.param(SIMPLE.replace("search", "search, macros"), id="another plugin"),
    pytest.param(SIMPLE.replace(", inforce", ""), id="without our plugin"),
    pytest.param(SIMPLE.replace("material}", "material, custom_dir: theme}"), id="a custom theme"),
    pytest.param(SIMPLE.replace("material", "mkdocs"), id="another theme"),
    pytest.param(f"{SIMPLE}markdown_extensions: [pymdownx.snippets]\n", id="an extension that reads files"),
    pytest.param(f"{SIMPLE}docs_dir: elsewhere\n", id="documentation elsewhere"),
    pytest.param(f"{SIMPLE}site_url: !ENV SITE\n", id="an environment variable"),
    pytest.param("- no\n- configuration\n", id="a list"),
]


def read(tmp_path: Path, text: str) -> Configuration:
    (tmp_path / "mkdocs.yml").write_text(text)
    return Configuration.read(tmp_path / "mkdocs.yml")


@pytest.mark.parametrize("text", FOLLOWED)
def test_scaffold_is_reused_with_a_plain_configuration(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).simple


@pytest.mark.parametrize("text", NOT_FOLLOWED)
def test_mkdocs_runs_if_the_configuration_has_further_inputs(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.yml").write_text("copyright: Sinomai\n")
    assert not read(tmp_path, text).simple


def test_plugin_options_are_applied(tmp_path: Path) -> None:
    document = read(tmp_path, SIMPLE.replace("inforce]", "inforce: {at: 2026-01-01, offline: true}]"))
    assert (document.clock.configured, document.offline) == ("2026-01-01", True)


def test_mkdocs_runs_again_for_new_documentation_and_after_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = scaffold(BookBuilder(tmp_path / "repository"))
    book.policy("terms").version("2026-01-15")
    settings = (book.root / "mkdocs.yml").read_text("utf-8")
    book.write("mkdocs.yml", f"{settings}nav: [about.md, gone.md]\n")
    book.write("docs/about.md", "# About\n")

    runs: list[GeneratorRequest] = []

    def run(request: GeneratorRequest, *receivers: Any) -> bool:
        runs.append(request)
        return run_generator(request, *receivers)

    monkeypatch.setattr(prebuild, "run_generator", run)

    def build() -> list[tuple[str, str]]:
        messages: list[tuple[str, str]] = []
        build_here(
            book.root, tmp_path / "site", tmp_path / "cache", "2026-11-01", lambda *message: messages.append(message)
        )
        return messages

    for messages in [build() for _ in range(2)]:
        ((level, text),) = messages
        assert level == "WARNING"
        assert "gone.md" in text
    assert len(runs) == 2
    book.write("mkdocs.yml", settings)
    book.write("docs/about.md", "# About us\n")
    assert [build() for _ in range(2)] == [[], []]
    assert len(runs) == 3
    assert "About us" in (tmp_path / "site/about/index.html").read_text()
