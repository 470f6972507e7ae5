"""Reading a book: all faults at once, each with file, line, expected and actual value, and how to fix it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from book_builder import BookBuilder, instant
from inforce.book.read import UnreadableBookError, parse_book, read_book
from inforce.errors import LayoutError, Place
from inforce.language import Language
from inforce.policy import Act, Kind, SummaryPoint
from inforce.text import Digest

BOOK = "policy_versions/book.yml"
POLICY = "policy_versions/terms/policy.yml"
VERSION = "policy_versions/terms/2026-01-15/version.yml"
EDITION = "policy_versions/terms/2026-01-15/en.md"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    book = BookBuilder(tmp_path / "shop")
    book.policy("terms").version("2026-01-15")
    return book


def said(book: BookBuilder) -> list[str]:
    return [str(fault) for fault in book.read().faults]


def test_book_is_parsed(tmp_path: Path) -> None:
    book = BookBuilder(tmp_path, timezone="Asia/Shanghai", languages="en, zh-Hans")
    first = "# Privacy\n\nWe keep it.\n"
    terms = book.policy("privacy", act="acknowledge", kind="privacy").version("2026-01-15", en=first)
    binding = "---\nsummary:\n  - section: data\n    text: We keep less.\n---\n\n# Privacy\r\n\r\nWe keep less.  \r\n"
    digest = Digest.of("# Privacy\n\nWe keep less.\n")
    translated = f"---\ntranslates: {digest}\n---\n# 隐私\n"
    terms.version("2027-03-01", meta={"published": "2027-01-20"}, en=binding, zh_Hans=translated)

    catalog = book.read().require()

    policy = catalog.policy("privacy")
    assert (policy.kind, policy.act, policy.title(Language("en"))) == (Kind.PRIVACY, Act.ACKNOWLEDGE, "Privacy")
    newest = policy.versions[1]
    assert (newest.seq, str(newest.label)) == (2, "2027-03-01")
    assert newest.published_at == instant("2027-01-20", "Asia/Shanghai")
    assert [str(language) for language in newest.languages] == ["en", "zh-Hans"]
    english, chinese = newest.editions
    assert (english.digest, english.body_line) == (digest, 7)
    assert english.summary == (SummaryPoint(section="data", text="We keep less."),)
    assert (chinese.translates, chinese.text) == (digest, "# 隐私\n")
    assert newest.source.place("change") == Place(path="policy_versions/privacy/2027-03-01/version.yml", line=2)


def test_book_without_policies_is_valid(tmp_path: Path) -> None:
    assert tuple(BookBuilder(tmp_path).read().require()) == ()


def test_hidden_files_and_folders_are_ignored(book: BookBuilder) -> None:
    for place in ("", "terms/", "terms/2026-01-15/"):
        book.write(f"policy_versions/{place}.DS_Store", b"\xff\0")
        book.write(f"policy_versions/{place}.obsidian/x.yml", "a: [")
    assert len(book.read().require().policies) == 1


FAULTS = [
    pytest.param(
        VERSION,
        "# when\n\npublished: 2027-02-30\nchange: material\n",
        f"{VERSION}:3: “published”: expected an existing date, got “2027-02-30”",
        "META-field",
        id="a date that does not exist",
    ),
    pytest.param(
        VERSION,
        "published: 2026-01-15\nchange: matrial\n",
        f"{VERSION}:2: “change”: expected one of material, notice, editorial, got “matrial” – did you mean “material”?",
        "META-field",
        id="a misspelt word",
    ),
    pytest.param(
        VERSION,
        "published: 2026-01-15\nchange: notice\neffectiv: 2026-02-01\n",
        f"{VERSION}:3: “effectiv” is not a known field here\n  did you mean “effective”?",
        "META-field",
        id="a misspelt field",
    ),
    pytest.param(
        VERSION,
        "publishd: 2026-01-15\nchange: notice\n",
        f"{VERSION}:1: “published” is missing\n  is “publishd” a misspelling of it?",
        "META-field",
        id="a missing field that is misspelt",
    ),
    pytest.param(
        VERSION,
        "published: 2026-01-15\neffective: 2026-01-01\nchange: notice\n",
        f"{VERSION}:2: “effective” is before “published” (effective: 2026-01-01, published: 2026-01-15)\n"
        "  give the reason in “retroactive”, or change one of the two dates",
        "META-field",
        id="dates in the wrong order",
    ),
    pytest.param(
        VERSION, "", f"{VERSION}: “published” is missing\n  add “published: …”", "META-field", id="an empty file"
    ),
    pytest.param(
        VERSION,
        "# a list\n- published\n",
        f"{VERSION}:2: expected fields such as “name: value”, got a list",
        "META-field",
        id="a list instead of fields",
    ),
    pytest.param(
        VERSION,
        "2026-01-15",
        f"{VERSION}:1: expected fields such as “name: value”, got text",
        "META-field",
        id="a text instead of fields",
    ),
    pytest.param(
        POLICY,
        "title: {de: AGB}\nkind: terms\nbinding_language: en\nact: accept\n",
        f"{POLICY}:1: “title” has no entry in the binding language “en”\n  add “en: …” below it",
        "META-field",
        id="no title in the binding language",
    ),
    pytest.param(
        POLICY,
        "title:\n  en: Terms: the rules\n",
        f"{POLICY}:2: this is not valid YAML: mapping values are not allowed in this context\n"
        "  put a value that contains “: ” into quotation marks",
        "META-yaml",
        id="a colon in a value",
    ),
    pytest.param(
        BOOK,
        "publisher: {name: S, url: 'https://s.example', contact: c}\nsite: https://s.example/\n"
        "timezone: Europe/Berln\nlanguages: [en]\n",
        f"{BOOK}:3: “timezone”: expected a name of the IANA time zone database such as “Europe/Berlin” or “UTC”, "
        "got “Europe/Berln”",
        "META-field",
        id="an invalid zone",
    ),
    pytest.param(
        EDITION,
        "---\nsummary:\n  - text: x\n    sections: y\n---\n# A\n",
        f"{EDITION}:4: “summary[0].sections” is not a known field here\n  did you mean “section”?",
        "META-field",
        id="an unknown field of a summary",
    ),
    pytest.param(
        EDITION,
        "---\nsummary: All is new.\n---\n# A\n",
        f"{EDITION}:2: “summary”: expected a list, got text\n  put “- ” before each item",
        "META-field",
        id="a summary that is not a list",
    ),
    pytest.param(
        EDITION,
        "---\n\ntranslates: sha256:abc\n---\n# A\n",
        f"{EDITION}:3: “translates”: expected “sha256:” and 64 lower-case hex digits, got “sha256:abc”",
        "META-field",
        id="an invalid digest",
    ),
    pytest.param(
        EDITION,
        "---\ntitel: x\n# A\n",
        f"{EDITION}:1: the front matter has no end",
        "META-yaml",
        id="unterminated front matter",
    ),
    pytest.param(
        EDITION, "", f"{EDITION}: contains no text\n  write the policy below", "TEXT-empty", id="an empty text"
    ),
    pytest.param(EDITION, " \r\n\u3000\n", f"{EDITION}: contains no text", "TEXT-empty", id="blanks alone"),
    pytest.param(EDITION, "\ufeff\ufeff\n", f"{EDITION}: contains no text", "TEXT-empty", id="byte order marks alone"),
    pytest.param(EDITION, "---\n---\n", f"{EDITION}: contains no text", "TEXT-empty", id="front matter alone"),
    pytest.param(
        EDITION,
        b"# A\n\nStra\xdfe\n",
        f"{EDITION}:3: is not UTF-8 at byte 9 (0xdf)\n  save the file as UTF-8 in your editor and check that character",
        "ENC-utf8",
        id="Latin 1",
    ),
    pytest.param(
        EDITION,
        "# A\n".encode("utf-16"),
        f"{EDITION}:1: is UTF-16\n  save the file as UTF-8 in your editor",
        "ENC-utf8",
        id="UTF-16",
    ),
    pytest.param(
        EDITION,
        b"x" * 2_097_152,
        f"{EDITION}: is 2,097,152 bytes long, more than the 1,048,576 allowed\n  split its content",
        "PATH-size",
        id="a text of two megabytes",
    ),
    pytest.param(
        "policy_versions/lock.json",
        "{",
        "policy_versions/lock.json:1: is not valid JSON: ",
        "LOCK-unreadable",
        id="an invalid lock",
    ),
    pytest.param(
        "policy_versions/terms/1.a/version.yml",
        "published: 2026-01-15\n",
        "policy_versions/terms/1.a: expected digits joined by “.” or “-” such as “2027-03-01” or “1.10”, got “1.a”\n"
        "  rename the folder",
        "META-label",
        id="an invalid label",
    ),
    pytest.param(
        "policy_versions/Terms2/policy.yml",
        "",
        "policy_versions/Terms2: expected a policy id of lower-case letters, digits and hyphens such as “privacy”, "
        "got “Terms2”\n  rename the folder",
        "PATH-policy",
        id="an invalid policy id",
    ),
    pytest.param(
        "policy_versions/terms/2026-01-15/pt-br.md",
        "# T\n",
        "policy_versions/terms/2026-01-15/pt-br.md: expected the spelling “pt-BR”, got “pt-br”\n"
        "  rename the file to “pt-BR.md”",
        "META-language",
        id="a misspelt language",
    ),
    pytest.param(
        "policy_versions/notes.txt",
        "x",
        "policy_versions/notes.txt: is not expected here\n  delete it: a policy is a folder that contains policy.yml",
        "PATH-unexpected",
        id="a file beside the policies",
    ),
    pytest.param(
        "policy_versions/terms/notes.txt",
        "x",
        "policy_versions/terms/notes.txt: is not expected here\n"
        "  delete it: only policy.yml and one folder per version belong here",
        "PATH-unexpected",
        id="a file beside the versions",
    ),
    pytest.param(
        "policy_versions/terms/2026-01-15/logo/x.png",
        "x",
        "policy_versions/terms/2026-01-15/logo: is not expected here\n"
        "  delete it: only version.yml and one .md file per language belong here",
        "PATH-unexpected",
        id="a folder beside the texts",
    ),
    pytest.param(
        "policy_versions/terms/policy.yml/x",
        "x",
        "policy_versions/terms/policy.yml: is not expected here\n  replace the folder with a file of this name",
        "PATH-unexpected",
        id="a folder for policy.yml",
    ),
    pytest.param(
        "policy_versions/terms/2026-01-15/version.yml/x",
        "x",
        "policy_versions/terms/2026-01-15/version.yml: is not expected here\n"
        "  replace the folder with a file of this name",
        "PATH-unexpected",
        id="a folder for version.yml",
    ),
    pytest.param(
        "policy_versions/lock.json/x",
        "x",
        "policy_versions/lock.json: is not expected",
        "PATH-unexpected",
        id="for the lock",
    ),
    pytest.param(
        "policy_versions/book.yml/x",
        "x",
        "policy_versions/book.yml: is not expected",
        "PATH-unexpected",
        id="for the book",
    ),
]


@pytest.mark.parametrize(("path", "content", "message", "rule"), FAULTS)
def test_fault_states_place_expected_and_actual_value_and_fix(
    book: BookBuilder, path: str, content: Any, message: str, rule: str
) -> None:
    file = book.root / path
    if file.parent.is_file():
        file.parent.unlink()
    book.write(path, content)

    (fault,) = [fault for fault in book.read().faults if "terms/2026-01-15/en.md: is missing" not in str(fault)]

    assert str(fault).startswith(message)
    assert fault.rule == rule


MISSING = [
    pytest.param(BOOK, f"{BOOK}: is missing\n  add it, with “publisher”, “site”,", "META-file", id="book.yml"),
    pytest.param(POLICY, f"{POLICY}: is missing\n  add it, with “title”, “kind”,", "META-file", id="policy.yml"),
    pytest.param(VERSION, f"{VERSION}: is missing\n  add it, with “published” and", "META-file", id="version.yml"),
    pytest.param(
        EDITION,
        f"{EDITION}: is missing: this version has no text in the binding language “en”\n"
        "  add the text, or correct “binding_language” in policy.yml",
        "META-binding",
        id="the binding edition",
    ),
]


@pytest.mark.parametrize(("path", "message", "rule"), MISSING)
def test_missing_file_is_reported_with_its_path(book: BookBuilder, path: str, message: str, rule: str) -> None:
    (book.root / path).unlink()
    (fault,) = book.read().faults
    assert str(fault).startswith(message)
    assert fault.rule == rule


def test_one_invalid_file_does_not_hide_other_faults(book: BookBuilder) -> None:
    book.policy("privacy").version("1").version("2")
    damaged: dict[str, str | bytes] = {
        BOOK: "site: [",
        "policy_versions/lock.json": "{",
        POLICY: "kind: [",
        VERSION: "change: {",
        EDITION: "",
        "policy_versions/privacy/1/version.yml": "published: soon\n",
        "policy_versions/privacy/2/en.md": "---\n",
        "policy_versions/privacy/2/de.md": b"\xff",
        "policy_versions/notes.txt": "x",
    }
    for path, content in damaged.items():
        book.write(path, content)

    reading = book.read()

    assert sorted(fault.place.path for fault in reading.faults) == sorted(damaged)
    assert reading.catalog is None


def test_order_of_faults_is_deterministic(book: BookBuilder) -> None:
    for name in "abcdefgh":
        book.write(f"policy_versions/{name}.txt", "x")
    assert said(book) == said(book) == sorted(said(book))


def test_valid_files_beside_a_fault_are_read(book: BookBuilder) -> None:
    book.write("policy_versions/cookies/policy.yml", "kind: x")
    reading = book.read()
    assert reading.catalog is not None
    assert [policy.id for policy in reading.catalog] == ["terms"]
    with pytest.raises(UnreadableBookError) as refused:
        reading.require()
    assert str(refused.value) == "\n".join(said(book))
    assert refused.value.exit_code == 2


def test_unreadable_binding_text_is_not_reported_as_missing(book: BookBuilder) -> None:
    book.write(EDITION, b"\xff")
    assert len(said(book)) == 1


def test_equal_labels_are_a_fault(book: BookBuilder) -> None:
    terms = book.policy("terms")
    terms.version("1.0").version("1.00")
    (fault,) = book.read().faults
    assert str(fault).startswith("policy_versions/terms/1.00/version.yml: “1.0” and “1.00” are the same number")
    assert fault.rule == "META-label"


def test_windows_line_endings_are_accepted(book: BookBuilder) -> None:
    catalog = book.read().require()
    for path in (BOOK, POLICY, VERSION, EDITION):
        file = book.root / path
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert book.read().require() == catalog


def test_listing_without_a_book_raises_layout_error() -> None:
    assert [str(fault.place) for fault in parse_book({}).faults] == [BOOK]


def test_folder_without_a_book_raises_error_with_next_steps(tmp_path: Path) -> None:
    with pytest.raises(LayoutError) as refused:
        read_book(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}/policy_versions: is missing: this folder has no book\n"
        "  pass the repository with “--repo DIR”, or create one with “inforce init DIR”"
    )


def test_file_in_place_of_the_book_raises_error(tmp_path: Path) -> None:
    (tmp_path / "policy_versions").write_text("x")
    with pytest.raises(LayoutError, match="policy_versions: is not a folder"):
        read_book(tmp_path)
