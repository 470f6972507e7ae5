"""`inforce review`: the changes of a pull request as Markdown for a comment."""

from __future__ import annotations

from pathlib import Path

import pytest

from book_builder import BookBuilder
from cli.conftest import NEW, OLD, Ending, Type

LATER = "2027-01-21"


@pytest.fixture
def merged(book: BookBuilder) -> BookBuilder:
    """The book as on the branch `main`."""
    book.commit("policies of 2027")
    return book


def reviewed(inforce: Type, book: BookBuilder) -> Ending:
    """Run the review against `main`."""
    return inforce("review", "--base", "main", "--repo", book.root, "--at", LATER)


def test_review_shows_level_notice_and_changes_of_a_new_version(inforce: Type, merged: BookBuilder) -> None:
    text = NEW.replace("24 months.", "36 months.").replace("24 months instead of 12", "36 months instead of 24")
    meta = {"published": "2027-06-01", "effective": "2027-07-01"}
    merged.policy("privacy", kind="privacy", act="acknowledge").version(
        "2027-07-01", change="notice", meta=meta, en=text
    )
    review = reviewed(inforce, merged)
    assert review.code == 0, review.err
    assert "### Privacy 2027-07-01: new\n" in review.out
    assert "- **notice**: users are informed and not asked.\n" in review.out
    assert "- Published 2027-06-01, in force from 2027-07-01; version 2027-03-01 applies until then.\n" in review.out
    assert "- 30 days of notice; no notice period is promised for changes of this level.\n" in review.out
    assert (
        "**en**, compared with 2027-03-01: 1 of 2 sections changed.\n\n"
        "- The author says: We keep your data for 36 months instead of 24.\n"
        "- Numbers: Retention: 24 months → **36 months**\n"
    ) in review.out
    assert "- Retention – “24” became “36”.\n" in review.out
    assert "<details><summary>Redline of privacy 2027-07-01, en</summary>" in review.out
    assert "~~24~~**36**" in review.out


def test_changed_version_is_compared_with_its_old_state(inforce: Type, merged: BookBuilder) -> None:
    meta = {"published": "2027-01-20", "effective": "2027-04-01"}
    text = NEW.replace("24 months.", "18 months.")
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2027-03-01", meta=meta, en=text)
    review = reviewed(inforce, merged)
    assert "### Privacy 2027-03-01: changed\n\n- effective: 2027-03-01 → 2027-04-01\n" in review.out
    assert "**en**, compared with the previous text of 2027-03-01: 1 of 2 sections changed." in review.out
    assert "“24” became “18”" in review.out
    assert "**This would change a published version.**" in review.out


def test_review_lists_a_new_translation_a_deleted_text_and_a_deleted_version(
    inforce: Type, merged: BookBuilder
) -> None:
    merged.write("policy_versions/privacy/2027-03-01/de.md", "# Datenschutz\n\nKurz.\n")
    merged.policy("terms").version("2026-01-15", en="# Terms\n", de="# Bedingungen\n")
    merged.commit("terms")
    (merged.root / "policy_versions/terms/2026-01-15/de.md").unlink()
    for name in ("en.md", "version.yml"):
        (merged.root / "policy_versions/privacy/2026-01-15" / name).unlink()
    (merged.root / "policy_versions/privacy/2026-01-15").rmdir()
    merged.write("policy_versions/privacy/2027-03-01/fr.md", "# Vie privée\n")
    review = reviewed(inforce, merged)
    assert "**fr**: a text of 3 words; there is no earlier text to compare it with." in review.out
    assert "**de**: the text was deleted." in review.out
    assert "### Privacy 2026-01-15: deleted" in review.out


def test_review_lists_a_first_version_and_a_draft(inforce: Type, merged: BookBuilder) -> None:
    merged.policy("cookies", kind="cookies").version("2027-02-01", meta={"draft": "true"})
    review = reviewed(inforce, merged)
    assert "### Cookies 2027-02-01: new" in review.out
    assert "- This is a draft: it is not published" in review.out
    assert "there is no earlier text to compare it with" in review.out


def test_review_states_that_no_policy_changed(inforce: Type, merged: BookBuilder) -> None:
    merged.write("README.md", "Policies\n")
    review = reviewed(inforce, merged)
    assert "No policy has changed: no errors, no questions.\n" in review.out


def test_every_version_is_new_on_a_branch_without_a_book(inforce: Type, book: BookBuilder) -> None:
    book.git("init", "-q", "-b", "main")
    book.git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    review = reviewed(inforce, book)
    assert "### Privacy 2026-01-15: new" in review.out
    assert "### Privacy 2027-03-01: new" in review.out


def test_review_of_an_unreadable_book_lists_its_errors(inforce: Type, merged: BookBuilder) -> None:
    merged.write("policy_versions/book.yml", "publisher: nobody\n")
    review = reviewed(inforce, merged)
    assert review.code == 0
    assert "### Errors\n\n- " in review.out
    assert "<sub>book.yml, line 1 · META-field</sub>" in review.out


def test_book_text_creates_no_markup_and_no_mention(inforce: Type, merged: BookBuilder) -> None:
    text = OLD + "\nAsk @everyone, **now**, <img src=x> or mail a@b.example \x1b[2J.\n"
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2028-01-01", en=text)
    review = reviewed(inforce, merged)
    assert "@everyone" not in review.out
    assert "@\u2060everyone" in review.out
    assert "a@b.example" in review.out.replace("\\", "").replace("\u2060", "")
    assert "<img" not in review.out.replace("\\<", "")
    assert "\x1b" not in review.out


def test_review_fits_into_one_comment(inforce: Type, merged: BookBuilder) -> None:
    texts = {"en": "# Privacy\n\n" + "\n\n".join(f"Clause {number} of many words." for number in range(4000)) + "\n"}
    merged.policy("privacy", kind="privacy", act="acknowledge").version("2028-01-01", **texts)
    review = reviewed(inforce, merged)
    assert len(review.out) < 65_536
    assert "too long for one comment" in review.out


def test_review_can_be_written_to_a_file(inforce: Type, merged: BookBuilder, tmp_path: Path) -> None:
    ended = inforce("review", "--base", "main", "--repo", merged.root, "--output", tmp_path / "review.md")
    assert ended.out == f"Wrote {tmp_path / 'review.md'}.\n"
    assert (tmp_path / "review.md").read_text("utf-8").startswith("## Changes in this pull request\n")


def test_invalid_base_does_not_crash_the_review(inforce: Type, book: BookBuilder) -> None:
    version = book.root / "policy_versions/privacy/2026-01-15"
    (version / "de.md").symlink_to("/etc/hostname")
    (version / "fr.md").write_bytes(b"a" * 2_000_000)
    book.write("policy_versions/CON/policy.yml", b"\xff")
    book.write("policy_versions/lock.json", "[" * 100_000)
    book.commit("hostile")
    inner = book.git("rev-parse", "HEAD").strip()
    book.git("update-index", "--add", "--cacheinfo", f"160000,{inner},policy_versions/inner")
    book.git("commit", "-q", "-m", "a repository in it")
    for name in (version / "de.md", version / "fr.md", book.root / "policy_versions/lock.json"):
        name.unlink()
    book.write("policy_versions/CON/policy.yml", b"")
    review = reviewed(inforce, book)
    assert review.code == 0, review.err
    assert "policy\\_versions" not in review.out
    assert "CON" in review.out
    assert inforce("check", "--base", "main", "--repo", book.root, "--at", LATER).code == 1


def test_unknown_base_exits_with_4(inforce: Type, merged: BookBuilder) -> None:
    ended = inforce("review", "--base", "origin/main", "--repo", merged.root)
    assert ended.code == 4
    assert "origin/main" in ended.err


def promising(book: BookBuilder, days: int) -> BookBuilder:
    """Add a notice period of `days` for material changes to the book."""
    settings = book.root / "policy_versions/book.yml"
    book.write("policy_versions/book.yml", settings.read_text("utf-8") + f"notice_days:\n  material: {days}\n")
    return book


def drafted(book: BookBuilder, **meta: str) -> BookBuilder:
    text = NEW.replace("24 months.", "36 months.")
    book.policy("privacy", kind="privacy", act="acknowledge").version("2027-06-01", meta=meta, en=text)
    return book


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        pytest.param(
            {"published": "2027-05-10", "effective": "2027-06-01"},
            "- **22 days of notice; the book requires 30. The earliest effective date that complies: 2027-06-09.**\n",
            id="too short",
        ),
        pytest.param(
            {"published": "2027-05-01", "effective": "2027-06-01"},
            "- 31 days of notice; the book requires 30. The earliest effective date that complies: 2027-05-31.\n",
            id="long enough",
        ),
        pytest.param(
            {"published": "2027-01-01", "effective": "2027-02-15"},
            "Counted from today, the earliest effective date that gives the promised 30 days of notice is "
            "**2027-02-20**.\n",
            id="long enough only by the date in version.yml",
        ),
    ],
)
def test_earliest_date_that_keeps_the_notice_is_shown(
    inforce: Type, book: BookBuilder, meta: dict[str, str], expected: str
) -> None:
    promising(book, 30).commit("policies")
    assert expected in reviewed(inforce, drafted(book, **meta)).out


def test_act_and_affected_users_are_shown(inforce: Type, merged: BookBuilder) -> None:
    meta = {"effective": "2027-07-01", "effective_new": "2027-06-15", "enforce": "2027-08-01"}
    review = reviewed(inforce, drafted(merged, published="2027-06-01", **meta)).out
    assert "- **material**: users are asked again to take note.\n" in review
    assert "- It applies to users who join on or after 2027-06-15 immediately.\n" in review
    assert "- Acceptance of an earlier version suffices until 2027-08-01.\n" in review


def test_moved_date_of_a_public_version_is_compared_with_its_own_publication(inforce: Type, book: BookBuilder) -> None:
    promising(book, 30).commit("policies")
    meta = {"published": "2027-01-20", "effective": "2027-02-10"}
    book.policy("privacy", kind="privacy", act="acknowledge").version("2027-03-01", meta=meta, en=NEW)
    result = inforce("review", "--base", "main", "--repo", book.root, "--at", "2027-02-01").out
    assert (
        "- **21 days of notice; the book requires 30. The earliest effective date that complies: 2027-02-19.**\n"
        in result
    )
    text = NEW.replace("24 months.", "36 months.")
    meta["effective"] = "2027-03-01"
    book.policy("privacy", kind="privacy", act="acknowledge").version("2027-03-01", meta=meta, en=text)
    assert "of notice" not in inforce("review", "--base", "main", "--repo", book.root, "--at", "2027-02-01").out


def test_preview_links_each_page(inforce: Type, merged: BookBuilder) -> None:
    where = ("--preview", "https://preview.example/42")
    result = inforce("review", "--base", "main", "--repo", drafted(merged).root, "--at", LATER, *where).out
    page = "https://preview.example/42/privacy"
    assert f"[page]({page}/2027-06-01/) · [redline]({page}/changes/2027-03-01...2027-06-01/)" in result
    assert f"[redline in Word]({page}/changes/2027-03-01...2027-06-01/en.docx)" in result
    assert (
        f"[redline as PDF]({page}/changes/2027-03-01...2027-06-01/en.pdf) · [PDF]({page}/2027-06-01/en.pdf)" in result
    )


def test_only_existing_preview_files_are_listed(inforce: Type, merged: BookBuilder, tmp_path: Path) -> None:
    (tmp_path / "site/privacy/2027-06-01").mkdir(parents=True)
    where = ("--artefact", "https://ci.example/1", "--site", tmp_path / "site")
    result = inforce("review", "--base", "main", "--repo", drafted(merged).root, "--at", LATER, *where).out
    assert "Preview: page: `privacy/2027-06-01/index.html`\n" in result
    assert "[Download the preview](https://ci.example/1), unpack it" in result


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a.example/) [x](https://b.example", "preview"])
def test_invalid_url_is_rejected(inforce: Type, merged: BookBuilder, address: str) -> None:
    ended = inforce("review", "--base", "main", "--repo", merged.root, "--preview", address)
    assert ended.code == 2
    assert "expected a web address" in ended.err


@pytest.mark.parametrize(("published", "instant"), [("2027-06-01", "2027-05-31T22:00:00Z"), ("2027-01-01", None)])
def test_visible_from_prints_when_all_changes_are_public(
    inforce: Type, merged: BookBuilder, published: str, instant: str | None
) -> None:
    drafted(merged, published=published, effective="2027-07-01")
    result = inforce("review", "--base", "main", "--repo", merged.root, "--at", LATER, "--visible-from")
    assert result.out == f"{instant or '2027-01-20T23:00:00Z'}\n"


def test_changes_already_on_the_base_are_not_part_of_the_review(inforce: Type, merged: BookBuilder) -> None:
    merged.git("checkout", "-q", "-b", "change")
    drafted(merged).commit("a new version")
    merged.git("checkout", "-q", "main")
    merged.policy("cookies", kind="cookies").version("2027-01-01")
    merged.commit("cookies")
    merged.git("checkout", "-q", "change")
    review = reviewed(inforce, merged).out
    assert "### Privacy 2027-06-01: new" in review
    assert "cookies" not in review.lower()
    assert inforce("check", "--base", "main", "--repo", merged.root, "--at", LATER).code != 3


def test_review_against_a_shallow_clone_prints_a_hint(inforce: Type, merged: BookBuilder, tmp_path: Path) -> None:
    merged.git("checkout", "-q", "-b", "change")
    drafted(merged).commit("a new version")
    merged.git("checkout", "-q", "main")
    merged.write("README.md", "Policies\n")
    merged.commit("more")
    clone = BookBuilder(tmp_path / "clone")
    clone.git("init", "-q", "-b", "change")
    clone.git("remote", "add", "origin", merged.root.as_uri())
    clone.git("fetch", "-q", "--depth=1", "origin", "change", "main:refs/remotes/origin/main")
    clone.git("reset", "-q", "--hard", "FETCH_HEAD")
    result = inforce("review", "--base", "origin/main", "--repo", clone.root, "--at", LATER)
    assert result.code == 0, result.err
    assert "### Privacy 2027-06-01: new" in result.out
    assert "> The merge base with “origin/main” is not in this clone" in result.out
    assert "git fetch --unshallow" in result.out
    clone.git("fetch", "-q", "--unshallow", "origin")
    assert "is not in this clone" not in inforce("review", "--base", "origin/main", "--repo", clone.root).out
