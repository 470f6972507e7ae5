"""Pictures of the prompt and the settings of a built site: one for each step and width, made of its files alone."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from book_builder import instant
from browser import chromium
from inforce.errors import SetupError
from inforce.screens import WIDTHS, Picture, Scene, pictures, to_list
from inforce.text import Digest

SOURCES = Path(__file__).parents[2] / "tooling/browser"


def scene_of(site: Path, asked: list[str], **changes: str) -> Scene:
    """The sample site for a new user who reads English; `asked` collects the paths that the browser requests."""

    def read(path: str) -> bytes | None:
        asked.append(path)
        return (site / path).read_bytes() if (site / path).is_file() else None

    browser = changes.get("browser", str(chromium.find()))
    return Scene(
        site="https://policies.sinomai.example/",
        read=read,
        now=instant("2026-11-02"),
        languages=("en",),
        browser=browser,
    )


def pictures_of(scene: Scene) -> list[Picture]:
    """Take the pictures in a thread of their own, since Playwright may already run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: list(pictures(scene))).result()


def test_each_step_of_the_prompt_and_the_settings_are_pictured_in_each_width(sample_site: Path) -> None:
    asked: list[str] = []
    scene = scene_of(sample_site, asked)

    taken = pictures_of(scene)

    every = ("cookies", "privacy", "terms")
    steps = [("answers", ("privacy", "terms")), ("consents", ("cookies",)), ("choices", every)]
    assert [(s.step, s.policies, s.width) for s in taken] == [(*step, width) for width in WIDTHS for step in steps]
    sizes = [Image.open(io.BytesIO(s.content)).size for s in taken]
    assert [size for s, size in zip(taken, sizes, strict=True) if s.step != "choices"] == [
        (width, height) for width, height in WIDTHS.items() for _ in steps[:2]
    ]
    assert [width for width, _ in sizes] == [s.width for s in taken]
    assert len({s.content for s in taken}) == len(taken)
    sources = [(SOURCES / name).read_text("utf-8") for name in ("prompt.js", "choices.js")]
    assert re.findall(r'template: "([^"]+)"', "".join(sources)) == [taken[0].template, taken[2].template]
    assert {"browser/prompt.js", "browser/choices.js", "policies.json", "terms/2026-06-01/en.md"} <= set(asked)
    listed = json.loads(json.dumps(to_list(taken, scene, "sha384-x")))
    assert (listed["at"], listed["build"]) == ("2026-11-02T00:00:00Z", "sha384-x")
    assert [(entry["path"], entry["digest"]) for entry in listed["screens"]] == [
        (s.path, str(Digest.of(s.content))) for s in taken
    ]
    assert taken[0].path == "screens/policy-prompt-1/answers-en-390.png"


def test_site_without_policies_has_no_pictures(sample_site: Path) -> None:
    manifest = json.loads((sample_site / "policies.json").read_text("utf-8"))
    quiet = json.dumps(manifest | {"policies": []}, separators=(",", ":")).encode()
    scene = scene_of(sample_site, [])

    def read(path: str) -> bytes | None:
        return quiet if path == "policies.json" else scene.read(path)

    assert pictures_of(Scene(site=scene.site, read=read, now=scene.now, languages=("en",), browser=scene.browser)) == []


def test_program_that_is_no_browser_is_reported(sample_site: Path) -> None:
    with pytest.raises(SetupError, match="the browser does not start"):
        pictures_of(scene_of(sample_site, [], browser="/bin/false"))


def test_path_of_a_picture_names_template_step_language_and_width() -> None:
    screen = Picture(template="a/2", step="consents", language="zh-Hans", width=390, policies=(), content=b"")
    assert screen.path == "screens/a-2/consents-zh-Hans-390.png"
