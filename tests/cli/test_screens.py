"""`inforce build --screens`: the files it adds to the site, and what it says without a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Type
from cli.test_verify import built, repository, verified
from inforce import screens
from inforce.screens import Picture, Scene
from inforce.text import Digest

__all__ = ["built", "repository"]

LIST = "site/screens/screens.json"
PICTURE = "site/screens/policy-prompt-1/answers-en-390.png"


@pytest.fixture
def with_pictures(repository: Path, inforce: Type, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, built with a picture."""

    def take(scene: Scene) -> list[Picture]:
        content = b"PNG of " + (scene.read("policies.json") or b"")[:10] + scene.site.encode()
        return [
            Picture(
                template="policy-prompt/1",
                step="answers",
                language=tag,
                width=390,
                policies=("privacy",),
                content=content,
            )
            for tag in scene.languages
        ]

    monkeypatch.setattr(screens, "pictures", take)
    monkeypatch.setenv("INFORCE_CHROMIUM", "true")
    ended = inforce("build", "--screens", "--repo", repository, "--at", "2027-01-20")
    assert ended.code == 0, ended.err
    assert "Taking pictures: 1 of 2" in ended.err
    return repository


def test_pictures_are_listed_with_their_digests(with_pictures: Path) -> None:
    listed = json.loads((with_pictures / LIST).read_text("utf-8"))
    picture = (with_pictures / PICTURE).read_bytes()
    files = json.loads((with_pictures / "site/browser/files.json").read_text("utf-8"))["files"]
    assert listed["build"] == files["prompt.js"]["integrity"]
    assert [(entry["path"], entry["digest"]) for entry in listed["screens"]] == [
        (PICTURE.removeprefix("site/"), str(Digest.of(picture)))
    ]
    assert picture.startswith(b'PNG of {"type":"phttps://')


def test_verify_accepts_listed_pictures_and_reports_others(inforce: Type, with_pictures: Path) -> None:
    assert verified(inforce, with_pictures).code == 0
    (with_pictures / PICTURE).write_bytes(b"another picture")
    (with_pictures / PICTURE.replace("answers", "other")).write_bytes(b"one more")
    ended = verified(inforce, with_pictures, "--monitor")
    assert ended.code == 1
    reported = [line.partition(":")[0] for line in ended.out.splitlines()]
    assert reported == [f"error LIVE-file /screens/policy-prompt-1/{name}-en-390.png" for name in ("answers", "other")]


@pytest.mark.parametrize(
    ("path", "named", "sentence"),
    [
        pytest.param("", None, "pictures of the prompt need a Chromium; install Chromium", id="no browser"),
        pytest.param("", "/no/such", "INFORCE_CHROMIUM names no program; install Chromium", id="a wrong path"),
    ],
)
def test_missing_browser_prints_one_message_and_builds_nothing(
    inforce: Type, repository: Path, monkeypatch: pytest.MonkeyPatch, path: str, named: str | None, sentence: str
) -> None:
    before = (repository / "site/policies.json").stat().st_mtime_ns
    monkeypatch.setenv("PATH", path)
    monkeypatch.delenv("INFORCE_CHROMIUM", raising=False)
    if named:
        monkeypatch.setenv("INFORCE_CHROMIUM", named)
    ended = inforce("build", "--screens", "--repo", repository)
    assert ended.code == 4
    assert ended.err.startswith(f"inforce: {sentence}")
    assert (repository / "site/policies.json").stat().st_mtime_ns == before


def test_missing_screens_extra_prints_one_message(
    inforce: Type, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "find_spec", lambda _: None)
    ended = inforce("build", "--screens", "--repo", repository)
    assert (ended.code, ended.err.partition(";")[0]) == (
        4, "inforce: a picture needs playwright, which is not installed"
    )  # fmt: skip
