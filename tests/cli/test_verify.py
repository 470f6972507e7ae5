"""`inforce verify`: a built site matches the lock and the book, or the command reports the differences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from book_builder import BookBuilder, instant
from browser.static_site import StaticSite
from cli.conftest import OLD, Ending, Type
from inforce.manifest import parse_manifest, to_bytes
from inforce.manifest.serialise import reissued

BUILT = "2027-01-20"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a locked book and a built site."""
    from inforce.cli.runner import run

    book = BookBuilder(tmp_path_factory.mktemp("built"), timezone="Europe/Berlin")
    book.policy("privacy", kind="privacy", act="acknowledge").version("2026-01-15", en=OLD)
    book.write("mkdocs.yml", "site_name: Policies\ntheme: {name: material}\nplugins: [inforce]\n")
    (book.root / "docs").mkdir()
    assert run(["freeze", "--repo", str(book.root), "--at", BUILT]) == 0
    assert run(["build", "--repo", str(book.root), "--at", BUILT]) == 0
    return book.root


@pytest.fixture
def repository(built: Path, tmp_path: Path) -> Path:
    """A copy of that repository for tests to damage."""
    return Path(shutil.copytree(built, tmp_path / "copy"))


def verified(inforce: Type, repository: Path, *words: object) -> Ending:
    """Verify the built site of `repository` a day after the build."""
    return inforce("verify", repository / "site", "--repo", repository, "--at", "2027-01-21", *words)


def test_unchanged_site_exits_with_0(inforce: Type, repository: Path) -> None:
    ended = verified(inforce, repository)
    assert ended.code == 0, ended.out + ended.err
    assert "matches the lock and the book" in ended.out


def test_live_site_is_checked_over_http(inforce: Type, repository: Path) -> None:
    with StaticSite(folder=repository / "site") as live:
        ended = inforce("verify", live.url, "--repo", repository, "--at", "2027-01-21", "--monitor")
    assert "/privacy/2026-01-15/en.md" in live.asked
    assert {"LIVE-missing", "LIVE-digest", "LIVE-manifest", "LIVE-lock"}.isdisjoint(ended.out.split())


def test_text_that_differs_from_the_lock_exits_with_1(inforce: Type, repository: Path) -> None:
    (repository / "site/privacy/2026-01-15/en.md").chmod(0o644)
    (repository / "site/privacy/2026-01-15/en.md").write_text(OLD.replace("12", "36"), "utf-8")
    ended = verified(inforce, repository)
    assert ended.code == 1
    assert "privacy/2026-01-15/en.md\n  error LIVE-digest" in ended.out


def test_monitor_prints_one_line_per_finding_and_nothing_without_findings(inforce: Type, repository: Path) -> None:
    assert verified(inforce, repository, "--monitor").out == ""
    shutil.rmtree(repository / "site/privacy/history")
    ended = verified(inforce, repository, "--monitor")
    assert ended.code == 1
    assert ended.out == "error LIVE-missing /privacy/history/: Expected status 200, got 404.\n"


def test_rollback_is_detected_with_the_stored_state(inforce: Type, repository: Path, tmp_path: Path) -> None:
    state = tmp_path / "seen.json"
    first = (repository / "site/policies.json").read_bytes()
    again = reissued(parse_manifest(first), instant("2027-01-20T12:00:00Z"))
    (repository / "site/policies.json").unlink()
    (repository / "site/policies.json").write_bytes(to_bytes(again))
    assert verified(inforce, repository, "--state", state).code == 0
    (repository / "site/policies.json").write_bytes(first)
    ended = verified(inforce, repository, "--state", state)
    assert ended.code == 1
    assert "LIVE-serial" in ended.out


OVERLAY = '<section style="position:fixed;inset:0"><p>You also agree to everything.</p></section>'
SHADOW = '<template shadowrootmode="open"><p>You sell your soul.</p></template>'
SCRIPT = "<script>alert(1)</script>"
CHANGES = {
    "index.html": ("</body>", f"{SCRIPT}</body>"),
    "404.html": ("</body>", f"{SCRIPT}</body>"),
    "privacy/index.html": ("</h1>", f"</h1>{OVERLAY}"),
    "privacy/history/index.html": ("</h1>", f"</h1>{SHADOW}"),
    "privacy/2026-01-15/index.html": ('class="inforce-text', 'class="inforce-sr inforce-text'),
    "privacy/2026-01-15/since/index.html": ("</h1>", '</h1><span class="inforce-note">do not</span>'),
    "privacy/2026-01-15/en.html": ("12", "36"),
    "privacy/feed.xml": ("privacy", "terms"),
    "browser/prompt.js": ("accept", "decline"),
    "schema/policy-manifest-1.json": ("required", "optional"),
    "conformance/vectors.json": ("block", "pass"),
    "_headers": ("nosniff", "sniff"),
}


def test_every_changed_file_of_a_real_site_is_found(inforce: Type, repository: Path) -> None:
    for file, (old, new) in CHANGES.items():
        path = repository / "site" / file
        text = path.read_text("utf-8")
        assert old in text, file
        path.write_text(text.replace(old, new, 1), "utf-8")
    (repository / "site/evil.js").write_text("alert(1)")

    ended = verified(inforce, repository, "--monitor")

    assert ended.code == 1
    lines = {line.partition(":")[0] for line in ended.out.splitlines()}
    addresses = [file.removesuffix("index.html") for file in (*CHANGES, "evil.js")]
    assert lines == {f"error LIVE-file /{address}" for address in addresses}


def test_pages_are_not_compared_without_a_rebuild(inforce: Type, repository: Path) -> None:
    (repository / "site/index.html").write_text("<p>Another page.</p>")

    ended = verified(inforce, repository, "--no-rebuild")

    assert ended.code == 0
    assert "its pages were not compared" in ended.out


def test_repository_that_cannot_be_built_is_reported(inforce: Type, repository: Path) -> None:
    with (repository / "mkdocs.yml").open("a") as file:
        file.write("nav:\n  - missing.md\nstrict: true\n")

    ended = verified(inforce, repository)

    assert ended.code == 1
    assert "missing.md" in ended.err
    assert ended.err.endswith("The site cannot be built again, so its pages were not compared.\n")


def test_offline_site_matches_with_the_offline_option(inforce: Type, repository: Path) -> None:
    assert inforce("build", "--repo", repository, "--at", BUILT, "--offline").code == 0

    assert verified(inforce, repository).code == 1
    assert verified(inforce, repository, "--offline").code == 0


def test_reissued_site_matches(
    inforce: Type, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = inforce("keygen", "--out", tmp_path / "key.json")
    book = repository / "policy_versions/book.yml"
    book.write_text(book.read_text("utf-8") + key.out[key.out.index("signing:") :], "utf-8")
    monkeypatch.setenv("INFORCE_SIGNING_KEY_FILE", str(tmp_path / "key.json"))
    assert inforce("build", "--repo", repository, "--at", BUILT).code == 0
    assert inforce("sign", repository / "site", "--at", "2027-01-20T18:00:00Z").code == 0

    monkeypatch.delenv("INFORCE_SIGNING_KEY_FILE")
    ended = verified(inforce, repository)

    assert (ended.code, ended.out.partition(" ")[2]) == (0, "matches the lock and the book.\n"), ended.out
    assert "WARNING" not in ended.err


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        pytest.param("nowhere", "there is no folder nowhere", id="a missing folder"),
        pytest.param("http://policies.example/", "https", id="an unencrypted URL"),
    ],
)
def test_invalid_target_is_rejected(inforce: Type, repository: Path, target: str, sentence: str) -> None:
    ended = inforce("verify", target, "--repo", repository)
    assert ended.code == 2
    assert sentence in ended.err


def test_target_is_checked_before_the_repository_is_read(inforce: Type, tmp_path: Path) -> None:
    ended = inforce("verify", "nowhere", "--repo", tmp_path / "empty")
    assert (ended.code, "there is no folder nowhere" in ended.err) == (2, True)
