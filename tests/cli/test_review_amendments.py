"""`inforce review` of amendments: what they correct, and whether announced texts contain the correction."""

from __future__ import annotations

import pytest

from book_builder import BookBuilder, PolicyBuilder
from cli.conftest import NEW, OLD, Ending, Type

NOW = "2027-02-01"
TYPO = OLD.replace("your data", "yuor data")
ANNOUNCED = NEW.replace("your data for 24 months.", "yuor data for 24 months.")


def summarised(text: str) -> str:
    body = text.rpartition("---\n")[2]
    return f"---\nsummary:\n  - text: Spelling.\n---\n{body}"


@pytest.fixture
def merged(book: BookBuilder) -> BookBuilder:
    """The book as on the branch `main`, with the same typing error in the text in force and the announced text."""
    privacy(book).version("2026-01-15", en=TYPO, de="# Datenschutz\n")
    privacy(book).version("2027-03-01", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=ANNOUNCED)
    book.commit("policies of 2027")
    return book


def privacy(book: BookBuilder) -> PolicyBuilder:
    return book.policy("privacy", kind="privacy", act="acknowledge")


def amend(book: BookBuilder, amends: str, text: str, **meta: str) -> None:
    """Add an editorial amendment of the version `amends`."""
    fields = {"published": NOW, "amends": amends, **meta}
    privacy(book).version(f"{amends}.1", change="editorial", meta=fields, en=summarised(text), de="# Datenschutz\n")


def reviewed(inforce: Type, book: BookBuilder, at: str = NOW) -> Ending:
    """Run the review against `main`."""
    return inforce("review", "--base", "main", "--repo", book.root, "--at", at)


def test_amendment_is_compared_with_the_text_it_corrects(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    review = reviewed(inforce, merged)
    assert review.code == 0, review.err
    assert "Changes privacy 2026-01-15.1 (Correction of 2026-01-15): " in review.out
    assert "### Privacy 2026-01-15.1 (Correction of 2026-01-15): new\n" in review.out
    assert "- It applies in place of 2026-01-15; an answer to 2026-01-15 also counts for it.\n" in review.out
    assert "- Published 2027-02-01, in force from 2027-02-01; version 2026-01-15 applies until then.\n" in review.out
    assert "**en**, compared with 2026-01-15: 1 of 2 sections changed.\n\n- The author says: Spelling.\n" in review.out
    assert "**de**, compared with 2026-01-15: no word differs.\n" in review.out
    assert "Redline of privacy 2026-01-15.1 (Correction of 2026-01-15), en</summary>" in review.out


def test_review_quotes_the_old_words_of_the_announced_text(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    assert (
        "**The announced version 2027-03-01 (en) still contains the old words:**\n\n"
        "- Retention – “yuor” became “your”.\n"
    ) in reviewed(inforce, merged).out


def test_old_word_in_another_place_of_the_announced_text_is_not_quoted(inforce: Type, merged: BookBuilder) -> None:
    policy = merged.policy("terms")
    policy.version("1", meta={"published": "2026-01-15"}, en="# A\n\nA copy or it is sent.\n")
    meta = {"published": "2027-01-20", "effective": "2027-03-01"}
    policy.version("2", meta=meta, en="# A\n\nA copy of it is sent, by post or by mail.\n")
    merged.commit("terms")
    text = summarised("# A\n\nA copy of it is sent.\n")
    policy.version("1.1", change="editorial", meta={"published": NOW, "amends": "1"}, en=text)
    assert "The announced version 2 (en) already contains this correction.\n" in reviewed(inforce, merged).out


def test_correction_of_words_that_the_announced_text_changes_is_listed(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", TYPO.replace("12 months", "12 full months"))
    out = reviewed(inforce, merged).out
    assert (
        "The announced version 2027-03-01 (en) contains neither the old nor the new words. Check whether these apply "
        "to it:\n\n- Retention – Added: “full”.\n"
    ) in out
    assert "still contains the old words" not in out


@pytest.mark.parametrize(
    ("corrected", "announced", "words"),
    [
        pytest.param(
            "# A\n\nOne.\n\nTwo.\n", "# A\n\nOne.\n\nTwo.\n\nNew.\n", "already contains", id="added, contained"
        ),
        pytest.param("# A\n\nOne.\n\nTwo.\n", "# A\n\nOne.\n\nNew.\n", "neither the old nor", id="added, missing"),
        pytest.param("# A\n", "# A\n\nOne.\n\nNew.\n", "still contains the old words", id="deleted, contained"),
        pytest.param("# A\n\n**One.**\n", "# A\n\nOne.\n\nNew.\n", "neither the old nor", id="another format"),
        pytest.param("# A\n\nOn.\n", "# A\n\nOn.\n\nNew.\n", "already contains", id="replaced, contained"),
    ],
)
def test_announced_text_is_compared_by_words(
    inforce: Type, merged: BookBuilder, corrected: str, announced: str, words: str
) -> None:
    policy = merged.policy("terms")
    policy.version("1", meta={"published": "2026-01-15"}, en="# A\n\nOne.\n")
    policy.version("2", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=announced)
    merged.commit("terms")
    policy.version("1.1", change="editorial", meta={"published": NOW, "amends": "1"}, en=summarised(corrected))
    assert f"The announced version 2 (en) {words}" in reviewed(inforce, merged).out.replace(
        "contains neither", "neither"
    )


def test_both_redlines_are_shown_if_the_announced_text_is_corrected_too(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    amend(merged, "2027-03-01", NEW, effective="2027-03-01")
    out = reviewed(inforce, merged).out
    assert "### Privacy 2027-03-01.1 (Correction of 2027-03-01): new\n" in out
    assert "in force from 2027-03-01; it replaces version 2027-03-01 before that applies.\n" in out
    for label in ("2026-01-15", "2027-03-01"):
        assert f"**en**, compared with {label}: 1 of 2 sections changed.\n" in out
        assert f"Redline of privacy {label}.1 (Correction of {label}), en</summary>" in out
    assert "~~yuor~~**your**" in out
    assert "The announced version 2027-03-01.1 (en) already contains this correction.\n" in out
    assert out.count("The announced version") == 1, "the announced text is not compared with its own correction"
    assert "old words" not in out


def test_draft_correction_of_the_announced_text_in_the_same_change_counts(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD, draft="true")
    amend(merged, "2027-03-01", NEW, effective="2027-03-01", draft="true")
    out = reviewed(inforce, merged).out
    assert "The draft 2027-03-01.1 (en) already contains this correction.\n" in out
    assert "old words" not in out


def test_new_version_is_not_compared_with_a_draft(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2027-03-01", NEW, effective="2027-03-01", draft="true")
    merged.commit("an open draft")
    meta = {"published": NOW, "effective": "2027-06-01"}
    privacy(merged).version("2027-06-01", meta=meta, en=NEW)
    out = reviewed(inforce, merged).out
    assert "**en**, compared with 2027-03-01: 1 of 2 sections changed.\n" in out
    assert "version 2027-03-01 applies until then.\n" in out


def test_announced_text_that_contains_the_correction_is_stated(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    privacy(merged).version("2027-03-01", meta={"published": "2027-01-20", "effective": "2027-03-01"}, en=NEW)
    assert "The announced version 2027-03-01 (en) already contains this correction.\n" in reviewed(inforce, merged).out


@pytest.mark.parametrize(
    "meta",
    [
        pytest.param({"draft": "true"}, id="a draft"),
        pytest.param({"cancelled": "\n  at: 2027-01-25\n  reason: A mistake."}, id="cancelled"),
        pytest.param({"effective": "2027-01-25"}, id="in force"),
    ],
)
def test_only_announced_texts_are_compared_with_a_correction(
    inforce: Type, merged: BookBuilder, meta: dict[str, str]
) -> None:
    amend(merged, "2026-01-15", OLD)
    dates = {"published": "2027-01-20", "effective": "2027-03-01", **meta}
    privacy(merged).version("2027-03-01", meta=dates, en=TYPO)
    assert "announced version" not in reviewed(inforce, merged).out


def test_changed_amends_is_shown(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    merged.commit("an amendment")
    amend(merged, "2027-03-01", OLD, effective="2027-03-01")
    (merged.root / "policy_versions/privacy/2027-03-01.1").rename(merged.root / "moved")
    fields = merged.root / "policy_versions/privacy/2026-01-15.1/version.yml"
    fields.write_text((merged.root / "moved/version.yml").read_text("utf-8"), "utf-8")
    assert "- amends: 2026-01-15 → 2027-03-01\n" in reviewed(inforce, merged, at="2027-03-02").out


def test_cancelling_a_version_shows_that_its_amendments_are_cancelled(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2027-03-01", NEW, effective="2027-03-01")
    merged.commit("an amendment")
    path = merged.root / "policy_versions/privacy/2027-03-01/version.yml"
    path.write_text(path.read_text("utf-8") + "cancelled:\n  at: 2027-02-01\n  reason: A mistake.\n", "utf-8")
    out = reviewed(inforce, merged).out
    assert "### Privacy 2027-03-01.1 (Correction of 2027-03-01): changed\n" in out
    assert out.count("- **It is cancelled** and will not take effect.") == 2


def test_act_is_that_of_the_version(inforce: Type, merged: BookBuilder) -> None:
    meta = {"published": NOW, "effective": "2027-06-01", "act": "consent"}
    privacy(merged).version("2027-06-01", meta=meta, en=NEW)
    assert "- **material**: users are asked again for their consent.\n" in reviewed(inforce, merged).out


def test_diff_compares_by_place(inforce: Type, merged: BookBuilder) -> None:
    amend(merged, "2026-01-15", OLD)
    title = inforce("diff", "privacy", "--repo", merged.root).out.splitlines()[0]
    named = inforce("diff", "privacy", "2026-01-15", "2026-01-15.1", "--repo", merged.root).out.splitlines()[0]
    assert (title, named) == ("Privacy: 2026-01-15.1 → 2027-03-01", "Privacy: 2026-01-15 → 2026-01-15.1")
