"""`inforce new --amend` and `inforce new --from`."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from book_builder import BookBuilder, instant
from cli.conftest import Type, everything_in
from inforce.book.files import write_lock
from inforce.policy import ChangeLevel, Version

ERROR = "You can write to us at any tme."
BODY = """\
# Privacy

## Data {{#data}}

We keep your name for {months} months.

## Contact {{#contact}}

- {contact}
- Our address is below.
"""
TEXT = BODY.format(months=12, contact=ERROR)
ANNOUNCED = BODY.format(months=24, contact=ERROR)
SUMMARY = "---\nsummary:\n  - section: data\n    text: We keep your name for longer.\n---\n"
FIRST, NEXT, NOW = "2026-01-15", "2027-03-01", "2027-02-10"
FIX = ("--replace", "any tme", "any time")
FOLDER = "policy_versions/privacy"


@pytest.fixture
def book(tmp_path: Path) -> BookBuilder:
    """A locked book with a text in force and an announced one that contain the same typing error."""
    book = BookBuilder(tmp_path / "repository", languages="en, de", extra="notice_days: {notice: 14}\n")
    policy = book.policy("privacy", kind="privacy", act="acknowledge")
    policy.version(FIRST, en=TEXT)
    digest = book.read().require().policy("privacy").versions[0].editions[0].digest
    german = f"---\ntranslates: {digest}\n---\n# Datenschutz\n\nJederzeit.\n"
    book.write(f"{FOLDER}/{FIRST}/de.md", german)
    meta = {"published": "2027-01-20", "effective": NEXT}
    policy.version(NEXT, en=SUMMARY + ANNOUNCED, meta=meta)
    reading = book.read()
    lock = reading.lock
    for read, version in lock.unlocked(reading.require(), instant(NOW)):
        lock = lock.adding(read, version)
    write_lock(book.root, lock)
    return book


def version(book: BookBuilder, label: str) -> Version:
    return book.read().require().policy("privacy").version(label) or pytest.fail(f"there is no version {label}")


def text(book: BookBuilder, label: str, language: str = "en") -> str:
    return {str(each.language): each.text for each in version(book, label).editions}[language]


def publish(book: BookBuilder, label: str) -> None:
    path = book.root / FOLDER / label / "version.yml"
    path.write_text(path.read_text().replace("draft: true\n", ""))


def new(inforce: Type, book: BookBuilder, *words: str, at: str = NOW) -> tuple[str, str]:
    ended = inforce("new", "privacy", *words, "--repo", book.root, "--at", at)
    assert ended.code == 0, ended.err
    return ended.out, ended.err


class TestTextInForce:
    def test_amendment_copies_the_text_in_force_and_not_the_announced_one(
        self, inforce: Type, book: BookBuilder
    ) -> None:
        out, _ = new(inforce, book, "--amend")
        amendment = version(book, "2026-01-15.1")
        assert out.startswith(
            "Drafted version 2026-01-15.1, an amendment of 2026-01-15 (in force), with the text of 2026-01-15:\n"
            "  policy_versions/privacy/2026-01-15.1/version.yml\n"
        )
        assert amendment.amends == version(book, FIRST).label
        assert amendment.draft
        assert amendment.change is ChangeLevel.EDITORIAL
        assert amendment.published_at == amendment.effective_at == instant(NOW)
        assert text(book, "2026-01-15.1") == TEXT
        assert text(book, "2026-01-15.1", "de") == text(book, FIRST, "de")

    def test_output_names_the_command_that_applies_the_correction_later(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, "--amend")
        assert "2027-03-01 is announced and does not contain this correction yet" in out
        assert "  inforce new privacy --amend 2027-03-01 --apply 2026-01-15.1\n" in out

    def test_replaced_words_are_the_only_change(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, "--amend", *FIX)
        assert text(book, "2026-01-15.1") == TEXT.replace("any tme", "any time")
        assert "  corrected: en\n" in out

    def test_next_amendment_continues_with_the_corrected_text_and_the_next_label(
        self, inforce: Type, book: BookBuilder
    ) -> None:
        new(inforce, book, "--amend", *FIX)
        publish(book, "2026-01-15.1")
        out, _ = new(inforce, book, "--amend", FIRST, "--replace", "Our address", "The address", at="2027-02-12")
        assert "an amendment of 2026-01-15 (in force), with the text of 2026-01-15.1:" in out
        assert text(book, "2026-01-15.2") == TEXT.replace("any tme", "any time").replace("Our ad", "The ad")

    def test_amendment_of_an_amendment_amends_its_original(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", *FIX)
        publish(book, "2026-01-15.1")
        new(inforce, book, "--amend", "2026-01-15.1", at="2027-02-12")
        assert str(version(book, "2026-01-15.2").amends) == FIRST

    def test_notice_amendment_takes_effect_after_the_notice_period(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", "--change", "notice")
        assert version(book, "2026-01-15.1").effective_at == instant("2027-02-24")

    def test_editor_changes_the_binding_text(
        self, inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(click, "edit", lambda body, **_: body.replace("any tme", "any time"))
        new(inforce, book, "--amend", "--edit")
        assert text(book, "2026-01-15.1") == TEXT.replace("any tme", "any time")

    def test_unchanged_text_in_the_editor_writes_nothing(
        self, inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = everything_in(book.root)
        monkeypatch.setattr(click, "edit", lambda body, **_: body)
        ended = inforce("new", "privacy", "--amend", "--edit", "--repo", book.root, "--at", NOW)
        assert ended.code == 2
        assert "was not changed, so nothing was written" in ended.err
        assert everything_in(book.root) == before

    @pytest.mark.parametrize(
        ("editor", "code", "problem"),
        [
            pytest.param("false", 4, "the editor failed, so nothing was written", id="it fails"),
            pytest.param("no-such-editor", 4, "the editor failed, so nothing was written", id="it does not exist"),
            pytest.param("sed -i 's/a/b", 4, "the editor failed, so nothing was written", id="an open quotation mark"),
            pytest.param("rm", 4, "the editor failed, so nothing was written", id="it deletes the file"),
            pytest.param("truncate --size=0", 2, "the text is empty, so nothing was written", id="it empties the file"),
        ],
    )
    def test_unusable_editor_is_one_message_and_writes_nothing(
        self, inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch, editor: str, code: int, problem: str
    ) -> None:
        before = everything_in(book.root)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", editor)
        ended = inforce("new", "privacy", "--amend", "--edit", "--repo", book.root, "--at", NOW)
        assert ended.code == code
        assert problem in ended.err
        assert everything_in(book.root) == before

    def test_finished_amendment_has_no_error(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", *FIX, "--still-right")
        publish(book, "2026-01-15.1")
        path = book.root / FOLDER / "2026-01-15.1/en.md"
        path.write_text(SUMMARY.replace("data", "contact") + TEXT.replace("any tme", "any time"))
        assert inforce("check", "--repo", book.root, "--at", NOW).code == 0

    def test_lines_in_messages_are_those_of_the_file(self, inforce: Type, book: BookBuilder) -> None:
        ended = inforce("new", "privacy", "--amend", NEXT, "--replace", "##", "#", "--repo", book.root, "--at", NOW)
        lines = (book.root / FOLDER / NEXT / "en.md").read_text().splitlines()
        assert "on the lines 8, 12:" in ended.err
        assert all("##" in lines[number - 1] for number in (8, 12))


class TestAnnouncedText:
    def test_both_texts_are_corrected_in_one_run(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, "--amend", *FIX, "--announced")
        corrected = version(book, "2027-03-01.1")
        assert (
            "Drafted version 2027-03-01.1, an amendment of 2027-03-01 (announced), with the text of 2027-03-01:" in out
        )
        assert text(book, "2026-01-15.1") == TEXT.replace("any tme", "any time")
        assert text(book, "2027-03-01.1") == ANNOUNCED.replace("any tme", "any time")
        assert corrected.effective_at == instant(NEXT)
        assert corrected.published_at == instant(NOW)
        assert "--apply" not in out

    def test_terminal_asks_whether_to_correct_the_announced_text(
        self, inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr("inforce.cli.new._asks", lambda question: not asked.append(question))
        new(inforce, book, "--amend", *FIX)
        assert any("2027-03-01 is announced and does not contain this correction" in each for each in asked)
        assert text(book, "2027-03-01.1") == ANNOUNCED.replace("any tme", "any time")

    def test_without_a_terminal_the_announced_text_is_not_changed(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", *FIX)
        assert book.read().require().policy("privacy").version("2027-03-01.1") is None

    def test_correction_is_applied_later(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", *FIX, "--no-announced")
        out, _ = new(inforce, book, "--amend", NEXT, "--apply", "2026-01-15.1")
        assert text(book, "2027-03-01.1") == ANNOUNCED.replace("any tme", "any time")
        assert "Other open drafts of privacy: 2026-01-15.1" in out

    def test_change_of_another_block_is_listed_with_section_and_words(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(
            inforce, book, "--amend", "--replace", "We keep your name", "We store your name", *FIX, "--announced"
        )
        assert "  not applied: en, section “data”: “keep” became “store”" in out
        assert text(book, "2027-03-01.1") == ANNOUNCED.replace("any tme", "any time")

    def test_announced_version_is_amended_alone(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, "--amend", NEXT, *FIX)
        assert text(book, "2027-03-01.1") == ANNOUNCED.replace("any tme", "any time")
        assert "is announced and does not contain" not in out


class TestTranslations:
    def test_unconfirmed_translation_keeps_its_source_and_is_listed(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, "--amend", *FIX)
        german = next(each for each in version(book, "2026-01-15.1").editions if str(each.language) == "de")
        assert german.translates == version(book, FIRST).editions[1].digest
        assert "  de: “translates” still names the earlier text; check the translation\n" in out

    def test_confirmed_translation_names_the_corrected_text(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", *FIX, "--still-right")
        german, english = version(book, "2026-01-15.1").editions
        assert german.translates == english.digest

    def test_outdated_translation_is_not_renewed(self, inforce: Type, book: BookBuilder) -> None:
        (book.root / "policy_versions/lock.json").unlink()
        zeros = "sha256:" + "0" * 64
        book.write(f"{FOLDER}/{FIRST}/de.md", f"---\ntranslates: {zeros}\n---\n# Datenschutz\n")
        new(inforce, book, "--amend", *FIX, "--still-right")
        assert str(version(book, "2026-01-15.1").editions[0].translates) == zeros

    def test_each_translation_is_asked_for(
        self, inforce: Type, book: BookBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr("inforce.cli.new._asks", lambda question: bool(asked.append(question)))
        new(inforce, book, "--amend", *FIX, "--no-announced")
        assert asked == ["Is the translation “de” still right?"]


def cancel(book: BookBuilder) -> None:
    path = book.root / FOLDER / NEXT / "version.yml"
    path.write_text(path.read_text() + "cancelled: {at: 2027-02-01, reason: A mistake.}\n")


def withdraw(book: BookBuilder) -> None:
    path = book.root / FOLDER / "policy.yml"
    path.write_text(path.read_text() + "withdrawn: {at: 2027-02-01, reason: Closed.}\n")


def supersede(book: BookBuilder) -> None:
    book.policy("privacy", act="acknowledge").version("2026-06-01", en=TEXT)
    (book.root / "policy_versions/lock.json").unlink()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["--change", "material"], "publish it as a version of its own", id="a material change"),
        pytest.param(["--replace", "yours", "the"], "do not occur", id="words that do not occur"),
        pytest.param(["--replace", "##", "#"], "they occur 2 times, on the lines 3, 7", id="words that occur twice"),
        pytest.param(["--replace", " ", "#"], "expected words that occur once", id="no words"),
        pytest.param(["--effective", NEXT], "when “2027-03-01” takes effect", id="the date of the next version"),
        pytest.param(["--effective", "2027-02-01"], "is before “published”", id="before the publication"),
        pytest.param(
            ["--amend", NEXT, "--effective", "2027-03-02"], "expected 2027-03-01", id="another announced date"
        ),
        pytest.param(
            ["--amend", NEXT, "--change", "notice", "--published", "2027-02-20"],
            "before 14 days of notice are over",
            id="too late for a notice",
        ),
        pytest.param(["--amend", "2026-01-16"], "did you mean “2026-01-15”?", id="an unknown version"),
        pytest.param(["--label", NEXT], "is a version of privacy", id="an existing label"),
        pytest.param(["--label", "x"], "expected digits", id="no label"),
        pytest.param(["--apply", NEXT], "which is a version of its own", id="corrections of no amendment"),
        pytest.param(["--language", "de"], "copies every language", id="a choice of languages"),
        pytest.param(["--from", NEXT], "copies every language", id="another text"),
        pytest.param(["--apply", NEXT, "--edit"], "cannot be used with --replace or --edit", id="two corrections"),
        pytest.param(["--announced"], "--announced needs --replace or --edit", id="no correction"),
        pytest.param(["--replace", "any tme", "any \udcff"], "expected words in UTF-8", id="bytes that are not UTF-8"),
        pytest.param(["--replace", "any tme", "any tme"], "expected other words than", id="the same words"),
        pytest.param(["--published", "2020-01-01"], "published is before 2026-01-15, when", id="before the original"),
    ],
)
def test_invalid_amendment_leaves_the_book_unchanged(
    inforce: Type, book: BookBuilder, words: list[str], sentence: str
) -> None:
    before = everything_in(book.root)
    ended = inforce(
        "new", "privacy", "--repo", book.root, "--at", NOW, *(() if "--amend" in words else ["--amend"]), *words
    )
    assert ended.code == 2
    assert sentence in ended.err
    assert everything_in(book.root) == before


@pytest.mark.parametrize(
    ("change", "label", "sentence"),
    [
        pytest.param(withdraw, FIRST, "privacy was withdrawn on 2027-02-01", id="a withdrawn policy"),
        pytest.param(cancel, NEXT, "“2027-03-01” is cancelled", id="a cancelled version"),
        pytest.param(supersede, FIRST, "“2026-01-15” is superseded", id="a superseded version"),
    ],
)
def test_version_that_does_not_apply_cannot_be_amended(
    inforce: Type, book: BookBuilder, change: object, label: str, sentence: str
) -> None:
    assert callable(change)
    change(book)
    ended = inforce("new", "privacy", "--amend", label, "--repo", book.root, "--at", NOW)
    assert ended.code == 2
    assert sentence in ended.err


def test_draft_cannot_be_amended(inforce: Type, book: BookBuilder) -> None:
    new(inforce, book, "--effective", "2027-09-01", "--change", "notice")
    ended = inforce("new", "privacy", "--amend", "2027-09-01", "--repo", book.root, "--at", NOW)
    assert "“2027-09-01” is a draft (it is not published yet: edit its text directly)" in ended.err


def test_amendment_that_changes_nothing_cannot_be_applied(inforce: Type, book: BookBuilder) -> None:
    new(inforce, book, "--amend")
    ended = inforce("new", "privacy", "--amend", NEXT, "--apply", "2026-01-15.1", "--repo", book.root, "--at", NOW)
    assert ended.code == 2
    assert "“2026-01-15.1” has the text of “2026-01-15” (correct its text first)" in ended.err


@pytest.mark.parametrize(
    "option", [["--edit"], ["--replace", "a", "b"], ["--apply", "1"], ["--announced"], ["--still-right"]]
)
def test_options_of_amendments_need_amend(inforce: Type, book: BookBuilder, option: list[str]) -> None:
    usual = ["--effective", "2027-09-01", "--change", "notice", "--repo", str(book.root), "--at", NOW]
    ended = inforce("new", "privacy", *usual, *option)
    assert ended.code == 2
    assert f"{option[0]} needs --amend" in ended.err


class TestBase:
    NEXT_ONE = ("--effective", "2027-09-01", "--change", "material")

    def test_draft_is_based_on_the_newest_announced_version(self, inforce: Type, book: BookBuilder) -> None:
        out, _ = new(inforce, book, *self.NEXT_ONE)
        assert out.startswith("Drafted version 2027-09-01, with the text of 2027-03-01 (announced):\n")

    def test_draft_is_never_based_on_another_draft(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, *self.NEXT_ONE)
        book.write(f"{FOLDER}/2027-09-01/en.md", "# Unfinished\n")
        out, _ = new(inforce, book, "--effective", "2027-10-01", "--change", "material")
        assert "with the text of 2027-03-01 (announced)" in out
        assert "Other open drafts of privacy: 2027-09-01\n" in out
        assert text(book, "2027-10-01") == ANNOUNCED

    @pytest.mark.parametrize(("label", "state"), [(FIRST, "in force"), (NEXT, "announced")])
    def test_editor_chooses_the_base(self, inforce: Type, book: BookBuilder, label: str, state: str) -> None:
        out, _ = new(inforce, book, *self.NEXT_ONE, "--from", label)
        assert f"with the text of {label} ({state})" in out
        assert text(book, "2027-09-01") == text(book, label)

    def test_editor_chooses_a_draft_as_the_base(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, *self.NEXT_ONE)
        out, _ = new(inforce, book, "--effective", "2027-10-01", "--change", "material", "--from", "2027-09-01")
        assert "with the text of 2027-09-01 (draft)" in out

    def test_only_drafts_need_a_choice(self, inforce: Type, book: BookBuilder) -> None:
        book.policy("cookies").version("2027-05-01", meta={"published": "2027-05-01", "draft": "true"})
        usual = ["cookies", *self.NEXT_ONE, "--repo", str(book.root), "--at", NOW]
        ended = inforce("new", *usual)
        assert ended.code == 2
        assert "only drafts: “2027-05-01”" in ended.err
        assert "--from 2027-05-01" in ended.err
        assert inforce("new", *usual, "--from", "2027-05-01").code == 0

    @pytest.mark.parametrize("words", [["--effective", "2027-02-20"], ["--effective", "2027-02-20", "--label", "2028"]])
    def test_date_before_the_announced_one_leads_to_amend(
        self, inforce: Type, book: BookBuilder, words: list[str]
    ) -> None:
        ended = inforce("new", "privacy", *words, "--change", "editorial", "--repo", book.root, "--at", NOW)
        assert ended.code == 2
        assert "use “inforce new privacy --amend”" in ended.err

    def test_label_of_an_amendment_is_not_proposed_again(self, inforce: Type, book: BookBuilder) -> None:
        new(inforce, book, "--amend", NEXT)
        out, _ = new(inforce, book, "--effective", NEXT, "--change", "notice")
        assert "Drafted version 2027-03-01.2" in out
