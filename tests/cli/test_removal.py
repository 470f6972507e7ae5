"""Published URLs are permanent: a build that would remove one fails with a list and exit code 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from inforce.cli.build import removal_told
from inforce.cli.site_folder import Contents, addresses_in

OLD = {
    "privacy/versions.json": "{}",
    "privacy/1/index.html": "page",
    "privacy/1/en.md": "text",
    "privacy/changes/1...2/index.html": "redline",
    "privacy/changes/1...2/en.json": "{}",
    "about/index.html": "a page of the documentation",
    "assets/style.1234.css": "",
    "policies.json": "{}",
}


def site(root: Path, files: dict[str, str]) -> Path:
    for address, text in files.items():
        path = root / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def missing(old: Path, new: Path) -> list[str]:
    return Contents.of(new).missing(addresses_in(old))


def test_site_with_the_same_paths_has_no_missing_path(tmp_path: Path) -> None:
    assert missing(site(tmp_path / "old", OLD), site(tmp_path / "new", OLD)) == []


def test_file_with_a_digest_in_its_name_may_be_replaced(tmp_path: Path) -> None:
    old, new = (OLD | {f"privacy/versions.{64 * letter}.json": "{}"} for letter in "ab")

    assert missing(site(tmp_path / "old", old), site(tmp_path / "new", new)) == []


def test_additional_path_is_not_missing(tmp_path: Path) -> None:
    more = {**OLD, "privacy/2/index.html": "page"}
    assert missing(site(tmp_path / "old", OLD), site(tmp_path / "new", more)) == []


def test_missing_texts_pages_redlines_and_json_are_listed(tmp_path: Path) -> None:
    left = {"policies.json": "{}", "about/index.html": ""}
    assert missing(site(tmp_path / "old", OLD), site(tmp_path / "new", left)) == [
        "privacy/1/",
        "privacy/1/en.md",
        "privacy/changes/1...2/",
        "privacy/changes/1...2/en.json",
        "privacy/versions.json",
    ]


def test_documentation_pages_and_theme_files_may_disappear(tmp_path: Path) -> None:
    left = {address: text for address, text in OLD.items() if not address.startswith(("about", "assets"))}
    assert missing(site(tmp_path / "old", OLD), site(tmp_path / "new", left)) == []


def test_without_an_old_site_no_path_is_missing(tmp_path: Path) -> None:
    assert missing(tmp_path / "none", site(tmp_path / "new", OLD)) == []


def test_contents_count_pages_and_bytes(tmp_path: Path) -> None:
    contents = Contents.of(site(tmp_path, OLD))
    assert (contents.pages, contents.size) == (3, sum(map(len, OLD.values())))


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        pytest.param(1, ["1 address of the existing site would disappear:", "  /privacy/0/"], id="one"),
        pytest.param(
            1022,
            [
                "1,022 addresses of the existing site would disappear:",
                *(f"  /privacy/{number}/" for number in range(20)),
                "  … and 1,002 more",
            ],
            id="a long list",
        ),
    ],
)
def test_long_list_is_truncated(count: int, lines: list[str]) -> None:
    told = removal_told([f"privacy/{number}/" for number in range(count)])
    assert told[: len(lines)] == lines
    assert "--allow-removal" in told[-1]
