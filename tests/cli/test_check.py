"""`inforce check`: all findings as sentences, and an exit code for scripts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import OLD, Type, everything_in
from inforce.cli.check_input import book_of

LATER = "2027-04-01"


@pytest.fixture
def locked(inforce: Type, book: BookBuilder) -> BookBuilder:
    """The locked and committed book, and a branch `main` with it."""
    assert inforce("freeze", "--repo", book.root, "--at", LATER).code == 0
    book.commit("policies of 2027")
    return book


def test_book_without_errors_exits_with_0(inforce: Type, locked: BookBuilder) -> None:
    ended = inforce("check", "--repo", locked.root, "--at", LATER)
    assert ended.code == 0
    assert ended.out.endswith("The checks found nothing.\n")


def test_findings_are_grouped_by_file_with_line_words_and_fix(inforce: Type, book: BookBuilder) -> None:
    book.write("policy_versions/privacy/2027-03-01/en.md", f"{OLD}\n<b>Loud</b> [x](javascript:alert)\n")
    ended = inforce("check", "--repo", book.root, "--at", LATER)
    assert ended.code == 1
    assert "policy_versions/privacy/2027-03-01/en.md\n  error META-summary, line 1\n" in ended.out
    assert "  error HTML-raw, line 7, section “retention”\n" in ended.out
    assert "  error LINK-scheme, line 7, section “retention”\n" in ended.out
    assert ended.out.splitlines()[-1].startswith("3 errors")


def test_question_does_not_block(inforce: Type, book: BookBuilder) -> None:
    text = OLD.replace("for 12 months", "permanently")
    book.policy("cookies", kind="cookies").version("2026-01-15", en=text)
    ended = inforce("check", "--repo", book.root, "--at", "2026-06-01")
    assert ended.code == 0
    assert "  question CLAIM-retention, line 5, section “retention”\n" in ended.out


def test_dismissed_question_is_not_repeated(inforce: Type, book: BookBuilder) -> None:
    text = OLD.replace("for 12 months", "permanently")
    book.policy("cookies", kind="cookies").version("2026-01-15", en=text)
    book.write(
        "policy_versions/dismissals.yml",
        "dismissals:\n  - rule: CLAIM-retention\n    path: cookies/2026-01-15/en.md\n    reason: The law demands it.\n",
    )
    ended = inforce("check", "--repo", book.root, "--at", "2026-06-01")
    assert "question CLAIM-retention" not in ended.out
    assert "  CLAIM-retention policy_versions/cookies/2026-01-15/en.md:5: The law demands it.\n" in ended.out
    assert "1 question dismissed in dismissals.yml.\n" in ended.out
    result = inforce("check", "--repo", book.root, "--at", "2026-06-01", "--format", "json", "--dismissals")
    assert [load["reason"] for load in json.loads(result.out)["dismissed"]] == ["The law demands it."]


def test_link_to_another_page_of_the_site_is_valid(inforce: Type, book: BookBuilder) -> None:
    text = OLD + "\n[imprint](/imprint/), [help](/help/)\n"
    book.policy("cookies", kind="cookies").version("2026-01-15", en=text)
    book.write("docs/imprint.md", "# Imprint\n")
    ended = inforce("check", "--repo", book.root, "--at", "2026-06-01")
    assert "leads to /help/, but there is no policy “help”" in ended.out
    assert "/imprint/" not in ended.out


@pytest.mark.parametrize(
    ("what", "rule", "sentence"),
    [
        pytest.param("file", "PATH-size", "1,048,577 bytes long", id="too long"),
        pytest.param("folder", "PATH-unexpected", "not expected here", id="a folder"),
        pytest.param("link", "PATH-link", "a symbolic link", id="a link"),
    ],
)
def test_dismissals_that_are_not_a_regular_file_are_an_error(
    inforce: Type, book: BookBuilder, what: str, rule: str, sentence: str
) -> None:
    dismissals = book.root / "policy_versions/dismissals.yml"
    if what == "file":
        dismissals.write_bytes(b"#" * (1024 * 1024 + 1))
    elif what == "folder":
        dismissals.mkdir()
    else:
        dismissals.symlink_to(book.root / "policy_versions/book.yml")
    ended = inforce("check", "--repo", book.root)
    assert ended.code == 1
    assert f"  error {rule}, the whole file\n" in ended.out
    assert sentence in ended.out


@pytest.mark.parametrize(
    ("dismissals", "place", "sentence"),
    [
        pytest.param(b"dismissals: \xff\n", "dismissals.yml", "not UTF-8 at byte 12", id="not UTF-8"),
        pytest.param(b"dismissals:\n  - rule: *x\n", "dismissals.yml", "is an alias", id="an alias"),
        pytest.param(b"dismissals:\n  - rul: X\n", "dismissals.yml", "is missing", id="a missing field"),
    ],
)
def test_unreadable_dismissals_are_an_error(
    inforce: Type, book: BookBuilder, dismissals: bytes, place: str, sentence: str
) -> None:
    book.write("policy_versions/dismissals.yml", dismissals)
    ended = inforce("check", "--repo", book.root)
    assert ended.code == 1
    assert f"policy_versions/{place}\n  error" in ended.out
    assert sentence in ended.out


def test_changed_locked_text_exits_with_3_and_describes_the_words(inforce: Type, locked: BookBuilder) -> None:
    locked.write("policy_versions/privacy/2026-01-15/en.md", OLD.replace("12 months", "36 months"))
    ended = inforce("check", "--repo", locked.root, "--at", LATER)
    assert ended.code == 3
    assert "policy_versions/privacy/2026-01-15/en.md\n  error LOCK-text, line 5\n" in ended.out
    assert "“12” became “36”" in ended.out


def test_locked_text_is_restored_from_git(locked: BookBuilder) -> None:
    locked.write("policy_versions/privacy/2026-01-15/en.md", OLD.replace("12 months", "36 months"))
    assert list(book_of(locked.root, locked.read()).published.values()) == [OLD]


def test_removed_lock_entry_exits_with_3_compared_with_the_base(inforce: Type, locked: BookBuilder) -> None:
    locked.write("policy_versions/lock.json", '{"type":"policy-lock","spec":"1.0","policies":{}}')
    alone = inforce("check", "--repo", locked.root, "--at", LATER)
    against = inforce("check", "--repo", locked.root, "--at", LATER, "--base", "main")
    assert alone.code == 0
    assert against.code == 3
    assert "The entry of “2026-01-15” of privacy was removed from the lock." in against.out


def test_deleted_book_exits_with_3_if_the_base_has_it(inforce: Type, locked: BookBuilder) -> None:
    shutil.rmtree(locked.root / "policy_versions")
    against = inforce("check", "--repo", locked.root, "--base", "main")
    assert against.code == 3
    assert "was deleted, but the book is published on main" in against.err
    assert "git checkout main -- " in against.err
    assert inforce("check", "--repo", locked.root, "--base", "nowhere").code == 2
    assert inforce("check", "--repo", locked.root).code == 2


def test_base_without_a_book_yields_no_findings(inforce: Type, book: BookBuilder) -> None:
    book.git("init", "-q", "-b", "main")
    book.git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    assert inforce("check", "--repo", book.root, "--base", "main", "--at", LATER).code == 0


@pytest.mark.parametrize("ref", ["nowhere", "--all"])
def test_unknown_base_exits_with_4(inforce: Type, locked: BookBuilder, ref: str) -> None:
    ended = inforce("check", "--repo", locked.root, f"--base={ref}")
    assert ended.code == 4
    assert f"“{ref}”" in ended.err


def test_folder_without_a_book_exits_with_2(inforce: Type, book: BookBuilder) -> None:
    assert inforce("check", "--repo", book.root / "policy_versions").code == 2


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("github", "::error file=policy_versions/privacy/2027-03-01/en.md,line=1,title=META-summary::"),
        ("gitlab", '[\n  {\n    "description": '),
        ("sarif", '{\n  "$schema": '),
        ("json", '{\n  "findings": ['),
    ],
)
def test_machine_readable_formats_contain_the_findings(inforce: Type, book: BookBuilder, form: str, start: str) -> None:
    book.write("policy_versions/privacy/2027-03-01/en.md", OLD)
    ended = inforce("check", "--repo", book.root, "--at", LATER, "--format", form)
    assert ended.code == 1
    assert ended.out.startswith(start), ended.out
    assert "META-summary" in ended.out


def test_github_job_gets_the_report_as_its_summary(
    inforce: Type, book: BookBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "summary.md").write_text("Before.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    inforce("check", "--repo", book.root, "--at", LATER, "--format", "github")
    assert (tmp_path / "summary.md").read_text().startswith("Before.\n## Checks of the policies\n")


@pytest.mark.parametrize(
    ("public", "reason"),
    [
        ("{kty: OKP, crv: Ed25519, x: AAAA}", "its numbers cannot be decoded"),
        ("{kty: OKP, crv: Ed25519}", "not a valid key"),
        ("{kty: EC, crv: P-256, x: AAAA, y: AAAA}", "its numbers cannot be decoded"),
        ("{kty: RSA, n: AAAA, e: AQAB}", "expected a key of kind OKP/Ed25519 or EC/P-256"),
        ("{kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo}", "expected the key's thumbprint"),
    ],
)
def test_key_that_cannot_verify_is_an_error(inforce: Type, tmp_path: Path, public: str, reason: str) -> None:
    signed = BookBuilder(tmp_path / "signed", extra=f"signing:\n  - kid: a\n    public: {public}\n")
    signed.policy("privacy").version("2027-03-01")
    ended = inforce("check", "--repo", signed.root, "--at", LATER)
    assert ended.code == 1
    assert "policy_versions/book.yml\n  error META-field" in ended.out
    assert "“signing[0]”, the key “a”, cannot be used: " in ended.out
    assert reason in ended.out


def test_empty_base_is_rejected(inforce: Type, locked: BookBuilder) -> None:
    assert inforce("check", "--repo", locked.root, "--at", LATER, "--base", "").code == 2


def test_check_writes_nothing(inforce: Type, book: BookBuilder) -> None:
    before = everything_in(book.root)
    inforce("check", "--repo", book.root)
    assert everything_in(book.root) == before
