"""Errors: one readable message with the problem, its place and how to fix it."""

from __future__ import annotations

import pytest

from inforce.errors import (
    BookError,
    CatalogError,
    HistoryError,
    InforceError,
    LockError,
    ManifestError,
    Place,
    PublishedHistoryError,
    SettingsError,
    SetupError,
    ShapeError,
    SignatureError,
    UnsupportedSpecError,
    printable,
    quoted,
)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        pytest.param(Place(path="a/book.yml", line=7), "a/book.yml:7", id="with a line, as editors understand it"),
        pytest.param(Place(path="a/book.yml"), "a/book.yml", id="without a line, the path alone"),
        pytest.param(Place(path="a/\x1b[2J\n.md"), "a/\\x1b[2J\\n.md", id="control characters are escaped"),
        pytest.param(Place(path="a/\udcff.md"), "a/\\udcff.md", id="a file name that is not UTF-8 is printable"),
        pytest.param(Place(path="a/\u202edm.x"), "a/\\u202edm.x", id="direction marks are escaped"),
    ],
)
def test_place_is_formatted_as_one_printable_line(place: Place, shown: str) -> None:
    assert str(place) == shown


def test_book_error_contains_place_problem_and_fix() -> None:
    fault = BookError(Place(path="p/policy.yml", line=3), "“kind” is missing", "add “kind: …”")
    assert str(fault) == "p/policy.yml:3: “kind” is missing\n  add “kind: …”"
    assert (fault.place.line, fault.problem, fault.fix) == (3, "“kind” is missing", "add “kind: …”")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param(ShapeError("a.b", "is missing"), "a.b is missing", id="a predicate follows the field"),
        pytest.param(
            ShapeError("a[0]", "expected text, got a list"),
            "a[0]: expected text, got a list",
            id="what was expected follows a colon",
        ),
        pytest.param(
            ShapeError("", "is empty", "write it"),
            "the document is empty (write it)",
            id="without a path it is the whole document",
        ),
        pytest.param(ShapeError("\x07", "is missing"), "\\x07 is missing", id="a path is printable too"),
        pytest.param(
            UnsupportedSpecError("2.0", "1.3"),
            "spec: expected major version 1, got “2.0” (update inforce)",
            id="an unknown specification has a fix",
        ),
    ],
)
def test_shape_error_message_is_a_sentence_about_its_field(fault: ShapeError, message: str) -> None:
    assert str(fault) == message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("privacy", "“privacy”", id="plain words are unchanged"),
        pytest.param("", "“”", id="empty text is empty"),
        pytest.param("x" * 61, "“" + "x" * 60 + "…”", id="long text is truncated visibly"),
        pytest.param("a\tb\u200bc", "“a\\tb\\u200bc”", id="non-printable characters are escaped"),
        pytest.param("名前", "“名前”", id="other scripts are unchanged"),
    ],
)
def test_text_of_the_book_is_quoted_on_one_line(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_printable_text_is_unchanged() -> None:
    assert printable("Zweck – “ok” 条款") == "Zweck – “ok” 条款"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(InforceError, 2, id="2 is an unreadable book or wrong usage"),
        pytest.param(CatalogError, 2, id="2 is an inconsistent book"),
        pytest.param(LockError, 2, id="2 is an unreadable lock"),
        pytest.param(SettingsError, 2, id="2 is an invalid setting"),
        pytest.param(ManifestError, 2, id="2 is an unknown manifest"),
        pytest.param(SignatureError, 1, id="1 is a finding or an invalid signature"),
        pytest.param(PublishedHistoryError, 3, id="3 is published history that would change"),
        pytest.param(HistoryError, 4, id="4 is git"),
        pytest.param(SetupError, 4, id="4 is a problem of the environment"),
    ],
)
def test_every_error_has_its_exit_code(kind: type[InforceError], code: int) -> None:
    assert kind.exit_code == code
    assert issubclass(kind, InforceError)
