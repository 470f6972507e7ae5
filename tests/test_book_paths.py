"""Paths: nothing outside the book is read, links are not followed, and names are unambiguous."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from book_builder import BookBuilder
from inforce.book.read import parse_book, read_book
from inforce.book.tree import EntryKind, list_folder
from inforce.errors import LayoutError, SetupError

LINK = "is a symbolic link\n  replace the link with the file itself: links in a book are not followed"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    """A book beside a file outside it."""
    (tmp_path / "secret.md").write_text("# Secret\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "policy.yml").write_text("kind: terms\n")
    book = BookBuilder(tmp_path / "shop")
    book.policy("terms").version("2026-01-15")
    return book


def said(book: BookBuilder) -> list[str]:
    return [str(fault) for fault in book.read().faults]


@pytest.mark.parametrize(
    ("place", "target"),
    [
        pytest.param("policy_versions/linked", "../../elsewhere", id="a policy out of the book"),
        pytest.param("policy_versions/linked", "terms", id="a policy that is another one"),
        pytest.param("policy_versions/linked", "../nowhere", id="a link to a missing policy"),
        pytest.param("policy_versions/linked", "linked", id="a link to itself"),
        pytest.param("policy_versions/linked", "/", id="a link to the root folder"),
        pytest.param("policy_versions/terms/2", "2026-01-15", id="a version that is another one"),
        pytest.param("policy_versions/terms/2026-01-15/de.md", "../../../../secret.md", id="a text out of the book"),
        pytest.param("policy_versions/terms/2026-01-15/de.md", "en.md", id="a text that is another one"),
        pytest.param("policy_versions/terms/2026-01-15/de.md", "nowhere.md", id="a link to a missing text"),
        pytest.param("policy_versions/lock.json", "../../secret.md", id="the lock"),
    ],
)
def test_link_is_one_fault_and_is_not_followed(book: BookBuilder, place: str, target: str) -> None:
    (book.root / place).symlink_to(target)
    assert said(book) == [f"{place}: {LINK}"]


@pytest.mark.parametrize(
    "name", ["book.yml", "terms/policy.yml", "terms/2026-01-15/version.yml", "terms/2026-01-15/en.md"]
)
def test_link_in_place_of_a_file_is_a_fault(book: BookBuilder, name: str) -> None:
    file = book.root / "policy_versions" / name
    file.rename(book.root / "moved")
    file.symlink_to(book.root / "moved")
    assert f"policy_versions/{name}: {LINK}" in said(book)


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_book_that_is_a_link_is_rejected(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "policy_versions").symlink_to(target)
    with pytest.raises(
        LayoutError, match="policy_versions: is a symbolic link\n  replace the link with the folder itself"
    ):
        read_book(tmp_path)


def test_repository_path_may_contain_links(book: BookBuilder, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(book.root)
    assert read_book(tmp_path / "short").require() == book.read().require()


def test_hidden_link_is_ignored(book: BookBuilder) -> None:
    (book.root / "policy_versions/.cache").symlink_to("/")
    assert said(book) == []


def test_pipe_is_a_fault_and_does_not_block(book: BookBuilder) -> None:
    os.mkfifo(book.root / "policy_versions/terms/2026-01-15/de.md")
    (fault,) = said(book)
    assert fault.startswith("policy_versions/terms/2026-01-15/de.md: is neither a file nor a folder")


def test_file_name_that_is_not_utf8_is_escaped_in_messages(book: BookBuilder) -> None:
    (book.root / "policy_versions/terms/2026-01-15" / os.fsdecode(b"\xff.md")).write_text("# A\n")
    (fault,) = said(book)
    assert fault.startswith("policy_versions/terms/2026-01-15/\\udcff.md: expected a language tag")
    assert fault.encode().decode() == fault


def test_file_name_with_control_characters_is_escaped_in_messages(book: BookBuilder) -> None:
    book.write("policy_versions/\x1b[2J\n::error::x", "x")
    (fault,) = said(book)
    assert fault.startswith("policy_versions/\\x1b[2J\\n::error::x: is not expected here")


@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param("terms/2026-01-15/pt-BR.md", "terms/2026-01-15/pt-br.md", id="two spellings of a language"),
        pytest.param("terms/policy.yml", "terms/POLICY.yml", id="two spellings of policy.yml"),
        pytest.param("terms/policy.yml", "Terms/policy.yml", id="two spellings of a policy"),
    ],
)
def test_names_that_collide_on_some_file_systems_are_a_fault(book: BookBuilder, first: str, other: str) -> None:
    before = (book.root / "policy_versions/terms/policy.yml").read_text()
    for path in (first, other):
        book.write(f"policy_versions/{path}", before if path.endswith(".yml") else "# A\n")
    faults = [fault for fault in book.read().faults if fault.rule == "PATH-collision"]
    assert len(faults) == 1


def turn_into_a_link(file: Path) -> None:
    file.rename(file.with_name("moved"))
    file.symlink_to("moved")


def turn_into_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(turn_into_a_link, id="a link"),
        pytest.param(Path.unlink, id="nothing"),
    ],
)
def test_file_replaced_by_a_link_after_listing_is_not_read(book: BookBuilder, change: Callable[[Path], None]) -> None:
    listing = list_folder(book.root, "policy_versions")
    change(book.root / "policy_versions/terms/2026-01-15/en.md")
    with pytest.raises(
        SetupError, match=r"en.md cannot be read: .*; if it changed while the book was read, run the command again"
    ):
        parse_book(listing)


def test_file_replaced_by_a_pipe_does_not_block(book: BookBuilder) -> None:
    listing = list_folder(book.root, "policy_versions")
    turn_into_a_pipe(book.root / "policy_versions/terms/2026-01-15/en.md")
    with pytest.raises(SetupError, match="expected a file, got a named pipe"):
        parse_book(listing)


def test_unreadable_folder_raises_setup_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="nowhere cannot be listed: No such file or directory") as refused:
        list_folder(tmp_path, "nowhere")
    assert refused.value.exit_code == 4


def test_entries_are_sorted_and_have_a_kind(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/z.txt", "b/A.txt", "b/é.txt"):
        (tmp_path / name).write_text("x" * len(name))
    (tmp_path / "b/link").symlink_to("z.txt")
    (tmp_path / "b/sub").mkdir()
    (tmp_path / "b/.hidden").mkdir()
    (tmp_path / "b/.hidden/inner").mkdir()

    listing = list_folder(tmp_path, "b")

    assert [(entry.path, entry.kind) for entry in listing["b"]] == [
        ("b/.hidden", EntryKind.FOLDER),
        ("b/A.txt", EntryKind.FILE),
        ("b/link", EntryKind.LINK),
        ("b/sub", EntryKind.FOLDER),
        ("b/z.txt", EntryKind.FILE),
        ("b/é.txt", EntryKind.FILE),
    ]
    assert sorted(listing) == ["b", "b/sub"]
    assert (listing["b"][4].name, listing["b"][4].size, listing["b"][4].read()) == ("z.txt", 7, b"x" * 7)
