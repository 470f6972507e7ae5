"""A change cannot supply the git repository that it is compared with, nor objects with other content."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from book_builder import BookBuilder
from inforce.book.git import NoHistory, Repository, open_history
from inforce.book.git_environment import hidden_git_variables
from inforce.book.read import parse_book
from inforce.cli.runner import run as type_words
from inforce.errors import HistoryError
from inforce.text import Digest

V1 = "policy_versions/terms/2026-01-15"
TEXT = "# Terms\n\nThe deposit is 100 euros.\n"
FORGED = "# Terms\n\nThe deposit is 900 euros.\n"
AT = "2026-06-01"


class Shop:
    """A repository with a published book in the folder `legal`, on a branch that targets `main`."""

    def __init__(self, root: Path, object_format: str = "sha1") -> None:
        self.outer = BookBuilder.__new__(BookBuilder)
        self.outer.root = root
        root.mkdir(parents=True)
        self.outer.git("init", "-q", "-b", "main", f"--object-format={object_format}")
        self.book = BookBuilder(root / "legal")
        self.book.policy("terms").version("2026-01-15", en=TEXT)
        assert run("freeze", "--repo", self.book.root, "--at", AT) == 0
        self.base = self.outer.commit("publish the terms")
        self.outer.git("switch", "-q", "-c", "change")

    def forge_text(self) -> None:
        """Change the published text and lock.json, so that only the comparison with the base shows the change."""
        self.book.write(f"{V1}/en.md", FORGED)
        lock = self.book.root / "policy_versions/lock.json"
        lock.write_text(lock.read_text("utf-8").replace(str(Digest.of(TEXT)), str(Digest.of(FORGED))), "utf-8")

    def check(self, base: str) -> int:
        return run("check", "--repo", self.book.root, "--base", base, "--at", AT)


def run(*words: str | Path) -> int:
    return type_words([str(word) for word in words])


@pytest.fixture(params=["sha1", "sha256"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", request.param)


def commit_bare_repository(shop: Shop, folder: Path) -> None:
    """Commit a bare repository in `folder` whose branch `main` contains the forged book at its root."""
    scratch = shop.outer.root.parent / "scratch"
    shutil.copytree(shop.book.root, scratch, ignore=shutil.ignore_patterns("HEAD", "objects", "refs", "config"))
    forged = BookBuilder.__new__(BookBuilder)
    forged.root = scratch
    forged.git("init", "-q", "-b", "main")
    forged.commit("publish other terms")
    subprocess.run(["git", "clone", "-q", "--bare", scratch, scratch.with_suffix(".git")], check=True)
    shutil.copytree(scratch.with_suffix(".git"), folder, dirs_exist_ok=True)
    (folder / "refs/heads").mkdir(parents=True, exist_ok=True)
    (folder / "refs/heads/main").write_text(forged.git("rev-parse", "main"))
    shop.outer.git("add", "-A", "-f")
    shop.outer.git("commit", "-q", "-m", "add some files")


def replace_loose_object(folder: Path, name: str, kind: str, content: bytes) -> None:
    """Write `content` as the loose object `name`, although its id differs."""
    file = folder / "objects" / name[:2] / name[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))


def test_bare_repository_beside_the_book_is_not_the_base(shop: Shop) -> None:
    shop.forge_text()
    commit_bare_repository(shop, shop.book.root)

    history = open_history(shop.book.root)

    assert parse_book(history.listing("main")).require().policy("terms").versions[0].editions[0].text == TEXT
    assert history.merge_base("main") == shop.base
    assert shop.check("main") == 3


def test_bare_repository_above_the_book_is_not_the_base(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop" / "top")
    deep = shop.outer.root / "a/b"
    shutil.copytree(shop.book.root, deep / "legal")
    base = shop.outer.commit("move the book down")
    hostile = tmp_path / "hostile"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", hostile], check=True)
    shutil.copytree(hostile, deep, dirs_exist_ok=True)

    assert open_history(deep / "legal").merge_base("HEAD") == base


def test_bare_repository_beside_the_book_is_an_error(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    commit_bare_repository(shop, shop.book.root)

    assert shop.check("main") == 1
    assert "PATH-repository" in capsys.readouterr().out


def test_review_compares_with_the_genuine_base(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.forge_text()
    commit_bare_repository(shop, shop.book.root)

    run("review", "--repo", shop.book.root, "--base", "main", "--at", AT)

    assert "This would change a published version" in capsys.readouterr().out


@pytest.mark.parametrize("base", ["main", "id"])
def test_loose_blob_with_other_content_is_an_error(shop: Shop, base: str, capsys: pytest.CaptureFixture[str]) -> None:
    blob = shop.outer.git("rev-parse", f"main:legal/{V1}/en.md").strip()
    replace_loose_object(shop.outer.root / ".git", blob, "blob", FORGED.encode())
    lock = shop.outer.git("rev-parse", "main:legal/policy_versions/lock.json").strip()
    shop.forge_text()
    forged_lock = (shop.book.root / "policy_versions/lock.json").read_bytes()
    replace_loose_object(shop.outer.root / ".git", lock, "blob", forged_lock)

    assert shop.check("main" if base == "main" else shop.base) == 4
    assert "does not match its id" in capsys.readouterr().err


def test_loose_tree_with_other_content_is_an_error(shop: Shop) -> None:
    tree = shop.outer.git("rev-parse", f"main:legal/{V1}").strip()
    other = shop.outer.git("rev-parse", "main:legal/policy_versions/terms").strip()
    size = 20 if len(tree) == 40 else 32
    raw = b"40000 2026-01-15\0" + bytes.fromhex(other)
    assert len(raw) > size
    replace_loose_object(shop.outer.root / ".git", tree, "tree", raw)

    with pytest.raises(HistoryError, match="does not match its id"):
        open_history(shop.book.root).listing("main")


def test_loose_commit_with_other_content_is_an_error(shop: Shop) -> None:
    raw = shop.outer.git("cat-file", "commit", "main").encode()
    replace_loose_object(shop.outer.root / ".git", shop.base, "commit", raw.replace(b"publish", b"Publish"))

    history = open_history(shop.book.root)

    assert isinstance(history, NoHistory)
    assert "does not match its id" in history.remarks[0]


def test_commit_between_base_and_branch_with_other_parents_is_an_error(shop: Shop) -> None:
    shop.outer.git("commit", "-q", "--allow-empty", "-m", "one")
    head = shop.outer.git("rev-parse", "HEAD").strip()
    shop.outer.git("commit", "-q", "--allow-empty", "-m", "two")
    raw = shop.outer.git("cat-file", "commit", head).encode()
    without_parent = b"".join(line for line in raw.splitlines(keepends=True) if not line.startswith(b"parent "))
    replace_loose_object(shop.outer.root / ".git", head, "commit", without_parent)

    with pytest.raises(HistoryError, match="does not match its id"):
        open_history(shop.book.root).merge_base("main")


def test_object_that_does_not_match_its_id_yields_no_evidence(shop: Shop) -> None:
    shop.book.policy("terms").version("2026-02-01", en=FORGED)
    shop.outer.commit("another version")
    raw = shop.outer.git("cat-file", "commit", shop.base).encode()
    replace_loose_object(shop.outer.root / ".git", shop.base, "commit", raw.replace(b"publish", b"Publish"))

    history = open_history(shop.book.root)
    commits = history.evidence(shop.book.read().require())

    assert set(commits) == {"policy_versions/terms/2026-02-01"}
    assert any("does not match its id" in remark for remark in history.remarks)


def test_annotated_tag_with_other_content_is_rejected_as_base(shop: Shop) -> None:
    shop.outer.git("tag", "-a", "-m", "first", "first")
    shop.outer.git("commit", "-q", "--allow-empty", "-m", "one")
    tag = shop.outer.git("rev-parse", "refs/tags/first").strip()
    assert open_history(shop.book.root).merge_base("first") == shop.base
    raw = shop.outer.git("cat-file", "tag", "first").replace(shop.base, shop.outer.git("rev-parse", "HEAD").strip())
    replace_loose_object(shop.outer.root / ".git", tag, "tag", raw.encode())

    with pytest.raises(HistoryError, match="does not match its id"):
        open_history(shop.book.root).listing("first")


def test_replace_refs_and_grafts_do_not_change_history(shop: Shop) -> None:
    shop.outer.git("commit", "-q", "--allow-empty", "-m", "one")
    shop.outer.git("replace", shop.base, "HEAD", "-f")
    (shop.outer.root / ".git/info/grafts").write_text(shop.outer.git("rev-parse", "HEAD"))

    history = open_history(shop.book.root)

    assert history.merge_base("main") == shop.base
    assert parse_book(history.listing("main")).require()


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_SHALLOW_FILE", "GIT_ATTR_SOURCE"])
def test_environment_does_not_select_the_repository(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, str(shop.outer.root.parent / "elsewhere"))

    with hidden_git_variables(os.environ):
        assert open_history(shop.book.root).merge_base("main") == shop.base


def test_command_is_run_without_the_variables_of_a_hook(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(shop.outer.root.parent / "elsewhere"))

    assert shop.check("main") == 0


@pytest.mark.parametrize("above", [False, True], ids=["beside the book", "above the book"])
@pytest.mark.parametrize("form", ["objects and refs", "commondir", "in capitals"])
def test_files_of_a_bare_repository_are_reported(shop: Shop, above: bool, form: str) -> None:
    folder = shop.outer.root if above else shop.book.root
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    if form == "commondir":
        (folder / "commondir").write_text("elsewhere\n")
    else:
        for name in ("objects", "refs"):
            (folder / (name.upper() if form == "in capitals" else name)).mkdir()

    assert {fault.rule for fault in shop.book.read().faults} == {"PATH-repository"}


@pytest.mark.parametrize("place", ["policy_versions", "policy_versions/terms/.hidden/deep", "docs/deep"])
def test_repository_inside_the_book_is_reported(shop: Shop, place: str) -> None:
    folder = shop.book.root / place
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)

    rules = {(fault.rule, fault.place.path) for fault in shop.book.read().faults}

    assert ("PATH-repository", f"{place}/HEAD") in rules


def test_repository_that_cannot_be_committed_is_no_error(shop: Shop) -> None:
    (shop.book.root / "docs").mkdir()
    for folder in (shop.book.root / "policy_versions", shop.book.root / "docs"):
        subprocess.run(["git", "init", "-q", folder], check=True)
    (shop.book.root / "policy_versions/.elsewhere").symlink_to(shop.outer.root / ".git")

    assert shop.book.read().faults == ()


def test_worktree_inside_a_bare_repository_is_no_error(shop: Shop) -> None:
    mirror = shop.outer.root.parent / "mirror.git"
    subprocess.run(["git", "clone", "-q", "--bare", shop.outer.root, mirror], check=True)
    subprocess.run(["git", "-C", mirror, "worktree", "add", "-q", "tree", "main"], check=True)
    book = BookBuilder.__new__(BookBuilder)
    book.root = mirror / "tree/legal"

    assert book.read().faults == ()
    assert open_history(book.root).merge_base("change") == shop.base
    assert open_history(book.root).remarks == ()


def test_book_in_a_submodule_has_the_history_of_the_submodule(shop: Shop) -> None:
    outer = BookBuilder.__new__(BookBuilder)
    outer.root = shop.outer.root.parent / "outer"
    outer.root.mkdir()
    outer.git("init", "-q", "-b", "main", f"--object-format={'sha1' if len(shop.base) == 40 else 'sha256'}")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.outer.root), "module")
    outer.commit("add the module")
    root = outer.root / "module/legal"

    assert (outer.root / "module/.git").is_file()
    assert open_history(root).merge_base("HEAD") == shop.base
    assert open_history(root).remarks == ()


def test_import_rejects_a_bare_repository_inside_another_one(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    commit_bare_repository(shop, shop.outer.root / "mirror")
    source = shop.outer.root / "mirror"

    code = run("import", "git", source, "--file", f"{V1}/en.md", "--policy", "other", "--repo", shop.book.root)

    assert code == 4
    assert "is a bare repository inside the repository" in capsys.readouterr().err


def test_ids_equal_those_of_git(shop: Shop) -> None:
    repository = Repository.around(shop.book.root)
    blob = shop.outer.git("rev-parse", f"main:legal/{V1}/en.md").strip()

    assert repository.content(blob) == TEXT.encode()
    assert (
        hashlib.new("sha1" if len(blob) == 40 else "sha256", b"blob %d\0" % len(TEXT) + TEXT.encode()).hexdigest()
        == blob
    )
