"""Compare every file of a site with the site built again: no changed, missing or additional file stays unseen."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from book_builder import instant
from browser.static_site import StaticSite
from client.published_site import DAY_AFTER, KEY, NOW, Published
from inforce.signing import resign
from inforce.verification.files import address_of, difference

LATER = instant("2026-09-25")
PAGE = "terms/changes/2026-01-15...2026-02-01/index.html"


@pytest.fixture
def original(site: Published, tmp_path: Path) -> Path:
    """The site as built, which a test compares with the changed one."""
    (site.folder / "404.html").write_text("<p>Not found.</p>")
    (site.folder / "index.html").write_text("<h1>Policies</h1>\n<p>One.</p>\n")
    (site.folder / "file with space.bin").write_bytes(b"\xff\x00")
    copy = Path(shutil.copytree(site.folder, tmp_path / "original"))
    for signed in copy.rglob("*.jws.json"):
        signed.unlink()  # the command builds without a key
    return copy


def found(site: Published, original: Path, target: str = "", now: datetime = NOW) -> list[tuple[str, str]]:
    return site.found(target, now, rebuild=lambda _: original)


def files(folder: Path) -> Iterator[str]:
    yield from sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_unchanged_site_has_no_findings_in_a_folder_and_over_http(site: Published, original: Path) -> None:
    assert found(site, original) == []
    with StaticSite(folder=site.folder) as live:
        assert found(site, original, live.url) == []


@pytest.mark.parametrize("suffix", [b" ", b"\n<script>alert(1)</script>", b"x" * 100_000])
def test_every_changed_file_is_found(site: Published, original: Path, suffix: bytes) -> None:
    for file in files(site.folder):
        with (site.folder / file).open("ab") as end:
            end.write(suffix)

    assert {place for _, place in found(site, original)} >= {address_of(file) for file in files(original)} - {""}
    assert len(site.verify(rebuild=lambda _: original).findings) >= len(list(files(original)))


@pytest.mark.parametrize("over_http", [False, True], ids=["folder", "http"])
def test_only_the_changed_page_is_reported(site: Published, original: Path, over_http: bool) -> None:
    unseen = []
    with StaticSite(folder=site.folder) as live:
        for file in ("index.html", PAGE, "terms/history/index.html", "file with space.bin", "feed.xml"):
            content = (site.folder / file).read_bytes()
            (site.folder / file).write_bytes(content.replace(b"", b"\xfe", 1))
            if found(site, original, live.url if over_http else "") != [("LIVE-file", address_of(file))]:
                unseen.append(file)
            (site.folder / file).write_bytes(content)

    assert unseen == []


def test_every_missing_file_is_found(site: Published, original: Path) -> None:
    unseen = []
    for file in files(original):
        content, when = (site.folder / file).read_bytes(), (site.folder / file).stat().st_mtime
        (site.folder / file).unlink()
        if ("LIVE-missing", address_of(file)) not in found(site, original):
            unseen.append(file)
        site.write(file, content)
        os.utime(site.folder / file, (when, when))

    assert unseen == []
    assert found(site, original) == []


def test_missing_page_is_one_finding(site: Published, original: Path) -> None:
    (site.folder / PAGE).unlink()

    assert found(site, original) == [("LIVE-missing", address_of(PAGE))]


def test_additional_file_is_found(site: Published, original: Path) -> None:
    site.write("terms/2026-01-16/index.html", b"<p>Another version.</p>")
    site.write("evil.js", b"")
    (site.folder / "link").symlink_to(site.folder / "terms", target_is_directory=True)

    assert found(site, original) == [
        ("LIVE-file", "evil.js"),
        ("LIVE-file", "link"),
        ("LIVE-file", "terms/2026-01-16/index.html"),
    ]


def test_compressed_copies_are_compared_with_their_files(site: Published, original: Path) -> None:
    for file in ("policies.json", "policies.jws.json", "terms/index.html"):
        site.write(f"{file}.gz", gzip.compress((site.folder / file).read_bytes()))
    assert found(site, original) == []

    site.write("terms/index.html.gz", gzip.compress(b"<p>Another page.</p>"))
    site.write("policies.json.gz", b"no archive")
    site.write("policies.jws.json.gz", gzip.compress(b"0" * 10_000_000))
    site.write("other.gz", gzip.compress(b""))
    assert found(site, original) == [
        ("LIVE-file", "other.gz"),
        ("LIVE-file", "policies.json.gz"),
        ("LIVE-file", "policies.jws.json.gz"),
        ("LIVE-file", "terms/index.html.gz"),
    ]


def test_signed_manifest_is_an_additional_file_if_the_book_has_no_keys(site: Published, original: Path) -> None:
    site.catalog = replace(site.catalog, settings=replace(site.catalog.settings, signing=()))

    assert ("LIVE-file", "policies.jws.json") in found(site, original)


def test_site_is_rebuilt_for_the_date_in_its_version_lists(site: Published, original: Path) -> None:
    instants = []

    def rebuild(now: datetime) -> Path:
        instants.append(now)
        return original

    reissue(site)
    site.verify(now=LATER, rebuild=rebuild)
    (site.folder / "terms/versions.json").unlink()
    (site.folder / "privacy/versions.json").write_bytes(b"{}")
    site.verify(now=LATER, rebuild=rebuild)
    (site.folder / "policies.json").unlink()
    site.verify(now=LATER, rebuild=rebuild)

    assert instants == [NOW, DAY_AFTER, LATER]


def test_future_issue_date_is_not_used(site: Published, original: Path) -> None:
    site.publish(LATER)
    instants = []

    def rebuild(now: datetime) -> Path:
        instants.append(now)
        return original

    site.verify(now=DAY_AFTER, rebuild=rebuild)

    assert instants == [DAY_AFTER]


def reissue(site: Published) -> None:
    issue = resign((site.folder / "policies.json").read_bytes(), DAY_AFTER, [KEY])
    for path, content in issue.files.items():
        site.write(path, content, DAY_AFTER)


def test_manifest_issued_again_after_the_build_is_accepted(site: Published, original: Path) -> None:
    reissue(site)

    assert found(site, original, now=DAY_AFTER) == []


def test_numerous_differences_are_summarised_with_their_number(site: Published, original: Path) -> None:
    for number in range(60):
        site.write(f"more/{number}.html", b"")

    findings = site.verify(rebuild=lambda _: original).findings

    assert len(findings) == 51
    assert "10 more files differ" in findings[0].message
    assert "--offline" in findings[0].fix


@pytest.mark.parametrize(
    ("expected", "got", "sentence"),
    [
        (b"a\nb c\n", b"a\nb d\n", "Line 2: expected “b c”, got “b d”."),
        (b"a\n", b"a\nb\n", "Line 2: expected the end of the file, got “b”."),
        (b"a\nb\n", b"a\n", "Line 2: expected “b”, got the end of the file."),
        (b"a", b"a\n", "Line 1: expected “a”, got “a\\n”."),
        (b"x" * 80 + b"1" + b"y" * 80, b"x" * 80 + b"2" + b"y" * 80, "Line 1: expected “" + "x" * 30 + "1"),
        (b"\xff", b"a", "Its 1 bytes differ from the 1 bytes that the repository builds."),
        (b"", b"a", "Line 1: expected the end of the file, got “a”."),
        (b"a", b"", "Line 1: expected “a”, got the end of the file."),
    ],
)
def test_first_difference_is_described(expected: bytes, got: bytes, sentence: str) -> None:
    assert difference(expected, got).startswith(sentence)
