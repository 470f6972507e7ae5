"""Compare every file of a site with a rebuilt site: every changed, missing or additional file is found."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from book_builder import instant
from browser.static_site import StaticSite
from client.published_site import DAY_AFTER, KEY, NOW, Published
from inforce.client.http import Response
from inforce.instant import format_instant
from inforce.manifest import to_bytes
from inforce.policy.lock import Lock
from inforce.policy.version import Cancellation
from inforce.signing import resign
from inforce.verification.files import address_of, difference
from inforce.verification.http_checks import page_header_findings

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
    for file in files(original):
        (site.folder / file).unlink()

    missing = {place for rule, place in found(site, original) if rule == "LIVE-missing"}

    assert missing == {address_of(file) for file in files(original)}


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


def test_compressed_copy_of_several_parts_is_found(site: Published, original: Path) -> None:
    """Some readers decompress only the first part."""
    content = (site.folder / PAGE).read_bytes()
    site.write(f"{PAGE}.gz", gzip.compress(content[:9]) + gzip.compress(content[9:]))

    assert found(site, original) == [("LIVE-file", f"{PAGE}.gz")]


def test_large_compressed_copy_is_rejected_unread(site: Published, original: Path) -> None:
    with (site.folder / f"{PAGE}.gz").open("wb") as file:
        file.truncate(1 << 40)

    assert found(site, original) == [("LIVE-file", f"{PAGE}.gz")]


def test_note_about_a_file_does_not_prevent_its_comparison(site: Published, original: Path, tmp_path: Path) -> None:
    """The time of the manifest, and the state of the last run, have notes at the addresses of these two files."""
    site.catalog = replace(site.catalog, settings=replace(site.catalog.settings, signing=()))
    (site.folder / "policies.jws.json").unlink()
    document = site.document("policies.json") | {"poll_seconds": 60}
    site.write("policies.json", to_bytes(document), LATER)
    site.write("index.html", b"<p>Another page.</p>")
    (tmp_path / "seen.json").write_text("{")

    findings = site.found(rebuild=lambda _: original, state_file=tmp_path / "seen.json")

    assert {("LIVE-file", ""), ("LIVE-file", "policies.json"), ("LIVE-cache", "policies.json")} <= set(findings)


def test_site_built_before_a_cancellation_is_found(site: Published, original: Path) -> None:
    terms = site.lock.entries["terms"]
    cancelled = replace(terms["2027-01-01"], cancelled=Cancellation(at=DAY_AFTER, reason="Withdrawn."))
    site.lock = Lock(entries={**site.lock.entries, "terms": {**terms, "2027-01-01": cancelled}})

    assert ("LIVE-lock", "terms/versions.json") not in found(site, original)
    reissue(site)
    assert ("LIVE-lock", "terms/versions.json") in found(site, original, now=LATER)


@pytest.mark.parametrize(
    ("header", "value", "is_found"),
    [
        ("Refresh", "0; url=https://shop.example/", True),
        ("Link", "<https://shop.example/x.css>; rel=stylesheet", True),
        ("Link", "<https://shop.example/x>; rel=canonical", False),
        ("Content-Type", "text/html; charset=utf-16", True),
        ("Content-Type", "text/plain", True),
        ("Content-Type", 'text/html;charset="UTF-8"', False),
        ("Content-Type", "text/html", False),
    ],
)
def test_header_that_changes_the_shown_page_is_found(header: str, value: str, is_found: bool) -> None:
    response = Response(status=200, headers={header.lower(): value}, body=b"")
    assert [finding.rule for finding in page_header_findings("terms/", response)] == ["LIVE-header"] * is_found


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


@pytest.mark.parametrize("issued", [LATER, instant("1970-01-01"), instant("2026-01-01")])
def test_impossible_issue_date_is_not_used(site: Published, original: Path, issued: datetime) -> None:
    for policy in ("terms", "privacy"):
        document = site.document(f"{policy}/versions.json") | {"issued_at": format_instant(issued)}
        site.write(f"{policy}/versions.json", to_bytes(document))
    (site.folder / "policies.json").unlink()
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


def test_rebuilt_file_that_is_no_manifest_is_compared_byte_for_byte(site: Published, original: Path) -> None:
    (original / "policies.json").write_bytes(b"{}")

    assert found(site, original) == [("LIVE-file", "policies.json")]


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
