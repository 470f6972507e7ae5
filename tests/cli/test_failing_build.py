"""A build on a failing disk: the old site is unchanged, the cache is usable, and the message is readable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import scaffold
from cli.conftest import Ending, Type, everything_in
from cli.test_failing_disk import fail_each_call, message_is_ours, work
from failing_disk import ERRORS, FailingDisk, failing
from inforce.book.user_cache import CachePlace
from inforce.clock import Clock
from inforce.disk import system_refusal
from inforce.errors import InforceError
from inforce.site.build.builder import build_site
from inforce.site.build.options import BuildOptions

__all__ = ["work"]  # a fixture

AT = "2027-06-01"


def write_two_files(options: BuildOptions, **_receivers: object) -> None:
    """Replace the builder: write a page and an empty manifest."""
    for name in ("policies.json", "index.html"):
        (options.site / name).write_text("{}")


def seen(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Return the entries of `tree` without the folders that the next build replaces or removes."""
    return {name: content for name, content in tree.items() if "/.site." not in name}


def test_build_replaces_the_site_or_leaves_it_unchanged(
    inforce: Type, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inforce.cli.build.build_site", write_two_files)
    (work / "repository/mkdocs.yml").write_text("site_name: Policies\n")
    shutil.rmtree(work / "repository/.git")  # reads of git are tested elsewhere and are slow
    before = seen(everything_in(work))
    successes = []

    def check(disk: FailingDisk, ended: Ending, now: dict[str, bytes]) -> None:
        case = (disk.sites[disk.fail_at - 1], disk.number, ended)
        if ended.code == 0:
            successes.append((case, seen(now)))
        else:
            assert message_is_ours(ended), case
            assert seen(now) == before, case
            assert not [name for name in now if "/.site.new-" in name], case

    ended, now = fail_each_call(inforce, work, "build --allow-removal", check)
    after = seen(now)
    assert (ended.code, after["repository/site/index.html"]) == (0, b"{}")
    for case, result in successes:
        assert result == after, case


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository with one policy, and a cache that already contains the scaffold by MkDocs."""
    root = tmp_path_factory.mktemp("failing")
    book = scaffold(BookBuilder(root / "repository"))
    book.policy("privacy").version("2026-01-15").version("2027-03-01")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFORCE_CACHE", str(root / "cache"))
        # Forked processes would count their own calls.
        patch.setattr("inforce.site.build.parallel._can_fork", lambda: False)
        assert built(book.root, root / "first") == 0
        text = book.root / "policy_versions/privacy/2027-03-01/en.md"
        text.write_text(text.read_text("utf-8").replace("Words", "New words"), "utf-8")
        yield book.root


def built(root: Path, site: Path) -> int:
    """Build the book in `root` into the folder `site` as `inforce build` does; return the exit code."""
    site.mkdir(exist_ok=True)
    cache = CachePlace.of(root, os.environ)
    try:
        build_site(BuildOptions(root=root, site=site, cache=cache, clock=Clock(option=AT)))
    except InforceError as error:
        print(error)
        return error.exit_code
    except OSError as problem:  # as the runner does
        print(system_refusal(problem))
        return 4
    return 0


def test_generator_reports_the_error_and_the_next_build_succeeds(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each disk access in the code fails once."""

    def attempt(disk: FailingDisk) -> tuple[int, str, Path]:
        folder = tmp_path / f"{disk.fail_at}"
        shutil.copytree(repository.parent / "cache", folder / "cache")
        monkeypatch.setenv("INFORCE_CACHE", str(folder / "cache"))
        (folder / "site").mkdir()
        capsys.readouterr()
        with failing(disk):
            code = built(repository, folder / "site")
        return code, capsys.readouterr().out, folder

    counted = FailingDisk()
    code, _, folder = attempt(counted)
    expected = everything_in(folder / "site")
    assert code == 0
    first = {site: number for number, site in reversed(list(enumerate(counted.sites, 1)))}
    assert len(first) > 20
    for turn, number in enumerate(sorted(first.values())):
        disk = FailingDisk(number, ERRORS[turn % len(ERRORS)])
        code, result, folder = attempt(disk)
        case = (disk.sites[number - 1], disk.number, code, result)
        if code:
            assert code == 4, case
            assert "; " in result.splitlines()[-1], case
            assert built(repository, folder / "site") == 0, case
        assert everything_in(folder / "site") == expected, case
        shutil.rmtree(folder)


@pytest.mark.parametrize("theme", ["material", "mkdocs"], ids=["the builder of inforce", "MkDocs"])
def test_full_disk_keeps_the_old_site_and_is_one_message(
    book: BookBuilder, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    """A limit on the file size simulates the full disk."""
    scaffold(book)
    book.write("docs/about.md", "# About\n" + "Words that fill a disk.\n" * 1000)
    if theme == "mkdocs":
        book.write("mkdocs.yml", "site_name: Policies\ntheme: {name: mkdocs}\nhooks: [hook.py]\n")
        book.write("hook.py", "def on_config(config):\n    return config\n")
    book.write("site/policies.json", "{}")
    monkeypatch.setenv("INFORCE_CACHE", str(book.root.parent / "cache"))
    before = everything_in(book.root)
    words = ["sh", "-c", 'ulimit -f 8; exec "$0" -m inforce.cli build --allow-removal --at 2027-06-01', sys.executable]
    ended = subprocess.run(words, cwd=book.root, env=os.environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 4, ended.stderr
    assert "File too large; raise the file size limit, or use another path" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "The site was not built; the old site is unchanged." in ended.stderr
    assert everything_in(book.root) == before
