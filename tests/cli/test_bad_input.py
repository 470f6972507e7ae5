"""Invalid input in a book: each problem is reported with its place, and nothing is partially written.

`check` reports it; `build` rejects unreadable books (2) and changed history (3) before the generator starts, and
publishes books with lesser problems (see docs/decisions/0006-what-stops-a-build.md).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from book_builder import BookBuilder
from cli.conftest import NEW, OLD, Type, everything_in

TEXT = "policy_versions/privacy/2026-01-15/en.md"
VERSION = "policy_versions/privacy/2026-01-15/version.yml"
POLICY = "policy_versions/privacy/policy.yml"
SETTINGS = "policy_versions/book.yml"
LATER = "2027-04-01"
DATES = "published: 2026-01-15\nchange: material\n"
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

BOOK_YML = "publisher: {name: A, url: https://a.example/, contact: b}\nlanguages: [en]\n"
WRONG_TITLE = "title: {en: Privacy}\nkind: privacy\nbinding_language: fr\nact: none\n"
BACKWARDS = "published: 2026-02-01\neffective: 2026-01-15\nchange: notice\n"

UNREADABLE = [
    pytest.param(TEXT, "---\nsummary:\n# Privacy\n", 1, "front matter has no end", id="unterminated front matter"),
    pytest.param(TEXT, f"---\n# {'x' * 20480}\n---\n{OLD}", 1, "longer than 16 KiB", id="20 KiB of front matter"),
    pytest.param(TEXT, f"---\n{BOMB}---\n{OLD}", 2, "“&a” is an anchor", id="aliases that multiply"),
    pytest.param(TEXT, b"# Privacy\n\n\xff\xfe\n", 3, "not UTF-8 at byte 11 (0xff)", id="bytes that are not UTF-8"),
    pytest.param(TEXT, b"x" * (2 * 1024 * 1024), None, "2,097,152 bytes", id="a text of 2 MiB"),
    pytest.param(TEXT, "---\nsummary: []\n---\n \n", None, "ontains no text", id="an empty text"),
    pytest.param(VERSION, "published: !!python/object:os.system x\n", 1, "is a tag", id="a tag that makes an object"),
    pytest.param(VERSION, DATES + "change: notice\n", 3, "“change” occurs twice", id="a key twice"),
    pytest.param(VERSION, DATES + "efective: 2026-02-01\n", 3, "id you mean “effective”?", id="an unknown key"),
    pytest.param(
        VERSION, "published: 2027-02-30\nchange: material\n", 1, "got “2027-02-30”", id="a date that does not exist"
    ),
    pytest.param(VERSION, "published: 1.10\nchange: notice\n", 1, "got “1.10”", id="a number remains text"),
    pytest.param(VERSION, "published: no\nchange: material\n", 1, "got “no”", id="no remains text"),
    pytest.param(VERSION, DATES + "draft: yes\n", 3, "got “yes”", id="yes remains text"),
    pytest.param(VERSION, "[" * 60_000, 1, "more than 12 levels deep", id="sixty thousand brackets"),
    pytest.param(VERSION, "- published\n", 1, "xpected fields", id="a list instead of fields"),
    pytest.param(VERSION, "published: 2026-01-15\n\tchange: x\n", 1, "not valid YAML", id="a tab as indentation"),
    pytest.param(VERSION, BACKWARDS, 2, "before “published”", id="effective before published"),
    pytest.param(
        SETTINGS, f"{BOOK_YML}site: javascript:x\n", 3, "xpected an https address", id="a site URL with a script"
    ),
    pytest.param(
        SETTINGS,
        f"{BOOK_YML}site: https://a.example/\ntimezone: Europe/Berln\n",
        4,
        "got “Europe/Berln”",
        id="an unknown time zone",
    ),
    pytest.param(POLICY, WRONG_TITLE, 1, "fr", id="no title in the binding language"),
    pytest.param("policy_versions/lock.json", "{", 1, "is not valid JSON", id="a truncated lock"),
    pytest.param("policy_versions/lock.json", "[" * 99_999, None, "annot be read", id="a deeply nested lock"),
    pytest.param(TEXT.replace("en", "pt-br"), "# X\n", None, "pt-BR", id="a language in a wrong spelling"),
    pytest.param(TEXT.replace(".md", ".txt"), "# X\n", None, "not expected here", id="a file of another kind"),
]


@pytest.mark.parametrize(("path", "content", "line", "sentence"), UNREADABLE)
def test_unreadable_file_is_reported_with_its_place_and_not_built(
    inforce: Type, shell: BookBuilder, path: str, content: str | bytes, line: int | None, sentence: str
) -> None:
    shell.write(path, content)
    before = everything_in(shell.root)
    checked = inforce("check", "--repo", shell.root, "--at", LATER)
    built = inforce("build", "--repo", shell.root, "--at", LATER)
    assert (checked.code, built.code) == (1, 2)
    assert f"{path}\n  error " in checked.out
    assert sentence in checked.out
    assert f"{path}:{line}: " in built.err if line else f"{path}: " in built.err
    assert sentence in built.err
    assert "Traceback" not in checked.err + built.err
    assert everything_in(shell.root) == before


def no_policy(name: str) -> Callable[[BookBuilder], object]:
    return lambda book: book.write(f"policy_versions/{name}/policy.yml", "")


def folder_for_a_text(book: BookBuilder) -> None:
    book.write("policy_versions/privacy/2026-01-15/de/x.md", "# X\n")


def link_out(book: BookBuilder) -> None:
    (book.root / "policy_versions/privacy/2026-01-15/de.md").symlink_to("/etc/hostname")


def link_to_a_folder_outside(book: BookBuilder) -> None:
    (book.root / "policy_versions/terms").symlink_to(book.root.parent)


def two_spellings(book: BookBuilder) -> None:
    for tag in ("pt-br", "pt-BR"):
        book.write(f"policy_versions/privacy/2026-01-15/{tag}.md", "# X\n")


def equal_numbers(book: BookBuilder) -> None:
    book.policy("terms").version("1.0").version("1.00")


def missing_binding(book: BookBuilder) -> None:
    (book.root / TEXT).rename(book.root / TEXT.replace("en.md", "de.md"))


NO_BOOK = [
    pytest.param(
        no_policy("con"), "policy_versions/con", "Windows reserves this name", id="a policy named as a device"
    ),
    pytest.param(no_policy("CON"), "policy_versions/CON", "got “CON”", id="a policy in capitals"),
    pytest.param(no_policy("a b"), "policy_versions/a b", "got “a b”", id="a policy with a space"),
    pytest.param(no_policy("schema"), "policy_versions/schema", "uses this path", id="a policy with a reserved name"),
    pytest.param(folder_for_a_text, "2026-01-15/de", "ot expected here", id="a folder where a text should be"),
    pytest.param(link_out, "2026-01-15/de.md", "s a symbolic link", id="a link out of the book"),
    pytest.param(link_to_a_folder_outside, "policy_versions/terms", "s a symbolic link", id="a folder that is a link"),
    pytest.param(two_spellings, "pt-b", "are the same file on many systems", id="one language in two spellings"),
    pytest.param(equal_numbers, "terms/1.0", "“1.0” and “1.00” are the same number", id="two labels of one number"),
    pytest.param(missing_binding, TEXT, "no text in the binding language “en”", id="no binding text"),
]


@pytest.mark.parametrize(("damage", "place", "sentence"), NO_BOOK)
def test_invalid_layout_is_reported_and_not_built(
    inforce: Type, shell: BookBuilder, damage: Callable[[BookBuilder], object], place: str, sentence: str
) -> None:
    damage(shell)
    before = everything_in(shell.root)
    checked = inforce("check", "--repo", shell.root, "--at", LATER)
    built = inforce("build", "--repo", shell.root, "--at", LATER)
    assert (checked.code, built.code) == (1, 2)
    assert place in checked.out
    assert sentence in checked.out
    assert place in built.err
    assert sentence in built.err
    assert everything_in(shell.root) == before


BAD_STYLE = [
    pytest.param(OLD.encode() + b"\nA \x00 sign.\n", "error ENC-control", 7, id="a NUL"),
    pytest.param("\ufeff".encode() + OLD.encode(), " ENC-bom", 1, id="a byte order mark"),
    pytest.param(OLD.replace("\n", "\r\n").encode(), "note ENC-newline", 1, id="line ends of Windows"),
    pytest.param(f"{OLD}\nPay \u202e100\u202c now.\n".encode(), "error ENC-bidi", 7, id="a direction override"),
    pytest.param(f"{OLD}\n<script>alert(1)</script>\n".encode(), "error HTML-raw", 7, id="raw HTML"),
    pytest.param(f"{OLD}\n[x](javascript:alert(1))\n".encode(), "error LINK-scheme", 7, id="a link to a script"),
    pytest.param(f"{OLD}\nWrite to \x1b[2J.\n".encode(), "error ENC-control", 7, id="a terminal control character"),
]


@pytest.mark.parametrize(("content", "rule", "line"), BAD_STYLE)
def test_unwanted_content_is_reported_with_its_line(
    inforce: Type, book: BookBuilder, content: bytes, rule: str, line: int
) -> None:
    book.write(TEXT, content)
    before = everything_in(book.root)
    checked = inforce("check", "--repo", book.root, "--at", LATER)
    assert f"{TEXT}\n" in checked.out
    assert f"{rule}, line {line}" in checked.out, checked.out
    assert "\x1b" not in checked.out
    assert "\u202e" not in checked.out
    assert everything_in(book.root) == before


def later_label_earlier_day(book: BookBuilder) -> None:
    book.policy("privacy").version("2028-01-01", meta={"published": "2026-01-20", "effective": "2026-02-01"}, en=NEW)


def one_instant_twice(book: BookBuilder) -> None:
    book.policy("privacy").version("2027-03-01.1", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=NEW)


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        pytest.param(later_label_earlier_day, "error META-order", id="effective before its predecessor"),
        pytest.param(one_instant_twice, "error DATE-same", id="two versions effective at one instant"),
    ],
)
def test_inconsistent_versions_are_errors(
    inforce: Type, book: BookBuilder, damage: Callable[[BookBuilder], None], rule: str
) -> None:
    damage(book)
    checked = inforce("check", "--repo", book.root, "--at", LATER)
    assert checked.code == 1
    assert rule in checked.out, checked.out


CHANGED = [
    pytest.param(TEXT, OLD.replace("12", "36"), "LOCK-text", id="a locked text edited"),
    pytest.param(VERSION, DATES + "effective: 2026-02-01\n", "LOCK-date", id="a locked date edited"),
    pytest.param(VERSION, DATES + "draft: true\n", "LOCK-draft", id="a locked version changed to a draft"),
    pytest.param("policy_versions/privacy/2026-01-01/version.yml", DATES, "LOCK-seq", id="a version inserted before"),
]


@pytest.mark.parametrize(("path", "content", "rule"), CHANGED)
def test_changed_history_is_rejected_before_the_build(
    inforce: Type, shell: BookBuilder, path: str, content: str, rule: str
) -> None:
    inforce("freeze", "--repo", shell.root, "--at", LATER)
    shell.write(path, content)
    if not path.startswith("policy_versions/privacy/2026-01-15/"):
        shell.write(path.replace("version.yml", "en.md"), "# Privacy\n\nOlder.\n")
    before = everything_in(shell.root)
    checked = inforce("check", "--repo", shell.root, "--at", LATER)
    built = inforce("build", "--repo", shell.root, "--at", LATER)
    assert (checked.code, built.code) == (3, 3)
    assert rule in checked.out
    assert rule in built.err
    assert everything_in(shell.root) == before


def test_edited_lock_is_rejected_before_the_build(inforce: Type, shell: BookBuilder) -> None:
    inforce("freeze", "--repo", shell.root, "--at", LATER)
    lock = (shell.root / "policy_versions/lock.json").read_text()
    shell.write("policy_versions/lock.json", lock.replace('"seq": 1', '"seq": 2'))
    before = everything_in(shell.root)
    checked = inforce("check", "--repo", shell.root, "--at", LATER)
    built = inforce("build", "--repo", shell.root, "--at", LATER)
    assert checked.code in (1, 3)
    assert built.code in (2, 3)
    assert everything_in(shell.root) == before


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["check", "--base", ""], "the value of --base"),
        (["check", "--base="], "the value of --base"),
        (["review", "--base", ""], "the value of --base"),
        (["new", ""], "an argument"),
        (["--repo", "", "check"], "the value of --repo"),
    ],
    ids=" ".join,
)
def test_empty_value_is_rejected_and_not_treated_as_an_absent_option(
    inforce: Type, words: list[str], where: str
) -> None:
    ended = inforce(*words)
    assert ended.code == 2
    assert f"{where} is empty" in ended.err
