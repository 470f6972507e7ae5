"""Pages of docs/ take no address of the book, and each of their links leads somewhere, however the site is built."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import MKDOCS_YML
from inforce.cli.runner import run
from inforce.errors import InforceError
from inforce.site.build.incremental import SiteBuilder

AT = "2026-06-01"
Build = Callable[[BookBuilder], str]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BookBuilder:
    monkeypatch.setenv("INFORCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INFORCE_AT", AT)
    book = BookBuilder(tmp_path / "shop")
    book.policy("privacy", act="acknowledge").version(
        "2026-01-15", en="# Privacy\n\n## Retention {#retention}\n\nWords.\n"
    )
    book.write("mkdocs.yml", MKDOCS_YML)
    book.write("docs/faq.md", "# Questions\n\n## Why\n\nBecause.\n")
    return book


def with_inforce(book: BookBuilder) -> str:
    words = [
        sys.executable,
        "-m",
        "inforce.cli",
        "build",
        "--repo",
        str(book.root),
        "--site-dir",
        str(book.root / "new"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def with_mkdocs(book: BookBuilder) -> str:
    words = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "-q",
        "-f",
        str(book.root / "mkdocs.yml"),
        "-d",
        str(book.root / "new"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def with_serve(book: BookBuilder) -> str:
    """Make the site as `inforce serve` does; MkDocs writes its own errors to the terminal."""
    try:
        SiteBuilder(book.root / "mkdocs.yml", "mkdocs", book.root / "new").make()
    except InforceError as error:
        return str(error)
    except Exception as error:
        return f"refused: {error}"
    return ""


ALL = pytest.mark.parametrize("build", [with_inforce, with_mkdocs], ids=["inforce build", "mkdocs build"])

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
    "conformance/more.md",
    "schema/policy-manifest-1.json",
    "browser/index.md",
]


@pytest.mark.parametrize("file", TAKEN)
def test_file_at_an_address_of_the_book_is_refused(
    book: BookBuilder, file: str, capfd: pytest.CaptureFixture[str]
) -> None:
    book.write(f"docs/{file}", "# Other words\n")

    refused = with_serve(book)

    assert refused
    told = refused + "".join(capfd.readouterr())
    assert f"docs/{file}" in told
    assert "which belongs to the book" in told


@ALL
@pytest.mark.parametrize("file", ["privacy/2026-01-15/en.md", "conformance/vectors.json"])
def test_every_build_refuses_such_a_file(book: BookBuilder, build: Build, file: str) -> None:
    book.write(f"docs/{file}", "# Other words\n")

    assert f"docs/{file}: takes the address" in build(book)


def test_address_of_a_draft_is_refused_as_well(book: BookBuilder) -> None:
    assert with_inforce(book) == ""
    book.policy("terms").version("2026-01-15", meta={"draft": "true"})
    book.write("docs/terms/2026-01-15/en.md", "# Other words\n")

    assert "docs/terms/2026-01-15/en.md: takes the address" in with_inforce(book)


@ALL
def test_pages_at_other_addresses_are_published(book: BookBuilder, build: Build) -> None:
    for file in ("imprint.md", "privacy-faq/index.md", "about/privacy/index.md", "robots.txt"):
        book.write(f"docs/{file}", "# Words\n")

    assert build(book) == ""
    assert (book.root / "new/about/privacy/index.html").is_file()


DEAD = [
    pytest.param("faq.md#how", "has no id “how”", id="dead anchor on another page"),
    pytest.param("#how", "has no id “how”", id="dead anchor on the same page"),
    pytest.param("nothing.md", "leads to no page or file", id="dead page"),
    pytest.param("../nothing/", "leads to no page or file", id="dead address"),
    pytest.param("../privacy/2026-01-16/", "leads to no page or file", id="version that the book does not have"),
    pytest.param("privacy/index.md#erasure", "has no id “erasure”", id="dead anchor in a policy"),
    pytest.param("/nothing/", "leads to no page or file", id="dead address from the root"),
]


@ALL
@pytest.mark.parametrize(("target", "problem"), DEAD)
def test_dead_link_is_refused(book: BookBuilder, build: Build, target: str, problem: str) -> None:
    book.write("docs/help.md", f"# Help\n\nSee [this]({target}).\n")

    told = build(book)

    assert "docs/help.md: the link" in told
    assert problem in told


def test_all_dead_links_are_listed(book: BookBuilder) -> None:
    book.write("docs/help.md", "# Help\n\n[a](#a) [b](#b)\n")
    book.write("docs/more/index.md", "# More\n\n[c](#c)\n")

    told = with_inforce(book)

    assert [f"“#{name}”" in told for name in "abc"] == [True, True, True]
    assert "docs/more/index.md" in told


def test_dead_link_is_refused_while_serving_and_again_from_the_cache(book: BookBuilder) -> None:
    book.write("docs/help.md", "# Help\n\nSee [this](faq.md#how).\n")

    assert "docs/help.md: the link" in with_serve(book)
    assert "docs/help.md: the link" in with_serve(book)


@ALL
@pytest.mark.parametrize("offline", ["", "1"], ids=["for a server", "offline"])
def test_links_that_lead_somewhere_are_accepted(
    book: BookBuilder, build: Build, offline: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFORCE_SITE_OFFLINE", offline)
    targets = ["faq.md", "faq.md#why", "#help", "#", "privacy/index.md", "privacy/index.md#retention", "logo.svg"]
    targets += ["https://shop.example/nothing#x", "mailto:privacy@shop.example", "//shop.example/x"]
    book.write("docs/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    links = " ".join(f"[this]({target})" for target in targets)
    book.write("docs/help.md", f"# Help\n\n{links}\n\n![Logo](logo.svg)\n")

    assert build(book) == ""


def test_every_link_of_our_own_documentation_leads_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[1]
    monkeypatch.setenv("INFORCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INFORCE_AT", "2026-11-01")

    assert run(["build", "--repo", str(root), "--site-dir", str(tmp_path / "site")]) == 0
