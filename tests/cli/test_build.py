"""`inforce build`: the new site replaces the old one in one step, or the old one is unchanged."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import HOOK, Type, everything_in, listening
from inforce.clock import Clock
from inforce.errors import ClockError
from inforce.site.book import read_publication
from inforce.site.mkdocs import generator

PATIENCE = 60


@contextmanager
def caught_in_the_middle(shell: BookBuilder) -> Iterator[subprocess.Popen[bytes]]:
    """Return a build that has written half of a site and waits."""
    shell.write("hook.py", "import time\nfrom pathlib import Path\n\ndef on_post_build(config):\n    time.sleep(600)\n")
    words = [sys.executable, "-m", "inforce.cli", "build", "--repo", str(shell.root), "--at", "2027-01-20"]
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, preexec_fn=listening
    ) as process:
        try:
            until = time.monotonic() + PATIENCE
            while not list(shell.root.glob(".site.new-*/sitemap.xml")) and time.monotonic() < until:
                time.sleep(0.02)
            assert process.poll() is None
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_build_prints_its_result_and_leaves_no_remnants_of_the_old_site(inforce: Type, shell: BookBuilder) -> None:
    shell.write("site/policies.json", "{}")
    shell.write("site/gone/index.html", "old")
    before = set(shell.root.iterdir())
    ended = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Built 1 policy, 2 versions and 2 pages (")
    assert " MB) in " in ended.out
    assert str(shell.root / "site") in ended.out
    assert "Note: The history of the book could not be checked: " in ended.out
    assert (shell.root / "site" / "index.html").is_file()
    assert ended.err == ""
    assert not (shell.root / "site" / "gone").exists()
    # The previous site remains beside it as a hidden folder, which the next build updates.
    assert set(shell.root.iterdir()) == before | {shell.root / ".site.previous"}


def test_site_with_the_plugin_reports_progress_and_removes_urls_only_if_allowed(
    inforce: Type, shell: BookBuilder
) -> None:
    shell.write("mkdocs.yml", "site_name: Policies\ntheme: {name: material}\nplugins: [search, inforce]\n")
    (shell.root / "docs/index.md").unlink()
    first = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert first.code == 0, first.err
    progress = re.findall(r"^Making pages: (\d+) of (\d+)$", first.err, re.M)
    assert progress
    assert progress[-1][0] == progress[-1][1]
    before = everything_in(shell.root / "site")

    refused = inforce("build", "--repo", shell.root, "--at", "2026-06-01")
    assert refused.code == 3
    assert " addresses of the existing site would disappear:\n" in refused.err
    assert "\n  /privacy/2027-03-01/\n  /privacy/2027-03-01/en.html\n  /privacy/2027-03-01/en.md\n" in refused.err
    assert "\n  /privacy/changes/2026-01-15...2027-03-01/en.json\n" in refused.err
    assert everything_in(shell.root / "site") == before

    meant = inforce("build", "--repo", shell.root, "--at", "2026-06-01", "--allow-removal")
    assert meant.code == 0, meant.err
    manifest = json.loads((shell.root / "site/policies.json").read_text())
    assert manifest["issued_at"] == "2026-05-31T22:00:00Z"
    assert "for 12 months" in (shell.root / "site/privacy/index.html").read_text()
    assert not (shell.root / "site/privacy/2027-03-01").exists()

    again = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert (again.code, again.err) == (0, "")
    assert everything_in(shell.root / "site") == before


def test_options_set_instant_and_offline_links(inforce: Type, shell: BookBuilder, tmp_path: Path) -> None:
    plugin = "site_name: Policies\ntheme: {name: material}\nplugins: [inforce]\n"
    (shell.root / "docs/index.md").unlink()
    shell.write("hook.py", "def on_post_build(config):\n    print('a hook printed this')\n")
    for hooks, printed in [("", ""), ("hooks: [hook.py]\n", "a hook printed this\n")]:
        shell.write("mkdocs.yml", plugin + hooks)
        usual = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
        assert usual.err.endswith(printed)
        assert json.loads((shell.root / "site/policies.json").read_text())["issued_at"] == "2027-01-19T23:00:00Z"
        assert 'href="2026-01-15/"' in (shell.root / "site/privacy/index.html").read_text()
        words = ("--at", "2027-01-21", "--offline", "--site-dir", tmp_path / "disk")
        assert inforce("build", "--repo", shell.root, *words).code == 0
        assert json.loads((tmp_path / "disk/policies.json").read_text())["issued_at"] == "2027-01-20T23:00:00Z"
        assert 'href="2026-01-15/index.html"' in (tmp_path / "disk/privacy/index.html").read_text()


def test_generator_error_is_passed_on_without_a_traceback(inforce: Type, shell: BookBuilder) -> None:
    shell.write("site/policies.json", "{}")
    shell.write("hook.py", "def on_post_build(config):\n    raise LookupError('half a page')\n")
    before = everything_in(shell.root)
    ended = inforce("build", "--repo", shell.root)
    assert ended.code == 1
    assert "LookupError: half a page\n" in ended.err
    assert "The site was not built; the old site is unchanged." in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert without_bytecode(everything_in(shell.root)) == before


def test_invalid_configuration_is_reported_by_the_generator(inforce: Type, shell: BookBuilder) -> None:
    shell.write("mkdocs.yml", "site_name: Policies\nplugins: [inforse]\n")
    ended = inforce("build", "--repo", shell.root)
    assert ended.code == 1
    assert "inforse" in ended.err
    assert "Traceback" not in ended.err


def test_site_without_the_plugin_is_rejected(inforce: Type, shell: BookBuilder) -> None:
    shell.write("mkdocs.yml", "site_name: Policies\ntheme: {name: mkdocs}\n")
    ended = inforce("build", "--repo", shell.root)
    assert ended.code == 2
    assert "mkdocs.yml: does not use the plugin “inforce”" in ended.err
    assert not (shell.root / "site").exists()


def test_missing_mkdocs_yml_is_reported_with_a_fix(inforce: Type, book: BookBuilder) -> None:
    ended = inforce("build", "--repo", book.root)
    assert ended.code == 2
    assert f"{book.root / 'mkdocs.yml'}: is missing, so no site can be built" in ended.err
    assert "inforce init" in ended.err


def test_unreadable_book_is_rejected_before_the_generator_starts(inforce: Type, shell: BookBuilder) -> None:
    shell.write("policy_versions/privacy/policy.yml", "title: {en: Privacy}\nkind: privacey\n")
    shell.write("hook.py", "def on_startup(**_):\n    raise SystemExit('started')\n")
    ended = inforce("build", "--repo", shell.root)
    assert ended.code == 2
    assert "policy_versions/privacy/policy.yml:2" in ended.err
    assert "did you mean “privacy”?" in ended.err
    assert "started" not in ended.err


NOT_TO_BE_REPLACED = [
    pytest.param(".", "is the repository itself", id="the repository"),
    pytest.param("..", "contains the repository", id="its parent"),
    pytest.param("../..", "contains the repository", id="the parent's parent"),
    pytest.param("policy_versions", "is the book or inside it", id="the book"),
    pytest.param("policy_versions/site", "is the book or inside it", id="a folder in the book"),
    pytest.param("docs", "is not empty and contains no inforce site", id="a folder with other content"),
    pytest.param("mkdocs.yml", "is a file", id="a file"),
    pytest.param("docs/../policy_versions/", "is the book", id="the book by another path"),
]


@pytest.mark.parametrize(("place", "reason"), NOT_TO_BE_REPLACED)
def test_only_a_site_is_replaced(inforce: Type, shell: BookBuilder, place: str, reason: str) -> None:
    before = everything_in(shell.root)
    ended = inforce("build", "--repo", shell.root, "--site-dir", shell.root / place)
    assert ended.code == 2
    assert reason in ended.err
    assert everything_in(shell.root) == before


def test_link_to_the_book_is_followed(inforce: Type, shell: BookBuilder) -> None:
    (shell.root / "site").symlink_to(shell.root / "policy_versions")
    assert "is the book" in inforce("build", "--repo", shell.root).err


def test_killed_build_leaves_the_old_site(shell: BookBuilder) -> None:
    shell.write("site/policies.json", "{}")
    shell.write("site/index.html", "old")
    before = everything_in(shell.root / "site")
    with caught_in_the_middle(shell) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    assert everything_in(shell.root / "site") == before


def test_book_with_signing_keys_is_not_built_without_a_key(inforce: Type, tmp_path: Path) -> None:
    key = inforce("keygen", "--out", tmp_path / "key.json")
    book = BookBuilder(tmp_path / "signed", extra=key.out)
    book.policy("terms").version("2026-01-15")
    book.write("mkdocs.yml", "site_name: Policies\n")
    before = everything_in(book.root)
    ended = inforce("build", "--repo", book.root, "--at", "2026-06-01")
    assert ended.code == 4
    assert "no private key is set: set INFORCE_SIGNING_KEY_FILE" in ended.err
    assert everything_in(book.root) == before


def test_unsigned_build_needs_no_key(inforce: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = inforce("keygen", "--out", tmp_path / "key.json")
    book = BookBuilder(tmp_path / "signed", extra=key.out)
    book.policy("terms").version("2026-01-15")
    book.write("mkdocs.yml", "site_name: Policies\ntheme:\n  name: material\nplugins:\n  - inforce\n")
    book.write("docs/.gitkeep", "")
    built = inforce("build", "--repo", book.root, "--at", "2026-06-01", "--unsigned")
    site = book.root / "site"
    assert built.code == 0, built.err
    assert "the manifest is not signed" in built.err
    assert not (site / "policies.jws.json").exists()
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key.json"))
    assert inforce("sign", site, "--at", "2026-06-02").code == 0
    inforce("freeze", "--repo", book.root, "--at", "2026-06-01")
    assert inforce("verify", site, "--repo", book.root, "--at", "2026-06-02").code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the one that started it")
def test_killed_build_ends_the_generator(shell: BookBuilder) -> None:
    with caught_in_the_middle(shell) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while a_process_is_left(process.pid) and time.monotonic() < until:
            time.sleep(0.02)
        assert not a_process_is_left(process.pid)


def a_process_is_left(group: int) -> bool:
    """Return whether any process of the `group` is running."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_build_removes_its_temporary_files(shell: BookBuilder, end: signal.Signals, code: int) -> None:
    with caught_in_the_middle(shell) as process:
        process.send_signal(end)
        _, output = process.communicate(timeout=PATIENCE)
        assert list(shell.root.glob(".site.new-*")) == []
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    assert process.returncode == code
    assert b"Traceback" not in output


def test_missing_generator_is_one_message_with_the_package_to_install(
    inforce: Type, shell: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "find_spec", lambda _name: None)
    ended = inforce("build", "--repo", shell.root)
    assert ended.code == 4
    assert (
        ended.err
        == "inforce: a site needs MkDocs, which is not installed; install the wheel of inforce with its extra “site”\n"
    )


def test_properdocs_is_used_if_installed_instead_of_mkdocs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "find_spec", lambda name: name if name == "properdocs.__main__" else None)
    assert generator.installed_generator() == "properdocs"


HOOKS = [
    pytest.param("print('a'); print('  b')", ["a", "  b"], id="printed lines"),
    pytest.param("log.info('a')", [], id="progress is omitted"),
    pytest.param("log.warning('a\\n  - b'); log.warning('a\\n  - b')", ["WARNING -  a", "  - b"], id="a warning, once"),
    pytest.param(
        "log.error('a'); import os; os.system('echo another program')", ["ERROR   -  a"], id="not other programs"
    ),
    pytest.param("import warnings; warnings.warn('a')", [], id="warnings for programmers are omitted"),
]


@pytest.mark.parametrize(("code", "expected"), HOOKS)
def test_messages_of_the_generator_are_passed_on(
    inforce: Type, shell: BookBuilder, code: str, expected: list[str]
) -> None:
    log = "    import logging\n    log = logging.getLogger('mkdocs.hook')\n"
    shell.write("hook.py", f"{HOOK}{log}    {code}\n")
    ended = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert (ended.code, ended.err.splitlines()) == (0, expected)


def test_each_reason_of_an_error_is_one_line(inforce: Type, shell: BookBuilder) -> None:
    code = "    try:\n        {}['a']\n    except KeyError as cause:\n        raise OSError(5, 'b') from cause\n"
    shell.write("hook.py", f"def on_post_build(config):\n{code}")
    ended = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert ended.code == 4
    assert ended.err.splitlines()[0].startswith("ERROR   -  the site cannot be used: b; ")
    shell.write("hook.py", f"def on_post_build(config):\n{code}".replace("OSError(5, 'b')", "LookupError('b')"))
    ended = inforce("build", "--repo", shell.root, "--at", "2027-01-20")
    assert (ended.code, ended.err.splitlines()[:2]) == (1, ["KeyError: 'a'", "LookupError: b"])


def without_bytecode(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Return the lines without Python's messages about the hook."""
    return {name: content for name, content in tree.items() if "__pycache__" not in name}


@pytest.fixture
def committed(shell: BookBuilder) -> BookBuilder:
    """A book whose newest commit is of 1 June 2026."""
    shell.commit("first", "2026-06-01T00:00:00Z")
    return shell


def test_clock_before_the_newest_commit_prevents_the_build(
    inforce: Type, committed: BookBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFORCE_AT", raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1777593600")  # 1 May 2026
    ended = inforce("build", "--repo", committed.root)
    assert ended.code != 0
    assert "SOURCE_DATE_EPOCH is 2026-05-01T00:00:00Z, before the newest commit" in ended.err
    assert not (committed.root / "site").exists()


def test_instant_ten_years_after_the_newest_commit_prevents_the_build(inforce: Type, committed: BookBuilder) -> None:
    ended = inforce("build", "--repo", committed.root, "--at", "2036-07-01")
    assert ended.code != 0
    assert "more than ten years after the newest commit" in ended.err
    assert not (committed.root / "site").exists()


def test_chosen_instant_before_the_newest_commit_builds_an_unsigned_preview(
    inforce: Type, committed: BookBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inforce("keygen", "--out", tmp_path / "key.json")
    built = inforce("build", "--repo", committed.root, "--at", "2026-05-01")
    assert built.code == 0, built.err
    assert "this site is a preview" in built.err
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key.json"))
    signed = inforce("sign", committed.root / "site", "--at", "2026-05-02")
    assert signed.code != 0
    assert "--at is 2026-05-02T00:00:00Z, before the newest commit" in signed.err
    assert not (committed.root / "site/policies.jws.json").exists()


def test_chosen_instant_before_the_newest_commit_is_rejected_with_a_key(
    inforce: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = inforce("keygen", "--out", tmp_path / "key.json")
    book = BookBuilder(tmp_path / "signed", extra=key.out)
    book.policy("terms").version("2026-01-15")
    book.commit("first", "2026-06-01T00:00:00Z")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key.json"))
    with pytest.raises(ClockError, match="before the newest commit"):
        read_publication(book.root, Clock(option="2026-05-01"), print, signing=True)
