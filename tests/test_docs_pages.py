"""Pages in docs/ must not use URLs of the book, and their links must have targets, in every way of building."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import get_files

import copies
from book_builder import BookBuilder
from built import MKDOCS_YML, shared_cache
from inforce.book.user_cache import CachePlace
from inforce.cli.runner import run
from inforce.clock import Clock
from inforce.errors import InforceError
from inforce.site.build.incremental import SiteBuilder
from inforce.site.build.options import BuildOptions, Listener

AT = "2026-06-01"
Build = Callable[[BookBuilder], str]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BookBuilder:
    monkeypatch.setenv("INFORCE_CACHE", shared_cache()["INFORCE_CACHE"])
    monkeypatch.setenv("INFORCE_AT", AT)
    book = BookBuilder(tmp_path / "shop")
    book.policy("privacy", act="acknowledge").version(
        "2026-01-15", en="# Privacy\n\n## Retention {#retention}\n\nWords.\n"
    )
    book.write("mkdocs.yml", MKDOCS_YML)
    book.write("docs/faq.md", "# Questions\n\n## Why\n\nBecause.\n")
    return book


@pytest.fixture(params=["inforce build", "mkdocs build"])
def build(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Build:
    """Return a function that builds a book and returns the output of a failed build, or nothing."""

    def with_inforce(book: BookBuilder) -> str:
        code = run(["build", "--repo", str(book.root), "--site-dir", str(book.root / "new")])
        output = "".join(capfd.readouterr())
        return output if code else ""

    return with_inforce if request.param == "inforce build" else with_mkdocs


def with_mkdocs(book: BookBuilder) -> str:
    words = [
        copies.python(),
        "-m",
        "mkdocs",
        "build",
        "-q",
        "-f",
        str(book.root / "mkdocs.yml"),
        "-d",
        str(book.root / "new"),
    ]
    process = subprocess.run(words, capture_output=True, text=True, check=False)
    return process.stdout + process.stderr if process.returncode else ""


def with_serve(book: BookBuilder) -> str:
    """Build the site as `inforce serve` does; return its error."""
    messages: list[str] = []
    try:
        cache = CachePlace.of(book.root, os.environ)
        options = BuildOptions(root=book.root, site=book.root / "new", cache=cache, clock=Clock.of(os.environ))
        SiteBuilder(options, Listener(tell=lambda _level, text: messages.append(text))).make()
    except InforceError as error:
        return "\n".join((*messages, str(error)))
    return ""


def collecting_files(book: BookBuilder) -> str:
    """Return the error of the plugin when MkDocs collects the files of docs/, the first step of each build."""
    config = load_config(str(book.root / "mkdocs.yml"))
    try:
        config = config.plugins.on_config(config)
        config.plugins.on_files(get_files(config), config=config)
    except PluginError as error:
        return str(error)
    return ""


TAKEN = [
    "privacy/2026-01-15/en.md",
    "privacy/2026-01-15/index.md",
    "privacy/2026-01-15/en.html",
    "privacy/anything.md",
    "privacy/README.md",
    "privacy/logo.png",
    "privacy.md",
    "privacy.html",
    "Privacy/notes.md",
    "index.md",
    "policies.json",
    "Policies.json",
    "policies.jws.json",
    "_headers",
    "feed.xml",
    "conformance/vectors.json",
    "conformance/envelopes.json",
    "conformance/states.json",
    "conformance/histories.json",
    "conformance/more.md",
    "schema/policy-manifest-1.json",
    "browser/index.md",
]


@pytest.mark.parametrize("file", TAKEN)
def test_file_at_a_url_of_the_book_is_rejected(book: BookBuilder, file: str) -> None:
    book.write(f"docs/{file}", "# Other words\n")

    refused = collecting_files(book)

    assert f"docs/{file}: takes the address" in refused
    assert "which belongs to the book" in refused


# Every build reports this through the plugin, so one file per program is enough.
@pytest.mark.parametrize(
    ("build", "file"),
    [("inforce build", "privacy/2026-01-15/en.md"), ("mkdocs build", "conformance/vectors.json")],
    indirect=["build"],
)
def test_every_kind_of_build_rejects_a_file_at_a_url_of_the_book(book: BookBuilder, build: Build, file: str) -> None:
    book.write(f"docs/{file}", "# Other words\n")

    assert f"docs/{file}: takes the address" in build(book)


def test_preview_rejects_a_file_at_a_url_of_the_book(book: BookBuilder) -> None:
    book.write("docs/privacy/anything.md", "# Other words\n")

    assert "docs/privacy/anything.md: takes the address" in with_serve(book)


def test_file_at_the_url_of_a_draft_is_rejected(book: BookBuilder) -> None:
    assert collecting_files(book) == ""
    book.policy("terms").version("2026-01-15", meta={"draft": "true"})
    book.write("docs/terms/2026-01-15/en.md", "# Other words\n")

    assert "docs/terms/2026-01-15/en.md: takes the address" in collecting_files(book)


DEAD = {
    "page": ("faq.md#how", "leads to no section of the page: it has no id “how”"),
    "same": ("#how", "leads to no section of the page: it has no id “how”"),
    "missing": ("nothing.md", "leads to no page or file"),
    "address": ("../nothing/", "leads to no page or file"),
    "version": ("../privacy/2026-01-16/", "leads to no page or file"),
    "policy": ("privacy/index.md#erasure", "leads to no section of the page: it has no id “erasure”"),
    "root": ("/nothing/", "leads to no page or file"),
    "below/index": ("#how", "leads to no section of the page: it has no id “how”"),
}
ALIVE = ["faq.md", "faq.md#why", "#help", "#", "privacy/index.md", "privacy/index.md#retention", "logo.svg"]
ALIVE += ["https://shop.example/nothing#x", "mailto:privacy@shop.example", "//shop.example/x"]


def write_page_with_live_links(book: BookBuilder) -> None:
    links = " ".join(f"[this]({target})" for target in ALIVE)
    book.write("docs/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    book.write("docs/help.md", f"# Help\n\n{links}\n\n![Logo](logo.svg)\n")


def test_dead_links_are_rejected_and_listed(book: BookBuilder, build: Build) -> None:
    write_page_with_live_links(book)
    for page, (target, _) in DEAD.items():
        book.write(f"docs/{page}.md", f"# Help\n\nSee [this]({target}).\n")
    book.write("docs/two.md", "# Help\n\n[a](#a) [b](#b)\n")

    output = build(book)

    links = [*((page, target) for page, (target, _) in DEAD.items()), ("two", "#a"), ("two", "#b")]
    missing = [link for link in links if not re.search(problem_pattern(*link), output)]
    assert missing == []
    assert output.count(": the link “") == len(links)


def problem_pattern(page: str, target: str) -> str:
    """Return the pattern of the message about the link `target` of `page`; MkDocs may have rewritten the target."""
    problem = DEAD.get(page, ("", f"leads to no section of the page: it has no id “{target[1:]}”"))[1]
    return rf"docs/{page}\.md: the link “[^”]*” {re.escape(problem)}"


def test_dead_link_is_rejected_by_serve_and_on_cached_pages(book: BookBuilder) -> None:
    book.write("docs/help.md", "# Help\n\nSee [this](faq.md#how).\n")

    assert "docs/help.md: the link" in with_serve(book)
    assert "docs/help.md: the link" in with_serve(book)


@pytest.mark.parametrize("offline", ["false", "true"], ids=["for a server", "offline"])
def test_valid_links_and_pages_at_other_urls_are_published(book: BookBuilder, build: Build, offline: str) -> None:
    book.write("mkdocs.yml", MKDOCS_YML.replace("inforce]", f"inforce: {{offline: {offline}}}]"))
    write_page_with_live_links(book)
    for file in ("imprint.md", "privacy-faq/index.md", "about/privacy/index.md", "robots.txt"):
        book.write(f"docs/{file}", "# Words\n")

    assert build(book) == ""
    assert (book.root / "new/about/privacy/index.html").is_file()
