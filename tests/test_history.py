"""Evidence from git: its content, its limits, and the absence of side effects."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from inforce.book.git import Commit, FileChange, NoHistory, Repository, open_history
from inforce.book.git.log import lineages, parse_log
from inforce.book.git_environment import hidden_git_variables
from inforce.book.read import parse_book
from inforce.book.tree import EntryKind
from inforce.errors import HistoryError
from inforce.policy.evidence import Evidence
from inforce.text import Digest

V1 = "policy_versions/terms/2026-01-15"
TEXT = "# Terms\n\nThe first words.\n"
OTHER = "# Terms\n\nOther words.\n"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    book = BookBuilder(tmp_path / "shop")
    book.policy("terms").version("2026-01-15", en=TEXT)
    return book


def evidence(book: BookBuilder) -> Mapping[str, Evidence]:
    return open_history(book.root).evidence(book.read().require())


def test_evidence_is_the_first_commit_with_the_text(book: BookBuilder) -> None:
    commit = book.commit("terms: say the first words", when="2026-01-10T12:00:00+02:00")

    commits = evidence(book)

    assert commits == {
        V1: Evidence(commit=commit, committed=instant("2026-01-10T10:00:00Z"), subject="terms: say the first words")
    }


def touch_the_metadata(book: BookBuilder) -> None:
    book.write(f"{V1}/version.yml", "published: 2026-01-15\nchange: notice\n")
    book.commit("another level", when="2026-02-01T00:00:00Z")


def add_a_summary(book: BookBuilder) -> None:
    book.write(f"{V1}/en.md", f"---\nsummary:\n  - text: All is new.\n---\n\n{TEXT}")
    book.commit("a summary", when="2026-02-01T00:00:00Z")


def change_the_line_ends(book: BookBuilder) -> None:
    book.write(f"{V1}/en.md", TEXT.replace("\n", "\r\n"))
    book.commit("saved on another system", when="2026-02-01T00:00:00Z")


def rename_the_version(book: BookBuilder) -> None:
    book.git("mv", V1, "policy_versions/terms/2026-01-20")
    book.write("policy_versions/terms/2026-01-20/version.yml", "published: 2026-01-20\nchange: material\n")
    book.commit("later", when="2026-02-01T00:00:00Z")


def rename_the_policy_and_then_the_version(book: BookBuilder) -> None:
    book.git("mv", "policy_versions/terms", "policy_versions/conditions")
    book.commit("a better name", when="2026-02-01T00:00:00Z")
    book.git("mv", "policy_versions/conditions/2026-01-15", "policy_versions/conditions/2026-01-20")
    book.commit("later", when="2026-02-02T00:00:00Z")


def change_the_text_and_take_it_back(book: BookBuilder) -> None:
    book.write(f"{V1}/en.md", OTHER)
    book.commit("by mistake", when="2026-02-01T00:00:00Z")
    book.write(f"{V1}/en.md", TEXT)
    book.commit("as it was", when="2026-02-02T00:00:00Z")


def merge_the_main_branch_into_ones_own_and_back(book: BookBuilder) -> None:
    book.git("switch", "-q", "-c", "side")
    book.write("notes.txt", "one")
    book.commit("beside the book", when="2026-02-01T00:00:00Z")
    book.git("switch", "-q", "main")
    book.policy("cookies").version("2026-03-01")
    book.commit("cookies", when="2026-02-02T00:00:00Z")
    book.git("merge", "-q", "--no-ff", "-m", "both", "side", when="2026-02-03T00:00:00Z")


@pytest.mark.parametrize(
    "afterwards",
    [
        touch_the_metadata,
        add_a_summary,
        change_the_line_ends,
        rename_the_version,
        rename_the_policy_and_then_the_version,
        change_the_text_and_take_it_back,
        merge_the_main_branch_into_ones_own_and_back,
    ],
    ids=lambda step: step.__name__.replace("_", " "),
)
def test_evidence_does_not_depend_on_unrelated_commits(
    book: BookBuilder, afterwards: Callable[[BookBuilder], None]
) -> None:
    first = book.commit("the first words", when="2026-01-10T00:00:00Z")

    afterwards(book)

    assert first in {item.commit for item in evidence(book).values()}


def test_evidence_of_an_edited_draft_is_the_commit_of_the_final_text(book: BookBuilder) -> None:
    book.commit("a draft", when="2026-01-01T00:00:00Z")
    book.write(f"{V1}/en.md", OTHER)
    final = book.commit("final words", when="2026-01-02T00:00:00Z")

    assert evidence(book)[V1].commit == final


def test_version_with_a_restored_text_has_its_own_commit(book: BookBuilder) -> None:
    book.policy("terms").version("2026-02-01", en=OTHER)
    first = book.commit("two versions", when="2026-01-10T00:00:00Z")
    book.policy("terms").version("2026-03-01", en=TEXT)
    again = book.commit("as before", when="2026-02-10T00:00:00Z")

    commits = evidence(book)

    assert commits[V1].commit == first
    assert commits["policy_versions/terms/2026-03-01"].commit == again


def test_evidence_is_the_commit_of_the_binding_text(book: BookBuilder) -> None:
    first = book.commit("in English", when="2026-01-10T00:00:00Z")
    book.write(f"{V1}/de.md", "# Bedingungen\n")
    book.commit("in German", when="2026-02-10T00:00:00Z")

    assert evidence(book)[V1].commit == first


def test_evidence_in_a_squashed_history_is_the_squashed_commit(book: BookBuilder) -> None:
    book.write("README.md", "Policies.\n")
    (book.root / V1 / "en.md").unlink()
    book.commit("an empty book", when="2026-01-01T00:00:00Z")
    book.git("switch", "-q", "-c", "side")
    for text in (OTHER, TEXT):
        book.write(f"{V1}/en.md", text)
        book.commit("work", when="2026-01-02T00:00:00Z")
    book.git("switch", "-q", "main")
    book.git("merge", "-q", "--squash", "side")
    squashed = book.commit("the first version", when="2026-01-03T00:00:00Z")
    book.git("branch", "-q", "-D", "side")

    assert evidence(book)[V1].commit == squashed


def test_text_created_in_a_merge_has_the_merge_as_evidence(book: BookBuilder) -> None:
    book.commit("one", when="2026-01-01T00:00:00Z")
    book.git("switch", "-q", "-c", "side")
    book.write(f"{V1}/en.md", "# Terms\n\nWords of the side.\n")
    book.commit("two", when="2026-01-02T00:00:00Z")
    book.git("switch", "-q", "main")
    book.write(f"{V1}/en.md", "# Terms\n\nWords of the main branch.\n")
    book.commit("three", when="2026-01-03T00:00:00Z")
    book.git("merge", "-q", "-s", "ours", "--no-commit", "side")
    book.write(f"{V1}/en.md", OTHER)
    merged = book.commit("both", when="2026-01-04T00:00:00Z")

    assert evidence(book)[V1].commit == merged


def test_uncommitted_text_has_no_evidence_and_is_reported(book: BookBuilder) -> None:
    book.commit("the first words")
    book.write(f"{V1}/en.md", OTHER)
    book.policy("terms").version("2026-02-01")
    (book.root / "policy_versions/terms/policy.yml").write_bytes(b"title: {en: T}\r\n")
    history = open_history(book.root)

    assert V1 not in history.evidence(book.read().catalog or pytest.fail("the book has settings"))
    (remark,) = history.remarks
    assert f"{V1}/en.md" in remark
    assert "policy_versions/terms/2026-02-01/version.yml" in remark
    assert "policy_versions/book.yml" not in remark


def test_files_with_other_line_endings_count_as_committed(book: BookBuilder) -> None:
    book.commit("the first words")

    book.write(f"{V1}/en.md", TEXT.replace("\n", "\r\n"))

    assert open_history(book.root).remarks == ()


def test_folder_without_git_yields_a_remark(book: BookBuilder) -> None:
    history = open_history(book.root)

    assert isinstance(history, NoHistory)
    assert history.evidence(book.read().require()) == {}
    assert history.texts_of([Digest.of(TEXT)]) == {}
    assert history.remarks == (
        f"The history of the book could not be checked: {book.root.resolve()} is not in a git repository.",
    )
    with pytest.raises(HistoryError, match="the book as of “main” cannot be read: "):
        history.listing("main")


def test_missing_git_yields_a_remark(book: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    book.commit("the first words")
    monkeypatch.setenv("PATH", str(book.root))

    assert "the program git is not installed" in open_history(book.root).remarks[0]


def test_repository_of_another_owner_is_rejected_with_a_fix(book: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    book.commit("the first words")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    (remark,) = open_history(book.root).remarks

    assert f"git config --global --add safe.directory {book.root.resolve()}" in remark


def test_repository_without_commits_yields_a_remark(book: BookBuilder) -> None:
    book.git("init", "-q", "-b", "main")
    history = open_history(book.root)

    assert "The repository has no commits" in history.remarks[0]
    assert history.evidence(book.read().require()) == {}


def shallow_clone(book: BookBuilder, folder: Path, depth: int) -> BookBuilder:
    subprocess.run(["git", "clone", "-q", "--depth", str(depth), book.root.as_uri(), folder], check=True)
    clone = BookBuilder.__new__(BookBuilder)
    clone.root = folder
    return clone


def test_boundary_commit_of_a_shallow_clone_is_not_evidence(book: BookBuilder, tmp_path: Path) -> None:
    book.commit("the first words", when="2026-01-01T00:00:00Z")
    book.write("README.md", "Policies.\n")
    book.commit("a readme", when="2026-01-02T00:00:00Z")
    book.policy("terms").version("2026-02-01")
    newest = book.commit("a second version", when="2026-01-03T00:00:00Z")
    clone = shallow_clone(book, tmp_path / "clone", depth=2)

    history = open_history(clone.root)

    assert {folder: item.commit for folder, item in history.evidence(clone.read().require()).items()} == {
        "policy_versions/terms/2026-02-01": newest
    }
    (remark,) = history.remarks
    assert "fetch-depth: 0" in remark


def test_evidence_is_found_with_a_detached_head(book: BookBuilder) -> None:
    commit = book.commit("the first words")
    book.git("checkout", "-q", "--detach")

    (remark,) = open_history(book.root).remarks

    assert remark == f"No branch is checked out: the evidence comes from commit {commit[:12]} and its ancestors."


def test_book_of_another_commit_is_read_like_a_folder(book: BookBuilder) -> None:
    book.commit("one version")
    book.policy("terms").version("2026-02-01", en=OTHER)
    book.write("policy_versions/.hidden/ünïcode ‑ 文.md", "not of the book")
    book.commit("two versions")
    history = open_history(book.root)

    now, before = (parse_book(history.listing(ref)).require() for ref in ("HEAD", "HEAD~1"))

    assert now == book.read().require()
    assert [version.label.text for version in before.policy("terms").versions] == ["2026-01-15"]


def test_links_and_submodules_of_a_commit_are_reported_and_not_followed(book: BookBuilder) -> None:
    (book.root / "policy_versions/terms/link").symlink_to("/etc")
    commit = book.commit("one")
    book.git("update-index", "--add", "--cacheinfo", f"160000,{commit},policy_versions/terms/module")
    book.git("commit", "-q", "-m", "two")

    listing = open_history(book.root).listing("main")
    kinds = {entry.name: entry.kind for entry in listing["policy_versions/terms"]}

    assert kinds == {
        "2026-01-15": EntryKind.FOLDER,
        "link": EntryKind.LINK,
        "module": EntryKind.OTHER,
        "policy.yml": EntryKind.FILE,
    }
    assert [fault.rule for fault in parse_book(listing).faults] == ["PATH-link", "PATH-link"]


def test_commit_without_a_book_has_an_empty_listing(book: BookBuilder) -> None:
    book.git("init", "-q", "-b", "main")
    book.git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    book.commit("the book")

    assert open_history(book.root).listing("HEAD~1") == {}


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        pytest.param("mian", "git fetch origin mian", id="a remote branch is reported with the fetch command"),
        pytest.param(
            "origin/main", "fetch-depth: 0", id="a base not fetched by a workflow is reported with the setting"
        ),
        pytest.param("--output=x", "got the option", id="an option is rejected"),
        pytest.param("a\nb", "there is no commit", id="a line break is rejected"),
        pytest.param("", "there is no commit", id="an empty name is rejected"),
    ],
)
def test_unknown_base_is_an_error_with_a_fix(book: BookBuilder, ref: str, words: str) -> None:
    book.commit("the first words")

    with pytest.raises(HistoryError) as refused:
        open_history(book.root).listing(ref)

    assert words in str(refused.value)
    assert refused.value.exit_code == 4


def test_branch_that_exists_only_on_the_remote_is_suggested(book: BookBuilder, tmp_path: Path) -> None:
    book.commit("the first words")
    clone = shallow_clone(book, tmp_path / "clone", depth=1)
    clone.git("checkout", "-q", "--detach")
    clone.git("branch", "-q", "-D", "main")

    with pytest.raises(HistoryError, match="use “origin/main” instead"):
        open_history(clone.root).listing("main")


def test_old_text_is_found_by_digest_on_any_branch(book: BookBuilder) -> None:
    book.write(f"{V1}/en.md", f"---\nsummary: []\n---\n{TEXT}")
    book.commit("the first words")
    book.git("switch", "-q", "-c", "side")
    book.write(f"{V1}/en.md", OTHER)
    book.commit("other words")
    book.git("switch", "-q", "main")
    book.write(f"{V1}/en.md", b"\xff\xfe no text")
    book.commit("damaged")
    unknown = Digest.of("never written")

    texts_found = open_history(book.root).texts_of([Digest.of(TEXT), Digest.of(OTHER), unknown])

    assert texts_found == {Digest.of(TEXT): TEXT, Digest.of(OTHER): OTHER}


def test_book_in_a_subfolder_of_a_repository_is_read(tmp_path: Path) -> None:
    outer = BookBuilder(tmp_path / "all")
    inner = BookBuilder(tmp_path / "all" / "Verträge und 政策")
    inner.policy("terms").version("2026-01-15", en=TEXT)
    outer.policy("privacy").version("2026-01-15", en=OTHER)
    commit = outer.commit("everything")
    history = open_history(inner.root)

    assert {folder: item.commit for folder, item in history.evidence(inner.read().require()).items()} == {V1: commit}
    assert parse_book(history.listing("main")).require() == inner.read().require()
    assert history.texts_of([Digest.of(TEXT), Digest.of(OTHER)]) == {Digest.of(TEXT): TEXT}
    assert history.remarks == ()


def test_git_variables_of_a_hook_are_ignored(
    book: BookBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = book.commit("the first words")
    other = BookBuilder(tmp_path / "other")
    other.commit("another repository")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))

    with hidden_git_variables(os.environ):
        assert evidence(book)[V1].commit == commit
    assert os.environ["GIT_WORK_TREE"] == str(other.root)


def test_linked_worktree_uses_the_history_of_its_repository(book: BookBuilder, tmp_path: Path) -> None:
    commit = book.commit("the first words")
    book.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "beside"))
    beside = BookBuilder(tmp_path / "beside")

    assert evidence(beside)[V1].commit == commit
    assert open_history(beside.root).remarks == ()


def test_reading_history_runs_no_program_configured_in_the_repository(book: BookBuilder, tmp_path: Path) -> None:
    traces = tmp_path / "ran"
    for name, value in {
        "core.fsmonitor": f"touch {traces} #",
        "core.pager": f"touch {traces} #",
        "diff.external": f"touch {traces} #",
        "filter.spy.clean": f"touch {traces}; cat",
        "filter.spy.smudge": f"touch {traces}; cat",
        "diff.spy.textconv": f"touch {traces} #",
        "gpg.program": f"touch {traces} #",
        "log.showSignature": "true",
    }.items():
        book.git("init", "-q", "-b", "main")
        book.git("config", name, value)
    book.write(".gitattributes", "*.md filter=spy diff=spy\n")
    book.commit("the first words")
    book.write(f"{V1}/en.md", OTHER)
    traces.unlink()
    before = (book.root / ".git" / "index").read_bytes()

    history = open_history(book.root)
    history.evidence(book.read().require())
    history.listing("main")
    history.texts_of([Digest.of("never written")])

    assert len(history.remarks) == 1
    assert not traces.exists()
    assert (book.root / ".git" / "index").read_bytes() == before


def test_missing_object_is_reported_with_its_id(book: BookBuilder) -> None:
    book.commit("the first words")
    repository = Repository.around(book.root)

    with pytest.raises(HistoryError, match="the content 0000000000 is not in this clone"):
        repository.content("0000000000")


def test_partial_clone_is_reported_and_yields_no_evidence(book: BookBuilder, tmp_path: Path) -> None:
    book.git("init", "-q", "-b", "main")
    book.git("config", "uploadpack.allowFilter", "true")
    book.write(f"{V1}/en.md", OTHER)
    book.commit("a draft")
    book.write(f"{V1}/en.md", TEXT)
    book.commit("the first words")
    address = book.root.as_uri()
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", address, tmp_path / "clone"], check=True)
    history = open_history(tmp_path / "clone")

    assert history.evidence(book.read().require()) == {}
    assert history.texts_of([Digest.of(OTHER)]) == {}
    assert history.remarks == ("This clone is partial: old texts that are only on the server could not be compared.",)


def test_git_failure_yields_a_remark(book: BookBuilder) -> None:
    commit = book.commit("the first words")
    tree = book.git("rev-parse", f"{commit}^{{tree}}").strip()
    (book.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    history = open_history(book.root)

    assert history.evidence(book.read().require()) == {}
    assert any(remark.startswith("No commit could be traced: git in") for remark in history.remarks)


COMMITTED = datetime(2026, 1, 1, tzinfo=UTC)


def commit(name: str, *changes: FileChange) -> Commit:
    return Commit(id=name, committed=COMMITTED, subject="", changes=changes)


def test_log_with_unusual_file_names_is_parsed() -> None:
    zero, first_id = "0" * 40, "1" * 40
    printed = (
        f"{first_id} 1767225600\nfirst: line\0\n:000000 100644 {zero} {first_id} A\0a\nb ü\0"
        f":100644 100644 {first_id} {first_id} R100\0old\0new\0{zero} 1767225599\n\0"
    )

    assert parse_log(printed.encode()) == (
        Commit(
            id=first_id,
            committed=COMMITTED,
            subject="first: line",
            changes=(
                FileChange(kind="A", path="a\nb ü", blob=first_id),
                FileChange(kind="R", path="new", blob=first_id, renamed_from="old"),
            ),
        ),
        Commit(id=zero, committed=datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), subject=""),
    )


def test_invalid_commit_time_is_rejected() -> None:
    with pytest.raises(HistoryError, match="has an invalid time"):
        parse_log(b"a" * 40 + b" 99999999999999\nwhen?\0")


def test_two_files_renamed_from_the_same_file_are_distinguished() -> None:
    newest_first = (
        commit("4", FileChange(kind="A", path="a", blob="new")),
        commit("3", FileChange(kind="R", path="b", blob="old", renamed_from="a")),
        commit("2", FileChange(kind="D", path="c", blob="0", mode="000000")),
        commit("1", FileChange(kind="A", path="a", blob="old"), FileChange(kind="A", path="c", blob="other")),
    )

    steps = {
        path: [(c.id, blob) for c, blob in changes] for path, changes in lineages(newest_first, ("a", "b")).items()
    }

    assert steps == {"a": [("1", "old"), ("4", "new")], "b": [("1", "old"), ("3", "old")]}
