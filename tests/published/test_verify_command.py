"""“Verify this page”: the printed command, run unchanged against the served site, outputs the digest."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from book_builder import BookBuilder
from browser.static_site import StaticSite
from built import build, scaffold

TEXTS = {"en": "# Terms\n\nFish & chips.\n", "zh_Hans": "# 条款\n\n鱼与薯条。\n"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site built for the address at which it is served."""
    root, target = tmp_path_factory.mktemp("verify"), tmp_path_factory.mktemp("served") / "site"
    with StaticSite(folder=target) as host:
        book = scaffold(BookBuilder(root))
        book.policy("terms").version("2026-01-15", **TEXTS)
        written = (root / "policy_versions/book.yml").read_text("utf-8")
        book.write("policy_versions/book.yml", written.replace("https://policies.shop.example/", host.url))
        book.commit("terms: <first> & only")
        yield build(root, target, "2026-02-01")


@pytest.mark.parametrize("place", ["terms/", "terms/2026-01-15/", "terms/2026-01-15/zh-Hans/"])
def test_printed_command_outputs_the_printed_digest(site: Path, place: str) -> None:
    page = (site / place / "index.html").read_text("utf-8")
    command, digest = (
        unescape(re.findall(rf'<code class="inforce-{name}"[^>]*>(.*?)</code>', page)[0])
        for name in ("command", "digest")
    )

    process = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    assert process.stdout.split()[0] == digest


def test_command_for_a_missing_text_outputs_no_digest(site: Path) -> None:
    page = (site / "terms/index.html").read_text("utf-8")
    command = unescape(re.findall(r'<code class="inforce-command"[^>]*>(.*?)</code>', page)[0])

    process = subprocess.run(
        ["sh", "-c", command.replace("en.md", "fr.md")], capture_output=True, text=True, check=False
    )

    assert "404" in process.stderr
    assert (
        process.stdout.split()[0] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )  # the digest of an empty input


def test_page_states_size_commit_and_limits_of_the_proof(site: Path) -> None:
    page = (site / "terms/index.html").read_text("utf-8")
    shown = page.partition('id="check-this-text"')[2]

    assert f"({len(TEXTS['en'].encode())} bytes)" in shown
    assert "terms: &lt;first&gt; &amp; only" in shown
    assert "This proves that" in shown
    assert "It does not prove" in shown
    assert "Get-FileHash en.md" in shown
    assert "shasum -a 256" in shown
