"""Parsing and validation of policies: labels, editions, version.yml and policy.yml."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from book_builder import instant
from inforce.errors import ShapeError
from inforce.fields import Fields, Source
from inforce.language import Language
from inforce.policy import Act, Cancellation, ChangeLevel, Edition, Kind, Label, Policy, Version
from inforce.text import Digest

EN, DE = Language("en"), Language("de")


class TestLabels:
    @pytest.mark.parametrize(
        ("lower", "higher"),
        [
            pytest.param("1.9", "1.10", id="numbers, not digits"),
            pytest.param("2026-12-31", "2027-01-01", id="dates in chronological order"),
            pytest.param("2027-03-01", "2027-03-01.1", id="a second version of a day"),
            pytest.param("2027-03-01.9", "2027-03-01.10", id="a tenth version of a day"),
            pytest.param("4", "4.0", id="a longer one after its beginning"),
            pytest.param("9", "10", id="plain numbers"),
            pytest.param("1-2", "1.3", id="any separator"),
        ],
    )
    def test_labels_are_sorted_as_tuples_of_integers(self, lower: str, higher: str) -> None:
        assert Label(lower) < Label(higher)

    @pytest.mark.parametrize(("first", "other"), [("1.0", "1.00"), ("2027-03-01", "2027.3.1"), ("4", "004")])
    def test_labels_with_the_same_numbers_are_equal_and_keep_their_text(self, first: str, other: str) -> None:
        assert Label(first) == Label(other)
        assert hash(Label(first)) == hash(Label(other))
        assert str(Label(other)) == other

    @pytest.mark.parametrize(
        "text",
        ["", "v1", "1.", ".1", "1..2", "1.a", "1 ", "1\n", "-1", "1/2", "..", "1_0", "١", "1234567890", "1" + ".1" * 8],
        ids=ascii,
    )
    def test_invalid_label_is_rejected(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"expected digits joined by “.” or “-” such as “2027-03-01” or “1.10”"):
            Label(text)


class TestEditions:
    def test_edition_has_digest_and_size_of_its_text(self) -> None:
        edition = Edition(language=DE, text="# Straße\n")
        assert edition.digest == Digest.of("# Straße\n")
        assert edition.size == len("# Straße\n".encode())

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "the text is empty"),
            ("# A", "not canonical"),
            ("# A \n", "not canonical"),
            ("# A\r\n", "not canonical"),
        ],
        ids=ascii,
    )
    def test_edition_rejects_text_that_is_not_canonical(self, text: str, problem: str) -> None:
        with pytest.raises(ValueError, match=problem):
            Edition(language=EN, text=text)

    def test_text_lines_map_to_file_lines(self) -> None:
        edition = Edition(language=EN, text="# A\n", body_line=5)
        assert [edition.file_line(1), edition.file_line(3)] == [5, 7]

    def test_source_is_ignored_in_comparison(self) -> None:
        here = Edition(language=EN, text="# A\n", source=Source(path="here"), body_line=3)
        assert here == Edition(language=EN, text="# A\n")


def read(**members: Any) -> Version:
    """The version that version.yml with `members` describes, in Berlin."""
    data = {"published": "2027-01-20", "change": "material"} | members
    shape = Fields({name: value for name, value in data.items() if value is not None})
    return Version.from_shape(Label("1"), shape, ZoneInfo("Europe/Berlin"), (), Source(path="version.yml"))


class TestReadingVersions:
    def test_effective_defaults_to_published(self) -> None:
        assert read().effective_at == read().published_at == instant("2027-01-20", "Europe/Berlin")

    def test_every_field_is_parsed(self) -> None:
        full = read(
            effective="2027-03-01",
            effective_new="2027-01-20",
            enforce="2027-04-01",
            change="notice",
            draft="true",
            cancelled={"at": "2027-02-10T12:00:00Z", "reason": "A mistake."},
            origin={"commit": "c0ffee", "committed": "2020-01-01T00:00:00Z", "path": "old.md", "subject": "begin"},
        )
        assert full.effective_at == instant("2027-03-01", "Europe/Berlin")
        assert full.effective_at_new == full.published_at
        assert full.enforce_at == instant("2027-04-01", "Europe/Berlin")
        assert (full.change, full.draft, full.never_enforced) == (ChangeLevel.NOTICE, True, False)
        assert full.cancelled == Cancellation(at=instant("2027-02-10T12:00:00Z"), reason="A mistake.")
        assert full.origin is not None
        assert (full.origin.commit, full.origin.subject) == ("c0ffee", "begin")

    def test_never_honours_older_acceptances_permanently(self) -> None:
        assert (read(enforce="never").enforce_at, read(enforce="never").never_enforced) == (None, True)

    def test_retroactive_reason_allows_effective_before_published(self) -> None:
        assert read(effective="2026-12-01", retroactive="A court said so.").retroactive == "A court said so."

    @pytest.mark.parametrize(
        ("members", "path", "problem"),
        [
            pytest.param({"published": None}, "published", "is missing", id="no date"),
            pytest.param({"change": None}, "change", "is missing", id="no level"),
            pytest.param(
                {"change": "major"}, "change", "expected one of material, notice, editorial", id="an unknown level"
            ),
            pytest.param({"draft": "yes"}, "draft", "expected “true” or “false”, got “yes”", id="yes is not a boolean"),
            pytest.param({"published": "2027-02-30"}, "published", "expected an existing date", id="not a day"),
            pytest.param(
                {"effective": "2027-01-19"},
                "effective",
                "is before “published” (effective: 2027-01-19, published: 2027-01-20)",
                id="effective before published without a reason",
            ),
            pytest.param(
                {"retroactive": "", "effective": "2027-01-19"}, "retroactive", "is empty", id="an empty reason"
            ),
            pytest.param(
                {"effective": "2027-03-01", "effective_new": "2027-01-19"},
                "effective_new",
                "is not between “published” and “effective” (effective_new: 2027-01-19, published: 2027-01-20, "
                "effective: 2027-03-01)",
                id="new users before publication",
            ),
            pytest.param(
                {"effective": "2027-03-01", "effective_new": "2027-03-02"},
                "effective_new",
                "is not between",
                id="new users later than all others",
            ),
            pytest.param(
                {"effective": "2027-03-01", "enforce": "2027-02-28"},
                "enforce",
                "is before “effective”",
                id="enforced too early",
            ),
            pytest.param({"enforce": "Never"}, "enforce", "expected a date such as", id="never must be in lower case"),
            pytest.param(
                {"effective": "2027-03-01", "cancelled": {"at": "2027-03-01", "reason": "x"}},
                "cancelled.at",
                "is not before “effective”: the version already applied",
                id="cancelled after it applies",
            ),
            pytest.param(
                {"effective": "2027-03-01", "cancelled": {"at": "2027-01-19", "reason": "x"}},
                "cancelled.at",
                "is before “published”",
                id="cancelled before publication",
            ),
            pytest.param(
                {"effective": "2027-03-01", "cancelled": {"at": "2027-02-01"}},
                "cancelled.reason",
                "is missing",
                id="no reason",
            ),
            pytest.param({"effectiv": "2027-03-01"}, "effectiv", "is not a known field here", id="a misspelt field"),
        ],
    )
    def test_contradictory_fields_are_rejected_with_the_field(
        self, members: dict[str, Any], path: str, problem: str
    ) -> None:
        with pytest.raises(ShapeError) as refused:
            read(**members)
        assert refused.value.path == path
        assert refused.value.problem.startswith(problem)
        assert str(refused.value).count("\n") == 0

    def test_misspelt_optional_field_gets_a_suggestion(self) -> None:
        with pytest.raises(ShapeError, match="did you mean “effective_new”"):
            read(efective_new="2027-01-20")


def read_policy(**members: Any) -> Policy:
    """The policy that policy.yml with `members` describes."""
    data: dict[str, Any] = {"title": {"en": "Terms"}, "kind": "terms", "binding_language": "en", "act": "accept"}
    shape = Fields({name: value for name, value in (data | members).items() if value is not None})
    return Policy.from_shape("terms", shape, ZoneInfo("UTC"), (), Source(path="policy.yml"))


class TestReadingPolicies:
    def test_every_field_is_parsed(self) -> None:
        full = read_policy(
            title={"en": "Terms", "de": "AGB"},
            act="consent",
            audience=["eu", "business"],
            reask_days="365",
            order="2",
            withdrawn={"at": "2028-01-01", "reason": "The service ended."},
        )
        assert (full.title(DE), full.title(Language("fr"))) == ("AGB", "Terms")
        assert (full.kind, full.act, full.audience) == (Kind.TERMS, Act.CONSENT, ("eu", "business"))
        assert full.reask_seconds == 365 * 86_400
        assert full.order == 2
        assert full.withdrawn is not None
        assert full.withdrawn.at == instant("2028-01-01")

    @pytest.mark.parametrize(
        ("members", "path", "problem"),
        [
            pytest.param({"title": None}, "title", "is missing", id="no title"),
            pytest.param(
                {"title": {"de": "AGB"}}, "title", "has no entry in the binding language “en”", id="binding title"
            ),
            pytest.param({"title": {"EN": "x"}}, "title.EN", "expected the spelling “en”", id="a language misspelt"),
            pytest.param({"kind": "contract"}, "kind", "expected one of privacy, terms, cookies, other", id="no kind"),
            pytest.param({"act": "agree"}, "act", "expected one of acknowledge, accept, consent, none", id="no act"),
            pytest.param(
                {"binding_language": "english"}, "binding_language", "expected a language tag", id="no language"
            ),
            pytest.param({"audience": ["EU"]}, "audience[0]", "expected a tag of lower-case letters", id="an audience"),
            pytest.param(
                {"reask_days": "0"}, "reask_days", "expected a whole number from 1 to", id="an interval of zero"
            ),
            pytest.param({"order": "0"}, "order", "expected a whole number from 1 to", id="an order of zero"),
            pytest.param({"reask_days": "1.10"}, "reask_days", "expected a whole number", id="a fraction of a day"),
            pytest.param(
                {"withdrawn": {"at": "2028-01-01"}}, "withdrawn.reason", "is missing", id="withdrawn unexplained"
            ),
            pytest.param({"withdrawn": "2028-01-01"}, "withdrawn", "expected fields such as", id="withdrawn as a text"),
            pytest.param({"titel": {"en": "x"}}, "titel", "is not a known field here", id="an unknown field"),
        ],
    )
    def test_invalid_policy_is_rejected_with_the_field(self, members: dict[str, Any], path: str, problem: str) -> None:
        with pytest.raises(ShapeError) as refused:
            read_policy(**members)
        assert refused.value.path == path
        assert refused.value.problem.startswith(problem)
