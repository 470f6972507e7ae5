"""A build changes nothing outside the site, and publishes nothing that a commit added outside the book."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import copies
from book_builder import BookBuilder
from built import scaffold
from cli.conftest import Ending, Type
from inforce.book.user_cache import cache_folder, machine_secret, user_folder

PROGRAM = Path(sys.executable).with_name("inforce")
MODULES = ("random", "json", "inforce", "mkdocs", "site", "re", "pickle", "hashlib", "yaml", "socket", "encodings")
# A module that creates a file on import, so that any import is detected.
HOSTILE = "import os\nopen(os.path.join(os.path.dirname(__file__), 'imported'), 'w').close()\nraise SystemExit(99)\n"


@pytest.fixture
def repository(tmp_path: Path) -> BookBuilder:
    """Return a repository that builds with the plugin of inforce."""
    result = scaffold(BookBuilder(tmp_path / "repository"))
    result.policy("terms").version("2026-01-15", en="# Terms\n\nPay within 30 days.\n")
    return result


@pytest.fixture
def valuables(tmp_path: Path) -> Path:
    """Return a folder outside the repository with a file in it."""
    folder = tmp_path / "valuables"
    folder.mkdir()
    (folder / "deed.txt").write_text("keep this")
    return folder


@pytest.fixture
def build(inforce: Type, repository: BookBuilder, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Ending]:
    """Return a function that runs `inforce build` in `repository`."""
    monkeypatch.chdir(repository.root)
    return lambda: inforce("build", "--at", "2026-02-01")


# The links that replace the cache come last, so that the other builds share one cache.
LINKS = ((".cache", "cache/served-8000", ".site.previous"), (".cache/inforce/spare",), (".cache/inforce", "cache"))


@pytest.mark.parametrize("cache", [None, "cache"], ids=["default cache", "cache in the repository"])
def test_committed_link_is_not_followed_by_a_build(
    repository: BookBuilder,
    build: Callable[[], Ending],
    valuables: Path,
    cache: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if cache:
        monkeypatch.setenv("INFORCE_CACHE", cache)
    for links in LINKS:
        for link in links:
            place = repository.root / link
            place.parent.mkdir(parents=True, exist_ok=True)
            remove(place)
            place.symlink_to(valuables)
        # From the second build on, there are a cache and an earlier site.
        for _ in range(2 if links == LINKS[0] else 1):
            result = build()
            assert result.code == 0, result.err
        assert (valuables / "deed.txt").read_text() == "keep this"
        # A cache that the user placed there is written there; nothing else is removed.
        assert cache in links or [path.name for path in valuables.iterdir()] == ["deed.txt"], links
        for link in links:
            remove(repository.root / link)


def remove(path: Path) -> None:
    """Remove the link, file or folder `path`, and nothing that a link leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def test_site_that_is_a_link_inside_the_repository_is_not_replaced(
    repository: BookBuilder, build: Callable[[], Ending], valuables: Path
) -> None:
    (valuables / "policies.json").write_text("{}")
    (repository.root / "site").symlink_to(valuables)

    result = build()

    assert result.code == 2
    assert "is a symbolic link inside the repository" in result.err
    assert sorted(path.name for path in valuables.iterdir()) == ["deed.txt", "policies.json"]


def build_in_a_process(repository: BookBuilder, **environ: str) -> None:
    """Build as another user or machine: each process reads the secret of its own cache folder once."""
    command = [copies.inforce(), "build", "--at", "2026-02-01"]
    process = subprocess.run(
        command, cwd=repository.root, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr


def test_entries_from_another_machine_or_altered_by_a_commit_are_not_published(
    repository: BookBuilder, tmp_path: Path
) -> None:
    elsewhere = {"XDG_CACHE_HOME": str(tmp_path / "attacker"), "INFORCE_CACHE": "cache"}
    build_in_a_process(repository, **elsewhere)
    site, cache = repository.root / "site", repository.root / "cache"
    before = {path: path.read_bytes() for path in sorted(site.rglob("*.html"))}
    stolen = {path.name for path in cache.glob("??/*")}
    assert stolen
    for _ in range(2):
        build_in_a_process(repository, INFORCE_CACHE="cache")

        assert {path: path.read_bytes() for path in sorted(site.rglob("*.html"))} == before
        assert not stolen & {path.name for path in cache.glob("??/*")}
        altered = 0
        for entry in cache.glob("??/*"):
            content = entry.read_bytes()
            if b"30 days" in content:
                entry.chmod(0o644)
                entry.write_bytes(content.replace(b"30 days", b"99 days"))
                altered += 1
        assert altered


def test_secret_is_readable_only_by_this_user() -> None:
    machine_secret(os.environ)
    state = (user_folder(os.environ) / "secret").stat()
    assert (state.st_size, state.st_mode & 0o777) == (32, 0o600)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_secret_readable_by_others_is_not_used(tmp_path: Path, mode: int) -> None:
    secret = tmp_path / "inforce/secret"
    secret.parent.mkdir()
    secret.write_bytes(b"x" * 32)
    secret.chmod(mode)
    assert machine_secret({"XDG_CACHE_HOME": str(tmp_path)}) != b"x" * 32


def test_entries_are_copied_from_a_cache_on_another_file_system(
    repository: BookBuilder, build: Callable[[], Ending], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_memory = Path("/dev/shm")  # noqa: S108 - another file system, if there is one
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == repository.root.stat().st_dev:
        shared_memory = Path.cwd()
    cache = shared_memory / f"inforce-test-{os.getpid()}"
    monkeypatch.setenv("INFORCE_CACHE", str(cache))
    try:
        for _ in range(2):
            result = build()
            assert result.code == 0, result.err
        page = repository.root / "site/terms/index.html"
        assert page.stat().st_nlink == (1 if cache.stat().st_dev != page.stat().st_dev else 3)
    finally:
        subprocess.run(["rm", "-rf", str(cache)], check=True)


@pytest.mark.parametrize(
    "words",
    [
        ("build",),
        ("check",),
        ("status",),
        ("manifest",),
        ("review",),
        ("diff", "terms"),
        ("pdf", "terms", "--output", "terms.pdf"),
    ],
)
def test_no_command_imports_from_the_repository(repository: BookBuilder, words: tuple[str, ...]) -> None:
    for name in MODULES:
        repository.write(f"{name}.py", HOSTILE)
    command = [str(PROGRAM), *words, "--at", "2026-02-01"] if words[0] != "review" else [str(PROGRAM), *words]

    ended = subprocess.run(command, cwd=repository.root, capture_output=True, text=True, check=False)

    assert not (repository.root / "imported").exists(), ended.stderr
    assert ended.returncode != 99
    assert words[0] != "pdf" or (repository.root / "terms.pdf").read_bytes().startswith(b"%PDF-")


def test_mkdocs_without_inforce_imports_nothing_from_the_repository(repository: BookBuilder) -> None:
    for name in MODULES:
        repository.write(f"{name}.py", HOSTILE)
    environment = {**os.environ, "INFORCE_AT": "2026-02-01"}

    ended = subprocess.run(
        [str(PROGRAM.with_name("mkdocs")), "build", "-q"],
        cwd=repository.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert not (repository.root / "imported").exists()
    assert (repository.root / "site/terms/index.html").is_file()


def test_serve_imports_nothing_from_the_repository(repository: BookBuilder) -> None:
    for name in MODULES:
        repository.write(f"{name}.py", HOSTILE)
    command = [str(PROGRAM), "serve", "--port", "0", "--at", "2026-02-01"]

    process = subprocess.Popen(command, cwd=repository.root, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        told = next((line for line in process.stderr if "http://" in line or "Error" in line or "must be" in line), "")
    finally:
        process.terminate()
        process.communicate()
    assert told
    assert not (repository.root / "imported").exists()


def test_site_is_readable_with_any_umask_and_its_cache_is_outside_the_repository(
    repository: BookBuilder, build: Callable[[], Ending]
) -> None:
    folder = cache_folder(repository.root, os.environ)
    assert folder.parent == user_folder(os.environ)
    assert not folder.is_relative_to(repository.root)
    assert folder != cache_folder(repository.root.parent, os.environ)
    before = os.umask(0o077)
    try:
        result = build()
        assert result.code == 0, result.err
    finally:
        os.umask(before)
    site = repository.root / "site"
    for path in (site, *site.rglob("*")):
        needed = 0o555 if path.is_dir() else 0o444
        assert path.stat().st_mode & needed == needed, path
    assert any(folder.glob("??/*"))
    assert not (repository.root / ".cache").exists()
