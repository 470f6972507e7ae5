"""A named pipe, device, socket or folder at any path that a user can pass: rejected at once and not replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from book_builder import BookBuilder
from built import scaffold
from cli.conftest import Type
from inforce.signing import generate_key, write_private_key
from special_files import SPECIAL_FILES, Make, without_waiting

MAKERS = [pytest.param(case.values[0], id=case.id) for case in SPECIAL_FILES]
TEXT = "policy_versions/privacy/2026-01-15"
# Each path with a special file: the command that uses it, and its exit codes.
PLACES = [
    pytest.param("policy_versions/book.yml", "check", {1, 2}, id="settings"),
    pytest.param("policy_versions/book.yml", "build", {2}, id="settings, building"),
    pytest.param("policy_versions/lock.json", "check", {1}, id="lock"),
    pytest.param("policy_versions/lock.json", "freeze", {2}, id="lock, freezing"),
    pytest.param("policy_versions/dismissals.yml", "check", {1}, id="dismissals"),
    pytest.param("policy_versions/privacy/policy.yml", "status", {2}, id="policy"),
    pytest.param(f"{TEXT}/version.yml", "freeze", {2}, id="version"),
    pytest.param(f"{TEXT}/en.md", "manifest", {2}, id="text"),
    pytest.param("mkdocs.yml", "build", {2}, id="configuration"),
    pytest.param("key.json", "sign site", {4}, id="signing key"),
    pytest.param("key.json", "keygen --out key.json", {2, 4}, id="new key"),
    pytest.param("site/policies.json", "sign site", {2}, id="manifest to sign"),
    pytest.param("site/policies.jws.json", "sign site", {4}, id="signed manifest"),
    pytest.param("site/policies.json", "verify site", {1}, id="manifest to verify"),
    pytest.param("state.json", "verify site --state state.json", {1, 2}, id="state of verify"),
    pytest.param("text.txt", "import text text.txt --policy privacy --effective 2028-01-01", {2, 4}, id="text"),
    pytest.param("text.docx", "docx import text.docx", {2, 4}, id="document to import"),
    pytest.param("out", "docx export privacy 2026-01-15 --out out", {2}, id="document to write"),
    pytest.param("out", "manifest --output out", {2, 4}, id="manifest to write"),
    pytest.param("out", "diff privacy 2026-01-15 2027-03-01 --format html --output out", {2, 4}, id="redline"),
    pytest.param("out", "review --base HEAD --output out", {2, 4}, id="review"),
    pytest.param("out", "pdf privacy 2026-01-15 --output out", {2, 4}, id="PDF"),
    pytest.param("summary", "check --format github", {4}, id="job summary"),
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("place", "words", "codes"), PLACES)
def test_special_file_is_rejected_without_blocking_and_not_replaced(
    inforce: Type,
    shell: BookBuilder,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    words: str,
    codes: set[int],
    make: Make,
) -> None:
    monkeypatch.chdir(shell.root)
    monkeypatch.setenv("INFORCE_CACHE", str(shell.root.parent / "cache"))
    monkeypatch.setenv("INFORCE_AT", "2026-06-01")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", "key.json")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary")
    write_private_key(shell.root / "key.json", generate_key())
    shell.commit("the book")
    site = shell.root / "site"
    assert inforce("manifest", "--output", site / "policies.json").code == 0
    (shell.root / place).unlink(missing_ok=True)
    make(shell.root / place)
    before = (shell.root / place).lstat()
    with without_waiting():
        ended = inforce(*words.split())
    assert ended.code in codes, ended
    assert "Traceback" not in ended.err
    assert Path(place).name in ended.out + ended.err
    after = (shell.root / place).lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


def test_key_from_a_pipe_is_rejected_with_a_fix(inforce: Type, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    (tmp_path / "policies.json").write_text("{}")
    with pytest.MonkeyPatch.context() as patch, without_waiting():
        patch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key"))
        ended = inforce("sign", tmp_path)
    assert ended.code == 4
    assert (
        "expected a file, got a named pipe; set the path of another file in INFORCE_SIGNING_KEY_FILE, or put "
        in ended.err
    )
    assert "into INFORCE_SIGNING_KEY" in ended.err


@pytest.mark.parametrize("damage", [os.mkfifo, lambda path: path.symlink_to("nowhere")], ids=["pipe", "broken link"])
def test_special_file_among_the_pages_is_rejected_before_mkdocs_runs(book: BookBuilder, damage: Make) -> None:
    scaffold(book)
    damage(book.root / "docs/other.md")
    words = [sys.executable, "-m", "mkdocs", "build", "-q"]
    ended = subprocess.run(words, cwd=book.root, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "docs/other.md: expected a file, got something else" in ended.stderr
    assert "Traceback" not in ended.stderr
