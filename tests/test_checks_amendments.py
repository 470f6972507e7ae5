"""The rules about amendments and acts, and about the numbers in the lock."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from inforce.checks import CATALOGUE, Finding, Severity
from paper_book import PaperBook, of_rule, rules

NOW = "2026-06-01"
PRIVACY = "policy_versions/privacy"
LOCK = "policy_versions/lock.json"
FIRST, NEXT = "2026-01-15", "2026-09-01"
TEXT = "# Privacy\n\n## Keeping {#keeping}\n\nWe keep you data for 24 months.\n"
ANNOUNCED_TEXT = TEXT.replace("24", "36")
CORRECTED = TEXT.replace("you data", "your data")
SUMMARY = "---\nsummary:\n  - section: keeping\n    text: A typing error is corrected.\n---\n"
DATE_RULES = {"DATE-amends", "DATE-order", "DATE-same", "DATE-notice", "META-order"}


def announced(extra: str = "") -> PaperBook:
    """Return a locked book with a text in force and an announced one."""
    book = PaperBook(extra=extra)
    privacy = book.policy("privacy", act="acknowledge")
    privacy.version(FIRST, en=TEXT)
    privacy.version(NEXT, en=SUMMARY + ANNOUNCED_TEXT, meta={"published": "2026-05-01", "effective": NEXT})
    return book.freeze("2026-05-15")


def amended(
    amends: str = FIRST, text: str = CORRECTED, meta: Mapping[str, str] | None = None, extra: str = ""
) -> PaperBook:
    """Return the book with an amendment of `amends` that was published on 2026-06-01."""
    book = announced(extra)
    fields = {"published": NOW, "amends": amends, **(meta or {})}
    book.policy("privacy", act="acknowledge").version(f"{amends}.1", change="editorial", en=SUMMARY + text, meta=fields)
    return book


def errors(book: PaperBook, base: PaperBook | None = None) -> list[Finding]:
    return [finding for finding in book.check(NOW, base) if finding.severity is Severity.ERROR]


def test_amendment_of_the_text_in_force_is_without_error_while_another_version_is_announced() -> None:
    assert errors(amended()) == []


def test_amendment_of_the_announced_text_is_without_error() -> None:
    corrected = ANNOUNCED_TEXT.replace("you data", "your data")
    assert errors(amended(NEXT, corrected, {"effective": NEXT})) == []


@pytest.mark.parametrize(
    ("amends", "effective", "fix"),
    [
        pytest.param(NEXT, "2026-07-01", "rite “effective: 2026-09-01T00:00:00Z”", id="before the announced date"),
        pytest.param(NEXT, "2026-10-01", "Write “effective: 2026-09-01”.", id="after the announced date"),
        pytest.param(FIRST, "2026-09-01", "Choose a date before 2026-09-01", id="together with the next version"),
        pytest.param(FIRST, "2026-10-01", "Choose a date before 2026-09-01", id="after the next version"),
        pytest.param(FIRST, "2026-08-31", "", id="the day before the next version"),
        pytest.param(FIRST, NOW, "", id="on publication"),
    ],
)
def test_amendment_takes_effect_within_the_time_of_the_amended_version(amends: str, effective: str, fix: str) -> None:
    found = errors(amended(amends, meta={"effective": effective}))
    reported = [finding for finding in found if finding.rule in DATE_RULES]
    assert [finding.rule for finding in reported] == ["DATE-amends"] * bool(fix)
    assert all(fix in finding.fix for finding in reported)


def test_cancelled_or_draft_version_does_not_limit_an_amendment() -> None:
    for line in ("draft: true", "cancelled: {at: 2026-05-20, reason: A mistake.}"):
        book = PaperBook()
        privacy = book.policy("privacy")
        privacy.version(FIRST, en=TEXT)
        privacy.version(NEXT, en=SUMMARY + ANNOUNCED_TEXT, meta={"published": "2026-05-01", "effective": NEXT})
        book.replace(f"{PRIVACY}/{NEXT}/version.yml", "change:", f"{line}\nchange:")
        fields = {"published": NOW, "effective": "2026-10-01", "amends": FIRST}
        privacy.version(f"{FIRST}.1", change="editorial", en=SUMMARY + CORRECTED, meta=fields)
        assert of_rule(book.check(NOW), "DATE-amends") == []


def test_amendment_cannot_take_effect_before_its_publication() -> None:
    book = amended(meta={"effective": "2026-05-01"})
    assert "META-field" in rules(book.check(NOW))


@pytest.mark.parametrize(("days", "reported"), [(90, []), (93, ["DATE-notice"])])
def test_notice_amendment_of_an_announced_version_keeps_the_notice_period(days: int, reported: list[str]) -> None:
    meta = {"effective": NEXT, "change": "notice"}
    book = amended(NEXT, meta=meta, extra=f"notice_days: {{notice: {days}}}\n")
    found = [finding for finding in errors(book) if finding.rule in DATE_RULES]
    assert [finding.rule for finding in found] == reported
    assert all("cancel “2026-09-01” and announce a new version" in finding.fix for finding in found)


def test_amendment_with_the_announced_text_is_an_error() -> None:
    (finding,) = errors(amended(text=ANNOUNCED_TEXT))
    assert finding.rule == "CHANGE-announced"
    assert "has the text of “2026-09-01”, which takes effect later" in finding.message
    assert "inforce new privacy --amend 2026-01-15" in finding.fix


def test_amendment_with_the_text_of_a_cancelled_version_is_allowed() -> None:
    book = amended(text=ANNOUNCED_TEXT)
    line = "cancelled: {at: 2026-05-20, reason: A mistake.}\nchange:"
    book.replace(f"{PRIVACY}/{NEXT}/version.yml", "change:", line)
    assert of_rule(book.check(NOW), "CHANGE-announced") == []


def test_version_cancelled_before_the_amendment_cannot_be_amended() -> None:
    book = amended(NEXT, meta={"effective": NEXT})
    path = f"{PRIVACY}/{NEXT}/version.yml"
    book.replace(path, "change:", "cancelled: {at: 2026-06-01, reason: A mistake.}\nchange:")
    (finding,) = of_rule(book.check(NOW), "META-amends")
    assert "amends “2026-09-01”, which is cancelled" in finding.message
    book.replace(path, "at: 2026-06-01", "at: 2026-06-02")
    assert of_rule(book.check(NOW), "META-amends") == []


def test_withdrawn_policy_cannot_be_amended() -> None:
    book = amended()
    book.replace(f"{PRIVACY}/policy.yml", "kind:", "withdrawn: {at: 2026-05-20, reason: Closed.}\nkind:")
    (finding,) = of_rule(book.check(NOW), "META-amends")
    assert "privacy, which is withdrawn" in finding.message


def test_unknown_amended_version_is_reported_with_the_closest_label() -> None:
    book = amended()
    book.replace(f"{PRIVACY}/{FIRST}.1/version.yml", f"amends: {FIRST}", "amends: 2026-01-16")
    (finding,) = errors(book)
    assert finding.rule == "META-amends"
    assert finding.place.path == f"{PRIVACY}/{FIRST}.1/version.yml"
    assert finding.place.line == 3
    assert "Did you mean “2026-01-15”?" in finding.fix


def test_amendment_in_force_cannot_be_cancelled() -> None:
    book = amended().freeze(NOW)
    line = "cancelled: {at: 2026-06-01, reason: A mistake.}\nchange:"
    book.replace(f"{PRIVACY}/{FIRST}.1/version.yml", "change:", line)
    assert "META-field" in rules(book.check(NOW))


def test_amendment_with_a_label_below_the_announced_one_is_no_lock_finding() -> None:
    assert [finding for finding in amended().check(NOW) if CATALOGUE[finding.rule].history] == []


@pytest.mark.parametrize(("label", "published"), [(f"{FIRST}.2", "2026-05-31"), (f"{FIRST}.0", "2026-06-02")])
def test_amendments_of_a_version_have_the_order_of_their_labels(label: str, published: str) -> None:
    book = amended()
    fields = {"published": published, "effective": "2026-06-03", "amends": FIRST}
    book.policy("privacy").version(label, change="editorial", en=SUMMARY + CORRECTED, meta=fields)
    assert [finding.rule for finding in errors(book) if finding.rule in DATE_RULES] == ["META-order"]


class TestLock:
    def test_amended_version_of_a_locked_amendment_is_permanent(self) -> None:
        book = amended().freeze(NOW)
        book.replace(f"{PRIVACY}/{FIRST}.1/version.yml", f"amends: {FIRST}\n", "")
        (finding,) = of_rule(book.check(NOW), "LOCK-amends")
        assert "“amends” of “2026-01-15.1” was published as “2026-01-15” and is now “not given”" in finding.message
        assert book.examine(NOW).changes_history

    def test_act_of_a_locked_version_is_permanent(self) -> None:
        book = amended().freeze(NOW)
        book.replace(f"{PRIVACY}/{FIRST}/version.yml", "change:", "act: consent\nchange:")
        (finding,) = of_rule(book.check(NOW), "LOCK-amends")
        assert "was published as “acknowledge” and is now “consent”" in finding.message

    def test_act_of_a_version_locked_without_act_may_be_stated(self) -> None:
        book = amended().freeze(NOW)
        data = json.loads(book.files[LOCK] or b"")
        del data["policies"]["privacy"][FIRST]["act"]
        book.write(LOCK, json.dumps(data))
        book.replace(f"{PRIVACY}/{FIRST}/version.yml", "change:", "act: acknowledge\nchange:")
        assert of_rule(book.check(NOW), "LOCK-amends") == []

    @pytest.mark.parametrize(("field", "value"), [("amends", "2026-09-01"), ("act", "consent")])
    def test_lock_entry_keeps_the_amended_version_and_the_act(self, field: str, value: str) -> None:
        base = amended().freeze(NOW)
        book = base.copy()
        data = json.loads(book.files[LOCK] or b"")
        data["policies"]["privacy"][f"{FIRST}.1"][field] = value
        book.write(LOCK, json.dumps(data))
        (finding,) = of_rule(book.check(NOW, base), "LOCK-entry")
        assert f"has a different “{field}”" in finding.message

    @pytest.mark.parametrize(("old", "new"), [("amends: 2026-01-15\n", ""), ("change:", "act: consent\nchange:")])
    def test_public_amendment_of_the_base_branch_is_permanent(self, old: str, new: str) -> None:
        base = amended()
        book = base.copy()
        book.replace(f"{PRIVACY}/{FIRST}.1/version.yml", old, new)
        (finding,) = of_rule(book.check(NOW, base), "LOCK-base")
        assert "has a different “a" in finding.message

    def test_public_version_of_the_base_branch_keeps_its_number_before_it_is_locked(self) -> None:
        base = amended()
        book = base.copy()
        fields = {"published": "2026-05-20", "effective": NEXT, "amends": NEXT}
        book.policy("privacy", act="acknowledge").version(
            f"{NEXT}.1", change="editorial", en=SUMMARY + CORRECTED, meta=fields
        )
        (finding,) = of_rule(book.check(NOW, base), "LOCK-base")
        assert "“2026-01-15.1” of privacy is public on main, but would become number 4 instead of 3" in finding.message
        assert "later “published”" in finding.fix

    def test_number_shared_by_two_branches_is_reported_with_the_next_step(self) -> None:
        book = amended().freeze(NOW)
        other = announced()
        fields = {"published": "2026-05-31", "effective": NEXT, "amends": NEXT}
        other.policy("privacy").version(f"{NEXT}.1", change="editorial", en=SUMMARY + CORRECTED, meta=fields)
        other.freeze(NOW)
        merged = {**other.files, **book.files}
        locks = [json.loads(each.files[LOCK] or b"") for each in (book, other)]
        locks[0]["policies"]["privacy"] |= locks[1]["policies"]["privacy"]
        book.files = {**merged, LOCK: json.dumps(locks[0]).encode()}
        (finding,) = of_rule(book.check(NOW), "LOCK-seq")
        assert "“2026-01-15.1” and “2026-09-01.1” of privacy both have the number 3" in finding.message
        assert "keep lock.json of the main branch" in finding.fix
        assert "inforce freeze" in finding.fix
        assert book.examine(NOW).changes_history

    def test_following_the_next_step_restores_dense_numbers(self) -> None:
        book = amended().freeze(NOW)
        fields = {"published": "2026-05-31", "effective": NEXT, "amends": NEXT}
        book.policy("privacy").version(f"{NEXT}.1", change="editorial", en=SUMMARY + CORRECTED, meta=fields)
        numbers = book.freeze(NOW).read().lock.numbers("privacy")
        assert numbers == {FIRST: 1, NEXT: 2, f"{FIRST}.1": 3, f"{NEXT}.1": 4}
        assert of_rule(book.check(NOW), "LOCK-seq") == []

    def test_missing_number_is_reported(self) -> None:
        book = announced()
        data = json.loads(book.files[LOCK] or b"")
        del data["policies"]["privacy"][FIRST]
        book.write(LOCK, json.dumps(data))
        (finding,) = of_rule(book.check(NOW), "LOCK-seq")
        assert "No version of privacy in the lock has the number 1" in finding.message


class TestActs:
    @pytest.mark.parametrize(
        ("act", "change", "reported"),
        [
            ("accept", "editorial", True),
            ("consent", "notice", True),
            ("none", "editorial", False),
            ("acknowledge", "editorial", False),
        ],
    )
    def test_amendment_cannot_introduce_an_act_that_asks(self, act: str, change: str, reported: bool) -> None:
        found = of_rule(amended(meta={"act": act, "change": change}).check(NOW), "META-act")
        assert len(found) == int(reported)
        assert all(finding.severity is Severity.ERROR for finding in found)

    def test_material_version_can_require_another_act(self) -> None:
        book = announced()
        fields = {"published": NOW, "effective": "2026-10-01", "act": "consent"}
        book.policy("privacy", act="acknowledge").version("2026-10-01", en=SUMMARY + CORRECTED, meta=fields)
        assert of_rule(book.check(NOW), "META-act") == []

    @pytest.mark.parametrize("act", ["accept", "consent"])
    def test_act_of_the_policy_needs_a_new_material_version(self, act: str) -> None:
        base = announced()
        book = base.copy()
        book.replace(f"{PRIVACY}/policy.yml", "act: acknowledge", f"act: {act}")
        (finding,) = of_rule(book.check(NOW, base), "META-act")
        assert finding.place.path == f"{PRIVACY}/policy.yml"
        assert f"was “acknowledge” and is now “{act}”" in finding.message

    @pytest.mark.parametrize("meta", [{}, {"draft": "true"}, {"act": "acknowledge"}])
    def test_new_material_version_must_be_published_with_the_act_of_the_policy(self, meta: dict[str, str]) -> None:
        base = announced()
        book = base.copy()
        fields = {"published": NOW, "effective": "2026-10-01", **meta}
        book.policy("privacy", act="accept").version("2026-10-01", en=SUMMARY + CORRECTED, meta=fields)
        assert len(of_rule(book.check(NOW, base), "META-act")) == int(bool(meta))

    def test_policy_may_adopt_the_act_of_its_newest_material_version(self) -> None:
        base = announced()
        fields = {"published": "2026-05-20", "effective": "2026-10-01", "act": "consent"}
        base.policy("privacy", act="acknowledge").version("2026-10-01", en=SUMMARY + CORRECTED, meta=fields)
        book = base.freeze(NOW).copy()
        book.replace(f"{PRIVACY}/policy.yml", "act: acknowledge", "act: consent")
        assert of_rule(book.check(NOW, base), "META-act") == []

    def test_policy_may_require_less(self) -> None:
        base = announced()
        book = base.copy()
        book.replace(f"{PRIVACY}/policy.yml", "act: acknowledge", "act: none")
        assert of_rule(book.check(NOW, base), "META-act") == []
